//! Conflicts: real, and without anything to spare.

mod support;

use planner::{Demand, Problem, conflict};
use support::{Size, exhaustive, random_problem};

/// The problem with every demand waived that is not in the set, written anew from the definitions.
fn keeping(problem: &Problem, kept: &[Demand]) -> Problem {
    let mut trial = problem.clone();
    let everyone = problem.people();
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
            site.capacity = site.capacity.max(everyone as u32);
        }
        if site.closed_loadouts.is_empty() && !kept.contains(&Demand::StaysOpen(index)) {
            site.closed_loadouts = site.open_loadouts.clone();
        }
    }
    if !kept.contains(&Demand::Lift) {
        trial.lift = everyone;
    }
    if !kept.contains(&Demand::MayLeave) {
        trial.may_leave = everyone;
    }
    trial
}

#[test]
fn a_conflict_has_no_plan_and_loses_its_sting_with_any_demand() {
    let size = Size {
        sites: (2, 4),
        people: 5,
        loadouts: 4,
        missions: 4,
    };
    let (mut conflicts, mut kinds) = (0, std::collections::HashSet::new());
    for seed in 0..400 {
        let mut problem = random_problem(30_000 + seed, &size);
        // Ask for more than the generator does, so that there is much to be in conflict.
        for mission in &mut problem.missions {
            mission.people = 2 * mission.people + 1;
        }
        for site in &mut problem.sites {
            site.guard = (site.guard + 1).min(site.capacity);
        }
        problem.lift /= 2;
        problem.may_leave /= 2;
        let Some(demands) = conflict(&problem) else {
            assert!(
                exhaustive(&problem).is_some(),
                "seed {seed}: no plan, no conflict"
            );
            continue;
        };
        conflicts += 1;
        kinds.extend(demands.iter().map(std::mem::discriminant));
        let trial = keeping(&problem, &demands);
        assert!(
            exhaustive(&trial).is_none(),
            "seed {seed}: {demands:?} can be met"
        );
        for spared in &demands {
            let rest: Vec<Demand> = demands.iter().copied().filter(|d| d != spared).collect();
            let trial = keeping(&problem, &rest);
            assert!(
                exhaustive(&trial).is_some(),
                "seed {seed}: {spared:?} is to spare"
            );
        }
    }
    assert!(conflicts > 50, "{conflicts} conflicts");
    assert!(kinds.len() == 6, "{kinds:?}");
}
