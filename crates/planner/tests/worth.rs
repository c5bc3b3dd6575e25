//! One more and one less: the interval holds what solving by brute force gives.

#![allow(clippy::panic, reason = "an interval that misses ends the test")]

mod support;

use planner::{Options, Pool, Problem, Resource, one_less, one_more, solve};
use support::{Size, exhaustive, random_problem};

const SIZE: Size = Size {
    sites: (2, 4),
    people: 5,
    loadouts: 5,
    missions: 2,
};

fn best(problem: &Problem) -> f64 {
    exhaustive(problem).map_or(f64::INFINITY, |best| best.0)
}

fn resources(problem: &Problem) -> Vec<Resource> {
    let mut all = vec![Resource::Lift, Resource::MayLeave];
    all.extend((0..problem.pools.len()).map(Resource::Pool));
    all.extend((0..problem.systems.len()).map(Resource::System));
    all
}

/// The problem with some of one resource more or less, written anew; `None` where there is none.
fn with(problem: &Problem, resource: Resource, more: i64) -> Vec<Problem> {
    let mut changed = problem.clone();
    let limit = |limit: u64| limit.checked_add_signed(more);
    match resource {
        Resource::Lift => match limit(changed.lift) {
            Some(lift) => changed.lift = lift,
            None => return Vec::new(),
        },
        Resource::MayLeave => match limit(changed.may_leave) {
            Some(may_leave) => changed.may_leave = may_leave,
            None => return Vec::new(),
        },
        Resource::Pool(pool) => match limit(changed.pools[pool].available.into()) {
            Some(available) => changed.pools[pool].available = available as u32,
            None => return Vec::new(),
        },
        Resource::System(system) if more > 0 => changed.pools.push(Pool {
            system,
            available: more as u32,
            sites: None,
        }),
        Resource::System(system) => {
            return (0..problem.pools.len())
                .filter(|&pool| problem.pools[pool].system == system)
                .flat_map(|pool| with(problem, Resource::Pool(pool), more))
                .collect();
        }
    }
    vec![changed]
}

#[test]
fn the_interval_holds_the_truth() {
    let (mut looser, mut tighter, mut stuck) = (0, 0, 0);
    for seed in 0..150 {
        let problem = random_problem(60_000 + seed, &SIZE);
        // With a wide gap too, so that the interval has to be honest about it.
        let options = Options {
            gap: if seed % 2 == 0 { 1e-6 } else { 0.05 },
            ..Options::default()
        };
        let Ok(base) = solve(&problem, &options) else {
            continue;
        };
        let now = best(&problem);
        for resource in resources(&problem) {
            let more = one_more(&problem, &base, resource, &options).expect("it has a plan");
            let truth = best(&with(&problem, resource, 1)[0]) - now;
            let slip = 1e-12 * now;
            assert!(
                more.low - slip <= truth && truth <= more.high + slip && more.high <= 0.0,
                "seed {seed}, one more of {resource:?}: {truth} is not in {more:?}"
            );
            looser += u32::from(truth < -1e-6 * now);
            let less = one_less(&problem, &base, resource, &options).expect("an answer");
            let truths = with(&problem, resource, -1)
                .into_iter()
                .map(|less| best(&less));
            let truth = truths.reduce(f64::min).map(|truth| truth - now);
            match (less, truth) {
                (None, None) => {}
                (Some(less), Some(truth)) => {
                    assert!(
                        less.low - slip <= truth && truth <= less.high + slip && less.low >= 0.0,
                        "seed {seed}, one less of {resource:?}: {truth} is not in {less:?}"
                    );
                    tighter += u32::from(truth.is_finite() && truth > 1e-6 * now);
                    stuck += u32::from(truth.is_infinite());
                }
                (less, truth) => panic!("seed {seed}, {resource:?}: {less:?} against {truth:?}"),
            }
        }
    }
    assert!(
        looser > 50 && tighter > 50 && stuck > 2,
        "{looser} {tighter} {stuck}"
    );
}
