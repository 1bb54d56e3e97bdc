//! `[for …]`, `{for …}`, and iteration over collections.

use crate::limits::ELEMENTS;
use crate::origin::Origin;
use crate::source::Span;
use crate::syntax::For;
use crate::value::{Entry, Kind, Value};

use super::answer::Attempt;
use super::scope::{Binding, Scope};
use super::{Answer, ErrorSubject, Evaluator, Stop};

impl Evaluator<'_> {
    /// The keys and values of a collection in Terraform's order. The values know their paths through the collection. If
    /// `keys` is false, the keys are null.
    ///
    /// `span` is the place of the collection. The indexes of a list have their origin there.
    pub(super) fn pairs(&self, collection: &Value, keys: bool, span: Span) -> Answer<Vec<(Value, Value)>> {
        // The elements of a sensitive collection are only sensitive when selected; a loop marks its whole result
        // instead.
        let parts = collection.each_part_at(span).without_sensitivity();
        let none = || Value::new(Kind::Null, Origin::derived(span, []));
        match &collection.kind {
            Kind::Unknown(_) => Err(Stop::Unknown(collection.clone())),
            Kind::Null => Err(Stop::error_at("null cannot be looped over", span).on_null(collection)),
            Kind::Map(entries) | Kind::Object(entries) => {
                self.meter().spend(entries.len())?;
                let key = |entry| if keys { parts.key(entry) } else { none() };
                Ok(entries.iter().map(|entry| (key(entry), parts.child(entry))).collect())
            }
            Kind::Set(items) => {
                self.meter().spend(items.len())?;
                // The number of elements depends on which of them are equal.
                if let Some(unknown) = items.iter().find(|item| item.as_unknown().is_some()) {
                    return Err(Stop::Unknown(unknown.clone()));
                }
                Ok((0..items.len()).filter_map(|index| parts.at(index)).map(|item| (item.clone(), item)).collect())
            }
            Kind::List(items) | Kind::Tuple(items) => {
                self.meter().spend(items.len())?;
                let key = |index| {
                    if keys { Value::index(index, parts.index(index, span)) } else { none() }
                };
                Ok((0..items.len()).filter_map(|index| Some((key(index), parts.at(index)?))).collect())
            }
            _ => Err(Stop::error_at(format!("a {} cannot be looped over", collection.type_name()), span)),
        }
    }

    #[inline(never)]
    pub(super) fn comprehension(&self, comprehension: &For, span: Span, scope: &Scope<'_>) -> Answer {
        let collection = self.eval(&comprehension.collection, scope);
        let pairs = match self.pairs(&collection, comprehension.key_name.is_some(), comprehension.collection.span) {
            Ok(pairs) => pairs,
            Err(stop) => {
                let unknown = self.settle_from(Err(stop), span, [&collection]);
                let looped = |candidate: &Value| {
                    if candidate.as_unknown().is_some() {
                        return Some(candidate.clone());
                    }
                    let keys = comprehension.key_name.is_some();
                    let pairs = self.pairs(candidate, keys, comprehension.collection.span).ok()?;
                    self.looped(comprehension, candidate, &pairs, span, scope).ok()
                };
                let candidates: Vec<Value> = collection.candidates().iter().filter_map(looped).collect();
                return Ok(unknown.or_one_of(candidates));
            }
        };
        let looped = match self.looped(comprehension, &collection, &pairs, span, scope) {
            Err(Stop::Unknown(unknown)) if !unknown.is_refused() => Err(Stop::Unknown(unknown.computed())),
            looped => looped,
        };
        Ok(self.settle_from(looped, span, [&collection]))
    }

    /// The possible results of a `for` for unknown keys and values, as far as they are known.
    fn possible_results(
        &self,
        comprehension: &For,
        pairs: &[(Value, Value)],
        outer: Option<&Binding<'_>>,
        scope: &Scope<'_>,
    ) -> Vec<Value> {
        /// How many results are examined.
        const MANY: usize = 64;
        let result = |(key, value): &(Value, Value)| {
            let key_binding =
                comprehension.key_name.as_ref().map(|name| Binding { name: &name.text, value: key, outer });
            let outer = key_binding.as_ref().or(outer);
            let binding = Binding { name: &comprehension.value_name.text, value, outer };
            match self.attempt(&comprehension.result, &scope.with(&binding)) {
                Attempt::Is(value) | Attempt::Unclear(value) => Some(value),
                Attempt::Failed(_) => None,
            }
        };
        pairs.iter().take(MANY).filter_map(result).collect()
    }

    /// The result of a `for` over the keys and values of its collection.
    fn looped(
        &self,
        comprehension: &For,
        collection: &Value,
        pairs: &[(Value, Value)],
        span: Span,
        scope: &Scope<'_>,
    ) -> Answer {
        let mut items = Vec::new();
        let mut entries = Vec::new();
        // The shape of the result reveals the keys and the conditions.
        let mut sensitive = false;
        // The other elements depend on the same values as the first one, because the whole collection was built from
        // these.
        let mut made_of = vec![collection.origin.clone()];
        if pairs.is_empty() {
            self.empty_condition(comprehension, span, scope)?;
        }
        for (at, (key, value)) in pairs.iter().enumerate() {
            let note = |origin: &Origin, made_of: &mut Vec<Origin>| {
                if at == 0 && !origin.is_plain() {
                    made_of.push(origin.clone());
                }
            };
            let outer = scope.names;
            let key_binding =
                comprehension.key_name.as_ref().map(|name| Binding { name: &name.text, value: key, outer });
            let outer = key_binding.as_ref().or(outer);
            let binding = Binding { name: &comprehension.value_name.text, value, outer };
            let scope = scope.with(&binding);
            let condition = match &comprehension.condition {
                Some(condition) => match self.condition(condition, &scope) {
                    Err(Stop::Unknown(unknown)) => {
                        // Elements that may be left out may also be there. Which of them are is not followed.
                        let left = pairs.get(at..).unwrap_or_default();
                        let results = self.possible_results(comprehension, left, outer, &scope);
                        let unknown = if unknown.is_refused() { unknown } else { unknown.given_up() };
                        return Err(Stop::Unknown(unknown.made_of(&results)));
                    }
                    condition => Some(condition?),
                },
                None => None,
            };
            if let Some(condition) = &condition {
                sensitive |= condition.is_sensitive();
                note(&condition.origin, &mut made_of);
                if !condition.holds {
                    continue;
                }
            }
            let result = |scope: &Scope<'_>, made_of: &mut Vec<Origin>| {
                let mut result = self.eval(&comprehension.result, scope);
                note(&result.origin, made_of);
                if let Some(condition) = &condition {
                    result.origin = result.origin.depending_on(&condition.origin);
                }
                result
            };
            match &comprehension.key {
                None => items.push(result(&scope, &mut made_of)),
                Some(key) => {
                    let mut key = self.key(key, &scope)?;
                    sensitive |= key.origin.sensitive;
                    note(&key.origin, &mut made_of);
                    if let Some(condition) = &condition {
                        key.origin = key.origin.depending_on(&condition.origin);
                    }
                    entries.push(Entry::keyed(&key, result(&scope, &mut made_of)));
                }
            }
            if items.len() + entries.len() > ELEMENTS {
                return Err(Stop::limit("this has too many elements to be evaluated"));
            }
        }
        let kind = match &comprehension.key {
            None => Kind::Tuple(items.into()),
            Some(_) if comprehension.grouping => Kind::Object(grouped(entries, span).into()),
            Some(key) => {
                entries.sort_by(|a, b| a.key.as_str().cmp(b.key.as_str()));
                let all = entries.len();
                entries.dedup_by(|later, kept| later.key == kept.key);
                if entries.len() < all {
                    const TWICE: &str = "two elements have the same key";
                    // It is an object nevertheless.
                    let object = Value::new(Kind::Object(entries.into()), Origin::derived(span, []));
                    let refused = Stop::error_at(TWICE, key.span).on(ErrorSubject::SameKey);
                    return Err(Stop::Unknown(self.settle(Err(refused), key.span).or_one_of([object])));
                }
                Kind::Object(entries.into())
            }
        };
        let origin = Origin { sensitive: sensitive || collection.is_sensitive(), ..Origin::derived(span, made_of) };
        Ok(Value::new(kind, origin))
    }
}

