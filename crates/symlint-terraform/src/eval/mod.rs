//! Evaluates expressions to values with origins.
//!
//! Evaluation is lazy and cached: a local or variable is evaluated when it is first needed, once for each instance of
//! its module. An expression that Terraform would reject is recorded as an error and is unknown from then on, so that
//! one mistake does not hide others.

mod access;
mod answer;
mod comprehension;
mod declared;
mod dynamic;
mod expression;
mod instance;
mod memo;
mod operators;
mod reference;
mod repetition;
mod resource;
mod scope;
mod splat;
mod template;
#[cfg(test)]
pub(crate) mod tests;
mod variable;

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use crate::limits::{DEPTH, INSTANCES, Meter, PARTS, STEPS, TOO_MUCH};
use crate::module::{ModuleId, Project};
use crate::origin::Path;
use crate::source::{FileId, Span, Str};
use crate::syntax::Expr;
use crate::types::{ConversionProblem, type_of};
use crate::value::{Type, Value};

pub(crate) use answer::{Answer, Attempt, Stop};
pub use answer::{ErrorSubject, EvalError, EvalErrorKind, LostKey};
pub use instance::{Instance, InstanceKey};
pub(crate) use operators::numeric;
pub use resource::ResourceInstance;
pub(crate) use scope::Scope;
pub(crate) use template::Pieces;

use instance::Instances;

/// Evaluates the expressions of a project.
///
/// All methods take `&self`, and results are cached. It is meant for one thread, but its values can be sent to others.
#[derive(Debug)]
pub struct Evaluator<'p> {
    project: &'p Project,
    root: Instance,
    instance_count: Cell<u32>,
    memo: RefCell<HashMap<(u32, Item), MemoSlot<Value>>>,
    instances: RefCell<HashMap<(u32, u32), MemoSlot<Instances>>>,
    /// The cached configurations of resources in each instance.
    configurations: RefCell<HashMap<u32, Vec<Item>>>,
    conversions: RefCell<HashMap<ConversionKey, (Value, Value)>>,
    problems: RefCell<HashMap<Str, Arc<[ConversionProblem]>>>,
    /// Objects that lack a required attribute, which is reported where they are converted.
    missing: RefCell<HashSet<(Span, Str)>>,
    /// The variables (by instance) whose validations have been evaluated.
    validated: RefCell<HashSet<(u32, u32)>>,
    /// The expressions whose references have been checked.
    checked: RefCell<HashSet<Span>>,
    errors: RefCell<Vec<EvalError>>,
    recorded: RefCell<HashSet<EvalError>>,
    meter: Meter,
    /// How many parts a value may have.
    most_parts: u32,
    /// How many instances there may be.
    most_instances: u32,
    depth: Cell<u32>,
    /// Whether a limit of nesting was reached.
    is_too_deep: Cell<bool>,
    /// The greatest depth since it was last reset; see [`memo`].
    peak: Cell<u32>,
    trial: Cell<TrialState>,
    /// The files that functions have read, by path.
    files: RefCell<HashMap<String, FileId>>,
    /// The values that were encoded as JSON, by the resulting text.
    encoded: RefCell<HashMap<Str, Value>>,
    /// The YAML keys that are written twice.
    lost_keys: RefCell<(Vec<LostKey>, HashSet<LostKey>)>,
    lost_entries: RefCell<Vec<LostKey>>,
    /// How many unknown values have been met in trials. Only changes of this number matter.
    unknowns: Cell<u64>,
    /// The collections from which a key that is not a literal may select any element.
    open: HashSet<Path>,
    /// The modules whose calls in the root module are the elements of a collection.
    gathered: HashSet<ModuleId>,
    is_for_one_tenant: bool,
    /// The key that is assumed to select a collection, if the selected one is unknown.
    assumed: Option<Str>,
    /// The keys that may select such a collection, and why it is unknown.
    choices: RefCell<HashSet<(Str, String)>>,
}

/// Whether an expression is evaluated only to see whether it succeeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TrialState {
    /// No: errors are recorded.
    No,
    /// Yes, and there was no error so far.
    Clean,
    /// Yes, and there was an error, which is not recorded.
    Failed,
}

