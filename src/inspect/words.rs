//! The texts for the things that `symlint inspect` shows.

use symlint_core::inspection::{
    Cases, FieldEvidence, InspectedArgument, InspectedAttribute, InspectedFlow, InspectedValues, ValuesChoice,
};

/// How many instances without a tenant are listed.
pub(super) const FEW: usize = 5;

/// How many gaps, omissions, and other contents are shown.
pub(super) const LINES: usize = 20;

/// A space at which lines are not broken.
pub(super) const KEPT: char = '\u{E000}';

pub(super) fn values_line(values: &InspectedValues, file: Option<String>) -> String {
    let sets = match values.variables.as_slice() {
        [] => "sets nothing".to_owned(),
        names => format!("sets {}", listed(names, LINES)),
    };
    let how = match values.chosen {
        ValuesChoice::Automatic => "Terraform loads it by itself",
        ValuesChoice::Configured => "a run of its own, because `values` in the configuration matches it",
        ValuesChoice::SetsTenants => {
            "a run of its own, because it sets the tenants, and no file that Terraform loads by itself does"
        }
        ValuesChoice::SetsRequired => "a run of its own, because it sets a variable that has no value without it",
        ValuesChoice::Named => "named as a path",
        ValuesChoice::Alone => "checked alone, without a module",
        ValuesChoice::VarFile => "`--var-file`",
        ValuesChoice::Var => "`--var`",
        ValuesChoice::Environment => "`TF_VAR_…` in the environment",
    };
    match file {
        Some(file) => format!("{file}: {how}; {sets}"),
        None => format!("{how}: {sets}"),
    }
}

/// The evidence that an attribute is a value.
pub(super) fn evidence(attribute: &InspectedAttribute) -> String {
    let cases = |what: &str| match attribute.cases {
        Some(Cases { count, of }) => format!(" in {count} of {of} {what}"),
        None => String::new(),
    };
    let known = match attribute.evidence {
        FieldEvidence::Configuration => "the configuration says so".to_owned(),
        FieldEvidence::Name => "by its name".to_owned(),
        FieldEvidence::Sink => String::new(),
        FieldEvidence::Role => format!("is the account in the role's ARN{}", cases("cases")),
        FieldEvidence::Safelist => format!("is in the safelist{}", cases("elements")),
        FieldEvidence::Shape => format!("the only one that looks like it{}", cases("elements")),
    };
    let own = sinks(attribute, |field| field == attribute.field);
    let part = if attribute.is_part { "is a part of what reaches" } else { "reaches" };
    let own = own.map(|sinks| format!("{part} {sinks}"));
    // An account that is a part of an ARN, if that is the right place for it.
    let whole = sinks(attribute, |field| field != attribute.field && field.ends_with("_arn"));
    let whole = whole.map(|sinks| format!("is a part of what reaches {sinks}"));
    let wrong = sinks(attribute, |field| field != attribute.field && !field.ends_with("_arn"));
    let wrong = wrong.map(|sinks| format!("reaches {sinks}, which needs another value"));
    let parts = (!known.is_empty()).then_some(known).into_iter().chain(own).chain(whole).chain(wrong);
    parts.collect::<Vec<_>>().join("; ")
}

/// The sinks for certain fields that an attribute reaches: the settings of each resource, and the number of flow
/// instances.
fn sinks(attribute: &InspectedAttribute, is_wanted: impl Fn(&str) -> bool) -> Option<String> {
    let mut groups: Vec<(&str, Cases, Vec<&str>)> = Vec::new();
    for reach in attribute.reaches.iter().filter(|reach| is_wanted(reach.field)) {
        let (kind, setting) = reach.sink.rsplit_once(' ').unwrap_or(("", &reach.sink));
        match groups.iter_mut().find(|(known, cases, _)| *known == kind && *cases == reach.cases) {
            Some((.., settings)) => settings.push(setting),
            None => groups.push((kind, reach.cases, vec![setting])),
        }
    }
    let group = |(kind, Cases { count, of }, settings): (&str, Cases, Vec<&str>)| {
        let instances = if of == 1 { "instance" } else { "instances" };
        format!("{kind} {} ({count}{KEPT}of{KEPT}{of}{KEPT}{instances})", settings.join(", "))
    };
    (!groups.is_empty()).then(|| groups.into_iter().map(group).collect::<Vec<_>>().join(" and "))
}

/// The values that an argument carries.
pub(super) fn argument_line(argument: &InspectedArgument) -> String {
    let mut fields: Vec<String> = Vec::new();
    let mut evidence: Vec<&str> = Vec::new();
    for part in &argument.values {
        let last = part.attribute.rsplit(['.', ']']).next().unwrap_or_default();
        let field = match part.field {
            "key" => "names the tenant".to_owned(),
            field if last.is_empty() || last == field => field.to_owned(),
            field => format!("{field} in {}", part.attribute),
        };
        let known = match part.evidence {
            FieldEvidence::Configuration => "the configuration says so",
            FieldEvidence::Sink => "by what it reaches",
            _ => "by its name",
        };
        if !fields.contains(&field) {
            fields.push(field);
        }
        if !evidence.contains(&known) {
            evidence.push(known);
        }
    }
    let given = if argument.is_given { "" } else { "; not set in the call" };
    format!("{} ({}{given})", fields.join(", "), evidence.join(" or "))
}

/// Whether two calls have the same module, and the same arguments carry the same values.
pub(super) fn is_alike(a: &InspectedFlow, b: &InspectedFlow) -> bool {
    let arguments = |flow: &InspectedFlow| -> Vec<(String, String)> {
        flow.arguments.iter().map(|argument| (argument.name.clone(), argument_line(argument))).collect()
    };
    let module = |flow: &InspectedFlow| flow.call.as_ref().map(|call| (call.module.clone(), call.source.clone()));
    module(a).is_some() && module(a) == module(b) && a.resources == b.resources && arguments(a) == arguments(b)
}

/// A few addresses in parentheses, if there are any.
pub(super) fn bracketed(addresses: &[String]) -> String {
    let named: Vec<String> = addresses.iter().filter(|address| !address.is_empty()).cloned().collect();
    if named.is_empty() { String::new() } else { format!(" ({})", listed(&named, FEW)) }
}

/// The first `most` names.
pub(super) fn listed(names: &[String], most: usize) -> String {
    let shown = names.iter().take(most).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > most { format!("{shown} and {} more", names.len() - most) } else { shown }
}
