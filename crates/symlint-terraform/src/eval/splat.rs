//! Splat expressions: `base[*].steps`.

use crate::origin::Origin;
use crate::source::Span;
use crate::syntax::{Splat, SplatStep};
use crate::types::type_of;
use crate::value::{Kind, Type, Value};

use super::scope::Scope;
use super::{Answer, Evaluator, Stop};

/// The type that `steps` lead to from a value of the type `ty`; `None` if there is no such step.
fn stepped(ty: &Type, steps: &[SplatStep]) -> Option<Type> {
    let mut ty = ty;
    for step in steps {
        ty = match (step, ty) {
            (_, Type::Any) | (SplatStep::Splat(_), _) | (SplatStep::Index(_), Type::Object(_) | Type::Tuple(_)) => {
                return Some(Type::Any);
            }
            (SplatStep::Attribute(name), Type::Object(_)) => &ty.attribute(&name.text)?.ty,
            (SplatStep::Attribute(_) | SplatStep::Index(_), Type::Map(element)) => element,
            (SplatStep::Index(_), Type::List(element)) => element,
            _ => return None,
        };
    }
    Some(ty.clone())
}

impl Evaluator<'_> {
    #[inline(never)]
    pub(super) fn splat(&self, splat: &Splat, span: Span, scope: &Scope<'_>) -> Answer {
        let base = self.eval(&splat.base, scope);
        self.each(&base, splat.base.span, &splat.steps, span, scope)
    }

    /// The value that `steps` lead to from each element of `base`, which is written at `base_span`.
    fn each(&self, base: &Value, base_span: Span, steps: &[SplatStep], span: Span, scope: &Scope<'_>) -> Answer {
        if base.as_unknown().is_some() {
            let taken = |candidate: &Value| match candidate.as_unknown() {
                Some(_) => Some(candidate.clone()),
                None => self.each(candidate, base_span, steps, span, scope).ok(),
            };
            return Err(Stop::Unknown(base.with_candidates(taken)));
        }
        let origin = Origin::derived(span, [base.origin.clone()]);
        let items: Vec<Value> = match base.elements() {
            _ if base.is_null() => Vec::new(),
            Some(items) => {
                let parts = base.each_part_at(base_span);
                (0..items.len()).filter_map(|index| parts.at(index)).collect()
            }
            // A value that is not a list is treated as a list with this value.
            None => vec![base.clone()],
        };
        let mut taken = Vec::with_capacity(items.len());
        for item in items {
            self.meter().spend(1)?;
            taken.push(self.settle(self.steps(item, steps, span, scope), span));
        }
        if !matches!(base.kind, Kind::List(_) | Kind::Set(_)) {
            return Ok(Value::new(Kind::Tuple(taken.into()), origin));
        }
        // The steps lead from elements of one type to values of one type. If there are no elements, that is computed
        // from the element type.
        let of = match taken.iter().find(|value| value.as_unknown().is_none()) {
            Some(first) => Some(type_of(first, self.meter())?),
            None => match base.of().filter(|_| taken.is_empty()) {
                Some(of) => Some(stepped(of, steps).ok_or_else(|| Stop::error("the elements have no such attribute"))?),
                None => None,
            },
        };
        let kind = Kind::List(taken.into());
        Ok(match of {
            Some(of) => Value::typed(kind, origin, of),
            None => Value::new(kind, origin),
        })
    }

    fn steps(&self, item: Value, steps: &[SplatStep], span: Span, scope: &Scope<'_>) -> Answer {
        let mut value = item;
        for step in steps {
            value = match step {
                SplatStep::Attribute(name) => self.attribute_of(&value, &name.text, name.span)?,
                SplatStep::Index(key) => self.element_of(&value, span, &self.eval(key, scope), key.span)?,
                SplatStep::Splat(steps) => self.each(&value, span, steps, span, scope)?,
            };
        }
        Ok(value)
    }
}
