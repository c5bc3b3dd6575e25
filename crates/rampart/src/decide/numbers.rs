//! The plan re-solved with other numbers of each system, and with fewer people moved: what one more
//! buys, and the loss against what is spent.

use super::courses::COURSE_GAP;
use super::{DecideError, Decided, proof};
use crate::assemble::Origin;
use crate::brief::reasons::{Frontier, FrontierPoint, SystemFrontier};
use crate::brief::{Curve, UnmetRequest};
use crate::evaluate;
use crate::schedule::Schedule;
use planner::{Plan, Pool, Problem, Solved};
use rayon::prelude::*;
use theatre::Estimate;

/// Most units beyond those available that a curve goes.
const CURVE_BEYOND: u32 = 2;
/// Most points of a curve.
const CURVE_POINTS: u32 = 9;
/// Most sites for which a curve has more than the number available and its neighbours.
const CURVE_SITES: usize = 60;
/// Parts of the people moved in whose steps the frontier goes.
const MOVED_PARTS: u64 = 4;

/// One system, with the best plan for each number of it that was tried.
pub(super) struct Numbers {
    pub system: usize,
    pub available: u32,
    pub in_stock: bool,
    pub solved: Vec<(u32, Solved)>,
}

impl Numbers {
    /// The best plan with so many.
    pub fn with(&self, number: u32) -> Option<&Solved> {
        let mut solved = self.solved.iter();
        solved.find(|(n, _)| *n == number).map(|(_, s)| s)
    }
}

/// Every system that was simulated, each solved for none to a few more than are available.
pub(super) fn numbers(decided: &Decided<'_>) -> Result<Vec<Numbers>, DecideError> {
    let problem = decided.problem;
    let simulated = (0..problem.systems.len())
        .filter(|&system| problem.loadouts.iter().any(|loadout| loadout[system] > 0));
    let systems: Vec<usize> = simulated.collect();
    let wanted = systems.iter().map(|&system| {
        let available = stock_of(decided, system);
        let stock = decided.theatre.stock.iter();
        let in_stock = stock.into_iter().any(|stock| stock.system == system);
        let numbers = if in_stock && problem.sites.len() <= CURVE_SITES {
            curve_numbers(available)
        } else {
            let neighbours = [
                available.checked_sub(1),
                Some(available),
                available.checked_add(1),
            ];
            neighbours.into_iter().flatten().collect()
        };
        (system, available, in_stock, numbers)
    });
    let wanted: Vec<(usize, u32, bool, Vec<u32>)> = wanted.collect();
    let each: Vec<(usize, u32, u32)> = wanted
        .iter()
        .flat_map(|(system, available, _, numbers)| {
            numbers.iter().map(move |&n| (*system, *available, n))
        })
        .collect();
    let solved: Result<Vec<Option<Solved>>, DecideError> = each
        .par_iter()
        .map(|&(system, available, number)| {
            if number == available {
                return Ok(Some(decided.expected.clone()));
            }
            decided.solve(&with_number(decided, system, number), COURSE_GAP)
        })
        .collect();
    let mut solved = solved?.into_iter();
    let lines = wanted
        .into_iter()
        .map(|(system, available, in_stock, numbers)| {
            let solved = numbers.into_iter().zip(solved.by_ref());
            Numbers {
                system,
                available,
                in_stock,
                solved: solved.filter_map(|(n, s)| Some((n, s?))).collect(),
            }
        });
    Ok(lines.collect())
}

/// Loss of a plan as if it stood from the first day, on the draws that judge.
pub(super) fn steady_losses(decided: &Decided<'_>, plan: &Plan) -> Vec<f64> {
    let schedule = Schedule::steady(decided.theatre, plan);
    decided.evaluator.losses(&schedule)
}

/// What one more of each system buys, the most first.
pub(super) fn unmet_requests(decided: &Decided<'_>, numbers: &[Numbers]) -> Vec<UnmetRequest> {
    let base = steady_losses(decided, &decided.expected.plan);
    let lines = numbers.iter().filter_map(|line| {
        let more = line.with(line.available.checked_add(1)?)?;
        let losses = steady_losses(decided, &more.plan);
        Some(UnmetRequest {
            system: decided.problem.systems[line.system].clone(),
            site: where_more(decided, line.system, &more.plan),
            loss_averted_by_one_more: evaluate::difference(&base, &losses).into(),
        })
    });
    let mut unmet: Vec<UnmetRequest> = lines.collect();
    unmet.sort_by(|a, b| {
        let worth = |line: &UnmetRequest| line.loss_averted_by_one_more.mean;
        worth(b).total_cmp(&worth(a))
    });
    unmet
}

