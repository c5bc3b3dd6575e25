//! Past raids simulated again and set beside what was reported: how far the chain can be believed.
//!
//! Each report that counts is simulated as that raid: its site, class, rounds, warning, and the
//! systems and people that the theatre says are there on its date, which may not be those of then.
//! Nothing is fitted to the outcomes.

use crate::statistics::{Share, share};
use forecast::scores::{crps_of_pmf, crps_of_sample, randomised_pit};
use raid::effects::is_area_kind;
use raid::{Casualties, Defence, Flights, RaidAtSite, RaidKey, Unknowns};
use rayon::prelude::*;
use serde::Serialize;
use theatre::incident::known_on;
use theatre::interval::quantile;
use theatre::{Incident, Munition, Role, Stream, Theatre, Warned};

const PURPOSE_ROUNDS: u32 = 0x400;
const PURPOSE_CASUALTIES: u32 = 0x401;
const PURPOSE_PIT: u32 = 0x402;
/// First of the raids' entities: apart from those of plans.
const FIRST_ENTITY: u32 = 0x4000_0000;
/// Raids under one draw of the unknowns.
const RAIDS_PER_DRAW: u32 = 8;
/// Bars of the histogram of PIT values.
const PIT_BARS: usize = 10;

/// Lower and upper bound.
pub type Bounds = [f64; 2];

/// One raid, as reported and as simulated. Casualties are killed and wounded, own and partner.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RaidLine {
    /// Id of the report.
    pub incident: String,
    /// Site id.
    pub site: String,
    /// Munition class simulated.
    pub munition: String,
    /// Whether the report did not name the class, so that the theatre's commonest was taken.
    pub munition_assumed: bool,
    /// Rounds reported.
    pub rounds: [u32; 2],
    /// Killed, as reported.
    pub observed_killed: u32,
    /// All casualties, as reported.
    pub observed: u32,
    /// Mean of the simulated casualties.
    pub simulated_mean: f64,
    /// 50 % of the simulated casualties.
    pub interval_50: Bounds,
    /// 90 % of the simulated casualties.
    pub interval_90: Bounds,
    /// Continuous ranked probability score of the simulation.
    pub crps: f64,
    /// The same of the baseline.
    pub crps_baseline: f64,
    /// Randomised probability integral transform of the simulation.
    pub pit: f64,
}

/// Sums over raids of one kind, as reported and as simulated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Anchor {
    /// What raids are counted.
    pub of: String,
    /// How many.
    pub raids: usize,
    /// Raids that hurt anybody: reported, then 90 % of the simulated.
    pub with_casualties: usize,
    /// 90 % of the simulated number of such raids.
    pub with_casualties_90: Bounds,
    /// Killed in all, as reported.
    pub killed: u32,
    /// 90 % of the simulated sum.
    pub killed_90: Bounds,
    /// Wounded in all, as reported.
    pub wounded: u32,
    /// 90 % of the simulated sum.
    pub wounded_90: Bounds,
}

/// How many of some raids' casualties lie within the simulated intervals.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CalibrationLine {
    /// What the raids have in common: `all`, `casualties`, `site` or `munition`.
    pub by: &'static str,
    /// Which site or munition.
    pub of: String,
    /// Within the 50 %.
    pub within_50: Share,
    /// Within the 90 %.
    pub within_90: Share,
    /// Mean of the randomised PIT: above ½ where the simulation hurts too few.
    pub mean_pit: f64,
}

/// How well the raids were hindcast.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hindcast {
    /// Title of the theatre.
    pub theatre: String,
    /// Seed.
    pub seed: u64,
    /// Times that each raid was simulated.
    pub replications: u32,
    /// Share of raids whose casualties lie within the 50 %.
    pub coverage_50: f64,
    /// Share within the 90 %.
    pub coverage_90: f64,
    /// Raids that hurt anybody.
    pub raids_with_casualties: usize,
    /// Share of those within the 50 %; none where there are none.
    pub coverage_50_with_casualties: Option<f64>,
    /// Share of those within the 90 %; none where there are none.
    pub coverage_90_with_casualties: Option<f64>,
    /// Mean score of the simulation, casualties.
    pub crps: f64,
    /// Mean score of the baseline: a Poisson count with the log's own casualties per round, which it
    /// has seen and the simulation has not.
    pub crps_baseline: f64,
    /// Raids by tenth of the randomised PIT: even where the simulation is calibrated.
    pub pit_histogram: [u32; PIT_BARS],
    /// Raids that one tenth of the PIT holds 95 times in 100 where the simulation is calibrated.
    pub pit_band: [u32; 2],
    /// Coverage of all raids, of those that hurt anybody, by site and by munition, each with its
    /// exact interval.
    pub calibration: Vec<CalibrationLine>,
    /// Sums set against the log.
    pub anchors: Vec<Anchor>,
    /// Every raid.
    pub raids: Vec<RaidLine>,
}

