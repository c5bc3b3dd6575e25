//! Laws in pieces, of which every lane holds one for the length of a step.
//!
//! A table has kinks at its knots, and a step across a kink loses its order. So steps end where the
//! path leaves a piece, nearly, and inside a step a piece goes on beyond its ends as the same polynomial:
//! every step sees a smooth law. The pieces are looked up once a step, and its stages are arithmetic
//! in all lanes alone.

use super::lanes::Lanes;
use pulp::Simd;

/// Beyond every place and every time.
pub(super) const NEVER: f64 = 1e30;

/// A law in pieces, in rising order of place, without gaps.
#[derive(Clone, Debug)]
pub(super) struct Pieces<const TERMS: usize> {
    rows: Vec<Row<TERMS>>,
}

/// A part of a law: polynomials in the distance from `base`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<const TERMS: usize> {
    /// Where it begins.
    pub(super) low: f64,
    /// Where the next begins.
    pub(super) high: f64,
    /// Where the polynomials count from.
    pub(super) base: f64,
    /// Their coefficients.
    pub(super) terms: [f64; TERMS],
}

/// The row that each lane holds.
#[derive(Clone, Copy)]
pub(super) struct Piece<S: Simd, const TERMS: usize> {
    index: Lanes<S>,
    low: Lanes<S>,
    high: Lanes<S>,
    base: Lanes<S>,
    terms: [Lanes<S>; TERMS],
}

impl<const TERMS: usize> Pieces<TERMS> {
    /// The first and last rows reach as far as any path.
    pub(super) fn new(mut rows: Vec<Row<TERMS>>) -> Self {
        if let Some(first) = rows.first_mut() {
            first.low = -NEVER;
        }
        if let Some(last) = rows.last_mut() {
            last.high = NEVER;
        }
        Self { rows }
    }

    /// Gives every lane the row that holds its place; a lane whose place is no number keeps its own.
    #[inline(always)]
    pub(super) fn seek<S: Simd>(&self, place: Lanes<S>, piece: &mut Piece<S, TERMS>) {
        for (lane, &place) in place.as_slice().iter().enumerate() {
            let held = piece.low.as_slice()[lane] <= place && place < piece.high.as_slice()[lane];
            if held || place.is_nan() {
                continue;
            }
            let index = self.walk(piece.index.as_slice()[lane] as usize, place);
            let Some(row) = self.rows.get(index) else {
                continue;
            };
            piece.index.as_mut_slice()[lane] = index as f64;
            piece.low.as_mut_slice()[lane] = row.low;
            piece.high.as_mut_slice()[lane] = row.high;
            piece.base.as_mut_slice()[lane] = row.base;
            for (lanes, term) in piece.terms.iter_mut().zip(row.terms) {
                lanes.as_mut_slice()[lane] = term;
            }
        }
    }

    /// The row that holds a place, looked for from one that is near.
    #[inline(always)]
    fn walk(&self, mut index: usize, place: f64) -> usize {
        let begins = |index: usize| self.rows.get(index).map_or(NEVER, |row| row.low);
        while begins(index + 1) <= place {
            index += 1;
        }
        while index > 0 && place < begins(index) {
            index -= 1;
        }
        index
    }
}

impl<S: Simd, const TERMS: usize> Piece<S, TERMS> {
    /// Lanes that hold no row yet.
    #[inline(always)]
    pub(super) fn none(simd: S) -> Self {
        let zero = Lanes::splat(simd, 0.0);
        Self {
            index: zero,
            low: Lanes::splat(simd, NEVER),
            high: zero,
            base: zero,
            terms: [zero; TERMS],
        }
    }

    /// How far a place lies from where the polynomials count from.
    #[inline(always)]
    pub(super) fn past(&self, place: Lanes<S>) -> Lanes<S> {
        place - self.base
    }

    /// The polynomial of so many coefficients that begin at one of them.
    #[inline(always)]
    pub(super) fn polynomial(&self, first: usize, count: usize, past: Lanes<S>) -> Lanes<S> {
        let mut value = self.terms[first + count - 1];
        for term in (first..first + count - 1).rev() {
            value = value.mul_add(past, self.terms[term]);
        }
        value
    }

    /// The slope of the polynomial of so many coefficients that begin at one of them.
    #[inline(always)]
    pub(super) fn slope(&self, simd: S, first: usize, count: usize, past: Lanes<S>) -> Lanes<S> {
        let mut value = Lanes::splat(simd, 0.0);
        for power in (1..count).rev() {
            let term = self.terms[first + power] * Lanes::splat(simd, power as f64);
            value = value.mul_add(past, term);
        }
        value
    }

