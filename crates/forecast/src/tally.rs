//! Counts of attacks that fade with age.

use crate::attacks::Attack;
use crate::distributions::Gamma;
use crate::exposure::{Exposure, Family};
use std::collections::{BTreeMap, BTreeSet};
use theatre::Catalogue;

/// Strengths of pooling that are averaged over: the shape of the gamma distribution of a site's rate
/// around the theatre's. At 0.25 sites differ greatly, at 4 they are much alike.
pub const POOLING: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];

/// What the overall rate is drawn towards before the log speaks, as a gamma distribution: half an
/// attack (the shape of Jeffreys' prior for a Poisson rate) in this many days of one site with usual
/// exposure. A week keeps the first report of a new log from meaning a daily attack everywhere, and
/// weighs nothing once the log has weeks of several sites.
pub(crate) const PRIOR_ATTACKS: f64 = 0.5;
pub(crate) const PRIOR_SITE_DAYS: f64 = 7.0;

/// How long until a report counts for half.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HalfLife {
    /// Two weeks.
    Days14,
    /// A month.
    Days30,
    /// Two months.
    Days60,
    /// Four months.
    Days120,
    /// For ever: all of the log counts alike.
    Never,
}

/// One figure for each half-life.
pub(crate) type ByHalfLife = [f64; HalfLife::ALL.len()];

impl HalfLife {
    /// Every half-life, shortest first.
    pub const ALL: [Self; 5] = [
        Self::Days14,
        Self::Days30,
        Self::Days60,
        Self::Days120,
        Self::Never,
    ];

    /// Its length, days; `None` where nothing is forgotten.
    #[must_use]
    pub fn days(self) -> Option<f64> {
        match self {
            Self::Days14 => Some(14.0),
            Self::Days30 => Some(30.0),
            Self::Days60 => Some(60.0),
            Self::Days120 => Some(120.0),
            Self::Never => None,
        }
    }

    pub(crate) fn index(self) -> usize {
        self as usize
    }
}

/// What an attack of this age counts for, under each half-life.
fn decay(age_days: i32) -> ByHalfLife {
    HalfLife::ALL.map(|half_life| match half_life.days() {
        Some(days) => libm::exp2(-f64::from(age_days) / days),
        None => 1.0,
    })
}

/// What `days` (≥ 1) days in a row, the last of them today, count for: a geometric series.
fn decayed_days(days: i32) -> ByHalfLife {
    let count = f64::from(days);
    HalfLife::ALL.map(|half_life| match half_life.days() {
        Some(half) => {
            let step = std::f64::consts::LN_2 / half;
            libm::expm1(-count * step) / libm::expm1(-step)
        }
        None => count,
    })
}

/// Everything that the rates are computed from, as it stood on one day.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tally {
    /// First day of the window, counted from the forecast's date.
    pub first_day: i32,
    /// Days of the window.
    pub days: ByHalfLife,
    /// One for each forecast class.
    pub columns: Vec<Column>,
    /// Sites struck by each of [`Family::ALL`].
    struck: [BTreeSet<usize>; 2],
}

/// What counting needs to know.
struct Count<'a> {
    today: i32,
    classes: &'a [usize],
    shares: &'a [f64],
    catalogue: &'a Catalogue,
}

/// Counts of one class.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Column {
    /// Decisions to attack: a campaign is one, however many sites it hits.
    pub decisions: ByHalfLife,
    /// Attacks by site, for sites with any.
    pub own: BTreeMap<usize, ByHalfLife>,
}

impl Tally {
    /// Counts the attacks known on `today` (a day counted from the forecast's date). `None` without
    /// any.
    pub fn new(
        attacks: &[Attack],
        today: i32,
        classes: &[usize],
        shares: &[f64],
        catalogue: &Catalogue,
    ) -> Option<Self> {
        let first_day = attacks.iter().map(|attack| attack.day).min()?;
        let mut tally = Self {
            first_day,
            days: decayed_days((today - first_day).saturating_add(1)),
            columns: vec![Column::default(); classes.len()],
            struck: Default::default(),
        };
        let count = Count {
            today,
            classes,
            shares,
            catalogue,
        };
        let mut rest = attacks;
        while let Some(first) = rest.first() {
            let together = |attack: &&Attack| match first.campaign {
                Some(_) => attack.campaign == first.campaign,
                None => is_alike(attack, first),
            };
            let (group, after) = rest.split_at(rest.iter().take_while(together).count());
            if first.campaign.is_some() {
                for attack in group {
                    tally.count_attacks(attack, attack.weight, false, &count);
                }
                tally.count_campaign(group, &count);
            } else {
                let weight = group.iter().map(|attack| attack.weight).sum();
                tally.count_attacks(first, weight, true, &count);
            }
            rest = after;
        }
        Some(tally)
    }

