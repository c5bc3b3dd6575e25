//! Flight over the turning, flattened Earth.

use super::flat::push;
use super::march::{self, State, System};
use super::{Steps, within};
use crate::atmosphere::geopotential_m;
use crate::flight::EARTH_RATE_RADPS;
use crate::thrust::{Motor, ThrustDirection};
use crate::wind::WindProfile;
use crate::{DragLaw, FlightError, Launch};

/// Half the longer axis of the ellipsoid, m (NIMA TR8350.2, table 3.1).
const AXIS_M: f64 = 6_378_137.0;
/// Flattening of the ellipsoid (NIMA TR8350.2, table 3.1).
const FLATTENING: f64 = 1.0 / 298.257_223_563;
/// Gravitational constant times the mass of the Earth with its air, m³/s² (NIMA TR8350.2, table 3.1).
const GRAVITATION: f64 = 3.986_004_418e14;
/// Second zonal coefficient of gravity: −√5 times the normalised −0.484166774985·10⁻³ (NIMA TR8350.2,
/// table 3.2).
const OBLATENESS: f64 = 1.082_629_821_313e-3;

/// How a flight over the Earth begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EarthLaunch {
    /// Geodetic latitude on WGS 84, rad, north positive, −π/2 to π/2.
    pub latitude_rad: f64,
    /// Longitude, rad, east positive, −2π to 2π.
    pub longitude_rad: f64,
    /// Height of the ground, here and at the impact, above the ellipsoid, m; −500 to 9000. It is taken
    /// for the height above mean sea level too, which differs by up to 100 m.
    pub ground_height_m: f64,
    /// Speed, elevation and direction relative to the ground; the azimuth turns from east to north.
    pub launch: Launch,
}

/// Where and how a flight over the Earth ends, and its highest point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EarthImpact {
    /// Geodetic latitude on WGS 84, rad.
    pub latitude_rad: f64,
    /// Longitude, rad, −π to π.
    pub longitude_rad: f64,
    /// Time since launch, s.
    pub time_s: f64,
    /// Speed relative to the ground, m/s.
    pub speed_mps: f64,
    /// Angle of the path below the horizontal, rad.
    pub descent_angle_rad: f64,
    /// Greatest height above the ground, m.
    pub apex_m: f64,
    /// Time of that height since launch, s.
    pub apex_time_s: f64,
}

/// Flies a body over the turning WGS 84 ellipsoid, with gravity up to its second zonal term, from launch
/// to the first crossing of the ground on the way down.
///
/// The air turns with the Earth, and the wind blows along the east and north of the place that the round
/// is over. `law` is as in [`fly_precisely`](super::fly_precisely); a fixed direction of thrust is given
/// east, north and up at the place of launch, and does not turn relative to the ground.
///
/// # Errors
/// As [`fly_precisely`](super::fly_precisely).
pub fn fly_over_earth(
    law: &impl DragLaw,
    start: &EarthLaunch,
    motor: Option<Motor>,
    wind: &WindProfile,
    steps: Steps,
) -> Result<EarthImpact, FlightError> {
    use std::f64::consts::{FRAC_PI_2, PI};
    within("latitude in rad", start.latitude_rad, -FRAC_PI_2, FRAC_PI_2)?;
    within("longitude in rad", start.longitude_rad, -2.0 * PI, 2.0 * PI)?;
    within(
        "height of the ground in m",
        start.ground_height_m,
        -500.0,
        9_000.0,
    )?;
    start.launch.check()?;
    motor.as_ref().map_or(Ok(()), Motor::check)?;
    steps.check()?;

    let frame = Frame::at(start.latitude_rad, start.longitude_rad);
    let motor = motor.map(|motor| Motor {
        direction: match motor.direction {
            ThrustDirection::Fixed(local) => ThrustDirection::Fixed(frame.to_earth(local)),
            ThrustDirection::Velocity => ThrustDirection::Velocity,
        },
        ..motor
    });
    let [x, y, z] = place_m(
        start.latitude_rad,
        start.longitude_rad,
        start.ground_height_m,
    );
    let [vx, vy, vz] = frame.to_earth(start.launch.velocity_mps());
    let earth = Earth {
        law,
        motor,
        wind,
        ground_height_m: start.ground_height_m,
        model: Model::WGS_84,
    };
    let burn_s = motor.map(|motor| motor.burn_s);
    let flown = march::march(&earth, [x, y, z, vx, vy, vz], burn_s, steps, &mut |_, _| {})?;
    let [x, y, z, vx, vy, vz] = flown.end;
    let (latitude_rad, longitude_rad, _) = geodetic([x, y, z]);
    let frame = Frame::at(latitude_rad, longitude_rad);
    let [east, north, up] = frame.to_local([vx, vy, vz]);
    Ok(EarthImpact {
        latitude_rad,
        longitude_rad,
        time_s: flown.time_s,
        speed_mps: libm::sqrt(vx * vx + vy * vy + vz * vz),
        descent_angle_rad: libm::atan2((-up).max(0.0), libm::sqrt(east * east + north * north)),
        apex_m: flown.apex_m,
        apex_time_s: flown.apex_time_s,
    })
}

