//! Logs of events as CSV, of any origin: a column with a time, a column with a place, counted in bins.

use csv::ByteRecord;
use forecast::contest::Trial;
use forecast::counts::Counts;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;
use theatre::Theatre;

/// Most faults that are told at once.
const FAULTS_MAX: usize = 20;
/// Most cells of a table.
const CELLS_MAX: u64 = 50_000_000;
const DAY_SECONDS: i64 = 86_400;

/// Events of a log: where, and when in seconds since 1970 (UTC).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Events {
    /// Places by name, in the order of the alphabet.
    pub sites: Vec<String>,
    /// Place and second of each event.
    pub rows: Vec<(usize, i64)>,
    /// The line of an event whose time of day is not known, if there is one.
    pub line_without_time: Option<u64>,
}

/// Whole days, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub first: Date,
    /// Last day.
    pub last: Date,
}

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is no period: write FIRST..LAST, such as 2023-01-01..2023-12-31");
        let (first, last) = text.split_once("..").ok_or_else(wrong)?;
        let day = |text: &str| text.trim().parse::<Date>().map_err(|_| wrong());
        let (first, last) = (day(first)?, day(last)?);
        if last < first {
            return Err(format!("`{text}` ends before it begins"));
        }
        Ok(Self { first, last })
    }
}

impl Period {
    fn start_seconds(self) -> i64 {
        seconds(self.first.at(0, 0, 0, 0))
    }

    fn end_seconds(self) -> i64 {
        seconds(self.last.at(0, 0, 0, 0)) + DAY_SECONDS
    }
}

/// Seconds since 1970 of a time in UTC; 0 outside what a calendar holds.
fn seconds(time: DateTime) -> i64 {
    let zoned = TimeZone::UTC.to_timestamp(time);
    zoned.map_or(0, |time| time.as_second())
}

/// Reads a CSV with a header (RFC 4180; with or without a byte-order mark).
///
/// Times are read as RFC 3339, as `2022-02-25 16:36:22+00:00`, as the same without an offset (taken as
/// UTC), or as a date alone.
///
/// # Errors
/// What is wrong and where, one fault a line, twenty at most.
pub fn read(path: &Path, time: &str, site: &str) -> Result<Events, String> {
    let name = path.display();
    let mut reader = csv::Reader::from_path(path).map_err(|error| format!("{name}: {error}"))?;
    let header = reader
        .headers()
        .map_err(|error| format!("{name}:1: {error}"))?
        .clone();
    let column = |wanted: &str| {
        let found = header.iter().position(|column| column == wanted);
        let known: Vec<&str> = header.iter().collect();
        found.ok_or_else(|| {
            format!(
                "{name}:1: there is no column `{wanted}`; the columns are: {}",
                known.join(", ")
            )
        })
    };
    let (time, site) = (column(time)?, column(site)?);
    let mut events = Events::default();
    let mut numbers = BTreeMap::<String, usize>::new();
    let mut faults = Vec::new();
    let mut record = ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                faults.push(format!("{name}: {error}"));
                break;
            }
        }
        let line = record.position().map_or(0, csv::Position::line);
        match event(&record, time, site) {
            Ok(event) => {
                let next = numbers.len();
                let number = match numbers.get(event.site) {
                    Some(&number) => number,
                    None => *numbers.entry(event.site.to_owned()).or_insert(next),
                };
                events.rows.push((number, event.second));
                if !event.has_time && events.line_without_time.is_none() {
                    events.line_without_time = Some(line);
                }
            }
            Err(fault) => faults.push(format!("{name}:{line}: {fault}")),
        }
        if faults.len() == FAULTS_MAX {
            faults.push("there may be more".into());
            break;
        }
    }
    if !faults.is_empty() {
        return Err(faults.join("\n"));
    }
    // Numbers so far are by first appearance; places are given in alphabetical order.
    let mut place = vec![0; numbers.len()];
    for (rank, &number) in numbers.values().enumerate() {
        place[number] = rank;
    }
    events.rows.iter_mut().for_each(|row| row.0 = place[row.0]);
    events.sites = numbers.into_keys().collect();
    Ok(events)
}

