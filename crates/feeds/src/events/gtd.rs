//! GTD, in the columns of its spreadsheet.

use super::cells::{self, Bad, Named, Row};
use super::table::Header;
use super::{Days, Event, Found, Refusal, Why};
use jiff::civil::Date;

/// The columns that are read.
pub(super) struct Columns {
    id: usize,
    date: [usize; 3],
    place: [usize; 2],
    specificity: Option<usize>,
    approximate: Option<usize>,
    extended: Option<usize>,
    attack: Option<usize>,
    weapon: [Option<usize>; 2],
    group: Option<usize>,
    city: Option<usize>,
    text: [Option<usize>; 2],
    killed: Option<usize>,
    wounded: Option<usize>,
    sources: [Option<usize>; 3],
}

impl Columns {
    pub fn of(header: &Header) -> Result<Self, Refusal> {
        let [id, year, month, day, latitude, longitude] = header.need(
            "GTD",
            [
                "eventid",
                "iyear",
                "imonth",
                "iday",
                "latitude",
                "longitude",
            ],
        )?;
        Ok(Self {
            id,
            date: [year, month, day],
            place: [latitude, longitude],
            specificity: header.find("specificity")?,
            approximate: header.find("approxdate")?,
            extended: header.find("extended")?,
            attack: header.find("attacktype1_txt")?,
            weapon: [
                header.find("weaptype1_txt")?,
                header.find("weapsubtype1_txt")?,
            ],
            group: header.find("gname")?,
            city: header.find("city")?,
            text: [header.find("summary")?, header.find("weapdetail")?],
            killed: header.find("nkill")?,
            wounded: header.find("nwound")?,
            sources: [
                header.find("scite1")?,
                header.find("scite2")?,
                header.find("scite3")?,
            ],
        })
    }

    pub fn event(&self, row: &Row) -> Result<Found, Bad> {
        let named = row.named(self.id)?;
        let days = self.days(&named)?;
        let specificity = named.code(self.specificity, "specificity", 5)?;
        let place = named.place(self.place)?;
        let mut remarks = Vec::new();
        let approximate = row.or_empty(self.approximate);
        if !approximate.is_empty() {
            remarks.push(format!("approxdate: {}", cells::short(approximate)));
        }
        if row.or_empty(self.extended) == "1" {
            remarks.push("extended: it lasted longer than a day".to_owned());
        }
        let killed = named.count(self.killed, "nkill", &mut remarks);
        let wounded = named.count(self.wounded, "nwound", &mut remarks);
        let weapon = self.weapon.map(|column| row.or_empty(column));
        let text = self.text.map(|column| row.or_empty(column));
        let sources = self.sources.map(|column| row.or_empty(column));
        let event = Event {
            line: row.line,
            id: named.id.to_owned(),
            days,
            place,
            // A town's own position is as exact as the data set gets; 2 and 3 are the smallest
            // region around it.
            place_precision: cells::place_precision(specificity, 3),
            kind: row.or_empty(self.attack).to_owned(),
            sub_kind: cells::joined(&weapon, " / "),
            actors: row.or_empty(self.group).to_owned(),
            location: row.or_empty(self.city).to_owned(),
            text: cells::joined(&text, " "),
            killed,
            wounded,
            sources: cells::names(sources.into_iter()),
            remarks,
        };
        Ok(Found {
            event,
            changed: None,
        })
    }

    /// The day, the month where the day is 0, the year where the month is 0.
    fn days(&self, named: &Named) -> Result<Days, Bad> {
        let [year, month, day] = self.date.map(|column| named.row.get(column));
        let number = |text: &str| text.strip_suffix(".0").unwrap_or(text).parse::<i16>().ok();
        let day_of = |year, month: i16, day: i16| {
            let month = i8::try_from(month).ok()?;
            Date::new(year, month, i8::try_from(day).ok()?).ok()
        };
        let days = match (number(year), number(month), number(day)) {
            // A day of a month that is not known says nothing.
            (Some(year), Some(0), Some(0..=31)) => day_of(year, 1, 1)
                .zip(day_of(year, 12, 31))
                .map(|(first, last)| Days { first, last }),
            (Some(year), Some(month), Some(0)) => day_of(year, month, 1).map(|first| Days {
                first,
                last: first.last_of_month(),
            }),
            (Some(year), Some(month), Some(day)) => day_of(year, month, day).map(cells::on),
            _ => None,
        };
        match days {
            Some(days) => Ok(days),
            None => {
                let [year, month, day] = [year, month, day].map(cells::short);
                let reason =
                    format!("iyear, imonth, iday `{year}`, `{month}`, `{day}` are no date");
                named.drop(Why::Date, reason)
            }
        }
    }
}
