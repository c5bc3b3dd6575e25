//! Likelihoods in a few parameters: their maximum and how far each parameter may lie from it.

const ITERATIONS_MAX: usize = 100;
/// A step that gains less than this share of the value is the last.
const GAIN_MIN: f64 = 1e-8;
/// Half of the 95 % point of χ² with one degree of freedom.
const PROFILE_DROP: f64 = 1.920_729_410_347_062;
/// How far from the optimum a profile is followed, in the scale of the parameter.
const PROFILE_REACH: f64 = 15.0;

/// A minimum of a function of a few parameters.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Minimum {
    pub point: Vec<f64>,
    pub value: f64,
}

/// The nearest minimum, by BFGS with central differences and backtracking (Nocedal and Wright,
/// "Numerical Optimization", 2006, algorithm 6.1). The function may be infinite, not at the start.
pub(crate) fn minimise(function: impl Fn(&[f64]) -> f64, start: &[f64]) -> Minimum {
    let size = start.len();
    let mut point = start.to_vec();
    let mut value = function(&point);
    let mut gradient = slope(&function, &point);
    let mut inverse = identity(size);
    let mut is_fresh = true;
    for _ in 0..ITERATIONS_MAX {
        let mut direction = times(&inverse, &gradient);
        direction.iter_mut().for_each(|d| *d = -*d);
        let mut descent = dot(&direction, &gradient);
        if descent >= 0.0 || !descent.is_finite() {
            inverse = identity(size);
            direction = gradient.iter().map(|g| -g).collect();
            descent = dot(&direction, &gradient);
            is_fresh = true;
        }
        // The first step knows no scale; none goes further than makes sense for a logarithm.
        let longest = direction.iter().fold(0.0, |most: f64, d| most.max(d.abs()));
        let mut step = (2.0 / longest.max(1e-300)).min(1.0);
        let found = (0..40).find_map(|_| {
            let next = along(&point, &direction, step);
            let at = function(&next);
            if at <= value + 1e-4 * step * descent {
                return Some((next, at));
            }
            step *= 0.4;
            None
        });
        let Some((next, at)) = found else {
            if is_fresh {
                break;
            }
            inverse = identity(size);
            is_fresh = true;
            continue;
        };
        let gained = value - at;
        let then = slope(&function, &next);
        update(&mut inverse, &point, &next, &gradient, &then);
        (point, value, gradient) = (next, at, then);
        if gained < GAIN_MIN * (1.0 + value.abs()) && !is_fresh {
            break;
        }
        is_fresh = false;
    }
    Minimum { point, value }
}

