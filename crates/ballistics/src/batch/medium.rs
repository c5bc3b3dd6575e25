//! What a batch flies through: air, wind and drag for many lanes at once.

use super::lanes::Lanes;
use crate::atmosphere::{AtmosphereTable, GEOPOTENTIAL_RADIUS_M};
use crate::drag::{BodyDrag, ConstantCoefficientDrag};
use crate::tableau::{self, Tableau};
use crate::wind::{WIND_CELL_M, WindProfile};
use pulp::Simd;

/// Terms of the polynomial in height that stands for a power.
const TERMS: usize = 12;
/// Heights above mean sea level between which that polynomial holds, m.
const POWER_RANGE_M: [f64; 2] = [-500.0, 11_000.0];

/// Steps in which a body slows by a bend of its drag curve; tuned on mortars and rockets, as are the next.
const BENDS: f64 = 5.6;
/// Change of Mach number that is a bend in the middle of the rise of the curve; it grows with the
/// distance from there.
const BEND_MACH: f64 = 0.02;
/// Height in which the wind may bend that a step may pass, m.
const BEND_M: f64 = 700.0;

/// The air at every lane's height.
pub(super) struct Air<S: Simd> {
    /// Density, in the units that the medium's own drag takes.
    pub(super) density: Lanes<S>,
    /// Speed of sound, m/s.
    pub(super) sound_mps: Lanes<S>,
    /// Wind along x and y, m/s.
    pub(super) wind_mps: [Lanes<S>; 2],
}

/// Air, wind and the law of drag in it.
pub(super) trait Medium {
    /// The method for steps through it.
    const METHOD: &'static Tableau;
    /// Share by which a velocity may turn or change in one step of refinement one.
    const CHANGE_PER_STEP: f64;
    /// The least speed by which that share is taken, as a share of the speed at which drag would bear the
    /// weight: below it drag is too weak for its bending to matter.
    const SLOW_SHARE: f64;
    /// The air at heights above mean sea level, m.
    fn air<S: Simd>(&self, simd: S, height_m: Lanes<S>) -> Air<S>;
    /// Drag deceleration per speed, 1/s, at a speed through the air, m/s.
    fn drag_per_s<S: Simd>(&self, simd: S, air: &Air<S>, speed_mps: Lanes<S>) -> Lanes<S>;
    /// Steps a second for the bends of the law of drag, for a body that slows by so much, m/s², and of
    /// the wind, for one that climbs or falls at so many m/s.
    fn bends_hz<S: Simd>(
        &self,
        simd: S,
        air: &Air<S>,
        speed_mps: Lanes<S>,
        slowing_mps2: Lanes<S>,
        climb_mps: Lanes<S>,
    ) -> Lanes<S>;
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
    const METHOD: &'static Tableau = &tableau::EIGHTH;
    const CHANGE_PER_STEP: f64 = 0.42;
    const SLOW_SHARE: f64 = 0.1;

    #[inline(always)]
    fn air<S: Simd>(&self, simd: S, height_m: Lanes<S>) -> Air<S> {
        let splat = |value| Lanes::splat(simd, value);
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
            sound_mps: splat(1.0),
            wind_mps: self.wind_mps.map(splat),
        }
    }

    #[inline(always)]
    fn drag_per_s<S: Simd>(&self, simd: S, air: &Air<S>, speed_mps: Lanes<S>) -> Lanes<S> {
        air.density * Lanes::splat(simd, self.per_metre) * speed_mps
    }

    #[inline(always)]
    fn bends_hz<S: Simd>(
        &self,
        simd: S,
        _: &Air<S>,
        _: Lanes<S>,
        _: Lanes<S>,
        _: Lanes<S>,
    ) -> Lanes<S> {
        Lanes::splat(simd, 0.0)
    }

    fn height_max_m(&self) -> f64 {
        POWER_RANGE_M[1]
    }
}

