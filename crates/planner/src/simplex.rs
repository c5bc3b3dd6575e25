//! A revised primal simplex method whose columns come one by one from outside.
//!
//! Dantzig's method with an explicit inverse of the basis (Chvátal, "Linear Programming", 1983,
//! chapters 7 and 26), the two-pass ratio test of Harris (1973), and reinversion by pivots. It keeps
//! no column that is not in the basis. Only its dual values are used, and they only as prices that
//! any rounding leaves valid, so that it may be plain.

/// A column of the program.
#[derive(Clone, Debug)]
pub struct Column<Tag> {
    /// What it stands for.
    pub tag: Tag,
    /// Its cost in the objective.
    pub cost: f64,
    /// (Row, amount).
    pub amounts: Vec<(usize, f64)>,
}

/// A basis, and what follows from it.
pub struct Simplex<Tag> {
    right: Vec<f64>,
    basis: Vec<Column<Tag>>,
    /// Row by row, in one piece.
    inverse: Vec<f64>,
    values: Vec<f64>,
    duals: Vec<f64>,
    pivots: usize,
    /// The entering column in terms of the basis; kept to spare allocations.
    direction: Vec<f64>,
}

/// What counts as no movement in the ratio test.
const STILL: f64 = 1e-9;
/// How far a value may sink below zero within Harris's test.
const SLIP: f64 = 1e-10;

impl<Tag> Simplex<Tag> {
    /// Starts from a basis of as many columns as rows; `None` if it is singular.
    pub fn new(right: Vec<f64>, basis: Vec<Column<Tag>>) -> Option<Self> {
        let rows = right.len();
        let mut simplex = Self {
            right,
            basis,
            inverse: Vec::new(),
            values: Vec::new(),
            duals: vec![0.0; rows],
            pivots: 0,
            direction: vec![0.0; rows],
        };
        simplex.invert().then_some(simplex)
    }

    /// The columns of the basis with their values.
    pub fn solution(&self) -> impl Iterator<Item = (&Column<Tag>, f64)> {
        self.basis.iter().zip(self.values.iter().copied())
    }

    /// The dual values of the rows.
    pub fn duals(&self) -> &[f64] {
        &self.duals
    }

    /// The objective.
    pub fn objective(&self) -> f64 {
        self.solution()
            .map(|(column, value)| column.cost * value)
            .sum()
    }

    /// Gives every column of the basis a new cost, and the dual values with it.
    pub fn price(&mut self, cost: impl Fn(&Column<Tag>) -> f64) {
        let rows = self.right.len();
        self.duals.fill(0.0);
        for (place, column) in self.basis.iter_mut().enumerate() {
            column.cost = cost(column);
            if column.cost != 0.0 {
                let row = &self.inverse[place * rows..(place + 1) * rows];
                for (dual, entry) in self.duals.iter_mut().zip(row) {
                    *dual += column.cost * entry;
                }
            }
        }
    }

    /// What the objective changes by for one unit of a column.
    pub fn reduced_cost(&self, column: &Column<Tag>) -> f64 {
        let amounts = column.amounts.iter();
        column.cost
            - amounts
                .map(|&(row, amount)| self.duals[row] * amount)
                .sum::<f64>()
    }

    /// Brings a column into the basis; false if nothing limits it, or it would spoil the basis.
    pub fn enter(&mut self, column: Column<Tag>) -> bool {
        let reduced_cost = self.reduced_cost(&column);
        self.find_direction(&column);
        let Some(place) = self.leaving() else {
            return false;
        };
        let step = (self.values[place] / self.direction[place]).max(0.0);
        for (value, direction) in self.values.iter_mut().zip(&self.direction) {
            if *direction != 0.0 {
                *value = (*value - step * direction).max(0.0);
            }
        }
        self.values[place] = step;
        let rows = self.right.len();
        let factor = reduced_cost / self.direction[place];
        let row = &self.inverse[place * rows..(place + 1) * rows];
        for (dual, entry) in self.duals.iter_mut().zip(row) {
            *dual += factor * entry;
        }
        self.turn(place);
        self.basis[place] = column;
        self.pivots += 1;
        // The inverse gathers rounding errors; a new one costs as much as some pivots.
        if self.pivots >= 100 + rows / 2 {
            return self.invert();
        }
        true
    }

    fn find_direction(&mut self, column: &Column<Tag>) {
        let rows = self.right.len();
        for (place, direction) in self.direction.iter_mut().enumerate() {
            let row = &self.inverse[place * rows..(place + 1) * rows];
            let amounts = column.amounts.iter();
            *direction = amounts.map(|&(at, amount)| row[at] * amount).sum();
            if direction.abs() < 1e-13 {
                *direction = 0.0;
            }
        }
    }

    fn leaving(&self) -> Option<usize> {
        let rows = || self.direction.iter().zip(&self.values).enumerate();
        let blocking = || rows().filter(|(_, (direction, _))| **direction > STILL);
        let most = blocking()
            .map(|(_, (direction, value))| (value + SLIP) / direction)
            .fold(f64::INFINITY, f64::min);
        let mut best: Option<(usize, f64)> = None;
        for (place, (direction, value)) in blocking() {
            let largest = best.is_none_or(|best| *direction > best.1);
            if value / direction <= most && largest {
                best = Some((place, *direction));
            }
        }
        best.map(|best| best.0)
    }

