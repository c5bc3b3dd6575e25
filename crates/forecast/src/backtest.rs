//! How well each half-life and strength of pooling would have forecast the weeks of the log.

use crate::attacks::{Attack, Log, shares_of_unknown};
use crate::distributions::negative_binomial_log_pmf;
use crate::exposure::{Exposure, Family};
use crate::tally::{ByHalfLife, HalfLife, POOLING, Tally, site_rate, split};
use jiff::ToSpan;
use std::collections::{BTreeMap, BTreeSet};
use theatre::Theatre;

/// One figure for each half-life and, within it, each strength of pooling.
pub(crate) type Grid = [[f64; POOLING.len()]; HalfLife::ALL.len()];

const WEEK_DAYS: i32 = 7;
const LEAST_RECORD_DAYS: i32 = 28;
/// Most weeks scored; of a longer log, as many are taken at even distances.
const MOST_ORIGINS: i64 = 52;

/// Sums of the log scores of every pair.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Backtest {
    pub log_scores: Grid,
    /// Weeks that were scored; 0 where the log is too short.
    pub weeks: u32,
}

/// The days, counted from the forecast's date, from which a week is forecast: weekly, after the first
/// quarter of the log and no less than four weeks, as long as the week has passed.
fn origins(first_day: i32) -> Vec<i32> {
    let skipped = LEAST_RECORD_DAYS.max((-first_day + 3) / 4);
    let first = first_day + skipped;
    let count = i64::from((-first).div_euclid(WEEK_DAYS)).max(0);
    let taken = count.min(MOST_ORIGINS);
    (0..taken)
        .map(|number| {
            // Counted back from the last whole week, so that the latest is always among them.
            let back = (number * count / taken) as i32;
            -WEEK_DAYS * (back + 1)
        })
        .collect()
}

/// Scores every pair on every week. `truth` is what is known of the attacks on the forecast's date.
pub(crate) fn backtest(
    theatre: &Theatre,
    log: &Log,
    truth: &[Attack],
    classes: &[usize],
    exposures: &[Exposure; 2],
) -> Backtest {
    let mut backtest = Backtest::default();
    let Some(first_day) = truth.iter().map(|attack| attack.day).min() else {
        return backtest;
    };
    let truth_shares = shares_of_unknown(truth, &theatre.catalogue);
    for origin in origins(first_day) {
        let Ok(date) = theatre.as_of.checked_add(i64::from(origin).days()) else {
            continue;
        };
        let known = log.known_on(date);
        let shares = shares_of_unknown(&known, &theatre.catalogue);
        let catalogue = &theatre.catalogue;
        let Some(tally) = Tally::new(&known, origin, classes, &shares, catalogue) else {
            continue;
        };
        backtest.weeks += 1;
        let came = came(truth, origin, classes, &truth_shares);
        for (position, &class) in classes.iter().enumerate() {
            let Some(munition) = catalogue.munitions.get(class) else {
                continue;
            };
            let family = Family::of(munition.kind);
            let week = Week {
                tally: &tally,
                position,
                family,
                exposure: &exposures[family as usize],
                came: &came[position],
            };
            week.score(&mut backtest.log_scores);
        }
    }
    backtest
}

/// By class and site, the weight of the attacks in the week after `origin`.
fn came(
    truth: &[Attack],
    origin: i32,
    classes: &[usize],
    shares: &[f64],
) -> Vec<BTreeMap<usize, f64>> {
    let mut came = vec![BTreeMap::new(); classes.len()];
    let week = origin + 1..=origin + WEEK_DAYS;
    for attack in truth.iter().filter(|attack| week.contains(&attack.day)) {
        for (class, share) in split(attack, shares) {
            if let Ok(position) = classes.binary_search(&class) {
                *came[position].entry(attack.site).or_default() += attack.weight * share;
            }
        }
    }
    came
}

/// One class in one week.
struct Week<'a> {
    tally: &'a Tally,
    position: usize,
    family: Family,
    exposure: &'a Exposure,
    came: &'a BTreeMap<usize, f64>,
}

/// A site with a record, or one that was attacked in the week.
struct Marked {
    exposure: f64,
    group: usize,
    own: ByHalfLife,
    came: f64,
}

impl Week<'_> {
    fn score(&self, log_scores: &mut Grid) {
        let marked = self.marked();
        for (half_life, row) in log_scores.iter_mut().enumerate() {
            let overall = self
                .tally
                .overall(self.position, half_life, self.family, self.exposure);
            let rates = overall
                .two_points()
                .map(|(rate, weight)| (rate, libm::log(weight)));
            for (pooling, sum) in POOLING.into_iter().zip(row) {
                *sum += self.score_pair(&marked, half_life, pooling, &rates);
            }
        }
    }

    /// Sites out of reach without a record are left out: every pair says zero there.
    fn marked(&self) -> Vec<Marked> {
        let struck = self.tally.struck(self.family);
        let sites: BTreeSet<usize> = struck.iter().chain(self.came.keys()).copied().collect();
        sites
            .into_iter()
            .map(|site| Marked {
                exposure: self.exposure.effective(site, struck),
                group: self.exposure.group(site),
                own: self.tally.own(self.position, site),
                came: self.came.get(&site).copied().unwrap_or(0.0),
            })
            .filter(|site| site.exposure > 0.0)
            .collect()
    }

    /// Every site as if it had no record and no attack came, group by group, put right for those that
    /// are marked.
    fn score_pair(
        &self,
        marked: &[Marked],
        half_life: usize,
        pooling: f64,
        rates: &[(f64, f64); 2],
    ) -> f64 {
        let days = self.tally.days[half_life];
        let quiet: Vec<f64> = self
            .exposure
            .groups()
            .iter()
            .map(|&(exposure, _)| log_predictive(0.0, pooling, exposure, 0.0, days, rates))
            .collect();
        let groups = self.exposure.groups().iter().zip(&quiet);
        let all: f64 = groups
            .map(|(&(_, sites), score)| f64::from(sites) * score)
            .sum();
        let put_right: f64 = marked
            .iter()
            .map(|site| {
                let own = site.own[half_life];
                log_predictive(site.came, pooling, site.exposure, own, days, rates)
                    - quiet[site.group]
            })
            .sum();
        all + put_right
    }
}

/// Log probability of `came` attacks on a site in a week: negative binomial once the overall rate is
/// known, averaged over two points of that (`rates`: attacks a day for each unit of exposure, and the
/// logarithm of the point's weight).
fn log_predictive(
    came: f64,
    pooling: f64,
    exposure: f64,
    own: f64,
    days: f64,
    rates: &[(f64, f64); 2],
) -> f64 {
    if exposure <= 0.0 {
        return 0.0;
    }
    let [one, other] = rates.map(|(overall, log_weight)| {
        let rate = site_rate(pooling, overall * exposure, own, days);
        let mean = f64::from(WEEK_DAYS) * rate.shape / rate.rate;
        log_weight + negative_binomial_log_pmf(came, mean, rate.shape)
    });
    one.max(other) + libm::log1p(libm::exp(-(one - other).abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_leave_a_record_before_and_a_week_after() {
        assert!(origins(0).is_empty());
        assert!(origins(-34).is_empty());
        assert_eq!(origins(-35), [-7]);
        assert_eq!(
            origins(-100),
            [-7, -14, -21, -28, -35, -42, -49, -56, -63, -70]
        );
        let long = origins(-7_000_000);
        assert_eq!(long.len(), 52);
        assert_eq!(long[0], -7);
        assert!(long.iter().all(|&origin| origin >= -5_250_000));
    }
}
