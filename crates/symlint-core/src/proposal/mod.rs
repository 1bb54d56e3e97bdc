//! Proposes a first `.symlint.hcl`: settings for what was found, and as comments, questions that only people can
//! answer.

mod mapping;
mod part;
mod questions;

use std::fmt::Write;

pub use part::{Proposal, ProposalPart};

use crate::config::Config;
use crate::tenants::Model;

/// The widest line of a comment.
const WIDTH: usize = 100;

impl Proposal {
    /// The proposed settings and questions for a configuration in `folder` that applies to all of `found`.
    pub(crate) fn of(found: &[(&Model<'_>, &Config)], folder: &str) -> Self {
        let mut proposal = Self::default();
        mapping::add(found, &mut proposal);
        questions::add(found, folder, &mut proposal);
        proposal
    }

    /// The proposal without the parts that contain a text for which `is_hidden` returns true.
    pub(crate) fn without(mut self, is_hidden: &dyn Fn(&str) -> bool) -> Self {
        let is_shown = |part: &ProposalPart| {
            let texts = part.choices.iter().flat_map(|(about, lines)| [about, lines]).chain([&part.summary]);
            !texts.into_iter().any(|text| is_hidden(text))
        };
        self.settings.retain(is_shown);
        self.questions.retain(is_shown);
        self
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.settings.is_empty() && self.questions.is_empty()
    }

    /// The proposal with only these settings. The others become questions.
    pub(crate) fn with(&self, kept: &[ProposalPart]) -> Self {
        let with_more = |(about, lines): &(String, String)| {
            (format!("{about} With these lines more is checked, and more findings are reported."), lines.clone())
        };
        let asked = self.settings.iter().filter(|part| !kept.contains(part)).map(|part| ProposalPart {
            summary: part.summary.clone(),
            choices: part.choices.iter().map(with_more).collect(),
        });
        Self { settings: kept.to_vec(), questions: asked.chain(self.questions.iter().cloned()).collect() }
    }

    pub fn text(&self) -> String {
        let mut text = String::new();
        let home = crate::report::repository();
        comment(&mut text, "What symlint cannot know by itself. `symlint inspect` shows what it found, and how.");
        comment(&mut text, &format!("All settings: {home}/blob/main/docs/configuration.md"));
        for part in &self.settings {
            for (about, lines) in &part.choices {
                text.push('\n');
                comment(&mut text, about);
                text.push_str(lines);
                text.push('\n');
            }
        }
        if !self.questions.is_empty() {
            text.push('\n');
            comment(&mut text, "Questions: uncomment what is true, and delete the rest.");
        }
        for part in &self.questions {
            for (about, lines) in &part.choices {
                text.push('\n');
                comment(&mut text, about);
                for line in lines.lines() {
                    let _ = writeln!(text, "# {line}");
                }
            }
        }
        text
    }
}

/// Adds a comment, wrapped between words.
fn comment(text: &mut String, about: &str) {
    let mut line = String::from("#");
    for word in about.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH && line.len() > 1 {
            let _ = writeln!(text, "{line}");
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(text, "{line}");
}
