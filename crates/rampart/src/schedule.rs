//! When people move and when systems stand: a plan laid out over the days of the horizon.

use crate::assemble::{self, Origin};
use planner::{Plan, Pool, Problem};
use theatre::Theatre;

/// People who go from one site to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Index of the site they leave.
    pub from: usize,
    /// Index of the site they go to.
    pub to: usize,
    /// How many.
    pub people: u32,
    /// People moved before them, by the order of the lift.
    before: u64,
    /// First day on which some of them move, from 1.
    pub first_day: u32,
    /// Last day on which some of them move.
    pub last_day: u32,
}

/// A stretch of days on which the same systems stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// First day, from 1.
    pub first_day: u32,
    /// Last day.
    pub last_day: u32,
    /// Loadout by site.
    pub loadouts: Vec<usize>,
    /// Mean people by site over the stage's days.
    pub people: Vec<f64>,
    /// Days of the stage, by site, on which there are own people.
    pub open_days: Vec<u32>,
}

/// A plan over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// Moves in the order of the lift: those that avert most first.
    pub moves: Vec<Move>,
    /// Day by site from which all that the plan puts there stands; 1 where nothing is sent.
    pub from_day: Vec<u32>,
    /// The stages, first to last.
    pub stages: Vec<Stage>,
    /// People moved in all.
    pub moved: u64,
    /// People who can be moved in a day.
    people_per_day: u64,
}

impl Schedule {
    /// Today's laydown, kept for the whole horizon.
    #[must_use]
    pub fn today(theatre: &Theatre, problem: &Problem) -> Self {
        Self::steady(theatre, &problem.today().0)
    }

    /// A plan as the planner values it: as if it stood from the first day.
    #[must_use]
    pub fn steady(theatre: &Theatre, plan: &Plan) -> Self {
        let stage = Stage {
            first_day: 1,
            last_day: theatre.horizon_days,
            loadouts: plan.sites.iter().map(|site| site.loadout).collect(),
            people: plan
                .sites
                .iter()
                .map(|site| f64::from(site.people))
                .collect(),
            open_days: plan
                .sites
                .iter()
                .map(|site| u32::from(site.people > 0) * theatre.horizon_days)
                .collect(),
        };
        Self {
            moves: Vec::new(),
            from_day: vec![1; plan.sites.len()],
            stages: vec![stage],
            moved: plan.moved,
            people_per_day: 0,
        }
    }

    /// Lays out a plan. `exposure` is the loss per person at each site today: it orders the moves.
    #[must_use]
    pub fn new(
        theatre: &Theatre,
        problem: &Problem,
        pools: &[(Pool, Origin)],
        plan: &Plan,
        exposure: &[f64],
    ) -> Self {
        let people_per_day = u64::from(theatre.movement.people_per_day);
        let moves = pair_moves(theatre, problem, plan, exposure);
        let arrivals = arrivals(theatre, problem, pools, plan, exposure);
        let from_day = arrivals
            .iter()
            .map(|units| units.iter().map(|&(_, day)| day).max().unwrap_or(1))
            .collect();
        let mut schedule = Self {
            moves,
            from_day,
            stages: Vec::new(),
            moved: plan.moved,
            people_per_day,
        };
        schedule.stages = schedule.lay_out(theatre, problem, plan, &arrivals);
        schedule
    }

    /// Own people at a site at the end of a day.
    #[must_use]
    pub fn people_on(&self, theatre: &Theatre, site: usize, day: u32) -> u32 {
        let done = u64::from(day) * self.people_per_day;
        let mut people = theatre.sites[site].people;
        for step in self
            .moves
            .iter()
            .filter(|step| step.from == site || step.to == site)
        {
            let gone = done.saturating_sub(step.before).min(u64::from(step.people));
            let gone = u32::try_from(gone).unwrap_or(u32::MAX);
            people = if step.from == site {
                people.saturating_sub(gone)
            } else {
                people.saturating_add(gone)
            };
        }
        people
    }

    /// The loadout at a site on a day.
    #[must_use]
    pub fn loadout_on(&self, site: usize, day: u32) -> usize {
        let stage = self.stages.iter().find(|stage| day <= stage.last_day);
        stage
            .or(self.stages.last())
            .map_or(0, |stage| stage.loadouts[site])
    }

    /// The same schedule with another loadout at one site throughout.
    #[must_use]
    pub fn with_loadout(&self, site: usize, loadout: usize) -> Self {
        let mut other = self.clone();
        for stage in &mut other.stages {
            stage.loadouts[site] = loadout;
        }
        other
    }

