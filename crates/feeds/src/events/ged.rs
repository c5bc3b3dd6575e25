//! UCDP GED, versions 17 to 25, and the candidate events in the same columns.

use super::cells::{self, Bad, Row};
use super::table::Header;
use super::{Days, Event, Found, Refusal, Why};
use jiff::civil::Date;

/// The columns that are read.
pub(super) struct Columns {
    id: usize,
    dates: [usize; 2],
    place: [usize; 2],
    date_prec: Option<usize>,
    where_prec: Option<usize>,
    type_of_violence: Option<usize>,
    sides: [Option<usize>; 2],
    location: [Option<usize>; 2],
    office: Option<usize>,
    article: Option<usize>,
    headline: Option<usize>,
    best: Option<usize>,
    clarity: Option<usize>,
}

impl Columns {
    pub fn of(header: &Header) -> Result<Self, Refusal> {
        let [id, start, end, latitude, longitude] = header.need(
            "UCDP GED",
            ["id", "date_start", "date_end", "latitude", "longitude"],
        )?;
        Ok(Self {
            id,
            dates: [start, end],
            place: [latitude, longitude],
            date_prec: header.find("date_prec")?,
            where_prec: header.find("where_prec")?,
            type_of_violence: header.find("type_of_violence")?,
            sides: [header.find("side_a")?, header.find("side_b")?],
            location: [
                header.find("where_coordinates")?,
                header.find("where_description")?,
            ],
            office: header.find("source_office")?,
            article: header.find("source_article")?,
            headline: header.find("source_headline")?,
            best: header.find("best")?,
            clarity: header.find("event_clarity")?,
        })
    }

    pub fn event(&self, row: &Row) -> Result<Found, Bad> {
        let named = row.named(self.id)?;
        let [start, end] = self.dates;
        let first = named.date(start, "date_start")?;
        let last = named.date(end, "date_end")?;
        if last < first {
            let reason = format!("date_end {last} is before date_start {first}");
            return named.drop(Why::Date, reason);
        }
        let precision = named.code(self.date_prec, "date_prec", 5)?;
        let place_code = named.code(self.where_prec, "where_prec", 7)?;
        let place = named.place(self.place)?;
        let mut remarks = Vec::new();
        if precision.is_none() {
            remarks.push("date_prec is not given".to_owned());
        }
        if row.or_empty(self.clarity) == "2" {
            remarks.push("event_clarity 2: may sum up several events".to_owned());
        }
        let killed = named.count(self.best, "best", &mut remarks);
        let [side_a, side_b] = self.sides.map(|column| row.or_empty(column));
        let [coordinates, description] = self.location.map(|column| row.or_empty(column));
        let office = row.or_empty(self.office);
        let article = row.or_empty(self.article);
        let headline = row.or_empty(self.headline);
        // Titles of articles hold semicolons, so that only the list of offices is taken apart.
        let sources = if office.is_empty() {
            cells::names(std::iter::once(article))
        } else {
            cells::names(office.split(';'))
        };
        let event = Event {
            line: row.line,
            id: named.id.to_owned(),
            days: days(first, last, precision),
            place,
            place_precision: cells::place_precision(place_code, 2),
            kind: violence(row.or_empty(self.type_of_violence)).to_owned(),
            sub_kind: String::new(),
            actors: cells::joined(&[side_a, side_b], "; "),
            location: cells::joined(&[coordinates, description], "; "),
            // The article is cited with its headline, which must not be counted twice.
            text: if headline.is_empty() {
                article
            } else {
                headline
            }
            .to_owned(),
            killed,
            wounded: None,
            sources,
            remarks,
        };
        Ok(Found {
            event,
            changed: None,
        })
    }
}

/// The days from start to end, and where both are one day though the code says that it is not known,
/// the least span that the code stands for.
fn days(first: Date, last: Date, precision: Option<u8>) -> Days {
    match precision {
        Some(2) if first == last => cells::around(first, 1, 1),
        Some(3) if first == last => cells::around(first, 3, 3),
        Some(4 | 5) if first == last => Days {
            first: first.first_of_month(),
            last: first.last_of_month(),
        },
        _ => Days { first, last },
    }
}

fn violence(code: &str) -> &str {
    match code {
        "1" => "state-based conflict",
        "2" => "non-state conflict",
        "3" => "one-sided violence",
        other => other,
    }
}
