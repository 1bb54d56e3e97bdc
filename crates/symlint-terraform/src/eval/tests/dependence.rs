//! What a value depends on: the element of the collection from which it came, and the values that decided about it.

use super::*;
use crate::{Origin, Path, Root, Selection};

const TENANTS: &str = r#"
variable "tenants" {
  default = {
    acme   = { account = "1", ps = "p1", org = "o1", accounts = ["11", "12"] }
    globex = { account = "2", ps = "p2", org = "o2", accounts = ["21"] }
  }
}
variable "list" {
  default = [{ name = "acme", account = "1" }, { name = "globex", account = "2" }]
}
variable "acme_org" {
  default = "o1"
}
variable "mode" {}
"#;

/// The paths of everything that a value was built from or depends on, each once, in the order in which they are found.
fn ways(value: &Value) -> Vec<String> {
    let mut ways: Vec<String> = Vec::new();
    value.origin.each_dependence(&mut |origin| {
        let way = origin.path.as_ref().map(ToString::to_string);
        ways.extend(way.filter(|way| !ways.contains(way)));
    });
    ways
}

/// A path with the kind of each selection: `x["a"]*` for one of all elements, `x["a"]<k>` for a key with the path `k`.
fn selections(path: &Path) -> String {
    let (_, steps) = path.selections();
    let mut shown = Vec::new();
    for ((_, selection), path) in steps.iter().rev().zip(path.ancestors()) {
        let (own, parent) = (path.to_string(), path.parent().unwrap());
        // The name of an unnamed collection depends on the first step.
        let is_first = parent.parent().is_none() && matches!(parent.start(), Root::Inline(_));
        let step = if is_first { own } else { own.strip_prefix(&parent.to_string()).unwrap().to_owned() };
        shown.push(match selection {
            Selection::Literal => step,
            Selection::Iterated => step + "*",
            Selection::By(key) => {
                format!("{step}<{}>", key.path.as_ref().map(ToString::to_string).unwrap_or_default())
            }
        });
    }
    let root = path.ancestors().last().unwrap();
    if !matches!(root.start(), Root::Inline(_)) {
        shown.push(root.to_string());
    }
    shown.reverse();
    shown.concat()
}

fn selected(origin: &Origin) -> String {
    origin.path.as_ref().map(selections).unwrap_or_default()
}

/// The result of `of` for the local `x`, which is `expression`.
fn ask<T>(expression: &str, of: impl FnOnce(&Value) -> T) -> T {
    let main = format!("{TENANTS}locals {{\n  x = {expression}\n}}\n");
    let project = project(&[("main.tf", &main)]);
    let evaluator = Evaluator::new(&project);
    let value = local(&evaluator, "x");
    assert_eq!(evaluator.errors(), [], "{expression}");
    of(&value)
}

/// The same for a module that is called with `for_each` over the tenants and receives `expression`.
fn pass<T>(expression: &str, of: impl FnOnce(&Value) -> T) -> T {
    let main = format!(
        "{TENANTS}
        module \"connector\" {{
          source   = \"example.com/connector/aws\"
          for_each = var.tenants
        }}
        data \"aws_ssoadmin_permission_set\" \"by_key\" {{
          for_each = var.tenants
          name     = each.value.ps
        }}
        data \"aws_ssoadmin_permission_set\" \"one\" {{
          name = var.tenants[\"globex\"].ps
        }}
        locals {{
          orgs = {{ acme = var.acme_org, globex = \"o2\" }}
        }}
        module \"flow\" {{
          source   = \"./flow\"
          for_each = var.tenants
          x        = {expression}
        }}"
    );
    let project = project(&[("main.tf", &main), ("flow/main.tf", "variable \"x\" {}\n")]);
    let evaluator = Evaluator::new(&project);
    let acme = &instances(&evaluator, &evaluator.root(), "flow")[0];
    let value = evaluator.argument(acme, "x").unwrap();
    assert_eq!(evaluator.errors(), [], "{expression}");
    of(&value)
}

