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
mod notes;
mod panel;
mod symbols;
mod writing;

use super::text::escape;
use crate::brief::{Brief, PlaceLine, SiteLine, Units, words};
use frame::{Point, Projection, Room, Strips, distance_km};
use panel::{Sheet, View};
use std::collections::{BTreeMap, BTreeSet};
use theatre::Geodetic;

/// No map labels more sites than this.
const LABELS_MAX: usize = 25;
/// With more sites than this no cluster is drawn larger: there are too many.
const INSET_SITES_MAX: usize = 40;
/// No map shows more far places or moves than this.
const FAR_MAX: usize = 6;
const ARROWS_MAX: usize = 25;
/// A place outside goes to the edge where it would cost more than this share of the scale.
const SHRINK_MAX: f64 = 0.2;

/// The map with the page to itself, with the legend below.
const ALONE: Room = Room {
    width: [520.0, 860.0],
    height: [330.0, 410.0],
    margin_x: 96.0,
    margin_y: 48.0,
};
/// The map as wide as the page, whatever its shape.
const WIDE: Room = Room {
    width: [860.0, 860.0],
    height: [330.0, 450.0],
    margin_x: 96.0,
    margin_y: 48.0,
};
/// The map with an inset or the legend beside it.
const BESIDE: Room = Room {
    width: [510.0, 510.0],
    height: [330.0, 410.0],
    margin_x: 78.0,
    margin_y: 48.0,
};
const INSET: Room = Room {
    width: [340.0, 340.0],
    height: [270.0, 270.0],
    margin_x: 82.0,
    margin_y: 46.0,
};
/// What boxes at the edge need beyond the margins, px.
const BOX_PX: [f64; 2] = [56.0, 56.0];
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
    let notes = escape(&notes::notes(&sheet, &panels, &far, &beyond));
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
    Projection::fit(&places, room, &Strips::default())
}

/// A fit of the near sites that leaves room at the edges for the boxes of the far ones.
fn fit_with_boxes(spots: &[Spot], near: &[usize], far: &[usize], room: &Room) -> Projection {
    let whole = fit(spots, near, room);
    let mut strips = Strips::default();
    for &index in far {
        let Point { x, y } = whole.frame().clip(whole.point(spots[index].place));
        if y <= 1.0 {
            strips.top = BOX_PX[1];
        } else if y >= whole.height - 1.0 {
            strips.bottom = BOX_PX[1];
        } else if x < 0.5 * whole.width {
            strips.left = BOX_PX[0];
        } else {
            strips.right = BOX_PX[0];
        }
    }
    let places: Vec<Geodetic> = near.iter().map(|&index| spots[index].place).collect();
    Projection::fit(&places, room, &strips)
}

/// The drawings of a map, and the sites for whose labels they had no room.
struct Panels {
    markup: String,
    unlabelled: Vec<usize>,
    touching: usize,
    cost: f64,
    with_inset: bool,
}

impl Panels {
    /// How bad the drawing is: labels without room, pairs of sites that touch, labels far off.
    fn faults(&self) -> f64 {
        1000.0 * self.unlabelled.len() as f64 + 20.0 * self.touching as f64 + self.cost
    }
}

/// One panel where every label finds room, else a wider one or two where that helps.
fn panels(sheet: &Sheet, near: &[usize], far: &[usize]) -> Panels {
    let view = |room: &Room| {
        let projection = fit_with_boxes(sheet.spots, near, far, room);
        View::new(
            projection,
            near.to_vec(),
            far.to_vec(),
            "Map of the theatre",
        )
    };
    let mut alone = view(&ALONE);
    let is_narrow = alone.projection.width <= NARROW_PX;
    if is_narrow {
        alone = view(&BESIDE);
    }
    let whole = one_panel(sheet, &alone, is_narrow);
    if whole.unlabelled.is_empty() && whole.touching < 2 {
        return whole;
    }
    let two = if sheet.spots.len() <= INSET_SITES_MAX {
        two_panels(sheet, near, far)
    } else {
        None
    };
    let wide = one_panel(sheet, &view(&WIDE), false);
    let others = [Some(wide), two].into_iter().flatten();
    others.fold(whole, |best, other| {
        if other.faults() < best.faults() {
            other
        } else {
            best
        }
    })
}

fn one_panel(sheet: &Sheet, view: &View, is_narrow: bool) -> Panels {
    let drawn = panel::draw(sheet, view);
    let wide = view.projection.width;
    let markup = if is_narrow {
        beside(
            &drawn.svg,
            &legend::draw(&sheet.look, sheet.spots, INSET.width[0]),
        )
    } else {
        let legend = legend::draw(&sheet.look, sheet.spots, wide);
        let share = super::text::px(100.0 * wide / WIDE.width[0]);
        format!(
            "<div style=\"flex:0 1 {share}%\">{}\n{legend}</div>\n",
            drawn.svg
        )
    };
    let touching = panel::touching(sheet, view);
    Panels {
        markup,
        unlabelled: drawn.unlabelled,
        touching,
        cost: drawn.cost,
        with_inset: false,
    }
}

/// The map and the inset with fewest faults.
fn two_panels(sheet: &Sheet, near: &[usize], far: &[usize]) -> Option<Panels> {
    let legend = legend::draw(&sheet.look, sheet.spots, INSET.width[0]);
    let each = inset::candidates(sheet, near, far)
        .into_iter()
        .map(|(main, inset)| {
            let touching = panel::touching(sheet, &main) + panel::touching(sheet, &inset);
            let (main, inset) = (panel::draw(sheet, &main), panel::draw(sheet, &inset));
            let cost = main.cost + inset.cost;
            let mut unlabelled = main.unlabelled;
            unlabelled.extend(inset.unlabelled);
            let markup = beside(&main.svg, &format!("{}\n{legend}", inset.svg));
            Panels {
                markup,
                unlabelled,
                touching,
                cost,
                with_inset: true,
            }
        });
    each.min_by(|one, other| one.faults().total_cmp(&other.faults()))
}

/// A map and what stands beside it, at one scale.
fn beside(main: &str, side: &str) -> String {
    let (wide, narrow) = (BESIDE.width[0], INSET.width[0]);
    format!(
        "<div style=\"flex:{wide} 1 0\">{main}</div>\n<div style=\"flex:{narrow} 1 0\">{side}</div>\n"
    )
}
