//! What must hold of the plan of any theatre, from the folder's text to the proof.

#![allow(clippy::expect_used, reason = "a step that fails ends the test")]

#[path = "../../planner/tests/support/mod.rs"]
mod slow;
mod support;

use planner::{Options, Problem, SolveError, Solved, Status};
use rampart::brief::html;
use rampart::decide::{self, Decision, Settings, Silent};
use rampart::evaluate::Evaluator;
use rampart::schedule::Schedule;
use rampart::study::{self, Coefficients, Setup, Size, Use};
use rayon::prelude::*;
use std::collections::BTreeSet;
use support::Text;
use support::random::{Scale, folder};
use support::schema::{adds_up, tells_no_place_or_time};
use theatre::{Estimate, Theatre};

const SIZE: Size = Size {
    groups: 2,
    raids_per_group: 8,
};

const ANY: Scale = Scale {
    sites: (1, 8),
    people: 1_500,
    systems: 3,
    units: 3,
    incidents: 30,
    missions: 4,
};

/// Few people and few loadouts, so that every plan can be tried.
const SMALL: Scale = Scale {
    sites: (1, 6),
    people: 7,
    systems: 2,
    units: 1,
    incidents: 12,
    missions: 3,
};

/// The problem that `rampart plan` would solve.
fn problem(theatre: &Theatre) -> Problem {
    let setup = Setup::new(theatre).expect("the loadouts are few");
    let groups = study::run(theatre, &setup, Use::Choose, SIZE, &|| ());
    let problem = decide::problem(theatre, &setup, &groups);
    problem.validate().expect("the problem is sound");
    problem
}

fn solve(problem: &Problem) -> Option<Solved> {
    match planner::solve(problem, &Options::default()) {
        Ok(solved) => Some(solved),
        Err(SolveError::Infeasible) => None,
        Err(SolveError::Solver(why)) => unreachable!("{why}"),
    }
}

#[test]
fn every_plan_of_any_theatre_keeps_its_promises() {
    let feasible: usize = (0..1_000_u64)
        .into_par_iter()
        .map(|seed| {
            let text = folder(seed, &ANY);
            let theatre = text.load();
            let problem = problem(&theatre);
            match solve(&problem) {
                Some(solved) => promises(&theatre, &problem, &solved, seed),
                None => reasons(&text, &theatre, &problem, seed),
            }
        })
        .sum();
    assert!((600..990).contains(&feasible), "{feasible} have a plan");
}

fn promises(theatre: &Theatre, problem: &Problem, solved: &Solved, seed: u64) -> usize {
    let people = |sites: &[planner::SitePlan]| -> u64 {
        sites.iter().map(|site| u64::from(site.people)).sum()
    };
    assert_eq!(problem.violations(&solved.plan), [], "seed {seed}");
    assert_eq!(people(&solved.plan.sites), theatre.people(), "seed {seed}");
    assert!(
        solved.value.is_finite() && solved.value >= 0.0,
        "seed {seed}"
    );
    assert!(solved.value >= solved.bound, "seed {seed}: {solved:?}");
    assert_eq!(solved.status, Status::Optimal, "seed {seed}: {solved:?}");
    let (today, allowed) = problem.today();
    if allowed {
        let loss = problem.loss(&today);
        assert!(solved.value <= loss * (1.0 + 1e-9), "seed {seed}");
    }
    assert_eq!(solve(problem).as_ref(), Some(solved), "seed {seed}");
    let lift = problem.lift + 1 + problem.people() / 10;
    let mut richer: Vec<Problem> = vec![Problem {
        lift,
        ..problem.clone()
    }];
    for stock in 0..theatre.stock.len() {
        let mut more = problem.clone();
        more.pools[stock].available += 1;
        richer.push(more);
    }
    for more in richer {
        let more = solve(&more).expect("what was possible stays so");
        assert!(more.value <= solved.value * (1.0 + 1e-6), "seed {seed}");
    }
    1
}

/// A theatre without a plan: its demands are real, and stand where the program says.
fn reasons(text: &Text, theatre: &Theatre, problem: &Problem, seed: u64) -> usize {
    let demands = planner::conflict(problem).expect("there is no plan");
    assert!(!demands.is_empty(), "seed {seed}");
    assert_eq!(solve(&support_of(problem, &demands)), None, "seed {seed}");
    let settings = Settings { replications: 16 };
    let Ok(Decision::Infeasible(told, _)) = decide::decide(theatre, settings, &Silent) else {
        unreachable!("seed {seed}: the program finds a plan");
    };
    assert_eq!(told.conflict.len(), demands.len(), "seed {seed}");
    for line in told.conflict {
        let number = line.line.expect("it stands in a file") as usize;
        let words = text.file(line.file).lines().nth(number - 1);
        let words = words.expect("the line exists");
        let named = match line.file {
            "sites.csv" => words.split(',').next().expect("a row has cells"),
            _ if line.demand.starts_with("mission") => "[[mission]]",
            _ if line.demand.contains("stays open") => "[[deployed]]",
            _ if theatre.movement.line == 1 => "name",
            _ => "[movement]",
        };
        assert!(words.starts_with(named), "seed {seed}: {line:?} at {words}");
        if line.file == "sites.csv" {
            assert!(line.demand.starts_with(named), "seed {seed}: {line:?}");
        }
    }
    0
}

