//! The page of a hindcast: how well past raids were simulated, and where not.

use super::charts::text;
use super::table::{Column, Table};
use super::text::{escape, px};
use super::{head_with, lines};
use crate::brief::words::number;
use crate::hindcast::{Hindcast, RaidLine};
use crate::statistics::Share;
use std::fmt::Write;

const LABEL: &str = "font-size=\"12\"";
const TICK: &str = "font-size=\"11\" class=\"soft\"";
/// Raids drawn.
const RAIDS_MAX: usize = 60;

/// The page: a whole HTML document.
#[must_use]
pub fn page(scored: &Hindcast) -> String {
    let mut page = String::new();
    head_with(
        &mut page,
        "Hindcast",
        &scored.theatre,
        "light dark",
        include_str!("raids/style.css"),
    );
    let _ = writeln!(
        page,
        "<header>\n<h1>Hindcast: {}</h1>\n<p class=\"basis\">{} past raids, each simulated {} times, seed {}. Nothing is fitted to \
         the outcomes.</p>\n</header>\n<main>",
        escape(&scored.theatre),
        scored.raids.len(),
        scored.replications,
        scored.seed,
    );
    if let Some(all) = scored.calibration.first() {
        let _ = writeln!(
            page,
            "<div class=\"headline\"><p class=\"sentence\">Of {} raids the simulated 50 % hold {}, the 90 % hold {}.</p>\n\
             <p class=\"doing\">CRPS {} against {} of the log's own casualties per round, which has seen them. Lower is \
             better.</p></div>",
            all.within_50.of,
            cover(&all.within_50),
            cover(&all.within_90),
            number(scored.crps),
            number(scored.crps_baseline),
        );
    }
    page.push_str("<div class=\"pair raid-pair\">\n");
    page.push_str(&transform(scored));
    page.push_str("</div>\n");
    coverage(&mut page, scored);
    page.push_str(&raids(&scored.raids));
    lines(&mut page, "How to read this", &notes(scored), "");
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn cover(share: &Share) -> String {
    format!(
        "{:.0} % <span class=\"i\">({:.0}–{:.0} %)</span>",
        100.0 * share.mean,
        100.0 * share.low,
        100.0 * share.high
    )
}

/// The histogram of the PIT, with the band in which its bars lie where the simulation is calibrated.
fn transform(scored: &Hindcast) -> String {
    let (left, right, top, bottom) = (36.0, 500.0, 12.0, 200.0);
    let bars = scored.pit_histogram;
    let most = bars.iter().copied().max().unwrap_or(0);
    let most = f64::from(most.max(scored.pit_band[1]).max(1));
    let y = |count: f64| bottom - (bottom - top) * count / most;
    let width = (right - left) / bars.len() as f64;
    let even = scored.raids.len() as f64 / bars.len() as f64;
    let mut svg = String::from(
        "<figure><h3>Where outcomes fell among the simulated</h3>\n<svg viewBox=\"0 0 510 226\" role=\"img\" \
         aria-label=\"Histogram of the probability integral transform\">",
    );
    let _ = write!(
        svg,
        "<rect class=\"bar-soft\" x=\"{left}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
        px(y(f64::from(scored.pit_band[1]))),
        px(right - left),
        px(y(f64::from(scored.pit_band[0])) - y(f64::from(scored.pit_band[1]))),
    );
    for (tenth, &count) in bars.iter().enumerate() {
        let x = left + width * tenth as f64;
        let height = bottom - y(f64::from(count));
        let _ = write!(
            svg,
            "<rect class=\"bar\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
            px(x + 3.0),
            px(bottom - height),
            px(width - 6.0),
            px(height)
        );
        let label = format!("{:.1}", tenth as f64 / 10.0);
        text(&mut svg, x, bottom + 16.0, "middle", TICK, &label);
    }
    for count in [0.0, most] {
        let label = format!("{count:.0}");
        text(&mut svg, left - 6.0, y(count) + 4.0, "end", TICK, &label);
    }
    let _ = write!(
        svg,
        "<path class=\"edge\" d=\"M{left} {0}H{right}\"/><path class=\"axis\" d=\"M{left} {top}V{bottom}H{right}\"/></svg>\n\
         <figcaption>Randomised probability integral transform by tenths. Where the simulation is calibrated bars lie about the \
         dashed line, 95 % of them within the pale band. High at the right: more were hurt than simulated; high at both ends: \
         intervals too narrow; high in the middle: too wide.</figcaption></figure>\n",
        px(y(even)),
    );
    svg
}

fn coverage(page: &mut String, scored: &Hindcast) {
    let mut table = Table::new(
        "Coverage by site and munition",
        "Share of raids whose casualties lie within the simulated interval, with exact 95 % intervals (Clopper and Pearson): \
         few raids show little.",
        &[
            Column::Header("Raids"),
            Column::Number("How many"),
            Column::Number("Within the 50 %"),
            Column::Number("Within the 90 %"),
            Column::Number("Mean PIT"),
        ],
    );
    for line in &scored.calibration {
        let class = if line.by == "all" { "chosen" } else { "" };
        table.row_of_class(
            class,
            vec![
                escape(&line.of),
                line.within_50.of.to_string(),
                cover(&line.within_50),
                cover(&line.within_90),
                format!("{:.2}", line.mean_pit),
            ],
        );
    }
    table.write(page, "No raid was simulated.");
}

/// Every raid: reported casualties beside the simulated 50 and 90 %, on a scale that lets 0 be seen.
fn raids(raids: &[RaidLine]) -> String {
    let shown = raids.len().min(RAIDS_MAX);
    let (left, right, step) = (330.0, 960.0, 20.0);
    let bottom = 14.0 + step * shown as f64;
    let most = raids
        .iter()
        .flat_map(|line| [line.interval_90[1], f64::from(line.observed)])
        .fold(10.0, f64::max);
    let x = |count: f64| left + (right - left) * libm::log1p(count.max(0.0)) / libm::log1p(most);
    let mut svg = format!(
        "<figure class=\"site-chart\"><h3>Raid by raid</h3>\n<svg viewBox=\"0 0 980 {}\" role=\"img\" aria-label=\"Reported and \
         simulated casualties of every raid\">",
        px(bottom + 26.0)
    );
    for tick in [0.0, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0] {
        if tick <= most {
            let _ = write!(
                svg,
                "<path class=\"grid\" d=\"M{0} 4V{1}\"/>",
                px(x(tick)),
                px(bottom)
            );
            let label = format!("{tick:.0}");
            text(&mut svg, x(tick), bottom + 16.0, "middle", TICK, &label);
        }
    }
    for (row, line) in raids.iter().take(shown).enumerate() {
        let y = 16.0 + step * row as f64;
        let name = super::text::clip(&line.incident, 44);
        text(&mut svg, left - 12.0, y + 4.0, "end", LABEL, &name);
        let bar = |bounds: [f64; 2], tall: f64, class: &str| {
            let (low, high) = (x(bounds[0]), x(bounds[1]));
            format!(
                "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{tall}\"/>",
                px(low),
                px(y - 0.5 * tall),
                px((high - low).max(1.5))
            )
        };
        svg.push_str(&bar(line.interval_90, 10.0, "bar-soft"));
        svg.push_str(&bar(line.interval_50, 6.0, "bar"));
        let _ = write!(
            svg,
            "<circle class=\"first\" cx=\"{}\" cy=\"{}\" r=\"4.5\"/>",
            px(x(f64::from(line.observed))),
            px(y)
        );
    }
    let _ = write!(
        svg,
        "</svg>\n<figcaption>Dot: killed and wounded as reported. Dark: simulated 50 %. Pale: simulated 90 %. The scale is \
         logarithmic from 1 on.{}</figcaption></figure>\n",
        match raids.len() - shown {
            0 => String::new(),
            more => format!(" {more} more raids are in the JSON document."),
        }
    );
    svg
}

fn notes(scored: &Hindcast) -> Vec<String> {
    let mut notes = vec![
        "Each report is simulated as that raid: its site, munition, rounds and warning, with the systems and people that the \
         theatre says are there on its date, which may not be those of then."
            .to_owned(),
    ];
    for anchor in &scored.anchors {
        notes.push(format!(
            "{} {}: with casualties {} (simulated {:.0}–{:.0}), killed {} ({:.0}–{:.0}), wounded {} ({:.0}–{:.0}).",
            anchor.raids,
            anchor.of,
            anchor.with_casualties,
            anchor.with_casualties_90[0],
            anchor.with_casualties_90[1],
            anchor.killed,
            anchor.killed_90[0],
            anchor.killed_90[1],
            anchor.wounded,
            anchor.wounded_90[0],
            anchor.wounded_90[1],
        ));
    }
    notes
}
