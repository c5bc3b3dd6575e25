//! Every layout of every edition, written and read again, and what does not fit.

use super::layout::{Definition, Layout, Meaning, Part};
use super::read::{definition, definitions};
use super::*;
use proptest::collection::vec;
use proptest::prelude::*;

fn every_edition() -> Vec<Editions> {
    let mut all = Vec::new();
    for &service in Edition034::ALL {
        for &target in Edition048::ALL {
            all.push(Editions {
                service,
                target,
                expansion: None,
            });
            for &edition in Expansion048::ALL {
                all.push(Editions {
                    service,
                    target,
                    expansion: Some(edition),
                });
            }
        }
    }
    all
}

/// Takes numbers from a tape, zeros where it ends, so that a shorter tape is a simpler record.
struct Tape<'a>(std::slice::Iter<'a, u64>);

impl Tape<'_> {
    fn next(&mut self) -> u64 {
        self.0.next().copied().unwrap_or(0)
    }

    fn fields(&mut self, parts: &[Part]) -> Vec<Field> {
        let named = parts.iter().filter(|part| part.meaning != Meaning::Spare);
        named
            .map(|part| Field {
                name: part.name,
                raw: self.next() & ((1 << part.bits) - 1),
                bits: part.bits,
                meaning: part.meaning,
            })
            .collect()
    }

    fn repeated(&mut self, parts: &[Part], least: u64) -> Value {
        let count = least + self.next() % 3;
        Value::Repeated((0..count).map(|_| self.fields(parts)).collect())
    }

    fn items(&mut self, definitions: impl Iterator<Item = Option<Definition>>) -> Vec<Item> {
        let mut items = Vec::new();
        for definition in definitions.flatten() {
            if self.next() % 3 == 1 {
                items.push(self.item(definition));
            }
        }
        items
    }

    fn item(&mut self, Definition { name, layout }: Definition) -> Item {
        let value = match layout {
            Layout::Fixed(parts) => Value::Fields(self.fields(parts)),
            Layout::Extended(octets) => {
                let sent = 1 + self.next() as usize % octets.len();
                Value::Fields(
                    octets[..sent]
                        .iter()
                        .flat_map(|parts| self.fields(parts))
                        .collect(),
                )
            }
            Layout::Repeated(parts) => self.repeated(parts, 0),
            Layout::Chained(parts) => self.repeated(parts, 1),
            Layout::Octets => {
                Value::Octets((0..self.next() % 5).map(|octet| octet as u8).collect())
            }
            Layout::Compound(parts) | Layout::Expansion(parts) => {
                Value::Items(self.items(parts.iter().copied()))
            }
        };
        Item { name, value }
    }

    fn record(&mut self, editions: &Editions) -> Record {
        let category = [Category::Service, Category::Target][self.next() as usize % 2];
        let mut items = self
            .items((0..definitions(category)).map(|index| definition(category, editions, index)));
        if items.is_empty() {
            items.extend(definition(category, editions, 0).map(|definition| self.item(definition)));
        }
        Record { category, items }
    }
}

fn records_of(tape: &[u64], editions: &Editions) -> Vec<Record> {
    let mut tape = Tape(tape.iter());
    (0..1 + tape.next() % 4)
        .map(|_| tape.record(editions))
        .collect()
}

fn blocks(records: &[Record]) -> usize {
    records.chunk_by(|a, b| a.category == b.category).count()
}

proptest! {
    #[test]
    fn whatever_is_written_is_read_again(tape in vec(any::<u64>(), 0..600), which in 0_usize..96) {
        let editions = every_edition()[which];
        let records = records_of(&tape, &editions);
        // An expansion field of many repetitions can be longer than its length can tell.
        match encode(&records, &editions) {
            Ok(datagram) => {
                let decoded = decode(&datagram, &editions);
                prop_assert_eq!(decoded.faults, vec![]);
                prop_assert_eq!(&decoded.records, &records);
                prop_assert_eq!(encode(&decoded.records, &editions), Ok(datagram));
            }
            Err(reason) => prop_assert!(matches!(reason, Unwritable::TooLong { .. }), "{}", reason),
        }
    }

    #[test]
    fn a_datagram_cut_anywhere_keeps_its_whole_blocks(tape in vec(any::<u64>(), 0..300), which in 0_usize..96) {
        let editions = every_edition()[which];
        let records = records_of(&tape, &editions);
        let Ok(datagram) = encode(&records, &editions) else { return Ok(()) };
        for length in 0..datagram.len() {
            let decoded = decode(&datagram[..length], &editions);
            prop_assert!(records.starts_with(&decoded.records));
            prop_assert!(decoded.records.len() < records.len());
            let whole = blocks(&decoded.records);
            let cut = length > 0 && encode(&decoded.records, &editions).is_ok_and(|it| it.len() != length);
            prop_assert_eq!(decoded.faults.len(), usize::from(cut), "{} blocks of {}", whole, length);
        }
    }

    #[test]
    fn any_octets_are_read_without_a_panic(
        octets in vec(any::<u8>(), 0..400),
        category in prop_oneof![Just(34_u8), Just(48)],
        which in 0_usize..96,
    ) {
        let editions = every_edition()[which];
        let mut datagram = vec![category];
        datagram.extend((octets.len() as u16 + 3).to_be_bytes());
        datagram.extend(&octets);
        for datagram in [octets.as_slice(), &datagram] {
            let decoded = decode(datagram, &editions);
            for fault in &decoded.faults {
                prop_assert!(fault.octet < datagram.len());
                prop_assert!(!fault.to_string().is_empty());
            }
            // Spare bits apart, what is read is what was there.
            if decoded.faults.is_empty()
                && let Ok(again) = encode(&decoded.records, &editions)
            {
                prop_assert_eq!(decode(&again, &editions).records, decoded.records);
            }
        }
    }

    #[test]
    fn a_flipped_bit_never_panics(tape in vec(any::<u64>(), 0..300), bit in any::<prop::sample::Index>()) {
        let records = records_of(&tape, &Editions::LATEST);
        let Ok(mut datagram) = encode(&records, &Editions::LATEST) else { return Ok(()) };
        let bit = bit.index(datagram.len() * 8);
        datagram[bit / 8] ^= 1 << (bit % 8);
        let decoded = decode(&datagram, &Editions::LATEST);
        // A flip is a value, a spare bit, or a fault of the block: never two blocks at once, but by a length.
        prop_assert!(decoded.faults.len() <= 1 + blocks(&records) + records.len());
    }
}

