//! What a study says: the document of `rampart raid --json`.

use super::beside::{Beside, StandInLine};
use super::replicate::{Design, Row};
use super::run::{REPLICATIONS_MAX, Results};
use super::subject::Subject;
use super::warned::WarningBy;
use crate::statistics::{GroupSums, Mean, chance_of_the_unseen, ratio, unknown_share};
use serde::Serialize;
use std::collections::BTreeMap;
use theatre::interval::quantile;

/// The whole of it. Intervals hold 95 %, over what is not known and over chance, of the mean.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Document {
    /// Title of the theatre.
    pub theatre: String,
    /// Site id.
    pub site: String,
    /// Munition id.
    pub munition: String,
    /// Rounds of every raid.
    pub rounds: u32,
    /// Whether they were asked for; else a typical salvo of the class: the median of the log's forecast.
    pub rounds_given: bool,
    /// People at the site, own and host-nation.
    pub people: [u32; 2],
    /// Raids simulated.
    pub replications: u32,
    /// Of these so many share one draw of what is not known.
    pub replications_per_group: u32,
    /// Seed.
    pub seed: u64,
    /// Whether the study was broken off.
    pub stopped: bool,
    /// What precision was asked for, and whether it was reached.
    pub precision: Option<Precision>,
    /// How fast: the only figure that differs from run to run.
    pub replications_per_second: f64,
    /// Local hour at which the raid comes, 0 to 24; none where it may come at any.
    pub hour: Option<f64>,
    /// Who says when people are warned.
    pub warning_by: WarningBy,
    /// Every loadout.
    pub loadouts: Vec<LoadoutLine>,
    /// What the risk depends on, the most important first; none where it was not asked for.
    pub unknowns: Option<Vec<UnknownLine>>,
}

/// A precision asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Precision {
    /// Half of the interval's width, as a share of the mean.
    pub wanted: f64,
    /// Whether every loadout came to it within the most replications of a study.
    pub reached: bool,
    /// The most replications of a study.
    pub replications_max: u32,
}

/// One loadout.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LoadoutLine {
    /// Units issued, by system.
    pub systems: BTreeMap<String, u32>,
    /// Whether this is what stands there today.
    pub stands: bool,
    /// Share of the rounds that would have burst on the populated area that did; none where no round
    /// would have.
    pub leakage: Option<Mean>,
    /// People killed in a raid, own and partner.
    pub killed: CountLine,
    /// People wounded in a raid.
    pub wounded: CountLine,
    /// Killed and wounded together.
    pub casualties: CountLine,
    /// From the siren to the first fall, s, over raids that would hit the populated area and were warned of;
    /// none where none was.
    pub warning_s: Option<Warning>,
    /// Share of the raids that would hit it that were warned of, however late; none where none would.
    pub warned: Option<Mean>,
    /// Share of the spread of casualties from raid to raid that is what is not known and not chance;
    /// none where it cannot be told.
    pub unknown_share: Option<Mean>,
    /// Set against the first loadout; none for itself.
    pub difference: Option<Difference>,
    /// Chance of many casualties, where it was asked for.
    pub tail: Option<Tail>,
    /// The stand-in on the same raids, where the closed loop warns.
    pub stand_in: Option<StandInLine>,
}

/// A number of people.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CountLine {
    /// Mean, from what is to be expected of each raid, given where its rounds fall.
    pub mean: f64,
    /// Lower bound of the mean, 95 %.
    pub low: f64,
    /// Upper bound of the mean, 95 %.
    pub high: f64,
    /// Half of the raids hurt at most so many.
    pub p50: f64,
    /// Nine raids in ten.
    pub p90: f64,
    /// Ninety-nine raids in a hundred.
    pub p99: f64,
}

/// Times of warning.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Warning {
    /// Mean, s; negative where the siren is late.
    pub mean: f64,
    /// Lower bound of the mean, 95 %.
    pub low: f64,
    /// Upper bound of the mean, 95 %.
    pub high: f64,
    /// A tenth of those raids had no more.
    pub p10: f64,
    /// Half of them.
    pub p50: f64,
    /// Nine tenths of them.
    pub p90: f64,
}

