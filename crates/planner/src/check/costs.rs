//! What sites do alone at given prices, rounded down at every step.

use crate::certificate::{Choice, Prices};
use crate::problem::{Problem, SiteProblem};

/// What a plan may do with a site, whatever else it does.
pub struct SiteView {
    /// The options that it may have.
    pub options: Vec<Choice>,
    /// Fewest and most people while open.
    fewest: u32,
    most: u32,
    /// Missions that it may serve.
    missions: Vec<usize>,
    /// Pools that serve it.
    pools: Vec<usize>,
}

/// Whether prices have the right lengths, and are finite, moderate and at least 0.
pub fn fit(problem: &Problem, prices: &Prices) -> bool {
    let price = |price: &f64| (0.0..1e100).contains(price);
    let sites = || prices.cover.iter().zip(&problem.sites);
    prices.balance.abs() < 1e100
        && prices.pools.len() == problem.pools.len()
        && prices.missions.len() == problem.missions.len()
        && prices.cover.len() == problem.sites.len()
        && sites().all(|(prices, site)| prices.len() == site.cover.len())
        && [prices.lift, prices.may_leave].iter().all(price)
        && prices.pools.iter().all(price)
        && prices.missions.iter().all(price)
        && prices.cover.iter().flatten().all(price)
}

/// What each site may do: limits that follow from what single sites can move or draw.
pub fn views(problem: &Problem) -> Vec<SiteView> {
    let view = |(index, site): (usize, &SiteProblem)| {
        let pools = 0..problem.pools.len();
        let pools: Vec<usize> = pools.filter(|p| problem.pools[*p].serves(index)).collect();
        let others = problem.people() - u64::from(site.people);
        let leave = if site.outside {
            problem.may_leave
        } else {
            u64::MAX
        };
        let growth = problem.lift.min(leave).min(others);
        let most = (u64::from(site.people) + growth).min(site.capacity.into());
        let stay = u64::from(site.people).saturating_sub(problem.lift);
        let fewest = u64::from(site.fewest()).max(stay);
        let supplied = |loadout: usize| {
            (0..problem.systems.len()).all(|system| {
                let own = pools.iter().map(|p| &problem.pools[*p]);
                let own = own.filter(|pool| pool.system == system);
                let stock: u64 = own.map(|pool| u64::from(pool.available)).sum();
                u64::from(problem.drawn(index, loadout, system)) <= stock
            })
        };
        let option = |open: bool| move |&loadout: &usize| Choice { open, loadout };
        let open = site.open_loadouts.iter().map(option(true));
        let closed = site.closed_loadouts.iter().map(option(false));
        let possible = |choice: &Choice| {
            supplied(choice.loadout)
                && if choice.open {
                    fewest <= most
                } else {
                    stay == 0
                }
        };
        SiteView {
            options: open.chain(closed).filter(possible).collect(),
            fewest: fewest as u32,
            most: most as u32,
            missions: (0..problem.missions.len())
                .filter(|m| problem.missions[*m].sites.contains(&index))
                .collect(),
            pools,
        }
    };
    problem.sites.iter().enumerate().map(view).collect()
}

/// What no plan of the case goes below at some prices; and a part of it, each site's cost by
/// option, infinite where the option is not left.
pub fn costs(
    problem: &Problem,
    views: &[SiteView],
    left: &[Vec<bool>],
    prices: &Prices,
) -> (f64, Vec<Vec<f64>>) {
    // A host is paid for its loadout by every site that may count on it.
    let mut paid = vec![0.0_f64; problem.sites.len() * problem.loadouts.len()];
    for (index, (site, prices)) in problem.sites.iter().zip(&prices.cover).enumerate() {
        for (cover, price) in site.cover.iter().zip(prices) {
            if cover.host != index && *price > 0.0 {
                let paid = &mut paid[cover.host * problem.loadouts.len() + cover.loadout];
                *paid = (*paid + price).next_up();
            }
        }
    }
    let mut bound = 0.0;
    let mut add = |amount: u64, price: f64| {
        // Up to 2^53 whole numbers are exact as floats.
        let exact = amount as f64;
        let amount = match amount > 1 << 53 {
            true if price < 0.0 => exact.next_up(),
            true => exact.next_down(),
            false => exact,
        };
        bound = (bound + (amount * price).next_down()).next_down();
    };
    add(problem.people(), -prices.balance);
    add(problem.lift, -prices.lift);
    add(problem.may_leave, -prices.may_leave);
    for (pool, price) in problem.pools.iter().zip(&prices.pools) {
        add(pool.available.into(), -price);
    }
    for (mission, price) in problem.missions.iter().zip(&prices.missions) {
        add(mission.people.into(), *price);
    }
    let mut costs = Vec::with_capacity(views.len());
    for (site, view) in views.iter().enumerate() {
        let here = site_costs(problem, view, site, &left[site], prices, &paid);
        let least = here.iter().copied().fold(f64::INFINITY, f64::min);
        bound = (bound + least).next_down();
        costs.push(here);
    }
    (bound, costs)
}

