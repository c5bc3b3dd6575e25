//! `incidents.csv`: what has been fired at the sites, as reported.

use super::csv_table::{Column, Row, Sheet, Trust};
use super::log::{File, Log};
use super::names::Names;
use super::rules::{Count, Day, OneOf, Text, TimeOfDay};
use crate::diagnose::{FaultKind, shown};
use jiff::civil::Date;
use std::ops::Range;
use theatre::{Confidence, Incident, Munition, Warned};

const INCIDENTS_MAX: usize = 10_000_000;
const ROUNDS_MAX: u32 = 10_000;

const REQUIRED: [&str; 10] = [
    "id",
    "date",
    "site",
    "munition",
    "rounds_low",
    "rounds_high",
    "killed",
    "wounded",
    "source",
    "confidence",
];
const OPTIONAL: [&str; 8] = [
    "reported_on",
    "local_time",
    "killed_partner",
    "wounded_partner",
    "warned",
    "campaign",
    "supersedes",
    "notes",
];

const CONFIDENCE: OneOf<Confidence> = OneOf(&[
    ("confirmed", Confidence::Confirmed),
    ("reported", Confidence::Reported),
    ("disputed", Confidence::Disputed),
]);

const WARNED: OneOf<Warned> = OneOf(&[
    ("before", Warned::Before),
    ("after", Warned::After),
    ("no", Warned::No),
    ("unknown", Warned::Unknown),
]);

struct Columns {
    id: Column,
    date: Column,
    site: Column,
    munition: Column,
    rounds: [Column; 2],
    killed: Column,
    wounded: Column,
    source: Column,
    confidence: Column,
    reported_on: Column,
    local_time: Column,
    killed_partner: Column,
    wounded_partner: Column,
    warned: Column,
    campaign: Column,
    supersedes: Column,
}

impl Columns {
    fn of(sheet: &Sheet) -> Self {
        Self {
            id: sheet.column("id"),
            date: sheet.column("date"),
            site: sheet.column("site"),
            munition: sheet.column("munition"),
            rounds: [sheet.column("rounds_low"), sheet.column("rounds_high")],
            killed: sheet.column("killed"),
            wounded: sheet.column("wounded"),
            source: sheet.column("source"),
            confidence: sheet.column("confidence"),
            reported_on: sheet.column("reported_on"),
            local_time: sheet.column("local_time"),
            killed_partner: sheet.column("killed_partner"),
            wounded_partner: sheet.column("wounded_partner"),
            warned: sheet.column("warned"),
            campaign: sheet.column("campaign"),
            supersedes: sheet.column("supersedes"),
        }
    }
}

/// What a report may name.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub sites: &'a Names,
    pub munitions: &'a Names,
}

/// What a row of the log says beside its [`Incident`], for looking the log over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Margin {
    /// The different words of the notes, each as a number that stands for it, sorted.
    pub words: Vec<u32>,
    /// Whether the notes say that the day is not known.
    pub day_open: bool,
}

/// The margins of a log without faults, aligned with its incidents.
pub(super) fn margins(text: &str) -> Vec<Margin> {
    let log = Log::default();
    let mut margins = Vec::new();
    if let Some(mut sheet) = Sheet::open(&log, File::Incidents, text, &REQUIRED, &OPTIONAL) {
        let notes = sheet.column("notes");
        sheet.rows(INCIDENTS_MAX, |row, _| {
            margins.push(margin(row.get(notes).unwrap_or_default()));
        });
    }
    margins
}

fn margin(notes: &str) -> Margin {
    let notes = notes.to_lowercase();
    // Only its own words tell one imported event from another.
    let told = match notes.strip_prefix(crate::import::NOTES_BEGIN) {
        Some(rest) => rest.split_once(": ").map_or("", |(_, told)| told),
        None => &notes,
    };
    let mut words: Vec<u32> = told
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(word_number)
        .collect();
    words.sort_unstable();
    words.dedup();
    let open = |part: &str| {
        let says = |word| {
            part.split(|c: char| !c.is_alphanumeric())
                .any(|had| had == word)
        };
        (says("day") || says("date"))
            && (part.contains("not known") || says("assumed") || says("unknown"))
    };
    Margin {
        words,
        day_open: notes.split([';', '.', ':']).any(open),
    }
}

