//! Numbers that count what is done to them, one lane wide.

use super::lanes::Numbers;
use std::cell::Cell;
use std::ops::{Add, Div, Mul, Sub};

/// Operations on numbers of 64 bits that flights took. Reading tables, and comparisons that move no
/// number, are not among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Operations {
    /// Sums and differences.
    pub sums: u64,
    /// Products.
    pub products: u64,
    /// Sums with a product, rounded once.
    pub fused: u64,
    /// Quotients.
    pub quotients: u64,
    /// Square roots.
    pub roots: u64,
    /// Choices of one of two numbers by comparing two others, and sizes without the sign.
    pub choices: u64,
}

impl Operations {
    /// All but the choices, a fused product counted twice, as is usual.
    #[must_use]
    pub fn floating(&self) -> u64 {
        self.sums + self.products + 2 * self.fused + self.quotients + self.roots
    }
}

/// A number with the tally that it belongs to.
#[derive(Clone, Copy)]
pub(super) struct Counted<'a> {
    tally: &'a Cell<Operations>,
    number: f64,
}

impl Counted<'_> {
    // Inlined at every operation of a flight it would take minutes to compile.
    #[inline(never)]
    fn counted(self, number: f64, count: fn(&mut Operations) -> &mut u64) -> Self {
        let mut operations = self.tally.get();
        *count(&mut operations) += 1;
        self.tally.set(operations);
        Self { number, ..self }
    }
}

impl<'a> Numbers for Counted<'a> {
    type Width = &'a Cell<Operations>;
    const COUNT: usize = 1;

    fn splat(tally: Self::Width, number: f64) -> Self {
        Self { tally, number }
    }

    fn as_slice(&self) -> &[f64] {
        std::slice::from_ref(&self.number)
    }

    fn as_mut_slice(&mut self) -> &mut [f64] {
        std::slice::from_mut(&mut self.number)
    }

    fn mul_add(self, factor: Self, term: Self) -> Self {
        let number = libm::fma(self.number, factor.number, term.number);
        self.counted(number, |operations| &mut operations.fused)
    }

    fn mul_sub(self, factor: Self, term: Self) -> Self {
        let number = libm::fma(self.number, factor.number, -term.number);
        self.counted(number, |operations| &mut operations.fused)
    }

    fn negate_mul_add(self, factor: Self, term: Self) -> Self {
        let number = libm::fma(-self.number, factor.number, term.number);
        self.counted(number, |operations| &mut operations.fused)
    }

    fn sqrt(self) -> Self {
        self.counted(libm::sqrt(self.number), |operations| &mut operations.roots)
    }

    fn abs(self) -> Self {
        self.counted(self.number.abs(), |operations| &mut operations.choices)
    }

    fn where_less(self, limit: Self, chosen: Self, otherwise: Self) -> Self {
        let less = self.number < limit.number;
        let number = if less { chosen } else { otherwise }.number;
        self.counted(number, |operations| &mut operations.choices)
    }
}

macro_rules! counted {
    ($operator:ident, $name:ident, $kind:ident) => {
        impl $operator for Counted<'_> {
            type Output = Self;

            fn $name(self, other: Self) -> Self {
                let number = self.number.$name(other.number);
                self.counted(number, |operations| &mut operations.$kind)
            }
        }
    };
}
counted!(Add, add, sums);
counted!(Sub, sub, sums);
counted!(Mul, mul, products);
counted!(Div, div, quotients);
