//! The journal: everything received and everything decided, in order, on the disk.
//!
//! A record is handed to the operating system (one `write`) before what it holds is acted upon, so that
//! ending the program at any moment loses none. Records are brought to the disk in groups by a thread of
//! their own, so that nobody waits for it; loss of power loses at most what [`Journal::unsynced`] counts.
//!
//! Records have **positions** that count up and are never used twice: where the program did not stop
//! by itself, the next run begins at a new multiple of 2³², since positions above those found may have
//! been lost with the power, and may have been told to others in the identifier of a warning.

mod record;
mod storage;

pub use record::{Kind, OVERHEAD_BYTES, PAYLOAD_BYTES_MAX, Record};
pub use storage::{Files, Storage};

use std::io;

/// How a segment begins: a name and the version of the format.
const HEADER: &[u8; 8] = b"RAMPART\x01";
/// Positions left out after a run that did not stop by itself: more than any disk can be behind.
const POSITION_STRIDE: u64 = 1 << 32;

/// What can go wrong with a journal.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The disk refused.
    #[error("the journal's disk: {0}")]
    Disk(#[from] io::Error),
    /// Another program writes to it.
    #[error(
        "the journal is in use by another `rampart watch`: stop that one, or give another --journal"
    )]
    InUse,
    /// A segment does not begin as one.
    #[error(
        "segment {segment} is no journal of this version: move it away, or give another --journal"
    )]
    Foreign {
        /// Which.
        segment: u64,
    },
    /// A record with more bytes than a record may have.
    #[error(
        "a record of {bytes} bytes is longer than the {PAYLOAD_BYTES_MAX} that a journal takes"
    )]
    TooLong {
        /// How many.
        bytes: usize,
    },
}

/// How large a journal may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes from which a new segment is begun.
    pub segment_bytes: u64,
    /// Bytes of all segments above which the oldest is removed.
    pub total_bytes: u64,
}

impl Default for Limits {
    /// 16 MiB and 4 GiB: two days at 500 plots a second.
    fn default() -> Self {
        Self {
            segment_bytes: 16 << 20,
            total_bytes: 4 << 30,
        }
    }
}

/// What was found when a journal was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Records that were read, in the segment of the last checkpoint and after it.
    pub records: u64,
    /// Position of the last of them.
    pub last_position: Option<u64>,
    /// When it was written, ns since 1970-01-01T00:00:00 UTC.
    pub last_time_ns: Option<i64>,
    /// Whether that record says that the program stopped by itself.
    pub stopped: bool,
    /// Bytes at the ends of segments that are no whole record.
    pub torn_bytes: u64,
}

/// Appends records to segments.
#[derive(Debug)]
pub struct Journal<S> {
    storage: S,
    limits: Limits,
    next_position: u64,
    /// Bytes of the segment that is written, none before the first record of a run.
    segment_bytes: Option<u64>,
    /// The segments before it, oldest first, with their bytes.
    sealed: Vec<(u64, u64)>,
    current: u64,
    failing: bool,
    lost: u64,
    buffer: Vec<u8>,
}

impl<S: Storage> Journal<S> {
    /// Opens a journal and shows its records from the last checkpoint on, oldest first; all of them where
    /// there is none.
    ///
    /// # Errors
    /// [`JournalError`] where the disk refuses or a segment is foreign.
    pub fn open(
        mut storage: S,
        limits: Limits,
        mut each: impl FnMut(&Record<'_>),
    ) -> Result<(Self, Found), JournalError> {
        let segments = storage.segments()?;
        let mut from = segments.len();
        let mut checkpoint = None;
        while from > 0 && checkpoint.is_none() {
            from -= 1;
            let segment = segments.get(from).copied().unwrap_or(0);
            let bytes = storage.read(segment)?;
            each_record(segment, &bytes, |record| {
                if record.kind == Kind::Checkpoint {
                    checkpoint = Some(record.position);
                }
            })?;
        }
        // What follows must not reach the disk before what it follows from; the one before may be unfinished too.
        for segment in segments.iter().skip(from.saturating_sub(1)) {
            storage.settle(*segment);
        }
        let (older, recent) = segments.split_at(from);
        // Their length alone matters, and a full one is about as long as any.
        let mut sealed: Vec<(u64, u64)> = older
            .iter()
            .map(|segment| (*segment, limits.segment_bytes))
            .collect();
        let mut found = Found::default();
        for segment in recent {
            let bytes = storage.read(*segment)?;
            sealed.push((*segment, bytes.len() as u64));
            found.read(*segment, &bytes, |record| {
                if checkpoint.is_none_or(|position| record.position >= position) {
                    each(record);
                }
            })?;
        }
        let journal = Self {
            storage,
            limits,
            next_position: next_position(&found, segments.last().copied()),
            segment_bytes: None,
            sealed,
            current: 0,
            failing: false,
            lost: 0,
            buffer: Vec::new(),
        };
        Ok((journal, found))
    }

    /// The position that the next record will have.
    #[must_use]
    pub fn next_position(&self) -> u64 {
        self.next_position
    }

    /// Appends a record and returns its position, which it has whether or not it could be kept.
    pub fn append(&mut self, time_ns: i64, kind: Kind, payload: &[u8]) -> u64 {
        let position = self.next_position;
        self.next_position += 1;
        let record = Record {
            position,
            time_ns,
            kind,
            payload,
        };
        self.failing = self.keep(&record).is_err();
        self.lost += u64::from(self.failing);
        position
    }

    /// Whether the last record could not be kept.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.failing
    }

