//! Many flights of one kind of round at once, side by side in the lanes of the processor.
//!
//! The model is that of [`fly_precisely`](crate::precise::fly_precisely) without a round Earth: flat
//! ground, uniform gravity, the Coriolis acceleration, the wind of a profile, drag by Mach number or by
//! a constant coefficient, and a motor. The methods are those of order 8 and, under tables, of order 5 of
//! Dormand and Prince, in steps that follow the flight and end at the knots of the tables.
//!
//! A flight's bits depend on its own inputs alone: on no other flight of the batch, and on no width of
//! the processor's vectors, because every operation is rounded once and no lane is added to another.

#[cfg(feature = "count")]
mod count;
mod kernel;
mod lanes;
mod medium;
mod motion;
mod pieces;
mod roster;
mod stride;

#[cfg(feature = "count")]
use count::Counted;
#[cfg(feature = "count")]
pub use count::Operations;

use crate::drag::ConstantCoefficientDrag;
use crate::error::within;
use crate::precise::Surroundings;
use crate::thrust::Motor;
use crate::{BodyDrag, FlightError, Projectile};
use kernel::{Kernel, Task};
use medium::{PowerLaw, Tables};

/// Launches of one kind of round: entry i of every column is one launch, from the origin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shots {
    /// Velocity at launch along x, y and z, m/s; each within ±12,000, and upwards.
    pub velocity_mps: [Vec<f64>; 3],
    /// Multiplies the drag of the round; 0 to 100.
    pub drag_ratio: Vec<f64>,
    /// Added to the wind of the surroundings at every height, along x and y, m/s; each within ±500.
    pub wind_added_mps: [Vec<f64>; 2],
    /// Direction of thrust in place of that of the motor, of length one; empty columns where the motor
    /// pushes along the velocity or there is none.
    pub thrust_direction: [Vec<f64>; 3],
    /// Multiplies the thrust; empty where there is no motor. 0 to 10.
    pub thrust_ratio: Vec<f64>,
}

/// Ends of flights: entry i of every column is the end of launch i.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Impacts {
    /// Place along x and y, m.
    pub place_m: [Vec<f64>; 2],
    /// Time since launch, s.
    pub time_s: Vec<f64>,
    /// Velocity relative to the ground along x, y and z, m/s.
    pub velocity_mps: [Vec<f64>; 3],
}

/// A kind of round in its surroundings, made ready to be flown many times.
#[derive(Clone, Debug)]
pub struct Batch {
    medium: Choice,
    kernel: Kernel,
}

#[derive(Clone, Debug)]
enum Choice {
    Power(PowerLaw),
    Tables(Tables),
}

/// Instructions that a batch is computed with. The results are the same bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Instructions {
    /// The widest that the processor has.
    #[default]
    Widest,
    /// One number at a time, as on a processor that has no vectors.
    Scalar,
}

impl Shots {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.drag_ratio.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.drag_ratio.is_empty()
    }

    /// Adds a launch at a velocity, m/s, with the drag, the wind and the thrust that the batch has.
    pub fn push(&mut self, velocity_mps: [f64; 3]) {
        for (column, component) in self.velocity_mps.iter_mut().zip(velocity_mps) {
            column.push(component);
        }
        self.drag_ratio.push(1.0);
        for column in &mut self.wind_added_mps {
            column.push(0.0);
        }
    }

    fn check(&self, kernel: &Kernel) -> Result<(), FlightError> {
        let count = self.len() as f64;
        let mut columns = Vec::new();
        let plain = self.velocity_mps.iter().chain(&self.wind_added_mps);
        columns.extend(plain);
        if kernel.motor.is_some() {
            columns.push(&self.thrust_ratio);
        }
        if kernel.has_fixed_thrust() {
            columns.extend(&self.thrust_direction);
        }
        for column in columns {
            within(
                "length of a column of shots",
                column.len() as f64,
                count,
                count,
            )?;
        }
        let each = |name, values: &[f64], low, high| {
            values
                .iter()
                .try_for_each(|&value| within(name, value, low, high))
        };
        let [x, y, z] = &self.velocity_mps;
        each("velocity in m/s", x, -12_000.0, 12_000.0)?;
        each("velocity in m/s", y, -12_000.0, 12_000.0)?;
        each("velocity upwards in m/s", z, 1e-6, 12_000.0)?;
        each("ratio of drag", &self.drag_ratio, 0.0, 100.0)?;
        for column in &self.wind_added_mps {
            each("wind in m/s", column, -500.0, 500.0)?;
        }
        for column in &self.thrust_direction {
            each("direction of thrust", column, -1.0, 1.0)?;
        }
        each("ratio of thrust", &self.thrust_ratio, 0.0, 10.0)
    }
}

