//! Runs everything that a library user can call on arbitrary bytes, and checks what must hold for any input.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each target uses a part, and what fails here is meant to be seen"
)]

use std::collections::BTreeMap;

use symlint_terraform::{
    ConversionProblemKind, Evaluator, FileTree, LoadOptions, Project, Value, convert, show, show_type, syntax, to_json,
};

type Files = BTreeMap<String, Vec<u8>>;

/// `bytes` as a values file, for a variable with a type and for one without.
pub fn values(bytes: &[u8]) {
    earlier_items(bytes);
    let main = "variable \"a\" {\n  type = map(object({ id = string, list = optional(list(any), []) }))\n}\n";
    for name in ["terraform.tfvars", "terraform.tfvars.json"] {
        let files: Files =
            [("main.tf".to_owned(), main.into()), (name.to_owned(), bytes.to_vec())].into_iter().collect();
        evaluate_all(files);
        let project = Project::from_values(name, bytes.to_vec()).unwrap();
        look_at(&project);
    }
}

/// A mistake at the end of a file must not change what was read in front of it.
pub fn earlier_items(bytes: &[u8]) {
    let names = |bytes: Vec<u8>| {
        let project = Project::from_values("terraform.tfvars", bytes).unwrap();
        let file = &project.files()[0].file;
        let names = file.body.attributes.iter().map(|attribute| attribute.name.text.to_string());
        (names.collect::<Vec<_>>(), file.errors.len())
    };
    let (before, 0) = names(bytes.to_vec()) else { return };
    for mistake in ["\n\"", "\nz = \"x", "\nz = {", "\nz = [", "\nz = ]", "\n}", "\nz = <<E", "\n'", "\nz z z"] {
        let (after, errors) = names([bytes, mistake.as_bytes(), b"\n"].concat());
        assert_eq!(after.get(..before.len()), Some(&*before), "{mistake}");
        assert_eq!(errors, 1, "{mistake}");
    }
}

/// `bytes` as the configuration of a root module.
pub fn configuration(bytes: &[u8]) {
    for name in ["main.tf", "main.tf.json"] {
        evaluate_all([(name.to_owned(), bytes.to_vec())].into_iter().collect());
    }
}

/// `bytes` as an expression, a template, YAML and CSV.
pub fn expression(bytes: &[u8]) {
    let files: Files =
        [("main.tf".to_owned(), MODULE.into()), ("text".to_owned(), bytes.to_vec())].into_iter().collect();
    let project = load(files);
    let evaluator = Evaluator::new(&project);
    for local in ["yaml", "csv", "json", "template"] {
        look_at_value(&evaluator, &evaluator.local(&evaluator.root(), local).unwrap());
    }
    let id = project.sources().add("expression", bytes.to_vec()).unwrap();
    let source = project.sources().get(id);
    if let Ok(expr) = syntax::read_expression(id, &source) {
        look_at_value(&evaluator, &evaluator.evaluate(&evaluator.root(), &expr));
    }
}

/// Checks an expression that is known to be correct: it is parsed, its parts lie within it, and it has one value.
pub fn correct(text: &str) {
    let project = load([("main.tf".to_owned(), MODULE.into())].into_iter().collect());
    let id = project.sources().add("expression", text.as_bytes().to_vec()).unwrap();
    let source = project.sources().get(id);
    let expr = syntax::read_expression(id, &source).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    let mut parts = vec![&expr];
    while let Some(part) = parts.pop() {
        let (start, end) = (part.span.start as usize, part.span.end as usize);
        assert!(text.get(start..end).is_some_and(|written| !written.is_empty()), "{text}: {part:?}");
        let inside = syntax::children(part);
        for inner in &inside {
            assert!(part.span.start <= inner.span.start && inner.span.end <= part.span.end, "{text}: {inner:?}");
        }
        parts.extend(inside);
    }
    let evaluate = || {
        let evaluator = Evaluator::new(&project);
        let value = evaluator.evaluate(&evaluator.root(), &expr);
        look_at_value(&evaluator, &value);
        (show(&value), evaluator.refusals().len())
    };
    assert_eq!(evaluate(), evaluate(), "{text}");
}

const MODULE: &str = r#"
variable "v" { default = { a = [1, "x", null], b = { c = true } } }
variable "s" {
  default   = "secret"
  sensitive = true
}
locals {
  l        = [for k, v in var.v : k]
  yaml     = yamldecode(file("text"))
  csv      = csvdecode(file("text"))
  json     = jsondecode(file("text"))
  template = templatefile("text", { a = 1, b = ["x"] })
}
resource "r" "r" {
  name = "n"
}
"#;

fn load(files: Files) -> Project {
    assert!(files.list(".").unwrap().is_some());
    Project::load(files, ".", &LoadOptions::default()).unwrap()
}

fn evaluate_all(files: Files) {
    let project = load(files);
    look_at(&project);
    let evaluator = Evaluator::new(&project);
    let root = evaluator.root();
    let Some(module) = project.root() else { return };
    for variable in &module.variables {
        look_at_value(&evaluator, &evaluator.variable(&root, &variable.name.text).unwrap());
    }
    for local in &module.locals {
        look_at_value(&evaluator, &evaluator.local(&root, &local.name.text).unwrap());
    }
    for output in &module.outputs {
        evaluator.output(&root, &output.name.text);
    }
    for call in &module.calls {
        let _ = evaluator.instances(&root, call).map(|instances| instances.len());
    }
    for error in evaluator.refusals() {
        let source = project.sources().get(error.span.file);
        assert!(error.span.end as usize <= source.text().len());
        assert!(!error.message.is_empty());
    }
}

/// Checks that every error has a place in the file.
fn look_at(project: &Project) {
    for loaded in project.files() {
        let source = project.sources().get(loaded.id);
        for error in &loaded.file.errors {
            assert!(error.span.start <= error.span.end);
            assert!(error.span.end as usize <= source.text().len());
            assert!(source.text().is_char_boundary(error.span.start as usize));
            source.position(error.span.start);
        }
    }
}

/// Checks that a value of any kind can be displayed, converted, and traced to its origins.
fn look_at_value(evaluator: &Evaluator<'_>, value: &Value) {
    let shown = show(value);
    if let Some(shown) = &shown {
        assert!(!shown.is_empty());
    }
    if let Some(json) = to_json(value) {
        assert!(!json.is_empty());
    }
    let ty = evaluator.type_of(value);
    show_type(&ty);
    if value.as_unknown().is_none() && !value.is_null() {
        let converted = convert(value, &ty);
        // A second conversion may still report what an object lacks.
        let is_new =
            |kind: &ConversionProblemKind| kind.is_error() && !matches!(kind, ConversionProblemKind::Missing { .. });
        let problem = converted.problems.iter().find(|problem| is_new(&problem.kind));
        assert!(problem.is_none(), "{} {problem:?}", show_type(&ty));
    }
    let sources = evaluator.project().sources();
    value.origin.each_source(&mut |origin| {
        let source = sources.get(origin.span.file);
        assert!(origin.span.end as usize <= source.text().len());
    });
    value.origin.locate(0..1, sources);
}
