//! Plans: what they lose and which limits they break.

use crate::problem::Problem;
use crate::transport::unmet;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is done with every site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// One entry a site, in the problem's order.
    pub sites: Vec<SitePlan>,
    /// People moved: the sum over sites of the people that they lose.
    pub moved: u64,
}

/// What is done with one site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SitePlan {
    /// Whether it is kept open.
    pub open: bool,
    /// The loadout that stands there.
    pub loadout: usize,
    /// Movable people there.
    pub people: u32,
}

/// A limit that a plan breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// The plan does not have one entry for each site.
    SiteCount {
        /// Entries in the plan.
        found: usize,
        /// Sites of the problem.
        expected: usize,
    },
    /// The loadout does not exist or is not allowed there, or not in that state.
    Loadout {
        /// The site.
        site: String,
        /// Whether the plan keeps it open.
        open: bool,
        /// The loadout.
        loadout: usize,
    },
    /// People at a closed site.
    PeopleAtClosed {
        /// The site.
        site: String,
        /// People there.
        people: u32,
    },
    /// Fewer people than the guard, or nobody, at an open site.
    TooFew {
        /// The site.
        site: String,
        /// People there.
        people: u32,
        /// Fewest allowed.
        fewest: u32,
    },
    /// More people than the site can hold.
    TooMany {
        /// The site.
        site: String,
        /// People there.
        people: u32,
        /// Most allowed.
        capacity: u32,
    },
    /// People appear or vanish.
    People {
        /// People in the plan.
        planned: u64,
        /// People today.
        today: u64,
    },
    /// The plan misstates how many people it moves.
    Moved {
        /// As the plan says.
        stated: u64,
        /// As its people give.
        actual: u64,
    },
    /// More people moved than can be carried.
    Lift {
        /// People moved.
        moved: u64,
        /// Most allowed.
        lift: u64,
    },
    /// More people moved out of the theatre than may leave.
    MayLeave {
        /// People moved out.
        leaving: u64,
        /// Most allowed.
        may_leave: u64,
    },
    /// The pools cannot supply the units of a system.
    Pool {
        /// The system.
        system: String,
        /// Units without a source.
        short: u64,
    },
    /// Missions lack people when as many as possible serve.
    Missions {
        /// Ids of missions that stay short in one best assignment.
        short_missions: Vec<String>,
        /// People missing in all.
        short: u64,
    },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SiteCount { found, expected } => {
                write!(f, "the plan has {found} sites, not {expected}")
            }
            Self::Loadout {
                site,
                open,
                loadout,
            } => {
                let state = if *open { "open" } else { "closed" };
                write!(f, "{site}: loadout {loadout} is not allowed while {state}")
            }
            Self::PeopleAtClosed { site, people } => {
                write!(f, "{site}: {people} people at a closed site")
            }
            Self::TooFew {
                site,
                people,
                fewest,
            } => write!(f, "{site}: {people} people, fewer than {fewest}"),
            Self::TooMany {
                site,
                people,
                capacity,
            } => write!(f, "{site}: {people} people, more than {capacity}"),
            Self::People { planned, today } => {
                write!(f, "the plan places {planned} people, but there are {today}")
            }
            Self::Moved { stated, actual } => {
                write!(
                    f,
                    "the plan says that {stated} people move, but {actual} do"
                )
            }
            Self::Lift { moved, lift } => {
                write!(f, "{moved} people move, more than the lift of {lift}")
            }
            Self::MayLeave { leaving, may_leave } => {
                write!(f, "{leaving} people leave, more than {may_leave} may")
            }
            Self::Pool { system, short } => write!(f, "{system}: {short} units have no source"),
            Self::Missions {
                short_missions,
                short,
            } => write!(f, "{}: {short} people short", short_missions.join(", ")),
        }
    }
}

impl Problem {
    /// Expected loss of a plan, by the definition on the crate page; infinite where it names a
    /// loadout that does not exist.
    #[must_use]
    pub fn loss(&self, plan: &Plan) -> f64 {
        let mut loss = self.loss_per_move * plan.moved as f64;
        for (site, done) in self.sites.iter().zip(&plan.sites) {
            let covers = site.cover.iter().filter(|cover| {
                let host = plan.sites.get(cover.host);
                host.is_some_and(|host| host.loadout == cover.loadout)
            });
            let covered = covers.fold(site.bare_loss, |least, cover| least.min(cover.loss));
            let people = f64::from(done.people) + site.fixed_people;
            let direct = site.direct_loss.get(done.loadout);
            loss += people * (direct.copied().unwrap_or(f64::INFINITY) + covered);
            if done.open {
                loss += site.upkeep_loss;
            }
        }
        loss
    }

    /// The situation today as a plan, and whether it breaks no limit. A site without people counts
    /// as closed.
    #[must_use]
    pub fn today(&self) -> (Plan, bool) {
        let sites = self.sites.iter().map(|site| SitePlan {
            open: site.people > 0,
            loadout: site.today_loadout,
            people: site.people,
        });
        let plan = Plan {
            sites: sites.collect(),
            moved: 0,
        };
        let feasible = self.violations(&plan).is_empty();
        (plan, feasible)
    }

