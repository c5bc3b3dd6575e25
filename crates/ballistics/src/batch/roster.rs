//! Which flight is in which lane: a lane whose flight has ended takes up the next, so that none waits for
//! the longest.

use super::kernel::{Course, Flight};
use super::lanes::Numbers;
use super::medium::Medium;
use super::motion::{Point, Traits, Triple};
use super::{Impacts, Shots};
use crate::FlightError;
use crate::thrust::Motor;
use std::ops::Range;

/// Steps after which a flight is given up.
const STEPS_MAX: u32 = 100_000;

/// A flight between two passes.
#[derive(Clone, Copy, Default)]
pub(super) struct State {
    shot: usize,
    place: [f64; 3],
    velocity: [f64; 3],
    /// At the end of the last step.
    acceleration: [f64; 3],
    time_s: f64,
    /// At the beginning of a pass.
    mach: f64,
}

impl State {
    /// At the origin, at the velocity of a shot.
    pub(super) fn launch(shots: &Shots, shot: usize) -> Self {
        let component = |column: &Vec<f64>| column.get(shot).copied().unwrap_or(f64::NAN);
        Self {
            shot,
            velocity: shots.velocity_mps.each_ref().map(component),
            ..Self::default()
        }
    }

    /// Whether the flight can be believed, which was at a height before its last step.
    fn check(&self, height_m: f64, most_m: f64, too_long: bool) -> Result<(), FlightError> {
        let time_s = self.time_s;
        let all = self.place.iter().chain(&self.velocity);
        if height_m > most_m {
            Err(FlightError::LeftEarth { height_m })
        } else if !all.chain(&[time_s]).all(|value| value.is_finite()) {
            Err(FlightError::NotFinite { time_s })
        } else if too_long {
            Err(FlightError::TooManySteps { time_s })
        } else {
            Ok(())
        }
    }
}

/// What a lane is busy with.
#[derive(Clone, Copy, Default)]
struct Seat {
    /// Index of the state; none where there is none left.
    state: Option<usize>,
    steps: u32,
}

/// Which lane has which flight, and which flights wait.
struct Roster {
    seats: Vec<Seat>,
    waiting: Range<usize>,
    busy: usize,
}

