//! From what a person names to what is checked: root modules, each with one set of values.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use symlint_terraform::{
    AssignmentSource, EntryKind, Evaluator, FileTree, Given, LoadOptions, Project, Sources, Span, is_automatic,
    is_configuration, is_values,
};

use super::paths::{base, boundary, join, parent, shown, upwards};
use super::request::{ConfigChoice, Named, Request};
use super::search::{CONFIG, Excluded, Found, TERRAGRUNT, matches, search};
use super::tree::is_below;
use crate::config::{self, Config, ConfigError};
use crate::coverage::{Code, NotChecked};
use crate::discover::concerns;
use crate::report::{Location, Problem, ProblemKind};
use crate::rule::Catalogue;

/// A root module with one set of values, or a values file alone.
pub(super) struct Target {
    pub(super) project: Project,
    pub(super) config: Config,
    /// The configuration file, if there is one.
    pub(super) config_file: Option<String>,
    /// The folder of the module, or the values file.
    pub(super) root: String,
    /// What the search knows that was not checked.
    pub(super) gaps: Vec<NotChecked>,
    /// The places of the paths that led here.
    pub(super) named: BTreeSet<usize>,
    /// The files that a person named, by their real paths, of which it must read one; any target will do if empty.
    pub(super) must_read: BTreeMap<String, usize>,
}

/// Everything that the paths of a request lead to.
#[derive(Default)]
pub(super) struct Targets {
    pub(super) targets: Vec<Target>,
    /// What could not be done.
    pub(super) problems: Vec<Problem>,
    /// What was left out, and why.
    pub(super) left_out: BTreeSet<String>,
    /// The paths that need something to check: their places, and what is said where there is nothing.
    pub(super) needing: Vec<(usize, String)>,
}

pub(super) struct Finder<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) tree: Arc<dyn FileTree>,
    pub(super) request: &'a Request,
    pub(super) found: Targets,
    /// The targets by the files that they are made of.
    seen: HashMap<Vec<String>, usize>,
}

/// A configuration, and where it was read.
type Configured = (Config, Option<String>);

impl<'a> Finder<'a> {
    pub(super) fn new(catalogue: &'a Catalogue, tree: Arc<dyn FileTree>, request: &'a Request) -> Self {
        Self { catalogue, tree, request, found: Targets::default(), seen: HashMap::new() }
    }

    /// Everything that the request names, in its order, without repetitions.
    pub(super) fn find(mut self) -> Targets {
        // Files of configuration and data, by the folder in which their root modules are looked for.
        let mut files: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
        for (place, named) in self.request.paths.iter().enumerate() {
            let before = self.found.problems.len();
            let result = match named {
                Named::Alone(name) => {
                    self.found.needing.push((place, shown(name)));
                    self.add_alone(place, &shown(name))
                }
                Named::Path(path) => self.add(place, path, &mut files),
            };
            self.found.problems.extend(result.err());
            // Why there is nothing is known.
            if self.found.problems.len() > before {
                self.found.needing.retain(|(needing, _)| *needing != place);
            }
        }
        for (top, must_read) in files {
            if let Err(problem) = self.add_folder(&top, None, &must_read) {
                self.found.problems.push(problem);
            }
        }
        self.found
    }

    fn add(
        &mut self,
        place: usize,
        path: &str,
        files: &mut BTreeMap<String, BTreeMap<String, usize>>,
    ) -> Result<(), Problem> {
        let name = shown(path);
        let unreadable =
            |reason: &str| Err(Problem::new(ProblemKind::Unreadable, format!("cannot read {path}: {reason}")));
        match self.tree.kind(&name)? {
            None => unreadable("there is no such file or folder"),
            Some(EntryKind::Special) => unreadable("it is not a regular file"),
            Some(EntryKind::Broken) => unreadable("the link leads nowhere"),
            Some(EntryKind::Folder) => {
                self.found.needing.push((place, name.clone()));
                self.add_folder(&name, Some(place), &BTreeMap::new())
            }
            Some(EntryKind::File) if is_values(&name) => {
                self.found.needing.push((place, name.clone()));
                self.add_values_file(place, &name)
            }
            Some(EntryKind::File) if is_source(&name) => {
                let top = self.top_of(&name);
                let real = self.tree.real(&name).unwrap_or_else(|| name.clone());
                files.entry(top).or_default().insert(real, place);
                Ok(())
            }
            Some(EntryKind::File) => {
                let message = format!("cannot check `{path}`: it is neither Terraform's nor a data file");
                let help = "name a folder, a values file (`*.tfvars`, `*.tfvars.json`), a `*.tf` file, or `-`";
                Err(Problem::new(ProblemKind::Usage, message).help(help))
            }
        }
    }

