//! Event data as analysts keep it: files of ACLED, UCDP GED and GTD, told apart by their header.
//!
//! The meaning of columns and codes is that of the publishers' codebooks:
//!
//! * **ACLED**, Codebook (2023): `time_precision` 1 the day, 2 the week, 3 the month; `geo_precision`
//!   1 the place named, 2 a part of a region around it, 3 a larger region.
//! * **UCDP GED**, Codebook 23.1 to 25.1: `date_start` and `date_end` bound the day, `date_prec` 1 the
//!   day, 2 two to six days, 3 a week, 4 a month, 5 more; `where_prec` 1 the place, 2 about 25 km
//!   around it, 3 to 7 a region, a line, a country or the sea; `event_clarity` 2 a sum of events.
//! * **GTD**, Codebook (2021): `imonth` and `iday` are 0 where they are not known; `specificity` 1 the
//!   town, 2 and 3 the smallest region around it, 4 and 5 a larger one or nothing; −9 and −99 stand
//!   for counts that are not known.
//!
//! All three give positions on WGS 84, and casualties of everybody, attackers included.

mod acled;
mod cells;
mod dates;
mod decode;
mod ged;
mod gtd;
mod table;

use jiff::civil::Date;
use std::collections::HashMap;
use table::{Header, Table};
use theatre::Geodetic;

/// Whose data a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DataSet {
    /// Armed Conflict Location and Event Data.
    Acled,
    /// Uppsala Conflict Data Program, Georeferenced Event Dataset.
    UcdpGed,
    /// Global Terrorism Database.
    Gtd,
}

impl DataSet {
    /// The name by which it is cited.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Acled => "ACLED",
            Self::UcdpGed => "UCDP GED",
            Self::Gtd => "GTD",
        }
    }

    /// What ids made from it begin with.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Acled => "acled",
            Self::UcdpGed => "ucdp",
            Self::Gtd => "gtd",
        }
    }
}

/// Which number comes first in a date such as 12/03/2020.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// 12/03/2020 is 12 March.
    DayFirst,
    /// 12/03/2020 is 3 December.
    MonthFirst,
}

/// What the file itself does not say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Order of day and month; a file with a date that can be read both ways is refused without it.
    pub dates: Option<DateOrder>,
}

/// The days between which an event happened, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// First day on which it can have happened.
    pub first: Date,
    /// Last day on which it can have happened, not before `first`.
    pub last: Date,
}

impl Days {
    /// How many days it can have been, at least 1.
    #[must_use]
    pub fn count(self) -> i64 {
        self.last.duration_since(self.first).as_hours() / 24 + 1
    }

    /// The day in the middle, the earlier of two.
    #[must_use]
    pub fn middle(self) -> Date {
        let half = jiff::SignedDuration::from_hours((self.count() - 1) / 2 * 24);
        // Between two dates there is always a date.
        self.first.checked_add(half).unwrap_or(self.first)
    }
}

/// How well a position is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlacePrecision {
    /// The place itself.
    Exact,
    /// Somewhere around it, a few tens of kilometres at most.
    Near,
    /// A region, a country or nothing; the position only stands for it.
    Region,
}

/// One event, as its data set gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Line of the file on which the row begins, from 1.
    pub line: u32,
    /// The data set's own id.
    pub id: String,
    /// When it happened.
    pub days: Days,
    /// Where it happened.
    pub place: Geodetic,
    /// How well the position is known; `None` where the data set does not say.
    pub place_precision: Option<PlacePrecision>,
    /// What sort of event: `event_type`, `type_of_violence` in words, `attacktype1_txt`.
    pub kind: String,
    /// A finer sort: `sub_event_type`; `weaptype1_txt` and `weapsubtype1_txt`; nothing for GED.
    pub sub_kind: String,
    /// Who took part: `actor1` and `actor2`, `side_a` and `side_b`, `gname`.
    pub actors: String,
    /// Words for the place: `location`, `where_coordinates` and `where_description`, `city`.
    pub location: String,
    /// What is told of it: `notes`; `source_headline`, or `source_article` without one; `summary` and `weapdetail`.
    pub text: String,
    /// Killed on all sides; `None` where it is not known.
    pub killed: Option<u32>,
    /// Wounded on all sides; `None` where it is not known.
    pub wounded: Option<u32>,
    /// Who reported it, each once; may be empty.
    pub sources: Vec<String>,
    /// What a reader of the event should know: an odd cell, a sum of several events.
    pub remarks: Vec<String>,
}

