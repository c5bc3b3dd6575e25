//! From plots of simulated flights to tracks and impacts.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Radar, Shot, confirmed, flight, fly_over};
use tracking::score::nees;
use tracking::{
    Association, Bound, Class, Filter, Gaussian, LevelGround, Plot, Scan, Settings, Status,
    Tracker, TrackingError,
};

fn settings(filter: Filter, association: Association) -> Settings {
    Settings {
        filter,
        association,
        ..Settings::default()
    }
}

fn tracker(settings: Settings, radar: &Radar) -> Tracker {
    Tracker::new(settings, vec![radar.model]).unwrap()
}

fn feed(tracker: &mut Tracker, scans: &[Scan]) {
    for scan in scans {
        tracker.take(scan.clone(), scan.time_ns).unwrap();
    }
}

#[test]
fn a_round_is_found_named_and_its_impact_foreseen_under_every_variant() {
    let radar = Radar::default();
    let shot = Shot::default();
    let truth = flight(&shot);
    for filter in [Filter::Extended, Filter::Unscented] {
        for association in [
            Association::NearestNeighbour,
            Association::JointProbabilistic,
        ] {
            let mut tracker = tracker(settings(filter, association), &radar);
            feed(&mut tracker, &radar.scans(&[&truth], 1, 18));
            let tracks = confirmed(&tracker);
            assert_eq!(tracks.len(), 1, "{filter:?} {association:?}");
            assert_eq!(tracks[0].class, Class::FallingRound);
            let impacts = tracker.impacts(&LevelGround { height_m: 0.0 });
            let (_, impact) = impacts[0];
            let off = [0, 1].map(|axis| impact.position_m[axis] - truth.impact_m[axis]);
            assert!(
                off[0].hypot(off[1])
                    < 3.5
                        * impact.covariance[0][0]
                            .hypot(impact.covariance[1][1])
                            .sqrt()
            );
            assert!(
                (impact.time_ns as f64 * 1e-9 - truth.impact_s).abs()
                    < 4.0 * impact.covariance[2][2].sqrt()
            );
            let [half, most, nearly_all] = impact.regions();
            assert!(
                half.half_length_m < most.half_length_m
                    && most.half_length_m < nearly_all.half_length_m
            );
        }
    }
}

#[test]
fn extended_and_unscented_agree() {
    let radar = Radar::default();
    let truth = flight(&Shot::default());
    let scans = radar.scans(&[&truth], 2, 20);
    let run = |filter| {
        let mut tracker = tracker(settings(filter, Association::NearestNeighbour), &radar);
        feed(&mut tracker, &scans);
        confirmed(&tracker)[0].state
    };
    let (extended, unscented) = (run(Filter::Extended), run(Filter::Unscented));
    for axis in 0..6 {
        let sigma = extended.covariance[axis][axis].sqrt();
        assert!(
            (extended.mean[axis] - unscented.mean[axis]).abs() < 0.5 * sigma,
            "{axis}"
        );
        assert!(
            (unscented.covariance[axis][axis].sqrt() / sigma - 1.0).abs() < 0.1,
            "{axis}"
        );
    }
}

/// 200 shots: the mean lies within its 95 % bounds, widened for the process noise that the truth, which
/// has none, does not use up.
#[test]
fn the_covariance_is_honest() {
    let radar = Radar::default();
    for filter in [Filter::Extended, Filter::Unscented] {
        let (mut sum, mut count, mut inside) = (0.0, 0.0, 0.0);
        for seed in 0..200 {
            let shot = Shot::drawn(seed);
            let truth = flight(&shot);
            let mut tracker = tracker(settings(filter, Association::NearestNeighbour), &radar);
            let scans = radar.scans(&[&truth], 100 + seed, 12);
            feed(&mut tracker, &scans);
            let time_s = scans.last().unwrap().time_ns as f64 * 1e-9;
            let Some(track) = confirmed(&tracker).into_iter().next() else {
                continue;
            };
            sum += nees(&track.state, &truth.at(time_s)).unwrap();
            count += 1.0;
            let impact = tracker
                .impact(&track, &LevelGround { height_m: 0.0 })
                .unwrap();
            let off = [0, 1].map(|axis| truth.impact_m[axis] - impact.position_m[axis]);
            let region = impact.region(0.9);
            let (cos, sin) = (region.direction_rad.cos(), region.direction_rad.sin());
            let along = (off[0] * cos + off[1] * sin) / region.half_length_m;
            let across = (off[1] * cos - off[0] * sin) / region.half_width_m;
            inside += f64::from(along.hypot(across) <= 1.0);
        }
        assert!(count >= 195.0, "{count} tracks of 200 shots");
        let mean: f64 = sum / count;
        println!(
            "{filter:?}: NEES {mean:.2} of 6, 90 % regions hold {:.3}",
            inside / count
        );
        assert!((4.5..6.5).contains(&mean), "{filter:?}: NEES {mean}");
        assert!(inside / count > 0.84, "{filter:?}: {}", inside / count);
    }
}

