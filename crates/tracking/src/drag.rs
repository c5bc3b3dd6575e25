//! What is known of rounds before any is seen: it matters most in the first seconds.

use ballistics::DragShape;
use ballistics::atmosphere::STANDARD_GRAVITY_MPS2;
use theatre::{Interval, MunitionClass, MunitionKind};

use crate::error::{TrackingError, within};

/// Most kinds of round that a prior tells apart.
pub const KINDS_MAX: usize = 4;
/// Power spectral density of the logarithm of drag, 1/s, where a standard shape follows the Mach number: yaw
/// and a shape that is not quite that (assumed: 2 % in 20 s).
const WANDER_WITH_SHAPE: f64 = 2e-5;
/// The same for a constant coefficient, which really changes with the Mach number: 8 % in 20 s (that of
/// shape G1 changes by a tenth between Mach 0.5 and 0.75).
const WANDER_WITHOUT_SHAPE: f64 = 3e-4;
/// Variance of the logarithm of drag for each unit by which a standard shape changes the logarithm of its
/// coefficient with the Mach number: how far the round's own curve is another (assumed: where G1 rises by e,
/// 0.22 either way; G7 and a mortar round's curve rise later and more steeply, a constant one not at all).
const DOUBT_OF_SHAPE: f64 = 0.05;
/// Distance below which two kinds are one, and the difference of ln(speed) that counts as one.
const ALIKE: f64 = 1.0;
const SPEED_ALIKE: f64 = 0.4;
/// Shares of an interval at which its spread is taken: the middles of fifths, each as likely.
const SHARES: [f64; 5] = [0.1, 0.3, 0.5, 0.7, 0.9];
/// Least spread of the logarithm of drag: a standard shape is no round's own (assumed).
const LOG_DRAG_SIGMA_MIN: f64 = 0.15;

/// Squared sine of 40 degrees, the flattest at which mortars are laid (general knowledge; most from 45 on).
const MORTAR_UPWARD_MIN: f64 = 0.41;
/// That of 8 degrees, at which a 107 mm rocket is laid for 3 km, the least that the catalogue has. Of 122 mm only those
/// from less than 8 km are flatter, and faster than anything else that flies.
const ROCKET_UPWARD_MIN: f64 = 0.02;
/// Least share of its speed's square that a round is taken to have left, however high it is.
const SPEED_LEFT_MIN: f64 = 0.04;
/// Factor of the share of a kind at a height that it cannot reach.
const OUT_OF_REACH: f64 = 1e-3;

/// Rounds that are alike in speed and drag.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RoundKind {
    /// How likely it is, against the other kinds; above 0.
    pub share: f64,
    /// Root mean square of its speed at launch or burn-out, m/s; 1 to 3000.
    pub speed_rms_mps: f64,
    /// Greatest of them, m/s; at least the root mean square, at most 10,000.
    pub speed_max_mps: f64,
    /// Least share of its energy at the ground that goes upward there, 0 to 1: the squared sine of the flattest
    /// elevation at which it is fired.
    pub upward_min: f64,
    /// Mean of ln(scale · area / (2 · mass)), area in m² and mass in kg; −14 to 0. Without a shape the
    /// scale is the drag coefficient itself.
    pub log_drag_mean: f64,
    /// Its spread, one sigma; 10⁻³ to 3.
    pub log_drag_sigma: f64,
}

impl RoundKind {
    /// Share, and spread of each component of velocity, m/s, at a height above the ground, m: what is left
    /// of the energy at launch.
    pub(crate) fn at_height(&self, height_m: f64) -> (f64, f64) {
        let climbed = 2.0 * STANDARD_GRAVITY_MPS2 * height_m.max(0.0);
        let all = self.speed_rms_mps * self.speed_rms_mps;
        let left = (all - climbed).max(SPEED_LEFT_MIN * all);
        let reached = climbed <= self.speed_max_mps * self.speed_max_mps;
        let share = self.share * if reached { 1.0 } else { OUT_OF_REACH };
        (share, libm::sqrt(left / 3.0))
    }
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
            speed_rms_mps: 520.0,
            speed_max_mps: 1_000.0,
            upward_min: 0.0,
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
            within("speed_rms_mps", kind.speed_rms_mps, 1.0, 3e3)?;
            within("speed_max_mps", kind.speed_max_mps, kind.speed_rms_mps, 1e4)?;
            within("upward_min", kind.upward_min, 0.0, 1.0)?;
            within("log_drag_mean", kind.log_drag_mean, -14.0, 0.0)?;
            within("log_drag_sigma", kind.log_drag_sigma, 1e-3, 3.0)?;
        }
        Ok(Self {
            shape,
            kinds: std::array::from_fn(|index| kinds.get(index).copied()),
        })
    }

    /// The prior of a catalogue: classes that are alike in speed and drag form a kind, every class is as
    /// likely as the others, and every figure anywhere in its interval. The default where there are none,
    /// or none that makes sense.
    #[must_use]
    pub fn of_munitions(munitions: &[MunitionClass], shape: DragShape) -> Self {
        let mut groups: Vec<Vec<&MunitionClass>> = munitions.iter().map(|one| vec![one]).collect();
        // The two that are most alike, until none are, and not too many are left.
        while let Some((one, other, apart)) = nearest(&groups) {
            if apart > ALIKE && groups.len() <= KINDS_MAX {
                break;
            }
            let joined = groups.remove(other);
            groups[one].extend(joined);
        }
        let mut kinds: Vec<_> = groups.iter().map(|group| kind(group)).collect();
        kinds.sort_by(|a, b| a.speed_rms_mps.total_cmp(&b.speed_rms_mps));
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

    /// Variance by which the logarithm of drag wanders in some time, in which the shape changes the logarithm
    /// of its coefficient by `change`.
    pub(crate) fn wandered(&self, time_s: f64, change: f64) -> f64 {
        match self.shape {
            Some(_) => WANDER_WITH_SHAPE * time_s + DOUBT_OF_SHAPE * change.abs(),
            None => WANDER_WITHOUT_SHAPE * time_s,
        }
    }
}

