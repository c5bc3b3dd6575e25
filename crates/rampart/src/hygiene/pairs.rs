//! Two reports on what may be one attack.
//!
//! Every pair on one site, on the same day or the next, gets points for what speaks for one attack. What
//! a pair shares by chance counts for less on a site that is attacked often. Pairs whose campaign is the
//! same are declared already, and those of one data set are told apart by it.

use super::{Suggestion, at, days_between, named, standing};
use crate::load::Margin;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use theatre::{Incident, Munition, Theatre};

/// Reports after one on the same site that it is compared with, so that a day of many attacks costs no
/// more than its length.
const COMPARED_MAX: usize = 32;
/// Points from which two reports are likely one attack.
const LIKELY: u32 = 3;
/// Points, for day, time and words alone, from which a contradiction is one of the same attack.
const SURE: u32 = 4;
/// Attacks a day, beside the pair, below which two on one day are a coincidence worth a look.
const QUIET_PER_DAY: f64 = 0.2;
/// Below which two within half an hour are one.
const BUSY_PER_DAY: f64 = 1.0;
/// Other reports on the days of a pair that make them as busy as an attack a day does: a wave.
const WAVE: f64 = 12.0;
/// Shortest span over which attacks a day are counted, days.
const SPAN_DAYS_MIN: i64 = 30;
/// Minutes within which two times are one.
const SAME_MINUTES: i64 = 30;
/// Minutes beyond which two times are of two attacks.
const APART_MINUTES: i64 = 180;
/// Share of words in common from which two notes are alike, and words that each needs.
const ALIKE_SHARE: f64 = 0.6;
const ALIKE_WORDS: usize = 5;
/// Prefixes of ids that `rampart import` makes.
const DATA_SETS: [&str; 3] = ["acled-", "ucdp-", "gtd-"];

/// A report with what is written beside it.
#[derive(Clone, Copy)]
struct Side<'a> {
    incident: &'a Incident,
    margin: Option<&'a Margin>,
    /// Day of the attack, counted from the theatre's date.
    day: i64,
}

impl Side<'_> {
    /// Minute of the day, where the day itself is known.
    fn minute(&self) -> Option<i64> {
        self.margin.filter(|margin| !margin.day_open)?;
        let time = self.incident.local_time?;
        Some(60 * i64::from(time.hour()) + i64::from(time.minute()))
    }

    fn is_told(&self) -> bool {
        self.incident.rounds_high <= self.incident.rounds_low.saturating_mul(2)
    }
}

pub(super) fn suggestions(theatre: &Theatre, margins: &[Margin]) -> Vec<Suggestion> {
    let mut sides: Vec<Side> = standing(&theatre.incidents)
        .into_iter()
        .filter_map(|index| {
            Some(Side {
                incident: theatre.incidents.get(index)?,
                margin: margins.get(index),
                day: days_between(theatre.as_of, theatre.incidents.get(index)?.date),
            })
        })
        .collect();
    sides.sort_by_key(|side| {
        let report = side.incident;
        let rounds = (report.rounds_low, report.rounds_high);
        (report.site, report.date, side.minute(), rounds, report.line)
    });
    let rates = rates(&sides);
    let crowds: Vec<usize> = sides
        .chunk_by(|a, b| (a.incident.site, a.day) == (b.incident.site, b.day))
        .flat_map(|group| std::iter::repeat_n(group.len(), group.len()))
        .collect();
    // Of all that speaks of one report, what speaks loudest.
    let mut loudest: BTreeMap<u32, (u32, Suggestion)> = BTreeMap::new();
    for (place, (a, crowd)) in sides.iter().zip(&crowds).enumerate() {
        let rate = rates.get(&a.incident.site).copied().unwrap_or(0.0);
        let after = sides.iter().zip(&crowds).skip(place + 1);
        for (b, next_crowd) in after.take(COMPARED_MAX) {
            let days = b.day - a.day;
            if a.incident.site != b.incident.site || days > 1 {
                break;
            }
            let both = crowd + if days == 1 { *next_crowd } else { 0 };
            let per_day = rate.max(both.saturating_sub(2) as f64 / WAVE);
            let Some((points, found)) = compared(*a, *b, per_day, theatre) else {
                continue;
            };
            let had = loudest.get(&found.line).map_or(0, |(points, _)| *points);
            if points > had {
                loudest.insert(found.line, (points, found));
            }
        }
    }
    loudest.into_values().map(|(_, found)| found).collect()
}

/// Attacks a day on each site beside any two of them.
fn rates(sides: &[Side]) -> HashMap<usize, f64> {
    sides
        .chunk_by(|a, b| a.incident.site == b.incident.site)
        .filter_map(|group| {
            let (first, last) = (group.first()?, group.last()?);
            let days = (last.day - first.day).max(SPAN_DAYS_MIN);
            let others = group.len().saturating_sub(2);
            Some((first.incident.site, others as f64 / days as f64))
        })
        .collect()
}

