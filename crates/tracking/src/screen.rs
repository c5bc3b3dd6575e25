//! What a second plot weighs by its place alone: a normal distribution in closed form, for every model at once.
//!
//! Models stand side by side, so that the widest instructions of the processor weigh several in one. No sum is
//! taken in another order and no product joined with a sum, so that every processor gives the same bits.

// Inlining is what makes the loops wide.
#![allow(clippy::inline_always)]

use ballistics::atmosphere::STANDARD_GRAVITY_MPS2;
use pulp::{Arch, NullaryFnOnce};

use crate::bank::MEMBERS_MAX;
use crate::model::Manner;
use crate::sensor::Sighting;

/// Places for models: most priors need no more than the fewer.
const FEW: usize = 8;
const LANES: usize = MEMBERS_MAX.next_multiple_of(4);
/// (2π)^(−3/2).
const PEAK: f64 = 0.063_493_635_934_240_97;
/// Squared distance beyond the nearest model's from which a model adds nothing that could be seen: e⁻⁶⁰ of it,
/// whatever the sizes.
const FURTHER: f64 = 200.0;

/// Models to weigh, by figure and then by model.
#[derive(Clone, Debug)]
pub(crate) struct Screen {
    count: usize,
    /// Share of all that is seen, times the peak of a density of unit size.
    peaks: [f64; LANES],
    /// Variance of velocity beforehand, level and upward, m²/s².
    velocity_variances: [[f64; LANES]; 2],
    /// A third of the density of random acceleration, level and upward, m²/s³.
    noises: [[f64; LANES]; 2],
    /// Fall in the square of time, m/s².
    falls: [f64; LANES],
}

/// How each model takes a pair of plots.
pub(crate) struct Screened {
    count: usize,
    /// Share of all that is seen times the greatest density, per m³; 0 where a model is ruled out.
    peaks: [f64; LANES],
    /// Squared distance.
    squares: [f64; LANES],
}

impl Screen {
    /// No models.
    pub(crate) fn new() -> Self {
        Self {
            count: 0,
            peaks: [0.0; LANES],
            velocity_variances: [[0.0; LANES]; 2],
            noises: [[0.0; LANES]; 2],
            falls: [0.0; LANES],
        }
    }

    /// Adds a model; one that is too many is left out.
    pub(crate) fn add(&mut self, manner: &Manner, flies_freely: bool) {
        let lane = self.count;
        if lane == MEMBERS_MAX {
            return;
        }
        self.count += 1;
        self.peaks[lane] = PEAK * manner.prior;
        for axis in 0..2 {
            let sigma_mps = manner.velocity_sigma_mps[axis];
            self.velocity_variances[axis][lane] = sigma_mps * sigma_mps;
            self.noises[axis][lane] = manner.acceleration_psd[axis] / 3.0;
        }
        if flies_freely {
            self.falls[lane] = 0.5 * STANDARD_GRAVITY_MPS2;
        }
    }

    /// Holds the place of a second sighting, some time after the first, against every model.
    pub(crate) fn of(&self, first: &Sighting, second: &Sighting, time_s: f64) -> Screened {
        let mut covariance = first.covariance_m2;
        for (row, other) in covariance.iter_mut().zip(&second.covariance_m2) {
            for (cell, other) in row.iter_mut().zip(other) {
                *cell += other;
            }
        }
        let off = [0, 1, 2].map(|axis| second.position_m[axis] - first.position_m[axis]);
        let pair = (&covariance, &off, time_s);
        if self.count <= FEW {
            self.weighed::<FEW>(pair)
        } else {
            self.weighed::<LANES>(pair)
        }
    }

    fn weighed<const COUNT: usize>(&self, pair: Pair<'_>) -> Screened {
        let screen = self;
        let (peaks, squares) = Arch::new().dispatch(Weigh::<COUNT> { screen, pair });
        let mut screened = Screened {
            count: self.count,
            peaks: [0.0; LANES],
            squares: [f64::INFINITY; LANES],
        };
        for lane in 0..self.count.min(COUNT) {
            // Not so where a covariance is none.
            if peaks[lane] > 0.0 && (0.0..f64::INFINITY).contains(&squares[lane]) {
                screened.peaks[lane] = peaks[lane];
                screened.squares[lane] = squares[lane];
            }
        }
        screened
    }
}

impl Screened {
    /// Rules a model out.
    pub(crate) fn rule_out(&mut self, model: usize) {
        self.peaks[model] = 0.0;
        self.squares[model] = f64::INFINITY;
    }

    /// Logarithm of the weight of each model.
    pub(crate) fn logarithms(&self) -> [f64; MEMBERS_MAX] {
        let mut out = [f64::NEG_INFINITY; MEMBERS_MAX];
        let each = self.peaks.iter().zip(&self.squares).take(self.count);
        for (one, (peak, squared)) in out.iter_mut().zip(each) {
            *one = libm::log(*peak) - 0.5 * squared;
        }
        out
    }

    /// Logarithm of the sum of the weights of all models; none where that is less than `least`.
    pub(crate) fn sum(&self, least: f64) -> Option<f64> {
        let each = || self.peaks.iter().zip(&self.squares).take(self.count);
        let nearest = each().map(|(_, squared)| *squared).reduce(f64::min)?;
        // All at the distance of the nearest weigh more than each at its own.
        let most: f64 = each().map(|(peak, _)| peak).sum();
        if libm::log(most) - 0.5 * nearest < least {
            return None;
        }
        let counts = each().filter(|(_, squared)| **squared <= nearest + FURTHER);
        let sum: f64 = counts
            .map(|(peak, squared)| peak * libm::exp(0.5 * (nearest - squared)))
            .sum();
        let all = libm::log(sum) - 0.5 * nearest;
        (all >= least).then_some(all)
    }
}

