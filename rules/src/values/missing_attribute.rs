//! See missing-attribute.md.

use foldhash::{HashMap, HashSet};
use symlint_core::rule::Context;
use symlint_core::spelling::closest;
use symlint_core::tenants::{
    Absence, FieldKind, Locate, MisfitKind, MissingAttribute, Place, Provenance, Tenant, TenantId, Whole,
};
use symlint_terraform::{ConversionProblemKind, FileId, Path, PathStep, SortedMap, Span, Str};

use super::arguments;
use crate::expression::renamed;
use crate::wiring::filtered_out;

pub(super) fn check(cx: &mut Context<'_>) {
    // The attribute may be in a part of the file that could not be read.
    let unread: HashSet<FileId> =
        cx.model.project.files().iter().filter(|file| !file.file.errors.is_empty()).map(|file| file.id).collect();
    let is_unsure = |span: Span| unread.contains(&span.file);
    let mut reported: HashSet<String> = HashSet::default();
    let common = common(cx, &is_unsure);
    let by_type = &by_type(cx);
    report_common(cx, &common, by_type);
    let filtered_out = filtered_out(cx.model);
    for tenant in cx.tenants() {
        if tenant.whole == Whole::Null {
            cx.report(tenant, format!("`{}` is null", tenant.name())).help(
                "Write the tenant's values, or remove the key if there is no such customer. Until then, Terraform \
                 rejects the plan.",
            );
        }
        for gap in &tenant.missing {
            if gap.absence == Absence::Missing && is_unsure(gap.span) {
                continue;
            }
            let path = gap.path.to_string();
            if within(tenant, gap).is_some_and(|within| common.contains_key(&within)) {
                reported.insert(path);
                continue;
            }
            // An attribute that several tenants refer to is reported once.
            if !reported.insert(path.clone()) {
                continue;
            }
            let misspelled = misspelled(by_type, Some(tenant), &path).filter(|_| gap.absence == Absence::Missing);
            // A filter leaves out entries that have no such value. What should be next to the others was forgotten.
            let is_beside_others = gap.absence == Absence::Missing && gap.path.parent() == Some(&tenant.path);
            if filtered_out.contains(&tenant.id) && misspelled.is_none() && !is_beside_others {
                continue;
            }
            let message = match gap.absence {
                Absence::Missing => missing(tenant, &gap.path, &gap.name),
                Absence::Null => format!("{} is null, but the flow requires a value", shown(&gap.name)),
                Absence::Empty => format!("{} is empty, but the flow requires a value", shown(&gap.name)),
            };
            let place = Place { span: gap.span, tenant: Some(tenant.id), path: Some(path) };
            if let Some(found) = misspelled {
                report_misspelled(cx, place, &message, &gap.name, found);
            } else {
                let report = cx.report(place, message);
                // Elements of a list have no names.
                let element = gap.name.contains(' ').then(|| format!("Write {} in its place, or remove it.", gap.name));
                if let Some(action) = element.or_else(|| source(tenant, gap, gap.field?)) {
                    report.help(format!(
                        "{action} Until then, Terraform rejects this, or requests for `{}` fail.",
                        tenant.name()
                    ));
                }
            }
        }
    }
    report_declared(cx, &reported, &is_unsure, by_type);
    arguments::report(cx, |problems| {
        let attribute = |problem: &&ConversionProblemKind| match problem {
            ConversionProblemKind::Missing { attribute } => Some(attribute.to_string()),
            _ => None,
        };
        let missing: Vec<String> = problems.iter().filter_map(attribute).map(|name| format!("`{name}`")).collect();
        (!missing.is_empty()).then(|| format!("lacks {}, which the module requires", missing.join(" and ")))
    });
}

/// A tenant's collection, and the path from a tenant to an attribute.
type PathInCollection = (usize, String);

/// The attribute that the tenant lacks, in a form that is the same for all tenants of its collection.
fn within(tenant: &Tenant, gap: &MissingAttribute) -> Option<PathInCollection> {
    let Provenance::Collection(at) = tenant.provenance else { return None };
    let path = (gap.absence == Absence::Missing).then(|| gap.path.to_string())?;
    Some((at, path.strip_prefix(&tenant.path.to_string())?.to_owned()))
}

