//! What a study simulates: loadouts, sources of raids, distinct sizes of site, and who covers whom.

use forecast::Forecast;
use raid::Loadouts;
use raid::effects::is_area_kind;
use theatre::{MunitionKind, Role, Theatre};

/// Most loadouts that a site may have; each is judged in every raid.
const LOADOUTS_MAX: usize = 256;
/// Distinct radii above which sites of nearly equal radius are simulated as one.
const RADII_MAX: usize = 64;
/// Ratio between neighbouring radii when they are.
const RADIUS_STEP: f64 = 1.02;
/// Number of the first judged threat among the entities of random streams; munition classes have
/// lower ones.
const THREAT_ENTITY: u32 = 1_000;
/// Number of the rocket salvo that opens a missile strike.
const OPENING_ENTITY: u32 = 20_000;

/// How many rounds a raid of a source has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rounds {
    /// As the forecast says for this class.
    Forecast(usize),
    /// A whole number between two, all equally likely, as a planner judged.
    Between(u32, u32),
}

/// Something that raids come from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Source {
    /// Index of the munition class.
    pub munition: usize,
    /// Its kind.
    pub kind: MunitionKind,
    /// Number among the entities of random streams.
    pub entity: u32,
    /// How many rounds.
    pub rounds: Rounds,
}

/// Everything about a study that no draw changes.
#[derive(Debug)]
pub struct Setup {
    /// How often and how heavily sites are attacked.
    pub forecast: Forecast,
    /// What may stand at a site.
    pub loadouts: Loadouts,
    /// Distinct populated radii, m.
    pub radii_m: Vec<f64>,
    /// Index of each site's radius.
    pub radius_of: Vec<usize>,
    /// Sources of raids: the forecast's classes in its order, then the judged threats in theirs, then
    /// the rockets that open a strike where any threat may be preceded by them.
    pub sources: Vec<Source>,
    /// Index in `sources` of the rockets that open a strike.
    pub opening: Option<usize>,
    /// For each site, the sites whose area defence may reach it, and how far they are, m.
    pub hosts: Vec<Vec<(usize, f64)>>,
}

/// Why a theatre cannot be studied.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// There are too many ways to equip a site.
    #[error(
        "the systems of this theatre can be combined in {0} ways at one site, and {LOADOUTS_MAX} are \
         the most that are simulated: lower `most_per_site`, or plan with fewer systems at a time"
    )]
    Loadouts(u128),
}

impl Setup {
    /// Prepares the study of a theatre.
    ///
    /// # Errors
    /// When the systems can be combined in too many ways.
    pub fn new(theatre: &Theatre) -> Result<Self, SetupError> {
        let forecast = Forecast::fit(theatre);
        let loadouts = Loadouts::new(&theatre.catalogue, combinations(theatre)?);
        let (radii_m, radius_of) = distinct_radii(theatre);
        let (sources, opening) = sources(theatre, &forecast);
        let hosts = hosts(theatre);
        Ok(Self {
            forecast,
            loadouts,
            radii_m,
            radius_of,
            sources,
            opening,
            hosts,
        })
    }

    /// Index in `sources` of a judged threat.
    #[must_use]
    pub fn threat_source(&self, threat: usize) -> usize {
        self.forecast.classes().len() + threat
    }
}

/// Most units of a system at one site: what the catalogue allows, or what stands there already.
#[must_use]
pub fn most_at(theatre: &Theatre, site: usize, system: usize) -> u32 {
    let (fixed, movable) = theatre.deployed_at(site, system);
    theatre.catalogue.systems[system]
        .most_per_site
        .max(fixed.saturating_add(movable))
}

/// Every loadout that some site may have, units by index of the system, "nothing" first.
///
/// # Errors
/// When the systems can be combined in too many ways.
pub fn combinations(theatre: &Theatre) -> Result<Vec<Vec<u32>>, SetupError> {
    let systems = theatre.catalogue.systems.len();
    let used = |system: usize| {
        theatre.stock.iter().any(|stock| stock.system == system)
            || theatre
                .deployed
                .iter()
                .any(|deployed| deployed.system == system)
    };
    let most = |system: usize| {
        let sites = theatre
            .deployed
            .iter()
            .filter(|d| d.system == system)
            .map(|d| d.site);
        let most = sites.map(|site| most_at(theatre, site, system)).max();
        most.unwrap_or(0)
            .max(theatre.catalogue.systems[system].most_per_site)
    };
    let ways = |wanted: &dyn Fn(usize) -> bool| -> u128 {
        let counts = (0..systems).filter(|&system| wanted(system));
        counts.fold(1_u128, |ways, system| {
            ways.saturating_mul(u128::from(most(system)) + 1)
        })
    };
    // Systems that nobody has are simulated too, so that the brief can say what one would buy, as
    // long as they do not swell the work.
    let all = ways(&|_| true) <= LOADOUTS_MAX as u128 / 4;
    let wanted = |system: usize| all || used(system);
    let count = ways(&wanted);
    if count > LOADOUTS_MAX as u128 {
        return Err(SetupError::Loadouts(count));
    }
    let mut loadouts = vec![vec![0; systems]];
    for system in (0..systems).filter(|&system| wanted(system)) {
        loadouts = (0..=most(system))
            .flat_map(|units| {
                loadouts.iter().map(move |loadout| {
                    let mut loadout = loadout.clone();
                    loadout[system] = units;
                    loadout
                })
            })
            .collect();
    }
    Ok(loadouts)
}

