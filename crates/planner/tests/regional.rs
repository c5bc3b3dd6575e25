//! The planner for many sites against searches that try everything, and its checker against lies.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a disagreement ends the test"
)]

mod support;

use planner::regional::{
    ProofNode, RegionNode, RegionalOptions, RegionalPlan, RegionalProblem, RegionalProof,
    Scenarios, TailError, check, check_tail, solve, solve_tail,
};
use std::collections::BTreeMap;
use support::Dice;

fn random(seed: u64, sites: usize, people: usize, regions: usize) -> RegionalProblem {
    let mut dice = Dice::new(seed);
    let units = [[0, 0], [1, 0], [0, 1], [1, 1], [2, 0]];
    let options = dice.whole(2, 5);
    let mut problem = RegionalProblem {
        units: units[..options]
            .iter()
            .map(|units| units.to_vec())
            .collect(),
        stock: vec![dice.whole(0, sites) as u32, dice.whole(0, 2) as u32],
        loss_per_move: [0.0, 1e-4, 0.05][dice.whole(0, 2)],
        ..RegionalProblem::default()
    };
    for _ in 0..sites {
        let today = dice.whole(0, people);
        problem.region.push(dice.whole(0, regions - 1) as u32 * 7);
        problem.people.push(today as u32);
        problem
            .capacity
            .push((today + dice.whole(0, people)) as u32);
        problem.fewest.push(dice.whole(0, today) as u32);
        let bare = dice.uniform();
        for units in &problem.units {
            // Some losses equal, some not better for more units.
            let share = units
                .iter()
                .fold(1.0, |share, &n| share * 0.6f64.powi(n as i32));
            let share = if dice.chance(0.2) {
                1.0
            } else {
                share * (0.8 + 0.4 * dice.uniform())
            };
            problem.loss.push(bare * share);
        }
    }
    let all: u32 = problem.people.iter().sum();
    problem.lift = dice.whole(0, all as usize) as u64;
    problem
}

/// Least loss by trying everything: sites one after another, the least loss for each sum of units, of
/// people moved, and of people in each region.
fn everything(problem: &RegionalProblem) -> f64 {
    type State = (Vec<u32>, u64, BTreeMap<u32, i64>);
    let mut states: BTreeMap<State, f64> = BTreeMap::new();
    states.insert((vec![0; problem.stock.len()], 0, BTreeMap::new()), 0.0);
    for site in 0..problem.sites() {
        let today = problem.people[site];
        let mut next: BTreeMap<State, f64> = BTreeMap::new();
        for ((used, moved, nets), loss) in &states {
            for (units, each) in problem.units.iter().zip(problem.losses(site)) {
                let used: Vec<u32> = used.iter().zip(units).map(|(a, b)| a + b).collect();
                if used
                    .iter()
                    .zip(&problem.stock)
                    .any(|(used, stock)| used > stock)
                {
                    continue;
                }
                for people in problem.fewest[site]..=problem.capacity[site] {
                    let left = u64::from(today.saturating_sub(people));
                    if moved + left > problem.lift {
                        continue;
                    }
                    let mut nets = nets.clone();
                    *nets.entry(problem.region[site]).or_default() +=
                        i64::from(people) - i64::from(today);
                    let loss =
                        loss + each * f64::from(people) + problem.loss_per_move * left as f64;
                    let state = (used.clone(), moved + left, nets);
                    let best = next.entry(state).or_insert(f64::INFINITY);
                    *best = best.min(loss);
                }
            }
        }
        states = next;
    }
    let balanced = states
        .iter()
        .filter(|(state, _)| state.2.values().all(|&net| net == 0));
    balanced
        .map(|(_, &loss)| loss)
        .fold(f64::INFINITY, f64::min)
}

fn cases() -> u64 {
    let wanted = std::env::var("PLANNER_CASES").ok();
    wanted.and_then(|wanted| wanted.parse().ok()).unwrap_or(250)
}

#[test]
fn small_problems_agree_with_everything_tried() {
    for seed in 0..cases() {
        let problem = random(seed, 2 + (seed % 5) as usize, 3, 1 + (seed % 3) as usize);
        problem.validate().unwrap();
        let best = everything(&problem);
        let solved = solve(&problem, &RegionalOptions::default()).unwrap();
        let off = (solved.checked.value_high - best).abs();
        assert!(
            off <= 1e-9 * best.max(1e-9),
            "seed {seed}: {:?} against {best}",
            solved.checked
        );
        assert!(
            solved.checked.bound <= best + 1e-12,
            "seed {seed}: bound above the best"
        );
        assert!(
            solved.checked.bound >= best * (1.0 - 1e-8) - 1e-12,
            "seed {seed}: {:?} against {best}",
            solved.checked
        );
    }
}

