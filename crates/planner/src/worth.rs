//! What one more or one less of a resource is worth, as an interval that holds the truth.
//!
//! The problem is solved again with one more or less, from the plan that is known. What is proven
//! of both bounds the difference of their optima: the least that either may lose is its bound, the
//! most is its plan's loss.

use crate::plan::Plan;
use crate::problem::{Pool, Problem};
use crate::search::{Options, SolveError, Solved, solve};

/// Something of which there could be one more or one less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// Units in a pool, by index.
    Pool(usize),
    /// Units of a system, by index: one more may go to any site, and one less is missed where that
    /// costs least.
    System(usize),
    /// People who may be moved.
    Lift,
    /// People who may leave the theatre.
    MayLeave,
}

/// An interval that holds the change of the least loss, positive where it rises.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// It changes by no less than this; infinite where no plan is left.
    pub low: f64,
    /// It changes by no more than this; infinite where no plan is known.
    pub high: f64,
}

/// How the least loss changes with one more of a resource; never positive.
///
/// `base` is the answer for the problem itself. A time limit in the options widens the interval
/// where it is reached.
///
/// # Errors
/// [`SolveError::Solver`] as for [`solve`].
pub fn one_more(
    problem: &Problem,
    base: &Solved,
    resource: Resource,
    options: &Options,
) -> Result<Change, SolveError> {
    let mut more = problem.clone();
    match resource {
        Resource::Pool(pool) => {
            if let Some(pool) = more.pools.get_mut(pool) {
                pool.available = pool.available.saturating_add(1);
            }
        }
        Resource::System(system) if system < problem.systems.len() => more.pools.push(Pool {
            system,
            available: 1,
            sites: None,
        }),
        Resource::System(_) => {}
        Resource::Lift => more.lift = more.lift.saturating_add(1),
        Resource::MayLeave => more.may_leave = more.may_leave.saturating_add(1),
    }
    let change = change(base, &more, &base.plan, options)?;
    // What could be done before still can.
    Ok(Change {
        low: change.low.min(0.0),
        high: change.high.min(0.0),
    })
}

/// How the least loss changes with one less of a resource; never negative, infinite where no plan
/// is left, and `None` where there is none to take.
///
/// # Errors
/// [`SolveError::Solver`] as for [`solve`].
pub fn one_less(
    problem: &Problem,
    base: &Solved,
    resource: Resource,
    options: &Options,
) -> Result<Option<Change>, SolveError> {
    let mut least: Option<Change> = None;
    for less in with_less(problem, resource) {
        let change = change(base, &less, &base.plan, options)?;
        least = Some(match least {
            None => change,
            Some(other) => Change {
                low: change.low.min(other.low),
                high: change.high.min(other.high),
            },
        });
    }
    Ok(least.map(|change| Change {
        low: change.low.max(0.0),
        high: change.high.max(0.0),
    }))
}

/// The problems in which one of a resource is missing.
fn with_less(problem: &Problem, resource: Resource) -> Vec<Problem> {
    let without = |pool: usize| {
        let mut less = problem.clone();
        less.pools[pool].available -= 1;
        less
    };
    let some = |pool: &usize| {
        let pool = problem.pools.get(*pool);
        pool.is_some_and(|pool| pool.available > 0)
    };
    match resource {
        Resource::Pool(pool) => [pool].into_iter().filter(some).map(without).collect(),
        Resource::System(system) => (0..problem.pools.len())
            .filter(|&pool| problem.pools[pool].system == system)
            .filter(some)
            .map(without)
            .collect(),
        Resource::Lift | Resource::MayLeave => {
            let mut less = problem.clone();
            let limit = match resource {
                Resource::Lift => &mut less.lift,
                _ => &mut less.may_leave,
            };
            let taken = limit.checked_sub(1);
            *limit = taken.unwrap_or(0);
            taken.map(|_| less).into_iter().collect()
        }
    }
}

/// How the least loss changes from a solved problem to another, from a plan that may help there.
///
/// # Errors
/// [`SolveError::Solver`] as for [`solve`].
pub fn change(
    base: &Solved,
    other: &Problem,
    hint: &Plan,
    options: &Options,
) -> Result<Change, SolveError> {
    let options = Options {
        hint: Some(hint.clone()),
        ..options.clone()
    };
    match solve(other, &options) {
        Ok(solved) => Ok(Change {
            low: (solved.bound - base.checked.value.1).next_down(),
            high: (solved.checked.value.1 - base.bound).next_up(),
        }),
        Err(SolveError::Infeasible) => Ok(Change {
            low: f64::INFINITY,
            high: f64::INFINITY,
        }),
        Err(error) => Err(error),
    }
}
