//! Uphill to the nearest maximum of the likelihood, by Newton's method with a safeguard.

use super::Parameters;
use super::kernel::{Evaluation, Record, evaluate};

const MOST_STEPS: usize = 200;
/// Greatest change of the logarithm of a parameter in one step.
const LONGEST_STEP: f64 = 1.5;
/// What may still be gained, in nats, when a climb ends at its exact top. The last step, which halves
/// the digits that are still wrong, is taken after that, and its gain counted.
pub(super) const EXACT: f64 = 1e-7;

/// Logarithms of (μ, n, β).
pub(super) type Place = [f64; 3];

/// The box within which parameters are sought, as logarithms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub low: Place,
    pub high: Place,
}

/// Where a climb ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Summit {
    pub place: Place,
    /// Log-likelihood.
    pub value: f64,
    /// Hessian by the logarithms.
    pub hessian: [[f64; 3]; 3],
}

impl Bounds {
    pub fn clamp(&self, place: Place) -> Place {
        std::array::from_fn(|axis| place[axis].clamp(self.low[axis], self.high[axis]))
    }
}

pub(super) fn parameters(place: Place) -> Parameters {
    let [base_rate, branching, decay] = place.map(libm::exp);
    Parameters {
        base_rate,
        branching,
        decay,
    }
}

/// The evaluation at a place, its derivatives turned into those by the logarithms.
pub(super) fn evaluate_at(records: &[Record], place: Place) -> Evaluation {
    let parameters = parameters(place);
    let mut evaluation = evaluate(records, &parameters);
    let scale = [parameters.base_rate, parameters.branching, parameters.decay];
    for row in 0..3 {
        evaluation.gradient[row] *= scale[row];
        for column in 0..3 {
            evaluation.hessian[row][column] *= scale[row] * scale[column];
        }
        evaluation.hessian[row][row] += evaluation.gradient[row];
    }
    evaluation
}

/// Climbs from `start`, along the axes that are free and within the bounds, until no more than `enough`
/// nats can be gained.
pub(super) fn climb(
    records: &[Record],
    start: Place,
    free: [bool; 3],
    bounds: &Bounds,
    enough: f64,
) -> Summit {
    let mut place = bounds.clamp(start);
    let mut here = evaluate_at(records, place);
    let mut damping = 0.0;
    for _ in 0..MOST_STEPS {
        // An axis whose bound stands in the way is left out.
        let moves: [bool; 3] = std::array::from_fn(|axis| {
            let slope = here.gradient[axis];
            free[axis]
                && !(place[axis] <= bounds.low[axis] && slope <= 0.0)
                && !(place[axis] >= bounds.high[axis] && slope >= 0.0)
        });
        let Some(step) = newton(&here, moves, damping) else {
            damping = (damping * 10.0_f64).max(1e-3);
            if damping > 1e12 {
                break;
            }
            continue;
        };
        let longest = step.iter().fold(0.0_f64, |most, part| most.max(part.abs()));
        let shrink = (LONGEST_STEP / longest).min(1.0);
        let next = bounds.clamp(std::array::from_fn(|axis| {
            place[axis] + shrink * step[axis]
        }));
        let gain: f64 = (0..3)
            .map(|axis| here.gradient[axis] * (next[axis] - place[axis]))
            .sum();
        if 0.5 * gain < enough && damping < 1e-2 {
            return Summit {
                place: next,
                value: here.value + 0.5 * gain.max(0.0),
                hessian: here.hessian,
            };
        }
        let there = evaluate_at(records, next);
        // What rounding may hide at this size of the likelihood.
        let slack = 1e-13 * here.value.abs();
        if there.value + slack >= here.value + 1e-4 * gain {
            place = next;
            here = there;
            damping = if damping < 1e-3 { 0.0 } else { damping * 0.1 };
        } else if 0.5 * gain < enough {
            break;
        } else {
            damping = (damping * 10.0_f64).max(1e-3);
        }
    }
    Summit {
        place,
        value: here.value,
        hessian: here.hessian,
    }
}

/// The step to where the quadratic model has its top; `None` where it has none.
///
/// `damping` is in units of the curvature of each axis, or of its slope where that is more.
fn newton(here: &Evaluation, moves: [bool; 3], damping: f64) -> Option<Place> {
    let mut matrix = [[0.0; 3]; 3];
    let mut slope = [0.0; 3];
    for row in 0..3 {
        if !moves[row] {
            matrix[row][row] = 1.0;
            continue;
        }
        slope[row] = here.gradient[row];
        for column in (0..3).filter(|&column| moves[column]) {
            matrix[row][column] = -here.hessian[row][column];
        }
        let scale = here.hessian[row][row].abs().max(here.gradient[row].abs());
        matrix[row][row] += damping * scale.max(1e-6);
    }
    solve(&matrix, &slope)
}

/// Solution of a symmetric system by Cholesky's method; `None` where it is not positive definite.
pub(super) fn solve(matrix: &[[f64; 3]; 3], right: &[f64; 3]) -> Option<[f64; 3]> {
    let mut factor = [[0.0; 3]; 3];
    for row in 0..3 {
        for column in 0..=row {
            let dot: f64 = (0..column)
                .map(|k| factor[row][k] * factor[column][k])
                .sum();
            let rest = matrix[row][column] - dot;
            if row != column {
                factor[row][column] = rest / factor[column][column];
            } else if rest > 1e-12 * matrix[row][row].abs() && rest.is_finite() {
                factor[row][row] = libm::sqrt(rest);
            } else {
                return None;
            }
        }
    }
    let mut solution = [0.0; 3];
    for row in 0..3 {
        let dot: f64 = (0..row).map(|k| factor[row][k] * solution[k]).sum();
        solution[row] = (right[row] - dot) / factor[row][row];
    }
    for row in (0..3).rev() {
        let dot: f64 = (row + 1..3).map(|k| factor[k][row] * solution[k]).sum();
        solution[row] = (solution[row] - dot) / factor[row][row];
    }
    Some(solution)
}
