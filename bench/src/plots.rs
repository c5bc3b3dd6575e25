//! What a simulated radar reports of simulated targets.

use std::f64::consts::{FRAC_PI_3, PI};

use theatre::Stream;
use tracking::{AzimuthReference, FieldOfView, Plot, Scan, SensorModel};

/// The radar of the peer's scenario: 10 m, 3 mrad, 4 mrad, a look a second, 10 clutter plots.
#[must_use]
pub fn sensor() -> SensorModel {
    SensorModel {
        position_m: [0.0; 3],
        azimuth_reference: AzimuthReference::XAxis,
        range_sigma_m: 10.0,
        azimuth_sigma_rad: 3e-3,
        elevation_sigma_rad: 4e-3,
        range_rate_sigma_mps: None,
        bias: tracking::Bias::NONE,
        detection_probability: 0.9,
        clutter_per_scan: 10.0,
        scan_period_s: 1.0,
        field_of_view: FieldOfView {
            range_min_m: 500.0,
            range_max_m: 12_000.0,
            azimuth_min_rad: -FRAC_PI_3,
            azimuth_max_rad: FRAC_PI_3,
            elevation_min_rad: 0.0,
            elevation_max_rad: FRAC_PI_3,
        },
    }
}

/// The same radar looking all around, up to the zenith.
#[must_use]
pub fn all_round() -> SensorModel {
    let mut sensor = sensor();
    sensor.field_of_view.azimuth_min_rad = -PI;
    sensor.field_of_view.azimuth_max_rad = PI;
    sensor.field_of_view.elevation_min_rad = 0.01;
    sensor.field_of_view.elevation_max_rad = 1.5;
    sensor
}

/// Error of range rate where there is one, m/s.
const RATE_SIGMA_MPS: f64 = 3.0;

/// That one with so many seconds between looks, with range rate or without.
#[must_use]
pub fn radar(scan_period_s: f64, rated: bool) -> SensorModel {
    SensorModel {
        scan_period_s,
        range_rate_sigma_mps: rated.then_some(RATE_SIGMA_MPS),
        ..all_round()
    }
}

/// How a radar differs from what it says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    /// Its errors as a multiple of those stated.
    pub noise: f64,
    /// Constant errors of range (m), azimuth and elevation (rad).
    pub bias: [f64; 3],
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            noise: 1.0,
            bias: [0.0; 3],
        }
    }
}

/// Range, azimuth and elevation of a place seen from the origin.
#[must_use]
pub fn polar([x, y, z]: [f64; 3]) -> [f64; 3] {
    let level = x.hypot(y);
    [level.hypot(z), y.atan2(x), z.atan2(level)]
}

/// One plot.
#[must_use]
pub fn plot(time_ns: i64, [range_m, azimuth_rad, elevation_rad]: [f64; 3]) -> Plot {
    Plot {
        time_ns,
        range_m,
        azimuth_rad,
        elevation_rad,
        range_rate_mps: None,
        signal_to_noise_db: None,
    }
}

/// A plot of a target at a place, if it is in view and detected.
pub fn detect(
    sensor: &SensorModel,
    faults: &Faults,
    place_m: [f64; 3],
    time_ns: i64,
    stream: &mut Stream,
) -> Option<Plot> {
    let [range, azimuth, elevation] = polar(place_m);
    let errors = [stream.normal(), stream.normal(), stream.normal()];
    let detected = stream.uniform() < sensor.detection_probability;
    let view = sensor.field_of_view;
    let seen = (view.range_min_m..=view.range_max_m).contains(&range)
        && (view.azimuth_min_rad..=view.azimuth_max_rad).contains(&azimuth)
        && (view.elevation_min_rad..=view.elevation_max_rad).contains(&elevation);
    let sigmas = [
        sensor.range_sigma_m,
        sensor.azimuth_sigma_rad,
        sensor.elevation_sigma_rad,
    ];
    let error = |axis: usize| faults.bias[axis] + faults.noise * sigmas[axis] * errors[axis];
    (seen && detected).then(|| {
        plot(
            time_ns,
            [range + error(0), azimuth + error(1), elevation + error(2)],
        )
    })
}

/// The same of what moves, with its range rate where the sensor has one.
pub fn detect_moving(
    sensor: &SensorModel,
    [x, y, z, vx, vy, vz]: [f64; 6],
    time_ns: i64,
    stream: &mut Stream,
) -> Option<Plot> {
    let mut plot = detect(sensor, &Faults::default(), [x, y, z], time_ns, stream)?;
    if let Some(sigma) = sensor.range_rate_sigma_mps {
        let rate_mps = (x * vx + y * vy + z * vz) / (x * x + y * y + z * z).sqrt();
        plot.range_rate_mps = Some(rate_mps + sigma * stream.normal());
    }
    Some(plot)
}

/// Clutter spread evenly in range and angles, and in range rate up to 500 m/s either way where the sensor has one, its
/// number drawn after Poisson.
pub fn clutter(sensor: &SensorModel, time_ns: i64, stream: &mut Stream, out: &mut Vec<Plot>) {
    let view = sensor.field_of_view;
    for _ in 0..poisson(sensor.clutter_per_scan, stream) {
        let mut within = |low: f64, high: f64| low + (high - low) * stream.uniform();
        let mut echo = plot(
            time_ns,
            [
                within(view.range_min_m, view.range_max_m),
                within(view.azimuth_min_rad, view.azimuth_max_rad),
                within(view.elevation_min_rad, view.elevation_max_rad),
            ],
        );
        if sensor.range_rate_sigma_mps.is_some() {
            echo.range_rate_mps = Some(within(-500.0, 500.0));
        }
        out.push(echo);
    }
}

/// A number drawn after Poisson, by times between events.
pub fn poisson(mean: f64, stream: &mut Stream) -> u32 {
    let (mut count, mut passed) = (0, 0.0);
    loop {
        passed -= (1.0 - stream.uniform()).ln();
        if passed > mean {
            return count;
        }
        count += 1;
    }
}

/// A scan of the first sensor.
#[must_use]
pub fn scan(time_ns: i64, plots: Vec<Plot>) -> Scan {
    Scan {
        sensor: 0,
        time_ns,
        plots,
    }
}
