//! The contest: every model forecasts every bin of a test period from what came before it, and one is
//! chosen.

use crate::counts::Counts;
use crate::models::{Fitted, Model};
use crate::special::{beta, gamma_lower, normal_cumulative};
use theatre::Stream;
use theatre::interval::quantile;

/// Least probability that a count is scored with, so that one surprise does not make a mean infinite.
pub const PROBABILITY_MIN: f64 = 1e-12;
/// Blocks of this many days are drawn anew for an interval of the gain, and of at least so many bins.
const BLOCK_DAYS: f64 = 7.0;
const BLOCK_BINS_MIN: usize = 4;
/// Fewer blocks than this say nothing of a gain (assumed).
pub(crate) const BLOCKS_MIN: usize = 10;
const BOOTSTRAP_DRAWS: u32 = 4000;
/// Key of the streams behind the bootstrap.
const BOOTSTRAP_PURPOSE: u32 = 0x626c_6f63;
/// Below this many attacks expected the N-test sums a negative binomial distribution; above, the normal.
const NORMAL_FROM: f64 = 1e5;

/// What of a table is forecast, and how often models are fitted anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Bins that models are first fitted to.
    pub fit_bins: usize,
    /// First bin that is scored, no earlier than `fit_bins`; those between are seen, but not scored.
    pub first_scored: usize,
    /// Bins after which models are fitted anew to all that has come by then; `None` never, they only go
    /// on counting.
    pub refit_bins: Option<usize>,
}

/// How one model did.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// What the model is called.
    pub name: String,
    /// Mean negative logarithm of the probability given to what came, nats for each site and bin; lower
    /// is better.
    pub log_score: f64,
    /// Mean continuous ranked probability score, attacks; lower is better.
    pub crps: f64,
    /// Mean squared error of the probability of at least one attack; lower is better.
    pub brier: f64,
    /// Share of counts within the central 90 %: expected share of the randomised probability integral
    /// transform within 0.05 to 0.95.
    pub cover90: f64,
    /// Attacks expected over attacks that came; `None` where none came.
    pub expected_over_observed: Option<f64>,
    /// Share of the non-randomised probability integral transform by tenths (Czado, Gneiting and Held,
    /// Biometrics 65, 2009); each 0.1 where forecasts are calibrated.
    pub pit: [f64; 10],
    /// By tenths of the probability given to at least one attack: forecasts, their mean, share with any.
    pub reliability: [Bucket; 10],
    /// The N-test.
    pub number_test: NumberTest,
    /// Mean log probability over sites, bin by bin.
    log_by_bin: Vec<f64>,
}

/// Forecasts of "at least one attack" that were alike.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bucket {
    /// How many.
    pub forecasts: u32,
    /// Mean probability given.
    pub given: f64,
    /// Share that came true.
    pub came: f64,
}

/// The N-test of the Collaboratory for the Study of Earthquake Predictability: is the number of attacks
/// in all what the model said? (Zechar, Gerstenberger and Rhoades, Bull. Seism. Soc. Am. 100, 2010.)
///
/// The number forecast has the mean and variance of the sum of all one-bin forecasts as if independent,
/// and is negative binomial, or Poisson where its variance is no greater than its mean. Sites that are
/// attacked together scatter more than that.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NumberTest {
    /// Attacks expected.
    pub expected: f64,
    /// Attacks that came.
    pub observed: u64,
    /// Probability of at least as many as came; under 0.025 too few were forecast.
    pub delta_1: f64,
    /// Probability of at most as many; under 0.025 too many were forecast.
    pub delta_2: f64,
}

/// Mean gain in log score over the default, nats for each site and bin, with 95 % bounds from drawing
/// blocks of bins anew.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Gain {
    /// Mean.
    pub mean: f64,
    /// 2.5 % quantile; the mean where there are too few blocks.
    pub low: f64,
    /// 97.5 % quantile; the mean where there are too few blocks.
    pub high: f64,
}

/// A finished contest.
#[derive(Clone, Debug, PartialEq)]
pub struct Contest {
    /// Each model with its gain over the default, in the order given; the default is first.
    pub models: Vec<(Scored, Gain)>,
    /// Index of the model chosen.
    pub chosen: usize,
    /// Why, in a sentence.
    pub why: String,
    /// Blocks that the bounds come from.
    pub blocks: usize,
    /// The model with the best log score but for the one chosen, and the gain of the one chosen over it;
    /// `None` where the bounds mean nothing.
    pub runner_up: Option<(usize, Gain)>,
}

