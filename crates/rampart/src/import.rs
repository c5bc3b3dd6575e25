//! From events of others to reports of a theatre's log: which site, what was fired, how sure.
//!
//! An event becomes one report for each of its sources, of which every one supersedes the one before,
//! so that the event counts once: the data set does not tell which source said what. Reports of two
//! data sets on the same attack both stand until a person merges them; `rampart check` finds them.

pub mod log;
pub mod nearest;
pub mod rounds;
pub mod rules;
pub mod words;

use feeds::events::{DataSet, Event, PlacePrecision, Reading};
use jiff::civil::Date;
use nearest::{Near, Nearest};
use rules::{Outcome, Rules};
use std::fmt::Write;
use theatre::{Geodetic, Theatre};

/// How the notes of every report begin.
pub const NOTES_BEGIN: &str = "imported by rule ";
/// Longest note taken over from an event, in characters.
const TEXT_MAX: usize = 400;

/// Whose the casualties of an event are. The data sets count everybody, attackers included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Casualties {
    /// Nobody's: they stand in the notes alone.
    Left,
    /// Our own.
    Own,
    /// The host nation's.
    Partner,
}

/// What the data do not decide.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Farthest that a site may be from its event, km, > 0.
    pub within_km: f64,
    /// Most days between which an event may lie.
    pub days_max: i64,
    /// Whose the casualties are.
    pub casualties: Casualties,
}

/// An event at a site.
#[derive(Clone, Debug)]
pub struct Attack {
    /// The event.
    pub event: Event,
    /// Day that the log gives: the event's, or the middle of the days between which it lies.
    pub date: Date,
    /// The nearest site and the next one within reach.
    pub near: (Near, Option<Near>),
    /// Id of the rule that told what was fired.
    pub rule: String,
    /// Munition for the log.
    pub munition: String,
    /// Fewest and most rounds.
    pub rounds: (u32, u32),
    /// Whether the event states its rounds.
    pub rounds_stated: bool,
}

/// A row of the file that gives no report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Line of the file, from 1.
    pub line: u32,
    /// The data set's id of the event.
    pub id: String,
    /// Why, for counting.
    pub group: String,
    /// Why, in full.
    pub reason: String,
}

/// One report for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its id, made of the data set, the event and the source.
    pub id: String,
    /// The report of the same event that it supersedes.
    pub supersedes: Option<String>,
    /// The cells of its row by their columns, all but those two.
    pub cells: Vec<(&'static str, String)>,
}

/// What became of a file.
#[derive(Clone, Debug)]
pub struct Import {
    /// Whose data it is.
    pub data_set: DataSet,
    /// Rows of the file below its header.
    pub rows: usize,
    /// The events that are attacks on a site, by date and then by id.
    pub attacks: Vec<Attack>,
    /// All other rows, in the order of the file.
    pub dropped: Vec<Dropped>,
    /// Reports of the attacks, in their order.
    pub reports: Vec<Report>,
    /// On the file as a whole.
    pub notes: Vec<String>,
}

/// Makes reports of what was read.
#[must_use]
pub fn import(reading: Reading, theatre: &Theatre, rules: &Rules, settings: Settings) -> Import {
    let sites = Nearest::new(&theatre.sites, settings.within_km * 1_000.0);
    let data_set = reading.data_set;
    let mut dropped: Vec<Dropped> = reading
        .dropped
        .into_iter()
        .map(|row| Dropped {
            line: row.line,
            id: row.id,
            group: row.why.label().to_owned(),
            reason: row.reason,
        })
        .collect();
    let mut attacks = Vec::new();
    for event in reading.events {
        let (line, id) = (event.line, event.id.clone());
        match attack(event, data_set, &sites, theatre, rules, settings) {
            Ok(attack) => attacks.push(attack),
            Err((group, reason)) => dropped.push(Dropped {
                line,
                id,
                group,
                reason,
            }),
        }
    }
    dropped.sort_by_key(|row| row.line);
    attacks.sort_by(|a, b| (a.date, &a.event.id).cmp(&(b.date, &b.event.id)));
    let reports = attacks
        .iter()
        .flat_map(|attack| reports(attack, data_set, theatre, settings))
        .collect();
    Import {
        data_set,
        rows: reading.rows,
        attacks,
        dropped,
        reports,
        notes: reading.notes,
    }
}

