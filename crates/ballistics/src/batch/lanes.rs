//! Numbers side by side: arithmetic that gives the same bits at every width.
//!
//! Only sums, products, fused products, quotients, square roots and choices are offered, all of them
//! rounded once by IEEE 754, and no lane ever looks at another. So a lane's result depends neither on
//! how many lanes the processor has nor on what the others hold.

use pulp::{Simd, bytemuck};
use std::ops::{Add, Div, Mul, Sub};

/// Vectors worked on together, so that one can wait for its square root while another computes.
const VECTORS: usize = 2;

/// One number for every lane.
#[derive(Clone, Copy)]
pub(super) struct Lanes<S: Simd> {
    simd: S,
    vectors: [S::f64s; VECTORS],
}

impl<S: Simd> Lanes<S> {
    /// How many numbers there are.
    pub(super) const COUNT: usize = S::F64_LANES * VECTORS;

    /// The same number in every lane.
    #[inline(always)]
    pub(super) fn splat(simd: S, value: f64) -> Self {
        Self {
            simd,
            vectors: [simd.splat_f64s(value); VECTORS],
        }
    }

    /// The numbers, in order of lane.
    #[inline(always)]
    pub(super) fn as_slice(&self) -> &[f64] {
        bytemuck::cast_slice(&self.vectors)
    }

    /// The numbers, in order of lane.
    #[inline(always)]
    pub(super) fn as_mut_slice(&mut self) -> &mut [f64] {
        bytemuck::cast_slice_mut(&mut self.vectors)
    }

    /// The product with `factor`, plus `term`, rounded once.
    #[inline(always)]
    pub(super) fn mul_add(self, factor: Self, term: Self) -> Self {
        let mut result = self;
        for (index, vector) in result.vectors.iter_mut().enumerate() {
            *vector = self
                .simd
                .mul_add_f64s(*vector, factor.vectors[index], term.vectors[index]);
        }
        result
    }

    /// The square root.
    #[inline(always)]
    pub(super) fn sqrt(self) -> Self {
        let vectors = self.vectors.map(
            #[inline(always)]
            |vector| self.simd.sqrt_f64s(vector),
        );
        Self { vectors, ..self }
    }

    /// The size without the sign.
    #[inline(always)]
    pub(super) fn abs(self) -> Self {
        let vectors = self.vectors.map(
            #[inline(always)]
            |vector| self.simd.abs_f64s(vector),
        );
        Self { vectors, ..self }
    }

    /// `chosen` where this is less than `limit`, and `otherwise` elsewhere, also where either is no
    /// number.
    #[inline(always)]
    pub(super) fn where_less(self, limit: Self, chosen: Self, otherwise: Self) -> Self {
        let mut result = self;
        for (index, vector) in result.vectors.iter_mut().enumerate() {
            let less = self.simd.less_than_f64s(*vector, limit.vectors[index]);
            *vector = self
                .simd
                .select_f64s(less, chosen.vectors[index], otherwise.vectors[index]);
        }
        result
    }
}

macro_rules! lanewise {
    ($operator:ident, $name:ident, $operation:ident) => {
        impl<S: Simd> $operator for Lanes<S> {
            type Output = Self;

            #[inline(always)]
            fn $name(self, other: Self) -> Self {
                let mut result = self;
                for (index, vector) in result.vectors.iter_mut().enumerate() {
                    *vector = self.simd.$operation(*vector, other.vectors[index]);
                }
                result
            }
        }
    };
}
lanewise!(Add, add, add_f64s);
lanewise!(Sub, sub, sub_f64s);
lanewise!(Mul, mul, mul_f64s);
lanewise!(Div, div, div_f64s);
