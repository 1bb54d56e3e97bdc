//! `symlint diff`, and the base of `symlint check --new-since`.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use symlint_core::coverage::Code;
use symlint_core::diff::{self, Diff, SideName, Uncompared};
use symlint_core::engine::{Engine, Named, Request, Side};
use symlint_core::report::{Problem, ProblemKind, ReportedGap, printable};
use symlint_rules::catalogue;
use symlint_terraform::FileTree;

use crate::args::{DiffOptions, InputOptions};
use crate::disk::{Disk, shown};
use crate::excerpt::printable_in_color;
use crate::formats::{DiffFormat, ReportOutput};
use crate::human_diff::human;
use crate::output::{self, Failure};
use crate::repository::Repository;
use crate::request::asked;
use crate::revision::{Revision, Submodules};

/// Compares what the options name, and writes the reports.
pub(crate) fn run(options: &DiffOptions) -> Result<ExitCode, Failure> {
    let input = &options.input;
    let outputs = outputs(options)?;
    if input.places.paths.iter().any(|path| path == "-") || input.places.stdin_filename.is_some() {
        return Err(Failure::usage("`diff` does not read standard input: name folders or files"));
    }
    let engine = Engine::new(catalogue());
    let diff = match (&options.base, input.places.paths.as_slice()) {
        (Some(base), _) => {
            let (tree, request) = asked(input)?;
            let Since { old, new, base, unread, .. } =
                since(base, &input.places.paths, tree, request, (Submodules::AsTheyAre, TWO_FOLDERS))?;
            let mut diff = engine.diff(&old, &new, None, base)?;
            for path in &input.places.paths {
                if old.tree.kind(&shown(path))?.is_none() && new.tree.kind(&shown(path))?.is_some() {
                    let reason = format!(
                        "there was no `{path}`, so everything in it is new; if it was moved, name the folder above"
                    );
                    diff.not_compared.push(Uncompared {
                        side: SideName::Old,
                        run: None,
                        gap: ReportedGap::new(Code::LeftOut, reason, false),
                    });
                }
            }
            let unread = unread.into_iter().map(|gap| Uncompared { side: SideName::Both, run: None, gap });
            diff.not_compared.extend(unread);
            diff
        }
        (None, [old, new]) => {
            let (tree, request) = asked(input)?;
            let side = |path: &String| Side {
                tree: Arc::clone(&tree),
                request: Request { paths: vec![Named::Path(path.clone())], ..request.clone() },
            };
            for path in [old, new] {
                if tree.kind(&shown(path))?.is_none() {
                    return Err(missing(path).into());
                }
            }
            let tops = [old, new].map(|path| shown(path));
            engine.diff(&side(old), &side(new), Some([&tops[0], &tops[1]]), format!("`{}`", tops[0]))?
        }
        (None, paths) => {
            let what =
                if paths.len() > 2 { "only two folders can be compared" } else { "there is nothing to compare with" };
            let help = "pass a git revision with `--base REF`, or two folders: `symlint diff OLD NEW`";
            return Err(Problem::new(ProblemKind::Usage, what).help(help).into());
        }
    };
    for output in &outputs {
        let mut writing = |to: &mut dyn Write| match output.format {
            DiffFormat::Human => {
                to.write_all(printable_in_color(&human(&diff, options, output.file.is_none())).as_bytes())
            }
            DiffFormat::Json => diff::json(&diff, to),
            DiffFormat::Markdown => diff::markdown(&diff, to),
            DiffFormat::Summary => diff::markdown_summary(&diff, to),
        };
        output.write(&mut writing)?;
    }
    say_problems(&diff);
    Ok(ExitCode::from(diff.summary.exit_code))
}

fn say_problems(diff: &Diff) {
    diff.problems.iter().for_each(output::print_problem);
    for problem in &diff.base_problems {
        let text = format!("warning: before the change, not everything could be checked: {problem}");
        eprintln!("{}", printable(&text));
    }
}

fn missing(path: &str) -> Problem {
    Problem::new(ProblemKind::Unreadable, format!("cannot read {path}: there is no such file or folder"))
}

/// The base that the work tree is compared with.
pub(crate) struct Since {
    /// The files of the commit from which the work tree and the revision branched off.
    pub(crate) old: Side,
    pub(crate) new: Side,
    /// A description of that commit.
    pub(crate) base: String,
    /// Parts of the base that cannot be read, or are not compared.
    pub(crate) unread: Vec<ReportedGap>,
    /// Whether everything that may have changed can be read.
    pub(crate) is_whole: bool,
}

const TWO_FOLDERS: &str = "compare two folders: `symlint diff OLD NEW`";

/// `instead` is what can be done without a repository.
pub(crate) fn since(
    revision: &str,
    paths: &[String],
    tree: Arc<dyn FileTree>,
    request: Request,
    (submodules, instead): (Submodules, &str),
) -> Result<Since, Failure> {
    let disk: Arc<dyn FileTree> = Arc::new(Disk::default());
    let repository = Repository::around(paths, disk.as_ref(), instead)?;
    let base = repository.base(revision)?;
    let before = Revision::of(repository, &base.commit, disk, submodules)?;
    let mut unread: Vec<(String, bool)> = before.submodules().collect();
    let is_whole = unread.iter().all(|(_, may_have_changed)| !may_have_changed);
    if base.count > 1 {
        let reason = "and the checked-out commit were merged into each other, so they branched off at";
        let help = "only one was compared; merge once more so that there is one";
        unread.push((format!("`{revision}` {reason} {} commits, of which {help}", base.count), true));
    }
    let gap = |(reason, is_surprise)| ReportedGap::new(Code::LeftOut, reason, is_surprise);
    let unread = unread.into_iter().map(gap).collect();
    let old = Side { tree: Arc::new(before), request: request.clone() };
    Ok(Since { old, new: Side { tree, request }, base: base.name, unread, is_whole })
}

/// The paths that `--new-since` compares.
pub(crate) fn compared(options: &InputOptions) -> Result<Vec<String>, Failure> {
    if options.places.paths.iter().any(|path| path == "-") && options.places.stdin_filename.is_none() {
        return Err(Failure::usage(
            "`--new-since` cannot tell what standard input was before: name its file with `--stdin-filename`",
        ));
    }
    let name = |path: &String| match path.as_str() {
        "-" => options.places.stdin_filename.clone().unwrap_or_default(),
        path => path.to_owned(),
    };
    Ok(options.places.paths.iter().map(name).collect())
}

/// The outputs to write: the human report on standard output, unless another format goes there.
fn outputs(options: &DiffOptions) -> Result<Vec<ReportOutput<DiffFormat>>, Failure> {
    let mut outputs = options.format.clone();
    if !output::has_printed(&outputs, "diff.json")? {
        outputs.insert(0, ReportOutput { format: DiffFormat::Human, file: None });
    }
    Ok(outputs)
}
