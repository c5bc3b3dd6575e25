//! What is written beside a site, and who gets the room first.

use super::Spot;
use super::frame::Point;
use super::labels::{Align, Canvas, Placed};
use super::panel::{Positions, Sheet};
use super::symbols;
use crate::brief::html::text::{escape, fold, px, width};
use std::cmp::Reverse;
use std::fmt::Write;

pub const NAME_SIZE: f64 = 11.5;
pub const NOTE_SIZE: f64 = 10.5;
pub const LINE_PX: f64 = 13.5;
const SYSTEM_PX: f64 = 15.0;
const TIMES_PX: f64 = 14.0;
/// Letters to a line and lines of a name, in order of liking.
const FOLDS: [(usize, usize); 2] = [(24, 2), (17, 3)];
/// What a label without room costs.
const COST_MAX: f64 = 100.0;
const HALO: &str =
    "paint-order=\"stroke\" stroke=\"#fbfbf9\" stroke-width=\"3\" stroke-linejoin=\"round\"";

/// All labels of a panel in one order of placing.
struct Attempt<'a> {
    placed: Vec<(Label<'a>, Placed)>,
    unlabelled: Vec<usize>,
    cost: f64,
}

/// Labels all of `sites` that should be labelled, and the systems of all; gives those for whose
/// label there was no room, and how bad the places are. Largest first and most crowded first are both tried.
pub fn labels(
    svg: &mut String,
    canvas: &mut Canvas,
    sheet: &Sheet,
    sites: &[usize],
    at: &Positions,
) -> (Vec<usize>, f64) {
    let mut largest = sites.to_vec();
    largest.sort_by_key(|&index| Reverse(sheet.spots[index].before.max(sheet.spots[index].after)));
    let mut crowded = largest.clone();
    crowded.sort_by(|one, other| {
        room_round(*one, sites, at).total_cmp(&room_round(*other, sites, at))
    });
    let mut best: Option<(Attempt, Canvas)> = None;
    for mut order in [largest, crowded] {
        order.sort_by_key(|index| !sheet.labelled.contains(index));
        let mut tried = canvas.clone();
        let attempt = place_all(&mut tried, sheet, &order, at);
        let is_better = |best: &Attempt| {
            (attempt.unlabelled.len(), attempt.cost) < (best.unlabelled.len(), best.cost)
        };
        if best.as_ref().is_none_or(|(best, _)| is_better(best)) {
            best = Some((attempt, tried));
        }
    }
    let Some((attempt, taken)) = best else {
        return (Vec::new(), 0.0);
    };
    *canvas = taken;
    for (label, placed) in &attempt.placed {
        label.draw(svg, placed);
    }
    (attempt.unlabelled, attempt.cost)
}

/// Distance to the nearest other site, px.
fn room_round(index: usize, sites: &[usize], at: &Positions) -> f64 {
    let Some((here, _)) = at.get(&index) else {
        return f64::MAX;
    };
    let others = sites
        .iter()
        .filter(|other| **other != index)
        .filter_map(|other| at.get(other));
    others
        .map(|(there, _)| there.distance(*here))
        .fold(f64::MAX, f64::min)
}

fn place_all<'a>(
    canvas: &mut Canvas,
    sheet: &Sheet<'a>,
    order: &[usize],
    at: &Positions,
) -> Attempt<'a> {
    let mut attempt = Attempt {
        placed: Vec::new(),
        unlabelled: Vec::new(),
        cost: 0.0,
    };
    for &index in order {
        let Some((centre, radius)) = at.get(&index) else {
            continue;
        };
        let spot = &sheet.spots[index];
        let wanted = sheet.labelled.contains(&index);
        let named = if wanted {
            cheapest(
                canvas,
                FOLDS.map(|fold| Label::of(spot, fold)),
                *centre,
                *radius,
            )
        } else {
            None
        };
        if wanted && named.is_none() {
            attempt.unlabelled.push(index);
            attempt.cost += COST_MAX;
        }
        let bare = || {
            cheapest(canvas, [Label::bare(spot)], *centre, *radius)
                .filter(|_| !spot.systems.is_empty())
        };
        if let Some((label, placed)) = named.or_else(bare) {
            canvas.take(&placed);
            attempt.cost += placed.cost;
            attempt.placed.push((label, placed));
        }
    }
    attempt
}

