//! A live log: what to expect next, given all that came.

use super::kernel::decay;
use super::simulate::Descendants;
use super::{Events, Parameters};
use crate::distributions::negative_binomial_log_pmf;
use theatre::Stream;

/// The process at one moment. A new attack costs a few operations, however long the log is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HawkesState {
    parameters: Parameters,
    now: f64,
    /// Σ exp(−β (now − tᵢ)) over all attacks so far.
    excitation: f64,
}

/// Mean and variance of a number of attacks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CountMoments {
    /// Expected number of attacks.
    pub mean: f64,
    /// Its variance, at least the mean: the process is never more regular than chance.
    pub variance: f64,
}

impl HawkesState {
    /// The state at `start`, before any attack.
    #[must_use]
    pub fn new(parameters: Parameters, start: f64) -> Self {
        Self {
            parameters,
            now: start,
            excitation: 0.0,
        }
    }

    /// The state at the end of the window of a log.
    #[must_use]
    pub fn after(parameters: Parameters, events: &Events) -> Self {
        let mut state = Self::new(parameters, events.start());
        for &time in events.times() {
            state.observe(time);
        }
        state.advance(events.end());
        state
    }

    /// Notes an attack. One at a time before the latest counts with what is left of its effect, so that
    /// late reports may come in any order; a time that is not finite is ignored.
    pub fn observe(&mut self, time: f64) {
        self.advance(time);
        if time.is_finite() {
            self.excitation += decay(-self.parameters.decay * (self.now - time));
        }
    }

    /// Lets time pass without an attack. Never goes back.
    pub fn advance(&mut self, time: f64) {
        if time.is_finite() && time > self.now {
            self.excitation *= decay(-self.parameters.decay * (time - self.now));
            self.now = time;
        }
    }

    /// The moment up to which the state knows the log.
    #[must_use]
    pub fn now(&self) -> f64 {
        self.now
    }

    /// Attacks per unit of time right after now.
    #[must_use]
    pub fn intensity(&self) -> f64 {
        self.parameters.base_rate + self.jump() * self.excitation
    }

    /// How much one attack adds to the intensity: nβ.
    fn jump(&self) -> f64 {
        self.parameters.branching * self.parameters.decay
    }

    /// Mean and variance of the number of attacks within `horizon` (≥ 0) from now, in closed form.
    ///
    /// With κ = β (1 − n), the expected intensity relaxes as L(s) = L∞ + (λ − L∞) exp(−κs), and an
    /// attack at s stands for g = 1 + n β (1 − exp(−κ (h − s))) / κ attacks by the end, itself
    /// included. Then the mean is ∫ L ds, and, as what is new in the count is a sum of uncorrelated
    /// surprises of variance L ds, each worth g, the variance is ∫ L g² ds. The same as the moment
    /// equations of Dassios and Zhao, "Exact simulation of Hawkes process with exponentially decaying
    /// intensity", Electron. Commun. Probab. 18, 2013.
    #[must_use]
    pub fn count_moments(&self, horizon: f64) -> CountMoments {
        let horizon = if horizon > 0.0 { horizon } else { 0.0 };
        let Parameters {
            base_rate,
            branching,
            decay: beta,
        } = self.parameters;
        let kappa = beta * (1.0 - branching);
        let excess = self.jump() * self.excitation;
        if kappa * horizon < 1.0 {
            return self.moments_by_points(horizon, kappa);
        }
        let settled = base_rate / (1.0 - branching);
        let (start, gone) = (base_rate + excess - settled, libm::exp(-kappa * horizon));
        let once = -libm::expm1(-kappa * horizon) / kappa;
        let twice = -libm::expm1(-2.0 * kappa * horizon) / (2.0 * kappa);
        let (most, lost) = (1.0 / (1.0 - branching), branching / (1.0 - branching));
        let mean = settled * horizon + start * once;
        let steady = most * most * horizon - 2.0 * most * lost * once + lost * lost * twice;
        let passing =
            most * most * once - 2.0 * most * lost * horizon * gone + lost * lost * gone * once;
        CountMoments {
            mean,
            variance: (settled * steady + start * passing).max(mean),
        }
    }

