//! Rounds that follow each other on one path, and birds that hang in the air one beside the other.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Radar, Shot, confirmed, flight};
use tracking::{Settings, Tracker};

/// Whether something is confirmed that falls with a probability at which people are warned, after so many looks at what is at some places by then.
fn falls(places: impl Fn(f64) -> Vec<[f64; 3]>, seed: u32, looks: u32) -> bool {
    let radar = Radar::default();
    let mut tracker = Tracker::new(Settings::default(), vec![radar.model]).unwrap();
    for scan in radar.scans_of(places, seed, looks) {
        let time_ns = scan.time_ns;
        tracker.take(scan, time_ns).unwrap();
    }
    confirmed(&tracker)
        .iter()
        .any(|track| !track.dismissed && track.probability_of_falling() > 0.01)
}

/// Each plot of a round stands where the round before stood a look ago, as if something hovered there.
#[test]
fn rounds_that_follow_each_other_by_a_look_are_not_taken_to_hover() {
    let fired = |interval_s: f64| {
        let found = (0..40).filter(|&seed| {
            let flights: Vec<_> = (0..6)
                .map(|round| {
                    // Each a little faster or slower, turned a little, and all from one place.
                    let apart = [0.0, 0.6, -0.5, 0.2, -0.8, 0.4][round];
                    let mut shot = Shot::drawn(seed);
                    shot.speed_mps *= 1.0 + 0.01 * apart;
                    shot.elevation_rad += 0.01 * apart;
                    flight(&shot)
                })
                .collect();
            let places = |time_s: f64| {
                let ages_s = (0..6).map(|round| time_s - interval_s * f64::from(round));
                let in_the_air = flights
                    .iter()
                    .zip(ages_s)
                    .filter(|(_, age_s)| *age_s >= 0.0);
                in_the_air
                    .map(|(flight, age_s)| flight.at(age_s))
                    .map(|[x, y, z, ..]| [x, y, z])
                    .collect()
            };
            falls(places, 300 + seed, 4)
        });
        found.count()
    };
    let alone = fired(1e3);
    for interval_s in [0.3, 1.0, 2.0] {
        let found = fired(interval_s);
        assert!(
            found + 10 >= alone,
            "every {interval_s} s: {found}, alone {alone} of 40"
        );
    }
}

#[test]
fn birds_in_a_row_are_no_salvo() {
    let rounds = (0..40).filter(|&seed| {
        let places = |_| {
            (0..8)
                .map(|bird| [2_500.0 + 70.0 * f64::from(bird), 300.0, 400.0])
                .collect()
        };
        (3..12).any(|looks| falls(places, 400 + seed, looks))
    });
    assert_eq!(rounds.count(), 0);
}
