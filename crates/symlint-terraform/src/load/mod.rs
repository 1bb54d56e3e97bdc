//! Reads the folders of the root module and of the local modules that it calls.

mod declare;
mod installed;
mod names;
mod overrides;
mod read;
mod values;

use std::sync::Arc;

use foldhash::HashMap;

use crate::eval::{Evaluator, Instance};
use crate::module::{
    FileRole, LoadError, LoadErrorKind, LoadedFile, Module, ModuleCall, ModuleId, Project, Surroundings,
};
use crate::paths::{folder, join};
use crate::source::{Sources, Span};
use crate::syntax::{Block, Name};
use crate::tree::{EntryKind, FileError, FileTree};
use crate::value::Kind;

use declare::declare;
use installed::Installed;
use names::{is_opentofu, is_override, preferred};
use overrides::Blocks;
use read::read_configuration;
use values::{assign, values_file};

pub use names::{is_automatic, is_configuration, is_values};
pub use values::{Given, LoadOptions};

impl Project {
    /// Reads the root module in `dir`, the modules that it calls by a path (`./…`, `../…`) at any depth, and the values
    /// of its variables.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or if the folder or a values file in `options` does not exist. Mistakes *in* the files
    /// are not errors here: see [`Project::errors`] and the errors of each file.
    pub fn load(tree: impl FileTree + 'static, dir: &str, options: &LoadOptions) -> Result<Project, FileError> {
        let files: &dyn FileTree = &tree;
        let dir = join(dir, "");
        let missing = || FileError { path: folder(&dir).to_owned(), reason: "there is no such folder".to_owned() };
        let mut project = Project::default();
        let names = list(&mut project, files, folder(&dir))?.ok_or_else(missing)?;
        let root = read_module(&mut project, files, &dir, ".", &names, options)?;
        project.modules.push(root);
        // The files that `terraform init` and `terraform workspace select` write are trusted, unless they are
        // committed.
        let is_committed = files.git_tracks(&join(&dir, ".terraform"));
        let installed = Installed::read(files, &dir, is_committed)?;
        let mut children = Children::new(&project, installed, options);
        children.load(&mut project, files)?;
        assign(&mut project, files, &dir, &names, options)?;
        let selected = || files.read(&join(&dir, ".terraform/environment"));
        let workspace = match &options.workspace {
            Some(workspace) => Some(workspace.clone()),
            None if is_committed => None,
            None => selected()?.and_then(|bytes| Some(String::from_utf8(bytes).ok()?.trim().to_owned())),
        };
        let workspace = workspace.filter(|workspace| !workspace.is_empty());
        project.surroundings = Surroundings { files: None, workspace, cwd: options.cwd.clone() };
        children.load_evaluated(&mut project, files)?;
        refuse_cycles(&mut project);
        project.surroundings.files = Some(Box::new(tree));
        Ok(project)
    }

    /// Reads a values file without a module. The variables have no types.
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

/// The names of the files in a folder. Files that Terraform would read but that cannot be read here are noted.
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
            EntryKind::Broken => "the link is broken",
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

fn read_module(
    project: &mut Project,
    files: &dyn FileTree,
    dir: &str,
    path: &str,
    names: &[String],
    options: &LoadOptions,
) -> Result<Module, FileError> {
    let is_replaced =
        |name: &str| !options.terraform && preferred(name).is_some_and(|preferred| names.contains(&preferred));
    let is_left_out = |name: &str| options.terraform && is_opentofu(name);
    let is_read = |name: &&String| !name.starts_with('.') && is_configuration(name) && !is_left_out(name);
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
        if is_replaced(name) {
            project.reads_instead |= !is_of_program(name, bytes)?;
            continue;
        }
        let id = project.sources.add(path, bytes)?;
        let file = read_configuration(id, &project.sources.get(id));
        project.reads_instead |= is_override(name) && is_opentofu(name);
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

/// Whether a file only declares the required versions of the program and its providers, as is common if there is a file
/// for each program.
fn is_of_program(name: &str, bytes: Vec<u8>) -> Result<bool, FileError> {
    let sources = Sources::new();
    let id = sources.add(name, bytes)?;
    let file = read_configuration(id, &sources.get(id));
    let is_of_program = |block: &Arc<Block>| matches!(block.kind.text.as_str(), "terraform" | "provider");
    Ok(file.errors.is_empty() && file.body.blocks.iter().all(is_of_program))
}

/// The called modules at any depth. A folder is one module, however often it is called.
struct Children<'o> {
    options: &'o LoadOptions,
    installed: Installed,
    /// The key of each module in Terraform's list of installed modules: the names of the calls that lead to it.
    keys: Vec<String>,
    /// The call that leads to each module except the root module: the index of the calling module, and that of the
    /// call.
    calls: Vec<Option<(usize, u32)>>,
    by_dir: HashMap<String, ModuleId>,
}

impl<'o> Children<'o> {
    fn new(project: &Project, installed: Installed, options: &'o LoadOptions) -> Self {
        let by_dir = project.modules.iter().map(|root| (root.dir.clone(), ModuleId::ROOT)).collect();
        Self { options, installed, keys: vec![String::new()], calls: vec![None], by_dir }
    }

