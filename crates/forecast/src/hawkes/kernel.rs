//! The one loop that costs time: the log-likelihood with its first and second derivatives.
//!
//! With S = Σ exp(−β(t − tⱼ)) over the events before t, the intensity is λ = μ + nβS, and S follows
//! from event to event by one multiplication (Ozaki, "Maximum likelihood estimation of Hawkes'
//! self-exciting point processes", Ann. Inst. Stat. Math. 31, 1979, equation 3). The same holds for
//! its derivatives by β: B = Σ (t − tⱼ) exp(…) = −S′ and C = Σ (t − tⱼ)² exp(…) = S″.
//!
//! Events are taken in blocks, each in three passes: exponentials of the gaps and sums over the
//! events, which a compiler turns into vector instructions, and between them the recursion, which is a
//! chain. Plain additions and multiplications of a fixed order: the same bits on every machine.

use super::Parameters;

const BLOCK: usize = 256;
const LANES: usize = 2;
/// Excitation that has decayed by e⁻¹⁵⁰ is no longer told from none.
const LEAST_EXPONENT: f64 = -150.0;

/// Events in order, as gaps between distinct instants; those at one instant do not excite each other.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    /// From the instant before to this one; 0 for the first.
    pub gaps: Vec<f64>,
    /// Events at each instant, ≥ 1.
    pub counts: Vec<f64>,
    /// From the last instant to the end of the window.
    pub end_gap: f64,
    /// Length of the window, > 0.
    pub length: f64,
    /// Sum of `counts`.
    pub events: f64,
}

/// Log-likelihood, gradient and Hessian by (μ, n, β).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Evaluation {
    pub value: f64,
    pub gradient: [f64; 3],
    pub hessian: [[f64; 3]; 3],
    /// Σ (1 − exp(−β (end − tᵢ))): followers that the events would have had by the end were n = 1.
    pub spread: f64,
}

/// Sums over events of the parts of derivatives: q = 1/λ, u = S/λ, v = (S − βB)/λ and
/// w = (βC − 2B)/λ, in the order q u v w q² qu qv u² uv v².
type Sums = [f64; 10];

/// What a past leaves behind: S, B and C.
#[derive(Clone, Copy, Default)]
struct Past {
    zeroth: f64,
    first: f64,
    second: f64,
}

impl Past {
    /// The past as seen a gap later, whose exponential is `decayed`, after `arrived` events more.
    #[inline(always)]
    fn after(self, arrived: f64, gap: f64, decayed: f64) -> Self {
        let zeroth = arrived + self.zeroth;
        let moved = gap * zeroth;
        Self {
            zeroth: decayed * zeroth,
            first: decayed * (self.first + moved),
            second: decayed * (self.second + gap * (2.0 * self.first + moved)),
        }
    }
}

/// exp(x) for x ≤ 0, within 2 units in the last place down to [`LEAST_EXPONENT`], where it stays.
///
/// Reduced by powers of two to |x| ≤ log(2)/2, where the Taylor polynomial of degree 13 leaves out less
/// than 5e-18. No call, no branch, no fused operation, so that loops over it are vectorised.
#[inline(always)]
pub(super) fn decay(exponent: f64) -> f64 {
    const SHIFT: f64 = 6_755_399_441_055_744.0; // 1.5 × 2⁵²: what is added is rounded to whole numbers.
    const LOG_2_HIGH: f64 = 0.693_147_180_369_123_8; // Its last 21 bits are 0 (Cody and Waite 1980).
    const LOG_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    let exponent = if exponent > LEAST_EXPONENT {
        exponent
    } else {
        LEAST_EXPONENT
    };
    let shifted = exponent * std::f64::consts::LOG2_E + SHIFT;
    let whole = shifted - SHIFT;
    let rest = (exponent - whole * LOG_2_HIGH) - whole * LOG_2_LOW;
    let mut sum = 1.0 / 6_227_020_800.0;
    for inverse in [
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ] {
        sum = sum * rest + inverse;
    }
    sum * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}

/// The sum of the evaluations of independent records.
pub(super) fn evaluate(records: &[Record], parameters: &Parameters) -> Evaluation {
    let mut total = Evaluation::default();
    for record in records {
        let one = evaluate_one(record, parameters);
        total.value += one.value;
        total.spread += one.spread;
        for row in 0..3 {
            total.gradient[row] += one.gradient[row];
            for column in 0..3 {
                total.hessian[row][column] += one.hessian[row][column];
            }
        }
    }
    total
}

