//! When to warn: what a warning costs, what a missed one does, and what a look more is worth.

use super::{NOTHING, Threat};
use crate::error::within;
use crate::{Class, TrackingError};

/// Share of those hurt that a warning saves at the last moment: who hears it may still turn away (assumed).
const LEAST_SAVED: f64 = 0.01;

/// How much likelier what rises over a zone comes down elsewhere than its state says: most of it is fired by the zone's own
/// people (assumed).
const OWN_ROUNDS: f64 = 20.0;

/// When to warn. [`Settings::default`] gives every field a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Cost of no warning where something comes down, in any unit; above 0.
    pub cost_missed: f64,
    /// Cost of a warning where nothing does, in the same unit; above 0.
    pub cost_needless: f64,
    /// How much rarer targets are than the tracker has it beforehand, against chance alone, as a logarithm; 0
    /// to 50. That rounds are rare among all that flies is in the tracker's share of its classes already.
    pub rarity: f64,
    /// Share of the needless warnings of birds and drones that the plots of the next second would spare; 0 to 1. At 0
    /// they are not waited for.
    pub birds_cleared_per_s: f64,
    /// Time that people take to drop, s; 0.01 to 60.
    pub drop_s: f64,
    /// Lethal radius of a falling round, m; 0 to 10⁴.
    pub round_radius_m: f64,
    /// Lethal radius of a rocket under thrust, m; 0 to 10⁴.
    pub rocket_radius_m: f64,
    /// Standard deviations of the moment of impact before and after its mean between which it is likely; 0.5
    /// to 5.
    pub likely_sigmas: f64,
    /// Share of the threshold below which a warning is on its way to be cancelled; 0 to 1.
    pub cancel_share: f64,
    /// Time for which the probability must stay below that, s; 0 to 600.
    pub cancel_after_s: f64,
    /// Change of the first or the last likely impact that is worth an update, s; 0.1 to 600.
    pub update_s: f64,
    /// Time from the last likely impact to the all clear, s; 0 to 3600.
    pub all_clear_after_s: f64,
    /// Time from there on after which a warning ends by itself if nothing is heard, s; 1 to 3600.
    pub expires_after_s: f64,
}

impl Default for Settings {
    /// All assumed. A round among people in the open hits a few in a hundred, of whom shelter saves most,
    /// while a needless alarm takes a quarter of an hour of everybody and some trust: a hundred to one.
    /// Rounds are 1,700 times rarer against chance than the tracker has them: one a day for a radar that looks every
    /// second. The radius is the greatest within which an 82 mm mortar round or a 107 mm rocket wounds, 45 m.
    fn default() -> Self {
        Self {
            cost_missed: 100.0,
            cost_needless: 1.0,
            rarity: 7.4,
            birds_cleared_per_s: 0.7,
            drop_s: 1.5,
            round_radius_m: 45.0,
            rocket_radius_m: 45.0,
            likely_sigmas: 2.0,
            cancel_share: 0.1,
            cancel_after_s: 5.0,
            update_s: 5.0,
            all_clear_after_s: 60.0,
            expires_after_s: 60.0,
        }
    }
}

impl Settings {
    /// Probability above which a zone is warned.
    #[must_use]
    pub fn threshold(&self) -> f64 {
        self.cost_needless / (self.cost_needless + self.cost_missed)
    }

    /// Probability up to which nobody is warned of a threat to a zone yet. A second of waiting costs one part of the
    /// time left of what a warning saves, and spares a share of the needless ones; with less time left than people
    /// take to drop, a warning saves a part only. What is likelier than not is told at once.
    pub(super) fn patience(&self, threat: &Threat, zone: usize, now_ns: i64) -> f64 {
        let hit = threat.hits.get(zone).copied().unwrap_or(0.0);
        let own = match threat.rose.get(zone) {
            Some(true) => OWN_ROUNDS,
            _ => 1.0,
        };
        let left_s = threat.time_ns.saturating_sub(now_ns) as f64 * 1e-9;
        let elsewhere = (threat.probability - hit) / (1.0 - hit).max(NOTHING);
        let cleared_per_s = match threat.class.is_slow() {
            true => self.birds_cleared_per_s,
            false => (1.0 - narrowed(threat.age_s)) * own * elsewhere,
        };
        let saved = (left_s / self.drop_s).clamp(LEAST_SAVED, 1.0);
        let worth = (cleared_per_s * left_s).max(1.0 / saved);
        let odds = (self.cost_needless / self.cost_missed * worth).min(1.0);
        odds / (1.0 + odds)
    }

    pub(super) fn check(&self) -> Result<(), TrackingError> {
        within("cost_missed", self.cost_missed, 1e-9, 1e12)?;
        within("cost_needless", self.cost_needless, 1e-9, 1e12)?;
        within("rarity", self.rarity, 0.0, 50.0)?;
        within("birds_cleared_per_s", self.birds_cleared_per_s, 0.0, 1.0)?;
        within("drop_s", self.drop_s, 0.01, 60.0)?;
        within("round_radius_m", self.round_radius_m, 0.0, 1e4)?;
        within("rocket_radius_m", self.rocket_radius_m, 0.0, 1e4)?;
        within("likely_sigmas", self.likely_sigmas, 0.5, 5.0)?;
        within("cancel_share", self.cancel_share, 0.0, 1.0)?;
        within("cancel_after_s", self.cancel_after_s, 0.0, 600.0)?;
        within("update_s", self.update_s, 0.1, 600.0)?;
        within("all_clear_after_s", self.all_clear_after_s, 0.0, 3_600.0)?;
        within("expires_after_s", self.expires_after_s, 1.0, 3_600.0)
    }

    pub(super) fn radius_m(&self, class: Class) -> f64 {
        match class {
            Class::RocketUnderThrust => self.rocket_radius_m,
            _ => self.round_radius_m,
        }
    }
}

/// What a second's plots leave of the spread of an impact: that of a velocity, from places alone, goes with the age of a
/// track to the power of -3/2. About as many of the needless alerts are left.
fn narrowed(age_s: f64) -> f64 {
    libm::pow(age_s / (age_s + 1.0), 1.5)
}
