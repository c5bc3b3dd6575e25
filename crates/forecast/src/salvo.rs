//! How many rounds a salvo has.
//!
//! The rounds after the first follow a negative binomial distribution: its mean and dispersion are
//! weighed on a grid, so that no search can fail and every shape of evidence (a range of counts, one
//! report, none) is treated alike.

use crate::attacks::Attack;
use crate::distributions::{normalised, pick};
use crate::exposure::Family;
use std::collections::BTreeMap;
use theatre::{Catalogue, Estimate, Stream};

/// Most rounds of one salvo; more, in a report or a draw, count as this many.
pub const MOST_ROUNDS: u32 = 2000;

/// Mean rounds after the first: 10 to a decade, 0.1 to 100.
const MEANS: usize = 31;
/// Dispersions: 5 to a decade and both ends, 0.2 to 50.
const DISPERSIONS: usize = 13;
const DISPERSION_LOW: f64 = 0.2;
const DISPERSION_HIGH: f64 = 50.0;

/// Prior on the mean of rounds after the first, log-normal: about five rounds in all, since salvos of
/// 1 to 36 are on record, with a factor of e^1.2 for one sigma.
const PRIOR_MEAN: f64 = 4.0;
const PRIOR_MEAN_SIGMA: f64 = 1.2;
/// Prior on the dispersion, log-normal and wide: 1 is the geometric distribution.
const PRIOR_DISPERSION: f64 = 1.0;
const PRIOR_DISPERSION_SIGMA: f64 = 1.5;

/// How many reports those of other classes of the family are worth at most.
const FAMILY_REPORTS: f64 = 4.0;

/// A salvo size as it may be: 1 + negative binomial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SalvoDraw {
    /// Mean rounds of a salvo, 1.1 to 101.
    pub mean_rounds: f64,
    /// Dispersion of the rounds after the first, 0.2 to 50: their variance is mean + mean² /
    /// dispersion.
    pub dispersion: f64,
}

impl SalvoDraw {
    /// Rounds of one salvo, 1 to [`MOST_ROUNDS`], from one uniform draw by inversion: the same draw
    /// gives more rounds under a larger mean.
    #[must_use]
    pub fn rounds(self, stream: &mut Stream) -> u32 {
        let uniform = stream.uniform();
        let mut cumulative = 0.0;
        let mut rounds = 0;
        for probability in self.probabilities().take(MOST_ROUNDS as usize) {
            cumulative += probability;
            rounds += 1;
            if uniform < cumulative {
                break;
            }
        }
        rounds
    }

    /// Probabilities of 1, 2, 3, … rounds.
    fn probabilities(self) -> impl Iterator<Item = f64> {
        let mean = self.mean_rounds - 1.0;
        let ratio = mean / (mean + self.dispersion);
        let mut probability = libm::exp(-self.dispersion * libm::log1p(mean / self.dispersion));
        (0..).map(move |count: u32| {
            let this = probability;
            let count = f64::from(count);
            probability *= ratio * ((self.dispersion + count) / (count + 1.0));
            this
        })
    }
}

/// Weights of the grid for every class.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Salvos {
    cells: Vec<SalvoDraw>,
    /// One for each class of the catalogue.
    classes: Vec<Vec<f64>>,
    /// For a class that is not in the catalogue.
    prior: Vec<f64>,
}

/// Log likelihood of some reports in every cell, and how many reports they count for.
#[derive(Clone)]
struct Evidence {
    log_likelihood: Vec<f64>,
    reports: f64,
}

impl Salvos {
    /// Weighs the grid for every class by its own reports, by a power of the likelihood of the other
    /// classes of its family (power prior; Ibrahim and Chen, Statistical Science 15, 2000), and by the
    /// prior. Reports weigh by confidence alone: age tells of rates, hardly of salvos.
    pub fn fit(attacks: &[Attack], shares: &[f64], catalogue: &Catalogue) -> Self {
        let cells = cells();
        let log_prior: Vec<f64> = cells.iter().map(|cell| log_prior(*cell)).collect();
        let own = evidence(attacks, shares, catalogue.munitions.len(), &cells);
        let families = Family::ALL.map(|family| {
            let mut sum = Evidence::none(cells.len());
            for (munition, evidence) in catalogue.munitions.iter().zip(&own) {
                if Family::of(munition.kind) == family {
                    sum.add(evidence, 1.0);
                }
            }
            sum
        });
        let classes = catalogue
            .munitions
            .iter()
            .zip(&own)
            .map(|(munition, own)| {
                let family = &families[Family::of(munition.kind) as usize];
                let others = (family.reports - own.reports).max(0.0);
                let power = if others > FAMILY_REPORTS {
                    FAMILY_REPORTS / others
                } else {
                    1.0
                };
                let mut posterior = Evidence {
                    log_likelihood: log_prior.clone(),
                    reports: 0.0,
                };
                posterior.add(own, 1.0 - power);
                posterior.add(family, power);
                normalised(&posterior.log_likelihood)
            })
            .collect();
        Self {
            prior: normalised(&log_prior),
            cells,
            classes,
        }
    }

    pub fn draw(&self, class: usize, stream: &mut Stream) -> SalvoDraw {
        self.cells[pick(self.weights(class), stream.uniform())]
    }

    pub fn rounds_estimate(&self, class: usize) -> Estimate {
        let pmf = self.predictive(class);
        let rounds = (1..).map(f64::from);
        Estimate {
            mean: pmf.iter().zip(rounds).map(|(p, rounds)| p * rounds).sum(),
            low: f64::from(quantile(&pmf, 0.05)),
            high: f64::from(quantile(&pmf, 0.95)),
        }
    }

