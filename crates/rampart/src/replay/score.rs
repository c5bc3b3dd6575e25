//! How good a replay was, against the truth that its recording holds.
//!
//! `truth` is a list of `[target, x, y, z, vx, vy, vz]` in m and m/s, for every target in the air at `t`;
//! `impacts`, on any line, a list of `[target, x, y, t]`. Where a target has no impact there, its last truth
//! is followed down by gravity alone, if that is for two seconds at most.

use super::moment::seconds;
use super::{Step, Trouble};
use crate::load::Peopled;
use crate::watch::engine::{Decision, Seen};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use theatre::{EastNorthUp, LocalFrame, Stage};
use tracking::Status;
use tracking::score::{gospa, nees, ospa};
use tracking::warning::Area;

/// Distance from which a target counts as missed and a track as false, m.
pub const CUTOFF_M: f64 = 200.0;
/// Longest time for which a last truth is followed down, s.
const FOLLOWED_S: f64 = 2.0;
/// Age of a track from which its impact is scored, s.
const IMPACT_AFTER_S: f64 = 5.0;
const GRAVITY_MPS2: f64 = 9.80665;
/// Greatest number of a target.
const TARGETS_MAX: f64 = 1e9;

/// What a replay comes to. A mean over nothing is none.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Score {
    /// Scans that were scored.
    pub scans: usize,
    /// Mean GOSPA a scan, cut-off 200 m, m.
    pub gospa_m: Option<f64>,
    /// Mean OSPA a scan, the same cut-off, m.
    pub ospa_m: Option<f64>,
    /// Targets without a track, mean a scan.
    pub missed_targets: Option<f64>,
    /// Tracks without a target, mean a scan.
    pub false_tracks: Option<f64>,
    /// Root mean square error of the position of tracks with a target, m.
    pub position_rmse_m: Option<f64>,
    /// The same of their velocity, m/s.
    pub velocity_rmse_mps: Option<f64>,
    /// Mean normalised estimation error squared of position and velocity; 6 where covariances are right.
    pub nees: Option<f64>,
    /// Bounds that hold it in 95 of 100 cases where they are, errors being independent from scan to scan.
    pub nees_bounds: Option<[f64; 2]>,
    /// Root mean square error of predicted impacts, from 5 s of track on, m.
    pub impact_rmse_m: Option<f64>,
    /// The same of their moments, s.
    pub impact_time_rmse_s: Option<f64>,
    /// Median error of the first of these predictions of each target, m.
    pub first_impact_error_m: Option<f64>,
    /// Rounds that came down in a zone or within the lethal radius of it, once for each zone.
    pub hits: usize,
    /// Hits before which no warning stood.
    pub missed_alarms: usize,
    /// Warnings during which nothing hit the zone.
    pub needless_alarms: usize,
    /// Shortest time from alert to the first impact of a warning, s.
    pub warning_time_least_s: Option<f64>,
    /// The median of it, s.
    pub warning_time_median_s: Option<f64>,
    /// People in zones that were alerted, once for each alert; none where no zone says how many.
    pub people_alerted: Option<f64>,
}

#[derive(Deserialize)]
struct Truth {
    #[serde(default)]
    truth: Vec<Vec<f64>>,
    #[serde(default)]
    impacts: Vec<[f64; 4]>,
}

/// Where and when something came down.
#[derive(Clone, Copy, Debug)]
struct Impact {
    position_m: [f64; 2],
    time_s: f64,
}

/// A warning of one zone.
#[derive(Clone, Copy, Debug)]
struct Alarm {
    zone: usize,
    from_s: f64,
    until_s: f64,
}

/// Takes the score of a replay, scan by scan.
#[derive(Debug)]
pub struct Scorer {
    areas: Vec<Area>,
    ids: Vec<String>,
    people: Vec<Option<f64>>,
    lethal_radius_m: f64,
    /// Scans at the start that do not count, and after how many to stop.
    skip: usize,
    scans: usize,
    gospa_m: Vec<f64>,
    ospa_m: Vec<f64>,
    missed: Vec<f64>,
    extra: Vec<f64>,
    position_squared: Vec<f64>,
    velocity_squared: Vec<f64>,
    nees: Vec<f64>,
    last_truth: BTreeMap<u64, (f64, [f64; 6])>,
    told_impacts: BTreeMap<u64, Impact>,
    /// Predictions by target: age of the track, s, and impact.
    predicted: BTreeMap<u64, Vec<Impact>>,
    first_seen_s: BTreeMap<u64, f64>,
    alarms: Vec<Alarm>,
    truthful: bool,
}