/// Two loadouts under the same raids.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// What this is set against: units issued.
    pub from: BTreeMap<String, u32>,
    /// Casualties of this loadout less those of that, a raid.
    pub casualties: Mean,
    /// The interval's variance if the two had met different raids, over what it is; none where the two
    /// never differ.
    pub variance_reduction: Option<f64>,
    /// The most that it could be however the raids were paired (the bound of Hoeffding and Fréchet: the
    /// least variance is that of the two distributions put side by side in order); none where they are alike.
    pub variance_reduction_most: Option<f64>,
}

/// The chance of many casualties.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Tail {
    /// Casualties, killed and wounded.
    pub at_least: u32,
    /// Chance of so many or more in one raid.
    pub mean: f64,
    /// Lower bound, 95 %.
    pub low: f64,
    /// Upper bound, 95 %.
    pub high: f64,
    /// Replications that counting such raids would need for the same interval, over those flown; none
    /// where the chance is 0.
    pub times_fewer: Option<f64>,
}

/// One unknown, and how much of the risk's variance it explains.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnknownLine {
    /// Its key in the files, and whose it is.
    pub name: String,
    /// First-order index: what knowing it would take off the variance.
    pub first: Mean,
    /// Total index: with all that it interacts with.
    pub total: Mean,
}

/// Sums over each group, for one part of the loadouts.
struct Sums {
    /// Replications.
    count: Vec<f64>,
    killed: Vec<f64>,
    wounded: Vec<f64>,
    casualties: Vec<f64>,
    would_hit: Vec<f64>,
    hit: Vec<f64>,
    /// Raids that would hit, those of them that are warned of, and their times of warning, s.
    hitting: Vec<f64>,
    warned: Vec<f64>,
    warning_s: Vec<f64>,
    tail: Vec<f64>,
    tolls: Vec<GroupSums>,
    beside: Option<Beside>,
}

/// The rows of one part of the loadouts, by index of [`Subject::options`].
pub fn of_option<'a>(
    subject: &Subject<'_>,
    rows: &'a [Row],
    option: usize,
) -> impl Iterator<Item = &'a Row> {
    rows.iter()
        .skip(option)
        .step_by(subject.options.len().max(1))
}

impl Sums {
    fn of(subject: &Subject<'_>, design: Design, rows: &[Row], option: usize) -> Self {
        let rows: Vec<&Row> = of_option(subject, rows, option).collect();
        let groups = || rows.chunks(design.group_size as usize);
        let sum = |part: fn(&Row) -> f64| -> Vec<f64> {
            let of_group = |group: &[&Row]| group.iter().map(|row| part(row)).sum();
            groups().map(of_group).collect()
        };
        let tolls = |group: &[&Row]| {
            let mut sums = GroupSums::default();
            for row in group {
                let toll = f64::from(row.killed) + f64::from(row.wounded);
                sums.sum += toll;
                sums.squares += toll * toll;
            }
            sums
        };
        let whole = groups().filter(|group| group.len() == design.group_size as usize);
        Self {
            count: sum(|_| 1.0),
            killed: sum(|row| row.killed_expected),
            wounded: sum(|row| row.wounded_expected),
            casualties: sum(|row| row.killed_expected + row.wounded_expected),
            would_hit: sum(|row| f64::from(row.would_hit)),
            hit: sum(|row| f64::from(row.hit)),
            warned: sum(|row| f64::from(u8::from(row.warning_of_hits_s().is_some()))),
            hitting: sum(|row| f64::from(u8::from(row.would_hit > 0))),
            warning_s: sum(|row| row.warning_of_hits_s().unwrap_or_default()),
            tail: sum(|row| row.tail),
            tolls: whole.map(tolls).collect(),
            beside: Beside::of(&rows, design.group_size as usize),
        }
    }

    fn leakage(&self) -> Option<Mean> {
        let found = ratio(&self.hit, &self.would_hit)?.within(0.0, 1.0);
        let aimed = self
            .would_hit
            .iter()
            .filter(|rounds| **rounds > 0.0)
            .count();
        Some(unseen(found, aimed))
    }

