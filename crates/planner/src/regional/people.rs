//! Who moves when every site's option is given: from where a person loses most to where one loses
//! least, as long as that pays and the lift lasts. Within a region a person may go anywhere, so this
//! order is optimal, and whole.

use super::price::{Sites, Toll};
use super::problem::RegionalProblem;
use super::proof::RegionalPlan;
use rayon::prelude::*;
use std::ops::Range;

/// People who go from one site to another, and the loss that each averts, the move's own set off.
#[derive(Clone, Copy, Debug)]
struct Move {
    gain: f64,
    count: u32,
    from: u32,
    to: u32,
}

/// Moves in the order of their gain, which falls.
fn moves(sites: &Sites<'_>, options: &[u8], out: f64, mut each: impl FnMut(Move)) {
    let loss = |site: usize| sites.losses(site)[usize::from(options[site])];
    let mut order: Vec<(f64, u32)> = (0..sites.count())
        .map(|site| (loss(site), site as u32))
        .collect();
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let room = |site: u32| sites.capacity[site as usize] - sites.people[site as usize];
    let ready = |site: u32| sites.people[site as usize] - sites.fewest[site as usize];
    let (mut low, mut high) = (0, order.len().saturating_sub(1));
    let (mut come, mut leave) = match (order.first(), order.last()) {
        (Some(first), Some(last)) => (room(first.1), ready(last.1)),
        _ => return,
    };
    while low < high {
        let (to, from) = (order[low], order[high]);
        let gain = from.0 - to.0 - out;
        if gain <= 0.0 {
            return;
        }
        let count = come.min(leave);
        if count > 0 {
            each(Move {
                gain,
                count,
                from: from.1,
                to: to.1,
            });
        }
        come -= count;
        leave -= count;
        if come == 0 {
            low += 1;
            come = room(order[low].1);
        }
        if leave == 0 {
            high -= 1;
            leave = ready(order[high].1);
        }
    }
}

/// A region's loss with what it pays at a toll, and how many move.
pub fn priced(sites: &Sites<'_>, toll: &Toll, options: &[u8]) -> (f64, u64) {
    let mut value = 0.0;
    for (site, &option) in options.iter().enumerate() {
        let option = usize::from(option);
        value += toll.option[option] + sites.losses(site)[option] * f64::from(sites.people[site]);
    }
    let mut moved = 0;
    moves(sites, options, toll.out, |step| {
        value -= step.gain * f64::from(step.count);
        moved += u64::from(step.count);
    });
    (value, moved)
}

/// People at every site when the options are given, at least loss within the lift.
pub fn place(problem: &RegionalProblem, regions: &[Range<usize>], options: &[u8]) -> Vec<u32> {
    let by_region: Vec<Vec<Move>> = regions
        .par_iter()
        .map(|range| {
            let sites = Sites::new(problem, range.clone());
            let mut found = Vec::new();
            let base = range.start as u32;
            moves(
                &sites,
                &options[range.clone()],
                problem.loss_per_move,
                |step| {
                    found.push(Move {
                        from: step.from + base,
                        to: step.to + base,
                        ..step
                    });
                },
            );
            found
        })
        .collect();
    let mut all = by_region.concat();
    let wanted: u64 = all.iter().map(|step| u64::from(step.count)).sum();
    if wanted > problem.lift {
        // Stable: equal gains stay in the order of regions.
        all.sort_by(|a, b| b.gain.total_cmp(&a.gain));
    }
    let mut people = problem.people.clone();
    let mut left = problem.lift;
    for step in all {
        let count = u64::from(step.count).min(left);
        left -= count;
        people[step.from as usize] -= count as u32;
        people[step.to as usize] += count as u32;
    }
    people
}

/// Loss of options and people.
pub fn loss(problem: &RegionalProblem, options: &[u8], people: &[u32]) -> f64 {
    let mut loss = 0.0;
    let mut moved = 0;
    for (site, (&option, &people)) in options.iter().zip(people).enumerate() {
        loss += problem.loss[site * problem.options() + usize::from(option)] * f64::from(people);
        moved += u64::from(problem.people[site].saturating_sub(people));
    }
    loss + problem.loss_per_move * moved as f64
}

/// A plan that keeps the limits, from one that may not: units beyond a stock are taken where they
/// avert least, and people who come or leave beyond what a region balances or the lift carries stay,
/// the cheapest to undo first. None where no option without units exists.
pub fn undone(problem: &RegionalProblem, mut plan: RegionalPlan) -> Option<RegionalPlan> {
    without_excess_units(problem, &mut plan)?;
    let mut regions = std::collections::BTreeMap::<u32, Vec<usize>>::new();
    for (site, &region) in problem.region.iter().enumerate() {
        regions.entry(region).or_default().push(site);
    }
    let mut left = problem.lift;
    for sites in regions.values_mut() {
        let loss = |site: usize, plan: &RegionalPlan| {
            problem.losses(site)[usize::from(plan.options[site])]
        };
        sites.sort_by(|&a, &b| loss(a, &plan).total_cmp(&loss(b, &plan)).then(a.cmp(&b)));
        let change = |site: usize, plan: &RegionalPlan| {
            i64::from(plan.people[site]) - i64::from(problem.people[site])
        };
        let come: i64 = sites.iter().map(|&site| change(site, &plan).max(0)).sum();
        let leave: i64 = sites.iter().map(|&site| -change(site, &plan).min(0)).sum();
        let most = come.min(leave).min(i64::try_from(left).unwrap_or(i64::MAX));
        left -= most as u64;
        let mut undo = come - most;
        for &site in sites.iter().rev() {
            let back = change(site, &plan).clamp(0, undo);
            plan.people[site] -= back as u32;
            undo -= back;
        }
        let mut undo = leave - most;
        for &site in sites.iter() {
            let back = (-change(site, &plan)).clamp(0, undo);
            plan.people[site] += back as u32;
            undo -= back;
        }
    }
    Some(plan)
}

fn without_excess_units(problem: &RegionalProblem, plan: &mut RegionalPlan) -> Option<()> {
    let mut over = problem.beyond_stock(&plan.options);
    while let Some(system) = over.iter().position(|&over| over > 0) {
        // Every way to have fewer units of this system and no more of any other, by loss a unit.
        let mut ways: Vec<(f64, usize, u8)> = Vec::new();
        for site in 0..problem.sites() {
            let now = usize::from(plan.options[site]);
            for option in 0..problem.options() {
                let pairs = || problem.units[option].iter().zip(&problem.units[now]);
                let fewer =
                    problem.units[now][system].saturating_sub(problem.units[option][system]);
                if fewer > 0 && pairs().all(|(new, old)| new <= old) {
                    let losses = problem.losses(site);
                    let extra = (losses[option] - losses[now]) * f64::from(plan.people[site]);
                    ways.push((extra / f64::from(fewer), site, option as u8));
                }
            }
        }
        ways.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut changed = std::collections::BTreeSet::new();
        for (_, site, option) in ways {
            if over[system] <= 0 {
                break;
            }
            if changed.insert(site) {
                let old = usize::from(std::mem::replace(&mut plan.options[site], option));
                for (system, over) in over.iter_mut().enumerate() {
                    let new = problem.units[usize::from(option)][system];
                    *over -= i64::from(problem.units[old][system]) - i64::from(new);
                }
            }
        }
        if changed.is_empty() {
            return None;
        }
    }
    Some(())
}
