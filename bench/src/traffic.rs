//! What flies where nothing is fired at anybody: clutter, birds, aircraft, drones, machine-gun fire and
//! outgoing rounds, and how often it makes a warning.

use std::error::Error;
use std::f64::consts::TAU;

use ballistics::{BodyDrag, DragCurve};
use theatre::{Stage, Stream};
use tracking::warning::{self, Warner};
use tracking::{DragPrior, SensorModel, Settings, Tracker};

use crate::plots;
use crate::shots::{self, SHAPE};
use crate::studies::{self, GROUND};

/// Half the side of the square zone around the radar, m.
pub const ZONE_HALF_M: f64 = 1_000.0;

/// What flies. Rates are a busy base's (assumed).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Birds at 8 to 20 m/s, 36 an hour, for five minutes each: most turn at random, one in four soars in
    /// circles and climbs, one in eight leads a flock of up to eight.
    Birds,
    /// Aeroplanes and helicopters at 30 to 220 m/s, 12 an hour, that appear anywhere: most are level or climb
    /// or sink gently, one in four circles, one in eight dives at up to 40 m/s.
    Aircraft,
    /// Small drones that hover or go up to 18 m/s and climb or sink at up to 4 m/s, 6 an hour.
    Drones,
    /// Bursts of five to twelve tracers that slow down fast, 20 an hour, from the base or towards it.
    Guns,
    /// Mortar rounds from the base that fall outside it, 6 an hour.
    Outgoing,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Birds,
        Self::Aircraft,
        Self::Drones,
        Self::Guns,
        Self::Outgoing,
    ];

    /// How often in an hour.
    fn per_hour(self) -> f64 {
        match self {
            Self::Birds => 36.0,
            Self::Aircraft => 12.0,
            Self::Drones | Self::Outgoing => 6.0,
            Self::Guns => 20.0,
        }
    }
}

/// One thing in the air.
#[derive(Clone)]
struct Flyer {
    kind: Kind,
    until_s: f64,
    /// What flies by itself: place, velocity, and how unsteady it is, m/s a root second.
    state: [f64; 6],
    unsteady: f64,
    /// Steady turn, rad/s, and climb, m/s.
    turn_rad_s: f64,
    climb_mps: f64,
    /// What falls: its states, every [`shots::STEP_S`] from a moment on.
    path: Option<(f64, Vec<[f64; 8]>)>,
}

/// What some hours brought.
#[derive(Clone, Debug, Default)]
pub struct Quiet {
    /// Hours.
    pub hours: f64,
    /// Alerts, each of them needless.
    pub alerts: u32,
    /// In words, when each was given and of what.
    pub told: Vec<String>,
    /// Things that were in the air.
    pub flyers: u32,
    /// Reasons of dismissal and how often each was given.
    pub dismissed: std::collections::BTreeMap<String, u32>,
    /// Confirmed tracks that ended.
    pub tracks: usize,
}

/// Watches a base on which nothing falls, with range rate or without.
///
/// # Errors
/// None that the figures here give rise to.
pub fn watch(kinds: &[Kind], hours: f64, seed: u32, rated: bool) -> Result<Quiet, Box<dyn Error>> {
    let sensor = plots::radar(1.0, rated);
    let munitions = shots::munitions()?;
    let settings = Settings {
        drag: DragPrior::of_munitions(&munitions, SHAPE),
        ..Settings::default()
    };
    let mut tracker = Tracker::new(settings, vec![sensor])?;
    let zone = studies::square(ZONE_HALF_M)?;
    let mut warner = Warner::new(warning::Settings::default(), vec![zone])?;
    let mut stream = Stream::new(0x7175_6965, seed, 0, 1);
    let mut flyers: Vec<Flyer> = Vec::new();
    let mut found = Quiet {
        hours,
        ..Quiet::default()
    };
    let mut dismissed_last = None;
    for scan in 0..(hours * 3_600.0 / sensor.scan_period_s) as u64 {
        let time_s = scan as f64 * sensor.scan_period_s;
        for &kind in kinds {
            let mean = kind.per_hour() * sensor.scan_period_s / 3_600.0;
            for _ in 0..plots::poisson(mean, &mut stream) {
                let before = flyers.len();
                appear(kind, time_s, &mut flyers, &mut stream)?;
                found.flyers += (flyers.len() - before) as u32;
            }
        }
        flyers.retain(|flyer| flyer.until_s > time_s);
        let scan = look(&sensor, &mut flyers, time_s, &mut stream);
        let time_ns = scan.time_ns;
        tracker.take(scan, time_ns)?;
        let observed = warning::observe(&tracker, &GROUND, &warning::Settings::default());
        for notice in warner.take(time_ns, &observed) {
            if notice.stage == Stage::Alert {
                found.alerts += 1;
                found.told.push(format!(
                    "at {time_s:.0} s: {}, probability {:.4}",
                    notice.class.name(),
                    notice.probability
                ));
            }
        }
        let newest = tracker.dismissed().last().map(|one| one.track);
        if newest != dismissed_last {
            dismissed_last = newest;
            if let Some(one) = tracker.dismissed().last() {
                *found
                    .dismissed
                    .entry(one.class.name().to_owned())
                    .or_default() += 1;
            }
        }
    }
    found.tracks = tracker.ended().count();
    Ok(found)
}

