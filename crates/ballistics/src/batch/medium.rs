//! What a batch flies through: air, wind and drag for many lanes at once.

use super::lanes::Numbers;
use super::pieces::{NEVER, Piece, Pieces, Row, fit};
use crate::atmosphere::{LAYERS_M, LAYERS_TOP_M, geometric_m, geopotential_m, standard_atmosphere};
use crate::drag::{BodyDrag, ConstantCoefficientDrag, DragShape, KNOT_SPACING, slopes};
use crate::tableau::{self, Tableau};
use crate::wind::WindProfile;

/// Terms of the polynomial in height that stands for a power.
const TERMS: usize = 12;
/// Heights above mean sea level between which that polynomial holds, m.
const POWER_RANGE_M: [f64; 2] = [-500.0, 11_000.0];

/// Mach number in the middle of the rise of the drag curves, the change that a step should not exceed
/// there, and its growth with the distance from there.
const RISE_MACH: f64 = 0.98;
const RISE_STEP_MACH: f64 = 0.012;
const RISE_WIDENING: f64 = 0.5;
/// Height of the lowest ground and some more, m, at which the pieces of air begin.
const AIR_BOTTOM_M: f64 = -1_000.0;
/// Height that a piece of air spans at most, m: few enough terms then meet the atmosphere to 10⁻⁸.
/// Cell of the grid by which a piece of air is found; layers and winds begin at multiples of 100 m.
const AIR_CELL_M: f64 = 90.0;
const AIR_PIECE_M: f64 = 3_000.0;
/// Terms in a piece of air: density, slowness of sound, and wind along each of two axes.
const DENSITY_TERMS: usize = 6;
const SLOWNESS_TERMS: usize = 5;
const WIND_TERMS: usize = 4;
const AIR_TERMS: usize = DENSITY_TERMS + SLOWNESS_TERMS + 2 * WIND_TERMS;

/// The air at every lane's height.
pub(super) struct Air<N> {
    /// Density, in the units that the medium's own drag takes.
    pub(super) density: N,
    /// One over the speed of sound, s/m.
    pub(super) slowness_spm: N,
    /// Wind along x and y, m/s.
    pub(super) wind_mps: [N; 2],
}

/// Air, wind and the law of drag in it.
pub(super) trait Medium {
    /// Whether a motor may push a body through it.
    const POWERED: bool;
    /// The method for steps through it.
    const METHOD: Tableau;
    /// Share by which a velocity may turn or change in one step of refinement one.
    const CHANGE_PER_STEP: f64;
    /// The least speed by which that share is taken, as a share of the speed at which drag would bear the
    /// weight: below it drag is too weak for its bending to matter.
    const SLOW_SHARE: f64;
    /// The longest step, as a share of the pace, by which the ground may be reached.
    const NEAR: f64;
    /// The parts of its laws that each lane holds for a step.
    type Piece<N: Numbers>: Copy;
    /// Lanes that hold no part yet.
    fn none<N: Numbers>(&self, width: N::Width) -> Self::Piece<N>;
    /// Gives every lane the parts for a height above mean sea level, m, and a Mach number.
    fn seek<N: Numbers>(&self, width: N::Width, piece: &mut Self::Piece<N>, height_m: N, mach: N);
    /// Gives one lane its parts.
    fn put<N: Numbers>(
        &self,
        width: N::Width,
        piece: &mut Self::Piece<N>,
        lane: usize,
        height_m: f64,
        mach: f64,
    );
    /// The time until a lane leaves its parts, s, from height and Mach number, their rates, and the rates
    /// of those.
    fn leave_s<N: Numbers>(
        &self,
        width: N::Width,
        piece: &Self::Piece<N>,
        height: [N; 3],
        mach: [N; 3],
    ) -> N;
    /// Drag coefficient at a speed through the air, m/s, in units in which its product with the density
    /// and the speed is the deceleration per speed, 1/s.
    fn coefficient<N: Numbers>(
        &self,
        width: N::Width,
        piece: &Self::Piece<N>,
        speed_mps: N,
        air: &Air<N>,
    ) -> N;
    /// How much greater that is at a Mach number greater by one.
    fn coefficient_slope<N: Numbers>(&self, width: N::Width, piece: &Self::Piece<N>, mach: N) -> N;
    /// The step, s, in which the Mach number passes as much of the rise of the drag curve as it should in
    /// one.
    fn rise_s<N: Numbers>(&self, width: N::Width, mach: N, mach_hz: N) -> N;
    /// The air at heights above mean sea level, m.
    fn air<N: Numbers>(&self, width: N::Width, piece: &Self::Piece<N>, height_m: N) -> Air<N>;
    /// How much more of each there is a metre higher.
    fn air_slopes<N: Numbers>(
        &self,
        width: N::Width,
        piece: &Self::Piece<N>,
        height_m: N,
    ) -> Air<N>;
    /// Greatest height above mean sea level to which this holds, m.
    fn height_max_m(&self) -> f64;
}

