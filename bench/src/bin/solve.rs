//! Solves one planning problem: `solve PROBLEM.json` prints the proof and the seconds as JSON.
//!
//! The proof has the form that it has in `plan.json`, and is null where no plan exists. The seconds
//! are the planner's alone, without reading and checking the file; the problem is solved `--again N`
//! times (1 by default) and the least is given.

use planner::{Options, Problem, SolveError, Solved, Status, solve};
use serde_json::{Value, json};
use std::error::Error;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (path, times) = match words[..] {
        [path] => (path, 1),
        [path, "--again", times] => (path, times.parse::<u32>()?.max(1)),
        _ => return Err("usage: solve PROBLEM.json [--again N]".into()),
    };
    let problem: Problem = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    problem.validate()?;
    let (mut seconds, mut proved) = (f64::INFINITY, Value::Null);
    for _ in 0..times {
        let start = Instant::now();
        let solved = solve(&problem, &Options::default());
        seconds = seconds.min(start.elapsed().as_secs_f64());
        proved = match solved {
            Ok(solved) => proof(&solved),
            Err(SolveError::Infeasible) => Value::Null,
            Err(error) => return Err(error.into()),
        };
    }
    println!("{}", json!({ "proof": proved, "seconds": seconds }));
    Ok(())
}

fn proof(solved: &Solved) -> Value {
    let status = match solved.status {
        Status::Optimal => "optimal",
        Status::GapLimit => "gap limit",
        Status::TimeLimit => "time limit",
    };
    json!({
        "value": solved.value,
        "bound": solved.bound,
        "gap": solved.gap,
        "status": status,
    })
}
