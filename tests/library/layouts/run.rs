//! Checks all setups, once for all tests.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::layouts::adapter::{Report, check};
use crate::layouts::score::Verdict;
use crate::layouts::setups::{Setup, every};

pub(crate) struct Checked {
    pub(crate) setup: Setup,
    pub(crate) report: Report,
    pub(crate) verdict: Verdict,
}

fn check_all(setups: Vec<Setup>) -> Vec<Checked> {
    let next = AtomicUsize::new(0);
    let work = || {
        let taken = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        let mine = taken.map_while(|at| Some((at, setups.get(at)?)));
        mine.map(|(at, setup)| (at, check(&setup.files))).collect::<Vec<_>>()
    };
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    let mut reports: Vec<(usize, Report)> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        handles.into_iter().flat_map(|handle| handle.join().unwrap()).collect()
    });
    reports.sort_by_key(|(at, _)| *at);
    let judged = setups.into_iter().zip(reports).map(|(setup, (_, report))| {
        let verdict = Verdict::of(&report, &setup.expected, &setup.places);
        Checked { setup, report, verdict }
    });
    judged.collect()
}

fn all() -> &'static [Checked] {
    static ALL: OnceLock<Vec<Checked>> = OnceLock::new();
    ALL.get_or_init(|| check_all(every()))
}

/// The setups in which something must be found, and the clean ones.
pub(crate) fn results() -> impl Iterator<Item = &'static Checked> + Clone {
    all().iter().filter(|checked| checked.setup.undetectable.is_none())
}

/// The setups with faults that cannot be detected.
pub(crate) fn undetectable() -> impl Iterator<Item = &'static Checked> {
    all().iter().filter(|checked| checked.setup.undetectable.is_some())
}
