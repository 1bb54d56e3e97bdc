//! `symlint eval`: shows the value of an expression, and where it comes from.

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;
use symlint_core::engine::{Named, Request, fenced, parent};
use symlint_core::report::{Location, printable};
use symlint_terraform::{
    Evaluator, FileError, FileTree, LoadOptions, Makeup, Project, Span, Value, is_configuration, is_values, show,
    show_type, syntax, to_json,
};

use crate::args::{EvalFormat, EvalOptions};
use crate::disk::{Disk, reason, shown};
use crate::output::{self, Failure};
use crate::request::{environment, given};

/// How many places are listed for one value.
const MOST_ORIGINS: usize = 100;

/// The result of an expression, in the form of the JSON output.
#[derive(Debug, Serialize)]
struct Evaluated {
    expression: String,
    /// The text that `terraform console` prints; null if there is an error.
    shown: Option<String>,
    /// The value, with null for unknown and sensitive parts.
    value: Box<RawValue>,
    /// The type as a type constraint; null if the value is unknown.
    #[serde(rename = "type")]
    ty: Option<String>,
    /// Why the value is unknown, if it is.
    unknown: Option<String>,
    /// Why Terraform would reject the expression, if it would.
    error: Option<String>,
    origins: Vec<ReportedOrigin>,
}

/// Where a value, or a part that it was built from, is written.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct ReportedOrigin {
    /// The path to it, if it was reached through a variable, local, or module call.
    path: Option<String>,
    location: Location,
}

/// Evaluates the expression, or those on standard input, and prints the results.
pub(crate) fn run(options: &EvalOptions) -> Result<ExitCode, Failure> {
    let (path, expression) = match (&options.path, &options.expression) {
        // A single argument may be the path or the expression.
        (Some(only), None) if std::fs::metadata(only).is_err() => (None, Some(only)),
        (path, expression) => (path.as_deref(), expression.as_ref()),
    };
    let project = load(path.unwrap_or("."), options)?;
    let mut refused = false;
    if let Some(expression) = expression {
        refused |= evaluate(&project, expression, options.format)?;
        let may_be_path = expression.chars().all(|c| c.is_ascii_alphanumeric() || "_-/".contains(c));
        if refused && may_be_path && options.expression.is_none() {
            eprintln!("help: there is no file or folder `{expression}`, so it was read as an expression");
        }
    } else {
        if std::io::stdin().is_terminal() {
            eprintln!("enter one expression on each line, such as `var.customer_tenants`; Ctrl-D ends");
        }
        for line in std::io::stdin().lock().split(b'\n') {
            let line = line.map_err(|error| FileError { path: "-".into(), reason: reason(&error) })?;
            let line = String::from_utf8_lossy(&line);
            if !line.trim().is_empty() {
                refused |= evaluate(&project, line.trim(), options.format)?;
            }
        }
    }
    Ok(ExitCode::from(u8::from(refused && options.format == EvalFormat::Human)))
}

fn load(path: &str, options: &EvalOptions) -> Result<Project, Failure> {
    let name = shown(path);
    let metadata =
        std::fs::metadata(path).map_err(|error| FileError { path: path.to_owned(), reason: reason(&error) })?;
    let (folder, last) = match (metadata.is_dir(), is_values(&name)) {
        (true, _) => (name.clone(), None),
        (false, true) => (parent(&name).to_owned(), Some(name.as_str())),
        (false, false) => {
            return Err(Failure::usage(format!(
                "cannot evaluate in `{path}`, which is neither a folder nor a values file"
            )));
        }
    };
    let disk: Arc<dyn FileTree> = Arc::new(Disk::default());
    let given = given(&options.values, last);
    let request = Request { paths: vec![Named::Path(name.clone())], given: given.clone(), ..Request::default() };
    let disk = fenced(&disk, &request)?;
    let names = disk.list(&folder)?.unwrap_or_default();
    let is_module = names.iter().any(|name| is_configuration(name));
    let project = match last {
        Some(file) if !is_module => Project::from_values(file, disk.read(file)?.unwrap_or_default())?,
        _ => {
            let around = LoadOptions {
                given,
                environment: environment(),
                workspace: Some(workspace(disk.as_ref(), &folder)?),
                cwd: cwd(&folder),
                terraform: false,
            };
            Project::load(disk, &folder, &around)?
        }
    };
    let warn = |warning: String| eprintln!("{}", printable(&format!("warning: {warning}")));
    project.unreadable().iter().for_each(|error| warn(error.to_string()));
    for error in project.files().iter().flat_map(|loaded| &loaded.file.errors) {
        warn(format!("{}: {}", place(&project, error.span), error.message));
    }
    for error in project.errors() {
        warn(format!("{}: {}", place(&project, error.span), error.message));
    }
    Ok(project)
}