/// The standard atmosphere, a wind profile and a drag curve, all as cubics in equal cells.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    law: BodyDrag,
    /// By power of the share of the cell passed: density, speed of sound, wind along x and y.
    cells: Vec<[[f64; 4]; 4]>,
}

impl Tables {
    pub(super) fn new(law: BodyDrag, wind: &WindProfile) -> Self {
        let air = AtmosphereTable::shared().cut(WIND_CELL_M);
        let cells = air
            .into_iter()
            .enumerate()
            .map(|(index, [density, sound])| {
                let base_m = AtmosphereTable::FIRST_M + WIND_CELL_M * index as f64;
                let [east, north] = wind.cell(base_m);
                [0, 1, 2, 3].map(|power| [density[power], sound[power], east[power], north[power]])
            });
        Self {
            law,
            cells: cells.collect(),
        }
    }
}

impl Medium for Tables {
    const METHOD: &'static Tableau = &tableau::FIFTH_ORDER;
    const CHANGE_PER_STEP: f64 = 0.25;
    const SLOW_SHARE: f64 = 0.3;

    #[inline(always)]
    fn air<S: Simd>(&self, simd: S, height_m: Lanes<S>) -> Air<S> {
        let splat = |value| Lanes::splat(simd, value);
        let radius_m = splat(GEOPOTENTIAL_RADIUS_M);
        let geopotential_m = radius_m * height_m / (radius_m + height_m);
        let place = (geopotential_m - splat(AtmosphereTable::FIRST_M)) * splat(1.0 / WIND_CELL_M);
        let [mut density, mut sound_mps, mut along_mps, mut across_mps] = [splat(0.0); 4];
        let last = self.cells.len() as i32 - 1;
        let density_and_sound = density
            .as_mut_slice()
            .iter_mut()
            .zip(sound_mps.as_mut_slice());
        let wind = along_mps
            .as_mut_slice()
            .iter_mut()
            .zip(across_mps.as_mut_slice());
        let lanes = place.as_slice().iter().zip(density_and_sound).zip(wind);
        for ((&place, (density, sound)), (along, across)) in lanes {
            let index = (place as i32).clamp(0, last);
            let share = place - f64::from(index);
            let [zeroth, first, second, third] = &self.cells[index as usize];
            let mut values = *third;
            for (quantity, value) in values.iter_mut().enumerate() {
                *value = share.mul_add(*value, second[quantity]);
                *value = share.mul_add(*value, first[quantity]);
                *value = share.mul_add(*value, zeroth[quantity]);
            }
            [*density, *sound, *along, *across] = values;
        }
        Air {
            density,
            sound_mps,
            wind_mps: [along_mps, across_mps],
        }
    }

    #[inline(always)]
    fn drag_per_s<S: Simd>(&self, simd: S, air: &Air<S>, speed_mps: Lanes<S>) -> Lanes<S> {
        let mach = speed_mps / air.sound_mps;
        let mut coefficient = mach;
        for value in coefficient.as_mut_slice() {
            *value = self.law.coefficient_fused(*value);
        }
        let scale = Lanes::splat(simd, self.law.half_area_per_mass());
        air.density * scale * coefficient * speed_mps
    }

    #[inline(always)]
    fn bends_hz<S: Simd>(
        &self,
        simd: S,
        air: &Air<S>,
        speed_mps: Lanes<S>,
        slowing_mps2: Lanes<S>,
        climb_mps: Lanes<S>,
    ) -> Lanes<S> {
        let splat = |value| Lanes::splat(simd, value);
        let from_rise_mps = (speed_mps - splat(BodyDrag::RISE_MACH) * air.sound_mps).abs();
        let bend_mps = splat(BEND_MACH).mul_add(air.sound_mps, from_rise_mps);
        splat(BENDS).mul_add(slowing_mps2 / bend_mps, climb_mps * splat(1.0 / BEND_M))
    }

    fn height_max_m(&self) -> f64 {
        85_000.0
    }
}
