//! Scores of a forecast against what came: lower is better for the CRPS, higher for the log score.
//!
//! All are proper: on average nobody scores better than by saying what they believe (Gneiting and
//! Raftery, "Strictly proper scoring rules, prediction, and estimation", JASA 102, 2007).

/// Continuous ranked probability score of a sample against what was observed, in the unit of the
/// sample, ≥ 0; for a single draw it is the absolute error. `None` where the sample is empty.
///
/// The mean distance of the draws from `observed` less half the mean distance between two of them
/// (Gneiting and Raftery 2007, equation 21), over all pairs, each draw with itself included: the score
/// of the sample as it stands, not of the distribution that it was drawn from.
///
/// ```
/// assert_eq!(forecast::scores::crps_of_sample(&[1.0, 3.0], 3.0), Some(0.5));
/// ```
#[must_use]
pub fn crps_of_sample(samples: &[f64], observed: f64) -> Option<f64> {
    if samples.is_empty() {
        return None;
    }
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len() as f64;
    let mut distance = 0.0;
    let mut spread = 0.0;
    for (index, &draw) in sorted.iter().enumerate() {
        distance += (draw - observed).abs();
        // Over all pairs, draw i is added i times and subtracted (count − 1 − i) times.
        spread += draw * (2.0 * index as f64 - (count - 1.0));
    }
    Some((distance / count - spread / (count * count)).max(0.0))
}

/// Continuous ranked probability score of a distribution over 0, 1, 2, … against a count, ≥ 0: the
/// sum of squared differences between the two cumulative functions (Epstein, 1969). The probabilities
/// are those of 0 to `pmf.len() − 1` and sum to 1.
#[must_use]
pub fn crps_of_pmf(pmf: &[f64], observed: u32) -> f64 {
    let observed = observed as usize;
    let mut cumulative = 0.0;
    let mut score = 0.0;
    for (count, probability) in pmf.iter().enumerate() {
        cumulative += probability;
        let step = if count >= observed { 1.0 } else { 0.0 };
        score += (cumulative - step) * (cumulative - step);
    }
    score + observed.saturating_sub(pmf.len()) as f64
}

/// Log score of a sample of counts against the count observed: the natural logarithm of its share of
/// the sample, ≤ 0. Half a draw is added to hits and to misses, so that a finite sample never calls
/// anything impossible.
#[must_use]
pub fn log_score_of_sample(samples: &[f64], observed: f64) -> f64 {
    let hits = samples.iter().filter(|&&draw| draw == observed).count() as f64;
    libm::log((hits + 0.5) / (samples.len() as f64 + 1.0))
}

/// Log score of a distribution over 0, 1, 2, … against a count: the natural logarithm of its
/// probability, ≤ 0; negative infinity for what was called impossible.
#[must_use]
pub fn log_score_of_pmf(pmf: &[f64], observed: u32) -> f64 {
    let probability = pmf.get(observed as usize).copied().unwrap_or(0.0);
    libm::log(probability.clamp(0.0, 1.0))
}

/// Randomised probability integral transform: the share of draws below what was observed, plus
/// `uniform` (0 to 1) of those equal to it. Over many forecasts it is uniform when the forecasts are
/// calibrated, for counts too (Czado, Gneiting and Held, Biometrics 65, 2009). `None` where the sample
/// is empty.
///
/// ```
/// let draws = [0.0, 1.0, 1.0, 2.0];
/// assert_eq!(forecast::scores::randomised_pit(&draws, 1.0, 0.5), Some(0.5));
/// ```
#[must_use]
pub fn randomised_pit(samples: &[f64], observed: f64, uniform: f64) -> Option<f64> {
    if samples.is_empty() {
        return None;
    }
    let below = samples.iter().filter(|&&draw| draw < observed).count() as f64;
    let equal = samples.iter().filter(|&&draw| draw == observed).count() as f64;
    Some((below + uniform.clamp(0.0, 1.0) * equal) / samples.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: draws 0, 2, 5 against 1: (1 + 1 + 4) / 3 − (2·(2 + 5 + 3)) / (2·9) = 2 − 10/9.
    #[test]
    fn crps_of_three_draws_by_hand() {
        let score = crps_of_sample(&[5.0, 0.0, 2.0], 1.0).unwrap();
        assert!((score - (2.0 - 10.0 / 9.0)).abs() < 1e-12);
        assert_eq!(crps_of_sample(&[4.0], 1.5), Some(2.5));
        assert_eq!(crps_of_sample(&[], 1.0), None);
    }

    /// By hand: ¼, ½, ¼ over 0, 1, 2 against 1: (¼)² + (−¼)² + 0 = ⅛; against 4: (¼)² + (¾)² + 1 + 1.
    #[test]
    fn crps_of_a_distribution_by_hand() {
        let pmf = [0.25, 0.5, 0.25];
        assert!((crps_of_pmf(&pmf, 1) - 0.125).abs() < 1e-12);
        assert!((crps_of_pmf(&pmf, 4) - 2.625).abs() < 1e-12);
        let sample = [0.0, 1.0, 1.0, 2.0];
        for observed in 0..6_u32 {
            let of_sample = crps_of_sample(&sample, f64::from(observed)).unwrap();
            assert!((crps_of_pmf(&pmf, observed) - of_sample).abs() < 1e-12);
        }
    }

    #[test]
    fn log_scores_by_hand() {
        assert!((log_score_of_pmf(&[0.25, 0.75], 0) - libm::log(0.25)).abs() < 1e-15);
        assert_eq!(log_score_of_pmf(&[0.25, 0.75], 2), f64::NEG_INFINITY);
        // Two of four, and half a draw: 2.5 of 5.
        let score = log_score_of_sample(&[0.0, 1.0, 1.0, 2.0], 1.0);
        assert!((score - libm::log(0.5)).abs() < 1e-15);
    }

    #[test]
    fn the_transform_spreads_ties() {
        let draws = [0.0, 1.0, 1.0, 2.0];
        assert_eq!(randomised_pit(&draws, 1.0, 0.0), Some(0.25));
        assert_eq!(randomised_pit(&draws, 1.0, 1.0), Some(0.75));
        assert_eq!(randomised_pit(&draws, 7.0, 0.3), Some(1.0));
        assert_eq!(randomised_pit(&[], 7.0, 0.3), None);
    }
}
