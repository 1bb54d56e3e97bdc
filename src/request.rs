//! Turns the options into a request for the engine, and the files for it.

use std::io::{self, Read};
use std::sync::Arc;

use symlint_core::engine::{ConfigChoice, Named, Overlay, Request};
use symlint_core::level::Level;
use symlint_core::policy::Policy;
use symlint_core::rule::Rule;
use symlint_rules::catalogue;
use symlint_terraform::{FileError, FileTree, Given, SortedMap, is_values};

use crate::args::{FailOn, InputOptions, PathOptions, ValueOptions};
use crate::disk::{Disk, LARGEST, reason, shown};
use crate::output::{self, Failure};

/// The files, and the request for the options of `check` and `fix`.
pub(crate) fn asked(options: &InputOptions) -> Result<(Arc<dyn FileTree>, Request), Failure> {
    let (tree, request) = asked_places(&options.places)?;
    let request = Request {
        policy: policy(options),
        fail_on: match options.fail_on {
            FailOn::Error => Some(Level::Error),
            FailOn::Warning => Some(Level::Warning),
            FailOn::Never => None,
        },
        baseline: options.baseline.as_deref().map(text_of),
        ..request
    };
    Ok((tree, request))
}

/// The files, and a request for only these places.
pub(crate) fn asked_places(options: &PathOptions) -> Result<(Arc<dyn FileTree>, Request), Failure> {
    let mut paths = Vec::new();
    let mut texts = SortedMap::new();
    for path in &options.paths {
        if path != "-" {
            paths.push(Named::Path(if cfg!(windows) { path.replace('\\', "/") } else { path.clone() }));
        } else if texts.is_empty() {
            let name = stdin_name(options)?;
            texts.insert(name.clone(), Some(read_stdin()?));
            let is_somewhere = options.stdin_filename.is_some();
            paths.push(if is_somewhere { Named::Path(name) } else { Named::Alone(name) });
        }
    }
    if options.stdin_filename.is_some() && texts.is_empty() {
        return Err(Failure::usage("`--stdin-filename` names standard input: give `-` as a path, too"));
    }
    let disk: Arc<dyn FileTree> = Arc::new(Disk::default());
    let tree = if texts.is_empty() { disk } else { Arc::new(Overlay { tree: disk, texts }) };
    let request = Request {
        paths,
        given: options.values.given.clone(),
        environment: environment(),
        workspace: std::env::var("TF_WORKSPACE").ok().filter(|workspace| !workspace.is_empty()),
        config: match &options.config {
            _ if options.no_config => ConfigChoice::None,
            Some(path) => ConfigChoice::File(text_of(path)),
            None => ConfigChoice::Nearest,
        },
        today: Some(output::today()),
        ..Request::default()
    };
    Ok((tree, request))
}

fn text_of(path: &std::path::Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The name of standard input in reports.
pub(crate) fn stdin_name(options: &PathOptions) -> Result<String, Failure> {
    let name = shown(options.stdin_filename.as_deref().unwrap_or("stdin.tfvars"));
    if is_values(&name) {
        return Ok(name);
    }
    Err(Failure::usage("standard input is a values file: `--stdin-filename` ends with `.tfvars` or `.tfvars.json`"))
}

fn read_stdin() -> Result<Vec<u8>, Failure> {
    let fail = |reason: String| FileError { path: "-".into(), reason };
    let mut bytes = Vec::new();
    // It may be endless, so there is a limit, as for files.
    let read = io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(|error| fail(reason(&error)))?;
    if bytes.len() as u64 > LARGEST {
        return Err(fail(format!("it is larger than {} MiB", LARGEST >> 20)).into());
    }
    Ok(bytes)
}

fn policy(options: &InputOptions) -> Policy {
    let trimmed = |ids: &[String]| ids.iter().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect();
    let levels: SortedMap<_, _> =
        options.level.iter().map(|level| (level.rule.trim().to_owned(), level.level)).collect();
    let (select, ignore): (_, Vec<String>) = (trimmed(&options.select), trimmed(&options.ignore));
    for Rule { id, .. } in catalogue().iter().filter(|rule| rule.always_runs()) {
        if levels.get(*id) == Some(&Level::Off) || ignore.iter().any(|ignored| ignored == id) {
            eprintln!("warning: `{id}` cannot be switched off: what cannot be read cannot be checked");
        }
    }
    Policy { select, ignore, levels, no_inline: options.no_inline_suppressions }
}

/// The variables `TF_VAR_*`, sorted.
pub(crate) fn environment() -> Vec<(String, String)> {
    let environment = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok()?;
        Some((name.strip_prefix("TF_VAR_")?.to_owned(), value.into_string().ok()?))
    });
    let mut environment: Vec<(String, String)> = environment.collect();
    environment.sort_unstable();
    environment
}

/// The values from the command line for one module, followed by another values file.
pub(crate) fn given(values: &ValueOptions, last: Option<&str>) -> Vec<Given> {
    values.given.iter().cloned().chain(last.map(|file| Given::File(file.to_owned()))).collect()
}
