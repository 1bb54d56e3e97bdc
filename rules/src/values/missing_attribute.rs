//! See missing-attribute.md.

use foldhash::HashSet;
use symlint_core::rule::Context;
use symlint_core::spelling::closest;
use symlint_core::tenants::{Absence, FieldKind, Locate, MisfitKind, Place, Tenant, Whole};
use symlint_terraform::{ConversionProblemKind, FileId, Path, PathStep, Span, Str};

use super::arguments;

pub(super) fn check(cx: &mut Context<'_>) {
    // What is missing may be in a part of the file that could not be read.
    let unread: HashSet<FileId> =
        cx.model.project.files().iter().filter(|file| !file.file.errors.is_empty()).map(|file| file.id).collect();
    let is_unsure = |span: Span| unread.contains(&span.file);
    let mut reported: HashSet<String> = HashSet::default();
    for tenant in cx.tenants() {
        if tenant.whole == Whole::Null {
            cx.report(tenant, format!("`{}` is null; write the tenant's values or remove it", tenant.name()));
        }
        for gap in &tenant.missing {
            if gap.absence == Absence::Missing && is_unsure(gap.span) {
                continue;
            }
            let path = gap.path.to_string();
            let misspelled = misspelled(cx, tenant, &path).filter(|_| gap.absence == Absence::Missing);
            let message = match gap.absence {
                Absence::Missing => match &misspelled {
                    Some((name, _)) => {
                        format!("{}; `{name}` is probably misspelled", missing(tenant, &gap.path, &gap.name))
                    }
                    None => missing(tenant, &gap.path, &gap.name),
                },
                Absence::Null => format!("{} is null, but the flow requires it", shown(&gap.name)),
                Absence::Empty => format!("{} is empty, but the flow requires it", shown(&gap.name)),
            };
            let report =
                cx.report(Place { span: gap.span, tenant: Some(tenant.id), path: Some(path.clone()) }, message);
            if let Some((name, span)) = misspelled {
                report
                    .help(format!("Rename `{name}` to `{}`.", gap.name))
                    .related(span, "probably misspelled")
                    .suggestion(format!("write `{}`", gap.name), span, gap.name.as_str());
            } else if let Some(source) = gap.field.and_then(|field| source(tenant, field)) {
                report.help(format!("Terraform rejects this, or requests for `{}` fail. {source}", tenant.name()));
            }
            reported.insert(path);
        }
    }
    report_declared(cx, &reported, &is_unsure);
    arguments::report(cx, |problems| {
        let attribute = |problem: &&ConversionProblemKind| match problem {
            ConversionProblemKind::Missing { attribute } => Some(attribute.to_string()),
            _ => None,
        };
        let missing: Vec<String> = problems.iter().filter_map(attribute).map(|name| format!("`{name}`")).collect();
        (!missing.is_empty()).then(|| format!("lacks {}, which the module requires", missing.join(" and ")))
    });
}

/// What the declared type requires in addition to the values that rules know.
fn report_declared(cx: &mut Context<'_>, reported: &HashSet<String>, is_unsure: &dyn Fn(Span) -> bool) {
    for problem in &cx.model.conversions {
        let (ConversionProblemKind::Missing { attribute }, Some(at)) = (&problem.kind, &problem.path) else { continue };
        let Some(tenant) = cx.model.tenant_at(at) else { continue };
        let path = at.join(PathStep::Attribute(attribute.clone())).to_string();
        if reported.contains(&path) || is_unsure(problem.span) {
            continue;
        }
        // The finding is at the tenant's key. The keys of deeper objects are not known here.
        let span = if *at == tenant.path { tenant.place(cx.sources()).span } else { problem.span.part(0..1) };
        let place = Place { span, tenant: Some(tenant.id), path: Some(path) };
        cx.report(place, missing(tenant, &at.join(PathStep::Attribute(attribute.clone())), attribute));
    }
}

/// That the object around `path` lacks the attribute at its end.
fn missing(tenant: &Tenant, path: &Path, attribute: &str) -> String {
    let around = path.parent().filter(|around| **around != tenant.path).and_then(|around| around.last()?.name());
    format!("`{}` lacks {}", around.map_or(tenant.name(), Str::as_str), shown(attribute))
}

/// Where the value of a tenant comes from.
fn source(tenant: &Tenant, field: FieldKind) -> Option<String> {
    let name = tenant.name();
    Some(match field {
        FieldKind::Key => return None,
        FieldKind::SsoAccountId => format!("Use the account in which `{name}`'s connector was applied."),
        FieldKind::Cloud | FieldKind::InstanceArn | FieldKind::Region | FieldKind::RoleArn => {
            format!("Copy the value from the `settings` output of `{name}`'s connector.")
        }
        FieldKind::PermissionSetArn => format!("Copy the ARN from `{name}`'s Identity Center."),
        FieldKind::TargetAccountId => "Set it to the account that engineers should enter.".to_owned(),
    })
}

/// The name of an attribute; "a grant" has none.
fn shown(attribute: &str) -> String {
    if attribute.contains(' ') { attribute.to_owned() } else { format!("`{attribute}`") }
}

/// The attribute that was probably meant to be the one at `path`: its name, and where it is.
fn misspelled(cx: &Context<'_>, tenant: &Tenant, path: &str) -> Option<(String, Span)> {
    let by_shape = tenant.misfits.iter().find_map(|misfit| {
        let MisfitKind::Misspelt { name, meant, .. } = &misfit.kind else { return None };
        let around = misfit.path.to_string();
        let is_it = around.strip_suffix(name.as_str()).zip(path.strip_suffix(meant.as_str()));
        is_it.filter(|(ours, theirs)| ours == theirs).map(|_| (name.to_string(), misfit.span))
    });
    by_shape.or_else(|| {
        cx.model.conversions.iter().find_map(|problem| {
            let (ConversionProblemKind::Unused { attribute, key_span, declared, .. }, Some(at)) =
                (&problem.kind, &problem.path)
            else {
                return None;
            };
            let meant = closest(attribute, declared.iter().map(Str::as_str))?;
            let is_it = at.join(PathStep::Attribute(meant.into())).to_string() == path;
            is_it.then(|| (attribute.to_string(), *key_span))
        })
    })
}
