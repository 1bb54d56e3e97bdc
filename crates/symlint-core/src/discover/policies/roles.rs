//! The roles of connectors that a text names.

use std::ops::Range;

use symlint_terraform::GAP;

/// The path of the roles that connectors create, without its end.
pub(super) const ROLE_PATH: &str = "role/sym";

/// The full path of the roles that connectors create.
pub(super) const CONNECTORS: &str = "role/sym/";

/// Whether a pattern for an account matches more than one account.
pub(super) fn is_any(account: &str) -> bool {
    account.contains(['*', '?'])
}

/// A role of a connector that a text names, or several by a pattern.
pub(super) struct NamedRole<'t> {
    /// Where the account is in the text; `None` if any account is allowed.
    pub(super) account: Option<Range<usize>>,
    pub(super) resource: &'t str,
}

/// The roles of connectors in an ARN, or in a text with ARNs anywhere in it.
pub(super) fn roles_in(text: &str) -> Vec<NamedRole<'_>> {
    const SERVICE: &str = ":iam::";
    if let Some(named) = role_of(text) {
        return Vec::from_iter(named);
    }
    let found = text.match_indices(SERVICE).filter_map(|(at, _)| {
        let start = at + SERVICE.len();
        let (account, resource) = text.get(start..)?.split_once(':')?;
        let is_account = account.len() <= 64 && !account.contains(['"', ' ', '/']);
        // Elsewhere in the text, `*` may stand for something else.
        let is_role = resource.starts_with("role");
        (is_account && is_role && is_of_connectors(resource))
            .then(|| NamedRole { account: Some(start..start + account.len()), resource })
    });
    found.collect()
}

/// The connector role that an ARN names; the outer `None` if the text is not an ARN. IAM treats missing parts at the
/// end as `*`.
pub(super) fn role_of(text: &str) -> Option<Option<NamedRole<'_>>> {
    if !text.starts_with("arn:") || text.contains(['"', ' ', '\n']) {
        return None;
    }
    let mut start = 0;
    let mut fields = text.splitn(6, ':').map(|field| {
        let range = start..start + field.len();
        start = range.end + 1;
        (Some(range), field)
    });
    let mut next = || fields.next().unwrap_or((None, "*"));
    let (_, _, service, region, account, resource) = (next(), next(), next(), next(), next(), next());
    let is = |pattern: &str, field: &str| pattern == field || pattern.starts_with(['*', GAP]);
    let is_role = is(service.1, "iam") && is(region.1, "") && is_of_connectors(resource.1);
    Some(is_role.then_some(NamedRole { account: account.0, resource: resource.1 }))
}

/// Whether the resource of an ARN is below the connectors' path, or a pattern that may match it.
pub(super) fn is_of_connectors(resource: &str) -> bool {
    let written = resource.find(['*', '?', GAP]).and_then(|at| resource.get(..at));
    resource.starts_with(CONNECTORS) || written.is_some_and(|written| CONNECTORS.starts_with(written))
}
