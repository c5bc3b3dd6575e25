//! How items are laid out in bits: the language in which the tables of this module are written.

/// What the bits of a field stand for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Meaning {
    /// Nothing; the edition says zero.
    Spare,
    /// A code or an identifier.
    Code,
    /// A whole number of things.
    Count,
    /// Digits of three bits.
    Octal,
    /// Characters of six bits (ICAO Annex 10, volume IV, table 3-9).
    Letters,
    /// A quantity from zero.
    Unsigned {
        /// What one step is worth.
        step: f64,
        /// Unit of a step, as the specification writes it.
        unit: &'static str,
    },
    /// A quantity in two's complement.
    Signed {
        /// What one step is worth.
        step: f64,
        /// Unit of a step, as the specification writes it.
        unit: &'static str,
    },
}

/// Some bits of an item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Part {
    /// Name in the specification, with those of the groups it stands in; nothing for an item that is one field.
    pub(super) name: &'static str,
    /// How many bits, 1 to 56.
    pub(super) bits: u8,
    /// What they stand for.
    pub(super) meaning: Meaning,
}

/// The shape of an item.
#[derive(Clone, Copy, Debug)]
pub(super) enum Layout {
    /// Always the same bits.
    Fixed(&'static [Part]),
    /// Octets of seven bits each, followed by a bit that says whether another octet follows.
    Extended(&'static [&'static [Part]]),
    /// An octet that counts, then as many times the same bits.
    Repeated(&'static [Part]),
    /// Seven bits again and again, each followed by a bit that says whether more follow.
    Chained(&'static [Part]),
    /// An octet with the length, itself included, then octets whose meaning is not agreed.
    Octets,
    /// The same, but with one octet of presence bits and then items.
    Expansion(&'static [Option<Definition>]),
    /// Presence bits in a chain of octets, then the items that are present.
    Compound(&'static [Option<Definition>]),
}

/// An item by its name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Definition {
    /// Its name in the specification.
    pub(super) name: &'static str,
    /// Its shape.
    pub(super) layout: Layout,
}

pub(super) const fn item(name: &'static str, layout: Layout) -> Option<Definition> {
    Some(Definition { name, layout })
}

const fn part(name: &'static str, bits: u8, meaning: Meaning) -> Part {
    Part {
        name,
        bits,
        meaning,
    }
}

pub(super) const fn spare(bits: u8) -> Part {
    part("", bits, Meaning::Spare)
}

pub(super) const fn code(name: &'static str, bits: u8) -> Part {
    part(name, bits, Meaning::Code)
}

pub(super) const fn count(name: &'static str, bits: u8) -> Part {
    part(name, bits, Meaning::Count)
}

pub(super) const fn octal(name: &'static str, bits: u8) -> Part {
    part(name, bits, Meaning::Octal)
}

pub(super) const fn letters(name: &'static str, bits: u8) -> Part {
    part(name, bits, Meaning::Letters)
}

pub(super) const fn unsigned(name: &'static str, bits: u8, step: f64, unit: &'static str) -> Part {
    part(name, bits, Meaning::Unsigned { step, unit })
}

pub(super) const fn signed(name: &'static str, bits: u8, step: f64, unit: &'static str) -> Part {
    part(name, bits, Meaning::Signed { step, unit })
}

impl Definition {
    /// The part of a compound item with that name.
    pub(super) fn part(&self, name: &str) -> Option<Self> {
        match self.layout {
            Layout::Compound(parts) | Layout::Expansion(parts) => parts
                .iter()
                .copied()
                .flatten()
                .find(|part| part.name == name),
            _ => None,
        }
    }
}
