//! Everything that the rules look at.

use std::fmt;

use foldhash::HashSet;
use symlint_terraform::{ConversionProblem, FileId, Module, Path, Project, Sources, Span, Step as PathStep, Str};

use crate::discover::Steps;

use super::arn::{Arn, InstanceArn, Part, PermissionSetArn, RoleArn};
use super::field::{Field, FieldKind, State};
use super::flow::{ConnectorCall, FlowCall, RuntimeCall};
use super::index::Index;
use super::overridden::Overridden;
use super::relation::{Relation, RelationKind};
use super::resources::FlowResource;
use super::role_names::RoleNames;
use super::shape::Misfit;
use super::sources::SourceIndex;
use crate::coverage::NotChecked;

/// A root module with one set of values, by its place among all that are checked together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub(crate) u32);

impl RunId {
    /// The run at a place, from 0.
    pub fn at(place: usize) -> Self {
        Self(u32::try_from(place).unwrap_or(u32::MAX))
    }

    /// Its place, from 0.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A tenant of a run, by its place in source order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantId {
    /// The run.
    pub run: RunId,
    place: u32,
}

impl TenantId {
    pub(crate) fn new(run: RunId, place: usize) -> Self {
        Self { run, place: u32::try_from(place).unwrap_or(u32::MAX) }
    }

    /// The place of the tenant in [`Model::tenants`] of its run, from 0.
    pub fn index(self) -> usize {
        self.place as usize
    }
}

/// A customer, or one of several accesses to one customer.
#[derive(Debug)]
pub struct Tenant {
    /// Which one it is.
    pub id: TenantId,
    /// The name under which it is kept: the key in the map, or what the flow call says.
    pub key: Field,
    /// Other names under which it is known: what its flow is called by, and the organization that its entry names.
    pub other_names: Vec<Str>,
    /// The account in which the connector role is defined.
    pub sso_account_id: Field,
    /// How Sym reaches the customer's Identity Center.
    pub connector: Connector,
    /// Who may be given what where.
    pub grants: Box<[Grant]>,
    /// Where it comes from.
    pub provenance: Provenance,
    /// What there is of it.
    pub whole: Whole,
    /// Where its values are written as a whole.
    pub span: Span,
    /// The way to it, such as `customer_tenants["foo"]`.
    pub path: Path,
    /// Attributes that are required and absent: the name as it is written in the input, and the value's field.
    pub missing: Vec<MissingAttribute>,
    /// What does not fit the assumed type, where none is declared.
    pub misfits: Vec<Misfit>,
}

/// An attribute that a tenant must have and lacks.
#[derive(Debug)]
pub struct MissingAttribute {
    /// The name in the input, such as `role_arn`.
    pub name: String,
    /// How it is absent.
    pub absence: super::field::Absence,
    /// The value where there is one (`null`, `""`), else the key of what lacks it.
    pub span: Span,
    /// The way to it.
    pub path: Path,
}

/// Where a tenant comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provenance {
    /// An element of this collection, by its place in [`SourceIndex::collections`].
    Collection(usize),
    /// A flow call that is given values directly, by its place in [`Model::flows`].
    FlowCall(usize),
}

/// What there is of a tenant as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whole {
    /// An object.
    Object,
    /// `null`
    Null,
    /// Something that is not an object.
    Other(&'static str),
    /// Not known before apply.
    Unknown,
}

/// `sso_connector_settings`
#[derive(Debug)]
pub struct Connector {
    /// `aws`
    pub cloud: Field,
    /// The customer's Identity Center instance.
    pub instance_arn: Field,
    /// The region that the instance is in.
    pub region: Field,
    /// The role that Sym's runtime assumes.
    pub role_arn: Field,
}

/// A permission set in an account, for which engineers may ask.
#[derive(Debug)]
pub struct Grant {
    /// What one gets.
    pub permission_set_arn: Field,
    /// Where.
    pub target_account_id: Field,
    /// Whether a flow of the tenant receives it, as far as that is known.
    pub is_received: bool,
}

impl Grant {
    /// The permission set or the account.
    pub fn field(&self, kind: FieldKind) -> &Field {
        if kind == FieldKind::PermissionSetArn { &self.permission_set_arn } else { &self.target_account_id }
    }
}

impl Connector {
    /// The value of this kind, which is one of [`FieldKind::CONNECTOR`].
    pub fn field(&self, kind: FieldKind) -> &Field {
        match kind {
            FieldKind::Cloud => &self.cloud,
            FieldKind::InstanceArn => &self.instance_arn,
            FieldKind::Region => &self.region,
            _ => &self.role_arn,
        }
    }

