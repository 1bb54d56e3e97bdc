use std::collections::BTreeMap;

use super::*;
use crate::{AssignmentSource, Given, InstanceKey};

const VALUES: &str = r#"customer_tenants = {
  tenant_foo = {
    target_account_id = 123456789012
    sso_connector_settings = { role_arn = "arn:aws:iam::210987654399:role/sym/X", region = "us-east-1" }
  }
  tenant_bar = {
    target_account_id      = "222222222222"
    sso_connector_settings = { role_arn = "r" , region = "eu-west-1"}
  }
}
"#;

const MAIN: &str = r#"
variable "customer_tenants" {
  type = map(object({
    target_account_id      = string
    sso_connector_settings = object({ role_arn = string, region = string })
  }))
}
module "sso_access" {
  source   = "./modules/sso"
  for_each = var.customer_tenants
  name     = "flow-${each.key}"
  account  = each.value.target_account_id
  settings = each.value.sso_connector_settings
}
module "counted" {
  source = "./modules/leaf"
  count  = 2
  value  = count.index
}
module "single" {
  source = "./modules/leaf"
  value  = "s"
}
module "remote" {
  source = "some/registry/module"
  value  = var.customer_tenants
}
locals {
  one    = module.single.out
  many   = module.sso_access["tenant_foo"].arn
  all    = { for k, m in module.sso_access : k => m.arn }
  third  = module.counted[1].out
  splat  = module.counted[*].out
  remote = module.remote.out
  none   = module.sso_access["nobody"].arn
  path   = path.module
}
"#;

const SSO: &str = r#"
variable "name" {}
variable "account" { type = string }
variable "settings" { type = object({ role_arn = string, region = optional(string) }) }
variable "kind" { default = "k" }
module "leaf" {
  source = "../leaf"
  value  = var.settings.role_arn
}
output "arn" { value = module.leaf.out }
output "path" { value = path.module }
"#;

const LEAF: &str = r#"
variable "value" {}
output "out" { value = var.value }
"#;

fn files() -> Vec<(&'static str, &'static str)> {
    vec![("main.tf", MAIN), ("terraform.tfvars", VALUES), ("modules/sso/main.tf", SSO), ("modules/leaf/main.tf", LEAF)]
}

#[test]
fn a_value_in_a_child_module_leads_to_the_values_file() {
    let project = project(&files());
    let evaluator = Evaluator::new(&project);
    let made = instances(&evaluator, &evaluator.root(), "sso_access");
    assert_eq!(made.len(), 2);
    let foo = &made[1];
    assert_eq!(foo.address().as_str(), "module.sso_access[\"tenant_foo\"]");
    let InstanceKey::Key(key) = foo.key() else { panic!() };
    assert_eq!(
        (written(&project, key).as_str(), path(key).as_str()),
        ("tenant_foo", "customer_tenants[\"tenant_foo\"]")
    );

    let account = evaluator.variable(foo, "account").unwrap();
    assert_eq!(account.as_str().unwrap().as_str(), "123456789012");
    assert_eq!(path(&account), "customer_tenants[\"tenant_foo\"].target_account_id");
    assert_eq!(written(&project, &account), "123456789012");
    assert_eq!(project.sources().get(account.origin.span.file).name(), "terraform.tfvars");

    let settings = evaluator.variable(foo, "settings").unwrap();
    let role = settings.get("role_arn").unwrap();
    assert_eq!(path(&role), "customer_tenants[\"tenant_foo\"].sso_connector_settings.role_arn");
    assert_eq!(written(&project, &role), "arn:aws:iam::210987654399:role/sym/X");
    let digits = role.origin.locate(13..25, project.sources());
    assert_eq!(project.sources().text(digits), "210987654399");

    let name = evaluator.argument(foo, "name").unwrap();
    assert_eq!(name.as_str().unwrap().as_str(), "flow-tenant_foo");
    let place = name.origin.locate(5..15, project.sources());
    assert_eq!(project.sources().get(place.file).name(), "terraform.tfvars");
    assert!(evaluator.argument(foo, "kind").is_none());
    assert_eq!(shown(&evaluator.variable(foo, "kind").unwrap()), "\"k\"");

    let leaf = &instances(&evaluator, foo, "leaf")[0];
    assert_eq!(leaf.address().as_str(), "module.sso_access[\"tenant_foo\"].module.leaf");
    let value = evaluator.variable(leaf, "value").unwrap();
    assert_eq!(path(&value), "customer_tenants[\"tenant_foo\"].sso_connector_settings.role_arn");
    assert_eq!(evaluator.errors(), []);
}

