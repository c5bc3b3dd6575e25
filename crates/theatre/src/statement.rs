//! The planning problem as the planner states it: what is to be decided, with what, by when.

use crate::{Catalogue, Incident, Interval, Site};
use jiff::civil::Date;

/// What one casualty counts for in the loss that the plan minimises, each ≥ 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossWeights {
    /// Loss for one person killed.
    pub killed: f64,
    /// Loss for one person wounded.
    pub wounded: f64,
    /// Scale for host-nation people.
    pub partner: f64,
}

/// Systems that can be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Stock {
    /// Index of the system in the catalogue.
    pub system: usize,
    /// How many.
    pub available: u32,
    /// Day of the horizon, from 1, on which they stand ready at their site.
    pub arrives_day: u32,
    /// The only sites allowed, by index; anywhere in the theatre where `None`.
    pub sites: Option<Vec<usize>>,
    /// Line of the theatre file, from 1, for messages.
    pub line: u32,
}

/// Systems that stand already.
#[derive(Clone, Debug, PartialEq)]
pub struct Deployed {
    /// Index of the system in the catalogue.
    pub system: usize,
    /// Index of the site.
    pub site: usize,
    /// How many.
    pub quantity: u32,
    /// Whether the plan may move them.
    pub movable: bool,
    /// Line of the theatre file, from 1, for messages.
    pub line: u32,
}

/// Work that must go on: at least `people` serve it, in total, at `sites`.
#[derive(Clone, Debug, PartialEq)]
pub struct Mission {
    /// Unique name.
    pub id: String,
    /// People who must serve it.
    pub people: u32,
    /// Where they can, by index.
    pub sites: Vec<usize>,
    /// Line of the theatre file, from 1, for messages.
    pub line: u32,
}

/// A judged threat that the log cannot show, on top of the log's rates.
#[derive(Clone, Debug, PartialEq)]
pub struct Threat {
    /// Unique name.
    pub id: String,
    /// Index of the munition class in the catalogue.
    pub munition: usize,
    /// The sites it may strike, by index.
    pub sites: Vec<usize>,
    /// Whether one event hits all its sites, or one of them.
    pub simultaneous: bool,
    /// Rounds at each site that is hit, ≥ 1.
    pub rounds: Interval,
    /// Probability that the event comes within the horizon.
    pub probability: Interval,
    /// Chance that a rocket salvo on the same site comes first.
    pub preceded_by_rockets: Interval,
    /// Line of the theatre file, from 1, for messages.
    pub line: u32,
}

/// How people can be moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Movement {
    /// Lift over the whole theatre, people a day.
    pub people_per_day: u32,
    /// How many may go to sites outside the theatre.
    pub may_leave: u32,
    /// Loss charged for moving one person, ≥ 0.
    pub loss_per_person: f64,
    /// Line of the `[movement]` table, from 1, or of the file's first line where it is absent.
    pub line: u32,
}

/// One planning problem, whole and checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Theatre {
    /// Title.
    pub name: String,
    /// The day up to which things are known.
    pub as_of: Date,
    /// Days planned, 1 to 3650; day 1 is the day after `as_of`.
    pub horizon_days: u32,
    /// Seed of every random stream.
    pub seed: u64,
    /// What casualties count for.
    pub loss: LossWeights,
    /// What can be sent.
    pub stock: Vec<Stock>,
    /// What stands already.
    pub deployed: Vec<Deployed>,
    /// Work that must go on.
    pub missions: Vec<Mission>,
    /// Judged threats.
    pub threats: Vec<Threat>,
    /// How people can be moved.
    pub movement: Movement,
    /// Where people are.
    pub sites: Vec<Site>,
    /// What was fired at them, as reported.
    pub incidents: Vec<Incident>,
    /// Systems, munitions and how people behave.
    pub catalogue: Catalogue,
}

impl Theatre {
    /// How many of a system stand at a site today: those that must stay, and those that may move.
    #[must_use]
    pub fn deployed_at(&self, site: usize, system: usize) -> (u32, u32) {
        let count = |movable| {
            self.deployed
                .iter()
                .filter(|d| d.site == site && d.system == system && d.movable == movable)
                .fold(0_u32, |sum, d| sum.saturating_add(d.quantity))
        };
        (count(false), count(true))
    }

    /// All own people of the theatre, now.
    #[must_use]
    pub fn people(&self) -> u64 {
        self.sites.iter().map(|site| u64::from(site.people)).sum()
    }
}
