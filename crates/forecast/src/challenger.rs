//! A model that has beaten the default, run over the horizon: joint draws of every site's rate.

use crate::models::{Fitted, Model};
use crate::record::Record;
use theatre::Stream;

/// Paths simulated. Every joint draw is one of them.
const PATHS: u32 = 512;
/// Weeks simulated at most; a rate holds on beyond them.
const WEEKS_MAX: usize = 26;
/// Key of the streams that paths are drawn from.
const PATH_PURPOSE: u32 = 0x7061_7468;

/// Rates of each site over the horizon, as the model draws them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Challenger {
    /// Column of each site of the theatre; `None` for a site that took no part.
    columns: Vec<Option<usize>>,
    /// By path and column, attacks a day.
    paths: Vec<Vec<f64>>,
    /// By column.
    mean: Vec<f64>,
}

impl Challenger {
    /// Fits the model to all of the record and simulates the horizon week by week, each week's counts
    /// drawn from what the model says after those before it.
    pub fn new(
        record: &Record,
        model: &dyn Model,
        horizon_days: u32,
        sites: usize,
        seed: u64,
    ) -> Self {
        let fitted = model.fit(&record.counts);
        let bin_days = record.counts.bin_days();
        let weeks = f64::from(horizon_days.max(1)) / bin_days;
        let weeks = weeks.min(WEEKS_MAX as f64);
        let counts: Vec<Vec<f64>> = (0..PATHS)
            .map(|path| simulate(fitted.copy(), record.sites.len(), weeks, seed, path))
            .collect();
        let paths: Vec<Vec<f64>> = rates_behind(&counts)
            .into_iter()
            .map(|path| {
                path.iter()
                    .map(|attacks| attacks / (weeks * bin_days))
                    .collect()
            })
            .collect();
        let mut columns = vec![None; sites];
        for (column, &site) in record.sites.iter().enumerate() {
            if let Some(place) = columns.get_mut(site) {
                *place = Some(column);
            }
        }
        Self {
            mean: means(&paths),
            columns,
            paths,
        }
    }

    /// The path that a uniform number in [0, 1) draws.
    pub fn path(&self, uniform: f64) -> usize {
        ((uniform * self.paths.len() as f64) as usize).min(self.paths.len().saturating_sub(1))
    }

    /// Attacks a day on a site on one path; `None` for a site that took no part.
    pub fn per_day(&self, site: usize, path: usize) -> Option<f64> {
        let column = (*self.columns.get(site)?)?;
        self.paths.get(path)?.get(column).copied()
    }

    /// Mean attacks a day on a site; `None` for a site that took no part.
    pub fn mean_per_day(&self, site: usize) -> Option<f64> {
        let column = (*self.columns.get(site)?)?;
        self.mean.get(column).copied()
    }

    /// How many paths there are.
    pub fn paths(&self) -> usize {
        self.paths.len()
    }
}

/// Attacks on each site in so many weeks, of which the last may be a part.
fn simulate(
    mut fitted: Box<dyn Fitted>,
    sites: usize,
    weeks: f64,
    seed: u64,
    path: u32,
) -> Vec<f64> {
    let mut stream = Stream::new(seed, path, 0, PATH_PURPOSE);
    let mut totals = vec![0.0; sites];
    let mut left = weeks;
    while left > 0.0 {
        let part = left.min(1.0);
        let bin: Vec<u32> = (0..sites)
            .map(|site| {
                let count = fitted.predict(site).table().quantile(stream.uniform());
                u32::try_from(count).unwrap_or(u32::MAX)
            })
            .collect();
        for (total, &count) in totals.iter_mut().zip(&bin) {
            *total += part * f64::from(count);
        }
        fitted.observe(&bin);
        left -= 1.0;
    }
    totals
}

