//! Rounds of every class of the catalogue, flown through winds to the ground: the truth of the studies.
//!
//! Drag law, winds and atmosphere are those of `ballistics`; the motion is integrated here, so that nothing
//! of the tracker is in the truth.

use std::error::Error;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_4, TAU};

use ballistics::atmosphere::STANDARD_GRAVITY_MPS2;
use ballistics::{AtmosphereTable, BodyDrag, DragCurve, DragLaw, DragShape, WindProfile};
use theatre::{Blast, Interval, MunitionClass, MunitionKind, Stream};

/// Standard shape that the catalogue's drag scales refer to.
pub const SHAPE: DragShape = DragShape::G1;
/// The slender shape towards which rounds differ from it, and the Mach number at which both are as the catalogue says.
const OTHER_SHAPE: DragShape = DragShape::G7;
const MACH_ALIKE: f64 = 0.7;
/// Step of the integration and of what is kept of it, s.
pub const STEP_S: f64 = 0.05;
/// Spread of the wind along each axis at each height, m/s, and the height in which it changes by a factor of e, m.
pub const WIND_SIGMA_MPS: f64 = 5.0;
const WIND_SCALE_M: f64 = 1_000.0;
/// Layers of the wind, and how thick they are, m: between thick ones it would be calmer than it is said to be.
const WIND_LAYERS: u32 = 61;
const WIND_LAYER_M: f64 = 200.0;
/// Power spectral density of what gusts and yaw do to a round's velocity, m²/s³: 0.14 m/s in 10 s (assumed).
const GUST_PSD_M2PS3: f64 = 0.002;

const CATALOGUE: &str = include_str!("../../crates/rampart/catalogue/munitions.toml");

/// Rockets and mortars of the catalogue.
///
/// # Errors
/// Where the catalogue does not read as expected.
pub fn munitions() -> Result<Vec<MunitionClass>, Box<dyn Error>> {
    let table: toml::Table = CATALOGUE.parse()?;
    let rows = table.get("munition").and_then(|rows| rows.as_array());
    let rows = rows.ok_or("no munition in the catalogue")?.iter();
    let all: Result<Vec<_>, _> = rows.map(munition).collect();
    let mut all = all?;
    all.retain(|munition| munition.kind != MunitionKind::BallisticMissile);
    Ok(all)
}

fn munition(row: &toml::Value) -> Result<MunitionClass, Box<dyn Error>> {
    let text = |key: &str| {
        let text = row.get(key).and_then(|value| value.as_str());
        text.map(str::to_owned)
            .ok_or_else(|| format!("a munition without {key}"))
    };
    let interval = |key: &str| -> Result<Interval, Box<dyn Error>> {
        let end = |end: &str| {
            let value = row.get(key).and_then(|value| value.get(end));
            let whole = |value: &toml::Value| value.as_integer().map(|whole| whole as f64);
            value
                .and_then(|value| value.as_float().or_else(|| whole(value)))
                .ok_or_else(|| format!("a munition without {key}"))
        };
        Ok(Interval {
            low: end("low")?,
            high: end("high")?,
            source: String::new(),
        })
    };
    let named = |kind: &&MunitionKind| text("kind").is_ok_and(|name| name == kind.name());
    Ok(MunitionClass {
        id: text("id")?,
        name: text("name")?,
        kind: *MunitionKind::ALL
            .iter()
            .find(named)
            .ok_or("an unknown kind")?,
        effect: Blast::Fragments,
        speed_mps: interval("speed_mps")?,
        mass_kg: interval("mass_kg")?,
        calibre_mm: interval("calibre_mm")?,
        drag_scale: interval("drag_scale")?,
        fired_from_m: interval("fired_from_m")?,
        scatter_along: interval("scatter_along")?,
        scatter_across: interval("scatter_across")?,
        failure_probability: interval("failure_probability")?,
        killed_radius_m: interval("killed_radius_m")?,
        wounded_radius_m: interval("wounded_radius_m")?,
        interval_s: interval("interval_s")?,
        centre_spread: interval("centre_spread")?,
    })
}

/// One round from start to impact, in the radar's frame.
#[derive(Clone, Debug)]
pub struct Flight {
    /// Place (m), velocity (m/s) and wind met (m/s), every [`STEP_S`] from the start.
    pub states: Vec<[f64; 8]>,
    /// Logarithm of scale times area over twice the mass.
    pub log_drag: f64,
    /// Where it comes down, m.
    pub impact_m: [f64; 2],
    /// When, s after the start.
    pub impact_s: f64,
}

impl Flight {
    /// State some seconds after the start, the last one later than the impact; linear between steps.
    #[must_use]
    pub fn at(&self, time_s: f64) -> [f64; 8] {
        let place = (time_s / STEP_S).max(0.0);
        let last = self.states.len() - 1;
        let index = (place as usize).min(last);
        let (from, to) = (self.states[index], self.states[(index + 1).min(last)]);
        let share = place - index as f64;
        std::array::from_fn(|axis| from[axis] + share.min(1.0) * (to[axis] - from[axis]))
    }
}

