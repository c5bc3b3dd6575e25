//! Warnings as CAP files in a folder.

use super::Sink;
use crate::commands::output::write_whole;
use feeds::cap::{self, Issuer};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use theatre::Site;
use theatre::warning::{Reality, Warning};

/// Writes each warning to a file of its own, named by its identifier, whole or not at all.
#[derive(Debug)]
pub struct CapFolder {
    folder: PathBuf,
    issuer: Issuer,
}

impl CapFolder {
    /// The folder `actual` or `exercise` of the folder given, which is made where it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(folder: &Path, reality: Reality, site: &Site) -> io::Result<Self> {
        let folder = folder.join(crate::watch::message::reality_word(reality));
        fs::create_dir_all(&folder)?;
        Ok(Self {
            folder,
            issuer: Issuer {
                sender: format!("rampart-{}", site.id),
                name: format!("Rampart at {}", site.name),
                exercise: format!("Exercise at {}. Nobody is in danger.", site.name),
            },
        })
    }
}

impl Sink for CapFolder {
    fn deliver(&mut self, warning: &Warning) -> io::Result<()> {
        let text = cap::message(warning, &self.issuer)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        write_whole(
            &self.folder.join(format!("{}.xml", warning.identifier)),
            &text,
        )
    }
}
