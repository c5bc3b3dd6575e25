//! Where rounds fall on a base, as far from its middle as they fall and in no direction.
//!
//! How far from the middle a round falls is all that is kept; in a drawing each is given a bearing of
//! its own, drawn evenly. So no line of fire, and nothing about where a raid came from, can be read
//! off, not even in part.

use super::replicate::{Design, distance_m, in_groups};
use super::subject::Subject;
use raid::RaidAtSite;
use raid::effects::defence;
use theatre::Stream;

const PURPOSE_BEARING: u32 = 0x601;
/// Rings, by tenths of the populated radius, out to three radii.
pub const RINGS: usize = 30;
/// Replications that are drawn from, at most.
const RAIDS_MAX: u32 = 2_048;
/// Rounds drawn as dots, at most.
const DOTS_MAX: usize = 900;

/// Rounds by distance from the middle of the site.
#[derive(Clone, Debug, PartialEq)]
pub struct Rings {
    /// Raids that were counted.
    pub raids: u32,
    /// Rounds a raid that burst or would have, by ring.
    pub incoming: [f64; RINGS],
    /// Rounds a raid that do burst under each loadout, by ring.
    pub bursting: Vec<[f64; RINGS]>,
    /// Rounds a raid that fall beyond the last ring.
    pub beyond: f64,
    /// Some rounds, in populated radii east and north of the middle: distances as they fell,
    /// bearings drawn. Whether each bursts under the loadout asked for.
    pub dots: Vec<([f64; 2], bool)>,
}

/// Flies the first raids of a study again and counts where rounds fall; dots are those of `loadout`.
#[must_use]
pub fn rings(subject: &Subject<'_>, design: Design, loadout: usize) -> Rings {
    let raids = design.replications.min(RAIDS_MAX);
    let radius_m = subject.theatre.sites[subject.site].populated_radius_m;
    let mut incoming = [0.0; RINGS];
    let mut options = vec![[0.0; RINGS]; subject.options.len()];
    let (mut beyond, mut dots) = (0.0, Vec::new());
    let dotted = subject
        .loadouts
        .get(loadout)
        .map_or(0, |loadout| loadout.option);
    in_groups(subject, design, 0..raids, |flown, unknowns, replication| {
        let raid = flown.raid();
        let placed = RaidAtSite::new(raid, unknowns, subject.class, radius_m);
        let bursts: Vec<Vec<bool>> = subject
            .options
            .iter()
            .map(|option| placed.judge(defence(raid.kind, option)).bursts)
            .collect();
        let mut stream = Stream::new(subject.theatre.seed, replication, 0, PURPOSE_BEARING);
        for (number, round) in raid.rounds.iter().enumerate() {
            if !round.effective {
                continue;
            }
            let away = distance_m(raid, round, radius_m) / radius_m;
            let bearing = std::f64::consts::TAU * stream.uniform();
            let Some(ring) = incoming.get_mut((away * 10.0) as usize) else {
                beyond += 1.0;
                continue;
            };
            *ring += 1.0;
            for (sums, bursts) in options.iter_mut().zip(&bursts) {
                if bursts.get(number) == Some(&true) {
                    sums[(away * 10.0) as usize] += 1.0;
                }
            }
            if dots.len() < DOTS_MAX {
                let (sine, cosine) = libm::sincos(bearing);
                let bursts = bursts.get(dotted).and_then(|bursts| bursts.get(number));
                dots.push(([away * sine, away * cosine], bursts == Some(&true)));
            }
        }
    });
    let share = 1.0 / f64::from(raids.max(1));
    let scaled = |rings: [f64; RINGS]| rings.map(|count| count * share);
    Rings {
        raids,
        incoming: scaled(incoming),
        bursting: subject
            .loadouts
            .iter()
            .map(|loadout| scaled(options[loadout.option]))
            .collect(),
        beyond: beyond * share,
        dots,
    }
}
