//! Runs every example of every rule page.
//!
//! A `bad` example yields exactly the findings that its comments mark, a `good` one none at all, from any rule, and a
//! `fixed` one is what fixes make of the bad one before it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may panic: that is how it fails"
)]

use std::collections::BTreeMap;
use std::fmt::Write;

use symlint_core::check::check;
use symlint_core::config::{self, Config};
use symlint_core::fix::fix;
use symlint_core::policy::{META, Policy, SYNTAX_ERROR};
use symlint_core::rule::{Example, ExampleKind, Level, Mark};
use symlint_rules::catalogue;
use symlint_terraform::{LoadOptions, Project};

type Files = BTreeMap<String, Vec<u8>>;

fn files(example: &Example) -> Files {
    example.files.iter().map(|file| (file.name.clone(), file.text.clone().into_bytes())).collect()
}

/// The files as symlint would read them in a folder, or alone if there is only a values file.
fn load(mut files: Files) -> (Project, Config) {
    let config = files.remove(".symlint.hcl");
    let is_module = files.keys().any(|name| name.ends_with(".tf") || name.ends_with(".tf.json"));
    let project = match files.first_key_value() {
        Some((name, bytes)) if !is_module => Project::from_values(name, bytes.clone()).unwrap(),
        _ => Project::load(files.clone(), ".", &LoadOptions::default()).unwrap(),
    };
    let config = config.map_or_else(Config::default, |bytes| {
        let file = project.sources().add(".symlint.hcl", bytes).unwrap();
        config::read(project.sources(), file, catalogue()).unwrap()
    });
    (project, config)
}

fn policy(rule: &str) -> Policy {
    let mut policy = Policy::default();
    // A rule that is off by default is on for the examples of its own page.
    if catalogue().get(rule).unwrap().page.level == Level::Off {
        policy.levels.insert(rule.to_owned(), Level::Warning);
    }
    policy
}

fn findings(example: &Example, rule: &str) -> Vec<(String, Mark)> {
    let (project, config) = load(files(example));
    let outcome = check(&project, &config, &policy(rule), catalogue());
    let sources = project.sources();
    let mut findings: Vec<_> = outcome
        .findings
        .iter()
        .filter(|finding| finding.counts())
        .map(|finding| {
            let source = sources.get(finding.span.file);
            let text = source.slice(finding.span).lines().next().unwrap_or_default().trim_end();
            let line = source.position(finding.span.start).line;
            (source.name().to_owned(), Mark { line, rule: finding.rule.to_owned(), text: text.to_owned() })
        })
        .collect();
    findings.sort();
    findings
}

fn expected(example: &Example) -> Vec<(String, Mark)> {
    if example.kind != ExampleKind::Bad {
        return Vec::new();
    }
    let marks = |file: &symlint_core::rule::ExampleFile| {
        file.marks().into_iter().map(|mark| (file.name.clone(), mark)).collect::<Vec<_>>()
    };
    let mut expected: Vec<_> = example.files.iter().flat_map(marks).collect();
    expected.sort();
    expected
}

#[test]
fn every_example_yields_what_it_marks() {
    let mut failures = String::new();
    for entry in catalogue().iter() {
        let rule = entry.rule.id;
        for example in entry.page.examples().unwrap().iter().filter(|example| example.kind != ExampleKind::Fixed) {
            let (expected, found) = (expected(example), findings(example, rule));
            let what = format!("{}/{rule}.md:{}", entry.group, example.line);
            if example.kind == ExampleKind::Bad && !expected.iter().any(|(_, mark)| mark.rule == rule) {
                writeln!(failures, "{what}: the bad example marks nothing of its own rule").unwrap();
            }
            if expected != found {
                writeln!(failures, "{what}:\n  expected {expected:#?}\n  found    {found:#?}").unwrap();
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Without the comments that mark findings: a fixed example has none.
fn unmarked(text: &str) -> String {
    let is_mark = |comment: &str| comment.split_once(": ").is_some_and(|(id, _)| catalogue().get(id).is_some());
    let unmarked = |line: &str| match line.rsplit_once("# ") {
        Some((code, comment)) if is_mark(comment) => {
            if code.trim().is_empty() {
                String::new()
            } else {
                code.trim_end().to_owned() + "\n"
            }
        }
        _ => line.to_owned() + "\n",
    };
    text.lines().map(unmarked).collect()
}

#[test]
fn every_finding_says_what_tells_it_from_others() {
    let mut failures = String::new();
    for entry in catalogue().iter().filter(|entry| entry.group != META) {
        for example in entry.page.examples().unwrap().iter().filter(|example| example.kind == ExampleKind::Bad) {
            let (project, config) = load(files(example));
            let outcome = check(&project, &config, &policy(entry.rule.id), catalogue());
            // What cannot be suppressed is never taken for another one.
            let findings = outcome.findings.iter().filter(|it| it.rule == entry.rule.id && it.rule != SYNTAX_ERROR);
            for finding in findings {
                let is_told = finding.path.is_some() || finding.tenant.is_some() || finding.cause.is_some();
                if !is_told && finding.tenants.is_empty() {
                    writeln!(failures, "{}: `{}`", finding.rule, finding.message).unwrap();
                }
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn fixes_make_of_a_bad_example_what_the_page_shows() {
    for entry in catalogue().iter() {
        let rule = entry.rule.id;
        for pair in entry.page.examples().unwrap().windows(2) {
            let [bad, fixed] = pair else { unreachable!() };
            if fixed.kind != ExampleKind::Fixed {
                continue;
            }
            assert_eq!(bad.kind, ExampleKind::Bad, "{rule}: line {}", fixed.line);
            let mut files = files(bad);
            for round in 0.. {
                assert!(round < 10, "{rule}: fixing has no end");
                let (project, config) = load(files.clone());
                let done = fix(&[check(&project, &config, &policy(rule), catalogue())], true, &str::to_owned);
                if done.files.is_empty() {
                    break;
                }
                files.extend(done.files.into_iter().map(|(name, text)| (name, text.into_bytes())));
            }
            for file in &fixed.files {
                let text = String::from_utf8(files[&file.name].clone()).unwrap();
                assert_eq!(unmarked(&text), file.text, "{rule}: line {}", fixed.line);
            }
        }
    }
}

#[test]
fn every_page_has_examples_of_both_kinds() {
    for entry in catalogue().iter() {
        let count = |kind| entry.page.examples().unwrap().iter().filter(|example| example.kind == kind).count();
        let enough = count(ExampleKind::Bad) >= 2 && count(ExampleKind::Good) >= 2;
        assert!(enough, "{} needs at least two bad and two good examples", entry.rule.id);
    }
}

#[test]
fn every_file_of_a_group_is_in_its_list() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/src");
    let mut files: Vec<String> = Vec::new();
    for group in std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for page in std::fs::read_dir(&group).unwrap().map(|entry| entry.unwrap().path()) {
            if page.extension().is_some_and(|extension| extension == "md") {
                let (group, id) = (group.file_name().unwrap(), page.file_stem().unwrap());
                files.push(format!("{}/{}", group.to_string_lossy(), id.to_string_lossy()));
            }
        }
    }
    let mut listed: Vec<String> =
        catalogue().iter().map(|entry| format!("{}/{}", entry.group, entry.rule.id)).collect();
    files.sort();
    listed.sort();
    assert_eq!(files, listed);
}
