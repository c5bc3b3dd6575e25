//! How every model would have forecast a log, as data.

use forecast::contest::{self, Contest, Gain, Scored, Trial};
use forecast::counts::Counts;
use forecast::models;
use rayon::prelude::*;
use serde::Serialize;

/// The document of `rampart forecast score --json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scores {
    /// Every model, the default first.
    pub models: Vec<ModelLine>,
    /// Name of the model to be used.
    pub chosen: String,
}

/// How one model did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModelLine {
    /// Name.
    pub name: String,
    /// Mean negative log probability, nats a site and bin; lower is better.
    pub log_score: f64,
    /// Continuous ranked probability score, attacks; lower is better.
    pub crps: f64,
    /// Brier score of "at least one"; lower is better.
    pub brier: f64,
    /// Share of counts within the central 90 %.
    pub cover90: f64,
    /// Attacks expected over observed; none where none came.
    pub expected_over_observed: Option<f64>,
    /// Gain in log score over the default, with 95 % bounds.
    pub gain: GainLine,
    /// Probability integral transform by tenths.
    pub pit: [f64; 10],
    /// N-test.
    pub number_test: NumberLine,
}

/// A gain with its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct GainLine {
    /// Mean.
    pub mean: f64,
    /// 2.5 % quantile.
    pub low: f64,
    /// 97.5 % quantile.
    pub high: f64,
}

/// The N-test's two probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct NumberLine {
    /// Probability of at least as many attacks as came.
    pub delta_1: f64,
    /// Probability of at most as many.
    pub delta_2: f64,
}

impl From<Gain> for GainLine {
    fn from(gain: Gain) -> Self {
        Self {
            mean: gain.mean,
            low: gain.low,
            high: gain.high,
        }
    }
}

impl Scores {
    /// Reads a contest off.
    #[must_use]
    pub fn of(contest: &Contest) -> Self {
        Self {
            models: contest
                .models
                .iter()
                .map(|(scored, gain)| line(scored, *gain))
                .collect(),
            chosen: contest.chosen().0.name.clone(),
        }
    }
}

fn line(scored: &Scored, gain: Gain) -> ModelLine {
    ModelLine {
        name: scored.name.clone(),
        log_score: scored.log_score,
        crps: scored.crps,
        brier: scored.brier,
        cover90: scored.cover90,
        expected_over_observed: scored.expected_over_observed,
        gain: gain.into(),
        pit: scored.pit,
        number_test: NumberLine {
            delta_1: scored.number_test.delta_1,
            delta_2: scored.number_test.delta_2,
        },
    }
}

/// Every model on one table, side by side on as many threads as there are.
#[must_use]
pub fn contest(counts: &Counts, trial: Trial) -> Contest {
    let mut all = models::challengers();
    all.insert(0, models::default_model());
    let mut scored: Vec<Scored> = all
        .par_iter()
        .map(|model| contest::score(model.as_ref(), counts, trial))
        .collect();
    let default = scored.remove(0);
    contest::judge(default, scored, contest::block_bins(counts))
}
