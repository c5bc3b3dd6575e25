//! Which of the branches that share plots are rivals: what moves and what stays.
//!
//! Rounds of a salvo follow each other on nearly one path. Where they do so by a look of the radar, each stands
//! where the one before stood a look ago: without range rate the plots of each place look like something that
//! hovers there, the likelier as it asks less of them. But such things would have to appear one by one, each
//! where something that falls would be next. So what goes on from plot to plot, and is the first at each place,
//! comes before what is found only where that was: those plots are explained by what follows it.

use std::collections::{HashMap, HashSet};

use crate::bank::Bank;
use crate::begin::least_speed_mps;
use crate::initiate::{Branch, ByNumber, PLOTS_MIN, PlotNumber};
use crate::matrix::Matrix;
use crate::model::{Class, SLOW_MAX_MPS};
use crate::sensor::Sighting;
use crate::tracker::Settings;

/// Who holds each plot.
pub(crate) type Holders = HashMap<PlotNumber, Held, ByNumber>;

/// Who holds a plot.
pub(crate) struct Held {
    /// Score of the best branch that has it.
    pub(crate) best: f64,
    /// That of the best that comes after, and of the best of those that stays.
    pub(crate) rival: f64,
    pub(crate) staying_rival: f64,
    /// Whether the best began with it, and stays.
    pub(crate) stays_from: bool,
    /// Whether the best has become certain.
    pub(crate) taken: bool,
}

impl Held {
    /// By a branch, as its plot at a place.
    pub(crate) fn by(branch: &Branch, place: usize) -> Self {
        Self {
            best: branch.score,
            rival: f64::NEG_INFINITY,
            staying_rival: f64::NEG_INFINITY,
            stays_from: !branch.moves && place == 0,
            taken: false,
        }
    }

    /// Takes in that another has it too.
    pub(crate) fn contest(&mut self, other: &Branch) {
        self.rival = self.rival.max(other.score);
        if !other.moves {
            self.staying_rival = self.staying_rival.max(other.score);
        }
    }
}

/// Where the first plot of a branch was.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FirstPlace {
    pub(crate) time_ns: i64,
    pub(crate) position_m: [f64; 3],
    pub(crate) covariance_m2: Matrix<3, 3>,
}

crate::stored!(FirstPlace {
    time_ns,
    position_m,
    covariance_m2
});

impl FirstPlace {
    /// Whether what was there moves, if it is at a sighting of a scan now.
    pub(crate) fn moves_to(&self, sighting: &Sighting, scan_ns: i64) -> bool {
        let apart_s = scan_ns.saturating_sub(self.time_ns) as f64 * 1e-9 + sighting.offset_s;
        let from = (&self.position_m, &self.covariance_m2);
        let to = (&sighting.position_m, &sighting.covariance_m2);
        least_speed_mps(from, to, apart_s) > SLOW_MAX_MPS
    }
}

/// The first plots of branches that stay which something that moves has passed, and whether that could become a
/// track by now.
pub(crate) struct Passed(HashMap<PlotNumber, bool, ByNumber>);

impl Passed {
    /// Finds them. What passes was the first at each place: it has no plot that is a later one of what stays, as
    /// among the birds of a flock.
    pub(crate) fn by(branches: &[Branch], settings: &Settings) -> Self {
        let mut first: HashMap<PlotNumber, Option<bool>, ByNumber> = HashMap::default();
        let mut later: HashSet<PlotNumber, ByNumber> = HashSet::default();
        for branch in branches.iter().filter(|branch| !branch.moves) {
            if let Some((one, others)) = branch.plots.split_first() {
                first.insert(*one, None);
                later.extend(others);
            }
        }
        for branch in branches.iter().filter(|branch| branch.moves) {
            let passes = branch.plots.iter().any(|plot| first.contains_key(plot));
            if !passes || branch.plots.iter().any(|plot| later.contains(plot)) {
                continue;
            }
            let surely = branch.may_be_certain(settings);
            for plot in &branch.plots {
                if let Some(passed) = first.get_mut(plot) {
                    *passed = (*passed).max(Some(surely));
                }
            }
        }
        let passed = |(plot, passed): (_, Option<bool>)| Some((plot, passed?));
        Self(first.into_iter().filter_map(passed).collect())
    }