    pub fn rounds_median(&self, class: usize) -> u32 {
        quantile(&self.predictive(class), 0.5)
    }

    /// Probabilities of 1 to [`MOST_ROUNDS`] rounds of a salvo to come.
    fn predictive(&self, class: usize) -> Vec<f64> {
        let mut pmf = vec![0.0; MOST_ROUNDS as usize];
        for (cell, &weight) in self.cells.iter().zip(self.weights(class)) {
            if weight > 0.0 {
                for (sum, probability) in pmf.iter_mut().zip(cell.probabilities()) {
                    *sum += weight * probability;
                }
            }
        }
        // What lies beyond the bound is drawn as the bound.
        let beyond = 1.0 - pmf.iter().sum::<f64>();
        if let Some(last) = pmf.last_mut() {
            *last += beyond.max(0.0);
        }
        pmf
    }

    fn weights(&self, class: usize) -> &[f64] {
        self.classes.get(class).unwrap_or(&self.prior)
    }
}

/// The least number of rounds that is reached with this probability.
fn quantile(pmf: &[f64], level: f64) -> u32 {
    let mut cumulative = 0.0;
    let mut rounds = 0;
    for probability in pmf {
        cumulative += probability;
        rounds += 1;
        if cumulative >= level {
            break;
        }
    }
    rounds
}

impl Evidence {
    fn none(cells: usize) -> Self {
        Self {
            log_likelihood: vec![0.0; cells],
            reports: 0.0,
        }
    }

    fn add(&mut self, other: &Self, power: f64) {
        for (sum, term) in self.log_likelihood.iter_mut().zip(&other.log_likelihood) {
            *sum += power * term;
        }
        self.reports += power * other.reports;
    }
}

fn cells() -> Vec<SalvoDraw> {
    let mut cells = Vec::with_capacity(MEANS * DISPERSIONS);
    let span = libm::log(DISPERSION_HIGH / DISPERSION_LOW) / (DISPERSIONS - 1) as f64;
    for mean in 0..MEANS {
        for dispersion in 0..DISPERSIONS {
            cells.push(SalvoDraw {
                mean_rounds: 1.0 + libm::exp10(mean as f64 / 10.0 - 1.0),
                dispersion: DISPERSION_LOW * libm::exp(span * dispersion as f64),
            });
        }
    }
    cells
}

fn log_prior(cell: SalvoDraw) -> f64 {
    let mean = libm::log((cell.mean_rounds - 1.0) / PRIOR_MEAN) / PRIOR_MEAN_SIGMA;
    let dispersion = libm::log(cell.dispersion / PRIOR_DISPERSION) / PRIOR_DISPERSION_SIGMA;
    -0.5 * (mean * mean + dispersion * dispersion)
}

/// The evidence for each class of the catalogue. An attack with an unknown munition counts for each
/// class that it may have been, by its share.
fn evidence(
    attacks: &[Attack],
    shares: &[f64],
    classes: usize,
    cells: &[SalvoDraw],
) -> Vec<Evidence> {
    // One entry for each distinct range, by class, the unknown last: a long log has few ranges.
    let mut ranges = BTreeMap::<(usize, u32, u32), f64>::new();
    for attack in attacks {
        let (low, high) = (attack.rounds_low, attack.rounds_high);
        let class = attack.class.unwrap_or(classes);
        let range = (class, low.min(MOST_ROUNDS), high.min(MOST_ROUNDS));
        *ranges.entry(range).or_default() += attack.weight;
    }
    let longest = ranges.keys().map(|range| range.2).max().unwrap_or(0);
    let mut sums = vec![Evidence::none(cells.len()); classes + 1];
    for (&(class, _, _), weight) in &ranges {
        sums[class].reports += weight;
    }
    for (index, cell) in cells.iter().enumerate() {
        let table = Cumulative::new(*cell, longest);
        for (&(class, low, high), weight) in &ranges {
            sums[class].log_likelihood[index] += weight * table.log_share(low, high);
        }
    }
    if let Some(unknown) = sums.pop() {
        for (sum, &share) in sums.iter_mut().zip(shares) {
            sum.add(&unknown, share);
        }
    }
    sums
}

/// Sums of probabilities from both ends, so that a range in either tail keeps its digits.
struct Cumulative {
    /// Of fewer than this many rounds, from 1 on.
    below: Vec<f64>,
    /// Of this many or more, as far as the longest salvo of the log.
    from: Vec<f64>,
}

impl Cumulative {
    fn new(cell: SalvoDraw, longest: u32) -> Self {
        let pmf: Vec<f64> = cell.probabilities().take(longest as usize).collect();
        let mut below = vec![0.0; pmf.len() + 1];
        let mut from = vec![0.0; pmf.len() + 1];
        for index in 0..pmf.len() {
            below[index + 1] = below[index] + pmf[index];
            let back = pmf.len() - 1 - index;
            from[back] = from[back + 1] + pmf[back];
        }
        Self { below, from }
    }

    /// Logarithm of the mean probability of `low` to `high` rounds. Held above e⁻⁶⁹⁰, where floats
    /// end: no cell is ever ruled out altogether.
    fn log_share(&self, low: u32, high: u32) -> f64 {
        let (first, last) = (low as usize - 1, high as usize);
        let sum = if self.below[last] < 0.5 {
            self.below[last] - self.below[first]
        } else {
            self.from[first] - self.from[last]
        };
        libm::log((sum / f64::from(high - low + 1)).max(1e-300))
    }
}
