//! Turns the blocks in a folder into the declarations of a module.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use foldhash::HashMap;

use crate::eval::{EvalError, Evaluator};
use crate::source::{Span, Str};
use crate::syntax::{Attribute, Block, Expr, ExprKind, Name};
use crate::types::read_type;
use crate::value::Type;

use crate::module::{LoadError, LoadErrorKind, Module, ModuleCall, Output, Project, Resource, Validation, Variable};

/// Attributes of a module call that are not arguments of the module.
const META: [&str; 6] = ["source", "version", "providers", "for_each", "count", "depends_on"];

/// Creates a module from blocks.
pub(super) fn declare(blocks: Vec<Arc<Block>>, errors: &mut Vec<LoadError>) -> Module {
    let mut module = Module::default();
    for block in blocks {
        refuse_block(&block, errors);
        match (block.kind.text.as_str(), block.labels.as_slice()) {
            ("variable", [name]) => {
                if is_new(&mut module.names.variables, name, "variable", module.variables.len(), errors) {
                    module.variables.push(variable(name, &block, errors));
                }
            }
            ("locals", []) => {
                for local in &block.body.attributes {
                    if is_new(&mut module.names.locals, &local.name, "local", module.locals.len(), errors) {
                        module.locals.push(local.clone());
                    }
                }
            }
            ("module", [name]) => {
                // A call with the name of another one is an error, and may contain other errors.
                is_new(&mut module.names.calls, name, "module call", module.calls.len(), errors);
                refuse_in_call(name, &block, errors);
                let index = place(module.calls.len());
                module.calls.push(call(name, &block, index));
            }
            ("output", [name]) => {
                if is_new(&mut module.names.outputs, name, "output", module.outputs.len(), errors) {
                    module.outputs.push(Output {
                        name: name.clone(),
                        value: block.body.attribute("value").cloned(),
                        sensitive: flag(&block, "sensitive", false),
                        span: block.span,
                    });
                }
            }
            (mode @ ("resource" | "data"), [kind, name]) => {
                let data = mode == "data";
                let key = (data, kind.text.clone(), name.text.clone());
                let index = place(module.resources.len());
                match module.names.resources.entry(key) {
                    Entry::Occupied(_) => errors.push(duplicate(mode, name)),
                    Entry::Vacant(vacant) => {
                        vacant.insert(index);
                    }
                }
                refuse_two_repetitions(&block, errors);
                let (kind, name) = (kind.clone(), name.clone());
                module.resources.push(Resource { data, kind, name, block, index });
            }
            _ => module.others.push(block),
        }
    }
    module
}

/// The kinds of top-level blocks in configuration, with the number of labels.
const BLOCKS: [(&str, usize); 14] = [
    ("action", 2),
    ("check", 1),
    ("data", 2),
    ("ephemeral", 2),
    ("import", 0),
    ("locals", 0),
    ("module", 1),
    ("moved", 0),
    ("output", 1),
    ("provider", 1),
    ("removed", 0),
    ("resource", 2),
    ("terraform", 0),
    ("variable", 1),
];