/// One raid simulated many times.
struct Simulated<'a> {
    incident: &'a Incident,
    class: usize,
    tolls: Vec<Casualties>,
}

/// Simulates every report that counts as of the theatre's date. `None` where none does.
#[must_use]
pub fn hindcast(theatre: &Theatre, replications: u32) -> Option<Hindcast> {
    let known = known_on(&theatre.incidents, theatre.as_of);
    let common = common_class(theatre, &known);
    let simulated: Vec<Simulated<'_>> = known
        .par_iter()
        .filter_map(|&index| {
            let incident = &theatre.incidents[index];
            let class = match incident.munition {
                Munition::Class(class) => class,
                Munition::Unknown => common?,
                Munition::None => return None,
            };
            let entity = FIRST_ENTITY + u32::try_from(index).unwrap_or(u32::MAX - FIRST_ENTITY);
            let tolls = simulate(theatre, incident, class, entity, replications);
            Some(Simulated {
                incident,
                class,
                tolls,
            })
        })
        .collect();
    if simulated.is_empty() {
        return None;
    }
    let per_round = casualties_per_round(&simulated);
    let raids: Vec<RaidLine> = (0..)
        .zip(&simulated)
        .map(|(number, raid)| line(theatre, raid, number, per_round))
        .collect();
    Some(summary(theatre, replications, &simulated, raids))
}

/// The rocket or mortar class most often reported, for reports that do not name one; the first of the
/// catalogue where none is.
fn common_class(theatre: &Theatre, known: &[usize]) -> Option<usize> {
    let munitions = &theatre.catalogue.munitions;
    let reported = |class: usize| {
        let reports = known.iter().map(|&index| &theatre.incidents[index]);
        reports
            .filter(|incident| incident.munition == Munition::Class(class))
            .count()
    };
    let classes = (0..munitions.len()).filter(|&class| !is_area_kind(munitions[class].kind));
    classes.max_by(|&a, &b| reported(a).cmp(&reported(b)).then(b.cmp(&a)))
}

fn simulate(
    theatre: &Theatre,
    incident: &Incident,
    class: usize,
    entity: u32,
    replications: u32,
) -> Vec<Casualties> {
    let site = &theatre.sites[incident.site];
    let units = units_then(theatre, incident);
    let mut tolls = Vec::with_capacity(replications as usize);
    for draw in 0..replications.div_ceil(RAIDS_PER_DRAW) {
        let unknowns = Unknowns::draw(&theatre.catalogue, theatre.seed, draw);
        let flights = Flights::new(&unknowns.munitions[class]);
        for raid in 0..RAIDS_PER_DRAW.min(replications - draw * RAIDS_PER_DRAW) {
            let replication = draw * RAIDS_PER_DRAW + raid;
            let key = RaidKey {
                seed: theatre.seed,
                replication,
                entity,
            };
            let mut stream = Stream::new(key.seed, replication, entity, PURPOSE_ROUNDS);
            let span = f64::from(incident.rounds_high - incident.rounds_low) + 1.0;
            let rounds = incident
                .rounds_low
                .saturating_add((stream.uniform() * span) as u32);
            let mut raid = flights.raid(rounds, &unknowns.systems, &unknowns.people, key);
            if let Some(time) = incident.local_time {
                raid.hour = f64::from(time.hour()) + f64::from(time.minute()) / 60.0;
            }
            match incident.warned {
                Warned::Before => raid.early_warning = is_area_kind(raid.kind),
                Warned::After | Warned::No => raid.early_warning = false,
                Warned::Unknown => {}
            }
            let placed = RaidAtSite::new(&raid, &unknowns, class, site.populated_radius_m);
            let judged = placed.judge(Defence {
                local: &units,
                area: &units,
            });
            let mut stream = Stream::new(key.seed, replication, entity, PURPOSE_CASUALTIES);
            tolls.push(placed.realise(&judged, site.people, site.partner_people, &mut stream));
        }
    }
    tolls
}

/// Systems taken to have stood at the site: those that the theatre says are deployed, with sirens where
/// the report says that people were warned, and without where it says that they were not.
fn units_then(theatre: &Theatre, incident: &Incident) -> Vec<u32> {
    let systems = theatre.catalogue.systems.iter().enumerate();
    let mut sirens = incident.warned == Warned::Before;
    systems
        .map(|(system, class)| {
            let (fixed, movable) = theatre.deployed_at(incident.site, system);
            let stands = fixed.saturating_add(movable);
            match (class.role, incident.warned) {
                (Role::Warning, Warned::Before) => {
                    stands.max(u32::from(std::mem::take(&mut sirens)))
                }
                (Role::Warning, Warned::After | Warned::No) => 0,
                _ => stands,
            }
        })
        .collect()
}

