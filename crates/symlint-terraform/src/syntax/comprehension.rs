//! Reads `[for …]` and `{for …}`.

use super::cursor::{Lines, Node, ReadResult, Reader, Reported};
use super::{ExprKind, For, Name};

/// The parts of a `for`, in boxes, so that reading one part needs little stack for the others.
struct ForParts {
    names: Box<(Option<Name>, Name)>,
    collection: Box<Node>,
    key: Option<Box<Node>>,
    result: Box<Node>,
    grouping: bool,
    condition: Option<Box<Node>>,
}

impl Reader<'_> {
    /// Reads `[for x in collection : result if condition]` or `{for x in collection : key => result... if condition}`,
    /// starting at its bracket.
    pub(super) fn comprehension(&mut self) -> ReadResult<Node> {
        let open = self.at;
        let parts = self.nested(open, |reader| reader.for_parts(open))?;
        let nodes = [Some(&parts.collection), parts.key.as_ref(), Some(&parts.result), parts.condition.as_ref()];
        let height = nodes.into_iter().flatten().map(|node| node.height).max().unwrap_or_default();
        let (key_name, value_name) = *parts.names;
        let parts = For {
            key_name,
            value_name,
            collection: parts.collection.expr,
            key: parts.key.map(|key| key.expr),
            result: parts.result.expr,
            grouping: parts.grouping,
            condition: parts.condition.map(|condition| condition.expr),
        };
        self.node(ExprKind::For(Box::new(parts)), open..self.at, height)
    }

    fn for_parts(&mut self, open: usize) -> ReadResult<ForParts> {
        let object = self.peek() == Some(b'{');
        let close = if object { "}" } else { "]" };
        self.at += 1;
        self.skip_space();
        self.keyword("for");
        let names = self.loop_names("for name in collection : …").map(Box::new)?;
        let collection = self.boxed()?;
        if !self.eat(":") {
            return Err(self.unexpected_within(open, close, "`:` is missing after the collection"));
        }
        self.skip_space();
        let mut result = self.boxed()?;
        let mut key = None;
        if object {
            if !self.eat("=>") {
                return Err(self.unexpected_within(open, close, "`=>` is missing: write `{ for … : key => value }`"));
            }
            self.skip_space();
            key = Some(std::mem::replace(&mut result, self.boxed()?));
        }
        let grouping = object && self.eat("...");
        self.skip_space();
        let condition = if self.keyword("if") { Some(self.boxed()?) } else { None };
        if !self.eat(close) {
            return Err(self.for_not_closed(open, close));
        }
        Ok(ForParts { names, collection, key, result, grouping, condition })
    }

    fn boxed(&mut self) -> ReadResult<Box<Node>> {
        self.expression(Lines::Continue).map(Box::new)
    }

    fn for_not_closed(&mut self, open: usize, close: &str) -> Reported {
        let wanted = match self.peek() {
            Some(b'=') if self.looking_at("=>") => "`=>` makes an object: write `{ for … }`",
            Some(b'.') if self.looking_at("...") => "`...` groups by keys: write `{ for … : key => value... }`",
            _ if close == "]" => "`]` is missing",
            _ => "`}` is missing",
        };
        self.unexpected_within(open, close, wanted)
    }

    /// Reads `value in` or `key, value in`. `example` shows how to write the whole expression.
    pub(super) fn loop_names(&mut self, example: &str) -> ReadResult<(Option<Name>, Name)> {
        let first = self.loop_name(example)?;
        let names = if self.eat(",") {
            self.skip_space();
            (Some(first), self.loop_name(example)?)
        } else {
            (None, first)
        };
        if !self.keyword("in") {
            return Err(self.unexpected(&format!("`in` is missing: write `{example}`")));
        }
        Ok(names)
    }

    fn loop_name(&mut self, example: &str) -> ReadResult<Name> {
        let Some(word) = self.word() else {
            return Err(self.unexpected(&format!("a name is missing: write `{example}`")));
        };
        self.skip_space();
        Ok(self.name(word))
    }

    /// Skips `word` if it is here, and returns whether it was.
    fn keyword(&mut self, word: &str) -> bool {
        let start = self.at;
        let found = self.word().is_some_and(|found| self.slice(found) == word);
        if found {
            self.skip_space();
        } else {
            self.at = start;
        }
        found
    }
}
