//! Octets to records.

use super::layout::{Definition, Layout, Meaning, Part};
use super::{
    Category, Decoded, Editions, Fault, Field, Flaw, Item, Record, Value, category034, category048,
    expansion048,
};

/// Octets of a block's header: the category and the length.
const HEADER_OCTETS: usize = 3;

pub(super) fn datagram(octets: &[u8], editions: &Editions) -> Decoded {
    let mut decoded = Decoded::default();
    let mut start = 0;
    let mut block = 0;
    while start < octets.len() {
        let left = octets.len() - start;
        let mut fault = Fault {
            octet: start,
            block,
            category: None,
            record: None,
            item: String::new(),
            flaw: Flaw::Header { left },
        };
        let Some(&[number, high, low]) = octets.get(start..start + HEADER_OCTETS) else {
            decoded.faults.push(fault);
            break;
        };
        fault.category = Some(number);
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length <= HEADER_OCTETS || length > left {
            fault.flaw = Flaw::Length { length, left };
            decoded.faults.push(fault);
            break;
        }
        let end = start + length;
        match category(number) {
            Some(category) => one_block(
                octets,
                (start, end),
                &fault,
                category,
                editions,
                &mut decoded,
            ),
            None => {
                fault.flaw = Flaw::Category;
                decoded.faults.push(fault);
            }
        }
        start = end;
        block += 1;
    }
    decoded
}

/// The layout of the item at a presence bit of a record, from 0.
pub(super) fn definition(
    category: Category,
    editions: &Editions,
    index: usize,
) -> Option<Definition> {
    let definition = match category {
        Category::Service => *category034::ITEMS.get(index)?,
        Category::Target => category048::definition(editions.target, index),
    }?;
    match (category, definition.name, editions.expansion) {
        (Category::Target, "RE", Some(edition)) => Some(Definition {
            layout: expansion048::layout(edition),
            ..definition
        }),
        _ => Some(definition),
    }
}

/// How many items a record of a category can have.
pub(super) fn definitions(category: Category) -> usize {
    match category {
        Category::Service => category034::ITEMS.len(),
        Category::Target => category048::ITEMS.len(),
    }
}

fn category(number: u8) -> Option<Category> {
    [Category::Service, Category::Target]
        .into_iter()
        .find(|category| category.number() == number)
}

fn one_block(
    octets: &[u8],
    (start, end): (usize, usize),
    place: &Fault,
    category: Category,
    editions: &Editions,
    decoded: &mut Decoded,
) {
    let mut walk = Walk {
        octets,
        bit: (start + HEADER_OCTETS) * 8,
        end: end * 8,
        path: Vec::new(),
        spare: None,
    };
    let mut records = Vec::new();
    let mut faults = Vec::new();
    while walk.bit < walk.end {
        let record = Some(records.len());
        let fault = |octet, item, flaw| Fault {
            octet,
            record,
            item,
            flaw,
            ..place.clone()
        };
        match walk.record(category, editions) {
            Ok(items) => {
                records.push(Record { category, items });
                let spare = walk.spare.take();
                faults.extend(spare.map(|(octet, item)| fault(octet, item, Flaw::Spare)));
            }
            Err(flaw) => {
                let octet = (walk.bit / 8).min(end - 1);
                faults.push(fault(octet, walk.path.join("/"), flaw));
                records.clear();
                break;
            }
        }
    }
    decoded.records.append(&mut records);
    decoded.faults.append(&mut faults);
}

/// A walk through the bits of a block.
struct Walk<'a> {
    octets: &'a [u8],
    /// The next bit, from the start of the datagram.
    bit: usize,
    /// The bit after the last.
    end: usize,
    /// Names of the item that is being read and of the parts in which it stands.
    path: Vec<&'static str>,
    /// The first spare bit of the record that is set: octet and item.
    spare: Option<(usize, String)>,
}

