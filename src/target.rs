//! From what a person names to what is checked: root modules and values files.

use std::collections::{BTreeSet, HashSet};
use std::io::Read;
use std::path::Path;

use ignore::WalkBuilder;
use symlint_core::config::{self, Config};
use symlint_core::discover::concerns;
use symlint_rules::catalogue;
use symlint_terraform::{FileError, FileTree, Given, LoadOptions, Project, is_configuration, is_values};

use crate::args::{InputOptions, ValueOptions};
use crate::files::{self, Overlay, parent, shown};
use crate::output::Failure;

/// The name of the configuration file.
pub(crate) const CONFIG: &str = ".symlint.hcl";

/// Something to check, with the configuration that holds for it.
pub(crate) struct Target {
    pub(crate) project: Project,
    pub(crate) config: Config,
    /// The module's folder, or the values file.
    pub(crate) name: String,
    /// The configuration file, if there is one.
    pub(crate) config_file: Option<String>,
}

/// What stands on standard input, if it is to be checked.
pub(crate) fn stdin(options: &InputOptions) -> Result<Option<Vec<u8>>, Failure> {
    if !options.paths.iter().any(|path| path == "-") {
        return match options.stdin_filename {
            Some(_) => Err(Failure::Usage("`--stdin-filename` names standard input: give `-` as a path, too".into())),
            None => Ok(None),
        };
    }
    if !is_values(stdin_name(options)) {
        let message = "standard input is a values file: `--stdin-filename` ends with `.tfvars` or `.tfvars.json`";
        return Err(Failure::Usage(message.into()));
    }
    let mut bytes = Vec::new();
    let reason = |error: std::io::Error| FileError { path: "-".into(), reason: files::reason(&error) };
    std::io::stdin().lock().read_to_end(&mut bytes).map_err(reason)?;
    Ok(Some(bytes))
}

/// The name that standard input has.
pub(crate) fn stdin_name(options: &InputOptions) -> &str {
    options.stdin_filename.as_deref().unwrap_or("stdin.tfvars")
}

/// Everything that the arguments name, in their order, without repetitions.
pub(crate) fn find(options: &InputOptions, files: &Overlay) -> Result<Vec<Target>, Failure> {
    let mut finder = Finder { options, files, targets: Vec::new(), seen: HashSet::new() };
    for path in &options.paths {
        finder.add(path)?;
    }
    refuse_undeclared(options, &finder.targets)?;
    Ok(finder.targets)
}

struct Finder<'a> {
    options: &'a InputOptions,
    files: &'a Overlay,
    targets: Vec<Target>,
    /// The files of the targets.
    seen: HashSet<Vec<String>>,
}

impl Finder<'_> {
    fn add(&mut self, path: &str) -> Result<(), Failure> {
        if path == "-" {
            return self.add_values(&shown(stdin_name(self.options)));
        }
        let name = shown(path);
        let metadata = std::fs::metadata(path)
            .map_err(|error| FileError { path: path.to_owned(), reason: files::reason(&error) })?;
        if metadata.is_dir() {
            return self.add_folder(&name);
        }
        if is_values(&name) {
            return self.add_values_file(&name);
        }
        let hint = if is_configuration(&name) {
            format!("check its folder instead: `symlint check {}`", parent(&name))
        } else {
            "a folder, a `*.tfvars` or `*.tfvars.json` file, or `-` is needed".into()
        };
        Err(Failure::Usage(format!("cannot check `{path}`: {hint}")))
    }

    /// A values file is checked with the module in its folder, or alone where there is none.
    fn add_values_file(&mut self, name: &str) -> Result<(), Failure> {
        let folder = parent(name);
        if !has_configuration(self.files, &folder)? {
            return self.add_values(name);
        }
        let project = Project::load(self.files.clone(), &folder, &self.load_options(Some(name)))?;
        let (config, config_file) = self.config(&folder, &folder, &project)?;
        self.push(Target { project, config, name: name.to_owned(), config_file });
        Ok(())
    }

    fn add_values(&mut self, name: &str) -> Result<(), Failure> {
        let bytes = self.files.read(name)?.unwrap_or_default();
        let project = Project::from_values(name, bytes)?;
        let folder = parent(name);
        let (config, config_file) = self.config(&folder, &folder, &project)?;
        self.push(Target { project, config, name: name.to_owned(), config_file });
        Ok(())
    }

    /// A folder is a root module, or else what lies below it is searched for some.
    fn add_folder(&mut self, folder: &str) -> Result<(), Failure> {
        if has_configuration(self.files, folder)? {
            let target = self.module(folder, folder)?;
            if concerns(&target.project, &target.config) {
                self.push(target);
                return Ok(());
            }
        }
        let mut modules = Vec::new();
        for below in configuration_folders(folder)? {
            modules.push(self.module(&below, folder)?);
        }
        let called: BTreeSet<String> = modules
            .iter()
            .flat_map(|module| module.project.modules().iter().skip(1))
            .map(|module| shown(&module.dir))
            .collect();
        for module in modules {
            if !called.contains(&module.name) && concerns(&module.project, &module.config) {
                self.push(module);
            }
        }
        Ok(())
    }

    /// What is made of the same files is the same, by whatever it was named.
    fn push(&mut self, target: Target) {
        if self.seen.insert(files_of(&target.project)) {
            self.targets.push(target);
        }
    }

    /// The module in `folder`, which is or lies below the folder `named`.
    fn module(&self, folder: &str, named: &str) -> Result<Target, Failure> {
        let project = Project::load(self.files.clone(), folder, &self.load_options(None))?;
        let (config, config_file) = self.config(folder, named, &project)?;
        Ok(Target { project, config, name: folder.to_owned(), config_file })
    }

    fn load_options(&self, last_var_file: Option<&str>) -> LoadOptions {
        load_options(&self.options.values, last_var_file)
    }

    /// The configuration that holds for `folder`, the one that is named or the nearest, as a source of `project`.
    fn config(&self, folder: &str, named: &str, project: &Project) -> Result<(Config, Option<String>), Failure> {
        if self.options.no_config {
            return Ok((Config::default(), None));
        }
        let (path, bytes) = match &self.options.config {
            Some(path) => {
                let path = path.to_string_lossy().into_owned();
                match files::read_file(&path)? {
                    Some(bytes) => (path, bytes),
                    None => return Err(FileError { path, reason: "there is no such file".into() }.into()),
                }
            }
            None => match nearest_config(folder, named)? {
                Some(found) => found,
                None => return Ok((Config::default(), None)),
            },
        };
        let sources = project.sources();
        let file = sources.add(shown(&path), bytes)?;
        let config = config::read(sources, file, catalogue()).map_err(|error| Failure::config(&error, sources))?;
        Ok((config, Some(path)))
    }
}

