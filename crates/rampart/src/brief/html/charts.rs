//! Charts: a dot for the mean, a whisker for its 90 % interval. Today is hollow and grey, the plan
//! filled and dark, so that ink on grey paper still tells them apart.

mod curves;

pub use curves::curves;

use super::Names;
use super::text::{clip, escape, px, width};
use crate::brief::{BeforeAfter, Document, Loss, Range, SiteLine, words};
use std::fmt::Write;

pub(super) const TODAY: &str = "#7a828c";
pub(super) const PLAN: &str = "#17375e";
const SITES_MAX: usize = 15;

/// A linear axis from 0.
struct Axis {
    start_px: f64,
    length_px: f64,
    step: f64,
    steps: u32,
}

impl Axis {
    /// An axis that reaches at least `greatest`, with about `steps` steps.
    fn to(greatest: f64, start_px: f64, length_px: f64, steps: u32) -> Self {
        let greatest = if greatest.is_finite() && greatest > 1e-9 {
            greatest
        } else {
            1.0
        };
        let rough = greatest / f64::from(steps);
        let decade = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .map(|lead| lead * decade)
            .into_iter()
            .find(|step| *step >= rough * 0.999);
        let step = step.unwrap_or(10.0 * decade);
        Self {
            start_px,
            length_px,
            step,
            steps: (greatest / step - 1e-9).ceil().clamp(1.0, 40.0) as u32,
        }
    }

    fn at(&self, value: f64) -> f64 {
        let share = value / (self.step * f64::from(self.steps));
        self.start_px
            + self.length_px
                * if share.is_finite() {
                    share.clamp(0.0, 1.0)
                } else {
                    0.0
                }
    }

    /// Where each tick is, and what it says.
    fn ticks(&self) -> impl Iterator<Item = (f64, String)> + '_ {
        let digits = (-self.step.log10().floor()).clamp(0.0, 9.0) as usize;
        (0..=self.steps).map(move |tick| {
            let value = self.step * f64::from(tick);
            (
                self.at(value),
                if tick == 0 {
                    "0".into()
                } else {
                    format!("{value:.digits$}")
                },
            )
        })
    }
}

/// A dot with its whisker, lying on the line at `y`.
fn lying(svg: &mut String, axis: &Axis, y: f64, range: &Range, planned: bool) {
    let (low, mean, high) = (axis.at(range.low), axis.at(range.mean), axis.at(range.high));
    let colour = if planned { PLAN } else { TODAY };
    let _ = write!(
        svg,
        "<path d=\"M{} {y0}H{}M{} {y1}v6M{} {y1}v6\" stroke=\"{colour}\" stroke-width=\"{}\" fill=\"none\"/>",
        px(low),
        px(high),
        px(low),
        px(high),
        if planned { "2" } else { "1.5" },
        y0 = px(y),
        y1 = px(y - 3.0),
    );
    let _ = if planned {
        write!(
            svg,
            "<rect x=\"{}\" y=\"{}\" width=\"8\" height=\"8\" fill=\"{PLAN}\"/>",
            px(mean - 4.0),
            px(y - 4.0)
        )
    } else {
        write!(
            svg,
            "<circle cx=\"{}\" cy=\"{}\" r=\"4\" fill=\"#fff\" stroke=\"{TODAY}\" stroke-width=\"1.8\"/>",
            px(mean),
            px(y)
        )
    };
}

pub(super) fn text(svg: &mut String, x: f64, y: f64, anchor: &str, style: &str, words: &str) {
    let _ = write!(
        svg,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\" {style}>{}</text>",
        px(x),
        px(y),
        escape(words)
    );
}

/// Grid lines down from `top` to `bottom`, with their values below.
fn grid(svg: &mut String, axis: &Axis, top: f64, bottom: f64) {
    for (x, label) in axis.ticks() {
        let _ = write!(
            svg,
            "<path d=\"M{} {}V{}\" stroke=\"#d4d8de\"/>",
            px(x),
            px(top),
            px(bottom)
        );
        text(
            svg,
            x,
            bottom + 14.0,
            "middle",
            "font-size=\"11\" fill=\"#555c66\"",
            &label,
        );
    }
}

/// Expected loss today and with the plan, and behind it what may happen.
pub fn headline(loss: &BeforeAfter) -> String {
    let greatest = [&loss.before, &loss.after]
        .iter()
        .flat_map(|loss| [loss.loss.high, loss.realised_high])
        .filter(|value| value.is_finite())
        .fold(0.0, f64::max);
    let axis = Axis::to(greatest, 12.0, 400.0, 5);
    let mut svg = String::from(
        "<figure><svg viewBox=\"0 0 440 168\" role=\"img\" aria-label=\"Expected loss today and with the plan\">",
    );
    grid(&mut svg, &axis, 8.0, 132.0);
    for (row, head, line) in [
        (0.0, "Today", &loss.before),
        (1.0, "With the plan", &loss.after),
    ] {
        headline_row(&mut svg, &axis, 22.0 + 64.0 * row, head, line, row > 0.0);
    }
    text(
        &mut svg,
        212.0,
        162.0,
        "middle",
        "font-size=\"11\" fill=\"#555c66\"",
        "loss over the horizon",
    );
    svg.push_str(
        "</svg>\n<figcaption>Dot and whisker: expected loss and its 90 % interval. Pale bar: 90 % of what may \
         happen.</figcaption></figure>\n",
    );
    svg
}

