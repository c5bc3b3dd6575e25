//! How much a core can compute at all: fused products, as many side by side as it takes.

use pulp::{Arch, Simd, WithSimd};
use std::hint::black_box;

use crate::raids::processor_ms;

/// Chains of products that do not wait for each other. Two units with a wait of four need eight.
const CHAINS: usize = 12;
/// Products in a chain in one run.
const ROUNDS: usize = 20_000;

/// Floating-point operations a second, a fused product counted twice, with the widest vectors that the
/// processor has: the best of many runs, in time of the processor.
#[must_use]
pub fn peak_flops(runs: u32) -> f64 {
    let mut best_s = f64::INFINITY;
    let mut operations = 0.0;
    for _ in 0..runs {
        let start_ms = processor_ms();
        operations = Arch::new().dispatch(Chains(black_box(0.999_999)));
        best_s = best_s.min(1e-3 * (processor_ms() - start_ms));
    }
    operations / best_s
}

/// Chains of x ← factor · x + factor.
struct Chains(f64);

impl WithSimd for Chains {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let factor = simd.splat_f64s(self.0);
        let mut chains = [simd.splat_f64s(1.0); CHAINS];
        for _ in 0..ROUNDS {
            for chain in &mut chains {
                *chain = simd.mul_add_f64s(factor, *chain, factor);
            }
        }
        for chain in chains {
            black_box(simd.reduce_sum_f64s(chain));
        }
        2.0 * (S::F64_LANES * CHAINS * ROUNDS) as f64
    }
}
