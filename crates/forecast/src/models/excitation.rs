//! Decay with national excitation: what happens anywhere raises the forecast everywhere.

use super::decay::{Decay, floats, means};
use super::gamma_poisson::BURN_IN_DAYS;
use super::{Fitted, Model, Parameter, alone, decayed_dispersion, groups};
use crate::counts::Counts;
use crate::distributions::Dispersed;
use crate::optimise::{Minimum, minimise, profile};
use crate::predictive::Distribution;

const NATIONAL_DAYS: f64 = 2.0;
const LONG_DAYS: f64 = 28.0;
const MEAN_MIN: f64 = 1e-3;
const DISPERSION_MAX: f64 = 200.0;
/// Terms of the mean.
const TERMS: usize = 5;

/// A mean that is a sum, with weights ≥ 0 fitted to each site, of a constant, the site's decayed mean
/// at its own half-life and at 28 days, the decayed mean of all sites at 2 days, and the last count;
/// negative binomial around it.
pub struct NationalExcitation;

#[derive(Clone)]
struct Site {
    weights: [f64; TERMS],
    dispersion: f64,
    own: Decay,
    long: Decay,
    last: f64,
}

#[derive(Clone)]
struct State {
    sites: Vec<Site>,
    national: Decay,
}

/// What the likelihood of a group is made of: count and terms of every bin after the first 60 days.
struct Group {
    rows: Vec<(u32, [f64; TERMS])>,
    most: u32,
}

fn national(past: &Counts) -> Vec<f64> {
    let bins = 0..past.bins();
    bins.map(|bin| national_mean(past.bin(bin))).collect()
}

fn national_mean(bin: &[u32]) -> f64 {
    floats(bin).sum::<f64>() / bin.len().max(1) as f64
}

impl Group {
    fn new(past: &Counts, sites: &[usize], half_life_days: f64, national: &[f64]) -> Self {
        let first = past.bins_of_days(BURN_IN_DAYS);
        let everywhere = means(past, national.iter().copied(), NATIONAL_DAYS);
        let rows = sites.iter().flat_map(|&site| {
            let series = past.of_site(site);
            let own = means(past, floats(&series), half_life_days);
            let long = means(past, floats(&series), LONG_DAYS);
            let last = std::iter::once(0.0).chain(floats(&series));
            let rows: Vec<_> = series
                .iter()
                .copied()
                .zip(last)
                .enumerate()
                .map(|(bin, (count, last))| {
                    (count, [1.0, own[bin], everywhere[bin], long[bin], last])
                })
                .skip(first)
                .collect();
            rows
        });
        let rows: Vec<_> = rows.collect();
        let most = rows.iter().map(|(count, _)| *count).max().unwrap_or(0);
        Self { rows, most }
    }

    fn loss(&self, point: &[f64]) -> f64 {
        let (weights, dispersion) = figures(point);
        if !dispersion.is_finite() || weights.iter().any(|weight| !weight.is_finite()) {
            return f64::INFINITY;
        }
        let noise = Dispersed::new(dispersion, self.most);
        let rows = self.rows.iter();
        rows.map(|(count, terms)| -noise.log_pmf(*count, mean(&weights, terms)))
            .sum()
    }

    fn fit(&self) -> Minimum {
        minimise(
            |point| self.loss(point),
            &[-3.0, -0.7, -3.0, -1.5, -2.0, 0.7],
        )
    }
}

fn figures(point: &[f64]) -> ([f64; TERMS], f64) {
    let figure = |index: usize| point.get(index).map_or(0.0, |log| libm::exp(*log));
    (
        std::array::from_fn(figure),
        figure(TERMS).min(DISPERSION_MAX),
    )
}

fn mean(weights: &[f64; TERMS], terms: &[f64; TERMS]) -> f64 {
    let pairs = weights.iter().zip(terms);
    pairs
        .map(|(weight, term)| weight * term)
        .sum::<f64>()
        .max(MEAN_MIN)
}

impl Model for NationalExcitation {
    fn name(&self) -> String {
        "decay + national excitation".into()
    }

    fn fit(&self, past: &Counts) -> Box<dyn Fitted> {
        let all = national(past);
        let mut sites: Vec<Option<Site>> = vec![None; past.sites()];
        for members in groups(past) {
            let half_life = decayed_dispersion::half_life_days(past, &members);
            let fit = Group::new(past, &members, half_life, &all).fit();
            let (weights, dispersion) = figures(&fit.point);
            for &site in &members {
                let mut own = Decay::vague(past, half_life);
                let mut long = Decay::vague(past, LONG_DAYS);
                own.hits.truncate(1);
                long.hits.truncate(1);
                sites[site] = Some(Site {
                    weights,
                    dispersion,
                    own,
                    long,
                    last: 0.0,
                });
            }
        }
        let mut national = Decay::vague(past, NATIONAL_DAYS);
        national.hits.resize(1, 0.5);
        let mut state = State {
            sites: sites.into_iter().flatten().collect(),
            national,
        };
        (0..past.bins()).for_each(|bin| state.observe(past.bin(bin)));
        Box::new(state)
    }

    fn parameters(&self, past: &Counts) -> Vec<Parameter> {
        const NAMES: [&str; TERMS + 1] = [
            "constant, attacks a bin",
            "weight of the site's own decayed mean",
            "weight of the decayed mean of all sites",
            "weight of the site's mean of a month",
            "weight of the last bin",
            "dispersion",
        ];
        let all = national(past);
        let mut parameters = Vec::new();
        for members in groups(past) {
            let half_life = decayed_dispersion::half_life_days(past, &members);
            let group = Group::new(past, &members, half_life, &all);
            let best = group.fit();
            for (index, name) in NAMES.into_iter().enumerate() {
                let [low, high] = profile(|point| group.loss(point), &best, index);
                let scale = |log: f64| match index {
                    TERMS => libm::exp(log).min(DISPERSION_MAX),
                    _ => libm::exp(log),
                };
                parameters.push(Parameter {
                    name,
                    site: alone(&members),
                    estimate: scale(best.point[index]),
                    low: scale(low),
                    high: scale(high),
                });
            }
        }
        parameters
    }
}

impl Fitted for State {
    fn predict(&self, site: usize) -> Distribution {
        let Some(site) = self.sites.get(site) else {
            return Distribution::poisson(0.0);
        };
        let (own, long) = (site.own.mean(0), site.long.mean(0));
        let terms = [1.0, own, self.national.mean(0), long, site.last];
        Distribution::negative_binomial(mean(&site.weights, &terms), site.dispersion)
    }

    fn observe(&mut self, bin: &[u32]) {
        for (site, &count) in self.sites.iter_mut().zip(bin) {
            let count = f64::from(count);
            site.own.observe([count], 1.0);
            site.long.observe([count], 1.0);
            site.last = count;
        }
        self.national.observe([national_mean(bin)], 1.0);
    }

    fn copy(&self) -> Box<dyn Fitted> {
        Box::new(self.clone())
    }
}
