//! From theatre and forecast to what every site loses under every loadout.
//!
//! A study draws the unknowns in groups. One [`Group`] is one guess at everything that is not known
//! exactly (rates, salvo sizes, munitions, systems, people), with the mean effect of a batch of
//! raids under it. Two studies of one theatre, with different [`Use`], share no draw: plans are
//! chosen on one and judged on the other.

mod coefficients;
mod group;
mod setup;

pub use coefficients::{Coefficients, CoverHurt};
pub use group::{Group, ThreatDraw};
pub use setup::{Rounds, Setup, SetupError, Source, combinations, most_at};

use rayon::prelude::*;
use theatre::Theatre;

/// What a study is for: each use has random streams of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Choosing the plan.
    Choose,
    /// Judging it, on draws that never chose it.
    Judge,
}

impl Use {
    /// Seed of the use's streams, from the theatre's.
    #[must_use]
    pub fn seed(self, seed: u64) -> u64 {
        match self {
            Self::Choose => seed,
            // An odd constant of the golden ratio, so that neighbouring seeds do not meet.
            Self::Judge => seed ^ 0x9E37_79B9_7F4A_7C15,
        }
    }
}

/// How much is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Groups, each with one draw of the unknowns.
    pub groups: u32,
    /// Raids of each source in each group.
    pub raids_per_group: u32,
}

impl Size {
    /// Splits a number of replications into groups: up to 512, each of at least 16 raids where there
    /// are that many.
    #[must_use]
    pub fn of(replications: u32) -> Self {
        let replications = replications.max(1);
        let groups = (replications / 16).clamp(1, 512);
        Self {
            groups,
            raids_per_group: replications.div_ceil(groups),
        }
    }
}

/// Runs all groups of a study, in parallel, in an order that no thread count changes.
/// `done` is called once for each group.
pub fn run(
    theatre: &Theatre,
    setup: &Setup,
    purpose: Use,
    size: Size,
    done: &(dyn Fn() + Sync),
) -> Vec<Group> {
    let seed = purpose.seed(theatre.seed);
    (0..size.groups)
        .into_par_iter()
        .map(|number| {
            let group = Group::run(theatre, setup, seed, number, size.raids_per_group);
            done();
            group
        })
        .collect()
}
