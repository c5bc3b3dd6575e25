//! Where people go when the loadouts are given: a least-cost flow, so the answer is whole and exact.
//!
//! People start at their site, stay or pass the lift (and the limit on leaving), arrive at a site,
//! and then stand guard, serve a mission or do neither. Costs are whole multiples of the largest
//! loss per person times 2⁻⁴⁸, so the flow is exactly optimal for losses that are each off by at
//! most 2⁻⁴⁹ of the largest. A move costs 2⁻⁴⁰ of the largest more than it loses, so that among
//! equals people stay. In all, the people found lose at most (2⁻⁴⁰ + 2⁻⁴⁷) × people × largest loss
//! per person more than the best.

use crate::network::Network;
use crate::problem::Problem;

/// What a site asks of the flow.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seat {
    /// Fewest people.
    pub fewest: u32,
    /// Most people.
    pub most: u32,
    /// People who serve no mission; at most `fewest`.
    pub guard: u32,
    /// Loss per person.
    pub loss: f64,
}

const STEPS: f64 = (1_u64 << 48) as f64;
const MOVE_STEPS: i64 = 1 << 8;

/// Potentials of the last flow, from which the next is found sooner where little has changed.
#[derive(Clone, Debug, Default)]
pub struct Memory(Vec<i64>);

/// The largest loss per person that a site of the problem can have, or a move.
fn largest(problem: &Problem) -> f64 {
    let sites = problem.sites.iter().map(|site| {
        let direct = site.direct_loss.iter().copied().fold(0.0, f64::max);
        direct + site.bare_loss
    });
    sites.fold(problem.loss_per_move, f64::max)
}

/// The people at each site that lose least, or `None` if the limits leave no way.
pub fn settle(problem: &Problem, seats: &[Seat], memory: &mut Memory) -> Option<Vec<u32>> {
    let largest = largest(problem);
    let steps = |loss: f64| match largest > 0.0 {
        true => (loss / largest * STEPS).round() as i64,
        false => 0,
    };
    let sites = seats.len();
    let (gather, carry, leave, rest) = (2 * sites, 2 * sites + 1, 2 * sites + 2, 2 * sites + 3);
    let mut network = Network::new(2 * sites + 4 + problem.missions.len());
    let all = i64::try_from(problem.people()).ok()?;
    let limit = |people: u64| i64::try_from(people).map_or(all, |people| people.min(all));
    network.arc(
        gather,
        carry,
        limit(problem.lift),
        steps(problem.loss_per_move) + MOVE_STEPS,
    );
    network.arc(carry, leave, limit(problem.may_leave), 0);
    let mut idle = all;
    let mut living = Vec::with_capacity(sites);
    for (index, (site, seat)) in problem.sites.iter().zip(seats).enumerate() {
        if seat.fewest > seat.most {
            return None;
        }
        let (arrive, live) = (index, sites + index);
        let (fewest, most) = (i64::from(seat.fewest), i64::from(seat.most));
        // The fewest live there in any case: they leave the network and, past the guard, return.
        network.supply(arrive, i64::from(site.people) - fewest);
        network.supply(live, fewest - i64::from(seat.guard));
        idle -= i64::from(seat.guard);
        network.arc(arrive, gather, all, 0);
        if most > 0 {
            network.arc(if site.outside { leave } else { carry }, arrive, most, 0);
            network.arc(live, rest, most, 0);
        }
        living.push(network.arc(arrive, live, most - fewest, steps(seat.loss)));
    }
    for (index, mission) in problem.missions.iter().enumerate() {
        let work = rest + 1 + index;
        network.supply(work, -i64::from(mission.people));
        idle -= i64::from(mission.people);
        for &site in &mission.sites {
            network.arc(sites + site, work, all, 0);
        }
    }
    network.supply(rest, -idle);
    if idle < 0 {
        return None;
    }
    memory.0 = network.route(memory.0.clone())?;
    let found = living.iter().zip(seats);
    found
        .map(|(&arc, seat)| {
            u32::try_from(network.flow(arc))
                .ok()?
                .checked_add(seat.fewest)
        })
        .collect()
}
