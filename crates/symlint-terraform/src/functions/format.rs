//! `format` and `formatlist`. Some of their verbs are Go's, and some are Terraform's own.

use std::num::NonZeroU64;

use bigdecimal::{BigDecimal, RoundingMode, Signed};

use crate::eval::{Answer, Pieces, Stop};
use crate::form::Form;
use crate::number;
use crate::types::{Primitive, to_bool};
use crate::value::{Kind, Type, Value};

use super::arguments::{Arguments, Function, MANY, function};
use super::encoding::write_json;
use super::strings::{characters, shown};

pub(super) const FUNCTIONS: &[Function] =
    &[function("format", 1, MANY, format), function("formatlist", 1, MANY, formatlist)];

fn format(args: &Arguments<'_, '_>) -> Answer {
    check_types(args)?;
    let values: Vec<Value> = args.values.iter().skip(1).cloned().collect();
    formatted(args, &values)
}

/// `format` for each element of the lists among the arguments, which must have the same length.
fn formatlist(args: &Arguments<'_, '_>) -> Answer {
    check_types(args)?;
    let mut columns = Vec::new();
    let (mut length, mut unknown) = (None, None);
    for value in args.values.iter().skip(1) {
        let items = match args.items_of(value) {
            Some(items) => items?,
            None => {
                unknown = unknown.or(value.as_unknown().map(|_| value));
                columns.push(Err(value.clone()));
                continue;
            }
        };
        if *length.get_or_insert(items.len()) != items.len() {
            return Err(args.refuse("expects lists of one length"));
        }
        columns.push(Ok(items));
    }
    // It may be a list of any length.
    if let (None, Some(unknown)) = (length, unknown) {
        return Err(Stop::Unknown(unknown.clone()));
    }
    let mut results = Vec::new();
    for row in 0..length.unwrap_or(1) {
        let cell = |column: &Result<Vec<Value>, Value>| match column {
            Ok(items) => items.get(row).cloned(),
            Err(value) => Some(value.clone()),
        };
        let values: Vec<Value> = columns.iter().filter_map(cell).collect();
        args.spend(values.len() + 1)?;
        results.push(formatted(args, &values)?);
    }
    args.list_of(results, Type::String)
}

/// A verb, and the options between it and its `%`.
struct Verb {
    sharp: bool,
    minus: bool,
    plus: bool,
    zero: bool,
    space: bool,
    width: Option<usize>,
    precision: Option<usize>,
    /// The number of its argument, which counts from 1; `None` for the argument after that of the previous verb.
    argument: Option<usize>,
    letter: char,
}

/// Terraform does not format anything before all types are known, and a null without a type has none.
fn check_types(args: &Arguments<'_, '_>) -> Answer<()> {
    args.text(0)?;
    let untyped = |value: &Value| value.is_null() && value.of().is_none_or(|of| matches!(of, Type::Any));
    match args.values.iter().any(untyped) {
        true => Err(Stop::reason("how a null is formatted depends on its type")),
        false => Ok(()),
    }
}

