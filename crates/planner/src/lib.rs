//! Which sites get scarce systems, which stay open, and who moves: the plan that loses least.
//!
//! A [`Problem`] is a small mathematical program, complete in itself: [`solve`] answers it with a
//! [`Plan`], its expected loss and a bound below which no plan can go; [`conflict()`] says why there
//! is none. The crate knows no raid, no forecast and no unit of measure, only losses per person.
//!
//! # The program
//!
//! Sites *s*, loadouts *l* (units *a*<sub>lk</sub> of system *k*), pools *p*, missions *m*. A site's
//! options *o* are each of its `open_loadouts` while open and each of its `closed_loadouts` while
//! closed. Decide
//!
//! * *z*<sub>so</sub> ∈ {0, 1}: site *s* has option *o*; *open*<sub>s</sub> is the sum over its open
//!   options and *Z*<sub>sl</sub> the sum over its options with loadout *l*;
//! * *n*<sub>s</sub> ≥ 0, whole: movable people at *s*; *out*<sub>s</sub>, *in*<sub>s</sub> ≥ 0: people
//!   who leave it and come to it;
//! * *x*<sub>sm</sub> ≥ 0: people at *s* who serve mission *m*;
//! * *u*<sub>ps</sub> ≥ 0: units that pool *p* sends to *s*, only where it may;
//! * *y*<sub>sc</sub> ≥ 0: whether *s* counts on its cover *c*, or on none (*c* = 0, at `bare_loss`);
//!
//! to minimise
//!
//! ```text
//! Σ_s (n_s + fixed_people_s) × (Σ_l direct_loss_sl Z_sl + Σ_c loss_sc y_sc)
//!   + Σ_s upkeep_loss_s open_s + loss_per_move × Σ_s out_s
//! ```
//!
//! subject to
//!
//! ```text
//! Σ_o z_so = 1                                              each site has one option
//! max(1, guard_s) open_s ≤ n_s ≤ capacity_s open_s          its people
//! n_s = people_s − out_s + in_s,  Σ_s out_s = Σ_s in_s      nobody appears or vanishes
//! Σ_s out_s ≤ lift,  Σ_{s outside} in_s ≤ may_leave         movement
//! Σ_m x_sm ≤ n_s − guard_s open_s                           one person serves one mission
//! Σ_{s of m} x_sm ≥ people_m                                every mission is served
//! Σ_{p of k} u_ps ≥ Σ_l (a_lk − immovable_sk) Z_sl          units come from pools of their system
//! Σ_s u_ps ≤ available_p                                    and pools are limited
//! Σ_c y_sc = 1,  y_sc ≤ Z_tl for c = (host t, loadout l)    cover needs its host's loadout
//! ```
//!
//! Only *z* and *n* need be whole: the rest follows, since given *z* what remains is a flow. The
//! products of *n* with *Z* and *y* become linear by splitting *n* over loadouts and over covers,
//! with each part at most `capacity` times its *Z* or *y*.
//!
//! # How it is solved
//!
//! By prices. For any price of what sites share (pools, lift, leave, missions, a host's loadout) of at
//! least 0, and any for the balance of people, let every site pay them and pick its cheapest option,
//! cover and people by itself: no plan loses less than what they then pay in all, less the worth of
//! what there is to share. The best such bound is the optimum of a linear program whose columns are
//! the picks; the prices are its dual values. A branch and bound over the sites' options closes every
//! case by such prices. When each site has one option left, what remains is a flow, and the bound
//! meets the plan. Plans come from a local search, and the people of every plan from an exact
//! whole-number flow, so no rounding stands between a plan and its limits.
//!
//! The prices and cases are the [`Certificate`]. [`check()`] verifies plan and bound from the problem
//! and the certificate alone, rounding outward; what [`solve`] returns as value, bound and gap is what
//! it found. Where a limit ends the search, the plan is given with the gap that is proven.
//! [`one_more`] and [`one_less`] say what a resource is worth, as an interval that holds the truth.
//!
//! Sites without cover, missions or closing, however many, have a module of their own, [`regional`].
//!
//! # As a file
//!
//! ```
//! let problem: planner::Problem = serde_json::from_str(r#"{
//!     "systems": ["warning"],
//!     "loadouts": [[0], [1]],
//!     "sites": [
//!         {
//!             "id": "north", "people": 100, "capacity": 150, "guard": 20, "fixed_people": 0.0,
//!             "outside": false, "upkeep_loss": 0.1, "open_loadouts": [0, 1], "closed_loadouts": [0],
//!             "immovable": [0], "today_loadout": 0, "direct_loss": [0.02, 0.01],
//!             "bare_loss": 0.0, "cover": []
//!         },
//!         {
//!             "id": "south", "people": 100, "capacity": 150, "guard": 20, "fixed_people": 0.0,
//!             "outside": false, "upkeep_loss": 0.1, "open_loadouts": [0, 1], "closed_loadouts": [0],
//!             "immovable": [0], "today_loadout": 0, "direct_loss": [0.005, 0.004],
//!             "bare_loss": 0.0, "cover": []
//!         }
//!     ],
//!     "pools": [{ "system": 0, "available": 1, "sites": null }],
//!     "missions": [{ "id": "gate", "people": 40, "sites": [0] }],
//!     "lift": 30,
//!     "may_leave": 0,
//!     "loss_per_move": 0.0001
//! }"#)?;
//! problem.validate()?;
//! let solved = planner::solve(&problem, &planner::Options::default())?;
//! // The warning goes north, and the lift takes 30 people south.
//! assert_eq!(solved.plan.sites[0].loadout, 1);
//! assert_eq!(solved.plan.sites[1].people, 130);
//! assert!((solved.value - (70.0 * 0.01 + 130.0 * 0.005 + 0.2 + 30.0 * 0.0001)).abs() < 1e-12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod ascent;
pub mod certificate;
pub mod check;
pub mod conflict;
mod flow;
mod game;
mod local;
mod master;
mod model;
mod network;
pub mod plan;
pub mod problem;
mod program;
mod reduce;
pub mod regional;
pub mod risk;
pub mod search;
mod simplex;
mod transport;
mod tree;
pub mod worth;

pub use certificate::{Certificate, Choice};
pub use check::{CheckError, Checked, check};
pub use conflict::{Demand, conflict};
pub use plan::{Plan, SitePlan, Violation};
pub use problem::{Cover, MissionProblem, Pool, Problem, ProblemError, SiteProblem};
pub use search::{Options, SolveError, Solved, Status, solve};
pub use transport::unmet;
pub use worth::{Change, Resource, one_less, one_more};
