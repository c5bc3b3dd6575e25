//! Which of the things that are not known matters most for a site's risk.

use super::document::UnknownLine;
use super::subject::Subject;
use crate::decide::Progress;
use crate::statistics::{Halves, Row, explained};
use raid::effects::defence;
use raid::unknowns::{Figure, Owner, figures};
use raid::{Flights, RaidAtSite, RaidKey, Unknowns};
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};

/// Rows of draws.
const ROWS: u32 = 512;
/// Raids flown under each draw, in two halves.
const RAIDS: u32 = 16;
/// First of the groups that these draws are: apart from those of the study itself.
const FIRST_GROUP: u32 = 0x8000_0000;
/// Entity of these raids.
const ENTITY: u32 = 0x3000_0000;

/// Every unknown that can matter for the casualties of a raid under the first loadout, the most
/// important first. `None` where the risk does not vary, or where it was stopped.
#[must_use]
pub fn explain(
    subject: &Subject<'_>,
    stop: &AtomicBool,
    progress: &dyn Progress,
) -> Option<Vec<UnknownLine>> {
    let unknowns = relevant(subject);
    progress.begin("unknowns", u64::from(ROWS));
    let rows: Option<Vec<Row>> = (0..ROWS)
        .into_par_iter()
        .map(|number| {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            let row = row(subject, &unknowns, number);
            progress.step();
            Some(row)
        })
        .collect();
    let found = explained(&rows?)?;
    let mut lines: Vec<UnknownLine> = unknowns
        .iter()
        .zip(found)
        .map(|(figure, found)| UnknownLine {
            name: name(subject, figure),
            first: found.first,
            total: found.total,
        })
        .collect();
    // Names break ties, so that the order is one.
    lines.sort_by(|a, b| {
        let by_total = b.total.mean.total_cmp(&a.total.mean);
        by_total.then_with(|| a.name.cmp(&b.name))
    });
    Some(lines)
}

/// Unknowns of this munition, of what stands there under the first loadout, and of people.
fn relevant(subject: &Subject<'_>) -> Vec<Figure> {
    let units = subject
        .loadouts
        .first()
        .map_or(&[][..], |first| &first.units);
    let stands = |system: usize| units.get(system).is_some_and(|&count| count > 0);
    let mut figures = figures(&subject.theatre.catalogue);
    figures.retain(|figure| match figure.of {
        Owner::Munition(class) => class == subject.class,
        Owner::System(system) => stands(system),
        Owner::Radars => units.iter().any(|&count| count > 0),
        Owner::People => true,
    });
    figures
}

fn name(subject: &Subject<'_>, figure: &Figure) -> String {
    let catalogue = &subject.theatre.catalogue;
    let of = match figure.of {
        Owner::Munition(class) => &catalogue.munitions[class].id,
        Owner::System(system) => &catalogue.systems[system].id,
        Owner::Radars => "radars",
        Owner::People => "people",
    };
    format!("{} of {of}", figure.key)
}

fn row(subject: &Subject<'_>, unknowns: &[Figure], number: u32) -> Row {
    let catalogue = &subject.theatre.catalogue;
    let seed = subject.theatre.seed;
    let [own, other] = [0, 1].map(|which| FIRST_GROUP + 2 * number + which);
    let draws = [own, other].map(|group| Unknowns::draw(catalogue, seed, group));
    let flights = draws
        .each_ref()
        .map(|draw| Flights::new(&draw.munitions[subject.class]));
    let exchanged = |figure: &Figure| {
        let draw = Unknowns::exchanged(catalogue, seed, own, *figure, other);
        match figure.of {
            Owner::Munition(_) => {
                let flights = Flights::new(&draw.munitions[subject.class]);
                risk(subject, &draw, &flights, number)
            }
            // The munition is that of the row's own draw, and so are its flights.
            Owner::System(_) | Owner::Radars | Owner::People => {
                risk(subject, &draw, &flights[0], number)
            }
        }
    };
    Row {
        own: risk(subject, &draws[0], &flights[0], number),
        other: risk(subject, &draws[1], &flights[1], number),
        exchanged: unknowns.iter().map(exchanged).collect(),
    }
}

/// Mean casualties of a raid under one draw, by two halves of the raids of a row.
fn risk(subject: &Subject<'_>, draw: &Unknowns, flights: &Flights<'_>, number: u32) -> Halves {
    let radius_m = subject.theatre.sites[subject.site].populated_radius_m;
    let people: f64 = subject.people().map(f64::from).iter().sum();
    let option = subject.loadouts.first().map_or(0, |first| first.option);
    let mut halves = [0.0; 2];
    for index in 0..RAIDS {
        let key = RaidKey {
            seed: subject.theatre.seed,
            replication: number * RAIDS + index,
            entity: ENTITY,
        };
        let mut raid = flights.raid(subject.rounds, &draw.systems, &draw.people, key);
        raid.hour = subject.hour.unwrap_or(raid.hour);
        let placed = RaidAtSite::new(&raid, draw, subject.class, radius_m);
        let hurt = placed.hurt(&placed.judge(defence(raid.kind, &subject.options[option])));
        let half = usize::from(index >= RAIDS / 2);
        halves[half] += (hurt.killed + hurt.wounded) * people / f64::from(RAIDS / 2);
    }
    halves
}
