//! Best prices for what sites share, by columns made as they are wanted.
//!
//! The best bound that prices can give is the optimum of a linear program in which every site mixes
//! its picks (Dantzig and Wolfe, 1960): its dual values are the prices. One program serves the whole
//! tree, since what a node forbids only costs more, so that every basis stays feasible.

use crate::model::{Model, Pick, Quote};
use crate::simplex::{Column, Simplex};
use std::time::Instant;

/// Cost of going without one unit of a row, or of a forbidden pick, for a scaled loss near 1000.
const PENALTY: f64 = 1e4;
/// The penalty is raised by this factor where it was too low to matter, so many times.
const RAISE: f64 = 1e3;
const RAISES: u32 = 3;
/// What one more column must save at least, and what all of them may save when prices are best.
const LEAST_SAVING: f64 = 1e-9;
const SETTLED: f64 = 1e-6;
/// A node that is sure to be split needs no better prices when they could gain no more than this
/// share of what it lacks to the cutoff.
const ENOUGH: f64 = 0.02;

/// What a column stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tag {
    /// What a row leaves unused.
    Slack,
    /// What a row lacks.
    Short,
    /// A pick of a site.
    Site {
        /// The site.
        site: usize,
        /// Place of its option.
        option: usize,
        /// Its loss.
        loss: f64,
    },
}

/// The best prices found for a node.
pub struct Relaxed {
    /// No plan of the node loses less, scaled.
    pub bound: f64,
    /// The prices.
    pub prices: Vec<f64>,
    /// What each option costs its site at the prices; infinite where it is not allowed.
    pub costs: Vec<f64>,
    /// How much of each option the mix of picks has.
    pub weights: Vec<f64>,
}

/// The linear program of a model.
pub struct Master<'a> {
    model: &'a Model<'a>,
    simplex: Option<Simplex<Tag>>,
    right: Vec<f64>,
    quote: Quote,
    penalty: f64,
    /// Pivots so far.
    pub pivots: u64,
}

impl<'a> Master<'a> {
    /// The program; it starts with the picks at the prices.
    pub fn new(model: &'a Model<'a>, prices: &[f64]) -> Self {
        // Rows are loosened by a hair each, all differently, so that pivots make progress where many
        // bases describe one point (Charnes, 1952). Prices stay valid and lose next to nothing.
        let loosened = model.right.iter().enumerate().map(|(row, right)| {
            let spread = (row as f64 * 0.618_033_988_749_895).fract();
            if row == 0 {
                *right
            } else {
                right + 1e-7 * (0.5 + spread)
            }
        });
        let mut right: Vec<f64> = loosened.collect();
        right.extend(model.sites.iter().map(|_| 1.0));
        let mut master = Self {
            model,
            simplex: None,
            right,
            quote: Quote::default(),
            penalty: PENALTY,
            pivots: 0,
        };
        master.restart(&vec![true; model.options_count()], prices);
        master
    }

    /// A basis of one pick a site, and what rows leave or lack.
    fn restart(&mut self, allowed: &[bool], prices: &[f64]) {
        let rows = self.model.right.len();
        let mut basis = Vec::with_capacity(self.right.len());
        let mut left = self.right[..rows].to_vec();
        for site in 0..self.model.sites.len() {
            let options = self.model.of(site, allowed);
            let pick = self.model.best(site, options, prices, &mut self.quote);
            let Some(pick) = pick else { continue };
            let column = self.column(site, &pick);
            for &(row, amount) in column.amounts.iter().filter(|(row, _)| *row < rows) {
                left[row] -= amount;
            }
            basis.push(column);
        }
        for (row, left) in left.into_iter().enumerate() {
            let (tag, amount) = match left >= 0.0 {
                true if row > 0 => (Tag::Slack, 1.0),
                true => (Tag::Short, 1.0),
                false => (Tag::Short, -1.0),
            };
            basis.push(unit(tag, row, amount, self.penalty));
        }
        self.simplex = Simplex::new(self.right.clone(), basis);
    }

