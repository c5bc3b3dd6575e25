//! The extended and the unscented Kalman filter.
//!
//! Extended: Bar-Shalom, Li and Kirubarajan, *Estimation with Applications to Tracking and
//! Navigation* (2001), section 10.3, with the variance of its second-order terms added to the
//! innovation. Unscented: Julier and Uhlmann, "Unscented filtering and nonlinear estimation", Proc.
//! IEEE 92 (2004).

use crate::expected::{Expected, Innovation, from_sensor, see};
use crate::matrix::{Matrix, cholesky, sandwich};
use crate::model::Manner;
use crate::motion::{Motion, STATES, forgotten};
use crate::sensor::{SensorModel, Sighting, wrapped};
use crate::wide::{carry, move_evenly, narrow, scaled_gain};

/// Which filter follows a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Motion and measurement by their slopes.
    Extended,
    /// Motion and measurement at sigma points.
    Unscented,
}

/// A normal distribution of position (m), velocity (m/s), the logarithm of drag (m²/kg) and wind (m/s).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaussian {
    /// Mean: x, y, z, their rates, the logarithm of drag, and the wind along x and y.
    pub mean: [f64; STATES],
    /// Covariance.
    pub covariance: [[f64; STATES]; STATES],
}

crate::stored!(Gaussian { mean, covariance });

/// Number of sigma points.
pub(crate) const POINTS: usize = 2 * STATES + 1;
/// Weight of the middle point: κ = 1, which keeps every weight above zero.
const MIDDLE_WEIGHT: f64 = 1.0 / (STATES as f64 + 1.0);
/// Weight of each of the other points.
const OUTER_WEIGHT: f64 = 0.5 / (STATES as f64 + 1.0);

impl Gaussian {
    /// The sigma points; the mean alone, repeated, where the covariance is no longer definite.
    pub(crate) fn points(&self) -> [[f64; STATES]; POINTS] {
        let mut points = [self.mean; POINTS];
        if let Some(lower) = cholesky(&self.covariance) {
            let spread = libm::sqrt(STATES as f64 + 1.0);
            for axis in 0..STATES {
                for row in axis..STATES {
                    points[1 + axis][row] += spread * lower[row][axis];
                    points[1 + STATES + axis][row] -= spread * lower[row][axis];
                }
            }
        }
        points
    }

    /// Weight of a sigma point.
    pub(crate) fn weight(point: usize) -> f64 {
        [MIDDLE_WEIGHT, OUTER_WEIGHT][usize::from(point > 0)]
    }

    /// The state some time later. `motion` is none for what flies by itself, which keeps its velocity.
    pub(crate) fn predict(
        &mut self,
        filter: Filter,
        motion: Option<&Motion>,
        manner: &Manner,
        time_s: f64,
    ) {
        let before = self.mean;
        match (motion, filter) {
            (None, _) => {
                move_evenly(&mut self.covariance, time_s);
                for axis in 0..3 {
                    self.mean[axis] += time_s * before[axis + 3];
                }
            }
            (Some(motion), Filter::Extended) => {
                self.mean = motion.advance(&before, time_s);
                let mut middle = before;
                for (value, after) in middle.iter_mut().zip(self.mean) {
                    *value = 0.5 * (*value + after);
                }
                carry(&motion.transition(&middle, time_s), &mut self.covariance);
            }
            (Some(motion), Filter::Unscented) => {
                *self = Self::of_points(&self.points().map(|point| motion.advance(&point, time_s)));
            }
        }
        self.add_noise(manner, &before, time_s);
        if let Some(motion) = motion {
            // The wind keeps its spread: what is forgotten is made up (Ornstein and Uhlenbeck 1930).
            self.covariance[6][6] += motion.drag_wander(&before, &self.mean, time_s);
            let left = forgotten(time_s);
            let renewed = motion.wind_variance() * (1.0 - left * left);
            self.covariance[7][7] += renewed;
            self.covariance[8][8] += renewed;
        }
    }

    /// Mean and covariance of weighted sigma points.
    fn of_points(points: &[[f64; STATES]; POINTS]) -> Self {
        let mut mean = [0.0; STATES];
        for (index, point) in points.iter().enumerate() {
            for (sum, value) in mean.iter_mut().zip(point) {
                *sum += Self::weight(index) * value;
            }
        }
        let mut covariance = [[0.0; STATES]; STATES];
        for (index, point) in points.iter().enumerate() {
            for row in 0..STATES {
                for column in 0..STATES {
                    covariance[row][column] += Self::weight(index)
                        * (point[row] - mean[row])
                        * (point[column] - mean[column]);
                }
            }
        }
        Self { mean, covariance }
    }