impl<N: Numbers, M: Medium> Flight<'_, N, M> {
    /// Follows every flight to the end of a motor's burning, or without one to the ground, nearly.
    #[inline(always)]
    pub(super) fn follow(
        &self,
        states: &mut [State],
        motor: Option<&Motor>,
    ) -> Result<(), FlightError> {
        for group in states.chunks_mut(N::COUNT) {
            self.find_mach(group);
        }
        let mut course = self.gather(&[State::default()]);
        let mut roster = Roster {
            seats: vec![Seat::default(); N::COUNT],
            waiting: 0..states.len(),
            busy: 0,
        };
        for lane in 0..N::COUNT {
            self.relieve(&mut course, &mut roster, lane, states);
        }
        let most_m = self.medium.height_max_m() - self.kernel.ground_height_m;
        while roster.busy > 0 {
            let height_m = course.point.place[2];
            let (last, acceleration) = self.advance(&mut course, motor);
            for lane in 0..N::COUNT {
                let (height_m, seat) = (height_m.as_slice()[lane], &mut roster.seats[lane]);
                seat.steps += 1;
                let too_long = seat.steps >= STEPS_MAX;
                if last.as_slice()[lane] == 0.0 && height_m <= most_m && !too_long {
                    continue;
                }
                let Some(state) = seat.state.and_then(|index| states.get_mut(index)) else {
                    continue;
                };
                leave(state, &course.point, &acceleration, lane);
                state.check(height_m, most_m, too_long)?;
                roster.busy -= 1;
                self.relieve(&mut course, &mut roster, lane, states);
            }
        }
        Ok(())
    }

    /// Takes a step in every lane. Says which lanes have ended, by a number that is not zero, and the
    /// accelerations there.
    #[inline(always)]
    fn advance(&self, course: &mut Course<N, M>, motor: Option<&Motor>) -> (N, Triple<N>) {
        let point = course.point;
        let burning = motor.map(
            #[inline(always)]
            |motor| (motor, point.time_s),
        );
        let rates = self.rates(course, point.place[2], point.velocity, burning);
        let stride = self.stride(course, &rates, motor);
        let (end, acceleration) = self.step(course, rates.acceleration, stride.step_s, motor);
        let half_s = course.step_s * self.splat(0.5);
        course.step_s = half_s.where_less(stride.step_s, stride.step_s, half_s);
        course.point = end;
        (stride.last, acceleration)
    }

    /// Gives a lane the next flight that waits.
    #[inline(always)]
    fn relieve(
        &self,
        course: &mut Course<N, M>,
        roster: &mut Roster,
        lane: usize,
        states: &[State],
    ) {
        let state = roster.waiting.next();
        roster.seats[lane] = Seat { state, steps: 0 };
        if let Some(state) = state.and_then(|index| states.get(index)) {
            roster.busy += 1;
            self.board(course, lane, state);
        }
    }

    /// Puts a flight into a lane.
    #[inline(always)]
    fn board(&self, course: &mut Course<N, M>, lane: usize, state: &State) {
        let put = |lanes: &mut N, value: f64| {
            if let Some(to) = lanes.as_mut_slice().get_mut(lane) {
                *to = value;
            }
        };
        let point = &mut course.point;
        for axis in 0..3 {
            put(&mut point.place[axis], state.place[axis]);
            put(&mut point.velocity[axis], state.velocity[axis]);
        }
        put(&mut point.time_s, state.time_s);
        put(&mut course.step_s, 0.0);
        let of = |column: &Vec<f64>, otherwise: f64| {
            column.get(state.shot).copied().unwrap_or(otherwise)
        };
        let traits = &mut course.traits;
        put(&mut traits.drag_ratio, of(&self.shots.drag_ratio, 1.0));
        for axis in 0..2 {
            put(
                &mut traits.wind_added_mps[axis],
                of(&self.shots.wind_added_mps[axis], 0.0),
            );
        }
        if self.kernel.motor.is_some() {
            for axis in 0..3 {
                put(
                    &mut traits.thrust_direction[axis],
                    of(&self.shots.thrust_direction[axis], 0.0),
                );
            }
            put(&mut traits.thrust_ratio, of(&self.shots.thrust_ratio, 1.0));
        }
        let height_m = state.place[2] + self.kernel.ground_height_m;
        self.medium
            .put(self.width, &mut course.piece, lane, height_m, state.mach);
    }

    /// Lanes that hold one flight each, the last of them repeated.
    #[inline(always)]
    fn gather(&self, states: &[State]) -> Course<N, M> {
        let zero = self.splat(0.0);
        let mut course = Course {
            point: Point {
                place: [zero; 3],
                velocity: [zero; 3],
                time_s: zero,
            },
            traits: Traits {
                drag_ratio: zero,
                wind_added_mps: [zero; 2],
                thrust_direction: [zero; 3],
                thrust_ratio: zero,
            },
            piece: self.medium.none(self.width),
            step_s: zero,
        };
        for lane in 0..N::COUNT {
            if let Some(state) = states.get(lane).or(states.last()) {
                self.board(&mut course, lane, state);
            }
        }
        course
    }

    /// Writes down the Mach numbers that flights begin a pass with.
    #[inline(always)]
    fn find_mach(&self, states: &mut [State]) {
        let course = self.gather(states);
        let rates = self.rates(&course, course.point.place[2], course.point.velocity, None);
        for (state, &mach) in states.iter_mut().zip(rates.mach.as_slice()) {
            state.mach = mach;
        }
    }

    /// What a group's states hold, one state a lane.
    #[inline(always)]
    fn columns<const COUNT: usize>(
        &self,
        group: &[State],
        of: fn(&State) -> &[f64; COUNT],
    ) -> [N; COUNT] {
        let mut columns = [self.splat(1.0); COUNT];
        for (lane, state) in group.iter().enumerate() {
            for (column, &value) in columns.iter_mut().zip(of(state)) {
                column.as_mut_slice()[lane] = value;
            }
        }
        columns
    }

    /// From points close to the ground onto it, with constant acceleration.
    #[inline(always)]
    pub(super) fn land(&self, states: &[State], impacts: &mut Impacts) -> Result<(), FlightError> {
        for group in states.chunks(N::COUNT) {
            let acceleration = self.columns(group, |state| &state.acceleration);
            let [time_s] = self.columns(group, |state| std::array::from_ref(&state.time_s));
            let mut end = Point {
                place: self.columns(group, |state| &state.place),
                velocity: self.columns(group, |state| &state.velocity),
                time_s,
            };
            let half = self.splat(0.5);
            let zero = self.splat(0.0);
            let straight_s = zero - end.place[2] / end.velocity[2];
            let climb = (acceleration[2] * half).mul_add(straight_s, end.velocity[2]);
            let left_s = zero - end.place[2] / climb;
            for (axis, &acceleration) in acceleration.iter().enumerate() {
                let moving = (acceleration * half).mul_add(left_s, end.velocity[axis]);
                end.place[axis] = left_s.mul_add(moving, end.place[axis]);
                end.velocity[axis] = left_s.mul_add(acceleration, end.velocity[axis]);
            }
            end.time_s = end.time_s + left_s;
            store(group, &end, impacts)?;
        }
        Ok(())
    }
}

/// Takes a flight out of a lane.
#[inline(always)]
fn leave<N: Numbers>(state: &mut State, point: &Point<N>, acceleration: &Triple<N>, lane: usize) {
    for (axis, acceleration) in acceleration.iter().enumerate() {
        state.place[axis] = point.place[axis].as_slice()[lane];
        state.velocity[axis] = point.velocity[axis].as_slice()[lane];
        state.acceleration[axis] = acceleration.as_slice()[lane];
    }
    state.time_s = point.time_s.as_slice()[lane];
}

/// Writes what the lanes hold to the columns, at the entries of a group.
#[inline(always)]
fn store<N: Numbers>(
    group: &[State],
    end: &Point<N>,
    impacts: &mut Impacts,
) -> Result<(), FlightError> {
    let [to_x, to_y] = &mut impacts.place_m;
    let [to_vx, to_vy, to_vz] = &mut impacts.velocity_mps;
    let pairs = [
        (&end.place[0], to_x),
        (&end.place[1], to_y),
        (&end.time_s, &mut impacts.time_s),
        (&end.velocity[0], to_vx),
        (&end.velocity[1], to_vy),
        (&end.velocity[2], to_vz),
    ];
    for (lanes, column) in pairs {
        for (state, &value) in group.iter().zip(lanes.as_slice()) {
            if !value.is_finite() {
                return Err(FlightError::NotFinite {
                    time_s: state.time_s,
                });
            }
            if let Some(to) = column.get_mut(state.shot) {
                *to = value;
            }
        }
    }
    Ok(())
}
