//! The nearest site to a place, among up to a million.

use std::collections::HashMap;
use theatre::frames::Ecef;
use theatre::{Geodetic, Site};

/// Sites by the cell of a cubic grid that they lie in; cells are as wide as the reach, so that every
/// site within it is in the cell of a place or in one beside it.
#[derive(Debug)]
pub struct Nearest<'a> {
    sites: &'a [Site],
    reach_m: f64,
    cells: HashMap<[i64; 3], Vec<usize>>,
}

/// A site and how far it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// Index of the site.
    pub site: usize,
    /// Distance, m.
    pub distance_m: f64,
}

impl<'a> Nearest<'a> {
    /// For places within `reach_m` of a site, > 0.
    #[must_use]
    pub fn new(sites: &'a [Site], reach_m: f64) -> Self {
        let mut cells: HashMap<_, Vec<usize>> = HashMap::new();
        for (index, site) in sites.iter().enumerate() {
            let cell = cell(site.place.ecef(), reach_m);
            cells.entry(cell).or_default().push(index);
        }
        Self {
            sites,
            reach_m,
            cells,
        }
    }

    /// The nearest site within reach, the first of the list where two are as near, and the next one.
    #[must_use]
    pub fn of(&self, place: Geodetic) -> Option<(Near, Option<Near>)> {
        let [x, y, z] = cell(place.ecef(), self.reach_m);
        let mut best: Option<Near> = None;
        let mut next: Option<Near> = None;
        for offset in 0..27 {
            let (dx, dy, dz) = (offset % 3 - 1, offset / 3 % 3 - 1, offset / 9 - 1);
            let Some(here) = self.cells.get(&[x + dx, y + dy, z + dz]) else {
                continue;
            };
            for &site in here {
                let Some(distance_m) = self.sites.get(site).map(|s| s.place.distance_m(place))
                else {
                    continue;
                };
                if distance_m > self.reach_m {
                    continue;
                }
                let near = Near { site, distance_m };
                if best.is_none_or(|best| comes_first(near, best)) {
                    next = best.replace(near);
                } else if next.is_none_or(|next| comes_first(near, next)) {
                    next = Some(near);
                }
            }
        }
        best.map(|best| (best, next))
    }
}

fn comes_first(a: Near, b: Near) -> bool {
    (a.distance_m, a.site) < (b.distance_m, b.site)
}

fn cell(place: Ecef, width_m: f64) -> [i64; 3] {
    [place.x_m, place.y_m, place.z_m].map(|value_m| (value_m / width_m).floor() as i64)
}
