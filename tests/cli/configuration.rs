//! `.symlint.hcl`, the choice of rules, and `symlint init`.

use crate::support::{Symlint, VARIABLE, bad, folder, good, symlint, tenant, values};

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
    let run = |path: &str| Symlint::new(&["check", "--format", "concise", path]).dir(dir.path()).run();
    let mistyped = run("m");
    assert_eq!(mistyped.code, 2);
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

    // A flow module is known by its arguments, too.
    std::fs::write(dir.path().join("m/main.tf"), main("access_flow")).unwrap();
    let renamed = run("m");
    assert!(!renamed.stdout.contains("wiring was not checked"), "{}", renamed.stdout);
}

#[test]
fn a_configuration_that_says_nothing_or_two_things_is_refused() {
    let dir = folder(&[("terraform.tfvars", &good())]);
    for (config, said) in [
        ("tenants {}\ntenants {}", "2:1: there is a block `tenants` already"),
        ("tenants {\n  variable = []\n}", "2:14: name at least one"),
        ("tenants {\n  variable = [\"a\", \"b\", \"a\"]\n}", "2:25: the variable `a` is named a second time"),
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
        ("customer \"x\" {}", "1:1: a customer needs `tenants`"),
        (
            "customer \"x\" { tenants = [\"a\"] }\ncustomer \"x\" { tenants = [\"b\"] }",
            "2:11: there is already a customer `x`",
        ),
        (
            "customer \"x\" { tenants = [\"a\"] }\ncustomer \"y\" { tenants = [\"b\", \"a\"] }",
            "2:26: `a` already belongs to another customer",
        ),
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

    let dir = folder(&[
        (".symlint.hcl", "not read {"),
        ("stacks/.symlint.hcl", config),
        ("stacks/a/b/main.tf", &renamed(VARIABLE)),
        ("stacks/a/b/terraform.tfvars", &renamed(&bad())),
    ]);
    let at = |path: &str| Symlint::new(&["check", "--format", "json", path]).dir(dir.path()).run();
    for path in ["stacks", "stacks/a"] {
        assert_eq!(at(path).findings(), ["role-account-mismatch blue_harbour"], "up to the current folder");
    }
    // Above the current folder, it may be anybody's.
    let inside = Symlint::new(&["check"]).dir(&dir.path().join("stacks/a")).run();
    assert_eq!(inside.code, 2, "{inside:?}");
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
    assert_eq!(run(&["check"]).code, 1, "the tenants are found without a configuration");
    assert_eq!(run(&["init"]).stdout, "wrote .symlint.hcl\n");
    let written = std::fs::read_to_string(dir.path().join(".symlint.hcl")).unwrap();
    for line in ["variable = \"clients\"", "module = \"flow-of-one\"", "role_name = \"Access-{environment}\""] {
        assert!(written.lines().any(|there| there.trim() == line), "{written}");
    }
    for kind in ["customer", "organization"] {
        let block = format!("# {kind} \"blue\" {{\n#   tenants = [\"blue_harbour\", \"blue_valley\"]\n# }}");
        assert!(written.contains(&block), "{written}");
    }
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
    // The names of the examples are those of somebody else.
    let own = uncommented.join("\n").replace("workload_account", "target_account_id");
    std::fs::write(dir.path().join("all.hcl"), own.replace("\"target_account\"", "\"account_id\"")).unwrap();
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
fn a_first_configuration_can_be_read() {
    let role = |key: &str| tenant(key, &[("SymSSO", "{A}")]);
    let dir = folder(&[("main.tf", VARIABLE), ("terraform.tfvars", &values(&[role("blue_harbour"), role("green")]))]);
    assert_eq!(Symlint::new(&["init"]).dir(dir.path()).run().code, 0);
    let run = Symlint::new(&["check"]).dir(dir.path()).run();
    assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{run:?}");
}

#[test]
fn both_ways_to_explain_a_shared_account_are_filled_in() {
    let shared = |key: &str, set: &str| tenant(key, &[("ps-5e1b09c7d2a84f63", set)]);
    let three = values(&[
        shared("blue_admin", "ps-5e1b09c7d2a84f61"),
        shared("blue_readonly", "ps-5e1b09c7d2a84f62"),
        shared("green_valley", "ps-5e1b09c7d2a84f63"),
    ]);
    let check = |config: &str, values: &str| {
        let dir = folder(&[(".symlint.hcl", config), ("terraform.tfvars", values)]);
        Symlint::new(&["check", "--format", "json", "terraform.tfvars"]).dir(dir.path()).run()
    };
    let help = |config: &str, values: &str| {
        let run = check(config, values);
        let findings = run.json()["findings"].as_array().unwrap().clone();
        let shared = findings.iter().find(|finding| finding["rule"] == "shared-sso-account");
        shared.unwrap_or_else(|| panic!("{run:?}"))["help"].as_str().unwrap().to_owned()
    };
    // What is between backticks can be pasted, and then the finding is gone.
    let blocks = |help: &str| -> Vec<String> {
        let parts = help.split('`').skip(1).step_by(2);
        parts.filter(|part| part.ends_with('}')).map(str::to_owned).collect()
    };
    let two = values(&[shared("blue_admin", "ps-5e1b09c7d2a84f61"), shared("blue_readonly", "ps-5e1b09c7d2a84f62")]);
    let [customer, organization] = blocks(&help("", &two)).try_into().unwrap();
    assert_eq!(customer, "customer \"blue\" { tenants = [\"blue_admin\", \"blue_readonly\"] }");
    assert_eq!(organization, "organization \"blue\" { tenants = [\"blue_admin\", \"blue_readonly\"] }");
    for block in [customer, organization] {
        let rules: Vec<String> = check(&block, &two).findings();
        assert!(rules.iter().all(|finding| !finding.starts_with("shared-sso-account")), "{rules:?}");
    }
    // Who is in a block stays in it.
    let blue = "customer \"blue\" {\n  tenants = [\"blue_admin\", \"blue_readonly\", \"blue_later\"]\n}\n";
    let said = help(blue, &three);
    let all = "customer \"blue\" { tenants = [\"blue_admin\", \"blue_readonly\", \"blue_later\", \"green_valley\"] }";
    assert!(said.contains(&format!("extend the block in .symlint.hcl to `{all}`")), "{said}");
    assert!(said.contains("add `organization \"blue_admin-green_valley\" { tenants = ["), "{said}");
    let green = "customer \"green\" {\n  tenants = [\"green_valley\"]\n}\n";
    let said = help(&format!("{blue}{green}"), &three);
    assert!(said.contains(&format!("merge `blue` and `green` in .symlint.hcl into `{all}`")), "{said}");
    let reseller = "organization \"reseller\" {\n  tenants = [\"blue_admin\", \"blue_readonly\"]\n}\n";
    let said = help(reseller, &three);
    let all = "organization \"reseller\" { tenants = [\"blue_admin\", \"blue_readonly\", \"green_valley\"] }";
    assert!(said.ends_with(&format!("extend the block in .symlint.hcl to `{all}`")), "{said}");
}
