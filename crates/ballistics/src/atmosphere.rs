//! The US Standard Atmosphere 1976: temperature, pressure, density and speed of sound by height.
//!
//! Source throughout: *U.S. Standard Atmosphere, 1976*, NOAA-S/T 76-1562. Its air is defined in
//! layers of **geopotential** height, the height in a field of uniform gravity with the same
//! potential; a place has a slightly greater **geometric** height.

mod table;

use std::sync::LazyLock;

pub(crate) use table::cubic;
pub use table::{AtmosphereTable, DensityAndSound};

/// Gravity at sea level by which geopotential height is defined, m/s² (76-1562, table 2).
pub const STANDARD_GRAVITY_MPS2: f64 = 9.806_65;
/// Radius of the Earth by which geopotential height is defined, m (76-1562, section 1.2.4).
pub const GEOPOTENTIAL_RADIUS_M: f64 = 6_356_766.0;
/// Geometric height at which the layers end, m.
pub const LAYERS_TOP_M: f64 = 86_000.0;
/// Geometric height below which the air of that height is used, m.
pub const LAYERS_BOTTOM_M: f64 = -5_000.0;

/// Height in which density falls by a factor of e above the layers, m: 86 to 100 km of table I.
const UPPER_SCALE_HEIGHT_M: f64 = 5_600.0;
/// Gas constant of air, J/(kg K), rounded as in ICAO Doc 7488/3, which makes the density at sea level
/// the 1.225 kg/m³ that both standards print; R* / M₀ of 76-1562 table 2 is 7 parts in 10⁷ more.
const AIR_GAS_CONSTANT: f64 = 287.052_87;
/// Ratio of the specific heats of air (76-1562, table 2).
const HEAT_RATIO: f64 = 1.4;
/// Pressure at sea level, Pa (76-1562, table 2).
const SEA_LEVEL_PRESSURE_PA: f64 = 101_325.0;
/// Geopotential base in m, temperature there in K, and gradient in K/m (76-1562, table 4).
const LAYERS: [(f64, f64, f64); 7] = [
    (0.0, 288.15, -0.0065),
    (11_000.0, 216.65, 0.0),
    (20_000.0, 216.65, 0.001),
    (32_000.0, 228.65, 0.0028),
    (47_000.0, 270.65, 0.0),
    (51_000.0, 270.65, -0.0028),
    (71_000.0, 214.65, -0.002),
];

/// Geopotential heights at which the law of temperature has a kink, m.
pub(crate) const LAYERS_M: [f64; LAYERS.len() - 1] = [
    LAYERS[1].0,
    LAYERS[2].0,
    LAYERS[3].0,
    LAYERS[4].0,
    LAYERS[5].0,
    LAYERS[6].0,
];

/// The state of still air at one height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Air {
    /// Molecular-scale temperature, K; within 0.04 % of the kinetic one up to 86 km.
    pub temperature_k: f64,
    /// Pressure, Pa.
    pub pressure_pa: f64,
    /// Density, kg/m³.
    pub density_kgpm3: f64,
    /// Speed of sound, m/s.
    pub sound_speed_mps: f64,
}

/// The standard air at a geometric height above mean sea level, m, by the document's own equations
/// (23, 33, 42 and 50).
///
/// From −5 km to 86 km this is the document. Below, the air of −5 km is given. Above, in place of
/// the document's table of a gas that comes apart, temperature stays that of 86 km and density and
/// pressure fall by e every 5.6 km: within 2 % of the document at 100 km, and far below it at
/// 150 km, where either is too thin to move a round.
#[must_use]
pub fn standard_atmosphere(height_m: f64) -> Air {
    let height_m = height_m.max(LAYERS_BOTTOM_M);
    let top = layered(geopotential_m(height_m.min(LAYERS_TOP_M)));
    if height_m <= LAYERS_TOP_M {
        return top;
    }
    let thinning = upper_thinning(height_m);
    Air {
        pressure_pa: top.pressure_pa * thinning,
        density_kgpm3: top.density_kgpm3 * thinning,
        ..top
    }
}

/// Geopotential height of a geometric height, both m above mean sea level (76-1562, equation 18).
#[must_use]
pub fn geopotential_m(geometric_m: f64) -> f64 {
    GEOPOTENTIAL_RADIUS_M * geometric_m / (GEOPOTENTIAL_RADIUS_M + geometric_m)
}

/// Geometric height of a geopotential height, both m above mean sea level (76-1562, equation 19).
#[must_use]
pub fn geometric_m(geopotential_m: f64) -> f64 {
    GEOPOTENTIAL_RADIUS_M * geopotential_m / (GEOPOTENTIAL_RADIUS_M - geopotential_m)
}

/// Density above the layers as a share of that at their top.
fn upper_thinning(height_m: f64) -> f64 {
    libm::exp((LAYERS_TOP_M - height_m) / UPPER_SCALE_HEIGHT_M)
}

/// The air at a geopotential height, by the layer that holds it.
fn layered(geopotential_m: f64) -> Air {
    in_layer(layer_of(geopotential_m), geopotential_m)
}