fn distinct_radii(theatre: &Theatre) -> (Vec<f64>, Vec<usize>) {
    let mut exact: Vec<f64> = theatre
        .sites
        .iter()
        .map(|site| site.populated_radius_m)
        .collect();
    exact.sort_by(f64::total_cmp);
    exact.dedup();
    let rounded = |radius_m: f64| {
        if exact.len() <= RADII_MAX {
            return radius_m;
        }
        let steps = libm::round(libm::log(radius_m) / libm::log(RADIUS_STEP));
        libm::pow(RADIUS_STEP, steps)
    };
    let mut radii_m: Vec<f64> = exact.iter().map(|&radius_m| rounded(radius_m)).collect();
    radii_m.dedup();
    let place = |radius_m: f64| radii_m.partition_point(|&known| known < rounded(radius_m));
    let radius_of = theatre
        .sites
        .iter()
        .map(|site| place(site.populated_radius_m))
        .collect();
    (radii_m, radius_of)
}

fn sources(theatre: &Theatre, forecast: &Forecast) -> (Vec<Source>, Option<usize>) {
    let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
    let munitions = &theatre.catalogue.munitions;
    let source = |munition: usize, entity: u32, rounds: Rounds| Source {
        munition,
        kind: munitions[munition].kind,
        entity,
        rounds,
    };
    let mut sources: Vec<Source> = forecast
        .classes()
        .iter()
        .map(|&class| source(class, number(class), Rounds::Forecast(class)))
        .collect();
    for (index, threat) in theatre.threats.iter().enumerate() {
        let whole =
            |rounds: f64| libm::round(rounds).clamp(1.0, f64::from(raid::ROUNDS_MAX)) as u32;
        let rounds = Rounds::Between(whole(threat.rounds.low), whole(threat.rounds.high));
        sources.push(source(
            threat.munition,
            THREAT_ENTITY + number(index),
            rounds,
        ));
    }
    let preceded = theatre
        .threats
        .iter()
        .any(|threat| threat.preceded_by_rockets.high > 0.0);
    let opening = preceded
        .then(|| opening_class(theatre, forecast))
        .flatten()
        .map(|class| {
            sources.push(source(class, OPENING_ENTITY, Rounds::Forecast(class)));
            sources.len() - 1
        });
    (sources, opening)
}

/// The rockets that open a strike are of the class most often fired in this theatre, or the first of
/// the catalogue.
fn opening_class(theatre: &Theatre, forecast: &Forecast) -> Option<usize> {
    let is_rocket = |class: usize| theatre.catalogue.munitions[class].kind == MunitionKind::Rocket;
    let total = |class: usize| -> f64 {
        (0..theatre.sites.len())
            .map(|site| forecast.mean_rate(site, class))
            .sum()
    };
    let seen = forecast
        .classes()
        .iter()
        .copied()
        .filter(|&class| is_rocket(class));
    seen.max_by(|&a, &b| total(a).total_cmp(&total(b)).then(b.cmp(&a)))
        .or_else(|| (0..theatre.catalogue.munitions.len()).find(|&class| is_rocket(class)))
}

/// Sites within the greatest reach of any area defence, by a sweep over latitude.
fn hosts(theatre: &Theatre) -> Vec<Vec<(usize, f64)>> {
    let reach_m = theatre
        .catalogue
        .systems
        .iter()
        .filter(|system| system.role == Role::AreaDefence)
        .filter_map(|system| system.interceptor.as_ref())
        .map(|interceptor| interceptor.reach_m.high)
        .fold(0.0, f64::max);
    let mut hosts = vec![Vec::new(); theatre.sites.len()];
    let threatened = theatre
        .catalogue
        .munitions
        .iter()
        .any(|class| is_area_kind(class.kind));
    if !threatened || reach_m <= 0.0 {
        return hosts;
    }
    let mut order: Vec<usize> = (0..theatre.sites.len()).collect();
    let latitude = |site: usize| theatre.sites[site].place.latitude_deg;
    order.sort_by(|&a, &b| latitude(a).total_cmp(&latitude(b)).then(a.cmp(&b)));
    // A degree of latitude is at least 110.5 km.
    let window_deg = reach_m / 110_500.0 + 1e-9;
    for (place, &site) in order.iter().enumerate() {
        let near = order[place..]
            .iter()
            .take_while(|&&other| latitude(other) - latitude(site) <= window_deg);
        for &other in near {
            let distance_m = theatre.sites[site]
                .place
                .distance_m(theatre.sites[other].place);
            if distance_m > reach_m {
                continue;
            }
            if !theatre.sites[other].outside {
                hosts[site].push((other, distance_m));
            }
            if other != site && !theatre.sites[site].outside {
                hosts[other].push((site, distance_m));
            }
        }
    }
    for list in &mut hosts {
        list.sort_by_key(|&(host, _)| host);
    }
    hosts
}
