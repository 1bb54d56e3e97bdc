//! Everything that the rules look at.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use foldhash::{HashMap, HashSet};
use symlint_terraform::{
    ConversionProblem, FileId, Module, ModuleCall, Path, Project, Resource, Sources, Span, Str, Unknown,
};

use super::field::{Field, State};
use super::flow::{ConnectorCall, FlowCall, FlowInstance, RuntimeCall, Trust};
use super::id::{RunId, TenantId};
use super::index::Index;
use super::kind::FieldKind;
use super::overridden::Overridden;
use super::relation::{Relation, RelationKind};
use super::resources::{FlowResource, resources_of};
use super::role_names::RoleNames;
use super::sources::{SourceIndex, Way};
use super::step::Steps;
use super::tenant::{Provenance, Tenant};
use crate::coverage::NotChecked;

/// A value of a tenant that takes effect and is not known before apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownEffect {
    pub tenant: TenantId,
    pub field: FieldKind,
    /// Why it is not known.
    pub reason: String,
    /// The expression that is not known.
    pub span: Span,
    /// Whether Terraform may know it all the same.
    pub is_unevaluated: bool,
}

/// An entry like those of tenants that no flow is built from, though a safelist has its account.
#[derive(Debug)]
pub struct Unwired {
    pub name: Str,
    pub account: Str,
    /// The ID of the Identity Center instance, where it has one.
    pub instance: Option<Str>,
    /// Where its key is written, or else where it starts.
    pub span: Span,
    pub path: Path,
    /// How many entries there are where it is.
    pub siblings: usize,
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
    /// The calls of modules with flows of which it is not known how many instances there are, and why.
    pub unknown_calls: Vec<(&'p ModuleCall, Arc<Unknown>)>,
    /// The same for resources that act for tenants.
    pub unknown_resources: Vec<(&'p Resource, Arc<Unknown>)>,
    /// The calls that are repeated for one of several collections, which is not known.
    pub open_calls: HashSet<Span>,
    /// The calls of modules that are not there to read, which receive something of tenants under unknown names.
    pub unread_calls: Vec<&'p ModuleCall>,
    /// The calls of the connector module.
    pub connectors: Vec<ConnectorCall<'p>>,
    /// The calls of the runtime connector module.
    pub runtimes: Vec<RuntimeCall<'p>>,
    /// The roles that are written by hand in the place of these modules.
    pub trusts: Vec<Trust<'p>>,
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
    /// The values of tenants with very many, once a rule has asked for them.
    pub(crate) values: Mutex<HashMap<TenantId, HashSet<(FieldKind, Str)>>>,
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
    /// Entries that no flow is built from, though a safelist has their accounts, in source order.
    pub unwired: Vec<Unwired>,
    /// The first of them with each instance.
    pub(crate) unwired_instances: OnceLock<HashMap<Str, usize>>,
    /// The keys that are written twice in one object, once a rule has asked for them.
    pub keys_twice: OnceLock<HashSet<Span>>,
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

    /// The flow instance that has a resource.
    pub fn instance_of(&self, resource: &FlowResource<'_>) -> Option<&FlowInstance> {
        self.flows.get(resource.flow)?.instances.get(resource.instance)
    }

    /// The flow instances of a tenant, with their resources.
    pub fn instances_of(&self, tenant: TenantId) -> impl Iterator<Item = (&FlowInstance, &[FlowResource<'p>])> {
        self.index.instances_of(tenant).filter_map(|(flow, at)| {
            let instance = self.flows.get(flow)?.instances.get(at)?;
            Some((instance, resources_of(&self.resources, flow, at)))
        })
    }

    /// The resources of the flow instance that has `resource`.
    pub fn siblings_of(&self, resource: &FlowResource<'_>) -> &[FlowResource<'p>] {
        resources_of(&self.resources, resource.flow, resource.instance)
    }

    /// Whether a tenant certainly has the value `text` of this kind, and that quickly where it has very many grants.
    pub fn has(&self, tenant: TenantId, kind: FieldKind, text: &str) -> bool {
        /// To compare so few is faster than to look one up.
        const FEW: usize = 16;
        let tenant = self.tenant(tenant);
        let own = || tenant.fields().filter(|field| field.cleaned().is_none());
        if tenant.grants.len() <= FEW {
            return own().any(|field| field.kind == kind && field.as_str() == Some(text));
        }
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        let all = || own().filter_map(|field| Some((field.kind, field.raw()?.clone()))).collect();
        values.entry(tenant.id).or_insert_with(all).contains(&(kind, Str::from(text)))
    }

    /// The first entry with this instance that no flow is built from.
    pub fn unwired_with(&self, instance: &str) -> Option<&Unwired> {
        let instances = self.unwired_instances.get_or_init(|| {
            // The first one of several comes last.
            let known = self.unwired.iter().enumerate().rev();
            known.filter_map(|(at, entry)| Some((entry.instance.clone()?, at))).collect()
        });
        self.unwired.get(*instances.get(instance)?)
    }

    /// The accounts of the entries that no flow is built from.
    pub fn unwired_accounts(&self) -> HashSet<&str> {
        self.unwired.iter().map(|entry| entry.account.as_str()).collect()
    }

    /// Whether `merge` drops the entry of a tenant.
    pub fn is_overridden(&self, tenant: TenantId) -> bool {
        self.overridden.iter().any(|entry| entry.tenant == Some(tenant))
    }

    /// Whether `span` is in the flow module, or in a module that it calls.
    pub fn is_in_flow_module(&self, span: Span) -> bool {
        let sources = self.sources();
        let source = sources.get(span.file);
        let folder = source.name().rsplit_once('/').map_or("", |(folder, _)| folder);
        self.flow_folders.contains(folder)
    }

    /// Whether a place is in the root module, where the variables of the tenants can be referred to.
    pub fn is_in_root_module(&self, span: Span) -> bool {
        let sources = self.sources();
        let source = sources.get(span.file);
        let folder = source.name().rsplit_once('/').map_or("", |(folder, _)| folder);
        self.project.root().is_some_and(|root| root.dir == folder)
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
        self.unknown_calls.is_empty() && self.flows.iter().all(|flow| flow.unknown.is_none())
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
        self.ways_to(tenant, kind).first().map(|way| way.steps.clone())
    }

    /// All ways from the element of a tenant to a value of this kind. Ways to parts of it count only if there are no others.
    pub fn ways_to(&self, tenant: TenantId, kind: FieldKind) -> Vec<&Way> {
        let Provenance::Collection(at) = self.tenant(tenant).provenance else { return Vec::new() };
        let collection = self.sources_of_values.collections().get(at);
        let ways = collection.map(|collection| collection.ways.as_slice()).unwrap_or_default();
        let (parts, mut whole): (Vec<&Way>, Vec<&Way>) =
            ways.iter().filter(|way| way.field == kind).partition(|way| way.is_fragment);
        if whole.is_empty() {
            whole = parts;
        }
        whole
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
        let calls = self.flows.len() + self.connectors.len() + self.runtimes.len() + self.trusts.len();
        self.variables.is_empty() && self.tenants.is_empty() && calls == 0
    }

    /// Whether there is nothing to check, and nothing that could be more than it is.
    pub fn is_certainly_empty(&self) -> bool {
        let unknown = self.unknown_calls.len() + self.unknown_resources.len() + self.unread_calls.len();
        self.is_empty() && unknown == 0
    }

    /// Whether there are tenants, and none of them has any of the attributes that are looked for.
    pub fn has_no_values(&self) -> bool {
        !self.tenants.is_empty() && self.tenants.iter().flat_map(Tenant::values).all(Field::is_unseen)
    }

    /// Whether there are tenants, and no value of any of them is known: each is unknown, or was found under no name.
    pub fn all_values_are_unknown(&self) -> bool {
        let is_unknown = |field: &Field| matches!(field.state, State::Unknown(_));
        // A call gives no account of its own.
        let is_given = |tenant: &Tenant, field: &Field| field.kind != FieldKind::SsoAccountId || tenant.is_element();
        let is_blank = |tenant: &Tenant| {
            tenant.values().all(|field| is_unknown(field) || field.is_unseen() || !is_given(tenant, field))
        };
        self.tenants.iter().flat_map(Tenant::values).any(is_unknown) && self.tenants.iter().all(is_blank)
    }
}

impl fmt::Debug for Model<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").field("tenants", &self.tenants).finish_non_exhaustive()
    }
}
