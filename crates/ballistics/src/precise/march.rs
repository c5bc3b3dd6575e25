//! Steps of order 8 from launch to impact.

use super::Steps;
use crate::FlightError;
use crate::flight::{HEIGHT_MAX_M, STEPS_MAX};
use crate::tableau::{FIFTH, NODES, ROWS, STAGES, THIRD, WEIGHTS};

/// Place and velocity, m and m/s.
pub(super) type State = [f64; 6];

/// Halvings and secants after which a root is as exact as it gets.
const ROOT_STEPS_MAX: u32 = 60;
/// The first step under a tolerance, s; the next ones find their own.
const FIRST_STEP_S: f64 = 0.01;
/// The shortest step under a tolerance, s, which is taken whatever its error. Where a law has a kink,
/// no step is short enough for the estimate to be believed.
const SHORTEST_STEP_S: f64 = 1e-6;

/// What flies, and over what.
pub(super) trait System {
    /// How fast the state changes; the motor burns or not, whatever the time.
    fn rates(&self, time_s: f64, burning: bool, state: &State) -> State;
    /// Height above the ground, m.
    fn height_m(&self, state: &State) -> f64;
    /// Rate of that height, m/s.
    fn climb_mps(&self, state: &State) -> f64;
}

/// A flight to its end.
pub(super) struct Flown {
    pub(super) end: State,
    pub(super) time_s: f64,
    pub(super) apex_m: f64,
    pub(super) apex_time_s: f64,
}

/// One step: where it ends, and its estimated error, m and m/s.
pub(super) struct Step {
    pub(super) end: State,
    pub(super) error: f64,
}

/// Follows a flight to the first crossing of the ground on the way down; `visit` is shown time and
/// state at the start, after every step and at the end.
pub(super) fn march(
    system: &impl System,
    start: State,
    burn_s: Option<f64>,
    steps: Steps,
    visit: &mut impl FnMut(f64, &State),
) -> Result<Flown, FlightError> {
    let (mut state, mut time_s) = (start, 0.0);
    visit(time_s, &state);
    let mut apex = (system.height_m(&start), 0.0);
    let burn_s = burn_s.unwrap_or(0.0);
    let mut next_s = match steps {
        Steps::Fixed(step_s) => step_s,
        Steps::Tolerance(_) => FIRST_STEP_S,
    };
    for _ in 0..STEPS_MAX {
        let burning = time_s < burn_s;
        // A step that would end past burn-out ends on it.
        let ends_burning = burning && time_s + next_s * (1.0 + 1e-9) >= burn_s;
        let step_s = if ends_burning {
            burn_s - time_s
        } else {
            next_s
        };
        let step = step(system, time_s, burning, &state, step_s);
        if !step.end.iter().sum::<f64>().is_finite() {
            return Err(FlightError::NotFinite { time_s });
        }
        if let Steps::Tolerance(tolerance) = steps {
            let factor = (0.9 * libm::pow(step.error / tolerance, -0.125)).clamp(0.2, 5.0);
            next_s = (step_s * factor).max(SHORTEST_STEP_S);
            if step.error > tolerance && step_s > SHORTEST_STEP_S {
                continue;
            }
        }
        let at = |share_s: f64| self::step(system, time_s, burning, &state, share_s).end;
        let mut from_s = 0.0;
        if system.climb_mps(&state) > 0.0 && system.climb_mps(&step.end) <= 0.0 {
            from_s = falling_root(0.0, step_s, |share_s| system.climb_mps(&at(share_s)));
            let height_m = system.height_m(&at(from_s));
            if height_m > apex.0 {
                apex = (height_m, time_s + from_s);
            }
        }
        if system.height_m(&step.end) <= 0.0 && system.climb_mps(&step.end) < 0.0 {
            let last_s = falling_root(from_s, step_s, |share_s| system.height_m(&at(share_s)));
            let end = at(last_s);
            visit(time_s + last_s, &end);
            return Ok(Flown {
                end,
                time_s: time_s + last_s,
                apex_m: apex.0,
                apex_time_s: apex.1,
            });
        }
        state = step.end;
        time_s = if ends_burning {
            burn_s
        } else {
            time_s + step_s
        };
        visit(time_s, &state);
        let height_m = system.height_m(&state);
        if height_m > HEIGHT_MAX_M {
            return Err(FlightError::LeftEarth { height_m });
        }
    }
    Err(FlightError::TooManySteps { time_s })
}

