//! What may happen: the horizon played through many times, with raids, sirens and casualties.
//!
//! Expectations say what a plan is worth; futures say how it may turn out. Each future draws its
//! attacks day by day and judges **the same attacks** under several schedules.

use crate::schedule::Schedule;
use crate::study::{Group, Setup};
use raid::effects::is_area_kind;
use raid::{Casualties, Defence, Flights, Raid, RaidAtSite, RaidKey};
use rand_distr::{Distribution, Poisson};
use rayon::prelude::*;
use theatre::{Role, Stream, Theatre};

const PURPOSE_ATTACKS: u32 = 0x300;
const PURPOSE_CASUALTIES: u32 = 0x301;
const PURPOSE_BATTERY: u32 = 0x302;
/// Most raids of one source on one site within one future; a bound on the work, far above any
/// log.
const RAIDS_MAX: u32 = 100_000;
/// First replication number of the futures: the raids of a study's groups have lower ones.
const FIRST_REPLICATION: u32 = 0x8000_0000;

/// Casualties of one future under one schedule.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// The raids that hurt anybody: index of the site, and whom.
    pub raids: Vec<(usize, Casualties)>,
    /// Loss from attacks, upkeep and movement left out.
    pub loss: f64,
    /// That loss by raid: index of the site, and what is lost there.
    pub losses: Vec<(usize, f64)>,
}

impl Outcome {
    /// Whether anybody, own or partner, is killed.
    #[must_use]
    pub fn any_killed(&self) -> bool {
        self.raids
            .iter()
            .any(|(_, toll)| toll.killed > 0 || toll.killed_partner > 0)
    }

    /// Most that any one site loses.
    #[must_use]
    pub fn worst_site(&self) -> f64 {
        let mut by_site = self.losses.clone();
        by_site.sort_by_key(|&(site, _)| site);
        let sites = by_site.chunk_by(|a, b| a.0 == b.0);
        let sums = sites.map(|raids| raids.iter().map(|&(_, loss)| loss).sum::<f64>());
        sums.fold(0.0, f64::max)
    }

    /// Most people, own and partner, hurt in one raid.
    #[must_use]
    pub fn worst_raid(&self) -> u32 {
        self.raids
            .iter()
            .map(|(_, toll)| toll.all())
            .max()
            .unwrap_or(0)
    }
}

/// One attack of a future.
#[derive(Clone, Copy, Debug)]
struct Attack {
    day: u32,
    site: usize,
    source: usize,
    /// Number of the raid within the future.
    number: u32,
    /// The raid, by number, that opens this strike at the same site.
    opened: bool,
}

/// Plays `count` futures and judges each under every schedule: outcomes by future, then schedule.
/// `groups` are draws without or with effects; future *f* uses draw *f* modulo their number.
pub fn play(
    theatre: &Theatre,
    setup: &Setup,
    groups: &[Group],
    seed: u64,
    count: u32,
    schedules: &[&Schedule],
) -> Vec<Vec<Outcome>> {
    (0..count)
        .into_par_iter()
        .map(|number| {
            let group = &groups[number as usize % groups.len().max(1)];
            Future {
                theatre,
                setup,
                group,
                seed,
                number,
                schedules,
            }
            .play()
        })
        .collect()
}

struct Future<'a> {
    theatre: &'a Theatre,
    setup: &'a Setup,
    group: &'a Group,
    seed: u64,
    number: u32,
    schedules: &'a [&'a Schedule],
}

