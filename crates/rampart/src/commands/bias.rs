//! `rampart bias`: what a radar gets wrong every time, from impacts that were surveyed.

use super::replay::{Radar, Ready, source};
use super::{failed, print_whole};
use crate::replay::bias::{Estimate, Judged, PRIOR_SIGMAS, Recording, estimate};
use crate::replay::survey;
use clap::Args;
use serde_json::json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Share of the spread beforehand above which a part of the bias counts as not determined.
const UNDETERMINED: f64 = 0.3;
/// The parts of a bias, their keys in SENSOR.toml, and how they are told.
const PARTS: [(&str, &str, &str, f64, &str); 3] = [
    ("range", "range_bias_m", "range_bias_sigma_m", 1.0, "m"),
    (
        "azimuth",
        "azimuth_bias_rad",
        "azimuth_bias_sigma_rad",
        1e3,
        "mrad",
    ),
    (
        "elevation",
        "elevation_bias_rad",
        "elevation_bias_sigma_rad",
        1e3,
        "mrad",
    ),
];
/// Least spread that is printed: a bias is not known better, and a zero would claim that it is.
const SIGMAS_MIN: [f64; 3] = [0.1, 1e-5, 1e-5];

/// Options of `rampart bias`.
#[derive(Clone, Debug, Args)]
pub struct BiasArguments {
    /// Recordings of rounds, as `rampart replay` takes them.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    radar: Radar,
    /// Where the rounds came down: a line of JSON for each.
    #[arg(long, value_name = "IMPACTS.jsonl")]
    impacts: PathBuf,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// Estimates, or says why not.
#[must_use]
pub fn run(arguments: &BiasArguments) -> ExitCode {
    let sensor = match arguments.radar.sensor() {
        Ok(sensor) => sensor,
        Err(code) => return code,
    };
    let ready = arguments.radar.ready(&sensor, Vec::new());
    let found = survey::read(&arguments.impacts, sensor.place, sensor.height_m)
        .map_err(|trouble| trouble.to_string())
        .and_then(|surveys| {
            let recordings = recordings(&arguments.files, &ready)?;
            estimate(&ready.settings, &recordings, &surveys).map_err(|trouble| trouble.to_string())
        })
        .and_then(|found| match arguments.json {
            true => document(&found),
            false => Ok(text(&found)),
        });
    match found {
        Ok(text) => match print_whole(&text) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&format!("cannot print: {error}")),
        },
        Err(why) => failed(&why),
    }
}

fn recordings(files: &[PathBuf], ready: &Ready) -> Result<Vec<Recording>, String> {
    let mut recordings: Vec<Recording> = Vec::new();
    for path in files {
        let file = name(path);
        if recordings.iter().any(|other| other.file == file) {
            return Err(format!(
                "there are two recordings called {file}: impacts name them by the last part of their path, so rename one"
            ));
        }
        let mut source = source(path, ready)?;
        let mut scans = Vec::new();
        while let Some(scan) = source.next_scan().map_err(|trouble| trouble.to_string())? {
            scans.push(scan);
        }
        recordings.push(Recording { file, scans });
    }
    Ok(recordings)
}

fn name(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy())
        .into_owned()
}

/// One sigma of each part.
fn sigmas(found: &Estimate) -> [f64; 3] {
    [0, 1, 2].map(|axis| {
        found.covariance[axis][axis]
            .max(0.0)
            .sqrt()
            .max(SIGMAS_MIN[axis])
    })
}

/// Root mean square errors of impacts with the bias of before, and with what the other rounds give.
fn errors_m(rounds: &[Judged]) -> (Option<f64>, Option<f64>) {
    let squared = |[x, y]: [f64; 2]| x * x + y * y;
    let mean = |values: Vec<f64>| {
        let count = values.len() as f64;
        (count > 0.0).then(|| (values.iter().sum::<f64>() / count).sqrt())
    };
    let before = rounds.iter().map(|round| squared(round.before_m)).collect();
    let after = rounds
        .iter()
        .filter_map(|round| Some(squared(round.after_m?)));
    (mean(before), mean(after.collect()))
}