    /// The same integrals by Gauss and Legendre's rule, where the closed form would cancel: the
    /// integrands are then too smooth for the rule of 8 points to be wrong.
    fn moments_by_points(&self, horizon: f64, kappa: f64) -> CountMoments {
        // Abramowitz and Stegun, Handbook of Mathematical Functions, table 25.4.
        const RULE: [(f64, f64); 4] = [
            (0.183_434_642_495_649_8, 0.362_683_783_378_362),
            (0.525_532_409_916_329, 0.313_706_645_877_887_3),
            (0.796_666_477_413_626_7, 0.222_381_034_453_374_48),
            (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
        ];
        // (1 − exp(−κt)) / κ, also at κ = 0.
        let held = |time: f64| {
            if kappa * time < 1e-8 {
                time * (1.0 - 0.5 * kappa * time)
            } else {
                -libm::expm1(-kappa * time) / kappa
            }
        };
        let (jump, base_rate) = (self.jump(), self.parameters.base_rate);
        let excess = jump * self.excitation;
        let (mut mean, mut variance) = (0.0, 0.0);
        for (place, weight) in RULE {
            for place in [-place, place] {
                let time = 0.5 * horizon * (1.0 + place);
                // L = μ + (λ − μ) exp(−κs) + nβμ (1 − exp(−κs)) / κ.
                let intensity =
                    base_rate + excess * libm::exp(-kappa * time) + jump * base_rate * held(time);
                let worth = 1.0 + jump * held(horizon - time);
                mean += 0.5 * horizon * weight * intensity;
                variance += 0.5 * horizon * weight * intensity * worth * worth;
            }
        }
        CountMoments {
            mean,
            variance: variance.max(mean),
        }
    }

    /// Natural logarithm of the probability of `count` attacks within `horizon` from now, by the
    /// negative binomial distribution with the exact mean and variance. Its shape is an approximation;
    /// [`Self::draw_count`] has none.
    #[must_use]
    pub fn count_log_probability(&self, count: u32, horizon: f64) -> f64 {
        let CountMoments { mean, variance } = self.count_moments(horizon);
        let dispersion = mean * mean / (variance - mean);
        let dispersion = if dispersion > 0.0 {
            dispersion
        } else {
            f64::INFINITY
        };
        negative_binomial_log_pmf(f64::from(count), mean, dispersion)
    }

    /// One draw of the number of attacks within `horizon` from now, exact but for its cap of a million.
    pub fn draw_count(&self, horizon: f64, stream: &mut Stream) -> u32 {
        let mut count = 0;
        let horizon = if horizon > 0.0 { horizon } else { 0.0 };
        let mut descendants = Descendants::new(self.parameters, horizon);
        descendants.of_the_past(self.excitation, stream);
        descendants.of_none(stream);
        while descendants.next(stream).is_some() {
            count += 1;
        }
        count
    }

    /// Probabilities of 0, 1, 2, … attacks within `horizon` from now, as shares of so many draws; the
    /// last is that of the most that came up. Empty for no draws.
    #[must_use]
    pub fn count_probabilities(&self, horizon: f64, draws: u32, seed: u64) -> Vec<f64> {
        let mut tally: Vec<u32> = Vec::new();
        for draw in 0..draws {
            let mut stream = Stream::new(seed, draw, 0, super::simulate::PURPOSE);
            let count = self.draw_count(horizon, &mut stream) as usize;
            if tally.len() <= count {
                tally.resize(count + 1, 0);
            }
            if let Some(held) = tally.get_mut(count) {
                *held += 1;
            }
        }
        let share = |held: u32| f64::from(held) / f64::from(draws);
        tally.into_iter().map(share).collect()
    }
}
