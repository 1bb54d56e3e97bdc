//! The engine turns files into a report. All front ends call it, and none of them decides anything about tenants.

mod called;
mod compare;
mod earlier;
mod loader;
mod paths;
mod problems;
mod request;
mod search;
mod targets;
mod terragrunt;
mod tree;
mod values;

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use symlint_terraform::{EntryKind, FileRole, FileTree, Given, Module, SortedMap, SortedSet, Span, Str};

use crate::check::{self, Outcome, Run};
use crate::config::Config;
use crate::coverage::{Code, NotChecked};
use crate::discover::{self, UsualAccount, module_names};
use crate::fix::{self, FixRound};
use crate::inspection::{self, ChosenValues, Inspection, OtherRoot};
use crate::parallel;
use crate::policy::Baseline;
use crate::privacy::{self, Veil};
use crate::proposal::{Proposal, ProposalPart};
use crate::report::{self, Checked, Problem, ProblemKind, Report};
use crate::rule::Catalogue;
use crate::tenants::{Model, RunId, SetUp, SetUpParts, SetUpRun};
use earlier::{EarlierRuns, Now, Site};
use paths::{boundary, join, repository_path};
use targets::{Target, TargetFinder, Targets};
use tree::Fenced;

pub use compare::Side;
pub use paths::{parent, shown};
pub use request::{ConfigChoice, Named, Request};
pub use search::CONFIG;
pub use tree::Overlay;

/// The maximum number of rounds of fixes. If fixes still apply after that, they undo each other.
const ROUNDS: usize = 20;

/// Checks and fixes what a request names.
#[derive(Clone, Copy)]
pub struct Engine<'c> {
    catalogue: &'c Catalogue,
    read_earlier: ReadEarlier,
}

/// Reads the reports of earlier checks.
type ReadEarlier = fn(&Arc<dyn FileTree>, &Request) -> Result<EarlierRuns, Problem>;

/// A proposed configuration, and the report without it.
pub struct Proposed {
    pub proposal: Proposal,
    /// The report of a check without it.
    pub report: Report,
}

/// The result of fixing.
pub struct Fixed {
    /// The texts of the changed files before and after, by name.
    pub files: SortedMap<String, Change>,
    /// How many findings were fixed.
    pub fixed: usize,
    /// Texts in these files that must not be shown.
    pub hidden: SortedSet<String>,
    pub report: Report,
}

/// The text of a file before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The text that was read.
    pub old: String,
    pub new: String,
}

impl<'c> Engine<'c> {
    /// An engine with the rules of `catalogue`.
    pub fn new(catalogue: &'c Catalogue) -> Self {
        Self { catalogue, read_earlier: earlier }
    }

    /// Like [`Engine::new`], without support for earlier reports. A program that uses no other constructor is smaller.
    pub fn without_earlier_reports(catalogue: &'c Catalogue) -> Self {
        Self { catalogue, read_earlier: no_earlier }
    }

    /// Checks what `request` names in `tree`.
    ///
    /// # Errors
    ///
    /// If the options of the request contradict each other, or if a file that it names cannot be read. Other files that
    /// cannot be read are listed in [`Report::problems`].
    pub fn check(&self, tree: &Arc<dyn FileTree>, request: &Request) -> Result<Report, Problem> {
        self.checked(tree, request, |checked, _, _| report::build(&checked, false))
    }

    /// Describes what was found in the paths of `request`, and how.
    ///
    /// # Errors
    ///
    /// Errors of [`Engine::check`].
    pub fn inspect(&self, tree: &Arc<dyn FileTree>, request: &Request) -> Result<Inspection, Problem> {
        self.checked(tree, request, |checked, targets, others| {
            let values = targets.iter().map(|target| ChosenValues {
                own: target.values.as_ref().map(|(file, choice)| (file.as_str(), *choice)),
                given: &request.given,
            });
            let values: Vec<ChosenValues<'_>> = values.collect();
            inspection::build(&checked, &values, others)
        })
    }

