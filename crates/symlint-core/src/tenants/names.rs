//! The names of connector roles, and whose they are.

use crate::config::RoleNamePattern;

/// A name without what people write differently: ASCII letters and digits only, in lower case.
pub fn normalise(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The environment inside a role name that follows `pattern`: `Foo` in `SymSSOFoo`.
pub fn environment_of<'n>(name: &'n str, pattern: &RoleNamePattern) -> Option<&'n str> {
    name.strip_prefix(pattern.prefix.as_str())?.strip_suffix(pattern.suffix.as_str()).filter(|env| !env.is_empty())
}