/// What of the Earth may be left out to meet closed forms.
#[derive(Clone, Copy)]
struct Model {
    rate_radps: f64,
    oblateness: f64,
}

impl Model {
    const WGS_84: Self = Self {
        rate_radps: EARTH_RATE_RADPS,
        oblateness: OBLATENESS,
    };

    /// Acceleration of a free body in the frame that turns with the Earth, m/s²: gravity of a mass and
    /// its second zonal term (Vallado, *Fundamentals of Astrodynamics*, section 8.6), and the Coriolis
    /// and centrifugal accelerations.
    fn free_fall_mps2(&self, [x, y, z, vx, vy, _]: &State) -> [f64; 3] {
        let square = x * x + y * y + z * z;
        let pull = -GRAVITATION / (square * libm::sqrt(square));
        let bulge = 1.5 * self.oblateness * AXIS_M * AXIS_M / square;
        let slant = 5.0 * z * z / square;
        let level = pull * (1.0 + bulge * (1.0 - slant));
        let rate = self.rate_radps;
        [
            x * level + rate * (2.0 * vy + rate * x),
            y * level + rate * (rate * y - 2.0 * vx),
            z * pull * (1.0 + bulge * (3.0 - slant)),
        ]
    }
}

/// A body over the Earth; its state is in the frame that turns with the Earth (ECEF).
struct Earth<'a, Law> {
    law: &'a Law,
    motor: Option<Motor>,
    wind: &'a WindProfile,
    ground_height_m: f64,
    model: Model,
}

impl<Law: DragLaw> System for Earth<'_, Law> {
    fn rates(&self, time_s: f64, burning: bool, state: &State) -> State {
        let [x, y, z, vx, vy, vz] = *state;
        let (latitude_rad, longitude_rad, height_m) = geodetic([x, y, z]);
        let frame = Frame::at(latitude_rad, longitude_rad);
        let [east, north] = self.wind.at(geopotential_m(height_m));
        let [wind_x, wind_y, wind_z] = frame.to_earth([east, north, 0.0]);
        let air = [vx - wind_x, vy - wind_y, vz - wind_z];
        let [ax, ay, az] = air;
        let speed_mps = libm::sqrt(ax * ax + ay * ay + az * az);
        let mut drag_per_s = self.law.deceleration_per_speed(height_m, speed_mps);
        let mut acceleration = self.model.free_fall_mps2(state);
        if let Some(motor) = self.motor.filter(|_| burning) {
            drag_per_s /= motor.mass_at(time_s);
            let thrust = push(&motor, time_s, [vx, vy, vz]);
            acceleration = [0, 1, 2].map(|axis| acceleration[axis] + thrust[axis]);
        }
        let [bx, by, bz] = [0, 1, 2].map(|axis| acceleration[axis] - drag_per_s * air[axis]);
        [vx, vy, vz, bx, by, bz]
    }

    fn height_m(&self, [x, y, z, ..]: &State) -> f64 {
        geodetic([*x, *y, *z]).2 - self.ground_height_m
    }

    fn climb_mps(&self, [x, y, z, vx, vy, vz]: &State) -> f64 {
        let (latitude_rad, longitude_rad, _) = geodetic([*x, *y, *z]);
        Frame::at(latitude_rad, longitude_rad).to_local([*vx, *vy, *vz])[2]
    }
}

