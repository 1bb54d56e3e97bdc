//! See shared-sso-account.md.

use foldhash::HashSet;
use symlint_core::config::{TenantGroup, common_name};
use symlint_core::report::count;
use symlint_core::rule::Context;
use symlint_core::spelling::listed;
use symlint_core::tenants::{Tenant, TenantId, environment_of};
use symlint_terraform::SortedSet;

/// How many tenants the message names.
const NAMED: usize = 4;

pub(super) fn check(cx: &mut Context<'_>) {
    for ids in cx.set_up.shared_accounts(cx.model.run) {
        // What the configuration says of a key is the same for all root modules that have it, so it is asked once.
        let alike = with_common_keys(cx, ids);
        if alike.first().copied() != Some(ids.as_slice()) {
            continue;
        }
        let all: Vec<&Tenant> = alike.iter().flat_map(|ids| ids.iter()).map(|&id| cx.tenant(id)).collect();
        let alike: Vec<&Tenant> = alike.iter().skip(1).filter_map(|it| it.get(1)).map(|&id| cx.tenant(id)).collect();
        let members: Vec<&Tenant> = ids.iter().map(|&id| cx.tenant(id)).collect();
        let [first, second, others @ ..] = members.as_slice() else { continue };
        let Some(account) = second.sso_account() else { continue };
        let what = match second.connector.region.is_unseen() {
            true => format!("{} and its instance", account.text()),
            false => format!("{}, its instance, and its region", account.text()),
        };
        let mut message =
            format!("{} share SSO account {what}, and nothing declares that they belong together", names(cx, &members));
        let others_alike: Vec<&str> = alike.iter().filter_map(|it| Some(it.sso_account()?.text())).collect();
        if !alike.is_empty() {
            let more = if alike.len() > NAMED { ", …" } else { "" };
            let named = others_alike.get(..NAMED).unwrap_or(&others_alike).join(", ");
            message += &format!(" (likewise in {}: {named}{more})", count(alike.len(), "other account"));
        }
        let name = name(cx, &all);
        let customer = advice("customer", &cx.config.customers, &all, &name);
        let organization = advice("organization", &cx.config.organizations, &all, &name);
        let help = format!(
            "If one of the entries was copied, replace its values: engineers who are approved for one customer would \
             act in the other's organization. If they are one customer, {customer}\n\nIf they are several customers in \
             one AWS organization, {organization}"
        );
        let mut report = cx
            .report(account.piece, message)
            .group(ids)
            .label("the same account")
            .help(help)
            .related(&first.sso_account_id, format!("also written for `{}`", first.name()));
        for other in alike.iter().take(NAMED) {
            report = report.related(&other.sso_account_id, "shared by entries of the same names");
        }
        for other in others {
            report = report.related(&other.sso_account_id, format!("also written for `{}`", other.name()));
        }
    }
}

/// The groups of all runs that have a key of `ids`, or one of another such group.
fn with_common_keys<'a>(cx: &Context<'a>, ids: &'a [TenantId]) -> Vec<&'a [TenantId]> {
    let all = cx.set_up.all_shared_accounts();
    let keys = |ids: &'a [TenantId]| ids.iter().map(|&id| cx.tenant(id).name());
    let mut known: HashSet<&str> = keys(ids).collect();
    loop {
        let count = known.len();
        let alike = all.iter().map(Vec::as_slice).filter(|other| keys(other).any(|key| known.contains(key)));
        let alike: Vec<&[TenantId]> = alike.collect();
        known.extend(alike.iter().flat_map(|other| keys(other)));
        if known.len() == count {
            return alike;
        }
    }
}

/// The help if all of `members` belong together, with the block to add. Tenants that are already in a group stay in it.
pub(crate) fn advice(kind: &str, groups: &[TenantGroup], members: &[&Tenant], name: &str) -> String {
    let is_member = |key: &String| members.iter().any(|tenant| tenant.name() == key);
    let there: Vec<&TenantGroup> = groups.iter().filter(|group| group.tenants.iter().any(is_member)).collect();
    let mut keys: Vec<&str> = Vec::new();
    let present = there.iter().flat_map(|group| &group.tenants).map(String::as_str);
    for key in present.chain(members.iter().map(|tenant| tenant.name())) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let keys: Vec<String> = keys.iter().map(|key| format!("{key:?}")).collect();
    let keys = keys.join(", ");
    let block = |name: &str| format!(":\n\n    {kind} {name:?} {{ tenants = [{keys}] }}");
    match there.as_slice() {
        [] => format!("add this to .symlint.hcl{}", block(name)),
        [one] => format!("extend the block in .symlint.hcl to this{}", block(&one.name)),
        [one, others @ ..] => {
            let others: Vec<String> = others.iter().map(|other| format!("`{}`", other.name)).collect();
            format!("merge `{}` and {} in .symlint.hcl into this{}", one.name, others.join(", "), block(&one.name))
        }
    }
}

/// A name for the group: what the tenants' keys start with, or what their shared role is named after.
fn name(cx: &Context<'_>, members: &[&Tenant]) -> String {
    let keys: Vec<&str> = members.iter().map(|tenant| tenant.name()).collect();
    let mut environments =
        members.iter().map(|tenant| environment_of(tenant.role()?.name.text(), &cx.config.role_name));
    let role = environments.next().flatten().filter(|first| environments.all(|it| it == Some(*first)));
    let role = role.map(str::to_ascii_lowercase);
    let unique: SortedSet<&str> = keys.iter().copied().collect();
    let unique: Vec<&str> = unique.into_iter().collect();
    common_name(&keys).map(str::to_owned).or(role).unwrap_or_else(|| unique.join("-"))
}

fn names(cx: &Context<'_>, members: &[&Tenant]) -> String {
    let mut named: Vec<String> = members.iter().take(NAMED).map(|tenant| cx.called(tenant)).collect();
    let more = members.len().saturating_sub(named.len());
    named.extend((more > 0).then(|| count(more, "more tenant")));
    listed(&named)
}
