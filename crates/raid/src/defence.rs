//! One raid judged under one defence: who is warned, which rounds are stopped, who is hurt.
//!
//! Defences are judged on the same raid and the same draws, and every rule here is monotone: a unit
//! more never lets through a round that was stopped without it, and never warns later.

use crate::casualties::{self, Burst, Casualties, Posture};
use crate::effects::is_area_kind;
use crate::salvo::{Raid, Round};
use crate::tail;
use crate::unknowns::{InterceptorDraw, Unknowns, VulnerabilityDraw};
use theatre::{Role, Stream};

/// Warning that a theatre's early warning of a missile gives, s: longer than anybody needs.
/// Ballistic missiles at the ranges of the catalogue fly for minutes.
const EARLY_WARNING_S: f64 = 120.0;

/// Units of each system of the catalogue that stand at a site, by index of the system.
pub type Units = [u32];

/// What one raid does to each person of a site, in expectation over where people are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hurt {
    /// Chance to be killed.
    pub killed: f64,
    /// Chance to be wounded.
    pub wounded: f64,
}

impl Hurt {
    /// This, `factor` times.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self {
            killed: self.killed * factor,
            wounded: self.wounded * factor,
        }
    }

    /// Adds another.
    pub fn add(&mut self, other: Self) {
        self.killed += other.killed;
        self.wounded += other.wounded;
    }
}

/// What stands between a raid and the people of a site.
#[derive(Clone, Copy, Debug)]
pub struct Defence<'a> {
    /// Units at the site itself: warning and point defence.
    pub local: &'a Units,
    /// Units of area defence that cover the site and work, wherever they stand.
    pub area: &'a Units,
}

/// A raid judged at a site under a defence.
#[derive(Clone, Debug)]
pub struct Judged {
    /// For each round of the raid, whether it falls and bursts: it did not fail and was not stopped.
    pub bursts: Vec<bool>,
    /// Seconds from the siren to the first round's fall; negative where the siren is late, `None`
    /// where nobody is warned.
    pub warning_s: Option<f64>,
    /// When the siren sounds, s from the first launch.
    siren_s: Option<f64>,
}

/// One raid at one site: geometry that does not depend on the defence.
#[derive(Clone, Debug)]
pub struct RaidAtSite<'a> {
    raid: &'a Raid,
    unknowns: &'a Unknowns,
    munition: usize,
    radius_m: f64,
    /// Distance of each round from the middle of the site, m.
    offset_m: Vec<f64>,
    /// Where each round falls as seen from the battery that guns of the site stand beside, m; empty
    /// where there is none.
    from_battery_m: Vec<[f64; 2]>,
    /// Share of standing people whom each round kills and hurts.
    reached: Vec<Hurt>,
    first_burst_s: f64,
}

impl<'a> RaidAtSite<'a> {
    /// Places a raid of a munition class (by index) at a site with this populated radius.
    #[must_use]
    pub fn new(raid: &'a Raid, unknowns: &'a Unknowns, munition: usize, radius_m: f64) -> Self {
        let draw = &unknowns.munitions[munition];
        let offset_m: Vec<f64> = raid
            .rounds
            .iter()
            .map(|round| {
                let [x_m, y_m] = fall_m(raid, round, radius_m);
                libm::hypot(x_m, y_m)
            })
            .collect();
        let reached = offset_m
            .iter()
            .map(|&offset_m| Hurt {
                killed: casualties::share_reached(offset_m, draw.killed_scale_m, radius_m),
                wounded: casualties::share_reached(offset_m, draw.hurt_scale_m, radius_m),
            })
            .collect();
        let first_burst_s = raid
            .rounds
            .iter()
            .filter(|round| round.effective)
            .map(|round| round.impact_s)
            .fold(f64::INFINITY, f64::min);
        Self {
            raid,
            unknowns,
            munition,
            radius_m,
            offset_m,
            from_battery_m: Vec::new(),
            reached,
            first_burst_s,
        }
    }

