//! Flights to the ground, many side by side.
//!
//! Each step of the classical Runge–Kutta method is taken by all of them in one, with the widest instructions that
//! the processor has. No lane looks at another, no sum is taken in another order and no product joined with a sum,
//! so that every processor gives the same bits.

// Inlining is what makes the loops wide.
#![allow(clippy::inline_always)]

use ballistics::atmosphere::STANDARD_GRAVITY_MPS2;
use pulp::{Arch, NullaryFnOnce};

use crate::column::{Column, Curve, NO_CURVE};
use crate::filter::POINTS;
use crate::impact::Ground;
use crate::motion::{Motion, STATES, drag_of, forgotten};

/// Flights that are followed side by side: the sigma points and one more, whole vectors of most processors.
pub(crate) const FLIGHTS: usize = POINTS + 1;
/// Longest flight that is followed, s.
pub const FLIGHT_MAX_S: f64 = 600.0;
/// Steps in the flight that is left; longest and shortest of them, s.
const STEPS: f64 = 16.0;
const STEP_LIMITS_S: (f64, f64) = (0.02, 2.0);
/// Height above the ground that is the ground, m, and most trials to find it.
const GROUND_M: f64 = 1e-3;
const TRIALS: u32 = 9;

/// A figure of every flight.
type Figures = [f64; FLIGHTS];

/// Place, velocity and wind of every flight: x, y, z, their rates, and the wind along x and y.
type Rounds = [Figures; 8];

/// How long a flight would last without air, s, of a state and its height above the ground, m.
pub(crate) fn vacuum_s(state: &[f64; STATES], height_m: f64) -> f64 {
    let (climb, gravity) = (state[5], STANDARD_GRAVITY_MPS2);
    (climb + libm::sqrt(climb * climb + 2.0 * gravity * height_m.max(0.0))) / gravity
}

/// Place and time at which each state crosses the ground; none where it does not in time.
/// `path` is told the first of them, but for its drag, after every step, and how long that took, s.
pub(crate) fn fall(
    motion: &Motion,
    states: &[[f64; STATES]; FLIGHTS],
    ground: &impl Ground,
    path: &mut impl FnMut(&[f64; STATES], f64),
) -> [Option<[f64; 3]>; FLIGHTS] {
    let mut flights = Flights::new(motion, states, ground);
    while flights.still > 0 {
        flights.go_on(ground, path);
    }
    flights.find_the_ground(ground);
    path(&flights.first(), flights.trial_s[0]);
    std::array::from_fn(|lane| {
        let [x, y, z] = place(&flights.now, lane);
        let time_s = flights.time_s[lane] + flights.trial_s[lane];
        (flights.down[lane] && z.is_finite()).then_some([x, y, time_s])
    })
}

/// Flights on their way.
struct Flights {
    column: Column,
    turning_radps: [f64; 3],
    drag_m2pkg: Figures,
    now: Rounds,
    /// As they were before the step that took them below the ground.
    before: Rounds,
    /// Zero for those that do not go on.
    step_s: Figures,
    time_s: Figures,
    /// Height above the ground, m, and that before and after the last step.
    above_m: Figures,
    between_m: [Figures; 2],
    /// Length of the last step, s, and the part of it that leads to the ground.
    last_s: Figures,
    trial_s: Figures,
    down: [bool; FLIGHTS],
    /// How many go on.
    still: usize,
}

impl Flights {
    fn new(motion: &Motion, states: &[[f64; STATES]; FLIGHTS], ground: &impl Ground) -> Self {
        let none = [0.0; FLIGHTS];
        let tops_m = states.iter().map(|state| {
            let climb = state[5].max(0.0);
            state[2] + climb * climb / (2.0 * STANDARD_GRAVITY_MPS2)
        });
        let mut flights = Self {
            column: Column::up_to(motion, tops_m.fold(f64::NEG_INFINITY, f64::max)),
            turning_radps: motion.turning_radps(),
            drag_m2pkg: none,
            now: [none; 8],
            before: [none; 8],
            step_s: none,
            time_s: none,
            above_m: none,
            between_m: [none; 2],
            last_s: none,
            trial_s: none,
            down: [false; FLIGHTS],
            still: 0,
        };
        for (lane, state) in states.iter().enumerate() {
            let [x, y, z, vx, vy, vz, log_drag, wind_x, wind_y] = *state;
            let round = [x, y, z, vx, vy, vz, wind_x, wind_y];
            for (figure, value) in flights.now.iter_mut().zip(round) {
                figure[lane] = value;
            }
            flights.drag_m2pkg[lane] = drag_of(log_drag);
            let above_m = z - ground.height_m(x, y);
            flights.above_m[lane] = above_m;
            if above_m <= 0.0 && vz <= 0.0 {
                flights.down[lane] = true;
                continue;
            }
            let left_s = vacuum_s(state, above_m) / STEPS;
            flights.step_s[lane] = left_s.clamp(STEP_LIMITS_S.0, STEP_LIMITS_S.1);
            flights.still += 1;
        }
        flights.before = flights.now;
        flights
    }

