//! Whether a value that a flow instance receives is the one that it should.

use std::cell::OnceCell;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use foldhash::{HashMap, HashSet};
use smallvec::SmallVec;
use symlint_core::rule::Context;
use symlint_core::tenants::format;
use symlint_core::tenants::format::{instance_id_suffix, is_account_id};
use symlint_core::tenants::{
    Field, FieldKind, FieldRef, FlowInstance, Model, Source, State, Tenant, TenantId, has_shape, may_be, normalise,
    other_shape, text_of, values_at,
};
use symlint_terraform::{Dependence, Form, Kind, Makeup, Origin, Path, PathStep, Root, Selection, Span, Str, Value};

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

/// What would happen if a flow received a wrong value in the place of this one.
pub(super) fn consequence(wanted: FieldKind) -> &'static str {
    match wanted {
        FieldKind::Key => "The flow would not be named after its own tenant.",
        FieldKind::SsoAccountId | FieldKind::RoleArn => "Sym would act with the wrong role, or requests would fail.",
        FieldKind::Cloud | FieldKind::InstanceArn | FieldKind::Region => {
            "Sym would reach the wrong Identity Center, or requests would fail."
        }
        FieldKind::PermissionSetArn => "Engineers would get the wrong permissions, or requests would fail.",
        FieldKind::TargetAccountId => "Engineers would enter the wrong account, or requests would fail.",
    }
}

/// The tenant whose value this is.
pub(super) fn owner<'a>(cx: &Context<'a>, kind: FieldKind, value: &Value) -> Option<&'a Tenant> {
    let text = text_of(value)?;
    cx.tenants().iter().find(|tenant| tenant.fields().any(|field| field.kind == kind && field.raw() == Some(&text)))
}

/// That what these tenants receive as `what` is the same for all, and no id that is somebody's: `own` is their own.
pub(super) fn is_always(
    cx: &Context<'_>,
    wanted: FieldKind,
    value: &Value,
    what: &str,
    (tenants, of): (&[TenantId], usize),
    own: &str,
) -> Option<String> {
    let is_region = matches!(wanted, FieldKind::Cloud | FieldKind::Region);
    let text = text_of(value).filter(|_| is_region && value.candidates().is_empty())?;
    let text = cx.model.quotable(&text, value, wanted);
    let have = match tenants {
        [only] => format!("`{}` has", cx.tenant(*only).name()),
        _ => format!("{} have", cx.model.count(tenants, of)),
    };
    Some(format!("{what} is always `{text}`, but {have} a different {own}"))
}

/// The problem of a value that is the same for several tenants and belongs to none of them, or may be so where it is not
/// known.
pub(super) fn shared(value: &Value) -> &'static str {
    match value.candidates() {
        [] => "does not depend on the tenant",
        _ => "may have a value that does not depend on the tenant; its actual value is not known",
    }
}

/// The problem of half of a grant that does not belong to the other half.
pub(super) fn of_another_grant(wanted: FieldKind) -> &'static str {
    match wanted {
        FieldKind::PermissionSetArn => "belongs to a different grant than the account",
        _ => "belongs to a different grant than the permission set",
    }
}

/// Text that reaches one argument, or a part of it.
type Constant<'a> = (Span, Option<&'a str>, Span, Str);

/// What is not known of an argument, or of a part of it, and where it comes from.
type UnknownArgument<'a> = (Span, Option<&'a str>, Span);

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

/// The permission set and the account of a tenant's grant.
type Entitlement = (TenantId, Str, Str);

/// Whether all `slots` have the right values of one tenant, and those of a grant come from one grant. Then there is nothing
/// to judge, and nothing to compare with what other tenants receive.
pub(super) fn are_right(model: &Model<'_>, slots: &Slots<'_>) -> bool {
    let right: SmallVec<[Option<Option<usize>>; 8]> = slots.slots.iter().map(|slot| right_grant(model, slot)).collect();
    right.iter().all(Option::is_some)
        && slots.pairs.iter().all(|pair| right.get(pair.permission_set) == right.get(pair.account))
        && slots.slots.iter().all(|slot| literal_choice(slot).is_none())
}

