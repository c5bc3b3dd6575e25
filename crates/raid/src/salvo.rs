//! Salvos: rounds that fly from somewhere towards a base, with the errors of whoever fires them.
//!
//! A base is attacked from a distance drawn from the catalogue. The nominal shot that reaches that
//! distance is looked up among forward flights tabulated for this draw of the unknowns; it stays
//! inside this module, and so do the errors of each launch. What comes out is where rounds fall
//! relative to what was attacked, when, and when a radar could have had a track: nothing that says
//! how to fire one.

use crate::flown::Path;
use crate::unknowns::{MunitionDraw, PeopleDraw, SensorDraw, SystemDraw};
use ballistics::{
    Accuracy, DragCurve, DragShape, Environment, FlightError, Gravity, Impact, Launch, Projectile,
    State,
};
use theatre::{Blast, MunitionKind, Stream};

const PURPOSE_LAUNCH: u32 = 0x200;
const PURPOSE_ROUND: u32 = 0x201;
const PURPOSE_DETECTION: u32 = 0x202;

/// Elevations at which rockets are tabulated, degrees: the low branch, from a flat shot to beyond
/// the greatest range.
const ROCKET_ELEVATION_DEG: [f64; 2] = [1.0, 52.0];
/// Elevations at which mortars are fired, degrees; assumed, general knowledge.
const MORTAR_ELEVATION_DEG: [f64; 2] = [50.0, 75.0];
/// Elevations at burn-out of ballistic missiles, degrees; assumed, near the greatest range.
const MISSILE_ELEVATION_DEG: [f64; 2] = [38.0, 50.0];
/// Share of its drag that a missile keeps here: it burns out above most of the atmosphere, while this
/// flight starts at the ground with the speed of burn-out. Assumed.
const MISSILE_DRAG_SHARE: f64 = 0.1;
/// Nominal shots tabulated for each draw of a class.
const TABLE_SHOTS: u32 = 24;
/// Most rounds of one salvo that are flown; far above the 36 of the largest on record.
pub const ROUNDS_MAX: u32 = 2_000;
/// Share of the greatest range at which a class is fired when the distance drawn is beyond it.
const GREATEST_RANGE_SHARE: f64 = 0.98;

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
    /// A uniform draw: an engagement with intercept probability above it stops the round.
    pub intercept_draw: f64,
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
    /// For each system of the catalogue, seconds from a round's launch until its radar has a track;
    /// `None` where it has no radar or never gets one.
    pub track_s: Vec<Option<f64>>,
    /// Whether the theatre's early warning reaches the base in time to shelter: missiles only.
    pub early_warning: bool,
}

/// Forward flights of one munition class under one draw of the unknowns.
#[derive(Clone, Debug)]
pub struct Flights<'a> {
    munition: &'a MunitionDraw,
    projectile: Projectile,
    environment: Environment,
    shots: Vec<Shot>,
}

/// A nominal shot and how far it goes.
#[derive(Clone, Copy, Debug)]
struct Shot {
    range_m: f64,
    speed_mps: f64,
    elevation_rad: f64,
}

impl<'a> Flights<'a> {
    /// Tabulates the class. Shots that do not fly are left out, so figures that no round can have
    /// give an empty table and raids without rounds, not a panic.
    #[must_use]
    pub fn new(munition: &'a MunitionDraw) -> Self {
        let drag_share = match munition.kind {
            MunitionKind::BallisticMissile => MISSILE_DRAG_SHARE,
            MunitionKind::Rocket | MunitionKind::Mortar => 1.0,
        };
        let projectile = Projectile {
            mass_kg: munition.mass_kg,
            calibre_m: munition.calibre_m,
            drag: DragCurve {
                shape: DragShape::G1,
                scale: munition.drag_scale * drag_share,
            },
        };
        let gravity = match munition.kind {
            MunitionKind::BallisticMissile => Gravity::EARTH,
            MunitionKind::Rocket | MunitionKind::Mortar => Gravity::STANDARD,
        };
        let environment = Environment {
            gravity,
            ..Environment::default()
        };
        let mut flights = Self {
            munition,
            projectile,
            environment,
            shots: Vec::new(),
        };
        for step in 0..TABLE_SHOTS {
            let (speed_mps, elevation_rad) = flights.setting(step);
            let Ok(impact) = flights.shoot(speed_mps, elevation_rad, 0.0) else {
                continue;
            };
            let grows = flights
                .shots
                .last()
                .is_none_or(|last| impact.x_m > last.range_m);
            if grows {
                flights.shots.push(Shot {
                    range_m: impact.x_m,
                    speed_mps,
                    elevation_rad,
                });
            }
        }
        flights
    }

