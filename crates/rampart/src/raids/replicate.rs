//! Chunks of a study: groups of raids, flown once and judged under every loadout.

use super::subject::Subject;
use super::warned::{WarningBy, decisions_s, siren_s};
use raid::effects::defence;
use raid::{
    Casualties, Flights, FlownRaid, Hurt, Judged, Raid, RaidAtSite, RaidKey, Round, Unknowns,
};
use theatre::Stream;
use tracking::TrackingError;

const PURPOSE_CASUALTIES: u32 = 0x600;
/// First of the entities of these raids: apart from those of plans and hindcasts.
const FIRST_ENTITY: u32 = 0x2000_0000;
/// Groups in one chunk.
pub const GROUPS_PER_CHUNK: u32 = 32;
/// Replications of a group where there are enough groups; 8 keep the cost of a group's own tables
/// small beside that of its raids.
const GROUP_SIZE: u32 = 8;
/// Groups that a study has before its groups grow: the mean's interval is taken over groups.
const GROUPS_WANTED: u32 = 64;

/// How a study's replications fall into groups and chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Design {
    /// Replications in all, at most.
    pub replications: u32,
    /// Replications of a group; the last may have fewer.
    pub group_size: u32,
}

impl Design {
    /// Groups of 8, or of fewer where there would be less than 64 of them.
    #[must_use]
    pub fn of(replications: u32) -> Self {
        Self {
            replications,
            group_size: (replications / GROUPS_WANTED).clamp(1, GROUP_SIZE),
        }
    }

    /// Replications of a whole chunk.
    #[must_use]
    pub fn chunk_size(self) -> u32 {
        self.group_size * GROUPS_PER_CHUNK
    }

    /// Chunks in all.
    #[must_use]
    pub fn chunks(self) -> u32 {
        self.replications.div_ceil(self.chunk_size())
    }

    /// Replications of one chunk.
    #[must_use]
    pub fn replications_of(self, chunk: u32) -> std::ops::Range<u32> {
        let first = chunk.saturating_mul(self.chunk_size());
        let last = first.saturating_add(self.chunk_size());
        first.min(self.replications)..last.min(self.replications)
    }
}

/// What one raid does under one of the parts of loadouts that it meets.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Row {
    /// Rounds that would have burst on the populated area.
    pub would_hit: u32,
    /// Rounds of those that did.
    pub hit: u32,
    /// From the siren to the first fall, s; negative where the siren is late, none where there is none.
    pub warning_s: Option<f64>,
    /// Killed, as it may happen, own and partner.
    pub killed: u32,
    /// Wounded, likewise.
    pub wounded: u32,
    /// Killed to be expected of where these rounds fall, over where people happen to be.
    pub killed_expected: f64,
    /// Wounded, likewise.
    pub wounded_expected: f64,
    /// Chance of at least [`Subject::tail`] casualties, given where these rounds fall; 0 where none is
    /// asked for.
    pub tail: f64,
    /// What the stand-in makes of the same raid, where the closed loop warns.
    pub stand_in: Option<StandIn>,
}

impl Row {
    /// [`Self::warning_s`] of a raid that would hit the populated area; none of another, of which nobody
    /// needs to be warned.
    #[must_use]
    pub fn warning_of_hits_s(&self) -> Option<f64> {
        self.warning_s.filter(|_| self.would_hit > 0)
    }
}

/// The stand-in beside the closed loop.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StandIn {
    /// From its siren to the first fall, s, as [`Row::warning_s`].
    pub warning_s: Option<f64>,
    /// Killed and wounded to be expected with its siren.
    pub casualties_expected: f64,
}

/// What names the raid of one replication.
pub(super) fn key(subject: &Subject<'_>, replication: u32) -> RaidKey {
    let class = u32::try_from(subject.class).unwrap_or(0);
    RaidKey {
        seed: subject.theatre.seed,
        replication,
        entity: FIRST_ENTITY.wrapping_add(class),
    }
}

/// The rows of one chunk: by replication, then by part of the loadouts.
///
/// # Errors
/// Where a radar or a site is outside what the tracker and the warner take; in the closed loop alone.
pub fn chunk(
    subject: &Subject<'_>,
    design: Design,
    number: u32,
) -> Result<Vec<Row>, TrackingError> {
    let range = design.replications_of(number);
    let mut rows = Ok(Vec::with_capacity(range.len() * subject.options.len()));
    in_groups(subject, design, range, |flown, unknowns, replication| {
        if let Ok(so_far) = &mut rows {
            match judged(subject, flown, unknowns, replication) {
                Ok(more) => so_far.extend(more),
                Err(error) => rows = Err(error),
            }
        }
    });
    rows
}

/// One raid of a study.
pub(super) enum Flown {
    /// Where its rounds fall.
    Falls(Raid),
    /// The flight of each round as well, for radars to see.
    Flights(Box<FlownRaid>),
}

