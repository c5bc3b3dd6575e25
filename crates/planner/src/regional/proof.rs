//! What shows that no plan loses less, and the plan itself.

use serde::{Deserialize, Serialize};

/// What is done with every site of a regional problem.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionalPlan {
    /// The option of each site.
    pub options: Vec<u8>,
    /// People at each site.
    pub people: Vec<u32>,
}

/// A tree over what sites may have; at its leaves prices, under which every site may choose on its own.
///
/// Node 0 is the root. A child comes after its parent, and has one parent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionalProof {
    /// The nodes.
    pub nodes: Vec<ProofNode>,
}

/// One node of the tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ProofNode {
    /// Every plan of this node has one of these sets of options at the site.
    Split {
        /// The site.
        site: u32,
        /// Sets of options as bits, each with the node that deals with it.
        parts: Vec<(u64, u32)>,
    },
    /// Prices of what regions share, and a tree for each region.
    Prices {
        /// Price of a unit of each system.
        systems: Vec<f64>,
        /// Price of the lift of one person.
        lift: f64,
        /// For each region, in the order of their numbers, its tree.
        regions: Vec<Vec<RegionNode>>,
    },
}

/// One node of a region's tree, at the prices of its leaf.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum RegionNode {
    /// As [`ProofNode::Split`], in two.
    Split {
        /// The site.
        site: u32,
        /// Sets of options as bits.
        masks: [u64; 2],
        /// The nodes that deal with them.
        nodes: [u32; 2],
    },
    /// The price of a person in the region.
    Price(f64),
}
