//! Warnings as JSON lines.

use super::Sink;
use crate::watch::message;
use std::io::{self, Write};
use theatre::warning::Warning;

/// Writes a line for each warning.
#[derive(Debug)]
pub struct JsonLines<W> {
    site: String,
    out: W,
}

impl<W: Write> JsonLines<W> {
    /// Lines of a site's warnings.
    pub fn new(site: &str, out: W) -> Self {
        Self {
            site: site.to_owned(),
            out,
        }
    }
}

impl<W: Write + Send> Sink for JsonLines<W> {
    fn deliver(&mut self, warning: &Warning) -> io::Result<()> {
        let mut line = message::json(&self.site, warning).to_string();
        line.push('\n');
        self.out.write_all(line.as_bytes())?;
        self.out.flush()
    }
}
