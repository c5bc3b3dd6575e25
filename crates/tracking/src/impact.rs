//! Where and when a round comes down.

use crate::filter::Gaussian;
use crate::matrix::Matrix;
use crate::model::Class;
use crate::motion::{Motion, STATES, WIND_MEMORY_S, drag_of};

/// Longest flight that is followed, s.
pub const FLIGHT_MAX_S: f64 = 600.0;
/// Steps in the flight that is left, for the Runge–Kutta method; longest and shortest of them, s.
const STEPS: f64 = 16.0;
const STEP_LIMITS_S: (f64, f64) = (0.02, 2.0);

/// The ground under the tracking frame.
pub trait Ground {
    /// Height of the ground in the frame at a place, m; finite.
    fn height_m(&self, x_m: f64, y_m: f64) -> f64;
}

/// Level ground.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelGround {
    /// Its height in the frame, m.
    pub height_m: f64,
}

impl Ground for LevelGround {
    fn height_m(&self, _: f64, _: f64) -> f64 {
        self.height_m
    }
}

/// Heights at the corners of square cells, with straight lines between; beyond the edge, those of it.
#[derive(Clone, Debug, PartialEq)]
pub struct HeightGrid {
    corner_m: [f64; 2],
    cell_m: f64,
    columns: usize,
    heights_m: Vec<f64>,
}

impl HeightGrid {
    /// A grid whose first height stands at `corner_m`, whose heights run along x first, `columns` in a
    /// row, `cell_m` apart. None where there are fewer than two rows or columns, a row is not full, the
    /// cell is not positive or a height is not finite.
    #[must_use]
    pub fn new(
        corner_m: [f64; 2],
        cell_m: f64,
        columns: usize,
        heights_m: Vec<f64>,
    ) -> Option<Self> {
        let full = columns >= 2
            && heights_m.len() >= 2 * columns
            && heights_m.len().is_multiple_of(columns);
        let finite = heights_m
            .iter()
            .chain(&corner_m)
            .all(|value| value.is_finite());
        (full && finite && cell_m > 0.0 && cell_m.is_finite()).then_some(Self {
            corner_m,
            cell_m,
            columns,
            heights_m,
        })
    }
}

impl Ground for HeightGrid {
    fn height_m(&self, x_m: f64, y_m: f64) -> f64 {
        let rows = self.heights_m.len() / self.columns;
        let place = |value: f64, corner: f64, count: usize| {
            let cells = ((value - corner) / self.cell_m).clamp(0.0, (count - 1) as f64);
            let cell = (cells as usize).min(count - 2);
            (cell, cells - cell as f64)
        };
        let (column, along) = place(x_m, self.corner_m[0], self.columns);
        let (row, across) = place(y_m, self.corner_m[1], rows);
        let at = |row: usize, column: usize| {
            self.heights_m
                .get(row * self.columns + column)
                .copied()
                .unwrap_or(0.0)
        };
        let line = |row: usize| at(row, column) * (1.0 - along) + at(row, column + 1) * along;
        line(row) * (1.0 - across) + line(row + 1) * across
    }
}

/// Where and when a round comes down, as a normal distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImpactPrediction {
    /// Mean place in the tracking frame, m.
    pub position_m: [f64; 2],
    /// Mean moment, ns since the tracker's epoch.
    pub time_ns: i64,
    /// Seconds from the state to that moment.
    pub remaining_s: f64,
    /// Covariance of x (m), y (m) and time (s).
    pub covariance: [[f64; 3]; 3],
}

/// An ellipse that holds the impact with some probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    /// The probability.
    pub probability: f64,
    /// Half its length, m.
    pub half_length_m: f64,
    /// Half its width, m.
    pub half_width_m: f64,
    /// Direction of its length from x towards y, rad, −π/2 to π/2.
    pub direction_rad: f64,
}

