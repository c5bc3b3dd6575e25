//! Whatever a socket may bring, the watch goes on, and holds no more than it should.

#![allow(clippy::unwrap_used, dead_code)]

#[path = "support/disk.rs"]
mod disk;

use disk::Disk;
use proptest::prelude::*;
use rampart::load;
use rampart::watch::engine::{Drill, Settings};
use rampart::watch::intake::Trouble;
use rampart::watch::journal::Limits;
use rampart::watch::simulated::{datagrams_of, source};
use rampart::watch::site;
use rampart::watch::station::{Input, Station};
use std::path::Path;
use theatre::Plot;
use tracking::{PLOTS_PER_SCAN_MAX, Scan};

const EPOCH: i64 = 1_767_225_600_000_000_000;
const PERIOD_S: f64 = 1.0;

fn station() -> Station<Drill, Disk> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../theatres/iraq-2020");
    let theatre = load::theatre(&dir).unwrap();
    let place = &theatre.sites[0];
    let mut radar = site::radar(&theatre.catalogue).unwrap().model;
    radar.scan_period_s = PERIOD_S;
    let settings = Settings {
        site: place.id.clone(),
        origin: place.place,
        origin_height_m: 0.0,
        ground_m: 0.0,
        sensors: vec![radar],
        zones: vec![site::zone(&theatre, place)],
        tracking: site::tracking(&theatre, place.place),
        warning: tracking::warning::Settings::default(),
    };
    let source = source(PERIOD_S);
    let disk = Disk::default();
    Station::open(settings, vec![source], disk, Limits::default(), EPOCH)
        .unwrap()
        .0
}

fn plot(range_m: f64) -> Plot {
    Plot {
        time_ns: 0,
        range_m,
        azimuth_rad: 1.0,
        elevation_rad: 0.3,
        range_rate_mps: None,
        signal_to_noise_db: None,
    }
}

/// A look whose marker is left out, so that it stays open.
fn open_look(plots: usize, time_ns: i64) -> Vec<Vec<u8>> {
    let scan = Scan {
        sensor: 0,
        time_ns: 0,
        plots: (0..plots)
            .map(|number| plot(1_000.0 + number as f64))
            .collect(),
    };
    let mut all = datagrams_of(&scan, PERIOD_S, time_ns, 40);
    all.pop();
    all
}

#[test]
fn a_look_that_never_ends_is_cut_off() {
    let mut station = station();
    for _ in 0..40 {
        for datagram in open_look(1_000, EPOCH) {
            station.take(EPOCH, Input::Datagram(&datagram));
        }
    }
    let held: usize = station
        .intake()
        .building()
        .iter()
        .map(|one| one.plots.len())
        .sum();
    assert!(held <= PLOTS_PER_SCAN_MAX);
    assert!(station.intake().troubles().count(Trouble::TooMany) > 0);
    station.take(EPOCH + 2_000_000_000, Input::Tick);
    assert!(station.intake().building()[0].plots.is_empty());
}

#[test]
fn figures_that_make_no_sense_are_left_out() {
    let mut station = station();
    for line in [
        r#"{"t": 1e300, "plots": [], "exercise": true}"#,
        r#"{"t": -1e300, "plots": [], "exercise": true}"#,
        r#"{"t": 1767225600, "plots": [[1e308, -1e308, 1e308, -1]], "exercise": true}"#,
        r#"{"t": 1767225601, "plots": [["NaN", null, {}], [1]], "exercise": true}"#,
        r#"{"t": 1767225602, "plots": [[0.3, 1.0, 2000]], "sensor": 99, "exercise": true}"#,
        r#"{"t": 1767229999, "plots": [[0.3, 1.0, 2000]], "exercise": true}"#,
        r#"{"t": 1767225603, "plots": [[0.3, 1.0, 2000]]}"#,
        "{",
        r#"{"t": NaN, "plots": []}"#,
    ] {
        let decisions = station.take(EPOCH, Input::Datagram(line.as_bytes()));
        assert!(decisions.is_empty(), "{line}: {decisions:?}");
    }
    assert!(station.engine().seen().is_empty());
    assert_eq!(station.intake().troubles().count(Trouble::Reality), 1);
    assert_eq!(station.intake().troubles().count(Trouble::Source), 1);
    assert!(station.intake().troubles().count(Trouble::Bytes) >= 4);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Random bytes, good ones with some changed, cut off or doubled, at any time.
    #[test]
    fn nothing_ends_the_watch(
        inputs in prop::collection::vec(
            (0_u8..4, prop::collection::vec(any::<u8>(), 0..80), 0_usize..400, any::<u8>(), -5_000..5_000_i64),
            1..60,
        ),
    ) {
        let mut station = station();
        for (kind, random, place, byte, offset_ms) in inputs {
            let now_ns = EPOCH + offset_ms * 1_000_000;
            let scan = Scan { sensor: 0, time_ns: 0, plots: vec![plot(1_000.0 + f64::from(byte)); 3] };
            let good = datagrams_of(&scan, PERIOD_S, now_ns, 40).remove(0);
            let bytes = match kind {
                0 => random,
                1 => good[..place.min(good.len())].to_vec(),
                2 => {
                    let mut changed = good.clone();
                    let at = place % changed.len();
                    changed[at] ^= byte | 1;
                    changed
                }
                _ => [good.clone(), good].concat(),
            };
            station.take(now_ns, Input::Datagram(&bytes));
            station.take(now_ns, Input::Tick);
        }
        station.stop(EPOCH + 10_000_000_000).unwrap();
    }
}
