//! Random problems, and answers found the slow and certain way.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::expect_used, reason = "a fault here is a fault of the test")]

use planner::{Cover, MissionProblem, Plan, Pool, Problem, SitePlan, SiteProblem};
use theatre::random::Stream;

/// How large the random problems are.
pub struct Size {
    pub sites: (usize, usize),
    pub people: u32,
    pub loadouts: usize,
    pub missions: usize,
}

pub struct Dice(Stream);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(Stream::new(seed, 0, 0, 0))
    }

    pub fn uniform(&mut self) -> f64 {
        self.0.uniform()
    }

    /// A whole number from low to high, both included.
    pub fn whole(&mut self, low: usize, high: usize) -> usize {
        low + (self.uniform() * (high - low + 1) as f64) as usize
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }
}

/// Warning, point defence and area defence; loadouts from nothing to one or two of each.
pub fn random_problem(seed: u64, size: &Size) -> Problem {
    let mut dice = Dice::new(seed);
    let sites = dice.whole(size.sites.0, size.sites.1);
    let every = [
        [0, 0, 0],
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
        [1, 1, 0],
        [1, 0, 1],
        [0, 2, 0],
        [0, 1, 1],
        [1, 2, 0],
    ];
    let loadouts: Vec<Vec<u32>> = every[..size.loadouts].iter().map(|l| l.to_vec()).collect();
    let mut problem = Problem {
        systems: ["warning", "point", "area"].map(String::from).to_vec(),
        loadouts,
        sites: Vec::new(),
        pools: Vec::new(),
        missions: Vec::new(),
        lift: 0,
        may_leave: 0,
        loss_per_move: [0.0, 1e-5, 1e-3][dice.whole(0, 2)],
    };
    for index in 0..sites {
        let site = random_site(&mut dice, &problem, index, sites, size);
        problem.sites.push(site);
    }
    problem.lift = (problem.people() as f64 * dice.uniform()) as u64;
    problem.may_leave = (problem.people() as f64 * 0.5 * dice.uniform()) as u64;
    for system in 0..3 {
        for _ in 0..dice.whole(1, 2) {
            let some = dice.chance(0.4);
            let listed = (0..sites).filter(|_| dice.chance(0.5)).collect();
            problem.pools.push(Pool {
                system,
                available: dice.whole(0, 2) as u32,
                sites: some.then_some(listed),
            });
        }
    }
    for index in 0..dice.whole(0, size.missions) {
        let mut able: Vec<usize> = (0..sites).filter(|_| dice.chance(0.4)).collect();
        if able.is_empty() {
            able.push(dice.whole(0, sites - 1));
        }
        let there: u32 = able.iter().map(|&site| problem.sites[site].people).sum();
        problem.missions.push(MissionProblem {
            id: format!("mission {index}"),
            people: (f64::from(there) * 0.5 * dice.uniform()) as u32,
            sites: able,
        });
    }
    problem
        .validate()
        .expect("the generator makes valid problems");
    problem
}

fn random_site(
    dice: &mut Dice,
    problem: &Problem,
    index: usize,
    sites: usize,
    size: &Size,
) -> SiteProblem {
    let outside = dice.chance(0.15);
    let people = match dice.chance(0.15) {
        true => 0,
        false => dice.whole(1, size.people as usize) as u32,
    };
    let capacity = people + dice.whole(0, size.people as usize) as u32;
    let guard = match dice.chance(0.6) {
        true => (f64::from(people) * 0.4 * dice.uniform()) as u32,
        false => 0,
    };
    let mut immovable = vec![0, 0, 0];
    if dice.chance(0.15) {
        immovable[dice.whole(0, 2)] = 1;
    }
    let has = |loadout: &Vec<u32>, immovable: &[u32]| {
        loadout.iter().zip(immovable).all(|(has, need)| has >= need)
    };
    let every = 0..problem.loadouts.len();
    let mut open: Vec<usize> = every
        .filter(|&l| has(&problem.loadouts[l], &immovable))
        .collect();
    if open.is_empty() {
        (immovable, open) = (vec![0, 0, 0], (0..problem.loadouts.len()).collect());
    }
    let base = open[0];
    open.retain(|&loadout| loadout == base || dice.chance(0.8));
    let may_close = dice.chance(if base == 0 { 0.7 } else { 0.3 });
    let worst = 0.02 * dice.uniform().powi(3);
    let saving: Vec<f64> = (0..3).map(|_| 0.6 * dice.uniform()).collect();
    let direct = problem.loadouts.iter().map(|loadout| {
        let kept = loadout.iter().zip(&saving);
        worst
            * kept.fold(1.0, |kept, (&units, saving)| {
                kept * (1.0 - saving).powi(units as i32)
            })
    });
    let bare = 0.01 * dice.uniform();
    let mut cover = Vec::new();
    for host in 0..sites {
        if host != index && dice.chance(0.5) {
            continue;
        }
        let share = dice.uniform();
        for (loadout, units) in problem.loadouts.iter().enumerate() {
            if units[2] > 0 && dice.chance(0.8) {
                // Point defence beside it keeps an area defence standing.
                let shield = if units[1] > 0 { 0.6 } else { 1.0 };
                let loss = bare
                    * if dice.chance(0.1) {
                        1.2
                    } else {
                        share * shield
                    };
                cover.push(Cover {
                    host,
                    loadout,
                    loss,
                });
            }
        }
    }
    SiteProblem {
        id: format!("site {index}"),
        people,
        capacity,
        guard,
        fixed_people: if dice.chance(0.5) {
            0.0
        } else {
            f64::from(people) * dice.uniform()
        },
        outside,
        upkeep_loss: if dice.chance(0.5) {
            0.0
        } else {
            0.05 * dice.uniform()
        },
        direct_loss: direct.collect(),
        today_loadout: if dice.chance(0.8) {
            base
        } else {
            open[open.len() - 1]
        },
        open_loadouts: open,
        closed_loadouts: if may_close { vec![base] } else { Vec::new() },
        immovable,
        bare_loss: bare,
        cover,
    }
}

