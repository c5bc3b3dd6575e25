//! Watching: bytes from radars in, warnings out.

pub mod journal;
pub mod mailbox;
pub mod message;
pub mod sinks;
