//! Several models of one target, weighed against each other.
//!
//! A rocket's motor burns out, so thrust passes into free flight by the interacting multiple model
//! (Blom and Bar-Shalom, IEEE Trans. Automatic Control 33, 1988). Everything else stays what it is, and
//! is weighed by the likelihood of its plots (Magill, IEEE Trans. Automatic Control 10, 1965).

use crate::drag::{DragPrior, KINDS_MAX};
use crate::expected::{Expected, Innovation};
use crate::filter::{Filter, Gaussian};
use crate::limits::{Limits, speed};
use crate::misfit::Misfit;
use crate::model::{BURN_MEAN_S, Class, SLOW_MAX_MPS};
use crate::motion::Motion;
use crate::sensor::{SensorModel, Sighting};

/// Below this a model is dropped. A falling round is never ruled out.
const WEIGHT_MIN: f64 = 1e-4;
/// Squared distance beyond which a plot is no target's at any gate, and no density is asked for.
const FAR: f64 = 40.0;
/// The least weight that a falling round keeps.
const FALLING_WEIGHT_MIN: f64 = 1e-6;
/// Share of the plots that a track takes which are another's (assumed): a neighbour's in a flock, or clutter.
/// One plot speaks no louder against a bird or a drone.
pub(crate) const OTHERS_PLOTS: f64 = 0.01;
/// Plots before a model may be dropped.
const PLOTS_BEFORE_DROPPING: u32 = 4;

/// Most models of a bank: one for each kind of falling round, and two birds.
pub(crate) const MEMBERS_MAX: usize = Class::ALL.len() + KINDS_MAX;
/// Squared distance of the logarithms of drag below which two kinds of falling round are one.
const KINDS_APART: f64 = 1.0;

/// How much rarer anything else is among the rounds of a burst (assumed).
const AMID_BULLETS: f64 = 0.005;

/// What every bank needs to move.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Physics {
    pub(crate) filter: Filter,
    pub(crate) falling: Motion,
    pub(crate) drag: DragPrior,
    /// Level of the ground, m.
    pub(crate) ground_m: f64,
}

/// One model and its state.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) class: Class,
    pub(crate) weight: f64,
    pub(crate) state: Gaussian,
    /// What it keeps to if it is a falling round.
    pub(crate) limits: Limits,
    /// What the limits of its class have been worth so far, in its weight: a factor.
    pub(crate) share: f64,
}

/// The models of one target; weights sum to one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bank {
    pub(crate) members: Vec<Member>,
    pub(crate) misfit: Misfit,
    /// What was held against falling because nothing was seen before the first plot: a factor.
    pub(crate) unseen: f64,
    /// Time since its first plot, s.
    pub(crate) age_s: f64,
}

crate::stored!(Member {
    class,
    weight,
    state,
    limits,
    share
});
crate::stored!(Bank {
    members,
    misfit,
    unseen,
    age_s
});

impl Physics {
    pub(crate) fn motion(&self, class: Class) -> Option<&Motion> {
        class.flies_freely().then_some(&self.falling)
    }
}

impl Bank {
    /// Turns logarithms of weights into weights; returns the logarithm of their sum.
    pub(crate) fn normalise_logarithms(&mut self) -> Option<f64> {
        let top = self
            .members
            .iter()
            .map(|member| member.weight)
            .reduce(f64::max)?;
        let mut sum = 0.0;
        for member in &mut self.members {
            member.weight = libm::exp(member.weight - top);
            sum += member.weight;
        }
        for member in &mut self.members {
            member.weight /= sum;
        }
        Some(top + libm::log(sum))
    }

    /// The bank some time later.
    pub(crate) fn predict(&mut self, physics: &Physics, time_s: f64) {
        if time_s <= 0.0 {
            return;
        }
        self.age_s += time_s;
        self.burn_out(time_s);
        for member in &mut self.members {
            let manner = member.class.manner();
            member.state.predict(
                physics.filter,
                physics.motion(member.class),
                &manner,
                time_s,
            );
        }
        self.members.retain(|member| member.state.is_sound());
        self.normalise();
    }

    /// Lets part of what is under thrust pass into free flight.
    fn burn_out(&mut self, time_s: f64) {
        let of = |class| move |member: &&mut Member| member.class == class;
        let share = 1.0 - libm::exp(-time_s / BURN_MEAN_S);
        let Some(thrust) = self.members.iter_mut().find(of(Class::RocketUnderThrust)) else {
            return;
        };
        let passing = thrust.weight * share;
        let from = thrust.state;
        // The last kind of falling round is the fastest.
        let Some(falling) = self.members.iter_mut().rfind(of(Class::FallingRound)) else {
            return;
        };
        if passing > FALLING_WEIGHT_MIN * falling.weight {
            let total = falling.weight + passing;
            let parts = [
                (falling.weight / total, &falling.state),
                (passing / total, &from),
            ];
            falling.state = Gaussian::mixture(parts.into_iter());
            falling.weight = total;
        } else {
            falling.weight += passing;
        }
        for member in &mut self.members {
            if member.class == Class::RocketUnderThrust {
                member.weight -= passing;
            }
        }
    }

