//! How much work an evaluation may make, so that no file can hang or exhaust the machine that reads it.

use std::cell::Cell;

/// How many expressions may be nested, the locals, variables and modules that they lead through counted in. A debug
/// build stays within the 2 MiB of a thread with it, and WebAssembly within its 1 MiB.
pub(crate) const DEPTH: u32 = 160;

/// How many elements a collection that is computed may have.
pub(crate) const ELEMENTS: usize = 1 << 20;

/// How many bytes a string that is computed may have.
pub(crate) const BYTES: usize = 1 << 24;

/// How many parts a value may have, and the parts of the parts, beside those that its files account for. Values share
/// parts, so a few locals can make more than fit into any memory; whoever walks a value meets each as often as it is in
/// it.
pub(crate) const PARTS: u32 = 1 << 18;

/// How many steps an evaluation may take beside those that its files account for.
pub(crate) const STEPS: u64 = 10_000_000;

/// The reason of what is unknown since the steps were used up.
pub(crate) const TOO_MUCH: &str = "evaluating this takes too many steps";

/// Whether a value is unknown for this reason because a bound on the work was hit.
pub fn is_limit(reason: &str) -> bool {
    reason == TOO_MUCH || reason.ends_with(" to be evaluated")
}

/// Counts steps down.
#[derive(Debug)]
pub(crate) struct Meter(Cell<u64>);

/// There are no steps left.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exhausted;

impl Meter {
    pub(crate) fn new(steps: u64) -> Self {
        Self(Cell::new(steps))
    }

    #[cfg(test)]
    pub(crate) fn left(&self) -> u64 {
        self.0.get()
    }

    pub(crate) fn spend(&self, steps: usize) -> Result<(), Exhausted> {
        let left = self.0.get().checked_sub(steps as u64);
        self.0.set(left.unwrap_or(0));
        left.map(|_| ()).ok_or(Exhausted)
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self::new(STEPS)
    }
}
