//! Drawings of a raid: where its rounds fall, whom they hurt, how early they are told.

use crate::brief::html::charts::text;
use crate::brief::html::text::{escape, px};
use crate::brief::words::{number, percent};
use crate::raids::{Document, RINGS, Rings, Row, Subject, of_option};
use std::f64::consts::PI;
use std::fmt::Write;

/// Small charts of one kind.
const PANELS_MAX: usize = 12;
/// Unknowns drawn.
const UNKNOWNS_MAX: usize = 12;
/// Classes of casualties: from, to, and what they are called.
const CLASSES: [(u32, u32, &str); 7] = [
    (0, 0, "0"),
    (1, 1, "1"),
    (2, 4, "2–4"),
    (5, 9, "5–9"),
    (10, 19, "10–19"),
    (20, 49, "20–49"),
    (50, u32::MAX, "50+"),
];
/// Bars of a chart of warning times.
const BARS: usize = 20;
const LABEL: &str = "font-size=\"13\"";
const MARK: &str = "font-size=\"12\" class=\"mark\"";
const TICK: &str = "font-size=\"11\" class=\"soft\"";

/// Where rounds fall: dots of some, and how densely all of them fall, as shaded rings.
pub fn map(rings: &Rings, subject: &Subject<'_>, document: &Document) -> String {
    let radius_m = subject.theatre.sites[subject.site].populated_radius_m;
    let (middle, unit) = (210.0, 66.0);
    let mut svg = String::from(
        "<figure><h3>Where rounds fall</h3>\n<svg viewBox=\"0 0 420 420\" role=\"img\" aria-label=\"Rounds around the middle of \
         the base\">",
    );
    shade(&mut svg, rings, middle, unit);
    for ([east, north], bursts) in &rings.dots {
        let _ = write!(
            svg,
            "<circle class=\"{}\" cx=\"{}\" cy=\"{}\" r=\"1.5\"/>",
            if *bursts { "dot" } else { "stopped" },
            px(middle + unit * east),
            px(middle - unit * north),
        );
    }
    let _ = write!(svg, "<path class=\"edge\" d=\"{}\"/>", circle(middle, unit));
    for radii in 1..=3_u8 {
        let away = f64::from(radii);
        if radii > 1 {
            let _ = write!(
                svg,
                "<path class=\"grid\" d=\"{}\"/>",
                circle(middle, unit * away)
            );
        }
        let label = format!("{:.0} m", radius_m * away);
        text(
            &mut svg,
            middle,
            middle - unit * away - 3.0,
            "middle",
            MARK,
            &label,
        );
    }
    let _ = write!(
        svg,
        "</svg>\n<figcaption>The dashed circle holds the people. Shade: rounds a unit of area, of {} raids. Dots: {} of the rounds; \
         hollow where {} stops them, the loadout with the fewest casualties. Distances are as they fell, bearings are drawn evenly: no direction of fire is kept.{}\
         </figcaption></figure>\n",
        rings.raids,
        rings.dots.len(),
        escape(
            subject
                .loadouts
                .get(document.best())
                .map_or("", |best| &best.name)
        ),
        if rings.beyond > 0.0 {
            format!(
                " Beyond the drawing: {} rounds a raid.",
                number(rings.beyond)
            )
        } else {
            String::new()
        },
    );
    svg
}

/// Rings as dark as rounds are dense.
fn shade(svg: &mut String, rings: &Rings, middle: f64, unit: f64) {
    let density = |ring: usize| {
        let edge = |ring: usize| (ring as f64 * 0.1).powi(2);
        rings.incoming[ring] / (PI * (edge(ring + 1) - edge(ring)))
    };
    // The innermost rings are small and noisy; the scale is that of the densest with some area.
    let most = (2..RINGS).map(density).fold(1e-12, f64::max);
    for ring in (0..RINGS).rev() {
        let outer = unit * 0.1 * (ring + 1) as f64;
        let inner = unit * 0.1 * ring as f64;
        let shade = 0.6 * (density(ring) / most).clamp(0.0, 1.0);
        if shade > 0.0 {
            let _ = write!(
                svg,
                "<path class=\"ring\" fill-rule=\"evenodd\" fill-opacity=\"{shade:.3}\" d=\"{}{}\"/>",
                circle(middle, outer),
                circle(middle, inner)
            );
        }
    }
}

fn circle(middle: f64, radius: f64) -> String {
    format!(
        "M{0} {1}a{2} {2} 0 1 0 {3} 0a{2} {2} 0 1 0 -{3} 0Z",
        px(middle - radius),
        px(middle),
        px(radius),
        px(2.0 * radius)
    )
}

