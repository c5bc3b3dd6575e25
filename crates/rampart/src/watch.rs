//! Watching: bytes from radars in, warnings out.

pub mod engine;
