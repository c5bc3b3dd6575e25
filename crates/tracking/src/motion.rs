//! How a body moves between plots.

use ballistics::atmosphere::DensityAndSound;
use ballistics::atmosphere::STANDARD_GRAVITY_MPS2;
use ballistics::flight::EARTH_RATE_RADPS;
use ballistics::{AtmosphereTable, DragShape};

use crate::drag::DragPrior;
use crate::error::{TrackingError, within};
use crate::matrix::Matrix;

/// Position, velocity, the logarithm of drag, and the wind along x and y.
pub(crate) const STATES: usize = 9;
/// Time in which a round forgets the wind that it met, s (assumed: it passes a kilometre of height in ten
/// seconds, and winds a kilometre apart have little in common).
pub(crate) const WIND_MEMORY_S: f64 = 10.0;
/// Longest step of the Runge–Kutta method between plots, s: its error over one is under a centimetre
/// for rounds that slow by a tenth of their speed a second.
const STEP_MAX_S: f64 = 1.0;
/// Limits of the logarithm of drag, 1 to 10⁻⁶ m²/kg: no round lies outside.
const LOG_DRAG_LIMITS: (f64, f64) = (-14.0, 0.0);

/// What surrounds the tracking frame: x and y level, z up.
///
/// The ground is flat: over 12 km the Earth falls away by 11 m, over 40 km by 125 m.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Surroundings {
    /// Height of the frame's origin above mean sea level, m; −500 to 9000.
    pub origin_height_m: f64,
    /// Latitude for the turning of the Earth, rad; x is then east and y north. None leaves it out.
    pub coriolis_latitude_rad: Option<f64>,
    /// Level of the ground in the frame, m; −5000 to 9000: what falls below it has landed.
    pub ground_m: f64,
    /// Spread of the wind about none along x and along y, one sigma, m/s; 0.01 to 50.
    pub wind_sigma_mps: f64,
}

impl Default for Surroundings {
    /// Ground at the origin, sea level, an Earth that does not turn, and winds of 5 m/s along each axis:
    /// a mean speed of 6.3 m/s, between the 4.5 m/s that it is 80 m above land (Archer and Jacobson,
    /// J. Geophys. Res. 110, D12110, 2005) and the 8 to 10 m/s of one to three kilometres up, where a
    /// round spends its time (assumed).
    fn default() -> Self {
        Self {
            origin_height_m: 0.0,
            coriolis_latitude_rad: None,
            ground_m: 0.0,
            wind_sigma_mps: 5.0,
        }
    }
}

impl Surroundings {
    pub(crate) fn check(&self) -> Result<(), TrackingError> {
        within(
            "height of the origin in m",
            self.origin_height_m,
            -500.0,
            9_000.0,
        )?;
        within("level of the ground in m", self.ground_m, -5_000.0, 9_000.0)?;
        within("wind_sigma_mps", self.wind_sigma_mps, 0.01, 50.0)?;
        self.coriolis_latitude_rad.map_or(Ok(()), |latitude| {
            let quarter = std::f64::consts::FRAC_PI_2;
            within("latitude in rad", latitude, -quarter, quarter)
        })
    }
}

/// The forces on a falling round; or none, for what flies by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Motion {
    atmosphere: &'static AtmosphereTable,
    origin_height_m: f64,
    turning_radps: [f64; 3],
    drag: DragPrior,
    wind_sigma_mps: f64,
}

impl Motion {
    pub(crate) fn new(surroundings: &Surroundings, drag: &DragPrior) -> Self {
        let twice = 2.0 * EARTH_RATE_RADPS;
        let turning = |latitude| {
            [
                0.0,
                twice * libm::cos(latitude),
                twice * libm::sin(latitude),
            ]
        };
        Self {
            atmosphere: AtmosphereTable::shared(),
            origin_height_m: surroundings.origin_height_m,
            turning_radps: surroundings.coriolis_latitude_rad.map_or([0.0; 3], turning),
            drag: *drag,
            wind_sigma_mps: surroundings.wind_sigma_mps,
        }
    }

    /// Variance by which the logarithm of drag wanders between two states of one flight.
    pub(crate) fn drag_wander(
        &self,
        before: &[f64; STATES],
        after: &[f64; STATES],
        time_s: f64,
    ) -> f64 {
        let [from, to] = [before, after].map(|state| self.coefficient(state));
        self.drag_wandered(from, to, time_s)
    }

    /// The same by the coefficients of the two states.
    pub(crate) fn drag_wandered(&self, from: f64, to: f64, time_s: f64) -> f64 {
        let change = self.drag.shape().map_or(0.0, |_| libm::log(to / from));
        self.drag.wandered(time_s, change)
    }

