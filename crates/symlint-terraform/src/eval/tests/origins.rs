use super::*;

const VALUES: &str = r#"tenants = {
  foo = {
    id    = "111122223333"
    number = 444455556666
    roles = ["admin", "read"]
  }
  "bar" = { id = "\u0062ar", number = 1, roles = [] }
}
"#;

const TYPES: &str = "variable \"tenants\" {
  type = map(object({ id = string, number = string, roles = list(string), note = optional(string, \"none\") }))
}
";

/// The origin of a local: its path, and the text at its place.
fn origin(expression: &str) -> (String, String) {
    let main = format!("{TYPES}locals {{\n  x = {expression}\n}}\n");
    let project = project(&[("main.tf", &main), ("terraform.tfvars", VALUES)]);
    let evaluator = Evaluator::new(&project);
    let value = local(&evaluator, "x");
    assert_eq!(evaluator.errors(), [], "{expression}");
    assert!(value.as_unknown().is_none(), "{expression}: {value:?}");
    (path(&value), written(&project, &value))
}

#[test]
fn expressions_that_pass_a_value_on_keep_its_origin() {
    for expression in [
        "var.tenants.foo.id",
        "var.tenants[\"foo\"][\"id\"]",
        "(var.tenants).foo.id",
        "[for t in var.tenants : t.id][1]",
        "[for k, t in var.tenants : t.id if k == \"foo\"][0]",
        "{ for k, t in var.tenants : upper(k) => t.id }[\"FOO\"]",
        "{ for k, t in var.tenants : \"all\" => t.id... }[\"all\"][1]",
        "values(var.tenants)[1].id",
        "(values(var.tenants)[*].id)[1]",
        "merge(var.tenants, {}).foo.id",
        "merge({ foo = 1 }, var.tenants)[\"foo\"].id",
        "merge([for t in var.tenants : { (t.number) = t }]...)[\"444455556666\"].id",
        "lookup(var.tenants, \"foo\", null).id",
        "lookup(var.tenants[\"foo\"], \"id\", \"none\")",
        "try(var.tenants.nobody.id, var.tenants.foo.id)",
        "coalesce(null, \"\", var.tenants.foo.id)",
        "coalescelist([], [var.tenants.foo.id])[0]",
        "true ? var.tenants.foo.id : \"x\"",
        "(false ? {} : var.tenants)[\"foo\"].id",
        "one([var.tenants.foo.id])",
        "one([for t in var.tenants : t.id if length(t.roles) > 0])",
        "element([var.tenants.foo.id], 0)",
        "flatten([[var.tenants.foo.id]])[0]",
        "flatten([for t in var.tenants : [for r in t.roles : t]])[0].id",
        "concat([], [var.tenants.foo.id])[0]",
        "reverse([var.tenants.foo.id])[0]",
        "slice([1, var.tenants.foo.id], 1, 2)[0]",
        "sort([var.tenants.foo.id, \"z\"])[0]",
        "distinct([var.tenants.foo.id])[0]",
        "compact([var.tenants.foo.id])[0]",
        "tolist([var.tenants.foo.id])[0]",
        "tolist(toset([var.tenants.foo.id]))[0]",
        "[for x in toset([var.tenants.foo.id]) : x][0]",
        "tolist(setunion([var.tenants.foo.id], []))[0]",
        "setproduct([var.tenants.foo.id], [1])[0][0]",
        "tomap({ a = var.tenants.foo.id }).a",
        "tomap({ a = var.tenants.foo }).a.id",
        "zipmap([\"a\"], [var.tenants.foo.id]).a",
        "tostring(var.tenants.foo.id)",
        "sensitive(var.tenants.foo.id)",
        "\"${var.tenants.foo.id}\"",
        "trimspace(var.tenants.foo.id)",
        "lower(var.tenants.foo.id)",
        "replace(var.tenants.foo.id, \"x\", \"y\")",
        "trimprefix(var.tenants.foo.id, \"x\")",
        "format(\"%s\", var.tenants.foo.id)",
        "join(\"\", [var.tenants.foo.id])",
        "([{ a = var.tenants.foo.id }][*].a)[0]",
        "matchkeys([var.tenants.foo.id], [\"1\"], [\"1\"])[0]",
        "chunklist([var.tenants.foo.id], 1)[0][0]",
    ] {
        let wanted = ("tenants[\"foo\"].id".to_owned(), "111122223333".to_owned());
        assert_eq!(origin(expression), wanted, "{expression}");
    }
}

#[test]
fn conversions_keep_the_origin() {
    assert_eq!(origin("var.tenants.foo.number"), ("tenants[\"foo\"].number".into(), "444455556666".into()));
    assert_eq!(origin("var.tenants.foo.roles[1]"), ("tenants[\"foo\"].roles[1]".into(), "read".into()));
    assert_eq!(origin("[for r in var.tenants.foo.roles : r][0]"), ("tenants[\"foo\"].roles[0]".into(), "admin".into()));
    assert_eq!(origin("tolist(toset(var.tenants.foo.roles))[1]").1, "read");
    assert_eq!(origin("var.tenants.foo.note").1, "none");
}

#[test]
fn a_key_has_its_origin() {
    for expression in [
        "keys(var.tenants)[1]",
        "[for k, t in var.tenants : k][1]",
        "keys({ for k, t in var.tenants : k => 1 })[1]",
        "[for k in toset(keys(var.tenants)) : k][1]",
        "keys({ for k, t in var.tenants : \"${k}\" => 1 })[1]",
    ] {
        assert_eq!(origin(expression).1, "foo", "{expression}");
    }
    assert_eq!(origin("keys(var.tenants)[0]").1, "bar");
    assert_eq!(origin("[for k, t in var.tenants : k][1]").0, "tenants[\"foo\"]");
}

#[test]
fn a_part_of_a_template_leads_to_its_digits() {
    for expression in [
        "\"arn:${var.tenants.foo.id}:x\"",
        "format(\"arn:%s:x\", var.tenants.foo.id)",
        "join(\":\", [\"arn\", var.tenants.foo.id, \"x\"])",
        "\"%{ if true }arn:${var.tenants.foo.id}:x%{ endif }\"",
    ] {
        let main = format!("{TYPES}locals {{\n  x = {expression}\n}}\n");
        let project = project(&[("main.tf", &main), ("terraform.tfvars", VALUES)]);
        let evaluator = Evaluator::new(&project);
        let value = local(&evaluator, "x");
        assert_eq!(value.as_str().unwrap().as_str(), "arn:111122223333:x");
        let place = value.origin.locate(4..16, project.sources());
        assert_eq!(project.sources().get(place.file).name(), "terraform.tfvars", "{expression}");
        assert_eq!(project.sources().text(place), "111122223333");
        let mut sources = Vec::new();
        value.origin.each_source(&mut |origin| sources.extend(origin.path.as_ref().map(ToString::to_string)));
        assert!(sources.contains(&"tenants[\"foo\"].id".to_owned()), "{expression}: {sources:?}");
    }
}

#[test]
fn a_piece_leads_to_where_it_is_written() {
    for expression in [
        "substr(var.tenants.foo.id, 4, 4)",
        "regex(\"1(2{4})3\", var.tenants.foo.id)[0]",
        "split(\"-\", \"x-${substr(var.tenants.foo.id, 4, 4)}\")[1]",
    ] {
        assert_eq!(origin(expression).1, "2222", "{expression}");
    }
}

#[test]
fn a_computed_value_leads_to_its_parts() {
    for expression in [
        "upper(\"a${var.tenants.foo.id}\")",
        "replace(var.tenants.foo.id, \"1\", \"2\")",
        "jsonencode({ a = [var.tenants.foo.id] })",
    ] {
        let main = format!("{TYPES}locals {{\n  x = [{expression}]\n}}\n");
        let project = project(&[("main.tf", &main), ("terraform.tfvars", VALUES)]);
        let evaluator = Evaluator::new(&project);
        let value = local(&evaluator, "x").elements().unwrap()[0].clone();
        let mut sources = Vec::new();
        value.origin.each_source(&mut |origin| sources.extend(origin.path.as_ref().map(ToString::to_string)));
        assert!(sources.contains(&"tenants[\"foo\"].id".to_owned()), "{expression}: {sources:?}");
    }
}

#[test]
fn values_without_a_path_get_that_of_their_local() {
    assert_eq!(origin("[\"a\"]").0, "local.x");
    assert_eq!(origin("{ a = [\"b\"] }").0, "local.x");
}

#[test]
fn a_mistake_in_yaml_is_an_error_at_its_place() {
    let told = |yaml: &str| {
        let main = "locals {\n  x = yamldecode(file(\"t.yaml\"))\n}\n";
        let project = project(&[("main.tf", main), ("t.yaml", yaml)]);
        let evaluator = Evaluator::new(&project);
        let value = local(&evaluator, "x");
        let unknown = value.as_unknown().unwrap();
        let errors = evaluator.errors();
        let (message, span) = match errors.first() {
            Some(error) => (error.message.clone(), error.span),
            None => (unknown.reason.clone(), unknown.span),
        };
        let source = project.sources().get(span.file);
        let place = source.position(span.start);
        (errors.len(), message, format!("{}:{}:{}", source.name(), place.line, place.column))
    };
    for (yaml, refused, message, place) in [
        ("a:\n\tb: 1\n", true, "a line is indented with a tab; use spaces", "t.yaml:2:1"),
        ("a: x\nb:\n  \t- 1\n", true, "a line is indented with a tab; use spaces", "t.yaml:3:3"),
        ("a: [\n\t1 ]\n", false, "a line begins with a tab", "t.yaml:2:1"),
        ("a: \"x\n\ty\"\n", false, "a line begins with a tab", "t.yaml:2:1"),
        ("a: |\n  x\n  \ty\n", false, "a line begins with a tab", "t.yaml:3:3"),
        ("a: !Ref x\n", true, "unsupported tag `!Ref`", "t.yaml:1:4"),
        ("a: !Sub\n  b: 1\n", true, "unsupported tag `!Sub`", "t.yaml:1:4"),
        ("a: !!set {x, y}\n", true, "unsupported tag `!!set`", "t.yaml:1:4"),
        ("a: !!binary aGk=\n", false, "the tag `!!binary`", "t.yaml:1:4"),
        ("a: 1\n~: b\n", true, "a key must not be null", "t.yaml:2:1"),
        ("[a]: b\n", true, "a key must be a string", "t.yaml:1:1"),
        ("a: x\u{1}y\n", true, "control characters are not allowed", "t.yaml:1:5"),
        ("a: 2020-01-01\n", false, "a date or number of this form", "t.yaml:1:4"),
    ] {
        let start = if refused { "`yamldecode` cannot read this: " } else { "this YAML is not evaluated: " };
        assert_eq!(told(yaml), (usize::from(refused), format!("{start}{message}"), place.to_owned()), "{yaml}");
    }
}

#[test]
fn a_byte_order_mark_in_a_table_is_named() {
    let main = "locals {\n  x = [for t in csvdecode(file(\"t.csv\")) : t.name]\n}\n";
    let project = project(&[("main.tf", main), ("t.csv", "\u{FEFF}name,id\na,1\n")]);
    let evaluator = Evaluator::new(&project);
    local(&evaluator, "x");
    assert_eq!(
        messages(&evaluator),
        [
            "there is no `name`: the file begins with a byte order mark, which is now part of that name; save the file without it"
        ]
    );
}

#[test]
fn values_in_yaml_lead_to_their_text() {
    let yaml =
        "a: plain # c\nb: \"quoted\"\nc: 'it''s'\nd: &anchor \"own\"\ne: *anchor\nf: !!str 12\ng: &x !!str \"both\"\n";
    let main = "locals {\n  x = yamldecode(file(\"${path.module}/t.yaml\"))\n}\n";
    let project = project(&[("main.tf", main), ("t.yaml", yaml)]);
    let evaluator = Evaluator::new(&project);
    let value = local(&evaluator, "x");
    for (key, text) in
        [("a", "plain"), ("b", "quoted"), ("c", "it''s"), ("d", "own"), ("e", "own"), ("f", "12"), ("g", "both")]
    {
        assert_eq!(written(&project, &value.get(key).unwrap()), text, "{key}");
    }
}