/// A coefficient that is the same at every speed, in air whose density is a power of height, with the
/// same wind at every height.
#[derive(Clone, Debug)]
pub(super) struct PowerLaw {
    per_metre: f64,
    wind_mps: [f64; 2],
    terms: [f64; TERMS],
}

impl PowerLaw {
    pub(super) fn new(law: ConstantCoefficientDrag, wind_mps: [f64; 2]) -> Self {
        Self {
            per_metre: law.per_metre,
            wind_mps,
            terms: power_terms(),
        }
    }
}

/// Taylor's terms of (1 − 2.25577·10⁻⁵ z)^4.25588 about the middle of the range, in the share of half
/// the range. Each is smaller than the last by more than 6, which leaves 10⁻¹¹ of the density at the
/// ends of the range.
fn power_terms() -> [f64; TERMS] {
    const EXPONENT: f64 = 4.255_88;
    const FALL_PER_M: f64 = 2.255_77e-5;
    let middle_m = 0.5 * (POWER_RANGE_M[0] + POWER_RANGE_M[1]);
    let half_m = 0.5 * (POWER_RANGE_M[1] - POWER_RANGE_M[0]);
    let base = 1.0 - FALL_PER_M * middle_m;
    let mut term = libm::pow(base, EXPONENT);
    let mut power = 0.0;
    [(); TERMS].map(|()| {
        let here = term;
        term *= (EXPONENT - power) / (power + 1.0) * (-FALL_PER_M * half_m / base);
        power += 1.0;
        here
    })
}

impl Medium for PowerLaw {
    const POWERED: bool = false;
    const METHOD: Tableau = tableau::EIGHTH;
    const CHANGE_PER_STEP: f64 = 0.42;
    const SLOW_SHARE: f64 = 0.1;
    const NEAR: f64 = 0.4;

    type Piece<N: Numbers> = ();

    #[inline(always)]
    fn none<N: Numbers>(&self, _: N::Width) {}

    #[inline(always)]
    fn seek<N: Numbers>(&self, _: N::Width, (): &mut (), _: N, _: N) {}

    #[inline(always)]
    fn put<N: Numbers>(&self, _: N::Width, (): &mut (), _: usize, _: f64, _: f64) {}

    #[inline(always)]
    fn leave_s<N: Numbers>(&self, width: N::Width, (): &(), _: [N; 3], _: [N; 3]) -> N {
        N::splat(width, NEVER)
    }

    #[inline(always)]
    fn coefficient<N: Numbers>(&self, width: N::Width, (): &(), _: N, _: &Air<N>) -> N {
        N::splat(width, self.per_metre)
    }

    #[inline(always)]
    fn coefficient_slope<N: Numbers>(&self, width: N::Width, (): &(), _: N) -> N {
        N::splat(width, 0.0)
    }

    #[inline(always)]
    fn rise_s<N: Numbers>(&self, width: N::Width, _: N, _: N) -> N {
        N::splat(width, NEVER)
    }

    #[inline(always)]
    fn air<N: Numbers>(&self, width: N::Width, (): &(), height_m: N) -> Air<N> {
        let splat = |value| N::splat(width, value);
        let half_m = 0.5 * (POWER_RANGE_M[1] - POWER_RANGE_M[0]);
        let middle = -0.5 * (POWER_RANGE_M[0] + POWER_RANGE_M[1]) / half_m;
        let share = height_m.mul_add(splat(1.0 / half_m), splat(middle));
        // Even and odd powers side by side, to halve the wait.
        let square = share * share;
        let mut even = splat(self.terms[TERMS - 2]);
        let mut odd = splat(self.terms[TERMS - 1]);
        for pair in (0..TERMS / 2 - 1).rev() {
            even = even.mul_add(square, splat(self.terms[2 * pair]));
            odd = odd.mul_add(square, splat(self.terms[2 * pair + 1]));
        }
        Air {
            density: odd.mul_add(share, even),
            slowness_spm: splat(1.0),
            wind_mps: self.wind_mps.map(splat),
        }
    }

    #[inline(always)]
    fn air_slopes<N: Numbers>(&self, width: N::Width, (): &(), _: N) -> Air<N> {
        let zero = N::splat(width, 0.0);
        Air {
            density: zero,
            slowness_spm: zero,
            wind_mps: [zero; 2],
        }
    }

    fn height_max_m(&self) -> f64 {
        POWER_RANGE_M[1]
    }
}

