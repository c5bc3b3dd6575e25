//! The march of many flights, one in each lane.

use super::lanes::Lanes;
use super::medium::{Air, Medium};
use super::{Impacts, Shots, within};
use crate::FlightError;
use crate::precise::Surroundings;
use crate::tableau::STAGES;
use crate::thrust::{Motor, ThrustDirection};
use pulp::{Simd, WithSimd};

/// A step that comes this close to the ground is stretched to reach it.
const STRETCH: f64 = 1.25;
/// Share of a step within which the ground is reached by a shorter method.
const NEAR: f64 = 0.04;
/// Share of the last step by which a piece of a table is left early, lest the rest of it cost a step.
const EARLY: f64 = 0.03;
/// Added to a speed through the air that is divided by, m/s.
const SLOWEST_MPS: f64 = 1e-3;
/// Share by which the drag may damp a difference of speeds in one step of refinement one.
const DAMPING_PER_STEP: f64 = 0.4;
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
        // Flights of like length side by side, for all lanes wait for the longest.
        let climb = &self.shots.velocity_mps[2];
        let mut order: Vec<usize> = (0..self.shots.len()).collect();
        order.sort_unstable_by(|&one, &other| climb[one].total_cmp(&climb[other]));
        for group in order.chunks(Lanes::<S>::COUNT) {
            let flight = Flight::new(simd, self.medium, self.kernel, self.shots, group);
            flight.fly()?.store(group, self.impacts)?;
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
    /// Rate of the speed through the air in still air, m/s².
    speeding_mps2: Lanes<S>,
    speed_mps: Lanes<S>,
    drag_per_s: Lanes<S>,
    air: Air<S>,
}

/// How far the lanes have come.
struct Course<S: Simd, M: Medium> {
    point: Point<S>,
    piece: M::Piece<S>,
    /// The last step, or half of this before it if that is more.
    step_s: Lanes<S>,
    highest_m: Lanes<S>,
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

/// A motor and the time for which it has burnt.
type Burning<'a, S> = Option<(&'a Motor, Lanes<S>)>;

