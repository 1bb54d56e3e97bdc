//! Values of tenants that are not known, or that no tenant has.

use foldhash::HashSet;
use symlint_terraform::{SortedMap, SortedSet, Span};

use super::reported::{SET_IT, is_reported, uncertain};
use crate::config::Config;
use crate::coverage::{Code, NotChecked};
use crate::discover::sinks::{ASSIGNMENTS, GROUP};
use crate::spelling::listed;
use crate::tenants::{Field, FieldKind, FieldName, FlowInstance, FlowResource, Model, State, Tenant, TenantId};
use crate::unmatched;

/// A tenant with an unknown value, the reason, and the place.
type NotKnown<'a> = (TenantId, &'a str, Span);

/// Notes unknown values, once for each attribute whose values are known only at apply, and once for each whose values
/// symlint does not know.
pub(super) fn unknown_values(model: &Model<'_>, found: &mut Vec<NotChecked>) {
    let mut unknown: SortedMap<(FieldKind, bool), Vec<NotKnown<'_>>> = SortedMap::new();
    let mut names: SortedMap<FieldKind, FieldName> = SortedMap::new();
    for field in model.tenants.iter().flat_map(Tenant::values) {
        // A syntax error is reported on its own.
        let is_unreadable = |span: Span| {
            let errors = model.project.files().iter().flat_map(|file| &file.file.errors);
            errors.into_iter().any(|error| error.span.contains(span) || span.contains(error.span))
        };
        if let State::Unknown(why) = &field.state
            && !is_unreadable(why.span)
        {
            names.entry(field.kind).or_insert_with(|| model.name(field));
            let is_unevaluated = why.is_unevaluated || !why.candidates().is_empty();
            unknown.entry((field.kind, is_unevaluated)).or_default().push((field.tenant, &why.reason, field.span));
        }
    }
    for effect in &model.unknown_effects {
        let kind = (effect.field, effect.is_unevaluated);
        unknown.entry(kind).or_default().push((effect.tenant, &effect.reason, effect.span));
    }
    // Several values may be unknown for the same reason.
    let mut same: SortedMap<(&str, String, bool), (Span, Vec<String>)> = SortedMap::new();
    for ((kind, is_unevaluated), values) in unknown {
        let tenants: SortedSet<_> = values.iter().map(|(tenant, ..)| tenant).collect();
        let Some(&(first, reason, span)) = values.first() else { continue };
        let name = model.tenant(first).name();
        let whose = if tenants.len() == 1 { format!("`{name}`") } else { format!("{} tenants", tenants.len()) };
        let own = names.get(&kind).cloned().unwrap_or_else(|| model.path_name(first, kind));
        let (_, names) = same.entry((reason, whose, is_unevaluated)).or_insert_with(|| (span, Vec::new()));
        let own = own.to_string();
        if !names.contains(&own) {
            names.push(own);
        }
    }
    for ((reason, whose, is_unevaluated), (span, names)) in same {
        let were = if names.len() == 1 { "was" } else { "were" };
        let what = format!("{} of {whose} {were}", listed(&names));
        if is_unset(model, span) {
            let gap = NotChecked::new(Code::UnmappedField, format!("{what} not checked: {reason}"), Some(span));
            found.push(NotChecked { is_finding: !is_reported(model, span), ..gap.help(SET_IT) });
        } else {
            found.push(uncertain(model, &what, reason, is_unevaluated, span));
        }
    }
}

/// Whether this is the name of a variable of the root module that nothing sets.
fn is_unset(model: &Model<'_>, at: Span) -> bool {
    let declared = model.project.root().and_then(|root| root.variables.iter().find(|it| it.name.span == at));
    let is_set = |name: &str| model.project.assignments().iter().any(|it| it.variable.text.as_str() == name);
    declared.is_some_and(|variable| !is_set(&variable.name.text))
}

