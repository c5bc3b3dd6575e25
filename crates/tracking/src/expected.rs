//! Where a radar should see a state, and how far a plot lies from there.

use crate::matrix::{Matrix, cholesky, forward};
use crate::motion::STATES;
use crate::sensor::{SensorModel, Sighting, wrapped};

/// Half the logarithm of 2π.
const HALF_LOG_TAU: f64 = 0.918_938_533_204_672_7;

/// Where a measurement is expected, and how it hangs together with the state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    pub(crate) measured: [f64; 4],
    /// Covariance of state and measurement.
    pub(crate) cross: Matrix<STATES, 4>,
    /// Lower factor of the covariance of the innovation.
    pub(crate) lower: Matrix<4, 4>,
    /// Logarithm of the peak density of the innovation in three and in four components.
    log_peak: [f64; 2],
}

/// An innovation, scaled by its own covariance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Innovation {
    pub(crate) scaled: [f64; 4],
    pub(crate) components: usize,
    pub(crate) squared_distance: f64,
    pub(crate) log_density: f64,
}

impl Innovation {
    /// Its components in range, azimuth and elevation.
    pub(crate) fn place(&self) -> [f64; 3] {
        [self.scaled[0], self.scaled[1], self.scaled[2]]
    }
}

impl Expected {
    pub(crate) fn new(
        measured: [f64; 4],
        cross: Matrix<STATES, 4>,
        covariance: &Matrix<4, 4>,
    ) -> Option<Self> {
        let lower = cholesky(covariance)?;
        let sizes = [lower[0][0] * lower[1][1] * lower[2][2], lower[3][3]];
        let three = -libm::log(sizes[0]) - 3.0 * HALF_LOG_TAU;
        // One where there is no range rate.
        let fourth = if sizes[1] == 1.0 {
            0.0
        } else {
            libm::log(sizes[1])
        };
        let log_peak = [three, three - fourth - HALF_LOG_TAU];
        Some(Self {
            measured,
            cross,
            lower,
            log_peak,
        })
    }

    /// The innovation of a sighting in range, azimuth, elevation and, where it has one, range rate.
    #[inline]
    pub(crate) fn innovation(&self, sighting: &Sighting) -> Innovation {
        let mut off = [0.0; 4];
        for axis in 0..4 {
            off[axis] = sighting.measured[axis] - self.measured[axis];
        }
        off[1] = wrapped(off[1]);
        self.scaled(off, if sighting.rated { 4 } else { 3 })
    }

    /// The innovation of a sighting's place.
    pub(crate) fn place_innovation(&self, sighting: &Sighting) -> Innovation {
        let [x, y, z] = sighting.position_m;
        self.scaled(
            [
                x - self.measured[0],
                y - self.measured[1],
                z - self.measured[2],
                0.0,
            ],
            3,
        )
    }

    #[inline]
    fn scaled(&self, off: [f64; 4], components: usize) -> Innovation {
        let scaled = forward(&self.lower, off);
        let mut squared_distance =
            scaled[0] * scaled[0] + scaled[1] * scaled[1] + scaled[2] * scaled[2];
        if components == 4 {
            squared_distance += scaled[3] * scaled[3];
        }
        let log_density = self.log_peak[components - 3] - 0.5 * squared_distance;
        Innovation {
            scaled,
            components,
            squared_distance,
            log_density,
        }
    }

    /// Variance of one component of the innovation.
    pub(crate) fn variance(&self, axis: usize) -> f64 {
        self.lower[axis].iter().map(|part| part * part).sum()
    }

    /// One sigma of the expected range, m.
    pub(crate) fn range_sigma_m(&self) -> f64 {
        self.lower[0][0]
    }
}

/// Place relative to a sensor some time after the moment of a state.
#[inline]
pub(crate) fn from_sensor(
    state: &[f64; STATES],
    sensor: &SensorModel,
    offset_s: f64,
) -> (f64, f64, f64) {
    let at = |axis: usize| state[axis] + offset_s * state[axis + 3] - sensor.position_m[axis];
    (at(0), at(1), at(2))
}

/// What a radar measures of a state.
pub(crate) fn see(state: &[f64; STATES], sensor: &SensorModel, offset_s: f64) -> [f64; 4] {
    let (x, y, z) = from_sensor(state, sensor, offset_s);
    let level = libm::sqrt(x * x + y * y);
    let range = libm::sqrt(level * level + z * z).max(1e-3);
    let rate = (x * state[3] + y * state[4] + z * state[5]) / range;
    [range, libm::atan2(y, x), libm::atan2(z, level), rate]
}
