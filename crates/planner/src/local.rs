//! A good plan quickly: units where they save most, then one change at a time.

use crate::certificate::Choice;
use crate::reduce::{Evaluation, Reduced};
use std::cmp::Ordering;
use std::time::Instant;

/// Choices with what they lose.
pub type Found = (Vec<Choice>, Evaluation);

/// Share of the loss below which two plans count as equal.
pub const EQUAL: f64 = 1e-9;

/// Most changes of each side that are tried in pairs.
const PAIRED: usize = 100;

/// The better of two plans; the first on a tie.
pub fn better(first: Option<Found>, second: Option<Found>) -> Option<Found> {
    match (first, second) {
        (Some(first), Some(second)) if second.1.value < first.1.value => Some(second),
        (first, second) => first.or(second),
    }
}

/// The best of some choices, and of today's or everyone's people with units where they save most.
pub fn start(reduced: &Reduced, mut states: Vec<Vec<Choice>>) -> Option<Found> {
    let sites = &reduced.problem.sites;
    if reduced.choices.iter().any(Vec::is_empty) {
        return None;
    }
    states.push(completed(reduced, &vec![1; sites.len()]));
    let today: Vec<u32> = sites.iter().map(|site| site.people).collect();
    states.push(completed(reduced, &today));
    let found = states
        .into_iter()
        .map(|state| evaluated(reduced, state))
        .collect::<Vec<_>>();
    found.into_iter().fold(None, better)
}

/// Choices with what they lose, if they leave a way.
pub fn evaluated(reduced: &Reduced, state: Vec<Choice>) -> Option<Found> {
    let found = reduced.evaluate(&state)?;
    Some((state, found))
}

/// What a local search makes of a plan; it ends at the deadline, or at `bound`, below which no plan
/// is.
pub fn improved(
    reduced: &Reduced,
    mut best: Found,
    bound: f64,
    deadline: Option<Instant>,
) -> Found {
    // Flows cost more the more sites there are.
    let mut budget = 20_000 / reduced.choices.len().max(1);
    let is_late = || deadline.is_some_and(|at| Instant::now() >= at);
    while budget > 0 && best.1.value > bound && !is_late() {
        let next = swept(reduced, &best, &mut budget)
            .or_else(|| held(reduced, &best, singles(reduced, &best.0), &mut budget))
            .or_else(|| held(reduced, &best, pairs(reduced, &best), &mut budget))
            .or_else(|| toggled(reduced, &best, &mut budget));
        match next {
            Some(next) => best = next,
            None => break,
        }
    }
    best
}

/// One choice a site near given people: open where it has people, as few units as possible first,
/// then the loadout that saves most while the pools last.
fn completed(reduced: &Reduced, people: &[u32]) -> Vec<Choice> {
    let problem = reduced.problem;
    let choices = &reduced.choices;
    let direct = |site: usize, choice: &Choice| problem.sites[site].direct_loss[choice.loadout];
    let mut state: Vec<Choice> = Vec::with_capacity(choices.len());
    for (site, own) in choices.iter().enumerate() {
        let order = |choice: &&Choice| {
            let wrong = choice.open != (people[site] > 0);
            (wrong, problem.drawn_in_all(site, choice.loadout))
        };
        let Some(&choice) = own.iter().min_by_key(order) else {
            return state;
        };
        state.push(choice);
    }
    let saving = |state: &[Choice], site: usize, choice: &Choice| {
        let exposed = f64::from(people[site]) + problem.sites[site].fixed_people;
        exposed * (direct(site, &state[site]) - direct(site, choice))
    };
    let mut upgrades: Vec<(f64, usize, Choice)> = Vec::new();
    for (site, own) in choices.iter().enumerate() {
        let alike = own.iter().filter(|choice| choice.open == state[site].open);
        upgrades.extend(alike.map(|&choice| (saving(&state, site, &choice), site, choice)));
    }
    upgrades.retain(|upgrade| upgrade.0 > 0.0);
    upgrades.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (_, site, choice) in upgrades {
        if saving(&state, site, &choice) > 0.0 {
            let before = std::mem::replace(&mut state[site], choice);
            if !reduced.supplied(&state) {
                state[site] = before;
            }
        }
    }
    state
}

