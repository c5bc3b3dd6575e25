//! What a track may be, and how each kind moves.

use ballistics::DragShape;
use theatre::MunitionClass;

use crate::error::{TrackingError, within};

/// What a track may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A round in free flight: gravity and drag alone act on it.
    FallingRound,
    /// A rocket whose motor burns.
    RocketUnderThrust,
    /// An aeroplane or helicopter.
    Aircraft,
    /// A small unmanned aircraft, hovering or slow.
    Drone,
    /// A bird.
    Bird,
}

impl Class {
    /// Every class, in the order of declaration.
    pub const ALL: [Self; 5] = [
        Self::FallingRound,
        Self::RocketUnderThrust,
        Self::Aircraft,
        Self::Drone,
        Self::Bird,
    ];

    /// The name in messages and files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FallingRound => "falling round",
            Self::RocketUnderThrust => "rocket under thrust",
            Self::Aircraft => "aircraft",
            Self::Drone => "drone",
            Self::Bird => "bird",
        }
    }

    /// Whether it comes down by itself: what is not dismissed.
    #[must_use]
    pub fn falls(self) -> bool {
        matches!(self, Self::FallingRound | Self::RocketUnderThrust)
    }

    /// How it moves. The spreads of speed are round figures (assumed): a mortar or rocket passes
    /// 100 to 700 m/s, an aircraft 30 to 250 level, a small drone up to 20, birds 8 to 20 (Bruderer and
    /// Boldt, "Flight characteristics of birds: I. radar measurements of speeds", Ibis 143, 2001).
    pub(crate) fn manner(self) -> Manner {
        match self {
            // Free flight is steady but for gusts and yaw: 0.4 m/s of speed in 10 s (assumed).
            Self::FallingRound => Manner::new(0.50, [300.0, 300.0], [0.02, 0.02]),
            // A motor changes the speed by some 200 m/s in its first second, along the path.
            Self::RocketUnderThrust => Manner {
                along_psd: 2e4,
                ..Manner::new(0.05, [200.0, 200.0], [10.0, 10.0])
            },
            Self::Aircraft => Manner::new(0.15, [120.0, 8.0], [9.0, 1.0]),
            Self::Drone => Manner::new(0.15, [9.0, 3.0], [3.0, 1.0]),
            Self::Bird => Manner::new(0.15, [10.0, 2.0], [2.0, 0.5]),
        }
    }
}

/// How a class moves: what its speeds are beforehand and how unsteadily it flies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// Share of all tracks, before anything is known (assumed).
    pub(crate) prior: f64,
    /// Spread of velocity about zero, level and upward, m/s.
    pub(crate) velocity_sigma_mps: [f64; 2],
    /// Power spectral density of random acceleration, level and upward, m²/s³.
    pub(crate) acceleration_psd: [f64; 2],
    /// The same along the path, on top, m²/s³.
    pub(crate) along_psd: f64,
}

impl Manner {
    fn new(prior: f64, velocity_sigma_mps: [f64; 2], acceleration_psd: [f64; 2]) -> Self {
        Self {
            prior,
            velocity_sigma_mps,
            acceleration_psd,
            along_psd: 0.0,
        }
    }
}

/// Mean time for which a motor still burns, s (assumed: 107 and 122 mm rockets burn 1 to 2 s).
pub(crate) const BURN_MEAN_S: f64 = 1.0;
/// Power spectral density of the logarithm of drag, 1/s (assumed): yaw and Mach number change drag by
/// a few per cent in a second.
pub(crate) const LOG_DRAG_PSD: f64 = 1e-4;

/// What is known of the drag of rounds before any is seen: it matters most in the first seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DragPrior {
    /// Standard shape that gives the drag coefficient by Mach number; none takes it as constant.
    pub shape: Option<DragShape>,
    /// Mean of ln(scale · area / (2 · mass)), area in m² and mass in kg; −14 to 0. Without a shape the
    /// scale is the drag coefficient itself.
    pub log_drag_mean: f64,
    /// Its spread, one sigma; 10⁻³ to 3.
    pub log_drag_sigma: f64,
}

impl Default for DragPrior {
    /// Any mortar round or rocket, with a constant coefficient: mass over coefficient and area of
    /// 6,000 kg/m² within a factor of two either way (assumed: a 120 mm mortar round of 13 kg and
    /// coefficient 0.15 has 7,700, a 107 mm rocket of 15 kg and 0.4 has 4,200).
    fn default() -> Self {
        Self {
            shape: None,
            log_drag_mean: libm::log(1.0 / 12_000.0),
            log_drag_sigma: 0.6,
        }
    }
}

impl DragPrior {
    /// The prior that covers munitions of a catalogue, each as likely as the others: the mean and the
    /// spread of their logarithms, with half of each interval counted as one sigma. At least 0.1 wide.
    /// The default where there are none.
    #[must_use]
    pub fn of_munitions(munitions: &[MunitionClass], shape: DragShape) -> Self {
        let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for munition in munitions {
            for pick in [
                |i: &theatre::Interval| i.low,
                |i: &theatre::Interval| i.high,
            ] {
                let calibre_m = 1e-3 * munition.calibre_mm.at(0.5);
                let area_m2 = std::f64::consts::FRAC_PI_4 * calibre_m * calibre_m;
                let drag = 0.5 * pick(&munition.drag_scale) * area_m2 / munition.mass_kg.at(0.5);
                let log_drag = libm::log(drag);
                if log_drag.is_finite() {
                    count += 1.0;
                    sum += log_drag;
                    squares += log_drag * log_drag;
                }
            }
        }
        if count == 0.0 {
            return Self::default();
        }
        let mean = sum / count;
        let variance = (squares / count - mean * mean).max(0.01);
        Self {
            shape: Some(shape),
            log_drag_mean: mean.clamp(-14.0, 0.0),
            log_drag_sigma: libm::sqrt(variance).min(3.0),
        }
    }

    pub(crate) fn check(&self) -> Result<(), TrackingError> {
        within("log_drag_mean", self.log_drag_mean, -14.0, 0.0)?;
        within("log_drag_sigma", self.log_drag_sigma, 1e-3, 3.0)
    }
}
