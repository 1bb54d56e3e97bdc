//! Finds what to check for the paths that the user named: root modules, each with one set of values.

mod roots;

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use symlint_terraform::{
    Assignment, AssignmentSource, EntryKind, FileRole, FileTree, Given, Project, SortedMap, SortedSet, Span,
    is_configuration, is_values,
};

use super::loader::{Configured, Loader};
use super::paths::{base, is_below, join, parent, relative, shown};
use super::request::{Named, Request};
use super::search::matches;
use super::values::{OfRoot, Replaced, Runs, ValuesFile, file_of, runs_of};
use crate::config::Config;
use crate::coverage::{Code, NotChecked};
use crate::discover::concerns;
use crate::inspection::{OtherRoot, ValuesChoice, contents_of};
use crate::report::{Problem, ProblemKind};
use crate::rule::Catalogue;

/// How many loaded modules are kept until those that others call are removed.
const KEPT: usize = 64;

/// A root module with one set of values, or a values file without a module.
pub(super) struct Target {
    pub(super) project: Project,
    pub(super) config: Config,
    /// The configuration file, if there is one.
    pub(super) config_file: Option<String>,
    /// The folder of the module, or the values file.
    pub(super) root: String,
    /// The values file that this target was created for, and how it was chosen.
    pub(super) values: Option<(String, ValuesChoice)>,
    /// Whether it is the module as Terraform reads it, in addition to the one as OpenTofu reads it.
    pub(super) is_other_reading: bool,
    /// Gaps that are known from the search.
    pub(super) gaps: Vec<NotChecked>,
    /// The indexes of the requested paths that led here.
    pub(super) named: SortedSet<usize>,
    /// The named files, by their real paths. The target must read one of them, unless this is empty.
    pub(super) must_read: SortedMap<String, usize>,
}

impl Target {
    fn new(project: Project, (config, config_file): Configured, root: &str, place: Option<usize>) -> Self {
        Self {
            project,
            config,
            config_file,
            root: root.to_owned(),
            values: None,
            is_other_reading: false,
            gaps: Vec::new(),
            named: place.into_iter().collect(),
            must_read: SortedMap::new(),
        }
    }

    fn with(self, file: &str, choice: ValuesChoice) -> Self {
        Self { values: Some((file.to_owned(), choice)), ..self }
    }
}

/// Everything that the paths of a request lead to.
#[derive(Default)]
pub(super) struct Targets {
    pub(super) targets: Vec<Target>,
    /// What could not be done.
    pub(super) problems: Vec<Problem>,
    /// What was left out, and why.
    pub(super) left_out: SortedSet<String>,
    /// The root modules without anything that symlint checks.
    pub(super) others: Vec<OtherRoot>,
    /// The requested paths that need something to check, as indexes, with the problem if there is nothing.
    pub(super) needing: Vec<(usize, String)>,
    /// The texts of the configuration files that were read, by their names.
    pub(super) configs: SortedMap<String, Vec<u8>>,
}

pub(super) struct TargetFinder<'a> {
    loader: Loader<'a>,
    found: Targets,
    /// The indexes of the targets, by the files that they are built from.
    seen: HashMap<Vec<String>, usize>,
    /// The real paths of folders, computed when needed.
    folders: RefCell<HashMap<String, String>>,
    /// The values files in the searched folder, and the real paths of those that Terraform loads automatically.
    below: (Vec<String>, SortedSet<String>),
    /// Each pattern for values files with its configuration file, and whether any file matches it.
    patterns: SortedMap<(String, String), bool>,
}

impl<'a> TargetFinder<'a> {
    pub(super) fn new(catalogue: &'a Catalogue, tree: Arc<dyn FileTree>, request: &'a Request) -> Self {
        Self {
            loader: Loader { catalogue, tree, request, configs: RefCell::default() },
            found: Targets::default(),
            seen: HashMap::new(),
            folders: RefCell::default(),
            below: (Vec::new(), SortedSet::new()),
            patterns: SortedMap::new(),
        }
    }

