//! The names of all settings in `.symlint.hcl`.

/// The settings outside of all blocks.
pub const TOP: [&str; 6] =
    ["allowed_partitions", "exclude", "host_accounts", "required_version", "safelist_extra", "values"];

/// The settings of each block.
pub const BLOCKS: [(&str, &[&str]); 9] = [
    ("tenants", &["from", "variable", "attributes"]),
    ("flow", &["module", "arguments"]),
    ("connector", &["module", "role_name"]),
    ("runtime", &["module"]),
    ("rule", &["level"]),
    ("exception", &["tenant", "path", "reason", "expires", "value"]),
    ("customer", &["tenants"]),
    ("organization", &["tenants"]),
    ("tenant", &["environment"]),
];

/// Blocks that may appear only once.
pub(super) const SINGLE: [&str; 4] = ["tenants", "flow", "connector", "runtime"];

/// Attributes of tenants that can be mapped.
pub const ATTRIBUTES: [&str; 9] = [
    "sso_account_id",
    "sso_connector_settings",
    "cloud",
    "instance_arn",
    "region",
    "role_arn",
    "permission_set_arn",
    "target_account_id",
    "grants",
];

/// Arguments of the flow module that can be mapped.
pub const ARGUMENTS: [&str; 5] =
    ["tenant_slug", "account_id", "permission_set_arn", "sso_connector_settings", "grants"];

/// The settings of a block.
pub(super) fn settings_of(block: &str) -> &'static [&'static str] {
    BLOCKS.iter().find(|(name, _)| *name == block).map(|(_, settings)| *settings).unwrap_or_default()
}
