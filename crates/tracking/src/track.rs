//! What a tracker tells of what it follows.

use crate::filter::Gaussian;
use crate::model::Class;

/// Number of a track, never used twice by one tracker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrackId(pub u64);

/// How sure it is that a track is a target at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Likely; others may still claim its plots.
    Tentative,
    /// Certain enough to act on.
    Confirmed,
}

/// A target as it is known after a scan. Where it was fired from is deliberately absent.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// Its number.
    pub id: TrackId,
    /// How sure it is that there is a target.
    pub status: Status,
    /// The likeliest class.
    pub class: Class,
    /// Probability of each class, in the order of [`Class::ALL`].
    pub probabilities: [f64; Class::ALL.len()],
    /// Moment of the state, ns since the tracker's epoch.
    pub time_ns: i64,
    /// Position, velocity and log drag in the tracking frame, all classes together.
    pub state: Gaussian,
    /// The same if it falls; what impacts are predicted from.
    pub falling_state: Option<Gaussian>,
    /// Logarithm of the likelihood that there is a target against that all is clutter.
    pub score: f64,
    /// Plots taken.
    pub plots: u32,
    /// Time since the first of them, s.
    pub age_s: f64,
    /// Whether it was named something that does not fall.
    pub dismissed: bool,
}

impl Track {
    /// Probability that it comes down by itself.
    #[must_use]
    pub fn probability_of_falling(&self) -> f64 {
        Class::ALL
            .iter()
            .zip(self.probabilities)
            .filter(|(class, _)| class.falls())
            .map(|(_, p)| p)
            .sum()
    }
}

/// That a track was named something that does not fall, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Dismissed {
    /// The track.
    pub track: TrackId,
    /// When, ns since the tracker's epoch.
    pub time_ns: i64,
    /// What it was taken for.
    pub class: Class,
    /// In words, with the figures that decided it.
    pub reason: String,
}

/// That a confirmed track is no longer followed, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ended {
    /// The track.
    pub track: TrackId,
    /// When, ns since the tracker's epoch.
    pub time_ns: i64,
    /// Why.
    pub cause: EndCause,
}

/// Why a track is no longer followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndCause {
    /// It passed below the ground.
    Landed,
    /// It gave too few plots where it should have been seen.
    Lost,
    /// It went where no radar looks for longer than a track is kept without a plot.
    OutOfSight,
    /// Its state could no longer be computed.
    Failed,
    /// It turned out to be the same target as another track.
    Duplicate,
}

impl EndCause {
    /// In words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Landed => "landed",
            Self::Lost => "no longer seen where it should be",
            Self::OutOfSight => "left the field of view",
            Self::Failed => "its state could not be computed",
            Self::Duplicate => "the same target as another track",
        }
    }
}
