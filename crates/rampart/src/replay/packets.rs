//! Captured packets with ASTERIX category 048, gathered into scans.

use super::moment::decimal;
use super::{Recorded, Trouble};
use feeds::asterix::plot::{DopplerSense, Station, from_record};
use feeds::asterix::{Category, Edition048, Editions, decode};
use feeds::pcap;
use std::collections::BTreeSet;
use theatre::Plot;

/// How packets are to be read.
#[derive(Clone, Copy, Debug)]
pub struct Packets {
    /// Height of the radar above the sea, m.
    pub height_m: f64,
    /// Time of one look around, s.
    pub scan_period_s: f64,
    /// Whether the radar's azimuth is from north, as ASTERIX has it.
    pub from_north: bool,
    /// Edition of category 048.
    pub edition: Edition048,
    /// System area code and system identification code of the radar; needed where there are several.
    pub radar: Option<(u8, u8)>,
}

/// Whether a file begins as a capture does.
#[must_use]
pub fn is_capture(start: &[u8]) -> bool {
    const BEGINNINGS: [[u8; 4]; 5] = [
        [0xD4, 0xC3, 0xB2, 0xA1],
        [0xA1, 0xB2, 0xC3, 0xD4],
        [0x4D, 0x3C, 0xB2, 0xA1],
        [0xA1, 0xB2, 0x3C, 0x4D],
        [0x0A, 0x0D, 0x0D, 0x0A],
    ];
    BEGINNINGS
        .iter()
        .any(|beginning| start.starts_with(beginning))
}

/// The scans of a capture: plots in their order, a new scan where one of the radar's periods is over, dated
/// as its last plot.
///
/// # Errors
/// The first octets that do not fit, or several radars among which none was chosen.
pub(super) fn scans(name: &str, capture: &[u8], how: &Packets) -> Result<Vec<Recorded>, Trouble> {
    let trouble = |place: String, wrong: String, mend: &str| Trouble {
        place,
        wrong,
        mend: mend.to_owned(),
    };
    if !how.from_north {
        return Err(trouble(
            name.to_owned(),
            "azimuths of ASTERIX are from north".to_owned(),
            "give the radar azimuth_reference = \"north\"",
        ));
    }
    let read = pcap::read(capture);
    if let Some(fault) = read.faults.first() {
        return Err(trouble(
            format!("{name}, octet {}", fault.offset),
            fault.flaw.to_string(),
            "capture it again, whole packets",
        ));
    }
    let (editions, station) = (
        Editions {
            target: how.edition,
            ..Editions::LATEST
        },
        Station {
            height_m: how.height_m,
            doppler: DopplerSense::Receding,
            noise_dbm: None,
        },
    );
    let mut plots: Vec<Plot> = Vec::new();
    let mut radars = BTreeSet::new();
    let mut reason = None;
    for datagram in &read.datagrams {
        let decoded = decode(datagram.payload, &editions);
        if let Some(fault) = decoded.faults.iter().find(|fault| fault.withholds()) {
            return Err(trouble(
                format!("{name}, packet at octet {}", datagram.offset),
                fault.to_string(),
                "give the radar's own --edition",
            ));
        }
        for record in decoded.records {
            if record.category != Category::Target {
                continue;
            }
            match from_record(&record, &station, datagram.time_ns) {
                Ok(report) => {
                    radars.insert(report.source);
                    if how.radar.is_none_or(|radar| radar == report.source) {
                        plots.push(report.plot);
                    }
                }
                Err(why) => reason = Some(why.to_string()),
            }
        }
    }
    if how.radar.is_none() && radars.len() > 1 {
        let list: Vec<String> = radars
            .iter()
            .map(|(area, identification)| format!("{area}/{identification}"))
            .collect();
        return Err(trouble(
            name.to_owned(),
            format!("there are plots of several radars: {}", list.join(", ")),
            "choose one with --radar",
        ));
    }
    if plots.is_empty() {
        let wrong = match reason {
            Some(why) => format!("no record gives a plot: {why}"),
            None => "there is no plot of that radar".to_owned(),
        };
        return Err(trouble(
            name.to_owned(),
            wrong,
            "give a capture of category 048 with measured heights",
        ));
    }
    Ok(gathered(name, plots, how.scan_period_s))
}

fn gathered(name: &str, plots: Vec<Plot>, period_s: f64) -> Vec<Recorded> {
    // Plots of the next look around come a period after the first, give or take the wind on the antenna.
    let period_ns = (0.9 * period_s * 1e9) as i64;
    let mut scans: Vec<Recorded> = Vec::new();
    let mut first_ns = i64::MIN;
    for plot in plots {
        match scans.last_mut() {
            Some(scan) if plot.time_ns.saturating_sub(first_ns) < period_ns => {
                scan.time_ns = scan.time_ns.max(plot.time_ns);
                scan.time_text = decimal(scan.time_ns);
                scan.plots.push(plot);
            }
            _ => {
                first_ns = plot.time_ns;
                scans.push(Recorded {
                    place: format!("{name}, scan {}", scans.len() + 1),
                    time_text: decimal(plot.time_ns),
                    time_ns: plot.time_ns,
                    plots: vec![plot],
                    line: String::new(),
                });
            }
        }
    }
    scans
}