#[test]
fn variables_and_locals_of_called_modules_have_its_address() {
    let main = "module \"w\" {\n  source = \"./w\"\n  given = \"a\"\n  made = \"${var.x}-b\"\n  near = var.x\n}\n\
                variable \"x\" { default = \"v\" }\n";
    let child = "variable \"given\" {}\nvariable \"made\" {}\nvariable \"near\" {}\nvariable \"left\" { default = \"d\" }\n\
                 locals { own = [\"e\"] }\n";
    let project = project(&[("main.tf", main), ("w/main.tf", child)]);
    let evaluator = Evaluator::new(&project);
    let child = &instances(&evaluator, &evaluator.root(), "w")[0];
    let variable = |name: &str| evaluator.variable(child, name).unwrap();
    assert_eq!(path(&variable("given")), "module.w.var.given");
    assert_eq!(path(&variable("left")), "module.w.var.left");
    assert_eq!(path(&variable("near")), "x");
    assert_eq!(path(&evaluator.local(child, "own").unwrap().at(0).unwrap()), "module.w.local.own[0]");
    // The value can be traced further.
    assert_eq!(ways(&variable("made")), ["module.w.var.made", "x"]);
    let mut sources = Vec::new();
    variable("made").origin.each_source(&mut |origin| sources.extend(origin.path.as_ref().map(ToString::to_string)));
    assert_eq!(sources, ["module.w.var.made", "x"]);
}

#[test]
fn unnamed_collections_are_collections() {
    for (expression, wanted) in [
        ("[for t in [{ a = var.acme_org }, { a = \"o2\" }] : t][1].a", "elements[1]*.a"),
        ("{ for k, t in { b = { c = \"1\" } } : k => t }[\"b\"].c", "for_each[\"b\"]*.c"),
        ("([{ a = \"1\" }, { a = \"2\" }][*].a)[1]", "elements[1]*.a"),
        ("{ o1 = \"1\" }[var.acme_org]", "for_each[\"o1\"]<acme_org>"),
        ("lookup({ o1 = \"1\" }, var.acme_org)", "for_each[\"o1\"]<acme_org>"),
        ("jsondecode(\"{\\\"o1\\\": {\\\"a\\\": 1}}\")[var.acme_org].a", "for_each[\"o1\"]<acme_org>.a"),
        // A literal key selects the same element for everyone.
        ("{ o1 = \"1\" }[\"o1\"]", "local.x"),
    ] {
        assert_eq!(ask(expression, |value| selected(&value.origin)), wanted, "{expression}");
    }
    // Two collections are different even if they are equal.
    let both = "[for a in [{ b = 1 }] : a.b], [for a in [{ b = 1 }] : a.b]";
    ask(&format!("[{both}]"), |value| {
        let at = |index: usize| value.at(index).unwrap().at(0).unwrap().origin.path.unwrap();
        assert!(at(0) != at(1) && at(0) == at(0));
    });
}

#[test]
fn a_step_has_its_kind_of_selection() {
    for (expression, wanted) in [
        ("var.tenants.acme.account", "tenants.acme.account"),
        ("var.tenants[\"acme\"].account", "tenants.acme.account"),
        ("var.list[0].account", "list[0].account"),
        ("[for k, t in var.tenants : t.account][0]", "tenants.acme*.account"),
        ("[for k, t in var.tenants : k][0]", "tenants.acme*"),
        ("values(var.tenants)[0].account", "tenants.acme*.account"),
        ("keys(var.tenants)[0]", "tenants.acme*"),
        ("(var.list[*].account)[1]", "list[1]*.account"),
        ("flatten([for t in var.tenants : t.accounts])[1]", "tenants.acme*.accounts[1]*"),
        ("tolist(toset(var.tenants.acme.accounts))[1]", "tenants.acme.accounts[1]*"),
        ("[for t in var.list : var.tenants[t.name].account][1]", "tenants.globex<list[1].name>.account"),
        ("lookup(var.tenants, var.list[0].name).account", "tenants.acme<list[0].name>.account"),
        ("element(var.list, length(var.tenants)).account", "list[0]<>.account"),
        ("merge(var.tenants, {})[var.list[0].name].account", "tenants.acme.account"),
    ] {
        assert_eq!(ask(expression, |value| selected(&value.origin)), wanted, "{expression}");
    }
}