    /// Pivots the inverse on the direction at one place.
    fn turn(&mut self, place: usize) {
        let rows = self.right.len();
        let pivot = self.direction[place];
        let row = &mut self.inverse[place * rows..(place + 1) * rows];
        let mut filled: Vec<(usize, f64)> = Vec::with_capacity(rows);
        for (at, entry) in row.iter_mut().enumerate() {
            if *entry != 0.0 {
                *entry /= pivot;
                filled.push((at, *entry));
            }
        }
        for (other, &factor) in self.direction.iter().enumerate() {
            if other == place || factor == 0.0 {
                continue;
            }
            let row = &mut self.inverse[other * rows..(other + 1) * rows];
            for &(at, entry) in &filled {
                row[at] -= factor * entry;
            }
        }
    }

    /// Inverts the basis afresh, columns with fewest amounts first; false if it is singular.
    fn invert(&mut self) -> bool {
        let rows = self.right.len();
        self.pivots = 0;
        self.inverse.clear();
        self.inverse.resize(rows * rows, 0.0);
        for place in 0..rows {
            self.inverse[place * rows + place] = 1.0;
        }
        let mut waiting: Vec<Column<Tag>> = std::mem::take(&mut self.basis);
        waiting.sort_by_key(|column| column.amounts.len());
        let mut placed: Vec<Option<Column<Tag>>> = (0..rows).map(|_| None).collect();
        for column in waiting {
            self.find_direction(&column);
            let free = (0..rows).filter(|&place| placed[place].is_none());
            let largest = free.max_by(|&a, &b| {
                let size = |place: usize| self.direction[place].abs();
                size(a).total_cmp(&size(b)).then(b.cmp(&a))
            });
            let Some(place) = largest.filter(|&place| self.direction[place].abs() > 1e-9) else {
                return false;
            };
            self.turn(place);
            placed[place] = Some(column);
        }
        self.basis = placed.into_iter().flatten().collect();
        if self.basis.len() != rows {
            return false;
        }
        self.values = (0..rows)
            .map(|place| {
                let row = &self.inverse[place * rows..(place + 1) * rows];
                let terms = row.iter().zip(&self.right);
                let value: f64 = terms.map(|(entry, right)| entry * right).sum();
                value.max(0.0)
            })
            .collect();
        self.duals.fill(0.0);
        for (place, column) in self.basis.iter().enumerate() {
            if column.cost != 0.0 {
                let row = &self.inverse[place * rows..(place + 1) * rows];
                for (dual, entry) in self.duals.iter_mut().zip(row) {
                    *dual += column.cost * entry;
                }
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{Column, Simplex};

    fn column(tag: usize, cost: f64, amounts: &[(usize, f64)]) -> Column<usize> {
        Column {
            tag,
            cost,
            amounts: amounts.to_vec(),
        }
    }

    #[test]
    fn the_textbook_s_program_has_the_textbook_s_answer() {
        // Chvátal, chapter 2: max 5x + 4y + 3z, whose best is 13 at (2, 0, 1).
        let slacks = (0..3).map(|row| column(row, 0.0, &[(row, 1.0)])).collect();
        let mut simplex = Simplex::new(vec![5.0, 11.0, 8.0], slacks).unwrap();
        let columns = [
            column(10, -5.0, &[(0, 2.0), (1, 4.0), (2, 3.0)]),
            column(11, -4.0, &[(0, 3.0), (1, 1.0), (2, 4.0)]),
            column(12, -3.0, &[(0, 1.0), (1, 2.0), (2, 2.0)]),
            column(0, 0.0, &[(0, 1.0)]),
            column(1, 0.0, &[(1, 1.0)]),
            column(2, 0.0, &[(2, 1.0)]),
        ];
        while let Some(next) = columns.iter().find(|it| simplex.reduced_cost(it) < -1e-9) {
            assert!(simplex.enter(next.clone()));
        }
        assert!((simplex.objective() + 13.0).abs() < 1e-9);
        let value = |tag| {
            let found = simplex.solution().find(|(column, _)| column.tag == tag);
            found.map_or(0.0, |(_, value)| value)
        };
        assert!((value(10) - 2.0).abs() < 1e-9 && (value(12) - 1.0).abs() < 1e-9);
        let duals = simplex.duals();
        let by_duals = 5.0 * duals[0] + 11.0 * duals[1] + 8.0 * duals[2];
        assert!((by_duals + 13.0).abs() < 1e-9);
    }

    #[test]
    fn a_singular_start_is_refused_and_an_endless_way_is_said() {
        let twice = (0..2).map(|_| column(0, 0.0, &[(0, 1.0)])).collect();
        assert!(Simplex::new(vec![1.0, 1.0], twice).is_none());
        let slack = vec![column(0, 0.0, &[(0, 1.0)])];
        let mut simplex = Simplex::new(vec![1.0], slack).unwrap();
        assert!(!simplex.enter(column(1, -1.0, &[(0, -1.0)])));
    }
}
