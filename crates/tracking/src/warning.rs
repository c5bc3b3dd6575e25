//! Who is warned, of what, and when it is over.
//!
//! A **zone** is warned when the probability that something comes down in it, or within the lethal radius
//! of it, passes a threshold. The threshold is that of least expected cost (Berger, *Statistical Decision
//! Theory and Bayesian Analysis*, 1985, section 4.4; for warnings, Murphy, "Decision-making and the value
//! of forecasts in a generalized model of the cost-loss ratio situation", Monthly Weather Review 113,
//! 1985): to warn costs `cost_needless` where nothing comes, not to warn `cost_missed` where something
//! does, so that one warns where `p · cost_missed > (1 − p) · cost_needless`, that is above
//! `cost_needless / (cost_needless + cost_missed)`.
//!
//! A warning lives. It begins with an **alert**, is **updated** when a moment that people act on has moved,
//! and ends by **cancel**, where what it was given for turns out not to come, or by **all clear**, once the
//! last impact is over. Further rounds extend the one open warning of a zone; there are never two. What is
//! no longer seen is believed to come down as foretold: a radar loses rounds near the ground.
//!
//! An alert waits only while another look is worth more than it costs (one step ahead: Chow, Robbins and Siegmund,
//! *Great Expectations: The Theory of Optimal Stopping*, 1971): of what is likely a bird, or comes down elsewhere, whose
//! next plots tell, and while there is time. The cost of a second is its share of the time left. When it is too late
//! to drop, only the likely is told. What rises over a zone when it is first seen is likely fired by that zone's people,
//! and comes down elsewhere. Hysteresis is for the end of a warning alone.

mod area;
mod settings;

use area::Principal;
pub use area::{Area, CORNERS_MAX};
pub use settings::Settings;

use std::collections::BTreeMap;

use crate::error::within;
use crate::{
    Class, EndCause, FLIGHT_MAX_S, Gaussian, Ground, ImpactPrediction, Status, Stored, Track,
    TrackId, Tracker, TrackingError,
};
use theatre::Stage;

/// Most zones.
pub const ZONES_MAX: usize = 1_000;
/// Below this a track is nothing to a zone.
const NOTHING: f64 = 1e-6;
/// Standard deviations of its speed upward from which something surely rises.
const SURE_SIGMAS: f64 = 2.0;
/// Share of the greatest probability from which a track is among those whose moments are told.
const TOLD_SHARE: f64 = 0.1;

/// What is to become of a track.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outlook {
    /// It comes down, if it is real and falls.
    Falls(ImpactPrediction),
    /// It does not come down.
    Stays,
    /// It is no longer followed; what was foretold of it last still holds.
    Unseen,
}

/// A track as warning sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observed {
    /// Its number.
    pub track: TrackId,
    /// The likeliest class.
    pub class: Class,
    /// Probability that it is a target, and one that falls.
    pub probability: f64,
    /// Time since its first plot, s.
    pub age_s: f64,
    /// Where it is, m, if it surely rises.
    pub rises_at_m: Option<[f64; 2]>,
    /// What is to become of it.
    pub outlook: Outlook,
}

impl Observed {
    /// A track and where it would come down.
    #[must_use]
    pub fn of(track: &Track, impact: Option<ImpactPrediction>, settings: &Settings) -> Self {
        let real = 1.0 / (1.0 + libm::exp(settings.rarity - track.score));
        let rises = |state: &Gaussian| {
            let [upward_mps, variance] = [state.mean[5], state.covariance[5][5]];
            upward_mps > SURE_SIGMAS * libm::sqrt(variance.max(0.0))
        };
        let rising = track.falling_state.filter(rises);
        Self {
            track: track.id,
            class: track.class,
            probability: real * track.probability_of_falling(),
            age_s: track.age_s,
            rises_at_m: rising.map(|state| [state.mean[0], state.mean[1]]),
            outlook: impact.map_or(Outlook::Stays, Outlook::Falls),
        }
    }
}

/// All that a tracker follows or has lost from sight, and where what is confirmed would come down: plots of
/// two bullets of a burst, or of a bird and of clutter, look like a round for as long as rivals for them
/// are open.
#[must_use]
pub fn observe(tracker: &Tracker, ground: &impl Ground, settings: &Settings) -> Vec<Observed> {
    let mut all: Vec<Observed> = tracker
        .tracks()
        .map(|track| {
            let certain = track.status == Status::Confirmed && !track.dismissed;
            let impact = certain.then(|| tracker.impact(&track, ground)).flatten();
            Observed::of(&track, impact, settings)
        })
        .collect();
    all.extend(unseen(tracker));
    all
}

