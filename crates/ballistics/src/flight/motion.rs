//! The equations of motion of a point mass.

use super::{EARTH_RATE_RADPS, Environment, Gravity};
use crate::DragLaw;

/// Everything that accelerates a body, made ready for the innermost loop.
pub(super) struct Motion<'a, Law> {
    law: &'a Law,
    wind_mps: [f64; 3],
    ground_height_m: f64,
    /// Gravity at the ground, m/s².
    gravity_mps2: f64,
    /// One over the radius of the ground, 1/m; zero where it is flat.
    curvature_per_m: f64,
    /// Twice the rate at which the Earth turns, east, north and up, rad/s.
    turning_radps: [f64; 3],
}

/// Place and velocity, m and m/s.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub(super) place: [f64; 3],
    pub(super) velocity: [f64; 3],
}

/// How fast a [`Point`] changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    /// Rate of the place, m/s; differs from the velocity only over round ground.
    pub(super) place: [f64; 3],
    /// Rate of the velocity, m/s².
    pub(super) velocity: [f64; 3],
    /// Drag deceleration per speed, 1/s.
    pub(super) drag_per_s: f64,
}

impl<'a, Law: DragLaw> Motion<'a, Law> {
    pub(super) fn new(law: &'a Law, environment: &Environment) -> Self {
        let (gravity_mps2, curvature_per_m) = match environment.gravity {
            Gravity::Uniform { gravity_mps2 } => (gravity_mps2, 0.0),
            Gravity::RoundEarth {
                surface_mps2,
                radius_m,
            } => (surface_mps2, 1.0 / radius_m),
        };
        let twice = 2.0 * EARTH_RATE_RADPS;
        Self {
            law,
            wind_mps: environment.wind_mps,
            ground_height_m: environment.ground_height_m,
            gravity_mps2,
            curvature_per_m,
            turning_radps: environment
                .coriolis_latitude_rad
                .map_or([0.0; 3], |latitude| {
                    [
                        0.0,
                        twice * libm::cos(latitude),
                        twice * libm::sin(latitude),
                    ]
                }),
        }
    }

    /// Gravity at the ground, m/s².
    pub(super) fn gravity_mps2(&self) -> f64 {
        self.gravity_mps2
    }

    /// The point mass equations (McCoy, *Modern Exterior Ballistics*, section 9.2) with the Coriolis
    /// term −2 ω × v, and, over round ground, the terms of polar coordinates r = R + z: a level
    /// speed u turns the horizontal at u / r, which trades climb for level speed and lifts by u² / r.
    #[inline]
    pub(super) fn change(&self, point: &Point) -> Change {
        let [vx, vy, vz] = point.velocity;
        let height_m = point.place[2];
        let [ax, ay, az] = [
            vx - self.wind_mps[0],
            vy - self.wind_mps[1],
            vz - self.wind_mps[2],
        ];
        let air_speed_mps = libm::sqrt(ax * ax + ay * ay + az * az);
        let drag_per_s = self
            .law
            .deceleration_per_speed(height_m + self.ground_height_m, air_speed_mps);
        let [_, wy, wz] = self.turning_radps;
        // R / r, exactly one over flat ground.
        let shrink = 1.0 / (1.0 + self.curvature_per_m * height_m);
        let turn = self.curvature_per_m * shrink;
        Change {
            place: [vx * shrink, vy * shrink, vz],
            velocity: [
                wz * vy - wy * vz - drag_per_s * ax - turn * vx * vz,
                -wz * vx - drag_per_s * ay - turn * vy * vz,
                wy * vx - drag_per_s * az + turn * (vx * vx + vy * vy)
                    - self.gravity_mps2 * shrink * shrink,
            ],
            drag_per_s,
        }
    }

    /// How often a second the speed through the air changes by as much as the law of drag bends in.
    #[inline]
    pub(super) fn bends_hz(&self, point: &Point, change: &Change) -> f64 {
        let air = [0, 1, 2].map(|axis| point.velocity[axis] - self.wind_mps[axis]);
        let [ax, ay, az] = air;
        let air_speed_mps = libm::sqrt(ax * ax + ay * ay + az * az);
        if air_speed_mps == 0.0 {
            return 0.0;
        }
        let [bx, by, bz] = change.velocity;
        let slowing_mps2 = ((ax * bx + ay * by + az * bz) / air_speed_mps).abs();
        let height_m = point.place[2] + self.ground_height_m;
        slowing_mps2 / self.law.bend_mps(height_m, air_speed_mps)
    }

    /// Second rate of the place, m/s², from the rates of place and velocity.
    pub(super) fn bend(&self, point: &Point, change: &Change) -> [f64; 3] {
        let vz = point.velocity[2];
        let shrink = 1.0 / (1.0 + self.curvature_per_m * point.place[2]);
        let turn = self.curvature_per_m * shrink;
        let level =
            |axis: usize| shrink * (change.velocity[axis] - point.velocity[axis] * turn * vz);
        [level(0), level(1), change.velocity[2]]
    }

    /// One step of the classical Runge–Kutta method of order 4 from `point`, whose change is given.
    #[inline]
    pub(super) fn step(&self, point: &Point, first: &Change, step_s: f64) -> Point {
        let half_s = 0.5 * step_s;
        let second = self.change(&point.moved(first, half_s));
        let third = self.change(&point.moved(&second, half_s));
        let fourth = self.change(&point.moved(&third, step_s));
        let sixth_s = step_s / 6.0;
        let blend = |start: f64, rates: [f64; 4]| {
            start + sixth_s * (rates[0] + 2.0 * (rates[1] + rates[2]) + rates[3])
        };
        let mut end = *point;
        for axis in 0..3 {
            end.place[axis] = blend(
                point.place[axis],
                [&first.place, &second.place, &third.place, &fourth.place].map(|rate| rate[axis]),
            );
            end.velocity[axis] = blend(
                point.velocity[axis],
                [first, &second, &third, &fourth].map(|change| change.velocity[axis]),
            );
        }
        end
    }
}

impl Point {
    #[inline]
    fn moved(&self, change: &Change, time_s: f64) -> Self {
        let mut moved = *self;
        for axis in 0..3 {
            moved.place[axis] += time_s * change.place[axis];
            moved.velocity[axis] += time_s * change.velocity[axis];
        }
        moved
    }

    /// Whether no component is infinite or NaN.
    #[inline]
    pub(super) fn is_finite(&self) -> bool {
        let sum: f64 = self.place.iter().chain(&self.velocity).sum();
        sum.is_finite()
    }
}
