//! The examples of the pages of the rules, and of the pages next to them that are for the tests alone.
//!
//! A block with `file=NAME` after its kind is one file of an example of several: the blocks of one kind that follow
//! each other without text between them, until a name repeats. A block without is `terraform.tfvars` alone.

use std::collections::BTreeMap;

use symlint_core::config::{self, Config};
use symlint_core::level::Level;
use symlint_core::policy::Policy;
use symlint_core::rule::Rule;
use symlint_rules::catalogue;
use symlint_terraform::{LoadOptions, Project};

/// Files, and what symlint must say about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Example {
    /// What it shows.
    pub(crate) kind: ExampleKind,
    /// In the order of the page.
    pub(crate) files: Vec<ExampleFile>,
    /// The file and the line (from 1) on which it starts.
    pub(crate) place: String,
    /// Whether the page shows it to people.
    pub(crate) is_shown: bool,
}

/// What an example shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExampleKind {
    /// Exactly the findings that its comments mark.
    Bad,
    /// None at all.
    Good,
    /// What `fix` turns into the bad one before it.
    Fixed,
}

/// A file of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExampleFile {
    /// Its path.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: String,
}

/// A finding that a comment in an example asks for: `# rule-id: text`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    /// The line on which the finding starts, from 1.
    pub(crate) line: u32,
    /// The rule.
    pub(crate) rule: String,
    /// The text at its primary location, up to the end of the line.
    pub(crate) text: String,
}

impl Example {
    /// The files as symlint would read them in a folder, or alone if there is only a values file.
    pub(crate) fn load(&self) -> (Project, Config) {
        load(self.files.iter().map(|file| (file.name.clone(), file.text.clone().into_bytes())).collect())
    }
}

/// Files as symlint would read them in a folder, or alone if there is only a values file.
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

/// The policy for the examples of `rule`: one that is off by default is on for them.
pub(crate) fn policy(rule: &Rule) -> Policy {
    let mut policy = Policy::default();
    if rule.page.level == Level::Off {
        policy.levels.insert(rule.id.to_owned(), Level::Warning);
    }
    policy
}

/// The examples of the page of `rule`, then those of its tests.
pub(crate) fn examples(rule: &Rule) -> Vec<Example> {
    let root = crate::root();
    let mut all = Vec::new();
    for (ending, is_shown) in [("md", true), ("tests.md", false)] {
        let name = format!("rules/src/{}/{}.{ending}", rule.group.name, rule.id);
        // Not every rule needs more than its page shows.
        if is_shown || root.join(&name).exists() {
            let page = std::fs::read_to_string(root.join(&name)).unwrap();
            all.extend(examples_in(&name, &page, is_shown));
        }
    }
    all
}

impl ExampleFile {
    /// The findings that the comments of the file ask for. A comment that stands alone speaks of the next line.
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
                // A comment that suppresses something has the same shape.
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
    /// Whether nothing but blank lines is between this block and the one before.
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