/// The (open, loadout) choices of each site, one at a time.
pub fn each_choice(problem: &Problem, mut visit: impl FnMut(&[(bool, usize)])) {
    let choices: Vec<Vec<(bool, usize)>> = problem
        .sites
        .iter()
        .map(|site| {
            let open = site.open_loadouts.iter().map(|&loadout| (true, loadout));
            let closed = site.closed_loadouts.iter().map(|&loadout| (false, loadout));
            open.chain(closed).collect()
        })
        .collect();
    if choices.iter().any(Vec::is_empty) {
        return;
    }
    let mut places = vec![0; choices.len()];
    loop {
        let state: Vec<_> = choices
            .iter()
            .zip(&places)
            .map(|(c, &place)| c[place])
            .collect();
        visit(&state);
        let Some(site) = (0..places.len()).find(|&site| places[site] + 1 < choices[site].len())
        else {
            return;
        };
        places[..site].fill(0);
        places[site] += 1;
    }
}

pub fn plan_of(problem: &Problem, state: &[(bool, usize)], people: &[u32]) -> Plan {
    let sites = state.iter().zip(people);
    let sites = sites.map(|(&(open, loadout), &people)| SitePlan {
        open,
        loadout,
        people,
    });
    Plan {
        sites: sites.collect(),
        moved: problem.moved(people.iter().copied()),
    }
}

/// The best of every loadout, every set of open sites and every placing of people, where only
/// `violations` says what is allowed and only `loss` what it costs.
pub fn enumerate(problem: &Problem) -> Option<(f64, Plan)> {
    let mut best: Option<(f64, Plan)> = None;
    let all = problem.people() as u32;
    each_choice(problem, |state| {
        let mut people = vec![0; state.len()];
        each_placing(problem, state, 0, all, &mut people, &mut |people| {
            let plan = plan_of(problem, state, people);
            let loss = problem.loss(&plan);
            let improves = best.as_ref().is_none_or(|best| loss < best.0);
            if improves && problem.violations(&plan).is_empty() {
                best = Some((loss, plan));
            }
        });
    });
    best
}

/// Every way to place all people with these choices, whatever other limits say.
pub fn each_people(problem: &Problem, state: &[(bool, usize)], mut visit: impl FnMut(&[u32])) {
    let all = problem.people() as u32;
    let mut people = vec![0; state.len()];
    each_placing(problem, state, 0, all, &mut people, &mut visit);
}

fn each_placing(
    problem: &Problem,
    state: &[(bool, usize)],
    site: usize,
    left: u32,
    people: &mut Vec<u32>,
    visit: &mut impl FnMut(&[u32]),
) {
    if site == state.len() {
        if left == 0 {
            visit(people);
        }
        return;
    }
    let most = if state[site].0 {
        problem.sites[site].capacity.min(left)
    } else {
        0
    };
    for here in 0..=most {
        people[site] = here;
        each_placing(problem, state, site + 1, left - here, people, visit);
    }
}

