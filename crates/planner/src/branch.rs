//! A plain branch and bound over the sites' choices, with the people's flow as relaxation.
//!
//! Its root gives every solve a bound that does not rest on floating-point pivoting. The tree is
//! searched only where the mathematical-programming solver fails or may not be trusted.

use crate::flow::{Seat, settle, slack};
use crate::reduce::{Choice, Evaluation, Reduced};
use std::time::Instant;

/// What limits a search.
#[derive(Clone, Copy)]
pub struct Limits {
    /// Most nodes.
    pub nodes: u64,
    /// When to stop.
    pub deadline: Option<Instant>,
    /// Stop where nothing better than this share below the best plan is left.
    pub gap: f64,
}

/// What a search found.
pub struct Branched {
    /// The best choices and their evaluation.
    pub best: Option<(Vec<Choice>, Evaluation)>,
    /// No plan loses less than this.
    pub bound: f64,
    /// Whether the whole tree was searched, so that without `best` there is no plan.
    pub complete: bool,
    /// Nodes visited.
    pub nodes: u64,
}

/// What the relaxation of some open choices says.
pub struct Relaxed {
    /// No plan within the choices loses less.
    pub bound: f64,
    /// People in the relaxation.
    pub people: Vec<u32>,
}

/// The relaxation in which each site has its best remaining loadout and cover at once, and a site
/// that may close pays its upkeep by the person; `None` if even that has no way.
pub fn relax(reduced: &Reduced, choices: &[Vec<Choice>]) -> Option<Relaxed> {
    let problem = reduced.problem;
    if choices.iter().any(Vec::is_empty) || !suppliable(reduced, choices) {
        return None;
    }
    let mut constant = 0.0;
    let mut seats = Vec::with_capacity(choices.len());
    for (index, site) in problem.sites.iter().enumerate() {
        let own = &choices[index];
        let direct = |choice: &Choice| site.direct_loss[choice.loadout];
        let may_stand = |&(host, loadout): &(usize, usize)| {
            choices[host].iter().any(|choice| choice.loadout == loadout)
        };
        let level = reduced.levels[index]
            .iter()
            .find(|level| level.hosts.iter().any(may_stand));
        let covered = level.map_or(reduced.bare[index], |level| level.loss);
        let least = own.iter().map(direct).fold(f64::INFINITY, f64::min);
        constant += site.fixed_people * (least + covered);
        let open = own.iter().filter(|choice| choice.open);
        let least_open = open.map(direct).fold(f64::INFINITY, f64::min);
        let stays = own.iter().all(|choice| choice.open);
        if stays {
            constant += site.upkeep_loss;
        }
        seats.push(if least_open.is_finite() {
            let most = reduced.most[index];
            let upkeep = if stays {
                0.0
            } else {
                site.upkeep_loss / f64::from(most)
            };
            Seat {
                fewest: if stays { site.fewest() } else { 0 },
                most,
                guard: if stays { site.guard } else { 0 },
                loss: least_open + covered + upkeep,
            }
        } else {
            Seat::default()
        });
    }
    let people = settle(problem, &seats)?;
    let moved = problem.moved(people.iter().copied()) as f64;
    let placed = people
        .iter()
        .zip(&seats)
        .map(|(&n, seat)| f64::from(n) * seat.loss);
    let loss = constant + problem.loss_per_move * moved + placed.sum::<f64>();
    // The sums above are rounded too, each to far less than this share.
    let bound = (loss * (1.0 - 1e-12) - slack(problem, &seats)).max(0.0);
    Some(Relaxed { bound, people })
}

/// Whether the pools can supply each site's least need of each system.
fn suppliable(reduced: &Reduced, choices: &[Vec<Choice>]) -> bool {
    let problem = reduced.problem;
    (0..problem.systems.len()).all(|system| {
        let sites = choices.iter().enumerate();
        let needs: Vec<u64> = sites
            .map(|(site, choices)| {
                let drawn = choices
                    .iter()
                    .map(|c| problem.drawn(site, c.loadout, system));
                drawn.min().unwrap_or(0).into()
            })
            .collect();
        problem.units_short(system, &needs) == 0
    })
}

/// Searches the tree depth first, starting from the best plan known.
pub fn search(
    reduced: &Reduced,
    best: Option<(Vec<Choice>, Evaluation)>,
    limits: Limits,
) -> Branched {
    let mut tree = Tree {
        reduced,
        limits,
        best,
        nodes: 0,
        complete: true,
        open_bound: f64::INFINITY,
    };
    tree.visit(&reduced.choices, 0.0);
    let best_value = tree
        .best
        .as_ref()
        .map_or(f64::INFINITY, |best| best.1.value);
    Branched {
        bound: tree.open_bound.min(best_value),
        best: tree.best,
        complete: tree.complete,
        nodes: tree.nodes,
    }
}

struct Tree<'a> {
    reduced: &'a Reduced<'a>,
    limits: Limits,
    best: Option<(Vec<Choice>, Evaluation)>,
    nodes: u64,
    complete: bool,
    /// Least bound among subtrees left unsearched.
    open_bound: f64,
}

