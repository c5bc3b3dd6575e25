//! Where the search for prices starts: bounds by prices alone, of a sample of the sites first.

use super::bundle::Bundle;
use super::dual::{Depth, Dual};
use super::problem::RegionalProblem;

/// Sites up to which prices are sought on all of them from the start.
const SAMPLE: usize = 2000;
/// How many times fewer sites the sample before has.
const STEP: usize = 8;
/// Relative height that the cuts may still promise when prices count as found.
const NEAR: f64 = 1e-6;
/// Most evaluations at one size.
const EVALUATIONS: usize = 200;

/// Prices of what regions share, and of a person in each region.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Start {
    pub(super) shared: Vec<f64>,
    pub(super) people: Vec<f64>,
}

impl Start {
    /// From the problem alone.
    pub(super) fn of(dual: &Dual<'_>) -> Self {
        let problem = dual.problem;
        if problem.sites() <= SAMPLE {
            let start = Self {
                shared: vec![0.0; dual.scales.len()],
                people: vec![0.0; dual.regions.len()],
            };
            return start.climb(dual, dual.scales.clone());
        }
        let few = sample(dual);
        let mut start = Self::of(&Dual::new(&few));
        if start.people.len() != dual.regions.len() {
            let mean = start.people.iter().sum::<f64>() / start.people.len().max(1) as f64;
            start.people = vec![mean; dual.regions.len()];
        }
        // Prices from a sample err by a share that falls with the root of its size.
        let radius = start.radius(dual, 2.0 / (few.sites() as f64).sqrt());
        start.climb(dual, radius)
    }

    /// How far each price may go when it may go so far in proportion.
    pub(super) fn radius(&self, dual: &Dual<'_>, reach: f64) -> Vec<f64> {
        let prices = self.shared.iter().zip(&dual.scales);
        prices
            .map(|(price, scale)| reach * (price + 1e-3 * scale))
            .collect()
    }

    fn climb(self, dual: &Dual<'_>, radius: Vec<f64>) -> Self {
        let at = |prices: &[f64], people: &[f64]| dual.at(prices, None, people, Depth::Plain);
        let mut people = self.people;
        let mut bundle = Bundle::new(at(&self.shared, &people).cut, radius, f64::INFINITY);
        for _ in 0..EVALUATIONS {
            let tolerance = NEAR * bundle.best().value.abs();
            let Some(prices) = bundle.ask(tolerance) else {
                break;
            };
            let valued = at(&prices, &people);
            people = valued.prices();
            bundle.tell(valued.cut);
        }
        Self {
            shared: bundle.best().at.clone(),
            people,
        }
    }
}

/// Every eighth region, or every eighth site where regions are few, with an eighth of what is shared.
fn sample(dual: &Dual<'_>) -> RegionalProblem {
    let problem = dual.problem;
    let regions = dual.regions.iter();
    let sites: Vec<usize> = if dual.regions.len() >= STEP * STEP * STEP {
        regions.step_by(STEP).flat_map(Clone::clone).collect()
    } else {
        let few = |range: &std::ops::Range<usize>| range.clone().step_by(STEP);
        regions.flat_map(few).collect()
    };
    let share = sites.len() as f64 / problem.sites() as f64;
    let mut few = problem.of_sites(&sites);
    few.lift = (few.lift as f64 * share) as u64;
    for stock in &mut few.stock {
        *stock = (f64::from(*stock) * share) as u32;
    }
    few
}
