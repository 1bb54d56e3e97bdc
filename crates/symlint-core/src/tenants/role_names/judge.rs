//! Judges the name of one role by how those of others are named.

use std::cell::OnceCell;

use foldhash::{HashMap, HashSet};

use super::named::{NamedTenant, key_of, words};
use super::{Affixes, NamingConvention, NamingConventionKind, RoleNames, RoleNaming};
use crate::config::Config;
use crate::tenants::groups::{Firsts, Groups};
use crate::tenants::id::TenantId;
use crate::tenants::index::Index;
use crate::tenants::names::{known_role_kind, normalise};
use crate::tenants::relation::{Relation, RelationKind};
use crate::tenants::tenant::Tenant;

/// All tenants of an invocation, any of which may own a role.
pub(in crate::tenants) struct Everyone<'a, 't> {
    /// In order of their indexes.
    pub(in crate::tenants) tenants: &'a [&'t Tenant],
    pub(in crate::tenants) groups: &'a Groups,
    /// By normalized name, if there are several runs: the first tenant, and the first of another customer.
    pub(in crate::tenants) names: &'a HashMap<String, Option<Firsts>>,
    /// Names that several customers have, and that the roles of all but one of these customers have.
    pub(in crate::tenants) claimed: &'a HashSet<String>,
    /// The folders, by their normalized names, that the roles of tenants in them are named after, with the first of these.
    pub(in crate::tenants) named_folders: &'a HashMap<String, TenantId>,
}

impl<'t> Everyone<'_, 't> {
    fn tenant(&self, id: TenantId) -> Option<&'t Tenant> {
        self.tenants.get(self.groups.place(id)).copied()
    }
}

/// Tenants that share their SSO account and the role in it. It is reported elsewhere that they are one customer.
pub(super) fn sharing(relations: &[Relation], all: &Everyone<'_, '_>) -> HashSet<TenantId> {
    let role = |id: TenantId| all.tenant(id)?.connector.role_arn.as_str();
    relations
        .iter()
        .filter(|relation| relation.kind == RelationKind::SharedSsoAccount)
        .filter(|relation| role(relation.tenant).is_some() && role(relation.tenant) == role(relation.other))
        .flat_map(|relation| [relation.tenant, relation.other])
        .collect()
}

/// Tenants of one collection, or of calls, with the same key. The name of one of them is not its own.
fn contested(tenants: &[Tenant]) -> HashSet<TenantId> {
    let mut owners: HashMap<_, Vec<TenantId>> = HashMap::default();
    for tenant in tenants {
        if let Some(key) = key_of(tenant) {
            owners.entry((tenant.path.parent(), key)).or_default().push(tenant.id);
        }
    }
    owners.into_values().filter(|owners| owners.len() > 1).flatten().collect()
}

/// Tenants that share one written connector object.
pub(super) fn shared_objects(tenants: &[Tenant]) -> HashSet<TenantId> {
    let mut owners: HashMap<_, Vec<TenantId>> = HashMap::default();
    for tenant in tenants {
        if let Some(source) = tenant.connector_source() {
            owners.entry(source).or_default().push(tenant.id);
        }
    }
    owners.into_values().filter(|owners| owners.len() > 1).flatten().collect()
}

/// The normalized names of customers and organizations, by the first tenant of each customer.
pub(super) fn groups(tenants: &[Tenant], all: &Groups, config: &Config) -> HashMap<u32, Vec<String>> {
    let mut names: HashMap<&str, Vec<&str>> = HashMap::default();
    for group in config.customers.iter().chain(&config.organizations) {
        for key in &group.tenants {
            names.entry(key).or_default().push(&group.name);
        }
    }
    let mut groups: HashMap<u32, Vec<String>> = HashMap::default();
    for tenant in tenants {
        for name in names.get(tenant.name()).into_iter().flatten() {
            groups.entry(all.customer(tenant.id)).or_default().push(normalise(name));
        }
    }
    groups
}

pub(super) fn other_names(tenants: &[Tenant]) -> HashMap<String, TenantId> {
    let mut names: HashMap<String, TenantId> = HashMap::default();
    for tenant in tenants {
        for name in tenant.other_names.iter().map(|name| normalise(name)).filter(|name| !name.is_empty()) {
            names.entry(name).or_insert(tenant.id);
        }
    }
    names
}