fn text(found: &Estimate) -> String {
    let mut out = String::new();
    let sigmas = sigmas(found);
    let outliers = found.rounds.iter().filter(|round| round.outlier).count();
    let _ = write!(out, "Rounds with surveyed impacts: {}", found.rounds.len());
    out.push_str(&match outliers {
        0 => ".\n".to_owned(),
        _ => format!(", {outliers} contradicted by the others, which hardly count.\n"),
    });
    for (place, why) in &found.left_out {
        let _ = writeln!(out, "left out: {place}: {why}");
    }
    for (axis, (part, _, _, scale, unit)) in PARTS.into_iter().enumerate() {
        let doubt = match sigmas[axis] > UNDETERMINED * PRIOR_SIGMAS[axis] {
            true => "; these impacts hardly determine it",
            false => "",
        };
        let _ = writeln!(
            out,
            "{part:<10} {:+8.2} {unit}, one sigma {:.2} {unit}{doubt}",
            scale * found.bias[axis],
            scale * sigmas[axis],
        );
    }
    match errors_m(&found.rounds) {
        (Some(before), Some(after)) => {
            let _ = writeln!(
                out,
                "Impact errors, root mean square: {before:.1} m with the bias of SENSOR.toml, {after:.1} m where each round is foreseen with the bias of the others."
            );
        }
        (Some(before), None) => {
            let _ = writeln!(
                out,
                "Impact error: {before:.1} m with the bias of SENSOR.toml; one round cannot be checked against others."
            );
        }
        (None, _) => {}
    }
    for round in &found.rounds {
        let far = |off: [f64; 2]| off[0].hypot(off[1]);
        let after = round
            .after_m
            .map_or("-".to_owned(), |off| format!("{:.1} m", far(off)));
        let _ = writeln!(
            out,
            "  {:<24} {:6.1} m before, {after} after{}",
            round.file,
            far(round.before_m),
            if round.outlier {
                ", contradicted by the others"
            } else {
                ""
            },
        );
    }
    out.push_str("\nFor SENSOR.toml, in the place of what it says of bias:\n");
    for (axis, (_, bias, sigma, scale, _)) in PARTS.into_iter().enumerate() {
        let digits = if scale == 1.0 { 1 } else { 5 };
        let _ = writeln!(out, "{bias} = {:.digits$}", found.bias[axis]);
        let _ = writeln!(out, "{sigma} = {:.digits$}", sigmas[axis]);
    }
    out
}

fn document(found: &Estimate) -> Result<String, String> {
    let sigmas = sigmas(found);
    let mut keys = serde_json::Map::new();
    for (axis, (_, bias, sigma, ..)) in PARTS.into_iter().enumerate() {
        keys.insert(bias.to_owned(), json!(found.bias[axis]));
        keys.insert(sigma.to_owned(), json!(sigmas[axis]));
    }
    let (before, after) = errors_m(&found.rounds);
    let rounds: Vec<_> = found
        .rounds
        .iter()
        .map(|round| {
            json!({
                "impact": round.place,
                "file": round.file,
                "error_before_m": round.before_m,
                "error_after_m": round.after_m,
                "squared_distance": round.squared_distance,
                "outlier": round.outlier,
            })
        })
        .collect();
    let left_out: Vec<_> = found
        .left_out
        .iter()
        .map(|(impact, reason)| json!({ "impact": impact, "reason": reason }))
        .collect();
    let determined = [0, 1, 2].map(|axis| sigmas[axis] <= UNDETERMINED * PRIOR_SIGMAS[axis]);
    super::output::json(&json!({
        "bias": keys,
        "covariance": found.covariance,
        "determined": { "range": determined[0], "azimuth": determined[1], "elevation": determined[2] },
        "impact_error_before_m": before,
        "impact_error_after_m": after,
        "rounds": rounds,
        "left_out": left_out,
    }))
    .map_err(|error| error.to_string())
}
