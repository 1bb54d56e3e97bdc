//! Does each `sso_flow` instance receive its own tenant's values?

use symlint_core::level::Level;
use symlint_core::rule::Group;
use symlint_core::tenants::Model;

pub(crate) mod calls;
mod filter;
mod flow_argument_missing;
mod flow_argument_miswired;
mod flow_argument_unknown;
mod flow_resource_miswired;
mod grants;
mod judge;
mod origin;
mod own;
mod owners;
mod reference;
mod resource_not_tenant_scoped;
mod safelist;
mod safelist_incomplete;
mod safelist_stale;
mod safelist_too_long;
mod safelist_wildcard;
mod setting;
mod slot;
mod tenant_not_wired;
mod unreached;
mod wording;

pub(crate) use filter::filtered_out;

pub(crate) static GROUP: Group = Group {
    name: "wiring",
    question: "does each `sso_flow` instance receive its own tenant's values?",
    urgency: 1,
    severity: &[(Level::Error, "9.0"), (Level::Warning, "5.0")],
    needs_wiring: true,
    compares_tenants: false,
    rules: &[
        rule!("flow-argument-miswired", Model(flow_argument_miswired)),
        rule!("flow-resource-miswired", Model(flow_resource_miswired)),
        rule!("flow-argument-missing", Model(flow_argument_missing)),
        rule!("flow-argument-unknown", Model(flow_argument_unknown)),
        rule!("tenant-not-wired", Model(tenant_not_wired)),
        rule!("safelist-incomplete", Model(safelist_incomplete)),
        rule!("safelist-stale", Model(safelist_stale)),
        rule!("safelist-wildcard", Model(safelist_wildcard)),
        rule!("safelist-too-long", Model(safelist_too_long)),
        rule!("resource-not-tenant-scoped", Model(resource_not_tenant_scoped)),
    ],
};

/// Whether something is wrong with what flows receive, so that what no flow receives has a cause.
pub(crate) fn is_any_miswired(model: &Model<'_>) -> bool {
    flow_argument_miswired::is_any_wrong(model)
        || flow_resource_miswired::is_any_wrong(model)
        || calls::calls(model).into_iter().any(|call| call.lacks_arguments(model))
}
