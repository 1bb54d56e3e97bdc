//! What is found below a folder, what is left out, and which inputs cause no unbounded work.

use std::path::Path;
use std::process::Command;

use crate::support::{Run, Symlint, VARIABLE, bad, folder, good, symlint, tenant, values};

fn check(dir: &Path, arguments: &[&str]) -> Run {
    let mut all = vec!["check", "--format", "json"];
    all.extend(arguments);
    Symlint::new(&all).dir(dir).run()
}

/// The root modules of all runs, each with its last values file.
fn runs(run: &Run) -> Vec<String> {
    let report = run.json();
    let runs = report["runs"].as_array().unwrap().iter();
    let last = |run: &serde_json::Value| {
        run["values"].as_array().unwrap().last().map(|file| file.as_str().unwrap().to_owned())
    };
    runs.map(|run| format!("{} {}", run["root"].as_str().unwrap(), last(run).unwrap_or_default())).collect()
}

/// `code reason` of everything that was not checked.
fn gaps(run: &Run) -> Vec<String> {
    let report = run.json();
    let of_runs = report["runs"].as_array().unwrap().iter().flat_map(|run| run["not_checked"].as_array().unwrap());
    let gaps = of_runs.chain(report["not_checked"].as_array().unwrap());
    gaps.map(|gap| format!("{} {}", gap["code"].as_str().unwrap(), gap["reason"].as_str().unwrap())).collect()
}

const FOUND: &str = "role-account-mismatch blue_harbour";

#[test]
fn a_root_module_does_not_end_the_search() {
    let decoy = "variable \"customer_tenants\" {\n  default = {}\n}\n";
    let dir = folder(&[("main.tf", decoy), ("prod/main.tf", VARIABLE), ("prod/terraform.tfvars", &bad())]);
    let run = check(dir.path(), &[]);
    assert_eq!(
        (runs(&run), run.findings()),
        (vec![". ".into(), "prod prod/terraform.tfvars".into()], vec![FOUND.into()])
    );
}

#[test]
fn a_called_module_with_values_is_a_root() {
    let call = format!("{VARIABLE}module \"inner\" {{\n  source = \"./inner\"\n}}\n");
    let files = [("main.tf", call.as_str()), ("terraform.tfvars", &good()), ("inner/main.tf", VARIABLE)];
    let dir = folder(&files);
    assert_eq!(runs(&check(dir.path(), &[])), [". terraform.tfvars"]);
    std::fs::write(dir.path().join("inner/terraform.tfvars"), bad()).unwrap();
    let run = check(dir.path(), &[]);
    assert_eq!(runs(&run), [". terraform.tfvars", "inner inner/terraform.tfvars"]);
    assert_eq!(run.findings(), [FOUND]);
}

#[test]
fn values_files_below_a_module_are_its_runs() {
    let dir = folder(&[
        ("main.tf", &format!("{VARIABLE}variable \"region\" {{}}\n")),
        ("region.auto.tfvars", "region = \"eu-west-1\"\n"),
        ("envs/prod.tfvars", &bad()),
        ("envs/dev.tfvars", &good()),
        ("envs/notes.tfvars", "notes = 1\n"),
    ]);
    let run = check(dir.path(), &["--select", "role-account-mismatch"]);
    assert_eq!(runs(&run), [". envs/dev.tfvars", ". envs/prod.tfvars"]);
    assert_eq!(run.findings(), [FOUND]);
    // A named values file is checked with the module that declares its variables.
    let named = check(dir.path(), &["envs/prod.tfvars"]);
    assert_eq!(runs(&named), [". envs/prod.tfvars"]);
    let human = Symlint::new(&["check", "envs"]).dir(dir.path()).run().stdout;
    assert!(human.contains("[values-alone]"), "a folder without configuration is values alone: {human}");

    std::fs::write(dir.path().join(".symlint.hcl"), "values = [\"envs/d*.tfvars\"]\n").unwrap();
    let run = check(dir.path(), &[]);
    assert_eq!(runs(&run), [". envs/dev.tfvars"]);
    let unloaded = "unloaded-values no run loads the values file `envs/prod.tfvars`, so what it sets was not checked";
    assert_eq!((run.findings(), gaps(&run)), (vec!["not-checked -".into()], vec![unloaded.into()]));
    // If a values file is named, others are left out.
    assert_eq!(check(dir.path(), &["--no-config", "--var-file", "envs/dev.tfvars"]).findings(), [""; 0]);
}

#[test]
fn unloaded_values_files_next_to_a_module_are_reported() {
    let dir =
        folder(&[("infra/main.tf", VARIABLE), ("infra/terraform.tfvars", &good()), ("values/prod.tfvars", &bad())]);
    let run = check(dir.path(), &[]);
    assert_eq!(
        (runs(&run), run.findings()),
        (vec!["infra infra/terraform.tfvars".into()], vec!["not-checked -".into()])
    );
    assert!(gaps(&run)[0].contains("`values/prod.tfvars`"), "{:?}", gaps(&run));
    // If the module has no other values, the files can only be meant for it.
    std::fs::remove_file(dir.path().join("infra/terraform.tfvars")).unwrap();
    let run = check(dir.path(), &[]);
    assert_eq!((runs(&run), run.findings()), (vec!["infra values/prod.tfvars".into()], vec![FOUND.into()]));
}

