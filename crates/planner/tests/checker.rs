//! The checker refuses what is false or makes no sense, and nothing makes it panic.

#![allow(clippy::panic, reason = "a fault that is accepted ends the test")]

mod support;

use planner::certificate::{Node, Part};
use planner::{Certificate, CheckError, Choice, Options, Plan, Problem, Solved, check, solve};
use support::{Dice, Size, random_problem};

const SIZE: Size = Size {
    sites: (2, 7),
    people: 400,
    loadouts: 9,
    missions: 3,
};

fn cases() -> impl Iterator<Item = (u64, Problem, Solved)> {
    let seeds = 70_000..;
    seeds.filter_map(|seed| {
        let problem = random_problem(seed, &SIZE);
        let solved = solve(&problem, &Options::default()).ok()?;
        Some((seed, problem, solved))
    })
}

/// The same claim, proven for two parts of one site's options apart.
fn in_two_parts(
    problem: &Problem,
    certificate: &Certificate,
    dice: &mut Dice,
) -> Option<Certificate> {
    let site = dice.whole(0, problem.sites.len() - 1);
    let own = &problem.sites[site];
    let supplied = |loadout: &&usize| {
        (0..problem.systems.len()).all(|system| {
            let pools = problem.pools.iter().filter(|pool| pool.system == system);
            let pools = pools.filter(|pool| pool.serves(site));
            let stock: u32 = pools.map(|pool| pool.available).sum();
            problem.drawn(site, **loadout, system) <= stock
        })
    };
    let grown = u64::from(own.people) + problem.lift;
    if own.fewest() > own.capacity || u64::from(own.fewest()) > grown || own.outside {
        return None;
    }
    let open = own.open_loadouts.iter().filter(supplied);
    let open: Vec<Choice> = open
        .map(|&loadout| Choice {
            open: true,
            loadout,
        })
        .collect();
    let closed = own.closed_loadouts.iter();
    let closed = closed.map(|&loadout| Choice {
        open: false,
        loadout,
    });
    let (first, rest) = open.split_at(open.len() / 2);
    if first.is_empty() {
        return None;
    }
    let unsupplied = own
        .open_loadouts
        .iter()
        .filter(|loadout| !supplied(loadout));
    let unsupplied = unsupplied.map(|&loadout| Choice {
        open: true,
        loadout,
    });
    let count = certificate.nodes.len();
    let shifted = |by: usize| {
        certificate.nodes.iter().cloned().map(move |mut node| {
            match &mut node {
                Node::Prices(_) => {}
                Node::Narrow { rest, .. } => *rest += by,
                Node::Split { parts, .. } => parts.iter_mut().for_each(|part| part.node += by),
            }
            node
        })
    };
    let parts = vec![
        Part {
            options: first.to_vec(),
            node: 1,
        },
        Part {
            options: rest
                .iter()
                .copied()
                .chain(closed)
                .chain(unsupplied)
                .collect(),
            node: 1 + count,
        },
    ];
    let root = Node::Split { site, parts };
    let nodes = std::iter::once(root)
        .chain(shifted(1))
        .chain(shifted(1 + count));
    Some(Certificate {
        nodes: nodes.collect(),
        ..certificate.clone()
    })
}

/// Makes a certificate false or senseless in one of many ways; `None` where it has no such part.
fn spoil(problem: &Problem, solved: &Solved, kind: usize, dice: &mut Dice) -> Option<Certificate> {
    let mut bad = solved.certificate.clone();
    let place = dice.whole(0, bad.prices.len() - 1);
    let above = solved.value * (1.0 + 1e-9 + 0.1 * dice.uniform());
    let prices = &mut bad.prices[place];
    match kind {
        0 => bad.bound = above,
        1 => {
            // Some price below nothing.
            let all = prices.pools.iter_mut().chain(&mut prices.missions);
            let all = all.chain(prices.cover.iter_mut().flatten());
            let mut all: Vec<&mut f64> = all.chain([&mut prices.lift]).collect();
            let at = dice.whole(0, all.len() - 1);
            *all[at] = -(*all[at]).max(1e-9);
        }
        2 => {
            // A false claim for which the prices are bent.
            prices.balance *= -1.0;
            prices.lift += solved.value;
            bad.bound = above;
        }
        3 => {
            let mut parted = in_two_parts(problem, &bad, dice)?;
            assert!(
                check(problem, &solved.plan, &parted).is_ok(),
                "parted: {parted:?}"
            );
            if let Node::Split { parts, .. } = &mut parted.nodes[0] {
                parts.remove(dice.whole(0, 1));
            }
            return Some(parted);
        }
        4 => {
            let mut parted = in_two_parts(problem, &bad, dice)?;
            if let Node::Split { parts, .. } = &mut parted.nodes[0] {
                parts[0].options.remove(0);
            }
            return Some(parted);
        }
        5 => prices.balance = [f64::NAN, f64::INFINITY, 1e300][dice.whole(0, 2)],
        6 => bad.bound = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY][dice.whole(0, 2)],
        7 => prices.pools.push(0.0),
        8 => prices.cover[dice.whole(0, problem.sites.len() - 1)].push(0.0),
        9 => prices.missions = vec![0.0; problem.missions.len() + 1],
        10 => bad.nodes.clear(),
        11 => {
            // A node that leads back to itself, or into nothing.
            let to = [0, bad.nodes.len() + 5, usize::MAX][dice.whole(0, 2)];
            bad.nodes[0] = Node::Narrow {
                prices: 0,
                rest: to,
            };
        }
        12 => bad.nodes[0] = Node::Prices(bad.prices.len() + dice.whole(0, 3)),
        13 => {
            let site = problem.sites.len();
            bad.nodes[0] = Node::Split {
                site,
                parts: Vec::new(),
            };
        }
        14 => {
            // All cases in one node, at no prices at all, and a claim above the best.
            prices.pools.fill(0.0);
            prices.cover.iter_mut().for_each(|cover| cover.fill(0.0));
            bad.nodes = vec![Node::Prices(place)];
            bad.bound = above;
        }
        15 => {
            // Two parts that share one proof.
            let mut parted = in_two_parts(problem, &bad, dice)?;
            if let Node::Split { parts, .. } = &mut parted.nodes[0] {
                parts[1].node = parts[0].node;
            }
            return Some(parted);
        }
        _ => {
            // Cover sold at a price that its hosts are not charged for elsewhere.
            let covers = prices.cover.iter_mut().flatten();
            covers.for_each(|price| *price = (*price + 1.0) * 1e99);
            prices
                .cover
                .iter_mut()
                .flatten()
                .for_each(|price| *price *= 1e10);
            if prices.cover.iter().all(Vec::is_empty) {
                return None;
            }
        }
    }
    Some(bad)
}

