//! A pool of half-lives, with the rhythm of the week, recalibrated site by site.

use super::decay::{Decay, floats, retain};
use super::pooled::overall;
use super::season::Season;
use super::{Fitted, Model};
use crate::counts::Counts;
use crate::distributions::normalised;
use crate::predictive::Distribution;
use crate::special::SymmetricBeta;
use std::collections::VecDeque;

/// Half-lives of the pool, days; the last forgets nothing.
const HALF_LIVES_DAYS: [f64; 7] = [3.5, 7.0, 14.0, 28.0, 56.0, 112.0, f64::INFINITY];
const POOL: usize = HALF_LIVES_DAYS.len();
/// Shape of a site's rate around that of all sites, before its own record: half an attack.
const SITE_SHAPE: f64 = 0.5;
/// The weights of the pool are found anew after so many days, from bins that fade with a half-life of a
/// year, by so many steps of expectation and maximisation.
const REWEIGH_DAYS: f64 = 28.0;
const MEMORY_DAYS: f64 = 365.0;
const STEPS: usize = 30;
/// Bins kept for that.
const BINS_MAX: usize = 3000;
/// Bins that each half-life is credited with beforehand.
const PRIOR_BINS: f64 = 0.1;
/// Shapes of the beta transforms: under 1 wider than the pool, over 1 narrower.
const SHAPES: [f64; 9] = [0.6, 0.7, 0.8, 0.9, 1.0, 1.15, 1.3, 1.5, 1.8];
/// Standard deviation of the logarithm of the shape, before a site's record (assumed).
const SHAPE_SIGMA: f64 = 0.3;
/// How long a site's calibration is remembered: half-life in days, and in bins at least.
const CALIBRATION_DAYS: f64 = 60.0;
const CALIBRATION_BINS: f64 = 60.0;
/// Least probability that a count is scored with when weights are found.
const FLOOR: f64 = 1e-12;

/// One forecast out of several memories: a linear pool of gamma-Poisson forecasts with half-lives from
/// half a week to for ever, weighted together so that the pool would have forecast the past best
/// (stacking; Yao, Vehtari, Simpson and Gelman, Bayesian Analysis 13, 2018), with factors for weekday and
/// part of the day. Counts scatter less than Poisson where one attack keeps the next from being counted,
/// and more where attacks come together; so each site's distribution function is then widened or
/// narrowed by a beta transform (Ranjan and Gneiting, JRSS B 72, 2010), the shapes averaged by how well
/// each did there lately.
pub struct RecalibratedPool;

#[derive(Clone)]
struct State {
    exposure: Vec<f64>,
    total_exposure: f64,
    bin_days: f64,
    decays: Vec<Decay>,
    pool: [f64; POOL],
    season: Season,
    calibration: Vec<Calibration>,
    calibration_retain: f64,
    /// For the last bins, by site, what each half-life gave to the count.
    record: VecDeque<Vec<[f64; POOL]>>,
    since_reweighed: usize,
}

/// How each shape did at one site.
#[derive(Clone)]
struct Calibration {
    log_scores: [f64; SHAPES.len()],
}

impl Model for RecalibratedPool {
    fn name(&self) -> String {
        "pool of half-lives, by weekday, recalibrated".into()
    }

    fn fit(&self, past: &Counts) -> Box<dyn Fitted> {
        let decay = |days| Decay::new(past.sites(), retain(past, days), 0.0, 0.0);
        let bin_days = past.bin_days();
        let calibration_bins = (CALIBRATION_DAYS / bin_days).max(CALIBRATION_BINS);
        let calibration = Calibration {
            log_scores: [0.0; SHAPES.len()],
        };
        let mut state = State {
            exposure: past.exposure().to_vec(),
            total_exposure: past.exposure().iter().sum(),
            bin_days,
            decays: HALF_LIVES_DAYS.map(decay).to_vec(),
            pool: [1.0 / POOL as f64; POOL],
            season: Season::new(past),
            calibration: vec![calibration; past.sites()],
            calibration_retain: libm::exp2(-1.0 / calibration_bins),
            record: VecDeque::new(),
            since_reweighed: 0,
        };
        (0..past.bins()).for_each(|bin| state.observe(past.bin(bin)));
        Box::new(state)
    }
}

fn transforms() -> [SymmetricBeta; SHAPES.len()] {
    SHAPES.map(SymmetricBeta::new)
}

