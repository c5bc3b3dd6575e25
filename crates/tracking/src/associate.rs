//! Which sighting belongs to which track.
//!
//! A gate leaves each track a few sightings. Tracks that share none, directly or through others, are
//! decided apart: the connected parts of the graph of gated pairs.

use crate::assignment::assign;
use crate::bank::{Bank, Physics};
use crate::expected::Expected;
use crate::marginals::{SIDE_MAX, marginals};
use crate::sensor::{SensorModel, Sighting};
use crate::window::Window;

/// How sightings are shared out among tracks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Association {
    /// Each track takes at most one plot, so that the whole is likeliest (global nearest neighbour).
    NearestNeighbour,
    /// Each track takes every plot near it by its exact probability (joint probabilistic data
    /// association; Fortmann, Bar-Shalom and Scheffe, IEEE J. Oceanic Engineering 8, 1983).
    JointProbabilistic,
}

/// Squared distance beyond which a plot is not a track's: 0.999 of three components lie within 16.3,
/// of four within 18.5.
const GATE: f64 = 16.3;
const GATE_WITH_RATE: f64 = 18.5;
/// Squared distance within which a plot is still more likely a track's than a new target's, where the
/// track has no other: four gates, which errors of twice the stated size fill.
const OUTER_GATE: f64 = 4.0 * GATE;
/// Greatest likelihood ratio of a pair, so that the product of a cluster's stays finite.
const RATIO_MAX: f64 = 1e20;

/// A track and a sighting that may belong together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(crate) track: usize,
    pub(crate) sighting: usize,
    /// Logarithm of the likelihood that they do, against a miss and a clutter plot.
    pub(crate) log_ratio: f64,
    /// Probability that they do, once decided.
    pub(crate) probability: f64,
}

/// Sightings in order of range, so that few are looked at for each track.
pub(crate) struct ByRange {
    /// Range, azimuth and elevation, and which.
    order: Vec<([f64; 3], usize)>,
    /// Longest time of a sighting from the scan's moment, s.
    offset_max_s: f64,
}

impl ByRange {
    pub(crate) fn new(sightings: &[Sighting], wanted: impl Fn(usize) -> bool) -> Self {
        let mut order: Vec<_> = sightings
            .iter()
            .enumerate()
            .filter(|(index, _)| wanted(*index))
            .map(|(index, sighting)| {
                let [range, azimuth, elevation, _] = sighting.measured;
                ([range, azimuth, elevation], index)
            })
            .collect();
        order.sort_unstable_by(|a, b| a.0[0].total_cmp(&b.0[0]).then(a.1.cmp(&b.1)));
        let offset_max_s = sightings
            .iter()
            .map(|sighting| sighting.offset_s.abs())
            .fold(0.0, f64::max);
        Self {
            order,
            offset_max_s,
        }
    }

    /// The sightings that may pass a gate of a bank, and more.
    fn near(
        &self,
        gate: f64,
        bank: &Bank,
        scene: &Scene<'_>,
        scan: &[Expected],
    ) -> impl Iterator<Item = usize> + '_ {
        let filter = scene.physics.filter;
        let window = Window::new(gate, (bank, filter), scene.sensor, scan, self.offset_max_s);
        let [least, most] = window.range_m;
        let first = self.order.partition_point(|(place, _)| place[0] < least);
        self.order[first..]
            .iter()
            .take_while(move |(place, _)| place[0] <= most)
            .filter(move |(place, _)| window.holds(place[1], place[2]))
            .map(|(_, index)| *index)
    }

    /// The sightings that may still be a bank's, far off, by the outer gate.
    pub(crate) fn far_off(&self, bank: &Bank, scene: &Scene<'_>, scan: &[Expected]) -> Vec<usize> {
        self.near(OUTER_GATE, bank, scene, scan)
            .filter(|&index| {
                let sighting = &scene.sightings[index];
                bank.innovations(scene.physics, scene.sensor, sighting, scan)
                    .squared_distance
                    <= OUTER_GATE
            })
            .collect()
    }

    /// The pairs of one bank that pass the gate.
    pub(crate) fn gated(
        &self,
        track: usize,
        bank: &Bank,
        scene: &Scene<'_>,
        scan: &[Expected],
        out: &mut Vec<Pair>,
    ) {
        for index in self.near(GATE_WITH_RATE, bank, scene, scan) {
            let sighting = &scene.sightings[index];
            let found = bank.innovations(scene.physics, scene.sensor, sighting, scan);
            let gate = if sighting.rated { GATE_WITH_RATE } else { GATE };
            if found.squared_distance <= gate {
                let log_ratio = found.log_density + scene.log_detected[usize::from(sighting.rated)];
                out.push(Pair {
                    track,
                    sighting: index,
                    log_ratio,
                    probability: 0.0,
                });
            }
        }
    }
}

