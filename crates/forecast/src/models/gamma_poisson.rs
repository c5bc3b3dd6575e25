//! Gamma-Poisson: a rate known up to what the record shows, so that counts are negative binomial.

use super::decay::{Decay, floats};
use super::{Fitted, Model, Parameter};
use crate::counts::Counts;
use crate::distributions::negative_binomial_log_pmf;
use crate::predictive::Distribution;

/// Half-lives among which one is picked, days.
const HALF_LIVES_DAYS: [f64; 11] = [1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 14.0, 21.0, 28.0, 56.0];
/// Days at first in which no half-life is scored.
pub(super) const BURN_IN_DAYS: f64 = 60.0;
/// Drop of the log likelihood at the 95 % bounds.
const DROP: f64 = 1.92;

/// Every bin of the past counts alike.
pub struct GammaPoisson;

/// Counts fade with age, with the half-life that would have forecast the past best.
pub struct DecayedGammaPoisson;

#[derive(Clone)]
struct State {
    decay: Decay,
    half_life_days: Option<f64>,
}

impl Model for GammaPoisson {
    fn name(&self) -> String {
        "gamma-Poisson, all history".into()
    }

    fn fit(&self, past: &Counts) -> Box<dyn Fitted> {
        let decay = Decay::new(past.sites(), 1.0, 0.5, 0.5 / past.bin_days());
        Box::new(
            State {
                decay,
                half_life_days: None,
            }
            .after(past),
        )
    }
}

impl Model for DecayedGammaPoisson {
    fn name(&self) -> String {
        "decayed gamma-Poisson".into()
    }

    fn fit(&self, past: &Counts) -> Box<dyn Fitted> {
        let mut best = (
            f64::NEG_INFINITY,
            HALF_LIVES_DAYS[HALF_LIVES_DAYS.len() - 1],
        );
        for (half_life, score) in scores(past) {
            if score > best.0 {
                best = (score, half_life);
            }
        }
        let decay = Decay::vague(past, best.1);
        Box::new(
            State {
                decay,
                half_life_days: Some(best.1),
            }
            .after(past),
        )
    }

    fn parameters(&self, past: &Counts) -> Vec<Parameter> {
        let scores = scores(past);
        let Some(best) = scores
            .iter()
            .copied()
            .reduce(|a, b| if b.1 > a.1 { b } else { a })
        else {
            return Vec::new();
        };
        let within = || {
            scores
                .iter()
                .filter(|(_, score)| *score >= best.1 - DROP)
                .map(|s| s.0)
        };
        vec![Parameter {
            name: "half-life (of those tried), days",
            site: None,
            estimate: best.0,
            low: within().fold(best.0, f64::min),
            high: within().fold(best.0, f64::max),
        }]
    }
}

/// The half-lives that are no shorter than a bin; the longest is always among them.
pub(super) fn tried(half_lives_days: &[f64], past: &Counts) -> impl Iterator<Item = f64> {
    let longest = half_lives_days.iter().copied().fold(0.0, f64::max);
    let least = past.bin_days().min(longest);
    half_lives_days
        .iter()
        .copied()
        .filter(move |days| *days >= least)
}

/// Log score of the past under each half-life.
fn scores(past: &Counts) -> Vec<(f64, f64)> {
    let first = past.bins_of_days(BURN_IN_DAYS);
    tried(&HALF_LIVES_DAYS, past)
        .map(|half_life| {
            let mut decay = Decay::vague(past, half_life);
            let mut sum = 0.0;
            for bin in 0..past.bins() {
                let counts = past.bin(bin);
                if bin >= first {
                    let sites = counts.iter().enumerate();
                    sum += sites
                        .map(|(site, &count)| {
                            let hits = decay.hits[site];
                            negative_binomial_log_pmf(f64::from(count), hits / decay.bins, hits)
                        })
                        .sum::<f64>();
                }
                decay.observe(floats(counts), 1.0);
            }
            (half_life, sum)
        })
        .collect()
}

impl State {
    fn after(mut self, past: &Counts) -> Self {
        (0..past.bins()).for_each(|bin| self.observe(past.bin(bin)));
        self
    }
}

impl Fitted for State {
    fn name(&self) -> Option<String> {
        let days = self.half_life_days?;
        Some(format!("decayed gamma-Poisson, {days}-day half-life"))
    }

    fn predict(&self, site: usize) -> Distribution {
        let Some(&hits) = self.decay.hits.get(site) else {
            return Distribution::poisson(0.0);
        };
        Distribution::negative_binomial(hits / self.decay.bins, hits)
    }

    fn is_online(&self) -> bool {
        self.half_life_days.is_none()
    }

    fn observe(&mut self, bin: &[u32]) {
        self.decay.observe(floats(bin), 1.0);
    }

    fn copy(&self) -> Box<dyn Fitted> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::super::decay::retain;
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_bin_of_a_week_keeps_what_seven_of_a_day_do() {
        let start = date(2024, 1, 1).at(0, 0, 0, 0);
        let (day, week) = (
            Counts::new(start, 24, vec![1.0]),
            Counts::new(start, 168, vec![1.0]),
        );
        let whole = libm::pow(retain(&day, 10.0), 7.0);
        assert!((whole - retain(&week, 10.0)).abs() < 1e-15);
    }

    #[test]
    fn a_steady_record_prefers_a_long_memory() {
        let start = date(2024, 1, 1).at(0, 0, 0, 0);
        let mut past = Counts::new(start, 24, vec![1.0; 3]);
        (0..200).for_each(|bin| past.push(&[2 + bin % 2, 1, bin % 3]));
        let [found] = &DecayedGammaPoisson.parameters(&past)[..] else {
            panic!("one parameter");
        };
        assert_eq!((found.estimate, found.high), (56.0, 56.0));
        assert!(found.low > 5.0);
        let name = DecayedGammaPoisson.fit(&past).name();
        assert_eq!(
            name.as_deref(),
            Some("decayed gamma-Poisson, 56-day half-life")
        );
    }
}