    /// The shown path of the folder below which the root modules of a file are looked for.
    fn top_of(&self, file: &str) -> String {
        let top = boundary(self.tree.as_ref(), file).unwrap_or_default();
        let folders = upwards(self.tree.as_ref(), parent(file), &top);
        folders.last().cloned().unwrap_or_else(|| ".".to_owned())
    }

    /// A values file is checked with the nearest folder above it that declares its variables, or alone where there is
    /// none.
    fn add_values_file(&mut self, place: usize, name: &str) -> Result<(), Problem> {
        let variables = self.variables_of(name)?;
        let top = boundary(self.tree.as_ref(), name).unwrap_or_default();
        let mut own = None;
        for folder in upwards(self.tree.as_ref(), parent(name), &top) {
            if !self.is_module(&folder) {
                continue;
            }
            let project = self.load(&folder, &[], &[name.to_owned()])?;
            if variables.is_empty() || declares_any(&project, &variables) {
                return self.add_project(project, &folder, Some(place), &BTreeMap::new()).map(|_| ());
            }
            // Terraform would be given it there.
            if folder == parent(name) {
                own = Some((project, folder));
            }
        }
        match own {
            Some((project, folder)) => self.add_project(project, &folder, Some(place), &BTreeMap::new()).map(|_| ()),
            None => self.add_alone(place, name),
        }
    }

    fn add_alone(&mut self, place: usize, name: &str) -> Result<(), Problem> {
        let project = self.read_alone(name)?;
        let (config, config_file) = self.config(parent(name), &project)?;
        let gaps = Vec::new();
        self.push(Target {
            project,
            config,
            config_file,
            root: name.to_owned(),
            gaps,
            named: [place].into(),
            must_read: BTreeMap::new(),
        });
        Ok(())
    }

    fn read_alone(&self, name: &str) -> Result<Project, Problem> {
        Ok(Project::from_values(name, self.tree.read(name)?.unwrap_or_default())?)
    }

    /// The names of the variables that a values file sets.
    fn variables_of(&self, name: &str) -> Result<Vec<String>, Problem> {
        let project = self.read_alone(name)?;
        Ok(project.assignments().iter().map(|assignment| assignment.variable.text.to_string()).collect())
    }

    fn is_module(&self, folder: &str) -> bool {
        let names = self.tree.list(folder).ok().flatten().unwrap_or_default();
        names.iter().any(|name| is_configuration(name) && !name.starts_with('.'))
    }

    /// All root modules at and below a folder; values files alone where there is no configuration.
    fn add_folder(
        &mut self,
        top: &str,
        place: Option<usize>,
        must_read: &BTreeMap<String, usize>,
    ) -> Result<(), Problem> {
        let found = self.search(top)?;
        // Who names a file asks for nothing else.
        let left_out = found.left_out.iter().filter(|_| must_read.is_empty());
        let left_out = left_out.map(|(folder, reason)| format!("`{folder}` was left out: {reason}"));
        self.found.left_out.extend(left_out);
        let before = self.found.targets.len();
        let roots = self.add_roots(&found, place, must_read);
        self.add_lone_values(&found, &roots, place, must_read);
        self.note_terragrunt(&found, before);
        Ok(())
    }

    fn search(&self, top: &str) -> Result<Found, Problem> {
        let mut excluded = |folder: &str, is_top: bool| {
            let path = if is_top { self.config_path(folder)? } else { join(folder, CONFIG) };
            let sources = Sources::new();
            let file = sources.add(path.clone(), self.tree.read(&path).ok()??).ok()?;
            // A mistake in it is reported with the module for which it holds.
            let config = config::read(&sources, file, self.catalogue).ok()?;
            // A file from elsewhere speaks of what is checked.
            let own = parent(&path);
            let is_above = self.tree.real(own).zip(self.tree.real(folder)).is_some_and(|(own, at)| is_below(&at, &own));
            let folder = if is_above { own } else { folder };
            Some(Excluded { folder: folder.to_owned(), patterns: config.exclude })
        };
        Ok(search(self.tree.as_ref(), top, &mut excluded)?)
    }

