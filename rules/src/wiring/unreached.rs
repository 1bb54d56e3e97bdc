//! Access of a tenant that nobody can request: strategies without a `sym_flow`, and targets without a strategy.

use foldhash::HashSet;
use symlint_core::tenants::{FieldKind, FlowResource, Model, TenantId, text_of};
use symlint_terraform::{ResourceId, Str, Value};

use super::reference::{id_of, references};

/// Access that cannot be requested, although it has resources.
#[derive(Default)]
pub(super) struct Unreached {
    /// Tenants with strategies that are all without a flow.
    pub tenants: HashSet<TenantId>,
    /// Tenants whose strategies have no target.
    pub empty: HashSet<TenantId>,
    /// The accounts of the targets that are in no strategy, with their tenants.
    targets: HashSet<(TenantId, Str)>,
}

/// The ids to which resources of one kind refer.
#[derive(Default)]
struct Referred {
    ids: HashSet<ResourceId>,
    /// Whether there are any such resources.
    is_any: bool,
    /// Whether one of them may refer to any resource.
    is_open: bool,
}

impl Referred {
    fn note(&mut self, value: &Value) {
        self.is_any = true;
        self.add(value);
    }

    fn add(&mut self, value: &Value) {
        match (value.resource(), value.elements()) {
            (Some(id), _) => _ = self.ids.insert(id.clone()),
            (None, Some(elements)) => elements.iter().for_each(|element| self.add(element)),
            (None, None) => self.is_open = true,
        }
    }

    /// Whether it is certain that nothing refers to `id`.
    fn lacks(&self, id: &ResourceId) -> bool {
        self.is_any && !self.is_open && !self.ids.contains(id)
    }
}

impl Unreached {
    pub(super) fn of(model: &Model<'_>) -> Self {
        let mut unreached = Self::default();
        let runtimes = || model.runtimes.iter().filter_map(|runtime| runtime.block.call());
        let others = || model.connectors.iter().map(|connector| connector.call).chain(runtimes());
        let mut calls = model.project.modules().iter().flat_map(|module| &module.calls);
        // A module that cannot be read may have a flow.
        if calls.any(|call| call.child.is_none() && others().all(|other| other.span != call.span)) {
            return unreached;
        }
        let (mut by_flows, mut by_strategies) = (Referred::default(), Referred::default());
        let mut served: HashSet<TenantId> = HashSet::default();
        let mut strategies: Vec<(TenantId, &FlowResource<'_>)> = Vec::new();
        for resource in &model.resources {
            let tenant = model.instance_of(resource).and_then(|instance| instance.tenant);
            for (reference, expr, value) in resource.references() {
                match (reference.to.0, tenant) {
                    ("sym_strategy", _) => by_flows.note(value),
                    ("sym_target", Some(tenant)) if value.elements().is_some_and(<[Value]>::is_empty) => {
                        let own = references(resource.module, expr).resources;
                        let is_of_targets = own.iter().any(|own| reference.may_be(own));
                        unreached.empty.extend(is_of_targets.then_some(tenant));
                        // A strategy that refers to no target is reported by another rule.
                        by_strategies.is_open |= !is_of_targets;
                    }
                    ("sym_target", tenant) => {
                        by_strategies.note(value);
                        served.extend(tenant);
                    }
                    _ => {}
                }
            }
            match tenant {
                Some(tenant) if resource.kind() == "sym_strategy" && resource.sink().is_some() => {
                    strategies.push((tenant, resource));
                }
                _ => {}
            }
        }
        let id = |resource: &FlowResource<'_>| id_of(model, resource);
        let is_forgotten = |resource: &FlowResource<'_>| id(resource).is_some_and(|id| by_flows.lacks(&id));
        unreached.tenants = strategies.iter().map(|(tenant, _)| *tenant).collect();
        for (tenant, strategy) in &strategies {
            if !is_forgotten(strategy) {
                unreached.tenants.remove(tenant);
            }
        }
        unreached.empty.retain(|tenant| !served.contains(tenant));
        let targets = model.resources.iter().filter(|it| it.kind() == "sym_target" && it.sink().is_some());
        for target in targets.filter(|it| id(it).is_some_and(|id| by_strategies.lacks(&id))) {
            let Some(tenant) = model.instance_of(target).and_then(|instance| instance.tenant) else { continue };
            let account = target.settings().find(|(setting, _)| setting.field == FieldKind::TargetAccountId);
            let account = account.and_then(|(_, value)| text_of(&value));
            unreached.targets.extend(account.map(|account| (tenant, account)));
        }
        // A target that a strategy refers to under another key can be requested.
        for resource in model.resources.iter().filter(|it| it.kind() == "sym_target") {
            let is_reached = id(resource).is_some_and(|id| by_strategies.ids.contains(&id));
            let tenant = model.instance_of(resource).and_then(|instance| instance.tenant).filter(|_| is_reached);
            let account = resource.settings().find(|(setting, _)| setting.field == FieldKind::TargetAccountId);
            if let Some(reached) = tenant.zip(account.and_then(|(_, value)| text_of(&value))) {
                unreached.targets.remove(&reached);
            }
        }
        unreached
    }

    /// Whether a strategy of `tenant` has a target for `account`.
    pub(super) fn has_target(&self, tenant: TenantId, account: Option<&Str>) -> bool {
        account.is_some_and(|account| self.targets.contains(&(tenant, account.clone())))
    }
}
