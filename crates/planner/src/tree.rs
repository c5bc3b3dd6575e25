//! Branch and bound over the sites' options, whose every node is closed by prices.
//!
//! Best bound first, but from every node down to where it closes. At each node the options that
//! its prices show to be too dear are dropped, and the plan nearest to the mix of picks is tried.

use crate::certificate::{Certificate, Choice, Node, Part};
use crate::local::{self, Found};
use crate::master::{Master, Relaxed};
use crate::model::Model;
use crate::reduce::Reduced;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Instant;

/// Most prices kept for the proof, in numbers: 64 MB.
const PRICES_MAX: usize = 1 << 23;
/// Share of a bound that is given up to the rounding of those who check it.
const ROUNDING: f64 = 1e-11;
/// Weights of a mix this near to whole count as whole.
const WHOLE: f64 = 1e-6;

/// What limits the search.
pub struct Limits {
    /// When to stop.
    pub deadline: Option<Instant>,
    /// Relative gap at which a case is closed.
    pub gap: f64,
    /// Most pivots times rows of the master program.
    pub work: u64,
}

/// The search and its proof so far.
pub struct Tree<'a> {
    model: &'a Model<'a>,
    master: Option<Master<'a>>,
    limits: Limits,
    /// The best plan.
    pub best: Option<Found>,
    /// Scaled loss that no plan can exceed.
    hopeless: f64,
    /// Least bound at which something was closed.
    least: f64,
    open: BTreeMap<(Key, Reverse<usize>), Open>,
    prices: Vec<Vec<f64>>,
    nodes: Vec<Node>,
    /// Nodes solved.
    pub solved: u64,
}

/// A bound as a key of an ordered map.
#[derive(Clone, Copy, PartialEq)]
struct Key(f64);

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// A case to be looked at.
struct Open {
    allowed: Vec<bool>,
    bound: f64,
    /// Index of the prices that show the bound.
    prices: usize,
    node: usize,
}

/// A site and the places of its options in each part.
type Parts = (usize, Vec<Vec<usize>>);

impl<'a> Tree<'a> {
    /// A tree over all options, known to be bounded by `root`.
    pub fn new(model: &'a Model<'a>, root: &Relaxed, best: Option<Found>, limits: Limits) -> Self {
        let hopeless = most_loss(model.reduced) * model.scale * (1.0 + 1e-6) + 1e-3;
        let mut tree = Self {
            model,
            master: None,
            limits,
            best,
            hopeless,
            least: f64::INFINITY,
            open: BTreeMap::new(),
            prices: vec![root.prices.clone()],
            nodes: vec![Node::Prices(0)],
            solved: 0,
        };
        tree.push(Open {
            allowed: vec![true; model.options_count()],
            bound: root.bound,
            prices: 0,
            node: 0,
        });
        tree
    }

    /// Improves the plan nearest to the root's mix, and leaves the tree at its root.
    pub fn stay(&mut self, root: &Relaxed) {
        self.solved = 1;
        let all = vec![true; self.model.options_count()];
        self.try_near(&all, root);
    }

    /// Searches until every case is closed or a limit is reached.
    pub fn search(&mut self) {
        let mut next: Option<Open> = None;
        while let Some(open) = next
            .take()
            .or_else(|| self.open.pop_first().map(|(_, open)| open))
        {
            if open.bound >= self.cutoff() {
                self.least = self.least.min(open.bound);
            } else if self.is_exhausted() {
                self.push(open);
                break;
            } else {
                next = self.visit(open);
            }
        }
    }

    /// Scaled loss from which on a case is closed.
    fn cutoff(&self) -> f64 {
        match &self.best {
            Some(best) => best.1.value * self.model.scale * (1.0 - 0.9 * self.limits.gap),
            None => self.hopeless,
        }
    }

    fn is_exhausted(&self) -> bool {
        let rows = self.model.right.len() + self.model.sites.len();
        self.limits.deadline.is_some_and(|at| Instant::now() >= at)
            || self.pivots() * rows as u64 > self.limits.work
            || self.prices.len() * self.model.right.len() > PRICES_MAX
    }

    fn pivots(&self) -> u64 {
        self.master.as_ref().map_or(0, |master| master.pivots)
    }

    fn push(&mut self, open: Open) {
        let key = (Key(open.bound), Reverse(open.node));
        self.open.insert(key, open);
    }

