//! What a sample says, and how sure it is: intervals that cover what they claim.
//!
//! Everything here works on draws that are independent of each other: one figure a group of
//! replications, never one a replication, since those of a group share what is not known.

mod counts;
mod explained;
mod mean;
mod spread;
mod stopping;

pub use counts::{Share, share};
pub use explained::{Explained, Halves, Row, explained};
pub use mean::{Mean, chance_of_the_unseen, mean, ratio};
pub use spread::{GroupSums, unknown_share};
pub use stopping::{Stopping, looks};
