//! The real tracker and warner on simulated plots, and the fast surrogate beside them.
#![allow(clippy::unwrap_used)]

mod support;

use raid::{ClosedLoop, FlownRaid, Radar, RaidKey, Surrogate, TimeToWarning, Unknowns};
use support::{MORTAR, ROCKET, key, unknowns};
use tracking::{Settings, warning};

const RADIUS_M: f64 = 900.0;
/// Raids to calibrate on, and raids to compare on.
const RAIDS: u32 = 160;

fn closed_loop(unknowns: &Unknowns) -> ClosedLoop {
    let sensor = unknowns.systems[support::SIREN].sensor.unwrap();
    ClosedLoop {
        radar: Radar::of(&sensor),
        tracking: Settings::default(),
        warning: warning::Settings::default(),
        radius_m: RADIUS_M,
        delay_s: sensor.delay_s,
    }
}

fn raids(
    unknowns: &Unknowns,
    munition: usize,
    rounds: u32,
    first: u32,
) -> Vec<(FlownRaid, RaidKey)> {
    let flights = raid::Flights::new(&unknowns.munitions[munition]);
    (first..first + RAIDS)
        .map(|replication| {
            let key = key(munition, replication);
            let (systems, people) = (&unknowns.systems, &unknowns.people);
            (flights.flown(rounds, systems, people, RADIUS_M, key), key)
        })
        .collect()
}

/// Seconds from the siren to the first fall, of raids that are warned, sorted.
fn warnings_s(time: &impl TimeToWarning, raids: &[(FlownRaid, RaidKey)]) -> Vec<f64> {
    let warned = raids.iter().filter_map(|(flown, key)| {
        let warned_s = time.warned_s(flown, *key).unwrap()?;
        let falls = flown.impacts().into_iter().map(|fall| fall.time_s);
        Some(falls.fold(f64::INFINITY, f64::min) - warned_s)
    });
    let mut warnings: Vec<f64> = warned.collect();
    warnings.sort_by(f64::total_cmp);
    warnings
}

/// Greatest difference between two distribution functions (Kolmogorov and Smirnov).
fn distance(a: &[f64], b: &[f64]) -> f64 {
    let share = |sample: &[f64], at: f64| {
        sample.partition_point(|value| *value <= at) as f64 / sample.len() as f64
    };
    let gaps = a
        .iter()
        .chain(b)
        .map(|&at| (share(a, at) - share(b, at)).abs());
    gaps.fold(0.0, f64::max)
}

/// By class and by how far the radar sees: as many raids are warned to within 8 in 100, the mean warning
/// agrees to 1 s, and the distributions lie within 0.2 of each other, of which chance makes 0.15 in one of
/// twenty samples of this size.
#[test]
fn the_surrogate_matches_the_closed_loop() {
    for (munition, rounds, range_m) in [
        (ROCKET, 1, 12_000.0),
        (ROCKET, 6, 12_000.0),
        (ROCKET, 6, 7_000.0),
        (MORTAR, 4, 12_000.0),
    ] {
        let mut unknowns = unknowns();
        unknowns.systems[support::SIREN]
            .sensor
            .as_mut()
            .unwrap()
            .range_m = range_m;
        let truth = closed_loop(&unknowns);
        let surrogate =
            Surrogate::calibrated(&truth, &raids(&unknowns, munition, rounds, 10_000)).unwrap();
        let judged = raids(&unknowns, munition, rounds, 0);
        let (real, fast) = (warnings_s(&truth, &judged), warnings_s(&surrogate, &judged));
        let mean = |sample: &[f64]| sample.iter().sum::<f64>() / sample.len() as f64;
        println!(
            "class {munition}, {rounds} rounds, {range_m} m: warned {} and {} of {RAIDS}, {:.1} and {:.1} s \
             before, apart {:.3}; enough {:.2?}",
            real.len(),
            fast.len(),
            mean(&real),
            mean(&fast),
            distance(&real, &fast),
            &surrogate.enough[..8],
        );
        let share = (real.len() as f64 - fast.len() as f64) / f64::from(RAIDS);
        assert!(
            share.abs() <= 0.08,
            "{} and {} warned",
            real.len(),
            fast.len()
        );
        assert!((mean(&real) - mean(&fast)).abs() <= 1.0);
        assert!(distance(&real, &fast) <= 0.2);
    }
}

/// People are warned of nearly every raid that falls among them, in time to drop, and a raid that falls far
/// away alarms nobody.
#[test]
fn those_who_are_hit_are_warned_and_others_are_not() {
    let mut unknowns = unknowns();
    unknowns.munitions[ROCKET].centre_spread = 0.3;
    let truth = closed_loop(&unknowns);
    let near = warnings_s(&truth, &raids(&unknowns, ROCKET, 4, 0));
    assert!(
        near.len() * 100 >= 95 * RAIDS as usize,
        "{} warned",
        near.len()
    );
    assert!(near[near.len() / 2] > unknowns.people.drop_s);
    // A base so small and so far from where they fall that none is near it.
    let mut away = truth;
    away.radius_m = 100.0;
    unknowns.munitions[ROCKET].centre_spread = 40.0;
    let far = raids(&unknowns, ROCKET, 1, 0)
        .into_iter()
        .filter(|(flown, _)| {
            let far =
                |fall: &raid::TrueImpact| fall.position_m[0].hypot(fall.position_m[1]) > 3_000.0;
            flown.impacts().iter().all(far)
        });
    let far: Vec<_> = far.collect();
    let alarms = warnings_s(&away, &far).len();
    assert!(
        far.len() > 100 && alarms * 20 <= far.len(),
        "{alarms} alarms of {}",
        far.len()
    );
}
