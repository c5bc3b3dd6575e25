//! The most likely parameters of a log.

use super::climb::{Bounds, EXACT, Place, Summit, climb, parameters};
use super::intervals::{THRESHOLD, profile_interval};
use super::kernel::{Record, evaluate};
use super::{Events, Likely, MOST_BRANCHING, Parameters, record};

/// A branching ratio below this is none.
pub(super) const LEAST_BRANCHING: f64 = 1e-7;
/// Starts are sought on at most about so many attacks; a start need not be exact.
const SAMPLE_EVENTS: usize = 4_000;
/// Excitation that gains fewer nats than this is none.
const UNSEEN: f64 = 1e-4;
const STRETCHES: usize = 8;
/// Decays that are tried differ by a factor of about 4: the likelihood is smooth over more than that.
const LOG_STEP: f64 = 1.4;
const MOST_STARTS: usize = 40;
const SHARE_STEPS: usize = 3;
/// A summit of the sample lower than the best by more nats than this is not climbed on the whole log.
const RIVAL: f64 = 10.0;

/// The process that is most likely to have made a log, with 95 % intervals of its parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hawkes {
    /// μ, attacks per unit of time.
    pub base_rate: Likely,
    /// n, attacks called forth by one attack.
    pub branching: Likely,
    /// β, per unit of time. Where the branching ratio may be 0 the log does not bound it.
    pub decay: Likely,
    /// Log-likelihood at the best parameters.
    pub log_likelihood: f64,
    /// By how much that is above the log-likelihood of attacks at a constant rate, ≥ 0.
    pub gain_over_constant: f64,
}

impl Hawkes {
    /// Fits by maximum likelihood, from several starts, with intervals by profile likelihood.
    ///
    /// Any log gives an answer: of none or one attack, or of attacks all at one instant, the base rate
    /// is bounded and the rest is not.
    #[must_use]
    pub fn fit(events: &Events) -> Self {
        let record = events.record();
        if record.events == 0.0 {
            return Self::of_none(record.length);
        }
        let bounds = bounds(&record);
        let sample = sample(events);
        let records = [record];
        let summit = highest(&records, &sample, &bounds);
        let interval = |axis| profile_interval(&records, &summit, axis, &bounds);
        let [record] = &records;
        let constant = constant_log_likelihood(record);
        let mut fit = Self {
            base_rate: interval(0),
            branching: interval(1),
            decay: interval(2),
            log_likelihood: summit.value,
            gain_over_constant: (summit.value - constant).max(0.0),
        };
        if fit.gain_over_constant < THRESHOLD {
            fit.branching.low = 0.0;
        }
        if summit.place[1] <= bounds.low[1] || fit.gain_over_constant < UNSEEN {
            fit.branching.best = 0.0;
            (fit.decay.low, fit.decay.high) = (0.0, f64::INFINITY);
        }
        fit
    }

    /// The most likely parameters alone, for a caller who fits again and again.
    #[must_use]
    pub fn most_likely(events: &Events) -> Parameters {
        let record = events.record();
        if record.events == 0.0 {
            return Self::of_none(record.length).parameters();
        }
        let bounds = bounds(&record);
        parameters(highest(&[record], &sample(events), &bounds).place)
    }

    /// The most likely parameters.
    #[must_use]
    pub fn parameters(&self) -> Parameters {
        Parameters {
            base_rate: self.base_rate.best,
            branching: self.branching.best,
            decay: self.decay.best,
        }
    }

    /// A window without attacks: the likelihood is exp(−μ × length), and knows of nothing else.
    fn of_none(length: f64) -> Self {
        Self {
            base_rate: Likely {
                best: 0.0,
                low: 0.0,
                high: THRESHOLD / length,
            },
            branching: Likely {
                best: 0.0,
                low: 0.0,
                high: 1.0,
            },
            decay: Likely {
                best: 1.0 / length,
                low: 0.0,
                high: f64::INFINITY,
            },
            log_likelihood: 0.0,
            gain_over_constant: 0.0,
        }
    }
}

fn constant_log_likelihood(record: &Record) -> f64 {
    record.events * (libm::log(record.events / record.length) - 1.0)
}

/// Where parameters are sought. A decay beyond these bounds cannot be seen: such followers come closer
/// than any two attacks, or hardly fade within the window.
pub(super) fn bounds(record: &Record) -> Bounds {
    let rate = record.events / record.length;
    let gaps = record.gaps.iter().copied().filter(|&gap| gap > 0.0);
    let least = gaps.fold(record.length, f64::min);
    // A gap may be as small as the rounding of times; decays a million million rates high are no
    // longer about attacks.
    let fastest = (20.0 / least).min(1e12 * rate).max(20.0 / record.length);
    Bounds {
        low: [
            libm::log(1e-9 * rate),
            libm::log(LEAST_BRANCHING),
            libm::log(0.05 / record.length),
        ],
        high: [
            libm::log(1e3 * rate),
            libm::log(MOST_BRANCHING),
            libm::log(fastest),
        ],
    }
}

