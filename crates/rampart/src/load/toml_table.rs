//! Walks a TOML document key by key, so that one pass finds every fault in it.

use super::log::{File, Log};
use super::names::Names;
use super::rules::{Number, Rule, Text, Wrong};
use crate::diagnose::{FaultKind, shown};
use std::ops::Range;
use theatre::Interval;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One parsed file.
#[derive(Debug)]
pub(super) struct Document<'a> {
    pub log: &'a Log,
    pub file: File,
    line_starts: Vec<usize>,
    root: Spanned<DeTable<'a>>,
}

impl<'a> Document<'a> {
    /// Parses a file; a fault where it is not TOML.
    pub fn parse(log: &'a Log, file: File, text: &'a str) -> Option<Self> {
        match DeTable::parse(text) {
            Ok(root) => Some(Self {
                log,
                file,
                line_starts: std::iter::once(0)
                    .chain(text.match_indices('\n').map(|(at, _)| at + 1))
                    .collect(),
                root,
            }),
            Err(error) => {
                let span = error.span().unwrap_or(0..text.len());
                log.add(
                    file,
                    visible(text, span),
                    FaultKind::Syntax,
                    format!("this is not TOML: {}", shown(error.message())),
                    "correct it here; the rest of the file is read once this is TOML".to_owned(),
                );
                None
            }
        }
    }

    /// The table of the whole file, in which only `keys` have a meaning.
    pub fn root<'d>(&'d self, keys: &[&str]) -> Table<'d> {
        let table = Table {
            document: self,
            what: "the file".to_owned(),
            table: self.root.get_ref(),
            span: 0..0,
            base: None,
        };
        table.check_keys(keys);
        table
    }

    fn line(&self, at: usize) -> u32 {
        let line = self.line_starts.partition_point(|start| *start <= at);
        u32::try_from(line).unwrap_or(u32::MAX)
    }
}

/// A span that is neither empty nor past the end, where the text allows it.
fn visible(text: &str, span: Range<usize>) -> Range<usize> {
    let at = span.start.min(text.trim_end().len().saturating_sub(1));
    let mut start = at;
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    start..span.end.max(start + 1)
}

/// One table of a document, perhaps over one of the built-in catalogue that fills what it lacks.
#[derive(Clone, Debug)]
pub(super) struct Table<'a> {
    document: &'a Document<'a>,
    what: String,
    table: &'a DeTable<'a>,
    span: Range<usize>,
    base: Option<(&'a Document<'a>, &'a DeTable<'a>)>,
}

