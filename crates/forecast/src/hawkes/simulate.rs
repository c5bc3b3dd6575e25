//! Draws of the process, exactly, as families of attacks.
//!
//! Attacks that no attack called forth come as a Poisson process of rate μ; each attack has a Poisson
//! number of followers of mean n, after exponential delays of rate β (Hawkes and Oakes, "A cluster
//! process representation of a self-exciting process", J. Appl. Probab. 11, 1974).

use super::{Events, HawkesError, Parameters, check_window};
use theatre::Stream;

/// Key of the streams behind draws: "hawk".
pub(super) const PURPOSE: u32 = 0x6861_776b;
/// No draw has more attacks than this, so that memory is bounded whatever the parameters are.
const MOST_EVENTS: usize = 10_000_000;
const MOST_COUNTED: usize = 1_000_000;

/// A log drawn from the process on a window without a past; in order.
///
/// # Errors
///
/// Where the window has no length or a parameter is out of its range.
pub fn simulate(
    parameters: &Parameters,
    start: f64,
    end: f64,
    stream: &mut Stream,
) -> Result<Events, HawkesError> {
    check_window(start, end)?;
    let Parameters {
        base_rate,
        branching,
        decay,
    } = *parameters;
    let parameters = Parameters::new(base_rate, branching, decay)?;
    let mut descendants = Descendants::new(parameters, end - start);
    descendants.most = MOST_EVENTS;
    descendants.of_none(stream);
    let mut times = Vec::new();
    while let Some(time) = descendants.next(stream) {
        times.push((start + time).min(end));
    }
    times.sort_unstable_by(f64::total_cmp);
    Ok(Events { times, start, end })
}

/// An exponential wait with this rate; infinite at rate 0.
pub(super) fn wait(rate: f64, stream: &mut Stream) -> f64 {
    -libm::log(1.0 - stream.uniform()) / rate
}

/// A Poisson draw, by counting waits.
pub(super) fn poisson(mean: f64, stream: &mut Stream) -> u32 {
    let (mut count, mut passed) = (0, wait(1.0, stream));
    while passed < mean && count < MOST_COUNTED as u32 {
        count += 1;
        passed += wait(1.0, stream);
    }
    count
}

/// Attacks within a horizon that still have to be given, and whose followers have to be drawn.
pub(super) struct Descendants {
    parameters: Parameters,
    horizon: f64,
    waiting: Vec<f64>,
    drawn: usize,
    most: usize,
}

impl Descendants {
    pub fn new(parameters: Parameters, horizon: f64) -> Self {
        Self {
            parameters,
            horizon,
            waiting: Vec::new(),
            drawn: 0,
            most: MOST_COUNTED,
        }
    }

    /// Those that no attack calls forth.
    pub fn of_none(&mut self, stream: &mut Stream) {
        let mut time = wait(self.parameters.base_rate, stream);
        while time < self.horizon && self.drawn < self.most {
            self.add(time);
            time += wait(self.parameters.base_rate, stream);
        }
    }

    /// The followers of a past with this excitation.
    pub fn of_the_past(&mut self, excitation: f64, stream: &mut Stream) {
        self.followers(0.0, self.parameters.branching * excitation, stream);
    }

    fn followers(&mut self, time: f64, mean: f64, stream: &mut Stream) {
        for _ in 0..poisson(mean, stream) {
            self.add(time + wait(self.parameters.decay, stream));
        }
    }

    fn add(&mut self, time: f64) {
        if time < self.horizon && self.drawn < self.most {
            self.waiting.push(time);
            self.drawn += 1;
        }
    }

    /// The next attack, in the order of families and not of time.
    pub fn next(&mut self, stream: &mut Stream) -> Option<f64> {
        let time = self.waiting.pop()?;
        self.followers(time, self.parameters.branching, stream);
        Some(time)
    }
}
