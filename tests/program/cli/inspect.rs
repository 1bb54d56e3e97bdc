//! The output of `symlint inspect` for setups with different names and layouts.

use serde_json::{Value, json};

use crate::support::{Run, Symlint, folder, root};

/// A flow module with names that symlint does not know.
const MODULE: &str = r#"
variable "who" {}
variable "where_to" {}
variable "set" {}
variable "sym" {}
resource "sym_integration" "this" {
  type        = "permission_context"
  name        = var.who
  external_id = var.sym.instance
  settings    = { cloud = "aws", instance_arn = var.sym.instance, region = var.sym.home, role_arn = var.sym.role }
}
resource "sym_target" "this" {
  type     = "aws_sso_permission_set"
  name     = var.who
  settings = { permission_set_arn = var.set, account_id = var.where_to }
}
resource "sym_strategy" "this" {
  type           = "aws_sso"
  name           = var.who
  integration_id = sym_integration.this.id
  targets        = [sym_target.this.id]
  settings       = { instance_arn = var.sym.instance }
}
"#;

const MAIN: &str = r#"
variable "clients" {}
module "grants" {
  source   = "./modules/thing"
  for_each = var.clients
  who      = each.key
  where_to = each.value.workload
  set      = each.value.set
  sym      = { instance = each.value.ic, home = each.value.home, role = each.value.role }
}
module "runtime" {
  source               = "example/runtime/aws"
  account_id_safelist  = [for client in var.clients : client.management]
}
"#;

fn client(name: &str, digit: &str) -> String {
    let account = format!("{digit}5729384716{digit}");
    let id = format!("72{digit}3a4b5c6d7e8f{digit}");
    format!(
        "  {name} = {{\n    management = \"{account}\"\n    workload = \"{digit}1938475620{digit}\"\n    \
         set = \"arn:aws:sso:::permissionSet/ssoins-{id}/ps-{digit}1a2b3c4d5e6f70{digit}\"\n    \
         ic = \"arn:aws:sso:::instance/ssoins-{id}\"\n    home = \"us-east-1\"\n    \
         role = \"arn:aws:iam::{account}:role/sym/SymSSO{name}\"\n    note = \"anything\"\n  }}\n"
    )
}

fn clients(names: &[(&str, &str)]) -> String {
    let clients: String = names.iter().map(|(name, digit)| client(name, digit)).collect();
    format!("clients = {{\n{clients}}}\n")
}

fn two() -> String {
    clients(&[("Acme", "3"), ("Bolt", "6")])
}

fn inspect(dir: &std::path::Path, options: &[&str]) -> Run {
    let options: Vec<&str> = ["inspect", "--format", "json"].iter().chain(options).copied().collect();
    Symlint::new(&options).dir(dir).run()
}

fn by_field<'v>(run: &'v Value, field: &str) -> &'v Value {
    let attributes = run["collections"][0]["attributes"].as_array().unwrap();
    attributes.iter().find(|attribute| attribute["field"] == field).unwrap_or(&Value::Null)
}

/// If the evidence does not fit next to its attribute, it is not put under another column.
#[test]
fn evidence_has_its_own_lines_on_a_narrow_terminal() {
    let dir = folder(&[("main.tf", MAIN), ("modules/thing/main.tf", MODULE), ("terraform.tfvars", &two())]);
    let narrow = Symlint::new(&["inspect"]).dir(dir.path()).env("COLUMNS", "60").run().stdout;
    let lines: Vec<&str> = narrow.lines().collect();
    let role = lines.iter().position(|line| line.trim_start().starts_with("role_arn ")).unwrap();
    assert_eq!(lines[role], "    role_arn            role", "{narrow}");
    assert!(lines[role + 1].starts_with("        reaches "), "{narrow}");
}

