//! How tracks begin: branches that compete for plots until one is certain.
//!
//! Two plots that some model can join begin a branch. A branch that finds several plots splits, and may
//! also have been missed. Branches share plots; a branch becomes a track when its score is high enough
//! against clutter and no branch that shares a plot comes near it. Scores are sequential likelihood
//! ratios (Blackman and Popoli, *Design and Analysis of Modern Tracking Systems*, 1999, section 6.2).

use std::hash::{BuildHasherDefault, Hasher};

use crate::associate::{ByRange, Pair, Scene};
use crate::bank::Bank;
use crate::begin::{Beginning, First, turned};
use crate::expected::Expected;
use crate::model::Class;
use crate::rivals::{BURST_MAX_S, FLOCK_MAX_S, FirstPlace, Held, Holders, Passed, SURELY_SLOW};
use crate::sensor::{SensorModel, Sighting};
use crate::tracker::Settings;

/// A plot's number: scan and place in it.
pub(crate) type PlotNumber = u64;
/// Plots a scan may have.
pub const PLOTS_PER_SCAN_MAX: usize = 1 << 14;
/// A branch this far below one that holds a plot of it is given up; a factor of 20,000.
const HOPELESS: f64 = 10.0;
/// Plots after which a branch no longer waits for its rivals to fall behind.
const PLOTS_TO_WAIT: usize = 5;
/// Plots after which one that moves no longer waits for those that move too.
const PLOTS_IN_A_ROW: usize = 4;
/// Fewest plots of a track.
pub(crate) const PLOTS_MIN: usize = 3;
/// Score from which nothing else begins with the plots of a branch. Chance reaches it less than once in e¹⁵
/// beginnings; a lower one lets a branch of two clutter plots and a bird's take the bird's next ones too, so
/// that no bird ever begins.
const HOLDING_SCORE: f64 = 15.0;
/// Plots for which a branch is split at most, in one scan.
const CHILDREN_MAX: usize = 3;
/// Greatest speed that joins two plots, m/s.
const SPEED_MAX_MPS: f64 = 1_000.0;
/// Score by which two plots may lack certainty: what two more plots can make up for.
const FURTHEST_BEHIND: f64 = 14.0;
/// Score lost since its best at which a branch is given up, by misses or by plots that hardly fit: the
/// second miss at a detection probability of 0.9. A branch that need not fit grows a gate that takes all.
const BRANCH_DROP_MAX: f64 = 4.5;
/// Most branches that wait to compete, in times of those that may stay.
const WAITING_TIMES: usize = 8;
/// Most pairs of plots that are weighed in one scan: as many as a flood makes, and bounds its time.
const PAIRS_MAX: usize = 1 << 20;
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

impl Seed {
    fn first_place(&self) -> FirstPlace {
        FirstPlace {
            time_ns: self.time_ns,
            position_m: self.sighting.position_m,
            covariance_m2: self.sighting.covariance_m2,
        }
    }

    /// It as the first plot of a pair, by its sensor.
    fn first<'a>(&'a self, sensor: &'a SensorModel) -> First<'a> {
        First {
            sensor,
            sighting: &self.sighting,
            watched_s: self.watched_s,
        }
    }
}

/// What may become a track.
#[derive(Clone, Debug, Default)]
pub(crate) struct Branch {
    pub(crate) id: u64,
    pub(crate) bank: Bank,
    pub(crate) score: f64,
    best_score: f64,
    pub(crate) plots: Vec<PlotNumber>,
    /// Moment of the scan of the last of them, ns.
    last_plot_ns: i64,
    /// The first of them.
    from: FirstPlace,
    /// Whether it has gone farther from there than what stays.
    pub(crate) moves: bool,
    /// Whether it was once on the way of a burst of a machine gun.
    pub(crate) in_burst: bool,
    /// Whether it was once in the midst of birds that had come into sight with it.
    pub(crate) in_flock: bool,
    /// Whether no better branch holds a plot of it.
    pub(crate) leads: bool,
    /// What its bank is still to be made of; empty until then.
    awaits: Option<Awaits>,
}

/// What a bank is made of. Most branches lose to others, so that only the bank of those that stay is made.
#[derive(Clone, Copy, Debug)]
enum Awaits {
    /// Number of a branch before the scan, and the plot that it takes, where it takes one.
    Parent(usize, Option<usize>),
    /// Numbers of a seed and of a plot.
    Seed(usize, usize),
}