/// Why a row gives no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Its quotes are not those of RFC 4180.
    Quotes,
    /// It has more or fewer fields than the header.
    Fields,
    /// It has no id, or one that a spreadsheet has rounded.
    Id,
    /// Its date is missing or cannot be read.
    Date,
    /// Its position is missing or impossible.
    Place,
    /// A precision code that the codebook does not know.
    Code,
    /// Another row of the same id is newer.
    Replaced,
}

impl Why {
    /// The reason, for a summary.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Quotes => "quotes out of place",
            Self::Fields => "fields too many or too few",
            Self::Id => "no usable id",
            Self::Date => "no usable date",
            Self::Place => "no usable position",
            Self::Code => "precision code unknown",
            Self::Replaced => "a newer row has the same id",
        }
    }
}

/// A row that gives no event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Line of the file on which the row begins, from 1.
    pub line: u32,
    /// The data set's own id, as far as it can be read.
    pub id: String,
    /// Why, for counting.
    pub why: Why,
    /// Why, in full.
    pub reason: String,
}

/// A file that has been read.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Whose data it is.
    pub data_set: DataSet,
    /// Rows below the header, each an event or dropped.
    pub rows: usize,
    /// The events, in the order of the file.
    pub events: Vec<Event>,
    /// The other rows, in the order of the file.
    pub dropped: Vec<Dropped>,
    /// What a reader of the file should know, such as bytes of another encoding.
    pub notes: Vec<String>,
}

/// Why a file is refused as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No row at all.
    #[error("the file is empty")]
    Empty,
    /// A byte that no text has.
    #[error("line {line} holds a zero byte, so that the file is no text that can be told")]
    ZeroByte {
        /// Line, from 1.
        line: usize,
    },
    /// UTF-16 with half a character.
    #[error("the file says that it is UTF-16, and is not")]
    Utf16,
    /// The header is of no known data set.
    #[error("the header is of none of the data sets that can be read; it begins with `{header}`")]
    Header {
        /// The first columns.
        header: String,
    },
    /// Columns that the data set must have.
    #[error("this is a file of {data_set}, without its columns {columns}")]
    Columns {
        /// The data set's name.
        data_set: &'static str,
        /// The columns that are missing, each in backquotes.
        columns: String,
    },
    /// A column of which there are two.
    #[error("the column `{column}` stands twice")]
    Twice {
        /// Name of the column.
        column: &'static str,
    },
    /// A date that can be read both ways.
    #[error("line {line}: `{text}` may have its day first or its month first")]
    AmbiguousDate {
        /// Line, from 1.
        line: u32,
        /// The date as it stands.
        text: String,
    },
}

impl Refusal {
    /// What would be right.
    #[must_use]
    pub fn mend(&self) -> &'static str {
        match self {
            Self::Empty => "download it again",
            Self::ZeroByte { .. } | Self::Utf16 => {
                "save the file as UTF-8; UTF-16 is read where it opens with a byte-order mark"
            }
            Self::Header { .. } => {
                "name a CSV file of ACLED (`event_id_cnty`, `event_date`, ...), UCDP GED (`id`, \
                 `date_start`, `where_prec`, ...) or GTD (`eventid`, `iyear`, ...), with its header"
            }
            Self::Columns { .. } => "export the file again with all of its columns",
            Self::Twice { .. } => "keep one of the two",
            Self::AmbiguousDate { .. } => {
                "say which with --dates dmy or --dates mdy, or write dates as 2020-03-12"
            }
        }
    }
}