    /// What each model expects of a sensor `offset_s` after the bank's moment; models whose
    /// covariance has failed are dropped.
    pub(crate) fn expect(&mut self, physics: &Physics, sensor: &SensorModel) -> Vec<Expected> {
        let mut all = Vec::with_capacity(self.members.len());
        let scale = self.misfit.noise_scale();
        self.members.retain(|member| {
            let expected = member.state.expected(physics.filter, sensor, 0.0, scale);
            all.extend(expected);
            expected.is_some()
        });
        self.normalise();
        all.truncate(self.members.len());
        all
    }

    /// The expectations to hold a sighting against: those of the scan's moment, or its own.
    fn at_moment(
        &self,
        physics: &Physics,
        sensor: &SensorModel,
        sighting: &Sighting,
        scan: &[Expected],
    ) -> Vec<Expected> {
        let scale = self.misfit.noise_scale();
        let own = |(member, expected): (&Member, &Expected)| {
            member
                .state
                .expected(physics.filter, sensor, sighting.offset_s, scale)
                .unwrap_or(*expected)
        };
        self.members.iter().zip(scan).map(own).collect()
    }

    /// The innovation of a sighting by each model.
    pub(crate) fn innovations(
        &self,
        physics: &Physics,
        sensor: &SensorModel,
        sighting: &Sighting,
        scan: &[Expected],
    ) -> Innovations {
        let mut all = Innovations {
            each: [None; MEMBERS_MAX],
            log_density: f64::NEG_INFINITY,
            squared_distance: f64::INFINITY,
        };
        let moved;
        let expected = if sighting.offset_s == 0.0 {
            scan
        } else {
            moved = self.at_moment(physics, sensor, sighting, scan);
            &moved
        };
        let mut top = f64::NEG_INFINITY;
        for (slot, expected) in all.each.iter_mut().zip(expected) {
            let innovation = expected.innovation(sighting);
            top = top.max(innovation.log_density);
            all.squared_distance = all.squared_distance.min(innovation.squared_distance);
            *slot = Some(innovation);
        }
        if all.squared_distance > FAR {
            return all;
        }
        if let [_] = self.members.as_slice() {
            all.log_density = top;
            return all;
        }
        let weighed = |(member, innovation): (&Member, &Option<Innovation>)| {
            innovation.map_or(0.0, |it| member.weight * libm::exp(it.log_density - top))
        };
        all.log_density = top + libm::log(self.members.iter().zip(&all.each).map(weighed).sum());
        all
    }

    /// Takes one sighting in.
    pub(crate) fn update(
        &mut self,
        physics: &Physics,
        sensor: &SensorModel,
        sighting: &Sighting,
        scan: &[Expected],
        plots: u32,
    ) {
        let innovations = self.innovations(physics, sensor, sighting, scan);
        let moved;
        let expected = if sighting.offset_s == 0.0 {
            scan
        } else {
            moved = self.at_moment(physics, sensor, sighting, scan);
            &moved
        };
        let (mut squared, mut others) = (0.0, 0.0);
        let each = innovations.each.iter().flatten();
        let best = each
            .map(|one| one.log_density)
            .fold(f64::NEG_INFINITY, f64::max);
        for ((member, expected), innovation) in
            self.members.iter_mut().zip(expected).zip(&innovations.each)
        {
            let Some(innovation) = innovation else {
                continue;
            };
            let least = match member.class.is_slow() {
                true => best + libm::log(OTHERS_PLOTS),
                false => f64::NEG_INFINITY,
            };
            let log_density = innovation.log_density.max(least);
            member.weight *= libm::exp(log_density - innovations.log_density);
            // What is another's tells nothing of its place.
            if innovation.log_density >= least {
                member.state.update(expected, innovation);
                squared += member.weight * innovation.squared_distance;
            } else if member.class == Class::Bird {
                others += member.weight;
            }
        }
        let components = if sighting.rated { 4.0 } else { 3.0 };
        let scaled = self.likeliest(|index| innovations.each.get(index).copied().flatten());
        self.learn(squared, components, scaled);
        self.begin_again(physics, sighting, others);
        self.tidy(physics, plots);
    }

    /// Whether it may be as slow as a bird, by its likeliest model.
    pub(crate) fn may_be_slow(&self) -> bool {
        let members = self.members.iter();
        let likeliest = members.max_by(|a, b| a.weight.total_cmp(&b.weight));
        likeliest.is_some_and(|member| {
            let [speed_mps, sigma_mps] = speed(&member.state);
            speed_mps - 2.0 * sigma_mps < SLOW_MAX_MPS
        })
    }

