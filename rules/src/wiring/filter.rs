//! Whether tenants are left out of the flows on purpose.

use foldhash::HashSet;
use symlint_core::tenants::{Model, TenantId};
use symlint_terraform::syntax::{Expr, ExprKind, children};
use symlint_terraform::{Module, ModuleCall, Project, Root, Span};

/// Whether the expressions that decide on the instances of a flow call, or of a module around it, contain a filter: a
/// `for … if`, a condition, or the difference of two sets. The arguments of the modules around it are searched, too.
pub(super) fn is_filtered(model: &Model<'_>) -> bool {
    model.project.modules().iter().any(|module| {
        let calls = module.calls.iter().filter(|call| call.child.is_some() || is_flow(model, call));
        let mut calls = calls.filter(|call| {
            model.runtimes.iter().filter_map(|runtime| runtime.block.call()).all(|runtime| runtime.span != call.span)
        });
        calls.any(|call| {
            let mut repeats = [&call.for_each, &call.count].into_iter().flatten();
            let mut search = FilterSearch::new(model, module);
            let is_repeated = repeats.any(|repeat| search.finds(&repeat.value));
            search.conditions = false;
            is_repeated || call.arguments.iter().any(|argument| search.finds(&argument.value))
        })
    })
}

/// The tenants that no flow receives, where a filter decides on the flows.
pub(crate) fn filtered_out(model: &Model<'_>) -> HashSet<TenantId> {
    let instances = || model.flows.iter().flat_map(|flow| &flow.instances);
    if !is_filtered(model) || instances().any(|instance| instance.tenant.is_none()) {
        return HashSet::default();
    }
    let wired: HashSet<TenantId> = instances().filter_map(|instance| instance.tenant).collect();
    model.tenants.iter().filter(|it| it.is_element()).map(|it| it.id).filter(|id| !wired.contains(id)).collect()
}

/// Whether the collection that flow calls are repeated for filters the elements of `root`.
pub(super) fn is_chosen(model: &Model<'_>, root: &Root) -> bool {
    let (kind, name) = match root {
        Root::Variable { name, .. } => ("var", name),
        Root::Local { name, .. } => ("local", name),
        Root::ModuleCall(_) | Root::Calls(_) | Root::RootModule | Root::Inline(_) => return false,
    };
    model.project.root().is_some_and(|module| {
        let calls = module.calls.iter().filter(|call| call.child.is_some() || is_flow(model, call));
        let mut repeats = calls.flat_map(|call| call.for_each.iter().chain(&call.count)).map(|repeat| &repeat.value);
        repeats.any(|repeat| {
            let filters = FilterSearch::new(model, module).finds(repeat);
            filters && mentions(module, repeat, (kind, name), &mut HashSet::default())
        })
    })
}

/// Whether an expression, or a local in it, refers to the variable or local `wanted`.
fn mentions<'a>(module: &'a Module, expr: &'a Expr, wanted: (&str, &str), seen: &mut HashSet<&'a str>) -> bool {
    if let ExprKind::Attribute(base, name) = &expr.kind
        && let ExprKind::Variable(root) = &base.kind
    {
        if (root.as_str(), name.text.as_str()) == wanted {
            return true;
        }
        let local = module.local(&name.text).filter(|_| root.as_str() == "local" && seen.insert(name.text.as_str()));
        return local.is_some_and(|local| mentions(module, &local.value, wanted, seen));
    }
    children(expr).into_iter().any(|child| mentions(module, child, wanted, seen))
}

/// Whether the expressions that decide on the instances of a resource contain a filter, so that a flow may leave out a
/// grant.
pub(super) fn are_grants_filtered(model: &Model<'_>) -> bool {
    model.project.modules().iter().any(|module| {
        let resources = module.resources.iter();
        let mut repeats = resources.flat_map(|resource| ["for_each", "count"].map(|name| resource.attribute(name)));
        let mut search = FilterSearch::new(model, module);
        repeats.any(|repeat| repeat.is_some_and(|repeat| search.finds(&repeat.value)))
    })
}

fn is_flow(model: &Model<'_>, call: &ModuleCall) -> bool {
    model.flows.iter().filter_map(|flow| flow.call).any(|flow| flow.span == call.span)
}

struct FilterSearch<'a> {
    project: &'a Project,
    module: &'a Module,
    /// The locals and outputs that have been searched.
    seen: HashSet<Span>,
    /// Whether `a ? b : c` is treated as a filter.
    conditions: bool,
}

impl<'a> FilterSearch<'a> {
    fn new(model: &Model<'a>, module: &'a Module) -> Self {
        Self { project: model.project, module, seen: HashSet::default(), conditions: true }
    }

    fn finds(&mut self, expr: &'a Expr) -> bool {
        let is_filter = match &expr.kind {
            ExprKind::For(comprehension) => comprehension.condition.is_some(),
            ExprKind::Conditional(_) => self.conditions,
            ExprKind::Call(call) => matches!(call.name.text.as_str(), "setsubtract" | "setintersection" | "matchkeys"),
            ExprKind::Attribute(base, name) => self.finds_in_named(base, &name.text),
            _ => false,
        };
        is_filter || children(expr).into_iter().any(|child| self.finds(child))
    }

    /// Whether there is a filter in a local, or in the output of a called module.
    fn finds_in_named(&mut self, base: &'a Expr, name: &str) -> bool {
        let (module, value) = match &base.kind {
            ExprKind::Variable(root) if root.as_str() == "local" => {
                (self.module, self.module.local(name).map(|local| &local.value))
            }
            ExprKind::Attribute(root, call) if matches!(&root.kind, ExprKind::Variable(it) if it.as_str() == "module") =>
            {
                let child = self.module.call(&call.text).and_then(|call| self.project.module(call.child?));
                let Some(child) = child else { return false };
                (child, child.output(name).and_then(|output| output.value.as_ref()).map(|value| &value.value))
            }
            _ => return false,
        };
        let Some(value) = value.filter(|value| self.seen.insert(value.span)) else { return false };
        let caller = std::mem::replace(&mut self.module, module);
        let found = self.finds(value);
        self.module = caller;
        found
    }
}
