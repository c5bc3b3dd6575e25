//! ACLED, in its columns of before and after March 2023.

use super::cells::{self, Bad, Row};
use super::table::Header;
use super::{Days, Event, Found, Refusal};
use jiff::civil::Date;

/// The columns that are read.
pub(super) struct Columns {
    id: usize,
    date: usize,
    kind: usize,
    place: [usize; 2],
    time_precision: Option<usize>,
    geo_precision: Option<usize>,
    sub_kind: Option<usize>,
    actors: [Option<usize>; 2],
    location: Option<usize>,
    source: Option<usize>,
    notes: Option<usize>,
    fatalities: Option<usize>,
    timestamp: Option<usize>,
}

impl Columns {
    pub fn of(header: &Header) -> Result<Self, Refusal> {
        let [id, date, kind, latitude, longitude] = header.need(
            "ACLED",
            [
                "event_id_cnty",
                "event_date",
                "event_type",
                "latitude",
                "longitude",
            ],
        )?;
        Ok(Self {
            id,
            date,
            kind,
            place: [latitude, longitude],
            time_precision: header.find("time_precision")?,
            geo_precision: header.find("geo_precision")?,
            sub_kind: header.find("sub_event_type")?,
            actors: [header.find("actor1")?, header.find("actor2")?],
            location: header.find("location")?,
            source: header.find("source")?,
            notes: header.find("notes")?,
            fatalities: header.find("fatalities")?,
            timestamp: header.find("timestamp")?,
        })
    }

    pub fn event(&self, row: &Row) -> Result<Found, Bad> {
        let named = row.named(self.id)?;
        let date = named.date(self.date, "event_date")?;
        let time = named.code(self.time_precision, "time_precision", 3)?;
        let geo = named.code(self.geo_precision, "geo_precision", 3)?;
        let place = named.place(self.place)?;
        let mut remarks = Vec::new();
        if time.is_none() {
            remarks.push("time_precision is not given".to_owned());
        }
        let killed = named.count(self.fatalities, "fatalities", &mut remarks);
        let [actor1, actor2] = self.actors.map(|column| row.or_empty(column));
        let event = Event {
            line: row.line,
            id: named.id.to_owned(),
            days: days(date, time),
            place,
            place_precision: cells::place_precision(geo, 2),
            kind: row.get(self.kind).to_owned(),
            sub_kind: row.or_empty(self.sub_kind).to_owned(),
            actors: cells::joined(&[actor1, actor2], "; "),
            location: row.or_empty(self.location).to_owned(),
            text: row.or_empty(self.notes).to_owned(),
            killed,
            wounded: None,
            sources: cells::names(row.or_empty(self.source).split(';')),
            remarks,
        };
        let changed = row.or_empty(self.timestamp).parse().ok();
        Ok(Found { event, changed })
    }
}

/// A week is coded by a day in it and a month by one in it, so that the true day is up to six days
/// away from the one given, or anywhere in its month.
fn days(date: Date, time_precision: Option<u8>) -> Days {
    match time_precision {
        Some(2) => cells::around(date, 3, 3),
        Some(3) => Days {
            first: date.first_of_month(),
            last: date.last_of_month(),
        },
        _ => cells::on(date),
    }
}
