//! The disk under the journal: a trait, so that a test can put another in its place, and files.

use super::JournalError;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// Ending of a segment's file name.
const ENDING: &str = "journal";

/// Segments that can be appended to, read and removed. A segment's number is its first position.
pub trait Storage: Send {
    /// Numbers of all segments, ascending.
    ///
    /// # Errors
    /// When they cannot be listed.
    fn segments(&mut self) -> io::Result<Vec<u64>>;

    /// All bytes of a segment.
    ///
    /// # Errors
    /// When it cannot be read.
    fn read(&mut self, segment: u64) -> io::Result<Vec<u8>>;

    /// Begins an empty segment, to which is appended from now on.
    ///
    /// # Errors
    /// When it cannot be made.
    fn begin(&mut self, segment: u64) -> io::Result<()>;

    /// Adds bytes at the end: all of them, or none where it fails. When it returns the operating system has
    /// them, so that they outlive this program, but the disk may not.
    ///
    /// # Errors
    /// When nothing could be added; [`io::ErrorKind::InvalidData`] where part of it may have been, so that
    /// a new segment must be begun.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Starts to bring everything appended so far to the disk, without waiting; `mark` says how much that is.
    fn start_sync(&mut self, mark: u64);

    /// Brings a segment of an earlier run to the disk, and waits: it may have ended before that was done. Where
    /// that fails, [`Self::sync_failed`] says so.
    fn settle(&mut self, segment: u64);

    /// The greatest mark of which everything is on the disk.
    fn synced(&self) -> u64;

    /// Whether an attempt to bring something to the disk has failed.
    fn sync_failed(&self) -> bool;

    /// Brings everything to the disk, and waits for it.
    ///
    /// # Errors
    /// When the disk fails.
    fn sync_and_wait(&mut self) -> io::Result<()>;

    /// Removes a segment.
    ///
    /// # Errors
    /// When it cannot be removed.
    fn remove(&mut self, segment: u64) -> io::Result<()>;
}

/// What is to be brought to the disk.
#[derive(Debug, Default)]
struct Order {
    /// Files, oldest first.
    files: Vec<Arc<File>>,
    /// Whether the folder has names that it had not.
    names: bool,
    mark: u64,
}

/// What the thread that waits for the disk shares with the others.
#[derive(Debug, Default)]
struct Progress {
    synced: AtomicU64,
    /// Stays once set: what a disk has refused, the operating system may have forgotten.
    failed: AtomicBool,
    /// What has not been begun.
    order: Mutex<Order>,
}

/// Segments as files of a folder, which is locked against a second program.
#[derive(Debug)]
pub struct Files {
    folder: PathBuf,
    /// Held open for its lock.
    _lock: Option<File>,
    current: Option<(Arc<File>, u64)>,
    progress: Arc<Progress>,
    wake: Option<SyncSender<()>>,
    syncing: Option<JoinHandle<()>>,
}

impl Files {
    /// Opens a folder for writing, making it where there is none.
    ///
    /// # Errors
    /// [`JournalError::InUse`] where another program has it; [`JournalError::Disk`] when it cannot be made.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        fs::create_dir_all(folder)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::InUse),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let progress = Arc::new(Progress::default());
        let (wake, woken) = sync_channel(1);
        let theirs = Arc::clone(&progress);
        let path = folder.to_owned();
        let syncing = std::thread::Builder::new()
            .name("journal sync".to_owned())
            .spawn(move || {
                while woken.recv().is_ok() {
                    theirs.carry_out(&path);
                }
            })?;
        Ok(Self {
            folder: folder.to_owned(),
            _lock: Some(lock),
            current: None,
            progress,
            wake: Some(wake),
            syncing: Some(syncing),
        })
    }

    /// Opens a folder for reading alone. Nothing is locked: records may be added meanwhile.
    ///
    /// # Errors
    /// When it is not there.
    pub fn read_only(folder: &Path) -> io::Result<Self> {
        fs::read_dir(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            _lock: None,
            current: None,
            progress: Arc::default(),
            wake: None,
            syncing: None,
        })
    }

    fn path(&self, segment: u64) -> PathBuf {
        self.folder.join(format!("{segment:020}.{ENDING}"))
    }
}

