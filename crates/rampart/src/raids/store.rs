//! Chunks of a study on disk, so that one that was broken off can go on.
//!
//! `study.json` says what is studied; `chunk-N` holds the rows of chunk N. Each file is written beside
//! its place and renamed into it, and ends with a checksum of the study, its number and its rows: what a
//! crash left behind, and what belongs to another study or another place in it, is not read.

use super::replicate::{Row, StandIn};
use crate::commands::output::{write_by, write_whole};
use serde_json::Value;
use std::io;
use std::path::{Path, PathBuf};
use theatre::Theatre;

const MANIFEST: &str = "study.json";
/// What the name of a result begins with until it is whole.
const RESULT: &str = "result-";
/// Bytes of one row: what there is of it, four counts, six figures.
const ROW_BYTES: usize = 1 + 4 * 4 + 6 * 8;
/// What there is of a row: a time of warning, a stand-in, and the stand-in's time of warning.
const WARNED: u8 = 1;
const BESIDE: u8 = 2;
const BESIDE_WARNED: u8 = 4;

/// Why kept chunks cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// They are of another study.
    #[error(
        "--resume: what is kept in {0} is of a study with another {1}; give the same options and \
         theatre as then, or leave out --resume to begin anew"
    )]
    OtherStudy(String, String),
    /// What says of which study they are cannot be read.
    #[error(
        "--resume: {0} cannot be read, so that nobody can say of which study the rest is; leave out --resume \
         to begin anew"
    )]
    Unreadable(String),
    /// A file or folder.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// A folder of chunks.
#[derive(Clone, Debug)]
pub struct Store {
    dir: PathBuf,
    /// Differs from study to study.
    salt: u64,
}

impl Store {
    /// The chunks in `dir` of the study that `study` describes. Where `resume`, chunks that are there
    /// are kept; else they are removed.
    ///
    /// # Errors
    /// When they are of another study or nobody can say of which, or the folder cannot be made or written.
    pub fn open(dir: &Path, study: &Value, resume: bool) -> Result<Self, StoreError> {
        let described = format!("{study:#}\n");
        let store = Self {
            dir: dir.to_owned(),
            salt: checksum(described.as_bytes()),
        };
        let manifest = dir.join(MANIFEST);
        if resume && manifest.exists() {
            let kept = std::fs::read(&manifest).ok();
            let kept = kept.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
            let kept = kept
                .filter(Value::is_object)
                .ok_or_else(|| StoreError::Unreadable(manifest.display().to_string()))?;
            return match difference(&kept, study) {
                Some(key) => Err(StoreError::OtherStudy(dir.display().to_string(), key)),
                None => Ok(store),
            };
        }
        // Chunks without a word of what they are of are of no use.
        store.remove()?;
        let make = |error: io::Error| {
            let why = format!("cannot make the folder {}: {error}", dir.display());
            io::Error::new(error.kind(), why)
        };
        std::fs::create_dir_all(dir).map_err(make)?;
        write_whole(&manifest, described)?;
        Ok(store)
    }

    /// The rows of a chunk, where so many were kept whole.
    #[must_use]
    pub fn read(&self, chunk: u32, rows: usize) -> Option<Vec<Row>> {
        let bytes = std::fs::read(self.path(chunk)).ok()?;
        let body = bytes.len().checked_sub(8)?;
        let (body, sum) = bytes.split_at_checked(body)?;
        if sum != self.sum(chunk, body).to_le_bytes() || body.len() != rows * ROW_BYTES {
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
        bytes.extend(self.sum(chunk, &bytes).to_le_bytes());
        write_whole(&self.path(chunk), &bytes)
    }

    /// Writes a result whole into the folder of results. Until then it is here, so that not even a crash
    /// leaves half of it there.
    ///
    /// # Errors
    /// When it cannot be written; an earlier file is then as it was.
    pub fn place(&self, name: &str, results: &Path, contents: &[u8]) -> io::Result<PathBuf> {
        let path = results.join(name);
        write_by(&self.dir.join(format!("{RESULT}{name}")), &path, contents)?;
        Ok(path)
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
            let ours = ["chunk-", MANIFEST, RESULT];
            if ours.iter().any(|ours| name.starts_with(ours)) {
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

    /// What a chunk of this study ends with.
    fn sum(&self, chunk: u32, rows: &[u8]) -> u64 {
        let salt = self.salt.to_le_bytes();
        let place = salt.into_iter().chain(chunk.to_le_bytes());
        checksum_of(place.chain(rows.iter().copied()))
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
fn difference(kept: &Value, study: &Value) -> Option<String> {
    let keys = study.as_object()?.iter();
    keys.filter(|(key, value)| kept.get(key) != Some(value))
        .map(|(key, _)| key.clone())
        .next()
}

fn encode(row: &Row, bytes: &mut Vec<u8>) {
    let beside = row.stand_in.unwrap_or_default();
    let there = |there: bool, bit: u8| if there { bit } else { 0 };
    bytes.push(
        there(row.warning_s.is_some(), WARNED)
            | there(row.stand_in.is_some(), BESIDE)
            | there(beside.warning_s.is_some(), BESIDE_WARNED),
    );
    for count in [row.would_hit, row.hit, row.killed, row.wounded] {
        bytes.extend(count.to_le_bytes());
    }
    for figure in [
        row.warning_s.unwrap_or_default(),
        row.killed_expected,
        row.wounded_expected,
        row.tail,
        beside.warning_s.unwrap_or_default(),
        beside.casualties_expected,
    ] {
        bytes.extend(figure.to_le_bytes());
    }
}

fn decoded(bytes: &[u8]) -> Option<Row> {
    let (&there, mut rest) = bytes.split_first()?;
    let mut counts = [0; 4];
    for count in &mut counts {
        let (first, after) = rest.split_first_chunk::<4>()?;
        *count = u32::from_le_bytes(*first);
        rest = after;
    }
    let mut figures = [0.0; 6];
    for figure in &mut figures {
        let (first, after) = rest.split_first_chunk::<8>()?;
        *figure = f64::from_le_bytes(*first);
        rest = after;
    }
    let [would_hit, hit, killed, wounded] = counts;
    let [
        warning_s,
        killed_expected,
        wounded_expected,
        tail,
        beside_s,
        casualties_expected,
    ] = figures;
    Some(Row {
        would_hit,
        hit,
        warning_s: (there & WARNED != 0).then_some(warning_s),
        killed,
        wounded,
        killed_expected,
        wounded_expected,
        tail,
        stand_in: (there & BESIDE != 0).then_some(StandIn {
            warning_s: (there & BESIDE_WARNED != 0).then_some(beside_s),
            casualties_expected,
        }),
    })
}

/// FNV-1a of 64 bits (Fowler, Noll and Vo; RFC 9923).
fn checksum(bytes: &[u8]) -> u64 {
    checksum_of(bytes.iter().copied())
}

fn checksum_of(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
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
            stand_in: Some(StandIn {
                warning_s: None,
                casualties_expected: 0.3,
            }),
        };
        let mut warned = row;
        warned.stand_in = Some(StandIn {
            warning_s: Some(2.5),
            casualties_expected: 0.0,
        });
        for row in [row, warned, Row::default()] {
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
