//! Plots and service messages over the wire and back.

use feeds::asterix::plot::{
    AZIMUTH_STEP_RAD, DopplerSense, HEIGHT_STEP_M, Lacking, NoPlot, RANGE_STEP_M, Report, Station,
    elevation_rounding_sigma_rad,
};
use feeds::asterix::service::{Message, Place, Service};
use feeds::asterix::{Edition048, Editions, Record, Value, decode, encode, plot, service};
use proptest::prelude::*;
use std::f64::consts::{FRAC_PI_2, PI, TAU};
use theatre::{Geodetic, Plot};

const STATION: Station = Station {
    height_m: 640.0,
    doppler: DopplerSense::Receding,
    noise_dbm: Some(-110.0),
};

fn report() -> Report {
    Report {
        plot: Plot {
            time_ns: 1_760_000_000_000_000_000,
            range_m: 6_000.0,
            azimuth_rad: 1.0,
            elevation_rad: 0.5,
            range_rate_mps: Some(-212.0),
            signal_to_noise_db: Some(17.0),
        },
        source: (25, 10),
        simulated: true,
        test: false,
    }
}

#[allow(clippy::unwrap_used)]
fn over_the_wire(record: Record, editions: &Editions) -> Record {
    let datagram = encode(&[record], editions).unwrap();
    let mut decoded = decode(&datagram, editions);
    assert_eq!(decoded.faults, []);
    decoded.records.remove(0)
}

#[allow(clippy::unwrap_used)]
fn record_without(name: &str) -> Record {
    let mut record = plot::to_record(&report(), &STATION).unwrap();
    record.items.retain(|item| item.name != name);
    record
}

proptest! {
    #[test]
    fn a_plot_comes_back_within_half_a_step_of_everything(
        time_ns in 0_i64..4_000_000_000_000_000_000,
        late_ns in -40_000_000_000_000_i64..40_000_000_000_000,
        range_m in 50.0..400_000.0_f64,
        azimuth_rad in -20.0..20.0_f64,
        elevation_rad in -0.02..1.55_f64,
        height_m in -400.0..5_000.0_f64,
        range_rate_mps in prop::option::of(-700.0..700.0_f64),
        signal_to_noise_db in prop::option::of(0.0..60.0_f64),
        towards in any::<bool>(),
        edition in prop::sample::select(Edition048::ALL),
    ) {
        // Higher than 62 km nothing can be told.
        prop_assume!(range_m * elevation_rad.sin() < 40_000.0);
        let doppler = if towards { DopplerSense::Approaching } else { DopplerSense::Receding };
        let station = Station { height_m, doppler, ..STATION };
        let sent = Report {
            plot: Plot { time_ns, range_m, azimuth_rad, elevation_rad, range_rate_mps, signal_to_noise_db },
            ..report()
        };
        let record = plot::to_record(&sent, &station)?;
        let editions = Editions { target: edition, ..Editions::LATEST };
        let read = plot::from_record(&over_the_wire(record, &editions), &station, time_ns + late_ns)?;
        prop_assert_eq!((read.source, read.simulated, read.test), (sent.source, true, false));
        let (sent, read) = (sent.plot, read.plot);
        prop_assert!((read.time_ns - sent.time_ns).abs() <= 3_906_250);
        prop_assert!((read.range_m - sent.range_m).abs() <= RANGE_STEP_M / 2.0 + 1e-9);
        let turn = (read.azimuth_rad - sent.azimuth_rad + PI).rem_euclid(TAU) - PI;
        prop_assert!(turn.abs() <= AZIMUTH_STEP_RAD / 2.0 + 1e-12);
        prop_assert!((0.0..TAU).contains(&read.azimuth_rad));
        // The height of the target, which is what is sent.
        let up = |elevation_rad: f64| elevation_rad.sin() * read.range_m;
        prop_assert!((up(read.elevation_rad) - up(sent.elevation_rad)).abs() <= HEIGHT_STEP_M / 2.0 * 1.01);
        match sent.range_rate_mps {
            Some(rate) if (-511.0..511.0).contains(&rate) => {
                let back = read.range_rate_mps.unwrap_or(f64::NAN);
                prop_assert!((back - rate).abs() <= 0.5);
            }
            _ => prop_assert!(read.range_rate_mps.is_none_or(|rate| rate.abs() >= 511.0)),
        }
        prop_assert_eq!(read.signal_to_noise_db.is_some(), sent.signal_to_noise_db.is_some());
        if let Some((back, ratio)) = read.signal_to_noise_db.zip(sent.signal_to_noise_db) {
            prop_assert!((back - ratio).abs() <= 0.5);
        }
    }

    #[test]
    fn numbers_that_are_none_are_refused(which in 0_usize..3, value in prop::sample::select(vec![
        f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1e300, 1e300,
    ])) {
        let mut sent = report();
        match which {
            0 => sent.plot.range_m = value,
            1 => sent.plot.azimuth_rad = value,
            _ => sent.plot.elevation_rad = value,
        }
        // A finite angle is an angle, however often it goes round.
        match plot::to_record(&sent, &STATION) {
            Ok(record) => {
                prop_assert!(which > 0 && value.is_finite());
                let read = plot::from_record(&record, &STATION, sent.plot.time_ns)?;
                prop_assert!(read.plot.elevation_rad.abs() <= FRAC_PI_2);
            }
            Err(reason) => prop_assert!(!reason.to_string().is_empty()),
        }
    }

    #[test]
    fn a_service_message_comes_back(
        time_ns in 0_i64..4_000_000_000_000_000_000,
        azimuth_rad in -7.0..7.0_f64,
        north in any::<bool>(),
        period_s in prop::option::of(0.0..500.0_f64),
        place in prop::option::of((-90.0..=90.0_f64, -180.0..=180.0_f64, -500.0..9_000.0_f64)),
    ) {
        let message = if north { Message::NorthMarker } else { Message::SectorCrossing { azimuth_rad } };
        let place = place.map(|(latitude_deg, longitude_deg, height_m)| Place {
            position: Geodetic { latitude_deg, longitude_deg },
            height_m,
        });
        let sent = Service { source: (1, 2), message, time_ns, period_s, place };
        let record = over_the_wire(service::to_record(&sent)?, &Editions::LATEST);
        let read = service::from_record(&record, time_ns)?;
        prop_assert_eq!(read.source, sent.source);
        prop_assert!((read.time_ns - sent.time_ns).abs() <= 3_906_250);
        match read.message {
            Message::NorthMarker => prop_assert!(north),
            Message::SectorCrossing { azimuth_rad: back } => {
                let turn = (back - azimuth_rad + PI).rem_euclid(TAU) - PI;
                prop_assert!(!north && turn.abs() <= TAU / 512.0 + 1e-12);
            }
            Message::Other(_) => prop_assert!(false),
        }
        prop_assert_eq!(read.period_s.is_some(), sent.period_s.is_some());
        if let Some((back, sent)) = read.place.zip(sent.place) {
            prop_assert!((back.position.latitude_deg - sent.position.latitude_deg).abs() < 1.1e-5);
            let east = back.position.longitude_deg - sent.position.longitude_deg;
            prop_assert!(east.abs() < 1.1e-5 || (east.abs() - 360.0).abs() < 1.1e-5);
            prop_assert!((back.height_m - sent.height_m).abs() <= 0.5);
        }
    }
}

