//! Outlines of zones as text.

use theatre::Geodetic;

/// Why an outline cannot be drawn.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum OutlineFault {
    /// Fewer than three corners apart.
    #[error("it has {0} corners that are apart, 3 are needed")]
    Corners(usize),
    /// A corner that is not on the Earth.
    #[error("{latitude_deg}, {longitude_deg} is no place on the Earth")]
    Place {
        /// Latitude, degrees.
        latitude_deg: f64,
        /// Longitude, degrees.
        longitude_deg: f64,
    },
}

/// Latitude and longitude of each corner, degrees with six decimals (0.11 m), none twice in a row; not closed.
pub(crate) fn corners(outline: &[Geodetic]) -> Result<Vec<(String, String)>, OutlineFault> {
    let mut corners: Vec<(String, String)> = Vec::with_capacity(outline.len());
    for place in outline {
        let (latitude_deg, longitude_deg) = (place.latitude_deg, place.longitude_deg);
        if !((-90.0..=90.0).contains(&latitude_deg) && (-180.0..=180.0).contains(&longitude_deg)) {
            return Err(OutlineFault::Place {
                latitude_deg,
                longitude_deg,
            });
        }
        let corner = (degrees(latitude_deg), degrees(longitude_deg));
        if corners.last() != Some(&corner) {
            corners.push(corner);
        }
    }
    if corners.len() > 1 && corners.first() == corners.last() {
        corners.pop();
    }
    let mut apart: Vec<_> = corners.iter().collect();
    apart.sort();
    apart.dedup();
    if apart.len() < 3 {
        return Err(OutlineFault::Corners(apart.len()));
    }
    Ok(corners)
}

/// A point amid the corners and the distance from it to the farthest, m. None where there is no corner.
pub(crate) fn middle(outline: &[Geodetic]) -> Option<(Geodetic, f64)> {
    let count = outline.len();
    if count == 0 {
        return None;
    }
    let mean = |part: fn(&Geodetic) -> f64| outline.iter().map(part).sum::<f64>() / count as f64;
    let middle = Geodetic {
        latitude_deg: mean(|place| place.latitude_deg),
        longitude_deg: mean(|place| place.longitude_deg),
    };
    let reach_m = outline
        .iter()
        .map(|place| place.distance_m(middle))
        .fold(0.0, f64::max);
    Some((middle, reach_m))
}

/// Degrees with six decimals, never a negative zero.
pub(crate) fn degrees(value: f64) -> String {
    format!("{:.6}", libm::round(value * 1e6) / 1e6 + 0.0)
}