/// What a tracker no longer follows and yet may come down.
pub fn unseen(tracker: &Tracker) -> impl Iterator<Item = Observed> + '_ {
    let oldest_ns = tracker
        .time_ns()
        .unwrap_or(0)
        .saturating_sub(nanoseconds(FLIGHT_MAX_S));
    tracker
        .ended()
        .filter(move |ended| ended.time_ns >= oldest_ns && ended.cause != EndCause::Duplicate)
        .map(|ended| Observed {
            track: ended.track,
            class: Class::FallingRound,
            probability: 0.0,
            age_s: 0.0,
            rises_at_m: None,
            outlook: Outlook::Unseen,
        })
}

/// What is told of one zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Number of the zone, in the order given.
    pub zone: usize,
    /// Where in its warning's life this stands.
    pub stage: Stage,
    /// Number of this notice within its warning; 0 is the alert.
    pub number: u32,
    /// Probability that the zone is hit by what is still to come.
    pub probability: f64,
    /// Earliest likely impact, ns since the tracker's epoch.
    pub first_impact_ns: i64,
    /// Latest likely impact, likewise.
    pub last_impact_ns: i64,
    /// When the warning ends if nothing more is told, likewise.
    pub expires_ns: i64,
    /// The likeliest class of the likeliest track.
    pub class: Class,
    /// The tracks for which it is given, likeliest first; none at its end.
    pub tracks: Vec<TrackId>,
}

/// Decides on warnings. Its state follows from what it is given, in that order, and from nothing else.
#[derive(Clone, Debug)]
pub struct Warner {
    settings: Settings,
    areas: Vec<Area>,
    threats: BTreeMap<TrackId, Threat>,
    open: Vec<Option<Open>>,
}

/// A track that may come down.
#[derive(Clone, Debug)]
struct Threat {
    class: Class,
    first_ns: i64,
    last_ns: i64,
    /// Probability for each zone.
    hits: Vec<f64>,
    /// Whether it rose over each zone when it was first seen to come down.
    rose: Vec<bool>,
    /// Probability that it falls, wherever.
    probability: f64,
    /// Likeliest moment, ns.
    time_ns: i64,
    /// Time since its first plot, s.
    age_s: f64,
}

/// An open warning.
#[derive(Clone, Debug)]
struct Open {
    number: u32,
    class: Class,
    /// As last told.
    first_ns: i64,
    last_ns: i64,
    /// Since when the probability has been low.
    low_since_ns: Option<i64>,
    /// Last likely impact of what has come down already.
    down_ns: Option<i64>,
    /// How and when it ends if nothing more is seen.
    end: (i64, Stage),
}

crate::stored!(Threat {
    class,
    first_ns,
    last_ns,
    hits,
    rose,
    probability,
    time_ns,
    age_s
});
crate::stored!(Open {
    number,
    class,
    first_ns,
    last_ns,
    low_since_ns,
    down_ns,
    end
});

/// What threatens one zone now.
struct Danger {
    probability: f64,
    /// Probability up to which nobody is warned yet: the mean of what threatens, by how likely each hits.
    patience: f64,
    first_ns: i64,
    last_ns: i64,
    class: Class,
    tracks: Vec<TrackId>,
}

impl Warner {
    /// A warner of these zones, none of which is warned.
    ///
    /// # Errors
    /// [`TrackingError::OutOfRange`] for the first setting outside its range, or too many zones.
    pub fn new(settings: Settings, areas: Vec<Area>) -> Result<Self, TrackingError> {
        settings.check()?;
        within("number of zones", areas.len() as f64, 0.0, ZONES_MAX as f64)?;
        Ok(Self {
            settings,
            open: vec![None; areas.len()],
            areas,
            threats: BTreeMap::new(),
        })
    }

    /// Takes in all that is followed at a moment. What is not among `observed` is forgotten.
    pub fn take(&mut self, now_ns: i64, observed: &[Observed]) -> Vec<Notice> {
        let mut before = std::mem::take(&mut self.threats);
        for one in observed {
            let threat = match one.outlook {
                Outlook::Stays => None,
                Outlook::Unseen => before.remove(&one.track),
                Outlook::Falls(impact) => {
                    let rose = before.remove(&one.track).map(|threat| threat.rose);
                    self.threat(one, &impact, rose)
                }
            };
            if let Some(threat) = threat {
                self.threats.insert(one.track, threat);
            }
        }
        let mut notices = Vec::new();
        for zone in 0..self.areas.len() {
            notices.extend(self.judge(zone, now_ns));
        }
        self.threats.retain(|_, threat| threat.last_ns >= now_ns);
        notices
    }

    /// Appends all that a warner of the same settings and zones needs to go on as this one.
    pub fn store(&self, out: &mut Vec<u8>) {
        self.threats.store(out);
        self.open.store(out);
    }