#[test]
fn a_chain_of_every_expressible_item_is_bounded() {
    // The longest datagram of the shortest records: memory stays a small multiple.
    let mut datagram = vec![34, 255, 255];
    while datagram.len() < 65_535 {
        datagram.extend([0x40, 1]);
    }
    datagram.truncate(65_535);
    let decoded = decode(&datagram, &Editions::LATEST);
    assert_eq!(decoded.records.len(), 32_766);
    assert_eq!(decoded.faults, []);
}

fn only_fault(datagram: &[u8], editions: &Editions) -> Fault {
    let decoded = decode(datagram, editions);
    assert_eq!(decoded.faults.len(), 1, "{:?}", decoded.faults);
    decoded.faults[0].clone()
}

fn flaw(datagram: &[u8]) -> (usize, Flaw) {
    let fault = only_fault(datagram, &Editions::LATEST);
    (fault.octet, fault.flaw)
}

#[test]
fn what_does_not_fit_says_where_and_why() {
    assert_eq!(flaw(&[48, 0]), (0, Flaw::Header { left: 2 }));
    assert_eq!(flaw(&[48, 0, 3]), (0, Flaw::Length { length: 3, left: 3 }));
    assert_eq!(
        flaw(&[48, 0, 9, 0x80, 1]),
        (0, Flaw::Length { length: 9, left: 5 })
    );
    assert_eq!(flaw(&[62, 0, 4, 0]), (0, Flaw::Category));
    assert_eq!(flaw(&[48, 0, 4, 0]), (4 - 1, Flaw::NoItem));
    assert_eq!(
        flaw(&[48, 0, 5, 0x80, 1]),
        (4, Flaw::Truncated { bits: 8, left: 0 }).into_octet(4)
    );
    // Presence bits beyond the 28 items of category 048, and the 14 of category 034.
    assert_eq!(flaw(&[48, 0, 8, 1, 1, 1, 1, 0]).1, Flaw::PresenceEndless);
    assert_eq!(flaw(&[34, 0, 6, 1, 1, 0]).1, Flaw::PresenceEndless);
    // I048/120 has two parts.
    assert_eq!(
        flaw(&[48, 0, 7, 1, 1, 0x04, 0x20]),
        (6, Flaw::Reserved { number: 3 }).into_octet(6)
    );
    // I048/170 has two octets.
    assert_eq!(
        flaw(&[48, 0, 8, 1, 0x02, 1, 1, 0]).1,
        Flaw::ExtensionEndless
    );
    // The special purpose field counts its own length.
    assert_eq!(flaw(&[48, 0, 8, 1, 1, 1, 0x04, 0]).1, Flaw::LengthZero);
    // The expansion field: a signal-to-clutter part of three octets in a field with one to spare.
    assert_eq!(
        flaw(&[48, 0, 13, 1, 1, 1, 0x02, 6, 0x10, 0x40, 0, 9, 0]).1,
        Flaw::LeftOver { octets: 1 }
    );
}

/// Faults within an item show at the octet after the last that was read.
trait IntoOctet {
    fn into_octet(self, last: usize) -> (usize, Flaw);
}

impl IntoOctet for (usize, Flaw) {
    fn into_octet(self, last: usize) -> (usize, Flaw) {
        (last, self.1)
    }
}

#[test]
fn one_bad_block_leaves_the_others() {
    let marker = [34, 0, 8, 0xc0, 7, 9, 1, 0];
    let good = [34, 0, 7, 0xc0, 7, 9, 1];
    let datagram = [good.as_slice(), &marker, &good].concat();
    let decoded = decode(&datagram, &Editions::LATEST);
    assert_eq!(decoded.records.len(), 2);
    assert_eq!(decoded.faults.len(), 1);
    assert_eq!(
        decoded.faults[0].to_string(),
        "octet 14, block 2 (category 034), record 2: the record has no item, as if the block were padded"
    );
    assert!(decoded.faults[0].withholds());
}

