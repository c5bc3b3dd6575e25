//! `rampart bias` on small recordings that are made here, and the keys of SENSOR.toml that it prints.

#![allow(clippy::unwrap_used)]

#[path = "support/radar.rs"]
mod radar;
mod support;

use radar::Flight;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use support::{code, fresh, rampart, stderr, stdout};
use theatre::{EastNorthUp, Geodetic, LocalFrame, Stream};

const SENSOR: &str = r#"
latitude = 33.3
longitude = 44.4
height_m = 40
azimuth_reference = "x-axis"
range_sigma_m = 5
azimuth_sigma_rad = 1.5e-3
elevation_sigma_rad = 1.5e-3
detection_probability = 0.95
clutter_per_scan = 0.01
scan_period_s = 0.1
range_min_m = 100
range_max_m = 15000
azimuth_min_rad = -3.1415926
azimuth_max_rad = 3.1415926
elevation_min_rad = -0.05
elevation_max_rad = 1.5
"#;
/// What the radar gets wrong: range (m), azimuth and elevation (rad).
const BIAS: [f64; 3] = [18.0, 4e-3, -3e-3];
const ROUNDS: usize = 9;

/// Rounds from all around, that come down two to four kilometres away.
fn flights() -> Vec<Flight> {
    (0..ROUNDS)
        .map(|number| {
            let angle = 0.7 * number as f64;
            let (far, near) = (7_800.0, 600.0 + 150.0 * number as f64);
            let aside = angle + 1.2;
            Flight::new(
                [far * angle.cos(), far * angle.sin()],
                [near * aside.cos(), near * aside.sin()],
                255.0 + 5.0 * number as f64,
                0.0,
            )
        })
        .collect()
}

/// The last 16 s but one of a round, as the biased radar reports them.
fn recording(flight: &Flight, seed: u32) -> String {
    let mut stream = Stream::new(4_712, seed, 0, 3);
    let first = (10.0 * (flight.impact_s - 16.0)).ceil() as i64;
    let last = (10.0 * (flight.impact_s - 1.0)).floor() as i64;
    let line = |tenth: i64| {
        let time_s = tenth as f64 * 0.1;
        let [x, y, z, ..] = flight.at(time_s).unwrap();
        let level = x.hypot(y);
        let errors = [5.0, 1.5e-3, 1.5e-3].map(|sigma| sigma * stream.normal());
        let plot = json!([
            z.atan2(level) + BIAS[2] + errors[2],
            y.atan2(x) + BIAS[1] + errors[1],
            level.hypot(z) + BIAS[0] + errors[0],
        ]);
        format!("{}\n", json!({"t": time_s, "plots": [plot]}))
    };
    (first..=last).map(line).collect()
}

/// A folder with the radar, the recordings and where each came down.
fn desk(name: &str) -> (PathBuf, Vec<Value>) {
    let dir = fresh(name);
    std::fs::write(dir.join("sensor.toml"), SENSOR).unwrap();
    let impacts = flights()
        .iter()
        .enumerate()
        .map(|(number, flight)| {
            let file = format!("{number}.jsonl");
            std::fs::write(dir.join(&file), recording(flight, number as u32)).unwrap();
            let [x, y] = flight.impact_m;
            json!({"file": file, "x_m": x, "y_m": y, "t": flight.impact_s, "sigma_m": 1})
        })
        .collect();
    (dir, impacts)
}

fn bias(dir: &Path, impacts: &[Value], words: &[&str]) -> (i32, String, String) {
    let text: String = impacts.iter().map(|line| format!("{line}\n")).collect();
    std::fs::write(dir.join("impacts.jsonl"), text).unwrap();
    let files: Vec<String> = (0..ROUNDS)
        .map(|number| format!("{number}.jsonl"))
        .collect();
    let mut arguments = vec!["bias"];
    arguments.extend(files.iter().map(String::as_str));
    arguments.extend(["--sensor", "sensor.toml", "--impacts", "impacts.jsonl"]);
    arguments.extend(words);
    let output = rampart(dir, &arguments);
    (code(&output), stdout(&output), stderr(&output))
}

fn found(dir: &Path, impacts: &[Value]) -> Value {
    let (code, out, said) = bias(dir, impacts, &["--json"]);
    assert_eq!((code, said.as_str()), (0, ""));
    serde_json::from_str(&out).unwrap()
}

