//! What can go wrong with a flight.

/// Why a flight has no impact.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum FlightError {
    /// An input is not a number, or outside the range for which flights are computed.
    #[error("{quantity} is {value}, outside {low} to {high}")]
    OutOfRange {
        /// Name of the input, with its unit.
        quantity: &'static str,
        /// What was given.
        value: f64,
        /// Least value that is taken.
        low: f64,
        /// Greatest value that is taken.
        high: f64,
    },
    /// The step is so long against the drag that the method would be unstable.
    #[error("the step of {step_s} s at {time_s} s is too long for the drag there")]
    StepTooLong {
        /// Time since launch, s.
        time_s: f64,
        /// The step, s.
        step_s: f64,
    },
    /// The round was still in flight after the greatest number of steps.
    #[error("still in flight after {time_s} s, when the steps ran out")]
    TooManySteps {
        /// Time since launch, s.
        time_s: f64,
    },
    /// The round climbed beyond any height from which this model can bring it back.
    #[error("climbed to {height_m} m and is taken not to return")]
    LeftEarth {
        /// Height above the ground, m.
        height_m: f64,
    },
    /// The drag law gave a value that is not finite.
    #[error("the flight is no longer finite at {time_s} s")]
    NotFinite {
        /// Time since launch, s.
        time_s: f64,
    },
}

/// Takes `value` if it lies in `low..=high`; a NaN lies nowhere.
pub(crate) fn within(
    quantity: &'static str,
    value: f64,
    low: f64,
    high: f64,
) -> Result<(), FlightError> {
    if (low..=high).contains(&value) {
        Ok(())
    } else {
        Err(FlightError::OutOfRange {
            quantity,
            value,
            low,
            high,
        })
    }
}
