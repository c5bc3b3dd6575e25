//! Dates as people and spreadsheets write them.

use super::DateOrder;
use jiff::civil::Date;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Why a text is no date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoDate {
    /// It has its day first or its month first, and nobody has said which.
    Ambiguous,
    /// Everything else, in words that follow the text.
    Wrong(String),
}

/// The date of a text: `2020-03-12` with or without a time, `12 March 2020`, `12-Mar-20`,
/// `March 12, 2020`, `12/03/2020`.
pub(super) fn date(text: &str, order: Option<DateOrder>) -> Result<Date, NoDate> {
    let whole = text.trim();
    let day_part = whole
        .split_once('T')
        .filter(|(before, _)| before.ends_with(|c: char| c.is_ascii_digit()))
        .map_or(whole, |(before, _)| before);
    let is_part = |c: char| matches!(c, ' ' | '-' | '/' | '.' | ',');
    let mut parts = day_part.split(is_part).filter(|part| !part.is_empty());
    let (Some(a), Some(b), Some(c)) = (parts.next(), parts.next(), parts.next()) else {
        return wrong("is no date with a year, a month and a day");
    };
    // Whatever follows the date must be a time of day.
    if parts.clone().any(|rest| !is_clock(rest)) {
        return wrong("has more after its date than a time");
    }
    match (month_named(a), month_named(b)) {
        (None, Some(month)) => named(a, month, c),
        (Some(month), None) => named(b, month, c),
        (Some(_), Some(_)) => wrong("names two months"),
        (None, None) => numbers(a, b, c, order),
    }
}

fn wrong<T>(why: &str) -> Result<T, NoDate> {
    Err(NoDate::Wrong(why.to_owned()))
}

fn is_clock(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_digit() || matches!(c, ':' | 'Z' | '+'))
        || matches!(text, "AM" | "PM" | "am" | "pm")
}

fn month_named(text: &str) -> Option<i8> {
    let lower = text.to_lowercase();
    let fits = |name: &&str| lower.len() >= 3 && name.starts_with(&lower);
    let at = MONTHS.iter().position(fits)?;
    i8::try_from(at + 1).ok()
}

fn named(day: &str, month: i8, year: &str) -> Result<Date, NoDate> {
    let suffixes = ["st", "nd", "rd", "th"];
    let bare = suffixes
        .iter()
        .find_map(|suffix| day.strip_suffix(suffix))
        .unwrap_or(day);
    match (number(bare), full_year(year)) {
        (Some(day), Some(year)) => calendar(year, month.into(), day),
        _ => wrong("is no date with a year, a month and a day"),
    }
}

fn numbers(a: &str, b: &str, c: &str, order: Option<DateOrder>) -> Result<Date, NoDate> {
    let (Some(first), Some(second)) = (number(a), number(b)) else {
        return wrong("is no date with a year, a month and a day");
    };
    if a.len() == 4 {
        return match number(c) {
            Some(third) => calendar(first, second, third),
            None => wrong("is no date with a year, a month and a day"),
        };
    }
    let Some(year) = full_year(c) else {
        return wrong("is no date with a year, a month and a day");
    };
    if first == second {
        return calendar(year, first, second);
    }
    match (order, first > 12, second > 12) {
        (Some(DateOrder::DayFirst), _, false) | (None, true, false) => {
            calendar(year, second, first)
        }
        (Some(DateOrder::MonthFirst), false, _) | (None, false, true) => {
            calendar(year, first, second)
        }
        (None, false, false) => Err(NoDate::Ambiguous),
        (Some(DateOrder::DayFirst), _, true) => wrong("has no month in second place"),
        (Some(DateOrder::MonthFirst), true, _) => wrong("has no month in first place"),
        (None, true, true) => wrong("has no month"),
    }
}

fn number(text: &str) -> Option<i16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// A year of four digits, or of two: 70 to 99 are the last century, as spreadsheets have it.
fn full_year(text: &str) -> Option<i16> {
    let year = number(text)?;
    match text.len() {
        4 => Some(year),
        2 => Some(if year >= 70 { 1900 + year } else { 2000 + year }),
        _ => None,
    }
}

fn calendar(year: i16, month: i16, day: i16) -> Result<Date, NoDate> {
    let narrow = |value| i8::try_from(value).unwrap_or(i8::MAX);
    Date::new(year, narrow(month), narrow(day)).or_else(|_| wrong("is not in the calendar"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as day;

    #[test]
    fn one_day_is_written_in_many_ways() {
        for text in [
            "2020-03-14",
            "2020-03-14 00:00:00.000",
            "2020-03-14T10:51:00Z",
            "2020/3/14",
            " 14 March 2020 ",
            "14-Mar-20",
            "14-Mar-2020",
            "March 14, 2020",
            "Mar 14th 2020",
            "14/03/2020",
            "3/14/2020",
            "14.03.2020",
            "14/3/20 10:51",
        ] {
            assert_eq!(date(text, None), Ok(day(2020, 3, 14)), "{text}");
        }
        assert_eq!(date("30-Sept-99", None), Ok(day(1999, 9, 30)));
        assert_eq!(date("03/03/2020", None), Ok(day(2020, 3, 3)));
    }

    #[test]
    fn an_ambiguous_date_needs_a_word() {
        assert_eq!(date("12/03/2020", None), Err(NoDate::Ambiguous));
        assert_eq!(date("12-03-20", None), Err(NoDate::Ambiguous));
        let with = |order| date("12/03/2020", Some(order));
        assert_eq!(with(DateOrder::DayFirst), Ok(day(2020, 3, 12)));
        assert_eq!(with(DateOrder::MonthFirst), Ok(day(2020, 12, 3)));
        assert!(date("3/14/2020", Some(DateOrder::DayFirst)).is_err());
        assert!(date("14/3/2020", Some(DateOrder::MonthFirst)).is_err());
    }

    #[test]
    fn what_is_no_date_is_told() {
        for text in [
            "",
            "43902",
            "March 2020",
            "2020-02-30",
            "2020-03-12 or so",
            "14/14/2020",
            "12/March/March",
            "1/2/3/4",
            "٣/٣/٢٠٢٠",
            "99999-1-1",
        ] {
            assert!(matches!(date(text, None), Err(NoDate::Wrong(_))), "{text}");
        }
    }
}
