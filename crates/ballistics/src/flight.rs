//! Flight: a launch, an environment and a law of drag, followed to the impact.
//!
//! The frame is local to the launch: x and y along the ground, z up, origin on the ground under the
//! launch; where the turning of the Earth counts, x is east and y is north. Ground is the level
//! z = 0.

mod march;
mod motion;
mod segment;

use crate::atmosphere::STANDARD_GRAVITY_MPS2;
use crate::error::within;
use crate::{BodyDrag, DragCurve, DragLaw, FlightError};

pub use march::Accuracy;

/// Rate at which the Earth turns, rad/s (NIMA TR8350.2, table 3.1).
pub const EARTH_RATE_RADPS: f64 = 7.292_115e-5;
/// Mean radius of the Earth, m (IUGG; Moritz, *Geodetic Reference System 1980*).
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;
/// Steps after which a flight is given up.
pub const STEPS_MAX: u32 = 1_000_000;
/// Height above the ground from which a round is taken not to return, m.
pub const HEIGHT_MAX_M: f64 = 1e7;

/// A body in flight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projectile {
    /// Mass in free flight, kg; 1 g to 100 t.
    pub mass_kg: f64,
    /// Diameter of the body, m; 1 mm to 5 m.
    pub calibre_m: f64,
    /// Its drag.
    pub drag: DragCurve,
}

/// How free flight begins: at the origin, on the ground.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Launch {
    /// Speed relative to the ground, m/s; 1 mm/s to 12 km/s. A rocket's is that at burn-out.
    pub speed_mps: f64,
    /// Angle above the horizontal, rad; 10⁻⁶ to π/2.
    pub elevation_rad: f64,
    /// Direction from x towards y, rad; −4π to 4π.
    pub azimuth_rad: f64,
}

/// Gravity, and the shape of the ground under it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gravity {
    /// The same at every height, over flat ground.
    Uniform {
        /// Acceleration, m/s²; 0.1 to 100.
        gravity_mps2: f64,
    },
    /// Falling with the square of the distance from the centre of a round Earth.
    ///
    /// x and y are then distances along the ground, z is height above it, and a velocity is measured
    /// against the horizontal under the round. That is exact for a path in one vertical plane; a
    /// path that is pushed out of its plane is placed as on a flat map around the launch, wrong by
    /// a share of about (range / radius)² / 6 of the push, 0.2 % at 700 km.
    RoundEarth {
        /// Acceleration at the ground, m/s²; 0.1 to 100.
        surface_mps2: f64,
        /// Radius of the ground, m; 10⁵ to 10⁸.
        radius_m: f64,
    },
}

impl Gravity {
    /// Standard gravity over flat ground, for ranges up to some tens of kilometres.
    pub const STANDARD: Self = Self::Uniform {
        gravity_mps2: STANDARD_GRAVITY_MPS2,
    };
    /// Standard gravity at the ground of an Earth of mean radius, for ballistic missiles.
    pub const EARTH: Self = Self::RoundEarth {
        surface_mps2: STANDARD_GRAVITY_MPS2,
        radius_m: EARTH_RADIUS_M,
    };
}

/// What a flight goes through.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Environment {
    /// Velocity of the air, m/s in the local frame; each component within ±500.
    pub wind_mps: [f64; 3],
    /// Gravity and the shape of the ground.
    pub gravity: Gravity,
    /// Latitude at which the Earth turns under the flight, rad, north positive, −π/2 to π/2; none
    /// where its turning is left out. With a latitude, x is east and y is north. The latitude of the
    /// launch is kept for the whole flight.
    pub coriolis_latitude_rad: Option<f64>,
    /// Height of the ground above mean sea level, m, which thins the air; −500 to 9000.
    pub ground_height_m: f64,
}

impl Default for Environment {
    /// Still air over flat ground at sea level of an Earth that does not turn, standard gravity.
    fn default() -> Self {
        Self {
            wind_mps: [0.0; 3],
            gravity: Gravity::STANDARD,
            coriolis_latitude_rad: None,
            ground_height_m: 0.0,
        }
    }
}

/// Where and how a body is at one moment of its flight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct State {
    /// Time since launch, s.
    pub time_s: f64,
    /// Place in the local frame, m.
    pub position_m: [f64; 3],
    /// Velocity relative to the ground, m/s.
    pub velocity_mps: [f64; 3],
}

impl State {
    /// Speed relative to the ground, m/s.
    #[must_use]
    pub fn speed_mps(&self) -> f64 {
        let [x, y, z] = self.velocity_mps;
        libm::sqrt(x * x + y * y + z * z)
    }
}

