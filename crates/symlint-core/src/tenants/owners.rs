//! Which tenant owns an account, an instance, or a name, in all runs of an invocation. Many rules use it, so it is
//! built once.

use foldhash::HashMap;
use symlint_terraform::Str;

use super::arn::Part;
use super::comparable::Comparable;
use super::format::is_placeholder_resource;
use super::groups::{First, Firsts, Groups};
use super::id::TenantId;
use super::tenant::Tenant;
use crate::facts;

/// Tenants by their values.
#[derive(Debug, Default)]
pub(super) struct OwnerIndex {
    accounts: OwnersByText,
    instances: OwnersByText,
}

/// Tenants by a text, for all runs, and if there are several, for each run.
#[derive(Debug, Default)]
struct OwnersByText {
    all: HashMap<Str, Owner>,
    /// By the indexes of the runs.
    own: Vec<HashMap<Str, Owner>>,
}

/// The owner of an account or an instance.
#[derive(Debug, Default)]
struct Owner {
    /// Tenants with the value whose other values do not contradict it.
    confirmed: Option<Firsts>,
    /// Tenants that have the value in its attribute, even if their other values contradict it.
    stated: Option<Firsts>,
}

impl Owner {
    fn other(&self, tenant: TenantId, groups: &Groups) -> Option<TenantId> {
        let other = |firsts: &Option<Firsts>| firsts.and_then(|it| it.apart_from(tenant, &apart(groups)));
        other(&self.confirmed).or_else(|| other(&self.stated)).map(|first| first.tenant)
    }
}

/// Selects the value of a tenant.
type SelectValue<'a, 't> = &'a dyn Fn(&'t Tenant, &Comparable<'t>) -> Option<Part<'t>>;

fn apart(groups: &Groups) -> impl Fn(TenantId, TenantId) -> bool {
    |a, b| !groups.same_organization(a, b)
}

impl OwnersByText {
    fn new<'t>(
        tenants: &[&'t Tenant],
        comparables: &[Comparable<'t>],
        groups: &Groups,
        has_runs: bool,
        [stated, confirmed]: [SelectValue<'_, 't>; 2],
    ) -> Self {
        let mut kept = Self::default();
        kept.all.reserve(tenants.len());
        let apart = &apart(groups);
        for (tenant, comparable) in tenants.iter().zip(comparables) {
            let first = First::of(tenant.id);
            let stated = stated(tenant, comparable).filter(|part| !part.text().is_empty());
            let confirmed = confirmed(tenant, comparable);
            let run = tenant.id.run.index();
            if has_runs && kept.own.len() <= run {
                kept.own.resize_with(run + 1, HashMap::default);
            }
            let own = kept.own.get_mut(run).filter(|_| has_runs);
            for owners in own.into_iter().chain([&mut kept.all]) {
                if let Some(part) = stated {
                    Firsts::see(&mut owners.entry(part.piece.share()).or_default().stated, first, apart);
                }
                if let Some(part) = confirmed {
                    Firsts::see(&mut owners.entry(part.piece.share()).or_default().confirmed, first, apart);
                }
            }
        }
        kept
    }

    /// The first tenant of another customer than `tenant`, from the same run if possible.
    fn other(&self, text: &str, tenant: TenantId, groups: &Groups) -> Option<TenantId> {
        let own = self.own.get(tenant.run.index());
        let of = |owners: &HashMap<Str, Owner>| owners.get(text)?.other(tenant, groups);
        own.and_then(of).or_else(|| of(&self.all))
    }

    fn is_shared(&self, text: &str, by: impl Fn(&Owner) -> Option<Firsts>) -> bool {
        self.all.get(text).and_then(by).is_some_and(Firsts::are_several)
    }
}

impl OwnerIndex {
    pub(super) fn new<'t>(
        tenants: &[&'t Tenant],
        comparables: &[Comparable<'t>],
        groups: &Groups,
        has_runs: bool,
    ) -> Self {
        let kept = |by| OwnersByText::new(tenants, comparables, groups, has_runs, by);
        Self {
            accounts: kept([&|tenant, _| tenant.sso_account(), &|_, comparable| comparable.sso_account]),
            instances: kept([&|tenant, _| tenant.instance_id(), &|_, comparable| comparable.instance]),
        }
    }

    /// The first tenant of another customer than `tenant` whose SSO account this is, according to all its values; or
    /// else the first that only has it as `sso_account_id`. Tenants of the same run come first.
    pub(super) fn of_account(&self, account: &str, tenant: TenantId, groups: &Groups) -> Option<TenantId> {
        if facts::is_placeholder_account(account) {
            return None;
        }
        self.accounts.other(account, tenant, groups)
    }

    /// The first tenant of another customer than `tenant` whose instance this is, according to all its values; or else
    /// the first that only has it in `instance_arn`. Tenants of the same run come first.
    pub(super) fn of_instance(&self, instance: &str, tenant: TenantId, groups: &Groups) -> Option<TenantId> {
        if is_placeholder_resource(instance) {
            return None;
        }
        self.instances.other(instance, tenant, groups)
    }

    /// Whether any tenant has this `sso_account_id`.
    pub(super) fn is_account(&self, account: &str) -> bool {
        self.accounts.all.contains_key(account)
    }

    /// Whether tenants of different customers have this SSO account, without other values that contradict it.
    pub(super) fn is_shared_account(&self, account: &str) -> bool {
        self.accounts.is_shared(account, |owner| owner.confirmed)
    }

    /// Whether tenants of different customers have this `sso_account_id`.
    pub(super) fn is_stated_shared_account(&self, account: &str) -> bool {
        self.accounts.is_shared(account, |owner| owner.stated)
    }

    /// Whether tenants of different customers have this instance, without other values that contradict it.
    pub(super) fn is_shared_instance(&self, instance: &str) -> bool {
        self.instances.is_shared(instance, |owner| owner.confirmed)
    }
}
