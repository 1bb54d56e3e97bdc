//! Everything that rules can look at.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use foldhash::{HashMap, HashSet};
use symlint_terraform::{
    ConversionProblem, FileId, Module, ModuleCall, Path, Project, Resource, Sources, Span, Str, Unknown, Value,
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
use super::sources::{Source, SourceIndex, Way, text_of};
use super::step::Steps;
use super::tenant::{Provenance, Tenant};
use crate::coverage::NotChecked;

/// A value that takes effect for a tenant and is not known before apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownEffect {
    pub tenant: TenantId,
    pub field: FieldKind,
    /// Why it is not known.
    pub reason: String,
    /// The expression of the unknown value.
    pub span: Span,
    /// Whether Terraform may know it, although symlint does not evaluate it.
    pub is_unevaluated: bool,
}

/// An entry that looks like those of tenants and whose account is in a safelist, although no flow is built from it.
#[derive(Debug)]
pub struct Unwired {
    pub name: Str,
    pub account: Str,
    /// The ID of its Identity Center instance, if it has one.
    pub instance: Option<Str>,
    /// Where its key is written; without a key, where the entry is written.
    pub span: Span,
    pub path: Path,
    /// The number of entries in its collection.
    pub siblings: usize,
}

/// The number of tenants out of `of`, for a message, with the first few names: ``2 of 5 tenants (`foo`, `bar`)``.
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
    /// Whether it is a list or a set. In that case, only the calls that use it show whose values its elements are.
    pub is_list: bool,
}

impl TenantsVariable {
    /// The variable in words, such as ``the variable `customer_tenants` ``.
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
    /// They are known. There may be none.
    Known,
    /// The variable is declared, but nothing sets it.
    Unset,
    /// It is null; the null is written here.
    Null(Span),
    /// They are not known.
    Unknown {
        reason: String,
        /// The place of the reason.
        span: Span,
    },
}

