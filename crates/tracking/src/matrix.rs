//! Small dense matrices of fixed size: what a Kalman filter needs and no more.

/// A matrix as an array of its rows.
pub(crate) type Matrix<const ROWS: usize, const COLUMNS: usize> = [[f64; COLUMNS]; ROWS];

/// The product of two matrices.
#[inline]
pub(crate) fn product<const A: usize, const B: usize, const C: usize>(
    left: &Matrix<A, B>,
    right: &Matrix<B, C>,
) -> Matrix<A, C> {
    let mut out = [[0.0; C]; A];
    for (row, from) in out.iter_mut().zip(left) {
        for (factor, across) in from.iter().zip(right) {
            for (cell, value) in row.iter_mut().zip(across) {
                *cell += factor * value;
            }
        }
    }
    out
}

/// `transform · covariance · transformᵀ`, exactly symmetric.
#[inline]
pub(crate) fn sandwich<const A: usize, const B: usize>(
    transform: &Matrix<A, B>,
    covariance: &Matrix<B, B>,
) -> Matrix<A, A> {
    let half = product(transform, covariance);
    let mut out = [[0.0; A]; A];
    for row in 0..A {
        for column in 0..=row {
            let mut sum = 0.0;
            for inner in 0..B {
                sum += half[row][inner] * transform[column][inner];
            }
            out[row][column] = sum;
            out[column][row] = sum;
        }
    }
    out
}

/// The lower factor L with L · Lᵀ = `matrix` (Cholesky); none where it is not positive definite.
#[inline]
pub(crate) fn cholesky<const N: usize>(matrix: &Matrix<N, N>) -> Option<Matrix<N, N>> {
    let mut lower = [[0.0; N]; N];
    for row in 0..N {
        for column in 0..=row {
            let mut sum = matrix[row][column];
            for inner in 0..column {
                sum -= lower[row][inner] * lower[column][inner];
            }
            if row != column {
                lower[row][column] = sum / lower[column][column];
            } else if sum > 0.0 && sum.is_finite() {
                lower[row][row] = libm::sqrt(sum);
            } else {
                return None;
            }
        }
    }
    Some(lower)
}

/// Solves L · x = `vector` for a lower factor; the first components need only the first rows.
#[inline]
pub(crate) fn forward<const N: usize>(lower: &Matrix<N, N>, mut vector: [f64; N]) -> [f64; N] {
    for row in 0..N {
        for column in 0..row {
            vector[row] -= lower[row][column] * vector[column];
        }
        vector[row] /= lower[row][row];
    }
    vector
}

/// `vectorᵀ · matrix⁻¹ · vector`; none where the matrix is not positive definite.
pub(crate) fn squared_distance<const N: usize>(
    vector: [f64; N],
    matrix: &Matrix<N, N>,
) -> Option<f64> {
    let scaled = forward(&cholesky(matrix)?, vector);
    Some(scaled.iter().map(|value| value * value).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factor_multiplies_back_and_solves() {
        let matrix = [[4.0, 2.0, 0.6], [2.0, 5.0, 1.0], [0.6, 1.0, 3.0]];
        let lower = cholesky(&matrix).unwrap();
        let unit = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let back = sandwich(&lower, &unit);
        for row in 0..3 {
            for column in 0..3 {
                assert!((back[row][column] - matrix[row][column]).abs() < 1e-12);
            }
        }
        let solved = forward(&lower, [2.0, 1.0, 5.0]);
        assert!(
            (lower[2][0] * solved[0] + lower[2][1] * solved[1] + lower[2][2] * solved[2] - 5.0)
                .abs()
                < 1e-12
        );
        assert!(cholesky(&[[1.0, 2.0], [2.0, 1.0]]).is_none());
        assert!(cholesky(&[[f64::NAN]]).is_none());
        assert_eq!(squared_distance([2.0], &[[4.0]]), Some(1.0));
    }
}
