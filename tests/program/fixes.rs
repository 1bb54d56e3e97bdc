//! `symlint fix`: what is fixed, and that nothing else is lost.

use crate::support::{Symlint, VARIABLE, bad, folder, good, symlint, tenant, values};

/// Two findings with safe fixes, and one with a suggestion.
fn fixable() -> String {
    values(&[tenant(
        "blue_harbour",
        &[("\"aws\"", "\"AWS\""), ("\"604178239951\"", "604178239951"), ("us-east-1", "us-east-1a")],
    )])
}

/// The same values after the safe fixes.
fn fixed() -> String {
    values(&[tenant("blue_harbour", &[("us-east-1", "us-east-1a")])])
}

#[test]
fn a_preview_mentions_suggestions() {
    let preview = symlint(&["fix", "--diff", "examples/copy-paste"]);
    assert_eq!((preview.code, preview.stdout.as_str()), (0, ""));
    assert_eq!(preview.stderr, "5 findings fixable with `--unsafe`\n");
    let all = symlint(&["fix", "--diff", "--unsafe", "examples/copy-paste"]);
    assert_eq!((all.code, all.stderr.as_str()), (1, ""));
}

#[test]
fn a_fixed_file_is_otherwise_unchanged() {
    for (from, to) in [("", ""), ("\n", "\r\n"), ("customer", "\u{FEFF}# Größe\ncustomer")] {
        let text = |text: String| if from.is_empty() { text } else { text.replace(from, to) };
        let dir = folder(&[("terraform.tfvars", &text(fixable()))]);
        let path = dir.path().join("terraform.tfvars");
        let fix = |arguments: &[&str]| {
            let mut all = vec!["fix", "terraform.tfvars"];
            all.extend(arguments);
            Symlint::new(&all).dir(dir.path()).run()
        };
        let read = || std::fs::read_to_string(&path).unwrap();

        let shown = fix(&["--diff"]);
        assert_eq!(shown.code, 1, "{shown:?}");
        assert!(shown.stdout.contains("-      cloud        = \"AWS\""), "{}", shown.stdout);
        assert!(shown.stdout.contains("+      cloud        = \"aws\""), "{}", shown.stdout);
        assert!(shown.stdout.starts_with("--- a/terraform.tfvars\n+++ b/terraform.tfvars\n"), "{}", shown.stdout);
        assert_eq!(read(), text(fixable()), "--diff writes nothing");

        let run = fix(&[]);
        assert_eq!(run.code, 1, "the region is left");
        assert!(run.stdout.contains("fixed 2 findings in 1 file"), "{}", run.stdout);
        assert_eq!(read(), text(fixed()));
        assert!(fix(&[]).stdout.contains("nothing was fixed"));
        assert_eq!(read(), text(fixed()));
        assert_eq!(fix(&["--diff"]).code, 0);

        assert_eq!(fix(&["--unsafe"]).code, 0);
        assert_eq!(read(), text(good()));
    }
}

#[test]
fn standard_input_is_fixed_to_standard_output() {
    let run = Symlint::new(&["fix", "-"]).stdin(fixable()).run();
    assert_eq!((run.code, run.stdout), (1, fixed()));
    assert!(run.stderr.contains("fixed 2 findings"), "{}", run.stderr);
    let run = Symlint::new(&["fix", "--unsafe", "-"]).stdin(fixable()).run();
    assert_eq!((run.code, run.stdout), (0, good()));
    let run = Symlint::new(&["fix", "--diff", "-"]).stdin(good()).run();
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    let run = Symlint::new(&["fix", "-"]).stdin("nothing = 1\n").run();
    assert_eq!(run.code, 2);
    // Input that cannot be parsed is returned unchanged.
    let run = Symlint::new(&["fix", "-"]).stdin(&b"customer_tenants = { a = \"\xff\" }\n"[..]).run_bytes();
    assert_eq!(run, b"customer_tenants = { a = \"\xff\" }\n");
}

