//! The command line from outside: what is found and read, exit codes, standard input, and what the README shows.
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

use support::{Run, Symlint, VARIABLE, bad, folder, good, holds, root, symlint, tenant, values};

fn check(text: &str) -> Run {
    Symlint::new(&["check", "--format", "json", "-"]).stdin(text).run()
}

#[test]
fn exit_codes_say_what_happened() {
    assert_eq!(symlint(&["check", "examples/multi-tenant"]).code, 0);
    assert_eq!(symlint(&["check", "examples/copy-paste"]).code, 1);
    assert_eq!(symlint(&["check", "--fail-on", "never", "examples/copy-paste"]).code, 0);
    assert_eq!(check("customer_tenants = {}\n").code, 0);
    assert_eq!(check("other = {}\n").code, 2);
    assert_eq!(check("").code, 2);
    assert_eq!(check("customer_tenants = {\n").code, 1);
    assert_eq!(symlint(&["check", "no-such-folder"]).code, 2);
    assert_eq!(symlint(&["check", "examples/copy-paste/main.tf"]).code, 2);
    assert_eq!(symlint(&["check", "README.md"]).code, 2);
    assert_eq!(symlint(&["check", "--select", "no-such-rule"]).code, 2);
    assert_eq!(symlint(&["check", "--no-such-option"]).code, 2);
    assert_eq!(symlint(&["check", "--format", "xml"]).code, 2);
    assert_eq!(symlint(&["check", "--format", "json", "--format", "concise", "examples/multi-tenant"]).code, 2);
    assert_eq!(symlint(&["--version"]).code, 0);
    assert_eq!(symlint(&["check", "--help"]).code, 0);
    assert_eq!(symlint(&[]).code, 2);
}

#[test]
fn warnings_fail_only_when_asked() {
    let text = values(&[tenant("blue_harbour", &[("604178239951", "719240583316")])]);
    let run = |fail_on: &str| Symlint::new(&["check", "--fail-on", fail_on, "-"]).stdin(text.as_str()).run().code;
    assert_eq!((run("error"), run("warning"), run("never")), (0, 1, 0));
}

#[test]
fn what_was_not_checked_never_looks_like_a_pass() {
    let unset = folder(&[("main.tf", VARIABLE), ("envs/prod.tfvars", &good())]);
    let run = Symlint::new(&["check"]).dir(unset.path()).run();
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("`customer_tenants` has no value"), "{}", run.stderr);
    assert!(run.stderr.contains("envs/prod.tfvars"), "{}", run.stderr);
    let run = Symlint::new(&["check", "--var-file", "envs/prod.tfvars"]).dir(unset.path()).run();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));

    let unknown = folder(&[(
        "main.tf",
        r#"variable "secret" {}
variable "customer_tenants" { type = any }
module "sso" {
  source      = "./sso_flow"
  tenant_slug = var.secret
}
"#,
    )]);
    std::fs::write(unknown.path().join("terraform.tfvars"), "customer_tenants = null\n").unwrap();
    assert_eq!(Symlint::new(&["check"]).dir(unknown.path()).run().code, 2);

    let empty = folder(&[("notes.txt", "nothing")]);
    let run = Symlint::new(&["check"]).dir(empty.path()).run();
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("nothing to check"), "{}", run.stderr);
}