/// Bounds between which a parameter's profile likelihood keeps within 95 % of its maximum (Wilks, 1938).
/// `negative_log_likelihood` has its minimum at `best`. A bound that is not reached lies
/// 15 from the maximum.
pub(crate) fn profile(
    negative_log_likelihood: impl Fn(&[f64]) -> f64,
    best: &Minimum,
    parameter: usize,
) -> [f64; 2] {
    [-1.0, 1.0].map(|side| {
        let others: Vec<f64> = without(&best.point, parameter);
        let warm = std::cell::RefCell::new(others);
        let excess = |distance: f64| {
            let held = best.point[parameter] + side * distance;
            let with = |others: &[f64]| {
                let mut point = others.to_vec();
                point.insert(parameter, held);
                negative_log_likelihood(&point)
            };
            let from = warm.borrow().clone();
            let minimum = minimise(with, &from);
            if minimum.value.is_finite() {
                *warm.borrow_mut() = minimum.point;
            }
            minimum.value - best.value - PROFILE_DROP
        };
        let (mut inside, mut outside) = (0.0, 0.05);
        while excess(outside) < 0.0 {
            inside = outside;
            outside *= 2.0;
            if outside > PROFILE_REACH {
                return best.point[parameter] + side * PROFILE_REACH;
            }
        }
        for _ in 0..20 {
            let middle = 0.5 * (inside + outside);
            if excess(middle) < 0.0 {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        best.point[parameter] + side * 0.5 * (inside + outside)
    })
}

fn without(point: &[f64], parameter: usize) -> Vec<f64> {
    let mut others = point.to_vec();
    others.remove(parameter);
    others
}

fn identity(size: usize) -> Vec<Vec<f64>> {
    (0..size)
        .map(|row| {
            (0..size)
                .map(|column| f64::from(u8::from(row == column)))
                .collect()
        })
        .collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn times(matrix: &[Vec<f64>], vector: &[f64]) -> Vec<f64> {
    matrix.iter().map(|row| dot(row, vector)).collect()
}

fn along(point: &[f64], direction: &[f64], step: f64) -> Vec<f64> {
    let pairs = point.iter().zip(direction);
    pairs.map(|(place, way)| place + step * way).collect()
}

fn slope(function: &impl Fn(&[f64]) -> f64, point: &[f64]) -> Vec<f64> {
    let mut moved = point.to_vec();
    (0..point.len())
        .map(|index| {
            let width = 1e-5 * (1.0 + point[index].abs());
            moved[index] = point[index] + width;
            let above = function(&moved);
            moved[index] = point[index] - width;
            let below = function(&moved);
            moved[index] = point[index];
            let slope = (above - below) / (2.0 * width);
            if slope.is_finite() { slope } else { 0.0 }
        })
        .collect()
}

/// The inverse Hessian after a step, where the step shows any curvature.
fn update(inverse: &mut [Vec<f64>], from: &[f64], to: &[f64], before: &[f64], after: &[f64]) {
    let step: Vec<f64> = to.iter().zip(from).map(|(to, from)| to - from).collect();
    let turn: Vec<f64> = after.iter().zip(before).map(|(a, b)| a - b).collect();
    let curvature = dot(&step, &turn);
    if curvature <= 1e-12 {
        return;
    }
    let moved = times(inverse, &turn);
    let scale = (1.0 + dot(&turn, &moved) / curvature) / curvature;
    for (row, line) in inverse.iter_mut().enumerate() {
        for (column, entry) in line.iter_mut().enumerate() {
            *entry += scale * step[row] * step[column]
                - (moved[row] * step[column] + step[row] * moved[column]) / curvature;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_the_bottom_of_rosenbrocks_valley() {
        let valley = |p: &[f64]| {
            let (a, b) = (1.0 - p[0], p[1] - p[0] * p[0]);
            a * a + 100.0 * b * b
        };
        let found = minimise(valley, &[-1.2, 1.0]);
        assert!((found.point[0] - 1.0).abs() < 1e-3, "{found:?}");
        assert!((found.point[1] - 1.0).abs() < 1e-3, "{found:?}");
    }

    /// A parabola in two correlated parameters: the profile of one is ± 1.96 standard deviations.
    #[test]
    fn profiles_of_a_normal_likelihood_are_its_intervals() {
        let bowl = |p: &[f64]| {
            let (x, y) = (p[0] - 3.0, p[1] + 1.0);
            0.5 * (x * x - 1.2 * x * y + y * y) / (1.0 - 0.36)
        };
        let best = minimise(bowl, &[0.0, 0.0]);
        let [low, high] = profile(bowl, &best, 0);
        assert!((low - (3.0 - 1.96)).abs() < 1e-2, "{low}");
        assert!((high - (3.0 + 1.96)).abs() < 1e-2, "{high}");
    }

    #[test]
    fn a_flat_function_and_an_infinite_one_end_it() {
        assert_eq!(minimise(|_| 1.0, &[2.0]).point, [2.0]);
        assert_eq!(minimise(|_| f64::INFINITY, &[2.0]).point, [2.0]);
        let flat = Minimum {
            point: vec![2.0, 0.0],
            value: 1.0,
        };
        assert_eq!(profile(|_| 1.0, &flat, 0), [-13.0, 17.0]);
    }
}
