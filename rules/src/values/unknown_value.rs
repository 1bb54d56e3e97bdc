//! See unknown-value.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{Field, State, Tenant};

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    // If a whole object is unknown, several values are unknown in the same place.
    let mut groups: Vec<(&Field, &str, Vec<String>)> = Vec::new();
    for field in tenant.fields() {
        let State::Unknown(unknown) = &field.state else { continue };
        let name = cx.name(field).to_string();
        match groups.iter_mut().find(|(first, ..)| first.span == field.span) {
            Some((_, _, names)) if names.contains(&name) => {}
            Some((_, _, names)) => names.push(name),
            None => groups.push((field, &unknown.reason, vec![name])),
        }
    }
    for (first, reason, names) in groups {
        let are = if names.len() == 1 { "is" } else { "are" };
        cx.report(first, format!("{} {are} not checked: {reason}", names.join(", ")));
    }
}
