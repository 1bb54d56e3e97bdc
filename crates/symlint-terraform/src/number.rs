//! Terraform's numbers: their text, and the results of operators.
//!
//! Terraform computes with binary floats of 512 bits, and prints the shortest decimal that is parsed as the same float.
//! Decimals are exact here, so a result is only known if both agree.

use std::num::NonZeroU64;
use std::sync::Arc;

use bigdecimal::num_bigint::{BigInt, Sign};
use bigdecimal::{BigDecimal, RoundingMode, Signed, ToPrimitive, Zero};

/// A number as in Terraform, without rounding.
pub type Number = Arc<BigDecimal>;

/// The precision of Terraform's floats, in bits.
const PRECISION: u64 = 512;

/// A decimal with this many digits does not change when it is converted to a float of [`PRECISION`] bits and back.
const DIGITS: u64 = 153;

/// Larger exponents are valid, but would only fill the memory when printed.
const MAX_EXPONENT: i64 = 1000;

/// A longer number has more digits than [`DIGITS`], an exponent larger than [`MAX_EXPONENT`], or meaningless zeros.
/// Parsing takes time that is quadratic in its length.
const LONGEST: usize = 4096;

/// The result of parsing a number or computing with numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Numeric {
    Known(Number),
    /// A number for Terraform, but not one that can be represented here.
    Beyond,
    Invalid,
}

/// Parses a number as it is written in a file or string: without whitespace, and in base ten.
pub(crate) fn parse(text: &str) -> Numeric {
    if text.len() < 19 && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
        return text.parse::<u64>().map_or(Numeric::Invalid, |number| Numeric::Known(whole(number)));
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        // Go also accepts infinities and binary exponents.
        let binary = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || b".pP+-".contains(&byte));
        let odd = unsigned.eq_ignore_ascii_case("inf") || (unsigned.contains(['p', 'P']) && binary(unsigned));
        return if odd { Numeric::Beyond } else { Numeric::Invalid };
    }
    if let Some(exponent) = exponent {
        let power = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if power.is_empty() || !digits(power) {
            return Numeric::Invalid;
        }
        if power.trim_start_matches('0').len() > 3 {
            return Numeric::Beyond;
        }
    }
    if text.len() > LONGEST {
        return Numeric::Beyond;
    }
    let fraction = if fraction.is_empty() { "0" } else { fraction };
    if text.starts_with('-') && whole.bytes().chain(fraction.bytes()).all(|digit| digit == b'0') {
        return NEGATIVE_ZERO;
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    let plain = format!("{sign}0{whole}.{fraction}e{}", exponent.unwrap_or("0"));
    plain.parse::<BigDecimal>().map_or(Numeric::Beyond, bounded)
}

/// The number, if it is printed here as in Terraform.
pub(crate) fn bounded(number: BigDecimal) -> Numeric {
    let number = number.normalized();
    let (_, scale) = number.as_bigint_and_exponent();
    if number.digits() > DIGITS || scale.abs() > MAX_EXPONENT {
        return Numeric::Beyond;
    }
    Numeric::Known(Arc::new(number))
}

/// A small whole number.
pub(crate) fn whole(number: impl Into<BigInt>) -> Number {
    Arc::new(BigDecimal::from(number.into()))
}

/// The text that Terraform prints: without an exponent, and without superfluous zeros.
pub fn format_number(number: &BigDecimal) -> String {
    if number.is_zero() { "0".to_owned() } else { number.normalized().to_plain_string() }
}

/// The number as an `i64`, if it is whole and fits.
pub(crate) fn to_integer(number: &BigDecimal) -> Option<i64> {
    if number.is_integer() { number.to_i64() } else { None }
}

/// The 512-bit float that Terraform uses for `number`, with all its digits.
pub(crate) fn as_float(number: &BigDecimal) -> BigDecimal {
    let Float { mantissa, exponent } = Float::of(number);
    let power = exponent.unsigned_abs();
    if exponent >= 0 {
        return BigDecimal::from(mantissa << power);
    }
    // 1/2 is 5/10.
    BigDecimal::new(mantissa * BigInt::from(5).pow(u32::try_from(power).unwrap_or(u32::MAX)), -exponent)
}

/// Whether a 64-bit float represents the number exactly. Terraform computes powers with such floats.
pub(crate) fn is_double(number: &BigDecimal) -> bool {
    let Float { mantissa, exponent } = Float::of(number);
    mantissa.bits() <= 53 && exponent.abs() < 900 && as_float(number) == *number
}

pub(crate) fn add(a: &BigDecimal, b: &BigDecimal) -> Numeric {
    checked(a, b, a + b, Float::add)
}

pub(crate) fn subtract(a: &BigDecimal, b: &BigDecimal) -> Numeric {
    add(a, &-b)
}

