//! How good tracks and impacts are on shots whose truth is known.

use std::error::Error;

use theatre::{MunitionClass, Stream};
use tracking::score::nees;
use tracking::warning::{self, Area, Notice, Warner};
use tracking::{
    Bound, DragPrior, Gaussian, ImpactPrediction, LevelGround, Scan, SensorModel, Settings, Status,
    Track, Tracker, TrackingError,
};

use crate::plots::{self, Faults};
use crate::shots::{self, Flight, SHAPE};

/// Level ground at the radar's height, on which all shots come down.
pub const GROUND: LevelGround = LevelGround { height_m: 0.0 };
/// Half the side of a zone that holds every impact, m.
const ALL_AROUND_M: f64 = 30_000.0;
/// Distance from the truth within which a track is that target's, m.
const NEAR_M: f64 = 400.0;
/// Seconds since the first plot at which errors and regions are judged; the last is "2 s before the end".
pub const STAGES_S: [f64; 4] = [5.0, 8.0, 12.0, 18.0];

/// The conditions of a study.
#[derive(Clone, Copy, Debug)]
pub struct Conditions {
    /// The radar.
    pub sensor: SensorModel,
    /// How it differs from what it says.
    pub faults: Faults,
    /// Spread of the wind that blows, m/s.
    pub wind_sigma_mps: f64,
    /// Every so many seconds the radar sees nothing for one second; none where it always looks.
    pub gap_every_s: Option<f64>,
    /// Farthest that a round falls from the radar, m.
    pub around_m: f64,
}

/// What was found at one stage of tracks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stage {
    /// Tracks judged.
    pub count: f64,
    /// Sum of squared impact errors, m².
    pub error_m2: f64,
    /// Sum of squared impact errors over the bound on each.
    pub in_bounds: f64,
    /// Impacts inside the regions of 50, 90 and 99 %.
    pub inside: [f64; 3],
    /// Sum of the normalised estimation errors squared, six components, of the states that impacts are foretold from.
    pub nees: f64,
    /// The same of all classes together: what else a round may be at first is no state of it.
    pub nees_of_all: f64,
}

/// What was found in all shots of a class.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Shots that were seen at all.
    pub shots: f64,
    /// Shots whose impact was known within three scans of the first detection.
    pub in_time: f64,
    /// Seconds from the first detection to the first known impact, summed.
    pub delay_s: f64,
    /// Shots never known, dismissed at some time, lost before the end, followed twice.
    pub troubles: [f64; 4],
    /// By stage, the last one two seconds before impact.
    pub stages: [Stage; STAGES_S.len() + 1],
}

impl Stage {
    /// RMS impact error in units of the bound on each, so that near and far shots count alike.
    #[must_use]
    pub fn over_bound(&self) -> f64 {
        (self.in_bounds / self.count).sqrt()
    }

    /// Mean NEES less six, in standard deviations of the mean of as many.
    #[must_use]
    pub fn nees_off(&self) -> f64 {
        (self.nees / self.count - 6.0) / (12.0 / self.count).sqrt()
    }

    /// Shares inside the regions.
    #[must_use]
    pub fn coverage(&self) -> [f64; 3] {
        self.inside.map(|inside| inside / self.count)
    }

    fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.error_m2 += other.error_m2;
        self.in_bounds += other.in_bounds;
        self.nees += other.nees;
        self.nees_of_all += other.nees_of_all;
        for (sum, more) in self.inside.iter_mut().zip(other.inside) {
            *sum += more;
        }
    }
}

impl Found {
    /// Adds what was found elsewhere.
    pub fn add(&mut self, other: &Self) {
        self.shots += other.shots;
        self.in_time += other.in_time;
        self.delay_s += other.delay_s;
        for (sum, more) in self.troubles.iter_mut().zip(other.troubles) {
            *sum += more;
        }
        for (stage, more) in self.stages.iter_mut().zip(&other.stages) {
            stage.add(more);
        }
    }

    /// All stages together.
    #[must_use]
    pub fn whole(&self) -> Stage {
        let mut whole = Stage::default();
        for stage in &self.stages {
            whole.add(stage);
        }
        whole
    }
}

/// The conditions in which the table's figures are stated.
#[must_use]
pub fn plain() -> Conditions {
    Conditions {
        sensor: plots::all_round(),
        faults: Faults::default(),
        wind_sigma_mps: shots::WIND_SIGMA_MPS,
        gap_every_s: None,
        around_m: 1_500.0,
    }
}

/// A small radar that looks twenty times a second at a range for mortars.
#[must_use]
pub fn small_radar() -> Conditions {
    let mut conditions = plain();
    conditions.sensor.scan_period_s = 0.05;
    conditions.sensor.clutter_per_scan = 1.0;
    conditions.around_m = 1_000.0;
    conditions
}

