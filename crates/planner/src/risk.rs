//! Plans against the worst of many tables of losses, with a bound.
//!
//! A [`Table`] holds every coefficient of a [`Problem`]; a plan that counts on given covers loses an
//! amount that is linear in it. An [`Envelope`] is a convex set of tables and knows the worst of them
//! for a given plan. [`solve`] looks for the plan that loses least under its own worst table,
//!
//! ```text
//! min over plans and the covers they count on, of max over tables of the loss
//! ```
//!
//! Two risk measures are of this form. The conditional value at risk of the loss over scenarios is the
//! worst of their mixtures in which none weighs more than 1/(n(1−β)) (Rockafellar & Uryasev, "Optimization
//! of conditional value-at-risk", Journal of Risk 2, 2000; Artzner et al., "Coherent measures of risk",
//! 1999), which [`Tail`] is. A budget of shifted attacks is one too (Bertsimas & Sim, "The price of
//! robustness", Operations Research 52, 2004).
//!
//! # Why the bound holds
//!
//! Found plans and found tables make a matrix game; its weights mix the tables into one, which is a
//! table of the convex set too. What the planner proves for the mixed table is a bound for every plan:
//! the worst table is at least as bad as any. New plans come from the mixed table, new tables from new
//! plans (double oracle: McMahan, Gordon & Blum 2003). Where the best answer would be a mixture of plans,
//! the bound stays below every single plan, and the gap says so.

use crate::certificate::Certificate;
use crate::check::Checked;
use crate::game::mix;
use crate::plan::Plan;
use crate::problem::Problem;
use crate::search::{Options, SolveError, Solved, Status};
use std::time::Instant;

/// Most rounds of new plans and tables.
const ROUNDS_MAX: usize = 60;
/// Most plans that the search around the best one values, in all.
const NEIGHBOURS_MAX: usize = 4_000;
/// Gap up to which a plan is called optimal, as by [`crate::solve`].
const OPTIMAL: f64 = 1e-6;

/// Every coefficient of a problem that an envelope may change; lists as in
/// [`SiteProblem`](crate::SiteProblem).
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Loss per person by site and loadout.
    pub direct: Vec<Vec<f64>>,
    /// Loss per person without cover, by site.
    pub bare: Vec<f64>,
    /// Loss per person by site and cover.
    pub cover: Vec<Vec<f64>>,
}

impl Table {
    /// The coefficients of a problem.
    #[must_use]
    pub fn of(problem: &Problem) -> Self {
        let sites = || problem.sites.iter();
        Self {
            direct: sites().map(|site| site.direct_loss.clone()).collect(),
            bare: sites().map(|site| site.bare_loss).collect(),
            cover: sites()
                .map(|site| site.cover.iter().map(|cover| cover.loss).collect())
                .collect(),
        }
    }

    /// Adds `weight` times another table of the same shape.
    pub fn add(&mut self, weight: f64, other: &Self) {
        let add = |sum: &mut Vec<f64>, more: &Vec<f64>| {
            for (sum, more) in sum.iter_mut().zip(more) {
                *sum += weight * more;
            }
        };
        for (sum, more) in self.direct.iter_mut().zip(&other.direct) {
            add(sum, more);
        }
        for (sum, more) in self.cover.iter_mut().zip(&other.cover) {
            add(sum, more);
        }
        add(&mut self.bare, &other.bare);
    }

    /// The same shape, all zero.
    #[must_use]
    pub fn zeroed(&self) -> Self {
        let zeros = |lists: &[Vec<f64>]| lists.iter().map(|list| vec![0.0; list.len()]).collect();
        Self {
            direct: zeros(&self.direct),
            bare: vec![0.0; self.bare.len()],
            cover: zeros(&self.cover),
        }
    }

    /// Puts the coefficients into a problem; what rounding left below zero becomes zero.
    pub fn put(&self, problem: &mut Problem) {
        for (index, site) in problem.sites.iter_mut().enumerate() {
            for (loss, &new) in site.direct_loss.iter_mut().zip(&self.direct[index]) {
                *loss = new.max(0.0);
            }
            for (cover, &new) in site.cover.iter_mut().zip(&self.cover[index]) {
                cover.loss = new.max(0.0);
            }
            site.bare_loss = self.bare[index].max(0.0);
        }
    }