/// Terraform has a negative zero, which it prints as `-0`; decimals do not.
const NEGATIVE_ZERO: Numeric = Numeric::Beyond;

pub(crate) fn negate(a: &BigDecimal) -> Numeric {
    if a.is_zero() { NEGATIVE_ZERO } else { bounded(-a) }
}

fn signs_differ(a: &BigDecimal, b: &BigDecimal) -> bool {
    a.is_negative() != b.is_negative()
}

pub(crate) fn multiply(a: &BigDecimal, b: &BigDecimal) -> Numeric {
    if (a.is_zero() || b.is_zero()) && signs_differ(a, b) {
        return NEGATIVE_ZERO;
    }
    checked(a, b, a * b, Float::multiply)
}

/// A division by zero is [`Numeric::Beyond`], because the result in Terraform is an infinity.
pub(crate) fn divide(a: &BigDecimal, b: &BigDecimal) -> Numeric {
    if b.is_zero() {
        return Numeric::Beyond;
    }
    if a.is_zero() && b.is_negative() {
        return NEGATIVE_ZERO;
    }
    match exact_quotient(a, b) {
        Some(quotient) => checked(a, b, quotient, Float::divide),
        None => Numeric::Beyond,
    }
}

/// The remainder with the sign of `a`. If `b` is zero, Terraform returns `a`.
pub(crate) fn modulo(a: &BigDecimal, b: &BigDecimal) -> Numeric {
    if b.is_zero() {
        return bounded(a.clone());
    }
    if !a.is_integer() || !b.is_integer() {
        return Numeric::Beyond;
    }
    bounded(a % b)
}

/// `a / b`, if it has finitely many digits.
fn exact_quotient(a: &BigDecimal, b: &BigDecimal) -> Option<BigDecimal> {
    let (a, a_scale) = a.as_bigint_and_exponent();
    let (b, b_scale) = b.as_bigint_and_exponent();
    let scale = a_scale - b_scale;
    let mut numerator = a;
    let mut shift = 0;
    // The divisor of a finite fraction only has the factors two and five, and each bit adds at most one digit.
    let most = i64::try_from(b.bits()).ok()?.min(MAX_EXPONENT);
    while !(&numerator % &b).is_zero() {
        if shift > most {
            return None;
        }
        numerator *= 10;
        shift += 1;
    }
    Some(BigDecimal::new(numerator / b, scale + shift))
}

/// `exact`, if Terraform's floats have the same result.
fn checked(a: &BigDecimal, b: &BigDecimal, exact: BigDecimal, operation: fn(&Float, &Float) -> Float) -> Numeric {
    let Numeric::Known(number) = bounded(exact) else { return Numeric::Beyond };
    if operation(&Float::of(a), &Float::of(b)) == Float::of(&number) { Numeric::Known(number) } else { Numeric::Beyond }
}

/// A binary float of 512 bits: `mantissa * 2^exponent`. The mantissa is odd or zero.
#[derive(Debug, PartialEq, Eq)]
struct Float {
    mantissa: BigInt,
    exponent: i64,
}

impl Float {
    fn of(number: &BigDecimal) -> Self {
        let (digits, scale) = number.as_bigint_and_exponent();
        let power = BigInt::from(10).pow(u32::try_from(scale.unsigned_abs()).unwrap_or(u32::MAX));
        if scale <= 0 { Self::round(digits * power, 0) } else { Self::ratio(&digits, &power, 0) }
    }

    fn add(&self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        let aligned = |float: &Self| &float.mantissa << (float.exponent - exponent).unsigned_abs();
        Self::round(aligned(self) + aligned(other), exponent)
    }

    fn multiply(&self, other: &Self) -> Self {
        Self::round(&self.mantissa * &other.mantissa, self.exponent + other.exponent)
    }

    fn divide(&self, other: &Self) -> Self {
        Self::ratio(&self.mantissa, &other.mantissa, self.exponent - other.exponent)
    }

    /// `numerator / denominator * 2^exponent`.
    fn ratio(numerator: &BigInt, denominator: &BigInt, exponent: i64) -> Self {
        let shift = PRECISION + 2 + denominator.bits();
        let shifted: BigInt = numerator << shift;
        let quotient: BigInt = &shifted / denominator;
        let inexact = !(&shifted % denominator).is_zero();
        // The last bit is set if there is a remainder, so that it is not rounded as if it was exactly half.
        let sticky = (quotient << 1u32) + if inexact { shifted.signum() * denominator.signum() } else { BigInt::ZERO };
        let shift = i64::try_from(shift).unwrap_or(i64::MAX);
        Self::round(sticky, exponent - shift - 1)
    }

