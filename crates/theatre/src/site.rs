//! Sites: where people are.

use crate::frames::Geodetic;

/// How well a row of the site list is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteConfidence {
    /// Stated by those who run the site.
    Confirmed,
    /// Reported by somebody else.
    Reported,
    /// Never published: a planner's assumption.
    Assumed,
}

/// A place with people, as it is on the theatre's date.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Unique name in lower-case letters, digits and hyphens.
    pub id: String,
    /// Name for a reader.
    pub name: String,
    /// Where it is.
    pub place: Geodetic,
    /// Radius of the area where people live and work, m, > 0.
    pub populated_radius_m: f64,
    /// Own people, now.
    pub people: u32,
    /// Own people it can hold, at least `people`.
    pub capacity: u32,
    /// Host-nation people on the same site, not ours to move.
    pub partner_people: u32,
    /// Own people needed to run and guard the site while any own people are there.
    pub guard: u32,
    /// How exposed the site is to rockets and mortars before its own record speaks; 1 is usual, 0 is
    /// out of reach.
    pub exposure: f64,
    /// What else stands there and cannot be moved, in people-equivalents.
    pub criticality: f64,
    /// Loss charged for each day that the site stays open.
    pub upkeep_loss_per_day: f64,
    /// Whether it lies outside the theatre.
    pub outside: bool,
    /// Where the row comes from.
    pub source: String,
    /// How well the row is known.
    pub confidence: SiteConfidence,
    /// Line of the site list, from 1, for messages.
    pub line: u32,
}

impl Site {
    /// People-equivalents that stay whatever the plan does: partners at `partner_weight`, and what
    /// `criticality` stands for.
    #[must_use]
    pub fn fixed_people(&self, partner_weight: f64) -> f64 {
        f64::from(self.partner_people) * partner_weight + self.criticality
    }
}