#[test]
fn a_file_stands_for_the_root_modules_that_read_it() {
    let main = "locals {\n  tenants = yamldecode(file(\"${path.module}/../data/tenants.yaml\"))\n}\n";
    let call = format!(
        "{VARIABLE}{main}module \"sso\" {{\n  source = \"../modules/sso_flow\"\n  for_each = local.tenants\n  tenant_slug = each.key\n}}\n"
    );
    let dir = folder(&[
        (".git/HEAD", ""),
        ("one/main.tf", &call),
        ("one/terraform.tfvars", &bad()),
        ("two/main.tf", VARIABLE),
        ("two/terraform.tfvars", &bad()),
        ("modules/sso_flow/main.tf", "variable \"tenant_slug\" {}\n"),
        ("modules/other/main.tf", "output \"x\" {\n  value = 1\n}\n"),
        ("data/tenants.yaml", "foo: {}\n"),
        ("README.md", ""),
    ]);
    for file in ["modules/sso_flow/main.tf", "one/main.tf", "data/tenants.yaml"] {
        let run = check(dir.path(), &[file]);
        assert_eq!(runs(&run), ["one one/terraform.tfvars"], "{file}: {}", run.stderr);
        assert!(run.findings().contains(&FOUND.to_owned()), "{file}");
    }
    let both = check(dir.path(), &["two/main.tf", "modules/sso_flow/main.tf"]);
    assert_eq!(runs(&both), ["one one/terraform.tfvars", "two two/terraform.tfvars"]);
    let nobody = check(dir.path(), &["modules/other/main.tf"]);
    assert_eq!(
        (nobody.code, gaps(&nobody)),
        (0, vec!["left-out no root module that was found reads `modules/other/main.tf`".into()])
    );
    assert_eq!(check(dir.path(), &["README.md"]).code, 2);
}

#[test]
fn every_named_path_must_have_something_to_check() {
    let dir = folder(&[
        ("a/main.tf", VARIABLE),
        ("a/terraform.tfvars", &good()),
        ("empty/x.txt", ""),
        ("no.tfvars", "x = 1\n"),
    ]);
    let run = check(dir.path(), &["a", "empty", "no.tfvars", "missing"]);
    assert_eq!((run.code, runs(&run).len()), (2, 2), "{}", run.stderr);
    for said in
        ["nothing to check in `empty`", "nothing to check in `no.tfvars`", "cannot read missing: there is no such file"]
    {
        assert!(run.stderr.contains(said), "{}", run.stderr);
    }
    assert!(!run.stderr.contains("`a`"), "{}", run.stderr);
}

#[test]
fn a_mistake_in_one_configuration_does_not_stop_other_modules() {
    let dir = folder(&[
        ("a/main.tf", VARIABLE),
        ("a/terraform.tfvars", &bad()),
        ("b/.symlint.hcl", "tenants {\n  varable = \"x\"\n}\n"),
        ("b/main.tf", VARIABLE),
        ("b/terraform.tfvars", &bad()),
    ]);
    let run = check(dir.path(), &[]);
    assert_eq!((run.code, run.findings()), (2, vec![FOUND.to_owned()]));
    assert!(run.stderr.contains("b/.symlint.hcl:2:3: "), "{}", run.stderr);
    assert_eq!(run.json()["problems"][0]["kind"], "config");
}

#[test]
fn excluded_folders_are_left_out_and_listed() {
    let dir = folder(&[
        ("live/.symlint.hcl", "exclude = [\"old\", \"**/templates\"]\n"),
        ("live/main.tf", VARIABLE),
        ("live/terraform.tfvars", &good()),
        ("live/old/main.tf", VARIABLE),
        ("live/old/terraform.tfvars", &bad()),
        ("live/deep/er/templates/main.tf", VARIABLE),
        ("node_modules/x/main.tf", VARIABLE),
        ("elsewhere/old/main.tf", VARIABLE),
        ("elsewhere/old/terraform.tfvars", &good()),
    ]);
    let run = check(dir.path(), &[]);
    assert_eq!(runs(&run), ["elsewhere/old elsewhere/old/terraform.tfvars", "live live/terraform.tfvars"]);
    let left_out: Vec<String> = gaps(&run).into_iter().filter(|gap| gap.starts_with("left-out")).collect();
    let excluded = |path: &str| format!("left-out `{path}` was left out: the configuration excludes it");
    assert_eq!(left_out, [excluded("live/deep/er/templates"), excluded("live/old")]);
    // A named folder is always checked.
    assert_eq!(check(dir.path(), &["live/old"]).findings(), [FOUND]);
}

#[test]
fn tracked_files_are_never_ignored() {
    let dir = folder(&[("prod/main.tf", VARIABLE), ("prod/terraform.tfvars", &bad())]);
    let git = |arguments: &[&str]| {
        assert!(Command::new("git").current_dir(dir.path()).args(arguments).output().unwrap().status.success());
    };
    git(&["init", "-q"]);
    std::fs::write(dir.path().join(".gitignore"), "prod/\n").unwrap();
    let ignored = check(dir.path(), &[]);
    assert_eq!((ignored.code, gaps(&ignored)), (2, vec!["left-out `prod` was left out: git ignores it".into()]));
    git(&["add", "-A", "--force"]);
    assert_eq!(check(dir.path(), &[]).findings(), [FOUND]);
}

#[cfg(unix)]
#[test]
fn nothing_outside_the_repository_is_read() {
    use std::os::unix::fs::symlink;
    let outside = folder(&[("secret", "[default]\naws_secret_access_key = SEKRET\n"), ("module/main.tf", VARIABLE)]);
    let dir = folder(&[("main.tf", VARIABLE), ("terraform.tfvars", &bad())]);
    symlink(outside.path().join("secret"), dir.path().join("x.auto.tfvars")).unwrap();
    symlink(outside.path().join("module"), dir.path().join("linked")).unwrap();
    for format in ["human", "json", "sarif"] {
        let run = Symlint::new(&["check", "--format", format]).dir(dir.path()).run();
        assert_eq!(run.code, 2);
        assert!(!run.stdout.contains("SEKRET") && !run.stderr.contains("SEKRET"), "{run:?}");
        assert_eq!(run.stderr.matches("cannot read x.auto.tfvars: it is outside of ").count(), 1, "{}", run.stderr);
        assert!(run.stdout.contains("role-account-mismatch"), "the others are checked");
    }
    assert!(
        gaps(&check(dir.path(), &[])).contains(&"left-out `linked` was left out: it is a link to another place".into())
    );

    let run = Symlint::new(&["eval", ".", "1"]).dir(dir.path()).run();
    assert!(!run.stderr.contains("SEKRET") && !run.stderr.contains("default"), "{run:?}");
    assert!(run.stderr.contains("cannot read x.auto.tfvars: it is outside of "), "{run:?}");

    let read = |path: &str| {
        format!(
            "locals {{\n  all = file(\"{path}\")\n}}\n{}",
            VARIABLE.replace("any", "any\n  default = { a = local.all }")
        )
    };
    let up = format!("{}/secret", outside.path().display());
    let dir = folder(&[
        (".git/HEAD", "ref: SEKRET"),
        ("main.tf", &read("../../../../../../../../etc/hostname")),
        ("other.tf", &read(&up).replace("all", "up").replace("customer_tenants", "b")),
    ]);
    let run = Symlint::new(&["eval", ".", "[local.all, local.up]"]).dir(dir.path()).run();
    assert!(!run.stdout.contains("SEKRET"), "{run:?}");
}

