//! Functions of numbers.

use bigdecimal::num_bigint::{BigInt, BigUint, Sign};
use bigdecimal::{BigDecimal, RoundingMode};

use crate::eval::{Answer, Stop, numeric};
use crate::number::{self, Number, bounded};
use crate::value::Kind;

use super::arguments::{Arguments, Function, MANY, function};

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

/// The minimum or maximum of the arguments, with its origin. `wins` compares two arguments.
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

/// Terraform computes powers with 64-bit floats, and rounds them when it prints them. So a power is only known if such
/// a float represents it exactly.
fn pow(args: &Arguments<'_, '_>) -> Answer {
    let inexact = || Stop::reason("the result is a number that is not represented exactly");
    let base = args.number(0)?;
    let exponent = number::to_integer(&*args.number(1)?).and_then(|exponent| i32::try_from(exponent).ok());
    let exponent = exponent.filter(|exponent| exponent.abs() <= 64 && number::is_double(&base)).ok_or_else(inexact)?;
    let (mut power, limit) = (BigDecimal::from(1), BigDecimal::from(1u64 << 53));
    for _ in 0..exponent.abs() {
        power *= &*base;
        // Larger whole numbers are exact as well, but are not printed with all digits.
        if !number::is_double(&power) || power.abs() > limit {
            return Err(inexact());
        }
    }
    if exponent < 0 {
        let number::Numeric::Known(inverse) = number::divide(&BigDecimal::from(1), &power) else {
            return Err(inexact());
        };
        power = BigDecimal::clone(&inverse);
    }
    let power = power.normalized();
    // Fractions with more digits are printed with fewer digits.
    if !number::is_double(&power) || (!power.is_integer() && power.digits() > 15) {
        return Err(inexact());
    }
    known(args, power)
}

/// Terraform's logarithms are 64-bit floats whose last bit depends on the library. So a logarithm is only known for
/// powers of the base, and only if rounding does not affect it.
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
        return Err(args.refuse("expects a string"));
    }
    let text = args.text(0)?;
    let base = args.integer(1)?;
    let base = u32::try_from(base).ok().filter(|base| (2..=62).contains(base));
    let base = base.ok_or_else(|| args.refuse("expects a base from 2 to 62"))?;
    let digits = text.strip_prefix(['+', '-']).unwrap_or(&text);
    args.spend(digits.len())?;
    // As in Go: capital letters have the same values as small letters, or the values after them in bases above 36.
    let digit = |c: char| match c {
        'A'..='Z' if base > 36 => Some(u32::from(c) - u32::from('A') + 36),
        _ => c.to_digit(36),
    };
    let digits: Option<Vec<u8>> = digits
        .chars()
        .map(|c| digit(c).filter(|digit| *digit < base).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits.filter(|digits| !digits.is_empty()).and_then(|digits| BigUint::from_radix_be(&digits, base));
    let magnitude = digits.ok_or_else(|| args.refuse("expects a number of this base"))?;
    let sign = if text.starts_with('-') { Sign::Minus } else { Sign::Plus };
    let parsed = BigInt::from_biguint(sign, magnitude);
    known(args, BigDecimal::from(parsed))
}
