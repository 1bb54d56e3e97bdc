//! `.symlint.hcl`, and the selection of rules.

use crate::support::{Symlint, VARIABLE, bad, folder, good, symlint, tenant, values};

#[test]
fn names_in_the_configuration_must_exist() {
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

    // A flow module is also recognized by its arguments.
    std::fs::write(dir.path().join("m/main.tf"), main("access_flow")).unwrap();
    let renamed = run("m");
    assert!(!renamed.stdout.contains("wiring was not checked"), "{}", renamed.stdout);
}

#[test]
fn a_variable_without_tenants_that_the_configuration_names_is_one_finding() {
    let main = "variable \"networks\" {}\nvariable \"customer_tenants\" {}\nmodule \"sso\" {\n  source = \"./sso_flow\"\n  for_each = \
                var.customer_tenants\n  tenant_slug = each.key\n  account_id = each.value.target_account_id\n  permission_set_arn \
                = each.value.permission_set_arn\n  sso_connector_settings = each.value.sso_connector_settings\n}\n";
    let networks =
        "networks = {\n  north = { range = \"10.0.0.0/8\" }\n  south = { range = \"10.1.0.0/8\", zone = \"b\" }\n}\n";
    let dir = folder(&[
        (".symlint.hcl", "tenants {\n  from = [\"networks\", \"customer_tenants\"]\n}\n"),
        ("main.tf", main),
        ("sso_flow/main.tf", crate::support::FLOW),
        ("terraform.tfvars", &format!("{networks}{}", good())),
    ]);
    let run = Symlint::new(&["check", "--format", "json"]).dir(dir.path()).run();
    assert_eq!(run.findings(), ["missing-attribute -"]);
    assert_eq!(run.json()["findings"][0]["message"], "no entry of `networks` has any attribute of a tenant");
}

#[test]
fn invalid_and_contradictory_configurations_are_errors() {
    let dir = folder(&[("terraform.tfvars", &good())]);
    for (config, said) in [
        ("tenants {}\ntenants {}", "2:1: there is already a block `tenants`"),
        ("exclude = []\nexclude = [\"a\"]", "2:1: `exclude` is already set on line 1"),
        (
            "tenants {\n  from = \"a\"\n  variable = \"b\"\n}",
            "3:14: `from` and `variable` mean the same: set only one of them",
        ),
        ("tenants {\n  from = \"a.b\"\n}", "2:10: `a.b` is neither the name of a variable nor `local.NAME`"),
        ("required_version = \">= 99\"", "1:20: this configuration requires symlint >= 99, but this is symlint 0."),
        // A block that only a newer version may support is not reported as a mistake.
        ("tennants {}\nrequired_version = \"> 98, < 99\"", "2:20: this configuration requires symlint"),
        ("required_version = \"new\"", "1:20: `new` is not a version constraint such as `>= 0.2`"),
        ("connector {\n  role_name = \"{tenant}\"\n}", "2:15: `{tenant}` is not a role name"),
        ("safelist_extra = [\"1234\"]", "1:18: `1234` is not an account ID of twelve digits"),
        (
            "exception \"region-invalid\" {\n  tenant = \"a\"\n  reason = \"b\"\n  value = 1\n}",
            "4:11: a string in quotes is required here",
        ),
        (
            "tenants {\n  attributes = { sso_connector_settings.role_am = \"a\" }\n}",
            "2:18: there is no attribute `sso_connector_settings.role_am` to map",
        ),
        ("tenant \"a\" {\n  enviroment = \"b\"\n}", "2:3: there is no setting `enviroment` in `tenant`"),
        ("custommer \"a\" {\n  tenants = [\"b\"]\n}", "1:1: there is no block `custommer`; did you mean `customer`?"),
        ("safelist_extras = []", "1:1: there is no setting `safelist_extras`; did you mean `safelist_extra`?"),
        (
            "rule \"region-invaldi\" { level = \"off\" }",
            "1:7: there is no rule `region-invaldi`; did you mean `region-invalid`?",
        ),
        ("tenants {\n  variable = []\n}", "2:14: name at least one"),
        ("tenants {\n  variable = [\"a\", \"b\", \"a\"]\n}", "2:25: `a` is listed twice"),
        (
            "tenants {\n  variabel = \"x\"\n}",
            "2:3: there is no setting `variabel` in `tenants`; did you mean `variable`?",
        ),
        ("tenants {\n  attributes = { region = \"a\", region = \"b\" }\n}", "2:32: this is set a second time"),
        ("flow {\n  module = \"\"\n}", "2:12: a name is required"),
        ("rule \"region-invalid\" {}", "1:1: a rule needs a `level`"),
        ("rule \"syntax-error\" {\n  level = \"off\"\n}", "2:11: `syntax-error` cannot be switched off"),
        ("rule = \"x\"", "1:1: `rule` is a block: write `rule \"ID\" { level = \"error\" }`"),
        ("customer \"x\" { tenants = [\"a\", \"b\", \"a\"] }", "1:37: `a` is listed twice"),
        ("customer \"x\" { tenants = [\"\"] }", "1:27: a name is required here"),
        ("customer \"\" { tenants = [\"a\"] }", "1:11: a name is required here"),
        ("tenant \"\" { environment = \"a\" }", "1:9: a name is required here"),
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
        ("allowed_partitions = [\"awz\"]", "1:22: `awz` is not a partition"),
    ] {
        std::fs::write(dir.path().join(".symlint.hcl"), config).unwrap();
        let run = Symlint::new(&["check", "terraform.tfvars"]).dir(dir.path()).run();
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{config}");
        assert!(run.stderr.contains(&format!(".symlint.hcl:{said}")), "{config}: {}", run.stderr);
    }
    std::fs::remove_file(dir.path().join(".symlint.hcl")).unwrap();
    #[cfg(unix)]
    for (target, said) in [("nowhere.hcl", "the link leads nowhere"), (".symlint.hcl", "cannot read")] {
        std::os::unix::fs::symlink(target, dir.path().join(".symlint.hcl")).unwrap();
        let run = Symlint::new(&["check", "terraform.tfvars"]).dir(dir.path()).run();
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{target}");
        assert!(run.stderr.contains(said), "{target}: {}", run.stderr);
        std::fs::remove_file(dir.path().join(".symlint.hcl")).unwrap();
    }
    std::fs::create_dir(dir.path().join(".symlint.hcl")).unwrap();
    for arguments in [&["check", "terraform.tfvars"][..], &["check", "--config", ".symlint.hcl", "terraform.tfvars"]] {
        let run = Symlint::new(arguments).dir(dir.path()).run();
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains("it is a folder"), "{}", run.stderr);
    }
}