/// One look at everything in the air.
fn look(
    sensor: &SensorModel,
    flyers: &mut [Flyer],
    time_s: f64,
    stream: &mut Stream,
) -> tracking::Scan {
    let time_ns = (time_s * 1e9) as i64;
    let mut plots = Vec::new();
    for flyer in flyers {
        flyer.move_on(sensor.scan_period_s, stream);
        let state = flyer.at(time_s);
        if state[2] > 0.0 {
            plots.extend(plots::detect_moving(sensor, state, time_ns, stream));
        }
    }
    plots::clutter(sensor, time_ns, stream, &mut plots);
    plots::scan(time_ns, plots)
}

impl Flyer {
    /// Place and velocity; under the ground what does not fly yet or any more.
    fn at(&self, time_s: f64) -> [f64; 6] {
        let Some((from_s, path)) = &self.path else {
            return self.state;
        };
        let under = [0.0, 0.0, -1.0, 0.0, 0.0, 0.0];
        if time_s < *from_s {
            return under;
        }
        let index = ((time_s - from_s) / shots::STEP_S) as usize;
        path.get(index).map_or(under, |[x, y, z, vx, vy, vz, ..]| {
            [*x, *y, *z, *vx, *vy, *vz]
        })
    }

    fn move_on(&mut self, time_s: f64, stream: &mut Stream) {
        if self.path.is_some() {
            return;
        }
        for axis in 0..3 {
            self.state[axis] += time_s * self.state[axis + 3];
        }
        let (sin, cos) = (self.turn_rad_s * time_s).sin_cos();
        let [vx, vy] = [self.state[3], self.state[4]];
        (self.state[3], self.state[4]) = (vx * cos - vy * sin, vx * sin + vy * cos);
        let kick = self.unsteady * time_s.sqrt();
        for axis in 3..5 {
            self.state[axis] += kick * stream.normal();
        }
        // The climb wanders less, and comes back.
        let climb = 0.9 * (self.state[5] - self.climb_mps) + 0.3 * kick * stream.normal();
        self.state[5] = self.climb_mps + climb;
        if self.kind != Kind::Aircraft {
            let [vx, vy] = [self.state[3], self.state[4]];
            let fast = vx.hypot(vy) / 20.0;
            if fast > 1.0 {
                self.state[3] /= fast;
                self.state[4] /= fast;
            }
        }
        self.state[2] = self.state[2].max(20.0);
    }
}

/// Lets something of a kind appear.
fn appear(
    kind: Kind,
    time_s: f64,
    flyers: &mut Vec<Flyer>,
    stream: &mut Stream,
) -> Result<(), Box<dyn Error>> {
    let mut draw = |low: f64, high: f64| low + (high - low) * stream.uniform();
    let mut steady = |distance_m, height_m, speed: [f64; 2], climb_mps: f64, unsteady, lasts_s| {
        let (bearing, heading) = (draw(0.0, TAU), draw(0.0, TAU));
        let (away_m, speed_mps) = (draw(400.0, distance_m), draw(speed[0], speed[1]));
        Flyer {
            kind,
            until_s: time_s + lasts_s,
            state: [
                away_m * bearing.cos(),
                away_m * bearing.sin(),
                draw(30.0, height_m),
                speed_mps * heading.cos(),
                speed_mps * heading.sin(),
                draw(-climb_mps, climb_mps),
            ],
            unsteady,
            turn_rad_s: 0.0,
            climb_mps: 0.0,
            path: None,
        }
    };
    match kind {
        Kind::Birds => {
            let mut bird = steady(4_000.0, 800.0, [8.0, 20.0], 1.0, 1.0, 300.0);
            let manner = draw(0.0, 1.0);
            if manner < 0.25 {
                (bird.turn_rad_s, bird.climb_mps) = (draw(0.2, 0.4), draw(0.5, 3.0));
            }
            if manner > 0.875 {
                let mut others = draw(2.0, 8.0) as u32;
                while others > 0 {
                    others -= 1;
                    let mut other = bird.clone();
                    for axis in 0..3 {
                        other.state[axis] += draw(-60.0, 60.0);
                    }
                    flyers.push(other);
                }
            }
            flyers.push(bird);
        }
        Kind::Drones => flyers.push(steady(3_000.0, 500.0, [0.0, 18.0], 4.0, 1.5, 300.0)),
        Kind::Aircraft => {
            let mut aircraft = steady(11_000.0, 2_500.0, [30.0, 220.0], 8.0, 1.0, 120.0);
            aircraft.state[2] += 200.0;
            let (manner, side) = (draw(0.0, 1.0), draw(-1.0, 1.0));
            if manner < 0.25 {
                // Banked by 15 to 60 degrees, for which 3 to 17 m/s² are needed.
                let speed_mps = aircraft.state[3].hypot(aircraft.state[4]);
                aircraft.turn_rad_s = draw(3.0, 17.0) / speed_mps * f64::signum(side);
            }
            if manner > 0.875 {
                aircraft.state[2] += 1_500.0;
                aircraft.climb_mps = draw(-40.0, -10.0);
                aircraft.state[5] = aircraft.climb_mps;
            }
            flyers.push(aircraft);
        }
        Kind::Guns => burst(time_s, flyers, stream),
        Kind::Outgoing => outgoing(time_s, flyers, stream)?,
    }
    Ok(())
}

