//! The tracker on recorded plots: GOSPA a scan and milliseconds a scan.
//!
//! `track FILE [--scans N] [--joint] [--unscented]` reads one JSON object a line: `t` in s, `plots` as
//! [elevation rad, azimuth rad, range m, number, which is not looked at], and `truth` as [number, x, y, z,
//! ...] in m, which is looked at for scoring alone. `track --load TARGETS CLUTTER HZ SCANS` makes plots of
//! its own instead.

use serde_json::Value;
use std::error::Error;
use std::f64::consts::FRAC_PI_3;
use std::sync::LazyLock;
use std::time::Instant;
use theatre::Stream;
use tracking::{
    Association, AzimuthReference, FieldOfView, Filter, LevelGround, Plot, Scan, SensorModel,
    Settings, Status, Tracker, score::gospa,
};

const USAGE: &str =
    "usage: track (FILE | --load TARGETS CLUTTER HZ SCANS) [--scans N] [--joint] [--unscented]";
/// Scans at the start that neither measure counts, as the peer does not.
const SCANS_SKIPPED: usize = 5;
const CUTOFF_M: f64 = 200.0;

/// One scan and where its targets were.
struct Frame {
    scan: Scan,
    truth_m: Vec<[f64; 3]>,
}

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
            made(&sensor, targets.parse()?, scans.parse()?)
        }
        [file] => read(&std::fs::read_to_string(file)?)?,
        _ => return Err(USAGE.into()),
    };
    run(settings, sensor, &frames[..most.min(frames.len())])
}

fn take_flag(words: &mut Vec<String>, flag: &str) -> bool {
    let before = words.len();
    words.retain(|word| word != flag);
    words.len() < before
}

fn sensor() -> SensorModel {
    SensorModel {
        position_m: [0.0; 3],
        azimuth_reference: AzimuthReference::XAxis,
        range_sigma_m: 10.0,
        azimuth_sigma_rad: 3e-3,
        elevation_sigma_rad: 4e-3,
        range_rate_sigma_mps: None,
        detection_probability: 0.9,
        clutter_per_scan: 10.0,
        scan_period_s: 1.0,
        field_of_view: FieldOfView {
            range_min_m: 500.0,
            range_max_m: 12_000.0,
            azimuth_min_rad: -FRAC_PI_3,
            azimuth_max_rad: FRAC_PI_3,
            elevation_min_rad: 0.0,
            elevation_max_rad: FRAC_PI_3,
        },
    }
}

fn run(settings: Settings, sensor: SensorModel, frames: &[Frame]) -> Result<(), Box<dyn Error>> {
    let mut tracker = Tracker::new(settings, vec![sensor])?;
    let mut processor_total_ms = 0.0;
    let (mut scores, mut times_ms, mut impact_ms, mut tracks) =
        (Vec::new(), Vec::new(), Vec::new(), 0);
    for frame in frames {
        let scan = frame.scan.clone();
        let (start, processor) = (Instant::now(), processor_ms());
        tracker.take(scan, frame.scan.time_ns)?;
        times_ms.push(start.elapsed().as_secs_f64() * 1e3);
        processor_total_ms += processor_ms() - processor;
        let start = Instant::now();
        let impacts = tracker.impacts(&LevelGround { height_m: 0.0 });
        impact_ms.push(start.elapsed().as_secs_f64() * 1e3);
        std::hint::black_box(impacts);
        let confirmed = tracker
            .tracks()
            .filter(|track| track.status == Status::Confirmed);
        let places: Vec<_> = confirmed
            .map(|track| [0, 1, 2].map(|axis| track.state.mean[axis]))
            .collect();
        tracks += places.len();
        scores.push(gospa(&frame.truth_m, &places, CUTOFF_M));
    }
    let skip = if frames.len() > 8 { SCANS_SKIPPED } else { 0 };
    let scores = &scores[skip..];
    let mean = |of: &dyn Fn(&tracking::score::Gospa) -> f64| {
        scores.iter().map(of).sum::<f64>() / scores.len() as f64
    };
    let found: f64 = scores.iter().map(|score| score.localisation_m2).sum();
    let paired = mean(&|score| score.missed as f64);
    println!(
        "GOSPA {:.1} m, missed {:.2}, false {:.2} a scan, {} scans, {:.1} tracks; localisation {:.0} m² a scan",
        mean(&|score| score.distance_m),
        paired,
        mean(&|score| score.false_tracks as f64),
        scores.len(),
        tracks as f64 / frames.len() as f64,
        found / scores.len() as f64,
    );
    println!("scan: {}", spread(&times_ms[skip..]));
    println!("scan, start included: {}", spread(&times_ms));
    println!(
        "scan, start included: mean {:.3} ms of processor",
        processor_total_ms / frames.len() as f64
    );
    println!("impacts of all tracks: {}", spread(&impact_ms[skip..]));
    println!(
        "tracks ended {}, dismissed {}",
        tracker.ended().count(),
        tracker.dismissed().count()
    );
    Ok(())
}