/// Rounds a raid by distance: incoming, and those that burst under the first loadout and the best.
pub fn distances(rings: &Rings, subject: &Subject<'_>, document: &Document) -> String {
    let (left, right, top, bottom) = (46.0, 410.0, 20.0, 300.0);
    let radius_m = subject.theatre.sites[subject.site].populated_radius_m;
    let most = rings.incoming.iter().copied().fold(1e-9, f64::max);
    let x = |ring: usize| left + (right - left) * ring as f64 / RINGS as f64;
    let y = |count: f64| bottom - (bottom - top) * count / (1.08 * most);
    let mut svg = String::from(
        "<figure><h3>How far from the middle</h3>\n<svg viewBox=\"0 0 420 340\" role=\"img\" aria-label=\"Rounds by distance from \
         the middle of the base\">",
    );
    for step in 0..=3_usize {
        let place = x(step * RINGS / 3);
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{0} {top}V{bottom}\"/>",
            px(place)
        );
        let label = format!("{:.0} m", radius_m * step as f64);
        text(&mut svg, place, bottom + 16.0, "middle", TICK, &label);
    }
    for part in [0.0, 0.5, 1.0] {
        let label = number(part * most);
        text(
            &mut svg,
            left - 6.0,
            y(part * most) + 4.0,
            "end",
            TICK,
            &label,
        );
    }
    let line = |counts: &[f64; RINGS]| {
        let mut path = format!("M{} {}", px(left), px(y(counts[0])));
        for (ring, &count) in counts.iter().enumerate() {
            let _ = write!(path, "V{}H{}", px(y(count)), px(x(ring + 1)));
        }
        path
    };
    let best = document.best();
    let mut draw = |class: &str, counts: &[f64; RINGS]| {
        let _ = write!(svg, "<path class=\"{class}\" d=\"{}\"/>", line(counts));
    };
    draw("line-in", &rings.incoming);
    let shown = [("line-first", 0), ("line-best", best)];
    for (class, loadout) in shown {
        if let Some(counts) = rings.bursting.get(loadout) {
            draw(class, counts);
        }
    }
    let _ = write!(
        svg,
        "<path class=\"axis\" d=\"M{left} {top}V{bottom}H{right}\"/></svg>\n<figcaption>Rounds a raid in each tenth of the populated \
         radius. Dotted: incoming. Dashed: burst with {}. Full: burst with {}. The populated area ends at {radius_m:.0} m.\
         </figcaption></figure>\n",
        escape(subject.loadouts.first().map_or("", |first| &first.name)),
        escape(subject.loadouts.get(best).map_or("", |best| &best.name)),
    );
    svg
}

/// The first loadout of each part that this raid meets: others hurt exactly as it does.
fn distinct<'a>(subject: &'a Subject<'_>) -> impl Iterator<Item = (usize, &'a str)> {
    let loadouts = subject.loadouts.iter().enumerate();
    loadouts
        .filter(|(index, loadout)| {
            let before = subject.loadouts.iter().take(*index);
            before
                .filter(|other| other.option == loadout.option)
                .count()
                == 0
        })
        .map(|(_, loadout)| (loadout.option, loadout.name.as_str()))
        .take(PANELS_MAX)
}

/// Opens a small chart with its title and axis.
fn panel(page: &mut String, name: &str, of: &str) {
    let _ = write!(
        page,
        "<figure><svg viewBox=\"0 0 336 170\" role=\"img\" aria-label=\"{of} with {}\">",
        escape(name)
    );
    text(page, 4.0, 15.0, "start", LABEL, name);
}

fn bars(page: &mut String, shares: &[f64], labels: impl Fn(usize) -> Option<String>, told: bool) {
    let (left, right, bottom, height) = (8.0, 328.0, 146.0, 104.0);
    let width = (right - left) / shares.len().max(1) as f64;
    let most = shares.iter().copied().fold(1e-9, f64::max);
    for (index, &share) in shares.iter().enumerate() {
        let (x, tall) = (left + width * index as f64, height * share / most);
        let _ = write!(
            page,
            "<rect class=\"bar\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
            px(x + 1.5),
            px(bottom - tall),
            px(width - 3.0),
            px(tall)
        );
        let middle = x + 0.5 * width;
        if told && share > 0.0 {
            let y = bottom - tall - 4.0;
            text(page, middle, y, "middle", TICK, &percent(share));
        }
        if let Some(label) = labels(index) {
            text(page, middle, bottom + 15.0, "middle", TICK, &label);
        }
    }
    let _ = writeln!(
        page,
        "<path class=\"axis\" d=\"M{left} {bottom}H{right}\"/></svg></figure>"
    );
}