#[test]
fn late_scans_change_nothing_in_the_end() {
    let radar = Radar {
        rate_hz: 4.0,
        ..Radar::default()
    };
    let truths = [flight(&Shot::default()), flight(&Shot::drawn(3))];
    let scans = radar.scans(&[&truths[0], &truths[1]], 4, 80);
    let run = |order: &[usize]| {
        let mut tracker = tracker(Settings::default(), &radar);
        let mut replayed = 0;
        for &index in order {
            replayed += tracker
                .take(scans[index].clone(), i64::MAX)
                .unwrap()
                .scans_replayed;
        }
        (
            tracker.tracks().collect::<Vec<_>>(),
            tracker.dismissed().cloned().collect::<Vec<_>>(),
            replayed,
        )
    };
    let ordered: Vec<_> = (0..scans.len()).collect();
    let mut mixed = ordered.clone();
    // Every fifth scan comes 1.75 s late, others change places.
    for index in (5..mixed.len() - 8).step_by(5) {
        mixed[index..index + 8].rotate_left(1);
    }
    let (in_order, out_of_order) = (run(&ordered), run(&mixed));
    assert_ne!(ordered, mixed);
    assert!(out_of_order.2 > 0 && in_order.2 == 0);
    assert!(!in_order.0.is_empty());
    assert_eq!(in_order.0, out_of_order.0);
    assert_eq!(in_order.1, out_of_order.1);
}

#[test]
fn scans_that_are_too_late_early_or_unknown_are_refused() {
    let radar = Radar::default();
    let mut tracker = tracker(Settings::default(), &radar);
    let scan = |sensor, time_ns| Scan {
        sensor,
        time_ns,
        plots: Vec::new(),
    };
    tracker
        .take(scan(0, 10_000_000_000), 10_000_000_000)
        .unwrap();
    let take = |tracker: &mut Tracker, one: Scan| tracker.take(one, 10_000_000_000);
    assert!(matches!(
        take(&mut tracker, scan(0, 7_900_000_000)),
        Err(TrackingError::TooLate { .. })
    ));
    assert!(matches!(
        take(&mut tracker, scan(0, 10_600_000_000)),
        Err(TrackingError::FromTheFuture { .. })
    ));
    assert!(matches!(
        take(&mut tracker, scan(1, 10_000_000_000)),
        Err(TrackingError::UnknownSensor { .. })
    ));
    assert_eq!(tracker.time_ns(), Some(10_000_000_000));
    let mut refused = None;
    for _ in 0..1_000 {
        refused = refused.or(take(&mut tracker, scan(0, 10_000_000_000)).err());
    }
    assert!(matches!(refused, Some(TrackingError::Flood { .. })));
}

#[test]
fn clutter_alone_makes_no_track_and_a_lost_round_is_let_go() {
    let radar = Radar::default();
    let mut empty = tracker(Settings::default(), &radar);
    feed(&mut empty, &radar.scans(&[], 7, 600));
    assert_eq!(confirmed(&empty).len() + empty.ended().count(), 0);
    let mut lost = tracker(Settings::default(), &radar);
    let truth = flight(&Shot::default());
    feed(&mut lost, &radar.scans(&[&truth], 8, 10));
    assert_eq!(confirmed(&lost).len(), 1);
    let mut later = radar.scans(&[], 9, 20);
    later.drain(..10);
    feed(&mut lost, &later);
    assert_eq!(confirmed(&lost).len(), 0);
    assert_eq!(lost.ended().count(), 1);
}

