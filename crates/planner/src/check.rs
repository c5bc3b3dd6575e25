//! The checker: whether a plan is possible, what it loses, and whether its bound is true.
//!
//! It shares no code with the solver and believes none of its claims. For any prices (at least 0 but
//! for the balance of people), no plan loses less than what remains when every site pays prices for
//! what sites share and picks its cheapest option by itself, less the prices of what there is to
//! share (Lagrangian relaxation: Geoffrion, "Lagrangean relaxation for integer programming", 1974).
//! A site's cost is piecewise linear in its people, so that its corners are enough. Sums are rounded
//! outward at every step: whatever is computed here as a bound is one.

use crate::certificate::{Certificate, Choice, Node, Prices};
use crate::plan::{Plan, Violation};
use crate::problem::{Problem, SiteProblem};

/// What the checker found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checked {
    /// The loss of the plan lies between these.
    pub value: (f64, f64),
    /// No plan loses less; at most the upper value.
    pub bound: f64,
    /// How far a better plan could be below this one, as a share of its loss, rounded up.
    pub gap: f64,
}

/// Why a plan or its certificate is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CheckError {
    /// The plan breaks limits.
    #[error("the plan breaks a limit: {0}")]
    Plan(Violation),
    /// The bound is not a number, or infinite.
    #[error("the certificate's bound is {0}, not a finite number")]
    Bound(f64),
    /// Prices have the wrong length, or a number that no price may be.
    #[error("prices {0} of the certificate do not fit the problem")]
    Prices(usize),
    /// A node refers to prices, sites or nodes that are not there, to an earlier node, or to one
    /// that another node refers to.
    #[error("node {0} of the certificate refers to what is not there or not its own")]
    Reference(usize),
    /// A split leaves out an option.
    #[error("node {node} of the certificate leaves out an option of site {site}")]
    Split {
        /// The node.
        node: usize,
        /// The site.
        site: usize,
    },
    /// The prices do not bear out the bound.
    #[error("node {node} of the certificate shows no more than {shown}, not {claimed}")]
    Unproven {
        /// The node.
        node: usize,
        /// What its prices show.
        shown: f64,
        /// The bound claimed.
        claimed: f64,
    },
}

/// Checks a plan of a valid problem and the bound of its certificate.
///
/// # Errors
/// The first fault found.
pub fn check(
    problem: &Problem,
    plan: &Plan,
    certificate: &Certificate,
) -> Result<Checked, CheckError> {
    if let Some(violation) = problem.violations(plan).into_iter().next() {
        return Err(CheckError::Plan(violation));
    }
    check_bound(problem, certificate)?;
    let (low, high) = loss(problem, plan);
    // No loss is negative, so that 0 is a bound without proof.
    let bound = certificate.bound.min(low).max(0.0);
    let gap = match problem.loss(plan) > 0.0 {
        true => ((high - bound).next_up() / high).next_up(),
        false => 0.0,
    };
    Ok(Checked {
        value: (low, high),
        bound,
        gap,
    })
}

/// Checks that no plan of a valid problem loses less than the certificate says.
///
/// # Errors
/// The first fault found.
pub fn check_bound(problem: &Problem, certificate: &Certificate) -> Result<(), CheckError> {
    if !certificate.bound.is_finite() {
        return Err(CheckError::Bound(certificate.bound));
    }
    let count = certificate.prices.len();
    let fits = |place: &usize| fit(problem, &certificate.prices[*place]);
    if let Some(wrong) = (0..count).find(|place| !fits(place)) {
        return Err(CheckError::Prices(wrong));
    }
    Checker::new(problem, certificate).run()
}

/// Whether the certificate shows that a valid problem has no plan: any would lose more than a plan
/// can.
#[must_use]
pub fn proves_impossible(problem: &Problem, certificate: &Certificate) -> bool {
    let mut most = (problem.loss_per_move * problem.people() as f64).next_up();
    for site in &problem.sites {
        let direct = site.direct_loss.iter().copied().fold(0.0, f64::max);
        let people = (f64::from(site.capacity) + site.fixed_people).next_up();
        let loss = (people * (direct + site.bare_loss).next_up()).next_up();
        most = ((most + loss).next_up() + site.upkeep_loss).next_up();
    }
    certificate.bound > most && check_bound(problem, certificate).is_ok()
}

