//! The interval of a mean, and of a ratio of means, of skewed draws.
//!
//! Casualties are skewed: most raids hurt few, some hurt many, and the usual interval misses on the
//! dangerous side. Here the studentised mean is made symmetric first, by the cubic transformation of
//! Hall (1992), "On the removal of skewness by transformation", Journal of the Royal Statistical
//! Society B 54, 221–228, equation 2.4: the error of each end falls from order n^(−1/2) to n^(−1),
//! as for the studentised bootstrap, at no cost.

use serde::Serialize;

/// The normal deviate that 2.5 % lie above.
const NORMAL_975: f64 = 1.959_963_984_540_054;

/// A mean and the bounds that hold the true one 95 times in 100.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Mean {
    /// Mean of the draws.
    pub mean: f64,
    /// Lower bound, 95 %.
    pub low: f64,
    /// Upper bound, 95 %.
    pub high: f64,
}

impl Mean {
    /// Half of the interval's width.
    #[must_use]
    pub fn half_width(&self) -> f64 {
        0.5 * (self.high - self.low)
    }

    /// With both bounds held between two values that the true mean cannot pass.
    #[must_use]
    pub fn within(self, least: f64, most: f64) -> Self {
        Self {
            mean: self.mean,
            low: self.low.clamp(least, most),
            high: self.high.clamp(least, most),
        }
    }
}

/// The mean of independent draws with its interval; all zero where there are none.
///
/// Draws that are all alike give a point: whoever knows how far a rare draw may lie off widens it
/// ([`chance_of_the_unseen`]).
#[must_use]
pub fn mean(draws: &[f64]) -> Mean {
    let count = draws.len() as f64;
    if draws.is_empty() {
        return Mean::default();
    }
    let mean = draws.iter().sum::<f64>() / count;
    bounded(mean, draws.iter().map(|draw| draw - mean), count)
}

/// Mean of `top` over mean of `bottom`, draw by draw of the same group, with the interval of its
/// linear part (the delta method); `None` where `bottom` sums to nothing.
#[must_use]
pub fn ratio(top: &[f64], bottom: &[f64]) -> Option<Mean> {
    let count = top.len().min(bottom.len()) as f64;
    let (above, below) = (top.iter().sum::<f64>(), bottom.iter().sum::<f64>());
    if below == 0.0 || count == 0.0 {
        return None;
    }
    let (share, each) = (above / below, below / count);
    let residuals = top.iter().zip(bottom).map(|(t, b)| (t - share * b) / each);
    Some(bounded(share, residuals, count))
}

/// The greatest chance, at 97.5 %, of what did not show once in so many draws: 1 − 0.025^(1/n).
#[must_use]
pub fn chance_of_the_unseen(draws: usize) -> f64 {
    -libm::expm1(libm::log(0.025) / draws.max(1) as f64)
}

/// Bounds from residuals that sum to zero.
fn bounded(mean: f64, residuals: impl Iterator<Item = f64>, count: f64) -> Mean {
    let (mut squares, mut cubes) = (0.0, 0.0);
    for residual in residuals {
        squares += residual * residual;
        cubes += residual * residual * residual;
    }
    if squares <= 0.0 || count < 2.0 {
        return Mean {
            mean,
            low: mean,
            high: mean,
        };
    }
    let error = libm::sqrt(squares / (count - 1.0) / count);
    let skewness = cubes / count / libm::pow(squares / count, 1.5);
    let deviate = student_975(count - 1.0);
    Mean {
        mean,
        low: mean - error * studentised(deviate, skewness, count),
        high: mean - error * studentised(-deviate, skewness, count),
    }
}

/// The studentised mean whose transform is `deviate`: the inverse of
/// g(T) = T + aT² + a²T³/3 + a/2, with a = skewness / (3√n).
fn studentised(deviate: f64, skewness: f64, count: f64) -> f64 {
    let a = skewness / (3.0 * libm::sqrt(count));
    if a.abs() < 1e-9 {
        return deviate;
    }
    (libm::cbrt(1.0 + 3.0 * a * (deviate - 0.5 * a)) - 1.0) / a
}

/// The 97.5 % quantile of Student's distribution (Abramowitz and Stegun, equation 26.7.5): within
/// 0.2 % from 4 degrees of freedom on.
pub(super) fn student_975(freedom: f64) -> f64 {
    let (z, n) = (NORMAL_975, freedom.max(1.0));
    let odd = |factors: &[f64]| {
        factors
            .iter()
            .rev()
            .fold(0.0, |sum, factor| sum * z * z + factor)
            * z
    };
    z + odd(&[1.0, 1.0]) / (4.0 * n)
        + odd(&[3.0, 16.0, 5.0]) / (96.0 * n * n)
        + odd(&[-15.0, 17.0, 19.0, 3.0]) / (384.0 * n * n * n)
        + odd(&[-945.0, -1920.0, 1482.0, 776.0, 79.0]) / (92_160.0 * n * n * n * n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_student_are_those_of_the_tables() {
        for (freedom, printed) in [(4.0, 2.776), (10.0, 2.228), (30.0, 2.042), (120.0, 1.980)] {
            assert!(
                (student_975(freedom) / printed - 1.0).abs() < 2e-3,
                "{freedom}"
            );
        }
    }

    #[test]
    fn symmetric_draws_get_the_usual_interval() {
        let draws: Vec<f64> = (-10..=10).map(f64::from).collect();
        let found = mean(&draws);
        // Variance 38.5, so an error of √(38.5 / 21), 20 degrees of freedom.
        let half = student_975(20.0) * (38.5_f64 / 21.0).sqrt();
        assert!((found.half_width() - half).abs() < 1e-9 && found.mean == 0.0);
        assert!((found.low + half).abs() < 1e-9);
    }

    #[test]
    fn a_long_tail_moves_the_interval_towards_itself() {
        let draws: Vec<f64> = (0..100).map(|i| if i < 5 { 20.0 } else { 0.0 }).collect();
        let found = mean(&draws);
        assert!(found.high - found.mean > 1.3 * (found.mean - found.low));
    }

    #[test]
    fn a_ratio_by_the_same_is_a_mean() {
        let top = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0];
        let found = ratio(&top, &[2.0; 8]);
        let wanted = mean(&top.map(|x| x / 2.0));
        assert!(
            found.is_some_and(|found| (found.low - wanted.low).abs() < 1e-12
                && (found.high - wanted.high).abs() < 1e-12)
        );
        assert_eq!(ratio(&top, &[0.0; 8]), None);
    }

    #[test]
    fn what_was_never_seen_may_yet_come() {
        assert!((chance_of_the_unseen(100) - 0.0362).abs() < 1e-4);
        assert_eq!(mean(&[]), Mean::default());
        assert_eq!(mean(&[2.0, 2.0]).half_width(), 0.0);
    }
}
