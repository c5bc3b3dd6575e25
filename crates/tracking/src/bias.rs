//! What is systematic in a radar's errors: the same in every plot, so that no number of plots averages it out.
//!
//! What is known of it is subtracted. What is not is considered, not estimated (Schmidt, "Application of
//! state-space methods to navigation problems", Advances in Control Systems 3, 1966; Tapley, Schutz and
//! Born, *Statistical Orbit Determination*, 2004, chapter 6): a track of one radar moves with its bias as
//! if stiff, since gravity shows a tilt of a few mrad no better than a wind does.

use crate::error::{TrackingError, within};
use crate::filter::Gaussian;
use crate::sensor::SensorModel;

/// Bias that impacts allow for where nobody says how large it is, as a share of the radar's stated random
/// error. See `DESIGN.md` for why, and why this much.
const UNSTATED_SHARE: f64 = 0.5;

/// The systematic error of a radar, in its own sense of azimuth: what it reports less what is.
///
/// A spread of none says that nobody knows it: impacts then allow for a share of the random error, since
/// people stand where the map says, and not where the radar does; tracks, which are told in the radar's
/// own frame, do not. A spread that is given is in tracks and impacts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bias {
    /// Of range, m; −1000 to 1000.
    pub range_m: f64,
    /// Of azimuth, rad; −0.2 to 0.2.
    pub azimuth_rad: f64,
    /// Of elevation, rad; −0.2 to 0.2.
    pub elevation_rad: f64,
    /// One sigma of what is not known of that of range, m; 0 to 1000.
    pub range_sigma_m: Option<f64>,
    /// The same of azimuth, rad; 0 to 0.2.
    pub azimuth_sigma_rad: Option<f64>,
    /// The same of elevation, rad; 0 to 0.2.
    pub elevation_sigma_rad: Option<f64>,
}

/// Largest bias of a range, m, and of an angle, rad.
pub const BIAS_RANGE_MAX_M: f64 = 1_000.0;
/// See [`BIAS_RANGE_MAX_M`].
pub const BIAS_ANGLE_MAX_RAD: f64 = 0.2;

impl Bias {
    /// That of a radar which surely has none, as simulated ones do.
    pub const NONE: Self = Self {
        range_m: 0.0,
        azimuth_rad: 0.0,
        elevation_rad: 0.0,
        range_sigma_m: Some(0.0),
        azimuth_sigma_rad: Some(0.0),
        elevation_sigma_rad: Some(0.0),
    };

    pub(crate) fn check(&self) -> Result<(), TrackingError> {
        let (range, angle) = (BIAS_RANGE_MAX_M, BIAS_ANGLE_MAX_RAD);
        within("range_bias_m", self.range_m, -range, range)?;
        within("azimuth_bias_rad", self.azimuth_rad, -angle, angle)?;
        within("elevation_bias_rad", self.elevation_rad, -angle, angle)?;
        let [of_range, of_azimuth, of_elevation] = self.sigmas().map(|sigma| sigma.unwrap_or(0.0));
        within("range_bias_sigma_m", of_range, 0.0, range)?;
        within("azimuth_bias_sigma_rad", of_azimuth, 0.0, angle)?;
        within("elevation_bias_sigma_rad", of_elevation, 0.0, angle)
    }

    fn sigmas(&self) -> [Option<f64>; 3] {
        [
            self.range_sigma_m,
            self.azimuth_sigma_rad,
            self.elevation_sigma_rad,
        ]
    }
}

/// Which part of what is not known of a bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// What the spreads that are given say.
    Stated,
    /// What is allowed for where none is given.
    Unstated,
}

impl SensorModel {
    /// Spreads of what is not known of the bias, in range, azimuth and elevation.
    pub(crate) fn bias_sigmas(&self, unknown: Unknown) -> [f64; 3] {
        let errors = [
            self.range_sigma_m,
            self.azimuth_sigma_rad,
            self.elevation_sigma_rad,
        ];
        let stated = self.bias.sigmas();
        std::array::from_fn(|axis| match (unknown, stated[axis]) {
            (Unknown::Stated, sigma) => sigma.unwrap_or(0.0),
            (Unknown::Unstated, None) => UNSTATED_SHARE * errors[axis],
            (Unknown::Unstated, Some(_)) => 0.0,
        })
    }

    /// The radar as one of several sees it: their biases against each other are noise to a track, whose
    /// plots come from all of them.
    pub(crate) fn among_others(mut self) -> Self {
        let [range, azimuth, elevation] = self.bias_sigmas(Unknown::Stated);
        self.range_sigma_m = libm::hypot(self.range_sigma_m, range);
        self.azimuth_sigma_rad = libm::hypot(self.azimuth_sigma_rad, azimuth);
        self.elevation_sigma_rad = libm::hypot(self.elevation_sigma_rad, elevation);
        self
    }
}

