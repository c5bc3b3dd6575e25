//! What changed since an earlier plan, and why.

use super::courses::COURSE_GAP;
use super::differences::differences;
use super::what_if::falls;
use super::{DecideError, Decided, held, problem};
use crate::brief::reasons::{Cause, InputChange, Since};
use crate::evaluate;
use crate::request::{Change, Objective, Previous, inputs};
use planner::{Plan, Problem, SitePlan, Solved};
use std::collections::BTreeMap;

/// Most changed inputs that are put back one at a time.
const CAUSES_MAX: usize = 8;

/// What changed since the plan that `--compare` names; none where it names none.
pub(super) fn since(decided: &Decided<'_>) -> Result<Option<Since>, DecideError> {
    let Some(previous) = &decided.request.previous else {
        return Ok(None);
    };
    let (old, mut breaks) = carried_over(decided, previous);
    let violations = decided.problem.violations(&old);
    breaks.extend(violations.iter().map(ToString::to_string));
    let kept = if breaks.is_empty() {
        Some(old.clone())
    } else {
        let kept = decided.solve(&keeping_systems(decided.problem, &old), COURSE_GAP)?;
        kept.map(|kept| kept.plan)
    };
    let gain = kept.as_ref().map(|kept| {
        let schedule = decided.schedule_of(decided.problem, kept);
        let losses = decided.evaluator.losses(&schedule);
        evaluate::difference(&losses, &decided.losses_after()).into()
    });
    let keeping_loses = kept.as_ref().map(|kept| decided.problem.loss(kept));
    let changed = changed_inputs(decided, previous);
    let causes = causes(decided, previous, &old, &changed)?;
    Ok(Some(Since {
        theatre: previous.theatre.clone(),
        as_of: previous.as_of.clone(),
        seed: previous.seed,
        inputs_known: previous.inputs.is_some(),
        unexplained: unexplained(decided, previous, &old, &changed)?,
        inputs: changed,
        changes: differences(decided.problem, &old, &decided.solved.plan),
        breaks,
        keeping_loses,
        loss_averted: gain,
        // Of a plan that is given the loss is known; nothing is claimed of a better one.
        objective_falls: keeping_loses
            .map(|loss| [loss - decided.expected.value, loss - decided.expected.bound]),
        causes,
    }))
}

/// The old plan on the sites of this problem, and what of it cannot be carried over.
fn carried_over(decided: &Decided<'_>, previous: &Previous) -> (Plan, Vec<String>) {
    let problem = decided.problem;
    let mut old: BTreeMap<&str, _> = BTreeMap::new();
    for site in &previous.sites {
        old.insert(site.id.as_str(), site);
    }
    let mut breaks = Vec::new();
    let mut sites = Vec::with_capacity(problem.sites.len());
    for site in &problem.sites {
        let today = SitePlan {
            open: site.people > 0,
            loadout: site.today_loadout,
            people: site.people,
        };
        let Some(there) = old.remove(site.id.as_str()) else {
            breaks.push(format!("{} is not in the earlier plan", site.id));
            sites.push(today);
            continue;
        };
        let units: Option<Vec<u32>> = units_of(problem, &there.systems);
        let loadout = units.and_then(|units| problem.loadouts.iter().position(|l| *l == units));
        if loadout.is_none() {
            let units = crate::brief::words::units(&there.systems);
            let units = crate::diagnose::shown(&units);
            breaks.push(format!("{} cannot have {units} now", site.id));
        }
        sites.push(SitePlan {
            open: there.open,
            loadout: loadout.unwrap_or(today.loadout),
            people: there.people_after,
        });
    }
    for id in old.keys() {
        breaks.push(format!(
            "{} is no longer a site",
            crate::diagnose::shown(id)
        ));
    }
    let moved = problem.moved(sites.iter().map(|site| site.people));
    (Plan { sites, moved }, breaks)
}

/// Units by system of the problem; none where a system is unknown.
fn units_of(problem: &Problem, systems: &BTreeMap<String, u32>) -> Option<Vec<u32>> {
    let mut units = vec![0; problem.systems.len()];
    for (id, &count) in systems {
        let system = problem.systems.iter().position(|known| known == id)?;
        units[system] = count;
    }
    Some(units)
}

/// The problem in which every site keeps the old plan's systems and stays open or closed as there,
/// wherever that is still allowed.
fn keeping_systems(problem: &Problem, old: &Plan) -> Problem {
    let mut keeping = problem.clone();
    for (site, old) in keeping.sites.iter_mut().zip(&old.sites) {
        let (same, other) = match old.open {
            true => (&mut site.open_loadouts, &mut site.closed_loadouts),
            false => (&mut site.closed_loadouts, &mut site.open_loadouts),
        };
        if same.contains(&old.loadout) {
            same.retain(|&loadout| loadout == old.loadout);
            other.clear();
        }
    }
    keeping
}

