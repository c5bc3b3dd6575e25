//! One flight at a time, under every force, as exactly as is asked for.
//!
//! Two settings share the method. [`fly_precisely`] is for rounds of up to some tens of kilometres:
//! flat ground, uniform gravity, the Coriolis acceleration of one latitude. [`fly_over_earth`] is for
//! ballistic missiles: the WGS 84 ellipsoid, turning, with the gravity of its flattening.
//!
//! The method is DOP853 of Dormand and Prince, of order 8, with the choice of steps of Hairer, Nørsett
//! and Wanner, *Solving Ordinary Differential Equations I*, sections II.4 and II.5. Apex and impact are
//! found by steps of the same order from the last point before them, so that they are as exact as the
//! rest. This is what the fast kernels are checked against.

mod earth;
mod flat;
mod march;

use crate::error::within;
use crate::thrust::Motor;
use crate::wind::WindProfile;
use crate::{DragLaw, FlightError, Impact, Launch, State};

pub use earth::{EarthImpact, EarthLaunch, fly_over_earth};

/// What a flight over flat ground goes through.
#[derive(Clone, Debug, PartialEq)]
pub struct Surroundings {
    /// Wind by geopotential height above mean sea level.
    pub wind: WindProfile,
    /// Gravity, the same everywhere, m/s²; 0.1 to 100.
    pub gravity_mps2: f64,
    /// Latitude at which the Earth turns under the flight, rad, north positive; none where its turning
    /// is left out. With a latitude, x is east and y is north.
    pub coriolis_latitude_rad: Option<f64>,
    /// Height of the ground above mean sea level, m; −500 to 9000.
    pub ground_height_m: f64,
}

impl Default for Surroundings {
    /// Still air over flat ground at sea level of an Earth that does not turn, standard gravity.
    fn default() -> Self {
        Self {
            wind: WindProfile::default(),
            gravity_mps2: crate::atmosphere::STANDARD_GRAVITY_MPS2,
            coriolis_latitude_rad: None,
            ground_height_m: 0.0,
        }
    }
}

impl Surroundings {
    pub(crate) fn check(&self) -> Result<(), FlightError> {
        use std::f64::consts::FRAC_PI_2;
        within("gravity in m/s²", self.gravity_mps2, 0.1, 100.0)?;
        if let Some(latitude) = self.coriolis_latitude_rad {
            within("latitude in rad", latitude, -FRAC_PI_2, FRAC_PI_2)?;
        }
        within(
            "height of the ground in m",
            self.ground_height_m,
            -500.0,
            9_000.0,
        )
    }

    /// Twice the rate at which the Earth turns, north and up, rad/s.
    pub(crate) fn turning_radps(&self) -> [f64; 2] {
        let twice = 2.0 * crate::flight::EARTH_RATE_RADPS;
        self.coriolis_latitude_rad.map_or([0.0; 2], |latitude| {
            [twice * libm::cos(latitude), twice * libm::sin(latitude)]
        })
    }
}

/// How the steps of a flight are chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Steps {
    /// So that the estimated error of each is at most this many metres in place, and metres a second in
    /// velocity; 10⁻¹² to 1.
    Tolerance(f64),
    /// All of this length, s, for checks of the method; 10⁻⁴ to 1000. The end of a motor's burning is met
    /// by a shorter one.
    Fixed(f64),
}

impl Steps {
    fn check(self) -> Result<(), FlightError> {
        match self {
            Self::Tolerance(error_m) => within("tolerance in m", error_m, 1e-12, 1.0),
            Self::Fixed(step_s) => within("step in s", step_s, 1e-4, 1_000.0),
        }
    }
}

/// Flies a body over flat ground, from launch to the first crossing of the ground on the way down.
///
/// `law` is that of the body after burn-out; while the motor burns, the greater mass weakens it.
///
/// # Errors
/// [`FlightError::OutOfRange`] for an input outside the range that its field states, and
/// [`FlightError::TooManySteps`], [`FlightError::LeftEarth`] and [`FlightError::NotFinite`] as in
/// [`fly`](crate::fly).
pub fn fly_precisely(
    law: &impl DragLaw,
    launch: &Launch,
    motor: Option<Motor>,
    surroundings: &Surroundings,
    steps: Steps,
) -> Result<Impact, FlightError> {
    fly_precisely_with(law, launch, motor, surroundings, steps, &mut |_| {})
}

/// Flies a body as [`fly_precisely`] does and shows `visit` the state at launch, after every step, and
/// at the impact, in order of time.
///
/// # Errors
/// As [`fly_precisely`]. States shown before an error are those of the flight up to it.
pub fn fly_precisely_with(
    law: &impl DragLaw,
    launch: &Launch,
    motor: Option<Motor>,
    surroundings: &Surroundings,
    steps: Steps,
    visit: &mut impl FnMut(&State),
) -> Result<Impact, FlightError> {
    launch.check()?;
    motor.as_ref().map_or(Ok(()), Motor::check)?;
    surroundings.check()?;
    steps.check()?;
    let system = flat::Flat::new(law, motor, surroundings);
    let [vx, vy, vz] = launch.velocity_mps();
    let start = [0.0, 0.0, 0.0, vx, vy, vz];
    let burn_s = motor.map(|motor| motor.burn_s);
    let mut show = |time_s: f64, [x, y, z, vx, vy, vz]: &[f64; 6]| {
        visit(&State {
            time_s,
            position_m: [*x, *y, *z],
            velocity_mps: [*vx, *vy, *vz],
        });
    };
    let flown = march::march(&system, start, burn_s, steps, &mut show)?;
    let [x_m, y_m, _, vx, vy, vz] = flown.end;
    Ok(Impact {
        x_m,
        y_m,
        time_s: flown.time_s,
        speed_mps: libm::sqrt(vx * vx + vy * vy + vz * vz),
        descent_angle_rad: libm::atan2((-vz).max(0.0), libm::sqrt(vx * vx + vy * vy)),
        apex_m: flown.apex_m,
        apex_time_s: flown.apex_time_s,
    })
}
