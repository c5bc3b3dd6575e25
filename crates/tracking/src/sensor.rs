//! Radars and what they report.

use std::f64::consts::{FRAC_PI_2, PI, TAU};

use crate::bias::Bias;
use crate::error::{TrackingError, within};
use crate::matrix::{Matrix, sandwich};
use theatre::Plot;

/// Longest range that a plot may have, m.
pub const RANGE_MAX_M: f64 = 1e6;
/// Largest range rate that a plot may have, m/s.
pub const RANGE_RATE_MAX_MPS: f64 = 10_000.0;
/// Half the span over which range rates of clutter are taken to be spread evenly, m/s (assumed).
const CLUTTER_RATE_HALF_SPAN_MPS: f64 = 500.0;

/// From where and in which sense azimuth is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AzimuthReference {
    /// From the x axis of the tracking frame, counter-clockwise.
    XAxis,
    /// From the y axis, which is then north, clockwise.
    North,
}

/// The part of space that a radar looks at. Azimuths run in the sensor's own sense.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FieldOfView {
    /// Least range, m.
    pub range_min_m: f64,
    /// Greatest range, m.
    pub range_max_m: f64,
    /// Least azimuth, rad, −2π to 2π.
    pub azimuth_min_rad: f64,
    /// Greatest azimuth, rad, at most 2π above the least.
    pub azimuth_max_rad: f64,
    /// Least elevation, rad, −π/2 to π/2.
    pub elevation_min_rad: f64,
    /// Greatest elevation, rad.
    pub elevation_max_rad: f64,
}

/// One radar: where it stands and how well it measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SensorModel {
    /// Place in the tracking frame, m; each within ±10⁶.
    pub position_m: [f64; 3],
    /// From where azimuth is measured.
    pub azimuth_reference: AzimuthReference,
    /// Error of range, one sigma, m; 10⁻³ to 10⁴.
    pub range_sigma_m: f64,
    /// Error of azimuth, one sigma, rad; 10⁻⁶ to 0.5.
    pub azimuth_sigma_rad: f64,
    /// Error of elevation, one sigma, rad; 10⁻⁶ to 0.5.
    pub elevation_sigma_rad: f64,
    /// Error of range rate, one sigma, m/s, 10⁻³ to 10³; none where the radar gives no range rate.
    pub range_rate_sigma_mps: Option<f64>,
    /// What is systematic in its errors.
    pub bias: Bias,
    /// Probability that a target in the field of view gives a plot in a scan; 0.01 to 0.999.
    pub detection_probability: f64,
    /// Mean number of plots in a scan that come from no target; 0 to 10⁶.
    pub clutter_per_scan: f64,
    /// Time between scans, s; 10⁻³ to 60.
    pub scan_period_s: f64,
    /// Where it looks.
    pub field_of_view: FieldOfView,
}

/// What one radar saw in one look around: at most one plot of each target.
#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    /// Number of the radar, in the order in which the tracker was given them.
    pub sensor: usize,
    /// Moment to which tracks are brought for this scan, ns since the tracker's epoch.
    pub time_ns: i64,
    /// Its plots, each within [`PLOT_OFFSET_MAX_NS`] of that moment.
    pub plots: Vec<Plot>,
}

/// Farthest that a plot may be dated from the moment of its scan, ns.
pub const PLOT_OFFSET_MAX_NS: i64 = 5_000_000_000;

/// A plot that was checked: angles in the frame's own sense, time against the scan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sighting {
    pub(crate) offset_s: f64,
    /// Range, azimuth, elevation, range rate; the last counts only if `rated`.
    pub(crate) measured: [f64; 4],
    pub(crate) rated: bool,
    /// Place in the tracking frame, m.
    pub(crate) position_m: [f64; 3],
    /// Covariance of the place, m².
    pub(crate) covariance_m2: Matrix<3, 3>,
}

crate::stored!(Sighting {
    offset_s,
    measured,
    rated,
    position_m,
    covariance_m2
});