/// The problem with every demand waived that is not in the set.
fn support_of(problem: &Problem, kept: &[planner::Demand]) -> Problem {
    use planner::Demand;
    let kept: BTreeSet<Demand> = kept.iter().copied().collect();
    let everyone = u32::try_from(problem.people()).unwrap_or(u32::MAX);
    let mut trial = problem.clone();
    for (index, mission) in trial.missions.iter_mut().enumerate() {
        if !kept.contains(&Demand::Mission(index)) {
            mission.people = 0;
        }
    }
    for (index, site) in trial.sites.iter_mut().enumerate() {
        if !kept.contains(&Demand::Guard(index)) {
            site.guard = 0;
        }
        if !kept.contains(&Demand::Capacity(index)) {
            site.capacity = site.capacity.max(everyone);
        }
        if site.closed_loadouts.is_empty() && !kept.contains(&Demand::StaysOpen(index)) {
            site.closed_loadouts.clone_from(&site.open_loadouts);
        }
    }
    if !kept.contains(&Demand::Lift) {
        trial.lift = everyone.into();
    }
    if !kept.contains(&Demand::MayLeave) {
        trial.may_leave = everyone.into();
    }
    trial
}

/// The planner sees means alone. What it says a laydown loses is what the evaluator finds on average
/// over the draws, under the same rates, but that the evaluator lets each draw count on the battery
/// that serves it best.
#[test]
fn the_planner_and_the_evaluator_agree_on_what_a_laydown_loses() {
    (300_000..300_200_u64).into_par_iter().for_each(|seed| {
        let theatre = folder(seed, &ANY).load();
        let setup = Setup::new(&theatre).expect("the loadouts are few");
        let groups = study::run(&theatre, &setup, Use::Choose, SIZE, &|| ());
        let problem = decide::problem(&theatre, &setup, &groups);
        let rates = setup.forecast.mean_rates();
        let draws: Vec<Coefficients> = groups
            .iter()
            .map(|group| Coefficients::new(&theatre, &setup, group, &rates))
            .collect();
        let evaluator = Evaluator {
            theatre: &theatre,
            setup: &setup,
            draws: &draws,
        };
        let plans = [
            Some(problem.today().0),
            solve(&problem).map(|solved| solved.plan),
        ];
        for plan in plans.into_iter().flatten() {
            let losses = evaluator.losses(&Schedule::steady(&theatre, &plan));
            let (ours, planners) = (Estimate::of(&losses).mean, problem.loss(&plan));
            let slack = 1e-9 * planners;
            assert!(ours <= planners + slack, "seed {seed}: {ours} {planners}");
            let counted_on = |site: usize| {
                let cover = problem.sites[site].cover.iter();
                cover.filter(|cover| plan.sites[cover.host].loadout == cover.loadout)
            };
            if (0..plan.sites.len()).all(|site| counted_on(site).count() < 2) {
                assert!(ours >= planners - slack, "seed {seed}: {ours} {planners}");
            }
        }
    });
}

#[test]
fn every_brief_of_any_theatre_adds_up() {
    let planned: usize = (200_000..200_100_u64)
        .into_par_iter()
        .map(|seed| {
            let theatre = folder(seed, &ANY).load();
            let settings = Settings { replications: 16 };
            let decided = decide::decide(&theatre, settings, &Silent).expect("it is decided");
            let Decision::Plan(brief, _) = decided else {
                return 0;
            };
            let plan = serde_json::to_value(&brief.document).expect("it can be written");
            adds_up(&plan, &theatre);
            tells_no_place_or_time(&plan);
            assert!(html::page(&brief).ends_with("</html>\n"), "seed {seed}");
            1
        })
        .sum();
    assert!(planned > 60, "{planned}");
}

#[test]
fn the_optimum_of_small_theatres_is_that_of_trying_every_plan() {
    let seen: Vec<[bool; 5]> = (0..300_u64)
        .into_par_iter()
        .map(|seed| {
            let theatre = folder(50_000 + seed, &SMALL).load();
            let problem = problem(&theatre);
            let best = slow::exhaustive(&supplied(&problem)).map(|best| best.0);
            let solved = solve(&problem);
            match (&solved, best) {
                (Some(solved), Some(best)) => {
                    let off = (solved.value - best).abs() / best.max(1e-12);
                    assert!(off <= 1e-6, "seed {seed}: {} not {best}", solved.value);
                    let slack = best * 1e-9;
                    assert!(solved.bound <= best + slack, "seed {seed}: {solved:?}");
                }
                (None, None) => {}
                (solved, best) => unreachable!("seed {seed}: {solved:?} not {best:?}"),
            }
            let covers_others = |site: usize| {
                let cover = problem.sites[site].cover.iter();
                cover.filter(|cover| cover.host != site).count() > 0
            };
            [
                solved.is_some_and(|solved| solved.plan.moved > 0),
                best.is_none(),
                (0..problem.sites.len()).any(covers_others),
                problem.sites.iter().any(|site| site.guard > 0),
                problem.missions.len() > 1,
            ]
        })
        .collect();
    // Moves, no plan at all, cover from elsewhere, guards and several missions all come up often.
    let count = |what: usize| seen.iter().filter(|seen| seen[what]).count();
    let counts = [0, 1, 2, 3, 4].map(count);
    assert!(counts.iter().all(|&count| count >= 10), "{counts:?}");
}

/// The same problem without the loadouts that its pools cannot supply even to one site alone: no plan
/// has them, and trying every plan takes long enough.
fn supplied(problem: &Problem) -> Problem {
    let mut fewer = problem.clone();
    for (index, site) in fewer.sites.iter_mut().enumerate() {
        let can = |loadout: usize| {
            (0..problem.systems.len()).all(|system| {
                let pools = problem.pools.iter();
                let stock: u32 = pools
                    .filter(|pool| pool.system == system && pool.serves(index))
                    .map(|pool| pool.available)
                    .sum();
                problem.drawn(index, loadout, system) <= stock
            })
        };
        site.open_loadouts.retain(|&loadout| can(loadout));
        site.closed_loadouts.retain(|&loadout| can(loadout));
    }
    fewer
}