/// How far the estimate lies from the truth, in spreads, and the spreads.
fn off(found: &Value) -> [(f64, f64); 3] {
    let keys = [
        ("range_bias_m", "range_bias_sigma_m"),
        ("azimuth_bias_rad", "azimuth_bias_sigma_rad"),
        ("elevation_bias_rad", "elevation_bias_sigma_rad"),
    ];
    [0, 1, 2].map(|axis| {
        let figure = |key: &str| found["bias"][key].as_f64().unwrap();
        let sigma = figure(keys[axis].1);
        ((figure(keys[axis].0) - BIAS[axis]) / sigma, sigma)
    })
}

/// The error of the last impact that a replay of the first recording foresees, and its squared distance.
fn replayed(dir: &Path) -> (f64, f64) {
    let output = rampart(
        dir,
        &["replay", "0.jsonl", "--sensor", "sensor.toml", "--json"],
    );
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
    let lines: Vec<Value> = stdout(&output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let impact = &lines.last().unwrap()["impacts"][0];
    let truth = flights()[0].impact_m;
    let at = |value: &Value| value.as_f64().unwrap();
    let [x, y] = [0, 1].map(|axis| at(&impact["position_m"][axis]) - truth[axis]);
    let c = |row: usize, column: usize| at(&impact["covariance_m2"][row][column]);
    let determinant = c(0, 0) * c(1, 1) - c(0, 1) * c(1, 0);
    let squared = (c(1, 1) * x * x - 2.0 * c(0, 1) * x * y + c(0, 0) * y * y) / determinant;
    (x.hypot(y), squared)
}

#[test]
fn surveyed_impacts_give_the_bias_and_the_keys_that_mend_it() {
    let (dir, impacts) = desk("bias-found");
    let found = found(&dir, &impacts);
    for (off, sigma) in off(&found) {
        assert!(off.abs() < 3.0, "{found}");
        assert!(sigma < 10.0);
    }
    assert_eq!(found["rounds"].as_array().unwrap().len(), ROUNDS);
    assert_eq!(found["left_out"], json!([]));
    let figure = |key: &str| found[key].as_f64().unwrap();
    assert!(figure("impact_error_before_m") > 10.0);
    assert!(figure("impact_error_after_m") < 0.5 * figure("impact_error_before_m"));

    let (before_m, _) = replayed(&dir);
    let (code, text, said) = bias(&dir, &impacts, &[]);
    assert_eq!((code, said.as_str()), (0, ""));
    let keys = text.split_once("\n\n").unwrap().1;
    let keys = keys.split_once('\n').unwrap().1;
    assert_eq!(keys.lines().count(), 6, "{keys}");
    std::fs::write(dir.join("sensor.toml"), format!("{SENSOR}{keys}")).unwrap();
    let (after_m, squared) = replayed(&dir);
    assert!(after_m < 0.6 * before_m, "{before_m} {after_m}");
    assert!(squared < 13.8);
    // What is known already is found again, and not added to.
    let again = self::found(&dir, &impacts);
    for (off, _) in off(&again) {
        assert!(off.abs() < 3.0, "{again}");
    }
    assert!(
        again["impact_error_before_m"].as_f64().unwrap() < 0.5 * figure("impact_error_before_m")
    );
}

#[test]
fn one_impact_says_little_and_says_so() {
    let (dir, impacts) = desk("bias-one");
    let (code, text, said) = bias(&dir, &impacts[..1], &[]);
    assert_eq!((code, said.as_str()), (0, ""));
    assert!(text.starts_with("Rounds with surveyed impacts: 1."));
    assert!(text.contains("hardly determine"), "{text}");
    assert!(text.contains("cannot be checked"), "{text}");
    for (off, _) in off(&found(&dir, &impacts[..1])) {
        assert!(off.abs() < 3.0);
    }
}

#[test]
fn an_impact_that_contradicts_the_others_is_named_and_hardly_counts() {
    let (dir, mut impacts) = desk("bias-contradicted");
    let x = impacts[4]["x_m"].as_f64().unwrap();
    impacts[4]["x_m"] = json!(x + 150.0);
    let found = found(&dir, &impacts);
    for (off, _) in off(&found) {
        assert!(off.abs() < 3.0, "{found}");
    }
    let outliers: Vec<_> = found["rounds"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|round| round["outlier"] == json!(true))
        .map(|round| round["file"].clone())
        .collect();
    assert_eq!(outliers, [json!("4.jsonl")]);
    // Two places for one round: the nearer is its own.
    let mut twice = impacts.clone();
    twice.push(json!({"file": "0.jsonl", "x_m": x + 30.0, "y_m": 0}));
    let found = self::found(&dir, &twice);
    assert_eq!(found["left_out"][0]["impact"], "impacts.jsonl:10");
}

#[test]
fn places_on_the_map_serve_as_well_as_in_the_frame() {
    let (dir, impacts) = desk("bias-map");
    let radar = Geodetic {
        latitude_deg: 33.3,
        longitude_deg: 44.4,
    };
    let frame = LocalFrame::new(radar, 40.0);
    let mapped: Vec<Value> = impacts
        .iter()
        .map(|impact| {
            let (place, height_m) = frame.geodetic(EastNorthUp {
                east_m: impact["x_m"].as_f64().unwrap(),
                north_m: impact["y_m"].as_f64().unwrap(),
                up_m: 0.0,
            });
            assert!((height_m - 40.0).abs() < 2.0);
            json!({"file": impact["file"], "latitude": place.latitude_deg,
                "longitude": place.longitude_deg, "height_m": 40})
        })
        .collect();
    let figure = |found: &Value| found["bias"]["azimuth_bias_rad"].as_f64().unwrap();
    assert!((figure(&found(&dir, &mapped)) - figure(&found(&dir, &impacts))).abs() < 5e-4);
}

#[test]
fn impacts_of_no_round_are_left_out_with_a_reason_or_refused() {
    let (dir, mut impacts) = desk("bias-none");
    impacts[0]["x_m"] = json!(9_000);
    impacts[1]["file"] = json!("never.jsonl");
    impacts[2]["t"] = json!(1e9);
    let found = found(&dir, &impacts);
    assert_eq!(found["rounds"].as_array().unwrap().len(), ROUNDS - 3);
    let reasons = found["left_out"].as_array().unwrap();
    assert!(reasons[0]["reason"].as_str().unwrap().contains("no round"));
    assert_eq!(reasons[1]["reason"], "there is no recording never.jsonl");
    assert_eq!(reasons[2]["impact"], "impacts.jsonl:3");
    for (given, says) in [
        (&impacts[..3], "no impact belongs to a round"),
        (&[][..], "there is no impact in the file"),
        (&[json!({"file": "0.jsonl"})][..], "impacts.jsonl:1"),
    ] {
        let (code, out, said) = bias(&dir, given, &["--json"]);
        assert_eq!((code, out.as_str()), (1, ""));
        assert!(said.contains(says), "{said}");
    }
    std::fs::remove_file(dir.join("impacts.jsonl")).unwrap();
    let output = rampart(
        &dir,
        &[
            "bias",
            "0.jsonl",
            "--sensor",
            "sensor.toml",
            "--impacts",
            "impacts.jsonl",
        ],
    );
    assert!(stderr(&output).contains("cannot be read"));
    for (key, says) in [
        ("range_bias_sigma_m = -1", "sensor.toml:18"),
        ("azimuth_bias_rad = 1", "0.2"),
        ("ground_height_m = \"high\"", "sensor.toml:18"),
    ] {
        std::fs::write(dir.join("sensor.toml"), format!("{SENSOR}{key}\n")).unwrap();
        let output = rampart(&dir, &["replay", "0.jsonl", "--sensor", "sensor.toml"]);
        assert_eq!(code(&output), 1);
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
    }
}

/// Ground below the radar, by the key: rounds fall on past its height.
#[test]
fn the_ground_may_lie_below_the_radar() {
    let (dir, _) = desk("bias-ground");
    let last = |dir: &Path| -> Value {
        let output = rampart(
            dir,
            &["replay", "0.jsonl", "--sensor", "sensor.toml", "--json"],
        );
        let text = stdout(&output);
        let line: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        line["impacts"][0]["time_s"].clone()
    };
    let level = last(&dir).as_f64().unwrap();
    std::fs::write(
        dir.join("sensor.toml"),
        format!("{SENSOR}ground_height_m = -160\n"),
    )
    .unwrap();
    let below = last(&dir).as_f64().unwrap();
    assert!((0.8..3.0).contains(&(below - level)), "{level} {below}");
}
