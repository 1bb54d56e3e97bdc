//! Runs every example on every rule page.
//!
//! A `bad` example has exactly the findings that its comments mark, a `good` one has no findings of any rule, and a
//! `fixed` one is the result of fixing the bad one in front of it.

use std::collections::BTreeMap;
use std::fmt::Write;

use symlint_core::check::check;
use symlint_core::fix::fix;
use symlint_core::rule::{Fixable, Rule};
use symlint_rules::catalogue;

use crate::examples::{Example, ExampleFile, ExampleKind, Mark, examples, load, policy};

fn findings(example: &Example, rule: &Rule) -> Vec<(String, Mark)> {
    let (project, config) = example.load();
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
    let marks = |file: &ExampleFile| file.marks().into_iter().map(|mark| (file.name.clone(), mark)).collect::<Vec<_>>();
    let mut expected: Vec<_> = example.files.iter().flat_map(marks).collect();
    expected.sort();
    expected
}

#[test]
fn every_example_has_the_findings_that_it_marks() {
    let mut failures = String::new();
    for rule in catalogue().iter() {
        // A fix may leave other findings, but an example that a page shows as correct must have none.
        let all = examples(rule).into_iter().filter(|example| example.is_shown || example.kind != ExampleKind::Fixed);
        for example in all {
            let (expected, found) = (expected(&example), findings(&example, rule));
            let place = &example.place;
            if example.kind == ExampleKind::Bad && !expected.iter().any(|(_, mark)| mark.rule == rule.id) {
                writeln!(failures, "{place}: the bad example marks nothing of its own rule").unwrap();
            }
            if expected != found {
                writeln!(failures, "{place}:\n  expected {expected:#?}\n  found    {found:#?}").unwrap();
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Removes the comments that mark findings, because a fixed example has none.
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
fn every_finding_has_a_fingerprint_of_its_own() {
    let mut failures = String::new();
    // Findings that cannot be suppressed need no fingerprint of their own.
    for rule in catalogue().iter().filter(|rule| rule.is_suppressible()) {
        for example in examples(rule).iter().filter(|example| example.kind == ExampleKind::Bad) {
            let (project, config) = example.load();
            let outcome = check(&project, &config, &policy(rule), catalogue());
            for finding in outcome.findings.iter().filter(|finding| finding.rule == rule.id) {
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
fn a_page_says_how_its_findings_can_be_fixed() {
    let mut failures = String::new();
    for rule in catalogue().iter() {
        let mut found = None;
        for example in examples(rule) {
            let (project, config) = example.load();
            let outcome = check(&project, &config, &policy(rule), catalogue());
            for fix in outcome.findings.iter().filter(|finding| finding.rule == rule.id).flat_map(|it| &it.fixes) {
                found = if fix.safe { Some(Fixable::Safe) } else { found.or(Some(Fixable::Suggestion)) };
            }
        }
        if found != rule.page.fix {
            writeln!(failures, "{}: the page says {:?}, the examples {found:?}", rule.id, rule.page.fix).unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn fixing_a_bad_example_gives_the_fixed_one() {
    for rule in catalogue().iter() {
        for pair in examples(rule).windows(2) {
            let [bad, fixed] = pair else { unreachable!() };
            if fixed.kind != ExampleKind::Fixed {
                continue;
            }
            assert_eq!(bad.kind, ExampleKind::Bad, "{}", fixed.place);
            let bytes = |file: &ExampleFile| (file.name.clone(), file.text.clone().into_bytes());
            let mut files: BTreeMap<String, Vec<u8>> = bad.files.iter().map(bytes).collect();
            for round in 0.. {
                assert!(round < 10, "{}: fixing has no end", fixed.place);
                let (project, config) = load(files.clone());
                let done = fix(&[check(&project, &config, &policy(rule), catalogue())], true, &str::to_owned);
                if done.files.is_empty() {
                    break;
                }
                files.extend(done.files.into_iter().map(|(name, text)| (name, text.into_bytes())));
            }
            for file in &fixed.files {
                let text = String::from_utf8(files[&file.name].clone()).unwrap();
                assert_eq!(unmarked(&text), file.text, "{}", fixed.place);
            }
        }
    }
}

#[test]
fn every_rule_has_examples_of_both_kinds() {
    for rule in catalogue().iter() {
        let examples = examples(rule);
        let count = |is_right| examples.iter().filter(|example| (example.kind != ExampleKind::Bad) == is_right).count();
        assert!(count(false) >= 2 && count(true) >= 2, "{} needs at least two wrong and two right examples", rule.id);
    }
}

/// The compiler notices a page without a rule, but not a file with examples without one.
#[test]
fn every_file_in_a_group_belongs_to_a_rule() {
    let root = crate::root().join("rules/src");
    for group in std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for file in std::fs::read_dir(&group).unwrap().map(|entry| entry.unwrap().path()) {
            let name = file.file_name().unwrap().to_string_lossy();
            let Some((id, _)) = name.split_once('.').filter(|(_, ending)| ending.ends_with("md")) else { continue };
            let group = group.file_name().unwrap().to_string_lossy();
            assert_eq!(catalogue().get(id).map(|rule| rule.group.name), Some(&*group), "{}", file.display());
        }
    }
}