#[test]
fn values_of_the_wrong_type_are_findings() {
    let typed = "variable \"customer_tenants\" {\n  type = map(object({ sso_account_id = string }))\n}\n";
    let list = values(&[tenant("a", &[])]).replace("= {\n  a = {", "= [{").replace("  }\n}\n", "  }]\n");
    for text in [
        "customer_tenants = \"x\"",
        "customer_tenants = true",
        "customer_tenants = []",
        "customer_tenants = [{}]",
        &list,
    ] {
        let run = check(text);
        assert_eq!((run.code, run.findings()), (1, vec!["type-mismatch -".to_owned()]), "{text}");
        assert_eq!(run.stderr, "", "{text}");
        let module = folder(&[("main.tf", typed), ("terraform.tfvars", text)]);
        let run = Symlint::new(&["check", "--format", "json"]).dir(module.path()).run();
        assert_eq!(run.code, 1, "{text}: {run:?}");
        assert!(run.findings().contains(&"type-mismatch -".to_owned()), "{text}: {run:?}");
        assert_eq!(run.stderr, "", "{text}");
    }
    // It is wrong, and not only unknown.
    let module = folder(&[("main.tf", typed), ("terraform.tfvars", "customer_tenants = { a = \"x\" }")]);
    let run = Symlint::new(&["check", "--format", "json"]).dir(module.path()).run();
    assert_eq!((run.code, run.findings()), (1, vec!["type-mismatch a".to_owned()]), "{}", run.stderr);
    assert_eq!(run.json()["summary"]["unknown_values"], 0);
    let run = check("customer_tenants = nothing(1)\n");
    assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{}", run.stdout);
}

#[test]
fn a_byte_that_is_no_text_is_said_once() {
    let text = bad().replace("us-east-1", "us-\u{1}east-1").into_bytes();
    let text: Vec<u8> = text.into_iter().map(|byte| if byte == 1 { 0xFF } else { byte }).collect();
    let run = Symlint::new(&["check", "--format", "json", "-"]).stdin(text).run();
    assert_eq!(run.findings(), ["syntax-error -", "role-account-mismatch blue_harbour"]);
}

#[test]
fn a_null_is_said_once() {
    let dir = folder(&[("e.tfvars", "customer_tenants = null\n")]);
    let run = Symlint::new(&["check", "--format", "json", "e.tfvars"]).dir(dir.path()).run();
    assert_eq!((run.code, run.findings()), (2, Vec::new()));
    assert!(run.stderr.contains("the variable `customer_tenants` is null"), "{}", run.stderr);
    assert!(!run.stderr.contains("not loaded"), "{}", run.stderr);
    let main =
        format!("{VARIABLE}module \"sso\" {{\n  source   = \"./sso_flow\"\n  for_each = var.customer_tenants\n}}\n");
    std::fs::write(dir.path().join("main.tf"), main).unwrap();
    let run = Symlint::new(&["check", "--format", "json", "e.tfvars"]).dir(dir.path()).run();
    assert_eq!((run.code, run.findings()), (2, Vec::new()), "{run:?}");
    assert!(!run.stderr.contains("not loaded"), "{}", run.stderr);
}

#[test]
fn a_name_in_the_configuration_must_lead_somewhere() {
    let flow = |module: &str| {
        format!(
            "module \"sso\" {{\n  source = \"./{module}\"\n  for_each = var.customer_tenants\n  tenant_slug = each.key\n  account_id = each.value.target_account_id\n  permission_set_arn = each.value.permission_set_arn\n}}\n"
        )
    };
    let main = |module: &str| format!("{VARIABLE}{}", flow(module));
    let dir = folder(&[
        (".git/HEAD", ""),
        (".symlint.hcl", "tenants {\n  variable = \"custmer_tenants\"\n}\n"),
        ("m/main.tf", &main("sso_flow")),
        ("m/terraform.tfvars", &good()),
        ("c/main.tf", "module \"c\" {\n  source = \"symopsio/sso-connector/aws\"\n}\n"),
    ]);
    let run = |path: &str| Symlint::new(&["check", path]).dir(dir.path()).run();
    let mistyped = run("m");
    assert_eq!((mistyped.code, mistyped.stdout.as_str()), (2, ""));
    assert!(mistyped.stderr.contains(".symlint.hcl:2:14: "), "{}", mistyped.stderr);
    assert!(mistyped.stderr.contains("did you mean `customer_tenants`?"), "{}", mistyped.stderr);
    // A module without tenants may share the configuration, and not every module has every variable.
    assert_eq!(run("c").code, 0);
    std::fs::write(
        dir.path().join(".symlint.hcl"),
        "tenants {\n  variable = [\"customer_tenants\", \"partners\"]\n}\n",
    )
    .unwrap();
    assert!(!run("m").stderr.contains(".symlint.hcl"));

    std::fs::write(dir.path().join("m/main.tf"), main("access_flow")).unwrap();
    let renamed = run("m");
    assert!(renamed.stderr.contains("`access_flow` looks like it"), "{}", renamed.stderr);
    assert!(renamed.stderr.contains("wiring was not checked"), "{}", renamed.stderr);
}

