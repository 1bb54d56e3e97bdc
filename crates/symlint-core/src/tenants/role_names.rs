//! Which tenants the connector roles belong to, according to the roles' names. This is determined in one place, so that
//! one cause leads to one finding.

use std::cell::OnceCell;

use foldhash::{HashMap, HashSet};

use super::arn::Part;
use super::groups::{Firsts, Groups};
use super::id::TenantId;
use super::index::Index;
use super::names::{environment_of, known_role_kind, normalise};
use super::relation::{Relation, RelationKind};
use super::tenant::Tenant;
use crate::config::Config;

/// What the name of a tenant's connector role means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleNaming {
    /// Nothing: the role is not known, its name is malformed or the same for all tenants, or the tenant has no name to
    /// compare it with.
    Nothing,
    /// It is not a connector role, but another kind of role.
    OtherKind,
    /// It is the tenant's own role, or that of its customer or its organization.
    Own,
    /// It is the role of this other tenant.
    Foreign(TenantId),
    /// The role matches the root module's folder, but the tenant has the name of another customer.
    NameLeftOver,
    /// It matches no tenant.
    Unexpected,
}

/// A form of role names that more than half of the tenants share and that the configuration does not describe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamingConvention {
    /// What the names have in common.
    pub kind: NamingConventionKind,
    /// The tenants whose roles have this form, in source order.
    pub tenants: Vec<TenantId>,
    /// The number of all tenants.
    pub of: usize,
}

/// What the names of many roles have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NamingConventionKind {
    /// All names are the same.
    SameName,
    /// Each name is the tenant's name between these affixes.
    Longer(Affixes),
    /// Each name is the tenant's name without these affixes.
    Shorter(Affixes),
    /// Each name is the tenant's name between these affixes, in a form that is not the configured one.
    OtherForm(Affixes),
}

/// The texts in front of and after a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Affixes {
    /// The text in front of it.
    pub prefix: String,
    /// The text after it.
    pub suffix: String,
}

/// What the names of all connector roles mean.
#[derive(Debug, Default)]
pub struct RoleNames {
    namings: Vec<RoleNaming>,
    conventions: Vec<NamingConvention>,
    /// The folders of the root module, normalized, where they may be the names of customers.
    folders: Vec<String>,
}

impl RoleNames {
    pub(super) fn new(
        tenants: &[Tenant],
        index: &Index,
        relations: &[Relation],
        (config, folders): (&Config, &[String]),
        all: &Everyone<'_, '_>,
    ) -> Self {
        let named = |tenant| {
            let mut named = NamedTenant::of(tenant, config);
            // A name that several customers have identifies none of them, unless all others have it, too.
            let is_shared = all.names.get(&named.own_word).copied().flatten().is_some_and(Firsts::are_several);
            if is_shared {
                named.is_shared = true;
                match all.claimed.contains(&named.own_word) {
                    true => named.is_left_over = folders.contains(&named.role_word) && !named.has_leading(),
                    false => named.others.extend(folders.iter().cloned()),
                }
            }
            named
        };
        let mut judge = RoleNameJudge {
            tenants,
            contested: OnceCell::new(),
            index,
            all,
            names: tenants.iter().map(named).collect(),
            sharing: sharing(relations, all),
            relations,
            shared_objects: shared_objects(tenants),
            leading: HashMap::default(),
            groups: groups(tenants, all.groups, config),
            other_names: other_names(tenants),
        };
        judge.leading = judge.leading();
        RoleNames { folders: folders.to_vec(), ..judge.judge(tenants) }
    }

    /// Whether this is what the name of any role means.
    pub(super) fn have(&self, naming: RoleNaming) -> bool {
        self.namings.contains(&naming)
    }

    /// Whether the role of a tenant is named after a folder of its root module.
    pub(crate) fn is_of_folder(&self, tenant: &Tenant, config: &Config) -> bool {
        role_word(tenant, config).is_some_and(|word| self.folders.contains(&word))
    }

    /// What the name of this tenant's role means.
    pub fn of(&self, tenant: TenantId) -> RoleNaming {
        self.namings.get(tenant.index()).copied().unwrap_or(RoleNaming::Nothing)
    }

    /// The conventions that explain many unexpected names. Each tenant is in at most one of them.
    pub fn conventions(&self) -> &[NamingConvention] {
        &self.conventions
    }
}