#[cfg(unix)]
#[test]
fn only_regular_files_are_opened() {
    let dir = folder(&[("main.tf", VARIABLE), ("terraform.tfvars", &bad())]);
    let pipe = |name: &str| assert!(Command::new("mkfifo").arg(dir.path().join(name)).status().unwrap().success());
    pipe("pipe.tf");
    let run = check(dir.path(), &[]);
    assert_eq!((run.code, run.findings()), (2, vec![FOUND.to_owned()]));
    assert!(run.stderr.contains("cannot read pipe.tf: it is not a regular file"), "{}", run.stderr);
    pipe("values.tfvars");
    let run = check(dir.path(), &["values.tfvars"]);
    assert!(run.code == 2 && run.stderr.contains("values.tfvars: it is not a regular file"), "{run:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_text_is_reported() {
    use std::os::unix::ffi::OsStrExt;
    let dir = folder(&[("main.tf", VARIABLE), ("terraform.tfvars", &good())]);
    let name = std::ffi::OsStr::from_bytes(b"bad\xff_override.tf");
    std::fs::write(dir.path().join(name), "").unwrap();
    let run = check(dir.path(), &[]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("its name is not UTF-8"), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn no_report_is_written_through_a_link_out_of_the_repository() {
    let victim = folder(&[("victim", "precious")]);
    let dir = folder(&[("terraform.tfvars", &good())]);
    std::os::unix::fs::symlink(victim.path().join("victim"), dir.path().join("out.sarif")).unwrap();
    let run = Symlint::new(&["check", "--format", "sarif=out.sarif"]).dir(dir.path()).run();
    assert!(run.code == 2 && run.stderr.contains("cannot write out.sarif"), "{run:?}");
    assert_eq!(std::fs::read_to_string(victim.path().join("victim")).unwrap(), "precious");
}

#[test]
fn options_of_other_programs_are_answered_with_ours() {
    for (option, said) in [
        ("--fix", "`symlint fix`"),
        ("--exit-zero", "`--fail-on never`"),
        ("--output-file=x", "`--format FORMAT=FILE`"),
        ("--show-files", "`-v`"),
        ("--explain", "`symlint explain RULE`"),
        ("-f", "`symlint check --format json`"),
        ("--json", "`symlint check --format json`"),
        ("--no-color", "`--color never`"),
        ("--strict", "`--fail-on warning`"),
        ("--soft-fail", "`--fail-on never`"),
        ("--minimum-severity=low", "`--fail-on error|warning|never`"),
        ("--since=main", "`--new-since REF`"),
        ("--base", "`symlint diff --base REF`"),
        ("--diff", "`symlint fix --diff`"),
        ("--show-fixes", "`symlint fix --diff`"),
        ("--dry-run", "`symlint fix --diff`"),
        ("--watch", "`watchexec symlint check`"),
        ("--rule=x", "`--select RULE`"),
        ("-var-file=x", "no option `-var-file`\nhelp: use `--var NAME=VALUE` or `--var-file FILE`"),
    ] {
        let run = symlint(&["check", option]);
        assert!(run.code == 2 && run.stderr.contains(said), "{option}: {}", run.stderr);
        assert!(!run.stderr.contains("tip:"), "{option}: {}", run.stderr);
    }
    for (option, said) in [
        ("--max-findings=x", "use a whole number, or 0 for all"),
        ("--max-findings=-1", "use a whole number, or 0 for all"),
        ("--format=sarrif", "the formats are `human`, `concise`, `json`, `sarif`"),
        ("--format=sarrif", "did you mean `sarif`?"),
    ] {
        let run = symlint(&["check", option]);
        assert!(run.code == 2 && run.stderr.contains(said), "{option}: {}", run.stderr);
    }
    let typo = symlint(&["check", "--slect"]);
    assert!(typo.stderr.contains("'--select'") && !typo.stderr.contains("-- --"), "{}", typo.stderr);
    for (command, said) in [("lint", "help: use `symlint check`\n"), ("examples", "use `symlint check examples`")] {
        let run = symlint(&[command]);
        assert!(run.code == 2 && run.stderr.contains(said) && !run.stderr.contains("tip:"), "{}", run.stderr);
    }
}

/// A collection that a values file sets under an undeclared name may be the tenants.
#[test]
fn values_without_a_variable_are_not_a_pass() {
    let module = include_str!("../../fixtures/wiring/sso_flow.tf");
    let variable = VARIABLE.replacen("{\n", "{\n  default = {}\n", 1).replace("customer_tenants", "clients");
    let call = include_str!("../../fixtures/wiring/call.tf").replace("customer_tenants", "clients");
    let main = format!("{variable}{call}");
    let of = |name: &str, value: &str| {
        let values = value.replace("customer_tenants", name);
        let dir = folder(&[("main.tf", &main), ("sso_flow/main.tf", module), ("terraform.tfvars", &values)]);
        let run = check(dir.path(), &[]);
        (run.code, run.findings(), run.stderr)
    };
    let (code, found, said) = of("clientss", &good());
    assert_eq!((code, found), (2, vec!["undeclared-variable -".to_owned()]));
    assert!(said.contains("sets `clientss`, which is not declared") && said.contains("to `clients`"), "{said}");
    let (code, _, said) = of("customers", &good());
    assert!(code == 2 && said.contains("or declare it"), "{said}");
    // A value that cannot be the tenants is not mentioned.
    assert_eq!(of("owner", "customer_tenants = \"team\"\n").0, 0);
}

#[test]
fn settings_that_weaken_a_check_are_reported() {
    let text = bad().replace("  blue", "  # symlint-ignore: role-account-mismatch -- moved\n  blue");
    let config =
        "rule \"role-outside-sym-path\" {\n  level = \"off\"\n}\nrule \"region-invalid\" {\n  level = \"warning\"\n}\n";
    let dir = folder(&[(".symlint.hcl", config), ("terraform.tfvars", &text)]);
    let run = |format: &str| Symlint::new(&["check", "--format", format]).dir(dir.path()).run().stdout;
    for format in ["human", "concise", "markdown", "sarif", "junit", "github", "gitlab"] {
        let text = run(format).replace("`", "").to_lowercase();
        for said in [
            "configuration: .symlint.hcl",
            "rules that are off: role-outside-sym-path",
            "rules lowered to warnings: region-invalid",
            "suppressed by a comment: role-account-mismatch of blue_harbour: moved",
        ] {
            assert!(text.contains(said), "{format}: {text}");
        }
    }
    let policy = &check(dir.path(), &[]).json()["policy"];
    assert_eq!(policy["off"], serde_json::json!(["role-outside-sym-path"]));
    let strict = check(dir.path(), &["--no-inline-suppressions"]);
    assert_eq!((strict.code, strict.findings()), (1, vec![FOUND.to_owned()]));
    assert_eq!(strict.json()["policy"]["inline_suppressions"], false);
}

#[test]
fn many_findings_are_cut_and_counted_by_rule() {
    let run = |arguments: &[&str]| {
        let mut all = vec!["check", "examples/copy-paste"];
        all.extend(arguments);
        symlint(&all).stdout
    };
    let cut = run(&["--max-findings", "3"]);
    assert!(cut.contains("\n5 more findings are not shown: `--max-findings 0` shows all\n"), "{cut}");
    assert!(cut.contains("\n1  duplicate-key\n"), "{cut}");
    assert!(!run(&[]).contains("not shown:"));
    assert!(run(&["--statistics"]).contains("1  duplicate-key\n"));
}

#[test]
fn too_many_findings_are_summarized_on_one_screen() {
    let account = |number: u64| (310_418_203_117 + number * 700_417_019).to_string();
    // Every role is in another account, and every third permission set is malformed.
    let wrong = |number: u64| {
        let (role, instance) = (format!("iam::{}", account(3 * number)), format!("7223a91be40c{number:04x}"));
        let (own, target) = (account(3 * number + 1), account(3 * number + 2));
        let set = if number.is_multiple_of(3) { "/ps-1" } else { "/ps-5e1b09c7d2a84f63" };
        let values = [
            ("iam::719240583316", role.as_str()),
            ("719240583316", &own),
            ("7223a91be40c5d68", &instance),
            ("604178239951", &target),
            ("/ps-5e1b09c7d2a84f63", set),
        ];
        tenant(&format!("tenant_{number:03}"), &values)
    };
    let text = values(&(0..300).map(wrong).collect::<Vec<_>>());
    let dir = folder(&[("terraform.tfvars", &text)]);
    let run = |arguments: &[&str]| Symlint::new(&[&["check"], arguments].concat()).dir(dir.path()).run().stdout;
    let (summed_up, all) = (run(&[]), run(&["--max-findings", "0"]));
    assert!(summed_up.lines().count() < 70, "{summed_up}");
    assert!(all.lines().count() > 300 && !all.contains("not shown"), "{all}");
    // Each rule has an example, its help, and the places of some other findings.
    for rule in ["role-account-mismatch", "permission-set-arn-format"] {
        assert!(summed_up.contains(&format!("[{rule}]")), "{rule}: {summed_up}");
    }
    let more = summed_up.lines().filter(|line| line.contains(" more: tenant_") || line.contains(" more [")).count();
    assert!(more >= 2 && summed_up.matches("help: ").count() >= 2, "{summed_up}");
    let numbers: Vec<&str> = summed_up.lines().filter(|line| line.ends_with("  role-account-mismatch")).collect();
    assert_eq!(numbers, ["300  role-account-mismatch"]);
    // If a number of findings is requested, that many are shown one by one.
    let some = run(&["--max-findings", "60"]);
    assert!(some.lines().filter(|line| line.starts_with("  × ")).count() > 30 && some.contains("not shown"), "{some}");
}

#[test]
fn a_second_values_file_that_drops_tenants_is_a_warning() {
    let all = values(&[tenant("blue_harbour", &[]), tenant("red_canyon", &[])]);
    let dir = folder(&[("main.tf", VARIABLE), ("all.tfvars", &all), ("one.tfvars", &good())]);
    let found = |files: [&str; 2]| {
        let options: Vec<&str> = files.iter().flat_map(|file| ["--var-file", *file]).collect();
        let select = ["--select", "overridden-tenants"];
        let run = check(dir.path(), &[&options[..], &select].concat());
        let report = run.json();
        let findings = report["findings"].as_array().unwrap().clone();
        let text = |it: &serde_json::Value| format!("{}: {}", it["level"], it["message"]).replace('"', "");
        findings.iter().map(text).collect::<Vec<_>>()
    };
    let said =
        "warning: `customer_tenants` is set again in one.tfvars, without `red_canyon`; only that value takes effect";
    assert_eq!(found(["all.tfvars", "one.tfvars"]), [said]);
    // The last file has all tenants.
    assert_eq!(found(["one.tfvars", "all.tfvars"]), [""; 0]);
    assert_eq!(found(["one.tfvars", "one.tfvars"]), [""; 0]);
}

#[test]
fn the_search_of_folders_is_limited() {
    let deep = "d/".repeat(202);
    let file = format!("{deep}main.tf");
    let dir = folder(&[("main.tf", VARIABLE), ("terraform.tfvars", &good()), (&file, VARIABLE)]);
    let left_out = gaps(&check(dir.path(), &[])).into_iter().find(|gap| gap.starts_with("left-out")).unwrap();
    assert!(left_out.ends_with("/d/d` was left out: it is nested deeper than 200 folders"), "{left_out}");
}

/// Root modules are normally not kept in such a folder, so one there may be hidden on purpose.
#[test]
fn tracked_files_in_a_folder_that_is_not_searched_are_reported() {
    let dir = folder(&[
        ("main.tf", VARIABLE),
        ("terraform.tfvars", &good()),
        ("node_modules/x/main.tf", VARIABLE),
        ("node_modules/x/terraform.tfvars", &bad()),
    ]);
    let left_out =
        || gaps(&check(dir.path(), &[])).into_iter().filter(|gap| gap.starts_with("left-out")).collect::<Vec<_>>();
    assert_eq!(left_out(), [""; 0]);
    for arguments in [&["init", "-q"][..], &["add", "-A"]] {
        assert!(Command::new("git").current_dir(dir.path()).args(arguments).status().unwrap().success());
    }
    let said = "left-out `node_modules` was left out: folders called `node_modules` are not searched";
    assert_eq!(left_out(), [said]);
}

#[cfg(unix)]
#[test]
fn ignore_files_that_are_links_or_pipes_are_not_read() {
    let dir = folder(&[("main.tf", VARIABLE), ("terraform.tfvars", &good()), ("sub/x.txt", "")]);
    let ignore = dir.path().join(".gitignore");
    std::os::unix::fs::symlink("/dev/zero", &ignore).unwrap();
    assert_eq!(Symlint::new(&["check"]).dir(dir.path()).run().code, 0);
    std::fs::remove_file(&ignore).unwrap();
    assert!(Command::new("mkfifo").arg(&ignore).status().unwrap().success());
    assert_eq!(Symlint::new(&["check"]).dir(dir.path()).run().code, 0);
}

/// A root module with its own tenants. If `bad` is true, an account is wrong.
fn prod(bad: &str) -> [(&'static str, String); 3] {
    let account = format!("{bad} ? \"280365914472\" : each.value.target_account_id");
    let call = include_str!("../../fixtures/wiring/call.tf").replace("each.value.target_account_id", &account);
    let call = call.replace("var.customer_tenants", "local.tenants").replace("./sso_flow", "../modules/sso_flow");
    let second = [
        ("719240583316", "048261739905"),
        ("7223a91be40c5d68", "7223b02cf51d6e79"),
        ("604178239951", "593017462285"),
        ("ps-5e1b09c7d2a84f63", "ps-0d94e7b25f3ac861"),
    ];
    let tenants = values(&[tenant("blue_harbour", &[]), tenant("red_canyon", &second)]);
    let tenants = tenants.replace("customer_tenants = {", "locals {\n  tenants = {") + "}\n";
    let head = "variable \"bad\" {\n  default = false\n}\nprovider \"sym\" {\n  org = \"acme\"\n}\n";
    [
        ("prod/main.tf", format!("{head}{call}")),
        ("prod/tenants.tf", tenants),
        ("modules/sso_flow/main.tf", include_str!("../../fixtures/wiring/sso_flow.tf").to_owned()),
    ]
}

#[test]
fn a_call_elsewhere_does_not_replace_a_root_module() {
    let found = |bad: &str, caller: &str| {
        let mut files = prod(bad).to_vec();
        files.push(("tests/main.tf", format!("module \"x\" {{\n  source = \"../prod\"\n  {caller}\n}}\n")));
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let dir = folder(&files);
        let run = check(dir.path(), &[]);
        let gone = prod(bad)[0].1.replace("provider \"sym\" {\n  org = \"acme\"\n}\n", "");
        std::fs::write(dir.path().join("prod/main.tf"), gone).unwrap();
        (run.findings(), check(dir.path(), &[]).findings())
    };
    let wrong = vec!["flow-argument-miswired -".to_owned()];
    let nothing: Vec<String> = Vec::new();
    assert_eq!(found("var.bad", ""), (nothing.clone(), nothing.clone()));
    for caller in ["for_each = {}", "count = 0", "bad = true"] {
        // Without a provider, it may be a module that is called like this.
        let other = if caller == "bad = true" { nothing.clone() } else { wrong.clone() };
        assert_eq!(found("!var.bad", caller), (wrong.clone(), other), "{caller}");
    }
}

#[test]
fn an_unused_module_does_not_stop_the_check() {
    let files = prod("var.bad");
    let mut files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    files.push(("old/sso_flow/main.tf", include_str!("../../fixtures/wiring/sso_flow.tf")));
    let dir = folder(&files);
    let run = check(dir.path(), &[]);
    let said =
        "left-out `old/sso_flow` was left out: nothing that was found calls it, and its variables have no values";
    assert_eq!((run.code, run.findings(), gaps(&run)), (0, vec![], vec![said.to_owned()]));
    // A named folder is always checked.
    assert_eq!(check(dir.path(), &["old/sso_flow"]).code, 2);
}

/// Terraform does not plan a module whose caller is elsewhere, so what its defaults lead to is no error.
#[test]
fn a_module_without_a_caller_has_no_tenants() {
    let library = |default: &str| {
        format!(
            "variable \"account_id\" {{}}\nvariable \"groups\" {{\n  type = list(string)\n  default = {default}\n}}\n\
             resource \"aws_ssoadmin_account_assignment\" \"groups\" {{\n  for_each = toset(var.groups)\n  target_id = var.account_id\n  \
             instance_arn = \"arn:aws:sso:::instance/ssoins-7223a91be40c5d68\"\n  permission_set_arn = \
             \"arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63\"\n}}\n"
        )
    };
    let why = "nothing that was found calls it, and its variables have no values";
    for default in ["null", "[]"] {
        let text = library(default);
        let files = prod("var.bad");
        let mut files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        files.push(("library/main.tf", &text));
        let run = check(folder(&files).path(), &[]);
        let said = format!("left-out `library` was left out: {why}");
        assert_eq!((run.code, run.findings(), gaps(&run)), (0, vec![], vec![said]), "{default}");
        let alone = check(folder(&[("main.tf", &text)]).path(), &[]);
        let said = format!("no-flow this module has no tenants: {why}");
        assert_eq!((alone.findings(), gaps(&alone)), (vec!["not-checked -".to_owned()], vec![said]), "{default}");
    }
}

#[test]
fn files_for_terraform_and_for_opentofu_are_both_checked() {
    let [(_, right), tenants, module] = prod("var.bad");
    let wrong = right.replace("default = false", "default = true");
    let found = |files: &[(&str, &str)]| {
        let mut all = vec![("prod/tenants.tf", tenants.1.as_str()), (module.0, module.1.as_str())];
        all.extend(files);
        let run = check(folder(&all).path(), &[]);
        (run.findings(), runs(&run).len())
    };
    let miswired = vec!["flow-argument-miswired -".to_owned()];
    let [tf, tofu] = ["prod/main.tf", "prod/main.tofu"];
    assert_eq!(found(&[(tf, &right), (tofu, &right)]), (vec![], 1));
    assert_eq!(found(&[(tf, &wrong), (tofu, &right)]), (miswired.clone(), 2));
    assert_eq!(found(&[(tf, &right), (tofu, &wrong)]), (miswired.clone(), 1));
    let mended = "variable \"bad\" {\n  default = false\n}\n";
    assert_eq!(found(&[(tf, &wrong), ("prod/x_override.tofu", mended)]), (miswired, 2));
    // Both ways to read the files have a name.
    let both = [(tf, wrong.as_str()), (tofu, &right), ("prod/tenants.tf", &tenants.1), (module.0, &module.1)];
    for command in ["check", "inspect"] {
        let run = Symlint::new(&[command, "."]).dir(folder(&both).path()).run();
        assert!(run.stdout.contains("\nprod as Terraform reads it"), "{}", run.stdout);
    }
    // Settings of `terraform` itself do not make the two ways differ.
    let [ours, theirs] =
        ["terraform {\n  required_version = \">= 1.9\"\n}\n", "terraform {\n  required_version = \">= 1.8\"\n}\n"];
    assert_eq!(found(&[(tf, &right), ("prod/versions.tf", ours), ("prod/versions.tofu", theirs)]), (vec![], 1));
}

/// Files in the repository must not decide which workspace is used or which modules are installed.
#[test]
fn committed_files_of_terraform_itself_are_not_trusted() {
    let list = r#"{"Modules": [{"Key": "access", "Source": "registry.terraform.io/example/flow/sym", "Version": "1.0.0", "Dir": "../modules/sso_flow"}]}"#;
    let [(_, main), tenants, module] = prod("terraform.workspace != \"prod\"");
    let dir = folder(&[
        ("prod/main.tf", &main.replace("../modules/sso_flow", "example/flow/sym")),
        ("prod/tenants.tf", &tenants.1),
        (module.0, &module.1),
        ("prod/.terraform/environment", "prod"),
        ("prod/.terraform/modules/modules.json", list),
    ]);
    let git = |arguments: &[&str]| {
        assert!(Command::new("git").current_dir(dir.path()).args(arguments).output().unwrap().status.success());
    };
    git(&["init", "-q"]);
    let gap = "left-out `terraform.workspace` is `prod` here, so what is different in other workspaces was not checked";
    assert_eq!((check(dir.path(), &[]).findings(), gaps(&check(dir.path(), &[]))), (vec![], vec![gap.to_owned()]));
    git(&["add", "-A", "--force"]);
    let run = check(dir.path(), &[]);
    assert_eq!(run.findings(), ["flow-argument-miswired -"]);
    assert!(gaps(&run).iter().any(|gap| gap.starts_with("remote-module the module `example/flow/sym`")), "{run:?}");
    assert_eq!(Symlint::new(&["check"]).dir(dir.path()).env("TF_WORKSPACE", "prod").run().code, 0);
}

#[test]
fn default_tenants_that_every_run_replaces_are_reported() {
    let dir = folder(&[
        (".symlint.hcl", "values = [\"empty.tfvars\"]\n"),
        ("main.tf", VARIABLE),
        ("terraform.tfvars", &bad()),
        ("empty.tfvars", "customer_tenants = {}\n"),
    ]);
    let run = check(dir.path(), &[]);
    let said = "every run replaces `customer_tenants` of `terraform.tfvars`, so what it sets there was not checked";
    assert_eq!((run.findings(), gaps(&run)), (vec!["not-checked -".into()], vec![format!("unloaded-values {said}")]));
    assert_eq!(check(dir.path(), &["terraform.tfvars"]).findings(), [FOUND]);
}

/// An empty collection in a values file was written on purpose.
#[test]
fn an_empty_default_is_not_a_value() {
    let of = |tenants: &str, source: &str| {
        let call = include_str!("../../fixtures/wiring/call.tf").replace("var.customer_tenants", source);
        let module = include_str!("../../fixtures/wiring/sso_flow.tf");
        let dir = folder(&[("main.tf", &format!("{tenants}\n{call}")), ("sso_flow/main.tf", module)]);
        let run = check(dir.path(), &[]);
        std::fs::write(dir.path().join("terraform.tfvars"), "customer_tenants = {}\n").unwrap();
        (run.code, gaps(&run), gaps(&check(dir.path(), &[])))
    };
    let variable = "variable \"customer_tenants\" {\n  default = {}\n}";
    let said =
        "no-flow the variable `customer_tenants` is empty by default, and nothing sets it, so no tenant was checked";
    assert_eq!(of(variable, "var.customer_tenants"), (0, vec![said.into()], vec![]));
    for local in ["{}", "({})", "toset([])"] {
        assert_eq!(of(&format!("locals {{\n  none = {local}\n}}"), "local.none").1, [""; 0], "{local}");
    }
    let filtered = "{ for name in fileset(path.module, \"*.yaml\") : name => {} }";
    let said = "no-flow no tenant was found for `module.access`";
    assert_eq!(of(&format!("locals {{\n  none = {filtered}\n}}"), "local.none").1, [said]);
}

/// A runner obeys lines that begin like this, on standard output as well as on standard error.
#[cfg(unix)]
#[test]
fn no_name_can_start_a_command_for_a_runner() {
    let names = ["::error::PWN", "a\n::set-output name=x::PWN", "##[error]PWN"];
    let files: Vec<String> = names.iter().map(|name| format!("{name}/terraform.tfvars")).collect();
    let text = bad();
    let dir = folder(&files.iter().map(|name| (name.as_str(), text.as_str())).collect::<Vec<_>>());
    std::fs::write(dir.path().join(names[1]).join(".symlint.hcl"), "x = 1\n").unwrap();
    for format in ["human", "concise"] {
        let run = Symlint::new(&["check", "--format", format]).dir(dir.path()).run();
        assert!(run.stdout.contains("PWN") && run.stderr.contains("PWN"), "{run:?}");
        let lines = run.stdout.lines().chain(run.stderr.lines());
        let obeyed = lines.filter(|line| line.trim_start().starts_with("::") || line.contains("##["));
        assert_eq!(obeyed.collect::<Vec<_>>(), [""; 0], "{format}");
    }
}

#[test]
fn a_folder_under_two_names_is_checked_once() {
    let dir = folder(&[("a/main.tf", VARIABLE), ("a/terraform.tfvars", &bad()), ("b/main.tf", VARIABLE)]);
    let run = check(&dir.path().join("a"), &["--select", "role-account-mismatch", ".", "../a", "../b/../a", ".."]);
    assert_eq!(run.findings(), [FOUND]);
    assert_eq!(runs(&run).iter().filter(|run| run.contains("tfvars")).count(), 1, "{:?}", runs(&run));
}

#[cfg(unix)]
#[test]
fn a_linked_values_file_is_loaded() {
    let dir = folder(&[
        ("prod/main.tf", VARIABLE),
        ("prod/terraform.tfvars", &good()),
        ("stage/main.tf", VARIABLE),
        ("shared.tfvars", &good()),
    ]);
    std::os::unix::fs::symlink("../shared.tfvars", dir.path().join("stage/terraform.tfvars")).unwrap();
    let run = check(dir.path(), &["--select", "not-checked"]);
    assert_eq!((run.findings(), gaps(&run)), (vec![], vec![]));
}

#[test]
fn values_on_the_command_line_are_the_only_run() {
    let dir = folder(&[
        ("main.tf", VARIABLE),
        (".symlint.hcl", "values = [\"envs/*.tfvars\"]\n"),
        ("envs/dev.tfvars", &good()),
        ("envs/prod.tfvars", &bad()),
    ]);
    let run = check(dir.path(), &["--var-file", "envs/prod.tfvars"]);
    assert_eq!((runs(&run), run.findings()), (vec![". envs/prod.tfvars".into()], vec![FOUND.into()]));
    let unloaded = "unloaded-values no run loads the values file `envs/dev.tfvars`, so what it sets was not checked";
    assert_eq!(gaps(&run), [unloaded]);
}

#[test]
fn the_advice_about_values_files_works() {
    let dir = folder(&[
        ("stacks/billing/main.tf", VARIABLE),
        ("stacks/portal/main.tf", VARIABLE),
        ("config/billing/prod.tfvars", &good()),
        ("config/portal/prod.tfvars", &bad()),
    ]);
    let run = check(dir.path(), &[]);
    assert_eq!(runs(&run), ["stacks/billing ", "stacks/portal "]);
    for name in ["billing", "portal"] {
        let help = format!(
            "Check it with `symlint check stacks/{name} --var-file config/{name}/prod.tfvars`, or set `values = \
             [\"../../config/{name}/prod.tfvars\"]` in stacks/{name}/.symlint.hcl"
        );
        assert!(run.stdout.contains(&serde_json::to_string(&help).unwrap()), "{help}: {}", run.stdout);
        let config = format!("values = [\"../../config/{name}/*.tfvars\", \"envs/*.tfvars\"]\n");
        std::fs::write(dir.path().join(format!("stacks/{name}/.symlint.hcl")), config).unwrap();
    }
    let run = check(dir.path(), &[]);
    let expected = ["billing", "portal"].map(|name| format!("stacks/{name} config/{name}/prod.tfvars"));
    assert_eq!((runs(&run), run.findings()), (expected.into(), vec![FOUND.into()]));
    let unmatched = |name: &str| {
        format!("left-out `envs/*.tfvars` in `values` of stacks/{name}/.symlint.hcl matches no values file")
    };
    assert_eq!(gaps(&run), [unmatched("billing"), unmatched("portal")]);
    // If only a part is searched, the pattern may match something in the rest.
    assert_eq!(gaps(&check(dir.path(), &["stacks/portal/main.tf"])), [""; 0]);
}

#[test]
fn values_files_can_be_excluded() {
    let dir = folder(&[
        ("main.tf", VARIABLE),
        (".symlint.hcl", "exclude = [\"envs/*.tfvars\"]\n"),
        ("terraform.tfvars", &good()),
        ("envs/prod.tfvars", &bad()),
    ]);
    let run = check(dir.path(), &[]);
    assert_eq!(run.findings(), [""; 0]);
    assert_eq!(gaps(&run), ["left-out `envs/prod.tfvars` was left out: the configuration excludes it"]);
    // It belongs to no run.
    assert_eq!(run.json()["runs"][0]["not_checked"].as_array().unwrap().len(), 0);
}

#[test]
fn a_pattern_that_excludes_nothing_is_named() {
    let dir = folder(&[
        (".git/HEAD", ""),
        ("prod/main.tf", VARIABLE),
        ("prod/terraform.tfvars", &good()),
        ("prod/.symlint.hcl", "exclude = [\"old\", \"../test\"]\n"),
        ("docs/readme.md", ""),
        ("test/a/main.tf", VARIABLE),
        (".symlint.hcl", "exclude = [\"docs\", \"tests/*\", \"*/a\"]\n"),
    ]);
    let unmatched = |pattern: &str, config: &str| {
        format!("left-out `{pattern}` in `exclude` of {config} matches no folder or values file")
    };
    let left_out = "left-out `test/a` was left out: the configuration excludes it".to_owned();
    assert_eq!(
        gaps(&check(dir.path(), &[])),
        [unmatched("old", "prod/.symlint.hcl"), left_out, unmatched("tests/*", ".symlint.hcl")]
    );
    // If only a part is searched, the pattern may match something in the rest.
    std::fs::remove_file(dir.path().join("prod/.symlint.hcl")).unwrap();
    assert_eq!(gaps(&check(dir.path(), &["prod"])), [""; 0]);
}

#[test]
fn terragrunt_is_reported_only_if_it_adds_values_or_files() {
    let include = "include {\n  path = find_in_parent_folders()\n}\n";
    let source = "terraform {\n  source = \"../../modules/access\"\n}\n";
    let unit = format!("{include}{source}");
    let generate =
        |text: &str| format!("generate \"a\" {{\n  path = \"a.tf\"\n  contents = <<-EOF\n{text}\n  EOF\n}}\n");
    let dir = folder(&[
        (".git/HEAD", ""),
        ("terragrunt.hcl", "remote_state {\n  backend = \"s3\"\n}\n"),
        ("modules/access/main.tf", VARIABLE),
        ("live/prod/terragrunt.hcl", &unit),
        ("live/prod/tenants.tfvars", &good()),
    ]);
    assert_eq!(check(dir.path(), &[]).findings(), [""; 0]);
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    let arguments = "  extra_arguments \"v\" {\n    env_vars = { TF_VAR_customer_tenants = \"{}\" }\n  }\n}\n";
    for (name, text) in [
        ("live/prod/terragrunt.hcl", format!("{unit}inputs = {{ a = 1 }}\n")),
        ("live/prod/terragrunt.hcl", unit.replace("()", "(local.name)")),
        ("live/prod/terragrunt.hcl", unit.replace("access\"\n}\n", &format!("access\"\n{arguments}"))),
        ("terragrunt.hcl", "inputs = { a = 1 }\n".to_owned()),
        ("live/prod/terragrunt.hcl", unit.clone() + &generate("module \"a\" {\n  source = \"./b\"\n}")),
        ("live/prod/terragrunt.hcl", unit.clone() + "generate \"a\" {\n  contents = file(\"a\")\n}\n"),
        ("terragrunt.hcl", generate("locals {\n  a = 1\n}")),
    ] {
        let old = std::fs::read_to_string(dir.path().join(name)).unwrap();
        write(name, &text);
        assert!(check(dir.path(), &[]).findings().contains(&"not-checked -".to_owned()), "{text}");
        write(name, &old);
    }
    // Nearly all repositories with Terragrunt generate their providers like this.
    let provider = generate(
        "provider \"aws\" {\n  region = \"${local.region}\"\n}\nterraform {\n  required_version = \">= 1\"\n}",
    );
    write("terragrunt.hcl", &provider);
    assert_eq!(check(dir.path(), &[]).findings(), [""; 0]);
    write("live/prod/terragrunt.hcl.json", "{}");
    std::fs::remove_file(dir.path().join("live/prod/terragrunt.hcl")).unwrap();
    assert!(check(dir.path(), &[]).findings().contains(&"not-checked -".to_owned()));
    std::fs::remove_file(dir.path().join("live/prod/terragrunt.hcl.json")).unwrap();
    // If there is nothing else, it is the reason why nothing was checked.
    std::fs::remove_file(dir.path().join("live/prod/tenants.tfvars")).unwrap();
    write("live/prod/terragrunt.hcl", &format!("{unit}inputs = {{ a = 1 }}\n"));
    let run = check(dir.path(), &["live"]);
    let expected = "nothing was checked in `live`: Terragrunt's inputs in `live/prod/terragrunt.hcl` were not read";
    assert!(
        run.code == 2 && run.stderr.contains(expected) && run.stderr.contains("--working-dir live/prod"),
        "{run:?}"
    );
    assert!(!run.stderr.contains("nothing to check"), "{run:?}");
}

/// A folder whose name is not UTF-8 cannot be checked, and the report says so.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_whose_name_is_not_text_is_left_out() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let dir = folder(&[("main.tf", VARIABLE), ("terraform.tfvars", &good())]);
    let hidden = dir.path().join(OsStr::from_bytes(b"b\xff"));
    std::fs::create_dir(&hidden).unwrap();
    std::fs::write(hidden.join("main.tf"), VARIABLE).unwrap();
    std::fs::write(hidden.join("terraform.tfvars"), bad()).unwrap();
    let gaps = gaps(&check(dir.path(), &[]));
    assert!(gaps.iter().any(|gap| gap.contains("its name is not UTF-8")), "{gaps:?}");
}

/// Each of these inputs once took minutes, or more memory than is available.
#[test]
fn the_cost_is_linear_in_the_input() {
    let chain = |at: usize| (format!("m{at}/main.tf"), format!("module \"a\" {{\n  source = \"../m{}\"\n}}\n", at + 1));
    let chain: Vec<(String, String)> = (0..1000).map(chain).collect();
    let customers: String =
        (0..50_000).map(|at| format!("customer \"c{at}\" {{\n  tenants = [\"a{at}\", \"b{at}\"]\n}}\n")).collect();
    let twice = format!("{{{}\"a\": 1}}", "\"a\": 1,".repeat(80_000));
    let decoded = String::from(
        "locals {\n  twice = jsondecode(file(\"twice.json\")).a\n}\nmodule \"runtime\" {\n  source = \
                           \"symopsio/runtime-connector/aws\"\n  account_id_safelist = [for t in var.customer_tenants : t.sso_account_id if local.twice == \
                           1]\n}\n",
    );
    for (what, more) in [
        ("a chain of modules", chain),
        ("customers", vec![(".symlint.hcl".to_owned(), customers)]),
        ("keys", vec![("twice.json".to_owned(), twice), ("more.tf".to_owned(), decoded)]),
    ] {
        let good = good();
        let mut all = vec![("main.tf", VARIABLE), ("terraform.tfvars", good.as_str())];
        all.extend(more.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        let dir = folder(&all);
        let run = check(dir.path(), &["--ignore", "duplicate-key"]);
        assert!(run.code < 2, "{what}: {run:?}");
    }
}

/// Resources of Sym's other products have no tenants that could be named.
#[test]
fn resources_for_other_services_are_not_tenants() {
    let dir = folder(&[("main.tf", "resource \"sym_strategy\" \"this\" {\n  type = \"okta\"\n  name = \"okta\"\n}\n")]);
    let run = check(dir.path(), &["."]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("no access through AWS IAM Identity Center"), "{}", run.stderr);
    assert!(!run.stderr.contains("tenants {"), "{}", run.stderr);
}
