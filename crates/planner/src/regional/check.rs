//! Checks a plan and its proof from the problem alone, with every rounding against the claim.
//!
//! Nothing is shared with the search. A proof is a tree; each leaf has prices *π* of systems, *λ* of
//! lift and, region by region, *μ* of people. For any *π*, *λ* ≥ 0 and any *μ*, a plan whose options
//! the leaf allows loses at least
//!
//! ```text
//! Σ_s min_{o, q} [ π·units_o + loss_so q + (loss_per_move + λ) max(0, people_s − q) − μ (q − people_s) ]
//!   − π·stock − λ lift
//! ```
//!
//! since what is added is at most nothing for a plan that keeps the limits. The minimum over *q* is at
//! one of its ends or today's people. The splits of a tree leave no plan out, so the least leaf counts.

use super::problem::RegionalProblem;
use super::proof::{ProofNode, RegionNode, RegionalPlan, RegionalProof};

/// What holds of a plan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checked {
    /// The plan loses at least this.
    pub value_low: f64,
    /// The plan loses at most this.
    pub value_high: f64,
    /// No plan loses less than this.
    pub bound: f64,
}

/// Why a plan or its proof does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// A list of the plan has the wrong length.
    #[error("the plan has {found} entries for {expected} sites")]
    PlanLength {
        /// Entries found.
        found: usize,
        /// Sites.
        expected: usize,
    },
    /// The site has no such option.
    #[error("site {0}: no such option")]
    Option(usize),
    /// Too few or too many people.
    #[error("site {0}: people outside its limits")]
    People(usize),
    /// People appear in or vanish from a region.
    #[error("region {0}: people appear or vanish")]
    Balance(u32),
    /// More units than there are.
    #[error("system {0}: more units than there are")]
    Stock(usize),
    /// More people moved than can be.
    #[error("more people move than can be carried")]
    Lift,
    /// The tree is malformed.
    #[error("node {node} of the proof: {why}")]
    Node {
        /// The node.
        node: usize,
        /// What is wrong.
        why: &'static str,
    },
}

/// Checks feasibility of the plan and the bound of the proof.
///
/// # Errors
/// What does not hold, the first found.
pub fn check(
    problem: &RegionalProblem,
    plan: &RegionalPlan,
    proof: &RegionalProof,
) -> Result<Checked, CheckError> {
    let (value_low, value_high) = feasible(problem, plan)?;
    Ok(Checked {
        value_low,
        value_high,
        bound: bound(problem, proof)?,
    })
}

/// What a plan loses at least and at most, if it keeps every limit.
pub(super) fn feasible(
    problem: &RegionalProblem,
    plan: &RegionalPlan,
) -> Result<(f64, f64), CheckError> {
    let (sites, options) = (problem.sites(), problem.options());
    for found in [plan.options.len(), plan.people.len()] {
        if found != sites {
            return Err(CheckError::PlanLength {
                found,
                expected: sites,
            });
        }
    }
    let mut balance = std::collections::BTreeMap::<u32, i64>::new();
    let mut used = vec![0u64; problem.stock.len()];
    let (mut moved, mut low, mut high) = (0u64, 0.0f64, 0.0f64);
    for site in 0..sites {
        let (option, people) = (usize::from(plan.options[site]), plan.people[site]);
        if option >= options {
            return Err(CheckError::Option(site));
        }
        if !(problem.fewest[site]..=problem.capacity[site]).contains(&people) {
            return Err(CheckError::People(site));
        }
        *balance.entry(problem.region[site]).or_default() +=
            i64::from(people) - i64::from(problem.people[site]);
        moved += u64::from(problem.people[site].saturating_sub(people));
        for (used, &units) in used.iter_mut().zip(&problem.units[option]) {
            *used += u64::from(units);
        }
        let loss = problem.loss[site * options + option] * f64::from(people);
        low = (low + loss.next_down()).next_down();
        high = (high + loss.next_up()).next_up();
    }
    if let Some((&region, _)) = balance.iter().find(|(_, net)| **net != 0) {
        return Err(CheckError::Balance(region));
    }
    let over = (0..used.len()).find(|&system| used[system] > u64::from(problem.stock[system]));
    if let Some(system) = over {
        return Err(CheckError::Stock(system));
    }
    if moved > problem.lift {
        return Err(CheckError::Lift);
    }
    let moving = problem.loss_per_move * moved as f64;
    Ok((
        (low + moving.next_down()).next_down().max(0.0),
        (high + moving.next_up()).next_up(),
    ))
}

/// What every plan loses at least.
pub(super) fn bound(problem: &RegionalProblem, proof: &RegionalProof) -> Result<f64, CheckError> {
    let mut regions = std::collections::BTreeMap::<u32, Vec<usize>>::new();
    for (site, &region) in problem.region.iter().enumerate() {
        regions.entry(region).or_default().push(site);
    }
    let regions: Vec<Vec<usize>> = regions.into_values().collect();
    let every = u64::MAX >> (64 - problem.options().clamp(1, 64));
    let fault = |node, why| Err(CheckError::Node { node, why });
    // Nodes to do, with the restrictions on the way to them.
    let mut waiting = vec![(0, 0, Path::new())];
    let mut least = f64::INFINITY;
    let mut masks = vec![every; problem.sites()];
    let mut visits = 0;
    while let Some((place, parent, path)) = waiting.pop() {
        visits += 1;
        if visits > proof.nodes.len() || (place > 0 && place <= parent) {
            return fault(place, "has two parents, or comes before its own");
        }
        let Some(node) = proof.nodes.get(place) else {
            return fault(place, "is missing");
        };
        match node {
            ProofNode::Split { site, parts } => {
                let site = *site as usize;
                if site >= problem.sites() {
                    return fault(place, "splits no site");
                }
                let allowed = path.iter().rev().find(|step| step.0 == site);
                let allowed = allowed.map_or(every, |step| step.1);
                if parts.iter().fold(0, |all, part| all | part.0) & allowed != allowed {
                    return fault(place, "leaves an option out");
                }
                for &(mask, child) in parts {
                    let mut path = path.clone();
                    path.push((site, mask & allowed));
                    waiting.push((child as usize, place, path));
                }
            }
            ProofNode::Prices {
                systems,
                lift,
                regions: trees,
            } => {
                for &(site, mask) in &path {
                    masks[site] = mask;
                }
                let leaf = Leaf::new(problem, systems, *lift);
                let bound = leaf.and_then(|leaf| leaf.bound(&regions, trees, &mut masks));
                least = least.min(bound.or_else(|why| fault(place, why))?);
                for &(site, _) in &path {
                    masks[site] = every;
                }
            }
        }
    }
    Ok(least)
}

