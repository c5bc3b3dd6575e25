//! How a shell, rocket or missile flies.
//!
//! A round in free flight feels two things: **gravity**, which bends its path down, and **drag**,
//! the push of the air against its motion. Without drag the path is a parabola. With it the round
//! loses most of its speed early, climbs less, and comes down steeper and slower than it went up; a
//! fast rocket reaches a third of the parabola's range.
//!
//! Drag is ½ · ρ · v² · C · A: the density of the air ρ, the square of the speed relative to the
//! air, the area A of the calibre, and a coefficient C that depends on shape and on the **Mach
//! number**, speed over the speed of sound. C is flat below Mach 0.8, jumps two- or threefold near
//! Mach 1, and falls slowly beyond. Measuring C for every round is dear, so ballisticians measured
//! a few standard shapes and say of a new round: so many times G1, or G7 ([`DragShape`]).
//!
//! Density halves with every 5 km or so of height, and the speed of sound falls with temperature;
//! both come from the US Standard Atmosphere 1976 ([`atmosphere`]). Wind moves the air that the drag
//! is relative to. The turning of the Earth pushes a moving round aside (**Coriolis**), metres in a
//! mortar's flight, kilometres in a missile's; and over hundreds of kilometres the ground falls
//! away and gravity weakens ([`Gravity::RoundEarth`]).
//!
//! There is no formula for such a path. It is followed in small steps of time by the classical
//! Runge–Kutta method, whose error falls with the fourth power of the step ([`Accuracy`]), and
//! where a step passes below the ground the moment of impact is found inside it ([`fly`]).
//!
//! ```
//! use ballistics::{Accuracy, DragCurve, DragShape, Environment, Launch, Projectile, fly};
//!
//! let mortar_round = Projectile {
//!     mass_kg: 13.0,
//!     calibre_m: 0.120,
//!     drag: DragCurve { shape: DragShape::G7, scale: 1.2 },
//! };
//! let launch = Launch { speed_mps: 220.0, elevation_rad: 0.84, azimuth_rad: 0.0 };
//! let impact = fly(&mortar_round, &launch, &Environment::default(), Accuracy::PLANNING)?;
//! assert!(impact.x_m < 4_900.0 && impact.descent_angle_rad > launch.elevation_rad);
//! # Ok::<(), ballistics::FlightError>(())
//! ```
//!
//! Beside it stand a method of order 8 for single flights under every force, thrust and the turning
//! ellipsoid among them ([`precise`]), and one for very many flights at once ([`batch`]).
//! `docs/flight.md` describes the whole model.
//!
//! **Modelled:** the standard atmosphere, drag by Mach number, wind constant or by height, the
//! Coriolis acceleration, gravity uniform, of a round Earth or of WGS 84 with J2, and a motor's push.
//!
//! **Deliberately absent:** lift, spin and attitude (a round is a point); weather other than wind;
//! terrain (the ground is one level); randomness and clocks; and any search for the launch that reaches a given place. Flight runs forward only: this
//! crate tells defenders where a round comes down and when, and nothing here aims one.

pub mod atmosphere;
pub mod batch;
pub mod drag;
mod error;
pub mod flight;
pub mod precise;
mod tableau;
pub mod thrust;
pub mod wind;

pub use atmosphere::{Air, AtmosphereTable, standard_atmosphere};
#[cfg(feature = "count")]
pub use batch::Operations;
pub use batch::{Batch, Impacts, Instructions, Shots};
pub use drag::{
    BodyDrag, ConstantCoefficientDrag, DragCurve, DragLaw, DragShape, LinearDrag, QuadraticDrag,
    Vacuum,
};
pub use error::FlightError;
pub use flight::{
    Accuracy, Environment, Gravity, Impact, Launch, Projectile, State, fly, fly_under, fly_with,
};
pub use precise::{
    EarthImpact, EarthLaunch, Steps, Surroundings, fly_over_earth, fly_precisely,
    fly_precisely_with,
};
pub use thrust::{Motor, ThrustDirection};
pub use wind::WindProfile;