    /// Puts a field in the place of the one of its kind.
    pub(crate) fn set(&mut self, field: Field) {
        match field.kind {
            FieldKind::Cloud => self.cloud = field,
            FieldKind::InstanceArn => self.instance_arn = field,
            FieldKind::Region => self.region = field,
            _ => self.role_arn = field,
        }
    }
}

/// A value of a tenant that takes effect and is not known before apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownEffect {
    pub tenant: TenantId,
    pub field: FieldKind,
    /// Why it is not known.
    pub reason: String,
    /// The expression that is not known.
    pub span: Span,
}

impl Tenant {
    /// The key as it is written.
    pub fn name(&self) -> &str {
        self.key.as_written().unwrap_or_default()
    }

    /// Whether its key is a name that somebody gave it, and not the address of its call, or its place in a list.
    pub fn is_named(&self) -> bool {
        self.path.last().and_then(PathStep::name).is_some() || self.name() != self.path.to_string()
    }

    /// The key, where it is what its map, or its own entry, calls it: not that of a call, and not a place in a list.
    pub fn own_key(&self) -> Option<&str> {
        let key = self.key.as_written().filter(|key| !key.is_empty() && self.is_element())?;
        let is_own = match self.path.last() {
            Some(PathStep::Attribute(name) | PathStep::Key(name)) if name.as_str() == key => true,
            _ => self.span.contains(self.key.span) && key != self.path.to_string(),
        };
        is_own.then_some(key)
    }

    /// Whether it is an element of a collection, and not all that a flow receives.
    pub fn is_element(&self) -> bool {
        matches!(self.provenance, Provenance::Collection(_))
    }

    /// The key and all values, in the order of the shipped example.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        std::iter::once(&self.key).chain(self.values())
    }

    /// All values without the key, in the order of the shipped example.
    pub fn values(&self) -> impl Iterator<Item = &Field> {
        self.values_alone()
            .chain(self.grants.iter().flat_map(|grant| [&grant.permission_set_arn, &grant.target_account_id]))
    }

    /// Does `change` to all values.
    pub(crate) fn each_value_mut(&mut self, change: &mut dyn FnMut(&mut Field)) {
        let Connector { cloud, instance_arn, region, role_arn } = &mut self.connector;
        [&mut self.sso_account_id, cloud, instance_arn, region, role_arn].into_iter().for_each(&mut *change);
        for grant in &mut self.grants {
            [&mut grant.permission_set_arn, &mut grant.target_account_id].into_iter().for_each(&mut *change);
        }
    }

    /// The values that belong to no grant.
    pub(super) fn values_alone(&self) -> impl Iterator<Item = &Field> {
        let Connector { cloud, instance_arn, region, role_arn } = &self.connector;
        [&self.sso_account_id, cloud, instance_arn, region, role_arn].into_iter()
    }

    /// All ARNs that can be split.
    pub fn arns(&self) -> impl Iterator<Item = Arn<'_>> {
        self.values()
            .filter(|field| {
                matches!(field.kind, FieldKind::InstanceArn | FieldKind::RoleArn | FieldKind::PermissionSetArn)
            })
            .filter_map(Arn::of)
    }

    /// `sso_account_id`, if it is known.
    pub fn sso_account(&self) -> Option<Part<'_>> {
        self.sso_account_id.text().map(|piece| Part::new(piece, super::arn::is_account_id))
    }

    /// The instance id inside `instance_arn`.
    pub fn instance_id(&self) -> Option<Part<'_>> {
        InstanceArn::of(&self.connector.instance_arn).map(|arn| arn.id)
    }

    /// The role, if `role_arn` is the ARN of one.
    pub fn role(&self) -> Option<RoleArn<'_>> {
        RoleArn::of(&self.connector.role_arn)
    }

    /// Whether its SSO account is known as far as there is one: no other account can be this tenant's.
    pub fn is_sso_account_known(&self) -> bool {
        let account = &self.sso_account_id;
        // Of a tenant that exists only as a call, the role says it.
        let is_said = self.is_element() || self.sso_account().is_some();
        is_said
            && !matches!(self.whole, Whole::Unknown)
            && !matches!(account.state, State::Unknown(_))
            && !account.is_garbled()
            && self.sso_account().is_none_or(|account| account.is_well_formed())
    }

    /// The account inside `role_arn`, even where it is the ARN of something else than a role.
    pub fn role_account(&self) -> Option<Part<'_>> {
        Arn::of(&self.connector.role_arn).map(|arn| Part::new(arn.account(), super::arn::is_account_id))
    }

    /// Whether the account inside `role_arn` is another one than `sso_account_id`. An ARN without an account has none.
    pub fn has_role_account_mismatch(&self) -> bool {
        matches!((self.role_account(), self.sso_account()),
            (Some(role), Some(sso)) if !role.text().is_empty() && role.differs(sso))
    }

    /// The grants whose permission set belongs to another instance than `instance_arn` names.
    pub fn foreign_permission_sets(&self) -> impl Iterator<Item = PermissionSetArn<'_>> {
        let own = self.instance_id();
        self.grants
            .iter()
            .filter_map(|grant| PermissionSetArn::of(&grant.permission_set_arn))
            .filter(move |permission_set| own.is_some_and(|own| permission_set.instance_id.differs(own)))
    }
}