    /// Loss of a plan that counts on these covers, charges for upkeep and moves included.
    #[must_use]
    pub fn loss(&self, problem: &Problem, counting: &Counting) -> f64 {
        let sites = problem.sites.iter().zip(&counting.plan.sites).enumerate();
        let losses = sites.map(|(index, (site, done))| {
            let covered = match counting.cover[index] {
                Some(cover) => self.cover[index][cover],
                None => self.bare[index],
            };
            let people = f64::from(done.people) + site.fixed_people;
            let upkeep = if done.open { site.upkeep_loss } else { 0.0 };
            people * (self.direct[index][done.loadout] + covered) + upkeep
        });
        losses.sum::<f64>() + problem.loss_per_move * counting.plan.moved as f64
    }
}

/// A plan, and the cover that each site counts on, by its place in the site's list; none for none.
#[derive(Clone, Debug, PartialEq)]
pub struct Counting {
    /// The plan.
    pub plan: Plan,
    /// By site.
    pub cover: Vec<Option<usize>>,
}

impl Counting {
    /// A plan that counts, at each site, on the best cover that it stands up under a table.
    #[must_use]
    pub fn on_best(problem: &Problem, table: &Table, plan: Plan) -> Self {
        let sites = problem.sites.iter().enumerate();
        let cover = sites.map(|(index, site)| {
            let stands = |cover: &usize| {
                let cover = site.cover[*cover];
                plan.sites[cover.host].loadout == cover.loadout
            };
            let loss = |cover: &usize| table.cover[index][*cover];
            let there = (0..site.cover.len()).filter(stands);
            let best = there.min_by(|a, b| loss(a).total_cmp(&loss(b)));
            best.filter(|best| loss(best) < table.bare[index])
        });
        Self {
            cover: cover.collect(),
            plan,
        }
    }
}

/// The worst that can be for one plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Worst {
    /// Loss of the plan; at least that under `table`.
    pub value: f64,
    /// A table of the convex set that is, or is nearly, the worst for it.
    pub table: Table,
}

/// A convex set of tables. The set may be larger for some plans than for others, as long as every
/// table given is one of those that hold for all.
pub trait Envelope {
    /// The worst for a plan.
    fn worst(&self, problem: &Problem, counting: &Counting) -> Worst;
    /// Its value alone.
    fn value(&self, problem: &Problem, counting: &Counting) -> f64 {
        self.worst(problem, counting).value
    }
}

/// The mean of the worst share of equally likely scenarios: their conditional value at risk.
#[derive(Clone, Debug)]
pub struct Tail {
    /// The scenarios, at least one.
    pub scenarios: Vec<Table>,
    /// Level β, from 0 (the mean of all) to below 1 (the worst alone).
    pub level: f64,
}

impl Tail {
    /// Weights of scenarios with these losses that make their mean greatest: none above 1/(n(1−β)).
    #[must_use]
    pub fn weights(&self, losses: &[f64]) -> Vec<f64> {
        let most = 1.0 / (losses.len() as f64 * (1.0 - self.level)).max(1.0);
        let mut order: Vec<usize> = (0..losses.len()).collect();
        order.sort_by(|&a, &b| losses[b].total_cmp(&losses[a]).then(a.cmp(&b)));
        let mut weights = vec![0.0; losses.len()];
        let mut left = 1.0_f64;
        for scenario in order {
            weights[scenario] = most.min(left);
            left = (left - most).max(0.0);
        }
        weights
    }

    fn losses(&self, problem: &Problem, counting: &Counting) -> Vec<f64> {
        let scenarios = self.scenarios.iter();
        scenarios
            .map(|table| table.loss(problem, counting))
            .collect()
    }
}

impl Envelope for Tail {
    fn worst(&self, problem: &Problem, counting: &Counting) -> Worst {
        let losses = self.losses(problem, counting);
        let weights = self.weights(&losses);
        let mut table = Table::of(problem).zeroed();
        for (scenario, &weight) in self.scenarios.iter().zip(&weights) {
            if weight > 0.0 {
                table.add(weight, scenario);
            }
        }
        let value = losses
            .iter()
            .zip(&weights)
            .map(|(loss, weight)| loss * weight)
            .sum();
        Worst { value, table }
    }

