//! The arguments, with the texts that `--help` shows.

use std::path::PathBuf;
use std::str::FromStr;

use clap::error::{ContextKind, ContextValue};
use clap::{ArgMatches, Args, FromArgMatches, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use symlint_core::level::Level;
use symlint_terraform::Given;

use crate::formats::{DiffFormat, Format, ReportOutput};

/// Finds mistakes in Terraform that would give engineers access to the AWS accounts of the wrong customer.
#[derive(Debug, Parser)]
#[command(name = "symlint", version = env!("SYMLINT_VERSION"), propagate_version = true, arg_required_else_help = true)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check root modules or values files
    Check(Box<CheckOptions>),
    /// Show which tenants, flows, and values files symlint found, and what it does not check
    Inspect(Box<InspectOptions>),
    /// Show who gains and who loses access through a change
    Diff(Box<DiffOptions>),
    /// Apply safe fixes
    Fix(Box<FixOptions>),
    /// Show the page of a rule, or the rules of a group
    Explain {
        /// A rule or a group, such as `role-account-mismatch` or `tenant`; `symlint rules` lists them
        rule: String,
    },
    /// List all rules
    Rules {
        /// How to print them
        #[arg(long, value_enum, default_value_t = RulesFormat::Human)]
        format: RulesFormat,
    },
    /// Write a `.symlint.hcl` with the settings that symlint needs, and with questions that only you can answer
    Init(InitOptions),
    /// Show the value of an expression, and where it was written
    Eval(Box<EvalOptions>),
    /// Print the completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page of symlint, or of one of its commands
    Man {
        /// The command; without one, the page is about symlint as a whole
        #[arg(value_name = "COMMAND")]
        name: Option<String>,
    },
}

/// What similar programs call `check`.
const CHECKS: &[&str] = &["lint", "scan", "run", "validate", "test", "audit", "analyze"];

/// The error for an option or a command that similar programs have, and what to use instead.
pub(crate) fn ours(error: &clap::Error) -> Option<(String, String)> {
    if let Some(ContextValue::String(command)) = error.get(ContextKind::InvalidSubcommand) {
        let is_path = std::path::Path::new(command).exists();
        let ours = match CHECKS.contains(&command.as_str()) {
            _ if is_path => format!("to check it, use `symlint check {command}`"),
            true => "use `symlint check`".to_owned(),
            false => return None,
        };
        return Some((format!("there is no command `{command}`"), ours));
    }
    let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) else { return None };
    // clap reads Terraform's `-var` as `-v -a -r`.
    let typed = std::env::args().find(|typed| argument == "-a" && typed.starts_with("-var"));
    let argument = typed.as_ref().unwrap_or(argument);
    let option = argument.split('=').next().unwrap_or(argument);
    let ours = match option {
        "--fix" => "use `symlint fix`; `symlint fix --diff` shows what it would change",
        "--exit-zero" | "--no-fail" | "--soft-fail" => "use `--fail-on never`",
        "-f" | "--json" | "--output-format" => "use `--format`, as in `symlint check --format json`",
        "--no-color" => "use `--color never`",
        "--strict" | "--warnings-as-errors" => "use `--fail-on warning`",
        "--since" | "--base" => "use `--new-since REF`, or `symlint diff --base REF` for changes of access",
        "--diff" => "use `symlint fix --diff`, or `symlint diff --base REF` for changes of access",
        "--show-fixes" | "--dry-run" => "use `symlint fix --diff`",
        "--unsafe-fixes" => "use `symlint fix --unsafe`",
        "-var" | "-var-file" => "use `--var NAME=VALUE` or `--var-file FILE`",
        "--output-file" | "--output" | "-o" | "--out" => "use `--format FORMAT=FILE`",
        "--show-files" | "--list-files" => "use `-v`, which shows which files are read",
        "--watch" => "run it again when files change, for example with `watchexec symlint check`",
        "--explain" => "use `symlint explain RULE`",
        "--list-rules" | "--list" => "use `symlint rules`",
        "--disable-rule" | "--disable" | "--exclude-rule" | "--skip-check" => "use `--ignore RULE`",
        "--enable-rule" | "--enable" | "--rule" | "--rules" | "--only" | "--check" => "use `--select RULE`",
        "--extend-select" => "use `--level RULE=warning`",
        "--exclude" | "--skip-path" => "set `exclude = [\"FOLDER\"]` in .symlint.hcl",
        "--recursive" | "--chdir" => "name the folder: everything below is searched",
        "--minimum-failure-severity" | "--minimum-severity" | "--min-severity" | "--severity" => {
            "use `--fail-on error|warning|never`"
        }
        _ => return None,
    };
    Some((format!("there is no option `{option}`"), ours.to_owned()))
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum RulesFormat {
    /// A table
    Human,
    /// A list of objects
    Json,
}