/// The loss of a plan by the definition, rounded down and up; all its terms are at least 0.
fn loss(problem: &Problem, plan: &Plan) -> (f64, f64) {
    let rounded = |round: fn(f64) -> f64| {
        let mut sum = round(problem.loss_per_move * plan.moved as f64);
        for (site, done) in problem.sites.iter().zip(&plan.sites) {
            let stands = |host: usize| plan.sites[host].loadout;
            let covers = site.cover.iter().filter(|c| stands(c.host) == c.loadout);
            let covered = covers.map(|c| c.loss).fold(site.bare_loss, f64::min);
            let people = round(f64::from(done.people) + site.fixed_people);
            let lost = round(people * round(site.direct_loss[done.loadout] + covered));
            let upkeep = if done.open { site.upkeep_loss } else { 0.0 };
            sum = round(round(sum + lost) + upkeep);
        }
        sum
    };
    (rounded(f64::next_down).max(0.0), rounded(f64::next_up))
}

/// Whether prices have the right lengths, and are finite, moderate and at least 0.
fn fit(problem: &Problem, prices: &Prices) -> bool {
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

/// What a plan may do with a site, whatever else it does.
struct SiteView {
    options: Vec<Choice>,
    /// Fewest and most people while open.
    fewest: u32,
    most: u32,
    missions: Vec<usize>,
    /// Pools that serve it.
    pools: Vec<usize>,
}

/// A step of the walk over the cases.
enum Step {
    Visit(usize),
    /// Leave a site only the options of one part of a split.
    Restrict(usize, usize),
    /// Give back what was taken since the list of it had this length.
    Restore(usize),
}

struct Checker<'a> {
    problem: &'a Problem,
    certificate: &'a Certificate,
    sites: Vec<SiteView>,
    /// The options left, by site.
    left: Vec<Vec<bool>>,
    /// (Site, option) taken, in order.
    taken: Vec<(usize, usize)>,
    seen: Vec<bool>,
    stack: Vec<Step>,
}

impl<'a> Checker<'a> {
    fn new(problem: &'a Problem, certificate: &'a Certificate) -> Self {
        let sites = views(problem);
        Self {
            problem,
            certificate,
            left: sites.iter().map(|s| vec![true; s.options.len()]).collect(),
            sites,
            taken: Vec::new(),
            seen: vec![false; certificate.nodes.len()],
            stack: vec![Step::Visit(0)],
        }
    }

    fn run(&mut self) -> Result<(), CheckError> {
        while let Some(step) = self.stack.pop() {
            match step {
                Step::Visit(node) => self.visit(node)?,
                Step::Restrict(node, part) => self.restrict(node, part),
                Step::Restore(length) => {
                    for (site, option) in self.taken.drain(length..) {
                        self.left[site][option] = true;
                    }
                }
            }
        }
        Ok(())
    }

