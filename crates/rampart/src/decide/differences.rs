//! What differs between two plans, in words.

use crate::brief::words;
use planner::{Plan, Problem};

/// Sites named in a list of differences; the rest are counted.
const SITES_MAX: usize = 12;

/// What a second plan does otherwise: systems first, then sites that open or close, then people.
pub(super) fn differences(problem: &Problem, first: &Plan, second: &Plan) -> Vec<String> {
    let pairs = || {
        let sites = problem.sites.iter();
        sites.zip(first.sites.iter().zip(&second.sites))
    };
    let units = |loadout: usize| {
        let units = problem.systems.iter().zip(&problem.loadouts[loadout]);
        let some = units.filter(|(_, count)| **count > 0);
        words::units(&some.map(|(id, &count)| (id.clone(), count)).collect())
    };
    let systems = pairs()
        .filter(|(_, (one, other))| one.loadout != other.loadout)
        .map(|(site, (one, other))| {
            format!(
                "{} has {} in place of {}",
                site.id,
                units(other.loadout),
                units(one.loadout)
            )
        });
    let open = pairs()
        .filter(|(_, (one, other))| one.open != other.open)
        .map(|(site, (one, other))| {
            let (verb, people) = match other.open {
                true => ("stays open with", other.people),
                false => ("closes, which moves", one.people),
            };
            format!("{} {verb} {people} people", site.id)
        });
    let people = pairs()
        .filter(|(_, (one, other))| one.people != other.people && one.open && other.open)
        .map(|(site, (one, other))| {
            format!(
                "{} has {} people in place of {}",
                site.id, other.people, one.people
            )
        });
    let all: Vec<String> = systems.chain(open).chain(people).collect();
    let more = all.len().saturating_sub(SITES_MAX);
    let mut kept: Vec<String> = all.into_iter().take(SITES_MAX).collect();
    if more > 0 {
        kept.push(format!("and {more} more"));
    }
    kept
}