fn formatted(args: &Arguments<'_, '_>, values: &[Value]) -> Answer {
    let (text, text_origin) = args.string(0)?;
    let literal = |piece: &str| {
        let start = (piece.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        args.written(&text_origin, start..start + piece.len(), Form::Verbatim)
    };
    let mut pieces = Pieces::default();
    let mut rest = text.as_str();
    let (mut next, mut used) = (0, 0);
    while let Some((before, after)) = rest.split_once('%') {
        pieces.push(before, &literal(before))?;
        if let Some((percent, after)) = after.split_at_checked(1).filter(|(next, _)| *next == "%") {
            pieces.push(percent, &literal(percent))?;
            rest = after;
            continue;
        }
        let (verb, after) = read_verb(args, after)?;
        rest = after;
        if let Some(argument) = verb.argument {
            next = argument.checked_sub(1).ok_or_else(|| args.refuse("counts its arguments from 1"))?;
        }
        let value = values.get(next).ok_or_else(|| args.refuse("has more verbs than arguments"))?;
        next += 1;
        used = used.max(next);
        if value.as_unknown().is_some() {
            pieces.missing(value.clone());
            continue;
        }
        if value.is_null() {
            if value.of().is_none() {
                return Err(Stop::reason("how a null is formatted depends on its type"));
            }
            if verb.letter != 'v' {
                return Err(args.refuse("does not accept null for this verb").on_null(value));
            }
        }
        pieces.push(&show(args, &verb, value)?, &value.origin)?;
    }
    pieces.push(rest, &literal(rest))?;
    if used < values.len() {
        return Err(args.refuse("has more arguments than verbs"));
    }
    let joined = pieces.text(args.span);
    // A value that is the whole result keeps its origin.
    let same = values.iter().find(|value| value.as_str().is_some_and(|text| Some(text) == joined.as_str()));
    match same {
        Some(value) if joined.as_str().is_some_and(|text| !text.is_empty()) => Ok(value.clone()),
        _ => Ok(joined),
    }
}

/// The verb after a `%`, with its flags, width, precision, and argument number, and the rest of the text.
fn read_verb<'a>(args: &Arguments<'_, '_>, text: &'a str) -> Answer<(Verb, &'a str)> {
    let wrong = || args.refuse("has a `%` without a known verb");
    let flags = text.len() - text.trim_start_matches(['#', '-', '+', '0', ' ']).len();
    let (flags, mut rest) = text.split_at_checked(flags).ok_or_else(wrong)?;
    let width;
    (width, rest) = read_count(rest)?;
    let mut precision = None;
    if let Some(after) = rest.strip_prefix('.') {
        let (count, after) = read_count(after)?;
        precision = Some(count.unwrap_or(0));
        rest = after;
    }
    let mut argument = None;
    if let Some(after) = rest.strip_prefix('[') {
        let (count, after) = read_count(after)?;
        argument = Some(count.ok_or_else(wrong)?);
        rest = after.strip_prefix(']').ok_or_else(wrong)?;
    }
    let letter = rest.chars().next().filter(|letter| "vtbdoxXeEfgGsq".contains(*letter)).ok_or_else(wrong)?;
    let has = |flag| flags.contains(flag);
    let verb = Verb {
        sharp: has('#'),
        minus: has('-'),
        plus: has('+'),
        zero: has('0'),
        space: has(' '),
        width,
        precision,
        argument,
        letter,
    };
    Ok((verb, rest.get(1..).unwrap_or_default()))
}

fn read_count(text: &str) -> Answer<(Option<usize>, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (count, rest) = text.split_at_checked(digits).unwrap_or((text, ""));
    if count.is_empty() {
        return Ok((None, rest));
    }
    match count.parse() {
        Ok(count) if count <= 1000 => Ok((Some(count), rest)),
        _ => Err(Stop::reason("a width over 1,000 is not evaluated")),
    }
}

fn show(args: &Arguments<'_, '_>, verb: &Verb, value: &Value) -> Answer<String> {
    match verb.letter {
        'v' => {
            let text = match &value.kind {
                Kind::String(text) if !verb.sharp => text.to_string(),
                Kind::Number(number) if !verb.sharp => number::general(number, None),
                _ => json(args, value)?,
            };
            padded(&text, verb)
        }
        's' | 'q' => {
            let text = shown(value).ok_or_else(|| args.refuse("expects a string for this verb"))?;
            let cut: String = match verb.precision {
                // Terraform ignores a precision of zero.
                Some(precision) if precision > 0 => characters(&text)?.iter().take(precision).collect(),
                _ => text.to_string(),
            };
            let quoted = verb.letter == 'q';
            let cut =
                if quoted { json(args, &Value::new(Kind::String(cut.into()), value.origin.clone()))? } else { cut };
            padded(&cut, verb)
        }
        't' => match to_bool(value) {
            Primitive::Is(Value { kind: Kind::Bool(truth), .. }) => Ok(truth.to_string()),
            _ => Err(args.refuse("expects true or false for this verb")),
        },
        'b' | 'd' | 'o' | 'x' | 'X' => whole(args, verb, &*args.as_number(value, 1)?),
        _ => Ok(fraction(verb, &*args.as_number(value, 1)?)),
    }
}

