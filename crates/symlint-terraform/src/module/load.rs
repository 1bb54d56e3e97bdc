//! Reading folders: the root module's, and those of the local modules that it calls.

use foldhash::HashMap;

use crate::json;
use crate::source::{FileId, Source, Span};
use crate::syntax::{self, Body, File, SyntaxError};
use crate::tree::{EntryKind, FileError, FileTree};

use super::block::Blocks;
use super::body::declare;
use super::installed::Installed;
use super::path::{folder, join};
use super::values::{assign, values_file};
use super::{FileRole, LoadError, LoadErrorKind, LoadedFile, Module, ModuleId, Project, Surroundings};

/// Which values the root module is given beside those in its folder.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// Values of the command line, in its order; they win over all that the folder has.
    pub given: Vec<Given>,
    /// Values from the environment, by the names of the variables, without `TF_VAR_`.
    pub environment: Vec<(String, String)>,
    /// The workspace that is selected. Where nothing is said, the one that `terraform workspace select` has left in
    /// the folder; where there is none, `terraform.workspace` is unknown.
    pub workspace: Option<String>,
    /// The folder in which Terraform is started, as an absolute path. Where nothing is said, `path.cwd` is unknown.
    pub cwd: Option<String>,
}

/// Values that the command line gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// `-var-file`: a path as for the root module's folder.
    File(String),
    /// `-var`: a name, and the value as text.
    Value(String, String),
}

impl Project {
    /// Reads the root module in `dir`, the modules that it calls by a path (`./…`, `../…`), at any depth, and the
    /// values of its variables.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, the folder or a values file of `options` is not there. What is wrong *in* the files
    /// is no error here: see [`Project::errors`] and the files' own errors.
    pub fn load(tree: impl FileTree + 'static, dir: &str, options: &LoadOptions) -> Result<Project, FileError> {
        let files: &dyn FileTree = &tree;
        let dir = join(dir, "");
        let missing = || FileError { path: folder(&dir).to_owned(), reason: "there is no such folder".to_owned() };
        let mut project = Project::default();
        let names = list(&mut project, files, folder(&dir))?.ok_or_else(missing)?;
        let root = read_module(&mut project, files, &dir, ".", &names)?;
        project.modules.push(root);
        load_children(&mut project, files, &Installed::read(files, &dir)?)?;
        refuse_cycles(&mut project);
        assign(&mut project, files, &dir, &names, options)?;
        let selected = || files.read(&join(&dir, ".terraform/environment"));
        let workspace = match &options.workspace {
            Some(workspace) => Some(workspace.clone()),
            None => selected()?.and_then(|bytes| Some(String::from_utf8(bytes).ok()?.trim().to_owned())),
        };
        let workspace = workspace.filter(|workspace| !workspace.is_empty());
        project.surroundings = Surroundings { files: Some(Box::new(tree)), workspace, cwd: options.cwd.clone() };
        Ok(project)
    }

    /// Reads a values file by itself. There is no configuration, and the variables have no types.
    ///
    /// # Errors
    ///
    /// If the file is larger than 4 GiB.
    pub fn from_values(name: &str, bytes: Vec<u8>) -> Result<Project, FileError> {
        let mut project =
            Project { modules: vec![Module { path: ".".to_owned(), ..Module::default() }], ..Self::default() };
        values_file(&mut project, name, bytes)?;
        Ok(project)
    }
}

/// The names of the files in a folder. What Terraform would read and cannot be read here is noted.
fn list(project: &mut Project, files: &dyn FileTree, dir: &str) -> Result<Option<Vec<String>>, FileError> {
    let Some(entries) = files.entries(dir)? else { return Ok(None) };
    let mut names = Vec::with_capacity(entries.len());
    for entry in entries {
        let reason = match entry.kind {
            EntryKind::File if entry.is_text => {
                names.push(entry.name);
                continue;
            }
            EntryKind::File => "its name is not UTF-8",
            EntryKind::Special => "it is not a regular file",
            EntryKind::Broken => "the link leads nowhere",
            EntryKind::Folder => continue,
        };
        let is_read = is_configuration(&entry.name) || is_automatic(&entry.name);
        if is_read && !entry.name.starts_with('.') {
            let path = join(dir, &entry.name);
            project.unreadable.push(FileError { path, reason: reason.to_owned() });
        }
    }
    Ok(Some(names))
}