/// One scan as association sees it.
pub(crate) struct Scene<'a> {
    pub(crate) physics: &'a Physics,
    pub(crate) sensor: &'a SensorModel,
    pub(crate) sightings: &'a [Sighting],
    /// Logarithm of detection over clutter and miss, without and with range rate.
    pub(crate) log_detected: [f64; 2],
    /// Logarithm of the probability of a miss.
    pub(crate) log_missed: f64,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(
        physics: &'a Physics,
        sensor: &'a SensorModel,
        sightings: &'a [Sighting],
    ) -> Self {
        let detected = sensor.detection_probability;
        let log_missed = libm::log(1.0 - detected);
        let over = |rated| libm::log(detected / sensor.clutter_density(rated)) - log_missed;
        Self {
            physics,
            sensor,
            sightings,
            log_detected: [over(false), over(true)],
            log_missed,
        }
    }
}

/// Decides all pairs: sets their probabilities, one or nothing for the nearest neighbour. Pairs come
/// in order of their tracks.
pub(crate) fn decide(
    association: Association,
    tracks: usize,
    sightings: usize,
    pairs: &mut [Pair],
) {
    let mut joined = Joined::new(tracks + sightings);
    for pair in pairs.iter() {
        joined.join(pair.track, tracks + pair.sighting);
    }
    let mut order: Vec<_> = pairs
        .iter()
        .enumerate()
        .map(|(index, pair)| (joined.root(pair.track), index))
        .collect();
    order.sort_unstable();
    for cluster in order.chunk_by(|a, b| a.0 == b.0) {
        let members: Vec<_> = cluster.iter().map(|(_, index)| *index).collect();
        match association {
            Association::NearestNeighbour => nearest(pairs, &members),
            Association::JointProbabilistic => joint(pairs, members),
        }
    }
}

