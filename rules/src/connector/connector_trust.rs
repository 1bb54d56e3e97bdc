//! See connector-trust.md.

use std::borrow::Cow;

use foldhash::HashSet;
use symlint_core::facts::SYM_ACCOUNT;
use symlint_core::rule::Context;
use symlint_core::tenants::format::is_account_id;
use symlint_core::tenants::{ConnectorCall, FieldKind, Model, Place, Tenant, text_of};
use symlint_terraform::{Str, Value};

pub(super) fn check(cx: &mut Context<'_>) {
    let (mut seen, mut checked) = (HashSet::default(), HashSet::default());
    for connector in &cx.model.connectors {
        for instance in &connector.instances {
            let Some(list) = &instance.runtime_role_arns else { continue };
            for (trusted, text) in principals(list) {
                // Most connectors have the same trust policy.
                if !checked.insert((trusted.origin.span, text.clone())) {
                    continue;
                }
                let problem =
                    problem(&text).or_else(|| of_customer(cx, &text)).or_else(|| of_account_without_runtime(cx, &text));
                let Some(problem) = problem.filter(|_| seen.insert(trusted.origin.span)) else { continue };
                let span = trusted.origin.locate(problem.start..problem.start + problem.len, cx.sources());
                // Anything but the ARN of one role or account cannot be checked.
                let kind = if is_account_id(&text) { FieldKind::SsoAccountId } else { FieldKind::RoleArn };
                let shown = cx.model.quotable(&text, trusted, kind).trim().to_owned();
                let is_of_sym = problem.what == OF_SYM;
                let role = roles(cx.model, connector, trusted, &text);
                let message = match is_of_sym {
                    true => format!("`{shown}` {OF_SYM}"),
                    false => format!("`{shown}` {} {role}", problem.what),
                };
                let path = Some(format!("module.{}.runtime_role_arns", connector.call.name.text));
                let report = cx.report(Place { span, tenant: None, path }, message).cause(text.as_str());
                if is_of_sym {
                    report.help(format!(
                        "Use the ARN of your runtime role. If no other entry names it, it cannot assume {role}, and \
                         every request fails."
                    ));
                }
            }
        }
    }
    for trust in &cx.model.trusts {
        for (trusted, text) in trust.principals.iter().flat_map(principals).filter(|(_, text)| text.as_str() == "*") {
            let span = trusted.origin.locate(0..1, cx.sources());
            if seen.insert(span) {
                let path = Some(format!("{}.{}", trust.resource.kind.text, trust.resource.name.text));
                let message = "`*` trusts every AWS account, so anyone can use the role".to_owned();
                cx.report(Place { span, tenant: None, path }, message).cause(text.as_str());
            }
        }
    }
}

/// The problem of a role in an account without a runtime, if the names of the other trusted roles show where the
/// runtimes are.
fn of_account_without_runtime(cx: &Context<'_>, raw: &str) -> Option<TrustProblem> {
    const RUNTIME: &str = "symruntime";
    let text = raw.trim();
    let is_runtime =
        |arn: &str| arn.rsplit('/').next().is_some_and(|name| name.to_ascii_lowercase().starts_with(RUNTIME));
    let account = account_of(text).filter(|account| !cx.config.host_accounts.iter().any(|host| host == account))?;
    let lists = cx.set_up.models().iter().flat_map(|model| &model.connectors).flat_map(ConnectorCall::trusted);
    let (mut is_here, mut is_elsewhere) = (is_runtime(text), false);
    for (_, other) in lists.flat_map(|(_, list)| principals(list)).filter(|(_, other)| is_runtime(other.trim())) {
        let is_same = account_of(other.trim()) == Some(account);
        is_here |= is_same;
        is_elsewhere |= !is_same;
    }
    (is_elsewhere && !is_here).then(|| TrustProblem {
        what: "is in an account without a runtime, and can use".into(),
        start: raw.len() - raw.trim_start().len() + text.find(account).unwrap_or_default(),
        len: account.len(),
    })
}

