//! The JSON Schema of an inspection, made of the types that write it.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::wire::Inspection;

/// The JSON Schema (draft 2020-12) of an [`Inspection`]. Indented, with a newline at the end.
#[allow(clippy::expect_used, reason = "a schema is plain data")]
pub fn inspection_schema() -> String {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Inspection>();
    schema.insert("title".into(), json!("symlint inspection"));
    if let Some(version) = schema.pointer_mut("/properties/version").and_then(Value::as_object_mut) {
        *version = version.remove_entry("description").into_iter().collect();
        version.insert("const".into(), json!(crate::report::VERSION));
    }
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is plain data");
    text.push('\n');
    text
}