    /// Counts attacks like this one for their site and, where they are decisions, as such.
    fn count_attacks(&mut self, attack: &Attack, weight: f64, decisions: bool, count: &Count) {
        let faded = decay(count.today - attack.day);
        for (class, share) in split(attack, count.shares) {
            let Some(munition) = count.catalogue.munitions.get(class) else {
                continue;
            };
            self.struck[Family::of(munition.kind) as usize].insert(attack.site);
            if let Ok(position) = count.classes.binary_search(&class) {
                let column = &mut self.columns[position];
                let own = column.own.entry(attack.site).or_default();
                add(own, &faded, share * weight);
                if decisions {
                    add(&mut column.decisions, &faded, share * weight);
                }
            }
        }
    }

    /// Counts one campaign as a decision: each class once, at its highest weight and from its first
    /// day. What is unknown adds nothing where the campaign is known to have used rockets or mortars.
    fn count_campaign(&mut self, attacks: &[Attack], count: &Count) {
        let mut decisions = BTreeMap::<Option<usize>, Attack>::new();
        for attack in attacks {
            let one = decisions
                .entry(attack.class)
                .or_insert_with(|| attack.clone());
            one.weight = one.weight.max(attack.weight);
            one.day = one.day.min(attack.day);
        }
        let named = decisions
            .keys()
            .flatten()
            .any(|&class| count.shares.get(class).is_some_and(|&share| share > 0.0));
        for decision in decisions.values() {
            if decision.class.is_none() && named {
                continue;
            }
            let faded = decay(count.today - decision.day);
            for (class, share) in split(decision, count.shares) {
                if let Ok(position) = count.classes.binary_search(&class) {
                    let sum = &mut self.columns[position].decisions;
                    add(sum, &faded, share * decision.weight);
                }
            }
        }
    }

    pub fn struck(&self, family: Family) -> &BTreeSet<usize> {
        &self.struck[family as usize]
    }

    /// What is known of the theatre's overall rate of one class, attacks a day for each unit of
    /// exposure.
    pub fn overall(
        &self,
        position: usize,
        half_life: usize,
        family: Family,
        exposure: &Exposure,
    ) -> Gamma {
        let site_days = self.days[half_life] * exposure.total(self.struck(family));
        Gamma {
            shape: PRIOR_ATTACKS + self.columns[position].decisions[half_life],
            rate: PRIOR_SITE_DAYS + site_days,
        }
    }

    /// The site's decayed attacks of one class, 0 for a site without any.
    pub fn own(&self, position: usize, site: usize) -> ByHalfLife {
        let own = &self.columns[position].own;
        own.get(&site).copied().unwrap_or_default()
    }
}

/// What is known of a site's rate, attacks a day, once the overall rate is: the gamma distribution
/// around it, moved by the site's own `attacks` in `days`. `expected` is the overall rate times the
/// site's exposure, > 0.
pub(crate) fn site_rate(pooling: f64, expected: f64, attacks: f64, days: f64) -> Gamma {
    Gamma {
        shape: pooling + attacks,
        rate: pooling / expected + days,
    }
}

/// The classes that an attack counts for, with the share for each.
pub(crate) fn split<'a>(
    attack: &Attack,
    shares: &'a [f64],
) -> impl Iterator<Item = (usize, f64)> + 'a {
    let known = attack.class.map(|class| (class, 1.0));
    let unknown: &[f64] = if known.is_some() { &[] } else { shares };
    let spread = unknown.iter().copied().enumerate();
    known
        .into_iter()
        .chain(spread.filter(|&(_, share)| share > 0.0))
}

/// Whether two attacks count alike but for their weight; a long log has many such.
fn is_alike(a: &Attack, b: &Attack) -> bool {
    (a.campaign, a.site, a.class, a.day) == (b.campaign, b.site, b.class, b.day)
}

fn add(sum: &mut ByHalfLife, figures: &ByHalfLife, share: f64) {
    for (sum, figure) in sum.iter_mut().zip(figures) {
        *sum += figure * share;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_in_a_row_count_for_the_sum_of_their_decays() {
        for days in [1, 2, 40, 400] {
            let mut sum = ByHalfLife::default();
            (0..days).for_each(|age| add(&mut sum, &decay(age), 1.0));
            for (closed, sum) in decayed_days(days).iter().zip(sum) {
                assert!((closed - sum).abs() < 1e-9 * sum);
            }
        }
        assert_eq!(decay(14)[0], 0.5);
        assert_eq!(decay(14)[4], 1.0);
    }
}
