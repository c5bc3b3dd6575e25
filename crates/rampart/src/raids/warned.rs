//! Who says when people are warned: the code that runs live, or its stand-in.
//!
//! In the closed loop each radar that a loadout has looks at the raid as it flies, and the tracker and
//! the warner of `rampart watch` decide on its plots. They are told of drag what the watch tells them; the
//! Earth does not turn under them, as it does not under simulated flights.

use super::subject::Subject;
use ballistics::DragShape;
use clap::ValueEnum;
use raid::{ClosedLoop, FlownRaid, Radar, RaidKey, TimeToWarning, Unknowns};
use serde::Serialize;
use tracking::{DragPrior, Settings, TrackingError, warning};

/// Who says when people are warned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum WarningBy {
    /// A law of how often a round must be seen, calibrated on the closed loop.
    #[default]
    StandIn,
    /// The live tracker and warner on simulated plots, raid by raid.
    ClosedLoop,
}

impl WarningBy {
    /// Its name in options and documents.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::StandIn => "stand-in",
            Self::ClosedLoop => "closed-loop",
        }
    }

    /// Who warns, in words, without a full stop.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::StandIn => "Times of warning by the stand-in",
            Self::ClosedLoop => {
                "Times of warning by the closed loop: the live tracker and warner on simulated plots"
            }
        }
    }
}

/// When the closed loop of each system's radar decides to warn, s from the first launch: by index of the
/// system, `None` where it never does or no loadout of the study has it.
///
/// # Errors
/// Where a radar or the site is outside what the tracker and the warner take.
pub(super) fn decisions_s(
    subject: &Subject<'_>,
    flown: &FlownRaid,
    unknowns: &Unknowns,
    key: RaidKey,
) -> Result<Vec<Option<f64>>, TrackingError> {
    let catalogue = &subject.theatre.catalogue;
    let tracking = Settings {
        drag: DragPrior::of_munitions(&catalogue.munitions, DragShape::G1),
        ..Settings::default()
    };
    // Radars with the same figures see the same, and are asked once.
    let mut known: Vec<(Radar, Option<f64>)> = Vec::new();
    let mut decisions_s = Vec::with_capacity(unknowns.systems.len());
    for (system, draw) in unknowns.systems.iter().enumerate() {
        let stands = |option: &Vec<u32>| option.get(system).is_some_and(|&units| units > 0);
        let sensor = draw.sensor.filter(|_| subject.options.iter().any(stands));
        let Some(radar) = sensor.map(|sensor| Radar::of(&sensor)) else {
            decisions_s.push(None);
            continue;
        };
        if let Some((_, same_s)) = known.iter().find(|(other, _)| *other == radar) {
            decisions_s.push(*same_s);
            continue;
        }
        let closed_loop = ClosedLoop {
            radar,
            tracking,
            warning: warning::Settings::default(),
            radius_m: subject.theatre.sites[subject.site].populated_radius_m,
            delay_s: 0.0,
        };
        let decided_s = closed_loop.warned_s(flown, key)?;
        known.push((radar, decided_s));
        decisions_s.push(decided_s);
    }
    Ok(decisions_s)
}

/// When the first siren of a loadout sounds, s from the first launch.
pub(super) fn siren_s(
    units: &[u32],
    unknowns: &Unknowns,
    decisions_s: &[Option<f64>],
) -> Option<f64> {
    let stands = units.iter().zip(&unknowns.systems).zip(decisions_s);
    stands
        .filter(|((units, _), _)| **units > 0)
        .filter_map(|((_, draw), decided_s)| Some((*decided_s)? + draw.sensor?.delay_s))
        .reduce(f64::min)
}
