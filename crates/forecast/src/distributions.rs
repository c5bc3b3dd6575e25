//! The two distributions that everything here is made of, right at their extremes.
//!
//! All functions are computed with `libm`, so that every platform gives the same bits.

use theatre::Stream;

const HALF_LOG_TAU: f64 = 0.918_938_533_204_672_8;

/// Natural logarithm of the negative binomial probability of `count` with this mean (≥ 0) and
/// dispersion (> 0): variance = mean + mean² / dispersion. Infinite dispersion is the Poisson
/// distribution, which it meets without loss of digits.
///
/// `count` (≥ 0) need not be whole: the gamma functions of the formula are used between integers,
/// because a disputed report counts for a part of an attack. Always ≤ 0 and never NaN; negative
/// infinity where the count is impossible or an argument is out of range.
///
/// Source: C. Loader, "Fast and accurate computation of binomial probabilities", 2000 (saddle-point
/// form), with the binomial of `dispersion` in `dispersion + count` trials.
#[must_use]
pub fn negative_binomial_log_pmf(count: f64, mean: f64, dispersion: f64) -> f64 {
    let in_range = count >= 0.0 && mean >= 0.0 && dispersion > 0.0;
    if !in_range || !count.is_finite() || !mean.is_finite() {
        return f64::NEG_INFINITY;
    }
    let log_probability = if mean == 0.0 {
        if count == 0.0 { 0.0 } else { f64::NEG_INFINITY }
    } else if dispersion == f64::INFINITY {
        poisson_log_pmf(count, mean)
    } else if count == 0.0 {
        -dispersion * libm::log1p(mean / dispersion)
    } else if count < 1e-10 * dispersion {
        near_poisson(count, mean, dispersion)
    } else {
        saddle_point(count, mean, dispersion)
    };
    if log_probability.is_nan() {
        return f64::NEG_INFINITY;
    }
    log_probability.min(0.0)
}

/// Negative binomial probabilities of whole counts under one moderate dispersion, many means: what does
/// not depend on the mean is found once.
pub(crate) struct Dispersed {
    dispersion: f64,
    /// log Γ(count + dispersion) − log Γ(dispersion) − log count!
    constants: Vec<f64>,
}

/// Counts with a constant of their own; greater ones are rare.
const CONSTANTS: u32 = 512;
/// Beyond this dispersion the constants lose digits.
const DISPERSION_MODERATE: f64 = 1e4;

impl Dispersed {
    /// For counts up to `most`.
    pub fn new(dispersion: f64, most: u32) -> Self {
        let is_moderate = (1e-6..DISPERSION_MODERATE).contains(&dispersion);
        let size = if is_moderate {
            most.min(CONSTANTS) + 1
        } else {
            0
        };
        let mut sum = 0.0;
        let constants = (0..size).map(|count| {
            let constant = sum;
            let count = f64::from(count);
            sum += libm::log((dispersion + count) / (count + 1.0));
            constant
        });
        Self {
            constants: constants.collect(),
            dispersion,
        }
    }

    /// As [`negative_binomial_log_pmf`].
    pub fn log_pmf(&self, count: u32, mean: f64) -> f64 {
        match self.constants.get(count as usize) {
            Some(constant) if mean > 0.0 => {
                let none = -self.dispersion * libm::log1p(mean / self.dispersion);
                let more = f64::from(count) * libm::log(mean / (self.dispersion + mean));
                (constant + none + more).min(0.0)
            }
            _ => negative_binomial_log_pmf(f64::from(count), mean, self.dispersion),
        }
    }
}

/// Loader's form; every subtracted deviance is ≥ 0, so nothing cancels.
fn saddle_point(count: f64, mean: f64, dispersion: f64) -> f64 {
    let trials = dispersion + count;
    let success = trials / (1.0 + mean / dispersion);
    let failure = trials / (1.0 + dispersion / mean);
    let correction = stirling_error(trials) - stirling_error(dispersion) - stirling_error(count);
    // dispersion / trials turns the binomial into the negative binomial.
    correction - deviance(dispersion, success) - deviance(count, failure)
        + 0.5 * (libm::log(dispersion) - libm::log(trials) - libm::log(count))
        - HALF_LOG_TAU
}

/// Poisson with its first corrections in 1 / dispersion; what is left out is below count³ / 6
/// dispersion².
fn near_poisson(count: f64, mean: f64, dispersion: f64) -> f64 {
    let ratio = mean / dispersion;
    let log_ratio = libm::log1p(ratio);
    // mean − dispersion · log_ratio, which cancels where the ratio is small.
    let rest = if ratio < 1e-4 {
        mean * ratio * (1.0 / 2.0 - ratio * (1.0 / 3.0 - ratio * (1.0 / 4.0 - ratio / 5.0)))
    } else {
        mean - dispersion * log_ratio
    };
    poisson_log_pmf(count, mean) + rest - count * log_ratio
        + 0.5 * count * ((count - 1.0) / dispersion)
}

