//! Chunks of a study on disk, so that one that was broken off can go on.
//!
//! `study.json` says what is studied; `chunk-N` holds the rows of chunk N. Each file is written beside
//! its place and renamed into it, and ends with a checksum: what a crash left behind is not read.

use super::replicate::Row;
use crate::commands::output::write_whole;
use serde_json::Value;
use std::io;
use std::path::{Path, PathBuf};
use theatre::Theatre;

const MANIFEST: &str = "study.json";
/// Bytes of one row: two counts, warned or not, when, two counts, two expectations, the
/// chance of the tail.
const ROW_BYTES: usize = 4 + 4 + 1 + 8 + 4 + 4 + 8 + 8 + 8;

/// Why kept chunks cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// They are of another study.
    #[error(
        "--resume: what is kept in {0} is of a study with another {1}; give the same options and \
         theatre as then, or leave out --resume to begin anew"
    )]
    OtherStudy(String, String),
    /// A file or folder.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// A folder of chunks.
#[derive(Clone, Debug)]
pub struct Store {
    dir: PathBuf,
}

impl Store {
    /// The chunks in `dir` of the study that `study` describes. Where `resume`, chunks that are there
    /// are kept; else they are removed.
    ///
    /// # Errors
    /// When they are of another study, or the folder cannot be made or written.
    pub fn open(dir: &Path, study: &Value, resume: bool) -> Result<Self, StoreError> {
        let store = Self {
            dir: dir.to_owned(),
        };
        let manifest = dir.join(MANIFEST);
        if !resume {
            store.remove()?;
        } else if let Ok(text) = std::fs::read_to_string(&manifest) {
            if let Some(key) = difference(&text, study) {
                return Err(StoreError::OtherStudy(dir.display().to_string(), key));
            }
            return Ok(store);
        }
        let make = |error: io::Error| {
            let why = format!("cannot make the folder {}: {error}", dir.display());
            io::Error::new(error.kind(), why)
        };
        std::fs::create_dir_all(dir).map_err(make)?;
        write_whole(&manifest, format!("{study:#}\n"))?;
        Ok(store)
    }

    /// The rows of a chunk, where so many were kept whole.
    #[must_use]
    pub fn read(&self, chunk: u32, rows: usize) -> Option<Vec<Row>> {
        let bytes = std::fs::read(self.path(chunk)).ok()?;
        let body = bytes.len().checked_sub(8)?;
        let (body, sum) = bytes.split_at_checked(body)?;
        if sum != checksum(body).to_le_bytes() || body.len() != rows * ROW_BYTES {
            return None;
        }
        body.chunks_exact(ROW_BYTES).map(decoded).collect()
    }

    /// Keeps the rows of a chunk.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write(&self, chunk: u32, rows: &[Row]) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(rows.len() * ROW_BYTES + 8);
        for row in rows {
            encode(row, &mut bytes);
        }
        bytes.extend(checksum(&bytes).to_le_bytes());
        write_whole(&self.path(chunk), &bytes)
    }

    /// Removes everything that is kept, and the folder where nothing else is in it.
    ///
    /// # Errors
    /// When it is there and cannot be removed.
    pub fn remove(&self) -> io::Result<()> {
        let Ok(entries) = std::fs::read_dir(&self.dir) else {
            return Ok(());
        };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with("chunk-") || name.starts_with(MANIFEST) {
                std::fs::remove_file(entry.path()).map_err(|error| {
                    let why = format!("cannot remove {}: {error}", entry.path().display());
                    io::Error::new(error.kind(), why)
                })?;
            }
        }
        // What is not ours stays, and the folder with it.
        let _ = std::fs::remove_dir(&self.dir);
        Ok(())
    }

    fn path(&self, chunk: u32) -> PathBuf {
        self.dir.join(format!("chunk-{chunk}"))
    }
}

/// A number that differs where theatres do.
#[must_use]
pub fn fingerprint(theatre: &Theatre) -> String {
    format!("{:016x}", checksum(format!("{theatre:?}").as_bytes()))
}

/// The first key in which the study that is kept differs.
fn difference(text: &str, study: &Value) -> Option<String> {
    let kept: Value = serde_json::from_str(text).unwrap_or_default();
    let keys = study.as_object()?.iter();
    keys.filter(|(key, value)| kept.get(key) != Some(value))
        .map(|(key, _)| key.clone())
        .next()
}

fn encode(row: &Row, bytes: &mut Vec<u8>) {
    for count in [row.would_hit, row.hit] {
        bytes.extend(count.to_le_bytes());
    }
    bytes.push(u8::from(row.warning_s.is_some()));
    bytes.extend(row.warning_s.unwrap_or_default().to_le_bytes());
    for count in [row.killed, row.wounded] {
        bytes.extend(count.to_le_bytes());
    }
    for expected in [row.killed_expected, row.wounded_expected, row.tail] {
        bytes.extend(expected.to_le_bytes());
    }
}

fn decoded(bytes: &[u8]) -> Option<Row> {
    let mut rest = bytes;
    let count = |rest: &mut &[u8]| {
        let (first, after) = rest.split_first_chunk::<4>()?;
        *rest = after;
        Some(u32::from_le_bytes(*first))
    };
    let float = |rest: &mut &[u8]| {
        let (first, after) = rest.split_first_chunk::<8>()?;
        *rest = after;
        Some(f64::from_le_bytes(*first))
    };
    let would_hit = count(&mut rest)?;
    let hit = count(&mut rest)?;
    let (warned, after) = rest.split_first()?;
    rest = after;
    let warning_s = float(&mut rest)?;
    Some(Row {
        would_hit,
        hit,
        warning_s: (*warned != 0).then_some(warning_s),
        killed: count(&mut rest)?,
        wounded: count(&mut rest)?,
        killed_expected: float(&mut rest)?,
        wounded_expected: float(&mut rest)?,
        tail: float(&mut rest)?,
    })
}

/// FNV-1a of 64 bits (Fowler, Noll and Vo; RFC 9923).
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_went() {
        let row = Row {
            would_hit: 7,
            hit: 3,
            warning_s: Some(-1.25),
            killed: 2,
            wounded: u32::MAX,
            killed_expected: 0.1,
            wounded_expected: 1e-300,
            tail: 0.25,
        };
        for row in [row, Row::default()] {
            let mut bytes = Vec::new();
            encode(&row, &mut bytes);
            assert_eq!(bytes.len(), ROW_BYTES);
            assert_eq!(decoded(&bytes), Some(row));
            assert_eq!(decoded(&bytes[1..]), None);
        }
        // Known answer of the function's authors.
        assert_eq!(checksum(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
