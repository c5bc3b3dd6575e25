//! Plans against bad luck: least loss in the mean of the worst scenarios (CVaR).
//!
//! With *S* scenarios equally likely, the mean of the worst share 1 − *level* of them is
//!
//! ```text
//! CVaR(plan) = max Σ_w weight_w loss_w(plan)   over 0 ≤ weight_w ≤ 1 / ((1 − level) S), Σ_w weight_w = 1
//! ```
//!
//! (Rockafellar and Uryasev, Journal of Risk 2, 2000). Under fixed weights the plan that loses least is
//! a [`RegionalProblem`] with mixed losses, and its bound holds for every plan's CVaR. Weights come from
//! a small program over the plans found so far, plans from weights, in turn (the double oracle of
//! McMahan, Gordon and Blum, ICML 2003, here with weights kept near the best so far). What the program
//! ends with is a mixture of plans; each region takes one of them, in the mixture's shares.

use super::check::{CheckError, Checked, bound, feasible};
use super::people::undone;
use super::problem::RegionalProblem;
use super::proof::{RegionalPlan, RegionalProof};
use super::search::{RegionalOptions, solve};
use crate::program::{Column, optimum};
use rayon::prelude::*;
use std::time::Instant;

/// What every site's losses are multiplied by in each scenario; all scenarios are equally likely.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scenarios {
    /// Number of scenarios.
    pub count: usize,
    /// Factors of at least 0, site by site, one a scenario.
    pub factors: Vec<f32>,
}

/// A plan, its proof, and what was checked of them; losses are means of the worst scenarios.
#[derive(Clone, Debug, PartialEq)]
pub struct TailSolved {
    /// The plan.
    pub plan: RegionalPlan,
    /// Weights of scenarios under which the bound is proven.
    pub weights: Vec<f64>,
    /// The proof under those weights.
    pub proof: RegionalProof,
    /// What the checker says.
    pub checked: Checked,
    /// Problems solved.
    pub rounds: usize,
}

/// Why there is no such plan.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TailError {
    /// The level is not a share below 1.
    #[error("the level is {0}, not a share from 0 to below 1")]
    Level(f64),
    /// The scenarios do not fit the problem.
    #[error("{found} factors for {expected} sites and scenarios")]
    Factors {
        /// Factors found.
        found: usize,
        /// Factors needed.
        expected: usize,
    },
    /// A factor is negative, infinite or not a number.
    #[error("site {site}: a factor is {value}, not a finite number of at least 0")]
    Factor {
        /// Place of the site.
        site: usize,
        /// The factor.
        value: f32,
    },
    /// Weights that no such mean has.
    #[error("weights outside the bounds of the mean of the worst")]
    Weights,
    /// The plan or a proof does not hold.
    #[error(transparent)]
    Check(#[from] CheckError),
}

/// Most problems solved.
const ROUNDS: usize = 60;
/// How far weights go from the best so far towards the program's.
const STEP: f64 = 0.5;
/// Share of the loss to which the game of weights and plans is solved, at the least.
const GAME: f64 = 2e-5;

impl Scenarios {
    fn validate(&self, problem: &RegionalProblem, level: f64) -> Result<(), TailError> {
        if !(0.0..1.0).contains(&level) {
            return Err(TailError::Level(level));
        }
        let expected = problem.sites().saturating_mul(self.count);
        if self.count == 0 || self.factors.len() != expected {
            let found = self.factors.len();
            return Err(TailError::Factors { found, expected });
        }
        let bad = self
            .factors
            .iter()
            .position(|factor| !(factor.is_finite() && *factor >= 0.0));
        match bad {
            None => Ok(()),
            Some(place) => Err(TailError::Factor {
                site: place / self.count,
                value: self.factors[place],
            }),
        }
    }

