//! Dates that cannot be right, or contradict what else their row says.

use super::{Suggestion, at, days_between};
use crate::diagnose::shown;
use crate::load::Margin;
use jiff::civil::Date;
use theatre::{Incident, Theatre};

/// Longer before the theatre's date no attack of its log lies. Assumed.
const YEARS_MAX: i16 = 50;
/// A gap longer than this between a few first reports and the rest, days. Assumed: five years.
const GAP_DAYS: i64 = 1_826;
/// How many reports before such a gap are looked at.
const FEW: usize = 2;
/// A report made later than this after the attack, days. Assumed: three years.
const LATE_DAYS: i64 = 1_096;

pub(super) fn suggestions(theatre: &Theatre, margins: &[Margin]) -> Vec<Suggestion> {
    let mut list = isolated(theatre);
    list.extend(after(theatre));
    for (index, incident) in theatre.incidents.iter().enumerate() {
        let late = days_between(incident.date, incident.reported_on);
        if late > LATE_DAYS {
            let what = format!(
                "reported on {}, {late} days after the attack on {}",
                incident.reported_on, incident.date
            );
            list.push(at(incident, what, "look at the year of both"));
        }
        if let Some(date) = date_of_id(&incident.id).filter(|date| *date != incident.date) {
            let what = format!(
                "the id `{}` says {date}, and the date is {}",
                shown(&incident.id),
                incident.date
            );
            list.push(at(
                incident,
                what,
                "mend the date, or give the report another id",
            ));
        }
        let margin = margins.get(index);
        if margin.is_some_and(|margin| margin.day_open && incident.local_time.is_some()) {
            let what = "the notes say that its day is not known, and `local_time` gives the minute";
            let mend = "empty `local_time`, or mend the notes";
            list.push(at(incident, what.to_owned(), mend));
        }
    }
    list
}

/// A few reports long before all others.
fn isolated(theatre: &Theatre) -> Vec<Suggestion> {
    let mut order: Vec<&Incident> = theatre.incidents.iter().collect();
    order.sort_by_key(|incident| (incident.date, incident.line));
    let gap_after = |place: usize| {
        let (here, next) = (order.get(place)?, order.get(place + 1)?);
        let enough = order.len() > 2 * (place + 1);
        (enough && days_between(here.date, next.date) > GAP_DAYS).then_some((place, next.date))
    };
    let alone = (0..FEW).filter_map(gap_after).next_back();
    let oldest = theatre.as_of.year().saturating_sub(YEARS_MAX);
    let mut list = Vec::new();
    for (place, incident) in order.iter().enumerate() {
        let mend = "look at the year";
        match alone {
            Some((last, next)) if place <= last => {
                let what = format!(
                    "dated {}, years before the next reports, of {next} and later",
                    incident.date
                );
                list.push(at(incident, what, mend));
            }
            _ if incident.date.year() < oldest => {
                let what = format!("dated {}, {YEARS_MAX} years ago or more", incident.date);
                list.push(at(incident, what, mend));
            }
            _ => {}
        }
    }
    list
}

/// Attacks after the theatre's date, told once: a log may be read as of an earlier day on purpose.
fn after(theatre: &Theatre) -> Option<Suggestion> {
    let mut later = theatre
        .incidents
        .iter()
        .filter(|incident| incident.date > theatre.as_of);
    let first = later.next()?;
    let what = match later.count() {
        0 => format!("dated {}, after `as_of`, {}", first.date, theatre.as_of),
        more => format!(
            "dated {}, after `as_of`, {}, as are {more} reports below it",
            first.date, theatre.as_of
        ),
    };
    let mend = "mend the date; or let it stand, if `as_of` is set back on purpose, as the plan takes \
                no notice of it";
    Some(at(first, what, mend))
}

/// The date that an id begins with.
fn date_of_id(id: &str) -> Option<Date> {
    let (date, rest) = id.split_at_checked(10)?;
    let alone = !rest.starts_with(|c: char| c.is_ascii_alphanumeric());
    alone.then(|| date.parse().ok()).flatten()
}