    fn value(&self, problem: &Problem, counting: &Counting) -> f64 {
        let losses = self.losses(problem, counting);
        let weights = self.weights(&losses);
        losses
            .iter()
            .zip(&weights)
            .map(|(loss, weight)| loss * weight)
            .sum()
    }
}

/// The plan that loses least under its own worst table, as far as it is found, with a bound on every
/// plan's. `nominal` gives the limits, and the table that the search starts from. `certificate` and
/// `checked` are those of the mixed table that the bound rests on.
///
/// # Errors
/// As [`crate::solve`].
pub fn solve(
    nominal: &Problem,
    envelope: &dyn Envelope,
    options: &Options,
) -> Result<Solved, SolveError> {
    let deadline = options.time_limit.map(|limit| Instant::now() + limit);
    let first = crate::solve(nominal, options)?;
    let mut search = Search {
        problem: nominal,
        envelope,
        found: Vec::new(),
        tables: Vec::new(),
        // No plan loses less than nothing.
        bound: 0.0,
        best: None,
        nodes: first.nodes,
        evidence: (first.certificate, first.checked),
    };
    let counting = Counting::on_best(nominal, &Table::of(nominal), first.plan);
    search.take(counting);
    let mut mixed_problem = nominal.clone();
    let is_late = || deadline.is_some_and(|at| Instant::now() >= at);
    for _ in 0..ROUNDS_MAX {
        if search.gap() <= options.gap.max(OPTIMAL) || is_late() {
            break;
        }
        let weights = mix(&search.matrix());
        let table = search.mixture(&weights.columns);
        table.put(&mut mixed_problem);
        let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
        let inner = Options {
            time_limit: left,
            ..options.clone()
        };
        let Ok(solved) = crate::solve(&mixed_problem, &inner) else {
            break;
        };
        search.nodes += solved.nodes;
        if solved.bound > search.bound {
            search.bound = solved.bound;
            search.evidence = (solved.certificate, solved.checked);
        }
        search.average(&weights.rows, &table);
        let counting = Counting::on_best(nominal, &table, solved.plan);
        if !search.take(counting) {
            break;
        }
    }
    search.improve(deadline);
    search.solved(options, is_late())
}

struct Search<'a> {
    problem: &'a Problem,
    envelope: &'a dyn Envelope,
    found: Vec<Counting>,
    tables: Vec<Table>,
    bound: f64,
    /// The best plan's value, and the plan.
    best: Option<(f64, Counting)>,
    nodes: u64,
    /// What the bound rests on.
    evidence: (Certificate, Checked),
}

