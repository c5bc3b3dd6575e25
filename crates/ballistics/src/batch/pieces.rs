//! Laws in pieces, of which every lane holds one for the length of a step.
//!
//! A table has kinks at its knots, and a step across a kink loses its order. So steps end where the
//! path leaves a piece, nearly, and inside a step a piece goes on beyond its ends as the same polynomial:
//! every step sees a smooth law. The pieces are looked up once a step, and its stages are arithmetic
//! in all lanes alone.

use super::lanes::Numbers;

/// Added to a number of less than 16 bits, it leaves the nearest whole in the last bits: 2 to the 52nd.
const WHOLE: f64 = 4_503_599_627_370_496.0;
/// Beyond every place and every time.
pub(super) const NEVER: f64 = 1e30;

/// A law in pieces, in rising order of place, without gaps.
#[derive(Clone, Debug)]
pub(super) struct Pieces<const TERMS: usize> {
    rows: Vec<Row<TERMS>>,
    /// Index of the row in which each cell of a grid begins, half a cell before its point. No cell holds
    /// the ends of two rows.
    cells: Vec<u16>,
    grid_begin: f64,
    cells_per_unit: f64,
}

/// A part of a law: polynomials in the distance from where it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<const TERMS: usize> {
    /// Where it begins.
    pub(super) low: f64,
    /// Where the next begins.
    pub(super) high: f64,
    /// Coefficients.
    pub(super) terms: [f64; TERMS],
}

/// The row that each lane holds.
#[derive(Clone, Copy)]
pub(super) struct Piece<N, const TERMS: usize> {
    low: N,
    high: N,
    terms: [N; TERMS],
}

impl<const TERMS: usize> Pieces<TERMS> {
    /// The first row is taken for whatever comes before it, and the last goes on for ever. Rows are wider
    /// than `cell`.
    pub(super) fn new(mut rows: Vec<Row<TERMS>>, cell: f64) -> Self {
        let begin = rows.first().map_or(0.0, |row| row.low);
        let end = rows.last().map_or(begin, |row| row.low);
        if let Some(last) = rows.last_mut() {
            last.high = NEVER;
        }
        let count = libm::ceil((end - begin) / cell) as usize + 1;
        let row_at = |index: usize| {
            let place = begin + (index as f64 - 0.5) * cell;
            let past = rows.iter().rposition(|row| row.low <= place);
            past.unwrap_or(0) as u16
        };
        Self {
            cells: (0..count).map(row_at).collect(),
            rows,
            grid_begin: begin,
            cells_per_unit: 1.0 / cell,
        }
    }

    /// Gives every lane the row that holds its place. Which lanes need another is hard to foresee for the
    /// processor, so that a short row had better be written in any case.
    #[inline(always)]
    pub(super) fn seek<N: Numbers>(
        &self,
        width: N::Width,
        place: N,
        piece: &mut Piece<N, TERMS>,
        always: bool,
    ) {
        let spots = self.spots(width, place);
        let lanes = spots.as_slice().iter().zip(place.as_slice());
        for (lane, (&spot, &place)) in lanes.enumerate() {
            let held = piece.low.as_slice()[lane] <= place && place < piece.high.as_slice()[lane];
            if always || !held {
                piece.hold(lane, self.row(spot, place));
            }
        }
    }

    /// Gives one lane the row that holds its place.
    #[inline(always)]
    pub(super) fn put<N: Numbers>(
        &self,
        width: N::Width,
        lane: usize,
        place: f64,
        piece: &mut Piece<N, TERMS>,
    ) {
        let spots = self.spots(width, N::splat(width, place));
        if let Some(&spot) = spots.as_slice().first() {
            piece.hold(lane, self.row(spot, place));
        }
    }

    /// Numbers whose last bits are those of the nearest point of the grid.
    #[inline(always)]
    fn spots<N: Numbers>(&self, width: N::Width, place: N) -> N {
        let splat = |value| N::splat(width, value);
        let past = (place - splat(self.grid_begin)) * splat(self.cells_per_unit);
        let (first, last) = (splat(0.0), splat(self.cells.len() as f64 - 1.0));
        first.where_less(past.or_less(last), past.or_less(last), first) + splat(WHOLE)
    }

    /// The row that holds a place near a spot of the grid.
    #[inline(always)]
    fn row(&self, spot: f64, place: f64) -> &Row<TERMS> {
        let cell = usize::from(spot.to_bits() as u16);
        let index = self.cells.get(cell).map_or(0, |&index| usize::from(index));
        let index = index + usize::from(self.rows[index].high <= place);
        &self.rows[index.min(self.rows.len() - 1)]
    }
}

