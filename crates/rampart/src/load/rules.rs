//! What one value must be, whether it stands in a cell of a CSV file or behind a key of a TOML file.

use crate::diagnose::{FaultKind, shown};
use jiff::civil::{Date, Time};
use toml::de::DeValue;

/// Greatest count of people, casualties or the like.
pub(super) const COUNT_MAX: u32 = 1_000_000_000;

/// Why a value breaks its rule: a predicate that follows the value's name.
pub(super) struct Wrong {
    pub kind: FaultKind,
    pub why: String,
}

fn wrong<T>(kind: FaultKind, why: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong {
        kind,
        why: why.into(),
    })
}

/// What one value must be.
pub(super) trait Rule {
    /// The value once read.
    type Value;
    /// What would be right, as a noun phrase.
    fn expected(&self) -> String;
    /// The words among which a mistaken one may be near.
    fn words(&self) -> Vec<&'static str> {
        Vec::new()
    }
    /// Reads a cell, which is not empty.
    fn cell(&self, text: &str) -> Result<Self::Value, Wrong>;
    /// Reads a TOML value.
    fn toml(&self, value: &DeValue<'_>) -> Result<Self::Value, Wrong>;
}

/// The predicate for a TOML value of a wrong type.
fn wrong_type<T>(value: &DeValue<'_>) -> Result<T, Wrong> {
    let what = match value {
        DeValue::String(text) => format!("is the text \"{}\"", shown(text)),
        DeValue::Integer(number) => format!("is the number {}", shown(&number.to_string())),
        DeValue::Float(number) => format!("is the number {}", shown(number.as_str())),
        DeValue::Boolean(flag) => format!("is {flag}"),
        DeValue::Datetime(datetime) => format!("is {datetime}"),
        DeValue::Array(_) => "is a list".to_owned(),
        DeValue::Table(_) => "is a table".to_owned(),
    };
    wrong(FaultKind::Type, what)
}

/// Text that is not blank.
pub(super) struct Text;

impl Rule for Text {
    type Value = String;

    fn expected(&self) -> String {
        "some text, without control characters".to_owned()
    }

    fn cell(&self, text: &str) -> Result<String, Wrong> {
        if text.trim().is_empty() {
            return wrong(FaultKind::Missing, "is blank");
        }
        if text.chars().any(|c| c.is_control() && !c.is_whitespace()) {
            return wrong(FaultKind::Text, "holds a control character");
        }
        Ok(text.to_owned())
    }

    fn toml(&self, value: &DeValue<'_>) -> Result<String, Wrong> {
        match value {
            DeValue::String(text) => self.cell(text),
            other => wrong_type(other),
        }
    }
}

/// An id in lower-case letters, digits and hyphens.
pub(super) struct Slug;

impl Rule for Slug {
    type Value = String;

    fn expected(&self) -> String {
        "an id in lower-case letters, digits and hyphens".to_owned()
    }

    fn cell(&self, text: &str) -> Result<String, Wrong> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        match text.chars().find(|c| !fits(*c)) {
            None if !text.is_empty() => Ok(text.to_owned()),
            None => wrong(FaultKind::Missing, "is blank"),
            Some(bad) => {
                let (text, bad) = (shown(text), shown(&bad.to_string()));
                wrong(FaultKind::Type, format!("is `{text}`, which holds `{bad}`"))
            }
        }
    }

    fn toml(&self, value: &DeValue<'_>) -> Result<String, Wrong> {
        match value {
            DeValue::String(text) => self.cell(text),
            other => wrong_type(other),
        }
    }
}

/// A whole number in a closed range.
pub(super) struct Whole {
    pub low: u64,
    pub high: u64,
}

impl Whole {
    fn check(&self, value: i128, text: &str) -> Result<u64, Wrong> {
        match u64::try_from(value) {
            Ok(number) if (self.low..=self.high).contains(&number) => Ok(number),
            _ if value < 0 => wrong(FaultKind::Range, format!("is {text}, which is negative")),
            Ok(number) if number < self.low => {
                wrong(FaultKind::Range, format!("is {text}, which is too small"))
            }
            _ => wrong(FaultKind::Range, format!("is {text}, which is too great")),
        }
    }

