//! The team's configuration, `.symlint.hcl`.

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

/// The configuration. The default fits the stock modules.
#[derive(Debug, Clone)]
pub struct Config {
    /// Patterns for folders and root modules that are not checked, relative to the file's folder.
    pub exclude: Vec<String>,
    /// Patterns for values files that are each checked in a run of their own, relative to the file's folder.
    pub values: Vec<String>,
    /// The variables whose entries are tenants; `local.NAME` for a local.
    pub tenants_variables: Vec<String>,
    /// Where the file names them, if it does.
    pub tenants_variable_spans: Vec<Span>,
    /// Our attribute names, with the path to the user's attribute inside a tenant. Only those that differ. An empty
    /// path means that there is no such attribute.
    pub attributes: SortedMap<String, Vec<String>>,
    /// Where the file names them.
    pub attribute_spans: SortedMap<String, Span>,
    /// The name of the flow module.
    pub flow_module: String,
    /// Our names of the flow module's arguments, with the user's names. Only those that differ. An empty name means
    /// that there is no such argument.
    pub flow_arguments: SortedMap<String, String>,
    /// Where the file names them.
    pub flow_argument_spans: SortedMap<String, Span>,
    /// The name of the connector module.
    pub connector_module: String,
    /// How connector roles are named.
    pub role_name: RoleNamePattern,
    /// The name of the runtime connector module.
    pub runtime_module: String,
    /// The partitions that tenants may be in.
    pub allowed_partitions: Vec<String>,
    /// Accounts of the service provider itself.
    pub host_accounts: SortedSet<String>,
    /// Other accounts that the runtime may enter.
    pub safelist_extra: SortedSet<String>,
    /// Levels that differ from those on the rule pages, by rule id.
    pub levels: SortedMap<String, Level>,
    /// Findings that are accepted.
    pub exceptions: Vec<Exception>,
    /// Groups of tenants that are one customer: they may share names, accounts, and targets.
    pub customers: Vec<TenantGroup>,
    /// Groups of customers in one AWS organization: their tenants may share the SSO account and the instance, but
    /// nothing else.
    pub organizations: Vec<TenantGroup>,
    /// Settings for single tenants, by key.
    pub tenants: SortedMap<String, TenantSettings>,
    /// The file that it was read from.
    pub file: Option<FileId>,
    /// Whether everything that the file applies to is being checked, and not just a part of it.
    pub is_whole: bool,
}

/// A finding that is accepted.
#[derive(Debug, Clone)]
pub struct Exception {
    pub rule: String,
    /// The tenant that it is limited to.
    pub tenant: Option<String>,
    /// The path of the value that it is limited to.
    pub path: Option<String>,
    pub reason: String,
    /// The last day on which it is valid, `YYYY-MM-DD`.
    pub expires: Option<String>,
    /// The value that it is limited to. It ends when the value changes.
    pub value: Option<String>,
    /// The place of the rule id in the block.
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

/// The settings for one tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantSettings {
    /// The `environment` that its connector was given.
    pub environment: Option<String>,
}

/// The arguments of the stock flow module that carry a tenant's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArgumentKind {
    /// The name of the tenant.
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

    /// Its name in the stock module.
    pub fn name(self) -> &'static str {
        match self {
            Self::TenantSlug => "tenant_slug",
            Self::AccountId => "account_id",
            Self::PermissionSetArn => "permission_set_arn",
            Self::SsoConnectorSettings => "sso_connector_settings",
            Self::Grants => "grants",
        }
    }

    /// Which of the tenant's values it is, if it is one of them.
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

/// The names of the configured customers and organizations, by the keys of their tenants.
pub(crate) fn groups_by_key(config: &Config) -> [HashMap<&str, &str>; 2] {
    [&config.customers, &config.organizations].map(|groups| {
        let keys = groups.iter().flat_map(|group| group.tenants.iter().map(|key| (key.as_str(), group.name.as_str())));
        keys.collect()
    })
}

impl Config {
    /// The path inside a tenant to the attribute that we call `name`; empty if there is none.
    pub fn attribute_path<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        if let Some(path) = self.attributes.get(name) {
            return path.iter().map(String::as_str).collect();
        }
        match name {
            "cloud" | "instance_arn" | "region" | "role_arn" => {
                let mut path = self.attribute_path("sso_connector_settings");
                // If the object that contains it does not exist, neither does the attribute.
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

    /// Whether the configuration says that tenants do not have a field.
    pub fn is_absent(&self, kind: FieldKind) -> bool {
        self.field_path(kind).is_empty()
    }

    /// The variables and locals that the file names.
    pub(crate) fn tenants_variables_named(&self) -> impl Iterator<Item = &str> {
        self.tenants_variables.iter().zip(&self.tenants_variable_spans).map(|(name, _)| name.as_str())
    }

    /// Whether the configuration says where a field, or the object that contains it, is.
    pub fn is_mapped(&self, kind: FieldKind) -> bool {
        let holder = if FieldKind::CONNECTOR.contains(&kind) { "sso_connector_settings" } else { kind.name() };
        self.attributes.contains_key(kind.name()) || self.attributes.contains_key(holder)
    }

    /// Whether the configuration says where any field is.
    pub fn is_mapped_at_all(&self) -> bool {
        !self.attributes.is_empty()
    }

    /// Possible names of a grant's values in a list: the user's names, then ours.
    pub fn grant_attribute_names(&self) -> Vec<(FieldKind, &str)> {
        let own = |kind: FieldKind| self.field_path(kind).last().copied().map(|name| (kind, name));
        let mut names: Vec<(FieldKind, &str)> = own(FieldKind::PermissionSetArn).into_iter().collect();
        names.push((FieldKind::PermissionSetArn, "permission_set_arn"));
        names.extend(own(FieldKind::TargetAccountId));
        names.extend(["target_account_id", "account_id"].map(|name| (FieldKind::TargetAccountId, name)));
        names.dedup();
        names
    }

    /// The flow module's name for an argument.
    pub fn argument_name(&self, kind: ArgumentKind) -> &str {
        self.flow_arguments.get(kind.name()).map_or(kind.name(), String::as_str)
    }

    /// Whether no tenant may use an account, because it is Sym's own or the service provider's.
    pub fn is_forbidden_account(&self, account: &str) -> bool {
        account == crate::facts::SYM_ACCOUNT || self.host_accounts.contains(account)
    }

    /// The keys of all tenants that the file names.
    pub(crate) fn named_tenants(&self) -> SortedSet<&str> {
        let groups = self.customers.iter().chain(&self.organizations).flat_map(|group| &group.tenants);
        let excepted = self.exceptions.iter().filter_map(|exception| exception.tenant.as_ref());
        groups.chain(excepted).chain(self.tenants.keys()).map(String::as_str).collect()
    }

    /// The environment that the tenant's connector was given, if it is configured.
    pub fn environment_of(&self, tenant: &str) -> Option<&str> {
        self.tenants.get(tenant)?.environment.as_deref()
    }
}

impl TenantGroup {
    /// Whether both tenants are members.
    pub fn has_both(&self, a: &str, b: &str) -> bool {
        [a, b].into_iter().all(|key| self.tenants.iter().any(|tenant| tenant == key))
    }
}

/// What all keys start with, up to the end of a word: `acme` for `acme_admin` and `acme_readonly`.
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