    /// The nominal shot of one row of the table.
    fn setting(&self, step: u32) -> (f64, f64) {
        let share = f64::from(step) / f64::from(TABLE_SHOTS - 1);
        let between = |ends: [f64; 2], share: f64| ends[0] + (ends[1] - ends[0]) * share;
        let munition = self.munition;
        let steep = match munition.kind {
            MunitionKind::Rocket => {
                let elevation_deg = between(ROCKET_ELEVATION_DEG, share);
                return (munition.speed_mps, elevation_deg.to_radians());
            }
            MunitionKind::Mortar => MORTAR_ELEVATION_DEG,
            MunitionKind::BallisticMissile => MISSILE_ELEVATION_DEG,
        };
        let elevation_deg = between(steep, munition.elevation_share);
        (
            between(munition.speed_range_mps, share),
            elevation_deg.to_radians(),
        )
    }

    fn shoot(
        &self,
        speed_mps: f64,
        elevation_rad: f64,
        azimuth_rad: f64,
    ) -> Result<Impact, FlightError> {
        let launch = Launch {
            speed_mps,
            elevation_rad,
            azimuth_rad,
        };
        ballistics::fly(
            &self.projectile,
            &launch,
            &self.environment,
            Accuracy::PLANNING,
        )
    }

    /// The nominal shot for a distance, held within what the class can reach.
    fn nominal(&self, distance_m: f64) -> Option<Shot> {
        let (first, last) = (self.shots.first()?, self.shots.last()?);
        let ceiling_m = (last.range_m * GREATEST_RANGE_SHARE).max(first.range_m);
        let range_m = distance_m.clamp(first.range_m, ceiling_m);
        let above = self
            .shots
            .partition_point(|shot| shot.range_m < range_m)
            .max(1);
        let (Some(near), Some(far)) = (self.shots.get(above - 1), self.shots.get(above)) else {
            return Some(*first);
        };
        let share = (range_m - near.range_m) / (far.range_m - near.range_m);
        let mix = |low: f64, high: f64| low + (high - low) * share;
        Some(Shot {
            range_m,
            speed_mps: mix(near.speed_mps, far.speed_mps),
            elevation_rad: mix(near.elevation_rad, far.elevation_rad),
        })
    }

    /// Flies one raid of `rounds` rounds (at most [`ROUNDS_MAX`]).
    ///
    /// It is a function of the seed, the replication and the entity alone; `systems` and `people`
    /// are the same draw of the unknowns that `self` was made from.
    #[must_use]
    pub fn raid(
        &self,
        rounds: u32,
        systems: &[SystemDraw],
        people: &PeopleDraw,
        key: RaidKey,
    ) -> Raid {
        let (mut raid, shot, salvo_error) = self.without_rounds(systems, people, key);
        if let Some(shot) = shot {
            let fallen = self.rounds(rounds.min(ROUNDS_MAX), shot, salvo_error, key);
            raid.rounds = fallen.into_iter().map(|(round, _)| round).collect();
            raid.track_s = self.tracks(shot, systems, key);
        }
        raid
    }

