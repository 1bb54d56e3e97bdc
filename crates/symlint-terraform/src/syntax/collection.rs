//! Reads objects, tuples, and parentheses.

use super::cursor::{Lines, Node, ReadResult, Reader, Reported};
use super::recover::ItemParent;
use super::{Expr, ExprKind, Item, Key, Name};

impl Reader<'_> {
    /// Reads `{ … }`, starting at its brace.
    pub(super) fn object(&mut self) -> ReadResult<Node> {
        let open = self.at;
        self.at += 1;
        let (items, height) = self.nested(open, |reader| reader.items(open))?;
        self.node(ExprKind::Object(items.into()), open..self.at, height)
    }

    /// Reads an object whose missing `{` should be here.
    pub(super) fn rest_of_object(&mut self, open: usize) -> ReadResult<Node> {
        let (items, height) = self.nested(open, |reader| reader.items(open))?;
        self.node(ExprKind::Object(items.into()), open..self.at, height)
    }

    fn items(&mut self, open: usize) -> ReadResult<(Vec<Item>, usize)> {
        let mut items = Vec::new();
        let mut height = 0;
        loop {
            self.skip_space();
            if self.closes_here(open, "}") {
                break;
            }
            match self.peek() {
                None => {
                    self.not_closed(open, "}");
                    break;
                }
                Some(b'}' | b']') if self.at_extra() => self.extra_bracket(),
                Some(b'}') => {
                    self.at += 1;
                    break;
                }
                Some(b']' | b')') if self.closes_wrongly(open) => {
                    self.wrong_close(open, "}");
                    break;
                }
                Some(_) => {
                    let start = self.at;
                    if self.item(open, &mut items, &mut height).is_err() {
                        self.skip_item(start, ItemParent::Object);
                    }
                }
            }
        }
        Ok((items, height))
    }

    /// Reads an item, and the comma after it.
    fn item(&mut self, open: usize, items: &mut Vec<Item>, height: &mut usize) -> ReadResult<()> {
        let start = self.at;
        let key = self.item_key()?;
        if self.peek() != Some(b':') && !self.at_separator() {
            return Err(self.no_separator(&key.expr));
        }
        self.at += 1;
        self.skip_blank();
        let value_start = self.at;
        let outcome = match &key.expr.kind {
            ExprKind::Variable(text) => self.value_of(text),
            ExprKind::String(literal) => self.value_of(&literal.text),
            _ => self.expression(Lines::End),
        };
        *height = (*height).max(key.height);
        let failed = outcome.is_err();
        if let Ok(value) = &outcome {
            *height = (*height).max(value.height);
        }
        let value = self.value_or_invalid(outcome);
        items.push(Item { span: self.span(start..value.span.end as usize), key: self.key(key.expr), value });
        if failed {
            return Err(Reported);
        }
        self.skip_blank();
        match self.peek() {
            Some(b',') => self.at += 1,
            Some(b'}') => {}
            Some(b']' | b')') if self.at_extra() || self.is_missing(open) || self.closes_wrongly(open) => {}
            _ if self.at_line_end() => {}
            _ => return self.not_separated(value_start),
        }
        Ok(())
    }

    /// Reads the part before `=`. Terraform may read `name [` as the start of a key, but if it is not one, the `=` is
    /// missing.
    fn item_key(&mut self) -> ReadResult<Node> {
        let start = self.at;
        let word = self.word();
        let after_word = self.at;
        self.skip_blank();
        // Almost all keys are plain words.
        if let Some(word) = &word
            && self.at_separator()
        {
            let kind = self.constant_or_name(word.clone());
            return self.node(kind, word.clone(), 0);
        }
        let is_apart = matches!(self.text.as_bytes().get(after_word), Some(b' ' | b'\t'));
        let opens = word.filter(|_| is_apart && self.peek() == Some(b'['));
        self.back_to(start);
        let errors_before = self.error_count();
        let key = self.expression(Lines::End);
        if let (Some(name), Err(Reported)) = (opens, &key) {
            self.reword_error(
                errors_before,
                name.end..name.end,
                format!("`=` is missing: write `{} = [ … ]`", self.slice(name)),
            );
        }
        key
    }

    /// Whether `=` or `:` is here, but not an operator or `::` that starts with it.
    fn at_separator(&self) -> bool {
        match self.peek() {
            Some(separator @ (b'=' | b':')) => self.peek_at(1) != Some(separator),
            _ => false,
        }
    }

    /// The key before `=`. A plain word is always text there.
    fn key(&self, expr: Expr) -> Key {
        match expr.kind {
            ExprKind::Variable(text) => Key::Literal(Name { text, span: expr.span }),
            ExprKind::Null | ExprKind::Bool(_) => {
                Key::Literal(self.name(expr.span.start as usize..expr.span.end as usize))
            }
            ExprKind::String(literal) => Key::Literal(Name { text: literal.text, span: literal.span }),
            _ => Key::Computed(Box::new(expr)),
        }
    }

    /// Reads `[ … ]`, starting at its bracket.
    pub(super) fn tuple(&mut self) -> ReadResult<Node> {
        let open = self.at;
        self.at += 1;
        let (elements, height) = self.nested(open, |reader| reader.elements(open))?;
        self.node(ExprKind::Tuple(elements.into()), open..self.at, height)
    }

    fn elements(&mut self, open: usize) -> ReadResult<(Vec<Expr>, usize)> {
        let mut elements = Vec::new();
        let mut height = 0;
        loop {
            self.skip_space();
            if self.closes_here(open, "]") {
                break;
            }
            match self.peek() {
                None => {
                    self.not_closed(open, "]");
                    break;
                }
                Some(b'}' | b']') if self.at_extra() => self.extra_bracket(),
                Some(b']') => {
                    self.at += 1;
                    break;
                }
                Some(b'}' | b')') if self.closes_wrongly(open) => {
                    self.wrong_close(open, "]");
                    break;
                }
                Some(b'}' | b')') if self.is_first_on_line() => {
                    let end = self.missing_close(open, "]", self.at);
                    self.back_to(end);
                    break;
                }
                Some(b'}' | b')') => {
                    self.not_closed(open, "]");
                    break;
                }
                Some(_) if self.item_starts_here() => {
                    let end = self.missing_close(open, "]", self.at);
                    self.back_to(end);
                    break;
                }
                Some(_) => {
                    let start = self.at;
                    let outcome = self.element(&mut elements, &mut height);
                    if outcome.is_err() && self.skip_item(start, ItemParent::Tuple) {
                        break;
                    }
                }
            }
        }
        Ok((elements, height))
    }

    /// Reads an element, and the comma after it.
    fn element(&mut self, elements: &mut Vec<Expr>, height: &mut usize) -> ReadResult<()> {
        let start = self.at;
        let outcome = self.expression(Lines::Continue);
        let failed = outcome.is_err();
        if let Ok(node) = &outcome {
            *height = (*height).max(node.height);
        }
        let element = self.value_or_invalid(outcome);
        let end = element.span.end as usize;
        elements.push(element);
        if failed {
            return Err(Reported);
        }
        self.skip_space();
        match self.peek() {
            Some(b',') => self.at += 1,
            Some(b']' | b'}' | b')') | None => {}
            // The tuple has ended. This is reported by the caller, which knows its start.
            Some(_) if self.item_starts_here() => {}
            Some(_) => return self.no_comma(start, end),
        }
        Ok(())
    }
}