    fn lay_out(
        &self,
        theatre: &Theatre,
        problem: &Problem,
        plan: &Plan,
        arrivals: &[Vec<(usize, u32)>],
    ) -> Vec<Stage> {
        let horizon = theatre.horizon_days;
        let mut starts: Vec<u32> = arrivals
            .iter()
            .flatten()
            .map(|&(_, day)| day)
            .filter(|&day| day <= horizon)
            .chain([1])
            .collect();
        starts.sort_unstable();
        starts.dedup();
        let loadout_on = |site: usize, day: u32| {
            let mut units = problem.loadouts[plan.sites[site].loadout].clone();
            for &(system, _) in arrivals[site].iter().filter(|&&(_, from)| from > day) {
                units[system] = units[system].saturating_sub(1);
            }
            problem
                .loadouts
                .iter()
                .position(|known| *known == units)
                .unwrap_or(0)
        };
        let sites = 0..theatre.sites.len();
        let ends = starts
            .iter()
            .skip(1)
            .map(|start| start - 1)
            .chain([horizon]);
        starts
            .iter()
            .zip(ends)
            .map(|(&first_day, last_day)| {
                let days = first_day..=last_day;
                let moving: Vec<bool> = self.moving(theatre.sites.len());
                let people_days = |site: usize| -> (f64, u32) {
                    if !moving[site] {
                        let people = theatre.sites[site].people;
                        let open = if people > 0 {
                            last_day + 1 - first_day
                        } else {
                            0
                        };
                        return (f64::from(people), open);
                    }
                    let daily = days.clone().map(|day| self.people_on(theatre, site, day));
                    let (sum, open) = daily.fold((0.0, 0), |(sum, open), people| {
                        (sum + f64::from(people), open + u32::from(people > 0))
                    });
                    (sum / f64::from(last_day + 1 - first_day), open)
                };
                let (people, open_days) = sites.clone().map(people_days).unzip();
                let loadouts = sites
                    .clone()
                    .map(|site| loadout_on(site, first_day))
                    .collect();
                Stage {
                    first_day,
                    last_day,
                    loadouts,
                    people,
                    open_days,
                }
            })
            .collect()
    }

    fn moving(&self, sites: usize) -> Vec<bool> {
        let mut moving = vec![false; sites];
        for step in &self.moves {
            moving[step.from] = true;
            moving[step.to] = true;
        }
        moving
    }
}

/// What a site stands to lose with a plan's people at the exposure of today: who gets a system first.
#[must_use]
pub fn at_stake(problem: &Problem, plan: &Plan, exposure: &[f64], site: usize) -> f64 {
    exposure[site] * (f64::from(plan.sites[site].people) + problem.sites[site].fixed_people)
}

/// Loss averted, over the whole horizon, by each place in the lift that a site's people take: their
/// exposure, and the upkeep that ends once all have left. The lift serves the greatest first, which with
/// these exposures is the best order (Smith, "Various optimizers for single-stage production", Naval
/// Research Logistics Quarterly 3, 1956).
#[must_use]
pub fn urgency(problem: &Problem, plan: &Plan, exposure: &[f64], site: usize) -> f64 {
    let (today, done) = (&problem.sites[site], &plan.sites[site]);
    let leaving = today.people.saturating_sub(done.people);
    let upkeep = if done.open { 0.0 } else { today.upkeep_loss };
    exposure[site] + upkeep / f64::from(leaving.max(1))
}

/// Pairs those who leave with where they go, the most urgent first to the safest place first. An
/// optimal plan never passes people through a site, so each site either sends or receives, and its
/// numbers never pass through a value outside its limits on the way.
fn pair_moves(theatre: &Theatre, problem: &Problem, plan: &Plan, exposure: &[f64]) -> Vec<Move> {
    let people_per_day = u64::from(theatre.movement.people_per_day);
    let urgency = |site: usize| urgency(problem, plan, exposure, site);
    let change =
        |site: usize| i64::from(plan.sites[site].people) - i64::from(theatre.sites[site].people);
    let sites = 0..theatre.sites.len();
    let mut from: Vec<usize> = sites.clone().filter(|&site| change(site) < 0).collect();
    from.sort_by(|&a, &b| urgency(b).total_cmp(&urgency(a)).then(a.cmp(&b)));
    let mut to: Vec<(usize, i64)> = sites
        .filter(|&site| change(site) > 0)
        .map(|site| (site, change(site)))
        .collect();
    to.sort_by(|a, b| exposure[a.0].total_cmp(&exposure[b.0]).then(a.0.cmp(&b.0)));
    let mut moves = Vec::new();
    let (mut before, mut receiver) = (0_u64, 0);
    for site in from {
        let mut left = -change(site);
        while left > 0 && receiver < to.len() {
            let people = left.min(to[receiver].1);
            left -= people;
            to[receiver].1 -= people;
            let day = |moved: u64| {
                let day = moved.checked_div(people_per_day).unwrap_or(0) + 1;
                u32::try_from(day).unwrap_or(u32::MAX)
            };
            let count = people.unsigned_abs();
            moves.push(Move {
                from: site,
                to: to[receiver].0,
                people: u32::try_from(count).unwrap_or(u32::MAX),
                before,
                first_day: day(before),
                last_day: day(before + count - 1),
            });
            before += count;
            if to[receiver].1 == 0 {
                receiver += 1;
            }
        }
    }
    moves
}

