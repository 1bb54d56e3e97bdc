//! Where a value was written, and what it was made of.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use foldhash::HashSet;
use smallvec::SmallVec;

use crate::source::{Sources, Span};
use crate::value::Str;

/// Where a value was written and, where it was reached through a variable, the way to it.
///
/// Whatever selects, loops, merges or converts passes the origin of its input on unchanged; whatever builds a new
/// value makes a new origin, with the origins of the parts behind it.
#[derive(Debug, Clone)]
pub struct Origin {
    /// What was written, without quotes: the text between them for a quoted string, the whole expression for others.
    pub span: Span,
    /// How the value came from what was written.
    pub makeup: Makeup,
    /// The variable, local or module call through which the value was reached, if any.
    pub path: Option<Path>,
    /// Whether the value is hidden. It is kept here since it is passed on as origins are: by all that builds on them.
    pub(crate) sensitive: bool,
}

/// How a value came from the text at its span.
#[derive(Debug, Clone)]
pub enum Makeup {
    /// It is a literal at the span.
    Written(Form),
    /// It is a string that was put together from these parts, in order.
    Joined(Arc<[Part]>),
    /// It was computed from these.
    Derived(Arc<[Origin]>),
}

/// How a literal is written, which decides how a place in the value is found in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The text at the span is the value, byte for byte: a quoted string without an escape, a heredoc's text.
    Verbatim,
    /// The text at the span is the value with HCL's escapes (`\n`, `\u00e9`, `$${`).
    Escaped,
    /// The text at the span is the value with JSON's escapes.
    JsonEscaped,
    /// A number or boolean without quotes.
    Bare,
    /// A value whose bytes cannot be told apart in the text: a collection, an indented heredoc, an expression.
    Whole,
}

/// A part of a joined string.
#[derive(Debug, Clone)]
pub struct Part {
    /// The bytes that the part has in the joined string.
    pub len: u32,
    /// Whether those bytes are the part's value as it is; a number written `1.0` and shown as `1` is not.
    pub origin: Origin,
}

/// What is computed from nothing, all of which share it.
static NOTHING: LazyLock<Arc<[Origin]>> = LazyLock::new(|| Arc::new([]));

impl Origin {
    /// A literal at `span`.
    pub fn written(span: Span, form: Form) -> Self {
        Self { span, makeup: Makeup::Written(form), path: None, sensitive: false }
    }

    /// An expression at `span` that was computed from `sources`.
    pub fn derived(span: Span, sources: impl IntoIterator<Item = Origin>) -> Self {
        let sources = sources.into_iter();
        let sources: Arc<[Origin]> = match sources.size_hint() {
            (_, Some(0)) => NOTHING.clone(),
            _ => sources.collect(),
        };
        let sensitive = sources.iter().any(|source| source.sensitive);
        Self { span, makeup: Makeup::Derived(sources), path: None, sensitive }
    }

    /// A string at `span` that was put together from `parts`.
    pub fn joined(span: Span, parts: impl IntoIterator<Item = Part>) -> Self {
        let parts: Arc<[Part]> = parts.into_iter().collect();
        let sensitive = parts.iter().any(|part| part.origin.sensitive);
        Self { span, makeup: Makeup::Joined(parts), path: None, sensitive }
    }

    /// The same, of a value that is hidden where that of `other` is.
    pub(crate) fn marked_as(mut self, other: &Origin) -> Self {
        self.sensitive |= other.sensitive;
        self
    }

    /// The bytes `range` of a string that came from this origin. The span is where they are written.
    #[must_use]
    pub fn cut(&self, range: Range<usize>, sources: &Sources) -> Self {
        Self::derived(self.locate(range, sources), [self.clone()])
    }

    /// The same, reached through `path`; a path that is there already stays, since it is the nearer one.
    #[must_use]
    pub fn reached(mut self, path: impl FnOnce() -> Path) -> Self {
        if self.path.is_none() {
            self.path = Some(path());
        }
        self
    }

    /// The narrowest written span that holds the bytes `range` of a string value with this origin.
    ///
    /// A range that lies within one part of a template leads to where that part was written.
    pub fn locate(&self, range: Range<usize>, sources: &Sources) -> Span {
        self.makeup.locate(self.span, range, sources)
    }

    /// Calls `visit` with every origin that this value was made of, itself included; parts come after the whole. What
    /// was used several times is visited once.
    ///
    /// A value of a variable is the end of its branch: what it was made of in the values file is not looked at. A local
    /// is no end, nor is what a module put out: they are on the way from the variables to here.
    pub fn each_source<'a>(&'a self, visit: &mut dyn FnMut(&'a Origin)) {
        self.each_new_source(visit, &mut HashSet::default());
    }

