//! What each format says about the same findings, and the shape of the JSON.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    unreachable_pub,
    reason = "a test may panic: that is how it fails"
)]

mod support;

use serde_json::Value;
use support::{Symlint, holds, root, symlint};

/// Inputs that have a finding of each kind between them: with and without a tenant, a fix, related places in other
/// blocks and files, unknown values, syntax errors.
const INPUTS: [&str; 4] = [
    "examples/copy-paste",
    "examples/multi-tenant",
    "tests/fixtures/two-short-tenants.tfvars",
    "tests/fixtures/half-known",
];

fn schema() -> String {
    symlint_core::report::report_schema(symlint_rules::catalogue())
}

#[test]
fn the_schema_is_that_of_the_types() {
    holds("crates/symlint-core/report.schema.json", &schema());
}

#[test]
fn every_report_has_the_shape_of_the_schema() {
    let schema: Value = serde_json::from_str(&schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let broken = Symlint::new(&["check", "--format", "json", "-"]).stdin("customer_tenants = {\n  a = {").run();
    let reports = INPUTS.map(|input| symlint(&["check", "--format", "json", input]));
    for run in reports.iter().chain([&broken]) {
        let errors: Vec<String> = validator.iter_errors(&run.json()).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    // A validator that accepts everything would prove nothing.
    let mut wrong = reports[0].json();
    wrong["findings"][0]["rule"] = "no-such-rule".into();
    assert!(!validator.is_valid(&wrong));
    let mut wrong = reports[0].json();
    wrong["findings"][0].as_object_mut().unwrap().remove("suppressed");
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn each_format_is_as_recorded() {
    for input in INPUTS {
        let name = input.rsplit('/').next().unwrap().split('.').next().unwrap();
        for format in ["human", "concise", "json"] {
            let run = symlint(&["check", "--format", format, input]);
            insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(format!("{name}.{format}"), run.stdout);
            });
        }
    }
}

#[test]
fn every_location_of_a_report_is_the_text_that_it_names() {
    for input in INPUTS {
        let report = symlint(&["check", "--format", "json", input]).json();
        for finding in report["findings"].as_array().unwrap() {
            let related = finding["related"].as_array().unwrap().iter().map(|related| &related["location"]);
            for location in related.chain([&finding["location"]]) {
                let bytes = std::fs::read(root().join(location["file"].as_str().unwrap())).unwrap();
                let offset = |end: &str| usize::try_from(location[end]["offset"].as_u64().unwrap()).unwrap();
                let before = std::str::from_utf8(&bytes[..offset("start")]).unwrap();
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
                assert_eq!(location["start"]["line"], line, "{location}");
                assert_eq!(location["start"]["column"], column, "{location}");
                assert!(std::str::from_utf8(&bytes[offset("start")..offset("end")]).is_ok(), "{location}");
            }
        }
    }
}

#[test]
fn a_fingerprint_survives_a_block_that_moves_and_a_folder_that_is_entered() {
    let fingerprints = |run: &support::Run| {
        let report = run.json();
        let mut found: Vec<String> =
            report["findings"].as_array().unwrap().iter().map(|f| f["fingerprint"].to_string()).collect();
        found.sort();
        found
    };
    let path = "tests/fixtures/two-short-tenants.tfvars";
    let here = symlint(&["check", "--format", "json", path]);
    let below = Symlint::new(&["check", "--format", "json", "two-short-tenants.tfvars"])
        .dir(&root().join("tests/fixtures"))
        .run();
    assert_eq!(fingerprints(&here), fingerprints(&below));
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    let moved = Symlint::new(&["check", "--format", "json", "--stdin-filename", path, "-"])
        .stdin(format!("# moved\n\n\n{text}"))
        .run();
    assert_eq!(fingerprints(&here), fingerprints(&moved));
    let mut all = fingerprints(&here);
    all.dedup();
    assert_eq!(all.len(), here.json()["findings"].as_array().unwrap().len(), "two findings share a fingerprint");
}
