//! Huge problems whose sites share little: stocks, lift, and people within regions.
//!
//! # The program
//!
//! Each site *s* of a region has one option *o*, with units *a*<sub>ok</sub> of system *k*, and
//! *n*<sub>s</sub> people, whole:
//!
//! ```text
//! minimise    Σ_s loss_so n_s + loss_per_move Σ_s max(0, people_s − n_s)
//! subject to  fewest_s ≤ n_s ≤ capacity_s
//!             Σ_s of a region n_s = Σ_s of a region people_s     people stay in their region
//!             Σ_s a_ok ≤ stock_k                                 units come from stocks
//!             Σ_s max(0, people_s − n_s) ≤ lift                  movement
//! ```
//!
//! # How it is solved
//!
//! With a price on each system and on lift, regions part; with a price on a person in each region, its
//! sites part too, and each picks its best option and people on its own. Any prices give a valid
//! bound. The gap that prices leave comes from what cannot be halved, about one site for each row that
//! is priced: of no weight for one row in a million sites, but a thousandth for a row in every twenty.
//! So each region is solved exactly at the prices of systems and lift, by branch and bound over its
//! own price (two or three nodes are the rule), which is the bound of Dantzig and Wolfe (Operations
//! Research 8, 1960) without its columns' program: prices of systems and lift are few, and a box of
//! cutting planes finds the best. What gap is left comes from those few rows alone; it is closed by
//! branching on the option of a site about which the mixture behind the bound is least agreed.
//!
//! Plans come from the best options at a node's prices, changed by a dynamic program over the units
//! that are too many, with people placed exactly. Large problems take their first prices from a sample.
//!
//! What [`solve`] returns has passed [`check()`], which knows nothing of the search.

mod bundle;
mod check;
mod climb;
mod dual;
mod near;
mod people;
mod price;
mod problem;
mod proof;
mod region;
mod round;
mod search;
mod start;
mod tail;

pub use check::{CheckError, Checked, check};
pub use problem::{MOST_OPTIONS, RegionalError, RegionalProblem};
pub use proof::{ProofNode, RegionNode, RegionalPlan, RegionalProof};
pub use search::{RegionalOptions, RegionalSolved, solve};
pub use start::Start;
pub use tail::{Scenarios, TailError, TailSolved, check_tail, solve_tail};
