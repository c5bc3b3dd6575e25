//! Records to octets.

use super::layout::{Definition, Layout, Meaning, Part};
use super::read::{definition, definitions};
use super::{Category, Editions, Field, Item, Record, Value};

/// Why a record cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// An item or part that the edition does not have, or that is there twice.
    #[error("item {item}: this edition has no such item, or the record has it twice")]
    UnknownItem {
        /// Which.
        item: String,
    },
    /// A value of another shape than the edition's.
    #[error("item {item}: its value has another shape than the edition gives it")]
    Shape {
        /// Of which item.
        item: String,
    },
    /// A field is not there.
    #[error("item {item}: field `{field}` is missing")]
    Missing {
        /// Of which item.
        item: String,
        /// Which.
        field: &'static str,
    },
    /// A number needs more bits than the field has.
    #[error("item {item}: {raw} needs more than the {bits} bits of field `{field}`")]
    TooWide {
        /// Of which item.
        item: String,
        /// Which.
        field: &'static str,
        /// The number.
        raw: u64,
        /// Bits of the field.
        bits: u8,
    },
    /// More repetitions or octets than a length octet can tell.
    #[error("item {item}: longer than its length octet can tell")]
    TooLong {
        /// Which.
        item: String,
    },
    /// A block of more octets than its length can tell.
    #[error("a block of {octets} octets is longer than 65,535")]
    BlockTooLong {
        /// How many.
        octets: usize,
    },
    /// A record without an item.
    #[error("a record without an item")]
    NoItem,
}

pub(super) fn datagram(records: &[Record], editions: &Editions) -> Result<Vec<u8>, Unwritable> {
    let mut octets = Vec::new();
    for run in records.chunk_by(|a, b| a.category == b.category) {
        let mut block = Vec::new();
        for record in run {
            block.append(&mut one_record(record, editions)?);
        }
        let length = block.len() + 3;
        let Ok(told) = u16::try_from(length) else {
            return Err(Unwritable::BlockTooLong { octets: length });
        };
        octets.extend(run.first().map(|record| record.category.number()));
        octets.extend(told.to_be_bytes());
        octets.append(&mut block);
    }
    Ok(octets)
}

/// A value with the named fields of an item that is fixed or grows, in the edition's order; none where it is neither.
/// What is not named is not there.
pub(super) fn fields(definition: &Definition, named: &[(&str, u64)]) -> Option<Value> {
    let parts: Vec<&Part> = match definition.layout {
        Layout::Fixed(parts) => parts.iter().collect(),
        Layout::Extended(octets) => octets.iter().copied().flatten().collect(),
        _ => return None,
    };
    let fields = parts
        .into_iter()
        .filter(|part| part.meaning != Meaning::Spare)
        .filter_map(|part| {
            let (_, raw) = named.iter().find(|(name, _)| *name == part.name)?;
            Some(Field {
                name: part.name,
                raw: *raw,
                bits: part.bits,
                meaning: part.meaning,
            })
        });
    Some(Value::Fields(fields.collect()))
}

/// The definition of an item by its name.
pub(super) fn by_name(category: Category, editions: &Editions, name: &str) -> Option<Definition> {
    (0..definitions(category))
        .filter_map(|index| definition(category, editions, index))
        .find(|definition| definition.name == name)
}

fn one_record(record: &Record, editions: &Editions) -> Result<Vec<u8>, Unwritable> {
    if record.items.is_empty() {
        return Err(Unwritable::NoItem);
    }
    let mut pen = Pen::default();
    let definitions: Vec<Option<Definition>> = (0..definitions(record.category))
        .map(|index| definition(record.category, editions, index))
        .collect();
    pen.present(&record.items, &definitions)?;
    Ok(pen.octets)
}

/// Octets to which bits are added.
#[derive(Default)]
struct Pen {
    octets: Vec<u8>,
    /// Bits of the last octet that are written, 0 to 7; 0 where it is full.
    bits: u8,
    path: Vec<&'static str>,
}

impl Pen {
    fn item(&self) -> String {
        self.path.join("/")
    }

    fn put(&mut self, number: u64, bits: u8) {
        for bit in (0..bits).rev() {
            if self.bits == 0 {
                self.octets.push(0);
            }
            if let Some(last) = self.octets.last_mut() {
                *last |= ((number >> bit & 1) as u8) << (7 - self.bits);
            }
            self.bits = (self.bits + 1) % 8;
        }
    }

    fn present(
        &mut self,
        items: &[Item],
        definitions: &[Option<Definition>],
    ) -> Result<(), Unwritable> {
        let places = self.places(items, definitions)?;
        let octets = places.last().map_or(1, |(index, _)| index / 7 + 1);
        for octet in 0..octets {
            for bit in 0..7 {
                let there = places.iter().any(|(index, _)| *index == octet * 7 + bit);
                self.put(u64::from(there), 1);
            }
            self.put(u64::from(octet + 1 < octets), 1);
        }
        self.items(&places, definitions)
    }