impl Affixes {
    /// The affixes of `inner`, a normalized name, in `outer`; `None` if `outer` does not contain it, or is equal to it.
    fn around(inner: &str, outer: &str) -> Option<Self> {
        let at = normalise(outer).find(inner)?;
        let mut letters = outer.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()).skip(at);
        let (start, _) = letters.next()?;
        let end = letters.nth(inner.len().checked_sub(2)?).map(|(at, c)| at + c.len_utf8())?;
        let affixes = Self { prefix: outer.get(..start)?.to_owned(), suffix: outer.get(end..)?.to_owned() };
        affixes.is_something().then_some(affixes)
    }

    fn is_something(&self) -> bool {
        [&self.prefix, &self.suffix].iter().any(|affix| affix.contains(|c: char| c.is_ascii_alphanumeric()))
    }

    /// `text` without these affixes, normalized; `None` if it does not have both.
    fn strip(&self, text: &str) -> Option<String> {
        let inner = text.strip_prefix(self.prefix.as_str())?.strip_suffix(self.suffix.as_str())?;
        Some(normalise(inner)).filter(|inner| !inner.is_empty())
    }
}

/// A tenant and its role in a comparable form.
struct NamedTenant<'t> {
    /// The name of the role.
    role: Option<&'t str>,
    /// The environment in it; `None` if the name has another form.
    environment: Option<&'t str>,
    /// The environment, normalized.
    role_word: String,
    /// The tenant's key, cleaned.
    key: &'t str,
    /// The tenant's key or configured environment, normalized.
    own_word: String,
    /// The configured environment.
    configured: Option<&'t str>,
    /// Whether the role has the one name that all roles have.
    has_constant_name: bool,
    /// Other names of the tenant, normalized.
    others: Vec<String>,
    /// Whether several customers have the tenant's name.
    is_shared: bool,
    /// Whether the role is named after the root module's folder, but the tenant after another customer.
    is_left_over: bool,
}

impl<'t> NamedTenant<'t> {
    fn of(tenant: &'t Tenant, config: &'t Config) -> Self {
        // A role that serves all tenants is not named after one of them.
        let own = tenant.role().filter(|_| !tenant.connector.is_common);
        let role = own.map(|role| role.name).filter(|name| name.is_well_formed()).map(Part::text);
        let environment = role.and_then(|role| environment_of(role, &config.role_name));
        let key = key_of(tenant).unwrap_or_default();
        let configured = config.environment_of(tenant.name());
        Self {
            role,
            environment,
            role_word: environment.map(normalise).unwrap_or_default(),
            key,
            own_word: normalise(configured.unwrap_or(key)),
            configured,
            has_constant_name: config.role_name.is_constant && role.is_some_and(|role| config.role_name.matches(role)),
            others: tenant.other_names.iter().map(|name| normalise(name)).filter(|name| !name.is_empty()).collect(),
            is_shared: false,
            is_left_over: false,
        }
    }

    /// The environment, if it can be compared with the tenant's name.
    fn comparable(&self) -> Option<&'t str> {
        self.environment.filter(|_| !self.own_word.is_empty() && !self.role_word.is_empty())
    }

    fn is_own(&self) -> bool {
        match (self.configured, self.environment) {
            // Differences in upper and lower case are reported by another rule.
            (Some(configured), Some(environment)) => {
                symlint_terraform::title(environment) == symlint_terraform::title(configured)
            }
            _ => self.role_word == self.own_word || self.others.contains(&self.role_word),
        }
    }

    /// Whether the words of the environment contain the words of the tenant's name: `Foo-Prod` contains `foo`, and
    /// `Foobar` does not.
    fn contains_own(&self) -> bool {
        let words = words(self.environment.unwrap_or_default());
        (0..words.len()).any(|start| {
            let mut joined = String::new();
            words.iter().skip(start).any(|word| {
                joined.push_str(word);
                joined == self.own_word
            })
        })
    }

    /// Whether the role's words are the first words of the key.
    fn has_leading(&self) -> bool {
        !self.role_word.is_empty() && starts(self.key).any(|start| start == self.role_word)
    }

    fn longer(&self) -> Option<Affixes> {
        self.comparable().filter(|_| self.configured.is_none()).and_then(|env| Affixes::around(&self.own_word, env))
    }

    fn shorter(&self) -> Option<Affixes> {
        self.comparable().filter(|_| self.configured.is_none()).and_then(|_| Affixes::around(&self.role_word, self.key))
    }
}

/// The key of a tenant, cleaned. A tenant without a name has an address as its key, and an address is not a name.
fn key_of(tenant: &Tenant) -> Option<&str> {
    tenant.key.as_str().filter(|_| tenant.is_named() && !tenant.key.is_garbled())
}

/// The first words of a name, normalized: those of `acme-eu-admin` are `acme` and `acmeeu`.
pub(crate) fn starts(name: &str) -> impl Iterator<Item = String> + '_ {
    let ends = name.char_indices().filter(|(_, c)| !c.is_ascii_alphanumeric()).map(|(at, _)| at);
    ends.filter_map(|at| name.get(..at)).map(normalise).filter(|start| !start.is_empty())
}

/// What the role of a tenant is named after, normalized.
pub(super) fn role_word(tenant: &Tenant, config: &Config) -> Option<String> {
    let word = normalise(environment_of(tenant.role()?.name.text(), &config.role_name)?);
    (!word.is_empty()).then_some(word)
}

