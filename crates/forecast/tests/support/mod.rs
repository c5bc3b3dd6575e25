//! Theatres made by hand.

// Each test file uses a part of it; an unwrap that fails is a test that fails.
#![allow(dead_code, clippy::unwrap_used)]

use jiff::ToSpan;
use jiff::civil::{Date, date};
use theatre::*;

pub const ROCKET: usize = 0;
pub const MORTAR: usize = 1;
pub const MISSILE: usize = 2;
pub const AS_OF: Date = date(2020, 3, 16);

fn exactly(value: f64) -> Interval {
    Interval {
        low: value,
        high: value,
        source: "assumed".into(),
    }
}

fn munition(id: &str, kind: MunitionKind) -> MunitionClass {
    MunitionClass {
        id: id.into(),
        name: id.into(),
        kind,
        effect: Blast::Fragments,
        speed_mps: exactly(385.0),
        mass_kg: exactly(18.0),
        calibre_mm: exactly(107.0),
        drag_scale: exactly(1.0),
        fired_from_m: exactly(6000.0),
        scatter_along: exactly(0.02),
        scatter_across: exactly(0.02),
        failure_probability: exactly(0.1),
        killed_radius_m: exactly(5.0),
        wounded_radius_m: exactly(10.0),
        interval_s: exactly(1.0),
        centre_spread: exactly(1.0),
    }
}

fn people() -> People {
    let share = exactly(0.5);
    People {
        indoors: share.clone(),
        building: share.clone(),
        prone: share.clone(),
        shelter: share.clone(),
        blast_shelter: share.clone(),
        drop_s: share.clone(),
        shelter_first_s: share.clone(),
        shelter_last_s: share.clone(),
        compliance: share.clone(),
        group_size: share.clone(),
        missile_early_warning: share.clone(),
        indoors_night: share.clone(),
        wake_s: share,
    }
}

pub fn site(exposure: f64) -> Site {
    Site {
        id: String::new(),
        name: String::new(),
        place: Geodetic {
            latitude_deg: 33.0,
            longitude_deg: 44.0,
        },
        populated_radius_m: 1000.0,
        people: 100,
        capacity: u32::MAX,
        partner_people: 0,
        guard: 0,
        exposure,
        criticality: 0.0,
        upkeep_loss_per_day: 0.0,
        outside: false,
        source: "assumed".into(),
        confidence: SiteConfidence::Assumed,
        line: 0,
    }
}

/// A theatre of sites with these exposures, three classes and no reports.
pub fn theatre(exposures: &[f64]) -> Theatre {
    Theatre {
        name: "By hand".into(),
        as_of: AS_OF,
        horizon_days: 60,
        seed: 1,
        loss: LossWeights {
            killed: 1.0,
            wounded: 0.1,
            partner: 1.0,
        },
        stock: vec![],
        deployed: vec![],
        missions: vec![],
        threats: vec![],
        movement: Movement {
            people_per_day: 0,
            may_leave: 0,
            loss_per_person: 0.0,
            line: 0,
        },
        sites: exposures.iter().copied().map(site).collect(),
        incidents: vec![],
        catalogue: Catalogue {
            systems: vec![],
            munitions: vec![
                munition("rocket", MunitionKind::Rocket),
                munition("mortar", MunitionKind::Mortar),
                munition("missile", MunitionKind::BallisticMissile),
            ],
            people: people(),
        },
    }
}

pub fn days_ago(days: i64) -> Date {
    AS_OF.checked_sub(days.days()).unwrap()
}

/// A confirmed report, made on the day of the attack.
pub fn report(days: i64, site: usize, munition: Munition, low: u32, high: u32) -> Incident {
    Incident {
        id: String::new(),
        date: days_ago(days),
        local_time: None,
        reported_on: days_ago(days),
        site,
        munition,
        rounds_low: low,
        rounds_high: high,
        killed: 0,
        wounded: 0,
        killed_partner: 0,
        wounded_partner: 0,
        warned: Warned::Unknown,
        campaign: None,
        confidence: Confidence::Confirmed,
        supersedes: None,
        source: String::new(),
        line: 0,
    }
}

pub fn rocket(days: i64, site: usize) -> Incident {
    report(days, site, Munition::Class(ROCKET), 3, 3)
}

pub fn of_campaign(name: &str, incident: Incident) -> Incident {
    Incident {
        campaign: Some(name.into()),
        ..incident
    }
}

/// A Poisson draw by counting exponential waits.
pub fn poisson(mean: f64, stream: &mut Stream) -> u32 {
    let mut count = 0;
    let mut left = mean + (1.0 - stream.uniform()).ln();
    while left > 0.0 {
        count += 1;
        left += (1.0 - stream.uniform()).ln();
    }
    count
}

/// A gamma draw with mean 1 and a whole shape, as a sum of exponentials.
pub fn gamma(shape: u32, stream: &mut Stream) -> f64 {
    (0..shape)
        .map(|_| -(1.0 - stream.uniform()).ln())
        .sum::<f64>()
        / f64::from(shape)
}

/// A reproducible order.
pub fn shuffled(count: usize, stream: &mut Stream) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for index in (1..count).rev() {
        order.swap(index, (stream.uniform() * (index + 1) as f64) as usize);
    }
    order
}

/// The theatre with its incidents in another order, and `supersedes` still pointing at the same ones.
pub fn permuted(theatre: &Theatre, order: &[usize]) -> Theatre {
    let mut place = vec![0; order.len()];
    for (new, &old) in order.iter().enumerate() {
        place[old] = new;
    }
    let mut permuted = theatre.clone();
    permuted.incidents = order
        .iter()
        .map(|&old| {
            let mut incident = theatre.incidents[old].clone();
            incident.supersedes = incident.supersedes.map(|earlier| place[earlier]);
            incident
        })
        .collect();
    permuted
}

/// A log with everything that a log may have: corrections, late and disputed reports, campaigns,
/// unknown munitions, exposures of 0, empty lists.
pub fn random_theatre(number: u32) -> Theatre {
    let mut stream = Stream::new(11, 0, number, 0);
    let mut below = |limit: usize| (stream.uniform() * limit as f64) as usize;
    let exposures: Vec<f64> = (0..below(9))
        .map(|_| [0.0, 0.05, 1.0, 1.0, 2.0, 1e-300, 1e300][below(7)])
        .collect();
    let mut theatre = theatre(&exposures);
    theatre.horizon_days = 3650;
    let span = [1, 30, 400, 4000][below(4)];
    let reports = if exposures.is_empty() { 0 } else { below(80) };
    for index in 0..reports {
        let munition = match below(8) {
            0..=2 => Munition::Class(ROCKET),
            3 => Munition::Class(MORTAR),
            4 => Munition::Class(MISSILE),
            5 => Munition::None,
            _ => Munition::Unknown,
        };
        let low = 1 + [0, below(30), 5000, u32::MAX as usize - 1][below(4)] as u32;
        let mut incident = report(
            below(span) as i64,
            below(exposures.len()),
            munition,
            low,
            low.saturating_add(below(4) as u32),
        );
        incident.reported_on = incident
            .date
            .checked_add((below(3) as i64 * 20).days())
            .unwrap();
        incident.confidence = [
            Confidence::Confirmed,
            Confidence::Reported,
            Confidence::Disputed,
        ][below(3)];
        incident.campaign = (below(3) == 0).then(|| format!("campaign {}", below(5)));
        incident.supersedes = (index > 0 && below(6) == 0).then(|| below(index));
        theatre.incidents.push(incident);
    }
    theatre.sites.iter_mut().for_each(|site| {
        site.outside = below(5) == 0;
    });
    theatre
}