    /// Bounds a case; closes it, or splits it and gives the part to go on with.
    fn visit(&mut self, mut open: Open) -> Option<Open> {
        self.solved += 1;
        let cutoff = self.cutoff();
        let (model, start) = (self.model, &self.prices[0]);
        let master = self.master.get_or_insert_with(|| Master::new(model, start));
        let relaxed = master.relax(&open.allowed, cutoff, self.limits.deadline);
        let prices = self.prices.len();
        self.prices.push(relaxed.prices.clone());
        // Out of time in the middle, the prices of the case above may be better.
        if relaxed.bound >= open.bound {
            open.bound = relaxed.bound;
            open.prices = prices;
            self.nodes[open.node] = Node::Prices(prices);
        } else if self.is_exhausted() {
            self.push(open);
            return None;
        }
        if relaxed.bound < self.cutoff() {
            self.try_near(&open.allowed, &relaxed);
        }
        if relaxed.bound >= self.cutoff() {
            self.least = self.least.min(relaxed.bound);
            return None;
        }
        let (dropped, closed) = self.narrow(&mut open.allowed, &relaxed);
        if closed {
            self.nodes[open.node] = Node::Prices(prices);
            return None;
        }
        if dropped {
            let rest = self.add(open.prices);
            self.nodes[open.node] = Node::Narrow { prices, rest };
            open.node = rest;
        }
        match self.split(&open.allowed, &relaxed) {
            Some((site, parts)) => self.branch(open, site, parts),
            // One option a site: prices for them alone may show what those for more did not.
            None if dropped => Some(open),
            None => {
                self.least = self.least.min(open.bound);
                None
            }
        }
    }

    fn add(&mut self, prices: usize) -> usize {
        self.nodes.push(Node::Prices(prices));
        self.nodes.len() - 1
    }

    /// Drops options that are too dear; whether any went, and whether some site has none left.
    fn narrow(&mut self, allowed: &mut [bool], relaxed: &Relaxed) -> (bool, bool) {
        let cutoff = self.cutoff();
        let (mut dropped, mut closed) = (false, false);
        for site in 0..self.model.sites.len() {
            let costs = self.model.of(site, &relaxed.costs);
            let cheapest = costs.iter().copied().fold(f64::INFINITY, f64::min);
            let first = self.model.first_option[site];
            let mut left = false;
            for (option, cost) in costs.iter().enumerate() {
                if !allowed[first + option] {
                    continue;
                }
                let bound = relaxed.bound - cheapest + cost;
                if bound >= cutoff {
                    allowed[first + option] = false;
                    self.least = self.least.min(bound);
                    dropped = true;
                } else {
                    left = true;
                }
            }
            closed |= !left;
        }
        (dropped, closed)
    }

    fn branch(&mut self, open: Open, site: usize, parts: Vec<Vec<usize>>) -> Option<Open> {
        let first = self.model.first_option[site];
        let mut children = Vec::new();
        let mut listed = Vec::new();
        for (place, part) in parts.iter().enumerate() {
            let mut allowed = open.allowed.clone();
            for option in 0..self.model.sites[site].options.len() {
                allowed[first + option] &= part.contains(&option);
            }
            let node = self.add(open.prices);
            listed.push(Part {
                options: self.options(site, &parts, place),
                node,
            });
            children.push(Open {
                allowed,
                bound: open.bound,
                prices: open.prices,
                node,
            });
        }
        self.nodes[open.node] = Node::Split {
            site,
            parts: listed,
        };
        let mut children = children.into_iter();
        let next = children.next();
        for child in children {
            self.push(child);
        }
        next
    }

    /// The choices of a part, those that were dropped as no better among them. The first part takes
    /// whatever is in no other, so that nothing is left out.
    fn options(&self, site: usize, parts: &[Vec<usize>], place: usize) -> Vec<Choice> {
        let reduced = self.model.reduced;
        let belongs = |option: usize| match place {
            0 => !parts[1..].iter().any(|part| part.contains(&option)),
            _ => parts[place].contains(&option),
        };
        let kept = reduced.choices[site].iter().copied().enumerate();
        let kept = kept.map(|(option, choice)| (choice, option));
        let all = kept.chain(reduced.dropped[site].iter().copied());
        all.filter(|&(_, option)| belongs(option))
            .map(|(choice, _)| choice)
            .collect()
    }