#[test]
fn each_attribute_has_its_evidence() {
    let dir = folder(&[("main.tf", MAIN), ("modules/thing/main.tf", MODULE), ("terraform.tfvars", &two())]);
    let run = inspect(dir.path(), &[]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let inspection = run.json();
    let own = &inspection["runs"][0];
    assert_eq!((&own["root"], &own["tenants"]), (&json!("."), &json!(2)));
    let collection = &own["collections"][0];
    assert_eq!(collection["from"], "clients");
    assert_eq!(collection["found_by"], "flows");
    assert_eq!(collection["flows"], json!(["module.grants"]));
    assert_eq!(collection["location"]["file"], "main.tf");
    assert_eq!(collection["files"], json!(["terraform.tfvars"]));
    let keys: Vec<&Value> = collection["tenants"].as_array().unwrap().iter().map(|tenant| &tenant["key"]).collect();
    assert_eq!(keys, ["Acme", "Bolt"]);
    let evidence = |field: &str| {
        let attribute = by_field(own, field);
        json!([attribute["attribute"], attribute["evidence"], attribute["cases"]["count"], attribute["cases"]["of"]])
    };
    assert_eq!(evidence("sso_account_id"), json!(["management", "role", 2, 2]));
    assert_eq!(evidence("instance_arn"), json!(["ic", "sink", 2, 2]));
    assert_eq!(evidence("region"), json!(["home", "sink", 2, 2]));
    assert_eq!(evidence("role_arn"), json!(["role", "sink", 2, 2]));
    assert_eq!(evidence("permission_set_arn"), json!(["set", "sink", 2, 2]));
    assert_eq!(evidence("target_account_id"), json!(["workload", "sink", 2, 2]));
    let sinks: Vec<&str> = by_field(own, "instance_arn")["reaches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reach| reach["sink"].as_str().unwrap())
        .collect();
    assert_eq!(
        sinks,
        ["sym_integration external_id", "sym_integration settings.instance_arn", "sym_strategy settings.instance_arn"]
    );
    assert_eq!(collection["absent"], json!([{ "field": "cloud", "is_elsewhere": true }]));
    assert_eq!(collection["other_attributes"], json!([{ "attribute": "note", "looks_like": [] }]));
    let flow = &own["flows"][0];
    let instance = |key: &str| json!({ "address": format!("module.grants[\"{key}\"]"), "tenant": key });
    assert_eq!(flow["instances"], json!([instance("Acme"), instance("Bolt")]));
    assert_eq!(flow["call"]["module"], "modules/thing");
    assert_eq!(flow["resources"], json!(["sym_integration.this", "sym_target.this", "sym_strategy.this"]));
    let carried: Vec<Value> = flow["arguments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|argument| json!([argument["name"], argument["values"][0]["field"], argument["values"][0]["evidence"]]))
        .collect();
    assert!(carried.contains(&json!(["where_to", "target_account_id", "sink"])), "{carried:?}");
    assert!(carried.contains(&json!(["who", "key", "sink"])), "{carried:?}");
    assert_eq!(own["safelists"][0]["path"], "module.runtime.account_id_safelist");
    assert_eq!(own["safelists"][0]["accounts"], 2);
    assert_eq!(own["not_checked"][0]["code"], "remote-module");
    assert_eq!(inspection["looked_for"], json!([]));
}

#[test]
fn a_sink_that_few_instances_use_is_counted() {
    // One of three grants receives another account.
    let main =
        MAIN.replace("each.value.workload", "each.key == \"Acme\" ? each.value.management : each.value.workload");
    let three = clients(&[("Acme", "3"), ("Bolt", "6"), ("Cato", "8")]);
    let dir = folder(&[("main.tf", &main), ("modules/thing/main.tf", MODULE), ("terraform.tfvars", &three)]);
    let run = inspect(dir.path(), &[]).json();
    let target = by_field(&run["runs"][0], "target_account_id");
    assert_eq!((&target["attribute"], &target["cases"]), (&json!("workload"), &json!({ "count": 2, "of": 3 })));
    let account = by_field(&run["runs"][0], "sso_account_id");
    let wrong = json!({ "sink": "sym_target settings.account_id", "field": "target_account_id", "cases": { "count": 1, "of": 3 } });
    assert!(account["reaches"].as_array().unwrap().contains(&wrong), "{account}");
}

#[test]
fn the_configuration_is_shown_as_written() {
    let config = "# ours\nhost_accounts = [\"905418377721\"]\ntenants {\n  attributes = { sso_account_id = \"management\" }\n}\n";
    let files =
        [("main.tf", MAIN), ("modules/thing/main.tf", MODULE), ("terraform.tfvars", &two()), (".symlint.hcl", config)];
    let dir = folder(&files);
    let run = inspect(dir.path(), &[]).json();
    let own = &run["runs"][0];
    let block = "tenants {\n  attributes = { sso_account_id = \"management\" }\n}";
    assert_eq!(own["config"], json!({ "file": ".symlint.hcl", "sets": ["host_accounts = [\"905418377721\"]", block] }));
    assert_eq!(by_field(own, "sso_account_id")["evidence"], "configuration");
    let none = inspect(dir.path(), &["--no-config"]).json();
    assert_eq!(none["runs"][0]["config"], Value::Null);
}

#[test]
fn values_files_are_shown_with_the_reason_for_their_use() {
    let main = format!("{MAIN}variable \"stage\" {{ default = \"\" }}\nvariable \"other\" {{ default = \"\" }}\n");
    let files = [
        ("main.tf", main.as_str()),
        ("modules/thing/main.tf", MODULE),
        ("common.auto.tfvars", "stage = \"x\"\n"),
        ("envs/prod.tfvars", &two()),
        ("more.tfvars", "other = \"y\"\n"),
    ];
    let dir = folder(&files);
    let chosen = |run: &Value| -> Vec<Value> {
        let values = run["runs"][0]["values"].as_array().unwrap().iter();
        values.map(|it| json!([it["file"], it["chosen"], it["variables"]])).collect()
    };
    let found = inspect(dir.path(), &[]).json();
    assert_eq!(
        chosen(&found),
        [
            json!(["common.auto.tfvars", "automatic", ["stage"]]),
            json!(["envs/prod.tfvars", "sets-tenants", ["clients"]])
        ]
    );
    let arguments = ["inspect", "--format", "json", "--var-file", "envs/prod.tfvars", "--var", "stage=z", "."];
    let given =
        Symlint::new(&arguments).dir(dir.path()).env("TF_VAR_other", "secret").env("TF_VAR_foreign", "secret").run();
    assert!(!given.stdout.contains("secret"), "{}", given.stdout);
    assert_eq!(
        chosen(&given.json()),
        [
            json!([null, "environment", ["other"]]),
            json!(["common.auto.tfvars", "automatic", ["stage"]]),
            json!(["envs/prod.tfvars", "var-file", ["clients"]]),
            json!([null, "var", ["stage"]])
        ]
    );
    let named = inspect(dir.path(), &["envs/prod.tfvars"]).json();
    assert_eq!(chosen(&named)[1], json!(["envs/prod.tfvars", "named", ["clients"]]));
    let files = [files.as_slice(), &[(".symlint.hcl", "values = [\"envs/*.tfvars\"]\n")]].concat();
    let configured = inspect(folder(&files).path(), &[]).json();
    assert_eq!(chosen(&configured)[1], json!(["envs/prod.tfvars", "configured", ["clients"]]));
    let alone = inspect(folder(&[("a.tfvars", &two())]).path(), &[]).json();
    assert_eq!(chosen(&alone), [json!(["a.tfvars", "alone", ["clients"]])]);
    assert_eq!(alone["runs"][0]["is_module"], false);
}

#[test]
fn without_tenants_the_search_and_the_contents_are_shown() {
    let network = "variable \"cidr\" {}\nlocals { zones = 3 }\nresource \"aws_vpc\" \"a\" {}\nresource \"aws_vpc\" \"b\" {}\n\
                   module \"dns\" { source = \"example/dns/aws\" }\n";
    let dir = folder(&[("network/main.tf", network), ("README.md", "")]);
    let checked = Symlint::new(&["check"]).dir(dir.path()).run();
    assert_eq!(checked.code, 2);
    let run = inspect(dir.path(), &[]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let found = run.json();
    assert_eq!(found["runs"], json!([]));
    assert_eq!(found["problems"][0]["kind"], "nothing-checked");
    assert_eq!(found["check"]["exit_code"], 2);
    let looked_for = found["looked_for"].to_string();
    for wanted in
        ["sym_target", "aws_ssoadmin_account_assignment", "sso_flow", "customer_tenants", "account_id_safelist"]
    {
        assert!(looked_for.contains(wanted), "{looked_for}");
    }
    assert_eq!(
        found["other_roots"],
        json!([{
            "root": "network",
            "contents": {
                "resources": [{ "kind": "aws_vpc", "count": 2 }],
                "calls": [{ "name": "dns", "source": "example/dns/aws" }],
                "variables": ["cidr"],
                "locals": ["zones"],
            }
        }])
    );
    let human = Symlint::new(&["inspect"]).dir(dir.path()).run().stdout;
    for wanted in
        ["nothing to check in `.`", "looked for", "network", "aws_vpc (2)", "`module.dns` from example/dns/aws"]
    {
        assert!(human.contains(wanted), "{human}");
    }
}

#[test]
fn a_sensitive_variable_shows_no_keys() {
    let main = MAIN.replace("variable \"clients\" {}", "variable \"clients\" { sensitive = true }");
    let files = [("main.tf", main.as_str()), ("modules/thing/main.tf", MODULE), ("terraform.tfvars", &two())];
    let dir = folder(&files);
    for options in [&["inspect"][..], &["inspect", "--format", "json"]] {
        let run = Symlint::new(options).dir(dir.path()).run();
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(!run.stdout.contains("Acme") && !run.stdout.contains("357293847163"), "{}", run.stdout);
    }
}

#[test]
fn calls_with_values_of_their_own_are_shown_together() {
    let call = |name: &str, digit: char| {
        let text = client(name, &digit.to_string());
        let value = |attribute: &str| {
            let line = text.lines().find(|line| line.trim_start().starts_with(&format!("{attribute} ="))).unwrap();
            line.split_once("= ").unwrap().1.to_owned()
        };
        format!(
            "module \"{name}\" {{\n  source = \"./modules/thing\"\n  who = \"{name}\"\n  where_to = {}\n  set = {}\n  sym = {{ \
             instance = {}, home = {}, role = {} }}\n}}\n",
            value("workload"),
            value("set"),
            value("ic"),
            value("home"),
            value("role")
        )
    };
    let main = format!("{}{}", call("Acme", '3'), call("Bolt", '6'));
    let dir = folder(&[("main.tf", &main), ("modules/thing/main.tf", MODULE)]);
    let own = inspect(dir.path(), &[]).json()["runs"][0].clone();
    let found: Vec<Value> = own["collections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| json!([it["from"], it["found_by"], it["tenants"][0]["key"]]))
        .collect();
    assert_eq!(found, [json!(["module.Acme", "call", "Acme"]), json!(["module.Bolt", "call", "Bolt"])]);
    let human = Symlint::new(&["inspect"]).dir(dir.path()).run().stdout;
    assert!(human.contains("2 in 2 calls that are given values directly, written in main.tf\n"), "{human}");
    assert!(human.contains("    Acme  `module.Acme` (main.tf:1)\n    Bolt  `module.Bolt` (main.tf:"), "{human}");
    assert!(human.contains("with the same arguments and resources as `module.Acme`"), "{human}");
}

#[test]
fn runs_that_differ_in_names_and_numbers_are_shown_once() {
    let main = MAIN.replace("./modules", "../modules");
    let (one, both) = (clients(&[("acme", "1")]), two());
    let idle = "variable \"client_tenants\" {}\n";
    let files = [
        ("modules/thing/main.tf", MODULE),
        ("a/main.tf", &main),
        ("a/terraform.tfvars", &both),
        ("b/main.tf", &main),
        ("b/terraform.tfvars", &one),
        ("c/main.tf", &main.replace("module \"grants\"", "module \"others\"")),
        ("c/terraform.tfvars", &both),
        ("d/main.tf", idle),
    ];
    let dir = folder(&files);
    let text = Symlint::new(&["inspect"]).dir(dir.path()).run().stdout;
    assert_eq!(text.matches("  flows          `module.").count(), 2, "{text}");
    assert!(text.contains("  the same       in 1 more run:\n    b  1 tenant (acme)\n"), "{text}");
}

#[test]
fn a_call_within_a_repeated_module_is_shown_once() {
    let inner = MAIN
        .replace("variable \"clients\" {}", "variable \"client\" {}\nvariable \"name\" {}")
        .replace("  for_each = var.clients\n", "")
        .replace("each.key", "var.name")
        .replace("each.value", "var.client")
        .replace("./modules/thing", "../thing");
    let (inner, _) = inner.split_at(inner.find("module \"runtime\"").unwrap());
    let outer = "variable \"clients\" {}\nmodule \"client\" {\n  source = \"./modules/client\"\n  for_each = var.clients\n  \
                 client = each.value\n  name = each.key\n}\n";
    let files = [
        ("main.tf", outer),
        ("modules/client/main.tf", inner),
        ("modules/thing/main.tf", MODULE),
        ("terraform.tfvars", &two()),
    ];
    let own = inspect(folder(&files).path(), &[]).json()["runs"][0].clone();
    let flows = own["flows"].as_array().unwrap();
    assert_eq!(flows.len(), 1, "{flows:?}");
    let tenants: Vec<&Value> = flows[0]["instances"].as_array().unwrap().iter().map(|it| &it["tenant"]).collect();
    assert_eq!(tenants, ["Acme", "Bolt"]);
    assert_eq!(flows[0]["call"]["instances"], 2);
    assert_eq!(own["collections"][0]["flows"], json!(["module.grants"]));
}

#[test]
fn the_workspace_is_shown() {
    let dir = folder(&[("main.tf", MAIN), ("modules/thing/main.tf", MODULE), ("terraform.tfvars", &two())]);
    let own = |run: Run| run.json()["runs"][0].clone();
    assert_eq!(own(inspect(dir.path(), &[]))["workspace"], Value::Null);
    let options = ["inspect", "--format", "json"];
    let chosen = Symlint::new(&options).dir(dir.path()).env("TF_WORKSPACE", "prod").run();
    assert_eq!(own(chosen)["workspace"], "prod");
    let human = Symlint::new(&["inspect"]).dir(dir.path()).env("TF_WORKSPACE", "prod").run().stdout;
    assert!(human.contains("  workspace      prod\n"), "{human}");
}

#[test]
fn no_value_of_a_tenant_is_shown() {
    let dir = folder(&[("main.tf", MAIN), ("modules/thing/main.tf", MODULE), ("terraform.tfvars", &two())]);
    for options in [&["inspect"][..], &["inspect", "--format", "json"]] {
        let text = Symlint::new(options).dir(dir.path()).run().stdout;
        for value in ["357293847163", "319384756203", "ssoins-", "ps-3", "us-east-1", "SymSSOAcme", "anything"] {
            assert!(!text.contains(value), "{value} in {text}");
        }
    }
}

#[test]
fn errors_exit_with_2() {
    let dir = folder(&[("main.tf", MAIN), (".symlint.hcl", "tenant {\n")]);
    let run = inspect(dir.path(), &[]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert!(run.stderr.contains(".symlint.hcl:"), "{}", run.stderr);
    let run = inspect(dir.path(), &["nowhere"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("nowhere"), "{}", run.stderr);
}

#[test]
fn the_same_input_has_the_same_output() {
    let run = || Symlint::new(&["inspect", "--format", "json", "examples", "tests/fixtures"]).dir(&root()).run().stdout;
    assert_eq!(run(), run());
}

#[test]
fn values_from_standard_input_are_inspected_too() {
    let run =
        Symlint::new(&["inspect", "--format", "json", "-"]).stdin(two().replace("clients", "customer_tenants")).run();
    let found = run.json();
    assert_eq!(found["runs"][0]["tenants"], 2);
    assert_eq!(found["runs"][0]["not_checked"][0]["code"], "values-alone");
    assert_eq!(by_field(&found["runs"][0], "instance_arn")["evidence"], "shape");
}
