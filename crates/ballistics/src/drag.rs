//! Drag: how fast the air slows a body, as laws that the flight takes one of.

mod curve;
mod monotone;
mod shapes;

pub use curve::{BodyDrag, DragCurve, DragShape};
pub(crate) use monotone::slopes;
pub(crate) use shapes::KNOT_SPACING;

/// A law of drag. Drag acts against the velocity relative to the air and depends on nothing else
/// but that speed and the height.
pub trait DragLaw {
    /// Deceleration divided by the speed that causes it, 1/s: the drag acceleration is minus this
    /// times the velocity relative to the air.
    ///
    /// Height is m above mean sea level, speed is m/s relative to the air, at least 0. The result is
    /// at least 0 and finite wherever both are; a flight that meets anything else ends in an error.
    fn deceleration_per_speed(&self, height_m: f64, speed_mps: f64) -> f64;

    /// Change of speed, m/s, over which the law bends more sharply than the square of speed does;
    /// infinite, as it is unless said otherwise, where it does not. Graded steps are shortened so
    /// that the speed changes by less in one step; it has no other effect.
    #[inline]
    fn bend_mps(&self, _height_m: f64, _speed_mps: f64) -> f64 {
        f64::INFINITY
    }
}

/// No air.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vacuum;

impl DragLaw for Vacuum {
    #[inline]
    fn deceleration_per_speed(&self, _: f64, _: f64) -> f64 {
        0.0
    }
}

/// Drag in proportion to speed, the same at every height. No round flies so; its path has a closed
/// form, which checks the method that every other flight is computed with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearDrag {
    /// Deceleration per speed, 1/s.
    pub per_second: f64,
}

impl DragLaw for LinearDrag {
    #[inline]
    fn deceleration_per_speed(&self, _: f64, _: f64) -> f64 {
        self.per_second
    }
}

/// Drag in proportion to the square of speed, the same at every height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuadraticDrag {
    /// Deceleration per square of speed, 1/m.
    pub per_metre: f64,
}

impl DragLaw for QuadraticDrag {
    #[inline]
    fn deceleration_per_speed(&self, _: f64, speed_mps: f64) -> f64 {
        self.per_metre * speed_mps
    }
}

/// Drag with a coefficient that does not depend on Mach number, in air whose density falls as in the
/// lowest layer of the standard atmosphere: (1 − 2.25577·10⁻⁵ z)^4.25588, with geometric height in
/// the place of geopotential.
///
/// Valid below 11 km; at 44 km and above there is no air.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConstantCoefficientDrag {
    /// Deceleration per square of speed at sea level, 1/m: ½ · density · coefficient · area / mass.
    pub per_metre: f64,
}

impl DragLaw for ConstantCoefficientDrag {
    #[inline]
    fn deceleration_per_speed(&self, height_m: f64, speed_mps: f64) -> f64 {
        let temperature_ratio = (1.0 - 2.255_77e-5 * height_m).max(0.0);
        self.per_metre * libm::pow(temperature_ratio, 4.255_88) * speed_mps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standard_atmosphere;

    #[test]
    fn the_simple_laws_are_what_they_say() {
        assert_eq!(Vacuum.deceleration_per_speed(0.0, 300.0), 0.0);
        let linear = LinearDrag { per_second: 0.1 };
        assert_eq!(linear.deceleration_per_speed(5_000.0, 300.0), 0.1);
        let quadratic = QuadraticDrag { per_metre: 0.001 };
        assert_eq!(quadratic.deceleration_per_speed(5_000.0, 200.0), 0.2);
    }

    #[test]
    fn the_power_of_height_follows_the_standard_atmosphere() {
        let law = ConstantCoefficientDrag { per_metre: 1.0 };
        for height_m in [0.0, 1_000.0, 5_000.0, 10_000.0] {
            let ratio = standard_atmosphere(height_m).density_kgpm3 / 1.225;
            let here = law.deceleration_per_speed(height_m, 1.0);
            assert!((here / ratio - 1.0).abs() < 3e-3, "{height_m}");
        }
        assert_eq!(law.deceleration_per_speed(1e9, 1.0), 0.0);
    }
}
