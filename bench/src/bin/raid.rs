//! Whole raids a second on one core, and how time grows with rounds, people and threads.
//!
//! `raid [--tiny]` flies raids of 40 rockets on a base of 1,000 people, with radar, gun and battery,
//! judged under all 12 loadouts of two guns, a battery and sirens, casualties drawn under each. Where
//! time goes is told by doing parts of the work alone. Times on one core are of the processor, the best of
//! several runs, so that a busy machine counts less; those on more threads are of the clock. The answers
//! are checked first: what is drawn must agree with what is expected, and every loadout more must hurt no
//! more.

#[path = "../../../crates/raid/tests/support/mod.rs"]
mod support;

use raid::{Defence, Flights, Hurt, RaidAtSite, RaidKey, Unknowns};
use rampart_bench::raids::processor_ms;
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;
use theatre::Stream;

const RADIUS_M: f64 = 900.0;

/// How far a replication is taken.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Fly,
    Judge,
    Expect,
    Draw,
    Whole,
}

/// One setting.
#[derive(Clone, Copy)]
struct Case {
    rounds: u32,
    people: u32,
    part: Part,
}

fn loadouts() -> Vec<[u32; 3]> {
    let mut all = Vec::new();
    for guns in 0..=2 {
        for batteries in 0..=1 {
            for sirens in 0..=1 {
                all.push([guns, batteries, sirens]);
            }
        }
    }
    all
}

/// One replication: what it expects and what it draws under every loadout.
fn replication(
    case: Case,
    flights: &Flights<'_>,
    unknowns: &Unknowns,
    loadouts: &[[u32; 3]],
    number: u32,
) -> Vec<(Hurt, u32)> {
    let key = RaidKey {
        seed: 5,
        replication: number,
        entity: 0,
    };
    let raid = flights.raid(case.rounds, &unknowns.systems, &unknowns.people, key);
    if case.part == Part::Fly {
        black_box(&raid);
        return Vec::new();
    }
    let placed = RaidAtSite::new(&raid, unknowns, support::ROCKET, RADIUS_M);
    let defences = loadouts.iter().map(|units| Defence {
        local: units,
        area: units,
    });
    let judged: Vec<_> = defences.map(|defence| placed.judge(defence)).collect();
    if case.part == Part::Judge {
        black_box(&judged);
        return Vec::new();
    }
    let hurt = if case.part == Part::Draw {
        vec![Hurt::default(); judged.len()]
    } else {
        placed.hurt_each(&judged)
    };
    if case.part == Part::Expect {
        black_box(&hurt);
        return Vec::new();
    }
    let mut stream = Stream::new(5, number, 0, 1);
    let tolls = placed.realise_each(&judged, case.people, 0, &mut stream);
    let counts = tolls.iter().map(|toll| toll.all());
    hurt.into_iter().zip(counts).collect()
}

fn run(case: Case, count: u32, threads: u32) -> f64 {
    let unknowns = support::unknowns();
    let loadouts = loadouts();
    let fly = |first: u32| {
        let flights = Flights::new(&unknowns.munitions[support::ROCKET]);
        for number in (first..count).step_by(threads as usize) {
            black_box(replication(case, &flights, &unknowns, &loadouts, number));
        }
    };
    if threads == 1 {
        let start_ms = processor_ms();
        fly(0);
        return 1e3 * f64::from(count) / (processor_ms() - start_ms);
    }
    let start = Instant::now();
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let fly = &fly;
            scope.spawn(move || fly(thread));
        }
    });
    f64::from(count) / start.elapsed().as_secs_f64()
}

fn best(case: Case, count: u32, threads: u32) -> f64 {
    (0..5)
        .map(|_| run(case, count, threads))
        .fold(0.0, f64::max)
}

/// What is drawn agrees with what is expected, and a loadout that holds another hurts no more.
fn check(count: u32) -> Result<(), Box<dyn Error>> {
    let unknowns = support::unknowns();
    let loadouts = loadouts();
    let flights = Flights::new(&unknowns.munitions[support::ROCKET]);
    let case = Case {
        rounds: 40,
        people: 1_000,
        part: Part::Whole,
    };
    let mut sums = vec![(0.0, 0.0, 0.0); loadouts.len()];
    for number in 0..count {
        let each = replication(case, &flights, &unknowns, &loadouts, number);
        for (sum, (hurt, toll)) in sums.iter_mut().zip(each) {
            sum.0 += 1_000.0 * (hurt.killed + hurt.wounded);
            sum.1 += f64::from(toll);
            sum.2 += f64::from(toll).powi(2);
        }
    }
    let count = f64::from(count);
    for (index, (expected, drawn, squares)) in sums.iter().enumerate() {
        let error = f64::sqrt((squares - drawn * drawn / count).max(1.0));
        if (expected - drawn).abs() > 5.0 * error {
            return Err(format!("loadout {index}: {drawn} drawn, {expected} expected").into());
        }
        for (other, (more, _, _)) in sums.iter().enumerate() {
            let holds = loadouts[other]
                .iter()
                .zip(&loadouts[index])
                .all(|(a, b)| a >= b);
            if holds && *more > expected + 1e-9 {
                return Err(format!("loadout {other} hurts more than {index}").into());
            }
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let tiny = std::env::args().any(|word| word == "--tiny");
    let count = if tiny { 200 } else { 8_000 };
    check(count / 4)?;
    let whole = Case {
        rounds: 40,
        people: 1_000,
        part: Part::Whole,
    };
    println!("{:<44}{:>14}", "one core", "a second");
    let line = |name: &str, rate: f64| println!("{name:<44}{rate:>14.0}");
    line(
        "40 rounds, 1,000 people, 12 loadouts",
        best(whole, count, 1),
    );
    line(
        "  casualties drawn, not expected",
        best(
            Case {
                part: Part::Draw,
                ..whole
            },
            count,
            1,
        ),
    );
    for (name, part) in [
        ("  flights and radar alone", Part::Fly),
        ("  and who is stopped and warned", Part::Judge),
        ("  and what to expect", Part::Expect),
    ] {
        line(name, best(Case { part, ..whole }, count, 1));
    }
    for rounds in [5, 10, 20, 80, 160] {
        let case = Case { rounds, ..whole };
        line(&format!("{rounds} rounds"), best(case, count / 2, 1));
    }
    for people in [100, 10_000, 100_000] {
        let case = Case { people, ..whole };
        line(&format!("{people} people"), best(case, count / 2, 1));
    }
    for threads in [2, 4] {
        line(&format!("{threads} threads"), best(whole, count, threads));
    }
    let unknowns = support::unknowns();
    for (name, munition) in [("rocket", 0), ("mortar", 1), ("missile", 2)] {
        let tables = if tiny { 10 } else { 300 };
        let start_ms = processor_ms();
        for _ in 0..tables {
            black_box(Flights::new(black_box(&unknowns.munitions[munition])));
        }
        let rate = 1e3 * f64::from(tables) / (processor_ms() - start_ms);
        line(&format!("tables of nominal shots, {name}"), rate);
    }
    Ok(())
}