impl Walk<'_> {
    fn record(&mut self, category: Category, editions: &Editions) -> Result<Vec<Item>, Flaw> {
        self.path.clear();
        let items = self.present(definitions(category), &|index| {
            definition(category, editions, index)
        })?;
        if items.is_empty() {
            Err(Flaw::NoItem)
        } else {
            Ok(items)
        }
    }

    /// Presence bits in a chain of octets, then the items that are present.
    fn present(
        &mut self,
        count: usize,
        definition: &dyn Fn(usize) -> Option<Definition>,
    ) -> Result<Vec<Item>, Flaw> {
        let mut indices = Vec::new();
        for first in (0..).step_by(7) {
            if first >= count {
                return Err(Flaw::PresenceEndless);
            }
            let octet = self.take(8)?;
            indices.extend(
                (0..7)
                    .filter(|bit| octet >> (7 - bit) & 1 == 1)
                    .map(|bit| first + bit),
            );
            if octet & 1 == 0 {
                break;
            }
        }
        self.items(&indices, definition)
    }

    fn items(
        &mut self,
        indices: &[usize],
        definition: &dyn Fn(usize) -> Option<Definition>,
    ) -> Result<Vec<Item>, Flaw> {
        let mut items = Vec::with_capacity(indices.len());
        for &index in indices {
            let Definition { name, layout } =
                definition(index).ok_or(Flaw::Reserved { number: index + 1 })?;
            self.path.push(name);
            let value = self.value(layout)?;
            self.path.pop();
            items.push(Item { name, value });
        }
        Ok(items)
    }

    fn value(&mut self, layout: Layout) -> Result<Value, Flaw> {
        match layout {
            Layout::Fixed(parts) => Ok(Value::Fields(self.fields(parts)?)),
            Layout::Extended(octets) => self.extended(octets),
            Layout::Repeated(parts) => {
                let count = self.take(8)?;
                let times = (0..count).map(|_| self.fields(parts));
                Ok(Value::Repeated(times.collect::<Result<_, _>>()?))
            }
            Layout::Chained(parts) => {
                let mut times = Vec::new();
                loop {
                    times.push(self.fields(parts)?);
                    if self.take(1)? == 0 {
                        return Ok(Value::Repeated(times));
                    }
                }
            }
            Layout::Octets => {
                let count = self.explicit()? / 8;
                let octets = (0..count).map(|_| Ok(self.take(8)? as u8));
                Ok(Value::Octets(octets.collect::<Result<_, _>>()?))
            }
            Layout::Expansion(definitions) => self.expansion(definitions),
            Layout::Compound(definitions) => {
                Ok(Value::Items(self.present(definitions.len(), &|index| {
                    *definitions.get(index)?
                })?))
            }
        }
    }

    fn extended(&mut self, octets: &[&[Part]]) -> Result<Value, Flaw> {
        let mut fields = Vec::new();
        for parts in octets {
            fields.append(&mut self.fields(parts)?);
            if self.take(1)? == 0 {
                return Ok(Value::Fields(fields));
            }
        }
        Err(Flaw::ExtensionEndless)
    }

    fn expansion(&mut self, definitions: &[Option<Definition>]) -> Result<Value, Flaw> {
        let field_end = self.bit + 8;
        let bits = self.explicit()?;
        let outer_end = std::mem::replace(&mut self.end, field_end + bits);
        let flags = self.take(8)?;
        let indices: Vec<usize> = (0..8).filter(|bit| flags >> (7 - bit) & 1 == 1).collect();
        let items = self.items(&indices, &|index| *definitions.get(index)?)?;
        if self.bit < self.end {
            return Err(Flaw::LeftOver {
                octets: (self.end - self.bit) / 8,
            });
        }
        self.end = outer_end;
        Ok(Value::Items(items))
    }

    /// The length octet of a field; the bits that follow it, which are there.
    fn explicit(&mut self) -> Result<usize, Flaw> {
        let octets = self.take(8)? as usize;
        let bits = octets.checked_sub(1).ok_or(Flaw::LengthZero)? * 8;
        let left = self.end - self.bit;
        if bits > left {
            return Err(Flaw::Truncated { bits, left });
        }
        Ok(bits)
    }

    fn fields(&mut self, parts: &[Part]) -> Result<Vec<Field>, Flaw> {
        let mut fields = Vec::with_capacity(parts.len());
        for part in parts {
            let octet = self.bit / 8;
            let raw = self.take(usize::from(part.bits))?;
            if part.meaning != Meaning::Spare {
                fields.push(Field {
                    name: part.name,
                    raw,
                    bits: part.bits,
                    meaning: part.meaning,
                });
            } else if raw != 0 && self.spare.is_none() {
                self.spare = Some((octet, self.path.join("/")));
            }
        }
        Ok(fields)
    }

    /// The next bits, at most 64, as a number.
    fn take(&mut self, bits: usize) -> Result<u64, Flaw> {
        let left = self.end - self.bit;
        let last = self.bit + bits;
        let octets = self.octets.get(self.bit / 8..last.div_ceil(8));
        let Some(octets) = octets.filter(|_| bits <= left) else {
            return Err(Flaw::Truncated { bits, left });
        };
        let wide = octets
            .iter()
            .fold(0_u128, |wide, octet| wide << 8 | u128::from(*octet));
        let number = wide >> (last.div_ceil(8) * 8 - last);
        self.bit = last;
        Ok((number & ((1 << bits) - 1)) as u64)
    }
}