/// Whether a file with this name is one of configuration.
pub fn is_configuration(name: &str) -> bool {
    name.ends_with(".tf") || name.ends_with(".tf.json")
}

/// Whether a file with this name is one of values.
pub fn is_values(name: &str) -> bool {
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}

/// Whether Terraform reads a values file with this name by itself.
pub fn is_automatic(name: &str) -> bool {
    matches!(name, "terraform.tfvars" | "terraform.tfvars.json")
        || name.ends_with(".auto.tfvars")
        || name.ends_with(".auto.tfvars.json")
}

fn read_module(
    project: &mut Project,
    files: &dyn FileTree,
    dir: &str,
    path: &str,
    names: &[String],
) -> Result<Module, FileError> {
    let is_read = |name: &&String| !name.starts_with('.') && is_configuration(name);
    let mut names: Vec<&String> = names.iter().filter(is_read).collect();
    names.sort_by_key(|name| (is_override(name), *name));
    let mut blocks = Blocks::default();
    for name in names {
        let path = join(dir, name);
        let bytes = match files.read(&path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => continue,
            Err(error) => {
                project.unreadable.push(error);
                continue;
            }
        };
        let id = project.sources.add(path, bytes)?;
        let file = read_configuration(id, &project.sources.get(id));
        for attribute in &file.body.attributes {
            let message = "configuration has blocks at the top; values of variables go into a values file".to_owned();
            project.errors.push(LoadError { message, span: attribute.span, kind: LoadErrorKind::Invalid });
        }
        if is_override(name) {
            let errors = &mut project.errors;
            let kind = LoadErrorKind::Invalid;
            blocks.merge(&file.body, &mut |message, span| errors.push(LoadError { message, span, kind }));
        } else {
            blocks.add(&file.body);
        }
        project.files.push(LoadedFile { id, file, role: FileRole::Configuration });
    }
    let mut module = declare(blocks.blocks, &mut project.errors);
    module.dir = dir.to_owned();
    module.path = folder(path).to_owned();
    Ok(module)
}

fn is_override(name: &str) -> bool {
    let stem = name.strip_suffix(".tf.json").or_else(|| name.strip_suffix(".tf")).unwrap_or(name);
    stem == "override" || stem.ends_with("_override")
}

/// Loads the modules that are called, and those that they call; a folder is one module, however often it is called.
fn load_children(project: &mut Project, files: &dyn FileTree, installed: &Installed) -> Result<(), FileError> {
    // The key of each module in Terraform's list of what is installed: the names of the calls that lead to it.
    let mut keys: Vec<String> = vec![String::new()];
    let mut by_dir: HashMap<String, ModuleId> = HashMap::default();
    by_dir.extend(project.modules.first().map(|root| (root.dir.clone(), ModuleId::ROOT)));
    let mut next = 0;
    while let Some(module) = project.modules.get(next) {
        let key = keys.get(next).cloned().unwrap_or_default();
        let found = |call: &super::ModuleCall| {
            let source = call.source.as_ref()?;
            let key = if key.is_empty() { call.name.text.to_string() } else { format!("{key}.{}", call.name.text) };
            let is_local = source.text.starts_with("./") || source.text.starts_with("../");
            let place = if is_local {
                (join(&module.dir, &source.text), join(&module.path, &source.text))
            } else {
                installed.find(&key, &source.text)?
            };
            Some((call.index, source.clone(), is_local, key, place))
        };
        let calls: Vec<_> = module.calls.iter().filter_map(found).collect();
        for (index, source, is_local, key, (child_dir, path)) in calls {
            let id = match by_dir.get(&child_dir) {
                Some(id) => *id,
                None => match list(project, files, folder(&child_dir)) {
                    Ok(Some(names)) => {
                        let child = read_module(project, files, &child_dir, &path, &names)?;
                        let id = ModuleId(u32::try_from(project.modules.len()).unwrap_or(u32::MAX));
                        project.modules.push(child);
                        keys.push(key);
                        by_dir.insert(child_dir, id);
                        id
                    }
                    Err(error) => {
                        let kind = LoadErrorKind::MissingModule;
                        project.errors.push(LoadError { message: error.to_string(), span: source.span, kind });
                        continue;
                    }
                    Ok(None) if is_local => {
                        let message = format!("there is no module in `{}`", folder(&child_dir));
                        let kind = LoadErrorKind::MissingModule;
                        project.errors.push(LoadError { message, span: source.span, kind });
                        continue;
                    }
                    Ok(None) => continue,
                },
            };
            set_child(project, next, index, Some(id));
        }
        next += 1;
    }
    Ok(())
}

