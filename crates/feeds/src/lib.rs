//! Wire formats: bytes to and from the types of `theatre`.
//!
//! Nothing here opens a file or a socket, decides which site an event belongs to, or what was fired.
//! Input is taken as it comes from others: whatever cannot be understood is named with its line and
//! reason, never guessed and never lost in silence.

pub mod asterix;
pub mod cap;
pub mod cot;
pub mod events;
mod markup;
mod outline;
pub mod pcap;
mod wording;
