//! What can be wrong with a datagram.

use std::fmt;

/// Something that does not fit, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Octet of the datagram at which it shows, from 0.
    pub octet: usize,
    /// Block, from 0.
    pub block: usize,
    /// The block's category, where its header could be read.
    pub category: Option<u8>,
    /// Record of the block, from 0; none where the block itself is at fault.
    pub record: Option<usize>,
    /// Item and part of it, such as `130/PAM`; empty where the record itself is at fault.
    pub item: String,
    /// What is wrong.
    pub flaw: Flaw,
}

impl Fault {
    /// Whether the records of the block are withheld for it.
    #[must_use]
    pub fn withholds(&self) -> bool {
        self.flaw != Flaw::Spare
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "octet {}, block {}", self.octet, self.block + 1)?;
        if let Some(category) = self.category {
            write!(out, " (category {category:03})")?;
        }
        if let Some(record) = self.record {
            write!(out, ", record {}", record + 1)?;
        }
        if !self.item.is_empty() {
            write!(out, ", item {}", self.item)?;
        }
        write!(out, ": {}", self.flaw)
    }
}

impl std::error::Error for Fault {}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Fewer than the three octets of a block's header are left.
    #[error("{left} octets are left, a block needs three to begin")]
    Header {
        /// How many are left.
        left: usize,
    },
    /// A block's length does not fit what is there.
    #[error("the block says that it is {length} octets long, {left} are there and 4 the least")]
    Length {
        /// What it says.
        length: usize,
        /// What is there.
        left: usize,
    },
    /// A category other than 034 and 048.
    #[error("the category is not one that is decoded here; the block is skipped")]
    Category,
    /// A record without an item.
    #[error("the record has no item, as if the block were padded")]
    NoItem,
    /// The block ends within an item.
    #[error("{bits} bits are wanted, the block or field has {left} left")]
    Truncated {
        /// How many are wanted.
        bits: usize,
        /// How many are left.
        left: usize,
    },
    /// A presence bit that stands for nothing.
    #[error("presence bit {number} is set and stands for nothing in this edition")]
    Reserved {
        /// Which, from 1, bits that announce further octets not counted.
        number: usize,
    },
    /// More presence octets than there are items.
    #[error("more presence octets follow than this edition has items for")]
    PresenceEndless,
    /// An item goes on where the edition ends it.
    #[error("another octet is announced where this edition ends the item")]
    ExtensionEndless,
    /// A length that does not even count itself.
    #[error("the length of the field is 0, at least 1 is needed")]
    LengthZero,
    /// Octets of an expansion field that no item takes.
    #[error("{octets} octets of the field are left over")]
    LeftOver {
        /// How many.
        octets: usize,
    },
    /// A spare bit is set.
    #[error("a bit is set that this edition says is spare; the record stands")]
    Spare,
}