    /// Rounds to the nearest float, and to the even one if two are equally near.
    fn round(mantissa: BigInt, exponent: i64) -> Self {
        let (sign, magnitude) = mantissa.into_parts();
        let surplus = magnitude.bits().saturating_sub(PRECISION);
        let mut rounded = &magnitude >> surplus;
        if surplus > 0 && magnitude.bit(surplus - 1) {
            let half_only = magnitude.trailing_zeros() == Some(surplus - 1);
            if !half_only || rounded.bit(0) {
                rounded += 1u32;
            }
        }
        let zeros = rounded.trailing_zeros().unwrap_or(0);
        let moved = i64::try_from(surplus + zeros).unwrap_or(i64::MAX);
        let mantissa = BigInt::from_biguint(if rounded.is_zero() { Sign::NoSign } else { sign }, rounded >> zeros);
        let exponent = if mantissa.is_zero() { 0 } else { exponent + moved };
        Self { mantissa, exponent }
    }
}

/// A number in the format of Go's `%g`: as short as possible, or with `precision` digits. A large or small number has
/// an exponent.
pub(crate) fn general(number: &BigDecimal, precision: Option<usize>) -> String {
    let rounded = match precision {
        None => number.clone(),
        Some(precision) => {
            let wanted = NonZeroU64::new(precision as u64).unwrap_or(NonZeroU64::MIN);
            as_float(number).with_precision_round(wanted, RoundingMode::HalfEven)
        }
    };
    let (digits, exponent) = mantissa(&rounded.abs());
    let count = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    let most = match precision {
        None => 6,
        Some(precision) => {
            let precision = i64::try_from(precision.max(1)).unwrap_or(i64::MAX);
            if precision > count && count > exponent { count } else { precision }
        }
    };
    let sign = if number.is_negative() { "-" } else { "" };
    let is_scientific = !rounded.is_zero() && (exponent < -4 || exponent >= most);
    let text = if is_scientific { with_exponent(&digits, exponent) } else { format_number(&rounded.abs()) };
    format!("{sign}{text}")
}

/// The digits without trailing zeros, and the power of ten of the first digit.
pub(crate) fn mantissa(number: &BigDecimal) -> (String, i64) {
    let (digits, scale) = number.normalized().into_bigint_and_exponent();
    let digits = digits.to_string();
    let exponent = i64::try_from(digits.len()).unwrap_or(i64::MAX) - 1 - scale;
    (digits, if number.is_zero() { 0 } else { exponent })
}

/// The number with the parts that [`mantissa`] returned, in the form `1.5e+10`.
pub(crate) fn with_exponent(digits: &str, exponent: i64) -> String {
    let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(numeric: Numeric) -> Option<String> {
        if let Numeric::Known(number) = numeric { Some(format_number(&number)) } else { None }
    }

    fn number(text: &str) -> Number {
        let Numeric::Known(number) = parse(text) else { panic!("{text} is not a number") };
        number
    }

    #[test]
    fn numbers_are_printed_without_exponents_and_superfluous_zeros() {
        let print = |text| known(parse(text));
        assert_eq!(print("012345678901").as_deref(), Some("12345678901"));
        assert_eq!(print("1e11").as_deref(), Some("100000000000"));
        assert_eq!(print("1.50").as_deref(), Some("1.5"));
        assert_eq!(print("-0"), None);
        assert_eq!(print("0.00001").as_deref(), Some("0.00001"));
        assert_eq!(print(".5").as_deref(), Some("0.5"));
        assert_eq!(print("1e99999"), None);
        assert_eq!(parse(&"9".repeat(400_000)), Numeric::Beyond);
        assert_eq!(parse("1 "), Numeric::Invalid);
        assert_eq!(parse(""), Numeric::Invalid);
        assert_eq!(parse("0x1"), Numeric::Invalid);
        assert_eq!(parse("1p4"), Numeric::Beyond);
    }

    #[test]
    fn results_that_the_floats_do_not_come_to_are_not_known() {
        let run = |f: fn(&BigDecimal, &BigDecimal) -> Numeric, a, b| known(f(&number(a), &number(b)));
        assert_eq!(run(add, "0.1", "0.2").as_deref(), Some("0.3"));
        assert_eq!(run(multiply, "1.1", "1.1"), None);
        assert_eq!(run(multiply, "123456789012", "1000000000000").as_deref(), Some("123456789012000000000000"));
        assert_eq!(run(divide, "1", "8").as_deref(), Some("0.125"));
        assert_eq!(run(divide, "1", "3"), None);
        assert_eq!(run(divide, "1", "0"), None);
        assert_eq!(run(modulo, "-7", "3").as_deref(), Some("-1"));
        assert_eq!(run(modulo, "1", "0").as_deref(), Some("1"));
    }
}
