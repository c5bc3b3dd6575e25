//! What a radar makes of a raid.
#![allow(clippy::unwrap_used)]

mod support;

use raid::{Radar, Raid, Round};
use support::{MORTAR, ROCKET, flown, fly, key, unknowns};
use theatre::Plot;
use tracking::{DragPrior, LevelGround, Settings, Tracker};

fn radar() -> Radar {
    Radar::of(&unknowns().systems[support::SIREN].sensor.unwrap())
}

fn place(plot: &Plot) -> [f64; 3] {
    let level_m = plot.range_m * plot.elevation_rad.cos();
    [
        level_m * plot.azimuth_rad.sin(),
        level_m * plot.azimuth_rad.cos(),
        plot.range_m * plot.elevation_rad.sin(),
    ]
}

#[test]
fn a_flown_raid_is_the_raid_and_its_rounds_come_down_where_it_says() {
    let unknowns = unknowns();
    for munition in [ROCKET, MORTAR] {
        for replication in 0..20 {
            let raid = fly(&unknowns, munition, 5, replication);
            let flown = flown(&unknowns, munition, 5, replication);
            assert_same_but_for_curvature(&raid, flown.raid());
            let sharp = Radar {
                model: tracking::SensorModel {
                    range_sigma_m: 1e-3,
                    azimuth_sigma_rad: 1e-6,
                    elevation_sigma_rad: 1e-6,
                    clutter_per_scan: 0.0,
                    scan_period_s: 0.05,
                    detection_probability: 0.999,
                    field_of_view: tracking::FieldOfView {
                        elevation_min_rad: 0.0,
                        range_min_m: 0.0,
                        ..radar().model.field_of_view
                    },
                    ..radar().model
                },
                mask_tangent: 0.0,
                ..radar()
            };
            // The last plot of each round lies near its impact.
            let scans = flown.sightings(&sharp, key(munition, replication));
            for impact in flown.impacts() {
                let last = scans.iter().rev().find_map(|(scan, rounds)| {
                    let number = rounds.iter().position(|r| *r == Some(impact.round))?;
                    Some(scan.plots[number])
                });
                let Some(last) = last else { continue };
                let at = place(&last);
                let before_s = impact.time_s - last.time_ns as f64 * 1e-9;
                let off_m = (at[0] - impact.position_m[0]).hypot(at[1] - impact.position_m[1]);
                assert!(before_s > 0.0);
                assert!(
                    off_m < 400.0 * before_s + 5.0,
                    "{off_m} m, {before_s} s before"
                );
            }
        }
    }
}

/// Derivatives and flights agree but for what derivatives leave out, products of errors: of a scatter of 60
/// to 200 m a tenth, and a share of how far off a round is.
fn assert_same_but_for_curvature(raid: &Raid, flown: &Raid) {
    assert_eq!(raid.rounds.len(), flown.rounds.len());
    for round in &raid.rounds {
        let same = |other: &&Round| other.launch_s == round.launch_s;
        let other = flown.rounds.iter().find(same).unwrap();
        let off_m = round.along_m.hypot(round.across_m);
        let apart_m = (round.along_m - other.along_m).hypot(round.across_m - other.across_m);
        assert!(apart_m < 30.0 + 0.25 * off_m, "{apart_m} m of {off_m} m");
        assert!((round.impact_s - other.impact_s).abs() < 0.5);
        assert_eq!(round.effective, other.effective);
    }
}

#[test]
fn detection_holds_the_catalogue_at_its_anchor_and_falls_with_range() {
    let radar = radar();
    let at =
        |share: f64| radar.detection_probability(share * radar.model.field_of_view.range_max_m);
    assert!((at(raid::radar::ANCHOR_SHARE) - 0.9).abs() < 1e-12);
    let mut last = 1.0;
    for step in 1..40 {
        let now = at(0.05 * f64::from(step));
        assert!(now < last);
        last = now;
    }
    assert!(at(0.2) > 0.999 && at(3.0) < 0.05);
    let ratio = radar.signal_to_noise(4_000.0) / radar.signal_to_noise(8_000.0);
    assert!((ratio - 16.0).abs() < 1e-9);
}

