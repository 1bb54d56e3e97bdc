//! Regular expressions in Go's syntax.
//!
//! Terraform uses Go's `regexp`. The engine of the `regex` crate can match such patterns, but has a different syntax.
//! So patterns are parsed here according to Go's rules, and translated for the engine.

use regex_automata::Input;
use regex_automata::nfa::thompson::pikevm::PikeVM;
use regex_automata::nfa::thompson::{Compiler, Config};
use regex_automata::util::captures::Captures;
use regex_automata::util::iter::Searcher;
use regex_syntax::hir::{Capture, Class, ClassUnicode, ClassUnicodeRange, Dot, Hir, Look, Repetition};

/// The maximum number of repetitions in Go. Nested repetitions are multiplied.
const MOST_REPEATS: u32 = 1000;

/// The maximum depth of groups, because the engine is recursive.
const DEEPEST: usize = 50;

/// A pattern that can be matched.
pub struct Pattern {
    engine: PikeVM,
    /// The names of its groups; `None` for a group that only has a number.
    pub(super) groups: Vec<Option<String>>,
}

/// Why a pattern cannot be matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatternProblem {
    /// Go rejects it.
    Invalid,
    /// Go may accept it, but it is not supported here.
    Unusual,
}

impl Pattern {
    /// Parses `pattern`, which will be matched with `subject`.
    ///
    /// # Errors
    ///
    /// If Go rejects the pattern, or if it is not supported here.
    pub fn read(pattern: &str, subject: &str) -> Result<Self, PatternProblem> {
        let mut reader = PatternReader {
            rest: pattern,
            groups: Vec::new(),
            level: OpenGroup::default(),
            outer: Vec::new(),
            // For ASCII texts, no Unicode tables are needed.
            ascii: pattern.is_ascii() && subject.is_ascii(),
        };
        reader.read()?;
        let config = Config::new().nfa_size_limit(Some(1 << 20));
        let states = Compiler::new().configure(config).build_from_hir(&reader.level.end().hir);
        let engine = states.and_then(PikeVM::new_from_nfa).map_err(|_| PatternProblem::Unusual)?;
        Ok(Self { engine, groups: reader.groups })
    }

    /// The size of the pattern, including repetitions. Matching takes this many steps for each character.
    pub(super) fn size(&self) -> usize {
        self.engine.get_nfa().states().len()
    }

    /// The matches in `subject`, from left to right.
    pub fn matches<'s>(&'s self, subject: &'s str) -> impl Iterator<Item = Captures> + 's {
        let (mut cache, mut captures) = (self.engine.create_cache(), self.engine.create_captures());
        let mut searcher = Searcher::new(Input::new(subject));
        std::iter::from_fn(move || {
            searcher.advance(|input| {
                self.engine.search(&mut cache, input, &mut captures);
                Ok(captures.get_match())
            })?;
            Some(captures.clone())
        })
    }
}

/// A part of a pattern.
struct PatternPart {
    hir: Hir,
    /// The maximum number of repetitions in it.
    repeats: u32,
    /// Whether it already has an operator. Go rejects a second one.
    is_repeated: bool,
}

#[derive(Clone, Copy, Default)]
struct Flags {
    ignores_case: bool,
    has_lines: bool,
    dot_is_any: bool,
    is_lazy: bool,
}

/// A group that is not closed yet, or the whole pattern.
#[derive(Default)]
struct OpenGroup {
    /// Its number, if it is numbered.
    group: Option<u32>,
    flags: Flags,
    /// The alternatives before the current one.
    alternatives: Vec<Hir>,
    /// The parts of the current alternative.
    parts: Vec<PatternPart>,
    /// The maximum number of repetitions in the earlier alternatives.
    repeats: u32,
}

impl OpenGroup {
    fn end_alternative(&mut self) {
        let repeats = self.parts.iter().map(|part| part.repeats);
        self.repeats = repeats.chain([self.repeats]).max().unwrap_or(1);
        let parts = std::mem::take(&mut self.parts).into_iter().map(|part| part.hir);
        self.alternatives.push(Hir::concat(parts.collect()));
    }

    fn end(mut self) -> PatternPart {
        self.end_alternative();
        let hir = Hir::alternation(self.alternatives);
        let hir = match self.group {
            Some(index) => Hir::capture(Capture { index, name: None, sub: Box::new(hir) }),
            None => hir,
        };
        PatternPart { hir, repeats: self.repeats.max(1), is_repeated: false }
    }
}

