//! Rows of a CSV file that others have made: RFC 4180, parted by commas, semicolons or tabs.
//!
//! Unlike a reader that takes what it can get, this one names every row whose quotes do not close,
//! and goes on at the next line, so that one stray quote costs one row and not the rest of the file.

use super::{Refusal, Why};
use std::borrow::Cow;

/// Longest quoted field. A quote that does not close within it is out of place.
const FIELD_BYTES_MAX: usize = 1 << 18;

/// The names of the columns, in lower case.
pub(super) struct Header(Vec<String>);

impl Header {
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|column| column == name)
    }

    pub fn width(&self) -> usize {
        self.0.len()
    }

    /// The place of a column; `None` where there is none.
    pub fn find(&self, column: &'static str) -> Result<Option<usize>, Refusal> {
        let mut places =
            (0..self.0.len()).filter(|&at| self.0.get(at).is_some_and(|c| c == column));
        let first = places.next();
        match places.next() {
            None => Ok(first),
            Some(_) => Err(Refusal::Twice { column }),
        }
    }

    /// The places of columns that must be there.
    pub fn need<const N: usize>(
        &self,
        data_set: &'static str,
        names: [&'static str; N],
    ) -> Result<[usize; N], Refusal> {
        let mut places = [0; N];
        let mut missing = Vec::new();
        for (place, name) in places.iter_mut().zip(names) {
            match self.find(name)? {
                Some(found) => *place = found,
                None => missing.push(format!("`{name}`")),
            }
        }
        if missing.is_empty() {
            Ok(places)
        } else {
            let columns = missing.join(", ");
            Err(Refusal::Columns { data_set, columns })
        }
    }

    /// The first columns, for a message.
    pub fn beginning(&self) -> String {
        const SHOWN: usize = 60;
        let whole: String = self.0.join(",");
        let cut: String = whole.chars().take(SHOWN).collect();
        cut.chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect()
    }
}

/// The rows below the header.
pub(super) struct Table<'a> {
    text: &'a str,
    delimiter: u8,
    at: usize,
    line: usize,
}

/// One row.
pub(super) struct Record<'a> {
    /// Line on which it begins, from 1.
    pub line: u32,
    fields: Vec<Cow<'a, str>>,
    misquoted: Option<&'static str>,
}

impl<'a> Table<'a> {
    /// The rows and the header, whose delimiter is the one that parts it into the most columns.
    pub fn open(text: &'a str) -> Result<(Self, Header), Refusal> {
        let with = |delimiter| {
            let mut table = Self {
                text,
                delimiter,
                at: 0,
                line: 1,
            };
            let header = table.next()?;
            let name = |field: &Cow<str>| field.trim().to_lowercase().replace(' ', "_");
            let names = header.fields.iter().map(name).collect();
            Some((table, Header(names)))
        };
        [b'\t', b';', b',']
            .into_iter()
            .filter_map(with)
            .max_by_key(|(_, header)| header.width())
            .ok_or(Refusal::Empty)
    }

    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The field that begins here, and where it ends.
    fn field(&self, start: usize) -> (Cow<'a, str>, usize, Option<&'static str>) {
        let bytes = self.text.as_bytes();
        let ends = |at: usize| match bytes.get(at) {
            None | Some(b'\n' | b'\r') => true,
            Some(byte) => *byte == self.delimiter,
        };
        let part = |range| self.text.get(range).unwrap_or_default();
        if bytes.get(start) != Some(&b'"') {
            let mut at = start;
            while !ends(at) {
                at += 1;
            }
            return (Cow::Borrowed(part(start..at)), at, None);
        }
        let limit = bytes.len().min(start.saturating_add(FIELD_BYTES_MAX));
        let (mut at, mut doubled) = (start + 1, false);
        while at < limit {
            match (bytes.get(at), bytes.get(at + 1)) {
                (Some(b'"'), Some(b'"')) => {
                    doubled = true;
                    at += 2;
                }
                (Some(b'"'), _) if ends(at + 1) => {
                    let inner = part(start + 1..at);
                    let field = if doubled {
                        Cow::Owned(inner.replace("\"\"", "\""))
                    } else {
                        Cow::Borrowed(inner)
                    };
                    return (field, at + 1, None);
                }
                (Some(b'"'), _) => {
                    let wrong = "a double quote inside a quoted field is not written as two";
                    return (Cow::Borrowed(""), at, Some(wrong));
                }
                _ => at += 1,
            }
        }
        let wrong = "a double quote opens a field and is never closed";
        (Cow::Borrowed(""), at, Some(wrong))
    }