/// Inputs that were other, by key; those of one plan alone have no value in the other.
fn changed_inputs(decided: &Decided<'_>, previous: &Previous) -> Vec<InputChange> {
    let Some(before) = &previous.inputs else {
        return Vec::new();
    };
    let now = inputs(decided.theatre);
    let gone = before.keys().filter(|key| !now.contains_key(*key));
    let keys = now.keys().chain(gone);
    keys.filter(|key| before.get(*key) != now.get(*key))
        .map(|key| InputChange {
            key: crate::diagnose::shown(key),
            before: before.get(key).copied(),
            value: now.get(key).copied(),
        })
        .collect()
}

/// The changed inputs that can be put back, as changes.
fn undoing(decided: &Decided<'_>, changed: &[InputChange]) -> Vec<Change> {
    let back = changed.iter().filter_map(|input| {
        // A stock that was not there had none.
        let before = input
            .before
            .or(input.key.starts_with("stock.").then_some(0))?;
        Change::to(decided.theatre, &input.key, before)
    });
    back.collect()
}

fn undone(decided: &Decided<'_>, changes: &[Change]) -> Result<Option<Solved>, DecideError> {
    let mut theatre = decided.theatre.clone();
    for change in changes {
        change.apply(&mut theatre);
    }
    let free = problem(&theatre, decided.setup, decided.chosen_on);
    decided.solve(&held(&free, decided.request), COURSE_GAP)
}

/// What can be shown of causes. Inputs are put back under the expected loss alone, so that where both
/// plans are for another objective nothing is put down to any of them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Basis {
    /// Both plans are for the expected loss.
    Expected,
    /// The objective changed: inputs explain the plan of least expected loss, the objective the rest.
    Objective,
    /// Neither.
    None,
}

fn basis(decided: &Decided<'_>, previous: &Previous) -> Basis {
    let expected = Objective::Expected.to_string();
    match decided.request.objective {
        Objective::Expected if previous.objective == expected => Basis::Expected,
        _ if previous.objective == expected => Basis::Objective,
        _ => Basis::None,
    }
}

/// Each changed input put back alone: what that does to the loss, and which sites are then as before.
fn causes(
    decided: &Decided<'_>,
    previous: &Previous,
    old: &Plan,
    changed: &[InputChange],
) -> Result<Vec<Cause>, DecideError> {
    let mut causes = Vec::new();
    match basis(decided, previous) {
        Basis::None => return Ok(causes),
        Basis::Expected => {}
        Basis::Objective => causes.push(Cause {
            key: "--objective".into(),
            objective_falls: None,
            explains: named(decided, |site| {
                let expected = alike(&decided.expected.plan, old, site);
                expected && !alike(&decided.solved.plan, old, site)
            }),
        }),
    }
    for change in undoing(decided, changed).into_iter().take(CAUSES_MAX) {
        let key = change.key.clone();
        let solved = undone(decided, &[change])?;
        causes.push(Cause {
            key,
            objective_falls: solved
                .as_ref()
                .map(|solved| falls(solved, decided.expected)),
            explains: solved.map_or_else(Vec::new, |solved| {
                reverted(decided, old, &solved.plan, true)
            }),
        });
    }
    Ok(causes)
}

/// Sites whose systems or state differ from the old plan even with every changed input put back.
fn unexplained(
    decided: &Decided<'_>,
    previous: &Previous,
    old: &Plan,
    changed: &[InputChange],
) -> Result<Vec<String>, DecideError> {
    let changes = undoing(decided, changed);
    let plan = match basis(decided, previous) {
        Basis::None => &decided.solved.plan,
        _ => &decided.expected.plan,
    };
    if changes.is_empty() || basis(decided, previous) == Basis::None {
        return Ok(named(decided, |site| !alike(plan, old, site)));
    }
    let solved = undone(decided, &changes)?;
    Ok(solved.map_or_else(Vec::new, |solved| {
        reverted(decided, old, &solved.plan, false)
    }))
}

/// Of the sites that the plan of least expected loss changes, those that are as in the old plan under
/// another one, or not.
fn reverted(decided: &Decided<'_>, old: &Plan, other: &Plan, same: bool) -> Vec<String> {
    named(decided, |site| {
        !alike(&decided.expected.plan, old, site) && alike(other, old, site) == same
    })
}

fn named(decided: &Decided<'_>, wanted: impl Fn(usize) -> bool) -> Vec<String> {
    let sites = decided.problem.sites.iter().enumerate();
    let wanted = sites.filter(|(index, _)| wanted(*index));
    wanted.map(|(_, site)| site.id.clone()).collect()
}

/// Whether two plans stand the same systems at a site and both keep it open or closed.
fn alike(one: &Plan, other: &Plan, site: usize) -> bool {
    let (one, other) = (&one.sites[site], &other.sites[site]);
    (one.loadout, one.open) == (other.loadout, other.open)
}