    /// The predicate for a number that is not written as a whole one.
    fn not_whole(&self, text: &str) -> Result<u64, Wrong> {
        let shown = shown(text);
        match text.parse::<f64>() {
            Ok(number) if number.is_nan() || text.contains("inf") => wrong(
                FaultKind::Type,
                format!("is {shown}, which is not a number"),
            ),
            Ok(number) if number > self.high as f64 => {
                wrong(FaultKind::Range, format!("is {shown}, which is too great"))
            }
            Ok(number) if number < 0.0 => {
                wrong(FaultKind::Range, format!("is {shown}, which is negative"))
            }
            Ok(_) => wrong(
                FaultKind::Type,
                format!("is {shown}, which is not a whole number"),
            ),
            Err(_) => wrong(
                FaultKind::Type,
                format!("is `{shown}`, which is not a number"),
            ),
        }
    }
}

impl Rule for Whole {
    type Value = u64;

    fn expected(&self) -> String {
        format!(
            "a whole number from {} to {}",
            grouped(self.low),
            grouped(self.high)
        )
    }

    fn cell(&self, text: &str) -> Result<u64, Wrong> {
        match text.parse::<i128>() {
            Ok(value) => self.check(value, &shown(text)),
            Err(_) => self.not_whole(text),
        }
    }

    fn toml(&self, value: &DeValue<'_>) -> Result<u64, Wrong> {
        match value {
            DeValue::Integer(integer) => {
                let text = shown(&integer.to_string());
                match i128::from_str_radix(integer.as_str(), integer.radix()) {
                    Ok(value) => self.check(value, &text),
                    Err(_) => wrong(
                        FaultKind::Range,
                        format!("is {text}, which is out of range"),
                    ),
                }
            }
            DeValue::Float(number) => self.not_whole(number.as_str()),
            other => wrong_type(other),
        }
    }
}

/// A count in a closed range.
pub(super) struct Count {
    pub low: u32,
    pub high: u32,
}

impl Count {
    /// Any count of people.
    pub const ANY: Self = Self {
        low: 0,
        high: COUNT_MAX,
    };

    fn whole(&self) -> Whole {
        Whole {
            low: self.low.into(),
            high: self.high.into(),
        }
    }

    fn narrow(&self, number: u64) -> u32 {
        u32::try_from(number).unwrap_or(self.high)
    }
}

impl Rule for Count {
    type Value = u32;

    fn expected(&self) -> String {
        self.whole().expected()
    }

    fn cell(&self, text: &str) -> Result<u32, Wrong> {
        self.whole().cell(text).map(|number| self.narrow(number))
    }

    fn toml(&self, value: &DeValue<'_>) -> Result<u32, Wrong> {
        self.whole().toml(value).map(|number| self.narrow(number))
    }
}

/// A finite number in a range.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number {
    pub low: f64,
    pub high: f64,
    /// Whether `low` itself is too small.
    pub above: bool,
}

impl Number {
    /// From `low` to `high`, both included.
    pub const fn within(low: f64, high: f64) -> Self {
        Self {
            low,
            high,
            above: false,
        }
    }

    /// More than 0, up to `high`.
    pub const fn positive(high: f64) -> Self {
        Self {
            low: 0.0,
            high,
            above: true,
        }
    }

    /// A probability or a share.
    pub const SHARE: Self = Self::within(0.0, 1.0);

    fn check(&self, number: f64, text: &str) -> Result<f64, Wrong> {
        let text = shown(text);
        let small = number < self.low || (self.above && number <= self.low);
        if number.is_nan() {
            wrong(FaultKind::Type, format!("is {text}, which is not a number"))
        } else if number.is_infinite() {
            wrong(FaultKind::Range, format!("is {text}, which is not finite"))
        } else if small && self.low == 0.0 && number < 0.0 {
            wrong(FaultKind::Range, format!("is {text}, which is negative"))
        } else if small {
            wrong(FaultKind::Range, format!("is {text}, which is too small"))
        } else if number > self.high {
            wrong(FaultKind::Range, format!("is {text}, which is too great"))
        } else {
            Ok(number)
        }
    }
}