fn sign(verb: &Verb, number: &BigDecimal) -> &'static str {
    match (number.is_negative(), verb.plus, verb.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    }
}

/// A whole number in the format of Go's `big.Int`.
fn whole(args: &Arguments<'_, '_>, verb: &Verb, number: &BigDecimal) -> Answer<String> {
    if !number.is_integer() {
        return Err(args.refuse("expects a whole number for this verb"));
    }
    let (integer, _) = number.with_scale(0).into_bigint_and_exponent();
    let (base, prefix) = match verb.letter {
        'b' => (2, "0b"),
        'o' => (8, "0"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let mut digits = integer.magnitude().to_str_radix(base);
    if verb.letter == 'X' {
        digits.make_ascii_uppercase();
    }
    if digits == "0" && verb.precision == Some(0) {
        return Ok(String::new());
    }
    let start = format!("{}{}", sign(verb, number), if verb.sharp { prefix } else { "" });
    let mut zeros = verb.precision.unwrap_or(0).saturating_sub(digits.len());
    let missing = verb.width.unwrap_or(0).saturating_sub(start.len() + zeros + digits.len());
    let (mut before, mut after) = (0, 0);
    if verb.minus {
        after = missing;
    } else if verb.zero && verb.precision.is_none() {
        zeros = missing;
    } else {
        before = missing;
    }
    Ok(format!("{}{start}{}{digits}{}", " ".repeat(before), "0".repeat(zeros), " ".repeat(after)))
}

/// A number in the format of Go's `big.Float`.
fn fraction(verb: &Verb, number: &BigDecimal) -> String {
    let magnitude = number.abs();
    let digits = match verb.letter {
        'f' => {
            let precision = i64::try_from(verb.precision.unwrap_or(6)).unwrap_or(6);
            number::as_float(&magnitude).with_scale_round(precision, RoundingMode::HalfEven).to_plain_string()
        }
        'e' | 'E' => scientific(&magnitude, verb.precision.unwrap_or(6)),
        _ => number::general(&magnitude, verb.precision),
    };
    let digits = if matches!(verb.letter, 'E' | 'G') { digits.to_uppercase() } else { digits };
    let sign = sign(verb, number);
    let missing = verb.width.unwrap_or(0).saturating_sub(sign.len() + digits.len());
    // Zeros come first, even where whole numbers would have spaces after them.
    if verb.zero {
        format!("{sign}{}{digits}", "0".repeat(missing))
    } else if verb.minus {
        format!("{sign}{digits}{}", " ".repeat(missing))
    } else {
        format!("{}{sign}{digits}", " ".repeat(missing))
    }
}

/// A number in the form `1.234500e+02`, with `precision` digits after the point.
fn scientific(number: &BigDecimal, precision: usize) -> String {
    let wanted = NonZeroU64::MIN.saturating_add(precision as u64);
    let rounded = number::as_float(number).with_precision_round(wanted, RoundingMode::HalfEven);
    let (mut digits, exponent) = number::mantissa(&rounded);
    digits.push_str(&"0".repeat((precision + 1).saturating_sub(digits.len())));
    number::with_exponent(&digits, exponent)
}

fn padded(text: &str, verb: &Verb) -> Answer<String> {
    let Some(width) = verb.width else { return Ok(text.to_owned()) };
    let missing = width.saturating_sub(characters(text)?.len());
    let padding = if verb.zero { "0" } else { " " }.repeat(missing);
    Ok(if verb.minus { format!("{text}{padding}") } else { format!("{padding}{text}") })
}

fn json(args: &Arguments<'_, '_>, value: &Value) -> Answer<String> {
    let mut text = String::new();
    write_json(value, &mut text, args)?;
    Ok(text)
}
