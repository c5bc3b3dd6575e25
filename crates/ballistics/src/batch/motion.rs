//! The equations of motion and one step of a method along them, in every lane.

use super::kernel::{Course, Flight};
use super::lanes::Numbers;
use super::medium::{Air, Medium};
use crate::tableau::STAGES;
use crate::thrust::Motor;

/// A vector of three components in every lane.
pub(super) type Triple<N> = [N; 3];

/// Where every lane is.
#[derive(Clone, Copy)]
pub(super) struct Point<N> {
    pub(super) place: Triple<N>,
    pub(super) velocity: Triple<N>,
    pub(super) time_s: N,
}

/// What sets the flights of one kind of round apart.
#[derive(Clone, Copy)]
pub(super) struct Traits<N> {
    pub(super) drag_ratio: N,
    pub(super) wind_added_mps: [N; 2],
    pub(super) thrust_direction: Triple<N>,
    pub(super) thrust_ratio: N,
}

/// Acceleration, and what it is made of.
pub(super) struct Rates<N> {
    pub(super) acceleration: Triple<N>,
    /// Velocity through the air, m/s.
    pub(super) relative: Triple<N>,
    pub(super) speed_mps: N,
    pub(super) mach: N,
    /// Drag per speed over coefficient and density: speed times what multiplies the drag, m/s.
    pub(super) sweep_mps: N,
    pub(super) coefficient: N,
    pub(super) drag_per_s: N,
    pub(super) air: Air<N>,
}

/// Accelerations and climbing speeds at the stages of a step, as far as they are known.
struct Stages<N> {
    accelerations: [Triple<N>; STAGES],
    climbs: [N; STAGES],
}

/// A motor and the time for which it has burnt.
pub(super) type Burning<'a, N> = Option<(&'a Motor, N)>;

