//! Models of the next bin's counts, behind one trait.
//!
//! A model is fitted to a table of [`Counts`] and from then on told each bin after it has forecast it.
//! It cannot look ahead: what it has not been given it has not seen.

mod conflictology;
mod decay;
mod decayed_dispersion;
mod excitation;
mod gamma_poisson;
mod ingarch;
mod poisson;
mod pooled;
mod recalibrated;
mod season;

use crate::counts::Counts;
use crate::predictive::Distribution;

pub use conflictology::Conflictology;
pub use decayed_dispersion::DecayedDispersion;
pub use excitation::NationalExcitation;
pub use gamma_poisson::{DecayedGammaPoisson, GammaPoisson};
pub use ingarch::{Ingarch, Noise};
pub use poisson::ConstantPoisson;
pub use pooled::PooledDecay;
pub use recalibrated::RecalibratedPool;

/// A way to forecast the counts of the next bin.
pub trait Model: Sync {
    /// What a reader calls it.
    fn name(&self) -> String;
    /// Learns from all bins of a table; any table will do, even an empty one.
    fn fit(&self, past: &Counts) -> Box<dyn Fitted>;
    /// What it estimates from the table, with intervals; empty for a model that estimates nothing but
    /// rates, whose uncertainty is in its forecasts.
    fn parameters(&self, past: &Counts) -> Vec<Parameter> {
        let _ = past;
        Vec::new()
    }
}

/// A model that has seen some bins and forecasts the one that follows.
pub trait Fitted: Send + Sync {
    /// What it is called once fitted, where that says more than the model's name.
    fn name(&self) -> Option<String> {
        None
    }
    /// The next bin's count at a site; nothing ever for a site that it was not fitted to.
    fn predict(&self, site: usize) -> Distribution;
    /// Whether observing is all the fitting there is, so that nothing is gained by fitting it anew.
    fn is_online(&self) -> bool {
        false
    }
    /// What came in the next bin, by site. Costs O(sites), however long the past.
    fn observe(&mut self, bin: &[u32]);
    /// A copy, to be led down another path.
    fn copy(&self) -> Box<dyn Fitted>;
}

/// One estimated figure of a model, with 95 % bounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// What it is, with its unit last.
    pub name: &'static str,
    /// The site that it was fitted to alone; `None` where sites share it.
    pub site: Option<usize>,
    /// Maximum likelihood estimate.
    pub estimate: f64,
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

/// The model that is used unless another has shown that it is better.
#[must_use]
pub fn default_model() -> Box<dyn Model> {
    Box::new(PooledDecay)
}

/// Every other model, plainest first.
#[must_use]
pub fn challengers() -> Vec<Box<dyn Model>> {
    vec![
        Box::new(ConstantPoisson),
        Box::new(GammaPoisson),
        Box::new(Conflictology { window_days: 60.0 }),
        Box::new(DecayedGammaPoisson),
        Box::new(DecayedDispersion),
        Box::new(Ingarch {
            noise: Noise::Poisson,
        }),
        Box::new(Ingarch {
            noise: Noise::NegativeBinomial,
        }),
        Box::new(NationalExcitation),
        Box::new(RecalibratedPool),
    ]
}

/// Sites with at least this many attacks are fitted alone; the others share one fit, as a few attacks
/// fix no parameter (assumed: six parameters of ten attacks each).
const OWN_FIT_ATTACKS: u64 = 60;

/// The sites that are fitted together.
fn groups(past: &Counts) -> Vec<Vec<usize>> {
    let mut groups = Vec::new();
    let mut rest = Vec::new();
    for (site, total) in past.totals().into_iter().enumerate() {
        if total >= OWN_FIT_ATTACKS {
            groups.push(vec![site]);
        } else {
            rest.push(site);
        }
    }
    if !rest.is_empty() {
        groups.push(rest);
    }
    groups
}

/// The site of a group of one.
fn alone(group: &[usize]) -> Option<usize> {
    match group {
        [site] => Some(*site),
        _ => None,
    }
}
