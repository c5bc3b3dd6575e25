//! A raid whose every round is followed through the air, for radars to see.
//!
//! Large studies need only where rounds fall and when ([`crate::Raid`]); a radar needs to know where
//! they are in between. What they were fired with and from where stays inside.

use crate::salvo::{Fired, Flights, Raid, RaidKey, tracks};
use crate::shots::{Shot, between};
use crate::unknowns::{PeopleDraw, SystemDraw};
use ballistics::State;

const PURPOSE_HEADING: u32 = 0x203;

/// A raid on a site, with the flight of each round.
///
/// The frame of the site is level, its origin on the ground in the middle of the populated area, x
/// east, y north and z up, m. Time is in seconds from the first launch.
#[derive(Clone, Debug)]
pub struct FlownRaid {
    raid: Raid,
    shot: Option<Shot>,
    /// Paths of the rounds, in the order of the raid's.
    paths: Vec<Path>,
    /// From the line of fire to the frame of the site.
    placing: Placing,
}

/// The end of a round's flight: what a defender would survey afterwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrueImpact {
    /// Number of the round in [`Raid::rounds`].
    pub round: usize,
    /// Where it falls in the frame of the site, east and north, m.
    pub position_m: [f64; 2],
    /// When it falls, s from the first launch.
    pub time_s: f64,
    /// Whether it flies and bursts as it should.
    pub effective: bool,
}

/// Where a round is at one moment, in the frame of the site.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) position_m: [f64; 3],
    pub(crate) velocity_mps: [f64; 3],
}

/// The flight of one round, along and across the line of fire from what was attacked.
#[derive(Clone, Debug)]
struct Path {
    launch_s: f64,
    states: Vec<State>,
}

/// Turns and shifts the frame of a launch into that of the site.
#[derive(Clone, Copy, Debug)]
struct Placing {
    sine: f64,
    cosine: f64,
    /// What was attacked, along and across the line of fire from the middle of the site, m.
    centre_m: [f64; 2],
}

impl Placing {
    fn turn(&self, [along, across]: [f64; 2]) -> [f64; 2] {
        [
            self.cosine * along - self.sine * across,
            self.sine * along + self.cosine * across,
        ]
    }

    fn place(&self, [along_m, across_m]: [f64; 2]) -> [f64; 2] {
        self.turn([along_m + self.centre_m[0], across_m + self.centre_m[1]])
    }
}

impl Flights<'_> {
    /// Flies one raid on a site of this populated radius, every round with its errors, and keeps the
    /// flights.
    ///
    /// The errors are those of [`Flights::raid`] for the same key, whose falls differ from these by what
    /// derivatives leave out. The raid comes from a direction drawn at random, all equally likely.
    #[must_use]
    pub fn flown(
        &self,
        rounds: u32,
        systems: &[SystemDraw],
        people: &PeopleDraw,
        radius_m: f64,
        key: RaidKey,
    ) -> FlownRaid {
        let Fired {
            mut raid,
            shot,
            shared,
            factors,
        } = self.fire(people, key);
        let heading_rad = std::f64::consts::TAU * key.stream(PURPOSE_HEADING).uniform();
        let (sine, cosine) = libm::sincos(heading_rad);
        let placing = Placing {
            sine,
            cosine,
            centre_m: raid.centre.map(|share| share * radius_m),
        };
        let mut flown = Vec::new();
        if let Some(shot) = &shot
            && let Some((aimed, _)) = self.table.nominal_flight(shot)
        {
            for (mut round, errors) in self.round_errors(rounds, &shared, factors, key) {
                let Some((impact, mut states)) = self.table.flight_of(shot, &errors) else {
                    continue;
                };
                self.table.seen_from(aimed.x_m, &mut states);
                round.along_m = impact.x_m - aimed.x_m;
                round.across_m = impact.y_m;
                round.impact_s = round.launch_s + impact.time_s;
                let launch_s = round.launch_s;
                flown.push((round, Path { launch_s, states }));
            }
            flown.sort_by(|(a, _), (b, _)| a.impact_s.total_cmp(&b.impact_s));
            raid.rounds = flown.iter().map(|(round, _)| *round).collect();
            raid.track_s = tracks(shot, &raid.rounds, systems, key);
        }
        FlownRaid {
            raid,
            shot,
            paths: flown.into_iter().map(|(_, path)| path).collect(),
            placing,
        }
    }
}

impl FlownRaid {
    /// The raid as defences are judged on it.
    #[must_use]
    pub fn raid(&self) -> &Raid {
        &self.raid
    }

    /// The same at a local hour, 0 to 24, that the caller knows.
    #[must_use]
    pub fn at_hour(mut self, hour: f64) -> Self {
        self.raid.hour = hour;
        self
    }

    pub(crate) fn shot(&self) -> Option<&Shot> {
        self.shot.as_ref()
    }

    /// Where and when every round falls, in the order of impact.
    #[must_use]
    pub fn impacts(&self) -> Vec<TrueImpact> {
        let rounds = self.raid.rounds.iter().enumerate();
        rounds
            .map(|(round, fall)| TrueImpact {
                round,
                position_m: self.placing.place([fall.along_m, fall.across_m]),
                time_s: fall.impact_s,
                effective: fall.effective,
            })
            .collect()
    }

    /// When the last round falls, s from the first launch; 0 where there is none.
    #[must_use]
    pub fn end_s(&self) -> f64 {
        let ends = self.raid.rounds.iter().map(|round| round.impact_s);
        ends.fold(0.0, f64::max)
    }

    /// Where a round is at a time; none before its launch and after its fall.
    pub(crate) fn at(&self, round: usize, time_s: f64) -> Option<Moment> {
        let path = self.paths.get(round)?;
        let (position, velocity) = between(&path.states, time_s - path.launch_s)?;
        let [x_m, y_m] = self.placing.place([position[0], position[1]]);
        let [vx, vy] = self.placing.turn([velocity[0], velocity[1]]);
        Some(Moment {
            position_m: [x_m, y_m, position[2]],
            velocity_mps: [vx, vy, velocity[2]],
        })
    }
}