struct PatternReader<'a> {
    rest: &'a str,
    groups: Vec<Option<String>>,
    level: OpenGroup,
    /// The groups around `level`; the innermost comes last.
    outer: Vec<OpenGroup>,
    ascii: bool,
}

impl<'a> PatternReader<'a> {
    fn read(&mut self) -> Result<(), PatternProblem> {
        while let Some(c) = self.next() {
            let Flags { has_lines, dot_is_any, .. } = self.level.flags;
            match c {
                '(' => self.group()?,
                ')' => {
                    let outer = self.outer.pop().ok_or(PatternProblem::Invalid)?;
                    let group = std::mem::replace(&mut self.level, outer).end();
                    self.level.parts.push(group);
                }
                '|' => self.level.end_alternative(),
                '[' => {
                    let class = self.class()?;
                    self.add_class(class);
                }
                '*' => self.repeat(0, None, 1)?,
                '+' => self.repeat(1, None, 1)?,
                '?' => self.repeat(0, Some(1), 1)?,
                '{' => match self.count() {
                    Some((least, most)) => self.repeat(least, most, most.unwrap_or(least))?,
                    None => self.literal('{'),
                },
                '\\' => self.escaped()?,
                '.' => self.add(Hir::dot(if dot_is_any { Dot::AnyChar } else { Dot::AnyCharExceptLF })),
                '^' => self.add(Hir::look(if has_lines { Look::StartLF } else { Look::Start })),
                '$' => self.add(Hir::look(if has_lines { Look::EndLF } else { Look::End })),
                _ => self.literal(c),
            }
        }
        if self.outer.is_empty() { Ok(()) } else { Err(PatternProblem::Invalid) }
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

    /// Reads the text before `end`, and `end` itself.
    fn until(&mut self, end: char) -> Result<&'a str, PatternProblem> {
        let (before, rest) = self.rest.split_once(end).ok_or(PatternProblem::Invalid)?;
        self.rest = rest;
        Ok(before)
    }

    fn add(&mut self, hir: Hir) {
        self.level.parts.push(PatternPart { hir, repeats: 1, is_repeated: false });
    }

    fn add_class(&mut self, class: ClassUnicode) {
        self.add(Hir::class(Class::Unicode(class)));
    }

    fn literal(&mut self, c: char) {
        self.add_class(self.range(c, c));
    }

    /// The characters in a range, with the other cases of its letters if case is ignored.
    fn range(&self, from: char, to: char) -> ClassUnicode {
        let mut ranges = vec![ClassUnicodeRange::new(from, to)];
        if self.level.flags.ignores_case {
            for lower in 'a'..='z' {
                let other = match lower {
                    'k' => '\u{212A}',
                    's' => '\u{17F}',
                    _ => lower,
                };
                let cases = [lower, lower.to_ascii_uppercase(), other];
                if cases.iter().any(|case| (from..=to).contains(case)) {
                    ranges.extend(cases.map(|case| ClassUnicodeRange::new(case, case)));
                }
            }
        }
        ClassUnicode::new(ranges)
    }

    /// The class of the characters in the ranges of `pairs`, or of all other characters.
    fn class_of(&self, pairs: &str, is_negated: bool) -> ClassUnicode {
        let mut class = ClassUnicode::empty();
        let mut ends = pairs.chars();
        while let Some((from, to)) = ends.next().zip(ends.next()) {
            class.union(&self.range(from, to));
        }
        if is_negated {
            class.negate();
        }
        class
    }

    /// Handles `*`, `+`, `?`, or `{…}` after it was read. `times` is its number of repetitions.
    fn repeat(&mut self, least: u32, most: Option<u32>, times: u32) -> Result<(), PatternProblem> {
        let part = self.level.parts.pop().filter(|part| !part.is_repeated).ok_or(PatternProblem::Invalid)?;
        let repeats = part.repeats.saturating_mul(times).max(1);
        if least > MOST_REPEATS || most.is_some_and(|most| most < least) || times > 1 && repeats > MOST_REPEATS {
            return Err(PatternProblem::Invalid);
        }
        let greedy = self.take("?") == self.level.flags.is_lazy;
        let hir = Hir::repetition(Repetition { min: least, max: most, greedy, sub: Box::new(part.hir) });
        self.level.parts.push(PatternPart { hir, repeats, is_repeated: true });
        Ok(())
    }

