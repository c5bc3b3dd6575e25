//! Plans against the worst table, compared with every plan and the exact worst.

#![allow(clippy::expect_used, reason = "a fault here is a fault of the test")]

mod support;

use planner::risk::{self, Counting, Envelope, Table, Tail, Worst};
use planner::{Options, Plan, Problem};
use support::{Dice, Size, each_choice, each_people, plan_of, random_problem};

const SIZE: Size = Size {
    sites: (2, 3),
    people: 4,
    loadouts: 5,
    missions: 1,
};

/// Scenarios in which every coefficient is up to three times itself.
fn scenarios(problem: &Problem, count: usize, seed: u64) -> Vec<Table> {
    let mut dice = Dice::new(seed ^ 0x51);
    let nominal = Table::of(problem);
    let mut scenario = || {
        let mut table = nominal.clone();
        for site in 0..problem.sites.len() {
            let (direct, area) = (3.0 * dice.uniform(), 3.0 * dice.uniform());
            table.direct[site]
                .iter_mut()
                .for_each(|loss| *loss *= direct);
            table.cover[site]
                .iter_mut()
                .for_each(|loss| *loss *= area * dice.uniform());
            table.bare[site] *= area;
        }
        table
    };
    (0..count).map(|_| scenario()).collect()
}

/// Every way of counting on covers that a plan stands up.
fn each_counting(problem: &Problem, plan: &Plan, mut visit: impl FnMut(&Counting)) {
    let choices: Vec<Vec<Option<usize>>> = problem
        .sites
        .iter()
        .map(|site| {
            let stands = |cover: &usize| {
                let cover = site.cover[*cover];
                plan.sites[cover.host].loadout == cover.loadout
            };
            let there = (0..site.cover.len()).filter(stands);
            std::iter::once(None).chain(there.map(Some)).collect()
        })
        .collect();
    let mut places = vec![0; choices.len()];
    loop {
        let cover = choices
            .iter()
            .zip(&places)
            .map(|(c, &place)| c[place])
            .collect();
        let plan = plan.clone();
        visit(&Counting { plan, cover });
        let Some(site) = (0..places.len()).find(|&s| places[s] + 1 < choices[s].len()) else {
            return;
        };
        places[..site].fill(0);
        places[site] += 1;
    }
}

/// The least worst loss of any plan and any way of counting on covers.
fn truth(problem: &Problem, worst: &dyn Fn(&Counting) -> f64) -> Option<f64> {
    let mut best: Option<f64> = None;
    each_choice(problem, |state| {
        each_people(problem, state, |people| {
            let plan = plan_of(problem, state, people);
            if !problem.violations(&plan).is_empty() {
                return;
            }
            each_counting(problem, &plan, |counting| {
                let value = worst(counting);
                best = Some(best.map_or(value, |best| best.min(value)));
            });
        });
    });
    best
}

fn between(problem: &Problem, envelope: &dyn Envelope, exact: f64, seed: u64) -> (bool, f64) {
    let solved = risk::solve(problem, envelope, &Options::default()).expect("there is a plan");
    let slack = 1e-9 * exact.abs();
    assert_eq!(problem.violations(&solved.plan), [], "seed {seed}");
    assert!(
        solved.bound <= exact + slack,
        "seed {seed}: {} {exact}",
        solved.bound
    );
    assert!(
        solved.value >= exact - slack,
        "seed {seed}: {} {exact}",
        solved.value
    );
    (solved.value <= exact * (1.0 + 1e-6), solved.gap)
}

#[test]
fn the_tail_of_the_loss_lies_between_bound_and_value() {
    let (mut cases, mut best, mut gaps) = (0, 0, 0.0);
    for seed in 0..60 {
        let problem = random_problem(70_000 + seed, &SIZE);
        let level = [0.0, 0.5, 0.8, 0.95][seed as usize % 4];
        let tail = Tail {
            scenarios: scenarios(&problem, 6, seed),
            level,
        };
        // The definition: the least t + mean of what is above t, over 1 − β; attained at a loss.
        let worst = |counting: &Counting| {
            let losses: Vec<f64> = tail
                .scenarios
                .iter()
                .map(|table| table.loss(&problem, counting))
                .collect();
            let above = |t: f64| {
                let over: f64 = losses.iter().map(|loss| (loss - t).max(0.0)).sum();
                t + over / (losses.len() as f64 * (1.0 - level))
            };
            losses
                .iter()
                .map(|&t| above(t))
                .fold(f64::INFINITY, f64::min)
        };
        let Some(exact) = truth(&problem, &worst) else {
            continue;
        };
        cases += 1;
        let (found, gap) = between(&problem, &tail, exact, seed);
        best += usize::from(found);
        gaps += gap;
        if level == 0.0 {
            assert!(found && gap <= 1e-6, "seed {seed}: the mean is one table");
        }
    }
    assert!(cases >= 20, "{cases}");
    assert!(best * 10 >= cases * 9, "{best} of {cases} are best");
    assert!(
        gaps / f64::from(cases as u32) < 0.05,
        "mean gap {}",
        gaps / f64::from(cases as u32)
    );
}

/// The worst of a few tables: their convex hull, whose worst is always one of them.
struct Hull(Vec<Table>);

impl Envelope for Hull {
    fn worst(&self, problem: &Problem, counting: &Counting) -> Worst {
        let valued = self
            .0
            .iter()
            .map(|table| (table.loss(problem, counting), table));
        let (value, table) = valued
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .expect("it has tables");
        let table = table.clone();
        Worst { value, table }
    }
}

#[test]
fn the_worst_of_some_tables_lies_between_bound_and_value() {
    let (mut cases, mut best) = (0, 0);
    for seed in 0..60 {
        let problem = random_problem(80_000 + seed, &SIZE);
        let hull = Hull(scenarios(&problem, 4, seed));
        let worst = |counting: &Counting| hull.worst(&problem, counting).value;
        if let Some(exact) = truth(&problem, &worst) {
            cases += 1;
            best += usize::from(between(&problem, &hull, exact, seed).0);
        }
    }
    assert!(cases >= 20, "{cases}");
    assert!(best * 10 >= cases * 9, "{best} of {cases} are best");
}

#[test]
fn weights_of_a_tail_are_a_law_that_no_scenario_dominates() {
    let tail = |level| Tail {
        scenarios: Vec::new(),
        level,
    };
    assert_eq!(
        tail(0.5).weights(&[1.0, 4.0, 3.0, 2.0]),
        [0.0, 0.5, 0.5, 0.0]
    );
    assert_eq!(tail(0.99).weights(&[1.0, 4.0]), [0.0, 1.0]);
    let weights = tail(0.7).weights(&[5.0, 1.0, 2.0, 3.0, 4.0]);
    let sum: f64 = weights.iter().sum();
    assert!((sum - 1.0).abs() < 1e-12);
    assert!((weights[0] - 1.0 / 1.5).abs() < 1e-12 && (weights[4] - 0.5 / 1.5).abs() < 1e-12);
}