    /// White noise on acceleration (the same source, section 6.2.2).
    pub(crate) fn add_noise(&mut self, manner: &Manner, before: &[f64; STATES], time_s: f64) {
        let [level, upward] = manner.acceleration_psd;
        let speed_squared: f64 = before[3..6].iter().map(|part| part * part).sum();
        let along = if speed_squared > 1.0 {
            manner.along_psd / speed_squared
        } else {
            0.0
        };
        let (third, half) = (time_s * time_s * time_s / 3.0, time_s * time_s / 2.0);
        for row in 0..3 {
            for column in 0..3 {
                let own = if row != column {
                    0.0
                } else if row == 2 {
                    upward
                } else {
                    level
                };
                let psd = own + along * before[3 + row] * before[3 + column];
                self.covariance[row][column] += psd * third;
                self.covariance[row][3 + column] += psd * half;
                self.covariance[3 + row][column] += psd * half;
                self.covariance[3 + row][3 + column] += psd * time_s;
            }
        }
    }

    /// Where a radar should see this, `offset_s` after the moment of the state, when the variances of its
    /// errors are `noise_scale` times those stated.
    pub(crate) fn expected(
        &self,
        filter: Filter,
        sensor: &SensorModel,
        offset_s: f64,
        noise_scale: f64,
    ) -> Option<Expected> {
        let variances = variances_of(sensor).map(|variance| noise_scale * variance);
        match filter {
            Filter::Extended => {
                let (measured, slopes, spread) = self.measured(sensor, offset_s);
                let variances = std::array::from_fn(|axis| variances[axis] + spread[axis]);
                let rated = sensor.range_rate_sigma_mps.is_some();
                self.expected_by_slopes(measured, &slopes, &variances, rated)
            }
            Filter::Unscented => self.expected_by_points(sensor, offset_s, &variances),
        }
    }

    /// The same where the mean is the truth: by slopes alone, as the bound has it.
    pub(crate) fn expected_at_truth(&self, sensor: &SensorModel) -> Option<Expected> {
        let (measured, slopes, _) = self.measured(sensor, 0.0);
        let rated = sensor.range_rate_sigma_mps.is_some();
        self.expected_by_slopes(measured, &slopes, &variances_of(sensor), rated)
    }

    /// Where there is no range rate, the fourth component stands apart from all others.
    fn expected_by_slopes(
        &self,
        measured: [f64; 4],
        slopes: &Matrix<4, STATES>,
        variances: &[f64; 4],
        rated: bool,
    ) -> Option<Expected> {
        let parts = if rated { 4 } else { 3 };
        // A measurement does not depend on drag; at the moment of the state, range rate alone does on velocity.
        let on_velocity = if slopes[0][3..6] == [0.0; 3] { 3 } else { 0 };
        let mut cross = [[0.0; 4]; STATES];
        for (row, from) in cross.iter_mut().zip(&self.covariance) {
            for (cell, slope) in row.iter_mut().zip(slopes).take(parts) {
                *cell = from[0] * slope[0] + from[1] * slope[1] + from[2] * slope[2];
            }
            for (cell, slope) in row.iter_mut().zip(slopes).take(parts).skip(on_velocity) {
                *cell += from[3] * slope[3] + from[4] * slope[4] + from[5] * slope[5];
            }
        }
        let mut covariance = [[0.0; 4]; 4];
        for row in 0..4 {
            for column in 0..=row {
                let sum = (0..6)
                    .map(|inner| slopes[row][inner] * cross[inner][column])
                    .sum();
                let sum = if row < parts { sum } else { 0.0 };
                covariance[row][column] = sum;
                covariance[column][row] = sum;
            }
            covariance[row][row] += variances[row];
        }
        Expected::new(measured, cross, &covariance)
    }

    fn expected_by_points(
        &self,
        sensor: &SensorModel,
        offset_s: f64,
        variances: &[f64; 4],
    ) -> Option<Expected> {
        let azimuth_rad = see(&self.mean, sensor, offset_s)[1];
        let points = self.points();
        let seen = points.map(|point| {
            let mut seen = see(&point, sensor, offset_s);
            seen[1] = azimuth_rad + wrapped(seen[1] - azimuth_rad);
            seen
        });
        let mut mean = [0.0; 4];
        for (index, seen) in seen.iter().enumerate() {
            for (sum, value) in mean.iter_mut().zip(seen) {
                *sum += Self::weight(index) * value;
            }
        }
        let mut cross = [[0.0; 4]; STATES];
        let mut covariance = [[0.0; 4]; 4];
        for (index, (point, seen)) in points.iter().zip(&seen).enumerate() {
            let weight = Self::weight(index);
            for column in 0..4 {
                let off = weight * (seen[column] - mean[column]);
                for row in 0..STATES {
                    cross[row][column] += off * (point[row] - self.mean[row]);
                }
                for row in 0..4 {
                    covariance[row][column] += off * (seen[row] - mean[row]);
                }
            }
        }
        for axis in 0..4 {
            covariance[axis][axis] += variances[axis];
        }
        mean[1] = wrapped(mean[1]);
        Expected::new(mean, cross, &covariance)
    }

