//! Tests of the evaluator, from text to values.

mod bounds;
mod dependence;
mod language;
mod linear;
mod modules;
mod origins;
mod refusals;
mod sources;
mod terraform;
mod types;

use std::collections::BTreeMap;

use crate::{Evaluator, FileError, FileTree, Instance, LoadOptions, Project, TreeEntry, Value};

/// Files in memory.
pub(crate) struct Files(BTreeMap<&'static str, String>);

impl FileTree for Files {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, FileError> {
        Ok(self.0.get(path).map(|text| text.as_bytes().to_vec()))
    }

    fn entries(&self, dir: &str) -> Result<Option<Vec<TreeEntry>>, FileError> {
        let prefix = if dir == "." { String::new() } else { format!("{dir}/") };
        let entry = |path: &str| match path.split_once('/') {
            Some((folder, _)) => TreeEntry::folder(folder),
            None => TreeEntry::file(path),
        };
        let mut names: Vec<TreeEntry> =
            self.0.keys().filter_map(|path| path.strip_prefix(prefix.as_str())).map(entry).collect();
        names.sort();
        names.dedup();
        Ok((dir == "." || !names.is_empty()).then_some(names))
    }
}

pub(crate) fn project(files: &[(&'static str, &str)]) -> Project {
    project_with(files, &LoadOptions::default())
}

pub(crate) fn project_with(files: &[(&'static str, &str)], options: &LoadOptions) -> Project {
    let files = Files(files.iter().map(|(path, text)| (*path, (*text).to_owned())).collect());
    let project = Project::load(files, ".", options).unwrap();
    for file in project.files() {
        assert_eq!(file.file.errors, [], "in {}", project.sources().get(file.id).name());
    }
    project
}

/// A local of the root module.
pub(crate) fn local(evaluator: &Evaluator<'_>, name: &str) -> Value {
    evaluator.local(&evaluator.root(), name).unwrap()
}

/// The instances of a module call in `caller`.
pub(crate) fn instances(evaluator: &Evaluator<'_>, caller: &Instance, call: &str) -> Vec<Instance> {
    let module = evaluator.project().module(caller.module().unwrap()).unwrap();
    evaluator.instances(caller, module.call(call).unwrap()).unwrap()
}

/// The source text at the place where a value was written.
pub(crate) fn written(project: &Project, value: &Value) -> String {
    project.sources().text(value.origin.span)
}

pub(crate) fn path(value: &Value) -> String {
    value.origin.path.as_ref().map(ToString::to_string).unwrap_or_default()
}

pub(crate) fn messages(evaluator: &Evaluator<'_>) -> Vec<String> {
    evaluator.errors().into_iter().map(|error| error.message).collect()
}

/// A value as `terraform console` shows it, except for unknown parts.
pub(crate) fn shown(value: &Value) -> String {
    crate::show(value).unwrap().replace("(known after apply)", "(unknown)")
}