    fn column(&self, site: usize, pick: &Pick) -> Column<Tag> {
        let activity = self.model.activity(site, pick, &self.quote);
        let mut amounts = activity.amounts;
        amounts.push((self.model.right.len() + site, 1.0));
        Column {
            tag: Tag::Site {
                site,
                option: pick.option,
                loss: activity.loss,
            },
            cost: activity.loss,
            amounts,
        }
    }

    fn reprice(&mut self, allowed: &[bool]) {
        let (model, penalty) = (self.model, self.penalty);
        if let Some(simplex) = &mut self.simplex {
            simplex.price(|column| match column.tag {
                Tag::Slack => 0.0,
                Tag::Short => penalty,
                Tag::Site { site, option, loss } => {
                    match allowed[model.first_option[site] + option] {
                        true => loss,
                        false => loss + penalty,
                    }
                }
            });
        }
    }

    /// The best prices for the options allowed, or any that reach the cutoff.
    pub fn relax(&mut self, allowed: &[bool], cutoff: f64, deadline: Option<Instant>) -> Relaxed {
        self.penalty = PENALTY;
        self.reprice(allowed);
        let mut best: Option<Relaxed> = None;
        let mut raises = 0;
        let mut restarted = false;
        let mut pivots = u64::MAX;
        let limit = self.pivots + 1_000 + 50 * self.right.len() as u64;
        loop {
            let sound = self.price_rows();
            let mut prices = self.prices();
            let (bound, costs) = self.model.bound(allowed, &mut prices, &mut self.quote);
            let saving = self.saving(&costs);
            if best.as_ref().is_none_or(|best| bound > best.bound) {
                best = Some(Relaxed {
                    bound,
                    prices,
                    costs,
                    weights: Vec::new(),
                });
            }
            let late = deadline.is_some_and(|at| Instant::now() >= at);
            if bound >= cutoff || late || self.pivots >= limit {
                break;
            }
            // Without a pivot in a whole round, what is left to save is rounding.
            if saving <= SETTLED || self.pivots == pivots {
                if raises >= RAISES || !self.is_short(allowed) {
                    break;
                }
                raises += 1;
                self.penalty *= RAISE;
                self.reprice(allowed);
                pivots = u64::MAX;
                continue;
            }
            pivots = self.pivots;
            let objective = self.simplex.as_ref().map_or(0.0, Simplex::objective);
            if objective < cutoff
                && saving <= ENOUGH * (cutoff - objective)
                && self.is_torn()
                && !self.is_short(allowed)
            {
                break;
            }
            if !(sound && self.enter_picks(allowed)) {
                if restarted {
                    break;
                }
                restarted = true;
                let prices = best.as_ref().map(|best| best.prices.clone());
                self.restart(allowed, &prices.unwrap_or_default());
                self.reprice(allowed);
            }
        }
        let mut best = best.unwrap_or_else(|| Relaxed {
            bound: f64::NEG_INFINITY,
            prices: vec![0.0; self.model.right.len()],
            costs: vec![0.0; allowed.len()],
            weights: Vec::new(),
        });
        best.weights = self.mix();
        best
    }

    /// The prices that the dual values are.
    fn prices(&self) -> Vec<f64> {
        let rows = self.model.right.len();
        let duals = self.simplex.as_ref().map(Simplex::duals);
        duals.map_or_else(
            || vec![0.0; rows],
            |duals| duals[..rows].iter().map(|dual| -dual).collect(),
        )
    }