/// New choices at one site or two.
type Change = Vec<(usize, Choice)>;

/// The best of the changes that look best while everyone stays where they are.
fn held(
    reduced: &Reduced,
    best: &Found,
    changes: impl Iterator<Item = Change>,
    budget: &mut usize,
) -> Option<Found> {
    let (state, found) = best;
    let mut trial = state.clone();
    let mut candidates: Vec<(f64, Change)> = Vec::new();
    for change in changes {
        let saved = -change_in_loss(reduced, &mut trial, &found.people, &change);
        if saved > found.value * EQUAL {
            candidates.push((saved, change));
        }
    }
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0));
    let changed = candidates
        .into_iter()
        .map(|(_, change)| changed(state, &change));
    let mut next = None;
    for changed in changed.filter(|changed| reduced.supplied(changed)).take(3) {
        *budget = budget.saturating_sub(1);
        let found = reduced.evaluate(&changed);
        next = better(next, found.map(|found| (changed, found)));
    }
    next
}

fn changed(state: &[Choice], change: &Change) -> Vec<Choice> {
    let mut changed = state.to_vec();
    for &(site, choice) in change {
        changed[site] = choice;
    }
    changed
}

/// What a change adds to the loss with these people; `state` is as before on return.
fn change_in_loss(reduced: &Reduced, state: &mut [Choice], people: &[u32], change: &Change) -> f64 {
    let mut touched: Vec<usize> = Vec::new();
    for &(site, _) in change {
        touched.push(site);
        touched.extend(&reduced.covered_by[site]);
    }
    touched.sort_unstable();
    touched.dedup();
    let loss = |state: &[Choice]| -> f64 {
        let sites = touched.iter();
        sites.map(|&site| reduced.share(state, people, site)).sum()
    };
    let before = loss(state);
    let kept: Change = change
        .iter()
        .map(|&(site, _)| (site, state[site]))
        .collect();
    for &(site, choice) in change {
        state[site] = choice;
    }
    let after = loss(state);
    for (site, choice) in kept {
        state[site] = choice;
    }
    after - before
}

/// The best opening or closing of one site.
fn toggled(reduced: &Reduced, best: &Found, budget: &mut usize) -> Option<Found> {
    let (state, found) = best;
    let mut next = None;
    for (site, choices) in reduced.choices.iter().enumerate() {
        for &choice in choices
            .iter()
            .filter(|choice| choice.open != state[site].open)
        {
            if *budget == 0 {
                return next;
            }
            *budget -= 1;
            let mut changed = state.clone();
            changed[site] = choice;
            let evaluated = reduced.evaluate(&changed);
            let improved = evaluated.filter(|new| new.value < found.value * (1.0 - EQUAL));
            next = better(next, improved.map(|new| (changed, new)));
        }
    }
    next
}

fn singles(reduced: &Reduced, state: &[Choice]) -> impl Iterator<Item = Change> {
    (0..state.len()).flat_map(move |site| {
        let choices = alike(reduced, state, site).filter(move |&choice| choice != state[site]);
        choices.map(move |choice| vec![(site, choice)])
    })
}

/// One site gives up units and another draws more: those that lose least by themselves for those
/// that save most, with these people.
fn pairs(reduced: &Reduced, best: &Found) -> impl Iterator<Item = Change> {
    let (state, people) = (&best.0, &best.1.people);
    let drawn = |site: usize, choice: Choice| reduced.problem.drawn_in_all(site, choice.loadout);
    let mut trial = state.clone();
    let (mut less, mut more) = (Vec::new(), Vec::new());
    for change in singles(reduced, state) {
        let [(site, choice)] = change[..] else {
            continue;
        };
        let side = match drawn(site, choice).cmp(&drawn(site, state[site])) {
            Ordering::Less => &mut less,
            Ordering::Greater => &mut more,
            Ordering::Equal => continue,
        };
        let added = change_in_loss(reduced, &mut trial, people, &change);
        side.push((added, (site, choice)));
    }
    for side in [&mut less, &mut more] {
        side.sort_by(|a, b| a.0.total_cmp(&b.0));
        side.truncate(PAIRED);
    }
    less.into_iter().flat_map(move |giver| {
        let takers = more.clone().into_iter();
        let takers = takers.filter(move |taker| taker.1.0 != giver.1.0);
        takers.map(move |taker| vec![giver.1, taker.1])
    })
}

