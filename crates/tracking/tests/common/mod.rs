//! Flights by the crate `ballistics` and a radar that sees them.
#![allow(clippy::unwrap_used, dead_code)]

use ballistics::{Accuracy, ConstantCoefficientDrag, Environment, Launch, State, fly_under};
use theatre::Stream;
use tracking::{AzimuthReference, FieldOfView, Plot, Scan, SensorModel, Status, Track, Tracker};

/// A round that comes in towards the radar.
pub struct Shot {
    pub speed_mps: f64,
    pub elevation_rad: f64,
    pub drag_per_metre: f64,
    pub from_m: [f64; 2],
}

impl Default for Shot {
    fn default() -> Self {
        Self {
            speed_mps: 300.0,
            elevation_rad: 0.9,
            drag_per_metre: 1e-4,
            from_m: [7_500.0, 900.0],
        }
    }
}

impl Shot {
    pub fn drawn(seed: u32) -> Self {
        let mut stream = Stream::new(77, seed, 0, 1);
        let mut within = |low: f64, high: f64| low + (high - low) * stream.uniform();
        Self {
            speed_mps: within(260.0, 340.0),
            elevation_rad: within(0.75, 1.05),
            drag_per_metre: 1.225 / 12_000.0 * within(-0.5, 0.5).exp(),
            from_m: [within(6_000.0, 9_000.0), within(-2_000.0, 2_000.0)],
        }
    }
}

/// A flight every 0.05 s, in the radar's frame.
pub struct Flight {
    states: Vec<State>,
    pub impact_m: [f64; 2],
    pub impact_s: f64,
}

pub const STEP_S: f64 = 0.05;
/// Seconds of flight before the radar's first scan.
const AHEAD_S: f64 = 2.0;

impl Flight {
    pub fn at(&self, time_s: f64) -> [f64; 6] {
        let state = &self.states[((time_s + AHEAD_S) / STEP_S).round() as usize];
        let ([x, y, z], [vx, vy, vz]) = (state.position_m, state.velocity_mps);
        [x, y, z, vx, vy, vz]
    }
}

pub fn flight(shot: &Shot) -> Flight {
    let launch = Launch {
        speed_mps: shot.speed_mps,
        elevation_rad: shot.elevation_rad,
        azimuth_rad: (-shot.from_m[1]).atan2(-shot.from_m[0]),
    };
    let law = ConstantCoefficientDrag {
        per_metre: shot.drag_per_metre,
    };
    let mut states = Vec::new();
    let accuracy = Accuracy::Fixed { step_s: STEP_S };
    let end = fly_under(
        &law,
        &launch,
        &Environment::default(),
        accuracy,
        &mut |state| {
            let mut state = *state;
            state.position_m[0] += shot.from_m[0];
            state.position_m[1] += shot.from_m[1];
            states.push(state);
        },
    )
    .unwrap();
    Flight {
        states,
        impact_m: [end.x_m + shot.from_m[0], end.y_m + shot.from_m[1]],
        impact_s: end.time_s - AHEAD_S,
    }
}

pub struct Radar {
    pub model: SensorModel,
    pub rate_hz: f64,
}

impl Default for Radar {
    fn default() -> Self {
        let model = SensorModel {
            position_m: [0.0; 3],
            azimuth_reference: AzimuthReference::XAxis,
            range_sigma_m: 10.0,
            azimuth_sigma_rad: 3e-3,
            elevation_sigma_rad: 4e-3,
            range_rate_sigma_mps: None,
            bias: tracking::Bias::NONE,
            detection_probability: 0.95,
            clutter_per_scan: 5.0,
            scan_period_s: 1.0,
            field_of_view: FieldOfView {
                range_min_m: 500.0,
                range_max_m: 12_000.0,
                azimuth_min_rad: -1.0,
                azimuth_max_rad: 1.0,
                elevation_min_rad: 0.0,
                elevation_max_rad: 1.0,
            },
        };
        Self {
            model,
            rate_hz: 1.0,
        }
    }
}

impl Radar {
    pub fn scans(&self, flights: &[&Flight], seed: u32, count: u32) -> Vec<Scan> {
        let places = |time_s: f64| {
            flights
                .iter()
                .map(|flight| flight.at(time_s))
                .map(|at| [at[0], at[1], at[2]])
                .collect()
        };
        self.scans_of(places, seed, count)
    }

    pub fn scans_of(
        &self,
        places: impl Fn(f64) -> Vec<[f64; 3]>,
        seed: u32,
        count: u32,
    ) -> Vec<Scan> {
        let mut stream = Stream::new(78, seed, 0, 2);
        let mut scan = |index: u32| {
            let time_s = f64::from(index) / self.rate_hz;
            let time_ns = (time_s * 1e9) as i64;
            let plot = |range_m, azimuth_rad, elevation_rad| Plot {
                time_ns,
                range_m,
                azimuth_rad,
                elevation_rad,
                range_rate_mps: None,
                signal_to_noise_db: None,
            };
            let mut plots = Vec::new();
            for [x, y, z] in places(time_s) {
                let level = x.hypot(y);
                let errors = [stream.normal(), stream.normal(), stream.normal()];
                if stream.uniform() < self.model.detection_probability {
                    plots.push(plot(
                        level.hypot(z) + self.model.range_sigma_m * errors[0],
                        y.atan2(x) + self.model.azimuth_sigma_rad * errors[1],
                        z.atan2(level) + self.model.elevation_sigma_rad * errors[2],
                    ));
                }
            }
            let view = self.model.field_of_view;
            // Clutter as the model has it on average: none to twice as much.
            for _ in 0..(2.0 * self.model.clutter_per_scan * stream.uniform()).round() as u32 {
                let mut within = |low: f64, high: f64| low + (high - low) * stream.uniform();
                plots.push(plot(
                    within(view.range_min_m, view.range_max_m),
                    within(view.azimuth_min_rad, view.azimuth_max_rad),
                    within(view.elevation_min_rad, view.elevation_max_rad),
                ));
            }
            Scan {
                sensor: 0,
                time_ns,
                plots,
            }
        };
        (0..count).map(&mut scan).collect()
    }
}

pub fn fly_over(radar: &Radar, path: impl Fn(f64) -> [f64; 3], seed: u32, count: u32) -> Vec<Scan> {
    radar.scans_of(|time_s| vec![path(time_s)], seed, count)
}

pub fn confirmed(tracker: &Tracker) -> Vec<Track> {
    tracker
        .tracks()
        .filter(|track| track.status == Status::Confirmed)
        .collect()
}
