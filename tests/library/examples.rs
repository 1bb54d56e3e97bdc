//! The examples on the rule pages, and those in the files next to them that only the tests read.
//!
//! A block with `file=NAME` after its kind is one file of an example with several files. The example consists of the
//! consecutive blocks of one kind, until a file name repeats. A block without a name is `terraform.tfvars`.

use std::collections::BTreeMap;

use symlint_core::config::{self, Config};
use symlint_core::level::Level;
use symlint_core::policy::Policy;
use symlint_core::rule::Rule;
use symlint_rules::catalogue;
use symlint_terraform::{LoadOptions, Project};

/// Files, and the findings that symlint must report in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Example {
    pub(crate) kind: ExampleKind,
    /// In the order of the page.
    pub(crate) files: Vec<ExampleFile>,
    /// The file and the line (from 1) on which it starts.
    pub(crate) place: String,
    /// Whether it is on the page, and not in the file for the tests.
    pub(crate) is_shown: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExampleKind {
    /// It has exactly the findings that its comments mark.
    Bad,
    /// It has no findings.
    Good,
    /// It is the result of fixing the bad example in front of it.
    Fixed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExampleFile {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// A finding that a comment in an example expects: `# rule-id: text`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    /// The line on which the finding starts, from 1.
    pub(crate) line: u32,
    pub(crate) rule: String,
    /// The text at its primary location, up to the end of the line.
    pub(crate) text: String,
}

impl Example {
    /// Loads the files as symlint does in a folder, or as a values file alone if there is only one.
    pub(crate) fn load(&self) -> (Project, Config) {
        load(self.files.iter().map(|file| (file.name.clone(), file.text.clone().into_bytes())).collect())
    }
}

/// Loads files as symlint does in a folder, or as a values file alone if there is only one.
pub(crate) fn load(mut files: BTreeMap<String, Vec<u8>>) -> (Project, Config) {
    let config = files.remove(".symlint.hcl");
    let is_module = files.keys().any(|name| name.ends_with(".tf") || name.ends_with(".tf.json"));
    let project = match files.first_key_value() {
        Some((name, bytes)) if !is_module => Project::from_values(name, bytes.clone()).unwrap(),
        _ => Project::load(files, ".", &LoadOptions::default()).unwrap(),
    };
    let config = config.map_or_else(Config::default, |bytes| {
        let file = project.sources().add(".symlint.hcl", bytes).unwrap();
        config::read(project.sources(), file, catalogue()).unwrap()
    });
    (project, config)
}

/// The policy for the examples of `rule`, in which a rule that is off by default is on.
pub(crate) fn policy(rule: &Rule) -> Policy {
    let mut policy = Policy::default();
    if rule.page.level == Level::Off {
        policy.levels.insert(rule.id.to_owned(), Level::Warning);
    }
    policy
}

/// The examples on the page of `rule`, followed by those for the tests.
pub(crate) fn examples(rule: &Rule) -> Vec<Example> {
    let root = crate::root();
    let mut all = Vec::new();
    for (ending, is_shown) in [("md", true), ("tests.md", false)] {
        let name = format!("rules/src/{}/{}.{ending}", rule.group.name, rule.id);
        // Some rules have no examples for the tests.
        if is_shown || root.join(&name).exists() {
            let page = std::fs::read_to_string(root.join(&name)).unwrap();
            all.extend(examples_in(&name, &page, is_shown));
        }
    }
    all
}

impl ExampleFile {
    /// The findings that the comments in the file expect. A comment on a line of its own is about the next line.
    pub(crate) fn marks(&self) -> Vec<Mark> {
        let mut marks = Vec::new();
        for (number, line) in (1..).zip(self.text.lines()) {
            let Some((before, comment)) = line.rsplit_once("# ") else { continue };
            let line = if before.trim().is_empty() { number + 1 } else { number };
            for mark in comment.split("; ") {
                let Some((rule, text)) =
                    mark.split_once(": ").or_else(|| mark.strip_suffix(':').map(|rule| (rule, "")))
                else {
                    continue;
                };
                // A suppression has the same form as a mark.
                if rule != "symlint-ignore"
                    && rule.contains('-')
                    && rule.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
                {
                    marks.push(Mark { line, rule: rule.to_owned(), text: text.trim_end().to_owned() });
                }
            }
        }
        marks
    }
}

struct Block {
    info: String,
    text: String,
    /// The line of the opening fence, from 0.
    start: usize,
    /// Whether only blank lines are between this block and the one before.
    follows: bool,
}

fn blocks(name: &str, page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    let mut follows = false;
    for (number, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                open = Some(Block { info: info.into(), text: String::new(), start: number, follows });
            }
            (None, None) => follows &= line.trim().is_empty(),
            (Some(_), Some(_)) => {
                blocks.extend(open.take());
                follows = true;
            }
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
        }
    }
    assert!(open.is_none(), "{name}: the last block does not end");
    blocks
}

fn examples_in(page_name: &str, page: &str, is_shown: bool) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut several = false;
    for block in blocks(page_name, page) {
        let place = format!("{page_name}:{}", block.start + 1);
        let mut words = block.info.split_whitespace().skip(1);
        let kind = match words.next() {
            Some("bad") => ExampleKind::Bad,
            Some("good") => ExampleKind::Good,
            Some("fixed") => ExampleKind::Fixed,
            Some("rule") | None => continue,
            Some(other) => panic!("{place}: `{other}` is not a kind of example"),
        };
        let name = words.next().map(|word| {
            word.strip_prefix("file=").unwrap_or_else(|| panic!("{place}: `{word}` is not `file=…`")).to_owned()
        });
        let is_one_of_several = name.is_some();
        let file = ExampleFile { name: name.unwrap_or_else(|| "terraform.tfvars".to_owned()), text: block.text };
        match examples.last_mut() {
            Some(last)
                if several
                    && is_one_of_several
                    && block.follows
                    && last.kind == kind
                    && last.files.iter().all(|other| other.name != file.name) =>
            {
                last.files.push(file);
            }
            _ => examples.push(Example { kind, files: vec![file], place, is_shown }),
        }
        several = is_one_of_several;
    }
    examples
}