impl Impacts {
    /// Empties every column and makes room for `count` ends.
    fn reset(&mut self, count: usize) {
        let Self {
            place_m,
            time_s,
            velocity_mps,
        } = self;
        for column in place_m.iter_mut().chain([time_s]).chain(velocity_mps) {
            column.clear();
            column.resize(count, 0.0);
        }
    }
}

impl Batch {
    /// A body whose drag follows a curve by Mach number, in the standard atmosphere. `refinement`
    /// multiplies the number of steps between the knots of the tables; 0.2 to 100. At 1 a mortar's impact lies
    /// within a millimetre, a 20 km rocket's within about a centimetre, and a few if its motor drives it
    /// through Mach 1.
    ///
    /// # Errors
    /// [`FlightError::OutOfRange`] where an input lies outside the range that its field states.
    pub fn of_body(
        projectile: &Projectile,
        motor: Option<Motor>,
        surroundings: &Surroundings,
        refinement: f64,
    ) -> Result<Self, FlightError> {
        projectile.check()?;
        let law = BodyDrag::new(projectile.mass_kg, projectile.calibre_m, projectile.drag);
        Ok(Self {
            medium: Choice::Tables(Tables::new(law, projectile.drag.shape, &surroundings.wind)),
            kernel: Kernel::new(motor, surroundings, refinement)?,
        })
    }

    /// A body whose drag coefficient is the same at every speed, up to 11 km. The wind must be the
    /// same at every height. At a refinement of 1 the impact of a mortar lies within 10⁻⁵ m.
    ///
    /// # Errors
    /// As [`Self::of_body`], and where the wind changes with height.
    pub fn of_constant_coefficient(
        law: ConstantCoefficientDrag,
        surroundings: &Surroundings,
        refinement: f64,
    ) -> Result<Self, FlightError> {
        within("drag in 1/m", law.per_metre, 0.0, 1.0)?;
        let Some(wind_mps) = surroundings.wind.uniform_mps() else {
            return Err(FlightError::OutOfRange {
                quantity: "layers of wind under a constant coefficient",
                value: f64::INFINITY,
                low: 1.0,
                high: 1.0,
            });
        };
        Ok(Self {
            medium: Choice::Power(PowerLaw::new(law, wind_mps)),
            kernel: Kernel::new(None, surroundings, refinement)?,
        })
    }

    /// Flies every shot to the first crossing of the ground on the way down.
    ///
    /// # Errors
    /// [`FlightError::OutOfRange`] for an input outside the range that its field states, or columns of
    /// different lengths; [`FlightError::LeftEarth`] for a flight that rises above the air for which
    /// the batch is made, 11 km under a constant coefficient and 85 km else;
    /// [`FlightError::TooManySteps`] and [`FlightError::NotFinite`] as in [`fly`](crate::fly).
    /// `impacts` holds nothing of use then.
    pub fn fly(
        &self,
        shots: &Shots,
        instructions: Instructions,
        impacts: &mut Impacts,
    ) -> Result<(), FlightError> {
        shots.check(&self.kernel)?;
        impacts.reset(shots.len());
        let kernel = &self.kernel;
        match &self.medium {
            Choice::Power(medium) => fly_in(medium, kernel, shots, instructions, impacts),
            Choice::Tables(medium) => fly_in(medium, kernel, shots, instructions, impacts),
        }
    }

    /// Flies every shot, one number at a time, and counts the operations that it takes.
    ///
    /// # Errors
    /// As [`Self::fly`].
    #[cfg(feature = "count")]
    pub fn count(&self, shots: &Shots, impacts: &mut Impacts) -> Result<Operations, FlightError> {
        shots.check(&self.kernel)?;
        impacts.reset(shots.len());
        let tally = std::cell::Cell::default();
        let kernel = &self.kernel;
        match &self.medium {
            Choice::Power(medium) => Task {
                medium,
                kernel,
                shots,
                impacts,
            }
            .fly::<Counted>(&tally),
            Choice::Tables(medium) => Task {
                medium,
                kernel,
                shots,
                impacts,
            }
            .fly::<Counted>(&tally),
        }?;
        Ok(tally.get())
    }
}

fn fly_in(
    medium: &impl medium::Medium,
    kernel: &Kernel,
    shots: &Shots,
    instructions: Instructions,
    impacts: &mut Impacts,
) -> Result<(), FlightError> {
    let task = Task {
        medium,
        kernel,
        shots,
        impacts,
    };
    match instructions {
        Instructions::Widest => pulp::Arch::new().dispatch(task),
        Instructions::Scalar => pulp::Simd::vectorize(pulp::Scalar, task),
    }
}
