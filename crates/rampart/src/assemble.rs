//! From what people may expect to the planner's problem: the only place where both are known.

use crate::study::{Coefficients, Setup, most_at};
use planner::{Cover, MissionProblem, Pool, Problem, SiteProblem};
use raid::Hurt;
use theatre::{LossWeights, Site, Theatre};

/// What a person's expectation counts for in the loss.
#[must_use]
pub fn loss(weights: &LossWeights, hurt: Hurt) -> f64 {
    weights.killed * hurt.killed + weights.wounded * hurt.wounded
}

/// Where the units of one of the planner's pools come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A stock, by index in the theatre.
    Stock(usize),
    /// Movable units that stand at a site.
    Deployed {
        /// The site.
        site: usize,
    },
}

/// The pools of a theatre, in the planner's order, with their origins: stocks first.
///
/// A pool without a list of sites serves them all: what may stand outside the theatre is settled by the
/// loadouts allowed there. What would stand only after the horizon is no help within it: such stock is
/// empty, and a system whose transfer takes that long stays where it is.
#[must_use]
pub fn pools(theatre: &Theatre) -> Vec<(Pool, Origin)> {
    let in_time = |day: u32| day <= theatre.horizon_days;
    let stocks = theatre.stock.iter().enumerate().map(|(index, stock)| {
        let pool = Pool {
            system: stock.system,
            available: if in_time(stock.arrives_day) {
                stock.available
            } else {
                0
            },
            sites: stock.sites.clone(),
        };
        (pool, Origin::Stock(index))
    });
    let movable = theatre.deployed.iter().filter(|deployed| deployed.movable);
    let deployed = movable.map(|deployed| {
        let moves = in_time(transferred_on(theatre, deployed.system));
        let pool = Pool {
            system: deployed.system,
            available: deployed.quantity,
            sites: (!moves).then(|| vec![deployed.site]),
        };
        (
            pool,
            Origin::Deployed {
                site: deployed.site,
            },
        )
    });
    stocks.chain(deployed).collect()
}

/// Day from which a system that leaves its site on the first day stands at another: after the longest
/// transfer that its catalogue entry gives.
#[must_use]
pub fn transferred_on(theatre: &Theatre, system: usize) -> u32 {
    let days = libm::ceil(theatre.catalogue.systems[system].transfer_days.high);
    1 + days.clamp(0.0, 1e6) as u32
}

/// The exact problem of a theatre under these expectations.
#[must_use]
pub fn problem(theatre: &Theatre, setup: &Setup, expected: &Coefficients) -> Problem {
    let sites = theatre.sites.iter().enumerate();
    let movement = &theatre.movement;
    Problem {
        systems: theatre
            .catalogue
            .systems
            .iter()
            .map(|system| system.id.clone())
            .collect(),
        loadouts: setup.loadouts.units.clone(),
        sites: sites
            .map(|(index, site)| site_problem(theatre, setup, expected, index, site))
            .collect(),
        pools: pools(theatre).into_iter().map(|(pool, _)| pool).collect(),
        missions: theatre
            .missions
            .iter()
            .map(|mission| MissionProblem {
                id: mission.id.clone(),
                people: mission.people,
                sites: mission.sites.clone(),
            })
            .collect(),
        lift: u64::from(movement.people_per_day) * u64::from(theatre.horizon_days),
        may_leave: u64::from(movement.may_leave),
        loss_per_move: movement.loss_per_person,
    }
}

fn site_problem(
    theatre: &Theatre,
    setup: &Setup,
    expected: &Coefficients,
    index: usize,
    site: &Site,
) -> SiteProblem {
    let weights = &theatre.loss;
    let loadouts = &setup.loadouts;
    let direct: Vec<f64> = expected.direct[index]
        .iter()
        .map(|&hurt| loss(weights, hurt))
        .collect();
    let systems = 0..theatre.catalogue.systems.len();
    let immovable: Vec<u32> = systems
        .clone()
        .map(|system| theatre.deployed_at(index, system).0)
        .collect();
    let today: Vec<u32> = systems
        .map(|system| {
            let (fixed, movable) = theatre.deployed_at(index, system);
            fixed.saturating_add(movable)
        })
        .collect();
    let (open_loadouts, closed_loadouts) = allowed(theatre, setup, index, site, &immovable, &today);
    SiteProblem {
        id: site.id.clone(),
        people: site.people,
        capacity: site.capacity,
        guard: site.guard,
        fixed_people: site.fixed_people(weights.partner),
        outside: site.outside,
        upkeep_loss: site.upkeep_loss_per_day * f64::from(theatre.horizon_days),
        open_loadouts,
        closed_loadouts,
        immovable,
        today_loadout: loadouts
            .units
            .iter()
            .position(|units| *units == today)
            .unwrap_or(0),
        direct_loss: loadouts
            .local_of
            .iter()
            .map(|&local| direct[local])
            .collect(),
        bare_loss: loss(weights, expected.bare[index]),
        cover: expected.cover[index]
            .iter()
            .map(|cover| Cover {
                host: cover.host,
                loadout: cover.loadout,
                loss: loss(weights, cover.hurt),
            })
            .collect(),
    }
}

/// What may stand at a site while it is open, and while it is closed.
///
/// A system needs people of ours to run it, so nothing is sent to a closed site, and a site whose
/// systems cannot be moved stays open. Where there are no people of ours today, what stands there is
/// the host's to run and may stay as it is.
fn allowed(
    theatre: &Theatre,
    setup: &Setup,
    index: usize,
    site: &Site,
    immovable: &[u32],
    today: &[u32],
) -> (Vec<usize>, Vec<usize>) {
    let within = |units: &[u32], most: &dyn Fn(usize) -> u32| {
        units
            .iter()
            .enumerate()
            .all(|(system, &count)| immovable[system] <= count && count <= most(system))
    };
    let chosen = |most: &dyn Fn(usize) -> u32| -> Vec<usize> {
        let all = setup.loadouts.units.iter().enumerate();
        all.filter(|(_, units)| within(units, most))
            .map(|(loadout, _)| loadout)
            .collect()
    };
    let open = if site.outside {
        chosen(&|system| today[system])
    } else {
        chosen(&|system| most_at(theatre, index, system))
    };
    let closed = if site.people == 0 {
        chosen(&|system| today[system])
    } else {
        chosen(&|_| 0)
    };
    (open, closed)
}