    /// People moved when the sites hold these numbers.
    #[must_use]
    pub fn moved(&self, people: impl IntoIterator<Item = u32>) -> u64 {
        let sites = self.sites.iter().zip(people);
        sites
            .map(|(site, people)| u64::from(site.people.saturating_sub(people)))
            .sum()
    }

    /// Every limit that the plan breaks, checked from the definitions and not by the solver's code.
    #[must_use]
    pub fn violations(&self, plan: &Plan) -> Vec<Violation> {
        let mut found = Vec::new();
        if plan.sites.len() != self.sites.len() {
            return vec![Violation::SiteCount {
                found: plan.sites.len(),
                expected: self.sites.len(),
            }];
        }
        for (site, done) in self.sites.iter().zip(&plan.sites) {
            site_violations(site, done, &mut found);
        }
        self.movement_violations(plan, &mut found);
        if plan
            .sites
            .iter()
            .all(|done| done.loadout < self.loadouts.len())
        {
            self.pool_violations(plan, &mut found);
        }
        self.mission_violations(plan, &mut found);
        found
    }

    fn movement_violations(&self, plan: &Plan, found: &mut Vec<Violation>) {
        let today = self.people();
        let planned = plan.sites.iter().map(|done| u64::from(done.people)).sum();
        if planned != today {
            found.push(Violation::People { planned, today });
        }
        let moved = self.moved(plan.sites.iter().map(|done| done.people));
        if moved != plan.moved {
            found.push(Violation::Moved {
                stated: plan.moved,
                actual: moved,
            });
        }
        if moved > self.lift {
            found.push(Violation::Lift {
                moved,
                lift: self.lift,
            });
        }
        let outside = self.sites.iter().zip(&plan.sites);
        let leaving = outside
            .filter(|(site, _)| site.outside)
            .map(|(site, done)| u64::from(done.people.saturating_sub(site.people)))
            .sum();
        if leaving > self.may_leave {
            found.push(Violation::MayLeave {
                leaving,
                may_leave: self.may_leave,
            });
        }
    }

    fn pool_violations(&self, plan: &Plan, found: &mut Vec<Violation>) {
        for (system, name) in self.systems.iter().enumerate() {
            let sites = plan.sites.iter().enumerate();
            let needs: Vec<u64> = sites
                .map(|(site, done)| self.drawn(site, done.loadout, system).into())
                .collect();
            let short = self.units_short(system, &needs);
            if short > 0 {
                let system = name.clone();
                found.push(Violation::Pool { system, short });
            }
        }
    }

    /// Units of a system that the pools cannot supply when each site needs so many of them.
    pub(crate) fn units_short(&self, system: usize, needs: &[u64]) -> u64 {
        let pools = self.pools.iter().filter(|pool| pool.system == system);
        let pools: Vec<_> = pools.collect();
        let stocks: Vec<u64> = pools.iter().map(|pool| pool.available.into()).collect();
        let (need, stock) = (needs.iter().sum::<u64>(), stocks.iter().sum::<u64>());
        if pools.iter().all(|pool| pool.sites.is_none()) {
            return need.saturating_sub(stock);
        }
        unmet(&stocks, needs, |pool, site| pools[pool].serves(site))
            .iter()
            .sum()
    }

    fn mission_violations(&self, plan: &Plan, found: &mut Vec<Violation>) {
        let sites = self.sites.iter().zip(&plan.sites);
        let free: Vec<u64> = sites
            .map(|(site, done)| match done.open {
                true => u64::from(done.people.saturating_sub(site.guard)),
                false => 0,
            })
            .collect();
        let needs: Vec<u64> = self.missions.iter().map(|m| m.people.into()).collect();
        let short = unmet(&free, &needs, |site, mission| {
            self.missions[mission].sites.contains(&site)
        });
        if short.iter().any(|&short| short > 0) {
            let missions = self.missions.iter().zip(&short);
            found.push(Violation::Missions {
                short_missions: missions
                    .filter(|(_, short)| **short > 0)
                    .map(|(mission, _)| mission.id.clone())
                    .collect(),
                short: short.iter().sum(),
            });
        }
    }
}

fn site_violations(
    site: &crate::problem::SiteProblem,
    done: &SitePlan,
    found: &mut Vec<Violation>,
) {
    let allowed = match done.open {
        true => &site.open_loadouts,
        false => &site.closed_loadouts,
    };
    let id = site.id.clone();
    if !allowed.contains(&done.loadout) {
        found.push(Violation::Loadout {
            site: id.clone(),
            open: done.open,
            loadout: done.loadout,
        });
    }
    let people = done.people;
    if !done.open {
        if people > 0 {
            found.push(Violation::PeopleAtClosed { site: id, people });
        }
        return;
    }
    if people < site.fewest() {
        found.push(Violation::TooFew {
            site: id,
            people,
            fewest: site.fewest(),
        });
    } else if people > site.capacity {
        found.push(Violation::TooMany {
            site: id,
            people,
            capacity: site.capacity,
        });
    }
}