/// Rates behind counts: means such that counts drawn from them as Poisson have the mean and the variance
/// of the counts given, site by site and in all.
///
/// A Poisson count scatters by its mean on its own, so rates must scatter by that much less than counts
/// do. Each site's deviation is split into its share of the deviation of the whole (regression on the
/// total) and the rest, and each part is shrunk by itself. A count that scatters less than Poisson gets
/// its mean for a rate, since a Poisson draw can be no narrower. No rate is 0: what came on no path is
/// credited with half an attack in all of them.
fn rates_behind(counts: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mean = means(counts);
    let totals: Vec<f64> = counts.iter().map(|path| path.iter().sum()).collect();
    let expected: f64 = mean.iter().sum();
    let draws = counts.len().max(1) as f64;
    let of_total = totals
        .iter()
        .map(|t| (t - expected) * (t - expected))
        .sum::<f64>()
        / draws;
    let whole = shrink(of_total - expected, of_total);
    let sites: Vec<[f64; 2]> = mean
        .iter()
        .enumerate()
        .map(|(site, mean)| {
            let (mut own, mut joint) = (0.0, 0.0);
            for (path, total) in counts.iter().zip(&totals) {
                own += (path[site] - mean) * (path[site] - mean) / draws;
                joint += (path[site] - mean) * (total - expected) / draws;
            }
            let share = if of_total > 0.0 {
                joint / of_total
            } else {
                0.0
            };
            let common = share * share * of_total;
            // What is wanted in all, less what the shrunk common part brings.
            let wanted = own - mean - whole * whole * common;
            [share, shrink(wanted, own - common)]
        })
        .collect();
    counts
        .iter()
        .zip(&totals)
        .map(|(path, total)| {
            let sites = path.iter().zip(&mean).zip(&sites);
            sites
                .map(|((count, mean), [share, rest])| {
                    let common = share * (total - expected);
                    let rate = mean + whole * common + rest * (count - mean - common);
                    rate.max(0.5 / draws)
                })
                .collect()
        })
        .collect()
}

/// The factor that turns a variance into the one that is wanted.
fn shrink(wanted: f64, variance: f64) -> f64 {
    if wanted > 0.0 && variance > 0.0 {
        libm::sqrt(wanted / variance)
    } else {
        0.0
    }
}

fn means(rows: &[Vec<f64>]) -> Vec<f64> {
    let width = rows.first().map_or(0, Vec::len);
    let count = rows.len().max(1) as f64;
    (0..width)
        .map(|column| rows.iter().map(|row| row[column]).sum::<f64>() / count)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts behind which rates are known: a common factor, one of each site's own, Poisson.
    #[test]
    fn rates_behind_counts_scatter_as_the_rates_did() {
        for scale in [0.2, 2.0, 20.0] {
            let mut stream = Stream::new(5, 0, 0, 0);
            let counts: Vec<Vec<f64>> = (0..4000)
                .map(|_| {
                    let common = if stream.uniform() < 0.5 { 0.4 } else { 1.6 };
                    (1..=5)
                        .map(|site| {
                            let own = 0.5 + stream.uniform();
                            poisson(scale * f64::from(site) * common * own, &mut stream)
                        })
                        .collect()
                })
                .collect();
            let rates = rates_behind(&counts);
            for column in 0..6 {
                let pick = |row: &Vec<f64>| match column {
                    5 => row.iter().sum(),
                    site => row[site],
                };
                let (mean, variance) = moments(counts.iter().map(pick));
                let (of_rate, spread) = moments(rates.iter().map(pick));
                assert!((of_rate / mean - 1.0).abs() < 0.02, "{scale} {column}");
                let made = of_rate + spread;
                assert!(
                    (made / variance - 1.0).abs() < 0.1,
                    "{scale} {column}: {made} {variance}"
                );
            }
        }
    }

    #[test]
    fn even_counts_have_steady_rates() {
        let counts: Vec<Vec<f64>> = (0..100)
            .map(|n| vec![4.0 + f64::from(n % 2), 0.0])
            .collect();
        assert!(
            rates_behind(&counts)
                .iter()
                .all(|rates| rates == &[4.5, 0.005])
        );
    }

    fn moments(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
        let count = values.clone().count() as f64;
        let mean = values.clone().sum::<f64>() / count;
        (
            mean,
            values.map(|v| (v - mean) * (v - mean)).sum::<f64>() / count,
        )
    }

    fn poisson(mean: f64, stream: &mut Stream) -> f64 {
        let mut left = mean + libm::log(1.0 - stream.uniform());
        let mut count = 0.0;
        while left > 0.0 {
            count += 1.0;
            left += libm::log(1.0 - stream.uniform());
        }
        count
    }
}
