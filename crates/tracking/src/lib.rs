//! From radar plots to tracks of falling rounds, and to where and when they come down.
//!
//! A radar tells range and angles of what it sees, misses some targets, and sees some that are not
//! there. A **track** is a target followed from [`Scan`] to scan: each is brought to the scan's moment by
//! laws of motion, plots that lie near enough (the **gate**) are shared out among tracks, and a Kalman
//! filter moves each towards its plots. Plots that nobody claims begin new tracks, which stay tentative
//! until a likelihood ratio says that chance would not have made them. Each track is weighed under
//! several laws of motion; what turns out not to fall is named, and dismissed with a reason.
//!
//! ```
//! use tracking::{AzimuthReference, Bias, FieldOfView, LevelGround, Scan, SensorModel, Settings, Tracker};
//!
//! let radar = SensorModel {
//!     position_m: [0.0; 3],
//!     azimuth_reference: AzimuthReference::North,
//!     range_sigma_m: 10.0,
//!     azimuth_sigma_rad: 3e-3,
//!     elevation_sigma_rad: 4e-3,
//!     range_rate_sigma_mps: None,
//!     bias: Bias::default(),
//!     detection_probability: 0.9,
//!     clutter_per_scan: 10.0,
//!     scan_period_s: 1.0,
//!     field_of_view: FieldOfView {
//!         range_min_m: 500.0,
//!         range_max_m: 12_000.0,
//!         azimuth_min_rad: -1.0,
//!         azimuth_max_rad: 1.0,
//!         elevation_min_rad: 0.0,
//!         elevation_max_rad: 1.0,
//!     },
//! };
//! let mut tracker = Tracker::new(Settings::default(), vec![radar])?;
//! tracker.take(Scan { sensor: 0, time_ns: 0, plots: Vec::new() }, 0)?;
//! assert!(tracker.impacts(&LevelGround { height_m: 0.0 }).is_empty());
//! # Ok::<(), tracking::TrackingError>(())
//! ```
//!
//! **Frame:** level x and y, z up, the same for all radars; x is east and y north where azimuth is from
//! north or the Earth turns. The ground under it is flat.
//!
//! **Deliberately absent:** truth (only [`score`] is given it, by tests); clocks; and any estimate of where
//! a round came from. States run forward only.

// Loops over the axes of small matrices read like the equations that they come from.
#![allow(clippy::needless_range_loop)]

mod assignment;
mod associate;
mod bank;
mod begin;
mod bias;
mod bound;
mod column;
mod drag;
mod error;
mod expected;
mod fall;
mod filter;
mod impact;
mod initiate;
mod limits;
mod marginals;
mod matrix;
mod misfit;
mod model;
mod motion;
mod picture;
mod rivals;
pub mod score;
mod screen;
mod sensor;
mod stored;
mod track;
mod tracker;
pub mod warning;
mod wide;
mod window;

pub use associate::Association;
pub use bias::{BIAS_ANGLE_MAX_RAD, BIAS_RANGE_MAX_M, Bias};
pub use bound::Bound;
pub use drag::{DragPrior, KINDS_MAX, RoundKind};
pub use error::TrackingError;
pub use fall::FLIGHT_MAX_S;
pub use filter::{Filter, Gaussian};
pub use impact::{Ground, HeightGrid, ImpactPrediction, LevelGround, Region};
pub use initiate::PLOTS_PER_SCAN_MAX;
pub use model::Class;
pub use motion::Surroundings;
pub use picture::RECORDS_MAX;
pub use sensor::{
    AzimuthReference, FieldOfView, PLOT_OFFSET_MAX_NS, RANGE_MAX_M, RANGE_RATE_MAX_MPS, Scan,
    SensorModel,
};
pub use stored::Stored;
pub use theatre::Plot;
pub use track::{Dismissed, EndCause, Ended, Status, Track, TrackId};
pub use tracker::{
    AHEAD_MAX_NS, LATE_MAX_NS, PLOTS_KEPT_MAX, SCANS_KEPT_MAX, Settings, Taken, Tracker,
};
