//! The bound as a function of the prices of what regions share.

use super::bundle::Cut;
use super::price::{Peak, Sites, Toll, all};
use super::problem::RegionalProblem;
use super::proof::RegionNode;
use super::region::{Column, Task};
use rayon::prelude::*;
use std::ops::Range;

/// Regions of more sites get no tree: with so many, prices alone leave no gap that matters.
const TREE_SITES: usize = 4096;
/// Relative tolerance of a peak where there is no tree.
const ROUGH: f64 = 1e-10;
/// Most nodes of one region's tree.
const TREE_NODES: usize = 400;

/// How closely each region is bounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Depth {
    /// By the price of a person alone.
    Plain,
    /// By a tree, to so much loss.
    Trees {
        /// The loss.
        tolerance: f64,
    },
}

/// A problem whose sites stand region by region.
pub struct Dual<'a> {
    pub problem: &'a RegionalProblem,
    pub regions: Vec<Range<usize>>,
    /// A first idea of each price.
    pub scales: Vec<f64>,
}

/// The bound at some prices, and what attains it.
#[derive(Clone, Debug)]
pub struct Valued {
    /// Prices of systems, then of lift; bound; and its slope.
    pub cut: Cut,
    /// By region.
    pub parts: Vec<Part>,
}

impl Valued {
    /// Price of a person by region.
    pub fn prices(&self) -> Vec<f64> {
        self.parts.iter().map(|part| part.price).collect()
    }
}

/// One region's part.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Its best options; none where the region has no tree.
    pub column: Column,
    pub tree: Vec<RegionNode>,
    /// Price of a person.
    pub price: f64,
    bound: f64,
    /// Units of each system, then people moved.
    used: Vec<f64>,
}

impl<'a> Dual<'a> {
    pub fn new(problem: &'a RegionalProblem) -> Self {
        let mut regions = Vec::new();
        let mut start = 0;
        for site in 1..=problem.sites() {
            if problem.region.get(site) != problem.region.get(start) {
                regions.push(start..site);
                start = site;
            }
        }
        Self {
            problem,
            regions,
            scales: scales(problem),
        }
    }

    /// Whether any region is small enough for a tree.
    pub fn has_trees(&self) -> bool {
        self.regions.iter().any(|range| range.len() <= TREE_SITES)
    }

    /// Units of each system and the lift.
    pub fn limits(&self) -> Vec<f64> {
        let stock = self.problem.stock.iter().map(|&units| f64::from(units));
        stock.chain([self.problem.lift as f64]).collect()
    }

    /// The bound at these prices for options within the masks; `people` are guesses at the price of a
    /// person by region.
    pub fn at(
        &self,
        prices: &[f64],
        masks: Option<&[u64]>,
        people: &[f64],
        depth: Depth,
    ) -> Valued {
        let (systems, lift) = prices.split_at(self.problem.stock.len());
        let toll = Toll::new(self.problem, systems, lift.iter().sum());
        let regions = self.regions.par_iter().zip(people);
        let parts: Vec<Part> = regions
            .map(|(range, &guess)| {
                let masks = masks.map(|masks| &masks[range.clone()]);
                match depth {
                    Depth::Trees { tolerance } if range.len() <= TREE_SITES => {
                        self.by_tree(range, &toll, masks, guess, tolerance)
                    }
                    _ => self.plain(range, &toll, masks, guess),
                }
            })
            .collect();
        let mut value = parts.iter().map(|part| part.bound).sum::<f64>();
        let mut slope = vec![0.0; prices.len()];
        for (place, limit) in self.limits().into_iter().enumerate() {
            value -= prices[place] * limit;
            slope[place] = parts.iter().map(|part| part.used[place]).sum::<f64>() - limit;
        }
        let at = prices.to_vec();
        Valued {
            cut: Cut { at, value, slope },
            parts,
        }
    }

    fn by_tree(
        &self,
        range: &Range<usize>,
        toll: &Toll,
        masks: Option<&[u64]>,
        guess: f64,
        tolerance: f64,
    ) -> Part {
        let sites = Sites::new(self.problem, range.clone());
        let every = || vec![all(sites.options); sites.count()];
        let task = Task {
            sites: &sites,
            toll,
            base: range.start,
            tolerance,
            nodes: TREE_NODES,
        };
        let solved = task.solve(masks.map_or_else(every, <[u64]>::to_vec), guess);
        Part {
            used: self.used(&solved.best),
            bound: solved.bound,
            column: solved.best,
            tree: solved.tree,
            price: solved.price,
        }
    }

    fn used(&self, column: &Column) -> Vec<f64> {
        let systems = self.problem.stock.len();
        let mut used = vec![0.0; systems + 1];
        for &option in &column.options {
            let units = &self.problem.units[usize::from(option)];
            for (used, &units) in used.iter_mut().zip(units) {
                *used += f64::from(units);
            }
        }
        used[systems] = column.moved as f64;
        used
    }

    /// By the price of a person alone; what is used is mixed so that nobody appears or vanishes.
    fn plain(&self, range: &Range<usize>, toll: &Toll, masks: Option<&[u64]>, guess: f64) -> Part {
        let sites = Sites::new(self.problem, range.clone());
        let peak: Peak = sites.peak(toll, guess, ROUGH, masks);
        let (low, high) = (peak.below.net as f64, peak.above.net as f64);
        let share = if high > low { high / (high - low) } else { 1.0 };
        let mut used = vec![0.0; self.problem.stock.len() + 1];
        for (point, share) in [(peak.below, share), (peak.above, 1.0 - share)] {
            if share <= 0.0 {
                continue;
            }
            let (by_option, moved) = sites.used(toll, point.price, masks);
            for (units, count) in self.problem.units.iter().zip(by_option) {
                for (used, &units) in used.iter_mut().zip(units) {
                    *used += share * f64::from(units) * count as f64;
                }
            }
            used[self.problem.stock.len()] += share * moved as f64;
        }
        Part {
            column: Column::default(),
            tree: vec![RegionNode::Price(peak.best.price)],
            price: peak.best.price,
            bound: peak.best.value,
            used,
        }
    }
}

/// A first idea of each price: what the best option saves at a full site on average, and what a person
/// loses.
fn scales(problem: &RegionalProblem) -> Vec<f64> {
    let sites = problem.sites() as f64;
    let (mut saved, mut lost) = (0.0, 0.0);
    for (losses, &capacity) in problem
        .loss
        .chunks_exact(problem.options())
        .zip(&problem.capacity)
    {
        let most = losses.iter().copied().fold(0.0, f64::max);
        let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
        saved += (most - least) * f64::from(capacity);
        lost += most;
    }
    let floor = f64::MIN_POSITIVE.sqrt();
    let mut scales = vec![(saved / sites).max(floor); problem.stock.len()];
    scales.push((lost / sites).max(floor));
    scales
}
