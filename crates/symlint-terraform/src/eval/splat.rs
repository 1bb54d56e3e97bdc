//! `base[*].steps`

use crate::origin::Origin;
use crate::source::Span;
use crate::syntax::{Splat, SplatStep};
use crate::value::{Kind, Value};

use super::scope::Scope;
use super::{Answer, Evaluator, Stop};

impl Evaluator<'_> {
    #[inline(never)]
    pub(super) fn splat(&self, splat: &Splat, span: Span, scope: &Scope<'_>) -> Answer {
        let base = self.known(&splat.base, scope)?;
        self.each(&base, &splat.steps, span, scope)
    }

    /// What `steps` lead to from each element of `base`.
    fn each(&self, base: &Value, steps: &[SplatStep], span: Span, scope: &Scope<'_>) -> Answer {
        if base.as_unknown().is_some() {
            return Err(Stop::Unknown(base.clone()));
        }
        let origin = Origin::derived(span, [base.origin.clone()]);
        let items: Vec<Value> = match base.elements() {
            _ if base.is_null() => Vec::new(),
            Some(items) => (0..items.len()).filter_map(|index| base.at(index)).collect(),
            // What is no list counts as a list of it.
            None => vec![base.clone()],
        };
        let mut taken = Vec::with_capacity(items.len());
        for item in items {
            self.meter().spend(1)?;
            taken.push(self.settle(self.steps(item, steps, span, scope), span));
        }
        let kind = match base.kind {
            Kind::List(_) | Kind::Set(_) => Kind::List(taken.into()),
            _ => Kind::Tuple(taken.into()),
        };
        Ok(Value::new(kind, origin))
    }

    fn steps(&self, item: Value, steps: &[SplatStep], span: Span, scope: &Scope<'_>) -> Answer {
        let mut value = item;
        for step in steps {
            value = match step {
                SplatStep::Attribute(name) => self.attribute_of(&value, &name.text, name.span)?,
                SplatStep::Index(key) => self.element_of(&value, &self.eval(key, scope), key.span)?,
                SplatStep::Splat(steps) => self.each(&value, steps, span, scope)?,
            };
        }
        Ok(value)
    }
}
