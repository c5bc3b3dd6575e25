//! How tracks begin: branches that compete for plots until one is certain.
//!
//! Two plots that some model can join begin a branch. A branch that finds several plots splits, and may
//! also have been missed. Branches share plots; a branch becomes a track when its score is high enough
//! against clutter and no branch that shares a plot comes near it. Scores are sequential likelihood
//! ratios (Blackman and Popoli, *Design and Analysis of Modern Tracking Systems*, 1999, section 6.2).

use std::collections::BTreeMap;

use crate::associate::{ByRange, Pair, Scene};
use crate::bank::Bank;
use crate::begin::First;
use crate::sensor::Sighting;
use crate::tracker::Settings;

/// A plot's number: scan and place in it.
pub(crate) type PlotNumber = u64;
/// Plots a scan may have.
pub const PLOTS_PER_SCAN_MAX: usize = 1 << 14;
/// A branch this far below one that holds a plot of it is given up; a factor of 20,000.
const HOPELESS: f64 = 10.0;
/// Plots after which a branch no longer waits for its rivals to fall behind.
const PLOTS_TO_WAIT: usize = 5;
/// Fewest plots of a track.
const PLOTS_MIN: usize = 3;
/// Score from which nothing else begins with the plots of a branch. Chance reaches it less than once in e¹⁵
/// beginnings; a lower one lets a branch of two clutter plots and a bird's take the bird's next ones too, so
/// that no bird ever begins.
const HOLDING_SCORE: f64 = 15.0;
/// Plots for which a branch is split at most, in one scan.
const CHILDREN_MAX: usize = 3;
/// Greatest speed that joins two plots, m/s.
const SPEED_MAX_MPS: f64 = 1_000.0;
/// Score by which two plots may lack certainty: what two more plots can make up for.
const FURTHEST_BEHIND: f64 = 15.0;
/// Score lost since its best at which a branch is given up, by misses or by plots that hardly fit: the
/// second miss at a detection probability of 0.9. A branch that need not fit grows a gate that takes all.
const BRANCH_DROP_MAX: f64 = 4.5;
/// Plots by which a branch must have become certain: a target's have then been worth twice what it takes.
/// As a branch is also given up when it finds nothing for a while, this bounds its age.
const PLOTS_MAX: usize = 12;

/// A plot that may be the first of a track, of several branches until one holds it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seed {
    pub(crate) number: PlotNumber,
    pub(crate) sensor: usize,
    /// Moment of the plot, ns.
    pub(crate) time_ns: i64,
    pub(crate) sighting: Sighting,
    /// For how long its sensor had looked steadily before, s.
    pub(crate) watched_s: f64,
}

/// What may become a track.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    pub(crate) id: u64,
    pub(crate) bank: Bank,
    pub(crate) score: f64,
    best_score: f64,
    pub(crate) plots: Vec<PlotNumber>,
    /// Moment of the scan of the last of them, ns.
    last_plot_ns: i64,
    /// Whether no better branch holds a plot of it.
    pub(crate) leads: bool,
}

impl Branch {
    /// Whether nothing else may begin with its plots.
    pub(crate) fn holds_its_plots(&self) -> bool {
        self.leads && self.plots.len() >= PLOTS_MIN && self.score >= HOLDING_SCORE
    }

    /// Whether it fits as well as a target would, and is young enough not to have become certain.
    fn may_go_on(&self) -> bool {
        self.best_score - self.score < BRANCH_DROP_MAX && self.plots.len() <= PLOTS_MAX
    }
}

/// What a scan leaves to those who would begin tracks.
pub(crate) struct Leftover<'a> {
    pub(crate) scene: &'a Scene<'a>,
    pub(crate) time_ns: i64,
    pub(crate) first_number: PlotNumber,
    pub(crate) unclaimed: &'a [bool],
}

impl Leftover<'_> {
    fn number(&self, sighting: usize) -> PlotNumber {
        self.first_number + sighting as PlotNumber
    }
}

