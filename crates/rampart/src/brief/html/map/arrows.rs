//! Moves as curved arrows.

use super::frame::{Point, Rect};
use super::labels::Canvas;
use super::symbols::PLAN;
use crate::brief::html::text::{px, width};
use std::fmt::Write;

/// How far an arrow's middle may stand off the straight way, as a share of it, in order of liking.
const BENDS: [f64; 6] = [0.16, -0.16, 0.26, -0.26, 0.4, -0.4];

/// One move between two discs of a drawing.
pub struct Arrow {
    from: Point,
    bend: Point,
    to: Point,
    tip: Point,
    width_px: f64,
    people: u64,
}

impl Arrow {
    /// From rim to rim, bent so as to pass over few other sites; none where the rims touch. `share`
    /// is of the greatest move.
    pub fn between(
        canvas: &Canvas,
        from: (Point, f64),
        to: (Point, f64),
        people: u64,
        share: f64,
    ) -> Option<Self> {
        if from.0.distance(to.0) < from.1 + to.1 + 16.0 {
            return None;
        }
        let width_px = 1.2 + 2.2 * share.clamp(0.0, 1.0).sqrt();
        let mut best: Option<(f64, Self)> = None;
        for (liking, bend) in BENDS.into_iter().enumerate() {
            let arrow = Self::bent(from, to, people, width_px, bend);
            let passed = canvas.on_discs(&arrow.points(), [from.0, to.0]);
            let cost = 3.0 * passed as f64 + liking as f64;
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, arrow));
            }
        }
        best.map(|(_, arrow)| arrow)
    }

    fn bent(from: (Point, f64), to: (Point, f64), people: u64, width_px: f64, bend: f64) -> Self {
        let bend = Point {
            x: (from.0.x + to.0.x) / 2.0 - bend * (to.0.y - from.0.y),
            y: (from.0.y + to.0.y) / 2.0 + bend * (to.0.x - from.0.x),
        };
        let head_px = 6.0 + 1.5 * width_px;
        Self {
            from: from.0.towards(bend, from.1 + 1.5),
            bend,
            to: to.0.towards(bend, to.1 + 1.5 + 0.8 * head_px),
            tip: to.0.towards(bend, to.1 + 1.5),
            width_px,
            people,
        }
    }

    fn at(&self, share: f64) -> Point {
        let rest = 1.0 - share;
        let mix = |from: f64, bend: f64, to: f64| {
            rest * rest * from + 2.0 * rest * share * bend + share * share * to
        };
        Point {
            x: mix(self.from.x, self.bend.x, self.to.x),
            y: mix(self.from.y, self.bend.y, self.to.y),
        }
    }

    /// Points along the arrow, for labels to avoid.
    pub fn points(&self) -> Vec<Point> {
        let count = (self.from.distance(self.tip) / 8.0).ceil().clamp(4.0, 80.0) as u32;
        (0..=count)
            .map(|step| self.at(f64::from(step) / f64::from(count)))
            .collect()
    }

    /// Draws the line and its head.
    pub fn draw(&self, svg: &mut String) {
        let _ = write!(
            svg,
            "<path d=\"M{} {}Q{} {} {} {}\" fill=\"none\" stroke=\"{PLAN}\" stroke-width=\"{}\" opacity=\"0.85\"/>",
            px(self.from.x),
            px(self.from.y),
            px(self.bend.x),
            px(self.bend.y),
            px(self.to.x),
            px(self.to.y),
            px(self.width_px),
        );
        let half_px = 2.5 + self.width_px;
        let back = self.tip.towards(self.bend, 6.0 + 1.5 * self.width_px);
        let (dx, dy) = (back.x - self.tip.x, back.y - self.tip.y);
        let length = dx.hypot(dy).max(1e-9);
        let (across_x, across_y) = (-dy / length * half_px, dx / length * half_px);
        let _ = write!(
            svg,
            "<path d=\"M{} {}L{} {}L{} {}Z\" fill=\"{PLAN}\"/>",
            px(self.tip.x),
            px(self.tip.y),
            px(back.x + across_x),
            px(back.y + across_y),
            px(back.x - across_x),
            px(back.y - across_y),
        );
    }

    /// Writes how many move, on the line where it is free.
    pub fn count(&self, svg: &mut String, canvas: &mut Canvas) {
        let words = self.people.to_string();
        let (wide, high) = (width(&words, 10.5) + 3.0, 13.0);
        let rect_at = |share: f64| {
            let at = self.at(share);
            Rect {
                left: at.x - wide / 2.0,
                top: at.y - high / 2.0,
                width: wide,
                height: high,
            }
        };
        let shares = [0.5, 0.43, 0.57, 0.36, 0.64, 0.29, 0.71, 0.22, 0.78, 0.15];
        let Some(rect) = shares
            .into_iter()
            .map(rect_at)
            .find(|rect| canvas.is_free(rect))
        else {
            return;
        };
        canvas.block(rect);
        let _ = write!(
            svg,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"3\" fill=\"#fff\" opacity=\"0.92\"/>\
             <text x=\"{}\" y=\"{}\" font-size=\"10.5\" font-weight=\"700\" text-anchor=\"middle\" fill=\"{PLAN}\">{words}</text>",
            px(rect.left),
            px(rect.top),
            px(rect.width),
            px(rect.height),
            px(rect.centre().x),
            px(rect.bottom() - 3.0),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_run_from_rim_to_rim() {
        let (from, to) = (Point { x: 0.0, y: 0.0 }, Point { x: 100.0, y: 0.0 });
        let canvas = Canvas::new(Rect {
            left: 0.0,
            top: 0.0,
            width: 200.0,
            height: 100.0,
        });
        let arrow = Arrow::between(&canvas, (from, 10.0), (to, 20.0), 5, 1.0).unwrap();
        assert!((arrow.from.distance(from) - 11.5).abs() < 1e-9);
        assert!((arrow.tip.distance(to) - 21.5).abs() < 1e-9);
        assert!(Arrow::between(&canvas, (from, 50.0), (to, 50.0), 5, 1.0).is_none());
        assert!(Arrow::between(&canvas, (from, 5.0), (from, 5.0), 5, 1.0).is_none());
    }
    #[test]
    fn arrows_bend_away_from_other_sites() {
        let (from, to) = (Point { x: 0.0, y: 50.0 }, Point { x: 100.0, y: 50.0 });
        let mut canvas = Canvas::new(Rect {
            left: 0.0,
            top: 0.0,
            width: 200.0,
            height: 100.0,
        });
        let free = Arrow::between(&canvas, (from, 5.0), (to, 5.0), 5, 1.0).unwrap();
        canvas.block_disc(free.at(0.5), 4.0);
        let bent = Arrow::between(&canvas, (from, 5.0), (to, 5.0), 5, 1.0).unwrap();
        assert!(bent.at(0.5).distance(free.at(0.5)) > 5.0);
    }
}