/// What is to be said of a pair, and the points for it.
fn compared(a: Side, b: Side, per_day: f64, theatre: &Theatre) -> Option<(u32, Suggestion)> {
    let (one, other) = (a.incident, b.incident);
    let declared = one.campaign.is_some() && one.campaign == other.campaign;
    let told_apart = DATA_SETS
        .iter()
        .any(|set| one.id.starts_with(set) && other.id.starts_with(set));
    if declared || told_apart {
        return None;
    }
    let mut points = Points::default();
    identity(&mut points, a, b, per_day)?;
    let (sure, told) = (points.sum >= SURE, points.reasons.len());
    details(&mut points, a, b, per_day);
    if !sure && points.sum < LIKELY {
        return None;
    }
    let contradictions = contradictions(a, b, theatre);
    let (later, earlier) = if one.line > other.line {
        (one, other)
    } else {
        (other, one)
    };
    if contradictions.is_empty() {
        let what = format!(
            "it may be the attack of {}: {}",
            named(earlier),
            points.reasons.join(", ")
        );
        let mend = "if so, let one supersede the other; two that stand count as two attacks";
        return Some((points.sum, at(later, what, mend)));
    }
    let reasons = points.reasons.get(..told).unwrap_or_default().join(", ");
    let what = format!(
        "it seems to report the attack of {} ({reasons}), and contradicts it: {}",
        named(earlier),
        contradictions.join("; ")
    );
    let mend = "let the better one supersede the other, or mark both `disputed`; if they are two \
                attacks, say so in the notes";
    sure.then(|| (points.sum, at(later, what, mend)))
}

/// What speaks for one attack, and how much.
#[derive(Default)]
struct Points {
    sum: u32,
    reasons: Vec<Cow<'static, str>>,
}

impl Points {
    fn add(&mut self, points: u32, reason: impl Into<Cow<'static, str>>) {
        self.sum += points;
        self.reasons.push(reason.into());
    }
}

/// Points for day, time and words; `None` where the times are those of two attacks.
fn identity(points: &mut Points, a: Side, b: Side, per_day: f64) -> Option<()> {
    let days = b.day - a.day;
    let quiet = per_day < QUIET_PER_DAY;
    let busy = per_day >= BUSY_PER_DAY;
    match days {
        0 if quiet => points.add(2, "same day on a site seldom attacked"),
        0 if !busy => points.add(1, "same day"),
        1 if quiet => points.add(1, "a day apart on a site seldom attacked"),
        _ => {}
    }
    if let Some((a, b)) = a.minute().zip(b.minute()) {
        let minutes = (days * 1_440 + b - a).abs();
        if minutes > APART_MINUTES {
            return None;
        }
        if minutes <= SAME_MINUTES {
            points.add(if busy { 1 } else { 3 }, format!("{minutes} minutes apart"));
        }
    }
    let words = a.margin.zip(b.margin);
    if words.is_some_and(|(a, b)| are_alike(&a.words, &b.words)) {
        points.add(if busy { 1 } else { 2 }, "notes alike");
    }
    Some(())
}

/// Points for rounds and casualties.
fn details(points: &mut Points, a: Side, b: Side, per_day: f64) {
    let (one, other) = (a.incident, b.incident);
    let meet = one.rounds_low <= other.rounds_high && other.rounds_low <= one.rounds_high;
    if meet && a.is_told() && b.is_told() && per_day < BUSY_PER_DAY {
        points.add(1, "rounds agree");
    }
    let hurt = |report: &Incident| {
        [
            report.killed,
            report.wounded,
            report.killed_partner,
            report.wounded_partner,
        ]
    };
    if one.casualties() > 0 && hurt(one) == hurt(other) {
        points.add(2, "casualties agree");
    }
}

/// What two reports on one attack cannot both say, beyond what reports usually differ by: half as many
/// rounds again, one killed, two wounded, or half of either.
fn contradictions(a: Side, b: Side, theatre: &Theatre) -> Vec<String> {
    let (a, b) = (a.incident, b.incident);
    let mut list = Vec::new();
    if let (Munition::Class(one), Munition::Class(other)) = (a.munition, b.munition)
        && one != other
    {
        let id = |class: usize| {
            let class = theatre.catalogue.munitions.get(class);
            class.map_or("", |class| class.id.as_str())
        };
        list.push(format!("{} against {}", id(one), id(other)));
    }
    let (fewer, more) = if a.rounds_low <= b.rounds_low {
        (a, b)
    } else {
        (b, a)
    };
    if f64::from(more.rounds_low) > 1.5 * f64::from(fewer.rounds_high) + 1.0 {
        list.push(format!(
            "{} rounds at least against {} at most",
            more.rounds_low, fewer.rounds_high
        ));
    }
    let differ =
        |one: u32, other: u32, least: u32| one.abs_diff(other) > least.max(one.max(other) / 2);
    let killed = [a, b].map(|report| report.killed.saturating_add(report.killed_partner));
    let wounded = [a, b].map(|report| report.wounded.saturating_add(report.wounded_partner));
    for ([one, other], least, verb) in [(killed, 1, "killed"), (wounded, 2, "wounded")] {
        if differ(one, other, least) {
            list.push(format!("{one} {verb} against {other}"));
        }
    }
    list
}

/// Whether two sorted lists of words have most in common.
fn are_alike(a: &[u32], b: &[u32]) -> bool {
    if a.len() < ALIKE_WORDS || b.len() < ALIKE_WORDS {
        return false;
    }
    let common = a
        .iter()
        .filter(|word| b.binary_search(word).is_ok())
        .count();
    let all = a.len() + b.len() - common;
    common as f64 >= ALIKE_SHARE * all as f64
}
