//! What more or fewer of each system would do: small charts side by side on one scale.

use super::{Axis, PLAN, TODAY, fit, text};
use crate::brief::Curve;
use crate::brief::html::text::{escape, px};
use std::fmt::Write;

/// Loss against the number of each system, drawn side by side on one scale.
pub fn curves(curves: &[Curve]) -> String {
    let mut page = String::from(
        "<div class=\"together\">\n<h3>What more or fewer of each system would do</h3>\n",
    );
    let drawn: Vec<&Curve> = curves
        .iter()
        .filter(|curve| !curve.points.is_empty())
        .collect();
    if drawn.is_empty() {
        page.push_str("<p class=\"empty\">No system is in stock.</p>\n</div>\n");
        return page;
    }
    let greatest = drawn
        .iter()
        .flat_map(|curve| curve.points.iter().map(|(_, loss)| loss.high))
        .filter(|value| value.is_finite())
        .fold(0.0, f64::max);
    page.push_str(
        "<p class=\"note\">Expected loss of the best plan with that many, each solved anew. Whisker: 90 % interval. \
         Dashed line and filled square: the number available.</p>\n<div class=\"multiples\">\n",
    );
    for curve in drawn {
        one_curve(&mut page, curve, greatest);
    }
    page.push_str("</div>\n</div>\n");
    page
}

fn one_curve(page: &mut String, curve: &Curve, greatest: f64) {
    let (left, right, top, bottom) = (44.0, 262.0, 30.0, 150.0);
    let losses = Axis::to(greatest, 0.0, bottom - top, 4);
    let most = curve
        .points
        .iter()
        .map(|point| point.0)
        .max()
        .unwrap_or(0)
        .max(curve.available)
        .max(1);
    let x_of =
        |number: u32| left + 12.0 + (right - left - 24.0) * f64::from(number) / f64::from(most);
    let y_of = |loss: f64| bottom - losses.at(loss);
    let _ = write!(
        page,
        "<figure><svg viewBox=\"0 0 280 186\" role=\"img\" aria-label=\"Expected loss against the number of {}\">",
        escape(&curve.system)
    );
    text(
        page,
        4.0,
        14.0,
        "start",
        "font-size=\"13\" font-weight=\"700\"",
        &fit(&curve.system, 13.0, 265.0),
    );
    for (offset, label) in losses.ticks() {
        let y = bottom - offset;
        let _ = write!(
            page,
            "<path d=\"M{} {}H{}\" stroke=\"#d4d8de\"/>",
            px(left),
            px(y),
            px(right)
        );
        text(
            page,
            left - 6.0,
            y + 4.0,
            "end",
            "font-size=\"11\" fill=\"#555c66\"",
            &label,
        );
    }
    let at = px(x_of(curve.available));
    let _ = write!(
        page,
        "<path d=\"M{at} {}V{}\" stroke=\"{PLAN}\" stroke-dasharray=\"4 3\"/>",
        px(top - 4.0),
        px(bottom)
    );
    let line: Vec<String> = curve
        .points
        .iter()
        .map(|(number, loss)| format!("{} {}", px(x_of(*number)), px(y_of(loss.mean))))
        .collect();
    let _ = write!(
        page,
        "<path d=\"M{}\" fill=\"none\" stroke=\"{TODAY}\" stroke-width=\"1.5\"/>",
        line.join("L")
    );
    let every = most.div_ceil(10).max(1);
    for (number, loss) in &curve.points {
        standing(
            page,
            x_of(*number),
            [loss.low, loss.mean, loss.high].map(y_of),
            *number == curve.available,
        );
        if number % every == 0 {
            text(
                page,
                x_of(*number),
                bottom + 15.0,
                "middle",
                "font-size=\"11\" fill=\"#555c66\"",
                &number.to_string(),
            );
        }
    }
    let label = format!("number of units; {} available", curve.available);
    text(
        page,
        (left + right) / 2.0,
        bottom + 31.0,
        "middle",
        "font-size=\"11\" fill=\"#555c66\"",
        &label,
    );
    page.push_str("</svg></figure>\n");
}

/// A dot with its whisker, standing at `x`.
fn standing(svg: &mut String, x: f64, [low, mean, high]: [f64; 3], filled: bool) {
    let colour = if filled { PLAN } else { TODAY };
    let _ = write!(
        svg,
        "<path d=\"M{x0} {low}V{high}M{x1} {low}h6M{x1} {high}h6\" stroke=\"{colour}\" stroke-width=\"1.5\" fill=\"none\"/>",
        x0 = px(x),
        x1 = px(x - 3.0),
        low = px(low),
        high = px(high),
    );
    let _ = if filled {
        write!(
            svg,
            "<rect x=\"{}\" y=\"{}\" width=\"8\" height=\"8\" fill=\"{PLAN}\"/>",
            px(x - 4.0),
            px(mean - 4.0)
        )
    } else {
        write!(
            svg,
            "<circle cx=\"{}\" cy=\"{}\" r=\"3.5\" fill=\"#fff\" stroke=\"{TODAY}\" stroke-width=\"1.8\"/>",
            px(x),
            px(mean)
        )
    };
}
