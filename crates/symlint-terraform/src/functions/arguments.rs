//! Helpers for functions: access to arguments, and results with origins.

use std::ops::Range;

use crate::eval::{Answer, Evaluator, Stop};
use crate::form::Form;
use crate::limits::{BYTES, ELEMENTS};
use crate::number;
use crate::number::Number;
use crate::origin::{Makeup, Origin};
use crate::source::{Span, Str};
use crate::types::{Primitive, convert_within, to_number, to_text, type_of};
use crate::value::{Kind, Type, Value};

/// A function of Terraform.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) least: usize,
    pub(super) most: usize,
    pub(super) run: fn(&Arguments<'_, '_>) -> Answer,
}

/// Any number of arguments.
pub(super) const MANY: usize = usize::MAX;

pub(super) const fn function(
    name: &'static str,
    least: usize,
    most: usize,
    run: fn(&Arguments<'_, '_>) -> Answer,
) -> Function {
    Function { name, least, most, run }
}

/// The arguments of a call.
pub(super) struct Arguments<'a, 'p> {
    pub(super) evaluator: &'a Evaluator<'p>,
    pub(super) values: &'a [Value],
    pub(super) span: Span,
    pub(super) name: &'static str,
}

impl Arguments<'_, '_> {
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// An error that names the function.
    pub(super) fn refuse(&self, what: impl std::fmt::Display) -> Stop {
        Stop::error(format!("`{}` {what}", self.name))
    }

    fn wants(&self, index: usize, wanted: &str, value: &Value) -> Stop {
        self.refuse(format_args!("expects a {wanted} as argument {}, not a {}", index + 1, value.type_name()))
    }

    /// Counts steps; an error if the limit is reached.
    pub(super) fn spend(&self, steps: usize) -> Answer<()> {
        if steps > ELEMENTS {
            return Err(Stop::limit("this has too many elements to be evaluated"));
        }
        Ok(self.evaluator.meter().spend(steps)?)
    }

    /// The argument, which must be known but may be null.
    pub(super) fn nullable(&self, index: usize) -> Answer<&Value> {
        let value = self.values.get(index).ok_or_else(|| self.refuse("lacks an argument"))?;
        if value.as_unknown().is_some() { Err(Stop::Unknown(value.clone())) } else { Ok(value) }
    }

    /// The argument, which must be known and not null.
    pub(super) fn value(&self, index: usize) -> Answer<&Value> {
        let value = self.nullable(index)?;
        if value.is_null() {
            return Err(self.refuse(format_args!("does not accept null as argument {}", index + 1)).on_null(value));
        }
        Ok(value)
    }

    /// The argument as a string, with its origin.
    pub(super) fn string(&self, index: usize) -> Answer<(Str, Origin)> {
        self.as_string(self.value(index)?, index)
    }

    /// A part of the argument at `index` as a string, with its origin.
    pub(super) fn as_string(&self, value: &Value, index: usize) -> Answer<(Str, Origin)> {
        match to_text(value) {
            Primitive::Is(Value { kind: Kind::String(text), origin, .. }) => Ok((text, origin)),
            Primitive::Is(value) if value.as_unknown().is_some() => Err(Stop::Unknown(value)),
            _ => Err(self.wants(index, "string", value)),
        }
    }

    /// The text of the argument.
    pub(super) fn text(&self, index: usize) -> Answer<Str> {
        self.string(index).map(|(text, _)| text)
    }

    pub(super) fn number(&self, index: usize) -> Answer<Number> {
        self.as_number(self.value(index)?, index)
    }

    pub(super) fn as_number(&self, value: &Value, index: usize) -> Answer<Number> {
        match to_number(value) {
            Primitive::Is(Value { kind: Kind::Number(number), .. }) => Ok(number),
            Primitive::Is(value) if value.as_unknown().is_some() => Err(Stop::Unknown(value)),
            Primitive::Beyond => Err(Stop::reason("this number is too long to be evaluated")),
            _ => Err(self.wants(index, "number", value)),
        }
    }

    /// The argument as a whole number.
    pub(super) fn integer(&self, index: usize) -> Answer<i64> {
        let number = self.number(index)?;
        if !number.is_integer() {
            return Err(self.refuse(format_args!("expects a whole number as argument {}", index + 1)));
        }
        number::to_integer(&number)
            .ok_or_else(|| self.refuse(format_args!("expects a smaller number as argument {}", index + 1)))
    }

    /// The elements of the argument, which must be a list, set, or tuple.
    pub(super) fn items(&self, index: usize) -> Answer<Vec<Value>> {
        let value = self.value(index)?;
        self.items_of(value).unwrap_or_else(|| Err(self.wants(index, "list", value)))
    }

    /// The elements of a list, set, or tuple, with their paths; `None` for anything else.
    pub(super) fn items_of(&self, value: &Value) -> Option<Answer<Vec<Value>>> {
        let items = value.elements()?;
        if let Err(stop) = self.spend(items.len()) {
            return Some(Err(stop));
        }
        if matches!(value.kind, Kind::Set(_)) {
            // Which elements there are depends on which of them are equal.
            if let Some(unknown) = items.iter().find(|item| item.as_unknown().is_some()) {
                return Some(Err(Stop::Unknown(unknown.clone())));
            }
        }
        let parts = value.each_part();
        Some(Ok((0..items.len()).filter_map(|at| parts.at(at)).collect()))
    }