#[test]
fn paths_are_equal_for_any_kind_of_selection() {
    let of = |expression: &str| ask(expression, |value| value.origin.path.clone().unwrap());
    let literal = of("var.tenants.acme.account");
    assert_eq!(literal, of("[for t in var.tenants : t.account][0]"));
    assert_eq!(literal, of("var.tenants[var.list[0].name].account"));
    assert_eq!(foldhash::HashSet::from_iter([literal.clone(), of("values(var.tenants)[0].account")]).len(), 1);
    let tenant = of("var.tenants.acme");
    assert!(literal.is_below(&tenant) && literal.starts_with(&tenant) && literal.parent() == Some(&tenant));
    assert!(!tenant.is_below(&tenant) && tenant.starts_with(&tenant) && !tenant.starts_with(&literal));
    assert!(!literal.starts_with(&of("var.tenants.globex")));
}

#[test]
fn conditions_that_select_a_value_are_known() {
    for (expression, wanted) in [
        ("var.tenants.acme.account", &["tenants.acme.account"][..]),
        ("var.list[0].name == \"acme\" ? var.acme_org : \"x\"", &["acme_org", "list[0].name"]),
        (
            "one([for t in var.tenants : t.account if t.org == var.acme_org])",
            &["tenants.acme.account", "tenants.acme.org", "acme_org"],
        ),
        ("coalesce(var.list[0].name == \"x\" ? \"y\" : null, var.acme_org)", &["acme_org", "list[0].name"]),
        ("try(var.list[7].name, var.acme_org)", &["acme_org", "list"]),
        ("\"%{ if var.list[0].name == \"acme\" }a%{ endif }\"", &["local.x", "list[0].name"]),
        ("lookup({}, var.acme_org, \"none\")", &["local.x", "acme_org"]),
    ] {
        assert_eq!(ask(expression, ways), wanted, "{expression}");
    }
    // A part depends on the same values as its container.
    let chosen = "(var.list[0].name == \"acme\" ? var.tenants.acme : var.tenants.globex).account";
    assert_eq!(ask(chosen, ways), ["tenants.acme.account", "list[0].name"]);
    let kept = "[for t in var.tenants : t if t.org == var.acme_org][0].account";
    assert_eq!(ask(kept, ways), ["tenants.acme.account", "tenants.acme.org", "acme_org"]);
    // A constant condition does not decide anything.
    assert!(ask("true ? var.acme_org : \"x\"", |value| value.origin.dependence.is_none()));
    // The whole depends on the conditions.
    let count = "length([for t in var.tenants : t if t.org == var.acme_org])";
    assert!(ask(count, ways).contains(&"acme_org".to_owned()));
}

#[test]
fn an_element_with_a_path_of_its_own_depends_on_its_key() {
    let main = format!(
        "{TENANTS}
        locals {{ orgs = {{ acme = var.acme_org }} }}
        module \"flow\" {{
          source   = \"./flow\"
          for_each = local.orgs
        }}"
    );
    let project = project(&[("main.tf", &main), ("flow/main.tf", "")]);
    let evaluator = Evaluator::new(&project);
    let instance = &instances(&evaluator, &evaluator.root(), "flow")[0];
    let value = instance.each_value().unwrap();
    assert_eq!(selected(&value.origin), "acme_org");
    let on = value.origin.dependence.as_ref().unwrap().origins();
    assert_eq!(on.iter().map(|origin| selected(origin)).collect::<Vec<_>>(), ["local.orgs.acme*"]);
    assert_eq!(pass("local.orgs[each.key]", ways), ["acme_org", "local.orgs.acme", "tenants.acme"]);
    // If the path already shows the dependence, it is not repeated.
    let nothing = |expression| ask(expression, |value| value.origin.dependence.is_none());
    assert!(nothing("[for k, t in { for k, t in var.tenants : k => t } : t.account][0]"));
    assert!(nothing("[for t in values(var.tenants) : t.account][0]"));
    assert!(nothing("[for t in flatten([for t in var.tenants : t.accounts]) : t][0]"));
}