    /// Becomes what was stored, taken from the front of `bytes`; none, and it stays as it is, where they are no
    /// such thing.
    pub fn restore(&mut self, bytes: &mut &[u8]) -> Option<()> {
        let threats = BTreeMap::<TrackId, Threat>::restore(bytes)?;
        let open = Vec::<Option<Open>>::restore(bytes)?;
        let zones = self.areas.len();
        let fits = |one: &Threat| one.hits.len() == zones && one.rose.len() == zones;
        let fit = open.len() == zones && threats.values().all(fits);
        fit.then(|| (self.threats, self.open) = (threats, open))
    }

    /// Ends what is due to end with nothing more seen. Where nothing is, this changes nothing.
    pub fn tick(&mut self, now_ns: i64) -> Vec<Notice> {
        let due: Vec<usize> = self
            .ends()
            .filter(|(_, at_ns)| *at_ns <= now_ns)
            .map(|(zone, _)| zone)
            .collect();
        due.into_iter()
            .filter_map(|zone| self.close(zone, 0.0))
            .collect()
    }

    /// The moment from which [`Self::tick`] will end a warning; none where none is open.
    #[must_use]
    pub fn due_ns(&self) -> Option<i64> {
        self.ends().map(|(_, at_ns)| at_ns).min()
    }

    /// Whether a zone is being warned.
    #[must_use]
    pub fn is_open(&self, zone: usize) -> bool {
        matches!(self.open.get(zone), Some(Some(_)))
    }