/// Names the roles that trust `principal` by the environments of their connectors, because one list may apply to
/// several customers.
fn roles(model: &Model<'_>, connector: &ConnectorCall<'_>, principal: &Value, text: &Str) -> String {
    let is_it = |(other, name): &(&Value, Str)| other.origin.span == principal.origin.span && name == text;
    let trust_it = connector
        .instances
        .iter()
        .filter(|it| it.runtime_role_arns.as_ref().is_some_and(|list| principals(list).iter().any(is_it)));
    let environment = |value: &Value| Some(format!("`{}`", model.quotable(&text_of(value)?, value, FieldKind::Key)));
    let names: Vec<String> = trust_it.filter_map(|it| environment(it.environment.as_ref()?)).collect();
    match names.as_slice() {
        [] => "the connector role".to_owned(),
        [only] => format!("the connector role of {only}"),
        [first, second] => format!("the connector roles of {first} and {second}"),
        [first, .., _] => format!("the connector roles of {first} and {} others", names.len() - 1),
    }
}

/// The known principals that a list, a set, or a single value trusts or may trust.
fn principals(trusted: &Value) -> Vec<(&Value, Str)> {
    let parts = trusted.elements().unwrap_or(trusted.candidates());
    let own = text_of(trusted).map(|text| (trusted, text));
    own.into_iter().chain(parts.iter().flat_map(principals)).collect()
}

/// The problem of a role in the SSO account of a customer, if it is the role of the customer's connector, or if other
/// connectors trust another account. Our own organization may have the runtime and its Identity Center in one account.
fn of_customer(cx: &Context<'_>, raw: &str) -> Option<TrustProblem> {
    let text = raw.trim();
    let account = account_of(text).filter(|account| cx.set_up.is_account_of_tenant(account))?;
    if cx.config.host_accounts.contains(account) {
        return None;
    }
    let models = || cx.set_up.models().iter();
    let mut roles =
        models().flat_map(|model| model.tenants.iter()).filter_map(|tenant| tenant.connector.role_arn.raw());
    let lists = models().flat_map(|model| &model.connectors).flat_map(ConnectorCall::trusted);
    let mut trusted = lists.flat_map(|(_, list)| principals(list));
    let is_connector = roles.any(|role| role.trim() == text);
    let mut is_elsewhere = || trusted.any(|(_, other)| account_of(other.trim()).is_some_and(|other| other != account));
    let has_it = |tenant: &&Tenant| {
        [tenant.sso_account(), tenant.role_account()].iter().flatten().any(|own| own.text() == account)
    };
    let whose = match models().flat_map(|model| &model.tenants).find(has_it) {
        Some(owner) => cx.of_tenant(owner, "SSO account"),
        None => "a tenant's SSO account".to_owned(),
    };
    (is_connector || is_elsewhere()).then(|| TrustProblem {
        what: format!("is in {whose}, and can use").into(),
        start: raw.len() - raw.trim_start().len() + text.find(account).unwrap_or_default(),
        len: account.len(),
    })
}

/// The account in an ARN.
fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| is_account_id(account))
}

struct TrustProblem {
    /// What is wrong, to follow the text in a message.
    what: Cow<'static, str>,
    /// The part of the text that is wrong, in bytes.
    start: usize,
    len: usize,
}

/// The problem of a principal in Sym's account.
const OF_SYM: &str = "is in Sym's account, which does not contain your runtime role";

fn problem(raw: &str) -> Option<TrustProblem> {
    let text = raw.trim();
    let blank = raw.len() - raw.trim_start().len();
    let at = |start: usize, len: usize, what: &'static str| {
        Some(TrustProblem { what: what.into(), start: blank + start, len })
    };
    if let Some(star) = text.find('*') {
        return at(
            star,
            1,
            if text == "*" {
                "trusts every AWS account, so anyone can use"
            } else {
                "matches more than one role, and each of them can use"
            },
        );
    }
    let everyone = "trusts the whole account, so anyone there with `sts:AssumeRole` can use";
    if is_account_id(text) {
        return at(0, text.len(), everyone);
    }
    let mut parts = text.splitn(6, ':');
    let account = parts.nth(4)?;
    let resource = parts.next()?;
    if account == SYM_ACCOUNT {
        return at(text.find(account)?, account.len(), OF_SYM);
    }
    let start = text.len() - resource.len();
    match resource {
        "root" => at(start, resource.len(), everyone),
        _ if resource.starts_with("user/") => at(start, resource.len(), "is a user and not a role, and can use"),
        _ => None,
    }
}
