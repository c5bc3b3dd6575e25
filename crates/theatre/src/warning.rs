//! Warnings: what is told to whom, whatever wire carries it.

use crate::Geodetic;

/// Whether people are to act, or to practise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reality {
    /// Rounds are in the air.
    Actual,
    /// Nobody is in danger; nothing of it may reach a live receiver.
    Exercise,
}

/// A part of a site that is warned as one.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    /// Unique name: lower-case letters, digits and hyphens.
    pub id: String,
    /// Name for a reader.
    pub name: String,
    /// Its outline on the WGS 84 ellipsoid: at least three corners, none repeated at the end, not
    /// crossing itself.
    pub outline: Vec<Geodetic>,
    /// Time that people there need to reach shelter, s, 0 to 600.
    pub shelter_time_s: f64,
}

/// Where in the life of a warning a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The first: take shelter.
    Alert,
    /// The same warning, with something changed: a later impact, another moment.
    Update,
    /// The warning was needless: what it was given for does not come down there.
    Cancel,
    /// What it was given for has come down, or its time is over: leave shelter.
    AllClear,
}

/// That an earlier message is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Identifier of the earlier message.
    pub identifier: String,
    /// When it was sent, ns since 1970-01-01T00:00:00 UTC.
    pub sent_ns: i64,
}

/// One message to one zone. Where a round came from is deliberately absent.
#[derive(Clone, Debug, PartialEq)]
pub struct Warning {
    /// Unique, the same however often it is sent again: letters, digits and hyphens.
    pub identifier: String,
    /// Whether people are to act.
    pub reality: Reality,
    /// Where in its warning's life it stands.
    pub stage: Stage,
    /// Who is warned.
    pub zone: Zone,
    /// When it is sent, ns since 1970-01-01T00:00:00 UTC.
    pub sent_ns: i64,
    /// The earliest moment at which an impact is likely, likewise.
    pub first_impact_ns: i64,
    /// The latest moment at which an impact is likely, likewise.
    pub last_impact_ns: i64,
    /// When the warning ends if nothing more is heard, likewise; after `last_impact_ns`.
    pub expires_ns: i64,
    /// Probability that the zone is hit within the lethal radius of the class, 0 to 1.
    pub probability: f64,
    /// What is coming, by its class.
    pub class: String,
    /// Earlier messages of the same warning, oldest first; none in an alert.
    pub references: Vec<Reference>,
}

impl Warning {
    /// Time from this message to the first likely impact, s: what is left to reach shelter.
    #[must_use]
    pub fn time_available_s(&self) -> f64 {
        self.first_impact_ns.saturating_sub(self.sent_ns).max(0) as f64 * 1e-9
    }

    /// Whether that is enough for the zone's shelter time. Where it is not, the warning goes out all the
    /// same: lying down helps.
    #[must_use]
    pub fn leaves_time_for_shelter(&self) -> bool {
        self.time_available_s() >= self.zone.shelter_time_s
    }
}