impl Contest {
    /// The model chosen.
    #[must_use]
    pub fn chosen(&self) -> &(Scored, Gain) {
        // `judge` always puts the default first and chooses one that is there.
        &self.models[self.chosen]
    }

    /// Whether there were enough blocks for the bounds of gains to mean anything.
    #[must_use]
    pub fn has_bounds(&self) -> bool {
        self.blocks >= BLOCKS_MIN
    }
}

/// Forecasts every bin of the trial from those before it and scores the forecasts. Scores are 0 where no
/// bin is left to forecast.
#[must_use]
pub fn score(model: &dyn Model, counts: &Counts, trial: Trial) -> Scored {
    let mut sums = Sums::default();
    let mut fitted = model.fit(&counts.before(trial.fit_bins));
    let name = fitted.name().unwrap_or_else(|| model.name());
    for bin in trial.fit_bins..counts.bins() {
        let since = bin - trial.fit_bins;
        let is_due = |every: usize| since > 0 && since.is_multiple_of(every.max(1));
        if trial.refit_bins.is_some_and(is_due) && !fitted.is_online() {
            fitted = model.fit(&counts.before(bin));
        }
        if bin >= trial.first_scored {
            sums.add_bin(fitted.as_ref(), counts.bin(bin));
        }
        fitted.observe(counts.bin(bin));
    }
    sums.scored(name)
}

/// Sums of scores.
#[derive(Default)]
struct Sums {
    cells: f64,
    log_by_bin: Vec<f64>,
    crps: f64,
    brier: f64,
    cover: f64,
    expected: f64,
    variance: f64,
    observed: u64,
    /// Mean of the transform's distribution function at 0.1, 0.2, …
    pit: [f64; 10],
    /// Forecasts, sum of probabilities, how many came true.
    reliability: [(u32, f64, f64); 10],
}

impl Sums {
    fn add_bin(&mut self, fitted: &dyn Fitted, bin: &[u32]) {
        let mut log = 0.0;
        for (site, &count) in bin.iter().enumerate() {
            let forecast = fitted.predict(site);
            log += forecast
                .log_probability(count)
                .max(libm::log(PROBABILITY_MIN));
            let table = forecast.table();
            self.crps += table.crps(count);
            let any = 1.0 - table.cumulative(0);
            let came = f64::from(u8::from(count > 0));
            self.brier += (any - came) * (any - came);
            let bucket = &mut self.reliability[((any * 10.0) as usize).min(9)];
            *bucket = (bucket.0 + 1, bucket.1 + any, bucket.2 + came);
            let below = table.cumulative(i64::from(count) - 1);
            let at = table.cumulative(i64::from(count));
            self.cover += transform(below, at, 0.95) - transform(below, at, 0.05);
            for (tenth, sum) in self.pit.iter_mut().enumerate() {
                *sum += transform(below, at, (tenth + 1) as f64 / 10.0);
            }
            let (mean, variance) = forecast.moments(&table);
            self.expected += mean;
            self.variance += variance;
            self.observed += u64::from(count);
            self.cells += 1.0;
        }
        self.log_by_bin.push(log / bin.len().max(1) as f64);
    }

    fn scored(self, name: String) -> Scored {
        let cells = self.cells.max(1.0);
        let bins = self.log_by_bin.len().max(1) as f64;
        let mut before = 0.0;
        let pit = self.pit.map(|sum| {
            let share = sum / cells - before;
            before = sum / cells;
            share
        });
        let reliability = self.reliability.map(|(forecasts, given, came)| {
            let of = f64::from(forecasts.max(1));
            Bucket {
                forecasts,
                given: given / of,
                came: came / of,
            }
        });
        let any = self.observed > 0;
        Scored {
            name,
            log_score: 0.0 - self.log_by_bin.iter().sum::<f64>() / bins,
            crps: self.crps / cells,
            brier: self.brier / cells,
            cover90: self.cover / cells,
            expected_over_observed: any.then(|| self.expected / self.observed as f64),
            pit,
            reliability,
            number_test: number_test(self.expected, self.variance, self.observed),
            log_by_bin: self.log_by_bin,
        }
    }
}

/// Probability that the randomised transform, uniform from `below` to `at`, is at most `level`.
fn transform(below: f64, at: f64, level: f64) -> f64 {
    if at > below {
        ((level - below) / (at - below)).clamp(0.0, 1.0)
    } else {
        f64::from(u8::from(level >= at))
    }
}