/// Reports a block of an unknown kind, or with the wrong number of labels.
fn refuse_block(block: &Block, errors: &mut Vec<LoadError>) {
    let Name { text: kind, span } = &block.kind;
    let Some((_, labels)) = BLOCKS.iter().find(|(known, _)| *known == kind.as_str()) else {
        let distance = |(known, _): &(&'static str, usize)| (strsim::osa_distance(kind, known), *known);
        let nearest = BLOCKS.iter().map(distance).min().filter(|(distance, known)| *distance * 3 <= known.len());
        let meant = nearest.map(|(_, known)| format!("; did you mean `{known}`?")).unwrap_or_default();
        errors.push(invalid(format!("there is no block type `{kind}`{meant}"), *span));
        return;
    };
    let message = match (block.labels.len(), labels) {
        (own, wanted) if own == *wanted => return,
        (_, 0) => format!("a `{kind}` block has no label"),
        (_, 1) => format!("a `{kind}` block has one label, its name"),
        (_, _) => format!("a `{kind}` block has two labels, its type and its name"),
    };
    errors.push(invalid(message, block.labels.get(*labels).map_or(*span, |label| label.span)));
}

fn refuse_in_call(name: &Name, block: &Block, errors: &mut Vec<LoadError>) {
    refuse_two_repetitions(block, errors);
    if block.body.attribute("source").is_none() {
        errors.push(invalid(format!("`module.{}` has no `source`", name.text), name.span));
    }
    for inner in &block.body.blocks {
        let kind = &inner.kind;
        let message = format!("a module call has no blocks: write `{} = {{`", kind.text);
        errors.push(invalid(message, kind.span));
    }
}

fn refuse_two_repetitions(block: &Block, errors: &mut Vec<LoadError>) {
    if let (Some(_), Some(for_each)) = (block.body.attribute("count"), block.body.attribute("for_each")) {
        errors.push(invalid("`count` and `for_each` cannot be used together".to_owned(), for_each.name.span));
    }
}

fn is_new(names: &mut HashMap<Str, u32>, name: &Name, kind: &str, index: usize, errors: &mut Vec<LoadError>) -> bool {
    match names.entry(name.text.clone()) {
        Entry::Occupied(_) => {
            errors.push(duplicate(kind, name));
            false
        }
        Entry::Vacant(vacant) => {
            vacant.insert(place(index));
            true
        }
    }
}

fn duplicate(kind: &str, name: &Name) -> LoadError {
    invalid(format!("there is already a {kind} `{}` in this module", name.text), name.span)
}

fn invalid(message: String, span: Span) -> LoadError {
    LoadError { message, span, kind: LoadErrorKind::Invalid }
}

fn place(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn flag(block: &Block, name: &str, default: bool) -> bool {
    match block.body.attribute(name).map(|attribute| &attribute.value.kind) {
        Some(ExprKind::Bool(value)) => *value,
        _ => default,
    }
}

fn variable(name: &Name, block: &Block, errors: &mut Vec<LoadError>) -> Variable {
    let ty = block.body.attribute("type");
    let mut errors_within: Vec<LoadError> = Vec::new();
    let read = ty.map_or(Type::Any, |ty| {
        let nothing = Project::default();
        let constants = Evaluator::new(&nothing);
        let mut error = |message: String, span: Span| {
            errors_within.push(invalid(message, span));
        };
        let read = read_type(&ty.value, &mut |expr| constants.constant(expr), &mut error);
        errors.extend(constants.errors().into_iter().map(|EvalError { message, span, .. }| invalid(message, span)));
        read
    });
    let type_error = errors_within.first().map(|error| (error.message.clone(), error.span));
    errors.extend(errors_within);
    Variable {
        name: name.clone(),
        ty: read,
        type_span: ty.map(|ty| ty.value.span),
        type_error,
        default: block.body.attribute("default").cloned(),
        nullable: flag(block, "nullable", true),
        sensitive: flag(block, "sensitive", false),
        ephemeral: flag(block, "ephemeral", false),
        validations: block.body.blocks.iter().filter_map(|block| validation(block)).collect(),
        span: block.span,
    }
}

fn validation(block: &Block) -> Option<Validation> {
    if block.kind.text.as_str() != "validation" {
        return None;
    }
    let message = block.body.attribute("error_message").cloned();
    Some(Validation { condition: block.body.attribute("condition")?.clone(), message })
}

/// A literal text, perhaps in parentheses.
fn literal(expr: &Expr) -> Option<Name> {
    match &expr.kind {
        ExprKind::String(literal) => Some(Name { text: literal.text.clone(), span: literal.span }),
        ExprKind::Paren(inner) => literal(inner),
        _ => None,
    }
}

fn call(name: &Name, block: &Block, index: u32) -> ModuleCall {
    let is_argument = |attribute: &&Arc<Attribute>| !META.contains(&attribute.name.text.as_str());
    let source = block.body.attribute("source");
    ModuleCall {
        name: name.clone(),
        source: source.and_then(|source| literal(&source.value)),
        source_attribute: source.cloned(),
        version: block.body.attribute("version").and_then(|version| literal(&version.value)),
        arguments: block.body.attributes.iter().filter(is_argument).cloned().collect(),
        for_each: block.body.attribute("for_each").cloned(),
        count: block.body.attribute("count").cloned(),
        span: block.span,
        child: None,
        index,
    }
}