/// Lets every branch, already brought to the scan's moment, take the plots that it finds. One that found
/// none for `unseen_max_s` is given up, even where it went where no radar looks.
pub(crate) fn extend(
    branches: Vec<Branch>,
    leftover: &Leftover<'_>,
    unseen_max_s: f64,
    next_id: &mut u64,
) -> Vec<Branch> {
    let scene = leftover.scene;
    let by_range = ByRange::new(scene.sightings, |index| leftover.unclaimed[index]);
    let mut out = Vec::with_capacity(branches.len());
    let mut found: Vec<Pair> = Vec::new();
    for mut branch in branches {
        let scan = branch.bank.expect(scene.physics, scene.sensor);
        let Some(first) = scan.first() else { continue };
        if branch.bank.is_below(scene.physics.ground_m) {
            continue;
        }
        let seen = scene
            .sensor
            .sees([first.measured[0], first.measured[1], first.measured[2]]);
        found.clear();
        by_range.gated(0, &branch.bank, scene, &scan, &mut found);
        found.sort_by(|a, b| {
            b.log_ratio
                .total_cmp(&a.log_ratio)
                .then(a.sighting.cmp(&b.sighting))
        });
        let missed = if seen { scene.log_missed } else { 0.0 };
        for (place, pair) in found.iter().take(CHILDREN_MAX).enumerate() {
            let mut child = branch.clone();
            if place > 0 {
                child.id = *next_id;
                *next_id += 1;
            }
            child.plots.push(leftover.number(pair.sighting));
            child.last_plot_ns = leftover.time_ns;
            let sighting = &scene.sightings[pair.sighting];
            let count = child.plots.len() as u32;
            child
                .bank
                .update(scene.physics, scene.sensor, sighting, &scan, count);
            child.score += pair.log_ratio + scene.log_missed;
            child.best_score = child.best_score.max(child.score);
            if !child.bank.members.is_empty() && child.may_go_on() {
                out.push(child);
            }
        }
        branch.score += missed;
        if !found.is_empty() {
            branch.id = *next_id;
            *next_id += 1;
        }
        let unseen_s = leftover.time_ns.saturating_sub(branch.last_plot_ns) as f64 * 1e-9;
        if branch.may_go_on() && unseen_s <= unseen_max_s {
            out.push(branch);
        }
    }
    out
}

/// Joins seeds with the plots that nobody claims into new branches.
pub(crate) fn begin(
    seeds: &[Seed],
    sensors: &[crate::SensorModel],
    leftover: &Leftover<'_>,
    settings: &Settings,
    next_id: &mut u64,
    out: &mut Vec<Branch>,
) {
    let scene = leftover.scene;
    let places = Grid::new(scene.sightings, leftover.unclaimed);
    let clutter = scene.sensor.clutter_per_scan.max(1e-3);
    let newness = libm::log(settings.new_targets_per_scan / clutter).min(0.0);
    for seed in seeds {
        let Some(sensor) = sensors.get(seed.sensor) else {
            continue;
        };
        let elapsed_s = leftover.time_ns.saturating_sub(seed.time_ns) as f64 * 1e-9;
        let noise = |sighting: &Sighting| {
            let covariance = &sighting.covariance_m2;
            covariance[0][0] + covariance[1][1] + covariance[2][2]
        };
        let own = noise(&seed.sighting);
        for index in places.near(
            &seed.sighting.position_m,
            SPEED_MAX_MPS * (elapsed_s + 0.01) + 4.5 * libm::sqrt(own),
        ) {
            let sighting = &scene.sightings[index];
            let time_s = elapsed_s + sighting.offset_s;
            if time_s <= 0.0 {
                continue;
            }
            let apart_squared: f64 = (0..3)
                .map(|axis| sighting.position_m[axis] - seed.sighting.position_m[axis])
                .map(|apart| apart * apart)
                .sum();
            let reach = SPEED_MAX_MPS * time_s + 3.0 * libm::sqrt(own + noise(sighting));
            if apart_squared > reach * reach {
                continue;
            }
            let first = First {
                sensor,
                sighting: &seed.sighting,
                watched_s: seed.watched_s,
            };
            let second = (scene.sensor, sighting);
            let rated = usize::from(sighting.rated);
            let found = newness + scene.log_detected[rated] + scene.log_missed;
            let least = settings.confirmation_score - FURTHEST_BEHIND;
            let begun = Bank::begin(scene.physics, &first, second, elapsed_s, least - found);
            let Some((bank, log_density)) = begun else {
                continue;
            };
            let score = found + log_density;
            if score > least {
                let plots = vec![seed.number, leftover.number(index)];
                out.push(Branch {
                    id: *next_id,
                    bank,
                    score,
                    best_score: score,
                    plots,
                    last_plot_ns: leftover.time_ns,
                    leads: false,
                });
                *next_id += 1;
            }
        }
    }
}