#[test]
fn a_configuration_that_says_nothing_or_two_things_is_refused() {
    let dir = folder(&[("terraform.tfvars", &good())]);
    for (config, said) in [
        ("tenants {}\ntenants {}", "2:1: there is a block `tenants` already"),
        ("tenants {\n  variable = []\n}", "2:14: name at least one"),
        (
            "tenants {\n  variabel = \"x\"\n}",
            "2:3: there is no setting `variabel` in `tenants`; did you mean `variable`?",
        ),
        ("tenants {\n  attributes = { region = \"a\", region = \"b\" }\n}", "2:32: this is set a second time"),
        ("flow {\n  module = \"\"\n}", "2:12: a name is needed"),
        ("rule \"region-invalid\" {}", "1:1: a rule needs a `level`"),
        ("rule \"syntax-error\" {\n  level = \"off\"\n}", "2:11: `syntax-error` cannot be switched off"),
        ("rule = \"x\"", "1:1: `rule` is a block: write `rule \"ID\" { level = \"error\" }`"),
        ("organization \"x\" {}", "1:1: an organization needs `tenants`"),
        ("allowed_partitions = []", "1:22: name at least one"),
        ("allowed_partitions = [\"awz\"]", "1:22: `awz` is no partition"),
    ] {
        std::fs::write(dir.path().join(".symlint.hcl"), config).unwrap();
        let run = Symlint::new(&["check", "terraform.tfvars"]).dir(dir.path()).run();
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{config}");
        assert!(run.stderr.contains(&format!(".symlint.hcl:{said}")), "{config}: {}", run.stderr);
    }
    std::fs::remove_file(dir.path().join(".symlint.hcl")).unwrap();
    std::fs::create_dir(dir.path().join(".symlint.hcl")).unwrap();
    for arguments in [&["check", "terraform.tfvars"][..], &["check", "--config", ".symlint.hcl", "terraform.tfvars"]] {
        let run = Symlint::new(arguments).dir(dir.path()).run();
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains("it is a folder"), "{}", run.stderr);
    }
}

#[test]
fn what_is_named_twice_is_checked_once() {
    let dir = folder(&[("m/main.tf", VARIABLE), ("m/terraform.tfvars", &bad()), ("other.tfvars", &bad())]);
    let tenants = |arguments: &[&str]| {
        let mut all = vec!["check", "--format", "json"];
        all.extend(arguments);
        Symlint::new(&all).dir(dir.path()).stdin(bad()).run().json()["summary"]["tenants"].clone()
    };
    assert_eq!(tenants(&["-", "-"]), 1);
    assert_eq!(tenants(&["m", "m/terraform.tfvars"]), 1);
    assert_eq!(tenants(&["other.tfvars", "other.tfvars", "m"]), 2);
}

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
fn short_identifiers_are_found_at_their_characters() {
    let path = "tests/fixtures/two-short-tenants.tfvars";
    let run = symlint(&["check", "--format", "concise", path]);
    let found: Vec<(&str, &str)> = run
        .stdout
        .lines()
        .filter_map(|line| line.split_once(": error["))
        .map(|(place, rest)| (&place[path.len() + 1..], rest.split(']').next().unwrap()))
        .collect();
    let expected = [
        ("3:23", "account-id-format"),
        ("6:48", "instance-arn-format"),
        ("10:69", "permission-set-arn-format"),
        ("11:27", "account-id-format"),
        ("14:23", "account-id-format"),
        ("17:48", "instance-arn-format"),
        ("19:57", "connector-role-foreign"),
        ("21:55", "instance-id-mismatch"),
        ("21:55", "permission-set-arn-format"),
        ("22:27", "account-id-format"),
    ];
    assert_eq!(found, expected);
    // For people, what crosses tenants comes first.
    let human = symlint(&["check", path]).stdout;
    let first = human.lines().next().unwrap();
    assert!(first.contains("tenant_two"), "{first}");
}

