//! `rampart replay` and `rampart score` on small recordings that are made here.

#![allow(clippy::unwrap_used)]

#[path = "support/radar.rs"]
mod radar;
mod support;

use feeds::asterix::plot::{DopplerSense, Report, Station, to_record};
use feeds::asterix::{Editions, encode};
use radar::{Flight, HEIGHT_M, SECOND, scan, zone};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use support::{code, fresh, rampart, stderr, stdout};

const SENSOR: &str = r#"
latitude = 33.3
longitude = 44.4
height_m = 40
azimuth_reference = "x-axis"
range_sigma_m = 10
azimuth_sigma_rad = 3e-3
elevation_sigma_rad = 4e-3
detection_probability = 0.95
clutter_per_scan = 3
scan_period_s = 1
range_min_m = 500
range_max_m = 12000
azimuth_min_rad = -1.0471975511965976
azimuth_max_rad = 1.0471975511965976
elevation_min_rad = 0
elevation_max_rad = 1.0471975511965976
"#;

fn flights() -> [Flight; 2] {
    [
        Flight::new([8_000.0, 600.0], [0.0, 0.0], 300.0, 0.0),
        Flight::new([7_500.0, -1_200.0], [500.0, 300.0], 280.0, 6.0),
    ]
}

/// A recording a second, with the numbers of targets, truth and impacts.
fn recording(flights: &[Flight], seconds: std::ops::Range<i64>) -> Vec<Value> {
    let line = |second: i64| {
        let flying: Vec<(usize, [f64; 6])> = flights
            .iter()
            .enumerate()
            .filter_map(|(index, flight)| Some((index, flight.at(second as f64)?)))
            .collect();
        let places: Vec<_> = flying.iter().map(|(_, at)| [at[0], at[1], at[2]]).collect();
        let plots: Vec<Value> = scan(second * SECOND, &places, 2)
            .plots
            .iter()
            .map(|plot| json!([plot.elevation_rad, plot.azimuth_rad, plot.range_m, 7]))
            .collect();
        let truth: Vec<Value> = flying
            .iter()
            .map(|(index, at)| json!([index, at[0], at[1], at[2], at[3], at[4], at[5]]))
            .collect();
        let impacts: Vec<Value> = flights
            .iter()
            .enumerate()
            .map(|(index, flight)| {
                json!([
                    index,
                    flight.impact_m[0],
                    flight.impact_m[1],
                    flight.impact_s
                ])
            })
            .collect();
        json!({"t": second as f64, "plots": plots, "truth": truth, "impacts": impacts})
    };
    seconds.map(line).collect()
}

