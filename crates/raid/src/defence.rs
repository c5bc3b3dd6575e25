//! One raid judged under one defence: who is warned, which rounds are stopped, who is hurt.
//!
//! Defences are judged on the same raid and the same draws, and every rule here is monotone: a unit
//! more never lets through a round that was stopped without it, and never warns later. To that end
//! units of one system take the rounds that those before them left, whatever comes after; systems do
//! not wait for each other; and a round falls to its one draw once the engagements of all together stop
//! it with a greater probability.

use crate::casualties::{self, Burst, Casualties, Posture};
use crate::effects::is_area_kind;
use crate::engagement::{Target, engage};
use crate::salvo::{Raid, Round};
use crate::tail;
use crate::unknowns::{InterceptorDraw, Unknowns, VulnerabilityDraw};
use theatre::{Role, Stream};

/// Warning that a theatre's early warning of a missile gives, s: longer than anybody needs.
/// Ballistic missiles at the ranges of the catalogue fly for minutes.
const EARLY_WARNING_S: f64 = 120.0;
/// How far outside the populated area a round may be foreseen to fall and still sound the sirens, m:
/// about twice the error of the foresight, with the reach of fragments. Assumed.
const WARNING_MARGIN_M: f64 = 150.0;

const PURPOSE_BURST: u32 = 0x206;

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
    /// The same as it is foreseen.
    foreseen_m: Vec<f64>,
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
        let foreseen_m = raid
            .rounds
            .iter()
            .map(|round| {
                let [x_m, y_m] = fall_m(raid, round, radius_m);
                let [along_m, across_m] = round.foresight_error_m;
                libm::hypot(x_m + along_m, y_m + across_m)
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
            foreseen_m,
            from_battery_m: Vec::new(),
            reached,
            first_burst_s,
        }
    }

    /// Judges the raid under a defence.
    #[must_use]
    pub fn judge(&self, defence: Defence<'_>) -> Judged {
        self.judge_warned(defence, self.siren_s(defence.local))
    }

    /// Judges the raid under a defence, where a [`TimeToWarning`](crate::TimeToWarning) has said when the
    /// siren sounds, s from the first launch.
    #[must_use]
    pub fn judge_warned(&self, defence: Defence<'_>, siren_s: Option<f64>) -> Judged {
        let rounds = &self.raid.rounds;
        // Chance that each round comes through all engagements.
        let mut through = vec![1.0; rounds.len()];
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
                    let count = units(defence.local, system);
                    let tracks = self.raid.track_s.get(system);
                    if let Some(tracks) = tracks.filter(|_| count > 0) {
                        let target =
                            |index, unit| self.gun_target(index, unit, interceptor, tracks);
                        engage(interceptor, count, rounds, target, &mut through);
                    }
                }
                Role::AreaDefence => {
                    let count = units(defence.area, system);
                    let ready_s = self.battery_ready_s(interceptor);
                    let target = |index, _| self.battery_target(index, ready_s, interceptor);
                    engage(interceptor, count, rounds, target, &mut through);
                }
            }
        }
        let stopped = |(round, through): (&Round, &f64)| round.intercept_draw < 1.0 - through;
        let first_fall_s = rounds.first().map_or(0.0, |round| round.impact_s);
        Judged {
            bursts: rounds
                .iter()
                .zip(&through)
                .map(|pair| pair.0.effective && !stopped(pair))
                .collect(),
            warning_s: siren_s.map(|siren_s| first_fall_s - siren_s),
            siren_s,
        }
    }

    /// When the first siren sounds: for the earliest round that one of the site's radars tracks and that is
    /// foreseen to fall where people are, or by the theatre's warning.
    fn siren_s(&self, local: &Units) -> Option<f64> {
        if is_area_kind(self.raid.kind) {
            let first_fall_s = self.raid.rounds.first().map_or(0.0, |round| round.impact_s);
            return self
                .raid
                .early_warning
                .then_some(first_fall_s - EARLY_WARNING_S);
        }
        let threatens = |index: usize| {
            self.raid.rounds[index].effective
                && self.foreseen_m[index] <= self.radius_m + WARNING_MARGIN_M
        };
        let radars = self.unknowns.systems.iter().zip(&self.raid.track_s);
        radars
            .enumerate()
            .filter(|&(system, _)| units(local, system) > 0)
            .filter_map(|(_, (draw, tracks))| {
                let tracks = tracks.iter().enumerate();
                let threats = tracks.filter(|&(index, _)| threatens(index));
                let first_s = threats
                    .filter_map(|(_, track_s)| *track_s)
                    .reduce(f64::min)?;
                Some(first_s + draw.sensor?.delay_s)
            })
            .reduce(f64::min)
    }

    /// A round as one gun meets it: those that it has tracked and that are foreseen to fall where it
    /// reaches, or on the battery that it stands beside.
    fn gun_target(
        &self,
        index: usize,
        unit: u32,
        interceptor: &InterceptorDraw,
        tracks: &[Option<f64>],
    ) -> Option<Target> {
        let opens_s = (*tracks.get(index)?)? + interceptor.reaction_s;
        let share = (self.foreseen_m[index] / self.radius_m).powi(2);
        // Guns stand so that each adds its own area to what is defended.
        let defended = (interceptor.reach_m / self.radius_m).powi(2) * f64::from(unit + 1);
        let aside = if self.near_battery(index) {
            0.0
        } else if share <= defended.min(1.0) {
            share / defended
        } else {
            return None;
        };
        Some(Target {
            opens_s,
            chance: interceptor.intercept_probability * (CHANCE_BELOW + aside * CHANCE_SLOPE),
        })
    }

    /// When the batteries are ready: at once where the theatre's warning came, else their reaction after
    /// their own radar first sees a missile.
    fn battery_ready_s(&self, interceptor: &InterceptorDraw) -> f64 {
        if self.raid.early_warning {
            return f64::NEG_INFINITY;
        }
        let first_s = self.raid.rounds.first().map_or(0.0, |round| round.impact_s);
        first_s - interceptor.window_s + interceptor.reaction_s
    }

    /// A missile as the batteries meet it: one foreseen to fall on the site, while it is in view.
    fn battery_target(
        &self,
        index: usize,
        ready_s: f64,
        interceptor: &InterceptorDraw,
    ) -> Option<Target> {
        let in_view_s = self.raid.rounds[index].impact_s - interceptor.window_s;
        (self.foreseen_m[index] <= self.radius_m).then_some(Target {
            opens_s: in_view_s.max(ready_s),
            chance: interceptor.intercept_probability,
        })
    }

    fn near_battery(&self, index: usize) -> bool {
        let error_m = self.raid.rounds[index].foresight_error_m;
        self.from_battery_m.get(index).is_some_and(|[x_m, y_m]| {
            libm::hypot(x_m + error_m[0], y_m + error_m[1]) <= BATTERY_AREA_M
        })
    }

    /// What the raid does to each person, in expectation over where people are.
    #[must_use]
    pub fn hurt(&self, judged: &Judged) -> Hurt {
        let all = self.hurt_each(std::slice::from_ref(judged));
        all.first().copied().unwrap_or_default()
    }

    /// [`Self::hurt`] under several defences: the same numbers, sooner.
    #[must_use]
    pub fn hurt_each(&self, judged: &[Judged]) -> Vec<Hurt> {
        // Several rounds reach people independently, so that nobody is hurt twice: the share spared is
        // the product of the shares that each round spares, summed as logarithms.
        let spared = |reached: f64| libm::log1p(-reached.min(1.0));
        let mut sums = vec![[0.0; 2]; judged.len()];
        let of = |index: usize, time_to_act_s| {
            let reached = self.reached[index];
            if reached.wounded > 0.0 {
                let [killed_left, hurt_left] =
                    casualties::mean_cover(&self.postures(time_to_act_s));
                let hurt = reached.wounded * hurt_left.max(killed_left);
                [spared(reached.killed * killed_left), spared(hurt)]
            } else {
                [0.0; 2]
            }
        };
        self.each_burst(judged, of, |defence, [not_killed, not_hurt]| {
            sums[defence][0] += not_killed;
            sums[defence][1] += not_hurt;
        });
        let hurt = |[not_killed, not_hurt]: [f64; 2]| {
            let killed = -libm::expm1(not_killed);
            Hurt {
                killed,
                wounded: (-libm::expm1(not_hurt) - killed).max(0.0),
            }
        };
        sums.into_iter().map(hurt).collect()
    }

    /// Gives `add` what `of` says of every round that bursts and the time that people have had to act, under
    /// every defence. Many defences warn alike, and what is asked once for all of them is the dear part.
    fn each_burst<T: Clone>(
        &self,
        judged: &[Judged],
        of: impl Fn(usize, f64) -> T,
        mut add: impl FnMut(usize, T),
    ) {
        let mut known: Vec<(f64, T)> = Vec::new();
        for index in 0..self.raid.rounds.len() {
            known.clear();
            for (defence, judged) in judged.iter().enumerate() {
                if !judged.bursts[index] {
                    continue;
                }
                let time_s = self.time_to_act_s(judged, index);
                let same = known.iter().find(|(known_s, _)| *known_s == time_s);
                let what = if let Some((_, what)) = same {
                    what.clone()
                } else {
                    let what = of(index, time_s);
                    known.push((time_s, what.clone()));
                    what
                };
                add(defence, what);
            }
        }
    }

    /// For how long people have known when a round falls: since the siren, or the first burst.
    fn time_to_act_s(&self, judged: &Judged, index: usize) -> f64 {
        let impact_s = self.raid.rounds[index].impact_s;
        let after_siren_s = judged.siren_s.map_or(0.0, |siren_s| impact_s - siren_s);
        after_siren_s.max(impact_s - self.first_burst_s).max(0.0)
    }

    fn postures(&self, time_to_act_s: f64) -> [Posture; 4] {
        let people = &self.unknowns.people;
        casualties::postures(people, self.raid.effect, self.raid.hour, time_to_act_s)
    }

    /// What the raid does to these people, as it may happen.
    ///
    /// One word is taken from `stream`, and each round draws on a stream of its own keyed by it: what a
    /// round does is the same whether others burst or not, so that two defences are compared on the same
    /// chances.
    #[must_use]
    pub fn realise(
        &self,
        judged: &Judged,
        own: u32,
        partner: u32,
        stream: &mut Stream,
    ) -> Casualties {
        let all = self.realise_each(std::slice::from_ref(judged), own, partner, stream);
        all.first().copied().unwrap_or_default()
    }

    /// [`Self::realise`] under several defences, all on the same draws.
    #[must_use]
    pub fn realise_each(
        &self,
        judged: &[Judged],
        own: u32,
        partner: u32,
        stream: &mut Stream,
    ) -> Vec<Casualties> {
        let mut totals = vec![Casualties::default(); judged.len()];
        let seed = (stream.uniform() * 2_f64.powi(53)) as u64;
        let group_size = self.unknowns.people.group_size;
        let of = |index: usize, time_to_act_s| {
            let burst = self.burst(index, time_to_act_s);
            let number = u32::try_from(index).unwrap_or(u32::MAX);
            let mut stream = Stream::new(seed, number, 0, PURPOSE_BURST);
            let radius_m = self.radius_m;
            let hurt = casualties::realise(&burst, radius_m, own, partner, group_size, &mut stream);
            (hurt, stream)
        };
        self.each_burst(judged, of, |defence, (hurt, mut stream)| {
            totals[defence].join(hurt, own, partner, &mut stream);
        });
        totals
    }

    /// Chance that the raid hurts at least `least` of these people, over what [`Self::realise`] draws.
    #[must_use]
    pub fn chance_of(&self, least: u32, judged: &Judged, own: u32, partner: u32) -> f64 {
        let people = f64::from(own) + f64::from(partner);
        let rounds = judged.bursts.iter().enumerate();
        let falling = rounds.filter(|(_, bursts)| **bursts);
        let bursts: Vec<Burst> = falling
            .map(|(index, _)| self.burst(index, self.time_to_act_s(judged, index)))
            .collect();
        let group_size = self.unknowns.people.group_size;
        tail::chance_of(least, &bursts, self.radius_m, people, group_size)
    }

    fn burst(&self, index: usize, time_to_act_s: f64) -> Burst {
        let munition = &self.unknowns.munitions[self.munition];
        Burst {
            offset_m: self.offset_m[index],
            killed_scale_m: munition.killed_scale_m,
            hurt_scale_m: munition.hurt_scale_m,
            postures: self.postures(time_to_act_s),
        }
    }

    /// The same raid at a site whose guns stand beside a battery. `aimed` tells whether the salvo was
    /// fired at the battery, as one that opens a missile strike is assumed to be, or at the base.
    #[must_use]
    pub fn with_battery(mut self, aimed: bool) -> Self {
        self.place_battery(aimed);
        self
    }

    /// As [`Self::with_battery`], in place.
    pub(crate) fn place_battery(&mut self, aimed: bool) {
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

/// Chance of a gun's engagement, as a share of the catalogue's: greater for rounds that fall beside it,
/// smaller for those that pass at the edge of its reach; even over the area in the middle. Assumed.
const CHANCE_BELOW: f64 = 1.2;
const CHANCE_SLOPE: f64 = -0.4;

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
