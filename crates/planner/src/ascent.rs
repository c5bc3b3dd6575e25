//! Good prices quickly: steps along the subgradient of the bound.
//!
//! Held, Wolfe and Crowder, "Validation of subgradient optimization", 1974, with the direction
//! carried over from step to step (Camerini, Fratta and Maffioli, 1975). It has no exact end, but
//! needs no memory beyond the prices, so that it serves where the master program would be too large
//! and gives that program a start where it is not.

use crate::master::Relaxed;
use crate::model::{Model, Quote};
use std::time::Instant;

/// Share of the running mean that each step keeps.
const MEMORY: f64 = 0.95;

/// What was climbed to in steps towards a bound of `target`, the scaled loss of a plan.
///
/// The weights are a running mean of the picks on the way, which nears the mix that best prices go
/// with (Barahona and Anbil, "The volume algorithm", 2000).
pub fn ascend(model: &Model, target: f64, deadline: Option<Instant>, steps: u32) -> Relaxed {
    let rows = model.right.len();
    let mut prices = vec![0.0; rows];
    let mut best = (f64::NEG_INFINITY, prices.clone());
    let mut carried = vec![0.0; rows];
    let mut slope = vec![0.0; rows];
    let (mut pace, mut stale) = (1.0, 0);
    let mut quote = Quote::default();
    let mut weights = vec![0.0; model.options_count()];
    for step in 0..steps {
        let is_late = step > 0 && deadline.is_some_and(|at| Instant::now() >= at);
        if is_late || pace < 1e-4 {
            break;
        }
        let memory = if step == 0 { 0.0 } else { MEMORY };
        weights.iter_mut().for_each(|weight| *weight *= memory);
        let bound = climb(model, &mut prices, &mut slope, &mut quote, |option| {
            weights[option] += 1.0 - memory;
        });
        if bound > best.0 + 1e-6 * target.abs() {
            stale = 0;
        } else {
            stale += 1;
        }
        if bound > best.0 {
            best = (bound, prices.clone());
        }
        if stale >= 10 {
            (stale, pace) = (0, pace / 2.0);
            prices.clone_from(&best.1);
            carried.fill(0.0);
            continue;
        }
        for (row, (carried, slope)) in carried.iter_mut().zip(&slope).enumerate() {
            // A price of nothing that would fall stays.
            let idle = row > 0 && prices[row] <= 0.0 && *slope < 0.0;
            *carried = if idle { 0.0 } else { slope + 0.7 * *carried };
        }
        let length: f64 = carried.iter().map(|it| it * it).sum();
        if length < 1e-18 {
            break;
        }
        let step = pace * (target - bound).max(1e-3 * target.abs()) / length;
        for (price, carried) in prices.iter_mut().zip(&carried) {
            *price += step * carried;
        }
    }
    let (_, mut prices) = best;
    let all = vec![true; model.options_count()];
    let (bound, costs) = model.bound(&all, &mut prices, &mut quote);
    Relaxed {
        bound,
        prices,
        costs,
        weights,
    }
}

/// The bound at the prices, which are mended, and how it changes with each.
fn climb(
    model: &Model,
    prices: &mut [f64],
    slope: &mut [f64],
    quote: &mut Quote,
    mut picked: impl FnMut(usize),
) -> f64 {
    model.mend(prices);
    let mut bound = model.constant(prices);
    for (slope, right) in slope.iter_mut().zip(&model.right) {
        *slope = -right;
    }
    let all = vec![true; model.options_count()];
    for site in 0..model.sites.len() {
        let Some(pick) = model.best(site, model.of(site, &all), prices, quote) else {
            continue;
        };
        bound += pick.cost;
        picked(model.first_option[site] + pick.option);
        for (row, amount) in model.activity(site, &pick, quote).amounts {
            slope[row] += amount;
        }
    }
    bound
}
