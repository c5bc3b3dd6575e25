//! What an engine and an intake must be given to be as they are now, as bytes.
//!
//! `events u32, each: position u64, received i64, kind u8 (0 started, 1 scan, 2 tick), for a scan: sensor u32,
//! time i64, plots · sensors u32, each: spoilt u8, since u8 (+ i64), plots`; plots are `count u32, each: time
//! i64, range, azimuth, elevation f64, rate u8 (+ f64), ratio u8 (+ f64)`. All little-endian.

use super::engine::{Event, EventKind};
use super::intake::Building;
use theatre::Plot;
use tracking::Scan;

/// The state at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checkpoint {
    /// What has to happen to an engine that is new.
    pub events: Vec<Event>,
    /// Scans that are not whole yet, by sensor.
    pub building: Vec<Building>,
}

impl Checkpoint {
    /// As bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        count(&mut out, self.events.len());
        for event in &self.events {
            out.extend(event.position.to_le_bytes());
            out.extend(event.now_ns.to_le_bytes());
            match &event.kind {
                EventKind::Started => out.push(0),
                EventKind::Scan(scan) => {
                    out.push(1);
                    count(&mut out, scan.sensor);
                    out.extend(scan.time_ns.to_le_bytes());
                    plots(&mut out, &scan.plots);
                }
                EventKind::Tick => out.push(2),
            }
        }
        count(&mut out, self.building.len());
        for building in &self.building {
            out.push(u8::from(building.spoilt));
            optional(&mut out, building.since_ns.map(i64::to_le_bytes));
            plots(&mut out, &building.plots);
        }
        out
    }

    /// From bytes; none where they are not those of a checkpoint.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let mut checkpoint = Self::default();
        for _ in 0..reader.count()? {
            let position = u64::from_le_bytes(reader.array()?);
            let now_ns = i64::from_le_bytes(reader.array()?);
            let kind = match reader.byte()? {
                0 => EventKind::Started,
                1 => EventKind::Scan(Scan {
                    sensor: reader.count()? as usize,
                    time_ns: i64::from_le_bytes(reader.array()?),
                    plots: reader.plots()?,
                }),
                2 => EventKind::Tick,
                _ => return None,
            };
            checkpoint.events.push(Event {
                position,
                now_ns,
                kind,
            });
        }
        for _ in 0..reader.count()? {
            checkpoint.building.push(Building {
                spoilt: reader.byte()? != 0,
                since_ns: reader.optional()?.map(i64::from_le_bytes),
                plots: reader.plots()?,
            });
        }
        reader.0.is_empty().then_some(checkpoint)
    }
}

fn count(out: &mut Vec<u8>, count: usize) {
    // Far below: events and plots are bounded.
    out.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

fn optional(out: &mut Vec<u8>, value: Option<[u8; 8]>) {
    out.push(u8::from(value.is_some()));
    out.extend(value.into_iter().flatten());
}

fn plots(out: &mut Vec<u8>, plots: &[Plot]) {
    count(out, plots.len());
    for plot in plots {
        out.extend(plot.time_ns.to_le_bytes());
        for figure in [plot.range_m, plot.azimuth_rad, plot.elevation_rad] {
            out.extend(figure.to_le_bytes());
        }
        optional(out, plot.range_rate_mps.map(f64::to_le_bytes));
        optional(out, plot.signal_to_noise_db.map(f64::to_le_bytes));
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }

    fn byte(&mut self) -> Option<u8> {
        let [byte] = self.array()?;
        Some(byte)
    }

    fn count(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.array()?))
    }

    fn optional(&mut self) -> Option<Option<[u8; 8]>> {
        match self.byte()? {
            0 => Some(None),
            1 => Some(Some(self.array()?)),
            _ => None,
        }
    }

    fn number(&mut self) -> Option<f64> {
        Some(f64::from_le_bytes(self.array()?))
    }

    fn plots(&mut self) -> Option<Vec<Plot>> {
        let mut plots = Vec::new();
        for _ in 0..self.count()? {
            plots.push(Plot {
                time_ns: i64::from_le_bytes(self.array()?),
                range_m: self.number()?,
                azimuth_rad: self.number()?,
                elevation_rad: self.number()?,
                range_rate_mps: self.optional()?.map(f64::from_le_bytes),
                signal_to_noise_db: self.optional()?.map(f64::from_le_bytes),
            });
        }
        Some(plots)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_read_as_it_was_written() {
        let plot = Plot {
            time_ns: -3,
            range_m: 0.1,
            azimuth_rad: -0.0,
            elevation_rad: f64::MAX,
            range_rate_mps: Some(-7.5),
            signal_to_noise_db: None,
        };
        let event = |position, kind| Event {
            position,
            now_ns: 7,
            kind,
        };
        let scan = Scan {
            sensor: 3,
            time_ns: 9,
            plots: vec![plot; 2],
        };
        let checkpoint = Checkpoint {
            events: vec![
                event(1, EventKind::Started),
                event(u64::MAX, EventKind::Scan(scan)),
                event(4, EventKind::Tick),
            ],
            building: vec![
                Building::default(),
                Building {
                    plots: vec![plot],
                    since_ns: Some(5),
                    spoilt: true,
                },
            ],
        };
        let bytes = checkpoint.bytes();
        assert_eq!(Checkpoint::read(&bytes), Some(checkpoint));
        for length in 0..bytes.len() {
            assert_eq!(
                Checkpoint::read(bytes.get(..length).unwrap_or_default()),
                None
            );
        }
    }
}