/// Everything that rules can look at.
pub struct Model<'p> {
    pub run: RunId,
    /// The Terraform project that was read.
    pub project: &'p Project,
    /// The tenants variables that are declared or set.
    pub variables: Vec<TenantsVariable>,
    /// The tenants in source order.
    pub tenants: Vec<Tenant>,
    /// The calls of the flow module.
    pub flows: Vec<FlowCall<'p>>,
    /// The calls of modules with flows whose number of instances is unknown, and why.
    pub unknown_calls: Vec<(&'p ModuleCall, Arc<Unknown>)>,
    /// The resources that act for tenants and whose number is unknown, and why.
    pub unknown_resources: Vec<(&'p Resource, Arc<Unknown>)>,
    /// The calls that are repeated for one of several collections, not known which.
    pub open_calls: HashSet<Span>,
    /// The calls of modules that cannot be read and receive tenants' values under unknown names.
    pub unread_calls: Vec<&'p ModuleCall>,
    /// The other calls of modules that cannot be read and receive values of tenants, which may be for something else.
    pub receiving_calls: Vec<&'p ModuleCall>,
    /// The calls of the connector module.
    pub connectors: Vec<ConnectorCall<'p>>,
    /// The calls of the runtime connector module.
    pub runtimes: Vec<RuntimeCall<'p>>,
    /// The hand-written roles that replace these modules.
    pub trusts: Vec<Trust<'p>>,
    /// Where the values of the tenants variables differ from their declared types.
    pub conversions: Vec<ConversionProblem>,
    /// Sym's resources in the instances of the flow module, in the order of the instances.
    pub resources: Vec<FlowResource<'p>>,
    /// The folders of the flow modules, and of the modules that they call.
    pub(crate) flow_folders: HashSet<String>,
    /// The errors of evaluation.
    pub evaluation_errors: Vec<symlint_terraform::EvalError>,
    /// Errors of evaluation that only concern resources of flow modules. The values that the modules receive may be the
    /// cause.
    pub resource_errors: Vec<symlint_terraform::EvalError>,
    /// The values of tenants with very many values, computed when a rule needs them.
    pub(crate) values: Mutex<HashMap<TenantId, HashSet<(FieldKind, Str)>>>,
    /// The keys that are written twice in YAML.
    pub lost_keys: Vec<symlint_terraform::LostKey>,
    /// Whether the declared types of the tenants variables are known. If not, those of the shipped example are assumed.
    pub types_are_declared: bool,
    /// The tenants by name.
    pub index: Index,
    /// Values that its tenants share but should not. Filled when all runs have been compared.
    pub relations: Vec<Relation>,
    /// What the names of its connector roles mean. Filled when all runs have been compared.
    pub role_names: RoleNames,
    /// The entries that `merge` drops, in source order.
    pub overridden: Vec<Overridden>,
    /// Entries that no flow is built from, although their accounts are in a safelist, in source order.
    pub unwired: Vec<Unwired>,
    /// For each instance ID, the index of the first of these entries.
    pub(crate) unwired_instances: OnceLock<HashMap<Str, usize>>,
    /// The keys that are written twice in one object, computed when a rule needs them.
    pub keys_twice: OnceLock<HashSet<Span>>,
    /// Which of the tenants' values each value was built from.
    pub sources_of_values: SourceIndex,
    /// Values that flows receive for tenants and that are not known before apply, although the tenants' own values are
    /// known.
    pub unknown_effects: Vec<UnknownEffect>,
    /// Everything that could not be checked.
    pub not_checked: Vec<NotChecked>,
}

impl<'p> Model<'p> {
    /// The files that were read.
    pub fn sources(&self) -> &'p Sources {
        self.project.sources()
    }

    /// The tenant `id`, which must be in this model.
    #[allow(clippy::indexing_slicing, reason = "ids are made with the tenants, which are never removed")]
    pub fn tenant(&self, id: TenantId) -> &Tenant {
        &self.tenants[id.index()]
    }

    /// The flow instance of a resource.
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

    /// Whether a variable of the module has this value of the tenant, but nothing that the module sets is made of it.
    pub fn is_passed_in_vain(&self, instance: &FlowInstance, tenant: TenantId, kind: FieldKind) -> bool {
        let is_it = |source: &Source<'_>| matches!(source, Source::Field(it) if it.tenant == tenant && it.kind == kind);
        let is_of_it = |value: &Value, is_whole: bool| {
            let made_of = self.sources_of_values.of(value, tenant).unwrap_or_default();
            made_of.iter().any(is_it) && (!is_whole || made_of.len() == 1 && text_of(value).is_some())
        };
        let is_carrier = |name: &Str| {
            let mut carriers = instance.carriers.iter().filter(|(carrier, _)| carrier == name);
            carriers.any(|(_, parts)| parts.iter().any(|part| part.field == kind))
        };
        let mut inputs = instance.inputs.iter().filter(|input| !is_carrier(&input.name));
        let is_passed = inputs.any(|input| is_of_it(&input.value, true));
        let own = || self.instances_of(tenant).find(|(own, _)| std::ptr::eq(*own, instance));
        let resources = || own().map(|(_, resources)| resources).unwrap_or_default();
        let is_set = || resources().iter().flat_map(FlowResource::settings).any(|(_, value)| is_of_it(&value, false));
        is_passed && !resources().is_empty() && !is_set()
    }

    /// All resources of the flow instance that has `resource`.
    pub fn siblings_of(&self, resource: &FlowResource<'_>) -> &[FlowResource<'p>] {
        resources_of(&self.resources, resource.flow, resource.instance)
    }

    /// Whether a tenant is certain to have the value `text` of this kind. This is fast even if the tenant has very many
    /// grants.
    pub fn has(&self, tenant: TenantId, kind: FieldKind, text: &str) -> bool {
        /// For this many or fewer grants, comparing them is faster than a lookup.
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
            // In reverse, so that the first of several entries wins.
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

    /// Whether a place is in the root module, where an expression can refer to the variables with tenants.
    pub fn is_in_root_module(&self, span: Span) -> bool {
        let sources = self.sources();
        let source = sources.get(span.file);
        let folder = source.name().rsplit_once('/').map_or("", |(folder, _)| folder);
        self.project.root().is_some_and(|root| root.dir == folder)
    }

    /// Whether this file has no syntax error.
    pub fn is_readable(&self, file: FileId) -> bool {
        self.project.files().iter().all(|loaded| loaded.id != file || loaded.file.errors.is_empty())
    }

    /// Whether no file has a syntax error.
    pub fn is_everything_readable(&self) -> bool {
        self.project.unreadable().is_empty() && self.project.files().iter().all(|loaded| loaded.file.errors.is_empty())
    }

    /// Whether it is certain that all tenants and flows were found.
    pub fn knows_its_flows(&self) -> bool {
        self.unknown_calls.is_empty() && self.flows.iter().all(|flow| flow.unknown.is_none())
    }

    /// Whether all its tenants and their SSO accounts are known.
    pub fn knows_its_accounts(&self) -> bool {
        self.tenants.iter().all(Tenant::is_sso_account_known) && self.knows_its_flows() && self.is_everything_readable()
    }

    /// Whether the files in the folder of a module, which declare its variables, have no syntax errors.
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

    /// The number of tenants out of `of`, for a message, with the first few names: ``2 of 5 tenants (`foo`, `bar`)``.
    pub fn count(&self, tenants: &[TenantId], of: usize) -> String {
        let names: Vec<String> = tenants.iter().map(|&id| format!("`{}`", self.tenant(id).name())).collect();
        count(&names, of)
    }

    /// A tenant by its name, and several like [`Self::count`].
    pub fn name_or_count(&self, tenants: &[TenantId], of: usize) -> String {
        match tenants {
            [only] => format!("`{}`", self.tenant(*only).name()),
            _ => self.count(tenants, of),
        }
    }

    /// The path from the element of a tenant to its value of this kind, if it is known.
    pub fn way_to(&self, tenant: TenantId, kind: FieldKind) -> Option<Steps> {
        self.ways_to(tenant, kind).first().map(|way| way.steps.clone())
    }

    /// All paths from the element of a tenant to a value of this kind. Paths to a part of the value are only used if
    /// there are no others.
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

    /// The tenant whose element `path` leads to, or into.
    pub fn tenant_at(&self, path: &Path) -> Option<&Tenant> {
        let tenant = self.sources_of_values.tenant_at(path).map(|tenant| self.tenant(tenant));
        // Every variable and local of a root module that is for one tenant is this tenant's.
        tenant.or_else(|| {
            self.tenants.first().filter(|tenant| tenant.is_root_module() && path.start().is_of_root_module())
        })
    }

    /// The values of one kind that its tenants share but should not. Empty until all runs have been compared.
    pub fn relations_of(&self, kind: RelationKind) -> impl Iterator<Item = &Relation> {
        self.relations.iter().filter(move |relation| relation.kind == kind)
    }

    /// Whether there is nothing to check. A tenants variable without entries counts as something.
    pub fn is_empty(&self) -> bool {
        let calls = self.flows.len() + self.connectors.len() + self.runtimes.len() + self.trusts.len();
        self.variables.is_empty() && self.tenants.is_empty() && calls == 0
    }

    /// Whether it is certain that there is nothing to check.
    pub fn is_certainly_empty(&self) -> bool {
        let unknown = self.unknown_calls.len() + self.unknown_resources.len() + self.unread_calls.len();
        self.is_empty() && unknown == 0
    }

    /// Whether there are tenants, but none of them has any of the expected attributes.
    pub fn has_no_values(&self) -> bool {
        !self.tenants.is_empty() && self.tenants.iter().flat_map(Tenant::values).all(Field::is_unseen)
    }

    /// Whether there are tenants, but no value of any of them is known: each is unknown, or no attribute was recognized
    /// as such.
    pub fn all_values_are_unknown(&self) -> bool {
        let is_unknown = |field: &Field| matches!(field.state, State::Unknown(_));
        // A tenant that only a call defines has no account of its own.
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