    /// Loads the modules whose source is a literal.
    fn load(&mut self, project: &mut Project, files: &dyn FileTree) -> Result<(), FileError> {
        let mut next = 0;
        while let Some(module) = project.modules.get(next) {
            let calls = 0..u32::try_from(module.calls.len()).unwrap_or(u32::MAX);
            self.load_calls(project, files, next, calls)?;
            next += 1;
        }
        Ok(())
    }

    /// Loads the modules whose source is an expression, and the modules that these call.
    fn load_evaluated(&mut self, project: &mut Project, files: &dyn FileTree) -> Result<(), FileError> {
        let known = project.modules.len();
        let mut next = 0;
        while let Some(module) = project.modules.get(next) {
            let all = 0..u32::try_from(module.calls.len()).unwrap_or(u32::MAX);
            let evaluated = self.evaluate_sources(project, next);
            if next < known {
                self.load_calls(project, files, next, evaluated)?;
            } else {
                self.load_calls(project, files, next, all)?;
            }
            next += 1;
        }
        Ok(())
    }

    /// Loads the modules that the `calls` of a module refer to.
    fn load_calls(
        &mut self,
        project: &mut Project,
        files: &dyn FileTree,
        caller: usize,
        calls: impl IntoIterator<Item = u32>,
    ) -> Result<(), FileError> {
        for index in calls {
            let Some(module) = project.modules.get(caller) else { return Ok(()) };
            let Some((call, source)) =
                module.calls.get(index as usize).and_then(|call| Some((call, call.source.clone()?)))
            else {
                continue;
            };
            let refused = |message: String, kind| LoadError { message, span: source.span, kind };
            if source.text.contains('\0') {
                let message = "a source has a NUL in it".to_owned();
                project.errors.push(refused(message, LoadErrorKind::Invalid));
                continue;
            }
            let outer = self.keys.get(caller).map(String::as_str).unwrap_or_default();
            let dot = if outer.is_empty() { "" } else { "." };
            let key = format!("{outer}{dot}{}", call.name.text);
            let is_local = is_local(&source.text);
            let place = if is_local {
                Some((join(&module.dir, &source.text), join(&module.path, &source.text)))
            } else {
                self.installed.find(&key, &source.text, call.version.as_ref().map(|version| version.text.as_str()))
            };
            let Some((child_dir, path)) = place else { continue };
            let listed = self.installed.elsewhere(&key, &source.text, &child_dir).filter(|_| is_local);
            if let Some(listed) = listed.filter(|listed| matches!(files.kind(listed), Ok(Some(EntryKind::Folder)))) {
                let message = format!(
                    "Terraform would read this module from `{listed}`, as `.terraform/modules/modules.json` says: delete that file"
                );
                project.errors.push(refused(message, LoadErrorKind::Invalid));
            }
            let id = match self.by_dir.get(&child_dir) {
                Some(id) => *id,
                None => match list(project, files, folder(&child_dir)) {
                    // A folder without files is a module that was not checked out.
                    Ok(Some(names)) if !is_local || names.iter().any(|name| is_configuration(name)) => {
                        let child = read_module(project, files, &child_dir, &path, &names, self.options)?;
                        let id = ModuleId(u32::try_from(project.modules.len()).unwrap_or(u32::MAX));
                        project.modules.push(child);
                        self.calls.push(Some((caller, index)));
                        self.keys.push(key);
                        self.by_dir.insert(child_dir, id);
                        id
                    }
                    Err(error) => {
                        let kind = LoadErrorKind::MissingModule;
                        project.errors.push(LoadError { message: error.to_string(), span: source.span, kind });
                        continue;
                    }
                    Ok(_) if is_local => {
                        // A computed source may contain private text.
                        let is_written = || project.sources().text(source.span).contains(source.text.as_str());
                        let message = match !project.has_private() || is_written() {
                            true => format!("there is no module in `{}`", folder(&child_dir)),
                            false => "there is no module where this leads".to_owned(),
                        };
                        project.errors.push(refused(message, LoadErrorKind::MissingModule));
                        continue;
                    }
                    Ok(_) => continue,
                },
            };
            set_child(project, caller, index, Some(id));
        }
        Ok(())
    }

