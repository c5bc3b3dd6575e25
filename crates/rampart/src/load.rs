//! Reads a theatre folder: all of it, or every fault in it.
//!
//! Each file is read in one pass that goes on after a fault, so that a person mends a folder in one
//! go. What one fault would drag after it is left out: where a file cannot be read, no reference to
//! what it may hold is called unknown.

mod catalogue;
mod csv_table;
mod import_rules;
mod incidents;
mod log;
mod names;
mod rules;
mod sensor;
mod sites;
mod statement;
mod toml_table;
mod zones;

use crate::diagnose::{FaultKind, Faults};
pub use import_rules::{BUILT_IN_IMPORT_RULES, import_rules};
pub use incidents::Margin;
pub use log::File;
use log::Log;
pub use sensor::{SensorFile, sensor};
use sites::Sites;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use theatre::Theatre;
pub use zones::{Peopled, zones};

const BUILT_IN_SYSTEMS: &str = include_str!("../catalogue/systems.toml");
const BUILT_IN_MUNITIONS: &str = include_str!("../catalogue/munitions.toml");
const BUILT_IN_PEOPLE: &str = include_str!("../catalogue/people.toml");

/// The theatre in a folder.
///
/// # Errors
/// Every fault of every file, in the order of files and lines.
pub fn theatre(dir: &Path) -> Result<Theatre, Faults> {
    Folder::read(dir).theatre()
}

/// The bytes of a theatre folder.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    /// What the folder is called in faults; nothing where its files have no folder.
    name: String,
    /// What is wrong with the folder itself.
    trouble: Option<Trouble>,
    files: BTreeMap<File, Result<Vec<u8>, Trouble>>,
}

/// Why there are no bytes: what is wrong, and what would be right.
#[derive(Clone, Debug)]
struct Trouble {
    wrong: String,
    mend: String,
}

impl Trouble {
    fn new(wrong: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            wrong: wrong.into(),
            mend: mend.into(),
        }
    }
}

impl Folder {
    /// Reads what files there are.
    #[must_use]
    pub fn read(dir: &Path) -> Self {
        let mut folder = Self {
            name: dir.display().to_string(),
            ..Self::default()
        };
        match std::fs::metadata(dir) {
            Ok(data) if data.is_dir() => {
                for file in File::OF_FOLDER {
                    if let Some(content) = read_file(&dir.join(file.name()), file) {
                        folder.files.insert(file, content);
                    }
                }
            }
            Ok(_) => {
                let mend = "name a folder that holds theatre.toml, sites.csv and incidents.csv";
                folder.trouble = Some(Trouble::new("this is not a folder", mend));
            }
            Err(error) => {
                let mend = "name a folder that exists and can be read";
                folder.trouble = Some(Trouble::new(unreadable("folder", &error), mend));
            }
        }
        folder
    }

    /// A folder of files that are in memory already.
    #[must_use]
    pub fn of(files: impl IntoIterator<Item = (File, Vec<u8>)>) -> Self {
        Self {
            files: files
                .into_iter()
                .map(|(file, bytes)| (file, Ok(bytes)))
                .collect(),
            ..Self::default()
        }
    }

    /// The same folder with another content of one file.
    #[must_use]
    pub fn with(mut self, file: File, bytes: Vec<u8>) -> Self {
        self.files.insert(file, Ok(bytes));
        self
    }

