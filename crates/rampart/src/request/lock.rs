//! Lines that a commander has decided already: `--lock SITE=SYSTEM:N`.

use super::{RequestError, site, system, whole};
use crate::diagnose::shown;
use crate::study::most_at;
use planner::Problem;
use theatre::Theatre;

const OPTION: &str = "--lock";

/// What is held of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// At least one unit of a system, by index.
    Some(usize),
    /// So many units of a system, those that stand there already included.
    Exactly(usize, u32),
    /// No system beyond those that cannot be moved.
    Nothing,
    /// It stays open.
    Open,
    /// It closes.
    Closed,
}

/// A line that is decided already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// Index of the site.
    pub site: usize,
    /// What is held of it.
    pub held: Held,
    /// As it was written: `SITE=SYSTEM:N`.
    pub text: String,
}

impl Lock {
    /// Reads `SITE=SYSTEM`, `SITE=SYSTEM:N`, `SITE=none`, `SITE=open` or `SITE=closed`.
    ///
    /// # Errors
    /// When the site or system is unknown, or no site may have so many units.
    pub fn read(theatre: &Theatre, word: &str) -> Result<Self, RequestError> {
        Self::parse(theatre, word).map_err(|wrong| RequestError::new(OPTION, word, wrong))
    }

    fn parse(theatre: &Theatre, word: &str) -> Result<Self, String> {
        let (id, wish) = word.split_once('=').ok_or_else(|| {
            "write SITE=SYSTEM, SITE=SYSTEM:N, SITE=none, SITE=open or SITE=closed".to_owned()
        })?;
        let site = site(theatre, id)?;
        let held = match wish {
            "none" => Held::Nothing,
            "open" => Held::Open,
            "closed" => Held::Closed,
            _ => units(theatre, site, wish)?,
        };
        Ok(Self {
            site,
            held,
            text: format!("{}={}", theatre.sites[site].id, shown(wish)),
        })
    }

    /// Takes from a problem what the line does not allow.
    pub fn hold(&self, problem: &mut Problem) {
        let loadouts = &problem.loadouts;
        let Some(site) = problem.sites.get_mut(self.site) else {
            return;
        };
        let immovable = &site.immovable;
        let allows = |loadout: usize| match self.held {
            Held::Some(system) => loadouts[loadout][system] > 0,
            Held::Exactly(system, count) => loadouts[loadout][system] == count,
            Held::Nothing => loadouts[loadout] == *immovable,
            Held::Open | Held::Closed => true,
        };
        site.open_loadouts
            .retain(|&loadout| allows(loadout) && self.held != Held::Closed);
        site.closed_loadouts
            .retain(|&loadout| allows(loadout) && self.held != Held::Open);
    }

    /// The system whose units the line asks for.
    #[must_use]
    pub fn system(&self) -> Option<usize> {
        match self.held {
            Held::Some(system) | Held::Exactly(system, _) => Some(system),
            Held::Nothing | Held::Open | Held::Closed => None,
        }
    }
}

fn units(theatre: &Theatre, site: usize, wish: &str) -> Result<Held, String> {
    let (id, count) = match wish.split_once(':') {
        Some((id, count)) => (id, Some(count)),
        None => (wish, None),
    };
    let system = system(theatre, id)
        .map_err(|wrong| format!("{wrong} Or write none, open or closed after the site."))?;
    let most = most_at(theatre, site, system);
    let name = &theatre.catalogue.systems[system].id;
    match count.map(|count| whole(count, u32::MAX)).transpose()? {
        None if most == 0 => Err(format!("no {name} can stand at one site")),
        None => Ok(Held::Some(system)),
        Some(count) if count <= most => Ok(Held::Exactly(system, count)),
        Some(count) => Err(format!(
            "{count} {name} at one site are more than the {most} that may stand there"
        )),
    }
}
