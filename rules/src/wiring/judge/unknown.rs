//! Judges values that are not known, by what they may be and by what they depend on.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use foldhash::{HashMap, HashSet};
use symlint_core::tenants::{FieldKind, TenantId, has_shape};
use symlint_terraform::{Form, Makeup, Span, Str};

use super::{Judge, ValueProblem};
use crate::wiring::own::{right_fields, selected_by};
use crate::wiring::slot::{Slot, Slots};

/// What is not known of an argument, or of a part of it, and where it comes from.
pub(super) type UnknownArgument<'a> = (Span, Option<&'a str>, Span);

impl<'a> Judge<'a> {
    /// A value that is not known is judged by what it may be, and by what it depends on.
    pub(super) fn judge_unknown(&self, slot: &Slot<'_>) -> Option<ValueProblem> {
        if slot.value.as_unknown()?.is_refused {
            return None;
        }
        let candidates = slot.value.candidates();
        if !candidates.is_empty() {
            return candidates.iter().find_map(|value| self.judge(&Slot { value: value.clone(), ..*slot }));
        }
        if let Some(other) = selected_by(self.model, slot.tenant, &slot.value) {
            return Some(ValueProblem::Tenant(other));
        }
        let is_fixed = slot.wanted != FieldKind::Cloud && slot.wanted != FieldKind::Region;
        if let Some(problem) = self.judge_texts(slot).filter(|_| is_fixed && !slot.is_fragment) {
            return Some(problem);
        }
        // The partition in an ARN is the same for all.
        let is_partition = slot.is_fragment && self.is_partition(slot);
        (is_fixed && !is_partition && self.is_for_all(slot)).then_some(ValueProblem::Shared)
    }

    /// Judges the texts that an unknown value was made of: it may be one of them.
    fn judge_texts(&self, slot: &Slot<'_>) -> Option<ValueProblem> {
        let tenant = self.model.tenant(slot.tenant);
        let right = right_fields(tenant, slot.wanted);
        if right.is_empty() || right.iter().any(|field| field.as_str().is_none()) {
            return None;
        }
        let sources = self.model.project.sources();
        let mut spans = Vec::new();
        slot.value.origin.each_source(&mut |origin| {
            let is_text = matches!(origin.makeup, Makeup::Written(form) if form != Form::Whole);
            let owners = origin.path.as_ref().map(|path| self.model.sources_of_values.owners(path)).unwrap_or_default();
            spans.extend((is_text && !owners.contains(&slot.tenant)).then_some(origin.span));
        });
        let is_between = |c: char| !c.is_ascii_alphanumeric() && !":/_+=,.@-".contains(c);
        // A text that starts with a separator is only a part of an ARN.
        let is_other = |text: &&str| {
            has_shape(slot.wanted, text) && !text.starts_with(':') && right.iter().all(|it| it.as_str() != Some(text))
        };
        let mut problem = None;
        for span in spans {
            for text in sources.text(span).split(is_between).filter(is_other) {
                if let Some(owner) = self.owners.other(slot.tenant, slot.wanted, &Str::from(text)) {
                    return Some(ValueProblem::Tenant(owner));
                }
                problem = Some(ValueProblem::Written);
            }
        }
        problem
    }

    /// Whether `slot` receives a `partition`, such as that of `data.aws_partition`.
    fn is_partition(&self, slot: &Slot<'_>) -> bool {
        let text = self.model.project.sources().text(slot.argument.span);
        text.ends_with(".partition")
    }
}

/// The arguments whose values are not known of several tenants, and depend on the same for each of these.
pub(super) fn alike<'a>(doubtful: &[Slots<'a>]) -> HashSet<UnknownArgument<'a>> {
    let state = FixedState::default();
    let mut dependences: HashMap<UnknownArgument<'a>, (TenantId, u64, bool)> = HashMap::default();
    let mut differing = HashSet::default();
    let slots = doubtful.iter().flat_map(|slots| &slots.slots);
    let values = slots.flat_map(|slot| {
        let candidates = slot.value.candidates().iter();
        std::iter::once(&slot.value).chain(candidates).map(move |value| (slot, value))
    });
    for (slot, value) in values.filter(|(_, value)| value.as_unknown().is_some()) {
        let mut sum = 0_u64;
        value.origin.each_dependence(&mut |origin| {
            sum = sum.wrapping_add(origin.path.as_ref().map_or(0, |path| state.hash_one(path)));
        });
        let place = (slot.argument.span, slot.part, value.origin.span);
        let (first, known, is_of_several) = dependences.entry(place).or_insert((slot.tenant, sum, false));
        *is_of_several |= *first != slot.tenant;
        if *known != sum {
            differing.insert(place);
        }
    }
    let alike =
        dependences.into_iter().filter(|(place, (.., is_of_several))| *is_of_several && !differing.contains(place));
    alike.map(|(place, _)| place).collect()
}
