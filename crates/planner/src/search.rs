//! From a problem to a plan with a proven bound.

use crate::ascent;
use crate::certificate::{Certificate, Choice};
use crate::check::{self, Checked};
use crate::local::{self, Found};
use crate::model::Model;
use crate::plan::Plan;
use crate::problem::Problem;
use crate::reduce::Reduced;
use crate::tree::{self, Limits, Tree};
use std::time::{Duration, Instant};

/// Gap up to which a plan is called optimal.
const OPTIMAL: f64 = 1e-6;
/// The loss of the first plan after scaling.
const SCALED_LOSS: f64 = 1000.0;
/// Most rows of the master program; beyond, prices come from ascent alone.
const MOST_ROWS: usize = 5_000;
/// Steps of ascent before the master program, and where there is none.
const STEPS: u32 = 60;
const STEPS_ALONE: u32 = 1_000;
/// Pivots times rows of the master program without a time limit.
const WORK: u64 = 100_000_000;
/// Most sites for which a plan is tidied by moving people too.
const MOST_TIDIED: usize = 150;

/// How long and how closely to search.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Time after which the best plan so far is given; none by default. With a limit that is
    /// reached, the answer depends on the machine.
    pub time_limit: Option<Duration>,
    /// Relative gap at which to stop; 1e-6 by default, and read as 1e-6 where it is less.
    pub gap: f64,
    /// A plan to start from, such as the best of a problem that differs little; it need not be
    /// possible here. None by default.
    pub hint: Option<Plan>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            time_limit: None,
            gap: OPTIMAL,
            hint: None,
        }
    }
}

/// Why the search stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// No plan loses less, to a gap of 1e-6.
    Optimal,
    /// A better plan is possible within the gap reported, which was as asked, or as much as the
    /// search could prove.
    GapLimit,
    /// Time ran out; a better plan is possible within the gap reported.
    TimeLimit,
}

/// A plan with its proof. Value, bound and gap are what [`check`](crate::check()) finds.
#[derive(Clone, Debug, PartialEq)]
pub struct Solved {
    /// The plan; it breaks no limit.
    pub plan: Plan,
    /// Its loss, by [`Problem::loss`].
    pub value: f64,
    /// No plan loses less than this; at most `value`.
    pub bound: f64,
    /// `(value - bound) / |value|`, rounded up; 0 where the value is 0.
    pub gap: f64,
    /// Why the search stopped.
    pub status: Status,
    /// Nodes of the search trees.
    pub nodes: u64,
    /// What the bound rests on.
    pub certificate: Certificate,
    /// What the checker found.
    pub checked: Checked,
}

/// Why there is no plan to give.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SolveError {
    /// No plan keeps every limit; [`conflict`](crate::conflict()) says why.
    #[error("no plan keeps every limit")]
    Infeasible,
    /// Neither a plan nor a proof that there is none was found.
    #[error("no plan was found, nor a proof that there is none: {0}")]
    Solver(String),
}

/// The plan that loses least, with a bound on what any plan could lose.
///
/// Equal plans (to 1e-9 of the loss) are told apart by fewer units sent, then fewer people moved,
/// then likeness to today. Deterministic unless the time limit is reached.
///
/// # Errors
/// [`SolveError::Infeasible`] where no plan exists, [`SolveError::Solver`] where the search failed
/// or ran out of time before it knew any plan.
pub fn solve(problem: &Problem, options: &Options) -> Result<Solved, SolveError> {
    let deadline = options.time_limit.map(|limit| Instant::now() + limit);
    let reduced = Reduced::new(problem);
    if reduced.choices.iter().any(Vec::is_empty) {
        return Err(SolveError::Infeasible);
    }
    let hint = options
        .hint
        .iter()
        .filter_map(|hint| state_of(&reduced, hint));
    let first = local::start(&reduced, hint.collect());
    let scale = match &first {
        Some(first) => first.1.value,
        None => tree::most_loss(&reduced),
    };
    let scale = if scale > 0.0 {
        SCALED_LOSS / scale
    } else {
        1.0
    };
    let model = Model::new(&reduced, scale);
    let gap = options.gap.max(OPTIMAL);
    let limits = Limits {
        deadline,
        gap,
        work: if deadline.is_some() { u64::MAX } else { WORK },
    };
    let rows = model.right.len() + model.sites.len();
    let target = first
        .as_ref()
        .map_or(SCALED_LOSS, |first| first.1.value * scale);
    let steps = if rows > MOST_ROWS { STEPS_ALONE } else { STEPS };
    let root = ascent::ascend(&model, target, deadline, steps);
    let mut tree = Tree::new(&model, &root, first, limits);
    match rows > MOST_ROWS {
        true => tree.stay(&root),
        false => tree.search(),
    }
    let certificate = tree.certificate();
    let Some(best) = tree.best.take() else {
        return Err(no_plan(problem, &certificate));
    };
    let is_late = deadline.is_some_and(|at| Instant::now() >= at);
    let plan = final_plan(&reduced, best, is_late);
    finish(problem, plan, certificate, gap, is_late, tree.solved)
}

/// The choices of a plan, those left out replaced by what is no worse; `None` if any is impossible.
fn state_of(reduced: &Reduced, plan: &Plan) -> Option<Vec<Choice>> {
    if plan.sites.len() != reduced.choices.len() {
        return None;
    }
    let sites = plan.sites.iter().enumerate();
    sites
        .map(|(site, done)| {
            let wanted = Choice {
                open: done.open,
                loadout: done.loadout,
            };
            let choices = &reduced.choices[site];
            let dropped = || reduced.dropped[site].iter().find(|it| it.0 == wanted);
            match choices.contains(&wanted) {
                true => Some(wanted),
                false => choices.get(dropped()?.1).copied(),
            }
        })
        .collect()
}

fn no_plan(problem: &Problem, certificate: &Certificate) -> SolveError {
    match check::proves_impossible(problem, certificate) {
        true => SolveError::Infeasible,
        false => SolveError::Solver("out of time or nodes".into()),
    }
}

fn final_plan(reduced: &Reduced, best: Found, is_late: bool) -> Plan {
    let problem = reduced.problem;
    let thorough = !is_late && problem.sites.len() <= MOST_TIDIED;
    let (state, found) = local::tidied(reduced, best, thorough);
    let plan = reduced.plan(&state, &found.people);
    // A search that proves nothing may miss even today.
    let (today, feasible) = problem.today();
    match feasible && problem.loss(&today) < problem.loss(&plan) {
        true => today,
        false => plan,
    }
}

fn finish(
    problem: &Problem,
    plan: Plan,
    certificate: Certificate,
    gap_asked: f64,
    is_late: bool,
    nodes: u64,
) -> Result<Solved, SolveError> {
    let checked = match check::check(problem, &plan, &certificate) {
        Ok(checked) => checked,
        Err(fault) => return Err(SolveError::Solver(fault.to_string())),
    };
    let status = match checked.gap {
        gap if gap <= OPTIMAL => Status::Optimal,
        gap if gap > gap_asked && is_late => Status::TimeLimit,
        _ => Status::GapLimit,
    };
    Ok(Solved {
        value: problem.loss(&plan),
        plan,
        bound: checked.bound,
        gap: checked.gap,
        status,
        nodes,
        certificate,
        checked,
    })
}
