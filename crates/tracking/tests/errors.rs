//! Radars that err by more than chance, or by more than they say: regions must hold what they claim.
#![allow(clippy::unwrap_used)]

mod common;

use ballistics::DragShape;
use common::{Flight, Radar, Shot, confirmed, flight};
use theatre::Stream;
use tracking::score::nees;
use tracking::{Bias, DragPrior, ImpactPrediction, LevelGround, Scan, Settings, Tracker};

const GROUND: LevelGround = LevelGround { height_m: 0.0 };
/// Rounds of a study.
const SHOTS: u32 = 40;
/// Spread of the biases: range (m), azimuth and elevation (rad).
const BIAS_SIGMAS: [f64; 3] = [15.0, 4e-3, 4e-3];

fn small() -> Radar {
    let mut radar = Radar {
        rate_hz: 20.0,
        ..Radar::default()
    };
    radar.model.scan_period_s = 0.05;
    radar.model.clutter_per_scan = 0.1;
    radar.model.field_of_view.range_min_m = 100.0;
    radar.model.field_of_view.azimuth_min_rad = -std::f64::consts::PI;
    radar.model.field_of_view.azimuth_max_rad = std::f64::consts::PI;
    radar.model.field_of_view.elevation_max_rad = 1.5;
    radar
}

/// The scans between 16 and 5 s before impact.
fn late(radar: &Radar, truth: &Flight, seed: u32) -> Vec<Scan> {
    let count = ((truth.impact_s - 5.0) * radar.rate_hz) as u32;
    let mut scans = radar.scans(&[truth], seed, count);
    scans.retain(|scan| scan.time_ns as f64 * 1e-9 > truth.impact_s - 16.0);
    scans
}

fn shift(scans: &mut [Scan], mut by: impl FnMut() -> [f64; 3]) {
    for scan in scans {
        let [range_m, azimuth_rad, elevation_rad] = by();
        for plot in &mut scan.plots {
            plot.range_m += range_m;
            plot.azimuth_rad += azimuth_rad;
            plot.elevation_rad += elevation_rad;
        }
    }
}

fn follow(radar: &Radar, scans: &[Scan]) -> Tracker {
    let mut tracker = Tracker::new(Settings::default(), vec![radar.model]).unwrap();
    for scan in scans {
        tracker.take(scan.clone(), scan.time_ns).unwrap();
    }
    tracker
}

/// Squared distance of the true impact, in two components.
fn squared(impact: &ImpactPrediction, truth: &Flight) -> f64 {
    let [x, y] = [0, 1].map(|axis| truth.impact_m[axis] - impact.position_m[axis]);
    let [[xx, xy], [_, yy]] = impact.covariance_m2();
    (yy * x * x - 2.0 * xy * x * y + xx * y * y) / (xx * yy - xy * xy)
}

/// Mean squared distance of impacts over two, and mean NEES over six, over many rounds, each followed once.
fn study(radar: &Radar, scans_of: impl Fn(u32, &Flight) -> Vec<Scan>) -> [f64; 2] {
    let (mut sums, mut ended) = ([0.0; 2], 0);
    for seed in 0..SHOTS {
        let truth = flight(&Shot::drawn(seed));
        let scans = scans_of(seed, &truth);
        let tracker = follow(radar, &scans);
        let tracks = confirmed(&tracker);
        assert_eq!(tracks.len(), 1, "shot {seed}");
        assert_eq!(tracker.dismissed().count(), 0);
        ended += tracker.ended().count();
        let impact = tracker.impact(&tracks[0], &GROUND).unwrap();
        let at = truth.at(tracks[0].time_ns as f64 * 1e-9);
        sums[0] += squared(&impact, &truth) / 2.0;
        sums[1] += nees(&tracks[0].state, &at).unwrap() / 6.0;
    }
    // Where errors are twice those stated, a second track may begin beside one round in forty, for seconds.
    assert!(ended <= 1, "{ended}");
    sums.map(|sum| sum / f64::from(SHOTS))
}

#[test]
fn a_bias_of_stated_spread_is_in_tracks_and_impacts() {
    let mut radar = small();
    let scans_of = |seed: u32, truth: &Flight| {
        let mut scans = late(&small(), truth, seed);
        let mut stream = Stream::new(79, seed, 0, 3);
        let bias = BIAS_SIGMAS.map(|sigma| sigma * stream.normal());
        shift(&mut scans, || bias);
        scans
    };
    // What such a bias does where nobody knows of it.
    let [impacts, states] = study(&radar, scans_of);
    assert!(impacts > 5.0 && states > 5.0, "{impacts} {states}");
    // Where nobody says anything of it, impacts allow for some; tracks are told as the radar sees them.
    radar.model.bias = Bias::default();
    let [allowed, same] = study(&radar, scans_of);
    assert!(allowed < 0.8 * impacts && same == states, "{allowed}");
    radar.model.bias = Bias {
        range_sigma_m: Some(BIAS_SIGMAS[0]),
        azimuth_sigma_rad: Some(BIAS_SIGMAS[1]),
        elevation_sigma_rad: Some(BIAS_SIGMAS[2]),
        ..Bias::default()
    };
    let [impacts, states] = study(&radar, scans_of);
    assert!((0.6..1.5).contains(&impacts), "{impacts}");
    assert!((0.7..1.4).contains(&states), "{states}");
}

