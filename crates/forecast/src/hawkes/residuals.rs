//! Whether the process could have made a log: its times on the clock of expected attacks.

use super::{Events, Parameters};

/// How far a log is from what the process makes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Residuals {
    /// Greatest distance between the distribution of the waits and that of unit exponentials, 0 to 1.
    pub distance: f64,
    /// Probability of so great a distance where the process is right: Kolmogorov's, with Stephens's
    /// correction for short logs. Too high where the parameters were fitted to the same log.
    pub probability: f64,
    /// Waits compared.
    pub count: usize,
}

/// Compares the waits between attacks, counted in expected attacks, with the unit exponential that they
/// follow where the process is right (Ogata, "Statistical models for earthquake occurrences and
/// residual analysis for point processes", JASA 83, 1988). `None` for a log without attacks.
#[must_use]
pub fn residuals(events: &Events, parameters: &Parameters) -> Option<Residuals> {
    let mut waits = waits(events, parameters);
    if waits.is_empty() {
        return None;
    }
    waits.sort_unstable_by(f64::total_cmp);
    let count = waits.len() as f64;
    let mut distance: f64 = 0.0;
    for (index, wait) in waits.iter().enumerate() {
        let share = -libm::expm1(-wait);
        let below = index as f64 / count;
        distance = distance.max(share - below).max(below + 1.0 / count - share);
    }
    let root = libm::sqrt(count);
    Some(Residuals {
        distance,
        // Stephens, JASA 69, 1974, table 1A.
        probability: kolmogorov((root + 0.12 + 0.11 / root) * distance),
        count: waits.len(),
    })
}

/// Expected attacks between each attack and the one before.
fn waits(events: &Events, parameters: &Parameters) -> Vec<f64> {
    let (mut before, mut excitation, mut arrived) = (events.start(), 0.0, 0.0);
    let mut waits = Vec::with_capacity(events.times().len());
    for &time in events.times() {
        let gap = time - before;
        let exponent = -parameters.decay * gap;
        let held = excitation + arrived;
        waits
            .push(parameters.base_rate * gap - parameters.branching * held * libm::expm1(exponent));
        excitation = held * libm::exp(exponent);
        arrived = 1.0;
        before = time;
    }
    waits
}

/// Probability that Kolmogorov's statistic is above `value`.
fn kolmogorov(value: f64) -> f64 {
    if value < 0.2 {
        return 1.0;
    }
    let mut sum = 0.0;
    for term in 1..100_i32 {
        let order = f64::from(term);
        let part = libm::exp(-2.0 * order * order * value * value);
        sum += if term % 2 == 1 { part } else { -part };
    }
    (2.0 * sum).clamp(0.0, 1.0)
}