impl Future<'_> {
    fn play(&self) -> Vec<Outcome> {
        let mut outcomes = vec![Outcome::default(); self.schedules.len()];
        let mut flights: Vec<Option<Flights<'_>>> =
            vec![None; self.theatre.catalogue.munitions.len()];
        // For each schedule, raids that put out the batteries of a site: (site, back on day).
        let mut down: Vec<Vec<(usize, f64)>> = vec![Vec::new(); self.schedules.len()];
        for attack in self.attacks() {
            let source = &self.setup.sources[attack.source];
            let munition = &self.group.unknowns.munitions[source.munition];
            let flights = flights[source.munition].get_or_insert_with(|| Flights::new(munition));
            let key = RaidKey {
                seed: self.seed,
                replication: FIRST_REPLICATION.wrapping_add(self.number),
                entity: attack.number,
            };
            let raid = self.group.raid(flights, source, key);
            for (schedule, (outcome, down)) in self
                .schedules
                .iter()
                .zip(outcomes.iter_mut().zip(&mut down))
            {
                self.suffer(&attack, &raid, key, schedule, outcome, down);
            }
        }
        outcomes
    }

    /// All attacks of this future in the order of their days.
    fn attacks(&self) -> Vec<Attack> {
        let mut stream = Stream::new(self.seed, self.number, 0, PURPOSE_ATTACKS);
        let horizon = self.theatre.horizon_days;
        let mut attacks = Vec::new();
        let day = |stream: &mut Stream| 1 + (stream.uniform() * f64::from(horizon)) as u32;
        for site in 0..self.theatre.sites.len() {
            for (source, &rate) in self.group.rates.of_site(site).iter().enumerate() {
                let mean = rate * f64::from(horizon);
                let law = Poisson::new(mean).ok();
                let raids = law.map_or(0.0, |law: Poisson<f64>| law.sample(&mut stream));
                for _ in 0..(raids as u32).min(RAIDS_MAX) {
                    let day = day(&mut stream);
                    attacks.push(Attack {
                        day,
                        site,
                        source,
                        number: 0,
                        opened: false,
                    });
                }
            }
        }
        for (index, threat) in self.theatre.threats.iter().enumerate() {
            let draw = self.group.threats[index];
            let comes = stream.uniform() < draw.probability;
            let day = day(&mut stream);
            let chosen = (stream.uniform() * threat.sites.len() as f64) as usize;
            let source = self.setup.threat_source(index);
            for (place, &site) in threat.sites.iter().enumerate() {
                let opened = stream.uniform() < draw.preceded_by_rockets;
                if !comes || !(threat.simultaneous || place == chosen) {
                    continue;
                }
                if let Some(opening) = self.setup.opening.filter(|_| opened) {
                    attacks.push(Attack {
                        day,
                        site,
                        source: opening,
                        number: 0,
                        opened,
                    });
                }
                attacks.push(Attack {
                    day,
                    site,
                    source,
                    number: 0,
                    opened: false,
                });
            }
        }
        // On one day rockets fall before missiles, as those that open a strike do.
        let late = |attack: &Attack| is_area_kind(self.setup.sources[attack.source].kind);
        attacks.sort_by_key(|attack| (attack.day, late(attack)));
        for (number, attack) in (0..).zip(&mut attacks) {
            attack.number = number;
        }
        attacks
    }

    /// One attack under one schedule.
    fn suffer(
        &self,
        attack: &Attack,
        raid: &Raid,
        key: RaidKey,
        schedule: &Schedule,
        outcome: &mut Outcome,
        down: &mut Vec<(usize, f64)>,
    ) {
        let (site, day) = (&self.theatre.sites[attack.site], attack.day);
        let munition = self.setup.sources[attack.source].munition;
        let loadouts = &self.setup.loadouts;
        let units = &loadouts.units[schedule.loadout_on(attack.site, day)];
        let placed = RaidAtSite::new(
            raid,
            &self.group.unknowns,
            munition,
            site.populated_radius_m,
        );
        let judged = if is_area_kind(raid.kind) {
            let area = self.cover(attack.site, day, schedule, down);
            placed.judge(Defence {
                local: &[],
                area: &area,
            })
        } else {
            placed.judge(Defence {
                local: units,
                area: &[],
            })
        };
        let own = schedule.people_on(self.theatre, attack.site, day);
        let mut stream = Stream::new(key.seed, key.replication, key.entity, PURPOSE_CASUALTIES);
        let hurt = placed.realise(&judged, own, site.partner_people, &mut stream);
        if hurt.all() > 0 {
            outcome.raids.push((attack.site, hurt));
        }
        let mut loss = self.loss(&hurt);
        if site.criticality > 0.0 {
            let each = placed.hurt(&judged);
            loss += site.criticality * crate::assemble::loss(&self.theatre.loss, each);
        }
        outcome.loss += loss;
        if loss > 0.0 {
            outcome.losses.push((attack.site, loss));
        }
        if !is_area_kind(raid.kind) {
            self.strike_battery(attack, placed, key, units, down);
        }
    }

    fn loss(&self, hurt: &Casualties) -> f64 {
        let weights = &self.theatre.loss;
        let own =
            weights.killed * f64::from(hurt.killed) + weights.wounded * f64::from(hurt.wounded);
        let partner = weights.killed * f64::from(hurt.killed_partner)
            + weights.wounded * f64::from(hurt.wounded_partner);
        own + weights.partner * partner
    }

    /// The area defence that a site counts on: of the hosts that reach it and still work, the one
    /// with the most engagements weighted by their chance.
    fn cover(&self, site: usize, day: u32, schedule: &Schedule, down: &[(usize, f64)]) -> Vec<u32> {
        let systems = &self.group.unknowns.systems;
        let mut best = (0.0, vec![0; systems.len()]);
        for &(host, distance_m) in &self.setup.hosts[site] {
            if down
                .iter()
                .any(|&(out, back)| out == host && back > f64::from(day))
            {
                continue;
            }
            let units = &self.setup.loadouts.units[schedule.loadout_on(host, day)];
            let mut worth = 0.0;
            let reaching: Vec<u32> = units
                .iter()
                .zip(systems)
                .map(|(&count, system)| match &system.interceptor {
                    Some(interceptor)
                        if system.role == Role::AreaDefence
                            && distance_m <= interceptor.reach_m =>
                    {
                        worth += f64::from(count)
                            * f64::from(interceptor.engagements)
                            * interceptor.intercept_probability;
                        count
                    }
                    _ => 0,
                })
                .collect();
            if worth > best.0 {
                best = (worth, reaching);
            }
        }
        best.1
    }

    /// Whether rockets put out a battery at the site where they fall, and until when.
    fn strike_battery(
        &self,
        attack: &Attack,
        placed: RaidAtSite<'_>,
        key: RaidKey,
        units: &[u32],
        down: &mut Vec<(usize, f64)>,
    ) {
        let systems = units.iter().zip(&self.group.unknowns.systems);
        let Some(vulnerability) = systems
            .filter(|(count, _)| **count > 0)
            .find_map(|(_, system)| system.vulnerability)
        else {
            return;
        };
        let placed = placed.with_battery(attack.opened);
        let judged = placed.judge(Defence {
            local: units,
            area: &[],
        });
        let lost = placed.battery_lost(&judged, &vulnerability);
        let mut stream = Stream::new(key.seed, key.replication, key.entity, PURPOSE_BATTERY);
        if stream.uniform() < lost {
            let back = f64::from(attack.day) + vulnerability.repair_days.max(1e-9);
            down.push((attack.site, back));
        }
    }
}