    /// Everything that the request names, in order and without repetitions.
    pub(super) fn find(mut self) -> Targets {
        // Files with configuration or data, by the folder in which their root modules are searched.
        let mut files: SortedMap<String, SortedMap<String, usize>> = SortedMap::new();
        for (place, named) in self.loader.request.paths.iter().enumerate() {
            let before = self.found.problems.len();
            let result = match named {
                Named::Alone(name) => {
                    self.found.needing.push((place, shown(name)));
                    self.add_alone(place, &shown(name))
                }
                Named::Path(path) => self.add(place, path, &mut files),
            };
            self.found.problems.extend(result.err());
            // The reason is already reported.
            if self.found.problems.len() > before {
                self.found.needing.retain(|(needing, _)| *needing != place);
            }
        }
        for (top, must_read) in files {
            if let Err(problem) = self.add_folder(&top, None, &must_read) {
                self.found.problems.push(problem);
            }
        }
        for ((config, pattern), _) in self.patterns.iter().filter(|(_, is_matched)| !**is_matched) {
            self.found.left_out.insert(format!("`{pattern}` in `values` of {config} matches no values file"));
        }
        self.found.configs = self.loader.configs.take();
        self.found
    }

    fn add(
        &mut self,
        place: usize,
        path: &str,
        files: &mut SortedMap<String, SortedMap<String, usize>>,
    ) -> Result<(), Problem> {
        let name = shown(path);
        let unreadable =
            |reason: &str| Err(Problem::new(ProblemKind::Unreadable, format!("cannot read {path}: {reason}")));
        match self.loader.tree.kind(&name)? {
            None => unreadable("there is no such file or folder"),
            Some(EntryKind::Special) => unreadable("it is not a regular file"),
            Some(EntryKind::Broken) => unreadable("the link is broken"),
            Some(EntryKind::Folder) => {
                self.found.needing.push((place, name.clone()));
                self.add_folder(&name, Some(place), &SortedMap::new())
            }
            Some(EntryKind::File) if is_values(&name) => {
                self.found.needing.push((place, name.clone()));
                self.add_values_file(place, &name)
            }
            Some(EntryKind::File) if is_source(&name) => {
                let top = self.top_of(&name);
                let real = self.loader.tree.real(&name).unwrap_or_else(|| name.clone());
                files.entry(top).or_default().insert(real, place);
                Ok(())
            }
            Some(EntryKind::File) => {
                let message = format!("cannot check `{path}`: it is not a Terraform file or a data file");
                let help = "name a folder, a values file (`*.tfvars`, `*.tfvars.json`), a `*.tf` file, or `-`";
                Err(Problem::new(ProblemKind::Usage, message).help(help))
            }
        }
    }

