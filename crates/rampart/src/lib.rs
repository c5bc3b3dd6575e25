//! The program: files, command line, progress, brief.

pub mod assemble;
pub mod brief;
pub mod commands;
pub mod decide;
pub mod diagnose;
pub mod evaluate;
pub mod events;
pub mod figures;
pub mod futures;
pub mod hindcast;
pub mod hygiene;
pub mod import;
pub mod load;
pub mod outlook;
pub mod raids;
pub mod replay;
pub mod request;
pub mod schedule;
pub mod scoring;
pub mod statistics;
pub mod study;
pub mod watch;
