//! The ids of one kind of thing, for references to it.

use super::log::{File, Log};
use crate::diagnose::{FaultKind, shown};
use std::collections::HashMap;
use std::ops::Range;

/// Ids and their indices, in the order of their list.
#[derive(Debug)]
pub(super) struct Names {
    /// The noun for messages, such as `site`.
    what: &'static str,
    index: HashMap<String, usize>,
    /// Whether the list could be read; where not, no reference to it is called unknown.
    pub complete: bool,
}

impl Names {
    pub fn new(what: &'static str) -> Self {
        Self {
            what,
            index: HashMap::new(),
            complete: true,
        }
    }

    /// Adds an id; the index of the earlier one where it is taken.
    pub fn add(&mut self, id: &str, index: usize) -> Result<(), usize> {
        match self.index.get(id) {
            Some(earlier) => Err(*earlier),
            None => {
                self.index.insert(id.to_owned(), index);
                Ok(())
            }
        }
    }

    pub fn get(&self, id: &str) -> Option<usize> {
        self.index.get(id).copied()
    }

    /// The index of an id that stands at a place, or a fault there; `also` are words that could
    /// stand there too.
    pub fn find(
        &self,
        log: &Log,
        file: File,
        span: Range<usize>,
        id: &str,
        also: &[&'static str],
    ) -> Option<usize> {
        let found = self.get(id);
        if found.is_none() && self.complete {
            let what = self.what;
            // A hash map's own order differs from run to run; the least id does not.
            let mut ids: Vec<&str> = Vec::new();
            if log.hints() && self.index.len() <= 10_000 {
                ids.extend(self.index.keys().map(String::as_str));
                ids.sort_unstable();
                ids.extend(also);
            }
            let hint = log.hint(id, ids.iter().copied());
            let known = match ids.len() {
                1..=20 => format!("write one of: {}", ids.join(", ")),
                _ => format!("write the id of a {what}"),
            };
            let (wrong, mend) = (
                format!("there is no {what} `{}`", shown(id)),
                format!("{hint}{known}"),
            );
            log.add(file, span, FaultKind::Unknown, wrong, mend);
        }
        found
    }
}