#[test]
fn outputs_are_attributes_of_calls() {
    let project = project(&files());
    let evaluator = Evaluator::new(&project);
    let show = |name: &str| shown(&local(&evaluator, name)).replace(['\n', ' '], "");
    assert_eq!(show("one"), "\"s\"");
    assert_eq!(show("many"), "\"arn:aws:iam::210987654399:role/sym/X\"");
    assert_eq!(path(&local(&evaluator, "many")), "customer_tenants[\"tenant_foo\"].sso_connector_settings.role_arn");
    assert_eq!(path(&local(&evaluator, "one")), "module.single.var.value");
    assert_eq!(show("all"), "{\"tenant_bar\"=\"r\"\"tenant_foo\"=\"arn:aws:iam::210987654399:role/sym/X\"}");
    assert_eq!(show("third"), "1");
    assert_eq!(show("splat"), "[0,1,]");
    assert_eq!(show("remote"), "(unknown)");
    assert_eq!(show("path"), "\".\"");
    let foo = &instances(&evaluator, &evaluator.root(), "sso_access")[1];
    assert_eq!(shown(&evaluator.output(foo, "path").unwrap()), "\"modules/sso\"");
    assert_eq!(evaluator.errors(), []);
    show("none");
    assert_eq!(messages(&evaluator), ["`module.sso_access` has no such instance"]);
}

#[test]
fn options_take_effect_in_the_order_of_the_command_line() {
    let (file, value) = (Given::File("x.tfvars".into()), Given::Value("a".into(), "1".into()));
    for (given, last) in [(vec![file.clone(), value.clone()], "\"1\""), (vec![value, file], "\"2\"")] {
        let options = LoadOptions { given, ..LoadOptions::default() };
        let project = project_with(&[("main.tf", "variable \"a\" {}"), ("x.tfvars", "a = \"2\"")], &options);
        let evaluator = Evaluator::new(&project);
        assert_eq!(shown(&evaluator.variable(&evaluator.root(), "a").unwrap()), last);
    }
}