    fn visit(&mut self, node: usize) -> Result<(), CheckError> {
        let wrong = CheckError::Reference(node);
        if self.seen.get(node) != Some(&false) {
            return Err(wrong);
        }
        self.seen[node] = true;
        let claimed = self.certificate.bound;
        match &self.certificate.nodes[node] {
            Node::Prices(prices) => {
                let prices = self.certificate.prices.get(*prices).ok_or(wrong)?;
                // No loss is negative, so that 0 is a bound at any prices.
                let shown = self.costs(prices).0.max(0.0);
                if shown < claimed {
                    return Err(CheckError::Unproven {
                        node,
                        shown,
                        claimed,
                    });
                }
            }
            Node::Narrow { prices, rest } => {
                let prices = self.certificate.prices.get(*prices);
                let prices = prices.filter(|_| *rest > node).ok_or(wrong)?;
                let (bound, costs) = self.costs(prices);
                for (site, costs) in costs.iter().enumerate() {
                    let least = costs.iter().copied().fold(f64::INFINITY, f64::min);
                    for (option, cost) in costs.iter().enumerate() {
                        let with = ((bound - least).next_down() + cost).next_down();
                        if self.left[site][option] && with >= claimed {
                            self.take(site, option);
                        }
                    }
                }
                self.stack.push(Step::Visit(*rest));
            }
            Node::Split { site, parts } => {
                let options = self.sites.get(*site).map(|view| &view.options);
                let options = options.ok_or(wrong.clone())?;
                if parts.iter().any(|part| part.node <= node) {
                    return Err(wrong);
                }
                let missing = |(option, left): (&Choice, &bool)| {
                    *left && !parts.iter().any(|part| part.options.contains(option))
                };
                if options.iter().zip(&self.left[*site]).any(missing) {
                    return Err(CheckError::Split { node, site: *site });
                }
                for (place, part) in parts.iter().enumerate() {
                    self.stack.push(Step::Restore(self.taken.len()));
                    self.stack.push(Step::Visit(part.node));
                    self.stack.push(Step::Restrict(node, place));
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, site: usize, option: usize) {
        if std::mem::replace(&mut self.left[site][option], false) {
            self.taken.push((site, option));
        }
    }

    fn restrict(&mut self, node: usize, part: usize) {
        if let Node::Split { site, parts } = &self.certificate.nodes[node] {
            for option in 0..self.left[*site].len() {
                if !parts[part]
                    .options
                    .contains(&self.sites[*site].options[option])
                {
                    self.take(*site, option);
                }
            }
        }
    }

    /// What no plan of the case goes below at some prices; and a part of it, each site's cost by
    /// option, infinite where the option is not left.
    fn costs(&self, prices: &Prices) -> (f64, Vec<Vec<f64>>) {
        let problem = self.problem;
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
        let mut costs = Vec::with_capacity(self.sites.len());
        for site in 0..self.sites.len() {
            let here = self.site_costs(site, prices, &paid);
            let least = here.iter().copied().fold(f64::INFINITY, f64::min);
            bound = (bound + least).next_down();
            costs.push(here);
        }
        (bound, costs)
    }

    fn site_costs(&self, index: usize, prices: &Prices, paid: &[f64]) -> Vec<f64> {
        let (problem, view) = (self.problem, &self.sites[index]);
        let site = &problem.sites[index];
        let points = self.points(index, prices);
        let closed = [(0.0, self.moving(index, 0, prices))];
        let mut costs = vec![f64::INFINITY; view.options.len()];
        for (place, option) in view.options.iter().enumerate() {
            if !self.left[index][place] {
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
                    let lost =
                        (loss * (people + site.fixed_people).next_down().max(0.0)).next_down();
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
    fn points(&self, index: usize, prices: &Prices) -> Vec<(f64, f64)> {
        let (site, view) = (&self.problem.sites[index], &self.sites[index]);
        let mut missions = view.missions.clone();
        missions.sort_by(|a, b| prices.missions[*b].total_cmp(&prices.missions[*a]));
        let needs = missions.iter().map(|m| self.problem.missions[*m].people);
        let mut served = u64::from(site.guard);
        let mut corners = vec![view.fewest, view.most, site.people];
        for need in needs {
            served += u64::from(need);
            corners.extend(u32::try_from(served).ok());
        }
        corners.retain(|corner| (view.fewest..=view.most).contains(corner));
        let cost = |people: u32| {
            let mut cost = self.moving(index, people, prices);
            let mut free = people - site.guard;
            for mission in &missions {
                let serve = free.min(self.problem.missions[*mission].people);
                let reward = -prices.missions[*mission] * f64::from(serve);
                cost = (cost + reward.next_down()).next_down();
                free -= serve;
            }
            (f64::from(people), cost)
        };
        corners.into_iter().map(cost).collect()
    }

    /// What some people at a site cost in moves and prices, without missions.
    fn moving(&self, index: usize, people: u32, prices: &Prices) -> f64 {
        let site = &self.problem.sites[index];
        let leaving = f64::from(site.people.saturating_sub(people));
        let coming = f64::from(people.saturating_sub(site.people));
        let leave = (leaving * (self.problem.loss_per_move + prices.lift).next_down()).next_down();
        let come = if site.outside {
            (coming * prices.may_leave).next_down()
        } else {
            0.0
        };
        let held = (f64::from(people) * prices.balance).next_down();
        ((leave + come).next_down() + held).next_down()
    }
}

/// What each site may do: limits that follow from what single sites can move or draw.
fn views(problem: &Problem) -> Vec<SiteView> {
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
