//! The page of a contest of forecasts: the table, gains, and how well each model is calibrated.

use super::charts::{PLAN, TODAY, text};
use super::table::{Column, Table};
use super::text::{escape, px};
use super::{head, lines};
use forecast::contest::{Contest, Gain, Scored};
use std::fmt::Write;

/// The page: a whole HTML document. `title` says what was scored, in a line.
#[must_use]
pub fn page(contest: &Contest, title: &str) -> String {
    let mut page = String::new();
    head(&mut page, "Forecast scores", title);
    let (chosen, _) = contest.chosen();
    let _ = writeln!(
        page,
        "<header>\n<h1>Forecast scores</h1>\n<p class=\"basis\">{}</p>\n</header>\n<main>\n\
         <div class=\"headline\"><p class=\"sentence\">Used: {}.</p>\n<p class=\"doing\">{}.</p></div>",
        escape(title),
        escape(&chosen.name),
        escape(&capital(&contest.why)),
    );
    table(&mut page, contest);
    page.push_str(&gains(contest));
    page.push_str(
        "<h3>Calibration of counts</h3>\n<p class=\"note\">Probability integral transform by tenths, not randomised: flat at \
         the dashed line where forecasts are calibrated, high at both ends where they are too narrow, high in the middle \
         where they are too wide.</p>\n<div class=\"multiples\">\n",
    );
    for (index, (scored, _)) in contest.models.iter().enumerate() {
        transform(&mut page, scored, index == contest.chosen);
    }
    page.push_str(
        "</div>\n<h3>Calibration of “at least one attack”</h3>\n<p class=\"note\">Share that came true against the \
         probability given, by tenths; the area of a dot shows how many forecasts. On the dashed line they are \
         calibrated.</p>\n<div class=\"multiples\">\n",
    );
    for (index, (scored, _)) in contest.models.iter().enumerate() {
        reliability(&mut page, scored, index == contest.chosen);
    }
    page.push_str("</div>\n");
    lines(&mut page, "How to read this", &notes(contest), "");
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

fn notes(contest: &Contest) -> Vec<String> {
    let mut notes = vec![
        "Every forecast was made from what came before its bin, with parameters fitted before the test began or since.".into(),
        "Log score: mean negative logarithm of the probability given to what came, nats a site and bin. CRPS: attacks. \
         Brier: of “at least one”. Lower is better."
            .into(),
        "N-test: probability of at least (δ1) and at most (δ2) as many attacks as came, if bins and sites were \
         independent, which they are not where sites are attacked together. Under 0.025 is a miss."
            .into(),
    ];
    notes.push(if contest.has_bounds() {
        format!(
            "Bounds of gains hold 95 % of means of {} blocks drawn anew.",
            contest.blocks
        )
    } else {
        "The test is too short for bounds of gains.".into()
    });
    if let Some((other, gain)) = contest.runner_up {
        notes.push(format!(
            "Gain of the model used over the next best, {}: {:+.4} ({:+.4} to {:+.4}).",
            contest.models[other].0.name, gain.mean, gain.low, gain.high
        ));
    }
    notes
}

fn table(page: &mut String, contest: &Contest) {
    let mut table = Table::new(
        "Scores",
        "The default is first; gains are over it.",
        &[
            Column::Header("Model"),
            Column::Number("Log score"),
            Column::Number("CRPS"),
            Column::Number("Brier"),
            Column::Number("90 % cover"),
            Column::Number("Expected / observed"),
            Column::Number("N-test δ1, δ2"),
            Column::Number("Gain"),
        ],
    );
    for (index, (scored, gain)) in contest.models.iter().enumerate() {
        let ratio = scored.expected_over_observed;
        let test = &scored.number_test;
        let cells = vec![
            escape(&scored.name),
            format!("{:.4}", scored.log_score),
            format!("{:.4}", scored.crps),
            format!("{:.4}", scored.brier),
            format!("{:.3}", scored.cover90),
            ratio.map_or_else(|| "–".into(), |ratio| format!("{ratio:.3}")),
            format!("{:.3}, {:.3}", test.delta_1, test.delta_2),
            if index == 0 {
                "–".into()
            } else {
                format!("{:+.4}", gain.mean)
            },
        ];
        table.row_of_class(
            if index == contest.chosen {
                "chosen"
            } else {
                ""
            },
            cells,
        );
    }
    table.write(page, "No model was scored.");
}

/// Gains as dots with whiskers.
fn gains(contest: &Contest) -> String {
    let others = || contest.models.iter().enumerate().skip(1);
    // A scale for gains; a model that loses more than that is named and not drawn.
    let most = others().map(|(_, (_, gain))| gain.high.max(0.0));
    let most = 1.2 * most.fold(0.005, f64::max);
    let (left, right, step) = (330.0, 960.0, 24.0);
    let bottom = 20.0 + step * others().count() as f64;
    let at = |gain: f64| left + (right - left) * (0.5 + 0.5 * (gain / most).clamp(-1.0, 1.0));
    let mut svg = format!(
        "<figure class=\"together\"><h3>Gain over the default</h3>\n<svg viewBox=\"0 0 980 {}\" role=\"img\" \
         aria-label=\"Gain of each model over the default\">",
        px(bottom + 30.0)
    );
    for tick in [-1.0, -0.5, 0.0, 0.5, 1.0] {
        let x = at(tick * most / 1.2);
        let _ = write!(
            svg,
            "<path d=\"M{} 8V{}\" stroke=\"{}\" fill=\"none\"/>",
            px(x),
            px(bottom),
            if tick == 0.0 { "#16191d" } else { "#d4d8de" }
        );
        let label = format!("{:+.3}", tick * most / 1.2);
        text(&mut svg, x, bottom + 16.0, "middle", LABEL, &label);
    }
    for (row, (index, (scored, gain))) in others().enumerate() {
        let y = 20.0 + step * row as f64;
        text(&mut svg, left - 12.0, y + 4.0, "end", LABEL, &scored.name);
        if gain.mean < -most {
            let label = format!("◂ {:+.3}", gain.mean);
            text(&mut svg, left + 4.0, y + 4.0, "start", LABEL, &label);
        } else {
            whisker(&mut svg, gain, &at, y, index == contest.chosen);
        }
    }
    svg.push_str(
        "</svg>\n<figcaption>Nats a site and bin, with 95 % bounds. Right of the line is better than the default.</figcaption>\
         </figure>\n",
    );
    svg
}

const LABEL: &str = "font-size=\"13\" fill=\"#16191d\"";

fn whisker(svg: &mut String, gain: &Gain, at: &impl Fn(f64) -> f64, y: f64, chosen: bool) {
    let (low, mean, high) = (at(gain.low), at(gain.mean), at(gain.high));
    let colour = if chosen { PLAN } else { TODAY };
    let _ = write!(
        svg,
        "<path d=\"M{low} {y}H{high}\" stroke=\"{colour}\" stroke-width=\"2\" fill=\"none\"/>\
         <circle cx=\"{mean}\" cy=\"{y}\" r=\"4.5\" fill=\"{}\" stroke=\"{colour}\" stroke-width=\"1.8\"/>",
        if chosen { PLAN } else { "#fff" },
        low = px(low),
        mean = px(mean),
        high = px(high),
        y = px(y),
    );
}

/// Opens a small square chart with its title and axes.
fn square(page: &mut String, scored: &Scored, chosen: bool) {
    let _ = write!(
        page,
        "<figure><svg viewBox=\"0 0 336 210\" role=\"img\" aria-label=\"Calibration of {}\">",
        escape(&scored.name)
    );
    let style = if chosen {
        "font-size=\"13\" font-weight=\"700\" fill=\"#17375e\""
    } else {
        LABEL
    };
    text(page, 4.0, 15.0, "start", style, &scored.name);
    let _ = write!(
        page,
        "<path d=\"M{LEFT} {TOP}V{BOTTOM}H{RIGHT}\" stroke=\"#555c66\" fill=\"none\"/>"
    );
    for (x, label) in [(LEFT, "0"), (0.5 * (LEFT + RIGHT), "0.5"), (RIGHT, "1")] {
        text(page, x, BOTTOM + 15.0, "middle", TICK, label);
    }
}

const LEFT: f64 = 36.0;
const RIGHT: f64 = 316.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 186.0;
const TICK: &str = "font-size=\"11\" fill=\"#555c66\"";

fn transform(page: &mut String, scored: &Scored, chosen: bool) {
    square(page, scored, chosen);
    let most = scored.pit.iter().copied().fold(0.2, f64::max);
    let width = (RIGHT - LEFT) / 10.0;
    let y_of = |share: f64| BOTTOM - (BOTTOM - TOP) * (share / most).clamp(0.0, 1.0);
    for (tenth, &share) in scored.pit.iter().enumerate() {
        let _ = write!(
            page,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>",
            px(LEFT + width * tenth as f64 + 1.5),
            px(y_of(share)),
            px(width - 3.0),
            px(BOTTOM - y_of(share)),
            if chosen { PLAN } else { TODAY }
        );
    }
    let y = px(y_of(0.1));
    let _ = write!(
        page,
        "<path d=\"M{LEFT} {y}H{RIGHT}\" stroke=\"#16191d\" stroke-dasharray=\"5 4\" fill=\"none\"/>"
    );
    text(page, LEFT - 5.0, y_of(0.1) + 4.0, "end", TICK, "0.1");
    text(
        page,
        LEFT - 5.0,
        TOP + 4.0,
        "end",
        TICK,
        &format!("{most:.1}"),
    );
    page.push_str("</svg></figure>\n");
}

fn reliability(page: &mut String, scored: &Scored, chosen: bool) {
    square(page, scored, chosen);
    let x_of = |share: f64| LEFT + (RIGHT - LEFT) * share.clamp(0.0, 1.0);
    let y_of = |share: f64| BOTTOM - (BOTTOM - TOP) * share.clamp(0.0, 1.0);
    let _ = write!(
        page,
        "<path d=\"M{LEFT} {BOTTOM}L{RIGHT} {TOP}\" stroke=\"#16191d\" stroke-dasharray=\"5 4\" fill=\"none\"/>"
    );
    let all: u32 = scored
        .reliability
        .iter()
        .map(|bucket| bucket.forecasts)
        .sum();
    let colour = if chosen { PLAN } else { TODAY };
    for bucket in scored
        .reliability
        .iter()
        .filter(|bucket| bucket.forecasts > 0)
    {
        let share = f64::from(bucket.forecasts) / f64::from(all.max(1));
        let _ = write!(
            page,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{colour}\" fill-opacity=\"0.55\" stroke=\"{colour}\"/>",
            px(x_of(bucket.given)),
            px(y_of(bucket.came)),
            px(2.5 + 14.0 * share.sqrt()),
        );
    }
    text(page, LEFT - 5.0, TOP + 4.0, "end", TICK, "1");
    text(page, LEFT - 5.0, BOTTOM + 4.0, "end", TICK, "0");
    page.push_str("</svg></figure>\n");
}
