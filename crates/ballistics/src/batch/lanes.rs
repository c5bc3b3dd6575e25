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
pub(super) trait Numbers:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// What it takes to make some.
    type Width: Copy;
    /// How many there are.
    const COUNT: usize;
    /// The same number in every lane.
    fn splat(width: Self::Width, value: f64) -> Self;
    /// The numbers, in order of lane.
    fn as_slice(&self) -> &[f64];
    /// The numbers, in order of lane.
    fn as_mut_slice(&mut self) -> &mut [f64];
    /// The product with `factor`, plus `term`, rounded once.
    fn mul_add(self, factor: Self, term: Self) -> Self;
    /// The product with `factor`, less `term`, rounded once.
    fn mul_sub(self, factor: Self, term: Self) -> Self;
    /// `term` less the product with `factor`, rounded once.
    fn negate_mul_add(self, factor: Self, term: Self) -> Self;
    /// The square root.
    fn sqrt(self) -> Self;
    /// The size without the sign.
    fn abs(self) -> Self;
    /// `chosen` where this is less than `limit`, and `otherwise` elsewhere, also where either is no
    /// number.
    fn where_less(self, limit: Self, chosen: Self, otherwise: Self) -> Self;

    /// The lesser of two, and `other` where either is no number.
    #[inline(always)]
    fn or_less(self, other: Self) -> Self {
        self.where_less(other, self, other)
    }
}

/// Numbers in the vectors of the processor.
#[derive(Clone, Copy)]
pub(super) struct Lanes<S: Simd> {
    simd: S,
    vectors: [S::f64s; VECTORS],
}

impl<S: Simd> Numbers for Lanes<S> {
    type Width = S;
    const COUNT: usize = S::F64_LANES * VECTORS;

    #[inline(always)]
    fn splat(simd: S, value: f64) -> Self {
        Self {
            simd,
            vectors: [simd.splat_f64s(value); VECTORS],
        }
    }

    #[inline(always)]
    fn as_slice(&self) -> &[f64] {
        bytemuck::cast_slice(&self.vectors)
    }

    #[inline(always)]
    fn as_mut_slice(&mut self) -> &mut [f64] {
        bytemuck::cast_slice_mut(&mut self.vectors)
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        let mut result = self;
        for (index, vector) in result.vectors.iter_mut().enumerate() {
            *vector = self
                .simd
                .mul_add_f64s(*vector, factor.vectors[index], term.vectors[index]);
        }
        result
    }

    #[inline(always)]
    fn mul_sub(self, factor: Self, term: Self) -> Self {
        let mut result = self;
        for (index, vector) in result.vectors.iter_mut().enumerate() {
            let less = self.simd.neg_f64s(term.vectors[index]);
            *vector = self.simd.mul_add_f64s(*vector, factor.vectors[index], less);
        }
        result
    }

    #[inline(always)]
    fn negate_mul_add(self, factor: Self, term: Self) -> Self {
        let mut result = self;
        for (index, vector) in result.vectors.iter_mut().enumerate() {
            let term = term.vectors[index];
            *vector = self
                .simd
                .negate_mul_add_f64s(*vector, factor.vectors[index], term);
        }
        result
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        let vectors = self.vectors.map(
            #[inline(always)]
            |vector| self.simd.sqrt_f64s(vector),
        );
        Self { vectors, ..self }
    }

    #[inline(always)]
    fn abs(self) -> Self {
        let vectors = self.vectors.map(
            #[inline(always)]
            |vector| self.simd.abs_f64s(vector),
        );
        Self { vectors, ..self }
    }

    #[inline(always)]
    fn where_less(self, limit: Self, chosen: Self, otherwise: Self) -> Self {
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
