//! Which limits hold the plan: each is eased by a step and the plan solved again, so that a limit is
//! said to bind only where easing it is proven to lose less.

use super::courses::COURSE_GAP;
use super::numbers::{Numbers, steady_losses};
use super::what_if::falls;
use super::{DecideError, Decided};
use crate::brief::reasons::{LimitLine, Worth};
use crate::evaluate;
use crate::schedule;
use planner::{Problem, Solved};
use rayon::prelude::*;

/// Share of a limit by which it is eased and tightened, and the fewest people.
const STEP_SHARE: f64 = 0.05;
const STEP_PEOPLE: u64 = 10;
/// Most limits of sites and missions that are eased, and above how many sites only a few are.
const TRIED_MAX: usize = 24;
const TRIED_MAX_LARGE: usize = 6;
const LARGE: usize = 60;

/// One limit on people, and the problems with it eased and tightened.
struct Trial {
    line: LimitLine,
    eased: Problem,
    tightened: Option<Problem>,
}

/// Every limit that was tried: systems, lift and leave, then missions, capacities and guards that the
/// plan uses up.
pub(super) fn limits(
    decided: &Decided<'_>,
    numbers: &[Numbers],
) -> Result<Vec<LimitLine>, DecideError> {
    let base = steady_losses(decided, &decided.expected.plan);
    let mut lines: Vec<LimitLine> = numbers
        .iter()
        .filter(|line| line.in_stock)
        .map(|line| of_system(decided, &base, line))
        .collect();
    let mut trials = movement(decided);
    let most = match decided.problem.sites.len() {
        sites if sites > LARGE => TRIED_MAX_LARGE,
        _ => TRIED_MAX,
    };
    trials.extend(people(decided).into_iter().take(most));
    let solved: Result<Vec<_>, DecideError> = trials
        .par_iter()
        .map(|trial| {
            let eased = decided.solve(&trial.eased, COURSE_GAP)?;
            let tightened = trial.tightened.as_ref();
            let tightened = tightened.map(|problem| decided.solve(problem, COURSE_GAP));
            Ok((eased, tightened.transpose()?.flatten()))
        })
        .collect();
    for (trial, (eased, tightened)) in trials.into_iter().zip(solved?) {
        lines.push(valued(
            decided,
            &base,
            trial.line,
            eased.as_ref(),
            tightened.as_ref(),
        ));
    }
    Ok(lines)
}

fn valued(
    decided: &Decided<'_>,
    base: &[f64],
    line: LimitLine,
    eased: Option<&Solved>,
    tightened: Option<&Solved>,
) -> LimitLine {
    let eased = eased.map(|eased| Worth {
        loss: evaluate::difference(base, &steady_losses(decided, &eased.plan)).into(),
        objective: falls(decided.expected, eased),
    });
    let tightened = tightened.map(|tightened| Worth {
        loss: evaluate::difference(&steady_losses(decided, &tightened.plan), base).into(),
        objective: falls(tightened, decided.expected),
    });
    LimitLine {
        binds: eased.is_some_and(|worth| worth.objective[0] > 0.0),
        eased,
        tightened,
        ..line
    }
}

fn of_system(decided: &Decided<'_>, base: &[f64], numbers: &Numbers) -> LimitLine {
    let problem = decided.problem;
    let sites = decided.expected.plan.sites.iter().enumerate();
    let drawn: u64 = sites
        .map(|(site, plan)| u64::from(problem.drawn(site, plan.loadout, numbers.system)))
        .sum();
    // Units that stand already and may move are drawn too, but are not of the stock.
    let movable = decided.theatre.deployed.iter();
    let movable: u64 = movable
        .filter(|deployed| deployed.movable && deployed.system == numbers.system)
        .map(|deployed| u64::from(deployed.quantity))
        .sum();
    let available = u64::from(numbers.available);
    let line = LimitLine {
        limit: format!("stock.{}", problem.systems[numbers.system]),
        used: drawn.saturating_sub(movable).min(available),
        available,
        step: 1,
        ..LimitLine::default()
    };
    let neighbour = |number: Option<u32>| number.and_then(|number| numbers.with(number));
    let more = neighbour(numbers.available.checked_add(1));
    let less = neighbour(numbers.available.checked_sub(1));
    valued(decided, base, line, more, less)
}

/// A step of a limit on people.
fn step(available: u64) -> u64 {
    let share = libm::ceil(STEP_SHARE * available as f64) as u64;
    share.max(STEP_PEOPLE)
}

