//! How the planner is asked, so that a limit that is reached gives a plan and its gap.

use super::DecideError;
use crate::request::Request;
use planner::{Options, Problem, SolveError, Solved, Status};
use std::time::Duration;

/// Gap at which any plan at all is good enough.
const ANY_PLAN: f64 = 1.0;

/// How long each search may take.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Effort {
    pub time_limit: Option<Duration>,
}

impl Effort {
    /// As long as a request allows.
    pub fn of(request: &Request) -> Self {
        Self {
            time_limit: request.time_limit,
        }
    }

    /// The best plan, searched to a gap; none where the problem has none. Where time runs out before
    /// any plan is known, the first one that can be found without a limit.
    pub fn solve(self, problem: &Problem, gap: f64) -> Result<Option<Solved>, DecideError> {
        match planner::solve(problem, &self.options(gap)) {
            Ok(solved) => Ok(Some(solved)),
            Err(SolveError::Infeasible) => Ok(None),
            Err(SolveError::Solver(_)) if self.time_limit.is_some() => any_plan(problem),
            Err(SolveError::Solver(why)) => Err(DecideError::Planner(why)),
        }
    }
}

impl Effort {
    /// The planner's options for a search to a gap.
    pub fn options(self, gap: f64) -> Options {
        Options {
            time_limit: self.time_limit,
            ..to_gap(gap)
        }
    }
}

fn any_plan(problem: &Problem) -> Result<Option<Solved>, DecideError> {
    let solved = Effort::default().solve(problem, ANY_PLAN)?;
    Ok(solved.map(|solved| Solved {
        status: Status::TimeLimit,
        ..solved
    }))
}

/// Whether a problem has any plan; one that the planner cannot settle counts as possible.
pub(super) fn is_possible(problem: &Problem) -> bool {
    !matches!(
        planner::solve(problem, &to_gap(ANY_PLAN)),
        Err(SolveError::Infeasible)
    )
}

fn to_gap(gap: f64) -> Options {
    Options {
        gap,
        ..Options::default()
    }
}
