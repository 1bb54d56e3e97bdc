//! `[for …]` and `{for …}`, and what can be looped over.

use crate::limits::ELEMENTS;
use crate::origin::Origin;
use crate::source::Span;
use crate::syntax::For;
use crate::value::{Entry, Kind, Value};

use super::scope::{Binding, Scope};
use super::{Answer, Evaluator, Stop};

impl Evaluator<'_> {
    /// The keys and values of a collection, in Terraform's order; the values know the way through the collection.
    ///
    /// `span` is where the indices of a list come to be.
    pub(super) fn pairs(&self, collection: &Value, span: Span) -> Answer<Vec<(Value, Value)>> {
        // That a collection is sensitive makes its elements so only where one is taken; a loop hides all that it makes.
        let bare = collection.is_sensitive().then(|| {
            let mut bare = collection.clone();
            bare.origin.sensitive = false;
            bare
        });
        let collection = bare.as_ref().unwrap_or(collection);
        match &collection.kind {
            Kind::Unknown(_) => Err(Stop::Unknown(collection.clone())),
            Kind::Null => Err(Stop::error_at("null cannot be looped over", span).on_null(collection)),
            Kind::Map(entries) | Kind::Object(entries) => {
                self.meter().spend(entries.len())?;
                Ok(entries.iter().map(|entry| (collection.key(entry), collection.child(entry))).collect())
            }
            Kind::Set(items) => {
                self.meter().spend(items.len())?;
                // How many elements there are depends on which of them are equal.
                if let Some(unknown) = items.iter().find(|item| item.as_unknown().is_some()) {
                    return Err(Stop::Unknown(unknown.clone()));
                }
                Ok(items.iter().map(|item| (item.clone(), item.clone())).collect())
            }
            Kind::List(items) | Kind::Tuple(items) => {
                self.meter().spend(items.len())?;
                let pair = |index| Some((self.index_value(index, span), collection.at(index)?));
                Ok((0..items.len()).filter_map(pair).collect())
            }
            _ => Err(Stop::error_at(format!("a {} cannot be looped over", collection.type_name()), span)),
        }
    }

    #[inline(never)]
    pub(super) fn comprehension(&self, comprehension: &For, span: Span, scope: &Scope<'_>) -> Answer {
        let collection = self.eval(&comprehension.collection, scope);
        let pairs = self.pairs(&collection, comprehension.collection.span)?;
        let mut items = Vec::new();
        let mut entries = Vec::new();
        // What the keys and conditions tell is in the shape of the result.
        let mut sensitive = false;
        if pairs.is_empty() {
            self.empty_condition(comprehension, span, scope)?;
        }
        for (key, value) in &pairs {
            let outer = scope.names;
            let key_binding =
                comprehension.key_name.as_ref().map(|name| Binding { name: &name.text, value: key, outer });
            let outer = key_binding.as_ref().or(outer);
            let binding = Binding { name: &comprehension.value_name.text, value, outer };
            let scope = scope.with(&binding);
            if let Some(condition) = &comprehension.condition {
                let condition = self.condition(condition, &scope)?;
                sensitive |= condition.sensitive;
                if !condition.holds {
                    continue;
                }
            }
            match &comprehension.key {
                None => items.push(self.eval(&comprehension.result, &scope)),
                Some(key) => {
                    let key = self.key(key, &scope)?;
                    let key_span = key.origin.span;
                    sensitive |= key.origin.sensitive;
                    let key = key.as_str().cloned().unwrap_or_default();
                    entries.push(Entry { key, key_span, value: self.eval(&comprehension.result, &scope) });
                }
            }
            if items.len() + entries.len() > ELEMENTS {
                return Err(Stop::reason("this has too many elements to be evaluated"));
            }
        }
        let kind = match &comprehension.key {
            None => Kind::Tuple(items.into()),
            Some(_) if comprehension.grouping => Kind::Object(grouped(entries, span).into()),
            Some(key) => {
                entries.sort_by(|a, b| a.key.as_str().cmp(b.key.as_str()));
                if entries.windows(2).any(|pair| matches!(pair, [a, b] if a.key == b.key)) {
                    return Err(Stop::error_at(
                        "two elements come to the same key; `...` after the value groups them",
                        key.span,
                    ));
                }
                Kind::Object(entries.into())
            }
        };
        Ok(Value::new(kind, Origin::derived(span, [collection.origin])).marked(sensitive))
    }
}

impl Evaluator<'_> {
    /// Terraform looks at the condition before there is an element: what is wrong with it whatever the element is wrong
    /// even where there is none.
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

/// One entry for each key, with a tuple of the values in their order.
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
        // A group is not sensitive because an element of it is.
        origin.sensitive = false;
        Entry { value: Value::new(Kind::Tuple(values.into()), origin), ..first }
    };
    groups.into_iter().map(group).collect()
}