/// What each option left costs a site at some prices.
fn site_costs(
    problem: &Problem,
    view: &SiteView,
    index: usize,
    left: &[bool],
    prices: &Prices,
    paid: &[f64],
) -> Vec<f64> {
    let site = &problem.sites[index];
    let points = points(problem, view, index, prices);
    let closed = [(0.0, moving(problem, index, 0, prices))];
    let mut costs = vec![f64::INFINITY; view.options.len()];
    for (place, option) in view.options.iter().enumerate() {
        if !left[place] {
            continue;
        }
        let mut base = if option.open { site.upkeep_loss } else { 0.0 };
        for system in 0..problem.systems.len() {
            let units = f64::from(problem.drawn(index, option.loadout, system));
            if units > 0.0 {
                let pools = view
                    .pools
                    .iter()
                    .filter(|p| problem.pools[**p].system == system);
                let price = pools
                    .map(|p| prices.pools[*p])
                    .fold(f64::INFINITY, f64::min);
                base = (base + (units * price).next_down()).next_down();
            }
        }
        base = (base - paid[index * problem.loadouts.len() + option.loadout]).next_down();
        let points = if option.open { &points[..] } else { &closed };
        let mut with = |covered: f64, price: f64| {
            let loss = (site.direct_loss[option.loadout] + covered)
                .next_down()
                .max(0.0);
            let base = (base + price).next_down();
            for (people, cost) in points {
                let lost = (loss * (people + site.fixed_people).next_down().max(0.0)).next_down();
                costs[place] = costs[place].min(((base + lost).next_down() + cost).next_down());
            }
        };
        with(site.bare_loss, 0.0);
        for (cover, price) in site.cover.iter().zip(&prices.cover[index]) {
            if cover.host != index {
                with(cover.loss, *price);
            } else if cover.loadout == option.loadout {
                with(cover.loss, 0.0);
            }
        }
    }
    costs
}

/// The numbers of people between which the cost of an open site is linear, with what they cost
/// in moves and prices.
fn points(problem: &Problem, view: &SiteView, index: usize, prices: &Prices) -> Vec<(f64, f64)> {
    let site = &problem.sites[index];
    let mut missions = view.missions.clone();
    missions.sort_by(|a, b| prices.missions[*b].total_cmp(&prices.missions[*a]));
    let needs = missions.iter().map(|m| problem.missions[*m].people);
    let mut served = u64::from(site.guard);
    let mut corners = vec![view.fewest, view.most, site.people];
    for need in needs {
        served += u64::from(need);
        corners.extend(u32::try_from(served).ok());
    }
    corners.retain(|corner| (view.fewest..=view.most).contains(corner));
    let cost = |people: u32| {
        let mut cost = moving(problem, index, people, prices);
        let mut free = people - site.guard;
        for mission in &missions {
            let serve = free.min(problem.missions[*mission].people);
            let reward = -prices.missions[*mission] * f64::from(serve);
            cost = (cost + reward.next_down()).next_down();
            free -= serve;
        }
        (f64::from(people), cost)
    };
    corners.into_iter().map(cost).collect()
}

/// What some people at a site cost in moves and prices, without missions.
fn moving(problem: &Problem, index: usize, people: u32, prices: &Prices) -> f64 {
    let site = &problem.sites[index];
    let leaving = f64::from(site.people.saturating_sub(people));
    let coming = f64::from(people.saturating_sub(site.people));
    let leave = (leaving * (problem.loss_per_move + prices.lift).next_down()).next_down();
    let come = if site.outside {
        (coming * prices.may_leave).next_down()
    } else {
        0.0
    };
    let held = (f64::from(people) * prices.balance).next_down();
    ((leave + come).next_down() + held).next_down()
}
