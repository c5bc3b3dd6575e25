//! The planner against searches that try everything.

#![allow(clippy::panic, reason = "a disagreement ends the test")]

mod support;

use planner::{Options, Problem, SolveError, Status, solve};
use support::{Size, enumerate, exhaustive, random_problem};

fn agrees(problem: &Problem, best: Option<f64>, seed: u64) {
    match (solve(problem, &Options::default()), best) {
        (Ok(solved), Some(best)) => {
            let off = (solved.value - best).abs() / best.abs().max(1e-9);
            assert!(off <= 1e-6, "seed {seed}: {} against {best}", solved.value);
            assert!(
                solved.bound <= best * (1.0 + 1e-9),
                "seed {seed}: bound above the best"
            );
            assert_eq!(solved.status, Status::Optimal, "seed {seed}: {solved:?}");
        }
        (Err(SolveError::Infeasible), None) => {}
        (solved, best) => panic!("seed {seed}: {solved:?} against {best:?}"),
    }
}

#[test]
fn tiny_problems_agree_with_the_enumeration_of_every_plan() {
    let size = Size {
        sites: (2, 4),
        people: 4,
        loadouts: 4,
        missions: 2,
    };
    let mut possible = 0;
    for seed in 0..150 {
        let problem = random_problem(10_000 + seed, &size);
        let best = enumerate(&problem).map(|best| best.0);
        possible += usize::from(best.is_some());
        agrees(&problem, best, seed);
        assert_eq!(
            exhaustive(&problem).is_some(),
            best.is_some(),
            "seed {seed}"
        );
    }
    assert!((30..150).contains(&possible), "{possible} have a plan");
}

#[test]
fn small_problems_agree_with_exhaustive_search() {
    let size = Size {
        sites: (2, 6),
        people: 6,
        loadouts: 5,
        missions: 3,
    };
    let mut possible = 0;
    for seed in 0..300 {
        let problem = random_problem(20_000 + seed, &size);
        let best = exhaustive(&problem).map(|best| best.0);
        possible += usize::from(best.is_some());
        agrees(&problem, best, seed);
    }
    assert!((60..300).contains(&possible), "{possible} have a plan");
}
