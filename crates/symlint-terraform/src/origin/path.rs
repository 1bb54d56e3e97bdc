//! The path of a value from where it is declared.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use smallvec::SmallVec;

use super::Origin;
use crate::source::{Span, Str};

/// The path to a value, such as `customer_tenants["foo"].target_account_id`. Two paths are equal if they lead to the
/// same value, even if their steps were selected differently.
#[derive(Clone)]
pub struct Path(Arc<PathNode>);

enum PathNode {
    Root(Root),
    Step(Path, PathStep, Selection),
}

/// The start of a path. `module` is the address of the module's instance, and empty for the root module.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Root {
    /// An input variable. A variable of a called module is only the start for values without a nearer path: a default,
    /// or what the call writes or computes.
    Variable {
        module: Str,
        name: Str,
    },
    Local {
        module: Str,
        name: Str,
    },
    /// A module call, by its address: `module.foo` or `module.foo["a"]`.
    ModuleCall(Str),
    /// The calls of the root module to the module in this folder, one for each tenant. The calls are elements with
    /// their names as keys, and their arguments are attributes. See [`crate::Evaluator::gathering`].
    Calls(Str),
    /// The root module itself, if all of it is for one tenant. Its variables, and its locals as `local.NAME`, are the
    /// attributes of this tenant. See [`crate::Evaluator::for_one_tenant`].
    RootModule,
    /// A collection without a name, at the span where it is written or computed, if it is iterated or an element is
    /// selected from it.
    Inline(Span),
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PathStep {
    /// An attribute of an object.
    Attribute(Str),
    /// A key of a map, or an element of a set of strings.
    Key(Str),
    /// The index in a list or tuple, or in the order of a set, which counts from 0.
    Index(u32),
}

/// How a step of a path was selected.
#[derive(Debug, Clone)]
pub enum Selection {
    /// By a name or a literal: `.a`, `["a"]`, `[0]`.
    Literal,
    /// By iteration over all elements: in a `for`, a `for_each`, a splat, or by functions such as `values` and
    /// `flatten`.
    Iterated,
    /// By a key or index that is not a literal and has this origin.
    By(Arc<Origin>),
}

impl Root {
    /// The variable `name` of the root module.
    pub fn variable(name: Str) -> Self {
        Root::Variable { module: Str::default(), name }
    }

    /// Whether it is a variable or a local of the root module.
    pub fn is_of_root_module(&self) -> bool {
        matches!(self, Root::Variable { module, .. } | Root::Local { module, .. } if module.is_empty())
    }

    /// Whether it is a variable of the root module, or the module itself, if all of it is for one tenant.
    pub fn is_input(&self) -> bool {
        matches!(self, Root::Variable { module, .. } if module.is_empty()) || *self == Root::RootModule
    }
}

impl PathStep {
    /// The name of an attribute or key.
    pub fn name(&self) -> Option<&Str> {
        match self {
            PathStep::Attribute(name) | PathStep::Key(name) => Some(name),
            PathStep::Index(_) => None,
        }
    }
}

impl Path {
    /// The path of a variable, local, or module call itself.
    pub fn root(root: Root) -> Self {
        Self(Arc::new(PathNode::Root(root)))
    }

    /// The path of a call of the root module to the module in `folder`, as an element of [`Root::Calls`].
    pub fn call(folder: &str, name: &Str) -> Self {
        Self::root(Root::Calls(folder.into())).select(PathStep::Key(name.clone()), Selection::Iterated)
    }

    /// The path of the only element of [`Root::RootModule`].
    pub fn root_module() -> Self {
        Self::root(Root::RootModule).select(PathStep::Key(Str::default()), Selection::Iterated)
    }

    /// The path with another step that was selected by a literal.
    #[must_use]
    pub fn join(&self, step: PathStep) -> Self {
        self.select(step, Selection::Literal)
    }

    /// The path with another step.
    #[must_use]
    pub fn select(&self, step: PathStep, selection: Selection) -> Self {
        Self(Arc::new(PathNode::Step(self.clone(), step, selection)))
    }

    /// The path without its last step; `None` for a root.
    pub fn parent(&self) -> Option<&Path> {
        if let PathNode::Step(parent, ..) = &*self.0 { Some(parent) } else { None }
    }

    /// The path itself, its parent, and so on up to the root.
    pub fn ancestors(&self) -> impl Iterator<Item = &Path> {
        std::iter::successors(Some(self), |path| path.parent())
    }

    /// Whether it is `other` or starts with it.
    pub fn starts_with(&self, other: &Path) -> bool {
        let (own, length) = (self.ancestors().count(), other.ancestors().count());
        own >= length && self.ancestors().nth(own - length) == Some(other)
    }

