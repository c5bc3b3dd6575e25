//! Nominal shots of one munition class under one draw of the unknowns: how far they go, for how long,
//! along which path, and how errors shift their fall. All of it stays inside the crate.
//!
//! Rockets leave the rail slowly and burn; mortar rounds start at full speed; both fly over flat ground
//! through still air. Missiles start at the speed of burn-out and fly over a round Earth. Forces that
//! shift every round of a salvo alike (the turning of the Earth, its flattening) are left out: falls
//! are told from what was attacked, and whoever fires allows for them.

use crate::scatter::{Errors, IN_PLANE, LATERAL};
use crate::unknowns::MunitionDraw;
use ballistics::flight::EARTH_RADIUS_M;
use ballistics::{
    Accuracy, Batch, BodyDrag, DragCurve, DragShape, Environment, Gravity, Impact, Impacts,
    Instructions, Launch, Motor, Projectile, Shots, State, Steps, Surroundings, ThrustDirection,
    WindProfile,
};
use theatre::MunitionKind;

/// Elevations at which rockets are tabulated, degrees: the low branch, from a flat shot to beyond
/// the greatest range.
const ROCKET_ELEVATION_DEG: [f64; 2] = [3.0, 52.0];
/// Elevations at which mortars are fired, degrees; assumed, general knowledge.
const MORTAR_ELEVATION_DEG: [f64; 2] = [50.0, 75.0];
/// Elevations at burn-out of ballistic missiles, degrees; assumed, near the greatest range.
const MISSILE_ELEVATION_DEG: [f64; 2] = [38.0, 50.0];
/// Share of its drag that a missile keeps here: it burns out above most of the atmosphere, while this
/// flight starts at the ground with the speed of burn-out. Assumed.
const MISSILE_DRAG_SHARE: f64 = 0.1;
/// Speed at which a rocket leaves its rail, m/s, its acceleration while it burns, m/s², and its mass at
/// launch over that at burn-out: assumed; a 107 mm rocket then burns for 0.9 s, a 122 mm one for 1.5 s.
const RAIL_SPEED_MPS: f64 = 40.0;
const BURN_ACCELERATION_MPS2: f64 = 400.0;
const BURN_MASS_RATIO: f64 = 1.3;
/// Nominal shots tabulated for each draw of a class.
const TABLE_SHOTS: u32 = 8;
/// Share of the greatest range at which a class is fired when the distance drawn is beyond it.
const GREATEST_RANGE_SHARE: f64 = 0.98;
/// Points of a path, at even shares of its time.
pub(crate) const PATH_POINTS: usize = 33;
/// Errors of single flights, m a step, and steps of batches, as a share of those that give millimetres:
/// figures of munitions are known to ten percent.
const STEPS: Steps = Steps::Tolerance(0.05);
const REFINEMENT: f64 = 0.4;
/// Errors by which shots are flown again for derivatives, in the units of [`Errors`].
const IN_PLANE_STEPS: [f64; IN_PLANE] = [0.01, 0.05, 4e-3, 4.0, 4e-3];
const LATERAL_STEPS: [f64; LATERAL] = [4e-3, 4.0, 4e-3];

/// A nominal shot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shot {
    pub(crate) range_m: f64,
    pub(crate) time_s: f64,
    speed_mps: f64,
    elevation_rad: f64,
    /// Shift of the fall along the line of fire, m, and in time, s, per unit of each error.
    pub(crate) along_m: [f64; IN_PLANE],
    pub(crate) later_s: [f64; IN_PLANE],
    /// Shift across, m, per unit of each error.
    pub(crate) across_m: [f64; LATERAL],
    /// Distance along the ground to the fall and height over the level there, m.
    pub(crate) path_m: [[f64; 2]; PATH_POINTS],
}

/// How one class flies, and its nominal shots by rising range.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    kind: MunitionKind,
    projectile: Projectile,
    motor: Option<Motor>,
    shots: Vec<Shot>,
}

