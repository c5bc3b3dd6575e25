//! Records as the specification speaks of them.

use super::layout::Meaning;

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Category 034: the radar itself.
    Service,
    /// Category 048: a target.
    Target,
}

impl Category {
    /// Its number.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Service => 34,
            Self::Target => 48,
        }
    }
}

/// One record.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// What it is about.
    pub category: Category,
    /// Its items, in the order in which they were sent.
    pub items: Vec<Item>,
}

/// One item, or one part of a compound item.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its name in the specification, such as `040`.
    pub name: &'static str,
    /// What it holds.
    pub value: Value,
}

/// What an item holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Its fields; of an item that grows, those that were sent.
    Fields(Vec<Field>),
    /// The same fields any number of times.
    Repeated(Vec<Vec<Field>>),
    /// Those parts that are present.
    Items(Vec<Item>),
    /// Octets whose meaning is not agreed, without their length.
    Octets(Vec<u8>),
}

/// One field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// Its name, with those of the groups in which it stands; empty where the item is one field.
    pub name: &'static str,
    /// Its bits as an unsigned number.
    pub raw: u64,
    /// How many bits, 1 to 56.
    pub bits: u8,
    /// What they stand for.
    pub meaning: Meaning,
}

impl Field {
    /// Its worth in the unit of its meaning; codes, counts and digits as they are.
    #[must_use]
    pub fn number(&self) -> f64 {
        match self.meaning {
            Meaning::Unsigned { step, .. } => self.raw as f64 * step,
            Meaning::Signed { step, .. } => self.signed() as f64 * step,
            _ => self.raw as f64,
        }
    }

    /// Its digits or characters; nothing where it is neither. Six bits that stand for no character are left
    /// out: a radar that has no identification sends zeros.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let (width, alphabet): (u8, fn(u64) -> Option<char>) = match self.meaning {
            Meaning::Octal => (3, |digit| char::from_digit(digit as u32 & 7, 8)),
            Meaning::Letters => (6, letter),
            _ => return None,
        };
        let characters = (0..self.bits / width).rev();
        let mask = (1 << width) - 1;
        Some(
            characters
                .filter_map(|index| alphabet((self.raw >> (index * width)) & mask))
                .collect(),
        )
    }

    fn signed(&self) -> i64 {
        let unused = 64 - u32::from(self.bits.clamp(1, 64));
        ((self.raw << unused) as i64) >> unused
    }
}

/// A character of six bits (ICAO Annex 10, volume IV, table 3-9).
fn letter(code: u64) -> Option<char> {
    match code as u8 {
        code @ 1..=26 => Some(char::from(b'A' + code - 1)),
        32 => Some(' '),
        code @ 48..=57 => Some(char::from(code)),
        _ => None,
    }
}

impl Record {
    /// The item of that name.
    #[must_use]
    pub fn item(&self, name: &str) -> Option<&Value> {
        find(&self.items, name)
    }

    /// The field at a path: item, then parts of it, then field, such as `040/RHO` and `130/PAM`.
    #[must_use]
    pub fn field(&self, path: &str) -> Option<&Field> {
        let mut items = &self.items;
        let mut rest = path;
        loop {
            let (name, below) = rest.split_once('/').unwrap_or((rest, ""));
            match find(items, name)? {
                Value::Fields(fields) => return fields.iter().find(|field| field.name == below),
                Value::Items(parts) => (items, rest) = (parts, below),
                Value::Repeated(_) | Value::Octets(_) => return None,
            }
        }
    }

    /// Every field with its path, repetitions numbered from 0, in the order in which they were sent.
    #[must_use]
    pub fn fields(&self) -> Vec<(String, Field)> {
        let mut all = Vec::new();
        for item in &self.items {
            collect(item.name.to_owned(), &item.value, &mut all);
        }
        all
    }
}

fn find<'a>(items: &'a [Item], name: &str) -> Option<&'a Value> {
    let item = items.iter().find(|item| item.name == name)?;
    Some(&item.value)
}

fn collect(path: String, value: &Value, all: &mut Vec<(String, Field)>) {
    match value {
        Value::Fields(fields) => named(&path, fields, all),
        Value::Repeated(times) => {
            for (index, fields) in times.iter().enumerate() {
                named(&format!("{path}[{index}]"), fields, all);
            }
        }
        Value::Items(parts) => {
            for part in parts {
                collect(format!("{path}/{}", part.name), &part.value, all);
            }
        }
        Value::Octets(octets) => {
            for (index, octet) in octets.iter().enumerate() {
                let field = Field {
                    name: "",
                    raw: u64::from(*octet),
                    bits: 8,
                    meaning: Meaning::Code,
                };
                all.push((format!("{path}[{index}]"), field));
            }
        }
    }
}

fn named(path: &str, fields: &[Field], all: &mut Vec<(String, Field)>) {
    for field in fields {
        let path = match field.name {
            "" => path.to_owned(),
            name => format!("{path}/{name}"),
        };
        all.push((path, *field));
    }
}
