//! The standard atmosphere for kernels: the same air without powers and roots.

use std::sync::LazyLock;

use super::{LAYERS_BOTTOM_M, LAYERS_TOP_M, geopotential_m, in_layer, layer_of, upper_thinning};

/// Geopotential width of a cell, m. Every layer of the atmosphere begins on a multiple of it, so no
/// cell holds a kink.
const CELL_M: f64 = 125.0;
/// Geopotential height of the first cell's base, m; below the geopotential height of −5 km.
const FIRST_M: f64 = -5_500.0;
/// Cells up to 85 000 m of geopotential height, past the top of the layers.
const CELLS: usize = 724;
/// Half the span over which the slope of a cell's ends is measured, m.
const SLOPE_SPAN_M: f64 = 1.0;

/// The two properties of air that drag needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DensityAndSound {
    /// Density, kg/m³.
    pub density_kgpm3: f64,
    /// Speed of sound, m/s.
    pub sound_speed_mps: f64,
}

/// [`standard_atmosphere`](super::standard_atmosphere) as cubics in cells of 125 m of geopotential
/// height, within 1 part in 10⁸ of it everywhere and smooth inside each layer.
///
/// Density itself is tabled rather than its logarithm: in cells this small its cubic is as good,
/// and it saves an exponential where flights spend their time.
#[derive(Debug)]
pub struct AtmosphereTable {
    cells: Box<[Cell]>,
}

/// Coefficients of density and speed of sound, by rising power of the share of the cell passed.
#[derive(Clone, Copy, Debug)]
struct Cell {
    density: [f64; 4],
    sound: [f64; 4],
}

impl AtmosphereTable {
    /// The one table, built on first use.
    #[must_use]
    pub fn shared() -> &'static Self {
        static TABLE: LazyLock<AtmosphereTable> = LazyLock::new(|| AtmosphereTable {
            cells: (0..CELLS).map(Cell::new).collect(),
        });
        &TABLE
    }

    /// The air at a geometric height above mean sea level, m. Heights outside the layers are
    /// treated as [`standard_atmosphere`](super::standard_atmosphere) treats them.
    #[inline]
    #[must_use]
    pub fn at(&self, height_m: f64) -> DensityAndSound {
        let inside_m = height_m.clamp(LAYERS_BOTTOM_M, LAYERS_TOP_M);
        let place = (geopotential_m(inside_m) - FIRST_M) * (1.0 / CELL_M);
        // A NaN lands in cell 0 and stays a NaN in the sum. 32 bits, because processors convert those
        // in one instruction.
        let index = (place as i32).clamp(0, CELLS as i32 - 1);
        let share = place - f64::from(index);
        let cell = &self.cells[index as usize];
        let mut density_kgpm3 = cubic(&cell.density, share);
        if height_m > LAYERS_TOP_M {
            density_kgpm3 *= upper_thinning(height_m);
        }
        DensityAndSound {
            density_kgpm3,
            sound_speed_mps: cubic(&cell.sound, share),
        }
    }
}

impl Cell {
    fn new(index: usize) -> Self {
        let base_m = FIRST_M + index as f64 * CELL_M;
        // One layer's law serves both ends of the cell, so that the end at a kink takes the slope of
        // its own side.
        let air = |height_m: f64| in_layer(layer_of(base_m), height_m);
        let fit = |value: &dyn Fn(f64) -> f64| {
            let slope = |height_m: f64| {
                (value(height_m + SLOPE_SPAN_M) - value(height_m - SLOPE_SPAN_M))
                    * (CELL_M / (2.0 * SLOPE_SPAN_M))
            };
            let (start, end) = (value(base_m), value(base_m + CELL_M));
            let (leaving, arriving) = (slope(base_m), slope(base_m + CELL_M));
            [
                start,
                leaving,
                3.0 * (end - start) - 2.0 * leaving - arriving,
                2.0 * (start - end) + leaving + arriving,
            ]
        };
        Self {
            density: fit(&|height_m| air(height_m).density_kgpm3),
            sound: fit(&|height_m| air(height_m).sound_speed_mps),
        }
    }
}

/// A cubic, paired as by Estrin so that its halves are computed side by side.
#[inline]
pub(crate) fn cubic(coefficients: &[f64; 4], share: f64) -> f64 {
    let [a, b, c, d] = *coefficients;
    (a + b * share) + (c + d * share) * (share * share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atmosphere::{geometric_m, standard_atmosphere};

    #[test]
    fn the_table_is_the_atmosphere_to_a_hundred_millionth() {
        let table = AtmosphereTable::shared();
        let mut worst = 0.0_f64;
        // A step that falls on no grid, from under the layers to above them.
        let heights = (0..40_000).map(|step| -6_000.0 + f64::from(step) * 3.7);
        let kinks = [11e3, 20e3, 32e3, 47e3, 51e3, 71e3].map(geometric_m);
        for height_m in heights.chain(kinks) {
            let (fast, exact) = (table.at(height_m), standard_atmosphere(height_m));
            worst = worst
                .max((fast.density_kgpm3 / exact.density_kgpm3 - 1.0).abs())
                .max((fast.sound_speed_mps / exact.sound_speed_mps - 1.0).abs());
        }
        assert!(worst < 1e-8, "{worst:e}");
    }

    #[test]
    fn any_height_at_all_is_answered() {
        let table = AtmosphereTable::shared();
        for height_m in [f64::NEG_INFINITY, f64::MIN, f64::MAX, f64::INFINITY] {
            let air = table.at(height_m);
            assert!(air.density_kgpm3 >= 0.0 && air.sound_speed_mps > 0.0);
        }
        assert!(table.at(f64::NAN).density_kgpm3.is_nan());
    }
}
