//! The march of many flights, one in each lane.

use super::lanes::Lanes;
use super::medium::{Air, Medium};
use super::{Impacts, Shots, within};
use crate::FlightError;
use crate::precise::Surroundings;
use crate::tableau::STAGES;
use crate::thrust::{Motor, ThrustDirection};
use pulp::{Simd, WithSimd};

/// Steps of refinement one in which a motor's burning is followed.
const BURN_STEPS: f64 = 24.0;
/// A step that comes this close to the ground is stretched to reach it.
const STRETCH: f64 = 1.25;
/// Share of a step within which the ground is reached by a shorter method.
const NEAR: f64 = 0.04;
/// Steps after which a batch is given up.
const STEPS_MAX: u32 = 100_000;

/// Everything that accelerates a body but the medium, and the choice of steps.
#[derive(Clone, Debug)]
pub(super) struct Kernel {
    pub(super) motor: Option<Motor>,
    gravity_mps2: f64,
    ground_height_m: f64,
    /// Twice the rate at which the Earth turns, north and up, rad/s.
    turning_radps: [f64; 2],
    refinement: f64,
}

impl Kernel {
    pub(super) fn new(
        motor: Option<Motor>,
        surroundings: &Surroundings,
        refinement: f64,
    ) -> Result<Self, FlightError> {
        surroundings.check()?;
        motor.as_ref().map_or(Ok(()), Motor::check)?;
        within("refinement", refinement, 0.2, 100.0)?;
        Ok(Self {
            motor,
            gravity_mps2: surroundings.gravity_mps2,
            ground_height_m: surroundings.ground_height_m,
            turning_radps: surroundings.turning_radps(),
            refinement,
        })
    }

    pub(super) fn has_fixed_thrust(&self) -> bool {
        let direction = self.motor.map(|motor| motor.direction);
        matches!(direction, Some(ThrustDirection::Fixed(_)))
    }
}

/// A batch to be flown with some width of vectors.
pub(super) struct Task<'a, M> {
    pub(super) medium: &'a M,
    pub(super) kernel: &'a Kernel,
    pub(super) shots: &'a Shots,
    pub(super) impacts: &'a mut Impacts,
}

impl<M: Medium> WithSimd for Task<'_, M> {
    type Output = Result<(), FlightError>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let mut first = 0;
        while first < self.shots.len() {
            let flight = Flight::new(simd, self.medium, self.kernel, self.shots, first);
            let end = flight.fly()?;
            end.store(first, self.impacts)?;
            first += Lanes::<S>::COUNT;
        }
        Ok(())
    }
}

/// A vector of three components in every lane.
type Triple<S> = [Lanes<S>; 3];

/// Where every lane is.
#[derive(Clone, Copy)]
struct Point<S: Simd> {
    place: Triple<S>,
    velocity: Triple<S>,
    time_s: Lanes<S>,
}

/// Acceleration, and what the choice of the step needs besides.
struct Rates<S: Simd> {
    acceleration: Triple<S>,
    relative: Triple<S>,
    speed_mps: Lanes<S>,
    drag_per_s: Lanes<S>,
    air: Air<S>,
}

/// Flights side by side.
struct Flight<'a, S: Simd, M> {
    simd: S,
    medium: &'a M,
    kernel: &'a Kernel,
    start: Triple<S>,
    drag_ratio: Lanes<S>,
    wind_added_mps: [Lanes<S>; 2],
    thrust_direction: Triple<S>,
    thrust_ratio: Lanes<S>,
}

/// The push of the motor in one stage: acceleration, m/s², and mass as a multiple of that at burn-out.
type Push = Option<(f64, f64)>;

impl<'a, S: Simd, M: Medium> Flight<'a, S, M> {
    #[inline(always)]
    fn new(simd: S, medium: &'a M, kernel: &'a Kernel, shots: &Shots, first: usize) -> Self {
        // Lanes beyond the last shot fly a low lob and are thrown away.
        let load = |column: &[f64], filler: f64| {
            Lanes::load(simd, column.get(first..).unwrap_or_default(), filler)
        };
        let [x, y, z] = &shots.velocity_mps;
        let [east, north] = &shots.wind_added_mps;
        let [along, across, up] = &shots.thrust_direction;
        Self {
            simd,
            medium,
            kernel,
            start: [load(x, 1.0), load(y, 0.0), load(z, 1.0)],
            drag_ratio: load(&shots.drag_ratio, 1.0),
            wind_added_mps: [load(east, 0.0), load(north, 0.0)],
            thrust_direction: [load(along, 0.0), load(across, 0.0), load(up, 1.0)],
            thrust_ratio: load(&shots.thrust_ratio, 1.0),
        }
    }

