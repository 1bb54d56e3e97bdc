//! Terragrunt's files: whether they pass values to a module.

use symlint_terraform::syntax::{Block, Body, Expr, ExprKind, File, read};
use symlint_terraform::{FileTree, SortedSet, Sources};

use super::paths::{boundary, join, parent, upwards};
use super::search::TERRAGRUNT;

/// Whether a file may pass values to a module, by itself or by the files that it includes.
pub(super) fn may_have_inputs(tree: &dyn FileTree, path: &str) -> bool {
    let mut seen = SortedSet::new();
    let mut work = vec![path.to_owned()];
    while let Some(path) = work.pop().filter(|_| seen.len() < FILES) {
        let Some(file) = parsed(tree, &path).filter(|file| file.errors.is_empty()) else { return true };
        let passes = |block: &Block| block.kind.text.as_str() == "terraform" && passes_arguments(&block.body);
        if attribute(&file.body, "inputs").is_some() || file.body.blocks.iter().any(|block| passes(block)) {
            return true;
        }
        for block in file.body.blocks.iter().filter(|block| block.kind.text.as_str() == "include") {
            match attribute(&block.body, "path").and_then(|value| included(tree, &path, value)) {
                Some(included) if seen.insert(included.clone()) => work.push(included),
                Some(_) => {}
                None => return true,
            }
        }
    }
    false
}

/// The most files that one includes.
const FILES: usize = 100;

fn parsed(tree: &dyn FileTree, path: &str) -> Option<File> {
    let sources = Sources::new();
    let id = sources.add(path, tree.read(path).ok()??).ok()?;
    Some(read(id, &sources.get(id)))
}

fn attribute<'b>(body: &'b Body, name: &str) -> Option<&'b Expr> {
    body.attributes.iter().find(|attribute| attribute.name.text.as_str() == name).map(|attribute| &attribute.value)
}

/// Whether a `terraform` block sets variables otherwise than in files, which are found where they are.
fn passes_arguments(body: &Body) -> bool {
    body.blocks.iter().any(|block| ["arguments", "env_vars"].iter().any(|name| attribute(&block.body, name).is_some()))
}

/// The file that the `path` of an `include` names, where that is known.
fn included(tree: &dyn FileTree, by: &str, path: &Expr) -> Option<String> {
    let text = |expr: &Expr| match &expr.kind {
        ExprKind::String(literal) => Some(literal.text.to_string()),
        _ => None,
    };
    let ExprKind::Call(call) = &path.kind else { return Some(join(parent(by), &text(path)?)) };
    let name = match &*call.arguments {
        _ if call.name.text.as_str() != "find_in_parent_folders" => return None,
        [] => TERRAGRUNT.to_owned(),
        [name, ..] => text(name)?,
    };
    let top = boundary(tree, by)?;
    let above = upwards(tree, parent(by), &top).into_iter().skip(1);
    above.map(|folder| join(&folder, &name)).find(|path| !matches!(tree.kind(path), Ok(None)))
}
