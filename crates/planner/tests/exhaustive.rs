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
                solved.bound <= best * (1.0 + 1e-12),
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

/// Cases tried by default; the environment variable `PLANNER_CASES` asks for another number, of
/// which 10000 take two minutes when built for release.
const CASES: u64 = 500;

#[test]
fn small_problems_agree_with_exhaustive_search() {
    let wide = Size {
        sites: (2, 6),
        people: 6,
        loadouts: 5,
        missions: 3,
    };
    // With loadouts in which point defence shields an area defence.
    let deep = Size {
        sites: (2, 4),
        people: 6,
        loadouts: 9,
        missions: 3,
    };
    let cases = std::env::var("PLANNER_CASES").map_or(CASES, |cases| {
        cases.parse().expect("PLANNER_CASES is a whole number")
    });
    let mut possible = 0;
    for seed in 0..cases {
        let size = if seed % 3 == 0 { &deep } else { &wide };
        let problem = random_problem(20_000 + seed, size);
        let best = exhaustive(&problem).map(|best| best.0);
        possible += u64::from(best.is_some());
        agrees(&problem, best, seed);
    }
    let share = possible as f64 / cases as f64;
    assert!((0.2..0.97).contains(&share), "{possible} have a plan");
}

#[test]
fn threads_at_work_change_nothing() {
    let size = Size {
        sites: (2, 6),
        people: 300,
        loadouts: 9,
        missions: 3,
    };
    let problems: Vec<Problem> = (0..40).map(|seed| random_problem(seed, &size)).collect();
    let alone: Vec<_> = problems
        .iter()
        .map(|p| solve(p, &Options::default()))
        .collect();
    let together: Vec<_> = std::thread::scope(|scope| {
        let started: Vec<_> = problems
            .iter()
            .map(|problem| scope.spawn(|| solve(problem, &Options::default())))
            .collect();
        let ended = started.into_iter().map(|thread| thread.join());
        ended.map(|solved| solved.expect("no panic")).collect()
    });
    assert_eq!(alone, together);
}
