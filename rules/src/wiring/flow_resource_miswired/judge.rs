//! Whether a value that Sym acts on is the one that it should be.

use foldhash::{HashMap, HashSet};
use symlint_core::tenants::format::{is_account_id, is_permission_set_id};
use symlint_core::tenants::{
    Argument, Field, FieldKind, MadeOf, Model, Source, TenantId, has_shape, may_be, other_shape, text_of,
};
use symlint_terraform::{Makeup, PathStep, Span, Str, Value};

use crate::wiring::origin::{Referrer, is_same};
use crate::wiring::own::{is_computed, is_not_own, is_overridden, misplaced, selected_by};
use crate::wiring::owners::TextOwners;
use crate::wiring::setting::FlowSetting;

/// What is wrong with a value that Sym acts on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SettingProblem {
    /// It comes from a variable of the module, named as in the module, or from an attribute of the tenant.
    From(String),
    /// It belongs to this tenant.
    Tenant(TenantId),
    /// It is the same for several tenants.
    Shared,
    /// It is written in the module.
    Written,
    /// Like `Written`, and it replaces a value of the tenant's entry in the collection of the resource's `for_each`.
    Overridden,
    /// It is the same for all entries of the resource's `for_each`, though they have this attribute.
    SameForAll(Str),
    /// It belongs to a different grant than the other half.
    Grant,
    Null,
    /// It was computed from the right value, but differs from it.
    Changed,
}

/// The attributes of an object that are texts, with their names.
fn texts_of(object: &Value) -> Vec<(Str, Str)> {
    let entries = object.entries().unwrap_or_default().iter();
    entries.filter_map(|entry| Some((entry.key.clone(), text_of(&entry.value)?))).collect()
}

/// A text that is written once, and the part of a block that it reaches.
type SettingConstant<'a> = (Span, &'a str, Option<&'a str>, Span, Str);

pub(super) struct SettingJudge<'a> {
    model: &'a Model<'a>,
    referrer: Referrer<'a>,
    owners: TextOwners<'a>,
    /// Texts that are written once and reach several tenants.
    shared: HashSet<SettingConstant<'a>>,
    /// The resources with doubtful settings for several tenants.
    repeated: HashSet<Span>,
    /// The attributes of entries that differ between the entries of a resource's `for_each`.
    different: HashSet<(Span, Str)>,
}