    /// Tries the plan nearest to the mix of picks.
    fn try_near(&mut self, allowed: &[bool], relaxed: &Relaxed) {
        let reduced = self.model.reduced;
        let found = self.nearest(allowed, relaxed);
        let bound = relaxed.bound / self.model.scale;
        let known = self.best.take();
        let improves = match (&known, &found) {
            (Some(known), Some(found)) => found.1.value < known.1.value,
            (None, found) => found.is_some(),
            _ => false,
        };
        let mut best = local::better(known, found);
        if improves || self.solved == 1 {
            let deadline = self.limits.deadline;
            best = best.map(|best| local::improved(reduced, best, bound, deadline));
        }
        self.best = best;
    }

    /// The plan nearest to the mix of picks in which people find places: sites open as they mostly
    /// are in the mix, and as many more as are needed, those first that lose least by it.
    fn nearest(&self, allowed: &[bool], relaxed: &Relaxed) -> Option<Found> {
        let model = self.model;
        let mut open = Vec::with_capacity(model.sites.len());
        let mut more: Vec<(f64, usize)> = Vec::new();
        for (site, choices) in model.reduced.choices.iter().enumerate() {
            let (weights, costs) = (
                model.of(site, &relaxed.weights),
                model.of(site, &relaxed.costs),
            );
            let of = |wanted: bool| {
                let options = 0..choices.len();
                options.filter(move |&option| choices[option].open == wanted)
            };
            let share: f64 = of(true).map(|option| weights[option]).sum();
            let cost = |wanted| of(wanted).map(|o| costs[o]).fold(f64::INFINITY, f64::min);
            open.push(share > 0.5);
            if share <= 0.5 && cost(true).is_finite() {
                more.push((cost(true) - cost(false), site));
            }
        }
        more.sort_by(|a, b| a.0.total_cmp(&b.0));
        let attempt = |count: usize| {
            let mut open = open.clone();
            more[..count]
                .iter()
                .for_each(|&(_, site)| open[site] = true);
            let state = near(model, allowed, &relaxed.weights, &open)?;
            local::evaluated(model.reduced, state)
        };
        let mut found = attempt(0);
        if found.is_none() {
            let (mut few, mut enough) = (0, more.len());
            found = attempt(enough);
            while found.is_some() && few + 1 < enough {
                let middle = usize::midpoint(few, enough);
                let between = attempt(middle);
                match between {
                    Some(_) => (enough, found) = (middle, between),
                    None => few = middle,
                }
            }
        }
        found
    }

    /// How to split a case: by whether a site is open, else by its units of one system, else by its
    /// likeliest option; where most is at stake. The likelier part comes first.
    fn split(&self, allowed: &[bool], relaxed: &Relaxed) -> Option<Parts> {
        let mut best: Option<(f64, Parts)> = None;
        for site in 0..self.model.sites.len() {
            let first = self.model.first_option[site];
            let count = self.model.sites[site].options.len();
            let left: Vec<usize> = (0..count)
                .filter(|option| allowed[first + option])
                .collect();
            if left.len() < 2 {
                continue;
            }
            let weight = |option: &usize| relaxed.weights[first + option];
            for (measure, factor) in self.measures(site) {
                let mean: f64 = left.iter().map(|o| weight(o) * measure(o)).sum();
                let below = |option: &usize| measure(option) <= mean;
                let (low, high): (Vec<usize>, Vec<usize>) = left.iter().partition(|o| below(o));
                if low.is_empty() || high.is_empty() {
                    continue;
                }
                let share: f64 = high.iter().map(weight).sum();
                let score = share.min(1.0 - share).max(0.0) * factor;
                if best.as_ref().is_none_or(|best| score > best.0) {
                    let parts = if share > 0.5 {
                        vec![high, low]
                    } else {
                        vec![low, high]
                    };
                    best = Some((score, (site, parts)));
                }
            }
        }
        if let Some((score, parts)) = best
            && score > WHOLE
        {
            return Some(parts);
        }
        self.any_split(allowed, relaxed)
    }

