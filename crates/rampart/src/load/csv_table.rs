//! Reads a CSV file row by row, strictly by RFC 4180, and finds the place of each faulty cell.
//!
//! The `csv` crate splits and unescapes. Because it forgives quotes that RFC 4180 does not allow,
//! and keeps no places, a row that holds a quote or a fault is scanned once more here.

use super::log::{File, Log};
use super::names::Names;
use super::rules::{Rule, Text, Wrong};
use crate::diagnose::{FaultKind, shown};
use csv::StringRecord;
use std::ops::Range;

/// Most columns that a header may have, known or not.
const COLUMNS_MAX: usize = 1_000;

/// A column, by its place in the header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    name: &'static str,
    index: Option<usize>,
}

/// One CSV file whose header has been read.
pub(super) struct Sheet<'a> {
    log: &'a Log,
    file: File,
    records: Records<'a>,
    header: Vec<String>,
}

/// How much of a row can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// It has a field for each column.
    All,
    /// A field too many or too few moves all but the first.
    FirstField,
    /// Its quotes are not those of RFC 4180; it may hold any number of rows.
    Nothing,
}

/// One row.
pub(super) struct Row<'a> {
    log: &'a Log,
    file: File,
    record: &'a StringRecord,
    raw: &'a str,
    start: usize,
    /// Line on which the row begins, from 1.
    pub line: u32,
}

