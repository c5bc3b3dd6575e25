//! What the plan owes to what is not known: its regret over draws, and which unknowns would change it.

use super::{DecideError, Decided, Progress, held};
use crate::assemble;
use crate::brief::reasons::{Driver, LineRobustness, Robustness};
use crate::figures;
use crate::study::Coefficients;
use planner::{Plan, SitePlan};
use rayon::prelude::*;
use theatre::interval::quantile;
use theatre::{Estimate, Stream};

/// Gap at which a re-solve for a draw stops: below what its few raids can tell.
const DRAW_GAP: f64 = 1e-3;
/// Most unknowns named for one line.
const DRIVERS_MAX: usize = 3;
/// Shuffles of the outcome that show what chance alone would find.
const SHUFFLES: u32 = 200;
/// Share of the shuffles that an unknown must beat, the strongest of all unknowns counted.
const BEATS: f64 = 0.95;
/// Fewest draws on either side for a split to say anything.
const SIDE_MIN: usize = 3;
const PURPOSE_SHUFFLE: u32 = 0x500;

/// The best plan of one draw of what is not known.
pub(super) struct Redraw {
    /// Number of the draw among those that chose the plan.
    group: usize,
    pub plan: Plan,
    /// Loss of the proposed plan under the draw, that of the best one found, and its bound.
    ours: f64,
    value: f64,
    bound: f64,
}

/// Draws re-solved: as many as asked for, or 40 for up to 14 sites and fewer for more, as each takes
/// longer, but never under 8.
pub(super) fn redraws(
    decided: &Decided<'_>,
    progress: &dyn Progress,
) -> Result<Vec<Redraw>, DecideError> {
    let sites = decided.theatre.sites.len().max(1);
    let usual = (8_000 / (sites * sites)).clamp(8, 40);
    let wanted = decided.request.draws.map_or(usual, |draws| draws as usize);
    let count = wanted.min(decided.chosen_on.len());
    progress.begin("re-solving for what is not known", count as u64);
    let redraws: Result<Vec<Option<Redraw>>, DecideError> = decided.chosen_on[..count]
        .par_iter()
        .enumerate()
        .map(|(group, drawn)| {
            let draw = Coefficients::new(decided.theatre, decided.setup, drawn, &drawn.rates);
            let problem = assemble::problem(decided.theatre, decided.setup, &draw);
            let problem = held(&problem, decided.request);
            let solved = decided.solve(&problem, DRAW_GAP);
            progress.step();
            Ok(solved?.map(|solved| Redraw {
                group,
                ours: problem.loss(&decided.solved.plan),
                value: solved.value,
                bound: solved.bound,
                plan: solved.plan,
            }))
        })
        .collect();
    Ok(redraws?.into_iter().flatten().collect())
}

/// Whether the best plan of a draw has at least these systems at a site.
pub(super) fn survives(decided: &Decided<'_>, redraw: &Redraw, site: usize) -> bool {
    let loadouts = &decided.problem.loadouts;
    let of = |plan: &SitePlan| &loadouts[plan.loadout];
    let there = of(&redraw.plan.sites[site]).iter();
    let mut pairs = there.zip(of(&decided.solved.plan.sites[site]));
    pairs.all(|(there, wanted)| there >= wanted)
}

/// Regret, and which unknowns go with it and with each line's falling.
pub(super) fn robustness(decided: &Decided<'_>, redraws: &[Redraw]) -> Robustness {
    let over = |of: &dyn Fn(&Redraw) -> f64| -> Vec<f64> { redraws.iter().map(of).collect() };
    let regret = over(&|draw| (draw.ours - draw.value).max(0.0));
    let most = over(&|draw| (draw.ours - draw.bound).max(0.0));
    let share = over(&|draw| (draw.ours - draw.value).max(0.0) / draw.ours.max(f64::MIN_POSITIVE));
    let unknowns = Unknowns::of(decided, redraws);
    let sites = decided.solved.plan.sites.iter().enumerate();
    let defended = sites.filter(|(_, plan)| !decided.units(plan.loadout).is_empty());
    let lines = defended.map(|(site, _)| {
        let kept: Vec<bool> = redraws
            .iter()
            .map(|redraw| survives(decided, redraw, site))
            .collect();
        let count = kept.iter().filter(|kept| **kept).count();
        let split = count.min(kept.len() - count) >= SIDE_MIN;
        let falls: Vec<f64> = kept
            .iter()
            .map(|&kept| f64::from(u8::from(!kept)))
            .collect();
        LineRobustness {
            site: decided.theatre.sites[site].id.clone(),
            survives: count as f64 / kept.len().max(1) as f64,
            falls_with: if split {
                unknowns.drivers(&falls, decided.theatre.seed)
            } else {
                Vec::new()
            },
        }
    });
    Robustness {
        draws: redraws.len() as u32,
        regret: Estimate::of(&regret).into(),
        regret_at_most: Estimate::of(&most).mean,
        regret_share: Estimate::of(&share).into(),
        regret_with: unknowns.drivers(&regret, decided.theatre.seed),
        lines: lines.collect(),
    }
}

