//! Replaces keys and other texts that a report must not show.

use foldhash::HashMap;
use symlint_terraform::{BLANK, Str};

use super::hidden_texts;
use crate::tenants::Model;

/// The texts that must not be shown, with their replacements.
#[derive(Debug, Default)]
pub(crate) struct Veil {
    shown: HashMap<Str, Str>,
    /// Texts with so many possible ends inside that they are searched on their own, in plain and in quoted form.
    long: Vec<(String, Str)>,
}

impl Veil {
    /// A veil for everything that `models` have to hide. Each text gets its own replacement, so that two tenants stay
    /// distinguishable.
    pub(crate) fn over<'m, 'p: 'm>(models: impl Iterator<Item = &'m Model<'p>>) -> Self {
        let mut shown: HashMap<Str, Str> = HashMap::default();
        for text in models.flat_map(hidden_texts).filter(|text| !text.is_empty()) {
            let name = match shown.len() {
                0 => BLANK.to_owned(),
                before => BLANK.replace(')', &format!(" {})", before + 1)),
            };
            shown.entry(text).or_insert_with(|| name.into());
        }
        let is_long = |text: &str| text.matches(|c| is_end(c) || c == '\\').count() >= ENDS / 2;
        let long = shown.iter().filter(|(text, _)| is_long(text));
        let long = long.flat_map(|(text, shown)| [(quoted(text), shown.clone()), (text.to_string(), shown.clone())]);
        let mut long: Vec<(String, Str)> = long.collect();
        long.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        Self { shown, long }
    }

    /// Whether there is nothing to hide.
    pub(crate) fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// Whether `text` as a whole must not be shown.
    pub(crate) fn hides(&self, text: &str) -> bool {
        self.shown.contains_key(text)
    }

    /// Whether `text` contains something that must not be shown.
    pub(crate) fn is_over(&self, text: &str) -> bool {
        self.covered(text).is_some()
    }

    /// Replaces what must not be shown.
    pub(crate) fn cover(&self, text: &mut String) {
        if let Some(covered) = self.covered(text) {
            *text = covered;
        }
    }

    /// Like [`Veil::cover`], for a shared text.
    pub(crate) fn cover_shared(&self, text: &mut Str) {
        if let Some(covered) = self.covered(text) {
            *text = covered.into();
        }
    }

    /// `text` with replacements, if there are any. A text is replaced if it is all of `text`, between backticks or
    /// quotation marks, or a step of a path.
    pub(crate) fn covered(&self, text: &str) -> Option<String> {
        if self.shown.is_empty() {
            return None;
        }
        if let Some(shown) = self.shown.get(text) {
            return Some(shown.to_string());
        }
        let (hidden, shown) = match self.long.iter().find(|(hidden, _)| text.contains(hidden.as_str())) {
            Some((hidden, shown)) => (hidden, shown),
            None => return self.covered_parts(text),
        };
        let text = text.replace(hidden.as_str(), shown);
        Some(self.covered(&text).unwrap_or(text))
    }

    /// Like [`Veil::covered`], for short texts.
    fn covered_parts(&self, text: &str) -> Option<String> {
        let mut covered = String::new();
        let (mut done, mut from) = (0, 0);
        while let Some((at, end, shown)) = self.next(text, from) {
            covered.push_str(text.get(done..at).unwrap_or_default());
            covered.push_str(shown);
            (done, from) = (end, end);
        }
        if done == 0 {
            return None;
        }
        covered.push_str(text.get(done..).unwrap_or_default());
        Some(covered)
    }

    /// The next text after `from` that must not be shown: its place, and its replacement.
    fn next(&self, text: &str, from: usize) -> Option<(usize, usize, &str)> {
        let is_open = |c: char| matches!(c, '`' | '"' | '.');
        // Where a hidden text may start, which at first is the start of the whole text.
        let mut next = (from == 0).then_some(0);
        let mut start = from;
        loop {
            let at = match next.take() {
                Some(at) => at,
                None => {
                    start += text.get(start..)?.find(is_open)? + 1;
                    start
                }
            };
            let rest = text.get(at..)?;
            // A quoted text may contain dots and similar characters, so the longest match comes first.
            let ends = rest.char_indices().filter(|(_, c)| is_end(*c)).map(|(end, _)| end);
            let mut ends: Vec<usize> = ends.take(ENDS).collect();
            if ends.len() < ENDS {
                ends.push(rest.len());
            }
            for end in ends.into_iter().rev() {
                let found = rest.get(..end).and_then(|part| self.shown_of(part));
                if let Some(shown) = found {
                    return Some((at, at + end, shown));
                }
            }
        }
    }

    fn shown_of(&self, part: &str) -> Option<&str> {
        let known = self.shown.get(part).map(Str::as_str);
        known.or_else(|| self.shown.get(unquoted(part)?.as_str()).map(Str::as_str))
    }
}

/// How many possible ends are tried for each start.
const ENDS: usize = 32;

/// Whether a text may end before `c`.
fn is_end(c: char) -> bool {
    matches!(c, '`' | '"' | '.' | '[')
}

/// `text` as it is written between quotes.
fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r");
    text.replace('\t', "\\t").replace("${", "$${").replace("%{", "%%{")
}

/// The text that `part` stands for in a path, if it is quoted differently there.
fn unquoted(part: &str) -> Option<String> {
    if !part.contains('\\') {
        return None;
    }
    let mut text = String::with_capacity(part.len());
    let mut rest = part.chars();
    while let Some(c) = rest.next() {
        text.push(match (c, c == '\\') {
            (_, true) => match rest.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                other => other,
            },
            (c, _) => c,
        });
    }
    Some(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]
mod tests {
    use symlint_terraform::{Path, PathStep, Root};

    use super::*;

    fn veil(texts: &[(&'static str, &'static str)]) -> Veil {
        Veil { long: Vec::new(), shown: texts.iter().map(|(text, shown)| ((*text).into(), (*shown).into())).collect() }
    }

    #[test]
    fn keys_are_covered_wherever_they_are_quoted() {
        let veil = veil(&[("a\"b c", "(sensitive)"), ("x.y", "(sensitive 2)"), ("acme", "(sensitive 3)")]);
        let path = Path::root(Root::variable("t".into())).join(PathStep::Key("a\"b c".into()));
        for (text, covered) in [
            (path.to_string(), "t[\"(sensitive)\"]"),
            ("acme".to_owned(), "(sensitive 3)"),
            ("`acme`'s account is that of `x.y`".to_owned(), "`(sensitive 3)`'s account is that of `(sensitive 2)`"),
            (
                "var.t.acme.region and t[\"x.y\"].region".to_owned(),
                "var.t.(sensitive 3).region and t[\"(sensitive 2)\"].region",
            ),
            ("`a\"b c` é".to_owned(), "`(sensitive)` é"),
        ] {
            assert_eq!(veil.covered(&text).as_deref(), Some(covered), "{text}");
        }
        for kept in ["the acme of it", "`acmeville`", "", "é`", "in acme/x.tf"] {
            assert_eq!(veil.covered(kept), None, "{kept}");
        }
    }
}
