//! Attacks that call forth attacks: the self-exciting process in continuous time.
//!
//! Attacks come at a base rate μ, and each attack is followed by more. The intensity at time *t*,
//! attacks per unit of time, is
//!
//! > λ(t) = μ + Σ n β exp(−β (t − tᵢ)), over the attacks tᵢ before t
//!
//! (Hawkes, Biometrika 58, 1971). The **branching ratio** n is how many attacks one attack calls forth
//! on average; below 1, or the process explodes. The **decay** β is how fast its effect fades: half of
//! its followers have come after log(2) / β. Times may be in any unit; rates are per that unit.
//!
//! * [`Hawkes::fit`] finds the most likely parameters, exactly and in time proportional to the number
//!   of attacks, with intervals from the profile likelihood.
//! * [`HawkesState`] follows a live log: a new attack costs a few operations however long the log is,
//!   and the number of attacks in the next hours is given as a distribution.
//! * [`residuals`] asks whether such a process could have made the log at all.
//! * [`SiteHawkes`] lets an attack on one site call forth attacks on others, more on nearer ones.
//!
//! ```
//! use forecast::hawkes::{Events, Hawkes, HawkesState};
//!
//! let days = [0.3, 0.4, 2.9, 3.0, 3.1, 3.3, 7.7, 9.0, 9.1];
//! let events = Events::new(&days, 0.0, 10.0)?;
//! let fit = Hawkes::fit(&events);
//! assert!(fit.branching.low <= fit.branching.best && fit.branching.best <= fit.branching.high);
//! let mut state = HawkesState::after(fit.parameters(), &events);
//! let quiet = state.count_moments(1.0).mean;
//! state.observe(10.0);
//! assert!(state.count_moments(1.0).mean > quiet);
//! # Ok::<(), forecast::hawkes::HawkesError>(())
//! ```
//!
//! # What is deliberately absent
//!
//! * **Coarse times.** Attacks at one instant do not excite each other, since their order is not known.
//!   A log whose times are rounded more coarsely than followers come needs a model of counts instead.
//! * **A past before the window.** What came before it and is not in the log counts as nothing.
//! * **Change.** μ, n and β are constant. A drift of the base rate looks like excitation that decays
//!   slowly; compare with other models by their scores before believing n.

mod climb;
mod fit;
mod intervals;
mod kernel;
mod residuals;
mod simulate;
mod sites;
mod sites_likelihood;
mod state;

pub use fit::Hawkes;
pub use residuals::{Residuals, residuals};
pub use simulate::simulate;
pub use sites::{SiteEvents, SiteHawkes, SiteParameters, simulate_sites};
pub use state::{CountMoments, HawkesState};

use kernel::Record;

/// Greatest branching ratio that a fit may give: what is above grows without end, and a forecast from
/// it would be about the growth alone.
pub const MOST_BRANCHING: f64 = 0.999;

/// Parameters of the process.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameters {
    /// μ, attacks per unit of time that no attack called forth, ≥ 0.
    pub base_rate: f64,
    /// n, attacks called forth by one attack, 0 to below 1.
    pub branching: f64,
    /// β, per unit of time, > 0.
    pub decay: f64,
}

/// The most likely value of a parameter and the 95 % interval of its profile likelihood: all values that
/// a likelihood-ratio test at 5 % does not reject, the other parameters being what suits each best.
///
/// An end at 0 or at infinity says that the log does not bound the parameter on that side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likely {
    /// The most likely value.
    pub best: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
}

