//! Functions of numbers.

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, RoundingMode};

use crate::eval::{Answer, Stop, numeric};
use crate::number::{self, bounded};
use crate::value::{Kind, Number};

use super::arguments::Arguments;
use super::{Function, MANY, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function("abs", 1, 1, |args| known(args, args.number(0)?.abs())),
    function("ceil", 1, 1, |args| known(args, args.number(0)?.with_scale_round(0, RoundingMode::Ceiling))),
    function("floor", 1, 1, |args| known(args, args.number(0)?.with_scale_round(0, RoundingMode::Floor))),
    function("log", 2, 2, log),
    function("max", 1, MANY, |args| extreme(args, |next, best| next > best)),
    function("min", 1, MANY, |args| extreme(args, |next, best| next < best)),
    function("parseint", 2, 2, parseint),
    function("pow", 2, 2, pow),
    function("signum", 1, 1, signum),
];

fn known(args: &Arguments<'_, '_>, number: BigDecimal) -> Answer {
    Ok(args.result(Kind::Number(numeric(bounded(number))?)))
}

/// The argument that wins over all others, with its origin.
fn extreme(args: &Arguments<'_, '_>, wins: fn(&Number, &Number) -> bool) -> Answer {
    let mut best = (args.number(0)?, 0);
    for index in 1..args.len() {
        let next = args.number(index)?;
        if wins(&next, &best.0) {
            best = (next, index);
        }
    }
    let mut value = args.value(best.1)?.clone();
    value.kind = Kind::Number(best.0);
    Ok(value)
}

fn signum(args: &Arguments<'_, '_>) -> Answer {
    let number = args.integer(0)?;
    Ok(args.result(Kind::Number(number::whole(number.signum()))))
}

/// Terraform computes powers with floats of 64 bits: only whole results that fit are the same here.
fn pow(args: &Arguments<'_, '_>) -> Answer {
    let inexact = || Stop::reason("the result is a number that is not represented exactly");
    let base = number::to_integer(&*args.number(0)?).ok_or_else(inexact)?;
    let exponent = number::to_integer(&*args.number(1)?).and_then(|exponent| u32::try_from(exponent).ok());
    let power = exponent.and_then(|exponent| base.checked_pow(exponent)).ok_or_else(inexact)?;
    if power.unsigned_abs() > 1 << 53 {
        return Err(inexact());
    }
    Ok(args.result(Kind::Number(number::whole(power))))
}

/// Terraform's logarithms are floats of 64 bits, whose last bit depends on the library: only the powers of the base
/// are known, and of those only the ones that no rounding moves.
fn log(args: &Arguments<'_, '_>) -> Answer {
    let inexact = || Stop::reason("the result is a number that is not represented exactly");
    let whole = |index| args.number(index).and_then(|number| number::to_integer(&number).ok_or_else(inexact));
    let (number, base) = (whole(0)?, whole(1)?);
    let is_power = base > 1 && (0..64).any(|power| base.checked_pow(power) == Some(number));
    if !is_power || !(base == 2 && number < 1 << 29 || number == 1 || number == base || (base == 10 && number == 100)) {
        return Err(inexact());
    }
    let power = (0u32..64).find(|power| base.checked_pow(*power) == Some(number)).ok_or_else(inexact)?;
    Ok(args.result(Kind::Number(number::whole(power))))
}

fn parseint(args: &Arguments<'_, '_>) -> Answer {
    let value = args.value(0)?;
    if !matches!(value.kind, Kind::String(_)) {
        return Err(args.refuse("takes a string"));
    }
    let text = args.text(0)?;
    let base = args.integer(1)?;
    let base = u32::try_from(base).ok().filter(|base| (2..=62).contains(base));
    let base = base.ok_or_else(|| args.refuse("takes a base from 2 to 62"))?;
    if base > 36 {
        return Err(Stop::reason("numbers of a base over 36 are not evaluated"));
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(&text);
    let valid = !digits.is_empty() && digits.chars().all(|c| c.is_digit(base));
    let parsed = BigInt::parse_bytes(text.as_bytes(), base).filter(|_| valid);
    let parsed = parsed.ok_or_else(|| args.refuse("takes a number of this base"))?;
    known(args, BigDecimal::from(parsed))
}