    /// Adds the root modules, each with its sets of values; returns their folders.
    fn add_roots(
        &mut self,
        found: &Found,
        place: Option<usize>,
        must_read: &BTreeMap<String, usize>,
    ) -> BTreeMap<String, BTreeSet<String>> {
        let mut modules: Vec<(String, Project)> = Vec::new();
        for folder in found.folders.iter().filter(|(_, folder)| folder.is_module).map(|(path, _)| path) {
            match self.load(folder, &[], &[]) {
                Ok(project) => modules.push((folder.clone(), project)),
                Err(problem) => self.found.problems.push(problem),
            }
        }
        let real = |folder: &str| self.tree.real(folder).unwrap_or_else(|| folder.to_owned());
        let called = modules.iter().flat_map(|(_, project)| project.modules().iter().skip(1));
        let called: BTreeSet<String> = called.map(|module| real(&shown(&module.dir))).collect();
        let has_values = |folder: &str| found.folders.get(folder).is_some_and(|folder| !folder.values.is_empty());
        modules.retain(|(folder, _)| has_values(folder) || !called.contains(&real(folder)));
        let declared: BTreeMap<String, BTreeSet<String>> =
            modules.iter().map(|(folder, project)| (folder.clone(), variables(project))).collect();
        let mut values = self.values_of_roots(found, &declared);
        for (folder, project) in modules {
            let values = values.remove(&folder).unwrap_or_default();
            if let Err(problem) = self.add_root(&folder, project, values, place, must_read) {
                self.found.problems.push(problem);
            }
        }
        declared
    }

    /// The values files that Terraform does not load by itself, with what they set, by the root that declares it: the
    /// nearest above.
    fn values_of_roots(
        &mut self,
        found: &Found,
        declared: &BTreeMap<String, BTreeSet<String>>,
    ) -> BTreeMap<String, Vec<ValuesFile>> {
        let mut values: BTreeMap<String, Vec<ValuesFile>> = BTreeMap::new();
        for (folder, file) in found.folders.iter().flat_map(|(path, it)| it.values.iter().map(move |name| (path, name)))
        {
            if is_automatic(file) && declared.contains_key(folder) {
                continue;
            }
            let path = join(folder, file);
            let project = match self.read_alone(&path) {
                Ok(project) => project,
                Err(problem) => {
                    self.found.problems.push(problem);
                    continue;
                }
            };
            let file = ValuesFile::new(path, project);
            let sets =
                |root: &str| declared.get(root).is_some_and(|names| file.variables.iter().any(|it| names.contains(it)));
            let mut above = folder.as_str();
            let root = loop {
                if sets(above) {
                    break Some(above.to_owned());
                }
                match above {
                    "." | "/" => break None,
                    folder => above = parent(folder),
                }
            };
            if let Some(root) = root {
                values.entry(root).or_default().push(file);
            }
        }
        values
    }

    /// Adds a root module once for each set of values that it has.
    fn add_root(
        &mut self,
        folder: &str,
        project: Project,
        files: Vec<ValuesFile>,
        place: Option<usize>,
        must_read: &BTreeMap<String, usize>,
    ) -> Result<(), Problem> {
        let (config, config_file) = self.config(folder, &project)?;
        if !concerns(&project, &config) {
            return Ok(());
        }
        let given: Vec<String> = files_of(&project);
        let files: Vec<ValuesFile> = files.into_iter().filter(|file| !given.contains(&file.path)).collect();
        let (runs, unloaded) = sets_of_values(&project, &config, config_file.as_deref(), files);
        let mut targets = Vec::new();
        if runs.is_empty() {
            targets.push(self.add_project(project, folder, place, must_read)?);
        }
        for file in &runs {
            let project = self.load(folder, std::slice::from_ref(&file.path), &[])?;
            targets.push(self.add_project(project, folder, place, must_read)?);
        }
        // A person who names values leaves others out.
        let is_chosen = !self.request.given.is_empty();
        let first = targets.into_iter().flatten().min();
        if let Some(target) = first.and_then(|first| self.found.targets.get_mut(first)) {
            for file in unloaded {
                let path = file.path.as_str();
                let reason = format!("no run loads the values file `{path}`, so what it sets was not checked");
                let bytes = self.tree.read(path)?.unwrap_or_default();
                let span = target.project.sources().add(path, bytes).ok().map(|id| Span::new(id, 0..0));
                let help = format!(
                    "check it too: `symlint check {path}`, or set `values = [\"{}\"]` in .symlint.hcl",
                    file.below(folder)
                );
                let gap = NotChecked::new(Code::UnloadedValues, reason, span).help(help);
                target.gaps.push(NotChecked { is_finding: !is_chosen, ..gap });
            }
        }
        Ok(())
    }

