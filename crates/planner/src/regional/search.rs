//! From a problem to a plan with its proof.

use super::check::{CheckError, Checked, check};
use super::climb::{Climb, Enough};
use super::dual::Dual;
use super::near::Near;
use super::people;
use super::price::all;
use super::problem::RegionalProblem;
use super::proof::{ProofNode, RegionNode, RegionalPlan, RegionalProof};
use super::start::Start;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

/// Most nodes of all regions' trees in one proof: it must fit in memory.
const PROOF_NODES: usize = 1_500_000;
/// How far prices first move from a parent's to its child's.
const CHILD_REACH: f64 = 0.002;
/// Relative height that cuts may still promise at the root, before a gap is known.
const PROMISE: f64 = 1e-6;

/// How long and how closely to search.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionalOptions {
    /// Time after which the best plan so far is given; none by default. With a limit that is reached
    /// the answer depends on the machine.
    pub time_limit: Option<Duration>,
    /// Relative gap at which to stop; 1e-9 by default.
    pub gap: f64,
    /// Most nodes of the tree; 2,000 by default.
    pub nodes: usize,
    /// Prices to start from, as an earlier answer to a similar problem gave them.
    pub start: Option<Start>,
}

impl Default for RegionalOptions {
    fn default() -> Self {
        Self {
            time_limit: None,
            gap: 1e-9,
            nodes: 2000,
            start: None,
        }
    }
}

/// A plan, its proof, and what was checked of them.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionalSolved {
    /// The plan.
    pub plan: RegionalPlan,
    /// The proof of the bound.
    pub proof: RegionalProof,
    /// What the checker says of both; nothing else is to be believed.
    pub checked: Checked,
    /// Nodes of the tree.
    pub nodes: usize,
    /// Prices at the root, to start from when the problem changes a little.
    pub start: Start,
}

/// The plan that loses least, with a proof of how near it comes. The same on any number of threads,
/// unless a time limit is reached.
///
/// # Errors
/// What does not hold of the plan or the proof, which would be a fault of this module.
pub fn solve(
    problem: &RegionalProblem,
    options: &RegionalOptions,
) -> Result<RegionalSolved, CheckError> {
    let found = if problem.region.is_sorted() {
        search(problem, options)
    } else {
        by_region(problem, options)
    };
    Ok(RegionalSolved {
        checked: check(problem, &found.plan, &found.proof)?,
        nodes: found.proof.nodes.len(),
        plan: found.plan,
        proof: found.proof,
        start: found.start,
    })
}

struct Answer {
    plan: RegionalPlan,
    proof: RegionalProof,
    start: Start,
}

/// Searches with the sites in the order of their regions, and puts the answer back in the problem's.
fn by_region(problem: &RegionalProblem, options: &RegionalOptions) -> Answer {
    let mut order: Vec<usize> = (0..problem.sites()).collect();
    order.sort_by_key(|&site| problem.region[site]);
    let found = search(&problem.of_sites(&order), options);
    let mut plan = RegionalPlan {
        options: vec![0; order.len()],
        people: vec![0; order.len()],
    };
    for (place, &site) in order.iter().enumerate() {
        plan.options[site] = found.plan.options[place];
        plan.people[site] = found.plan.people[place];
    }
    let mut proof = found.proof;
    let back = |site: &mut u32| *site = order[*site as usize] as u32;
    for node in &mut proof.nodes {
        match node {
            ProofNode::Split { site, .. } => back(site),
            ProofNode::Prices { regions, .. } => {
                for node in regions.iter_mut().flatten() {
                    if let RegionNode::Split { site, .. } = node {
                        back(site);
                    }
                }
            }
        }
    }
    Answer {
        plan,
        proof,
        ..found
    }
}

fn search(problem: &RegionalProblem, options: &RegionalOptions) -> Answer {
    let begun = Instant::now();
    let dual = Dual::new(problem);
    let given = options.start.as_ref().filter(|start| {
        start.shared.len() == problem.stock.len() + 1 && start.people.len() == dual.regions.len()
    });
    let start = given.cloned().unwrap_or_else(|| Start::of(&dual));
    let mut search = Search {
        dual: &dual,
        options,
        deadline: options.time_limit.map(|limit| begun + limit),
        best: (f64::INFINITY, RegionalPlan::default()),
        heap: BinaryHeap::new(),
        nodes: Vec::new(),
        proof_nodes: 0,
    };
    let bare = problem
        .units
        .iter()
        .position(|units| units.iter().all(|&units| units == 0));
    search.take(vec![bare.unwrap_or(0) as u8; problem.sites()]);
    let reach = (0.2 / (problem.sites() as f64).sqrt()).max(1e-4);
    search.enter(Vec::new(), f64::NEG_INFINITY, &start, reach);
    let start = search.heap.peek().map_or(start, |root| root.start.clone());
    while let Some(node) = search.heap.pop() {
        if search.closes(node.bound) || search.is_spent() {
            break;
        }
        search.branch(node);
    }
    Answer {
        plan: search.best.1,
        proof: RegionalProof {
            nodes: search.nodes,
        },
        start,
    }
}

