//! What each person of each site may expect over the horizon, under one draw of the unknowns.
//!
//! Attacks met at the site itself (rockets and mortars) depend on the site's own loadout. Missile
//! strikes depend on the battery that the site counts on: where it stands, whether the site is
//! within its reach, and whether it still works when the strike comes.

use super::group::Group;
use super::setup::{Setup, Source};
use forecast::Rates;
use raid::Hurt;
use raid::effects::is_area_kind;
use theatre::{Role, Theatre};

/// What a site may expect from missile strikes if it counts on one host's batteries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoverHurt {
    /// The site where the batteries stand.
    pub host: usize,
    /// The loadout that stands there.
    pub loadout: usize,
    /// Each person's expectation.
    pub hurt: Hurt,
}

/// Expectations for each person over the horizon, under one draw.
#[derive(Clone, Debug)]
pub struct Coefficients {
    /// Attacks expected over the horizon, by site, judged threats included.
    pub attacks: Vec<f64>,
    /// From rockets and mortars: by site, then local part of the loadouts.
    pub direct: Vec<Vec<Hurt>>,
    /// From missile strikes without any area defence, by site.
    pub bare: Vec<Hurt>,
    /// From missile strikes with area defence, by site; the list of hosts and loadouts is the same
    /// in every draw.
    pub cover: Vec<Vec<CoverHurt>>,
}

impl Coefficients {
    /// Combines a group's effects with rates: the group's own, or their mean, or those of one
    /// half-life.
    #[must_use]
    pub fn new(theatre: &Theatre, setup: &Setup, group: &Group, rates: &Rates) -> Self {
        let model = Model {
            theatre,
            setup,
            group,
            rates,
            days: f64::from(theatre.horizon_days),
        };
        let sites = 0..theatre.sites.len();
        let mut bare = Vec::with_capacity(sites.len());
        let mut cover = Vec::with_capacity(sites.len());
        for site in sites.clone() {
            let strikes = model.strikes(site);
            let nothing = vec![0; theatre.catalogue.systems.len()];
            bare.push(model.strike_hurt(site, &strikes, site, 0.0, 0, &nothing));
            cover.push(model.covers(site, &strikes));
        }
        Self {
            attacks: sites.clone().map(|site| model.attacks(site)).collect(),
            direct: sites.map(|site| model.direct(site)).collect(),
            bare,
            cover,
        }
    }

    /// What one attack of a class of the log would do at each site; `rates` say how often batteries
    /// are out of action.
    #[must_use]
    pub fn of_one_attack(
        theatre: &Theatre,
        setup: &Setup,
        group: &Group,
        rates: &Rates,
        class: usize,
    ) -> Self {
        let model = Model {
            theatre,
            setup,
            group,
            rates,
            days: f64::from(theatre.horizon_days),
        };
        let is_area = is_area_kind(setup.sources[class].kind);
        let strike = Strike {
            source: class,
            expected: 1.0,
            threat: None,
        };
        let strikes = if is_area { vec![strike] } else { Vec::new() };
        let nothing = vec![0; theatre.catalogue.systems.len()];
        let sites = || 0..theatre.sites.len();
        let direct = |site: usize| match is_area {
            true => vec![Hurt::default(); setup.loadouts.local.len()],
            false => group.effects[class].hurt[setup.radius_of[site]].clone(),
        };
        Self {
            attacks: vec![1.0; theatre.sites.len()],
            direct: sites().map(direct).collect(),
            bare: sites()
                .map(|site| model.strike_hurt(site, &strikes, site, 0.0, 0, &nothing))
                .collect(),
            cover: sites().map(|site| model.covers(site, &strikes)).collect(),
        }
    }