fn in_threads(threads: usize, problem: &RegionalProblem) -> (RegionalPlan, RegionalProof) {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    let solved = pool
        .install(|| solve(problem, &RegionalOptions::default()))
        .unwrap();
    (solved.plan, solved.proof)
}

#[test]
fn threads_and_order_change_nothing() {
    let problem = random(5, 3000, 400, 40);
    let (plan, proof) = in_threads(1, &problem);
    assert_eq!(in_threads(3, &problem), (plan.clone(), proof));
    // One region of many sites, summed in parallel.
    let one = RegionalProblem {
        region: vec![0; 20_000],
        ..random(6, 20_000, 400, 1)
    };
    assert_eq!(in_threads(1, &one), in_threads(3, &one));
}

#[test]
fn an_earlier_answer_is_a_start_that_changes_no_value() {
    let mut problem = random(7, 2000, 300, 50);
    let before = solve(&problem, &RegionalOptions::default()).unwrap();
    problem.stock[0] += 1;
    let fresh = solve(&problem, &RegionalOptions::default()).unwrap();
    let options = RegionalOptions {
        start: Some(before.start),
        ..RegionalOptions::default()
    };
    let again = solve(&problem, &options).unwrap();
    let off = (again.checked.value_high - fresh.checked.value_high).abs();
    assert!(
        off <= 1e-6 * fresh.checked.value_high,
        "{:?} {:?}",
        again.checked,
        fresh.checked
    );
    assert!(
        fresh.checked.value_low <= before.checked.value_high,
        "one more unit costs nothing"
    );
}

#[test]
fn no_time_gives_a_plan_and_its_gap() {
    let problem = random(8, 2000, 300, 50);
    let options = RegionalOptions {
        time_limit: Some(std::time::Duration::ZERO),
        ..RegionalOptions::default()
    };
    let solved = solve(&problem, &options).unwrap();
    assert!(solved.checked.bound <= solved.checked.value_high);
    assert!(solved.checked.bound > 0.0);
}

/// A corruption of a plan that breaks a limit or changes its loss, or of a proof that makes it claim
/// nothing or more than is true.
fn corrupt(
    dice: &mut Dice,
    problem: &RegionalProblem,
    plan: &mut RegionalPlan,
    proof: &mut RegionalProof,
) {
    let site = dice.whole(0, problem.sites() - 1);
    let node = dice.whole(0, proof.nodes.len() - 1);
    match dice.whole(0, 10) {
        0 => plan.people[site] += 1,
        1 => plan.people[site] = problem.capacity[site] + 1,
        2 => plan.options[site] = problem.options() as u8,
        3 => plan.options.truncate(site),
        4 => plan.people.push(0),
        5 => proof.nodes.clear(),
        6 => {
            // Everybody gets the option with most units.
            plan.options.fill(problem.options() as u8 - 1);
        }
        7 => {
            proof.nodes[node] = ProofNode::Split {
                site: site as u32,
                parts: vec![(1, node as u32)],
            }
        }
        8 => {
            proof.nodes[0] = ProofNode::Split {
                site: site as u32,
                parts: vec![(1, 0), (u64::MAX, 0)],
            }
        }
        9 => corrupt_prices(dice, &mut proof.nodes),
        _ => {
            let prices = proof.nodes.iter_mut().find_map(|node| match node {
                ProofNode::Prices { regions, .. } => Some(regions),
                ProofNode::Split { .. } => None,
            });
            let regions = prices.unwrap();
            regions.pop();
        }
    }
}

fn corrupt_prices(dice: &mut Dice, nodes: &mut [ProofNode]) {
    let kind = dice.whole(0, 4);
    for node in nodes {
        let ProofNode::Prices {
            systems,
            lift,
            regions,
        } = node
        else {
            continue;
        };
        match kind {
            0 => systems[0] = -1.0,
            1 => *lift = f64::NAN,
            2 => systems[1] = f64::INFINITY,
            3 => regions[0] = vec![RegionNode::Price(f64::NAN)],
            _ => {
                regions[0] = vec![RegionNode::Split {
                    site: 0,
                    masks: [1, 0],
                    nodes: [0, 0],
                }]
            }
        }
        return;
    }
}