    /// Loss of a plan in every scenario, moves included.
    fn losses(&self, problem: &RegionalProblem, plan: &RegionalPlan) -> Vec<f64> {
        const CHUNK: usize = 4096;
        let parts: Vec<(Vec<f64>, u64)> = (0..problem.sites().div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| {
                let (mut sums, mut moved) = (vec![0.0; self.count], 0);
                for site in chunk * CHUNK..problem.sites().min((chunk + 1) * CHUNK) {
                    let option = usize::from(plan.options[site]);
                    let loss = problem.losses(site)[option] * f64::from(plan.people[site]);
                    let factors = &self.factors[site * self.count..][..self.count];
                    for (sum, &factor) in sums.iter_mut().zip(factors) {
                        *sum += loss * f64::from(factor);
                    }
                    moved += u64::from(problem.people[site].saturating_sub(plan.people[site]));
                }
                (sums, moved)
            })
            .collect();
        let moved: u64 = parts.iter().map(|part| part.1).sum();
        let mut losses = vec![problem.loss_per_move * moved as f64; self.count];
        for (sums, _) in parts {
            losses
                .iter_mut()
                .zip(sums)
                .for_each(|(loss, sum)| *loss += sum);
        }
        losses
    }

    /// The problem with losses mixed by weights, `round` being applied to each.
    fn mix(
        &self,
        problem: &mut RegionalProblem,
        given: &[f64],
        weights: &[f64],
        round: fn(f64) -> f64,
    ) {
        let options = problem.options();
        let rows = problem
            .loss
            .par_chunks_mut(options)
            .zip(given.par_chunks(options));
        rows.zip(self.factors.par_chunks(self.count))
            .for_each(|((row, given), factors)| {
                let terms = factors.iter().zip(weights);
                let factor = terms.fold(0.0, |sum, (&factor, weight)| {
                    round(sum + round(f64::from(factor) * weight))
                });
                for (loss, given) in row.iter_mut().zip(given) {
                    *loss = round(given * factor).max(0.0);
                }
            });
    }
}

/// The plan with the least mean of its worst scenarios, and a proof of how near it comes.
///
/// # Errors
/// [`TailError`] where scenarios and level are none; what does not hold of a plan or proof would be a
/// fault of this module.
pub fn solve_tail(
    problem: &RegionalProblem,
    scenarios: &Scenarios,
    level: f64,
    options: &RegionalOptions,
) -> Result<TailSolved, TailError> {
    scenarios.validate(problem, level)?;
    let mut game = Game {
        problem,
        scenarios,
        most: 1.0 / ((1.0 - level) * scenarios.count as f64),
        mixed: problem.clone(),
        inner: RegionalOptions {
            time_limit: None,
            gap: (0.1 * options.gap).max(GAME / 20.0),
            nodes: 1,
            start: options.start.clone(),
        },
        plans: Vec::new(),
        best: (f64::INFINITY, RegionalPlan::default()),
        bound: (f64::NEG_INFINITY, Vec::new(), RegionalProof::default()),
    };
    let deadline = options.time_limit.map(|limit| Instant::now() + limit);
    let even = 1.0 / scenarios.count as f64;
    let mut weights = vec![even.min(game.most); scenarios.count];
    for round in 1..=ROUNDS {
        game.answer(&weights)?;
        let Some(master) = game.master() else { break };
        let open = master.value - game.bound.0;
        let late = deadline.is_some_and(|at| Instant::now() >= at);
        let settled = open <= GAME * master.value;
        if open <= 0.5 * options.gap * master.value || settled || late || round == ROUNDS {
            game.mixture(&master.shares);
        }
        if game.gap() <= options.gap || late || settled {
            break;
        }
        let near = game.bound.1.iter().zip(&master.weights);
        weights = near.map(|(best, new)| best + STEP * (new - best)).collect();
    }
    let rounds = game.plans.len();
    let Game { best, bound, .. } = game;
    Ok(TailSolved {
        checked: check_tail(problem, scenarios, level, &best.1, &bound.1, &bound.2)?,
        plan: best.1,
        weights: bound.1,
        proof: bound.2,
        rounds,
    })
}

