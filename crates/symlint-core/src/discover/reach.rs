//! Which variables of a module reach which of its sinks, according to its expressions alone.

use symlint_terraform::syntax::{Call, Expr, ExprKind, For, Item, Key, SplatStep, TemplatePart, children};
use symlint_terraform::{Module, Resource, Str};

use super::sinks::{Sink, is_of_flow, serving_others};
use crate::tenants::{FieldKind, Step, Steps};

/// How deep expressions, and locals within each other, are followed.
const DEPTH: usize = 32;

/// How many places an expression may come from. Real expressions come from a handful.
const MOST: usize = 64;

/// Functions that return the value of each argument unchanged.
const PASSING: [&str; 16] = [
    "coalesce",
    "concat",
    "distinct",
    "flatten",
    "lookup",
    "nonsensitive",
    "one",
    "reverse",
    "sensitive",
    "setunion",
    "sort",
    "tolist",
    "tomap",
    "toset",
    "try",
    "values",
];

/// Functions whose first argument is a file name.
const FILES: [&str; 4] = ["file", "filebase64", "fileexists", "templatefile"];

/// A part of a variable that reaches a sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reached {
    /// The variable, and the path inside its value.
    pub(super) input: VariablePart,
    /// Which of the tenant's values the sink needs.
    pub(super) field: FieldKind,
}

/// A variable of a module, or a part of its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VariablePart {
    pub(super) variable: Str,
    /// The path inside its value.
    pub(super) steps: Steps,
    /// Whether the value is passed on unchanged, and not combined with others.
    pub(super) is_exact: bool,
}

/// The variables of `module` that reach its sinks, and with [`FieldKind::Key`] those that reach the names of its
/// resources. Each is listed once, in the order of the sinks.
pub(super) fn reached(module: &Module) -> Vec<Reached> {
    let mut found: Vec<Reached> = Vec::new();
    let mut add = |parts: Vec<VariablePart>, field: FieldKind| {
        for input in parts {
            let reached = Reached { input, field };
            if !found.contains(&reached) {
                found.push(reached);
            }
        }
    };
    let others = serving_others(module);
    for resource in module.resources.iter().filter(|resource| is_of_flow(resource)) {
        let follow = |attribute: &str, part: Option<&str>| {
            let Some(attribute) = resource.attribute(attribute) else { return Vec::new() };
            let steps: Steps = part.map(|part| Step::Name(part.into())).into_iter().collect();
            Follower::new(module, resource).all(&attribute.value, steps)
        };
        let sink = Sink::of_block(resource).filter(|_| !others.contains(&resource.block.span));
        for setting in sink.map(|sink| sink.settings).unwrap_or_default() {
            add(follow(setting.attribute, setting.part), setting.field);
        }
        if resource.attribute("name").is_some() && resource.kind.text.starts_with("sym_") {
            add(follow("name", None), FieldKind::Key);
        }
    }
    found
}

struct Follower<'m> {
    module: &'m Module,
    /// The collection that `each` iterates.
    for_each: Option<&'m Expr>,
    /// The names that enclosing `for` expressions bind; the innermost comes last.
    bound: Vec<(&'m str, Binding<'m>)>,
    depth: usize,
    found: Vec<VariablePart>,
}