/// Reads a file of any of the data sets.
///
/// # Errors
/// Where nothing of the file can be trusted; a single bad row is in [`Reading::dropped`] instead.
pub fn read(bytes: &[u8], options: &Options) -> Result<Reading, Refusal> {
    let (text, mut notes) = decode::text(bytes)?;
    let (table, header) = Table::open(&text)?;
    let set = Columns::of(&header)?;
    if table.delimiter() != b',' {
        let name = if table.delimiter() == b'\t' {
            "tabs"
        } else {
            "semicolons"
        };
        notes.push(format!("columns are parted by {name}"));
    }
    let context = cells::Context {
        options: *options,
        decimal_comma: table.delimiter() != b',',
    };
    let (mut rows, mut found, mut dropped) = (0, Vec::new(), Vec::new());
    for record in table {
        rows += 1;
        let line = record.line;
        match record.fields(header.width()) {
            Err((why, reason)) => dropped.push(Dropped {
                line,
                id: String::new(),
                why,
                reason,
            }),
            Ok(fields) => {
                let row = cells::Row {
                    fields: &fields,
                    line,
                    context: &context,
                };
                match set.event(&row) {
                    Ok(event) => found.push(event),
                    Err(cells::Bad::Row(row)) => dropped.push(row),
                    Err(cells::Bad::File(refusal)) => return Err(refusal),
                }
            }
        }
    }
    let events = newest(found, &mut dropped);
    dropped.sort_by_key(|row| row.line);
    Ok(Reading {
        data_set: set.data_set(),
        rows,
        events,
        dropped,
        notes,
    })
}

/// An event and when its row was last changed, where the data set says so.
struct Found {
    event: Event,
    changed: Option<i64>,
}

/// Of rows with the same id the one changed last, and of those the last in the file.
fn newest(found: Vec<Found>, dropped: &mut Vec<Dropped>) -> Vec<Event> {
    let mut best: HashMap<&str, usize> = HashMap::with_capacity(found.len());
    for (index, row) in found.iter().enumerate() {
        let kept = best.entry(row.event.id.as_str()).or_insert(index);
        if row.changed >= found.get(*kept).and_then(|kept| kept.changed) {
            *kept = index;
        }
    }
    let kept: Vec<Option<u32>> = found
        .iter()
        .enumerate()
        .map(|(index, row)| {
            let kept = best.get(row.event.id.as_str()).copied().unwrap_or(index);
            (kept != index)
                .then(|| found.get(kept).map(|kept| kept.event.line))
                .flatten()
        })
        .collect();
    let mut events = Vec::with_capacity(found.len());
    for (row, newer) in found.into_iter().zip(kept) {
        match newer {
            None => events.push(row.event),
            Some(line) => dropped.push(Dropped {
                line: row.event.line,
                reason: format!("line {line} has the same id and is newer"),
                id: row.event.id,
                why: Why::Replaced,
            }),
        }
    }
    events
}

/// The columns of one data set, by their place in the file.
enum Columns {
    Acled(acled::Columns),
    UcdpGed(ged::Columns),
    Gtd(gtd::Columns),
}

impl Columns {
    fn of(header: &Header) -> Result<Self, Refusal> {
        if header.has("event_id_cnty") {
            acled::Columns::of(header).map(Self::Acled)
        } else if header.has("eventid") && header.has("iyear") {
            gtd::Columns::of(header).map(Self::Gtd)
        } else if header.has("id") && header.has("date_start") {
            ged::Columns::of(header).map(Self::UcdpGed)
        } else {
            Err(Refusal::Header {
                header: header.beginning(),
            })
        }
    }

    fn data_set(&self) -> DataSet {
        match self {
            Self::Acled(_) => DataSet::Acled,
            Self::UcdpGed(_) => DataSet::UcdpGed,
            Self::Gtd(_) => DataSet::Gtd,
        }
    }

    fn event(&self, row: &cells::Row) -> Result<Found, cells::Bad> {
        match self {
            Self::Acled(columns) => columns.event(row),
            Self::UcdpGed(columns) => columns.event(row),
            Self::Gtd(columns) => columns.event(row),
        }
    }
}
