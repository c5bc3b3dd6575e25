//! What stands for what: classes of risk, sizes of sites, shapes of systems.

use super::Spot;
use super::frame::Point;
use crate::brief::html::text::{escape, px};
use std::fmt::Write;

/// Classes of risk, least first: light to dark, so that grey paper keeps their order (ColorBrewer
/// YlOrBr, 5 classes).
pub const RAMP: [(&str, &str); 5] = [
    ("#ffffd4", "#000"),
    ("#fed98e", "#000"),
    ("#fe9929", "#000"),
    ("#d95f0e", "#fff"),
    ("#993404", "#fff"),
];
/// Dark blue of whatever the plan adds.
pub const PLAN: &str = "#17375e";

/// How the sites of one theatre are drawn.
pub struct Look {
    /// Most people at a site.
    pub people_max: f64,
    radius_min: f64,
    radius_max: f64,
    /// Where one class of risk ends and the next begins.
    pub bounds: [f64; 4],
}

impl Look {
    pub fn of(spots: &[Spot]) -> Self {
        let people_max = spots
            .iter()
            .map(|spot| spot.before.max(spot.after))
            .max()
            .unwrap_or(0)
            .max(1);
        let greatest = spots
            .iter()
            .map(|spot| spot.loss)
            .filter(|loss| loss.is_finite())
            .fold(0.0, f64::max);
        let (radius_min, radius_max) = match spots.len() {
            0..=60 => (7.0, 19.0),
            61..=150 => (4.0, 12.0),
            _ => (2.5, 7.0),
        };
        Self {
            people_max: people_max.into(),
            radius_min,
            radius_max,
            bounds: class_bounds(greatest),
        }
    }

    /// Radius of the circle for so many people, px: its area grows with them.
    pub fn radius(&self, people: u32) -> f64 {
        if people == 0 {
            return self.radius_min.min(3.5);
        }
        (self.radius_max * (f64::from(people) / self.people_max).sqrt()).max(self.radius_min)
    }

    /// Radius of all that is drawn of a site, px.
    pub fn rim(&self, spot: &Spot) -> f64 {
        self.radius(spot.before.max(spot.after))
    }

    fn class(&self, loss: f64) -> usize {
        self.bounds.iter().filter(|bound| loss >= **bound).count()
    }

    /// Draws one site; numbers its class where there is room.
    pub fn site(&self, svg: &mut String, spot: &Spot, at: Point) {
        let _ = write!(svg, "<g><title>{}</title>", escape(&spot.describe()));
        let ring = |svg: &mut String, radius: f64, fill: &str| {
            let _ = write!(
                svg,
                "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{fill}\" stroke=\"#333\"/>",
                px(at.x),
                px(at.y),
                px(radius)
            );
        };
        if !spot.open {
            let class = self.class(spot.loss);
            ring(svg, self.radius(spot.before), RAMP[class].0);
            let arm = (self.radius(spot.before) + 1.0).max(6.0);
            let _ = write!(
                svg,
                "<path d=\"M{l} {t}L{r} {b}M{l} {b}L{r} {t}\" stroke=\"#000\" stroke-width=\"2\"/></g>",
                l = px(at.x - arm),
                r = px(at.x + arm),
                t = px(at.y - arm),
                b = px(at.y + arm)
            );
            return;
        }
        let (radius, class) = (self.radius(spot.after), self.class(spot.loss));
        if spot.before > spot.after {
            ring(svg, self.radius(spot.before), "#fff");
        }
        ring(svg, radius, RAMP[class].0);
        if spot.before < spot.after && spot.before > 0 {
            ring(svg, self.radius(spot.before), "none");
        }
        if radius >= 6.5 {
            number(svg, class, at);
        }
        svg.push_str("</g>");
    }
}

/// Writes the number of a class.
pub fn number(svg: &mut String, class: usize, at: Point) {
    let _ = write!(
        svg,
        "<text x=\"{}\" y=\"{}\" font-size=\"10\" text-anchor=\"middle\" fill=\"{}\">{}</text>",
        px(at.x),
        px(at.y + 3.5),
        RAMP[class].1,
        class + 1
    );
}

/// Draws the sign of one system, 12 px wide.
pub fn system(svg: &mut String, name: &str, at: Point) {
    let (x, y) = (at.x, at.y);
    let shape = |points: [(f64, f64); 4]| {
        let corners: Vec<String> = points
            .iter()
            .map(|(dx, dy)| format!("{} {}", px(x + dx), px(y + dy)))
            .collect();
        format!("<path d=\"M{}Z\" fill=\"{PLAN}\"/>", corners.join("L"))
    };
    if name.contains("c-ram") {
        svg.push_str(&shape([(0.0, -6.0), (6.0, 5.0), (-6.0, 5.0), (0.0, -6.0)]));
    } else if name.contains("patriot") {
        svg.push_str(&shape([(0.0, -6.5), (6.0, 0.0), (0.0, 6.5), (-6.0, 0.0)]));
    } else if name.contains("warn") {
        let _ = write!(
            svg,
            "<circle cx=\"{x0}\" cy=\"{y0}\" r=\"2\" fill=\"{PLAN}\"/><path d=\"M{x1} {y1}a5 5 0 0 1 0 7M{x2} {y2}a9 9 0 0 1 0 11\" \
             fill=\"none\" stroke=\"{PLAN}\" stroke-width=\"1.6\"/>",
            x0 = px(x - 4.0),
            y0 = px(y),
            x1 = px(x - 1.0),
            y1 = px(y - 3.5),
            x2 = px(x + 2.5),
            y2 = px(y - 5.5)
        );
    } else {
        svg.push_str(&shape([(-5.5, -5.5), (5.5, -5.5), (5.5, 5.5), (-5.5, 5.5)]));
        let letter: String = name.chars().take(1).flat_map(char::to_uppercase).collect();
        let _ = write!(
            svg,
            "<text x=\"{}\" y=\"{}\" font-size=\"9\" font-weight=\"700\" text-anchor=\"middle\" fill=\"#fff\">{}</text>",
            px(x),
            px(y + 3.2),
            escape(&letter)
        );
    }
}

/// Four round bounds, the highest below `greatest`, half a decade apart.
fn class_bounds(greatest: f64) -> [f64; 4] {
    let decades = [0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0, 10_000.0];
    let rounds: Vec<f64> = decades
        .iter()
        .flat_map(|decade| [*decade, 3.0 * decade])
        .collect();
    let top = rounds
        .iter()
        .rposition(|bound| *bound < greatest)
        .unwrap_or(0)
        .max(3);
    [
        rounds[top - 3],
        rounds[top - 2],
        rounds[top - 1],
        rounds[top],
    ]
    .map(|bound| (bound * 1000.0).round() / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_round_bounds_whose_highest_is_reached() {
        assert_eq!(class_bounds(0.9), [0.01, 0.03, 0.1, 0.3]);
        assert_eq!(class_bounds(1.2), [0.03, 0.1, 0.3, 1.0]);
        assert_eq!(class_bounds(0.0), [0.001, 0.003, 0.01, 0.03]);
        assert_eq!(class_bounds(1e9)[3], 30_000.0);
    }
}