    /// The mean of several draws: exact, as the loss is linear in these expectations.
    #[must_use]
    pub fn mean(draws: &[Self]) -> Option<Self> {
        let mut sum = draws.first()?.clone();
        for draw in &draws[1..] {
            for site in 0..sum.bare.len() {
                sum.attacks[site] += draw.attacks[site];
                sum.bare[site].add(draw.bare[site]);
                for (total, hurt) in sum.direct[site].iter_mut().zip(&draw.direct[site]) {
                    total.add(*hurt);
                }
                for (total, cover) in sum.cover[site].iter_mut().zip(&draw.cover[site]) {
                    total.hurt.add(cover.hurt);
                }
            }
        }
        let share = 1.0 / draws.len() as f64;
        for site in 0..sum.bare.len() {
            sum.attacks[site] *= share;
            sum.bare[site] = sum.bare[site].scaled(share);
            for hurt in &mut sum.direct[site] {
                *hurt = hurt.scaled(share);
            }
            for cover in &mut sum.cover[site] {
                cover.hurt = cover.hurt.scaled(share);
            }
        }
        Some(sum)
    }
}

/// Strikes on one site from one source, over the horizon.
struct Strike {
    source: usize,
    /// Expected number.
    expected: f64,
    /// The judged threat it belongs to; `None` for those of the log.
    threat: Option<usize>,
}

struct Model<'a> {
    theatre: &'a Theatre,
    setup: &'a Setup,
    group: &'a Group,
    rates: &'a Rates,
    days: f64,
}

