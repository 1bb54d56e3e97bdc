//! Where reports are written, and how they look.

use crate::support::{Symlint, VARIABLE, bad, folder, good, symlint, tenant, values};

#[test]
fn options_without_effect_are_errors() {
    let dir = folder(&[("main.tf", VARIABLE), ("terraform.tfvars", &good())]);
    for (arguments, said) in [
        (&["--stdin-filename", "x.tfvars"][..], "`--stdin-filename` names standard input"),
        (&["-", "--stdin-filename", "x.tf"], "standard input is a values file"),
        (&["--var", "nope=x"], "`--var nope=…` sets a variable that is not declared"),
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
fn reports_are_written_to_the_requested_files() {
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
fn colors_depend_on_options_and_the_environment() {
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
    // The option takes precedence over the environment.
    assert!(run(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(!run(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn the_summary_says_what_can_be_fixed() {
    let says = |text: &str, said: &str| {
        let run = Symlint::new(&["check", "-"]).stdin(text).run();
        assert!(run.stdout.contains(said), "{}", run.stdout);
    };
    let spaced = ("\"604178239951\"", "\" 604178239951\"");
    let typo = ("region ", "regoin ");
    says(&values(&[tenant("blue_harbour", &[spaced])]), "\n[*] 1 fixable with `symlint fix`\n");
    says(&values(&[tenant("blue_harbour", &[typo])]), "\n[*] 1 fixable with `symlint fix --unsafe`");
    says(
        &values(&[tenant("blue_harbour", &[spaced, typo])]),
        "\n[*] 1 fixable with `symlint fix`, 1 more with `--unsafe`",
    );
    assert!(!Symlint::new(&["check", "-"]).stdin(good()).run().stdout.contains("fixable"));
}

#[test]
fn quiet_shows_less_and_verbose_more() {
    let quiet = symlint(&["check", "-q", "examples/multi-tenant"]);
    assert_eq!((quiet.code, quiet.stdout.as_str(), quiet.stderr.as_str()), (0, "", ""));
    let verbose = symlint(&["check", "-v", "examples/multi-tenant"]);
    assert!(verbose.stderr.contains("examples/multi-tenant/terraform.tfvars"), "{}", verbose.stderr);
    assert_eq!(verbose.stdout, symlint(&["check", "examples/multi-tenant"]).stdout);
}

#[test]
fn no_output_has_control_or_invisible_characters() {
    let is_plain = |text: &str| {
        let is_bad = |c: char| {
            (c.is_control() && c != '\n' && c != '\t')
                || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}')
        };
        !text.contains(is_bad)
    };
    let nasty = "x\u{1b}[31m\u{9b}31m\u{202e}y\u{200b}\u{2066}\rz\u{2028}";
    let quoted = "x\\u001b[31m\u{9b}31m\u{202e}y\u{200b}\u{2066}\\rz\u{2028}";
    let wrong = ("iam::719240583316", "iam::280365914472");
    let plain = tenant("blue_harbour", &[wrong]);
    let reason = format!("  # symlint-ignore: role-account-mismatch -- {}\n{plain}", nasty.replace('\r', ""));
    let exception =
        format!("exception \"role-account-mismatch\" {{\n  tenant = \"blue_harbour\"\n  reason = \"{quoted}\"\n}}\n");
    let module = format!("{VARIABLE}module \"more\" {{\n  source = \"{quoted}\"\n  tenant_slug = \"a\"\n}}\n");
    let undeclared = format!("{}\"{quoted}\" = 1\n", values(std::slice::from_ref(&plain)));
    let key = values(&[tenant("blue_harbour", &[wrong]).replace("blue_harbour =", &format!("\"{quoted}\" ="))]);
    let value =
        values(&[tenant("blue_harbour", &[("\"us-east-1\"", &format!("\"{quoted}\"")), ("604178239951", quoted)])]);
    let main = |text: &'static str| ("main.tf".to_owned(), text.to_owned());
    let text = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    for files in [
        vec![main(VARIABLE), text("terraform.tfvars", &key)],
        vec![main(VARIABLE), text("terraform.tfvars", &value)],
        vec![main(VARIABLE), text("terraform.tfvars", &values(&[reason]))],
        vec![main(VARIABLE), text("terraform.tfvars", &undeclared)],
        vec![
            main(VARIABLE),
            text("terraform.tfvars", &values(std::slice::from_ref(&plain))),
            text(".symlint.hcl", &exception),
        ],
        vec![text("main.tf", &module), text("terraform.tfvars", &values(std::slice::from_ref(&plain)))],
        #[cfg(unix)]
        vec![main(VARIABLE), text(&format!("{nasty}.auto.tfvars"), &values(std::slice::from_ref(&plain)))],
        #[cfg(unix)]
        vec![
            text(&format!("{nasty}/main.tf"), VARIABLE),
            text(&format!("{nasty}/terraform.tfvars"), &values(&[plain])),
        ],
    ] {
        let files: Vec<(String, String)> =
            files.into_iter().map(|(name, text)| (format!("new/{name}"), text)).collect();
        let mut all: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let good = good();
        all.extend([("old/main.tf", VARIABLE), ("old/terraform.tfvars", good.as_str())]);
        let dir = folder(&all);
        let mut commands = vec![vec!["inspect", "new"], vec!["fix", "--diff", "--unsafe", "new"], vec!["init", "new"]];
        commands.push(vec!["inspect", "--format", "json", "new"]);
        for format in ["human", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"] {
            commands.push(vec!["check", "-v", "--statistics", "--format", format, "new"]);
        }
        for format in ["human", "json", "markdown"] {
            commands.push(vec!["diff", "--format", format, "old", "new"]);
            commands.push(vec!["diff", "--format", format, "new", "old"]);
        }
        for command in commands {
            let run = Symlint::new(&command).dir(dir.path()).run();
            for text in [&run.stdout, &run.stderr] {
                let bad = text.lines().find(|line| !is_plain(line));
                assert_eq!(bad, None, "{command:?}");
            }
        }
    }
}
