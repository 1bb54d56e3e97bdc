//! The JSON Schema of the comparison, made of the types that write it.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::wire::Diff;
use crate::rule::Catalogue;

/// The JSON Schema (draft 2020-12) of a [`Diff`], with the ids of `catalogue` as those that a finding can have. Indented,
/// with a newline at the end.
#[allow(clippy::expect_used, reason = "a schema is plain data")]
pub fn diff_schema(catalogue: &Catalogue) -> String {
    // What is always written is always required, null or not.
    let mut schema = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Diff>();
    schema.insert("title".into(), json!("symlint diff"));
    if let Some(rule) = schema.pointer_mut("/$defs/ChangedFinding/properties/rule").and_then(Value::as_object_mut) {
        rule.insert("enum".into(), catalogue.ids().collect());
    }
    if let Some(version) = schema.pointer_mut("/properties/version").and_then(Value::as_object_mut) {
        *version = version.remove_entry("description").into_iter().collect();
        version.insert("const".into(), json!(super::VERSION));
    }
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is plain data");
    text.push('\n');
    text
}