/// The workspace that Terraform uses in `folder`.
fn workspace(disk: &dyn FileTree, folder: &str) -> Result<String, Failure> {
    if let Ok(workspace) = std::env::var("TF_WORKSPACE")
        && !workspace.is_empty()
    {
        return Ok(workspace);
    }
    let selected = disk.read(&format!("{folder}/.terraform/environment"))?.unwrap_or_default();
    let selected = String::from_utf8_lossy(&selected).trim().to_owned();
    Ok(if selected.is_empty() { "default".to_owned() } else { selected })
}

fn cwd(folder: &str) -> Option<String> {
    let path = std::fs::canonicalize(folder).ok()?;
    path.to_str().map(|path| path.replace('\\', "/"))
}

/// Prints the result of `expression`, and returns whether Terraform would reject it.
fn evaluate(project: &Project, expression: &str, format: EvalFormat) -> Result<bool, Failure> {
    let evaluated = evaluated(project, expression)?;
    match format {
        EvalFormat::Json => {
            let mut line = serde_json::to_string(&evaluated)
                .map_err(|error| Failure::usage(format!("cannot write the value: {error}")))?;
            line.push('\n');
            output::print(&line)?;
        }
        EvalFormat::Human => match &evaluated.error {
            Some(error) => output::print_problem(error),
            None => output::print(&printable(&human(&evaluated)))?,
        },
    }
    Ok(evaluated.error.is_some())
}

fn evaluated(project: &Project, expression: &str) -> Result<Evaluated, Failure> {
    let null = || RawValue::NULL.to_owned();
    let mut result = Evaluated {
        expression: expression.to_owned(),
        shown: None,
        value: null(),
        ty: None,
        unknown: None,
        error: None,
        origins: Vec::new(),
    };
    let file = project.sources().add("expression", expression.as_bytes().to_vec())?;
    let parsed = match syntax::read_expression(file, &project.sources().get(file)) {
        Ok(parsed) => parsed,
        Err(error) => {
            result.error = Some(format!("{}: {}", place(project, error.span), error.message));
            return Ok(result);
        }
    };
    // Each expression has its own evaluator, so that all of its errors are reported.
    let evaluator = Evaluator::new(project);
    let value = evaluator.evaluate(&evaluator.root(), &parsed);
    let refusals = evaluator.refusals();
    if let Some(error) = refusals.first() {
        result.error = Some(format!("{}: {}", place(project, error.span), error.message));
        return Ok(result);
    }
    let too_long = || Failure::usage("the value is too long to be shown");
    result.shown = Some(show(&value).ok_or_else(too_long)?);
    result.origins = origins(project, &value);
    match value.as_unknown() {
        Some(unknown) => {
            result.unknown = Some(format!("{} ({})", unknown.reason, place(project, unknown.span)));
        }
        None => {
            result.ty = Some(show_type(&evaluator.type_of(&value)));
            let json = to_json(&value).ok_or_else(too_long)?;
            result.value = RawValue::from_string(json).unwrap_or_else(|_| null());
        }
    }
    Ok(result)
}

/// Where the value is written, or if it was built from parts, where these are written.
fn origins(project: &Project, value: &Value) -> Vec<ReportedOrigin> {
    let mut found: Vec<ReportedOrigin> = Vec::new();
    value.origin.each_source(&mut |origin| {
        let is_end = origin.path.is_some() || matches!(origin.makeup, Makeup::Written(_));
        if is_end && found.len() < MOST_ORIGINS {
            let path = origin.path.as_ref().map(ToString::to_string);
            let reported = ReportedOrigin { path, location: location(project, origin.span) };
            if !found.contains(&reported) {
                found.push(reported);
            }
        }
    });
    if found.is_empty() {
        found.push(ReportedOrigin { path: None, location: location(project, value.origin.span) });
    }
    found
}

fn location(project: &Project, span: Span) -> Location {
    Location::of(span, &project.sources().get(span.file))
}

fn place(project: &Project, span: Span) -> String {
    let Location { file, start, .. } = location(project, span);
    format!("{file}:{}:{}", start.line, start.column)
}

fn human(evaluated: &Evaluated) -> String {
    let mut text = evaluated.shown.clone().unwrap_or_default();
    text.push('\n');
    if let Some(unknown) = &evaluated.unknown {
        text.push_str(&format!("  unknown: {unknown}\n"));
    }
    for origin in &evaluated.origins {
        let Location { file, start, .. } = &origin.location;
        let path = origin.path.as_deref().map(|path| format!("{path}, ")).unwrap_or_default();
        let file = file.replace(char::is_control, " ");
        text.push_str(&format!("  from {path}{file}:{}:{}\n", start.line, start.column));
    }
    text
}