impl Search<'_> {
    fn gap(&self) -> f64 {
        let value = self.best.as_ref().map_or(f64::INFINITY, |best| best.0);
        (value - self.bound).max(0.0) / value.abs().max(f64::MIN_POSITIVE)
    }

    /// Takes a plan and its worst table; whether either is new.
    fn take(&mut self, counting: Counting) -> bool {
        let worst = self.envelope.worst(self.problem, &counting);
        self.better(worst.value, &counting);
        let new_plan = !self.found.contains(&counting);
        let new_table = !self.tables.contains(&worst.table);
        if new_plan {
            self.found.push(counting);
        }
        if new_table {
            self.tables.push(worst.table);
        }
        new_plan || new_table
    }

    fn better(&mut self, value: f64, counting: &Counting) -> bool {
        let better = self.best.as_ref().is_none_or(|best| value < best.0);
        if better {
            self.best = Some((value, counting.clone()));
        }
        better
    }

    fn matrix(&self) -> Vec<Vec<f64>> {
        let loss = |counting: &Counting| {
            let tables = self.tables.iter();
            tables
                .map(|table| table.loss(self.problem, counting))
                .collect()
        };
        self.found.iter().map(loss).collect()
    }

    fn mixture(&self, weights: &[f64]) -> Table {
        let mut mixture = Table::of(self.problem).zeroed();
        for (table, &weight) in self.tables.iter().zip(weights) {
            if weight > 0.0 {
                mixture.add(weight, table);
            }
        }
        mixture
    }

    /// A mixture of plans that stand the same systems at the same sites is nearly a plan: its people,
    /// rounded, are tried as one.
    fn average(&mut self, weights: &[f64], table: &Table) {
        let same = |a: &Counting, b: &Counting| {
            let mut pairs = a.plan.sites.iter().zip(&b.plan.sites);
            pairs.all(|(a, b)| (a.open, a.loadout) == (b.open, b.loadout))
        };
        let heaviest = (0..self.found.len()).max_by(|&a, &b| weights[a].total_cmp(&weights[b]));
        let Some(first) = heaviest.and_then(|index| self.found.get(index)) else {
            return;
        };
        let group = self.found.iter().zip(weights);
        let group: Vec<(&Counting, f64)> = group
            .filter(|(other, weight)| **weight > 0.0 && same(first, other))
            .map(|(other, &weight)| (other, weight))
            .collect();
        if group.len() < 2 {
            return;
        }
        let sum: f64 = group.iter().map(|(_, weight)| weight).sum();
        let mut plan = first.plan.clone();
        let mut total = 0_u64;
        for (index, site) in plan.sites.iter_mut().enumerate() {
            let people = group
                .iter()
                .map(|(other, weight)| f64::from(other.plan.sites[index].people) * weight / sum);
            site.people = people.sum::<f64>().round() as u32;
            total += u64::from(site.people);
        }
        // Rounding may lose or make a few people; they go to or come from the first sites that can.
        let mut short = i128::from(self.problem.people()) - i128::from(total);
        for (site, limits) in plan.sites.iter_mut().zip(&self.problem.sites) {
            let (least, most) = if site.open {
                (limits.fewest(), limits.capacity)
            } else {
                (0, 0)
            };
            let change = short.clamp(
                i128::from(least) - i128::from(site.people),
                (i128::from(most) - i128::from(site.people)).max(0),
            );
            site.people = u32::try_from(i128::from(site.people) + change).unwrap_or(site.people);
            short -= change;
        }
        plan.moved = self
            .problem
            .moved(plan.sites.iter().map(|site| site.people));
        self.attempt(plan, table);
    }

    /// Values a plan that keeps every limit; whether it is the best so far.
    fn attempt(&mut self, plan: Plan, table: &Table) -> bool {
        if !self.problem.violations(&plan).is_empty() {
            return false;
        }
        let counting = Counting::on_best(self.problem, table, plan);
        let value = self.envelope.value(self.problem, &counting);
        self.better(value, &counting)
    }

    /// Looks around the best plan: two sites exchange what stands there, or one has something else.
    fn improve(&mut self, deadline: Option<Instant>) {
        let sites = self.problem.sites.len();
        let mut budget = NEIGHBOURS_MAX;
        let mut improved = true;
        while improved {
            improved = false;
            let Some((_, best)) = self.best.clone() else {
                return;
            };
            let table = self.envelope.worst(self.problem, &best).table;
            for first in 0..sites {
                let swaps = (first + 1..sites).map(|second| (second, None));
                let open = best.plan.sites[first].open;
                let site = &self.problem.sites[first];
                let allowed = if open {
                    &site.open_loadouts
                } else {
                    &site.closed_loadouts
                };
                let others = allowed.iter().map(|&loadout| (first, Some(loadout)));
                for (second, loadout) in swaps.chain(others) {
                    let late = deadline.is_some_and(|at| Instant::now() >= at);
                    if budget == 0 || late {
                        return;
                    }
                    let mut plan = best.plan.clone();
                    let (a, b) = (plan.sites[first].loadout, plan.sites[second].loadout);
                    plan.sites[first].loadout = loadout.unwrap_or(b);
                    if loadout.is_none() {
                        plan.sites[second].loadout = a;
                    }
                    if plan == best.plan {
                        continue;
                    }
                    budget -= 1;
                    improved |= self.attempt(plan, &table);
                }
            }
        }
    }

    fn solved(self, options: &Options, late: bool) -> Result<Solved, SolveError> {
        let gap = self.gap();
        let (value, counting) = self
            .best
            .ok_or_else(|| SolveError::Solver("no plan was valued".into()))?;
        let bound = self.bound.min(value);
        let status = match gap <= OPTIMAL {
            true => Status::Optimal,
            false if gap > options.gap && late => Status::TimeLimit,
            false => Status::GapLimit,
        };
        Ok(Solved {
            plan: counting.plan,
            value,
            bound,
            gap,
            status,
            nodes: self.nodes,
            certificate: self.evidence.0,
            checked: self.evidence.1,
        })
    }
}
