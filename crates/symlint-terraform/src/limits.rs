//! How much work an evaluation may make, so that no file can hang or exhaust the machine that reads it. What hits a
//! bound is unknown, and an error where it does: see [`crate::EvalErrorKind::Limit`].

use std::cell::Cell;

/// How many expressions may be nested, the locals, variables and modules that they lead through counted in. A debug
/// build stays within the 2 MiB of a thread with it, and WebAssembly within its 1 MiB.
pub(crate) const DEPTH: u32 = 160;

/// How many elements a collection that is computed may have.
pub(crate) const ELEMENTS: usize = 1 << 20;

/// How many bytes a string that is computed may have.
pub(crate) const BYTES: usize = 1 << 24;

/// How many parts a value may have, and the parts of the parts, in addition to those that its files account for. Values share
/// parts, so a few locals can make more than fit into any memory; anyone who walks a value meets each as often as it is in
/// it.
pub(crate) const PARTS: u32 = 1 << 18;

/// How many steps an evaluation may take in addition to those that its files account for.
pub(crate) const STEPS: u64 = 6_000_000;

/// One expression may take a part of the steps, so that it takes none from the others.
const SHARE: u64 = 3;

/// When all steps are used up, each expression may still take a few, so that what is cheap is still evaluated; and all
/// together as many again.
const FEW: u64 = 1 << 11;

/// How many instances the calls of a project may make in addition to those that its files account for.
pub(crate) const INSTANCES: u32 = 1 << 14;

/// At most this many bytes of text count as a step.
const BYTES_OF_A_STEP: usize = 16;

/// The reason of what is unknown since the steps were used up.
pub(crate) const TOO_MUCH: &str = "evaluating this takes too many steps";

/// How deep brackets, blocks and templates may be in each other.
pub(crate) const MAX_DEPTH: usize = 250;

/// How many nodes may be on the way from the top of an expression to a leaf, so that anyone who walks or drops the tree
/// needs little stack. The steps of a reference and the signs before a value count too, the operands of a sum do not.
pub(crate) const MAX_HEIGHT: usize = 1000;

/// How many values and blocks a file may have: each takes much more memory than the bytes that it is written with. A file
/// of 40,000 tenants has fewer.
pub(crate) const MAX_NODES: usize = 1 << 19;

/// A file with this many mistakes is probably of another format, and is not read further.
pub(crate) const MAX_ERRORS: usize = 100;

/// Counts steps.
#[derive(Debug)]
pub(crate) struct Meter {
    /// What is left for all expressions.
    left: Cell<u64>,
    /// What is left for those that take few.
    spare: Cell<u64>,
    /// How many one expression may take.
    most: u64,
    /// How many the one at hand has taken.
    taken: Cell<u64>,
    /// Whether it wanted more than it may take.
    is_exhausted: Cell<bool>,
}

/// There are no steps left.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exhausted;

/// How many steps an expression had taken when another came in between.
#[derive(Debug)]
pub(crate) struct Paused {
    taken: u64,
    is_exhausted: bool,
}

impl Meter {
    /// One that gives `steps`, and `input` more for what the files account for, which every expression may take.
    pub(crate) fn new(steps: u64, input: u64) -> Self {
        let left = steps.saturating_add(input);
        Self {
            left: Cell::new(left),
            spare: Cell::new(left),
            most: (steps / SHARE).saturating_add(input),
            taken: Cell::new(0),
            is_exhausted: Cell::new(false),
        }
    }

    #[cfg(test)]
    pub(crate) fn left(&self) -> u64 {
        self.left.get()
    }

    pub(crate) fn spend(&self, steps: usize) -> Result<(), Exhausted> {
        let steps = steps as u64;
        let taken = self.taken.get().saturating_add(steps);
        self.taken.set(taken);
        let pool = if taken <= FEW && self.left.get() < steps { &self.spare } else { &self.left };
        let left = pool.get().checked_sub(steps).filter(|_| taken <= self.most);
        match left {
            Some(left) => pool.set(left),
            None => self.is_exhausted.set(true),
        }
        left.map(|_| ()).ok_or(Exhausted)
    }

    /// [`Meter::spend`] for `bytes` of text.
    pub(crate) fn spend_bytes(&self, bytes: usize) -> Result<(), Exhausted> {
        if bytes < BYTES_OF_A_STEP { Ok(()) } else { self.spend(bytes / BYTES_OF_A_STEP) }
    }

    /// Begins another expression.
    pub(crate) fn pause(&self) -> Paused {
        Paused { taken: self.taken.replace(0), is_exhausted: self.is_exhausted.replace(false) }
    }

    /// Goes on with the expression that was paused. Says whether the other one wanted more than it may take.
    pub(crate) fn resume(&self, paused: Paused) -> bool {
        self.taken.set(paused.taken);
        self.is_exhausted.replace(paused.is_exhausted)
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self::new(STEPS, 0)
    }
}