/// The program over plans found so far.
struct Master {
    /// Least mean of the worst that a mixture of them has.
    value: f64,
    weights: Vec<f64>,
    /// Shares of the plans in the mixture.
    shares: Vec<(usize, f64)>,
}

struct Game<'a> {
    problem: &'a RegionalProblem,
    scenarios: &'a Scenarios,
    /// Most weight of a scenario.
    most: f64,
    mixed: RegionalProblem,
    inner: RegionalOptions,
    /// Plans found, with their losses by scenario.
    plans: Vec<(RegionalPlan, Vec<f64>)>,
    best: (f64, RegionalPlan),
    /// The best bound, with its weights and proof.
    bound: (f64, Vec<f64>, RegionalProof),
}

impl Game<'_> {
    fn gap(&self) -> f64 {
        (self.best.0 - self.bound.0) / self.best.0.abs().max(f64::MIN_POSITIVE)
    }

    /// The best answer to weights, and what it proves.
    fn answer(&mut self, weights: &[f64]) -> Result<(), TailError> {
        // A touch less than they sum to, so that rounding cannot take them out of bounds.
        let weights: Vec<f64> = weights
            .iter()
            .map(|weight| weight * (1.0 - 1e-12))
            .collect();
        let given = &self.problem.loss;
        self.scenarios
            .mix(&mut self.mixed, given, &weights, |value| value);
        let solved = solve(&self.mixed, &self.inner)?;
        self.inner.start = Some(solved.start);
        if solved.checked.bound > self.bound.0 {
            self.bound = (solved.checked.bound, weights, solved.proof);
        }
        self.take(solved.plan);
        Ok(())
    }

    fn take(&mut self, plan: RegionalPlan) {
        let losses = self.scenarios.losses(self.problem, &plan);
        let tail = tail_mean(&losses, self.most);
        if tail < self.best.0 {
            self.best = (tail, plan.clone());
        }
        self.plans.push((plan, losses));
    }

    /// Solves min *t* + most Σ *excess* over shares of plans, with Σ share × loss ≤ *t* + *excess* in
    /// every scenario; the duals of those rows are the weights.
    fn master(&self) -> Option<Master> {
        let count = self.scenarios.count;
        let mut columns: Vec<Column> = Vec::with_capacity(self.plans.len() + 1 + 2 * count);
        // Losses near one keep the program well scaled.
        let scale = self.best.0.abs().max(f64::MIN_POSITIVE);
        for (_, losses) in &self.plans {
            let losses = losses.iter().map(|loss| loss / scale);
            columns.push((losses.chain([1.0]).collect(), 0.0));
        }
        let plans = self.plans.len();
        let level: Vec<f64> = vec![-1.0; count];
        columns.push((level.into_iter().chain([0.0]).collect(), 1.0));
        for (sign, cost) in [(-1.0, self.most), (1.0, 0.0)] {
            for scenario in 0..count {
                let mut column = vec![0.0; count + 1];
                column[scenario] = sign;
                columns.push((column, cost));
            }
        }
        // The best single plan: its loss at the level, with excess above and room below.
        let single = |plan: &usize| tail_mean(&self.plans[*plan].1, self.most);
        let first = (0..plans).min_by(|a, b| single(a).total_cmp(&single(b)))?;
        let losses = &self.plans[first].1;
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by(|&a, &b| losses[b].total_cmp(&losses[a]).then(a.cmp(&b)));
        let above = ((1.0 / self.most) as usize).min(count - 1);
        let mut basis = vec![first; count + 1];
        for (rank, &scenario) in order.iter().enumerate() {
            basis[scenario] = match rank.cmp(&above) {
                std::cmp::Ordering::Less => plans + 1 + scenario,
                std::cmp::Ordering::Equal => plans,
                std::cmp::Ordering::Greater => plans + 1 + count + scenario,
            };
        }
        let optimum = optimum(&columns, &basis)?;
        let duals = optimum.duals.iter().take(count);
        let weights: Vec<f64> = duals.map(|dual| (-dual).clamp(0.0, self.most)).collect();
        let sum: f64 = weights.iter().sum();
        let shares = optimum.weights.into_iter();
        Some(Master {
            value: *optimum.duals.last()? * scale,
            weights: weights.iter().map(|weight| weight / sum.max(1.0)).collect(),
            shares: shares
                .filter(|&(place, share)| place < plans && share > 1e-9)
                .collect(),
        })
    }

    /// One plan from the mixture: each region, or each site where regions are few, takes a plan in turn
    /// of what it is owed; then stocks, balance and lift are kept by undoing what is cheapest.
    fn mixture(&mut self, shares: &[(usize, f64)]) {
        const FEW: usize = 64;
        let problem = self.problem;
        let mut seen = std::collections::BTreeSet::new();
        let many = problem
            .region
            .iter()
            .filter(|&&region| seen.insert(region))
            .count()
            > FEW;
        let mut owed = vec![0.0; shares.len()];
        let mut turns = std::collections::BTreeMap::new();
        let mut plan = RegionalPlan::default();
        for site in 0..problem.sites() {
            let key = if many {
                problem.region[site]
            } else {
                site as u32
            };
            let turn = *turns
                .entry(key)
                .or_insert_with(|| next_turn(&mut owed, shares));
            let (given, _) = &self.plans[shares[turn].0];
            plan.options.push(given.options[site]);
            plan.people.push(given.people[site]);
        }
        self.scenarios
            .mix(&mut self.mixed, &problem.loss, &self.bound.1, |value| value);
        if let Some(plan) = undone(&self.mixed, plan) {
            self.take(plan);
        }
    }
}