    fn of(&self, branch: &Branch) -> Option<bool> {
        let first = branch.plots.first().filter(|_| !branch.moves)?;
        self.0.get(first).copied()
    }

    /// Whether something may have passed a branch that stays.
    pub(crate) fn perhaps(&self, branch: &Branch) -> bool {
        self.of(branch).is_some()
    }

    /// Whether that could be a track.
    pub(crate) fn surely(&self, branch: &Branch) -> bool {
        self.of(branch) == Some(true)
    }
}

/// Rounds of a machine gun that make a burst of what is about them.
const BURST_MIN: usize = 2;
/// Probability from which they count (assumed): less sure ones are mixed plots of a salvo.
const SURELY_BULLET: f64 = 0.95;
/// Longest time that a burst and its tracers are seen, s (assumed).
pub(crate) const BURST_MAX_S: f64 = 5.0;
/// How far from each other two rounds of a burst are seen, m, by how much their directions differ, rad, and their
/// speeds, as a factor (assumed: ten a second, of which those first seen have slowed from 850 to 300 m/s).
const BURST_APART_M: f64 = 500.0;
const BURST_APART_RAD: f64 = 0.25;
const BURST_FASTER: f64 = 2.0;

/// How near a bird is whose plots may be among those of a branch, m, how far beside its path, m, how soon after each
/// other both are first seen, s, and up to which speed they make something, m/s (assumed: a flock is 150 m wide). On a
/// path, rounds that follow each other look like something that hovers.
const FLOCK_APART_M: f64 = 150.0;
const FLOCK_BESIDE_M: f64 = 25.0;
const FLOCK_APART_S: f64 = 10.0;
const FLOCK_SPEED_MAX_MPS: f64 = 100.0;
/// Longest time for which birds of a flock are mixed up, s, and probability of being slow from which something is one of
/// them (assumed).
pub(crate) const FLOCK_MAX_S: f64 = 15.0;
pub(crate) const SURELY_SLOW: f64 = 0.99;
/// Probability from which a bird or a drone counts (assumed).
const LIKELY_SLOW: f64 = 0.5;

/// What flies in company: rounds of machine guns, and birds.
///
/// A look of the radar takes one plot of each round of a burst, a few tens of metres apart on one path. Plots of
/// different ones on that path then look like something slower, and once most are spent nothing contradicts it.
/// Those of the birds of a flock that has just come into sight look like something faster.
#[derive(Default)]
pub(crate) struct Company {
    bullets: Vec<Motion>,
    /// Places, m, and for how long they have been seen, s.
    birds: Vec<([f64; 3], f64)>,
}

/// Place, m, and velocity, m/s.
type Motion = [[f64; 3]; 2];

