//! Reads the modules, values files, and configurations that a request needs.

use std::cell::RefCell;
use std::sync::Arc;

use symlint_terraform::{
    EntryKind, FileTree, Given, LoadOptions, Project, SortedMap, SortedSet, Sources, is_configuration,
};

use super::paths::{boundary, is_below, join, parent, shown, upwards};
use super::request::{ConfigChoice, Named, Request};
use super::search::{CONFIG, Excluded, SearchResult, matches, search};
use crate::config::{self, Config, ConfigError};
use crate::report::{Location, Problem, ProblemKind};
use crate::rule::Catalogue;

pub(super) struct Loader<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) tree: Arc<dyn FileTree>,
    pub(super) request: &'a Request,
    /// The texts of the configuration files that were read, by their names.
    pub(super) configs: RefCell<SortedMap<String, Vec<u8>>>,
}

/// A configuration, and the file that it was read from.
pub(super) type Configured = (Config, Option<String>);

impl Loader<'_> {
    /// Loads a module. The values files `before` and `after` are loaded before and after those in the request.
    pub(super) fn load(&self, folder: &str, before: &[String], after: &[String]) -> Result<Project, Problem> {
        self.load_as(folder, before, after, false)
    }

    /// The module as Terraform reads it, if OpenTofu reads it differently. Nothing tells which of them is used.
    pub(super) fn as_terraform(
        &self,
        project: &Project,
        folder: &str,
        before: &[String],
        after: &[String],
    ) -> Result<Option<Project>, Problem> {
        project.reads_instead().then(|| self.load_as(folder, before, after, true)).transpose()
    }

    fn load_as(&self, folder: &str, before: &[String], after: &[String], terraform: bool) -> Result<Project, Problem> {
        let file = |path: &String| Given::File(path.clone());
        let given = before.iter().map(file).chain(self.request.given.iter().cloned()).chain(after.iter().map(file));
        let options = LoadOptions {
            given: given.collect(),
            environment: self.request.environment.clone(),
            workspace: self.request.workspace.clone(),
            cwd: None,
            terraform,
        };
        Ok(Project::load(Arc::clone(&self.tree), folder, &options)?)
    }

    pub(super) fn read_alone(&self, name: &str) -> Result<Project, Problem> {
        Ok(Project::from_values(name, self.tree.read(name)?.unwrap_or_default())?)
    }

    pub(super) fn is_module(&self, folder: &str) -> bool {
        let names = self.tree.list(folder).ok().flatten().unwrap_or_default();
        names.iter().any(|name| is_configuration(name) && !name.starts_with('.'))
    }

    /// The configuration for `folder`, as a source of `project`.
    pub(super) fn config(&self, folder: &str, project: &Project) -> Result<Configured, Problem> {
        let Some(path) = self.config_path(folder) else { return Ok((Config::default(), None)) };
        let sources = project.sources();
        let missing = || {
            let is_folder = matches!(self.tree.kind(&path), Ok(Some(EntryKind::Folder)));
            let reason = if is_folder { "it is a folder" } else { "the link leads nowhere" };
            Problem::new(ProblemKind::Unreadable, format!("cannot read {path}: {reason}"))
        };
        let bytes = self.tree.read(&path)?.ok_or_else(missing)?;
        self.configs.borrow_mut().insert(path.clone(), bytes.clone());
        let file = sources.add(path.clone(), bytes)?;
        let config = config::read(sources, file, self.catalogue).map_err(|error| mistake(error, sources))?;
        let is_whole = matches!(self.request.config, ConfigChoice::File(_)) || self.is_named(parent(&path));
        Ok((Config { is_whole, ..config }, Some(path)))
    }

    /// Whether a path of the request is this folder, or above it.
    fn is_named(&self, folder: &str) -> bool {
        let Some(folder) = self.tree.real(folder) else { return false };
        let mut paths = self.request.paths.iter().filter_map(|named| match named {
            Named::Path(path) => self.tree.real(&shown(path)),
            Named::Alone(_) => None,
        });
        paths.any(|path| is_below(&folder, &path))
    }

    /// The configuration file for `folder`: the one that is named, or the nearest one up to the boundary.
    fn config_path(&self, folder: &str) -> Option<String> {
        match &self.request.config {
            ConfigChoice::None => None,
            ConfigChoice::File(path) => Some(shown(path)),
            ConfigChoice::Nearest => {
                let top = boundary(self.tree.as_ref(), folder)?;
                let mut paths =
                    upwards(self.tree.as_ref(), folder, &top).into_iter().map(|folder| join(&folder, CONFIG));
                // A file that cannot be read exists nevertheless, and must not be treated as missing.
                paths.find(|path| !matches!(self.tree.kind(path), Ok(None)))
            }
        }
    }

    /// The configuration file for `folder`, and its patterns for values files.
    fn patterns_of(&self, folder: &str) -> Option<(String, Vec<String>)> {
        let path = self.config_path(folder)?;
        let sources = Sources::new();
        let file = sources.add(path.clone(), self.tree.read(&path).ok()??).ok()?;
        // A mistake in it is reported with the module that it is for.
        Some((path, config::read(&sources, file, self.catalogue).ok()?.values))
    }

    /// Whether the configuration of a root module names a values file.
    pub(super) fn chooses(&self, root: &str, path: &str) -> bool {
        self.patterns_of(root).is_some_and(|(config, patterns)| matches(&patterns, parent(&config), path))
    }

    /// Everything that is found at and below a folder, except what configuration files exclude.
    pub(super) fn search(&self, top: &str) -> Result<SearchResult, Problem> {
        let mut excluded = |folder: &str, is_top: bool| {
            let path = if is_top { self.config_path(folder)? } else { join(folder, CONFIG) };
            let sources = Sources::new();
            let bytes = self.tree.read(&path).ok()??;
            self.configs.borrow_mut().insert(path.clone(), bytes.clone());
            let file = sources.add(path.clone(), bytes).ok()?;
            // A mistake in it is reported with the module that it is for.
            let config = config::read(&sources, file, self.catalogue).ok()?;
            // The patterns of a configuration file outside the tree are relative to the folder that is checked.
            let own = parent(&path);
            let is_above = self.tree.real(own).zip(self.tree.real(folder)).is_some_and(|(own, at)| is_below(&at, &own));
            let folder = if is_above { own } else { folder };
            let (folder, patterns) = (folder.to_owned(), config.exclude);
            Some(Excluded { file: path, folder, patterns, matched: SortedSet::new() })
        };
        Ok(search(self.tree.as_ref(), top, &mut excluded)?)
    }
}

/// The problem for a mistake in the configuration, with its place.
pub(super) fn mistake(error: ConfigError, sources: &Sources) -> Problem {
    let location = Location::of(error.span, &sources.get(error.span.file));
    Problem { location: Some(location), ..Problem::new(ProblemKind::Config, error.message) }
}