/// A branch before the scan, and what it expects.
pub(crate) struct Parent {
    bank: Bank,
    scan: Vec<Expected>,
    children: usize,
}

crate::stored!(Seed {
    number,
    sensor,
    time_ns,
    sighting,
    watched_s
});
// Between scans no bank awaits anything.
crate::stored!(Branch { id, bank, score, best_score, plots, last_plot_ns, from, moves, in_burst, in_flock, leads; awaits = None });

impl Branch {
    /// Places of branches, the better first.
    fn ranked(branches: &[Self]) -> Vec<usize> {
        let mut order: Vec<_> = branches
            .iter()
            .enumerate()
            .map(|(place, branch)| (branch.score, branch.id, place))
            .collect();
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        order.into_iter().map(|(_, _, place)| place).collect()
    }

    /// Takes the bank of its parent over, and a plot in.
    fn take_from(&mut self, parent: &mut Parent, plot: Option<usize>, leftover: &Leftover<'_>) {
        parent.children -= 1;
        self.bank = match parent.children {
            0 => std::mem::take(&mut parent.bank),
            _ => parent.bank.clone(),
        };
        let scan = match parent.children {
            0 => &std::mem::take(&mut parent.scan),
            _ => &parent.scan,
        };
        if let Some(plot) = plot {
            let (scene, plots) = (leftover.scene, self.plots.len() as u32);
            let (physics, sensor, sighting) = (scene.physics, scene.sensor, &scene.sightings[plot]);
            self.bank.update(physics, sensor, sighting, scan, plots);
        }
    }

    /// Whether nothing else may begin with its plots.
    pub(crate) fn holds_its_plots(&self) -> bool {
        self.leads && self.plots.len() >= PLOTS_MIN && self.score >= HOLDING_SCORE
    }

    /// Whether it could be a track if it had no rival.
    pub(crate) fn may_be_certain(&self, settings: &Settings) -> bool {
        self.plots.len() >= PLOTS_MIN && self.score >= settings.confirmation_score
    }

    /// Whether what is begun with its plots in the same scan may explain them better: a bird that comes after
    /// another's plot.
    pub(crate) fn waits_for_others(&self) -> bool {
        self.score < HOLDING_SCORE && self.bank.may_be_slow()
    }

