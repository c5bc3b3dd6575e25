//! What is studied: one site, one munition class, so many rounds, and some loadouts.

use super::warned::WarningBy;
use crate::diagnose::shown;
use crate::request::{site, system, unknown, whole};
use crate::study::{SetupError, combinations, most_at};
use forecast::Forecast;
use raid::effects::is_area_kind;
use raid::{Loadouts, ROUNDS_MAX};
use std::fmt::Write;
use theatre::Theatre;

/// What is asked for, in the words of the command line.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// Site id.
    pub site: &'a str,
    /// Munition id.
    pub munition: &'a str,
    /// Rounds of the raid; a typical salvo of the class where none are given.
    pub rounds: Option<u32>,
    /// Loadouts such as `c-ram=1,patriot=1`, or `nothing`; all that the site may have where none is given.
    pub loadouts: &'a [String],
    /// Casualties whose chance is wanted.
    pub tail: Option<u32>,
    /// Who says when people are warned.
    pub warning: WarningBy,
    /// Local hour at which it comes, 0 to 24; any where none is given.
    pub hour: Option<f64>,
}

/// Words that cannot be understood, or a theatre that cannot be studied.
#[derive(Debug, thiserror::Error)]
pub enum SubjectError {
    /// An option's value.
    #[error("{option} {word}: {wrong}")]
    Word {
        /// The option.
        option: &'static str,
        /// What was given, safe to print.
        word: String,
        /// What is wrong and what would be right.
        wrong: String,
    },
    /// Too many loadouts.
    #[error(transparent)]
    Setup(#[from] SetupError),
}

/// One loadout of the study.
#[derive(Clone, Debug, PartialEq)]
pub struct Loadout {
    /// Units by index of the system.
    pub units: Vec<u32>,
    /// Units by name, such as `c-ram=1,patriot=1`; `nothing` where there are none.
    pub name: String,
    /// Which of the parts that this raid meets it comes to.
    pub option: usize,
}

/// One raid to be studied.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// The theatre.
    pub theatre: &'a Theatre,
    /// Index of the site.
    pub site: usize,
    /// Index of the munition class.
    pub class: usize,
    /// Rounds of every raid.
    pub rounds: u32,
    /// Whether the rounds were asked for, and not taken from the log.
    pub rounds_given: bool,
    /// What is compared; the first is what others are compared with.
    pub loadouts: Vec<Loadout>,
    /// The distinct parts of them that this raid meets, units by index of the system.
    pub options: Vec<Vec<u32>>,
    /// Casualties of which, or of more, the chance is wanted.
    pub tail: Option<u32>,
    /// Who says when people are warned.
    pub warning: WarningBy,
    /// Local hour at which it comes, 0 to 24; any where none is given.
    pub hour: Option<f64>,
}

impl<'a> Subject<'a> {
    /// Reads the words against the theatre.
    ///
    /// # Errors
    /// At the first word that the theatre does not know or allow.
    pub fn read(theatre: &'a Theatre, words: Words<'_>) -> Result<Self, SubjectError> {
        let wrong = |option, word: &str, wrong| SubjectError::Word {
            option,
            word: shown(word),
            wrong,
        };
        let site = site(theatre, words.site).map_err(|why| wrong("--site", words.site, why))?;
        let munitions = || theatre.catalogue.munitions.iter().map(|m| m.id.as_str());
        let class = theatre.catalogue.munition(words.munition).ok_or_else(|| {
            let why = unknown("munition", words.munition, munitions());
            wrong("--munition", words.munition, why)
        })?;
        if let Some(rounds) = words
            .rounds
            .filter(|rounds| !(1..=ROUNDS_MAX).contains(rounds))
        {
            let why = format!("a raid has 1 to {ROUNDS_MAX} rounds");
            return Err(wrong("--rounds", &rounds.to_string(), why));
        }
        let kind = theatre.catalogue.munitions[class].kind;
        if words.warning == WarningBy::ClosedLoop && is_area_kind(kind) {
            let why = "of missiles the theatre's early warning tells, which no radar of the site takes part in; \
                       leave the option out";
            return Err(wrong("--warning", words.warning.name(), why.to_owned()));
        }
        let units = if words.loadouts.is_empty() {
            allowed(theatre, site)?
        } else {
            let mut given = Vec::with_capacity(words.loadouts.len());
            for word in words.loadouts {
                let units = loadout(theatre, site, word);
                let units = units.map_err(|why| wrong("--loadout", word, why))?;
                if !given.contains(&units) {
                    given.push(units);
                }
            }
            given
        };
        let rounds = words.rounds.unwrap_or_else(|| {
            let median = Forecast::fit(theatre).rounds_median(class);
            median.clamp(1, ROUNDS_MAX)
        });
        let (loadouts, options) = split(theatre, class, units);
        Ok(Self {
            theatre,
            site,
            class,
            rounds,
            rounds_given: words.rounds.is_some(),
            loadouts,
            options,
            tail: words.tail,
            warning: words.warning,
            hour: words.hour,
        })
    }

