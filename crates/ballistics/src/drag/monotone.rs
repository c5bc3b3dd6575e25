//! Interpolation that never overshoots: the monotone piecewise cubic.

/// Slopes at the knots of a piecewise cubic that rises only where its knots rise and falls only
/// where they fall (Fritsch and Carlson, *SIAM J. Numer. Anal.* 17, 1980; slopes inside by the
/// weighted harmonic mean of Fritsch and Butland, *SIAM J. Sci. Stat. Comput.* 5, 1984).
///
/// The first slope is that of the first pair; the last is zero, so that the curve goes on as a
/// constant without a corner. Knots are pairs of place and value, in rising order of place.
pub(crate) fn slopes(knots: &[(f64, f64)]) -> Vec<f64> {
    let secants: Vec<(f64, f64)> = knots
        .windows(2)
        .map(|pair| {
            let width = pair[1].0 - pair[0].0;
            (width, (pair[1].1 - pair[0].1) / width)
        })
        .collect();
    let inside = secants.windows(2).map(|pair| {
        let ((width_before, before), (width_after, after)) = (pair[0], pair[1]);
        if before * after <= 0.0 {
            return 0.0;
        }
        let weight_before = 2.0 * width_after + width_before;
        let weight_after = width_after + 2.0 * width_before;
        (weight_before + weight_after) / (weight_before / before + weight_after / after)
    });
    let first = secants.first().map(|&(_, secant)| secant);
    first.into_iter().chain(inside).chain([0.0]).collect()
}

/// Cuts the cubic through `knots` into equal cells of width `spacing` from place 0, each given as
/// coefficients by rising power of the share of the cell passed, 0 to 1.
///
/// The knots start at 0 and lie on multiples of `spacing`, so a cell lies between two neighbouring
/// knots and is the same cubic as theirs.
pub(super) fn cells(knots: &[(f64, f64)], spacing: f64) -> Vec<[f64; 4]> {
    let slopes = slopes(knots);
    let mut cells = Vec::new();
    for (index, pair) in knots.windows(2).enumerate() {
        let ((from, low), (to, high)) = (pair[0], pair[1]);
        let width = to - from;
        let (leaving, arriving) = (slopes[index] * width, slopes[index + 1] * width);
        let square = 3.0 * (high - low) - 2.0 * leaving - arriving;
        let cube = 2.0 * (low - high) + leaving + arriving;
        let count = libm::round(width / spacing) as usize;
        for cell in 0..count {
            let (start, share) = (cell as f64 / count as f64, 1.0 / count as f64);
            cells.push([
                low + start * (leaving + start * (square + start * cube)),
                share * (leaving + start * (2.0 * square + start * 3.0 * cube)),
                share * share * (square + 3.0 * start * cube),
                share * share * share * cube,
            ]);
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(cells: &[[f64; 4]], spacing: f64, place: f64) -> f64 {
        let index = ((place / spacing) as usize).min(cells.len() - 1);
        let share = place / spacing - index as f64;
        let [a, b, c, d] = cells[index];
        a + share * (b + share * (c + share * d))
    }

    #[test]
    fn a_step_is_climbed_without_overshoot_where_a_spline_would_ring() {
        let knots = [(0.0, 0.0), (1.0, 0.0), (1.5, 1.0), (3.0, 1.0), (4.0, 1.0)];
        let cells = cells(&knots, 0.5);
        assert_eq!(cells.len(), 8);
        let mut last = 0.0;
        for step in 0..=400 {
            let here = value(&cells, 0.5, f64::from(step) * 0.01);
            assert!((-1e-15..=1.0 + 1e-15).contains(&here) && here >= last - 1e-15);
            last = here;
        }
    }

    #[test]
    fn cells_cut_from_one_pair_of_knots_are_one_cubic() {
        let knots = [(0.0, 1.0), (1.0, 2.0), (2.0, 5.0), (3.0, 6.0)];
        let (coarse, fine) = (cells(&knots, 1.0), cells(&knots, 0.25));
        for step in 0..=300 {
            let place = f64::from(step) * 0.01;
            let difference = value(&coarse, 1.0, place) - value(&fine, 0.25, place);
            assert!(difference.abs() < 1e-14, "{place}");
        }
    }

    #[test]
    fn a_straight_line_stays_straight_between_its_ends() {
        let knots = [(0.0, 0.0), (1.0, 2.0), (2.0, 4.0), (3.0, 6.0)];
        assert!((value(&cells(&knots, 1.0), 1.0, 1.3) - 2.6).abs() < 1e-15);
        assert_eq!(slopes(&knots), [2.0, 2.0, 2.0, 0.0]);
    }

    /// Widths 1 and 2 with secants 1 and 4: weights 5 and 4, slope 9 / (5/1 + 4/4).
    #[test]
    fn a_slope_inside_is_the_weighted_harmonic_mean() {
        assert_eq!(
            slopes(&[(0.0, 0.0), (1.0, 1.0), (3.0, 9.0)]),
            [1.0, 1.5, 0.0]
        );
    }

    #[test]
    fn too_few_knots_make_no_cells() {
        assert!(cells(&[], 1.0).is_empty());
        assert!(cells(&[(0.0, 1.0)], 1.0).is_empty());
    }
}
