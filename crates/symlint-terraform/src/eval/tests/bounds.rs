//! Hostile input: there must be a result within limits of time and memory.

use super::*;
use crate::EvalErrorKind;

fn reason(text: &str) -> String {
    let project = project(&[("main.tf", text)]);
    // The limit is low, so that the test is fast.
    let evaluator = Evaluator::with_steps(&project, 150_000);
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
fn patterns_take_steps_for_each_character() {
    let text = "a".repeat(1000);
    let one = format!("locals {{\n  x = length(regexall(\"(?i)([\\\\w\\\\d]{{30}}){{30}}\", \"{text}\"))\n}}");
    assert_eq!(reason(&one), crate::limits::TOO_MUCH);
    let many =
        format!("locals {{\n  x = sum([for i in range(1000) : length(regexall(\".*.*x${{i}}\", \"{text}\"))])\n}}");
    assert_eq!(reason(&many), crate::limits::TOO_MUCH);
    assert_eq!(
        reason("locals { x = length([for i in range(100) : regex(\"^[0-9]{12}$\", \"604178239951\")]) }"),
        "100"
    );
}

#[test]
fn doubled_locals_are_refused() {
    let doubled = |make: fn(u32) -> String| {
        let locals: String = (1..60).map(|n| format!("  l{n} = {}\n", make(n - 1))).collect();
        locals
    };
    let strings = doubled(|n| format!("\"${{local.l{n}}}${{local.l{n}}}\""));
    let text = format!("locals {{\n  l0 = \"ab\"\n{strings}  x = local.l59\n}}");
    assert_eq!(reason(&text), crate::limits::TOO_MUCH);
    // Each local contains the previous one twice. The number of values is small, but the number of paths through them
    // is exponential.
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
    // Everything that walks through the values stays within the limit of steps.
    let text =
        format!("locals {{\n  l0 = [\"x\"]\n{tuples}  x = [for n in range(1000) : jsonencode(local.l14) == n]\n}}");
    assert!(reason(&text).contains("(unknown)"));
}

/// The steps of a long walk are proportional to the number of values in it.
#[test]
fn the_cost_of_a_walk_is_linear() {
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

/// Expressions, chains of locals, and nested values at their maximum depth fit the stack of a test.
#[test]
fn depth_is_bounded() {
    let chain: String = (1..5000).map(|n| format!("  l{n} = [local.l{}]\n", n - 1)).collect();
    let deep = "this is nested too deeply to be evaluated";
    let first = format!("locals {{\n  l0 = 1\n{chain}  x = jsonencode(local.l4999)\n}}");
    assert_eq!(reason(&first), deep);
    // The order in which they are evaluated does not matter.
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
            // The parser may reject this depth, and then there is nothing to evaluate.
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

/// The longest chain that is evaluated, if each link needs much of the stack.
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
    // It is reported once.
    assert_eq!(messages(&evaluator), ["this is nested too deeply to be evaluated"]);
}

/// An expression that exceeds a limit is an error at its place, and does not hide others.
#[test]
fn a_costly_expression_does_not_affect_others() {
    let costly = "[for i in range(1000) : [for j in range(1000) : sum(range(100))]]";
    let pads: String = (0..20).map(|n| format!("  pad{n} = {costly}\n")).collect();
    let main = format!(
        "variable \"t\" {{\n  default = {{ a = {{ id = \"1\" }}, b = {{ id = \"2\" }} }}\n}}\nlocals {{\n{pads}\
         safe = [for t in var.t : t.id if length(local.pad0) > 0]\n  ids = [for t in var.t : t.id]\n}}\n"
    );
    let project = project(&[("main.tf", &main)]);
    let evaluator = Evaluator::new(&project);
    // The number of elements is known, although their values are not.
    assert_eq!(shown(&local(&evaluator, "safe")).replace(['\n', ' '], ""), "[\"1\",\"2\",]");
    let error = &evaluator.errors()[0];
    assert_eq!((error.message.as_str(), error.kind), (crate::limits::TOO_MUCH, EvalErrorKind::Limit));
    assert!(project.sources().text(error.span).starts_with("pad0"));
    for n in 1..20 {
        local(&evaluator, &format!("pad{n}"));
    }
    assert_eq!(evaluator.errors().len(), 20);
    assert_eq!(shown(&local(&evaluator, "ids")).replace(['\n', ' '], ""), "[\"1\",\"2\",]");
    assert_eq!(evaluator.errors().len(), 20);
}

/// Bytes are counted like steps.
#[test]
fn long_texts_are_limited() {
    let big = "  k = join(\"\", [for i in range(1024) : \"0123456789abcdef\"])\n\
               big = join(\"\", [for i in range(500) : local.k])\n\
               other = join(\"\", [for i in range(500) : local.k])\n";
    for x in [
        "upper(\"${local.big}${i}\")",
        "local.big == local.other",
        "contains([local.big], local.other)",
        "replace(local.big, \"0\", \"1\")",
        "trim(local.big, local.big)",
        "sha1(local.big)",
        "length(local.big)",
        "jsonencode([local.big])",
    ] {
        let main = format!("locals {{\n{big}  x = [for i in range(1000) : [for j in range(1000) : {x}]]\n}}\n");
        let project = project(&[("main.tf", &main)]);
        let evaluator = Evaluator::new(&project);
        let started = std::time::Instant::now();
        let _ = local(&evaluator, "x");
        assert!(messages(&evaluator).contains(&crate::limits::TOO_MUCH.to_owned()), "{x}");
        assert!(started.elapsed().as_secs() < 120, "{x}: {:?}", started.elapsed());
    }
}

#[test]
fn instances_are_bounded() {
    let call = "module \"m\" {\n  source = \"./m\"\n  count = 1000000\n}\n";
    let many = project(&[("main.tf", call), ("m/main.tf", "")]);
    let evaluator = Evaluator::new(&many);
    let root = many.root().unwrap();
    assert!(evaluator.instances(&evaluator.root(), root.call("m").unwrap()).is_err());
    let [error] = evaluator.errors().try_into().unwrap();
    assert_eq!(error.kind, EvalErrorKind::Limit);
    assert_eq!(error.message, "this creates too many instances to be evaluated");
    // Each module calls the next one twice.
    let level =
        |n: u32| ["a", "b"].map(|name| format!("module \"{name}\" {{\n  source = \"../m{}\"\n}}\n", n + 1)).concat();
    let main = level(0).replace("../", "./");
    let mut files: Vec<(&'static str, String)> = vec![("main.tf", main)];
    files.extend((1..25).map(|n| (&*format!("m{n}/main.tf").leak(), level(n))));
    files.push(("m25/main.tf", String::new()));
    let files: Vec<(&'static str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let nested = project(&files);
    let evaluator = Evaluator::new(&nested);
    let mut left = vec![evaluator.root()];
    let mut count = 0;
    while let Some(instance) = left.pop() {
        count += 1;
        let module = nested.module(instance.module().unwrap()).unwrap();
        for call in &module.calls {
            left.extend(evaluator.instances(&instance, call).unwrap_or_default());
        }
    }
    assert!(count < 100_000, "{count}");
    assert!(evaluator.errors().iter().any(|error| error.kind == EvalErrorKind::Limit));
}

/// Deeply nested text that is decoded at the maximum depth of an evaluation.
#[test]
fn text_decoded_during_an_evaluation_fits_the_stack() {
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
fn the_cost_of_many_instances_is_linear() {
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