/// Some of `of` tenants, which are called so: ``2 of 5 tenants (`foo`, `bar`)``. The first few are named.
pub(crate) fn count(called: &[String], of: usize) -> String {
    const NAMED: usize = 3;
    let mut names = called.get(..NAMED).unwrap_or(called).join(", ");
    if called.len() > NAMED {
        names.push_str(", …");
    }
    match called.len() {
        2 if of == 2 => format!("both tenants ({names})"),
        count if count == of => format!("all {count} tenants ({names})"),
        count => format!("{count} of {of} tenants ({names})"),
    }
}

/// A variable or local whose entries are tenants.
#[derive(Debug)]
pub struct TenantsVariable {
    /// Its name; `local.NAME` for a local.
    pub name: String,
    /// Whether its entries are known.
    pub state: VariableState,
    /// Whether it is a list or set, so that the calls that use it are all that says whose its values are.
    pub is_list: bool,
}

impl TenantsVariable {
    /// ``the variable `customer_tenants` ``
    pub fn shown(&self) -> String {
        match self.name.strip_prefix("local.") {
            Some(local) => format!("the local `{local}`"),
            None => format!("the variable `{}`", self.name),
        }
    }
}

/// Whether the entries of a tenants variable are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariableState {
    /// They are; there may be none.
    Known,
    /// The variable is declared, and nothing sets it.
    Unset,
    /// It is null, and that is written here.
    Null(Span),
    /// They are not.
    Unknown {
        /// Why.
        reason: String,
        /// Where the reason is.
        span: Span,
    },
}

/// Everything that the rules look at.
pub struct Model<'p> {
    /// Which run it is.
    pub run: RunId,
    /// What was read.
    pub project: &'p Project,
    /// The tenants variables that are declared or set.
    pub variables: Vec<TenantsVariable>,
    /// The tenants in source order.
    pub tenants: Vec<Tenant>,
    /// The calls of the flow module.
    pub flows: Vec<FlowCall<'p>>,
    /// Whether there may be other calls, within modules whose number of instances is not known.
    pub has_unknown_calls: bool,
    /// The calls of the connector module.
    pub connectors: Vec<ConnectorCall<'p>>,
    /// The calls of the runtime connector module.
    pub runtimes: Vec<RuntimeCall<'p>>,
    /// Where the values of the tenants variables differ from their declared types.
    pub conversions: Vec<ConversionProblem>,
    /// Sym's resources inside the instances of the flow module, in their order.
    pub resources: Vec<FlowResource<'p>>,
    /// The folders of the flow modules, and of the modules that they call.
    pub(crate) flow_folders: HashSet<String>,
    /// What could not be evaluated.
    pub evaluation_errors: Vec<symlint_terraform::EvalError>,
    /// What could not be evaluated in the resources of flow modules alone. What they receive may be the cause.
    pub resource_errors: Vec<symlint_terraform::EvalError>,
    /// The keys that are written twice in YAML.
    pub lost_keys: Vec<symlint_terraform::LostKey>,
    /// Whether the declared types of the tenants variables are known; else those of the shipped example are assumed.
    pub types_are_declared: bool,
    /// The tenants by their names.
    pub index: Index,
    /// What its tenants share that they should not, once all runs were compared.
    pub relations: Vec<Relation>,
    /// What the names of its connector roles say, once all runs were compared.
    pub role_names: RoleNames,
    /// The entries that `merge` drops, in source order.
    pub overridden: Vec<Overridden>,
    /// Which of the tenants' values an argument was built from.
    pub sources_of_values: SourceIndex,
    /// What flows receive for tenants and is not known before apply, where what is written for the tenant is.
    pub unknown_effects: Vec<UnknownEffect>,
    /// What could not be found out on the way.
    pub not_checked: Vec<NotChecked>,
}