/// The standard atmosphere, a wind profile and a drag curve, each in pieces.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    /// By Mach number: the drag coefficient times half of the area over the mass.
    drag: Pieces<4>,
    /// By height above mean sea level: density, slowness of sound, wind along x and y.
    air: Pieces<AIR_TERMS>,
}

/// The pieces that lanes hold.
#[derive(Clone, Copy)]
pub(super) struct Held<N> {
    drag: Piece<N, 4>,
    air: Piece<N, AIR_TERMS>,
}

impl Tables {
    pub(super) fn new(law: BodyDrag, shape: DragShape, wind: &WindProfile) -> Self {
        Self {
            drag: Pieces::new(
                drag_rows(shape.knots(), law.half_area_per_mass()),
                KNOT_SPACING,
            ),
            air: Pieces::new(air_rows(wind), AIR_CELL_M),
        }
    }
}

/// The monotone cubics between knots times a scale, and the constant beyond the last.
fn drag_rows(knots: &[(f64, f64)], scale: f64) -> Vec<Row<4>> {
    let slopes = slopes(knots);
    let pairs = knots.windows(2).zip(slopes.windows(2));
    let between = pairs.map(|(pair, slopes)| {
        let ((low, first), (high, last)) = (pair[0], pair[1]);
        let width = high - low;
        let secant = (last - first) / width;
        let terms = [
            first,
            slopes[0],
            (3.0 * secant - 2.0 * slopes[0] - slopes[1]) / width,
            (slopes[0] + slopes[1] - 2.0 * secant) / (width * width),
        ];
        (low, high, terms)
    });
    let beyond = knots
        .last()
        .map(|&(mach, last)| (mach, NEVER, [last, 0.0, 0.0, 0.0]));
    let row = |(low, high, terms): (f64, f64, [f64; 4])| Row {
        low,
        high,
        terms: terms.map(|term| scale * term),
    };
    between.chain(beyond).map(row).collect()
}

/// Air and wind between the heights at which either has a kink.
fn air_rows(wind: &WindProfile) -> Vec<Row<AIR_TERMS>> {
    let kinks = LAYERS_M.iter().chain(wind.heights_m());
    let mut heights_m: Vec<f64> = kinks.map(|&height_m| geometric_m(height_m)).collect();
    heights_m.retain(|height_m| (AIR_BOTTOM_M + 1.0..LAYERS_TOP_M - 1.0).contains(height_m));
    heights_m.extend([AIR_BOTTOM_M, LAYERS_TOP_M]);
    heights_m.sort_by(f64::total_cmp);
    heights_m.dedup_by(|one, other| (*one - *other).abs() < 1.0);
    let mut rows = Vec::new();
    for pair in heights_m.windows(2) {
        let parts = libm::ceil((pair[1] - pair[0]) / AIR_PIECE_M);
        let width_m = (pair[1] - pair[0]) / parts;
        for part in 0..parts as usize {
            let low = pair[0] + part as f64 * width_m;
            rows.push(air_row(wind, low, low + width_m));
        }
    }
    rows
}

fn air_row(wind: &WindProfile, low: f64, high: f64) -> Row<AIR_TERMS> {
    let density: [f64; DENSITY_TERMS] = fit(low, high, |height_m| {
        standard_atmosphere(height_m).density_kgpm3
    });
    let slowness: [f64; SLOWNESS_TERMS] = fit(low, high, |height_m| {
        1.0 / standard_atmosphere(height_m).sound_speed_mps
    });
    let wind: [[f64; WIND_TERMS]; 2] = [0, 1].map(|axis| {
        fit(low, high, |height_m| {
            wind.at(geopotential_m(height_m))[axis]
        })
    });
    let mut terms = [0.0; AIR_TERMS];
    let all = density.iter().chain(&slowness).chain(wind.as_flattened());
    for (term, value) in terms.iter_mut().zip(all) {
        *term = *value;
    }
    Row { low, high, terms }
}

impl Medium for Tables {
    const POWERED: bool = true;
    const METHOD: Tableau = tableau::FIFTH_ORDER;
    const CHANGE_PER_STEP: f64 = 0.15;
    const SLOW_SHARE: f64 = 0.3;
    const NEAR: f64 = 0.5;

    type Piece<N: Numbers> = Held<N>;

    #[inline(always)]
    fn none<N: Numbers>(&self, width: N::Width) -> Held<N> {
        Held {
            drag: Piece::none(width),
            air: Piece::none(width),
        }
    }

    #[inline(always)]
    fn seek<N: Numbers>(&self, width: N::Width, piece: &mut Held<N>, height_m: N, mach: N) {
        self.air.seek(width, height_m, &mut piece.air, false);
        self.drag.seek(width, mach, &mut piece.drag, true);
    }

