//! Does each `sso_flow` instance receive its own tenant's values?

mod filter;
mod judge;
mod origin;
mod safelist;
mod setting;
mod shape;
mod slot;

rules! { "wiring": "does each `sso_flow` instance receive its own tenant's values?";
    flow_argument_miswired = "flow-argument-miswired",
    flow_resource_miswired = "flow-resource-miswired",
    flow_argument_missing = "flow-argument-missing",
    flow_argument_unknown = "flow-argument-unknown",
    tenant_not_wired = "tenant-not-wired",
    safelist_incomplete = "safelist-incomplete",
    safelist_stale = "safelist-stale",
    safelist_too_long = "safelist-too-long",
    resource_not_tenant_scoped = "resource-not-tenant-scoped",
}