impl Table {
    /// Tabulates the class. Shots that do not fly are left out, so figures that no round can have
    /// give an empty table, not a panic.
    pub(crate) fn new(munition: &MunitionDraw) -> Self {
        let drag_share = match munition.kind {
            MunitionKind::BallisticMissile => MISSILE_DRAG_SHARE,
            MunitionKind::Rocket | MunitionKind::Mortar => 1.0,
        };
        let projectile = Projectile {
            mass_kg: munition.mass_kg,
            calibre_m: munition.calibre_m,
            drag: DragCurve {
                shape: DragShape::G1,
                scale: munition.drag_scale * drag_share,
            },
        };
        let mut table = Self {
            kind: munition.kind,
            projectile,
            motor: None,
            shots: Vec::new(),
        };
        if munition.kind == MunitionKind::Rocket {
            table.motor = table.motor_for(munition.speed_mps);
            if table.motor.is_none() {
                return table;
            }
        }
        let settings: Vec<[f64; 2]> = (0..TABLE_SHOTS)
            .map(|step| setting(munition, step))
            .collect();
        let mut shots: Vec<Shot> = Vec::new();
        for (setting, varied) in settings.iter().zip(table.varied(&settings)) {
            let Some(shot) = varied.and_then(|varied| table.shot(*setting, &varied)) else {
                continue;
            };
            if shots.last().is_none_or(|last| shot.range_m > last.range_m) {
                shots.push(shot);
            }
        }
        if munition.kind == MunitionKind::BallisticMissile {
            add_slopes(&mut shots);
        }
        table.shots = shots;
        table
    }

    /// The motor that brings a rocket to a speed at burn-out: gravity and drag take something from what
    /// it would add, which one flight at 45° tells.
    fn motor_for(&self, speed_mps: f64) -> Option<Motor> {
        let exit_mps = rail_speed_mps(speed_mps);
        let mut motor = Motor {
            speed_gain_mps: speed_mps - exit_mps,
            burn_s: ((speed_mps - exit_mps) / BURN_ACCELERATION_MPS2).clamp(0.01, 60.0),
            mass_ratio: BURN_MASS_RATIO,
            direction: ThrustDirection::Velocity,
        };
        let trial = Self {
            motor: Some(motor),
            ..self.clone()
        };
        let (_, states) =
            trial.flight([speed_mps, std::f64::consts::FRAC_PI_4], &Errors::default())?;
        let at_burn_out = states.iter().rfind(|state| state.time_s <= motor.burn_s)?;
        motor.speed_gain_mps += speed_mps - at_burn_out.speed_mps();
        Some(motor)
    }

    /// The nominal shot for a distance, held within what the class can reach.
    pub(crate) fn nominal(&self, distance_m: f64) -> Option<Shot> {
        let (first, last) = (self.shots.first()?, self.shots.last()?);
        let ceiling_m = (last.range_m * GREATEST_RANGE_SHARE).max(first.range_m);
        let range_m = distance_m.clamp(first.range_m, ceiling_m);
        let above = self
            .shots
            .partition_point(|shot| shot.range_m < range_m)
            .max(1);
        let (Some(near), Some(far)) = (self.shots.get(above - 1), self.shots.get(above)) else {
            return Some(*first);
        };
        let share = (range_m - near.range_m) / (far.range_m - near.range_m);
        Some(near.mixed(far, share))
    }