    /// Proposes a configuration file for what `request` names. Settings that would add findings or problems become
    /// questions.
    ///
    /// # Errors
    ///
    /// Errors of [`Engine::check`].
    pub fn propose(&self, tree: &Arc<dyn FileTree>, request: &Request, file: &str) -> Result<Proposed, Problem> {
        let file = shown(file);
        let (before, all) = self.checked(tree, request, |checked, targets, _| {
            // Folders with a configuration of their own are not affected by this one.
            let found = targets.iter().zip(checked.outcomes).filter(|(target, _)| target.config_file.is_none());
            let found: Vec<_> = found.map(|(target, outcome)| (&outcome.model, &target.config)).collect();
            let veil = Veil::over(checked.outcomes.iter().map(|outcome| &outcome.model));
            (report::build(&checked, false), Proposal::of(&found, parent(&file)).without(&|text| veil.is_over(text)))
        })?;
        let mut proposal = all.with(&[]);
        for setting in &all.settings {
            let kept: Vec<ProposalPart> = proposal.settings.iter().chain([setting]).cloned().collect();
            let tried = all.with(&kept);
            let texts = SortedMap::from([(file.clone(), Some(tried.text().into_bytes()))]);
            let tree: Arc<dyn FileTree> = Arc::new(Overlay { tree: Arc::clone(tree), texts });
            let after = self.check(&tree, request)?;
            let is_worse =
                after.problems.len() > before.problems.len() || after.counting().count() > before.counting().count();
            if !is_worse {
                proposal = tried;
            }
        }
        Ok(Proposed { proposal, report: before })
    }

    /// Applies the fixes of findings, round after round, and checks the result. Without `suggestions`, only fixes that
    /// keep the meaning are applied.
    ///
    /// # Errors
    ///
    /// Errors of [`Engine::check`].
    pub fn fix(&self, tree: &Arc<dyn FileTree>, request: &Request, suggestions: bool) -> Result<Fixed, Problem> {
        let mut overlay = Overlay { tree: Arc::clone(tree), texts: SortedMap::new() };
        let mut files: SortedMap<String, Change> = SortedMap::new();
        // A file may have several names; the first one is used.
        let names: RefCell<SortedMap<String, String>> = RefCell::default();
        let first = |name: &str| {
            let real = tree.real(name).unwrap_or_else(|| name.to_owned());
            names.borrow_mut().entry(real).or_insert_with(|| name.to_owned()).clone()
        };
        let mut fixed = 0;
        let mut hidden = SortedSet::new();
        for _ in 0..ROUNDS {
            let current: Arc<dyn FileTree> = Arc::new(overlay.clone());
            let mut texts = SortedMap::new();
            let round = self.checked(&current, request, |checked, _, _| {
                let round = fix::fix(checked.outcomes, suggestions, &first);
                for (_, source) in checked.outcomes.iter().flat_map(|outcome| outcome.model.sources().iter()) {
                    let name = first(source.name());
                    if let Some(new) = round.files.get(&name) {
                        let change = || Change { old: source.text().to_string(), new: String::new() };
                        files.entry(name).or_insert_with(change).new.clone_from(new);
                        texts.insert(source.name().to_owned(), Some(new.clone().into_bytes()));
                    }
                }
                let models = || checked.outcomes.iter().map(|outcome| &outcome.model);
                let veil = Veil::over(models());
                for model in models() {
                    let name = |file| first(model.sources().get(file).name());
                    hidden.extend(privacy::masked_texts(model, &veil, &|file| round.files.contains_key(&name(file))));
                }
                round
            })?;
            let FixRound { files: changed, fixed: number } = round;
            if changed.is_empty() {
                break;
            }
            fixed += number;
            overlay.texts.extend(texts);
        }
        let current: Arc<dyn FileTree> = Arc::new(overlay);
        Ok(Fixed { files, fixed, hidden, report: self.check(&current, request)? })
    }