impl Rule for Number {
    type Value = f64;

    fn expected(&self) -> String {
        let (low, high) = (bound(self.low), bound(self.high));
        if self.above {
            format!("a number above {low} and up to {high}")
        } else {
            format!("a number from {low} to {high}")
        }
    }

    fn cell(&self, text: &str) -> Result<f64, Wrong> {
        match text.parse() {
            Ok(number) => self.check(number, text),
            Err(_) => {
                let text = shown(text);
                wrong(
                    FaultKind::Type,
                    format!("is `{text}`, which is not a number"),
                )
            }
        }
    }

    fn toml(&self, value: &DeValue<'_>) -> Result<f64, Wrong> {
        match value {
            DeValue::Float(number) => self.cell(number.as_str()),
            DeValue::Integer(integer) => {
                let text = integer.to_string();
                match i128::from_str_radix(integer.as_str(), integer.radix()) {
                    Ok(number) => self.check(number as f64, &text),
                    Err(_) => wrong(
                        FaultKind::Range,
                        format!("is {}, which is out of range", shown(&text)),
                    ),
                }
            }
            other => wrong_type(other),
        }
    }
}

/// One of a few words.
pub(super) struct OneOf<T: 'static>(pub &'static [(&'static str, T)]);

impl<T: Clone> Rule for OneOf<T> {
    type Value = T;

    fn expected(&self) -> String {
        format!("one of: {}", self.words().join(", "))
    }

    fn words(&self) -> Vec<&'static str> {
        self.0.iter().map(|(word, _)| *word).collect()
    }

    fn cell(&self, text: &str) -> Result<T, Wrong> {
        match self.0.iter().find(|(word, _)| *word == text) {
            Some((_, value)) => Ok(value.clone()),
            None => wrong(
                FaultKind::Unknown,
                format!("is `{}`, which has no meaning here", shown(text)),
            ),
        }
    }

    fn toml(&self, value: &DeValue<'_>) -> Result<T, Wrong> {
        match value {
            DeValue::String(text) => self.cell(text),
            other => wrong_type(other),
        }
    }
}

/// `true` or `false` in TOML, `yes` or `no` in CSV.
pub(super) struct Flag;

impl Rule for Flag {
    type Value = bool;

    fn expected(&self) -> String {
        "true or false".to_owned()
    }

    fn cell(&self, text: &str) -> Result<bool, Wrong> {
        YES_OR_NO.cell(text)
    }

    fn toml(&self, value: &DeValue<'_>) -> Result<bool, Wrong> {
        match value {
            DeValue::Boolean(flag) => Ok(*flag),
            other => wrong_type(other),
        }
    }
}

/// `yes` or `no`.
pub(super) const YES_OR_NO: OneOf<bool> = OneOf(&[("yes", true), ("no", false)]);

/// A day from 1900 to 2199, so that no horizon leaves the calendar.
pub(super) struct Day;

impl Day {
    const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;

    fn check(year: i16, month: i8, day: i8, text: &str) -> Result<Date, Wrong> {
        match Date::new(year, month, day) {
            Ok(date) if Self::YEARS.contains(&year) => Ok(date),
            Ok(_) => wrong(
                FaultKind::Range,
                format!("is {text}, which is out of range"),
            ),
            Err(_) => wrong(
                FaultKind::Range,
                format!("is {text}, a day that does not exist"),
            ),
        }
    }
}

impl Rule for Day {
    type Value = Date;

    fn expected(&self) -> String {
        "a date as YYYY-MM-DD from 1900 to 2199, such as 2020-03-16".to_owned()
    }

    fn cell(&self, text: &str) -> Result<Date, Wrong> {
        let digits = |from: usize, to: usize| -> Option<i16> {
            let part = text.get(from..to)?;
            let all_digits = part.bytes().all(|byte| byte.is_ascii_digit());
            if all_digits { part.parse().ok() } else { None }
        };
        let hyphens =
            text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
        let parts = (digits(0, 4), digits(5, 7), digits(8, 10));
        match parts {
            (Some(year), Some(month), Some(day)) if hyphens => {
                Self::check(year, month as i8, day as i8, text)
            }
            _ => wrong(
                FaultKind::Type,
                format!("is `{}`, which is not a date", shown(text)),
            ),
        }
    }

    fn toml(&self, value: &DeValue<'_>) -> Result<Date, Wrong> {
        match value {
            DeValue::Datetime(datetime) => match (datetime.date, datetime.time, datetime.offset) {
                (Some(date), None, None) => {
                    let year = i16::try_from(date.year).unwrap_or(i16::MAX);
                    let (month, day) = (date.month as i8, date.day as i8);
                    Self::check(year, month, day, &datetime.to_string())
                }
                (Some(_), ..) => wrong(
                    FaultKind::Type,
                    format!("is {datetime}, a date with a time of day"),
                ),
                (None, ..) => wrong(
                    FaultKind::Type,
                    format!("is {datetime}, a time without a date"),
                ),
            },
            other => wrong_type(other),
        }
    }
}

/// A time of day as HH:MM.
pub(super) struct TimeOfDay;

impl Rule for TimeOfDay {
    type Value = Time;

    fn expected(&self) -> String {
        "a time of day as HH:MM from 00:00 to 23:59".to_owned()
    }

    fn cell(&self, text: &str) -> Result<Time, Wrong> {
        let two = |part: &str| {
            let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<i8>().ok().filter(|_| digits)
        };
        let time = text
            .split_once(':')
            .and_then(|(hours, minutes)| Time::new(two(hours)?, two(minutes)?, 0, 0).ok());
        time.map_or_else(
            || {
                wrong(
                    FaultKind::Type,
                    format!("is `{}`, which is not a time of day", shown(text)),
                )
            },
            Ok,
        )
    }

    fn toml(&self, value: &DeValue<'_>) -> Result<Time, Wrong> {
        wrong_type(value)
    }
}

/// An end of a range, with commas where it is a long whole number.
fn bound(number: f64) -> String {
    if number >= 1_000.0 && number.fract() == 0.0 {
        grouped(number as u64)
    } else {
        number.to_string()
    }
}

/// A number with a comma between each three digits.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_written_in_digits() {
        assert_eq!(Count::ANY.cell("12").ok(), Some(12));
        for (text, kind) in [
            ("1e99", FaultKind::Range),
            (
                "99999999999999999999999999999999999999999999999",
                FaultKind::Range,
            ),
            ("1e3", FaultKind::Type),
            ("3.5", FaultKind::Type),
            ("-1", FaultKind::Range),
            ("nan", FaultKind::Type),
            (" 5", FaultKind::Type),
        ] {
            assert_eq!(
                Count::ANY.cell(text).err().map(|w| w.kind),
                Some(kind),
                "{text}"
            );
        }
    }

    #[test]
    fn dates_are_real_days_in_one_form() {
        assert!(Day.cell("2020-02-29").is_ok());
        for text in [
            "2020-02-30",
            "20200229",
            "2020-2-29",
            "2020-02-29T00:00",
            "+020-02-29",
            "0000-00-00",
        ] {
            assert!(Day.cell(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_hours_and_minutes() {
        assert_eq!(TimeOfDay.cell("23:59").ok(), Time::new(23, 59, 0, 0).ok());
        for text in ["24:00", "7:30", "07:60", "07:30:00", "+7:30"] {
            assert!(TimeOfDay.cell(text).is_err(), "{text}");
        }
    }

    #[test]
    fn large_bounds_are_legible() {
        assert_eq!(grouped(1_000_000_000), "1,000,000,000");
        assert_eq!(grouped(10), "10");
    }
}