/// The pair of groups that are most alike and how far they are apart, in spreads of speed and drag.
fn nearest(groups: &[Vec<&MunitionClass>]) -> Option<(usize, usize, f64)> {
    let kinds: Vec<_> = groups.iter().map(|group| kind(group)).collect();
    let mut best: Option<(usize, usize, f64)> = None;
    for (one, a) in kinds.iter().enumerate() {
        for (other, b) in kinds.iter().enumerate().skip(one + 1) {
            let drag = (a.log_drag_mean - b.log_drag_mean)
                / libm::hypot(a.log_drag_sigma, b.log_drag_sigma);
            let speed = libm::log(a.speed_rms_mps / b.speed_rms_mps) / SPEED_ALIKE;
            let apart = libm::hypot(drag, speed);
            if best.is_none_or(|(_, _, least)| apart < least) {
                best = Some((one, other, apart));
            }
        }
    }
    best
}

/// The moments of some classes.
fn kind(munitions: &[&MunitionClass]) -> RoundKind {
    let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
    let (mut speeds, mut fastest, mut upward_min) = (0.0, 0.0_f64, 1.0_f64);
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
        fastest = fastest.max(high);
        upward_min = upward_min.min(match munition.kind {
            MunitionKind::Mortar => MORTAR_UPWARD_MIN,
            MunitionKind::Rocket => ROCKET_UPWARD_MIN,
            MunitionKind::BallisticMissile => 0.0,
        });
        speeds += (low * low + low * high + high * high) / 3.0;
    }
    let mean = sum / count;
    let least = LOG_DRAG_SIGMA_MIN * LOG_DRAG_SIGMA_MIN;
    RoundKind {
        share: munitions.len() as f64,
        speed_rms_mps: libm::sqrt(speeds / munitions.len() as f64),
        speed_max_mps: fastest,
        upward_min,
        log_drag_mean: mean,
        log_drag_sigma: libm::sqrt((squares / count - mean * mean).max(least)),
    }
}

fn pairs<'a>(one: &'a Interval, other: &'a Interval) -> impl Iterator<Item = [f64; 2]> + 'a {
    SHARES
        .into_iter()
        .flat_map(|share| SHARES.map(|second| [one.at(share), other.at(second)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(speed_max_mps: f64, log_drag_mean: f64) -> RoundKind {
        RoundKind {
            share: 1.0,
            speed_rms_mps: 0.8 * speed_max_mps,
            speed_max_mps,
            upward_min: 0.0,
            log_drag_mean,
            log_drag_sigma: 0.2,
        }
    }

    #[test]
    fn a_height_leaves_a_kind_the_energy_it_has_left_or_rules_it_out() {
        let mortar = kind(250.0, -7.0);
        let (share, low) = mortar.at_height(0.0);
        assert_eq!(share, 1.0);
        assert!((low - 200.0 / libm::sqrt(3.0)).abs() < 1e-9);
        let (share, high) = mortar.at_height(1_000.0);
        assert_eq!(share, 1.0);
        assert!(high < low);
        // 250 m/s reach 3.2 km without air.
        assert!(mortar.at_height(3_300.0).0 < 0.01);
    }

    #[test]
    fn moments_of_all_kinds_are_those_of_the_mixture() {
        let prior = DragPrior::new(None, &[kind(250.0, -7.0), kind(700.0, -9.0)]).unwrap();
        let (mean, sigma) = prior.log_drag();
        assert!((mean + 8.0).abs() < 1e-12);
        assert!((sigma - libm::sqrt(1.0 + 0.04)).abs() < 1e-12);
        assert!(DragPrior::new(None, &[]).is_err());
        assert!(DragPrior::new(None, &[kind(250.0, f64::NAN)]).is_err());
    }
}