/// Sites with the options that are left to them, from the root on.
type Path = Vec<(usize, u64)>;

/// The prices of one leaf.
struct Leaf<'a> {
    problem: &'a RegionalProblem,
    systems: &'a [f64],
    lift: f64,
    /// Price of each option's units, and of one person who leaves, rounded down.
    option: Vec<f64>,
    out: f64,
}

impl<'a> Leaf<'a> {
    fn new(
        problem: &'a RegionalProblem,
        systems: &'a [f64],
        lift: f64,
    ) -> Result<Self, &'static str> {
        let is_price = |price: &f64| price.is_finite() && *price >= 0.0;
        if systems.len() != problem.stock.len() || !systems.iter().chain([&lift]).all(is_price) {
            return Err("has a price that is no price");
        }
        let option = problem.units.iter().map(|units| {
            let paid = units.iter().zip(systems);
            paid.fold(0.0f64, |sum, (&units, price)| {
                (sum + (f64::from(units) * price).next_down()).next_down()
            })
        });
        Ok(Self {
            problem,
            systems,
            lift,
            option: option.collect(),
            out: (problem.loss_per_move + lift).next_down(),
        })
    }

    /// The least that any plan within the masks loses.
    fn bound(
        &self,
        regions: &[Vec<usize>],
        trees: &[Vec<RegionNode>],
        masks: &mut [u64],
    ) -> Result<f64, &'static str> {
        if trees.len() != regions.len() {
            return Err("does not name every region");
        }
        let mut sum = 0.0f64;
        for (sites, tree) in regions.iter().zip(trees) {
            sum = (sum + self.region(sites, tree, masks)?).next_down();
        }
        for (price, &stock) in self.systems.iter().zip(&self.problem.stock) {
            sum = (sum - (price * f64::from(stock)).next_up()).next_down();
        }
        // A whole number above 2^53 may have been rounded.
        let carried = (self.problem.lift as f64).next_up();
        Ok((sum - (self.lift * carried).next_up()).next_down())
    }

    /// The least of the leaves of a region's tree.
    fn region(
        &self,
        sites: &[usize],
        tree: &[RegionNode],
        masks: &mut [u64],
    ) -> Result<f64, &'static str> {
        let mut waiting = vec![(0usize, Path::new())];
        let mut least = f64::INFINITY;
        let mut visits = 0;
        while let Some((place, path)) = waiting.pop() {
            visits += 1;
            if visits > tree.len() {
                return Err("has a region whose tree is none");
            }
            match tree.get(place) {
                None => return Err("has a region without a bound"),
                Some(&RegionNode::Price(price)) => {
                    if !price.is_finite() {
                        return Err("has a price that is no price");
                    }
                    let before: Vec<u64> = path.iter().map(|step| masks[step.0]).collect();
                    for &(site, mask) in &path {
                        masks[site] &= mask;
                    }
                    let sum = sites.iter().fold(0.0f64, |sum, &site| {
                        (sum + self.site(site, price, masks[site])).next_down()
                    });
                    for (step, mask) in path.iter().zip(before).rev() {
                        masks[step.0] = mask;
                    }
                    least = least.min(sum);
                }
                Some(&RegionNode::Split {
                    site,
                    masks: parts,
                    nodes,
                }) => {
                    let site = site as usize;
                    let allowed = masks.get(site).copied().unwrap_or(0);
                    let allowed = path
                        .iter()
                        .filter(|step| step.0 == site)
                        .fold(allowed, |all, step| all & step.1);
                    if site >= self.problem.sites() || (parts[0] | parts[1]) & allowed != allowed {
                        return Err("has a region whose tree leaves an option out");
                    }
                    for (mask, node) in parts.into_iter().zip(nodes) {
                        let mut path = path.clone();
                        path.push((site, mask));
                        waiting.push((node as usize, path));
                    }
                }
            }
        }
        Ok(least)
    }

    /// The least that a site can lose at these prices, rounded down; infinite where it has no option.
    fn site(&self, site: usize, price: f64, mask: u64) -> f64 {
        let problem = self.problem;
        let people = f64::from(problem.people[site]);
        let room = f64::from(problem.capacity[site] - problem.people[site]);
        let ready = f64::from(problem.people[site] - problem.fewest[site]);
        let mut least = f64::INFINITY;
        for (option, units) in self.option.iter().enumerate() {
            if mask >> option & 1 == 0 {
                continue;
            }
            let loss = problem.loss[site * problem.options() + option];
            let (low, high) = ((loss - price).next_down(), (loss - price).next_up());
            let come = (low.min(0.0) * room).next_down();
            let leave = ((high - self.out).next_up().max(0.0) * ready).next_up();
            let stay = (units + (loss * people).next_down()).next_down();
            least = least.min(((stay + come).next_down() - leave).next_down());
        }
        least
    }
}
