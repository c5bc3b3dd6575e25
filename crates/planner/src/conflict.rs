//! Why there is no plan: a smallest set of demands that cannot all be met.

use crate::problem::Problem;
use crate::search::{Options, SolveError, solve};

/// Something that is asked of a plan and could be waived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Demand {
    /// The people of a mission, by index; waived, it needs nobody.
    Mission(usize),
    /// The guard of a site, by index; waived, one person keeps it open and may serve a mission.
    Guard(usize),
    /// The capacity of a site, by index; waived, it holds everyone.
    Capacity(usize),
    /// The limit on people moved; waived, all can be.
    Lift,
    /// The limit on people who leave; waived, all may.
    MayLeave,
    /// That a site, by index, may not close; waived, it may, with any loadout it may have open.
    StaysOpen(usize),
}

/// Demands that cannot all be met although any all but one of them can; `None` where a plan exists.
///
/// Found by a deletion filter (Chinneck, "Feasibility and Infeasibility in Optimization", 2008,
/// section 6.2) that tries halves before single demands. Where several sets qualify, missions and
/// guards are preferred over capacities, and those over transport, since what is tried last tends to
/// stay. An empty set means that there is no plan even when every demand is waived: the loadouts
/// that the sites must have cannot be supplied.
#[must_use]
pub fn conflict(problem: &Problem) -> Option<Vec<Demand>> {
    let all = demands(problem);
    if is_possible(problem) {
        return None;
    }
    let mut filter = Filter {
        problem,
        waived: Vec::new(),
        kept: Vec::new(),
    };
    filter.reduce(&all);
    filter.kept.sort_unstable();
    Some(filter.kept)
}

/// Every demand that some plan could break, those to be waived first in front.
fn demands(problem: &Problem) -> Vec<Demand> {
    let sites = || problem.sites.iter().enumerate();
    let mut all = vec![Demand::MayLeave, Demand::Lift];
    let must_stay = sites().filter(|(_, site)| site.closed_loadouts.is_empty());
    all.extend(must_stay.map(|(index, _)| Demand::StaysOpen(index)));
    all.extend(sites().map(|(index, _)| Demand::Capacity(index)));
    let guarded = sites().filter(|(_, site)| site.guard > 0);
    all.extend(guarded.map(|(index, _)| Demand::Guard(index)));
    let missions = problem.missions.iter().enumerate();
    let needed = missions.filter(|(_, mission)| mission.people > 0);
    all.extend(needed.map(|(index, _)| Demand::Mission(index)));
    all
}

/// The problem without one demand.
fn waive(problem: &mut Problem, demand: Demand) {
    let everyone = problem.people();
    match demand {
        Demand::Mission(mission) => problem.missions[mission].people = 0,
        Demand::Guard(site) => problem.sites[site].guard = 0,
        Demand::Capacity(site) => {
            let site = &mut problem.sites[site];
            site.capacity = u32::try_from(everyone)
                .unwrap_or(u32::MAX)
                .max(site.capacity);
        }
        Demand::Lift => problem.lift = everyone,
        Demand::MayLeave => problem.may_leave = everyone,
        Demand::StaysOpen(site) => {
            let site = &mut problem.sites[site];
            site.closed_loadouts = site.open_loadouts.clone();
        }
    }
}

/// Whether any plan exists; losses are set to zero, so that the first one found ends the search.
fn is_possible(problem: &Problem) -> bool {
    let mut free = problem.clone();
    free.loss_per_move = 0.0;
    for site in &mut free.sites {
        site.upkeep_loss = 0.0;
        site.bare_loss = 0.0;
        site.direct_loss.fill(0.0);
        site.cover.clear();
    }
    // A search that fails shows no plan, but no conflict either: nothing is blamed on its account.
    !matches!(
        solve(&free, &Options::default()),
        Err(SolveError::Infeasible)
    )
}

struct Filter<'a> {
    problem: &'a Problem,
    waived: Vec<Demand>,
    kept: Vec<Demand>,
}

impl Filter<'_> {
    fn reduce(&mut self, chunk: &[Demand]) {
        let mut trial = self.problem.clone();
        for &demand in self.waived.iter().chain(chunk) {
            waive(&mut trial, demand);
        }
        if chunk.is_empty() || !is_possible(&trial) {
            self.waived.extend(chunk);
        } else if let [demand] = chunk {
            self.kept.push(*demand);
        } else {
            let (first, second) = chunk.split_at(chunk.len() / 2);
            self.reduce(first);
            self.reduce(second);
        }
    }
}
