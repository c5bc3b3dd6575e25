//! One drawing of the map: its sites, moves and labels.

use super::arrows::Arrow;
use super::frame::{Point, Projection, Rect};
use super::labels::Canvas;
use super::symbols::{Look, PLAN};
use super::{ARROWS_MAX, Spot};
use super::{edge, furniture, writing};
use crate::brief::html::text::px;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

const DOT_PX: f64 = 2.5;

/// What every panel shows alike.
pub struct Sheet<'a> {
    pub spots: &'a [Spot<'a>],
    pub look: Look,
    /// Sites that should be labelled.
    pub labelled: BTreeSet<usize>,
    moves: Vec<(usize, usize, u64)>,
    /// How many moves are too many to draw.
    pub moves_left_out: usize,
}

impl<'a> Sheet<'a> {
    pub fn new(
        spots: &'a [Spot<'a>],
        mut moves: Vec<(usize, usize, u64)>,
        labelled: BTreeSet<usize>,
    ) -> Self {
        let moves_left_out = moves.len().saturating_sub(ARROWS_MAX);
        moves.truncate(ARROWS_MAX);
        Self {
            spots,
            look: Look::of(spots),
            labelled,
            moves,
            moves_left_out,
        }
    }
}

/// What one panel shows.
pub struct View {
    pub projection: Projection,
    /// Sites drawn in full.
    pub full: Vec<usize>,
    /// Sites drawn as dots, for the inset has them in full.
    pub dots: Vec<usize>,
    /// Places beyond the edge.
    pub far: Vec<usize>,
    /// What the inset covers.
    pub marked: Option<Rect>,
    pub is_inset: bool,
    title: &'static str,
}

impl View {
    pub fn new(
        projection: Projection,
        full: Vec<usize>,
        far: Vec<usize>,
        title: &'static str,
    ) -> Self {
        Self {
            projection,
            full,
            dots: Vec::new(),
            far,
            marked: None,
            is_inset: false,
            title,
        }
    }
}

/// Centre and rim of every site in a panel.
pub type Positions = BTreeMap<usize, (Point, f64)>;

/// A panel's drawing, and the sites whose labels found no room.
pub struct Drawn {
    pub svg: String,
    pub unlabelled: Vec<usize>,
    /// How bad the places of the labels are.
    pub cost: f64,
}

/// The part of one projection's drawing that another covers.
pub fn marked(projection: &Projection, inset: &Projection) -> Rect {
    let corner = |x: f64, y: f64| projection.point(inset.place(Point { x, y }));
    let (first, last) = (corner(0.0, 0.0), corner(inset.width, inset.height));
    Rect {
        left: first.x,
        top: first.y,
        width: last.x - first.x,
        height: last.y - first.y,
    }
}

/// How many pairs of sites overlap.
pub fn touching(sheet: &Sheet, view: &View) -> usize {
    let disc = |index: &usize| {
        (
            view.projection.point(sheet.spots[*index].place),
            sheet.look.rim(&sheet.spots[*index]),
        )
    };
    let discs: Vec<(Point, f64)> = view.full.iter().map(disc).collect();
    let touches =
        |one: &(Point, f64), other: &(Point, f64)| one.0.distance(other.0) < one.1 + other.1;
    discs
        .iter()
        .enumerate()
        .map(|(index, one)| {
            discs[..index]
                .iter()
                .filter(|other| touches(one, other))
                .count()
        })
        .sum()
}

/// Draws a panel.
pub fn draw(sheet: &Sheet, view: &View) -> Drawn {
    let (wide, high) = (px(view.projection.width), px(view.projection.height));
    let mut svg = format!(
        "<svg{} viewBox=\"0 0 {wide} {high}\" role=\"img\" aria-label=\"{}\">\
         <rect width=\"{wide}\" height=\"{high}\" fill=\"#fbfbf9\"/>",
        if view.is_inset { "" } else { " class=\"wide\"" },
        view.title,
    );
    let mut canvas = Canvas::new(view.projection.frame());
    let at = positions(sheet, view);
    for (centre, radius) in at.values() {
        canvas.block_disc(*centre, *radius);
    }
    let (mut under, mut over) = (String::new(), String::new());
    furniture::inset(&mut under, &mut canvas, view);
    let boxes = edge::boxes(&mut over, &mut canvas, sheet, view);
    furniture::scale_and_north(&mut under, &mut canvas, view);
    furniture::graticule(&mut svg, &mut canvas, &view.projection);
    svg.push_str(&under);
    let arrows = arrows(sheet, view, &canvas, &at, &boxes);
    for arrow in &arrows {
        canvas.trace(&arrow.points());
    }
    let (unlabelled, cost) = writing::labels(&mut over, &mut canvas, sheet, &view.full, &at);
    for arrow in &arrows {
        arrow.count(&mut over, &mut canvas);
    }
    reaches(&mut svg, sheet, view, &at);
    for arrow in &arrows {
        arrow.draw(&mut svg);
    }
    sites(&mut svg, sheet, view, &at);
    svg.push_str(&over);
    let _ = write!(
        svg,
        "<rect x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"#8a929c\"/></svg>",
        px(view.projection.width - 1.0),
        px(view.projection.height - 1.0)
    );
    Drawn {
        svg,
        unlabelled,
        cost,
    }
}

