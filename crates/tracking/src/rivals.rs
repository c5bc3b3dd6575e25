//! Which of the branches that share plots are rivals: what moves and what stays.
//!
//! Rounds of a salvo follow each other on nearly one path. Where they do so by a look of the radar, each stands
//! where the one before stood a look ago: without range rate the plots of each place look like something that
//! hovers there, the likelier as it asks less of them. But such things would have to appear one by one, each
//! where something that falls would be next. So what goes on from plot to plot, and is the first at each place,
//! comes before what is found only where that was: those plots are explained by what follows it.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::associate::Joined;
use crate::begin::least_speed_mps;
use crate::initiate::{Branch, ByNumber, PLOTS_MIN, PLOTS_PER_SCAN_MAX, PlotNumber};
use crate::matrix::Matrix;
use crate::model::SLOW_MAX_MPS;
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

/// Plots of others that make a burst of what else would be one round and chance.
const BURST_PLOTS_MIN: usize = 8;
/// Longest time that a burst and its tracers are seen, s (assumed).
pub(crate) const BURST_MAX_S: f64 = 5.0;

/// Share of the plots of its fullest look below which a burst is over.
const SPENT_SHARE: f64 = 1.0 / 3.0;

/// The plots of bursts of a machine gun.
///
/// A look of the radar takes one plot of each of its rounds, a few tens of metres apart on one path. Plots of
/// different ones on that path then look like something slower, and once most are spent nothing contradicts it.
/// Rounds of a salvo come as close, but last.
pub(crate) struct Bursts {
    /// The burst of each plot.
    of: HashMap<PlotNumber, usize, ByNumber>,
    /// How many plots each look of a burst has.
    looks: HashMap<usize, BTreeMap<PlotNumber, usize>>,
}

impl Bursts {
    /// Finds them: plots that branches join which are likeliest bullets.
    pub(crate) fn by(branches: &[Branch]) -> Self {
        let mut of: HashMap<PlotNumber, usize, ByNumber> = HashMap::default();
        let bullet = |branch: &&Branch| branch.bullet && branch.plots.len() >= PLOTS_MIN;
        let bullets = || branches.iter().filter(bullet);
        for plot in bullets().flat_map(|branch| &branch.plots) {
            let next = of.len();
            of.entry(*plot).or_insert(next);
        }
        let mut joined = Joined::new(of.len());
        for branch in bullets() {
            for pair in branch.plots.windows(2) {
                joined.join(of[&pair[0]], of[&pair[1]]);
            }
        }
        let mut looks: HashMap<usize, BTreeMap<PlotNumber, usize>> = HashMap::new();
        for (plot, burst) in &mut of {
            *burst = joined.root(*burst);
            let look = looks.entry(*burst).or_default();
            *look.entry(look_of(*plot)).or_default() += 1;
        }
        Self { of, looks }
    }

    /// Whether all plots of a branch are of a burst, the last of them when it was mostly spent.
    pub(crate) fn outlived_by(&self, branch: &Branch) -> bool {
        let last = branch.plots.last().copied();
        let Some((last, burst)) = last.and_then(|last| Some((last, self.of.get(&last)?))) else {
            return false;
        };
        let looks = &self.looks[burst];
        let fullest = looks.values().copied().max().unwrap_or(0);
        let enough = branch.plots.len() + BURST_PLOTS_MIN;
        (looks[&look_of(last)] as f64) < SPENT_SHARE * fullest as f64
            && looks.values().sum::<usize>() >= enough
            && branch
                .plots
                .iter()
                .all(|plot| self.of.get(plot) == Some(burst))
    }
}

/// The look of the radar that gave a plot.
fn look_of(plot: PlotNumber) -> PlotNumber {
    plot / PLOTS_PER_SCAN_MAX as PlotNumber
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_outlives_a_burst_is_made_of_its_plots() {
        let branch = |plots: &[PlotNumber], bullet| {
            let mut branch = Branch::default();
            branch.plots.extend(plots);
            branch.bullet = bullet;
            branch
        };
        // Four bullets in three looks, joined by what mixes them; in the fourth all but one are spent.
        let plot = |look, place| look * PLOTS_PER_SCAN_MAX as PlotNumber + place;
        let mut branches: Vec<_> = (0..4)
            .map(|bullet| branch(&[plot(1, bullet), plot(2, bullet), plot(3, bullet)], true))
            .collect();
        let mixing = (0..3).map(|one| [plot(1, one), plot(2, one + 1), plot(3, one + 1)]);
        branches.extend(mixing.map(|plots| branch(&plots, true)));
        branches.push(branch(&[plot(2, 0), plot(3, 0), plot(4, 0)], true));
        branches.push(branch(&[plot(2, 7), plot(3, 7), plot(4, 7)], true));
        let mixed = branch(&[plot(1, 1), plot(2, 2), plot(4, 0)], false);
        let bursts = Bursts::by(&branches);
        assert!(bursts.outlived_by(&mixed));
        let while_fired = branch(&[plot(1, 1), plot(2, 2), plot(3, 0)], false);
        let by_itself = branch(&[plot(2, 7), plot(3, 7), plot(4, 7)], false);
        let seen_elsewhere = branch(&[plot(1, 1), plot(2, 9), plot(4, 0)], false);
        for other in [while_fired, by_itself, seen_elsewhere, branch(&[], false)] {
            assert!(!bursts.outlived_by(&other));
        }
        // What lasts is a salvo.
        branches
            .extend((1..4).map(|one| branch(&[plot(2, one), plot(3, one), plot(4, one)], true)));
        assert!(!Bursts::by(&branches).outlived_by(&mixed));
    }
}