/// The label, of several ways to set it, that finds the cheapest room.
fn cheapest<'a, const WAYS: usize>(
    canvas: &Canvas,
    ways: [Label<'a>; WAYS],
    centre: Point,
    radius: f64,
) -> Option<(Label<'a>, Placed)> {
    let found = ways.into_iter().enumerate().filter_map(|(way, label)| {
        let mut placed = canvas.find(centre, radius, label.width(), label.height())?;
        placed.cost += 2.0 * way as f64;
        Some((label, placed))
    });
    found.min_by(|one, other| one.1.cost.total_cmp(&other.1.cost))
}

/// What is written beside a site.
struct Label<'a> {
    lines: Vec<String>,
    systems: Vec<(&'a str, u32)>,
    note: String,
}

impl<'a> Label<'a> {
    fn of(spot: &Spot<'a>, (letters, lines): (usize, usize)) -> Self {
        let note = if spot.open {
            spot.people()
        } else {
            format!("{}, closes", spot.people())
        };
        Self {
            lines: fold(spot.name, letters, lines),
            note,
            ..Self::bare(spot)
        }
    }

    /// Systems only.
    fn bare(spot: &Spot<'a>) -> Self {
        let systems = spot
            .systems
            .iter()
            .take(6)
            .map(|(name, &count)| (name.as_str(), count))
            .collect();
        Self {
            lines: Vec::new(),
            systems,
            note: String::new(),
        }
    }

    fn systems_width(&self) -> f64 {
        self.systems
            .iter()
            .map(|(_, count)| SYSTEM_PX + if *count > 1 { TIMES_PX } else { 0.0 })
            .sum()
    }

    fn width(&self) -> f64 {
        let names = self
            .lines
            .iter()
            .map(|line| width(line, NAME_SIZE))
            .fold(0.0, f64::max);
        names.max(self.systems_width() + width(&self.note, NOTE_SIZE)) + 2.0
    }

    fn height(&self) -> f64 {
        LINE_PX * (self.lines.len() as f64 + 1.0) + 1.0
    }

    fn draw(&self, svg: &mut String, placed: &Placed) {
        if let Some([from, to]) = placed.leader {
            let _ = write!(
                svg,
                "<path d=\"M{} {}L{} {}\" stroke=\"#555c66\" stroke-width=\"0.8\"/>",
                px(from.x),
                px(from.y),
                px(to.x),
                px(to.y)
            );
        }
        let rect = &placed.rect;
        let (x, anchor) = match placed.align {
            Align::Start => (rect.left + 1.0, "start"),
            Align::Middle => (rect.centre().x, "middle"),
            Align::End => (rect.right() - 1.0, "end"),
        };
        let mut y = rect.top - 3.0;
        for line in &self.lines {
            y += LINE_PX;
            let _ = write!(
                svg,
                "<text x=\"{}\" y=\"{}\" font-size=\"{NAME_SIZE}\" font-weight=\"700\" text-anchor=\"{anchor}\" {HALO}>{}</text>",
                px(x),
                px(y),
                escape(line)
            );
        }
        self.draw_row(svg, placed, y + LINE_PX);
    }

    /// The last line: systems, then people.
    fn draw_row(&self, svg: &mut String, placed: &Placed, y: f64) {
        let (rect, row_width) = (
            &placed.rect,
            self.systems_width() + width(&self.note, NOTE_SIZE),
        );
        let mut left = match placed.align {
            Align::Start => rect.left + 1.0,
            Align::Middle => rect.centre().x - row_width / 2.0,
            Align::End => rect.right() - 1.0 - row_width,
        };
        for (name, count) in &self.systems {
            symbols::system(
                svg,
                name,
                Point {
                    x: left + 6.5,
                    y: y - 3.5,
                },
            );
            left += SYSTEM_PX;
            if *count > 1 {
                let _ = write!(
                    svg,
                    "<text x=\"{}\" y=\"{}\" font-size=\"{NOTE_SIZE}\" {HALO}>×{count}</text>",
                    px(left - 1.0),
                    px(y)
                );
                left += TIMES_PX;
            }
        }
        if self.note.is_empty() {
            return;
        }
        let (x, anchor) = if placed.align == Align::End {
            (rect.right() - 1.0, "end")
        } else {
            (left, "start")
        };
        let _ = write!(
            svg,
            "<text x=\"{}\" y=\"{}\" font-size=\"{NOTE_SIZE}\" fill=\"#333\" text-anchor=\"{anchor}\" {HALO}>{}</text>",
            px(x),
            px(y),
            escape(&self.note)
        );
    }
}
