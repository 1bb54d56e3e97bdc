//! The safelists of runtime connectors.

use symlint_core::tenants::{RuntimeCall, text_of};
use symlint_terraform::{Form, Makeup, Span, Value};

/// The argument of the runtime connector.
const ARGUMENT: &str = "account_id_safelist";

/// An account of a safelist.
pub(super) struct Account {
    /// Its id.
    pub id: String,
    /// Where it is written.
    pub span: Span,
}

/// The accounts of a safelist that are known, and whether these are all.
pub(super) fn accounts(list: &Value) -> (Vec<Account>, bool) {
    let Some(elements) = list.elements() else { return (Vec::new(), false) };
    let account = |element: &Value| {
        let id = text_of(element)?.trim().to_owned();
        Some(Account { id, span: element.origin.span })
    };
    let accounts: Vec<Account> = elements.iter().filter_map(account).collect();
    let is_complete = elements.iter().all(|element| element.as_unknown().is_none());
    (accounts, is_complete)
}

/// Where the list is written, or else the argument's expression.
pub(super) fn span(call: &RuntimeCall<'_>, list: &Value) -> Span {
    if matches!(list.origin.makeup, Makeup::Written(Form::Whole)) {
        return list.origin.span;
    }
    let argument = call.call.arguments.iter().find(|argument| argument.name.text.as_str() == ARGUMENT);
    argument.map_or(call.call.name.span, |argument| argument.value.span)
}
