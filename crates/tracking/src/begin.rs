//! The bank of models that two sightings begin.
//!
//! Most pairs of plots are clutter with clutter. So every model is first weighed by the place of the second
//! plot alone, a normal distribution in closed form, which is the filter's own where there is no range rate:
//! only pairs that may go on, and models that may count, are filtered.

use ballistics::atmosphere::STANDARD_GRAVITY_MPS2;

use crate::bank::{Bank, MEMBERS_MAX, Member, OTHERS_PLOTS, Physics};
use crate::drag::RoundKind;
use crate::expected::see;
use crate::filter::{Filter, Gaussian};
use crate::limits::{BULLET_SPEED_MIN_MPS, Limits};
use crate::matrix::Matrix;
use crate::model::{Class, Manner};
use crate::motion::STATES;
use crate::screen::{Screen, Screened};
use crate::sensor::{SensorModel, Sighting};

/// Below this a model is not begun with: the second plot speaks against it by more than it could mend.
const WEIGHT_MIN: f64 = 1e-3;
/// How far the logarithm of a weight by place alone may lie from that of the filter where there are range rates,
/// which turn and narrow the velocity; without, both are the same to 0.15, as a test measures.
const SCREEN_ERROR: f64 = 3.0;
/// Logarithm of the share of the best model's weight below which a model is not filtered: ln of
/// [`WEIGHT_MIN`], and room for that error.
const SLACK: f64 = 7.5;

/// Mean and spread of the logarithm of a machine-gun round's drag, with a standard shape and with a constant
/// coefficient of 0.37: 4 g of 5.56 mm (-6.3) to 43 g of 12.7 mm (-7.1), with 0.56 of the drag of G1 (general knowledge).
const GUN_LOG_DRAG_WITH_SHAPE: f64 = -6.7;
const GUN_LOG_DRAG_WITHOUT_SHAPE: f64 = -7.7;
const GUN_LOG_DRAG_SIGMA: f64 = 0.4;
/// Speed s about which rounds become fewer than a normal distribution about zero has, m/s: of shots of every class
/// one in 1,100 is first seen below 30 m/s and one in 65 below 60, a fifth and a third of what that gives.
const SELDOM_SLOWER_MPS: f64 = 45.0;
/// Most birds among the models of a track.
const BIRDS_MAX: usize = 2;
/// Height up to which such a round is seen, m (assumed: it is spent, and its tracer out, after 1.2 km).
const GUN_HEIGHT_MAX_M: f64 = 1_200.0;
/// Share of a radar's reach within which it sees such a round, and the share of them that it sees beyond (assumed): by the
/// radar equation (Skolnik, Introduction to Radar Systems, chapter 1) reach goes with the fourth root of the
/// cross-section, and a tenth of a mortar round's calibre has a hundredth of its section.
const GUN_REACH: f64 = 0.32;
const GUN_BEYOND: f64 = 0.02;

/// Looks before the first plot at which a round should have been seen, if it was in view then: what does not
/// fall may have stood behind a hill, a round is in view within seconds of its coming. More would be held
/// against a round that a hill hid, for longer than the plots to come make up for.
const LOOKS_BACK: u32 = 2;
/// The same of what was so high that no hill hid it, and that height, rad (assumed).
const LOOKS_BACK_HIGH: u32 = 3;
const HILLS_MAX_RAD: f64 = 0.2;
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
    /// Probability that what is now at `state`, `time_s` after the plot, gave none before it. One where two
    /// plots are too near each other to tell where it was.
    fn unseen(&self, state: &[f64; STATES], time_s: f64, ground_m: f64) -> f64 {
        if time_s < LOOKS_APART_S {
            return 1.0;
        }
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
            (*look <= LOOKS_BACK || elevation > HILLS_MAX_RAD)
                && before_s <= self.watched_s
                && then[2] > ground_m
                && self.sensor.sees([range, azimuth, elevation])
        };
        let missed = (1..=LOOKS_BACK_HIGH).filter(in_view).count();
        libm::pow(1.0 - self.sensor.detection_probability, missed as f64)
    }
}

/// A model to begin with.
struct Model {
    class: Class,
    manner: Manner,
    /// Mean and spread of the logarithm of drag.
    log_drag: [f64; 2],
    limits: Limits,
}

