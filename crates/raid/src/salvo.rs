//! Salvos: rounds that fly from somewhere towards a base, with the errors of whoever fires them.
//!
//! A base is attacked from a distance drawn from the catalogue. The nominal shot that reaches that
//! distance is looked up among forward flights tabulated for this draw of the unknowns; it stays
//! inside this crate, and so do the errors of each launch. What comes out is where rounds fall
//! relative to what was attacked, when, and when a radar could have had a track: nothing that says
//! how to fire one.

use crate::detection::Visibility;
use crate::radar::Radar;
use crate::scatter::{Errors, Sizes, shift};
use crate::shots::{Shot, Table};
use crate::unknowns::{MunitionDraw, PeopleDraw, SensorDraw, SystemDraw};
use theatre::{Blast, MunitionKind, Stream};

const PURPOSE_LAUNCH: u32 = 0x200;
const PURPOSE_ROUND: u32 = 0x201;
const PURPOSE_DETECTION: u32 = 0x202;
const PURPOSE_HOUR: u32 = 0x205;
const HOURS: f64 = 24.0;

/// Most rounds of one salvo that are flown; far above the 36 of the largest on record.
pub const ROUNDS_MAX: u32 = 2_000;
/// Error of where a round is foreseen to fall when that is decided on, m, one sigma along each axis:
/// "location within about 100 m" (StrategyPage 2004, of a small counter-mortar radar), taken as a circle
/// that holds two thirds.
const FORESIGHT_SIGMA_M: f64 = 67.0;

/// One round of a salvo, as it arrives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Round {
    /// Where it falls along the line of fire, relative to what was attacked, m, beyond positive.
    pub along_m: f64,
    /// Where it falls across the line of fire, m.
    pub across_m: f64,
    /// When it was launched, s from the first launch.
    pub launch_s: f64,
    /// When it falls, s from the first launch.
    pub impact_s: f64,
    /// Whether it flies and bursts.
    pub effective: bool,
    /// A uniform draw: engagements that together stop a round with a probability above it stop it.
    pub intercept_draw: f64,
    /// A uniform draw: the share of rounds like it that a radar tracks sooner.
    pub detection_draw: f64,
    /// How far from its fall it is foreseen to fall, along and across, m.
    pub foresight_error_m: [f64; 2],
}

/// One raid, flown once and judged under as many defences as wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Raid {
    /// Kind of its munition.
    pub kind: MunitionKind,
    /// How its rounds hurt.
    pub effect: Blast,
    /// Its rounds in the order of impact.
    pub rounds: Vec<Round>,
    /// Where the salvo is centred, in units of the populated radius from the middle of the site.
    pub centre: [f64; 2],
    /// Where a battery of the base stands, likewise: anywhere in the populated area.
    pub battery: [f64; 2],
    /// For each system of the catalogue, when its radar has a track of each round, in their order, s from
    /// the first launch; `None` where it never has. Empty for a system without a radar.
    pub track_s: Vec<Vec<Option<f64>>>,
    /// Whether the theatre's early warning reaches the base in time to shelter: missiles only.
    pub early_warning: bool,
    /// Local hour at which it comes, 0 to 24: any, unless the caller knows better and says so.
    pub hour: f64,
}

impl Raid {
    /// The same at a local hour, 0 to 24, that the caller knows.
    #[must_use]
    pub fn at_hour(mut self, hour: f64) -> Self {
        self.hour = hour;
        self
    }
}

/// Forward flights of one munition class under one draw of the unknowns.
#[derive(Clone, Debug)]
pub struct Flights<'a> {
    munition: &'a MunitionDraw,
    pub(crate) table: Table,
    sizes: Sizes,
}

/// A raid before its rounds are flown.
pub(crate) struct Fired {
    pub(crate) raid: Raid,
    pub(crate) shot: Option<Shot>,
    pub(crate) shared: Errors,
    /// What the errors are multiplied by, in the plane of fire and out of it.
    pub(crate) factors: [f64; 2],
}

impl<'a> Flights<'a> {
    /// Tabulates the class. Shots that do not fly are left out, so figures that no round can have
    /// give an empty table and raids without rounds, not a panic.
    #[must_use]
    pub fn new(munition: &'a MunitionDraw) -> Self {
        Self {
            munition,
            table: Table::new(munition),
            sizes: Sizes::of(munition.kind),
        }
    }

    /// Flies one raid of `rounds` rounds (at most [`ROUNDS_MAX`]).
    ///
    /// It is a function of the seed, the replication and the entity alone; `systems` and `people`
    /// are the same draw of the unknowns that `self` was made from. Errors shift the nominal fall by
    /// their derivatives; [`Flights::flown`] flies every round with its errors.
    #[must_use]
    pub fn raid(
        &self,
        rounds: u32,
        systems: &[SystemDraw],
        people: &PeopleDraw,
        key: RaidKey,
    ) -> Raid {
        let Fired {
            mut raid,
            shot,
            shared,
            factors,
        } = self.fire(people, key);
        if let Some(shot) = shot {
            let errors = self.round_errors(rounds, &shared, factors, key);
            let rounds = errors.iter().map(|(round, errors)| {
                let time_s = shot.time_s + shift(&shot.later_s, &errors.in_plane);
                Round {
                    along_m: shift(&shot.along_m, &errors.in_plane),
                    across_m: shift(&shot.across_m, &errors.lateral),
                    // However wide the scatter, no flight is cut to less than half.
                    impact_s: round.launch_s + time_s.max(0.5 * shot.time_s),
                    ..*round
                }
            });
            raid.rounds = rounds.collect();
            raid.rounds
                .sort_by(|a, b| a.impact_s.total_cmp(&b.impact_s));
            raid.track_s = tracks(&shot, &raid.rounds, systems, key);
        }
        raid
    }

