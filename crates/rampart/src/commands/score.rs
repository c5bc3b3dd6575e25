//! `rampart score`: recorded plots with truth, and how near the watching code came to it.

use super::replay::{Ready, Scene, open};
use super::{failed, print_whole};
use crate::replay::score::{Score, Scorer, mean};
use clap::Args;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use theatre::Stream;

/// Resamples of files for intervals.
const RESAMPLES: u32 = 2_000;
/// Key of the draws, apart from those of everything else.
const PURPOSE: u32 = 0x5C0E;

/// Options of `rampart score`.
#[derive(Clone, Debug, Args)]
pub struct ScoreArguments {
    /// Recordings with `truth`: [target, x, y, z, vx, vy, vz] of every target at each scan, and where it is known `impacts`: [target, x, y, t].
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    scene: Scene,
    /// Scans to take of each recording [default: all].
    #[arg(long, value_name = "N")]
    scans: Option<usize>,
    /// Scans at the start of each recording that are not scored, while tracks begin.
    #[arg(long, value_name = "N", default_value_t = 5)]
    skip: usize,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// Scores, or says why not.
#[must_use]
pub fn run(arguments: &ScoreArguments) -> ExitCode {
    let ready = match arguments.scene.read() {
        Ok(ready) => ready,
        Err(code) => return code,
    };
    match whole(arguments, &ready) {
        Ok(text) => match print_whole(&text) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&format!("cannot print: {error}")),
        },
        Err(why) => failed(&why),
    }
}

fn whole(arguments: &ScoreArguments, ready: &Ready) -> Result<String, String> {
    let scores = arguments
        .files
        .iter()
        .map(|path| score(path, arguments, ready))
        .collect::<Result<Vec<_>, _>>()?;
    let named = |(path, score): (&PathBuf, &Score)| {
        serde_json::to_value(score).map(|figures| (path.display().to_string(), figures))
    };
    let files = arguments
        .files
        .iter()
        .zip(&scores)
        .map(named)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    let summary = (files.len() > 1).then(|| summary(&files));
    if arguments.json {
        let list: Vec<Value> = files
            .iter()
            .map(|(file, score)| json!({ "file": file, "score": score }))
            .collect();
        let document = json!({ "files": list, "mean": summary });
        return super::output::json(&document).map_err(|error| error.to_string());
    }
    let mut out = String::new();
    for (file, score) in &files {
        let _ = writeln!(out, "{file}");
        for (key, value) in score.as_object().into_iter().flatten() {
            let _ = writeln!(out, "  {:<24} {}", words(key), shown(value));
        }
    }
    if let Some(summary) = summary {
        let _ = writeln!(
            out,
            "mean of {} recordings, and where it lies in 95 of 100 draws of as many of them",
            files.len()
        );
        for (key, value) in &summary {
            let figure = |name: &str| shown(&value[name]);
            let _ = writeln!(
                out,
                "  {:<24} {} ({} to {})",
                words(key),
                figure("mean"),
                figure("low"),
                figure("high")
            );
        }
    }
    Ok(out)
}

fn score(path: &Path, arguments: &ScoreArguments, ready: &Ready) -> Result<Score, String> {
    let (mut source, mut replay) = open(path, ready)?;
    let mut scorer = Scorer::new(&ready.settings, &ready.zones, arguments.skip);
    let most = arguments.scans.unwrap_or(usize::MAX);
    for _ in 0..most {
        let Some(recorded) = source.next_scan().map_err(|trouble| trouble.to_string())? else {
            break;
        };
        let step = replay
            .take(&recorded)
            .map_err(|trouble| trouble.to_string())?;
        scorer.take(&step).map_err(|trouble| trouble.to_string())?;
    }
    scorer.finish().ok_or_else(|| {
        format!(
            "{}: no scan has a `truth` to score against; give a recording that tells it",
            path.display()
        )
    })
}

/// The mean over files of every figure that is a number, with 95 % of a bootstrap over files.
fn summary(files: &[(String, Value)]) -> BTreeMap<String, Value> {
    let mut figures: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for (key, value) in files
        .iter()
        .filter_map(|(_, score)| score.as_object())
        .flatten()
    {
        if let Some(value) = value.as_f64() {
            figures.entry(key.clone()).or_default().push(value);
        }
    }
    let spread = |(key, values): (String, Vec<f64>)| {
        let mut stream = Stream::new(0, 0, 0, PURPOSE);
        let mut means: Vec<f64> = (0..RESAMPLES)
            .filter_map(|_| {
                let pick = |_| {
                    let index = (stream.uniform() * values.len() as f64) as usize;
                    values.get(index).copied()
                };
                let drawn: Vec<f64> = (0..values.len()).filter_map(pick).collect();
                mean(&drawn)
            })
            .collect();
        means.sort_by(f64::total_cmp);
        let at = |share: f64| means.get((share * (means.len() - 1) as f64) as usize);
        let value = json!({
            "mean": mean(&values),
            "low": at(0.025),
            "high": at(0.975),
            "recordings": values.len(),
        });
        (key, value)
    };
    figures.into_iter().map(spread).collect()
}

/// A key as words, its unit behind a comma.
fn words(key: &str) -> String {
    const UNITS: [(&str, &str); 3] = [("_mps", ", m/s"), ("_m", ", m"), ("_s", ", s")];
    let found = UNITS
        .iter()
        .find_map(|(ending, unit)| Some(format!("{}{unit}", key.strip_suffix(ending)?)));
    found
        .unwrap_or_else(|| key.to_owned())
        .replace('_', " ")
        .replace("gospa", "GOSPA")
        .replace("ospa,", "OSPA,")
        .replace("rmse", "RMSE")
        .replace("nees", "NEES")
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Array(ends) => ends.iter().map(shown).collect::<Vec<_>>().join(" to "),
        Value::Number(number) if number.is_f64() => {
            format!("{:.2}", number.as_f64().unwrap_or(f64::NAN))
        }
        other => other.to_string(),
    }
}
