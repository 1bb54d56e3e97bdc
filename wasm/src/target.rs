//! From the path that is named to what is checked, as the command line does it on the disk.

use std::collections::BTreeSet;

use symlint_core::config::{self, Config, ConfigError};
use symlint_core::discover::concerns;
use symlint_core::report::Location;
use symlint_rules::catalogue;
use symlint_terraform::{FileError, Given, LoadOptions, Project, Sources, is_configuration, is_values};

use crate::files::{Files, parent, plain};
use crate::request::{Problem, ProblemKind};

const CONFIG: &str = ".symlint.hcl";

/// Something to check, with the configuration that holds for it.
pub(crate) struct Target {
    pub(crate) project: Project,
    pub(crate) config: Config,
    /// The module's folder, or the values file.
    pub(crate) name: String,
}

/// What `path` names among `files`: at least something.
pub(crate) fn find(files: &Files, path: Option<&str>) -> Result<Vec<Target>, Problem> {
    let path = match path {
        Some(path) => plain(path),
        None => lone_values_file(files).unwrap_or(".").to_owned(),
    };
    let targets = if files.text(&path).is_some() {
        if !is_values(&path) {
            let message = format!("cannot check `{path}`: a folder, or a `*.tfvars` or `*.tfvars.json` file is needed");
            return Err(Problem::usage(message));
        }
        vec![values_file(files, &path)?]
    } else if files.is_folder(&path) {
        folder(files, &path)?
    } else {
        return Err(Problem::usage(format!("there is no `{path}` among the files")));
    };
    if targets.is_empty() { Err(nothing_found(&path)) } else { Ok(targets) }
}

/// The only file beside the configuration of symlint, if it is a values file.
fn lone_values_file(files: &Files) -> Option<&str> {
    let mut names = files.names().filter(|name| *name != CONFIG);
    let first = names.next()?;
    (names.next().is_none() && is_values(first)).then_some(first)
}

/// A values file is checked with the module in its folder, or alone where there is none.
fn values_file(files: &Files, name: &str) -> Result<Target, Problem> {
    let folder = parent(name);
    if has_configuration(files, folder) {
        let options = LoadOptions { given: vec![Given::File(name.to_owned())], ..LoadOptions::default() };
        return target(files, Project::load(files.clone(), folder, &options).map_err(unreadable)?, folder, name);
    }
    let bytes = files.text(name).unwrap_or_default().as_bytes().to_vec();
    target(files, Project::from_values(name, bytes).map_err(unreadable)?, folder, name)
}

/// A folder is a root module, or else what lies below it is searched for some.
fn folder(files: &Files, folder: &str) -> Result<Vec<Target>, Problem> {
    if has_configuration(files, folder) {
        let target = module(files, folder)?;
        if concerns(&target.project, &target.config) {
            return Ok(vec![target]);
        }
    }
    let mut modules = Vec::new();
    for folder in files.folders(folder, is_configuration) {
        modules.push(module(files, &folder)?);
    }
    let called = modules.iter().flat_map(|module| module.project.modules().iter().skip(1));
    let called: BTreeSet<String> = called.map(|module| plain(&module.dir)).collect();
    modules.retain(|module| !called.contains(&module.name) && concerns(&module.project, &module.config));
    Ok(modules)
}

fn module(files: &Files, folder: &str) -> Result<Target, Problem> {
    target(files, Project::load(files.clone(), folder, &LoadOptions::default()).map_err(unreadable)?, folder, folder)
}

fn target(files: &Files, project: Project, folder: &str, name: &str) -> Result<Target, Problem> {
    let config = config(files, folder, project.sources())?;
    Ok(Target { project, config, name: name.to_owned() })
}

/// The nearest configuration in `folder` or above it, up to the root.
fn config(files: &Files, folder: &str, sources: &Sources) -> Result<Config, Problem> {
    let mut folder = folder;
    loop {
        let path = if folder == "." { CONFIG.to_owned() } else { format!("{folder}/{CONFIG}") };
        if let Some(text) = files.text(&path) {
            let file = sources.add(path, text.as_bytes().to_vec()).map_err(unreadable)?;
            return config::read(sources, file, catalogue()).map_err(|error| mistake(error, sources));
        }
        if folder == "." {
            return Ok(Config::default());
        }
        folder = parent(folder);
    }
}

pub(crate) fn mistake(error: ConfigError, sources: &Sources) -> Problem {
    let location = Location::of(error.span, &sources.get(error.span.file));
    Problem { location: Some(location), ..Problem::new(ProblemKind::Config, error.message) }
}

fn unreadable(error: FileError) -> Problem {
    Problem::usage(error.to_string())
}

fn nothing_found(path: &str) -> Problem {
    let message = format!("nothing to check in `{path}`: there are no tenants, flow calls, connectors or safelists");
    let help = "tenants are looked for in the variable `customer_tenants`, flow calls by the module name `sso_flow`; \
                other names can be set in .symlint.hcl";
    Problem::new(ProblemKind::NothingChecked, message).help(help)
}

fn has_configuration(files: &Files, folder: &str) -> bool {
    files.names().any(|name| parent(name) == folder && is_configuration(name))
}
