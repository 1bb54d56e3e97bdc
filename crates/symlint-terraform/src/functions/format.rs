//! `format` and `formatlist`.

use bigdecimal::{BigDecimal, RoundingMode, Signed};

use crate::eval::{Answer, Pieces, Stop};
use crate::number;
use crate::origin::Origin;
use crate::types::{Primitive, Type, to_bool};
use crate::value::{Kind, Value};

use super::arguments::Arguments;
use super::encoding::write_json;
use super::strings::{characters, shown};
use super::{Function, MANY, function};

pub(super) const FUNCTIONS: &[Function] =
    &[function("format", 1, MANY, format), function("formatlist", 1, MANY, formatlist)];

fn format(args: &Arguments<'_, '_>) -> Answer {
    let values: Vec<Value> = args.values.iter().skip(1).cloned().collect();
    formatted(args, &values)
}

/// `format` once for each element of the lists among the arguments, which are of one length.
fn formatlist(args: &Arguments<'_, '_>) -> Answer {
    let mut columns = Vec::new();
    let mut length = None;
    for index in 1..args.len() {
        let value = args.nullable(index)?;
        let items = match args.items_of(value) {
            Some(items) => items?,
            None => {
                columns.push(Err(value.clone()));
                continue;
            }
        };
        if *length.get_or_insert(items.len()) != items.len() {
            return Err(args.refuse("takes lists of one length"));
        }
        columns.push(Ok(items));
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

/// What stands between `%` and the verb.
#[derive(Default)]
struct Flags {
    minus: bool,
    plus: bool,
    zero: bool,
    space: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

fn formatted(args: &Arguments<'_, '_>, values: &[Value]) -> Answer {
    let (text, text_origin) = args.string(0)?;
    let literal = Origin::derived(text_origin.span, [text_origin.clone()]);
    let mut pieces = Pieces::default();
    let mut rest = text.as_str();
    let mut next = 0;
    while let Some((before, after)) = rest.split_once('%') {
        pieces.push(before, &literal)?;
        let (flags, after) = read_flags(after)?;
        let mut chars = after.chars();
        let verb = chars.next().ok_or_else(|| args.refuse("has a `%` without a verb"))?;
        rest = chars.as_str();
        if verb == '%' {
            pieces.push("%", &literal)?;
            continue;
        }
        if !verb.is_ascii_alphabetic() {
            return Err(Stop::reason("this format is not evaluated"));
        }
        let value = values.get(next).ok_or_else(|| args.refuse("has more verbs than arguments"))?;
        next += 1;
        if value.as_unknown().is_some() {
            return Err(Stop::Unknown(value.clone()));
        }
        if value.is_null() {
            return Err(Stop::reason("how a null is formatted depends on its type"));
        }
        let shown = show(args, verb, &flags, value)?;
        pieces.push(&padded(&shown, &flags)?, &value.origin)?;
    }
    pieces.push(rest, &literal)?;
    if next < values.len() {
        return Err(args.refuse("has more arguments than verbs"));
    }
    let joined = pieces.finish(args.span);
    // What is passed through whole is what it was.
    let same = values.iter().find(|value| value.as_str().is_some_and(|text| Some(text) == joined.as_str()));
    match same {
        Some(value) if joined.as_str().is_some_and(|text| !text.is_empty()) => Ok(value.clone()),
        _ => Ok(joined),
    }
}

fn read_flags(text: &str) -> Answer<(Flags, &str)> {
    let mut flags = Flags::default();
    let mut rest = text;
    loop {
        let flag = match rest.chars().next() {
            Some('-') => &mut flags.minus,
            Some('+') => &mut flags.plus,
            Some('0') => &mut flags.zero,
            Some(' ') => &mut flags.space,
            _ => break,
        };
        *flag = true;
        rest = rest.get(1..).unwrap_or_default();
    }
    (flags.width, rest) = read_count(rest)?;
    if let Some(after) = rest.strip_prefix('.') {
        let (precision, after) = read_count(after)?;
        flags.precision = Some(precision.unwrap_or(0));
        rest = after;
    }
    Ok((flags, rest))
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

fn show(args: &Arguments<'_, '_>, verb: char, flags: &Flags, value: &Value) -> Answer<String> {
    let odd = || Stop::reason("this format is not evaluated");
    match verb {
        'v' if flags.precision.is_some() || flags.plus || flags.space => Err(odd()),
        'v' => match &value.kind {
            Kind::String(text) => Ok(text.to_string()),
            _ => json(args, value),
        },
        's' | 'q' => {
            let text = shown(value).ok_or_else(|| args.refuse("takes a string for this verb"))?;
            let cut: String = match flags.precision {
                Some(precision) => characters(&text)?.iter().take(precision).collect(),
                None => text.to_string(),
            };
            if verb == 's' { Ok(cut) } else { json(args, &Value::new(Kind::String(cut.into()), value.origin.clone())) }
        }
        't' => match to_bool(value) {
            Primitive::Is(Value { kind: Kind::Bool(truth), .. }) => Ok(truth.to_string()),
            _ => Err(args.refuse("takes true or false for this verb")),
        },
        'd' | 'f' | 'x' | 'X' | 'o' | 'b' => {
            if flags.precision.is_some() && verb != 'f' {
                return Err(odd());
            }
            let number = args.as_number(value, 1)?;
            let text = in_digits(verb, &number, flags)?;
            let sign = if number.is_negative() || !(flags.plus || flags.space) {
                ""
            } else if flags.plus {
                "+"
            } else {
                " "
            };
            Ok(format!("{sign}{text}"))
        }
        _ => Err(odd()),
    }
}

fn in_digits(verb: char, number: &BigDecimal, flags: &Flags) -> Answer<String> {
    if verb == 'f' {
        let precision = i64::try_from(flags.precision.unwrap_or(6)).unwrap_or(6);
        let rounded = number.with_scale_round(precision, RoundingMode::HalfEven);
        // Half a digit of a binary float may be a little more or less than half.
        if rounded != *number && number.with_scale_round(precision + 1, RoundingMode::Down) == *number {
            return Err(Stop::reason("this number is not rounded here"));
        }
        return Ok(rounded.to_plain_string());
    }
    if !number.is_integer() {
        return Err(Stop::error("`format` takes a whole number for this verb"));
    }
    if verb == 'd' {
        return Ok(number::format_number(number));
    }
    let integer = number::to_integer(number).filter(|integer| *integer >= 0);
    let integer = integer.ok_or_else(|| Stop::reason("this number is not formatted here"))?;
    Ok(match verb {
        'x' => format!("{integer:x}"),
        'X' => format!("{integer:X}"),
        'o' => format!("{integer:o}"),
        _ => format!("{integer:b}"),
    })
}

fn padded(text: &str, flags: &Flags) -> Answer<String> {
    let Some(width) = flags.width else { return Ok(text.to_owned()) };
    let missing = width.saturating_sub(characters(text)?.len());
    if flags.minus {
        return Ok(format!("{text}{}", " ".repeat(missing)));
    }
    if !flags.zero {
        return Ok(format!("{}{text}", " ".repeat(missing)));
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    if flags.plus || flags.space {
        return Err(Stop::reason("this format is not evaluated"));
    }
    Ok(format!("{sign}{}{digits}", "0".repeat(missing)))
}

fn json(args: &Arguments<'_, '_>, value: &Value) -> Answer<String> {
    let mut text = String::new();
    write_json(value, &mut text, args)?;
    Ok(text)
}