    /// Share of the raids that would hit that are warned of.
    fn warned(&self) -> Option<Mean> {
        let found = ratio(&self.warned, &self.hitting)?.within(0.0, 1.0);
        let hit = self.hitting.iter().filter(|raids| **raids > 0.0).count();
        let found = unseen(found, hit);
        let all = found.mean >= 1.0;
        Some(Mean {
            low: if all {
                1.0 - chance_of_the_unseen(hit)
            } else {
                found.low
            },
            ..found
        })
    }

    /// A mean for each raid of something that lies between 0 and `most`.
    fn mean(&self, of: &[f64], most: f64) -> Mean {
        let found = ratio(of, &self.count).unwrap_or_default().within(0.0, most);
        if found.mean > 0.0 {
            return found;
        }
        Mean {
            high: most * chance_of_the_unseen(self.count.len()),
            ..found
        }
    }
}

/// A share that was nowhere above 0 may yet be, in a group that was not seen.
fn unseen(found: Mean, groups: usize) -> Mean {
    if found.mean > 0.0 {
        return found;
    }
    Mean {
        high: chance_of_the_unseen(groups),
        ..found
    }
}

/// Whether the casualties and the leakage of every loadout are known to a share `wanted` of their
/// means, at half of their interval's width. Means far below the others (a hundredth of the greatest;
/// a tenth for leakage) need no more than those would.
pub(super) fn precise(subject: &Subject<'_>, design: Design, rows: &[Row], wanted: f64) -> bool {
    let people: f64 = subject.people().map(f64::from).iter().sum();
    let sums = (0..subject.options.len()).map(|option| Sums::of(subject, design, rows, option));
    let found: Vec<(Mean, Option<Mean>)> = sums
        .map(|sums| (sums.mean(&sums.casualties, people), sums.leakage()))
        .collect();
    let greatest = found.iter().map(|(casualties, _)| casualties.mean);
    let least = 0.01 * greatest.fold(0.0, f64::max);
    found.iter().all(|(casualties, leakage)| {
        let leak = leakage.is_none_or(|leak| leak.half_width() <= wanted * leak.mean.max(0.1));
        leak && casualties.half_width() <= wanted * casualties.mean.max(least)
    })
}

impl Document {
    /// When the raid comes, in words that follow others; nothing where it may come at any hour.
    #[must_use]
    pub fn at_hour(&self) -> String {
        self.hour.map_or_else(String::new, |hour| {
            let minutes = libm::floor(60.0 * hour) as u32;
            format!(" at {:02}:{:02} local time", minutes / 60, minutes % 60)
        })
    }

    /// Index of the loadout with the fewest casualties; the first of equals.
    #[must_use]
    pub fn best(&self) -> usize {
        let means = self.loadouts.iter().map(|line| line.casualties.mean);
        let best = means
            .enumerate()
            .min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        best.map_or(0, |(index, _)| index)
    }

    /// Reads a study off.
    #[must_use]
    pub fn of(
        subject: &Subject<'_>,
        results: &Results,
        wanted: Option<f64>,
        unknowns: Option<Vec<UnknownLine>>,
    ) -> Self {
        let theatre = subject.theatre;
        let (design, rows) = (results.design, &results.rows);
        let sums: Vec<Sums> = (0..subject.options.len())
            .map(|option| Sums::of(subject, design, rows, option))
            .collect();
        let standing = subject.standing();
        let lines = (0..subject.loadouts.len()).map(|loadout| {
            let mut line = line(subject, rows, &sums, loadout);
            line.stands = standing == Some(loadout);
            line
        });
        Self {
            theatre: theatre.name.clone(),
            site: theatre.sites[subject.site].id.clone(),
            munition: theatre.catalogue.munitions[subject.class].id.clone(),
            rounds: subject.rounds,
            rounds_given: subject.rounds_given,
            people: subject.people(),
            replications: design.replications,
            replications_per_group: design.group_size,
            seed: theatre.seed,
            hour: subject.hour,
            warning_by: subject.warning,
            stopped: results.stopped,
            precision: wanted.map(|wanted| Precision {
                wanted,
                reached: results.reached == Some(true),
                replications_max: REPLICATIONS_MAX,
            }),
            replications_per_second: results.replications_per_second,
            loadouts: lines.collect(),
            unknowns,
        }
    }
}

