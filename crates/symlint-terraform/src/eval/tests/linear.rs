//! The steps of an evaluation are linear in the size of the configuration.

use super::*;

type Grow = fn(usize) -> String;

fn listed(n: usize, item: impl Fn(usize) -> String) -> String {
    (0..n).map(item).collect::<Vec<_>>().join(", ")
}

/// Expressions whose size is a number. Each can use the locals `numbers`, `names`, `pairs`, and `objects`, which have
/// that many elements.
const EXPRESSIONS: &[(&str, Grow)] = &[
    ("a tuple", |n| format!("[{}]", listed(n, |i| i.to_string()))),
    ("an object", |n| format!("{{ {} }}", listed(n, |i| format!("k{i} = \"v\"")))),
    ("computed keys", |n| format!("{{ {} }}", listed(n, |i| format!("(\"k{i}\") = 1")))),
    ("interpolations", |n| format!("\"{}\"", "${local.names[0]}x".repeat(n))),
    ("a directive", |_| "\"%{ for n in local.names }${n}%{ if true }x%{ endif }%{ endfor }\"".to_owned()),
    ("references", |n| format!("[{}]", listed(n, |i| format!("local.pairs.n{i}")))),
    ("indexes", |n| format!("[{}]", listed(n, |i| format!("local.names[{i}]")))),
    ("a loop", |_| "[for n in local.names : upper(n)]".to_owned()),
    ("a loop with a condition", |_| "[for n in local.names : n if n != \"n3\"]".to_owned()),
    ("a loop to an object", |_| "{ for i, n in local.names : n => i }".to_owned()),
    ("groups", |_| "{ for n in local.names : length(n) => n... }".to_owned()),
    ("a loop in a loop", |_| "[for n in local.names : [for m in [1, 2] : \"${n}${m}\"]]".to_owned()),
    ("a splat", |_| "local.objects[*].id".to_owned()),
    ("a legacy splat", |_| "local.objects.*.id".to_owned()),
    ("a conditional", |_| "true ? local.names : local.numbers".to_owned()),
    ("a comparison", |_| "local.objects == local.objects".to_owned()),
    ("a merge of two", |_| "merge(local.pairs, { a = 1 })".to_owned()),
    ("a merge of many", |_| "merge([for n in local.names : { (n) = 1 }]...)".to_owned()),
    ("concat", |_| "concat(local.names, local.names)".to_owned()),
    ("flatten", |_| "flatten([for n in local.names : [n, [n]]])".to_owned()),
    ("distinct", |_| "distinct(concat(local.names, local.names))".to_owned()),
    ("toset", |_| "toset(local.names)".to_owned()),
    ("toset of objects", |_| "toset(local.objects)".to_owned()),
    ("tolist", |_| "tolist(local.numbers)".to_owned()),
    ("tomap", |_| "tomap(local.pairs)".to_owned()),
    ("setunion", |_| "setunion(local.names, local.names)".to_owned()),
    ("setsubtract", |_| "setsubtract(local.names, local.names)".to_owned()),
    ("setintersection", |_| "setintersection(local.names, local.names)".to_owned()),
    ("setproduct", |_| "setproduct(local.names, [1, 2])".to_owned()),
    ("sort", |_| "sort(local.names)".to_owned()),
    ("reverse", |_| "reverse(local.names)".to_owned()),
    ("slice", |_| "slice(local.names, 1, 100)".to_owned()),
    ("chunklist", |_| "chunklist(local.names, 3)".to_owned()),
    ("compact", |_| "compact(local.names)".to_owned()),
    ("keys and values", |_| "zipmap(keys(local.pairs), values(local.pairs))".to_owned()),
    ("transpose", |_| "transpose({ for n in local.names : n => [\"a\", n] })".to_owned()),
    ("contains", |_| "contains(local.names, \"none\")".to_owned()),
    ("index", |_| "try(index(local.names, \"none\"), -1)".to_owned()),
    ("matchkeys", |_| "matchkeys(local.names, local.names, [\"n1\", \"n2\"])".to_owned()),
    ("lookup", |_| "lookup(local.pairs, \"n1\", 0)".to_owned()),
    ("alltrue", |_| "alltrue([for n in local.names : can(regex(\"n\", n))])".to_owned()),
    ("sum", |_| "sum(local.numbers)".to_owned()),
    ("max", |_| "max(local.numbers...)".to_owned()),
    ("range", |n| format!("range({n})")),
    ("join and split", |_| "split(\",\", join(\",\", local.names))".to_owned()),
    ("format", |_| "formatlist(\"%s-%03d\", local.names, local.numbers)".to_owned()),
    ("replace", |_| "replace(join(\",\", local.names), \"/n([0-9])/\", \"$1\")".to_owned()),
    ("regexall", |_| "regexall(\"n([0-9]+)\", join(\",\", local.names))".to_owned()),
    ("JSON", |_| "jsondecode(jsonencode(local.objects))".to_owned()),
    ("YAML", |_| "yamldecode(join(\"\", [for n in local.names : \"- id: ${n}\\n\"]))".to_owned()),
    ("CSV", |_| "csvdecode(join(\"\\n\", concat([\"a\"], local.names)))".to_owned()),
    ("Base64", |_| "base64decode(base64encode(join(\",\", local.names)))".to_owned()),
];

