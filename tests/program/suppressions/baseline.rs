//! Baselines.

use super::{YAML, checked, suppressed, yaml_module};
use crate::support::{Symlint, VARIABLE, bad, folder, good};

#[test]
fn a_baseline_is_not_written_if_nothing_was_checked() {
    let dir = folder(&[("terraform.tfvars", &bad()), ("variables.tf", VARIABLE)]);
    let run = |arguments: &[&str]| Symlint::new(arguments).dir(dir.path()).run();
    assert_eq!(run(&["check", "--ignore", "not-checked", "--write-baseline", "known.json"]).code, 0);
    let known = std::fs::read_to_string(dir.path().join("known.json")).unwrap();
    std::fs::remove_file(dir.path().join("terraform.tfvars")).unwrap();
    let again = run(&["check", "--baseline", "known.json", "--write-baseline", "known.json"]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("the baseline was not written"), "{}", again.stderr);
    assert_eq!(std::fs::read_to_string(dir.path().join("known.json")).unwrap(), known);
}

#[test]
fn a_baseline_suppresses_all_but_new_findings() {
    let dir = folder(&[("terraform.tfvars", &bad())]);
    let run = |arguments: &[&str]| {
        let mut all = vec!["check", "--format", "json", "terraform.tfvars"];
        all.extend(arguments);
        Symlint::new(&all).dir(dir.path()).run()
    };
    let write = |text: &str| std::fs::write(dir.path().join("terraform.tfvars"), text).unwrap();
    assert_eq!(run(&["--baseline", "known.json"]).code, 2, "there is none yet");
    let written = run(&["--write-baseline", "known.json"]);
    assert_eq!((written.code, suppressed(&written)), (0, vec!["role-account-mismatch baseline".to_owned()]));
    assert_eq!(written.stderr, "wrote 1 finding to known.json\n");
    let baseline = std::fs::read_to_string(dir.path().join("known.json")).unwrap();
    assert!(baseline.contains("\"message\": \"`role_arn` is in account 280365914472"), "{baseline}");
    let known = run(&["--baseline", "known.json"]);
    assert_eq!((known.code, suppressed(&known)), (0, vec!["role-account-mismatch baseline".to_owned()]));

    // The accepted finding may move, and a new one is reported.
    write(&format!("# moved\n\n{}", bad().replace("us-east-1", "us-east-1a")));
    let new = run(&["--baseline", "known.json"]);
    assert_eq!(
        (new.code, suppressed(&new)),
        (1, vec!["region-invalid -".into(), "role-account-mismatch baseline".into()])
    );

    // An entry without a finding is reported, and removed when the baseline is written again.
    write(&good());
    let gone = run(&["--baseline", "known.json"]);
    assert_eq!((gone.code, suppressed(&gone)), (0, vec!["suppression-unused -".to_owned()]));
    let location = gone.json()["findings"][0]["location"].clone();
    let range =
        location["start"]["offset"].as_u64().unwrap() as usize..location["end"]["offset"].as_u64().unwrap() as usize;
    assert_eq!(location["file"], "known.json");
    assert!(baseline.contains(&format!("\"fingerprint\": \"{}\"", &baseline[range])), "{location}");
    let renewed = run(&["--baseline", "known.json", "--write-baseline", "known.json", "--fail-on", "warning"]);
    assert_eq!((renewed.code, suppressed(&renewed)), (0, vec![]), "{renewed:?}");
    assert_eq!(suppressed(&run(&["--baseline", "known.json"])), [""; 0]);

    // A finding that hides all others cannot be accepted.
    write("customer_tenants = {");
    assert_eq!(run(&["--write-baseline", "known.json"]).code, 1);
    std::fs::write(dir.path().join("known.json"), "{\"version\": 2}").unwrap();
    assert_eq!(run(&["--baseline", "known.json"]).code, 2);
    assert!(run(&["--baseline", "."]).stderr.contains("it is a folder"));
}

#[test]
fn an_entry_about_a_decoded_file_is_unused_without_its_finding() {
    let dir = yaml_module(&[("us-east-1", "us-east-1a")]);
    let written = checked(dir.path(), &["--write-baseline", "known.json"]);
    assert_eq!(suppressed(&written), ["region-invalid baseline"]);
    assert_eq!(suppressed(&checked(dir.path(), &["--baseline", "known.json"])), ["region-invalid baseline"]);
    std::fs::write(dir.path().join("customers.yaml"), YAML).unwrap();
    assert_eq!(suppressed(&checked(dir.path(), &["--baseline", "known.json"])), ["suppression-unused -"]);
    // The tenants are not known, so the finding may still exist.
    std::fs::write(dir.path().join("customers.yaml"), format!("%YAML 1.1\n---\n{YAML}")).unwrap();
    assert_eq!(suppressed(&checked(dir.path(), &["--baseline", "known.json"])), ["not-checked -"]);
}
