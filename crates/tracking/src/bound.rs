//! The error that no filter can go below, for tests and studies, which know the truth.

use crate::filter::{Filter, Gaussian};
use crate::model::Class;
use crate::motion::{Motion, STATES};
use crate::sensor::Sighting;
use crate::{DragPrior, Ground, ImpactPrediction, SensorModel, Surroundings};

/// The posterior Cramér–Rao bound of a falling round's state: the recursion of Tichavský, Muravchik and
/// Nehorai (IEEE Trans. Signal Processing 46, 1998), with slopes taken along one true path.
#[derive(Clone, Debug)]
pub struct Bound {
    motion: Motion,
    state: Gaussian,
}

impl Bound {
    /// The bound before any plot: the truth, and the covariance of what is known beforehand.
    #[must_use]
    pub fn new(surroundings: &Surroundings, drag: &DragPrior, prior: Gaussian) -> Self {
        Self {
            motion: Motion::new(surroundings, drag),
            state: prior,
        }
    }

    /// The bound `time_s` later, when the truth is `truth`, and after a plot of `sensor` if there is one.
    pub fn step(&mut self, time_s: f64, truth: [f64; STATES], sensor: Option<&SensorModel>) {
        let manner = Class::FallingRound.manner();
        self.state
            .predict(Filter::Extended, Some(&self.motion), &manner, time_s);
        self.state.mean = truth;
        let expected = sensor.and_then(|sensor| self.state.expected_at_truth(sensor));
        if let (Some(sensor), Some(expected)) = (sensor, expected) {
            let as_expected = Sighting {
                offset_s: 0.0,
                measured: expected.measured,
                rated: sensor.range_rate_sigma_mps.is_some(),
                position_m: [0.0; 3],
                covariance_m2: [[0.0; 3]; 3],
            };
            self.state
                .update(&expected, &expected.innovation(&as_expected));
        }
    }

    /// Least covariance of the state, about the truth.
    #[must_use]
    pub fn state(&self) -> &Gaussian {
        &self.state
    }

    /// What that covariance leaves open about the impact.
    #[must_use]
    pub fn impact(&self, ground: &impl Ground) -> Option<ImpactPrediction> {
        ImpactPrediction::of(&self.state, 0, &self.motion, ground)
    }
}