    /// The state of the first flight, without its drag.
    fn first(&self) -> [f64; STATES] {
        let [x, y, z, vx, vy, vz, wind_x, wind_y] =
            [0, 1, 2, 3, 4, 5, 6, 7].map(|part| self.now[part][0]);
        [x, y, z, vx, vy, vz, 0.0, wind_x, wind_y]
    }

    /// Takes every flight a step on.
    fn go_on(&mut self, ground: &impl Ground, path: &mut impl FnMut(&[f64; STATES], f64)) {
        let next = self.stepped(&self.now, &self.step_s);
        for lane in 0..FLIGHTS {
            let step_s = self.step_s[lane];
            if step_s == 0.0 {
                continue;
            }
            let [x, y, z] = place(&next, lane);
            let above_m = z - ground.height_m(x, y);
            if above_m <= 0.0 && next[5][lane] < 0.0 {
                for (figure, now) in self.before.iter_mut().zip(&self.now) {
                    figure[lane] = now[lane];
                }
                self.between_m[0][lane] = self.above_m[lane];
                self.between_m[1][lane] = above_m;
                self.last_s[lane] = step_s;
                self.down[lane] = true;
            } else {
                self.time_s[lane] += step_s;
                self.above_m[lane] = above_m;
            }
            let goes_on = above_m.is_finite() && self.time_s[lane] < FLIGHT_MAX_S;
            if self.down[lane] || !goes_on {
                self.step_s[lane] = 0.0;
                self.still -= 1;
            }
        }
        self.now = next;
        if self.step_s[0] > 0.0 {
            path(&self.first(), self.step_s[0]);
        }
    }

    /// Takes every flight from before its last step to the ground, by the rule of false position with halving
    /// (Dowell and Jarratt, BIT 11, 1971), from where a parabola would cross it.
    fn find_the_ground(&mut self, ground: &impl Ground) {
        let mut low_s = [0.0; FLIGHTS];
        let (mut high_s, [mut low_m, mut high_m]) = (self.last_s, self.between_m);
        let wanted: [bool; FLIGHTS] = std::array::from_fn(|lane| self.last_s[lane] > 0.0);
        let mut open = wanted;
        for trial in 0..TRIALS {
            for lane in (0..FLIGHTS).filter(|lane| open[*lane]) {
                let (from, to) = (low_m[lane], high_m[lane]);
                let share = if from > to { from / (from - to) } else { 0.5 };
                let middle_s = low_s[lane] + share.clamp(0.0, 1.0) * (high_s[lane] - low_s[lane]);
                self.trial_s[lane] = match trial {
                    0 => self.by_parabola(lane).unwrap_or(middle_s),
                    _ => middle_s,
                };
            }
            self.now = self.stepped(&self.before, &self.trial_s);
            for lane in (0..FLIGHTS).filter(|lane| wanted[*lane]) {
                let [x, y, z] = place(&self.now, lane);
                let there_m = z - ground.height_m(x, y);
                open[lane] = there_m.abs() >= GROUND_M;
                if there_m > 0.0 {
                    (low_s[lane], low_m[lane]) = (self.trial_s[lane], there_m);
                    high_m[lane] *= 0.5;
                } else {
                    (high_s[lane], high_m[lane]) = (self.trial_s[lane], there_m);
                    low_m[lane] *= 0.5;
                }
            }
            if open == [false; FLIGHTS] {
                break;
            }
        }
    }