/// One step of order 8 from a state.
pub(super) fn step(
    system: &impl System,
    time_s: f64,
    burning: bool,
    state: &State,
    step_s: f64,
) -> Step {
    let mut rates = [[0.0; 6]; STAGES];
    for stage in 0..STAGES {
        let mut here = *state;
        for &(from, weight) in ROWS[stage] {
            for (part, rate) in here.iter_mut().zip(rates[from]) {
                *part += step_s * weight * rate;
            }
        }
        rates[stage] = system.rates(time_s + NODES[stage] * step_s, burning, &here);
    }
    let weighed = |weights: &[f64; STAGES], part: usize| -> f64 {
        let terms = weights.iter().zip(&rates);
        terms.map(|(weight, rate)| weight * rate[part]).sum()
    };
    let mut end = *state;
    let (mut fifth, mut third) = (0.0, 0.0);
    for (part, value) in end.iter_mut().enumerate() {
        *value += step_s * weighed(&WEIGHTS, part);
        let (five, three) = (weighed(&FIFTH, part), weighed(&THIRD, part));
        fifth += five * five;
        third += three * three;
    }
    // The estimate of the program `dop853.f`.
    let scale = libm::sqrt((fifth + 0.01 * third) * end.len() as f64);
    let error = if scale > 0.0 {
        step_s * fifth / scale
    } else {
        0.0
    };
    Step { end, error }
}

/// Where a function that falls from at least zero at `low` to at most zero at `high` crosses zero: the
/// secant through the ends of the bracket, as amended by Illinois (Dowell and Jarratt, *BIT* 11, 1971).
fn falling_root(mut low: f64, mut high: f64, function: impl Fn(f64) -> f64) -> f64 {
    let (mut at_low, mut at_high) = (function(low), function(high));
    let mut side = 0;
    for _ in 0..ROOT_STEPS_MAX {
        let mut middle = (low * at_high - high * at_low) / (at_high - at_low);
        // Also where both ends are zero.
        if !(middle > low && middle < high) {
            middle = 0.5 * (low + high);
        }
        let value = function(middle);
        if value == 0.0 || (high - low).abs() <= 2.0 * f64::EPSILON * high.abs() {
            return middle;
        }
        if value > 0.0 {
            (low, at_low) = (middle, value);
            at_high = if side == 1 { 0.5 * at_high } else { at_high };
            side = 1;
        } else {
            (high, at_high) = (middle, value);
            at_low = if side == -1 { 0.5 * at_low } else { at_low };
            side = -1;
        }
    }
    // The end at which the function is nearer to zero.
    if at_low < -at_high { low } else { high }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ConstantCoefficientDrag;
    use crate::precise::{Surroundings, flat::Flat};

    /// The state of a shot after 60 s in so many steps.
    fn after(steps: u32) -> State {
        let law = ConstantCoefficientDrag {
            per_metre: 0.5 * 1.225 * 0.15 * 0.011 / 13.0,
        };
        let surroundings = Surroundings::default();
        let system = Flat::new(&law, None, &surroundings);
        let mut state = [0.0, 0.0, 0.0, 300.0, 90.0, 400.0];
        let step_s = 60.0 / f64::from(steps);
        for _ in 0..steps {
            state = step(&system, 0.0, false, &state, step_s).end;
        }
        state
    }

    /// The order p and the next term b of log error = a + p log h + b h through three steps h; before
    /// rounding is reached, the next term still takes 0.15 from the plain slope.
    #[test]
    fn the_error_falls_with_the_eighth_power_of_the_step() {
        let exact = after(600);
        let [long, middle, short] = [20, 28, 40].map(|steps| {
            let here = after(steps);
            let errors = here.iter().zip(exact).take(3);
            let square: f64 = errors.map(|(one, other)| (one - other).powi(2)).sum();
            let step = 1.0 / f64::from(steps);
            (step.ln(), 0.5 * square.ln(), step)
        });
        let slopes = |one: (f64, f64, f64), other: (f64, f64, f64)| {
            let span = one.0 - other.0;
            ((one.1 - other.1) / span, (one.2 - other.2) / span)
        };
        let (coarse, fine) = (slopes(long, middle), slopes(middle, short));
        let order = (coarse.0 * fine.1 - fine.0 * coarse.1) / (fine.1 - coarse.1);
        assert!((order - 8.0).abs() < 0.1, "{order} {coarse:?} {fine:?}");
        assert!(coarse.0 < fine.0 && (fine.0 - 8.0).abs() < 0.2, "{fine:?}");
    }
}
