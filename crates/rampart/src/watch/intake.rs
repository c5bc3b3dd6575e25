//! Datagrams to scans: ASTERIX of categories 048 and 034, or a scan as a line of JSON.
//!
//! A radar sends its plots as it has them. A scan is whole when the radar's north marker comes, or a plot that
//! belongs to the next one, or when a scan's time has gone by; all of that follows from what is given here,
//! in that order, and from nothing else.

use feeds::asterix::plot::{self, NoPlot, Station};
use feeds::asterix::service::{self, Message};
use feeds::asterix::{self, Category, Editions, Record};
use serde::Deserialize;
use std::collections::BTreeMap;
use theatre::Plot;
use theatre::warning::Reality;
use tracking::{PLOTS_PER_SCAN_MAX, Scan};

use super::site::SIMULATED_SOURCE;

/// Share of a scan's period after whose first plot a plot belongs to the next one.
const NEXT_SCAN_SHARE: f64 = 0.9;

/// What is known of one radar's messages.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// SAC and SIC in its messages; none where there is one radar alone.
    pub code: Option<(u8, u8)>,
    /// What its records leave out.
    pub station: Station,
    /// Editions that it speaks.
    pub editions: Editions,
    /// Time between looks, s.
    pub scan_period_s: f64,
}

/// What was wrong with what was received, as numbers and the last of each in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Troubles(BTreeMap<Trouble, (u64, String)>);

/// Kinds of what may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trouble {
    /// Simulated plots outside an exercise, or others in one: all of their scan was refused.
    Reality,
    /// A source that no sensor has.
    Source,
    /// Bytes that do not fit their format.
    Bytes,
    /// A record from which no plot follows.
    Plot,
    /// More plots in a scan than are looked at.
    TooMany,
}

impl Troubles {
    fn add(&mut self, trouble: Trouble, words: impl FnOnce() -> String) {
        let (count, last) = self.0.entry(trouble).or_default();
        *count += 1;
        *last = words();
    }

    /// Every kind that there was, how often, and the last in words.
    pub fn iter(&self) -> impl Iterator<Item = (Trouble, u64, &str)> {
        self.0
            .iter()
            .map(|(trouble, (count, last))| (*trouble, *count, last.as_str()))
    }

    /// How often there was one of a kind.
    #[must_use]
    pub fn count(&self, trouble: Trouble) -> u64 {
        self.0.get(&trouble).map_or(0, |(count, _)| *count)
    }
}

/// Puts scans together.
#[derive(Clone, Debug)]
pub struct Intake {
    sources: Vec<Source>,
    reality: Reality,
    building: Vec<Building>,
    troubles: Troubles,
}

/// A scan that is not whole yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Building {
    /// What of it has come.
    pub plots: Vec<Plot>,
    /// When its first plot was received, ns.
    pub since_ns: Option<i64>,
    /// Whether it holds what must not be used.
    pub spoilt: bool,
}

/// A scan as a line of JSON. What else the line holds is not looked at.
#[derive(Deserialize)]
struct Line {
    /// s since 1970-01-01T00:00:00 UTC.
    t: f64,
    /// Elevation and azimuth in the sensor's sense, rad, and range, m, of each plot; behind a number that is not
    /// looked at, range rate, m/s, and signal-to-noise ratio, dB, may stand.
    plots: Vec<Vec<serde_json::Value>>,
    /// Number of the sensor, from 0.
    #[serde(default)]
    sensor: usize,
    /// Whether it is simulated.
    #[serde(default)]
    exercise: bool,
}

tracking::stored!(Building {
    plots,
    since_ns,
    spoilt
});

impl Intake {
    /// Takes what these sources send, in their order the sensors of the scans.
    #[must_use]
    pub fn new(sources: Vec<Source>, reality: Reality) -> Self {
        Self {
            building: vec![Building::default(); sources.len()],
            sources,
            reality,
            troubles: Troubles::default(),
        }
    }

    /// What was wrong so far.
    #[must_use]
    pub fn troubles(&self) -> &Troubles {
        &self.troubles
    }

