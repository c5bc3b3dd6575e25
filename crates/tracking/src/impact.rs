//! Where and when a round comes down.

use crate::fall::{FLIGHTS, fall, vacuum_s};
use crate::filter::{Gaussian, POINTS};
use crate::matrix::Matrix;
use crate::model::Class;
use crate::motion::{Motion, STATES, WIND_MEMORY_S};

/// Change of the logarithm of a drag coefficient on the way down that is looked for first.
const CHANGE_FIRST: f64 = 0.3;
/// Least change of the logarithm of drag that is flown with.
const WANDER_MIN: f64 = 1e-3;

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
        let points = state.points();
        let tried = about_wander(state, motion, ground);
        let mut flights = [state.mean; FLIGHTS];
        flights[..POINTS].copy_from_slice(&points);
        flights[POINTS][6] += tried;
        let mut wander = Wander::new(motion, &state.mean);
        let ends = fall(motion, &flights, ground, &mut |after, time_s| {
            wander.add(motion, after, time_s);
        });
        let mut mean = [0.0; 3];
        for (index, end) in ends[..POINTS].iter().enumerate() {
            for (sum, value) in mean.iter_mut().zip(end.as_ref()?) {
                *sum += Gaussian::weight(index) * value;
            }
        }
        let middle = ends[0]?;
        let ends = ends.map(|end| end.unwrap_or(middle));
        let remaining_s = middle[2];
        let sigma = libm::sqrt(wander.variance(remaining_s));
        let drag = [0, 1, 2].map(|axis| sigma / tried * (ends[POINTS][axis] - middle[axis]));
        let wind_mps = new_wind_mps(motion, remaining_s);
        let winds = by_wind(&points, &ends).map(|by| by.map(|by| wind_mps * by));
        let mut covariance = unsteadiness(remaining_s);
        let offs = ends[..POINTS]
            .iter()
            .map(|end| [0, 1, 2].map(|axis| end[axis] - mean[axis]));
        let weighed = offs
            .enumerate()
            .map(|(index, off)| (Gaussian::weight(index), off));
        let to_come = [drag, winds[0], winds[1]].map(|off| (1.0, off));
        for (weight, off) in weighed.chain(to_come) {
            for row in 0..3 {
                for column in 0..3 {
                    covariance[row][column] += weight * off[row] * off[column];
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

/// What random acceleration along level axes adds to the covariance of an impact after some time.
fn unsteadiness(remaining_s: f64) -> Matrix<3, 3> {
    let [level, _] = Class::FallingRound.manner().acceleration_psd;
    let level = level * remaining_s * remaining_s * remaining_s / 3.0;
    [[level, 0.0, 0.0], [0.0, level, 0.0], [0.0; 3]]
}

/// About by how much the logarithm of drag will wander: how much that is is known once the flight is.
fn about_wander(state: &Gaussian, motion: &Motion, ground: &impl Ground) -> f64 {
    let [x, y, z, ..] = state.mean;
    let about_s = vacuum_s(&state.mean, z - ground.height_m(x, y));
    libm::sqrt(motion.drag().wandered(about_s / 3.0, CHANGE_FIRST)).max(WANDER_MIN)
}

/// How the impact depends on the wind along x and along y, by the sigma points of the wind, which differ in nothing
/// else: an impact is as good as linear in it.
fn by_wind(points: &[[f64; STATES]; POINTS], ends: &[[f64; 3]; FLIGHTS]) -> [[f64; 3]; 2] {
    let [x, y] = [7, 8].map(|axis| {
        let (one, other) = (1 + axis, 1 + STATES + axis);
        let wind = |along: usize| 0.5 * (points[one][along] - points[other][along]);
        let end = [0, 1, 2].map(|axis| 0.5 * (ends[one][axis] - ends[other][axis]));
        ([wind(7), wind(8)], end)
    });
    let over = |value: f64, wind: f64| if wind > 0.0 { value / wind } else { 0.0 };
    let by_y = y.1.map(|end| over(end, y.0[1]));
    let by_x = [0, 1, 2].map(|axis| over(x.1[axis] - x.0[1] * by_y[axis], x.0[0]));
    [by_x, by_y]
}

/// Variance of the logarithm of drag that moves the impact, were it there from now on, as far as that does by
/// which drag wanders on the way: what comes later acts for a smaller part of the flight.
struct Wander {
    time_s: f64,
    coefficient: f64,
    /// Sum of the variances of each step, and of those times the middle of the step and its square.
    sums: [f64; 3],
}

impl Wander {
    fn new(motion: &Motion, state: &[f64; STATES]) -> Self {
        Self {
            time_s: 0.0,
            coefficient: motion.coefficient(state),
            sums: [0.0; 3],
        }
    }

    fn add(&mut self, motion: &Motion, after: &[f64; STATES], time_s: f64) {
        let coefficient = motion.coefficient(after);
        let variance = motion.drag_wandered(self.coefficient, coefficient, time_s);
        let middle_s = self.time_s + 0.5 * time_s;
        for (sum, weight) in self
            .sums
            .iter_mut()
            .zip([1.0, middle_s, middle_s * middle_s])
        {
            *sum += weight * variance;
        }
        self.time_s += time_s;
        self.coefficient = coefficient;
    }

    /// Of a flight that lasts some time: each step counts by the square of the share that is left.
    fn variance(&self, flight_s: f64) -> f64 {
        let [all, first, second] = self.sums;
        let per_s = if flight_s > 0.0 { 1.0 / flight_s } else { 0.0 };
        (all - 2.0 * per_s * first + per_s * per_s * second).max(0.0)
    }
}

/// Spread of the wind of now, m/s, that moves the impact after a flight of some time as far as the winds do that
/// are met first on the way down.
fn new_wind_mps(motion: &Motion, flight_s: f64) -> f64 {
    libm::sqrt(motion.wind_variance()) * new_wind_share(flight_s / WIND_MEMORY_S)
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