/// Every change at one site that saves something and that the pools allow, one after another, while
/// everyone stays where they are.
fn swept(reduced: &Reduced, best: &Found, budget: &mut usize) -> Option<Found> {
    let people = &best.1.people;
    let mut state = best.0.clone();
    let least = best.1.value * EQUAL;
    let mut changes: Vec<(f64, Change)> = singles(reduced, &best.0)
        .map(|change| (change_in_loss(reduced, &mut state, people, &change), change))
        .filter(|(added, _)| *added < -least)
        .collect();
    changes.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (_, change) in changes {
        if change_in_loss(reduced, &mut state, people, &change) < -least {
            let next = changed(&state, &change);
            if reduced.supplied(&next) {
                state = next;
            }
        }
    }
    *budget = budget.saturating_sub(1);
    evaluated(reduced, state).filter(|found| found.1.value < best.1.value * (1.0 - EQUAL))
}

/// Choices of a site that leave it open, or closed, as it is.
fn alike(reduced: &Reduced, state: &[Choice], site: usize) -> impl Iterator<Item = Choice> {
    let open = state[site].open;
    let choices = reduced.choices[site].iter().copied();
    choices.filter(move |choice| choice.open == open)
}

/// The plan, changed wherever that loses no more (to a share of [`EQUAL`]): fewer units first, then
/// today's arrangement. A unit that saves nothing is not sent. Where it is not to be `thorough`, it
/// makes only changes that need nobody to move.
pub fn tidied(reduced: &Reduced, found: Found, thorough: bool) -> Found {
    let most = found.1.value * (1.0 + EQUAL);
    let attempt = |kept: &Found, site: usize, choice: Choice| {
        let state = changed(&kept.0, &vec![(site, choice)]);
        if choice.open == kept.0[site].open && reduced.supplied(&state) {
            let people = kept.1.people.clone();
            let value = reduced.value(&state, &people);
            if value <= most {
                return Some((state, Evaluation { value, people }));
            }
        }
        if !thorough {
            return None;
        }
        let found = reduced.evaluate(&state)?;
        (found.value <= most).then_some((state, found))
    };
    let mut kept = found;
    while let Some(next) = fewer_units(reduced, &kept, attempt) {
        kept = next;
    }
    for (index, site) in reduced.problem.sites.iter().enumerate() {
        let now = kept.0[index];
        let today = Choice {
            open: site.people > 0,
            loadout: site.today_loadout,
        };
        let drawn = |choice: Choice| reduced.problem.drawn_in_all(index, choice.loadout);
        if now != today && reduced.choices[index].contains(&today) && drawn(today) <= drawn(now) {
            kept = attempt(&kept, index, today).unwrap_or(kept);
        }
    }
    // The people are settled anew, so that they are exactly right for what stands where.
    reduced.forget();
    if let Some(found) = reduced
        .evaluate(&kept.0)
        .filter(|found| found.value <= most)
    {
        kept.1 = found;
    }
    kept
}

fn fewer_units(
    reduced: &Reduced,
    kept: &Found,
    attempt: impl Fn(&Found, usize, Choice) -> Option<Found>,
) -> Option<Found> {
    (0..kept.0.len()).find_map(|site| {
        let drawn = |choice: Choice| reduced.problem.drawn_in_all(site, choice.loadout);
        let now = drawn(kept.0[site]);
        let less = alike(reduced, &kept.0, site).filter(|&choice| drawn(choice) < now);
        let mut less: Vec<_> = less.collect();
        less.sort_by_key(|&choice| drawn(choice));
        let mut tries = less.into_iter();
        tries.find_map(|choice| attempt(kept, site, choice))
    })
}