/// What to read, and with which configuration.
#[derive(Debug, Args)]
pub(crate) struct PathOptions {
    /// A folder with everything below it, a values file (`*.tfvars`, `*.tfvars.json`), any file of a module (the root
    /// modules that read it are checked), or `-` for a values file on standard input
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<String>,

    /// The configuration file [default: the nearest `.symlint.hcl` in the checked folder or above it]
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub(crate) config: Option<PathBuf>,

    /// Use no configuration file
    #[arg(long)]
    pub(crate) no_config: bool,

    #[command(flatten)]
    pub(crate) values: ValueOptions,

    /// The name of standard input in reports [default: stdin.tfvars]
    #[arg(long, value_name = "NAME")]
    pub(crate) stdin_filename: Option<String>,
}

/// Options that `check` and `fix` share.
#[derive(Debug, Args)]
pub(crate) struct InputOptions {
    #[command(flatten)]
    pub(crate) places: PathOptions,

    /// Run only these rules or groups (repeatable, or separated by commas); a rule that is off by default runs as a
    /// warning if it is named
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) select: Vec<String>,

    /// Do not run these rules or groups (repeatable, or separated by commas)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,

    /// Set the level of a rule or group to `error`, `warning`, or `off` (repeatable, or separated by commas)
    #[arg(long, value_name = "RULE=LEVEL", value_delimiter = ',')]
    pub(crate) level: Vec<RuleLevel>,

    /// Ignore suppressions in comments
    #[arg(long)]
    pub(crate) no_inline_suppressions: bool,

    /// Exit with 1 if there are findings at or above this level
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = FailOn::Error)]
    pub(crate) fail_on: FailOn,

    /// Ignore the findings in this file, which `check --write-baseline` wrote
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,

    /// When to use colors
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(crate) color: Color,

    /// Print findings only
    #[arg(long, short, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Also print which files were read
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
#[command(after_help = EVAL_HELP)]
pub(crate) struct EvalOptions {
    /// The folder of a root module, or a values file [default: .]
    #[arg(value_name = "PATH")]
    pub(crate) path: Option<String>,

    /// An expression in the root module, such as `var.customer_tenants["foo"]`; without one, each line of standard
    /// input is read as an expression
    #[arg(value_name = "EXPRESSION", allow_hyphen_values = true)]
    pub(crate) expression: Option<String>,

    /// How to print values
    #[arg(long, value_enum, default_value_t = EvalFormat::Human)]
    pub(crate) format: EvalFormat,

    #[command(flatten)]
    pub(crate) values: ValueOptions,
}

/// Values for the root module, in the order of the command line.
#[derive(Debug, Default)]
pub(crate) struct ValueOptions {
    pub(crate) given: Vec<Given>,
}

/// The options as clap sees them: each has only its own values.
#[derive(Debug, Args)]
struct ValueArguments {
    /// Load another values file; later options override earlier ones
    #[arg(long, value_name = "FILE")]
    var_file: Vec<String>,

    /// Set a variable; later options override earlier ones
    #[arg(long, value_name = "NAME=VALUE")]
    var: Vec<VariableOption>,
}