    /// Checks, and computes something from the result while everything that was read is still in memory.
    fn checked<T>(
        &self,
        tree: &Arc<dyn FileTree>,
        request: &Request,
        make: impl FnOnce(Checked<'_, '_>, &[&Target], Vec<OtherRoot>) -> T,
    ) -> Result<T, Problem> {
        request.policy.validate(self.catalogue)?;
        let tree = fenced(tree, request)?;
        let Targets { targets, mut problems, left_out, others, needing, configs } =
            TargetFinder::new(self.catalogue, Arc::clone(&tree), request).find();
        problems::refuse_undeclared(request, &targets)?;
        let baseline = baseline(&tree, request, &targets)?;
        let repository_path = |name: &str| repository_path(tree.as_ref(), name);
        let mut earlier = (self.read_earlier)(&tree, request)?;
        let run = Run {
            catalogue: self.catalogue,
            policy: &request.policy,
            today: request.today.as_deref(),
            baseline: baseline.as_ref(),
            repository_path: &repository_path,
        };
        // Rules compare runs, so all models are built first.
        let run_of = |at: usize| RunId::at(earlier.runs.len() + at);
        let numbered: Vec<(RunId, &Target)> = targets.iter().enumerate().map(|(at, it)| (run_of(at), it)).collect();
        let mut models: Vec<Model<'_>> = match numbered.as_slice() {
            [(run, target)] => vec![target.model(*run, &[])],
            _ => parallel::each(&numbered, |(run, target)| target.model(*run, &[])),
        };
        let usual = discover::usual_accounts(models.iter());
        let missed = models.iter().enumerate().map(|(at, model)| (at, discover::not_found(model, &usual)));
        let missed: Vec<_> = missed.zip(&numbered).filter(|((_, missed), _)| !missed.is_empty()).collect();
        let again = parallel::each(&missed, |((at, missed), (run, target))| (*at, target.model(*run, missed)));
        for (at, model) in again {
            if let Some(known) = models.get_mut(at) {
                *known = model;
            }
        }
        let models = targets.iter().zip(models).collect();
        let (models, unread) = without_others(models, tree.as_ref(), request);
        let (models, libraries) = without_libraries(models);
        let kept: Vec<&Target> = models.iter().map(|(target, _)| *target).collect();
        let policies: Vec<&Config> = kept.iter().map(|target| &target.config).collect();
        let real = |name: &str| tree.real(name).unwrap_or_else(|| name.to_owned());
        if !earlier.runs.is_empty() {
            let now = models.iter().map(|(target, model)| Now {
                site: target.site(tree.as_ref()),
                root: real(&target.root),
                tenants: &model.tenants,
            });
            earlier.meet(&now.collect::<Vec<_>>());
        }
        let members = models
            .into_iter()
            .map(|(target, model)| {
                let values = target.values.as_ref().map(|(file, _)| file.clone()).unwrap_or_default();
                SetUpRun { model, config: &target.config, root: real(&target.root), values }
            })
            .collect();
        let file = |name: &str| repository_path(&real(name));
        let EarlierRuns { runs, places, gaps, left_out: known, .. } = earlier;
        let is_whole = targets.iter().all(|target| target.must_read.is_empty());
        let set_up = SetUp::new(SetUpParts { members, earlier: runs, is_whole }, &file);
        let (kept, mut outcomes) = without_equal_readings(kept, run.judge_all(set_up, &policies));
        problems.extend(problems::of(&kept, &outcomes, &needing, &others));
        // Several runs may read the same files.
        let mut seen = HashSet::new();
        problems.retain(|problem| seen.insert(problem.to_string()));
        let mut written = None;
        if request.accept && problems.is_empty() {
            written = Some(run.write_baseline(&outcomes));
            run.accept(&mut outcomes);
        }
        let checked = Checked {
            catalogue: self.catalogue,
            policy: &request.policy,
            fail_on: request.fail_on,
            runs: kept.iter().map(|target| target.checked(tree.as_ref())).collect(),
            outcomes: &outcomes,
            problems,
            left_out: left_out.into_iter().chain(unread).chain(libraries).chain(known).chain(uncalled(&kept)).collect(),
            missing: gaps,
            repository_path: &repository_path,
            real_path: &file,
            earlier: &places,
            baseline: written,
            configs,
        };
        Ok(make(checked, &kept, others))
    }
}

impl Target {
    fn model(&self, run: RunId, usual: &[&UsualAccount]) -> Model<'_> {
        check::model(&self.project, &self.config, run, &self.gaps, usual)
    }

    fn checked(&self, tree: &dyn FileTree) -> report::CheckedRun<'_> {
        report::CheckedRun {
            root: &self.root,
            folder: self.folder(),
            repository_root: self.repository_root(tree),
            config: &self.config,
            config_file: self.config_file.as_deref(),
            is_other_reading: self.is_other_reading,
        }
    }

    /// What it checks, by names that are the same in all jobs.
    fn site(&self, tree: &dyn FileTree) -> Site {
        let project = &self.project;
        let values = project.files().iter().filter(|file| file.role == FileRole::Values);
        let values: Vec<Str> = values.map(|file| project.sources().get(file.id).shared_name()).collect();
        Site::new(self.repository_root(tree), self.folder(), values.iter().map(Str::as_str), project.workspace())
    }

    /// The folder of the module, or of the values file.
    fn folder(&self) -> &str {
        if self.project.has_configuration() { &self.root } else { parent(&self.root) }
    }

    /// The folder of the module, or the values file, relative to the root of the repository.
    fn repository_root(&self, tree: &dyn FileTree) -> String {
        match self.project.has_configuration() {
            true => parent(&repository_path(tree, &join(&self.root, CONFIG))).to_owned(),
            false => repository_path(tree, &self.root),
        }
    }
}