#[test]
fn the_configuration_is_searched_up_to_the_root_of_the_repository() {
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
    // A configuration above the current folder may belong to another project.
    let inside = Symlint::new(&["check"]).dir(&dir.path().join("stacks/a")).run();
    assert_eq!(inside.code, 2, "{inside:?}");
}

#[test]
fn rules_are_selected_by_name() {
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
    // A group stands for its rules. Rules that are off stay off, and a rule's own level takes precedence.
    let all = rules(&[]);
    let of_group = rules(&["--select", "tenant"]);
    assert_eq!(of_group, ["role-account-mismatch", "instance-id-mismatch"]);
    let rest = rules(&["--ignore", "tenant"]);
    assert!(rest.iter().all(|rule| !of_group.contains(rule)) && rest.contains(&"region-invalid".into()), "{rest:?}");
    assert_eq!(rules(&["--level", "tenant=off"]), rest);
    assert_eq!(rules(&["--level", "tenant=warning"]), all, "region-id-mismatch stays off");
    let kept = rules(&["--level", "tenant=off", "--level", "role-account-mismatch=warning"]);
    assert!(kept.contains(&"role-account-mismatch".to_owned()), "{kept:?}");
    let run = symlint(&["check", "--select", "isolatoin", "examples/copy-paste"]);
    assert!(run.stderr.contains("there is no rule or group `isolatoin`; did you mean `isolation`?"), "{}", run.stderr);
    // A finding that hides all others cannot be turned off.
    let broken = Symlint::new(&["check", "--ignore", "syntax-error", "--level", "syntax-error=off", "-"]);
    assert_eq!(broken.stdin("customer_tenants = {").run().code, 1);
}

