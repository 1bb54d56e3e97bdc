//! Instances of modules: a call with `for_each` or `count` makes several.

use std::sync::Arc;

use crate::limits::DEPTH;
use crate::module::{ModuleCall, ModuleId, Project};
use crate::number;
use crate::origin::{Origin, Path, Root, Selection, Step};
use crate::source::Span;
use crate::syntax::Expr;
use crate::types::{Primitive, to_number, to_text};
use crate::value::{Kind, Str, Unknown, Value};

use super::scope::Scope;
use super::{Answer, Evaluator, Stop, Trial};

/// An instance of a module. Cloning is cheap; it is one of the evaluator that made it.
#[derive(Debug, Clone)]
pub struct Instance(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    id: u32,
    module: Option<ModuleId>,
    address: Str,
    key: InstanceKey,
    repetition: Option<Repetition>,
    call: Option<(Instance, u32)>,
}

/// What tells the instances of one module call apart.
#[derive(Debug, Clone)]
pub enum InstanceKey {
    /// The call has neither `for_each` nor `count`.
    None,
    /// The key of `for_each`: a string, which knows where it was written.
    Key(Value),
    /// The index of `count`, from 0.
    Index(u32),
}

/// What `each` and `count` stand for.
#[derive(Debug)]
pub(super) enum Repetition {
    Each { key: Value, value: Value },
    Count(Value),
}

impl Repetition {
    pub(super) fn each_value(&self) -> Option<&Value> {
        if let Repetition::Each { value, .. } = self { Some(value) } else { None }
    }

    pub(super) fn count_index(&self) -> Option<&Value> {
        if let Repetition::Count(index) = self { Some(index) } else { None }
    }

    /// The key of the instance at `place`, from 0.
    pub(super) fn key(&self, place: usize) -> InstanceKey {
        match self {
            Repetition::Each { key, .. } => InstanceKey::Key(key.clone()),
            Repetition::Count(_) => InstanceKey::Index(u32::try_from(place).unwrap_or(u32::MAX)),
        }
    }
}

/// The instances of a call, once asked for.
#[derive(Debug, Clone)]
pub(super) enum Instances {
    Running,
    Done { made: Result<Arc<[Instance]>, Arc<Unknown>>, height: u32 },
}

impl Instance {
    pub(super) fn root() -> Self {
        Self(Arc::new(Inner {
            id: 0,
            module: Some(ModuleId::ROOT),
            address: Str::default(),
            key: InstanceKey::None,
            repetition: None,
            call: None,
        }))
    }

    /// The address, such as `module.sso_access["tenant_foo"]`; empty for the root module.
    pub fn address(&self) -> &Str {
        &self.0.address
    }

    /// What tells it from the other instances of its call.
    pub fn key(&self) -> &InstanceKey {
        &self.0.key
    }

    /// Its module; `None` where the call's source is not part of the project.
    pub fn module(&self) -> Option<ModuleId> {
        self.0.module
    }

    /// The instance whose module has the call; `None` for the root module.
    pub fn caller(&self) -> Option<&Instance> {
        self.0.call.as_ref().map(|(caller, _)| caller)
    }

    /// The call that makes it; `None` for the root module.
    pub fn call_in<'p>(&self, project: &'p Project) -> Option<&'p ModuleCall> {
        let (caller, at) = self.call()?;
        project.module(caller.module()?)?.calls.get(at as usize)
    }

    /// `each.value`, where the call has `for_each`.
    pub fn each_value(&self) -> Option<&Value> {
        self.0.repetition.as_ref()?.each_value()
    }

    /// `count.index`, where the call has `count`.
    pub fn count_index(&self) -> Option<&Value> {
        self.0.repetition.as_ref()?.count_index()
    }

    pub(super) fn id(&self) -> u32 {
        self.0.id
    }

    pub(super) fn repetition(&self) -> Option<&Repetition> {
        self.0.repetition.as_ref()
    }

    /// The place of the call in the caller's list.
    pub(super) fn call(&self) -> Option<(&Instance, u32)> {
        self.0.call.as_ref().map(|(caller, index)| (caller, *index))
    }
}

