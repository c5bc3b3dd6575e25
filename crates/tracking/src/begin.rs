//! The bank of models that two sightings begin.
//!
//! Most pairs of plots are clutter with clutter. So every model is first weighed by the place of the second
//! plot alone, a normal distribution in closed form, and only models that may count are filtered.

use ballistics::atmosphere::STANDARD_GRAVITY_MPS2;

use crate::bank::{Bank, MEMBERS_MAX, Member, Misfit, Physics};
use crate::drag::RoundKind;
use crate::filter::{Filter, Gaussian};
use crate::matrix::{cholesky, forward};
use crate::model::{Class, Manner};
use crate::motion::STATES;
use crate::sensor::{SensorModel, Sighting};

/// Below this a model is not begun with: the second plot speaks against it by more than it could mend.
const WEIGHT_MIN: f64 = 1e-3;
/// How far the logarithm of a weight by place alone may lie from that of the filter: drag and turns within
/// one or two looks move a round by less than the errors of its plots.
const SCREEN_ERROR: f64 = 3.0;

/// Mean and spread of the logarithm of a machine-gun round's drag, with a standard shape and with a constant
/// coefficient of 0.35: 9.5 g of 7.62 mm to 45 g of 12.7 mm (general knowledge).
const GUN_LOG_DRAG_WITH_SHAPE: f64 = -6.3;
const GUN_LOG_DRAG_WITHOUT_SHAPE: f64 = -7.3;
const GUN_LOG_DRAG_SIGMA: f64 = 0.4;
/// Height up to which such a round is seen, m (assumed: it is spent, and its tracer out, after 1.2 km).
const GUN_HEIGHT_MAX_M: f64 = 1_200.0;

/// A model to begin with.
struct Model {
    class: Class,
    manner: Manner,
    /// Mean and spread of the logarithm of drag.
    log_drag: [f64; 2],
}

impl Physics {
    /// Every model to begin with at a height, m.
    fn models(&self, height_m: f64) -> impl Iterator<Item = Model> + '_ {
        let (mean, sigma) = self.drag.log_drag();
        let falling = move |kind: &RoundKind| {
            let mut manner = Class::FallingRound.manner();
            let (share, velocity_sigma_mps) = kind.at_height(height_m - self.ground_m);
            manner.prior *= share / self.drag.total();
            manner.velocity_sigma_mps = [velocity_sigma_mps; 2];
            Model {
                class: Class::FallingRound,
                manner,
                log_drag: [kind.log_drag_mean, kind.log_drag_sigma],
            }
        };
        let gun_drag = match self.drag.shape() {
            Some(_) => GUN_LOG_DRAG_WITH_SHAPE,
            None => GUN_LOG_DRAG_WITHOUT_SHAPE,
        };
        let other = move |class: Class| Model {
            class,
            manner: class.manner(),
            log_drag: match class {
                Class::MachineGunRound => [gun_drag, GUN_LOG_DRAG_SIGMA],
                _ => [mean, sigma],
            },
        };
        let low = height_m - self.ground_m < GUN_HEIGHT_MAX_M;
        let others = Class::ALL.into_iter().filter(move |class| {
            *class != Class::FallingRound && (low || *class != Class::MachineGunRound)
        });
        self.drag.kinds().map(falling).chain(others.map(other))
    }
}

impl Model {
    /// Logarithm of the weight by the place of the second plot alone.
    fn screened(&self, first: &Sighting, second: &Sighting, time_s: f64) -> f64 {
        let mut covariance = first.covariance_m2;
        let mut off = [0.0; 3];
        let [level, upward] = self.manner.velocity_sigma_mps;
        for axis in 0..3 {
            off[axis] = second.position_m[axis] - first.position_m[axis];
            for column in 0..3 {
                covariance[axis][column] += second.covariance_m2[axis][column];
            }
            let spread = time_s * if axis == 2 { upward } else { level };
            covariance[axis][axis] +=
                spread * spread + self.manner.along_psd * time_s * time_s * time_s / 9.0;
        }
        if self.class.flies_freely() {
            off[2] += 0.5 * STANDARD_GRAVITY_MPS2 * time_s * time_s;
        }
        let Some(lower) = cholesky(&covariance) else {
            return f64::NEG_INFINITY;
        };
        let scaled = forward(&lower, off);
        let squared: f64 = scaled.iter().map(|part| part * part).sum();
        let size = lower[0][0] * lower[1][1] * lower[2][2];
        let peak = 1.5 * libm::log(std::f64::consts::TAU) + libm::log(size);
        libm::log(self.manner.prior) - 0.5 * squared - peak
    }

