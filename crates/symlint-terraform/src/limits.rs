//! Limits for the work of an evaluation, so that no file can hang the machine or use up its memory. A value beyond a
//! limit is unknown, and an error of the kind [`crate::EvalErrorKind::Limit`] is reported.

use std::cell::Cell;

/// How deep expressions may be nested, including the locals, variables, and modules that they refer to. With this
/// limit, a debug build stays within a thread's 2 MiB of stack, and WebAssembly within its 1 MiB.
pub(crate) const DEPTH: u32 = 160;

/// How many elements a computed collection may have.
pub(crate) const ELEMENTS: usize = 1 << 20;

/// How many bytes a computed string may have.
pub(crate) const BYTES: usize = 1 << 24;

/// How many parts a value may have, including the parts of parts, in addition to what the input files allow for. Values
/// share parts, so a few locals can build a value that would not fit into any memory; and anyone who walks a value
/// visits a part as often as it occurs.
pub(crate) const PARTS: u32 = 1 << 18;

/// How many steps an evaluation may take, in addition to what the input files allow for.
pub(crate) const STEPS: u64 = 6_000_000;

/// One expression may take this fraction of the steps, so that the others are still evaluated.
const SHARE: u64 = 3;

/// When all steps are used up, each expression may still take this many, so that cheap ones are evaluated. Together,
/// these may take as many steps again.
const FEW: u64 = 1 << 11;

/// How many instances the calls of a project may have, in addition to what the input files allow for.
pub(crate) const INSTANCES: u32 = 1 << 14;

/// How many bytes of text count as one step.
const BYTES_OF_A_STEP: usize = 16;

/// The reason for values that are unknown because the steps are used up.
pub(crate) const TOO_MUCH: &str = "evaluating this takes too many steps";

/// How deep brackets, blocks, and templates may be nested.
pub(crate) const MAX_DEPTH: usize = 250;

/// How many nodes there may be from the top of an expression to a leaf, so that walking or dropping the tree needs
/// little stack. The steps of a reference and the signs before a value are included, the operands of a sum are not.
pub(crate) const MAX_HEIGHT: usize = 1000;

/// How many values and blocks a file may have. Each takes much more memory than its text. A file with 40,000 tenants
/// has fewer.
pub(crate) const MAX_NODES: usize = 1 << 19;

/// A file with this many mistakes probably has another format, and is not read further.
pub(crate) const MAX_ERRORS: usize = 100;

/// Counts the steps of an evaluation.
#[derive(Debug)]
pub(crate) struct Meter {
    /// The steps that are left for all expressions.
    left: Cell<u64>,
    /// The steps that are left for cheap expressions.
    spare: Cell<u64>,
    /// How many steps one expression may take.
    most: u64,
    /// How many steps the current expression has taken.
    taken: Cell<u64>,
    /// Whether the current expression has reached its limit.
    is_exhausted: Cell<bool>,
}

/// The error that no steps are left.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exhausted;

/// The steps of an expression that is paused while another one is evaluated.
#[derive(Debug)]
pub(crate) struct Paused {
    taken: u64,
    is_exhausted: bool,
}

impl Meter {
    /// A meter with `steps`. `input` is the number of additional steps that the files allow for, and every expression
    /// may take them.
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

    /// Like [`Meter::spend`], for `bytes` of text.
    pub(crate) fn spend_bytes(&self, bytes: usize) -> Result<(), Exhausted> {
        if bytes < BYTES_OF_A_STEP { Ok(()) } else { self.spend(bytes / BYTES_OF_A_STEP) }
    }

    /// Starts another expression.
    pub(crate) fn pause(&self) -> Paused {
        Paused { taken: self.taken.replace(0), is_exhausted: self.is_exhausted.replace(false) }
    }

    /// Continues with the paused expression. Returns whether the other one reached its limit.
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
