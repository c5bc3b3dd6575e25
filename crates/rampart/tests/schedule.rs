//! Plans laid out over the days: who gets what comes first, and that nothing stands or moves that
//! cannot.

#![allow(clippy::expect_used, reason = "a step that fails ends the test")]

mod support;

use planner::{Options, Plan, Problem, SolveError};
use rampart::assemble::{self, Origin};
use rampart::schedule::Schedule;
use rampart::study::{self, Setup, Size, Use};
use rampart::{decide, evaluate};
use rayon::prelude::*;
use support::random::{Scale, folder};
use support::{Place, Text};
use theatre::Theatre;

const SIZE: Size = Size {
    groups: 1,
    raids_per_group: 8,
};

/// The plan of a theatre and its schedule; none where no plan exists.
fn scheduled(theatre: &Theatre) -> Option<(Problem, Plan, Schedule)> {
    let setup = Setup::new(theatre).expect("the loadouts are few");
    let groups = study::run(theatre, &setup, Use::Choose, SIZE, &|| ());
    let problem = decide::problem(theatre, &setup, &groups);
    let plan = match planner::solve(&problem, &Options::default()) {
        Ok(solved) => solved.plan,
        Err(SolveError::Infeasible) => return None,
        Err(SolveError::Solver(why)) => unreachable!("{why}"),
    };
    let pools = assemble::pools(theatre);
    let exposure = evaluate::exposure(&problem);
    let schedule = Schedule::new(theatre, &problem, &pools, &plan, &exposure);
    Some((problem, plan, schedule))
}

/// A theatre of sites that are hit less and less often, each with as many people.
fn descending(ids: &[&str]) -> Text {
    let mut text = Text::new(60, 5);
    for (index, id) in ids.iter().enumerate() {
        text = text.site(&Place::new(id, 100.0 * index as f64, 1_000));
        for day in 1..=(8 - 2 * index) {
            let name = format!("{id}-{day}");
            let date = format!("2020-03-{day:02}");
            text = text.incident(&name, &date, id, "rocket-107", 12);
        }
    }
    text
}

fn guns(available: u32, arrives_day: u32, sites: &[&str]) -> String {
    format!(
        "[[stock]]\nsystem = \"c-ram\"\navailable = {available}\narrives_day = {arrives_day}\nsites = {sites:?}"
    )
}

fn guns_stand_from(text: &Text) -> Vec<u32> {
    let theatre = text.load();
    let (problem, plan, schedule) = scheduled(&theatre).expect("there is a plan");
    let gun = theatre.catalogue.system("c-ram").expect("it is built in");
    for site in &plan.sites {
        assert_eq!(problem.loadouts[site.loadout][gun], 1, "each has one gun");
    }
    schedule.from_day
}

#[test]
fn what_comes_first_goes_where_most_is_lost() {
    let text = descending(&["most", "less"]);
    let one = |day| guns(1, day, &["most", "less"]);
    let early_first = text.clone().state(&one(1)).state(&one(30));
    let late_first = text.state(&one(30)).state(&one(1));
    assert_eq!(guns_stand_from(&early_first), [1, 30]);
    assert_eq!(guns_stand_from(&late_first), [1, 30]);
}

#[test]
fn a_gun_that_stays_is_not_sent_away_for_one_that_comes_later() {
    let text = descending(&["most", "less"]).state(&guns(1, 20, &["most", "less"]));
    let text = text
        .state("[[deployed]]\nsystem = \"c-ram\"\nsite = \"less\"\nquantity = 1\nmovable = true");
    assert_eq!(guns_stand_from(&text), [20, 1]);
}

#[test]
fn every_unit_has_a_source_however_the_stocks_are_tied() {
    // The least exposed site can only have the first stock, whose gun the others would take.
    let text = descending(&["most", "less", "least"])
        .state(&guns(1, 1, &["most", "least"]))
        .state(&guns(1, 2, &["most", "less"]))
        .state(&guns(1, 40, &["less"]));
    let one_each = "[[system]]\nid = \"c-ram\"\nmost_per_site = 1\n".to_owned();
    let text = Text {
        systems: one_each,
        ..text
    };
    assert_eq!(guns_stand_from(&text), [2, 40, 1]);
}

const ANY: Scale = Scale {
    sites: (1, 8),
    people: 1_500,
    systems: 3,
    units: 3,
    incidents: 20,
    missions: 3,
};

#[test]
fn no_day_of_any_schedule_breaks_a_limit() {
    (0..300_u64).into_par_iter().for_each(|seed| {
        let theatre = folder(90_000 + seed, &ANY).load();
        if let Some((problem, plan, schedule)) = scheduled(&theatre) {
            days_are_whole(&theatre, &plan, &schedule, seed);
            people_flow(&theatre, &plan, &schedule, seed);
            units_come_from_somewhere(&theatre, &problem, &schedule, seed);
        }
    });
}