impl<'a> SettingJudge<'a> {
    pub(super) fn new(model: &'a Model<'a>, doubtful: &[FlowSetting<'a>]) -> Self {
        let mut receivers: HashMap<SettingConstant<'a>, TenantId> = HashMap::default();
        let mut shared = HashSet::default();
        let mut receiver: HashMap<Span, TenantId> = HashMap::default();
        let mut repeated = HashSet::default();
        let mut firsts: HashMap<(Span, Str), Str> = HashMap::default();
        let mut different = HashSet::default();
        for setting in doubtful {
            let block = setting.resource.resource.block.span;
            if *receiver.entry(block).or_insert(setting.tenant) != setting.tenant {
                repeated.insert(block);
            }
            let entry = setting.resource.each.as_ref().filter(|_| setting.wanted.is_of_grant());
            for (key, text) in entry.map(texts_of).unwrap_or_default() {
                let first = firsts.entry((block, key.clone())).or_insert_with(|| text.clone());
                if *first != text {
                    different.insert((block, key));
                }
            }
            let values = std::iter::once(&setting.value).chain(setting.value.candidates());
            for constant in values.filter_map(|value| constant(setting, value)) {
                if *receivers.entry(constant.clone()).or_insert(setting.tenant) != setting.tenant {
                    shared.insert(constant);
                }
            }
        }
        Self { model, referrer: Referrer::new(model), owners: TextOwners::new(model), shared, repeated, different }
    }

    /// What is wrong with `setting`; `None` if nothing is, or if it cannot be known.
    pub(super) fn judge(&self, setting: &FlowSetting<'a>) -> Option<SettingProblem> {
        match text_of(&setting.value) {
            Some(text) => {
                let is_received = || self.is_wanted(setting, &setting.expected(self.model), &text);
                let owner = || self.owners.other(setting.tenant, setting.wanted, &text).filter(|_| !is_received());
                let problem = self.judge_text(setting, &text).or_else(|| owner().map(SettingProblem::Tenant));
                problem.filter(|it| !matches!(it, SettingProblem::Tenant(other) if self.is_passed(setting, *other)))
            }
            None if setting.value.entries().is_some() || setting.value.elements().is_some() => {
                self.judge_whole(setting)
            }
            None if setting.value.is_null() => self.judge_null(setting),
            None => self.judge_unknown(setting),
        }
    }

    /// A null that is passed, or a value that the tenant lacks, is not the resource's mistake.
    fn judge_null(&self, setting: &FlowSetting<'a>) -> Option<SettingProblem> {
        let expected = setting.expected(self.model);
        let is_optional = matches!(setting.wanted, FieldKind::Cloud | FieldKind::Region);
        let mut inputs = setting.instance.inputs.iter();
        let is_there = expected.iter().all(|value| text_of(value).is_some())
            && inputs.all(|input| input.value.origin.span != setting.value.origin.span);
        (is_there && !is_optional && !self.wanted_texts(setting, &expected).is_empty()).then_some(SettingProblem::Null)
    }

    /// Objects and lists are never values that Sym acts on.
    fn judge_whole(&self, setting: &FlowSetting<'a>) -> Option<SettingProblem> {
        let input = setting.instance.inputs.iter().find(|input| input.value.origin.span == setting.value.origin.span);
        input.map(|input| SettingProblem::From(format!("`var.{}`", input.name)))
    }

    /// Checks the candidates and the dependencies of a value that is not known.
    fn judge_unknown(&self, setting: &FlowSetting<'a>) -> Option<SettingProblem> {
        if setting.value.as_unknown()?.is_refused {
            return None;
        }
        // A value that the module receives is checked where it is passed.
        let received = setting.unknown(self.model);
        let candidates = setting.value.candidates();
        if candidates.is_empty() {
            let other = selected_by(self.model, setting.tenant, &setting.value).filter(|_| received.is_empty());
            if let Some(other) = other {
                return Some(SettingProblem::Tenant(other));
            }
            let may_be_shared = matches!(setting.wanted, FieldKind::Cloud | FieldKind::Region);
            // Values that AWS assigns are in the only instance of the provider's organization, if no tenant sets an
            // instance.
            let is_of_provider = || {
                setting.resource.kind().starts_with("aws_")
                    && setting.wanted != FieldKind::TargetAccountId
                    && self.wanted_texts(setting, &[]).is_empty()
            };
            let is_shared = received.is_empty() && !may_be_shared && self.is_for_all(setting) && !is_of_provider();
            return is_shared.then_some(SettingProblem::Shared);
        }
        let is_received = |value: &Value| {
            let received = received.iter().flat_map(|it| std::iter::once(it).chain(it.candidates()));
            received.map(|it| it.origin.span).any(|span| span == value.origin.span)
        };
        let mut own = candidates.iter().filter(|value| !is_received(value));
        own.find_map(|value| self.judge(&FlowSetting { value: value.clone(), ..*setting }))
    }

    /// Whether a value in a resource for several tenants depends on nothing that differs between them.
    fn is_for_all(&self, setting: &FlowSetting<'a>) -> bool {
        !setting.instance.repetitions.is_empty()
            && self.repeated.contains(&setting.resource.resource.block.span)
            && !setting.value.origin.is_iterated()
            && !self.model.sources_of_values.depends_on(&setting.value, setting.tenant)
    }

    fn judge_text(&self, setting: &FlowSetting<'a>, text: &Str) -> Option<SettingProblem> {
        let sources = self.model.sources_of_values.of(&setting.value, setting.tenant)?;
        let own = setting.tenant;
        let expected = setting.expected(self.model);
        let expected_sources: Vec<MadeOf<'_>> =
            expected.iter().filter_map(|value| self.model.sources_of_values.of(value, own)).collect();
        let is_right = |source: &Source<'_>| {
            matches!(source, Source::Field(it) if it.tenant == own && it.kind == setting.wanted)
                || expected_sources.iter().flatten().any(|expected| is_same(source, expected))
        };
        if sources.iter().any(is_right)
            && self.is_changed(setting, text, &expected)
            && is_computed(self.model, &setting.value, own, is_right)
        {
            return Some(SettingProblem::Changed);
        }
        if sources.iter().any(is_right) || sources.iter().any(|source| matches!(source, Source::AllTenants)) {
            return None;
        }
        let wanted = || self.wanted_texts(setting, &expected);
        let is_right_text = self.is_wanted(setting, &expected, text);
        // A value of another form is reported by the rules about formats.
        let is_judged = is_right_text && has_shape(setting.wanted, text);
        if is_judged && let Some(name) = self.own_of_entry(setting, text) {
            return Some(SettingProblem::SameForAll(name));
        }
        // A text that looks like another kind is a different value, whatever it was built from.
        if sources.len() > 1
            && other_shape(setting.wanted, text).is_some()
            && let Some(source) = sources.iter().find(|source| source.tenant() == Some(own))
        {
            return Some(SettingProblem::From(self.referrer.name(setting.instance, source)));
        }
        if !may_be(setting.wanted, text)
            && let Some(source) = sources.iter().find(|source| source.tenant() == Some(own))
        {
            return Some(SettingProblem::From(self.referrer.name(setting.instance, source)));
        }
        // A role is in the SSO account, where the module receives that.
        if setting.wanted == FieldKind::RoleArn
            && let Some(other) = misplaced(setting.wanted, &sources)
            && self.model.is_passed_in_vain(setting.instance, own, FieldKind::SsoAccountId)
        {
            return Some(SettingProblem::From(self.referrer.name(setting.instance, &Source::Field(other))));
        }
        // A value that is built from several may be right; if the right value is unknown, nothing can be said.
        if sources.len() > 1 && (is_right_text || wanted().is_empty()) {
            return None;
        }
        if let Some(other) = sources.iter().filter_map(Source::tenant).find(|&tenant| tenant != own) {
            let is_excused = is_right_text && self.model.index.may_share(setting.wanted, own, other);
            return (!is_excused).then_some(SettingProblem::Tenant(other));
        }
        let known = |source: &Source<'_>| matches!(source, Source::Tenant(_) | Source::Field(_));
        if let Some(source) = sources.iter().find(|source| known(source)) {
            return Some(SettingProblem::From(self.referrer.name(setting.instance, source)));
        }
        if let Some(source) = sources.iter().find(|source| source.tenant().is_some()) {
            // A malformed value of the tenant's own is reported by the rules about formats.
            let is_wrong = !has_shape(setting.wanted, text) && !self.model.has(own, setting.wanted, text);
            return is_wrong.then(|| SettingProblem::From(self.referrer.name(setting.instance, source)));
        }
        if is_right_text { None } else { self.judge_constant(setting, text, &sources, &wanted()) }
    }