/// The unknowns by name, each as the centred ranks of its values over the draws.
struct Unknowns(Vec<(String, Vec<f64>)>);

impl Unknowns {
    fn of(decided: &Decided<'_>, redraws: &[Redraw]) -> Self {
        let draws: Vec<Vec<(String, f64)>> = redraws
            .iter()
            .map(|redraw| {
                let group = &decided.chosen_on[redraw.group];
                figures::drawn(decided.theatre, decided.setup, group)
            })
            .collect();
        let names = draws.first().map_or(&[][..], Vec::as_slice);
        let unknowns = names.iter().enumerate().filter_map(|(index, (name, _))| {
            let values: Vec<f64> = draws.iter().map(|draw| draw[index].1).collect();
            Some((name.clone(), centred_ranks(&values)?))
        });
        Self(unknowns.collect())
    }

    /// The unknowns whose rank goes most with an outcome, if more than the strongest of all of them
    /// would by chance: the outcome is shuffled over the draws (the maximum statistic of Westfall &
    /// Young, "Resampling-based multiple testing", 1993).
    fn drivers(&self, outcome: &[f64], seed: u64) -> Vec<Driver> {
        let Some(mut ranks) = centred_ranks(outcome) else {
            return Vec::new();
        };
        let mut found: Vec<Driver> = self
            .0
            .iter()
            .map(|(name, values)| Driver {
                unknown: name.clone(),
                correlation: product(values, &ranks),
            })
            .collect();
        let strength = |driver: &Driver| driver.correlation.abs();
        found.sort_by(|a, b| strength(b).total_cmp(&strength(a)));
        let mut strongest: Vec<f64> = (0..SHUFFLES)
            .map(|shuffle| {
                let mut stream = Stream::new(seed, shuffle, 0, PURPOSE_SHUFFLE);
                for place in (1..ranks.len()).rev() {
                    ranks.swap(place, (stream.uniform() * (place + 1) as f64) as usize);
                }
                let all = self
                    .0
                    .iter()
                    .map(|(_, values)| product(values, &ranks).abs());
                all.fold(0.0, f64::max)
            })
            .collect();
        strongest.sort_by(f64::total_cmp);
        let chance = quantile(&strongest, BEATS);
        found.retain(|driver| strength(driver) > chance);
        found.truncate(DRIVERS_MAX);
        found
    }
}

/// Ranks, those of equals averaged, less their mean and over their length, so that a product of two is
/// Spearman's correlation; none where all values are equal.
fn centred_ranks(values: &[f64]) -> Option<Vec<f64>> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for equal in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = before as f64 + 0.5 * (equal.len() as f64 - 1.0);
        for &place in equal {
            ranks[place] = rank;
        }
        before += equal.len();
    }
    let mean = 0.5 * (values.len() as f64 - 1.0);
    ranks.iter_mut().for_each(|rank| *rank -= mean);
    let length = libm::sqrt(product(&ranks, &ranks));
    (length > 0.0).then(|| ranks.iter().map(|rank| rank / length).collect())
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(count: usize, draws: usize, seed: u64) -> Unknowns {
        let mut stream = Stream::new(seed, 0, 0, 0);
        let mut values = || -> Vec<f64> { (0..draws).map(|_| stream.uniform()).collect() };
        let unknowns = (0..count)
            .filter_map(|index| Some((format!("unknown {index}"), centred_ranks(&values())?)));
        Unknowns(unknowns.collect())
    }

    #[test]
    fn ranks_give_the_correlation_of_spearman() {
        let a = centred_ranks(&[1.0, 2.0, 3.0, 4.0]).expect("they differ");
        let b = centred_ranks(&[10.0, 20.0, 30.0, 1e9]).expect("they differ");
        assert!((product(&a, &b) - 1.0).abs() < 1e-12);
        let tied = centred_ranks(&[1.0, 1.0, 0.0, 0.0]).expect("they differ");
        assert!((product(&tied, &tied) - 1.0).abs() < 1e-12);
        assert_eq!(centred_ranks(&[2.0, 2.0]), None);
        assert_eq!(centred_ranks(&[]), None);
    }

    #[test]
    fn what_drives_an_outcome_is_found_and_chance_seldom_is() {
        let mut false_alarms = 0;
        for seed in 0..40 {
            let unknowns = noise(100, 40, seed);
            let driven: Vec<f64> = unknowns.0[7]
                .1
                .iter()
                .map(|rank| f64::from(u8::from(*rank > 0.05)))
                .collect();
            let drivers = unknowns.drivers(&driven, seed);
            assert_eq!(drivers[0].unknown, "unknown 7");
            assert!(drivers[0].correlation > 0.7);
            let mut stream = Stream::new(seed, 1, 0, 0);
            let coin: Vec<f64> = (0..40).map(|_| stream.uniform().round()).collect();
            false_alarms += usize::from(!unknowns.drivers(&coin, seed).is_empty());
        }
        assert!(
            false_alarms <= 6,
            "{false_alarms} of 40, where 2 are expected"
        );
    }
}