impl Physics {
    /// What one sighting tells of something.
    fn standing(&self, sighting: &Sighting, manner: &Manner, log_drag: [f64; 2]) -> Gaussian {
        let mut state = Gaussian {
            mean: [0.0; STATES],
            covariance: [[0.0; STATES]; STATES],
        };
        let [level, upward] = manner.velocity_sigma_mps;
        let [drag, drag_sigma] = log_drag;
        state.mean[6] = drag;
        for axis in 0..3 {
            state.mean[axis] = sighting.position_m[axis];
            state.covariance[axis][..3].copy_from_slice(&sighting.covariance_m2[axis]);
            let spread = if axis == 2 { upward } else { level };
            state.covariance[axis + 3][axis + 3] = spread * spread;
        }
        state.covariance[6][6] = drag_sigma * drag_sigma;
        state.covariance[7][7] = self.falling.wind_variance();
        state.covariance[8][8] = self.falling.wind_variance();
        state
    }

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
                limits: Limits {
                    speed_max_mps: kind.speed_max_mps,
                    upward_min: kind.upward_min,
                },
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
            limits: Limits::NONE,
        };
        let low = height_m - self.ground_m < GUN_HEIGHT_MAX_M;
        let others = Class::ALL.into_iter().filter(move |class| {
            *class != Class::FallingRound && (low || *class != Class::MachineGunRound)
        });
        self.drag.kinds().map(falling).chain(others.map(other))
    }
}

impl Bank {
    /// Lets a bird begin with a plot in what may be slow: those before may have been another's. `others` is the
    /// weight of the birds for which this plot is another's.
    pub(crate) fn begin_again(&mut self, physics: &Physics, sighting: &Sighting, others: f64) {
        let class = Class::Bird;
        let bird = |member: &Member| member.class == class;
        let birds = self.members.iter().filter(|member| bird(member)).count();
        let weight = if birds == 0 { OTHERS_PLOTS } else { others };
        if weight <= 0.0 || !self.may_be_slow() {
            return;
        }
        let (mean, sigma) = physics.drag.log_drag();
        let new = Member {
            class,
            weight,
            limits: Limits::NONE,
            share: 1.0,
            state: physics.standing(sighting, &class.manner(), [mean, sigma]),
        };
        if birds < BIRDS_MAX {
            self.members.push(new);
            return;
        }
        let members = self.members.iter_mut().filter(|member| bird(member));
        if let Some(least) = members.min_by(|a, b| a.weight.total_cmp(&b.weight)) {
            *least = new;
        }
    }
}

impl Model {
    /// The model after both plots, and the logarithm of its weight.
    fn begin(
        &self,
        physics: &Physics,
        first: &First<'_>,
        second: (&SensorModel, &Sighting),
        time_s: f64,
    ) -> Option<Member> {
        let mut state = physics.standing(first.sighting, &self.manner, self.log_drag);
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
            limits: self.limits,
            share: 1.0,
        })
    }
}

/// All models that may begin at a plot.
pub(crate) struct Beginning<'a> {
    physics: &'a Physics,
    first: First<'a>,
    models: Vec<Model>,
    screen: Screen,
}

impl<'a> Beginning<'a> {
    /// Gets the models ready.
    pub(crate) fn new(physics: &'a Physics, first: First<'a>) -> Self {
        let mut models = Vec::with_capacity(MEMBERS_MAX);
        models.extend(physics.models(first.sighting.position_m[2]));
        if first.sighting.measured[0] > GUN_REACH * first.sensor.field_of_view.range_max_m {
            for model in &mut models {
                if model.class == Class::MachineGunRound {
                    model.manner.prior *= GUN_BEYOND;
                }
            }
        }
        let mut screen = Screen::new();
        for model in &models {
            screen.add(&model.manner, model.class.flies_freely());
        }
        Self {
            physics,
            first,
            models,
            screen,
        }
    }

    /// Logarithm of the density of a second plot, per m³, and the bank where it had to be made for that. None
    /// where the density is surely less than `least`, or no model takes one to the other.
    pub(crate) fn weigh(
        &self,
        sensor: &SensorModel,
        second: &Sighting,
        time_s: f64,
        least: f64,
    ) -> Option<(Option<Bank>, f64)> {
        let screened = self.screened(second, time_s);
        if self.first.sighting.rated || second.rated {
            // A range rate makes a model likelier by its peak at most.
            let peak = sensor.range_rate_sigma_mps.map_or(0.0, |sigma| {
                -0.5 * libm::log(std::f64::consts::TAU * sigma * sigma)
            });
            let all = screened.logarithms().into_iter().reduce(f64::max)?;
            if all + SCREEN_ERROR + peak.max(0.0) < least {
                return None;
            }
            let (bank, log_density) = self.bank(sensor, second, time_s)?;
            return Some((Some(bank), log_density));
        }
        Some((None, screened.sum(least)?))
    }

