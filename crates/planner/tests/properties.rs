//! What must hold of every plan, on a thousand random problems.

#![allow(clippy::panic, reason = "a failed solve ends the test")]

mod support;

use planner::{Options, Problem, SolveError, Solved, Status, solve};
use support::{Dice, Size, random_problem};

const SIZE: Size = Size {
    sites: (2, 8),
    people: 1000,
    loadouts: 9,
    missions: 4,
};

fn solved(problem: &Problem, seed: u64) -> Option<Solved> {
    match solve(problem, &Options::default()) {
        Ok(solved) => Some(solved),
        Err(SolveError::Infeasible) => None,
        Err(error) => panic!("seed {seed}: {error}"),
    }
}

#[test]
fn every_plan_keeps_its_promises() {
    let (mut possible, mut better_than_today) = (0, 0);
    for seed in 0..1000 {
        let problem = random_problem(seed, &SIZE);
        let (today, today_feasible) = problem.today();
        let Some(found) = solved(&problem, seed) else {
            assert!(!today_feasible, "seed {seed}: today is a plan");
            continue;
        };
        possible += 1;
        assert_eq!(problem.violations(&found.plan), [], "seed {seed}");
        let placed: u64 = found
            .plan
            .sites
            .iter()
            .map(|site| u64::from(site.people))
            .sum();
        assert_eq!(placed, problem.people(), "seed {seed}");
        assert_eq!(found.value, problem.loss(&found.plan), "seed {seed}");
        assert!(found.bound <= found.value, "seed {seed}");
        assert_eq!(found.status, Status::Optimal, "seed {seed}: {found:?}");
        if today_feasible {
            assert!(found.value <= problem.loss(&today), "seed {seed}");
            better_than_today += usize::from(found.value < problem.loss(&today));
        }
        assert_eq!(
            Some(found),
            solved(&problem, seed),
            "seed {seed}: twice the same"
        );
    }
    assert!(
        possible > 300 && better_than_today > 50,
        "{possible}, {better_than_today}"
    );
}

#[test]
fn more_to_plan_with_is_never_worse() {
    for seed in 0..400 {
        let problem = random_problem(seed, &SIZE);
        let Some(found) = solved(&problem, seed) else {
            continue;
        };
        let mut dice = Dice::new(seed);
        let mut richer = problem.clone();
        let pool = dice.whole(0, richer.pools.len() - 1);
        richer.pools[pool].available += 1;
        let mut stronger = problem.clone();
        stronger.lift += 1 + problem.people() / 10;
        for more in [richer, stronger] {
            let more = solved(&more, seed).expect("what was possible stays so");
            assert!(more.value <= found.value * (1.0 + 1e-6), "seed {seed}");
        }
    }
}

#[test]
fn no_unit_is_sent_and_nobody_is_moved_for_nothing() {
    for seed in 0..300 {
        let mut problem = random_problem(seed, &SIZE);
        problem.loss_per_move = 0.0;
        for site in &mut problem.sites {
            // Every loadout as good as none, every site as good as any.
            site.direct_loss.fill(0.004);
            site.bare_loss = 0.0;
            site.cover.clear();
            site.upkeep_loss = 0.0;
            site.today_loadout = site.open_loadouts[0];
            site.closed_loadouts.clear();
            site.people = site.people.max(1);
            site.capacity = site.capacity.max(1);
        }
        problem.missions.clear();
        let (today, feasible) = problem.today();
        if feasible {
            let found = solved(&problem, seed).expect("today is a plan");
            assert_eq!(found.plan, today, "seed {seed}");
        }
    }
}

#[test]
fn crowds_and_tiny_losses_make_no_difference() {
    let size = Size {
        people: 300_000,
        ..SIZE
    };
    for seed in 0..100 {
        let mut problem = random_problem(40_000 + seed, &size);
        for site in &mut problem.sites {
            for loss in &mut site.direct_loss {
                *loss *= 1e-6;
            }
        }
        let Some(found) = solved(&problem, seed) else {
            continue;
        };
        assert_eq!(problem.violations(&found.plan), [], "seed {seed}");
        assert_eq!(found.status, Status::Optimal, "seed {seed}: {found:?}");
    }
}

#[test]
fn a_problem_survives_json() {
    for seed in 0..20 {
        let problem = random_problem(seed, &SIZE);
        let json = serde_json::to_string(&problem).expect("it can be written");
        let read: Problem = serde_json::from_str(&json).expect("it can be read");
        assert_eq!(read, problem);
    }
}
