//! Whether a Terragrunt file passes values to a module, or writes files into it.

use symlint_terraform::syntax::{Block, Body, Expr, ExprKind, File, read};
use symlint_terraform::{FileTree, SortedSet, Sources};

use super::paths::{boundary, join, parent, upwards};
use super::search::TERRAGRUNT;

/// Content that a Terragrunt file adds to a module, and that is not read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// Values, as far as is known.
    Inputs,
    /// Files that contain more than providers and Terraform settings.
    Files,
}

/// What a file may add to a module, by itself or through the files that it includes.
pub(super) fn unread(tree: &dyn FileTree, path: &str) -> Option<Unread> {
    let mut found = None;
    let mut seen = SortedSet::new();
    let mut work = vec![path.to_owned()];
    while let Some(path) = work.pop().filter(|_| seen.len() < FILES) {
        let Some((file, sources)) = parsed(tree, &path).filter(|(file, _)| file.errors.is_empty()) else {
            return Some(Unread::Inputs);
        };
        let passes = |block: &Block| block.kind.text.as_str() == "terraform" && passes_arguments(&block.body);
        if attribute(&file.body, "inputs").is_some() || file.body.blocks.iter().any(|block| passes(block)) {
            return Some(Unread::Inputs);
        }
        let generates = |block: &Block| {
            block.kind.text.as_str() == "generate"
                && attribute(&block.body, "contents").is_none_or(|it| is_of_modules(it, &sources))
        };
        if attribute(&file.body, "generate").is_some() || file.body.blocks.iter().any(|block| generates(block)) {
            found = Some(Unread::Files);
        }
        for block in file.body.blocks.iter().filter(|block| block.kind.text.as_str() == "include") {
            match attribute(&block.body, "path").and_then(|value| included(tree, &path, value)) {
                Some(included) if seen.insert(included.clone()) => work.push(included),
                Some(_) => {}
                None => return Some(Unread::Inputs),
            }
        }
    }
    found
}

/// Whether a generated file may contain more than providers and Terraform settings.
fn is_of_modules(contents: &Expr, sources: &Sources) -> bool {
    let written = sources.text(contents.span);
    let text = match &contents.kind {
        ExprKind::String(literal) => literal.text.as_str(),
        // Interpolations are inside quoted texts of the heredoc, so the rest can be parsed as it is.
        _ if written.starts_with("<<") => {
            let inside = written.split_once('\n').map_or("", |(_, rest)| rest);
            inside.trim_end().rsplit_once('\n').map_or("", |(inside, _)| inside)
        }
        _ => return true,
    };
    let own = Sources::new();
    let Ok(id) = own.add("generated", text.as_bytes().to_vec()) else { return true };
    let file = read(id, &own.get(id));
    let is_harmless = |block: &std::sync::Arc<Block>| matches!(block.kind.text.as_str(), "terraform" | "provider");
    !file.errors.is_empty() || !file.body.attributes.is_empty() || !file.body.blocks.iter().all(is_harmless)
}

/// How many files one file may include.
const FILES: usize = 100;

fn parsed(tree: &dyn FileTree, path: &str) -> Option<(File, Sources)> {
    let sources = Sources::new();
    let id = sources.add(path, tree.read(path).ok()??).ok()?;
    let file = read(id, &sources.get(id));
    Some((file, sources))
}

fn attribute<'b>(body: &'b Body, name: &str) -> Option<&'b Expr> {
    body.attribute(name).map(|attribute| &attribute.value)
}

/// Whether a `terraform` block sets variables by anything but files. Values files are found by the search.
fn passes_arguments(body: &Body) -> bool {
    body.blocks.iter().any(|block| ["arguments", "env_vars"].iter().any(|name| attribute(&block.body, name).is_some()))
}

/// The file in the `path` of an `include`, if it is known.
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
