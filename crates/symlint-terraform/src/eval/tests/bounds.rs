//! Hostile input: an answer in reasonable time and space, whatever it is.

use super::*;

fn reason(text: &str) -> String {
    let project = project(&[("main.tf", text)]);
    // Few steps, so that few are taken.
    let evaluator = Evaluator::with_steps(&project, 50_000);
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
    // Each local has the one before twice, which makes no more values, but a way through them that never ends.
    let tuples = doubled(|n| format!("[local.l{n}, local.l{n}]"));
    let objects = doubled(|n| format!("{{ a = local.l{n}, b = local.l{n} }}"));
    for (first, locals) in [("[\"x\"]", &tuples), ("[]", &tuples), ("{ a = \"x\" }", &objects), ("{}", &objects)] {
        for x in [
            "local.l59 == local.l58",
            "local.l59",
            "jsonencode(local.l59)",
            "tolist(local.l59)",
            "tomap(local.l59)",
            "length(flatten([local.l59]))",
            "toset([local.l59, local.l58])",
            "format(\"%v\", local.l59)",
            "distinct([local.l59])",
            "true ? local.l59 : local.l58",
            "[for a in local.l59 : a]",
            "merge({ a = local.l59 }, { b = local.l59 })",
            "setproduct([local.l59], [local.l59])",
            "contains([local.l59], local.l59)",
            "coalesce(local.l59, local.l58)",
            "lookup({ a = local.l59 }, \"a\")",
        ] {
            let text = format!("locals {{\n  l0 = {first}\n{locals}  x = {x}\n}}");
            let project = project(&[("main.tf", &text)]);
            let evaluator = Evaluator::with_steps(&project, 50_000);
            let flat = x.contains("flatten") && first.starts_with('{');
            assert!(flat || shown(&local(&evaluator, "x")).contains("(unknown)"), "{x}");
        }
    }
    // As far as they are values, all that walks them stays within the steps.
    let text =
        format!("locals {{\n  l0 = [\"x\"]\n{tuples}  x = [for n in range(1000) : jsonencode(local.l14) == n]\n}}");
    assert!(reason(&text).contains("(unknown)"));
}

/// What the steps of a long way come to: the same for each value that it leads through.
#[test]
fn a_walk_costs_what_it_walks_through() {
    let spent = |length: usize| {
        let items = vec!["{ a = [1, \"b\"] }"; length].join(", ");
        let project = project(&[("main.tf", &format!("locals {{ x = jsonencode(toset([{items}])) == \"\" }}"))]);
        let evaluator = Evaluator::with_steps(&project, 1_000_000);
        let before = evaluator.meter().left();
        local(&evaluator, "x");
        before - evaluator.meter().left()
    };
    let (one, two) = (spent(200), spent(400));
    assert!(two <= 2 * one + 100, "{one} and {two}");
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
        for depth in [90, 240, 1000] {
            let text = format!("locals {{ x = {}1{} }}", nested.repeat(depth), close.repeat(depth));
            let files = Files([("main.tf", text)].into());
            let project = Project::load(files, ".", &LoadOptions::default()).unwrap();
            let evaluator = Evaluator::new(&project);
            // The reader may refuse such depth before; then there is nothing to evaluate.
            evaluator.local(&evaluator.root(), "x");
        }
    }
}

#[test]
fn long_chains_are_evaluated() {
    let x = |text: String| shown(&local(&Evaluator::new(&project(&[("main.tf", &text)])), "x"));
    assert_eq!(x(format!("locals {{ x = {}1 }}", "1 + ".repeat(5000))), "5001");
    assert_eq!(x(format!("locals {{ x = {}1 }}", "1 - 3 * 2 + ".repeat(500))), "-2499");
    assert_eq!(x(format!("locals {{ x = {}true }}", "\"a\" == \"a\" && ".repeat(300))), "true");
    assert_eq!(x(format!("locals {{ x = {}1 }}", "false ? 2 : ".repeat(100))), "1");
    assert_eq!(x(format!("locals {{ x = length(concat({}[])) }}", "[1], ".repeat(1000))), "1000");
    assert_eq!(x(format!("locals {{ x = {}true }}", "!".repeat(100))), "true");
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

/// A text that is read at the deepest place of an evaluation, and is deep itself.
#[test]
fn what_is_read_within_an_evaluation_fits_the_stack() {
    let template = format!("{}1{}", "$${[".repeat(120), "]}".repeat(120));
    let list = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    for length in (10..160).step_by(5) {
        let chain: String = (1..=length).map(|n| format!("  l{n} = [local.l{}]\n", n - 1)).collect();
        for read in ["templatestring(local.t, {})", "jsondecode(local.d)", "yamldecode(local.d)"] {
            let text = format!(
                "locals {{\n  t = \"{template}\"\n  d = \"{list}\"\n  l0 = {read}\n{chain}  x = local.l{length}\n}}"
            );
            local(&Evaluator::new(&project(&[("main.tf", &text)])), "x");
        }
    }
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
