//! Where a value is, and through what it is passed.

use symlint_terraform::syntax::Expr;
use symlint_terraform::{Span, Value};

use super::ValueDetails;
use crate::report::place::{Location, known};
use crate::tenants::{Field, FieldKind, FlowCall, FlowInstance, FlowResource, Model, Tenant};

/// The elements that are written at `place`: of those around it, the ones that start last. Others may start and end before
/// the place, as the account in a role does.
pub(super) fn at<T>(
    all: &[(Span, usize, FieldKind, T)],
    place: Span,
) -> impl Iterator<Item = &(Span, usize, FieldKind, T)> {
    let is_around = move |span: Span| span.file == place.file && place.end <= span.end;
    let before = all.partition_point(|(span, ..)| (span.file, span.start) <= (place.file, place.start));
    let mut near = all.iter().take(before).rev().take(NEAR).skip_while(move |it| !is_around(it.0)).peekable();
    let start = near.peek().map(|it| it.0.start);
    near.take_while(move |it| Some(it.0.start) == start).filter(move |it| is_around(it.0))
}

/// How many elements before a place are looked at.
const NEAR: usize = 1_024;

pub(super) fn values_of(
    model: &Model<'_>,
    tenant: &Tenant,
    location: &mut dyn FnMut(Span) -> Location,
) -> Vec<ValueDetails> {
    let mut value = |field: &Field, grant: Option<usize>| ValueDetails {
        kind: field.kind,
        name: model.path_of(tenant.id, field.kind),
        grant,
        value: known(field),
        location: location(model.project.visible(field.span)),
        parts: field
            .parts(model.sources())
            .into_iter()
            .map(|(range, span)| (range.end, location(model.project.visible(span))))
            .collect(),
    };
    let connector = &tenant.connector;
    let alone =
        [&tenant.sso_account_id, &connector.cloud, &connector.instance_arn, &connector.region, &connector.role_arn];
    let mut values: Vec<ValueDetails> = Vec::new();
    // A value that was taken out of another one changes with that.
    values.extend(alone.into_iter().filter(|field| !field.is_derived()).map(|field| value(field, None)));
    for (number, grant) in tenant.grants.iter().enumerate() {
        let fields = [&grant.permission_set_arn, &grant.target_account_id].into_iter();
        values.extend(fields.filter(|field| !field.is_derived()).map(|field| value(field, Some(number))));
    }
    values
}

/// The expressions that pass a field to an instance: first the argument's, then those of the resources.
pub(super) fn passing(
    call: &FlowCall<'_>,
    instance: &FlowInstance,
    resources: &[FlowResource<'_>],
    field: FieldKind,
) -> Vec<(String, String, Span)> {
    let mut found: Vec<(String, String, Span)> = Vec::new();
    for argument in instance.arguments.iter().filter(|it| it.parts.iter().any(|part| part.field == field)) {
        let block = if call.call.is_some() { format!("module.{}", call.name()) } else { String::new() };
        found.push((argument.name.to_string(), block, argument.span));
    }
    for resource in resources {
        let settings = resource.sink().map(|sink| sink.settings).unwrap_or_default();
        for setting in settings.iter().filter(|setting| setting.field == field) {
            let Some(attribute) = resource.resource.attribute(setting.attribute) else { continue };
            let block = format!("{}.{}", resource.kind(), resource.resource.name.text);
            let whole: &Expr = &attribute.value;
            let (name, passed) =
                setting.part.and_then(|part| Some((part, part_of(whole, part)?))).unwrap_or((setting.attribute, whole));
            found.push((name.to_owned(), block, passed.span));
        }
    }
    found.dedup();
    found
}

/// The expression of an attribute in an object.
fn part_of<'e>(expr: &'e Expr, name: &str) -> Option<&'e Expr> {
    use symlint_terraform::syntax::{ExprKind, Key};
    let ExprKind::Object(items) = &expr.kind else { return None };
    let is_it = |key: &Key| matches!(key, Key::Literal(literal) if literal.text.as_str() == name);
    items.iter().find(|item| is_it(&item.key)).map(|item| &item.value)
}

/// Calls `note` with each entry of a list or of its candidates, or with the value if it is not a list.
pub(super) fn entries_of(value: &Value, note: &mut dyn FnMut(&Value)) {
    match (value.elements(), value.candidates()) {
        (Some(elements), _) => {
            (0..elements.len()).filter_map(|at| value.at(at)).for_each(|entry| entries_of(&entry, note));
        }
        (None, []) => note(value),
        (None, candidates) => candidates.iter().for_each(|candidate| entries_of(candidate, note)),
    }
}

/// The last name in a path; `None` if the path ends with a key.
pub(super) fn last_name(path: &str) -> Option<&str> {
    let name = path.rsplit_once('.').map_or(path, |(_, name)| name);
    (!name.ends_with(']')).then_some(name)
}

/// An expression without its whitespace.
pub(super) fn compact(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut text = words.join(" ");
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// How many bytes of an expression are kept.
const LONGEST: usize = 400;
