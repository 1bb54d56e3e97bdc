//! The kinds of values that tenants have.

/// Which of a tenant's values a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldKind {
    /// The tenant's key in the map.
    Key,
    /// The account in which the connector role is defined.
    SsoAccountId,
    /// `cloud` of the connector settings.
    Cloud,
    /// `instance_arn` of the connector settings.
    InstanceArn,
    /// `region` of the connector settings.
    Region,
    /// `role_arn` of the connector settings.
    RoleArn,
    /// The permission set of a grant.
    PermissionSetArn,
    /// The account of a grant.
    TargetAccountId,
}

impl FieldKind {
    /// All except the key, in the order of the shipped example.
    pub const VALUES: [Self; 7] = [
        Self::SsoAccountId,
        Self::Cloud,
        Self::InstanceArn,
        Self::Region,
        Self::RoleArn,
        Self::PermissionSetArn,
        Self::TargetAccountId,
    ];

    /// Those of the connector settings.
    pub const CONNECTOR: [Self; 4] = [Self::Cloud, Self::InstanceArn, Self::Region, Self::RoleArn];

    /// Whether it is one half of a grant.
    pub fn is_of_grant(self) -> bool {
        matches!(self, Self::PermissionSetArn | Self::TargetAccountId)
    }

    /// Its name in the catalogue and in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            FieldKind::Key => "key",
            FieldKind::SsoAccountId => "sso_account_id",
            FieldKind::Cloud => "cloud",
            FieldKind::InstanceArn => "instance_arn",
            FieldKind::Region => "region",
            FieldKind::RoleArn => "role_arn",
            FieldKind::PermissionSetArn => "permission_set_arn",
            FieldKind::TargetAccountId => "target_account_id",
        }
    }
}
