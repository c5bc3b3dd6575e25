//! How seldom anything of a class flies as it is now known to: too fast, too flat, too slow or for too long.
//!
//! Normal distributions of velocity, of which a bank is made, have no ends. What has them in truth is taken into the
//! weights here, by how likely the state is within them, and can be given back: nothing is ruled out for good by one
//! bad estimate, but for what cannot be at all.

use ballistics::atmosphere::STANDARD_GRAVITY_MPS2;

use crate::bank::{Bank, Member};
use crate::filter::Gaussian;
use crate::model::Class;

/// How long a machine-gun round is seen, s, and down to which speed, m/s (assumed: a tracer burns 1 to 3 s, in which
/// it slows from 850 m/s to 300), and the share of those that are seen beyond that, up to four times as long.
const BULLET_AGE_MAX_S: f64 = 3.0;
pub(crate) const BULLET_SPEED_MIN_MPS: f64 = 200.0;
const BULLET_SPENT: f64 = 0.01;
const BULLET_GONE: f64 = 4.0;

/// Least acceleration by a motor, m/s² (assumed: rockets of 107 and 122 mm reach 350 to 700 m/s in one to two
/// seconds, and have burnt out where this asks more).
const THRUST_MIN_MPS2: f64 = 200.0;
/// Speed that aircraft near a base hardly pass, how sharply they become fewer about it, m/s, and the share of those
/// faster that is left of what a normal distribution of velocity has (assumed).
const AIRCRAFT_MAX_MPS: f64 = 235.0;
const AIRCRAFT_MAX_SIGMA_MPS: f64 = 10.0;
const AIRCRAFT_FASTER: f64 = 0.05;

/// How far a catalogue's greatest speed may be wrong, as a share of it, and the share of rounds that are faster yet
/// (assumed).
const ROUND_MAX_SIGMA: f64 = 0.05;
const ROUND_FASTER: f64 = 0.1;
/// The share of rounds that are laid flatter than their kind is (assumed).
const ROUND_FLATTER: f64 = 0.05;

/// What rounds of a kind keep to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Greatest speed at the ground, m/s.
    pub(crate) speed_max_mps: f64,
    /// Least share of their energy at the ground that goes upward there.
    pub(crate) upward_min: f64,
}

crate::stored!(Limits {
    speed_max_mps,
    upward_min
});

impl Limits {
    /// Those of what keeps to none.
    pub(crate) const NONE: Self = Self {
        speed_max_mps: 1e9,
        upward_min: 0.0,
    };

    /// Those that two kinds both keep to.
    pub(crate) fn of_both(self, other: Self) -> Self {
        Self {
            speed_max_mps: self.speed_max_mps.max(other.speed_max_mps),
            upward_min: self.upward_min.min(other.upward_min),
        }
    }

    /// Share of rounds that fly like this. Of the energy at the ground the air has taken more than this knows, and more
    /// of its level part than of what is upward.
    fn share(self, state: &Gaussian, ground_m: f64) -> f64 {
        let [speed_mps, sigma_mps] = speed(state);
        let fallen = 2.0 * STANDARD_GRAVITY_MPS2 * (state.mean[2] - ground_m).max(0.0);
        let at_ground_mps = libm::sqrt(speed_mps * speed_mps + fallen);
        let over = at_ground_mps - self.speed_max_mps;
        let slow = seldom(
            over / libm::hypot(sigma_mps, ROUND_MAX_SIGMA * self.speed_max_mps),
            ROUND_FASTER,
        );
        if self.upward_min <= 0.0 {
            return slow;
        }
        let [vx, vy, vz] = [state.mean[3], state.mean[4], state.mean[5]];
        let least = self.upward_min;
        let lacking = least * (speed_mps * speed_mps + fallen) - (vz * vz + fallen);
        let slope = [least * vx, least * vy, (least - 1.0) * vz].map(|part| 2.0 * part);
        slow * seldom(lacking / spread(state, slope).max(1.0), ROUND_FLATTER)
    }
}

/// One within a limit and `beyond` far over it, by how many standard deviations it is passed.
fn seldom(over: f64, beyond: f64) -> f64 {
    let within = 0.5 * libm::erfc(over * std::f64::consts::FRAC_1_SQRT_2);
    beyond + (1.0 - beyond) * within
}

/// Standard deviation of what goes with velocity by these slopes.
fn spread(state: &Gaussian, slope: [f64; 3]) -> f64 {
    let along = |row: usize| -> f64 {
        let columns = slope.iter().zip(&state.covariance[row + 3][3..6]);
        columns.map(|(part, covariance)| part * covariance).sum()
    };
    let variance: f64 = (0..3).map(|row| slope[row] * along(row)).sum();
    libm::sqrt(variance.max(0.0))
}