/// Where each site is drawn. Sites on one spot are set side by side.
fn positions(sheet: &Sheet, view: &View) -> Positions {
    let mut at = Positions::new();
    for &index in &view.full {
        let spot = &sheet.spots[index];
        let (home, radius) = (view.projection.point(spot.place), sheet.look.rim(spot));
        let mut here = home;
        for turn in (0..60).map(f64::from) {
            if at.values().all(|(other, _)| other.distance(here) >= 3.0) {
                break;
            }
            let (angle, away) = (2.4 * turn, radius * (1.0 + 0.15 * turn) + 3.0);
            here = Point {
                x: home.x + away * angle.cos(),
                y: home.y + away * angle.sin(),
            };
        }
        at.insert(index, (here, radius));
    }
    for &index in &view.dots {
        at.insert(
            index,
            (view.projection.point(sheet.spots[index].place), DOT_PX),
        );
    }
    at
}

fn reaches(svg: &mut String, sheet: &Sheet, view: &View, at: &Positions) {
    for &index in view.full.iter().chain(&view.dots) {
        let (Some(reach_m), Some((centre, _))) = (sheet.spots[index].reach_m, at.get(&index))
        else {
            continue;
        };
        for (reach_m, dash) in reach_m.into_iter().zip(["2 3", "7 4"]) {
            let radius = reach_m / 1000.0 * view.projection.px_per_km;
            if radius.is_finite() && radius >= 1.0 {
                let _ = write!(
                    svg,
                    "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{PLAN}\" fill-opacity=\"0.04\" stroke=\"{PLAN}\" \
                     stroke-opacity=\"0.7\" stroke-dasharray=\"{dash}\"/>",
                    px(centre.x),
                    px(centre.y),
                    px(radius.min(20_000.0))
                );
            }
        }
    }
}

/// Sites, largest first, so that none hides another.
fn sites(svg: &mut String, sheet: &Sheet, view: &View, at: &Positions) {
    for index in &view.dots {
        if let Some((centre, radius)) = at.get(index) {
            let _ = write!(
                svg,
                "<circle cx=\"{}\" cy=\"{}\" r=\"{radius}\" fill=\"#333\"/>",
                px(centre.x),
                px(centre.y)
            );
        }
    }
    let mut order: Vec<usize> = view.full.clone();
    order.sort_by(|one, other| {
        sheet
            .look
            .rim(&sheet.spots[*other])
            .total_cmp(&sheet.look.rim(&sheet.spots[*one]))
    });
    for index in order {
        if let Some((centre, _)) = at.get(&index) {
            sheet.look.site(svg, &sheet.spots[index], *centre);
        }
    }
}

/// Moves seen in this panel. Where one end lies beyond it, the arrow runs to the edge.
fn arrows(
    sheet: &Sheet,
    view: &View,
    canvas: &Canvas,
    at: &Positions,
    boxes: &BTreeMap<usize, Rect>,
) -> Vec<Arrow> {
    let greatest = sheet
        .moves
        .iter()
        .map(|line| line.2)
        .max()
        .unwrap_or(1)
        .max(1) as f64;
    let full: BTreeSet<usize> = view.full.iter().copied().collect();
    let seen = |index: &usize| full.contains(index) || boxes.contains_key(index);
    let edge = view.projection.frame().less(4.0);
    let centre = |index: usize| {
        let boxed = || boxes.get(&index).map(Rect::centre);
        at.get(&index).map(|end| end.0).or_else(boxed)
    };
    let end = |index: usize, other: usize| {
        let from = centre(other).unwrap_or(edge.centre());
        match (at.get(&index), boxes.get(&index)) {
            (Some(end), _) => *end,
            (None, Some(rect)) => (rect.nearest(from), 0.0),
            (None, None) => (
                leave(edge, from, view.projection.point(sheet.spots[index].place)),
                0.0,
            ),
        }
    };
    let visible = sheet
        .moves
        .iter()
        .filter(|(from, to, _)| seen(from) || seen(to));
    visible
        .filter_map(|&(from, to, people)| {
            Arrow::between(
                canvas,
                end(from, to),
                end(to, from),
                people,
                people as f64 / greatest,
            )
        })
        .collect()
}

/// Where the way from `here` to `there` leaves a rectangle.
fn leave(rect: Rect, here: Point, there: Point) -> Point {
    let share = |from: f64, to: f64, low: f64, high: f64| {
        let bound = if to > from { high } else { low };
        if (to - from).abs() < 1e-9 {
            1.0
        } else {
            ((bound - from) / (to - from)).clamp(0.0, 1.0)
        }
    };
    let least = share(here.x, there.x, rect.left, rect.right()).min(share(
        here.y,
        there.y,
        rect.top,
        rect.bottom(),
    ));
    Point {
        x: here.x + least * (there.x - here.x),
        y: here.y + least * (there.y - here.y),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_leave_at_the_edge() {
        let rect = Rect {
            left: 0.0,
            top: 0.0,
            width: 100.0,
            height: 50.0,
        };
        let out = leave(
            rect,
            Point { x: 50.0, y: 25.0 },
            Point { x: 250.0, y: 25.0 },
        );
        assert_eq!(out, Point { x: 100.0, y: 25.0 });
        let inside = Point { x: 60.0, y: 30.0 };
        assert_eq!(leave(rect, Point { x: 50.0, y: 25.0 }, inside), inside);
    }
}
