//! `rampart forecast` and `rampart forecast score` from the outside.

#![allow(clippy::unwrap_used, reason = "a step that fails ends the test")]

mod support;

use serde_json::Value;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Output;
use support::dice::Dice;
use support::{code, document, fresh, iraq, rampart, read, run, stderr, stdout};

const PERIODS: &str = "--fit 2023-01-01..2023-06-30 --test 2023-07-01..2023-12-31";

/// A year of events at three sites, more of them on some days than on others.
fn events() -> String {
    let mut dice = Dice::new(7);
    let mut text = String::from("\u{feff}place,when,\"what, if known\"\r\n");
    let start = jiff::civil::date(2023, 1, 1);
    for day in 0..365_i64 {
        let date = start.checked_add(jiff::ToSpan::days(day)).unwrap();
        for (site, most) in [("\"Alpha, north\"", 3), ("beta", 6), ("gamma", 2)] {
            for _ in 0..dice.whole(0, if day % 30 < 10 { 2 * most } else { most }) {
                let (hour, minute) = (dice.whole(0, 23), dice.whole(0, 59));
                writeln!(
                    text,
                    "{site},{date} {hour:02}:{minute:02}:00+00:00,\"a \"\"b\"\"\""
                )
                .unwrap();
            }
        }
    }
    text
}

fn written(name: &str, text: &str) -> PathBuf {
    let path = fresh(name).join("events.csv");
    std::fs::write(&path, text).unwrap();
    path
}

fn score(log: &Path, options: &str) -> Output {
    let words = ["forecast", "score", log.to_str().unwrap()];
    let arguments: Vec<&str> = words
        .into_iter()
        .chain(options.split_whitespace())
        .collect();
    rampart(Path::new("."), &arguments)
}

