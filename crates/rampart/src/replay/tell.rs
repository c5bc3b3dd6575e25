//! What a replay shows: a line of JSON for each scan, or a short account.

use super::Step;
use super::moment::{decimal, seconds};
use crate::watch::engine::{Decision, LeftOut, Seen};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use theatre::{Stage, Warning};
use tracking::{ImpactPrediction, Status};

#[derive(Serialize)]
struct ScanLine<'a> {
    t: &'a RawValue,
    tracks: Vec<TrackLine>,
    impacts: Vec<ImpactLine>,
    warnings: Vec<WarningLine<'a>>,
    dismissed: Vec<DismissedLine<'a>>,
}

#[derive(Serialize)]
struct TrackLine {
    id: u64,
    status: &'static str,
    class: &'static str,
    position_m: [f64; 3],
    velocity_mps: [f64; 3],
}

#[derive(Serialize)]
struct ImpactLine {
    track: u64,
    position_m: [f64; 2],
    covariance_m2: [[f64; 2]; 2],
    time_s: f64,
}

#[derive(Serialize)]
struct WarningLine<'a> {
    identifier: &'a str,
    stage: &'static str,
    zone: &'a str,
    sent_s: f64,
    first_impact_s: f64,
    last_impact_s: f64,
    expires_s: f64,
    time_available_s: f64,
    shelter_time_s: f64,
    probability: f64,
    class: &'a str,
    references: Vec<&'a str>,
}

#[derive(Serialize)]
struct DismissedLine<'a> {
    track: u64,
    reason: &'a str,
}

/// A scan as one line of JSON.
///
/// # Errors
/// Where it cannot be written as JSON, which no scan does.
pub fn json(step: &Step<'_>) -> serde_json::Result<String> {
    let t: &RawValue = serde_json::from_str(&step.recorded.time_text)?;
    let tracks = step.engine.seen().iter().map(|seen| {
        let [x, y, z, vx, vy, vz, ..] = seen.track.state.mean;
        TrackLine {
            id: seen.track.id.0,
            status: match seen.track.status {
                Status::Tentative => "tentative",
                Status::Confirmed => "confirmed",
            },
            class: seen.track.class.name(),
            position_m: [x, y, z],
            velocity_mps: [vx, vy, vz],
        }
    });
    let impacts = threats(step).map(|(seen, impact)| ImpactLine {
        track: seen.track.id.0,
        position_m: impact.position_m,
        covariance_m2: impact.covariance_m2(),
        time_s: seconds(impact.time_ns),
    });
    let decided = || step.decisions.iter().map(|(_, decision)| decision);
    let warnings = decided().filter_map(|decision| match decision {
        Decision::Warning(message) => Some(warning(message.warning())),
        _ => None,
    });
    let dismissed = decided().filter_map(|decision| match decision {
        Decision::Dismissed(one) => Some(DismissedLine {
            track: one.track.0,
            reason: &one.reason,
        }),
        _ => None,
    });
    serde_json::to_string(&ScanLine {
        t,
        tracks: tracks.collect(),
        impacts: impacts.collect(),
        warnings: warnings.collect(),
        dismissed: dismissed.collect(),
    })
}

/// Tracks whose impact is shown.
fn threats<'a>(step: &Step<'a>) -> impl Iterator<Item = (&'a Seen, &'a ImpactPrediction)> {
    let threats = step.engine.seen().iter().filter(|seen| seen.is_threat());
    threats.filter_map(|seen| Some((seen, seen.impact.as_ref()?)))
}

fn warning(one: &Warning) -> WarningLine<'_> {
    WarningLine {
        identifier: &one.identifier,
        stage: stage(one.stage),
        zone: &one.zone.id,
        sent_s: seconds(one.sent_ns),
        first_impact_s: seconds(one.first_impact_ns),
        last_impact_s: seconds(one.last_impact_ns),
        expires_s: seconds(one.expires_ns),
        time_available_s: one.time_available_s(),
        shelter_time_s: one.zone.shelter_time_s,
        probability: one.probability,
        class: &one.class,
        references: one
            .references
            .iter()
            .map(|reference| reference.identifier.as_str())
            .collect(),
    }
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Alert => "alert",
        Stage::Update => "update",
        Stage::Cancel => "cancel",
        Stage::AllClear => "all-clear",
    }
}

