//! The shared language of Rampart.
//!
//! A **theatre** is one planning problem: sites where people live and work, a log of what has been
//! fired at them, the few systems that may be sent, and the judged threats that no log can show.
//! Every crate of the workspace speaks in these types, so they hold data and its invariants only:
//! nothing here reads a file, knows a format, or decides anything.
//!
//! Two habits run through the whole crate:
//!
//! * A figure that is not known exactly is an [`Interval`] with its source, never a bare number.
//! * An answer computed from such figures is an [`Estimate`]: a mean and the bounds of 90 %.

pub mod catalogue;
pub mod frames;
pub mod incident;
pub mod interval;
pub mod plot;
pub mod random;
pub mod site;
pub mod statement;
pub mod warning;

pub use catalogue::{
    Blast, Catalogue, Interceptor, MunitionClass, MunitionKind, People, Role, Sensor, SystemClass,
    Vulnerability,
};
pub use frames::{EastNorthUp, Geodetic, LocalFrame};
pub use incident::{Confidence, Incident, Munition, Warned};
pub use interval::{Estimate, Interval};
pub use plot::Plot;
pub use random::Stream;
pub use site::{Site, SiteConfidence};
pub use statement::{Deployed, LossWeights, Mission, Movement, Stock, Theatre, Threat};
pub use warning::{Reality, Reference, Stage, Warning, Zone};