/// Index of the layer whose base is the last at or below a geopotential height.
fn layer_of(geopotential_m: f64) -> usize {
    LAYERS
        .iter()
        .rposition(|&(base_m, ..)| base_m <= geopotential_m)
        .unwrap_or(0)
}

/// The air at a geopotential height by the law of one layer, which may be used beyond its ends.
fn in_layer(layer: usize, geopotential_m: f64) -> Air {
    static BASE_PRESSURE_PA: LazyLock<[f64; LAYERS.len()]> = LazyLock::new(|| {
        let mut base_pa = [SEA_LEVEL_PRESSURE_PA; LAYERS.len()];
        for layer in 1..LAYERS.len() {
            base_pa[layer] = base_pa[layer - 1]
                * pressure_ratio(layer - 1, LAYERS[layer].0 - LAYERS[layer - 1].0);
        }
        base_pa
    });
    let (base_m, base_k, gradient) = LAYERS[layer];
    let above_m = geopotential_m - base_m;
    let temperature_k = base_k + gradient * above_m;
    let pressure_pa = BASE_PRESSURE_PA[layer] * pressure_ratio(layer, above_m);
    Air {
        temperature_k,
        pressure_pa,
        density_kgpm3: pressure_pa / (AIR_GAS_CONSTANT * temperature_k),
        sound_speed_mps: libm::sqrt(HEAT_RATIO * AIR_GAS_CONSTANT * temperature_k),
    }
}

/// Pressure at a height above a layer's base, as a share of that at the base (equations 33a, 33b).
fn pressure_ratio(layer: usize, above_m: f64) -> f64 {
    let (_, base_k, gradient) = LAYERS[layer];
    let decay_kpm = STANDARD_GRAVITY_MPS2 / AIR_GAS_CONSTANT;
    if gradient == 0.0 {
        libm::exp(-decay_kpm * above_m / base_k)
    } else {
        libm::pow(base_k / (base_k + gradient * above_m), decay_kpm / gradient)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Geopotential height, temperature, pressure in Pa and density, as printed in 76-1562 table I.
    #[test]
    fn the_layers_meet_the_printed_table() {
        for (geopotential, kelvin, pascal, density) in [
            (0.0, 288.150, 1.013_25e5, 1.2250),
            (11_000.0, 216.650, 2.2632e4, 3.6392e-1),
            (20_000.0, 216.650, 5.4748e3, 8.8035e-2),
            (32_000.0, 228.650, 8.6801e2, 1.3225e-2),
            (47_000.0, 270.650, 1.1091e2, 1.4275e-3),
            (51_000.0, 270.650, 6.6938e1, 8.6160e-4),
            (71_000.0, 214.650, 3.9564, 6.4211e-5),
        ] {
            let air = standard_atmosphere(geometric_m(geopotential));
            assert!((air.temperature_k - kelvin).abs() < 5e-4, "{geopotential}");
            // To one of the last of five digits: 5474.88 Pa is printed as 5.4748.
            let digit = 10.0_f64.powf(f64::log10(pascal).floor() - 4.0);
            assert!((air.pressure_pa - pascal).abs() <= digit, "{geopotential}");
            let (here, there) = (air.density_kgpm3, density);
            assert_eq!(format!("{here:.4e}"), format!("{there:.4e}"));
        }
    }

    #[test]
    fn the_top_of_the_layers_is_the_documents_84852_m() {
        assert!((geopotential_m(LAYERS_TOP_M) - 84_852.0).abs() < 0.5);
        let top = standard_atmosphere(LAYERS_TOP_M);
        assert!((top.pressure_pa / 0.373_38 - 1.0).abs() < 1e-4);
        assert!((top.density_kgpm3 / 6.958e-6 - 1.0).abs() < 1e-3);
        assert!((top.sound_speed_mps - 274.10).abs() < 0.05);
    }

    #[test]
    fn the_thin_air_above_starts_where_the_layers_end_and_meets_the_document_at_100_km() {
        let (below, above) = (
            standard_atmosphere(LAYERS_TOP_M),
            standard_atmosphere(LAYERS_TOP_M + 1e-6),
        );
        assert!((above.density_kgpm3 / below.density_kgpm3 - 1.0).abs() < 1e-9);
        let high = standard_atmosphere(100_000.0);
        assert!((high.density_kgpm3 / 5.604e-7 - 1.0).abs() < 0.02);
        assert_eq!(high.sound_speed_mps, below.sound_speed_mps);
    }

    #[test]
    fn the_two_heights_are_inverse() {
        for height_m in [-5_000.0, 0.0, 1.0, 11_019.0, 86_000.0] {
            assert!((geometric_m(geopotential_m(height_m)) - height_m).abs() < 1e-9);
        }
    }

    #[test]
    fn air_thins_all_the_way_up() {
        let mut last = f64::INFINITY;
        for step in -60..2_000 {
            let density = standard_atmosphere(f64::from(step) * 100.0).density_kgpm3;
            assert!(density <= last && density > 0.0);
            last = density;
        }
    }
}