    /// Judges the raid under a defence.
    #[must_use]
    pub fn judge(&self, defence: Defence<'_>) -> Judged {
        let rounds = &self.raid.rounds;
        let mut bursts: Vec<bool> = rounds.iter().map(|round| round.effective).collect();
        let mut engaged = vec![false; rounds.len()];
        for (system, draw) in self.unknowns.systems.iter().enumerate() {
            let Some(interceptor) = &draw.interceptor else {
                continue;
            };
            if !interceptor.engages.contains(&self.raid.kind) {
                continue;
            }
            match draw.role {
                Role::Warning => {}
                Role::PointDefence => {
                    let Some(track_s) = self.raid.track_s.get(system).copied().flatten() else {
                        continue;
                    };
                    for unit in 0..units(defence.local, system) {
                        self.gun(unit, interceptor, track_s, &mut engaged, &mut bursts);
                    }
                }
                Role::AreaDefence => {
                    let count = units(defence.area, system);
                    self.battery(count, interceptor, &mut engaged, &mut bursts);
                }
            }
        }
        let siren_s = self.siren_s(defence.local);
        let first_fall_s = rounds.first().map_or(0.0, |round| round.impact_s);
        Judged {
            bursts,
            warning_s: siren_s.map(|siren_s| first_fall_s - siren_s),
            siren_s,
        }
    }

    /// When the first siren sounds: the earliest of the site's radars, or the theatre's warning.
    fn siren_s(&self, local: &Units) -> Option<f64> {
        if is_area_kind(self.raid.kind) {
            let first_fall_s = self.raid.rounds.first().map_or(0.0, |round| round.impact_s);
            return self
                .raid
                .early_warning
                .then_some(first_fall_s - EARLY_WARNING_S);
        }
        let radars = self.unknowns.systems.iter().enumerate();
        radars
            .filter(|&(system, _)| units(local, system) > 0)
            .filter_map(|(system, draw)| {
                let track_s = self.raid.track_s.get(system).copied().flatten()?;
                Some(track_s + draw.sensor?.delay_s)
            })
            .reduce(f64::min)
    }

    /// One gun takes the rounds that the guns before it left, one at a time in the order of impact:
    /// those that it has tracked, that fall where it reaches, and that it has time to engage.
    fn gun(
        &self,
        unit: u32,
        interceptor: &InterceptorDraw,
        track_s: f64,
        engaged: &mut [bool],
        bursts: &mut [bool],
    ) {
        let area_share = (interceptor.reach_m / self.radius_m).powi(2) * f64::from(unit + 1);
        let (mut free_s, mut left) = (f64::NEG_INFINITY, interceptor.engagements);
        for (index, round) in self.raid.rounds.iter().enumerate() {
            let share = (self.offset_m[index] / self.radius_m).powi(2);
            let threatens = share <= 1.0 && share <= area_share || self.near_battery(index);
            let start_s = f64::max(free_s, round.launch_s + track_s + interceptor.reaction_s);
            let end_s = start_s + interceptor.engagement_s;
            if left == 0
                || engaged[index]
                || !round.effective
                || !threatens
                || end_s > round.impact_s
            {
                continue;
            }
            engaged[index] = true;
            left -= 1;
            free_s = end_s;
            if round.intercept_draw < interceptor.intercept_probability {
                bursts[index] = false;
            }
        }
    }

    /// Batteries take the rounds that fall on the site in the order of impact until they are empty.
    fn battery(
        &self,
        count: u32,
        interceptor: &InterceptorDraw,
        engaged: &mut [bool],
        bursts: &mut [bool],
    ) {
        let mut left = interceptor.engagements.saturating_mul(count);
        for (index, round) in self.raid.rounds.iter().enumerate() {
            let threatens = self.offset_m[index] <= self.radius_m;
            if left == 0 || engaged[index] || !round.effective || !threatens {
                continue;
            }
            engaged[index] = true;
            left -= 1;
            if round.intercept_draw < interceptor.intercept_probability {
                bursts[index] = false;
            }
        }
    }

    fn near_battery(&self, index: usize) -> bool {
        self.from_battery_m
            .get(index)
            .is_some_and(|[x_m, y_m]| libm::hypot(*x_m, *y_m) <= BATTERY_AREA_M)
    }

    /// What the raid does to each person, in expectation over where people are.
    #[must_use]
    pub fn hurt(&self, judged: &Judged) -> Hurt {
        // Several rounds reach people independently, so that nobody is hurt twice: the share spared is
        // the product of the shares that each round spares, summed as logarithms.
        let spared = |reached: f64| libm::log1p(-reached.min(1.0));
        let (mut not_killed, mut not_hurt) = (0.0, 0.0);
        for (index, _) in judged
            .bursts
            .iter()
            .enumerate()
            .filter(|(_, bursts)| **bursts)
        {
            let reached = self.reached[index];
            if reached.wounded > 0.0 {
                let [killed_left, hurt_left] =
                    casualties::mean_cover(&self.postures(judged, index));
                not_killed += spared(reached.killed * killed_left);
                not_hurt += spared(reached.wounded * hurt_left.max(killed_left));
            }
        }
        let killed = -libm::expm1(not_killed);
        Hurt {
            killed,
            wounded: (-libm::expm1(not_hurt) - killed).max(0.0),
        }
    }