/// Processor time of this thread where the system tells it (Linux), which other work does not lengthen;
/// otherwise the time that has passed, ms.
fn processor_ms() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(
        || START.elapsed().as_secs_f64() * 1e3,
        |nanoseconds| nanoseconds * 1e-6,
    )
}

fn spread(times_ms: &[f64]) -> String {
    let mut sorted = times_ms.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| sorted[((sorted.len() - 1) as f64 * share) as usize];
    let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
    format!(
        "mean {mean:.3} ms, median {:.3}, p99 {:.3}, most {:.3}",
        at(0.5),
        at(0.99),
        at(1.0)
    )
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

/// Rounds in flight, begun again where they land, and clutter spread evenly in range and angles.
fn made(sensor: &SensorModel, targets: u32, scans: u32) -> Vec<Frame> {
    let mut stream = Stream::new(1, 0, 0, 0x7472_6163);
    let mut rounds: Vec<[f64; 6]> = (0..targets).map(|_| fresh(&mut stream)).collect();
    let mut frames = Vec::new();
    for scan in 0..scans {
        let time_ns = (f64::from(scan) * sensor.scan_period_s * 1e9) as i64;
        let plot = |range_m, azimuth_rad, elevation_rad| Plot {
            time_ns,
            range_m,
            azimuth_rad,
            elevation_rad,
            range_rate_mps: None,
            signal_to_noise_db: None,
        };
        let mut plots = Vec::new();
        for round in &mut rounds {
            let [x, y, z, ..] = *round;
            let level = x.hypot(y);
            if stream.uniform() < sensor.detection_probability {
                plots.push(plot(
                    level.hypot(z) + sensor.range_sigma_m * stream.normal(),
                    y.atan2(x) + sensor.azimuth_sigma_rad * stream.normal(),
                    z.atan2(level) + sensor.elevation_sigma_rad * stream.normal(),
                ));
            }
        }
        let view = sensor.field_of_view;
        for _ in 0..sensor.clutter_per_scan as u32 {
            let mut within = |low: f64, high: f64| low + (high - low) * stream.uniform();
            plots.push(plot(
                within(view.range_min_m, view.range_max_m),
                within(view.azimuth_min_rad, view.azimuth_max_rad),
                within(view.elevation_min_rad, view.elevation_max_rad),
            ));
        }
        let truth_m = rounds
            .iter()
            .map(|round| [round[0], round[1], round[2]])
            .collect();
        frames.push(Frame {
            scan: Scan {
                sensor: 0,
                time_ns,
                plots,
            },
            truth_m,
        });
        for round in &mut rounds {
            move_on(round, sensor.scan_period_s);
            if round[2] < 0.0 {
                *round = fresh(&mut stream);
            }
        }
    }
    frames
}

fn fresh(stream: &mut Stream) -> [f64; 6] {
    let mut within = |low: f64, high: f64| low + (high - low) * stream.uniform();
    let (x, y, z) = (
        within(7_000.0, 10_000.0),
        within(-2_500.0, 2_500.0),
        within(300.0, 900.0),
    );
    let (speed, climb) = (
        within(280.0, 400.0),
        within(40_f64.to_radians(), 60_f64.to_radians()),
    );
    let heading = (-y).atan2(-x) + within(-0.06, 0.06);
    let level = speed * climb.cos();
    [
        x,
        y,
        z,
        level * heading.cos(),
        level * heading.sin(),
        speed * climb.sin(),
    ]
}

/// Drag of 6,000 kg/m² in air that thins by e in 8.5 km, in steps of at most 50 ms.
fn move_on(round: &mut [f64; 6], time_s: f64) {
    let count = (time_s / 0.05).ceil();
    let step = time_s / count;
    for _ in 0..count as u32 {
        let [_, _, z, vx, vy, vz] = *round;
        let speed = (vx * vx + vy * vy + vz * vz).sqrt();
        let slowing = 1.225 / 12_000.0 * (-z / 8_500.0).exp() * speed;
        let change = [-slowing * vx, -slowing * vy, -slowing * vz - 9.806_65];
        for axis in 0..3 {
            round[axis] += step * (round[axis + 3] + 0.5 * step * change[axis]);
            round[axis + 3] += step * change[axis];
        }
    }
}