impl<'a> Sheet<'a> {
    /// Reads the header; a fault for each column that is unknown, given twice or missing.
    /// `None` where the file has no header to go by.
    pub fn open(
        log: &'a Log,
        file: File,
        text: &'a str,
        required: &[&'static str],
        optional: &[&'static str],
    ) -> Option<Self> {
        let mut sheet = Self {
            log,
            file,
            records: Records::new(text),
            header: Vec::new(),
        };
        let mut record = StringRecord::new();
        let place = sheet.records.next(&mut record)?;
        let row = sheet.row(&record, &place);
        if row.lone_return(&place) || !row.is_well_quoted() {
            return None;
        }
        if record.len() > COLUMNS_MAX {
            let wrong = format!("the header has {} columns", record.len());
            let mend = format!("keep to {COLUMNS_MAX}");
            log.add(file, row.span(0), FaultKind::Limit, wrong, mend);
            return None;
        }
        let header: Vec<String> = record.iter().map(str::to_owned).collect();
        let known: Vec<&str> = required.iter().chain(optional).copied().collect();
        for (index, name) in header.iter().enumerate() {
            let add = |kind, wrong, mend| log.add(file, row.span(index), kind, wrong, mend);
            if !known.contains(&name.as_str()) {
                let hint = log.hint(name, known.iter().copied());
                let wrong = format!("`{}` is not a column of {}", shown(name), file.name());
                let mend = format!("{hint}the columns are: {}", known.join(", "));
                add(FaultKind::Unknown, wrong, mend);
            } else if header[..index].contains(name) {
                let wrong = format!("the column `{name}` stands twice");
                add(
                    FaultKind::Duplicate,
                    wrong,
                    "keep one of the two".to_owned(),
                );
            }
        }
        let whole = row.start..row.start + row.raw.trim_end().len();
        for name in required
            .iter()
            .filter(|name| !header.iter().any(|h| h == *name))
        {
            let wrong = format!("the column `{name}` is missing");
            let mend = "add it to the header and to every row".to_owned();
            log.add(file, whole.clone(), FaultKind::Missing, wrong, mend);
        }
        sheet.header = header;
        Some(sheet)
    }

    /// A column, whether or not the file has it.
    pub fn column(&self, name: &'static str) -> Column {
        let index = self.header.iter().position(|header| header == name);
        Column { name, index }
    }

    /// Calls `each` with every row up to `limit` and how much of it can be trusted; a fault for
    /// each row that is not whole, and at the row past the limit.
    pub fn rows(&mut self, limit: usize, mut each: impl FnMut(&Row, Trust)) {
        let mut record = StringRecord::new();
        let mut count = 0;
        while let Some(place) = self.records.next(&mut record) {
            let row = self.row(&record, &place);
            if count == limit {
                let (wrong, mend) = (
                    "the file has too many rows".to_owned(),
                    format!("keep to {limit} rows"),
                );
                self.log
                    .add(self.file, row.span(0), FaultKind::Limit, wrong, mend);
                return;
            }
            count += 1;
            if row.lone_return(&place) {
                return;
            }
            let trust = if !row.is_well_quoted() {
                Trust::Nothing
            } else if !row.is_whole(self.header.len()) {
                Trust::FirstField
            } else {
                Trust::All
            };
            each(&row, trust);
        }
    }

    fn row<'r>(&'r self, record: &'r StringRecord, place: &RecordPlace) -> Row<'r> {
        Row {
            log: self.log,
            file: self.file,
            record,
            raw: self
                .records
                .text
                .get(place.span.clone())
                .unwrap_or_default(),
            start: place.span.start,
            line: u32::try_from(place.line).unwrap_or(u32::MAX),
        }
    }
}

impl Column {
    /// Whether a row that can be trusted so far has this column's field in its place.
    pub fn holds(self, trust: Trust) -> bool {
        match trust {
            Trust::All => self.index.is_some(),
            Trust::FirstField => self.index == Some(0),
            Trust::Nothing => false,
        }
    }
}

impl Row<'_> {
    /// The cell's text, which may be empty; `None` where the file lacks the column.
    pub fn get(&self, column: Column) -> Option<&str> {
        self.record.get(column.index?)
    }

    /// A value that must be given. `None` once a fault has been added, here or at the header.
    pub fn need<R: Rule>(&self, column: Column, rule: &R) -> Option<R::Value> {
        let text = self.get(column)?;
        if text.is_empty() {
            let wrong = format!("`{}` is empty", column.name);
            let mend = format!("write {}", rule.expected());
            self.fault(column, FaultKind::Missing, wrong, mend);
            return None;
        }
        self.read(column, rule, text)
    }

    /// A value that may be left empty. `None` once a fault has been added.
    pub fn or<R: Rule>(&self, column: Column, rule: &R, default: R::Value) -> Option<R::Value> {
        match self.get(column) {
            None | Some("") => Some(default),
            Some(text) => self.read(column, rule, text),
        }
    }

    fn read<R: Rule>(&self, column: Column, rule: &R, text: &str) -> Option<R::Value> {
        match rule.cell(text) {
            Ok(value) => Some(value),
            Err(Wrong { kind, why }) => {
                let hint = match kind {
                    FaultKind::Unknown => self.log.hint(text, rule.words().into_iter()),
                    _ => String::new(),
                };
                let wrong = format!("`{}` {why}", column.name);
                self.fault(
                    column,
                    kind,
                    wrong,
                    format!("{hint}write {}", rule.expected()),
                );
                None
            }
        }
    }

    /// The index of the thing whose id the cell gives; `also` are words that could stand there too.
    pub fn reference(&self, column: Column, names: &Names, also: &[&'static str]) -> Option<usize> {
        let id = self.need(column, &Text)?;
        if let Some(found) = names.get(&id) {
            return Some(found);
        }
        names.find(self.log, self.file, self.place(column), &id, also)
    }

    /// Adds a fault at a cell.
    pub fn fault(&self, column: Column, kind: FaultKind, wrong: String, mend: String) {
        self.log
            .add(self.file, self.place(column), kind, wrong, mend);
    }

    /// Place of a cell in the file.
    pub fn place(&self, column: Column) -> Range<usize> {
        self.span(column.index.unwrap_or(0))
    }

    fn span(&self, index: usize) -> Range<usize> {
        let fields = scan(self.raw).fields;
        let within = fields.get(index).or(fields.last()).cloned().unwrap_or(0..0);
        // An empty cell is marked by what follows it, so that there is something to see.
        let end = within.end.max(within.start + 1);
        self.start + within.start..self.start + end
    }

    /// Whether the row has as many fields as the header; a fault where it has not.
    fn is_whole(&self, columns: usize) -> bool {
        let fields = self.record.len();
        if fields == columns {
            return true;
        }
        let noun = if fields == 1 { "field" } else { "fields" };
        let wrong = format!("this row has {fields} {noun}, the header has {columns}");
        let mend = if fields > columns {
            "enclose a field that holds a comma in double quotes"
        } else if self.raw.ends_with(['\r', '\n']) {
            "add the missing commas; an empty field still needs its comma"
        } else {
            "add the missing fields, or restore the rest of the file if it was cut short"
        }
        .to_owned();
        let first_line = self.raw.lines().next().map_or(0, str::len).max(1);
        let span = self.start..self.start + first_line;
        self.log
            .add(self.file, span, FaultKind::Syntax, wrong, mend);
        false
    }

    /// Whether the row ends with a lone carriage return, and a fault if so.
    fn lone_return(&self, place: &RecordPlace) -> bool {
        if place.lone_return {
            let span = place.span.end - 1..place.span.end;
            let wrong = "the line ends with a carriage return and no line feed".to_owned();
            let mend = "end every line with LF or with CRLF".to_owned();
            self.log
                .add(self.file, span, FaultKind::Syntax, wrong, mend);
        }
        place.lone_return
    }

    /// Whether the row's quotes are those of RFC 4180; a fault where they are not.
    fn is_well_quoted(&self) -> bool {
        !self.raw.contains('"') || self.is_scanned_well()
    }

    fn is_scanned_well(&self) -> bool {
        let Some((at, quote)) = scan(self.raw).quote else {
            return true;
        };
        let span = self.start + at.start..self.start + at.end;
        let (wrong, mend) = match quote {
            Quote::Open => (
                "the double quote that opens here is never closed",
                "close it, or restore the rest of the file if it was cut short",
            ),
            Quote::After => (
                "text follows the double quote that closes this field",
                "write a double quote inside a field as two: \"\"",
            ),
            Quote::Inside => (
                "a double quote stands inside a field that does not begin with one",
                "enclose the field in double quotes and write the one inside as two: \"\"",
            ),
        };
        self.log.add(
            self.file,
            span,
            FaultKind::Syntax,
            wrong.to_owned(),
            mend.to_owned(),
        );
        false
    }
}

/// How a quote breaks RFC 4180.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quote {
    /// Opened and never closed.
    Open,
    /// Text after the closing quote.
    After,
    /// Inside an unquoted field.
    Inside,
}

/// The places of a row's fields, quotes included, and of its first quote that is out of place.
#[derive(Debug)]
struct Scan {
    fields: Vec<Range<usize>>,
    quote: Option<(Range<usize>, Quote)>,
}

fn scan(raw: &str) -> Scan {
    let bytes = raw.as_bytes();
    let ends = |at: usize| matches!(bytes.get(at), None | Some(b',' | b'\r' | b'\n'));
    let mut scan = Scan {
        fields: Vec::new(),
        quote: None,
    };
    let mut at = 0;
    loop {
        let start = at;
        if bytes.get(at) == Some(&b'"') {
            match closing_quote(bytes, at) {
                Some(close) => at = close + 1,
                None => {
                    scan.quote.get_or_insert((start..start + 1, Quote::Open));
                    at = bytes.len();
                }
            }
            let after = at;
            while !ends(at) {
                at += 1;
            }
            if at > after {
                scan.quote.get_or_insert((after..at, Quote::After));
            }
        } else {
            while !ends(at) {
                if bytes[at] == b'"' {
                    scan.quote.get_or_insert((at..at + 1, Quote::Inside));
                }
                at += 1;
            }
        }
        scan.fields.push(start..at);
        if bytes.get(at) != Some(&b',') {
            return scan;
        }
        at += 1;
    }
}

/// The quote that closes the one at `open`; a pair of quotes stands for one and closes nothing.
fn closing_quote(bytes: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'"', Some(b'"')) => at += 2,
            (b'"', _) => return Some(at),
            _ => at += 1,
        }
    }
    None
}