/// The name by which a literal selects what `slot` has, and the attributes, with their texts, of the entries for which the
/// call is repeated, if the value is not in one of these entries.
fn literal_choice(slot: &Slot<'_>) -> Option<(Str, Vec<(Str, Str)>)> {
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

/// If `slot` has the right value: the grant to which it belongs, or `Some(None)` for a value outside of grants.
fn right_grant(model: &Model<'_>, slot: &Slot<'_>) -> Option<Option<usize>> {
    // As a number, an account may have lost a digit.
    if slot.wanted == FieldKind::TargetAccountId && is_number(slot) || !slot.value.candidates().is_empty() {
        return None;
    }
    let is_changed = || !slot.is_fragment && is_not_own(model, slot.tenant, slot.wanted, &slot.value);
    match model.sources_of_values.of(&slot.value, slot.tenant)?.as_slice() {
        [Source::Field(it)] if it.tenant == slot.tenant && it.kind == slot.wanted && !is_changed() => Some(it.grant),
        [Source::Tenant(it)] if *it == slot.tenant && slot.wanted == FieldKind::Key && !is_another_s(model, slot) => {
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
        let is_converted = || input(slot).is_some_and(|input| input.as_unknown().is_none());
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

    /// The attribute of the entry that selects another value than the literal that is the same for all entries.
    fn ignored_attribute(&self, slot: &Slot<'_>) -> Option<Str> {
        let (literal, texts) = literal_choice(slot)?;
        let at = slot.argument.span;
        let is_it = |(name, text): &(Str, Str)| {
            *text != literal && self.selectors.get(&(at, name.clone())) == Some(&(true, true))
        };
        let is_constant = self.literals.get(&at).is_some_and(Option::is_some);
        texts.into_iter().find(|it| is_constant && is_it(it)).map(|(name, _)| name)
    }

    /// Judges an object that has none of the parts that it should have.
    fn judge_object(&self, slot: &Slot<'_>) -> Option<ValueProblem> {
        let sources = self.model.sources_of_values.of(&slot.value, slot.tenant)?;
        sources.iter().find_map(|source| match source {
            Source::Attribute(tenant, path) if *tenant == slot.tenant => Some(ValueProblem::Attribute(inside(path))),
            source => source.tenant().filter(|tenant| *tenant != slot.tenant).map(ValueProblem::Tenant),
        })
    }

    /// A value that is not known is judged by what it may be, and by what it depends on.
    fn judge_unknown(&self, slot: &Slot<'_>) -> Option<ValueProblem> {
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

    fn judge_text(&self, slot: &Slot<'_>, text: &Str) -> Option<ValueProblem> {
        let sources = self.model.sources_of_values.of(&slot.value, slot.tenant)?;
        if slot.wanted == FieldKind::Key {
            return self.judge_slug(slot, text, &sources);
        }
        if slot.is_fragment {
            return self.judge_fragment(slot, &sources);
        }
        let own = slot.tenant;
        let tenant = self.model.tenant(own);
        let right = right_fields(tenant, slot.wanted);
        let is_right_text = right.iter().any(|field| field.as_written() == Some(text.as_str()));
        let is_right =
            |source: &Source<'_>| matches!(source, Source::Field(it) if it.tenant == own && it.kind == slot.wanted);
        if let Some(other) = sources.iter().filter_map(Source::tenant).find(|&tenant| tenant != own) {
            let is_excused = sources.iter().any(is_right) || self.model.index.may_share(slot.wanted, own, other);
            return (!(is_excused && is_right_text)).then_some(ValueProblem::Tenant(other));
        }
        let mut own_sources = sources.iter().filter(|source| source.tenant() == Some(own)).peekable();
        if own_sources.peek().is_none() {
            let all_known = sources.iter().all(|source| matches!(source, Source::Elsewhere(_)));
            // What takes effect is the region of a tenant that says none.
            let is_judged = !is_right_text || slot.wanted == FieldKind::Region;
            return if all_known && is_judged { self.judge_foreign(slot, &sources, &right) } else { None };
        }
        // The call passes the value under its right name; the module uses it as something else, which is reported there.
        if slot.is_under_own_name(self.model) {
            return None;
        }
        let is_composed = sources.len() > 1;
        if let Some(other) = self.owner_of_table(slot, &sources).filter(|_| is_composed) {
            return Some(ValueProblem::Tenant(other));
        }
        if let Some(number) = right.iter().find_map(|field| lost_zero(slot, field, text)) {
            return Some(ValueProblem::Number(number));
        }
        let is_any_right = sources.iter().any(is_right);
        // What cannot be seen in the tenant's own value is reported there.
        let is_garbled = || right.iter().any(|field| field.is_garbled());
        if is_any_right
            && !is_garbled()
            && (is_changed(slot.wanted, text, &right) || self.is_misshapen(slot, text, &right))
        {
            if is_computed(self.model, &slot.value, own, is_right) {
                return Some(ValueProblem::Changed);
            }
            if self.is_shared(slot) {
                return Some(ValueProblem::Shared);
            }
        }
        // A text of another kind is another value, whatever it was put together from.
        if let Some(kind) = other_shape(slot.wanted, text).filter(|_| !is_any_right || is_composed) {
            return Some(ValueProblem::Field(kind));
        }
        // A role that is put together is in the SSO account, where the tenant has one of its own.
        let has_account = || tenant.sso_account_id.path.is_some() && is_there(&tenant.sso_account_id);
        if slot.wanted == FieldKind::RoleArn && is_composed && !is_any_right && has_account() {
            if let Some(problem) = misplaced(slot, &sources) {
                return Some(problem);
            }
        }
        // A tenant without the value may well have it built from others, or in its key.
        let is_unnamed = is_composed || matches!(sources.as_slice(), [Source::Attribute(..) | Source::Tenant(_)]);
        let is_displaced = || {
            matches!(sources.as_slice(), [Source::Field(it)] if it.kind == FieldKind::SsoAccountId)
                && slot.wanted == FieldKind::TargetAccountId
                && self.has_free_account()
        };
        if is_any_right || is_unnamed && is_right_text || !right.iter().copied().any(is_there) && !is_displaced() {
            return None;
        }
        if matches!(sources.as_slice(), [Source::Tenant(_)]) && text == tenant.name() {
            return Some(ValueProblem::Field(FieldKind::Key));
        }
        if !may_be(slot.wanted, text) {
            return own_sources.next().map(|source| match source {
                Source::Field(field) => ValueProblem::Field(field.kind),
                Source::Attribute(_, path) => ValueProblem::Attribute(inside(path)),
                _ => ValueProblem::Field(FieldKind::Key),
            });
        }
        if let [Source::Tenant(_)] = sources.as_slice() {
            return None;
        }
        let mut wrong = None;
        for source in own_sources {
            match source {
                Source::Field(field) => wrong = wrong.or(Some(ValueProblem::Field(field.kind))),
                // A wrong value stays wrong if the tenant's key is added to it.
                Source::Tenant(_) => {}
                Source::Attribute(_, path) if !has_shape(slot.wanted, text) => {
                    return Some(ValueProblem::Attribute(inside(path)));
                }
                _ => return None,
            }
        }
        wrong
    }

    /// Whether the elements of a collection have an attribute that may be the target account and reaches nothing.
    fn has_free_account(&self) -> bool {
        let mut others = self.model.sources_of_values.collections().iter().flat_map(|collection| &collection.others);
        others.any(|attribute| attribute.looks.contains(&FieldKind::TargetAccountId))
    }

    /// Judges what the module puts together with others, such as the account of a role.
    fn judge_fragment(&self, slot: &Slot<'_>, sources: &[Source<'_>]) -> Option<ValueProblem> {
        let own = slot.tenant;
        if let Some(other) = sources.iter().filter_map(Source::tenant).find(|&tenant| tenant != own) {
            return (!self.model.index.may_share(slot.wanted, own, other)).then_some(ValueProblem::Tenant(other));
        }
        let misplaced = misplaced(slot, sources);
        let is_constant = sources.iter().all(|source| matches!(source, Source::Elsewhere(_)));
        // A partition, or what all roles are called, may be the same for all.
        let is_id =
            text_of(&slot.value).is_some_and(|text| is_account_id(&text) || instance_id_suffix(&text).is_some());
        // A value that is in no tenant's own entry may be meant for all tenants.
        let tenant = self.model.tenant(own);
        let is_common = || {
            right_fields(tenant, slot.wanted).into_iter().any(|it| {
                let is_elsewhere = it.path.as_ref().is_none_or(|path| !path.is_below(&tenant.path));
                is_elsewhere
                    && it.as_str().zip(text_of(&slot.value)).is_some_and(|(all, part)| all.contains(part.as_str()))
            })
        };
        misplaced.or_else(|| {
            let is_shared = is_id && is_constant && self.is_shared(slot) && self.is_for_all(slot) && !is_common();
            is_shared.then_some(ValueProblem::Shared)
        })
    }

    /// A slug may be built from the tenant's key in any way, or be any name that the tenant has in its entry.
    fn judge_slug(&self, slot: &Slot<'_>, text: &str, sources: &[Source<'_>]) -> Option<ValueProblem> {
        let own = slot.tenant;
        let tenant = self.model.tenant(own);
        let word = normalise(tenant.name());
        let names_own = !word.is_empty() && normalise(text).contains(&word);
        let is_key = |source: &Source<'_>| matches!(source, Source::Tenant(tenant) if *tenant == own);
        let is_foreign = |tenant: &TenantId| !self.model.index.may_share(FieldKind::Key, own, *tenant);
        // An ARN is not a name, even if it contains the tenant's name.
        if let [Source::Field(field)] = sources
            && field.tenant == own
            && text.contains(':')
        {
            return Some(ValueProblem::Field(field.kind));
        }
        // What the own key chooses may still be another's.
        if names_own || sources.iter().any(is_key) && !is_another_s(self.model, slot) {
            return None;
        }
        if let Some(other) = sources.iter().filter_map(Source::tenant).find(is_foreign) {
            return Some(ValueProblem::Tenant(other));
        }
        let is_other = |source: &Source<'_>| matches!(source, Source::Attribute(..) | Source::AllTenants);
        if sources.iter().any(is_other) {
            return None;
        }
        // A part of the role's name can be the tenant's name; it is not the role.
        let is_name = |kind: FieldKind| kind == FieldKind::RoleArn && !text.contains(':') && !is_account_id(text);
        let field = sources.iter().find_map(|source| match source {
            Source::Field(it) if !is_name(it.kind) => Some(it.kind),
            _ => None,
        });
        if let Some(kind) = field {
            return Some(ValueProblem::Field(kind));
        }
        if self.is_shared(slot) {
            return Some(ValueProblem::Shared);
        }
        // Another's key in another spelling is one name to Sym.
        let word = normalise(text);
        let is_called_so = |other: &TenantId| normalise(self.model.tenant(*other).name()) == word;
        let spelt = || self.model.index.with_name(&word).iter().copied().find(is_called_so);
        self.model.index.with_key(text).or_else(spelt).filter(is_foreign).map(ValueProblem::Tenant)
    }

    /// Judges what comes from no tenant at all and is not what the tenant's entry says.
    fn judge_foreign(&self, slot: &Slot<'_>, sources: &[Source<'_>], right: &[&Field]) -> Option<ValueProblem> {
        // A region may be written once where it is each tenant's own, or where no tenant says its own.
        let says_own = || right.iter().any(|field| field.as_str().is_some());
        if slot.wanted == FieldKind::Cloud {
            return None;
        }
        if slot.wanted == FieldKind::Region {
            let owner = self.owner_of_table(slot, sources).map(ValueProblem::Tenant);
            let is_right = || right.iter().any(|field| field.raw() == text_of(&slot.value).as_ref());
            if owner.is_some() || !says_own() || is_right() {
                return owner;
            }
        }
        if self.is_shared(slot) {
            return Some(ValueProblem::Shared);
        }
        let entry = slot.instance.repetitions.first().and_then(|repetition| repetition.value.as_ref());
        if entry.is_some_and(|entry| is_overridden(self.model, entry, slot.tenant, slot.wanted, sources)) {
            return Some(ValueProblem::Overridden);
        }
        let mut is_table = false;
        for source in sources {
            let Source::Elsewhere(origin) = source else { continue };
            let Some(path) = &origin.path else { continue };
            let (root, steps) = path.parts();
            let mut names = steps.iter().filter_map(|step| step.name()).peekable();
            is_table |= names.peek().is_some() || matches!(root, Root::ModuleCall(_));
            let word = normalise(self.model.tenant(slot.tenant).name());
            if names.any(|name| normalise(name) == word) {
                return None;
            }
        }
        if let Some(owner) = self.owner_of_table(slot, sources) {
            return Some(ValueProblem::Tenant(owner));
        }
        let is_literal = !is_table && is_literal(slot, sources);
        let has_other = right.iter().any(|field| field.as_str().is_some())
            && right.iter().all(|field| field.as_str().is_some() || matches!(field.state, State::Absent(_)));
        (is_literal && has_other).then_some(ValueProblem::Written)
    }

    /// A table of one's own, such as `local.accounts["foo"]`, says by its keys whose the value is: the other tenant, if
    /// it is another one's.
    fn owner_of_table(&self, slot: &Slot<'_>, sources: &[Source<'_>]) -> Option<TenantId> {
        let word = normalise(self.model.tenant(slot.tenant).name());
        sources.iter().find_map(|source| {
            let Source::Elsewhere(origin) = source else { return None };
            let (_, steps) = origin.path.as_ref()?.parts();
            let names = || steps.iter().filter_map(|step| step.name());
            let owner = names().find_map(|name| self.model.index.with_key(name));
            let is_own = names().any(|name| normalise(name) == word);
            owner.filter(|&owner| !is_own && !self.model.index.may_share(slot.wanted, owner, slot.tenant))
        })
    }

    /// Whether the module takes `text` as it is, and it is not even well formed, as the tenant's own value is.
    fn is_misshapen(&self, slot: &Slot<'_>, text: &Str, right: &[&Field]) -> bool {
        if !is_misshapen(slot.wanted, text, right) {
            return false;
        }
        let misshapen = self.misshapen.get_or_init(|| {
            let texts = settings(self.model).filter_map(|it| Some((it.tenant, it.wanted, text_of(&it.value)?)));
            texts.filter(|(_, wanted, text)| !has_shape(*wanted, text)).collect()
        });
        misshapen.contains(&(slot.tenant, slot.wanted, text.clone()))
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

/// Where a permission set and an account come from, and what they are, if both are values of grants of `tenant`.
fn halves(
    model: &Model<'_>,
    tenant: TenantId,
    permission_set: &Value,
    account: &Value,
) -> Option<(FieldRef, FieldRef, Entitlement)> {
    let field = |value: &Value, kind: FieldKind| match model.sources_of_values.of(value, tenant)?.as_slice() {
        [Source::Field(field)] if field.tenant == tenant && field.kind == kind => Some(*field),
        _ => None,
    };
    let permission_set_of = field(permission_set, FieldKind::PermissionSetArn).filter(|field| field.grant.is_some());
    let (a, b) = (permission_set_of?, field(account, FieldKind::TargetAccountId)?);
    let text = |value: &Value| text_of(value).filter(|text| !text.is_empty());
    Some((a, b, (tenant, text(permission_set)?, text(account)?)))
}

/// Whether a permission set and an account belong to different grants of `tenant`, and no grant has both.
pub(super) fn are_mixed(model: &Model<'_>, tenant: TenantId, permission_set: &Value, account: &Value) -> bool {
    let halves = halves(model, tenant, permission_set, account);
    halves.is_some_and(|(a, b, entitlement)| a.grant != b.grant && !is_a_grant(model, &entitlement))
}

/// Whether a grant of the tenant has both halves.
fn is_a_grant(model: &Model<'_>, (tenant, permission_set, account): &Entitlement) -> bool {
    model.tenant(*tenant).grants.iter().any(|grant| {
        grant.permission_set_arn.as_written() == Some(permission_set.as_str())
            && grant.target_account_id.as_written() == Some(account.as_str())
    })
}

/// Whether the permission set is the wrong one of two halves that do not belong together: only it is selected by a literal.
pub(super) fn is_set_wrong(permission_set: &Value, account: &Value) -> bool {
    is_selected_by_literal(permission_set) && !is_selected_by_literal(account)
}

/// Whether a literal index or key, such as in `grants[0]`, selects a value.
fn is_selected_by_literal(value: &Value) -> bool {
    let is_literal = |(step, selection): &(&PathStep, &Selection)| {
        matches!((step, selection), (PathStep::Index(_) | PathStep::Key(_), Selection::Literal))
    };
    value.origin.path.as_ref().is_some_and(|path| path.selections().1.iter().any(is_literal))
}

/// Whether a tenant receives a constant that was put into its `entry`, such as by `merge`, for what a call or a resource is
/// repeated for: at the place of the value that the tenant itself has, next to others of the tenant.
pub(super) fn is_overridden(
    model: &Model<'_>,
    entry: &Value,
    tenant: TenantId,
    wanted: FieldKind,
    sources: &[Source<'_>],
) -> bool {
    let [Source::Elsewhere(origin)] = sources else { return false };
    let at = |kind: FieldKind| values_at(entry, &model.way_to(tenant, kind)?).into_iter().next();
    let is_here =
        matches!(origin.makeup, Makeup::Written(_)) && at(wanted).is_some_and(|value| value.origin.span == origin.span);
    let is_own = |kind: FieldKind| {
        let value = at(kind);
        let sources = value.as_ref().and_then(|value| model.sources_of_values.of(value, tenant)).unwrap_or_default();
        sources.iter().any(|source| matches!(source, Source::Field(it) if it.tenant == tenant))
    };
    let right = right_fields(model.tenant(tenant), wanted);
    is_here && right.iter().all(|field| field.as_str().is_some()) && FieldKind::VALUES.into_iter().any(is_own)
}

/// What no ARN has in it that `slot` may be, or be a part of.
fn misplaced(slot: &Slot<'_>, sources: &[Source<'_>]) -> Option<ValueProblem> {
    let belongs = |kind: FieldKind| {
        kind == slot.wanted
            || matches!(
                (kind, slot.wanted),
                (FieldKind::SsoAccountId, FieldKind::RoleArn)
                    | (FieldKind::InstanceArn, FieldKind::PermissionSetArn)
                    | (FieldKind::Region | FieldKind::Cloud, _)
            )
    };
    sources.iter().find_map(|source| match source {
        Source::Field(it) if !belongs(it.kind) => Some(ValueProblem::Field(it.kind)),
        _ => None,
    })
}

/// The arguments whose values are not known of several tenants, and depend on the same for each of these.
fn alike<'a>(doubtful: &[Slots<'a>]) -> HashSet<UnknownArgument<'a>> {
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