impl Company {
    /// That among some banks, each with whether it is of a track or leads: birds that come into sight together are
    /// rivals for each other's plots.
    pub(crate) fn among<'a>(banks: impl Iterator<Item = (&'a Bank, bool)>) -> Self {
        let mut company = Self::default();
        for (bank, leads) in banks {
            let probabilities = bank.probabilities();
            if leads && probabilities[Class::MachineGunRound as usize] >= SURELY_BULLET {
                company.bullets.extend(motion(bank));
            } else if bank.probability_of_slow() >= LIKELY_SLOW {
                let place = motion(bank).map(|[place_m, _]| (place_m, bank.age_s));
                company.birds.extend(place);
            }
        }
        company
    }

    /// Takes in whether a branch is on the way of a burst, or of it, or in the midst of a flock.
    pub(crate) fn meet(&self, branch: &mut Branch) {
        let alone = self.bullets.len() < BURST_MIN && self.birds.is_empty();
        if alone || branch.plots.len() < PLOTS_MIN {
            return;
        }
        let Some(own) = motion(&branch.bank) else {
            return;
        };
        branch.in_flock = branch.in_flock || self.is_flock(&own, branch.bank.age_s);
        if !branch.in_burst && self.bullets_about(&own) >= BURST_MIN {
            branch.in_burst = true;
            if branch.bank.likeliest_class() == Class::MachineGunRound {
                branch.bank.take_for_bullet();
            }
        }
    }

    /// How many bullets may be of one burst with something.
    fn bullets_about(&self, own: &Motion) -> usize {
        self.bullets
            .iter()
            .filter(|other| is_alike(own, other))
            .count()
    }

    /// Whether something may be made of the plots of birds.
    fn is_flock(&self, [from, velocity]: &Motion, age_s: f64) -> bool {
        let speed_mps = length(*velocity);
        let near = |(other, other_age_s): &([f64; 3], f64)| {
            let apart = [0, 1, 2].map(|axis| other[axis] - from[axis]);
            let apart_m = length(apart);
            let along_m = dot(&apart, velocity) / speed_mps.max(1.0);
            let beside_m = libm::sqrt((apart_m * apart_m - along_m * along_m).max(0.0));
            apart_m < FLOCK_APART_M
                && beside_m > FLOCK_BESIDE_M
                && (other_age_s - age_s).abs() <= FLOCK_APART_S
        };
        speed_mps < FLOCK_SPEED_MAX_MPS && self.birds.iter().any(near)
    }
}

fn motion(bank: &Bank) -> Option<Motion> {
    let mean = bank.state()?.mean;
    let [x, y, z, vx, vy, vz, ..] = mean;
    Some([[x, y, z], [vx, vy, vz]])
}

fn dot(one: &[f64; 3], other: &[f64; 3]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

fn length(parts: [f64; 3]) -> f64 {
    libm::sqrt(parts.iter().map(|part| part * part).sum())
}

/// Whether two may be rounds of one burst, or made of its plots.
fn is_alike([from, velocity]: &Motion, [other_from, other_velocity]: &Motion) -> bool {
    let apart_m = length([0, 1, 2].map(|axis| other_from[axis] - from[axis]));
    let (speed, other) = (length(*velocity), length(*other_velocity));
    let along = dot(velocity, other_velocity);
    apart_m < BURST_APART_M
        && along > libm::cos(BURST_APART_RAD) * speed * other
        && speed.max(other) < BURST_FASTER * speed.min(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_flies_with_bullets_is_in_their_company() {
        let motion = |along_m: f64, speed_mps: f64| [[along_m, 0.0, 100.0], [speed_mps, 1.0, 5.0]];
        let all = [0.0, 60.0, 120.0].map(|along_m| motion(along_m, 400.0));
        let company = Company {
            bullets: all.to_vec(),
            birds: Vec::new(),
        };
        let about = |own: Motion| company.bullets_about(&own);
        assert_eq!(about(motion(60.0, 250.0)), 3);
        assert_eq!(about(motion(60.0, 150.0)), 0);
        assert_eq!(about(motion(560.0, 400.0)), 1);
        assert_eq!(about([[60.0, 0.0, 100.0], [350.0, 0.0, 200.0]]), 0);
    }

    #[test]
    fn what_comes_into_sight_slowly_beside_a_bird_may_be_of_a_flock() {
        let company = Company {
            bullets: Vec::new(),
            birds: vec![([0.0, 0.0, 100.0], 4.0)],
        };
        let flock = |place_m: [f64; 3], speed_mps: f64, age_s| {
            company.is_flock(&[place_m, [speed_mps, 1.0, 5.0]], age_s)
        };
        let beside = [50.0, 60.0, 100.0];
        assert!(flock(beside, 60.0, 4.0) && flock(beside, 60.0, 2.0));
        // On its path, too far off, too fast, and long before it.
        assert!(!flock([50.0, 0.0, 100.0], 60.0, 4.0) && !flock([50.0, 160.0, 100.0], 60.0, 4.0));
        assert!(!flock(beside, 120.0, 4.0) && !flock(beside, 60.0, 15.0));
    }
}
