//! What can be wrong with what a tracker is given.

use thiserror::Error;

/// Why a sensor, a setting or a scan was refused.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum TrackingError {
    /// A figure lies outside the range that its field states, or is not a number.
    #[error("{what} is {value}; give a number from {least} to {most}")]
    OutOfRange {
        /// The figure, with its unit.
        what: &'static str,
        /// What was given.
        value: f64,
        /// The least that is taken.
        least: f64,
        /// The most that is taken.
        most: f64,
    },
    /// A scan names a sensor that the tracker was not given.
    #[error("a scan names sensor {sensor}, but there are {count}, numbered from 0")]
    UnknownSensor {
        /// The number in the scan.
        sensor: usize,
        /// How many sensors there are.
        count: usize,
    },
    /// A scan is older than can still be put in its place.
    #[error("a scan is {late_s} s late; up to {most_s} s can be put in its place")]
    TooLate {
        /// How late against the newest scan, s.
        late_s: f64,
        /// The most that is taken, s.
        most_s: f64,
    },
    /// A scan is dated after the moment it was received.
    #[error("a scan is dated {ahead_s} s ahead of its receipt; check the clock of its sensor")]
    FromTheFuture {
        /// How far ahead, s.
        ahead_s: f64,
    },
    /// More arrived within the time that is kept for late scans than there is room for.
    #[error(
        "more than {scans} scans or {plots} plots within the time kept for late ones; a sensor floods"
    )]
    Flood {
        /// The most scans that are kept.
        scans: usize,
        /// The most plots that are kept.
        plots: usize,
    },
    /// An area has too few corners, or too many.
    #[error("an area has {count} corners; give 3 to {most}")]
    Corners {
        /// How many there are.
        count: usize,
        /// The most that are taken.
        most: usize,
    },
    /// Two sides of an area meet elsewhere than at a shared corner, or a side has no length.
    #[error(
        "the side of an area that begins at corner {first} meets the one that begins at corner {second}, counted from 0"
    )]
    CrossesItself {
        /// First corner of one side, from 0.
        first: usize,
        /// First corner of the other.
        second: usize,
    },
}

/// Refuses a figure outside its range, NaN included.
pub(crate) fn within(
    what: &'static str,
    value: f64,
    least: f64,
    most: f64,
) -> Result<(), TrackingError> {
    if (least..=most).contains(&value) {
        Ok(())
    } else {
        Err(TrackingError::OutOfRange {
            what,
            value,
            least,
            most,
        })
    }
}