impl Flown {
    fn at_hour(self, hour: f64) -> Self {
        match self {
            Self::Falls(raid) => Self::Falls(raid.at_hour(hour)),
            Self::Flights(flown) => Self::Flights(Box::new(flown.at_hour(hour))),
        }
    }

    /// The raid as defences are judged on it.
    pub(super) fn raid(&self) -> &Raid {
        match self {
            Self::Falls(raid) => raid,
            Self::Flights(flown) => flown.raid(),
        }
    }
}

/// Flies a range of replications that begins with a group, group by group.
pub(super) fn in_groups(
    subject: &Subject<'_>,
    design: Design,
    range: std::ops::Range<u32>,
    mut each: impl FnMut(&Flown, &Unknowns, u32),
) {
    let seed = subject.theatre.seed;
    let radius_m = subject.theatre.sites[subject.site].populated_radius_m;
    for first in range.clone().step_by(design.group_size as usize) {
        let group = first / design.group_size;
        let unknowns = Unknowns::draw(&subject.theatre.catalogue, seed, group);
        let (systems, people) = (&unknowns.systems, &unknowns.people);
        let flights = Flights::new(&unknowns.munitions[subject.class]);
        for replication in first..range.end.min(first + design.group_size) {
            let (rounds, key) = (subject.rounds, key(subject, replication));
            let flown = match subject.warning {
                WarningBy::StandIn => Flown::Falls(flights.raid(rounds, systems, people, key)),
                WarningBy::ClosedLoop => Flown::Flights(Box::new(
                    flights.flown(rounds, systems, people, radius_m, key),
                )),
            };
            let flown = match subject.hour {
                Some(hour) => flown.at_hour(hour),
                None => flown,
            };
            each(&flown, &unknowns, replication);
        }
    }
}

fn judged(
    subject: &Subject<'_>,
    flown: &Flown,
    unknowns: &Unknowns,
    replication: u32,
) -> Result<Vec<Row>, TrackingError> {
    let raid = flown.raid();
    let radius_m = subject.theatre.sites[subject.site].populated_radius_m;
    let [own, partner] = subject.people();
    let people = f64::from(own) + f64::from(partner);
    let placed = RaidAtSite::new(raid, unknowns, subject.class, radius_m);
    let aimed: Vec<bool> = raid
        .rounds
        .iter()
        .map(|round| round.effective && distance_m(raid, round, radius_m) <= radius_m)
        .collect();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let would_hit = count(aimed.iter().filter(|aimed| **aimed).count());
    let key = key(subject, replication);
    let options = || subject.options.iter();
    let mut judged: Vec<_> = options()
        .map(|option| placed.judge(defence(raid.kind, option)))
        .collect();
    let mut stand_ins = vec![None; judged.len()];
    if let Flown::Flights(flown) = flown {
        let decisions_s = decisions_s(subject, flown, unknowns, key)?;
        let by_stand_in = |(judged, hurt): (&Judged, Hurt)| {
            Some(StandIn {
                warning_s: judged.warning_s,
                casualties_expected: hurt.killed * people + hurt.wounded * people,
            })
        };
        let expected = placed.hurt_each(&judged);
        stand_ins = judged.iter().zip(expected).map(by_stand_in).collect();
        let by_closed_loop = |option: &Vec<u32>| {
            let siren_s = siren_s(option, unknowns, &decisions_s);
            placed.judge_warned(defence(raid.kind, option), siren_s)
        };
        judged = options().map(by_closed_loop).collect();
    }
    let mut stream = Stream::new(key.seed, replication, key.entity, PURPOSE_CASUALTIES);
    let tolls = placed.realise_each(&judged, own, partner, &mut stream);
    let outcomes = placed.hurt_each(&judged).into_iter().zip(tolls);
    let row = |((judged, (hurt, toll)), stand_in): ((&Judged, (Hurt, Casualties)), _)| {
        let both = aimed.iter().zip(&judged.bursts);
        Row {
            would_hit,
            hit: count(both.filter(|(aimed, bursts)| **aimed && **bursts).count()),
            warning_s: judged.warning_s,
            killed: toll.killed.saturating_add(toll.killed_partner),
            wounded: toll.wounded.saturating_add(toll.wounded_partner),
            killed_expected: hurt.killed * people,
            wounded_expected: hurt.wounded * people,
            tail: subject
                .tail
                .map_or(0.0, |least| placed.chance_of(least, judged, own, partner)),
            stand_in,
        }
    };
    Ok(judged
        .iter()
        .zip(outcomes)
        .zip(stand_ins)
        .map(row)
        .collect())
}

/// How far from the middle of the site a round falls, m.
pub(super) fn distance_m(raid: &Raid, round: &Round, radius_m: f64) -> f64 {
    libm::hypot(
        raid.centre[0] * radius_m + round.along_m,
        raid.centre[1] * radius_m + round.across_m,
    )
}
