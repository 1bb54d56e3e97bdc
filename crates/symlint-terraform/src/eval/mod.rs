//! Evaluation: from expressions to values with origins.
//!
//! It is lazy and remembers: a local or variable is evaluated when it is first asked for, once for each instance of
//! its module. An expression that Terraform would refuse is recorded as an error and is unknown from there on, so that
//! one mistake does not hide the rest.

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
/// All methods take `&self`; results are cached. It is meant for one thread, but its values can be sent to others.
#[derive(Debug)]
pub struct Evaluator<'p> {
    project: &'p Project,
    root: Instance,
    instance_count: Cell<u32>,
    memo: RefCell<HashMap<(u32, Item), Slot<Value>>>,
    instances: RefCell<HashMap<(u32, u32), Slot<Instances>>>,
    /// What there is in `memo` for the resources of an instance.
    configurations: RefCell<HashMap<u32, Vec<Item>>>,
    conversions: RefCell<HashMap<ConversionKey, (Value, Value)>>,
    problems: RefCell<HashMap<Str, Arc<[ConversionProblem]>>>,
    /// The objects that lack an attribute which their type requires: said once, where the value is converted.
    missing: RefCell<HashSet<(Span, Str)>>,
    /// The variables (by instance) whose validations have been looked at.
    validated: RefCell<HashSet<(u32, u32)>>,
    /// The expressions whose references have been looked at.
    checked: RefCell<HashSet<Span>>,
    errors: RefCell<Vec<EvalError>>,
    recorded: RefCell<HashSet<EvalError>>,
    meter: Meter,
    /// How many parts a value may have.
    most_parts: u32,
    /// How many instances there may be.
    most_instances: u32,
    depth: Cell<u32>,
    /// Whether something was nested too deeply.
    is_too_deep: Cell<bool>,
    /// The greatest depth since it was last reset; see [`memo`].
    peak: Cell<u32>,
    trial: Cell<Trial>,
    /// The files that functions have read, by their paths.
    files: RefCell<HashMap<String, FileId>>,
    /// What was written as JSON, by the text that it became.
    encoded: RefCell<HashMap<Str, Value>>,
    /// The keys of YAML that are written twice.
    lost_keys: RefCell<(Vec<LostKey>, HashSet<LostKey>)>,
    lost_entries: RefCell<Vec<LostKey>>,
    /// How many unknown values have been met in trials; only whether it changes matters.
    unknowns: Cell<u64>,
    /// The collections of which a key that is not a literal may select any element.
    open: HashSet<Path>,
    /// The modules whose calls in the root module are elements.
    gathered: HashSet<ModuleId>,
    is_for_one_tenant: bool,
    /// The key by which collections are chosen that it is not known by which.
    assumed: Option<Str>,
    /// The keys by which they may be chosen, and why it is not known.
    choices: RefCell<HashSet<(Str, String)>>,
}

/// Whether an expression is evaluated to see whether it can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trial {
    /// It is not: errors are recorded.
    No,
    /// It is, and there was no error so far.
    Clean,
    /// It is, and there was an error, which is not recorded.
    Failed,
}

/// What has one value in an instance of a module: its place in the module's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Item {
    Variable(u32),
    Local(u32),
    Output(u32),
    /// An assigned variable of a project that declares none.
    Assigned(u32),
    /// What a variable is where nothing is passed: one value for all instances of the module, which is in the place
    /// of the instance.
    Default(u32),
    /// What an instance of a resource is configured with: the place of the resource, and that of its instance from 1.
    Configuration(u32, u32),
    /// All instances of a resource: its place.
    Resource(u32),
    /// All that a call passes to an instance of a module that is not there to read.
    Passed,
}

/// What is evaluated once.
#[derive(Debug)]
enum Slot<T> {
    Running,
    Done { value: T, height: u32 },
}

/// A collection (by its address) and the variable to whose type it was converted.
type ConversionKey = (usize, u32, u32);

impl<'p> Evaluator<'p> {
    /// An evaluator for all modules of `project`. Nothing is evaluated yet.
    pub fn new(project: &'p Project) -> Self {
        Self::with_steps(project, STEPS)
    }

    /// An evaluator that may take this many steps in addition to those that the files account for.
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
            trial: Cell::new(Trial::No),
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

    /// An evaluator for which any element of the collections `open` may be what a key selects that is not a literal:
    /// another value of a variable would select another one.
    pub fn leaving_open(project: &'p Project, open: HashSet<Path>) -> Self {
        Self { open, ..Self::new(project) }
    }

    /// The same, for which the calls of the root module to these modules are the elements of a collection.
    pub fn gathering(self, gathered: HashSet<ModuleId>) -> Self {
        Self { gathered, ..self }
    }

    /// The same, for which the root module as a whole is an element if `is_for_one_tenant`.
    pub fn for_one_tenant(self, is_for_one_tenant: bool) -> Self {
        Self { is_for_one_tenant, ..self }
    }

    /// Whether the root module as a whole is an element.
    pub fn is_for_one_tenant(&self) -> bool {
        self.is_for_one_tenant
    }

    /// The same, for which a key that is not known, or that another value of a variable would change, is `key` where it
    /// chooses one of several collections.
    pub fn assuming(self, key: Str) -> Self {
        Self { assumed: Some(key), ..self }
    }

