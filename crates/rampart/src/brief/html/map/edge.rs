//! Boxes at the edge of the map for places beyond it.

use super::frame::{Point, Rect};
use super::labels::Canvas;
use super::nearest;
use super::panel::{Sheet, View};
use super::writing::{LINE_PX, NAME_SIZE, NOTE_SIZE};
use crate::brief::html::text::{escape, fold, px, width};
use std::collections::BTreeMap;
use std::fmt::Write;

const PAD_PX: f64 = 6.0;
/// Room for the arrow before the distance, px.
const ARROW_PX: f64 = 17.0;
/// From a box to the edge of the map, px.
const GAP_PX: f64 = 6.0;

/// Draws the boxes and gives where they are, for arrows to end there.
pub fn boxes(
    svg: &mut String,
    canvas: &mut Canvas,
    sheet: &Sheet,
    view: &View,
) -> BTreeMap<usize, Rect> {
    let home: Vec<usize> = view.full.iter().chain(&view.dots).copied().collect();
    let mut taken = BTreeMap::new();
    for &index in &view.far {
        let spot = &sheet.spots[index];
        let mut lines: Vec<(String, f64)> = fold(spot.name, 22, 2)
            .into_iter()
            .map(|line| (line, 0.0))
            .collect();
        lines.push((
            format!("{:.0} km away", nearest(sheet.spots, &home, index).1),
            ARROW_PX,
        ));
        lines.push((format!("{} own people", spot.people()), 0.0));
        let widths = lines
            .iter()
            .map(|(line, indent)| width(line, NAME_SIZE) + indent);
        let wide = widths.fold(0.0, f64::max) + 2.0 * PAD_PX;
        let there = view.projection.point(spot.place);
        let rect = room_at_edge(
            canvas,
            view.projection.frame(),
            there,
            wide,
            LINE_PX * lines.len() as f64 + PAD_PX,
        );
        draw(svg, rect, there, &lines);
        canvas.block(rect.less(-1.0));
        taken.insert(index, rect);
    }
    taken
}

/// Draws a box; the line that is indented gets an arrow that points to the place.
fn draw(svg: &mut String, rect: Rect, there: Point, lines: &[(String, f64)]) {
    let _ = write!(
        svg,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"2\" fill=\"#fff\" stroke=\"#333\" stroke-width=\"1.2\"/>",
        px(rect.left),
        px(rect.top),
        px(rect.width),
        px(rect.height),
    );
    let names = lines.len().saturating_sub(2);
    for (row, (line, indent)) in lines.iter().enumerate() {
        let (size, weight) = if row < names {
            (NAME_SIZE, " font-weight=\"700\"")
        } else {
            (NOTE_SIZE, "")
        };
        let y = rect.top + LINE_PX * (row as f64 + 1.0) - 0.5;
        let _ = write!(
            svg,
            "<text x=\"{}\" y=\"{}\" font-size=\"{size}\"{weight}>{}</text>",
            px(rect.left + PAD_PX + indent),
            px(y),
            escape(line)
        );
        if *indent > 0.0 {
            let centre = rect.centre();
            let degrees = (there.y - centre.y).atan2(there.x - centre.x).to_degrees();
            let _ = write!(
                svg,
                "<path transform=\"translate({} {}) rotate({})\" d=\"M-6 0H5M0 -4.5L5.5 0L0 4.5\" fill=\"none\" \
                 stroke=\"#000\" stroke-width=\"1.8\"/>",
                px(rect.left + PAD_PX + 6.0),
                px(y - 3.5),
                px(degrees)
            );
        }
    }
}

/// Room for a box where the way to `there` leaves the frame, or as close by as there is room.
fn room_at_edge(canvas: &Canvas, frame: Rect, there: Point, width: f64, height: f64) -> Rect {
    let centres = Rect {
        left: frame.left + width / 2.0 + GAP_PX,
        top: frame.top + height / 2.0 + GAP_PX,
        width: (frame.width - width - 2.0 * GAP_PX).max(0.0),
        height: (frame.height - height - 2.0 * GAP_PX).max(0.0),
    };
    let wanted = centres.centre().towards(there, 1e6);
    let wanted = centres.clip(wanted);
    let at = |centre: Point| Rect {
        left: centre.x - width / 2.0,
        top: centre.y - height / 2.0,
        width,
        height,
    };
    let round = (0..)
        .map(|step| 8.0 * f64::from(step))
        .take_while(|slide| *slide <= centres.width + centres.height);
    let mut rects =
        round.flat_map(|slide| [slide, -slide].map(|slide| at(along_edge(centres, wanted, slide))));
    rects
        .find(|rect| canvas.is_free(rect))
        .unwrap_or(at(wanted))
}

/// The point so far along the edge of a rectangle, clockwise from a point of it.
fn along_edge(rect: Rect, from: Point, slide: f64) -> Point {
    let (wide, high) = (rect.width, rect.height);
    let start = if from.y <= rect.top {
        from.x - rect.left
    } else if from.x >= rect.right() {
        wide + from.y - rect.top
    } else if from.y >= rect.bottom() {
        wide + high + rect.right() - from.x
    } else {
        2.0 * wide + high + rect.bottom() - from.y
    };
    let way = (start + slide).rem_euclid((2.0 * (wide + high)).max(1e-6));
    let (x, y) = if way < wide {
        (way, 0.0)
    } else if way < wide + high {
        (wide, way - wide)
    } else if way < 2.0 * wide + high {
        (2.0 * wide + high - way, high)
    } else {
        (0.0, 2.0 * (wide + high) - way)
    };
    Point {
        x: rect.left + x,
        y: rect.top + y,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Rect = Rect {
        left: 0.0,
        top: 0.0,
        width: 400.0,
        height: 300.0,
    };

    #[test]
    fn boxes_stand_at_the_edge_nearest_to_their_place() {
        let mut canvas = Canvas::new(FRAME);
        let south_east = Point { x: 900.0, y: 700.0 };
        let first = room_at_edge(&canvas, FRAME, south_east, 100.0, 40.0);
        assert!(first.right() > 350.0 || first.bottom() > 280.0, "{first:?}");
        canvas.block(first);
        let second = room_at_edge(&canvas, FRAME, south_east, 100.0, 40.0);
        assert!(!second.overlaps(&first));
    }

    #[test]
    fn the_edge_leads_round_the_whole_rectangle() {
        let corner = Point { x: 400.0, y: 300.0 };
        assert_eq!(
            along_edge(FRAME, corner, 50.0),
            Point { x: 350.0, y: 300.0 }
        );
        assert_eq!(
            along_edge(FRAME, corner, -50.0),
            Point { x: 400.0, y: 250.0 }
        );
        assert_eq!(along_edge(FRAME, corner, 500.0), Point { x: 0.0, y: 200.0 });
        assert_eq!(along_edge(FRAME, corner, 1400.0), corner);
    }
}
