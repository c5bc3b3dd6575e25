//! What every flight of a batch shares, and the batch as a task for some width of vectors.

use super::lanes::{Lanes, Numbers};
use super::medium::Medium;
use super::motion::{Point, Traits};
use super::roster::State;
use super::{Impacts, Shots, within};
use crate::FlightError;
use crate::precise::Surroundings;
use crate::thrust::{Motor, ThrustDirection};
use pulp::{Simd, WithSimd};

/// Flights under way at a time: few enough to stay near the processor.
const TOGETHER: usize = 512;

/// Everything that accelerates a body but the medium, and the choice of steps.
#[derive(Clone, Debug)]
pub(super) struct Kernel {
    pub(super) motor: Option<Motor>,
    pub(super) gravity_mps2: f64,
    pub(super) ground_height_m: f64,
    /// Twice the rate at which the Earth turns, north and up, rad/s.
    pub(super) turning_radps: [f64; 2],
    pub(super) refinement: f64,
}

impl Kernel {
    pub(super) fn new(
        motor: Option<Motor>,
        surroundings: &Surroundings,
        refinement: f64,
    ) -> Result<Self, FlightError> {
        surroundings.check()?;
        motor.as_ref().map_or(Ok(()), Motor::check)?;
        within("refinement", refinement, 0.2, 100.0)?;
        Ok(Self {
            motor,
            gravity_mps2: surroundings.gravity_mps2,
            ground_height_m: surroundings.ground_height_m,
            turning_radps: surroundings.turning_radps(),
            refinement,
        })
    }

    pub(super) fn has_fixed_thrust(&self) -> bool {
        let direction = self.motor.map(|motor| motor.direction);
        matches!(direction, Some(ThrustDirection::Fixed(_)))
    }
}

/// A batch to be flown with some width of vectors.
pub(super) struct Task<'a, M> {
    pub(super) medium: &'a M,
    pub(super) kernel: &'a Kernel,
    pub(super) shots: &'a Shots,
    pub(super) impacts: &'a mut Impacts,
}

impl<M: Medium> WithSimd for Task<'_, M> {
    type Output = Result<(), FlightError>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        self.fly::<Lanes<S>>(simd)
    }
}

impl<M: Medium> Task<'_, M> {
    #[inline(always)]
    pub(super) fn fly<N: Numbers>(self, width: N::Width) -> Result<(), FlightError> {
        let flight: Flight<'_, N, M> = Flight {
            width,
            medium: self.medium,
            kernel: self.kernel,
            shots: self.shots,
        };
        let shots: Vec<usize> = (0..self.shots.len()).collect();
        for together in shots.chunks(TOGETHER) {
            let launch = |&shot| State::launch(self.shots, shot);
            let mut states: Vec<State> = together.iter().map(launch).collect();
            if let (true, Some(motor)) = (M::POWERED, &self.kernel.motor) {
                flight.follow(&mut states, Some(motor))?;
            }
            flight.follow(&mut states, None)?;
            flight.land(&states, self.impacts)?;
        }
        Ok(())
    }
}

/// How far the lanes have come.
pub(super) struct Course<N: Numbers, M: Medium> {
    pub(super) point: Point<N>,
    pub(super) traits: Traits<N>,
    pub(super) piece: M::Piece<N>,
    /// The last step, or half of this before it if that is more.
    pub(super) step_s: N,
}

/// Flights side by side.
pub(super) struct Flight<'a, N: Numbers, M> {
    pub(super) width: N::Width,
    pub(super) medium: &'a M,
    pub(super) kernel: &'a Kernel,
    pub(super) shots: &'a Shots,
}

impl<N: Numbers, M> Flight<'_, N, M> {
    #[inline(always)]
    pub(super) fn splat(&self, value: f64) -> N {
        N::splat(self.width, value)
    }
}
