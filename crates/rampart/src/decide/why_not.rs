//! "Why not this site?", answered by re-solving with the plan forced to do it.

use super::differences::differences;
use super::infeasible::{Ask, conflict};
use super::what_if::falls;
use super::{DecideError, Decided};
use crate::brief::reasons::WhyNot;
use crate::brief::words::{list, number};
use crate::evaluate;
use planner::{Plan, Problem, SiteProblem, Solved};

/// Gap at which a forced plan is good enough.
const GAP: f64 = 1e-6;

/// One thing to force on a site.
struct Force<'a> {
    forced: String,
    ask: Ask<'a>,
    /// Why it needs no search: it is not allowed at all.
    never: Option<String>,
}

/// The answers for every site that was asked about, in the order of asking.
pub(super) fn answers(decided: &Decided<'_>) -> Result<Vec<WhyNot>, DecideError> {
    let mut answers = Vec::new();
    for &site in &decided.request.why_not {
        for force in forces(decided, site) {
            answers.push(answer(decided, site, force)?);
        }
    }
    Ok(answers)
}

/// What makes sense to force: more systems than the plan gives, staying open where it closes, and
/// moving people away where some stay.
fn forces<'a>(decided: &'a Decided<'_>, site: usize) -> Vec<Force<'a>> {
    let plan = decided.expected.plan.sites[site];
    let id = &decided.theatre.sites[site].id;
    let mut forces = vec![more_systems(decided, site)];
    let ask = |hold: Box<dyn Fn(&mut Problem) + 'a>, limits| Ask {
        text: format!("--why-not {id}"),
        hold,
        limits,
    };
    let there = &decided.problem.sites[site];
    if !plan.open && decided.theatre.sites[site].people > 0 {
        let hold = move |problem: &mut Problem| problem.sites[site].closed_loadouts.clear();
        forces.push(Force {
            forced: format!("{id} stays open"),
            ask: ask(Box::new(hold), None),
            never: None,
        });
    }
    if !plan.open {
        return forces;
    }
    let fewest = there.fewest();
    if plan.people > fewest && there.people > fewest {
        let hold = move |problem: &mut Problem| send_away(problem, site, fewest);
        forces.push(Force {
            forced: format!("all but {fewest} of the people leave {id}"),
            ask: ask(Box::new(hold), Some(site)),
            never: None,
        });
    }
    if there.people > 0 {
        let hold = move |problem: &mut Problem| problem.sites[site].open_loadouts.clear();
        let stays = there.closed_loadouts.is_empty();
        forces.push(Force {
            forced: format!("{id} closes"),
            ask: ask(Box::new(hold), None),
            never: stays.then(|| "what stands there cannot be moved, or a lock holds it".into()),
        });
    }
    forces
}

/// The best loadout with more systems than the plan gives.
fn more_systems<'a>(decided: &'a Decided<'_>, site: usize) -> Force<'a> {
    let problem = decided.problem;
    let id = &decided.theatre.sites[site].id;
    let given = &problem.loadouts[decided.expected.plan.sites[site].loadout];
    let more = move |loadout: usize| {
        let units = &problem.loadouts[loadout];
        units != given && units.iter().zip(given).all(|(units, given)| units >= given)
    };
    let open = &problem.sites[site].open_loadouts;
    let allowed = open.iter().any(|&loadout| more(loadout));
    let never = if decided.theatre.sites[site].outside {
        "it lies outside the theatre, and systems are not sent there"
    } else {
        "no more may stand there: as many as may are there already, or a lock holds it"
    };
    let hold = move |problem: &mut Problem| {
        let there = &mut problem.sites[site];
        there.open_loadouts.retain(|&loadout| more(loadout));
        there.closed_loadouts.clear();
    };
    Force {
        forced: format!("{id} has more systems than the plan gives it"),
        ask: Ask {
            text: format!("--why-not {id}"),
            hold: Box::new(hold),
            limits: None,
        },
        never: (!allowed).then(|| never.into()),
    }
}