    /// Values files that no root declares the variables of are checked by themselves.
    fn add_lone_values(
        &mut self,
        found: &Found,
        roots: &BTreeMap<String, BTreeSet<String>>,
        place: Option<usize>,
        must_read: &BTreeMap<String, usize>,
    ) {
        if !must_read.is_empty() {
            return;
        }
        for (folder, name) in found.folders.iter().flat_map(|(path, it)| it.values.iter().map(move |name| (path, name)))
        {
            let path = join(folder, name);
            let is_of_root =
                |file: &ValuesFile| roots.values().any(|names| file.variables.iter().any(|it| names.contains(it)));
            let result = self.read_alone(&path).and_then(|project| {
                let file = ValuesFile::new(path.clone(), project);
                if roots.contains_key(folder) || is_of_root(&file) {
                    return Ok(None);
                }
                let project = self.read_alone(&path)?;
                let (config, config_file) = self.config(folder, &project)?;
                let is_lone = roots.is_empty() || file.has_tenants || concerns(&project, &config);
                Ok(is_lone.then_some((project, config, config_file)))
            });
            match result {
                Ok(Some((project, config, config_file))) => {
                    let (named, gaps) = (place.into_iter().collect(), Vec::new());
                    let must_read = BTreeMap::new();
                    self.push(Target { project, config, config_file, root: path, gaps, named, must_read });
                }
                Ok(None) => {}
                Err(problem) => self.found.problems.push(problem),
            }
        }
    }

    /// Notes what Terragrunt would pass to the modules that were found since `before`.
    fn note_terragrunt(&mut self, found: &Found, before: usize) {
        let of = |folder: &str, path: &str| {
            format!("the inputs in `{path}` were not read, so the values of `{folder}` are not known")
        };
        for folder in found.folders.iter().filter(|(_, it)| it.has_terragrunt).map(|(path, _)| path) {
            let path = join(folder, TERRAGRUNT);
            let targets = self.found.targets.get_mut(before..).unwrap_or_default();
            let own = targets.iter().position(|target| target.root == *folder);
            let Some(target) = targets.get_mut(own.unwrap_or(0)) else {
                self.found.left_out.insert(of(folder, &path));
                continue;
            };
            let bytes = self.tree.read(&path).ok().flatten().unwrap_or_default();
            let span = target.project.sources().add(path.clone(), bytes).ok().map(|id| Span::new(id, 0..0));
            let help = "write the inputs into a values file: `terragrunt render --json`, and name it by `--var-file`";
            target.gaps.push(NotChecked::new(Code::Terragrunt, of(folder, &path), span).help(help));
        }
    }

    /// Adds a root module with its values; returns its place, or none where nothing in it is for us.
    fn add_project(
        &mut self,
        project: Project,
        folder: &str,
        place: Option<usize>,
        must_read: &BTreeMap<String, usize>,
    ) -> Result<Option<usize>, Problem> {
        let (config, config_file) = self.config(folder, &project)?;
        let (root, named, must_read) = (folder.to_owned(), place.into_iter().collect(), must_read.clone());
        Ok(Some(self.push(Target { project, config, config_file, root, gaps: Vec::new(), named, must_read })))
    }

    /// What is made of the same files is the same, by whatever it was named.
    fn push(&mut self, target: Target) -> usize {
        let next = self.found.targets.len();
        let place = *self.seen.entry(files_of(&target.project)).or_insert(next);
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

    /// Loads a module with values files before and after those that the request gives.
    fn load(&self, folder: &str, before: &[String], after: &[String]) -> Result<Project, Problem> {
        let file = |path: &String| Given::File(path.clone());
        let given = before.iter().map(file).chain(self.request.given.iter().cloned()).chain(after.iter().map(file));
        let options = LoadOptions {
            given: given.collect(),
            environment: self.request.environment.clone(),
            workspace: self.request.workspace.clone(),
            cwd: None,
        };
        Ok(Project::load(Arc::clone(&self.tree), folder, &options)?)
    }

    /// The configuration that holds for `folder`, as a source of `project`.
    fn config(&self, folder: &str, project: &Project) -> Result<Configured, Problem> {
        let Some(path) = self.config_path(folder) else { return Ok((Config::default(), None)) };
        let sources = project.sources();
        let missing = || Problem::new(ProblemKind::Unreadable, format!("cannot read {path}: it is a folder"));
        let file = sources.add(path.clone(), self.tree.read(&path)?.ok_or_else(missing)?)?;
        let config = config::read(sources, file, self.catalogue).map_err(|error| mistake(error, sources))?;
        Ok((config, Some(path)))
    }

    /// The configuration file that holds for `folder`: the one that is named, or the nearest up to the boundary.
    fn config_path(&self, folder: &str) -> Option<String> {
        match &self.request.config {
            ConfigChoice::None => None,
            ConfigChoice::File(path) => Some(shown(path)),
            ConfigChoice::Nearest => {
                let top = boundary(self.tree.as_ref(), folder)?;
                let mut paths =
                    upwards(self.tree.as_ref(), folder, &top).into_iter().map(|folder| join(&folder, CONFIG));
                paths.find(|path| matches!(self.tree.kind(path), Ok(Some(_))))
            }
        }
    }
}

/// A mistake in the configuration, with its place.
pub(super) fn mistake(error: ConfigError, sources: &Sources) -> Problem {
    let location = Location::of(error.span, &sources.get(error.span.file));
    Problem { location: Some(location), ..Problem::new(ProblemKind::Config, error.message) }
}

/// A values file, and what it sets.
struct ValuesFile {
    path: String,
    variables: BTreeSet<String>,
    /// The variables whose values look as if their entries were tenants.
    tenants: BTreeSet<String>,
    has_tenants: bool,
}

impl ValuesFile {
    fn new(path: String, project: Project) -> Self {
        let names = project.assignments().iter().map(|assignment| assignment.variable.text.to_string());
        let variables: BTreeSet<String> = names.collect();
        let evaluator = Evaluator::new(&project);
        let has_tenants = |name: &&String| {
            evaluator.variable(&evaluator.root(), name).is_some_and(|value| config::has_tenants(&value))
        };
        let tenants: BTreeSet<String> = variables.iter().filter(has_tenants).cloned().collect();
        Self { path, variables, has_tenants: !tenants.is_empty(), tenants }
    }