impl Scorer {
    /// A score of nothing yet; zones are those of the engine's settings.
    #[must_use]
    pub fn new(settings: &crate::watch::engine::Settings, zones: &[Peopled], skip: usize) -> Self {
        let frame = LocalFrame::new(settings.origin, settings.origin_height_m);
        let area = |one: &Peopled| {
            let corner = |place: &theatre::Geodetic| {
                let EastNorthUp {
                    east_m, north_m, ..
                } = frame.local(*place, settings.origin_height_m);
                [east_m, north_m]
            };
            Area::new(one.zone.outline.iter().map(corner).collect()).ok()
        };
        Self {
            areas: zones.iter().filter_map(area).collect(),
            ids: zones.iter().map(|one| one.zone.id.clone()).collect(),
            people: zones.iter().map(|one| one.people).collect(),
            lethal_radius_m: settings.warning.round_radius_m,
            skip,
            scans: 0,
            gospa_m: Vec::new(),
            ospa_m: Vec::new(),
            missed: Vec::new(),
            extra: Vec::new(),
            position_squared: Vec::new(),
            velocity_squared: Vec::new(),
            nees: Vec::new(),
            last_truth: BTreeMap::new(),
            told_impacts: BTreeMap::new(),
            predicted: BTreeMap::new(),
            first_seen_s: BTreeMap::new(),
            alarms: Vec::new(),
            truthful: false,
        }
    }

    /// Takes a scan in.
    ///
    /// # Errors
    /// Where its truth cannot be read.
    pub fn take(&mut self, step: &Step<'_>) -> Result<(), Trouble> {
        let wrong = |wrong: String| {
            Trouble {
            place: step.recorded.place.clone(),
            wrong,
            mend: "write \"truth\": [[target, x, y, z, vx, vy, vz], ...] and \"impacts\": [[target, x, y, t], ...]"
                .to_owned(),
        }
        };
        let line = if step.recorded.line.is_empty() {
            "{}"
        } else {
            &step.recorded.line
        };
        let told: Truth =
            serde_json::from_str(line).map_err(|error| wrong(format!("its truth: {error}")))?;
        self.truthful |= !told.truth.is_empty();
        let now_s = seconds(step.recorded.time_ns);
        let mut targets = Vec::with_capacity(told.truth.len());
        for row in &told.truth {
            let [target, state @ ..] = row.as_slice() else {
                return Err(wrong("an entry of its truth is empty".to_owned()));
            };
            let state: [f64; 6] = state
                .try_into()
                .map_err(|_| wrong(format!("an entry of its truth has {} figures", row.len())))?;
            let target =
                number(*target).ok_or_else(|| wrong("a target has no number".to_owned()))?;
            self.last_truth.insert(target, (now_s, state));
            targets.push((target, state));
        }
        for [target, x, y, time_s] in told.impacts {
            let target =
                number(target).ok_or_else(|| wrong("a target has no number".to_owned()))?;
            self.told_impacts.insert(
                target,
                Impact {
                    position_m: [x, y],
                    time_s,
                },
            );
        }
        self.note_alarms(step);
        self.scans += 1;
        let tracks: Vec<&Seen> = step
            .engine
            .seen()
            .iter()
            .filter(|seen| seen.track.status == Status::Confirmed)
            .collect();
        self.note_tracks(now_s, &targets, &tracks);
        Ok(())
    }

