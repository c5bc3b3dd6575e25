//! Which of the branches that share plots are rivals: what moves and what stays.
//!
//! Rounds of a salvo follow each other on nearly one path. Where they do so by a look of the radar, each stands
//! where the one before stood a look ago: without range rate the plots of each place look like something that
//! hovers there, the likelier as it asks less of them. But such things would have to appear one by one, each
//! where something that falls would be next. So what goes on from plot to plot, and is the first at each place,
//! comes before what is found only where that was: those plots are explained by what follows it.

use std::collections::{HashMap, HashSet};

use crate::begin::least_speed_mps;
use crate::initiate::{Branch, ByNumber, PlotNumber};
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
