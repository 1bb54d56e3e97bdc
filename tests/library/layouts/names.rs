//! The names in a setup. What symlint reports must not depend on them.

use crate::layouts::tenants::{Field, KeyStyle};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) style: &'static str,
    pub(crate) keys: KeyStyle,
    /// The collection of the tenants.
    pub(crate) tenants: &'static str,
    /// Another collection.
    pub(crate) more: &'static str,
    /// The folder of the flow module, and the name of its call.
    pub(crate) folder: &'static str,
    pub(crate) call: &'static str,
    /// Arguments of the flow module.
    pub(crate) slug: &'static str,
    pub(crate) account: &'static str,
    pub(crate) set: &'static str,
    pub(crate) settings: &'static str,
    /// Attributes of a tenant.
    pub(crate) name: &'static str,
    pub(crate) sso: &'static str,
    pub(crate) connector: &'static str,
    pub(crate) cloud: &'static str,
    pub(crate) instance_arn: &'static str,
    pub(crate) region: &'static str,
    pub(crate) role_arn: &'static str,
    pub(crate) set_arn: &'static str,
    pub(crate) target: &'static str,
    pub(crate) instance_id: &'static str,
    pub(crate) set_id: &'static str,
    pub(crate) second_set_arn: &'static str,
    pub(crate) second_target: &'static str,
    pub(crate) grants: &'static str,
    pub(crate) accounts: &'static str,
    /// The attribute of a grant that has the account.
    pub(crate) grant_target: &'static str,
    /// The attribute that refers to an organization.
    pub(crate) organization: &'static str,
}

pub(crate) const SHIPPED: Names = Names {
    style: "shipped",
    keys: KeyStyle::Snake,
    tenants: "customer_tenants",
    more: "organizations",
    folder: "modules/sso_flow",
    call: "sso_access",
    slug: "tenant_slug",
    account: "account_id",
    set: "permission_set_arn",
    settings: "sso_connector_settings",
    name: "name",
    sso: "sso_account_id",
    connector: "sso_connector_settings",
    cloud: "cloud",
    instance_arn: "instance_arn",
    region: "region",
    role_arn: "role_arn",
    set_arn: "permission_set_arn",
    target: "target_account_id",
    instance_id: "instance",
    set_id: "permission_set",
    second_set_arn: "readonly_permission_set_arn",
    second_target: "second_account_id",
    grants: "grants",
    accounts: "account_ids",
    grant_target: "account_id",
    organization: "organization",
};

/// No name is one that symlint knows.
pub(crate) const RENAMED: Names = Names {
    style: "renamed",
    keys: KeyStyle::Kebab,
    tenants: "clients",
    more: "directories",
    folder: "stacks/elevation",
    call: "elevate",
    slug: "suffix",
    account: "workload",
    set: "entitlement",
    settings: "gateway",
    name: "handle",
    sso: "management",
    connector: "gateway",
    cloud: "platform",
    instance_arn: "directory",
    region: "home",
    role_arn: "via",
    set_arn: "privilege",
    target: "workload",
    instance_id: "directory_id",
    set_id: "privilege_id",
    second_set_arn: "viewer",
    second_target: "sandbox",
    grants: "access",
    accounts: "workloads",
    grant_target: "into",
    organization: "owner",
};

pub(crate) const CAMEL: Names = Names {
    style: "camel",
    keys: KeyStyle::Camel,
    tenants: "customerTenants",
    more: "customerOrganizations",
    folder: "modules/ssoFlow",
    call: "ssoAccess",
    slug: "tenantSlug",
    account: "accountId",
    set: "permissionSetArn",
    settings: "ssoConnectorSettings",
    name: "tenantName",
    sso: "ssoAccountId",
    connector: "ssoConnectorSettings",
    cloud: "cloudProvider",
    instance_arn: "instanceArn",
    region: "ssoRegion",
    role_arn: "roleArn",
    set_arn: "permissionSetArn",
    target: "targetAccountId",
    instance_id: "instanceId",
    set_id: "permissionSetId",
    second_set_arn: "readOnlyPermissionSetArn",
    second_target: "secondAccountId",
    grants: "accessGrants",
    accounts: "targetAccountIds",
    grant_target: "targetAccountId",
    organization: "customerOrganization",
};

pub(crate) const NAMINGS: [&Names; 3] = [&SHIPPED, &RENAMED, &CAMEL];

impl Names {
    /// The attribute under which a field is written.
    pub(crate) fn of(&self, field: Field) -> &'static str {
        match field {
            Field::Sso => self.sso,
            Field::Cloud => self.cloud,
            Field::InstanceArn => self.instance_arn,
            Field::Region => self.region,
            Field::RoleArn => self.role_arn,
            Field::SetArn => self.set_arn,
            Field::Target => self.target,
            Field::InstanceId => self.instance_id,
            Field::SetId => self.set_id,
            Field::SecondSetArn => self.second_set_arn,
            Field::SecondTarget => self.second_target,
        }
    }

    /// Whether the settings can be passed to Sym unchanged.
    pub(crate) fn are_syms(&self) -> bool {
        (self.cloud, self.instance_arn, self.region, self.role_arn) == ("cloud", "instance_arn", "region", "role_arn")
    }
}
