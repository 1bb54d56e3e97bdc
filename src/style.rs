//! The style of the human report: its colors, its width, and its characters.

use std::io::{self, IsTerminal};

use miette::GraphicalTheme;
use owo_colors::{OwoColorize, Style as Paint};
use symlint_core::level::Level;
use symlint_core::report::LINES_TO_PASTE;

use crate::args::{Color, InputOptions};

/// The style of the report.
#[derive(Debug, Clone)]
pub(crate) struct Style {
    pub(crate) color: bool,
    /// Whether the reader's terminal can show more than ASCII.
    pub(crate) unicode: bool,
    /// The width in columns.
    pub(crate) width: usize,
    /// Whether to leave out the last lines.
    pub(crate) quiet: bool,
    /// The number of findings to show, or 0 for all. If it is `None`, too many findings are summed up.
    pub(crate) most: Option<usize>,
    /// Whether to list the number of findings of each rule.
    pub(crate) statistics: bool,
}

impl Style {
    /// The style for standard output. A file gets the same text on every machine.
    pub(crate) fn new(options: &InputOptions, to_stdout: bool) -> Self {
        Self {
            color: to_stdout && use_color(options.color),
            unicode: !to_stdout || has_unicode(|name| std::env::var(name).ok()),
            width: if to_stdout { width() } else { PLAIN_WIDTH },
            quiet: options.quiet,
            most: Some(0),
            statistics: false,
        }
    }

    /// miette's theme. The colors of the labels are set for each excerpt.
    pub(crate) fn theme(&self) -> GraphicalTheme {
        match (self.unicode, self.color) {
            (true, true) => GraphicalTheme::unicode(),
            (true, false) => GraphicalTheme::unicode_nocolor(),
            (false, true) => GraphicalTheme::ascii(),
            (false, false) => GraphicalTheme::none(),
        }
    }

    /// Findings are red or yellow, context (no level) is blue.
    pub(crate) fn paint(&self, level: Option<Level>) -> Paint {
        let paint = Paint::new();
        match level {
            _ if !self.color => paint,
            Some(Level::Error) => paint.red().bold(),
            Some(Level::Warning | Level::Off) => paint.yellow().bold(),
            None => paint.blue(),
        }
    }

    /// `text` in the color of `level`.
    pub(crate) fn painted(&self, text: &str, level: Option<Level>) -> String {
        if self.color { text.style(self.paint(level)).to_string() } else { text.to_owned() }
    }

    /// `text` in the style for less important parts.
    pub(crate) fn dimmed(&self, text: &str) -> String {
        if self.color { text.dimmed().to_string() } else { text.to_owned() }
    }

    /// The sign in front of a finding of `level`.
    pub(crate) fn sign(&self, level: Level) -> String {
        let characters = self.theme().characters;
        let sign = if level == Level::Error { characters.error } else { characters.warning };
        self.painted(&sign, Some(level))
    }

    /// The mark for text that is left out.
    pub(crate) fn ellipsis(&self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }

    /// Wraps `text` to the width. The first line starts with `first`, the others are indented by its width. Indented
    /// lines, which are meant to be pasted, are not wrapped.
    pub(crate) fn wrapped(&self, first: &str, text: &str) -> String {
        let rest = " ".repeat(textwrap::core::display_width(first));
        let options = textwrap::Options::new(self.width)
            .subsequent_indent(&rest)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .break_words(false);
        let lines = text.lines().filter(|line| !line.is_empty()).enumerate().map(|(at, line)| {
            let indent = if at == 0 { first } else { &rest };
            match line.starts_with(LINES_TO_PASTE) {
                true => format!("{indent}{line}"),
                false => textwrap::fill(line, options.clone().initial_indent(indent)),
            }
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Whether to color standard output.
fn use_color(color: Color) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        // See no-color.org and bixense.com/clicolors.
        Color::Auto => {
            let is_usual = io::stdout().is_terminal() && anstyle_query::term_supports_color();
            let is_wanted = anstyle_query::clicolor().unwrap_or(is_usual) && is_usual;
            !anstyle_query::no_color() && (anstyle_query::clicolor_force() || is_wanted)
        }
    }
}

/// Whether the environment can show Unicode. If it sets no locale, as in most containers, it is assumed to.
fn has_unicode(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    if set("TERM").is_some_and(|term| term == "dumb") {
        return false;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.ends_with("utf-8") || locale.ends_with("utf8") || locale.contains("utf-8@") || cfg!(windows)
    })
}

/// The width of output that does not go to a terminal.
const PLAIN_WIDTH: usize = 100;

/// The width of standard output: that of the terminal, or else `COLUMNS`.
pub(crate) fn width() -> usize {
    let terminal = if io::stdout().is_terminal() { terminal_size::terminal_size() } else { None };
    let given = || std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    let columns = terminal.map(|(terminal_size::Width(width), _)| usize::from(width)).filter(|width| *width > 0);
    columns.or_else(given).map_or(PLAIN_WIDTH, |width: usize| width.clamp(40, 120))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_without_unicode_gets_ascii() {
        let shows = |variables: &[(&str, &str)]| {
            has_unicode(|name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(shows(&[]), "nothing says otherwise");
        assert!(shows(&[("LANG", "en_US.UTF-8"), ("TERM", "xterm")]));
        assert!(shows(&[("LANG", "C"), ("LC_ALL", "C.utf8")]), "LC_ALL has precedence");
        assert!(!shows(&[("LANG", "en_US.UTF-8"), ("TERM", "dumb")]));
        assert!(cfg!(windows) || !shows(&[("LANG", "C")]));
        assert!(cfg!(windows) || !shows(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "POSIX")]));
    }
}