    /// When a flight crosses the ground in its last step, s, if its height is a parabola.
    fn by_parabola(&self, lane: usize) -> Option<f64> {
        let [height_m, below_m] = self.between_m.map(|above| above[lane]);
        let (climb, whole_s) = (self.before[5][lane], self.last_s[lane]);
        let bend = 2.0 * (below_m - height_m - climb * whole_s) / (whole_s * whole_s);
        let root = libm::sqrt(climb * climb - 2.0 * bend * height_m);
        let time_s = 2.0 * height_m / (root - climb);
        (time_s > 0.0 && time_s < whole_s).then_some(time_s)
    }

    fn stepped(&self, from: &Rounds, step_s: &Figures) -> Rounds {
        let arch = Arch::new();
        match self.column.curve {
            Some(curve) => arch.dispatch(Step::<true> {
                flights: self,
                curve,
                from,
                step_s,
            }),
            None => arch.dispatch(Step::<false> {
                flights: self,
                curve: &NO_CURVE,
                from,
                step_s,
            }),
        }
    }
}

/// Where a flight is, m.
fn place(rounds: &Rounds, lane: usize) -> [f64; 3] {
    [rounds[0][lane], rounds[1][lane], rounds[2][lane]]
}

/// One step of every flight, each of its own length: [`Motion::step`].
struct Step<'a, const CURVED: bool> {
    flights: &'a Flights,
    curve: &'a Curve,
    from: &'a Rounds,
    step_s: &'a Figures,
}

impl<const CURVED: bool> NullaryFnOnce for Step<'_, CURVED> {
    type Output = Rounds;

    #[inline(always)]
    fn call(self) -> Rounds {
        let [xs, ys, zs, vxs, vys, vzs, wind_xs, wind_ys] = self.from;
        let mut to = [[0.0; FLIGHTS]; 8];
        for lane in 0..FLIGHTS {
            let step_s = self.step_s[lane];
            let half = 0.5 * step_s;
            let halfway = forgotten(half);
            let wind = [halfway * wind_xs[lane], halfway * wind_ys[lane]];
            let drag = self.flights.drag_m2pkg[lane];
            let at = |z: f64, velocity: [f64; 3]| self.acceleration(drag, wind, z, velocity);
            let (z, start) = (zs[lane], [vxs[lane], vys[lane], vzs[lane]]);
            let first = at(z, start);
            let second_speed = moved(start, first, half);
            let second = at(z + half * start[2], second_speed);
            let third_speed = moved(start, second, half);
            let third = at(z + half * second_speed[2], third_speed);
            let fourth_speed = moved(start, third, step_s);
            let fourth = at(z + step_s * third_speed[2], fourth_speed);
            let sixth = step_s * (1.0 / 6.0);
            let place = [xs[lane], ys[lane], z];
            for axis in 0..3 {
                let between = second_speed[axis] + third_speed[axis];
                to[axis][lane] =
                    place[axis] + sixth * (start[axis] + 2.0 * between + fourth_speed[axis]);
                let between = second[axis] + third[axis];
                to[axis + 3][lane] =
                    start[axis] + sixth * (first[axis] + 2.0 * between + fourth[axis]);
            }
            to[6][lane] = wind_xs[lane] * (halfway * halfway);
            to[7][lane] = wind_ys[lane] * (halfway * halfway);
        }
        to
    }
}

impl<const CURVED: bool> Step<'_, CURVED> {
    #[inline(always)]
    fn acceleration(
        &self,
        drag_m2pkg: f64,
        wind_mps: [f64; 2],
        height_m: f64,
        [vx, vy, vz]: [f64; 3],
    ) -> [f64; 3] {
        let (ax, ay) = (vx - wind_mps[0], vy - wind_mps[1]);
        // A root is rounded alike everywhere, and several in one instruction.
        let speed_mps = (ax * ax + ay * ay + vz * vz).sqrt();
        let column = &self.flights.column;
        let resistance = column.resistance::<CURVED>(self.curve, height_m, speed_mps);
        let slowing = drag_m2pkg * resistance * speed_mps;
        let [_, wy, wz] = self.flights.turning_radps;
        [
            wz * vy - wy * vz - slowing * ax,
            -wz * vx - slowing * ay,
            wy * vx - slowing * vz - STANDARD_GRAVITY_MPS2,
        ]
    }
}

