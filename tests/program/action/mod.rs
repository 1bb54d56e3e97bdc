//! The script of the GitHub Action, on a simulated runner.
#![cfg(unix)]

mod base;
mod hostile;
mod pull_request;
mod release;
mod runner;

use crate::support::{VARIABLE, bad, folder, good, root};
use runner::{Runner, serve};

#[test]
fn one_run_writes_all_reports() {
    let workspace = folder(&[(".git/HEAD", ""), ("envs/main.tf", VARIABLE), ("envs/terraform.tfvars", &bad())]);
    let step = Runner::new(workspace.path()).set("INPUT_PATH", "envs/terraform.tfvars").run();
    assert_eq!(step.code, 0, "the last step fails, after the upload: {}", step.log);
    assert_eq!((step.output("findings"), step.output("code")), (Some("1"), Some("1")));
    assert_eq!(step.log.matches("::error file=envs/terraform.tfvars,line=8,").count(), 1, "{}", step.log);
    assert!(step.log.contains("× tenant blue_harbour: `role_arn` is in account "), "{}", step.log);
    assert!(step.summary.starts_with("## ❌ symlint: 1 error\n"), "{}", step.summary);
    let report = step.output("sarif-file").unwrap();
    assert!(report.starts_with(step.temp.path().to_str().unwrap()), "{report}");
    let sarif: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 1);

    std::fs::write(workspace.path().join("envs/terraform.tfvars"), good()).unwrap();
    let step = Runner::new(workspace.path()).set("INPUT_PATH", "envs").set("INPUT_SUMMARY", "false").run();
    assert_eq!((step.code, step.output("findings"), step.output("code")), (0, Some("0"), Some("0")), "{}", step.log);
    assert_eq!(step.summary, "");
    assert!(!step.log.contains("::error"), "{}", step.log);
}

#[test]
fn nothing_to_check_fails_without_a_report() {
    let workspace = folder(&[(".git/HEAD", "")]);
    let step = Runner::new(workspace.path()).set("INPUT_UPLOAD_SARIF", "true").run();
    assert_eq!(step.outputs.into_iter().collect::<Vec<_>>(), [("code".into(), "2".into())], "{}", step.log);
    assert!(step.log.contains("\n::error title=symlint::nothing to check in `.`"), "{}", step.log);
}

#[test]
fn an_unchecked_part_is_never_published_as_a_pass() {
    let workspace = folder(&[(".git/HEAD", ""), ("main.tf", VARIABLE)]);
    let step = Runner::new(workspace.path()).set("INPUT_UPLOAD_SARIF", "true").run();
    assert_eq!(step.code, 0, "{}", step.log);
    assert_eq!(step.outputs.into_iter().collect::<Vec<_>>(), [("code".into(), "2".into())], "{}", step.log);
    assert!(step.log.contains("\n::error title=symlint::"), "{}", step.log);
    assert!(step.summary.starts_with("## ⛔ symlint: "), "{}", step.summary);
}

/// Two uploads with the same category would close each other's alerts.
#[test]
fn each_path_has_its_own_category() {
    let files = ["a/main.tf", "b/main.tf"].map(|name| (name, VARIABLE));
    let (a, b) = (good(), good());
    let values = [(".git/HEAD", ""), ("a/terraform.tfvars", a.as_str()), ("b/terraform.tfvars", b.as_str())];
    let workspace = folder(&[&files[..], &values[..]].concat());
    for (path, category) in [("a", "symlint:a"), ("./a/", "symlint:a"), ("b", "symlint:b"), (".", "symlint")] {
        let step = Runner::new(workspace.path()).set("INPUT_PATH", path).run();
        assert_eq!(step.output("category"), Some(category), "{path}: {}", step.log);
    }
}

#[test]
fn alerts_are_uploaded_only_where_code_scanning_is_available() {
    let workspace = folder(&[(".git/HEAD", ""), ("main.tf", VARIABLE), ("terraform.tfvars", &good())]);
    let disabled =
        r#"{"message":"Code Security must be enabled for this repository to use code scanning.","status":"403"}"#;
    let denied = r#"{"message": "Resource not accessible by integration"}"#;
    for (status, body, upload) in [
        (200, "[]", "true"),
        (404, r#"{"message":"no analysis found"}"#, "true"),
        (404, r#"{"message":"Not Found"}"#, "false"),
        (403, disabled, "false"),
        (403, denied, "false"),
        (503, "", "true"),
    ] {
        let api = serve(vec![("/repos/o/r/code-scanning/alerts?per_page=1", status, body.into())]);
        let runner =
            Runner::new(workspace.path()).set("INPUT_UPLOAD_SARIF", "true").set("GITHUB_API_URL", &api.address);
        let step = runner.set("GITHUB_REPOSITORY", "o/r").set("GH_TOKEN", "secret-token").run();
        assert_eq!(step.output("upload"), Some(upload), "{status} {body}: {}", step.log);
        assert_eq!(step.summary.contains("No alerts were uploaded"), upload == "false", "{}", step.summary);
        assert!(!step.log.contains("secret-token"));
        assert!(api.requests.lock().unwrap()[0].to_lowercase().contains("authorization: bearer secret-token"));
    }
    let step = Runner::new(workspace.path()).run();
    assert_eq!(step.output("upload"), Some("false"), "it was not asked for");
    assert!(!step.summary.contains("No alerts were uploaded"), "{}", step.summary);
}

/// The problem matcher for the `concise` format, which is for jobs that do not use the action.
#[test]
fn the_problem_matcher_finds_each_line() {
    let text = std::fs::read_to_string(root().join(".github/action/problem-matcher.json")).unwrap();
    let matcher: serde_json::Value = serde_json::from_str(&text).unwrap();
    let pattern = &matcher["problemMatcher"][0]["pattern"][0];
    let regex = regex::Regex::new(pattern["regexp"].as_str().unwrap()).unwrap();
    let run = crate::support::symlint(&["check", "--format", "concise", "examples/copy-paste"]);
    let found: Vec<_> = run.stdout.lines().filter_map(|line| regex.captures(line)).collect();
    let json = crate::support::symlint(&["check", "--format", "json", "examples/copy-paste"]).json();
    let findings = json["findings"].as_array().unwrap();
    assert_eq!(found.len(), findings.len());
    let group = |name: &str| usize::try_from(pattern[name].as_u64().unwrap()).unwrap();
    for (found, finding) in found.iter().zip(findings) {
        let start = &finding["location"]["start"];
        for (name, expected) in [
            ("file", finding["location"]["file"].as_str().unwrap().to_owned()),
            ("line", start["line"].to_string()),
            ("column", start["column"].to_string()),
            ("severity", finding["level"].as_str().unwrap().to_owned()),
            ("code", finding["rule"].as_str().unwrap().to_owned()),
            ("message", finding["message"].as_str().unwrap().to_owned()),
        ] {
            assert_eq!(&found[group(name)], expected, "{name}");
        }
    }
}
