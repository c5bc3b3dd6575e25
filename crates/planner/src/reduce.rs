//! The choices worth considering: what is left when impossible and dominated ones are gone.

use crate::certificate::Choice;
use crate::flow::{Memory, Seat, settle};
use crate::plan::{Plan, SitePlan};
use crate::problem::{Problem, SiteProblem};
use std::cell::RefCell;

/// Area defences that leave a site the same loss.
#[derive(Clone, Debug)]
pub struct Level {
    /// Loss per person from attacks that area defence could stop.
    pub loss: f64,
    /// The (host, loadout) pairs that give it, of which one suffices.
    pub hosts: Vec<(usize, usize)>,
}

/// A problem with the choices that a best plan may need.
pub struct Reduced<'a> {
    /// The problem as given.
    pub problem: &'a Problem,
    /// Choices left at each site.
    pub choices: Vec<Vec<Choice>>,
    /// Choices dropped at each site, with the place among those left of one that is no worse.
    pub dropped: Vec<Vec<(Choice, usize)>>,
    /// Cover worth having at each site, least loss first.
    pub levels: Vec<Vec<Level>>,
    /// For each site, the sites that its loadout may cover.
    pub covered_by: Vec<Vec<usize>>,
    /// Loss per person at each site under the cover that it has whatever is chosen.
    pub bare: Vec<f64>,
    /// Most people that can come to be at each site.
    pub most: Vec<u32>,
    memory: RefCell<Memory>,
}

/// The loss of one choice a site, and the people that make it least.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// Expected loss.
    pub value: f64,
    /// People at each site.
    pub people: Vec<u32>,
}

impl<'a> Reduced<'a> {
    /// Reduces a valid problem; a site without a choice left means that there is no plan.
    pub fn new(problem: &'a Problem) -> Self {
        let most: Vec<u32> = problem
            .sites
            .iter()
            .map(|site| most(problem, site))
            .collect();
        let mut choices: Vec<Vec<Choice>> = (0..problem.sites.len())
            .map(|site| possible(problem, site, most[site]))
            .collect();
        let hosted = hosted(problem);
        let sites = choices.iter_mut().enumerate();
        let dropped = sites
            .map(|(site, choices)| drop_dominated(problem, site, &hosted[site], choices))
            .collect();
        let bare = (0..problem.sites.len()).map(|site| assured(problem, site, &choices));
        let bare: Vec<f64> = bare.collect();
        let levels: Vec<Vec<Level>> = (0..problem.sites.len())
            .map(|site| levels(problem, site, bare[site], &choices))
            .collect();
        let mut covered_by = vec![Vec::new(); problem.sites.len()];
        for (site, levels) in levels.iter().enumerate() {
            for &(host, _) in levels.iter().flat_map(|level| &level.hosts) {
                if covered_by[host].last() != Some(&site) {
                    covered_by[host].push(site);
                }
            }
        }
        Self {
            problem,
            choices,
            dropped,
            levels,
            covered_by,
            bare,
            most,
            memory: RefCell::default(),
        }
    }

    /// Whether some plan may have a loadout at a site.
    pub fn may_stand(&self, site: usize, loadout: usize) -> bool {
        let dropped = self.dropped[site].iter().map(|(choice, _)| choice);
        let mut all = self.choices[site].iter().chain(dropped);
        all.any(|choice| choice.loadout == loadout)
    }

    /// Loss per person at a site from attacks that area defence could stop, under this plan of choices.
    pub fn covered(&self, state: &[Choice], site: usize) -> f64 {
        let stands = |&(host, loadout): &(usize, usize)| state[host].loadout == loadout;
        let level = self.levels[site]
            .iter()
            .find(|level| level.hosts.iter().any(stands));
        level.map_or(self.bare[site], |level| level.loss)
    }

    /// Whether the pools can supply every site.
    pub fn supplied(&self, state: &[Choice]) -> bool {
        let problem = self.problem;
        (0..problem.systems.len()).all(|system| {
            let sites = state.iter().enumerate();
            let needs: Vec<u64> = sites
                .map(|(site, choice)| problem.drawn(site, choice.loadout, system).into())
                .collect();
            problem.units_short(system, &needs) == 0
        })
    }

