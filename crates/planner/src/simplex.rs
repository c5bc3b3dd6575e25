//! A revised primal simplex method whose columns come one by one from outside.
//!
//! Dantzig's method with the inverse of the basis as a product of sparse factors (Chvátal, "Linear
//! Programming", 1983, chapters 7 and 24) and the two-pass ratio test of Harris (1973). It keeps no
//! column that is not in the basis. Only its dual values are used, and they only as prices that any
//! rounding leaves valid, so that it may be plain.

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
    /// Factors of the inverse, those applied to a column first in front.
    factors: Vec<Factor>,
    values: Vec<f64>,
    duals: Vec<f64>,
    pivots: usize,
    /// The entering column in terms of the basis; kept to spare allocations.
    direction: Vec<f64>,
}

/// The identity but for one column, by which a pivot multiplies the inverse.
struct Factor {
    place: usize,
    pivot: f64,
    others: Vec<(usize, f64)>,
}

/// What counts as no movement in the ratio test.
const STILL: f64 = 1e-9;
/// How far a value may sink below zero within Harris's test.
const SLIP: f64 = 1e-10;
/// Entries of a direction below this are rounding.
const NOTHING: f64 = 1e-13;
/// Least pivot of a basis that counts as regular.
const REGULAR: f64 = 1e-9;
/// Pivots after which the inverse is factored afresh.
const PIVOTS_MAX: usize = 100;

