//! Salvos: rounds from one place that follow each other on nearly one path, and when a zone is warned of them.
//!
//! Where rounds follow each other by a look, each stands in a look near where the one before stood in the look
//! before. Without range rate that looks like something that hovers.

use std::error::Error;

use theatre::{MunitionClass, Stage, Stream};
use tracking::warning::{self, Warner};
use tracking::{DragPrior, Scan, SensorModel, Settings, Status, Tracker};

use crate::plots;
use crate::shots::{self, Flight, SHAPE};
use crate::studies::{self, GROUND};

/// Time in which people reach shelter, s (assumed).
pub const SHELTER_S: f64 = 5.0;
/// Distance from the truth within which a track is that round's, m.
const NEAR_M: f64 = 150.0;
/// Farthest from the radar that the salvo is aimed, and half the side of the zone around it, m.
const AROUND_M: f64 = 1_500.0;
const ZONE_HALF_M: f64 = 3_000.0;

/// What is fired and who looks.
#[derive(Clone, Copy, Debug)]
pub struct Fire {
    /// The radar.
    pub sensor: SensorModel,
    /// Rounds of a salvo.
    pub rounds: u32,
    /// Mean time between two rounds, s.
    pub interval_s: f64,
    /// Share of it by which each of them may be shorter or longer.
    pub uneven: f64,
}

/// What became of some salvos.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told {
    /// Salvos of which a round was seen.
    pub salvos: f64,
    /// Of these, warned of within three looks of the first plot of any round.
    pub in_time: f64,
    /// Time from that plot to the alert, summed over those that were warned of, and how many, s.
    pub delay_s: [f64; 2],
    /// Longest time, s.
    pub longest_s: f64,
    /// Rounds that were seen long enough before their impact to be told of.
    pub rounds: f64,
    /// Of these, under an open warning when people must run.
    pub warned: f64,
    /// Of these, followed by a confirmed track of their own, not dismissed, at that moment.
    pub followed: f64,
    /// Tracks that were dismissed.
    pub dismissed: f64,
}

impl Told {
    /// Adds what was found elsewhere.
    pub fn add(&mut self, other: &Self) {
        self.salvos += other.salvos;
        self.in_time += other.in_time;
        for (sum, more) in self.delay_s.iter_mut().zip(other.delay_s) {
            *sum += more;
        }
        self.longest_s = self.longest_s.max(other.longest_s);
        self.rounds += other.rounds;
        self.warned += other.warned;
        self.followed += other.followed;
        self.dismissed += other.dismissed;
    }
}

/// A round of a salvo in the air.
struct Round {
    flight: Flight,
    start_s: f64,
}

/// Fires salvos of one class.
///
/// # Errors
/// None that the conditions of this module give rise to.
pub fn fire(
    munitions: &[MunitionClass],
    class: usize,
    count: u32,
    fire: &Fire,
    settings: Settings,
) -> Result<Told, Box<dyn Error>> {
    let settings = Settings {
        drag: DragPrior::of_munitions(munitions, SHAPE),
        ..settings
    };
    let mut told = Told::default();
    for number in 0..count {
        let mut stream = Stream::new(0x5361_6c76, number, class as u32, fire.rounds);
        let wind_mps = shots::WIND_SIGMA_MPS;
        let flights = shots::salvo(
            &munitions[class],
            fire.rounds,
            AROUND_M,
            wind_mps,
            &mut stream,
        )?;
        let mut next_s = 0.0;
        let rounds: Vec<Round> = flights
            .into_iter()
            .map(|flight| {
                let start_s = next_s;
                let part = 1.0 + fire.uneven * (2.0 * stream.uniform() - 1.0);
                next_s += fire.interval_s * part;
                Round { flight, start_s }
            })
            .collect();
        one(&rounds, fire, settings, &mut stream, &mut told)?;
    }
    Ok(told)
}

