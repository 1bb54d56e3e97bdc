//! See sso-id-not-hex.md.

use symlint_core::rule::Context;
use symlint_core::tenants::format::{is_hexadecimal, is_placeholder_resource};
use symlint_core::tenants::{InstanceArn, Part, PermissionSetArn, Piece, Tenant, is_near};
use symlint_terraform::SortedMap;

use crate::names::unexpected_characters;

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    for (text, places) in strange_ids(tenant) {
        let Some((first, others)) = places.split_first() else { continue };
        let lower = text.to_ascii_lowercase();
        let is_upper = is_hexadecimal(&lower);
        let message = if is_upper {
            format!("`{text}` contains capital letters, but AWS writes these IDs in lower case")
        } else {
            let digits = text.split_once('-').map_or(text, |(_, digits)| digits);
            let strange = unexpected_characters(digits, |c| c.is_ascii_hexdigit());
            format!(
                "`{text}` contains {strange}, but all known IDs consist of the digits 0 to 9 and the letters a to f"
            )
        };
        let others: Vec<_> = others.iter().map(|other| (other, cx.name(other.field))).collect();
        let mut report = cx.report(first, message).label("this ID");
        for (other, name) in others {
            report = report.related(other, format!("{name} contains the same ID"));
        }
        if is_upper {
            let help = "Write the ID in lower case, and compare it with the one in IAM Identity Center. AWS probably \
                        does not know this one.";
            report.help(help).suggestion("write the ID in lower case", first, lower);
        }
    }
}

/// The IDs that match AWS's pattern but are not hexadecimal, with their places in order.
fn strange_ids(tenant: &Tenant) -> SortedMap<&str, Vec<Piece<'_>>> {
    let instance = InstanceArn::of(&tenant.connector.instance_arn).map(|arn| arn.id);
    let permission_sets = tenant.grants.iter().filter_map(|grant| PermissionSetArn::of(&grant.permission_set_arn));
    let ids = instance.into_iter().chain(permission_sets.flat_map(|arn| [arn.instance_id, arn.id]));
    let mut strange: SortedMap<&str, Vec<Piece<'_>>> = SortedMap::new();
    // An instance ID that was mistyped in one of the two ARNs is reported as a different instance.
    let is_reported = |id: &Part<'_>| {
        let own = tenant.instance_id().map(|own| own.text()).unwrap_or_default();
        let mut foreign = tenant.foreign_permission_sets().map(|arn| arn.instance_id.text());
        let is_other = |foreign: &str| is_near(foreign, own) && !foreign.eq_ignore_ascii_case(own);
        foreign.any(|foreign| is_other(foreign) && [foreign, own].contains(&id.text()))
    };
    for id in ids.filter(|id| is_strange(id) && !is_reported(id)) {
        strange.entry(id.text()).or_default().push(id.piece);
    }
    strange
}

fn is_strange(id: &Part<'_>) -> bool {
    !is_hexadecimal(id.text())
        && id.is_well_formed()
        && !id.piece.field.is_garbled()
        && !is_placeholder_resource(id.text())
}
