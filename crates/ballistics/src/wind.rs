//! Wind that changes with height.

use crate::FlightError;
use crate::drag::slopes;
use crate::error::within;

/// Geopotential metres of which every height of a profile is a multiple.
pub const WIND_CELL_M: f64 = 100.0;
/// Most heights of a profile.
const KNOTS_MAX: usize = 1_000;

/// The wind at a few heights and, smoothly, between them: in each direction the monotone cubic
/// through the values (Fritsch and Butland, *SIAM J. Sci. Stat. Comput.* 5, 1984), which overshoots
/// nowhere and has no corners. Below the first height and above the last the wind stays what it is
/// there.
#[derive(Clone, Debug, PartialEq)]
pub struct WindProfile {
    heights_m: Vec<f64>,
    /// Along x and y, for each gap between heights: coefficients by rising power of the share of it.
    gaps: [Vec<[f64; 4]>; 2],
    first_mps: [f64; 2],
    last_mps: [f64; 2],
}

impl Default for WindProfile {
    /// Still air.
    fn default() -> Self {
        Self {
            heights_m: vec![0.0],
            gaps: [Vec::new(), Vec::new()],
            first_mps: [0.0; 2],
            last_mps: [0.0; 2],
        }
    }
}

impl WindProfile {
    /// The profile through `layers`: geopotential heights above mean sea level, m, and the velocity
    /// of the air along x and y there, m/s.
    ///
    /// # Errors
    /// [`FlightError::OutOfRange`] where a height lies outside −5,000 to 80,000 m, is no multiple of
    /// [`WIND_CELL_M`], or does not lie above the one before it, a component lies outside ±500 m/s,
    /// or there is no layer or more than 1,000.
    pub fn new(layers: &[(f64, [f64; 2])]) -> Result<Self, FlightError> {
        within("layers of wind", layers.len() as f64, 1.0, KNOTS_MAX as f64)?;
        let mut least_m = -5_000.0;
        for &(height_m, wind_mps) in layers {
            within("height of wind in m", height_m, least_m, 80_000.0)?;
            let cells = height_m / WIND_CELL_M;
            let off = (cells - libm::round(cells)).abs();
            within("part of 100 m in a height of wind", off, 0.0, 0.0)?;
            for component in wind_mps {
                within("wind in m/s", component, -500.0, 500.0)?;
            }
            least_m = height_m + WIND_CELL_M;
        }
        let along = |axis: usize| {
            let knots: Vec<(f64, f64)> =
                layers.iter().map(|&(at, wind)| (at, wind[axis])).collect();
            gaps(&knots)
        };
        let wind_of = |layer: Option<&(f64, [f64; 2])>| layer.map_or([0.0; 2], |layer| layer.1);
        Ok(Self {
            heights_m: layers.iter().map(|layer| layer.0).collect(),
            gaps: [along(0), along(1)],
            first_mps: wind_of(layers.first()),
            last_mps: wind_of(layers.last()),
        })
    }

    /// The same wind at every height: its velocity along x and y, m/s.
    ///
    /// # Errors
    /// [`FlightError::OutOfRange`] where a component lies outside ±500 m/s.
    pub fn uniform(wind_mps: [f64; 2]) -> Result<Self, FlightError> {
        Self::new(&[(0.0, wind_mps)])
    }

    /// Velocity of the air along x and y, m/s, at a geopotential height above mean sea level, m.
    #[must_use]
    pub fn at(&self, geopotential_m: f64) -> [f64; 2] {
        match self.gap(geopotential_m) {
            Gap::Below => self.first_mps,
            Gap::Above => self.last_mps,
            Gap::Inside(index, share) => [0, 1].map(|axis| {
                let [a, b, c, d] = self.gaps[axis][index];
                a + share * (b + share * (c + share * d))
            }),
        }
    }

    /// The wind if it is the same at every height.
    pub(crate) fn uniform_mps(&self) -> Option<[f64; 2]> {
        (self.heights_m.len() == 1).then_some(self.first_mps)
    }

    /// Geopotential heights between which it is one cubic, m.
    pub(crate) fn heights_m(&self) -> &[f64] {
        &self.heights_m
    }

    fn gap(&self, height_m: f64) -> Gap {
        let above = self.heights_m.partition_point(|&knot_m| knot_m <= height_m);
        match (above.checked_sub(1), self.heights_m.get(above)) {
            (None, _) => Gap::Below,
            (_, None) => Gap::Above,
            (Some(index), Some(&upper_m)) => {
                let width_m = upper_m - self.heights_m[index];
                Gap::Inside(index, (height_m - self.heights_m[index]) / width_m)
            }
        }
    }
}

/// Where a height lies among those of a profile.
enum Gap {
    Below,
    Above,
    /// Index of the gap, and share of it passed.
    Inside(usize, f64),
}

fn gaps(knots: &[(f64, f64)]) -> Vec<[f64; 4]> {
    let mut slopes = slopes(knots);
    // Flat at the lower end too, where the wind goes on as it is.
    if let Some(first) = slopes.first_mut() {
        *first = 0.0;
    }
    let pairs = knots.windows(2).zip(slopes.windows(2));
    pairs
        .map(|(pair, slopes)| {
            let width_m = pair[1].0 - pair[0].0;
            let rise = pair[1].1 - pair[0].1;
            let (leaving, arriving) = (slopes[0] * width_m, slopes[1] * width_m);
            [
                pair[0].1,
                leaving,
                3.0 * rise - 2.0 * leaving - arriving,
                leaving + arriving - 2.0 * rise,
            ]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheared() -> WindProfile {
        let layers = [
            (100.0, [2.0, -1.0]),
            (600.0, [9.0, -1.0]),
            (2_000.0, [15.0, 8.0]),
        ];
        WindProfile::new(&layers).unwrap()
    }

    #[test]
    fn a_profile_passes_through_its_layers_smoothly_and_goes_on_beyond_them() {
        let wind = sheared();
        assert_eq!(wind.at(-4_000.0), [2.0, -1.0]);
        assert_eq!(wind.at(600.0), [9.0, -1.0]);
        assert_eq!(wind.at(9_000.0), [15.0, 8.0]);
        let mut last = wind.at(0.0);
        let mut last_slope = 0.0;
        for step in 1..=25_000 {
            let here = wind.at(f64::from(step) * 0.1);
            assert!(here[0] >= last[0] && here[1] >= last[1] - 1e-12);
            let slope = (here[0] - last[0]) / 0.1;
            assert!((slope - last_slope).abs() < 2e-5, "a corner at {step}");
            (last, last_slope) = (here, slope);
        }
    }

    #[test]
    fn layers_that_make_no_profile_are_refused() {
        for layers in [
            vec![],
            vec![(50.0, [0.0; 2])],
            vec![(100.0, [0.0; 2]), (100.0, [0.0; 2])],
            vec![(100.0, [f64::NAN, 0.0])],
            vec![(f64::INFINITY, [0.0; 2])],
            vec![(0.0, [501.0, 0.0])],
        ] {
            assert!(WindProfile::new(&layers).is_err(), "{layers:?}");
        }
    }
}
