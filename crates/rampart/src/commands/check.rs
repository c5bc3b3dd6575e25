//! `rampart check`: whether a folder is a theatre, and what is in it.

use super::{failed, print_whole};
use crate::diagnose::{Drawing, Faults, SHOWN_MAX, plain, shown, wrapped};
use crate::figures;
use crate::hygiene::{self, Suggestion};
use crate::load::Folder;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use theatre::{SiteConfidence, Theatre, incident};

/// Exit code for a folder with faults.
pub const BAD_INPUT: u8 = 1;

/// Prints a summary of the theatre and what looks wrong in it, or its faults.
#[must_use]
pub fn run(dir: &Path) -> ExitCode {
    let folder = Folder::read(dir);
    match folder.theatre() {
        Ok(theatre) => {
            let suggestions = hygiene::suggestions(&theatre, &folder.margins());
            let text = summary(&theatre) + &listed(dir, &suggestions);
            match print_whole(&text) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => failed(&format!("cannot print: {error}")),
            }
        }
        Err(faults) => {
            print_faults(&faults);
            ExitCode::from(BAD_INPUT)
        }
    }
}

/// Prints faults to standard error, in ASCII and without colour unless that is a terminal.
pub fn print_faults(faults: &Faults) {
    let plain_terminal = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let drawing = if !std::io::stderr().is_terminal() || plain_terminal {
        Drawing::Plain
    } else if no_colour {
        Drawing::Unicode
    } else {
        Drawing::Colour
    };
    // Nothing is left to be done where even this cannot be printed.
    let _ = io::stderr()
        .lock()
        .write_all(faults.render(drawing).as_bytes());
}

/// The first hundred suggestions with their places and mends, and how many there are.
fn listed(dir: &Path, suggestions: &[Suggestion]) -> String {
    if suggestions.is_empty() {
        return String::new();
    }
    let mut out = "\nSuggestions, by which nothing is changed:\n".to_owned();
    for suggestion in suggestions.iter().take(SHOWN_MAX) {
        let path = dir.join(suggestion.file.name()).display().to_string();
        let place = format!("{}:{}", plain(&path), suggestion.line);
        let text = wrapped(&format!("{place}: {}", plain(&suggestion.what)));
        let mend = wrapped(&format!("help: {}", plain(&suggestion.mend)));
        let _ = writeln!(out, "{text}\n  {}", mend.replace('\n', "\n  "));
    }
    let more = suggestions.len().saturating_sub(SHOWN_MAX);
    let count = counted(suggestions.len() as u64, "suggestion");
    let _ = match more {
        0 => writeln!(out, "{count}"),
        _ => writeln!(out, "{count}, of which {more} more are not shown"),
    };
    out
}

/// One paragraph on a theatre that has no faults.
#[must_use]
pub fn summary(theatre: &Theatre) -> String {
    let known = incident::known_on(&theatre.incidents, theatre.as_of).len();
    let figures = figures::all(theatre);
    let assumed = figures
        .iter()
        .filter(|figure| figure.interval.is_assumed())
        .count();
    let assumed_sites = theatre
        .sites
        .iter()
        .filter(|site| site.confidence == SiteConfidence::Assumed)
        .count();
    let stock: u64 = theatre.stock.iter().map(|s| u64::from(s.available)).sum();
    let deployed: u64 = theatre.deployed.iter().map(|d| u64::from(d.quantity)).sum();
    let text = format!(
        "{}: no faults. As of {} it has {} with {} own people, {} known from {}, {} in stock and \
         {} deployed, {} and {}, to be planned for {}. {} of {} figures and {} of {} are assumed.",
        shown(&theatre.name),
        theatre.as_of,
        counted(theatre.sites.len() as u64, "site"),
        theatre.people(),
        counted(known as u64, "attack"),
        counted(theatre.incidents.len() as u64, "report"),
        counted(stock, "system"),
        deployed,
        counted(theatre.missions.len() as u64, "mission"),
        counted(theatre.threats.len() as u64, "judged threat"),
        counted(theatre.horizon_days.into(), "day"),
        assumed,
        figures.len(),
        assumed_sites,
        counted(theatre.sites.len() as u64, "site row"),
    );
    format!("{}\n", wrapped(&text))
}

fn counted(count: u64, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}