    /// Whether no zone is warned, and nothing that is followed or was lost comes near to it.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        let low = self.settings.cancel_share * self.settings.threshold();
        self.due_ns().is_none()
            && !self
                .threats
                .values()
                .any(|threat| threat.hits.iter().any(|hit| *hit >= low))
    }

    fn ends(&self) -> impl Iterator<Item = (usize, i64)> + '_ {
        let end = |(zone, open): (usize, &Option<Open>)| Some((zone, open.as_ref()?.end.0));
        self.open.iter().enumerate().filter_map(end)
    }

    fn threat(
        &self,
        one: &Observed,
        impact: &ImpactPrediction,
        rose: Option<Vec<bool>>,
    ) -> Option<Threat> {
        let radius_m = self.settings.radius_m(one.class);
        if one.probability.is_nan() || one.probability <= NOTHING {
            return None;
        }
        let place = Principal::new(impact.position_m, impact.covariance_m2())?;
        let least = NOTHING / one.probability;
        let hit = |area: &Area| one.probability * area.hit_above(&place, radius_m, least);
        let hits: Vec<f64> = self.areas.iter().map(hit).collect();
        if !hits.iter().any(|hit| *hit > NOTHING) {
            return None;
        }
        let rises_over = |area: &Area| {
            let over = |place_m| area.distance_m(place_m) <= 0.0;
            one.rises_at_m.is_some_and(over)
        };
        let spread = self.settings.likely_sigmas * libm::sqrt(impact.covariance[2][2].max(0.0));
        let spread_ns = nanoseconds(spread);
        Some(Threat {
            class: one.class,
            probability: one.probability,
            time_ns: impact.time_ns,
            age_s: one.age_s,
            first_ns: impact.time_ns.saturating_sub(spread_ns),
            last_ns: impact.time_ns.saturating_add(spread_ns),
            hits,
            rose: rose.unwrap_or_else(|| self.areas.iter().map(rises_over).collect()),
        })
    }

    /// What threatens a zone, where anything does.
    fn danger(&self, zone: usize, now_ns: i64) -> Option<Danger> {
        let mut pending: Vec<(f64, TrackId, &Threat)> = self
            .threats
            .iter()
            .filter(|(_, threat)| threat.last_ns >= now_ns)
            .map(|(id, threat)| (threat.hits.get(zone).copied().unwrap_or(0.0), *id, threat))
            .filter(|(hit, ..)| *hit > NOTHING)
            .collect();
        let missed: f64 = pending.iter().map(|(hit, ..)| 1.0 - hit).product();
        let patience = pending.iter().fold([0.0; 2], |[sum, of], (hit, _, one)| {
            let patience = self.settings.patience(one, zone, now_ns);
            [sum + hit * patience, of + hit]
        });
        pending.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let &(greatest, _, likeliest) = pending.first()?;
        let told = (TOLD_SHARE * greatest).min(self.settings.threshold());
        pending.retain(|(hit, ..)| *hit >= told);
        let moments = |pick: fn(&Threat) -> i64| pending.iter().map(move |(_, _, one)| pick(one));
        Some(Danger {
            probability: 1.0 - missed,
            patience: patience[0] / patience[1],
            first_ns: moments(|one| one.first_ns).min()?.max(now_ns),
            last_ns: moments(|one| one.last_ns).max()?,
            class: likeliest.class,
            tracks: pending.iter().map(|(_, id, _)| *id).collect(),
        })
    }

    /// Decides on one zone.
    fn judge(&mut self, zone: usize, now_ns: i64) -> Option<Notice> {
        let threshold = self.settings.threshold();
        let danger = self.danger(zone, now_ns);
        let probability = danger.as_ref().map_or(0.0, |danger| danger.probability);
        let low = self.settings.cancel_share * threshold;
        let Some(mut open) = self.open.get_mut(zone)?.take() else {
            let danger = danger.filter(|danger| danger.probability > danger.patience)?;
            return Some(self.begin(zone, &danger));
        };
        // What has come down since the last look, of what was likely to hit.
        let down = self.threats.values().filter(|threat| {
            threat.last_ns < now_ns && threat.hits.get(zone).is_some_and(|hit| *hit >= low)
        });
        open.down_ns = down.map(|threat| threat.last_ns).chain(open.down_ns).max();
        let mut told = None;
        match danger.filter(|danger| danger.probability >= low) {
            Some(danger) => {
                open.low_since_ns = None;
                let last_ns = danger.last_ns.max(open.down_ns.unwrap_or(i64::MIN));
                open.end = (self.all_clear_ns(last_ns), Stage::AllClear);
                told = self.update(zone, &mut open, &danger, last_ns, now_ns);
            }
            None => {
                let since_ns = *open.low_since_ns.get_or_insert(now_ns);
                open.end = match open.down_ns {
                    Some(down_ns) => (self.all_clear_ns(down_ns), Stage::AllClear),
                    None => {
                        let wait_ns = nanoseconds(self.settings.cancel_after_s);
                        (since_ns.saturating_add(wait_ns), Stage::Cancel)
                    }
                };
            }
        }
        let over = open.end.0 <= now_ns;
        if let Some(slot) = self.open.get_mut(zone) {
            *slot = Some(open);
        }
        if over {
            return self.close(zone, probability);
        }
        told
    }

    /// Opens a warning.
    fn begin(&mut self, zone: usize, danger: &Danger) -> Notice {
        let open = Open {
            number: 0,
            class: danger.class,
            first_ns: danger.first_ns,
            last_ns: danger.last_ns,
            low_since_ns: None,
            down_ns: None,
            end: (self.all_clear_ns(danger.last_ns), Stage::AllClear),
        };
        let notice = self.notice(
            zone,
            Stage::Alert,
            &open,
            danger.probability,
            &danger.tracks,
        );
        if let Some(slot) = self.open.get_mut(zone) {
            *slot = Some(open);
        }
        notice
    }

    /// Tells what has moved, if it is worth telling.
    fn update(
        &self,
        zone: usize,
        open: &mut Open,
        danger: &Danger,
        last_ns: i64,
        now_ns: i64,
    ) -> Option<Notice> {
        let worth_ns = nanoseconds(self.settings.update_s).unsigned_abs();
        let moved = |told: i64, now: i64| told.abs_diff(now) > worth_ns;
        // Once the first impact may have come, a later one does not take that back.
        let first_ns = if open.first_ns <= now_ns {
            open.first_ns
        } else {
            danger.first_ns
        };
        if !(moved(open.first_ns, first_ns) || moved(open.last_ns, last_ns)) {
            return None;
        }
        (open.first_ns, open.last_ns, open.class) = (first_ns, last_ns, danger.class);
        open.number = open.number.saturating_add(1);
        Some(self.notice(
            zone,
            Stage::Update,
            open,
            danger.probability,
            &danger.tracks,
        ))
    }

    /// Ends a warning as it is due to end.
    fn close(&mut self, zone: usize, probability: f64) -> Option<Notice> {
        let mut open = self.open.get_mut(zone)?.take()?;
        open.number = open.number.saturating_add(1);
        Some(self.notice(zone, open.end.1, &open, probability, &[]))
    }

    fn notice(
        &self,
        zone: usize,
        stage: Stage,
        open: &Open,
        probability: f64,
        tracks: &[TrackId],
    ) -> Notice {
        let expires_ns = self
            .all_clear_ns(open.last_ns)
            .saturating_add(nanoseconds(self.settings.expires_after_s));
        Notice {
            zone,
            stage,
            number: open.number,
            probability,
            first_impact_ns: open.first_ns,
            last_impact_ns: open.last_ns,
            expires_ns,
            class: open.class,
            tracks: tracks.to_vec(),
        }
    }

    fn all_clear_ns(&self, last_ns: i64) -> i64 {
        last_ns.saturating_add(nanoseconds(self.settings.all_clear_after_s))
    }
}

fn nanoseconds(seconds: f64) -> i64 {
    (seconds * 1e9) as i64
}

#[cfg(test)]
mod tests;