/// The end of a flight, and its highest point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Impact {
    /// Place along x, m.
    pub x_m: f64,
    /// Place along y, m.
    pub y_m: f64,
    /// Time since launch, s.
    pub time_s: f64,
    /// Speed relative to the ground, m/s.
    pub speed_mps: f64,
    /// Angle of the path below the horizontal, rad; 0 to π/2.
    pub descent_angle_rad: f64,
    /// Greatest height above the ground, m.
    pub apex_m: f64,
    /// Time of that height since launch, s.
    pub apex_time_s: f64,
}

/// Flies a body from launch to the first crossing of the ground on the way down.
///
/// # Errors
/// [`FlightError::OutOfRange`] where an input lies outside the range that its field states, NaN
/// included; otherwise as [`fly_under`].
pub fn fly(
    projectile: &Projectile,
    launch: &Launch,
    environment: &Environment,
    accuracy: Accuracy,
) -> Result<Impact, FlightError> {
    fly_with(projectile, launch, environment, accuracy, &mut |_| {})
}

/// Flies a body as [`fly`] does and shows `visit` the state at launch, after every step, and at the
/// impact, in order of time.
///
/// # Errors
/// As [`fly`]. States shown before an error are those of the flight up to it.
pub fn fly_with(
    projectile: &Projectile,
    launch: &Launch,
    environment: &Environment,
    accuracy: Accuracy,
    visit: &mut impl FnMut(&State),
) -> Result<Impact, FlightError> {
    projectile.check()?;
    let law = BodyDrag::new(projectile.mass_kg, projectile.calibre_m, projectile.drag);
    fly_under(&law, launch, environment, accuracy, visit)
}

/// Flies under any law of drag; [`fly`] and [`fly_with`] are this, with the drag of a body.
///
/// # Errors
/// [`FlightError::OutOfRange`] for an input outside the range that its field states,
/// [`FlightError::StepTooLong`] where a fixed step is too long for the drag,
/// [`FlightError::TooManySteps`] after [`STEPS_MAX`] steps, [`FlightError::LeftEarth`] above
/// [`HEIGHT_MAX_M`], and [`FlightError::NotFinite`] where the law of drag gives a number that is not.
pub fn fly_under(
    law: &impl DragLaw,
    launch: &Launch,
    environment: &Environment,
    accuracy: Accuracy,
    visit: &mut impl FnMut(&State),
) -> Result<Impact, FlightError> {
    launch.check()?;
    environment.check()?;
    accuracy.check()?;
    march::march(law, launch, environment, accuracy, visit)
}

impl Projectile {
    pub(crate) fn check(&self) -> Result<(), FlightError> {
        within("mass in kg", self.mass_kg, 1e-3, 1e5)?;
        within("calibre in m", self.calibre_m, 1e-3, 5.0)?;
        within("drag scale", self.drag.scale, 0.0, 100.0)
    }
}

impl Launch {
    pub(crate) fn check(&self) -> Result<(), FlightError> {
        use std::f64::consts::{FRAC_PI_2, PI};
        within("speed in m/s", self.speed_mps, 1e-3, 12_000.0)?;
        within("elevation in rad", self.elevation_rad, 1e-6, FRAC_PI_2)?;
        within("azimuth in rad", self.azimuth_rad, -4.0 * PI, 4.0 * PI)
    }

    /// Velocity in the local frame, m/s.
    pub(crate) fn velocity_mps(&self) -> [f64; 3] {
        let along = self.speed_mps * libm::cos(self.elevation_rad);
        [
            along * libm::cos(self.azimuth_rad),
            along * libm::sin(self.azimuth_rad),
            self.speed_mps * libm::sin(self.elevation_rad),
        ]
    }
}

impl Environment {
    fn check(&self) -> Result<(), FlightError> {
        use std::f64::consts::FRAC_PI_2;
        for component in self.wind_mps {
            within("wind in m/s", component, -500.0, 500.0)?;
        }
        if let Some(latitude) = self.coriolis_latitude_rad {
            within("latitude in rad", latitude, -FRAC_PI_2, FRAC_PI_2)?;
        }
        within(
            "height of the ground in m",
            self.ground_height_m,
            -500.0,
            9_000.0,
        )?;
        match self.gravity {
            Gravity::Uniform { gravity_mps2 } => {
                within("gravity in m/s²", gravity_mps2, 0.1, 100.0)
            }
            Gravity::RoundEarth {
                surface_mps2,
                radius_m,
            } => {
                within("gravity in m/s²", surface_mps2, 0.1, 100.0)?;
                within("radius of the Earth in m", radius_m, 1e5, 1e8)
            }
        }
    }
}
