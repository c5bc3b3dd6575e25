//! How good tracks are, against a truth that only tests and studies know.

use crate::Gaussian;
use crate::assignment::assign;
use crate::matrix::squared_distance;

/// Distance between a set of targets and a set of estimates, and its parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gospa {
    /// The distance, m.
    pub distance_m: f64,
    /// Sum of the squared distances of targets and estimates that were paired, m².
    pub localisation_m2: f64,
    /// Targets without an estimate.
    pub missed: usize,
    /// Estimates without a target.
    pub false_tracks: usize,
}

/// Generalised optimal sub-pattern assignment with exponent 2 and α = 2 (Rahmathullah, García-Fernández
/// and Svensson, "Generalized optimal sub-pattern assignment metric", FUSION 2017).
///
/// `cutoff_m` is the distance from which a target counts as missed and an estimate as false.
#[must_use]
pub fn gospa(truth_m: &[[f64; 3]], estimates_m: &[[f64; 3]], cutoff_m: f64) -> Gospa {
    let cutoff = cutoff_m * cutoff_m;
    let paired = pairs(truth_m, estimates_m, cutoff);
    let near: Vec<_> = paired
        .into_iter()
        .filter(|squared| *squared < cutoff)
        .collect();
    let localisation_m2: f64 = near.iter().sum();
    let missed = truth_m.len() - near.len();
    let false_tracks = estimates_m.len() - near.len();
    let lost = 0.5 * cutoff * (missed + false_tracks) as f64;
    Gospa {
        distance_m: libm::sqrt(localisation_m2 + lost),
        localisation_m2,
        missed,
        false_tracks,
    }
}

/// Optimal sub-pattern assignment with exponent 2 (Schuhmacher, Vo and Vo, IEEE Trans. Signal Processing
/// 56, 2008), m: the root mean square distance, with `cutoff_m` for each that is too many on a side.
#[must_use]
pub fn ospa(truth_m: &[[f64; 3]], estimates_m: &[[f64; 3]], cutoff_m: f64) -> f64 {
    let (fewer, more) = (
        truth_m.len().min(estimates_m.len()),
        truth_m.len().max(estimates_m.len()),
    );
    if more == 0 {
        return 0.0;
    }
    let cutoff = cutoff_m * cutoff_m;
    let sum: f64 = pairs(truth_m, estimates_m, cutoff).iter().sum();
    libm::sqrt((sum + cutoff * (more - fewer) as f64) / more as f64)
}

/// Squared distances, at most `cutoff`, of the cheapest pairing.
fn pairs(truth_m: &[[f64; 3]], estimates_m: &[[f64; 3]], cutoff: f64) -> Vec<f64> {
    let (fewer, more) = if truth_m.len() <= estimates_m.len() {
        (truth_m, estimates_m)
    } else {
        (estimates_m, truth_m)
    };
    let squared = |row: usize, column: usize| {
        let apart = (0..3).map(|axis| fewer[row][axis] - more[column][axis]);
        apart.map(|apart| apart * apart).sum::<f64>().min(cutoff)
    };
    let chosen = assign(fewer.len(), more.len(), squared);
    chosen
        .iter()
        .enumerate()
        .map(|(row, &column)| squared(row, column))
        .collect()
}

/// Normalised estimation error squared of position and velocity: 6 on average where the covariance is
/// right (Bar-Shalom, Li and Kirubarajan 2001, section 5.4). None where the covariance is not definite.
#[must_use]
pub fn nees(estimate: &Gaussian, truth: &[f64; 6]) -> Option<f64> {
    let mut off = [0.0; 6];
    let mut covariance = [[0.0; 6]; 6];
    for row in 0..6 {
        off[row] = estimate.mean[row] - truth[row];
        covariance[row].copy_from_slice(&estimate.covariance[row][..6]);
    }
    squared_distance(off, &covariance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_of_sets_are_those_worked_by_hand() {
        let truth = [[0.0, 0.0, 0.0], [100.0, 0.0, 0.0]];
        assert_eq!(gospa(&truth, &truth, 50.0).distance_m, 0.0);
        let one = gospa(&truth, &[[3.0, 4.0, 0.0]], 50.0);
        assert_eq!(
            (one.missed, one.false_tracks, one.localisation_m2),
            (1, 0, 25.0)
        );
        assert!((one.distance_m - libm::sqrt(25.0 + 1_250.0)).abs() < 1e-9);
        let far = gospa(&truth[..1], &[[0.0, 0.0, 70.0]], 50.0);
        assert_eq!((far.missed, far.false_tracks, far.distance_m), (1, 1, 50.0));
        assert!((ospa(&truth, &[[3.0, 4.0, 0.0]], 50.0) - libm::sqrt(2_525.0 / 2.0)).abs() < 1e-9);
        assert_eq!(ospa(&[], &[], 50.0), 0.0);
        assert_eq!(gospa(&[], &truth, 50.0).false_tracks, 2);
    }
}
