//! Whether a value that a flow instance receives is the one that it should.

mod choice;
mod text;
mod unknown;

use std::cell::OnceCell;

use foldhash::{HashMap, HashSet};
use smallvec::SmallVec;
use symlint_core::tenants::{Field, FieldKind, FieldRef, FlowInstance, Model, Source, TenantId, text_of};
use symlint_terraform::{Span, Str, Value};

use self::choice::literal_choice;
use self::unknown::{UnknownArgument, alike};
use super::grants::{Entitlement, halves, is_a_grant, is_set_wrong};
use super::own::{is_not_own, is_there, right_fields};
use super::owners::TextOwners;
use super::setting::{FlowSetting, settings};
use super::slot::{GrantPair, Slot, Slots};

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ValueProblem {
    /// It comes from this tenant.
    Tenant(TenantId),
    /// It is this value of the own tenant.
    Field(FieldKind),
    /// It comes from this attribute of the tenant, which is none of the known fields, and its form is not that of the right
    /// value.
    Attribute(String),
    /// It belongs to a different grant than the permission set that is passed with it.
    Grant,
    /// A literal selects it, and not the entry's attribute with this name.
    Entry(Str),
    /// It is the same for several tenants.
    Shared,
    Null,
    /// It is the default of the module's variable, and not what the tenant's entry says.
    Default,
    /// It is the right account, as a number, which has no leading zero.
    Number(Str),
    /// It is written in the configuration, and is not what the tenant's entry says.
    Written,
    /// As `Written`, and it replaces the value that the tenant's entry has in the collection of the call's `for_each`.
    Overridden,
    /// It was computed from what the tenant's entry says, and is something else.
    Changed,
}

/// Text that reaches one argument, or a part of it.
type Constant<'a> = (Span, Option<&'a str>, Span, Str);

/// Judges the values of all flow instances.
pub(super) struct Judge<'a> {
    model: &'a Model<'a>,
    /// What is written once and reaches several tenants.
    shared: HashSet<Constant<'a>>,
    /// By the argument: the literal that selects its value, where it is the same for all entries.
    literals: HashMap<Span, Option<Str>>,
    /// By the argument and an attribute of the entries: whether the attribute always names what a literal might select
    /// there, and whether it is what the literal does select for some.
    selectors: HashMap<(Span, Str), (bool, bool)>,
    /// Grants whose permission set and account are passed to one flow together.
    granted: HashSet<Entitlement>,
    /// The arguments that several tenants receive.
    repeated: HashSet<Span>,
    /// Unknown values that depend on the same origins for every tenant, even if these origins are all tenants.
    alike: HashSet<UnknownArgument<'a>>,
    owners: TextOwners<'a>,
    /// Values that the module passes on to its resources unchanged, and whose form is not that of the right value.
    misshapen: OnceCell<HashSet<(TenantId, FieldKind, Str)>>,
    /// What takes effect for the flow instances.
    received: OnceCell<ReceivedValues>,
}

/// The values that take effect, by flow instance and field.
type ReceivedValues = HashMap<(*const FlowInstance, FieldKind), Vec<Value>>;

/// Whether all `slots` have the right values of one tenant, and those of a grant come from one grant. Then there is nothing
/// to judge, and nothing to compare with what other tenants receive.
pub(super) fn are_right(model: &Model<'_>, slots: &Slots<'_>) -> bool {
    let right: SmallVec<[Option<Option<usize>>; 8]> = slots.slots.iter().map(|slot| right_grant(model, slot)).collect();
    right.iter().all(Option::is_some)
        && slots.pairs.iter().all(|pair| right.get(pair.permission_set) == right.get(pair.account))
        && slots.slots.iter().all(|slot| literal_choice(slot).is_none())
}

/// If `slot` has the right value: the grant to which it belongs, or `Some(None)` for a value outside of grants.
fn right_grant(model: &Model<'_>, slot: &Slot<'_>) -> Option<Option<usize>> {
    // As a number, an account may have lost a digit.
    if slot.wanted == FieldKind::TargetAccountId && slot.is_number() || !slot.value.candidates().is_empty() {
        return None;
    }
    let is_changed = || !slot.is_fragment && is_not_own(model, slot.tenant, slot.wanted, &slot.value);
    match model.sources_of_values.of(&slot.value, slot.tenant)?.as_slice() {
        [Source::Field(it)] if it.tenant == slot.tenant && it.kind == slot.wanted && !is_changed() => Some(it.grant),
        [Source::Tenant(it)] if *it == slot.tenant && slot.wanted == FieldKind::Key && !slot.is_key_of_other(model) => {
            Some(None)
        }
        _ => None,
    }
}

