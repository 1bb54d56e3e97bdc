//! The accounts to which conditions limit the roles that may be assumed.

use symlint_terraform::syntax::{Block, Expr};
use symlint_terraform::{Str, Value};

/// The accounts to which a condition limits the roles that may be assumed. A condition on the caller, such as
/// `sts:ExternalId`, does not limit them.
pub(super) enum Limit {
    Accounts(Vec<Value>),
    /// Organizations, whose accounts are not known, or an unknown value.
    Unclear(Value),
}

/// The limits in the `condition` blocks of a statement.
pub(super) fn limits_of_block(statement: &Block, of: &dyn Fn(&Expr) -> Value) -> Vec<Limit> {
    let mut limits = Vec::new();
    for block in &statement.body.blocks {
        let value = |name: &str| Some(of(&block.body.attribute(name)?.value));
        match block.kind.text.as_str() {
            "condition" => {
                if let (Some(test), Some(key), Some(values)) = (value("test"), value("variable"), value("values")) {
                    let texts = test.as_str().zip(key.as_str());
                    limits.extend(match texts {
                        Some((test, key)) => limit(test, key, &values),
                        None => Some(Limit::Unclear(Value::unknown("its condition is not known", block.span))),
                    });
                }
            }
            "dynamic" if block.labels.iter().any(|label| label.text.as_str() == "condition") => {
                limits.push(Limit::Unclear(Value::unknown("its conditions are not known", block.span)));
            }
            _ => {}
        }
    }
    limits
}

/// The limits in the `Condition` of a statement.
pub(super) fn limits_in(conditions: &Value) -> Vec<Limit> {
    if conditions.as_unknown().is_some() {
        return vec![Limit::Unclear(conditions.clone())];
    }
    let mut limits = Vec::new();
    for test in conditions.entries().unwrap_or_default() {
        let keys = conditions.child(test);
        for key in keys.entries().unwrap_or_default() {
            limits.extend(limit(&test.key, &key.key, &keys.child(key)));
        }
    }
    limits
}

/// The limit that a condition sets, if it limits the accounts.
fn limit(test: &str, key: &str, values: &Value) -> Option<Limit> {
    let test = test.rsplit(':').next().unwrap_or(test).to_ascii_lowercase();
    let test = test.strip_suffix("ifexists").unwrap_or(&test);
    if !matches!(test, "stringequals" | "stringequalsignorecase" | "stringlike") {
        return None;
    }
    let values = match values.as_str() {
        Some(_) => vec![values.clone()],
        None if values.as_unknown().is_some() => vec![values.clone()],
        None => (0..values.elements().map_or(0, <[Value]>::len)).filter_map(|at| values.at(at)).collect(),
    };
    match key.to_ascii_lowercase().as_str() {
        "aws:resourceaccount" => Some(Limit::Accounts(values)),
        "aws:resourceorgid" | "aws:resourceorgpaths" => {
            // `o-*` is every organization.
            let is_any = |value: &Value| value.as_str().is_some_and(|it| it.trim_start_matches("o-").starts_with('*'));
            let span = values.first()?.origin.span;
            let reason = "a condition limits it to organizations, whose accounts are not known";
            (!values.iter().any(is_any)).then(|| Limit::Unclear(Value::unknown(reason, span)))
        }
        _ => None,
    }
}

/// Whether a condition with this key admits only some callers.
pub(super) fn limits_callers(key: &Str) -> bool {
    let key = key.to_ascii_lowercase();
    key.starts_with("aws:principal") || key.starts_with("aws:source")
}
