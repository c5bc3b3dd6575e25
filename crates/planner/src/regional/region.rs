//! One region at given prices, exactly: branch and bound over the options of its sites.

use super::climb::halves;
use super::people;
use super::price::{Point, Sites, Toll};
use super::proof::RegionNode;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Relative tolerance of a peak that counts as one: what rounding hides.
const EXACT: f64 = 1e-13;

/// What a region's sites have, and what that takes of what regions share.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Column {
    pub options: Vec<u8>,
    /// Loss with all that it pays, at the prices that it was found at.
    pub value: f64,
    /// People who move at those prices.
    pub moved: u64,
}

/// The region's least loss at some prices.
#[derive(Clone, Debug, Default)]
pub struct Solved {
    /// No choice of options loses less.
    pub bound: f64,
    /// The best choice found.
    pub best: Column,
    /// The proof of the bound.
    pub tree: Vec<RegionNode>,
    /// Price of a person at the root.
    pub price: f64,
}

/// A region to be solved at some prices.
pub struct Task<'a> {
    pub sites: &'a Sites<'a>,
    pub toll: &'a Toll,
    /// Where its sites begin in the problem.
    pub base: usize,
    /// Loss that the answer may be off by.
    pub tolerance: f64,
    /// Most nodes of the tree.
    pub nodes: usize,
}

impl Task<'_> {
    /// Least loss with the options that masks allow, searched from a guess at the price of a person.
    pub fn solve(&self, masks: Vec<u64>, guess: f64) -> Solved {
        let mut tree = Tree {
            task: self,
            heap: BinaryHeap::new(),
            nodes: Vec::new(),
            best: Column {
                value: f64::INFINITY,
                ..Column::default()
            },
            settled: f64::INFINITY,
        };
        tree.push(masks, guess, f64::NEG_INFINITY);
        let price = match tree.nodes.first() {
            Some(RegionNode::Price(price)) => *price,
            _ => guess,
        };
        while let Some(node) = tree.heap.pop() {
            let close = node.bound >= tree.best.value - self.tolerance;
            if close || tree.nodes.len() >= self.nodes {
                tree.settled = tree.settled.min(node.bound);
                break;
            }
            tree.branch(node);
        }
        Solved {
            bound: tree.settled.min(tree.best.value),
            best: tree.best,
            tree: tree.nodes,
            price,
        }
    }
}

/// A node to be looked at: options that each site may still have.
struct Node {
    bound: f64,
    masks: Vec<u64>,
    below: Point,
    above: Point,
    /// Its place in the proof.
    place: usize,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Node {}

impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Node {
    /// The lowest bound is the greatest, of equal ones the oldest.
    fn cmp(&self, other: &Self) -> Ordering {
        other
            .bound
            .total_cmp(&self.bound)
            .then(other.place.cmp(&self.place))
    }
}

struct Tree<'a> {
    task: &'a Task<'a>,
    heap: BinaryHeap<Node>,
    nodes: Vec<RegionNode>,
    best: Column,
    /// Least bound of nodes that need no branching.
    settled: f64,
}

impl Tree<'_> {
    /// Adds a node to the proof, and to those to be looked at if it may hold something better.
    fn push(&mut self, masks: Vec<u64>, guess: f64, parent: f64) {
        let peak = self
            .task
            .sites
            .peak(self.task.toll, guess, EXACT, Some(&masks));
        let place = self.nodes.len();
        self.nodes.push(RegionNode::Price(peak.best.price));
        let bound = peak.best.value.max(parent);
        if bound >= self.best.value {
            self.settled = self.settled.min(bound);
            return;
        }
        self.heap.push(Node {
            bound,
            masks,
            below: peak.below,
            above: peak.above,
            place,
        });
    }

    fn branch(&mut self, node: Node) {
        let below = self.chosen(&node, node.below);
        let above = self.chosen(&node, node.above);
        self.take(&below);
        if below != above {
            self.take(&above);
        }
        let net = |point: Point, site: usize, option: u8| {
            let option = usize::from(option);
            self.task
                .sites
                .net(self.task.toll, point.price, site, option)
        };
        let differ = (0..self.task.sites.count()).filter(|&site| below[site] != above[site]);
        let split = differ.max_by_key(|&site| {
            let change = net(node.above, site, above[site]) - net(node.below, site, below[site]);
            (change.abs(), site)
        });
        let Some(site) = split else {
            // On either side of the peak the options are the same: what is left is a flow, which has
            // no gap.
            self.settled = self.settled.min(node.bound);
            return;
        };
        let (one, other) = (usize::from(below[site]), usize::from(above[site]));
        let parts = halves(self.task.sites.losses(site), node.masks[site], one, other);
        let first = self.nodes.len();
        self.nodes[node.place] = RegionNode::Split {
            site: (self.task.base + site) as u32,
            masks: parts,
            nodes: [first as u32, first as u32 + 1],
        };
        let middle = 0.5 * (node.below.price + node.above.price);
        for part in parts {
            let mut masks = node.masks.clone();
            masks[site] = part;
            self.push(masks, middle, node.bound);
        }
    }

    fn chosen(&self, node: &Node, point: Point) -> Vec<u8> {
        let sites = 0..self.task.sites.count();
        let option = |site| {
            let mask = node.masks[site];
            self.task
                .sites
                .choice(self.task.toll, point.price, site, mask)
                .option
        };
        sites.map(|site| option(site) as u8).collect()
    }

    fn take(&mut self, options: &[u8]) {
        let (value, moved) = people::priced(self.task.sites, self.task.toll, options);
        if value < self.best.value {
            self.best = Column {
                options: options.to_vec(),
                value,
                moved,
            };
        }
    }
}