#[test]
fn a_mistake_in_a_command_line_value_names_the_option() {
    let starts = |given: &str| {
        let options = LoadOptions {
            given: vec![Given::Value(given.into(), "{".into())],
            environment: vec![("a".into(), "[".into())],
            ..LoadOptions::default()
        };
        let main = b"variable \"a\" { type = map(string) }\nvariable \"b\" { type = map(string) }\n".to_vec();
        let project = Project::load(BTreeMap::from([("main.tf".to_owned(), main)]), ".", &options).unwrap();
        let errors = project.files().iter().flat_map(|loaded| &loaded.file.errors);
        errors.map(|error| error.message.split(':').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(starts("b"), ["in `TF_VAR_a`", "in `--var b`"]);
    // A value that is replaced is not parsed.
    assert_eq!(starts("a"), ["in `--var a`"]);
}

#[test]
fn values_from_the_environment_are_marked() {
    let options = LoadOptions {
        given: vec![Given::Value("c".into(), "x".into())],
        environment: vec![("a".into(), "secret".into()), ("m".into(), "{ k = \"v\" }".into())],
        ..LoadOptions::default()
    };
    let main = "variable \"a\" {}\nvariable \"b\" { default = \"d\" }\nvariable \"c\" {}\n\
                variable \"m\" { type = map(string) }\n\
                locals {\n  a = upper(\"x-${var.a}\")\n  b = var.b\n  c = var.c\n  m = var.m[\"k\"]\n  u = sha512(var.a)\n}\n";
    let project = project_with(&[("main.tf", main)], &options);
    let evaluator = Evaluator::new(&project);
    let is_given = |name: &str| project.is_from_environment(&local(&evaluator, name).origin);
    assert_eq!(["a", "b", "c", "m", "u"].map(is_given), [true, false, false, true, true]);
}

#[test]
fn a_file_in_utf_16_is_one_mistake() {
    let text = "customer_tenants = {\n  a = 1\n}\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [[&[0xFF, 0xFE][..], &little].concat(), [&[0xFE, 0xFF][..], &big].concat(), little] {
        for name in ["x.tfvars", "x.tfvars.json"] {
            let project = Project::from_values(name, bytes.clone()).unwrap();
            let errors = project.files().iter().flat_map(|loaded| &loaded.file.errors);
            let messages: Vec<&str> = errors.map(|error| error.message.as_str()).collect();
            assert_eq!(messages, ["this is UTF-16: save the file as UTF-8"]);
        }
    }
}

#[test]
fn the_last_assignment_wins_and_all_are_kept() {
    let declared = "variable \"a\" {\n  default = 0\n  type = any\n}\nvariable \"s\" {}";
    let options = LoadOptions {
        given: vec![
            Given::File("extra/x.tfvars".into()),
            Given::Value("a".into(), "[6]".into()),
            Given::Value("s".into(), "plain ${text}".into()),
        ],
        environment: vec![("a".into(), "{ x = 1 }".into()), ("other".into(), "not { ours".into())],
        ..LoadOptions::default()
    };
    let files = [
        ("main.tf", declared),
        ("terraform.tfvars", "a = 2"),
        ("b.auto.tfvars", "a = 4"),
        ("a.auto.tfvars", "a = 3"),
        ("extra/x.tfvars", "a = 5"),
        ("ignored.tfvars", "a = 9"),
    ];
    let project = project_with(&files, &options);
    let evaluator = Evaluator::new(&project);
    let value = evaluator.variable(&evaluator.root(), "a").unwrap();
    assert_eq!((shown(&value).as_str(), path(&value).as_str()), ("[\n  6,\n]", "a"));
    let text = evaluator.variable(&evaluator.root(), "s").unwrap();
    assert_eq!(text.as_str().unwrap().as_str(), "plain ${text}");
    let all: Vec<String> = project
        .assignments()
        .iter()
        .filter(|assignment| assignment.variable.text.as_str() == "a")
        .map(|assignment| project.sources().text(assignment.attribute.value.span))
        .collect();
    assert_eq!(all, ["0", "{ x = 1 }", "2", "3", "4", "5", "[6]"]);
    assert_eq!(project.assignments().last().unwrap().source, AssignmentSource::Option);
    let names: Vec<String> = project.sources().iter().map(|(_, source)| source.name().to_owned()).collect();
    let wanted = [
        "main.tf",
        "TF_VAR_a",
        "terraform.tfvars",
        "a.auto.tfvars",
        "b.auto.tfvars",
        "extra/x.tfvars",
        "--var a",
        "--var s",
    ];
    assert_eq!(names, wanted);
}

#[test]
fn a_values_file_needs_no_configuration() {
    let project = Project::from_values("t.tfvars", VALUES.as_bytes().to_vec()).unwrap();
    let evaluator = Evaluator::new(&project);
    let tenants = evaluator.variable(&evaluator.root(), "customer_tenants").unwrap();
    let account = tenants.get("tenant_foo").unwrap().get("target_account_id").unwrap();
    assert_eq!(path(&account), "customer_tenants.tenant_foo.target_account_id");
    assert!(evaluator.variable(&evaluator.root(), "nothing").is_none());
}

#[test]
fn calls_and_references_are_errors_in_a_values_file() {
    let text = "a = upper(\"x\")\nb = [var.a, 1 + 1]\nc = [for x in [1] : x + 1]";
    let project = Project::from_values("t.tfvars", text.as_bytes().to_vec()).unwrap();
    let evaluator = Evaluator::new(&project);
    let show = |name: &str| shown(&evaluator.variable(&evaluator.root(), name).unwrap()).replace(['\n', ' '], "");
    assert_eq!([show("a"), show("b"), show("c")], ["(unknown)", "[(unknown),2,]", "[2,]"]);
    assert_eq!(messages(&evaluator), ["functions may not be called here", "variables may not be used here"]);
}

#[test]
fn override_files_replace_attributes() {
    let project = project(&[
        (
            "main.tf",
            "variable \"a\" { default = 1 }\nlocals {\n  x = 1\n  y = 2\n}\nmodule \"m\" {\n  source = \"x\"\n  v = 1\n}",
        ),
        ("z_override.tf", "variable \"a\" { default = 2 }\nlocals { x = 3 }\nmodule \"m\" { v = 5 }"),
    ]);
    let evaluator = Evaluator::new(&project);
    let root = evaluator.root();
    assert_eq!(shown(&evaluator.variable(&root, "a").unwrap()), "2");
    assert_eq!([shown(&local(&evaluator, "x")), shown(&local(&evaluator, "y"))], ["3", "2"]);
    let instance = &instances(&evaluator, &root, "m")[0];
    assert_eq!(shown(&evaluator.argument(instance, "v").unwrap()), "5");
    assert_eq!(project.errors(), []);
}

#[test]
fn modules_that_call_each_other_are_an_error() {
    let files = [
        ("main.tf", "module \"a\" { source = \"./a\" }"),
        ("a/main.tf", "module \"b\" { source = \"../b\" }\noutput \"x\" { value = module.b.x }"),
        ("b/main.tf", "module \"a\" { source = \"../a\" }\noutput \"x\" { value = module.a.x }"),
    ];
    let project = project(&files);
    assert_eq!(project.modules().len(), 3);
    let messages: Vec<&str> = project.errors().iter().map(|error| error.message.as_str()).collect();
    assert_eq!(messages, ["`module.a` calls a module that leads back here"]);
    let evaluator = Evaluator::new(&project);
    let a = &instances(&evaluator, &evaluator.root(), "a")[0];
    assert!(evaluator.output(a, "x").unwrap().as_unknown().is_some());
}

#[test]
fn a_missing_argument_is_an_error_and_unknown() {
    let project = project(&[("main.tf", "module \"m\" { source = \"./m\" }"), ("m/main.tf", LEAF)]);
    let evaluator = Evaluator::new(&project);
    let m = &instances(&evaluator, &evaluator.root(), "m")[0];
    assert!(evaluator.variable(m, "value").unwrap().as_unknown().is_some());
    assert_eq!(messages(&evaluator), ["the argument `value` is required by the module"]);
}

#[test]
fn for_each_takes_maps_and_sets_of_strings() {
    for (for_each, wanted) in [
        ("toset([\"b\", \"a\"])", "module.m[\"a\"] module.m[\"b\"]"),
        ("{ x = 1 }", "module.m[\"x\"]"),
        ("[\"a\"]", "`for_each` must be a map or a set of strings, not a tuple"),
        ("null", "`for_each` must not be null"),
        ("toset([1])", "`for_each` must not contain null"),
        ("data.a.b.c", "`data.a.b.c` is not known before apply"),
    ] {
        let main = format!(
            "data \"a\" \"b\" {{}}\nmodule \"m\" {{\n  source = \"./m\"\n  for_each = {for_each}\n  value = 1\n}}"
        );
        let project = project(&[("main.tf", &main), ("m/main.tf", LEAF)]);
        let evaluator = Evaluator::new(&project);
        let call = project.root().unwrap().call("m").unwrap();
        let found = match evaluator.instances(&evaluator.root(), call) {
            Ok(made) => made.iter().map(|made| made.address().to_string()).collect::<Vec<_>>().join(" "),
            Err(unknown) => unknown.reason.clone(),
        };
        assert_eq!(found, wanted);
    }
}

#[test]
fn json_is_read_like_the_rest() {
    let main = r#"{
  "//": "made by a program",
  "variable": { "v": { "type": "map(object({ id = string }))" } },
  "locals": { "x": "id ${var.v[\"a\"].id}", "y": "${var.v.a.id}", "z": ["%%{", 12, "é\n"] },
  "module": { "m": [{ "source": "./m", "for_each": "${var.v}", "value": "<${each.key}>" }] }
}"#;
    let files = [
        ("main.tf.json", main),
        ("terraform.tfvars.json", r#"{ "v": { "a": { "id": "$\u007bx}" } } }"#),
        ("m/main.tf", LEAF),
    ];
    let project = project(&files);
    let evaluator = Evaluator::new(&project);
    let y = local(&evaluator, "y");
    assert_eq!((shown(&y).as_str(), path(&y).as_str()), ("\"${x}\"", "v[\"a\"].id"));
    assert_eq!(project.sources().text(y.origin.locate(1..2, project.sources())), "\\u007b");
    assert_eq!(shown(&local(&evaluator, "z")).replace(['\n', ' '], ""), "[\"%{\",12,<<-EOTéEOT,]");
    let x = local(&evaluator, "x");
    assert_eq!((shown(&x).as_str(), written(&project, &x).as_str()), ("\"id ${x}\"", "\"id ${var.v[\\\"a\\\"].id}\""));
    assert_eq!(project.sources().text(x.origin.locate(0..3, project.sources())), "id ");
    let m = &instances(&evaluator, &evaluator.root(), "m")[0];
    assert_eq!(shown(&evaluator.variable(m, "value").unwrap()), "\"<a>\"");
    assert_eq!(evaluator.errors(), []);
}

/// One mistake is reported, and everything around it is read.
#[test]
fn broken_json_is_read_around_the_mistake() {
    let json = "{\n  \"t\": {\n    \"a\": {\n      \"id\": \"1\",\n      \"r\": [\"x\"]\n    },\n    \"b\": { \"id\": \"2\" }\n  }\n}\n";
    for (old, new, line, message) in [
        ("\"1\",", "\"1\"", 4, "a comma is missing here"),
        ("\"1\",", "\"1\",,", 4, "an item is missing here"),
        ("\"1\",", "\"1,", 4, "this string is not closed: add `\"` before the end of the line"),
        ("\"1\",", "'1',", 4, "`'` is not a quotation mark in JSON: write `\"`"),
        ("\"1\",", "arn:x,", 4, "text must be in quotes: write `\"arn:x\"`"),
        ("\"1\",", "True,", 4, "write `true` in JSON"),
        ("\"1\",", "\"1\", # c", 4, "JSON has no comments: remove it"),
        ("\"id\":", "\"id\" =", 4, "a key is followed by `:` in JSON"),
        ("\"id\":", "id:", 4, "text must be in quotes: write `\"id\"`"),
        ("[\"x\"]", "[\"x\",]", 5, "nothing follows this comma: remove it"),
        ("[\"x\"]", "[\"x\"]\n      },", 6, "nothing follows this comma: remove it"),
    ] {
        let text = json.replacen(old, new, 1);
        let project = Project::from_values("t.tfvars.json", text.into_bytes()).unwrap();
        let errors = &project.files()[0].file.errors;
        let source = project.sources().get(project.files()[0].id);
        let said: Vec<_> =
            errors.iter().map(|error| (source.position(error.span.start).line, error.message.as_str())).collect();
        assert_eq!(said, [(line, message)], "{new}");
        let evaluator = Evaluator::new(&project);
        let tenants = evaluator.variable(&evaluator.root(), "t").unwrap();
        assert!(tenants.get("a").is_some(), "{new}");
        assert_eq!(shown(&tenants.get("b").unwrap().get("id").unwrap()), "\"2\"", "{new}");
    }
}

#[test]
fn half_a_surrogate_pair_in_json_is_the_replacement_character() {
    let values = r#"{ "v": "a\ud800b\udc00\ud800\u0041\\ud800 \ud83d\ude00 end" }"#;
    let project =
        project(&[("main.tf", "variable \"v\" {}\nlocals { v = var.v }\n"), ("terraform.tfvars.json", values)]);
    let evaluator = Evaluator::new(&project);
    let value = local(&evaluator, "v");
    assert_eq!(value.as_str().unwrap().as_str(), "a\u{FFFD}b\u{FFFD}\u{FFFD}A\\ud800 😀 end");
    let end = value.as_str().unwrap().len();
    assert_eq!(project.sources().text(value.origin.locate(end - 3..end, project.sources())), "end");
}

#[test]
fn a_mistake_in_json_is_an_error_at_its_place() {
    for (text, wanted) in [
        ("{ \"a\": 012 }", "012"),
        ("{ \"a\": 1, }", ""),
        ("{ \"a\": { \"x\": 1, \"x\": 2 } }", "\"x\""),
        ("[]", "[]"),
        ("{ \"a\": 'x' }", ""),
    ] {
        let project = Project::from_values("t.tfvars.json", text.as_bytes().to_vec()).unwrap();
        let errors = &project.files()[0].file.errors;
        assert_eq!(errors.len(), 1, "{text}: {errors:?}");
        assert!(project.sources().text(errors[0].span).starts_with(wanted), "{text}: {errors:?}");
    }
}
