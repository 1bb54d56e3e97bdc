//! Patterns as Go writes them.
//!
//! Terraform's patterns are those of Go's `regexp`; we match them with the `regex-lite` crate, which has no tables of
//! Unicode either and is a tenth of `regex`. The two are one family, with differences at the edges: what Go refuses and
//! the crate accepts, and the other way round, what a whitespace is, how classes nest. So a pattern is read here as Go
//! reads it, and written again in what both understand alike.

use regex_lite::{Regex, RegexBuilder};

/// The most repetitions that Go allows, those of what is repeated counted in.
const MOST_REPEATS: u32 = 1000;

/// A pattern that can be matched.
pub(super) struct Pattern {
    pub(super) regex: Regex,
    /// The names of its groups; `None` for one that is counted only.
    pub(super) groups: Vec<Option<String>>,
    /// How large it is, with all that it repeats: to match it takes as many steps for a character.
    pub(super) size: usize,
}

/// Why a pattern cannot be matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    /// Go refuses it.
    Invalid,
    /// Go may accept it, but it is not evaluated here.
    Unusual,
}

impl Pattern {
    /// Reads `pattern`, which is to be matched with `subject`.
    pub(super) fn read(pattern: &str, subject: &str) -> Result<Self, Problem> {
        // Without characters beyond ASCII there is no need for tables of them.
        let ascii = pattern.is_ascii() && subject.is_ascii();
        let mut reader = Reader { rest: pattern, out: String::new(), groups: Vec::new(), open: Vec::new(), ascii };
        reader.read()?;
        let regex = RegexBuilder::new(&reader.out).size_limit(1 << 20).build().map_err(|_| Problem::Unusual)?;
        let size = reader.open.iter().map(|level| level.size.saturating_add(level.last_size)).sum();
        Ok(Self { regex, groups: reader.groups, size })
    }
}

/// What the next repetition would repeat.
#[derive(Clone, Copy, Default)]
enum Last {
    /// Nothing: the start of the pattern, of a group or of an alternative.
    #[default]
    Nothing,
    /// Something that may be repeated, with the repetitions in it.
    Atom(u32),
    /// Something that is repeated already.
    Repeated(u32),
}

/// A group that is not closed, or the whole.
#[derive(Default)]
struct Level {
    last: Last,
    /// The most repetitions of anything before `last`.
    repeats: u32,
    /// How large all before `last` is, and how large that is.
    size: usize,
    last_size: usize,
}