    #[inline(always)]
    fn splat(&self, value: f64) -> Lanes<S> {
        Lanes::splat(self.simd, value)
    }

    #[inline(always)]
    fn fly(&self) -> Result<Point<S>, FlightError> {
        let zero = self.splat(0.0);
        let mut point = Point {
            place: [zero; 3],
            velocity: self.start,
            time_s: zero,
        };
        if let Some(motor) = &self.kernel.motor {
            point = self.burn(motor, point);
        }
        let mut highest_m = zero;
        for _ in 0..STEPS_MAX {
            let rates = self.rates(point.place[2], point.velocity, None);
            let pace_s = self.pace_s(&rates);
            let ground_s = self.ground_s(&point, &rates);
            let reach_s = pace_s * self.splat(STRETCH);
            let step_s = ground_s.where_less(reach_s, ground_s, pace_s);
            // A lane that has come to the ground waits: a step of zero leaves it as it is.
            let near_s = pace_s * self.splat(NEAR);
            let step_s = near_s.where_less(ground_s.abs(), step_s, zero);
            highest_m = highest_m.where_less(point.place[2], point.place[2], highest_m);
            if step_s
                .as_slice()
                .iter()
                .all(|&step_s| step_s == 0.0 || step_s.is_nan())
            {
                return self.checked(self.landed(point, ground_s), highest_m);
            }
            point = self.step(&point, rates.acceleration, step_s, None);
        }
        let time_s = point
            .time_s
            .as_slice()
            .iter()
            .fold(0.0, |most: f64, &time_s| most.max(time_s));
        Err(FlightError::TooManySteps { time_s })
    }

    /// Follows the motor's burning, in the same steps for all.
    #[inline(always)]
    fn burn(&self, motor: &Motor, mut point: Point<S>) -> Point<S> {
        let steps = libm::ceil(BURN_STEPS * self.kernel.refinement);
        let step_s = motor.burn_s / steps;
        let mut passed = 0.0;
        while passed < steps {
            let begun_s = passed * step_s;
            let push = Some((motor.acceleration_mps2(begun_s), motor.mass_at(begun_s)));
            let rates = self.rates(point.place[2], point.velocity, push);
            let burning = Some((motor, begun_s, step_s));
            point = self.step(&point, rates.acceleration, self.splat(step_s), burning);
            passed += 1.0;
        }
        point
    }

    /// The equations of motion, as in [`fly_precisely`](crate::precise::fly_precisely).
    #[inline(always)]
    fn rates(&self, height_m: Lanes<S>, velocity: Triple<S>, push: Push) -> Rates<S> {
        let air = self.medium.air(
            self.simd,
            height_m + self.splat(self.kernel.ground_height_m),
        );
        let [vx, vy, vz] = velocity;
        let relative = [
            vx - (air.wind_mps[0] + self.wind_added_mps[0]),
            vy - (air.wind_mps[1] + self.wind_added_mps[1]),
            vz,
        ];
        let [ax, ay, az] = relative;
        let speed_mps = ax.mul_add(ax, ay.mul_add(ay, az * az)).sqrt();
        let mut drag_per_s = self.medium.drag_per_s(self.simd, &air, speed_mps) * self.drag_ratio;
        if let Some((_, mass)) = push {
            drag_per_s = drag_per_s * self.splat(1.0 / mass);
        }
        let zero = self.splat(0.0);
        let fall = zero - drag_per_s;
        let [north, up] = self.kernel.turning_radps.map(
            #[inline(always)]
            |rate| self.splat(rate),
        );
        let gravity = self.splat(-self.kernel.gravity_mps2);
        let mut acceleration = [
            fall.mul_add(ax, up.mul_add(vy, zero - north * vz)),
            fall.mul_add(ay, zero - up * vx),
            fall.mul_add(az, north.mul_add(vx, gravity)),
        ];
        if let Some((push_mps2, _)) = push {
            let thrust = self.splat(push_mps2) * self.thrust_ratio;
            let direction = self.direction(velocity);
            for axis in 0..3 {
                acceleration[axis] = thrust.mul_add(direction[axis], acceleration[axis]);
            }
        }
        Rates {
            acceleration,
            relative,
            speed_mps,
            drag_per_s,
            air,
        }
    }

