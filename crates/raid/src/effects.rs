//! What raids of one source do on average, at every site and under every loadout.

use crate::defence::{Defence, Hurt, RaidAtSite};
use crate::salvo::Raid;
use crate::unknowns::Unknowns;
use theatre::{Catalogue, MunitionKind, Role};

/// The loadouts of a plan, split into the parts that matter to different kinds of raid.
#[derive(Clone, Debug, PartialEq)]
pub struct Loadouts {
    /// Units of each system of the catalogue, by loadout. The first is "nothing".
    pub units: Vec<Vec<u32>>,
    /// Distinct warning and point-defence parts, area defence left out. The first is "nothing".
    pub local: Vec<Vec<u32>>,
    /// Distinct area-defence parts. The first is "nothing".
    pub area: Vec<Vec<u32>>,
    /// For each loadout, the index of its local part.
    pub local_of: Vec<usize>,
    /// For each loadout, the index of its area part.
    pub area_of: Vec<usize>,
}

impl Loadouts {
    /// Splits loadouts, each a count by system of the catalogue, by the systems' roles. "Nothing" is
    /// put first where it is not there.
    #[must_use]
    pub fn new(catalogue: &Catalogue, mut units: Vec<Vec<u32>>) -> Self {
        let nothing = vec![0; catalogue.systems.len()];
        if units.first() != Some(&nothing) {
            units.retain(|loadout| *loadout != nothing);
            units.insert(0, nothing.clone());
        }
        let part = |loadout: &[u32], area: bool| -> Vec<u32> {
            let systems = catalogue.systems.iter().zip(loadout);
            systems
                .map(|(system, &count)| {
                    if (system.role == Role::AreaDefence) == area {
                        count
                    } else {
                        0
                    }
                })
                .collect()
        };
        let distinct = |area: bool| {
            let mut parts: Vec<Vec<u32>> = Vec::new();
            let mut of = Vec::with_capacity(units.len());
            for loadout in &units {
                let wanted = part(loadout, area);
                let place = parts.iter().position(|known| *known == wanted);
                of.push(place.unwrap_or(parts.len()));
                if place.is_none() {
                    parts.push(wanted);
                }
            }
            (parts, of)
        };
        let ((local, local_of), (area, area_of)) = (distinct(false), distinct(true));
        Self {
            units,
            local,
            area,
            local_of,
            area_of,
        }
    }

    /// The parts that a kind of munition meets: area defence stops ballistic missiles, everything
    /// else is met by what stands at the site.
    #[must_use]
    pub fn options(&self, kind: MunitionKind) -> &[Vec<u32>] {
        if is_area_kind(kind) {
            &self.area
        } else {
            &self.local
        }
    }
}

/// Whether a kind is met by area defence, and not by what stands at the site.
#[must_use]
pub fn is_area_kind(kind: MunitionKind) -> bool {
    kind == MunitionKind::BallisticMissile
}

/// The defence that one option of [`Loadouts::options`] stands for.
#[must_use]
pub fn defence(kind: MunitionKind, option: &[u32]) -> Defence<'_> {
    if is_area_kind(kind) {
        Defence {
            local: &[],
            area: option,
        }
    } else {
        Defence {
            local: option,
            area: &[],
        }
    }
}

/// Chance that a raid puts out a battery, with what stands beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BatteryLost {
    /// By a salvo fired at the base at large.
    pub at_base: f64,
    /// By a salvo fired at the battery.
    pub at_battery: f64,
}

/// Averages over the raids of one source in one group of replications.
#[derive(Clone, Debug)]
pub struct SourceEffects {
    /// Index of the munition class.
    pub munition: usize,
    /// How it is met.
    pub kind: MunitionKind,
    /// Mean effect of one raid on each person: by radius, then option of [`Loadouts::options`].
    pub hurt: Vec<Vec<Hurt>>,
    /// Mean chance to put out a battery: by radius, then local option, then system of the catalogue.
    /// Empty for ballistic missiles, against which the battery defends itself.
    pub battery_lost: Vec<Vec<Vec<BatteryLost>>>,
    raids: u32,
}

impl SourceEffects {
    /// No raid yet.
    #[must_use]
    pub fn new(munition: usize, kind: MunitionKind, radii: usize, loadouts: &Loadouts) -> Self {
        let options = loadouts.options(kind).len();
        let systems = loadouts.local.first().map_or(0, Vec::len);
        let batteries = loadouts.area.len() > 1 && !is_area_kind(kind);
        Self {
            munition,
            kind,
            hurt: vec![vec![Hurt::default(); options]; radii],
            battery_lost: if batteries {
                vec![vec![vec![BatteryLost::default(); systems]; options]; radii]
            } else {
                Vec::new()
            },
            raids: 0,
        }
    }

    /// Judges one raid at every radius under every option and adds what it does.
    pub fn add(&mut self, raid: &Raid, unknowns: &Unknowns, radii_m: &[f64], loadouts: &Loadouts) {
        self.raids += 1;
        for (radius, &radius_m) in radii_m.iter().enumerate() {
            let mut placed = RaidAtSite::new(raid, unknowns, self.munition, radius_m);
            let options = loadouts.options(self.kind).iter();
            let judged: Vec<_> = options
                .map(|units| placed.judge(defence(self.kind, units)))
                .collect();
            for (sum, hurt) in self.hurt[radius].iter_mut().zip(placed.hurt_each(&judged)) {
                sum.add(hurt);
            }
            if self.battery_lost.is_empty() {
                continue;
            }
            for aimed in [false, true] {
                placed.place_battery(aimed);
                for (option, units) in loadouts.local.iter().enumerate() {
                    let judged = placed.judge(defence(self.kind, units));
                    for (system, draw) in unknowns.systems.iter().enumerate() {
                        let Some(vulnerability) = &draw.vulnerability else {
                            continue;
                        };
                        let lost = placed.battery_lost(&judged, vulnerability);
                        let sum = &mut self.battery_lost[radius][option][system];
                        *(if aimed {
                            &mut sum.at_battery
                        } else {
                            &mut sum.at_base
                        }) += lost;
                    }
                }
            }
        }
    }

    /// The averages, for one raid.
    #[must_use]
    pub fn mean(mut self) -> Self {
        let share = 1.0 / f64::from(self.raids.max(1));
        for hurt in self.hurt.iter_mut().flatten() {
            *hurt = hurt.scaled(share);
        }
        for lost in self.battery_lost.iter_mut().flatten().flatten() {
            lost.at_base *= share;
            lost.at_battery *= share;
        }
        self
    }
}