/// Follows one salvo.
fn one(
    rounds: &[Round],
    fire: &Fire,
    settings: Settings,
    stream: &mut Stream,
    told: &mut Told,
) -> Result<(), Box<dyn Error>> {
    let sensor = &fire.sensor;
    let mut tracker = Tracker::new(settings, vec![*sensor])?;
    let rule = warning::Settings::default();
    let mut warner = Warner::new(rule, vec![studies::square(ZONE_HALF_M)?])?;
    let ends = rounds
        .iter()
        .map(|round| round.start_s + round.flight.impact_s);
    let end_s = ends.fold(0.0, f64::max);
    let mut seen: Vec<u32> = vec![0; rounds.len()];
    let (mut first_s, mut alert_s) = (None, None);
    let mut time_s = sensor.scan_period_s * stream.uniform();
    while time_s < end_s {
        let scan = look(rounds, sensor, time_s, stream, &mut seen);
        let time_ns = scan.time_ns;
        tracker.take(scan, time_ns)?;
        if first_s.is_none() && seen.iter().any(|count| *count > 0) {
            first_s = Some(time_s);
        }
        let notices = warner.take(time_ns, &warning::observe(&tracker, &GROUND, &rule));
        if alert_s.is_none() && notices.iter().any(|one| one.stage == Stage::Alert) {
            alert_s = Some(time_s);
        }
        for (round, seen) in rounds.iter().zip(&seen) {
            let left_s = round.start_s + round.flight.impact_s - time_s;
            let due = left_s >= SHELTER_S && left_s < SHELTER_S + sensor.scan_period_s;
            if due && *seen >= 3 {
                told.rounds += 1.0;
                told.warned += f64::from(warner.is_open(0));
                told.followed += f64::from(followed(&tracker, round, time_s));
            }
        }
        time_s += sensor.scan_period_s;
    }
    let Some(first_s) = first_s else {
        return Ok(());
    };
    told.salvos += 1.0;
    told.dismissed += tracker.dismissed().count() as f64;
    if let Some(alert_s) = alert_s {
        let delay_s: f64 = alert_s - first_s;
        told.in_time += f64::from(delay_s < 3.5 * sensor.scan_period_s);
        told.delay_s[0] += delay_s;
        told.delay_s[1] += 1.0;
        told.longest_s = told.longest_s.max(delay_s);
    }
    Ok(())
}

/// One look at all rounds in the air, counting those seen.
fn look(
    rounds: &[Round],
    sensor: &SensorModel,
    time_s: f64,
    stream: &mut Stream,
    seen: &mut [u32],
) -> Scan {
    let time_ns = (time_s * 1e9) as i64;
    let mut plots = Vec::new();
    for (round, seen) in rounds.iter().zip(seen) {
        let age_s = time_s - round.start_s;
        if age_s < 0.0 || age_s > round.flight.impact_s {
            continue;
        }
        let [x, y, z, vx, vy, vz, ..] = round.flight.at(age_s);
        let state = [x, y, z, vx, vy, vz];
        if let Some(plot) = plots::detect_moving(sensor, state, time_ns, stream) {
            plots.push(plot);
            *seen += 1;
        }
    }
    plots::clutter(sensor, time_ns, stream, &mut plots);
    plots::scan(time_ns, plots)
}

/// Whether a confirmed track that is not dismissed is this round's.
fn followed(tracker: &Tracker, round: &Round, time_s: f64) -> bool {
    let truth = round.flight.at(time_s - round.start_s);
    tracker.tracks().any(|track| {
        let mean = &track.state.mean;
        let off = |axes: std::ops::Range<usize>| -> f64 {
            axes.map(|axis| (mean[axis] - truth[axis]).powi(2))
                .sum::<f64>()
                .sqrt()
        };
        let known = track.status == Status::Confirmed && !track.dismissed;
        known && off(0..3) < NEAR_M && off(3..6) < NEAR_M
    })
}