fn columns(options: &str) -> String {
    format!("--time when --site place {options}")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

/// Checks what every document of scores must be, and gives it.
fn scores(output: &Output) -> Value {
    let scores = document(output, 0);
    let models = scores["models"].as_array().unwrap();
    assert_eq!(models.len(), 10);
    for model in models {
        for key in ["log_score", "crps", "brier", "cover90"] {
            assert!(number(&model[key]) >= 0.0, "{key}: {model}");
        }
        let gain = &model["gain"];
        let [low, mean, high] = ["low", "mean", "high"].map(|key| number(&gain[key]));
        assert!(low <= mean && mean <= high, "{model}");
        let default = number(&models[0]["log_score"]);
        assert!((default - number(&model["log_score"]) - mean).abs() < 1e-9);
        let pit: f64 = model["pit"].as_array().unwrap().iter().map(number).sum();
        assert!((pit - 1.0).abs() < 1e-9, "{model}");
    }
    let chosen = models
        .iter()
        .filter(|model| model["name"] == scores["chosen"]);
    let chosen: Vec<&Value> = chosen.collect();
    assert_eq!(chosen.len(), 1);
    let is_default = chosen[0]["name"] == models[0]["name"];
    assert!(is_default || number(&chosen[0]["gain"]["low"]) > 0.0);
    scores
}

#[test]
fn a_csv_is_scored_alike_on_any_number_of_threads() {
    let log = written("score-csv", &events());
    let one = score(&log, &columns(&format!("{PERIODS} --json --threads 1")));
    let more = score(&log, &columns(&format!("{PERIODS} --json --threads 3")));
    scores(&one);
    assert_eq!(one.stdout, more.stdout);
    for hours in [6, 48] {
        let options = format!("{PERIODS} --json --bin-hours {hours}");
        scores(&score(&log, &columns(&options)));
    }
    let text = stdout(&score(&log, &columns(PERIODS)));
    for name in [
        "constant Poisson",
        "conflictology, 60 days",
        "half-lives averaged",
        "← chosen",
    ] {
        assert!(text.contains(name), "{text}");
    }
    assert!(text.contains("3 sites"), "{text}");
}

#[test]
fn a_page_with_calibration_is_written_whole() {
    let log = written("score-page", &events());
    let out = log.parent().unwrap().join("out");
    let options = columns(&format!("{PERIODS} --out {}", out.display()));
    assert_eq!(code(&score(&log, &options)), 0);
    let page = read(out.join("scores.html"));
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    assert_eq!(page.matches("<figure>").count(), 20);
    assert!(!page.contains("NaN") && !page.contains("http"));
    let json: Value = serde_json::from_str(&read(out.join("scores.json"))).unwrap();
    assert!(json["chosen"].is_string());
}

#[test]
fn faults_of_a_csv_name_their_line() {
    let bad =
        "place,when\nalpha,2023-01-01\nbeta,soon\n,2023-01-03\ngamma,2023-01-04 12:00\nx,1,2\n";
    let log = written("score-faults", bad);
    let output = score(&log, &columns(PERIODS));
    assert_eq!(code(&output), 1);
    let told = stderr(&output);
    assert!(told.contains("events.csv:3: `soon` is no time"), "{told}");
    assert!(told.contains("events.csv:4: the place is empty"), "{told}");
    assert!(!told.contains("events.csv:5"), "{told}");
    assert!(told.contains("line: 6"), "{told}");
    let output = score(&log, &format!("--time date --site place {PERIODS}"));
    assert!(stderr(&output).contains("no column `date`; the columns are: place, when"));
}

#[test]
fn what_cannot_be_scored_is_refused_in_words() {
    let log = written("score-refused", &events());
    let refused = |options: &str, words: &str| {
        let output = score(&log, &columns(options));
        assert_eq!(code(&output), 1, "{options}");
        assert!(
            stderr(&output).contains(words),
            "{options}: {}",
            stderr(&output)
        );
    };
    refused("", "needs --fit");
    let overlapping = "--fit 2023-01-01..2023-07-01 --test 2023-07-01..2023-12-31";
    refused(overlapping, "must begin after");
    refused(&format!("{PERIODS} --minimum-events 5000"), "the most is");
    let empty = "--fit 2021-01-01..2021-06-30 --test 2021-07-01..2021-12-31";
    refused(empty, "the most is 0");
    let wrong = score(
        &log,
        &columns("--fit 2023-01-01 --test 2023-07-01..2023-12-31"),
    );
    assert_eq!(code(&wrong), 64);

    let dates = written("score-dates", "place,when\na,2023-01-01\n");
    let options = columns(&format!("{PERIODS} --minimum-events 0 --bin-hours 6"));
    assert!(stderr(&score(&dates, &options)).contains("no time of day"));
    let none = written("score-none", "place,when\n");
    assert!(stderr(&score(&none, &columns(PERIODS))).contains("no site"));
    assert_eq!(
        code(&score(Path::new("no-such-file.csv"), &columns(PERIODS))),
        1
    );
}

/// One event of all, and none in the test period: figures, and the default.
#[test]
fn next_to_nothing_is_scored_all_the_same() {
    let log = written("score-one", "place,when\na,2023-01-05\n");
    let options = columns(&format!("{PERIODS} --minimum-events 0 --json"));
    let scores = scores(&score(&log, &options));
    let models = scores["models"].as_array().unwrap();
    assert!(
        models
            .iter()
            .all(|model| model["expected_over_observed"].is_null())
    );
}

#[test]
fn a_theatre_scores_its_own_log() {
    let output = score(&iraq(), "--json");
    let scores = scores(&output);
    assert_eq!(scores["chosen"], scores["models"][0]["name"]);
    let text = stdout(&score(&iraq(), ""));
    assert!(text.contains("too short"), "{text}");
    let dated = "--fit 2019-06-01..2019-10-31 --test 2019-11-01..2020-03-15 --bin-hours 48 --json";
    assert_eq!(code(&score(&iraq(), dated)), 0);
}

#[test]
fn the_outlook_of_a_theatre_adds_up() {
    let within = fresh("outlook");
    let outlook = document(&run(&within, "forecast", &iraq(), "--json"), 0);
    assert_eq!(outlook["model"]["gain"], Value::Null);
    let mean = |value: &Value| number(&value["expected"]["mean"]);
    let sites = outlook["sites"].as_array().unwrap();
    assert_eq!(sites.len(), 14);
    let mut sum = 0.0;
    for site in sites {
        let classes = site["classes"].as_array().unwrap();
        let of_classes: f64 = classes.iter().map(mean).sum();
        assert!((of_classes - mean(site)).abs() < 1e-9);
        assert!(number(&site["number_low"]) <= number(&site["number_high"]));
        assert!((0.0..=1.0).contains(&number(&site["p_any"])));
        sum += mean(site);
    }
    assert!((sum - mean(&outlook["total"])).abs() < 1e-9);
    let hours = outlook["hours"]["shares"].as_array().unwrap();
    let sum: f64 = hours
        .iter()
        .map(|hour| hour["mean"].as_f64().unwrap())
        .sum();
    assert!(hours.len() == 24 && (sum - 1.0).abs() < 1e-9, "{hours:?}");
    for line in outlook["parameters"].as_array().unwrap() {
        let [low, estimate, high] = ["low", "estimate", "high"].map(|key| number(&line[key]));
        assert!(low <= estimate && estimate <= high, "{line}");
    }
    assert!(!outlook["parameters"].as_array().unwrap().is_empty());
    let text = stdout(&run(&within, "forecast", &iraq(), ""));
    assert!(
        text.contains("half-lives averaged") && text.contains("all sites"),
        "{text}"
    );
}
