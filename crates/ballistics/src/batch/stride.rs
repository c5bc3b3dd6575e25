//! How long each step is: as the law allows where it is smooth, and to where it is not.

use super::kernel::{Course, Flight};
use super::lanes::Numbers;
use super::medium::{Air, Medium};
use super::motion::{Point, Rates};
use crate::thrust::Motor;

/// A step that comes this close to its end is stretched to reach it.
const STRETCH: f64 = 1.25;
/// Share of the last step by which a piece of a table is left early, lest the rest of it cost a step.
const EARLY: f64 = 0.03;
/// Added to a speed through the air that is divided by, m/s.
const SLOWEST_MPS: f64 = 1e-3;
/// Added to a rate that is divided by, 1/s.
const SLOWEST_HZ: f64 = 1e-12;
/// Share by which the drag may damp a difference of speeds in one step of refinement one.
const DAMPING_PER_STEP: f64 = 0.4;

/// A step of every lane.
#[derive(Clone, Copy)]
pub(super) struct Stride<N> {
    pub(super) step_s: N,
    /// One where it ends at the ground, or with the burning of the motor; zero elsewhere.
    pub(super) last: N,
}

/// How speed and Mach number change at a point.
struct Pulse<N> {
    /// One over the speed through the air, s/m.
    share_spm: N,
    /// Size of the acceleration, squared, m²/s⁴.
    square: N,
    /// Rate of the speed through the air, in still air, m/s².
    speeding_mps2: N,
    mach_hz: N,
    slopes: Air<N>,
}

impl<N: Numbers, M: Medium> Flight<'_, N, M> {
    /// The step to take, and the pieces of the medium to take it in: to where the path leaves them or
    /// stops, if that is not much farther than the pace.
    #[inline(always)]
    pub(super) fn stride(
        &self,
        course: &mut Course<N, M>,
        rates: &Rates<N>,
        motor: Option<&Motor>,
    ) -> Stride<N> {
        let (zero, one) = (self.splat(0.0), self.splat(1.0));
        let climb_mps = course.point.velocity[2];
        let height_m = course.point.place[2] + self.splat(self.kernel.ground_height_m);
        let pulse = self.pulse(course, rates, height_m);
        let early_s = course.step_s * self.splat(EARLY);
        self.medium.seek(
            self.width,
            &mut course.piece,
            early_s.mul_add(climb_mps, height_m),
            early_s.mul_add(pulse.mach_hz, rates.mach),
        );
        let (pace_s, bend_hz2) = self.pace_s(course, rates, &pulse);
        let leave_s = self.medium.leave_s(
            self.width,
            &course.piece,
            [height_m, climb_mps, rates.acceleration[2]],
            [rates.mach, pulse.mach_hz, bend_hz2],
        );
        let (stop_s, near) = match motor {
            Some(motor) => (self.splat(motor.burn_s) - course.point.time_s, STRETCH),
            None => (self.ground_s(&course.point, rates), M::NEAR),
        };
        let soon_s = leave_s.or_less(stop_s);
        let reach_s = pace_s * self.splat(STRETCH);
        let stops = leave_s.where_less(stop_s, zero, one);
        let near_s = pace_s * self.splat(near);
        Stride {
            step_s: soon_s.where_less(reach_s, soon_s, pace_s),
            last: stop_s.abs().where_less(near_s, stops, zero),
        }
    }

    #[inline(always)]
    fn pulse(&self, course: &Course<N, M>, rates: &Rates<N>, height_m: N) -> Pulse<N> {
        let slopes = self.medium.air_slopes(self.width, &course.piece, height_m);
        let climb_mps = course.point.velocity[2];
        let [ax, ay, az] = rates.acceleration;
        let [rx, ry, rz] = rates.relative;
        let share_spm = self.splat(1.0) / (rates.speed_mps + self.splat(SLOWEST_MPS));
        let speeding_mps2 = ax.mul_add(rx, ay.mul_add(ry, az * rz)) * share_spm;
        let [along, across] = slopes.wind_mps;
        let shear_mps2 = climb_mps * along.mul_add(rx, across * ry) * share_spm;
        let thinning = slopes.slowness_spm * climb_mps * rates.speed_mps;
        Pulse {
            share_spm,
            square: ax.mul_add(ax, ay.mul_add(ay, az * az)),
            speeding_mps2,
            mach_hz: (speeding_mps2 - shear_mps2).mul_add(rates.air.slowness_spm, thinning),
            slopes,
        }
    }

    /// The longest step, s, in which velocity and drag do not change too much, and the second rate of
    /// the Mach number, 1/s².
    ///
    /// With w the velocity through the air, a its rate, k the drag per speed and s = |w|, the second rate
    /// of the speed is s″ = (|a|² − s′²) / s − k s′ − k′ s, where k = ρ c s: k′ s = k s′ + (ρ c)′ s².
    #[inline(always)]
    fn pace_s(&self, course: &Course<N, M>, rates: &Rates<N>, pulse: &Pulse<N>) -> (N, N) {
        let (mach, density) = (rates.mach, rates.air.density);
        let climb_mps = course.point.velocity[2];
        let slope = self
            .medium
            .coefficient_slope(self.width, &course.piece, mach);
        let sweep = rates.sweep_mps;
        let speed_mps = rates.speed_mps + self.splat(SLOWEST_MPS);
        let drag_hz = rates.drag_per_s + self.splat(SLOWEST_HZ);

        let slow = self.splat(M::SLOW_SHARE * M::SLOW_SHARE * self.kernel.gravity_mps2);
        let turning = speed_mps * drag_hz.mul_add(speed_mps, slow) / (drag_hz * pulse.square);
        let turning_s = turning.sqrt() * self.splat(M::CHANGE_PER_STEP);
        // The rate at which speeds that differ come together, steep in the rise of drag.
        let steep = density * mach.mul_add(slope, rates.coefficient);
        let damping_hz = sweep.mul_add(steep.abs(), self.splat(SLOWEST_HZ));
        let damped_s = self.splat(DAMPING_PER_STEP) / damping_hz;
        let rise_s = self.medium.rise_s(self.width, mach, pulse.mach_hz);
        let pace_s = rise_s.or_less(damped_s.or_less(turning_s));

        let speeding = pulse.speeding_mps2;
        let curving = (pulse.square - speeding * speeding) * pulse.share_spm;
        let thinning = pulse.slopes.density * climb_mps * rates.coefficient;
        let growth = (density * slope).mul_add(pulse.mach_hz, thinning) * sweep;
        let slowing = growth.mul_add(rates.speed_mps, rates.drag_per_s * (speeding + speeding));
        let bend_mps3 = curving - slowing;
        (
            pace_s * self.splat(1.0 / self.kernel.refinement),
            bend_mps3 * rates.air.slowness_spm,
        )
    }

    /// The time to the ground if the acceleration upwards stayed what it is; negative below it.
    #[inline(always)]
    fn ground_s(&self, point: &Point<N>, rates: &Rates<N>) -> N {
        let zero = self.splat(0.0);
        let (height, climb) = (point.place[2], point.velocity[2]);
        let pull = zero - rates.acceleration[2];
        let twice = height + height;
        let square = climb.mul_add(climb, twice * pull);
        let root = zero.where_less(square, square, zero).sqrt();
        let over = zero.where_less(climb, pull, root - climb);
        let time_s = zero.where_less(climb, climb + root, twice) / over;
        // Whatever is lifted does not come down by itself.
        let lifted = zero.where_less(climb, pull, self.splat(1.0));
        zero.where_less(lifted, time_s, self.splat(super::pieces::NEVER))
    }
}
