//! A theatre's log as counts by site and week, for the contest that chooses its model.

use crate::attacks::{Log, day};
use crate::contest::Trial;
use crate::counts::Counts;
use crate::exposure::{Exposure, Family};
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeSet;
use theatre::Theatre;

/// Attacks that are believed to less than this share are left out of counts, which are whole.
const BELIEVED: f64 = 0.5;
const WEEK_DAYS: usize = 7;
/// Weeks at least that models are first fitted to; otherwise a quarter of the log.
const FIT_WEEKS_MIN: usize = 4;
/// Weeks after which models are fitted anew: half a year.
const REFIT_WEEKS: usize = 26;
/// Of a longer log the latest weeks count, and of more sites those attacked most, so that the contest
/// takes seconds at the most.
const WEEKS_MAX: usize = 156;
const SITES_MAX: usize = 100;

/// A theatre's log, ready for the contest.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Attacks by week, the last week ending on the theatre's date.
    pub counts: Counts,
    /// Index in the theatre of each site of the table.
    pub sites: Vec<usize>,
    /// What is fitted and what is forecast.
    pub trial: Trial,
}

/// Day and site of every attack that is believed, as known on the theatre's date.
#[must_use]
pub fn attacks(theatre: &Theatre) -> Vec<(Date, usize)> {
    let believed = Log::new(theatre).known_on(theatre.as_of);
    believed
        .into_iter()
        .filter(|attack| attack.weight >= BELIEVED)
        .filter_map(|attack| {
            let date = theatre.as_of.checked_add(i64::from(attack.day).days());
            Some((date.ok()?, attack.site))
        })
        .collect()
}

impl Record {
    /// The log by week. Weeks without any attack count; days before the first whole week do not.
    #[must_use]
    pub fn new(theatre: &Theatre) -> Self {
        let attacks = attacks(theatre);
        let ages: Vec<usize> = attacks
            .iter()
            .map(|&(date, _)| day(theatre, date).unsigned_abs() as usize)
            .collect();
        let weeks = ages
            .iter()
            .max()
            .map_or(0, |oldest| (oldest + 1) / WEEK_DAYS);
        let weeks = weeks.min(WEEKS_MAX);
        let sites = sites(theatre, &attacks);
        let days = (weeks * WEEK_DAYS) as i64 - 1;
        let first = theatre
            .as_of
            .checked_sub(days.days())
            .unwrap_or(theatre.as_of);
        let exposure = exposure(theatre, &sites);
        let mut counts = Counts::quiet(first.at(0, 0, 0, 0), 168, exposure, weeks);
        for ((_, site), age) in attacks.iter().zip(ages) {
            let column = sites.iter().position(|kept| kept == site);
            let week = (weeks * WEEK_DAYS).checked_sub(age + 1);
            if let (Some(column), Some(day)) = (column, week) {
                counts.add(column, day / WEEK_DAYS);
            }
        }
        let fit_bins = FIT_WEEKS_MIN.max(weeks.div_ceil(4)).min(weeks);
        let trial = Trial {
            fit_bins,
            first_scored: fit_bins,
            refit_bins: Some(REFIT_WEEKS),
        };
        Self {
            counts,
            sites,
            trial,
        }
    }
}

/// The sites that anything reaches, or those attacked most where they are many; in their order.
fn sites(theatre: &Theatre, attacks: &[(Date, usize)]) -> Vec<usize> {
    let mut totals = vec![0_u32; theatre.sites.len()];
    for &(_, site) in attacks {
        if let Some(total) = totals.get_mut(site) {
            *total += 1;
        }
    }
    let reach = |site: usize| !theatre.sites[site].outside && theatre.sites[site].exposure > 0.0;
    let mut sites: Vec<usize> = (0..totals.len())
        .filter(|&site| totals[site] > 0 || reach(site))
        .collect();
    sites.sort_by_key(|&site| (std::cmp::Reverse(totals[site]), site));
    sites.truncate(SITES_MAX);
    sites.sort_unstable();
    sites
}

/// Exposure to rockets and mortars; the usual one for a site that was struck out of their reach.
fn exposure(theatre: &Theatre, sites: &[usize]) -> Vec<f64> {
    let all = Exposure::new(&theatre.sites, Family::RocketsAndMortars);
    let struck: BTreeSet<usize> = sites.iter().copied().collect();
    sites
        .iter()
        .map(|&site| all.effective(site, &struck))
        .collect()
}