/// FNV-1a of 32 bits (Fowler, Noll and Vo), the same on every machine.
fn word_number(word: &str) -> u32 {
    word.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// A report that corrects another one.
struct Correction {
    /// Index of the row that corrects.
    from: usize,
    to: String,
    span: Range<usize>,
}

/// Reads the log. Aligned with the file's rows where there is no fault.
pub(super) fn read(log: &Log, text: &str, known: Known) -> Vec<Incident> {
    let Some(mut sheet) = Sheet::open(log, File::Incidents, text, &REQUIRED, &OPTIONAL) else {
        return Vec::new();
    };
    let columns = Columns::of(&sheet);
    let mut names = Names::new("report");
    let mut incidents = Vec::new();
    let mut corrections = Vec::new();
    let mut rows = 0_usize;
    sheet.rows(INCIDENTS_MAX, |row, trust| {
        let index = rows;
        rows += 1;
        if columns.id.holds(trust) {
            name(row, columns.id, index, &mut names);
        } else {
            // The row may hold any id, so that no reference can be called unknown.
            names.complete = false;
        }
        if trust != Trust::All {
            return;
        }
        if let Some(to) = row.get(columns.supersedes).filter(|to| !to.is_empty()) {
            corrections.push(Correction {
                from: index,
                to: to.to_owned(),
                span: row.place(columns.supersedes),
            });
        }
        incidents.extend(incident(row, &columns, known));
    });
    let targets = resolve(log, &corrections, &names);
    report_circles(log, &corrections, &targets, rows);
    for (correction, target) in corrections.iter().zip(targets) {
        if let Some(incident) = incidents.get_mut(correction.from) {
            incident.supersedes = target;
        }
    }
    incidents
}

/// Notes the row's id, and a fault where another row has it.
fn name(row: &Row, column: Column, index: usize, names: &mut Names) {
    let Some(id) = row.get(column).filter(|id| !id.is_empty()) else {
        return;
    };
    if names.add(id, index).is_err() {
        let wrong = format!("another report has the id `{}`", shown(id));
        let mend = "give each report an id of its own".to_owned();
        row.fault(column, FaultKind::Duplicate, wrong, mend);
    }
}

fn incident(row: &Row, columns: &Columns, known: Known) -> Option<Incident> {
    let id = row.need(columns.id, &Text);
    let date = row.need(columns.date, &Day);
    let reported_on = reported_on(row, columns, date);
    let site = row.reference(columns.site, known.sites, &[]);
    let munition = munition(row, columns.munition, known.munitions);
    let any = Count {
        low: 0,
        high: ROUNDS_MAX,
    };
    let [low, high] = columns.rounds.map(|column| row.need(column, &any));
    let killed = row.need(columns.killed, &Count::ANY);
    let wounded = row.need(columns.wounded, &Count::ANY);
    let killed_partner = row.or(columns.killed_partner, &Count::ANY, 0);
    let wounded_partner = row.or(columns.wounded_partner, &Count::ANY, 0);
    let warned = row.or(columns.warned, &WARNED, Warned::Unknown);
    let source = row.need(columns.source, &Text);
    let confidence = row.need(columns.confidence, &CONFIDENCE);
    let local_time = match row.get(columns.local_time) {
        None | Some("") => Some(None),
        Some(_) => row.need(columns.local_time, &TimeOfDay).map(Some),
    };
    let campaign = match row.get(columns.campaign) {
        None | Some("") => Some(None),
        Some(_) => row.need(columns.campaign, &Text).map(Some),
    };
    rounds_agree(row, columns, munition, low.zip(high));
    if munition == Some(Munition::None) {
        no_casualties(
            row,
            columns,
            [killed, wounded, killed_partner, wounded_partner],
        );
    }
    Some(Incident {
        id: id?,
        date: date?,
        local_time: local_time?,
        reported_on: reported_on?,
        site: site?,
        munition: munition?,
        rounds_low: low?,
        rounds_high: high?,
        killed: killed?,
        wounded: wounded?,
        killed_partner: killed_partner?,
        wounded_partner: wounded_partner?,
        warned: warned?,
        campaign: campaign?,
        confidence: confidence?,
        supersedes: None,
        source: source?,
        line: row.line,
    })
}

fn reported_on(row: &Row, columns: &Columns, date: Option<Date>) -> Option<Date> {
    let Some(date) = date else {
        // The cell is still read, for its own faults.
        return row.or(columns.reported_on, &Day, Date::MIN);
    };
    let reported = row.or(columns.reported_on, &Day, date)?;
    if reported < date {
        let wrong = format!("`reported_on` is {reported}, before the attack on {date}");
        let mend = "write the day of the attack or a later one".to_owned();
        row.fault(columns.reported_on, FaultKind::Contradiction, wrong, mend);
    }
    Some(reported)
}

fn munition(row: &Row, column: Column, munitions: &Names) -> Option<Munition> {
    match row.get(column)? {
        "unknown" => Some(Munition::Unknown),
        "none" => Some(Munition::None),
        _ => row
            .reference(column, munitions, &["unknown", "none"])
            .map(Munition::Class),
    }
}

/// A fault where the rounds contradict the munition or each other.
fn rounds_agree(
    row: &Row,
    columns: &Columns,
    munition: Option<Munition>,
    rounds: Option<(u32, u32)>,
) {
    let (Some(munition), Some((low, high))) = (munition, rounds) else {
        return;
    };
    let [low_column, high_column] = columns.rounds;
    if munition == Munition::None {
        if (low, high) != (0, 0) {
            let column = if low > 0 { low_column } else { high_column };
            let wrong = "the munition is `none`, yet there are rounds".to_owned();
            let mend = "write 0 as both `rounds_low` and `rounds_high`".to_owned();
            row.fault(column, FaultKind::Contradiction, wrong, mend);
        }
    } else if low == 0 {
        let wrong = "`rounds_low` is 0, which only the munition `none` may have".to_owned();
        let mend = format!("write a whole number from 1 to {ROUNDS_MAX}");
        row.fault(low_column, FaultKind::Range, wrong, mend);
    }
    if low > high {
        let wrong = format!("`rounds_low` is {low}, more than `rounds_high`, which is {high}");
        let mend = "write the smaller count as `rounds_low`".to_owned();
        row.fault(low_column, FaultKind::Contradiction, wrong, mend);
    }
}

/// A fault at each casualty of an attack that did not happen.
fn no_casualties(row: &Row, columns: &Columns, counts: [Option<u32>; 4]) {
    let cells = [
        columns.killed,
        columns.wounded,
        columns.killed_partner,
        columns.wounded_partner,
    ];
    for (column, count) in cells.into_iter().zip(counts) {
        if count.is_some_and(|count| count > 0) {
            let wrong = "the munition is `none`, yet there are casualties".to_owned();
            let mend = "write 0, or name what was fired".to_owned();
            row.fault(column, FaultKind::Contradiction, wrong, mend);
        }
    }
}

/// The row that each correction corrects; a fault where there is none or it is the same row.
fn resolve(log: &Log, corrections: &[Correction], names: &Names) -> Vec<Option<usize>> {
    let target = |correction: &Correction| {
        let span = correction.span.clone();
        let found = names.find(log, File::Incidents, span.clone(), &correction.to, &[])?;
        if found == correction.from {
            let wrong = format!("`{}` supersedes itself", shown(&correction.to));
            let mend = "name the report that this one corrects".to_owned();
            log.add(File::Incidents, span, FaultKind::Contradiction, wrong, mend);
            return None;
        }
        Some(found)
    };
    corrections.iter().map(target).collect()
}

/// One fault for each circle of reports that supersede each other. Every report supersedes at most
/// one, so that following it from any report ends, or enters a circle that no other start leads to
/// a second time.
fn report_circles(log: &Log, corrections: &[Correction], targets: &[Option<usize>], rows: usize) {
    let mut correction_of = vec![None; rows];
    for (index, correction) in corrections.iter().enumerate() {
        correction_of[correction.from] = Some(index);
    }
    let next = |row: usize| {
        let index: usize = correction_of.get(row).copied().flatten()?;
        targets.get(index).copied().flatten().map(|to| (index, to))
    };
    let mut walk_of = vec![0_usize; rows];
    for start in 0..rows {
        let mut at = start;
        while walk_of[at] == 0 {
            walk_of[at] = start + 1;
            match next(at) {
                Some((_, to)) if walk_of[to] == start + 1 => {
                    report_circle(log, corrections, &next, to);
                    break;
                }
                Some((_, to)) => at = to,
                None => break,
            }
        }
    }
}

/// The fault for the circle through a row, at its first correction in the file.
fn report_circle(
    log: &Log,
    corrections: &[Correction],
    next: &impl Fn(usize) -> Option<(usize, usize)>,
    start: usize,
) {
    const NAMED_MAX: usize = 10;
    let mut circle = Vec::new();
    let mut at = start;
    while let Some((index, to)) = next(at) {
        circle.push(index);
        at = to;
        if at == start {
            break;
        }
    }
    let first = (0..circle.len())
        .min_by_key(|place| circle[*place])
        .unwrap_or(0);
    circle.rotate_left(first);
    let Some(head) = circle.first().and_then(|index| corrections.get(*index)) else {
        return;
    };
    // The last correction of the circle names its first report.
    let mut chain: Vec<String> = circle
        .last()
        .into_iter()
        .chain(&circle)
        .take(NAMED_MAX)
        .map(|index| format!("`{}`", shown(&corrections[*index].to)))
        .collect();
    if circle.len() >= NAMED_MAX {
        chain.push("...".to_owned());
    }
    log.add(
        File::Incidents,
        head.span.clone(),
        FaultKind::Contradiction,
        format!(
            "reports supersede each other in a circle: {}",
            chain.join(" -> ")
        ),
        "empty `supersedes` in the earliest of them".to_owned(),
    );
}