#[test]
fn both_settings_for_a_shared_account_are_filled_in() {
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
    // If the indented lines are pasted, the finding is gone.
    let blocks = |help: &str| -> Vec<String> {
        help.lines().filter_map(|line| line.strip_prefix("    ")).map(str::to_owned).collect()
    };
    let two = values(&[shared("blue_admin", "ps-5e1b09c7d2a84f61"), shared("blue_readonly", "ps-5e1b09c7d2a84f62")]);
    let [customer, organization] = blocks(&help("", &two)).try_into().unwrap();
    assert_eq!(customer, "customer \"blue\" { tenants = [\"blue_admin\", \"blue_readonly\"] }");
    assert_eq!(organization, "organization \"blue\" { tenants = [\"blue_admin\", \"blue_readonly\"] }");
    for block in [customer, organization] {
        let rules: Vec<String> = check(&block, &two).findings();
        assert!(rules.iter().all(|finding| !finding.starts_with("shared-sso-account")), "{rules:?}");
    }
    // The tenants that the block already lists stay in it.
    let blue = "customer \"blue\" {\n  tenants = [\"blue_admin\", \"blue_readonly\", \"blue_later\"]\n}\n";
    let said = help(blue, &three);
    let all = "customer \"blue\" { tenants = [\"blue_admin\", \"blue_readonly\", \"blue_later\", \"green_valley\"] }";
    assert!(said.contains(&format!("extend the block in .symlint.hcl to this:\n\n    {all}\n")), "{said}");
    assert!(
        said.contains("add this to .symlint.hcl:\n\n    organization \"blue_admin-green_valley\" { tenants = ["),
        "{said}"
    );
    let green = "customer \"green\" {\n  tenants = [\"green_valley\"]\n}\n";
    let said = help(&format!("{blue}{green}"), &three);
    assert!(said.contains(&format!("merge `blue` and `green` in .symlint.hcl into this:\n\n    {all}")), "{said}");
    let reseller = "organization \"reseller\" {\n  tenants = [\"blue_admin\", \"blue_readonly\"]\n}\n";
    let said = help(reseller, &three);
    let all = "organization \"reseller\" { tenants = [\"blue_admin\", \"blue_readonly\", \"green_valley\"] }";
    assert!(said.ends_with(&format!("extend the block in .symlint.hcl to this:\n\n    {all}")), "{said}");
}

#[test]
fn a_mapped_attribute_must_exist() {
    let check = |attributes: &str, main: &str| {
        let config = format!("tenants {{\n  attributes = {{ {attributes} }}\n}}\n");
        let dir = folder(&[(".symlint.hcl", &config), ("main.tf", main), ("terraform.tfvars", &good())]);
        Symlint::new(&["check"]).dir(dir.path()).run()
    };
    let flow = "module \"sso\" {\n  source = \"git::https://example.com/sso_flow.git\"\n  for_each = local.all\n  tenant_slug = \
                each.key\n  account_id = each.value.target_account_id\n  permission_set_arn = \
                each.value.permission_set_arn\n  sso_connector_settings = each.value.sso_connector_settings\n}\n";
    let through_a_local = format!("{VARIABLE}locals {{\n  all = var.customer_tenants\n}}\n{flow}");
    for main in [VARIABLE, &through_a_local] {
        for (attributes, said) in [
            // The name of the role shows the same.
            ("sso_account_id = \"sso_acount_id\"", "`sso_acount_id`; did you mean `sso_account_id`?"),
            (
                "role_arn = \"sso_connector_settings.connector_role\"",
                "`sso_connector_settings.connector_role`: they have `sso_connector_settings.role_arn`",
            ),
            ("region = \"settings.region\"", "`settings.region`: they have `sso_connector_settings.region`"),
            ("sso_connector_settings = \"settings\"", "`settings`: they have `sso_connector_settings`"),
        ] {
            let run = check(attributes, main);
            assert_eq!(run.code, 2, "{attributes}: {run:?}");
            let said =
                format!(".symlint.hcl:2:{}: no tenant has an attribute {said}", attributes.find('"').unwrap() + 18);
            assert!(run.stderr.contains(&said), "{attributes}: {}", run.stderr);
        }
    }
    assert_eq!(check("sso_account_id = \"sso_account_id\"", VARIABLE).code, 0);
}

