//! What a record holds, and the bytes that it becomes.
//!
//! `length u32 · checksum u32 · position u64 · time u64 · kind u8 · payload`, little-endian. The length counts
//! what follows the checksum, the checksum (CRC-32 of IEEE 802.3) covers it.

use super::JournalError;

/// Most bytes of one record's payload: a checkpoint of a thousand tracks and 40,000 plots has 5 MB.
pub const PAYLOAD_BYTES_MAX: usize = 1 << 24;
/// Bytes of a record beside its payload.
pub const OVERHEAD_BYTES: usize = 25;
/// Bytes that length and checksum take.
const PREFIX_BYTES: usize = 8;

/// What a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// The program began to watch; the payload says with which settings.
    Started = 1,
    /// The program stopped because it was asked to.
    Stopped = 2,
    /// A datagram as it was received.
    Datagram = 3,
    /// Time went by, and nothing was received.
    Tick = 4,
    /// What was decided upon the record before it.
    Decision = 5,
    /// A warning as it was handed to whoever sends it.
    Warning = 6,
    /// A receiver has acknowledged a warning.
    Acknowledged = 7,
    /// Datagrams were thrown away before they were read; the payload is their number.
    Dropped = 8,
    /// All that is needed to go on from here: what stands before it no longer matters.
    Checkpoint = 9,
}

impl Kind {
    fn of(byte: u8) -> Option<Self> {
        Some(match byte {
            1 => Self::Started,
            2 => Self::Stopped,
            3 => Self::Datagram,
            4 => Self::Tick,
            5 => Self::Decision,
            6 => Self::Warning,
            7 => Self::Acknowledged,
            8 => Self::Dropped,
            9 => Self::Checkpoint,
            _ => return None,
        })
    }
}

/// One record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its place in the journal; never used twice.
    pub position: u64,
    /// When it was written, ns since 1970-01-01T00:00:00 UTC.
    pub time_ns: i64,
    /// What it says.
    pub kind: Kind,
    /// The rest of what it says.
    pub payload: &'a [u8],
}

impl Record<'_> {
    /// Adds the record's bytes to a buffer.
    ///
    /// # Errors
    /// [`JournalError::TooLong`] for a payload above [`PAYLOAD_BYTES_MAX`].
    pub fn write(&self, bytes: &mut Vec<u8>) -> Result<(), JournalError> {
        if self.payload.len() > PAYLOAD_BYTES_MAX {
            return Err(JournalError::TooLong {
                bytes: self.payload.len(),
            });
        }
        let mut body = Vec::with_capacity(OVERHEAD_BYTES + self.payload.len());
        body.extend(self.position.to_le_bytes());
        body.extend(self.time_ns.to_le_bytes());
        body.push(self.kind as u8);
        body.extend(self.payload);
        bytes.extend((body.len() as u32).to_le_bytes());
        bytes.extend(crc32fast::hash(&body).to_le_bytes());
        bytes.extend(body);
        Ok(())
    }
}

/// Reads the record at the beginning of some bytes, and how many bytes it takes; none where they do not
/// begin with a whole and sound record.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<(Record<'_>, usize)> {
    let length = u32::from_le_bytes(array(bytes, 0)?) as usize;
    let checksum = u32::from_le_bytes(array(bytes, 4)?);
    let least = OVERHEAD_BYTES - PREFIX_BYTES;
    if !(least..=least + PAYLOAD_BYTES_MAX).contains(&length) {
        return None;
    }
    let body = bytes.get(PREFIX_BYTES..PREFIX_BYTES + length)?;
    if crc32fast::hash(body) != checksum {
        return None;
    }
    let record = Record {
        position: u64::from_le_bytes(array(body, 0)?),
        time_ns: i64::from_le_bytes(array(body, 8)?),
        kind: Kind::of(*body.get(16)?)?,
        payload: body.get(17..)?,
    };
    Some((record, PREFIX_BYTES + length))
}

fn array<const N: usize>(bytes: &[u8], from: usize) -> Option<[u8; N]> {
    bytes.get(from..from.checked_add(N)?)?.try_into().ok()
}