/// The log, or where it is long some stretches of it, spread evenly.
fn sample(events: &Events) -> Vec<Record> {
    let times = &events.times;
    if times.len() <= SAMPLE_EVENTS {
        return vec![events.record()];
    }
    let size = SAMPLE_EVENTS / STRETCHES;
    let stretches = (0..STRETCHES).filter_map(|number| {
        let first = number * (times.len() - size) / (STRETCHES - 1);
        let stretch = times.get(first..first + size)?;
        let (&start, &end) = (stretch.first()?, stretch.last()?);
        (end > start).then(|| record(stretch, start, end))
    });
    let stretches: Vec<Record> = stretches.collect();
    if stretches.is_empty() {
        return vec![events.record()];
    }
    stretches
}

fn highest(records: &[Record], sample: &[Record], bounds: &Bounds) -> Summit {
    let free = [true; 3];
    let whole = sample == records;
    let mut summits: Vec<Summit> = starts(sample, bounds)
        .into_iter()
        .map(|start| climb(sample, start, free, bounds, EXACT))
        .collect();
    summits.sort_by(|a, b| b.value.total_cmp(&a.value));
    let best = summits.first().map_or(0.0, |summit| summit.value);
    let mut rivals: Vec<Summit> = Vec::new();
    for summit in summits {
        let known = rivals
            .iter()
            .any(|rival| (0..3).all(|axis| (rival.place[axis] - summit.place[axis]).abs() < 1e-2));
        if !known && summit.value >= best - RIVAL {
            rivals.push(summit);
        }
    }
    if !whole {
        for rival in &mut rivals {
            *rival = climb(records, rival.place, free, bounds, EXACT);
        }
    }
    let start = Summit {
        place: bounds.low,
        value: f64::NEG_INFINITY,
        hessian: [[0.0; 3]; 3],
    };
    let higher = |best: Summit, next: Summit| if next.value > best.value { next } else { best };
    rivals.into_iter().fold(start, higher)
}

/// The tops of the profile likelihood over a lattice of decays, best first, at most three.
fn starts(records: &[Record], bounds: &Bounds) -> Vec<Place> {
    let (low, high) = (bounds.low[2], bounds.high[2]);
    let count = ((high - low) / LOG_STEP)
        .ceil()
        .clamp(2.0, MOST_STARTS as f64) as usize;
    let lattice: Vec<(Place, f64)> = (0..=count)
        .map(|step| low + (high - low) * step as f64 / count as f64)
        .map(|log_decay| best_shares(records, log_decay, bounds))
        .collect();
    let value = |step: usize| lattice.get(step).map_or(f64::NEG_INFINITY, |point| point.1);
    let mut tops: Vec<usize> = (0..lattice.len())
        .filter(|&step| {
            let before = step.checked_sub(1).map_or(f64::NEG_INFINITY, value);
            value(step) >= before && value(step) > value(step + 1)
        })
        .collect();
    tops.sort_by(|&a, &b| value(b).total_cmp(&value(a)));
    tops.truncate(3);
    tops.into_iter().map(|step| lattice[step].0).collect()
}

/// For one decay, which share of the attacks is called forth by others, and how likely that is.
///
/// At the best (μ, n) the compensator equals the number of attacks, which leaves the share p alone:
/// μ = (1 − p) N / T and n = p N / G. The likelihood is concave in it; a start need not be exact.
fn best_shares(records: &[Record], log_decay: f64, bounds: &Bounds) -> (Place, f64) {
    let decay = libm::exp(log_decay);
    let events: f64 = records.iter().map(|record| record.events).sum();
    let length: f64 = records.iter().map(|record| record.length).sum();
    let at = |base_rate, branching| {
        let parameters = Parameters {
            base_rate,
            branching,
            decay,
        };
        evaluate(records, &parameters)
    };
    let mut here = at(events / length, 0.0);
    let along = [
        -events / length,
        events / here.spread.max(f64::MIN_POSITIVE),
    ];
    let most = (0.99 / along[1]).min(0.99);
    let mut share: f64 = 0.5_f64.min(0.5 * most);
    for _ in 0..SHARE_STEPS {
        here = at(events / length * (1.0 - share), along[1] * share);
        let slope = here.gradient[0] * along[0] + here.gradient[1] * along[1];
        let curvature = here.hessian[0][0] * along[0] * along[0]
            + 2.0 * here.hessian[0][1] * along[0] * along[1]
            + here.hessian[1][1] * along[1] * along[1];
        if curvature < 0.0 {
            share = (share - slope / curvature).clamp(1e-3 * most, most);
        }
    }
    let place = [
        libm::log(events / length * (1.0 - share)),
        libm::log((along[1] * share).max(f64::MIN_POSITIVE)),
        log_decay,
    ];
    (bounds.clamp(place), here.value)
}