    /// Evaluates the sources of calls that are expressions, as OpenTofu does with variables and locals. If the module
    /// is called several times, the first call sets its variables. Returns the indexes of these calls.
    fn evaluate_sources(&self, project: &mut Project, module: usize) -> Vec<u32> {
        let calls = project.modules.get(module).map(|module| module.calls.as_slice()).unwrap_or_default();
        let is_open = |call: &&ModuleCall| call.source.is_none() && call.source_attribute.is_some();
        if !calls.iter().any(|call| is_open(&call)) {
            return Vec::new();
        }
        let evaluator = Evaluator::new(project);
        let Some(instance) = self.first_instance(&evaluator, module) else { return Vec::new() };
        let mut sources: Vec<(u32, Name)> = Vec::new();
        let mut errors: Vec<LoadError> = Vec::new();
        for call in calls.iter().filter(is_open) {
            let Some(attribute) = &call.source_attribute else { continue };
            let span = attribute.value.span;
            let mut refuse = |message: String, span: Span| {
                errors.push(LoadError { message, span, kind: LoadErrorKind::Invalid });
            };
            let value = evaluator.evaluate(&instance, &attribute.value);
            match &value.kind {
                // A private source must not be shown.
                Kind::String(text) if project.is_private(&value.origin) && !is_local(text) => {}
                Kind::String(text) => sources.push((call.index, Name { text: text.clone(), span })),
                Kind::Unknown(_) => {
                    let errors = evaluator.errors();
                    let own = errors.into_iter().filter(|error| span.contains(error.span));
                    own.for_each(|error| refuse(error.message, error.span));
                }
                _ => refuse(format!("a source is a string, not a {}", value.type_name()), span),
            }
        }
        project.errors.extend(errors);
        let evaluated = sources.iter().map(|(index, _)| *index).collect();
        for (index, source) in sources {
            let call = project.modules.get_mut(module).and_then(|module| module.calls.get_mut(index as usize));
            if let Some(call) = call {
                call.source = Some(source);
            }
        }
        evaluated
    }

    /// The first instance of a module.
    fn first_instance(&self, evaluator: &Evaluator<'_>, module: usize) -> Option<Instance> {
        let mut calls = Vec::new();
        let mut at = module;
        while let Some((caller, call)) = self.calls.get(at).copied().flatten() {
            calls.push(call);
            at = caller;
        }
        calls.into_iter().rev().try_fold(evaluator.root(), |instance, call| {
            let module = evaluator.project().module(instance.module()?)?;
            evaluator.instances(&instance, module.calls.get(call as usize)?).ok()?.into_iter().next()
        })
    }
}

fn set_child(project: &mut Project, module: usize, call: u32, child: Option<ModuleId>) {
    let call = project.modules.get_mut(module).and_then(|module| module.calls.get_mut(call as usize));
    if let Some(call) = call {
        call.child = child;
    }
}

/// Removes calls that lead back to a module which is being called. Terraform would nest such modules endlessly.
fn refuse_cycles(project: &mut Project) {
    #[derive(Clone, Copy, PartialEq)]
    enum Visit {
        New,
        Open,
        Closed,
    }
    let mut states = vec![Visit::New; project.modules.len()];
    // The walk has its own stack, because calls may be nested as deeply as there are folders.
    let mut stack: Vec<(usize, usize)> = vec![(0, 0)];
    while let Some((module, position)) = stack.pop() {
        if let Some(state) = states.get_mut(module) {
            *state = Visit::Open;
        }
        let Some(call) = project.modules.get(module).and_then(|module| module.calls.get(position)) else {
            if let Some(state) = states.get_mut(module) {
                *state = Visit::Closed;
            }
            continue;
        };
        stack.push((module, position + 1));
        let Some(child) = call.child else { continue };
        let child = child.0 as usize;
        match states.get(child) {
            Some(Visit::New) => stack.push((child, 0)),
            Some(Visit::Open) => {
                let message = format!("`module.{}` calls a module that leads back here", call.name.text);
                let span = call.source.as_ref().map_or(call.span, |source| source.span);
                project.errors.push(LoadError { message, span, kind: LoadErrorKind::ModuleCycle });
                set_child(project, module, u32::try_from(position).unwrap_or(u32::MAX), None);
            }
            _ => {}
        }
    }
}

/// Whether a module with this source is in a folder of the project.
fn is_local(source: &str) -> bool {
    source.starts_with("./") || source.starts_with("../")
}