#[test]
fn suppressed_findings_are_not_fixed() {
    let text =
        fixable().replace("  blue", "  # symlint-ignore: cloud-invalid, account-id-not-string -- theirs\n  blue");
    let run = Symlint::new(&["fix", "-"]).stdin(text.as_str()).run();
    assert_eq!(run.stdout, text);
}

#[test]
fn a_fix_is_made_where_the_value_is_written() {
    let dir = folder(&[("main.tf", VARIABLE), ("terraform.tfvars", &good()), ("envs/last.tfvars", &fixable())]);
    let run = Symlint::new(&["fix", "--var-file", "envs/last.tfvars"]).dir(dir.path()).run();
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(std::fs::read_to_string(dir.path().join("envs/last.tfvars")).unwrap(), fixed());
    assert_eq!(std::fs::read_to_string(dir.path().join("terraform.tfvars")).unwrap(), good());
}

#[cfg(unix)]
#[test]
fn a_fix_keeps_modes_and_links() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let dir = folder(&[("real.tfvars", &fixable())]);
    let real = dir.path().join("real.tfvars");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o664)).unwrap();
    symlink("real.tfvars", dir.path().join("link.tfvars")).unwrap();
    assert_eq!(Symlint::new(&["fix", "link.tfvars"]).dir(dir.path()).run().code, 1);
    assert_eq!(std::fs::read_to_string(&real).unwrap(), fixed());
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o664);
    assert!(std::fs::symlink_metadata(dir.path().join("link.tfvars")).unwrap().is_symlink());
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left behind");
}

#[cfg(unix)]
#[test]
fn a_file_with_two_names_is_fixed_once() {
    let dir = folder(&[("a/main.tf", VARIABLE), ("a/terraform.tfvars", &fixable()), ("b/main.tf", VARIABLE)]);
    std::os::unix::fs::symlink("../a/terraform.tfvars", dir.path().join("b/terraform.tfvars")).unwrap();
    let shown = Symlint::new(&["fix", "--diff"]).dir(dir.path()).run();
    assert_eq!(shown.stdout.matches("+++ ").count(), 1, "{}", shown.stdout);
    let run = Symlint::new(&["fix"]).dir(dir.path()).run();
    assert_eq!((run.code, run.stderr.as_str()), (1, ""), "the region is left: {run:?}");
    assert!(run.stdout.contains("fixed 2 findings in 1 file"), "{}", run.stdout);
    assert_eq!(std::fs::read_to_string(dir.path().join("a/terraform.tfvars")).unwrap(), fixed());

    let dir = folder(&[("x.tfvars", &fixable())]);
    let absolute = dir.path().join("x.tfvars");
    let run = Symlint::new(&["fix", "x.tfvars", &absolute.to_string_lossy()]).dir(dir.path()).run();
    assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{run:?}");
    assert_eq!(std::fs::read_to_string(&absolute).unwrap(), fixed());
}

#[test]
fn a_fix_only_replaces_written_text() {
    let main = |function: &str, arguments: &str, path: &str| {
        format!(
            "locals {{\n  tenants = yamldecode({function}(<<-YAML\n    blue_harbour:\n      account_id: \"604178239951\"\n      \
             role_arn: arn:aws:iam::719240583316:role{path}SymSSOBlue-Harbour\n  YAML\n  {arguments}))\n}}\n\
             module \"access\" {{\n  for_each = local.tenants\n  source = \"./sso_flow\"\n  tenant_slug = each.key\n  \
             account_id = each.value.account_id\n  sso_connector_settings = {{ role_arn = each.value.role_arn }}\n}}\n"
        )
    };
    // The lines of a heredoc are known, but the result of a function is only known to depend on the whole text.
    for (function, arguments, fixed) in [("", "", "/sym/"), ("replace", ", \"9951\", \"9952\"", "/SYM/")] {
        let dir = folder(&[("main.tf", &main(function, arguments, "/SYM/"))]);
        let check = Symlint::new(&["check", "--format", "json"]).dir(dir.path()).run();
        let found = check.findings();
        assert!(found.contains(&"role-outside-sym-path blue_harbour".to_owned()), "{found:?}");
        Symlint::new(&["fix", "--unsafe"]).dir(dir.path()).run();
        let written = std::fs::read_to_string(dir.path().join("main.tf")).unwrap();
        assert_eq!(written, main(function, arguments, fixed));
    }
}

