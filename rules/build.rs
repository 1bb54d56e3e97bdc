//! Reads the pages of the rules, so that the program does not have to: `pages.rs` has a constant for each of them. A
//! page without the shape of one does not compile.
//!
//! ````text
//! # rule-id
//!
//! ```hcl rule
//! level   = "error"
//! summary = "what it finds, in one line"
//! help    = "what to do, and what happens if it stays"
//! fix     = "safe" # or "suggestion": how its findings can be fixed, if some can
//! ```
//!
//! What it checks, why it matters, how to fix it, sources.
//!
//! **Wrong:**
//!
//! ```hcl bad
//! … # rule-id: the text that is wrong
//! ```
//!
//! **Right:**
//!
//! ```hcl good
//! …
//! ```
//! ````
//!
//! There is at most one wrong and one right example; `hcl fixed` in place of `hcl good` is the result of fixing the
//! wrong one. Examples that nobody but the tests reads are in `rule-id.tests.md`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use serde::Deserialize;

/// A longer page is not read on a screen, or in the sidebar of a code review.
const MOST_LINES: usize = 150;

const WRONG: &str = "**Wrong:**";
const RIGHT: &str = "**Right:**";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    level: Level,
    summary: String,
    help: Option<String>,
    fix: Option<Fixable>,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "lowercase")]
enum Fixable {
    Safe,
    Suggestion,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "lowercase")]
enum Level {
    Off,
    Warning,
    Error,
}

/// A mistake in a page, and its line number, which counts from 1.
struct PageMistake(usize, String);

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=src");
    let repository = env::var("CARGO_PKG_REPOSITORY").unwrap_or_default();
    let mut constants = String::new();
    for path in pages()? {
        let text = fs::read_to_string(&path)?;
        let shown = path.display();
        let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match constant(&id, &text, &format!("{repository}/blob/main/rules/{}", slashes(&path))) {
            Ok(constant) => constants.push_str(&constant),
            Err(PageMistake(line, message)) => println!("cargo::error=rules/{shown}:{line}: {message}"),
        }
    }
    fs::write(Path::new(&env::var("OUT_DIR").unwrap_or_default()).join("pages.rs"), constants)
}

/// All pages, which are in the folders of their groups.
fn pages() -> io::Result<Vec<PathBuf>> {
    let mut pages = Vec::new();
    for group in fs::read_dir("src")? {
        let group = group?.path();
        if group.is_dir() {
            for file in fs::read_dir(group)? {
                let file = file?.path();
                let name = file.to_string_lossy();
                if name.ends_with(".md") && !name.ends_with(".tests.md") {
                    pages.push(file);
                }
            }
        }
    }
    pages.sort();
    Ok(pages)
}

fn slashes(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// The constant for a page, in the rule's module.
fn constant(id: &str, page: &str, address: &str) -> Result<String, PageMistake> {
    // Git may have converted the line endings to those of Windows.
    let page = page.replace("\r\n", "\n");
    let lines: Vec<&str> = page.lines().collect();
    if lines.first() != Some(&format!("# {id}").as_str()) {
        return Err(PageMistake(1, format!("a page begins with its rule's id: `# {id}`")));
    }
    if lines.len() > MOST_LINES {
        let message = format!("a page has at most {MOST_LINES} lines: put examples into {id}.tests.md");
        return Err(PageMistake(MOST_LINES + 1, message));
    }
    let blocks = blocks(&lines)?;
    let Some(head) = blocks.first().filter(|block| block.info == "hcl rule") else {
        return Err(PageMistake(2, "the first block of a page is `hcl rule`".into()));
    };
    let Head { level, summary, help, fix } = read_head(head, &lines)?;
    check_examples(blocks.get(1..).unwrap_or_default(), &lines)?;
    // Of the two blank lines around the head, only one stays.
    let shown = lines.iter().take(head.start).chain(lines.iter().skip(head.end + 2));
    let text: String = shown.map(|line| unmarked(line) + "\n").collect();
    let brief = text.split_once("\n```").map_or(text.as_str(), |(brief, _)| brief);
    let mut constant = String::new();
    let fix = fix.map_or("None".into(), |fix| format!("Some(Fixable::{fix:?})"));
    write!(
        constant,
        "pub(crate) const {}: Page = Page {{\n    level: Level::{level:?},\n    summary: {summary:?},\n    \
         help: {help:?},\n    fix: {fix},\n    \
         text: if cfg!(feature = \"pages\") {{ {text:?} }} else if cfg!(feature = \"briefs\") {{ {brief:?} }} else {{ \"\" }},\n    \
         address: {address:?},\n}};\n\n",
        id.replace('-', "_")
    )
    .map_err(|error| PageMistake(1, error.to_string()))?;
    Ok(constant)
}

/// A line of an example without the comment that marks a finding for the tests, `# rule-id: the text that is wrong`.
fn unmarked(line: &str) -> String {
    let is_id = |id: &str| id.contains('-') && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let is_mark = |comment: &str| comment.split_once(':').is_some_and(|(id, _)| id != "symlint-ignore" && is_id(id));
    match line.rsplit_once("# ") {
        Some((code, comment)) if is_mark(comment) => format!("{code}# wrong"),
        _ => line.to_owned(),
    }
}

/// A fenced block. Its lines are those between the fences, counted from 0.
struct FencedBlock<'p> {
    info: &'p str,
    start: usize,
    end: usize,
}

