//! Labels that overlap nothing: each tries sixteen sides at growing distance and takes the cheapest
//! that is free.

use super::frame::{Point, Rect};

/// Distances from the rim of a site to its label, px; from the second on with a leader line.
const GAPS: [f64; 8] = [3.0, 11.0, 20.0, 32.0, 46.0, 62.0, 80.0, 100.0];
/// Sides in order of liking, in sixteenths of a turn, clockwise from the right.
const SIDES: [u8; 16] = [0, 8, 14, 2, 10, 6, 12, 4, 15, 1, 7, 9, 13, 11, 3, 5];

/// How text is set in its box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Align {
    Start,
    Middle,
    End,
}

/// A label's box, and the line that leads to it where it stands away.
#[derive(Clone, Copy, Debug)]
pub struct Placed {
    pub rect: Rect,
    pub align: Align,
    pub leader: Option<[Point; 2]>,
    /// What is wrong with the place: distance, and what it covers.
    pub cost: f64,
}

/// What is taken already.
#[derive(Clone)]
pub struct Canvas {
    frame: Rect,
    boxes: Vec<Rect>,
    discs: Vec<(Point, f64)>,
    traces: Vec<Point>,
}

impl Canvas {
    /// An empty drawing.
    pub fn new(frame: Rect) -> Self {
        Self {
            frame,
            boxes: Vec::new(),
            discs: Vec::new(),
            traces: Vec::new(),
        }
    }

    /// Nothing may lie on this box.
    pub fn block(&mut self, rect: Rect) {
        self.boxes.push(rect);
    }

    /// Nothing may lie on this disc.
    pub fn block_disc(&mut self, centre: Point, radius: f64) {
        self.discs.push((centre, radius));
    }

    /// Nothing should lie on this line, but may.
    pub fn trace(&mut self, points: &[Point]) {
        self.traces.extend(points);
    }

    /// Whether a box is inside the drawing and covers nothing.
    pub fn is_free(&self, rect: &Rect) -> bool {
        let frame = self.frame.less(2.0);
        let inside = rect.left >= frame.left
            && rect.top >= frame.top
            && rect.right() <= frame.right()
            && rect.bottom() <= frame.bottom();
        let on_disc = |(centre, radius): &(Point, f64)| {
            rect.nearest(*centre).distance(*centre) < radius + 1.0
        };
        inside
            && !self.boxes.iter().any(|other| other.overlaps(rect))
            && !self.discs.iter().any(on_disc)
    }

    /// How many traced points a box would cover.
    pub fn covered(&self, rect: &Rect) -> usize {
        self.traces
            .iter()
            .filter(|point| rect.holds(**point))
            .count()
    }

    /// How many of these points lie on a disc whose centre is not one of `own`.
    pub fn on_discs(&self, points: &[Point], own: [Point; 2]) -> usize {
        let others = || {
            self.discs
                .iter()
                .filter(|(centre, _)| !own.contains(centre))
        };
        points
            .iter()
            .filter(|point| {
                others().any(|(centre, radius)| centre.distance(**point) < radius + 1.0)
            })
            .count()
    }

    /// The cheapest room beside a disc for a box of this size.
    pub fn find(&self, centre: Point, radius: f64, width: f64, height: f64) -> Option<Placed> {
        let mut best: Option<Placed> = None;
        for gap in GAPS {
            for (liking, side) in SIDES.into_iter().enumerate() {
                let distance = 0.3 * gap + 0.3 * liking as f64;
                if best.is_some_and(|best| distance >= best.cost) {
                    continue;
                }
                let (rect, align) = beside(centre, radius + gap, side, width, height);
                if !self.is_free(&rect) {
                    continue;
                }
                let end = rect.nearest(centre);
                let leader = (gap > GAPS[0]).then(|| [centre.towards(end, radius), end]);
                let Some(crossed) = leader.map_or(Some(0.0), |line| self.crossed(line, centre))
                else {
                    continue;
                };
                let cost =
                    0.3 * gap + 0.3 * liking as f64 + 6.0 * self.covered(&rect) as f64 + crossed;
                if best.is_none_or(|best| cost < best.cost) {
                    best = Some(Placed {
                        rect,
                        align,
                        leader,
                        cost,
                    });
                }
            }
        }
        best
    }

