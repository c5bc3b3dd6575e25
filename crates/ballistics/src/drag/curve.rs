//! Drag coefficients by Mach number, and the drag of a body that has one.

use std::sync::LazyLock;

use super::{DragLaw, monotone, shapes};
use crate::AtmosphereTable;
use crate::atmosphere::cubic;

/// Mach number in the middle of the rise of the drag coefficients.
const RISE_MACH: f64 = 0.98;
/// Change of Mach number there that a step should not exceed, and its growth with the distance from
/// there.
const BEND_MACH: f64 = 0.05;
const BEND_WIDENING: f64 = 1.0;

/// A standard shape whose drag coefficient has been measured at every speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DragShape {
    /// Blunt, flat-based projectile of the nineteenth century; the yardstick of old range tables.
    G1,
    /// Slender boat-tailed shell; nearest to modern shells, rockets and re-entering bodies.
    G7,
    /// Smooth sphere; debris and fragments that tumble.
    Sphere,
}

impl DragShape {
    /// Every shape, in the order of declaration.
    pub const ALL: [Self; 3] = [Self::G1, Self::G7, Self::Sphere];

    /// The shape's name in files and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::G1 => "G1",
            Self::G7 => "G7",
            Self::Sphere => "sphere",
        }
    }

    /// The published pairs of Mach number and drag coefficient, in rising order of Mach number:
    /// Mach 0 to 5, or to 4 for the sphere.
    #[must_use]
    pub fn knots(self) -> &'static [(f64, f64)] {
        match self {
            Self::G1 => shapes::G1,
            Self::G7 => shapes::G7,
            Self::Sphere => shapes::SPHERE,
        }
    }

    /// Drag coefficient at a Mach number, referred to the area of the calibre: the monotone cubic
    /// through [`Self::knots`]. Constant beyond the last of them.
    #[must_use]
    pub fn coefficient(self, mach: f64) -> f64 {
        coefficient(self.cells(), mach)
    }

    fn cells(self) -> &'static [[f64; 4]] {
        static G1: LazyLock<Vec<[f64; 4]>> = LazyLock::new(|| table(shapes::G1));
        static G7: LazyLock<Vec<[f64; 4]>> = LazyLock::new(|| table(shapes::G7));
        static SPHERE: LazyLock<Vec<[f64; 4]>> = LazyLock::new(|| table(shapes::SPHERE));
        match self {
            Self::G1 => &G1,
            Self::G7 => &G7,
            Self::Sphere => &SPHERE,
        }
    }
}

/// A round's drag, as a multiple of a standard shape's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DragCurve {
    /// The shape.
    pub shape: DragShape,
    /// Multiplies the shape's coefficient at every speed (the form factor); 0 to 100.
    pub scale: f64,
}

impl DragCurve {
    /// Drag coefficient at a Mach number, referred to the area of the calibre.
    #[must_use]
    pub fn coefficient(self, mach: f64) -> f64 {
        self.scale * self.shape.coefficient(mach)
    }
}

/// The drag of a body of known mass, calibre and curve in the standard atmosphere.
#[derive(Clone, Copy, Debug)]
pub struct BodyDrag {
    cells: &'static [[f64; 4]],
    atmosphere: &'static AtmosphereTable,
    /// Half of the scaled area over the mass, m²/kg.
    half_area_per_mass: f64,
}

impl BodyDrag {
    /// The drag of a body of `mass_kg`, kg, whose cross-section is a disc of `calibre_m`, m.
    #[must_use]
    pub fn new(mass_kg: f64, calibre_m: f64, curve: DragCurve) -> Self {
        let area_m2 = std::f64::consts::FRAC_PI_4 * calibre_m * calibre_m;
        Self {
            cells: curve.shape.cells(),
            atmosphere: AtmosphereTable::shared(),
            half_area_per_mass: 0.5 * curve.scale * area_m2 / mass_kg,
        }
    }

    /// Half of the scaled area over the mass, m²/kg.
    pub(crate) fn half_area_per_mass(&self) -> f64 {
        self.half_area_per_mass
    }
}

impl DragLaw for BodyDrag {
    #[inline]
    fn deceleration_per_speed(&self, height_m: f64, speed_mps: f64) -> f64 {
        let air = self.atmosphere.at(height_m);
        let coefficient = coefficient(self.cells, speed_mps / air.sound_speed_mps);
        self.half_area_per_mass * air.density_kgpm3 * coefficient * speed_mps
    }