/// The other customer by whose key an unknown value was chosen for the tenant `own`: `data.x["acme"].id`, where a
/// condition or a table has that key for it.
pub(super) fn selected_by(model: &Model<'_>, own: TenantId, value: &Value) -> Option<TenantId> {
    let is_own = |path: &Path| model.sources_of_values.owners(path).contains(&own);
    let other = |key: &Origin| {
        let is_text = matches!(key.makeup, Makeup::Written(form) if form != Form::Whole);
        let is_chosen = is_text && !key.path.as_ref().is_some_and(is_own);
        let other = model.index.with_key(&is_chosen.then(|| model.sources().text(key.span))?)?;
        (!model.index.may_share(FieldKind::Key, own, other)).then_some(other)
    };
    let mut found = None;
    value.origin.each_source(&mut |origin| {
        let mut keys = origin.dependence.iter().flat_map(Dependence::origins);
        found =
            found.or_else(|| keys.find_map(other)).or_else(|| other(origin).filter(|_| origin.dependence.is_some()));
    });
    found
}

/// Whether `slot` receives the key of another customer.
fn is_another_s(model: &Model<'_>, slot: &Slot<'_>) -> bool {
    let other = text_of(&slot.value).and_then(|text| model.index.with_key(&text));
    other.is_some_and(|other| !model.index.may_share(FieldKind::Key, slot.tenant, other))
}