impl<'p> Model<'p> {
    /// The files that were read.
    pub fn sources(&self) -> &'p Sources {
        self.project.sources()
    }

    /// The tenant `id`, which must be one of this model's.
    #[allow(clippy::indexing_slicing, reason = "ids are made with the tenants, which are never removed")]
    pub fn tenant(&self, id: TenantId) -> &Tenant {
        &self.tenants[id.index()]
    }

    /// Whether `merge` drops the entry of a tenant.
    pub fn is_overridden(&self, tenant: TenantId) -> bool {
        self.overridden.iter().any(|entry| entry.tenant == Some(tenant))
    }

    /// Whether nothing of this file was lost to a syntax error.
    pub fn is_readable(&self, file: FileId) -> bool {
        self.project.files().iter().all(|loaded| loaded.id != file || loaded.file.errors.is_empty())
    }

    /// Whether nothing at all was lost to a syntax error.
    pub fn is_everything_readable(&self) -> bool {
        self.project.unreadable().is_empty() && self.project.files().iter().all(|loaded| loaded.file.errors.is_empty())
    }

    /// Whether there can be no other tenants and flows than those that were found.
    pub fn knows_its_flows(&self) -> bool {
        !self.has_unknown_calls && self.flows.iter().all(|flow| flow.unknown.is_none())
    }

    /// Whether the SSO accounts of all of its tenants are known, and all of its tenants.
    pub fn knows_its_accounts(&self) -> bool {
        self.tenants.iter().all(Tenant::is_sso_account_known) && self.knows_its_flows() && self.is_everything_readable()
    }

    /// Whether nothing of the folder in which a module declares its variables was lost to a syntax error.
    pub fn is_complete(&self, module: &Module) -> bool {
        let sources = self.sources();
        let folder = |file: FileId| {
            let source = sources.get(file);
            source.name().rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned())
        };
        let folders: HashSet<String> =
            module.variables.iter().map(|variable| folder(variable.name.span.file)).collect();
        let mut broken = self.project.files().iter().filter(|loaded| !loaded.file.errors.is_empty());
        !broken.any(|loaded| folders.is_empty() || folders.contains(&folder(loaded.id)))
    }

    /// Some of `of` tenants, for a message: ``2 of 5 tenants (`foo`, `bar`)``. The first few are named.
    pub fn count(&self, tenants: &[TenantId], of: usize) -> String {
        let names: Vec<String> = tenants.iter().map(|&id| format!("`{}`", self.tenant(id).name())).collect();
        count(&names, of)
    }

    /// The way from the element of a tenant to its value of this kind, where it is known.
    pub fn way_to(&self, tenant: TenantId, kind: FieldKind) -> Option<Steps> {
        let Provenance::Collection(at) = self.tenant(tenant).provenance else { return None };
        let ways = &self.sources_of_values.collections().get(at)?.ways;
        let way = ways.iter().find(|way| way.field == kind && !way.is_fragment);
        way.or_else(|| ways.iter().find(|way| way.field == kind)).map(|way| way.steps.clone())
    }

    /// The tenant to whose element `path` leads, or into it.
    pub fn tenant_at(&self, path: &Path) -> Option<&Tenant> {
        self.sources_of_values.tenant_at(path).map(|tenant| self.tenant(tenant))
    }

    /// What its tenants share that they should not, of one kind, once all runs were compared.
    pub fn relations_of(&self, kind: RelationKind) -> impl Iterator<Item = &Relation> {
        self.relations.iter().filter(move |relation| relation.kind == kind)
    }

    /// Whether there is nothing to check. A tenants variable without entries is something.
    pub fn is_empty(&self) -> bool {
        let calls = self.flows.len() + self.connectors.len() + self.runtimes.len();
        self.variables.is_empty() && self.tenants.is_empty() && calls == 0
    }

    /// Whether there are tenants, and none of them has any of the attributes that are looked for.
    pub fn has_no_values(&self) -> bool {
        !self.tenants.is_empty() && self.tenants.iter().flat_map(Tenant::values).all(Field::is_unseen)
    }

    /// Whether there are tenants, and no value of any of them is known.
    pub fn all_values_are_unknown(&self) -> bool {
        let is_unknown = |field: &Field| matches!(field.state, State::Unknown(_));
        // A call gives no account of its own.
        let is_given = |tenant: &Tenant, field: &Field| field.kind != FieldKind::SsoAccountId || tenant.is_element();
        let is_blank = |tenant: &Tenant| tenant.values().all(|field| is_unknown(field) || !is_given(tenant, field));
        !self.tenants.is_empty() && self.tenants.iter().all(is_blank)
    }
}

impl fmt::Debug for Model<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").field("tenants", &self.tenants).finish_non_exhaustive()
    }
}
