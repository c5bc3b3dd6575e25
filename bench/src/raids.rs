//! Raids that fill the sky, and a tracker's run over them.

use std::error::Error;

use theatre::Stream;
use tracking::score::{Gospa, gospa};
use tracking::{LevelGround, Plot, Scan, SensorModel, Settings, Status, Tracker};

use crate::plots::{self, Faults};

/// Scans at the start that no measure counts, as the peer does not.
pub const SCANS_SKIPPED: usize = 5;
/// Distance from which a target counts as missed, m.
pub const CUTOFF_M: f64 = 200.0;

/// One scan and where its targets were.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The scan.
    pub scan: Scan,
    /// Places of the targets, m.
    pub truth_m: Vec<[f64; 3]>,
}

/// What a run gave, by scan.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// Distance of tracks and targets.
    pub scores: Vec<Gospa>,
    /// Processor time of the tracker, ms.
    pub scan_ms: Vec<f64>,
    /// Processor time of all impact predictions, ms.
    pub impact_ms: Vec<f64>,
    /// Confirmed tracks.
    pub tracks: usize,
    /// Tracks that ended and that were dismissed.
    pub ended: [usize; 2],
}

impl Run {
    /// Scans that count.
    fn counted<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        let skip = if all.len() > 8 { SCANS_SKIPPED } else { 0 };
        &all[skip..]
    }

    /// Mean of a figure of the scores over the scans that count.
    pub fn mean(&self, figure: impl Fn(&Gospa) -> f64) -> f64 {
        let scores = self.counted(&self.scores);
        scores.iter().map(figure).sum::<f64>() / scores.len() as f64
    }

    /// Mean GOSPA, m.
    #[must_use]
    pub fn gospa_m(&self) -> f64 {
        self.mean(|score| score.distance_m)
    }

    /// Times of the scans that count, ms.
    #[must_use]
    pub fn settled_ms(&self) -> &[f64] {
        self.counted(&self.scan_ms)
    }
}

/// Follows the targets of some scans. Impacts are predicted where `impacts` says so.
///
/// # Errors
/// Where the settings, the sensor or a scan cannot be used.
pub fn run(
    settings: Settings,
    sensor: SensorModel,
    frames: &[Frame],
    impacts: bool,
) -> Result<Run, Box<dyn Error>> {
    let mut tracker = Tracker::new(settings, vec![sensor])?;
    let mut out = Run::default();
    for frame in frames {
        let scan = frame.scan.clone();
        let before = processor_ms();
        tracker.take(scan, frame.scan.time_ns)?;
        let taken = processor_ms();
        out.scan_ms.push(taken - before);
        if impacts {
            std::hint::black_box(tracker.impacts(&LevelGround { height_m: 0.0 }));
            out.impact_ms.push(processor_ms() - taken);
        }
        let confirmed = tracker
            .tracks()
            .filter(|track| track.status == Status::Confirmed);
        let places: Vec<_> = confirmed
            .map(|track| [0, 1, 2].map(|axis| track.state.mean[axis]))
            .collect();
        out.tracks += places.len();
        out.scores.push(gospa(&frame.truth_m, &places, CUTOFF_M));
    }
    out.ended = [tracker.ended().count(), tracker.dismissed().count()];
    Ok(out)
}

/// Processor time of this thread, which other work does not lengthen, ms.
#[must_use]
pub fn processor_ms() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 * 1e-6
}

/// The figure below which a share of some lies.
#[must_use]
pub fn quantile(figures: &[f64], share: f64) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (sorted.len().saturating_sub(1)) as f64 * share;
    sorted.get(place.round() as usize).copied().unwrap_or(0.0)
}

/// Mean of some figures.
#[must_use]
pub fn mean(figures: &[f64]) -> f64 {
    figures.iter().sum::<f64>() / figures.len() as f64
}

/// Mean and quantiles of times, in words.
#[must_use]
pub fn spread(times_ms: &[f64]) -> String {
    format!(
        "mean {:.3} ms, median {:.3}, p99 {:.3}, most {:.3}",
        mean(times_ms),
        quantile(times_ms, 0.5),
        quantile(times_ms, 0.99),
        quantile(times_ms, 1.0)
    )
}

/// A raid with the statistics of the peer's scenario: all rounds in the air at once, a look a second, clutter
/// after Poisson.
#[must_use]
pub fn raid(targets: u32, scans: u32, seed: u32) -> Vec<Frame> {
    let sensor = plots::sensor();
    let mut stream = Stream::new(2, seed, targets, 0x7261_6964);
    let mut rounds: Vec<[f64; 6]> = (0..targets).map(|_| aimed(&mut stream)).collect();
    let mut frames = Vec::new();
    for scan in 0..scans {
        let time_ns = i64::from(scan) * 1_000_000_000;
        rounds.retain(|round| round[2] > 0.0);
        let mut found = Vec::new();
        let mut truth_m = Vec::new();
        for [x, y, z, ..] in &rounds {
            // The peer's radar sees its rounds wherever they are.
            let mut everywhere = sensor;
            everywhere.field_of_view = plots::all_round().field_of_view;
            everywhere.field_of_view.range_max_m = 1e5;
            everywhere.field_of_view.elevation_min_rad = -1.0;
            let place = [*x, *y, *z];
            found.extend(plots::detect(
                &everywhere,
                &Faults::default(),
                place,
                time_ns,
                &mut stream,
            ));
            truth_m.push(place);
        }
        plots::clutter(&sensor, time_ns, &mut stream, &mut found);
        frames.push(Frame {
            scan: plots::scan(time_ns, found),
            truth_m,
        });
        for round in &mut rounds {
            move_on(round, 1.0);
        }
    }
    frames
}

/// A round of the peer's scenario: towards a kilometre around the radar.
fn aimed(stream: &mut Stream) -> [f64; 6] {
    let mut within = |low: f64, high: f64| low + (high - low) * stream.uniform();
    let place = [
        within(7_000.0, 10_000.0),
        within(-2_500.0, 2_500.0),
        within(300.0, 900.0),
    ];
    let (speed, climb) = (
        within(280.0, 400.0),
        within(40_f64.to_radians(), 60_f64.to_radians()),
    );
    let heading = (within(-500.0, 500.0) - place[1]).atan2(-place[0]);
    let level = speed * climb.cos();
    [
        place[0],
        place[1],
        place[2],
        level * heading.cos(),
        level * heading.sin(),
        speed * climb.sin(),
    ]
}

/// Rounds in flight, begun again where they land, and clutter spread evenly in range and angles.
#[must_use]
pub fn sustained(sensor: &SensorModel, targets: u32, scans: u32) -> Vec<Frame> {
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