impl Evaluator<'_> {
    /// Terraform evaluates the condition without an element first. Errors that do not depend on the element occur even
    /// if there are no elements.
    fn empty_condition(&self, comprehension: &For, span: Span, scope: &Scope<'_>) -> Answer<()> {
        let Some(condition) = &comprehension.condition else { return Ok(()) };
        let any = Value::unknown("there is no element", span);
        let outer = scope.names;
        let key = comprehension.key_name.as_ref().map(|name| Binding { name: &name.text, value: &any, outer });
        let outer = key.as_ref().or(outer);
        let value = Binding { name: &comprehension.value_name.text, value: &any, outer };
        match self.condition(condition, &scope.with(&value)) {
            Err(stop @ Stop::Error(..)) => Err(stop),
            _ => Ok(()),
        }
    }
}

/// One entry for each key, with a tuple of the key's values in order.
fn grouped(mut entries: Vec<Entry>, span: Span) -> Vec<Entry> {
    entries.sort_by(|a, b| a.key.as_str().cmp(b.key.as_str()));
    let mut groups: Vec<(Entry, Vec<Value>)> = Vec::new();
    for entry in entries {
        match groups.last_mut() {
            Some((first, values)) if first.key == entry.key => values.push(entry.value),
            _ => {
                let value = entry.value.clone();
                groups.push((entry, vec![value]));
            }
        }
    }
    let group = |(first, values): (Entry, Vec<Value>)| {
        let mut origin = Origin::derived(span, values.iter().map(|value| value.origin.clone()));
        // A group is not sensitive because one of its elements is.
        origin.sensitive = false;
        Entry { value: Value::new(Kind::Tuple(values.into()), origin), ..first }
    };
    groups.into_iter().map(group).collect()
}