    /// Loss per person at a site, from all attacks.
    pub fn per_person(&self, state: &[Choice], site: usize) -> f64 {
        self.problem.sites[site].direct_loss[state[site].loadout] + self.covered(state, site)
    }

    /// Expected loss with these people.
    pub fn value(&self, state: &[Choice], people: &[u32]) -> f64 {
        let problem = self.problem;
        let moved = problem.moved(people.iter().copied());
        let mut value = problem.loss_per_move * moved as f64;
        for site in 0..problem.sites.len() {
            value += self.share(state, people, site);
        }
        value
    }

    /// What one site adds to the expected loss with these people.
    pub fn share(&self, state: &[Choice], people: &[u32], index: usize) -> f64 {
        let site = &self.problem.sites[index];
        let exposed = f64::from(people[index]) + site.fixed_people;
        let upkeep = if state[index].open {
            site.upkeep_loss
        } else {
            0.0
        };
        exposed * self.per_person(state, index) + upkeep
    }

    /// The least loss with these choices, or `None` if pools or people leave no way.
    pub fn evaluate(&self, state: &[Choice]) -> Option<Evaluation> {
        if !self.supplied(state) {
            return None;
        }
        let seats: Vec<Seat> = (0..state.len())
            .map(|site| self.seat(state, site))
            .collect();
        let people = settle(self.problem, &seats, &mut self.memory.borrow_mut())?;
        let value = self.value(state, &people);
        Some(Evaluation { value, people })
    }

    /// Forgets earlier flows, so that the next does not depend on them even between equals.
    pub fn forget(&self) {
        self.memory.take();
    }

    fn seat(&self, state: &[Choice], index: usize) -> Seat {
        let site = &self.problem.sites[index];
        match state[index].open {
            false => Seat::default(),
            true => Seat {
                fewest: site.fewest(),
                most: self.most[index],
                guard: site.guard,
                loss: self.per_person(state, index),
            },
        }
    }

    /// The plan of these choices and people.
    pub fn plan(&self, state: &[Choice], people: &[u32]) -> Plan {
        let sites = state.iter().zip(people).map(|(choice, &people)| SitePlan {
            open: choice.open,
            loadout: choice.loadout,
            people,
        });
        Plan {
            sites: sites.collect(),
            moved: self.problem.moved(people.iter().copied()),
        }
    }
}

fn most(problem: &Problem, site: &SiteProblem) -> u32 {
    let others = problem.people() - u64::from(site.people);
    let leave = if site.outside {
        problem.may_leave
    } else {
        u64::MAX
    };
    let growth = problem.lift.min(leave).min(others);
    let growth = u32::try_from(growth).unwrap_or(u32::MAX);
    site.people.saturating_add(growth).min(site.capacity)
}

fn possible(problem: &Problem, index: usize, most: u32) -> Vec<Choice> {
    let site = &problem.sites[index];
    let may_open = site.fewest() <= most;
    let may_close = u64::from(site.people) <= problem.lift;
    let open = site.open_loadouts.iter().filter(|_| may_open);
    let closed = site.closed_loadouts.iter().filter(|_| may_close);
    let open = open.map(|&loadout| Choice {
        open: true,
        loadout,
    });
    let closed = closed.map(|&loadout| Choice {
        open: false,
        loadout,
    });
    let mut choices = Vec::new();
    for choice in open.chain(closed) {
        if !choices.contains(&choice) && obtainable(problem, index, choice.loadout) {
            choices.push(choice);
        }
    }
    choices
}

fn obtainable(problem: &Problem, site: usize, loadout: usize) -> bool {
    (0..problem.systems.len()).all(|system| {
        let pools = problem.pools.iter();
        let stock: u64 = pools
            .filter(|pool| pool.system == system && pool.serves(site))
            .map(|pool| u64::from(pool.available))
            .sum();
        u64::from(problem.drawn(site, loadout, system)) <= stock
    })
}