    #[inline(always)]
    fn direction(&self, velocity: Triple<S>) -> Triple<S> {
        if self.kernel.has_fixed_thrust() {
            return self.thrust_direction;
        }
        let [x, y, z] = velocity;
        let share = self.splat(1.0) / x.mul_add(x, y.mul_add(y, z * z)).sqrt();
        [x * share, y * share, z * share]
    }

    /// The step to take: short where the velocity through the air changes fast, or the law bends.
    #[inline(always)]
    fn pace_s(&self, rates: &Rates<S>) -> Lanes<S> {
        let [ax, ay, az] = rates.acceleration;
        let [x, y, z] = rates.relative;
        let change = ax.mul_add(ax, ay.mul_add(ay, az * az));
        let speed = rates.speed_mps + self.splat(1e-3);
        let slow = self.splat(M::SLOW_SHARE * M::SLOW_SHARE * self.kernel.gravity_mps2) * speed;
        let drag = rates.drag_per_s + self.splat(1e-12);
        let turning_hz = (change / speed.mul_add(speed, slow / drag)).sqrt();
        let slowing = (ax.mul_add(x, ay.mul_add(y, az * z)) / speed).abs();
        let bends_hz =
            self.medium
                .bends_hz(self.simd, &rates.air, rates.speed_mps, slowing, z.abs());
        let turning_hz = turning_hz * self.splat(1.0 / M::CHANGE_PER_STEP);
        self.splat(1.0 / self.kernel.refinement) / (turning_hz + bends_hz)
    }

    /// The time to the ground if the acceleration upwards stayed what it is; negative below it.
    #[inline(always)]
    fn ground_s(&self, point: &Point<S>, rates: &Rates<S>) -> Lanes<S> {
        let zero = self.splat(0.0);
        let (height, climb) = (point.place[2], point.velocity[2]);
        let pull = zero - rates.acceleration[2];
        let square = climb.mul_add(climb, (height + height) * pull);
        let root = zero.where_less(square, square, zero).sqrt();
        // Whatever is lifted does not come down by itself.
        let climbing = zero.where_less(pull, (climb + root) / pull, self.splat(1e30));
        let falling = (height + height) / (root - climb);
        zero.where_less(climb, climbing, falling)
    }

    /// One step of the medium's method, from a point whose acceleration is given.
    #[inline(always)]
    fn step(
        &self,
        point: &Point<S>,
        first: Triple<S>,
        step_s: Lanes<S>,
        burning: Option<(&Motor, f64, f64)>,
    ) -> Point<S> {
        let zero = self.splat(0.0);
        let mut accelerations = [[zero; 3]; STAGES];
        let mut climbs = [zero; STAGES];
        accelerations[0] = first;
        climbs[0] = point.velocity[2];
        for stage in 1..M::METHOD.rows.len() {
            let mut change = [zero; 3];
            let mut climb = zero;
            for &(from, weight) in M::METHOD.rows[stage] {
                let weight = self.splat(weight);
                for axis in 0..3 {
                    change[axis] = weight.mul_add(accelerations[from][axis], change[axis]);
                }
                climb = weight.mul_add(climbs[from], climb);
            }
            let mut velocity = point.velocity;
            for axis in 0..3 {
                velocity[axis] = step_s.mul_add(change[axis], velocity[axis]);
            }
            let height = step_s.mul_add(climb, point.place[2]);
            let push = burning.map(
                #[inline(always)]
                |(motor, begun_s, step_s)| {
                    let time_s = begun_s + M::METHOD.nodes[stage] * step_s;
                    (motor.acceleration_mps2(time_s), motor.mass_at(time_s))
                },
            );
            accelerations[stage] = self.rates(height, velocity, push).acceleration;
            climbs[stage] = velocity[2];
        }
        self.finish(point, &accelerations, step_s)
    }

    /// Weighs the stages into the end of a step. A place changes by the step times the velocity, and by
    /// the square of the step times the weighted accelerations.
    #[inline(always)]
    fn finish(
        &self,
        point: &Point<S>,
        accelerations: &[Triple<S>; STAGES],
        step_s: Lanes<S>,
    ) -> Point<S> {
        let zero = self.splat(0.0);
        let mut end = *point;
        for axis in 0..3 {
            let mut change = zero;
            let mut moved = zero;
            let stages = accelerations.iter().zip(M::METHOD.weights);
            for ((acceleration, weight), place_weight) in stages.zip(M::METHOD.place_weights) {
                change = self.splat(*weight).mul_add(acceleration[axis], change);
                moved = self.splat(*place_weight).mul_add(acceleration[axis], moved);
            }
            let moved = step_s.mul_add(moved, point.velocity[axis]);
            end.place[axis] = step_s.mul_add(moved, point.place[axis]);
            end.velocity[axis] = step_s.mul_add(change, point.velocity[axis]);
        }
        end.time_s = point.time_s + step_s;
        end
    }

