//! Negative binomial with decay: half-life and dispersion of each site's own.

use super::decay::{Decay, floats, means};
use super::gamma_poisson::{BURN_IN_DAYS, tried};
use super::{Fitted, Model, Parameter, alone, groups};
use crate::counts::Counts;
use crate::distributions::Dispersed;
use crate::predictive::Distribution;

const HALF_LIVES_DAYS: [f64; 11] = [1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 14.0, 21.0, 28.0, 42.0];
const DISPERSIONS: [f64; 11] = [0.5, 0.7, 1.0, 1.4, 2.0, 3.0, 4.0, 6.0, 10.0, 20.0, 50.0];
/// Drop of the log likelihood at the 95 % bounds.
const DROP: f64 = 1.92;

/// A decayed mean, with a dispersion that is fitted and not taken from the record's length.
pub struct DecayedDispersion;

#[derive(Clone)]
struct Site {
    decay: Decay,
    dispersion: f64,
}

#[derive(Clone)]
struct State(Vec<Site>);

impl Model for DecayedDispersion {
    fn name(&self) -> String {
        "decayed mean, negative binomial".into()
    }

    fn fit(&self, past: &Counts) -> Box<dyn Fitted> {
        let mut sites: Vec<Option<Site>> = vec![None; past.sites()];
        for group in groups(past) {
            let best = best(&grid(past, &group));
            for &site in &group {
                let mut decay = Decay::vague(past, best.half_life_days);
                decay.hits.truncate(1);
                for count in past.of_site(site) {
                    decay.observe([f64::from(count)], 1.0);
                }
                sites[site] = Some(Site {
                    decay,
                    dispersion: best.dispersion,
                });
            }
        }
        Box::new(State(sites.into_iter().flatten().collect()))
    }

    fn parameters(&self, past: &Counts) -> Vec<Parameter> {
        let fits = groups(past);
        let all = fits.iter().flat_map(|group| {
            let cells = grid(past, group);
            let best = best(&cells);
            let within = || {
                cells
                    .iter()
                    .filter(move |cell| cell.score >= best.score - DROP)
            };
            let of = |name, figure: fn(&Cell) -> f64| Parameter {
                name,
                site: alone(group),
                estimate: figure(&best),
                low: within().map(figure).fold(f64::INFINITY, f64::min),
                high: within().map(figure).fold(0.0, f64::max),
            };
            [
                of("half-life (of those tried), days", |cell| {
                    cell.half_life_days
                }),
                of("dispersion (of those tried)", |cell| cell.dispersion),
            ]
        });
        all.collect()
    }
}

/// The half-life that would have forecast a group best, days.
pub(super) fn half_life_days(past: &Counts, group: &[usize]) -> f64 {
    best(&grid(past, group)).half_life_days
}

/// How well one pair would have forecast the past.
#[derive(Clone, Copy)]
struct Cell {
    half_life_days: f64,
    dispersion: f64,
    score: f64,
}

fn grid(past: &Counts, group: &[usize]) -> Vec<Cell> {
    let first = past.bins_of_days(BURN_IN_DAYS);
    let series: Vec<Vec<u32>> = group.iter().map(|&site| past.of_site(site)).collect();
    let most = series.iter().flatten().copied().max().unwrap_or(0);
    let mut cells = Vec::new();
    for half_life_days in tried(&HALF_LIVES_DAYS, past) {
        let pairs: Vec<(u32, f64)> = series
            .iter()
            .flat_map(|series| {
                let means = means(past, floats(series), half_life_days);
                let pairs = series.iter().copied().zip(means);
                pairs.skip(first).collect::<Vec<_>>()
            })
            .collect();
        cells.extend(DISPERSIONS.map(|dispersion| {
            let noise = Dispersed::new(dispersion, most);
            let scores = pairs
                .iter()
                .map(|&(count, mean)| noise.log_pmf(count, mean));
            Cell {
                half_life_days,
                dispersion,
                score: scores.sum(),
            }
        }));
    }
    cells
}

/// The best cell, the first of equals.
fn best(cells: &[Cell]) -> Cell {
    let start = Cell {
        half_life_days: HALF_LIVES_DAYS[HALF_LIVES_DAYS.len() - 1],
        dispersion: DISPERSIONS[0],
        score: f64::NEG_INFINITY,
    };
    let better = |a: Cell, b: &Cell| if b.score > a.score { *b } else { a };
    cells.iter().fold(start, better)
}

impl Fitted for State {
    fn predict(&self, site: usize) -> Distribution {
        let Some(site) = self.0.get(site) else {
            return Distribution::poisson(0.0);
        };
        Distribution::negative_binomial(site.decay.mean(0), site.dispersion)
    }

    fn observe(&mut self, bin: &[u32]) {
        for (site, &count) in self.0.iter_mut().zip(bin) {
            site.decay.observe([f64::from(count)], 1.0);
        }
    }

    fn copy(&self) -> Box<dyn Fitted> {
        Box::new(self.clone())
    }
}
