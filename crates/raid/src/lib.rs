//! Simulated raids: rounds that fly, sensors that see them or not, people who are warned in time or
//! not, interceptors that stop some and run dry, and what gets through.
//!
//! A raid is flown **once** ([`Flights::raid`]) and judged under **every** defence
//! ([`RaidAtSite::judge`]) on the same random draws, so that the difference between two defences is
//! sharp even where each alone is noisy. What is not known of munitions, systems and people is drawn
//! once for a group of raids ([`Unknowns`]), apart from what is left to chance.
//!
//! What a raid does comes in two forms: an expectation per person ([`RaidAtSite::hurt`]), which a
//! planner can weigh people with, and casualties as they may happen ([`RaidAtSite::realise`]), which
//! shows how they come together.
//!
//! `docs/raid.md` describes the whole model with its sources.
//!
//! ## Deliberately absent
//! No wall clock, no files, no forecast: how often raids come is the caller's. Nothing here gives an
//! aim point, a launch position, an angle or a charge: nominal shots and true flights are private, and
//! every result is marginal over launch errors. A [`FlownRaid`] shows itself to radars alone.
//!
//! ## Left plain
//! * The ground is flat and at sea level; wind acts through the scatter alone.
//! * A round that fails is not tracked or engaged, nor does it sound the siren.
//! * A radar stands in the middle of the base, and sees the nominal path come in there.
//! * Missile warning comes from the theatre's early warning alone, whatever stands at the site.

pub mod casualties;
pub mod defence;
mod detection;
pub mod effects;
mod engagement;
pub mod flown;
pub mod radar;
pub mod salvo;
mod scatter;
mod shots;
pub mod tail;
pub mod unknowns;
pub mod warning;

pub use casualties::Casualties;
pub use defence::{Defence, Hurt, Judged, RaidAtSite, Units};
pub use effects::{BatteryLost, Loadouts, SourceEffects};
pub use flown::{FlownRaid, TrueImpact};
pub use radar::Radar;
pub use salvo::{Flights, ROUNDS_MAX, Raid, RaidKey, Round};
pub use unknowns::{Figure, Owner, Unknowns};
pub use warning::{ClosedLoop, Surrogate, TimeToWarning};