    fn note_tracks(&mut self, now_s: f64, targets: &[(u64, [f64; 6])], tracks: &[&Seen]) {
        let place = |state: &[f64; 6]| [state[0], state[1], state[2]];
        let truth_m: Vec<_> = targets.iter().map(|(_, state)| place(state)).collect();
        let found_m: Vec<_> = tracks
            .iter()
            .map(|seen| {
                let [x, y, z, ..] = seen.track.state.mean;
                [x, y, z]
            })
            .collect();
        let counts = self.scans > self.skip;
        if counts {
            let whole = gospa(&truth_m, &found_m, CUTOFF_M);
            self.gospa_m.push(whole.distance_m);
            self.ospa_m.push(ospa(&truth_m, &found_m, CUTOFF_M));
            self.missed.push(whole.missed as f64);
            self.extra.push(whole.false_tracks as f64);
        }
        for (target, track) in nearest_pairs(&truth_m, &found_m) {
            let (Some((target, state)), Some(seen)) = (targets.get(target), tracks.get(track))
            else {
                continue;
            };
            let mean = &seen.track.state.mean;
            let squared = |axes: std::ops::Range<usize>| -> f64 {
                axes.map(|axis| (mean[axis] - state[axis]) * (mean[axis] - state[axis]))
                    .sum()
            };
            if counts {
                self.position_squared.push(squared(0..3));
                self.velocity_squared.push(squared(3..6));
                self.nees.extend(nees(&seen.track.state, state));
            }
            let since_s = *self.first_seen_s.entry(*target).or_insert(now_s);
            if let Some(impact) = seen.impact.filter(|_| now_s - since_s >= IMPACT_AFTER_S) {
                self.predicted.entry(*target).or_default().push(Impact {
                    position_m: impact.position_m,
                    time_s: seconds(impact.time_ns),
                });
            }
        }
    }

    fn note_alarms(&mut self, step: &Step<'_>) {
        for (at_ns, decision) in &step.decisions {
            let Decision::Warning(message) = decision else {
                continue;
            };
            let warning = message.warning();
            let Some(zone) = self.ids.iter().position(|id| *id == warning.zone.id) else {
                continue;
            };
            match warning.stage {
                Stage::Alert => self.alarms.push(Alarm {
                    zone,
                    from_s: seconds(*at_ns),
                    until_s: f64::INFINITY,
                }),
                Stage::Update => {}
                Stage::Cancel | Stage::AllClear => {
                    let open = self
                        .alarms
                        .iter_mut()
                        .rev()
                        .find(|alarm| alarm.zone == zone);
                    if let Some(open) = open {
                        open.until_s = seconds(*at_ns);
                    }
                }
            }
        }
    }

    /// The score; none where no scan told the truth.
    #[must_use]
    pub fn finish(&self) -> Option<Score> {
        if !self.truthful {
            return None;
        }
        let impacts = self.impacts();
        let (mut off_squared, mut late_squared, mut first_m) = (Vec::new(), Vec::new(), Vec::new());
        for (target, predictions) in &self.predicted {
            let Some(truth) = impacts.get(target) else {
                continue;
            };
            for (index, one) in predictions.iter().enumerate() {
                let [x, y] = [0, 1].map(|axis| one.position_m[axis] - truth.position_m[axis]);
                off_squared.push(x * x + y * y);
                late_squared.push((one.time_s - truth.time_s) * (one.time_s - truth.time_s));
                if index == 0 {
                    first_m.push(libm::hypot(x, y));
                }
            }
        }
        let root = |squares: &[f64]| mean(squares).map(f64::sqrt);
        let mut score = Score {
            scans: self.gospa_m.len(),
            gospa_m: mean(&self.gospa_m),
            ospa_m: mean(&self.ospa_m),
            missed_targets: mean(&self.missed),
            false_tracks: mean(&self.extra),
            position_rmse_m: root(&self.position_squared),
            velocity_rmse_mps: root(&self.velocity_squared),
            nees: mean(&self.nees),
            nees_bounds: nees_bounds(self.nees.len()),
            impact_rmse_m: root(&off_squared),
            impact_time_rmse_s: root(&late_squared),
            first_impact_error_m: median(&first_m),
            ..Score::default()
        };
        self.score_alarms(&impacts, &mut score);
        Some(score)
    }