fn blocks<'p>(lines: &[&'p str]) -> Result<Vec<FencedBlock<'p>>, PageMistake> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, &str)> = None;
    for (number, line) in lines.iter().enumerate() {
        let Some(info) = line.strip_prefix("```") else { continue };
        open = match open {
            None => Some((number, info)),
            Some((start, opened)) if info.is_empty() => {
                blocks.push(FencedBlock { info: opened, start, end: number });
                None
            }
            Some(_) => return Err(PageMistake(number + 1, "the block before this one does not end".into())),
        };
    }
    match open {
        Some((start, _)) => Err(PageMistake(start + 1, "this block does not end".into())),
        None => Ok(blocks),
    }
}

fn read_head(block: &FencedBlock<'_>, lines: &[&str]) -> Result<Head, PageMistake> {
    let text: String = lines.iter().take(block.end).skip(block.start + 1).flat_map(|line| [line, "\n"]).collect();
    let head: Head = hcl::from_str(&text).map_err(|error| match error {
        hcl::Error::Parse(error) => {
            PageMistake(block.start + 1 + error.location().line(), format!("in the head: {}", error.message()))
        }
        other => PageMistake(block.start + 1, format!("in the head: {other}")),
    })?;
    for (name, text) in [("summary", Some(&head.summary)), ("help", head.help.as_ref())] {
        if text.is_some_and(|text| text.trim().is_empty() || text.contains('\n')) {
            return Err(PageMistake(block.start + 1, format!("the {name} is one line of text")));
        }
    }
    Ok(head)
}

/// Checks that each example has a caption, and that there is at most one of each kind.
fn check_examples(blocks: &[FencedBlock<'_>], lines: &[&str]) -> Result<(), PageMistake> {
    let mut seen: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut caption = "";
    let mut last_end = None;
    for block in blocks {
        let mistake = |message: String| Err(PageMistake(block.start + 1, message));
        let mut words = block.info.split_whitespace().skip(1);
        let Some(kind) = words.next() else { continue };
        let expected = match kind {
            "bad" => WRONG,
            "good" | "fixed" => RIGHT,
            _ => return mistake(format!("`{kind}` is not a kind of example: use `bad`, `good` or `fixed`")),
        };
        let file = match words.next().map(|word| word.strip_prefix("file=")) {
            None => "",
            Some(Some(file)) => file,
            Some(None) => return mistake("only `file=NAME` may follow the kind of an example".into()),
        };
        let between = lines.iter().take(block.start).skip(last_end.map_or(0, |end: usize| end + 1));
        let mut captions =
            between.filter_map(|line| [WRONG, RIGHT].into_iter().find(|caption| line.starts_with(caption)));
        caption = captions.next_back().unwrap_or(caption);
        if caption != expected {
            return mistake(format!("the caption `{expected}` is missing in front of this example"));
        }
        let files = seen.entry(expected).or_default();
        if !files.is_empty() && (file.is_empty() || files.contains(&"") || files.contains(&file)) {
            return mistake("a page shows one wrong and one right example: move others to the tests".into());
        }
        files.push(file);
        last_end = Some(block.end);
    }
    if seen.contains_key(WRONG) {
        Ok(())
    } else {
        Err(PageMistake(lines.len(), "the page shows no wrong example".into()))
    }
}
