//! The log of attacks: reports, each with a source and a confidence, some corrected by later ones.

use jiff::civil::{Date, Time};

/// How far a report is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// By more than one source, or by those attacked.
    Confirmed,
    /// By one source.
    Reported,
    /// Sources contradict it.
    Disputed,
}

/// What a report says was fired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Munition {
    /// A class of the catalogue, by its index.
    Class(usize),
    /// Something, not known what.
    Unknown,
    /// Nothing: the report is a correction that says there was no attack.
    None,
}

/// Whether people were warned, as reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warned {
    /// Before the first impact.
    Before,
    /// Only after the first impact.
    After,
    /// Not at all.
    No,
    /// Not stated.
    Unknown,
}

/// One report of one attack on one site.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// Unique name of the report.
    pub id: String,
    /// Day of the attack.
    pub date: Date,
    /// Local time of the attack, to the minute, where it is known.
    pub local_time: Option<Time>,
    /// Day on which the report was made; the day of the attack where it is not given.
    pub reported_on: Date,
    /// Index of the site in [`crate::Theatre::sites`].
    pub site: usize,
    /// What was fired.
    pub munition: Munition,
    /// Fewest rounds, at least 1 unless the munition is [`Munition::None`].
    pub rounds_low: u32,
    /// Most rounds, at least `rounds_low`.
    pub rounds_high: u32,
    /// Own people killed.
    pub killed: u32,
    /// Own people wounded.
    pub wounded: u32,
    /// Host-nation people killed.
    pub killed_partner: u32,
    /// Host-nation people wounded.
    pub wounded_partner: u32,
    /// Whether people were warned.
    pub warned: Warned,
    /// Name of the decision to attack that this report belongs to, when it is shared.
    pub campaign: Option<String>,
    /// How far the report is trusted.
    pub confidence: Confidence,
    /// Index in [`crate::Theatre::incidents`] of the report that this one corrects.
    pub supersedes: Option<usize>,
    /// Where it comes from.
    pub source: String,
    /// Line of the log, from 1, for messages.
    pub line: u32,
}

impl Incident {
    /// Killed and wounded, own and partner.
    #[must_use]
    pub fn casualties(&self) -> u32 {
        self.killed
            .saturating_add(self.wounded)
            .saturating_add(self.killed_partner)
            .saturating_add(self.wounded_partner)
    }
}

/// The reports that count on `as_of`, by index, in the order of the log: made by then, about an
/// attack by then, not superseded by another report made by then, and not a correction to nothing.
///
/// A superseded report counts for nothing even where the one that corrects it says that there was
/// no attack, or is itself superseded later: the latest word of a chain stands.
#[must_use]
pub fn known_on(incidents: &[Incident], as_of: Date) -> Vec<usize> {
    let made = |incident: &Incident| incident.reported_on <= as_of && incident.date <= as_of;
    let mut superseded = vec![false; incidents.len()];
    for incident in incidents.iter().filter(|incident| made(incident)) {
        if let Some(earlier) = incident.supersedes {
            superseded[earlier] = true;
        }
    }
    (0..incidents.len())
        .filter(|&index| {
            let incident = &incidents[index];
            made(incident) && !superseded[index] && incident.munition != Munition::None
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn report(day: i8, reported: i8, munition: Munition, supersedes: Option<usize>) -> Incident {
        Incident {
            id: format!("{day}-{reported}"),
            date: date(2020, 1, day),
            local_time: None,
            reported_on: date(2020, 1, reported),
            site: 0,
            munition,
            rounds_low: 1,
            rounds_high: 1,
            killed: 0,
            wounded: 0,
            killed_partner: 0,
            wounded_partner: 0,
            warned: Warned::Unknown,
            campaign: None,
            confidence: Confidence::Confirmed,
            supersedes,
            source: String::new(),
            line: 0,
        }
    }

    #[test]
    fn corrections_and_late_reports_are_minded() {
        let log = [
            report(1, 1, Munition::Unknown, None),
            report(1, 3, Munition::None, Some(0)),
            report(2, 9, Munition::Unknown, None),
            report(4, 4, Munition::Class(0), None),
        ];
        let on = |day| known_on(&log, date(2020, 1, day));
        assert_eq!(on(2), [0]);
        assert_eq!(on(3), Vec::<usize>::new());
        assert_eq!(on(4), [3]);
        assert_eq!(on(9), [2, 3]);
    }
}