impl Model<'_> {
    fn sources(&self) -> impl Iterator<Item = (usize, &Source)> {
        self.setup
            .sources
            .iter()
            .enumerate()
            .take(self.setup.forecast.classes().len())
    }

    /// Expected strikes of each judged threat on a site, and their source.
    fn threats_on(&self, site: usize) -> impl Iterator<Item = (usize, usize, f64)> {
        let threats = self.theatre.threats.iter().enumerate();
        threats
            .filter(move |(_, threat)| threat.sites.contains(&site))
            .map(|(index, threat)| {
                let share = if threat.simultaneous {
                    1.0
                } else {
                    1.0 / threat.sites.len() as f64
                };
                let expected = self.group.threats[index].probability * share;
                (index, self.setup.threat_source(index), expected)
            })
    }

    /// Rocket salvos on a site that open a judged strike, expected over the horizon.
    fn openings(&self, site: usize) -> f64 {
        self.threats_on(site)
            .map(|(threat, _, expected)| expected * self.group.threats[threat].preceded_by_rockets)
            .sum()
    }

    fn attacks(&self, site: usize) -> f64 {
        let logged: f64 = self.rates.of_site(site).iter().sum::<f64>() * self.days;
        let judged: f64 = self.threats_on(site).map(|(_, _, expected)| expected).sum();
        // A sum of nothing is -0.0.
        0.0 + logged + judged + self.openings(site)
    }

    /// Expectations from everything met at the site itself, by local part.
    fn direct(&self, site: usize) -> Vec<Hurt> {
        let radius = self.setup.radius_of[site];
        let mut total = vec![Hurt::default(); self.setup.loadouts.local.len()];
        let mut add = |source: usize, expected: f64| {
            let effects = &self.group.effects[source];
            for (sum, hurt) in total.iter_mut().zip(&effects.hurt[radius]) {
                sum.add(hurt.scaled(expected));
            }
        };
        for (class, (source, _)) in self
            .sources()
            .enumerate()
            .filter(|(_, (_, s))| !is_area_kind(s.kind))
        {
            add(source, self.rates.per_day(site, class) * self.days);
        }
        for (_, source, expected) in self.threats_on(site) {
            if !is_area_kind(self.setup.sources[source].kind) {
                add(source, expected);
            }
        }
        if let Some(source) = self.setup.opening {
            add(source, self.openings(site));
        }
        total
    }

    fn strikes(&self, site: usize) -> Vec<Strike> {
        let logged = self
            .sources()
            .enumerate()
            .filter(|(_, (_, source))| is_area_kind(source.kind))
            .map(|(class, (source, _))| Strike {
                source,
                expected: self.rates.per_day(site, class) * self.days,
                threat: None,
            });
        let judged = self
            .threats_on(site)
            .filter(|&(_, source, _)| is_area_kind(self.setup.sources[source].kind))
            .map(|(threat, source, expected)| Strike {
                source,
                expected,
                threat: Some(threat),
            });
        logged
            .chain(judged)
            .filter(|strike| strike.expected > 0.0)
            .collect()
    }

    fn covers(&self, site: usize, strikes: &[Strike]) -> Vec<CoverHurt> {
        let loadouts = &self.setup.loadouts;
        let with_area = (0..loadouts.units.len()).filter(|&loadout| loadouts.area_of[loadout] > 0);
        let mut covers = Vec::new();
        for &(host, distance_m) in &self.setup.hosts[site] {
            for loadout in with_area.clone() {
                let (local, area) = (
                    loadouts.local_of[loadout],
                    &loadouts.area[loadouts.area_of[loadout]],
                );
                let hurt = self.strike_hurt(site, strikes, host, distance_m, local, area);
                covers.push(CoverHurt {
                    host,
                    loadout,
                    hurt,
                });
            }
        }
        covers
    }

    /// Expectation from strikes on a site that counts on a host's batteries: each kind of battery
    /// helps if the site is within its reach, and as often as it still works.
    ///
    /// Batteries of different kinds at one host are taken to work or fail together, as the first
    /// kind does: they share the host's raids.
    fn strike_hurt(
        &self,
        site: usize,
        strikes: &[Strike],
        host: usize,
        distance_m: f64,
        local: usize,
        area: &[u32],
    ) -> Hurt {
        let loadouts = &self.setup.loadouts;
        let in_reach: Vec<u32> = area
            .iter()
            .zip(&self.group.unknowns.systems)
            .map(|(&units, system)| match &system.interceptor {
                Some(interceptor)
                    if system.role == Role::AreaDefence && distance_m <= interceptor.reach_m =>
                {
                    units
                }
                _ => 0,
            })
            .collect();
        let option = loadouts
            .area
            .iter()
            .position(|known| *known == in_reach)
            .unwrap_or(0);
        let battery = in_reach.iter().position(|&units| units > 0);
        let radius = self.setup.radius_of[site];
        let mut total = Hurt::default();
        for strike in strikes {
            let hurt = &self.group.effects[strike.source].hurt[radius];
            let works = battery.map_or(0.0, |system| {
                self.works(host, site, system, local, strike.threat)
            });
            total.add(hurt[option].scaled(strike.expected * works));
            total.add(hurt[0].scaled(strike.expected * (1.0 - works)));
        }
        total
    }

    /// Chance that a battery at `host` works when a strike on `site` comes.
    ///
    /// Rockets of the log put it out now and then and it is repaired: the share of time that it works
    /// is 1/(1 + losses a day × days of repair), an alternating renewal process. Rockets that open
    /// this strike, where they fall on the host, may put it out at the worst moment.
    fn works(
        &self,
        host: usize,
        site: usize,
        system: usize,
        local: usize,
        threat: Option<usize>,
    ) -> f64 {
        let Some(vulnerability) = &self.group.unknowns.systems[system].vulnerability else {
            return 1.0;
        };
        let radius = self.setup.radius_of[host];
        let lost = |source: usize| &self.group.effects[source].battery_lost[radius][local][system];
        let losses_per_day: f64 = self
            .sources()
            .enumerate()
            .filter(|(_, (_, source))| !is_area_kind(source.kind))
            .map(|(class, (source, _))| self.rates.per_day(host, class) * lost(source).at_base)
            .sum();
        let steady = 1.0 / (1.0 + losses_per_day * vulnerability.repair_days);
        let (Some(threat), Some(opening)) = (threat, self.setup.opening) else {
            return steady;
        };
        let stated = &self.theatre.threats[threat];
        let struck = stated.sites.contains(&host) && (stated.simultaneous || host == site);
        let preceded = if struck {
            self.group.threats[threat].preceded_by_rockets
        } else {
            0.0
        };
        steady * (1.0 - preceded * lost(opening).at_battery)
    }
}