/// Follows shots of one class and judges tracks and impacts against the truth.
///
/// # Errors
/// None that the conditions of this module give rise to.
pub fn follow(
    munitions: &[MunitionClass],
    class: usize,
    count: u32,
    conditions: &Conditions,
    settings: Settings,
) -> Result<Found, Box<dyn Error>> {
    let settings = Settings {
        drag: DragPrior::of_munitions(munitions, SHAPE),
        ..settings
    };
    let mut found = Found::default();
    for number in 0..count {
        let mut stream = Stream::new(0x5475_6479, number, class as u32, 1);
        let flight = shots::shot(
            &munitions[class],
            conditions.around_m,
            conditions.wind_sigma_mps,
            &mut stream,
        )?;
        found.add(&one(&flight, conditions, settings, &mut stream)?);
    }
    Ok(found)
}

/// Follows one shot.
fn one(
    flight: &Flight,
    conditions: &Conditions,
    settings: Settings,
    stream: &mut Stream,
) -> Result<Found, Box<dyn Error>> {
    let sensor = &conditions.sensor;
    let mut tracker = Tracker::new(settings, vec![*sensor])?;
    let rule = warning::Settings::default();
    let mut warner = Warner::new(rule, vec![square(ALL_AROUND_M)?])?;
    let mut found = Found::default();
    let mut seen: Option<Seen> = None;
    let mut time_s = sensor.scan_period_s * stream.uniform();
    while time_s < flight.impact_s {
        let (scan, detected) = look(flight, conditions, time_s, stream);
        tracker.take(scan.clone(), scan.time_ns)?;
        if let Some(seen) = &mut seen {
            seen.scans += 1;
            let took = detected.then_some(sensor);
            seen.bound
                .step(sensor.scan_period_s, truth(flight, time_s), took);
        } else if detected {
            seen = Some(Seen::new(flight, sensor, &settings, time_s));
            found.shots = 1.0;
        }
        if let Some(seen) = &mut seen {
            seen.judge(&tracker, flight, time_s, sensor.scan_period_s, &mut found);
        }
        let notices = warner.take(scan.time_ns, &warning::observe(&tracker, &GROUND, &rule));
        if let Some(seen) = seen.as_mut().filter(|seen| !seen.known) {
            seen.hear(&notices, &tracker, flight, time_s, &mut found);
        }
        time_s += sensor.scan_period_s;
    }
    if let Some(seen) = seen {
        found.troubles[0] = f64::from(!seen.known);
        found.troubles[1] = f64::from(tracker.dismissed().next().is_some());
        let confirmed = |track: &Track| track.status == Status::Confirmed;
        found.troubles[2] = f64::from(seen.known && !seen.followed);
        let both = tracker.tracks().filter(confirmed).count() + tracker.ended().count();
        found.troubles[3] = f64::from(both > 1);
    }
    Ok(found)
}

/// One look of the radar, and whether it saw the round.
fn look(
    flight: &Flight,
    conditions: &Conditions,
    time_s: f64,
    stream: &mut Stream,
) -> (Scan, bool) {
    let time_ns = (time_s * 1e9) as i64;
    let [x, y, z, ..] = flight.at(time_s);
    let (sensor, faults) = (&conditions.sensor, &conditions.faults);
    let seen = plots::detect(sensor, faults, [x, y, z], time_ns, stream);
    let blind = conditions
        .gap_every_s
        .is_some_and(|every_s| (time_s + 0.5 * every_s) % every_s < 1.0);
    let mut plots: Vec<_> = seen.into_iter().filter(|_| !blind).collect();
    let detected = !plots.is_empty();
    plots::clutter(sensor, time_ns, stream, &mut plots);
    (plots::scan(time_ns, plots), detected)
}

fn truth(flight: &Flight, time_s: f64) -> [f64; 9] {
    let [x, y, z, vx, vy, vz, wind_x, wind_y] = flight.at(time_s);
    [x, y, z, vx, vy, vz, flight.log_drag, wind_x, wind_y]
}

/// A square zone around the radar.
///
/// # Errors
/// Where the half of its side, m, makes no area.
pub fn square(half_m: f64) -> Result<Area, TrackingError> {
    let corners = [
        [-half_m, -half_m],
        [half_m, -half_m],
        [half_m, half_m],
        [-half_m, half_m],
    ];
    Area::new(corners.to_vec())
}

/// How far a track is from the truth, m.
fn off_m(track: &Track, truth: &[f64; 9]) -> f64 {
    let squares = (0..3).map(|axis| (track.state.mean[axis] - truth[axis]).powi(2));
    squares.sum::<f64>().sqrt()
}

/// A round that was detected once.
struct Seen {
    first_s: f64,
    scans: u32,
    bound: Bound,
    known: bool,
    followed: bool,
    stage: usize,
}