    /// The keys by which it would choose where it is not known which collection is meant, and the reasons for that.
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

    /// The value of `expr`, which is in the module of `instance` (outside of any `for`).
    ///
    /// What Terraform would refuse is recorded as an error and unknown.
    pub fn evaluate(&self, instance: &Instance, expr: &Expr) -> Value {
        self.check_references(instance, expr);
        self.apart(expr.span, || self.eval(expr, &Scope::of(instance)))
    }

    /// The value of an expression that may refer to nothing and call nothing, such as a value in a values file.
    pub fn constant(&self, expr: &Expr) -> Value {
        self.apart(expr.span, || self.eval(expr, &Scope::constant()))
    }

    /// The errors so far, each once, in the order in which they were found.
    pub fn errors(&self) -> Vec<EvalError> {
        self.errors.borrow().clone()
    }

    /// The keys that were written twice in the YAML that was read so far, each once.
    pub fn lost_keys(&self) -> Vec<LostKey> {
        self.lost_keys.borrow().0.clone()
    }

    /// The objects that `merge` drops, since a later map has their key, as far as they were evaluated.
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

    /// Notes a key that does not count; a text that is read twice has it once.
    pub(crate) fn note_lost(&self, lost: LostKey) {
        let (keys, known) = &mut *self.lost_keys.borrow_mut();
        if known.insert(lost.clone()) {
            keys.push(lost);
        }
    }

    /// The errors so far, and what does not fit its type in the values of the root module's variables that were asked
    /// for: all for which Terraform would refuse what was evaluated.
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

    /// The type of `value`; [`Type::Any`] stands for that of an unknown or untyped part.
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
        if self.trial.get() == Trial::No {
            self.push(EvalError { message, span, subject, kind: EvalErrorKind::Invalid });
        } else {
            self.trial.set(Trial::Failed);
        }
    }

    /// Records that a bound was hit, in a trial, too: it is not a property of the expression.
    fn record_limit(&self, message: String, span: Span) {
        self.push(EvalError { message, span, subject: None, kind: EvalErrorKind::Limit });
    }

    /// Records a bound that was hit, and gives the unknown value in its place.
    fn limited(&self, message: &str, span: Span) -> Value {
        self.record_limit(message.to_owned(), span);
        Value::unknown(message, span)
    }

    /// What is nested deeper than [`DEPTH`]. It is reported once: where one expression is, those around it often are.
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

    /// `compute`, which evaluates an expression at `span` for itself: it takes no steps from the one at hand.
    pub(crate) fn apart<T>(&self, span: Span, compute: impl FnOnce() -> T) -> T {
        let paused = self.meter.pause();
        let value = compute();
        if self.meter.resume(paused) {
            self.record_limit(TOO_MUCH.to_owned(), span);
        }
        value
    }

    /// Records an error and gives the unknown value in its place.
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
            // Steps are counted, and reported, for the whole expression.
            Err(Stop::Limit(reason)) if reason == TOO_MUCH => Value::unknown(reason, span),
            Err(Stop::Limit(reason)) => self.limited(&reason, span),
            Err(Stop::Unknown(value)) => value,
        }
    }

    /// [`Evaluator::settle`], where what is not known was built from `sources`.
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

    /// The value of `expr`. Deeper than [`DEPTH`] it is unknown.
    pub(crate) fn eval(&self, expr: &Expr, scope: &Scope<'_>) -> Value {
        let mut value = match self.literal(expr) {
            Some(value) => value,
            None => self.nested(expr.span, || self.settle(self.expression(expr, scope), expr.span)),
        };
        // Here passes all that is computed, so nobody has to walk through more.
        if value.size() > self.most_parts {
            value = self.limited("this has too many elements to be evaluated", expr.span);
        }
        if value.as_unknown().is_some() && self.trial.get() == Trial::Clean {
            self.unknowns.set(self.unknowns.get() + 1);
        }
        value
    }

    /// `compute`, one level deeper.
    ///
    /// # Errors
    ///
    /// Where it is not computed, the unknown value that stands for that.
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

    /// Like [`Evaluator::eval`], for where only a known value helps.
    fn known(&self, expr: &Expr, scope: &Scope<'_>) -> Answer {
        let value = self.eval(expr, scope);
        if value.as_unknown().is_some() { Err(Stop::Unknown(value)) } else { Ok(value) }
    }

    /// What `compute` gives, without a record of the mistakes in expressions that it evaluates itself.
    pub fn tolerating<T>(&self, compute: impl FnOnce() -> T) -> T {
        let outer = self.trial.replace(Trial::Clean);
        let made = compute();
        self.trial.set(outer);
        made
    }

    /// Whether `expr` can be evaluated, and to what.
    pub(crate) fn attempt(&self, expr: &Expr, scope: &Scope<'_>) -> Attempt {
        let unknowns = self.unknowns.get();
        let outer = self.trial.replace(Trial::Clean);
        let value = self.eval(expr, scope);
        let failed = self.trial.replace(outer) == Trial::Failed;
        // What a resource is, or its `id`, is there after apply.
        if self.unknowns.get() != unknowns && value.resource().is_none() {
            return Attempt::Unclear(value);
        }
        if failed { Attempt::Failed(value) } else { Attempt::Is(value) }
    }
}