    /// Returns an error for an empty collection whose element type cannot be `ty`.
    pub(super) fn check_elements(&self, index: usize, ty: &Type) -> Answer<()> {
        let value = self.value(index)?;
        match value.elements() {
            Some([]) => self.convert(value, &Type::List(Box::new(ty.clone()))).map(|_| ()),
            _ => Ok(()),
        }
    }

    /// The elements of the argument as strings.
    pub(super) fn strings(&self, index: usize) -> Answer<Vec<Value>> {
        self.check_elements(index, &Type::String)?;
        let mut strings = Vec::new();
        for item in self.items(index)? {
            if item.is_null() {
                return Err(self.refuse(format_args!("does not accept null in argument {}", index + 1)).on_null(&item));
            }
            let (text, origin) = self.as_string(&item, index)?;
            strings.push(Value::new(Kind::String(text), origin));
        }
        Ok(strings)
    }

    /// The origin of the call's result as a whole, which is derived from all arguments.
    pub(super) fn origin(&self) -> Origin {
        let mut origins = Vec::with_capacity(self.values.len());
        let mut left = 256;
        for value in self.values {
            // A value that is not a collection has all sources in its origin.
            match value.entries().is_some() || value.elements().is_some() {
                true => value.gather(&mut origins, &mut left),
                false => origins.push(value.origin.clone()),
            }
        }
        let sensitive = self.values.iter().any(Value::is_sensitive);
        Origin { sensitive, ..Origin::derived(self.span, origins) }
    }

    pub(super) fn result(&self, kind: Kind) -> Value {
        Value::new(kind, self.origin())
    }

    pub(super) fn truth(&self, value: bool) -> Answer {
        Ok(self.result(Kind::Bool(value)))
    }

    /// A string that was built from the arguments. If it is equal to one of them, it has that argument's origin and
    /// depends on the others.
    pub(super) fn made(&self, text: &str) -> Answer {
        if text.len() > BYTES {
            return Err(Stop::limit("this text is too long to be evaluated"));
        }
        for (at, value) in self.values.iter().enumerate() {
            if let Primitive::Is(Value { kind: Kind::String(own), origin, .. }) = to_text(value) {
                if own.as_str() == text && !text.is_empty() {
                    let others = self.values.iter().enumerate().filter(|(other, _)| *other != at);
                    let origin = others.fold(origin, |origin, (_, other)| origin.depending_on(&other.origin));
                    return Ok(Value::new(Kind::String(own), origin));
                }
            }
        }
        Ok(self.result(Kind::String(Str::from(text))))
    }

    /// The bytes `range` of `text`, an argument with `origin`. The piece has its own place, and depends on the whole
    /// text.
    pub(super) fn piece(&self, text: &Str, origin: &Origin, range: Range<usize>) -> Value {
        if range.len() == text.len() {
            return Value::new(Kind::String(text.clone()), origin.clone());
        }
        let cut = origin.cut(range.clone(), self.evaluator.project().sources());
        Value::new(Kind::String(text.get(range).map(Str::from).unwrap_or_default()), cut)
    }

    /// The origin of the bytes `range` in a decoded text with `origin`. If the text is written in a file or a string,
    /// the bytes have a place there.
    pub(super) fn written(&self, origin: &Origin, range: Range<usize>, form: Form) -> Origin {
        let sources = self.evaluator.project().sources();
        let (part, within) = origin.part_at(range.clone());
        match (&part.makeup, &part.path) {
            (Makeup::Written(Form::Verbatim), None) => {
                Origin::written(part.locate(within, sources), form).depending_as(origin)
            }
            _ => origin.cut(range, sources),
        }
    }

    /// The rest of an argument after something is cut off at its ends.
    pub(super) fn left(&self, index: usize, cut: impl FnOnce(&str) -> &str) -> Answer {
        let (text, origin) = self.string(index)?;
        let left = cut(&text);
        let start = (left.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        Ok(self.piece(&text, &origin, start..start + left.len()))
    }

    pub(super) fn tuple(&self, items: Vec<Value>) -> Answer {
        self.spend(items.len())?;
        Ok(self.result(Kind::Tuple(items.into())))
    }

    /// A list of elements that all have the type `of`.
    pub(super) fn list_of(&self, items: Vec<Value>, of: Type) -> Answer {
        self.spend(items.len())?;
        Ok(Value::typed(Kind::List(items.into()), self.origin(), of))
    }

    /// A list with the element type of `other`, which is a list, set, or map.
    pub(super) fn list_like(&self, items: Vec<Value>, other: &Value) -> Answer {
        match other.of() {
            Some(of) => self.list_of(items, of.clone()),
            None => {
                self.spend(items.len())?;
                Ok(self.result(Kind::List(items.into())))
            }
        }
    }

    /// The type of the argument.
    pub(super) fn type_of(&self, value: &Value) -> Answer<Type> {
        Ok(type_of(value, self.evaluator.meter())?)
    }

    /// A list of the elements, converted to their common type.
    pub(super) fn list(&self, items: Vec<Value>) -> Answer {
        self.convert(&self.tuple(items)?, &Type::List(Box::new(Type::Any)))
    }

    /// `value`, converted to `ty`. It is an error if Terraform cannot convert it.
    pub(super) fn convert(&self, value: &Value, ty: &Type) -> Answer {
        let converted = convert_within(value, ty, self.evaluator.meter());
        if converted.problems.iter().any(|problem| problem.kind.is_error()) {
            return Err(self.refuse(format_args!("expects a value that can be a {ty}")));
        }
        Ok(converted.value)
    }
}