    /// The measurement at the mean, its slopes, and the variance of the second-order terms, which
    /// counts where a wide place is seen from near: (σ⊥²/r)² for range, (σ⊥/ρ)⁴ for angles.
    fn measured(
        &self,
        sensor: &SensorModel,
        offset_s: f64,
    ) -> ([f64; 4], Matrix<4, STATES>, [f64; 4]) {
        let (x, y, z) = from_sensor(&self.mean, sensor, offset_s);
        let velocity = [self.mean[3], self.mean[4], self.mean[5]];
        let level_squared = (x * x + y * y).max(1.0);
        let level = libm::sqrt(level_squared);
        let range_squared = level_squared + z * z;
        let range = libm::sqrt(range_squared);
        let along = [x / range, y / range, z / range];
        let rate: f64 = along.iter().zip(velocity).map(|(a, v)| a * v).sum();
        let measured = [range, libm::atan2(y, x), libm::atan2(z, level), rate];
        let lift = z / (level * range_squared);
        let by_place = [
            along,
            [-y / level_squared, x / level_squared, 0.0],
            [-x * lift, -y * lift, level / range_squared],
            [0, 1, 2].map(|axis| (velocity[axis] - rate * along[axis]) / range),
        ];
        let mut slopes = [[0.0; STATES]; 4];
        for (row, slope) in slopes.iter_mut().zip(&by_place) {
            for axis in 0..3 {
                row[axis] = slope[axis];
                row[axis + 3] = slope[axis] * offset_s;
            }
        }
        for axis in 0..3 {
            slopes[3][axis + 3] += along[axis];
        }
        let mut place = 0.0;
        let mut speed = 0.0;
        for axis in 0..3 {
            place += self.covariance[axis][axis] / 3.0;
            speed += self.covariance[axis + 3][axis + 3] / 3.0;
        }
        let bend = place / level_squared;
        let spread = [
            place * place / range_squared,
            bend * bend,
            bend * bend,
            2.0 * place * speed / range_squared,
        ];
        (measured, slopes, spread)
    }

    /// Expectation of a plot's place in the frame itself. Linear in the state, so it serves where the
    /// state is still too wide for slopes; its density is per m³.
    pub(crate) fn expected_place(&self, sighting: &Sighting) -> Option<Expected> {
        let offset = sighting.offset_s;
        let noise = sighting.covariance_m2;
        let mut cross = [[0.0; 4]; STATES];
        for (row, from) in cross.iter_mut().zip(&self.covariance) {
            for axis in 0..3 {
                row[axis] = from[axis] + offset * from[axis + 3];
            }
        }
        let mut covariance = [[0.0; 4]; 4];
        for row in 0..3 {
            for column in 0..3 {
                covariance[row][column] =
                    cross[row][column] + offset * cross[row + 3][column] + noise[row][column];
            }
        }
        covariance[3][3] = 1.0;
        let place = [0, 1, 2].map(|axis| self.mean[axis] + offset * self.mean[axis + 3]);
        Expected::new([place[0], place[1], place[2], 0.0], cross, &covariance)
    }

    /// Takes an innovation in: m + K ν, P − K S Kᵀ.
    pub(crate) fn update(&mut self, expected: &Expected, innovation: &Innovation) {
        match innovation.components {
            4 => self.take_in::<4>(expected, innovation),
            _ => self.take_in::<3>(expected, innovation),
        }
    }

    fn take_in<const PARTS: usize>(&mut self, expected: &Expected, innovation: &Innovation) {
        let gain = scaled_gain::<PARTS>(&expected.cross, &expected.lower);
        for row in 0..STATES {
            for part in 0..PARTS {
                self.mean[row] += gain[row][part] * innovation.scaled[part];
            }
        }
        narrow(&mut self.covariance, &gain);
    }