/// East, north and up at a place, by sines and cosines of its latitude and longitude.
struct Frame {
    latitude: (f64, f64),
    longitude: (f64, f64),
}

impl Frame {
    fn at(latitude_rad: f64, longitude_rad: f64) -> Self {
        Self {
            latitude: libm::sincos(latitude_rad),
            longitude: libm::sincos(longitude_rad),
        }
    }

    fn to_earth(&self, [east, north, up]: [f64; 3]) -> [f64; 3] {
        let ((sin, cos), (along, across)) = (self.latitude, self.longitude);
        let level = up * cos - north * sin;
        [
            level * across - east * along,
            level * along + east * across,
            north * cos + up * sin,
        ]
    }

    fn to_local(&self, [x, y, z]: [f64; 3]) -> [f64; 3] {
        let ((sin, cos), (along, across)) = (self.latitude, self.longitude);
        let level = x * across + y * along;
        [
            y * across - x * along,
            z * cos - level * sin,
            level * cos + z * sin,
        ]
    }
}

const ECCENTRICITY_SQUARED: f64 = FLATTENING * (2.0 - FLATTENING);

/// The place at a latitude and longitude, rad, and a height above the ellipsoid, m.
fn place_m(latitude_rad: f64, longitude_rad: f64, height_m: f64) -> [f64; 3] {
    let (sin, cos) = libm::sincos(latitude_rad);
    let (along, across) = libm::sincos(longitude_rad);
    let normal_m = AXIS_M / libm::sqrt(1.0 - ECCENTRICITY_SQUARED * sin * sin);
    let level_m = (normal_m + height_m) * cos;
    [
        level_m * across,
        level_m * along,
        (normal_m * (1.0 - ECCENTRICITY_SQUARED) + height_m) * sin,
    ]
}