    /// From a point close to the ground onto it: a step of the classical method of order 4, then one so
    /// short that a constant acceleration serves.
    #[inline(always)]
    fn landed(&self, point: Point<S>, step_s: Lanes<S>) -> Point<S> {
        let half_s = step_s * self.splat(0.5);
        let first = self.fall(&point);
        let second_at = point.moved(point.velocity, first, half_s);
        let second = self.fall(&second_at);
        let third_at = point.moved(second_at.velocity, second, half_s);
        let third = self.fall(&third_at);
        let fourth_at = point.moved(third_at.velocity, third, step_s);
        let fourth = self.fall(&fourth_at);
        let mut velocity = point.velocity;
        let mut acceleration = first;
        for axis in 0..3 {
            velocity[axis] = self.blend([
                point.velocity[axis],
                second_at.velocity[axis],
                third_at.velocity[axis],
                fourth_at.velocity[axis],
            ]);
            acceleration[axis] = self.blend([first[axis], second[axis], third[axis], fourth[axis]]);
        }
        let mut end = point.moved(velocity, acceleration, step_s);
        let left_s = self.splat(0.0) - end.place[2] / end.velocity[2];
        for (axis, slowing) in fourth.into_iter().enumerate() {
            end.place[axis] = left_s.mul_add(end.velocity[axis], end.place[axis]);
            end.velocity[axis] = left_s.mul_add(slowing, end.velocity[axis]);
        }
        end.time_s = point.time_s + step_s + left_s;
        end
    }

    /// Acceleration at a point after the motor's burning.
    #[inline(always)]
    fn fall(&self, point: &Point<S>) -> Triple<S> {
        self.rates(point.place[2], point.velocity, None)
            .acceleration
    }

    /// The weights of the method of order 4.
    #[inline(always)]
    fn blend(&self, [first, second, third, fourth]: [Lanes<S>; 4]) -> Lanes<S> {
        let middle = self.splat(2.0).mul_add(second + third, first + fourth);
        middle * self.splat(1.0 / 6.0)
    }

    #[inline(always)]
    fn checked(&self, end: Point<S>, highest_m: Lanes<S>) -> Result<Point<S>, FlightError> {
        let most_m = self.medium.height_max_m() - self.kernel.ground_height_m;
        match highest_m
            .as_slice()
            .iter()
            .find(|&&height_m| height_m > most_m)
        {
            Some(&height_m) => Err(FlightError::LeftEarth { height_m }),
            None => Ok(end),
        }
    }
}

impl<S: Simd> Point<S> {
    /// This point after a time at given rates.
    #[inline(always)]
    fn moved(&self, velocity: Triple<S>, acceleration: Triple<S>, step_s: Lanes<S>) -> Self {
        let mut end = *self;
        for axis in 0..3 {
            end.place[axis] = step_s.mul_add(velocity[axis], self.place[axis]);
            end.velocity[axis] = step_s.mul_add(acceleration[axis], self.velocity[axis]);
        }
        end
    }

    /// Writes what the lanes hold to the columns, from an entry on.
    fn store(&self, first: usize, impacts: &mut Impacts) -> Result<(), FlightError> {
        let [x, y, _] = &self.place;
        let [vx, vy, vz] = &self.velocity;
        let [to_x, to_y] = &mut impacts.place_m;
        let [to_vx, to_vy, to_vz] = &mut impacts.velocity_mps;
        let to_time = &mut impacts.time_s;
        let pairs = [
            (x, to_x),
            (y, to_y),
            (&self.time_s, to_time),
            (vx, to_vx),
            (vy, to_vy),
            (vz, to_vz),
        ];
        for (lanes, column) in pairs {
            let to = column.get_mut(first..).unwrap_or_default();
            for (to, value) in to.iter_mut().zip(lanes.as_slice()) {
                if !value.is_finite() {
                    return Err(FlightError::NotFinite { time_s: 0.0 });
                }
                *to = *value;
            }
        }
        Ok(())
    }
}
