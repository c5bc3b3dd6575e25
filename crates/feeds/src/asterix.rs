//! ASTERIX, the binary format in which radars speak (EUROCONTROL-SPEC-0149): categories 034 and 048.
//!
//! A datagram is a row of **blocks**: an octet with the category, two with the length, then **records**. A
//! record begins with presence bits, seven to an octet, the eighth saying whether another octet of them
//! follows; then come the **items** whose bits are set, each in a layout that category and edition fix and
//! that the bytes themselves do not tell. So a source whose edition is set wrongly can be read without any
//! complaint into numbers that mean nothing. Hence:
//!
//! * the edition is said by whoever knows the source ([`Editions`]), and one not known here is refused;
//! * whatever does not fit is a [`Fault`] that names octet, block, record and item;
//! * a block with a fault gives no record at all, since what stands before the place where it shows may be misread
//!   too; the other blocks of the datagram still come out;
//! * only a bit set that the edition says is spare leaves its record standing, beside the fault: radars
//!   in service do that, and no other item moves by it. Where it appears with every record, the edition is
//!   wrong.
//!
//! [`decode`] gives every item as the specification names it, [`encode`] writes such records, [`plot`] and
//! [`service`] turn them into what Rampart speaks of.

mod category034;
mod category048;
mod clock;
mod edition;
mod expansion048;
mod fault;
mod layout;
pub mod plot;
mod read;
mod record;
pub mod service;
#[cfg(test)]
mod tests;
mod write;

pub use edition::{Edition034, Edition048, Editions, Expansion048, UnknownEdition};
pub use fault::{Fault, Flaw};
pub use layout::Meaning;
pub use record::{Category, Field, Item, Record, Value};
pub use write::Unwritable;

/// A datagram that has been read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decoded {
    /// The records of its blocks, in their order.
    pub records: Vec<Record>,
    /// What did not fit, in the order of the octets.
    pub faults: Vec<Fault>,
}

/// Reads one datagram: any number of blocks, end to end. Never panics; memory is bounded by a small multiple of
/// the datagram's length.
#[must_use]
pub fn decode(datagram: &[u8], editions: &Editions) -> Decoded {
    read::datagram(datagram, editions)
}

/// Writes records, in their order, each run of one category as one block.
///
/// # Errors
/// [`Unwritable`] when a record does not fit the edition, or a block would be longer than 65,535 octets.
pub fn encode(records: &[Record], editions: &Editions) -> Result<Vec<u8>, Unwritable> {
    write::datagram(records, editions)
}