    /// The model after both plots, and the logarithm of its weight.
    fn begin(
        &self,
        physics: &Physics,
        first: (&SensorModel, &Sighting),
        second: (&SensorModel, &Sighting),
        time_s: f64,
    ) -> Option<Member> {
        let mut state = Gaussian {
            mean: [0.0; STATES],
            covariance: [[0.0; STATES]; STATES],
        };
        let [level, upward] = self.manner.velocity_sigma_mps;
        let [log_drag, drag_sigma] = self.log_drag;
        state.mean[6] = log_drag;
        for axis in 0..3 {
            state.mean[axis] = first.1.position_m[axis];
            state.covariance[axis][..3].copy_from_slice(&first.1.covariance_m2[axis]);
            let spread = if axis == 2 { upward } else { level };
            state.covariance[axis + 3][axis + 3] = spread * spread;
        }
        state.covariance[6][6] = drag_sigma * drag_sigma;
        state.covariance[7][7] = physics.falling.wind_variance();
        state.covariance[8][8] = physics.falling.wind_variance();
        state.update_rate(first.0, first.1);
        let motion = physics.motion(self.class);
        state.predict(Filter::Extended, motion, &self.manner, time_s);
        let expected = state.expected_place(second.1)?;
        let innovation = expected.place_innovation(second.1);
        state.update(&expected, &innovation);
        let rate_density = state.update_rate(second.0, second.1);
        let weight = libm::log(self.manner.prior) + innovation.log_density + rate_density;
        (state.is_sound() && weight.is_finite()).then_some(Member {
            class: self.class,
            weight,
            state,
        })
    }
}

impl Bank {
    /// The bank that two sightings begin, and the logarithm of the density of the second given the
    /// first, in the sensor's own terms. None where that is surely less than `least`, or no model takes
    /// one to the other.
    pub(crate) fn begin(
        physics: &Physics,
        first: (&SensorModel, &Sighting),
        second: (&SensorModel, &Sighting),
        time_s: f64,
        least: f64,
    ) -> Option<(Self, f64)> {
        // From a density per m³ to one per m and rad².
        let [range, _, elevation, _] = second.1.measured;
        let turned = libm::log(range * range * libm::cos(elevation).max(1e-3));
        let apart_s = time_s + second.1.offset_s;
        let mut models = Vec::with_capacity(MEMBERS_MAX);
        let mut best = f64::NEG_INFINITY;
        let mut best_falling = f64::NEG_INFINITY;
        for model in physics.models(first.1.position_m[2]) {
            let screened = model.screened(first.1, second.1, apart_s);
            best = best.max(screened);
            if model.class == Class::FallingRound {
                best_falling = best_falling.max(screened);
            }
            models.push((model, screened));
        }
        // A range rate may make any model as much likelier as it is precise: then all are filtered.
        let rated = first.1.rated || second.1.rated;
        if !rated && best + SCREEN_ERROR + turned < least {
            return None;
        }
        let slack = SCREEN_ERROR - libm::log(WEIGHT_MIN);
        let members = models
            .iter()
            .filter(|(model, screened)| {
                let falling = model.class == Class::FallingRound && *screened >= best_falling;
                rated || falling || *screened >= best - slack
            })
            .filter_map(|(model, _)| model.begin(physics, first, second, time_s))
            .collect();
        let mut bank = Self {
            members,
            misfit: Misfit::default(),
            age_s: 0.0,
        };
        let total = bank.normalise_logarithms()?;
        bank.drop_below(WEIGHT_MIN);
        bank.normalise();
        Some((bank, total + turned))
    }
}
