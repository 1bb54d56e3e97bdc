//! Collects the values of the root module's variables.

use std::sync::Arc;

use crate::form::Form;
use crate::module::{Assignment, AssignmentSource, FileRole, LoadedFile, Project};
use crate::paths::{folder, join};
use crate::source::{Span, Str};
use crate::syntax::{self, Attribute, Block, Body, Expr, ExprKind, File, Item, Key, Literal, Name, SyntaxError};
use crate::tree::{FileError, FileTree};
use crate::value::Type;

use super::names::is_automatic;
use super::read::read_values;

/// Values for the root module in addition to those in its folder.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// Values from the command line, in order. They take precedence over all values in the folder.
    pub given: Vec<Given>,
    /// Values from the environment, by variable name without `TF_VAR_`.
    pub environment: Vec<(String, String)>,
    /// The selected workspace. If it is `None`, the one that `terraform workspace select` noted in the folder; without
    /// that, `terraform.workspace` is unknown.
    pub workspace: Option<String>,
    /// The working directory of Terraform, as an absolute path. If it is `None`, `path.cwd` is unknown.
    pub cwd: Option<String>,
    /// Whether to leave out files that only OpenTofu reads, as Terraform does. Otherwise they take precedence, as in
    /// OpenTofu.
    pub terraform: bool,
}

/// Values from the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// `-var-file`: a path like that of the root module's folder.
    File(String),
    /// `-var`: a name, and the value as text.
    Value(String, String),
}

/// Reads all values: the defaults, the environment, the values files that Terraform loads automatically, and those from
/// the command line.
pub(super) fn assign(
    project: &mut Project,
    files: &dyn FileTree,
    dir: &str,
    names: &[String],
    options: &LoadOptions,
) -> Result<(), FileError> {
    if let Some(root) = project.modules.first() {
        let defaults = root.variables.iter().filter_map(|variable| {
            let default = variable.default.as_ref()?;
            let (variable, span) = (variable.name.clone(), variable.span);
            Some(Assignment { variable, attribute: default.clone(), source: AssignmentSource::Default, span })
        });
        let defaults: Vec<Assignment> = defaults.collect();
        defaults.into_iter().for_each(|default| project.add_assignment(default));
    }
    for (name, value) in &options.environment {
        // A variable that is not declared may be meant for another program.
        if project.modules.first().is_none_or(|root| root.variable(name).is_some()) {
            given(project, &format!("TF_VAR_{name}"), name, value, AssignmentSource::Environment)?;
        }
    }
    let named = |wanted: &str| names.iter().any(|name| name == wanted).then(|| wanted.to_owned());
    let first = ["terraform.tfvars", "terraform.tfvars.json"];
    let mut paths: Vec<String> = first.into_iter().filter_map(named).collect();
    let is_later = |name: &&String| is_automatic(name) && !first.contains(&name.as_str());
    // They are sorted.
    paths.extend(names.iter().filter(is_later).cloned());
    let read = |project: &mut Project, path: String| {
        let missing = || FileError { path: folder(&path).to_owned(), reason: "there is no such file".to_owned() };
        let bytes = files.read(&path)?.ok_or_else(missing)?;
        values_file(project, &path, bytes)
    };
    for name in paths {
        if let Err(error) = read(project, join(dir, &name)) {
            project.unreadable.push(error);
        }
    }
    for option in &options.given {
        match option {
            Given::File(path) => read(project, join(path, ""))?,
            Given::Value(name, value) => {
                given(project, &format!("--var {name}"), name, value, AssignmentSource::Option)?;
            }
        }
    }
    drop_unread(project);
    Ok(())
}

/// Discards the errors in environment variables that other values replace, because Terraform does not parse these.
fn drop_unread(project: &mut Project) {
    for index in 0..project.assignments.len() {
        let Some(Assignment { variable, source: AssignmentSource::Environment, span, .. }) =
            project.assignments.get(index)
        else {
            continue;
        };
        let is_last = project.last_assignment(&variable.text).is_some_and(|(last, _)| last as usize == index);
        let file = span.file;
        if !is_last && let Some(file) = project.files.iter_mut().find(|own| own.id == file) {
            file.file.errors.clear();
        }
    }
}

/// Adds a values file.
pub(super) fn values_file(project: &mut Project, name: &str, bytes: Vec<u8>) -> Result<(), FileError> {
    let id = project.sources.add(name, bytes)?;
    let mut file = read_values(id, &project.sources.get(id));
    let blocks = std::mem::take(&mut file.body.blocks);
    file.body.attributes.extend(blocks.into_iter().filter_map(|block| intended(block, &mut file.errors)).map(Arc::new));
    file.errors.sort_by_key(|error| error.span.start);
    for attribute in &file.body.attributes {
        project.add_assignment(Assignment {
            variable: attribute.name.clone(),
            attribute: attribute.clone(),
            source: AssignmentSource::File(id),
            span: attribute.span,
        });
    }
    project.files.push(LoadedFile { id, file, role: FileRole::Values });
    Ok(())
}

/// The argument that a block in a values file was meant to be: `name { … }` lacks a `=`.
fn intended(block: Arc<Block>, errors: &mut Vec<SyntaxError>) -> Option<Attribute> {
    let name = block.kind.clone();
    let message = format!("a values file has no blocks: write `{} = {{`", name.text);
    errors.push(SyntaxError { message, span: name.span });
    let Block { labels, body, span, .. } = Arc::into_inner(block)?;
    if !labels.is_empty() {
        return None;
    }
    let item = |attribute: Attribute| {
        let Attribute { name, value, span } = attribute;
        Item { key: Key::Literal(name), value, span }
    };
    let mut items: Vec<Item> = body.attributes.into_iter().filter_map(Arc::into_inner).map(item).collect();
    // One error for the whole block: the blocks inside it are the same mistake.
    let within = body.blocks.into_iter().filter_map(|block| intended(block, &mut Vec::new()));
    items.extend(within.map(item));
    Some(Attribute { name, value: Expr { kind: ExprKind::Object(items.into()), span }, span })
}

/// Adds a value that was given as text. It is plain text for a variable with a primitive type or without a type, and an
/// expression for others.
fn given(
    project: &mut Project,
    shown: &str,
    name: &str,
    value: &str,
    source: AssignmentSource,
) -> Result<(), FileError> {
    let id = project.sources.add(shown, value.as_bytes().to_vec())?;
    let text = project.sources.get(id);
    let declared = project.modules.first().and_then(|root| root.variable(name));
    let literal = declared.is_none_or(|variable| {
        variable.type_span.is_none() || matches!(variable.ty, Type::String | Type::Number | Type::Bool)
    });
    let span = Span::at(id, 0..value.len());
    let mut errors = Vec::new();
    let value = if literal {
        let literal = Literal { text: text.substr(0..value.len()), span, form: Form::Verbatim };
        Expr { kind: ExprKind::String(literal), span }
    } else {
        match syntax::read_expression(id, &text) {
            Ok(expr) => expr,
            Err(SyntaxError { message, span }) => {
                // It is shown at the declaration, where the text is not visible.
                errors.push(SyntaxError { message: format!("in `{shown}`: {message}"), span });
                Expr { kind: ExprKind::Invalid, span }
            }
        }
    };
    // The name is not written in a file.
    let variable = Name { text: Str::from(name), span: Span::new(id, 0..0) };
    let attribute = Arc::new(Attribute { name: variable.clone(), value, span });
    project.add_assignment(Assignment { variable, attribute, source, span });
    let file = File { body: Body::default(), comments: Vec::new(), errors };
    project.files.push(LoadedFile { id, file, role: FileRole::Option });
    Ok(())
}