impl Calibration {
    fn weights(&self) -> Vec<f64> {
        let logs: Vec<f64> = SHAPES
            .iter()
            .zip(&self.log_scores)
            .map(|(shape, score)| {
                let z = libm::log(*shape) / SHAPE_SIGMA;
                score - 0.5 * z * z
            })
            .collect();
        normalised(&logs)
    }

    fn observe(&mut self, below: f64, at: f64, transforms: &[SymmetricBeta], retain: f64) {
        for (score, transform) in self.log_scores.iter_mut().zip(transforms) {
            let probability = transform.at(at) - transform.at(below);
            *score = *score * retain + libm::log(probability.max(FLOOR));
        }
    }
}

impl State {
    /// Mean and dispersion of a site's next count, by half-life. `rates` are those of all sites.
    fn parts(&self, site: usize, rates: &[f64], factor: f64) -> [(f64, f64); POOL] {
        std::array::from_fn(|half_life| {
            let decay = &self.decays[half_life];
            let expected = rates[half_life] * self.exposure[site];
            let shape = SITE_SHAPE + decay.hits[site];
            (factor * shape / (SITE_SHAPE / expected + decay.bins), shape)
        })
    }

    fn rates(&self) -> Vec<f64> {
        let mean = |decay| {
            let rate = overall(decay, self.total_exposure, self.bin_days);
            rate.shape / rate.rate
        };
        self.decays.iter().map(mean).collect()
    }

    fn pooled(&self, parts: &[(f64, f64); POOL]) -> Distribution {
        let mut distribution = Distribution::default();
        for (weight, (mean, dispersion)) in self.pool.iter().zip(parts) {
            distribution.add(*weight, *mean, *dispersion);
        }
        distribution
    }

    fn is_reached(&self, site: usize) -> bool {
        self.exposure
            .get(site)
            .is_some_and(|exposure| *exposure > 0.0)
    }

    /// The weights under which the pool gives most probability to the record.
    fn reweigh(&mut self) {
        let fade = libm::exp2(-self.bin_days / MEMORY_DAYS);
        for _ in 0..STEPS {
            let credit = PRIOR_BINS * self.exposure.len() as f64;
            let mut sums = [credit; POOL];
            let mut worth = 1.0;
            for bin in self.record.iter().rev() {
                for given in bin {
                    let pairs = self.pool.iter().zip(given);
                    let total: f64 = pairs.map(|(weight, p)| weight * p).sum();
                    for (sum, (weight, p)) in sums.iter_mut().zip(self.pool.iter().zip(given)) {
                        *sum += worth * weight * p / total;
                    }
                }
                worth *= fade;
            }
            let total: f64 = sums.iter().sum();
            self.pool = sums.map(|sum| sum / total);
        }
    }
}

impl Fitted for State {
    fn predict(&self, site: usize) -> Distribution {
        if !self.is_reached(site) {
            return Distribution::poisson(0.0);
        }
        let parts = self.parts(site, &self.rates(), self.season.factor());
        let weights = self.calibration[site].weights();
        let transforms = weights.into_iter().zip(transforms()).collect();
        self.pooled(&parts).transformed(transforms)
    }

    fn is_online(&self) -> bool {
        true
    }

    fn observe(&mut self, bin: &[u32]) {
        let (rates, factor, transforms) = (self.rates(), self.season.factor(), transforms());
        let (mut came, mut expected) = (0.0, 0.0);
        let mut record = Vec::with_capacity(bin.len());
        for (site, &count) in bin.iter().enumerate() {
            if !self.is_reached(site) {
                continue;
            }
            let parts = self.parts(site, &rates, factor);
            let pooled = self.pooled(&parts);
            let (below, at) = pooled.plain_bounds(count);
            self.calibration[site].observe(below, at, &transforms, self.calibration_retain);
            record.push(parts.map(|(mean, dispersion)| {
                let one = Distribution::negative_binomial(mean, dispersion);
                libm::exp(one.log_probability(count)).max(FLOOR)
            }));
            came += f64::from(count);
            expected += pooled.mean();
        }
        self.season.observe(came, expected);
        for decay in &mut self.decays {
            decay.observe(floats(bin), factor);
        }
        self.record.push_back(record);
        if self.record.len() > BINS_MAX {
            self.record.pop_front();
        }
        self.since_reweighed += 1;
        if self.since_reweighed as f64 * self.bin_days >= REWEIGH_DAYS {
            self.reweigh();
            self.since_reweighed = 0;
        }
    }

    fn copy(&self) -> Box<dyn Fitted> {
        Box::new(self.clone())
    }
}
