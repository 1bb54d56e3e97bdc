//! Hostile input: an answer in reasonable time and space, whatever it is.

use super::*;

fn reason(text: &str) -> String {
    let project = project(&[("main.tf", text)]);
    let evaluator = Evaluator::new(&project);
    let value = local(&evaluator, "x");
    value.as_unknown().map(|unknown| unknown.reason.clone()).unwrap_or_else(|| shown(&value))
}

#[test]
fn large_results_are_refused() {
    let hundred = format!("[{}]", (0..100).map(|n| n.to_string()).collect::<Vec<_>>().join(","));
    let text = format!("locals {{\n  h = {hundred}\n  x = setproduct(local.h, local.h, local.h, local.h)\n}}");
    assert_eq!(reason(&text), "this has too many elements to be evaluated");
    let text = format!(
        "locals {{\n  h = {hundred}\n  x = length(flatten([for a in local.h : [for b in local.h : [for c in local.h : [for d in local.h : [for e in local.h : 1]]]]]))\n}}"
    );
    assert_eq!(reason(&text), crate::limits::TOO_MUCH);
    assert_eq!(reason("locals { x = pow(10, 1e9) }"), "the result is a number that is not represented exactly");
    assert_eq!(reason("locals { x = 1e1000000000 * 2 }"), "this number is too long to be evaluated");
}

#[test]
fn doubled_locals_are_refused() {
    let doubled = |make: fn(u32) -> String| {
        let locals: String = (1..60).map(|n| format!("  l{n} = {}\n", make(n - 1))).collect();
        locals
    };
    let strings = doubled(|n| format!("\"${{local.l{n}}}${{local.l{n}}}\""));
    let text = format!("locals {{\n  l0 = \"ab\"\n{strings}  x = local.l59\n}}");
    assert_eq!(reason(&text), "this text is too long to be evaluated");
    let tuples = doubled(|n| format!("[local.l{n}, local.l{n}]"));
    for question in [
        "local.l59 == local.l58",
        "jsonencode(local.l59)",
        "tolist(local.l59)",
        "length(flatten(local.l59))",
        "toset([local.l59])",
    ] {
        let text = format!("locals {{\n  l0 = [1]\n{tuples}  x = {question}\n}}");
        let reason = reason(&text);
        assert!(
            reason.contains("too many") || reason == "false" || reason.contains("too long"),
            "{question}: {reason}"
        );
    }
}

/// Expressions, chains of locals, and nested values, at their deepest, on the stack of a test.
#[test]
fn depth_is_bounded() {
    let chain: String = (1..5000).map(|n| format!("  l{n} = [local.l{}]\n", n - 1)).collect();
    let deep = "this is nested too deeply to be evaluated";
    let first = format!("locals {{\n  l0 = 1\n{chain}  x = jsonencode(local.l4999)\n}}");
    assert_eq!(reason(&first), deep);
    // In whatever order they are asked for.
    let project = project(&[("main.tf", &first)]);
    let evaluator = Evaluator::new(&project);
    for n in 0..5000 {
        local(&evaluator, &format!("l{n}"));
    }
    assert!(local(&evaluator, "x").as_unknown().is_some());
    drop(evaluator);
    for nested in ["(", "[", "upper(", "!", "true ? ", "[for a in ", "\"${", "{ a = ", "-"] {
        let close = match nested {
            "(" | "upper(" => ")",
            "[" => "]",
            "true ? " => " : 1",
            "[for a in " => " : a]",
            "\"${" => "}\"",
            "{ a = " => "}",
            _ => "",
        };
        let text = format!("locals {{ x = {}1{} }}", nested.repeat(90), close.repeat(90));
        let files = Files([("main.tf", text)].into());
        let project = Project::load(&files, ".", &LoadOptions::default()).unwrap();
        let evaluator = Evaluator::new(&project);
        // The reader may refuse such depth before; then there is nothing to evaluate.
        evaluator.local(&evaluator.root(), "x");
    }
    let sum = format!("locals {{ x = {}1 }}", "1 + ".repeat(120));
    let files = Files([("main.tf", sum)].into());
    let project = Project::load(&files, ".", &LoadOptions::default()).unwrap();
    assert_eq!(shown(&local(&Evaluator::new(&project), "x")), "121");
}

/// The deepest chain that is evaluated, with much stack for each link.
#[test]
fn the_deepest_evaluation_fits_the_stack() {
    let chain: String = (1..200)
        .map(|n| {
            format!("  l{n} = try([for k, v in {{ a = local.l{} }} : merge({{ a = [v] }}, {{}})][0].a[0], 1)\n", n - 1)
        })
        .collect();
    let text = format!("locals {{\n  l0 = 1\n{chain}  x = local.l199\n}}");
    let project = project(&[("main.tf", &text)]);
    let evaluator = Evaluator::new(&project);
    for n in (0..200).rev() {
        local(&evaluator, &format!("l{n}"));
    }
    assert_eq!(evaluator.errors(), []);
}

#[test]
fn many_instances_cost_no_more_than_each() {
    let tenants: String = (0..5000).map(|n| format!("  t{n} = {{ id = \"{n:012}\" }}\n")).collect();
    let values = format!("tenants = {{\n{tenants}}}\n");
    let main = "variable \"tenants\" { type = map(object({ id = string })) }
        module \"m\" {
          source   = \"./m\"
          for_each = var.tenants
          id       = each.value.id
          all      = var.tenants
        }";
    let child = "variable \"id\" {}\nvariable \"all\" { type = map(object({ id = string })) }\nlocals { x = var.all[\"t7\"].id }";
    let project = project(&[("main.tf", main), ("terraform.tfvars", &values), ("m/main.tf", child)]);
    let evaluator = Evaluator::new(&project);
    let made = instances(&evaluator, &evaluator.root(), "m");
    assert_eq!(made.len(), 5000);
    for instance in &made {
        assert!(evaluator.variable(instance, "id").unwrap().as_str().is_some());
        assert_eq!(path(&evaluator.local(instance, "x").unwrap()), "tenants[\"t7\"].id");
    }
    assert_eq!(evaluator.errors(), []);
}