    /// The bank that both plots begin, and the logarithm of the density of the second, per m³.
    pub(crate) fn bank(
        &self,
        sensor: &SensorModel,
        second: &Sighting,
        time_s: f64,
    ) -> Option<(Bank, f64)> {
        // A range rate may make any model as much likelier as it is precise: then all are filtered.
        let rated = self.first.sighting.rated || second.rated;
        let screened = self.screened(second, time_s).logarithms();
        let best = screened.iter().copied().reduce(f64::max)?;
        let falling = |model: &Model| model.class == Class::FallingRound;
        let of_falling = self
            .models
            .iter()
            .zip(&screened)
            .filter(|(model, _)| falling(model));
        let best_falling = of_falling.map(|(_, one)| *one).reduce(f64::max)?;
        let wanted = |model: &Model, one: f64| {
            one > f64::NEG_INFINITY
                && (rated || one >= best - SLACK || falling(model) && one >= best_falling)
        };
        let both = || self.models.iter().zip(&screened);
        let wanted = || both().filter(|(model, one)| wanted(model, **one));
        let mut members = Vec::with_capacity(wanted().count());
        for (model, _) in wanted() {
            members.extend(model.begin(self.physics, &self.first, (sensor, second), time_s));
        }
        let apart_s = time_s + second.offset_s;
        let mut bank = Bank {
            members,
            unseen: 1.0,
            age_s: apart_s,
            ..Bank::default()
        };
        let total = bank.normalise_logarithms()?;
        // Of the classes alone: what it says of there being anything is told apart, by `Bank::log_unseen`.
        for member in &mut bank.members {
            if member.class == Class::FallingRound {
                member.weight *= share_so_slow(&member.state);
            }
            if member.class.flies_freely() {
                let state = &member.state.mean;
                let unseen = self.first.unseen(state, apart_s, self.physics.ground_m);
                member.weight *= unseen;
                bank.unseen = bank.unseen.min(unseen);
            }
        }
        bank.weigh_limits(self.physics.ground_m);
        bank.normalise();
        bank.drop_below(WEIGHT_MIN);
        bank.normalise();
        Some((bank, total))
    }

    /// How each model takes the place of the second plot; a bullet that is surely spent is ruled out.
    fn screened(&self, second: &Sighting, time_s: f64) -> Screened {
        let first = self.first.sighting;
        let apart_s = time_s + second.offset_s;
        let mut screened = self.screen.of(first, second, apart_s);
        let bullet = |model: &Model| model.class == Class::MachineGunRound;
        if let Some(bullet) = self.models.iter().position(bullet)
            && greatest_speed_mps(first, second, apart_s) < BULLET_SPEED_MIN_MPS
        {
            screened.rule_out(bullet);
        }
        screened
    }
}

/// A place and its covariance, m and m².
type Place<'a> = (&'a [f64; 3], &'a Matrix<3, 3>);

/// Rounds with a velocity, over those that a normal distribution about zero has: the mean of
/// 1 − exp(−v² / 2 s²) over what is known of it.
fn share_so_slow(state: &Gaussian) -> f64 {
    let [squared, variance] = (3..6).fold([0.0; 2], |[squared, variance], axis| {
        let mean = state.mean[axis];
        [
            squared + mean * mean,
            variance + state.covariance[axis][axis] / 3.0,
        ]
    });
    let seldom = SELDOM_SLOWER_MPS * SELDOM_SLOWER_MPS;
    let wide = seldom + variance.max(0.0);
    1.0 - libm::pow(seldom / wide, 1.5) * libm::exp(-0.5 * squared / wide)
}

/// Mean speed between two sightings, and two standard deviations of it more, m/s.
fn greatest_speed_mps(first: &Sighting, second: &Sighting, apart_s: f64) -> f64 {
    let [first, second] = [first, second].map(|one| (&one.position_m, &one.covariance_m2));
    let [distance_m, sigma_m] = apart(first, second);
    (distance_m + 2.0 * sigma_m) / apart_s.max(1e-3)
}

