//! The bank of models that two sightings begin.
//!
//! Most pairs of plots are clutter with clutter. So every model is first weighed by the place of the second
//! plot alone, a normal distribution in closed form, and only models that may count are filtered.

use ballistics::atmosphere::STANDARD_GRAVITY_MPS2;

use crate::bank::{Bank, MEMBERS_MAX, Member, Misfit, Physics};
use crate::drag::RoundKind;
use crate::filter::{Filter, Gaussian, see};
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

/// Looks before the first plot at which a round should have been seen, if it was in view then: what does not
/// fall may have stood behind a hill, a round is in view within seconds of its coming. More would be held
/// against a round that a hill hid, for longer than the plots to come make up for.
const LOOKS_BACK: u32 = 2;
/// Least time between them, s: misses that are nearer hang together.
const LOOKS_APART_S: f64 = 0.5;

/// The first plot of a pair.
#[derive(Clone, Copy)]
pub(crate) struct First<'a> {
    pub(crate) sensor: &'a SensorModel,
    pub(crate) sighting: &'a Sighting,
    /// For how long the sensor had looked steadily before, s.
    pub(crate) watched_s: f64,
}

impl First<'_> {
    /// Probability that what is now at `state`, `time_s` after the plot, gave none before it.
    fn unseen(&self, state: &[f64; STATES], time_s: f64, ground_m: f64) -> f64 {
        let apart_s = self.sensor.scan_period_s.max(LOOKS_APART_S);
        let in_view = |look: &u32| {
            let before_s = f64::from(*look) * apart_s;
            let back_s = time_s + before_s;
            let mut then = *state;
            for axis in 0..3 {
                then[axis] -= back_s * state[axis + 3];
            }
            then[2] -= 0.5 * STANDARD_GRAVITY_MPS2 * back_s * back_s;
            let [range, azimuth, elevation, _] = see(&then, self.sensor, 0.0);
            before_s <= self.watched_s
                && then[2] > ground_m
                && self.sensor.sees([range, azimuth, elevation])
        };
        let missed = (1..=LOOKS_BACK).filter(in_view).count();
        libm::pow(1.0 - self.sensor.detection_probability, missed as f64)
    }
}

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
        first: &First<'_>,
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
            state.mean[axis] = first.sighting.position_m[axis];
            state.covariance[axis][..3].copy_from_slice(&first.sighting.covariance_m2[axis]);
            let spread = if axis == 2 { upward } else { level };
            state.covariance[axis + 3][axis + 3] = spread * spread;
        }
        state.covariance[6][6] = drag_sigma * drag_sigma;
        state.covariance[7][7] = physics.falling.wind_variance();
        state.covariance[8][8] = physics.falling.wind_variance();
        state.update_rate(first.sensor, first.sighting);
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
        first: &First<'_>,
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
        for model in physics.models(first.sighting.position_m[2]) {
            let screened = model.screened(first.sighting, second.1, apart_s);
            best = best.max(screened);
            if model.class == Class::FallingRound {
                best_falling = best_falling.max(screened);
            }
            models.push((model, screened));
        }
        // A range rate may make any model as much likelier as it is precise: then all are filtered.
        let rated = first.sighting.rated || second.1.rated;
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
            unseen: 1.0,
            age_s: apart_s,
        };
        let total = bank.normalise_logarithms()?;
        bank.drop_spent_bullets();
        let left: f64 = bank.members.iter().map(|member| member.weight).sum();
        // Of the classes alone: that there is something is no less likely.
        for member in &mut bank.members {
            if member.class.falls() || member.class.flies_freely() {
                let unseen = first.unseen(&member.state.mean, apart_s, physics.ground_m);
                member.weight *= unseen;
                bank.unseen = bank.unseen.min(unseen);
            }
        }
        bank.normalise();
        bank.drop_below(WEIGHT_MIN);
        bank.normalise();
        (left > 0.0).then(|| (bank, total + libm::log(left) + turned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::Motion;
    use crate::{AzimuthReference, FieldOfView, Plot, Settings};

    fn sensor() -> SensorModel {
        SensorModel {
            position_m: [0.0; 3],
            azimuth_reference: AzimuthReference::XAxis,
            range_sigma_m: 10.0,
            azimuth_sigma_rad: 3e-3,
            elevation_sigma_rad: 4e-3,
            range_rate_sigma_mps: None,
            detection_probability: 0.9,
            clutter_per_scan: 10.0,
            scan_period_s: 1.0,
            field_of_view: FieldOfView {
                range_min_m: 500.0,
                range_max_m: 12_000.0,
                azimuth_min_rad: -1.0,
                azimuth_max_rad: 1.0,
                elevation_min_rad: 0.01,
                elevation_max_rad: 1.5,
            },
        }
    }

    /// The bank of two plots a second apart, along the first axis at a height.
    fn begun([from_m, to_m]: [f64; 2], height_m: f64, watched_s: f64) -> Bank {
        let settings = Settings::default();
        let physics = Physics {
            filter: settings.filter,
            falling: Motion::new(&settings.surroundings, &settings.drag),
            drag: settings.drag,
            ground_m: 0.0,
        };
        let sensor = sensor();
        let plot = |level_m: f64| Plot {
            time_ns: 0,
            range_m: level_m.hypot(height_m),
            azimuth_rad: 0.0,
            elevation_rad: height_m.atan2(level_m),
            range_rate_mps: None,
            signal_to_noise_db: None,
        };
        let [one, other] =
            [from_m, to_m].map(|level_m| sensor.sighting(&plot(level_m), 0).unwrap());
        let first = First {
            sensor: &sensor,
            sighting: &one,
            watched_s,
        };
        let (bank, _) = Bank::begin(&physics, &first, (&sensor, &other), 1.0, -100.0).unwrap();
        bank
    }

    #[test]
    fn a_round_that_should_have_been_seen_before_is_less_likely() {
        let odds = |levels_m, height_m, watched_s| {
            let falling = begun(levels_m, height_m, watched_s).probability_of_falling();
            falling / (1.0 - falling)
        };
        // In the midst of the view, two looks are held against it.
        let midst = |watched_s| odds([5_000.0, 4_900.0], 2_000.0, watched_s);
        assert!((midst(10.0) / midst(0.0) - 0.01).abs() < 0.005);
        assert!((midst(1.5) / midst(0.0) - 0.1).abs() < 0.05);
        // What has just come into view is as likely as ever.
        let edge = |watched_s| odds([11_700.0, 11_400.0], 2_000.0, watched_s);
        assert!((edge(10.0) / edge(0.0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_spent_bullet_is_none_from_the_first_two_plots_on() {
        let bullet = Class::MachineGunRound as usize;
        assert_eq!(
            begun([3_000.0, 2_900.0], 300.0, 0.0).probabilities()[bullet],
            0.0
        );
        assert!(begun([3_000.0, 2_500.0], 300.0, 0.0).probabilities()[bullet] > 0.1);
    }
}