    /// Lets rows leave or lack something where their prices ask for it; false on trouble.
    fn price_rows(&mut self) -> bool {
        let rows = self.model.right.len();
        let penalty = self.penalty;
        let Some(simplex) = &mut self.simplex else {
            return false;
        };
        for _ in 0..10 * rows {
            let mut worst = (-LEAST_SAVING, None);
            for (row, dual) in simplex.duals()[..rows].iter().enumerate() {
                let price = -dual;
                if row > 0 && price < worst.0 {
                    worst = (price, Some((Tag::Slack, row, 1.0)));
                }
                if penalty - price < worst.0 {
                    worst = (penalty - price, Some((Tag::Short, row, -1.0)));
                }
                if row == 0 && penalty + price < worst.0 {
                    worst = (penalty + price, Some((Tag::Short, row, 1.0)));
                }
            }
            let Some((tag, row, amount)) = worst.1 else {
                return true;
            };
            self.pivots += 1;
            if !simplex.enter(unit(tag, row, amount, penalty)) {
                return false;
            }
        }
        true
    }

    /// What all sites together could save by other picks at these costs.
    fn saving(&self, costs: &[f64]) -> f64 {
        let rows = self.model.right.len();
        let Some(simplex) = &self.simplex else {
            return 0.0;
        };
        let sites = simplex.duals()[rows..].iter().enumerate();
        sites
            .map(|(site, dual)| {
                let costs = self.model.of(site, costs);
                (dual - costs.iter().copied().fold(f64::INFINITY, f64::min)).max(0.0)
            })
            .sum()
    }

    /// Brings in the pick of each site that saves something, those that save most first.
    fn enter_picks(&mut self, allowed: &[bool]) -> bool {
        let rows = self.model.right.len();
        let mut order: Vec<(f64, usize)> = Vec::with_capacity(self.model.sites.len());
        let prices = self.prices();
        for site in 0..self.model.sites.len() {
            let options = self.model.of(site, allowed);
            let pick = self.model.best(site, options, &prices, &mut self.quote);
            let dual = self
                .simplex
                .as_ref()
                .map_or(0.0, |it| it.duals()[rows + site]);
            let Some(pick) = pick else { continue };
            if pick.cost - dual < -LEAST_SAVING {
                order.push((pick.cost - dual, site));
            }
        }
        order.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (_, site) in order {
            let mut prices = self.prices();
            for price in &mut prices[1..] {
                *price = price.max(0.0);
            }
            let options = self.model.of(site, allowed);
            let pick = self.model.best(site, options, &prices, &mut self.quote);
            let Some(pick) = pick else { continue };
            let column = self.column(site, &pick);
            let Some(simplex) = &mut self.simplex else {
                return false;
            };
            if simplex.reduced_cost(&column) < -LEAST_SAVING {
                self.pivots += 1;
                if !simplex.enter(column) {
                    return false;
                }
            }
        }
        true
    }

    /// Whether some row goes short in the mix, or something forbidden is in it.
    fn is_short(&self, allowed: &[bool]) -> bool {
        self.simplex.as_ref().is_some_and(|simplex| {
            simplex.solution().any(|(column, value)| {
                let wrong = match column.tag {
                    Tag::Slack => false,
                    Tag::Short => true,
                    Tag::Site { site, option, .. } => {
                        !allowed[self.model.first_option[site] + option]
                    }
                };
                wrong && value > 1e-8
            })
        })
    }

    /// Whether some site mixes options.
    fn is_torn(&self) -> bool {
        self.mix()
            .iter()
            .any(|&weight| weight > 1e-6 && weight < 1.0 - 1e-6)
    }

    /// How much of each option there is in the mix.
    fn mix(&self) -> Vec<f64> {
        let mut weights = vec![0.0; self.model.options_count()];
        for (column, value) in self.simplex.iter().flat_map(Simplex::solution) {
            if let Tag::Site { site, option, .. } = column.tag {
                weights[self.model.first_option[site] + option] += value;
            }
        }
        weights
    }
}

fn unit(tag: Tag, row: usize, amount: f64, penalty: f64) -> Column<Tag> {
    Column {
        tag,
        cost: match tag {
            Tag::Short => penalty,
            _ => 0.0,
        },
        amounts: vec![(row, amount)],
    }
}