#[test]
fn line_ends_and_a_byte_order_mark_change_nothing_but_offsets() {
    let text = bad();
    let place = |run: &Run| run.json()["findings"][0]["location"]["start"].clone();
    let plain = check(&text);
    assert_eq!(plain.findings(), ["role-account-mismatch blue_harbour"]);
    let (crlf, mark) = (check(&text.replace('\n', "\r\n")), check(&format!("\u{FEFF}{text}")));
    for run in [&crlf, &mark] {
        assert_eq!(run.findings(), plain.findings());
        assert_eq!(place(run)["line"], place(&plain)["line"]);
        assert_eq!(place(run)["column"], place(&plain)["column"]);
    }
    let offset = |run: &Run| place(run)["offset"].as_u64().unwrap();
    assert_eq!(offset(&mark), offset(&plain) + 3);
    assert_eq!(offset(&crlf), offset(&plain) + place(&plain)["line"].as_u64().unwrap() - 1);
}

#[test]
fn standard_input_has_a_name() {
    let run = Symlint::new(&["check", "--format", "concise", "-"]).stdin(bad()).run();
    assert!(run.stdout.starts_with("stdin.tfvars:8:36: error[role-account-mismatch]"), "{}", run.stdout);
    let run = Symlint::new(&["check", "--format", "concise", "--stdin-filename", "./envs/prod.tfvars", "-"])
        .stdin(bad())
        .run();
    assert!(run.stdout.starts_with("envs/prod.tfvars:8:36: "), "{}", run.stdout);
    let json = r#"{"customer_tenants": {"a": {"sso_account_id": "12"}}}"#;
    let run =
        Symlint::new(&["check", "--format", "concise", "--stdin-filename", "x.tfvars.json", "-"]).stdin(json).run();
    assert!(run.stdout.contains("x.tfvars.json:1:48: error[account-id-format]"), "{}", run.stdout);
}

#[test]
fn values_come_in_terraforms_order() {
    let dir = folder(&[("main.tf", VARIABLE), ("terraform.tfvars", &good()), ("last.tfvars", &bad())]);
    let run = |arguments: &[&str]| {
        let mut all = vec!["check", "--format", "json"];
        all.extend(arguments);
        Symlint::new(&all).dir(dir.path())
    };
    let found = ["role-account-mismatch blue_harbour"];
    assert_eq!(run(&[]).run().findings(), [""; 0]);
    assert_eq!(run(&["--var-file", "last.tfvars"]).run().findings(), found);
    // Together with its module, as the last of all.
    assert_eq!(run(&["last.tfvars"]).run().findings(), found);
    // The environment comes before all files, a `--var` after them.
    assert_eq!(
        run(&[]).env("TF_VAR_customer_tenants", &bad()["customer_tenants = ".len()..]).run().findings(),
        [""; 0]
    );
    let set = bad().replacen(" = ", "=", 1);
    let set = run(&["--var", &set]).run();
    assert_eq!(set.findings(), found);
    // Options count in their order.
    let (good, bad) = (good().replacen(" = ", "=", 1), bad().replacen(" = ", "=", 1));
    assert_eq!(run(&["--var", &good, "--var-file", "last.tfvars"]).run().findings(), found);
    assert_eq!(run(&["--var-file", "last.tfvars", "--var", &good]).run().findings(), [""; 0]);
    let bad = move || bad.replacen('=', " = ", 1);
    // What no file has stands at the declaration.
    assert_eq!(set.json()["findings"][0]["location"]["file"], "main.tf");
    assert_eq!(set.json()["findings"][0]["location"]["start"]["line"], 1);

    std::fs::remove_file(dir.path().join("terraform.tfvars")).unwrap();
    let run = run(&[]).env("TF_VAR_customer_tenants", &bad()["customer_tenants = ".len()..]).run();
    assert_eq!(run.findings(), found);
}

