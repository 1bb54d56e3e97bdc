//! See unknown-attribute.md.

use foldhash::HashSet;
use symlint_core::rule::Context;
use symlint_core::spelling::closest;
use symlint_core::tenants::{MisfitKind, MissingAttribute, Place, Tenant, TenantId};
use symlint_terraform::{ConversionProblem, ConversionProblemKind, Path, PathStep, SortedMap, Span, Str};

use crate::expression::renamed;

/// If at least this many tenants, and most of them, have an attribute, the mistake is in the type and not in the
/// tenants.
const MANY: usize = 3;

pub(super) fn check(cx: &mut Context<'_>) {
    let required = |problem: &ConversionProblem| match (&problem.kind, &problem.path) {
        (ConversionProblemKind::Missing { attribute }, Some(at)) => {
            Some(at.join(PathStep::Attribute(attribute.clone())).to_string())
        }
        _ => None,
    };
    let required: HashSet<String> = cx.model.conversions.iter().filter_map(required).collect();
    for tenant in cx.tenants() {
        for misfit in &tenant.misfits {
            let MisfitKind::Misspelt { name, meant, is_taken } = &misfit.kind else { continue };
            let (path, meant) = (misfit.path.to_string(), Some(meant.as_str()));
            let (span, is_taken) = (misfit.span, *is_taken);
            let unknown = UndeclaredAttribute { tenant, name, span, path, meant, is_taken, is_declared: false };
            report(cx, &unknown, &required);
        }
    }
    let mut groups: SortedMap<String, Vec<UndeclaredAttribute<'_>>> = SortedMap::new();
    for problem in &cx.model.conversions {
        let (ConversionProblemKind::Unused { attribute, key_span, declared, present }, Some(at)) =
            (&problem.kind, &problem.path)
        else {
            continue;
        };
        let Some(tenant) = cx.model.tenant_at(at) else { continue };
        let path = at.join(PathStep::Attribute(attribute.clone())).to_string();
        let within = path.strip_prefix(&tenant.path.to_string()).unwrap_or(&path).to_owned();
        let meant = closest(attribute, declared.iter().map(Str::as_str));
        let is_taken = meant.is_some_and(|meant| present.iter().any(|name| name.as_str() == meant));
        let unknown =
            UndeclaredAttribute { tenant, name: attribute, span: *key_span, path, meant, is_taken, is_declared: true };
        groups.entry(within).or_default().push(unknown);
    }
    for (within, group) in &groups {
        let (Some(first), true) = (group.first(), group.len() >= MANY && group.len() * 2 > cx.tenants().len()) else {
            group.iter().for_each(|unknown| report(cx, unknown, &required));
            continue;
        };
        let names: Vec<String> =
            group.iter().take(MANY).map(|unknown| format!("`{}`", unknown.tenant.name())).collect();
        let more = if group.len() > MANY { ", …" } else { "" };
        let message = format!("{} in {} tenants ({}{more})", first.message(), group.len(), names.join(", "));
        let tenants: Vec<TenantId> = group.iter().map(|unknown| unknown.tenant.id).collect();
        // The mistake is in the type, no matter which tenants have the attribute.
        cx.report(first.span, message).group(&tenants).cause(within);
    }
}

/// An attribute that the type does not declare.
struct UndeclaredAttribute<'a> {
    tenant: &'a Tenant,
    name: &'a str,
    span: Span,
    path: String,
    meant: Option<&'a str>,
    /// Whether the attribute that was probably meant is present as well.
    is_taken: bool,
    /// Whether there is a declared type, which lacks it.
    is_declared: bool,
}

impl UndeclaredAttribute<'_> {
    /// The tenant's value for the attribute that was probably meant, which is the type's default.
    fn default(&self, meant: &str) -> Option<&str> {
        let right = format!("{}{meant}", self.path.strip_suffix(self.name)?);
        let is_it = |path: &Path| path.to_string() == right;
        self.tenant.values().find(|field| field.path.as_ref().is_some_and(is_it))?.as_str()
    }

    fn message(&self) -> String {
        let hint = match self.meant {
            Some(meant) if self.is_taken => format!("; `{meant}`, which is also present, takes effect"),
            Some(meant) => match self.default(meant) {
                Some(default) => {
                    format!(" and uses the default of `{meant}`, `{default}`; did you mean `{meant}`?")
                }
                None => format!("; did you mean `{meant}`?"),
            },
            None => String::new(),
        };
        match self.is_declared {
            true => format!("the type has no attribute `{}`, so Terraform drops it{hint}", self.name),
            false => format!("`{}` is not a known attribute of a tenant{hint}", self.name),
        }
    }
}

fn report(cx: &mut Context<'_>, unknown: &UndeclaredAttribute<'_>, required: &HashSet<String>) {
    // An attribute that is missing under its right name is reported as missing, with this one as the misspelling.
    let right = unknown.meant.and_then(|meant| Some(format!("{}{meant}", unknown.path.strip_suffix(unknown.name)?)));
    let is_missing = |gap: &MissingAttribute| right.as_ref().is_some_and(|right| gap.path.to_string() == *right);
    if unknown.tenant.missing.iter().any(is_missing) || right.as_ref().is_some_and(|right| required.contains(right)) {
        return;
    }
    let place = Place { span: unknown.span, tenant: Some(unknown.tenant.id), path: Some(unknown.path.clone()) };
    let rename = unknown.meant.filter(|_| *cx.sources().text(unknown.span) == *unknown.name);
    let rename = rename.map(|meant| renamed(unknown.span, meant, cx.sources())).into_iter().collect();
    let report = cx.report(place, unknown.message());
    let help = unknown.meant.map(|meant| match (unknown.is_taken, unknown.is_declared) {
        (true, _) => format!("Keep the right value as `{meant}`, and delete `{}`, which nothing uses.", unknown.name),
        (false, true) => {
            format!("Rename it to `{meant}`, or add it to the type. Terraform silently drops this attribute.")
        }
        (false, false) => format!("Rename it to `{meant}`. Nothing uses this attribute."),
    });
    let report = match help {
        Some(help) => report.help(help),
        None => report,
    };
    if let Some(meant) = unknown.meant.filter(|_| !unknown.is_taken) {
        report.edits(format!("write `{meant}`"), false, rename);
    }
}