#[test]
fn the_checker_rejects_a_thousand_lies() {
    let mut dice = Dice::new(99);
    let mut problems = Vec::new();
    for seed in 0..20 {
        let mut problem = random(1000 + seed, 30, 50, 3);
        problem.units = vec![vec![0, 0], vec![1, 0], vec![0, 1], vec![1, 1], vec![2, 0]];
        problem.loss = (0..150).map(|_| 0.1 + dice.uniform()).collect();
        problem.stock = vec![6, 2];
        let solved = solve(&problem, &RegionalOptions::default()).unwrap();
        problems.push((problem, solved));
    }
    for lie in 0..1000 {
        let (problem, solved) = &problems[lie % problems.len()];
        let (mut plan, mut proof) = (solved.plan.clone(), solved.proof.clone());
        corrupt(&mut dice, problem, &mut plan, &mut proof);
        let checked = check(problem, &plan, &proof);
        assert!(checked.is_err(), "lie {lie}: {checked:?}");
    }
}

#[test]
fn wrong_prices_only_weaken_the_bound() {
    let mut dice = Dice::new(7);
    for seed in 0..100 {
        let problem = random(2000 + seed, 4, 3, 2);
        let best = everything(&problem);
        let solved = solve(&problem, &RegionalOptions::default()).unwrap();
        let mut proof = solved.proof.clone();
        for node in &mut proof.nodes {
            if let ProofNode::Prices {
                systems,
                lift,
                regions,
            } = node
            {
                systems
                    .iter_mut()
                    .for_each(|price| *price *= 3.0 * dice.uniform());
                *lift += dice.uniform();
                for node in regions.iter_mut().flatten() {
                    if let RegionNode::Price(price) = node {
                        *price += dice.uniform() - 0.5;
                    }
                }
            }
        }
        let bound = check(&problem, &solved.plan, &proof).unwrap().bound;
        assert!(bound <= best + 1e-12, "seed {seed}: {bound} above {best}");
    }
}

#[test]
fn extremes_are_planned_or_refused() {
    let one = RegionalProblem {
        units: vec![vec![]],
        region: vec![3],
        people: vec![u32::MAX],
        capacity: vec![u32::MAX],
        fewest: vec![0],
        loss: vec![1e290],
        lift: u64::MAX,
        ..RegionalProblem::default()
    };
    one.validate().unwrap();
    solve(&one, &RegionalOptions::default()).unwrap();
    let nothing = RegionalProblem {
        people: vec![0; 5],
        capacity: vec![0; 5],
        fewest: vec![0; 5],
        region: vec![0, 1, 0, 1, 0],
        loss: vec![0.0; 5],
        ..one.clone()
    };
    let solved = solve(&nothing, &RegionalOptions::default()).unwrap();
    assert!(solved.checked.value_high < 1e-300);
    for broken in [
        RegionalProblem::default(),
        RegionalProblem {
            units: Vec::new(),
            ..one.clone()
        },
        RegionalProblem {
            region: Vec::new(),
            ..one.clone()
        },
        RegionalProblem {
            loss: vec![f64::NAN],
            ..one.clone()
        },
        RegionalProblem {
            loss: vec![1e299],
            ..one.clone()
        },
        RegionalProblem {
            fewest: vec![5],
            people: vec![4],
            ..one.clone()
        },
        RegionalProblem {
            units: vec![vec![]; 65],
            loss: vec![0.0; 65],
            ..one.clone()
        },
        RegionalProblem {
            units: vec![vec![1]],
            stock: vec![1],
            ..one.clone()
        },
    ] {
        assert!(broken.validate().is_err(), "{broken:?}");
    }
}

fn factors(dice: &mut Dice, sites: usize, count: usize) -> Scenarios {
    let factors = (0..sites * count).map(|_| {
        if dice.chance(0.3) {
            0.0
        } else {
            3.0 * dice.uniform() as f32
        }
    });
    Scenarios {
        count,
        factors: factors.collect(),
    }
}

/// Every plan, to be judged one by one.
fn every_plan(problem: &RegionalProblem, mut each: impl FnMut(&RegionalPlan)) {
    let mut plan = RegionalPlan {
        options: vec![0; problem.sites()],
        people: problem.fewest.clone(),
    };
    loop {
        each(&plan);
        let mut site = 0;
        loop {
            if site == problem.sites() {
                return;
            }
            if plan.people[site] < problem.capacity[site] {
                plan.people[site] += 1;
                break;
            }
            plan.people[site] = problem.fewest[site];
            if usize::from(plan.options[site]) + 1 < problem.options() {
                plan.options[site] += 1;
                break;
            }
            plan.options[site] = 0;
            site += 1;
        }
    }
}