    /// Scans that are not whole yet, by sensor.
    #[must_use]
    pub fn building(&self) -> &[Building] {
        &self.building
    }

    /// Goes on from such scans, where they are those of as many sensors.
    pub fn go_on_from(&mut self, building: Vec<Building>) {
        if building.len() == self.sources.len() {
            self.building = building;
        }
    }

    /// The scans that a datagram makes whole.
    pub fn take(&mut self, received_ns: i64, datagram: &[u8]) -> Vec<Scan> {
        match datagram.first() {
            Some(b'{') => self.take_line(datagram).into_iter().collect(),
            _ => self.take_asterix(received_ns, datagram),
        }
    }

    /// The scans whose time has gone by.
    pub fn tick(&mut self, now_ns: i64) -> Vec<Scan> {
        let due: Vec<usize> = self
            .dues()
            .filter(|(_, due_ns)| *due_ns <= now_ns)
            .map(|(sensor, _)| sensor)
            .collect();
        due.into_iter()
            .filter_map(|sensor| self.finish(sensor, None))
            .collect()
    }

    /// When the first of them will have.
    #[must_use]
    pub fn due_ns(&self) -> Option<i64> {
        self.dues().map(|(_, due_ns)| due_ns).min()
    }

    fn dues(&self) -> impl Iterator<Item = (usize, i64)> + '_ {
        let both = self.building.iter().zip(&self.sources).enumerate();
        both.filter_map(|(sensor, (building, source))| {
            let period_ns = (source.scan_period_s * 1e9) as i64;
            Some((sensor, building.since_ns?.saturating_add(period_ns)))
        })
    }

    fn take_line(&mut self, datagram: &[u8]) -> Option<Scan> {
        let line: Line = match serde_json::from_slice(datagram) {
            Ok(line) => line,
            Err(error) => {
                self.troubles
                    .add(Trouble::Bytes, || format!("a line of JSON: {error}"));
                return None;
            }
        };
        if line.sensor >= self.sources.len() {
            let words = || format!("sensor {} of a line of JSON", line.sensor);
            self.troubles.add(Trouble::Source, words);
            return None;
        }
        if line.exercise != (self.reality == Reality::Exercise) {
            self.troubles
                .add(Trouble::Reality, || refusal(line.exercise));
            return None;
        }
        if !line.t.is_finite() || line.t.abs() > 9e9 {
            self.troubles
                .add(Trouble::Bytes, || format!("`t` of {} s", line.t));
            return None;
        }
        let time_ns = (line.t * 1e9) as i64;
        let mut plots = Vec::with_capacity(line.plots.len());
        for plot in &line.plots {
            let number = |index: usize| plot.get(index).and_then(serde_json::Value::as_f64);
            match (number(0), number(1), number(2)) {
                (Some(elevation_rad), Some(azimuth_rad), Some(range_m)) => plots.push(Plot {
                    time_ns,
                    range_m,
                    azimuth_rad,
                    elevation_rad,
                    range_rate_mps: number(4),
                    signal_to_noise_db: number(5),
                }),
                _ => self
                    .troubles
                    .add(Trouble::Plot, || "fewer than three numbers".to_owned()),
            }
        }
        Some(Scan {
            sensor: line.sensor,
            time_ns,
            plots,
        })
    }

    fn take_asterix(&mut self, received_ns: i64, datagram: &[u8]) -> Vec<Scan> {
        let mut whole = Vec::new();
        for record in self.decoded(datagram) {
            let Some(sensor) = self.sensor_of(&record) else {
                continue;
            };
            match record.category {
                Category::Target => whole.extend(self.take_target(sensor, &record, received_ns)),
                Category::Service => match service::from_record(&record, received_ns) {
                    Ok(service) if service.message == Message::NorthMarker => {
                        whole.extend(self.finish(sensor, Some(service.time_ns)));
                    }
                    Ok(_) => {}
                    Err(error) => self.troubles.add(Trouble::Bytes, || error.to_string()),
                },
            }
        }
        whole
    }

    /// The records of a datagram, read by the editions of whom it comes from. Where a record says that it is
    /// from, is the same in all editions.
    fn decoded(&mut self, datagram: &[u8]) -> Vec<Record> {
        let Some(first) = self.sources.first() else {
            return Vec::new();
        };
        let mut editions = first.editions;
        let mut decoded = asterix::decode(datagram, &editions);
        let named = decoded
            .records
            .first()
            .and_then(|record| self.position_of(code(record)?));
        if let Some(source) = named.and_then(|sensor| self.sources.get(sensor))
            && source.editions != editions
        {
            editions = source.editions;
            decoded = asterix::decode(datagram, &editions);
        }
        for fault in &decoded.faults {
            self.troubles.add(Trouble::Bytes, || fault.to_string());
        }
        decoded.records
    }

    fn position_of(&self, code: (u8, u8)) -> Option<usize> {
        let position = |wanted| self.sources.iter().position(|source| source.code == wanted);
        position(Some(code)).or_else(|| position(None))
    }

    /// The sensor of a record.
    fn sensor_of(&mut self, record: &Record) -> Option<usize> {
        let Some((area, number)) = code(record) else {
            self.troubles
                .add(Trouble::Plot, || "a record without its source".to_owned());
            return None;
        };
        let sensor = self.position_of((area, number));
        if sensor.is_none() {
            let words = || format!("no sensor has SAC {area} and SIC {number}");
            self.troubles.add(Trouble::Source, words);
        }
        let simulated = (area, number) == SIMULATED_SOURCE;
        if simulated && self.reality == Reality::Actual {
            // Its markers do not say that they are simulated, but must not pass for a quiet sky.
            self.troubles.add(Trouble::Reality, || refusal(true));
            return None;
        }
        sensor
    }

    fn take_target(&mut self, sensor: usize, record: &Record, received_ns: i64) -> Option<Scan> {
        let source = self.sources.get(sensor)?;
        let report = match plot::from_record(record, &source.station, received_ns) {
            Ok(report) => report,
            // Nothing was detected, which is nothing wrong.
            Err(NoPlot::NotDetected | NoPlot::FixedTransponder) => return None,
            Err(error) => {
                self.troubles.add(Trouble::Plot, || error.to_string());
                return None;
            }
        };
        let simulated = report.simulated || report.test;
        let refused = simulated != (self.reality == Reality::Exercise);
        if refused {
            self.troubles.add(Trouble::Reality, || refusal(simulated));
        }
        let next_ns = (NEXT_SCAN_SHARE * source.scan_period_s * 1e9) as i64;
        let first_ns = self
            .building
            .get(sensor)?
            .plots
            .first()
            .map(|plot| plot.time_ns);
        let begins_next =
            first_ns.is_some_and(|first| report.plot.time_ns.saturating_sub(first) >= next_ns);
        let whole = if begins_next {
            self.finish(sensor, None)
        } else {
            None
        };
        let building = self.building.get_mut(sensor)?;
        building.since_ns.get_or_insert(received_ns);
        building.spoilt |= refused;
        if building.plots.len() < PLOTS_PER_SCAN_MAX {
            building.plots.push(report.plot);
        } else {
            self.troubles
                .add(Trouble::TooMany, || format!("sensor {sensor}"));
        }
        whole
    }

    /// Ends a scan, at its newest plot, or where it has none at the moment given.
    fn finish(&mut self, sensor: usize, marker_ns: Option<i64>) -> Option<Scan> {
        let building = std::mem::take(self.building.get_mut(sensor)?);
        let newest_ns = building.plots.iter().map(|plot| plot.time_ns).max();
        let time_ns = newest_ns.or(marker_ns)?;
        (!building.spoilt).then_some(Scan {
            sensor,
            time_ns,
            plots: building.plots,
        })
    }
}

fn refusal(simulated: bool) -> String {
    match simulated {
        true => {
            "simulated plots, and this is no exercise: start with --exercise to practise".to_owned()
        }
        false => "plots that are not marked as simulated, and this is an exercise".to_owned(),
    }
}

fn code(record: &Record) -> Option<(u8, u8)> {
    let octet = |path| u8::try_from(record.field(path)?.raw).ok();
    Some((octet("010/SAC")?, octet("010/SIC")?))
}
