//! Values that a literal selects, and not what the tenant's entry says.

use symlint_terraform::{PathStep, Selection, Str};

use super::Judge;
use crate::wiring::slot::Slot;

/// The name by which a literal selects what `slot` has, and the attributes, with their texts, of the entries for which the
/// call is repeated, if the value is not in one of these entries.
pub(super) fn literal_choice(slot: &Slot<'_>) -> Option<(Str, Vec<(Str, Str)>)> {
    let path = slot.value.origin.path.as_ref().filter(|_| slot.wanted.is_of_grant() && !slot.is_fragment)?;
    let entries = slot.instance.repetitions.iter().filter_map(|repetition| repetition.value.as_ref());
    let mut others = entries.filter(|entry| path.parent() != entry.origin.path.as_ref()).peekable();
    others.peek()?;
    let is_literal = path.selections().1.last().is_some_and(|(_, it)| matches!(it, Selection::Literal));
    let literal = path.last().and_then(PathStep::name).filter(|_| is_literal)?;
    let attributes = others.flat_map(|entry| entry.entries().unwrap_or_default());
    let texts = attributes.filter_map(|it| Some((it.key.clone(), it.value.as_str()?.clone())));
    Some((literal.clone(), texts.collect()))
}

impl<'a> Judge<'a> {
    /// The attribute of the entry that selects another value than the literal that is the same for all entries.
    pub(super) fn ignored_attribute(&self, slot: &Slot<'_>) -> Option<Str> {
        let (literal, texts) = literal_choice(slot)?;
        let at = slot.argument.span;
        let is_it = |(name, text): &(Str, Str)| {
            *text != literal && self.selectors.get(&(at, name.clone())) == Some(&(true, true))
        };
        let is_constant = self.literals.get(&at).is_some_and(Option::is_some);
        texts.into_iter().find(|it| is_constant && is_it(it)).map(|(name, _)| name)
    }
}