/// For each site, the units drawn from pools and the day from which each stands: (system, day).
///
/// Units are matched to pools one at a time: those that stay where they are, then the site first where
/// what the plan puts there averts most, and the earliest pool first. Earlier matches are moved aside where a later unit would
/// otherwise find none (augmenting paths), so that a matching is found whenever there is one.
fn arrivals(
    theatre: &Theatre,
    problem: &Problem,
    pools: &[(Pool, Origin)],
    plan: &Plan,
    exposure: &[f64],
) -> Vec<Vec<(usize, u32)>> {
    let mut order: Vec<usize> = (0..plan.sites.len()).collect();
    let weights: Vec<(f64, f64)> = averted(problem, plan)
        .into_iter()
        .enumerate()
        .map(|(site, averted)| (averted, at_stake(problem, plan, exposure, site)))
        .collect();
    let more = |a: usize, b: usize| {
        let (a, b) = (weights[a], weights[b]);
        b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1))
    };
    order.sort_by(|&a, &b| more(a, b).then(a.cmp(&b)));
    let mut arrivals = vec![Vec::new(); plan.sites.len()];
    for system in 0..problem.systems.len() {
        let at_home = |pool: usize, site: usize| pools[pool].1 == Origin::Deployed { site };
        let staying = |site: usize| {
            let pools = pools.iter().enumerate();
            let own = pools.filter(|(pool, (of, _))| of.system == system && at_home(*pool, site));
            let there: u32 = own.map(|(_, (pool, _))| pool.available).sum();
            there.min(problem.drawn(site, plan.sites[site].loadout, system))
        };
        let coming =
            |site: usize| problem.drawn(site, plan.sites[site].loadout, system) - staying(site);
        let some = |count: &dyn Fn(usize) -> u32| -> Vec<usize> {
            let sites = order.iter();
            sites
                .flat_map(|&site| std::iter::repeat_n(site, count(site) as usize))
                .collect()
        };
        let units = [some(&staying), some(&coming)].concat();
        let day = |pool: usize, site: usize| day_from(theatre, &pools[pool], site);
        let choices = |site: usize| {
            let mut choices: Vec<usize> = (0..pools.len())
                .filter(|&pool| pools[pool].0.system == system && pools[pool].0.serves(site))
                .collect();
            choices.sort_by_key(|&pool| (!at_home(pool, site), day(pool, site), pool));
            choices
        };
        let mut matching = Matching {
            pool_of: vec![None; units.len()],
            used: vec![0; pools.len()],
        };
        for unit in 0..units.len() {
            let mut seen = vec![false; pools.len()];
            matching.place(unit, &units, pools, &choices, &mut seen);
        }
        for (unit, &site) in units.iter().enumerate() {
            if let Some(pool) = matching.pool_of[unit] {
                arrivals[site].push((system, day(pool, site)));
            }
        }
    }
    arrivals
}

/// Loss that what the plan puts at each site averts against what stands there today, with the plan's
/// people, there and where it covers; zero where nothing changes.
fn averted(problem: &Problem, plan: &Plan) -> Vec<f64> {
    let loss = problem.loss(plan);
    let mut other = plan.clone();
    let sites = problem.sites.iter().enumerate();
    sites
        .map(|(index, site)| {
            let planned = plan.sites[index].loadout;
            if planned == site.today_loadout {
                return 0.0;
            }
            other.sites[index].loadout = site.today_loadout;
            let averted = problem.loss(&other) - loss;
            other.sites[index].loadout = planned;
            averted
        })
        .collect()
}

struct Matching {
    pool_of: Vec<Option<usize>>,
    used: Vec<u32>,
}

impl Matching {
    fn place(
        &mut self,
        unit: usize,
        units: &[usize],
        pools: &[(Pool, Origin)],
        choices: &dyn Fn(usize) -> Vec<usize>,
        seen: &mut [bool],
    ) -> bool {
        let choices_here = choices(units[unit]);
        let mut open = choices_here.iter().copied();
        if let Some(pool) = open.find(|&pool| self.used[pool] < pools[pool].0.available) {
            self.used[pool] += 1;
            self.pool_of[unit] = Some(pool);
            return true;
        }
        for pool in choices_here {
            if std::mem::replace(&mut seen[pool], true) {
                continue;
            }
            for other in 0..units.len() {
                if self.pool_of[other] == Some(pool)
                    && self.place(other, units, pools, choices, seen)
                {
                    self.pool_of[unit] = Some(pool);
                    return true;
                }
            }
        }
        false
    }
}

/// Day from which a unit of a pool stands at a site: stock by its arrival; a unit that stays where it
/// is, at once; a unit that is moved, after its transfer.
fn day_from(theatre: &Theatre, (pool, origin): &(Pool, Origin), site: usize) -> u32 {
    match origin {
        Origin::Stock(stock) => theatre.stock[*stock].arrives_day,
        Origin::Deployed { site: home } if *home == site => 1,
        Origin::Deployed { .. } => assemble::transferred_on(theatre, pool.system),
    }
}