/// Mean speed between two places, and two standard deviations of it less, m/s.
pub(crate) fn least_speed_mps(first: Place<'_>, second: Place<'_>, apart_s: f64) -> f64 {
    let [distance_m, sigma_m] = apart(first, second);
    (distance_m - 2.0 * sigma_m) / apart_s.max(1e-3)
}

/// How far two places are apart, and the standard deviation of that, m.
fn apart(first: Place<'_>, second: Place<'_>) -> [f64; 2] {
    let off = [0, 1, 2].map(|axis| second.0[axis] - first.0[axis]);
    let distance_m = libm::sqrt(off.iter().map(|part| part * part).sum()).max(1e-3);
    let covariance = |row: usize, column: usize| first.1[row][column] + second.1[row][column];
    let along = |row: usize| -> f64 {
        (0..3)
            .map(|column| covariance(row, column) * off[column])
            .sum()
    };
    let spread: f64 = (0..3).map(|row| off[row] * along(row)).sum();
    [distance_m, libm::sqrt(spread.max(0.0)) / distance_m]
}

/// Logarithm of what takes a density per m³ at a sighting to one per m and rad².
pub(crate) fn turned(sighting: &Sighting) -> f64 {
    let [range, _, elevation, _] = sighting.measured;
    libm::log(range * range * libm::cos(elevation).max(1e-3))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::motion::Motion;
    use crate::{DragPrior, Surroundings};
    use theatre::{Plot, Stream};

    fn sensor() -> SensorModel {
        let mut sensor = SensorModel::sample();
        sensor.field_of_view.elevation_min_rad = 0.01;
        sensor.field_of_view.elevation_max_rad = 1.5;
        sensor
    }

    fn physics() -> Physics {
        let drag = DragPrior::default();
        Physics {
            filter: Filter::Extended,
            falling: Motion::new(&Surroundings::default(), &drag),
            drag,
            ground_m: 0.0,
        }
    }

    /// What a plot weighs without a range rate, against all models filtered, by seconds and metres apart.
    #[test]
    fn the_closed_form_is_the_filters_own_density() {
        let (physics, sensor) = (physics(), sensor());
        let mut stream = Stream::new(9, 0, 0, 0x6265_6769);
        let (mut compared, mut worst) = (0, 0.0_f64);
        for _ in 0..2_000 {
            let time_s = [0.1, 0.5, 1.0, 2.0][(4.0 * stream.uniform()) as usize];
            let mut within = |low: f64, high: f64| low + (high - low) * stream.uniform();
            let first = [
                within(600.0, 11_000.0),
                within(-0.9, 0.9),
                within(0.02, 0.9),
            ];
            let turn = 600.0 * time_s / first[0];
            let second = [
                (first[0] + within(-600.0, 600.0) * time_s).max(500.0),
                first[1] + within(-turn, turn),
                (first[2] + within(-turn, turn)).clamp(0.0, 1.5),
            ];
            let [first, second] = [first, second].map(|[range_m, azimuth_rad, elevation_rad]| {
                let plot = Plot {
                    time_ns: 0,
                    range_m,
                    azimuth_rad,
                    elevation_rad,
                    range_rate_mps: None,
                    signal_to_noise_db: None,
                };
                sensor.sighting(&plot, 0).unwrap()
            });
            let first = First {
                sensor: &sensor,
                sighting: &first,
                watched_s: 0.0,
            };
            let beginning = Beginning::new(&physics, first);
            let (bank, filtered) = beginning.bank(&sensor, &second, time_s).unwrap();
            assert!(bank.members.iter().all(|member| member.weight > 0.0));
            // Below that nothing begins.
            if filtered > -40.0 {
                let (_, weighed) = beginning
                    .weigh(&sensor, &second, time_s, f64::NEG_INFINITY)
                    .unwrap();
                worst = worst.max((weighed - filtered).abs());
                compared += 1;
            }
        }
        assert!(compared > 1_000, "{compared}");
        assert!(worst < 0.15, "{worst}");
    }

    /// A plot above the first axis.
    fn at(level_m: f64, height_m: f64) -> Sighting {
        let plot = Plot {
            time_ns: 0,
            range_m: level_m.hypot(height_m),
            azimuth_rad: 0.0,
            elevation_rad: height_m.atan2(level_m),
            range_rate_mps: None,
            signal_to_noise_db: None,
        };
        sensor().sighting(&plot, 0).unwrap()
    }

    /// The bank of two plots a second apart, along the first axis at a height.
    fn begun([from_m, to_m]: [f64; 2], height_m: f64, watched_s: f64) -> Bank {
        let (physics, sensor) = (physics(), sensor());
        let [one, other] = [from_m, to_m].map(|level_m| at(level_m, height_m));
        let first = First {
            sensor: &sensor,
            sighting: &one,
            watched_s,
        };
        let (bank, _) = Beginning::new(&physics, first)
            .bank(&sensor, &other, 1.0)
            .unwrap();
        bank
    }

    #[test]
    fn a_round_that_should_have_been_seen_before_is_less_likely() {
        let odds = |levels_m, height_m, watched_s| {
            let falling = begun(levels_m, height_m, watched_s).probability_of_falling();
            falling / (1.0 - falling)
        };
        // In the midst of the view, two looks are held against it, and three where no hill is as high.
        let midst = |height_m, watched_s| odds([5_000.0, 4_900.0], height_m, watched_s);
        assert!((midst(700.0, 10.0) / midst(700.0, 0.0) - 0.01).abs() < 0.005);
        assert!((midst(700.0, 1.5) / midst(700.0, 0.0) - 0.1).abs() < 0.05);
        assert!((midst(2_000.0, 10.0) / midst(2_000.0, 0.0) - 0.001).abs() < 0.0005);
        // What has just come into view is as likely as ever.
        let edge = |watched_s| odds([11_700.0, 11_400.0], 2_000.0, watched_s);
        assert!((edge(10.0) / edge(0.0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn what_should_have_been_seen_before_is_rather_chance_unless_it_may_have_stood_still() {
        let unseen = |levels_m, watched_s| begun(levels_m, 2_000.0, watched_s).log_unseen();
        // Nothing but a round is as fast: three looks of a tenth each.
        let fast = unseen([5_000.0, 4_300.0], 10.0);
        assert!((fast - 0.001_f64.ln()).abs() < 0.1, "{fast}");
        assert_eq!(unseen([5_000.0, 4_300.0], 0.0), 0.0);
        assert!(unseen([5_000.0, 4_995.0], 10.0) > -0.1);
    }

    #[test]
    fn rounds_are_seldom_as_slow_as_birds() {
        let state = |speed_mps: f64, sigma_mps: f64| {
            let mut state = Gaussian {
                mean: [0.0; STATES],
                covariance: [[0.0; STATES]; STATES],
            };
            state.mean[3] = speed_mps;
            for axis in 3..6 {
                state.covariance[axis][axis] = sigma_mps * sigma_mps;
            }
            share_so_slow(&state)
        };
        // The mean of 1 − exp(−v² / 2 s²) where v is known, and where it is normal about zero.
        assert!((state(45.0, 0.0) - (1.0 - (-0.5_f64).exp())).abs() < 1e-12);
        assert!((state(0.0, 45.0) - (1.0 - 0.5_f64.powf(1.5))).abs() < 1e-12);
        assert!(state(15.0, 12.0) < 0.2 && state(150.0, 12.0) > 0.99);
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

    #[test]
    fn what_a_motor_pushes_is_soon_fast() {
        let thrust = Class::RocketUnderThrust as usize;
        assert_eq!(
            begun([3_000.0, 2_930.0], 300.0, 0.0).probabilities()[thrust],
            0.0
        );
        assert!(begun([3_000.0, 2_700.0], 300.0, 0.0).probabilities()[thrust] > 0.0);
    }

    /// Plots of a bird, then of its neighbour, 50 m lower: nothing has fallen.
    #[test]
    fn a_track_that_goes_over_to_another_bird_of_a_flock_is_still_a_bird() {
        let (physics, sensor) = (physics(), sensor());
        let mut bank = begun([1_500.0, 1_486.0], 650.0, 0.0);
        for second in 2..9 {
            let height_m = if second < 4 { 650.0 } else { 600.0 };
            let sighting = at(1_500.0 - 14.0 * f64::from(second), height_m);
            bank.predict(&physics, 1.0);
            let scan = bank.expect(&physics, &sensor);
            bank.update(&physics, &sensor, &sighting, &scan, second + 1);
            let falling = bank.probability_of_falling();
            assert!(falling < 0.1, "{second}: {falling}");
        }
        assert!(bank.probabilities()[Class::Bird as usize] > 0.99);
    }
}
