//! The highest bound of a node, and what it stands for.

use super::bundle::Bundle;
use super::dual::{Depth, Dual, Valued};
use super::price::all;
use super::start::Start;

/// Most evaluations of one node's bound.
const EVALUATIONS: usize = 60;
/// Share of a mixture below which it is rounding.
const DUST: f64 = 1e-6;

/// What a climb saw.
pub struct Climb {
    pub seen: Vec<Valued>,
    /// Place of the highest.
    pub best: usize,
    /// For points seen, their shares in the mixture that the highest bound stands for.
    shares: Vec<(usize, f64)>,
}

/// When a climb is high enough.
pub struct Enough<'a> {
    /// Whether a bound closes the node.
    pub closes: &'a dyn Fn(f64) -> bool,
    /// Height that the cuts may still promise, from the height reached.
    pub promise: &'a dyn Fn(f64) -> f64,
    /// Price beyond which none need rise.
    pub price: f64,
    /// Loss to which each region is solved.
    pub tolerance: f64,
}

impl Climb {
    /// Seeks the prices with the highest bound from a start, each first moved by a share of itself.
    pub fn new(
        dual: &Dual<'_>,
        masks: Option<&[u64]>,
        start: &Start,
        reach: f64,
        enough: &Enough<'_>,
    ) -> Self {
        let depth = Depth::Trees {
            tolerance: enough.tolerance,
        };
        let first = dual.at(&start.shared, masks, &start.people, depth);
        let radius = start.radius(dual, reach);
        let mut bundle = Bundle::new(first.cut.clone(), radius, enough.price);
        let mut climb = Self {
            seen: vec![first],
            best: 0,
            shares: Vec::new(),
        };
        for _ in 0..EVALUATIONS {
            let highest = bundle.best().value;
            if (enough.closes)(highest) {
                break;
            }
            let Some(prices) = bundle.ask((enough.promise)(highest)) else {
                break;
            };
            let people = climb.seen[climb.best].prices();
            let valued = dual.at(&prices, masks, &people, depth);
            bundle.tell(valued.cut.clone());
            if valued.cut.value > highest {
                climb.best = climb.seen.len();
            }
            climb.seen.push(valued);
        }
        climb.shares = bundle.weights();
        climb
    }

    pub fn best(&self) -> &Valued {
        &self.seen[self.best]
    }

    /// The site about whose options the mixture is least agreed, and those options in two.
    pub fn split(&self, dual: &Dual<'_>, masks: Option<&[u64]>) -> Option<(u32, [u64; 2])> {
        let mut best: Option<(f64, u32, [u64; 2])> = None;
        for (region, range) in dual.regions.iter().enumerate() {
            let columns: Vec<(&[u8], f64)> = self
                .shares
                .iter()
                .map(|&(seen, share)| (&*self.seen[seen].parts[region].column.options, share))
                .filter(|column| !column.0.is_empty())
                .collect();
            if columns.windows(2).all(|pair| pair[0].0 == pair[1].0) {
                continue;
            }
            for site in range.clone() {
                let mask = masks.map_or(all(dual.problem.options()), |masks| masks[site]);
                let options = columns
                    .iter()
                    .map(|(column, share)| (column[site - range.start], *share));
                let Some((score, parts)) = disagreement(dual, site, mask, options) else {
                    continue;
                };
                if best.as_ref().is_none_or(|best| score > best.0) {
                    best = Some((score, site as u32, parts));
                }
            }
        }
        best.map(|(_, site, parts)| (site, parts))
    }
}

/// How much a mixture of options at one site differs, and the options in two; none where it does not.
fn disagreement(
    dual: &Dual<'_>,
    site: usize,
    mask: u64,
    options: impl Iterator<Item = (u8, f64)>,
) -> Option<(f64, [u64; 2])> {
    let problem = dual.problem;
    let mut shares = vec![0.0; problem.options()];
    for (option, share) in options {
        shares[usize::from(option)] += share;
    }
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by(|&a, &b| shares[b].total_cmp(&shares[a]));
    let (&first, &second) = (order.first()?, order.get(1)?);
    if shares[second] < DUST {
        return None;
    }
    let losses = problem.losses(site);
    let apart = (losses[first] - losses[second]).abs() * f64::from(problem.people[site]);
    Some((shares[second] * apart, halves(losses, mask, first, second)))
}

/// Options of a mask in two: those that lose less a person than the middle of two, and the others.
pub fn halves(losses: &[f64], mask: u64, one: usize, other: usize) -> [u64; 2] {
    let middle = 0.5 * (losses[one] + losses[other]);
    let lesser = (0..losses.len())
        .filter(|&option| mask >> option & 1 == 1 && losses[option] < middle)
        .fold(0, |set, option| set | 1 << option);
    match (lesser >> one & 1) == (lesser >> other & 1) {
        // They lose the same: one against all others.
        true => [1 << one, mask & !(1 << one)],
        false => [lesser, mask & !lesser],
    }
}