fn poisson_log_pmf(count: f64, mean: f64) -> f64 {
    if count == 0.0 {
        return -mean;
    }
    -stirling_error(count) - deviance(count, mean) - 0.5 * libm::log(count) - HALF_LOG_TAU
}

/// log Γ(x + 1) less Stirling's formula for it (Loader 2000, section 4).
fn stirling_error(x: f64) -> f64 {
    if x <= 15.0 {
        return libm::lgamma(x + 1.0) - (x + 0.5) * libm::log(x) + x - HALF_LOG_TAU;
    }
    let square = x * x;
    let mut series = 1.0 / 1188.0;
    for denominator in [1680.0, 1260.0, 360.0, 12.0] {
        series = 1.0 / denominator - series / square;
    }
    series / x
}

/// x log(x / expected) + expected − x, without cancellation where the two are close (Loader 2000,
/// section 3).
fn deviance(x: f64, expected: f64) -> f64 {
    let difference = x - expected;
    if difference.abs() >= 0.1 * (x + expected) {
        return x * (libm::log(x) - libm::log(expected)) - difference;
    }
    let ratio = difference / (x + expected);
    let mut sum = difference * ratio;
    let mut term = 2.0 * x * ratio;
    for power in 1..100_u32 {
        term *= ratio * ratio;
        let next = sum + term / f64::from(2 * power + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// A gamma distribution: shape and rate, both > 0; its mean is shape / rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Gamma {
    pub shape: f64,
    pub rate: f64,
}

impl Gamma {
    /// A draw, > 0 (Marsaglia and Tsang, ACM TOMS 26, 2000, with their step for shapes below 1).
    pub fn draw(self, stream: &mut Stream) -> f64 {
        let standard = if self.shape < 1.0 {
            let boost = libm::pow(1.0 - stream.uniform(), 1.0 / self.shape);
            standard_gamma(self.shape + 1.0, stream) * boost
        } else {
            standard_gamma(self.shape, stream)
        };
        (standard / self.rate).max(f64::MIN_POSITIVE)
    }

    /// Two points with weights that share the distribution's moments up to the third: Gauss and
    /// Laguerre's rule of order 2, in closed form.
    pub fn two_points(self) -> [(f64, f64); 2] {
        let root = libm::sqrt(self.shape + 1.0);
        // (shape + 1) − root without cancellation at small shapes.
        let low = root * self.shape / (root + 1.0);
        let high = self.shape + 1.0 + root;
        [
            (low / self.rate, (root + 1.0) / (2.0 * root)),
            (high / self.rate, (root - 1.0) / (2.0 * root)),
        ]
    }

    /// Points with weights that sum to 1, for smooth functions of the variable: the trapezoid rule in
    /// its logarithm, out to where the density has fallen by e⁻¹⁶. Good to seven digits for shapes
    /// from 0.5.
    pub fn points(self) -> Vec<(f64, f64)> {
        const COUNT: u32 = 96;
        // Bounds of the two solutions of exp(u) − u − 1 = depth.
        let depth = 16.0 / self.shape;
        let near = depth + libm::sqrt(2.0 * depth);
        let (left, right) = (-near.min(depth + 1.0), libm::log1p(near));
        let mode = self.shape / self.rate;
        let mut points: Vec<(f64, f64)> = (0..COUNT)
            .map(|step| {
                let place = left + (right - left) * f64::from(step) / f64::from(COUNT - 1);
                let log_density = self.shape * (place - libm::expm1(place));
                (mode * libm::exp(place), libm::exp(log_density))
            })
            .collect();
        let total: f64 = points.iter().map(|point| point.1).sum();
        points.iter_mut().for_each(|point| point.1 /= total);
        points
    }
}

fn standard_gamma(shape: f64, stream: &mut Stream) -> f64 {
    let middle = shape - 1.0 / 3.0;
    let spread = 1.0 / libm::sqrt(9.0 * middle);
    // More than 95 % of the proposals are accepted, so that the bound is never met.
    for _ in 0..1000 {
        let normal = stream.normal();
        let root = 1.0 + spread * normal;
        let uniform = 1.0 - stream.uniform();
        if root <= 0.0 {
            continue;
        }
        let cube = root * root * root;
        let bound = 0.5 * normal * normal + middle * (1.0 - cube + libm::log(cube));
        if libm::log(uniform) < bound {
            return middle * cube;
        }
    }
    shape
}

/// log of the sum of exponentials, without overflow; negative infinity for none.
pub(crate) fn log_sum_exp(values: &[f64]) -> f64 {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !most.is_finite() {
        return most;
    }
    let sum: f64 = values.iter().map(|value| libm::exp(value - most)).sum();
    most + libm::log(sum)
}

/// Exponentials of the values, scaled to sum to 1; all alike where none is finite.
pub(crate) fn normalised(log_weights: &[f64]) -> Vec<f64> {
    let most = log_weights
        .iter()
        .copied()
        .fold(f64::NEG_INFINITY, f64::max);
    let most = if most.is_finite() { most } else { 0.0 };
    let mut weights: Vec<f64> = log_weights
        .iter()
        .map(|weight| libm::exp(weight - most))
        .collect();
    let total: f64 = weights.iter().sum();
    if total > 0.0 {
        weights.iter_mut().for_each(|weight| *weight /= total);
    } else {
        weights.fill(1.0 / log_weights.len() as f64);
    }
    weights
}

/// The index drawn by a uniform number in [0, 1) from weights that sum to 1; the last positive one
/// where rounding leaves a gap.
pub(crate) fn pick(weights: &[f64], uniform: f64) -> usize {
    let mut sum = 0.0;
    let mut chosen = 0;
    for (index, &weight) in weights.iter().enumerate() {
        if weight > 0.0 {
            chosen = index;
            sum += weight;
            if uniform < sum {
                break;
            }
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not {b}");
    }

    /// By hand: with dispersion 1 it is geometric, with 2 it is (count + 1) p² (1 − p)^count.
    #[test]
    fn small_cases_agree_with_the_closed_forms() {
        for count in 0..40 {
            let count = f64::from(count);
            let geometric = libm::log(0.25) + count * libm::log(0.75);
            close(negative_binomial_log_pmf(count, 3.0, 1.0), geometric, 1e-12);
            let two = libm::log(count + 1.0) + 2.0 * libm::log(0.4) + count * libm::log(0.6);
            close(negative_binomial_log_pmf(count, 3.0, 2.0), two, 1e-12);
        }
    }

    #[test]
    fn probabilities_sum_to_one_from_tiny_to_huge_dispersion() {
        for dispersion in [0.05, 0.3, 1.0, 7.5, 60.0, 1e4, 1e9, 1e11, 1e13, 1e15, 1e300] {
            for mean in [1e-9, 0.01, 1.0, 12.0, 150.0] {
                let sum: f64 = (0..200_000)
                    .map(|n| libm::exp(negative_binomial_log_pmf(f64::from(n), mean, dispersion)))
                    .sum();
                close(sum, 1.0, 1e-10);
            }
        }
    }

    #[test]
    fn it_falls_to_the_poisson_distribution() {
        // 4 e^-3 3^4 / 4! by hand: log = -3 + 4 log 3 - log 24.
        let poisson = -3.0 + 4.0 * libm::log(3.0) - libm::log(24.0);
        for dispersion in [1e10, 1e12, 1e14, 1e15, 1e18, f64::INFINITY] {
            let tolerance = 10.0 / dispersion + 1e-14;
            close(
                negative_binomial_log_pmf(4.0, 3.0, dispersion),
                poisson,
                tolerance,
            );
        }
    }

    /// The two branches meet where one takes over from the other.
    #[test]
    fn the_branches_agree_at_their_border() {
        for count in [1.0, 30.0, 1e3, 1e5] {
            let dispersion = count * 1e10;
            for mean in [count * 0.5, count, count * 1.5] {
                let inside = saddle_point(count, mean, dispersion);
                let outside = near_poisson(count, mean, dispersion);
                close(inside, outside, 1e-9 * inside.abs().max(1.0));
            }
        }
    }

    #[test]
    fn it_is_never_positive_and_never_nan() {
        let values = [
            0.0, 1e-300, 1e-12, 0.4, 1.0, 2.5, 1e3, 1e9, 1e15, 1e19, 1e300,
        ];
        for count in values {
            for mean in values {
                for dispersion in values {
                    let log = negative_binomial_log_pmf(count, mean, dispersion);
                    assert!(log <= 0.0, "{count} {mean} {dispersion}: {log}");
                }
            }
        }
        assert_eq!(negative_binomial_log_pmf(0.0, 0.0, 2.0), 0.0);
        assert_eq!(negative_binomial_log_pmf(1.0, 0.0, 2.0), f64::NEG_INFINITY);
        assert_eq!(
            negative_binomial_log_pmf(f64::NAN, 1.0, 2.0),
            f64::NEG_INFINITY
        );
        assert_eq!(negative_binomial_log_pmf(1.0, 1.0, 0.0), f64::NEG_INFINITY);
    }

    /// Reference values: the definition by log Γ, with 400 digits.
    #[test]
    fn it_agrees_with_the_definition_at_extremes() {
        let cases = [
            (0.0, 1e-12, 0.3, -9.999999999983e-13),
            (0.0, 5.0, 1e300, -5.0),
            (1.0, 1e-09, 1e-09, -21.4164130182),
            (3.0, 2.5, 0.01, -5.756075195492),
            (4.0, 3.0, 1e8, -1.783604690676),
            (4.0, 3.0, 1e14, -1.783604675676),
            (4.0, 3.0, 1e15, -1.783604675676),
            (7.0, 2.2, 1e17, -5.205959838516),
            (4.0, 3.0, 1e300, -1.783604675676),
            (50.0, 3.0, 1e14, -96.54715251836),
            (1000.0, 1000.0, 1e13, -4.372899506076),
            (1000.0, 900.0, 1e14, -9.733415163808),
            (100000.0, 99000.0, 1e12, -11.70898699917),
            (1e6, 1e6, 1e16, -7.82669389557),
            (1e9, 1e9, 100000.0, -15.8857924685),
            (1e9, 1e9, 1e20, -11.28057145177),
            (1e9, 9.9999e8, 1e300, -11.3305717851),
            (1e9, 0.001, 0.5, -6.21660611202e9),
            (1e9, 5e8, 3.0, -22.04113460682),
            (12.0, 1e6, 0.001, -9.41036610788),
            (123456.0, 100.0, 1e9, -755460.9940264),
            (2.0, 1e-300, 1e-05, -1370.731267512),
            (1.0, 1e-15, 1e15, -34.53877639491),
        ];
        for (count, mean, dispersion, expected) in cases {
            let expected: f64 = expected;
            let found = negative_binomial_log_pmf(count, mean, dispersion);
            let tolerance = 2e-9 * expected.abs().max(1.0);
            assert!(
                (found - expected).abs() < tolerance,
                "{count} {mean} {dispersion}: {found} {expected}"
            );
        }
    }

    #[test]
    fn a_dispersion_held_fixed_changes_nothing() {
        for dispersion in [1e-9, 0.05, 1.0, 200.0, 1e9, f64::INFINITY] {
            let fixed = Dispersed::new(dispersion, 700);
            for count in [0, 1, 7, 80, 600] {
                for mean in [0.0, 1e-3, 2.0, 90.0, 1e5] {
                    let direct = negative_binomial_log_pmf(f64::from(count), mean, dispersion);
                    let found = fixed.log_pmf(count, mean);
                    let tolerance = 1e-11 * direct.abs().max(1.0);
                    assert!(
                        found == direct || (found - direct).abs() < tolerance,
                        "{found} {direct}"
                    );
                }
            }
        }
    }

    #[test]
    fn gamma_draws_and_points_have_their_moments() {
        for (number, shape) in [0.25, 0.5, 1.0, 3.7, 250.0].into_iter().enumerate() {
            let gamma = Gamma { shape, rate: 2.0 };
            let mut stream = Stream::new(1, 0, number as u32, 9);
            let count = 400_000;
            let draws: Vec<f64> = (0..count).map(|_| gamma.draw(&mut stream)).collect();
            let mean = draws.iter().sum::<f64>() / f64::from(count);
            let square = draws.iter().map(|x| x * x).sum::<f64>() / f64::from(count);
            let (expected, second) = (shape / 2.0, shape * (shape + 1.0) / 4.0);
            close(mean, expected, 0.02 * expected);
            close(square, second, 0.06 * second);
            for points in [gamma.points(), gamma.two_points().to_vec()] {
                let moment = |power: i32| -> f64 {
                    points.iter().map(|(x, w)| w * x.powi(power)).sum::<f64>()
                };
                close(moment(0), 1.0, 1e-12);
                close(moment(1), expected, 1e-3 * expected);
                close(moment(2), second, 1e-3 * second);
            }
        }
    }

    #[test]
    fn weights_are_picked_by_their_share() {
        assert_eq!(pick(&[0.0, 0.5, 0.5, 0.0], 0.0), 1);
        assert_eq!(pick(&[0.0, 0.5, 0.5, 0.0], 0.5), 2);
        assert_eq!(pick(&[0.0, 0.5, 0.4, 0.0], 0.99), 2);
        assert_eq!(normalised(&[f64::NEG_INFINITY; 2]), [0.5, 0.5]);
        assert_eq!(normalised(&[-2e7, -2e7, -9e9]), [0.5, 0.5, 0.0]);
    }
}
