//! Finds what to check for the paths that the user named: root modules, each with one set of values.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use symlint_terraform::{
    Assignment, AssignmentSource, EntryKind, FileRole, FileTree, Given, Project, SortedMap, SortedSet, Span,
    is_automatic, is_configuration, is_values,
};

use super::called::called_by;
use super::loader::{Configured, Loader};
use super::paths::{base, boundary, is_below, join, parent, relative, shown, upwards};
use super::request::{Named, Request};
use super::search::{SearchResult, matches};
use super::terragrunt::{Unread, unread};
use super::values::{OfRoot, Replaced, Runs, ValuesFile, file_of, runs_of};
use crate::config::Config;
use crate::coverage::{Code, NotChecked};
use crate::discover::concerns;
use crate::fingerprint::hash;
use crate::inspection::{OtherRoot, ValuesChoice, contents_of};
use crate::report::{Problem, ProblemKind};
use crate::rule::Catalogue;
use crate::spelling::closest;

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

    /// The shown path of the folder in which the root modules of a file are searched.
    fn top_of(&self, file: &str) -> String {
        let top = boundary(self.loader.tree.as_ref(), file).unwrap_or_default();
        let folders = upwards(self.loader.tree.as_ref(), parent(file), &top);
        folders.last().cloned().unwrap_or_else(|| ".".to_owned())
    }

    /// Checks a values file with the nearest folder above it that declares its variables, or on its own if there is
    /// none.
    fn add_values_file(&mut self, place: usize, name: &str) -> Result<(), Problem> {
        let top = boundary(self.loader.tree.as_ref(), name).unwrap_or_default();
        let mut own = None;
        for folder in upwards(self.loader.tree.as_ref(), parent(name), &top) {
            if !self.loader.is_module(&folder) {
                continue;
            }
            let project = self.loader.load(&folder, &[], &[name.to_owned()])?;
            if declares_any_of(&project, name) {
                return self.add_module(project, &folder, place, name);
            }
            // Terraform would be run there with this file.
            if folder == parent(name) {
                own = Some((project, folder));
            }
        }
        match own {
            Some((project, folder)) => self.add_module(project, &folder, place, name),
            None => self.add_alone(place, name),
        }
    }

    fn add_module(&mut self, project: Project, folder: &str, place: usize, file: &str) -> Result<(), Problem> {
        let as_terraform = self.loader.as_terraform(&project, folder, &[], &[file.to_owned()])?;
        for (at, project) in std::iter::once(project).chain(as_terraform).enumerate() {
            let configured = self.loader.config(folder, &project)?;
            let target = Target::new(project, configured, folder, Some(place)).with(file, ValuesChoice::Named);
            self.push(Target { is_other_reading: at > 0, ..target });
        }
        Ok(())
    }

    fn add_alone(&mut self, place: usize, name: &str) -> Result<(), Problem> {
        let project = self.loader.read_alone(name)?;
        let configured = self.loader.config(parent(name), &project)?;
        self.push(Target::new(project, configured, name, Some(place)).with(name, ValuesChoice::Alone));
        Ok(())
    }

    /// Adds all root modules at and below a folder, and values files on their own if there is no configuration.
    fn add_folder(
        &mut self,
        top: &str,
        place: Option<usize>,
        must_read: &SortedMap<String, usize>,
    ) -> Result<(), Problem> {
        let found = self.loader.search(top)?;
        // A named file is checked on its own.
        let left_out = found.left_out.iter().filter(|_| must_read.is_empty());
        let left_out = left_out.map(|(folder, reason)| format!("`{folder}` was left out: {reason}"));
        self.found.left_out.extend(left_out);
        let unmatched = found.unmatched.iter().filter(|_| must_read.is_empty());
        let unmatched = unmatched
            .map(|(config, pattern)| format!("`{pattern}` in `exclude` of {config} matches no folder or values file"));
        self.found.left_out.extend(unmatched);
        let before = self.found.targets.len();
        let modules = self.roots(&found);
        let declared: SortedMap<String, SortedSet<String>> =
            modules.iter().map(|(folder, project)| (folder.clone(), variables(project))).collect();
        let loaded = modules.iter().flat_map(|(_, project)| values_of(project));
        let values = found.folders.iter().flat_map(|(path, it)| it.values.iter().map(move |name| join(path, name)));
        self.below = (values.collect(), loaded.filter_map(|path| self.loader.tree.real(&path)).collect());
        let (mut of_roots, without_root) = self.values_files(&found, &declared);
        for (folder, project) in modules {
            let files = of_roots.remove(&folder).unwrap_or_default();
            let result = self.add_root(&folder, project, files, place, must_read);
            self.found.problems.extend(result.err());
        }
        for file in without_root.into_iter().filter(|_| must_read.is_empty()) {
            let result = self.add_without_root(file, declared.is_empty(), place);
            self.found.problems.extend(result.err());
        }
        self.note_terragrunt(&found, before, top, place);
        Ok(())
    }

    /// The root modules: those that no other module calls, that have their own values, or that can be applied on their
    /// own.
    fn roots(&mut self, found: &SearchResult) -> Vec<(String, Project)> {
        let mut modules: Vec<(String, Project)> = Vec::new();
        let has_values = |folder: &str| found.folders.get(folder).is_some_and(|folder| !folder.values.is_empty());
        let (mut called, mut named): (SortedSet<String>, SortedSet<String>) = (SortedSet::new(), SortedSet::new());
        let tree = self.loader.tree.clone();
        let real = |folder: &str| tree.real(folder).unwrap_or_else(|| folder.to_owned());
        let mut most = KEPT;
        let mut folders: Vec<&String> =
            found.folders.iter().filter(|(_, folder)| folder.is_module).map(|(path, _)| path).collect();
        // In a long chain of modules, the innermost one must not always come first.
        if folders.len() > KEPT {
            folders.sort_by_cached_key(|folder| hash(&[Some(folder.as_str())], 0));
        }
        for folder in folders {
            // Each project has all modules that it calls, which may be long chains.
            if !has_values(folder) && called.contains(&real(folder)) {
                continue;
            }
            match self.loader.load(folder, &[], &[]) {
                Ok(project) => {
                    let new = called_by(&project).into_iter().map(shown).filter(|dir| !named.contains(dir));
                    let new: Vec<String> = new.collect();
                    called.extend(new.iter().map(|dir| real(dir)));
                    named.extend(new);
                    modules.push((folder.clone(), project));
                }
                Err(problem) => self.found.problems.push(problem),
            }
            if modules.len() > most {
                modules.retain(|(folder, _)| has_values(folder) || !called.contains(&real(folder)));
                most = modules.len() * 2 + KEPT;
            }
        }
        modules.retain(|(folder, _)| has_values(folder) || !called.contains(&real(folder)));
        modules.sort_by(|(folder, _), (other, _)| folder.cmp(other));
        // A folder whose files are linked into root modules is not a root module itself if nothing sets its variables.
        let is_open = |project: &Project| {
            let is_set = |name: &str| project.assignments().iter().any(|it| it.variable.text.as_str() == name);
            let variables = project.root().map(|root| root.variables.as_slice()).unwrap_or_default();
            variables.iter().any(|variable| variable.default.is_none() && !is_set(&variable.name.text))
        };
        if modules.iter().any(|(folder, project)| !has_values(folder) && is_open(project)) {
            let files = |folder: &str| {
                let names = self.loader.tree.list(folder).ok().flatten().unwrap_or_default();
                let names = names.into_iter().filter(|name| is_configuration(name));
                names.map(|name| real(&join(folder, &name))).collect::<Vec<String>>()
            };
            let lent = modules.iter().flat_map(|(folder, _)| {
                let own = real(folder);
                files(folder).into_iter().filter(move |file| parent(file) != own)
            });
            let lent: SortedSet<String> = lent.collect();
            modules.retain(|(folder, project)| {
                has_values(folder) || !is_open(project) || !files(folder).iter().all(|file| lent.contains(file))
            });
        }
        modules
    }

    /// The values files that Terraform does not load automatically, by the root module that declares their variables:
    /// the nearest one above the file, or else the only one. In addition, those whose variables no root module
    /// declares.
    fn values_files(
        &mut self,
        found: &SearchResult,
        declared: &SortedMap<String, SortedSet<String>>,
    ) -> (SortedMap<String, OfRoot>, Vec<ValuesFile>) {
        let mut of_roots: SortedMap<String, OfRoot> = SortedMap::new();
        let mut without_root = Vec::new();
        for (folder, name) in found.folders.iter().flat_map(|(path, it)| it.values.iter().map(move |name| (path, name)))
        {
            if is_automatic(name) && declared.contains_key(folder) {
                continue;
            }
            let path = join(folder, name);
            let file = match self.loader.read_alone(&path) {
                Ok(project) => ValuesFile::new(path, project),
                Err(problem) => {
                    self.found.problems.push(problem);
                    continue;
                }
            };
            let is_above = |root: &str| root == "." || is_below(folder, root);
            let setting = || declared.iter().filter(|(_, names)| file.sets_any(names)).map(|(root, _)| root);
            // Among the folders above a file, the one with the longest path is the nearest.
            let nearest =
                setting().filter(|root| is_above(root)).max_by_key(|root| if *root == "." { 0 } else { root.len() });
            let mut others = setting();
            match (nearest, others.next(), others.next()) {
                // A file next to the module can only be meant for it.
                (Some(root), ..) | (None, Some(root), None) => {
                    of_roots.entry(root.clone()).or_default().near.push(file);
                }
                (None, Some(_), Some(_)) => {
                    let roots = setting().collect();
                    self.assign(file, roots, &mut of_roots);
                }
                // Terraform would be run in the file's folder, and would report that nothing declares its variables.
                (None, None, _) if declared.contains_key(folder) => {}
                (None, None, _) => without_root.push(file),
            }
        }
        // If other values files set the tenants of a root module, a similar name in this file is a misspelling.
        let without_root = without_root.into_iter().filter_map(|file| {
            let is_meant = |name: &String| file.tenants.iter().any(|own| closest(own, [name.as_str()]).is_some());
            let root = of_roots.iter().find(|(root, files)| {
                let is_above = root.as_str() == "." || is_below(&file.path, root);
                is_above && files.near.iter().flat_map(|it| &it.tenants).any(is_meant)
            });
            let Some(root) = root.map(|(root, _)| root.clone()) else { return Some(file) };
            of_roots.entry(root).or_default().near.push(file);
            None
        });
        let without_root = without_root.collect();
        (of_roots, without_root)
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

    /// Notes the gaps if Terragrunt would pass values to the modules that were found since `before`.
    fn note_terragrunt(&mut self, found: &SearchResult, before: usize, top: &str, place: Option<usize>) {
        let targets = self.found.targets.get(before..).unwrap_or_default();
        // The first one, if there are several runs.
        let by_root: HashMap<String, usize> =
            targets.iter().enumerate().rev().map(|(at, target)| (target.root.clone(), at)).collect();
        for (folder, name) in found.folders.iter().filter_map(|(path, it)| Some((path, it.terragrunt?))) {
            let path = join(folder, name);
            let Some(unread) = unread(self.loader.tree.as_ref(), &path) else { continue };
            let (what, reason) = match unread {
                Unread::Inputs => ("inputs", format!("so the values of `{folder}` are not known")),
                Unread::Files => ("generated files", "so what they change was not checked".to_owned()),
            };
            let reason = format!("Terragrunt's {what} in `{path}` were not read, {reason}");
            let module = if by_root.contains_key(folder) { folder.as_str() } else { "MODULE" };
            let help = match unread {
                Unread::Inputs => format!(
                    "Write the inputs into a values file, and check the module with it: `terragrunt render --json \
                     --working-dir {folder} | jq .inputs > inputs.tfvars.json`, then `symlint check --var-file \
                     inputs.tfvars.json {module}`"
                ),
                Unread::Files => format!(
                    "Let Terragrunt write them with `terragrunt init --working-dir {folder}`, and check the folder in which it \
                     runs Terraform."
                ),
            };
            let targets = self.found.targets.get_mut(before..).unwrap_or_default();
            let Some(target) = targets.get_mut(by_root.get(folder).copied().unwrap_or(0)) else {
                self.found.left_out.insert(reason);
                // With these inputs, there would have been something to check. If there are several files, the first is
                // named as an example.
                if let Some(place) = place.filter(|place| self.found.needing.iter().any(|(it, _)| it == place)) {
                    let message =
                        format!("nothing was checked in `{top}`: Terragrunt's {what} in `{path}` were not read");
                    self.found.problems.push(Problem::new(ProblemKind::NothingChecked, message).help(help));
                    self.found.needing.retain(|(it, _)| *it != place);
                }
                continue;
            };
            let bytes = self.loader.tree.read(&path).ok().flatten().unwrap_or_default();
            let span = target.project.sources().add(path, bytes).ok().map(|id| Span::new(id, 0..0));
            target.gaps.push(NotChecked::new(Code::Terragrunt, reason, span).help(help));
        }
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