/// Notes values that a flow needs and no tenant has.
pub(super) fn unmapped_fields(model: &Model<'_>, config: &Config, found: &mut Vec<NotChecked>) {
    // Values without a module are checked as if a flow received them.
    let is_alone = !model.project.has_configuration();
    if model.flows.is_empty() && !is_alone || model.tenants.is_empty() {
        return;
    }
    let is_assigned = |resource: &FlowResource<'_>| ASSIGNMENTS.contains(&resource.kind());
    // Grants that AWS itself carries out need no connector, and a group has no permission set.
    let is_needed = |field: &FieldKind| {
        let needs = |resource: &FlowResource<'_>| match field {
            FieldKind::RoleArn => !is_assigned(resource),
            FieldKind::PermissionSetArn | FieldKind::TargetAccountId => {
                let sink = resource.sink().filter(|sink| sink.type_name != Some(GROUP));
                sink.is_some_and(|sink| sink.settings.iter().any(|setting| setting.field == *field))
            }
            _ => true,
        };
        model.resources.is_empty() || model.resources.iter().any(needs)
    };
    let needed = [FieldKind::InstanceArn, FieldKind::RoleArn, FieldKind::PermissionSetArn, FieldKind::TargetAccountId];
    // A role in another account than the one that the module receives for it is a finding.
    let is_misplaced = || {
        let mut instances = model.flows.iter().flat_map(|flow| &flow.instances);
        let is_vain = |it: &FlowInstance, own| model.is_passed_in_vain(it, own, FieldKind::SsoAccountId);
        instances.any(|it| it.tenant.is_some_and(|own| is_vain(it, own)))
    };
    let is_unseen = |field: &FieldKind| {
        let mut fields = model.tenants.iter().flat_map(Tenant::values).filter(|it| it.kind == *field);
        let unknown = model.unknown_effects.iter().filter(|it| it.field == *field);
        // A value that is unknown for all tenants is reported as unknown, not as missing.
        let are_unknown = unknown.map(|it| it.tenant).collect::<HashSet<_>>().len() == model.tenants.len();
        fields.all(Field::is_unseen) && !are_unknown && !(*field == FieldKind::RoleArn && is_misplaced())
    };
    // Flows that create nothing need nothing. If something about the flows is unknown or wrong, that is reported instead.
    let is_idle = model.resources.is_empty() && !is_alone && model.flows.iter().all(|flow| flow.module.is_some());
    let is_reported = is_idle
        || !model.evaluation_errors.is_empty()
        || model.conversions.iter().any(|problem| problem.kind.is_error())
        || model.flows.iter().any(|flow| flow.unknown.is_some())
        || model.tenants.iter().any(|tenant| !tenant.missing.is_empty() || !tenant.misfits.is_empty());
    let unseen: Vec<FieldKind> =
        needed.into_iter().filter(|field| !config.is_absent(*field) && is_needed(field)).filter(is_unseen).collect();
    if !unseen.is_empty() && !is_reported {
        let span = model.tenants.first().map(|tenant| tenant.key.span);
        let others = unmatched::unseen(config, model).others;
        let there = match others.iter().take(5).map(String::as_str).collect::<Vec<_>>().join("`, `") {
            none if none.is_empty() => String::new(),
            others => format!("; the tenants have `{others}`"),
        };
        // These values only have names in the configuration.
        let names: Vec<String> = unseen.iter().map(|&field| FieldName::words(field).to_string()).collect();
        let so = if names.len() == 1 {
            "was not found in any tenant, so it was"
        } else {
            "were not found in any tenant, so they were"
        };
        let reason = format!("{} {so} not checked{there}", listed(&names));
        let pairs = pairs(&unseen, &others);
        let are = if names.len() == 1 { "it is" } else { "they are" };
        let help = format!(
            "If {are} named differently, set this in .symlint.hcl:\n\n    tenants {{ attributes = {{ {} }} }}",
            pairs.join(", ")
        );
        let gap = NotChecked::new(Code::UnmappedField, reason, span).help(help);
        found.push(NotChecked { is_finding: gap.is_finding && !is_alone, ..gap });
    }
    for argument in &unmatched::unseen(config, model).arguments {
        let reason = format!("no call of the flow module has an argument `{argument}`, so its wiring was not checked");
        let span = model.flows.iter().find_map(|flow| flow.call).map(|call| call.name.span);
        found.push(NotChecked::new(Code::UnmappedField, reason, span));
    }
}

/// The settings `ours = "theirs"`, each with the name that resembles ours, or with the only name for the only value. No
/// name is proposed twice.
fn pairs(unseen: &[FieldKind], others: &[String]) -> Vec<String> {
    let mut left: Vec<&String> = others.iter().collect();
    let pair = |ours: &FieldKind| {
        let ours = ours.name();
        let is_only = unseen.len() == 1 && others.len() == 1;
        let at = left.iter().position(|other| is_only || ours.contains(other.as_str()) || other.contains(ours));
        format!("{ours} = \"{}\"", at.map_or("…", |at| left.remove(at)))
    };
    unseen.iter().map(pair).collect()
}

/// Notes that flows grant groups, which no rule compares. It is a surprise if a group does not come from the tenant.
pub(super) fn groups(model: &Model<'_>, found: &mut Vec<NotChecked>) {
    let groups = || model.resources.iter().filter(|it| it.sink().is_some_and(|sink| sink.type_name == Some(GROUP)));
    let is_of_other = |resource: &FlowResource<'_>| {
        let group = resource.attribute("settings")?.get("group_id")?;
        let tenant = model.instance_of(resource)?.tenant.filter(|it| model.tenant(*it).is_element())?;
        (!model.sources_of_values.depends_on(&group, tenant)).then(|| model.tenant(tenant).name())
    };
    let other = groups().find_map(|resource| Some((resource, is_of_other(resource)?)));
    let Some(first) = other.map(|(resource, _)| resource).or_else(|| groups().next()) else { return };
    let what = format!("`group_id` of `{}` was not checked", first.address());
    let reason = match other {
        Some((_, tenant)) => format!("{what}, and for `{tenant}` it does not come from the tenant"),
        None => format!("{what}, because symlint compares permission sets, not groups"),
    };
    let gap = NotChecked::new(Code::UnmappedField, reason, first.resource.name.span);
    found.push(NotChecked { is_finding: other.is_some(), ..gap });
}