impl<Tag> Simplex<Tag> {
    /// Starts from a basis of as many columns as rows; `None` if it is singular.
    pub fn new(right: Vec<f64>, basis: Vec<Column<Tag>>) -> Option<Self> {
        let rows = right.len();
        let mut simplex = Self {
            right,
            basis,
            factors: Vec::new(),
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
        for column in &mut self.basis {
            column.cost = cost(column);
        }
        self.find_duals();
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
        let pivot = self.direction[place];
        let step = (self.values[place] / pivot).max(0.0);
        for (value, direction) in self.values.iter_mut().zip(&self.direction) {
            if *direction != 0.0 {
                *value = (*value - step * direction).max(0.0);
            }
        }
        self.values[place] = step;
        let mut row = vec![0.0; self.right.len()];
        row[place] = reduced_cost / pivot;
        backward(&self.factors, &mut row);
        for (dual, change) in self.duals.iter_mut().zip(&row) {
            *dual += change;
        }
        self.turn(place);
        self.basis[place] = column;
        self.pivots += 1;
        self.pivots < PIVOTS_MAX || self.invert()
    }

    fn find_direction(&mut self, column: &Column<Tag>) {
        self.direction.fill(0.0);
        for &(row, amount) in &column.amounts {
            self.direction[row] += amount;
        }
        forward(&self.factors, &mut self.direction);
        for entry in &mut self.direction {
            if entry.abs() < NOTHING {
                *entry = 0.0;
            }
        }
    }

    fn find_duals(&mut self) {
        let mut duals: Vec<f64> = self.basis.iter().map(|column| column.cost).collect();
        backward(&self.factors, &mut duals);
        self.duals = duals;
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
        let entries = self.direction.iter().copied().enumerate();
        let others = entries.filter(|&(at, entry)| at != place && entry != 0.0);
        self.factors.push(Factor {
            place,
            pivot: self.direction[place],
            others: others.collect(),
        });
    }

    /// Factors the inverse of the basis afresh; false if the basis is singular.
    ///
    /// Columns with one amount come first, then those that alone reach some row, over and over, as
    /// both leave later columns as they are; what remains is pivoted on sparse rows.
    fn invert(&mut self) -> bool {
        let rows = self.right.len();
        self.pivots = 0;
        self.factors.clear();
        let mut order = Order::new(&self.basis, rows);
        let mut waiting: Vec<Option<Column<Tag>>> = Vec::with_capacity(rows);
        waiting.extend(std::mem::take(&mut self.basis).into_iter().map(Some));
        let mut placed: Vec<Option<Column<Tag>>> = (0..rows).map(|_| None).collect();
        while let Some((next, row)) = order.next() {
            let Some(column) = waiting[next].take() else {
                continue;
            };
            self.find_direction(&column);
            let place = match row {
                Some(row) if self.direction[row].abs() > 1e-3 => Some(row),
                _ => self.sparsest(&placed, &order),
            };
            let Some(place) = place else {
                return false;
            };
            let is_unit = self.direction[place] == 1.0 && column.amounts.len() == 1;
            if !is_unit {
                self.turn(place);
            }
            order.place(next, &column.amounts, place);
            placed[place] = Some(column);
        }
        self.basis = placed.into_iter().flatten().collect();
        if self.basis.len() != rows {
            return false;
        }
        let mut values = self.right.clone();
        forward(&self.factors, &mut values);
        values.iter_mut().for_each(|value| *value = value.max(0.0));
        self.values = values;
        self.find_duals();
        true
    }

    /// Of the free rows where the direction is not small, that which fewest columns reach.
    fn sparsest(&self, placed: &[Option<Column<Tag>>], order: &Order) -> Option<usize> {
        let free = || (0..placed.len()).filter(|&row| placed[row].is_none());
        let size = |row: usize| self.direction[row].abs();
        let largest = free().map(size).fold(0.0, f64::max);
        free()
            .filter(|&row| size(row) > REGULAR && size(row) >= 0.1 * largest)
            .min_by_key(|&row| order.reached[row])
    }
}

/// Multiplies a column by the factors.
fn forward(factors: &[Factor], column: &mut [f64]) {
    for factor in factors {
        let at = column[factor.place];
        if at != 0.0 {
            let share = at / factor.pivot;
            column[factor.place] = share;
            for &(row, entry) in &factor.others {
                column[row] -= share * entry;
            }
        }
    }
}

/// Multiplies the factors by a row.
fn backward(factors: &[Factor], row: &mut [f64]) {
    for factor in factors.iter().rev() {
        let others = factor.others.iter();
        let sum: f64 = others.map(|&(at, entry)| row[at] * entry).sum();
        row[factor.place] = (row[factor.place] - sum) / factor.pivot;
    }
}

/// The order in which columns are taken into the inverse.
struct Order {
    /// Columns that reach each row.
    columns: Vec<Vec<usize>>,
    /// How many of them wait.
    reached: Vec<usize>,
    waits: Vec<bool>,
    /// Rows without a column yet.
    is_free: Vec<bool>,
    /// Columns with one amount, those that alone reach a row, and all, in turn from the end.
    units: Vec<(usize, usize)>,
    alone: Vec<usize>,
    rest: Vec<usize>,
}

impl Order {
    fn new<Tag>(basis: &[Column<Tag>], rows: usize) -> Self {
        let mut columns = vec![Vec::new(); rows];
        let mut units = Vec::new();
        for (index, column) in basis.iter().enumerate() {
            for &(row, _) in &column.amounts {
                columns[row].push(index);
            }
            if let [(row, _)] = column.amounts[..] {
                units.push((index, row));
            }
        }
        let mut rest: Vec<usize> = (0..basis.len()).collect();
        rest.sort_by_key(|&index| std::cmp::Reverse((basis[index].amounts.len(), index)));
        let reached: Vec<usize> = columns.iter().map(Vec::len).collect();
        Self {
            columns,
            alone: (0..rows).filter(|&row| reached[row] == 1).collect(),
            reached,
            waits: vec![true; basis.len()],
            is_free: vec![true; rows],
            units,
            rest,
        }
    }

    /// The next column, and its row where that is known.
    fn next(&mut self) -> Option<(usize, Option<usize>)> {
        while let Some((column, row)) = self.units.pop() {
            if self.waits[column] && self.is_free[row] {
                return Some((column, Some(row)));
            }
        }
        while let Some(row) = self.alone.pop() {
            let mut columns = self.columns[row].iter().copied();
            if let Some(column) = columns.find(|&column| self.waits[column])
                && self.is_free[row]
            {
                return Some((column, Some(row)));
            }
        }
        while let Some(column) = self.rest.pop() {
            if self.waits[column] {
                return Some((column, None));
            }
        }
        None
    }

    fn place(&mut self, column: usize, amounts: &[(usize, f64)], at: usize) {
        self.waits[column] = false;
        self.is_free[at] = false;
        for &(row, _) in amounts {
            self.reached[row] -= 1;
            if self.reached[row] == 1 && self.is_free[row] {
                self.alone.push(row);
            }
        }
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