    /// Whether it starts with `other` and has more steps.
    pub fn is_below(&self, other: &Path) -> bool {
        self.parent().is_some_and(|parent| parent.starts_with(other))
    }

    /// The last step; `None` for a root.
    pub fn last(&self) -> Option<&PathStep> {
        if let PathNode::Step(_, step, _) = &*self.0 { Some(step) } else { None }
    }

    /// How the last step was selected; `None` for a root.
    pub fn selection(&self) -> Option<&Selection> {
        if let PathNode::Step(_, _, selection) = &*self.0 { Some(selection) } else { None }
    }

    /// The steps from the last one to the first.
    pub fn backwards(&self) -> impl Iterator<Item = &PathStep> {
        self.ancestors().filter_map(Path::last)
    }

    /// The steps from the last one to the first, with their selections.
    pub fn backwards_selected(&self) -> impl Iterator<Item = (&PathStep, &Selection)> {
        self.ancestors().filter_map(|path| Some((path.last()?, path.selection()?)))
    }

    /// Whether it leads through an element of an iterated collection.
    pub fn is_iterated(&self) -> bool {
        self.backwards_selected().any(|(_, selection)| matches!(selection, Selection::Iterated))
    }

    /// Whether a step was not selected by a literal, so that the value is an element of a collection, or a part of one.
    pub fn is_selected(&self) -> bool {
        self.backwards_selected().any(|(_, selection)| !matches!(selection, Selection::Literal))
    }

    /// Where the path starts.
    pub fn start(&self) -> &Root {
        let mut path = self;
        loop {
            match &*path.0 {
                PathNode::Root(root) => return root,
                PathNode::Step(parent, ..) => path = parent,
            }
        }
    }

    /// Where the path starts, and its steps in order.
    pub fn parts(&self) -> (&Root, SmallVec<[&PathStep; 8]>) {
        let mut steps: SmallVec<[&PathStep; 8]> = self.backwards().collect();
        steps.reverse();
        (self.start(), steps)
    }

    /// Where the path starts, and its steps in order, with their selections.
    pub fn selections(&self) -> (&Root, SmallVec<[(&PathStep, &Selection); 8]>) {
        let mut steps: SmallVec<[(&PathStep, &Selection); 8]> = self.backwards_selected().collect();
        steps.reverse();
        (self.start(), steps)
    }
}

impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        let (mut own, mut other) = (self, other);
        loop {
            if Arc::ptr_eq(&own.0, &other.0) {
                return true;
            }
            match (&*own.0, &*other.0) {
                (PathNode::Root(a), PathNode::Root(b)) => return a == b,
                (PathNode::Step(before, a, _), PathNode::Step(other_before, b, _)) if a == b => {
                    (own, other) = (before, other_before);
                }
                _ => return false,
            }
        }
    }
}

impl Eq for Path {}

impl Hash for Path {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.backwards().for_each(|step| step.hash(state));
        self.start().hash(state);
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (root, steps) = self.parts();
        let dot = |module: &Str| if module.is_empty() { "" } else { "." };
        match root {
            Root::Variable { module, name } if module.is_empty() => f.write_str(name)?,
            Root::Variable { module, name } => write!(f, "{module}.var.{name}")?,
            Root::Local { module, name } => write!(f, "{module}{}local.{name}", dot(module))?,
            Root::ModuleCall(address) => f.write_str(address)?,
            Root::Calls(folder) if steps.is_empty() => write!(f, "the calls of {folder}")?,
            Root::Calls(_) => f.write_str("module")?,
            Root::RootModule if steps.len() < 2 => f.write_str("the root module")?,
            Root::RootModule => {}
            // A collection without a name is called after the expression that iterates it.
            Root::Inline(_) if matches!(steps.first(), Some(PathStep::Index(_))) => f.write_str("elements")?,
            Root::Inline(_) => f.write_str("for_each")?,
        }
        for (at, step) in steps.into_iter().enumerate() {
            match step {
                PathStep::Attribute(name) if at == 0 && matches!(root, Root::Inline(_)) => {
                    write!(f, "[{}]", quoted(name))?;
                }
                PathStep::Key(_) if at == 0 && *root == Root::RootModule => {}
                PathStep::Attribute(name) if at == 1 && *root == Root::RootModule => f.write_str(name)?,
                PathStep::Attribute(name) => write!(f, ".{name}")?,
                PathStep::Key(name) if at == 0 && matches!(root, Root::Calls(_)) => write!(f, ".{name}")?,
                PathStep::Key(key) => write!(f, "[{}]", quoted(key))?,
                PathStep::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `text` as a quoted HCL string.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