#[inline(always)]
fn moved(start: [f64; 3], by: [f64; 3], time_s: f64) -> [f64; 3] {
    [
        start[0] + time_s * by[0],
        start[1] + time_s * by[1],
        start[2] + time_s * by[2],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DragPrior, LevelGround, RoundKind, Surroundings};
    use ballistics::DragShape;
    use theatre::Stream;

    /// Each by itself in small steps of [`Motion::step`], with and without a curve, over turning and sloping ground.
    #[test]
    fn flights_side_by_side_end_where_each_does() {
        struct Slope;
        impl Ground for Slope {
            fn height_m(&self, x_m: f64, _: f64) -> f64 {
                0.05 * x_m
            }
        }
        let mut stream = Stream::new(14, 0, 0, 0x6661_6c6c);
        let kind = RoundKind {
            share: 1.0,
            speed_rms_mps: 300.0,
            speed_max_mps: 500.0,
            upward_min: 0.0,
            log_drag_mean: -9.0,
            log_drag_sigma: 0.3,
        };
        let around = Surroundings {
            origin_height_m: 300.0,
            coriolis_latitude_rad: Some(0.6),
            ..Surroundings::default()
        };
        for shape in [None, Some(DragShape::G1)] {
            let motion = Motion::new(&around, &DragPrior::new(shape, &[kind]).unwrap());
            for _ in 0..20 {
                let states = [(); FLIGHTS].map(|()| {
                    let mut within = |low: f64, high: f64| low + (high - low) * stream.uniform();
                    let place = [within(-4e3, 4e3), within(-4e3, 4e3), within(300.0, 3e3)];
                    let speed = [within(-200.0, 200.0), within(-200.0, 200.0)];
                    let [x, y, z] = place;
                    let climb = within(-200.0, 250.0);
                    let winds = [within(-9.0, 9.0), within(-9.0, 9.0)];
                    let log_drag = within(-9.5, -8.5);
                    [
                        x, y, z, speed[0], speed[1], climb, log_drag, winds[0], winds[1],
                    ]
                });
                let (mut told, mut told_s) = (states[0], 0.0);
                let ends = fall(&motion, &states, &Slope, &mut |state, step_s| {
                    told = *state;
                    told_s += step_s;
                });
                for (state, end) in states.iter().zip(ends) {
                    let [x, y, time_s] = end.unwrap();
                    let expected = alone(&motion, state, &Slope);
                    let off = libm::hypot(x - expected[0], y - expected[1]);
                    assert!(off < 0.6, "{off} {state:?}");
                    assert!((time_s - expected[2]).abs() < 1e-2);
                }
                let [x, y, time_s] = ends[0].unwrap();
                assert!(told[0] == x && told[1] == y && (told_s - time_s).abs() < 1e-9);
            }
        }
    }

    fn alone(motion: &Motion, state: &[f64; STATES], ground: &impl Ground) -> [f64; 3] {
        let (mut state, mut time_s) = (*state, 0.0);
        let drag_m2pkg = drag_of(state[6]);
        loop {
            let next = motion.step(&state, drag_m2pkg, 0.02);
            let above = |state: &[f64; STATES]| state[2] - ground.height_m(state[0], state[1]);
            let (from, to) = (above(&state), above(&next));
            if to <= 0.0 {
                let share = from / (from - to);
                let along = |axis: usize| state[axis] + share * (next[axis] - state[axis]);
                return [along(0), along(1), time_s + 0.02 * share];
            }
            (state, time_s) = (next, time_s + 0.02);
        }
    }

    #[test]
    fn what_is_down_stays_and_what_is_no_number_has_no_end() {
        let motion = Motion::new(&Surroundings::default(), &DragPrior::default());
        let mut states = [[0.0, 0.0, 100.0, 50.0, 0.0, 10.0, -9.0, 0.0, 0.0]; FLIGHTS];
        states[1] = [7.0, 8.0, -1.0, 50.0, 0.0, -10.0, -9.0, 0.0, 0.0];
        states[2][3] = f64::NAN;
        // Away for longer than is followed.
        (states[3][5], states[3][6]) = (5e3, -14.0);
        let ground = LevelGround { height_m: 0.0 };
        let ends = fall(&motion, &states, &ground, &mut |_, _| {});
        assert!(ends[0].unwrap()[2] > 5.0);
        assert_eq!(ends[1], Some([7.0, 8.0, 0.0]));
        assert_eq!((ends[2], ends[3]), (None, None));
    }
}
