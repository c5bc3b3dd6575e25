//! Cells that all data sets share: ids, days, positions, counts, words.

use super::dates::{self, NoDate};
use super::{Days, Dropped, Options, PlacePrecision, Refusal, Why};
use jiff::ToSpan;
use jiff::civil::Date;
use std::borrow::Cow;
use theatre::Geodetic;

/// Longest list of names kept from one cell.
const NAMES_MAX: usize = 50;

/// What holds for the whole file.
pub(super) struct Context {
    pub options: Options,
    /// Whether 33,5 is a number.
    pub decimal_comma: bool,
}

/// One row with as many fields as the header.
pub(super) struct Row<'a> {
    pub fields: &'a [Cow<'a, str>],
    pub line: u32,
    pub context: &'a Context,
}

/// Why there is no event.
pub(super) enum Bad {
    /// This row is not one.
    Row(Dropped),
    /// The whole file cannot be trusted.
    File(Refusal),
}

/// A row under its id.
pub(super) struct Named<'a> {
    pub row: &'a Row<'a>,
    pub id: &'a str,
}

impl<'a> Row<'a> {
    /// A cell without the space around it.
    pub fn get(&self, column: usize) -> &str {
        self.fields.get(column).map_or("", |field| field.trim())
    }

    /// A cell of a column that the file may lack.
    pub fn or_empty(&self, column: Option<usize>) -> &str {
        column.map_or("", |column| self.get(column))
    }

    /// The row under its id, which must be there and whole.
    pub fn named(&'a self, column: usize) -> Result<Named<'a>, Bad> {
        let id = self.get(column);
        let named = Named { row: self, id };
        if id.is_empty() {
            return named.drop(Why::Id, "the id is empty".to_owned());
        }
        if id.contains(['E', 'e']) && id.parse::<f64>().is_ok() {
            let reason = format!("the id {id} was rounded by a spreadsheet; export it as text");
            return named.drop(Why::Id, reason);
        }
        if id.len() > 60 || id.chars().any(char::is_control) {
            return named.drop(Why::Id, "the id is too long or no text".to_owned());
        }
        Ok(named)
    }
}

impl Named<'_> {
    pub fn drop<T>(&self, why: Why, reason: String) -> Result<T, Bad> {
        Err(Bad::Row(Dropped {
            line: self.row.line,
            id: self.id.to_owned(),
            why,
            reason,
        }))
    }

    /// The day in a cell.
    pub fn date(&self, column: usize, name: &str) -> Result<Date, Bad> {
        let text = self.row.get(column);
        match dates::date(text, self.row.context.options.dates) {
            Ok(date) => Ok(date),
            Err(NoDate::Ambiguous) => Err(Bad::File(Refusal::AmbiguousDate {
                line: self.row.line,
                text: text.to_owned(),
            })),
            Err(NoDate::Wrong(_)) if text.is_empty() => {
                self.drop(Why::Date, format!("{name} is empty"))
            }
            Err(NoDate::Wrong(why)) => {
                self.drop(Why::Date, format!("{name} `{}` {why}", short(text)))
            }
        }
    }

    /// A precision code from 1 to `highest`; `None` where the cell is empty.
    pub fn code(&self, column: Option<usize>, name: &str, highest: u8) -> Result<Option<u8>, Bad> {
        let text = self.row.or_empty(column);
        if text.is_empty() {
            return Ok(None);
        }
        match whole(text).and_then(|code| u8::try_from(code).ok()) {
            Some(code) if (1..=highest).contains(&code) => Ok(Some(code)),
            _ => {
                let text = short(text);
                let reason = format!("{name} is `{text}`, where 1 to {highest} are known");
                self.drop(Why::Code, reason)
            }
        }
    }

    /// The position, which must be there and possible.
    pub fn place(&self, [latitude, longitude]: [usize; 2]) -> Result<Geodetic, Bad> {
        let cells = [self.row.get(latitude), self.row.get(longitude)];
        if cells.iter().all(|cell| cell.is_empty()) {
            return self.drop(Why::Place, "no position is given".to_owned());
        }
        let [Some(latitude_deg), Some(longitude_deg)] = cells.map(|cell| self.number(cell)) else {
            let [a, b] = cells.map(short);
            return self.drop(
                Why::Place,
                format!("the position `{a}`, `{b}` is no two numbers"),
            );
        };
        if latitude_deg == 0.0 && longitude_deg == 0.0 {
            let reason = "the position 0, 0 stands for none".to_owned();
            return self.drop(Why::Place, reason);
        }
        if latitude_deg.abs() <= 90.0 && longitude_deg.abs() <= 180.0 {
            return Ok(Geodetic {
                latitude_deg,
                longitude_deg,
            });
        }
        let hint = if latitude_deg.abs() <= 180.0 && longitude_deg.abs() <= 90.0 {
            "; latitude and longitude look swapped"
        } else {
            ""
        };
        let reason = format!("there is no position {latitude_deg}, {longitude_deg}{hint}");
        self.drop(Why::Place, reason)
    }

    fn number(&self, text: &str) -> Option<f64> {
        let comma = self.row.context.decimal_comma && !text.contains('.');
        let text = if comma {
            text.replace(',', ".")
        } else {
            text.to_owned()
        };
        let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+');
        if !text.chars().all(plain) {
            return None;
        }
        text.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// A count of people: `None` where it is empty or stands for not known; a remark where it is
    /// neither that nor a count.
    pub fn count(
        &self,
        column: Option<usize>,
        name: &str,
        remarks: &mut Vec<String>,
    ) -> Option<u32> {
        const MOST: i64 = 1_000_000;
        let text = self.row.or_empty(column);
        match whole(text) {
            Some(-9 | -99) => None,
            Some(count @ 0..=MOST) => u32::try_from(count).ok(),
            _ if text.is_empty() => None,
            _ => {
                let text = short(text);
                remarks.push(format!("{name} is `{text}`, taken as not known"));
                None
            }
        }
    }
}

/// A whole number, also as `7.0`, which spreadsheets make of it.
fn whole(text: &str) -> Option<i64> {
    let bare = text.split_once('.').map_or(text, |(whole, rest)| {
        let zeros = !rest.is_empty() && rest.bytes().all(|byte| byte == b'0');
        if zeros { whole } else { text }
    });
    bare.parse().ok()
}

/// A cell's text for a message.
pub(super) fn short(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut cut: String = text.chars().take(LONGEST).collect();
    if cut.len() < text.len() {
        cut.push_str("...");
    }
    cut
}

/// Texts that are not empty, one after the other.
pub(super) fn joined(parts: &[&str], between: &str) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .copied()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(between)
}

/// The names in a list, each once, in its order.
pub(super) fn names<'a>(parts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for part in parts {
        let name = part.trim().trim_matches('"').trim();
        if !name.is_empty() && names.len() < NAMES_MAX && !names.iter().any(|had| had == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// The days up to `before` before and `after` after a day, within the calendar.
pub(super) fn around(day: Date, before: i64, after: i64) -> Days {
    Days {
        first: day.saturating_sub(before.days()),
        last: day.saturating_add(after.days()),
    }
}

/// One day.
pub(super) fn on(day: Date) -> Days {
    Days {
        first: day,
        last: day,
    }
}

/// What a code says of the place: 1 exact, up to `near` near, above it a region.
pub(super) fn place_precision(code: Option<u8>, near: u8) -> Option<PlacePrecision> {
    code.map(|code| match code {
        1 => PlacePrecision::Exact,
        code if code <= near => PlacePrecision::Near,
        _ => PlacePrecision::Region,
    })
}
