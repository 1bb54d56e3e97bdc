//! Caches what has been evaluated, and detects what is being evaluated.
//!
//! A cached value needs no further depth of recursion. But values are nested as deeply as the chains of locals that
//! they are built from, and anyone who walks a value needs that much stack. So each result remembers how deep its
//! evaluation went, and using it counts as if it was evaluated again.

use std::cell::RefCell;
use std::hash::Hash;

use foldhash::HashMap;

use crate::limits::DEPTH;
use crate::source::Span;
use crate::value::Value;

use super::instance::Instance;
use super::{Evaluator, Item, MemoSlot, TrialState};

impl Evaluator<'_> {
    /// Discards everything that was evaluated in `instance`. It is evaluated again when needed.
    pub fn forget(&self, instance: &Instance) {
        let Some(module) = instance.module().and_then(|module| self.project.module(module)) else { return };
        let assigned = if instance.call().is_none() { self.project.assignments().len() } else { 0 };
        let items = |count: usize, item: fn(u32) -> Item| (0..u32::try_from(count).unwrap_or(u32::MAX)).map(item);
        let items = items(module.variables.len(), Item::Variable)
            .chain(items(module.locals.len(), Item::Local))
            .chain(items(module.outputs.len(), Item::Output))
            .chain(items(assigned, Item::Assigned));
        let mut memo = self.memo.borrow_mut();
        for item in items {
            memo.remove(&(instance.id(), item));
        }
        for item in self.configurations.borrow_mut().remove(&instance.id()).unwrap_or_default() {
            memo.remove(&(instance.id(), item));
        }
    }

    /// Whether `item` is being evaluated in `instance`. If it has not been evaluated yet, that is noted so that it can
    /// be discarded.
    pub(super) fn is_running(&self, instance: &Instance, item: Item) -> bool {
        match self.memo.borrow().get(&(instance.id(), item)) {
            None => self.configurations.borrow_mut().entry(instance.id()).or_default().push(item),
            Some(MemoSlot::Running) => return true,
            Some(MemoSlot::Done { .. }) => {}
        }
        false
    }

    /// The value of `item` in `instance`. `span` and `name` are for the error if it depends on itself.
    pub(super) fn remembered(
        &self,
        instance: u32,
        item: Item,
        span: Span,
        name: impl FnOnce() -> String,
        compute: impl FnOnce() -> Value,
    ) -> Value {
        let refers_to_itself = || {
            let outer = self.trial.replace(TrialState::No);
            let value = self.refused(format!("`{}` refers to itself", name()), span);
            self.trial.set(outer);
            value
        };
        self.once(&self.memo, (instance, item), span, compute, refers_to_itself, |too_deep| too_deep)
    }

    /// The result of `compute`, which is called once for each key of `memo`.
    pub(super) fn once<K: Copy + Eq + Hash, T: Clone>(
        &self,
        memo: &RefCell<HashMap<K, MemoSlot<T>>>,
        key: K,
        span: Span,
        compute: impl FnOnce() -> T,
        refers_to_itself: impl FnOnce() -> T,
        too_deep: impl FnOnce(Value) -> T,
    ) -> T {
        let depth = self.depth.get();
        match memo.borrow().get(&key) {
            Some(MemoSlot::Done { value, height }) => {
                if depth + height > DEPTH {
                    return too_deep(self.too_deep(span));
                }
                self.peak.set(self.peak.get().max(depth + height));
                return value.clone();
            }
            Some(MemoSlot::Running) => return refers_to_itself(),
            None => {}
        }
        memo.borrow_mut().insert(key, MemoSlot::Running);
        // An error in there does not belong to the expression that asks.
        let trial = self.trial.replace(TrialState::No);
        let peak = self.peak.replace(depth);
        let value = self.apart(span, compute);
        let height = self.peak.get().saturating_sub(depth);
        self.peak.set(peak.max(self.peak.get()));
        self.trial.set(trial);
        memo.borrow_mut().insert(key, MemoSlot::Done { value: value.clone(), height });
        value
    }
}
