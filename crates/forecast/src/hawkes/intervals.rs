//! Intervals by profile likelihood: how far one parameter can go while the others follow it.

use super::Likely;
use super::climb::{Bounds, Place, Summit, climb, solve};
use super::kernel::Record;

/// Half the 95 % quantile of the χ² distribution with one degree of freedom: what a log-likelihood may
/// lose.
pub(super) const THRESHOLD: f64 = 1.920_729_410_347_062;
/// Its signed root, 1.96: for a quadratic likelihood the distance in standard errors.
const ROOT: f64 = 1.959_963_984_540_054;
/// The root is found to this, in standard errors.
const CLOSE: f64 = 5e-3;
/// What a climb along the profile may leave, in nats, before its last step: far below [`THRESHOLD`].
const NEAR: f64 = 1e-3;
const MOST_TRIES: usize = 40;

/// The interval of the parameter of one axis.
pub(super) fn profile_interval(
    records: &[Record],
    summit: &Summit,
    axis: usize,
    bounds: &Bounds,
) -> Likely {
    let profile = |position, from: &Place| {
        let mut free = [true; 3];
        free[axis] = false;
        let mut start = *from;
        start[axis] = position;
        let found = climb(records, start, free, bounds, NEAR);
        (summit.value - found.value, found.place)
    };
    let slopes = follow(summit, axis);
    let end = |direction: f64| {
        let limit = if direction < 0.0 {
            bounds.low[axis]
        } else {
            bounds.high[axis]
        };
        let guess = |position: f64| {
            let moved = position - summit.place[axis];
            let place = std::array::from_fn(|other| summit.place[other] + slopes[other] * moved);
            bounds.clamp(place)
        };
        let first = spread(summit, axis).map(|error| ROOT * error);
        profile_end(summit.place[axis], first, direction, limit, guess, profile)
    };
    Likely {
        best: libm::exp(summit.place[axis]),
        low: end(-1.0).map_or(0.0, libm::exp),
        high: end(1.0).map_or(if axis == 1 { 1.0 } else { f64::INFINITY }, libm::exp),
    }
}

/// Where the profile has lost [`THRESHOLD`], on one side of `top`; `None` where it has not before
/// `limit`.
///
/// The root of the loss is near to a straight line, so that a few steps of the secant find it, held in
/// a bracket. `profile` climbs from a place and gives the loss and the place reached.
pub(super) fn profile_end<P: Clone>(
    top: f64,
    first: Option<f64>,
    direction: f64,
    limit: f64,
    guess: impl Fn(f64) -> P,
    profile: impl Fn(f64, &P) -> (f64, P),
) -> Option<f64> {
    let room = (limit - top) * direction;
    if room <= 0.0 {
        return None;
    }
    let signed = |loss: f64| libm::sqrt(2.0 * loss.max(0.0));
    let (mut inside, mut inside_root) = (0.0, 0.0);
    let mut outside: Option<(f64, f64)> = None;
    let mut distance = first
        .filter(|first| first.is_finite())
        .unwrap_or(1.0)
        .min(3.0)
        .min(room);
    let mut from: Option<P> = None;
    for _ in 0..MOST_TRIES {
        let position = top + direction * distance;
        let start = from.take().unwrap_or_else(|| guess(position));
        let (loss, reached) = profile(position, &start);
        let root = signed(loss);
        if (root - ROOT).abs() < CLOSE {
            return Some(position);
        }
        from = Some(reached);
        if root < ROOT {
            if distance >= room {
                return None;
            }
            (inside, inside_root) = (distance, root);
        } else {
            outside = Some((distance, root));
        }
        distance = match outside {
            Some((far, far_root)) => {
                let share = (ROOT - inside_root) / (far_root - inside_root).max(1e-300);
                let share = if share.is_finite() { share } else { 0.5 };
                inside + (far - inside) * share.clamp(0.05, 0.95)
            }
            None => {
                let ratio = (ROOT / inside_root.max(1e-3)).clamp(1.02, 3.0);
                (inside * ratio).min(room)
            }
        };
        if outside.is_some_and(|(far, _)| far - inside < 1e-9) {
            break;
        }
    }
    Some(top + direction * outside.map_or(distance, |(far, _)| far))
}

/// How the other parameters follow one of them, per unit of it, along the ridge at the summit.
fn follow(summit: &Summit, axis: usize) -> Place {
    let mut matrix = [[0.0; 3]; 3];
    let mut right = [0.0; 3];
    for row in 0..3 {
        if row == axis {
            matrix[row][row] = 1.0;
            right[row] = 1.0;
            continue;
        }
        right[row] = summit.hessian[row][axis];
        for column in (0..3).filter(|&column| column != axis) {
            matrix[row][column] = -summit.hessian[row][column];
        }
    }
    let still = std::array::from_fn(|other| if other == axis { 1.0 } else { 0.0 });
    solve(&matrix, &right).unwrap_or(still)
}

/// The standard error from the curvature at the summit.
fn spread(summit: &Summit, axis: usize) -> Option<f64> {
    let matrix = summit.hessian.map(|row| row.map(|entry| -entry));
    let mut unit = [0.0; 3];
    unit[axis] = 1.0;
    let variance = solve(&matrix, &unit)?[axis];
    (variance > 0.0).then(|| libm::sqrt(variance))
}
