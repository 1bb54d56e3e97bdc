//! What a team says about its own setup: `.symlint.hcl`.

mod literal;
mod read;
mod settings;

use foldhash::HashMap;
use symlint_terraform::{FileId, SortedMap, SortedSet, Span};

use crate::level::Level;
use crate::tenants::{FieldKind, RoleNamePattern};

pub use literal::ConfigError;
pub use read::read;
pub use settings::{ARGUMENTS, ATTRIBUTES, BLOCKS, TOP};

/// The configuration. Its default is that of the stock modules.
#[derive(Debug, Clone)]
pub struct Config {
    /// Folders and roots that are not checked: patterns, as seen from the file's folder.
    pub exclude: Vec<String>,
    /// Values files that are each a run of their own: patterns, as seen from the file's folder.
    pub values: Vec<String>,
    /// The variables whose entries are tenants; `local.NAME` for a local.
    pub tenants_variables: Vec<String>,
    /// Where each of them is named, if the file names them.
    pub tenants_variable_spans: Vec<Span>,
    /// Our names of attributes → the path to theirs inside a tenant; only those that differ. A path without steps says
    /// that they have no such attribute.
    pub attributes: SortedMap<String, Vec<String>>,
    /// Where each of them is named.
    pub attribute_spans: SortedMap<String, Span>,
    /// The name of the flow module.
    pub flow_module: String,
    /// Our names of the flow module's arguments → theirs; only those that differ. An empty name says that it has no
    /// such argument.
    pub flow_arguments: SortedMap<String, String>,
    /// Where each of them is named.
    pub flow_argument_spans: SortedMap<String, Span>,
    /// The name of the connector module.
    pub connector_module: String,
    /// What connector roles are called.
    pub role_name: RoleNamePattern,
    /// The name of the runtime connector module.
    pub runtime_module: String,
    /// The partitions in which tenants may be.
    pub allowed_partitions: Vec<String>,
    /// Accounts of the service provider itself.
    pub host_accounts: SortedSet<String>,
    /// Accounts of others that the runtime may enter.
    pub safelist_extra: SortedSet<String>,
    /// Levels that differ from those of the rule pages, by rule id.
    pub levels: SortedMap<String, Level>,
    /// Findings that are accepted.
    pub exceptions: Vec<Exception>,
    /// Tenants that are one customer each: they may share names, accounts and targets.
    pub customers: Vec<TenantGroup>,
    /// Customers in one AWS organization each: their tenants may share the SSO account and the instance, and nothing
    /// else.
    pub organizations: Vec<TenantGroup>,
    /// What is known about single tenants, by key.
    pub tenants: SortedMap<String, TenantSettings>,
    /// The file that it was read from.
    pub file: Option<FileId>,
    /// Whether everything to which the file applies is checked, and not just a part of it.
    pub is_whole: bool,
}

/// A finding that is accepted.
#[derive(Debug, Clone)]
pub struct Exception {
    pub rule: String,
    /// Only for this tenant.
    pub tenant: Option<String>,
    /// Only for the value with this path.
    pub path: Option<String>,
    pub reason: String,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub expires: Option<String>,
    /// The value for which it holds: it lapses when that changes.
    pub value: Option<String>,
    /// The id of the rule in the block.
    pub span: Span,
}

/// Tenants that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantGroup {
    pub name: String,
    /// The keys of its members.
    pub tenants: Vec<String>,
    pub span: Span,
}

/// What is known about one tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantSettings {
    /// The `environment` that its connector was given.
    pub environment: Option<String>,
}

/// The arguments of the stock flow module that carry a tenant's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArgumentKind {
    /// Names the tenant.
    TenantSlug,
    AccountId,
    PermissionSetArn,
    /// How Sym reaches the customer's Identity Center.
    SsoConnectorSettings,
    /// A list of permission sets and accounts.
    Grants,
}

impl ArgumentKind {
    pub const ALL: [Self; 5] =
        [Self::TenantSlug, Self::AccountId, Self::PermissionSetArn, Self::SsoConnectorSettings, Self::Grants];

    /// The name that the stock module has for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::TenantSlug => "tenant_slug",
            Self::AccountId => "account_id",
            Self::PermissionSetArn => "permission_set_arn",
            Self::SsoConnectorSettings => "sso_connector_settings",
            Self::Grants => "grants",
        }
    }

    /// Which value of the tenant it is, if it is one.
    pub fn field(self) -> Option<FieldKind> {
        match self {
            Self::TenantSlug => Some(FieldKind::Key),
            Self::AccountId => Some(FieldKind::TargetAccountId),
            Self::PermissionSetArn => Some(FieldKind::PermissionSetArn),
            Self::SsoConnectorSettings | Self::Grants => None,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            exclude: Vec::new(),
            values: Vec::new(),
            tenants_variables: vec!["customer_tenants".into()],
            tenants_variable_spans: Vec::new(),
            attributes: SortedMap::new(),
            attribute_spans: SortedMap::new(),
            flow_module: "sso_flow".into(),
            flow_arguments: SortedMap::new(),
            flow_argument_spans: SortedMap::new(),
            connector_module: "sso-connector".into(),
            role_name: RoleNamePattern { prefix: "SymSSO".into(), suffix: String::new(), is_constant: false },
            runtime_module: "runtime-connector".into(),
            allowed_partitions: vec!["aws".into()],
            host_accounts: SortedSet::new(),
            safelist_extra: SortedSet::new(),
            levels: SortedMap::new(),
            exceptions: Vec::new(),
            customers: Vec::new(),
            organizations: Vec::new(),
            tenants: SortedMap::new(),
            file: None,
            is_whole: true,
        }
    }
}