    /// A file's bytes, where it could be read.
    #[must_use]
    pub fn bytes(&self, file: File) -> Option<&[u8]> {
        match self.files.get(&file) {
            Some(Ok(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// Whether the folder can be read and has no such file.
    #[must_use]
    pub fn lacks(&self, file: File) -> bool {
        self.trouble.is_none() && !self.files.contains_key(&file)
    }

    /// What the rows of a log without faults say beside its incidents, aligned with them.
    #[must_use]
    pub fn margins(&self) -> Vec<Margin> {
        let text = self.text(&Log::default(), File::Incidents);
        text.map(incidents::margins).unwrap_or_default()
    }

    /// The theatre that the folder describes.
    ///
    /// # Errors
    /// Every fault of every file, in the order of files and lines.
    pub fn theatre(&self) -> Result<Theatre, Faults> {
        let log = Log::default();
        if let Some(trouble) = &self.trouble {
            let Trouble { wrong, mend } = trouble.clone();
            log.add(File::Theatre, 0..0, FaultKind::File, wrong, mend);
            return Err(log.finish(|_| self.name.clone(), |_| String::new()));
        }
        let loaded = self.load(&log);
        match loaded.filter(|_| log.is_empty()) {
            Some(theatre) => Ok(theatre),
            None => Err(log.finish(|file| self.path(file), |file| self.shown_text(file))),
        }
    }

    fn load(&self, log: &Log) -> Option<Theatre> {
        let [statement, sites, incidents, systems, munitions] =
            File::OF_FOLDER.map(|file| self.text(log, file));
        let catalogue = catalogue::read(
            log,
            catalogue::Texts {
                built_in_systems: BUILT_IN_SYSTEMS,
                built_in_munitions: BUILT_IN_MUNITIONS,
                built_in_people: BUILT_IN_PEOPLE,
                systems,
                munitions,
            },
        );
        let sites = sites.map_or_else(Sites::unread, |text| sites::read(log, text));
        let known = incidents::Known {
            sites: &sites.names,
            munitions: &catalogue.munitions.names,
        };
        let incidents = incidents.map(|text| incidents::read(log, text, known));
        let statement =
            statement.and_then(|text| statement::read(log, text, &sites, &catalogue))?;
        Some(Theatre {
            name: statement.name,
            as_of: statement.as_of,
            horizon_days: statement.horizon_days,
            seed: statement.seed,
            loss: statement.loss,
            stock: statement.stock,
            deployed: statement.deployed,
            missions: statement.missions,
            threats: statement.threats,
            movement: statement.movement,
            sites: sites.list,
            incidents: incidents?,
            catalogue: catalogue.finish()?,
        })
    }

    /// A file's text without its byte-order mark; `None`, with a fault where that is one.
    fn text(&self, log: &Log, file: File) -> Option<&str> {
        let add = |span, kind, Trouble { wrong, mend }| log.add(file, span, kind, wrong, mend);
        let bytes = match self.files.get(&file) {
            Some(Ok(bytes)) => without_mark(bytes),
            Some(Err(trouble)) => {
                add(0..0, FaultKind::File, trouble.clone());
                return None;
            }
            None if file.is_optional() => return None,
            None => {
                let mend = format!("add {} to the folder", file.name());
                add(
                    0..0,
                    FaultKind::File,
                    Trouble::new("there is no such file", mend),
                );
                return None;
            }
        };
        if bytes.iter().all(u8::is_ascii_whitespace) {
            let mend = "restore its content, or remove the file if it is optional";
            add(
                0..0,
                FaultKind::File,
                Trouble::new("the file is empty", mend),
            );
            return None;
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => match text.bytes().position(is_no_text) {
                None => return Some(text),
                Some(at) => {
                    let mend = "remove it, or save the file as plain text again";
                    add(
                        at..at + 1,
                        FaultKind::Text,
                        self.no_text(file, at, "text", mend),
                    );
                }
            },
            Err(error) => {
                let at = error.valid_up_to();
                let mend = "save the file as UTF-8";
                add(
                    at..at + 1,
                    FaultKind::Text,
                    self.no_text(file, at, "UTF-8", mend),
                );
            }
        }
        None
    }

    /// What to say of a byte that is out of place, counted from the end of the byte-order mark.
    fn no_text(&self, file: File, at: usize, what: &str, mend: &str) -> Trouble {
        let bytes = match self.files.get(&file) {
            Some(Ok(bytes)) => bytes.as_slice(),
            _ => &[],
        };
        let at = at + bytes.len() - without_mark(bytes).len();
        let byte = bytes.get(at).copied().unwrap_or(0);
        Trouble::new(
            format!("byte {at} of the file, from 0, is {byte:#04x}, which is not {what}"),
            mend,
        )
    }

    fn path(&self, file: File) -> String {
        match (self.name.is_empty(), File::OF_FOLDER.contains(&file)) {
            (false, true) => Path::new(&self.name)
                .join(file.name())
                .display()
                .to_string(),
            _ => file.name().to_owned(),
        }
    }

    /// A file's text as it can be shown, with the same places as [`Self::text`] up to its first
    /// byte that is not UTF-8, beyond which that has none.
    fn shown_text(&self, file: File) -> String {
        match (file, self.files.get(&file)) {
            (File::BuiltInSystems, _) => BUILT_IN_SYSTEMS.to_owned(),
            (File::BuiltInMunitions, _) => BUILT_IN_MUNITIONS.to_owned(),
            (File::BuiltInPeople, _) => BUILT_IN_PEOPLE.to_owned(),
            (File::ImportRules, _) => BUILT_IN_IMPORT_RULES.to_owned(),
            (_, Some(Ok(bytes))) => String::from_utf8_lossy(without_mark(bytes)).into_owned(),
            _ => String::new(),
        }
    }
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// Control characters other than those that lay out text.
fn is_no_text(byte: u8) -> bool {
    byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r')
}

fn unreadable(what: &str, error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => format!("there is no such {what}"),
        std::io::ErrorKind::PermissionDenied => format!("the {what} may not be read"),
        kind => format!("the {what} cannot be read: {kind}"),
    }
}

/// A file's bytes; `None` where there is no such file.
fn read_file(path: &Path, file: File) -> Option<Result<Vec<u8>, Trouble>> {
    let data = match std::fs::metadata(path) {
        Ok(data) => data,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        Err(error) => {
            return Some(Err(Trouble::new(
                unreadable("file", &error),
                "make it readable",
            )));
        }
    };
    if !data.is_file() {
        let what = if data.is_dir() {
            "a folder"
        } else {
            "not a regular file"
        };
        let mend = format!("put a file called {} in its place", file.name());
        return Some(Err(Trouble::new(
            format!("this is {what}, where a file is meant"),
            mend,
        )));
    }
    let most = file.bytes_max();
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path)
        .and_then(|open| open.take(most.saturating_add(1)).read_to_end(&mut bytes));
    Some(match read {
        Ok(length) if length as u64 > most => Err(Trouble::new(
            format!("the file is larger than {} MiB", most >> 20),
            "keep to that size",
        )),
        Ok(_) => Ok(bytes),
        Err(error) => Err(Trouble::new(unreadable("file", &error), "make it readable")),
    })
}
