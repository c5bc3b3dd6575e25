//! Self-exciting counts: an attack makes the next ones likelier, in ever smaller measure.

use super::{Fitted, Model, Parameter, alone, groups};
use crate::counts::Counts;
use crate::distributions::Dispersed;
use crate::optimise::{Minimum, minimise, profile};
use crate::predictive::Distribution;

/// Days whose mean the intensity starts from, and days at first that are not scored.
const START_DAYS: f64 = 60.0;
const BURN_IN_DAYS: f64 = 30.0;
/// Dispersions beyond are taken as this one.
const DISPERSION_MAX: f64 = 200.0;

/// What a count scatters by around the intensity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noise {
    /// Poisson.
    Poisson,
    /// Negative binomial.
    NegativeBinomial,
}

/// The Hawkes process with an exponential kernel in bins, which is INGARCH(1, 1): intensity(t + 1) =
/// baseline + a · count(t) + b · intensity(t), each site by itself (Ferland, Latour and Oraichi, J. Time
/// Series Analysis 27, 2006; Kirchner, Stoch. Proc. Appl. 126, 2016, for the limit of short bins).
pub struct Ingarch {
    /// What a count scatters by.
    pub noise: Noise,
}

/// The figures of one fit. `persistence` = a + b, `response` = a / (a + b).
#[derive(Clone, Copy)]
struct Figures {
    baseline: f64,
    persistence: f64,
    response: f64,
    dispersion: f64,
}

#[derive(Clone)]
struct Site {
    figures: Figures,
    intensity: f64,
}

#[derive(Clone)]
struct State(Vec<Site>);

impl Figures {
    fn of(point: &[f64]) -> Self {
        let at = |index: usize| point.get(index).copied();
        let figure = |index| at(index).unwrap_or(0.0);
        Self {
            baseline: libm::exp(figure(0)),
            persistence: logistic(figure(1)),
            response: logistic(figure(2)),
            dispersion: at(3).map_or(f64::INFINITY, |log| libm::exp(log).min(DISPERSION_MAX)),
        }
    }

    fn next(self, intensity: f64, count: u32) -> f64 {
        let fresh = self.response * f64::from(count) + (1.0 - self.response) * intensity;
        self.baseline + self.persistence * fresh
    }
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// Everything of a group that its likelihood is made of.
struct Group {
    series: Vec<Vec<u32>>,
    most: u32,
    start_bins: usize,
    burn_in: usize,
}

impl Group {
    fn new(past: &Counts, sites: &[usize]) -> Self {
        let series: Vec<Vec<u32>> = sites.iter().map(|&site| past.of_site(site)).collect();
        Self {
            most: series.iter().flatten().copied().max().unwrap_or(0),
            series,
            start_bins: past.bins_of_days(START_DAYS),
            burn_in: past.bins_of_days(BURN_IN_DAYS),
        }
    }

    fn start(&self, series: &[u32]) -> f64 {
        let first = &series[..series.len().min(self.start_bins)];
        mean(first) + 0.01
    }

    fn loss(&self, point: &[f64]) -> f64 {
        let figures = Figures::of(point);
        if !figures.baseline.is_finite() || !figures.persistence.is_finite() {
            return f64::INFINITY;
        }
        let noise = Dispersed::new(figures.dispersion, self.most);
        let mut loss = 0.0;
        for series in &self.series {
            let mut intensity = self.start(series);
            for (bin, &count) in series.iter().enumerate() {
                if bin >= self.burn_in {
                    loss -= noise.log_pmf(count, intensity);
                }
                intensity = figures.next(intensity, count);
            }
        }
        loss
    }

    fn fit(&self, noise: Noise) -> Minimum {
        let all: Vec<f64> = self.series.iter().map(|series| mean(series)).collect();
        let mean = all.iter().sum::<f64>() / all.len().max(1) as f64;
        let mut start = vec![libm::log(0.1 * mean + 0.01), 1.5, -0.5];
        if noise == Noise::NegativeBinomial {
            start.push(0.7);
        }
        minimise(|point| self.loss(point), &start)
    }
}

fn mean(series: &[u32]) -> f64 {
    let sum: f64 = series.iter().map(|&count| f64::from(count)).sum();
    sum / series.len().max(1) as f64
}

impl Model for Ingarch {
    fn name(&self) -> String {
        match self.noise {
            Noise::Poisson => "Hawkes (INGARCH), Poisson".into(),
            Noise::NegativeBinomial => "Hawkes (INGARCH), negative binomial".into(),
        }
    }

    fn fit(&self, past: &Counts) -> Box<dyn Fitted> {
        let mut sites: Vec<Option<Site>> = vec![None; past.sites()];
        for members in groups(past) {
            let group = Group::new(past, &members);
            let figures = Figures::of(&group.fit(self.noise).point);
            for (&site, series) in members.iter().zip(&group.series) {
                let next = |intensity, &count: &u32| figures.next(intensity, count);
                let intensity = series.iter().fold(group.start(series), next);
                sites[site] = Some(Site { figures, intensity });
            }
        }
        Box::new(State(sites.into_iter().flatten().collect()))
    }

    fn parameters(&self, past: &Counts) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        for members in groups(past) {
            let group = Group::new(past, &members);
            let best = group.fit(self.noise);
            let mut add = |name, index: usize, scale: fn(f64) -> f64| {
                let [low, high] = profile(|point| group.loss(point), &best, index);
                parameters.push(Parameter {
                    name,
                    site: alone(&members),
                    estimate: scale(best.point[index]),
                    low: scale(low),
                    high: scale(high),
                });
            };
            add("baseline, attacks a bin", 0, libm::exp);
            add("persistence", 1, logistic);
            add("share of it that answers the last bin", 2, logistic);
            if self.noise == Noise::NegativeBinomial {
                add("dispersion", 3, |log| libm::exp(log).min(DISPERSION_MAX));
            }
        }
        parameters
    }
}

impl Fitted for State {
    fn predict(&self, site: usize) -> Distribution {
        let Some(site) = self.0.get(site) else {
            return Distribution::poisson(0.0);
        };
        Distribution::negative_binomial(site.intensity, site.figures.dispersion)
    }

    fn observe(&mut self, bin: &[u32]) {
        for (site, &count) in self.0.iter_mut().zip(bin) {
            site.intensity = site.figures.next(site.intensity, count);
        }
    }

    fn copy(&self) -> Box<dyn Fitted> {
        Box::new(self.clone())
    }
}