/// The names of the files of a project, the last first. Of a values file that is loaded twice, only the last counts.
fn files_of(project: &Project) -> Vec<String> {
    let mut seen = HashSet::new();
    let names = project.files().iter().rev().map(|file| project.sources().get(file.id).name().to_owned());
    names.filter(|name| seen.insert(name.clone())).collect()
}

/// Terraform refuses a `-var` that its module does not declare; of several modules, one has to.
fn refuse_undeclared(options: &InputOptions, targets: &[Target]) -> Result<(), Failure> {
    // The declaration may stand where the file could not be read.
    let is_unsure = targets.iter().any(|target| target.project.files().iter().any(|file| !file.file.errors.is_empty()));
    let is_declared = |name: &str| {
        targets.iter().any(|target| target.project.root().is_some_and(|root| root.variable(name).is_some()))
    };
    for given in &options.values.given {
        if let Given::Value(name, _) = given
            && !targets.is_empty()
            && !is_unsure
            && !is_declared(name)
        {
            let message = format!("`--var {name}=…` sets a variable that nothing declares in what is checked");
            return Err(Failure::Usage(message));
        }
    }
    Ok(())
}

/// The values that the command line and the environment give, and a further values file behind them.
pub(crate) fn load_options(values: &ValueOptions, last_var_file: Option<&str>) -> LoadOptions {
    let environment = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok()?;
        Some((name.strip_prefix("TF_VAR_")?.to_owned(), value.into_string().ok()?))
    });
    let mut environment: Vec<(String, String)> = environment.collect();
    environment.sort_unstable();
    LoadOptions {
        given: values.given.iter().cloned().chain(last_var_file.map(|file| Given::File(file.to_owned()))).collect(),
        environment,
        ..LoadOptions::default()
    }
}

/// The configuration file in `folder` or above it, up to the repository's root; without a repository, up to the folder
/// that was `named`: what lies above may be somebody else's.
fn nearest_config(folder: &str, named: &str) -> Result<Option<(String, Vec<u8>)>, Failure> {
    let root = files::repository(Path::new(folder)).unwrap_or_else(|| Path::new(named).to_owned()).canonicalize().ok();
    let mut current = folder.to_owned();
    loop {
        let path =
            if current == "." { CONFIG.to_owned() } else { format!("{}/{CONFIG}", current.trim_end_matches('/')) };
        if let Some(bytes) = files::read_file(&path)? {
            return Ok(Some((path, bytes)));
        }
        let here = Path::new(&current).canonicalize().ok();
        let Some((root, here)) = root.as_ref().zip(here) else {
            return Ok(None);
        };
        if here == *root || !here.starts_with(root) {
            return Ok(None);
        }
        current = match current.as_str() {
            "." => "..".into(),
            path if path == ".." || path.ends_with("/..") => format!("{path}/.."),
            path => parent(path),
        };
    }
}

fn has_configuration(files: &Overlay, folder: &str) -> Result<bool, Failure> {
    let names = files.list(folder)?.unwrap_or_default();
    Ok(names.iter().any(|name| is_configuration(name)))
}

/// The folders at and below `folder` that have configuration, sorted; hidden and ignored ones are left out.
fn configuration_folders(folder: &str) -> Result<Vec<String>, Failure> {
    let fail = |error: &ignore::Error| FileError { path: folder.to_owned(), reason: error.to_string() };
    let mut folders = BTreeSet::new();
    // A `.gitignore` counts outside of a repository, too: an unpacked archive has the same files.
    for entry in WalkBuilder::new(folder).require_git(false).build() {
        let entry = entry.map_err(|error| fail(&error))?;
        let is_file = entry.file_type().is_some_and(|kind| !kind.is_dir());
        if is_file
            && entry.file_name().to_str().is_some_and(is_configuration)
            && let Some(path) = entry.path().parent()
        {
            folders.insert(shown(&path.to_string_lossy()));
        }
    }
    Ok(folders.into_iter().collect())
}

/// Values files at and below the folder of a target that were not loaded, for a hint.
pub(crate) fn unloaded_values_files(target: &Target) -> Vec<String> {
    let Some(root) = target.project.root().filter(|_| target.project.has_configuration()) else { return Vec::new() };
    let folder = shown(&root.dir);
    let loaded = files_of(&target.project);
    let walk = WalkBuilder::new(folder).require_git(false).max_depth(Some(3)).build().filter_map(Result::ok);
    let mut found: Vec<String> = walk
        .filter(|entry| is_values(&entry.file_name().to_string_lossy()))
        .map(|entry| shown(&entry.path().to_string_lossy()))
        .filter(|name| !loaded.contains(name))
        .collect();
    found.sort_unstable();
    found
}