/// The folders of a root module, as names: of `prod-acme`, each word is one, too.
pub(super) fn folders(root: &str) -> impl Iterator<Item = String> + '_ {
    let all = root.split('/').flat_map(|folder| {
        let words = folder.split(|c: char| !c.is_ascii_alphanumeric()).filter(move |word| *word != folder);
        std::iter::once(folder).chain(words)
    });
    all.map(normalise).filter(|name| !name.is_empty())
}

/// The words of a name, in lower case: `Foo-barBaz` has three.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in name.chars() {
        let starts = !before.is_ascii_alphanumeric() || (before.is_ascii_lowercase() && c.is_ascii_uppercase());
        if c.is_ascii_alphanumeric() {
            match words.last_mut() {
                Some(word) if !starts => word.push(c.to_ascii_lowercase()),
                _ => words.push(c.to_ascii_lowercase().to_string()),
            }
        }
        before = c;
    }
    words
}

/// All tenants of an invocation, any of which may own a role.
pub(super) struct Everyone<'a, 't> {
    /// In order of their indexes.
    pub(super) tenants: &'a [&'t Tenant],
    pub(super) groups: &'a Groups,
    /// By normalized name, if there are several runs: the first tenant, and the first of another customer.
    pub(super) names: &'a HashMap<String, Option<Firsts>>,
    /// Names that several customers have, and that the roles of all but one of these customers have.
    pub(super) claimed: &'a HashSet<String>,
    /// The folders, by their normalized names, that the roles of tenants in them are named after, with the first of these.
    pub(super) named_folders: &'a HashMap<String, TenantId>,
}

impl<'t> Everyone<'_, 't> {
    fn tenant(&self, id: TenantId) -> Option<&'t Tenant> {
        self.tenants.get(self.groups.place(id)).copied()
    }
}

/// Tenants that share their SSO account and the role in it. It is reported elsewhere that they are one customer.
fn sharing(relations: &[Relation], all: &Everyone<'_, '_>) -> HashSet<TenantId> {
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
fn shared_objects(tenants: &[Tenant]) -> HashSet<TenantId> {
    let mut owners: HashMap<_, Vec<TenantId>> = HashMap::default();
    for tenant in tenants {
        if let Some(source) = tenant.connector_source() {
            owners.entry(source).or_default().push(tenant.id);
        }
    }
    owners.into_values().filter(|owners| owners.len() > 1).flatten().collect()
}

/// The normalized names of customers and organizations, by the first tenant of each customer.
fn groups(tenants: &[Tenant], all: &Groups, config: &Config) -> HashMap<u32, Vec<String>> {
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

fn other_names(tenants: &[Tenant]) -> HashMap<String, TenantId> {
    let mut names: HashMap<String, TenantId> = HashMap::default();
    for tenant in tenants {
        for name in tenant.other_names.iter().map(|name| normalise(name)).filter(|name| !name.is_empty()) {
            names.entry(name).or_insert(tenant.id);
        }
    }
    names
}

struct RoleNameJudge<'t, 'a> {
    tenants: &'t [Tenant],
    /// Tenants with the same key as another one, computed when needed.
    contested: OnceCell<HashSet<TenantId>>,
    index: &'a Index,
    all: &'a Everyone<'a, 't>,
    names: Vec<NamedTenant<'t>>,
    sharing: HashSet<TenantId>,
    /// The relations of the run's tenants, in the order of the tenants.
    relations: &'a [Relation],
    /// Tenants that share one written connector object.
    shared_objects: HashSet<TenantId>,
    /// Role names that several tenants have and that are the first words of most keys, with the first tenant of each.
    leading: HashMap<String, TenantId>,
    groups: HashMap<u32, Vec<String>>,
    /// The first tenant with the name or slug of each organization, [normalized](normalise).
    other_names: HashMap<String, TenantId>,
}

impl RoleNameJudge<'_, '_> {
    fn judge(&self, tenants: &[Tenant]) -> RoleNames {
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
    fn leading(&self) -> HashMap<String, TenantId> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn affixes_are_what_stands_around_a_name() {
        let around = |inner, outer| Affixes::around(inner, outer).map(|it| (it.prefix, it.suffix));
        assert_eq!(around("tenantfoo", "Tenant-Foo-Prod"), Some((String::new(), "-Prod".into())));
        assert_eq!(around("foo", "tenant_foo"), Some(("tenant_".into(), String::new())));
        assert_eq!(around("foo", "Foo-"), None);
        assert_eq!(around("foo", "Bar"), None);
        assert_eq!(around("f", "Foo"), None, "a letter is not a name");
        assert_eq!(around("", "Foo"), None);
    }

    #[test]
    fn names_have_words() {
        assert_eq!(words("Tenant-Foo_prodEU"), ["tenant", "foo", "prod", "eu"]);
        assert_eq!(words("--3m"), ["3m"]);
        assert!(words("").is_empty());
    }
}