    fn score_alarms(&self, impacts: &BTreeMap<u64, Impact>, score: &mut Score) {
        let hits: Vec<(usize, f64)> = impacts
            .values()
            .flat_map(|impact| {
                let reached = |(zone, area): (usize, &Area)| {
                    (area.distance_m(impact.position_m) <= self.lethal_radius_m)
                        .then_some((zone, impact.time_s))
                };
                self.areas.iter().enumerate().filter_map(reached)
            })
            .collect();
        let covers = |alarm: &Alarm, (zone, time_s): (usize, f64)| {
            alarm.zone == zone && alarm.from_s <= time_s && time_s <= alarm.until_s
        };
        score.hits = hits.len();
        score.missed_alarms = hits
            .iter()
            .filter(|hit| !self.alarms.iter().any(|alarm| covers(alarm, **hit)))
            .count();
        let mut times_s = Vec::new();
        for alarm in &self.alarms {
            let first = hits
                .iter()
                .filter(|hit| covers(alarm, **hit))
                .map(|hit| hit.1 - alarm.from_s)
                .reduce(f64::min);
            match first {
                Some(time_s) => times_s.push(time_s),
                None => score.needless_alarms += 1,
            }
        }
        score.warning_time_least_s = times_s.iter().copied().reduce(f64::min);
        score.warning_time_median_s = median(&times_s);
        if self.people.iter().any(Option::is_some) {
            let people = |alarm: &Alarm| self.people.get(alarm.zone).copied().flatten();
            score.people_alerted = Some(self.alarms.iter().filter_map(people).sum());
        }
    }

    fn impacts(&self) -> BTreeMap<u64, Impact> {
        let mut all = self.told_impacts.clone();
        for (target, (time_s, [x, y, z, vx, vy, vz])) in &self.last_truth {
            let root = libm::sqrt((vz * vz + 2.0 * GRAVITY_MPS2 * z.max(0.0)).max(0.0));
            let left_s = (vz + root) / GRAVITY_MPS2;
            if (0.0..=FOLLOWED_S).contains(&left_s) {
                all.entry(*target).or_insert(Impact {
                    position_m: [x + vx * left_s, y + vy * left_s],
                    time_s: time_s + left_s,
                });
            }
        }
        all
    }
}

fn number(target: f64) -> Option<u64> {
    (0.0..=TARGETS_MAX)
        .contains(&target)
        .then_some(target as u64)
}

/// Pairs within the cut-off, nearest first, each target and each track at most once.
fn nearest_pairs(truth_m: &[[f64; 3]], found_m: &[[f64; 3]]) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    for (target, truth) in truth_m.iter().enumerate() {
        for (track, found) in found_m.iter().enumerate() {
            let squared: f64 = (0..3)
                .map(|axis| truth[axis] - found[axis])
                .map(|off| off * off)
                .sum();
            if squared < CUTOFF_M * CUTOFF_M {
                all.push((squared, target, track));
            }
        }
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (mut targets, mut tracks) = (vec![true; truth_m.len()], vec![true; found_m.len()]);
    let mut free = |target: usize, track: usize| {
        let (a, b) = (targets.get_mut(target), tracks.get_mut(track));
        match (a, b) {
            (Some(a), Some(b)) if *a && *b => {
                (*a, *b) = (false, false);
                true
            }
            _ => false,
        }
    };
    all.into_iter()
        .filter(|(_, target, track)| free(*target, *track))
        .map(|(_, target, track)| (target, track))
        .collect()
}

/// The mean; none of nothing.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    let upper = sorted.get(half)?;
    match sorted.len() % 2 {
        1 => Some(*upper),
        _ => Some(0.5 * (sorted.get(half - 1)? + upper)),
    }
}

/// Bounds of the mean of `count` values of chi-squared with 6 degrees of freedom, 95 % (Wilson and Hilferty,
/// PNAS 17, 1931).
fn nees_bounds(count: usize) -> Option<[f64; 2]> {
    if count == 0 {
        return None;
    }
    let degrees = 6.0 * count as f64;
    let spread = 2.0 / (9.0 * degrees);
    Some([-1.959_964, 1.959_964].map(|sigmas| {
        let root = 1.0 - spread + sigmas * libm::sqrt(spread);
        6.0 * root * root * root
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_medians_and_bounds_are_those_of_the_tables() {
        let at = |x: f64| [x, 0.0, 0.0];
        let pairs = nearest_pairs(&[at(0.0), at(100.0)], &[at(90.0), at(110.0), at(9_000.0)]);
        assert_eq!(pairs.len(), 1 + usize::from(pairs.contains(&(0, 1))));
        assert!(pairs.contains(&(1, 0)) || pairs.contains(&(1, 1)));
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0]), Some(2.5));
        assert_eq!(median(&[]), None);
        // Chi-squared with 60 degrees of freedom: 40.482 and 83.298.
        let [low, high] = nees_bounds(10).unwrap_or_default();
        assert!(
            (low - 4.048).abs() < 0.01 && (high - 8.330).abs() < 0.01,
            "{low} {high}"
        );
    }
}
