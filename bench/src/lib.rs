//! What the programs of this folder share: simulated shots, radars, and the studies of the tracker.

pub mod peak;
pub mod plots;
pub mod raids;
pub mod salvos;
pub mod shots;
pub mod studies;
pub mod traffic;
pub mod watching;
