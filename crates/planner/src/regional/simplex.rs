//! Small linear programs: min Σ cost × weight over weights ≥ 0 with Σ column × weight = (0, …, 0, 1),
//! by the revised simplex method with an explicit inverse. Columns are few; bounds that rest on the
//! duals are checked elsewhere, so a poor answer costs tightness alone.

/// A column and its cost.
pub type Column = (Vec<f64>, f64);

/// Most pivots.
const PIVOTS: usize = 5000;

pub struct Simplex<'a> {
    columns: &'a [Column],
    basis: Vec<usize>,
    inverse: Vec<Vec<f64>>,
    weight: Vec<f64>,
}

/// The duals of the rows, and the weights above 0 by column.
pub struct Optimum {
    pub duals: Vec<f64>,
    pub weights: Vec<(usize, f64)>,
}

impl<'a> Simplex<'a> {
    /// Begins with a basis, one column a row; none where its columns are not independent.
    pub fn new(columns: &'a [Column], basis: Vec<usize>) -> Option<Self> {
        let size = basis.len();
        let inverse = inverted(columns, &basis)?;
        let weight = inverse.iter().map(|row| row[size - 1].max(0.0)).collect();
        Some(Self {
            columns,
            basis,
            inverse,
            weight,
        })
    }

    /// The optimum; none if it takes too long.
    pub fn solve(mut self) -> Option<Optimum> {
        let costs = self.columns.iter().map(|column| column.1.abs());
        let scale = costs.fold(1e-300, f64::max);
        for _ in 0..PIVOTS {
            let duals = self.duals();
            let reduced = |column: &Column| -> f64 {
                let paid: f64 = column.0.iter().zip(&duals).map(|(a, dual)| a * dual).sum();
                column.1 - paid
            };
            let (least, enter) = (0..self.columns.len())
                .map(|place| (reduced(&self.columns[place]), place))
                .min_by(|a, b| a.0.total_cmp(&b.0))?;
            if least > -1e-12 * scale {
                let weights = self.basis.into_iter().zip(self.weight).collect();
                return Some(Optimum { duals, weights });
            }
            let column = &self.columns[enter].0;
            let change: Vec<f64> = self
                .inverse
                .iter()
                .map(|row| row.iter().zip(column).map(|(a, b)| a * b).sum())
                .collect();
            let ratio = |row: usize| self.weight[row] / change[row];
            let leave = (0..self.basis.len())
                .filter(|&row| change[row] > 1e-12)
                .min_by(|&a, &b| ratio(a).total_cmp(&ratio(b)))?;
            self.pivot(enter, leave, &change);
        }
        None
    }

    fn duals(&self) -> Vec<f64> {
        let mut duals = vec![0.0; self.basis.len()];
        for (&column, row) in self.basis.iter().zip(&self.inverse) {
            let cost = self.columns[column].1;
            if cost != 0.0 {
                duals
                    .iter_mut()
                    .zip(row)
                    .for_each(|(dual, value)| *dual += cost * value);
            }
        }
        duals
    }

    fn pivot(&mut self, enter: usize, leave: usize, change: &[f64]) {
        let step = self.weight[leave] / change[leave];
        let scaled = self.inverse[leave]
            .iter()
            .map(|value| value / change[leave]);
        let pivot: Vec<f64> = scaled.collect();
        for (row, &change) in change.iter().enumerate() {
            if row == leave || change == 0.0 {
                continue;
            }
            self.weight[row] = (self.weight[row] - step * change).max(0.0);
            for (value, pivot) in self.inverse[row].iter_mut().zip(&pivot) {
                *value -= change * pivot;
            }
        }
        self.inverse[leave] = pivot;
        self.weight[leave] = step;
        self.basis[leave] = enter;
    }
}

/// The inverse of the basis, by elimination with the largest pivot.
fn inverted(columns: &[Column], basis: &[usize]) -> Option<Vec<Vec<f64>>> {
    let size = basis.len();
    let mut left: Vec<Vec<f64>> = (0..size)
        .map(|row| basis.iter().map(|&column| columns[column].0[row]).collect())
        .collect();
    let mut right: Vec<Vec<f64>> = (0..size)
        .map(|row| {
            (0..size)
                .map(|column| f64::from(u8::from(row == column)))
                .collect()
        })
        .collect();
    for at in 0..size {
        let largest =
            (at..size).max_by(|&a, &b| left[a][at].abs().total_cmp(&left[b][at].abs()))?;
        if left[largest][at] == 0.0 {
            return None;
        }
        left.swap(at, largest);
        right.swap(at, largest);
        let pivot = left[at][at];
        left[at].iter_mut().for_each(|value| *value /= pivot);
        right[at].iter_mut().for_each(|value| *value /= pivot);
        let (pivot_left, pivot_right) = (left[at].clone(), right[at].clone());
        for row in (0..size).filter(|&row| row != at) {
            let factor = left[row][at];
            if factor != 0.0 {
                left[row]
                    .iter_mut()
                    .zip(&pivot_left)
                    .for_each(|(a, b)| *a -= factor * b);
                right[row]
                    .iter_mut()
                    .zip(&pivot_right)
                    .for_each(|(a, b)| *a -= factor * b);
            }
        }
    }
    Some(right)
}