    /// The time until a quantity leaves the piece, from its value, rate and second rate.
    #[inline(always)]
    pub(super) fn leave_s(&self, simd: S, [value, rate, bend]: [Lanes<S>; 3]) -> Lanes<S> {
        let splat = |value| Lanes::splat(simd, value);
        let zero = splat(0.0);
        let (down, up) = (value - self.low, self.high - value);
        // The way to the end that it is heading for, how it slows on the way, and the way to the other.
        let ahead = rate.where_less(zero, down, up);
        let behind = rate.where_less(zero, up, down);
        let slowing = rate.where_less(zero, bend, zero - bend);
        let speed = rate.abs();
        let twice = slowing + slowing;
        let square = (zero - twice).mul_add(ahead, speed * speed);
        let turned = twice.mul_add(behind, speed * speed);
        let root = speed + square.where_less(zero, turned, square).sqrt();
        let reached_s = (ahead + ahead) / root;
        // Whether it will turn is a guess, and not to turn is the worse surprise.
        let straight_s = ahead / speed;
        let turned_s = root / slowing;
        let turned_s = turned_s.where_less(straight_s, turned_s, straight_s);
        let time_s = square.where_less(zero, turned_s, reached_s);
        zero.where_less(time_s, time_s, splat(NEVER))
    }
}

/// The polynomial that meets a function in the Chebyshev points of a range, in powers of the distance
/// from its low end.
pub(super) fn fit<const TERMS: usize>(
    low: f64,
    high: f64,
    function: impl Fn(f64) -> f64,
) -> [f64; TERMS] {
    let half = 0.5 * (high - low);
    let mut index = 0.0;
    let points = [(); TERMS].map(|()| {
        index += 1.0;
        half * (1.0 - libm::cos(std::f64::consts::PI * (index - 0.5) / TERMS as f64))
    });
    // Newton's divided differences, then their product with the points, from the last on.
    let mut differences = points.map(|past| function(low + past));
    for order in 1..TERMS {
        for at in (order..TERMS).rev() {
            differences[at] =
                (differences[at] - differences[at - 1]) / (points[at] - points[at - order]);
        }
    }
    let mut terms = [0.0; TERMS];
    for (difference, point) in differences.into_iter().zip(points).rev() {
        for power in (1..TERMS).rev() {
            terms[power] = terms[power - 1] - point * terms[power];
        }
        terms[0] = difference - point * terms[0];
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_polynomial_is_met_by_its_fit() {
        let terms: [f64; 5] = fit(2.0, 6.0, |x| {
            3.0 + x * (1.0 - x * (2.0 - x * (0.5 - 0.1 * x)))
        });
        let past = 2.7;
        let value = terms.iter().rev().fold(0.0, |sum, term| sum * past + term);
        let x = 2.0 + past;
        assert!((value - (3.0 + x * (1.0 - x * (2.0 - x * (0.5 - 0.1 * x))))).abs() < 1e-11);
    }

    fn halves() -> Pieces<1> {
        let row = |low: f64| Row {
            low,
            high: low + 1.0,
            base: low,
            terms: [10.0 * low],
        };
        Pieces::new([0.0, 1.0, 2.0, 3.0].map(row).to_vec())
    }

    #[test]
    fn lanes_find_their_piece_from_any_other() {
        let simd = pulp::Scalar;
        let pieces = halves();
        let mut piece = Piece::none(simd);
        for place in [2.5, 0.0, 3.0, 1.999, -7.0, 9.0] {
            pieces.seek(Lanes::splat(simd, place), &mut piece);
            pieces.seek(Lanes::splat(simd, f64::NAN), &mut piece);
            let here = piece.polynomial(0, 1, Lanes::splat(simd, 0.0)).as_slice()[0];
            assert_eq!(here, 10.0 * place.floor().clamp(0.0, 3.0), "{place}");
        }
    }

    #[test]
    fn a_path_leaves_at_the_end_it_reaches_first() {
        let simd = pulp::Scalar;
        let mut piece = Piece::none(simd);
        halves().seek(Lanes::splat(simd, 1.5), &mut piece);
        let leave_s = |motion: [f64; 3]| {
            let motion = motion.map(|value| Lanes::splat(simd, value));
            piece.leave_s(simd, motion).as_slice()[0]
        };
        assert_eq!(leave_s([1.5, 1.0, 0.0]), 0.5);
        assert_eq!(leave_s([1.5, -2.0, 0.0]), 0.25);
        assert!((leave_s([1.5, 0.0, 1.0]) - 1.0).abs() < 1e-15);
        // Down by 1/4, and up through the other end.
        assert!((leave_s([1.5, -0.1, 0.5]) - (0.2 + 2.04_f64.sqrt())).abs() < 1e-15);
        assert_eq!(leave_s([1.5, -0.5, 0.5]), 1.0);
        assert!(leave_s([1.5, 0.0, 0.0]) >= NEVER);
    }
}
