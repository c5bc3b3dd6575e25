//! Constant Poisson.

use super::{Fitted, Model};
use crate::counts::Counts;
use crate::predictive::Distribution;

/// The mean of all bins of the past, for ever and known exactly: the least that any model must beat.
pub struct ConstantPoisson;

#[derive(Clone)]
struct Rates(Vec<f64>);

impl Model for ConstantPoisson {
    fn name(&self) -> String {
        "constant Poisson".into()
    }

    fn fit(&self, past: &Counts) -> Box<dyn Fitted> {
        let bins = past.bins().max(1) as f64;
        // A site without any attack gets half a one, since nothing is impossible.
        let rate = |total: u64| (total as f64).max(0.5) / bins;
        Box::new(Rates(past.totals().into_iter().map(rate).collect()))
    }
}

impl Fitted for Rates {
    fn predict(&self, site: usize) -> Distribution {
        Distribution::poisson(self.0.get(site).copied().unwrap_or(0.0))
    }

    fn observe(&mut self, _bin: &[u32]) {}

    fn copy(&self) -> Box<dyn Fitted> {
        Box::new(self.clone())
    }
}