/// Counted over many looks, rounds are seen as often as the law says, and as far off as the errors say.
#[test]
fn plots_are_as_frequent_and_as_wrong_as_stated() {
    let unknowns = unknowns();
    let (noisy, mut exact) = (radar(), radar());
    exact.model.range_sigma_m = 1e-9;
    exact.model.azimuth_sigma_rad = 1e-12;
    exact.model.elevation_sigma_rad = 1e-12;
    let (mut expected, mut variance, mut seen) = (0.0, 0.0, 0.0);
    let (mut squares, mut false_plots, mut looks) = ([0.0; 3], 0.0, 0.0);
    for replication in 0..400 {
        let flown = flown(&unknowns, ROCKET, 3, replication);
        let key = key(ROCKET, replication);
        let pairs = flown
            .sightings(&noisy, key)
            .into_iter()
            .zip(flown.sightings(&exact, key));
        for ((scan, rounds), (truth, true_rounds)) in pairs {
            looks += 1.0;
            false_plots += rounds.iter().filter(|round| round.is_none()).count() as f64;
            let known = |round: usize| {
                let number = true_rounds.iter().position(|r| *r == Some(round))?;
                Some(truth.plots[number])
            };
            for (plot, round) in scan.plots.iter().zip(&rounds) {
                let Some(true_plot) = round.and_then(known) else {
                    continue;
                };
                seen += 1.0;
                let off = [
                    (plot.range_m - true_plot.range_m) / noisy.model.range_sigma_m,
                    (plot.azimuth_rad - true_plot.azimuth_rad) / noisy.model.azimuth_sigma_rad,
                    (plot.elevation_rad - true_plot.elevation_rad)
                        / noisy.model.elevation_sigma_rad,
                ];
                for (sum, off) in squares.iter_mut().zip(off) {
                    *sum += off * off;
                }
            }
        }
        // The same flights under a radar that misses nothing say how often they could be seen.
        let mut sure = exact;
        sure.anchor_range_m = 1e9;
        sure.model.clutter_per_scan = 0.0;
        for scan in flown.scans(&sure, key) {
            for plot in scan.plots {
                let chance = noisy.detection_probability(plot.range_m);
                expected += chance;
                variance += chance * (1.0 - chance);
            }
        }
    }
    assert!(seen > 1_000.0);
    assert!(
        (seen - expected).abs() < 4.0 * f64::sqrt(variance),
        "{seen} of {expected}"
    );
    for sum in squares {
        assert!(
            (sum / seen - 1.0).abs() < 5.0 * f64::sqrt(2.0 / seen),
            "{}",
            sum / seen
        );
    }
    let clutter = noisy.model.clutter_per_scan;
    let sigma = f64::sqrt(clutter / looks);
    assert!(
        (false_plots / looks - clutter).abs() < 4.0 * sigma,
        "{}",
        false_plots / looks
    );
}

#[test]
fn nothing_is_seen_below_the_mask_or_beyond_the_range_and_the_same_raid_gives_the_same_plots() {
    let unknowns = unknowns();
    let mut radar = radar();
    radar.mask_tangent = 0.2;
    radar.model.clutter_per_scan = 0.0;
    radar.model.elevation_sigma_rad = 1e-9;
    radar.model.range_sigma_m = 1e-6;
    radar.model.field_of_view.range_max_m = 4_000.0;
    for replication in 0..50 {
        let flown = flown(&unknowns, MORTAR, 3, replication);
        let scans = flown.scans(&radar, key(MORTAR, replication));
        assert_eq!(scans, flown.scans(&radar, key(MORTAR, replication)));
        for plot in scans.iter().flat_map(|scan| &scan.plots) {
            assert!(plot.elevation_rad.tan() >= 0.2 && plot.range_m <= 4_000.1);
        }
    }
}

/// A radar that measures range rate tells how fast a round comes nearer.
#[test]
fn range_rate_is_the_slope_of_range() {
    let unknowns = unknowns();
    let mut radar = radar();
    radar.model.clutter_per_scan = 0.0;
    radar.model.scan_period_s = 0.1;
    radar.model.range_sigma_m = 1e-6;
    radar.model.range_rate_sigma_mps = Some(1e-6);
    radar.anchor_range_m = 1e6;
    let flown = flown(&unknowns, ROCKET, 1, 3);
    let scans = flown.scans(&radar, key(ROCKET, 3));
    let mut checked = 0;
    for three in scans.windows(3) {
        let [Some(a), Some(b), Some(c)] = [0, 1, 2].map(|n| three[n].plots.first()) else {
            continue;
        };
        let slope = (c.range_m - a.range_m) / 0.2;
        assert!((b.range_rate_mps.unwrap() - slope).abs() < 0.5, "{slope}");
        checked += 1;
    }
    assert!(checked > 20);
}

/// The tracker of this project, given such plots, follows a round and foresees its fall.
#[test]
fn the_tracker_follows_a_simulated_round() {
    let unknowns = unknowns();
    let radar = radar();
    let (mut found, mut near) = (0, 0);
    for replication in 0..40 {
        let flown = flown(&unknowns, ROCKET, 1, replication);
        let settings = Settings {
            drag: DragPrior::default(),
            ..Settings::default()
        };
        let mut tracker = Tracker::new(settings, vec![radar.model]).unwrap();
        let mut best = None;
        for scan in flown.scans(&radar, key(ROCKET, replication)) {
            let time_ns = scan.time_ns;
            tracker.take(scan, time_ns).unwrap();
            let impacts = tracker.impacts(&LevelGround { height_m: 0.0 });
            best = impacts.first().map(|(_, impact)| *impact).or(best);
        }
        let Some(best) = best else { continue };
        found += 1;
        let truth = flown.impacts()[0];
        let off_m = (best.position_m[0] - truth.position_m[0])
            .hypot(best.position_m[1] - truth.position_m[1]);
        near += u32::from(off_m < 250.0);
    }
    assert!(found >= 34, "{found} of 40 found");
    assert!(near * 10 >= found * 8, "{near} of {found} near");
}
