//! The problem: all that the planner knows, in numbers, without any other crate's types.

use serde::{Deserialize, Serialize};

/// One planning problem, complete in itself; the crate page writes it as a mathematical program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// Names of the kinds of system.
    pub systems: Vec<String>,
    /// Every combination of systems that may stand at a site: units of each system, by index.
    pub loadouts: Vec<Vec<u32>>,
    /// The sites.
    pub sites: Vec<SiteProblem>,
    /// Where units beyond the immovable ones come from.
    pub pools: Vec<Pool>,
    /// Work that people must do from given sites.
    pub missions: Vec<MissionProblem>,
    /// Most people moved in total.
    pub lift: u64,
    /// Most people moved into sites outside the theatre: the sum over those sites of their growth.
    pub may_leave: u64,
    /// Loss per person moved.
    pub loss_per_move: f64,
}

/// One site. Losses are expected losses over the planning horizon, finite and not negative.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteProblem {
    /// Name in messages.
    pub id: String,
    /// People there today who may be moved.
    pub people: u32,
    /// Most movable people it can hold; at least `people`.
    pub capacity: u32,
    /// People that an open site needs for itself, who serve no mission; at most `capacity`.
    pub guard: u32,
    /// Others at risk there who cannot be moved, as a number of people of equal weight.
    pub fixed_people: f64,
    /// Whether it lies outside the theatre, so that `may_leave` limits its growth.
    pub outside: bool,
    /// Loss from keeping the site open.
    pub upkeep_loss: f64,
    /// Loadouts allowed while the site is open; empty where it may not be open.
    pub open_loadouts: Vec<usize>,
    /// Loadouts allowed while the site is closed; empty where it may not be closed.
    pub closed_loadouts: Vec<usize>,
    /// Units of each system that stand there and stay; they draw on no pool.
    pub immovable: Vec<u32>,
    /// The loadout that stands there today.
    pub today_loadout: usize,
    /// Loss per person from attacks that no area defence could stop, by loadout.
    pub direct_loss: Vec<f64>,
    /// Loss per person from attacks that an area defence could stop, when none covers the site.
    pub bare_loss: f64,
    /// Area defences that may cover the site.
    pub cover: Vec<Cover>,
}

/// What a site loses if it counts on the area defence of one host.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cover {
    /// The site where the area defence stands; may be the covered site itself.
    pub host: usize,
    /// The loadout that the host must have, open or closed.
    pub loadout: usize,
    /// Loss per person of the covered site in place of its `bare_loss`.
    pub loss: f64,
}

/// Units of one system that may be sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pool {
    /// Index of the system.
    pub system: usize,
    /// Units in the pool.
    pub available: u32,
    /// Sites to which they may be sent; `None` for any.
    pub sites: Option<Vec<usize>>,
}

impl Pool {
    /// Whether the pool may send units to the site.
    #[must_use]
    pub fn serves(&self, site: usize) -> bool {
        self.sites
            .as_ref()
            .is_none_or(|sites| sites.contains(&site))
    }
}

/// Work that needs people at any of some sites; one person serves one mission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissionProblem {
    /// Name in messages.
    pub id: String,
    /// People needed.
    pub people: u32,
    /// Sites from which they can serve.
    pub sites: Vec<usize>,
}

/// Why a problem cannot be read as one.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ProblemError {
    /// There is no site.
    #[error("the problem has no site")]
    NoSites,
    /// A list has the wrong number of entries.
    #[error("{holder}: `{list}` has {found} entries, not {expected}")]
    Length {
        /// What holds the list.
        holder: String,
        /// Name of the list.
        list: &'static str,
        /// Entries found.
        found: usize,
        /// Entries needed.
        expected: usize,
    },
    /// An index points at nothing.
    #[error("{holder}: `{list}` names {index}, but there are only {count}")]
    Index {
        /// What holds the index.
        holder: String,
        /// Name of the list or field.
        list: &'static str,
        /// The index.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// A number is negative, infinite or not a number.
    #[error("{holder}: `{field}` is {value}, not a finite number of at least 0")]
    Number {
        /// What holds the number.
        holder: String,
        /// Name of the field.
        field: &'static str,
        /// The number.
        value: f64,
    },
    /// A site holds or needs more people than its capacity.
    #[error("site {site}: `{field}` is {value}, above the capacity of {capacity}")]
    AboveCapacity {
        /// The site.
        site: String,
        /// Name of the field.
        field: &'static str,
        /// People.
        value: u32,
        /// Most people.
        capacity: u32,
    },
    /// A site allows a loadout that would remove an immovable unit.
    #[error(
        "site {site}: loadout {loadout} has fewer units of {system} than stand there immovably"
    )]
    Immovable {
        /// The site.
        site: String,
        /// The loadout.
        loadout: usize,
        /// The system.
        system: String,
    },
}