/// Leaves out the root modules that read none of the files that they were searched for, and returns a note for each
/// file that no root module reads.
fn without_others<'t, 'p>(
    models: Vec<(&'t Target, Model<'p>)>,
    tree: &dyn FileTree,
    request: &Request,
) -> (Vec<(&'t Target, Model<'p>)>, Vec<String>) {
    let mut unread: SortedMap<usize, bool> = SortedMap::new();
    let mut kept = Vec::new();
    for (target, model) in models {
        let read: SortedSet<String> = match target.must_read.is_empty() {
            true => SortedSet::new(),
            false => model.sources().iter().filter_map(|(_, source)| tree.real(source.name())).collect(),
        };
        let mut is_kept = target.must_read.is_empty();
        for (file, place) in &target.must_read {
            let is_read = read.contains(file);
            *unread.entry(*place).or_insert(true) &= !is_read;
            is_kept |= is_read;
        }
        if is_kept {
            kept.push((target, model));
        }
    }
    let path = |place: usize| match request.paths.get(place) {
        Some(Named::Path(path) | Named::Alone(path)) => path.clone(),
        None => String::new(),
    };
    let unread = unread.into_iter().filter(|(_, is_unread)| *is_unread);
    let unread = unread.map(|(place, _)| format!("no root module that was found reads `{}`", path(place))).collect();
    (kept, unread)
}

/// The modules that configurations name and that nothing calls.
fn uncalled(targets: &[&Target]) -> Vec<String> {
    let default = Config::default();
    let mut named: SortedMap<String, bool> = SortedMap::new();
    for target in targets.iter().filter(|target| target.config.is_whole && target.must_read.is_empty()) {
        let (config, Some(file)) = (&target.config, &target.config_file) else { continue };
        for (kind, name, default) in [
            ("flow", &config.flow_module, &default.flow_module),
            ("connector", &config.connector_module, &default.connector_module),
            ("runtime", &config.runtime_module, &default.runtime_module),
        ] {
            let mut calls = target.project.modules().iter().flat_map(|module| &module.calls);
            let is_it = |source: &str| module_names(source).contains(name);
            let mut is_called = || calls.any(|call| call.source.as_ref().is_some_and(|source| is_it(&source.text)));
            if name != default {
                let text = format!("`{kind} {{ module = \"{name}\" }}` in {file} names no module that is called");
                let known = named.entry(text).or_insert(false);
                *known = *known || is_called();
            }
        }
    }
    named.into_iter().filter(|(_, is_called)| !*is_called).map(|(text, _)| text).collect()
}

/// Leaves out the module as Terraform reads it, if the check of it reports the same as for OpenTofu's reading.
fn without_equal_readings<'t, 'p>(
    targets: Vec<&'t Target>,
    outcomes: Vec<Outcome<'p>>,
) -> (Vec<&'t Target>, Vec<Outcome<'p>>) {
    let reported = |outcome: &Outcome<'_>| -> SortedSet<(String, String, u32)> {
        let sources = outcome.model.sources();
        let findings = outcome.findings.iter().filter(|finding| finding.counts());
        let place = |span: Span| (sources.get(span.file).name().to_owned(), span.start);
        let findings = findings.map(|finding| (finding.rule.to_owned(), place(finding.span)));
        let gaps = outcome.model.not_checked.iter();
        let gaps = gaps.map(|gap| (gap.reason.clone(), gap.span.map(place).unwrap_or_default()));
        findings.chain(gaps).map(|(what, (file, start))| (what, file, start)).collect()
    };
    if !targets.iter().any(|target| target.is_other_reading) {
        return (targets, outcomes);
    }
    let first = targets.iter().zip(&outcomes).filter(|(target, _)| !target.is_other_reading);
    let first: SortedSet<_> = first.flat_map(|(_, outcome)| reported(outcome)).collect();
    let both = targets.into_iter().zip(outcomes);
    both.filter(|(target, outcome)| !target.is_other_reading || !reported(outcome).is_subset(&first)).unzip()
}