fn text(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// A folder with a radar, a recording and zones about places of the radar's frame.
fn desk(name: &str, recording: &str, zones_m: &[(&str, f64, f64)]) -> PathBuf {
    let dir = fresh(name);
    std::fs::write(dir.join("sensor.toml"), SENSOR).unwrap();
    std::fs::write(dir.join("plots.jsonl"), recording).unwrap();
    let feature = |(id, x, y): &(&str, f64, f64)| {
        let outline = zone(id, *x, *y, 150.0).outline;
        let mut ring: Vec<_> = outline
            .iter()
            .map(|place| json!([place.longitude_deg, place.latitude_deg]))
            .collect();
        ring.push(ring[0].clone());
        json!({
            "type": "Feature",
            "properties": {"id": id, "name": "A part", "shelter_time_s": 8, "people": 120},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        })
    };
    let features: Vec<_> = zones_m.iter().map(feature).collect();
    let zones = json!({"type": "FeatureCollection", "features": features});
    std::fs::write(dir.join("zones.geojson"), zones.to_string()).unwrap();
    dir
}

fn replay(dir: &Path, words: &str) -> String {
    let mut arguments = vec!["replay", "plots.jsonl", "--sensor", "sensor.toml"];
    arguments.extend(words.split_whitespace());
    let output = rampart(dir, &arguments);
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
    stdout(&output)
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn a_line_a_scan_tells_tracks_impacts_and_warnings_in_time() {
    let flights = flights();
    let [x, y] = flights[0].impact_m;
    let dir = desk(
        "replay-lines",
        &text(&recording(&flights, 0..120)),
        &[("hit", x, y), ("beside", x, y + 2_500.0)],
    );
    let told = lines(&replay(&dir, "--json --zones zones.geojson"));
    assert_eq!(told.len(), 120);
    for (second, line) in told.iter().enumerate() {
        assert_eq!(
            keys(line),
            ["dismissed", "impacts", "t", "tracks", "warnings"]
        );
        assert_eq!(line["t"], json!(second as f64));
        for track in line["tracks"].as_array().unwrap() {
            assert_eq!(
                keys(track),
                ["class", "id", "position_m", "status", "velocity_mps"]
            );
        }
    }
    // Ten seconds before it comes down, each round is foreseen within 250 m and two seconds.
    for flight in &flights {
        let line = &told[flight.impact_s as usize - 10];
        let near = |impact: &&Value| {
            let figure = |key: usize| impact["position_m"][key].as_f64().unwrap();
            let off = (figure(0) - flight.impact_m[0]).hypot(figure(1) - flight.impact_m[1]);
            let late = impact["time_s"].as_f64().unwrap() - flight.impact_s;
            off < 250.0 && late.abs() < 2.0
        };
        let impacts = line["impacts"].as_array().unwrap();
        let found = impacts.iter().find(near).unwrap();
        assert_eq!(
            keys(found),
            ["covariance_m2", "position_m", "time_s", "track"]
        );
        assert!(found["covariance_m2"][0][0].as_f64().unwrap() > 1.0);
    }
    // When all is down nothing is left.
    assert_eq!(told[119]["impacts"], json!([]));
    let warnings: Vec<&Value> = told
        .iter()
        .flat_map(|line| line["warnings"].as_array().unwrap())
        .collect();
    assert!(
        warnings.iter().all(|one| one["zone"] == "hit"),
        "{warnings:?}"
    );
    assert_eq!(warnings[0]["stage"], "alert");
    assert!(warnings[0]["time_available_s"].as_f64().unwrap() > 20.0);
    assert_eq!(warnings.last().unwrap()["stage"], "all-clear");
    // The account says the same in words.
    let account = replay(&dir, "--zones zones.geojson");
    for word in [
        "track ",
        "alert ",
        "all-clear ",
        "lost ",
        "120 scans",
        "rounds followed",
    ] {
        assert!(account.contains(word), "{word}: {account}");
    }
}

#[test]
fn truth_and_numbers_of_targets_are_not_looked_at() {
    let mut recording = recording(&flights(), 0..60);
    let dir = desk("replay-truth", &text(&recording), &[]);
    let with = replay(&dir, "--json");
    for line in &mut recording {
        let line = line.as_object_mut().unwrap();
        line.insert("truth".to_owned(), json!("nonsense"));
        line.remove("impacts");
        for plot in line["plots"].as_array_mut().unwrap() {
            let list = plot.as_array_mut().unwrap();
            list.truncate(3);
        }
    }
    std::fs::write(dir.join("plots.jsonl"), text(&recording)).unwrap();
    assert_eq!(with, replay(&dir, "--json"));
    // As objects, and in lists with what is not known.
    for line in &mut recording {
        for plot in line["plots"].as_array_mut().unwrap() {
            *plot = json!({"elevation_rad": plot[0], "azimuth_rad": plot[1], "range_m": plot[2], "snr_db": 13});
        }
    }
    std::fs::write(dir.join("plots.jsonl"), text(&recording)).unwrap();
    assert_eq!(with, replay(&dir, "--json"));
}

#[test]
fn the_clock_of_the_file_is_kept_whatever_its_epoch() {
    let recording = recording(&flights(), 0..50);
    let dir = desk("replay-epoch", &text(&recording), &[]);
    let plain = lines(&replay(&dir, "--json"));
    let shifted: String = recording
        .iter()
        .enumerate()
        .map(|(second, line)| {
            let mut text = line.to_string();
            let at = text.find("\"t\":").unwrap() + 4;
            let end = at + text[at..].find(['}', ',']).unwrap();
            text.replace_range(at..end, &format!("17000000{second:02}.123456789"));
            text + "\n"
        })
        .collect();
    std::fs::write(dir.join("plots.jsonl"), shifted).unwrap();
    let output = replay(&dir, "--json");
    assert!(output.starts_with("{\"t\":1700000000.123456789,"));
    for (early, late) in plain.iter().zip(lines(&output)) {
        let places = |line: &Value| -> Vec<Value> {
            let tracks = line["tracks"].as_array().unwrap().iter();
            tracks.map(|track| track["position_m"].clone()).collect()
        };
        assert_eq!(places(early), places(&late));
        for (early, late) in early["impacts"]
            .as_array()
            .unwrap()
            .iter()
            .zip(late["impacts"].as_array().unwrap())
        {
            let apart = late["time_s"].as_f64().unwrap() - early["time_s"].as_f64().unwrap();
            assert!((apart - 1_700_000_000.123_456_8).abs() < 1e-5, "{apart}");
        }
    }
}

#[test]
fn late_repeated_and_useless_scans_are_survived_and_counted() {
    let mut recording = recording(&flights(), 0..60);
    recording.swap(20, 21);
    let copy = recording[30].clone();
    recording.insert(31, copy);
    recording[40]["plots"].as_array_mut().unwrap().extend([
        json!([0.1, 0.2, -5.0]),
        json!([9.9, 0.2, 5_000.0]),
        json!([0.1, 0.2, 1e300]),
    ]);
    let dir = desk("replay-late", &text(&recording), &[]);
    let told = replay(&dir, "");
    assert!(told.contains("61 scans"), "{told}");
    assert!(
        told.contains(
            "3 plots with figures out of range, 0 scans out of time, 1 scans that came twice"
        ),
        "{told}"
    );
}

#[test]
fn a_line_that_is_no_scan_is_named_with_its_place_and_mend() {
    let good = r#"{"t": 1.0, "plots": [[0.1, 0.2, 5000.0]]}"#;
    for (bad, says) in [
        (
            "{\"t\": 2.0, \"plots\": [[0.1, 0.2",
            "plots.jsonl:2: not a scan in JSON",
        ),
        (
            "{\"t\": 2.0, \"plots\": [[0.1, 0.2",
            "the file ends within this line",
        ),
        ("{\"t\": NaN, \"plots\": []}\n", "not a scan in JSON"),
        (
            "{\"t\": 1e300, \"plots\": []}\n",
            "`t` is 1e300, which is no moment",
        ),
        ("{\"t\": \"2\", \"plots\": []}\n", "which is no moment"),
        ("{\"plots\": []}\n", "missing field `t`"),
        ("{\"t\": 2.0}\n", "missing field `plots`"),
        (
            "{\"t\": 2.0, \"plots\": [[0.1, 0.2]]}\n",
            "plot 1 is no plot: [0.1,0.2]",
        ),
        (
            "{\"t\": 2.0, \"plots\": [[0.1, 0.2, \"far\"]]}\n",
            "plot 1 is no plot",
        ),
        (
            "{\"t\": 2.0, \"plots\": [[0.1, 0.2, 1e999]]}\n",
            "not a scan in JSON",
        ),
        (
            "{\"t\": -1.5, \"plots\": []}\n",
            "the time goes back by 2.5 s",
        ),
        ("\u{1b}[2J\n", "plots.jsonl:2"),
    ] {
        let dir = desk("replay-bad", &format!("{good}\n{bad}"), &[]);
        let output = rampart(
            &dir,
            &["replay", "plots.jsonl", "--sensor", "sensor.toml", "--json"],
        );
        let error = stderr(&output);
        assert_eq!(code(&output), 1, "{bad}");
        assert!(
            error.contains(says) && error.contains("plots.jsonl:2"),
            "{bad}: {error}"
        );
        assert!(!error.contains('\u{1b}'));
        // What came before it is told.
        assert_eq!(stdout(&output).lines().count(), 1, "{bad}");
    }
    for (empty, says) in [
        ("", "no scan in the file"),
        ("\n \n", "no scan in the file"),
    ] {
        let dir = desk("replay-empty", empty, &[]);
        let output = rampart(&dir, &["replay", "plots.jsonl", "--sensor", "sensor.toml"]);
        assert_eq!(code(&output), 1);
        assert!(stderr(&output).contains(says));
    }
    let dir = desk("replay-absent", good, &[]);
    let output = rampart(&dir, &["replay", "no.jsonl", "--sensor", "sensor.toml"]);
    assert!(stderr(&output).contains("no.jsonl: cannot be read"));
}

#[test]
fn faults_of_the_radar_have_their_line_and_column() {
    for (change, says) in [
        (
            ("height_m = 40", "hight_m = 40"),
            "`hight_m` has no meaning",
        ),
        (("height_m = 40", "hight_m = 40"), "sensor.toml:4:1"),
        (("scan_period_s = 1\n", ""), "`scan_period_s` is missing"),
        (("latitude = 33.3", "latitude = 99"), "too great"),
        (("\"x-axis\"", "\"y-axis\""), "has no meaning here"),
        (
            ("range_max_m = 12000", "range_max_m = 400"),
            "other end of the field of view",
        ),
        (("= 0.95", "= nan"), "not a number"),
        (("= 0.95", "="), "not TOML"),
    ] {
        let dir = desk("replay-sensor", "", &[]);
        std::fs::write(dir.join("sensor.toml"), SENSOR.replace(change.0, change.1)).unwrap();
        let output = rampart(&dir, &["replay", "plots.jsonl", "--sensor", "sensor.toml"]);
        assert_eq!(code(&output), 1);
        assert!(
            stderr(&output).contains(says),
            "{change:?}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn faults_of_zones_name_their_feature() {
    let ring = "[[44.4,33.3],[44.41,33.3],[44.41,33.31],[44.4,33.3]]";
    let zone = |ring: &str| {
        format!(
            r#"{{"type":"Feature","properties":{{"id":"a","name":"A","shelter_time_s":5}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}"#
        )
    };
    for (zones, says) in [
        ("{".to_owned(), "not JSON"),
        ("[]".to_owned(), "neither a FeatureCollection"),
        (
            r#"{"type":"FeatureCollection","features":[]}"#.to_owned(),
            "there is no zone",
        ),
        (zone(&format!("{ring},{ring}")), "has a hole"),
        (
            zone("[[44.4,33.3],[44.41,33.3],[44.4,33.3]]"),
            "3 positions",
        ),
        (
            zone("[[44.4,33.3],[44.41,33.3],[44.41,33.31],[44.4,33.31]]"),
            "not closed",
        ),
        (
            zone("[[44.4,133.3],[44.41,33.3],[44.41,33.31],[44.4,133.3]]"),
            "position 1 of the ring",
        ),
        (
            zone("[[44.4,33.3],[44.41,33.31],[44.41,33.3],[44.4,33.31],[44.4,33.3]]"),
            "crosses itself",
        ),
        (
            zone(ring).replace("\"id\":\"a\"", "\"id\":\"A b\""),
            "the property `id`",
        ),
        (
            zone(ring).replace(",\"shelter_time_s\":5", ""),
            "`shelter_time_s` is missing",
        ),
        (zone(ring).replace("Polygon", "Point"), "neither a Polygon"),
        (
            format!(
                r#"{{"type":"FeatureCollection","features":[{0},{0}]}}"#,
                zone(ring)
            ),
            "two zones with the id `a`",
        ),
        (
            zone(&ring.replace("44.4", "33.3").replace("33.3", "44.4")),
            "",
        ),
    ] {
        let dir = desk("replay-zones", "", &[]);
        std::fs::write(dir.join("zones.geojson"), &zones).unwrap();
        let output = rampart(
            &dir,
            &[
                "replay",
                "plots.jsonl",
                "--sensor",
                "sensor.toml",
                "--zones",
                "zones.geojson",
            ],
        );
        assert_eq!(code(&output), 1, "{zones}");
        assert!(
            stderr(&output).contains(says),
            "{says}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn a_score_counts_what_was_hit_warned_and_alerted() {
    let flights = flights();
    let [x, y] = flights[0].impact_m;
    let dir = desk(
        "score",
        &text(&recording(&flights, 0..120)),
        &[("hit", x, y), ("far", x, y + 4_000.0)],
    );
    std::fs::copy(dir.join("plots.jsonl"), dir.join("again.jsonl")).unwrap();
    let score = |words: &[&str]| {
        let mut arguments = vec!["score"];
        arguments.extend(words);
        arguments.extend([
            "--sensor",
            "sensor.toml",
            "--zones",
            "zones.geojson",
            "--json",
        ]);
        let output = rampart(&dir, &arguments);
        assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
        serde_json::from_str::<Value>(&stdout(&output)).unwrap()
    };
    let one = score(&["plots.jsonl"]);
    let figures = &one["files"][0]["score"];
    let figure = |key: &str| figures[key].as_f64().unwrap();
    assert_eq!(figures["scans"], 115);
    assert!(
        figure("gospa_m") < 150.0 && figure("position_rmse_m") < 60.0,
        "{figures}"
    );
    assert!(
        figure("velocity_rmse_mps") < 30.0 && figure("impact_rmse_m") < 500.0,
        "{figures}"
    );
    assert_eq!(
        (
            figure("hits"),
            figure("missed_alarms"),
            figure("needless_alarms")
        ),
        (1.0, 0.0, 0.0)
    );
    assert!(figure("warning_time_least_s") > 20.0);
    assert_eq!(figure("people_alerted"), 120.0);
    assert_eq!(one["mean"], Value::Null);
    let two = score(&["plots.jsonl", "again.jsonl"]);
    assert_eq!(
        two["mean"]["gospa_m"]["low"],
        two["mean"]["gospa_m"]["high"]
    );
    assert_eq!(two["mean"]["gospa_m"]["recordings"], 2);
    // Without truth there is nothing to score.
    std::fs::write(dir.join("blind.jsonl"), "{\"t\": 0, \"plots\": []}\n").unwrap();
    let output = rampart(&dir, &["score", "blind.jsonl", "--sensor", "sensor.toml"]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("no scan has a `truth`"));
}

/// A capture with one packet for each scan, by the raw link type of IP.
fn capture(flight: &Flight) -> Vec<u8> {
    let station = Station {
        height_m: HEIGHT_M,
        doppler: DopplerSense::Receding,
        noise_dbm: None,
    };
    let mut bytes = Vec::new();
    for word in [0xA1B2_C3D4_u32, 0x0004_0002, 0, 0, 65_535, 101] {
        bytes.extend(word.to_le_bytes());
    }
    for second in 1..40_i64 {
        let time_ns = (1_700_000_000 + second) * SECOND;
        let Some(at) = flight.at(second as f64) else {
            break;
        };
        let records: Vec<_> = scan(second * SECOND, &[[at[0], at[1], at[2]]], 5)
            .plots
            .into_iter()
            .map(|plot| {
                let azimuth = (std::f64::consts::FRAC_PI_2 - plot.azimuth_rad)
                    .rem_euclid(std::f64::consts::TAU);
                let report = Report {
                    plot: theatre::Plot {
                        time_ns,
                        azimuth_rad: azimuth,
                        ..plot
                    },
                    source: (25, 201),
                    simulated: false,
                    test: false,
                };
                to_record(&report, &station).unwrap()
            })
            .collect();
        if records.is_empty() {
            continue;
        }
        let payload = encode(&records, &Editions::LATEST).unwrap();
        let mut packet = vec![
            0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1,
        ];
        let length = (28 + payload.len()) as u16;
        packet[2..4].copy_from_slice(&length.to_be_bytes());
        packet.extend(8_600_u16.to_be_bytes());
        packet.extend(8_600_u16.to_be_bytes());
        packet.extend((8 + payload.len() as u16).to_be_bytes());
        packet.extend([0, 0]);
        packet.extend(payload);
        let length = packet.len() as u32;
        for word in [(1_700_000_000 + second) as u32, 1_000, length, length] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(packet);
    }
    bytes
}

#[test]
fn captured_packets_are_replayed_as_lines_are() {
    let flight = Flight::new([8_000.0, 600.0], [0.0, 0.0], 300.0, 0.0);
    let dir = desk("replay-capture", "", &[]);
    let sensor = SENSOR
        .replace("x-axis", "north")
        .replace(
            "azimuth_min_rad = -1.0471975511965976",
            "azimuth_min_rad = 0.5",
        )
        .replace(
            "azimuth_max_rad = 1.0471975511965976",
            "azimuth_max_rad = 2.6",
        );
    std::fs::write(dir.join("sensor.toml"), sensor).unwrap();
    std::fs::write(dir.join("plots.jsonl"), capture(&flight)).unwrap();
    let told = lines(&replay(&dir, "--json"));
    let line = told
        .iter()
        .rev()
        .find(|line| line["impacts"][0].is_object())
        .unwrap();
    let figure = |key: usize| line["impacts"][0]["position_m"][key].as_f64().unwrap();
    let off = (figure(0) - flight.impact_m[0]).hypot(figure(1) - flight.impact_m[1]);
    assert!(off < 150.0, "{off}");
    assert!(line["t"].as_f64().unwrap() > 1.7e9);
    // With azimuths from the x axis it cannot be.
    std::fs::write(dir.join("sensor.toml"), SENSOR).unwrap();
    let output = rampart(&dir, &["replay", "plots.jsonl", "--sensor", "sensor.toml"]);
    assert!(stderr(&output).contains("azimuths of ASTERIX are from north"));
}