fn line(subject: &Subject<'_>, rows: &[Row], sums: &[Sums], loadout: usize) -> LoadoutLine {
    let option = subject.loadouts[loadout].option;
    let own = &sums[option];
    let people: f64 = subject.people().map(f64::from).iter().sum();
    let sorted = |part: &dyn Fn(&Row) -> Option<f64>| {
        let mut values: Vec<f64> = of_option(subject, rows, option).filter_map(part).collect();
        values.sort_by(f64::total_cmp);
        values
    };
    let count = |mean: Mean, part: &dyn Fn(&Row) -> u32| {
        let tolls = sorted(&|row| Some(f64::from(part(row))));
        CountLine {
            mean: mean.mean,
            low: mean.low,
            high: mean.high,
            p50: quantile(&tolls, 0.5),
            p90: quantile(&tolls, 0.9),
            p99: quantile(&tolls, 0.99),
        }
    };
    let warnings = sorted(&Row::warning_of_hits_s);
    LoadoutLine {
        systems: systems(subject, loadout),
        stands: false,
        leakage: own.leakage(),
        killed: count(own.mean(&own.killed, people), &|row| row.killed),
        wounded: count(own.mean(&own.wounded, people), &|row| row.wounded),
        casualties: count(own.mean(&own.casualties, people), &|row| {
            row.killed.saturating_add(row.wounded)
        }),
        warning_s: ratio(&own.warning_s, &own.warned).map(|mean| Warning {
            mean: mean.mean,
            low: mean.low,
            high: mean.high,
            p10: quantile(&warnings, 0.1),
            p50: quantile(&warnings, 0.5),
            p90: quantile(&warnings, 0.9),
        }),
        warned: own.warned(),
        unknown_share: unknown_share(&own.tolls, replications_of_a_group(own)),
        difference: (loadout > 0).then(|| difference(subject, sums, loadout)),
        tail: subject.tail.map(|at_least| tail(own, at_least, people)),
        stand_in: own
            .beside
            .as_ref()
            .map(|beside| beside.line(&own.count, &own.hitting)),
    }
}

fn replications_of_a_group(sums: &Sums) -> u32 {
    sums.count.first().map_or(1, |count| *count as u32)
}

fn systems(subject: &Subject<'_>, loadout: usize) -> BTreeMap<String, u32> {
    let units = &subject.loadouts[loadout].units;
    let systems = subject.theatre.catalogue.systems.iter().zip(units);
    systems
        .filter(|(_, count)| **count > 0)
        .map(|(system, count)| (system.id.clone(), *count))
        .collect()
}

fn difference(subject: &Subject<'_>, sums: &[Sums], loadout: usize) -> Difference {
    let (own, first) = (
        &sums[subject.loadouts[loadout].option],
        &sums[subject.loadouts[0].option],
    );
    let less = |own: &[f64], first: &[f64]| -> Vec<f64> {
        let pairs = own.iter().zip(first);
        pairs.map(|(own, first)| own - first).collect()
    };
    let sorted = |values: &[f64]| {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted
    };
    let apart = less(&own.casualties, &first.casualties);
    let apart_variance = variance(&own.casualties) + variance(&first.casualties);
    let paired = variance(&apart);
    let in_order = variance(&less(&sorted(&own.casualties), &sorted(&first.casualties)));
    Difference {
        from: systems(subject, 0),
        casualties: ratio(&apart, &own.count).unwrap_or_default(),
        variance_reduction: (paired > 0.0).then(|| apart_variance / paired),
        variance_reduction_most: (in_order > 0.0).then(|| apart_variance / in_order),
    }
}

fn variance(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    values.iter().map(|value| (value - mean).powi(2)).sum()
}

fn tail(sums: &Sums, at_least: u32, people: f64) -> Tail {
    let most = f64::from(u8::from(people >= f64::from(at_least)));
    let found = sums.mean(&sums.tail, most);
    let replications: f64 = sums.count.iter().sum();
    // Counting raids one by one, each with its own draw of what is not known, scatters by p (1 − p) / n.
    let half = found.half_width() / 1.96;
    let counting = found.mean * (1.0 - found.mean) / (half * half);
    Tail {
        at_least,
        mean: found.mean,
        low: found.low,
        high: found.high,
        times_fewer: (found.mean > 0.0 && half > 0.0).then_some(counting / replications),
    }
}