impl SensorModel {
    /// Checks every figure.
    ///
    /// # Errors
    /// [`TrackingError::OutOfRange`] naming the first figure outside the range that its field states.
    pub fn check(&self) -> Result<(), TrackingError> {
        for place in self.position_m {
            within("position of a sensor in m", place, -1e6, 1e6)?;
        }
        within("range_sigma_m", self.range_sigma_m, 1e-3, 1e4)?;
        within("azimuth_sigma_rad", self.azimuth_sigma_rad, 1e-6, 0.5)?;
        within("elevation_sigma_rad", self.elevation_sigma_rad, 1e-6, 0.5)?;
        if let Some(sigma) = self.range_rate_sigma_mps {
            within("range_rate_sigma_mps", sigma, 1e-3, 1e3)?;
        }
        self.bias.check()?;
        within(
            "detection_probability",
            self.detection_probability,
            0.01,
            0.999,
        )?;
        within("clutter_per_scan", self.clutter_per_scan, 0.0, 1e6)?;
        within("scan_period_s", self.scan_period_s, 1e-3, 60.0)?;
        let view = self.field_of_view;
        within("range_min_m", view.range_min_m, 0.0, RANGE_MAX_M)?;
        within(
            "range_max_m",
            view.range_max_m,
            view.range_min_m + 1.0,
            RANGE_MAX_M,
        )?;
        within("azimuth_min_rad", view.azimuth_min_rad, -TAU, TAU)?;
        let least = view.azimuth_min_rad;
        within(
            "azimuth_max_rad",
            view.azimuth_max_rad,
            least + 1e-3,
            least + TAU + 1e-9,
        )?;
        within(
            "elevation_min_rad",
            view.elevation_min_rad,
            -FRAC_PI_2,
            FRAC_PI_2,
        )?;
        let least = view.elevation_min_rad + 1e-3;
        within(
            "elevation_max_rad",
            view.elevation_max_rad,
            least,
            FRAC_PI_2,
        )
    }

    /// A plot in the frame's own terms; none where a figure of it cannot be used.
    pub(crate) fn sighting(&self, plot: &Plot, scan_ns: i64) -> Option<Sighting> {
        let offset_ns = plot.time_ns.checked_sub(scan_ns)?;
        let rate = plot.range_rate_mps;
        let usable = plot.range_m > 0.0
            && plot.range_m <= RANGE_MAX_M
            && plot.azimuth_rad.abs() <= 2.0 * TAU
            && plot.elevation_rad.abs() <= FRAC_PI_2
            && offset_ns.unsigned_abs() <= PLOT_OFFSET_MAX_NS as u64
            && rate.is_none_or(|rate| rate.abs() <= RANGE_RATE_MAX_MPS);
        if !usable {
            return None;
        }
        let range_m = (plot.range_m - self.bias.range_m).max(1e-3);
        let azimuth_rad = plot.azimuth_rad - self.bias.azimuth_rad;
        let azimuth_rad = match self.azimuth_reference {
            AzimuthReference::XAxis => wrapped(azimuth_rad),
            AzimuthReference::North => wrapped(FRAC_PI_2 - azimuth_rad),
        };
        let elevation_rad =
            (plot.elevation_rad - self.bias.elevation_rad).clamp(-FRAC_PI_2, FRAC_PI_2);
        let along = range_m * libm::cos(elevation_rad);
        let from_sensor = [
            along * libm::cos(azimuth_rad),
            along * libm::sin(azimuth_rad),
            range_m * libm::sin(elevation_rad),
        ];
        let [x, y, z] = self.position_m;
        Some(Sighting {
            offset_s: offset_ns as f64 * 1e-9,
            measured: [range_m, azimuth_rad, elevation_rad, rate.unwrap_or(0.0)],
            rated: rate.is_some() && self.range_rate_sigma_mps.is_some(),
            position_m: [x + from_sensor[0], y + from_sensor[1], z + from_sensor[2]],
            covariance_m2: self.place_covariance_m2(range_m, azimuth_rad, elevation_rad),
        })
    }

