//! What is known of rounds before any is seen: it matters most in the first seconds.

use ballistics::DragShape;
use theatre::{Interval, MunitionClass};

use crate::error::{TrackingError, within};

/// Most kinds of round that a prior tells apart.
pub const KINDS_MAX: usize = 4;
/// Power spectral density of the logarithm of drag, 1/s, where a standard shape follows the Mach number: yaw
/// and a shape that is not quite that (assumed: 2 % in 20 s).
const WANDER_WITH_SHAPE: f64 = 2e-5;
/// The same for a constant coefficient, which really changes with the Mach number: 8 % in 20 s (that of
/// shape G1 changes by a tenth between Mach 0.5 and 0.75).
const WANDER_WITHOUT_SHAPE: f64 = 3e-4;
/// Shares of an interval at which its spread is taken: the middles of fifths, each as likely.
const SHARES: [f64; 5] = [0.1, 0.3, 0.5, 0.7, 0.9];
/// Least spread of the logarithm of drag: a standard shape is no round's own (assumed).
const LOG_DRAG_SIGMA_MIN: f64 = 0.15;

/// Rounds that are alike in speed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RoundKind {
    /// How likely it is, against the other kinds; above 0.
    pub share: f64,
    /// Spread of each component of velocity about zero, m/s; 1 to 3000.
    pub velocity_sigma_mps: f64,
    /// Mean of ln(scale · area / (2 · mass)), area in m² and mass in kg; −14 to 0. Without a shape the
    /// scale is the drag coefficient itself.
    pub log_drag_mean: f64,
    /// Its spread, one sigma; 10⁻³ to 3.
    pub log_drag_sigma: f64,
}

/// What speeds and drags rounds have, together: one that flies at twice the speed of sound is no mortar's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DragPrior {
    shape: Option<DragShape>,
    kinds: [Option<RoundKind>; KINDS_MAX],
}

impl Default for DragPrior {
    /// Any mortar round or rocket, with a constant coefficient: mass over coefficient and area of
    /// 6,000 kg/m² within a factor of two either way (assumed: a 120 mm mortar round of 13 kg and
    /// coefficient 0.15 has 7,700, a 107 mm rocket of 15 kg and 0.4 has 4,200), at speeds up to some
    /// 700 m/s.
    fn default() -> Self {
        let any = RoundKind {
            share: 1.0,
            velocity_sigma_mps: 300.0,
            log_drag_mean: libm::log(1.0 / 12_000.0),
            log_drag_sigma: 0.6,
        };
        Self {
            shape: None,
            kinds: [Some(any), None, None, None],
        }
    }
}

impl DragPrior {
    /// A prior of one to [`KINDS_MAX`] kinds. `shape` gives the drag coefficient by Mach number; none
    /// takes it as constant.
    ///
    /// # Errors
    /// [`TrackingError::OutOfRange`] naming the first figure outside the range that its field states.
    pub fn new(shape: Option<DragShape>, kinds: &[RoundKind]) -> Result<Self, TrackingError> {
        within("number of kinds", kinds.len() as f64, 1.0, KINDS_MAX as f64)?;
        for kind in kinds {
            within("share", kind.share, 1e-6, 1e6)?;
            within("velocity_sigma_mps", kind.velocity_sigma_mps, 1.0, 3e3)?;
            within("log_drag_mean", kind.log_drag_mean, -14.0, 0.0)?;
            within("log_drag_sigma", kind.log_drag_sigma, 1e-3, 3.0)?;
        }
        Ok(Self {
            shape,
            kinds: std::array::from_fn(|index| kinds.get(index).copied()),
        })
    }

    /// The prior of a catalogue: classes whose speeds overlap form a kind, every class is as likely as the
    /// others, and every figure anywhere in its interval. The default where there are none, or none
    /// that makes sense.
    #[must_use]
    pub fn of_munitions(munitions: &[MunitionClass], shape: DragShape) -> Self {
        let mut sorted: Vec<_> = munitions.iter().collect();
        sorted.sort_by(|a, b| a.speed_mps.low.total_cmp(&b.speed_mps.low));
        let mut groups: Vec<(f64, Vec<&MunitionClass>)> = Vec::new();
        for munition in sorted {
            let full = groups.len() >= KINDS_MAX;
            match groups.last_mut() {
                Some((fastest, group)) if munition.speed_mps.low <= *fastest || full => {
                    *fastest = fastest.max(munition.speed_mps.high);
                    group.push(munition);
                }
                _ => groups.push((munition.speed_mps.high, vec![munition])),
            }
        }
        let kinds: Vec<_> = groups.iter().map(|(_, group)| kind(group)).collect();
        Self::new(Some(shape), &kinds).unwrap_or_default()
    }

    /// Standard shape that gives the drag coefficient by Mach number; none takes it as constant.
    #[must_use]
    pub fn shape(&self) -> Option<DragShape> {
        self.shape
    }

    /// The kinds of round that it tells apart.
    pub fn kinds(&self) -> impl Iterator<Item = &RoundKind> {
        self.kinds.iter().flatten()
    }

    /// Mean and spread of the logarithm of drag, all kinds together.
    #[must_use]
    pub fn log_drag(&self) -> (f64, f64) {
        let total = self.total();
        let mean = self
            .kinds()
            .map(|kind| kind.share * kind.log_drag_mean)
            .sum::<f64>()
            / total;
        let square = |kind: &RoundKind| {
            let off = kind.log_drag_mean - mean;
            kind.share * (off * off + kind.log_drag_sigma * kind.log_drag_sigma)
        };
        (
            mean,
            libm::sqrt(self.kinds().map(square).sum::<f64>() / total),
        )
    }

    /// Sum of the shares.
    pub(crate) fn total(&self) -> f64 {
        self.kinds().map(|kind| kind.share).sum()
    }

    /// Power spectral density of the logarithm of drag, 1/s.
    pub(crate) fn wander(&self) -> f64 {
        self.shape
            .map_or(WANDER_WITHOUT_SHAPE, |_| WANDER_WITH_SHAPE)
    }
}

/// The moments of some classes.
fn kind(munitions: &[&MunitionClass]) -> RoundKind {
    let (mut count, mut sum, mut squares, mut speeds) = (0.0, 0.0, 0.0, 0.0);
    for munition in munitions {
        let calibre_m = 1e-3 * munition.calibre_mm.at(0.5);
        let area_m2 = std::f64::consts::FRAC_PI_4 * calibre_m * calibre_m;
        for [scale, mass_kg] in pairs(&munition.drag_scale, &munition.mass_kg) {
            let log_drag = libm::log(0.5 * scale * area_m2 / mass_kg);
            count += 1.0;
            sum += log_drag;
            squares += log_drag * log_drag;
        }
        let Interval { low, high, .. } = munition.speed_mps;
        speeds += (low * low + low * high + high * high) / 3.0;
    }
    let mean = sum / count;
    let least = LOG_DRAG_SIGMA_MIN * LOG_DRAG_SIGMA_MIN;
    RoundKind {
        share: munitions.len() as f64,
        velocity_sigma_mps: libm::sqrt(speeds / (3.0 * munitions.len() as f64)),
        log_drag_mean: mean,
        log_drag_sigma: libm::sqrt((squares / count - mean * mean).max(least)),
    }
}

fn pairs<'a>(one: &'a Interval, other: &'a Interval) -> impl Iterator<Item = [f64; 2]> + 'a {
    SHARES
        .into_iter()
        .flat_map(|share| SHARES.map(|second| [one.at(share), other.at(second)]))
}