/// An account of a replay as it goes on: what was decided, and where each round comes down.
#[derive(Debug, Default)]
pub struct Account {
    scans: u64,
    plots: u64,
    /// Threats that are followed, with their last predictions.
    followed: BTreeMap<u64, ImpactPrediction>,
    rounds: u64,
    left_out: LeftOut,
}

impl Account {
    /// What there is to tell of a scan, line by line; often nothing.
    pub fn tell(&mut self, step: &Step<'_>) -> String {
        let mut out = String::new();
        self.scans += 1;
        self.plots += step.recorded.plots.len() as u64;
        self.left_out = step.engine.left_out();
        let now = &step.recorded.time_text;
        let mut followed = BTreeMap::new();
        for (seen, impact) in threats(step) {
            let id = seen.track.id.0;
            if self.followed.remove(&id).is_none() {
                self.rounds += 1;
                let _ = writeln!(
                    out,
                    "{now:>12} s  track      {id}: {}, {}",
                    seen.track.class.name(),
                    place(impact)
                );
            }
            followed.insert(id, *impact);
        }
        for (id, impact) in std::mem::replace(&mut self.followed, followed) {
            let _ = writeln!(out, "{now:>12} s  lost       {id}: last {}", place(&impact));
        }
        for (at_ns, decision) in &step.decisions {
            if let Some((word, text)) = words(decision) {
                let _ = writeln!(out, "{:>12} s  {word:<10} {text}", decimal(*at_ns));
            }
        }
        out
    }

    /// What remains to be said at the end.
    #[must_use]
    pub fn end(&self) -> String {
        let mut out = format!(
            "{} scans, {} plots, {} rounds followed.",
            self.scans, self.plots, self.rounds
        );
        let LeftOut {
            plots,
            scans,
            dropped,
        } = self.left_out;
        if plots + scans + dropped > 0 {
            let _ = write!(
                out,
                " Left out: {plots} plots with figures out of range, {scans} scans out of time, \
                 {dropped} scans that came twice or in a flood."
            );
        }
        out.push('\n');
        out
    }
}

fn place(impact: &ImpactPrediction) -> String {
    let region = impact.region(0.9);
    format!(
        "down at ({:.0}, {:.0}) m at {:.1} ± {:.1} s, nine in ten within {:.0} × {:.0} m of it",
        impact.position_m[0],
        impact.position_m[1],
        seconds(impact.time_ns),
        1.645 * impact.covariance[2][2].max(0.0).sqrt(),
        region.half_length_m,
        region.half_width_m,
    )
}

/// A decision in a word and a few more.
fn words(decision: &Decision<crate::watch::engine::Live>) -> Option<(&'static str, String)> {
    Some(match decision {
        Decision::Warning(message) => {
            let one = message.warning();
            let text = match one.stage {
                Stage::Alert | Stage::Update => format!(
                    "{}: impact in {:.1} s, until {:.1} s; shelter takes {:.0} s{}; probability {:.3}, {}",
                    one.zone.id,
                    one.time_available_s(),
                    seconds(one.last_impact_ns),
                    one.zone.shelter_time_s,
                    if one.leaves_time_for_shelter() {
                        ""
                    } else {
                        ", TOO LONG"
                    },
                    one.probability,
                    one.class,
                ),
                Stage::Cancel | Stage::AllClear => one.zone.id.clone(),
            };
            (stage(one.stage), text)
        }
        Decision::Dismissed(one) => ("dismissed", format!("{}: {}", one.track.0, one.reason)),
        Decision::Blind { cause, .. } => ("blind", format!("the radar: {}", cause.name())),
        Decision::Well { .. } => ("well", "the radar".to_owned()),
        Decision::Checkpoint => return None,
    })
}