#[test]
fn a_record_that_lacks_something_says_what() {
    let why = |record: &Record| plot::from_record(record, &STATION, 0).unwrap_err();
    assert_eq!(why(&record_without("110")), NoPlot::Lacks(Lacking::Height));
    assert_eq!(
        why(&record_without("040")),
        NoPlot::Lacks(Lacking::Position)
    );
    assert_eq!(why(&record_without("140")), NoPlot::Lacks(Lacking::Time));
    assert_eq!(why(&record_without("010")), NoPlot::Lacks(Lacking::Source));
    assert_eq!(
        why(&record_without("020")),
        NoPlot::Lacks(Lacking::Descriptor)
    );
    assert_eq!(
        why(&record_without("110")).to_string(),
        "the record has no height measured by the radar (I048/110), which its elevation follows from"
    );
    let without_rate = plot::from_record(&record_without("120"), &STATION, 0).unwrap();
    assert_eq!(without_rate.plot.range_rate_mps, None);
    let without_amplitude = plot::from_record(&record_without("130"), &STATION, 0).unwrap();
    assert_eq!(without_amplitude.plot.signal_to_noise_db, None);
    let unknown_noise = Station {
        noise_dbm: None,
        ..STATION
    };
    let read = plot::from_record(&record_without(""), &unknown_noise, 0).unwrap();
    assert_eq!(read.plot.signal_to_noise_db, None);
    let marker = Service {
        source: (1, 2),
        message: Message::NorthMarker,
        time_ns: 0,
        period_s: None,
        place: None,
    };
    let marker = service::to_record(&marker).unwrap();
    assert_eq!(why(&marker), NoPlot::OtherCategory);
    assert!(service::from_record(&record_without(""), 0).is_err());
}

