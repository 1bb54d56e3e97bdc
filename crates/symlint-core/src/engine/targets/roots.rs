//! The folders to check below a folder, and their values files.

use std::collections::HashMap;

use symlint_terraform::{Project, SortedMap, SortedSet, Span, is_automatic, is_configuration};

use super::{KEPT, Target, TargetFinder, declares_any_of, values_of, variables};
use crate::coverage::{Code, NotChecked};
use crate::engine::called::called_by;
use crate::engine::paths::{boundary, is_below, join, parent, shown, upwards};
use crate::engine::search::SearchResult;
use crate::engine::terragrunt::{Unread, unread};
use crate::engine::values::{OfRoot, ValuesFile};
use crate::fingerprint::hash;
use crate::inspection::ValuesChoice;
use crate::report::{Problem, ProblemKind};
use crate::spelling::closest;

impl<'a> TargetFinder<'a> {
    /// The shown path of the folder in which the root modules of a file are searched.
    pub(super) fn top_of(&self, file: &str) -> String {
        let top = boundary(self.loader.tree.as_ref(), file).unwrap_or_default();
        let folders = upwards(self.loader.tree.as_ref(), parent(file), &top);
        folders.last().cloned().unwrap_or_else(|| ".".to_owned())
    }

    /// Checks a values file with the nearest folder above it that declares its variables, or on its own if there is
    /// none.
    pub(super) fn add_values_file(&mut self, place: usize, name: &str) -> Result<(), Problem> {
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

    pub(super) fn add_alone(&mut self, place: usize, name: &str) -> Result<(), Problem> {
        let project = self.loader.read_alone(name)?;
        let configured = self.loader.config(parent(name), &project)?;
        self.push(Target::new(project, configured, name, Some(place)).with(name, ValuesChoice::Alone));
        Ok(())
    }

    /// Adds all root modules at and below a folder, and values files on their own if there is no configuration.
    pub(super) fn add_folder(
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
}
