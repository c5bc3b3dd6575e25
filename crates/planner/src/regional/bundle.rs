//! Maximising a concave function of a few prices from values and slopes: cutting planes within a box
//! that follows the best point (Kelley 1960; the box after Marsten, Hogan and Blankenship, Operations
//! Research 23, 1975).

use crate::program::{Column, Optimum, optimum};

/// Value and slope of the function at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Cut {
    pub at: Vec<f64>,
    pub value: f64,
    pub slope: Vec<f64>,
}

/// The search, between evaluations.
#[derive(Clone, Debug)]
pub struct Bundle {
    cuts: Vec<Cut>,
    /// When each cut came.
    numbers: Vec<usize>,
    told: usize,
    best: usize,
    radius: Vec<f64>,
    /// No price goes beyond this.
    most: f64,
    /// Height that the cuts allow within the box at the last point asked for.
    promise: f64,
    /// Whether that point lay on the box.
    held: bool,
}

/// Most cuts kept.
const CUTS: usize = 60;

impl Bundle {
    /// Starts at a point, with how far from it each price may lie at first, and how high any may rise.
    pub fn new(first: Cut, radius: Vec<f64>, most: f64) -> Self {
        Self {
            cuts: vec![first],
            numbers: vec![0],
            told: 1,
            best: 0,
            radius,
            most,
            promise: f64::INFINITY,
            held: true,
        }
    }

    pub fn best(&self) -> &Cut {
        &self.cuts[self.best]
    }

    /// The next point to look at; none where the cuts allow no more than `tolerance` above the best.
    pub fn ask(&mut self, tolerance: f64) -> Option<Vec<f64>> {
        for _ in 0..40 {
            let (point, promise, held) = self.highest();
            if promise - self.best().value > tolerance {
                (self.promise, self.held) = (promise, held);
                return Some(point);
            }
            if !held {
                return None;
            }
            self.radius.iter_mut().for_each(|radius| *radius *= 8.0);
        }
        None
    }

    /// Takes the function's answer there.
    pub fn tell(&mut self, cut: Cut) {
        let gain = cut.value - self.best().value;
        let hoped = self.promise - self.best().value;
        if gain > 0.5 * hoped && self.held {
            self.radius.iter_mut().for_each(|radius| *radius *= 2.0);
        } else if gain < 0.0 {
            // A miss says how wrong the cuts are in a box of this size.
            let factor = (-gain / hoped).clamp(1.0, 4.0);
            let factor = if factor > 1.5 { 0.5 } else { 0.7 };
            self.radius.iter_mut().for_each(|radius| *radius *= factor);
        }
        if self.cuts.len() >= CUTS {
            let oldest = usize::from(self.best == 0);
            self.cuts.remove(oldest);
            self.numbers.remove(oldest);
            self.best -= usize::from(oldest < self.best);
        }
        self.cuts.push(cut);
        self.numbers.push(self.told);
        self.told += 1;
        // What rounding makes of a plateau is no gain.
        if gain > 1e-13 * self.best().value.abs() {
            self.best = self.cuts.len() - 1;
        }
    }

    /// The mixture of points seen whose slopes cancel, by when they came: what the highest bound
    /// stands for.
    pub fn weights(&self) -> Vec<(usize, f64)> {
        let Some(optimum) = self.optimum() else {
            return Vec::new();
        };
        let shares = optimum.weights.into_iter();
        shares
            .filter(|&(place, share)| place < self.cuts.len() && share > 1e-9)
            .map(|(place, share)| (self.numbers[place], share))
            .collect()
    }

    /// The highest point under all cuts in the box, its height, and whether the box holds it.
    fn highest(&self) -> (Vec<f64>, f64, bool) {
        let center = &self.best().at;
        let Some(Optimum { duals, .. }) = self.optimum() else {
            return (center.clone(), self.best().value, false);
        };
        let mut held = false;
        let steps = center.iter().zip(&duals).zip(&self.radius).enumerate();
        let point = steps.map(|(price, ((at, dual), radius))| {
            // The dual of a price's row is minus its step.
            let (low, high) = self.offsets(price);
            let step = (-dual).clamp(low, high);
            held |= step.abs() > radius * (1.0 - 1e-9);
            (at + step).max(0.0)
        });
        (point.collect(), duals[center.len()], held)
    }

    /// How far a price may go from the best point, down and up.
    fn offsets(&self, price: usize) -> (f64, f64) {
        let (at, radius) = (self.best().at[price], self.radius[price]);
        (-radius.min(at), radius.min((self.most - at).max(0.0)))
    }

    /// The program's dual: convex weights of cuts, and of either side of each price's box, under which
    /// the slopes cancel.
    fn optimum(&self) -> Option<Optimum> {
        let best = self.best();
        let prices = best.at.len();
        let mut columns: Vec<Column> = Vec::with_capacity(self.cuts.len() + 2 * prices);
        for cut in &self.cuts {
            let offsets = best.at.iter().zip(&cut.at).zip(&cut.slope);
            let shift: f64 = offsets.map(|((to, from), slope)| slope * (to - from)).sum();
            let mut column = cut.slope.clone();
            column.push(1.0);
            columns.push((column, cut.value + shift));
        }
        for price in 0..prices {
            let (low, high) = self.offsets(price);
            for (sign, bound) in [(1.0, -low), (-1.0, high)] {
                let mut column = vec![0.0; prices + 1];
                column[price] = sign;
                columns.push((column, bound));
            }
        }
        // The best cut, held to the box in every price.
        let side =
            |price: usize| self.cuts.len() + 2 * price + usize::from(best.slope[price] > 0.0);
        let basis: Vec<usize> = (0..prices).map(side).chain([self.best]).collect();
        optimum(&columns, &basis)
    }
}
