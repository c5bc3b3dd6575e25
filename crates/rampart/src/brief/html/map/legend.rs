//! What the map's signs mean, drawn at the map's own scale.

use super::Spot;
use super::frame::Point;
use super::symbols::{self, Look, PLAN, RAMP};
use crate::brief::html::text::{clip, escape, px, width};
use std::collections::BTreeSet;
use std::fmt::Write;

const SIZE: f64 = 11.0;
const ROW_PX: f64 = 20.0;
const SYSTEMS_MAX: usize = 12;

/// A legend being set, from left to right and line by line.
struct Flow {
    svg: String,
    width: f64,
    x: f64,
    y: f64,
    row: f64,
}

impl Flow {
    /// Sets one sign, whose drawing is centred on its origin, and its words.
    fn sign(&mut self, wide: f64, high: f64, words: &str, draw: impl FnOnce(&mut String, Point)) {
        let taken = wide + 6.0 + width(words, SIZE);
        if self.x > 0.0 && self.x + taken > self.width {
            self.line();
        }
        self.row = self.row.max(high);
        let middle = self.y + self.row / 2.0;
        draw(
            &mut self.svg,
            Point {
                x: self.x + wide / 2.0 + 1.0,
                y: middle,
            },
        );
        self.words(self.x + wide + 6.0, middle, "", words);
        self.x += taken + 10.0;
    }

    fn heading(&mut self, words: &str, high: f64) {
        if self.x > 0.0 {
            self.line();
        }
        self.row = high;
        self.words(
            self.x,
            self.y + self.row / 2.0,
            " font-weight=\"700\"",
            words,
        );
        self.x += width(words, SIZE) + 14.0;
    }

    fn words(&mut self, x: f64, middle: f64, weight: &str, words: &str) {
        let _ = write!(
            self.svg,
            "<text x=\"{}\" y=\"{}\" font-size=\"{SIZE}\"{weight}>{}</text>",
            px(x),
            px(middle + 4.0),
            escape(words)
        );
    }

    fn line(&mut self) {
        self.y += self.row;
        (self.x, self.row) = (0.0, ROW_PX);
    }
}

/// The legend, so wide.
pub fn draw(look: &Look, spots: &[Spot], width: f64) -> String {
    let mut flow = Flow {
        svg: String::new(),
        width,
        x: 0.0,
        y: 2.0,
        row: ROW_PX,
    };
    classes(&mut flow, look);
    sizes(&mut flow, look);
    signs(&mut flow);
    systems(&mut flow, spots);
    flow.line();
    format!(
        "<svg class=\"legend\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"Legend\">{}</svg>",
        px(width),
        px(flow.y + 2.0),
        flow.svg
    )
}

fn circle(svg: &mut String, at: Point, radius: f64, fill: &str) {
    let (x, y, radius) = (px(at.x), px(at.y), px(radius));
    let _ = write!(
        svg,
        "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{fill}\" stroke=\"#333\"/>"
    );
}

fn classes(flow: &mut Flow, look: &Look) {
    flow.heading("Loss left with the plan:", ROW_PX);
    let bounds = &look.bounds;
    for (class, (fill, _)) in RAMP.iter().enumerate() {
        let words = match class {
            0 => format!("under {}", bounds[0]),
            4 => format!("{} and more", bounds[3]),
            class => format!("{} to {}", bounds[class - 1], bounds[class]),
        };
        flow.sign(14.0, ROW_PX, &words, |svg, at| {
            circle(svg, at, 7.0, fill);
            symbols::number(svg, class, at);
        });
    }
}

fn sizes(flow: &mut Flow, look: &Look) {
    let rounds = [
        leading_digit(look.people_max / 6.0),
        leading_digit(look.people_max),
    ];
    let rounds: BTreeSet<u32> = rounds
        .into_iter()
        .map(|people| people as u32)
        .filter(|people| *people > 0)
        .collect();
    let tallest = rounds
        .iter()
        .map(|people| 2.0 * look.radius(*people) + 3.0)
        .fold(ROW_PX, f64::max);
    flow.heading("Own people:", tallest);
    for people in rounds {
        let radius = look.radius(people);
        flow.sign(2.0 * radius, tallest, &people.to_string(), |svg, at| {
            circle(svg, at, radius, "#e4e7eb")
        });
    }
}

/// Signs that every map has.
fn signs(flow: &mut Flow) {
    flow.line();
    flow.sign(14.0, ROW_PX, "outline: today", |svg, at| {
        circle(svg, at, 7.0, "#fff");
        circle(svg, at, 4.0, "#e4e7eb");
    });
    flow.sign(14.0, ROW_PX, "closes", |svg, at| {
        circle(svg, at, 6.0, "#fff");
        let _ = write!(
            svg,
            "<path d=\"M{} {}l14 14m0 -14l-14 14\" stroke=\"#000\" stroke-width=\"2\"/>",
            px(at.x - 7.0),
            px(at.y - 7.0)
        );
    });
    flow.sign(27.0, ROW_PX, "people move", |svg, at| {
        let _ = write!(
            svg,
            "<path d=\"M{x} {y}q8 -8 18 -4\" fill=\"none\" stroke=\"{PLAN}\" stroke-width=\"2\"/>\
             <path d=\"M{} {}l-9 1l3 -8Z\" fill=\"{PLAN}\"/>",
            px(at.x + 12.0),
            px(at.y + 3.0),
            x = px(at.x - 13.0),
            y = px(at.y + 4.0),
        );
    });
}

fn systems(flow: &mut Flow, spots: &[Spot]) {
    flow.heading("Systems:", ROW_PX);
    let names: BTreeSet<&str> = spots
        .iter()
        .flat_map(|spot| spot.systems.keys())
        .map(String::as_str)
        .collect();
    if names.is_empty() {
        flow.sign(0.0, ROW_PX, "none stand", |_, _| {});
    }
    for name in names.into_iter().take(SYSTEMS_MAX) {
        flow.sign(13.0, ROW_PX, &clip(name, 30), |svg, at| {
            symbols::system(svg, name, at)
        });
    }
    if spots.iter().any(|spot| spot.reach_m.is_some()) {
        flow.sign(16.0, ROW_PX, "reach: least and greatest credible", |svg, at| {
            for (radius, dash) in [(4.5, "2 2"), (8.0, "4 3")] {
                let _ = write!(
                    svg,
                    "<circle cx=\"{}\" cy=\"{}\" r=\"{radius}\" fill=\"none\" stroke=\"{PLAN}\" stroke-dasharray=\"{dash}\"/>",
                    px(at.x),
                    px(at.y)
                );
            }
        });
    }
}

/// The number with all digits but the first set to 0.
fn leading_digit(value: f64) -> f64 {
    if value < 1.0 {
        return 0.0;
    }
    let decade = 10f64.powf(value.log10().floor());
    (value / decade + 1e-9).floor() * decade
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_round() {
        assert_eq!(leading_digit(2000.0), 2000.0);
        assert_eq!(leading_digit(1999.0), 1000.0);
        assert_eq!(leading_digit(0.4), 0.0);
    }
}