    /// Takes several innovations in, each with the probability that it is the right one; with what is
    /// left of one, none is (probabilistic data association; Bar-Shalom, Daum and Huang, IEEE Control
    /// Systems 29(6), 2009).
    pub(crate) fn update_mixed(&mut self, expected: &Expected, innovations: &[(f64, Innovation)]) {
        let components = innovations
            .iter()
            .map(|(_, innovation)| innovation.components)
            .min()
            .unwrap_or(0);
        let (mut mean, mut taken, mut any) = ([0.0; 4], [[0.0; 4]; 4], 0.0);
        for (probability, innovation) in innovations {
            any += probability;
            for row in 0..components {
                mean[row] += probability * innovation.scaled[row];
                for column in 0..components {
                    taken[row][column] -=
                        probability * innovation.scaled[row] * innovation.scaled[column];
                }
            }
        }
        for row in 0..components {
            taken[row][row] += any;
            for column in 0..components {
                taken[row][column] += mean[row] * mean[column];
            }
        }
        let gain = scaled_gain::<4>(&expected.cross, &expected.lower);
        let shrink = sandwich(&gain, &taken);
        for row in 0..STATES {
            for component in 0..components {
                self.mean[row] += gain[row][component] * mean[component];
            }
            for column in 0..STATES {
                self.covariance[row][column] -= shrink[row][column];
            }
        }
    }

    /// The range rate of a sighting alone; returns the logarithm of its density.
    pub(crate) fn update_rate(&mut self, sensor: &SensorModel, sighting: &Sighting) -> f64 {
        let Some(sigma) = sensor.range_rate_sigma_mps.filter(|_| sighting.rated) else {
            return 0.0;
        };
        let (measured, slopes, _) = self.measured(sensor, sighting.offset_s);
        let slope = slopes[3];
        let mut gain = [0.0; STATES];
        for (cell, row) in gain.iter_mut().zip(&self.covariance) {
            *cell = row
                .iter()
                .zip(&slope)
                .map(|(value, slope)| value * slope)
                .sum();
        }
        let variance = sigma * sigma
            + gain
                .iter()
                .zip(&slope)
                .map(|(value, slope)| value * slope)
                .sum::<f64>();
        let off = sighting.measured[3] - measured[3];
        for row in 0..STATES {
            self.mean[row] += gain[row] * off / variance;
            for column in 0..STATES {
                self.covariance[row][column] -= gain[row] * gain[column] / variance;
            }
        }
        -0.5 * (off * off / variance + libm::log(std::f64::consts::TAU * variance))
    }

    /// Adds `other` with a weight to this sum of weighted states, whose mean is already known.
    pub(crate) fn add_spread(&mut self, other: &Self, weight: f64) {
        for row in 0..STATES {
            for column in 0..STATES {
                let apart =
                    (other.mean[row] - self.mean[row]) * (other.mean[column] - self.mean[column]);
                self.covariance[row][column] += weight * (other.covariance[row][column] + apart);
            }
        }
    }

    /// The normal distribution with mean and covariance of a mixture; weights should sum to one.
    pub(crate) fn mixture<'a>(parts: impl Iterator<Item = (f64, &'a Self)> + Clone) -> Self {
        let mut mixed = Self {
            mean: [0.0; STATES],
            covariance: [[0.0; STATES]; STATES],
        };
        for (weight, part) in parts.clone() {
            for (sum, value) in mixed.mean.iter_mut().zip(&part.mean) {
                *sum += weight * value;
            }
        }
        for (weight, part) in parts {
            mixed.add_spread(part, weight);
        }
        mixed
    }

    /// Multiplies the spread of place and velocity.
    pub(crate) fn widen(&mut self, factor: f64) {
        let of = |axis: usize| if axis < 6 { factor } else { 1.0 };
        for (row, cells) in self.covariance.iter_mut().enumerate() {
            for (column, cell) in cells.iter_mut().enumerate() {
                *cell *= of(row) * of(column);
            }
        }
    }

    /// Whether every number is finite and every variance positive.
    pub(crate) fn is_sound(&self) -> bool {
        // Naught times what is not finite is no number. Without a way out in between, so that several are looked
        // at in one instruction.
        let mut naught = [0.0; 8];
        for values in [&self.mean[..], self.covariance.as_flattened()] {
            for several in values.chunks(8) {
                for (sum, value) in naught.iter_mut().zip(several) {
                    *sum += 0.0 * value;
                }
            }
        }
        let mut sound = naught == [0.0; 8];
        for (axis, row) in self.covariance.iter().enumerate() {
            sound &= row[axis] > 0.0;
        }
        sound
    }
}

/// Variances of a radar's stated errors; one for a range rate that it does not give.
fn variances_of(sensor: &SensorModel) -> [f64; 4] {
    [
        sensor.range_sigma_m,
        sensor.azimuth_sigma_rad,
        sensor.elevation_sigma_rad,
        sensor.range_rate_sigma_mps.unwrap_or(1.0),
    ]
    .map(|sigma| sigma * sigma)
}
