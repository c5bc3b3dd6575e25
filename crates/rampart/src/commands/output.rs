//! Files that a run leaves behind: whole or not at all.

use serde::Serialize;
use std::io;
use std::path::{Path, PathBuf};

/// A folder that results go to.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder, made where it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(dir: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(dir).map_err(|error| named(dir, "make the folder", &error))?;
        Ok(Self(dir.to_owned()))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The default folder for a theatre's results, `rampart-out/<folder name>` where one stands.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn of_theatre(theatre: &Path) -> io::Result<Self> {
        let whole = theatre
            .canonicalize()
            .unwrap_or_else(|_| theatre.to_owned());
        let name = whole.file_name().unwrap_or_else(|| "theatre".as_ref());
        Self::create(&Path::new("rampart-out").join(name))
    }

    /// Writes a file into the folder and gives its path.
    ///
    /// # Errors
    /// When it cannot be written; an earlier file of that name is then as it was.
    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> io::Result<PathBuf> {
        let path = self.0.join(name);
        write_whole(&path, contents)?;
        Ok(path)
    }
}

/// Writes a file whole: beside it first, then in its place.
///
/// # Errors
/// When it cannot be written; an earlier file is then as it was.
pub fn write_whole(path: &Path, contents: impl AsRef<[u8]>) -> io::Result<()> {
    write_by(&beside(path), path, contents)
}

/// Writes a file whole: to `first`, in the same file system, then in its place.
///
/// # Errors
/// When it cannot be written; an earlier file is then as it was.
pub fn write_by(first: &Path, path: &Path, contents: impl AsRef<[u8]>) -> io::Result<()> {
    let written = std::fs::write(first, contents).and_then(|()| std::fs::rename(first, path));
    written.map_err(|error| {
        // The part is of no use to anybody, and may not even be there.
        let _ = std::fs::remove_file(first);
        named(path, "write", &error)
    })
}

/// Whether a file could be written whole, told before the long work whose result it is to hold.
///
/// # Errors
/// When its folder is missing or cannot be written, or a folder stands in its place.
pub fn can_write(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        let error = io::Error::from(io::ErrorKind::IsADirectory);
        return Err(named(path, "write", &error));
    }
    let beside = beside(path);
    let written = std::fs::write(&beside, "").and_then(|()| std::fs::remove_file(&beside));
    written.map_err(|error| named(path, "write", &error))
}

/// Where a file is written before it takes its place.
fn beside(path: &Path) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    PathBuf::from(beside)
}

fn named(path: &Path, deed: &str, error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("cannot {deed} {}: {error}", path.display()),
    )
}

/// A document as indented JSON.
///
/// # Errors
/// When it cannot be written as JSON, which none of ours does.
pub fn json(document: &impl Serialize) -> io::Result<String> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    Ok(text)
}