/// Leaves out modules that nothing calls and that do not look like root modules either, if other modules have tenants:
/// a caller in another repository passes all their values. Returns a note for each.
fn without_libraries<'t, 'p>(mut models: Vec<(&'t Target, Model<'p>)>) -> (Vec<(&'t Target, Model<'p>)>, Vec<String>) {
    let reason = "nothing that was found calls it, and its variables have no values";
    let is_library = |(target, model): &(&Target, Model<'_>)| {
        let is_called = |root: &Module| !called::is_set_up(root) && called::unset(&target.project, root).is_some();
        target.values.is_none()
            && (model.all_values_are_unknown() || called::has_nothing_by_default(model))
            && target.project.root().is_some_and(is_called)
    };
    if !models.iter().any(|both| !both.1.tenants.is_empty() && !is_library(both)) {
        for (target, model) in models.iter_mut().filter(|both| both.1.tenants.is_empty() && is_library(both)) {
            model.evaluation_errors.clear();
            model.not_checked.retain(|gap| !matches!(gap.code, Code::NoFlow | Code::UnknownWiring));
            let unset = target.project.root().and_then(|root| called::unset(&target.project, root));
            let reason = format!("this module has no tenants: {reason}");
            model.not_checked.push(NotChecked::new(Code::NoFlow, reason, unset.map(|it| it.name.span)));
        }
        return (models, Vec::new());
    }
    let (libraries, others): (Vec<_>, Vec<_>) = models.into_iter().partition(is_library);
    let notes = libraries.iter().map(|(target, _)| format!("`{}` was left out: {reason}", target.root));
    let notes = notes.collect();
    (others, notes)
}

/// The tree, in which inputs can only refer to files around the paths of the request.
///
/// # Errors
///
/// If a file that the request names does not exist.
pub fn fenced(tree: &Arc<dyn FileTree>, request: &Request) -> Result<Arc<dyn FileTree>, Problem> {
    let of_path = |named: &Named| match named {
        Named::Path(path) | Named::Alone(path) => {
            let path = shown(path);
            boundary(tree.as_ref(), &path).or_else(|| boundary(tree.as_ref(), parent(&path)))
        }
    };
    let mut folders: Vec<String> = request.paths.iter().filter_map(of_path).collect();
    folders.sort_unstable();
    folders.dedup();
    let mut named = SortedSet::new();
    let config = match &request.config {
        ConfigChoice::File(path) => Some(path),
        _ => None,
    };
    let files = request.given.iter().filter_map(|given| match given {
        Given::File(path) => Some(path),
        Given::Value(..) => None,
    });
    for path in files.chain(config).chain(&request.baseline).chain(&request.with) {
        let problem = |reason: &str| Problem::new(ProblemKind::Unreadable, format!("cannot read {path}: {reason}"));
        match tree.kind(&shown(path))? {
            Some(EntryKind::File) => named.extend(tree.real(&shown(path))),
            Some(EntryKind::Folder) => return Err(problem("it is a folder")),
            Some(_) => return Err(problem("it is not a regular file")),
            None if request.baseline.as_ref() == Some(path) => {
                return Err(problem("there is no such file; `--write-baseline` creates one"));
            }
            None => return Err(problem("there is no such file")),
        }
    }
    Ok(Arc::new(Fenced { tree: Arc::clone(tree), folders, named, kept: Mutex::default() }))
}

/// The runs of earlier reports.
fn earlier(tree: &Arc<dyn FileTree>, request: &Request) -> Result<EarlierRuns, Problem> {
    let mut earlier = EarlierRuns::default();
    for path in &request.with {
        earlier.add(path, &tree.read(&shown(path))?.unwrap_or_default())?;
    }
    Ok(earlier)
}

fn no_earlier(_: &Arc<dyn FileTree>, request: &Request) -> Result<EarlierRuns, Problem> {
    match request.with.first() {
        Some(path) => {
            Err(Problem::new(ProblemKind::Usage, format!("{path} cannot be read: this engine compares nothing")))
        }
        None => Ok(EarlierRuns::default()),
    }
}

/// The baseline, as a source of the first target.
fn baseline(tree: &Arc<dyn FileTree>, request: &Request, targets: &[Target]) -> Result<Option<Baseline>, Problem> {
    let Some((path, first)) = request.baseline.as_ref().zip(targets.first()) else { return Ok(None) };
    let name = shown(path);
    let bytes = tree.read(&name)?.unwrap_or_default();
    let sources = first.project.sources();
    let file = sources.add(name, bytes)?;
    Ok(Some(Baseline::read(sources, file)?))
}
