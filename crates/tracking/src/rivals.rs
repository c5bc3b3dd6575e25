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

/// Rounds of machine guns in the air.
///
/// A look of the radar takes one plot of each round of a burst, a few tens of metres apart on one path. Plots of
/// different ones on that path then look like something slower, and once most are spent nothing contradicts it.
pub(crate) struct Bullets(Vec<Motion>);

/// Place, m, and velocity, m/s.
type Motion = [[f64; 3]; 2];

impl Bullets {
    /// Those among some banks.
    pub(crate) fn among<'a>(banks: impl Iterator<Item = &'a Bank>) -> Self {
        let of_bullet = |bank: &Bank| bank.probabilities()[Class::MachineGunRound as usize];
        let bullets = banks.filter(|bank| of_bullet(bank) >= SURELY_BULLET);
        Self(bullets.filter_map(motion).collect())
    }

    /// Takes in whether a branch is on the way of a burst, or of it.
    pub(crate) fn meet(&self, branch: &mut Branch) {
        if branch.in_burst || branch.plots.len() < PLOTS_MIN || !self.are_about(&branch.bank) {
            return;
        }
        branch.in_burst = true;
        if branch.bank.likeliest_class() == Class::MachineGunRound {
            branch.bank.take_for_bullet();
        }
    }

    fn are_about(&self, bank: &Bank) -> bool {
        self.0.len() >= BURST_MIN && motion(bank).is_some_and(|own| self.alike(&own) >= BURST_MIN)
    }

    /// How many of them may be of one burst with something.
    fn alike(&self, own: &Motion) -> usize {
        self.0.iter().filter(|other| is_alike(own, other)).count()
    }
}

fn motion(bank: &Bank) -> Option<Motion> {
    let mean = bank.state()?.mean;
    let [x, y, z, vx, vy, vz, ..] = mean;
    Some([[x, y, z], [vx, vy, vz]])
}

/// Whether two may be rounds of one burst, or made of its plots.
fn is_alike([from, velocity]: &Motion, [other_from, other_velocity]: &Motion) -> bool {
    let length = |parts: [f64; 3]| libm::sqrt(parts.iter().map(|part| part * part).sum());
    let apart_m = length([0, 1, 2].map(|axis| other_from[axis] - from[axis]));
    let (speed, other) = (length(*velocity), length(*other_velocity));
    let along: f64 = velocity
        .iter()
        .zip(other_velocity)
        .map(|(a, b)| a * b)
        .sum();
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
        let bullets = Bullets(all.to_vec());
        let about = |own: Motion| bullets.alike(&own);
        assert_eq!(about(motion(60.0, 250.0)), 3);
        assert_eq!(about(motion(60.0, 150.0)), 0);
        assert_eq!(about(motion(560.0, 400.0)), 1);
        assert_eq!(about([[60.0, 0.0, 100.0], [350.0, 0.0, 200.0]]), 0);
    }
}
