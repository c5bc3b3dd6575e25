//! From radar plots to tracks of falling rounds, and to where and when they come down.

mod assignment;
mod associate;
mod bank;
mod error;
mod filter;
mod impact;
mod initiate;
mod marginals;
mod matrix;
mod model;
mod motion;
mod picture;
pub mod score;
mod sensor;
mod track;
mod tracker;

pub use associate::Association;
pub use error::TrackingError;
pub use filter::{Filter, Gaussian};
pub use impact::{FLIGHT_MAX_S, Ground, HeightGrid, ImpactPrediction, LevelGround, Region};
pub use initiate::PLOTS_PER_SCAN_MAX;
pub use model::{Class, DragPrior};
pub use motion::Surroundings;
pub use picture::RECORDS_MAX;
pub use sensor::{
    AzimuthReference, FieldOfView, PLOT_OFFSET_MAX_NS, Plot, RANGE_MAX_M, RANGE_RATE_MAX_MPS, Scan,
    SensorModel,
};
pub use track::{Dismissed, EndCause, Ended, Status, Track, TrackId};
pub use tracker::{
    AHEAD_MAX_NS, LATE_MAX_NS, PLOTS_KEPT_MAX, SCANS_KEPT_MAX, Settings, Taken, Tracker,
};