    /// Drag coefficient of a standard shape at a state; one where no shape is known.
    pub(crate) fn coefficient(&self, state: &[f64; STATES]) -> f64 {
        self.drag.shape().map_or(1.0, |shape| {
            let air = self.air(state[2]);
            let [vx, vy, vz] = [state[3] - state[7], state[4] - state[8], state[5]];
            let speed = libm::sqrt(vx * vx + vy * vy + vz * vz);
            shape.coefficient(speed / air.sound_speed_mps)
        })
    }

    /// The air at a height in the frame, m.
    pub(crate) fn air(&self, height_m: f64) -> DensityAndSound {
        self.atmosphere.at(height_m + self.origin_height_m)
    }

    /// Height of the frame's origin above mean sea level, m.
    pub(crate) fn origin_height_m(&self) -> f64 {
        self.origin_height_m
    }

    /// Twice the turning of the Earth along x, y and z, rad/s.
    pub(crate) fn turning_radps(&self) -> [f64; 3] {
        self.turning_radps
    }

    /// What is known of drag beforehand.
    pub(crate) fn drag(&self) -> &DragPrior {
        &self.drag
    }

    /// Variance of the wind along one axis, m²/s².
    pub(crate) fn wind_variance(&self) -> f64 {
        self.wind_sigma_mps * self.wind_sigma_mps
    }

    /// Air density times drag coefficient, kg/m³; the coefficient is one where no shape is known.
    #[inline]
    fn resistance(&self, height_m: f64, speed_mps: f64) -> f64 {
        let air = self.air(height_m);
        let shape = |shape: DragShape| shape.coefficient(speed_mps / air.sound_speed_mps);
        air.density_kgpm3 * self.drag.shape().map_or(1.0, shape)
    }

    #[inline]
    fn acceleration(&self, height_m: f64, velocity: [f64; 3], air: &Air) -> [f64; 3] {
        let [vx, vy, vz] = velocity;
        let (ax, ay) = (vx - air.wind_mps[0], vy - air.wind_mps[1]);
        let speed = libm::sqrt(ax * ax + ay * ay + vz * vz);
        let slowing = air.drag_m2pkg * self.resistance(height_m, speed) * speed;
        let [_, wy, wz] = self.turning_radps;
        [
            wz * vy - wy * vz - slowing * ax,
            -wz * vx - slowing * ay,
            wy * vx - slowing * vz - STANDARD_GRAVITY_MPS2,
        ]
    }

    /// The state after one step of the classical Runge–Kutta method, s, for a drag in m²/kg.
    #[inline]
    pub(crate) fn step(
        &self,
        state: &[f64; STATES],
        drag_m2pkg: f64,
        step_s: f64,
    ) -> [f64; STATES] {
        let [x, y, z, vx, vy, vz, _, wind_x, wind_y] = *state;
        let half = 0.5 * step_s;
        let halfway = forgotten(half);
        let drag = &Air {
            drag_m2pkg,
            wind_mps: [halfway * wind_x, halfway * wind_y],
        };
        let start = [vx, vy, vz];
        let moved =
            |by: &[f64; 3], time_s: f64| [0, 1, 2].map(|axis| start[axis] + time_s * by[axis]);
        let first = self.acceleration(z, start, drag);
        let second_speed = moved(&first, half);
        let second = self.acceleration(z + half * vz, second_speed, drag);
        let third_speed = moved(&second, half);
        let third = self.acceleration(z + half * second_speed[2], third_speed, drag);
        let fourth_speed = moved(&third, step_s);
        let fourth = self.acceleration(z + step_s * third_speed[2], fourth_speed, drag);
        let sixth = step_s / 6.0;
        let place = [x, y, z];
        let mut end = *state;
        for axis in 0..3 {
            end[axis] = place[axis]
                + sixth
                    * (start[axis]
                        + 2.0 * (second_speed[axis] + third_speed[axis])
                        + fourth_speed[axis]);
            end[axis + 3] = start[axis]
                + sixth * (first[axis] + 2.0 * (second[axis] + third[axis]) + fourth[axis]);
        }
        end[7] *= halfway * halfway;
        end[8] *= halfway * halfway;
        end
    }

    /// The state after some time, in steps of at most [`STEP_MAX_S`].
    pub(crate) fn advance(&self, state: &[f64; STATES], time_s: f64) -> [f64; STATES] {
        let count = libm::ceil(time_s / STEP_MAX_S).clamp(1.0, 1_000.0);
        let mut state = *state;
        let drag_m2pkg = drag_of(state[6]);
        for _ in 0..count as u32 {
            state = self.step(&state, drag_m2pkg, time_s / count);
        }
        state
    }