    /// The attribute of an entry that differs between the entries, but that a resource that is repeated for them uses in
    /// none of its settings, since half of its grant is constant.
    fn own_of_entry(&self, setting: &FlowSetting<'a>, text: &Str) -> Option<Str> {
        let is_constant = setting.wanted.is_of_grant() && !setting.value.origin.is_iterated();
        let entry = setting.resource.each.as_ref().filter(|_| is_constant)?;
        let block = setting.resource.resource.block.span;
        let sso_account = self.model.tenant(setting.tenant).sso_account();
        let is_own = |(name, own): &(Str, Str)| {
            let id = own.rsplit('/').next().unwrap_or(own);
            let is_shaped = match setting.wanted {
                FieldKind::TargetAccountId => {
                    is_account_id(own) && sso_account.is_none_or(|it| it.text() != own.as_str())
                }
                _ => is_permission_set_id(id),
            };
            let mut settings = setting.resource.settings().filter_map(|(_, value)| text_of(&value));
            is_shaped
                && self.different.contains(&(block, name.clone()))
                && settings.all(|it| !it.ends_with(id))
                && !text.ends_with(id)
        };
        texts_of(entry).into_iter().find(is_own).map(|(name, _)| name)
    }

    /// Whether a whole argument of the flow is a value of the tenant `other`. If so, it is reported where it is passed.
    fn is_passed(&self, setting: &FlowSetting<'_>, other: TenantId) -> bool {
        setting.instance.arguments.iter().flat_map(Argument::values).any(|value| {
            let made_of = self.model.sources_of_values.of(&value, setting.tenant).unwrap_or_default();
            matches!(made_of.as_slice(), [Source::Field(only)] if only.tenant == other)
        })
    }

