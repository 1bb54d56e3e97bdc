//! Which tenants the connector roles belong to, according to the roles' names. This is determined in one place, so that
//! one cause leads to one finding.

mod judge;
mod named;

pub(super) use self::judge::Everyone;
pub(super) use self::named::{folders, role_word};
pub(crate) use self::named::{starts, words};

use std::cell::OnceCell;

use foldhash::HashMap;

use self::judge::{RoleNameJudge, groups, other_names, shared_objects, sharing};
use self::named::NamedTenant;
use super::groups::Firsts;
use super::id::TenantId;
use super::index::Index;
use super::names::normalise;
use super::relation::Relation;
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

#[cfg(test)]
mod tests {
    use super::named::words;
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
