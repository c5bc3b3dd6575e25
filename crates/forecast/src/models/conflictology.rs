//! Conflictology: what came lately comes again.

use super::{Fitted, Model};
use crate::counts::Counts;
use crate::predictive::Distribution;
use std::collections::{BTreeMap, VecDeque};

/// The counts of the last days as they stand, with half a bin of a negative binomial distribution
/// around their mean so that nothing is called impossible (Hegre et al., "The 2023/24 VIEWS prediction
/// challenge", 2024, whose benchmark this is).
pub struct Conflictology {
    /// Days that are remembered.
    pub window_days: f64,
}

/// Dispersion of the distribution that is mixed in, and how many bins it is worth.
const DISPERSION: f64 = 1.5;
const WEIGHT_BINS: f64 = 0.5;

#[derive(Clone)]
struct Window {
    bins: usize,
    bin_days: f64,
    sites: Vec<VecDeque<u32>>,
}

impl Model for Conflictology {
    fn name(&self) -> String {
        format!("conflictology, {} days", self.window_days)
    }

    fn fit(&self, past: &Counts) -> Box<dyn Fitted> {
        let mut window = Window {
            bins: past.bins_of_days(self.window_days),
            bin_days: past.bin_days(),
            sites: vec![VecDeque::new(); past.sites()],
        };
        let first = past.bins().saturating_sub(window.bins);
        (first..past.bins()).for_each(|bin| window.observe(past.bin(bin)));
        Box::new(window)
    }
}

impl Fitted for Window {
    fn predict(&self, site: usize) -> Distribution {
        let mut distribution = Distribution::default();
        let Some(recent) = self.sites.get(site) else {
            return Distribution::poisson(0.0);
        };
        let mut times = BTreeMap::<u32, f64>::new();
        recent
            .iter()
            .for_each(|&count| *times.entry(count).or_default() += 1.0);
        let total = recent.len() as f64 + WEIGHT_BINS;
        for (&count, &share) in &times {
            distribution.add_exactly(share / total, count);
        }
        let sum: f64 = recent.iter().map(|&count| f64::from(count)).sum();
        let mean = sum / recent.len().max(1) as f64 + 0.01 * self.bin_days;
        distribution.add(WEIGHT_BINS / total, mean, DISPERSION);
        distribution
    }

    fn is_online(&self) -> bool {
        true
    }

    fn observe(&mut self, bin: &[u32]) {
        for (recent, &count) in self.sites.iter_mut().zip(bin) {
            if recent.len() == self.bins {
                recent.pop_front();
            }
            recent.push_back(count);
        }
    }

    fn copy(&self) -> Box<dyn Fitted> {
        Box::new(self.clone())
    }
}
