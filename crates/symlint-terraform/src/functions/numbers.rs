//! Functions of numbers.

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};

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

/// Terraform's logarithms are floats of 64 bits: only whole results are the same here.
fn log(args: &Arguments<'_, '_>) -> Answer {
    let inexact = || Stop::reason("the result is a number that is not represented exactly");
    let float = |index| -> Answer<f64> {
        args.number(index)?.to_f64().filter(|float| *float > 0.0 && float.is_finite()).ok_or_else(inexact)
    };
    let (number, base) = (float(0)?, float(1)?);
    let result = natural_logarithm(number) / natural_logarithm(base);
    if result.fract() != 0.0 || result.abs() > 10_000.0 {
        return Err(inexact());
    }
    #[allow(clippy::cast_possible_truncation, reason = "it is whole and small")]
    Ok(args.result(Kind::Number(number::whole(result as i64))))
}

/// The same steps as in Go's library (after FreeBSD's `e_log.c`), so that the last bit is the same, too.
fn natural_logarithm(x: f64) -> f64 {
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const L: [f64; 7] = [
        6.666_666_666_666_735e-1,
        3.999_999_999_940_942e-1,
        2.857_142_874_366_239e-1,
        2.222_219_843_214_978_4e-1,
        1.818_357_216_161_805e-1,
        1.531_383_769_920_937_3e-1,
        1.479_819_860_511_658_6e-1,
    ];
    let [l1, l2, l3, l4, l5, l6, l7] = L;
    // The number as `mantissa * 2^exponent`, the mantissa around 1.
    let (mut mantissa, mut exponent) = (x, 0.0);
    while mantissa >= 1.0 {
        mantissa /= 2.0;
        exponent += 1.0;
    }
    while mantissa < 0.5 {
        mantissa *= 2.0;
        exponent -= 1.0;
    }
    if mantissa < std::f64::consts::FRAC_1_SQRT_2 {
        mantissa *= 2.0;
        exponent -= 1.0;
    }
    let f = mantissa - 1.0;
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let odd = s2 * (l1 + s4 * (l3 + s4 * (l5 + s4 * l7)));
    let even = s4 * (l2 + s4 * (l4 + s4 * l6));
    let half = 0.5 * f * f;
    exponent * LN2_HIGH - ((half - (s * (f + (odd + even)) + exponent * LN2_LOW)) - f)
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
