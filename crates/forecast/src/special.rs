//! Incomplete gamma and beta functions, for cumulative probabilities far out and at large counts.

const STEPS_MAX: u32 = 200_000;
const PRECISION: f64 = 1e-15;
const TINY: f64 = 1e-300;

/// Regularised lower incomplete gamma function P(shape, x), 0 to 1; 0 for x ≤ 0.
///
/// Source: DLMF 8.7.1 (series) below the mean, 8.9.2 (continued fraction, by Lentz's method) above it.
pub(crate) fn gamma_lower(shape: f64, x: f64) -> f64 {
    if x <= 0.0 || x.is_nan() || shape.is_nan() {
        return 0.0;
    }
    if shape <= 0.0 || x == f64::INFINITY {
        return 1.0;
    }
    let front = libm::exp(shape * libm::log(x) - x - libm::lgamma(shape));
    if x < shape + 1.0 {
        let (mut term, mut sum) = (1.0 / shape, 1.0 / shape);
        for step in 1..STEPS_MAX {
            term *= x / (shape + f64::from(step));
            sum += term;
            if term < sum * PRECISION {
                break;
            }
        }
        return (front * sum).clamp(0.0, 1.0);
    }
    let fraction = continued_fraction(x + 1.0 - shape, |step| {
        (-step * (step - shape), x + 2.0 * step + 1.0 - shape)
    });
    (1.0 - front / fraction).clamp(0.0, 1.0)
}

/// Regularised incomplete beta function I_x(a, b), 0 to 1, for a, b > 0.
///
/// Source: DLMF 8.17.22 (continued fraction, by Lentz's method), with 8.17.4 (symmetry).
pub(crate) fn beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x.is_nan() {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    beta_with(
        x,
        a,
        b,
        libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b),
    )
}

/// As [`beta`], with −log B(a, b) given, for 0 < x < 1.
fn beta_with(x: f64, a: f64, b: f64, log_norm: f64) -> f64 {
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_with(1.0 - x, b, a, log_norm);
    }
    let front = libm::exp(a * libm::log(x) + b * libm::log1p(-x) + log_norm) / a;
    let fraction = continued_fraction(1.0, |step| {
        let half = libm::floor(step / 2.0);
        let numerator = if step % 2.0 == 0.0 {
            half * (b - half) / ((a + step - 1.0) * (a + step))
        } else {
            -(a + half) * (a + b + half) / ((a + step - 1.0) * (a + step))
        };
        (numerator * x, 1.0)
    });
    (front / fraction).clamp(0.0, 1.0)
}

/// The symmetric case I_x(shape, shape), with its norm found once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SymmetricBeta {
    pub shape: f64,
    log_norm: f64,
}

impl SymmetricBeta {
    pub fn new(shape: f64) -> Self {
        let log_norm = libm::lgamma(2.0 * shape) - 2.0 * libm::lgamma(shape);
        Self { shape, log_norm }
    }

    pub fn at(self, x: f64) -> f64 {
        if x <= 0.0 || x >= 1.0 || self.shape == 1.0 {
            return x.clamp(0.0, 1.0);
        }
        beta_with(x, self.shape, self.shape, self.log_norm)
    }
}

/// first + n₁ / (d₁ + n₂ / (d₂ + …)), with (nₖ, dₖ) = `part`(k) (modified Lentz; Numerical Recipes,
/// section 5.2).
fn continued_fraction(first: f64, part: impl Fn(f64) -> (f64, f64)) -> f64 {
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut value = away(first);
    let (mut upper, mut lower) = (value, 0.0);
    for step in 1..STEPS_MAX {
        let (numerator, denominator) = part(f64::from(step));
        lower = 1.0 / away(denominator + numerator * lower);
        upper = away(denominator + numerator / upper);
        let factor = upper * lower;
        value *= factor;
        if (factor - 1.0).abs() < PRECISION {
            break;
        }
    }
    value
}

/// Distribution function of the standard normal distribution.
pub(crate) fn normal_cumulative(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not {b}");
    }

    #[test]
    fn they_agree_with_sums_by_hand() {
        // P(N ≥ 3) of a Poisson count of mean 2: 1 − e⁻² (1 + 2 + 2).
        close(gamma_lower(3.0, 2.0), 1.0 - 5.0 * libm::exp(-2.0), 1e-14);
        close(gamma_lower(3.0, 9.0), 1.0 - 50.5 * libm::exp(-9.0), 1e-14);
        // Binomial sums: I_x(2, 3) = 6x² − 8x³ + 3x⁴.
        for x in [0.01, 0.2, 0.5, 0.77, 0.999] {
            let expected = x * x * (6.0 - 8.0 * x + 3.0 * x * x);
            close(beta(x, 2.0, 3.0), expected, 1e-14);
            close(SymmetricBeta::new(1.0).at(x), x, 0.0);
            // I_x(2, 2) = 3x² − 2x³.
            close(
                SymmetricBeta::new(2.0).at(x),
                x * x * (3.0 - 2.0 * x),
                1e-14,
            );
        }
        close(normal_cumulative(1.959_963_984_540_054), 0.975, 1e-15);
    }

    #[test]
    fn extremes_stay_within_their_bounds() {
        for a in [1e-12, 0.3, 5.0, 1e4, 1e9] {
            for x in [-1.0, 0.0, 1e-300, 0.5, 1e4, 1e9, f64::INFINITY, f64::NAN] {
                assert!((0.0..=1.0).contains(&gamma_lower(a, x)), "{a} {x}");
                for b in [1e-12, 0.3, 5.0, 1e4] {
                    assert!((0.0..=1.0).contains(&beta(x, a, b)), "{a} {b} {x}");
                }
            }
        }
    }
}