    /// Takes several sightings in, each with the probability that it is this target's.
    pub(crate) fn update_joint(
        &mut self,
        physics: &Physics,
        sensor: &SensorModel,
        sightings: &[(f64, &Sighting)],
        scan: &[Expected],
        plots: u32,
    ) {
        let seen: Vec<_> = sightings
            .iter()
            .map(|(probability, sighting)| {
                (
                    *probability,
                    self.innovations(physics, sensor, sighting, scan),
                )
            })
            .collect();
        let missed = (1.0 - seen.iter().map(|(probability, _)| probability).sum::<f64>()).max(0.0);
        let (mut squared, mut components, mut others) = (0.0, 0.0, 0.0);
        // What each model makes of all of them, and the probability of that against all models'.
        let own = |index: usize| {
            let of = |(probability, all): &(f64, Innovations)| {
                let innovation = all.each.get(index).copied().flatten()?;
                let ratio = libm::exp(innovation.log_density - all.log_density);
                Some((probability * ratio, innovation))
            };
            let innovations: Vec<_> = seen.iter().filter_map(of).collect();
            let total = missed + innovations.iter().map(|(weight, _)| weight).sum::<f64>();
            (total, innovations)
        };
        let all: Vec<_> = (0..self.members.len()).map(own).collect();
        let best = all.iter().map(|(total, _)| *total).fold(0.0, f64::max);
        for ((member, expected), (total, mut innovations)) in
            self.members.iter_mut().zip(scan).zip(all)
        {
            if member.class.is_slow() && total < OTHERS_PLOTS * best {
                member.weight *= OTHERS_PLOTS * best;
                if member.class == Class::Bird {
                    others += member.weight;
                }
                continue;
            }
            if total <= 0.0 {
                member.weight = 0.0;
                continue;
            }
            for (weight, innovation) in &mut innovations {
                squared += member.weight * *weight * innovation.squared_distance;
                components += member.weight * *weight * innovation.components as f64;
                *weight /= total;
            }
            member.weight *= total;
            member.state.update_mixed(expected, &innovations);
        }
        let scaled = self.likeliest(|index| {
            let likeliest = seen.iter().max_by(|a, b| a.0.total_cmp(&b.0));
            likeliest.and_then(|(_, all)| all.each.get(index).copied().flatten())
        });
        self.learn(squared, components, scaled);
        let nearest = sightings.iter().max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, sighting)) = nearest.filter(|(probability, _)| *probability > 0.5) {
            self.begin_again(physics, sighting, others);
        }
        self.tidy(physics, plots);
    }

    /// Takes in that a plot which is likely this target's lies beyond the gate: a radar that errs by more than it
    /// says would otherwise lose its targets before that shows.
    pub(crate) fn doubt(
        &mut self,
        physics: &Physics,
        sensor: &SensorModel,
        sighting: &Sighting,
        scan: &[Expected],
    ) {
        let seen = self.innovations(physics, sensor, sighting, scan);
        if seen.squared_distance.is_finite() {
            self.learn(seen.squared_distance, 3.0, [0.0; 3]);
        }
    }

    /// The innovation by the likeliest model.
    fn likeliest(&self, innovation: impl Fn(usize) -> Option<Innovation>) -> [f64; 3] {
        let weights = self.members.iter().map(|member| member.weight).enumerate();
        let best = weights.max_by(|a, b| a.1.total_cmp(&b.1));
        best.and_then(|(index, _)| innovation(index))
            .map_or([0.0; 3], |innovation| innovation.place())
    }

    /// Takes a misfit in. What earlier plots said of place and velocity was believed by another factor, and
    /// is corrected by it; drag and wind are mostly known beforehand.
    fn learn(&mut self, squared: f64, components: f64, scaled: [f64; 3]) {
        let changed = self.misfit.take(squared, components, scaled, self.age_s);
        if changed != 1.0 {
            for member in &mut self.members {
                member.state.widen(libm::sqrt(changed));
            }
        }
    }

    /// Drops what has become impossible and makes the weights sum to one.
    fn tidy(&mut self, physics: &Physics, plots: u32) {
        self.members.retain(|member| member.state.is_sound());
        self.weigh_limits(physics.ground_m);
        if plots >= PLOTS_BEFORE_DROPPING && self.members.len() > 1 {
            self.drop_below(WEIGHT_MIN);
            self.join_kinds();
        }
        for member in &mut self.members {
            if member.class == Class::FallingRound {
                member.weight = member.weight.max(FALLING_WEIGHT_MIN);
            }
        }
        self.normalise();
    }

    /// Drops the unlikely, all but the likeliest falling round.
    pub(crate) fn drop_below(&mut self, least: f64) {
        let falling = |member: &Member| member.class == Class::FallingRound;
        let best = self
            .members
            .iter()
            .filter(|member| falling(member))
            .map(|member| member.weight)
            .fold(0.0, f64::max);
        self.members
            .retain(|member| member.weight >= least || falling(member) && member.weight >= best);
    }

    /// Takes in that many like it are there, if it is a bullet.
    pub(crate) fn take_for_bullet(&mut self) {
        let others = |member: &&mut Member| member.class != Class::MachineGunRound;
        for member in self.members.iter_mut().filter(others) {
            member.weight *= AMID_BULLETS;
        }
        self.normalise();
    }

    /// Makes one of neighbouring kinds of falling round that plots have brought together.
    fn join_kinds(&mut self) {
        let mut place = 0;
        while place + 1 < self.members.len() {
            let [one, other] = [&self.members[place], &self.members[place + 1]];
            let apart = one.state.mean[6] - other.state.mean[6];
            let spread = one.state.covariance[6][6] + other.state.covariance[6][6];
            let both = [one, other].map(|member| member.class) == [Class::FallingRound; 2];
            if !both || apart * apart > KINDS_APART * spread {
                place += 1;
                continue;
            }
            let weight = one.weight + other.weight;
            if weight > 0.0 {
                let parts = [
                    (one.weight / weight, &one.state),
                    (other.weight / weight, &other.state),
                ];
                let (state, limits) = (
                    Gaussian::mixture(parts.into_iter()),
                    one.limits.of_both(other.limits),
                );
                let joined = &mut self.members[place];
                (joined.state, joined.limits, joined.weight) = (state, limits, weight);
            }
            self.members.remove(place + 1);
        }
    }

    /// Makes the weights sum to one; empties the bank where they cannot.
    pub(crate) fn normalise(&mut self) {
        let sum: f64 = self.members.iter().map(|member| member.weight).sum();
        for member in &mut self.members {
            member.weight /= sum;
        }
        if !(sum > 0.0 && sum.is_finite()) {
            self.members.clear();
        }
    }

    /// The whole as one normal distribution; none where no model is left.
    pub(crate) fn state(&self) -> Option<Gaussian> {
        match self.members.as_slice() {
            [] => None,
            [only] => Some(only.state),
            members => Some(Gaussian::mixture(
                members.iter().map(|member| (member.weight, &member.state)),
            )),
        }
    }

    /// Whether it lies below a level by more than chance, which nothing does.
    pub(crate) fn is_below(&self, level_m: f64) -> bool {
        self.members.iter().all(|member| {
            let sigma_m = libm::sqrt(member.state.covariance[2][2]);
            member.state.mean[2] + 3.0 * sigma_m < level_m
        })
    }

    /// The models that fall as one normal distribution.
    pub(crate) fn falling_state(&self) -> Option<Gaussian> {
        let falling = || self.members.iter().filter(|member| member.class.falls());
        let total = self.probability_of_falling();
        (total > 0.0).then(|| {
            Gaussian::mixture(falling().map(|member| (member.weight / total, &member.state)))
        })
    }

    pub(crate) fn probability_of_falling(&self) -> f64 {
        self.probability_of(Class::falls)
    }

    /// Probability that it is a bird or a drone.
    pub(crate) fn probability_of_slow(&self) -> f64 {
        self.probability_of(Class::is_slow)
    }

    fn probability_of(&self, wanted: impl Fn(Class) -> bool) -> f64 {
        let members = self.members.iter().filter(|member| wanted(member.class));
        members.map(|member| member.weight).sum()
    }

    /// Logarithm of what it says against there being anything that nothing was seen before its first plot: of the
    /// weights of what falls or is shot that has been taken off.
    pub(crate) fn log_unseen(&self) -> f64 {
        let free = |member: &&Member| member.class.flies_freely();
        let weights = self.members.iter().filter(free).map(|one| one.weight);
        let free: f64 = weights.sum();
        -libm::log(1.0 - free + free / self.unseen)
    }

    /// The class that is likeliest with all its models.
    pub(crate) fn likeliest_class(&self) -> Class {
        let all = self.probabilities();
        let more = |best: Class, class: &Class| match all[*class as usize] > all[best as usize] {
            true => *class,
            false => best,
        };
        Class::ALL.iter().fold(Class::ALL[0], more)
    }

    /// Probability of each class, in the order of [`Class::ALL`].
    pub(crate) fn probabilities(&self) -> [f64; Class::ALL.len()] {
        let mut all = [0.0; Class::ALL.len()];
        for member in &self.members {
            all[member.class as usize] += member.weight;
        }
        all
    }
}

/// What a sighting is to each model of a bank, and to the bank as a whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Innovations {
    each: [Option<Innovation>; MEMBERS_MAX],
    pub(crate) log_density: f64,
    /// That of the nearest model.
    pub(crate) squared_distance: f64,
}
