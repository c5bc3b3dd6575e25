//! What a model says of one count to come: a whole distribution over 0, 1, 2, …

use crate::distributions::{log_sum_exp, negative_binomial_log_pmf};
use crate::special::{SymmetricBeta, beta, gamma_lower};

/// Above this dispersion, in units of the mean or of one, the negative binomial distribution is taken
/// as the Poisson distribution where it is summed; they differ by less than a part in 10⁹.
const POISSON_FROM: f64 = 1e10;
/// Most steps of a [`Table`]; counts of a wider distribution are taken together.
const STEPS_MAX: u64 = 4096;
/// Distribution functions of counts below this are summed term by term.
const SUMMED: u64 = 64;
/// The table ends where less than e^−this is left.
const TAIL_NATS: f64 = 30.0;

/// One part of a mixture.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    /// Variance is mean + mean² / dispersion; an infinite dispersion is the Poisson distribution.
    NegativeBinomial { mean: f64, dispersion: f64 },
    /// Always this count.
    Exactly(u32),
}

/// A distribution over counts: a mixture, and on top of it, where a model recalibrates, a mixture of
/// beta transforms of its distribution function (Ranjan and Gneiting, JRSS B 72, 2010).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Distribution {
    parts: Vec<(f64, Part)>,
    transforms: Vec<(f64, SymmetricBeta)>,
}

/// The distribution function of a [`Distribution`] at every `step`-th count.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    step: u64,
    /// At `step` − 1, 2 `step` − 1, …; never falls, ends near 1.
    cumulative: Vec<f64>,
}

impl Distribution {
    /// The Poisson distribution of this mean (≥ 0).
    #[must_use]
    pub fn poisson(mean: f64) -> Self {
        Self::negative_binomial(mean, f64::INFINITY)
    }

    /// The negative binomial distribution of this mean (≥ 0) and dispersion (> 0): its variance is
    /// mean + mean² / dispersion.
    #[must_use]
    pub fn negative_binomial(mean: f64, dispersion: f64) -> Self {
        let mut one = Self::default();
        one.add(1.0, mean, dispersion);
        one
    }

    /// Adds a negative binomial part with this weight. Weights must sum to 1 once all are added.
    pub fn add(&mut self, weight: f64, mean: f64, dispersion: f64) {
        let mean = if mean.is_finite() { mean.max(0.0) } else { 0.0 };
        let part = Part::NegativeBinomial { mean, dispersion };
        self.parts.push((weight, part));
    }

    /// Adds a count that comes with this probability.
    pub fn add_exactly(&mut self, weight: f64, count: u32) {
        self.parts.push((weight, Part::Exactly(count)));
    }

    /// Replaces the distribution function F by the mean of I_F(s, s) over pairs of weight and s: wider
    /// than F for s < 1, narrower for s > 1. Weights must sum to 1.
    #[must_use]
    pub(crate) fn transformed(mut self, transforms: Vec<(f64, SymmetricBeta)>) -> Self {
        self.transforms = transforms;
        self
    }

    /// Natural logarithm of the probability of a count, ≤ 0; negative infinity for the impossible.
    #[must_use]
    pub fn log_probability(&self, count: u32) -> f64 {
        let plain = self.plain_log_probability(count);
        if self.transforms.is_empty() {
            return plain;
        }
        let below = match count.checked_sub(1) {
            Some(before) => self.plain_cumulative(u64::from(before)),
            None => 0.0,
        };
        let at = (below + libm::exp(plain)).min(1.0);
        let logs: Vec<f64> = self
            .transforms
            .iter()
            .map(|(weight, transform)| {
                // Far out differences of the distribution function are lost; the plain part is not.
                let log = if transform.shape == 1.0 {
                    plain
                } else {
                    libm::log((transform.at(at) - transform.at(below)).max(0.0))
                };
                libm::log(*weight) + log
            })
            .collect();
        log_sum_exp(&logs).min(0.0)
    }