    /// Its path as seen from a folder above.
    fn below(&self, folder: &str) -> &str {
        self.path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')).unwrap_or(&self.path)
    }
}

/// Which of the values files below a root are runs of their own, and which would set the tenants and are loaded by none.
fn sets_of_values(
    project: &Project,
    config: &Config,
    config_file: Option<&str>,
    files: Vec<ValuesFile>,
) -> (Vec<ValuesFile>, Vec<ValuesFile>) {
    let is_set = |name: &str| {
        let mut assignments = project.assignments().iter();
        assignments.any(|it| it.variable.text.as_str() == name && it.source != AssignmentSource::Default)
    };
    let is_declared = |name: &str| project.root().is_some_and(|root| root.variable(name).is_some());
    let is_tenants = |file: &ValuesFile, name: &String| {
        is_declared(name) && (config.tenants_variables.contains(name) || file.tenants.contains(name))
    };
    if let (Some(path), false) = (config_file, config.values.is_empty()) {
        let is_run = |file: &ValuesFile| matches(&config.values, parent(path), &file.path);
        let (runs, others): (Vec<_>, Vec<_>) = files.into_iter().partition(is_run);
        let sets_tenants = |file: &ValuesFile| file.variables.iter().any(|name| is_tenants(file, name));
        return (runs, others.into_iter().filter(sets_tenants).collect());
    }
    let (tenants, others): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| file.variables.iter().any(|name| is_tenants(file, name)));
    if tenants.is_empty() {
        // What the tenants are made of may be named anyhow: Terraform asks for what has no value.
        let is_needed = |name: &String| {
            let declared = project.root().and_then(|root| root.variable(name));
            declared.is_some_and(|variable| variable.default.is_none()) && !is_set(name)
        };
        let needed = others.into_iter().filter(|file| file.variables.iter().any(is_needed));
        return (needed.collect(), Vec::new());
    }
    let is_run = |file: &ValuesFile| file.variables.iter().any(|name| is_tenants(file, name) && !is_set(name));
    tenants.into_iter().partition(is_run)
}

/// The variables that the root module declares.
fn variables(project: &Project) -> BTreeSet<String> {
    let declared = project.root().into_iter().flat_map(|root| &root.variables);
    declared.map(|variable| variable.name.text.to_string()).collect()
}

fn declares_any(project: &Project, names: &[String]) -> bool {
    names.iter().any(|name| project.root().is_some_and(|root| root.variable(name).is_some()))
}

/// Whether a file can be one that a root module reads.
fn is_source(name: &str) -> bool {
    const DATA: [&str; 8] = [".yaml", ".yml", ".json", ".csv", ".tofu", ".tpl", ".tftpl", ".hcl"];
    is_configuration(name) || DATA.iter().any(|end| base(name).ends_with(end))
}

/// The names of the files of a project, the last first. Of a values file that is loaded twice, only the last counts.
fn files_of(project: &Project) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let names = project.files().iter().rev().map(|file| project.sources().get(file.id).name().to_owned());
    names.filter(|name| seen.insert(name.clone())).collect()
}