    fn each_new_source<'a>(&'a self, visit: &mut dyn FnMut(&'a Origin), seen: &mut HashSet<usize>) {
        visit(self);
        if self.path.as_ref().is_some_and(|path| matches!(path.start(), Root::Variable(_))) {
            return;
        }
        match &self.makeup {
            Makeup::Written(_) => {}
            Makeup::Joined(parts) if seen.insert(parts.as_ptr() as usize) => {
                parts.iter().for_each(|part| part.origin.each_new_source(visit, seen));
            }
            Makeup::Derived(origins) if seen.insert(origins.as_ptr() as usize) => {
                origins.iter().for_each(|origin| origin.each_new_source(visit, seen));
            }
            Makeup::Joined(_) | Makeup::Derived(_) => {}
        }
    }
}

impl Makeup {
    /// [`Origin::locate`] for a value whose origin has this makeup and `span`.
    pub fn locate(&self, span: Span, range: Range<usize>, sources: &Sources) -> Span {
        match self {
            Makeup::Written(form) => locate_literal(span, *form, range, sources),
            Makeup::Joined(parts) => {
                let mut start = 0;
                for part in parts.iter() {
                    let end = start + part.len as usize;
                    if start <= range.start && range.end <= end && range.start < end {
                        return part.origin.locate(range.start - start..range.end - start, sources);
                    }
                    start = end;
                }
                span
            }
            Makeup::Derived(_) => span,
        }
    }
}

fn locate_literal(span: Span, form: Form, range: Range<usize>, sources: &Sources) -> Span {
    let escape: fn(&str) -> (usize, usize) = match form {
        Form::Verbatim => return span.part(range),
        Form::Bare | Form::Whole => return span,
        Form::Escaped => hcl_escape,
        Form::JsonEscaped => json_escape,
    };
    let source = sources.get(span.file);
    let mut rest = source.slice(span);
    let (mut read, mut made) = (0, 0);
    let (mut start, mut end) = (None, None);
    while !rest.is_empty() {
        if made >= range.start && start.is_none() {
            start = Some(read);
        }
        if made >= range.end {
            end = Some(read);
            break;
        }
        let (from, to) = escape(rest);
        read += from;
        made += to;
        rest = rest.get(from..).unwrap_or_default();
    }
    span.part(start.unwrap_or(read)..end.unwrap_or(read))
}

/// How many bytes the first character of `text` is written with, and how many it stands for, in a quoted HCL string.
fn hcl_escape(text: &str) -> (usize, usize) {
    if text.starts_with("$${") || text.starts_with("%%{") {
        return (3, 2);
    }
    let unicode = |digits: usize| {
        let code = text.get(2..2 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        (2 + digits, code.and_then(char::from_u32).map_or(0, char::len_utf8))
    };
    match text.as_bytes() {
        [b'\\', b'u', ..] => unicode(4),
        [b'\\', b'U', ..] => unicode(8),
        [b'\\', _, ..] => (2, 1),
        _ => plain(text),
    }
}

/// The same for a JSON string. A pair of surrogates is one character.
fn json_escape(text: &str) -> (usize, usize) {
    let unit = |at: usize| text.get(at..at + 4).and_then(|hex| u16::from_str_radix(hex, 16).ok());
    match text.as_bytes() {
        [b'\\', b'u', ..] => match unit(2) {
            Some(high @ 0xD800..=0xDBFF) => {
                let pair = [high, text.get(6..8).filter(|next| *next == "\\u").and(unit(8)).unwrap_or(0)];
                let pair = char::decode_utf16(pair).next().and_then(Result::ok);
                pair.map_or((6, char::REPLACEMENT_CHARACTER.len_utf8()), |c| (12, c.len_utf8()))
            }
            Some(code) => (6, char::from_u32(code.into()).unwrap_or(char::REPLACEMENT_CHARACTER).len_utf8()),
            None => (6, 0),
        },
        [b'\\', _, ..] => (2, 1),
        _ => plain(text),
    }
}

/// Where each byte of a JSON string's value is written, from the start of its text between the quotes; the end last.
pub(crate) fn json_places(raw: &str) -> Vec<u32> {
    let mut places = Vec::with_capacity(raw.len() + 1);
    let (mut rest, mut read) = (raw, 0);
    while !rest.is_empty() {
        let (from, to) = json_escape(rest);
        places.extend(std::iter::repeat_n(read, to));
        read += u32::try_from(from).unwrap_or(u32::MAX);
        rest = rest.get(from..).unwrap_or_default();
    }
    places.push(read);
    places
}

fn plain(text: &str) -> (usize, usize) {
    let len = text.chars().next().map_or(1, char::len_utf8);
    (len, len)
}

/// The way to a value, such as `customer_tenants["foo"].target_account_id`.
#[derive(Clone, PartialEq, Eq)]
pub struct Path(Arc<Node>);

#[derive(PartialEq, Eq)]
enum Node {
    Root(Root),
    Step(Path, Step),
}

/// Where a path starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// An input variable of the root module.
    Variable(Str),
    /// A local value, in any module.
    Local(Str),
    /// A module call, by its address: `module.foo` or `module.foo["a"]`.
    ModuleCall(Str),
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// An attribute of an object.
    Attribute(Str),
    /// A key of a map.
    Key(Str),
    /// The place in a list or tuple, from 0. Elements of sets have none.
    Index(u32),
}

