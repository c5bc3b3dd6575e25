//! What a proof consists of: prices, and the cases that a search told apart.
//!
//! A certificate holds nothing that has to be believed: [`check`](crate::check()) verifies it from
//! the problem alone.

use serde::{Deserialize, Serialize};

/// One way to run a site: an option of the crate page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Whether it is open.
    pub open: bool,
    /// The loadout that stands there.
    pub loadout: usize,
}

/// A claim that no plan loses less than `bound`, with all that is needed to verify it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The claim.
    pub bound: f64,
    /// Prices that nodes refer to by index.
    pub prices: Vec<Prices>,
    /// The cases, the first of which is the whole problem. A node refers only to later ones, and
    /// every other node is referred to once.
    pub nodes: Vec<Node>,
}

/// One case: the plans in which every site has one of the options that are left to it there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Node {
    /// At these prices no plan of the case loses less than the bound.
    Prices(usize),
    /// At these prices some options cannot be part of a plan that loses less than the bound;
    /// `rest` is the case without them.
    Narrow {
        /// Index of the prices.
        prices: usize,
        /// Index of the node of the rest.
        rest: usize,
    },
    /// The case falls into parts by what one site does.
    Split {
        /// The site.
        site: usize,
        /// The parts; each option that the site has left is in one of them.
        parts: Vec<Part>,
    },
}

/// One part of a split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The options of the site in this part.
    pub options: Vec<Choice>,
    /// Index of the node of the part.
    pub node: usize,
}

/// Prices in loss for what sites share, each at least 0 but for `balance`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// What a site pays for each person it holds, and is paid if negative.
    pub balance: f64,
    /// For each person who leaves a site.
    pub lift: f64,
    /// For each person who comes to a site outside the theatre.
    pub may_leave: f64,
    /// For each unit drawn, by pool.
    pub pools: Vec<f64>,
    /// What a site is paid for each person who serves, by mission.
    pub missions: Vec<f64>,
    /// What a site pays to count on each of its covers, and that cover's host is paid for having
    /// its loadout, by site and in the order of its `cover`. Free where a site is its own host.
    pub cover: Vec<Vec<f64>>,
}