fn evaluate_one(record: &Record, parameters: &Parameters) -> Evaluation {
    let Parameters {
        base_rate,
        branching,
        decay: beta,
    } = *parameters;
    let mut sums = [[0.0; LANES]; 10];
    let (mut logs, mut past, mut arrived) = (0.0, Past::default(), 0.0);
    let mut block = Block::default();
    let blocks = record.gaps.chunks(BLOCK).zip(record.counts.chunks(BLOCK));
    for (gaps, counts) in blocks {
        block.follow(gaps, counts, beta, &mut past, &mut arrived);
        block.fill(counts);
        logs += block.add(parameters, &mut sums);
    }
    let end = past.after(arrived, record.end_gap, decay(-beta * record.end_gap));
    let [q, u, v, w, qq, qu, qv, uu, uv, vv]: Sums = sums.map(|lanes| lanes.iter().sum());
    let (n, length) = (branching, record.length);
    let spread = record.events - end.zeroth;
    let mixed = v - n * beta * uv - end.first;
    Evaluation {
        value: logs - base_rate * length - n * spread,
        gradient: [q - length, beta * u - spread, n * v - n * end.first],
        hessian: [
            [-qq, -beta * qu, -n * qv],
            [-beta * qu, -beta * beta * uu, mixed],
            [-n * qv, mixed, n * w - n * n * vv + n * end.second],
        ],
        spread,
    }
}

/// Scratch of one block of events, filled up with events that weigh nothing.
struct Block {
    decays: [f64; BLOCK],
    pasts: [[f64; BLOCK]; 3],
    counts: [f64; BLOCK],
}

impl Default for Block {
    fn default() -> Self {
        Self {
            decays: [0.0; BLOCK],
            pasts: [[0.0; BLOCK]; 3],
            counts: [0.0; BLOCK],
        }
    }
}

impl Block {
    /// The first two passes: the past as each event sees it.
    fn follow(
        &mut self,
        gaps: &[f64],
        counts: &[f64],
        beta: f64,
        past: &mut Past,
        arrived: &mut f64,
    ) {
        for (decayed, gap) in self.decays.iter_mut().zip(gaps) {
            *decayed = decay(-beta * gap);
        }
        let [zeroth, first, second] = &mut self.pasts;
        let places = zeroth.iter_mut().zip(first).zip(second);
        let events = gaps.iter().zip(counts).zip(&self.decays);
        for (((zeroth, first), second), ((&gap, &count), &decayed)) in places.zip(events) {
            *past = past.after(*arrived, gap, decayed);
            *arrived = count;
            *zeroth = past.zeroth;
            *first = past.first;
            *second = past.second;
        }
    }

    fn fill(&mut self, counts: &[f64]) {
        let (held, left) = self.counts.split_at_mut(counts.len());
        held.copy_from_slice(counts);
        left.fill(0.0);
    }

    /// The third pass: adds to the sums, and gives the sum of log λ.
    ///
    /// One logarithm serves the block: the mantissas are multiplied, the exponents added.
    fn add(&self, parameters: &Parameters, sums: &mut [[f64; LANES]; 10]) -> f64 {
        const MANTISSA: u64 = (1 << 52) - 1;
        const ONE: u64 = 1023 << 52;
        let Parameters {
            base_rate,
            branching,
            decay: beta,
        } = *parameters;
        let slope = branching * beta;
        let (mut products, mut exponents) = ([1.0; LANES], [0_u64; LANES]);
        let mut total = *sums;
        let [zeroth, first, second] = &self.pasts;
        let mut single = true;
        for place in (0..BLOCK).step_by(LANES) {
            for lane in 0..LANES {
                let (s, b, c) = (
                    zeroth[place + lane],
                    first[place + lane],
                    second[place + lane],
                );
                let count = self.counts[place + lane];
                let intensity = base_rate + slope * s;
                let inverse = 1.0 / intensity;
                let weighted = count * inverse;
                let (u, v) = (s * inverse, (s - beta * b) * inverse);
                let parts = [
                    weighted,
                    count * u,
                    count * v,
                    weighted * (beta * c - 2.0 * b),
                    weighted * inverse,
                    weighted * u,
                    weighted * v,
                    count * u * u,
                    count * u * v,
                    count * v * v,
                ];
                for (sum, part) in total.iter_mut().zip(parts) {
                    sum[lane] += part;
                }
                let bits = if count > 0.0 { intensity } else { 1.0 }.to_bits();
                products[lane] *= f64::from_bits(bits & MANTISSA | ONE);
                exponents[lane] += bits >> 52;
                single &= count <= 1.0;
            }
        }
        *sums = total;
        if single {
            let exponent = exponents.iter().sum::<u64>() as f64 - (BLOCK * 1023) as f64;
            return libm::log(products.iter().product()) + exponent * std::f64::consts::LN_2;
        }
        let events = self
            .counts
            .iter()
            .zip(zeroth)
            .filter(|(count, _)| **count > 0.0);
        events
            .map(|(count, s)| count * libm::log(base_rate + slope * s))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_are_those_of_the_library() {
        for step in 0..150_000 {
            let exponent = -1e-3 * f64::from(step) - 1e-7;
            let (ours, theirs) = (decay(exponent), libm::exp(exponent));
            assert!((ours / theirs - 1.0).abs() < 5e-16, "{exponent}");
        }
        assert_eq!(decay(0.0), 1.0);
        assert_eq!(decay(-1e300), decay(LEAST_EXPONENT));
        assert!(decay(f64::NEG_INFINITY) > 0.0);
    }
}
