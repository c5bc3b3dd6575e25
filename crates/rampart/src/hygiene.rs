//! What looks wrong in a theatre that has no faults: suggestions, which change nothing.
//!
//! A log is kept by several hands from several sources. The same attack comes twice, a year is mistyped,
//! two reports contradict each other. None of that is a fault of a file, and none of it is certain, so
//! that each suggestion says what it rests on and leaves the rest to a person.

mod dates;
mod pairs;
mod places;

use crate::load::{File, Margin};
use std::collections::HashMap;
use theatre::{Incident, Munition, Theatre};

/// Something that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The file.
    pub file: File,
    /// Line of the file, from 1.
    pub line: u32,
    /// What looks wrong, and why.
    pub what: String,
    /// What would be right, if it is wrong.
    pub mend: String,
}

/// What looks wrong in a theatre, by file and line. `margins` are those of its log.
#[must_use]
pub fn suggestions(theatre: &Theatre, margins: &[Margin]) -> Vec<Suggestion> {
    let mut list = places::suggestions(theatre);
    list.extend(dates::suggestions(theatre, margins));
    list.extend(casualties(theatre));
    list.extend(corrections(theatre));
    list.extend(campaigns(theatre));
    list.extend(pairs::suggestions(theatre, margins));
    list.sort_by(|a, b| (a.file, a.line, &a.what).cmp(&(b.file, b.line, &b.what)));
    list
}

/// A suggestion at a report.
fn at(incident: &Incident, what: String, mend: &str) -> Suggestion {
    Suggestion {
        file: File::Incidents,
        line: incident.line,
        what,
        mend: mend.to_owned(),
    }
}

/// A report for a reader: its id and its line.
fn named(incident: &Incident) -> String {
    let id = crate::diagnose::shown(&incident.id);
    format!("`{id}` (line {})", incident.line)
}

/// The reports that stand, by index: superseded by none, and not a correction to nothing. Unlike
/// those that a plan knows, they may be after the theatre's date.
fn standing(incidents: &[Incident]) -> Vec<usize> {
    let mut superseded = vec![false; incidents.len()];
    for earlier in incidents.iter().filter_map(|incident| incident.supersedes) {
        if let Some(superseded) = superseded.get_mut(earlier) {
            *superseded = true;
        }
    }
    superseded
        .iter()
        .zip(incidents)
        .enumerate()
        .filter(|(_, (superseded, incident))| !**superseded && incident.munition != Munition::None)
        .map(|(index, _)| index)
        .collect()
}

/// Days from one date to another.
fn days_between(from: jiff::civil::Date, to: jiff::civil::Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// Reports that hurt more people than their site can hold.
fn casualties(theatre: &Theatre) -> Vec<Suggestion> {
    let too_many = |incident: &Incident| {
        let site = theatre.sites.get(incident.site)?;
        let own = u64::from(incident.killed) + u64::from(incident.wounded);
        let partners = u64::from(incident.killed_partner) + u64::from(incident.wounded_partner);
        let (holds, beside) = (u64::from(site.capacity), u64::from(site.partner_people));
        let what = if own > holds {
            format!(
                "{own} own people killed or wounded, where {} holds {holds}",
                site.id
            )
        } else if own + partners > holds + beside {
            let (all, both) = (own + partners, holds + beside);
            format!(
                "{all} people killed or wounded, where {} holds {both} with partners",
                site.id
            )
        } else {
            return None;
        };
        let mend = "look the counts up again; those of another place or of all sides do not belong \
                    here";
        Some(at(incident, what, mend))
    };
    theatre.incidents.iter().filter_map(too_many).collect()
}

/// Corrections that do not fit what they correct.
fn corrections(theatre: &Theatre) -> Vec<Suggestion> {
    const DAYS_MAX: i64 = 7;
    let mut list = Vec::new();
    for incident in &theatre.incidents {
        let earlier = incident
            .supersedes
            .and_then(|index| theatre.incidents.get(index));
        let Some(earlier) = earlier else { continue };
        let apart = days_between(earlier.date, incident.date).abs();
        let mend = "look whether `supersedes` names the report that is meant";
        if incident.site != earlier.site {
            let what = format!("it corrects {}, which is on another site", named(earlier));
            list.push(at(incident, what, mend));
        } else if apart > DAYS_MAX {
            let what = format!("it corrects {}, {apart} days away", named(earlier));
            list.push(at(incident, what, mend));
        }
        if incident.reported_on < earlier.reported_on {
            let what = format!(
                "it corrects {}, and was made before it, on {}",
                named(earlier),
                incident.reported_on
            );
            list.push(at(
                incident,
                what,
                "turn the two round, or mend `reported_on`",
            ));
        }
    }
    list
}

/// Campaigns, each of which counts as one decision to attack, that go on for days.
fn campaigns(theatre: &Theatre) -> Vec<Suggestion> {
    const DAYS_MAX: i64 = 3;
    let mut ends: HashMap<&str, (usize, usize)> = HashMap::new();
    let date = |index: usize| theatre.incidents.get(index).map(|incident| incident.date);
    for index in standing(&theatre.incidents) {
        let Some(name) = theatre
            .incidents
            .get(index)
            .and_then(|i| i.campaign.as_deref())
        else {
            continue;
        };
        let (first, last) = ends.entry(name).or_insert((index, index));
        if date(index) < date(*first) {
            *first = index;
        }
        if date(index) > date(*last) {
            *last = index;
        }
    }
    let mut list = Vec::new();
    for (name, (first, last)) in ends {
        let (Some(first), Some(last)) = (theatre.incidents.get(first), theatre.incidents.get(last))
        else {
            continue;
        };
        let days = days_between(first.date, last.date);
        if days > DAYS_MAX {
            let name = crate::diagnose::shown(name);
            let what = format!(
                "the campaign `{name}` counts as one decision to attack, and began {days} days before, \
                 with {}",
                named(first)
            );
            list.push(at(
                last,
                what,
                "give attacks on other days campaigns of their own, or none",
            ));
        }
    }
    list
}
