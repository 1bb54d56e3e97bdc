//! The command line of symlint: arguments, files, colors, the human report, exit codes.

mod args;
mod check;
mod diff;
mod disk;
mod eval;
mod excerpt;
mod explain;
mod findings;
mod fix;
mod formats;
mod git;
mod human;
mod human_diff;
mod init;
mod inspect;
mod manual;
mod output;
mod repository;
mod request;
mod revision;
mod style;

use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ContextValue};

use args::{Command, CommandLine};
use output::Failure;

/// The result of `work`; `None` if it panics.
#[cfg(not(windows))]
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    // Not in another thread, because glibc's allocator would ask the system for each page there.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).ok()
}

/// The result of `work`; `None` if it panics.
#[cfg(windows)]
fn guarded<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    // The main thread's stack has one megabyte, but configuration may be nested deeply.
    std::thread::Builder::new().stack_size(8 << 20).spawn(work).ok()?.join().ok()
}

fn main() -> ExitCode {
    let arguments = match CommandLine::try_parse() {
        Ok(arguments) => arguments,
        Err(mut error) => {
            // An unknown option is rarely meant as a path.
            error.insert(ContextKind::Suggested, ContextValue::None);
            if let Some((what, ours)) = args::ours(&error) {
                output::print_problem(&format!("{what}\nhelp: {ours}"));
                return ExitCode::from(2);
            }
            // Help and version are not failures; everything else is wrong usage. A closed pipe is nobody's mistake.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let work = move || run(&arguments);
    match guarded(work) {
        Some(Ok(code)) => code,
        Some(Err(failure)) => {
            output::print_problem(&failure);
            ExitCode::from(2)
        }
        // The panic has been printed. A check that was not done must not look like a pass.
        None => {
            eprintln!("error: symlint itself failed; please report this with the input, if you can share it");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &CommandLine) -> Result<ExitCode, Failure> {
    match &arguments.command {
        Command::Check(options) => check::run(options),
        Command::Diff(options) => diff::run(options),
        Command::Eval(options) => eval::run(options),
        Command::Fix(options) => fix::run(options),
        Command::Inspect(options) => inspect::run(options),
        Command::Init(options) => init::run(options),
        Command::Explain { rule } => explain::explain(rule),
        Command::Completions { shell } => manual::completions(*shell),
        Command::Man { name } => manual::man(name.as_deref()),
        Command::Rules { format } => explain::rules(*format),
    }
}