#[test]
fn a_known_bias_is_taken_out_in_either_sense_of_azimuth() {
    let mut radar = small();
    let truth = flight(&Shot::default());
    let plain = late(&radar, &truth, 5);
    let clean = follow(&radar, &plain);
    let mut shifted = plain;
    shift(&mut shifted, || [25.0, 6e-3, -5e-3]);
    radar.model.bias.range_m = 25.0;
    radar.model.bias.azimuth_rad = 6e-3;
    radar.model.bias.elevation_rad = -5e-3;
    let mended = follow(&radar, &shifted);
    for scan in &mut shifted {
        for plot in &mut scan.plots {
            plot.azimuth_rad = std::f64::consts::FRAC_PI_2 - plot.azimuth_rad;
        }
    }
    radar.model.azimuth_reference = tracking::AzimuthReference::North;
    radar.model.bias.azimuth_rad = -6e-3;
    let from_north = follow(&radar, &shifted);
    let place = |tracker: &Tracker| tracker.impacts(&GROUND)[0].1.position_m;
    for other in [place(&mended), place(&from_north)] {
        let off = [0, 1].map(|axis| other[axis] - place(&clean)[axis]);
        assert!(off[0].hypot(off[1]) < 0.01, "{off:?}");
    }
}

#[test]
fn errors_of_twice_the_stated_size_or_that_hang_together_widen_regions() {
    let radar = small();
    let mut coarse = small();
    coarse.model.range_sigma_m *= 2.0;
    coarse.model.azimuth_sigma_rad *= 2.0;
    coarse.model.elevation_sigma_rad *= 2.0;
    let [impacts, states] = study(&radar, |seed, truth| late(&coarse, truth, seed));
    assert!(impacts < 1.8 && states < 1.8, "{impacts} {states}");

    // Errors that last for 0.7 s, with nothing else wrong.
    let mut sharp = small();
    let model = radar.model;
    sharp.model.range_sigma_m *= 0.1;
    sharp.model.azimuth_sigma_rad *= 0.1;
    sharp.model.elevation_sigma_rad *= 0.1;
    let kept = (-0.05_f64 / 0.7).exp();
    let lasting = |seed: u32, truth: &Flight| {
        let mut scans = late(&sharp, truth, seed);
        let mut stream = Stream::new(80, seed, 0, 4);
        let mut unit = || [stream.normal(), stream.normal(), stream.normal()];
        let mut errors = unit();
        shift(&mut scans, || {
            let fresh = unit();
            for (error, fresh) in errors.iter_mut().zip(fresh) {
                *error = kept * *error + (1.0 - kept * kept).sqrt() * fresh;
            }
            [
                errors[0] * model.range_sigma_m,
                errors[1] * model.azimuth_sigma_rad,
                errors[2] * model.elevation_sigma_rad,
            ]
        });
        scans
    };
    let [impacts, states] = study(&radar, lasting);
    assert!(impacts < 1.8 && states < 2.2, "{impacts} {states}");
}

/// Two radars that are off by different amounts follow one round as one track.
#[test]
fn radars_that_are_biased_against_each_other_agree_on_one_track() {
    let mut radar = small();
    radar.model.bias = Bias {
        range_sigma_m: Some(15.0),
        azimuth_sigma_rad: Some(4e-3),
        elevation_sigma_rad: Some(4e-3),
        ..Bias::default()
    };
    let truth = flight(&Shot::default());
    let mut scans = late(&radar, &truth, 9);
    for (index, scan) in scans.iter_mut().enumerate() {
        scan.sensor = index % 2;
    }
    let sign = |sensor: usize| if sensor == 0 { 1.0 } else { -1.0 };
    for scan in &mut scans {
        for plot in &mut scan.plots {
            plot.azimuth_rad += sign(scan.sensor) * 4e-3;
            plot.range_m += sign(scan.sensor) * 10.0;
        }
    }
    let mut tracker = Tracker::new(Settings::default(), vec![radar.model; 2]).unwrap();
    for scan in &scans {
        tracker.take(scan.clone(), scan.time_ns).unwrap();
    }
    let tracks = confirmed(&tracker);
    assert_eq!(tracks.len(), 1);
    assert_eq!(tracker.ended().count(), 0);
    let impact = tracker.impact(&tracks[0], &GROUND).unwrap();
    assert!(squared(&impact, &truth) < 9.2);
}

/// Rounds of a constant coefficient pass the speed of sound, followed by a tracker that takes them for shape G1.
#[test]
fn rounds_of_another_drag_curve_are_followed_through_the_speed_of_sound() {
    let mut radar = Radar::default();
    radar.model.clutter_per_scan = 0.0;
    radar.model.field_of_view.elevation_max_rad = 1.5;
    let kind = tracking::RoundKind {
        share: 1.0,
        speed_rms_mps: 400.0,
        speed_max_mps: 700.0,
        upward_min: 0.0,
        log_drag_mean: -8.8,
        log_drag_sigma: 0.2,
    };
    let drag = DragPrior::new(Some(DragShape::G1), &[kind]).unwrap();
    let settings = Settings {
        drag,
        ..Settings::default()
    };
    let (mut sum, mut count) = (0.0, 0.0);
    for seed in 0..20 {
        let shot = Shot {
            speed_mps: 430.0,
            from_m: [8_000.0, 500.0],
            ..Shot::drawn(seed)
        };
        let truth = flight(&shot);
        let scans = radar.scans(&[&truth], seed, truth.impact_s as u32);
        let mut tracker = Tracker::new(settings, vec![radar.model]).unwrap();
        for scan in scans {
            let time_s = scan.time_ns as f64 * 1e-9;
            tracker.take(scan.clone(), scan.time_ns).unwrap();
            for track in confirmed(&tracker).iter().filter(|_| time_s > 10.0) {
                sum += nees(&track.state, &truth.at(time_s)).unwrap() / 6.0;
                count += 1.0;
            }
        }
    }
    let mean = sum / count;
    assert!((0.5..1.3).contains(&mean), "{mean}");
}