impl<'a, S: Simd, M: Medium> Flight<'a, S, M> {
    #[inline(always)]
    fn new(simd: S, medium: &'a M, kernel: &'a Kernel, shots: &Shots, group: &[usize]) -> Self {
        // Lanes beyond the last shot fly a low lob and are thrown away.
        let load = |column: &[f64], filler: f64| {
            let mut lanes = Lanes::splat(simd, filler);
            for (lane, &shot) in lanes.as_mut_slice().iter_mut().zip(group) {
                *lane = column.get(shot).copied().unwrap_or(filler);
            }
            lanes
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
        let mut course = self.begin();
        if let Some(motor) = &self.kernel.motor {
            self.follow(&mut course, Some(motor))?;
        }
        let ground_s = self.follow(&mut course, None)?;
        self.checked(self.landed(&course, ground_s), course.highest_m)
    }

    #[inline(always)]
    fn begin(&self) -> Course<S, M> {
        let zero = self.splat(0.0);
        let mut course = Course {
            point: Point {
                place: [zero; 3],
                velocity: self.start,
                time_s: zero,
            },
            piece: self.medium.none(self.simd),
            step_s: zero,
            highest_m: zero,
        };
        let nowhere = self.splat(f64::NAN);
        let height_m = self.splat(self.kernel.ground_height_m);
        self.medium.seek(&mut course.piece, height_m, nowhere);
        let rates = self.rates(&course.piece, zero, self.start, None);
        let mach = rates.speed_mps * rates.air.slowness_spm;
        self.medium.seek(&mut course.piece, nowhere, mach);
        course
    }

    /// Follows every lane to the end of a motor's burning, or without one to the ground, nearly. Returns
    /// the time that is left till then.
    #[inline(always)]
    fn follow(
        &self,
        course: &mut Course<S, M>,
        motor: Option<&Motor>,
    ) -> Result<Lanes<S>, FlightError> {
        let zero = self.splat(0.0);
        course.step_s = zero;
        for _ in 0..STEPS_MAX {
            let point = course.point;
            let burning = motor.map(
                #[inline(always)]
                |motor| (motor, point.time_s),
            );
            let rates = self.rates(&course.piece, point.place[2], point.velocity, burning);
            let (stop_s, near) = match motor {
                Some(motor) => (self.splat(motor.burn_s) - point.time_s, 1e-9),
                None => (self.ground_s(&point, &rates), NEAR),
            };
            let step_s = self.stride(course, &rates, stop_s, near);
            let highest_m = course.highest_m;
            course.highest_m = highest_m.where_less(point.place[2], point.place[2], highest_m);
            if step_s
                .as_slice()
                .iter()
                .all(|&step_s| step_s == 0.0 || step_s.is_nan())
            {
                return Ok(stop_s);
            }
            course.point = self.step(course, rates.acceleration, step_s, motor);
            let half_s = course.step_s * self.splat(0.5);
            course.step_s = half_s.where_less(step_s, step_s, half_s);
        }
        let times_s = course.point.time_s;
        let time_s = times_s
            .as_slice()
            .iter()
            .fold(0.0, |most: f64, &time_s| most.max(time_s));
        Err(FlightError::TooManySteps { time_s })
    }

    /// The step to take, and the pieces of the medium to take it in: to where the path leaves them or
    /// stops, if that is not much farther than the pace. A lane that has come close to where it stops
    /// waits: a step of zero leaves it as it is.
    #[inline(always)]
    fn stride(
        &self,
        course: &mut Course<S, M>,
        rates: &Rates<S>,
        stop_s: Lanes<S>,
        near: f64,
    ) -> Lanes<S> {
        let zero = self.splat(0.0);
        let climb_mps = course.point.velocity[2];
        let height_m = course.point.place[2] + self.splat(self.kernel.ground_height_m);
        let slopes = self.medium.air_slopes(self.simd, &course.piece, height_m);
        let (mach, mach_hz) = self.mach(rates, &slopes, climb_mps);
        let rise_s =
            self.medium.rise_s(self.simd, mach, mach_hz) * self.splat(1.0 / self.kernel.refinement);
        let pace_s = self.pace_s(rates);
        let pace_s = rise_s.where_less(pace_s, rise_s, pace_s);
        let near_s = pace_s * self.splat(near);
        let left_s = stop_s.abs();
        let early_s = course.step_s * self.splat(EARLY);
        let nowhere = self.splat(f64::NAN);
        self.medium.seek(
            &mut course.piece,
            near_s.where_less(left_s, early_s.mul_add(climb_mps, height_m), nowhere),
            near_s.where_less(left_s, early_s.mul_add(mach_hz, mach), nowhere),
        );
        let steepness = self.medium.drag_steepness(self.simd, &course.piece, mach);
        // The rate at which speeds that differ come together, steep in the rise of drag.
        let damping = mach.mul_add(steepness, self.splat(1.0)).abs();
        let damping_hz = rates.drag_per_s.mul_add(damping, self.splat(1e-12));
        let damped_s = self.splat(DAMPING_PER_STEP / self.kernel.refinement) / damping_hz;
        let pace_s = damped_s.where_less(pace_s, damped_s, pace_s);
        let growth_hz = steepness.mul_add(mach_hz, slopes.density * climb_mps / rates.air.density);
        let bend_hz2 = self.bend_mps3(rates, growth_hz) * rates.air.slowness_spm;
        let leave_s = self.medium.leave_s(
            self.simd,
            &course.piece,
            [height_m, climb_mps, rates.acceleration[2]],
            [mach, mach_hz, bend_hz2],
        );
        let soon_s = leave_s.where_less(stop_s, leave_s, stop_s);
        let reach_s = pace_s * self.splat(STRETCH);
        let step_s = soon_s.where_less(reach_s, soon_s, pace_s);
        near_s.where_less(left_s, step_s, zero)
    }

    /// The equations of motion, as in [`fly_precisely`](crate::precise::fly_precisely).
    #[inline(always)]
    fn rates(
        &self,
        piece: &M::Piece<S>,
        height_m: Lanes<S>,
        velocity: Triple<S>,
        burning: Burning<'_, S>,
    ) -> Rates<S> {
        let air = self.medium.air(
            self.simd,
            piece,
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
        let drag_per_s = self.medium.drag_per_s(self.simd, piece, &air, speed_mps);
        let mut drag_per_s = drag_per_s * self.drag_ratio;
        let push = burning.map(
            #[inline(always)]
            |(motor, time_s)| self.push(motor, time_s),
        );
        if let Some((_, share)) = push {
            drag_per_s = drag_per_s * share;
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
            let thrust = push_mps2 * self.thrust_ratio;
            let direction = self.direction(velocity);
            for axis in 0..3 {
                acceleration[axis] = thrust.mul_add(direction[axis], acceleration[axis]);
            }
        }
        let [dx, dy, dz] = acceleration;
        let work = dx.mul_add(ax, dy.mul_add(ay, dz * az));
        Rates {
            acceleration,
            relative,
            speeding_mps2: work / (speed_mps + self.splat(SLOWEST_MPS)),
            speed_mps,
            drag_per_s,
            air,
        }
    }

    /// Acceleration by a motor, m/s², and mass at burn-out as a share of that now.
    #[inline(always)]
    fn push(&self, motor: &Motor, time_s: Lanes<S>) -> (Lanes<S>, Lanes<S>) {
        let burnt = self.splat((1.0 - motor.mass_ratio) / motor.burn_s);
        let mass = burnt.mul_add(time_s, self.splat(motor.mass_ratio));
        let share = self.splat(1.0) / mass;
        (
            self.splat(motor.acceleration_mps2(motor.burn_s)) * share,
            share,
        )
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

    /// Mach number and its rate, from the slopes of the air by height.
    #[inline(always)]
    fn mach(&self, rates: &Rates<S>, slopes: &Air<S>, climb_mps: Lanes<S>) -> (Lanes<S>, Lanes<S>) {
        let [along, across] = slopes.wind_mps;
        let [x, y, _] = rates.relative;
        let speed_mps = rates.speed_mps + self.splat(SLOWEST_MPS);
        let shear = climb_mps * along.mul_add(x, across * y) / speed_mps;
        let speeding = (rates.speeding_mps2 - shear) * rates.air.slowness_spm;
        let thinning = slopes.slowness_spm * climb_mps;
        (
            rates.speed_mps * rates.air.slowness_spm,
            rates.speed_mps.mul_add(thinning, speeding),
        )
    }

    /// Second rate of the speed through the air, m/s³: with w that velocity, a its rate, k the drag per
    /// speed and s = |w|, s″ = (|a|² − s′²) / s − k s′ − k′ s, where k′ / k is s′ / s and the growth of
    /// coefficient times density.
    #[inline(always)]
    fn bend_mps3(&self, rates: &Rates<S>, growth_hz: Lanes<S>) -> Lanes<S> {
        let zero = self.splat(0.0);
        let speeding = rates.speeding_mps2;
        let [ax, ay, az] = rates.acceleration;
        let square = ax.mul_add(ax, ay.mul_add(ay, az * az));
        let turning = (square - speeding * speeding) / (rates.speed_mps + self.splat(SLOWEST_MPS));
        let growing = growth_hz.mul_add(rates.speed_mps, speeding + speeding);
        (zero - rates.drag_per_s).mul_add(growing, turning)
    }

    /// The step that a smooth law allows: short where the velocity through the air changes fast.
    #[inline(always)]
    fn pace_s(&self, rates: &Rates<S>) -> Lanes<S> {
        let [ax, ay, az] = rates.acceleration;
        let change = ax.mul_add(ax, ay.mul_add(ay, az * az));
        let speed = rates.speed_mps + self.splat(SLOWEST_MPS);
        let slow = self.splat(M::SLOW_SHARE * M::SLOW_SHARE * self.kernel.gravity_mps2) * speed;
        let drag = rates.drag_per_s + self.splat(1e-12);
        let turning_hz = (change / speed.mul_add(speed, slow / drag)).sqrt();
        self.splat(M::CHANGE_PER_STEP / self.kernel.refinement) / turning_hz
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
        course: &Course<S, M>,
        first: Triple<S>,
        step_s: Lanes<S>,
        motor: Option<&Motor>,
    ) -> Point<S> {
        let point = &course.point;
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
            let burning = motor.map(
                #[inline(always)]
                |motor| {
                    let node = self.splat(M::METHOD.nodes[stage]);
                    (motor, node.mul_add(step_s, point.time_s))
                },
            );
            let rates = self.rates(&course.piece, height, velocity, burning);
            accelerations[stage] = rates.acceleration;
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
    fn landed(&self, course: &Course<S, M>, step_s: Lanes<S>) -> Point<S> {
        let (point, piece) = (course.point, &course.piece);
        let half_s = step_s * self.splat(0.5);
        let first = self.fall(piece, &point);
        let second_at = point.moved(point.velocity, first, half_s);
        let second = self.fall(piece, &second_at);
        let third_at = point.moved(second_at.velocity, second, half_s);
        let third = self.fall(piece, &third_at);
        let fourth_at = point.moved(third_at.velocity, third, step_s);
        let fourth = self.fall(piece, &fourth_at);
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
    fn fall(&self, piece: &M::Piece<S>, point: &Point<S>) -> Triple<S> {
        self.rates(piece, point.place[2], point.velocity, None)
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

    /// Writes what the lanes hold to the columns, at the entries of a group.
    fn store(&self, group: &[usize], impacts: &mut Impacts) -> Result<(), FlightError> {
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
            for (&shot, &value) in group.iter().zip(lanes.as_slice()) {
                if !value.is_finite() {
                    return Err(FlightError::NotFinite { time_s: 0.0 });
                }
                if let Some(to) = column.get_mut(shot) {
                    *to = value;
                }
            }
        }
        Ok(())
    }
}
