//! See partition-unsupported.md.

use symlint_core::facts;
use symlint_core::rule::Context;
use symlint_core::tenants::format::is_partition;
use symlint_core::tenants::{Piece, Tenant};

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    let is_allowed = |id: &str| cx.config.allowed_partitions.iter().any(|allowed| allowed == id);
    // A tenant that is only partly in an allowed partition contradicts itself, which another rule reports.
    if partitions(tenant).any(|(id, _)| is_allowed(id)) {
        return;
    }
    let mut partitions = partitions(tenant);
    let Some((id, piece)) = partitions.next() else { return };
    let message = if facts::is_partition(id) {
        let allowed: Vec<String> = cx.config.allowed_partitions.iter().map(|id| format!("`{id}`")).collect();
        format!(
            "this tenant is in partition `{id}`, but `allowed_partitions` in .symlint.hcl allows only {}",
            allowed.join(", ")
        )
    } else {
        format!("`{id}` is not a partition")
    };
    let others: Vec<_> =
        partitions.map(|(id, other)| (other, format!("{} is in `{id}`", cx.name(other.field)))).collect();
    let allowed = cx.config.allowed_partitions.iter().map(String::as_str).chain([id]);
    let allowed: Vec<String> = allowed.map(|id| format!("\"{id}\"")).collect();
    let help = format!(
        "Sym can only assume roles in the partition in which it runs. If the customer is not in `{id}`, correct the \
         values. If Sym runs in `{id}` for this customer, set this in .symlint.hcl:\n\n    allowed_partitions = [{}]",
        allowed.join(", ")
    );
    let is_known = facts::is_partition(id);
    let mut report = cx.report(piece, message).label("not allowed");
    if is_known {
        report = report.help(help);
    }
    for (other, label) in others {
        report = report.related(other, label);
    }
}

/// The partitions of the tenant's ARNs and of its region, each with its place, ARNs first.
fn partitions(tenant: &Tenant) -> impl Iterator<Item = (&str, Piece<'_>)> {
    let arns = tenant.arns().filter(|arn| !arn.whole.field.is_garbled());
    let named = arns.map(|arn| (arn.partition().text, arn.partition())).filter(|(id, _)| is_partition(id));
    let region = tenant.connector.region.text().filter(|region| !region.field.is_garbled());
    let region = region.and_then(|region| Some((facts::partition_of_region(region.text)?.id, region)));
    named.chain(region)
}
