//! The equations of motion over flat ground.

use super::Surroundings;
use super::march::{State, System};
use crate::DragLaw;
use crate::atmosphere::geopotential_m;
use crate::thrust::{Motor, ThrustDirection};

/// A body over flat ground.
pub(super) struct Flat<'a, Law> {
    law: &'a Law,
    motor: Option<Motor>,
    surroundings: &'a Surroundings,
    turning_radps: [f64; 2],
}

impl<'a, Law: DragLaw> Flat<'a, Law> {
    pub(super) fn new(law: &'a Law, motor: Option<Motor>, surroundings: &'a Surroundings) -> Self {
        Self {
            law,
            motor,
            surroundings,
            turning_radps: surroundings.turning_radps(),
        }
    }
}

impl<Law: DragLaw> System for Flat<'_, Law> {
    fn rates(&self, time_s: f64, burning: bool, state: &State) -> State {
        let [_, _, height_m, vx, vy, vz] = *state;
        let level_m = height_m + self.surroundings.ground_height_m;
        let [wind_x, wind_y] = self.surroundings.wind.at(geopotential_m(level_m));
        let (ax, ay, az) = (vx - wind_x, vy - wind_y, vz);
        let speed_mps = libm::sqrt(ax * ax + ay * ay + az * az);
        let mut drag_per_s = self.law.deceleration_per_speed(level_m, speed_mps);
        let mut thrust = [0.0; 3];
        if let Some(motor) = self.motor.filter(|_| burning) {
            drag_per_s /= motor.mass_at(time_s);
            thrust = push(&motor, time_s, [vx, vy, vz]);
        }
        let [north, up] = self.turning_radps;
        [
            vx,
            vy,
            vz,
            thrust[0] + up * vy - north * vz - drag_per_s * ax,
            thrust[1] - up * vx - drag_per_s * ay,
            thrust[2] + north * vx - drag_per_s * az - self.surroundings.gravity_mps2,
        ]
    }

    fn height_m(&self, state: &State) -> f64 {
        state[2]
    }

    fn climb_mps(&self, state: &State) -> f64 {
        state[5]
    }
}

/// Acceleration by thrust, m/s², of a body at a velocity.
pub(super) fn push(motor: &Motor, time_s: f64, [x, y, z]: [f64; 3]) -> [f64; 3] {
    let push_mps2 = motor.acceleration_mps2(time_s);
    match motor.direction {
        ThrustDirection::Fixed(direction) => direction.map(|part| push_mps2 * part),
        ThrustDirection::Velocity => {
            let speed_mps = libm::sqrt(x * x + y * y + z * z);
            [x, y, z].map(|part| push_mps2 * part / speed_mps)
        }
    }
}