fn number_test(expected: f64, variance: f64, observed: u64) -> NumberTest {
    let count = observed as f64;
    // Probability of at most so many.
    let at_most = |count: f64| {
        if count < 0.0 {
            0.0
        } else if expected <= 0.0 {
            1.0
        } else if expected > NORMAL_FROM || count > NORMAL_FROM {
            let deviation = libm::sqrt(variance.max(expected));
            normal_cumulative((count + 0.5 - expected) / deviation)
        } else if variance <= expected * (1.0 + 1e-9) {
            1.0 - gamma_lower(count + 1.0, expected)
        } else {
            let dispersion = expected * expected / (variance - expected);
            beta(expected / variance, dispersion, count + 1.0)
        }
    };
    NumberTest {
        expected,
        observed,
        delta_1: 1.0 - at_most(count - 1.0),
        delta_2: at_most(count),
    }
}

/// Sets models beside the default and chooses: the one with the largest mean gain among those whose
/// gain's lower bound is above 0, else the default. `block_bins` is [`block_bins`] of the table.
#[must_use]
pub fn judge(default: Scored, others: Vec<Scored>, block_bins: usize) -> Contest {
    let blocks = default.log_by_bin.len() / block_bins.max(1);
    let gains: Vec<Gain> = others
        .iter()
        .map(|other| gain(&default.log_by_bin, &other.log_by_bin, block_bins, blocks))
        .collect();
    let mut models = vec![(default, Gain::default())];
    models.extend(others.into_iter().zip(gains));
    let mut chosen = 0;
    for (index, (_, gain)) in models.iter().enumerate() {
        let shown = blocks >= BLOCKS_MIN && gain.low > 0.0;
        if shown && gain.mean > models[chosen].1.mean {
            chosen = index;
        }
    }
    let why = if blocks < BLOCKS_MIN {
        format!(
            "the default, as a log of {blocks} blocks of {block_bins} bins is too short to show that another model is better; \
             it takes {BLOCKS_MIN}"
        )
    } else if chosen == 0 {
        "the default, as no other model's gain over it is above 0 with 95 % certainty".into()
    } else {
        format!(
            "it gains {:.4} nats a site and bin over the default (95 %: {:.4} to {:.4})",
            models[chosen].1.mean, models[chosen].1.low, models[chosen].1.high
        )
    };
    let best = (0..models.len())
        .filter(|&index| index != chosen && blocks >= BLOCKS_MIN)
        .min_by(|&a, &b| models[a].0.log_score.total_cmp(&models[b].0.log_score));
    let logs = |index: usize| &models[index].0.log_by_bin;
    let runner_up = best.map(|best| {
        let gain = gain(logs(best), logs(chosen), block_bins, blocks);
        (best, gain)
    });
    Contest {
        runner_up,
        models,
        chosen,
        why,
        blocks,
    }
}

/// Bins of a block: those of 7 days, 4 at least.
#[must_use]
pub fn block_bins(counts: &Counts) -> usize {
    let week = libm::ceil(BLOCK_DAYS / counts.bin_days()) as usize;
    week.max(BLOCK_BINS_MIN)
}

/// Mean of the differences and, from whole blocks drawn with replacement (Künsch, Annals of Statistics
/// 17, 1989; blocks that do not overlap as in Carlstein, 1986), its bounds.
#[must_use]
fn gain(default: &[f64], other: &[f64], block_bins: usize, blocks: usize) -> Gain {
    let differences: Vec<f64> = other.iter().zip(default).map(|(a, b)| a - b).collect();
    let mean = differences.iter().sum::<f64>() / differences.len().max(1) as f64;
    if blocks < BLOCKS_MIN {
        return Gain {
            mean,
            low: mean,
            high: mean,
        };
    }
    let sums: Vec<f64> = differences
        .chunks_exact(block_bins)
        .map(|block| block.iter().sum::<f64>() / block_bins as f64)
        .collect();
    let mut draws: Vec<f64> = (0..BOOTSTRAP_DRAWS)
        .map(|draw| {
            // The same blocks for every model, so that gains can be compared.
            let mut stream = Stream::new(0, draw, 0, BOOTSTRAP_PURPOSE);
            let pick = |_| sums[((stream.uniform() * blocks as f64) as usize).min(blocks - 1)];
            (0..blocks).map(pick).sum::<f64>() / blocks as f64
        })
        .collect();
    draws.sort_by(f64::total_cmp);
    Gain {
        mean,
        low: quantile(&draws, 0.025),
        high: quantile(&draws, 0.975),
    }
}