/// Covariance of the place of the second plot against the first, that place, and the time between.
type Pair<'a> = (&'a [[f64; 3]; 3], &'a [f64; 3], f64);

struct Weigh<'a, const COUNT: usize> {
    screen: &'a Screen,
    pair: Pair<'a>,
}

impl<const COUNT: usize> NullaryFnOnce for Weigh<'_, COUNT> {
    /// Peaks and squared distances.
    type Output = ([f64; COUNT], [f64; COUNT]);

    /// By the factors L · D · Lᵀ of the covariance, which need no square root.
    #[inline(always)]
    fn call(self) -> Self::Output {
        let (mut peaks, mut squares) = ([0.0; COUNT], [0.0; COUNT]);
        let (covariance, off, time_s) = self.pair;
        let [[c00, ..], [c10, c11, _], [c20, c21, c22]] = *covariance;
        let (squared_s2, cubed_s3) = (time_s * time_s, time_s * time_s * time_s);
        let screen = self.screen;
        for lane in 0..COUNT {
            let level =
                squared_s2 * screen.velocity_variances[0][lane] + cubed_s3 * screen.noises[0][lane];
            let upward =
                squared_s2 * screen.velocity_variances[1][lane] + cubed_s3 * screen.noises[1][lane];
            let first = c00 + level;
            let over_first = 1.0 / first;
            let (second_by_first, third_by_first) = (c10 * over_first, c20 * over_first);
            let second = (c11 + level) - second_by_first * c10;
            let over_second = 1.0 / second;
            let left = c21 - third_by_first * c10;
            let third_by_second = left * over_second;
            let third = (c22 + upward) - third_by_first * c20 - third_by_second * left;
            let over_third = 1.0 / third;
            let x = off[0];
            let y = off[1] - second_by_first * x;
            let fallen = off[2] + squared_s2 * screen.falls[lane];
            let z = fallen - third_by_first * x - third_by_second * y;
            let squared = x * x * over_first + y * y * over_second + z * z * over_third;
            // A root is rounded alike everywhere, and several in one instruction.
            let peak = screen.peaks[lane] * (over_first * over_second * over_third).sqrt();
            squares[lane] = squared;
            peaks[lane] = peak;
        }
        (peaks, squares)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::{cholesky, forward};
    use crate::model::Class;
    use crate::sensor::SensorModel;
    use theatre::{Plot, Stream};

    /// Against the same normal distribution by Cholesky's factor, model by model.
    #[test]
    fn all_at_once_is_each_by_itself() {
        let mut stream = Stream::new(13, 0, 0, 0x7363_7265);
        let sensor = SensorModel::sample();
        for count in [3, MEMBERS_MAX] {
            let mut screen = Screen::new();
            let mut models = Vec::new();
            for index in 0..count {
                let class = Class::ALL[index % Class::ALL.len()];
                screen.add(&class.manner(), class.flies_freely());
                models.push(class);
            }
            for _ in 0..200 {
                let mut within = |low: f64, high: f64| low + (high - low) * stream.uniform();
                let plot = |range_m, azimuth_rad, elevation_rad| Plot {
                    time_ns: 0,
                    range_m,
                    azimuth_rad,
                    elevation_rad,
                    range_rate_mps: None,
                    signal_to_noise_db: None,
                };
                let one = plot(within(1e3, 1e4), within(-1.0, 1.0), within(0.1, 1.0));
                let off = [within(-300.0, 300.0), within(-0.02, 0.02)];
                let other = plot(
                    one.range_m + off[0],
                    one.azimuth_rad + off[1],
                    one.elevation_rad,
                );
                let time_s = within(0.05, 2.0);
                let [one, other] = [one, other].map(|plot| sensor.sighting(&plot, 0).unwrap());
                let screened = screen.of(&one, &other, time_s);
                let logarithms = screened.logarithms();
                let mut sum = 0.0;
                for (class, found) in models.iter().zip(logarithms) {
                    let expected = alone(*class, &one, &other, time_s);
                    assert!((found / expected - 1.0).abs() < 1e-9, "{found} {expected}");
                    sum += libm::exp(expected - logarithms[0]);
                }
                let sum = logarithms[0] + libm::log(sum);
                if sum.is_finite() {
                    assert!((screened.sum(f64::NEG_INFINITY).unwrap() / sum - 1.0).abs() < 1e-9);
                    assert!(screened.sum(sum - 1e-6).is_some());
                    assert!(screened.sum(sum + 1e-6).is_none());
                }
            }
        }
    }

    fn alone(class: Class, first: &Sighting, second: &Sighting, time_s: f64) -> f64 {
        let manner = class.manner();
        let mut covariance = first.covariance_m2;
        let mut off = [0.0; 3];
        for axis in 0..3 {
            off[axis] = second.position_m[axis] - first.position_m[axis];
            for column in 0..3 {
                covariance[axis][column] += second.covariance_m2[axis][column];
            }
            let spread = time_s * manner.velocity_sigma_mps[usize::from(axis == 2)];
            let noise = manner.acceleration_psd[usize::from(axis == 2)];
            covariance[axis][axis] += spread * spread + noise * time_s * time_s * time_s / 3.0;
        }
        if class.flies_freely() {
            off[2] += 0.5 * STANDARD_GRAVITY_MPS2 * time_s * time_s;
        }
        let lower = cholesky(&covariance).unwrap();
        let scaled = forward(&lower, off);
        let squared: f64 = scaled.iter().map(|part| part * part).sum();
        let size = lower[0][0] * lower[1][1] * lower[2][2];
        libm::log(manner.prior * PEAK / size) - 0.5 * squared
    }
}