    #[inline(always)]
    fn put<N: Numbers>(
        &self,
        width: N::Width,
        piece: &mut Held<N>,
        lane: usize,
        height_m: f64,
        mach: f64,
    ) {
        self.drag.put(width, lane, mach, &mut piece.drag);
        self.air.put(width, lane, height_m, &mut piece.air);
    }

    #[inline(always)]
    fn leave_s<N: Numbers>(
        &self,
        width: N::Width,
        piece: &Held<N>,
        height: [N; 3],
        mach: [N; 3],
    ) -> N {
        let air_s = piece.air.leave_s(width, height);
        let drag_s = piece.drag.leave_s(width, mach);
        air_s.where_less(drag_s, air_s, drag_s)
    }

    #[inline(always)]
    fn coefficient<N: Numbers>(
        &self,
        _: N::Width,
        piece: &Held<N>,
        speed_mps: N,
        air: &Air<N>,
    ) -> N {
        piece.drag.cubic_of_product(speed_mps, air.slowness_spm)
    }

    #[inline(always)]
    fn coefficient_slope<N: Numbers>(&self, width: N::Width, piece: &Held<N>, mach: N) -> N {
        piece.drag.slope(width, 0, 4, piece.drag.past(mach))
    }

    #[inline(always)]
    fn rise_s<N: Numbers>(&self, width: N::Width, mach: N, mach_hz: N) -> N {
        let splat = |value| N::splat(width, value);
        let from_rise = (mach - splat(RISE_MACH)).abs();
        from_rise.mul_add(splat(RISE_WIDENING), splat(RISE_STEP_MACH)) / mach_hz.abs()
    }

    #[inline(always)]
    fn air<N: Numbers>(&self, _: N::Width, piece: &Held<N>, height_m: N) -> Air<N> {
        let past_m = piece.air.past(height_m);
        let along = DENSITY_TERMS + SLOWNESS_TERMS;
        let wind = |first| piece.air.polynomial(first, WIND_TERMS, past_m);
        Air {
            density: piece.air.polynomial(0, DENSITY_TERMS, past_m),
            slowness_spm: piece.air.polynomial(DENSITY_TERMS, SLOWNESS_TERMS, past_m),
            wind_mps: [wind(along), wind(along + WIND_TERMS)],
        }
    }

    #[inline(always)]
    fn air_slopes<N: Numbers>(&self, width: N::Width, piece: &Held<N>, height_m: N) -> Air<N> {
        let past_m = piece.air.past(height_m);
        let slope = |first, count| piece.air.slope(width, first, count, past_m);
        let along = DENSITY_TERMS + SLOWNESS_TERMS;
        Air {
            density: slope(0, DENSITY_TERMS),
            slowness_spm: slope(DENSITY_TERMS, SLOWNESS_TERMS),
            wind_mps: [
                slope(along, WIND_TERMS),
                slope(along + WIND_TERMS, WIND_TERMS),
            ],
        }
    }

    fn height_max_m(&self) -> f64 {
        85_000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Up to the greatest height of a flight: far less than what an error of a millimetre takes.
    #[test]
    fn the_pieces_of_air_meet_the_atmosphere_and_the_wind() {
        let layers = [
            (0.0, [2.0, 1.0]),
            (500.0, [5.0, -1.0]),
            (4_000.0, [14.0, -4.0]),
            (12_000.0, [30.0, 0.0]),
        ];
        let wind = WindProfile::new(&layers).unwrap();
        let rows = air_rows(&wind);
        for row in &rows {
            let high = row.high.min(85_000.0);
            for share in 0..=20 {
                let past_m = (high - row.low) * f64::from(share) / 20.0;
                let value = |first: usize, count: usize| {
                    let terms = row.terms[first..first + count].iter().rev();
                    terms.fold(0.0, |sum, term| sum * past_m + term)
                };
                let air = standard_atmosphere(row.low + past_m);
                let density = value(0, DENSITY_TERMS) / air.density_kgpm3;
                let slowness = value(DENSITY_TERMS, SLOWNESS_TERMS) * air.sound_speed_mps;
                assert!((density - 1.0).abs() < 2e-8, "{density} {row:?}");
                assert!((slowness - 1.0).abs() < 2e-8, "{slowness} {row:?}");
                let blowing = wind.at(geopotential_m(row.low + past_m));
                for (axis, mps) in blowing.into_iter().enumerate() {
                    let first = DENSITY_TERMS + SLOWNESS_TERMS + axis * WIND_TERMS;
                    let apart_mps = value(first, WIND_TERMS) - mps;
                    assert!(apart_mps.abs() < 1e-3, "{apart_mps} {row:?}");
                }
            }
        }
        let widest = rows.windows(2).map(|pair| pair[1].low - pair[0].low);
        assert!(widest.fold(f64::INFINITY, f64::min) > AIR_CELL_M);
    }
}