/// The distinct tracks and sightings of a cluster, each in rising order.
fn sides(pairs: &[Pair], members: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let distinct = |pick: fn(&Pair) -> usize| {
        let mut all: Vec<_> = members.iter().map(|&index| pick(&pairs[index])).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    (distinct(|pair| pair.track), distinct(|pair| pair.sighting))
}

/// Where each pair of a cluster stands in its table of rows and columns.
fn cells(
    pairs: &[Pair],
    members: &[usize],
    rows: &[usize],
    columns: &[usize],
) -> Vec<(usize, usize)> {
    let place = |all: &[usize], value| all.binary_search(&value).unwrap_or(0);
    members
        .iter()
        .map(|&index| {
            (
                place(rows, pairs[index].track),
                place(columns, pairs[index].sighting),
            )
        })
        .collect()
}

fn nearest(pairs: &mut [Pair], members: &[usize]) {
    if let [only] = members {
        pairs[*only].probability = f64::from(pairs[*only].log_ratio > 0.0);
        return;
    }
    let (rows, columns) = sides(pairs, members);
    let places = cells(pairs, members, &rows, &columns);
    // A column for each row stands for a miss, at no cost; a pair outside the gate costs more.
    let width = columns.len() + rows.len();
    let mut costs = vec![1e6; rows.len() * width];
    for row in 0..rows.len() {
        costs[row * width + columns.len()..][..rows.len()].fill(0.0);
    }
    for (&(row, column), &index) in places.iter().zip(members) {
        costs[row * width + column] = -pairs[index].log_ratio;
    }
    let chosen = assign(rows.len(), width, |row, column| costs[row * width + column]);
    for (&(row, column), &index) in places.iter().zip(members) {
        pairs[index].probability = f64::from(chosen[row] == column);
    }
}

fn joint(pairs: &mut [Pair], members: Vec<usize>) {
    // A cluster too large for the sum over subsets loses its unlikeliest half and is taken apart.
    let mut waiting = vec![members];
    while let Some(mut members) = waiting.pop() {
        let (rows, columns) = sides(pairs, &members);
        if rows.len().min(columns.len()) > SIDE_MAX {
            members.sort_by(|&a, &b| {
                pairs[b]
                    .log_ratio
                    .total_cmp(&pairs[a].log_ratio)
                    .then(a.cmp(&b))
            });
            members.truncate(members.len() / 2);
            waiting.extend(apart(pairs, &members));
            continue;
        }
        let places = cells(pairs, &members, &rows, &columns);
        let mut weights = vec![0.0; rows.len() * columns.len()];
        for (&(row, column), &index) in places.iter().zip(&members) {
            weights[row * columns.len() + column] =
                libm::exp(pairs[index].log_ratio).min(RATIO_MAX);
        }
        let found = marginals(rows.len(), columns.len(), &weights);
        for (&(row, column), &index) in places.iter().zip(&members) {
            pairs[index].probability = found[row * columns.len() + column];
        }
    }
}

/// The connected parts of some pairs.
fn apart(pairs: &[Pair], members: &[usize]) -> Vec<Vec<usize>> {
    let (rows, columns) = sides(pairs, members);
    let places = cells(pairs, members, &rows, &columns);
    let mut joined = Joined::new(rows.len() + columns.len());
    for &(row, column) in &places {
        joined.join(row, rows.len() + column);
    }
    let mut order: Vec<_> = places
        .iter()
        .zip(members)
        .map(|(&(row, _), &index)| (joined.root(row), index))
        .collect();
    order.sort_unstable();
    order
        .chunk_by(|a, b| a.0 == b.0)
        .map(|part| part.iter().map(|(_, index)| *index).collect())
        .collect()
}

/// Sets that are joined pair by pair (Tarjan, J. ACM 22, 1975, with halving of paths).
struct Joined(Vec<usize>);

impl Joined {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn root(&mut self, mut member: usize) -> usize {
        while self.0[member] != member {
            self.0[member] = self.0[self.0[member]];
            member = self.0[member];
        }
        member
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.0[one.max(other)] = one.min(other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(track: usize, sighting: usize, log_ratio: f64) -> Pair {
        Pair {
            track,
            sighting,
            log_ratio,
            probability: 0.0,
        }
    }

    #[test]
    fn the_whole_is_likeliest_and_not_each_pair() {
        let mut pairs = [
            pair(0, 0, 9.0),
            pair(0, 1, 8.0),
            pair(1, 0, 8.5),
            pair(2, 2, -1.0),
        ];
        decide(Association::NearestNeighbour, 3, 3, &mut pairs);
        let taken: Vec<_> = pairs.iter().map(|pair| pair.probability).collect();
        assert_eq!(taken, [0.0, 1.0, 1.0, 0.0]);
    }

    #[test]
    fn probabilities_of_a_track_and_of_a_plot_sum_to_at_most_one() {
        // 20 tracks in one chain, too long for the sum over subsets.
        let mut pairs: Vec<_> = (0..20)
            .flat_map(|track| {
                [
                    pair(track, track, 3.0),
                    pair(track, track + 1, 2.0 - 0.1 * track as f64),
                ]
            })
            .collect();
        decide(Association::JointProbabilistic, 20, 21, &mut pairs);
        for side in [|pair: &Pair| pair.track, |pair: &Pair| pair.sighting] {
            for index in 0..21 {
                let sum: f64 = pairs
                    .iter()
                    .filter(|pair| side(pair) == index)
                    .map(|pair| pair.probability)
                    .sum();
                assert!(sum <= 1.0 + 1e-12);
            }
        }
        assert!(
            pairs
                .iter()
                .all(|pair| (0.0..=1.0).contains(&pair.probability))
        );
        assert!(pairs.iter().any(|pair| pair.probability > 0.5));
    }
}
