//! A log that reports are added to: what stands in it stays, byte for byte.

use super::{Import, Report};
use csv::StringRecord;
use std::collections::{HashMap, HashSet};

/// The columns of a new log.
const COLUMNS: [&str; 18] = [
    "id",
    "date",
    "reported_on",
    "local_time",
    "site",
    "munition",
    "rounds_low",
    "rounds_high",
    "killed",
    "wounded",
    "killed_partner",
    "wounded_partner",
    "warned",
    "campaign",
    "source",
    "confidence",
    "supersedes",
    "notes",
];
/// Columns of a report whose change since it was imported is worth a word.
const FACTS: [&str; 9] = [
    "date",
    "site",
    "munition",
    "rounds_low",
    "rounds_high",
    "killed",
    "wounded",
    "killed_partner",
    "wounded_partner",
];

/// A log before reports are added to it.
#[derive(Clone, Debug)]
pub struct Log {
    text: String,
    header: StringRecord,
    rows: HashMap<String, StringRecord>,
    superseded: HashMap<String, String>,
}

/// A log after reports were added to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// The whole log.
    pub text: String,
    /// Reports that were added.
    pub new: usize,
    /// Reports that stood there already, alike.
    pub known: usize,
    /// Reports that stood there already and say something else now: the id, and what.
    pub changed: Vec<(String, String)>,
    /// Reports that would supersede one that another report corrects already: the id, and which.
    pub corrected: Vec<(String, String)>,
}

impl Log {
    /// A log without reports.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            text: format!("{}\n", COLUMNS.join(",")),
            header: StringRecord::from(COLUMNS.as_slice()),
            rows: HashMap::new(),
            superseded: HashMap::new(),
        }
    }

    /// The log as it stands.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The log that a file holds.
    ///
    /// # Errors
    /// Where it is no text, no CSV, or lacks a column that reports need: what is wrong and the mend.
    pub fn of(bytes: &[u8]) -> Result<Self, String> {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Err("it is not UTF-8; save it as UTF-8".to_owned());
        };
        let unmarked = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::Reader::from_reader(unmarked.as_bytes());
        let no_csv = |error: csv::Error| format!("it is no CSV file: {error}");
        let header = reader.headers().map_err(no_csv)?.clone();
        let missing: Vec<&str> = COLUMNS
            .into_iter()
            .filter(|column| is_needed(column) && !header.iter().any(|had| had == *column))
            .collect();
        if !missing.is_empty() {
            return Err(format!(
                "it lacks the columns {}; add them to its header and every row, or write to a file \
                 of its own with --out",
                missing.join(", ")
            ));
        }
        let mut log = Self {
            text: text.to_owned(),
            header,
            rows: HashMap::new(),
            superseded: HashMap::new(),
        };
        for row in reader.records() {
            let row = row.map_err(no_csv)?;
            let id = log.cell(&row, "id").to_owned();
            let supersedes = log.cell(&row, "supersedes").to_owned();
            if !supersedes.is_empty() {
                log.superseded.insert(supersedes, id.clone());
            }
            log.rows.insert(id, row);
        }
        Ok(log)
    }

    /// The log with those reports of an import that it has not.
    ///
    /// # Errors
    /// Where rows cannot be written as CSV, which none of ours is.
    pub fn with(mut self, import: &Import) -> Result<Added, csv::Error> {
        let ending = match self.text.split_once('\n') {
            Some((first, _)) if first.ends_with('\r') => csv::Terminator::CRLF,
            _ => csv::Terminator::Any(b'\n'),
        };
        let mut writer = csv::WriterBuilder::new()
            .terminator(ending)
            .from_writer(Vec::new());
        let mut added = Added::default();
        let mut left = HashSet::new();
        for report in &import.reports {
            if let Some(row) = self.rows.get(&report.id) {
                match self.changes(row, report) {
                    changes if changes.is_empty() => added.known += 1,
                    changes => added.changed.push((report.id.clone(), changes.join(", "))),
                }
                continue;
            }
            let before = report.supersedes.as_deref().unwrap_or_default();
            if let Some(by) = self.superseded.get(before) {
                added.corrected.push((report.id.clone(), by.clone()));
                left.insert(report.id.as_str());
                continue;
            }
            if left.contains(before) {
                added.corrected.push((report.id.clone(), before.to_owned()));
                left.insert(report.id.as_str());
                continue;
            }
            writer.write_record(self.header.iter().map(|column| report.cell(column)))?;
            added.new += 1;
        }
        let rows = writer.into_inner().map_err(|error| error.into_error())?;
        if added.new > 0 && !self.text.ends_with('\n') {
            self.text.push_str(match ending {
                csv::Terminator::CRLF => "\r\n",
                _ => "\n",
            });
        }
        self.text.push_str(&String::from_utf8_lossy(&rows));
        added.text = self.text;
        Ok(added)
    }

    fn cell<'r>(&self, row: &'r StringRecord, column: &str) -> &'r str {
        let at = self.header.iter().position(|had| had == column);
        at.and_then(|at| row.get(at)).unwrap_or_default()
    }

    /// What a report says otherwise than the row of its id.
    fn changes(&self, row: &StringRecord, report: &Report) -> Vec<String> {
        let has = |column: &str| self.header.iter().any(|had| had == column);
        FACTS
            .into_iter()
            .filter(|column| has(column))
            .filter_map(|column| {
                let (stands, comes) = (self.cell(row, column), report.cell(column));
                let same = stands == comes || (stands.is_empty() && comes == "0");
                (!same).then(|| format!("{column} is {stands}, and {comes} by the file"))
            })
            .collect()
    }
}

impl Report {
    fn cell(&self, column: &str) -> &str {
        match column {
            "id" => &self.id,
            "supersedes" => self.supersedes.as_deref().unwrap_or_default(),
            "warned" => "unknown",
            _ => {
                let found = self.cells.iter().find(|(name, _)| *name == column);
                found.map_or("", |(_, value)| value)
            }
        }
    }
}

/// Whether a log must have a column to take reports without losing anything of them.
fn is_needed(column: &str) -> bool {
    !matches!(column, "reported_on" | "local_time" | "warned" | "campaign")
}
