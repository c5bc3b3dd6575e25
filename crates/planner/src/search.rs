//! From a problem to a plan with a proven bound.

use crate::branch::{self, Limits};
use crate::local::{self, Found, better};
use crate::milp::{self, Answer};
use crate::plan::Plan;
use crate::problem::Problem;
use crate::reduce::{Choice, Reduced};
use std::time::{Duration, Instant};

/// Above this many sites the program's root alone may take too long, and without a time limit the
/// flow's bound is given instead.
const MOST_SITES: usize = 150;
/// Nodes of the fallback's tree.
const FALLBACK_NODES: u64 = 20_000;
/// Gap up to which a plan is called optimal.
const OPTIMAL: f64 = 1e-6;

/// How long and how closely to search.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Time after which the best plan so far is given; none by default. With a limit that is
    /// reached, the answer depends on the machine.
    pub time_limit: Option<Duration>,
    /// Relative gap at which to stop; 1e-6 by default, and read as 1e-6 where it is less.
    pub gap: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            time_limit: None,
            gap: OPTIMAL,
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

/// A plan with its proof.
#[derive(Clone, Debug, PartialEq)]
pub struct Solved {
    /// The plan; it breaks no limit.
    pub plan: Plan,
    /// Its loss, by [`Problem::loss`].
    pub value: f64,
    /// No plan loses less than this; at most `value`.
    pub bound: f64,
    /// `(value - bound) / |value|`; 0 where the value is 0.
    pub gap: f64,
    /// Why the search stopped.
    pub status: Status,
    /// Nodes of the search trees.
    pub nodes: u64,
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
    let reduced = Reduced::new(problem);
    let deadline = options.time_limit.map(|limit| Instant::now() + limit);
    let root = branch::relax(&reduced, &reduced.choices).ok_or(SolveError::Infeasible)?;
    let mut search = Search {
        reduced: &reduced,
        gap: options.gap.max(OPTIMAL),
        deadline,
        best: local::incumbent(&reduced, root.bound, deadline),
        bound: root.bound,
        nodes: 0,
    };
    if search.is_open() {
        search.prove()?;
    }
    let best = search.best.take();
    let best = best.ok_or_else(|| SolveError::Solver("out of time or nodes".into()))?;
    Ok(search.solved(best))
}

struct Search<'a> {
    reduced: &'a Reduced<'a>,
    gap: f64,
    deadline: Option<Instant>,
    best: Option<Found>,
    bound: f64,
    nodes: u64,
}

impl Search<'_> {
    fn is_open(&self) -> bool {
        let best = self.best.as_ref();
        best.is_none_or(|best| gap(best.1.value, self.bound) > self.gap)
    }

    fn prove(&mut self) -> Result<(), SolveError> {
        if self.reduced.choices.len() > MOST_SITES && self.deadline.is_none() {
            return match self.best {
                Some(_) => Ok(()),
                None => self.fall_back(None),
            };
        }
        let known = self.best.as_ref().map(|best| best.0.as_slice());
        let scale = self.best.as_ref().map_or(self.bound, |best| best.1.value);
        let left = self
            .deadline
            .map(|at| at.saturating_duration_since(Instant::now()));
        match milp::solve(self.reduced, known, scale, self.gap, left) {
            Answer::Found {
                state,
                bound,
                nodes,
            } => {
                self.nodes += nodes;
                self.bound = self.bound.max(bound.unwrap_or(0.0));
                let state = state.filter(|state| state.len() == self.reduced.choices.len());
                self.take(state);
                match self.best {
                    Some(_) if !self.is_open() || self.is_late() => Ok(()),
                    _ => self.fall_back(None),
                }
            }
            Answer::Infeasible if self.best.is_none() => {
                self.fall_back(Some(SolveError::Infeasible))
            }
            Answer::Infeasible => self.fall_back(None),
            Answer::Failed(message) => self.fall_back(Some(SolveError::Solver(message))),
        }
    }

    fn take(&mut self, state: Option<Vec<Choice>>) {
        let found = state.and_then(|state| {
            let found = self.reduced.evaluate(&state)?;
            Some((state, found))
        });
        self.best = better(self.best.take(), found);
    }

    /// Our own tree, where the program did not settle the matter; `verdict` stands if the tree
    /// finds no plan and is too large to search.
    fn fall_back(&mut self, verdict: Option<SolveError>) -> Result<(), SolveError> {
        let limits = Limits {
            nodes: FALLBACK_NODES,
            deadline: self.deadline,
            gap: self.gap,
        };
        let branched = branch::search(self.reduced, self.best.take(), limits);
        self.nodes += branched.nodes;
        self.bound = self.bound.max(branched.bound);
        self.best = branched.best;
        match (&self.best, branched.complete, verdict) {
            (Some(_), ..) => Ok(()),
            (None, true, _) => Err(SolveError::Infeasible),
            (None, false, Some(verdict)) => Err(verdict),
            (None, false, None) => Err(SolveError::Solver("out of time or nodes".into())),
        }
    }

    fn is_late(&self) -> bool {
        self.deadline.is_some_and(|at| Instant::now() >= at)
    }

    fn solved(&self, best: Found) -> Solved {
        let problem = self.reduced.problem;
        let thorough = !self.is_late() && problem.sites.len() <= MOST_SITES;
        let (state, found) = local::tidied(self.reduced, best, thorough);
        let mut plan = self.reduced.plan(&state, &found.people);
        let mut value = problem.loss(&plan);
        // A local search that proves nothing may miss even today.
        let (today, feasible) = problem.today();
        if feasible && problem.loss(&today) < value {
            value = problem.loss(&today);
            plan = today;
        }
        let bound = self.bound.min(value);
        let gap = gap(value, bound);
        let status = match gap <= OPTIMAL {
            true => Status::Optimal,
            false if gap > self.gap && self.is_late() => Status::TimeLimit,
            false => Status::GapLimit,
        };
        Solved {
            plan,
            value,
            bound,
            gap,
            status,
            nodes: self.nodes,
        }
    }
}

fn gap(value: f64, bound: f64) -> f64 {
    (value - bound).max(0.0) / value.abs().max(f64::MIN_POSITIVE)
}