/// The attributes that all tenants of a collection lack, if it has several tenants.
fn common<'a>(
    cx: &Context<'a>,
    is_unsure: &dyn Fn(Span) -> bool,
) -> SortedMap<PathInCollection, Vec<(&'a Tenant, &'a MissingAttribute)>> {
    let mut common: SortedMap<PathInCollection, Vec<(&Tenant, &MissingAttribute)>> = SortedMap::new();
    let mut sizes: HashMap<usize, usize> = HashMap::default();
    for tenant in cx.tenants() {
        if let Provenance::Collection(at) = tenant.provenance {
            *sizes.entry(at).or_default() += 1;
        }
        for gap in tenant.missing.iter().filter(|gap| !is_unsure(gap.span)) {
            if let Some(within) = within(tenant, gap) {
                common.entry(within).or_default().push((tenant, gap));
            }
        }
    }
    let is_common = |(at, _): &PathInCollection, lacking: usize| lacking > 1 && sizes.get(at) == Some(&lacking);
    common.into_iter().filter(|(within, gaps)| is_common(within, gaps.len())).collect()
}

/// Reports the attributes that all tenants of a collection lack, once for each attribute. If the tenants lack
/// everything, that is one finding.
fn report_common(
    cx: &mut Context<'_>,
    common: &SortedMap<PathInCollection, Vec<(&Tenant, &MissingAttribute)>>,
    by_type: &ByType,
) {
    let mut reported: HashSet<usize> = HashSet::default();
    for ((at, path), gaps) in common {
        let Some((tenant, gap)) = gaps.first() else { continue };
        let tenants: Vec<TenantId> = gaps.iter().map(|(tenant, _)| tenant.id).collect();
        let collections = cx.model.sources_of_values.collections();
        let name = collections.get(*at).map(|collection| collection.name.clone()).unwrap_or_default();
        let mapping = |name: &str| format!("tenants {{ attributes = {{ {name} = \"NAME\" }} }}");
        if gaps.iter().all(|(tenant, _)| tenant.has_nothing()) {
            if reported.insert(*at) {
                let message = format!("no entry of `{name}` has any attribute of a tenant");
                let help = format!(
                    "If the tenants are somewhere else, correct `tenants {{ from = … }}` in .symlint.hcl. If their \
                     attributes are named differently, set this in .symlint.hcl for each of them:\n\n    {}",
                    mapping("sso_account_id")
                );
                cx.report(*tenant, message).help(help).group(&tenants).cause(name);
            }
            continue;
        }
        let misspelled = misspelled(by_type, Some(tenant), &gap.path.to_string());
        let hint = misspelled.map(|(name, _)| format!("; `{name}` is probably misspelled")).unwrap_or_default();
        let message = format!("none of the {} tenants in `{name}` has {}{hint}", gaps.len(), shown(&gap.name));
        let help = format!(
            "Add the attribute to each tenant. Until then, Terraform rejects this, or requests fail. If it is named \
             differently, set this in .symlint.hcl:\n\n    {}",
            mapping(&gap.name)
        );
        cx.report(gap.span, message).help(help).group(&tenants).cause(path.clone());
    }
}

/// Reports that an attribute is missing, and that it is probably there under a misspelled name.
fn report_misspelled(cx: &mut Context<'_>, place: Place, message: &str, right: &str, (name, span): (String, Span)) {
    let rename = (*cx.sources().text(span) == *name).then(|| renamed(span, right, cx.sources()));
    cx.report(place, format!("{message}; `{name}` is probably misspelled"))
        .label("an attribute is missing")
        .help(format!("Rename `{name}` to `{right}`."))
        .related(span, "probably misspelled")
        .edits(format!("write `{right}`"), false, rename.into_iter().collect());
}