/// A value and the file in which it stands.
struct Found<'a> {
    file: File,
    value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Table<'a> {
    /// The same table, with the keys that it lacks taken from `base`.
    pub fn over(mut self, base: &Table<'a>) -> Self {
        self.base = Some((base.document, base.table));
        self
    }

    /// Line of the table's header, from 1.
    pub fn line(&self) -> u32 {
        self.document.line(self.span.start)
    }

    /// Place of the table's header.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Place of a key's value, or of the table where this table itself lacks it.
    pub fn span_of(&self, key: &str) -> Range<usize> {
        self.table
            .get(key)
            .map_or(self.span.clone(), |value| value.span())
    }

    /// Whether the table itself gives the key.
    pub fn gives(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Adds a fault at a place of this table's file.
    pub fn fault(&self, span: Range<usize>, kind: FaultKind, wrong: String, mend: String) {
        self.document
            .log
            .add(self.document.file, span, kind, wrong, mend);
    }

    /// A fault at every key that has no meaning here.
    fn check_keys(&self, keys: &[&str]) {
        for key in self
            .table
            .keys()
            .filter(|key| !keys.contains(&key.get_ref().as_ref()))
        {
            let name = key.get_ref().as_ref();
            let hint = self.document.log.hint(name, keys.iter().copied());
            self.fault(
                key.span(),
                FaultKind::Unknown,
                format!("`{}` has no meaning in {}", shown(name), self.what),
                format!("{hint}{} may hold: {}", self.what, keys.join(", ")),
            );
        }
    }

    fn find(&self, key: &str) -> Option<Found<'a>> {
        if let Some(value) = self.table.get(key) {
            let file = self.document.file;
            return Some(Found { file, value });
        }
        let (document, table) = self.base?;
        let file = document.file;
        table.get(key).map(|value| Found { file, value })
    }

    fn missing(&self, key: &str, expected: &str) {
        let document = self.document;
        document
            .log
            .add_missing(document.file, self.span(), &self.what, key, expected);
    }

    fn read<R: Rule>(&self, key: &str, found: &Found<'a>, rule: &R) -> Option<R::Value> {
        match rule.toml(found.value.get_ref()) {
            Ok(value) => Some(value),
            Err(Wrong { kind, why }) => {
                let log = self.document.log;
                let hint = match (kind, found.value.get_ref()) {
                    (FaultKind::Unknown, DeValue::String(text)) => {
                        log.hint(text, rule.words().into_iter())
                    }
                    _ => String::new(),
                };
                let wrong = format!("`{key}` {why}");
                let mend = format!("{hint}write {}", rule.expected());
                log.add(found.file, found.value.span(), kind, wrong, mend);
                None
            }
        }
    }

    /// A value that must be given. `None` once a fault has been added.
    pub fn need<R: Rule>(&self, key: &str, rule: &R) -> Option<R::Value> {
        match self.find(key) {
            Some(found) => self.read(key, &found, rule),
            None => {
                self.missing(key, &rule.expected());
                None
            }
        }
    }

    /// A value that may be left out. `None` once a fault has been added.
    pub fn or<R: Rule>(&self, key: &str, rule: &R, default: R::Value) -> Option<R::Value> {
        match self.find(key) {
            Some(found) => self.read(key, &found, rule),
            None => Some(default),
        }
    }

    /// An interval `{ low, high, source }` that must be given, both ends within `range`.
    pub fn interval(&self, key: &str, range: Number, sourced: bool) -> Option<Interval> {
        match self.find(key) {
            Some(found) => self.read_interval(key, &found, range, sourced),
            None => {
                self.missing(key, &interval_expected(range, sourced));
                None
            }
        }
    }

    /// An interval with its source that may be left out. `None` once a fault has been added.
    pub fn interval_or(&self, key: &str, range: Number, default: Interval) -> Option<Interval> {
        match self.find(key) {
            Some(found) => self.read_interval(key, &found, range, true),
            None => Some(default),
        }
    }

    fn read_interval(
        &self,
        key: &str,
        found: &Found<'a>,
        range: Number,
        sourced: bool,
    ) -> Option<Interval> {
        let log = self.document.log;
        let expected = interval_expected(range, sourced);
        let DeValue::Table(table) = found.value.get_ref() else {
            let wrong = format!("`{key}` is not an interval");
            let (span, mend) = (found.value.span(), format!("write {expected}"));
            log.add(found.file, span, FaultKind::Type, wrong, mend);
            return None;
        };
        let document = match self.base {
            Some((base, _)) if base.file == found.file => base,
            _ => self.document,
        };
        let inner = Table {
            document,
            what: format!("`{key}`"),
            table,
            span: found.value.span(),
            base: None,
        };
        inner.check_keys(&["low", "high", "source"]);
        let (low, high) = (inner.need("low", &range), inner.need("high", &range));
        let source = match sourced {
            true => inner.need("source", &Text),
            false => inner.or("source", &Text, String::new()),
        };
        let (low, high) = (low?, high?);
        if low > high {
            inner.fault(
                inner.span(),
                FaultKind::Contradiction,
                format!("`{key}` runs from {low} down to {high}"),
                "write the smaller end as `low` and the greater as `high`".to_owned(),
            );
            return None;
        }
        let source = source?;
        Some(Interval { low, high, source })
    }

    /// The tables of an array of tables, none where it is absent, no more than `limit`.
    pub fn tables(&self, key: &str, keys: &[&str], limit: usize) -> Vec<Table<'a>> {
        let Some(found) = self.find(key) else {
            return Vec::new();
        };
        let what = format!("[[{key}]]");
        let DeValue::Array(array) = found.value.get_ref() else {
            let wrong = format!("`{key}` is not a list of tables");
            let mend = format!("head each entry with {what}");
            self.fault(found.value.span(), FaultKind::Type, wrong, mend);
            return Vec::new();
        };
        if let Some(first) = array.get(limit) {
            let wrong = format!("there are {} {what}, which is too many", array.len());
            let mend = format!("keep to {limit}");
            self.fault(first.span(), FaultKind::Limit, wrong, mend);
        }
        let mut tables = Vec::with_capacity(array.len().min(limit));
        for entry in array.iter().take(limit) {
            tables.extend(self.inner(&what, entry, keys));
        }
        tables
    }

    /// A table that may be absent.
    pub fn table(&self, key: &str, keys: &[&str]) -> Option<Table<'a>> {
        let value = self.table.get(key)?;
        self.inner(&format!("[{key}]"), value, keys)
    }

    /// A table that must be there.
    pub fn need_table(&self, key: &str, keys: &[&str]) -> Option<Table<'a>> {
        if !self.gives(key) {
            let mend = format!("add [{key}] with {}", keys.join(", "));
            let wrong = format!("[{key}] is missing");
            self.fault(self.span(), FaultKind::Missing, wrong, mend);
        }
        self.table(key, keys)
    }

    fn inner(&self, what: &str, value: &'a Spanned<DeValue<'a>>, keys: &[&str]) -> Option<Self> {
        let DeValue::Table(table) = value.get_ref() else {
            let wrong = format!("{what} is not a table");
            let mend = format!("write {what} on a line of its own and its keys below");
            self.fault(value.span(), FaultKind::Type, wrong, mend);
            return None;
        };
        let inner = Self {
            document: self.document,
            what: what.to_owned(),
            table,
            span: value.span(),
            base: None,
        };
        inner.check_keys(keys);
        Some(inner)
    }

    /// The index of the thing whose id the key gives.
    pub fn reference(&self, key: &str, names: &Names) -> Option<usize> {
        let id = self.need(key, &Text)?;
        let document = self.document;
        names.find(document.log, document.file, self.span_of(key), &id, &[])
    }

    /// A list of ids that must be given, without repeats: each index, and the place where it stands.
    /// `None` once a fault has been added.
    pub fn references(&self, key: &str, names: &Names) -> Option<Vec<(usize, Range<usize>)>> {
        let entries = self.texts(key, "a list of ids that is not empty")?;
        let document = self.document;
        let mut seen = std::collections::HashSet::new();
        let mut found = Some(Vec::new());
        for (id, span) in entries {
            match names.find(document.log, document.file, span.clone(), &id, &[]) {
                Some(index) if seen.insert(index) => {
                    if let Some(found) = &mut found {
                        found.push((index, span));
                    }
                }
                Some(_) => {
                    let wrong = format!("`{}` stands twice in `{key}`", shown(&id));
                    let mend = "name each once".to_owned();
                    self.fault(span, FaultKind::Duplicate, wrong, mend);
                    found = None;
                }
                None => found = None,
            }
        }
        found
    }

    /// A list of texts that is not empty, each with its place. `None` once a fault has been added.
    pub fn texts(&self, key: &str, expected: &str) -> Option<Vec<(String, Range<usize>)>> {
        let Some(found) = self.find(key) else {
            self.missing(key, expected);
            return None;
        };
        let log = self.document.log;
        let add =
            |span, kind, wrong| log.add(found.file, span, kind, wrong, format!("write {expected}"));
        let DeValue::Array(array) = found.value.get_ref() else {
            add(
                found.value.span(),
                FaultKind::Type,
                format!("`{key}` is not a list"),
            );
            return None;
        };
        if array.is_empty() {
            add(
                found.value.span(),
                FaultKind::Missing,
                format!("`{key}` is empty"),
            );
            return None;
        }
        let mut texts = Some(Vec::with_capacity(array.len()));
        for entry in array.iter() {
            match (Text.toml(entry.get_ref()), &mut texts) {
                (Ok(text), Some(texts)) => texts.push((text, entry.span())),
                (Ok(_), None) => {}
                (Err(Wrong { kind, why }), _) => {
                    add(entry.span(), kind, format!("an entry of `{key}` {why}"));
                    texts = None;
                }
            }
        }
        texts
    }
}

fn interval_expected(range: Number, sourced: bool) -> String {
    let source = if sourced { ", source = \"...\"" } else { "" };
    format!(
        "{{ low = ..., high = ...{source} }}, each end {}",
        range.expected()
    )
}