/// Latitude and longitude, rad, and height above the ellipsoid, m, of a place: Bowring's formula (*Survey
/// Review* 23, 1976) twice over, exact to rounding for any height that a missile reaches.
fn geodetic([x, y, z]: [f64; 3]) -> (f64, f64, f64) {
    let level_m = libm::sqrt(x * x + y * y);
    let short_m = AXIS_M * (1.0 - FLATTENING);
    let second = ECCENTRICITY_SQUARED / (1.0 - ECCENTRICITY_SQUARED);
    let mut reduced = (z * AXIS_M, level_m * short_m);
    let (mut sin, mut cos) = (0.0, 1.0);
    for _ in 0..2 {
        let length = libm::sqrt(reduced.0 * reduced.0 + reduced.1 * reduced.1);
        let (up, out) = (reduced.0 / length, reduced.1 / length);
        let tall = z + second * short_m * up * up * up;
        let wide = level_m - ECCENTRICITY_SQUARED * AXIS_M * out * out * out;
        let length = libm::sqrt(tall * tall + wide * wide);
        (sin, cos) = (tall / length, wide / length);
        reduced = ((1.0 - FLATTENING) * sin, cos);
    }
    let root = libm::sqrt(1.0 - ECCENTRICITY_SQUARED * sin * sin);
    // Along the normal, which needs no division by a cosine that may be zero.
    let height_m = level_m * cos + z * sin - AXIS_M * root;
    (libm::atan2(sin, cos), libm::atan2(y, x), height_m)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Vacuum;
    use std::f64::consts::FRAC_PI_2;

    fn close(here: f64, there: f64, relative: f64) {
        assert!(
            (here - there).abs() <= relative * there.abs(),
            "{here} {there}"
        );
    }

    #[test]
    fn places_come_back_from_the_ellipsoid() {
        for latitude in [-FRAC_PI_2, -0.9, -0.1, 0.0, 0.6, 1.3, FRAC_PI_2] {
            for longitude in [-3.0, 0.0, 1.2] {
                for height_m in [-400.0, 0.0, 12_000.0, 400_000.0, 2e6] {
                    let (here, along, up_m) = geodetic(place_m(latitude, longitude, height_m));
                    assert!((here - latitude).abs() < 1e-12, "{here} {latitude}");
                    // At a pole there is no longitude.
                    assert!(latitude.abs() > 1.5 || (along - longitude).abs() < 1e-12);
                    assert!((up_m - height_m).abs() < 1e-6, "{up_m} {height_m}");
                }
            }
        }
    }

    /// Normal gravity at the equator and the pole, m/s² (NIMA TR8350.2, table 3.4), which also holds
    /// the zonal terms above the second: 1 part in 10⁶.
    #[test]
    fn gravity_on_the_ellipsoid_is_the_tabled_one() {
        for (latitude, tabled) in [(0.0, 9.780_325_335_9), (FRAC_PI_2, 9.832_184_937_8)] {
            let [x, y, z] = place_m(latitude, 0.3, 0.0);
            let [ax, ay, az] = Model::WGS_84.free_fall_mps2(&[x, y, z, 0.0, 0.0, 0.0]);
            close(libm::sqrt(ax * ax + ay * ay + az * az), tabled, 2e-5);
        }
    }

    fn path(model: Model, steps: usize) -> Vec<State> {
        let earth = Earth {
            law: &Vacuum,
            motor: None,
            wind: &WindProfile::default(),
            ground_height_m: 0.0,
            model,
        };
        let [x, y, z] = place_m(0.6, 0.7, 100_000.0);
        let [vx, vy, vz] = Frame::at(0.6, 0.7).to_earth([4_000.0, 3_500.0, 4_500.0]);
        let mut states = vec![[x, y, z, vx, vy, vz]];
        for index in 0..steps {
            let last = states[index];
            states.push(march::step(&earth, 0.0, false, &last, 10.0).end);
        }
        states
    }

    fn cross([ax, ay, az]: [f64; 3], [bx, by, bz]: [f64; 3]) -> [f64; 3] {
        [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx]
    }

    /// Energy, angular momentum and the vector of Laplace, Runge and Lenz.
    #[test]
    fn without_turning_and_flattening_the_two_body_invariants_hold() {
        let model = Model {
            rate_radps: 0.0,
            oblateness: 0.0,
        };
        let invariants = |[x, y, z, vx, vy, vz]: &State| {
            let (place, velocity) = ([*x, *y, *z], [*vx, *vy, *vz]);
            let distance = libm::sqrt(x * x + y * y + z * z);
            let energy = 0.5 * (vx * vx + vy * vy + vz * vz) - GRAVITATION / distance;
            let turning = cross(place, velocity);
            let bent = cross(velocity, turning);
            let lenz = [0, 1, 2].map(|axis| bent[axis] / GRAVITATION - place[axis] / distance);
            (energy, turning, lenz)
        };
        let states = path(model, 150);
        let first = invariants(&states[0]);
        for state in &states {
            let here = invariants(state);
            close(here.0, first.0, 1e-12);
            for axis in 0..3 {
                close(here.1[axis], first.1[axis], 1e-12);
                assert!((here.2[axis] - first.2[axis]).abs() < 1e-12);
            }
        }
    }

    /// With both, the energy in the turning frame (Jacobi's integral) and the angular momentum about the
    /// axis in the frame that does not turn.
    #[test]
    fn over_the_turning_flattened_earth_the_two_invariants_left_hold() {
        let rate = EARTH_RATE_RADPS;
        let invariants = |[x, y, z, vx, vy, vz]: &State| {
            let square = x * x + y * y + z * z;
            let distance = libm::sqrt(square);
            let bulge = OBLATENESS * AXIS_M * AXIS_M / square * (1.5 * z * z / square - 0.5);
            let potential = GRAVITATION / distance * (1.0 - bulge);
            let speed_square = vx * vx + vy * vy + vz * vz;
            let jacobi = 0.5 * speed_square - potential - 0.5 * rate * rate * (x * x + y * y);
            (jacobi, x * (vy + rate * x) - y * (vx - rate * y))
        };
        let states = path(Model::WGS_84, 150);
        let first = invariants(&states[0]);
        for state in &states {
            let here = invariants(state);
            close(here.0, first.0, 1e-12);
            close(here.1, first.1, 1e-12);
        }
    }
}
