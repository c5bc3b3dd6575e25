//! What a planner asks for besides the theatre: changed inputs, lines already decided, questions.
//!
//! Everything here comes from the command line and is read against the theatre, so that a name that
//! the theatre does not know is told before any work is done.

mod change;
mod lock;
mod objective;
mod previous;

pub use change::{Change, inputs};
pub use lock::{Held, Lock};
pub use objective::Objective;
pub use previous::{Previous, PreviousSite};

use crate::diagnose::shown;
use std::time::Duration;
use theatre::Theatre;

/// Names listed in a message.
const NAMES_MAX: usize = 20;

/// What is asked for. The default asks for the plan alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// Longest time for each search of the planner, those of the brief's re-solves included.
    pub time_limit: Option<Duration>,
    /// Relative gap at which the search for the plan may stop, 0 to 1.
    pub gap: Option<f64>,
    /// What the plan is to make least.
    pub objective: Objective,
    /// Loss of one site whose chance is told; ten times that of one killed where none is given.
    pub site_loss: Option<f64>,
    /// Draws of what is not known for which the plan is solved again.
    pub draws: Option<u32>,
    /// Changed inputs, all of which hold at once.
    pub changes: Vec<Change>,
    /// Lines that are decided already.
    pub locks: Vec<Lock>,
    /// Sites, by index, of which it is asked why the plan does no more for them.
    pub why_not: Vec<usize>,
    /// An earlier plan to compare with.
    pub previous: Option<Previous>,
}

/// Words of the command line that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{option} {word}: {wrong}")]
pub struct RequestError {
    /// The option, such as `--lock`.
    pub option: &'static str,
    /// What was given, safe to print.
    pub word: String,
    /// What is wrong and what would be right.
    pub wrong: String,
}

impl RequestError {
    fn new(option: &'static str, word: &str, wrong: impl Into<String>) -> Self {
        Self {
            option,
            word: shown(word),
            wrong: wrong.into(),
        }
    }
}

impl Request {
    /// The theatre with every changed input in place.
    #[must_use]
    pub fn changed(&self, theatre: &Theatre) -> Theatre {
        let mut changed = theatre.clone();
        for change in &self.changes {
            change.apply(&mut changed);
        }
        changed
    }
}

/// The sites that `--why-not` names.
///
/// # Errors
/// The first that the theatre does not have.
pub fn sites(theatre: &Theatre, words: &[String]) -> Result<Vec<usize>, RequestError> {
    let mut sites = Vec::with_capacity(words.len());
    for word in words {
        let site = site(theatre, word).map_err(|wrong| RequestError::new("--why-not", word, wrong));
        sites.push(site?);
    }
    sites.dedup();
    Ok(sites)
}

/// The index of a site, or what to write instead.
pub(crate) fn site(theatre: &Theatre, id: &str) -> Result<usize, String> {
    let ids = || theatre.sites.iter().map(|site| site.id.as_str());
    let found = ids().position(|known| known == id);
    found.ok_or_else(|| unknown("site", id, ids()))
}

/// The index of a system of the catalogue, or what to write instead.
pub(crate) fn system(theatre: &Theatre, id: &str) -> Result<usize, String> {
    let ids = theatre.catalogue.systems.iter();
    let unknown = || unknown("system", id, ids.map(|system| system.id.as_str()));
    theatre.catalogue.system(id).ok_or_else(unknown)
}

/// The index of a munition of the catalogue, or what to write instead.
pub(crate) fn munition(theatre: &Theatre, id: &str) -> Result<usize, String> {
    let ids = || {
        let all = theatre.catalogue.munitions.iter();
        all.map(|munition| munition.id.as_str())
    };
    let found = ids().position(|known| known == id);
    found.ok_or_else(|| unknown("munition", id, ids()))
}

/// That there is no such name, the nearest one, and all of them where they are few.
pub(crate) fn unknown<'a>(
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> String {
    let mut message = format!("there is no {what} `{}`", shown(name));
    let nearest = known
        .clone()
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .min();
    match nearest {
        Some((edits, near)) if edits <= 1 + name.chars().count() / 3 => {
            message.push_str(&format!("; did you mean `{near}`?"));
        }
        _ => message.push('.'),
    }
    let mut names: Vec<&str> = known.take(NAMES_MAX + 1).collect();
    names.sort_unstable();
    if names.is_empty() {
        message.push_str(&format!(" The theatre has no {what}."));
    } else if names.len() <= NAMES_MAX {
        message.push_str(&format!(" Write one of: {}.", names.join(", ")));
    }
    message
}

/// A whole number, or what is wrong with it.
pub(crate) fn whole(text: &str, most: u32) -> Result<u32, String> {
    let digits = !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit());
    let number = digits.then(|| text.parse::<u32>().ok()).flatten();
    number
        .filter(|&number| number <= most)
        .ok_or_else(|| format!("`{}` is not a whole number from 0 to {most}", shown(text)))
}