/// The best of every loadout and every set of open sites, with the people placed by a flow that
/// shares nothing with the planner's: one person at a time, Bellman-Ford, plain floats.
pub fn exhaustive(problem: &Problem) -> Option<(f64, Plan)> {
    let mut best: Option<(f64, Plan)> = None;
    each_choice(problem, |state| {
        let idle = plan_of(problem, state, &vec![0; state.len()]);
        let weights = weights(problem, &idle);
        let fixed = problem.loss(&Plan {
            moved: 0,
            ..idle.clone()
        });
        let cheapest = weights.iter().copied().fold(f64::INFINITY, f64::min);
        let floor = fixed + cheapest * problem.people() as f64;
        if best.as_ref().is_some_and(|best| floor >= best.0) || lacks_units(problem, &idle) {
            return;
        }
        let Some(people) = slow_flow(problem, state, &weights) else {
            return;
        };
        let plan = plan_of(problem, state, &people);
        assert_eq!(
            problem.violations(&plan),
            [],
            "the slow flow keeps the limits"
        );
        let loss = problem.loss(&plan);
        if best.as_ref().is_none_or(|best| loss < best.0) {
            best = Some((loss, plan));
        }
    });
    best
}

fn lacks_units(problem: &Problem, plan: &Plan) -> bool {
    let violations = problem.violations(plan);
    let mut kinds = violations.iter();
    kinds.any(|violation| matches!(violation, planner::Violation::Pool { .. }))
}

/// Loss of one more person at each site.
fn weights(problem: &Problem, plan: &Plan) -> Vec<f64> {
    let sites = problem.sites.iter().zip(&plan.sites);
    let weights = sites.map(|(site, done)| {
        let covers = site.cover.iter();
        let covers = covers.filter(|cover| plan.sites[cover.host].loadout == cover.loadout);
        let covered = covers
            .map(|cover| cover.loss)
            .fold(site.bare_loss, f64::min);
        site.direct_loss[done.loadout] + covered
    });
    weights.collect()
}

/// Arcs as (from, to, room, cost); an arc's reverse follows it.
type Arcs = Vec<(usize, usize, i64, f64)>;

fn slow_flow(problem: &Problem, state: &[(bool, usize)], weights: &[f64]) -> Option<Vec<u32>> {
    // Arcs that must be full reward each person by more than all losses together.
    let must = -1e3 * (1.0 + weights.iter().sum::<f64>() + problem.loss_per_move);
    let sites = state.len();
    let (source, sink, from, to, out) = (
        3 * sites,
        3 * sites + 1,
        3 * sites + 2,
        3 * sites + 3,
        3 * sites + 4,
    );
    let nodes = out + 1 + problem.missions.len();
    let all = problem.people() as i64;
    let mut arcs = Arcs::new();
    let mut add = |from, to, room: i64, cost: f64| {
        arcs.push((from, to, room, cost));
        arcs.push((to, from, 0, -cost));
        arcs.len() - 2
    };
    add(
        from,
        to,
        problem.lift.min(all as u64) as i64,
        problem.loss_per_move,
    );
    add(to, out, problem.may_leave.min(all as u64) as i64, 0.0);
    let mut demanded = Vec::new();
    for (index, site) in problem.sites.iter().enumerate() {
        let (home, door, inside) = (index, sites + index, 2 * sites + index);
        add(source, home, site.people.into(), 0.0);
        add(home, door, site.people.into(), 0.0);
        add(home, from, site.people.into(), 0.0);
        add(if site.outside { out } else { to }, door, all, 0.0);
        if state[index].0 {
            let fewest = i64::from(site.guard.max(1));
            if fewest > site.capacity.into() {
                return None;
            }
            demanded.push((add(door, inside, fewest, weights[index] + must), fewest));
            add(
                door,
                inside,
                i64::from(site.capacity) - fewest,
                weights[index],
            );
            demanded.push((
                add(inside, sink, site.guard.into(), must),
                site.guard.into(),
            ));
            add(inside, sink, all, 0.0);
        }
    }
    for (index, mission) in problem.missions.iter().enumerate() {
        for &site in &mission.sites {
            add(2 * sites + site, out + 1 + index, all, 0.0);
        }
        let need = i64::from(mission.people);
        demanded.push((add(out + 1 + index, sink, need, must), need));
    }
    for _ in 0..all {
        push_one(&mut arcs, nodes, source, sink)?;
    }
    let full = demanded.iter().all(|&(arc, need)| arcs[arc + 1].2 == need);
    let living = |site: usize| -> i64 {
        let door = arcs.iter().step_by(2).enumerate();
        let door = door.filter(|(_, arc)| arc.0 == sites + site && arc.1 == 2 * sites + site);
        door.map(|(place, _)| arcs[2 * place + 1].2).sum()
    };
    full.then(|| (0..sites).map(|site| living(site) as u32).collect())
}