pub(super) struct RoleNameJudge<'t, 'a> {
    pub(super) tenants: &'t [Tenant],
    /// Tenants with the same key as another one, computed when needed.
    pub(super) contested: OnceCell<HashSet<TenantId>>,
    pub(super) index: &'a Index,
    pub(super) all: &'a Everyone<'a, 't>,
    pub(super) names: Vec<NamedTenant<'t>>,
    pub(super) sharing: HashSet<TenantId>,
    /// The relations of the run's tenants, in the order of the tenants.
    pub(super) relations: &'a [Relation],
    /// Tenants that share one written connector object.
    pub(super) shared_objects: HashSet<TenantId>,
    /// Role names that several tenants have and that are the first words of most keys, with the first tenant of each.
    pub(super) leading: HashMap<String, TenantId>,
    pub(super) groups: HashMap<u32, Vec<String>>,
    /// The first tenant with the name or slug of each organization, [normalized](normalise).
    pub(super) other_names: HashMap<String, TenantId>,
}

impl RoleNameJudge<'_, '_> {
    pub(super) fn judge(&self, tenants: &[Tenant]) -> RoleNames {
        let convention = self.affixes();
        let shortened = self.shortened(tenants, convention.as_ref());
        let namings: Vec<RoleNaming> = tenants
            .iter()
            .zip(&self.names)
            .map(|(tenant, named)| self.naming(tenant.id, named, convention.as_ref(), &shortened))
            .collect();
        let is_unexpected = |id: &TenantId| namings.get(id.index()) == Some(&RoleNaming::Unexpected);
        let mut conventions = Vec::new();
        if let Some(kind) = convention {
            let follows = |named: &NamedTenant<'_>| match &kind {
                NamingConventionKind::Longer(affixes) => named.longer().as_ref() == Some(affixes),
                NamingConventionKind::Shorter(affixes) => named.shorter().as_ref() == Some(affixes),
                NamingConventionKind::SameName | NamingConventionKind::OtherForm(_) => false,
            };
            let ids = tenants.iter().zip(&self.names).filter(|(_, named)| follows(named)).map(|(tenant, _)| tenant.id);
            let tenants: Vec<TenantId> = ids.filter(is_unexpected).collect();
            conventions.push(NamingConvention { kind, tenants, of: self.population() });
        }
        let taken: HashSet<TenantId> = conventions.iter().flat_map(|convention| &convention.tenants).copied().collect();
        let mut same: HashMap<&str, Vec<TenantId>> = HashMap::default();
        for (tenant, named) in tenants.iter().zip(&self.names) {
            if let Some(role) = named.role.filter(|_| is_unexpected(&tenant.id) && !taken.contains(&tenant.id)) {
                same.entry(role).or_default().push(tenant.id);
            }
        }
        let of = self.population();
        let same = same.into_values().find(|tenants| of >= 3 && tenants.len() * 2 > of);
        conventions.extend(same.map(|tenants| NamingConvention { kind: NamingConventionKind::SameName, tenants, of }));
        conventions.extend(self.other_form(tenants));
        conventions.retain(|convention| !convention.tenants.is_empty());
        RoleNames { namings, conventions, folders: Vec::new() }
    }

    /// How many tenants have a role name that can be compared with their own name.
    fn population(&self) -> usize {
        self.names.iter().filter(|named| named.comparable().is_some()).count()
    }

    /// The affixes that two or more tenants, and more than half of all, have or lack around their own name.
    fn affixes(&self) -> Option<NamingConventionKind> {
        let mut counts: HashMap<NamingConventionKind, usize> = HashMap::default();
        for named in self.names.iter().filter(|named| !named.is_own()) {
            let longer = named.longer().map(NamingConventionKind::Longer);
            if let Some(kind) = longer.or_else(|| named.shorter().map(NamingConventionKind::Shorter)) {
                *counts.entry(kind).or_default() += 1;
            }
        }
        let population = self.population();
        counts.into_iter().find(|&(_, count)| count >= 2 && count * 2 > population).map(|(kind, _)| kind)
    }

    /// The first words that several entries of each customer share.
    pub(super) fn leading(&self) -> HashMap<String, TenantId> {
        let mut counts: HashMap<&str, (TenantId, usize)> = HashMap::default();
        let leads = |named: &NamedTenant<'_>| named.has_leading() && self.index.with_name(&named.role_word).is_empty();
        for (tenant, named) in self.tenants.iter().zip(&self.names).filter(|(_, named)| leads(named)) {
            counts.entry(&named.role_word).or_insert((tenant.id, 0)).1 += 1;
        }
        let all: usize = counts.values().map(|(_, count)| count).sum();
        let are_several = counts.len() > 1 && counts.values().any(|(_, count)| *count > 1);
        let is_habit = are_several && all * 2 > self.population();
        counts.into_iter().filter(|_| is_habit).map(|(word, (tenant, _))| (word.to_owned(), tenant)).collect()
    }

    /// The form of two or more role names, and more than half of all, that is not the configured one.
    fn other_form(&self, tenants: &[Tenant]) -> Option<NamingConvention> {
        let mut forms: HashMap<Affixes, Vec<TenantId>> = HashMap::default();
        for (tenant, named) in tenants.iter().zip(&self.names) {
            let is_other = named.environment.is_none() && !named.has_constant_name;
            let role = named.role.filter(|role| is_other && known_role_kind(role).is_none());
            if let Some(affixes) = role.and_then(|role| Affixes::around(&named.own_word, role)) {
                forms.entry(affixes).or_default().push(tenant.id);
            }
        }
        let of = self.names.iter().filter(|named| named.role.is_some()).count();
        let form = forms.into_iter().find(|(_, tenants)| tenants.len() >= 2 && tenants.len() * 2 > of);
        form.map(|(affixes, tenants)| NamingConvention { kind: NamingConventionKind::OtherForm(affixes), tenants, of })
    }

    /// The tenants, by their keys without the affixes of the convention.
    fn shortened(&self, tenants: &[Tenant], convention: Option<&NamingConventionKind>) -> HashMap<String, TenantId> {
        let Some(NamingConventionKind::Shorter(affixes)) = convention else { return HashMap::default() };
        let mut short = HashMap::default();
        for (tenant, named) in tenants.iter().zip(&self.names) {
            if let Some(name) = affixes.strip(named.key) {
                short.entry(name).or_insert(tenant.id);
            }
        }
        short
    }

    fn naming(
        &self,
        id: TenantId,
        named: &NamedTenant<'_>,
        convention: Option<&NamingConventionKind>,
        shortened: &HashMap<String, TenantId>,
    ) -> RoleNaming {
        if named.role.is_none() {
            return RoleNaming::Nothing;
        }
        if named.has_constant_name {
            return RoleNaming::Nothing;
        }
        if named.environment.is_none() {
            return RoleNaming::OtherKind;
        }
        let Some(environment) = named.comparable() else { return RoleNaming::Nothing };
        if named.is_left_over && !named.is_own() {
            return RoleNaming::NameLeftOver;
        }
        if let Some(owner) = self.owner_of_folder(id, named) {
            return RoleNaming::Foreign(owner);
        }
        if named.is_own()
            || self.is_of_customer(id, &named.role_word)
            || self.is_of_group(id, &named.role_word)
            || self.is_of_shared_object(id, named)
            || self.leading.contains_key(&named.role_word) && named.has_leading()
        {
            return RoleNaming::Own;
        }
        let is_other = |a: TenantId, b: TenantId| !self.all.groups.same_customer(a, b);
        let other = |word: &str| {
            let own = self.index.with_name(word).iter().copied().find(|&other| is_other(other, id));
            let of_all = || Some(self.all.names.get(word).copied().flatten()?.apart_from(id, &is_other)?.tenant);
            let by_other_name = || self.other_names.get(word).copied().filter(|&other| is_other(other, id));
            let leading = || self.leading.get(word).copied().filter(|&other| is_other(other, id));
            self.sharer(id, word).or(own).or_else(of_all).or_else(by_other_name).or_else(leading)
        };
        let exact = other(&named.role_word);
        let inner = if let Some(NamingConventionKind::Longer(affixes)) = convention {
            affixes.strip(environment)
        } else {
            None
        };
        let is_own_by_convention = inner.as_ref() == Some(&named.own_word);
        let foreign = exact.or_else(|| match convention {
            Some(NamingConventionKind::Longer(_)) => {
                inner.filter(|_| !is_own_by_convention).and_then(|inner| other(&inner))
            }
            Some(NamingConventionKind::Shorter(_)) => {
                shortened.get(&named.role_word).copied().filter(|&other| is_other(other, id))
            }
            _ => None,
        });
        // `Acme-Eu` belongs to `acme`, unless there is an `acme_eu`.
        let is_more_of_own = |other: TenantId| {
            let is_others_name = exact.is_some() && !is_own_by_convention && !self.is_one_customer(id, other);
            named.contains_own() && !is_others_name
        };
        if self.contested.get_or_init(|| contested(self.tenants)).contains(&id) {
            return RoleNaming::Nothing;
        }
        match foreign {
            Some(other) if !is_more_of_own(other) && !self.is_further_entry(id, other) => RoleNaming::Foreign(other),
            _ if self.sharing.contains(&id) => RoleNaming::Nothing,
            _ => RoleNaming::Unexpected,
        }
    }

    /// The tenant with this name that has the same account.
    fn sharer(&self, id: TenantId, word: &str) -> Option<TenantId> {
        let from = self.relations.partition_point(|relation| relation.tenant < id);
        let mut own = self.relations.iter().skip(from).take_while(|relation| relation.tenant == id);
        let is_it = |relation: &&Relation| {
            let is_of_account =
                matches!(relation.kind, RelationKind::SharedSsoAccount | RelationKind::DuplicateSsoAccount);
            let key = self.all.tenant(relation.other).and_then(key_of);
            is_of_account && key.is_some_and(|key| normalise(key) == word)
        };
        own.find(is_it).map(|relation| relation.other)
    }

    /// Whether several tenants share one written connector object, and its role is named after the first words of the
    /// key.
    fn is_of_shared_object(&self, id: TenantId, named: &NamedTenant<'_>) -> bool {
        self.shared_objects.contains(&id) && named.has_leading()
    }

    /// Whether a tenant shares account and role with another one, and its key starts with the other's key. In that
    /// case, it is a further entry for one customer with one connector.
    fn is_further_entry(&self, id: TenantId, other: TenantId) -> bool {
        let key = |id: TenantId| self.all.tenant(id).and_then(key_of).map(words).unwrap_or_default();
        self.is_one_customer(id, other) && !key(other).is_empty() && key(id).starts_with(&key(other))
    }

    /// Whether both share account and role with another tenant, as entries for one customer do.
    fn is_one_customer(&self, id: TenantId, other: TenantId) -> bool {
        self.sharing.contains(&id) && self.sharing.contains(&other)
    }

    /// The tenant whose folder the role is named after, where roles are named after folders, since customers have equal keys:
    /// it came with a copy of that folder.
    fn owner_of_folder(&self, id: TenantId, named: &NamedTenant<'_>) -> Option<TenantId> {
        let is_of_other = |folder: &String| !folder.starts_with(&named.role_word);
        let is_habit = named.is_shared && !named.others.is_empty() && self.all.named_folders.len() > 1;
        let owner = self.all.named_folders.get(&named.role_word).copied().filter(|owner| *owner != id)?;
        (is_habit && named.others.iter().all(is_of_other)).then_some(owner)
    }

    /// Whether a role with this word belongs to a tenant of the same customer in another run.
    fn is_of_customer(&self, id: TenantId, word: &str) -> bool {
        let firsts = self.all.names.get(word).copied().flatten();
        firsts.is_some_and(|firsts| self.all.groups.same_customer(firsts.first(), id))
    }

    /// Whether a role with this word belongs to the tenant's customer, to another tenant of this customer, or to the
    /// organization. Roles of other customers in the organization do not count.
    fn is_of_group(&self, id: TenantId, word: &str) -> bool {
        self.index.with_name(word).iter().any(|&other| other != id && self.all.groups.same_customer(other, id))
            || self.groups.get(&self.all.groups.customer(id)).is_some_and(|names| names.iter().any(|it| it == word))
    }
}
