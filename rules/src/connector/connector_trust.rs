//! See connector-trust.md.

use foldhash::HashSet;
use symlint_core::facts::SYM_ACCOUNT;
use symlint_core::rule::Context;
use symlint_core::tenants::format::is_account_id;
use symlint_core::tenants::{FieldKind, Place, text_of};
use symlint_terraform::{Kind, Str, Value};

pub(super) fn check(cx: &mut Context<'_>) {
    let mut seen = HashSet::default();
    for connector in &cx.model.connectors {
        for instance in &connector.instances {
            let Some(list) = &instance.runtime_role_arns else { continue };
            // Instances with one list are several customers.
            let environment = instance.environment.as_ref().filter(|_| connector.instances.len() == 1);
            let environment = environment
                .and_then(|value| Some(cx.model.quotable(&text_of(value)?, value, FieldKind::Key).to_owned()));
            let role =
                environment.map_or("the connector role".to_owned(), |it| format!("the connector role of `{it}`"));
            for (trusted, text) in principals(list) {
                let Some(problem) = problem(&text).filter(|_| seen.insert(trusted.origin.span)) else { continue };
                let span = trusted.origin.locate(problem.start..problem.start + problem.len, cx.sources());
                // What is not the ARN of one role or account may be anything.
                let kind = if is_account_id(&text) { FieldKind::SsoAccountId } else { FieldKind::RoleArn };
                let shown = cx.model.quotable(&text, trusted, kind).trim().to_owned();
                let is_of_sym = problem.what == OF_SYM;
                let message = match is_of_sym {
                    true => format!("`{shown}` {OF_SYM}"),
                    false => format!("`{shown}` {} {role}", problem.what),
                };
                let path = Some(format!("module.{}.runtime_role_arns", connector.call.name.text));
                let report = cx.report(Place { span, tenant: None, path }, message).cause(text.as_str());
                if is_of_sym {
                    report.help(format!(
                        "If no other entry names your runtime role, it cannot assume {role}, and every request fails. Use \
                         the ARN of your runtime role."
                    ));
                }
            }
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
    /// What it is, as it follows the text.
    what: &'static str,
    /// The bytes of the text that are wrong.
    start: usize,
    len: usize,
}

/// What is wrong with a principal in Sym's account.
const OF_SYM: &str = "is in Sym's account, which does not contain your runtime role";

fn problem(raw: &str) -> Option<Problem> {
    let text = raw.trim();
    let blank = raw.len() - raw.trim_start().len();
    let at = |start: usize, len: usize, what| Some(Problem { what, start: blank + start, len });
    if let Some(star) = text.find('*') {
        return at(star, 1, if text == "*" { "lets every AWS account use" } else { "lets more than one role use" });
    }
    let everyone = "lets everyone in the account who is allowed to assume roles use";
    if is_account_id(text) {
        return at(0, text.len(), everyone);
    }
    let mut parts = text.splitn(6, ':');
    let account = parts.nth(4)?;
    let resource = parts.next()?;
    if account == SYM_ACCOUNT {
        return at(text.find(account)?, account.len(), OF_SYM);
    }
    if resource == "root" { at(text.len() - resource.len(), resource.len(), everyone) } else { None }
}