/// Speed of a state and its standard deviation, m/s.
pub(crate) fn speed(state: &Gaussian) -> [f64; 2] {
    let velocity = [state.mean[3], state.mean[4], state.mean[5]];
    let speed_mps = libm::sqrt(velocity.iter().map(|part| part * part).sum());
    let slope = velocity.map(|part| {
        if speed_mps > 0.0 {
            part / speed_mps
        } else {
            0.0
        }
    });
    [speed_mps, spread(state, slope)]
}

/// Whether it is older or surely slower than a machine-gun round is seen.
fn is_spent(state: &Gaussian, age_s: f64) -> bool {
    let [speed_mps, sigma_mps] = speed(state);
    age_s > BULLET_AGE_MAX_S || speed_mps + 2.0 * sigma_mps < BULLET_SPEED_MIN_MPS
}

impl Bank {
    /// Drops the rocket under thrust that its motor would have made faster by now, and what is no bullet for so long.
    fn drop_impossible(&mut self) {
        let age_s = self.age_s;
        self.members.retain(|member| match member.class {
            Class::RocketUnderThrust => speed(&member.state)[0] > THRUST_MIN_MPS2 * age_s,
            Class::MachineGunRound => age_s <= BULLET_GONE * BULLET_AGE_MAX_S,
            _ => true,
        });
    }

    /// Takes into the weights how seldom anything of a class flies as it is now known to.
    pub(crate) fn weigh_limits(&mut self, ground_m: f64) {
        self.drop_impossible();
        let age_s = self.age_s;
        for member in &mut self.members {
            let share = member.seldom(age_s, ground_m);
            member.weight *= share / member.share;
            member.share = share;
        }
    }
}

impl Member {
    fn seldom(&self, age_s: f64, ground_m: f64) -> f64 {
        match self.class {
            Class::Aircraft => {
                let [speed_mps, sigma_mps] = speed(&self.state);
                let sigma_mps = libm::hypot(sigma_mps, AIRCRAFT_MAX_SIGMA_MPS);
                seldom((speed_mps - AIRCRAFT_MAX_MPS) / sigma_mps, AIRCRAFT_FASTER)
            }
            // A light mortar round has nearly its drag.
            Class::MachineGunRound if is_spent(&self.state, age_s) => BULLET_SPENT,
            Class::FallingRound => self.limits.share(&self.state, ground_m),
            _ => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::STATES;

    fn state(height_m: f64, velocity_mps: [f64; 3], sigma_mps: f64) -> Gaussian {
        let mut state = Gaussian {
            mean: [0.0; STATES],
            covariance: [[0.0; STATES]; STATES],
        };
        state.mean[2] = height_m;
        state.mean[3..6].copy_from_slice(&velocity_mps);
        for axis in 3..6 {
            state.covariance[axis][axis] = sigma_mps * sigma_mps;
        }
        state
    }

    #[test]
    fn what_is_laid_steeply_is_steep_wherever_it_is_seen() {
        let mortar = Limits {
            speed_max_mps: 250.0,
            upward_min: 0.4,
        };
        // 200 m/s at 45 degrees in a vacuum: at the ground, half way up, and at the top, 1,020 m.
        let level = 200.0 * std::f64::consts::FRAC_1_SQRT_2;
        for height_m in [0.0, 510.0, 1_019.0] {
            let up = libm::sqrt(level * level - 2.0 * STANDARD_GRAVITY_MPS2 * height_m);
            for upward in [up, -up] {
                let share = mortar.share(&state(height_m, [level, 0.0, upward], 3.0), 0.0);
                assert!(share > 0.99, "{height_m}: {share}");
            }
        }
        // A bullet at 100 m, and what is far too fast.
        let flat = mortar.share(&state(100.0, [200.0, 0.0, 10.0], 3.0), 0.0);
        assert!((flat - ROUND_FLATTER).abs() < 1e-3 * flat, "{flat}");
        let fast = mortar.share(&state(0.0, [300.0, 0.0, 300.0], 3.0), 0.0);
        assert!((fast - ROUND_FASTER).abs() < 1e-3 * fast, "{fast}");
        // Where its velocity is not known, next to nothing is held against it.
        assert!(mortar.share(&state(100.0, [150.0, 0.0, 10.0], 200.0), 0.0) > 0.25);
        assert_eq!(
            Limits::NONE.share(&state(0.0, [900.0, 0.0, 0.0], 1.0), 0.0),
            1.0
        );
    }

    #[test]
    fn the_spread_of_a_speed_is_that_along_the_velocity() {
        let mut fast = state(0.0, [300.0, 400.0, 0.0], 0.0);
        fast.covariance[3][3] = 4.0;
        fast.covariance[4][4] = 9.0;
        let [speed_mps, sigma_mps] = speed(&fast);
        assert_eq!(speed_mps, 500.0);
        assert!((sigma_mps - libm::sqrt(0.36 * 4.0 + 0.64 * 9.0)).abs() < 1e-12);
    }
}
