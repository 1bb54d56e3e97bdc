//! Module sources, and OpenTofu's files.

use super::*;

/// The value of the local `x` in the root module.
fn x(files: &[(&'static str, &str)]) -> String {
    let project = project(files);
    assert_eq!(project.errors(), []);
    let evaluator = Evaluator::new(&project);
    let value = local(&evaluator, "x");
    assert_eq!(evaluator.errors(), []);
    shown(&value).replace(['\n', ' '], "")
}

/// The errors of loading one file.
fn errors(main: &str) -> Vec<(String, String)> {
    let project = project(&[("main.tf", main), ("m/main.tf", "")]);
    let text = |span| project.sources().text(span);
    project.errors().iter().map(|error| (error.message.clone(), text(error.span))).collect()
}

#[test]
fn opentofu_reads_its_own_file_of_two_with_one_name() {
    let local = |value: &str| format!("locals {{\n  x = \"{value}\"\n}}\n");
    assert_eq!(x(&[("main.tofu", &local("tofu"))]), "\"tofu\"");
    assert_eq!(x(&[("main.tf", &local("tf")), ("main.tofu", &local("tofu"))]), "\"tofu\"");
    let json = r#"{"locals": {"x": "json"}}"#;
    assert_eq!(x(&[("main.tf.json", r#"{"locals": {"x": "tf"}}"#), ("main.tofu.json", json)]), "\"json\"");
    // A JSON file does not replace one in HCL.
    let both = project(&[("main.tf.json", json), ("main.tofu", &local("tofu"))]);
    assert_eq!(both.errors()[0].message, "there is already a local `x` in this module");
    // Override files.
    let over = [("main.tf", local("a")), ("b_override.tf", local("b")), ("b_override.tofu", local("c"))];
    let over: Vec<(&str, &str)> = over.iter().map(|(name, text)| (*name, text.as_str())).collect();
    assert_eq!(x(&over), "\"c\"");
    assert_eq!(x(&[("main.tofu", &local("a")), ("override.tofu.json", json)]), "\"json\"");
    // A called module.
    let main = "module \"m\" {\n  source = \"./m\"\n}\nlocals {\n  x = module.m.o\n}\n";
    let output = |value: &str| format!("output \"o\" {{\n  value = \"{value}\"\n}}\n");
    assert_eq!(x(&[("main.tf", main), ("m/o.tf", &output("tf")), ("m/o.tofu", &output("tofu"))]), "\"tofu\"");
}

#[test]
fn a_source_is_an_expression() {
    let child = "output \"o\" {\n  value = \"found\"\n}\n";
    let variables = "variable \"dir\" {\n  default = \"m\"\n}\nvariable \"dirs\" {\n  default = { a = \"m\" }\n}\n";
    for source in [
        "\"./m\"",
        "(\"./m\")",
        "((\"./m\"))",
        "\"./${var.dir}\"",
        "local.source",
        "(local.source)",
        "format(\"./%s\", var.dirs[\"a\"])",
        "\"./${\"m\"}\"",
        "\"${path.module}/m\"",
    ] {
        let main = format!(
            "{variables}module \"m\" {{\n  source = {source}\n}}\n\
             locals {{\n  source = \"./${{var.dir}}\"\n  x = module.m.o\n}}\n"
        );
        let found = x(&[("main.tf", &main), ("m/main.tf", child)]);
        assert_eq!(found, "\"found\"", "{source}");
    }
    // Values files and arguments take effect in a source.
    let main = format!(
        "{variables}module \"outer\" {{\n  source = \"./outer\"\n  inner = \"in\"\n}}\nlocals {{\n  x = module.outer.o\n}}\n"
    );
    let outer = "variable \"inner\" {}\nmodule \"i\" {\n  source = \"../${var.inner}/er\"\n}\n\
                 output \"o\" {\n  value = module.i.o\n}\n";
    assert_eq!(x(&[("main.tf", &main), ("outer/main.tf", outer), ("in/er/main.tf", child)]), "\"found\"");
    let main =
        format!("{variables}module \"m\" {{\n  source = \"./${{var.dir}}\"\n}}\nlocals {{\n  x = module.m.o\n}}\n");
    assert_eq!(x(&[("main.tf", &main), ("n/main.tf", child), ("terraform.tfvars", "dir = \"n\"\n")]), "\"found\"");
}

#[test]
fn a_source_that_does_not_exist() {
    let call = |source: &str| format!("module \"a\" {{\n  source = {source}\n}}\n");
    let one = |message: &str, text: &str| vec![(message.to_owned(), text.to_owned())];
    assert_eq!(errors(&call("\"./none\"")), one("there is no module in `none`", "./none"));
    assert_eq!(errors(&call("\"./${\"none\"}\"")), one("there is no module in `none`", "\"./${\"none\"}\""));
    assert_eq!(errors(&call("[\"./m\"]")), one("a source is a string, not a tuple", "[\"./m\"]"));
    assert_eq!(errors(&call("var.none")), one("there is no variable `none` in this module", "none"));
    assert_eq!(errors(&call("\"./m\\u0000\"")), one("a source has a NUL in it", "./m\\u0000"));
    // An unknown source is not an error.
    let unknown = format!("variable \"v\" {{}}\n{}", call("\"./${var.v}\""));
    assert_eq!(errors(&unknown), []);
    let project = project(&[("main.tf", &unknown)]);
    let call = project.root().unwrap().call("a").unwrap();
    assert!(call.source.is_none() && call.child.is_none() && call.source_attribute.is_some());
}

#[test]
fn installed_modules_are_read_where_they_are() {
    let list = r#"{"Modules": [
        {"Key": "", "Source": "", "Dir": "."},
        {"Key": "a", "Source": "registry.terraform.io/o/a/aws", "Version": "2.1.0", "Dir": ".terraform/modules/a"},
        {"Key": "a.b", "Source": "git::https://github.com/o/b.git?ref=v1", "Dir": ".terraform/modules/a.b/sub"},
        {"Key": "a.l", "Source": "./inner", "Dir": ".terraform/modules/a/inner"},
        {"Key": "c", "Source": "git::ssh://git@github.com/o/c.git", "Dir": ".terraform/modules/c"},
        {"Key": "d", "Source": "registry.terraform.io/o/other/aws", "Dir": ".terraform/modules/d"}
    ]}"#;
    let output = |value: &str| format!("output \"o\" {{\n  value = {value}\n}}\n");
    let main = "module \"a\" {\n  source = \"o/a/aws\"\n  version = \"~> 2.0\"\n}\n\
                module \"c\" {\n  source = \"git@github.com:o/c.git\"\n}\n\
                locals {\n  x = [module.a.o, module.c.o]\n}\n";
    let a = "module \"b\" {\n  source = \"github.com/o/b?ref=v1\"\n}\nmodule \"l\" {\n  source = \"./inner\"\n}\n"
        .to_owned()
        + &output("[module.b.o, module.l.o]");
    let files = [
        ("main.tf", main),
        (".terraform/modules/modules.json", list),
        (".terraform/modules/a/main.tf", &a),
        (".terraform/modules/a/inner/main.tf", &output("\"l\"")),
        (".terraform/modules/a.b/sub/main.tf", &output("\"b\"")),
        (".terraform/modules/c/main.tf", &output("\"c\"")),
        (".terraform/modules/d/main.tf", &output("\"d\"")),
    ];
    assert_eq!(x(&files), "[[\"b\",\"l\",],\"c\",]");
    let [_, list_of_all, .., d] = files;
    // Terraform reads a local module from the folder in the list.
    let local_module = "module \"m\" {\n  source = \"./m\"\n}\n";
    let moved = r#"{"Modules": [{"Key": "m", "Source": "./m", "Dir": ".terraform/modules/m"}]}"#;
    let files = [
        ("main.tf", local_module),
        ("m/main.tf", ""),
        (".terraform/modules/modules.json", moved),
        (".terraform/modules/m/main.tf", ""),
    ];
    assert_eq!(project(&files).errors().len(), 1);
    assert!(project(&files[..2]).errors().is_empty());
    // A module that was installed from a different source is not the one that is called.
    let other = "module \"d\" {\n  source = \"o/d/aws\"\n}\nlocals {\n  x = module.d.o\n}\n";
    let project = project(&[("main.tf", other), list_of_all, d]);
    assert!(local(&Evaluator::new(&project), "x").as_unknown().is_some());
}