    /// Flies one shot of a setting (speed, elevation) with errors: where it ends, and its states.
    pub(crate) fn flight(
        &self,
        [speed_mps, elevation_rad]: [f64; 2],
        errors: &Errors,
    ) -> Option<(Impact, Vec<State>)> {
        let [speed, drag, tilt, wind_along, thrust_up] = errors.in_plane;
        let [azimuth_rad, wind_across, thrust_aside] = errors.lateral;
        // However wide the scatter, no round is launched downwards or pulled backwards.
        let elevation_rad = (elevation_rad + tilt).clamp(0.01, 1.56);
        let ratio = (1.0 + speed).max(0.3);
        let mut states = Vec::new();
        let mut keep = |state: &State| states.push(*state);
        let mut launch = Launch {
            speed_mps,
            elevation_rad,
            azimuth_rad,
        };
        let impact = if self.kind == MunitionKind::BallisticMissile {
            launch.speed_mps *= ratio;
            let environment = Environment {
                gravity: Gravity::EARTH,
                ..Environment::default()
            };
            let accuracy = Accuracy::PLANNING;
            ballistics::fly_with(&self.projectile, &launch, &environment, accuracy, &mut keep)
        } else {
            let mut curve = self.projectile.drag;
            curve.scale *= (1.0 + drag).max(0.1);
            let law = BodyDrag::new(self.projectile.mass_kg, self.projectile.calibre_m, curve);
            let surroundings = Surroundings {
                wind: WindProfile::uniform([wind_along, wind_across]).ok()?,
                ..Surroundings::default()
            };
            let motor = self.motor.map(|motor| Motor {
                speed_gain_mps: motor.speed_gain_mps * ratio,
                direction: ThrustDirection::Fixed(direction(
                    elevation_rad + thrust_up,
                    azimuth_rad + thrust_aside,
                )),
                ..motor
            });
            launch.speed_mps = match motor {
                Some(_) => rail_speed_mps(speed_mps),
                None => speed_mps * ratio,
            };
            ballistics::fly_precisely_with(&law, &launch, motor, &surroundings, STEPS, &mut keep)
        };
        Some((impact.ok()?, states))
    }

    /// The nominal flight of a shot.
    pub(crate) fn nominal_flight(&self, shot: &Shot) -> Option<(Impact, Vec<State>)> {
        self.flight_of(shot, &Errors::default())
    }

    /// The flight of a shot with errors.
    pub(crate) fn flight_of(&self, shot: &Shot, errors: &Errors) -> Option<(Impact, Vec<State>)> {
        self.flight([shot.speed_mps, shot.elevation_rad], errors)
    }

    /// States as seen from the level ground at a place `range_m` along the line of fire: over flat
    /// ground a shift, over a round Earth a turn as well.
    pub(crate) fn seen_from(&self, range_m: f64, states: &mut [State]) {
        for state in states {
            let [x_m, _, z_m] = &mut state.position_m;
            if self.kind == MunitionKind::BallisticMissile {
                let (sine, cosine) = libm::sincos((range_m - *x_m) / EARTH_RADIUS_M);
                let radius_m = EARTH_RADIUS_M + *z_m;
                (*x_m, *z_m) = (-radius_m * sine, radius_m * cosine - EARTH_RADIUS_M);
                let [forward, _, upward] = &mut state.velocity_mps;
                (*forward, *upward) = (
                    *forward * cosine - *upward * sine,
                    *forward * sine + *upward * cosine,
                );
            } else {
                *x_m -= range_m;
            }
        }
    }

    /// Ends of every setting's variants, in the order of [`variants`]: none where one does not fly.
    fn varied(&self, settings: &[[f64; 2]]) -> Vec<Option<Vec<[f64; 3]>>> {
        let variants = variants();
        if self.kind == MunitionKind::BallisticMissile {
            return vec![Some(Vec::new()); settings.len()];
        }
        if let Some(ends) = self.in_one_batch(settings, &variants) {
            return ends
                .chunks(variants.len())
                .map(|ends| Some(ends.to_vec()))
                .collect();
        }
        // One of them leaves the air of the batch: each by itself then.
        let one = |setting: &[f64; 2], errors: &Errors| {
            let (impact, _) = self.flight(*setting, errors)?;
            Some([impact.x_m, impact.y_m, impact.time_s])
        };
        let all = |setting| variants.iter().map(|errors| one(setting, errors)).collect();
        settings.iter().map(all).collect()
    }

