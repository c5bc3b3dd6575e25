//! The path inside one step, as a polynomial.

use super::State;
use super::motion::{Change, Motion, Point};
use crate::DragLaw;

/// Bound on the search for a root; bisection alone would need this many to shrink to one bit.
const ROOT_STEPS_MAX: u32 = 80;

/// The path between two ends of a step: places by the quintic that meets place, rate and second
/// rate at both ends, velocities by the cubic that meets velocity and rate. Its error is of a higher
/// order than that of the step.
pub(super) struct Segment {
    start_s: f64,
    step_s: f64,
    place: [[f64; 6]; 3],
    velocity: [[f64; 4]; 3],
}

impl Segment {
    pub(super) fn new<Law: DragLaw>(
        motion: &Motion<'_, Law>,
        (start_s, step_s): (f64, f64),
        (start, starting): (&Point, &Change),
        (end, ending): (&Point, &Change),
    ) -> Self {
        let (first_bend, last_bend) = (motion.bend(start, starting), motion.bend(end, ending));
        let axes = [0, 1, 2];
        Self {
            start_s,
            step_s,
            place: axes.map(|axis| {
                quintic(
                    [start, end].map(|point| point.place[axis]),
                    [starting, ending].map(|change| change.place[axis] * step_s),
                    [first_bend, last_bend].map(|bend| bend[axis] * step_s * step_s),
                )
            }),
            velocity: axes.map(|axis| {
                cubic(
                    [start, end].map(|point| point.velocity[axis]),
                    [starting, ending].map(|change| change.velocity[axis] * step_s),
                )
            }),
        }
    }

    /// The state at a share of the step, 0 to 1.
    pub(super) fn at(&self, share: f64) -> State {
        State {
            time_s: self.start_s + share * self.step_s,
            position_m: [0, 1, 2].map(|axis| value(&self.place[axis], share)),
            velocity_mps: [0, 1, 2].map(|axis| value(&self.velocity[axis], share)),
        }
    }

    /// The share at which the climb ends, for a step that starts climbing and ends falling.
    pub(super) fn highest(&self) -> f64 {
        let climb = &self.velocity[2];
        falling_root(0.0, |share| (value(climb, share), slope(climb, share)))
    }

    /// The share at which the ground is crossed, for a step that ends at or below it; `from` is a
    /// share at which the path is above it.
    pub(super) fn ground(&self, from: f64) -> f64 {
        let height = &self.place[2];
        falling_root(from, |share| (value(height, share), slope(height, share)))
    }
}

/// Where a function that falls from at least zero at `low` to at most zero at one crosses zero:
/// Newton's method, halving the bracket wherever it would leave it.
fn falling_root(low: f64, function: impl Fn(f64) -> (f64, f64)) -> f64 {
    let (mut low, mut high) = (low, 1.0);
    let mut share = 1.0;
    for _ in 0..ROOT_STEPS_MAX {
        let (value, slope) = function(share);
        if value == 0.0 {
            break;
        }
        if value > 0.0 {
            low = share;
        } else {
            high = share;
        }
        let mut next = share - value / slope;
        // Also taken where the slope is zero or no number.
        if !(next > low && next < high) {
            next = 0.5 * (low + high);
        }
        if (next - share).abs() <= f64::EPSILON * share {
            break;
        }
        share = next;
    }
    share
}

/// Coefficients by rising power, from values, rates and second rates at shares 0 and 1.
fn quintic(values: [f64; 2], rates: [f64; 2], bends: [f64; 2]) -> [f64; 6] {
    // What is left for the three highest powers to bring: place, rate and second rate at the end.
    let place = values[1] - values[0] - rates[0] - 0.5 * bends[0];
    let rate = rates[1] - rates[0] - bends[0];
    let bend = bends[1] - bends[0];
    [
        values[0],
        rates[0],
        0.5 * bends[0],
        10.0 * place - 4.0 * rate + 0.5 * bend,
        -15.0 * place + 7.0 * rate - bend,
        6.0 * place - 3.0 * rate + 0.5 * bend,
    ]
}

/// Coefficients by rising power, from values and rates at shares 0 and 1.
fn cubic(values: [f64; 2], rates: [f64; 2]) -> [f64; 4] {
    let rise = values[1] - values[0];
    [
        values[0],
        rates[0],
        3.0 * rise - 2.0 * rates[0] - rates[1],
        rates[0] + rates[1] - 2.0 * rise,
    ]
}

fn value<const TERMS: usize>(coefficients: &[f64; TERMS], share: f64) -> f64 {
    coefficients
        .iter()
        .rev()
        .fold(0.0, |sum, coefficient| sum * share + coefficient)
}

fn slope<const TERMS: usize>(coefficients: &[f64; TERMS], share: f64) -> f64 {
    coefficients
        .iter()
        .enumerate()
        .skip(1)
        .rev()
        .fold(0.0, |sum, (power, coefficient)| {
            sum * share + power as f64 * coefficient
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quintic_meets_both_ends_three_times() {
        // x⁵ − 2x⁴ + 3x³ + x² − 7x + 4, its first and second derivative at 0 and 1.
        let fitted = quintic([4.0, 0.0], [-7.0, 1.0], [2.0, 16.0]);
        let wanted = [4.0, -7.0, 1.0, 3.0, -2.0, 1.0];
        for (here, there) in fitted.iter().zip(wanted) {
            assert!((here - there).abs() < 1e-13, "{fitted:?}");
        }
        assert!((slope(&fitted, 1.0) - 1.0).abs() < 1e-13);
    }

    #[test]
    fn the_cubic_meets_both_ends_twice() {
        assert_eq!(cubic([1.0, 1.0], [1.0, 4.0]), [1.0, 1.0, -6.0, 5.0]);
    }

    #[test]
    fn roots_are_found_to_the_last_bits() {
        let parabola = |share: f64| (0.3 - share * share, -2.0 * share);
        assert!((falling_root(0.0, parabola) - 0.3_f64.sqrt()).abs() < 4e-16);
        // A slope that sends Newton astray, and one that is no number.
        let cliff = |share: f64| (if share < 0.7 { 1.0 } else { -1.0 }, 1e-30);
        assert!((falling_root(0.0, cliff) - 0.7).abs() < 1e-15);
        let blind = |share: f64| (0.25 - share, f64::NAN);
        assert!((falling_root(0.0, blind) - 0.25).abs() < 1e-15);
    }
}
