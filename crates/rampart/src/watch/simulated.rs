//! What a simulated radar sends.

use super::intake::Source;
use super::site::SIMULATED_SOURCE;
use feeds::asterix::plot::{self, DopplerSense, Report, Station};
use feeds::asterix::service::{self, Message, Service};
use feeds::asterix::{self, Editions, Record};
use tracking::Scan;

/// Records in one datagram: below 1,400 bytes at 30 bytes a record.
const RECORDS_PER_DATAGRAM: usize = 40;

/// Where it stands and how it tells range rate.
const STATION: Station = Station {
    height_m: 0.0,
    doppler: DopplerSense::Receding,
    noise_dbm: None,
};

/// It as a source of a watch, whatever code it sends.
#[must_use]
pub fn source(scan_period_s: f64) -> Source {
    Source {
        code: None,
        station: STATION,
        editions: Editions::LATEST,
        scan_period_s,
    }
}

/// A look as datagrams: its plots, all dated and marked as simulated, then the north marker that ends it. What
/// the format cannot hold is left out, as if it had not been seen.
#[must_use]
pub fn datagrams(scan: &Scan, period_s: f64, moment_ns: i64) -> Vec<Vec<u8>> {
    datagrams_of(scan, period_s, moment_ns, RECORDS_PER_DATAGRAM)
}

/// The same with so many records in a datagram.
#[must_use]
pub fn datagrams_of(
    scan: &Scan,
    period_s: f64,
    moment_ns: i64,
    records_each: usize,
) -> Vec<Vec<u8>> {
    let targets = scan.plots.iter().filter_map(|plot| {
        let mut plot = *plot;
        plot.time_ns = moment_ns;
        let report = Report {
            plot,
            source: SIMULATED_SOURCE,
            simulated: true,
            test: false,
        };
        plot::to_record(&report, &STATION).ok()
    });
    let mut records: Vec<Record> = targets.collect();
    let marker = Service {
        source: SIMULATED_SOURCE,
        message: Message::NorthMarker,
        time_ns: moment_ns,
        period_s: Some(period_s),
        place: None,
    };
    records.extend(service::to_record(&marker));
    let parts = records.chunks(records_each.max(1));
    parts
        .filter_map(|part| asterix::encode(part, &Editions::LATEST).ok())
        .collect()
}