    /// Own and host-nation people at the site.
    #[must_use]
    pub fn people(&self) -> [u32; 2] {
        let site = &self.theatre.sites[self.site];
        [site.people, site.partner_people]
    }

    /// Index of the loadout that stands at the site today, where it is among those compared.
    #[must_use]
    pub fn standing(&self) -> Option<usize> {
        let stands = |system: usize, units: u32| {
            let (fixed, movable) = self.theatre.deployed_at(self.site, system);
            fixed.saturating_add(movable) == units
        };
        self.loadouts.iter().position(|loadout| {
            let mut units = loadout.units.iter().enumerate();
            units.all(|(system, &units)| stands(system, units))
        })
    }
}

/// Every loadout that this site may have.
fn allowed(theatre: &Theatre, site: usize) -> Result<Vec<Vec<u32>>, SetupError> {
    let mut all = combinations(theatre)?;
    all.retain(|loadout| {
        let mut units = loadout.iter().enumerate();
        units.all(|(system, &units)| units <= most_at(theatre, site, system))
    });
    Ok(all)
}

/// Reads `system=units`, several joined by commas, or `nothing`.
fn loadout(theatre: &Theatre, site: usize, word: &str) -> Result<Vec<u32>, String> {
    let mut units = vec![0; theatre.catalogue.systems.len()];
    if ["nothing", "none"].contains(&word.trim()) {
        return Ok(units);
    }
    for part in word.split(',') {
        let Some((name, count)) = part.split_once('=') else {
            return Err("write `c-ram=1`, `c-ram=1,patriot=1` or `nothing`".into());
        };
        let system = system(theatre, name.trim())?;
        let most = most_at(theatre, site, system);
        let count = whole(count.trim(), most).map_err(|why| {
            format!(
                "{why}: at most {most} may stand at {}",
                shown(&theatre.sites[site].id)
            )
        })?;
        if std::mem::replace(&mut units[system], count) != 0 {
            return Err(format!("`{}` is there twice", shown(name.trim())));
        }
    }
    Ok(units)
}

/// Loadouts in the order given, and the parts of them that matter to this class.
fn split(theatre: &Theatre, class: usize, units: Vec<Vec<u32>>) -> (Vec<Loadout>, Vec<Vec<u32>>) {
    let kind = theatre.catalogue.munitions[class].kind;
    let mut loadouts = Vec::with_capacity(units.len());
    let mut options: Vec<Vec<u32>> = Vec::new();
    for units in units {
        // Each is split by itself, so that "nothing" is not put in where it was not asked for.
        let parts = Loadouts::new(&theatre.catalogue, vec![units.clone()]);
        let part = parts.options(kind).last().cloned().unwrap_or_default();
        let option = options.iter().position(|known| *known == part);
        let option = option.unwrap_or_else(|| {
            options.push(part);
            options.len() - 1
        });
        loadouts.push(Loadout {
            name: name(theatre, &units),
            units,
            option,
        });
    }
    (loadouts, options)
}

fn name(theatre: &Theatre, units: &[u32]) -> String {
    let mut name = String::new();
    for (system, &count) in theatre.catalogue.systems.iter().zip(units) {
        if count > 0 {
            let comma = if name.is_empty() { "" } else { "," };
            let _ = write!(name, "{comma}{}={count}", system.id);
        }
    }
    if name.is_empty() {
        name.push_str("nothing");
    }
    name
}