/// Whether `slot` receives what is written in its argument, or in a local or variable of its own. What is written in a
/// table of `for_each` may well be meant for the tenant.
fn is_literal(slot: &Slot<'_>, sources: &[Source<'_>]) -> bool {
    sources.iter().all(|source| {
        let Source::Elsewhere(origin) = source else { return false };
        let is_near = slot.argument.is_default || slot.argument.span.contains(origin.span) || origin.path.is_some();
        is_near && matches!(origin.makeup, Makeup::Written(_))
    })
}

/// What `slot` receives, if it comes from no tenant.
fn constant<'a>(slot: &Slot<'a>, value: &Value) -> Option<Constant<'a>> {
    Some((slot.argument.span, slot.part, value.origin.span, text_of(value)?))
}

/// The way from a tenant to what is at `path`.
fn inside(path: &Path) -> String {
    let (_, steps) = path.parts();
    let names = steps.into_iter().skip(1).map(|step| match step {
        PathStep::Attribute(name) | PathStep::Key(name) => name.to_string(),
        PathStep::Index(index) => index.to_string(),
    });
    names.collect::<Vec<_>>().join(".")
}

/// The fields of `tenant`, one of which should reach a slot.
fn right_fields(tenant: &Tenant, wanted: FieldKind) -> Vec<&Field> {
    tenant.fields().filter(|field| field.kind == wanted).collect()
}

