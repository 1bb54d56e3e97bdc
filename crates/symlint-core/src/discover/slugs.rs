//! What flow instances are called.

use symlint_terraform::Value;

use crate::tenants::FlowInstance;

/// The words with which all `texts` start; empty if their first words differ.
pub(super) fn common_start<'t>(mut texts: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    let first = texts.next()?;
    let length = |other: &str| first.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let start = texts.map(length).min().and_then(|length| first.get(..length)).unwrap_or(first);
    Some(start.rfind(['-', '_', '/', '.', ' ']).and_then(|end| start.get(..end)).unwrap_or_default())
}

/// The slug and the key of an instance, as far as they are known. An ARN is not a name.
pub(super) fn slug_and_key(instance: &FlowInstance) -> (Option<&Value>, Option<&Value>) {
    let is_name = |value: &&Value| value.as_str().is_some_and(|text| !text.starts_with("arn:"));
    let key = instance.repetitions.first().map(|repetition| &repetition.key);
    (instance.slug().map(|argument| &argument.value).filter(is_name), key.filter(is_name))
}
