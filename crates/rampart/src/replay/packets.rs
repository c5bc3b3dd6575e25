//! Captured packets with ASTERIX category 048, gathered into scans.

use super::moment::decimal;
use super::{Recorded, Trouble};
use feeds::asterix::plot::{DopplerSense, Report, Station, from_record};
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
    let trouble = |wrong: String, mend: &str| trouble(name.to_owned(), wrong, mend);
    if !how.from_north {
        return Err(trouble(
            "azimuths of ASTERIX are from north".to_owned(),
            "give the radar azimuth_reference = \"north\"",
        ));
    }
    let found = reports(name, capture, how)?;
    let radars: BTreeSet<(u8, u8)> = found.reports.iter().map(|report| report.source).collect();
    if how.radar.is_none() && radars.len() > 1 {
        let list: Vec<String> = radars
            .iter()
            .map(|(area, identification)| format!("{area}/{identification}"))
            .collect();
        return Err(trouble(
            format!("there are plots of several radars: {}", list.join(", ")),
            "choose one with --radar",
        ));
    }
    let own = |report: &&Report| how.radar.is_none_or(|radar| radar == report.source);
    let plots: Vec<Plot> = found
        .reports
        .iter()
        .filter(own)
        .map(|report| report.plot)
        .collect();
    if plots.is_empty() {
        let wrong = match found.reason {
            Some(why) => format!("no record gives a plot: {why}"),
            None => "there is no plot of that radar".to_owned(),
        };
        let mend = "give a capture of category 048 with measured heights";
        return Err(trouble(wrong, mend));
    }
    Ok(gathered(name, plots, how.scan_period_s))
}

/// What the records of a capture tell.
struct Found {
    reports: Vec<Report>,
    /// Why the last record that gives no plot does not.
    reason: Option<String>,
}

fn reports(name: &str, capture: &[u8], how: &Packets) -> Result<Found, Trouble> {
    let read = pcap::read(capture);
    if let Some(fault) = read.faults.first() {
        let place = format!("{name}, octet {}", fault.offset);
        let mend = "capture it again, whole packets";
        return Err(trouble(place, fault.flaw.to_string(), mend));
    }
    let editions = Editions {
        target: how.edition,
        ..Editions::LATEST
    };
    let station = Station {
        height_m: how.height_m,
        doppler: DopplerSense::Receding,
        noise_dbm: None,
    };
    let mut found = Found {
        reports: Vec::new(),
        reason: None,
    };
    for datagram in &read.datagrams {
        let decoded = decode(datagram.payload, &editions);
        if let Some(fault) = decoded.faults.iter().find(|fault| fault.withholds()) {
            let place = format!("{name}, packet at octet {}", datagram.offset);
            let mend = "give the radar's own --edition";
            return Err(trouble(place, fault.to_string(), mend));
        }
        for record in &decoded.records {
            if record.category != Category::Target {
                continue;
            }
            match from_record(record, &station, datagram.time_ns) {
                Ok(report) => found.reports.push(report),
                Err(why) => found.reason = Some(why.to_string()),
            }
        }
    }
    Ok(found)
}

fn trouble(place: String, wrong: String, mend: &str) -> Trouble {
    Trouble {
        place,
        wrong,
        mend: mend.to_owned(),
    }
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