/// The attack that an event is, or why it is none, for counting and in full. What was fired is asked
/// first, so that the count of events too far away is one of attacks.
fn attack(
    event: Event,
    data_set: DataSet,
    sites: &Nearest,
    theatre: &Theatre,
    rules: &Rules,
    settings: Settings,
) -> Result<Attack, (String, String)> {
    let same = |reason: String| (reason.clone(), reason);
    let Some(rule) = rules.of(data_set, &event) else {
        return Err(same("no rule takes it".to_owned()));
    };
    let munition = match &rule.outcome {
        Outcome::Class(class) => class.clone(),
        Outcome::Drop(reason) => return Err((reason.clone(), format!("{reason} ({})", rule.id))),
    };
    let days = event.days.count();
    if days > settings.days_max {
        let group = format!("day known to more than {} days", settings.days_max);
        let (first, last) = (event.days.first, event.days.last);
        return Err((
            group,
            format!("its day is only known from {first} to {last}"),
        ));
    }
    if event.place_precision == Some(PlacePrecision::Region) {
        return Err(same("place known to a region alone".to_owned()));
    }
    let Some(near) = sites.of(event.place) else {
        let group = format!("no site within {} km", settings.within_km);
        let swapped = Geodetic {
            latitude_deg: event.place.longitude_deg,
            longitude_deg: event.place.latitude_deg,
        };
        let turned = (swapped.latitude_deg.abs() <= 90.0)
            .then(|| sites.of(swapped))
            .flatten()
            .and_then(|(near, _)| theatre.sites.get(near.site));
        let reason = match turned {
            Some(site) => format!(
                "{group}, but with latitude and longitude exchanged {} would be",
                site.id
            ),
            None => group.clone(),
        };
        return Err((group, reason));
    };
    let stated = rounds::stated(&event.text, rules);
    let unknown = &rules.rounds_unknown;
    Ok(Attack {
        date: event.days.middle(),
        near,
        rule: rule.id.clone(),
        munition,
        rounds: stated.unwrap_or((unknown.low as u32, unknown.high as u32)),
        rounds_stated: stated.is_some(),
        event,
    })
}

/// One report for each source of an attack, at least one.
fn reports(
    attack: &Attack,
    data_set: DataSet,
    theatre: &Theatre,
    settings: Settings,
) -> Vec<Report> {
    let event = &attack.event;
    let first_id = format!("{}-{}", data_set.prefix(), plain(&event.id));
    let id = |place: usize| match place {
        0 => first_id.clone(),
        _ => format!("{first_id}-{}", place + 1),
    };
    let count = event.sources.len().max(1);
    let whole = event.days.count() == 1
        && event.place_precision == Some(PlacePrecision::Exact)
        && event.remarks.is_empty();
    (0..count)
        .map(|place| {
            let citation = format!("{} {}", data_set.name(), plain(&event.id));
            let source = match event.sources.get(place) {
                Some(source) => format!("{citation}: {}", plain(source)),
                None => citation,
            };
            // The last report stands for all of them.
            let confirmed = whole && count > 1 && place + 1 == count;
            let mut cells = facts(attack, theatre, settings.casualties);
            let confidence = if confirmed { "confirmed" } else { "reported" };
            cells.push(("source", source));
            cells.push(("confidence", confidence.to_owned()));
            cells.push(("notes", notes(attack, count, settings.casualties)));
            Report {
                id: id(place),
                supersedes: place.checked_sub(1).map(id),
                cells,
            }
        })
        .collect()
}

/// The cells that every report of an attack has alike, by their columns.
fn facts(
    attack: &Attack,
    theatre: &Theatre,
    casualties: Casualties,
) -> Vec<(&'static str, String)> {
    let site = theatre.sites.get(attack.near.0.site);
    let (killed, wounded) = (attack.event.killed, attack.event.wounded);
    let count = |whose, count: Option<u32>| match whose == casualties {
        true => count.unwrap_or(0).to_string(),
        false => "0".to_owned(),
    };
    vec![
        ("date", attack.date.to_string()),
        (
            "site",
            site.map_or_else(String::new, |site| site.id.clone()),
        ),
        ("munition", attack.munition.clone()),
        ("rounds_low", attack.rounds.0.to_string()),
        ("rounds_high", attack.rounds.1.to_string()),
        ("killed", count(Casualties::Own, killed)),
        ("wounded", count(Casualties::Own, wounded)),
        ("killed_partner", count(Casualties::Partner, killed)),
        ("wounded_partner", count(Casualties::Partner, wounded)),
    ]
}

/// How the report came about, and the event's own words.
fn notes(attack: &Attack, sources: usize, casualties: Casualties) -> String {
    let event = &attack.event;
    let mut parts = vec![format!(
        "{NOTES_BEGIN}{}, {:.1} km from the site",
        attack.rule,
        attack.near.0.distance_m / 1_000.0
    )];
    if sources > 1 {
        parts.push(format!("one of {sources} sources of one event"));
    }
    if event.days.count() > 1 {
        let (first, last) = (event.days.first, event.days.last);
        parts.push(format!("day not known, {first} to {last}"));
    }
    match event.place_precision {
        Some(PlacePrecision::Exact) => {}
        Some(_) => parts.push("place not exact".to_owned()),
        None => parts.push("precision of the place not given".to_owned()),
    }
    if !attack.rounds_stated {
        parts.push("rounds not stated".to_owned());
    }
    if casualties == Casualties::Left {
        parts.extend(casualties_left(event));
    }
    parts.extend(event.remarks.iter().cloned());
    let told: String = plain(&event.text).chars().take(TEXT_MAX).collect();
    let mut all = parts.join("; ");
    if !told.is_empty() {
        let _ = write!(all, ": {told}");
    }
    plain(&all)
}

/// What an event says of casualties, in words.
fn casualties_left(event: &Event) -> Option<String> {
    let counted =
        |count: Option<u32>, verb| count.filter(|c| *c > 0).map(|c| format!("{c} {verb}"));
    let parts: Vec<String> = [
        counted(event.killed, "killed"),
        counted(event.wounded, "wounded"),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| format!("{} on all sides, not counted", parts.join(" and ")))
}

/// The text on one line, without control characters, its spaces single.
fn plain(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}