/// The drag of a round whose curve lies between two standard shapes, as no round has quite the catalogue's.
struct OwnDrag {
    /// What the catalogue says of it.
    standard: BodyDrag,
    /// Share of [`OTHER_SHAPE`] in the logarithm of its coefficient, beside [`SHAPE`].
    other_share: f64,
}

impl DragLaw for OwnDrag {
    fn deceleration_per_speed(&self, height_m: f64, speed_mps: f64) -> f64 {
        let air = AtmosphereTable::shared().at(height_m);
        let ratio = |mach: f64| OTHER_SHAPE.coefficient(mach) / SHAPE.coefficient(mach);
        let turned = ratio(speed_mps / air.sound_speed_mps) / ratio(MACH_ALIKE);
        self.standard.deceleration_per_speed(height_m, speed_mps) * turned.powf(self.other_share)
    }
}

/// A wind that changes with height, each layer hanging together with the one below.
///
/// # Errors
/// None that the figures here give rise to.
pub fn wind(sigma_mps: f64, stream: &mut Stream) -> Result<WindProfile, Box<dyn Error>> {
    let mut layers: Vec<(f64, [f64; 2])> = Vec::new();
    let kept = (-WIND_LAYER_M / WIND_SCALE_M).exp();
    let new = (1.0 - kept * kept).sqrt();
    for layer in 0..WIND_LAYERS {
        let height_m = WIND_LAYER_M * f64::from(layer);
        let mut fresh = || [stream.normal(), stream.normal()].map(|part| sigma_mps * part);
        let wind_mps = match layers.last() {
            None => fresh(),
            Some((_, below)) => {
                let fresh = fresh();
                [0, 1].map(|axis| kept * below[axis] + new * fresh[axis])
            }
        };
        layers.push((height_m, wind_mps));
    }
    Ok(WindProfile::new(&layers)?)
}

/// How rounds of one salvo are fired: the same weapon, laid once, under one wind.
struct Laid {
    law: OwnDrag,
    wind: WindProfile,
    speed_mps: f64,
    elevation_rad: f64,
    heading_rad: f64,
    log_drag: f64,
    /// From where, so that a round without errors comes down where it should, m.
    from_m: [f64; 2],
}

impl Laid {
    fn draw(
        munition: &MunitionClass,
        around_m: f64,
        wind_sigma_mps: f64,
        stream: &mut Stream,
    ) -> Result<Self, Box<dyn Error>> {
        let wind = wind(wind_sigma_mps, stream)?;
        let [speed_mps, mass_kg, scale, calibre_mm] = [
            &munition.speed_mps,
            &munition.mass_kg,
            &munition.drag_scale,
            &munition.calibre_mm,
        ]
        .map(|interval| interval.at(stream.uniform()));
        let calibre_m = 1e-3 * calibre_mm;
        let mut draw = |low: f64, high: f64| low + (high - low) * stream.uniform();
        let elevation_rad = match munition.kind {
            MunitionKind::Mortar => draw(0.8, 1.35),
            _ => draw(0.5, 0.95),
        };
        let heading_rad = draw(0.0, TAU);
        let place = [draw(0.0, TAU), around_m * draw(0.0, 1.0).sqrt()];
        let curve = DragCurve {
            shape: SHAPE,
            scale,
        };
        let mut laid = Self {
            law: OwnDrag {
                standard: BodyDrag::new(mass_kg, calibre_m, curve),
                other_share: draw(0.0, 1.0),
            },
            wind,
            speed_mps,
            elevation_rad,
            heading_rad,
            log_drag: (0.5 * scale * FRAC_PI_4 * calibre_m * calibre_m / mass_kg).ln(),
            from_m: [0.0; 2],
        };
        let [x, y] = laid.fire(1.0, 0.0, calm).impact_m;
        laid.from_m = [place[1] * place[0].cos() - x, place[1] * place[0].sin() - y];
        Ok(laid)
    }

    /// A round so many times as fast and turned so far, rad, in gusts.
    fn fire(&self, faster: f64, turned_rad: f64, gust: impl FnMut() -> [f64; 3]) -> Flight {
        let speed_mps = self.speed_mps * faster;
        let heading = self.heading_rad + turned_rad;
        let level = speed_mps * self.elevation_rad.cos();
        let start = [
            0.0,
            0.0,
            0.0,
            level * heading.cos(),
            level * heading.sin(),
            speed_mps * self.elevation_rad.sin(),
        ];
        let (mut states, impact_s) = fly(&self.law, &self.wind, start, gust);
        let end = states[states.len() - 1];
        for state in &mut states {
            state[0] += self.from_m[0];
            state[1] += self.from_m[1];
        }
        Flight {
            impact_m: [end[0] + self.from_m[0], end[1] + self.from_m[1]],
            states,
            log_drag: self.log_drag,
            impact_s,
        }
    }
}