impl<'p> Evaluator<'p> {
    /// The instances that `call`, one of the module of `caller`, makes; those of `for_each` in the order of their keys.
    ///
    /// # Errors
    ///
    /// Where `for_each` or `count` is not known, or refused by Terraform, which is recorded.
    pub fn instances(&self, caller: &Instance, call: &ModuleCall) -> Result<Vec<Instance>, Arc<Unknown>> {
        match self.call_instances(caller, call) {
            Ok(instances) => Ok(instances.to_vec()),
            Err(unknown) => self.possible_instances(caller, call, &unknown).ok_or(unknown),
        }
    }

    /// The instances of a call whose `for_each` is unknown, but is one of several that are known: those of all of them.
    fn possible_instances(&self, caller: &Instance, call: &ModuleCall, unknown: &Unknown) -> Option<Vec<Instance>> {
        let for_each = call.for_each.as_ref()?;
        let candidates = unknown.candidates();
        let mut instances = Vec::new();
        for candidate in candidates.iter().filter(|candidate| !candidate.is_null()) {
            let repetitions = self.each_in(candidate, for_each.value.span).ok()?;
            instances.extend(repetitions.into_iter().map(|repetition| {
                let Repetition::Each { key, .. } = &repetition else {
                    return self.instance(caller, call, InstanceKey::None, None);
                };
                let key = InstanceKey::Key(key.clone());
                self.instance(caller, call, key, Some(repetition))
            }));
        }
        (!candidates.is_empty()).then_some(instances)
    }

    pub(super) fn call_instances(&self, caller: &Instance, call: &ModuleCall) -> Result<Arc<[Instance]>, Arc<Unknown>> {
        let key = (caller.id(), call.index);
        let depth = self.depth.get();
        match self.instances.borrow().get(&key) {
            Some(Instances::Done { made, height }) => {
                if depth + height > DEPTH {
                    let unknown = self.too_deep(call.name.span);
                    return Err(unknown.as_unknown().cloned().unwrap_or_else(|| Arc::new(Unknown::new("", call.span))));
                }
                self.peak.set(self.peak.get().max(depth + height));
                return made.clone();
            }
            Some(Instances::Running) => {
                self.record(format!("`module.{}` refers to itself", call.name.text), call.span, None);
                return Err(Arc::new(Unknown::new("this refers to itself", call.span)));
            }
            None => {}
        }
        self.instances.borrow_mut().insert(key, Instances::Running);
        let trial = self.trial.replace(Trial::No);
        let peak = self.peak.replace(depth);
        let made = self.apart(call.name.span, || self.make_instances(caller, call));
        let height = self.peak.get().saturating_sub(depth);
        self.peak.set(peak.max(self.peak.get()));
        self.trial.set(trial);
        self.instances.borrow_mut().insert(key, Instances::Done { made: made.clone(), height });
        made
    }

    fn make_instances(&self, caller: &Instance, call: &ModuleCall) -> Result<Arc<[Instance]>, Arc<Unknown>> {
        let repetitions = match (&call.for_each, &call.count) {
            (Some(for_each), _) => self.each_of(&for_each.value, caller).map_err(|stop| (stop, for_each.value.span)),
            (None, Some(count)) => self.count_of(&count.value, caller).map_err(|stop| (stop, count.value.span)),
            (None, None) => {
                self.check_count(call, 1)?;
                return Ok([self.instance(caller, call, InstanceKey::None, None)].into());
            }
        };
        let repetitions = repetitions.map_err(|(stop, span)| {
            let value = self.settle(Err(stop), span);
            value.as_unknown().cloned().unwrap_or_else(|| Arc::new(Unknown::new(String::new(), span)))
        })?;
        self.check_count(call, repetitions.len())?;
        let instances = repetitions.into_iter().enumerate().map(|(index, repetition)| {
            let key = repetition.key(index);
            self.instance(caller, call, key, Some(repetition))
        });
        Ok(instances.collect())
    }