/// Mass (kg), calibre (m) and muzzle speed (m/s) of rounds of 5.56, 7.62 and 12.7 mm, and their drag over that of G1
/// (general knowledge): they lose half their speed in 0.6 to 1.5 km.
const BULLETS: [[f64; 3]; 3] = [
    [0.0040, 0.005_56, 920.0],
    [0.0095, 0.007_62, 840.0],
    [0.0428, 0.012_7, 890.0],
];
const BULLET_SCALE: [f64; 2] = [0.54, 0.58];

/// A burst of one kind of them, ten a second.
fn burst(time_s: f64, flyers: &mut Vec<Flyer>, stream: &mut Stream) {
    let mut draw = |low: f64, high: f64| low + (high - low) * stream.uniform();
    let (bearing, heading, away_m) = (draw(0.0, TAU), draw(0.0, TAU), draw(0.0, 3_000.0));
    let (elevation, kind) = (draw(0.02, 0.7), draw(0.0, BULLETS.len() as f64) as usize);
    let [mass_kg, calibre_m, speed_mps] = BULLETS[kind];
    let [least, most] = BULLET_SCALE;
    let scale = draw(least, most);
    let count = draw(5.0, 13.0) as u32;
    let curve = DragCurve {
        shape: SHAPE,
        scale,
    };
    let law = BodyDrag::new(mass_kg, calibre_m, curve);
    for number in 0..count {
        let from_s = time_s + 0.1 * f64::from(number);
        let heading = heading + 0.01 * stream.normal();
        let level = speed_mps * elevation.cos();
        let start = [
            away_m * bearing.cos(),
            away_m * bearing.sin(),
            1.0,
            level * heading.cos(),
            level * heading.sin(),
            speed_mps * elevation.sin(),
        ];
        let (mut path, lasts_s) = shots::fly(
            &law,
            &ballistics::WindProfile::default(),
            start,
            shots::calm,
        );
        // A tracer burns out, and a spent bullet gives no echo.
        path.truncate((3.0 / shots::STEP_S) as usize);
        flyers.push(Flyer {
            kind: Kind::Guns,
            until_s: from_s + lasts_s.min(3.0),
            state: [0.0; 6],
            unsteady: 0.0,
            turn_rad_s: 0.0,
            climb_mps: 0.0,
            path: Some((from_s, path)),
        });
    }
}

/// A mortar round from the base to somewhere outside.
fn outgoing(
    time_s: f64,
    flyers: &mut Vec<Flyer>,
    stream: &mut Stream,
) -> Result<(), Box<dyn Error>> {
    let wind = shots::wind(shots::WIND_SIGMA_MPS, stream)?;
    let mut draw = |low: f64, high: f64| low + (high - low) * stream.uniform();
    let (heading, elevation, speed_mps) = (draw(0.0, TAU), draw(0.8, 1.2), draw(180.0, 320.0));
    let scale = draw(0.8, 1.6);
    let law = BodyDrag::new(
        13.0,
        0.12,
        DragCurve {
            shape: SHAPE,
            scale,
        },
    );
    let level = speed_mps * elevation.cos();
    let start = [
        draw(-600.0, 600.0),
        draw(-600.0, 600.0),
        1.0,
        level * heading.cos(),
        level * heading.sin(),
        speed_mps * elevation.sin(),
    ];
    let (path, lasts_s) = shots::fly(&law, &wind, start, shots::calm);
    let end = path[path.len() - 1];
    if end[0].abs().max(end[1].abs()) < ZONE_HALF_M + 300.0 {
        return Ok(());
    }
    flyers.push(Flyer {
        kind: Kind::Outgoing,
        until_s: time_s + lasts_s,
        state: [0.0; 6],
        unsteady: 0.0,
        turn_rad_s: 0.0,
        climb_mps: 0.0,
        path: Some((time_s, path)),
    });
    Ok(())
}