impl Progress {
    /// Brings what was ordered to the disk.
    fn carry_out(&self, folder: &Path) {
        let Ok(order) = self
            .order
            .lock()
            .map(|mut order| std::mem::take(&mut *order))
        else {
            self.failed.store(true, Ordering::Release);
            return;
        };
        let mut worked = order.files.iter().all(|file| file.sync_data().is_ok());
        if order.names {
            worked &= File::open(folder).is_ok_and(|folder| folder.sync_all().is_ok());
        }
        if !worked {
            self.failed.store(true, Ordering::Release);
        }
        if !self.failed.load(Ordering::Acquire) {
            self.synced.fetch_max(order.mark, Ordering::AcqRel);
        }
    }

    fn add(&self, file: &Arc<File>, names: bool, mark: u64) {
        let Ok(mut order) = self.order.lock() else {
            return;
        };
        if !order.files.iter().any(|other| Arc::ptr_eq(other, file)) {
            order.files.push(Arc::clone(file));
        }
        order.names |= names;
        order.mark = order.mark.max(mark);
    }
}

impl Storage for Files {
    fn segments(&mut self) -> io::Result<Vec<u64>> {
        let mut segments = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let ours = path.extension().is_some_and(|ending| ending == ENDING);
            let number = path
                .file_stem()
                .and_then(|stem| stem.to_str()?.parse().ok());
            segments.extend(number.filter(|_: &u64| ours));
        }
        segments.sort_unstable();
        Ok(segments)
    }

    fn read(&mut self, segment: u64) -> io::Result<Vec<u8>> {
        fs::read(self.path(segment))
    }

    fn begin(&mut self, segment: u64) -> io::Result<()> {
        if self.wake.is_none() {
            return Err(io::ErrorKind::ReadOnlyFilesystem.into());
        }
        if let Some((before, _)) = self.current.take() {
            // Otherwise an order for the new file would vouch for the end of this one.
            self.progress.add(&before, false, 0);
        }
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .open(self.path(segment))?;
        let file = Arc::new(file);
        self.progress.add(&file, true, 0);
        self.current = Some((file, 0));
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some((file, length)) = &mut self.current else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        if let Err(error) = file.as_ref().write_all(bytes) {
            return Err(match file.set_len(*length) {
                Ok(()) => error,
                Err(_) => io::ErrorKind::InvalidData.into(),
            });
        }
        *length += bytes.len() as u64;
        Ok(())
    }

    fn start_sync(&mut self, mark: u64) {
        let (Some((file, _)), Some(wake)) = (&self.current, &self.wake) else {
            return;
        };
        self.progress.add(file, false, mark);
        match wake.try_send(()) {
            // Full: the thread will find the order when it has done the one before.
            Ok(()) | Err(TrySendError::Full(())) => {}
            Err(TrySendError::Disconnected(())) => {
                self.progress.failed.store(true, Ordering::Release);
            }
        }
    }

    fn settle(&mut self, segment: u64) {
        if File::open(self.path(segment)).is_ok_and(|file| file.sync_data().is_ok()) {
            return;
        }
        self.progress.failed.store(true, Ordering::Release);
    }

    fn synced(&self) -> u64 {
        self.progress.synced.load(Ordering::Acquire)
    }

    fn sync_failed(&self) -> bool {
        self.progress.failed.load(Ordering::Acquire)
    }

    fn sync_and_wait(&mut self) -> io::Result<()> {
        if let Some((file, _)) = &self.current {
            file.sync_data()?;
        }
        File::open(&self.folder)?.sync_all()
    }

    fn remove(&mut self, segment: u64) -> io::Result<()> {
        fs::remove_file(self.path(segment))
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.syncing.take() {
            // Nothing is lost where it has failed: its last order was not reported as done.
            let _ = thread.join();
        }
    }
}
