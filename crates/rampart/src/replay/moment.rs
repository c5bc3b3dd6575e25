//! Moments as decimal seconds, without the rounding of a float: 2⁵³ ns are a hundred days.

/// Nanoseconds of a number as JSON writes it, in seconds; none where it is no such number or lies more
/// than 9·10⁹ s from 0. Beyond the ninth decimal place it is rounded.
#[must_use]
pub fn nanoseconds(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (digits, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(fraction) || exponent.abs() > 400 {
        return None;
    }
    let mut value: i128 = 0;
    // Place of a digit: its power of ten in nanoseconds.
    let first = i32::try_from(whole.len()).ok()?.checked_add(8 + exponent)?;
    let mut round_up = false;
    for (index, byte) in whole.bytes().chain(fraction.bytes()).enumerate() {
        let place = first - i32::try_from(index).ok()?;
        let digit = i128::from(byte - b'0');
        if place >= 0 && digit > 0 {
            let power = 10_i128.checked_pow(u32::try_from(place).ok()?)?;
            value = value.checked_add(digit.checked_mul(power)?)?;
        }
        round_up |= place == -1 && digit >= 5;
    }
    value += i128::from(round_up);
    let signed = if negative { -value } else { value };
    let most = 9_000_000_000_000_000_000;
    (-most..=most).contains(&signed).then_some(signed as i64)
}

/// Seconds of a moment, for a reader.
#[must_use]
pub fn seconds(time_ns: i64) -> f64 {
    time_ns as f64 * 1e-9
}

/// A moment in seconds, to the nanosecond, without needless zeros.
#[must_use]
pub fn decimal(time_ns: i64) -> String {
    let (whole, rest) = (time_ns / 1_000_000_000, (time_ns % 1_000_000_000).abs());
    let sign = if time_ns < 0 && whole == 0 { "-" } else { "" };
    let text = format!("{sign}{whole}.{rest:09}");
    let short = text.trim_end_matches('0');
    match short.ends_with('.') {
        true => format!("{short}0"),
        false => short.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_read_to_the_nanosecond() {
        for (text, time_ns) in [
            ("0", 0),
            ("-0.0", 0),
            ("1.5", 1_500_000_000),
            ("1700000000.123456789", 1_700_000_000_123_456_789),
            ("-2.000000001", -2_000_000_001),
            ("0.0000000005", 1),
            ("1.7e9", 1_700_000_000_000_000_000),
            ("17000000001e-1", 1_700_000_000_100_000_000),
            ("2E-9", 2),
            ("0e400", 0),
        ] {
            assert_eq!(nanoseconds(text), Some(time_ns), "{text}");
        }
        for text in ["", "-", "1e11", "9e99", "1e", "NaN", "1.2.3", "+1", "\"1\"", "null"] {
            assert_eq!(nanoseconds(text), None, "{text}");
        }
    }

    #[test]
    fn moments_are_written_as_they_are_read() {
        for text in ["0.0", "1.5", "-0.25", "1700000000.123456789", "-3.0"] {
            assert_eq!(decimal(nanoseconds(text).unwrap_or(i64::MAX)), text);
        }
    }
}