fn rounds_reported(incident: &Incident) -> f64 {
    0.5 * (f64::from(incident.rounds_low) + f64::from(incident.rounds_high))
}

fn casualties_per_round(raids: &[Simulated<'_>]) -> f64 {
    let hurt: f64 = raids
        .iter()
        .map(|raid| f64::from(raid.incident.casualties()))
        .sum();
    let rounds: f64 = raids
        .iter()
        .map(|raid| rounds_reported(raid.incident))
        .sum();
    hurt / rounds.max(1.0)
}

fn line(theatre: &Theatre, raid: &Simulated<'_>, number: u32, per_round: f64) -> RaidLine {
    let incident = raid.incident;
    let mut sample: Vec<f64> = raid
        .tolls
        .iter()
        .map(|toll| f64::from(toll.all()))
        .collect();
    sample.sort_by(f64::total_cmp);
    let observed = incident.casualties();
    let mut stream = Stream::new(theatre.seed, number, FIRST_ENTITY, PURPOSE_PIT);
    let baseline = poisson_pmf(per_round * rounds_reported(incident));
    RaidLine {
        incident: incident.id.clone(),
        site: theatre.sites[incident.site].id.clone(),
        munition: theatre.catalogue.munitions[raid.class].id.clone(),
        munition_assumed: incident.munition == Munition::Unknown,
        rounds: [incident.rounds_low, incident.rounds_high],
        observed_killed: incident.killed.saturating_add(incident.killed_partner),
        observed,
        simulated_mean: sample.iter().sum::<f64>() / sample.len().max(1) as f64,
        interval_50: [quantile(&sample, 0.25), quantile(&sample, 0.75)],
        interval_90: [quantile(&sample, 0.05), quantile(&sample, 0.95)],
        crps: crps_of_sample(&sample, f64::from(observed)).unwrap_or(0.0),
        crps_baseline: crps_of_pmf(&baseline, observed),
        pit: randomised_pit(&sample, f64::from(observed), stream.uniform()).unwrap_or(0.5),
    }
}

/// Probabilities of 0, 1, 2, … up to where nothing is left.
fn poisson_pmf(mean: f64) -> Vec<f64> {
    let last = mean + 12.0 * libm::sqrt(mean) + 50.0;
    (0..=last as u32)
        .map(|count| {
            let count = f64::from(count);
            if mean > 0.0 {
                libm::exp(count * libm::log(mean) - mean - libm::lgamma(count + 1.0))
            } else {
                f64::from(count == 0.0)
            }
        })
        .collect()
}

fn summary(
    theatre: &Theatre,
    replications: u32,
    simulated: &[Simulated<'_>],
    raids: Vec<RaidLine>,
) -> Hindcast {
    let coverage = |hurt_only: bool, bounds: fn(&RaidLine) -> Bounds| {
        let counted: Vec<&RaidLine> = raids
            .iter()
            .filter(|line| !hurt_only || line.observed > 0)
            .collect();
        let covered = counted
            .iter()
            .filter(|line| inside(line, bounds(line)))
            .count();
        (!counted.is_empty()).then(|| covered as f64 / counted.len() as f64)
    };
    let mean = |part: fn(&RaidLine) -> f64| {
        raids.iter().map(part).sum::<f64>() / raids.len().max(1) as f64
    };
    let mut pit_histogram = [0; PIT_BARS];
    for line in &raids {
        let bar = (line.pit * PIT_BARS as f64) as usize;
        pit_histogram[bar.min(PIT_BARS - 1)] += 1;
    }
    let missile =
        |raid: &&Simulated<'_>| is_area_kind(theatre.catalogue.munitions[raid.class].kind);
    let (missiles, others): (Vec<_>, Vec<_>) = simulated.iter().partition(missile);
    let anchors = [
        ("rockets and mortars", others),
        ("ballistic missiles", missiles),
    ];
    Hindcast {
        theatre: theatre.name.clone(),
        seed: theatre.seed,
        replications,
        coverage_50: coverage(false, |line| line.interval_50).unwrap_or(0.0),
        coverage_90: coverage(false, |line| line.interval_90).unwrap_or(0.0),
        raids_with_casualties: raids.iter().filter(|line| line.observed > 0).count(),
        coverage_50_with_casualties: coverage(true, |line| line.interval_50),
        coverage_90_with_casualties: coverage(true, |line| line.interval_90),
        crps: mean(|line| line.crps),
        crps_baseline: mean(|line| line.crps_baseline),
        pit_histogram,
        pit_band: band(raids.len(), 1.0 / PIT_BARS as f64),
        calibration: calibration(&raids),
        anchors: anchors
            .into_iter()
            .filter(|(_, raids)| !raids.is_empty())
            .map(|(of, raids)| anchor(of, &raids, replications))
            .collect(),
        raids,
    }
}

/// Coverage of all raids, then of parts of them, in the order in which the log names them.
fn calibration(raids: &[RaidLine]) -> Vec<CalibrationLine> {
    let mut lines = Vec::new();
    let mut add = |by, of: &str, some: &dyn Fn(&RaidLine) -> bool| {
        let some: Vec<&RaidLine> = raids.iter().filter(|line| some(line)).collect();
        let within = |bounds: fn(&RaidLine) -> Bounds| {
            let inside = some.iter().filter(|line| inside(line, bounds(line)));
            share(inside.count(), some.len())
        };
        let pits: f64 = some.iter().map(|line| line.pit).sum();
        let covers = (
            within(|line| line.interval_50),
            within(|line| line.interval_90),
        );
        if let (Some(within_50), Some(within_90)) = covers {
            lines.push(CalibrationLine {
                by,
                of: of.into(),
                within_50,
                within_90,
                mean_pit: pits / some.len() as f64,
            });
        }
    };
    add("all", "all raids", &|_| true);
    add("casualties", "raids with casualties", &|line| {
        line.observed > 0
    });
    for site in named(raids, |line| &line.site) {
        add("site", site, &|line| line.site == site);
    }
    for munition in named(raids, |line| &line.munition) {
        add("munition", munition, &|line| line.munition == munition);
    }
    lines
}

/// The distinct names of raids, in their order.
fn named(raids: &[RaidLine], name: fn(&RaidLine) -> &String) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for line in raids {
        if !names.contains(&name(line).as_str()) {
            names.push(name(line));
        }
    }
    names
}

fn inside(line: &RaidLine, bounds: Bounds) -> bool {
    let observed = f64::from(line.observed);
    bounds[0] <= observed && observed <= bounds[1]
}

/// Bounds of 95 % of a binomial count: the least and the most whose tail beyond is at most 2.5 %.
fn band(of: usize, chance: f64) -> [u32; 2] {
    let all = of as f64;
    let (mut cumulative, mut low, mut high) = (0.0, None, 0);
    for count in 0..=of {
        let number = count as f64;
        let ways =
            libm::lgamma(all + 1.0) - libm::lgamma(number + 1.0) - libm::lgamma(all - number + 1.0);
        cumulative +=
            libm::exp(ways + number * libm::log(chance) + (all - number) * libm::log1p(-chance));
        let whole = u32::try_from(count).unwrap_or(u32::MAX);
        if cumulative > 0.025 {
            low = low.or(Some(whole));
        }
        high = whole;
        if cumulative >= 0.975 {
            break;
        }
    }
    [low.unwrap_or(0), high]
}

/// Sums over raids, replication by replication: raids of one replication share a draw of the unknowns,
/// so that what is not known does not average out over the log.
fn anchor(of: &str, raids: &[&Simulated<'_>], replications: u32) -> Anchor {
    let bounds = |part: &dyn Fn(&Casualties) -> f64| {
        let mut sums: Vec<f64> = (0..replications as usize)
            .map(|replication| {
                raids
                    .iter()
                    .map(|raid| part(&raid.tolls[replication]))
                    .sum()
            })
            .collect();
        sums.sort_by(f64::total_cmp);
        [quantile(&sums, 0.05), quantile(&sums, 0.95)]
    };
    let reported = |part: &dyn Fn(&Incident) -> u32| {
        raids
            .iter()
            .fold(0_u32, |sum, raid| sum.saturating_add(part(raid.incident)))
    };
    Anchor {
        of: of.into(),
        raids: raids.len(),
        with_casualties: raids
            .iter()
            .filter(|raid| raid.incident.casualties() > 0)
            .count(),
        with_casualties_90: bounds(&|toll| f64::from(u32::from(toll.all() > 0))),
        killed: reported(&|incident| incident.killed.saturating_add(incident.killed_partner)),
        killed_90: bounds(&|toll| f64::from(toll.killed) + f64::from(toll.killed_partner)),
        wounded: reported(&|incident| incident.wounded.saturating_add(incident.wounded_partner)),
        wounded_90: bounds(&|toll| f64::from(toll.wounded) + f64::from(toll.wounded_partner)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Binomial (28, 0.1): P(0) = 5.2 %, P(≤ 5) = 95.4 %, P(≤ 6) = 98.6 %.
    #[test]
    fn the_band_of_a_bar_is_that_of_the_binomial() {
        assert_eq!(band(28, 0.1), [0, 6]);
        assert_eq!(band(1_000, 0.1), [82, 119]);
        assert_eq!(band(0, 0.1), [0, 0]);
    }
}
