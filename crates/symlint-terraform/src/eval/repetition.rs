//! Evaluates `for_each` and `count` of calls and resources.

use std::sync::Arc;

use crate::module::ModuleCall;
use crate::number;
use crate::origin::{Origin, Path, PathStep, Root, Selection};
use crate::source::Span;
use crate::syntax::Expr;
use crate::types::{Primitive, to_number, to_text};
use crate::value::{Kind, Unknown, Value};

use super::instance::{EachOrCount, Instance, InstanceKey, Instances};
use super::scope::Scope;
use super::{Answer, Evaluator, Stop};

impl Evaluator<'_> {
    /// The instances of `call`, in the module of `caller`. Those of `for_each` are in the order of their keys.
    ///
    /// # Errors
    ///
    /// If `for_each` or `count` is not known, or if Terraform would reject it, which is recorded.
    pub fn instances(&self, caller: &Instance, call: &ModuleCall) -> Result<Vec<Instance>, Arc<Unknown>> {
        match self.call_instances(caller, call) {
            Ok(instances) => Ok(instances.to_vec()),
            Err(unknown) => self.possible_instances(caller, call, &unknown).ok_or(unknown),
        }
    }

    /// An instance of `call` without a known key.
    pub fn any_instance(&self, caller: &Instance, call: &ModuleCall) -> Instance {
        let repetition = EachOrCount::unknown(call.for_each.is_some(), call.span);
        Instance::new(self.next_id(), caller, call, InstanceKey::None, Some(repetition))
    }

    /// Whether the instances of `call` are unknown, even if the candidates are known.
    pub fn is_open(&self, caller: &Instance, call: &ModuleCall) -> bool {
        self.call_instances(caller, call).is_err()
    }

    /// The instances for all candidates, if the `for_each` of a call is one of several known collections.
    fn possible_instances(&self, caller: &Instance, call: &ModuleCall, unknown: &Unknown) -> Option<Vec<Instance>> {
        let for_each = call.for_each.as_ref()?;
        let candidates = unknown.candidates();
        let mut instances = Vec::new();
        for candidate in candidates.iter().filter(|candidate| !candidate.is_null()) {
            let repetitions = self.each_in(candidate, for_each.value.span).ok()?;
            instances.extend(repetitions.into_iter().map(|repetition| {
                let EachOrCount::Each { key, .. } = &repetition else {
                    return Instance::new(self.next_id(), caller, call, InstanceKey::None, None);
                };
                let key = InstanceKey::Key(key.clone());
                Instance::new(self.next_id(), caller, call, key, Some(repetition))
            }));
        }
        (!candidates.is_empty()).then_some(instances)
    }

    pub(super) fn call_instances(&self, caller: &Instance, call: &ModuleCall) -> Instances {
        let refers_to_itself = || {
            self.record(format!("`module.{}` refers to itself", call.name.text), call.span, None);
            Err(Arc::new(Unknown::new("this refers to itself", call.span)))
        };
        let too_deep =
            |value: Value| Err(value.as_unknown().cloned().unwrap_or_else(|| Arc::new(Unknown::new("", call.span))));
        let (key, make) = ((caller.id(), call.index), || self.make_instances(caller, call));
        self.once(&self.instances, key, call.name.span, make, refers_to_itself, too_deep)
    }

    fn make_instances(&self, caller: &Instance, call: &ModuleCall) -> Instances {
        let repetitions = match (&call.for_each, &call.count) {
            (Some(for_each), _) => self.each_of(&for_each.value, caller).map_err(|stop| (stop, for_each.value.span)),
            (None, Some(count)) => self.count_of(&count.value, caller).map_err(|stop| (stop, count.value.span)),
            (None, None) => {
                self.check_count(call, 1)?;
                return Ok([Instance::new(self.next_id(), caller, call, InstanceKey::None, None)].into());
            }
        };
        let repetitions = repetitions.map_err(|(stop, span)| {
            let value = self.settle(Err(stop), span);
            value.as_unknown().cloned().unwrap_or_else(|| Arc::new(Unknown::new(String::new(), span)))
        })?;
        self.check_count(call, repetitions.len())?;
        let instances = repetitions.into_iter().enumerate().map(|(index, repetition)| {
            let key = repetition.key(index);
            Instance::new(self.next_id(), caller, call, key, Some(repetition))
        });
        Ok(instances.collect())
    }

    /// Returns an error if `count` more instances would be too many.
    fn check_count(&self, call: &ModuleCall, count: usize) -> Result<(), Arc<Unknown>> {
        let all = u64::from(self.instance_count.get()) + count as u64;
        if all <= u64::from(self.most_instances) {
            return Ok(());
        }
        let reason = "this creates too many instances to be evaluated";
        self.record_limit(reason.to_owned(), call.name.span);
        Err(Arc::new(Unknown::new(reason, call.span)))
    }

    /// The id of the next instance.
    fn next_id(&self) -> u32 {
        self.instance_count.replace(self.instance_count.get().saturating_add(1))
    }

    /// The values of `each` in all instances.
    pub(super) fn each_of(&self, for_each: &Expr, caller: &Instance) -> Answer<Vec<EachOrCount>> {
        self.each_in(&self.each_from(for_each, caller)?, for_each.span)
    }

    /// The collection in `for_each`.
    pub(super) fn each_from(&self, for_each: &Expr, caller: &Instance) -> Answer<Value> {
        self.check_references(caller, for_each);
        self.known(for_each, &Scope::single(caller))
    }

    /// The value of `each` for a key of `collection`, which is the `for_each` at `span`, and its index.
    pub(super) fn each_under(&self, key: &str, collection: &Value, span: Span) -> Answer<Option<(usize, EachOrCount)>> {
        // Very many instances may each refer to one of as many.
        if let Some(entries) = collection.entries().filter(|_| !collection.is_sensitive()) {
            self.meter().spend(1)?;
            let parts = collection.each_part_at(span);
            let at = entries.binary_search_by(|entry| entry.key.as_str().cmp(key)).ok();
            let found = at.and_then(|at| Some((at, entries.get(at)?)));
            let each = |entry| EachOrCount::Each { key: parts.key(entry), value: parts.child(entry) };
            return Ok(found.map(|(at, entry)| (at, each(entry))));
        }
        let mut all = self.each_in(collection, span)?.into_iter().enumerate();
        Ok(all.find(|(_, repetition)| repetition.is_under(key)))
    }

    /// The values of `each` for all elements of `collection`, which is the `for_each` at `span`.
    fn each_in(&self, collection: &Value, span: Span) -> Answer<Vec<EachOrCount>> {
        if collection.is_null() {
            return Err(Stop::error("`for_each` must not be null").on_null(collection));
        }
        // The keys would appear in the addresses of the instances. The values that are passed to them can be used
        // nevertheless.
        if collection.is_sensitive() {
            self.record("`for_each` must not be sensitive; use `nonsensitive`".to_owned(), span, None);
        }
        self.meter().spend(collection.entries().map_or(0, <[_]>::len))?;
        let parts = collection.each_part_at(span);
        if let Some(entries) = collection.entries() {
            let each = |entry| EachOrCount::Each { key: parts.key(entry), value: parts.child(entry) };
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
                    repetitions.push(EachOrCount::Each { key: text.clone(), value: text });
                }
                _ => return Err(Stop::error("`for_each` must not contain null")),
            }
        }
        Ok(repetitions)
    }

    /// The values of `count` in all instances.
    pub(super) fn count_of(&self, expr: &Expr, caller: &Instance) -> Answer<Vec<EachOrCount>> {
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
            let step = PathStep::Index(u32::try_from(index).unwrap_or(u32::MAX));
            let origin = made_of.clone().reached(|| path.select(step, Selection::Iterated));
            EachOrCount::Count(Value::index(index, origin))
        };
        Ok((0..count).map(index).collect())
    }
}