    /// Reads `3}`, `3,}`, or `3,5}`. Anything else is not a repetition, and the `{` stands for itself.
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

    /// Reads a group after its `(`.
    fn group(&mut self) -> Result<(), PatternProblem> {
        let name = if !self.take("?") {
            None
        } else if self.take("P<") || self.take("<") {
            let name = self.until('>')?.to_owned();
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                return Err(PatternProblem::Invalid);
            }
            Some(name)
        } else {
            return self.flags();
        };
        self.groups.push(name);
        self.open(u32::try_from(self.groups.len()).ok(), self.level.flags)
    }

    fn open(&mut self, group: Option<u32>, flags: Flags) -> Result<(), PatternProblem> {
        let level = OpenGroup { group, flags, ..OpenGroup::default() };
        self.outer.push(std::mem::replace(&mut self.level, level));
        if self.outer.len() > DEEPEST { Err(PatternProblem::Unusual) } else { Ok(()) }
    }

    /// Reads flags such as `(?i)` or `(?m-s:` after the `?`.
    fn flags(&mut self) -> Result<(), PatternProblem> {
        let mut flags = self.level.flags;
        // Whether there is a flag after the `-`; `None` without a `-`.
        let mut negated = None;
        loop {
            let is_on = negated.is_none();
            match self.next() {
                // Case folding beyond ASCII would need tables.
                Some('i') if !self.ascii => return Err(PatternProblem::Unusual),
                Some('i') => flags.ignores_case = is_on,
                Some('m') => flags.has_lines = is_on,
                Some('s') => flags.dot_is_any = is_on,
                Some('U') => flags.is_lazy = is_on,
                Some('-') if is_on => {
                    negated = Some(false);
                    continue;
                }
                Some(':') if negated != Some(false) => return self.open(None, flags),
                Some(')') if negated != Some(false) => {
                    self.level.flags = flags;
                    // An operator after the flags repeats the part in front of them.
                    self.level.parts.iter_mut().for_each(|part| part.is_repeated = false);
                    return Ok(());
                }
                _ => return Err(PatternProblem::Invalid),
            }
            negated = negated.map(|_| true);
        }
    }

    /// Reads an escape outside of a class, after the `\`.
    fn escaped(&mut self) -> Result<(), PatternProblem> {
        if self.take("A") {
            self.add(Hir::look(Look::Start));
        } else if self.take("z") {
            self.add(Hir::look(Look::End));
        } else if self.take("b") {
            self.add(Hir::look(Look::WordAscii));
        } else if self.take("B") {
            self.add(Hir::look(Look::WordAsciiNegate));
        } else if self.take("Q") {
            let (quoted, rest) = self.rest.split_once("\\E").unwrap_or((self.rest, ""));
            self.rest = rest;
            quoted.chars().for_each(|c| self.literal(c));
        } else if let Some(class) = self.escaped_class()? {
            self.add_class(class);
        } else {
            let c = self.escaped_char()?;
            self.literal(c);
        }
        Ok(())
    }

    /// Reads a class such as `\d` or `\pL`, after the `\`.
    fn escaped_class(&mut self) -> Result<Option<ClassUnicode>, PatternProblem> {
        let Some(c) = self.rest.chars().next() else { return Ok(None) };
        let pairs = match c.to_ascii_lowercase() {
            'd' => "09",
            's' => "\t\n\u{C}\r  ",
            'w' => "09AZ__az",
            'p' => return self.unicode_class().map(Some),
            _ => return Ok(None),
        };
        self.next();
        Ok(Some(self.class_of(pairs, c.is_ascii_uppercase())))
    }

    /// Reads a Unicode class: `pL`, `P{Lu}`, `p{^Lu}`. If all texts are ASCII, its ASCII characters are enough.
    fn unicode_class(&mut self) -> Result<ClassUnicode, PatternProblem> {
        let is_negated = self.next() == Some('P');
        let name = if self.take("{") {
            self.until('}')?.to_owned()
        } else {
            self.next().ok_or(PatternProblem::Invalid)?.to_string()
        };
        let (name, is_negated) = name.strip_prefix('^').map_or((name.as_str(), is_negated), |name| (name, !is_negated));
        let pairs = match name {
            "L" | "Latin" => "AZaz",
            "Lu" => "AZ",
            "Ll" => "az",
            "N" | "Nd" => "09",
            "Z" | "Zs" => "  ",
            "P" => "!#%*,/:;?@[]__{{}}",
            "S" => "$$++<>^^``||~~",
            "Greek" | "Cyrillic" | "Han" | "Hiragana" | "Katakana" | "Arabic" | "Hebrew" | "Lt" | "Lm" | "Lo" | "M"
            | "Mn" => "",
            _ => return Err(PatternProblem::Unusual),
        };
        if self.ascii { Ok(self.class_of(pairs, is_negated)) } else { Err(PatternProblem::Unusual) }
    }

    /// Reads an escaped character after the `\`.
    fn escaped_char(&mut self) -> Result<char, PatternProblem> {
        let c = self.next().ok_or(PatternProblem::Invalid)?;
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
                // A single digit would refer to a group, which Go does not support.
                if c != '0' && more == 0 {
                    return Err(PatternProblem::Invalid);
                }
                let mut value = c.to_digit(8).unwrap_or(0);
                for _ in 0..more {
                    value = value * 8 + self.next().and_then(|c| c.to_digit(8)).unwrap_or(0);
                }
                char::from_u32(value).ok_or(PatternProblem::Invalid)
            }
            _ if c.is_ascii() && !c.is_ascii_alphanumeric() => Ok(c),
            _ => Err(PatternProblem::Invalid),
        }
    }

    /// Reads a character code after `\x`.
    fn hexadecimal(&mut self) -> Result<char, PatternProblem> {
        let digits = if self.take("{") {
            self.until('}')?
        } else {
            let (digits, rest) = self.rest.split_at_checked(2).ok_or(PatternProblem::Invalid)?;
            self.rest = rest;
            digits
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(PatternProblem::Invalid);
        }
        let value = u32::from_str_radix(digits, 16).map_err(|_| PatternProblem::Invalid)?;
        // Go accepts surrogates as numbers, but they do not occur in a text.
        char::from_u32(value).ok_or(if value > 0x10_FFFF { PatternProblem::Invalid } else { PatternProblem::Unusual })
    }

    /// Reads a class after its `[`.
    fn class(&mut self) -> Result<ClassUnicode, PatternProblem> {
        let mut class = ClassUnicode::empty();
        let is_negated = self.take("^");
        let mut first = true;
        while first || !self.rest.starts_with(']') {
            first = false;
            if let Some(named) = self.named_class()? {
                class.union(&named);
                continue;
            }
            let whole = self.rest;
            if self.take("\\") {
                if let Some(escaped) = self.escaped_class()? {
                    class.union(&escaped);
                    continue;
                }
                self.rest = whole;
            }
            let from = self.class_char()?;
            let mut to = from;
            if self.rest.starts_with('-') && !self.rest.starts_with("-]") {
                self.next();
                to = self.class_char()?;
                if to < from {
                    return Err(PatternProblem::Invalid);
                }
            }
            class.union(&self.range(from, to));
        }
        self.next();
        if is_negated {
            class.negate();
        }
        Ok(class)
    }

    fn class_char(&mut self) -> Result<char, PatternProblem> {
        match self.next() {
            Some('\\') => self.escaped_char(),
            Some(c) => Ok(c),
            None => Err(PatternProblem::Invalid),
        }
    }

    /// Reads `[:alpha:]` within a class.
    fn named_class(&mut self) -> Result<Option<ClassUnicode>, PatternProblem> {
        let Some((name, rest)) = self.rest.strip_prefix("[:").and_then(|rest| rest.split_once(":]")) else {
            return Ok(None);
        };
        self.rest = rest;
        let (name, is_negated) = name.strip_prefix('^').map_or((name, false), |name| (name, true));
        let pairs = match name {
            "alnum" => "09AZaz",
            "alpha" => "AZaz",
            "ascii" => "\0\u{7F}",
            "blank" => "\t\t  ",
            "cntrl" => "\0\u{1F}\u{7F}\u{7F}",
            "digit" => "09",
            "graph" => "!~",
            "lower" => "az",
            "print" => " ~",
            "punct" => "!/:@[`{~",
            "space" => "\t\r  ",
            "upper" => "AZ",
            "word" => "09AZ__az",
            "xdigit" => "09AFaf",
            _ => return Err(PatternProblem::Invalid),
        };
        Ok(Some(self.class_of(pairs, is_negated)))
    }
}