impl ImpactPrediction {
    /// Flies the sigma points of a state to the ground.
    pub(crate) fn of(
        state: &Gaussian,
        time_ns: i64,
        motion: &Motion,
        ground: &impl Ground,
    ) -> Option<Self> {
        let mut ends = [[0.0; 3]; crate::filter::POINTS];
        let mut mean = [0.0; 3];
        for (index, (point, end)) in state.points().iter().zip(&mut ends).enumerate() {
            *end = fall(motion, point, ground)?;
            for (sum, value) in mean.iter_mut().zip(end.iter()) {
                *sum += Gaussian::weight(index) * value;
            }
        }
        let mut covariance = future_noise(state, motion, ground, &ends[0]);
        for (index, end) in ends.iter().enumerate() {
            for row in 0..3 {
                for column in 0..3 {
                    covariance[row][column] += Gaussian::weight(index)
                        * (end[row] - mean[row])
                        * (end[column] - mean[column]);
                }
            }
        }
        let finite = mean
            .iter()
            .chain(covariance.iter().flatten())
            .all(|value| value.is_finite());
        finite.then(|| Self {
            position_m: [mean[0], mean[1]],
            time_ns: time_ns.saturating_add((mean[2] * 1e9) as i64),
            remaining_s: mean[2],
            covariance,
        })
    }

    /// Covariance of the place, m².
    #[must_use]
    pub fn covariance_m2(&self) -> [[f64; 2]; 2] {
        let [[xx, xy, _], [yx, yy, _], _] = self.covariance;
        [[xx, xy], [yx, yy]]
    }

    /// The smallest region that holds the impact with a probability of 0 to 0.9999.
    #[must_use]
    pub fn region(&self, probability: f64) -> Region {
        let probability = if probability.is_nan() {
            0.0
        } else {
            probability.clamp(0.0, 0.9999)
        };
        // The squared distance of two components is exponential.
        let scale = -2.0 * libm::log(1.0 - probability);
        let [[xx, xy], [_, yy]] = self.covariance_m2();
        let (middle, half) = (0.5 * (xx + yy), 0.5 * (xx - yy));
        let apart = libm::sqrt(half * half + xy * xy);
        Region {
            probability,
            half_length_m: libm::sqrt(scale * (middle + apart)),
            half_width_m: libm::sqrt(scale * (middle - apart).max(0.0)),
            direction_rad: 0.5 * libm::atan2(xy, half),
        }
    }

    /// The regions of 50, 90 and 99 %.
    #[must_use]
    pub fn regions(&self) -> [Region; 3] {
        [0.5, 0.9, 0.99].map(|probability| self.region(probability))
    }
}

/// What the noise of the motion still to come adds: drag that wanders from its value of now, and random
/// acceleration along level axes.
fn future_noise(
    state: &Gaussian,
    motion: &Motion,
    ground: &impl Ground,
    end: &[f64; 3],
) -> Matrix<3, 3> {
    let mut out = [[0.0; 3]; 3];
    let remaining = end[2];
    let [level, _] = Class::FallingRound.manner().acceleration_psd;
    let level = level * remaining * remaining * remaining / 3.0;
    let sigma = libm::sqrt(future_wander(state, motion, remaining));
    let wind = libm::sqrt(motion.wind_variance()) * new_wind_share(remaining / WIND_MEMORY_S);
    for (axis, sigma) in [(6, sigma), (7, wind), (8, wind)] {
        let mut other = state.mean;
        other[axis] += sigma;
        let moved = fall(motion, &other, ground).unwrap_or(*end);
        for row in 0..3 {
            for column in 0..3 {
                out[row][column] += (moved[row] - end[row]) * (moved[column] - end[column]);
            }
        }
    }
    out[0][0] += level;
    out[1][1] += level;
    out
}

/// Variance of the logarithm of drag that moves the impact, were it there from now on, as far as that does by
/// which drag wanders on the way: what comes later acts for a smaller part of the flight.
fn future_wander(state: &Gaussian, motion: &Motion, remaining_s: f64) -> f64 {
    let drag_m2pkg = drag_of(state.mean[6]);
    let step_s = remaining_s / STEPS;
    let mut before = state.mean;
    let mut variance = 0.0;
    for step in 0..STEPS as u32 {
        let after = motion.step(&before, drag_m2pkg, step_s);
        let share = 1.0 - (f64::from(step) + 0.5) / STEPS;
        variance += share * share * motion.drag_wander(&before, &after, step_s);
        before = after;
    }
    variance
}