impl<'a> Judge<'a> {
    /// Looks at what is received and is `doubtful`, to say what several tenants share, and at `all` where a grant may
    /// be mixed.
    pub(super) fn new(model: &'a Model<'a>, doubtful: &[Slots<'a>], all: impl Iterator<Item = Slots<'a>>) -> Self {
        let mut receivers: HashMap<Constant<'a>, TenantId> = HashMap::default();
        let mut shared = HashSet::default();
        let mut granted = HashSet::default();
        let mut receiver: HashMap<Span, TenantId> = HashMap::default();
        let mut repeated = HashSet::default();
        for instance in model.flows.iter().flat_map(|flow| &flow.instances) {
            let Some(tenant) = instance.tenant else { continue };
            for argument in &instance.arguments {
                if *receiver.entry(argument.span).or_insert(tenant) != tenant {
                    repeated.insert(argument.span);
                }
            }
        }
        let (shared_by_none, granted_by_none) = (HashSet::default(), HashSet::default());
        let nothing = Self {
            model,
            shared: shared_by_none,
            literals: HashMap::default(),
            selectors: HashMap::default(),
            granted: granted_by_none,
            repeated,
            alike: alike(doubtful),
            owners: TextOwners::new(model),
            misshapen: OnceCell::new(),
            received: OnceCell::new(),
        };
        let grants = |slots: &Slots<'a>| {
            let grants = slots.pairs.iter().filter_map(|pair| nothing.grants_of(&slots.slots, pair));
            grants.collect::<Vec<_>>()
        };
        if doubtful.iter().flat_map(grants).any(|(a, b, _)| a.grant != b.grant) {
            let whole = all.flat_map(|slots| grants(&slots)).filter(|(a, b, _)| a.grant == b.grant);
            granted.extend(whole.map(|(_, _, entitlement)| entitlement));
        }
        let (mut literals, mut selectors) = (HashMap::default(), HashMap::default());
        for slot in doubtful.iter().flat_map(|slots| &slots.slots) {
            let choice = slot.value.origin.path.as_ref().zip(literal_choice(slot));
            if let Some((path, (literal, texts))) = choice {
                let known = literals.entry(slot.argument.span).or_insert_with(|| Some(literal.clone()));
                *known = known.take().filter(|known| *known == literal);
                for (name, text) in texts {
                    let is_same = text == literal;
                    let is_name = is_same || model.sources_of_values.has_beside(path, &text);
                    let (always, some) = selectors.entry((slot.argument.span, name)).or_insert((true, false));
                    (*always, *some) = (*always && is_name, *some || is_same);
                }
            }
            let values = std::iter::once(&slot.value).chain(slot.value.candidates());
            for constant in values.filter_map(|value| constant(slot, value)) {
                if *receivers.entry(constant.clone()).or_insert(slot.tenant) != slot.tenant {
                    shared.insert(constant);
                }
            }
        }
        Self { shared, literals, selectors, granted, ..nothing }
    }

    /// What is wrong with `slot`; `None` also where that cannot be known.
    pub(super) fn judge(&self, slot: &Slot<'_>) -> Option<ValueProblem> {
        if slot.value.is_null() {
            let missing = &self.model.tenant(slot.tenant).missing;
            let is_reported = missing.iter().any(|gap| gap.span == slot.value.origin.span);
            return (!is_reported && self.is_needed(slot) && !self.is_received(slot)).then_some(ValueProblem::Null);
        }
        let is_converted = || slot.input().is_some_and(|input| input.as_unknown().is_none());
        let is_lacking = || slot.argument.parts.iter().all(|part| !part.steps.is_empty());
        if slot.value.entries().is_some() && slot.part.is_none() && is_lacking() && is_converted() {
            return self.judge_object(slot);
        }
        let Some(text) = text_of(&slot.value) else { return self.judge_unknown(slot) };
        // A value that was chosen for the tenant, by its key or in a table, can still be another tenant's.
        let owner = || self.owners.other(slot.tenant, slot.wanted, &text).filter(|_| !slot.is_fragment);
        let problem = self.judge_text(slot, &text).or_else(|| owner().map(ValueProblem::Tenant));
        // A region may be what the module falls back on, unless it is that of another tenant and all that is known.
        let own = right_fields(self.model.tenant(slot.tenant), slot.wanted);
        let is_all_known = own.iter().all(|it| it.raw() == Some(&text) && it.span == slot.value.origin.span);
        let is_taken = matches!(problem, Some(ValueProblem::Tenant(_))) && is_all_known;
        let problem = problem.filter(|_| slot.wanted != FieldKind::Region || is_taken || !self.is_received(slot));
        match problem.or_else(|| self.ignored_attribute(slot).map(ValueProblem::Entry)) {
            Some(ValueProblem::Shared | ValueProblem::Written) if slot.argument.is_default => {
                Some(ValueProblem::Default)
            }
            problem => problem,
        }
    }