    /// Takes the room that was found.
    pub fn take(&mut self, placed: &Placed) {
        self.boxes.push(placed.rect);
        if let Some(line) = placed.leader {
            self.traces.extend(steps(line));
        }
    }

    /// What a leader line costs for what it passes; nothing where it would pass over a box or disc.
    fn crossed(&self, line: [Point; 2], own: Point) -> Option<f64> {
        let points = steps(line);
        let on_box = |point: &Point| self.boxes.iter().any(|other| other.less(0.5).holds(*point));
        if self.on_discs(&points, [own, own]) > 0 || points.iter().any(on_box) {
            return None;
        }
        let near = |point: &Point| {
            self.traces
                .iter()
                .filter(|trace| trace.distance(*point) < 4.0)
                .count()
        };
        Some(points.iter().map(|point| 2.5 * near(point) as f64).sum())
    }
}

/// Points along a line, 5 px apart.
fn steps([from, to]: [Point; 2]) -> Vec<Point> {
    let count = (from.distance(to) / 5.0).ceil() as u32;
    (1..count)
        .map(|step| from.towards(to, 5.0 * f64::from(step)))
        .collect()
}

/// The box that touches a circle of radius `reach` from outside, on one of sixteen sides.
fn beside(centre: Point, reach: f64, side: u8, width: f64, height: f64) -> (Rect, Align) {
    let angle = f64::from(side) * std::f64::consts::PI / 8.0;
    let (east, south) = (angle.cos(), angle.sin());
    let along = |lean: f64, size: f64| {
        if lean > 0.1 {
            0.0
        } else if lean < -0.1 {
            -size
        } else {
            -size / 2.0
        }
    };
    let rect = Rect {
        left: centre.x + reach * east + along(east, width),
        top: centre.y + reach * south + along(south, height),
        width,
        height,
    };
    let align = match east {
        east if east > 0.1 => Align::Start,
        east if east < -0.1 => Align::End,
        _ => Align::Middle,
    };
    (rect, align)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canvas() -> Canvas {
        Canvas::new(Rect {
            left: 0.0,
            top: 0.0,
            width: 400.0,
            height: 300.0,
        })
    }

    #[test]
    fn labels_never_overlap_each_other_or_a_site() {
        let mut canvas = canvas();
        let sites: Vec<Point> = (0..8)
            .map(|site| Point {
                x: 170.0 + 14.0 * f64::from(site % 4),
                y: 130.0 + 14.0 * f64::from(site / 4),
            })
            .collect();
        for site in &sites {
            canvas.block_disc(*site, 6.0);
        }
        let placed: Vec<Placed> = sites
            .iter()
            .filter_map(|site| {
                let placed = canvas.find(*site, 6.0, 60.0, 14.0)?;
                canvas.take(&placed);
                Some(placed)
            })
            .collect();
        assert!(placed.len() >= 6, "{}", placed.len());
        for (index, one) in placed.iter().enumerate() {
            assert!(
                placed[..index]
                    .iter()
                    .all(|other| !other.rect.overlaps(&one.rect))
            );
            assert!(
                sites
                    .iter()
                    .all(|site| one.rect.nearest(*site).distance(*site) >= 6.0)
            );
        }
    }

    #[test]
    fn a_full_drawing_takes_no_label() {
        let mut canvas = canvas();
        canvas.block(Rect {
            left: 0.0,
            top: 0.0,
            width: 400.0,
            height: 300.0,
        });
        assert!(
            canvas
                .find(Point { x: 200.0, y: 150.0 }, 5.0, 40.0, 10.0)
                .is_none()
        );
    }

    #[test]
    fn labels_avoid_lines_where_they_can() {
        let mut canvas = canvas();
        let line: Vec<Point> = (1..10)
            .map(|step| Point {
                x: 205.0 + 5.0 * f64::from(step),
                y: 150.0,
            })
            .collect();
        canvas.trace(&line);
        let placed = canvas
            .find(Point { x: 200.0, y: 150.0 }, 5.0, 40.0, 12.0)
            .unwrap();
        assert_eq!(canvas.covered(&placed.rect), 0);
    }
}
