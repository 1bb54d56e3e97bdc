//! Does a tenant stay out of the others?

rules! { "isolation": "does a tenant stay out of the others?";
    duplicate_tenant = "duplicate-tenant",
    duplicate_sso_account = "duplicate-sso-account",
    shared_sso_account = "shared-sso-account",
    duplicate_instance = "duplicate-instance",
    duplicate_target_account = "duplicate-target-account",
    duplicate_permission_set = "duplicate-permission-set",
    target_is_foreign_sso_account = "target-is-foreign-sso-account",
    forbidden_account = "forbidden-account",
    duplicate_entitlement = "duplicate-entitlement",
    organization_mismatch = "organization-mismatch",
}
