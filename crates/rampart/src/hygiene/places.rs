//! Sites that stand where no site can be meant.

use super::Suggestion;
use crate::import::nearest::Nearest;
use crate::load::File;
use theatre::{Geodetic, Site, Theatre};

/// Two sites nearer than this are taken for one, m.
const SAME_PLACE_M: f64 = 50.0;
/// Farther than this from the middle of all sites a place is looked at, m.
const FAR_M: f64 = 2_000_000.0;
/// Nearer than this it fits in with them, m.
const NEAR_M: f64 = 500_000.0;

pub(super) fn suggestions(theatre: &Theatre) -> Vec<Suggestion> {
    let sites = &theatre.sites;
    let near = Nearest::new(sites, SAME_PLACE_M);
    let middle = middle(sites);
    let mut list = Vec::new();
    for (index, site) in sites.iter().enumerate() {
        let mut suggest = |what: String, mend: &str| {
            list.push(Suggestion {
                file: File::Sites,
                line: site.line,
                what,
                mend: mend.to_owned(),
            });
        };
        let place = site.place;
        if place.latitude_deg == 0.0 && place.longitude_deg == 0.0 {
            suggest(
                format!(
                    "{} lies at 0, 0, which often stands for no position",
                    site.id
                ),
                "write where it is",
            );
            continue;
        }
        // The site itself is one of the two nearest, at distance 0, unless two others share its place.
        let beside = near.of(place).and_then(|(first, next)| {
            let others = [Some(first), next].into_iter().flatten();
            others.map(|near| near.site).find(|other| *other < index)
        });
        if let Some(other) = beside.and_then(|other| sites.get(other)) {
            suggest(
                format!(
                    "{} lies within {SAME_PLACE_M} m of {} (line {})",
                    site.id, other.id, other.line
                ),
                "if they are one place, keep one row; attacks on it are shared out between two",
            );
        }
        let turned = Geodetic {
            latitude_deg: place.longitude_deg,
            longitude_deg: place.latitude_deg,
        };
        if turned.latitude_deg.abs() <= 90.0
            && place.distance_m(middle) > FAR_M
            && turned.distance_m(middle) < NEAR_M
        {
            suggest(
                format!(
                    "{} is far from all others, and would not be with latitude and longitude exchanged",
                    site.id
                ),
                "exchange them, if that is what happened",
            );
        }
    }
    list
}

/// The median latitude and longitude.
fn middle(sites: &[Site]) -> Geodetic {
    let median = |of: fn(&Site) -> f64| {
        let mut values: Vec<f64> = sites.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(0.0)
    };
    Geodetic {
        latitude_deg: median(|site| site.place.latitude_deg),
        longitude_deg: median(|site| site.place.longitude_deg),
    }
}
