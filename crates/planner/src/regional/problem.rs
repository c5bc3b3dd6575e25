//! The problem in arrays: many sites, few couplings.

/// Sites without cover, missions or closing, whose people move within their region only; the stocks
/// and the lift are shared by all. The module page writes it as a mathematical program.
///
/// Arrays with one entry a site are in the same order; `loss` has one entry for each option of a
/// site, site by site.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RegionalProblem {
    /// Units of each system that an option needs: one list an option, one entry a system.
    pub units: Vec<Vec<u32>>,
    /// Units of each system that there are.
    pub stock: Vec<u32>,
    /// Most people moved in total.
    pub lift: u64,
    /// Loss per person moved.
    pub loss_per_move: f64,
    /// The region of each site, by any number.
    pub region: Vec<u32>,
    /// People at each site today.
    pub people: Vec<u32>,
    /// Most people that each site can hold; at least `people`.
    pub capacity: Vec<u32>,
    /// Fewest people that each site must hold; at most `people`.
    pub fewest: Vec<u32>,
    /// Expected loss per person at each site under each option, finite and not negative.
    pub loss: Vec<f64>,
}

/// Why arrays are no problem.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RegionalError {
    /// There is no site, or no option.
    #[error("the problem has no {0}")]
    Empty(&'static str),
    /// More options than a proof can name.
    #[error("{0} options, of which {MOST_OPTIONS} at most can be told apart")]
    Options(usize),
    /// A list has the wrong number of entries.
    #[error("`{list}` has {found} entries, not {expected}")]
    Length {
        /// Name of the list.
        list: &'static str,
        /// Entries found.
        found: usize,
        /// Entries needed.
        expected: usize,
    },
    /// A number is negative, infinite or not a number.
    #[error("site {site}: `{field}` is {value}, not a finite number of at least 0")]
    Number {
        /// Place of the site in the list.
        site: usize,
        /// Name of the field.
        field: &'static str,
        /// The number.
        value: f64,
    },
    /// The bounds on people leave out today's.
    #[error("site {site}: {people} people today, outside {fewest} to {capacity}")]
    People {
        /// Place of the site in the list.
        site: usize,
        /// People today.
        people: u32,
        /// Fewest allowed.
        fewest: u32,
        /// Most allowed.
        capacity: u32,
    },
    /// The losses are too large to be added.
    #[error("the losses of all people add up to more than {MOST_LOSS:e}")]
    Huge,
    /// No option is free of units, so that stocks may not suffice for any plan.
    #[error("no option needs no units; give every site a way to have none")]
    NoBareOption,
}

/// Most that all could lose in sum.
pub const MOST_LOSS: f64 = 1e300;

/// Most options a site.
pub const MOST_OPTIONS: usize = 64;

impl RegionalProblem {
    /// Number of sites.
    #[must_use]
    pub fn sites(&self) -> usize {
        self.people.len()
    }

    /// Number of options of each site.
    #[must_use]
    pub fn options(&self) -> usize {
        self.units.len()
    }

    /// Losses per person at a site, one an option.
    #[must_use]
    pub fn losses(&self, site: usize) -> &[f64] {
        let options = self.options();
        &self.loss[site * options..][..options]
    }

    /// Units of each system that options need.
    pub(super) fn units_of(&self, options: &[u8]) -> Vec<i64> {
        let mut sum = vec![0; self.stock.len()];
        for &option in options {
            let units = self.units[usize::from(option)].iter();
            let each = sum.iter_mut().zip(units);
            each.for_each(|(sum, &units)| *sum += i64::from(units));
        }
        sum
    }

    /// Units of each system that options need beyond its stock; negative where some are left.
    pub(super) fn beyond_stock(&self, options: &[u8]) -> Vec<i64> {
        let needed = self.units_of(options).into_iter().zip(&self.stock);
        needed
            .map(|(needed, &stock)| needed - i64::from(stock))
            .collect()
    }

    /// The same with these sites only, in this order.
    pub(super) fn of_sites(&self, sites: &[usize]) -> Self {
        let pick = |list: &[u32]| sites.iter().map(|&site| list[site]).collect();
        let losses = sites.iter().flat_map(|&site| self.losses(site));
        Self {
            units: self.units.clone(),
            stock: self.stock.clone(),
            lift: self.lift,
            loss_per_move: self.loss_per_move,
            region: pick(&self.region),
            people: pick(&self.people),
            capacity: pick(&self.capacity),
            fewest: pick(&self.fewest),
            loss: losses.copied().collect(),
        }
    }

    /// Checks lengths and numbers; every other function of this module takes a problem that passes.
    ///
    /// # Errors
    /// The first fault found.
    pub fn validate(&self) -> Result<(), RegionalError> {
        let (sites, options) = (self.sites(), self.options());
        if sites == 0 {
            return Err(RegionalError::Empty("site"));
        }
        if options == 0 {
            return Err(RegionalError::Empty("option"));
        }
        if options > MOST_OPTIONS {
            return Err(RegionalError::Options(options));
        }
        length("region", self.region.len(), sites)?;
        length("capacity", self.capacity.len(), sites)?;
        length("fewest", self.fewest.len(), sites)?;
        length("loss", self.loss.len(), sites.saturating_mul(options))?;
        for units in &self.units {
            length("units", units.len(), self.stock.len())?;
        }
        if !self.units.iter().any(|units| units.iter().all(|&n| n == 0)) {
            return Err(RegionalError::NoBareOption);
        }
        number(0, "loss_per_move", self.loss_per_move)?;
        for site in 0..sites {
            let (people, fewest) = (self.people[site], self.fewest[site]);
            let capacity = self.capacity[site];
            if !(fewest..=capacity).contains(&people) {
                return Err(RegionalError::People {
                    site,
                    people,
                    fewest,
                    capacity,
                });
            }
        }
        let mut most = 0.0;
        for (place, &loss) in self.loss.iter().enumerate() {
            let site = place / options;
            number(site, "loss", loss)?;
            most += (loss + self.loss_per_move) * f64::from(self.capacity[site]);
        }
        if most > MOST_LOSS {
            return Err(RegionalError::Huge);
        }
        Ok(())
    }
}

fn length(list: &'static str, found: usize, expected: usize) -> Result<(), RegionalError> {
    if found == expected {
        return Ok(());
    }
    Err(RegionalError::Length {
        list,
        found,
        expected,
    })
}

fn number(site: usize, field: &'static str, value: f64) -> Result<(), RegionalError> {
    if value.is_finite() && value >= 0.0 {
        return Ok(());
    }
    Err(RegionalError::Number { site, field, value })
}