    /// How the state after some time depends on that before it: the second-order Taylor series of the
    /// transition matrix, by the rates at a state in the middle.
    pub(crate) fn transition(&self, middle: &[f64; STATES], time_s: f64) -> Matrix<STATES, STATES> {
        let (by_height, by_velocity, by_drag, by_wind) = self.slopes(middle);
        let half = 0.5 * time_s * time_s;
        let mut out = steady_transition(time_s);
        for row in 0..3 {
            out[row][2] += half * by_height[row];
            out[row][6] = half * by_drag[row];
            let mut on_height = time_s * by_height[row];
            let mut on_drag = time_s * by_drag[row];
            for inner in 0..3 {
                let slope = by_velocity[inner][row];
                out[row][3 + inner] += half * slope;
                on_height += half * slope * by_height[inner];
                on_drag += half * slope * by_drag[inner];
                let mut squared = if inner == 2 { by_height[row] } else { 0.0 };
                for between in 0..3 {
                    squared += by_velocity[between][row] * by_velocity[inner][between];
                }
                out[3 + row][3 + inner] += time_s * slope + half * squared;
            }
            out[3 + row][2] = on_height;
            out[3 + row][6] = on_drag;
            for (axis, by_wind) in by_wind.iter().enumerate() {
                out[row][7 + axis] = half * by_wind[row];
                let mut on_wind = time_s * by_wind[row];
                for inner in 0..3 {
                    on_wind += half * by_velocity[inner][row] * by_wind[inner];
                }
                out[3 + row][7 + axis] = on_wind;
            }
        }
        let left = forgotten(time_s);
        out[7][7] = left;
        out[8][8] = left;
        out
    }

    /// Slopes of acceleration: by height, velocity, the logarithm of drag and wind.
    fn slopes(&self, state: &[f64; STATES]) -> Slopes {
        let [_, _, z, vx, vy, vz, log_drag, wind_x, wind_y] = *state;
        let drag = drag_of(log_drag);
        // Relative to the air.
        let velocity = [vx - wind_x, vy - wind_y, vz];
        let speed = libm::sqrt(velocity.iter().map(|part| part * part).sum()).max(1e-3);
        let here = self.resistance(z, speed);
        let by_height =
            (self.resistance(z + 10.0, speed) - self.resistance(z - 10.0, speed)) / 20.0;
        let by_speed = self.drag.shape().map_or(0.0, |_| {
            (self.resistance(z, speed + 1.0) - self.resistance(z, (speed - 1.0).max(0.0))) / 2.0
        });
        let slowing = drag * here * speed;
        let [_, wy, wz] = self.turning_radps;
        let turning = [[0.0, -wz, wy], [wz, 0.0, 0.0], [-wy, 0.0, 0.0]];
        let mut by_velocity = [[0.0; 3]; 3];
        let mut by_wind = [[0.0; 3]; 2];
        for (by, column) in by_velocity.iter_mut().enumerate() {
            for (of, cell) in column.iter_mut().enumerate() {
                *cell = -drag * (here / speed + by_speed) * velocity[of] * velocity[by];
            }
            column[by] -= slowing;
            if let Some(wind) = by_wind.get_mut(by) {
                *wind = column.map(|slope| -slope);
            }
            for (cell, turning) in column.iter_mut().zip(turning[by]) {
                *cell += turning;
            }
        }
        (
            velocity.map(|part| -drag * by_height * speed * part),
            by_velocity,
            velocity.map(|part| -slowing * part),
            by_wind,
        )
    }
}

/// What the air does to a body in one step.
struct Air {
    drag_m2pkg: f64,
    wind_mps: [f64; 2],
}

/// Slopes of acceleration by height, velocity, the logarithm of drag and wind.
type Slopes = ([f64; 3], [[f64; 3]; 3], [f64; 3], [[f64; 3]; 2]);

/// Drag of a logarithm of it, m²/kg.
pub(crate) fn drag_of(log_drag: f64) -> f64 {
    libm::exp(log_drag.clamp(LOG_DRAG_LIMITS.0, LOG_DRAG_LIMITS.1))
}

/// Share of the wind that a round still meets some time later: exp(−t/τ) by its (2, 2) Padé approximant,
/// within 2 % up to 20 s.
#[inline]
pub(crate) fn forgotten(time_s: f64) -> f64 {
    let x = time_s / WIND_MEMORY_S;
    let (even, odd) = (12.0 + x * x, 6.0 * x);
    (even - odd) / (even + odd)
}

/// The transition of what moves evenly.
pub(crate) fn steady_transition(time_s: f64) -> Matrix<STATES, STATES> {
    let mut out = [[0.0; STATES]; STATES];
    for (axis, row) in out.iter_mut().enumerate() {
        row[axis] = 1.0;
        if axis < 3 {
            row[axis + 3] = time_s;
        }
    }
    out
}