    /// Adds a root module once for each set of values that it has.
    fn add_root(
        &mut self,
        folder: &str,
        project: Project,
        mut files: OfRoot,
        place: Option<usize>,
        must_read: &SortedMap<String, usize>,
    ) -> Result<(), Problem> {
        let (config, config_file) = self.loader.config(folder, &project)?;
        let as_terraform = self.loader.as_terraform(&project, folder, &[], &[])?;
        if !concerns(&project, &config) && !as_terraform.as_ref().is_some_and(|it| concerns(it, &config)) {
            let other = OtherRoot { root: folder.to_owned(), contents: contents_of(&project) };
            if self.found.others.iter().all(|known| known.root != other.root) {
                self.found.others.push(other);
            }
            return Ok(());
        }
        let given: Vec<String> = files_of(&project);
        files.near.retain(|file| !given.contains(&file.path));
        files.elsewhere.retain(|file| !given.contains(&file.path));
        if must_read.is_empty() && config.is_whole {
            self.note_patterns(&config, config_file.as_deref());
        }
        // A variable that the command line sets overrides the file in all runs.
        let set = self.set_by_request(&project);
        let is_set = |file: &mut ValuesFile| !file.tenants.is_empty() && file.tenants.is_subset(&set);
        let overridden: Vec<ValuesFile> = files.near.extract_if(.., is_set).collect();
        let chosen = runs_of(&project, &config, config_file.as_deref(), files);
        let Runs { runs, choice, mut unloaded, mut replaced } = chosen;
        unloaded.extend(overridden);
        // A file that another root module loads through a link is checked there.
        unloaded.retain(|file| !self.loader.tree.real(&file.path).is_some_and(|real| self.below.1.contains(&real)));
        replaced.retain(|it| !set.contains(&it.variable));
        // Patterns are relative to the folder of the configuration.
        let (settings, sets_values) = (config_file.clone(), !config.values.is_empty());
        let mut targets = Vec::new();
        let mut add =
            |finder: &mut Self, both: (Project, Option<Project>), configured: Configured, file: Option<&str>| {
                let target = |project, configured, is_other_reading| Target {
                    values: file.map(|file| (file.to_owned(), choice)),
                    must_read: must_read.clone(),
                    is_other_reading,
                    ..Target::new(project, configured, folder, place)
                };
                targets.push(finder.push(target(both.0, configured, false)));
                if let Some(other) = both.1 {
                    let configured = finder.loader.config(folder, &other)?;
                    finder.push(target(other, configured, true));
                }
                Ok::<(), Problem>(())
            };
        for file in &runs {
            let before = std::slice::from_ref(&file.path);
            let project = self.loader.load(folder, before, &[])?;
            let as_terraform = self.loader.as_terraform(&project, folder, before, &[])?;
            let configured = self.loader.config(folder, &project)?;
            add(self, (project, as_terraform), configured, Some(&file.path))?;
        }
        if runs.is_empty() {
            add(self, (project, as_terraform), (config, config_file), None)?;
        }
        // If the user names values files, others are left out on purpose.
        let is_chosen = !self.loader.request.given.is_empty();
        let first = targets.into_iter().min();
        if let Some(target) = first.and_then(|first| self.found.targets.get_mut(first)) {
            for file in unloaded {
                let path = file.path.as_str();
                let reason = format!("no run loads the values file `{path}`, so what it sets was not checked");
                let bytes = self.loader.tree.read(path)?.unwrap_or_default();
                let span = target.project.sources().add(path, bytes).ok().map(|id| Span::new(id, 0..0));
                let from = relative(settings.as_deref().map_or(folder, parent), path);
                let how = match &settings {
                    Some(_) if sets_values => format!("add `\"{from}\"` to `values`"),
                    _ => format!("set `values = [\"{from}\"]`"),
                };
                let of = settings.clone().unwrap_or_else(|| shown(&format!("{folder}/.symlint.hcl")));
                let command = match folder == "." || is_below(path, folder) {
                    true => format!("symlint check {path}"),
                    false => format!("symlint check {folder} --var-file {path}"),
                };
                let help = format!("Check it with `{command}`, or {how} in {of}");
                let gap = NotChecked::new(Code::UnloadedValues, reason, span).help(help);
                target.gaps.push(NotChecked { is_finding: !is_chosen, ..gap });
            }
            for Replaced { variable, path } in replaced {
                let reason =
                    format!("every run replaces `{variable}` of `{path}`, so what it sets there was not checked");
                let sources = target.project.sources();
                let is_it = |it: &&Assignment| {
                    it.variable.text.as_str() == variable && file_of(it, sources).is_some_and(|file| file == path)
                };
                let span = target.project.assignments().iter().find(is_it).map(|it| it.variable.span);
                let help = format!("Check it with `symlint check {path}`, or remove it");
                let gap = NotChecked::new(Code::UnloadedValues, reason, span).help(help);
                target.gaps.push(NotChecked { is_finding: !is_chosen, ..gap });
            }
        }
        Ok(())
    }

    /// Assigns a values file that could be meant for several root modules: to those whose configuration names it, or
    /// else, without loading it, to the one that it is most likely meant for.
    fn assign(&self, file: ValuesFile, roots: Vec<&String>, of_roots: &mut SortedMap<String, OfRoot>) {
        let chosen: Vec<&String> = roots.iter().copied().filter(|root| self.loader.chooses(root, &file.path)).collect();
        // Folder names are the best indication.
        let is_shared = |part: &&str| file.path.split('/').any(|other| other == *part);
        let alike = |root: &&String| std::cmp::Reverse(root.split('/').filter(is_shared).count());
        for root in chosen.iter().skip(1) {
            if let Ok(project) = self.loader.read_alone(&file.path) {
                let again = ValuesFile::new(file.path.clone(), project);
                of_roots.entry((*root).clone()).or_default().near.push(again);
            }
        }
        if let Some(root) = chosen.first() {
            of_roots.entry((*root).clone()).or_default().near.push(file);
        } else if let Some(root) = roots.into_iter().min_by_key(alike) {
            of_roots.entry(root.clone()).or_default().elsewhere.push(file);
        }
    }