impl Gaussian {
    /// Adds what a bias with these spreads does to a track of the sensor; returns the variance of place
    /// that it adds, m².
    pub(crate) fn lean(&mut self, sensor: &SensorModel, sigmas: [f64; 3]) -> f64 {
        let mut added = 0.0;
        for (moved, sigma) in self.moved_by(sensor).iter().zip(sigmas) {
            let variance = sigma * sigma;
            for row in 0..6 {
                for column in 0..6 {
                    self.covariance[row][column] += variance * moved[row] * moved[column];
                }
            }
            added += variance * moved[..3].iter().map(|part| part * part).sum::<f64>();
        }
        added
    }

    /// How place and velocity move with a bias in range (m), azimuth and elevation (rad).
    fn moved_by(&self, sensor: &SensorModel) -> [[f64; 6]; 3] {
        let [x, y, z] = [0, 1, 2].map(|axis| self.mean[axis] - sensor.position_m[axis]);
        let [vx, vy, vz] = [self.mean[3], self.mean[4], self.mean[5]];
        let level = libm::hypot(x, y).max(1.0);
        let range = libm::hypot(level, z);
        let outward = (x * vx + y * vy) / level;
        let rate = (level * outward + z * vz) / range;
        let [ux, uy, uz] = [x / range, y / range, z / range];
        // A step up in elevation takes what is level from the place along the level line of sight.
        let [ex, ey] = [x / level, y / level];
        let turning = [(vx - ex * outward) / level, (vy - ey * outward) / level];
        [
            [
                ux,
                uy,
                uz,
                (vx - rate * ux) / range,
                (vy - rate * uy) / range,
                (vz - rate * uz) / range,
            ],
            [-y, x, 0.0, -vy, vx, 0.0],
            [
                -z * ex,
                -z * ey,
                level,
                -vz * ex - z * turning[0],
                -vz * ey - z * turning[1],
                outward,
            ],
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FieldOfView;

    fn radar() -> SensorModel {
        SensorModel {
            position_m: [100.0, -50.0, 20.0],
            bias: Bias::default(),
            clutter_per_scan: 1.0,
            scan_period_s: 0.05,
            field_of_view: FieldOfView {
                range_min_m: 0.0,
                range_max_m: 1e4,
                azimuth_min_rad: -3.0,
                azimuth_max_rad: 3.0,
                elevation_min_rad: 0.0,
                elevation_max_rad: 1.0,
            },
            ..SensorModel::sample()
        }
    }

    /// Against plots themselves: two that are a moment apart, each off by the bias.
    #[test]
    fn a_track_moves_as_its_plots_do() {
        let radar = radar();
        let state = Gaussian {
            mean: [
                1_500.0, -2_200.0, 900.0, 120.0, 80.0, -140.0, -8.0, 0.0, 0.0,
            ],
            covariance: [[0.0; 9]; 9],
        };
        let place = |time_s: f64, bias: [f64; 3]| -> [f64; 3] {
            let at = |axis: usize| {
                state.mean[axis] + time_s * state.mean[axis + 3] - radar.position_m[axis]
            };
            let (x, y, z) = (at(0), at(1), at(2));
            let level = x.hypot(y);
            let range = level.hypot(z) + bias[0];
            let (azimuth, elevation) = (y.atan2(x) + bias[1], z.atan2(level) + bias[2]);
            [
                range * elevation.cos() * azimuth.cos(),
                range * elevation.cos() * azimuth.sin(),
                range * elevation.sin(),
            ]
        };
        let (step, moment) = (1e-4, 1e-2);
        for (which, moved) in state.moved_by(&radar).iter().enumerate() {
            let mut bias = [0.0; 3];
            bias[which] = if which == 0 { 1.0 } else { step };
            let off = |time_s: f64| {
                let (biased, plain) = (place(time_s, bias), place(time_s, [0.0; 3]));
                [0, 1, 2].map(|axis| (biased[axis] - plain[axis]) / bias[which])
            };
            let (before, now, after) = (off(-moment), off(0.0), off(moment));
            for axis in 0..3 {
                let rate = (after[axis] - before[axis]) / (2.0 * moment);
                let scale = if which == 0 { 1.0 } else { 2_000.0 };
                assert!(
                    (moved[axis] - now[axis]).abs() < 1e-3 * scale,
                    "{which} {axis}"
                );
                assert!((moved[axis + 3] - rate).abs() < 1e-3 * scale * 0.1);
            }
        }
    }

    #[test]
    fn what_is_not_stated_is_in_impacts_alone() {
        let mut radar = radar();
        assert_eq!(radar.bias_sigmas(Unknown::Stated), [0.0; 3]);
        assert!(
            radar
                .bias_sigmas(Unknown::Unstated)
                .iter()
                .all(|sigma| *sigma > 0.0)
        );
        radar.bias = Bias::NONE;
        assert_eq!(radar.bias_sigmas(Unknown::Unstated), [0.0; 3]);
        radar.bias.azimuth_sigma_rad = Some(2e-3);
        assert_eq!(radar.bias_sigmas(Unknown::Stated), [0.0, 2e-3, 0.0]);
        assert!(radar.check().is_ok());
        radar.bias.range_m = f64::NAN;
        assert!(radar.check().is_err());
    }
}