    fn in_one_batch(&self, settings: &[[f64; 2]], variants: &[Errors]) -> Option<Vec<[f64; 3]>> {
        let motor = self.motor.map(|motor| Motor {
            direction: ThrustDirection::Fixed([1.0, 0.0, 0.0]),
            ..motor
        });
        let still = Surroundings::default();
        let batch = Batch::of_body(&self.projectile, motor, &still, REFINEMENT).ok()?;
        let mut shots = Shots::default();
        for &[speed_mps, elevation_rad] in settings {
            for errors in variants {
                let [speed, drag, tilt, wind_along, thrust_up] = errors.in_plane;
                let [azimuth_rad, wind_across, thrust_aside] = errors.lateral;
                let exit_mps = match motor {
                    Some(_) => rail_speed_mps(speed_mps),
                    None => speed_mps * (1.0 + speed),
                };
                let elevation_rad = elevation_rad + tilt;
                let along = direction(elevation_rad, azimuth_rad);
                shots.push(along.map(|part| exit_mps * part));
                let last = shots.len() - 1;
                shots.drag_ratio[last] = 1.0 + drag;
                shots.wind_added_mps[0][last] = wind_along;
                shots.wind_added_mps[1][last] = wind_across;
                if motor.is_some() {
                    let push = direction(elevation_rad + thrust_up, azimuth_rad + thrust_aside);
                    for (column, part) in shots.thrust_direction.iter_mut().zip(push) {
                        column.push(part);
                    }
                    shots.thrust_ratio.push(1.0 + speed);
                }
            }
        }
        let mut ends = Impacts::default();
        batch.fly(&shots, Instructions::Widest, &mut ends).ok()?;
        let [x, y] = &ends.place_m;
        let places = x.iter().zip(y).zip(&ends.time_s);
        Some(places.map(|((&x, &y), &time)| [x, y, time]).collect())
    }

    /// A shot of the table from the ends of its variants.
    fn shot(&self, setting: [f64; 2], ends: &[[f64; 3]]) -> Option<Shot> {
        let (impact, mut states) = self.flight(setting, &Errors::default())?;
        self.seen_from(impact.x_m, &mut states);
        let mut shot = Shot {
            range_m: impact.x_m,
            time_s: impact.time_s,
            speed_mps: setting[0],
            elevation_rad: setting[1],
            along_m: [0.0; IN_PLANE],
            later_s: [0.0; IN_PLANE],
            across_m: [0.0; LATERAL],
            path_m: path_m(&states),
        };
        // An error of azimuth turns the whole flight.
        shot.across_m[0] = impact.x_m;
        if ends.len() == 2 * IN_PLANE + LATERAL {
            for error in 0..IN_PLANE {
                let (up, down) = (ends[2 * error], ends[2 * error + 1]);
                let width = 2.0 * IN_PLANE_STEPS[error];
                shot.along_m[error] = (up[0] - down[0]) / width;
                shot.later_s[error] = (up[2] - down[2]) / width;
            }
            for error in 0..LATERAL {
                shot.across_m[error] = ends[2 * IN_PLANE + error][1] / LATERAL_STEPS[error];
            }
        }
        Some(shot)
    }
}

impl Shot {
    /// The shot a share of the way from this to another.
    fn mixed(&self, far: &Self, share: f64) -> Self {
        let mix = |low: f64, high: f64| low + (high - low) * share;
        let mut shot = *self;
        shot.range_m = mix(self.range_m, far.range_m);
        shot.time_s = mix(self.time_s, far.time_s);
        shot.speed_mps = mix(self.speed_mps, far.speed_mps);
        shot.elevation_rad = mix(self.elevation_rad, far.elevation_rad);
        let each = |own: &mut [f64], far: &[f64]| {
            own.iter_mut()
                .zip(far)
                .for_each(|(own, far)| *own = mix(*own, *far));
        };
        each(&mut shot.along_m, &far.along_m);
        each(&mut shot.later_s, &far.later_s);
        each(&mut shot.across_m, &far.across_m);
        each(shot.path_m.as_flattened_mut(), far.path_m.as_flattened());
        shot
    }
}

/// Errors for derivatives: each in the plane of fire both ways, where their effect is not even, then
/// each out of it one way.
fn variants() -> Vec<Errors> {
    let mut variants = Vec::with_capacity(2 * IN_PLANE + LATERAL);
    for (error, step) in IN_PLANE_STEPS.into_iter().enumerate() {
        for step in [step, -step] {
            let mut errors = Errors::default();
            errors.in_plane[error] = step;
            variants.push(errors);
        }
    }
    for (error, step) in LATERAL_STEPS.into_iter().enumerate() {
        let mut errors = Errors::default();
        errors.lateral[error] = step;
        variants.push(errors);
    }
    variants
}

