//! The faults found so far, before they are given lines and columns.

use crate::diagnose::{Excerpt, Fault, FaultKind, Faults};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Range;

/// A file of the theatre folder or of the built-in catalogue, in the order in which they are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum File {
    /// What is to be decided.
    Theatre,
    /// Where people are.
    Sites,
    /// What has been fired at them.
    Incidents,
    /// Systems of the theatre.
    Systems,
    /// Munitions of the theatre.
    Munitions,
    /// Systems that every theatre has.
    BuiltInSystems,
    /// Munitions that every theatre has.
    BuiltInMunitions,
    /// How people behave, in every theatre.
    BuiltInPeople,
    /// Rules for importing event data, built in or the user's own.
    ImportRules,
    /// A radar.
    Sensor,
    /// Who may be warned.
    Zones,
}

impl File {
    /// The files of a theatre folder.
    pub const OF_FOLDER: [Self; 5] = [
        Self::Theatre,
        Self::Sites,
        Self::Incidents,
        Self::Systems,
        Self::Munitions,
    ];

    /// Name of the file in its folder.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Theatre => "theatre.toml",
            Self::Sites => "sites.csv",
            Self::Incidents => "incidents.csv",
            Self::Systems => "systems.toml",
            Self::Munitions => "munitions.toml",
            Self::BuiltInSystems => "catalogue/systems.toml",
            Self::BuiltInMunitions => "catalogue/munitions.toml",
            Self::BuiltInPeople => "catalogue/people.toml",
            Self::ImportRules => "catalogue/import.toml",
            Self::Sensor => "sensor.toml",
            Self::Zones => "zones.geojson",
        }
    }

    /// Whether a folder may lack it.
    #[must_use]
    pub fn is_optional(self) -> bool {
        matches!(self, Self::Systems | Self::Munitions)
    }

    /// Most bytes that it may have.
    #[must_use]
    pub fn bytes_max(self) -> u64 {
        const MIB: u64 = 1 << 20;
        match self {
            Self::Sites => 1024 * MIB,
            Self::Incidents => 4096 * MIB,
            _ => 64 * MIB,
        }
    }
}

/// A fault whose place is still in bytes; an empty place at byte 0 is the whole file.
#[derive(Clone, Debug)]
struct Raw {
    file: File,
    span: Range<usize>,
    kind: FaultKind,
    wrong: String,
    mend: String,
}

/// A table of a file, with the keys that it lacks and what each should be.
#[derive(Debug)]
struct Gap {
    what: String,
    span: Range<usize>,
    keys: Vec<(String, String)>,
}

impl Gap {
    /// What is wrong, and what would be right.
    fn words(&self) -> (String, String) {
        let keys: Vec<String> = self
            .keys
            .iter()
            .map(|(key, _)| format!("`{key}`"))
            .collect();
        let verb = if keys.len() == 1 { "is" } else { "are" };
        let mend: Vec<String> = self
            .keys
            .iter()
            .map(|(key, expected)| format!("add `{key}`: {expected}"))
            .collect();
        (
            format!("{} {verb} missing from {}", keys.join(", "), self.what),
            mend.join("\n"),
        )
    }
}

/// Collects faults. Interior mutability lets many readers of one document share it.
#[derive(Debug, Default)]
pub(super) struct Log {
    kept: RefCell<Vec<Raw>>,
    /// By file and first byte of the table.
    gaps: RefCell<BTreeMap<(File, usize), Gap>>,
    unlisted: Cell<usize>,
}

impl Log {
    /// Most faults that are kept; of the rest only the number is.
    const KEPT_MAX: usize = 10_000;
    /// Faults after which no more near names are looked for, which keeps loading linear.
    const HINTS_MAX: usize = 100;

    pub fn add(
        &self,
        file: File,
        span: Range<usize>,
        kind: FaultKind,
        wrong: String,
        mend: String,
    ) {
        let mut kept = self.kept.borrow_mut();
        if kept.len() < Self::KEPT_MAX {
            kept.push(Raw {
                file,
                span,
                kind,
                wrong,
                mend,
            });
        } else {
            self.unlisted.set(self.unlisted.get().saturating_add(1));
        }
    }

    /// Adds a key that a table lacks; all those of one table make one fault.
    pub fn add_missing(
        &self,
        file: File,
        span: Range<usize>,
        what: &str,
        key: &str,
        expected: &str,
    ) {
        let mut gaps = self.gaps.borrow_mut();
        let gap = gaps.entry((file, span.start)).or_insert_with(|| Gap {
            what: what.to_owned(),
            span,
            keys: Vec::new(),
        });
        gap.keys.push((key.to_owned(), expected.to_owned()));
    }

