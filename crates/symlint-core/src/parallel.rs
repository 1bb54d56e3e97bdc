//! Runs work on several threads, if there is enough of it. The results are the same as with one thread.

#[cfg(not(target_family = "wasm"))]
use std::num::NonZero;
#[cfg(not(target_family = "wasm"))]
use std::sync::atomic::{AtomicUsize, Ordering};
#[cfg(not(target_family = "wasm"))]
use std::thread;

/// From this many tenants on, a second thread saves more time than it takes to start.
pub(crate) const MANY_TENANTS: usize = 1_000;

/// The results of `work` for each of `items`, in order, computed by as many threads as are worth starting.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    /// More threads do not help, because the rules are limited by memory access.
    const MOST: usize = 4;
    // An error means that the number is unknown.
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get).min(MOST);
    let next = AtomicUsize::new(0);
    let take = || {
        let next = || Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, items.get(at)?)));
        std::iter::from_fn(next).map(|(at, item)| (at, work(item))).collect::<Vec<_>>()
    };
    let mut done = thread::scope(|scope| {
        // Without other threads, this one does all the work.
        let others = (1..threads).map(|_| thread::Builder::new().spawn_scoped(scope, take));
        let others: Vec<_> = others.filter_map(Result::ok).collect();
        let mut done = take();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// The same for targets with a single thread.
#[cfg(target_family = "wasm")]
pub(crate) fn each<T, R>(items: &[T], work: impl Fn(&T) -> R) -> Vec<R> {
    items.iter().map(work).collect()
}