    /// Records of this run that could not be kept.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// Starts to bring all records so far to the disk.
    pub fn start_sync(&mut self) {
        self.storage.start_sync(self.next_position);
    }

    /// Records that loss of power would lose now.
    #[must_use]
    pub fn unsynced(&self) -> u64 {
        self.next_position.saturating_sub(self.storage.synced())
    }

    /// Whether the disk fails to take what it was given.
    #[must_use]
    pub fn sync_failed(&self) -> bool {
        self.storage.sync_failed()
    }

    /// Brings all records to the disk, and waits for it.
    ///
    /// # Errors
    /// [`JournalError::Disk`].
    pub fn sync_and_wait(&mut self) -> Result<(), JournalError> {
        Ok(self.storage.sync_and_wait()?)
    }

    fn keep(&mut self, record: &Record<'_>) -> Result<(), JournalError> {
        let full = self
            .segment_bytes
            .is_none_or(|bytes| bytes >= self.limits.segment_bytes);
        if full {
            self.begin(record.position)?;
        }
        self.buffer.clear();
        if self.segment_bytes == Some(0) {
            self.buffer.extend(HEADER);
        }
        record.write(&mut self.buffer)?;
        let kept = self.storage.append(&self.buffer);
        if kept
            .as_ref()
            .is_err_and(|error| error.kind() == io::ErrorKind::InvalidData)
        {
            self.seal();
        }
        kept?;
        let bytes = self.buffer.len() as u64;
        self.segment_bytes = self.segment_bytes.map(|before| before + bytes);
        Ok(())
    }

    /// Begins a segment, and removes the oldest where there are too many bytes.
    fn begin(&mut self, segment: u64) -> Result<(), JournalError> {
        self.seal();
        self.storage.begin(segment)?;
        self.current = segment;
        self.segment_bytes = Some(0);
        let mut total: u64 = self.sealed.iter().map(|(_, bytes)| bytes).sum();
        let room = self
            .limits
            .total_bytes
            .saturating_sub(self.limits.segment_bytes);
        while total > room && !self.sealed.is_empty() {
            let (oldest, bytes) = self.sealed.remove(0);
            self.storage.remove(oldest)?;
            total -= bytes;
        }
        Ok(())
    }

    fn seal(&mut self) {
        if let Some(bytes) = self.segment_bytes.take() {
            self.sealed.push((self.current, bytes));
        }
    }
}

/// Shows every record of a journal, oldest first.
///
/// # Errors
/// [`JournalError`] where the disk refuses or a segment is foreign.
pub fn read_all<S: Storage>(
    storage: &mut S,
    mut each: impl FnMut(&Record<'_>),
) -> Result<Found, JournalError> {
    let mut found = Found::default();
    for segment in storage.segments()? {
        found.read(segment, &storage.read(segment)?, &mut each)?;
    }
    Ok(found)
}

impl Found {
    /// Shows every record of a segment.
    fn read(
        &mut self,
        segment: u64,
        bytes: &[u8],
        mut each: impl FnMut(&Record<'_>),
    ) -> Result<(), JournalError> {
        self.torn_bytes += each_record(segment, bytes, |record| {
            self.records += 1;
            self.last_position = Some(record.position);
            self.last_time_ns = Some(record.time_ns);
            self.stopped = record.kind == Kind::Stopped;
            each(record);
        })?;
        Ok(())
    }
}

/// Shows every record of a segment; returns how many bytes at its end are none.
fn each_record(
    segment: u64,
    bytes: &[u8],
    mut each: impl FnMut(&Record<'_>),
) -> Result<u64, JournalError> {
    let mut rest = match bytes.strip_prefix(HEADER) {
        Some(rest) => rest,
        // Too short for a record, or full of the nothing that lost power leaves.
        None if bytes.len() <= HEADER.len() || bytes.iter().all(|byte| *byte == 0) => {
            return Ok(bytes.len() as u64);
        }
        None => return Err(JournalError::Foreign { segment }),
    };
    while let Some((record, length)) = record::read(rest) {
        each(&record);
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(rest.len() as u64)
}

/// Where a new run begins.
fn next_position(found: &Found, newest_segment: Option<u64>) -> u64 {
    let Some(newest) = found.last_position.max(newest_segment) else {
        return 0;
    };
    if found.stopped && found.last_position == Some(newest) {
        return newest + 1;
    }
    (newest / POSITION_STRIDE + 1).saturating_mul(POSITION_STRIDE)
}
