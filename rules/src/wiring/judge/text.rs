//! Judges texts that are known.

use symlint_core::tenants::format::{instance_id_suffix, is_account_id};
use symlint_core::tenants::{
    Evidence, Field, FieldKind, Source, State, TenantId, has_shape, may_be, normalise, other_shape, text_of,
};
use symlint_terraform::{Makeup, Path, PathStep, Root, Str};

use super::{Judge, ValueProblem};
use crate::wiring::own::{is_changed, is_computed, is_misshapen, is_overridden, is_there, misplaced, right_fields};
use crate::wiring::setting::settings;
use crate::wiring::slot::Slot;

impl<'a> Judge<'a> {
    /// Judges an object that has none of the parts that it should have.
    pub(super) fn judge_object(&self, slot: &Slot<'_>) -> Option<ValueProblem> {
        let sources = self.model.sources_of_values.of(&slot.value, slot.tenant)?;
        sources.iter().find_map(|source| match source {
            Source::Attribute(tenant, path) if *tenant == slot.tenant => Some(ValueProblem::Attribute(inside(path))),
            source => source.tenant().filter(|tenant| *tenant != slot.tenant).map(ValueProblem::Tenant),
        })
    }

    pub(super) fn judge_text(&self, slot: &Slot<'_>, text: &Str) -> Option<ValueProblem> {
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
        let is_by_use = || slot.argument.parts.iter().all(|part| part.evidence == Evidence::Reaches);
        if slot.is_under_own_name(self.model)
            || is_by_use() && self.model.is_passed_in_vain(slot.instance, own, slot.wanted)
        {
            return None;
        }
        let is_composed = sources.len() > 1;
        if let Some(number) = right.iter().find_map(|field| lost_zero(slot, field, text)) {
            return Some(ValueProblem::Number(number));
        }
        let is_any_right = sources.iter().any(is_right);
        // What cannot be seen in the tenant's own value is reported there.
        let is_garbled = || right.iter().any(|field| field.is_garbled());
        if is_any_right
            && !is_right_text
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
            return Some(ValueProblem::Field(match sources.as_slice() {
                [Source::Field(field)] => field.kind,
                _ => kind,
            }));
        }
        // A role that is put together is in the SSO account, where the tenant has one of its own.
        let has_account = || tenant.sso_account_id.path.is_some() && is_there(&tenant.sso_account_id);
        if slot.wanted == FieldKind::RoleArn && is_composed && !is_any_right && has_account() {
            if let Some(other) = misplaced(slot.wanted, &sources) {
                return Some(ValueProblem::Field(other.kind));
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
        let is_sso_account = || tenant.sso_account().is_some_and(|account| account.text() == text.as_str());
        if let ([Source::Tenant(_)], FieldKind::TargetAccountId) = (sources.as_slice(), slot.wanted)
            && is_sso_account()
        {
            return Some(ValueProblem::Field(FieldKind::Key));
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
        let misplaced = misplaced(slot.wanted, sources).map(|other| ValueProblem::Field(other.kind));
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
        if names_own || sources.iter().any(is_key) && !slot.is_key_of_other(self.model) {
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

/// The way from a tenant to what is at `path`.
fn inside(path: &Path) -> String {
    let (_, steps) = path.parts();
    let names = steps.into_iter().skip(1).map(|step| match step {
        PathStep::Attribute(name) | PathStep::Key(name) => name.to_string(),
        PathStep::Index(index) => index.to_string(),
    });
    names.collect::<Vec<_>>().join(".")
}

/// What is left of the account of `field`, which `slot` receives, where that is a number or the module's variable is
/// one.
fn lost_zero(slot: &Slot<'_>, field: &Field, text: &Str) -> Option<Str> {
    let account = field.as_written().filter(|it| slot.wanted == FieldKind::TargetAccountId && is_account_id(it))?;
    let received = slot.input().and_then(text_of).unwrap_or_else(|| text.clone());
    (received != account && received.as_str() == account.trim_start_matches('0')).then_some(received)
}
