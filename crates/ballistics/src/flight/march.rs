//! The march from launch to impact, step by step.

use super::motion::{Change, Motion, Point};
use super::segment::Segment;
use super::{Environment, HEIGHT_MAX_M, Impact, Launch, STEPS_MAX, State};
use crate::error::within;
use crate::{DragLaw, FlightError};

/// Graded steps, at refinement one, in the time of a flight without air.
const STEPS_IN_VACUUM: f64 = 10.0;
/// Share by which drag may slow a body in one graded step of refinement one.
const SLOWING_PER_STEP: f64 = 0.15;
/// Height that a body may pass in one graded step of refinement one at sea level, m.
const HEIGHT_PER_STEP_M: f64 = 1_500.0;
/// Height in which that allowance grows by e, m. The error of a step goes with density, which falls
/// by e every 7 km, and with the fifth power of the step.
const ALLOWANCE_SCALE_M: f64 = 35_000.0;
/// Product of drag per speed and step beyond which a step is refused. Drag that goes with the square
/// of speed reacts twice as fast as this measures, and the method is unstable from 2.78.
const STIFFNESS_MAX: f64 = 1.0;

/// How finely a flight is followed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Accuracy {
    /// Steps that follow the flight: short where drag is strong or thick air comes near, long where
    /// little happens. A flight of refinement r takes r times as many steps as one of refinement
    /// one, and its error is r⁴ times smaller as long as the law of drag is smooth.
    Graded {
        /// Multiplies the number of steps; 0.5 to 1000.
        refinement: f64,
    },
    /// The same step throughout, for checks of the method.
    Fixed {
        /// The step, s; 10⁻⁶ to 1000.
        step_s: f64,
    },
}

impl Accuracy {
    /// For planning: some twenty to seventy steps. The impact lies within a metre for mortars and
    /// for rockets of up to 25 km, and within 3 parts in 10⁴ of the range beyond, where the kinks of
    /// the standard atmosphere are crossed in long steps.
    pub const PLANNING: Self = Self::Graded { refinement: 1.0 };
    /// For checking the former, at sixteen times its cost: within a millimetre for a rocket of
    /// 20 km, a decimetre for a missile of 300 km.
    pub const FINE: Self = Self::Graded { refinement: 16.0 };

    pub(super) fn check(self) -> Result<(), FlightError> {
        match self {
            Self::Graded { refinement } => within("refinement", refinement, 0.5, 1e3),
            Self::Fixed { step_s } => within("step in s", step_s, 1e-6, 1e3),
        }
    }
}

/// Chooses the steps.
enum Pace {
    Fixed {
        step_s: f64,
    },
    Graded {
        refinement: f64,
        /// Steps per second of a flight without air.
        vacuum_hz: f64,
    },
}

impl Pace {
    fn new(accuracy: Accuracy, climb_mps: f64, gravity_mps2: f64) -> Self {
        match accuracy {
            Accuracy::Fixed { step_s } => Self::Fixed { step_s },
            Accuracy::Graded { refinement } => Self::Graded {
                refinement,
                vacuum_hz: STEPS_IN_VACUUM * gravity_mps2 / (2.0 * climb_mps),
            },
        }
    }

    /// The step to take from a point. A smooth function of the point, so that the method keeps its
    /// order when all steps are refined alike.
    #[inline]
    fn step_s<Law: DragLaw>(
        &self,
        motion: &Motion<'_, Law>,
        point: &Point,
        change: &Change,
    ) -> f64 {
        match *self {
            Self::Fixed { step_s } => step_s,
            Self::Graded {
                refinement,
                vacuum_hz,
            } => {
                let scales = (point.place[2] / ALLOWANCE_SCALE_M).max(0.0);
                // The first terms of the exponential; beyond them the air no longer matters.
                let allowance_m =
                    HEIGHT_PER_STEP_M * (1.0 + scales * (1.0 + scales * (0.5 + scales / 6.0)));
                let frequency_hz = vacuum_hz
                    + change.drag_per_s / SLOWING_PER_STEP
                    + motion.bends_hz(point, change)
                    + point.velocity[2].abs() / allowance_m;
                1.0 / (refinement * frequency_hz)
            }
        }
    }
}

/// Follows the flight; the inputs have been checked.
pub(super) fn march(
    law: &impl DragLaw,
    launch: &Launch,
    environment: &Environment,
    accuracy: Accuracy,
    visit: &mut impl FnMut(&State),
) -> Result<Impact, FlightError> {
    let motion = Motion::new(law, environment);
    let mut point = Point {
        place: [0.0; 3],
        velocity: launch.velocity_mps(),
    };
    let pace = Pace::new(accuracy, point.velocity[2], motion.gravity_mps2());
    let mut change = motion.change(&point);
    let mut time_s = 0.0;
    let mut apex = point.state(time_s);
    visit(&apex);
    for _ in 0..STEPS_MAX {
        let step_s = pace.step_s(&motion, &point, &change);
        let stiffness = change.drag_per_s * step_s;
        if stiffness > STIFFNESS_MAX {
            return Err(FlightError::StepTooLong { time_s, step_s });
        }
        let end = motion.step(&point, &change, step_s);
        if !(end.is_finite() && stiffness.is_finite()) {
            return Err(FlightError::NotFinite { time_s });
        }
        let ending = motion.change(&end);
        let turns = point.velocity[2] > 0.0 && end.velocity[2] <= 0.0;
        let lands = end.place[2] <= 0.0;
        if turns || lands {
            let segment = Segment::new(
                &motion,
                (time_s, step_s),
                (&point, &change),
                (&end, &ending),
            );
            let highest = if turns { segment.highest() } else { 0.0 };
            if turns {
                apex = higher(apex, segment.at(highest));
            }
            if lands {
                let last = segment.at(segment.ground(highest));
                visit(&last);
                return impact(&apex, &last);
            }
        }
        time_s += step_s;
        (point, change) = (end, ending);
        if point.place[2] > HEIGHT_MAX_M {
            return Err(FlightError::LeftEarth {
                height_m: point.place[2],
            });
        }
        visit(&point.state(time_s));
    }
    Err(FlightError::TooManySteps { time_s })
}

impl Point {
    fn state(&self, time_s: f64) -> State {
        State {
            time_s,
            position_m: self.place,
            velocity_mps: self.velocity,
        }
    }
}

/// The higher of two states. A wind that blows upwards can lift a body more than once.
fn higher(one: State, other: State) -> State {
    if other.position_m[2] > one.position_m[2] {
        other
    } else {
        one
    }
}

fn impact(apex: &State, last: &State) -> Result<Impact, FlightError> {
    let [vx, vy, vz] = last.velocity_mps;
    let impact = Impact {
        x_m: last.position_m[0],
        y_m: last.position_m[1],
        time_s: last.time_s,
        speed_mps: last.speed_mps(),
        descent_angle_rad: libm::atan2((-vz).max(0.0), libm::sqrt(vx * vx + vy * vy)),
        apex_m: apex.position_m[2],
        apex_time_s: apex.time_s,
    };
    let sum = impact.x_m + impact.y_m + impact.time_s + impact.speed_mps + impact.apex_m;
    if sum.is_finite() {
        Ok(impact)
    } else {
        // The law of drag gave no number at the very end of the last step.
        Err(FlightError::NotFinite {
            time_s: apex.time_s,
        })
    }
}
