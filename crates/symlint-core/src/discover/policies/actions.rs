//! Which actions a statement is about.

use fast_glob::glob_match;
use symlint_terraform::{GAP, Value};

use super::roles::ROLE_PATH;

/// The action that allows one role to assume another.
pub(super) const ASSUME_ROLE: &str = "sts:AssumeRole";

/// Whether a text is a policy that names roles of connectors.
pub(in crate::discover) fn names_connectors(text: &str) -> bool {
    text.contains(ASSUME_ROLE) && text.contains(ROLE_PATH)
}

/// Whether [`ASSUME_ROLE`] is one of these actions, which may be patterns.
pub(super) fn allows(actions: &Value) -> bool {
    let is = |value: &Value| value.as_str().is_some_and(|pattern| is_pattern_of(&pattern.to_ascii_lowercase()));
    is(actions) || actions.elements().is_some_and(|elements| elements.iter().any(is))
}

/// The first action that is not known.
pub(super) fn unknown_in(actions: &Value) -> Option<Value> {
    let is_open =
        |value: &&Value| value.as_unknown().is_some() || value.as_str().is_some_and(|text| text.contains(GAP));
    std::iter::once(actions).chain(actions.elements().unwrap_or_default()).find(is_open).map(|open| {
        match open.as_str() {
            Some(_) => Value::unknown("a part of an action is not known", open.origin.span),
            None => open.clone(),
        }
    })
}

/// Whether these actions name [`ASSUME_ROLE`] or a pattern in its service.
pub(super) fn names_action(actions: &Value) -> bool {
    let is = |value: &Value| value.as_str().is_some_and(|action| action.to_ascii_lowercase().starts_with("sts:"));
    is(actions) || actions.elements().is_some_and(|elements| elements.iter().any(is))
}

/// Whether `pattern`, in lower case, matches [`ASSUME_ROLE`]: `*` stands for any characters, `?` for one.
fn is_pattern_of(pattern: &str) -> bool {
    // Other characters do not occur in IAM's actions.
    let is_of_action = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'*' | b'?');
    pattern.len() <= MOST && pattern.bytes().all(is_of_action) && glob_match(pattern, ASSUME_ROLE.to_ascii_lowercase())
}

/// Longer patterns of actions are not read.
const MOST: usize = 128;