struct Event<'a> {
    site: &'a str,
    second: i64,
    has_time: bool,
}

fn event(record: &ByteRecord, time: usize, site: usize) -> Result<Event<'_>, String> {
    let cell = |column: usize, what: &str| -> Result<&str, String> {
        let bytes = record.get(column).unwrap_or_default();
        let text = std::str::from_utf8(bytes).map_err(|_| format!("the {what} is not UTF-8"))?;
        match text.trim() {
            "" => Err(format!("the {what} is empty: fill it, or remove the row")),
            text => Ok(text),
        }
    };
    let (second, has_time) = moment(cell(time, "time")?)?;
    Ok(Event {
        site: cell(site, "place")?,
        second,
        has_time,
    })
}

/// Second of a time, and whether it holds more than a date.
fn moment(text: &str) -> Result<(i64, bool), String> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok((time.as_second(), true));
    }
    if text.len() <= 10
        && let Ok(date) = text.parse::<Date>()
    {
        return Ok((seconds(date.at(0, 0, 0, 0)), false));
    }
    if let Ok(time) = text.parse::<DateTime>() {
        return Ok((seconds(time), true));
    }
    let shown: String = text.chars().take(40).collect();
    Err(format!(
        "`{}` is no time: write it as 2024-01-31T16:36:22Z, 2024-01-31 16:36:22+00:00 or 2024-01-31",
        crate::diagnose::shown(&shown)
    ))
}

/// How a log is cut into bins and scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Days that models are fitted to.
    pub fit: Period,
    /// Days that they forecast.
    pub test: Period,
    /// Length of a bin, hours.
    pub bin_hours: u32,
    /// Only sites with more events than this within `fit` are kept.
    pub minimum_events: u64,
}

/// Counts of the sites that are kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Binned {
    /// Events by site and bin; one bin begins with the test period.
    pub counts: Counts,
    /// What is fitted and what is forecast.
    pub trial: Trial,
    /// Names of the sites kept.
    pub sites: Vec<String>,
}

impl Events {
    /// The attacks of a theatre's log that are believed.
    #[must_use]
    pub fn of_theatre(theatre: &Theatre) -> Self {
        let rows = forecast::attacks(theatre).into_iter();
        Self {
            sites: theatre.sites.iter().map(|site| site.id.clone()).collect(),
            rows: rows
                .map(|(date, site)| (site, seconds(date.at(0, 0, 0, 0))))
                .collect(),
            line_without_time: Some(2),
        }
    }

