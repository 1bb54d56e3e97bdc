//! Which resources an expression of a module refers to.

use foldhash::HashSet;
use symlint_terraform::syntax::{Expr, ExprKind, children};
use symlint_terraform::{Module, Resource};

/// What an expression refers to.
#[derive(Default)]
pub(super) struct References<'a> {
    /// Resources of the module.
    pub resources: Vec<&'a Resource>,
    /// Whether it refers to something that comes from outside of the module, which may be any resource.
    pub is_open: bool,
}

/// What `expr`, which is in `module`, refers to, also through locals.
pub(super) fn references<'a>(module: &'a Module, expr: &'a Expr) -> References<'a> {
    let mut found = References::default();
    follow(module, expr, &mut HashSet::default(), &mut found);
    found
}

fn follow<'a>(module: &'a Module, expr: &'a Expr, seen: &mut HashSet<&'a str>, found: &mut References<'a>) {
    if let ExprKind::Attribute(root, name) = &expr.kind
        && let ExprKind::Variable(kind) = &root.kind
    {
        if let Some(resource) = module.resource(false, kind, &name.text) {
            found.resources.push(resource);
            return;
        }
        match kind.as_str() {
            "local" => {
                if let Some(local) = module.local(&name.text).filter(|_| seen.insert(name.text.as_str())) {
                    follow(module, &local.value, seen, found);
                }
            }
            "each" | "count" | "path" | "terraform" => {}
            // A module call, a variable, a data source, or what a `for` goes through.
            "var" | "module" | "data" => found.is_open = true,
            _ => {}
        }
        return;
    }
    children(expr).into_iter().for_each(|child| follow(module, child, seen, found));
}