#[test]
fn a_thousand_corrupted_certificates_are_refused() {
    let (mut refused, mut kinds) = (0, [0; 17]);
    for (seed, problem, solved) in cases() {
        let known = check(&problem, &solved.plan, &solved.certificate);
        assert_eq!(known, Ok(solved.checked), "seed {seed}");
        if solved.value <= 0.0 {
            continue;
        }
        let mut dice = Dice::new(seed);
        for (kind, count) in kinds.iter_mut().enumerate() {
            let Some(bad) = spoil(&problem, &solved, kind, &mut dice) else {
                continue;
            };
            let answer = check(&problem, &solved.plan, &bad);
            assert!(answer.is_err(), "seed {seed}, kind {kind}: {answer:?}");
            *count += 1;
            refused += 1;
        }
        if refused >= 1000 {
            break;
        }
    }
    assert!(kinds.iter().all(|&count| count >= 20), "{kinds:?}");
}

#[test]
fn a_corrupted_plan_is_refused_or_judged_as_what_it_is() {
    let (mut refused, mut judged) = (0, 0);
    for (seed, problem, solved) in cases().take(200) {
        let mut dice = Dice::new(seed);
        for kind in 0..6 {
            let mut plan: Plan = solved.plan.clone();
            let site = dice.whole(0, plan.sites.len() - 1);
            let other = dice.whole(0, plan.sites.len() - 1);
            match kind {
                0 => plan.sites[site].people = plan.sites[site].people.wrapping_add(1),
                1 => {
                    plan.sites[site].people = plan.sites[site].people.saturating_sub(1);
                    plan.sites[other].people += 1;
                }
                2 => plan.sites[site].loadout = dice.whole(0, problem.loadouts.len()),
                3 => plan.sites[site].open = !plan.sites[site].open,
                4 => plan.moved += 1,
                _ => drop(plan.sites.pop()),
            }
            let is_possible = problem.violations(&plan).is_empty();
            match check(&problem, &plan, &solved.certificate) {
                Ok(checked) => {
                    assert!(is_possible, "seed {seed}, kind {kind}");
                    let loss = problem.loss(&plan);
                    let (low, high) = checked.value;
                    assert!(low <= loss && loss <= high && high - low <= 1e-12 * (1.0 + loss));
                    assert!(checked.bound <= low && checked.gap >= (low - checked.bound) / high);
                    judged += 1;
                }
                Err(CheckError::Plan(_)) => {
                    assert!(!is_possible, "seed {seed}, kind {kind}");
                    refused += 1;
                }
                Err(error) => panic!("seed {seed}, kind {kind}: {error}"),
            }
        }
    }
    assert!(refused > 700 && judged > 50, "{refused} {judged}");
}

#[test]
fn a_proof_a_million_cases_deep_is_read_to_its_end() {
    let (_, problem, solved) = cases().next().expect("a case");
    let mut certificate = solved.certificate;
    let deep = 1_000_000;
    certificate.bound = 0.0;
    certificate.nodes = (0..deep)
        .map(|node| Node::Split {
            site: 0,
            parts: vec![Part {
                options: problem.sites[0]
                    .open_loadouts
                    .iter()
                    .map(|&loadout| Choice {
                        open: true,
                        loadout,
                    })
                    .chain(
                        problem.sites[0]
                            .closed_loadouts
                            .iter()
                            .map(|&loadout| Choice {
                                open: false,
                                loadout,
                            }),
                    )
                    .collect(),
                node: node + 1,
            }],
        })
        .collect();
    let endless = check(&problem, &solved.plan, &certificate);
    assert_eq!(endless, Err(CheckError::Reference(deep)));
    certificate.nodes.push(Node::Prices(0));
    assert!(check(&problem, &solved.plan, &certificate).is_ok());
}

#[test]
fn a_certificate_survives_json() {
    for (seed, problem, solved) in cases().take(20) {
        let json = serde_json::to_string(&solved.certificate).expect("it can be written");
        let read: Certificate = serde_json::from_str(&json).expect("it can be read");
        assert_eq!(read, solved.certificate, "seed {seed}");
        assert!(check(&problem, &solved.plan, &read).is_ok());
    }
}