    /// Whether it may be made of plots of different bullets or birds, of which it is none, and is to be seen for longer
    /// than those.
    pub(crate) fn may_be_mixed(&self) -> bool {
        let span_s = self.last_plot_ns.saturating_sub(self.from.time_ns) as f64 * 1e-9;
        let class = self.bank.likeliest_class();
        let of_burst = self.in_burst && class != Class::MachineGunRound;
        let of_flock = self.in_flock && self.bank.probability_of_slow() < SURELY_SLOW;
        of_burst && span_s < BURST_MAX_S || of_flock && span_s < FLOCK_MAX_S
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

    /// Time since a seed's plot, s.
    fn elapsed_s(&self, seed: &Seed) -> f64 {
        self.time_ns.saturating_sub(seed.time_ns) as f64 * 1e-9
    }
}

/// Brings every branch to the scan's moment, `elapsed_s` on, and lets it take the plots that it finds. One that found
/// none for `unseen_max_s` is given up, even where it went where no radar looks. Returns the branches,
/// whose banks are still to [`grow`], and what they grow from.
pub(crate) fn extend(
    branches: Vec<Branch>,
    leftover: &Leftover<'_>,
    (elapsed_s, unseen_max_s): (f64, f64),
    next_id: &mut u64,
) -> (Vec<Branch>, Vec<Parent>) {
    let scene = leftover.scene;
    let by_range = ByRange::new(scene.sightings, |index| leftover.unclaimed[index]);
    let mut out = Vec::with_capacity((CHILDREN_MAX + 1) * branches.len());
    let mut parents = Vec::with_capacity(branches.len());
    let mut found: Vec<Pair> = Vec::new();
    for mut branch in branches {
        let mut bank = std::mem::take(&mut branch.bank);
        bank.predict(scene.physics, elapsed_s);
        let scan = bank.expect(scene.physics, scene.sensor);
        let Some(first) = scan.first() else { continue };
        if bank.is_below(scene.physics.ground_m) {
            continue;
        }
        let seen = scene
            .sensor
            .sees([first.measured[0], first.measured[1], first.measured[2]]);
        found.clear();
        by_range.gated(0, &bank, scene, &scan, &mut found);
        found.sort_by(|a, b| {
            b.log_ratio
                .total_cmp(&a.log_ratio)
                .then(a.sighting.cmp(&b.sighting))
        });
        let before = out.len();
        for (place, pair) in found.iter().take(CHILDREN_MAX).enumerate() {
            let mut child = Branch {
                plots: Vec::with_capacity(branch.plots.len() + 1),
                bank: Bank::default(),
                ..branch
            };
            child.plots.extend(&branch.plots);
            child.plots.push(leftover.number(pair.sighting));
            if place > 0 {
                child.id = *next_id;
                *next_id += 1;
            }
            child.last_plot_ns = leftover.time_ns;
            let sighting = &scene.sightings[pair.sighting];
            child.moves |= child.from.moves_to(sighting, leftover.time_ns);
            child.awaits = Some(Awaits::Parent(parents.len(), Some(pair.sighting)));
            child.score += pair.log_ratio + scene.log_missed;
            child.best_score = child.best_score.max(child.score);
            if child.may_go_on() {
                out.push(child);
            }
        }
        branch.score += if seen { scene.log_missed } else { 0.0 };
        if !found.is_empty() {
            branch.id = *next_id;
            *next_id += 1;
        }
        let unseen_s = leftover.time_ns.saturating_sub(branch.last_plot_ns) as f64 * 1e-9;
        if branch.may_go_on() && unseen_s <= unseen_max_s {
            branch.awaits = Some(Awaits::Parent(parents.len(), None));
            out.push(branch);
        }
        if out.len() > before {
            // What it expects is only of use to those who take a plot.
            let scan = if found.is_empty() { Vec::new() } else { scan };
            parents.push(Parent {
                bank,
                scan,
                children: 0,
            });
        }
    }
    (out, parents)
}

/// Makes the banks of the branches that await them, from parents or from seeds and their sensors; branches
/// for which that fails are given up.
pub(crate) fn grow(
    groups: &mut [&mut Vec<Branch>],
    mut parents: Vec<Parent>,
    seeds: (&[Seed], &[SensorModel]),
    leftover: &Leftover<'_>,
) {
    for branch in groups.iter().flat_map(|group| group.iter()) {
        if let Some(Awaits::Parent(parent, _)) = branch.awaits {
            parents[parent].children += 1;
        }
    }
    for group in groups {
        group.retain_mut(|branch| {
            match branch.awaits.take() {
                None => {}
                Some(Awaits::Parent(parent, plot)) => {
                    branch.take_from(&mut parents[parent], plot, leftover);
                }
                Some(Awaits::Seed(seed, plot)) => {
                    branch.bank =
                        begun(&seeds.0[seed], plot, seeds.1, leftover).unwrap_or_default();
                }
            }
            !branch.bank.members.is_empty()
        });
    }
}

/// The bank of a seed and a plot.
fn begun(
    seed: &Seed,
    plot: usize,
    sensors: &[SensorModel],
    leftover: &Leftover<'_>,
) -> Option<Bank> {
    let scene = leftover.scene;
    let sensor = sensors.get(seed.sensor)?;
    let beginning = Beginning::new(scene.physics, seed.first(sensor));
    let (second, elapsed_s) = (&scene.sightings[plot], leftover.elapsed_s(seed));
    let (bank, _) = beginning.bank(scene.sensor, second, elapsed_s)?;
    Some(bank)
}

/// Joins seeds with the plots that nobody claims into new branches, whose banks are still to [`grow`].
pub(crate) fn begin(
    seeds: &[Seed],
    sensors: &[SensorModel],
    leftover: &Leftover<'_>,
    settings: &Settings,
    next_id: &mut u64,
    out: &mut Vec<Branch>,
) {
    let scene = leftover.scene;
    let places = Grid::new(scene.sightings, leftover.unclaimed);
    let clutter = scene.sensor.clutter_per_scan.max(1e-3);
    let newness = libm::log(settings.new_targets_per_scan / clutter).min(0.0);
    let least = settings.confirmation_score - FURTHEST_BEHIND;
    let waiting_max = out.len() + WAITING_TIMES * settings.branches_max;
    let (mut near, mut pairs) = (Vec::new(), 0);
    for (place, seed) in seeds.iter().enumerate() {
        let Some(sensor) = sensors.get(seed.sensor) else {
            continue;
        };
        let elapsed_s = leftover.elapsed_s(seed);
        places.reached(seed, elapsed_s, &mut near);
        near.truncate(PAIRS_MAX.saturating_sub(pairs));
        pairs += near.len();
        let mut beginning = None;
        for &index in &near {
            let sighting = &scene.sightings[index];
            let beginning =
                beginning.get_or_insert_with(|| Beginning::new(scene.physics, seed.first(sensor)));
            let rated = usize::from(sighting.rated);
            let found =
                newness + scene.log_detected[rated] + scene.log_missed + places.turned[index];
            let weighed = beginning.weigh(scene.sensor, sighting, elapsed_s, least - found);
            let Some((bank, log_density)) = weighed else {
                continue;
            };
            let score = found + log_density;
            if score > least {
                let from = seed.first_place();
                out.push(Branch {
                    moves: from.moves_to(sighting, leftover.time_ns),
                    from,
                    id: *next_id,
                    awaits: bank.is_none().then_some(Awaits::Seed(place, index)),
                    bank: bank.unwrap_or_default(),
                    score,
                    best_score: score,
                    plots: vec![seed.number, leftover.number(index)],
                    last_plot_ns: leftover.time_ns,
                    in_burst: false,
                    in_flock: false,
                    leads: false,
                });
                *next_id += 1;
            }
        }
        if out.len() > waiting_max {
            let order = Branch::ranked(out);
            let best = order.iter().take(waiting_max / 2);
            *out = best.map(|&place| std::mem::take(&mut out[place])).collect();
        }
    }
}

/// Sum of the variances of a sighting's place, m².
fn noise(sighting: &Sighting) -> f64 {
    let covariance = &sighting.covariance_m2;
    covariance[0][0] + covariance[1][1] + covariance[2][2]
}

/// Sets which branches lead, gives the hopeless up, and takes out those that have become certain.
pub(crate) fn compete(branches: &mut Vec<Branch>, settings: &Settings) -> Vec<Branch> {
    let mut held = Holders::with_capacity_and_hasher(2 * branches.len(), ByNumber::default());
    let passed = Passed::by(branches, settings);
    let mut order = Branch::ranked(branches);
    order.sort_by_key(|&place| passed.surely(&branches[place]));
    order.retain(|&place| {
        let branch = &mut branches[place];
        let holders = || branch.plots.iter().filter_map(|plot| held.get(plot));
        // What stays may have begun with one of a row of plots that something passes through.
        let stronger = holders().filter(|held| !(branch.moves && held.stays_from));
        let best = stronger.map(|held| held.best).reduce(f64::max);
        if best.is_some_and(|best| branch.score < best - HOPELESS) {
            return false;
        }
        branch.leads = holders().next().is_none();
        for (place, plot) in branch.plots.iter().enumerate() {
            match held.get_mut(plot) {
                Some(_) if place == 0 && passed.surely(branch) => {}
                Some(held) => held.contest(branch),
                None if branch.leads => {
                    held.insert(*plot, Held::by(branch, place));
                }
                None => {}
            }
        }
        // It waits for what may have passed it.
        branch.leads &= branch.plots.len() >= PLOTS_TO_WAIT || !passed.perhaps(branch);
        true
    });
    let mut confirmed = Vec::new();
    for &place in &order {
        if is_certain(&branches[place], &held, settings) {
            let branch = std::mem::take(&mut branches[place]);
            for plot in &branch.plots {
                if let Some(held) = held.get_mut(plot) {
                    held.taken = true;
                }
            }
            confirmed.push(branch);
        }
    }
    let is_open = |branch: &Branch| {
        let mut holders = branch.plots.iter().filter_map(|plot| held.get(plot));
        !branch.plots.is_empty() && !holders.any(|held| held.taken)
    };
    *branches = order
        .into_iter()
        .filter_map(|place| Some(std::mem::take(branches.get_mut(place)?)))
        .filter(is_open)
        .take(settings.branches_max)
        .collect();
    confirmed
}

/// Whether a branch leads by enough to be a track.
fn is_certain(branch: &Branch, held: &Holders, settings: &Settings) -> bool {
    let enough = branch.leads && branch.may_be_certain(settings);
    if !enough || branch.plots.len() >= PLOTS_TO_WAIT {
        return enough;
    }
    // Which of a row is which no longer matters then, but that there is one.
    let in_a_row = branch.moves && branch.plots.len() >= PLOTS_IN_A_ROW;
    let holders = branch.plots.iter().filter_map(|plot| held.get(plot));
    let rivals = holders.map(|held| {
        if in_a_row {
            held.staying_rival
        } else {
            held.rival
        }
    });
    branch.score - rivals.fold(f64::NEG_INFINITY, f64::max) >= settings.ambiguity_margin
}

/// Finds plots by their numbers, which count up, so that a multiplication spreads them.
pub(crate) type ByNumber = BuildHasherDefault<Spread>;

#[derive(Default)]
pub(crate) struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        // 2⁶⁴ over the golden ratio (Knuth, The Art of Computer Programming 3, section 6.4).
        self.0 = (self.0 ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

/// Plots by columns of a square mesh over the ground, so that pairs are found without trying all.
struct Grid {
    /// In order of their columns.
    places: Vec<Place>,
    /// What takes a density to the sensor's own terms, by sighting ([`turned`]).
    turned: Vec<f64>,
}

/// A plot in a column.
#[derive(Clone, Copy)]
struct Place {
    column: (i64, i64),
    sighting: usize,
    position_m: [f64; 3],
    offset_s: f64,
    /// Its [`noise`].
    noise_m2: f64,
}

/// Width of a column, m.
const COLUMN_M: f64 = 500.0;
/// Rows of columns looked through one by one; above, all plots are.
const ROWS_MAX: i64 = 40;

impl Grid {
    fn new(sightings: &[Sighting], wanted: &[bool]) -> Self {
        let all = sightings.iter().zip(wanted).enumerate();
        let mut places: Vec<_> = all
            .filter(|(_, (_, wanted))| **wanted)
            .map(|(index, (sighting, _))| Place {
                column: column(&sighting.position_m),
                sighting: index,
                position_m: sighting.position_m,
                offset_s: sighting.offset_s,
                noise_m2: noise(sighting),
            })
            .collect();
        places.sort_unstable_by_key(|place| (place.column, place.sighting));
        Self {
            places,
            turned: sightings.iter().map(turned).collect(),
        }
    }

    /// Sets `out` to the sightings at which something could be that was at a seed.
    fn reached(&self, seed: &Seed, elapsed_s: f64, out: &mut Vec<usize>) {
        out.clear();
        let [x, y, _] = seed.sighting.position_m;
        let own = noise(&seed.sighting);
        let within_m = SPEED_MAX_MPS * (elapsed_s + 0.01) + 4.5 * libm::sqrt(own);
        if within_m.is_nan() || within_m <= 0.0 {
            return;
        }
        let (low, high) = (
            column(&[x - within_m, y - within_m, 0.0]),
            column(&[x + within_m, y + within_m, 0.0]),
        );
        let mut add = |places: &[Place]| {
            let reached = places
                .iter()
                .filter(|place| place.is_reached(seed, own, elapsed_s));
            out.extend(reached.map(|place| place.sighting));
        };
        if high.0 - low.0 > ROWS_MAX {
            return add(&self.places);
        }
        let mut rest = self.places.as_slice();
        for row in low.0..=high.0 {
            let first = rest.partition_point(|place| place.column < (row, low.1));
            rest = rest.split_at(first).1;
            let count = rest.partition_point(|place| place.column <= (row, high.1));
            add(rest.split_at(count).0);
        }
    }
}

impl Place {
    /// Whether anything is fast enough to be here and at a seed, whose noise is `own`.
    fn is_reached(&self, seed: &Seed, own: f64, elapsed_s: f64) -> bool {
        let time_s = elapsed_s + self.offset_s;
        let apart_squared: f64 = (0..3)
            .map(|axis| self.position_m[axis] - seed.sighting.position_m[axis])
            .map(|apart| apart * apart)
            .sum();
        let reach = SPEED_MAX_MPS * time_s + 3.0 * libm::sqrt(own + self.noise_m2);
        time_s > 0.0 && apart_squared <= reach * reach
    }
}

fn column([x, y, _]: &[f64; 3]) -> (i64, i64) {
    (
        libm::floor(x / COLUMN_M) as i64,
        libm::floor(y / COLUMN_M) as i64,
    )
}