    /// Refuses to make `count` more instances where there would be too many.
    fn check_count(&self, call: &ModuleCall, count: usize) -> Result<(), Arc<Unknown>> {
        let all = u64::from(self.instance_count.get()) + count as u64;
        if all <= u64::from(self.most_instances) {
            return Ok(());
        }
        let reason = "this creates too many instances to be evaluated";
        self.record_limit(reason.to_owned(), call.name.span);
        Err(Arc::new(Unknown::new(reason, call.span)))
    }

    fn instance(
        &self,
        caller: &Instance,
        call: &ModuleCall,
        key: InstanceKey,
        repetition: Option<Repetition>,
    ) -> Instance {
        let id = self.instance_count.get();
        self.instance_count.set(id.saturating_add(1));
        let dot = if caller.address().is_empty() { "" } else { "." };
        let index = match &key {
            InstanceKey::None => String::new(),
            InstanceKey::Key(key) => {
                format!("[{}]", crate::origin::quoted(key.as_str().map_or("", |text| text.as_str())))
            }
            InstanceKey::Index(index) => format!("[{index}]"),
        };
        let address = Str::from(format!("{}{dot}module.{}{index}", caller.address(), call.name.text));
        let call_place = Some((caller.clone(), call.index));
        Instance(Arc::new(Inner { id, module: call.child, address, key, repetition, call: call_place }))
    }

    /// What `each` stands for in turn.
    pub(super) fn each_of(&self, for_each: &Expr, caller: &Instance) -> Answer<Vec<Repetition>> {
        self.check_references(caller, for_each);
        let collection = self.known(for_each, &Scope::single(caller))?;
        self.each_in(&collection, for_each.span)
    }

    /// What `each` stands for in turn, where `for_each` at `span` is `collection`.
    fn each_in(&self, collection: &Value, span: Span) -> Answer<Vec<Repetition>> {
        if collection.is_null() {
            return Err(Stop::error("`for_each` must not be null").on_null(collection));
        }
        // Its keys would be in the addresses of the instances. What is passed to these can be looked at all the same.
        if collection.is_sensitive() {
            self.record("`for_each` must not be sensitive".to_owned(), span, None);
        }
        self.meter().spend(collection.entries().map_or(0, <[_]>::len))?;
        let parts = collection.each_part_at(span);
        if let Some(entries) = collection.entries() {
            let each = |entry| Repetition::Each { key: parts.key(entry), value: parts.child(entry) };
            return Ok(entries.iter().map(each).collect());
        }
        let Kind::Set(items) = &collection.kind else {
            return Err(Stop::error(format!(
                "`for_each` must be a map or a set of strings, not a {}",
                collection.type_name()
            )));
        };
        let mut repetitions = Vec::with_capacity(items.len());
        for item in (0..items.len()).filter_map(|index| parts.at(index)) {
            match (&item.kind, to_text(&item)) {
                (Kind::Unknown(_), _) => return Err(Stop::Unknown(item)),
                (Kind::String(_), Primitive::Is(text)) => {
                    repetitions.push(Repetition::Each { key: text.clone(), value: text });
                }
                _ => return Err(Stop::error("`for_each` must not contain null")),
            }
        }
        Ok(repetitions)
    }

    /// What `count` stands for in turn.
    pub(super) fn count_of(&self, expr: &Expr, caller: &Instance) -> Answer<Vec<Repetition>> {
        self.check_references(caller, expr);
        let value = self.known(expr, &Scope::single(caller))?;
        let refused = || Stop::error("`count` must be a whole number that is not negative");
        let Primitive::Is(Value { kind: Kind::Number(number), .. }) = to_number(&value) else { return Err(refused()) };
        let count = number::to_integer(&number).and_then(|count| usize::try_from(count).ok()).ok_or_else(refused)?;
        if count > self.most_instances as usize {
            return Err(Stop::limit("this creates too many instances to be evaluated"));
        }
        self.meter().spend(count)?;
        let (path, made_of) = (Path::root(Root::Inline(expr.span)), Origin::derived(value.origin.span, [value.origin]));
        let index = |index: usize| {
            let step = Step::Index(u32::try_from(index).unwrap_or(u32::MAX));
            let origin = made_of.clone().reached(|| path.select(step, Selection::Iterated));
            Repetition::Count(Value::index(index, origin))
        };
        Ok((0..count).map(index).collect())
    }
}