struct Reader<'a> {
    rest: &'a str,
    out: String,
    groups: Vec<Option<String>>,
    /// The groups around `rest`, the innermost last.
    open: Vec<Level>,
    ascii: bool,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), Problem> {
        self.open.push(Level::default());
        while let Some(c) = self.next() {
            match c {
                '(' => self.group()?,
                ')' => self.close()?,
                '|' => {
                    self.set(Last::Nothing);
                    self.out.push('|');
                }
                '[' => self.class()?,
                '*' | '+' | '?' => {
                    self.out.push(c);
                    self.repeat(0)?;
                }
                '{' => match self.count() {
                    Some(count) => self.repeat_counted(count)?,
                    None => self.literal('{'),
                },
                '\\' => self.escaped()?,
                '.' | '^' | '$' => self.atom(&c.to_string()),
                _ => self.literal(c),
            }
        }
        if self.open.len() == 1 { Ok(()) } else { Err(Problem::Invalid) }
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    fn take(&mut self, prefix: &str) -> bool {
        let rest = self.rest.strip_prefix(prefix);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn set(&mut self, last: Last) {
        if let Some(level) = self.open.last_mut() {
            if let Last::Atom(repeats) | Last::Repeated(repeats) = level.last {
                level.repeats = level.repeats.max(repeats);
            }
            level.size = level.size.saturating_add(std::mem::take(&mut level.last_size));
            level.last = last;
        }
    }

    fn last(&self) -> Last {
        self.open.last().map(|level| level.last).unwrap_or_default()
    }

    fn atom(&mut self, text: &str) {
        self.out.push_str(text);
        self.set(Last::Atom(1));
        self.set_size(text.len());
    }

    fn set_size(&mut self, size: usize) {
        if let Some(level) = self.open.last_mut() {
            level.last_size = size;
        }
    }

    fn literal(&mut self, c: char) {
        let written = written(c);
        self.atom(&written);
    }

    /// `*`, `+`, `?` or `{…}` is read and written; `most` is what it counts to, or 0.
    fn repeat(&mut self, most: u32) -> Result<(), Problem> {
        // The crate would read a second operator, where Go refuses it.
        let Last::Atom(repeats) = self.last() else { return Err(Problem::Invalid) };
        if self.take("?") {
            self.out.push('?');
        }
        let repeats = repeats.saturating_mul(most.max(1));
        let size = self.open.last().map_or(0, |level| level.last_size);
        self.set_size(size.saturating_mul(most.max(1) as usize));
        if most > 1 && repeats > MOST_REPEATS {
            return Err(Problem::Invalid);
        }
        self.set(Last::Repeated(repeats));
        Ok(())
    }

    fn repeat_counted(&mut self, (least, most): (u32, Option<u32>)) -> Result<(), Problem> {
        if least > MOST_REPEATS || most.is_some_and(|most| most > MOST_REPEATS || most < least) {
            return Err(Problem::Invalid);
        }
        let most_text = match most {
            Some(most) if most == least => String::new(),
            Some(most) => format!(",{most}"),
            None => ",".to_owned(),
        };
        self.out.push_str(&format!("{{{least}{most_text}}}"));
        self.repeat(most.unwrap_or(least))
    }

    /// `3}`, `3,}` or `3,5}`; anything else is not a repetition, and a `{` is a `{`.
    fn count(&mut self) -> Option<(u32, Option<u32>)> {
        let (inside, rest) = self.rest.split_once('}')?;
        let number = |text: &str| {
            let valid = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            (valid && (text.len() == 1 || !text.starts_with('0'))).then(|| text.parse().unwrap_or(u32::MAX))
        };
        let count = match inside.split_once(',') {
            None => number(inside).map(|count| (count, Some(count)))?,
            Some((least, "")) => (number(least)?, None),
            Some((least, most)) => (number(least)?, Some(number(most)?)),
        };
        self.rest = rest;
        Some(count)
    }

    /// After `(`.
    fn group(&mut self) -> Result<(), Problem> {
        if !self.take("?") {
            self.groups.push(None);
            self.open("(");
            return Ok(());
        }
        if self.take("P<") || self.take("<") {
            let (name, rest) = self.rest.split_once('>').ok_or(Problem::Invalid)?;
            let valid = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if name.is_empty() || !name.chars().all(valid) {
                return Err(Problem::Invalid);
            }
            self.groups.push(Some(name.to_owned()));
            self.rest = rest;
            // Names are ours to remember: the crate does not take all that Go takes.
            self.open("(");
            return Ok(());
        }
        self.flags()
    }

    fn open(&mut self, text: &str) {
        self.out.push_str(text);
        self.open.push(Level::default());
    }

    /// `(?i)`, `(?m-s:` and the like, after the `?`.
    fn flags(&mut self) -> Result<(), Problem> {
        let (mut on, mut off) = (String::new(), String::new());
        let mut negated = None;
        loop {
            match self.next() {
                Some(flag @ ('i' | 'm' | 's' | 'U')) => {
                    // How letters beyond ASCII are folded would need tables.
                    if flag == 'i' && !self.ascii {
                        return Err(Problem::Unusual);
                    }
                    on.retain(|other| other != flag);
                    off.retain(|other| other != flag);
                    negated = negated.map(|_| true);
                    if negated.is_some() { off.push(flag) } else { on.push(flag) }
                }
                Some('-') if negated.is_none() => negated = Some(false),
                Some(end @ (':' | ')')) if negated != Some(false) => {
                    let off = if off.is_empty() { off } else { format!("-{off}") };
                    if end == ':' {
                        self.open(&format!("(?{on}{off}:"));
                    } else if !(on.is_empty() && off.is_empty()) {
                        self.out.push_str(&format!("(?{on}{off})"));
                        // To Go, what is before the flags is what a repetition after them repeats.
                        if self.rest.starts_with(['*', '+', '?', '{']) {
                            return Err(Problem::Unusual);
                        }
                    }
                    return Ok(());
                }
                _ => return Err(Problem::Invalid),
            }
        }
    }

    fn close(&mut self) -> Result<(), Problem> {
        self.set(Last::Nothing);
        let inner = self.open.pop().ok_or(Problem::Invalid)?;
        if self.open.is_empty() {
            return Err(Problem::Invalid);
        }
        self.out.push(')');
        self.set(Last::Atom(inner.repeats.max(1)));
        self.set_size(inner.size);
        Ok(())
    }

    /// After a `\` outside of a class.
    fn escaped(&mut self) -> Result<(), Problem> {
        if self.take("A") {
            self.atom("\\A");
        } else if self.take("z") {
            self.atom("\\z");
        } else if self.take("b") {
            self.atom("\\b");
        } else if self.take("B") {
            self.atom("\\B");
        } else if self.take("Q") {
            let (quoted, rest) = self.rest.split_once("\\E").unwrap_or((self.rest, ""));
            self.rest = rest;
            quoted.chars().for_each(|c| self.literal(c));
        } else if let Some(class) = self.escaped_class()? {
            self.atom(&format!("[{class}]"));
        } else {
            let c = self.escaped_char()?;
            self.literal(c);
        }
        Ok(())
    }

    /// `\d`, `\pL` and the like, after the `\`: what may be between brackets, which do not nest.
    fn escaped_class(&mut self) -> Result<Option<&'static str>, Problem> {
        let class = match self.rest.chars().next() {
            Some('d') => "0-9",
            Some('D') => r"\x00-/:-\x{10FFFF}",
            Some('s') => r"\t\n\x0C\r ",
            Some('S') => r"\x00-\x08\x0B\x0E-\x1F!-\x{10FFFF}",
            Some('w') => "0-9A-Za-z_",
            Some('W') => r"\x00-/:-@\[-\^`{-\x{10FFFF}",
            Some('p' | 'P') => return self.unicode_class().map(Some),
            _ => return Ok(None),
        };
        self.next();
        Ok(Some(class))
    }

    /// `pL`, `P{Lu}`, `p{^Lu}`: what of it is ASCII, where all is.
    fn unicode_class(&mut self) -> Result<&'static str, Problem> {
        let mut negated = self.next() == Some('P');
        let name = if self.take("{") {
            let (name, rest) = self.rest.split_once('}').ok_or(Problem::Invalid)?;
            self.rest = rest;
            name.to_owned()
        } else {
            self.next().ok_or(Problem::Invalid)?.to_string()
        };
        let name = name.strip_prefix('^').map_or(name.as_str(), |name| {
            negated = !negated;
            name
        });
        let (class, others) = match name {
            "L" | "Latin" => ("A-Za-z", r"\x00-@\[-`{-\x7F"),
            "Lu" => ("A-Z", r"\x00-@\[-\x7F"),
            "Ll" => ("a-z", r"\x00-`{-\x7F"),
            "N" | "Nd" => ("0-9", r"\x00-/:-\x7F"),
            "Z" | "Zs" => (" ", r"\x00-\x1F!-\x7F"),
            "P" => (r"!-#%-*,-/:;?@\[-\]_{}", r"\x00- $+0-9<->A-Z\^`a-z|~\x7F"),
            "S" => (r"$+<->\^`|~", r"\x00-#%-*,-;?-\]_a-{}\x7F"),
            "Greek" | "Cyrillic" | "Han" | "Hiragana" | "Katakana" | "Arabic" | "Hebrew" | "Lt" | "Lm" | "Lo" | "M"
            | "Mn" => (r"\x{10FFFF}", r"\x00-\x7F"),
            _ => return Err(Problem::Unusual),
        };
        if !self.ascii {
            return Err(Problem::Unusual);
        }
        Ok(if negated { others } else { class })
    }

    /// A character after a `\`.
    fn escaped_char(&mut self) -> Result<char, Problem> {
        let c = self.next().ok_or(Problem::Invalid)?;
        match c {
            'a' => Ok('\u{7}'),
            'f' => Ok('\u{C}'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            'v' => Ok('\u{B}'),
            'x' => self.hexadecimal(),
            '0'..='7' => {
                let more = self.rest.bytes().take(2).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
                // One digit alone would refer to a group, which Go does not do.
                if c != '0' && more == 0 {
                    return Err(Problem::Invalid);
                }
                let mut value = c.to_digit(8).unwrap_or(0);
                for _ in 0..more {
                    value = value * 8 + self.next().and_then(|c| c.to_digit(8)).unwrap_or(0);
                }
                char::from_u32(value).ok_or(Problem::Invalid)
            }
            _ if c.is_ascii() && !c.is_ascii_alphanumeric() => Ok(c),
            _ => Err(Problem::Invalid),
        }
    }

    /// After `\x`.
    fn hexadecimal(&mut self) -> Result<char, Problem> {
        let digits = if self.take("{") {
            let (digits, rest) = self.rest.split_once('}').ok_or(Problem::Invalid)?;
            self.rest = rest;
            digits
        } else {
            let (digits, rest) = self.rest.split_at_checked(2).ok_or(Problem::Invalid)?;
            self.rest = rest;
            digits
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Problem::Invalid);
        }
        let value = u32::from_str_radix(digits, 16).map_err(|_| Problem::Invalid)?;
        // A surrogate is a number to Go that no text has.
        char::from_u32(value).ok_or(if value > 0x10_FFFF { Problem::Invalid } else { Problem::Unusual })
    }

    /// After `[`.
    fn class(&mut self) -> Result<(), Problem> {
        let mut class = "[".to_owned();
        if self.take("^") {
            class.push('^');
        }
        let mut first = true;
        while first || !self.rest.starts_with(']') {
            first = false;
            if let Some(named) = self.named_class()? {
                class.push_str(named);
                continue;
            }
            if self.rest.starts_with('\\') {
                let whole = self.rest;
                self.next();
                if let Some(escaped) = self.escaped_class()? {
                    class.push_str(escaped);
                    continue;
                }
                self.rest = whole;
            }
            let from = self.class_char()?;
            class.push_str(&written(from));
            if self.rest.starts_with('-') && !self.rest.starts_with("-]") {
                self.next();
                let to = self.class_char()?;
                if to < from {
                    return Err(Problem::Invalid);
                }
                class.push('-');
                class.push_str(&written(to));
            }
        }
        self.next();
        class.push(']');
        self.atom(&class);
        Ok(())
    }

    fn class_char(&mut self) -> Result<char, Problem> {
        match self.next() {
            Some('\\') => self.escaped_char(),
            Some(c) => Ok(c),
            None => Err(Problem::Invalid),
        }
    }

    /// `[:alpha:]` within a class.
    fn named_class(&mut self) -> Result<Option<&'static str>, Problem> {
        let Some((name, rest)) = self.rest.strip_prefix("[:").and_then(|rest| rest.split_once(":]")) else {
            return Ok(None);
        };
        let class = NAMED_CLASSES.iter().find(|class| class.trim_matches(['[', ']', ':']) == name);
        self.rest = rest;
        class.map(|class| Some(*class)).ok_or(Problem::Invalid)
    }
}

const NAMED_CLASSES: [&str; 28] = [
    "[:alnum:]",
    "[:^alnum:]",
    "[:alpha:]",
    "[:^alpha:]",
    "[:ascii:]",
    "[:^ascii:]",
    "[:blank:]",
    "[:^blank:]",
    "[:cntrl:]",
    "[:^cntrl:]",
    "[:digit:]",
    "[:^digit:]",
    "[:graph:]",
    "[:^graph:]",
    "[:lower:]",
    "[:^lower:]",
    "[:print:]",
    "[:^print:]",
    "[:punct:]",
    "[:^punct:]",
    "[:space:]",
    "[:^space:]",
    "[:upper:]",
    "[:^upper:]",
    "[:word:]",
    "[:^word:]",
    "[:xdigit:]",
    "[:^xdigit:]",
];

/// A character that stands for itself.
fn written(c: char) -> String {
    if c.is_ascii_alphanumeric() || !c.is_ascii() { c.to_string() } else { format!("\\x{:02X}", u32::from(c)) }
}
