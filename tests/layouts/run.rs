//! Checks all set-ups, once for all tests.

use std::sync::OnceLock;

use crate::adapter::{Report, check};
use crate::score::Verdict;
use crate::setups::{self, Setup};

/// A set-up that was checked.
pub(crate) struct Checked {
    pub(crate) setup: Setup,
    pub(crate) report: Report,
    pub(crate) verdict: Verdict,
}

pub(crate) fn check_all(setups: Vec<Setup>) -> Vec<Checked> {
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    let share = setups.len().div_ceil(threads).max(1);
    let mut shares: Vec<Vec<Setup>> = Vec::new();
    let mut rest = setups.into_iter().peekable();
    while rest.peek().is_some() {
        shares.push(rest.by_ref().take(share).collect());
    }
    let judge = |setup: Setup| {
        let report = check(&setup.files);
        let verdict = Verdict::of(&report, &setup.expected, &setup.places);
        Checked { setup, report, verdict }
    };
    std::thread::scope(|scope| {
        let handles: Vec<_> = shares
            .into_iter()
            .map(|share| scope.spawn(move || share.into_iter().map(judge).collect::<Vec<_>>()))
            .collect();
        handles.into_iter().flat_map(|handle| handle.join().unwrap()).collect()
    })
}

/// All set-ups in which something can be found.
pub(crate) fn results() -> &'static [Checked] {
    static RESULTS: OnceLock<Vec<Checked>> = OnceLock::new();
    RESULTS.get_or_init(|| check_all(setups::all()))
}
