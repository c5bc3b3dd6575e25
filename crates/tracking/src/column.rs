//! What slows a round on its way down, for many rounds side by side: air as polynomials in height, and the drag
//! curve as a table that is found without a choice.

use std::sync::LazyLock;

use ballistics::DragShape;

use crate::motion::Motion;

/// Terms of the polynomials of density and of one over the speed of sound.
const TERMS: usize = 8;
const SLOWNESS_TERMS: usize = 5;
/// Lowest land, m above mean sea level, and some more.
const LOWEST_M: f64 = -500.0;
/// Least and greatest height that the polynomials span, m: above, the air is that of the top, a few ten-thousandths of
/// that at the ground.
const SPAN_LIMITS_M: (f64, f64) = (1_000.0, 60_000.0);
/// Cells of the drag curve, a power of two, and cells for each unit of Mach number: straight lines in them are within
/// 10⁻³ of the curve, which is constant beyond Mach 5.
const CELLS: usize = 2_048;
const CELLS_PER_MACH: f64 = 400.0;
/// Where they meet the air, in half spans from the middle of the span: the zeros of Chebyshev's polynomials of as
/// high a degree, cos((2k + 1) π / 2n).
const MET: [f64; TERMS] = [
    0.980_785_280_403_230_4,
    0.831_469_612_302_545_2,
    0.555_570_233_019_602_3,
    0.195_090_322_016_128_33,
    -0.195_090_322_016_128_2,
    -0.555_570_233_019_602,
    -0.831_469_612_302_545_3,
    -0.980_785_280_403_230_4,
];
const SLOWNESS_MET: [f64; SLOWNESS_TERMS] = [
    0.951_056_516_295_153_5,
    0.587_785_252_292_473_1,
    0.0,
    -0.587_785_252_292_473,
    -0.951_056_516_295_153_5,
];

/// A drag coefficient by Mach number: its value at the start of each cell, and by how much more it is at the end.
pub(crate) type Curve = [[f64; 2]; CELLS];
/// Of what has none.
pub(crate) static NO_CURVE: Curve = [[1.0, 0.0]; CELLS];

/// The curve of a standard shape.
fn curve(shape: DragShape) -> &'static Curve {
    static G1: LazyLock<Curve> = LazyLock::new(|| filled(DragShape::G1));
    static G7: LazyLock<Curve> = LazyLock::new(|| filled(DragShape::G7));
    static SPHERE: LazyLock<Curve> = LazyLock::new(|| filled(DragShape::Sphere));
    match shape {
        DragShape::G1 => &G1,
        DragShape::G7 => &G7,
        DragShape::Sphere => &SPHERE,
    }
}

fn filled(shape: DragShape) -> Curve {
    let at = |cell: usize| shape.coefficient(cell as f64 / CELLS_PER_MACH);
    std::array::from_fn(|cell| [at(cell), at(cell + 1) - at(cell)])
}

/// Air between the lowest land and a height, and the law of drag in it.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Height of the middle in the frame, m, and one over half the span.
    middle_m: f64,
    per_half_span: f64,
    /// Divided differences of density, kg/m³, and of one over the speed of sound, s/m.
    density: [f64; TERMS],
    slowness: [f64; SLOWNESS_TERMS],
    /// None where the coefficient is one.
    pub(crate) curve: Option<&'static Curve>,
}

impl Column {
    /// The air up to a height in the frame, m.
    pub(crate) fn up_to(motion: &Motion, top_m: f64) -> Self {
        let bottom_m = LOWEST_M - motion.origin_height_m();
        let half_m = 0.5 * (top_m - bottom_m).clamp(SPAN_LIMITS_M.0, SPAN_LIMITS_M.1);
        let middle_m = bottom_m + half_m;
        let air = |place: f64| motion.air(middle_m + half_m * place);
        let density = MET.map(|place| air(place).density_kgpm3);
        let slowness = SLOWNESS_MET.map(|place| 1.0 / air(place).sound_speed_mps);
        Self {
            middle_m,
            per_half_span: 1.0 / half_m,
            density: differences(density, &MET),
            slowness: differences(slowness, &SLOWNESS_MET),
            curve: motion.drag().shape().map(curve),
        }
    }

    /// Density, kg/m³, times drag coefficient, at a height in the frame, m, and a speed, m/s; the coefficient is one
    /// where it is not `CURVED`.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    pub(crate) fn resistance<const CURVED: bool>(
        &self,
        curve: &Curve,
        height_m: f64,
        speed_mps: f64,
    ) -> f64 {
        let place = ((height_m - self.middle_m) * self.per_half_span).clamp(-1.0, 1.0);
        let density = newton(&self.density, &MET, place);
        if !CURVED {
            return density;
        }
        let passed = (CELLS_PER_MACH * speed_mps * newton(&self.slowness, &SLOWNESS_MET, place))
            .min((CELLS - 1) as f64);
        let index = passed as i32;
        let share = passed - f64::from(index);
        let [start, more] = curve[index as usize & (CELLS - 1)];
        density * (start + more * share)
    }
}

/// Newton's divided differences of values at some places.
fn differences<const COUNT: usize>(
    mut values: [f64; COUNT],
    places: &[f64; COUNT],
) -> [f64; COUNT] {
    for order in 1..COUNT {
        for place in (order..COUNT).rev() {
            values[place] =
                (values[place] - values[place - 1]) / (places[place] - places[place - order]);
        }
    }
    values
}

/// The polynomial of such differences.
#[allow(clippy::inline_always)]
#[inline(always)]
fn newton<const COUNT: usize>(terms: &[f64; COUNT], places: &[f64; COUNT], place: f64) -> f64 {
    let mut value = terms[COUNT - 1];
    for term in (0..COUNT - 1).rev() {
        value = terms[term] + (place - places[term]) * value;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DragPrior, RoundKind, Surroundings};
    use ballistics::AtmosphereTable;

    /// For mortars, and for rockets that reach into the even temperature above 11 km.
    #[test]
    fn the_column_is_the_air_and_the_curve_the_shapes() {
        let kind = RoundKind {
            share: 1.0,
            speed_rms_mps: 300.0,
            speed_max_mps: 400.0,
            upward_min: 0.0,
            log_drag_mean: -9.0,
            log_drag_sigma: 0.3,
        };
        let around = Surroundings {
            origin_height_m: 300.0,
            ..Surroundings::default()
        };
        for shape in DragShape::ALL {
            let drag = DragPrior::new(Some(shape), &[kind]).unwrap();
            let motion = Motion::new(&around, &drag);
            for (top_m, room) in [(1_500.0, 1e-3), (9_000.0, 1e-3), (25_000.0, 5e-2)] {
                let column = Column::up_to(&motion, top_m);
                let cells = column.curve.unwrap();
                for step in 0..500 {
                    let height_m = top_m * f64::from(step) / 500.0;
                    let speed_mps = 2.0 * f64::from(step);
                    let air = AtmosphereTable::shared().at(height_m + 300.0);
                    let expected =
                        air.density_kgpm3 * shape.coefficient(speed_mps / air.sound_speed_mps);
                    let found = column.resistance::<true>(cells, height_m, speed_mps);
                    let off = (found / expected - 1.0).abs();
                    assert!(off < room, "{off} {top_m} {height_m}");
                }
            }
        }
    }
}
