//! Joint probabilities of association, exactly.
//!
//! The probability of a joint association is a term of a permanent (Collins and Uhlmann, "Efficient
//! gating in data association with multivariate Gaussian distributed states", IEEE Trans. AES 28,
//! 1992), and permanents of nonnegative matrices can be summed over subsets of the rows, column after
//! column, with no subtraction (Jurkat and Ryser, "Matrix factorizations of determinants and
//! permanents", J. Algebra 3, 1966). One pass forward and one backward over the columns give every
//! marginal. Nothing here merges nodes of a tree of hypotheses, which is the subject of patents.

/// Largest smaller side of a cluster that [`marginals`] is meant for: its time and memory double with
/// every one more.
pub const SIDE_MAX: usize = 12;

/// Probability that each row goes with each column.
///
/// `weights` holds rows after each other, each weight the likelihood that the row and the column go
/// together against that neither does, finite and at least 0. A row goes with at most one column and a
/// column with at most one row; what is left of one in a row of the result is that it goes with none.
#[must_use]
pub fn marginals(rows: usize, columns: usize, weights: &[f64]) -> Vec<f64> {
    if rows > columns {
        let turned = by_subsets(columns, rows, |row, column| weights[column * columns + row]);
        let mut out = vec![0.0; rows * columns];
        for row in 0..rows {
            for column in 0..columns {
                out[row * columns + column] = turned[column * rows + row];
            }
        }
        return out;
    }
    by_subsets(rows, columns, |row, column| weights[row * columns + column])
}

fn by_subsets(rows: usize, columns: usize, weight: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let subsets = 1_usize << rows;
    // Before column c: the weight of all ways in which the columns before it take exactly a subset.
    let mut taken = vec![0.0; (columns + 1) * subsets];
    taken[0] = 1.0;
    for column in 0..columns {
        let (before, after) = taken[column * subsets..].split_at_mut(subsets);
        after[..subsets].copy_from_slice(before);
        for row in 0..rows {
            let factor = weight(row, column);
            if factor > 0.0 {
                for subset in (0..subsets).filter(|subset| subset >> row & 1 == 0) {
                    after[subset | 1 << row] += factor * before[subset];
                }
            }
        }
    }
    let total: f64 = taken[columns * subsets..].iter().sum();
    // The weight of all ways in which the columns that are left take none of a subset.
    let mut open = vec![1.0; subsets];
    let mut out = vec![0.0; rows * columns];
    for column in (0..columns).rev() {
        let before = &taken[column * subsets..(column + 1) * subsets];
        let mut wider = open.clone();
        for row in 0..rows {
            let factor = weight(row, column);
            if factor > 0.0 {
                let mut sum = 0.0;
                for subset in (0..subsets).filter(|subset| subset >> row & 1 == 0) {
                    let with = open[subset | 1 << row];
                    sum += before[subset] * with;
                    wider[subset] += factor * with;
                }
                out[row * columns + column] = factor * sum / total;
            }
        }
        open = wider;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use theatre::Stream;

    /// Every joint association, one by one.
    fn enumerate(rows: usize, columns: usize, weights: &[f64]) -> Vec<f64> {
        fn visit(
            row: usize,
            size: (usize, usize),
            weights: &[f64],
            product: f64,
            pairs: &mut Vec<usize>,
            sums: &mut [f64],
            total: &mut f64,
        ) {
            if row == size.0 {
                *total += product;
                for &pair in pairs.iter() {
                    sums[pair] += product;
                }
                return;
            }
            visit(row + 1, size, weights, product, pairs, sums, total);
            for column in 0..size.1 {
                let pair = row * size.1 + column;
                if weights[pair] > 0.0 && pairs.iter().all(|other| other % size.1 != column) {
                    pairs.push(pair);
                    visit(
                        row + 1,
                        size,
                        weights,
                        product * weights[pair],
                        pairs,
                        sums,
                        total,
                    );
                    pairs.pop();
                }
            }
        }
        let (mut sums, mut total) = (vec![0.0; rows * columns], 0.0);
        visit(
            0,
            (rows, columns),
            weights,
            1.0,
            &mut Vec::new(),
            &mut sums,
            &mut total,
        );
        sums.iter().map(|sum| sum / total).collect()
    }

    #[test]
    fn marginals_equal_the_enumeration_of_all_associations() {
        let mut stream = Stream::new(8, 0, 0, 0);
        let sizes = [
            (1, 1),
            (1, 4),
            (4, 1),
            (2, 3),
            (5, 3),
            (4, 6),
            (6, 6),
            (7, 5),
            (3, 10),
            (10, 3),
        ];
        for case in 0..200 {
            let (rows, columns) = sizes[case % sizes.len()];
            let weights: Vec<_> = (0..rows * columns)
                .map(|_| {
                    if stream.uniform() < 0.3 {
                        0.0
                    } else {
                        libm::exp(12.0 * stream.uniform() - 4.0)
                    }
                })
                .collect();
            let (ours, all) = (
                marginals(rows, columns, &weights),
                enumerate(rows, columns, &weights),
            );
            for (ours, all) in ours.iter().zip(&all) {
                assert!(
                    (ours - all).abs() < 1e-9,
                    "{rows} by {columns}: {ours} {all}"
                );
            }
        }
    }

    #[test]
    fn ten_by_ten_equals_the_enumeration() {
        let mut stream = Stream::new(9, 0, 0, 0);
        // Half of the pairs gated: some millions of associations.
        let weights: Vec<_> = (0..100)
            .map(|_| {
                if stream.uniform() < 0.5 {
                    0.0
                } else {
                    libm::exp(8.0 * stream.uniform() - 4.0)
                }
            })
            .collect();
        let (ours, all) = (marginals(10, 10, &weights), enumerate(10, 10, &weights));
        for (ours, all) in ours.iter().zip(&all) {
            assert!((ours - all).abs() < 1e-9, "{ours} {all}");
        }
    }
}