/// The steps for the local `x` in a module whose size is `n`.
fn spent(n: usize, x: &str) -> u64 {
    let text = format!(
        "locals {{\n  numbers = [{}]\n  names = [{}]\n  pairs = {{ {} }}\n  objects = [{}]\n  x = {x}\n}}",
        listed(n, |i| i.to_string()),
        listed(n, |i| format!("\"n{i}\"")),
        listed(n, |i| format!("n{i} = {i}")),
        listed(n, |i| format!("{{ id = \"{i}\", tags = [\"a\"] }}")),
    );
    steps(&[("main.tf", &text)])
}

fn steps(files: &[(&'static str, &str)]) -> u64 {
    let project = project(files);
    let evaluator = Evaluator::with_steps(&project, 100_000_000);
    let before = evaluator.meter().left();
    let value = local(&evaluator, "x");
    assert_eq!(evaluator.errors(), []);
    assert!(value.as_unknown().is_none());
    before - evaluator.meter().left()
}

/// A size that is four times as large may take four times as many steps, and a little more for the depth of a sort.
fn is_linear(few: u64, many: u64) -> bool {
    many <= few * 4 + few / 2 + 200
}

#[test]
fn the_cost_of_expressions_is_linear() {
    let mut wrong = String::new();
    for (name, expression) in EXPRESSIONS {
        let (few, many) = (spent(250, &expression(250)), spent(1000, &expression(1000)));
        if !is_linear(few, many) {
            wrong.push_str(&format!("{name}: {few} steps for 250, {many} for 1000\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_cost_of_modules_is_linear_in_their_instances() {
    let spent = |n: usize| {
        let main = "variable \"tenants\" {
              type = map(object({ id = string, grants = optional(list(object({ a = string })), []) }))
            }
            module \"m\" {
              source   = \"./m\"
              for_each = var.tenants
              tenant   = each.value
            }
            locals { x = [for name, m in module.m : \"${name} ${m.id} ${m.arn}\"] }";
        let child = "variable \"tenant\" { type = object({ id = string }) }
            locals { id = trimspace(var.tenant.id) }
            output \"id\" { value = local.id }
            output \"arn\" { value = \"arn:${local.id}\" }";
        let tenants: String =
            (0..n).map(|i| format!("  t{i} = {{ id = \"{i}\", grants = [{{ a = 1 }}] }}\n")).collect();
        let values = format!("tenants = {{\n{tenants}}}\n");
        steps(&[("main.tf", main), ("m/main.tf", child), ("terraform.tfvars", &values)])
    };
    let (few, many) = (spent(100), spent(400));
    assert!(is_linear(few, many), "{few} steps for 100, {many} for 400");
}

#[test]
fn instances_of_resources_are_looked_up_by_their_keys() {
    let spent = |n: usize| {
        let entries: String = (0..n).map(|i| format!("  t{i} = {{ id = \"{i}\" }}\n")).collect();
        let main = format!(
            "locals {{\n  all = {{\n{entries}}}\n  x = [for key, it in local.all : terraform_data.d[key].input]\n}}\n\
             resource \"terraform_data\" \"d\" {{\n  for_each = local.all\n  input = each.value.id\n}}"
        );
        steps(&[("main.tf", &main)])
    };
    let (few, many) = (spent(100), spent(400));
    assert!(is_linear(few, many), "{few} steps for 100, {many} for 400");
}