/// The wind of now, as a share of its spread, that moves the impact as far as the winds do that are met
/// first on the way down, after a flight of `x` memories of the wind.
///
/// A wind w(s) moves the impact in proportion to ∫ (x − s) w(s) ds: the share is the spread of that for a
/// process of Ornstein and Uhlenbeck that begins at none, over that for one which begins at its spread
/// and fades.
fn new_wind_share(x: f64) -> f64 {
    if x < 0.05 {
        return libm::sqrt(0.4 * x);
    }
    let fading = x - 1.0 + libm::exp(-x);
    let variance = 2.0 * x * x * x / 3.0 + x * x - 2.0 * (x + 1.0) * fading - fading * fading;
    libm::sqrt(variance.max(0.0)) / fading
}

/// Place and time of the crossing of the ground; none where there is none in time.
fn fall(motion: &Motion, state: &[f64; STATES], ground: &impl Ground) -> Option<[f64; 3]> {
    let above = |state: &[f64; STATES]| state[2] - ground.height_m(state[0], state[1]);
    let height = above(state);
    let (climb, gravity) = (state[5], ballistics::atmosphere::STANDARD_GRAVITY_MPS2);
    let vacuum_s = (climb + libm::sqrt(climb * climb + 2.0 * gravity * height.max(0.0))) / gravity;
    let step_s = (vacuum_s / STEPS).clamp(STEP_LIMITS_S.0, STEP_LIMITS_S.1);
    let (mut state, mut time_s) = (*state, 0.0);
    let drag_m2pkg = drag_of(state[6]);
    let step = |state: &[f64; STATES], time_s| motion.step(state, drag_m2pkg, time_s);
    if height <= 0.0 && climb <= 0.0 {
        return Some([state[0], state[1], 0.0]);
    }
    while time_s < FLIGHT_MAX_S {
        let next = step(&state, step_s);
        if above(&next) <= 0.0 && next[5] < 0.0 {
            let (mut low, mut high) = (0.0, step_s);
            let (mut low_above, mut high_above) = (above(&state), above(&next));
            // The rule of false position with halving (Dowell and Jarratt, BIT 11, 1971).
            for _ in 0..8 {
                let share = if low_above > high_above {
                    low_above / (low_above - high_above)
                } else {
                    0.5
                };
                let middle = low + share.clamp(0.0, 1.0) * (high - low);
                let there = above(&step(&state, middle));
                if there.abs() < 1e-3 {
                    (low, high) = (middle, middle);
                    break;
                }
                if there > 0.0 {
                    (low, low_above, high_above) = (middle, there, 0.5 * high_above);
                } else {
                    (high, high_above, low_above) = (middle, there, 0.5 * low_above);
                }
            }
            let end = step(&state, 0.5 * (low + high));
            return Some([end[0], end[1], time_s + 0.5 * (low + high)]);
        }
        if !next.iter().all(|value| value.is_finite()) {
            return None;
        }
        state = next;
        time_s += step_s;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the sum over a fine mesh of the covariance of a process that begins at none.
    #[test]
    fn winds_to_come_count_as_their_process_has_it() {
        for x in [0.02, 0.3, 1.0, 3.0] {
            let count = 400;
            let at = |index: i32| x * (f64::from(index) + 0.5) / f64::from(count);
            let (mut variance, mut fading) = (0.0, 0.0);
            for one in 0..count {
                let (s, weight) = (at(one), (x - at(one)) * x / f64::from(count));
                fading += weight * libm::exp(-s);
                for other in 0..count {
                    let u = at(other);
                    let together = libm::exp(-(s - u).abs()) - libm::exp(-s - u);
                    variance += weight * (x - u) * x / f64::from(count) * together;
                }
            }
            let share = libm::sqrt(variance) / fading;
            assert!(
                (new_wind_share(x) / share - 1.0).abs() < 0.02,
                "{x}: {share}"
            );
        }
    }
}