impl Step {
    /// The name of an attribute or key.
    pub fn name(&self) -> Option<&Str> {
        match self {
            Step::Attribute(name) | Step::Key(name) => Some(name),
            Step::Index(_) => None,
        }
    }
}

impl Path {
    /// The path of a variable, local or module call itself.
    pub fn root(root: Root) -> Self {
        Self(Arc::new(Node::Root(root)))
    }

    /// This path, one step further.
    #[must_use]
    pub fn join(&self, step: Step) -> Self {
        Self(Arc::new(Node::Step(self.clone(), step)))
    }

    /// The last step; none of a root.
    pub fn last(&self) -> Option<&Step> {
        if let Node::Step(_, step) = &*self.0 { Some(step) } else { None }
    }

    /// The steps from the last one to the first.
    pub fn backwards(&self) -> impl Iterator<Item = &Step> {
        let mut path = self;
        std::iter::from_fn(move || match &*path.0 {
            Node::Root(_) => None,
            Node::Step(parent, step) => {
                path = parent;
                Some(step)
            }
        })
    }

    /// Where the path starts.
    pub fn start(&self) -> &Root {
        let mut path = self;
        loop {
            match &*path.0 {
                Node::Root(root) => return root,
                Node::Step(parent, _) => path = parent,
            }
        }
    }

    /// Where the path starts, and its steps in order.
    pub fn parts(&self) -> (&Root, SmallVec<[&Step; 8]>) {
        let mut steps: SmallVec<[&Step; 8]> = self.backwards().collect();
        steps.reverse();
        (self.start(), steps)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (root, steps) = self.parts();
        match root {
            Root::Variable(name) | Root::ModuleCall(name) => f.write_str(name)?,
            Root::Local(name) => write!(f, "local.{name}")?,
        }
        for step in steps {
            match step {
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Key(key) => write!(f, "[{}]", quoted(key))?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `text` as a quoted HCL string.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_behind_escapes_are_found() {
        let sources = Sources::new();
        let text = r#"\u0061rn:\"é$${x"#;
        let file = sources.add("x", text.as_bytes().to_vec()).unwrap();
        let origin = Origin::written(Span::new(file, 0..text.len() as u32), Form::Escaped);
        // The value is `arn:"é${x`.
        assert_eq!(sources.text(origin.locate(0..1, &sources)), r"\u0061");
        assert_eq!(sources.text(origin.locate(1..4, &sources)), "rn:");
        assert_eq!(sources.text(origin.locate(4..5, &sources)), r#"\""#);
        assert_eq!(sources.text(origin.locate(5..7, &sources)), "é");
        assert_eq!(sources.text(origin.locate(7..10, &sources)), "$${x");
    }

    #[test]
    fn a_part_of_a_template_leads_to_where_it_was_written() {
        let sources = Sources::new();
        let file = sources.add("x", b"account = \"1234\" arn = \"a:${x}:b\"".to_vec()).unwrap();
        let written = |range| Origin::written(Span::new(file, range), Form::Verbatim);
        let joined = Origin::joined(
            Span::new(file, 24..32),
            [
                Part { len: 2, origin: written(24..26) },
                Part { len: 4, origin: written(11..15) },
                Part { len: 2, origin: written(30..32) },
            ],
        );
        assert_eq!(joined.locate(2..6, &sources), Span::new(file, 11..15));
        assert_eq!(joined.locate(0..1, &sources), Span::new(file, 24..25));
        assert_eq!(joined.locate(1..6, &sources), Span::new(file, 24..32));
    }

    #[test]
    fn paths_are_shown_as_terraform_writes_them() {
        let path = Path::root(Root::Variable("t".into()))
            .join(Step::Key("a\"b".into()))
            .join(Step::Attribute("grants".into()))
            .join(Step::Index(0));
        assert_eq!(path.to_string(), r#"t["a\"b"].grants[0]"#);
    }
}
