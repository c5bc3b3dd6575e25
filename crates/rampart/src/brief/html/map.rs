//! The map: where people and systems are after the plan, and who moves. A cluster whose labels find
//! no room gets an inset; a place so far away that it would shrink everything else gets a box at the
//! edge.

mod arrows;
mod edge;
mod frame;
mod furniture;
mod inset;
mod labels;
mod legend;
mod panel;
mod symbols;
mod writing;

use super::text::{count, escape};
use crate::brief::{Brief, PlaceLine, SiteLine, Units, words};
use frame::{Projection, Room, distance_km};
use panel::{Sheet, View};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use theatre::Geodetic;

/// No map labels more sites than this.
const LABELS_MAX: usize = 25;
/// No map shows more far places or moves than this.
const FAR_MAX: usize = 6;
const ARROWS_MAX: usize = 40;
/// A place outside goes to the edge where it would cost more than this share of the scale.
const SHRINK_MAX: f64 = 0.2;

/// The map with the page to itself, with the legend below.
const ALONE: Room = Room { width: [520.0, 860.0], height: [330.0, 410.0], margin_x: 96.0, margin_y: 48.0 };
/// The map with an inset or the legend beside it.
const BESIDE: Room = Room { width: [510.0, 510.0], height: [330.0, 410.0], margin_x: 78.0, margin_y: 48.0 };
const INSET: Room = Room { width: [340.0, 340.0], height: [270.0, 270.0], margin_x: 82.0, margin_y: 46.0 };
/// A map no wider than this has its legend beside it.
const NARROW_PX: f64 = 580.0;

/// A site as the map needs it.
struct Spot<'a> {
    id: &'a str,
    name: &'a str,
    place: Geodetic,
    outside: bool,
    before: u32,
    after: u32,
    open: bool,
    systems: &'a Units,
    loss: f64,
    reach_m: Option<[f64; 2]>,
}

impl<'a> Spot<'a> {
    fn of(site: &'a SiteLine, line: &'a PlaceLine) -> Option<Self> {
        let known = line.place.latitude_deg.is_finite() && line.place.longitude_deg.is_finite();
        known.then_some(Self {
            id: &site.id,
            name: if line.name.trim().is_empty() {
                &site.id
            } else {
                &line.name
            },
            place: line.place,
            outside: line.outside,
            before: site.people_before,
            after: site.people_after,
            open: site.open,
            systems: &site.systems,
            loss: site.loss_after.mean,
            reach_m: line.reach_m,
        })
    }

    fn people(&self) -> String {
        if self.before == self.after {
            self.after.to_string()
        } else {
            format!("{} → {}", self.before, self.after)
        }
    }

    fn describe(&self) -> String {
        let closes = if self.open { "" } else { ", closes" };
        format!(
            "{}: {} own people{closes}, loss {}",
            self.name,
            self.people(),
            words::number(self.loss)
        )
    }
}

/// The figure, with its legend and what it leaves out.
pub fn figure(brief: &Brief) -> String {
    let places: BTreeMap<&str, &PlaceLine> = brief
        .places
        .iter()
        .map(|line| (line.id.as_str(), line))
        .collect();
    let spots: Vec<Spot> = brief
        .document
        .sites
        .iter()
        .filter_map(|site| Spot::of(site, places.get(site.id.as_str())?))
        .collect();
    if spots.is_empty() {
        return "<h3>Map</h3>\n<p class=\"empty\">There is no site to draw.</p>\n".into();
    }
    let sheet = Sheet::new(&spots, moves(brief, &spots), greatest(&spots));
    let (near, mut far) = near_and_far(&spots);
    let beyond = far.split_off(far.len().min(FAR_MAX));
    let panels = panels(&sheet, &near, &far);
    let notes = escape(&notes(&sheet, &panels, &far, &beyond));
    format!(
        "<figure>\n<div class=\"maps\">\n{}</div>\n<figcaption>{notes}</figcaption>\n</figure>\n",
        panels.markup
    )
}

/// Sites whose labels matter most, by own people.
fn greatest(spots: &[Spot]) -> BTreeSet<usize> {
    let mut order: Vec<usize> = (0..spots.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(spots[index].before.max(spots[index].after)));
    order.into_iter().take(LABELS_MAX).collect()
}

/// Who moves between which sites, the greatest moves first.
fn moves(brief: &Brief, spots: &[Spot]) -> Vec<(usize, usize, u64)> {
    let index: BTreeMap<&str, usize> = spots
        .iter()
        .enumerate()
        .map(|(index, spot)| (spot.id, index))
        .collect();
    let mut people: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    for line in &brief.document.moves {
        if let (Some(&from), Some(&to)) =
            (index.get(line.from.as_str()), index.get(line.to.as_str()))
        {
            *people.entry((from, to)).or_default() += u64::from(line.people);
        }
    }
    let mut sorted: Vec<(usize, usize, u64)> = people
        .into_iter()
        .map(|((from, to), people)| (from, to, people))
        .collect();
    sorted.sort_by_key(|&(_, _, people)| std::cmp::Reverse(people));
    sorted.truncate(ARROWS_MAX);
    sorted
}

