//! How exposed each site is before its own record speaks.

use std::collections::{BTreeMap, BTreeSet};
use theatre::{MunitionKind, Site};

/// Exposures above 0 are held within these bounds: the first keeps a record able to speak at all, the
/// second keeps sums finite.
const LEAST: f64 = 1e-6;
const MOST: f64 = 1e6;
/// Of a site that was called out of reach and was hit all the same: the usual exposure.
const REFUTED: f64 = 1.0;

/// Classes that share their exposure and, where their own record is short, their salvo sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// Rockets and mortars, of which the column `exposure` of the site list speaks.
    RocketsAndMortars,
    /// Ballistic missiles, which reach every site inside the theatre and none outside it.
    Missiles,
}

impl Family {
    pub const ALL: [Self; 2] = [Self::RocketsAndMortars, Self::Missiles];

    pub fn of(kind: MunitionKind) -> Self {
        match kind {
            MunitionKind::Rocket | MunitionKind::Mortar => Self::RocketsAndMortars,
            MunitionKind::BallisticMissile => Self::Missiles,
        }
    }
}

/// The exposure of every site to one family.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Exposure {
    of_site: Vec<f64>,
    group_of_site: Vec<u32>,
    /// Distinct exposures, with how many sites have each: sites of one group that were never hit share
    /// one forecast, which makes scoring a large theatre cheap.
    groups: Vec<(f64, u32)>,
    total: f64,
}

impl Exposure {
    pub fn new(sites: &[Site], family: Family) -> Self {
        let of_site: Vec<f64> = sites.iter().map(|site| prior(site, family)).collect();
        // Bits of non-negative floats sort as the floats do.
        let mut sizes = BTreeMap::<u64, u32>::new();
        for exposure in &of_site {
            *sizes.entry(exposure.to_bits()).or_default() += 1;
        }
        let place: BTreeMap<u64, u32> = sizes.keys().copied().zip(0..).collect();
        let group = |exposure: &f64| place.get(&exposure.to_bits()).copied().unwrap_or(0);
        let groups: Vec<(f64, u32)> = sizes
            .iter()
            .map(|(&bits, &size)| (f64::from_bits(bits), size))
            .collect();
        Self {
            group_of_site: of_site.iter().map(group).collect(),
            total: groups.iter().map(|(e, size)| e * f64::from(*size)).sum(),
            of_site,
            groups,
        }
    }

    pub fn groups(&self) -> &[(f64, u32)] {
        &self.groups
    }

    pub fn group(&self, site: usize) -> usize {
        self.group_of_site
            .get(site)
            .map_or(0, |&group| group as usize)
    }

    /// The site's exposure, given the sites that this family has struck.
    pub fn effective(&self, site: usize, struck: &BTreeSet<usize>) -> f64 {
        match self.of_site.get(site) {
            Some(&exposure) if exposure > 0.0 => exposure,
            Some(_) if struck.contains(&site) => REFUTED,
            _ => 0.0,
        }
    }

    /// The sum over all sites, given the sites that this family has struck.
    pub fn total(&self, struck: &BTreeSet<usize>) -> f64 {
        let refuted = struck
            .iter()
            .filter(|&&site| self.of_site.get(site) == Some(&0.0))
            .count();
        self.total + REFUTED * refuted as f64
    }
}

fn prior(site: &Site, family: Family) -> f64 {
    let exposure = match family {
        Family::RocketsAndMortars => site.exposure,
        Family::Missiles if site.outside => 0.0,
        Family::Missiles => 1.0,
    };
    if exposure > 0.0 {
        exposure.clamp(LEAST, MOST)
    } else {
        0.0
    }
}
