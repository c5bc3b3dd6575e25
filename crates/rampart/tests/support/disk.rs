//! A disk in memory, which fails as it is told.

use rampart::watch::journal::Storage;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

/// What a disk holds and how it fails. It outlives the programs that write to it.
#[derive(Debug, Default)]
pub struct Platter {
    /// Bytes of each segment, as the operating system has them.
    pub segments: BTreeMap<u64, Vec<u8>>,
    /// How many of them are on the disk.
    durable: BTreeMap<u64, usize>,
    /// Nothing more fits.
    pub full: bool,
    /// Orders to bring something to the disk are not carried out.
    pub stuck: bool,
    /// Records after which the program that writes is dead, so that nothing of what it does counts.
    pub dies_after: Option<u32>,
    order: u64,
    synced: u64,
}

/// A program's hold of a disk.
#[derive(Clone, Debug, Default)]
pub struct Disk(Arc<Mutex<Platter>>);

impl Disk {
    /// The disk itself.
    pub fn platter(&self) -> MutexGuard<'_, Platter> {
        self.0.lock().unwrap()
    }

    /// Does what the thread that waits for the disk does.
    pub fn carry_out_sync(&self) {
        let mut platter = self.platter();
        if !platter.stuck && platter.dies_after != Some(0) {
            platter.durable = platter
                .segments
                .iter()
                .map(|(segment, bytes)| (*segment, bytes.len()))
                .collect();
            platter.synced = platter.order;
        }
    }

    /// Whether the program that writes is dead.
    pub fn is_dead(&self) -> bool {
        self.platter().dies_after == Some(0)
    }

    /// What is left when the power goes: of what was not on the disk a part, the last bytes spoilt.
    pub fn lose_power(&self, kept_share: f64) {
        let mut platter = self.platter();
        let durable = platter.durable.clone();
        platter.segments.retain(|segment, bytes| {
            let safe = durable.get(segment).copied().unwrap_or(0);
            let kept = safe + ((bytes.len() - safe) as f64 * kept_share) as usize;
            bytes.truncate(kept);
            if kept > safe {
                bytes[kept - 1] ^= 0x55;
            }
            durable.contains_key(segment) || kept > 0
        });
        platter.full = false;
        platter.stuck = false;
    }
}

impl Storage for Disk {
    fn segments(&mut self) -> io::Result<Vec<u64>> {
        Ok(self.platter().segments.keys().copied().collect())
    }

    fn read(&mut self, segment: u64) -> io::Result<Vec<u8>> {
        Ok(self.platter().segments[&segment].clone())
    }

    fn begin(&mut self, segment: u64) -> io::Result<()> {
        let mut platter = self.platter();
        if platter.full {
            return Err(io::ErrorKind::StorageFull.into());
        }
        if platter.dies_after == Some(0) {
            return Ok(());
        }
        assert!(!platter.segments.contains_key(&segment), "a segment twice");
        platter.segments.insert(segment, Vec::new());
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut platter = self.platter();
        if platter.full {
            return Err(io::ErrorKind::StorageFull.into());
        }
        match &mut platter.dies_after {
            Some(0) => return Ok(()),
            Some(left) => *left -= 1,
            None => {}
        }
        let mut last = platter.segments.last_entry().unwrap();
        last.get_mut().extend(bytes);
        Ok(())
    }

    fn start_sync(&mut self, mark: u64) {
        self.platter().order = mark;
    }

    fn settle(&mut self, segment: u64) {
        let mut platter = self.platter();
        let length = platter.segments[&segment].len();
        if !platter.stuck {
            platter.durable.insert(segment, length);
        }
    }

    fn synced(&self) -> u64 {
        self.platter().synced
    }

    fn sync_failed(&self) -> bool {
        false
    }

    fn sync_and_wait(&mut self) -> io::Result<()> {
        self.carry_out_sync();
        Ok(())
    }

    fn remove(&mut self, segment: u64) -> io::Result<()> {
        let mut platter = self.platter();
        platter.segments.remove(&segment);
        platter.durable.remove(&segment);
        Ok(())
    }
}