/// A module whose tenants are in the local `tenants`, with names that symlint does not know.
fn renamed_module() -> [(&'static str, String); 2] {
    let call = "module \"access\" {\n  source = \"git::https://example.com/access.git\"\n  for_each = local.tenants\n  \
                tenant_slug = each.key\n  target = each.value.workload\n  permission_set_arn = each.value.set\n  \
                sso_connector_settings = each.value.sso\n}\n";
    let main = format!("locals {{\n  tenants = yamldecode(file(\"${{path.module}}/customers.yaml\"))\n}}\n{call}");
    let yaml = "blue_harbour:\n  workload: \"604178239951\"\n  set: \
                \"arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63\"\n  management: \
                \"719240583316\"\n  sso:\n    cloud: \"aws\"\n    home: \"us-east-1a\"\n    instance: \
                \"arn:aws:sso:::instance/ssoins-7223a91be40c5d68\"\n    role: \
                \"arn:aws:iam::719240583316:role/sym/SymSSOBlue-Harbour\"\n";
    [("main.tf", main), ("customers.yaml", yaml.to_owned())]
}

fn check_renamed(config: &str) -> crate::support::Run {
    let [main, yaml] = renamed_module();
    let dir = folder(&[(".symlint.hcl", config), (main.0, &main.1), (yaml.0, &yaml.1)]);
    Symlint::new(&["check", "--format", "json"]).dir(dir.path()).run()
}

#[test]
fn tenants_may_be_in_a_local_and_attributes_may_have_dotted_names() {
    let attributes = "sso_account_id = \"management\"\n    permission_set_arn = \"set\"\n    target_account_id = \"workload\"\n    sso_connector_settings = \"sso\"\n";
    let flow = "flow {\n  arguments = { account_id = \"target\" }\n}\n";
    let with = |from: &str, rest: &str| {
        format!("tenants {{\n  from = {from}\n  attributes = {{\n    {attributes}    {rest}\n  }}\n}}\n{flow}")
    };
    let connector = [
        "sso_connector_settings.region = \"sso.home\"\n    sso_connector_settings.instance_arn = \"sso.instance\"\n    sso_connector_settings.role_arn = \"sso.role\"",
        "\"sso_connector_settings.region\" = \"sso.home\"\n    \"sso_connector_settings.instance_arn\" = \"sso.instance\"\n    \"sso_connector_settings.role_arn\" = \"sso.role\"",
        "region = \"sso.home\"\n    instance_arn = \"sso.instance\"\n    role_arn = \"sso.role\"",
    ];
    for rest in connector {
        for from in ["\"local.tenants\"", "[\"local.tenants\"]", "[\"local.tenants\", \"partners\"]"] {
            let run = check_renamed(&with(from, rest));
            assert_eq!(run.findings(), ["region-invalid blue_harbour"], "{from} {rest}: {run:?}");
            assert_eq!(run.json()["runs"][0]["tenants"]["from"], "local.tenants");
        }
    }
    let run = check_renamed(&with("\"local.tenant\"", connector[0]));
    assert_eq!(run.code, 2);
    let said = ".symlint.hcl:2:10: no local `tenant` is declared in the checked files; did you mean `local.tenants`?";
    assert!(run.stderr.contains(said), "{}", run.stderr);
    // A variable may be written as `var.NAME`.
    let dir = folder(&[
        (".symlint.hcl", "tenants {\n  from = \"var.customer_tenants\"\n}\n"),
        ("main.tf", VARIABLE),
        ("terraform.tfvars", &bad()),
    ]);
    let run = Symlint::new(&["check", "--format", "json"]).dir(dir.path()).run();
    assert_eq!(run.findings(), ["role-account-mismatch blue_harbour"]);
}

#[test]
fn attributes_that_the_configuration_declares_absent_are_not_required() {
    // Tenants have two accounts, and only the configuration can say which one to check.
    let without = |attributes: &str| {
        let other = good().replace("target_account_id", "billing_account").replace("sso_connector_settings", "sso");
        let config = format!("tenants {{\n  attributes = {{ sso_connector_settings = \"sso\", {attributes} }}\n}}\n");
        let dir = folder(&[(".symlint.hcl", &config), ("terraform.tfvars", &other)]);
        Symlint::new(&["check", "--format", "json", "terraform.tfvars"]).dir(dir.path()).run()
    };
    assert_eq!(without("target_account_id = \"billing_account\"").findings(), [""; 0]);
    assert_eq!(without("region = \"sso.region\"").findings(), ["missing-attribute blue_harbour"]);
    for none in ["none", "\"none\""] {
        let run = without(&format!("target_account_id = {none}"));
        assert_eq!((run.code, run.findings()), (0, vec![]), "{run:?}");
    }
    // The argument has a name that symlint knows, but a different purpose.
    let flow = "module \"sso\" {\n  source = \"git::https://example.com/sso_flow.git\"\n  for_each = var.customer_tenants\n  \
                tenant_slug = each.key\n  account_id = \"872818995424\"\n  target = each.value.target_account_id\n  \
                permission_set_arn = each.value.permission_set_arn\n  sso_connector_settings = \
                each.value.sso_connector_settings\n}\n";
    let check = |config: &str| {
        let main = format!("{VARIABLE}{flow}");
        let dir = folder(&[(".symlint.hcl", config), ("main.tf", &main), ("terraform.tfvars", &good())]);
        Symlint::new(&["check", "--format", "json"]).dir(dir.path()).run().findings()
    };
    assert_eq!(check(""), ["flow-argument-miswired blue_harbour"]);
    for none in ["none", "\"none\""] {
        assert_eq!(check(&format!("flow {{\n  arguments = {{ account_id = {none} }}\n}}\n")), [""; 0], "{none}");
    }
}

#[test]
fn a_mistake_in_a_configuration_only_affects_its_folder() {
    let dir = folder(&[
        (".git/HEAD", ""),
        ("a/.symlint.hcl", "tennants {}\n"),
        ("a/main.tf", VARIABLE),
        ("a/terraform.tfvars", &bad()),
        ("b/main.tf", VARIABLE),
        ("b/terraform.tfvars", &bad()),
        ("c/.symlint.hcl", "rule \"role-account-mismatch\" { level = \"warning\" }\n"),
        ("c/main.tf", VARIABLE),
        ("c/terraform.tfvars", &bad()),
    ]);
    for paths in [&["."][..], &["a", "b", "c"], &["a/terraform.tfvars", "b", "c"]] {
        let arguments: Vec<&str> = ["check", "--format", "json"].iter().chain(paths).copied().collect();
        let run = Symlint::new(&arguments).dir(dir.path()).run();
        assert_eq!(run.code, 2, "{paths:?}");
        let said = "error: a/.symlint.hcl:1:1: there is no block `tennants`; did you mean `tenants`?";
        assert!(run.stderr.contains(said), "{paths:?}: {}", run.stderr);
        assert_eq!(run.stderr.matches("error: ").count(), 1, "{paths:?}: {}", run.stderr);
        let report = run.json();
        // The tenants of `c` are copies, which is a finding of its own.
        let findings = report["findings"].as_array().unwrap().iter().filter(|it| it["rule"] != "duplicate-tenant");
        let found: Vec<_> = findings.map(|it| &it["location"]["file"]).collect();
        assert_eq!(found, ["b/terraform.tfvars", "c/terraform.tfvars"], "{paths:?}");
        assert_eq!(report["problems"][0]["location"]["file"], "a/.symlint.hcl");
    }
    // The configuration at the top is not used in a folder that has its own.
    std::fs::write(dir.path().join(".symlint.hcl"), "exclude = \"b\"\n").unwrap();
    let run = Symlint::new(&["check", "--format", "json"]).dir(dir.path()).run();
    let report = run.json();
    let found: Vec<_> = report["findings"].as_array().unwrap().iter().map(|it| &it["location"]["file"]).collect();
    assert_eq!((run.code, found), (2, vec![&"c/terraform.tfvars".into()]));
    assert!(run.stderr.contains("error: .symlint.hcl:1:11: a list of strings is required here"), "{}", run.stderr);
}

#[test]
fn a_misspelled_tenant_is_reported_in_the_summary() {
    let check = |config: &str| {
        let two = values(&[tenant("acme_admin", &[]), tenant("acme_readonly", &[("ps-5e", "ps-6e")])]);
        let dir = folder(&[(".symlint.hcl", config), ("terraform.tfvars", &two)]);
        Symlint::new(&["check", "terraform.tfvars"]).dir(dir.path()).run()
    };
    let said = |near: &str, closest: &str| {
        format!(".symlint.hcl names `{near}`, but there is no such tenant; did you mean `{closest}`?\n")
    };
    for (config, line) in [
        ("customer \"acme\" { tenants = [\"acme_admim\", \"acme_readonly\"] }", said("acme_admim", "acme_admin")),
        ("tenant \"acme-readonly\" { environment = \"acme\" }", said("acme-readonly", "acme_readonly")),
        (
            "exception \"region-invalid\" {\n  tenant = \"acme_admins\"\n  reason = \"x\"\n}",
            said("acme_admins", "acme_admin"),
        ),
    ] {
        let run = check(config);
        assert!(run.stdout.contains(&line), "{config}: {}", run.stdout);
        assert_eq!(run.stdout.matches("no such tenant").count(), 1, "{}", run.stdout);
    }
    // The tenant may be in another module.
    for config in [
        "customer \"acme\" { tenants = [\"acme_admin\", \"acme_admin2\", \"acme_readonly\"] }",
        "customer \"hooli\" { tenants = [\"hooli_one\", \"hooli_two\"] }",
    ] {
        assert!(!check(config).stdout.contains("no such tenant"), "{config}");
    }
}