#[derive(Clone, Copy)]
enum Binding<'m> {
    /// Each element of this expression.
    Element(&'m Expr),
    /// Each key of this expression.
    Key(&'m Expr),
}

impl<'m> Follower<'m> {
    fn new(module: &'m Module, resource: &'m Resource) -> Self {
        let for_each = resource.attribute("for_each").map(|attribute| &attribute.value);
        Self { module, for_each, bound: Vec::new(), depth: 0, found: Vec::new() }
    }

    fn all(mut self, expr: &'m Expr, steps: Steps) -> Vec<VariablePart> {
        self.follow(expr, steps, true);
        self.found
    }

    /// Finds where the value at `steps` inside `expr` comes from.
    fn follow(&mut self, expr: &'m Expr, steps: Steps, exact: bool) {
        if self.depth >= DEPTH || self.found.len() >= MOST {
            return;
        }
        self.depth += 1;
        match &expr.kind {
            ExprKind::Paren(inner) => self.follow(inner, steps, exact),
            ExprKind::Variable(name) => self.bound(name, steps, exact),
            ExprKind::Attribute(base, name) => self.attribute(base, &name.text, steps, exact),
            ExprKind::Index(base, key) => {
                let step = match &key.kind {
                    ExprKind::String(text) => Step::Name(text.text.clone()),
                    _ => Step::Each,
                };
                match self.factor(base, key) {
                    Some((at, factor)) => {
                        self.outside(at, |outer| outer.follow(factor, before(Step::Each, steps), exact));
                    }
                    None => self.follow(base, before(step, steps), exact),
                }
            }
            ExprKind::Splat(splat) => {
                let mut inside: Steps = Steps::new();
                splat_steps(&splat.steps, &mut inside);
                inside.extend(steps);
                self.follow(&splat.base, before(Step::Each, inside), exact);
            }
            ExprKind::Object(items) => self.object(items, steps, exact),
            ExprKind::Tuple(elements) => {
                let (exact, inside) = if steps.is_empty() { (false, steps) } else { (exact, in_list(steps)) };
                elements.iter().for_each(|element| self.follow(element, inside.clone(), exact));
            }
            ExprKind::For(each) => self.comprehension(each, steps, exact),
            ExprKind::Conditional(conditional) => {
                self.follow(&conditional.yes, steps.clone(), exact);
                self.follow(&conditional.no, steps, exact);
            }
            ExprKind::Call(call) => self.call(call, steps, exact),
            ExprKind::Template(parts) => {
                let exact = exact && matches!(&**parts, [TemplatePart::Interpolation(_)]);
                children(expr).into_iter().for_each(|child| self.follow(child, Steps::new(), exact));
            }
            _ => children(expr).into_iter().for_each(|child| self.follow(child, Steps::new(), false)),
        }
        self.depth -= 1;
    }

    fn attribute(&mut self, base: &'m Expr, name: &'m Str, steps: Steps, exact: bool) {
        let root = if let ExprKind::Variable(root) = &base.kind { Some(root.as_str()) } else { None };
        let is_bound = root.is_some_and(|root| self.bound.iter().any(|(bound, _)| *bound == root));
        match root.filter(|_| !is_bound) {
            Some("var") => {
                let part = VariablePart { variable: name.clone(), steps, is_exact: exact };
                if !self.found.contains(&part) {
                    self.found.push(part);
                }
            }
            Some("local") => {
                if let Some(local) = self.module.local(name) {
                    let bound = std::mem::take(&mut self.bound);
                    self.follow(&local.value, steps, exact);
                    self.bound = bound;
                }
            }
            Some("each") => {
                let Some(for_each) = self.for_each.take() else { return };
                // The key of a set's element is the element itself.
                match name.as_str() == "value" || is_set(for_each) {
                    true => self.follow(for_each, before(Step::Each, steps), exact),
                    false => self.key(for_each, exact),
                }
                self.for_each = Some(for_each);
            }
            Some("count" | "path" | "terraform" | "module" | "data" | "self") => {}
            _ => self.follow(base, before(Step::Name(name.clone()), steps), exact),
        }
    }

    fn bound(&mut self, name: &str, steps: Steps, exact: bool) {
        let Some(at) = self.bound.iter().rposition(|(bound, _)| *bound == name) else { return };
        let binding = self.bound.get(at).map(|(_, binding)| *binding);
        self.outside(at, |outer| match binding {
            Some(Binding::Element(collection)) => outer.follow(collection, before(Step::Each, steps), exact),
            Some(Binding::Key(collection)) => outer.key(collection, exact),
            None => {}
        });
    }

    /// Follows something outside of the `for` expressions from the one that binds the name at `at`.
    fn outside(&mut self, at: usize, follow: impl FnOnce(&mut Self)) {
        let inner = self.bound.split_off(at);
        follow(self);
        self.bound.extend(inner);
    }

    /// Finds where the keys of a collection come from.
    fn key(&mut self, collection: &'m Expr, exact: bool) {
        let Some(value) = self.value_of(collection) else { return };
        // The names around a reference are not those of the local.
        let is_here = std::ptr::eq(value, collection);
        let around = if is_here { Vec::new() } else { std::mem::take(&mut self.bound) };
        match &value.kind {
            ExprKind::For(each) if each.key.is_some() => {
                let before = self.bound.len();
                self.bind(each);
                each.key.iter().for_each(|key| self.follow(key, Steps::new(), exact));
                self.bound.truncate(before);
            }
            // The keys do not come from the values.
            ExprKind::Object(items) => {
                let keys =
                    items.iter().filter_map(|item| if let Key::Computed(key) = &item.key { Some(key) } else { None });
                keys.for_each(|key| self.follow(key, Steps::new(), exact));
            }
            _ => self.follow(collection, before(Step::Each, Steps::new()), false),
        }
        self.bound.extend(around);
    }

    /// For `pair[0]`, where `pair` is an element of a product: the first factor, and where `pair` is bound.
    fn factor(&self, base: &Expr, index: &Expr) -> Option<(usize, &'m Expr)> {
        let (ExprKind::Variable(name), ExprKind::Number(index)) = (&base.kind, &index.kind) else { return None };
        let at = self.bound.iter().rposition(|(bound, _)| bound == name)?;
        let (_, Binding::Element(collection)) = self.bound.get(at)? else { return None };
        let ExprKind::Call(call) = &self.value_of(collection)?.kind else { return None };
        let factor = call.arguments.get(index.to_string().parse::<usize>().ok()?)?;
        (call.name.text == "setproduct").then_some((at, factor))
    }

    /// How many lists are written around each other, up to `most`: a local may refer to itself.
    fn lists_in(&self, expr: &'m Expr, most: usize) -> usize {
        let inside = match self.value_of(expr).map(|value| &value.kind).filter(|_| most > 0) {
            Some(ExprKind::For(each)) if each.key.is_none() => Some(&each.result),
            Some(ExprKind::Tuple(elements)) => elements.first(),
            _ => None,
        };
        inside.map_or(0, |inside| 1 + self.lists_in(inside, most - 1))
    }

    /// The expression itself, or that of the local that it refers to.
    fn value_of(&self, expr: &'m Expr) -> Option<&'m Expr> {
        match &expr.kind {
            ExprKind::Paren(inner) => self.value_of(inner),
            ExprKind::Attribute(base, name) if matches!(&base.kind, ExprKind::Variable(root) if root == "local") => {
                self.module.local(&name.text).map(|local| &local.value)
            }
            _ => Some(expr),
        }
    }

    fn object(&mut self, items: &'m [Item], steps: Steps, exact: bool) {
        let inside = rest(&steps);
        match steps.first() {
            Some(Step::Name(name)) => {
                let is_named = |item: &&Item| matches!(&item.key, Key::Literal(key) if key.text == *name);
                if let Some(item) = items.iter().rfind(is_named) {
                    self.follow(&item.value, inside, exact);
                }
            }
            Some(Step::Each) => items.iter().for_each(|item| self.follow(&item.value, inside.clone(), exact)),
            None => items.iter().for_each(|item| self.follow(&item.value, Steps::new(), false)),
        }
    }

    fn bind(&mut self, each: &'m For) {
        let names = each.key_name.iter().map(|name| (name.text.as_str(), Binding::Key(&each.collection)));
        let value = (each.value_name.text.as_str(), Binding::Element(&each.collection));
        self.bound.extend(names.chain([value]));
    }

    fn comprehension(&mut self, each: &'m For, steps: Steps, exact: bool) {
        let before = self.bound.len();
        self.bind(each);
        let exact = exact && !steps.is_empty();
        let inside = match each.key.is_some() {
            true if each.grouping => in_list(rest(&steps)),
            true => rest(&steps),
            false => in_list(steps),
        };
        self.follow(&each.result, inside, exact);
        self.bound.truncate(before);
    }

    fn call(&mut self, call: &'m Call, steps: Steps, exact: bool) {
        let name = call.name.text.as_str();
        if name == "merge" {
            // The elements of an expanded list are arguments.
            let inside = |argument: &Expr| match call.arguments.last() {
                Some(last) if call.expand_last && std::ptr::eq(last, argument) => before(Step::Each, steps.clone()),
                _ => steps.clone(),
            };
            // The attribute in the last object takes effect.
            let written = call.arguments.iter().rev().find(|argument| writes(argument, steps.first()));
            match written {
                Some(argument) => self.follow(argument, steps, exact),
                None => call.arguments.iter().for_each(|argument| self.follow(argument, inside(argument), exact)),
            }
            return;
        }
        let passes = PASSING.contains(&name);
        // The name of a file is not a part of the file's content.
        let names_file = usize::from(FILES.contains(&name));
        for argument in call.arguments.iter().skip(names_file) {
            let steps = if passes { steps.clone() } else { Steps::new() };
            // An element of the flattened list is inside all of its lists.
            let further = match (name, steps.first()) {
                ("flatten", Some(Step::Each)) => self.lists_in(argument, DEPTH).saturating_sub(1),
                _ => 0,
            };
            let steps = std::iter::repeat_n(Step::Each, further).chain(steps).collect();
            self.follow(argument, steps, exact && passes);
        }
    }
}

/// Whether `expr` is an object with an attribute for `step`.
fn writes(expr: &Expr, step: Option<&Step>) -> bool {
    let (ExprKind::Object(items), Some(Step::Name(name))) = (&expr.kind, step) else { return false };
    items.iter().any(|item| matches!(&item.key, Key::Literal(key) if key.text == *name))
}

fn is_set(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call(call) if call.name.text.as_str() == "toset")
}

fn before(step: Step, steps: Steps) -> Steps {
    std::iter::once(step).chain(steps).collect()
}

/// The steps inside an element of a list. Lists have no names, because `flatten` has taken the elements out of their
/// objects.
fn in_list(steps: Steps) -> Steps {
    if matches!(steps.first(), Some(Step::Name(_))) { steps } else { rest(&steps) }
}

fn rest(steps: &Steps) -> Steps {
    steps.iter().skip(1).cloned().collect()
}

fn splat_steps(steps: &[SplatStep], to: &mut Steps) {
    for step in steps {
        match step {
            SplatStep::Attribute(name) => to.push(Step::Name(name.text.clone())),
            SplatStep::Index(_) => to.push(Step::Each),
            SplatStep::Splat(inner) => {
                to.push(Step::Each);
                splat_steps(inner, to);
            }
        }
    }
}