/// The lift serves first what averts most: exchanging any two neighbours in it would lose more.
#[test]
fn the_lift_is_used_in_the_order_of_what_each_place_in_it_averts() {
    let mut moving = 0;
    for seed in 0..150_u64 {
        let theatre = folder(91_000 + seed, &ANY).load();
        let Some((problem, plan, schedule)) = scheduled(&theatre) else {
            continue;
        };
        let exposure = evaluate::exposure(&problem);
        let mut order: Vec<usize> = schedule.moves.iter().map(|step| step.from).collect();
        order.dedup();
        let people = |site: usize| {
            f64::from(
                problem.sites[site]
                    .people
                    .saturating_sub(plan.sites[site].people),
            )
        };
        let upkeep = |site: usize| {
            let site_plan = plan.sites[site];
            if site_plan.open {
                0.0
            } else {
                problem.sites[site].upkeep_loss
            }
        };
        // Loss while the lift works through the sites in an order, in units of people carried.
        let waiting = |order: &[usize]| -> f64 {
            let mut before = 0.0;
            let each = order.iter().map(|&site| {
                let count = people(site);
                let exposed = exposure[site] * count * (before + 0.5 * count);
                before += count;
                exposed + upkeep(site) * before
            });
            each.sum()
        };
        let chosen = waiting(&order);
        for place in 1..order.len() {
            let mut other = order.clone();
            other.swap(place - 1, place);
            assert!(chosen <= waiting(&other) * (1.0 + 1e-9), "seed {seed}");
            moving += 1;
        }
    }
    assert!(moving > 50, "{moving}");
}

/// Stages follow each other from the first day to the last, and end with the plan.
fn days_are_whole(theatre: &Theatre, plan: &Plan, schedule: &Schedule, seed: u64) {
    let mut next = 1;
    for stage in &schedule.stages {
        assert_eq!(stage.first_day, next, "seed {seed}");
        assert!(stage.last_day >= stage.first_day, "seed {seed}");
        next = stage.last_day + 1;
    }
    assert_eq!(next, theatre.horizon_days + 1, "seed {seed}");
    for (site, done) in plan.sites.iter().enumerate() {
        let last = schedule.loadout_on(site, theatre.horizon_days);
        assert_eq!(last, done.loadout, "seed {seed}");
        assert!(
            schedule.from_day[site] <= theatre.horizon_days,
            "seed {seed}"
        );
    }
}

/// People are conserved every day, the lift of no day is passed, and nobody is moved twice.
fn people_flow(theatre: &Theatre, plan: &Plan, schedule: &Schedule, seed: u64) {
    let sites = 0..theatre.sites.len();
    let on = |day| -> Vec<u32> {
        let people = sites.clone();
        people
            .map(|site| schedule.people_on(theatre, site, day))
            .collect()
    };
    let mut before: Vec<u32> = theatre.sites.iter().map(|site| site.people).collect();
    for day in 1..=theatre.horizon_days {
        let now = on(day);
        let moved: u32 = before
            .iter()
            .zip(&now)
            .map(|(before, now)| before.saturating_sub(*now))
            .sum();
        assert!(moved <= theatre.movement.people_per_day, "seed {seed}");
        let all: u64 = now.iter().map(|&people| u64::from(people)).sum();
        assert_eq!(all, theatre.people(), "seed {seed} day {day}");
        for ((now, before), (site, done)) in now
            .iter()
            .zip(&before)
            .zip(theatre.sites.iter().zip(&plan.sites))
        {
            let (low, high) = (done.people.min(site.people), done.people.max(site.people));
            assert!((low..=high).contains(now), "seed {seed} day {day}");
            let towards = done.people.abs_diff(*now) <= done.people.abs_diff(*before);
            assert!(towards, "seed {seed} day {day}");
        }
        before = now;
    }
    let planned: Vec<u32> = plan.sites.iter().map(|site| site.people).collect();
    assert_eq!(before, planned, "seed {seed}");
    for step in &schedule.moves {
        let days = 1..=theatre.horizon_days;
        assert!(
            days.contains(&step.first_day) && days.contains(&step.last_day),
            "seed {seed}: {step:?}"
        );
    }
}

/// On no day do more units stand than stand there immovably, have come, or have been set up again.
fn units_come_from_somewhere(theatre: &Theatre, problem: &Problem, schedule: &Schedule, seed: u64) {
    let pools = assemble::pools(theatre);
    for day in 1..=theatre.horizon_days {
        for system in 0..problem.systems.len() {
            let needs: Vec<u32> = (0..problem.sites.len())
                .map(|site| problem.drawn(site, schedule.loadout_on(site, day), system))
                .collect();
            let of_system = || pools.iter().filter(|(pool, _)| pool.system == system);
            let ready: u32 = of_system()
                .filter(|(_, origin)| match origin {
                    Origin::Stock(stock) => theatre.stock[*stock].arrives_day <= day,
                    Origin::Deployed { .. } => true,
                })
                .map(|(pool, _)| pool.available)
                .sum();
            let standing: u32 = needs.iter().sum();
            assert!(
                standing <= ready,
                "seed {seed} day {day}: {standing} of {ready}"
            );
            if day >= assemble::transferred_on(theatre, system) {
                continue;
            }
            // Before any transfer can end, what was deployed is where it was or nowhere.
            for (site, &need) in needs.iter().enumerate() {
                let near: u32 = of_system()
                    .filter(|(pool, origin)| match origin {
                        Origin::Stock(stock) => {
                            theatre.stock[*stock].arrives_day <= day && pool.serves(site)
                        }
                        Origin::Deployed { site: home } => *home == site,
                    })
                    .map(|(pool, _)| pool.available)
                    .sum();
                assert!(need <= near, "seed {seed} day {day} site {site}");
            }
        }
    }
}
