//! Loops over whole covariances, with the widest instructions that the processor has.
//!
//! No sum is taken in another order and no product joined with a sum, so that every processor gives the same
//! bits.

// Inlining is what makes the loops wide.
#![allow(clippy::inline_always)]

use pulp::{Arch, NullaryFnOnce};

use crate::matrix::Matrix;
use crate::motion::STATES;

type Square = Matrix<STATES, STATES>;

/// Brings a covariance some time on, of what keeps its velocity.
pub(crate) fn move_evenly(covariance: &mut Matrix<STATES, STATES>, time_s: f64) {
    for row in 0..3 {
        for column in 0..STATES {
            covariance[row][column] += time_s * covariance[row + 3][column];
        }
    }
    for row in 0..STATES {
        for column in 0..3 {
            covariance[row][column] += covariance[row][column + 3] * time_s;
        }
    }
    for row in 0..STATES {
        for column in 0..row {
            covariance[column][row] = covariance[row][column];
        }
    }
}

/// Brings a covariance some time on by a transition of [`Motion`](crate::motion::Motion): place and velocity
/// depend on all but the first two other components, drag and wind on themselves alone.
pub(crate) fn carry(transition: &Square, covariance: &mut Square) {
    Arch::new().dispatch(Carry {
        transition,
        covariance,
    });
}

/// Takes from a covariance what a gain, scaled, has made known: G · Gᵀ.
pub(crate) fn narrow<const PARTS: usize>(covariance: &mut Square, gain: &Matrix<STATES, PARTS>) {
    Arch::new().dispatch(Narrow { covariance, gain });
}

/// The gain times the factor of the innovation's covariance, C · L⁻ᵀ, for the first components.
pub(crate) fn scaled_gain<const PARTS: usize>(
    cross: &Matrix<STATES, 4>,
    lower: &Matrix<4, 4>,
) -> Matrix<STATES, PARTS> {
    let mut inverse = [0.0; PARTS];
    for part in 0..PARTS {
        inverse[part] = 1.0 / lower[part][part];
    }
    let mut gain = [[0.0; PARTS]; STATES];
    for (row, from) in gain.iter_mut().zip(cross) {
        for part in 0..PARTS {
            let mut value = from[part];
            for before in 0..part {
                value -= lower[part][before] * row[before];
            }
            row[part] = value * inverse[part];
        }
    }
    gain
}

struct Carry<'a> {
    transition: &'a Square,
    covariance: &'a mut Square,
}

/// Components of place and velocity, and as many as whole vectors hold.
const MOVING: usize = 6;
const MOVING_WIDE: usize = 8;

impl NullaryFnOnce for Carry<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let mut turned = [[0.0; MOVING_WIDE]; STATES];
        for (row, from) in self.transition.iter().enumerate().take(MOVING) {
            for column in 0..STATES {
                turned[column][row] = from[column];
            }
        }
        let mut half = [[0.0; STATES]; STATES];
        for row in 0..STATES {
            half[row] = times(
                &self.transition[row],
                self.covariance,
                !(2..MOVING).contains(&row),
                row,
            );
        }
        for (row, half) in half.iter().enumerate() {
            let moving = along(half, &turned);
            let cells = &mut self.covariance[row];
            cells[..MOVING].copy_from_slice(&moving[..MOVING]);
            for column in MOVING..STATES {
                cells[column] = half[column] * self.transition[column][column];
            }
        }
        for row in 0..STATES {
            for column in 0..row {
                self.covariance[column][row] = self.covariance[row][column];
            }
        }
    }
}

/// A row of the transition times the covariance.
#[inline(always)]
fn times(row: &[f64; STATES], covariance: &Square, has_own: bool, own: usize) -> [f64; STATES] {
    let mut sum = [0.0; STATES];
    if has_own {
        for column in 0..STATES {
            sum[column] = row[own] * covariance[own][column];
        }
    }
    if own < MOVING {
        for inner in 2..STATES {
            for column in 0..STATES {
                sum[column] += row[inner] * covariance[inner][column];
            }
        }
    }
    sum
}

/// A row times the columns of place and velocity, the first two of which are one on the diagonal and else
/// naught.
#[inline(always)]
fn along(row: &[f64; STATES], matrix: &Matrix<STATES, MOVING_WIDE>) -> [f64; MOVING_WIDE] {
    let mut sum = [0.0; MOVING_WIDE];
    sum[0] = row[0];
    sum[1] = row[1];
    for inner in 2..STATES {
        for column in 0..MOVING_WIDE {
            sum[column] += row[inner] * matrix[inner][column];
        }
    }
    sum
}

struct Narrow<'a, const PARTS: usize> {
    covariance: &'a mut Square,
    gain: &'a Matrix<STATES, PARTS>,
}

impl<const PARTS: usize> NullaryFnOnce for Narrow<'_, PARTS> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let mut turned = [[0.0; STATES]; PARTS];
        for row in 0..STATES {
            for part in 0..PARTS {
                turned[part][row] = self.gain[row][part];
            }
        }
        for row in 0..STATES {
            let mut taken = [0.0; STATES];
            for part in 0..PARTS {
                let factor = self.gain[row][part];
                for column in 0..STATES {
                    taken[column] += factor * turned[part][column];
                }
            }
            for column in 0..STATES {
                self.covariance[row][column] -= taken[column];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::sandwich;
    use crate::motion::{Motion, steady_transition};
    use crate::{DragPrior, Surroundings};
    use theatre::Stream;

    /// Against the plain product of three matrices, for random covariances and states.
    #[test]
    fn what_is_left_out_is_nothing() {
        let mut stream = Stream::new(12, 0, 0, 0x7769_6465);
        let motion = Motion::new(&Surroundings::default(), &DragPrior::default());
        for _ in 0..200 {
            let root = [(); STATES].map(|()| [(); STATES].map(|()| stream.normal()));
            let mut unit = [[0.0; STATES]; STATES];
            for axis in 0..STATES {
                unit[axis][axis] = 1.0;
            }
            let covariance = sandwich(&root, &unit);
            let mut state = [0.0; STATES];
            for axis in 0..6 {
                state[axis] = 100.0 * stream.normal();
            }
            state[6] = -9.0;
            let time_s = 2.0 * stream.uniform();
            let transition = motion.transition(&state, time_s);
            let plain = sandwich(&transition, &covariance);
            let mut carried = covariance;
            carry(&transition, &mut carried);
            let mut moved = covariance;
            move_evenly(&mut moved, time_s);
            let even = sandwich(&steady_transition(time_s), &covariance);
            for row in 0..STATES {
                for column in 0..STATES {
                    let room = 1e-12 * (1.0 + plain[row][row] + plain[column][column]);
                    assert!((plain[row][column] - carried[row][column]).abs() < room);
                    assert!((even[row][column] - moved[row][column]).abs() < room);
                }
            }
        }
    }
}
