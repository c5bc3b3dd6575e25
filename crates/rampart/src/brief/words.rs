//! Numbers and names as a reader wants them.

use super::{Range, Units};

/// A number to about three significant digits, without an exponent; "0" where it is nothing.
#[must_use]
pub fn number(value: f64) -> String {
    let size = value.abs();
    if !size.is_finite() {
        return "–".into();
    }
    let digits = if size < 5e-4 {
        return "0".into();
    } else if size < 0.0995 {
        3
    } else if size < 9.95 {
        2
    } else if size < 99.5 {
        1
    } else {
        0
    };
    format!("{value:.digits$}")
}

/// A mean with its 90 % bounds: `0.41 (0.12–1.3)`.
#[must_use]
pub fn range(range: &Range) -> String {
    format!(
        "{} ({}–{})",
        number(range.mean),
        number(range.low),
        number(range.high)
    )
}

/// Two bounds: `0.12–1.3`, or `-0.4 to -0.2` where a sign would run into the dash.
#[must_use]
pub fn between(low: f64, high: f64) -> String {
    let dash = if low < 0.0 { " to " } else { "–" };
    format!("{}{dash}{}", number(low), number(high))
}

/// A probability in percent: `7 %`, `< 1 %`, `> 99 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    if !share.is_finite() {
        "–".into()
    } else if share <= 0.0 {
        "0 %".into()
    } else if share < 0.01 {
        "< 1 %".into()
    } else if share > 0.99 && share < 1.0 {
        "> 99 %".into()
    } else {
        format!("{:.0} %", 100.0 * share)
    }
}

/// Units in words: `2 c-ram, patriot`; "nothing" where there are none.
#[must_use]
pub fn units(units: &Units) -> String {
    let parts: Vec<String> = units
        .iter()
        .map(|(system, &count)| {
            if count == 1 {
                system.clone()
            } else {
                format!("{count} {system}")
            }
        })
        .collect();
    if parts.is_empty() {
        "nothing".into()
    } else {
        parts.join(", ")
    }
}

/// Names joined for a sentence: `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_about_three_digits() {
        let cases = [
            (0.0, "0"),
            (0.0001, "0"),
            (0.0123, "0.012"),
            (0.123, "0.12"),
            (1.234, "1.23"),
            (12.34, "12.3"),
            (1234.5, "1234"),
            (-0.5, "-0.50"),
            (f64::NAN, "–"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn bounds_are_told_from_signs() {
        assert_eq!(between(0.1234, 1.5), "0.12–1.50");
        assert_eq!(between(-0.4, -0.25), "-0.40 to -0.25");
    }

    #[test]
    fn shares_never_round_to_certainty() {
        assert_eq!(percent(0.004), "< 1 %");
        assert_eq!(percent(0.996), "> 99 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(0.425), "42 %");
    }

    #[test]
    fn names_join_like_speech() {
        let names = ["a", "b", "c"].map(String::from);
        assert_eq!(list(&names), "a, b and c");
        assert_eq!(list(&names[..1]), "a");
        assert_eq!(
            units(&Units::from([("c-ram".into(), 2), ("patriot".into(), 1)])),
            "2 c-ram, patriot"
        );
    }
}