    /// The items by the index of their definition, ascending.
    fn places<'a>(
        &self,
        items: &'a [Item],
        definitions: &[Option<Definition>],
    ) -> Result<Vec<(usize, &'a Item)>, Unwritable> {
        let place = |item: &'a Item| {
            let named =
                |definition: &Option<Definition>| definition.is_some_and(|it| it.name == item.name);
            let unknown = || Unwritable::UnknownItem {
                item: [self.path.as_slice(), &[item.name]].concat().join("/"),
            };
            let index = definitions.iter().position(named).ok_or_else(unknown)?;
            let same = |other: &&Item| other.name == item.name;
            if items.iter().filter(same).count() > 1 {
                return Err(unknown());
            }
            Ok((index, item))
        };
        let mut places: Vec<(usize, &Item)> = items.iter().map(place).collect::<Result<_, _>>()?;
        places.sort_by_key(|(index, _)| *index);
        Ok(places)
    }

    fn items(
        &mut self,
        places: &[(usize, &Item)],
        definitions: &[Option<Definition>],
    ) -> Result<(), Unwritable> {
        for (index, item) in places {
            if let Some(Some(definition)) = definitions.get(*index) {
                self.path.push(definition.name);
                self.value(&item.value, definition.layout)?;
                self.path.pop();
            }
        }
        Ok(())
    }

    fn value(&mut self, value: &Value, layout: Layout) -> Result<(), Unwritable> {
        match (layout, value) {
            (Layout::Fixed(parts), Value::Fields(fields)) => self.fields(fields, parts),
            (Layout::Extended(octets), Value::Fields(fields)) => self.extended(fields, octets),
            (Layout::Repeated(parts), Value::Repeated(times)) => {
                let Ok(count) = u8::try_from(times.len()) else {
                    return Err(Unwritable::TooLong { item: self.item() });
                };
                self.put(u64::from(count), 8);
                times
                    .iter()
                    .try_for_each(|fields| self.fields(fields, parts))
            }
            (Layout::Chained(parts), Value::Repeated(times)) if !times.is_empty() => {
                for (index, fields) in times.iter().enumerate() {
                    self.fields(fields, parts)?;
                    self.put(u64::from(index + 1 < times.len()), 1);
                }
                Ok(())
            }
            (Layout::Octets, Value::Octets(octets)) => self.explicit(octets),
            (Layout::Expansion(definitions), Value::Items(items)) => {
                self.expansion(items, definitions)
            }
            (Layout::Compound(definitions), Value::Items(items)) => {
                self.present(items, definitions)
            }
            _ => Err(Unwritable::Shape { item: self.item() }),
        }
    }

    fn extended(&mut self, fields: &[Field], octets: &[&[Part]]) -> Result<(), Unwritable> {
        self.known(fields, octets)?;
        let holds = |parts: &&[Part]| {
            let there = |part: &Part| fields.iter().any(|field| field.name == part.name);
            parts
                .iter()
                .any(|part| part.meaning != Meaning::Spare && there(part))
        };
        let sent = octets.iter().rposition(holds).map_or(1, |last| last + 1);
        for (index, parts) in octets.iter().take(sent).enumerate() {
            self.parts(fields, parts)?;
            self.put(u64::from(index + 1 < sent), 1);
        }
        Ok(())
    }

    fn expansion(
        &mut self,
        items: &[Item],
        definitions: &[Option<Definition>],
    ) -> Result<(), Unwritable> {
        let mut inner = Pen {
            path: self.path.clone(),
            ..Pen::default()
        };
        let places = inner.places(items, definitions)?;
        for bit in 0..8 {
            let there = places.iter().any(|(index, _)| *index == bit);
            inner.put(u64::from(there), 1);
        }
        inner.items(&places, definitions)?;
        self.explicit(&inner.octets)
    }

    fn explicit(&mut self, octets: &[u8]) -> Result<(), Unwritable> {
        let Ok(length) = u8::try_from(octets.len() + 1) else {
            return Err(Unwritable::TooLong { item: self.item() });
        };
        self.put(u64::from(length), 8);
        octets
            .iter()
            .for_each(|octet| self.put(u64::from(*octet), 8));
        Ok(())
    }

    fn fields(&mut self, fields: &[Field], parts: &[Part]) -> Result<(), Unwritable> {
        self.known(fields, &[parts])?;
        self.parts(fields, parts)
    }

    /// Nothing that is given may be lost.
    fn known(&self, fields: &[Field], octets: &[&[Part]]) -> Result<(), Unwritable> {
        let unknown = |field: &&Field| {
            let same = |part: &&Part| part.name == field.name && part.meaning != Meaning::Spare;
            !octets.iter().copied().flatten().any(|part| same(&part))
        };
        match fields.iter().find(unknown) {
            None => Ok(()),
            Some(field) => Err(Unwritable::UnknownItem {
                item: [self.path.as_slice(), &[field.name]].concat().join("/"),
            }),
        }
    }

    fn parts(&mut self, fields: &[Field], parts: &[Part]) -> Result<(), Unwritable> {
        for part in parts {
            let raw = match fields.iter().find(|field| field.name == part.name) {
                _ if part.meaning == Meaning::Spare => 0,
                Some(field) => field.raw,
                None => {
                    return Err(Unwritable::Missing {
                        item: self.item(),
                        field: part.name,
                    });
                }
            };
            if raw >> part.bits != 0 {
                return Err(Unwritable::TooWide {
                    item: self.item(),
                    field: part.name,
                    raw,
                    bits: part.bits,
                });
            }
            self.put(raw, part.bits);
        }
        Ok(())
    }
}