    /// Everything about a raid but its rounds.
    pub(crate) fn fire(&self, people: &PeopleDraw, key: RaidKey) -> Fired {
        let mut stream = key.stream(PURPOSE_LAUNCH);
        let munition = self.munition;
        let [near_m, far_m] = munition.fired_from_m;
        let distance_m = near_m + (far_m - near_m) * stream.uniform();
        let spread = munition.centre_spread;
        let centre = in_unit_disc(&mut stream).map(|part| spread * part);
        let battery = in_unit_disc(&mut stream);
        let early_warning = munition.kind == MunitionKind::BallisticMissile
            && stream.uniform() < people.missile_early_warning;
        let shared = self.sizes.shared.draw(&mut stream);
        let shot = self.table.nominal(distance_m);
        let factors = shot.as_ref().map_or([0.0; 2], |shot| {
            let usual_m = self.sizes.scatter_m(&shot.along_m, &shot.across_m);
            let wanted = [munition.scatter_along, munition.scatter_across];
            [0, 1].map(|axis| {
                if usual_m[axis] > 0.0 {
                    wanted[axis] * shot.range_m / usual_m[axis]
                } else {
                    0.0
                }
            })
        });
        let raid = Raid {
            kind: munition.kind,
            effect: munition.effect,
            rounds: Vec::new(),
            centre,
            battery,
            track_s: Vec::new(),
            early_warning,
            hour: HOURS * key.stream(PURPOSE_HOUR).uniform(),
        };
        Fired {
            raid,
            shot,
            shared,
            factors,
        }
    }

    /// Each round but for its fall, with all its errors, in the order of launch.
    pub(crate) fn round_errors(
        &self,
        count: u32,
        shared: &Errors,
        factors: [f64; 2],
        key: RaidKey,
    ) -> Vec<(Round, Errors)> {
        let mut stream = key.stream(PURPOSE_ROUND);
        let mut seen = key.stream(PURPOSE_DETECTION);
        let launched = (0..count.min(ROUNDS_MAX)).map(|number| {
            let errors = shared.plus(&self.sizes.own.draw(&mut stream), factors);
            let launch_s = f64::from(number) * self.munition.interval_s;
            let round = Round {
                along_m: 0.0,
                across_m: 0.0,
                launch_s,
                impact_s: launch_s,
                effective: stream.uniform() >= self.munition.failure_probability,
                intercept_draw: stream.uniform(),
                detection_draw: seen.uniform(),
                foresight_error_m: [seen.normal(), seen.normal()]
                    .map(|error| FORESIGHT_SIGMA_M * error),
            };
            (round, errors)
        });
        launched.collect()
    }
}

/// When each system's radar, in the middle of what is attacked, has a track of each round. Every radar is
/// judged on the same draws; radars with the same figures are the same.
pub(crate) fn tracks(
    shot: &Shot,
    rounds: &[Round],
    systems: &[SystemDraw],
    key: RaidKey,
) -> Vec<Vec<Option<f64>>> {
    let mut known: Vec<(SensorDraw, usize)> = Vec::new();
    let mut tracks: Vec<Vec<Option<f64>>> = Vec::with_capacity(systems.len());
    let mut counts = Vec::new();
    for system in systems {
        let times = system.sensor.map_or(Vec::new(), |sensor| {
            if let Some((_, same)) = known.iter().find(|(other, _)| *other == sensor) {
                return tracks[*same].clone();
            }
            known.push((sensor, tracks.len()));
            let radar = Radar::of(&sensor);
            let visibility = Visibility::new(&radar, shot);
            let first_look_s = radar.first_look_s(key);
            let period_s = radar.model.scan_period_s;
            let needed = sensor.plots_needed.max(1) as usize;
            let track =
                |round| visibility.track_s(round, first_look_s, period_s, needed, &mut counts);
            rounds.iter().map(track).collect()
        });
        tracks.push(times);
    }
    tracks
}

/// What names one raid: the draws are a function of this alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RaidKey {
    /// Seed of the study.
    pub seed: u64,
    /// Number of the replication.
    pub replication: u32,
    /// What the raid comes from, such as a munition class or a judged threat.
    pub entity: u32,
}

impl RaidKey {
    pub(crate) fn stream(self, purpose: u32) -> Stream {
        Stream::new(self.seed, self.replication, self.entity, purpose)
    }
}

fn in_unit_disc(stream: &mut Stream) -> [f64; 2] {
    let radius = libm::sqrt(stream.uniform());
    let angle = std::f64::consts::TAU * stream.uniform();
    [radius * libm::cos(angle), radius * libm::sin(angle)]
}