/// Sites inside the map's frame, and sites outside the theatre that would shrink it too much.
fn near_and_far(spots: &[Spot]) -> (Vec<usize>, Vec<usize>) {
    let (mut near, outside): (Vec<usize>, Vec<usize>) =
        (0..spots.len()).partition(|&index| !spots[index].outside);
    if near.is_empty() {
        return (outside, near);
    }
    let home = near.clone();
    let mut outside: Vec<(f64, usize)> = outside
        .into_iter()
        .map(|index| (nearest(spots, &home, index).1, index))
        .collect();
    outside.sort_by(|one, other| one.0.total_cmp(&other.0));
    let scale = |indices: &[usize]| fit(spots, indices, &ALONE).px_per_km;
    let least = scale(&home) * (1.0 - SHRINK_MAX);
    let mut far = Vec::new();
    for (_, index) in outside {
        near.push(index);
        if scale(&near) < least {
            near.pop();
            far.push(index);
        }
    }
    (near, far)
}

/// The site of `home` nearest to another, and how far it is, km.
fn nearest(spots: &[Spot], home: &[usize], index: usize) -> (usize, f64) {
    home.iter()
        .filter(|&&other| other != index)
        .map(|&other| (other, distance_km(spots[index].place, spots[other].place)))
        .min_by(|one, other| one.1.total_cmp(&other.1))
        .unwrap_or((index, 0.0))
}

fn fit(spots: &[Spot], indices: &[usize], room: &Room) -> Projection {
    let places: Vec<Geodetic> = indices.iter().map(|&index| spots[index].place).collect();
    Projection::fit(&places, room)
}

/// The drawings of a map, and the sites for whose labels they had no room.
struct Panels {
    markup: String,
    unlabelled: Vec<usize>,
    with_inset: bool,
}

/// One panel where every label finds room, else two where that helps.
fn panels(sheet: &Sheet, near: &[usize], far: &[usize]) -> Panels {
    let view = |room: &Room| View::new(fit(sheet.spots, near, room), near.to_vec(), far.to_vec(), "Map of the theatre");
    let mut alone = view(&ALONE);
    let is_narrow = alone.projection.width <= NARROW_PX;
    if is_narrow {
        alone = view(&BESIDE);
    }
    let whole = panel::draw(sheet, &alone);
    let is_crowded = !whole.unlabelled.is_empty() || panel::touching(sheet, &alone) >= 2;
    let two = if is_crowded { two_panels(sheet, near, far) } else { None };
    if let Some(two) = two.filter(|two| two.unlabelled.len() <= whole.unlabelled.len()) {
        return two;
    }
    let wide = alone.projection.width;
    let markup = if is_narrow {
        beside(&whole.svg, &legend::draw(&sheet.look, sheet.spots, INSET.width[0]))
    } else {
        let legend = legend::draw(&sheet.look, sheet.spots, wide);
        format!("<div style=\"flex:0 1 {}%\">{}\n{legend}</div>\n", super::text::px(wide / 8.6), whole.svg)
    };
    Panels { markup, unlabelled: whole.unlabelled, with_inset: false }
}

/// The map and the inset that leave fewest sites without a label, then fewest that touch.
fn two_panels(sheet: &Sheet, near: &[usize], far: &[usize]) -> Option<Panels> {
    let mut best: Option<((usize, usize), Panels)> = None;
    for (main, inset) in inset::candidates(sheet, near, far) {
        let touching = panel::touching(sheet, &main) + panel::touching(sheet, &inset);
        let (main, inset) = (panel::draw(sheet, &main), panel::draw(sheet, &inset));
        let legend = legend::draw(&sheet.look, sheet.spots, INSET.width[0]);
        let mut unlabelled = main.unlabelled;
        unlabelled.extend(inset.unlabelled);
        let faults = (unlabelled.len(), touching);
        if best.as_ref().is_none_or(|(least, _)| faults < *least) {
            let markup = beside(&main.svg, &format!("{}\n{legend}", inset.svg));
            best = Some((faults, Panels { markup, unlabelled, with_inset: true }));
        }
    }
    best.map(|(_, panels)| panels)
}

/// A map and what stands beside it, at one scale.
fn beside(main: &str, side: &str) -> String {
    let (wide, narrow) = (BESIDE.width[0], INSET.width[0]);
    format!("<div style=\"flex:{wide} 1 0\">{main}</div>\n<div style=\"flex:{narrow} 1 0\">{side}</div>\n")
}

/// What the map does not show.
fn notes(sheet: &Sheet, panels: &Panels, far: &[usize], beyond: &[usize]) -> String {
    let names = |indices: &[usize]| -> String {
        let clipped: Vec<String> = indices
            .iter()
            .take(12)
            .map(|&index| super::text::clip(sheet.spots[index].name, 40))
            .collect();
        let more = indices.len().saturating_sub(12);
        let tail = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        format!("{}{tail}", clipped.join(", "))
    };
    let mut notes = String::from(
        "Circle area shows own people after the plan; arrows and their numbers show who moves.",
    );
    if panels.with_inset {
        notes.push_str(" The dashed box is drawn larger in the inset.");
    }
    if sheet.spots.len() > LABELS_MAX {
        let _ = write!(
            notes,
            " Only the {LABELS_MAX} sites with most people are labelled, of {}.",
            sheet.spots.len()
        );
    }
    if !panels.unlabelled.is_empty() {
        let _ = write!(notes, " No room for the label of {}.", names(&panels.unlabelled));
    }
    if !far.is_empty() {
        notes.push_str(" Places beyond the map’s edge stand in boxes, with their distance from the nearest site on the map.");
    }
    if !beyond.is_empty() {
        let _ = write!(
            notes,
            " Beyond the map: {}: {}.",
            count(beyond.len() as u64, "place", "places"),
            names(beyond)
        );
    }
    notes
}
