//! Intervals cover what they claim, over synthetic studies whose truth is known.
//!
//! `WHOLE_STUDY=1 cargo test --release -p rampart --test statistics -- --nocapture` runs the full
//! 10,000 studies of each kind and prints what they cover.

#![allow(clippy::expect_used, reason = "a step that fails ends the test")]

use rampart::statistics::{Mean, Stopping, looks, ratio};
use rand_distr::{Distribution, Gamma, LogNormal, Poisson};
use rayon::prelude::*;
use theatre::Stream;

/// Replications that share one draw of what is not known.
const GROUP: u32 = 8;

/// Casualties as they come: an unknown that a group shares, chance for each raid, and a count.
#[derive(Clone, Copy)]
struct World {
    name: &'static str,
    log_mean: f64,
    log_spread: f64,
    /// Shape of the gamma chance, of mean 1: the less, the more raids hurt nobody.
    chance: f64,
}

const WORLDS: [World; 3] = [
    World {
        name: "most raids hurt somebody",
        log_mean: 1.0,
        log_spread: 0.5,
        chance: 2.0,
    },
    World {
        name: "half of the raids hurt nobody",
        log_mean: 0.0,
        log_spread: 0.8,
        chance: 0.5,
    },
    World {
        name: "one raid in twenty hurts somebody",
        log_mean: -2.0,
        log_spread: 0.8,
        chance: 0.2,
    },
];

impl World {
    fn truth(self) -> f64 {
        (self.log_mean + 0.5 * self.log_spread * self.log_spread).exp()
    }

    /// Sum over one group.
    fn group(self, study: u32, group: u32) -> f64 {
        let mut stream = Stream::new(11, study, group, 1);
        let unknown = LogNormal::new(self.log_mean, self.log_spread).expect("a law");
        let chance = Gamma::new(self.chance, 1.0 / self.chance).expect("a law");
        let level: f64 = unknown.sample(&mut stream);
        let raids = (0..GROUP).map(|_| {
            let mean: f64 = level * chance.sample(&mut stream);
            Poisson::new(mean).map_or(0.0, |law| law.sample(&mut stream))
        });
        raids.sum()
    }
}

fn studies() -> u32 {
    match std::env::var_os("WHOLE_STUDY") {
        Some(_) => 10_000,
        None => 1_000,
    }
}

/// Share of studies whose interval holds the truth; 1,000 of them scatter by 0.7 %.
fn covered(world: World, study: impl Fn(u32) -> Mean + Sync) -> f64 {
    let truth = world.truth();
    let inside = (0..studies()).into_par_iter().filter(|&number| {
        let found = study(number);
        found.low <= truth && truth <= found.high
    });
    inside.count() as f64 / f64::from(studies())
}

fn bounds() -> std::ops::RangeInclusive<f64> {
    match studies() {
        10_000 => 0.93..=0.97,
        _ => 0.92..=0.975,
    }
}

fn interval(sums: &[f64]) -> Mean {
    ratio(sums, &vec![f64::from(GROUP); sums.len()]).expect("there are groups")
}

#[test]
fn intervals_of_means_cover_what_they_claim() {
    for world in WORLDS {
        for groups in [128, 512] {
            let share = covered(world, |study| {
                let sums: Vec<f64> = (0..groups).map(|group| world.group(study, group)).collect();
                interval(&sums)
            });
            println!("{}, {groups} groups: {:.1} %", world.name, 100.0 * share);
            assert!(bounds().contains(&share), "{}: {share}", world.name);
        }
    }
}

/// Leakage is a ratio of two random numbers: rounds that got through over rounds that came.
#[test]
fn intervals_of_ratios_cover_what_they_claim() {
    let rounds = Poisson::new(2.0).expect("a law");
    let truth = 0.3;
    let inside = (0..studies()).into_par_iter().filter(|&study| {
        let (mut through, mut came) = (Vec::new(), Vec::new());
        for group in 0..128 {
            let mut stream = Stream::new(12, study, group, 1);
            // What is not known moves the chance of a whole group.
            let chance = 0.6 * stream.uniform();
            let all: f64 = rounds.sample(&mut stream);
            let passed = (0..all as u32).filter(|_| stream.uniform() < chance);
            through.push(passed.count() as f64);
            came.push(all);
        }
        let found = ratio(&through, &came).expect("rounds came");
        found.low <= truth && truth <= found.high
    });
    let share = inside.count() as f64 / f64::from(studies());
    println!("ratio, 128 groups: {:.1} %", 100.0 * share);
    assert!(bounds().contains(&share), "{share}");
}

/// A study that stops once it is precise enough still covers.
#[test]
fn intervals_cover_where_the_study_stops_by_itself() {
    for world in WORLDS {
        let share = covered(world, |study| {
            let (mut sums, mut stopping) = (Vec::new(), Stopping::default());
            let mut found = Mean::default();
            // 128 groups first, as the program has it, by chunks of 32.
            for look in looks(4, 200) {
                let have = sums.len() as u32;
                sums.extend((have..32 * look).map(|group| world.group(study, group)));
                found = interval(&sums);
                if stopping.may_stop(found.half_width() <= 0.15 * found.mean) {
                    break;
                }
            }
            found
        });
        println!("{}, stopped at 15 %: {:.1} %", world.name, 100.0 * share);
        assert!(bounds().contains(&share), "{}: {share}", world.name);
    }
}
