//! The naming of connector roles, and how to match role names with tenants.

use std::fmt;

/// How connector roles are named: `SymSSO{environment}`, or a fixed name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleNamePattern {
    /// The text in front of the environment, or the whole name if it does not contain one.
    pub prefix: String,
    /// The text after the environment.
    pub suffix: String,
    /// Whether all roles have this one name.
    pub is_constant: bool,
}

impl RoleNamePattern {
    /// Parses `SymSSO{environment}`, or a name without braces; `None` for anything else.
    pub fn parse(pattern: &str) -> Option<Self> {
        let plain = |part: &str| !part.contains(['{', '}']);
        let (prefix, suffix) = pattern.split_once("{environment}").unwrap_or((pattern, ""));
        let is_constant = plain(pattern);
        (plain(prefix) && plain(suffix)).then(|| Self { prefix: prefix.into(), suffix: suffix.into(), is_constant })
    }

    /// The role name that the connector module builds for `environment`.
    pub fn role_name(&self, environment: &str) -> String {
        match self.is_constant {
            true => self.prefix.clone(),
            false => format!("{}{}{}", self.prefix, symlint_terraform::title(environment), self.suffix),
        }
    }

    /// Whether a role of this name can be a connector's role.
    pub fn matches(&self, name: &str) -> bool {
        match self.is_constant {
            true => name == self.prefix,
            false => environment_of(name, self).is_some(),
        }
    }
}

impl fmt::Display for RoleNamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let environment = if self.is_constant { "" } else { "{environment}" };
        write!(f, "{}{environment}{}", self.prefix, self.suffix)
    }
}

/// A name without differences in spelling: ASCII letters and digits only, in lower case.
pub fn normalise(name: &str) -> String {
    let mut normalised = String::with_capacity(name.len());
    normalised.extend(name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| char::from(byte.to_ascii_lowercase())));
    normalised
}

/// The environment in a role name that follows `pattern`, such as `Foo` in `SymSSOFoo`; `None` if all roles have one
/// name.
pub fn environment_of<'n>(name: &'n str, pattern: &RoleNamePattern) -> Option<&'n str> {
    if pattern.is_constant {
        return None;
    }
    name.strip_prefix(pattern.prefix.as_str())?.strip_suffix(pattern.suffix.as_str()).filter(|env| !env.is_empty())
}

/// The kind of role that usually has this name, if that is not a connector role, such as `a service-linked role`.
pub fn known_role_kind(name: &str) -> Option<&'static str> {
    const PREFIXES: [(&str, &str); 4] = [
        ("AWSReservedSSO_", "a role that IAM Identity Center creates for a permission set"),
        ("AWSServiceRoleFor", "a service-linked role"),
        ("SymRuntime", "a runtime's role, which assumes connector roles"),
        ("SymIAM", "a role of Sym's IAM connector"),
    ];
    const NAMES: [(&str, &str); 2] = [
        ("OrganizationAccountAccessRole", "the administrator role that AWS Organizations creates in member accounts"),
        ("AWSControlTowerExecution", "the administrator role of AWS Control Tower"),
    ];
    let by_name = NAMES.iter().find(|(known, _)| *known == name);
    let known = by_name.or_else(|| PREFIXES.iter().find(|(prefix, _)| name.starts_with(prefix)));
    known.map(|&(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_kinds_of_roles_are_known_by_their_names() {
        for name in [
            "SymRuntimeMain",
            "SymIAMFoo",
            "OrganizationAccountAccessRole",
            "AWSReservedSSO_AdministratorAccess_0a1b2c3d4e5f6071",
        ] {
            assert!(known_role_kind(name).is_some(), "{name}");
        }
        for name in ["SymSSOFoo", "symruntimeMain", "MyOrganizationAccountAccessRole", "Admin", ""] {
            assert_eq!(known_role_kind(name), None, "{name}");
        }
    }
}