#[test]
fn what_flies_level_is_dismissed_with_a_reason_that_is_kept() {
    let radar = Radar::default();
    for (speed_mps, class) in [(90.0, Class::Aircraft), (0.5, Class::Drone)] {
        let path = |time_s: f64| {
            [
                5_000.0 - 0.5 * speed_mps * time_s,
                speed_mps * time_s - 800.0,
                900.0,
            ]
        };
        let mut tracker = tracker(Settings::default(), &radar);
        feed(&mut tracker, &fly_over(&radar, path, 11, 60));
        let dismissed: Vec<_> = tracker.dismissed().collect();
        assert_eq!(dismissed.len(), 1, "{class:?}");
        assert!(dismissed[0].reason.contains("probability"));
        if class == Class::Aircraft {
            assert_eq!(dismissed[0].class, class);
        } else {
            assert!(!dismissed[0].class.falls());
        }
        assert!(tracker.impacts(&LevelGround { height_m: 0.0 }).is_empty());
        assert!(
            tracker
                .tracks()
                .any(|track| track.dismissed && track.status == Status::Confirmed)
        );
    }
}

#[test]
fn hostile_plots_are_counted_and_left_out() {
    let radar = Radar::default();
    let truth = flight(&Shot::default());
    let good = radar.scans(&[&truth], 12, 15);
    let mut clean = tracker(Settings::default(), &radar);
    feed(&mut clean, &good);
    let mut hostile = tracker(Settings::default(), &radar);
    for scan in &good {
        let mut scan = scan.clone();
        let plot = |range_m, azimuth_rad, time_ns, rate| Plot {
            time_ns,
            range_m,
            azimuth_rad,
            elevation_rad: 0.1,
            range_rate_mps: rate,
            signal_to_noise_db: None,
        };
        let now = scan.time_ns;
        scan.plots.extend([
            plot(f64::NAN, 0.0, now, None),
            plot(-5.0, 0.0, now, None),
            plot(f64::INFINITY, 0.0, now, None),
            plot(5_000.0, f64::NAN, now, None),
            plot(5_000.0, 1e300, now, None),
            plot(5_000.0, 0.0, i64::MAX, None),
            plot(5_000.0, 0.0, i64::MIN, None),
            plot(5_000.0, 0.0, now, Some(f64::NAN)),
        ]);
        assert_eq!(hostile.take(scan, now).unwrap().plots_refused, 8);
    }
    let (clean, hostile): (Vec<_>, Vec<_>) = (clean.tracks().collect(), hostile.tracks().collect());
    assert_eq!(clean, hostile);
}

/// The same prior, path and plots: the bound is the covariance that a filter at the truth would have.
#[test]
fn a_filter_comes_near_the_bound_and_not_far_below_it() {
    let mut radar = Radar::default();
    radar.model.detection_probability = 0.999;
    let shot = Shot::default();
    let truth = flight(&shot);
    let settings = Settings::default();
    let mut tracker = tracker(settings, &radar);
    feed(&mut tracker, &radar.scans(&[&truth], 21, 13));
    let found = confirmed(&tracker)[0].state;
    let at = |time_s: f64| {
        let [x, y, z, vx, vy, vz] = truth.at(time_s);
        [
            x,
            y,
            z,
            vx,
            vy,
            vz,
            (shot.drag_per_metre / 1.225).ln(),
            0.0,
            0.0,
        ]
    };
    let mut prior = Gaussian {
        mean: at(0.0),
        covariance: [[0.0; 9]; 9],
    };
    for axis in 0..3 {
        // About the errors of the first plot.
        prior.covariance[axis][axis] = 30.0 * 30.0;
        prior.covariance[axis + 3][axis + 3] = 300.0 * 300.0;
    }
    prior.covariance[6][6] = settings.drag.log_drag().1.powi(2);
    prior.covariance[7][7] = settings.surroundings.wind_sigma_mps.powi(2);
    prior.covariance[8][8] = prior.covariance[7][7];
    let mut bound = Bound::new(&settings.surroundings, &settings.drag, prior);
    for second in 1..13 {
        bound.step(1.0, at(f64::from(second)), Some(&radar.model));
    }
    for axis in 0..6 {
        let ratio = (found.covariance[axis][axis] / bound.state().covariance[axis][axis]).sqrt();
        assert!((0.88..1.15).contains(&ratio), "{axis}: {ratio}");
    }
    let ground = LevelGround { height_m: 0.0 };
    let (ours, least) = (
        tracker.impacts(&ground)[0].1,
        bound.impact(&ground).unwrap(),
    );
    let size = |impact: &tracking::ImpactPrediction| {
        (impact.covariance[0][0] + impact.covariance[1][1]).sqrt()
    };
    assert!(
        (0.85..1.2).contains(&(size(&ours) / size(&least))),
        "{}",
        size(&ours) / size(&least)
    );
}