impl Tree<'_> {
    /// Searches a subtree whose parent allows no loss below `known_bound`.
    fn visit(&mut self, choices: &[Vec<Choice>], known_bound: f64) {
        let expired = self.limits.deadline.is_some_and(|at| Instant::now() >= at);
        if self.nodes > 0 && (expired || self.nodes >= self.limits.nodes) {
            self.complete = false;
            self.open_bound = self.open_bound.min(known_bound);
            return;
        }
        let Some(relaxed) = relax(self.reduced, choices) else {
            return;
        };
        self.nodes += 1;
        let bound = relaxed.bound.max(known_bound);
        self.keep_better(completed(self.reduced, choices, &relaxed.people));
        let cutoff = match &self.best {
            Some(best) => best.1.value * (1.0 - self.limits.gap),
            None => f64::INFINITY,
        };
        if bound >= cutoff {
            self.open_bound = self.open_bound.min(bound);
            return;
        }
        for child in self.split(choices, &relaxed.people) {
            self.visit(&child, bound);
        }
    }

    fn keep_better(&mut self, state: Vec<Choice>) {
        let Some(found) = self.reduced.evaluate(&state) else {
            return;
        };
        if self
            .best
            .as_ref()
            .is_none_or(|best| found.value < best.1.value)
        {
            self.best = Some((state, found));
        }
    }

    /// The children: open against closed where the relaxation is torn, else one a choice of the
    /// site whose choice weighs most; none where nothing is left to choose.
    fn split(&self, choices: &[Vec<Choice>], people: &[u32]) -> Vec<Vec<Vec<Choice>>> {
        let problem = self.reduced.problem;
        let torn = (0..choices.len()).find(|&site| {
            let both =
                choices[site].iter().any(|c| c.open) && !choices[site].iter().all(|c| c.open);
            both && people[site] > 0 && people[site] < problem.sites[site].fewest()
        });
        let with = |site: usize, kept: Vec<Choice>| {
            let mut child = choices.to_vec();
            child[site] = kept;
            child
        };
        if let Some(site) = torn {
            let (open, closed) = choices[site].iter().partition(|choice| choice.open);
            return vec![with(site, closed), with(site, open)];
        }
        let weight = |site: usize| {
            let own = &problem.sites[site];
            let losses = choices[site]
                .iter()
                .map(|choice| own.direct_loss[choice.loadout]);
            let (low, high) = losses.fold((f64::INFINITY, 0.0), |(low, high), loss| {
                (f64::min(low, loss), f64::max(high, loss))
            });
            (f64::from(people[site]) + own.fixed_people) * (high - low) + own.upkeep_loss
        };
        let undecided = (0..choices.len()).filter(|&site| choices[site].len() > 1);
        let heaviest = undecided.reduce(|best, site| match weight(site) > weight(best) {
            true => site,
            false => best,
        });
        let Some(site) = heaviest else {
            return Vec::new();
        };
        let mut order = choices[site].clone();
        let direct = &problem.sites[site].direct_loss;
        order.sort_by(|a, b| direct[a.loadout].total_cmp(&direct[b.loadout]));
        order
            .into_iter()
            .map(|choice| with(site, vec![choice]))
            .collect()
    }
}

/// One choice a site near the relaxation: open where it has people, as few units as possible first,
/// then the loadout that saves most while the pools last.
pub fn completed(reduced: &Reduced, choices: &[Vec<Choice>], people: &[u32]) -> Vec<Choice> {
    let problem = reduced.problem;
    let direct = |site: usize, choice: &Choice| problem.sites[site].direct_loss[choice.loadout];
    let mut state: Vec<Choice> = Vec::with_capacity(choices.len());
    for (site, own) in choices.iter().enumerate() {
        let order = |choice: &&Choice| {
            let wrong = choice.open != (people[site] > 0);
            (wrong, problem.drawn_in_all(site, choice.loadout))
        };
        let Some(&choice) = own.iter().min_by_key(order) else {
            return state;
        };
        state.push(choice);
    }
    let saving = |state: &[Choice], site: usize, choice: &Choice| {
        let exposed = f64::from(people[site]) + problem.sites[site].fixed_people;
        exposed * (direct(site, &state[site]) - direct(site, choice))
    };
    let mut upgrades: Vec<(f64, usize, Choice)> = Vec::new();
    for (site, own) in choices.iter().enumerate() {
        let alike = own.iter().filter(|choice| choice.open == state[site].open);
        upgrades.extend(alike.map(|&choice| (saving(&state, site, &choice), site, choice)));
    }
    upgrades.retain(|upgrade| upgrade.0 > 0.0);
    upgrades.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (_, site, choice) in upgrades {
        if saving(&state, site, &choice) > 0.0 {
            let before = std::mem::replace(&mut state[site], choice);
            if !reduced.supplied(&state) {
                state[site] = before;
            }
        }
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::{Size, random_problem};

    /// The tree is a fallback that no healthy solve reaches, so it is driven here by itself.
    #[test]
    fn the_tree_alone_finds_what_the_program_finds() {
        let size = Size {
            sites: (2, 6),
            people: 500,
            loadouts: 6,
            missions: 3,
        };
        let limits = Limits {
            nodes: u64::MAX,
            deadline: None,
            gap: 1e-9,
        };
        for seed in 0..150 {
            let problem = random_problem(50_000 + seed, &size);
            let reduced = Reduced::new(&problem);
            let alone = search(&reduced, None, limits);
            assert!(alone.complete);
            match crate::solve(&problem, &crate::Options::default()) {
                Ok(solved) => {
                    let value = alone.best.map(|best| best.1.value).unwrap();
                    assert!(
                        (value - solved.value).abs() <= 1e-6 * solved.value,
                        "seed {seed}"
                    );
                    assert!(alone.bound >= value * (1.0 - 1e-8), "seed {seed}");
                }
                Err(_) => assert!(alone.best.is_none(), "seed {seed}"),
            }
            let rushed = search(&reduced, None, Limits { nodes: 3, ..limits });
            assert!(rushed.bound <= alone.bound * (1.0 + 1e-9), "seed {seed}");
        }
    }
}