impl<N: Numbers, M: Medium> Flight<'_, N, M> {
    /// The equations of motion, as in [`fly_precisely`](crate::precise::fly_precisely).
    #[inline(always)]
    pub(super) fn rates(
        &self,
        course: &Course<N, M>,
        height_m: N,
        velocity: Triple<N>,
        burning: Burning<'_, N>,
    ) -> Rates<N> {
        let (piece, traits) = (&course.piece, &course.traits);
        let above_sea_m = height_m + self.splat(self.kernel.ground_height_m);
        let air = self.medium.air(self.width, piece, above_sea_m);
        let [vx, vy, vz] = velocity;
        let relative = [
            vx - (air.wind_mps[0] + traits.wind_added_mps[0]),
            vy - (air.wind_mps[1] + traits.wind_added_mps[1]),
            vz,
        ];
        let [ax, ay, az] = relative;
        let speed_mps = ax.mul_add(ax, ay.mul_add(ay, az * az)).sqrt();
        let mach = speed_mps * air.slowness_spm;
        let coefficient = self.medium.coefficient(self.width, piece, speed_mps, &air);
        let mut sweep_mps = speed_mps * traits.drag_ratio;
        let push = burning.map(
            #[inline(always)]
            |(motor, time_s)| self.push(motor, time_s),
        );
        if let Some((_, share)) = push {
            sweep_mps = sweep_mps * share;
        }
        let drag_per_s = sweep_mps * air.density * coefficient;
        let [north, up] = self.kernel.turning_radps;
        let (north, up_back) = (self.splat(north), self.splat(-up));
        let turned = north.negate_mul_add(vz, self.splat(up) * vy);
        let gravity = self.splat(-self.kernel.gravity_mps2);
        let mut acceleration = [
            drag_per_s.negate_mul_add(ax, turned),
            drag_per_s.negate_mul_add(ay, up_back * vx),
            drag_per_s.negate_mul_add(az, north.mul_add(vx, gravity)),
        ];
        if let Some((push_mps2, _)) = push {
            let thrust = push_mps2 * traits.thrust_ratio;
            let direction = self.direction(traits, velocity);
            for axis in 0..3 {
                acceleration[axis] = thrust.mul_add(direction[axis], acceleration[axis]);
            }
        }
        Rates {
            acceleration,
            relative,
            speed_mps,
            mach,
            sweep_mps,
            coefficient,
            drag_per_s,
            air,
        }
    }

    /// Acceleration by a motor, m/s², and mass at burn-out as a share of that now.
    #[inline(always)]
    fn push(&self, motor: &Motor, time_s: N) -> (N, N) {
        let burnt = self.splat((1.0 - motor.mass_ratio) / motor.burn_s);
        let mass = burnt.mul_add(time_s, self.splat(motor.mass_ratio));
        let share = self.splat(1.0) / mass;
        (
            self.splat(motor.acceleration_mps2(motor.burn_s)) * share,
            share,
        )
    }

    #[inline(always)]
    fn direction(&self, traits: &Traits<N>, velocity: Triple<N>) -> Triple<N> {
        if self.kernel.has_fixed_thrust() {
            return traits.thrust_direction;
        }
        let [x, y, z] = velocity;
        let share = self.splat(1.0) / x.mul_add(x, y.mul_add(y, z * z)).sqrt();
        [x * share, y * share, z * share]
    }

    /// One step of the medium's method, from a point whose acceleration is given: the point where it ends
    /// and the acceleration of its last stage, which lies there.
    #[inline(always)]
    pub(super) fn step(
        &self,
        course: &Course<N, M>,
        first: Triple<N>,
        step_s: N,
        motor: Option<&Motor>,
    ) -> (Point<N>, Triple<N>) {
        let mut stages = Stages {
            accelerations: [first; STAGES],
            climbs: [course.point.velocity[2]; STAGES],
        };
        macro_rules! written_out {
            ($($stage:literal)*) => {$(
                let row = const { M::METHOD.row($stage) };
                self.stage(course, &mut stages, $stage, row, step_s, motor);
            )*};
        }
        // So the compiler knows every weight. It would take it minutes for a method of many stages.
        if const { M::METHOD.rows.len() == 6 } {
            written_out!(1 2 3 4 5);
        } else {
            for (stage, row) in M::METHOD.rows.iter().enumerate().skip(1) {
                self.stage(course, &mut stages, stage, row, step_s, motor);
            }
        }
        let last = stages.accelerations[const { M::METHOD.rows.len() - 1 }];
        (self.finish(&course.point, &stages, step_s), last)
    }

    /// Evaluates one stage of a step from those before it.
    #[inline(always)]
    fn stage(
        &self,
        course: &Course<N, M>,
        stages: &mut Stages<N>,
        stage: usize,
        row: &[(usize, f64)],
        step_s: N,
        motor: Option<&Motor>,
    ) {
        let point = &course.point;
        let mut change = [self.splat(0.0); 3];
        let mut climb = self.splat(0.0);
        for &(from, weight) in row {
            let weight = self.splat(weight);
            for (axis, change) in change.iter_mut().enumerate() {
                *change = weight.mul_add(stages.accelerations[from][axis], *change);
            }
            climb = weight.mul_add(stages.climbs[from], climb);
        }
        let mut velocity = point.velocity;
        for axis in 0..3 {
            velocity[axis] = step_s.mul_add(change[axis], velocity[axis]);
        }
        let height_m = step_s.mul_add(climb, point.place[2]);
        let burning = motor.map(
            #[inline(always)]
            |motor| {
                let node = self.splat(M::METHOD.nodes[stage]);
                (motor, node.mul_add(step_s, point.time_s))
            },
        );
        let rates = self.rates(course, height_m, velocity, burning);
        stages.accelerations[stage] = rates.acceleration;
        stages.climbs[stage] = velocity[2];
    }

    /// Weighs the stages into the end of a step. A place changes by the step times the velocity, and by
    /// the square of the step times the weighted accelerations.
    #[inline(always)]
    fn finish(&self, point: &Point<N>, stages: &Stages<N>, step_s: N) -> Point<N> {
        let zero = self.splat(0.0);
        let mut end = *point;
        for axis in 0..3 {
            let mut change = zero;
            let mut moved = zero;
            let weights = M::METHOD.weights.iter().zip(M::METHOD.place_weights);
            for (acceleration, (&weight, &place_weight)) in stages.accelerations.iter().zip(weights)
            {
                change = self.splat(weight).mul_add(acceleration[axis], change);
                moved = self.splat(place_weight).mul_add(acceleration[axis], moved);
            }
            let moved = step_s.mul_add(moved, point.velocity[axis]);
            end.place[axis] = step_s.mul_add(moved, point.place[axis]);
            end.velocity[axis] = step_s.mul_add(change, point.velocity[axis]);
        }
        end.time_s = point.time_s + step_s;
        end
    }
}