/// Whose turn it is: the plan that is owed most.
fn next_turn(owed: &mut [f64], shares: &[(usize, f64)]) -> usize {
    owed.iter_mut()
        .zip(shares)
        .for_each(|(owed, share)| *owed += share.1);
    let most = (0..owed.len()).max_by(|&a, &b| owed[a].total_cmp(&owed[b]).then(b.cmp(&a)));
    let most = most.unwrap_or(0);
    if let Some(owed) = owed.get_mut(most) {
        *owed -= 1.0;
    }
    most
}

/// Mean of the worst when each scenario has at most this weight.
fn tail_mean(losses: &[f64], most: f64) -> f64 {
    let mut sorted = losses.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let mut left = 1.0f64;
    let mut mean = 0.0;
    for loss in sorted {
        let weight = left.min(most);
        mean += weight * loss;
        left -= weight;
    }
    mean
}

/// Checks a plan and a bound on every plan's mean of the worst scenarios, from the problem alone.
///
/// # Errors
/// What does not hold.
pub fn check_tail(
    problem: &RegionalProblem,
    scenarios: &Scenarios,
    level: f64,
    plan: &RegionalPlan,
    weights: &[f64],
    proof: &RegionalProof,
) -> Result<Checked, TailError> {
    scenarios.validate(problem, level)?;
    feasible(problem, plan)?;
    // Weights that sum to less than one prove less, for no loss is below nothing.
    let most = (1.0 / ((1.0 - level).next_up() * scenarios.count as f64).next_up()).next_down();
    let sum = weights
        .iter()
        .fold(0.0f64, |sum, weight| (sum + weight).next_up());
    let within = weights.iter().all(|weight| (0.0..=most).contains(weight));
    if weights.len() != scenarios.count || !within || sum > 1.0 {
        return Err(TailError::Weights);
    }
    let mut mixed = problem.clone();
    scenarios.mix(&mut mixed, &problem.loss, weights, f64::next_down);
    let losses = scenarios.losses(problem, plan);
    // Each sum has one rounding a site and a few more, of at most half a unit in the last place.
    let share = (problem.sites() as f64 + 64.0) * f64::EPSILON;
    let value = tail_mean(&losses, 1.0 / ((1.0 - level) * scenarios.count as f64));
    Ok(Checked {
        value_low: value * (1.0 - share),
        value_high: value * (1.0 + share),
        bound: bound(&mixed, proof)?,
    })
}