/// Something with one value in an instance of a module, as an index in the module's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Item {
    Variable(u32),
    Local(u32),
    Output(u32),
    /// An assigned variable in a project that declares none.
    Assigned(u32),
    /// The value of a variable that is not passed. All instances of the module share it, so the module takes the place
    /// of the instance.
    Default(u32),
    /// The configuration of a resource's instance: the index of the resource, and that of the instance, which counts
    /// from 1.
    Configuration(u32, u32),
    /// All instances of a resource, by the index of the resource.
    Resource(u32),
    /// Everything that a call passes to an instance of a module that cannot be read.
    Passed,
}

/// A value that is evaluated once.
#[derive(Debug)]
enum MemoSlot<T> {
    Running,
    Done { value: T, height: u32 },
}

/// A collection (by its address), and the variable to whose type it was converted.
type ConversionKey = (usize, u32, u32);

impl<'p> Evaluator<'p> {
    /// An evaluator for all modules of `project`. It has not evaluated anything yet.
    pub fn new(project: &'p Project) -> Self {
        Self::with_steps(project, STEPS)
    }

    /// An evaluator that may take this many steps in addition to those that the files allow for.
    pub(crate) fn with_steps(project: &'p Project, steps: u64) -> Self {
        let bytes: usize = project.sources().iter().map(|(_, source)| source.text().len()).sum();
        Self {
            project,
            root: Instance::root(),
            instance_count: Cell::new(1),
            memo: RefCell::default(),
            instances: RefCell::default(),
            configurations: RefCell::default(),
            conversions: RefCell::default(),
            problems: RefCell::default(),
            missing: RefCell::default(),
            validated: RefCell::default(),
            checked: RefCell::default(),
            errors: RefCell::default(),
            recorded: RefCell::default(),
            meter: Meter::new(steps, 4 * bytes as u64),
            most_parts: PARTS.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX)),
            most_instances: INSTANCES.saturating_add(u32::try_from(bytes / 64).unwrap_or(u32::MAX)),
            depth: Cell::new(0),
            is_too_deep: Cell::new(false),
            peak: Cell::new(0),
            trial: Cell::new(TrialState::No),
            files: RefCell::default(),
            encoded: RefCell::default(),
            lost_keys: RefCell::default(),
            lost_entries: RefCell::default(),
            unknowns: Cell::new(0),
            open: HashSet::default(),
            gathered: HashSet::default(),
            is_for_one_tenant: false,
            assumed: None,
            choices: RefCell::default(),
        }
    }

    /// An evaluator in which a key that is not a literal may select any element of the collections `open`, because
    /// another value of a variable would select another element.
    pub fn leaving_open(project: &'p Project, open: HashSet<Path>) -> Self {
        Self { open, ..Self::new(project) }
    }

    /// Lets the calls of the root module to these modules be the elements of a collection.
    pub fn gathering(self, gathered: HashSet<ModuleId>) -> Self {
        Self { gathered, ..self }
    }

    /// If `is_for_one_tenant`, lets the root module as a whole be an element.
    pub fn for_one_tenant(self, is_for_one_tenant: bool) -> Self {
        Self { is_for_one_tenant, ..self }
    }

    /// Whether the root module as a whole is an element.
    pub fn is_for_one_tenant(&self) -> bool {
        self.is_for_one_tenant
    }

    /// Assumes that a key is `key` if it selects one of several collections and is unknown, or depends on an open
    /// variable.
    pub fn assuming(self, key: Str) -> Self {
        Self { assumed: Some(key), ..self }
    }

    /// The keys that may select a collection, if it is not known which one is meant, and the reasons.
    pub fn choices(&self) -> Vec<(Str, String)> {
        let mut choices: Vec<_> = self.choices.borrow().iter().cloned().collect();
        choices.sort_unstable();
        choices
    }

    pub fn project(&self) -> &'p Project {
        self.project
    }

    pub fn root(&self) -> Instance {
        self.root.clone()
    }

    /// The value of `expr` in the module of `instance` (outside of any `for`).
    ///
    /// An expression that Terraform would reject is recorded as an error and is unknown.
    pub fn evaluate(&self, instance: &Instance, expr: &Expr) -> Value {
        self.check_references(instance, expr);
        self.apart(expr.span, || self.eval(expr, &Scope::of(instance)))
    }

    /// The value of an expression that must not refer to or call anything, such as a value in a values file.
    pub fn constant(&self, expr: &Expr) -> Value {
        self.apart(expr.span, || self.eval(expr, &Scope::constant()))
    }

    /// The errors so far, each once, in the order in which they were found.
    pub fn errors(&self) -> Vec<EvalError> {
        self.errors.borrow().clone()
    }

    /// The keys that are written twice in the YAML that was read so far, each once.
    pub fn lost_keys(&self) -> Vec<LostKey> {
        self.lost_keys.borrow().0.clone()
    }

    /// The objects that `merge` drops because a later map has their key, as far as they were evaluated.
    pub fn lost_entries(&self) -> Vec<LostKey> {
        self.lost_entries.borrow().clone()
    }

    /// Notes an object that `merge` drops, once.
    pub(crate) fn note_merged(&self, lost: LostKey) {
        let mut entries = self.lost_entries.borrow_mut();
        if entries.last() != Some(&lost) {
            entries.push(lost);
        }
    }

    /// Notes a key without effect. If a text is read twice, it is noted once.
    pub(crate) fn note_lost(&self, lost: LostKey) {
        let (keys, known) = &mut *self.lost_keys.borrow_mut();
        if known.insert(lost.clone()) {
            keys.push(lost);
        }
    }

    /// The errors so far, and the values of used root-module variables that do not fit their types: everything that
    /// Terraform would reject in what was evaluated.
    pub fn refusals(&self) -> Vec<EvalError> {
        let mut errors = self.errors();
        let problems = self.problems.borrow();
        let mut names: Vec<&Str> = problems.keys().collect();
        names.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        for problem in names.into_iter().filter_map(|name| problems.get(name)).flat_map(|problems| problems.iter()) {
            if problem.kind.is_error() {
                errors.push(EvalError {
                    message: problem.kind.to_string(),
                    span: problem.span,
                    subject: None,
                    kind: EvalErrorKind::Invalid,
                });
            }
        }
        errors
    }

    /// The type of `value`. The type of an unknown or untyped part is [`Type::Any`].
    pub fn type_of(&self, value: &Value) -> Type {
        type_of(value, &self.meter).unwrap_or(Type::Any)
    }

    pub(crate) fn meter(&self) -> &Meter {
        &self.meter
    }

    pub(crate) fn encoded(&self) -> &RefCell<HashMap<Str, Value>> {
        &self.encoded
    }

    pub(crate) fn read_files(&self) -> &RefCell<HashMap<String, FileId>> {
        &self.files
    }

    fn record(&self, message: String, span: Span, subject: Option<ErrorSubject>) {
        if self.trial.get() == TrialState::No {
            self.push(EvalError { message, span, subject, kind: EvalErrorKind::Invalid });
        } else {
            self.trial.set(TrialState::Failed);
        }
    }

    /// Records that a limit was reached, even in a trial, because the limit does not depend on the expression.
    fn record_limit(&self, message: String, span: Span) {
        self.push(EvalError { message, span, subject: None, kind: EvalErrorKind::Limit });
    }

    /// Records that a limit was reached, and returns the unknown value in its place.
    fn limited(&self, message: &str, span: Span) -> Value {
        self.record_limit(message.to_owned(), span);
        Value::unknown(message, span)
    }

    /// The unknown value in place of an expression deeper than [`DEPTH`]. It is reported once, because the expressions
    /// around it are often too deep as well.
    fn too_deep(&self, span: Span) -> Value {
        const TOO_DEEP: &str = "this is nested too deeply to be evaluated";
        if !self.is_too_deep.replace(true) {
            self.record_limit(TOO_DEEP.to_owned(), span);
        }
        Value::unknown(TOO_DEEP, span)
    }

    fn push(&self, error: EvalError) {
        if self.recorded.borrow_mut().insert(error.clone()) {
            self.errors.borrow_mut().push(error);
        }
    }

    /// Calls `compute`, which evaluates an expression at `span` on its own, so that it does not use up steps of the
    /// current expression.
    pub(crate) fn apart<T>(&self, span: Span, compute: impl FnOnce() -> T) -> T {
        let paused = self.meter.pause();
        let value = compute();
        if self.meter.resume(paused) {
            self.record_limit(TOO_MUCH.to_owned(), span);
        }
        value
    }

    /// Records an error and returns the unknown value in its place.
    fn refused(&self, message: impl Into<String>, span: Span) -> Value {
        let message = message.into();
        self.record(message.clone(), span, None);
        Value::refused(message, span)
    }

    fn settle(&self, answer: Answer, span: Span) -> Value {
        match answer {
            Ok(value) => value,
            Err(Stop::Error(message, at, subject)) => {
                let span = at.unwrap_or(span);
                self.record(message.clone(), span, subject);
                Value::refused(message, span)
            }
            Err(Stop::Reason(reason)) => Value::unknown(reason, span),
            // Steps are counted and reported for the whole expression.
            Err(Stop::Limit(reason)) if reason == TOO_MUCH => Value::unknown(reason, span),
            Err(Stop::Limit(reason)) => self.limited(&reason, span),
            Err(Stop::Unknown(value)) => value,
        }
    }

    /// Like [`Evaluator::settle`], for an unknown value that was built from `sources`.
    pub(crate) fn settle_from<'v>(
        &self,
        answer: Answer,
        span: Span,
        sources: impl IntoIterator<Item = &'v Value>,
    ) -> Value {
        match answer {
            Ok(value) => value,
            Err(stop) => self.settle(Err(stop), span).made_of(sources),
        }
    }

    /// The value of `expr`; unknown if it is deeper than [`DEPTH`].
    pub(crate) fn eval(&self, expr: &Expr, scope: &Scope<'_>) -> Value {
        let mut value = match self.literal(expr) {
            Some(value) => value,
            None => self.nested(expr.span, || self.settle(self.expression(expr, scope), expr.span)),
        };
        // All computed values pass through here, so larger values cannot occur anywhere.
        if value.size() > self.most_parts {
            value = self.limited("this has too many elements to be evaluated", expr.span);
        }
        if value.as_unknown().is_some() && self.trial.get() == TrialState::Clean {
            self.unknowns.set(self.unknowns.get() + 1);
        }
        value
    }

    /// Calls `compute`, one level deeper.
    ///
    /// # Errors
    ///
    /// If it is not called, the unknown value in its place.
    fn deeper<T>(&self, span: Span, compute: impl FnOnce() -> T) -> Result<T, Value> {
        let depth = self.depth.get();
        if depth >= DEPTH {
            return Err(self.too_deep(span));
        }
        if self.meter.spend(1).is_err() {
            return Err(Value::unknown(TOO_MUCH, span));
        }
        self.depth.set(depth + 1);
        self.peak.set(self.peak.get().max(depth + 1));
        let value = compute();
        self.depth.set(depth);
        Ok(value)
    }

    fn nested(&self, span: Span, compute: impl FnOnce() -> Value) -> Value {
        self.deeper(span, compute).unwrap_or_else(|unknown| unknown)
    }

    /// Like [`Evaluator::eval`], for callers that need a known value.
    fn known(&self, expr: &Expr, scope: &Scope<'_>) -> Answer {
        let value = self.eval(expr, scope);
        if value.as_unknown().is_some() { Err(Stop::Unknown(value)) } else { Ok(value) }
    }

    /// The result of `compute`. Errors in the expressions that it evaluates itself are not recorded.
    pub fn tolerating<T>(&self, compute: impl FnOnce() -> T) -> T {
        let outer = self.trial.replace(TrialState::Clean);
        let made = compute();
        self.trial.set(outer);
        made
    }

    /// Evaluates `expr` on trial.
    pub(crate) fn attempt(&self, expr: &Expr, scope: &Scope<'_>) -> Attempt {
        let unknowns = self.unknowns.get();
        let outer = self.trial.replace(TrialState::Clean);
        let value = self.eval(expr, scope);
        let failed = self.trial.replace(outer) == TrialState::Failed;
        // A resource itself, or its `id`, exists after apply.
        if self.unknowns.get() != unknowns && value.resource().is_none() {
            return Attempt::Unclear(value);
        }
        if failed { Attempt::Failed(value) } else { Attempt::Is(value) }
    }
}