/// What the module's variable has of what `slot` receives as a whole.
fn input<'a>(slot: &Slot<'a>) -> Option<&'a Value> {
    slot.instance.input(&slot.argument.name).filter(|_| slot.part.is_none()).map(|input| &input.value)
}

fn is_number(slot: &Slot<'_>) -> bool {
    std::iter::once(&slot.value).chain(input(slot)).any(|value| matches!(value.kind, Kind::Number(_)))
}

/// What is left of the account of `field`, which `slot` receives, where that is a number or the module's variable is
/// one.
fn lost_zero(slot: &Slot<'_>, field: &Field, text: &Str) -> Option<Str> {
    let account = field.as_written().filter(|it| slot.wanted == FieldKind::TargetAccountId && is_account_id(it))?;
    let received = input(slot).and_then(text_of).unwrap_or_else(|| text.clone());
    (received != account && received.as_str() == account.trim_start_matches('0')).then_some(received)
}

/// Whether `value` was computed from what of `tenant` is right: what that only chooses is something else.
pub(super) fn is_computed(
    model: &Model<'_>,
    value: &Value,
    tenant: TenantId,
    is_right: impl Fn(&Source<'_>) -> bool,
) -> bool {
    let mut value = value.clone();
    value.origin.dependence = None;
    let is_made = !matches!(value.origin.makeup, Makeup::Written(_));
    is_made && model.sources_of_values.of(&value, tenant).unwrap_or_default().iter().any(is_right)
}

/// Whether `value`, which was computed from one of the tenant of this kind, is none of these, or more than one of them.
pub(super) fn is_not_own(model: &Model<'_>, tenant: TenantId, wanted: FieldKind, value: &Value) -> bool {
    // Nearly always it is.
    if value.as_str().is_some_and(|text| model.has(tenant, wanted, text)) {
        return false;
    }
    let tenant = model.tenant(tenant);
    let mut own = tenant.values().filter(|field| field.kind == wanted);
    if value.as_str().is_some_and(|text| own.any(|field| field.as_str() == Some(text))) {
        return false;
    }
    text_of(value).is_some_and(|text| {
        let right = right_fields(tenant, wanted);
        is_changed(wanted, &text, &right) || is_misshapen(wanted, &text, &right)
    })
}

/// Whether `text` is not well formed, as each of these values of a tenant is.
fn is_misshapen(wanted: FieldKind, text: &str, fields: &[&Field]) -> bool {
    let is_shaped = |text: &str| has_shape(wanted, text);
    !is_shaped(text) && fields.iter().all(|field| field.as_str().is_some_and(is_shaped))
}

/// Whether `text`, which was computed from one of these values of a tenant, is none of them.
fn is_changed(wanted: FieldKind, text: &str, fields: &[&Field]) -> bool {
    let own: SmallVec<[&str; 2]> = fields.iter().filter_map(|field| field.as_str()).collect();
    own.len() == fields.len() && format::is_changed(wanted, text, &own)
}

fn is_there(field: &Field) -> bool {
    matches!(field.state, State::Text(_) | State::Unknown(_) | State::Hidden(_))
}