    /// Where the next line begins.
    fn after_line(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        let ending = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let end = ending.map_or(self.text.len(), |ending| at + ending);
        end + self.ending(end)
    }

    /// How many bytes of line ending stand here.
    fn ending(&self, at: usize) -> usize {
        match (
            self.text.as_bytes().get(at),
            self.text.as_bytes().get(at + 1),
        ) {
            (Some(b'\r'), Some(b'\n')) => 2,
            (Some(b'\r' | b'\n'), _) => 1,
            _ => 0,
        }
    }

    /// Moves on, counting lines: LF, CRLF and lone CR alike.
    fn advance(&mut self, to: usize) {
        while self.at < to {
            match self.ending(self.at) {
                0 => self.at += 1,
                ending => {
                    self.at += ending;
                    self.line += 1;
                }
            }
        }
    }
}

impl<'a> Iterator for Table<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        loop {
            match self.ending(self.at) {
                0 => break,
                blank => self.advance(self.at + blank),
            }
        }
        if self.at >= self.text.len() {
            return None;
        }
        let line = u32::try_from(self.line).unwrap_or(u32::MAX);
        let (mut fields, mut at) = (Vec::new(), self.at);
        loop {
            let (field, end, misquoted) = self.field(at);
            if misquoted.is_some() {
                let resume = self.after_line(self.at);
                self.advance(resume);
                return Some(Record {
                    line,
                    fields,
                    misquoted,
                });
            }
            fields.push(field);
            at = end;
            if self.text.as_bytes().get(at) != Some(&self.delimiter) {
                break;
            }
            at += 1;
        }
        let resume = at + self.ending(at);
        self.advance(resume);
        Some(Record {
            line,
            fields,
            misquoted: None,
        })
    }
}

impl<'a> Record<'a> {
    /// The fields, as many as the header has columns.
    pub fn fields(self, width: usize) -> Result<Vec<Cow<'a, str>>, (Why, String)> {
        if let Some(wrong) = self.misquoted {
            let reason = format!("{wrong}; read on at the next line");
            return Err((Why::Quotes, reason));
        }
        let count = self.fields.len();
        if count == width {
            Ok(self.fields)
        } else {
            let reason = format!("{count} fields, where the header has {width}");
            Err((Why::Fields, reason))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(u32, Result<Vec<String>, Why>)> {
        let (table, header) = Table::open(text).unwrap();
        table
            .map(|record| {
                let line = record.line;
                let fields = record.fields(header.width());
                let owned = |fields: Vec<Cow<str>>| fields.iter().map(|f| f.to_string()).collect();
                (line, fields.map(owned).map_err(|(why, _)| why))
            })
            .collect()
    }

    fn ok(line: u32, fields: [&str; 2]) -> (u32, Result<Vec<String>, Why>) {
        (line, Ok(fields.map(str::to_owned).to_vec()))
    }

    #[test]
    fn quotes_hold_commas_newlines_and_quotes() {
        let text = "\"A\",b\r\n1,\"x, \"\"y\"\"\r\nz\"\r\n\r\n2,w\r\n3,5\" gun";
        let expected = [
            ok(2, ["1", "x, \"y\"\r\nz"]),
            ok(5, ["2", "w"]),
            ok(6, ["3", "5\" gun"]),
        ];
        assert_eq!(rows(text), expected);
    }

    #[test]
    fn a_stray_quote_costs_its_own_row_alone() {
        let text = "a,b\n1,\"open\n2,x\n3,\"y\" z\n4,w\n5\n";
        let expected = [
            (2, Err(Why::Quotes)),
            ok(3, ["2", "x"]),
            (4, Err(Why::Quotes)),
            ok(5, ["4", "w"]),
            (6, Err(Why::Fields)),
        ];
        assert_eq!(rows(text), expected);
    }

    #[test]
    fn the_delimiter_is_the_one_that_parts_the_header() {
        assert_eq!(rows("a;b\n1;2,5\n"), [ok(2, ["1", "2,5"])]);
        assert_eq!(rows("a\tb\r1\t2\r"), [ok(2, ["1", "2"])]);
    }
}
