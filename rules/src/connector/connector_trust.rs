//! See connector-trust.md.

use foldhash::HashSet;
use symlint_core::facts::SYM_ACCOUNT;
use symlint_core::rule::Context;
use symlint_core::tenants::format::is_account_id;
use symlint_core::tenants::{FieldKind, Place, text_of};
use symlint_terraform::{Kind, Str, Value};

pub(super) fn check(cx: &mut Context<'_>) {
    let mut seen = HashSet::default();
    let calls = cx.model.connectors.iter().flat_map(|it| it.instances.iter().map(move |instance| (it.call, instance)));
    for (call, list) in calls.filter_map(|(call, instance)| Some((call, instance.runtime_role_arns.as_ref()?))) {
        for (trusted, text) in principals(list) {
            let Some(problem) = problem(&text).filter(|_| seen.insert(trusted.origin.span)) else { continue };
            let span = trusted.origin.locate(problem.start..problem.start + problem.len, cx.sources());
            // What is not the ARN of one role or account may be anything.
            let kind = if is_account_id(&text) { FieldKind::SsoAccountId } else { FieldKind::RoleArn };
            let shown = cx.model.quotable(&text, trusted, kind);
            let message = problem.message.replace(&format!("`{}`", text.trim()), &format!("`{}`", shown.trim()));
            let path = Some(format!("module.{}.runtime_role_arns", call.name.text));
            cx.report(Place { span, tenant: None, path }, message).cause(text.as_str());
        }
    }
}

/// The principals that a list, a set, or a single value trusts, as far as they are known.
fn principals(trusted: &Value) -> Vec<(&Value, Str)> {
    let all = match &trusted.kind {
        Kind::String(_) | Kind::Number(_) => std::slice::from_ref(trusted),
        _ => trusted.elements().unwrap_or_default(),
    };
    all.iter().filter_map(|value| Some((value, text_of(value)?))).collect()
}

struct Problem {
    message: String,
    /// The bytes of the text that are wrong.
    start: usize,
    len: usize,
}

fn problem(raw: &str) -> Option<Problem> {
    let text = raw.trim();
    let blank = raw.len() - raw.trim_start().len();
    let at = |start: usize, len: usize, message: String| Some(Problem { message, start: blank + start, len });
    if let Some(star) = text.find('*') {
        let message = match text {
            "*" => "`*` allows every AWS account to assume the connector role; trust only your runtime role".to_owned(),
            _ => format!("`{text}` trusts more than one role; trust only your runtime role"),
        };
        return at(star, 1, message);
    }
    if is_account_id(text) {
        let message = format!(
            "`{text}` trusts everyone in the account who is allowed to assume roles; trust only your runtime role"
        );
        return at(0, text.len(), message);
    }
    let mut parts = text.splitn(6, ':');
    let account = parts.nth(4)?;
    let resource = parts.next()?;
    if account == SYM_ACCOUNT {
        let message = format!(
            "`{text}` is in Sym's account; trust your own runtime role, which is an output of the runtime connector"
        );
        return at(text.find(account)?, account.len(), message);
    }
    if resource == "root" {
        let message = format!(
            "`{text}` trusts everyone in the account who is allowed to assume roles; trust only your runtime role"
        );
        return at(text.len() - resource.len(), resource.len(), message);
    }
    None
}
