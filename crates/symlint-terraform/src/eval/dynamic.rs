//! `dynamic` blocks, which generate other blocks.

use crate::origin::Origin;
use crate::syntax::{Block, Expr, ExprKind};
use crate::value::{Entry, Kind, Value};

use super::Evaluator;
use super::resource::ResourceInstance;
use super::scope::{Binding, Scope};

impl Evaluator<'_> {
    /// Visits each block that the `dynamic` block of a resource generates, with a function that evaluates the
    /// expressions in its `content`.
    ///
    /// # Errors
    ///
    /// The unknown `for_each`, if it is not known which blocks there are. In that case, one possible block is visited.
    #[allow(clippy::type_complexity, reason = "an alias would fix a lifetime that each call chooses")]
    pub fn each_dynamic(
        &self,
        of: &ResourceInstance<'_>,
        dynamic: &Block,
        visit: &mut dyn FnMut(&dyn Fn(&Expr) -> Value),
    ) -> Result<(), Value> {
        self.each_block(of.scope(), dynamic, visit)
    }

    /// The value of `expr` in the `content` of a `dynamic` block: its value in the only block that is generated, or all
    /// its values in several blocks; `None` if there are no blocks. If it is not known which blocks there are, there
    /// may be one.
    pub fn resource_content(&self, of: &ResourceInstance<'_>, dynamic: &Block, expr: &Expr) -> Option<Value> {
        let mut values = Vec::new();
        let made = self.each_block(of.scope(), dynamic, &mut |eval| values.push(eval(expr)));
        match (made, values.len()) {
            (Err(unknown), 0) => Some(unknown),
            (_, 0 | 1) => values.pop(),
            _ => Some(Value::new(Kind::Tuple(values.into()), Origin::derived(expr.span, []))),
        }
    }

    #[allow(clippy::type_complexity, reason = "an alias would fix a lifetime that each call chooses")]
    fn each_block(
        &self,
        scope: Scope<'_>,
        dynamic: &Block,
        visit: &mut dyn FnMut(&dyn Fn(&Expr) -> Value),
    ) -> Result<(), Value> {
        let attribute = |name: &str| {
            let attribute = dynamic.body.attribute(name);
            attribute.map(|attribute| &attribute.value)
        };
        let unknown = |reason: &str| Value::unknown(reason, dynamic.span);
        let name = match attribute("iterator").map(|iterator| &iterator.kind) {
            Some(ExprKind::Variable(name)) => Some(name),
            Some(_) => None,
            None => dynamic.labels.first().map(|label| &label.text),
        };
        let Some((name, for_each)) = name.zip(attribute("for_each")) else {
            return Err(unknown("it has no `for_each`"));
        };
        let collection = self.apart(for_each.span, || self.eval(for_each, &scope));
        let mut open = false;
        let pairs = match self.apart(for_each.span, || self.pairs(&collection, true, for_each.span)) {
            Ok(pairs) => pairs,
            Err(_) if collection.as_unknown().is_some() => {
                let unknown = Value::unevaluated("its `for_each` is not known", for_each.span).made_of([&collection]);
                open = true;
                vec![(unknown.clone(), unknown)]
            }
            Err(_) => return Err(unknown("its `for_each` is not a collection")),
        };
        for (key, value) in pairs {
            let origin = value.origin.clone();
            let entry = |name: &str, value: Value| Entry::new(name.into(), dynamic.span, value);
            let iterator = Value::new(Kind::Object([entry("key", key), entry("value", value)].into()), origin);
            let binding = Binding { name, value: &iterator, outer: None };
            visit(&|expr| self.apart(expr.span, || self.eval(expr, &scope.with(&binding))));
        }
        if open { Err(collection) } else { Ok(()) }
    }
}