fn headline_row(svg: &mut String, axis: &Axis, y: f64, head: &str, loss: &Loss, planned: bool) {
    let style = if planned {
        "font-size=\"13\" font-weight=\"700\" fill=\"#17375e\" paint-order=\"stroke\" stroke=\"#f4f6f9\" stroke-width=\"4\""
    } else {
        "font-size=\"13\" font-weight=\"700\" fill=\"#555c66\" paint-order=\"stroke\" stroke=\"#f4f6f9\" stroke-width=\"4\""
    };
    text(
        svg,
        12.0,
        y,
        "start",
        style,
        &format!("{head}: {}", words::range(&loss.loss)),
    );
    let (low, high) = (axis.at(loss.realised_low), axis.at(loss.realised_high));
    let _ = write!(
        svg,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"14\" fill=\"#c9d1dc\"/>",
        px(low),
        px(y + 14.0),
        px((high - low).max(1.0)),
    );
    lying(svg, axis, y + 21.0, &loss.loss, planned);
}

/// Loss by site, today and with the plan: the sites that lose most today.
pub fn sites(document: &Document, names: &Names) -> String {
    let mut sorted: Vec<&SiteLine> = document
        .sites
        .iter()
        .filter(|site| any_loss(site))
        .collect();
    sorted.sort_by(|one, other| other.loss_before.mean.total_cmp(&one.loss_before.mean));
    let mut page =
        String::from("<div class=\"together\">\n<h3>Loss by site, today and with the plan</h3>\n");
    if sorted.is_empty() {
        page.push_str(
            "<p class=\"empty\">No site is expected to lose anybody, today or with the plan.</p>\n</div>\n",
        );
        return page;
    }
    let left_out = sorted.len().saturating_sub(SITES_MAX);
    sorted.truncate(SITES_MAX);
    let bottom = 10.0 + 22.0 * sorted.len() as f64;
    let greatest = sorted
        .iter()
        .flat_map(|site| [site.loss_before.high, site.loss_after.high])
        .filter(|value| value.is_finite())
        .fold(0.0, f64::max);
    let axis = Axis::to(greatest, 232.0, 600.0, 8);
    let _ = write!(
        page,
        "<figure class=\"site-chart\"><svg viewBox=\"0 0 860 {}\" role=\"img\" \
         aria-label=\"Expected loss by site, today and with the plan\">",
        px(bottom + 20.0)
    );
    grid(&mut page, &axis, 4.0, bottom);
    for (row, site) in sorted.iter().enumerate() {
        let y = 19.0 + 22.0 * row as f64;
        text(
            &mut page,
            222.0,
            y + 4.0,
            "end",
            "font-size=\"12\"",
            &fit(names.plain(&site.id), 12.0, 215.0),
        );
        lying(&mut page, &axis, y - 4.5, &site.loss_before, false);
        lying(&mut page, &axis, y + 5.5, &site.loss_after, true);
    }
    page.push_str("</svg>\n<figcaption>");
    page.push_str("Hollow circle: today. Filled square: with the plan. Whisker: 90 % interval. ");
    if left_out > 0 {
        let _ = write!(
            page,
            "The {SITES_MAX} sites that lose most today; {left_out} more lose less. "
        );
    }
    page.push_str("Expected loss from attacks over the horizon.</figcaption></figure>\n</div>\n");
    page
}

fn any_loss(site: &SiteLine) -> bool {
    site.loss_before.high > 0.0 || site.loss_after.high > 0.0
}

/// The most of `text` that is at most `room_px` wide.
fn fit(text: &str, size: f64, room_px: f64) -> String {
    let mut letters = text.chars().count();
    while letters > 1 && width(&clip(text, letters), size) > room_px {
        letters -= 1;
    }
    clip(text, letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_reach_their_greatest_in_round_steps() {
        for greatest in [
            0.0,
            1e-7,
            0.013,
            0.9,
            1.0,
            17.3,
            4e9,
            f64::NAN,
            f64::INFINITY,
        ] {
            let axis = Axis::to(greatest, 10.0, 100.0, 5);
            assert!(
                axis.ticks()
                    .all(|(x, label)| x.is_finite() && !label.is_empty())
            );
            assert!((1..=10).contains(&axis.steps), "{greatest}: {}", axis.steps);
            if greatest.is_finite() {
                assert!(axis.step * f64::from(axis.steps) >= greatest * 0.999);
            }
        }
    }

    #[test]
    fn ticks_carry_the_digits_of_their_step() {
        let labels: Vec<String> = Axis::to(0.9, 0.0, 1.0, 5)
            .ticks()
            .map(|tick| tick.1)
            .collect();
        assert_eq!(labels, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
    }
}