    /// Any split, where the mix is whole.
    fn any_split(&self, allowed: &[bool], relaxed: &Relaxed) -> Option<Parts> {
        let sites = 0..self.model.sites.len();
        let split = sites.filter_map(|site| {
            let first = self.model.first_option[site];
            let count = self.model.sites[site].options.len();
            let left = (0..count).filter(|option| allowed[first + option]);
            let likeliest = left.clone().max_by(|a, b| {
                let weight = |option: &usize| relaxed.weights[first + option];
                weight(a).total_cmp(&weight(b)).then(b.cmp(a))
            })?;
            let rest: Vec<usize> = left.filter(|&option| option != likeliest).collect();
            (!rest.is_empty()).then(|| (site, vec![vec![likeliest], rest]))
        });
        split.into_iter().next()
    }

    /// Numbers by which to tell options of a site apart, with how much each matters.
    fn measures(&self, site: usize) -> impl Iterator<Item = (impl Fn(&usize) -> f64, f64)> {
        let reduced = self.model.reduced;
        let choices = &reduced.choices[site];
        let systems = reduced.problem.systems.len();
        let own = &reduced.problem.sites[site];
        let stake = f64::from(own.people) + own.fixed_people + 1.0;
        (0..=systems).map(move |kind| {
            let measure = move |option: &usize| {
                let choice = choices[*option];
                match kind {
                    0 => f64::from(u8::from(choice.open)),
                    _ => f64::from(reduced.problem.loadouts[choice.loadout][kind - 1]),
                }
            };
            (measure, if kind == 0 { 2.0 * stake } else { stake })
        })
    }

    /// No plan loses less than this, as far as the search believes; and the proof of it.
    pub fn certificate(&self) -> Certificate {
        let open = self.open.values().map(|open| open.bound);
        let least = open.fold(self.least, f64::min);
        let bound = least / self.model.scale;
        let best = self
            .best
            .as_ref()
            .map_or(f64::INFINITY, |best| best.1.value);
        let bound = bound.min(best);
        Certificate {
            // Room for the checker to round down, which costs it a few last places.
            bound: (bound - bound.abs() * ROUNDING).max(0.0),
            prices: self
                .prices
                .iter()
                .map(|prices| self.model.unscaled(prices))
                .collect(),
            nodes: self.nodes.clone(),
        }
    }
}

/// A loss that no plan exceeds.
pub fn most_loss(reduced: &Reduced) -> f64 {
    let problem = reduced.problem;
    let sites = problem.sites.iter().map(|site| {
        let direct = site.direct_loss.iter().copied().fold(0.0, f64::max);
        let people = f64::from(site.capacity) + site.fixed_people;
        people * (direct + site.bare_loss) + site.upkeep_loss
    });
    sites.sum::<f64>() + problem.loss_per_move * problem.people() as f64
}

/// The choices nearest to a mix that the pools can supply: sites are open as said where they may be,
/// and have the likeliest loadouts that are left, the sites that are surest first.
fn near(model: &Model, allowed: &[bool], weights: &[f64], open: &[bool]) -> Option<Vec<Choice>> {
    let reduced = model.reduced;
    let mut wanted: Vec<(f64, usize, Choice)> = Vec::new();
    let mut state = Vec::with_capacity(model.sites.len());
    for (site, choices) in reduced.choices.iter().enumerate() {
        let options = choices.iter().zip(model.of(site, weights));
        let options = options.zip(model.of(site, allowed));
        let left: Vec<(Choice, f64)> = options
            .filter(|(_, allowed)| **allowed)
            .map(|((choice, weight), _)| (*choice, *weight))
            .collect();
        let drawn = |choice: Choice| reduced.problem.drawn_in_all(site, choice.loadout);
        let order = |it: &&(Choice, f64)| (it.0.open != open[site], drawn(it.0));
        let least = left.iter().min_by_key(order)?.0;
        state.push(least);
        let likely = left.iter().filter(|it| it.0.open == least.open);
        wanted.extend(likely.map(|&(choice, weight)| (weight, site, choice)));
    }
    wanted.retain(|wanted| wanted.0 > WHOLE);
    wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut is_set = vec![false; state.len()];
    for (_, site, choice) in wanted {
        if !is_set[site] {
            let before = std::mem::replace(&mut state[site], choice);
            is_set[site] = before == choice || reduced.supplied(&state);
            if !is_set[site] {
                state[site] = before;
            }
        }
    }
    Some(state)
}