/// A round of a class, every figure drawn within its interval, that comes down within `around_m` of the
/// radar, under a wind of spread `wind_sigma_mps`.
///
/// # Errors
/// None that the catalogue gives rise to.
pub fn shot(
    munition: &MunitionClass,
    around_m: f64,
    wind_sigma_mps: f64,
    stream: &mut Stream,
) -> Result<Flight, Box<dyn Error>> {
    let laid = Laid::draw(munition, around_m, wind_sigma_mps, stream)?;
    Ok(laid.fire(1.0, 0.0, || gust(stream)))
}

/// As many rounds from one place under one wind, laid as one [`shot`]. Half of the variance of the scatter that
/// the catalogue gives is each round's own (assumed), as errors of speed and of heading.
///
/// # Errors
/// None that the catalogue gives rise to.
pub fn salvo(
    munition: &MunitionClass,
    rounds: u32,
    around_m: f64,
    wind_sigma_mps: f64,
    stream: &mut Stream,
) -> Result<Vec<Flight>, Box<dyn Error>> {
    let laid = Laid::draw(munition, around_m, wind_sigma_mps, stream)?;
    let [along, across] = [&munition.scatter_along, &munition.scatter_across]
        .map(|scatter| scatter.at(stream.uniform()) * FRAC_1_SQRT_2);
    // The distance goes with the square of the speed.
    let mut fire = || {
        let faster = 1.0 + 0.5 * along * stream.normal();
        let turned_rad = across * stream.normal();
        laid.fire(faster, turned_rad, || gust(stream))
    };
    Ok((0..rounds).map(|_| fire()).collect())
}

/// What a gust adds to a velocity in one step, m/s.
fn gust(stream: &mut Stream) -> [f64; 3] {
    let spread_mps = (GUST_PSD_M2PS3 * STEP_S).sqrt();
    [0; 3].map(|_| spread_mps * stream.normal())
}

/// Air without gusts, for [`fly`].
#[must_use]
pub fn calm() -> [f64; 3] {
    [0.0; 3]
}

/// The states of a flight until it meets the ground, the last of them there, and when that is; `gust` is added to the
/// velocity in each step, m/s.
#[must_use]
pub fn fly(
    law: &impl DragLaw,
    wind: &WindProfile,
    start: [f64; 6],
    mut gust: impl FnMut() -> [f64; 3],
) -> (Vec<[f64; 8]>, f64) {
    let full = |state: [f64; 6]| {
        let [wx, wy] = wind.at(state[2]);
        let [x, y, z, vx, vy, vz] = state;
        [x, y, z, vx, vy, vz, wx, wy]
    };
    let (mut state, mut time_s) = (start, 0.0);
    let mut states = vec![full(state)];
    loop {
        let next = step(law, wind, &state, STEP_S);
        if next[2] <= 0.0 && next[5] < 0.0 {
            // The last part of a step is nearly straight: secants meet the ground to a millimetre.
            let mut share = state[2] / (state[2] - next[2]);
            for _ in 0..4 {
                let there = step(law, wind, &state, share * STEP_S);
                share += -there[2] / (there[5] * STEP_S);
            }
            states.push(full(step(law, wind, &state, share * STEP_S)));
            return (states, time_s + share * STEP_S);
        }
        state = next;
        for (speed, gust) in state[3..].iter_mut().zip(gust()) {
            *speed += gust;
        }
        time_s += STEP_S;
        states.push(full(state));
    }
}

fn step(law: &impl DragLaw, wind: &WindProfile, state: &[f64; 6], step_s: f64) -> [f64; 6] {
    let rates = |state: &[f64; 6]| {
        let [_, _, z, vx, vy, vz] = *state;
        let [wx, wy] = wind.at(z);
        let (ax, ay) = (vx - wx, vy - wy);
        let slowing = law.deceleration_per_speed(z, (ax * ax + ay * ay + vz * vz).sqrt());
        [
            vx,
            vy,
            vz,
            -slowing * ax,
            -slowing * ay,
            -slowing * vz - STANDARD_GRAVITY_MPS2,
        ]
    };
    let moved = |by: &[f64; 6], time_s: f64| -> [f64; 6] {
        std::array::from_fn(|axis| state[axis] + time_s * by[axis])
    };
    let first = rates(state);
    let second = rates(&moved(&first, 0.5 * step_s));
    let third = rates(&moved(&second, 0.5 * step_s));
    let fourth = rates(&moved(&third, step_s));
    std::array::from_fn(|axis| {
        state[axis]
            + step_s / 6.0 * (first[axis] + 2.0 * (second[axis] + third[axis]) + fourth[axis])
    })
}
