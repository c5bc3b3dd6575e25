//! Plans one large instance: `plan_instance FILE [--time-limit S] [--gap G]` prints value, bound and
//! seconds as JSON.
//!
//! FILE is what `plan_instances.py` writes: a comment with stocks and lift, then a row a site. `checked`
//! says that value and bound are those of the proof's checker, which also saw that the plan keeps every
//! limit. The seconds are the planner's and the checker's, without reading the file. `--what-if c_ram=N`
//! plans again, from the first answer, with another number of a system; `--cvar LEVEL --scenarios N`
//! plans for the mean of the worst of N scenarios drawn from seed 7.

use planner::regional::{RegionalOptions, RegionalProblem, Scenarios, Start, solve, solve_tail};
use serde_json::{Value, json};
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};

const USAGE: &str = "usage: plan_instance FILE [--time-limit SECONDS] [--gap SHARE] [--what-if SYSTEM=N] \
                     [--cvar LEVEL --scenarios N]";

fn main() -> Result<(), Box<dyn Error>> {
    let mut path = None;
    let mut options = RegionalOptions::default();
    let (mut what_if, mut level, mut scenarios) = (None, None, 100);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(USAGE);
        match argument.as_str() {
            "--time-limit" => {
                options.time_limit = Some(Duration::try_from_secs_f64(value()?.parse()?)?)
            }
            "--gap" => options.gap = value()?.parse()?,
            "--what-if" => what_if = Some(value()?),
            "--cvar" => level = Some(value()?.parse::<f64>()?),
            "--scenarios" => scenarios = value()?.parse()?,
            _ if path.is_none() && !argument.starts_with('-') => path = Some(argument),
            _ => return Err(USAGE.into()),
        }
    }
    let (mut problem, systems) = read(&path.ok_or(USAGE)?)?;
    problem.validate()?;
    let (mut answer, start) = match level {
        Some(level) => (tail(&problem, level, scenarios, &options)?, None),
        None => expected(&problem, &options)?,
    };
    if let Some(change) = what_if {
        let (name, number) = change.split_once('=').ok_or(USAGE)?;
        let system = systems.iter().position(|system| system == name);
        problem.stock[system.ok_or("no such system")?] = number.parse()?;
        options.start = start;
        answer["what_if"] = expected(&problem, &options)?.0;
    }
    println!("{answer}");
    Ok(())
}

fn expected(
    problem: &RegionalProblem,
    options: &RegionalOptions,
) -> Result<(Value, Option<Start>), Box<dyn Error>> {
    let begun = Instant::now();
    let solved = solve(problem, options)?;
    Ok((report(&solved.checked, begun), Some(solved.start)))
}

fn tail(
    problem: &RegionalProblem,
    level: f64,
    count: usize,
    options: &RegionalOptions,
) -> Result<Value, Box<dyn Error>> {
    let scenarios = scenarios(problem, count);
    let begun = Instant::now();
    let solved = solve_tail(problem, &scenarios, level, options)?;
    let mut answer = report(&solved.checked, begun);
    answer["rounds"] = json!(solved.rounds);
    Ok(answer)
}

fn report(checked: &planner::regional::Checked, begun: Instant) -> Value {
    json!({
        "value": checked.value_high,
        "bound": checked.bound,
        "gap": (checked.value_high - checked.bound) / checked.value_high.abs().max(f64::MIN_POSITIVE),
        "seconds": begun.elapsed().as_secs_f64(),
        "peak_mb": peak_mb(),
        "checked": true,
    })
}

/// Memory at most, MiB; null where the system does not tell.
fn peak_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace()
        .nth(1)?
        .parse::<u64>()
        .ok()
        .map(|kib| kib / 1024)
}

/// Fronts of equal length, each with its own luck in each scenario, and some luck of every site's own.
fn scenarios(problem: &RegionalProblem, count: usize) -> Scenarios {
    const FRONTS: usize = 20;
    let mut factors = Vec::with_capacity(problem.sites() * count);
    for site in 0..problem.sites() {
        let front = site * FRONTS / problem.sites();
        for scenario in 0..count {
            let luck = normal(front as u64, scenario as u64);
            let own = normal(1_000_000 + site as u64, scenario as u64);
            factors.push((0.5 * luck + 0.5 * own).exp() as f32);
        }
    }
    Scenarios { count, factors }
}

/// A nearly normal number of a place and a scenario: twelve uniform ones added, by SplitMix64.
fn normal(place: u64, scenario: u64) -> f64 {
    let mut state =
        place.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ scenario.wrapping_mul(0xD1B5_4A32_D192_ED03);
    let mut sum = -6.0;
    for _ in 0..12 {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        sum += ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64;
    }
    sum
}

/// The problem, and the names of its systems.
fn read(path: &str) -> Result<(RegionalProblem, Vec<String>), Box<dyn Error>> {
    let mut lines = BufReader::new(File::open(path)?);
    let mut line = String::new();
    let mut problem = RegionalProblem::default();
    let mut systems = Vec::new();
    lines.read_line(&mut line)?;
    let stated = line.trim_start_matches('#').split_whitespace();
    for (name, value) in stated.filter_map(|word| word.split_once('=')) {
        match name {
            "lift" => problem.lift = value.parse()?,
            "loss_per_move" => problem.loss_per_move = value.parse()?,
            system => {
                systems.push(system.to_string());
                problem.stock.push(value.parse()?);
            }
        }
    }
    line.clear();
    lines.read_line(&mut line)?;
    for name in line.trim_end().split(',').skip(4) {
        // loss_c2_p1: two of the first system and one of the second.
        let units = name
            .split('_')
            .skip(1)
            .map(|part| part.get(1..).unwrap_or("").parse());
        problem.units.push(units.collect::<Result<_, _>>()?);
    }
    for number in 3.. {
        line.clear();
        if lines.read_line(&mut line)? == 0 {
            break;
        }
        row(&mut problem, line.trim_end())
            .map_err(|why| format!("{path}, line {number}: {why}"))?;
    }
    Ok((problem, systems))
}

fn row(problem: &mut RegionalProblem, line: &str) -> Result<(), Box<dyn Error>> {
    let mut fields = line.split(',');
    let mut next = || fields.next().ok_or("too few fields");
    for list in [
        &mut problem.region,
        &mut problem.people,
        &mut problem.capacity,
        &mut problem.fewest,
    ] {
        list.push(next()?.parse()?);
    }
    for _ in 0..problem.units.len() {
        problem.loss.push(next()?.parse()?);
    }
    Ok(())
}
