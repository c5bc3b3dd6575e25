//! Which model a theatre's log has shown to be best.

use crate::challenger::Challenger;
use crate::contest::{self, BLOCKS_MIN, Gain};
use crate::models::{challengers, default_model};
use crate::record::Record;
use theatre::Theatre;

/// The model that a forecast uses, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What the model is called.
    pub name: String,
    /// Why it was chosen: ends a sentence that begins with its name.
    pub why: String,
    /// Its gain in log score over the default, nats a site and week; 0 for the default, and `None` where
    /// the log is too short to tell.
    pub gain: Option<Gain>,
}

impl Choice {
    /// Lets every model forecast the log week by week, where it is long enough to show that one is
    /// better than the default, and runs the winner over the horizon where that is not the default.
    pub(crate) fn make(theatre: &Theatre) -> (Self, Option<Challenger>) {
        let record = Record::new(theatre);
        let counts = &record.counts;
        let block_bins = contest::block_bins(counts);
        let weeks = counts.bins() - record.trial.fit_bins;
        let default = default_model();
        if weeks < BLOCKS_MIN * block_bins {
            let choice = Self {
                name: default.name(),
                why: format!(
                    "the default, as {weeks} weeks are too few to show that another is better, which takes {}",
                    BLOCKS_MIN * block_bins
                ),
                gain: None,
            };
            return (choice, None);
        }
        let models = challengers();
        let score = |model: &dyn crate::models::Model| contest::score(model, counts, record.trial);
        let others = models.iter().map(|model| score(model.as_ref())).collect();
        let contest = contest::judge(score(default.as_ref()), others, block_bins);
        let (scored, gain) = contest.chosen();
        let choice = Self {
            name: scored.name.clone(),
            why: contest.why.clone(),
            gain: Some(*gain),
        };
        let winner = contest
            .chosen
            .checked_sub(1)
            .and_then(|index| models.get(index));
        let challenger = winner.map(|model| {
            let sites = theatre.sites.len();
            Challenger::new(
                &record,
                model.as_ref(),
                theatre.horizon_days,
                sites,
                theatre.seed,
            )
        });
        (choice, challenger)
    }
}