fn push_one(arcs: &mut Arcs, nodes: usize, source: usize, sink: usize) -> Option<()> {
    let mut distances = vec![f64::INFINITY; nodes];
    let mut reached_by = vec![usize::MAX; nodes];
    distances[source] = 0.0;
    for _ in 0..nodes {
        let mut changed = false;
        for (index, &(from, to, room, cost)) in arcs.iter().enumerate() {
            if room > 0 && distances[from] + cost < distances[to] - 1e-12 {
                distances[to] = distances[from] + cost;
                reached_by[to] = index;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let mut at = sink;
    while at != source {
        let arc = *reached_by.get(at)?;
        let step = arcs.get(arc)?.0;
        arcs[arc].2 -= 1;
        arcs[arc ^ 1].2 += 1;
        at = step;
    }
    Some(())
}

/// A theatre of the size that is planned in earnest: many sites near each other, guards, missions,
/// eight loadouts, three warning systems, two point and three area defences.
pub fn theatre(seed: u64, sites: usize) -> Problem {
    let mut dice = Dice::new(seed ^ 0xA5A5);
    let loadouts: Vec<Vec<u32>> = (0..8)
        .map(|bits| vec![bits & 1, bits >> 1 & 1, bits >> 2])
        .collect();
    let places: Vec<(f64, f64)> = (0..sites)
        .map(|_| (dice.uniform(), dice.uniform()))
        .collect();
    let reach = (5.0 / sites as f64 / std::f64::consts::PI).sqrt();
    let mut problem = Problem {
        systems: ["warning", "point", "area"].map(String::from).to_vec(),
        loadouts,
        sites: Vec::new(),
        pools: [3, 2, 3]
            .into_iter()
            .enumerate()
            .map(|(system, units)| Pool {
                system,
                available: (units * sites).div_ceil(14) as u32,
                sites: None,
            })
            .collect(),
        missions: Vec::new(),
        lift: 0,
        may_leave: 0,
        loss_per_move: 2e-5,
    };
    for index in 0..sites {
        let people = dice.whole(60, 1500) as u32;
        let (small, large) = (
            0.01 * dice.uniform().powi(2),
            0.006 * dice.uniform().powi(2),
        );
        let (warned, stopped) = (0.3 + 0.4 * dice.uniform(), 0.2 + 0.5 * dice.uniform());
        let direct = problem.loadouts.iter().map(|units| {
            let warning = if units[0] + units[1] > 0 { warned } else { 1.0 };
            small * warning * if units[1] > 0 { stopped } else { 1.0 } + large * warning
        });
        let near = |host: usize| {
            let (east, north) = (
                places[host].0 - places[index].0,
                places[host].1 - places[index].1,
            );
            east.hypot(north)
        };
        let bare = 0.008 * dice.uniform();
        let mut cover = Vec::new();
        for host in (0..sites).filter(|&host| near(host) < reach) {
            let loss = bare * (0.15 + 0.6 * near(host) / reach);
            cover.extend((4..8).map(|loadout| Cover {
                host,
                loadout,
                loss,
            }));
        }
        let outside = index + 1 == sites;
        let guard = people / 5;
        problem.sites.push(SiteProblem {
            id: format!("site {index}"),
            people,
            capacity: people + people / 2 + 100,
            guard: if outside { 0 } else { guard },
            fixed_people: if dice.chance(0.3) { 100.0 } else { 0.0 },
            outside,
            upkeep_loss: 0.2 * dice.uniform(),
            open_loadouts: (0..8).collect(),
            closed_loadouts: if dice.chance(0.6) { vec![0] } else { vec![] },
            immovable: vec![0, 0, 0],
            today_loadout: 0,
            direct_loss: direct.collect(),
            bare_loss: bare,
            cover,
        });
    }
    problem.lift = problem.people() / 4;
    problem.may_leave = problem.people() / 20;
    for index in 0..(6 * sites).div_ceil(14) {
        let first = dice.whole(0, sites - 1);
        let able: Vec<usize> = (0..3).map(|step| (first + step * 2) % sites).collect();
        problem.missions.push(MissionProblem {
            id: format!("mission {index}"),
            people: able
                .iter()
                .map(|&site| problem.sites[site].people / 5)
                .sum(),
            sites: able,
        });
    }
    problem
        .validate()
        .expect("the generator makes valid problems");
    problem
}