impl<N: Numbers, const TERMS: usize> Piece<N, TERMS> {
    /// Gives one lane a row.
    #[inline(always)]
    fn hold(&mut self, lane: usize, row: &Row<TERMS>) {
        self.low.as_mut_slice()[lane] = row.low;
        self.high.as_mut_slice()[lane] = row.high;
        for (lanes, term) in self.terms.iter_mut().zip(row.terms) {
            lanes.as_mut_slice()[lane] = term;
        }
    }

    /// Lanes that hold no row yet.
    #[inline(always)]
    pub(super) fn none(width: N::Width) -> Self {
        let zero = N::splat(width, 0.0);
        Self {
            low: zero,
            high: zero,
            terms: [zero; TERMS],
        }
    }

    /// How far a place lies from where the polynomials count from.
    #[inline(always)]
    pub(super) fn past(&self, place: N) -> N {
        place - self.low
    }

    /// The polynomial of so many coefficients that begin at one of them.
    #[inline(always)]
    pub(super) fn polynomial(&self, first: usize, count: usize, past: N) -> N {
        let mut value = self.terms[first + count - 1];
        for term in (first..first + count - 1).rev() {
            value = value.mul_add(past, self.terms[term]);
        }
        value
    }

    /// The cubic of the first four coefficients at a place that is a product; everything waits for it, so
    /// that its halves go side by side.
    #[inline(always)]
    pub(super) fn cubic_of_product(&self, one: N, other: N) -> N {
        let past = one.mul_sub(other, self.low);
        let lower = self.terms[1].mul_add(past, self.terms[0]);
        let upper = self.terms[3].mul_add(past, self.terms[2]);
        upper.mul_add(past * past, lower)
    }

    /// The slope of the polynomial of so many coefficients that begin at one of them.
    #[inline(always)]
    pub(super) fn slope(&self, width: N::Width, first: usize, count: usize, past: N) -> N {
        let mut value = N::splat(width, 0.0);
        for power in (1..count).rev() {
            let term = self.terms[first + power] * N::splat(width, power as f64);
            value = value.mul_add(past, term);
        }
        value
    }

    /// The time until a quantity leaves the piece, from its value, rate and second rate. A path that slows
    /// down may turn before the end that it is heading for and leave by the other; whether it will is a
    /// guess, and not to turn is the worse surprise, so that it never counts as later than straight on.
    #[inline(always)]
    pub(super) fn leave_s(&self, width: N::Width, [value, rate, bend]: [N; 3]) -> N {
        let zero = N::splat(width, 0.0);
        let (down, up) = (value - self.low, self.high - value);
        let ahead = rate.where_less(zero, down, up);
        let behind = rate.where_less(zero, up, down);
        let slowing = rate.where_less(zero, bend, zero - bend);
        let speed = rate.abs();
        let twice = slowing + slowing;
        let square = twice.negate_mul_add(ahead, speed * speed);
        let turned = twice.mul_add(behind, speed * speed);
        let root = speed + square.where_less(zero, turned, square).sqrt();
        // Quotients: 2 ahead / root if it does not turn, else the lesser of root / slowing and
        // ahead / speed.
        let sooner = (root * speed).where_less(ahead * slowing, root, ahead);
        let over = (root * speed).where_less(ahead * slowing, slowing, speed);
        let time = square.where_less(zero, sooner, ahead + ahead);
        let time_s = time / square.where_less(zero, over, root);
        zero.where_less(time_s, time_s, N::splat(width, NEVER))
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
    use crate::batch::lanes::Lanes;

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

    type One = Lanes<pulp::Scalar>;

    fn wholes() -> Pieces<1> {
        let row = |low: f64| Row {
            low,
            high: low + 1.0,
            terms: [10.0 * low],
        };
        Pieces::new([0.0, 1.0, 2.0, 3.0].map(row).to_vec(), 0.4)
    }

    #[test]
    fn lanes_find_their_piece_from_any_other() {
        let simd = pulp::Scalar;
        let pieces = wholes();
        for always in [false, true] {
            let mut piece: Piece<One, 1> = Piece::none(simd);
            let below = 2.0_f64.next_down();
            for place in [
                2.5,
                0.0,
                3.0,
                1.999,
                below,
                2.0,
                -7.0,
                9.0,
                1e300,
                f64::INFINITY,
            ] {
                pieces.seek(simd, Lanes::splat(simd, place), &mut piece, always);
                let here = piece.polynomial(0, 1, Lanes::splat(simd, 0.0)).as_slice()[0];
                assert_eq!(here, 10.0 * place.floor().clamp(0.0, 3.0), "{place}");
                pieces.put(simd, 1, place, &mut piece);
                assert_eq!(piece.terms[0].as_slice()[1], here);
            }
        }
    }

    #[test]
    fn a_path_leaves_at_the_end_it_reaches_first() {
        let simd = pulp::Scalar;
        let mut piece: Piece<One, 1> = Piece::none(simd);
        wholes().seek(simd, Lanes::splat(simd, 1.5), &mut piece, true);
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
