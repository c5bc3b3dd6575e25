//! When a radar has a track of each round, without flying every plot: for large studies.
//!
//! A round is seen at each look with the probability of [`Radar::detection_probability`] at the range of
//! the nominal path, and is tracked at the look that brings the last detection needed. One uniform draw a
//! round picks the look from the distribution of that moment, so that a radar that sees better never
//! tracks later on the same draws. [`crate::warning`] sets the real tracker beside it.

use crate::radar::Radar;
use crate::salvo::Round;
use crate::shots::{PATH_POINTS, Shot};

/// Chance that a look sees a round, at the points of a nominal path.
#[derive(Clone, Debug)]
pub(crate) struct Visibility {
    chance: [f64; PATH_POINTS],
}

impl Visibility {
    /// Of a shot that ends beside the radar.
    pub(crate) fn new(radar: &Radar, shot: &Shot) -> Self {
        Self {
            chance: shot.path_m.map(|[level_m, height_m]| {
                if radar.sees_at(level_m, height_m) {
                    radar.detection_probability(libm::hypot(level_m, height_m))
                } else {
                    0.0
                }
            }),
        }
    }

    /// Chance at a share of the flight's time.
    fn at(&self, share: f64) -> f64 {
        let place = share * (PATH_POINTS - 1) as f64;
        let below = (place as usize).min(PATH_POINTS - 2);
        let (low, high) = (self.chance[below], self.chance[below + 1]);
        low + (high - low) * (place - below as f64)
    }

    /// When a round has been seen `needed` times, s from the first launch; none where it falls first.
    ///
    /// `counts` is room to work in.
    pub(crate) fn track_s(
        &self,
        round: &Round,
        first_look_s: f64,
        period_s: f64,
        needed: usize,
        counts: &mut Vec<f64>,
    ) -> Option<f64> {
        // Chances of so many detections up to now, below those needed.
        counts.clear();
        counts.resize(needed, 0.0);
        *counts.first_mut()? = 1.0;
        let flight_s = round.impact_s - round.launch_s;
        let looks_before = libm::ceil((round.launch_s - first_look_s) / period_s).max(0.0);
        let mut look_s = first_look_s + looks_before * period_s;
        let mut tracked = 0.0;
        while look_s < round.impact_s {
            let chance = self.at((look_s - round.launch_s) / flight_s);
            if chance > 0.0 {
                tracked += counts[needed - 1] * chance;
                for count in (1..needed).rev() {
                    counts[count] += (counts[count - 1] - counts[count]) * chance;
                }
                counts[0] *= 1.0 - chance;
                if tracked > round.detection_draw {
                    return Some(look_s);
                }
            }
            look_s += period_s;
        }
        None
    }
}
