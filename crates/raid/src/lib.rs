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
//! ## Deliberately absent
//! No wall clock, no files, no forecast: how often raids come is the caller's. Nothing here gives an
//! aim point, a launch position, an angle or a charge: nominal shots are private to [`salvo`], and
//! every result is marginal over launch errors.
//!
//! ## Left plain
//! * The ground is flat and at sea level; there is no wind beyond what the scatter holds; a rocket
//!   starts at its burn-out speed.
//! * One track decides for the whole salvo: every round is tracked as long after its launch as the
//!   first.
//! * A round that fails is not engaged. A round is engaged once.
//! * Occupancy does not know day from night.
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