/// Sets which branches lead, gives the hopeless up, and takes out those that have become certain.
pub(crate) fn compete(branches: &mut Vec<Branch>, settings: &Settings) -> Vec<Branch> {
    branches.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
    // The best score on each plot, and the best of those who come after it.
    let mut held: BTreeMap<PlotNumber, (u64, f64, f64)> = BTreeMap::new();
    branches.retain_mut(|branch| {
        let best = branch
            .plots
            .iter()
            .filter_map(|plot| held.get(plot))
            .map(|held| held.1)
            .reduce(f64::max);
        if best.is_some_and(|best| branch.score < best - HOPELESS) {
            return false;
        }
        branch.leads = best.is_none();
        for plot in &branch.plots {
            match held.get_mut(plot) {
                Some((_, _, rival)) => *rival = rival.max(branch.score),
                None if branch.leads => {
                    held.insert(*plot, (branch.id, branch.score, f64::NEG_INFINITY));
                }
                None => {}
            }
        }
        true
    });
    branches.truncate(settings.branches_max);
    let certain = |branch: &Branch| {
        let rival = branch
            .plots
            .iter()
            .filter_map(|plot| held.get(plot))
            .map(|held| held.2)
            .fold(f64::NEG_INFINITY, f64::max);
        branch.leads
            && branch.plots.len() >= PLOTS_MIN
            && branch.score >= settings.confirmation_score
            && (branch.plots.len() >= PLOTS_TO_WAIT
                || branch.score - rival >= settings.ambiguity_margin)
    };
    let (confirmed, mut open): (Vec<_>, Vec<_>) = branches.drain(..).partition(certain);
    let taken: std::collections::BTreeSet<_> =
        confirmed.iter().flat_map(|branch| &branch.plots).collect();
    open.retain(|branch| !branch.plots.iter().any(|plot| taken.contains(plot)));
    *branches = open;
    confirmed
}

/// Plots by columns of a square mesh over the ground, so that pairs are found without trying all.
struct Grid<'a> {
    sightings: &'a [Sighting],
    cells: BTreeMap<(i64, i64), Vec<usize>>,
}

/// Width of a column, m.
const CELL_M: f64 = 500.0;
/// Columns looked through one by one; above, all plots are.
const CELLS_MAX: i64 = 40;

impl<'a> Grid<'a> {
    fn new(sightings: &'a [Sighting], wanted: &[bool]) -> Self {
        let mut cells: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (index, sighting) in sightings.iter().enumerate() {
            if wanted[index] {
                cells
                    .entry(cell(&sighting.position_m))
                    .or_default()
                    .push(index);
            }
        }
        Self { sightings, cells }
    }

    fn near(&self, [x, y, z]: &[f64; 3], within_m: f64) -> Vec<usize> {
        if within_m.is_nan() || within_m <= 0.0 {
            return Vec::new();
        }
        let (low, high) = (
            cell(&[x - within_m, y - within_m, 0.0]),
            cell(&[x + within_m, y + within_m, 0.0]),
        );
        let mut out = Vec::new();
        let mut add = |members: &Vec<usize>| {
            out.extend(
                members
                    .iter()
                    .filter(|&&index| (self.sightings[index].position_m[2] - z).abs() <= within_m),
            );
        };
        if high.0 - low.0 > CELLS_MAX {
            self.cells.values().for_each(add);
        } else {
            for column in low.0..=high.0 {
                self.cells
                    .range((column, low.1)..=(column, high.1))
                    .for_each(|(_, members)| add(members));
            }
        }
        out
    }
}

fn cell([x, y, _]: &[f64; 3]) -> (i64, i64) {
    (
        libm::floor(x / CELL_M) as i64,
        libm::floor(y / CELL_M) as i64,
    )
}