impl FromArgMatches for ValueOptions {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let places = |id: &str| matches.indices_of(id).into_iter().flatten();
        let files = matches.get_many::<String>("var_file").into_iter().flatten();
        let files = files.map(|file| Given::File(crate::disk::shown(file)));
        let values = matches.get_many::<VariableOption>("var").into_iter().flatten();
        let values = values.map(|VariableOption { name, value }| Given::Value(name.clone(), value.clone()));
        let mut given: Vec<(usize, Given)> = places("var_file").zip(files).chain(places("var").zip(values)).collect();
        given.sort_by_key(|(place, _)| *place);
        Ok(Self { given: given.into_iter().map(|(_, given)| given).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for ValueOptions {
    fn augment_args(command: clap::Command) -> clap::Command {
        ValueArguments::augment_args(command)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        ValueArguments::augment_args_for_update(command)
    }
}

const EVAL_HELP: &str = "\
A single argument is the path if such a file or folder exists, otherwise the expression. Values of sensitive variables \
are hidden. No provider is called: what only a provider knows is unknown, and so is everything that depends on it.

Exit codes:
  0  every expression has a value, or is unknown
  1  Terraform would reject one of them (with --format json, see the output)
  2  symlint could not do its work: bad usage or an unreadable file";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EvalFormat {
    /// As `terraform console` prints it, and where it comes from
    Human,
    /// One object per line
    Json,
}

#[derive(Debug, Args)]
#[command(after_help = CHECK_CODES)]
pub(crate) struct CheckOptions {
    /// The format of the report, and optionally the file to write it to [formats: human, concise, json, sarif, github,
    /// gitlab, junit, markdown]
    #[arg(long, value_name = "FORMAT[=FILE]")]
    pub(crate) format: Vec<ReportOutput<Format>>,

    #[command(flatten)]
    pub(crate) input: InputOptions,

    /// Show at most this many findings in the human report, or 0 for all [default: 50; above that, one finding of each
    /// rule is shown]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number)]
    pub(crate) max_findings: Option<usize>,

    /// List how many findings each rule has in the human report
    #[arg(long)]
    pub(crate) statistics: bool,

    /// Also compare the tenants with those of an earlier JSON report, for jobs that check one root module each
    /// (repeatable)
    #[arg(long, value_name = "REPORT.json")]
    pub(crate) with: Vec<PathBuf>,

    /// Fail only on findings that are new since the work tree branched off this git revision
    #[arg(long, value_name = "REF", conflicts_with = "write_baseline")]
    pub(crate) new_since: Option<String>,

    /// Write all findings to this file, to be used as a baseline
    #[arg(long, value_name = "FILE")]
    pub(crate) write_baseline: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = INIT_HELP)]
pub(crate) struct InitOptions {
    /// The folder to write the file for; everything below it is searched
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: String,

    /// Also accept all current findings: write them to FILE, so that `symlint check --baseline FILE` reports only new
    /// ones [default: symlint-baseline.json in the folder]
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub(crate) baseline: Option<Option<PathBuf>>,
}

const INIT_HELP: &str = "\
Writes nothing if no setting is needed, and never overwrites a file.

Exit codes:
  0  it wrote the file, or no setting is needed
  1  with --baseline, some findings cannot be accepted and remain
  2  symlint could not do its work: the file exists, nothing to check was found,
     or a file is unreadable";

#[derive(Debug, Args)]
#[command(after_help = INSPECT_HELP)]
pub(crate) struct InspectOptions {
    /// How to print it
    #[arg(long, value_enum, default_value_t = InspectFormat::Human)]
    pub(crate) format: InspectFormat,

