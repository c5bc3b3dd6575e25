//! The default: decayed gamma-Poisson, pooled over sites, with half-lives averaged.

use super::decay::{Decay, floats, retain};
use super::{Fitted, Model};
use crate::counts::Counts;
use crate::distributions::{Gamma, log_sum_exp, negative_binomial_log_pmf, normalised};
use crate::predictive::Distribution;
use crate::tally::{HalfLife, POOLING, PRIOR_ATTACKS, PRIOR_SITE_DAYS, site_rate};

/// Half-lives besides those of [`HalfLife`], days. One shorter than two bins says no more than the last
/// bin does and is left out, which leaves those of [`HalfLife`] for weekly bins.
const SHORT_DAYS: [f64; 2] = [3.5, 7.0];
/// Days at first in which no pair is scored.
const BURN_IN_DAYS: f64 = 28.0;
/// Pairs with less weight than this are left out of a forecast.
const LEAST_WEIGHT: f64 = 1e-6;

/// Each site's rate is gamma-distributed around the overall rate times its exposure; counts fade. Pairs
/// of half-life and strength of pooling are weighted by the probability that each gave to the past, as
/// [`crate::Forecast`] does, class by class and with each report's own weight.
pub struct PooledDecay;

#[derive(Clone)]
struct State {
    exposure: Vec<f64>,
    total_exposure: f64,
    bin_days: f64,
    decays: Vec<Decay>,
    /// Log score of each pair, half-life by half-life.
    log_scores: Vec<f64>,
    weights: Vec<f64>,
    bins: usize,
    burn_in: usize,
}

/// Half-lives that can be told from each other in bins of this length; `None` forgets nothing.
pub(super) fn half_lives(bin_days: f64) -> Vec<Option<f64>> {
    let long = HalfLife::ALL.iter().map(|half_life| half_life.days());
    SHORT_DAYS
        .into_iter()
        .map(Some)
        .chain(long)
        .filter(|days| days.is_none_or(|days| days >= 2.0 * bin_days))
        .collect()
}

/// What is known of the overall rate from decayed counts, attacks a bin for each unit of exposure.
pub(super) fn overall(decay: &Decay, total_exposure: f64, bin_days: f64) -> Gamma {
    Gamma {
        shape: PRIOR_ATTACKS + decay.hits.iter().sum::<f64>(),
        rate: PRIOR_SITE_DAYS / bin_days + decay.bins * total_exposure,
    }
}

impl Model for PooledDecay {
    fn name(&self) -> String {
        "decayed gamma-Poisson, pooled, half-lives averaged".into()
    }

    fn fit(&self, past: &Counts) -> Box<dyn Fitted> {
        let bin_days = past.bin_days();
        let decays: Vec<Decay> = half_lives(bin_days)
            .into_iter()
            .map(|days| days.map_or(1.0, |days| retain(past, days)))
            .map(|retain| Decay::new(past.sites(), retain, 0.0, 0.0))
            .collect();
        let pairs = decays.len() * POOLING.len();
        let mut state = State {
            exposure: past.exposure().to_vec(),
            total_exposure: past.exposure().iter().sum(),
            bin_days,
            decays,
            log_scores: vec![0.0; pairs],
            weights: vec![1.0 / pairs as f64; pairs],
            bins: 0,
            burn_in: past.bins_of_days(BURN_IN_DAYS),
        };
        (0..past.bins()).for_each(|bin| state.observe(past.bin(bin)));
        Box::new(state)
    }
}

impl State {
    /// Mean and dispersion of the next count of a site under one pair, with the weight of each point of
    /// the overall rate.
    fn parts(&self, site: usize, half_life: usize, pooling: f64) -> [(f64, f64, f64); 2] {
        let decay = &self.decays[half_life];
        self.points(half_life).map(|(rate, weight)| {
            let expected = rate * self.exposure[site];
            let rate = site_rate(pooling, expected, decay.hits[site], decay.bins);
            (weight, rate.shape / rate.rate, rate.shape)
        })
    }

    fn points(&self, half_life: usize) -> [(f64, f64); 2] {
        overall(&self.decays[half_life], self.total_exposure, self.bin_days).two_points()
    }

    /// Log probability that a pair gives to a whole bin.
    fn score(&self, half_life: usize, pooling: f64, bin: &[u32]) -> f64 {
        let decay = &self.decays[half_life];
        let points = self
            .points(half_life)
            .map(|(rate, weight)| (rate, libm::log(weight)));
        let sites = bin.iter().zip(&self.exposure).zip(&decay.hits);
        sites
            .filter(|((_, exposure), _)| **exposure > 0.0)
            .map(|((&count, exposure), &hits)| {
                let logs = points.map(|(rate, log_weight)| {
                    let rate = site_rate(pooling, rate * exposure, hits, decay.bins);
                    let mean = rate.shape / rate.rate;
                    log_weight + negative_binomial_log_pmf(f64::from(count), mean, rate.shape)
                });
                log_sum_exp(&logs)
            })
            .sum()
    }
}

impl Fitted for State {
    fn predict(&self, site: usize) -> Distribution {
        if self
            .exposure
            .get(site)
            .is_none_or(|exposure| *exposure <= 0.0)
        {
            return Distribution::poisson(0.0);
        }
        let kept = self.weights.iter().filter(|weight| **weight > LEAST_WEIGHT);
        let total: f64 = kept.sum();
        let mut distribution = Distribution::default();
        for (pair, &pair_weight) in self.weights.iter().enumerate() {
            if pair_weight <= LEAST_WEIGHT {
                continue;
            }
            let (half_life, pooling) = (pair / POOLING.len(), POOLING[pair % POOLING.len()]);
            for (weight, mean, dispersion) in self.parts(site, half_life, pooling) {
                distribution.add(pair_weight / total * weight, mean, dispersion);
            }
        }
        distribution
    }

    fn is_online(&self) -> bool {
        true
    }

    fn observe(&mut self, bin: &[u32]) {
        if self.bins >= self.burn_in {
            for pair in 0..self.log_scores.len() {
                let (half_life, pooling) = (pair / POOLING.len(), POOLING[pair % POOLING.len()]);
                self.log_scores[pair] += self.score(half_life, pooling, bin);
            }
            self.weights = normalised(&self.log_scores);
        }
        self.bins += 1;
        for decay in &mut self.decays {
            decay.observe(floats(bin), 1.0);
        }
    }

    fn copy(&self) -> Box<dyn Fitted> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekly_bins_have_the_half_lives_of_the_forecast() {
        let ours: Vec<_> = HalfLife::ALL
            .iter()
            .map(|half_life| half_life.days())
            .collect();
        assert_eq!(half_lives(7.0), ours);
        assert_eq!(half_lives(1.0).len(), ours.len() + 2);
    }
}