/// Forces people to leave a site until at most `stay` are left: the others are counted at a site that
/// must close, so that they use the lift and cost what moves cost, and nobody may come in their place.
fn send_away(problem: &mut Problem, site: usize, stay: u32) {
    let nothing = problem
        .loadouts
        .iter()
        .position(|units| units.iter().all(|&u| u == 0));
    let there = &mut problem.sites[site];
    let leave = there.people.saturating_sub(stay);
    let leaving = SiteProblem {
        id: format!("leaving {}", there.id),
        people: leave,
        capacity: leave,
        guard: 0,
        fixed_people: 0.0,
        outside: there.outside,
        upkeep_loss: 0.0,
        open_loadouts: Vec::new(),
        closed_loadouts: vec![nothing.unwrap_or(0)],
        immovable: vec![0; there.immovable.len()],
        today_loadout: nothing.unwrap_or(0),
        direct_loss: vec![0.0; there.direct_loss.len()],
        bare_loss: 0.0,
        cover: Vec::new(),
    };
    there.people -= leave;
    there.capacity = there.people.max(there.guard);
    there.closed_loadouts.clear();
    problem.sites.push(leaving);
}

fn answer(decided: &Decided<'_>, site: usize, force: Force<'_>) -> Result<WhyNot, DecideError> {
    let mut line = WhyNot {
        site: decided.theatre.sites[site].id.clone(),
        forced: force.forced,
        answer: String::new(),
        loss_added: None,
        objective_rises: None,
        changes: Vec::new(),
        conflict: Vec::new(),
    };
    if let Some(never) = force.never {
        line.answer = format!("It is not allowed: {never}.");
        return Ok(line);
    }
    let mut forced = decided.problem.clone();
    (force.ask.hold)(&mut forced);
    let Some(solved) = decided.solve(&forced, GAP)? else {
        let mut asks = Ask::locks(decided.request);
        asks.push(force.ask);
        let changes = &decided.request.changes;
        line.conflict = conflict(decided.theatre, decided.free, &asks, changes);
        line.conflict
            .retain(|line| !line.demand.starts_with("--why-not"));
        let demands: Vec<String> = line.conflict.iter().map(|l| l.demand.clone()).collect();
        line.answer = match demands.as_slice() {
            [] => "No plan does it.".into(),
            demands => format!("No plan does it, for {}.", list(demands)),
        };
        return Ok(line);
    };
    let plan = without_leaving(decided.problem, &solved.plan);
    let schedule = decided.schedule_of(decided.problem, &plan);
    let losses = decided.evaluator.losses(&schedule);
    let added = evaluate::difference(&losses, &decided.losses_expected());
    let rises = falls(&solved, decided.expected);
    line.changes = differences(decided.problem, &decided.expected.plan, &plan);
    line.answer = in_words(&solved, decided.expected, added, &line.changes);
    line.loss_added = Some(added.into());
    line.objective_rises = Some(rises);
    Ok(line)
}

fn in_words(
    forced: &Solved,
    base: &Solved,
    added: theatre::Estimate,
    changes: &[String],
) -> String {
    let rises = forced.value - base.value;
    let mut words = if rises <= base.value * 1e-6 {
        "It would lose no more by the objective".to_owned()
    } else {
        format!(
            "It would lose {} more by the objective ({:.2} %)",
            number(rises),
            100.0 * rises / base.value.max(f64::MIN_POSITIVE)
        )
    };
    words.push_str(&format!(
        ", and {} ({}–{}) more day by day",
        number(added.mean),
        number(added.low),
        number(added.high)
    ));
    if !changes.is_empty() {
        words.push_str(&format!(": {}", changes.join("; ")));
    }
    words.push('.');
    words
}

/// The plan on the sites of the problem, without those that were made for people who leave.
fn without_leaving(problem: &Problem, plan: &Plan) -> Plan {
    let sites = plan.sites[..problem.sites.len()].to_vec();
    let moved = problem.moved(sites.iter().map(|site| site.people));
    Plan { sites, moved }
}