#[test]
fn a_radar_that_looks_often_may_lose_sight_for_over_two_seconds() {
    let mut radar = Radar {
        rate_hz: 20.0,
        ..Radar::default()
    };
    radar.model.scan_period_s = 0.05;
    radar.model.clutter_per_scan = 1.0;
    let truth = flight(&Shot::default());
    let mut tracker = tracker(Settings::default(), &radar);
    let mut scans = radar.scans(&[&truth], 31, 200);
    for scan in &mut scans[80..130] {
        scan.plots.clear();
    }
    feed(&mut tracker, &scans[..80]);
    let before = confirmed(&tracker);
    assert_eq!(before.len(), 1);
    feed(&mut tracker, &scans[80..]);
    let after = confirmed(&tracker);
    assert_eq!(after.len(), 1);
    assert_eq!(before[0].id, after[0].id);
    assert_eq!(tracker.ended().count() + tracker.dismissed().count(), 0);
}

/// Probability of falling of the likeliest round among what is confirmed, while an all-round radar sees something at a
/// place in each of some seconds.
fn likeliest_round(seen: &[(i64, [f64; 3])]) -> f64 {
    let mut radar = Radar::default();
    radar.model.field_of_view.azimuth_min_rad = -3.1;
    radar.model.field_of_view.azimuth_max_rad = 3.1;
    let mut tracker = tracker(Settings::default(), &radar);
    let mut likeliest = 0.0_f64;
    for &(second, [x, y, z]) in seen {
        let time_ns = second * 1_000_000_000;
        let level_m = x.hypot(y);
        let plot = Plot {
            time_ns,
            range_m: level_m.hypot(z),
            azimuth_rad: y.atan2(x),
            elevation_rad: z.atan2(level_m),
            range_rate_mps: None,
            signal_to_noise_db: None,
        };
        let scan = Scan {
            sensor: 0,
            time_ns,
            plots: vec![plot],
        };
        tracker.take(scan, time_ns).unwrap();
        for track in confirmed(&tracker) {
            likeliest = likeliest.max(track.probability_of_falling());
        }
    }
    assert_eq!(confirmed(&tracker).len(), 1);
    likeliest
}

/// What a drone gave in simulated hours in which nothing fell, and the clutter plot before it: the two were
/// once a round, which then took every plot that could have begun the drone.
#[test]
fn a_drone_beside_a_clutter_plot_is_no_round() {
    let likeliest = likeliest_round(&[
        (0, [844.0, -1_142.0, 337.0]),
        (2, [981.0, -895.0, 468.0]),
        (3, [967.0, -883.0, 466.0]),
        (4, [971.0, -884.0, 465.0]),
    ]);
    assert!(likeliest < 1e-3, "{likeliest}");
}

/// Likewise: a plot of one bird, and then those of its neighbour.
#[test]
fn a_bird_whose_neighbour_was_seen_before_it_is_no_round() {
    let likeliest = likeliest_round(&[
        (0, [1_013.0, -674.0, 80.0]),
        (1, [993.0, -649.0, 125.0]),
        (2, [994.0, -645.0, 133.0]),
        (3, [990.0, -641.0, 128.0]),
    ]);
    assert!(likeliest < 1e-2, "{likeliest}");
}

/// Likewise: a bird that was followed for four seconds and then not seen, and its neighbour 40 m below it.
#[test]
fn a_bird_that_takes_one_plot_of_its_neighbour_stays_a_bird() {
    let likeliest = likeliest_round(&[
        (0, [624.0, 1_086.0, 149.0]),
        (1, [634.0, 1_100.0, 163.0]),
        (2, [616.0, 1_065.0, 151.0]),
        (3, [624.0, 1_073.0, 155.0]),
        (4, [607.0, 1_046.0, 159.0]),
        (5, [603.0, 1_029.0, 112.0]),
    ]);
    assert!(likeliest < 1e-2, "{likeliest}");
}
