//! Problems of the size that is planned in earnest. Times are printed, not judged.

mod support;

use planner::{Demand, Options, Status, conflict, solve};
use std::time::{Duration, Instant};
use support::theatre;

#[test]
fn fourteen_sites_are_solved_to_the_end() {
    for seed in 0..10 {
        let problem = theatre(seed, 14);
        let start = Instant::now();
        let found = solve(&problem, &Options::default()).expect("a plan");
        println!("seed {seed}: {:?}, {} nodes", start.elapsed(), found.nodes);
        assert_eq!(found.status, Status::Optimal, "seed {seed}");
        assert_eq!(problem.violations(&found.plan), [], "seed {seed}");
    }
}

#[test]
fn forty_sites_are_solved_to_the_end() {
    for seed in 0..2 {
        let problem = theatre(seed, 40);
        let start = Instant::now();
        let found = solve(&problem, &Options::default()).expect("a plan");
        println!("seed {seed}: {:?}, {} nodes", start.elapsed(), found.nodes);
        assert_eq!(found.status, Status::Optimal, "seed {seed}");
        assert_eq!(problem.violations(&found.plan), [], "seed {seed}");
    }
}

#[test]
fn out_of_time_there_is_a_plan_and_an_honest_gap() {
    for (sites, milliseconds) in [(14, 0), (40, 20), (160, 1000)] {
        let problem = theatre(3, sites);
        let options = Options {
            time_limit: Some(Duration::from_millis(milliseconds)),
            ..Options::default()
        };
        let start = Instant::now();
        let found = solve(&problem, &options).expect("a plan");
        println!("{sites} sites: {:?}, gap {:e}", start.elapsed(), found.gap);
        assert_eq!(problem.violations(&found.plan), []);
        assert_eq!(found.status, Status::TimeLimit);
        assert!(found.bound > 0.0 && found.bound < found.value);
        assert!(found.value <= problem.loss(&problem.today().0));
    }
}

#[test]
fn a_wider_gap_is_kept_and_said() {
    for seed in 0..10 {
        let problem = theatre(seed, 14);
        let options = Options {
            gap: 0.1,
            ..Options::default()
        };
        let rough = solve(&problem, &options).expect("a plan");
        let best = solve(&problem, &Options::default()).expect("a plan");
        assert!(rough.gap <= 0.1 && rough.bound <= best.value, "seed {seed}");
        assert_eq!(
            rough.status == Status::Optimal,
            rough.gap <= 1e-6,
            "seed {seed}"
        );
    }
}

#[test]
fn too_much_work_and_too_little_lift_are_blamed_together() {
    let mut problem = theatre(0, 14);
    for mission in &mut problem.missions {
        mission.people *= 3;
    }
    problem.lift /= 10;
    let start = Instant::now();
    let demands = conflict(&problem).expect("a conflict");
    println!("{:?}: {demands:?}", start.elapsed());
    assert!(demands.contains(&Demand::Lift));
    assert!(
        demands
            .iter()
            .any(|demand| matches!(demand, Demand::Mission(_)))
    );
}
