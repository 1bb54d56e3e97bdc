//! See safelist-too-long.md.

use foldhash::HashSet;
use symlint_core::rule::Context;
use symlint_core::tenants::Place;

use super::safelist::{accounts, path, span};

/// Each account takes 39 characters of a policy that has 96 others, one account is the host's, and IAM allows 6,144.
const MOST: usize = 154;

pub(super) fn check(cx: &mut Context<'_>) {
    let mut seen = HashSet::default();
    for call in &cx.model.runtimes {
        for list in &call.safelists {
            let count = list.elements().map_or(0, <[_]>::len);
            let span = span(call, list);
            if count <= MOST || !seen.insert(span) {
                continue;
            }
            let (accounts, are_all) = accounts(cx.model, list);
            let distinct: HashSet<String> = accounts.into_iter().map(|it| it.id).collect();
            let has_room = are_all && distinct.len() <= MOST;
            let hint = if has_room { format!(" ({} different ones)", distinct.len()) } else { String::new() };
            let place = Place { span, tenant: None, path: Some(path(call)) };
            let message =
                format!("the safelist has {count} entries{hint}, but the policy of the runtime has room for {MOST}");
            let report = cx.report(place, message);
            if has_room {
                report.help(
                    "Remove the duplicates with `distinct(…)`. Until then, the apply fails, because the policy is \
                     longer than IAM allows.",
                );
            }
        }
    }
}