impl Seen {
    fn new(flight: &Flight, sensor: &SensorModel, settings: &Settings, time_s: f64) -> Self {
        let mean = truth(flight, time_s);
        let mut prior = Gaussian {
            mean,
            covariance: [[0.0; 9]; 9],
        };
        // The errors of the first plot, turned into the frame.
        let [x, y, z] = [mean[0], mean[1], mean[2]];
        let [range, ..] = plots::polar([x, y, z]);
        let level = x.hypot(y).max(1.0);
        let axes = [
            [x / range, y / range, z / range],
            [-y / level, x / level, 0.0],
            [
                -x * z / (level * range),
                -y * z / (level * range),
                level / range,
            ],
        ];
        let sigmas = [
            sensor.range_sigma_m,
            sensor.azimuth_sigma_rad * level,
            sensor.elevation_sigma_rad * range,
        ];
        for (axis, sigma) in axes.iter().zip(sigmas) {
            for row in 0..3 {
                for column in 0..3 {
                    prior.covariance[row][column] += sigma * sigma * axis[row] * axis[column];
                }
            }
        }
        let wind = settings.surroundings.wind_sigma_mps;
        let (_, drag) = settings.drag.log_drag();
        for (axis, sigma) in [300.0, 300.0, 300.0, drag, wind, wind].iter().enumerate() {
            prior.covariance[3 + axis][3 + axis] = sigma * sigma;
        }
        Self {
            first_s: time_s,
            scans: 0,
            bound: Bound::new(&settings.surroundings, &settings.drag, prior),
            known: false,
            followed: false,
            stage: 0,
        }
    }

    /// Takes in what a zone all around was told.
    fn hear(
        &mut self,
        notices: &[Notice],
        tracker: &Tracker,
        flight: &Flight,
        time_s: f64,
        found: &mut Found,
    ) {
        let truth = truth(flight, time_s);
        let near: Vec<_> = tracker
            .tracks()
            .filter(|track| off_m(track, &truth) < NEAR_M)
            .map(|track| track.id)
            .collect();
        let of_it = |notice: &Notice| notice.tracks.iter().any(|id| near.contains(id));
        if notices.iter().any(of_it) {
            self.known = true;
            found.in_time = f64::from(self.scans <= 3);
            found.delay_s = time_s - self.first_s;
        }
    }

    fn judge(
        &mut self,
        tracker: &Tracker,
        flight: &Flight,
        time_s: f64,
        period_s: f64,
        found: &mut Found,
    ) {
        let truth = truth(flight, time_s);
        let confirmed = tracker
            .tracks()
            .filter(|track| track.status == Status::Confirmed && off_m(track, &truth) < NEAR_M);
        let nearest = confirmed.min_by(|a, b| off_m(a, &truth).total_cmp(&off_m(b, &truth)));
        self.followed = nearest.is_some();
        let Some(track) = nearest.filter(|track| !track.dismissed) else {
            return;
        };
        let passed_s = time_s - self.first_s;
        let left_s = flight.impact_s - time_s;
        let due = STAGES_S.get(self.stage).copied();
        let last = left_s >= 2.0 && left_s < 2.0 + period_s && passed_s >= STAGES_S[0];
        let reached = due.is_some_and(|due_s| passed_s >= due_s);
        if !reached && !last {
            return;
        }
        let Some(impact) = tracker.impact(&track, &GROUND) else {
            return;
        };
        let judged = self.judged(&track, &impact, flight, &truth);
        if reached {
            found.stages[self.stage].add(&judged);
            self.stage += 1;
        } else if last {
            found.stages[STAGES_S.len()].add(&judged);
        }
    }

    fn judged(
        &self,
        track: &Track,
        impact: &ImpactPrediction,
        flight: &Flight,
        truth: &[f64; 9],
    ) -> Stage {
        let off = [0, 1].map(|axis| flight.impact_m[axis] - impact.position_m[axis]);
        let inside = impact.regions().map(|region| {
            let (sin, cos) = region.direction_rad.sin_cos();
            let along = (off[0] * cos + off[1] * sin) / region.half_length_m;
            let across = (off[1] * cos - off[0] * sin) / region.half_width_m;
            f64::from(along.hypot(across) <= 1.0)
        });
        let error_m2 = off[0] * off[0] + off[1] * off[1];
        let least = self.bound.impact(&GROUND);
        let bound_m2 = least.map_or(0.0, |least| least.covariance[0][0] + least.covariance[1][1]);
        let path = std::array::from_fn(|axis| truth[axis]);
        let of = |state: Gaussian| nees(&state, &path).unwrap_or(1e3);
        Stage {
            count: 1.0,
            error_m2,
            in_bounds: error_m2 / bound_m2,
            inside,
            nees: track.falling_state.map_or(1e3, of),
            nees_of_all: of(track.state),
        }
    }
}