    /// Covariance of a sighting's place, m² (Bar-Shalom, Li and Kirubarajan 2001, section 10.4.3,
    /// to first order).
    fn place_covariance_m2(&self, range: f64, azimuth: f64, elevation: f64) -> Matrix<3, 3> {
        let (sin_a, cos_a) = (libm::sin(azimuth), libm::cos(azimuth));
        let (sin_e, cos_e) = (libm::sin(elevation), libm::cos(elevation));
        let turn = [
            [
                cos_e * cos_a,
                -range * cos_e * sin_a,
                -range * sin_e * cos_a,
            ],
            [cos_e * sin_a, range * cos_e * cos_a, -range * sin_e * sin_a],
            [sin_e, 0.0, range * cos_e],
        ];
        let mut errors = [[0.0; 3]; 3];
        errors[0][0] = self.range_sigma_m * self.range_sigma_m;
        errors[1][1] = self.azimuth_sigma_rad * self.azimuth_sigma_rad;
        errors[2][2] = self.elevation_sigma_rad * self.elevation_sigma_rad;
        let mut covariance = sandwich(&turn, &errors);
        // At the zenith azimuth says nothing and the matrix would lose a rank.
        for (axis, row) in covariance.iter_mut().enumerate() {
            row[axis] += 1e-3 * errors[0][0];
        }
        covariance
    }

    /// Mean number of clutter plots per unit of range, azimuth and elevation, and of range rate where
    /// `rated`. At least one plot in a thousand scans, so that scores stay finite.
    pub(crate) fn clutter_density(&self, rated: bool) -> f64 {
        let view = self.field_of_view;
        let volume = (view.range_max_m - view.range_min_m)
            * (view.azimuth_max_rad - view.azimuth_min_rad)
            * (view.elevation_max_rad - view.elevation_min_rad);
        let density = self.clutter_per_scan.max(1e-3) / volume;
        if rated {
            density / (2.0 * CLUTTER_RATE_HALF_SPAN_MPS)
        } else {
            density
        }
    }

    /// Whether a place in the tracking frame is looked at.
    pub(crate) fn sees_place(&self, place_m: &[f64]) -> bool {
        let at = |axis: usize| place_m.get(axis).unwrap_or(&0.0) - self.position_m[axis];
        let (x, y, z) = (at(0), at(1), at(2));
        let level = libm::hypot(x, y);
        self.sees([
            libm::hypot(level, z),
            libm::atan2(y, x),
            libm::atan2(z, level),
        ])
    }

    /// Whether a place given by range, azimuth in the frame's sense and elevation is looked at.
    pub(crate) fn sees(&self, [range_m, azimuth_rad, elevation_rad]: [f64; 3]) -> bool {
        let view = self.field_of_view;
        let azimuth_rad = match self.azimuth_reference {
            AzimuthReference::XAxis => azimuth_rad,
            AzimuthReference::North => FRAC_PI_2 - azimuth_rad,
        };
        let middle = 0.5 * (view.azimuth_min_rad + view.azimuth_max_rad);
        let half = 0.5 * (view.azimuth_max_rad - view.azimuth_min_rad);
        (view.range_min_m..=view.range_max_m).contains(&range_m)
            && (view.elevation_min_rad..=view.elevation_max_rad).contains(&elevation_rad)
            && wrapped(azimuth_rad - middle).abs() <= half
    }
}

/// An angle in −π to π.
pub(crate) fn wrapped(angle_rad: f64) -> f64 {
    if (-PI..=PI).contains(&angle_rad) {
        return angle_rad;
    }
    angle_rad - TAU * libm::round(angle_rad / TAU)
}

#[cfg(test)]
impl SensorModel {
    /// The radar that unit tests vary: a look a second, ten clutter plots, and no bias.
    pub(crate) fn sample() -> Self {
        Self {
            position_m: [0.0; 3],
            azimuth_reference: AzimuthReference::XAxis,
            range_sigma_m: 10.0,
            azimuth_sigma_rad: 3e-3,
            elevation_sigma_rad: 4e-3,
            range_rate_sigma_mps: None,
            bias: Bias::NONE,
            detection_probability: 0.9,
            clutter_per_scan: 10.0,
            scan_period_s: 1.0,
            field_of_view: FieldOfView {
                range_min_m: 500.0,
                range_max_m: 12_000.0,
                azimuth_min_rad: -1.0,
                azimuth_max_rad: 1.0,
                elevation_min_rad: 0.0,
                elevation_max_rad: 1.0,
            },
        }
    }
}
