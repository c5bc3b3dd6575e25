//! From reports to attacks: what is believed, by some date, to have happened.

use crate::exposure::Family;
use jiff::civil::Date;
use std::cmp::Ordering;
use theatre::incident::known_on;
use theatre::{Catalogue, Confidence, Incident, Munition, Theatre};

/// What a report counts for, by how far it is trusted. Assumed: no study of such logs is at hand.
fn weight(confidence: Confidence) -> f64 {
    match confidence {
        Confidence::Confirmed => 1.0,
        Confidence::Reported => 0.8,
        Confidence::Disputed => 0.4,
    }
}

/// One attack on one site, from one report or from those of one campaign.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Attack {
    /// Day of the attack, counted from the forecast's date, ≤ 0.
    pub day: i32,
    pub site: usize,
    /// Index of the class; `None` where it is not known.
    pub class: Option<usize>,
    /// 0 to 1.
    pub weight: f64,
    /// Number of the campaign; attacks of one campaign follow each other.
    pub campaign: Option<u32>,
    pub rounds_low: u32,
    pub rounds_high: u32,
}

/// All reports made by the forecast's date, in an order that does not depend on that of the log:
/// sums taken in it are the same to the last bit however the log is sorted.
pub(crate) struct Log<'a> {
    theatre: &'a Theatre,
    rows: Vec<Row>,
}

struct Row {
    incident: usize,
    attack: Attack,
}

impl<'a> Log<'a> {
    pub fn new(theatre: &'a Theatre) -> Self {
        let as_of = theatre.as_of;
        let mut order: Vec<usize> = (0..theatre.incidents.len())
            .filter(|&index| {
                let incident = &theatre.incidents[index];
                incident.reported_on <= as_of
                    && incident.date <= as_of
                    && incident.munition != Munition::None
                    && incident.site < theatre.sites.len()
            })
            .collect();
        order.sort_by(|&a, &b| compare(&theatre.incidents[a], &theatre.incidents[b]));
        let mut campaigns = 0_u32;
        let mut last: Option<&str> = None;
        let rows = order
            .into_iter()
            .filter_map(|index| {
                let incident = &theatre.incidents[index];
                let name = incident.campaign.as_deref();
                if name.is_some() && name != last {
                    campaigns += 1;
                }
                last = name;
                let attack = attack(theatre, incident, name.map(|_| campaigns))?;
                Some(Row {
                    incident: index,
                    attack,
                })
            })
            .collect();
        Self { theatre, rows }
    }

    /// The attacks known on a date that is not after the forecast's, those of a campaign together.
    pub fn known_on(&self, date: Date) -> Vec<Attack> {
        let mut known = vec![false; self.theatre.incidents.len()];
        for index in known_on(&self.theatre.incidents, date) {
            known[index] = true;
        }
        let mut attacks: Vec<Attack> = Vec::new();
        for row in self.rows.iter().filter(|row| known[row.incident]) {
            match self.same_attack(&mut attacks, &row.attack) {
                Some(attack) => merge(attack, &row.attack),
                None => attacks.push(row.attack.clone()),
            }
        }
        attacks
    }

    /// The attack that a report of a campaign belongs to: one of the same class on the same site, or,
    /// where its munition is not known, any of rockets or mortars there.
    fn same_attack<'b>(&self, attacks: &'b mut [Attack], row: &Attack) -> Option<&'b mut Attack> {
        row.campaign?;
        let start = attacks
            .iter()
            .rposition(|attack| attack.campaign != row.campaign || attack.site != row.site)
            .map_or(0, |before| before + 1);
        attacks[start..].iter_mut().find(|attack| {
            attack.class == row.class
                || (row.class.is_none() && self.family(attack) == Some(Family::RocketsAndMortars))
        })
    }

    fn family(&self, attack: &Attack) -> Option<Family> {
        let class = self.theatre.catalogue.munitions.get(attack.class?)?;
        Some(Family::of(class.kind))
    }
}

/// Days from the forecast's date to `date`, ≤ 0 for what is past.
pub(crate) fn day(theatre: &Theatre, date: Date) -> i32 {
    const SECONDS: i64 = 86_400;
    let days = date.duration_since(theatre.as_of).as_secs() / SECONDS;
    // The calendar of `jiff` spans 7.3 million days, so that this always holds.
    i32::try_from(days).unwrap_or(0)
}

fn attack(theatre: &Theatre, incident: &Incident, campaign: Option<u32>) -> Option<Attack> {
    let class = match incident.munition {
        Munition::None => return None,
        Munition::Unknown => None,
        Munition::Class(class) if class < theatre.catalogue.munitions.len() => Some(class),
        Munition::Class(_) => return None,
    };
    Some(Attack {
        day: day(theatre, incident.date),
        site: incident.site,
        class,
        weight: weight(incident.confidence),
        campaign,
        rounds_low: incident.rounds_low.max(1),
        rounds_high: incident.rounds_high.max(incident.rounds_low).max(1),
    })
}

fn merge(attack: &mut Attack, other: &Attack) {
    attack.day = attack.day.min(other.day);
    attack.weight = attack.weight.max(other.weight);
    attack.rounds_low = attack.rounds_low.saturating_add(other.rounds_low);
    attack.rounds_high = attack.rounds_high.saturating_add(other.rounds_high);
}

/// By campaign, site, munition (unknown last) and then all else that counts: two reports that compare
/// equal are alike to this crate.
fn compare(a: &Incident, b: &Incident) -> Ordering {
    let key = |incident: &Incident| {
        let munition = match incident.munition {
            Munition::Class(class) => class,
            Munition::Unknown | Munition::None => usize::MAX,
        };
        let trust = weight(incident.confidence).to_bits();
        let rounds = (incident.rounds_low, incident.rounds_high);
        (incident.site, munition, incident.date, trust, rounds)
    };
    a.campaign
        .cmp(&b.campaign)
        .then_with(|| key(a).cmp(&key(b)))
}

/// Over which classes an attack with an unknown munition is spread, by class of the catalogue: in
/// proportion to the known attacks with rockets and mortars; evenly over those classes where there is
/// no such attack, and over all classes where the catalogue has none of them. Sums to 1.
pub(crate) fn shares_of_unknown(attacks: &[Attack], catalogue: &Catalogue) -> Vec<f64> {
    let may_be: Vec<bool> = catalogue
        .munitions
        .iter()
        .map(|class| Family::of(class.kind) == Family::RocketsAndMortars)
        .collect();
    let mut shares = vec![0.0; may_be.len()];
    for attack in attacks {
        if let Some(class) = attack.class.filter(|&class| may_be[class]) {
            shares[class] += attack.weight;
        }
    }
    if shares.iter().all(|&share| share == 0.0) {
        let any = may_be.contains(&true);
        for (share, &may) in shares.iter_mut().zip(&may_be) {
            *share = if may || !any { 1.0 } else { 0.0 };
        }
    }
    let total: f64 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= total);
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_of_one_campaign_add_their_rounds_and_keep_the_best_word() {
        let mut attack = Attack {
            day: -3,
            site: 0,
            class: Some(1),
            weight: 0.4,
            campaign: Some(1),
            rounds_low: 2,
            rounds_high: u32::MAX,
        };
        let other = Attack {
            day: -4,
            weight: 0.8,
            rounds_low: 5,
            rounds_high: 9,
            ..attack.clone()
        };
        merge(&mut attack, &other);
        assert_eq!((attack.day, attack.weight), (-4, 0.8));
        assert_eq!((attack.rounds_low, attack.rounds_high), (7, u32::MAX));
    }
}
