//! A raid whose every round is followed through the air, for radars to see.
//!
//! Large studies need only where rounds fall and when ([`crate::Raid`]); a radar needs to know where
//! they are in between. What they were fired with and from where stays inside.

use crate::salvo::{Flights, Raid, RaidKey};
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

/// The flight of one round in the frame of its launch.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub(crate) launch_s: f64,
    pub(crate) states: Vec<State>,
}

/// Turns and shifts the frame of a launch into that of the site.
#[derive(Clone, Copy, Debug)]
struct Placing {
    sine: f64,
    cosine: f64,
    /// What was attacked, along and across the line of fire from the launch, m.
    aimed_m: [f64; 2],
    /// The same from the middle of the site, m.
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
        self.turn([
            along_m - self.aimed_m[0] + self.centre_m[0],
            across_m - self.aimed_m[1] + self.centre_m[1],
        ])
    }
}

impl Flights<'_> {
    /// Flies one raid on a site of this populated radius and keeps every flight.
    ///
    /// The raid is that of [`Flights::raid`] for the same key. It comes from a direction drawn at
    /// random: every direction is as likely as any other.
    #[must_use]
    pub fn flown(
        &self,
        rounds: u32,
        systems: &[SystemDraw],
        people: &PeopleDraw,
        radius_m: f64,
        key: RaidKey,
    ) -> FlownRaid {
        let (raid, paths, aimed_m) = self.raid_with_paths(rounds, systems, people, key);
        let heading_rad = std::f64::consts::TAU * key.stream(PURPOSE_HEADING).uniform();
        let (sine, cosine) = libm::sincos(heading_rad);
        let placing = Placing {
            sine,
            cosine,
            aimed_m,
            centre_m: raid.centre.map(|share| share * radius_m),
        };
        FlownRaid {
            raid,
            paths,
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

    /// Where and when every round falls, in the order of impact.
    #[must_use]
    pub fn impacts(&self) -> Vec<TrueImpact> {
        let rounds = self.raid.rounds.iter().enumerate();
        rounds
            .map(|(round, fall)| TrueImpact {
                round,
                position_m: self.placing.place([
                    fall.along_m + self.placing.aimed_m[0],
                    fall.across_m + self.placing.aimed_m[1],
                ]),
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
        let (position, velocity) = self.paths.get(round)?.at(time_s)?;
        let [x_m, y_m] = self.placing.place([position[0], position[1]]);
        let [vx, vy] = self.placing.turn([velocity[0], velocity[1]]);
        Some(Moment {
            position_m: [x_m, y_m, position[2]],
            velocity_mps: [vx, vy, velocity[2]],
        })
    }
}

impl Path {
    /// Place and velocity by the cubic through place and velocity of the states on either side
    /// (Hermite), which are too far apart to stand for themselves.
    fn at(&self, time_s: f64) -> Option<([f64; 3], [f64; 3])> {
        let since_s = time_s - self.launch_s;
        let above = self.states.partition_point(|state| state.time_s <= since_s);
        let (from, to) = (
            self.states.get(above.checked_sub(1)?)?,
            self.states.get(above)?,
        );
        let span_s = to.time_s - from.time_s;
        let t = (since_s - from.time_s) / span_s;
        let mut position_m = [0.0; 3];
        let mut velocity_mps = [0.0; 3];
        for axis in 0..3 {
            let (p0, p1) = (from.position_m[axis], to.position_m[axis]);
            let (v0, v1) = (
                from.velocity_mps[axis] * span_s,
                to.velocity_mps[axis] * span_s,
            );
            let (a, b) = (2.0 * (p0 - p1) + v0 + v1, 3.0 * (p1 - p0) - 2.0 * v0 - v1);
            position_m[axis] = p0 + t * (v0 + t * (b + t * a));
            velocity_mps[axis] = (v0 + t * (2.0 * b + t * 3.0 * a)) / span_s;
        }
        Some((position_m, velocity_mps))
    }
}
