//! A tenant by the words of its names.

use super::Affixes;
use crate::config::Config;
use crate::tenants::arn::Part;
use crate::tenants::names::{environment_of, normalise};
use crate::tenants::tenant::Tenant;

/// A tenant and its role in a comparable form.
pub(super) struct NamedTenant<'t> {
    /// The name of the role.
    pub(super) role: Option<&'t str>,
    /// The environment in it; `None` if the name has another form.
    pub(super) environment: Option<&'t str>,
    /// The environment, normalized.
    pub(super) role_word: String,
    /// The tenant's key, cleaned.
    pub(super) key: &'t str,
    /// The tenant's key or configured environment, normalized.
    pub(super) own_word: String,
    /// The configured environment.
    configured: Option<&'t str>,
    /// Whether the role has the one name that all roles have.
    pub(super) has_constant_name: bool,
    /// Other names of the tenant, normalized.
    pub(super) others: Vec<String>,
    /// Whether several customers have the tenant's name.
    pub(super) is_shared: bool,
    /// Whether the role is named after the root module's folder, but the tenant after another customer.
    pub(super) is_left_over: bool,
}

impl<'t> NamedTenant<'t> {
    pub(super) fn of(tenant: &'t Tenant, config: &'t Config) -> Self {
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
    pub(super) fn comparable(&self) -> Option<&'t str> {
        self.environment.filter(|_| !self.own_word.is_empty() && !self.role_word.is_empty())
    }

    pub(super) fn is_own(&self) -> bool {
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
    pub(super) fn contains_own(&self) -> bool {
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
    pub(super) fn has_leading(&self) -> bool {
        !self.role_word.is_empty() && starts(self.key).any(|start| start == self.role_word)
    }

    pub(super) fn longer(&self) -> Option<Affixes> {
        self.comparable().filter(|_| self.configured.is_none()).and_then(|env| Affixes::around(&self.own_word, env))
    }

    pub(super) fn shorter(&self) -> Option<Affixes> {
        self.comparable().filter(|_| self.configured.is_none()).and_then(|_| Affixes::around(&self.role_word, self.key))
    }
}

/// The key of a tenant, cleaned. A tenant without a name has an address as its key, and an address is not a name.
pub(super) fn key_of(tenant: &Tenant) -> Option<&str> {
    tenant.key.as_str().filter(|_| tenant.is_named() && !tenant.key.is_garbled())
}

/// The first words of a name, normalized: those of `acme-eu-admin` are `acme` and `acmeeu`.
pub(crate) fn starts(name: &str) -> impl Iterator<Item = String> + '_ {
    let ends = name.char_indices().filter(|(_, c)| !c.is_ascii_alphanumeric()).map(|(at, _)| at);
    ends.filter_map(|at| name.get(..at)).map(normalise).filter(|start| !start.is_empty())
}

/// What the role of a tenant is named after, normalized.
pub(in crate::tenants) fn role_word(tenant: &Tenant, config: &Config) -> Option<String> {
    let word = normalise(environment_of(tenant.role()?.name.text(), &config.role_name)?);
    (!word.is_empty()).then_some(word)
}

/// The folders of a root module, as names: of `prod-acme`, each word is one, too.
pub(in crate::tenants) fn folders(root: &str) -> impl Iterator<Item = String> + '_ {
    let all = root.split('/').flat_map(|folder| {
        let words = folder.split(|c: char| !c.is_ascii_alphanumeric()).filter(move |word| *word != folder);
        std::iter::once(folder).chain(words)
    });
    all.map(normalise).filter(|name| !name.is_empty())
}

/// The words of a name, in lower case: `Foo-barBaz` has three.
pub(crate) fn words(name: &str) -> Vec<String> {
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