    fn postures(&self, judged: &Judged, index: usize) -> [Posture; 4] {
        let impact_s = self.raid.rounds[index].impact_s;
        let after_siren_s = judged.siren_s.map_or(0.0, |siren_s| impact_s - siren_s);
        let time_to_act_s = after_siren_s.max(impact_s - self.first_burst_s).max(0.0);
        casualties::postures(&self.unknowns.people, self.raid.effect, time_to_act_s)
    }

    /// What the raid does to these people, as it may happen.
    #[must_use]
    pub fn realise(
        &self,
        judged: &Judged,
        own: u32,
        partner: u32,
        stream: &mut Stream,
    ) -> Casualties {
        let mut total = Casualties::default();
        for burst in self.bursts(judged) {
            let group_size = self.unknowns.people.group_size;
            let hurt = casualties::realise(&burst, self.radius_m, own, partner, group_size, stream);
            total.join(hurt, own, partner, stream);
        }
        total
    }

    /// Chance that the raid hurts at least `least` of these people, over what [`Self::realise`] draws.
    #[must_use]
    pub fn chance_of(&self, least: u32, judged: &Judged, own: u32, partner: u32) -> f64 {
        let people = f64::from(own) + f64::from(partner);
        let bursts: Vec<Burst> = self.bursts(judged).collect();
        let group_size = self.unknowns.people.group_size;
        tail::chance_of(least, &bursts, self.radius_m, people, group_size)
    }

    /// The rounds that fall and burst, in the order of their fall.
    fn bursts(&self, judged: &Judged) -> impl Iterator<Item = Burst> {
        let munition = &self.unknowns.munitions[self.munition];
        let rounds = judged.bursts.iter().enumerate();
        rounds
            .filter(|(_, bursts)| **bursts)
            .map(move |(index, _)| Burst {
                offset_m: self.offset_m[index],
                killed_scale_m: munition.killed_scale_m,
                hurt_scale_m: munition.hurt_scale_m,
                postures: self.postures(judged, index),
            })
    }

    /// The same raid at a site whose guns stand beside a battery. `aimed` tells whether the salvo was
    /// fired at the battery, as one that opens a missile strike is assumed to be, or at the base.
    #[must_use]
    pub fn with_battery(mut self, aimed: bool) -> Self {
        let raid = self.raid;
        let from = |round: &Round| {
            let [x_m, y_m] = fall_m(raid, round, self.radius_m);
            [
                x_m - raid.battery[0] * self.radius_m,
                y_m - raid.battery[1] * self.radius_m,
            ]
        };
        self.from_battery_m = raid
            .rounds
            .iter()
            .map(|round| {
                if aimed {
                    [round.along_m, round.across_m]
                } else {
                    from(round)
                }
            })
            .collect();
        self
    }

    /// Chance that the raid puts out the battery that [`Self::with_battery`] placed.
    #[must_use]
    pub fn battery_lost(&self, judged: &Judged, vulnerability: &VulnerabilityDraw) -> f64 {
        let mut survives = 1.0;
        for (from_m, bursts) in self.from_battery_m.iter().zip(&judged.bursts) {
            if *bursts {
                survives *= 1.0 - battery_hit(vulnerability, *from_m);
            }
        }
        1.0 - survives
    }
}

/// Where a round falls, from the middle of the base, m.
fn fall_m(raid: &Raid, round: &Round, radius_m: f64) -> [f64; 2] {
    [
        raid.centre[0] * radius_m + round.along_m,
        raid.centre[1] * radius_m + round.across_m,
    ]
}

/// How far from a battery's middle a gun beside it still engages, m: a battery's launchers and radar
/// stand within a few hundred metres; assumed.
const BATTERY_AREA_M: f64 = 500.0;

/// Chance that a burst at a place relative to the battery's middle puts it out: it has two critical
/// parts, its radar and its engagement control station, on either side of the middle.
fn battery_hit(vulnerability: &VulnerabilityDraw, at_m: [f64; 2]) -> f64 {
    let part = |x_m: f64| {
        let away = libm::hypot(at_m[0] - x_m, at_m[1]) / vulnerability.damage_scale_m.max(1e-9);
        1.0 - libm::exp(-away * away)
    };
    1.0 - part(vulnerability.spread_m) * part(-vulnerability.spread_m)
}

fn units(loadout: &Units, system: usize) -> u32 {
    loadout.get(system).copied().unwrap_or(0)
}