impl Problem {
    /// Checks lengths, indices and numbers; every other function of this crate takes a problem that
    /// passes, and gives a meaningless answer or panics on one that does not.
    ///
    /// # Errors
    /// The first fault found.
    pub fn validate(&self) -> Result<(), ProblemError> {
        if self.sites.is_empty() {
            return Err(ProblemError::NoSites);
        }
        for (index, loadout) in self.loadouts.iter().enumerate() {
            let holder = format!("loadout {index}");
            length(&holder, "units", loadout.len(), self.systems.len())?;
        }
        for site in &self.sites {
            self.validate_site(site)?;
        }
        for (index, pool) in self.pools.iter().enumerate() {
            let holder = format!("pool {index}");
            within(&holder, "system", &[pool.system], self.systems.len())?;
            let sites = pool.sites.as_deref().unwrap_or_default();
            within(&holder, "sites", sites, self.sites.len())?;
        }
        for mission in &self.missions {
            let holder = format!("mission {}", mission.id);
            within(&holder, "sites", &mission.sites, self.sites.len())?;
        }
        number("problem", "loss_per_move", self.loss_per_move)
    }

    fn validate_site(&self, site: &SiteProblem) -> Result<(), ProblemError> {
        let holder = format!("site {}", site.id);
        let (systems, loadouts) = (self.systems.len(), self.loadouts.len());
        length(&holder, "immovable", site.immovable.len(), systems)?;
        length(&holder, "direct_loss", site.direct_loss.len(), loadouts)?;
        within(&holder, "open_loadouts", &site.open_loadouts, loadouts)?;
        within(&holder, "closed_loadouts", &site.closed_loadouts, loadouts)?;
        within(&holder, "today_loadout", &[site.today_loadout], loadouts)?;
        for (field, value) in [("people", site.people), ("guard", site.guard)] {
            if value > site.capacity {
                return Err(ProblemError::AboveCapacity {
                    site: site.id.clone(),
                    field,
                    value,
                    capacity: site.capacity,
                });
            }
        }
        number(&holder, "fixed_people", site.fixed_people)?;
        number(&holder, "upkeep_loss", site.upkeep_loss)?;
        number(&holder, "bare_loss", site.bare_loss)?;
        for &loss in &site.direct_loss {
            number(&holder, "direct_loss", loss)?;
        }
        for cover in &site.cover {
            within(&holder, "cover.host", &[cover.host], self.sites.len())?;
            within(&holder, "cover.loadout", &[cover.loadout], loadouts)?;
            number(&holder, "cover.loss", cover.loss)?;
        }
        self.validate_immovable(site)
    }

    fn validate_immovable(&self, site: &SiteProblem) -> Result<(), ProblemError> {
        for &loadout in site.open_loadouts.iter().chain(&site.closed_loadouts) {
            let units = self.loadouts[loadout].iter();
            let missing = units
                .zip(&site.immovable)
                .position(|(has, need)| has < need);
            if let Some(system) = missing {
                return Err(ProblemError::Immovable {
                    site: site.id.clone(),
                    loadout,
                    system: self.systems[system].clone(),
                });
            }
        }
        Ok(())
    }

    /// Movable people in the theatre today.
    #[must_use]
    pub fn people(&self) -> u64 {
        self.sites.iter().map(|site| u64::from(site.people)).sum()
    }

    /// Units of a system that a loadout draws from the pools at a site.
    #[must_use]
    pub fn drawn(&self, site: usize, loadout: usize, system: usize) -> u32 {
        self.loadouts[loadout][system].saturating_sub(self.sites[site].immovable[system])
    }

    /// Units of all systems that a loadout draws from the pools at a site.
    #[must_use]
    pub fn drawn_in_all(&self, site: usize, loadout: usize) -> u64 {
        let systems = 0..self.systems.len();
        systems
            .map(|system| u64::from(self.drawn(site, loadout, system)))
            .sum()
    }
}

impl SiteProblem {
    /// Fewest people while open: its guard, and never nobody.
    #[must_use]
    pub fn fewest(&self) -> u32 {
        self.guard.max(1)
    }
}

fn length(
    holder: &str,
    list: &'static str,
    found: usize,
    expected: usize,
) -> Result<(), ProblemError> {
    if found == expected {
        return Ok(());
    }
    Err(ProblemError::Length {
        holder: holder.into(),
        list,
        found,
        expected,
    })
}

fn within(
    holder: &str,
    list: &'static str,
    indices: &[usize],
    count: usize,
) -> Result<(), ProblemError> {
    match indices.iter().find(|&&index| index >= count) {
        None => Ok(()),
        Some(&index) => Err(ProblemError::Index {
            holder: holder.into(),
            list,
            index,
            count,
        }),
    }
}

fn number(holder: &str, field: &'static str, value: f64) -> Result<(), ProblemError> {
    if value.is_finite() && value >= 0.0 {
        return Ok(());
    }
    Err(ProblemError::Number {
        holder: holder.into(),
        field,
        value,
    })
}