/// Shares of raids by how many they hurt.
pub fn casualties(subject: &Subject<'_>, rows: &[Row]) -> String {
    let mut page = String::from(
        "<h3>Killed and wounded in one raid</h3>\n<p class=\"note\">Share of raids by how many people they hurt. Loadouts that \
         this raid does not tell apart are shown once.</p>\n<div class=\"multiples\">\n",
    );
    for (option, name) in distinct(subject) {
        let (mut counts, mut all) = ([0_u32; CLASSES.len()], 0_u32);
        for row in of_option(subject, rows, option) {
            let hurt = row.killed.saturating_add(row.wounded);
            let class = CLASSES
                .iter()
                .position(|(from, to, _)| (*from..=*to).contains(&hurt));
            counts[class.unwrap_or(0)] += 1;
            all += 1;
        }
        let shares = counts.map(|count| f64::from(count) / f64::from(all.max(1)));
        panel(&mut page, name, "Casualties");
        bars(
            &mut page,
            &shares,
            |class| Some(CLASSES[class].2.to_owned()),
            true,
        );
    }
    page.push_str("</div>\n");
    page
}

/// Shares of warned raids by how long people have.
pub fn warnings(subject: &Subject<'_>, rows: &[Row]) -> String {
    let times = |option: usize| of_option(subject, rows, option).filter_map(Row::warning_of_hits_s);
    let all = || distinct(subject).flat_map(|(option, _)| times(option));
    let (low, high) = (
        all().fold(f64::INFINITY, f64::min).floor(),
        all().fold(f64::NEG_INFINITY, f64::max).ceil(),
    );
    if low > high {
        return "<h3>Warning</h3>\n<p class=\"empty\">No loadout warns of this raid.</p>\n".into();
    }
    let width_s = ((high - low) / BARS as f64).max(0.1);
    let mut page = String::from(
        "<h3>Warning</h3>\n<p class=\"note\">Seconds from the siren to the first fall, over raids that would hit and are warned of; left of 0 \
         the siren is late.</p>\n<div class=\"multiples\">\n",
    );
    for (option, name) in distinct(subject) {
        let (mut counts, mut all) = ([0_u32; BARS], 0_u32);
        for time_s in times(option) {
            let bar = ((time_s - low) / width_s) as usize;
            counts[bar.min(BARS - 1)] += 1;
            all += 1;
        }
        if all == 0 {
            continue;
        }
        let shares = counts.map(|count| f64::from(count) / f64::from(all));
        panel(&mut page, name, "Warning");
        let label = |bar: usize| {
            let from_s = low + width_s * bar as f64;
            bar.is_multiple_of(4).then(|| format!("{from_s:.0}"))
        };
        bars(&mut page, &shares, label, false);
    }
    page.push_str("</div>\n");
    page
}

/// What the risk depends on: total indices as bars, first-order ones within them.
pub fn unknowns(document: &Document, subject: &Subject<'_>) -> String {
    let Some(unknowns) = document.unknowns.as_ref().filter(|list| !list.is_empty()) else {
        return String::new();
    };
    let shown = unknowns.len().min(UNKNOWNS_MAX);
    let bottom = 12.0 + 24.0 * shown as f64;
    let (left, right) = (300.0, 900.0);
    let most = unknowns
        .iter()
        .map(|line| line.total.high)
        .fold(0.1, f64::max)
        .min(1.2);
    let x = |share: f64| left + (right - left) * (share / most).clamp(0.0, 1.0);
    let mut svg = format!(
        "<figure class=\"together\"><h3>Which unknown matters most</h3>\n<svg viewBox=\"0 0 940 {}\" role=\"img\" \
         aria-label=\"Share of the risk's variance by unknown\">",
        px(bottom + 26.0)
    );
    for tick in [0.0, 0.2, 0.4, 0.6, 0.8, 1.0] {
        if tick <= most {
            let _ = write!(
                svg,
                "<path class=\"grid\" d=\"M{0} 4V{1}\"/>",
                px(x(tick)),
                px(bottom)
            );
            text(
                &mut svg,
                x(tick),
                bottom + 16.0,
                "middle",
                TICK,
                &percent(tick),
            );
        }
    }
    for (row, line) in unknowns.iter().take(shown).enumerate() {
        let y = 20.0 + 24.0 * row as f64;
        text(&mut svg, left - 10.0, y + 4.0, "end", LABEL, &line.name);
        let _ = write!(
            svg,
            "<rect class=\"bar-soft\" x=\"{left}\" y=\"{0}\" width=\"{1}\" height=\"14\"/><rect class=\"bar\" x=\"{left}\" y=\"{2}\" \
             width=\"{3}\" height=\"6\"/><path class=\"whisker\" d=\"M{4} {5}H{6}\"/>",
            px(y - 7.0),
            px(x(line.total.mean) - left),
            px(y - 3.0),
            px(x(line.first.mean) - left),
            px(x(line.total.low)),
            px(y),
            px(x(line.total.high)),
        );
    }
    let _ = write!(
        svg,
        "</svg>\n<figcaption>Share of the variance, over what is not known, of the casualties expected of a raid with {}. Pale: with \
         all that the unknown acts on (total index), with its 95 % interval. Dark: by itself (first-order index). Those that \
         matter most; {} more matter less.</figcaption></figure>\n",
        escape(subject.loadouts.first().map_or("", |first| &first.name)),
        unknowns.len() - shown,
    );
    svg
}
