//! Watching: bytes from radars in, warnings out.

pub mod address;
pub mod engine;
pub mod intake;
pub mod journal;
pub mod mailbox;
pub mod message;
pub mod run;
pub mod simulated;
pub mod sinks;
pub mod site;
pub mod station;
pub mod view;