/// Why a log cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum HawkesError {
    /// The window has no length, or one of its ends is not a finite number.
    #[error(
        "the window from {start} to {end} has no length; give finite times, the later one last"
    )]
    EmptyWindow {
        /// Start of the window.
        start: f64,
        /// End of the window.
        end: f64,
    },
    /// A time is not a number, or lies outside of the window.
    #[error(
        "time {index} (counted from 0) is {time}, which is not within the window; leave it out or \
         widen the window"
    )]
    OutsideWindow {
        /// Which of the times, from 0.
        index: usize,
        /// The time.
        time: f64,
    },
    /// An event names a site that there is not.
    #[error("event {index} (counted from 0) is at site {site}, but there are {sites} sites")]
    UnknownSite {
        /// Which of the events, from 0.
        index: usize,
        /// The site it names.
        site: usize,
        /// How many sites there are.
        sites: usize,
    },
    /// A distance is negative or not a number, or there are not as many as pairs of sites.
    #[error("the distance from site {from} to site {to} is missing, negative or not finite")]
    BadDistance {
        /// From which site.
        from: usize,
        /// To which.
        to: usize,
    },
    /// A parameter is out of its range.
    #[error("the parameter `{name}` is {value}, which is out of its range")]
    BadParameter {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: f64,
    },
}

impl Parameters {
    /// The parameters, checked.
    ///
    /// # Errors
    ///
    /// Where one is out of its range, or not finite.
    pub fn new(base_rate: f64, branching: f64, decay: f64) -> Result<Self, HawkesError> {
        let bad = |name, value| Err(HawkesError::BadParameter { name, value });
        if !(base_rate.is_finite() && base_rate >= 0.0) {
            return bad("base_rate", base_rate);
        }
        if !(0.0..1.0).contains(&branching) {
            return bad("branching", branching);
        }
        if !(decay.is_finite() && decay > 0.0) {
            return bad("decay", decay);
        }
        Ok(Self {
            base_rate,
            branching,
            decay,
        })
    }
}

/// The attacks within a window of time, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Events {
    times: Vec<f64>,
    start: f64,
    end: f64,
}

impl Events {
    /// The attacks at `times`, in any order, of a log that is complete from `start` to `end`.
    ///
    /// # Errors
    ///
    /// Where the window has no length, or a time is not a number within it.
    pub fn new(times: &[f64], start: f64, end: f64) -> Result<Self, HawkesError> {
        check_window(start, end)?;
        if let Some(index) = times.iter().position(|time| !(start..=end).contains(time)) {
            let time = times[index];
            return Err(HawkesError::OutsideWindow { index, time });
        }
        let mut times = times.to_vec();
        if !times.is_sorted() {
            times.sort_unstable_by(f64::total_cmp);
        }
        Ok(Self { times, start, end })
    }

    /// Times of the attacks, in order.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// Start of the window.
    #[must_use]
    pub fn start(&self) -> f64 {
        self.start
    }

    /// End of the window.
    #[must_use]
    pub fn end(&self) -> f64 {
        self.end
    }

    /// How likely the log is under `parameters`: the logarithm of its density (Ozaki 1979), exact, in
    /// time proportional to the number of attacks. Negative infinity where it is impossible.
    #[must_use]
    pub fn log_likelihood(&self, parameters: &Parameters) -> f64 {
        let record = self.record();
        if record.events == 0.0 {
            return -parameters.base_rate * record.length;
        }
        if parameters.base_rate <= 0.0 {
            return f64::NEG_INFINITY;
        }
        kernel::evaluate(&[record], parameters).value
    }

    fn record(&self) -> Record {
        record(&self.times, self.start, self.end)
    }
}

fn check_window(start: f64, end: f64) -> Result<(), HawkesError> {
    let length = end - start;
    if start.is_finite() && end.is_finite() && length.is_finite() && length > 0.0 {
        return Ok(());
    }
    Err(HawkesError::EmptyWindow { start, end })
}

/// Sorted times within a window as gaps.
fn record(times: &[f64], start: f64, end: f64) -> Record {
    let mut gaps = Vec::with_capacity(times.len());
    let mut counts: Vec<f64> = Vec::with_capacity(times.len());
    let mut before = None;
    for &time in times {
        let gap = before.map_or(0.0, |before| time - before);
        match counts.last_mut() {
            Some(count) if gap <= 0.0 => *count += 1.0,
            _ => {
                gaps.push(gap);
                counts.push(1.0);
            }
        }
        before = Some(time);
    }
    Record {
        gaps,
        counts,
        end_gap: before.map_or(0.0, |before| end - before),
        length: end - start,
        events: times.len() as f64,
    }
}

#[cfg(test)]
mod tests;