#[test]
fn what_a_radar_did_not_see_is_no_plot() {
    let with = |name: &str, raw: u64| {
        let mut record = record_without("");
        for item in &mut record.items {
            if let Value::Fields(fields) = &mut item.value {
                for field in fields.iter_mut().filter(|field| field.name == name) {
                    field.raw = raw;
                }
            }
        }
        plot::from_record(&record, &STATION, 0)
    };
    assert_eq!(with("TYP", 0), Err(NoPlot::NotDetected));
    assert_eq!(with("RAB", 1), Err(NoPlot::FixedTransponder));
    assert_eq!(with("RHO", 0), Err(NoPlot::RangeZero));
    assert!(matches!(
        with("RHO", 1),
        Err(NoPlot::HeightBeyondRange { .. })
    ));
    assert_eq!(with("", 86_400 * 128), Err(NoPlot::TimeOfDay));
}

#[test]
fn the_octets_of_a_plot_are_those_of_the_specification() {
    // Worked by hand: 6,000 m are 829.37 steps, 1 rad 10,430 steps; the target is 6,003 m away as sent, so that it
    // is 2,880 m above the radar and 3,520 m above the sea, 462 times 25 ft; 93 dBm below a milliwatt.
    let datagram = encode(&[record_without("140")], &Editions::LATEST).unwrap();
    let expected = [
        48,
        0,
        21,
        0b1011_0011,
        0b0000_0001,
        0b0000_1100, // 010, 020, 040, 130; none; 110, 120
        25,
        10,
        0b0011_0000,
        0x03,
        0x3d,
        0x28,
        0xbe,
        0b0000_1000,
        0xa3,
        0x01,
        0xce,
        0b1000_0000,
        0x03,
        0x2c,
    ];
    assert_eq!(datagram[3..], expected[3..]);
    assert_eq!(datagram.len(), expected.len());
}

#[test]
fn a_curved_earth_hides_what_a_flat_one_would_show() {
    // At 100 km the ground is 785 m below the horizontal plane.
    let mut sent = report();
    sent.plot.range_m = 100_000.0;
    sent.plot.elevation_rad = 0.0;
    let station = Station {
        height_m: 0.0,
        ..STATION
    };
    let record = plot::to_record(&sent, &station).unwrap();
    let height_m = record.field("110/3DH").map(|field| field.number() * 0.3048);
    assert!((height_m.unwrap() - 785.0).abs() < 4.0);
}

#[test]
fn rounding_is_as_large_as_it_is_said_to_be() {
    // Elevations and ranges that are not known to the record, evenly spread over many steps.
    for (range_m, elevation_rad) in [
        (800.0, 0.4),
        (3_000.0, 0.1),
        (9_000.0, 0.9),
        (40_000.0, 0.05),
    ] {
        let (mut square, mut count) = (0.0, 0.0);
        let spread_rad = 10.0 * HEIGHT_STEP_M / (range_m * f64::cos(elevation_rad));
        for step in 0..4_000 {
            let mut sent = report();
            let part = f64::from(step) / 4_000.0;
            sent.plot.range_m = range_m + 5.0 * RANGE_STEP_M * part;
            sent.plot.elevation_rad =
                elevation_rad + spread_rad * ((part * 61.803_4).fract() - 0.5);
            // As a radar does it: the height of the range as measured, the range rounded after.
            let truth = sent.plot;
            let radius_m = 6_371_008.8 + STATION.height_m;
            let upward_m = 2.0 * radius_m * truth.elevation_rad.sin();
            let above_m = (radius_m * radius_m + truth.range_m * (truth.range_m + upward_m)).sqrt()
                - radius_m;
            let rounded_m = (truth.range_m / RANGE_STEP_M).round() * RANGE_STEP_M;
            let sine = (above_m * (2.0 * radius_m + above_m) - rounded_m * rounded_m)
                / (2.0 * rounded_m * radius_m);
            sent.plot.range_m = rounded_m;
            sent.plot.elevation_rad = sine.asin();
            let record = plot::to_record(&sent, &STATION).unwrap();
            let read = plot::from_record(&record, &STATION, truth.time_ns).unwrap();
            square += (read.plot.elevation_rad - truth.elevation_rad).powi(2);
            count += 1.0;
        }
        let measured = f64::sqrt(square / count);
        let said = elevation_rounding_sigma_rad(range_m, elevation_rad);
        assert!(
            (measured / said - 1.0).abs() < 0.1,
            "{measured} and {said} at {range_m}"
        );
    }
}