fn set_child(project: &mut Project, module: usize, call: u32, child: Option<ModuleId>) {
    let call = project.modules.get_mut(module).and_then(|module| module.calls.get_mut(call as usize));
    if let Some(call) = call {
        call.child = child;
    }
}

/// Cuts the calls that lead back to a module which is being called: Terraform would nest such modules without end.
fn refuse_cycles(project: &mut Project) {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Closed,
    }
    let mut states = vec![State::New; project.modules.len()];
    // A walk with a stack of its own: calls may nest as deeply as there are folders.
    let mut stack: Vec<(usize, usize)> = vec![(0, 0)];
    while let Some((module, position)) = stack.pop() {
        if let Some(state) = states.get_mut(module) {
            *state = State::Open;
        }
        let Some(call) = project.modules.get(module).and_then(|module| module.calls.get(position)) else {
            if let Some(state) = states.get_mut(module) {
                *state = State::Closed;
            }
            continue;
        };
        stack.push((module, position + 1));
        let Some(child) = call.child else { continue };
        let child = child.0 as usize;
        match states.get(child) {
            Some(State::New) => stack.push((child, 0)),
            Some(State::Open) => {
                let message = format!("module.{} calls a module that leads back here", call.name.text);
                let span = call.source.as_ref().map_or(call.span, |source| source.span);
                project.errors.push(LoadError { message, span, kind: LoadErrorKind::ModuleCycle });
                set_child(project, module, u32::try_from(position).unwrap_or(u32::MAX), None);
            }
            _ => {}
        }
    }
}

fn read_configuration(id: FileId, source: &Source) -> File {
    if let Some(file) = in_utf_16(id, source) {
        return file;
    }
    if source.name().ends_with(".json") { json::read_configuration(id, source) } else { syntax::read(id, source) }
}

/// Reads a values file.
pub(super) fn read_values(id: FileId, source: &Source) -> File {
    if let Some(file) = in_utf_16(id, source) {
        return file;
    }
    if source.name().ends_with(".json") { json::read_values(id, source) } else { syntax::read(id, source) }
}

/// A file in UTF-16, with its mark or without, as it is read: not at all. Every character would be a mistake.
fn in_utf_16(id: FileId, source: &Source) -> Option<File> {
    let marked = source.invalid_bytes().starts_with(&[0, 1]);
    let bytes = source.text().as_bytes().get(if marked { 2 } else { 0 }..)?;
    let pairs: Vec<&[u8]> = bytes.chunks_exact(2).take(8).collect();
    let is_of_zeros = |at: usize| pairs.iter().all(|pair| (pair.get(at) == Some(&0)) && pair.get(1 - at) != Some(&0));
    if pairs.is_empty() || !(is_of_zeros(0) || is_of_zeros(1)) {
        return None;
    }
    let error = SyntaxError { message: "this is UTF-16: save the file as UTF-8".to_owned(), span: Span::new(id, 0..1) };
    Some(File { body: Body::default(), comments: Vec::new(), errors: vec![error] })
}
