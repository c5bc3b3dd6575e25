//! The push of a rocket motor.

use crate::FlightError;
use crate::error::within;

/// A motor that burns at a constant rate from the moment of launch.
///
/// Thrust F and the rate at which propellant leaves are constant, so that the mass falls in a straight
/// line from `mass_ratio` times that at burn-out, and the acceleration F / m rises. Without air and
/// gravity the motor would add just `speed_gain_mps` (Tsiolkovsky: Δv = F / ṁ · ln of the ratio), which
/// is the figure that sources give or allow to be guessed; so it is the one taken, and the thrust
/// follows from it. Ignition, tail-off and the loss of thrust in thicker air are left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Motor {
    /// Speed that the motor would add without air and gravity, m/s; 0 to 10,000.
    pub speed_gain_mps: f64,
    /// Time of burning, s; 0.01 to 1000.
    pub burn_s: f64,
    /// Mass at launch over mass at burn-out; 1 to 50.
    pub mass_ratio: f64,
    /// Where it pushes.
    pub direction: ThrustDirection,
}

/// Where a motor pushes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ThrustDirection {
    /// Along the velocity relative to the ground, as a long burn under guidance or fins does.
    Velocity,
    /// Along a fixed direction of the local frame, as a short burn does; of length one. Where it differs
    /// from the direction of launch, the motor is misaligned.
    Fixed([f64; 3]),
}

impl Motor {
    pub(crate) fn check(&self) -> Result<(), FlightError> {
        within("speed gain in m/s", self.speed_gain_mps, 0.0, 10_000.0)?;
        within("time of burning in s", self.burn_s, 0.01, 1_000.0)?;
        within("ratio of masses", self.mass_ratio, 1.0, 50.0)?;
        match self.direction {
            ThrustDirection::Velocity => Ok(()),
            ThrustDirection::Fixed([x, y, z]) => {
                let length = libm::sqrt(x * x + y * y + z * z);
                within(
                    "length of the direction of thrust",
                    length,
                    1.0 - 1e-9,
                    1.0 + 1e-9,
                )
            }
        }
    }

    /// Mass at a time since launch as a multiple of that at burn-out.
    pub(crate) fn mass_at(&self, time_s: f64) -> f64 {
        let left = (1.0 - time_s / self.burn_s).clamp(0.0, 1.0);
        1.0 + (self.mass_ratio - 1.0) * left
    }

    /// Acceleration by thrust at a time since launch at which the motor burns, m/s².
    pub(crate) fn acceleration_mps2(&self, time_s: f64) -> f64 {
        let burned = self.mass_ratio - 1.0;
        // (r − 1) / ln r, which is one where nothing is burned.
        let shape = if burned < 1e-12 {
            1.0
        } else {
            burned / libm::log1p(burned)
        };
        self.speed_gain_mps / self.burn_s * shape / self.mass_at(time_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_push_adds_up_to_the_speed_gain() {
        for mass_ratio in [1.0, 1.4, 5.0] {
            let motor = Motor {
                speed_gain_mps: 700.0,
                burn_s: 1.8,
                mass_ratio,
                direction: ThrustDirection::Velocity,
            };
            let steps = 10_000;
            let sum: f64 = (0..steps)
                .map(|step| motor.acceleration_mps2(1.8 * (f64::from(step) + 0.5) / 1e4))
                .sum();
            assert!((sum * 1.8 / 1e4 / 700.0 - 1.0).abs() < 1e-6);
            assert_eq!(motor.mass_at(0.0), mass_ratio);
            assert_eq!(motor.mass_at(1.8), 1.0);
        }
    }
}