#[test]
fn folders_are_searched_for_root_modules() {
    let call = format!("{VARIABLE}module \"sso\" {{\n  source = \"./sso_flow\"\n}}\n");
    let dir = folder(&[
        ("one/main.tf", &call),
        ("one/terraform.tfvars", &bad()),
        ("one/sso_flow/main.tf", VARIABLE),
        ("deep/er/two/main.tf", VARIABLE),
        ("deep/er/two/terraform.tfvars", &bad()),
        ("other/main.tf", "resource \"null_resource\" \"x\" {}\n"),
        (".gitignore", "ignored/\n"),
        ("ignored/main.tf", VARIABLE),
        ("ignored/terraform.tfvars", &bad()),
        (".terraform/modules/x/main.tf", VARIABLE),
    ]);
    let run = Symlint::new(&["check", "--format", "json"]).dir(dir.path()).run();
    let report = run.json();
    let files: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"] == "role-account-mismatch")
        .map(|finding| finding["location"]["file"].as_str().unwrap())
        .collect();
    assert_eq!(files, ["deep/er/two/terraform.tfvars", "one/terraform.tfvars"]);
    // The folder as it was given comes before the name below it; a folder that is named twice counts once.
    let run = Symlint::new(&["check", "--format", "json", "./one/", "one", "deep/er/../er"]).dir(dir.path()).run();
    let report = run.json();
    assert_eq!(report["tenants"].as_array().unwrap().len(), 2);
    assert_eq!(report["tenants"][0]["location"]["file"], "one/terraform.tfvars");
    assert_eq!(report["tenants"][1]["location"]["file"], "deep/er/../er/two/terraform.tfvars");
}

#[test]
fn the_configuration_is_looked_for_above_up_to_the_repositorys_root() {
    let config = "tenants {\n  variable = \"clients\"\n}\n";
    let renamed = |text: &str| text.replace("customer_tenants", "clients");
    let dir = folder(&[
        (".symlint.hcl", "not read {"),
        ("repo/.git/HEAD", ""),
        ("repo/.symlint.hcl", config),
        ("repo/a/b/main.tf", &renamed(VARIABLE)),
        ("repo/a/b/terraform.tfvars", &renamed(&bad())),
    ]);
    let at = |arguments: &[&str], path: &str| {
        let mut all = vec!["check", "--format", "json"];
        all.extend(arguments);
        Symlint::new(&all).dir(&dir.path().join(path)).run()
    };
    assert_eq!(at(&[], "repo/a/b").findings(), ["role-account-mismatch blue_harbour"]);
    assert_eq!(at(&["a/b"], "repo").findings(), ["role-account-mismatch blue_harbour"]);
    assert_eq!(at(&["--no-config"], "repo/a/b").code, 2);
    std::fs::write(dir.path().join("mistake.hcl"), "tenants {\n  varable = \"clients\"\n}\n").unwrap();
    let run = at(&["--config", "../../../mistake.hcl"], "repo/a/b");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("mistake.hcl:2:3: "), "{}", run.stderr);
    assert!(run.stderr.contains("`variable`"), "{}", run.stderr);
    assert_eq!(at(&["--config", "none.hcl"], "repo/a/b").code, 2);
}