    /// Whether an argument of a call for several tenants depends on nothing that differs between them.
    fn is_for_all(&self, slot: &Slot<'_>) -> bool {
        !slot.instance.repetitions.is_empty()
            && !slot.argument.is_default
            && self.repeated.contains(&slot.argument.span)
            && (self.alike.contains(&(slot.argument.span, slot.part, slot.value.origin.span))
                || !slot.value.origin.is_iterated()
                    && !self.model.sources_of_values.depends_on(&slot.value, slot.tenant))
    }

    /// Whether the tenant has what `slot` should be, and no list of grants takes its place.
    fn is_needed(&self, slot: &Slot<'_>) -> bool {
        let mut lists = slot.instance.arguments.iter().filter(|argument| argument.is_list());
        let has_list = !slot.argument.is_list() && lists.any(|it| !it.value.is_null());
        let has_one = right_fields(self.model.tenant(slot.tenant), slot.wanted).iter().any(|it| it.as_str().is_some());
        has_one && !has_list
    }

    /// Whether exactly the tenant's own values of the kind take effect for the instance: what is null makes no resource.
    fn is_received(&self, slot: &Slot<'_>) -> bool {
        let received = self.received.get_or_init(|| {
            let mut received = ReceivedValues::default();
            for FlowSetting { instance, wanted, value, .. } in settings(self.model) {
                received.entry((std::ptr::from_ref(instance), wanted)).or_default().push(value);
            }
            received
        });
        let Some(values) = received.get(&(std::ptr::from_ref(slot.instance), slot.wanted)) else { return false };
        let mut right = right_fields(self.model.tenant(slot.tenant), slot.wanted);
        right.retain(|field| is_there(field));
        let is = |value: &Value, field: &Field| text_of(value).is_some_and(|text| field.as_written() == Some(&text));
        values.iter().all(|value| right.iter().any(|field| is(value, field)))
            && right.iter().all(|field| values.iter().any(|value| is(value, field)))
    }

    fn is_shared(&self, slot: &Slot<'_>) -> bool {
        constant(slot, &slot.value).is_some_and(|constant| self.shared.contains(&constant))
    }

    /// Which half of a pair is wrong, if the permission set is of one grant and the account of another, where no grant has
    /// both, or where the one that has both has a flow already: then that of the other is lost.
    pub(super) fn wrong_half(&self, slots: &[Slot<'_>], pair: &GrantPair) -> Option<usize> {
        let (.., entitlement) = self.grants_of(slots, pair).filter(|(a, b, _)| a.grant != b.grant)?;
        if is_a_grant(self.model, &entitlement) && !self.granted.contains(&entitlement) {
            return None;
        }
        let (permission_set, account) = (slots.get(pair.permission_set)?, slots.get(pair.account)?);
        Some(match is_set_wrong(&permission_set.value, &account.value) {
            true => pair.permission_set,
            false => pair.account,
        })
    }

    fn grants_of(&self, slots: &[Slot<'_>], pair: &GrantPair) -> Option<(FieldRef, FieldRef, Entitlement)> {
        let (permission_set, account) = (slots.get(pair.permission_set)?, slots.get(pair.account)?);
        halves(self.model, permission_set.tenant, &permission_set.value, &account.value)
    }
}

/// What `slot` receives, if it comes from no tenant.
fn constant<'a>(slot: &Slot<'a>, value: &Value) -> Option<Constant<'a>> {
    Some((slot.argument.span, slot.part, value.origin.span, text_of(value)?))
}