/// The mean of the worst by sorting, written apart from the planner's.
fn worst_mean(
    problem: &RegionalProblem,
    scenarios: &Scenarios,
    plan: &RegionalPlan,
    level: f64,
) -> f64 {
    let moved: u32 = (0..problem.sites())
        .map(|site| problem.people[site].saturating_sub(plan.people[site]))
        .sum();
    let mut losses: Vec<f64> = (0..scenarios.count)
        .map(|scenario| {
            let lost = (0..problem.sites()).map(|site| {
                let loss = problem.losses(site)[usize::from(plan.options[site])]
                    * f64::from(plan.people[site]);
                loss * f64::from(scenarios.factors[site * scenarios.count + scenario])
            });
            lost.sum::<f64>() + problem.loss_per_move * f64::from(moved)
        })
        .collect();
    losses.sort_by(|a, b| b.total_cmp(a));
    let wanted = (1.0 - level) * scenarios.count as f64;
    let mut left = wanted;
    let mut sum = 0.0;
    for loss in losses {
        sum += loss * left.clamp(0.0, 1.0);
        left -= 1.0;
    }
    sum / wanted
}

#[test]
fn the_worst_scenarios_are_bounded_on_both_sides() {
    let mut dice = Dice::new(3);
    let mut exact = 0;
    for seed in 0..60 {
        let problem = random(3000 + seed, 3, 2, 1 + (seed % 2) as usize);
        let scenarios = factors(&mut dice, 3, 7);
        let level = [0.0, 0.5, 0.8, 0.95][(seed % 4) as usize];
        let mut best = f64::INFINITY;
        every_plan(&problem, |plan| {
            let proof = RegionalProof { nodes: Vec::new() };
            let kept = !matches!(
                check(&problem, plan, &proof),
                Err(planner::regional::CheckError::Balance(_)
                    | planner::regional::CheckError::Stock(_)
                    | planner::regional::CheckError::Lift)
            );
            if kept {
                best = best.min(worst_mean(&problem, &scenarios, plan, level));
            }
        });
        let solved = solve_tail(&problem, &scenarios, level, &RegionalOptions::default()).unwrap();
        let own = worst_mean(&problem, &scenarios, &solved.plan, level);
        let checked = solved.checked;
        assert!(
            (checked.value_high - own).abs() <= 1e-9 * own.max(1.0),
            "seed {seed}: {checked:?} {own}"
        );
        assert!(
            checked.bound <= best + 1e-12,
            "seed {seed}: {checked:?} above {best}"
        );
        assert!(
            checked.value_high >= best - 1e-9,
            "seed {seed}: {checked:?} below {best}"
        );
        exact += usize::from(own <= best + 1e-9);
    }
    assert!(exact >= 45, "{exact} of 60 plans are the best");
}

#[test]
fn bad_weights_levels_and_factors_are_refused() {
    let problem = random(3, 3, 2, 1);
    let scenarios = factors(&mut Dice::new(1), 3, 4);
    let options = RegionalOptions::default();
    for level in [1.0, -0.1, f64::NAN] {
        assert!(matches!(
            solve_tail(&problem, &scenarios, level, &options),
            Err(TailError::Level(_))
        ));
    }
    let mut broken = scenarios.clone();
    broken.factors[5] = -1.0;
    assert!(matches!(
        solve_tail(&problem, &broken, 0.5, &options),
        Err(TailError::Factor { site: 1, .. })
    ));
    broken.factors.pop();
    assert!(matches!(
        solve_tail(&problem, &broken, 0.5, &options),
        Err(TailError::Factors { .. })
    ));
    let solved = solve_tail(&problem, &scenarios, 0.5, &options).unwrap();
    for weights in [
        vec![1.0; 4],
        vec![f64::NAN; 4],
        vec![0.5; 3],
        vec![-0.1, 0.5, 0.5, 0.1],
    ] {
        let checked = check_tail(
            &problem,
            &scenarios,
            0.5,
            &solved.plan,
            &weights,
            &solved.proof,
        );
        assert_eq!(checked, Err(TailError::Weights), "{weights:?}");
    }
}
