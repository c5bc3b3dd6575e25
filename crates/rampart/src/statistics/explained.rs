//! Which unknown a risk depends on most: first-order and total indices of Sobol.
//!
//! Two independent draws A and B of all unknowns make a row, and for each unknown a third that is A
//! but for that one figure, taken from B (Saltelli et al., Computer Physics Communications 181, 2010,
//! 259–270). With the estimators of Jansen (Computer Physics Communications 117, 1999, 35–43) the
//! total index of an unknown is E(f(A) − f(A′))² / E(f(A) − f(B))², and the first-order one
//! 1 − E(f(B) − f(A′))² / E(f(A) − f(B))².
//!
//! The risk f is itself a mean over chance, known only from some raids. A squared difference would
//! count their luck as well, so each is a product of two halves that flew different raids, the same
//! in all draws of a row: its expectation holds no luck at all.

use super::mean::{Mean, ratio};

/// One risk by two halves of the raids, independent of each other.
pub type Halves = [f64; 2];

/// The risks of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Under draw A.
    pub own: Halves,
    /// Under draw B.
    pub other: Halves,
    /// Under A with one unknown of B: one for each unknown.
    pub exchanged: Vec<Halves>,
}

/// How much of the risk's variance one unknown explains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Explained {
    /// Alone: what knowing it would take away.
    pub first: Mean,
    /// With all that it interacts with: what would be left if only it were unknown.
    pub total: Mean,
}

/// Indices of every unknown with 95 % intervals; `None` where the risk does not vary.
#[must_use]
pub fn explained(rows: &[Row]) -> Option<Vec<Explained>> {
    let unknowns = rows.first()?.exchanged.len();
    let product = |one: Halves, other: Halves| (one[0] - other[0]) * (one[1] - other[1]);
    let all: Vec<f64> = rows.iter().map(|row| product(row.own, row.other)).collect();
    if all.iter().sum::<f64>() <= 0.0 {
        return None;
    }
    let of = |unknown: usize| {
        let at = |row: &Row| row.exchanged.get(unknown).copied().unwrap_or(row.own);
        let total: Vec<f64> = rows.iter().map(|row| product(row.own, at(row))).collect();
        let first = rows.iter().zip(&all);
        let first: Vec<f64> = first
            .map(|(row, all)| all - product(row.other, at(row)))
            .collect();
        Some(Explained {
            first: ratio(&first, &all)?,
            total: ratio(&total, &all)?,
        })
    };
    (0..unknowns).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;
    use theatre::Stream;

    /// Ishigami and Homma's function (1990), a = 7 and b = 0.1, whose indices are known, seen through
    /// noise that every draw of a row shares and whose size depends on the first unknown.
    #[test]
    fn indices_of_a_known_function_are_found_through_noise() {
        let risk = |x: [f64; 4], noise: f64| {
            let y = x.map(|share| PI * (2.0 * share - 1.0));
            y[0].sin() * (1.0 + 0.1 * y[2].powi(4))
                + 7.0 * y[1].sin().powi(2)
                + noise * (1.0 + x[0])
        };
        let rows: Vec<Row> = (0..6000)
            .map(|row| {
                let mut stream = Stream::new(9, row, 0, 1);
                let mut draw = || [(); 4].map(|()| stream.uniform());
                let (own, other) = (draw(), draw());
                let noise = [stream.normal(), stream.normal()].map(|noise| 2.0 * noise);
                let halves = |x: [f64; 4]| noise.map(|noise| risk(x, noise));
                let exchanged = (0..4).map(|unknown| {
                    let mut mixed = own;
                    mixed[unknown] = other[unknown];
                    halves(mixed)
                });
                Row {
                    own: halves(own),
                    other: halves(other),
                    exchanged: exchanged.collect(),
                }
            })
            .collect();
        let Some(found) = explained(&rows) else {
            unreachable!("the function varies");
        };
        let known = [(0.314, 0.558), (0.442, 0.442), (0.0, 0.244), (0.0, 0.0)];
        for (found, (first, total)) in found.iter().zip(known) {
            assert!((found.first.mean - first).abs() < 0.06, "{found:?}");
            assert!((found.total.mean - total).abs() < 0.04, "{found:?}");
            assert!(found.total.low <= total + 0.01 && total - 0.01 <= found.total.high);
        }
        assert_eq!(explained(&[]), None);
    }
}