#[test]
fn a_spare_bit_leaves_its_record_and_says_so() {
    // I048/161: four spare bits and a number of twelve.
    let datagram = [48, 0, 7, 1, 0x10, 0x10, 0x05];
    let decoded = decode(&datagram, &Editions::LATEST);
    assert_eq!(
        decoded.records[0].field("161/TRN").map(|field| field.raw),
        Some(5)
    );
    assert_eq!(
        decoded.faults[0].to_string(),
        "octet 5, block 1 (category 048), record 1, item 161: a bit is set that this edition says is spare; the record stands"
    );
    assert!(!decoded.faults[0].withholds());
}

#[test]
fn the_edition_decides_what_a_bit_is() {
    // I048/020 with extended range and X-pulse.
    let datagram = [48, 0, 6, 0x20, 0x21, 0x60];
    let read = |target| {
        let decoded = decode(
            &datagram,
            &Editions {
                target,
                ..Editions::LATEST
            },
        );
        (decoded.records[0].fields().len(), decoded.faults.len())
    };
    assert_eq!(read(Edition048::V1_14), (9, 1));
    assert_eq!(read(Edition048::V1_21), (10, 1));
    assert_eq!(read(Edition048::V1_27), (11, 0));
    assert_eq!(read(Edition048::V1_32), (11, 0));
    // A third octet is there since 1.31, a sixth since 1.32.
    let longer = [48, 0, 10, 0x20, 0x21, 1, 1, 1, 1, 0];
    let faults = |target| {
        decode(
            &longer,
            &Editions {
                target,
                ..Editions::LATEST
            },
        )
        .faults
        .len()
    };
    assert_eq!(faults(Edition048::V1_30), 1);
    assert_eq!(faults(Edition048::V1_31), 1);
    assert_eq!(faults(Edition048::V1_32), 0);
    // A flight level below zero.
    let level = |target| {
        let decoded = decode(
            &[48, 0, 6, 0x04, 0x3f, 0xff],
            &Editions {
                target,
                ..Editions::LATEST
            },
        );
        decoded.records[0].field("090/FL").map(Field::number)
    };
    assert_eq!(level(Edition048::V1_31), Some(4_095.75));
    assert_eq!(level(Edition048::V1_32), Some(-0.25));
}

#[test]
fn an_unknown_edition_is_refused_with_those_known() {
    let refused = "1.33".parse::<Edition034>().unwrap_err();
    assert_eq!(
        refused.to_string(),
        "category 034 has no edition `1.33` here; known are 1.27, 1.28, 1.29"
    );
    for edition in Edition048::ALL {
        assert_eq!(edition.number().parse(), Ok(*edition));
    }
}

#[test]
fn characters_and_digits_are_read_by_their_alphabets() {
    let field = |meaning, bits, raw| Field {
        name: "",
        raw,
        bits,
        meaning,
    };
    let letters = [18, 1, 13, 16, 49, 32, 0, 63]
        .iter()
        .fold(0, |raw, code| raw << 6 | code);
    assert_eq!(
        field(Meaning::Letters, 48, letters).text().as_deref(),
        Some("RAMP1 ")
    );
    assert_eq!(
        field(Meaning::Octal, 12, 0o7613).text().as_deref(),
        Some("7613")
    );
    assert_eq!(field(Meaning::Code, 8, 65).text(), None);
}

#[test]
fn a_record_that_the_edition_cannot_hold_is_not_written() {
    let record = records_of(&[0, 1, 1, 200, 3], &Editions::LATEST).remove(0);
    let refused = |change: fn(&mut Record)| {
        let mut record = record.clone();
        change(&mut record);
        encode(&[record], &Editions::LATEST)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(refused(|it| it.items.clear()), "a record without an item");
    assert_eq!(
        refused(|it| it.items[0].name = "999"),
        "item 999: this edition has no such item, or the record has it twice"
    );
    assert_eq!(
        refused(|it| it.items.push(it.items[0].clone())),
        "item 010: this edition has no such item, or the record has it twice"
    );
    assert_eq!(
        refused(|it| it.items[0].value = Value::Octets(vec![1])),
        "item 010: its value has another shape than the edition gives it"
    );
    assert_eq!(
        refused(|it| it.items[0].value = Value::Fields(vec![])),
        "item 010: field `SAC` is missing"
    );
    assert_eq!(
        refused(|it| {
            if let Value::Fields(fields) = &mut it.items[0].value {
                fields[1].raw = 256;
            }
        }),
        "item 010: 256 needs more than the 8 bits of field `SIC`"
    );
    assert_eq!(
        refused(|it| {
            if let Value::Fields(fields) = &mut it.items[0].value {
                fields[1].name = "SAD";
            }
        }),
        "item 010/SAD: this edition has no such item, or the record has it twice"
    );
}