    /// Counts the events in bins. Bins are aligned to the start of the test period; a piece of a bin at
    /// either end is left out.
    ///
    /// # Errors
    /// When the periods overlap or hold no bin, no site is kept, the table would be too large, or bins
    /// are cut within a day and some event has no time.
    pub fn cut(&self, cut: &Cut) -> Result<Binned, String> {
        let step = i64::from(cut.bin_hours.max(1)) * 3600;
        let (start, end) = (cut.fit.start_seconds(), cut.fit.end_seconds());
        let (from, until) = (cut.test.start_seconds(), cut.test.end_seconds());
        if from < end {
            return Err("the test period must begin after the fit period ends".into());
        }
        if let (Some(line), false) = (self.line_without_time, cut.bin_hours.is_multiple_of(24)) {
            return Err(format!(
                "line {line} has a date and no time of day, so that it cannot be put into bins of {} hours: use a multiple of 24",
                cut.bin_hours
            ));
        }
        let before = (from - start) / step;
        let (tested, gap) = ((until - from) / step, (from - end + step - 1) / step);
        let fit_bins = before - gap;
        if fit_bins < 1 || tested < 1 {
            return Err(format!(
                "each period must hold a bin of {} hours at least",
                cut.bin_hours
            ));
        }
        let sites = self.kept(cut)?;
        let bins = before + tested;
        if bins as u64 * sites.len() as u64 > CELLS_MAX {
            return Err(format!(
                "{} sites in {bins} bins are too many: use longer bins or more --minimum-events",
                sites.len()
            ));
        }
        let first = from - before * step;
        let at = Timestamp::from_second(first).map_err(|error| error.to_string())?;
        let at = TimeZone::UTC.to_datetime(at);
        let mut counts = Counts::quiet(at, cut.bin_hours, vec![1.0; sites.len()], bins as usize);
        let mut column = vec![None; self.sites.len()];
        for (place, &site) in sites.iter().enumerate() {
            column[site] = Some(place);
        }
        for &(site, second) in &self.rows {
            if let (Some(place), true) = (column[site], second >= first) {
                counts.add(place, ((second - first) / step) as usize);
            }
        }
        let trial = Trial {
            fit_bins: fit_bins as usize,
            first_scored: before as usize,
            refit_bins: None,
        };
        let sites = sites.iter().map(|&site| self.sites[site].clone()).collect();
        Ok(Binned {
            counts,
            trial,
            sites,
        })
    }

    fn kept(&self, cut: &Cut) -> Result<Vec<usize>, String> {
        let within = cut.fit.start_seconds()..cut.fit.end_seconds();
        let mut totals = vec![0_u64; self.sites.len()];
        for (site, _) in self
            .rows
            .iter()
            .filter(|(_, second)| within.contains(second))
        {
            totals[*site] += 1;
        }
        let kept: Vec<usize> = (0..totals.len())
            .filter(|&site| totals[site] > cut.minimum_events)
            .collect();
        if kept.is_empty() {
            return Err(format!(
                "no site has more than {} events from {} to {}, and the most is {}: lower --minimum-events or choose other days",
                cut.minimum_events,
                cut.fit.first,
                cut.fit.last,
                totals.iter().max().unwrap_or(&0)
            ));
        }
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let second = 1_645_806_982;
        for text in [
            "2022-02-25 16:36:22+00:00",
            "2022-02-25T16:36:22Z",
            "2022-02-25T18:36:22+02:00",
            "2022-02-25 16:36:22",
            "2022-02-25T16:36:22.75Z",
        ] {
            assert_eq!(moment(text), Ok((second, true)), "{text}");
        }
        assert_eq!(moment("2022-02-25"), Ok((1_645_747_200, false)));
        for text in [
            "25.02.2022",
            "yesterday",
            "2022-02-30",
            "2022-02-25 25:00:00",
        ] {
            assert!(moment(text).is_err(), "{text}");
        }
    }

    #[test]
    fn bins_are_aligned_to_the_test_and_pieces_left_out() {
        let day = |n: i64| (0, n * DAY_SECONDS + 5);
        let events = Events {
            sites: vec!["a".into()],
            rows: (0..20).map(day).collect(),
            line_without_time: None,
        };
        let period = |text: &str| text.parse::<Period>().unwrap();
        let cut = Cut {
            fit: period("1970-01-01..1970-01-09"),
            test: period("1970-01-11..1970-01-15"),
            bin_hours: 48,
            minimum_events: 8,
        };
        let binned = events.cut(&cut).unwrap();
        // Ten days before the test are five bins, the last of which holds the day between.
        assert_eq!(binned.counts.bins(), 7);
        assert_eq!((binned.trial.fit_bins, binned.trial.first_scored), (4, 5));
        assert_eq!(binned.counts.of_site(0), [2; 7]);
        let more = Cut {
            minimum_events: 9,
            ..cut
        };
        assert!(events.cut(&more).unwrap_err().contains("the most is 9"));
        let overlapping = Cut {
            fit: period("1970-01-01..1970-01-11"),
            ..cut
        };
        assert!(events.cut(&overlapping).is_err());
    }
}