    /// Narrow where the air begins to pass the body faster than sound, wide elsewhere.
    #[inline]
    fn bend_mps(&self, height_m: f64, speed_mps: f64) -> f64 {
        let sound_mps = self.atmosphere.at(height_m).sound_speed_mps;
        let from_rise = (speed_mps / sound_mps - RISE_MACH).abs();
        sound_mps * (BEND_MACH + BEND_WIDENING * from_rise)
    }
}

/// Cells of a shape's table, with one more for all that lies beyond it.
fn table(knots: &[(f64, f64)]) -> Vec<[f64; 4]> {
    let mut cells = monotone::cells(knots, shapes::KNOT_SPACING);
    cells.extend(knots.last().map(|&(_, last)| [last, 0.0, 0.0, 0.0]));
    cells
}

#[inline]
fn coefficient(cells: &[[f64; 4]], mach: f64) -> f64 {
    let place = mach.max(0.0) * (1.0 / shapes::KNOT_SPACING);
    let index = (place as i32).min(cells.len() as i32 - 1);
    // Past the table the share may be infinite, and a constant times it would be no number.
    let share = (place - f64::from(index)).min(1.0);
    cubic(&cells[index as usize], share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_pass_through_their_knots() {
        for shape in DragShape::ALL {
            for &(mach, tabled) in shape.knots() {
                let here = shape.coefficient(mach);
                assert!((here - tabled).abs() < 1e-12, "{} at {mach}", shape.name());
            }
        }
    }

    /// Rounded values printed for the three shapes at Mach 1 and 2, typed in apart from the tables.
    #[test]
    fn a_few_values_known_by_heart() {
        assert!((DragShape::G1.coefficient(2.0) - 0.593).abs() < 1e-3);
        assert!((DragShape::G7.coefficient(1.0) - 0.380).abs() < 1e-3);
        assert!((DragShape::Sphere.coefficient(2.0) - 1.001).abs() < 1e-3);
    }

    #[test]
    fn between_two_knots_a_curve_stays_between_them() {
        for shape in DragShape::ALL {
            for pair in shape.knots().windows(2) {
                let ((from, first), (to, last)) = (pair[0], pair[1]);
                for step in 0..=20 {
                    let here = shape.coefficient(from + (to - from) * f64::from(step) / 20.0);
                    let (low, high) = (first.min(last) - 1e-12, first.max(last) + 1e-12);
                    assert!((low..=high).contains(&here), "{} at {from}", shape.name());
                }
            }
        }
    }

    #[test]
    fn knots_rise_on_the_grid_that_the_cells_assume() {
        for shape in DragShape::ALL {
            let mut last = -1.0;
            for &(mach, coefficient) in shape.knots() {
                let place = mach / shapes::KNOT_SPACING;
                assert!((place - place.round()).abs() < 1e-9 && mach > last && coefficient > 0.0);
                last = mach;
            }
            assert_eq!(shape.cells().len() as f64, (last / 0.025).round() + 1.0);
        }
    }

    #[test]
    fn beyond_the_table_the_last_value_holds() {
        for shape in DragShape::ALL {
            let last = shape.knots().last().unwrap().1;
            for mach in [5.1, 30.0, 1e300, f64::INFINITY] {
                assert_eq!(shape.coefficient(mach), last);
            }
            assert_eq!(shape.coefficient(-1.0), shape.knots()[0].1);
        }
    }

    #[test]
    fn drag_of_a_body_is_the_textbooks_formula() {
        let curve = DragCurve {
            shape: DragShape::G1,
            scale: 1.3,
        };
        let law = BodyDrag::new(40.0, 0.122, curve);
        let air = crate::standard_atmosphere(3_000.0);
        let speed = 500.0;
        let area = std::f64::consts::PI * 0.061 * 0.061;
        let drag_n = 0.5
            * air.density_kgpm3
            * speed
            * speed
            * area
            * curve.coefficient(speed / air.sound_speed_mps);
        let here = law.deceleration_per_speed(3_000.0, speed) * speed;
        assert!((here / (drag_n / 40.0) - 1.0).abs() < 1e-6);
    }
}
