//! A radar, rounds that fly by the crate `ballistics`, and what the radar reports of them.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a fault of the support ends the test")]

use ballistics::{Accuracy, ConstantCoefficientDrag, Environment, Launch, fly_under};
use rampart::watch::engine::{Event, EventKind, Settings};
use std::f64::consts::FRAC_PI_3;
use theatre::{EastNorthUp, Geodetic, LocalFrame, Plot, Stream, Zone};
use tracking::{AzimuthReference, FieldOfView, Scan, SensorModel};

pub const SECOND: i64 = 1_000_000_000;
pub const ORIGIN: Geodetic = Geodetic {
    latitude_deg: 33.3,
    longitude_deg: 44.4,
};
pub const HEIGHT_M: f64 = 40.0;
const STEP_S: f64 = 0.05;

pub fn model() -> SensorModel {
    SensorModel {
        position_m: [0.0; 3],
        azimuth_reference: AzimuthReference::XAxis,
        range_sigma_m: 10.0,
        azimuth_sigma_rad: 3e-3,
        elevation_sigma_rad: 4e-3,
        range_rate_sigma_mps: None,
        bias: tracking::Bias::NONE,
        detection_probability: 0.95,
        clutter_per_scan: 3.0,
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

/// A square zone about a place of the radar's frame.
pub fn zone(id: &str, x_m: f64, y_m: f64, half_m: f64) -> Zone {
    let frame = LocalFrame::new(ORIGIN, HEIGHT_M);
    let corner = |(east, north): (f64, f64)| {
        let place = EastNorthUp {
            east_m: x_m + half_m * east,
            north_m: y_m + half_m * north,
            up_m: 0.0,
        };
        frame.geodetic(place).0
    };
    Zone {
        id: id.to_owned(),
        name: id.to_owned(),
        outline: [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
            .map(corner)
            .to_vec(),
        shelter_time_s: 8.0,
    }
}

pub fn settings(zones: Vec<Zone>) -> Settings {
    Settings {
        site: "north".to_owned(),
        origin: ORIGIN,
        origin_height_m: HEIGHT_M,
        ground_m: 0.0,
        sensors: vec![model()],
        zones,
        tracking: tracking::Settings::default(),
        warning: tracking::warning::Settings::default(),
    }
}

/// A flight every 0.05 s from some moment on, in the radar's frame.
pub struct Flight {
    from_s: f64,
    states: Vec<[f64; 6]>,
    pub impact_m: [f64; 2],
    pub impact_s: f64,
}

impl Flight {
    /// A round on its way from far out, launched so many seconds before the clock's zero.
    pub fn new(from_m: [f64; 2], towards_m: [f64; 2], speed_mps: f64, from_s: f64) -> Self {
        let azimuth_rad = (towards_m[1] - from_m[1]).atan2(towards_m[0] - from_m[0]);
        let launch = Launch {
            speed_mps,
            elevation_rad: 0.9,
            azimuth_rad,
        };
        let law = ConstantCoefficientDrag { per_metre: 1e-4 };
        let mut states = Vec::new();
        let end = fly_under(
            &law,
            &launch,
            &Environment::default(),
            Accuracy::Fixed { step_s: STEP_S },
            &mut |state| {
                let ([x, y, z], [vx, vy, vz]) = (state.position_m, state.velocity_mps);
                states.push([x + from_m[0], y + from_m[1], z, vx, vy, vz]);
            },
        )
        .unwrap();
        Self {
            from_s,
            states,
            impact_m: [end.x_m + from_m[0], end.y_m + from_m[1]],
            impact_s: end.time_s + from_s,
        }
    }

    /// The state at a moment of the flight.
    pub fn at(&self, time_s: f64) -> Option<[f64; 6]> {
        let step = ((time_s - self.from_s) / STEP_S).round();
        let flies = step >= 0.0 && time_s < self.impact_s;
        flies
            .then(|| self.states.get(step as usize).copied())
            .flatten()
    }
}

/// What a radar reports at a moment of bodies at these places, with clutter.
pub fn scan(time_ns: i64, places: &[[f64; 3]], seed: u32) -> Scan {
    let model = model();
    let number = (time_ns / 1_000_000) as u32;
    let mut stream = Stream::new(4_711, seed, number, 3);
    let plot = |range_m, azimuth_rad, elevation_rad| Plot {
        time_ns,
        range_m,
        azimuth_rad,
        elevation_rad,
        range_rate_mps: None,
        signal_to_noise_db: None,
    };
    let mut plots = Vec::new();
    for [x, y, z] in places {
        let level = x.hypot(*y);
        let errors = [stream.normal(), stream.normal(), stream.normal()];
        if stream.uniform() < model.detection_probability {
            plots.push(plot(
                level.hypot(*z) + model.range_sigma_m * errors[0],
                y.atan2(*x) + model.azimuth_sigma_rad * errors[1],
                z.atan2(level) + model.elevation_sigma_rad * errors[2],
            ));
        }
    }
    let view = model.field_of_view;
    for _ in 0..(2.0 * model.clutter_per_scan * stream.uniform()).round() as u32 {
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
}

/// Scans a second apart of flights, and of an aircraft that circles where there is one, as events whose
/// positions are those in the list.
pub fn events(flights: &[&Flight], aircraft: bool, seconds: std::ops::Range<i64>) -> Vec<Event> {
    let event = |second: i64| {
        let time_s = second as f64;
        let flying = flights.iter().filter_map(|flight| flight.at(time_s));
        let mut places: Vec<_> = flying.map(|state| [state[0], state[1], state[2]]).collect();
        if aircraft {
            let angle = time_s / 40.0;
            places.push([
                6_000.0 + 2_500.0 * angle.cos(),
                2_500.0 * angle.sin(),
                1_200.0,
            ]);
        }
        Event {
            position: second as u64,
            now_ns: second * SECOND,
            kind: EventKind::Scan(scan(second * SECOND, &places, 1)),
        }
    };
    seconds.map(event).collect()
}