/// What the declared type requires in addition to the values that rules know.
fn report_declared(
    cx: &mut Context<'_>,
    reported: &HashSet<String>,
    is_unsure: &dyn Fn(Span) -> bool,
    by_type: &ByType,
) {
    for problem in &cx.model.conversions {
        let (ConversionProblemKind::Missing { attribute }, Some(at)) = (&problem.kind, &problem.path) else { continue };
        let tenant = cx.model.tenant_at(at);
        let path = at.join(PathStep::Attribute(attribute.clone())).to_string();
        if reported.contains(&path) || is_unsure(problem.span) {
            continue;
        }
        // The finding is at the tenant's key. The keys of nested objects are not known here.
        let whole = tenant.filter(|tenant| *at == tenant.path).map(|tenant| tenant.place(cx.sources()).span);
        let span = whole.unwrap_or_else(|| problem.span.part(0..1));
        let message = match tenant {
            Some(tenant) => missing(tenant, &at.join(PathStep::Attribute(attribute.clone())), attribute),
            None => format!("`{at}` lacks {}", shown(attribute)),
        };
        let misspelled = misspelled(by_type, tenant, &path);
        let place = Place { span, tenant: tenant.map(|tenant| tenant.id), path: Some(path) };
        match misspelled {
            Some(found) => report_misspelled(cx, place, &message, attribute, found),
            None => _ = cx.report(place, message),
        }
    }
}

/// The message that the object around `path` lacks the attribute at the end of `path`.
fn missing(tenant: &Tenant, path: &Path, attribute: &str) -> String {
    let around = path.parent().filter(|around| **around != tenant.path).and_then(|around| around.last()?.name());
    format!("`{}` lacks {}", around.map_or(tenant.name(), Str::as_str), shown(attribute))
}

/// Where the tenant should get the value from.
fn source(tenant: &Tenant, gap: &MissingAttribute, field: FieldKind) -> Option<String> {
    let name = tenant.name();
    let account = match gap.absence {
        Absence::Missing => format!("Add {}: the account", shown(&gap.name)),
        Absence::Null | Absence::Empty => "Write the ID of the account".to_owned(),
    };
    Some(match field {
        FieldKind::Key => return None,
        FieldKind::SsoAccountId => format!("{account} in which `{name}`'s connector was applied."),
        FieldKind::Cloud | FieldKind::InstanceArn | FieldKind::Region | FieldKind::RoleArn => {
            format!("Copy the value from the `settings` output of `{name}`'s connector.")
        }
        FieldKind::PermissionSetArn => format!("Copy the ARN from `{name}`'s Identity Center."),
        FieldKind::TargetAccountId => format!("{account} that engineers should enter."),
    })
}

/// The name of an attribute in backticks; "a grant" is not a name.
fn shown(attribute: &str) -> String {
    if attribute.contains(' ') { attribute.to_owned() } else { format!("`{attribute}`") }
}

/// The name and the place of the attribute that was probably meant to be the one at `path`.
fn misspelled(by_type: &ByType, tenant: Option<&Tenant>, path: &str) -> Option<(String, Span)> {
    let misfits = tenant.map(|tenant| tenant.misfits.as_slice()).unwrap_or_default();
    let by_shape = misfits.iter().find_map(|misfit| {
        let MisfitKind::Misspelt { name, meant, .. } = &misfit.kind else { return None };
        let around = misfit.path.to_string();
        let is_it = around.strip_suffix(name.as_str()).zip(path.strip_suffix(meant.as_str()));
        is_it.filter(|(ours, theirs)| ours == theirs).map(|_| (name.to_string(), misfit.span))
    });
    by_shape.or_else(|| by_type.get(path).cloned())
}

/// The attributes that the declared type lacks, with their names and places, by the path to the attribute that was
/// meant.
type ByType = HashMap<String, (String, Span)>;

fn by_type(cx: &Context<'_>) -> ByType {
    let mut found = ByType::default();
    for problem in &cx.model.conversions {
        if let (ConversionProblemKind::Unused { attribute, key_span, declared, .. }, Some(at)) =
            (&problem.kind, &problem.path)
            && let Some(meant) = closest(attribute, declared.iter().map(Str::as_str))
        {
            let path = at.join(PathStep::Attribute(meant.into())).to_string();
            found.entry(path).or_insert((attribute.to_string(), *key_span));
        }
    }
    found
}
