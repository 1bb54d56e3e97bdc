//! The program's help, and the output that the README and the guide show.

use crate::support::{holds, root, symlint};

#[test]
fn a_rule_explains_itself() {
    let run = symlint(&["explain", "role-account-mismatch"]);
    assert_eq!(run.code, 0);
    assert!(run.stdout.starts_with("# role-account-mismatch\n\nerror (group `tenant`): "), "{}", run.stdout);
    let run = symlint(&["explain", "role-acount-mismatch"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("did you mean `role-account-mismatch`?"), "{}", run.stderr);
}

#[test]
fn the_catalogue_is_listed() {
    let ids: Vec<&str> = symlint_rules::catalogue().ids().collect();
    let table = symlint(&["rules"]).stdout;
    let listed: Vec<&str> = table
        .lines()
        .filter(|line| line.starts_with("  "))
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    assert_eq!(listed, ids);
    let json = symlint(&["rules", "--format", "json"]).json();
    let listed: Vec<&str> = json.as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(listed, ids);
}

/// Every `console` block that begins with `$ symlint` must show the real output of the program.
#[test]
fn the_readme_has_real_output() {
    ["README.md", "docs/guide.md", "docs/inspect.md"].into_iter().for_each(shows_real_output);
}

fn shows_real_output(file: &str) {
    let readme = std::fs::read_to_string(root().join(file)).unwrap();
    let mut renewed = String::new();
    let mut rest = readme.as_str();
    let mut blocks = 0;
    while let Some(at) = rest.find("```console\n$ symlint ") {
        let (before, block) = rest.split_at(at + "```console\n".len());
        let end = block.find("```").unwrap();
        let command = block.lines().next().unwrap();
        let arguments: Vec<&str> = command.trim_start_matches("$ symlint ").split_whitespace().collect();
        renewed.push_str(before);
        // Commands that write files run in a copy.
        let own = tempfile::tempdir().unwrap();
        let shown = match arguments.first() {
            Some(&"init") => {
                crate::cli::init::copy(&root().join("examples"), &own.path().join("examples"));
                crate::support::Symlint::new(&arguments).dir(own.path()).run()
            }
            _ => symlint(&arguments),
        };
        renewed.push_str(&format!("{command}\n{}\n", (shown.stdout + &shown.stderr).trim_end()));
        rest = block.split_at(end).1;
        blocks += 1;
    }
    renewed.push_str(rest);
    assert!(blocks > 0, "{file} shows no output");
    holds(file, &renewed);
}

/// The examples in the table of findings must be real messages of their rules.
#[test]
fn the_guide_shows_real_messages() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).unwrap();
    let messages = read("tests/library/snapshots/library__messages__pages.snap")
        + &read("tests/library/snapshots/library__messages__messages.snap");
    let guide = read("docs/guide.md");
    let table = guide.split("| mistake | example | rule |\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let mut rows = 0;
    for row in table.lines().skip(1) {
        let [_, _, example, rule, _] = row.split('|').map(str::trim).collect::<Vec<_>>()[..] else { panic!("{row}") };
        let rule = rule.trim_matches('`');
        let of_rule = |line: &str| line.contains(&format!("[{rule}] at ")) && line.ends_with(&format!(": {example}"));
        assert!(messages.lines().any(of_rule), "no finding of `{rule}` says: {example}");
        rows += 1;
    }
    assert!(rows > 10);
}

#[test]
fn completions_and_manual_pages_have_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = symlint(&["completions", shell]);
        assert_eq!(script.code, 0);
        assert!(script.stdout.contains("write-baseline"), "{shell}");
    }
    assert!(symlint(&["man"]).stdout.contains(".TH symlint 1"));
    let page = symlint(&["man", "check"]).stdout;
    assert!(page.contains("fail") && page.contains("Exit codes"), "{page}");
    assert_eq!(symlint(&["man", "nothing"]).code, 2);
}