/// For each host, the (covered site, loadout, loss) that it offers.
fn hosted(problem: &Problem) -> Vec<Vec<(usize, usize, f64)>> {
    let mut hosted = vec![Vec::new(); problem.sites.len()];
    for (index, site) in problem.sites.iter().enumerate() {
        for cover in site
            .cover
            .iter()
            .filter(|cover| cover.loss < site.bare_loss)
        {
            hosted[cover.host].push((index, cover.loadout, cover.loss));
        }
    }
    hosted
}

/// Drops choices for which another of the same site is open alike, draws no more of any system,
/// and loses no more there or at any site that it covers; gives them with the place of that one.
fn drop_dominated(
    problem: &Problem,
    site: usize,
    hosted: &[(usize, usize, f64)],
    choices: &mut Vec<Choice>,
) -> Vec<(Choice, usize)> {
    let offers = |loadout: usize, covered: usize| {
        let offers = hosted.iter();
        offers
            .filter(|offer| offer.0 == covered && offer.1 == loadout)
            .fold(f64::INFINITY, |least, offer| least.min(offer.2))
    };
    let no_worse = |a: Choice, b: Choice| {
        let direct = &problem.sites[site].direct_loss;
        a.open == b.open
            && direct[a.loadout] <= direct[b.loadout]
            && (0..problem.systems.len()).all(|system| {
                problem.drawn(site, a.loadout, system) <= problem.drawn(site, b.loadout, system)
            })
            && hosted
                .iter()
                .filter(|offer| offer.1 == b.loadout)
                .all(|offer| offers(a.loadout, offer.0) <= offer.2)
    };
    let all = choices.clone();
    let mut place = 0;
    choices.retain(|&choice| {
        let at = place;
        place += 1;
        !all.iter().enumerate().any(|(other, &rival)| {
            other != at && no_worse(rival, choice) && (other < at || !no_worse(choice, rival))
        })
    });
    let dropped = all.into_iter().filter(|choice| !choices.contains(choice));
    dropped
        .filter_map(|choice| {
            let keeper = choices.iter().position(|&kept| no_worse(kept, choice))?;
            Some((choice, keeper))
        })
        .collect()
}

/// The loss per person of a site that some host assures, whatever is chosen there.
fn assured(problem: &Problem, index: usize, choices: &[Vec<Choice>]) -> f64 {
    let site = &problem.sites[index];
    let worst_of_host = |host: usize| {
        let worst = choices[host].iter().map(|choice| {
            let covers = site.cover.iter();
            covers
                .filter(|cover| cover.host == host && cover.loadout == choice.loadout)
                .fold(site.bare_loss, |least, cover| least.min(cover.loss))
        });
        worst.fold(0.0, f64::max)
    };
    let hosts = site.cover.iter().map(|cover| cover.host);
    hosts
        .filter(|&host| !choices[host].is_empty())
        .map(worst_of_host)
        .fold(site.bare_loss, f64::min)
}

fn levels(problem: &Problem, index: usize, bare: f64, choices: &[Vec<Choice>]) -> Vec<Level> {
    let site = &problem.sites[index];
    let mut covers: Vec<_> = site.cover.iter().collect();
    covers.retain(|cover| {
        let choices = &choices[cover.host];
        cover.loss < bare && choices.iter().any(|choice| choice.loadout == cover.loadout)
    });
    covers.sort_by(|a, b| a.loss.total_cmp(&b.loss));
    let mut levels: Vec<Level> = Vec::new();
    for cover in covers {
        let pair = (cover.host, cover.loadout);
        if levels.iter().any(|level| level.hosts.contains(&pair)) {
            continue;
        }
        match levels.last_mut().filter(|level| level.loss == cover.loss) {
            Some(level) => level.hosts.push(pair),
            None => levels.push(Level {
                loss: cover.loss,
                hosts: vec![pair],
            }),
        }
    }
    levels
}