/// Speed (at burn-out, for what burns) and elevation of one row of the table.
fn setting(munition: &MunitionDraw, step: u32) -> [f64; 2] {
    let share = f64::from(step) / f64::from(TABLE_SHOTS - 1);
    let between = |ends: [f64; 2], share: f64| ends[0] + (ends[1] - ends[0]) * share;
    let steep = match munition.kind {
        MunitionKind::Rocket => {
            // Denser where a little elevation makes much range.
            let elevation_deg = between(ROCKET_ELEVATION_DEG, share * libm::sqrt(share));
            return [munition.speed_mps, elevation_deg.to_radians()];
        }
        MunitionKind::Mortar => MORTAR_ELEVATION_DEG,
        MunitionKind::BallisticMissile => MISSILE_ELEVATION_DEG,
    };
    let elevation_deg = between(steep, munition.elevation_share);
    [
        between(munition.speed_range_mps, share),
        elevation_deg.to_radians(),
    ]
}

/// Shifts by errors of speed, from the shots on either side, which differ in speed alone.
fn add_slopes(shots: &mut [Shot]) {
    let rows: Vec<[f64; 3]> = shots
        .iter()
        .map(|shot| [shot.speed_mps, shot.range_m, shot.time_s])
        .collect();
    for (index, shot) in shots.iter_mut().enumerate() {
        let low = rows[index.saturating_sub(1)];
        let high = rows[(index + 1).min(rows.len() - 1)];
        if high[0] > low[0] {
            let per_share = shot.speed_mps / (high[0] - low[0]);
            shot.along_m[0] = (high[1] - low[1]) * per_share;
            shot.later_s[0] = (high[2] - low[2]) * per_share;
        }
    }
}

fn rail_speed_mps(speed_mps: f64) -> f64 {
    RAIL_SPEED_MPS.min(0.2 * speed_mps)
}

fn direction(elevation_rad: f64, azimuth_rad: f64) -> [f64; 3] {
    let (up, level) = libm::sincos(elevation_rad);
    let (aside, along) = libm::sincos(azimuth_rad);
    [level * along, level * aside, up]
}

/// A flight, seen from where it ends, at even shares of its time.
fn path_m(states: &[State]) -> [[f64; 2]; PATH_POINTS] {
    let end_s = states.last().map_or(0.0, |state| state.time_s);
    let mut path_m = [[0.0; 2]; PATH_POINTS];
    for (point, place) in path_m.iter_mut().enumerate() {
        let time_s = end_s * point as f64 / (PATH_POINTS - 1) as f64;
        if let Some((position_m, _)) = between(states, time_s) {
            *place = [-position_m[0], position_m[2]];
        }
    }
    path_m
}

/// Place and velocity at a time by the cubic through place and velocity of the states on either side
/// (Hermite), which are too far apart to stand for themselves. None outside the flight.
pub(crate) fn between(states: &[State], time_s: f64) -> Option<([f64; 3], [f64; 3])> {
    let above = states.partition_point(|state| state.time_s <= time_s);
    let (from, to) = (states.get(above.checked_sub(1)?)?, states.get(above)?);
    let span_s = to.time_s - from.time_s;
    let t = (time_s - from.time_s) / span_s;
    let mut position_m = [0.0; 3];
    let mut velocity_mps = [0.0; 3];
    for axis in 0..3 {
        let (p0, p1) = (from.position_m[axis], to.position_m[axis]);
        let (v0, v1) = (
            from.velocity_mps[axis] * span_s,
            to.velocity_mps[axis] * span_s,
        );
        let (a, b) = (2.0 * (p0 - p1) + v0 + v1, 3.0 * (p1 - p0) - 2.0 * v0 - v1);
        position_m[axis] = p0 + t * (v0 + t * (b + t * a));
        velocity_mps[axis] = (v0 + t * (2.0 * b + t * 3.0 * a)) / span_s;
    }
    Some((position_m, velocity_mps))
}
