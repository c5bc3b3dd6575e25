//! Why rounds of one salvo do not fall where they were meant to, nor all in one place.
//!
//! Two kinds of error, as in Driels, *Weaponeering*, chapter 7: those that a whole salvo shares (how
//! the launcher was laid, the wind) and those of each round (its motor or charge, its drag, how it
//! leaves the launcher, how true its motor pushes). Each shifts the impact by a derivative of the
//! flight, which differs along and across the line of fire and with the distance.
//!
//! The sizes here are usual ones and set **how much of the scatter is shared and what it comes from**;
//! all are then multiplied by one factor along and one across, so that the whole is what the catalogue
//! says. They are assumed: no page splits the scatter of these munitions.

use theatre::{MunitionKind, Stream};

/// Errors in the vertical plane of fire: speed (share), drag (share), elevation (rad), wind along the
/// line of fire (m/s), upward tilt of the thrust (rad).
pub(crate) const IN_PLANE: usize = 5;
/// Errors out of it: azimuth (rad), wind across (m/s), sideways tilt of the thrust (rad).
pub(crate) const LATERAL: usize = 3;

/// Errors, as sizes (one sigma) or as they happen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Errors {
    pub(crate) in_plane: [f64; IN_PLANE],
    pub(crate) lateral: [f64; LATERAL],
}

/// One sigma of the errors of a kind of munition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sizes {
    /// Those that a salvo shares.
    pub(crate) shared: Errors,
    /// Those of each round.
    pub(crate) own: Errors,
}

impl Sizes {
    /// Usual sizes: rockets from improvised racks and mortars without a forecast of the wind. Half of a
    /// missile's errors are shared, half its own.
    pub(crate) fn of(kind: MunitionKind) -> Self {
        let errors = |in_plane, lateral| Errors { in_plane, lateral };
        match kind {
            MunitionKind::Rocket => Self {
                shared: errors([0.0, 0.0, 5e-3, 3.0, 0.0], [5e-3, 3.0, 0.0]),
                own: errors([0.01, 0.03, 2e-3, 0.0, 3e-3], [2e-3, 0.0, 3e-3]),
            },
            MunitionKind::Mortar => Self {
                shared: errors([0.0, 0.0, 2e-3, 3.0, 0.0], [2e-3, 3.0, 0.0]),
                own: errors([6e-3, 0.02, 1e-3, 0.0, 0.0], [1e-3, 0.0, 0.0]),
            },
            MunitionKind::BallisticMissile => Self {
                shared: errors([1e-3, 0.0, 0.0, 0.0, 0.0], [1e-3, 0.0, 0.0]),
                own: errors([1e-3, 0.0, 0.0, 0.0, 0.0], [1e-3, 0.0, 0.0]),
            },
        }
    }

    /// Scatter that these sizes make by themselves, one sigma: along and across, m, for shifts of the
    /// impact per unit of each error.
    pub(crate) fn scatter_m(&self, along: &[f64; IN_PLANE], across: &[f64; LATERAL]) -> [f64; 2] {
        let sum = |shifts: &[f64], shared: &[f64], own: &[f64]| {
            let sizes = shared.iter().zip(own);
            let terms = shifts
                .iter()
                .zip(sizes)
                .map(|(shift, (shared, own))| shift * shift * (shared * shared + own * own));
            libm::sqrt(terms.sum())
        };
        [
            sum(along, &self.shared.in_plane, &self.own.in_plane),
            sum(across, &self.shared.lateral, &self.own.lateral),
        ]
    }
}

impl Errors {
    /// Errors of these sizes as they may happen: normal, independent.
    pub(crate) fn draw(&self, stream: &mut Stream) -> Self {
        let mut one = |size: f64| {
            if size > 0.0 {
                size * stream.normal()
            } else {
                0.0
            }
        };
        Self {
            in_plane: self.in_plane.map(&mut one),
            lateral: self.lateral.map(&mut one),
        }
    }

    /// The sum of two, each part multiplied: in the plane of fire by `factors[0]`, out of it by
    /// `factors[1]`.
    pub(crate) fn plus(&self, other: &Self, factors: [f64; 2]) -> Self {
        let mut sum = *self;
        for (part, more) in sum.in_plane.iter_mut().zip(other.in_plane) {
            *part = factors[0] * (*part + more);
        }
        for (part, more) in sum.lateral.iter_mut().zip(other.lateral) {
            *part = factors[1] * (*part + more);
        }
        sum
    }
}

/// What errors shift, per unit of each: the sum of products.
pub(crate) fn shift<const N: usize>(per_unit: &[f64; N], errors: &[f64; N]) -> f64 {
    per_unit
        .iter()
        .zip(errors)
        .map(|(per, error)| per * error)
        .sum()
}