#[test]
fn a_finding_without_a_fix_changes_nothing() {
    let run = Symlint::new(&["fix", "--unsafe", "-"]).stdin(bad()).run();
    assert_eq!((run.code, run.stdout), (1, bad()));
}

#[test]
fn a_duplicate_key_is_removed_and_its_surroundings_stay() {
    let with =
        |notes: &str| good().replace("    permission_set_arn", &format!("    notes = {notes}\n    permission_set_arn"));
    for (before, after) in [
        ("{ a = 1, a = 1 }", "{ a = 1 }"),
        ("{ a = 1, b = 2, a = 1 }", "{ b = 2, a = 1 }"),
        ("{ b = 2, a = 1, a = 1 }", "{ b = 2, a = 1 }"),
        ("{a=1,a=1}", "{a=1}"),
        ("{\n  a = 1\n  b = 2\n  a = 1\n}", "{\n  b = 2\n  a = 1\n}"),
        ("{\n  a = 1,\n  a = 1,\n}", "{\n  a = 1,\n}"),
        ("{\n  a = 1 , \t\n\n  a = 1\n}", "{\n\n  a = 1\n}"),
        ("{ b = 2, a = 1\n  a = 1 }", "{ b = 2, \n  a = 1 }"),
        // Comments stay.
        ("{\n  # why\n  a = 1\n  a = 1\n}", "{\n  # why\n  a = 1\n}"),
        ("{\n  a = 1 # why\n  a = 1\n}", "{\n  # why\n  a = 1\n}"),
        ("{\n  a = 1, // why\n  a = 1\n}", "{\n  // why\n  a = 1\n}"),
        ("{\n  a = 1, /* why */\n  a = 1\n}", "{\n   /* why */\n  a = 1\n}"),
        ("{ a = 1, /* why */ a = 1 }", "{  /* why */ a = 1 }"),
        // Equal keys with equal values, however they are written.
        ("{ a = \"x\", \"a\" : \"\\u0078\" }", "{ \"a\" : \"\\u0078\" }"),
        ("{ 007 = 1, \"7\" = 1 }", "{ \"7\" = 1 }"),
        ("{ 0 = 1, (00) = 1 }", "{ (00) = 1 }"),
        ("{ a = { b = [1, 2] }, a = { \"b\" = [1, 2] } }", "{ a = { \"b\" = [1, 2] } }"),
        // If the values differ, a person must decide which one is right.
        ("{ a = 1, a = 2 }", "{ a = 1, a = 2 }"),
        ("{ a = \"x\", a = \"y\" }", "{ a = \"x\", a = \"y\" }"),
        ("{ a = [1], a = [1, 2] }", "{ a = [1], a = [1, 2] }"),
        ("{ a = [1, 3], a = [1, 2] }", "{ a = [1, 3], a = [1, 2] }"),
        ("{ a = { b = 1 }, a = { c = 1 } }", "{ a = { b = 1 }, a = { c = 1 } }"),
        ("{ a = { b = 1 }, a = { b = 2 } }", "{ a = { b = 1 }, a = { b = 2 } }"),
        ("{ a = { b = 1 }, a = { b = 1, c = 1 } }", "{ a = { b = 1 }, a = { b = 1, c = 1 } }"),
        // The keys differ.
        ("{ a = 1, A = 1 }", "{ a = 1, A = 1 }"),
        ("{ 7 = 1, 70 = 1 }", "{ 7 = 1, 70 = 1 }"),
        ("{ 1.5 = 1, 15 = 1 }", "{ 1.5 = 1, 15 = 1 }"),
    ] {
        let run = Symlint::new(&["fix", "-"]).stdin(with(before)).run();
        assert_eq!(run.stdout, with(after), "{before}");
    }
}