    #[command(flatten)]
    pub(crate) places: PathOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum InspectFormat {
    /// For people
    Human,
    /// One object, which has a JSON Schema
    Json,
}

const INSPECT_HELP: &str = "\
The output contains names (of variables, attributes, modules, and tenants) and positions in files, but no values.

Exit codes:
  0  symlint ran, whether it found anything or not
  2  symlint could not do its work: bad usage or configuration, or an unreadable file";

#[derive(Debug, Args)]
#[command(
    after_help = DIFF_CODES,
    override_usage = "symlint diff --base REF [OPTIONS] [PATH]...\n       symlint diff [OPTIONS] OLD NEW",
    mut_arg("paths", |paths| paths.help(DIFF_PATHS)),
    mut_arg("fail_on", |level| level.help(DIFF_LEVEL))
)]
pub(crate) struct DiffOptions {
    /// Compare the work tree with the commit at which it branched off this git revision. Nothing is checked out, and no
    /// program that the repository configures is run
    #[arg(long, value_name = "REF")]
    pub(crate) base: Option<String>,

    /// The format of the report, and optionally the file to write it to [formats: human, json, markdown, summary]
    #[arg(long, value_name = "FORMAT[=FILE]")]
    pub(crate) format: Vec<ReportOutput<DiffFormat>>,

    /// Show at most this many entries of each list in the human report, or 0 for all; who crosses into another customer is
    /// always shown [default: 30]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number)]
    pub(crate) max_findings: Option<usize>,

    #[command(flatten)]
    pub(crate) input: InputOptions,
}

const DIFF_PATHS: &str = "\
With `--base`, what to compare, as for `check`; without it, OLD and NEW: two folders or files, before and after the change";

const DIFF_LEVEL: &str =
    "Exit with 1 if there are findings at or above this level that are new, or that the change hides";

#[derive(Debug, Args)]
#[command(after_help = FIX_CODES, mut_arg("fail_on", |level| level.help(FIX_LEVEL)))]
pub(crate) struct FixOptions {
    /// Show what would change, and write nothing
    #[arg(long)]
    pub(crate) diff: bool,

    /// Also apply suggestions, which a person must review
    #[arg(long = "unsafe")]
    pub(crate) suggestions: bool,

    #[command(flatten)]
    pub(crate) input: InputOptions,
}

const FIX_LEVEL: &str = "Exit with 1 if findings at or above this level remain";

const CHECK_CODES: &str = "\
Exit codes:
  0  no finding reached the --fail-on level
  1  some findings reached the --fail-on level
  2  symlint could not do its work: bad usage or configuration, an unreadable file, or
     nothing to check where there should be something";

const DIFF_CODES: &str = "\
Exit codes:
  0  no new finding reached the --fail-on level, whatever access changes
  1  some findings reached the --fail-on level that the old version does not have,
     or that the change hides from the check
  2  symlint could not do its work: bad usage or configuration, a revision that
     this clone does not have, an unreadable file, or nothing to check where
     there should be something";

const FIX_CODES: &str = "\
Exit codes:
  0  no remaining finding reached the --fail-on level; with --diff, no file would change
  1  some remaining findings reached the --fail-on level; with --diff, a file would change
  2  symlint could not do its work: bad usage or configuration, an unreadable file, or
     nothing to check where there should be something";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Errors
    Error,
    /// Errors and warnings
    Warning,
    /// Nothing
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set; everywhere if `CLICOLOR_FORCE` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

fn number(text: &str) -> Result<usize, &'static str> {
    text.parse().map_err(|_| "use a whole number, or 0 for all")
}

/// `NAME=VALUE`
#[derive(Debug, Clone)]
pub(crate) struct VariableOption {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl FromStr for VariableOption {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok(Self { name: name.trim().into(), value: value.into() }),
            _ => Err("use NAME=VALUE, such as `region=eu-west-1`".into()),
        }
    }
}

/// `RULE=LEVEL`
#[derive(Debug, Clone)]
pub(crate) struct RuleLevel {
    pub(crate) rule: String,
    pub(crate) level: Level,
}

impl FromStr for RuleLevel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (rule, level) = text.split_once('=').ok_or("use RULE=LEVEL, such as `sso-id-not-hex=off`")?;
        Ok(Self { rule: rule.into(), level: level.parse()? })
    }
}