#[test]
fn rules_are_chosen_by_name() {
    let rules = |arguments: &[&str]| {
        let mut all = vec!["check", "--format", "json", "examples/copy-paste"];
        all.extend(arguments);
        let mut rules: Vec<String> =
            symlint(&all).findings().iter().map(|f| f.split(' ').next().unwrap().to_owned()).collect();
        rules.dedup();
        rules
    };
    assert_eq!(rules(&["--select", "duplicate-key, region-invalid"]), ["region-invalid", "duplicate-key"]);
    assert!(!rules(&["--ignore", "duplicate-key"]).contains(&"duplicate-key".to_owned()));
    assert_eq!(rules(&["--select", "duplicate-key", "--level", "duplicate-key=off"]), ["duplicate-key"]);
    let run = symlint(&["check", "--select", "role-acount-mismatch", "examples/copy-paste"]);
    assert!(run.stderr.contains("did you mean `role-account-mismatch`?"), "{}", run.stderr);
    // Nothing can silence what hides everything else.
    let broken = Symlint::new(&["check", "--ignore", "syntax-error", "--level", "syntax-error=off", "-"]);
    assert_eq!(broken.stdin("customer_tenants = {").run().code, 1);
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
    let run = |arguments: &[&str], no_color: &str| {
        let mut all = vec!["check", "examples/copy-paste"];
        all.extend(arguments);
        Symlint::new(&all).env("NO_COLOR", no_color).run().stdout.contains('\u{1b}')
    };
    assert!(!run(&[], ""), "this is no terminal");
    assert!(run(&["--color", "always"], ""));
    // Whoever asks on the command line means it.
    assert!(run(&["--color", "always"], "1"));
    assert!(!run(&["--color", "never"], ""));
}

#[test]
fn quiet_says_less_and_verbose_more() {
    let quiet = symlint(&["check", "-q", "examples/multi-tenant"]);
    assert_eq!((quiet.code, quiet.stdout.as_str(), quiet.stderr.as_str()), (0, "", ""));
    let verbose = symlint(&["check", "-v", "examples/multi-tenant"]);
    assert!(verbose.stderr.contains("examples/multi-tenant/terraform.tfvars"), "{}", verbose.stderr);
    assert_eq!(verbose.stdout, symlint(&["check", "examples/multi-tenant"]).stdout);
}

#[test]
fn any_bytes_get_an_answer() {
    let cases: [&[u8]; 8] = [
        b"\xff\xfe\x00",
        b"customer_tenants = \"\xff\"\n",
        b"\0",
        b"\xef\xbb\xbf",
        b"customer_tenants = {\n  a = \"${\"\n}",
        &[b'['; 100_000],
        &[b'{'; 100_000],
        b"customer_tenants = <<EOT",
    ];
    for bytes in cases {
        let run = Symlint::new(&["check", "--format", "json", "-"]).stdin(bytes).run();
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(20)]);
        assert!(run.code == 1 || (run.code == 2 && !run.stderr.is_empty()), "{start:?}: {run:?}");
    }
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_and_folders_without_permission_are_survived() {
    let dir = folder(&[("a/main.tf", VARIABLE), ("a/terraform.tfvars", &bad())]);
    std::os::unix::fs::symlink("..", dir.path().join("a/up")).unwrap();
    std::os::unix::fs::symlink("loop.tf", dir.path().join("a/loop.tf")).unwrap();
    let run = Symlint::new(&["check", "--format", "json"]).dir(dir.path()).run();
    assert_eq!(run.findings(), ["role-account-mismatch blue_harbour"]);
}

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

