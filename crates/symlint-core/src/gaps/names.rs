//! What the tenants are called in the configuration.

use symlint_terraform::syntax::{Expr, ExprKind};
use symlint_terraform::{Root, SortedSet};

use crate::config::Config;
use crate::tenants::Model;

/// The variables and locals with the tenants, as `var` or `local` and a name.
pub(super) fn names_of_tenants(model: &Model<'_>, config: &Config) -> SortedSet<(&'static str, String)> {
    let configured = config.tenants_variables.iter().map(|name| match name.strip_prefix("local.") {
        Some(local) => ("local", local.to_owned()),
        None => ("var", name.clone()),
    });
    let collections = model.sources_of_values.collections().iter().map(|collection| &collection.shape.root);
    // A variable may be one tenant.
    let whole = model.tenants.iter().filter(|tenant| tenant.is_variable()).map(|tenant| tenant.path.start());
    let roots = collections.chain(whole).filter_map(|root| match root {
        Root::Variable { name, .. } => Some(("var", name.to_string())),
        Root::Local { name, .. } => Some(("local", name.to_string())),
        Root::ModuleCall(_) | Root::Calls(_) | Root::RootModule | Root::Inline(_) => None,
    });
    configured.chain(roots).collect()
}

/// The root and the name in an expression such as `var.NAME` or `local.NAME`.
pub(super) fn reference(expr: &Expr) -> Option<(&str, &str)> {
    let ExprKind::Attribute(root, name) = &expr.kind else { return None };
    if let ExprKind::Variable(root) = &root.kind { Some((root.as_str(), name.text.as_str())) } else { None }
}