/// A node of the tree that is not settled.
struct Open {
    bound: f64,
    place: usize,
    path: Vec<(u32, u64)>,
    start: Start,
    /// The site to split, and its parts; none where the node is as tight as it gets.
    split: Option<(u32, [u64; 2])>,
}

impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Open {}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Open {
    /// The lowest bound is the greatest, of equal ones the oldest.
    fn cmp(&self, other: &Self) -> Ordering {
        let bounds = other.bound.total_cmp(&self.bound);
        bounds.then(other.place.cmp(&self.place))
    }
}

struct Search<'a> {
    dual: &'a Dual<'a>,
    options: &'a RegionalOptions,
    deadline: Option<Instant>,
    best: (f64, RegionalPlan),
    heap: BinaryHeap<Open>,
    nodes: Vec<ProofNode>,
    proof_nodes: usize,
}

impl Search<'_> {
    fn is_late(&self) -> bool {
        self.deadline.is_some_and(|at| Instant::now() >= at)
    }

    fn is_spent(&self) -> bool {
        self.nodes.len() >= self.options.nodes || self.proof_nodes >= PROOF_NODES || self.is_late()
    }

    fn closes(&self, bound: f64) -> bool {
        bound >= self.best.0 - self.options.gap * self.best.0.abs()
    }

    fn take(&mut self, options: Vec<u8>) {
        let problem = self.dual.problem;
        let people = people::place(problem, &self.dual.regions, &options);
        let loss = people::loss(problem, &options, &people);
        if loss < self.best.0 {
            self.best = (loss, RegionalPlan { options, people });
        }
    }

    /// Bounds a new node, tries a plan near its prices, and keeps it if it may hold a better one.
    fn enter(&mut self, path: Vec<(u32, u64)>, parent: f64, start: &Start, reach: f64) {
        let problem = self.dual.problem;
        let masks = (!path.is_empty()).then(|| {
            let mut masks = vec![all(problem.options()); problem.sites()];
            for &(site, mask) in &path {
                masks[site as usize] &= mask;
            }
            masks
        });
        let masks = masks.as_deref();
        let climb = self.climb(masks, start, reach);
        let best = climb.best();
        let bound = best.cut.value.max(parent);
        let place = self.nodes.len();
        let regions: Vec<Vec<RegionNode>> =
            best.parts.iter().map(|part| part.tree.clone()).collect();
        let (systems, lift) = best.cut.at.split_at(problem.stock.len());
        self.proof_nodes += regions.iter().map(Vec::len).sum::<usize>();
        self.nodes.push(ProofNode::Prices {
            systems: systems.to_vec(),
            lift: lift.iter().sum(),
            regions,
        });
        let near = Near {
            dual: self.dual,
            masks,
            best,
            seen: &climb.seen,
        };
        if let Some(options) = near.options() {
            self.take(options);
        }
        if self.closes(bound) {
            return;
        }
        self.heap.push(Open {
            bound,
            place,
            path,
            start: Start {
                shared: best.cut.at.clone(),
                people: best.prices(),
            },
            split: climb.split(self.dual, masks).or_else(|| near.nearest()),
        });
    }

    /// Until the cuts promise too little to matter beside the gap.
    fn climb(&self, masks: Option<&[u64]>, start: &Start, reach: f64) -> Climb {
        let best = self.best.0;
        let least = if self.dual.has_trees() { 1e-10 } else { 1e-8 };
        let least = (0.2 * self.options.gap).max(least) * best.abs();
        let promise = |height: f64| {
            let gap = match self.nodes.is_empty() {
                true => f64::INFINITY,
                false => 0.05 * (best - height).max(0.0),
            };
            least.max(gap.min(PROMISE.max(0.05 * self.options.gap) * height.abs()))
        };
        let enough = Enough {
            closes: &|bound| self.closes(bound) || self.is_late(),
            promise: &promise,
            // One unit too many at this price already costs more than the best plan.
            price: 2.0 * best.abs(),
            tolerance: 1e-10 * best.abs() / self.dual.regions.len() as f64,
        };
        Climb::new(self.dual, masks, start, reach, &enough)
    }

    fn branch(&mut self, node: Open) {
        let Some((site, parts)) = node.split else {
            return;
        };
        let mut split = Vec::new();
        for part in parts {
            split.push((part, self.nodes.len() as u32));
            let mut path = node.path.clone();
            path.push((site, part));
            self.enter(path, node.bound, &node.start, CHILD_REACH);
        }
        self.nodes[node.place] = ProofNode::Split { site, parts: split };
    }
}