/// The customers and the organizations of the configuration, by the keys of their tenants.
pub(crate) fn groups_by_key(config: &Config) -> [HashMap<&str, &str>; 2] {
    [&config.customers, &config.organizations].map(|groups| {
        let keys = groups.iter().flat_map(|group| group.tenants.iter().map(|key| (key.as_str(), group.name.as_str())));
        keys.collect()
    })
}

impl Config {
    /// The path inside a tenant to the attribute that we call `name`; empty where there is none.
    pub fn attribute_path<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        if let Some(path) = self.attributes.get(name) {
            return path.iter().map(String::as_str).collect();
        }
        match name {
            "cloud" | "instance_arn" | "region" | "role_arn" => {
                let mut path = self.attribute_path("sso_connector_settings");
                // Without the object that contains it, it does not exist either.
                if !path.is_empty() {
                    path.push(name);
                }
                path
            }
            _ => vec![name],
        }
    }

    /// The path inside a tenant to a field.
    pub fn field_path(&self, kind: FieldKind) -> Vec<&str> {
        self.attribute_path(kind.name())
    }

    /// Whether the configuration says that no tenant has a field.
    pub fn is_absent(&self, kind: FieldKind) -> bool {
        self.field_path(kind).is_empty()
    }

    /// The variables and locals that the file names.
    pub(crate) fn tenants_variables_named(&self) -> impl Iterator<Item = &str> {
        self.tenants_variables.iter().zip(&self.tenants_variable_spans).map(|(name, _)| name.as_str())
    }

    /// Whether the configuration says where a field, or what holds it, is.
    pub fn is_mapped(&self, kind: FieldKind) -> bool {
        let holder = if FieldKind::CONNECTOR.contains(&kind) { "sso_connector_settings" } else { kind.name() };
        self.attributes.contains_key(kind.name()) || self.attributes.contains_key(holder)
    }

    /// Whether the configuration says where any field is.
    pub fn is_mapped_at_all(&self) -> bool {
        !self.attributes.is_empty()
    }

    /// What the values of a grant may be called in a list, ours after theirs.
    pub fn grant_attribute_names(&self) -> Vec<(FieldKind, &str)> {
        let own = |kind: FieldKind| self.field_path(kind).last().copied().map(|name| (kind, name));
        let mut names: Vec<(FieldKind, &str)> = own(FieldKind::PermissionSetArn).into_iter().collect();
        names.push((FieldKind::PermissionSetArn, "permission_set_arn"));
        names.extend(own(FieldKind::TargetAccountId));
        names.extend(["target_account_id", "account_id"].map(|name| (FieldKind::TargetAccountId, name)));
        names.dedup();
        names
    }

    /// The name that the flow module has for an argument.
    pub fn argument_name(&self, kind: ArgumentKind) -> &str {
        self.flow_arguments.get(kind.name()).map_or(kind.name(), String::as_str)
    }

    /// Whether no tenant may use an account: it is Sym's own, or one of the service provider.
    pub fn is_forbidden_account(&self, account: &str) -> bool {
        account == crate::facts::SYM_ACCOUNT || self.host_accounts.contains(account)
    }

    /// The keys of all tenants that it names.
    pub(crate) fn named_tenants(&self) -> SortedSet<&str> {
        let groups = self.customers.iter().chain(&self.organizations).flat_map(|group| &group.tenants);
        let excepted = self.exceptions.iter().filter_map(|exception| exception.tenant.as_ref());
        groups.chain(excepted).chain(self.tenants.keys()).map(String::as_str).collect()
    }

    /// The environment that the connector of the tenant with this key was given, if it is configured.
    pub fn environment_of(&self, tenant: &str) -> Option<&str> {
        self.tenants.get(tenant)?.environment.as_deref()
    }
}

impl TenantGroup {
    /// Whether it has both tenants.
    pub fn has_both(&self, a: &str, b: &str) -> bool {
        [a, b].into_iter().all(|key| self.tenants.iter().any(|tenant| tenant == key))
    }
}

/// What all keys begin with, up to a whole word: `acme` for `acme_admin` and `acme_readonly`.
pub fn common_name<'k>(keys: &[&'k str]) -> Option<&'k str> {
    let (first, others) = keys.split_first()?;
    let is_end = |c: char| matches!(c, '_' | '-');
    let is_start = |start: &&str| {
        !start.is_empty()
            && others
                .iter()
                .all(|key| key.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(is_end)))
    };
    let ends = first.char_indices().filter(|(_, c)| is_end(*c)).map(|(at, _)| at).chain([first.len()]);
    ends.filter_map(|end| first.get(..end)).rfind(is_start)
}
