//! The plan re-solved: other courses of action, other half-lives, and draws of what is not known.

use super::robust::{self, Redraw};
use super::{DecideError, Decided, Progress, held, mean_coefficients, proof};
use crate::assemble::{self, Origin};
use crate::brief::{CourseOfAction, HalfLifeLine, Units, words};
use crate::schedule;
use forecast::HalfLife;
use planner::{Plan, Problem, Solved};
use rayon::prelude::*;
use theatre::Estimate;

/// Gap at which a course of action is good enough: far below what tells two plans apart.
pub(super) const COURSE_GAP: f64 = 1e-5;
/// Courses of action that differ by less than this share of the people moved, and stand the same
/// systems at the same sites, are one.
const DIFFERENT_SHARE: f64 = 0.1;
/// Courses of action wanted.
const COURSES: usize = 3;

/// All that re-solving found.
pub(super) struct Courses {
    pub courses: Vec<CourseOfAction>,
    pub half_lives: Vec<HalfLifeLine>,
    /// The best plan of each draw.
    pub draws: Vec<Redraw>,
}

/// Explores the neighbourhood of the plan.
pub(super) fn explore(
    decided: &Decided<'_>,
    progress: &dyn Progress,
) -> Result<Courses, DecideError> {
    let draws = robust::redraws(decided, progress)?;
    progress.begin("re-solving other courses of action", 1);
    Ok(Courses {
        courses: courses(decided)?,
        half_lives: half_lives(decided)?,
        draws,
    })
}

/// What the plan would be if one half-life were right; nothing where the rates come from another model.
fn half_lives(decided: &Decided<'_>) -> Result<Vec<HalfLifeLine>, DecideError> {
    let forecast = &decided.setup.forecast;
    if forecast.classes().is_empty() || !forecast.is_default() {
        return Ok(Vec::new());
    }
    let scores = forecast.half_life_scores();
    scores
        .par_iter()
        .map(|score| {
            let rates = forecast.mean_rates_given_half_life(score.half_life);
            let expected =
                mean_coefficients(decided.theatre, decided.setup, decided.chosen_on, &rates);
            let problem = assemble::problem(decided.theatre, decided.setup, &expected);
            let solved = decided.solve(&held(&problem, decided.request), COURSE_GAP)?;
            Ok(HalfLifeLine {
                days: HalfLife::days(score.half_life),
                weight: score.weight,
                changes: solved.map_or_else(Vec::new, |solved| changes(decided, &solved.plan)),
            })
        })
        .collect()
}

/// Where a plan stands other systems than the proposed one, in words.
fn changes(decided: &Decided<'_>, plan: &Plan) -> Vec<String> {
    let sites = plan
        .sites
        .iter()
        .zip(&decided.solved.plan.sites)
        .enumerate();
    sites
        .filter(|(_, (other, ours))| other.loadout != ours.loadout)
        .map(|(site, (other, _))| {
            let units = decided.units(other.loadout);
            format!(
                "{} gets {}",
                decided.theatre.sites[site].id,
                words::units(&units)
            )
        })
        .collect()
}

/// Other courses of action, the proposed one first.
fn courses(decided: &Decided<'_>) -> Result<Vec<CourseOfAction>, DecideError> {
    let mut kept: Vec<(Plan, CourseOfAction)> = Vec::new();
    let line = course(
        decided,
        "proposed",
        decided.solved,
        &decided.losses_after(),
        true,
    );
    kept.push((decided.solved.plan.clone(), line));
    if decided.expected.plan != decided.solved.plan {
        let name = "least expected loss";
        let losses = decided.losses_expected();
        let line = course(decided, name, decided.expected, &losses, false);
        kept.push((decided.expected.plan.clone(), line));
    }
    for (name, problem) in variants(decided) {
        let essential = matches!(name.as_str(), "systems only" | "moves only");
        if kept.len() > COURSES && !essential {
            break;
        }
        let Some(solved) = decided.solve(&problem, COURSE_GAP)? else {
            continue;
        };
        if kept
            .iter()
            .any(|(other, _)| !different(&solved.plan, other))
        {
            continue;
        }
        let schedule = decided.schedule_of(&problem, &solved.plan);
        let losses = decided.evaluator.losses(&schedule);
        let line = course(decided, &name, &solved, &losses, false);
        kept.push((solved.plan, line));
    }
    Ok(kept.into_iter().map(|(_, course)| course).collect())
}