/// Every `console` block that begins with `$ symlint` shows what the program prints.
#[test]
fn the_readme_shows_real_output() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let mut renewed = String::new();
    let mut rest = readme.as_str();
    let mut blocks = 0;
    while let Some(at) = rest.find("```console\n$ symlint ") {
        let (before, block) = rest.split_at(at + "```console\n".len());
        let end = block.find("```").unwrap();
        let command = block.lines().next().unwrap();
        let arguments: Vec<&str> = command.trim_start_matches("$ symlint ").split_whitespace().collect();
        renewed.push_str(before);
        renewed.push_str(&format!("{command}\n{}\n", symlint(&arguments).stdout.trim_end()));
        rest = block.split_at(end).1;
        blocks += 1;
    }
    renewed.push_str(rest);
    assert!(blocks > 0, "the README shows no output");
    holds("README.md", &renewed);
}

#[test]
fn a_first_configuration_is_made_of_what_is_there() {
    let renamed = |text: String| text.replace("customer_tenants", "clients").replace("SymSSO", "Access-");
    let call = "module \"access\" {\n  source = \"./flow-of-one\"\n  for_each = var.clients\n  tenant_slug = each.key\n  \
                account_id = each.value.target_account_id\n  permission_set_arn = each.value.permission_set_arn\n}\n";
    let other = [
        ("719240583316", "280365914472"),
        ("7223a91be40c5d68", "68042f7d9be0a513"),
        ("604178239951", "915827304462"),
        ("5e1b09c7d2a84f63", "0d94e7b25f3ac861"),
    ];
    let shared = [("ps-5e1b09c7d2a84f63", "ps-b3c8f10a6e4d9275")];
    let tenants = [tenant("blue_harbour", &[]), tenant("blue_valley", &shared), tenant("red_canyon", &other)];
    let dir = folder(&[
        ("main.tf", &format!("{}{call}", VARIABLE.replace("customer_tenants", "clients"))),
        ("terraform.tfvars", &renamed(values(&tenants))),
    ]);
    let run = |arguments: &[&str]| Symlint::new(arguments).dir(dir.path()).run();
    assert_eq!(run(&["check"]).code, 2, "nobody knows the names");
    assert_eq!(run(&["init"]).stdout, "wrote .symlint.hcl\n");
    let written = std::fs::read_to_string(dir.path().join(".symlint.hcl")).unwrap();
    for line in ["variable = \"clients\"", "module = \"flow-of-one\"", "role_name = \"Access-{environment}\""] {
        assert!(written.lines().any(|there| there.trim() == line), "{written}");
    }
    assert!(
        written.contains("# organization \"blue\" {\n#   tenants = [\"blue_harbour\", \"blue_valley\"]\n# }"),
        "{written}"
    );
    let checked = run(&["check", "--format", "json"]);
    assert_eq!(checked.findings(), ["shared-sso-account -"]);

    // What is commented out is configuration, too.
    let uncommented: Vec<&str> = written
        .lines()
        .map(|line| {
            line.strip_prefix("# ")
                .or(line.strip_prefix("  # "))
                .filter(|rest| !rest.starts_with(char::is_uppercase))
                .unwrap_or(line)
        })
        .filter(|line| !line.starts_with("example."))
        .collect();
    std::fs::write(dir.path().join("all.hcl"), uncommented.join("\n")).unwrap();
    let run_all = run(&["check", "--config", "all.hcl"]);
    assert!(run_all.code != 2 || !run_all.stderr.contains("all.hcl"), "{}\n{}", run_all.stderr, uncommented.join("\n"));

    let again = run(&["init"]);
    assert_eq!((again.code, again.stdout.as_str()), (2, ""));
    assert_eq!(std::fs::read_to_string(dir.path().join(".symlint.hcl")).unwrap(), written);
    // Where nothing is found, all of it is a comment.
    let empty = folder(&[]);
    assert_eq!(Symlint::new(&["init"]).dir(empty.path()).run().code, 0);
    let written = std::fs::read_to_string(empty.path().join(".symlint.hcl")).unwrap();
    assert!(written.lines().all(|line| line.is_empty() || line.starts_with('#')), "{written}");
}

#[test]
fn shells_and_man_know_every_command() {
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
