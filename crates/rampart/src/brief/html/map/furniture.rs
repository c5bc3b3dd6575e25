//! What helps to read a map: graticule, scale bar, north arrow, and what the inset covers.

use super::frame::{Projection, Rect};
use super::labels::Canvas;
use super::panel::View;
use crate::brief::html::text::{px, width};
use std::fmt::Write;

const SOFT: &str = "font-size=\"9.5\" fill=\"#6b737d\"";

/// Lines of the graticule; their names stand where there is room.
pub fn graticule(svg: &mut String, canvas: &mut Canvas, projection: &Projection) {
    for (x, name) in projection.meridians() {
        let _ = write!(
            svg,
            "<path d=\"M{} 0V{}\" stroke=\"#e3e5e2\"/>",
            px(x),
            px(projection.height)
        );
        let y = projection.height - 5.0;
        let rect = Rect {
            left: x - 17.0,
            top: y - 9.0,
            width: 34.0,
            height: 11.0,
        };
        if x > 34.0 && canvas.is_free(&rect) {
            let _ = write!(
                svg,
                "<text x=\"{}\" y=\"{}\" {SOFT} text-anchor=\"middle\">{name}</text>",
                px(x),
                px(y)
            );
            canvas.block(rect);
        }
    }
    for (y, name) in projection.parallels() {
        let _ = write!(
            svg,
            "<path d=\"M0 {}H{}\" stroke=\"#e3e5e2\"/>",
            px(y),
            px(projection.width)
        );
        let rect = Rect {
            left: 3.0,
            top: y - 13.0,
            width: 33.0,
            height: 12.0,
        };
        if canvas.is_free(&rect) {
            let _ = write!(
                svg,
                "<text x=\"4\" y=\"{}\" {SOFT}>{name}</text>",
                px(y - 3.0)
            );
            canvas.block(rect);
        }
    }
}

/// Scale bar and north arrow, in corners that are free; an inset needs no second arrow.
pub fn scale_and_north(svg: &mut String, canvas: &mut Canvas, view: &View) {
    let projection = &view.projection;
    let km = round_below(100.0 / projection.px_per_km);
    let (bar, words) = (km * projection.px_per_km, format!("{km} km"));
    let rect = corner(canvas, projection, bar.max(width(&words, 10.0)) + 6.0, 20.0);
    let _ = write!(
        svg,
        "<path d=\"M{x} {}v5h{}v-5\" fill=\"none\" stroke=\"#333\" stroke-width=\"1.5\"/>\
         <text x=\"{x}\" y=\"{}\" font-size=\"10\">{words}</text>",
        px(rect.top + 13.0),
        px(bar),
        px(rect.top + 9.0),
        x = px(rect.left + 2.0),
    );
    canvas.block(rect);
    if view.is_inset {
        return;
    }
    let north = corner(canvas, projection, 18.0, 30.0);
    let x = px(north.left + 9.0);
    let _ = write!(
        svg,
        "<path d=\"M{x} {}l5 15l-5 -4l-5 4Z\" fill=\"#333\"/><text x=\"{x}\" y=\"{}\" font-size=\"10\" \
         font-weight=\"700\" text-anchor=\"middle\">N</text>",
        px(north.top + 1.0),
        px(north.top + 27.0)
    );
    canvas.block(north);
}

fn corner(canvas: &Canvas, projection: &Projection, width: f64, height: f64) -> Rect {
    let (left, right) = (8.0, projection.width - width - 8.0);
    let (top, bottom) = (8.0, projection.height - height - 20.0);
    let corners = [(left, bottom), (right, top), (right, bottom), (left, top)];
    let rects = corners.map(|(left, top)| Rect {
        left,
        top,
        width,
        height,
    });
    rects
        .into_iter()
        .find(|rect| canvas.is_free(rect))
        .unwrap_or(rects[0])
}

/// What the inset covers, or that this is the inset.
pub fn inset(svg: &mut String, canvas: &mut Canvas, view: &View) {
    let words = |svg: &mut String, x: f64, y: f64| {
        let _ = write!(
            svg,
            "<text x=\"{}\" y=\"{}\" font-size=\"10.5\" font-style=\"italic\" fill=\"#555c66\">inset</text>",
            px(x),
            px(y)
        );
    };
    if let Some(rect) = view.marked {
        let _ = write!(
            svg,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"#eef1f5\" fill-opacity=\"0.7\" \
             stroke=\"#555c66\" stroke-dasharray=\"5 3\"/>",
            px(rect.left),
            px(rect.top),
            px(rect.width),
            px(rect.height),
        );
        words(svg, rect.left + 4.0, rect.top + 11.0);
        canvas.block(rect);
    }
    if view.is_inset {
        words(svg, 10.0, 19.0);
        canvas.block(Rect {
            left: 8.0,
            top: 8.0,
            width: 34.0,
            height: 15.0,
        });
    }
}

/// The greatest of 1, 2, 5 and their decades at or below a value.
fn round_below(value: f64) -> f64 {
    let decade = 10f64.powf(value.max(1e-3).log10().floor());
    let lead = [5.0, 2.0, 1.0]
        .into_iter()
        .find(|lead| lead * decade <= value)
        .unwrap_or(1.0);
    (lead * decade * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scale_bars_are_round() {
        let cases = [(0.9, 0.5), (1.0, 1.0), (99.0, 50.0), (2300.0, 2000.0)];
        for (value, round) in cases {
            assert_eq!(round_below(value), round);
        }
    }
}
