//! Small matrix games: the weights that make the worst of some plans, and of some tables, least bad.

/// Smallest pivot that is trusted.
const PIVOT: f64 = 1e-11;
/// Most pivots, far above what games of this size need.
const PIVOTS_MAX: usize = 5_000;

/// Weights of both sides of a matrix game.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixed {
    /// Weights of the rows, which want the entry least; they sum to 1.
    pub rows: Vec<f64>,
    /// Weights of the columns, which want it most; they sum to 1.
    pub columns: Vec<f64>,
}

/// Weights for a matrix of finite entries, given by rows, at least one of each.
///
/// With every entry shifted above zero, the columns' best reply to the best mixture of rows is a
/// linear program, solved by the primal simplex method from its slack basis with Bland's rule (Dantzig
/// 1951; Bland 1977). Nothing rests on their being exact: whoever uses them has a bound that holds for
/// any weights.
#[must_use]
pub fn mix(matrix: &[Vec<f64>]) -> Mixed {
    let (rows, columns) = (matrix.len(), matrix.first().map_or(0, Vec::len));
    let least = matrix
        .iter()
        .flatten()
        .copied()
        .fold(f64::INFINITY, f64::min);
    let most = matrix
        .iter()
        .flatten()
        .copied()
        .fold(f64::NEG_INFINITY, f64::max);
    let spread = (most - least).max(f64::MIN_POSITIVE);
    // Maximise the sum of p with Σ_i a_ij p_i <= 1 for every column j: p are the rows' weights over
    // the value, the duals the columns'. Entries become 1 to 2.
    let width = rows + columns + 1;
    let mut tableau: Vec<Vec<f64>> = (0..columns)
        .map(|column| {
            let mut line = vec![0.0; width];
            for (row, entries) in matrix.iter().enumerate() {
                line[row] = 1.0 + (entries[column] - least) / spread;
            }
            line[rows + column] = 1.0;
            line[width - 1] = 1.0;
            line
        })
        .collect();
    let mut reduced = vec![0.0; width];
    reduced[..rows].fill(-1.0);
    let mut basis: Vec<usize> = (rows..rows + columns).collect();
    for _ in 0..PIVOTS_MAX {
        let Some(entering) = (0..width - 1).find(|&column| reduced[column] < -PIVOT) else {
            break;
        };
        let Some(leaving) = leaving(&tableau, &basis, entering) else {
            break;
        };
        pivot(&mut tableau, &mut reduced, leaving, entering);
        basis[leaving] = entering;
    }
    let mut weights = vec![0.0; rows];
    for (line, &basic) in tableau.iter().zip(&basis) {
        if let (Some(weight), Some(&end)) = (weights.get_mut(basic), line.last()) {
            *weight = end;
        }
    }
    Mixed {
        rows: normalised(weights),
        columns: normalised(reduced[rows..rows + columns].to_vec()),
    }
}

/// The line whose basic variable reaches zero first; of equals the one of least index.
fn leaving(tableau: &[Vec<f64>], basis: &[usize], entering: usize) -> Option<usize> {
    let ratios = tableau.iter().enumerate().filter_map(|(index, line)| {
        let end = *line.last()?;
        (line[entering] > PIVOT).then(|| (end / line[entering], basis[index], index))
    });
    let least = ratios.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    least.map(|(_, _, index)| index)
}

fn pivot(tableau: &mut [Vec<f64>], reduced: &mut [f64], at: usize, entering: usize) {
    let by = tableau[at][entering];
    for entry in &mut tableau[at] {
        *entry /= by;
    }
    let chosen = tableau[at].clone();
    let clear = |line: &mut [f64]| {
        let by = line[entering];
        if by != 0.0 {
            for (entry, chosen) in line.iter_mut().zip(&chosen) {
                *entry -= by * chosen;
            }
        }
    };
    for (index, line) in tableau.iter_mut().enumerate() {
        if index != at {
            clear(line);
        }
    }
    clear(reduced);
}

/// Weights made to be at least zero and to sum to 1.
fn normalised(weights: Vec<f64>) -> Vec<f64> {
    let kept: Vec<f64> = weights.into_iter().map(|weight| weight.max(0.0)).collect();
    let sum: f64 = kept.iter().sum();
    if sum.is_finite() && sum > 0.0 {
        return kept.into_iter().map(|weight| weight / sum).collect();
    }
    vec![1.0 / kept.len().max(1) as f64; kept.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::Dice;

    #[test]
    fn both_sides_are_guaranteed_the_same() {
        let mut dice = Dice::new(9);
        for _ in 0..300 {
            let (rows, columns) = (dice.whole(1, 12), dice.whole(1, 12));
            let matrix: Vec<Vec<f64>> = (0..rows)
                .map(|_| (0..columns).map(|_| 20.0 * dice.uniform() - 5.0).collect())
                .collect();
            let mixed = mix(&matrix);
            let of_column = |column: usize| -> f64 {
                let weighted = matrix.iter().zip(&mixed.rows);
                weighted.map(|(row, weight)| row[column] * weight).sum()
            };
            let of_row = |row: &Vec<f64>| -> f64 {
                let weighted = row.iter().zip(&mixed.columns);
                weighted.map(|(entry, weight)| entry * weight).sum()
            };
            let most = (0..columns)
                .map(of_column)
                .fold(f64::NEG_INFINITY, f64::max);
            let least = matrix.iter().map(of_row).fold(f64::INFINITY, f64::min);
            assert!((most - least).abs() < 1e-9, "{most} {least}");
        }
    }

    #[test]
    fn rock_paper_scissors_is_played_in_thirds() {
        let matrix = [[0.0, 1.0, -1.0], [-1.0, 0.0, 1.0], [1.0, -1.0, 0.0]];
        let mixed = mix(&matrix.map(|row| row.to_vec()));
        for weight in mixed.rows.iter().chain(&mixed.columns) {
            assert!((weight - 1.0 / 3.0).abs() < 1e-12);
        }
    }
}
