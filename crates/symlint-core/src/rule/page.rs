//! The page of a rule: metadata, documentation and tests in one Markdown file.
//!
//! ````text
//! # rule-id
//!
//! ```hcl rule
//! level   = "error"
//! summary = "what it finds, in one line"
//! help    = "what happens if it stays, and what to do"
//! ```
//!
//! What it checks, why it matters, how to fix it, sources.
//!
//! ```hcl bad
//! … # rule-id: the text that is wrong
//! ```
//!
//! ```hcl good
//! …
//! ```
//! ````
//!
//! A block with `file=NAME` behind its kind is one file of an example of several: the blocks of one kind that follow
//! each other without text between them, until a name repeats. A block without is `terraform.tfvars` alone.

use symlint_terraform::syntax::{self, Expr, ExprKind};
use symlint_terraform::{FileError, Sources};

use super::Level;

/// What the page of a rule says.
#[derive(Debug)]
pub struct Page {
    /// How bad its findings are, unless configured otherwise.
    pub level: Level,
    /// What it finds, in one line.
    pub summary: String,
    /// What happens if a finding stays, and what to do, in one line.
    pub help: Option<String>,
    rule: &'static str,
    markdown: &'static str,
}

/// A page that has not the shape of one.
#[derive(Debug, thiserror::Error)]
#[error("the page of {rule}: {reason}")]
pub struct PageError {
    rule: &'static str,
    reason: String,
}

/// Files, and what symlint must say about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// What it shows.
    pub kind: ExampleKind,
    /// In the order of the page.
    pub files: Vec<ExampleFile>,
    /// The line of the page (from 1) on which it starts.
    pub line: usize,
}

/// What an example shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExampleKind {
    /// Exactly the findings that its comments mark.
    Bad,
    /// None at all.
    Good,
    /// What `fix` makes of the bad one before it.
    Fixed,
}

/// A file of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleFile {
    /// Its path.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A finding that a comment in an example asks for: `# rule-id: text`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// The line on which the finding starts, from 1.
    pub line: u32,
    /// The rule.
    pub rule: String,
    /// The text at its primary location, up to the end of the line.
    pub text: String,
}

impl Page {
    /// Reads the head of the page of the rule `id`; the rest is read when it is asked for.
    ///
    /// # Errors
    ///
    /// If the page does not begin with `# id` and a `hcl rule` block with `level` and `summary`.
    pub fn parse(id: &'static str, page: &'static str) -> Result<Self, PageError> {
        let error = |reason: String| PageError { rule: id, reason };
        let title = page.lines().next().unwrap_or_default();
        if title.strip_prefix("# ") != Some(id) {
            return Err(error(format!("it begins with `{title}`, not with `# {id}`")));
        }
        let (_, head) = page.split_once(HEAD).ok_or_else(|| error("it has no `hcl rule` block".into()))?;
        let (head, _) = head.split_once(FENCE).unwrap_or((head, ""));
        let fields = read_head(head).map_err(|reason| error(reason.to_string()))?;
        let field = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
        let level = field("level").ok_or_else(|| error("its head has no `level`".into()))?;
        Ok(Self {
            level: level.parse().map_err(error)?,
            summary: field("summary").ok_or_else(|| error("its head has no `summary`".into()))?,
            help: field("help"),
            rule: id,
            markdown: page,
        })
    }

    /// The text for people: everything but the head.
    pub fn text(&self) -> String {
        let (before, head) = self.markdown.split_once(HEAD).unwrap_or((self.markdown, ""));
        let (_, behind) = head.split_once(FENCE).unwrap_or_default();
        // One blank line is left of the two around the head.
        format!("{before}{}", behind.trim_start_matches('\n'))
    }

    /// What the tests run.
    ///
    /// # Errors
    ///
    /// If the words behind a fence are not those of an example.
    pub fn examples(&self) -> Result<Vec<Example>, PageError> {
        examples(&blocks(self.markdown)).map_err(|reason| PageError { rule: self.rule, reason })
    }
}

/// How the head of a page begins.
const HEAD: &str = "```hcl rule\n";

/// How a block ends.
const FENCE: &str = "```\n";

impl ExampleFile {
    /// The findings that the comments of the file ask for. A comment that stands alone speaks of the next line.
    pub fn marks(&self) -> Vec<Mark> {
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
    /// Whether nothing but blank lines stands between this block and the one before.
    follows: bool,
}

fn blocks(page: &str) -> Vec<Block> {
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
    blocks
}

fn read_head(text: &str) -> Result<Vec<(String, String)>, FileError> {
    let sources = Sources::new();
    let file = sources.add("head", text.as_bytes().to_vec())?;
    let tree = syntax::read(file, &sources.get(file));
    let attributes = tree.body.attributes.iter();
    Ok(attributes.filter_map(|attribute| Some((attribute.name.text.to_string(), string(&attribute.value)?))).collect())
}

fn string(expr: &Expr) -> Option<String> {
    if let ExprKind::String(literal) = &expr.kind { Some(literal.text.to_string()) } else { None }
}

fn examples(blocks: &[Block]) -> Result<Vec<Example>, String> {
    let mut examples: Vec<Example> = Vec::new();
    let mut several = false;
    for block in blocks {
        let mut words = block.info.split_whitespace().skip(1);
        let kind = match words.next() {
            Some("bad") => ExampleKind::Bad,
            Some("good") => ExampleKind::Good,
            Some("fixed") => ExampleKind::Fixed,
            Some("rule") | None => continue,
            Some(other) => return Err(format!("`{other}` is no kind of example")),
        };
        let name = words.next().map(|word| word.strip_prefix("file=").ok_or(format!("`{word}` is not `file=…`")));
        let name = name.transpose()?;
        let file = ExampleFile { name: name.unwrap_or("terraform.tfvars").to_owned(), text: block.text.clone() };
        match examples.last_mut() {
            Some(last)
                if several
                    && name.is_some()
                    && block.follows
                    && last.kind == kind
                    && last.files.iter().all(|other| other.name != file.name) =>
            {
                last.files.push(file);
            }
            _ => examples.push(Example { kind, files: vec![file], line: block.start + 1 }),
        }
        several = name.is_some();
    }
    Ok(examples)
}