fn movement(decided: &Decided<'_>) -> Vec<Trial> {
    let (problem, plan) = (decided.problem, &decided.expected.plan);
    let trial = |limit: &str, used: u64, available: u64, set: &dyn Fn(&mut Problem, u64)| {
        let step = step(available);
        let with = |value: u64| {
            let mut other = problem.clone();
            set(&mut other, value);
            other
        };
        Trial {
            line: LimitLine {
                limit: limit.to_owned(),
                used,
                available,
                step,
                ..LimitLine::default()
            },
            eased: with(available.saturating_add(step)),
            tightened: available.checked_sub(step).map(with),
        }
    };
    let sites = problem.sites.iter().zip(&plan.sites);
    let leaving = sites
        .filter(|(site, _)| site.outside)
        .map(|(site, plan)| u64::from(plan.people.saturating_sub(site.people)))
        .sum();
    let mut trials = Vec::new();
    if problem.people() > 0 {
        trials.push(trial(
            "movement.people_per_day",
            plan.moved,
            problem.lift,
            &|problem, lift| problem.lift = lift,
        ));
    }
    if problem.sites.iter().any(|site| site.outside) {
        trials.push(trial(
            "movement.may_leave",
            leaving,
            problem.may_leave,
            &|problem, leave| problem.may_leave = leave,
        ));
    }
    trials
}

/// Missions, then the capacities and guards that the plan meets exactly, the most at stake first.
fn people(decided: &Decided<'_>) -> Vec<Trial> {
    let (problem, plan) = (decided.problem, &decided.expected.plan);
    let trial = |limit: String, available: u32, set: &dyn Fn(&mut Problem, u32)| {
        let step = step(available.into()).min(available.into());
        let mut eased = problem.clone();
        set(&mut eased, u32::try_from(step).unwrap_or(u32::MAX));
        Trial {
            line: LimitLine {
                limit,
                used: available.into(),
                available: available.into(),
                step,
                ..LimitLine::default()
            },
            eased,
            tightened: None,
        }
    };
    let missions = problem.missions.iter().enumerate();
    let missions = missions
        .filter(|(_, mission)| mission.people > 0)
        .map(|(index, mission)| {
            let limit = format!("mission.{}.people", mission.id);
            trial(limit, mission.people, &|problem, step| {
                problem.missions[index].people -= step;
            })
        });
    let mut sites: Vec<usize> = (0..problem.sites.len()).collect();
    let weight = |site: usize| schedule::at_stake(problem, plan, decided.exposure, site);
    sites.sort_by(|&a, &b| weight(b).total_cmp(&weight(a)).then(a.cmp(&b)));
    let of_site = |index: usize| {
        let (site, people) = (&problem.sites[index], plan.sites[index].people);
        let full = (people > 0 && people == site.capacity).then(|| {
            trial(
                format!("site.{}.capacity", site.id),
                site.capacity,
                &|problem, step| {
                    let capacity = &mut problem.sites[index].capacity;
                    *capacity = capacity.saturating_add(step);
                },
            )
        });
        let guarded = (people > 0 && people == site.guard).then(|| {
            trial(
                format!("site.{}.guard", site.id),
                site.guard,
                &|problem, step| {
                    problem.sites[index].guard -= step;
                },
            )
        });
        full.into_iter().chain(guarded)
    };
    let sites: Vec<Trial> = sites.into_iter().flat_map(of_site).collect();
    missions.chain(sites).collect()
}

/// The limits that hold a system's line: its stock, where one more is proven to help.
pub(super) fn of_units(decided: &Decided<'_>, limits: &[LimitLine], loadout: usize) -> Vec<String> {
    let units = decided
        .problem
        .systems
        .iter()
        .zip(&decided.problem.loadouts[loadout]);
    let keys = units
        .filter(|(_, count)| **count > 0)
        .map(|(id, _)| format!("stock.{id}"));
    keys.filter_map(|key| binding(limits, &key)).collect()
}

/// The limits that hold a move from one site to another: what keeps more from going.
pub(super) fn of_move(
    decided: &Decided<'_>,
    limits: &[LimitLine],
    from: usize,
    to: usize,
) -> Vec<String> {
    let (theatre, problem) = (decided.theatre, decided.problem);
    let mut keys = vec!["movement.people_per_day".to_owned()];
    if problem.sites[to].outside {
        keys.push("movement.may_leave".into());
    }
    keys.push(format!("site.{}.capacity", theatre.sites[to].id));
    if decided.solved.plan.sites[from].people > 0 {
        keys.push(format!("site.{}.guard", theatre.sites[from].id));
        let missions = problem.missions.iter();
        let served = missions.filter(|mission| mission.sites.contains(&from));
        keys.extend(served.map(|mission| format!("mission.{}.people", mission.id)));
    }
    keys.iter().filter_map(|key| binding(limits, key)).collect()
}

fn binding(limits: &[LimitLine], key: &str) -> Option<String> {
    let found = limits.iter().find(|line| line.limit == key && line.binds);
    found.map(|line| line.limit.clone())
}
