//! Losses and what is left of the risk.

use super::Decided;
use crate::brief::{Loss, Range, ResidualRisk};
use crate::evaluate::Toll;
use theatre::Estimate;
use theatre::interval::quantile;

/// Casualties in one raid that count as many.
const MANY: u32 = 10;
/// 95 % quantile of the normal law, for two-sided bounds of 90 %.
const NORMAL_95: f64 = 1.644_853_626_951_472_7;

fn range(tolls: &[Toll], part: impl Fn(&Toll) -> f64) -> Range {
    let draws: Vec<f64> = tolls.iter().map(part).collect();
    Estimate::of(&draws).into()
}

/// The loss of one schedule; `place` is its place among the schedules that the futures judged.
pub(super) fn loss(decided: &Decided<'_>, tolls: &[Toll], place: usize) -> Loss {
    // Movement and upkeep are the same in every draw.
    let charges = tolls
        .first()
        .map_or(0.0, |toll| toll.loss - toll.site_loss.iter().sum::<f64>());
    let outcomes = || {
        decided
            .futures
            .iter()
            .filter_map(|future| future.get(place))
    };
    let mut realised: Vec<f64> = outcomes().map(|outcome| outcome.loss + charges).collect();
    realised.sort_by(f64::total_cmp);
    let share = |count: usize| count as f64 / realised.len().max(1) as f64;
    Loss {
        loss: range(tolls, |toll| toll.loss),
        killed: range(tolls, |toll| toll.killed),
        wounded: range(tolls, |toll| toll.wounded),
        killed_partner: range(tolls, |toll| toll.killed_partner),
        wounded_partner: range(tolls, |toll| toll.wounded_partner),
        realised_low: quantile(&realised, 0.05),
        realised_high: quantile(&realised, 0.95),
        p_any_killed: share(outcomes().filter(|outcome| outcome.any_killed()).count()),
        p_ten_casualties: share(
            outcomes()
                .filter(|outcome| outcome.worst_raid() >= MANY)
                .count(),
        ),
        p_site_loss: self::share(
            outcomes()
                .filter(|outcome| outcome.worst_site() > decided.site_loss())
                .count() as u32,
            realised.len(),
        ),
    }
}

/// What the plan leaves at every site.
pub(super) fn residual(decided: &Decided<'_>) -> Vec<ResidualRisk> {
    let theatre = decided.theatre;
    let sites = theatre.sites.len();
    let (mut killed, mut many) = (vec![0_u32; sites], vec![0_u32; sites]);
    for outcome in decided.futures.iter().filter_map(|future| future.get(1)) {
        let mut by_site: Vec<(usize, bool, bool)> = outcome
            .raids
            .iter()
            .map(|(site, toll)| {
                (
                    *site,
                    toll.killed + toll.killed_partner > 0,
                    toll.all() >= MANY,
                )
            })
            .collect();
        by_site.sort_unstable();
        for raids in by_site.chunk_by(|a, b| a.0 == b.0) {
            killed[raids[0].0] += u32::from(raids.iter().any(|raid| raid.1));
            many[raids[0].0] += u32::from(raids.iter().any(|raid| raid.2));
        }
    }
    let futures = decided.futures.len();
    (0..sites)
        .map(|site| ResidualRisk {
            site: theatre.sites[site].id.clone(),
            killed: range(decided.after, |toll| toll.sites[site].killed),
            wounded: range(decided.after, |toll| toll.sites[site].wounded),
            killed_partner: range(decided.after, |toll| toll.sites[site].killed_partner),
            wounded_partner: range(decided.after, |toll| toll.sites[site].wounded_partner),
            p_any_killed: share(killed[site], futures),
            p_ten_casualties: share(many[site], futures),
        })
        .collect()
}

/// A share of futures with the bounds of 90 % of its sampling error (Wilson, 1927). It already
/// averages over all that is not known.
fn share(count: u32, futures: usize) -> Range {
    if futures == 0 {
        return Range {
            mean: 0.0,
            low: 0.0,
            high: 1.0,
        };
    }
    let number = futures as f64;
    let mean = f64::from(count) / number;
    let square = NORMAL_95 * NORMAL_95 / number;
    let middle = (mean + 0.5 * square) / (1.0 + square);
    let spread = libm::sqrt(mean * (1.0 - mean) * square + 0.25 * square * square) / (1.0 + square);
    Range {
        mean,
        low: (middle - spread).max(0.0),
        high: (middle + spread).min(1.0),
    }
}