    /// Mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.transforms.is_empty() {
            self.plain_mean()
        } else {
            self.table().moments().0
        }
    }

    /// Mean and variance. `table` is its own [`Distribution::table`].
    #[must_use]
    pub fn moments(&self, table: &Table) -> (f64, f64) {
        let (mean, variance) = table.moments();
        if self.transforms.is_empty() {
            (self.plain_mean(), variance)
        } else {
            (mean, variance)
        }
    }

    fn plain_mean(&self) -> f64 {
        self.parts
            .iter()
            .map(|(weight, part)| {
                weight
                    * match *part {
                        Part::NegativeBinomial { mean, .. } => mean,
                        Part::Exactly(count) => f64::from(count),
                    }
            })
            .sum()
    }

    /// Its distribution function, tabulated until almost nothing is left.
    #[must_use]
    pub fn table(&self) -> Table {
        let reach = self.parts.iter().map(|(_, part)| part.reach());
        let reach = reach.fold(0.0, f64::max).min(1e15) as u64 + 1;
        let step = reach.div_ceil(STEPS_MAX);
        let mut cumulative = vec![0.0; reach.div_ceil(step) as usize];
        for &(weight, part) in self.parts.iter().filter(|(weight, _)| *weight > 0.0) {
            part.tabulate(weight, step, &mut cumulative);
        }
        if !self.transforms.is_empty() {
            for value in &mut cumulative {
                *value = self.transform(*value);
            }
        }
        let mut most: f64 = 0.0;
        for value in &mut cumulative {
            most = most.max(*value).min(1.0);
            *value = most;
        }
        Table { step, cumulative }
    }

    fn transform(&self, value: f64) -> f64 {
        self.transforms
            .iter()
            .map(|(weight, transform)| weight * transform.at(value))
            .sum()
    }

    fn plain_log_probability(&self, count: u32) -> f64 {
        let logs: Vec<f64> = self
            .parts
            .iter()
            .filter(|(weight, _)| *weight > 0.0)
            .map(|(weight, part)| libm::log(*weight) + part.log_probability(count))
            .collect();
        log_sum_exp(&logs).min(0.0)
    }

    fn plain_cumulative(&self, count: u64) -> f64 {
        self.parts
            .iter()
            .map(|(weight, part)| weight * part.cumulative(count))
            .sum()
    }

    /// What the plain mixture says of a count: the distribution function before it and at it.
    pub(crate) fn plain_bounds(&self, count: u32) -> (f64, f64) {
        let below = match count.checked_sub(1) {
            Some(before) => self.plain_cumulative(u64::from(before)),
            None => 0.0,
        };
        let here = libm::exp(self.plain_log_probability(count));
        (below.min(1.0), (below + here).min(1.0))
    }
}

impl Part {
    fn log_probability(self, count: u32) -> f64 {
        match self {
            Self::NegativeBinomial { mean, dispersion } => {
                negative_binomial_log_pmf(f64::from(count), mean, dispersion)
            }
            Self::Exactly(own) if own == count => 0.0,
            Self::Exactly(_) => f64::NEG_INFINITY,
        }
    }

    /// The count beyond which nothing that matters is left.
    fn reach(self) -> f64 {
        match self {
            Self::NegativeBinomial { mean, dispersion } => {
                // The tail falls by (mean / (mean + dispersion)) a count; near the mean it is normal.
                let deviation = libm::sqrt(mean + mean * mean / dispersion);
                if mean > 0.0 {
                    mean + 8.0 * deviation + TAIL_NATS / libm::log1p(dispersion / mean)
                } else {
                    0.0
                }
            }
            Self::Exactly(count) => f64::from(count),
        }
    }

    fn cumulative(self, count: u64) -> f64 {
        match self {
            Self::NegativeBinomial { mean, dispersion } => {
                let next = count as f64 + 1.0;
                if mean <= 0.0 {
                    1.0
                } else if count < SUMMED && mean < 100.0 {
                    let mut cumulative = [0.0; SUMMED as usize];
                    let upto = &mut cumulative[..=count as usize];
                    self.tabulate(1.0, 1, upto);
                    upto[count as usize].min(1.0)
                } else if dispersion > POISSON_FROM * mean.max(1.0) {
                    1.0 - gamma_lower(next, mean)
                } else {
                    beta(dispersion / (dispersion + mean), dispersion, next)
                }
            }
            Self::Exactly(own) => f64::from(u8::from(count >= u64::from(own))),
        }
    }

    /// Adds its distribution function, times `weight`, at every `step`-th count.
    fn tabulate(self, weight: f64, step: u64, cumulative: &mut [f64]) {
        let Self::NegativeBinomial { mean, dispersion } = self else {
            return self.tabulate_slowly(weight, step, cumulative);
        };
        let first = negative_binomial_log_pmf(0.0, mean, dispersion);
        if step > 1 || first < -600.0 {
            return self.tabulate_slowly(weight, step, cumulative);
        }
        let mut probability = libm::exp(first);
        let mut sum = 0.0;
        // m / (m + r) · (r + n) / (n + 1), whole also where r is infinite.
        let success = mean / (1.0 + mean / dispersion);
        for (count, value) in cumulative.iter_mut().enumerate() {
            sum += probability;
            *value += weight * sum;
            let count = count as f64;
            probability *= success * (1.0 + count / dispersion) / (count + 1.0);
        }
    }

    fn tabulate_slowly(self, weight: f64, step: u64, cumulative: &mut [f64]) {
        for (place, value) in cumulative.iter_mut().enumerate() {
            *value += weight * self.cumulative((place as u64 + 1) * step - 1);
        }
    }
}

impl Table {
    /// Probability of at most this count; between steps by a straight line.
    #[must_use]
    pub fn cumulative(&self, count: i64) -> f64 {
        let Ok(count) = u64::try_from(count) else {
            return 0.0;
        };
        let place = (count / self.step) as usize;
        let Some(&above) = self.cumulative.get(place) else {
            return 1.0;
        };
        let below = match place.checked_sub(1) {
            Some(before) => self.cumulative[before],
            None => 0.0,
        };
        let share = (count % self.step + 1) as f64 / self.step as f64;
        below + share * (above - below)
    }