    /// The same raid with the flight of each round, and the range of its nominal shot, m, along and
    /// across the line of fire.
    pub(crate) fn raid_with_paths(
        &self,
        rounds: u32,
        systems: &[SystemDraw],
        people: &PeopleDraw,
        key: RaidKey,
    ) -> (Raid, Vec<Path>, [f64; 2]) {
        let (mut raid, shot, salvo_error) = self.without_rounds(systems, people, key);
        let Some(shot) = shot else {
            return (raid, Vec::new(), [0.0; 2]);
        };
        let fallen = self.rounds(rounds.min(ROUNDS_MAX), shot, salvo_error, key);
        let mut aimed_m = [shot.range_m, 0.0];
        let paths = fallen
            .iter()
            .map(|(round, launch)| {
                let mut states = Vec::new();
                let flown = ballistics::fly_with(
                    &self.projectile,
                    launch,
                    &self.environment,
                    Accuracy::PLANNING,
                    &mut |state| states.push(*state),
                );
                if let Ok(impact) = flown {
                    aimed_m = [impact.x_m - round.along_m, impact.y_m - round.across_m];
                }
                Path {
                    launch_s: round.launch_s,
                    states,
                }
            })
            .collect();
        raid.rounds = fallen.into_iter().map(|(round, _)| round).collect();
        raid.track_s = self.tracks(shot, systems, key);
        (raid, paths, aimed_m)
    }

    /// A raid before its rounds fly, its nominal shot, and the error that is common to the salvo.
    fn without_rounds(
        &self,
        systems: &[SystemDraw],
        people: &PeopleDraw,
        key: RaidKey,
    ) -> (Raid, Option<Shot>, [f64; 2]) {
        let mut stream = key.stream(PURPOSE_LAUNCH);
        let [near_m, far_m] = self.munition.fired_from_m;
        let distance_m = near_m + (far_m - near_m) * stream.uniform();
        let spread = self.munition.centre_spread;
        let centre = in_unit_disc(&mut stream).map(|part| spread * part);
        let battery = in_unit_disc(&mut stream);
        let early_warning = self.munition.kind == MunitionKind::BallisticMissile
            && stream.uniform() < people.missile_early_warning;
        let raid = Raid {
            kind: self.munition.kind,
            effect: self.munition.effect,
            rounds: Vec::new(),
            centre,
            battery,
            track_s: vec![None; systems.len()],
            early_warning,
        };
        let shot = self.nominal(distance_m);
        let salvo_error = match shot {
            Some(_) => [stream.normal(), stream.normal()],
            None => [0.0; 2],
        };
        (raid, shot, salvo_error)
    }

    /// Flies the rounds. Half of the variance of the scatter is common to the salvo (the rack was
    /// set up once), half is each round's own: assumed, as no page splits the two.
    fn rounds(
        &self,
        count: u32,
        shot: Shot,
        salvo_error: [f64; 2],
        key: RaidKey,
    ) -> Vec<(Round, Launch)> {
        let munition = self.munition;
        let Ok(centre) = self.shoot(shot.speed_mps, shot.elevation_rad, 0.0) else {
            return Vec::new();
        };
        let step_mps = 0.01 * shot.speed_mps;
        let gain = self
            .shoot(shot.speed_mps + step_mps, shot.elevation_rad, 0.0)
            .map_or(0.0, |impact| (impact.x_m - centre.x_m) / step_mps);
        let speed_error_mps = if gain > 0.0 {
            // A shot cannot lose more than a third of its speed to an error, however wide the scatter.
            (munition.scatter_along * centre.x_m / gain).min(shot.speed_mps / 9.0)
        } else {
            0.0
        };
        let mix = |common: f64, own: f64| (common + own) * std::f64::consts::FRAC_1_SQRT_2;
        let mut stream = key.stream(PURPOSE_ROUND);
        let mut rounds = Vec::with_capacity(count as usize);
        for number in 0..count {
            let errors = [stream.normal(), stream.normal()];
            let effective = stream.uniform() >= munition.failure_probability;
            let intercept_draw = stream.uniform();
            let speed_mps = shot.speed_mps + speed_error_mps * mix(salvo_error[0], errors[0]);
            let azimuth_rad = munition.scatter_across * mix(salvo_error[1], errors[1]);
            let Ok(impact) = self.shoot(speed_mps, shot.elevation_rad, azimuth_rad) else {
                continue;
            };
            let launch = Launch {
                speed_mps,
                elevation_rad: shot.elevation_rad,
                azimuth_rad,
            };
            let launch_s = f64::from(number) * munition.interval_s;
            let round = Round {
                along_m: impact.x_m - centre.x_m,
                across_m: impact.y_m,
                launch_s,
                impact_s: launch_s + impact.time_s,
                effective,
                intercept_draw,
            };
            rounds.push((round, launch));
        }
        rounds.sort_by(|(a, _), (b, _)| a.impact_s.total_cmp(&b.impact_s));
        rounds
    }