#[test]
fn a_computed_key_leads_to_its_parts() {
    for expression in [
        "keys({ for k, v in var.tenants : \"${k}-prod\" => v })[0]",
        "[for k, v in { for k, v in var.tenants : \"${k}-prod\" => 1 } : k][0]",
        "tolist(toset([for k, v in var.tenants : \"${k}-prod\"]))[0]",
        "keys(zipmap([for k, v in var.tenants : \"${k}-prod\"], [1, 2]))[0]",
        "keys(merge({ for k, v in var.tenants : \"${k}-prod\" => 1 }, {}))[0]",
        "keys(merge([for k, v in var.tenants : { \"${k}-prod\" = 1 }]...))[0]",
        "keys(tomap({ for k, v in var.tenants : k => 1 }))[0]",
        "keys(merge(var.tenants, {}))[0]",
        "flatten([for k, v in var.tenants : [k]])[0]",
        "setproduct(keys(var.tenants), [\"prod\"])[0][0]",
    ] {
        let found = ask(expression, |value| {
            let mut found = Vec::new();
            value.origin.each_source(&mut |origin| found.push(selected(origin).replace('*', "")));
            found
        });
        assert!(found.contains(&"tenants.acme".to_owned()), "{expression}: {found:?}");
    }
    let main = format!(
        "{TENANTS}
        module \"flow\" {{
          source   = \"./flow\"
          for_each = {{ for k, v in var.tenants : upper(k) => v.account }}
        }}"
    );
    let project = project(&[("main.tf", &main), ("flow/main.tf", "")]);
    let evaluator = Evaluator::new(&project);
    let instance = &instances(&evaluator, &evaluator.root(), "flow")[0];
    let crate::InstanceKey::Key(key) = instance.key() else { panic!("there is a key") };
    assert_eq!(ways(key), ["for_each[\"ACME\"]", "tenants.acme"]);
    assert_eq!(selected(&instance.each_value().unwrap().origin), "tenants.acme*.account");
}

#[test]
fn an_index_belongs_to_its_instance() {
    let main = format!(
        "{TENANTS}
        module \"flow\" {{
          source = \"./flow\"
          count  = length(var.list)
          x      = var.list[count.index].account
        }}
        locals {{
          x = [for i, t in var.list : i]
        }}"
    );
    let project = project(&[("main.tf", &main), ("flow/main.tf", "variable \"x\" {}\n")]);
    let evaluator = Evaluator::new(&project);
    let second = &instances(&evaluator, &evaluator.root(), "flow")[1];
    let index = second.count_index().unwrap();
    assert_eq!(selected(&index.origin), "elements[1]*");
    assert_eq!(ways(index), ["elements[1]", "list"]);
    let argument = evaluator.argument(second, "x").unwrap();
    assert_eq!(selected(&argument.origin), "list[1]<elements[1]>.account");
    assert_eq!(ways(&argument), ["list[1].account", "elements[1]", "list"]);
    assert_eq!(selected(&local(&evaluator, "x").at(1).unwrap().origin), "list[1]*");
}

#[test]
fn an_unknown_value_depends_on_its_parts() {
    for (expression, wanted) in [
        ("sha512(each.value.account)", &["tenants.acme.account"][..]),
        ("provider::aws::arn_build(\"aws\", each.key)", &["tenants.acme"]),
        ("upper(\"${timestamp()}-${each.key}\")", &["tenants.acme"]),
        ("var.mode == each.key", &["tenants.acme", "mode"]),
        ("jsonencode({ a = var.mode, b = [each.value.account] })", &["tenants.acme.account", "mode"]),
        ("var.mode[each.key]", &["mode[\"acme\"]", "tenants.acme"]),
        ("{ (var.mode) = each.value.account }[\"x\"]", &["tenants.acme.account", "mode"]),
        ("module.connector[each.key].settings", &["module.connector[\"acme\"].settings", "tenants.acme"]),
        (
            "module.connector[each.key].settings.role_arn",
            &["module.connector[\"acme\"].settings.role_arn", "tenants.acme"],
        ),
        ("module.connector[\"acme\"].settings", &["module.connector[\"acme\"].settings"]),
        ("data.aws_ssoadmin_permission_set.by_key[each.key].arn", &["tenants.acme", "tenants.acme.ps"]),
        ("data.aws_ssoadmin_permission_set.by_key[\"globex\"].arn", &["tenants.globex", "tenants.globex.ps"]),
        ("data.aws_ssoadmin_permission_set.one.arn", &["tenants.globex.ps"]),
        ("timestamp()", &[]),
    ] {
        let mut found = pass(expression, |value| {
            assert!(value.as_unknown().is_some(), "{expression}: {value:?}");
            ways(value)
        });
        let mut wanted = wanted.to_vec();
        found.sort();
        wanted.sort_unstable();
        assert_eq!(found, wanted, "{expression}");
    }
}