    /// Notes which patterns for values files match something.
    fn note_patterns(&mut self, config: &Config, config_file: Option<&str>) {
        let Some(path) = config_file else { return };
        for pattern in &config.values {
            let is_matched = self.patterns.entry((path.to_owned(), pattern.clone())).or_insert(false);
            let one = std::slice::from_ref(pattern);
            *is_matched = *is_matched || self.below.0.iter().any(|file| matches(one, parent(path), file));
        }
    }

    /// The variables of a module that the request sets.
    fn set_by_request(&self, project: &Project) -> SortedSet<String> {
        let is_given = |file: &String| {
            self.loader.request.given.iter().any(|given| matches!(given, Given::File(path) if shown(path) == *file))
        };
        let is_set = |it: &&Assignment| match it.source {
            AssignmentSource::Option => true,
            _ => file_of(it, project.sources()).is_some_and(|file| is_given(&shown(&file))),
        };
        project.assignments().iter().filter(is_set).map(|it| it.variable.text.to_string()).collect()
    }

    /// Adds a values file whose variables no root module declares, if it may contain tenants.
    fn add_without_root(&mut self, file: ValuesFile, is_all: bool, place: Option<usize>) -> Result<(), Problem> {
        let ValuesFile { path, project, tenants, .. } = file;
        let configured = self.loader.config(parent(&path), &project)?;
        if is_all || !tenants.is_empty() || concerns(&project, &configured.0) {
            self.push(Target::new(project, configured, &path, place).with(&path, ValuesChoice::Alone));
        }
        Ok(())
    }

    /// Targets with the same files are the same, whichever path led to them.
    fn push(&mut self, target: Target) -> usize {
        let next = self.found.targets.len();
        let real = |name: String| {
            let mut folders = self.folders.borrow_mut();
            let folder = parent(&name);
            let known = folders.entry(folder.to_owned());
            join(
                known.or_insert_with(|| self.loader.tree.real(folder).unwrap_or_else(|| folder.to_owned())),
                base(&name),
            )
        };
        let files = files_of(&target.project).into_iter().map(real).collect();
        let place = *self.seen.entry(files).or_insert(next);
        match self.found.targets.get_mut(place) {
            Some(known) => {
                known.named.extend(target.named);
                if target.must_read.is_empty() {
                    known.must_read.clear();
                } else if !known.must_read.is_empty() {
                    known.must_read.extend(target.must_read);
                }
            }
            None => self.found.targets.push(target),
        }
        place
    }
}

/// The values files that a project loads.
fn values_of(project: &Project) -> impl Iterator<Item = String> + '_ {
    let files = project.files().iter().filter(|file| file.role == FileRole::Values);
    files.map(|file| project.sources().get(file.id).name().to_owned())
}

/// The variables that the root module declares.
fn variables(project: &Project) -> SortedSet<String> {
    let declared = project.root().into_iter().flat_map(|root| &root.variables);
    declared.map(|variable| variable.name.text.to_string()).collect()
}

/// Whether the root module declares a variable that a values file sets, or the file sets nothing.
fn declares_any_of(project: &Project, file: &str) -> bool {
    let is_of = |it: &&Assignment| file_of(it, project.sources()).is_some_and(|own| own == file);
    let mut own = project.assignments().iter().filter(is_of).peekable();
    own.peek().is_none() || own.any(|it| project.root().is_some_and(|root| root.variable(&it.variable.text).is_some()))
}

/// Whether a root module could read this file.
fn is_source(name: &str) -> bool {
    const DATA: [&str; 8] = [".yaml", ".yml", ".json", ".csv", ".tofu", ".tpl", ".tftpl", ".hcl"];
    is_configuration(name) || DATA.iter().any(|end| base(name).ends_with(end))
}

/// The names of the files of a project, the last file first. If a values file is loaded twice, only the last one is
/// used.
fn files_of(project: &Project) -> Vec<String> {
    let mut seen = SortedSet::new();
    let names = project.files().iter().rev().map(|file| project.sources().get(file.id).name().to_owned());
    names.filter(|name| seen.insert(name.clone())).collect()
}