/// Where a record lies.
struct RecordPlace {
    span: Range<usize>,
    line: usize,
    /// Whether a carriage return without a line feed ends it.
    lone_return: bool,
}

/// The records of a text with their places, blank lines left out.
struct Records<'a> {
    text: &'a str,
    reader: csv::Reader<&'a [u8]>,
    at: usize,
    line: usize,
}

impl<'a> Records<'a> {
    fn new(text: &'a str) -> Self {
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        Self {
            text,
            reader,
            at: 0,
            line: 1,
        }
    }

    fn next(&mut self, record: &mut StringRecord) -> Option<RecordPlace> {
        // Reading from text in memory that is UTF-8 throughout cannot fail.
        if !self.reader.read_record(record).unwrap_or(false) {
            return None;
        }
        let end = usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX);
        let read = self.text.get(self.at..end).unwrap_or_default();
        // The reader ends a record at its first line-ending byte and skips blank lines before one.
        let blank = read.len() - read.trim_start_matches(['\r', '\n']).len();
        let newlines = |text: &str| text.bytes().filter(|byte| *byte == b'\n').count();
        let line = self.line + newlines(&read[..blank]);
        let start = self.at + blank;
        self.line = line + newlines(&read[blank..]);
        self.at = end;
        let followed = self.text.as_bytes().get(end) == Some(&b'\n');
        Some(RecordPlace {
            span: start..end,
            line,
            lone_return: read.ends_with('\r') && !followed,
        })
    }
}