    /// Whether `text` was computed from the right value, but is neither that nor what the module receives.
    fn is_changed(&self, setting: &FlowSetting<'a>, text: &Str, expected: &[Value]) -> bool {
        is_not_own(self.model, setting.tenant, setting.wanted, &setting.value)
            && !self.is_wanted(setting, expected, text)
    }

    /// Checks a value that does not come from a tenant's entry.
    fn judge_constant(
        &self,
        setting: &FlowSetting<'a>,
        text: &str,
        sources: &[Source<'_>],
        wanted: &[Str],
    ) -> Option<SettingProblem> {
        if let Some((name, is_of_tenant)) = sources.iter().find_map(|it| self.referrer.argument(setting.instance, it)) {
            if is_of_tenant || !has_shape(setting.wanted, text) {
                return Some(SettingProblem::From(format!("`{name}`")));
            }
        }
        // A region may be written once if no tenant sets its own.
        if setting.wanted == FieldKind::Cloud || setting.wanted == FieldKind::Region && wanted.is_empty() {
            return None;
        }
        if constant(setting, &setting.value).is_some_and(|constant| self.shared.contains(&constant)) {
            return Some(SettingProblem::Shared);
        }
        let each = setting.resource.each.as_ref();
        if each.is_some_and(|entry| is_overridden(self.model, entry, setting.tenant, setting.wanted, sources)) {
            return Some(SettingProblem::Overridden);
        }
        let is_written = sources.iter().all(|source| {
            let Source::Elsewhere(origin) = source else { return false };
            // The module's own table may define the tenant's value.
            let is_table = origin.path.as_ref().is_some_and(|path| path.backwards().any(is_named));
            let is_here = || setting.resource.resource.block.span.contains(origin.span);
            let is_in_module = || self.model.is_in_flow_module(origin.span) || is_here();
            matches!(origin.makeup, Makeup::Written(_)) && !is_table && is_in_module()
        });
        // If the tenant's own value is malformed, that is the mistake.
        let is_comparable = wanted.iter().any(|own| has_shape(setting.wanted, own));
        (is_written && is_comparable).then_some(SettingProblem::Written)
    }

    /// Whether `text` is one of the [texts that would be right](Self::wanted_texts).
    fn is_wanted(&self, setting: &FlowSetting<'_>, expected: &[Value], text: &Str) -> bool {
        expected.is_empty() && self.model.has(setting.tenant, setting.wanted, text)
            || self.wanted_texts(setting, expected).contains(text)
    }

    /// The texts that would be right: those in the module's variable, or else those of the tenant.
    fn wanted_texts(&self, setting: &FlowSetting<'_>, expected: &[Value]) -> Vec<Str> {
        if !expected.is_empty() {
            return expected.iter().filter_map(text_of).collect();
        }
        let fields = self.model.tenant(setting.tenant).fields();
        fields.filter(|field| field.kind == setting.wanted).filter_map(Field::raw).cloned().collect()
    }
}

fn is_named(step: &PathStep) -> bool {
    step.name().is_some()
}

/// `value`, which `setting` is or may be, as a constant, if it is one text in one place.
fn constant<'a>(setting: &FlowSetting<'a>, value: &Value) -> Option<SettingConstant<'a>> {
    let block = setting.resource.resource.block.span;
    Some((block, setting.attribute, setting.part, value.origin.span, text_of(value)?))
}
