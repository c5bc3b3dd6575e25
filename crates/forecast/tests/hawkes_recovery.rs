//! What was planted in a self-exciting log is found again: the study of the intervals.
//!
//! A small part runs with every test. All of it, for each truth 4,000 logs of about 1,000 attacks and
//! 1,000 of about 10,000, takes about two minutes on one core:
//!
//! ```sh
//! WHOLE_STUDY=1 cargo test --release -p forecast --test hawkes_recovery -- --nocapture
//! ```

// An unwrap that fails is a test that fails.
#![allow(clippy::unwrap_used)]

use forecast::hawkes::{Hawkes, Likely, Parameters, simulate};
use theatre::Stream;

const TRUTHS: [(f64, f64, f64); 3] = [(1.0, 0.5, 2.0), (1.0, 0.8, 2.0), (1.0, 0.2, 2.0)];

/// Shares of the simulations whose interval holds (μ, n, β).
fn coverage(truth: &Parameters, attacks: f64, simulations: u32) -> [f64; 3] {
    let length = attacks * (1.0 - truth.branching) / truth.base_rate;
    let mut inside = [0_u32; 3];
    let mut open = 0;
    for number in 0..simulations {
        let mut stream = Stream::new(1, number, attacks as u32, 0);
        let events = simulate(truth, 0.0, length, &mut stream).unwrap();
        let fit = Hawkes::fit(&events);
        let holds = |likely: Likely, value: f64| (likely.low..=likely.high).contains(&value);
        inside[0] += u32::from(holds(fit.base_rate, truth.base_rate));
        inside[1] += u32::from(holds(fit.branching, truth.branching));
        inside[2] += u32::from(holds(fit.decay, truth.decay));
        open += u32::from(fit.decay.low == 0.0 || fit.decay.high == f64::INFINITY);
    }
    let shares = inside.map(|count| f64::from(count) / f64::from(simulations));
    println!(
        "n = {}, about {attacks} attacks, {simulations} logs: inside the 95 % of base rate {:.3}, \
         branching {:.3}, decay {:.3}; decay not bounded on one side {open}",
        truth.branching, shares[0], shares[1], shares[2]
    );
    shares
}

#[test]
fn planted_parameters_lie_within_their_intervals() {
    let whole = std::env::var_os("WHOLE_STUDY").is_some();
    let studies: &[(f64, u32)] = if whole {
        &[(1e3, 4000), (1e4, 1000)]
    } else {
        &[(1e3, 100)]
    };
    for (base_rate, branching, decay) in TRUTHS {
        let truth = Parameters::new(base_rate, branching, decay).unwrap();
        for &(attacks, simulations) in studies {
            let shares = coverage(&truth, attacks, simulations);
            // Of 100 logs of right intervals, fewer than 87 come up once in 2,000 times.
            let (low, high) = if whole { (0.93, 0.97) } else { (0.87, 1.0) };
            assert!(
                shares.iter().all(|share| (low..=high).contains(share)),
                "{truth:?} {shares:?}"
            );
        }
    }
}