fn course(
    decided: &Decided<'_>,
    name: &str,
    solved: &Solved,
    losses: &[f64],
    chosen: bool,
) -> CourseOfAction {
    let plan = &solved.plan;
    let mut systems = Units::new();
    for site in &plan.sites {
        for (system, count) in decided.units(site.loadout) {
            *systems.entry(system).or_default() += count;
        }
    }
    CourseOfAction {
        name: name.into(),
        summary: format!(
            "Sends {} and moves {} people.",
            words::units(&drawn(decided, plan)),
            plan.moved
        ),
        loss: Estimate::of(losses).into(),
        people_moved: plan.moved,
        systems,
        proof: proof(solved),
        chosen,
    }
}

/// Units that a plan draws from pools, by system id.
fn drawn(decided: &Decided<'_>, plan: &Plan) -> Units {
    let mut units = Units::new();
    for (index, site) in plan.sites.iter().enumerate() {
        for (system, id) in decided.problem.systems.iter().enumerate() {
            let stands = decided.problem.sites[index].today_loadout;
            let today = decided.problem.loadouts[stands][system];
            let more = decided.problem.loadouts[site.loadout][system].saturating_sub(today);
            if more > 0 {
                *units.entry(id.clone()).or_default() += more;
            }
        }
    }
    units
}

/// Whether two plans differ in at least one system's site or a tenth of the people moved.
fn different(a: &Plan, b: &Plan) -> bool {
    let pairs = || a.sites.iter().zip(&b.sites);
    if pairs().any(|(a, b)| a.loadout != b.loadout) {
        return true;
    }
    let apart: u64 = pairs()
        .map(|(a, b)| u64::from(a.people.abs_diff(b.people)))
        .sum();
    apart > 0 && 0.5 * apart as f64 >= DIFFERENT_SHARE * a.moved.max(b.moved) as f64
}

/// Problems whose plans a commander may want to see beside the proposed one, each made when its turn
/// comes, as there is one for every system of the plan.
fn variants(decided: &Decided<'_>) -> impl Iterator<Item = (String, Problem)> {
    let problem = decided.problem;
    let plan = &decided.solved.plan;
    let still = || {
        let mut still = problem.clone();
        still.lift = 0;
        ("systems only".to_owned(), still)
    };
    let half = || {
        let mut half = problem.clone();
        half.lift = plan.moved / 2;
        ("half the moves".to_owned(), half)
    };
    // Each system of the plan kept from where it stands, the site with most at stake first.
    let mut lines: Vec<(usize, usize)> = Vec::new();
    for (site, there) in plan.sites.iter().enumerate() {
        let systems = 0..problem.systems.len();
        let sent = systems.filter(|&system| problem.drawn(site, there.loadout, system) > 0);
        lines.extend(sent.map(|system| (site, system)));
    }
    let at_stake = |site: usize| schedule::at_stake(problem, plan, decided.exposure, site);
    lines.sort_by(|a, b| at_stake(b.0).total_cmp(&at_stake(a.0)).then(a.cmp(b)));
    let without = |(site, system): (usize, usize)| {
        let mut other = problem.clone();
        let units = |loadout: usize| problem.loadouts[loadout][system];
        let fewest = problem.sites[site].immovable[system];
        other.sites[site]
            .open_loadouts
            .retain(|&loadout| units(loadout) <= fewest);
        let name = format!(
            "no {} at {}",
            problem.systems[system], problem.sites[site].id
        );
        (name, other)
    };
    std::iter::once_with(still)
        .chain(std::iter::once_with(|| {
            ("moves only".to_owned(), without_systems(decided))
        }))
        .chain(lines.into_iter().map(without))
        .chain(std::iter::once_with(half))
}

/// The problem with nothing sent: stocks are empty, and what may move stays where it stands.
fn without_systems(decided: &Decided<'_>) -> Problem {
    let mut problem = decided.problem.clone();
    for (pool, (_, origin)) in problem.pools.iter_mut().zip(decided.pools) {
        match origin {
            Origin::Stock(_) => pool.available = 0,
            Origin::Deployed { site } => pool.sites = Some(vec![*site]),
        }
    }
    problem
}
