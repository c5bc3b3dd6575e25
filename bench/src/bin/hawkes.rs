//! The self-exciting fit of the forecast crate beside its peers, on the same simulated logs.
//!
//! `hawkes [--tiny] [--python PROGRAM]` fits logs of about 10,000, 100,000 and 1,000,000 attacks with
//! the crate, with the crate `hawkes-rs`, with hawkesbook and with numba under SciPy. It fails where an
//! optimum differs from that of the crate by more than 1e-4 of it, and prints the seconds.

use forecast::hawkes::{Events, Hawkes, HawkesState, Parameters, simulate};
use hawkes::univariate;
use serde_json::Value;
use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;
use theatre::Stream;

const TRUTH: Parameters = Parameters {
    base_rate: 1.0,
    branching: 0.5,
    decay: 2.0,
};
/// Greatest relative difference between the parameters of two programs: four digits.
const AGREEMENT: f64 = 1e-4;
/// The same for hawkesbook, which stops where differences of the likelihood no longer tell.
const AGREEMENT_BY_DIFFERENCES: f64 = 2e-3;
const RUNS: u32 = 3;
const USAGE: &str = "usage: hawkes [--tiny] [--python PROGRAM]";

/// One row of the table.
struct Row {
    name: String,
    seconds: f64,
    parameters: [f64; 3],
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut python: String = concat!(env!("CARGO_MANIFEST_DIR"), "/.venv/bin/python").into();
    let mut sizes = vec![1e4, 1e5, 1e6];
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--tiny" => sizes = vec![2e3],
            "--python" => python = arguments.next().ok_or(USAGE)?,
            _ => return Err(USAGE.into()),
        }
    }
    for attacks in sizes {
        let length = attacks * (1.0 - TRUTH.branching) / TRUTH.base_rate;
        let events = simulate(&TRUTH, 0.0, length, &mut Stream::new(1, 0, 0, 0))?;
        compare(&events, &python)?;
    }
    Ok(())
}

fn compare(events: &Events, python: &str) -> Result<(), Box<dyn Error>> {
    let (seconds, parameters) = timed(|| Ok(Hawkes::most_likely(events)))?;
    let mut rows = vec![Row {
        name: "forecast".into(),
        seconds,
        parameters: [parameters.base_rate, parameters.branching, parameters.decay],
    }];
    let (seconds, fit) = timed(|| Ok(Hawkes::fit(events)))?;
    let best = fit.parameters();
    rows.push(Row {
        name: "forecast, with intervals".into(),
        seconds,
        parameters: [best.base_rate, best.branching, best.decay],
    });
    let (seconds, theirs) = timed(|| {
        let observation = univariate::Observation::new(events.times(), events.end())?;
        Ok(univariate::fit(&observation)?.parameters)
    })?;
    rows.push(Row {
        name: "hawkes-rs 0.1.2".into(),
        seconds,
        parameters: [theirs.baseline(), theirs.excitation(), theirs.decay()],
    });
    rows.extend(peers(events, python)?);
    print(&rows, events, one_event_ns(parameters, events));
    let ours = rows[0].parameters;
    for row in &rows {
        let by_differences = row.name.starts_with("hawkesbook");
        let most = if by_differences {
            AGREEMENT_BY_DIFFERENCES
        } else {
            AGREEMENT
        };
        for (one, other) in ours.iter().zip(row.parameters) {
            if (one / other - 1.0).abs() > most {
                return Err(format!("{} found another optimum than forecast", row.name).into());
            }
        }
    }
    Ok(())
}

/// The least seconds of some runs, and what the last gave.
fn timed<T>(fit: impl Fn() -> Result<T, Box<dyn Error>>) -> Result<(f64, T), Box<dyn Error>> {
    let (mut least, mut found) = (f64::INFINITY, None);
    for _ in 0..RUNS {
        let start = Instant::now();
        found = Some(black_box(fit()?));
        least = least.min(start.elapsed().as_secs_f64());
    }
    Ok((least, found.ok_or("no run")?))
}

/// Nanoseconds for a state to note one attack, by noting all of them.
fn one_event_ns(parameters: Parameters, events: &Events) -> f64 {
    let start = Instant::now();
    black_box(HawkesState::after(parameters, events));
    1e9 * start.elapsed().as_secs_f64() / events.times().len() as f64
}

fn peers(events: &Events, python: &str) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut child = Command::new(python)
        .arg("-B")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/hawkes_peer.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start {python}: {error}; run bench/setup first"))?;
    let mut input = child.stdin.take().ok_or("no pipe to the peer")?;
    let numbers = std::iter::once(events.end()).chain(events.times().iter().copied());
    input.write_all(&numbers.flat_map(f64::to_le_bytes).collect::<Vec<u8>>())?;
    drop(input);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("the peer ended with {}", output.status).into());
    }
    let answer: Value = serde_json::from_slice(&output.stdout)?;
    let runs = answer["runs"].as_array().ok_or("the peer gave no runs")?;
    let row = |run: &Value| -> Result<Row, Box<dyn Error>> {
        Ok(Row {
            name: run["name"].as_str().unwrap_or("?").to_owned(),
            seconds: run["seconds"].as_f64().ok_or("a run without seconds")?,
            parameters: serde_json::from_value(run["parameters"].clone())?,
        })
    };
    runs.iter().map(row).collect()
}

fn print(rows: &[Row], events: &Events, one_event_ns: f64) {
    let count = events.times().len();
    println!("{count} attacks, one thread; a state notes one more in {one_event_ns:.1} ns\n");
    println!("| fit | ms | times forecast's | base rate | branching | decay | log-likelihood |");
    println!("|---|--:|--:|--:|--:|--:|--:|");
    for row in rows {
        let [base_rate, branching, decay] = row.parameters;
        let parameters = Parameters {
            base_rate,
            branching,
            decay,
        };
        println!(
            "| {} | {:.1} | {:.1} | {base_rate:.6} | {branching:.6} | {decay:.6} | {:.4} |",
            row.name,
            1e3 * row.seconds,
            row.seconds / rows[0].seconds,
            events.log_likelihood(&parameters)
        );
    }
    println!();
}
