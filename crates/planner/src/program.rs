//! Small linear programs: min Σ cost × weight over weights ≥ 0 with Σ column × weight = (0, …, 0, 1).

use crate::simplex;

/// A column and its cost.
pub type Column = (Vec<f64>, f64);

/// Most pivots.
const PIVOTS: usize = 5000;
/// Share of the largest cost by which a column must improve the objective.
const GAIN: f64 = 1e-12;

/// The duals of the rows, and the weights by column.
pub struct Optimum {
    pub duals: Vec<f64>,
    pub weights: Vec<(usize, f64)>,
}

/// The optimum, sought from a basis; none where the basis is singular or the search takes too long.
/// Whoever uses it has a bound that holds for any duals.
pub fn optimum(columns: &[Column], basis: &[usize]) -> Option<Optimum> {
    let sparse = |place: usize| {
        let (amounts, cost) = &columns[place];
        let amounts = amounts.iter().copied().enumerate();
        simplex::Column {
            tag: place,
            cost: *cost,
            amounts: amounts.filter(|(_, amount)| *amount != 0.0).collect(),
        }
    };
    let all: Vec<simplex::Column<usize>> = (0..columns.len()).map(sparse).collect();
    let mut right = vec![0.0; basis.len()];
    *right.last_mut()? = 1.0;
    let basis = basis.iter().map(|&place| all[place].clone());
    let mut program = simplex::Simplex::new(right, basis.collect())?;
    let scale = columns
        .iter()
        .map(|column| column.1.abs())
        .fold(f64::MIN_POSITIVE, f64::max);
    for _ in 0..PIVOTS {
        let reduced = all.iter().map(|column| program.reduced_cost(column));
        let least = reduced.enumerate().min_by(|a, b| a.1.total_cmp(&b.1))?;
        if least.1 > -GAIN * scale {
            let solution = program.solution();
            return Some(Optimum {
                duals: program.duals().to_vec(),
                weights: solution
                    .map(|(column, value)| (column.tag, value))
                    .collect(),
            });
        }
        if !program.enter(all[least.0].clone()) {
            return None;
        }
    }
    None
}
