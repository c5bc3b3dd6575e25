//! The best assignment of rows to columns, by shortest augmenting paths.
//!
//! Jonker and Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment
//! problems", Computing 38 (1987), in the form without their initial reductions.

/// Column of each row such that the sum of costs is least.
///
/// `cost` gives the cost of a row and a column, finite, for `rows` rows and `columns` columns, of which
/// there must be at least as many. Takes time in proportion to rows² · columns.
#[must_use]
pub fn assign(rows: usize, columns: usize, cost: impl Fn(usize, usize) -> f64) -> Vec<usize> {
    debug_assert!(rows <= columns);
    // Row 0 and column 0 are outside the problem: the row that looks for a place begins there.
    let mut row_price = vec![0.0; rows + 1];
    let mut column_price = vec![0.0; columns + 1];
    let mut holder = vec![0; columns + 1];
    let mut previous = vec![0; columns + 1];
    for row in 1..=rows {
        holder[0] = row;
        let mut column = 0;
        let mut nearest = vec![f64::INFINITY; columns + 1];
        let mut reached = vec![false; columns + 1];
        loop {
            reached[column] = true;
            let (from, mut least, mut next) = (holder[column], f64::INFINITY, 0);
            for other in 1..=columns {
                if reached[other] {
                    continue;
                }
                let reduced = cost(from - 1, other - 1) - row_price[from] - column_price[other];
                if reduced < nearest[other] {
                    nearest[other] = reduced;
                    previous[other] = column;
                }
                if nearest[other] < least {
                    least = nearest[other];
                    next = other;
                }
            }
            if next == 0 {
                break;
            }
            for other in 0..=columns {
                if reached[other] {
                    row_price[holder[other]] += least;
                    column_price[other] -= least;
                } else {
                    nearest[other] -= least;
                }
            }
            column = next;
            if holder[column] == 0 {
                break;
            }
        }
        while column != 0 {
            holder[column] = holder[previous[column]];
            column = previous[column];
        }
    }
    let mut chosen = vec![0; rows];
    for column in 1..=columns {
        if holder[column] > 0 {
            chosen[holder[column] - 1] = column - 1;
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use theatre::Stream;

    fn best(rows: usize, columns: usize, costs: &[f64], row: usize, used: u32) -> f64 {
        if row == rows {
            return 0.0;
        }
        (0..columns)
            .filter(|column| used & (1 << column) == 0)
            .map(|column| {
                costs[row * columns + column]
                    + best(rows, columns, costs, row + 1, used | 1 << column)
            })
            .fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn no_other_assignment_is_cheaper() {
        let mut stream = Stream::new(5, 0, 0, 0);
        for case in 0..300 {
            let rows = 1 + case % 5;
            let columns = rows + case % 3;
            let costs: Vec<_> = (0..rows * columns)
                .map(|_| 10.0 * stream.uniform() - 5.0)
                .collect();
            let chosen = assign(rows, columns, |row, column| costs[row * columns + column]);
            let total: f64 = chosen
                .iter()
                .enumerate()
                .map(|(row, column)| costs[row * columns + column])
                .sum();
            assert!((total - best(rows, columns, &costs, 0, 0)).abs() < 1e-9);
            let mut once = chosen.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), rows);
        }
    }

    #[test]
    fn nothing_to_assign_is_answered() {
        assert!(assign(0, 0, |_, _| 0.0).is_empty());
        assert!(assign(0, 3, |_, _| 0.0).is_empty());
    }
}
