//! What Terraform rejects is reported at its place, and everything else is still read and evaluated.

use super::*;

/// The errors of loading the files and of evaluating all calls, resources, and locals of the root module, each with the
/// text at its place.
fn refusals(files: &[(&'static str, &str)]) -> Vec<(String, String)> {
    let mut all = vec![("m/main.tf", "variable \"x\" { default = null }\n")];
    all.extend(files);
    let project = project(&all);
    let evaluator = Evaluator::new(&project);
    let (root, module) = (evaluator.root(), project.root().unwrap());
    for call in &module.calls {
        for instance in evaluator.instances(&root, call).unwrap_or_default() {
            evaluator.variable(&instance, "x");
        }
    }
    for resource in &module.resources {
        for instance in evaluator.resource_instances(&root, resource).unwrap_or_default() {
            evaluator.resource_attribute(&instance, "input");
        }
    }
    for local in &module.locals {
        evaluator.local(&root, &local.name.text);
    }
    let loaded = project.errors().iter().map(|error| (error.message.clone(), error.span));
    let evaluated = evaluator.errors().into_iter().map(|error| (error.message, error.span));
    loaded.chain(evaluated).map(|(message, span)| (message, project.sources().text(span))).collect()
}

/// The only error in one file, with the text at its place.
fn refusal(main: &str) -> (String, String) {
    let found = refusals(&[("main.tf", main)]);
    let [only] = found.as_slice() else { panic!("{main}: {found:?}") };
    only.clone()
}

fn text(pair: (&str, &str)) -> (String, String) {
    (pair.0.to_owned(), pair.1.to_owned())
}

#[test]
fn duplicate_declarations_in_one_module() {
    for (main, wanted) in [
        (
            "module \"a\" {\n  source = \"./m\"\n}\nmodule \"a\" {\n  source = \"./m\"\n}\n",
            "there is already a module call `a` in this module",
        ),
        ("variable \"a\" {}\nvariable \"a\" {}\n", "there is already a variable `a` in this module"),
        (
            "output \"a\" {\n  value = 1\n}\noutput \"a\" {\n  value = 2\n}\n",
            "there is already a output `a` in this module",
        ),
        ("locals {\n  a = 1\n}\nlocals {\n  a = 2\n}\n", "there is already a local `a` in this module"),
    ] {
        assert_eq!(refusal(main), text((wanted, "a")), "{main}");
    }
    // The two may also be in different files, but an override file is allowed to repeat a declaration.
    let call = "module \"a\" {\n  source = \"./m\"\n}\n";
    assert_eq!(refusals(&[("a.tf", call), ("b.tf", call)]).len(), 1);
    assert_eq!(refusals(&[("a.tf", call), ("b_override.tf", call)]), []);
}

#[test]
fn both_of_two_calls_with_one_name_are_evaluated() {
    let call = |x: &str| format!("module \"a\" {{\n  source = \"./m\"\n  x = {x}\n}}\n");
    let main = call("[1][0]") + &call("[1][7]");
    let found = refusals(&[("main.tf", &main)]);
    assert_eq!(
        found.iter().map(|(message, _)| message.as_str()).collect::<Vec<_>>(),
        ["there is already a module call `a` in this module", "index 7 is out of range: the number of elements is 1",]
    );
}

#[test]
fn unknown_blocks() {
    for (main, message, at) in [
        ("modul \"a\" {}\n", "there is no block type `modul`; did you mean `module`?", "modul"),
        ("resources \"a\" \"b\" {}\n", "there is no block type `resources`; did you mean `resource`?", "resources"),
        ("tenant \"a\" {}\n", "there is no block type `tenant`", "tenant"),
        ("module {\n  source = \"./m\"\n}\n", "a `module` block has one label, its name", "module"),
        ("locals \"x\" {}\n", "a `locals` block has no label", "x"),
        ("resource \"a\" {}\n", "a `resource` block has two labels, its type and its name", "resource"),
        ("module \"a\" {}\n", "`module.a` has no `source`", "a"),
        (
            "module \"a\" {\n  source = \"./m\"\n  x {\n    b = 1\n  }\n}\n",
            "a module call has no blocks: write `x = {`",
            "x",
        ),
    ] {
        assert_eq!(refusal(main), text((message, at)), "{main}");
    }
    let all = "terraform {}\nmoved {\n  from = module.a\n  to = module.b\n}\nimport {\n  to = x.y\n  id = \"z\"\n}\n\
               removed {\n  from = x.z\n}\ncheck \"x\" {}\nephemeral \"x\" \"y\" {}\nprovider \"x\" {}\n";
    assert_eq!(refusals(&[("main.tf", all)]), []);
}

#[test]
fn each_and_count_without_a_repetition() {
    let each = "`each.key` is only available where `for_each` is set";
    let count = "`count.index` is only available where `count` is set";
    for (main, message, at) in [
        ("module \"a\" {\n  source = \"./m\"\n  x = each.key\n}\n", each, "each.key"),
        ("module \"a\" {\n  source = \"./m\"\n  count = 2\n  x = each.key\n}\n", each, "each.key"),
        ("module \"a\" {\n  source = \"./m\"\n  for_each = { b = 1 }\n  x = count.index\n}\n", count, "count.index"),
        ("module \"a\" {\n  source = \"./m\"\n  for_each = { (each.key) = 1 }\n}\n", each, "each.key"),
        ("resource \"terraform_data\" \"a\" {\n  input = each.key\n}\n", each, "each.key"),
        ("locals {\n  a = count.index\n}\n", count, "count.index"),
        (
            "module \"a\" {\n  source = \"./m\"\n  for_each = { b = 1 }\n  count = 1\n}\n",
            "`count` and `for_each` cannot be used together",
            "for_each",
        ),
    ] {
        assert_eq!(refusal(main), text((message, at)), "{main}");
    }
}

#[test]
fn a_key_that_looks_like_a_reference_is_ambiguous() {
    let message = "this key is ambiguous: put a reference in parentheses, or a name in quotes";
    let variable = "variable \"v\" { default = { a = \"k\" } }\n";
    for (key, at) in [("var.v", "var.v"), ("var.v.a", "var.v.a"), ("var.v[\"a\"]", "var.v[\"a\"]")] {
        let found = refusals(&[("main.tf", &format!("{variable}locals {{\n  x = {{ {key} = 1 }}\n}}\n"))]);
        assert_eq!(found[0], text((message, at)));
    }
    let looped = format!("{variable}locals {{\n  x = [for v in [var.v] : {{ v.a = 1 }}]\n}}\n");
    assert_eq!(refusal(&looped), text((message, "v.a")));
    for key in ["v", "(var.v.a)", "\"${var.v.a}\"", "upper(\"a\")", "1 + 1", "[1][0]", "var.v[lower(\"A\")]"] {
        let main = format!("{variable}locals {{\n  x = {{ {key} = 1 }}\n}}\n");
        assert_eq!(refusals(&[("main.tf", &main)]), [], "{key}");
    }
}

#[test]
fn for_each_must_not_be_sensitive() {
    let main = |of: &str| {
        format!(
            "variable \"v\" {{\n  default = {{ a = [1] }}\n  sensitive = true\n}}\n\
             module \"a\" {{\n  source = \"./m\"\n  for_each = {of}\n  x = [][7]\n}}\n"
        )
    };
    for of in ["var.v", "toset([sensitive(\"a\")])", "keys(var.v) == 1 ? {} : {}"] {
        let found = refusals(&[("main.tf", &main(of))]);
        assert_eq!(found[0], text(("`for_each` must not be sensitive; use `nonsensitive`", of)));
        // The value is evaluated nevertheless, if there is an instance.
        assert_eq!(found.len(), if of.contains('?') { 1 } else { 2 }, "{found:?}");
    }
    for of in ["{ a = sensitive(1) }", "nonsensitive(var.v)", "toset(nonsensitive(keys(var.v)))"] {
        assert_eq!(refusals(&[("main.tf", &main(of))]).len(), 1, "{of}");
    }
}

#[test]
fn coalescelist_takes_a_null_of_a_type() {
    let shown_of = |expression: &str| {
        let main = format!(
            "variable \"n\" {{\n  type = list(string)\n  default = null\n}}\nlocals {{\n  x = {expression}\n}}\n"
        );
        let project = project(&[("main.tf", &main)]);
        let evaluator = Evaluator::new(&project);
        let value = local(&evaluator, "x");
        (shown(&value).replace(['\n', ' '], ""), evaluator.errors().len())
    };
    assert_eq!(shown_of("coalescelist(var.n, [\"a\"])"), ("[\"a\",]".to_owned(), 0));
    assert_eq!(shown_of("coalescelist(tolist([]), var.n, [\"a\"])"), ("[\"a\",]".to_owned(), 0));
    for refused in ["coalescelist(var.n)", "coalescelist(null, [\"a\"])", "coalescelist([\"a\"], null)"] {
        assert_eq!(shown_of(refused).1, 1, "{refused}");
    }
}