    pub fn is_empty(&self) -> bool {
        self.kept.borrow().is_empty() && self.gaps.borrow().is_empty()
    }

    /// Whether near names are still looked for.
    pub fn hints(&self) -> bool {
        self.kept.borrow().len() < Self::HINTS_MAX
    }

    /// The candidate nearest to a mistaken name, as words to add to a mend, or nothing.
    pub fn hint<'a>(&self, name: &str, candidates: impl Iterator<Item = &'a str>) -> String {
        if !self.hints() {
            return String::new();
        }
        nearest(name, candidates)
            .map_or_else(String::new, |near| format!("did you mean `{near}`? "))
    }

    /// The faults with their lines, columns and excerpts, sorted by file and place.
    pub fn finish(self, path: impl Fn(File) -> String, text: impl Fn(File) -> String) -> Faults {
        for ((file, _), gap) in self.gaps.take() {
            let (wrong, mend) = gap.words();
            self.add(file, gap.span, FaultKind::Missing, wrong, mend);
        }
        let mut kept = self.kept.into_inner();
        kept.sort_by_key(|raw| (raw.file, raw.span.start));
        let mut list = Vec::with_capacity(kept.len());
        for group in kept.chunk_by(|a, b| a.file == b.file) {
            let Some(file) = group.first().map(|raw| raw.file) else {
                continue;
            };
            let (path, text) = (path(file), text(file));
            let mut place = Place::new(&text);
            list.extend(group.iter().map(|raw| place.locate(&path, raw)));
        }
        Faults {
            list,
            unlisted: self.unlisted.get(),
        }
    }
}

/// The candidate that is nearest to `name`, if it is near.
fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const CANDIDATES_MAX: usize = 10_000;
    const LONGEST: usize = 64;
    if name.len() > LONGEST {
        return None;
    }
    let lower = name.to_lowercase();
    candidates
        .take(CANDIDATES_MAX)
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (strsim::osa_distance(&lower, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= mistakes_max(candidate))
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many letters of a name may be mistaken; in a short one, only capitals.
fn mistakes_max(name: &str) -> usize {
    match name.chars().count() {
        0..4 => 0,
        length => length / 3,
    }
}

/// Walks forward through a text, counting lines and columns.
struct Place<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    line_start: usize,
    column: usize,
}

impl<'a> Place<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
            line_start: 0,
            column: 1,
        }
    }

    fn locate(&mut self, path: &str, raw: &Raw) -> Fault {
        let whole = raw.span == (0..0);
        self.advance(raw.span.start);
        let line_text = self.line_text();
        let span = raw.span.start.saturating_sub(self.line_start)
            ..raw.span.end.saturating_sub(self.line_start);
        let (line, column) = if whole {
            (0, 0)
        } else {
            (self.line, self.column)
        };
        Fault {
            path: path.to_owned(),
            line,
            column,
            span: raw.span.clone(),
            kind: raw.kind,
            wrong: raw.wrong.clone(),
            mend: raw.mend.clone(),
            excerpt: (!whole).then(|| Excerpt::new(path, line_text, span, line, column)),
        }
    }

    /// The line up to here and as much of what follows as an excerpt can need.
    fn line_text(&self) -> &'a str {
        const AHEAD: usize = 1_000;
        let mut end = self.text.len().min(self.at + AHEAD);
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let ahead = self.text.get(self.at..end).unwrap_or_default();
        let end = ahead.find('\n').map_or(end, |newline| self.at + newline);
        let line = self.text.get(self.line_start..end).unwrap_or_default();
        line.strip_suffix('\r').unwrap_or(line)
    }

    fn advance(&mut self, to: usize) {
        let passed = self.text.get(self.at..to).unwrap_or_default();
        self.at += passed.len();
        self.line += passed.bytes().filter(|byte| *byte == b'\n').count();
        match passed.rfind('\n') {
            Some(newline) => {
                self.line_start = self.at - (passed.len() - newline - 1);
                self.column = 1 + passed[newline + 1..].chars().count();
            }
            None => self.column += passed.chars().count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let names = ["al-asad", "erbil", "taji"];
        assert_eq!(nearest("Al-Asad", names.into_iter()), Some("al-asad"));
        assert_eq!(nearest("erbli", names.into_iter()), Some("erbil"));
        assert_eq!(nearest("kuwait", names.into_iter()), None);
    }

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let mut place = Place::new("é=1\r\nab\ncé=2");
        place.advance(3);
        assert_eq!((place.line, place.column), (1, 3));
        place.advance(13);
        assert_eq!((place.line, place.column), (3, 4));
    }
}