    /// Least count whose distribution function reaches `level` (0 to 1).
    #[must_use]
    pub fn quantile(&self, level: f64) -> u64 {
        let place = self.cumulative.partition_point(|&value| value < level);
        let last = self.cumulative.len().saturating_sub(1);
        let place = place.min(last);
        let start = place as u64 * self.step;
        if self.step == 1 {
            return start;
        }
        let below = match place.checked_sub(1) {
            Some(before) => self.cumulative[before],
            None => 0.0,
        };
        let within = self.cumulative.get(place).map_or(0.0, |at| at - below);
        let share = if within > 0.0 {
            ((level - below) / within).clamp(0.0, 1.0)
        } else {
            0.0
        };
        start + libm::floor(share * (self.step - 1) as f64) as u64
    }

    /// Continuous ranked probability score against a count, ≥ 0 (Epstein, 1969; Matheson and Winkler,
    /// Management Science 22, 1976).
    #[must_use]
    pub fn crps(&self, observed: u32) -> f64 {
        let observed = u64::from(observed);
        let mut score = 0.0;
        let mut start = 0;
        for &value in &self.cumulative {
            let end = start + self.step;
            // How many counts of this step lie below the one observed.
            let below = observed.clamp(start, end) - start;
            let above = self.step - below;
            score += below as f64 * value * value + above as f64 * (1.0 - value) * (1.0 - value);
            start = end;
        }
        score + observed.saturating_sub(start) as f64
    }

    /// Mean and variance.
    #[must_use]
    pub fn moments(&self) -> (f64, f64) {
        let (mut mean, mut square) = (0.0, 0.0);
        let mut before = 0.0;
        for (place, &value) in self.cumulative.iter().enumerate() {
            let middle = place as f64 * self.step as f64 + 0.5 * (self.step - 1) as f64;
            mean += (value - before) * middle;
            square += (value - before) * middle * middle;
            before = value;
        }
        (mean, (square - mean * mean).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not {b}");
    }

    #[test]
    fn tables_sum_the_probabilities() {
        for (mean, dispersion) in [(0.0, 1.0), (0.3, 0.2), (4.0, 7.0), (90.0, f64::INFINITY)] {
            let one = Distribution::negative_binomial(mean, dispersion);
            let table = one.table();
            let mut sum = 0.0;
            for count in 0..150_u32 {
                sum += libm::exp(one.log_probability(count));
                close(table.cumulative(i64::from(count)), sum, 1e-10);
                close(one.plain_cumulative(u64::from(count)), sum, 1e-10);
            }
            let (of_table, variance) = table.moments();
            close(of_table, mean, 1e-8);
            close(variance, mean + mean * mean / dispersion, 1e-6);
        }
    }

    /// A mixture of half 0 and half 3 has CRPS ¼ + ¼ + ¼ against 0, by hand.
    #[test]
    fn scores_by_hand() {
        let mut two = Distribution::default();
        two.add_exactly(0.5, 0);
        two.add_exactly(0.5, 3);
        let table = two.table();
        close(table.crps(0), 0.75, 1e-15);
        close(table.crps(3), 0.75, 1e-15);
        close(table.crps(5), 2.75, 1e-15);
        assert_eq!((table.quantile(0.5), table.quantile(0.51)), (0, 3));
        close(two.log_probability(3), libm::log(0.5), 1e-15);
        assert_eq!(two.log_probability(1), f64::NEG_INFINITY);
    }

    #[test]
    fn transforms_widen_and_narrow_and_still_sum_to_one() {
        for shape in [0.6, 1.0, 1.5] {
            let plain = Distribution::negative_binomial(5.0, 20.0);
            let (_, before) = plain.table().moments();
            let moved = plain.transformed(vec![(1.0, SymmetricBeta::new(shape))]);
            let sum: f64 = (0..200).map(|n| libm::exp(moved.log_probability(n))).sum();
            close(sum, 1.0, 1e-9);
            let (_, variance) = moved.table().moments();
            assert_eq!(
                variance > before + 1e-6,
                shape < 1.0,
                "{shape}: {variance} {before}"
            );
            assert_eq!(
                variance < before - 1e-6,
                shape > 1.0,
                "{shape}: {variance} {before}"
            );
        }
    }

    #[test]
    fn wide_distributions_are_tabulated_in_steps() {
        let wide = Distribution::negative_binomial(1e6, 2.0);
        let table = wide.table();
        assert!(table.cumulative.len() <= 4096);
        let (mean, variance) = table.moments();
        close(mean / 1e6, 1.0, 1e-3);
        close(variance / 5e11, 1.0, 1e-2);
        let middle = table.quantile(0.5);
        close(table.cumulative(middle as i64), 0.5, 1e-3);
        // The gamma distribution of shape 2 and mean 1 by quadrature at 0.84.
        close(table.crps(840_000) / 1e6, 0.150_856, 1e-3);
    }
}
