//! Who is warned, and when: by the code that runs live, or by a fast stand-in that is calibrated on it.
//!
//! [`ClosedLoop`] gives the plots of a simulated radar to the real tracker and the real warner, which
//! cannot tell them from plots off the wire. That costs milliseconds a raid. [`Surrogate`] warns once any
//! round that threatens has been seen so many times, by a distribution of that number which
//! [`Surrogate::calibrated`] counts from closed loops of the same radar, munition and number of rounds;
//! `tests/warning.rs` sets the two side by side. It stands for radars that measure range rate: without,
//! rounds of a salvo in a row are harder to tell apart.

use crate::detection::Visibility;
use crate::flown::{FlownRaid, TrueImpact};
use crate::radar::Radar;
use crate::salvo::RaidKey;
use std::f64::consts::TAU;
use theatre::Stage;
use tracking::warning::{Area, Settings as WarningSettings, Warner, observe};
use tracking::{LevelGround, Settings, Tracker, TrackingError};

const PURPOSE_ENOUGH: u32 = 0x207;
/// Corners of the polygon that stands for a populated area; it has 1 % less area than the circle.
const CORNERS: u32 = 24;
/// How far outside the populated area a round may fall and still be warned of, m: what the warner
/// makes of its threshold and its foresight, as the test of the surrogate shows.
const MARGIN_M: f64 = 250.0;
/// Detections beyond which a round counts as never warned of.
const DETECTIONS_MAX: usize = 24;

/// When the people of a base are told that rounds are on their way.
pub trait TimeToWarning {
    /// When they are first told, s from the first launch; none where they never are. The key is that of
    /// the raid.
    ///
    /// # Errors
    /// [`TrackingError`] where a figure of the radar or a setting is outside its range.
    fn warned_s(&self, flown: &FlownRaid, key: RaidKey) -> Result<Option<f64>, TrackingError>;
}

/// The tracker and the warner of this project, on simulated plots.
#[derive(Clone, Copy, Debug)]
pub struct ClosedLoop {
    /// The radar.
    pub radar: Radar,
    /// How plots are tracked.
    pub tracking: Settings,
    /// When people are warned.
    pub warning: WarningSettings,
    /// Radius of the populated area, which is warned as one, m.
    pub radius_m: f64,
    /// From the decision to the siren, s.
    pub delay_s: f64,
}

impl TimeToWarning for ClosedLoop {
    fn warned_s(&self, flown: &FlownRaid, key: RaidKey) -> Result<Option<f64>, TrackingError> {
        let mut tracker = Tracker::new(self.tracking, vec![self.radar.model])?;
        let corners = (0..CORNERS).map(|corner| {
            let (sine, cosine) = libm::sincos(TAU * f64::from(corner) / f64::from(CORNERS));
            [self.radius_m * cosine, self.radius_m * sine]
        });
        let populated = Area::new(corners.collect())?;
        let mut warner = Warner::new(self.warning, vec![populated])?;
        let ground = LevelGround { height_m: 0.0 };
        for mut scan in flown.scans(&self.radar, key) {
            scan.sensor = 0;
            let now_ns = scan.time_ns;
            tracker.take(scan, now_ns)?;
            let observed = observe(&tracker, &ground, &self.warning);
            let notices = warner.take(now_ns, &observed);
            if notices.iter().any(|notice| notice.stage == Stage::Alert) {
                return Ok(Some(now_ns as f64 * 1e-9 + self.delay_s));
            }
        }
        Ok(None)
    }
}

/// A stand-in that asks of the rounds only how often each has been seen.
#[derive(Clone, Debug)]
pub struct Surrogate {
    /// The radar.
    pub radar: Radar,
    /// Probability that in a raid one, two, … detections of any one round are enough; what is missing
    /// from 1 is never enough.
    pub enough: Vec<f64>,
    /// Radius of the populated area, m.
    pub radius_m: f64,
    /// From the decision to the siren, s.
    pub delay_s: f64,
}

impl Surrogate {
    /// Counts in closed loops how often the round seen most had been seen when people were warned.
    ///
    /// Rounds of one salvo follow each other on nearly the same path, and a tracker takes time to tell
    /// them apart; so the raids should have as many rounds as those that the surrogate is to stand for.
    /// Raids of which no round falls near the populated area, or none is seen, are passed over.
    ///
    /// # Errors
    /// As [`TimeToWarning::warned_s`].
    pub fn calibrated(
        truth: &ClosedLoop,
        raids: &[(FlownRaid, RaidKey)],
    ) -> Result<Self, TrackingError> {
        let mut surrogate = Self {
            radar: truth.radar,
            enough: vec![0.0; DETECTIONS_MAX],
            radius_m: truth.radius_m,
            delay_s: truth.delay_s,
        };
        let mut all = 0.0;
        for (flown, key) in raids {
            let falls = flown.impacts().into_iter();
            let near: Vec<usize> = falls
                .filter(|fall| surrogate.threatens(fall))
                .map(|fall| fall.round)
                .collect();
            let scans = flown.sightings(&truth.radar, *key);
            let seen_most = |until_s: f64| {
                let seen = |round: &usize| {
                    let before = scans.iter().filter(|(scan, rounds)| {
                        scan.time_ns as f64 * 1e-9 <= until_s && rounds.contains(&Some(*round))
                    });
                    before.count()
                };
                near.iter().map(seen).max().unwrap_or(0)
            };
            if seen_most(f64::INFINITY) == 0 {
                continue;
            }
            all += 1.0;
            if let Some(warned_s) = truth.warned_s(flown, *key)? {
                let needed = seen_most(warned_s - truth.delay_s + 1e-6);
                surrogate.enough[needed.clamp(1, DETECTIONS_MAX) - 1] += 1.0;
            }
        }
        for share in &mut surrogate.enough {
            *share /= f64::max(all, 1.0);
        }
        Ok(surrogate)
    }

    fn threatens(&self, fall: &TrueImpact) -> bool {
        let [x_m, y_m] = fall.position_m;
        libm::hypot(x_m, y_m) <= self.radius_m + MARGIN_M
    }

    /// How many detections of one round are enough in one raid; none where no number is.
    fn detections_needed(&self, draw: f64) -> Option<usize> {
        let mut left = draw;
        for (index, share) in self.enough.iter().enumerate() {
            left -= share;
            if left < 0.0 {
                return Some(index + 1);
            }
        }
        None
    }
}

impl TimeToWarning for Surrogate {
    fn warned_s(&self, flown: &FlownRaid, key: RaidKey) -> Result<Option<f64>, TrackingError> {
        let Some(shot) = flown.shot() else {
            return Ok(None);
        };
        let visibility = Visibility::new(&self.radar, shot);
        let first_look_s = self.radar.first_look_s(key);
        let Some(needed) = self.detections_needed(key.stream(PURPOSE_ENOUGH).uniform()) else {
            return Ok(None);
        };
        let mut counts = Vec::new();
        let period_s = self.radar.model.scan_period_s;
        let threats = flown
            .impacts()
            .into_iter()
            .filter(|fall| self.threatens(fall));
        let tracks = threats.filter_map(|fall| {
            let round = flown.raid().rounds.get(fall.round)?;
            visibility.track_s(round, first_look_s, period_s, needed, &mut counts)
        });
        let first_s = tracks.reduce(f64::min);
        Ok(first_s.map(|first_s| first_s + self.delay_s))
    }
}