/// The least loss against the number of each system in stock, and against the people moved.
pub(super) fn frontier(
    decided: &Decided<'_>,
    numbers: &[Numbers],
) -> Result<Frontier, DecideError> {
    let point = |most: u64, solved: &Solved| FrontierPoint {
        most,
        loss: Estimate::of(&steady_losses(decided, &solved.plan)).into(),
        proof: proof(solved),
    };
    let in_stock = numbers.iter().filter(|line| line.in_stock);
    let systems = in_stock.map(|line| SystemFrontier {
        system: decided.problem.systems[line.system].clone(),
        available: line.available,
        points: line
            .solved
            .iter()
            .map(|(number, solved)| point((*number).into(), solved))
            .collect(),
    });
    let moved = decided.expected.plan.moved;
    let mut fewer: Vec<u64> = (0..MOVED_PARTS)
        .map(|part| moved * part / MOVED_PARTS)
        .collect();
    fewer.dedup();
    fewer.retain(|&most| most < moved);
    let solved: Result<Vec<Option<Solved>>, DecideError> = fewer
        .par_iter()
        .map(|&lift| {
            let problem = Problem {
                lift,
                ..decided.problem.clone()
            };
            decided.solve(&problem, COURSE_GAP)
        })
        .collect();
    let mut people_moved: Vec<FrontierPoint> = fewer
        .iter()
        .zip(solved?)
        .filter_map(|(&most, solved)| Some(point(most, &solved?)))
        .collect();
    people_moved.push(point(moved, decided.expected));
    Ok(Frontier {
        systems: systems.collect(),
        people_moved,
    })
}

/// The frontiers of systems as the page draws them.
pub(super) fn curves(frontier: &Frontier) -> Vec<Curve> {
    let systems = frontier.systems.iter();
    systems
        .map(|line| Curve {
            system: line.system.clone(),
            points: line
                .points
                .iter()
                .map(|point| (u32::try_from(point.most).unwrap_or(u32::MAX), point.loss))
                .collect(),
            available: line.available,
        })
        .collect()
}

/// Units of a system in stock that come within the horizon.
fn stock_of(decided: &Decided<'_>, system: usize) -> u32 {
    let stocks = decided
        .pools
        .iter()
        .filter(|(pool, origin)| pool.system == system && matches!(origin, Origin::Stock(_)));
    stocks.fold(0, |sum, (pool, _)| sum.saturating_add(pool.available))
}

/// From none to a few more than available, in steps that keep the points few; the number available
/// and its neighbours are always among them.
fn curve_numbers(available: u32) -> Vec<u32> {
    let last = available.saturating_add(CURVE_BEYOND);
    let step = last.div_ceil(CURVE_POINTS).max(1);
    let mut numbers: Vec<u32> = (0..=last).step_by(step as usize).collect();
    numbers.extend([
        available.saturating_sub(1),
        available,
        available.saturating_add(1),
    ]);
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// The problem with another number of a system in stock: units come to the first stock of it and go
/// from the last. Where there is no stock, one is made for all sites of the theatre.
fn with_number(decided: &Decided<'_>, system: usize, number: u32) -> Problem {
    let mut problem = decided.problem.clone();
    let stocks: Vec<usize> = (0..problem.pools.len())
        .filter(|&pool| problem.pools[pool].system == system)
        .filter(|&pool| matches!(decided.pools[pool].1, Origin::Stock(_)))
        .collect();
    let Some(&first) = stocks.first() else {
        problem.pools.push(Pool {
            system,
            available: number,
            sites: None,
        });
        return problem;
    };
    let available = stock_of(decided, system);
    let mut fewer = available.saturating_sub(number);
    for &pool in stocks.iter().rev() {
        let taken = fewer.min(problem.pools[pool].available);
        problem.pools[pool].available -= taken;
        fewer -= taken;
    }
    let more = number.saturating_sub(available);
    problem.pools[first].available = problem.pools[first].available.saturating_add(more);
    problem
}

/// The site that gets most more of a system under another plan, or that there is none.
fn where_more(decided: &Decided<'_>, system: usize, plan: &Plan) -> String {
    let units = |loadout: usize| decided.problem.loadouts[loadout][system];
    let sites = plan
        .sites
        .iter()
        .zip(&decided.expected.plan.sites)
        .enumerate();
    let gains = sites.map(|(site, (other, ours))| {
        (
            units(other.loadout).saturating_sub(units(ours.loadout)),
            site,
        )
    });
    // Of equal gains the first site.
    let best = gains
        .filter(|&(gain, _)| gain > 0)
        .max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
    best.map_or_else(
        || UnmetRequest::NOWHERE.to_owned(),
        |(_, site)| decided.theatre.sites[site].id.clone(),
    )
}
