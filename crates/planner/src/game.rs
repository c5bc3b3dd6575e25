//! Small matrix games: the weights that make the worst of some plans, and of some tables, least bad.

use crate::program::{Column, optimum};

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
/// With entries shifted to lie from 1 to 2, the rows minimise *t* with Σ weight × entry ≤ *t* in every
/// column; the duals of those limits are the columns' weights. Nothing rests on their being exact:
/// whoever uses them has a bound that holds for any weights.
#[must_use]
pub fn mix(matrix: &[Vec<f64>]) -> Mixed {
    let (rows, columns) = (matrix.len(), matrix.first().map_or(0, Vec::len));
    let all = || matrix.iter().flatten().copied();
    let least = all().fold(f64::INFINITY, f64::min);
    let spread = all().fold(f64::NEG_INFINITY, f64::max) - least;
    let spread = spread.max(f64::MIN_POSITIVE);
    // One column a row of the matrix, then t, then the room below t in each column of the matrix.
    let mut program: Vec<Column> = Vec::with_capacity(rows + 1 + columns);
    for row in matrix {
        let entries = row.iter().map(|entry| 1.0 + (entry - least) / spread);
        program.push((entries.chain([1.0]).collect(), 0.0));
    }
    let mut below = vec![-1.0; columns];
    below.push(0.0);
    program.push((below, 1.0));
    for column in 0..columns {
        let mut room = vec![0.0; columns + 1];
        room[column] = 1.0;
        program.push((room, 0.0));
    }
    // The first row alone: t is its greatest entry, the others have room.
    let first = matrix.first().map_or(&[][..], |row| row);
    let greatest = (0..columns).max_by(|&a, &b| first[a].total_cmp(&first[b]));
    let mut basis: Vec<usize> = (0..columns).map(|column| rows + 1 + column).collect();
    if let Some(greatest) = greatest {
        basis[greatest] = rows;
    }
    basis.push(0);
    let mut weights = vec![0.0; rows];
    let Some(found) = optimum(&program, &basis) else {
        weights.fill(1.0);
        return Mixed {
            rows: normalised(weights),
            columns: normalised(vec![1.0; columns]),
        };
    };
    for (place, weight) in found.weights {
        if let Some(known) = weights.get_mut(place) {
            *known = weight;
        }
    }
    let duals = found.duals.iter().take(columns);
    Mixed {
        rows: normalised(weights),
        columns: normalised(duals.map(|dual| -dual).collect()),
    }
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
    use theatre::Stream;

    #[test]
    fn both_sides_are_guaranteed_the_same() {
        let mut stream = Stream::new(9, 0, 0, 0);
        for _ in 0..300 {
            let [rows, columns] = [(); 2].map(|()| 1 + (12.0 * stream.uniform()) as usize);
            let matrix: Vec<Vec<f64>> = (0..rows)
                .map(|_| {
                    (0..columns)
                        .map(|_| 20.0 * stream.uniform() - 5.0)
                        .collect()
                })
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
