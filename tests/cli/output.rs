//! Where reports go and how they look.

use crate::support::{Symlint, VARIABLE, bad, folder, good, symlint, tenant, values};

#[test]
fn options_that_would_do_nothing_are_refused() {
    let dir = folder(&[("main.tf", VARIABLE), ("terraform.tfvars", &good())]);
    for (arguments, said) in [
        (&["--stdin-filename", "x.tfvars"][..], "`--stdin-filename` names standard input"),
        (&["-", "--stdin-filename", "x.tf"], "standard input is a values file"),
        (&["--var", "nope=x"], "`--var nope=…` sets a variable that nothing declares"),
        (&["--format", "json=a", "--format", "sarif=a"], "two formats cannot go to one file: a"),
    ] {
        let all: Vec<&str> = ["check"].iter().chain(arguments).copied().collect();
        let run = Symlint::new(&all).dir(dir.path()).run();
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(run.stderr.contains(said), "{arguments:?}: {}", run.stderr);
    }
    let run = Symlint::new(&["check", "--ignore", "syntax-error"]).dir(dir.path()).run();
    assert_eq!(run.code, 0);
    assert!(run.stderr.contains("`syntax-error` cannot be switched off"), "{}", run.stderr);
}

#[test]
fn reports_go_where_they_are_sent() {
    let dir = folder(&[("terraform.tfvars", &bad())]);
    let run = Symlint::new(&["check", "--format", "json=a.json", "--format", "concise", "terraform.tfvars"])
        .dir(dir.path())
        .run();
    assert!(run.stdout.starts_with("terraform.tfvars:8:36: error["), "{}", run.stdout);
    let report: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(dir.path().join("a.json")).unwrap()).unwrap();
    assert_eq!(report["summary"]["errors"], 1);
    let run =
        Symlint::new(&["check", "--format", "json=no/such/folder.json", "terraform.tfvars"]).dir(dir.path()).run();
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("no/such/folder.json"), "{}", run.stderr);
}

#[test]
fn colours_are_for_those_who_want_them() {
    let run = |arguments: &[&str], environment: &[(&str, &str)]| {
        let mut all = vec!["check", "examples/copy-paste"];
        all.extend(arguments);
        let run = environment.iter().fold(Symlint::new(&all), |run, (name, value)| run.env(name, value)).run();
        run.stdout.contains('\u{1b}')
    };
    assert!(!run(&[], &[]), "this is not a terminal");
    assert!(run(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!run(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(run(&["--color", "always"], &[("NO_COLOR", "")]));
    // Anyone who asks on the command line means it.
    assert!(run(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(!run(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn what_can_be_fixed_is_said() {
    let says = |text: &str, said: &str| {
        let run = Symlint::new(&["check", "-"]).stdin(text).run();
        assert!(run.stdout.contains(said), "{}", run.stdout);
    };
    let spaced = ("\"604178239951\"", "\" 604178239951\"");
    let typo = ("region ", "regoin ");
    says(&values(&[tenant("blue_harbour", &[spaced])]), "\n1 fixable with `symlint fix`\n");
    says(&values(&[tenant("blue_harbour", &[typo])]), "\n1 fixable with `symlint fix --unsafe`");
    says(&values(&[tenant("blue_harbour", &[spaced, typo])]), "\n1 fixable with `symlint fix`, 1 more with `--unsafe`");
    assert!(!Symlint::new(&["check", "-"]).stdin(good()).run().stdout.contains("fixable"));
}

#[test]
fn quiet_says_less_and_verbose_more() {
    let quiet = symlint(&["check", "-q", "examples/multi-tenant"]);
    assert_eq!((quiet.code, quiet.stdout.as_str(), quiet.stderr.as_str()), (0, "", ""));
    let verbose = symlint(&["check", "-v", "examples/multi-tenant"]);
    assert!(verbose.stderr.contains("examples/multi-tenant/terraform.tfvars"), "{}", verbose.stderr);
    assert_eq!(verbose.stdout, symlint(&["check", "examples/multi-tenant"]).stdout);
}
