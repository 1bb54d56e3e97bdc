//! The JSON Schemas of the JSON formats, generated from their types.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::diff::{self, Diff};
use crate::inspection::Inspection;
use crate::report::{self, Report};
use crate::rule::Catalogue;

/// The JSON Schema of a [`Report`]. The ids of `catalogue` are those that a finding can have.
pub fn report_schema(catalogue: &Catalogue) -> String {
    schema_of::<Report>("symlint report", report::VERSION, Some(("Finding", catalogue)))
}

/// The JSON Schema of a [`Diff`]. The ids of `catalogue` are those that a finding can have.
pub fn diff_schema(catalogue: &Catalogue) -> String {
    schema_of::<Diff>("symlint diff", diff::VERSION, Some(("ChangedFinding", catalogue)))
}

/// The JSON Schema of an [`Inspection`].
pub fn inspection_schema() -> String {
    schema_of::<Inspection>("symlint inspection", report::VERSION, None)
}

/// The JSON Schema (draft 2020-12) of `T`, indented, with a newline at the end. `rules` has the name of the definition
/// with a property `rule`, and the allowed rules.
#[allow(clippy::expect_used, reason = "a schema is plain data")]
fn schema_of<T: JsonSchema>(title: &str, version: u32, rules: Option<(&str, &Catalogue)>) -> String {
    // All properties are always written, so they are required, even if they may be null.
    let mut schema = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>();
    schema.insert("title".into(), json!(title));
    let mut constrain = |pointer: String, change: &dyn Fn(&mut Map<String, Value>)| {
        let property = schema.pointer_mut(&pointer).and_then(Value::as_object_mut);
        change(property.expect("the types have this property"));
    };
    if let Some((definition, catalogue)) = rules {
        constrain(format!("/$defs/{definition}/properties/rule"), &|rule| {
            rule.insert("enum".into(), catalogue.ids().collect());
        });
    }
    constrain("/properties/version".into(), &|number| {
        *number = number.remove_entry("description").into_iter().collect();
        number.insert("const".into(), json!(version));
    });
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is plain data");
    text.push('\n');
    text
}