#[test]
fn both_results_of_an_unknown_condition_are_candidates() {
    let candidates = |expression: &str| {
        ask(expression, |value| {
            assert!(value.as_unknown().is_some(), "{expression}");
            value.candidates().iter().map(shown).collect::<Vec<_>>()
        })
    };
    assert_eq!(candidates("sha512(\"\") != \"\" ? \"CONSTANT\" : var.acme_org"), ["\"CONSTANT\"", "\"o1\""]);
    assert_eq!(
        candidates("var.mode == \"a\" ? \"1\" : var.mode == \"b\" ? \"2\" : \"3\""),
        ["\"1\"", "\"2\"", "\"3\""]
    );
    assert_eq!(candidates("(var.mode ? var.tenants.acme : var.tenants.globex).account"), ["\"1\"", "\"2\""]);
    assert_eq!(candidates("(var.mode ? var.list : reverse(var.list))[0].name"), ["\"acme\"", "\"globex\""]);
    // An expression that cannot be evaluated is not a candidate.
    assert_eq!(candidates("var.mode ? var.list[7] : \"x\""), ["\"x\""]);
    assert_eq!(candidates("var.mode"), [""; 0]);
    ask("sha512(\"\") != \"\" ? \"CONSTANT\" : var.acme_org", |value| {
        assert_eq!(ways(value), ["local.x", "acme_org"]);
        let second = &value.candidates()[1];
        assert_eq!(path(second), "acme_org");
    });
    // With too many candidates, the value is a single unknown one.
    let long: String = (0..20).map(|n| format!("var.mode == \"{n}\" ? \"{n}\" : ")).collect();
    assert_eq!(candidates(&format!("{long}\"x\"")).last().unwrap(), "(unknown)");
}

#[test]
fn instances_of_resources_have_their_elements() {
    let main = format!(
        "{TENANTS}
        resource \"sym_flow\" \"this\" {{
          for_each = var.tenants
          name     = each.key
          params {{
            strategy = each.value.account
          }}
        }}"
    );
    let project = project(&[("main.tf", &main)]);
    let evaluator = Evaluator::new(&project);
    let flow = project.root().unwrap().resource(false, "sym_flow", "this").unwrap();
    let instances = evaluator.resource_instances(&evaluator.root(), flow).unwrap();
    let crate::InstanceKey::Key(key) = instances[1].key() else { panic!("there is a key") };
    assert_eq!(selected(&key.origin), "tenants.globex*");
    assert_eq!(selected(&instances[1].each_value().unwrap().origin), "tenants.globex*");
    let inner = &flow.block.body.blocks[0].body.attributes[0];
    assert_eq!(shown(&evaluator.resource_expression(&instances[1], &inner.value)), "\"2\"");
}

#[test]
fn the_cost_of_many_dependences_is_limited() {
    // Each local depends on the two previous ones, by a condition and as a part.
    let locals: String =
        (2..100).map(|n| format!("  l{n} = local.l{} != \"\" ? \"${{local.l{}}}\" : \"\"\n", n - 1, n - 2)).collect();
    let main = format!("{TENANTS}locals {{\n  l0 = var.acme_org\n  l1 = var.list[0].name\n{locals}}}\n");
    let project = project(&[("main.tf", &main)]);
    let evaluator = Evaluator::new(&project);
    let mut count = 0;
    local(&evaluator, "l99").origin.each_dependence(&mut |_| count += 1);
    assert!((100..20_000).contains(&count), "{count}");
}
