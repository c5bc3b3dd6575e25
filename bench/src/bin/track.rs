//! The tracker on recorded plots: GOSPA a scan and milliseconds a scan.
//!
//! `track FILE [--scans N] [--joint] [--unscented]` reads one JSON object a line: `t` in s, `plots` as
//! [elevation rad, azimuth rad, range m, number, which is not looked at], and `truth` as [number, x, y, z,
//! ...] in m, which is looked at for scoring alone. `track --load TARGETS CLUTTER HZ SCANS` makes plots of
//! its own instead.

use std::error::Error;

use rampart_bench::plots::sensor;
use rampart_bench::raids::{Frame, Run, SCANS_SKIPPED, mean, run, spread, sustained};
use serde_json::Value;
use tracking::{Association, Filter, Plot, Scan, Settings};

const USAGE: &str =
    "usage: track (FILE | --load TARGETS CLUTTER HZ SCANS) [--scans N] [--joint] [--unscented]";

fn main() -> Result<(), Box<dyn Error>> {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let mut settings = Settings::default();
    if take_flag(&mut words, "--joint") {
        settings.association = Association::JointProbabilistic;
    }
    if take_flag(&mut words, "--unscented") {
        settings.filter = Filter::Unscented;
    }
    let mut sensor = sensor();
    let most = match words.iter().position(|word| word == "--scans") {
        Some(place) if place + 1 < words.len() => {
            words.drain(place..place + 2).nth(1).ok_or(USAGE)?.parse()?
        }
        _ => usize::MAX,
    };
    let frames = match words.as_slice() {
        [load, targets, clutter, rate, scans] if load == "--load" => {
            sensor.clutter_per_scan = clutter.parse()?;
            let rate: f64 = rate.parse()?;
            sensor.scan_period_s = 1.0 / rate;
            sustained(&sensor, targets.parse()?, scans.parse()?)
        }
        [file] => read(&std::fs::read_to_string(file)?)?,
        _ => return Err(USAGE.into()),
    };
    show(&run(
        settings,
        sensor,
        &frames[..most.min(frames.len())],
        true,
    )?);
    Ok(())
}

fn take_flag(words: &mut Vec<String>, flag: &str) -> bool {
    let before = words.len();
    words.retain(|word| word != flag);
    words.len() < before
}

fn show(run: &Run) {
    let skip = if run.scores.len() > 8 {
        SCANS_SKIPPED
    } else {
        0
    };
    println!(
        "GOSPA {:.1} m, missed {:.2}, false {:.2} a scan, {} scans, {:.1} tracks; localisation {:.0} m² a scan",
        run.gospa_m(),
        run.mean(|score| score.missed as f64),
        run.mean(|score| score.false_tracks as f64),
        run.scores.len() - skip,
        run.tracks as f64 / run.scores.len() as f64,
        run.mean(|score| score.localisation_m2),
    );
    println!("processor time of a scan: {}", spread(run.settled_ms()));
    println!("the same, start included: {}", spread(&run.scan_ms));
    println!("impacts of all tracks: {}", spread(&run.impact_ms[skip..]));
    println!(
        "mean with impacts: {:.3} ms",
        mean(&run.scan_ms) + mean(&run.impact_ms)
    );
    println!("tracks ended {}, dismissed {}", run.ended[0], run.ended[1]);
}

fn read(text: &str) -> Result<Vec<Frame>, Box<dyn Error>> {
    let figure = |value: &Value| value.as_f64().ok_or("not a number");
    let mut frames = Vec::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line)?;
        let time_ns = (figure(&line["t"])? * 1e9).round() as i64;
        let mut plots = Vec::new();
        for plot in line["plots"].as_array().ok_or("no plots")? {
            plots.push(Plot {
                time_ns,
                range_m: figure(&plot[2])?,
                azimuth_rad: figure(&plot[1])?,
                elevation_rad: figure(&plot[0])?,
                range_rate_mps: None,
                signal_to_noise_db: None,
            });
        }
        let mut truth_m = Vec::new();
        for target in line["truth"].as_array().ok_or("no truth")? {
            truth_m.push([
                figure(&target[1])?,
                figure(&target[2])?,
                figure(&target[3])?,
            ]);
        }
        frames.push(Frame {
            scan: Scan {
                sensor: 0,
                time_ns,
                plots,
            },
            truth_m,
        });
    }
    Ok(frames)
}
