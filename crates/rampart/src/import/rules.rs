//! Which munition class an event is of, by rules that the user can edit.

use feeds::events::{DataSet, Event};
use regex::Regex;
use theatre::Interval;

/// A part of an event that a rule can look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// What sort of event.
    Kind,
    /// A finer sort.
    SubKind,
    /// Who took part.
    Actors,
    /// Words for the place.
    Location,
    /// What is told of it.
    Text,
}

impl Field {
    /// Every field and the key by which a rule names it.
    pub const ALL: [(&'static str, Self); 5] = [
        ("kind", Self::Kind),
        ("sub_kind", Self::SubKind),
        ("actors", Self::Actors),
        ("location", Self::Location),
        ("text", Self::Text),
    ];

    fn of(self, event: &Event) -> &str {
        match self {
            Self::Kind => &event.kind,
            Self::SubKind => &event.sub_kind,
            Self::Actors => &event.actors,
            Self::Location => &event.location,
            Self::Text => &event.text,
        }
    }
}

/// What a rule makes of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A report of a class of the catalogue, by its id, or of `unknown`.
    Class(String),
    /// No report, for a reason.
    Drop(String),
}

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name.
    pub id: String,
    /// The data sets that it is for; all of them where it is empty.
    pub data_sets: Vec<DataSet>,
    /// What must be found.
    pub conditions: Vec<(Field, Regex)>,
    /// What must not be found in the text.
    pub unless_text: Option<Regex>,
    /// What then happens.
    pub outcome: Outcome,
}

impl Rule {
    fn holds(&self, data_set: DataSet, event: &Event) -> bool {
        let for_it = self.data_sets.is_empty() || self.data_sets.contains(&data_set);
        let excepted = || {
            let unless = self.unless_text.as_ref();
            unless.is_some_and(|unless| unless.is_match(&event.text))
        };
        for_it
            && self
                .conditions
                .iter()
                .all(|(field, pattern)| pattern.is_match(field.of(event)))
            && !excepted()
    }
}

/// All rules, and how rounds are read from words.
#[derive(Clone, Debug)]
pub struct Rules {
    /// In the order in which they are tried.
    pub list: Vec<Rule>,
    /// Rounds of a report that states none.
    pub rounds_unknown: Interval,
    /// By what share "about" may be out, 0 to 1.
    pub approximate_share: f64,
    /// How rounds are stated, made by [`super::rounds::pattern`].
    pub rounds: Regex,
}

impl Rules {
    /// The first rule that holds.
    #[must_use]
    pub fn of(&self, data_set: DataSet, event: &Event) -> Option<&Rule> {
        self.list.iter().find(|rule| rule.holds(data_set, event))
    }
}