    /// When each system's radar, in the middle of the base, has a track of a round of this shot.
    /// Every radar is judged on the same draws.
    fn tracks(&self, shot: Shot, systems: &[SystemDraw], key: RaidKey) -> Vec<Option<f64>> {
        if systems.iter().all(|system| system.sensor.is_none()) {
            return vec![None; systems.len()];
        }
        let launch = Launch {
            speed_mps: shot.speed_mps,
            elevation_rad: shot.elevation_rad,
            azimuth_rad: 0.0,
        };
        let mut states = Vec::new();
        let flown = ballistics::fly_with(
            &self.projectile,
            &launch,
            &self.environment,
            Accuracy::PLANNING,
            &mut |state| states.push(*state),
        );
        let Ok(impact) = flown else {
            return vec![None; systems.len()];
        };
        let path = fine_path(&states);
        let visible = |sensor: &SensorDraw| {
            path.iter().find_map(|&[time_s, x_m, height_m]| {
                let ground_m = (impact.x_m - x_m).abs();
                let slant_m = libm::hypot(ground_m, height_m);
                let seen = height_m > 0.0
                    && slant_m <= sensor.range_m
                    && height_m >= ground_m * sensor.mask_tangent;
                seen.then_some(time_s)
            })
        };
        systems
            .iter()
            .map(|system| {
                let sensor = system.sensor.as_ref()?;
                let first_s = visible(sensor)?;
                track_time_s(
                    sensor,
                    first_s,
                    impact.time_s,
                    key.stream(PURPOSE_DETECTION),
                )
            })
            .collect()
    }
}

/// Points (time, x, height) along a flight: cubic Hermite between the states that the integrator
/// shows, which are too far apart to say when a round comes into view.
fn fine_path(states: &[State]) -> Vec<[f64; 3]> {
    const PARTS: u32 = 8;
    let mut path = Vec::with_capacity(states.len() * PARTS as usize);
    for pair in states.windows(2) {
        let (from, to) = (&pair[0], &pair[1]);
        let span_s = to.time_s - from.time_s;
        for part in 0..PARTS {
            let t = f64::from(part) / f64::from(PARTS);
            let at = |axis: usize| {
                let (p0, p1) = (from.position_m[axis], to.position_m[axis]);
                let (v0, v1) = (
                    from.velocity_mps[axis] * span_s,
                    to.velocity_mps[axis] * span_s,
                );
                let (t2, t3) = (t * t, t * t * t);
                (2.0 * t3 - 3.0 * t2 + 1.0) * p0
                    + (t3 - 2.0 * t2 + t) * v0
                    + (3.0 * t2 - 2.0 * t3) * p1
                    + (t3 - t2) * v1
            };
            path.push([from.time_s + span_s * t, at(0), at(2)]);
        }
    }
    path
}

/// When the last detection needed comes, if it does before impact.
fn track_time_s(
    sensor: &SensorDraw,
    first_s: f64,
    impact_s: f64,
    mut stream: Stream,
) -> Option<f64> {
    let mut time_s = first_s + stream.uniform() * sensor.scan_period_s;
    let mut plots = 0;
    while time_s < impact_s {
        if stream.uniform() < sensor.detection_probability {
            plots += 1;
            if plots >= sensor.plots_needed {
                return Some(time_s);
            }
        }
        time_s += sensor.scan_period_s.max(1e-3);
    }
    None
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
