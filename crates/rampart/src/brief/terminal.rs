//! The brief for a terminal: at most two screens, legible without colour.

use super::words::{list, number, percent, range, units};
use super::{Brief, Document, Loss, UnmetRequest, reasons};
use crate::diagnose::{plain as shown_whole, shown};
use std::fmt::Write;

/// Lines of a list that are shown; the rest are in the page and in `plan.json`.
const LINES_MAX: usize = 5;
/// Limits that are shown.
const LIMITS_MAX: usize = 3;
/// Lines of the defended asset list that are shown.
const DEFENDED_MAX: usize = 10;
/// Columns of the brief.
const WIDTH: usize = 100;

/// The brief as text.
#[must_use]
pub fn text(brief: &Brief) -> String {
    let document = &brief.document;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "PROPOSED DEFENDED ASSET LIST – {}",
        shown(&document.theatre)
    );
    let _ = writeln!(
        out,
        "As of {}, for {} days, seed {}. The tool proposes; the commander approves.\n",
        document.as_of, document.horizon_days, document.seed
    );
    for line in reasons::conditions(document) {
        paragraph(&mut out, &shown_whole(&line));
        out.push('\n');
    }
    losses(&mut out, document);
    defended(&mut out, document);
    moves(&mut out, document);
    critical(&mut out, document);
    residual(&mut out, brief);
    accepted(&mut out, document);
    limits(&mut out, document);
    courses(&mut out, document);
    answers(&mut out, document);
    notes(&mut out, brief);
    out
}

fn losses(out: &mut String, document: &Document) {
    let (before, after) = (&document.loss.before, &document.loss.after);
    let mut table = Table::new(&["Expected, with 90 % bounds", "today", "with the plan"]);
    let mut row = |name: &str, part: &dyn Fn(&Loss) -> String| {
        table.row([name.to_owned(), part(before), part(after)]);
    };
    row("loss", &|loss| range(&loss.loss));
    row("own killed", &|loss| range(&loss.killed));
    row("own wounded", &|loss| range(&loss.wounded));
    row("partners killed", &|loss| range(&loss.killed_partner));
    row("partners wounded", &|loss| range(&loss.wounded_partner));
    row("loss that may happen", &|loss| {
        format!(
            "{}–{}",
            number(loss.realised_low),
            number(loss.realised_high)
        )
    });
    row("chance that anybody is killed", &|loss| {
        percent(loss.p_any_killed)
    });
    row("chance of ten hurt in one raid", &|loss| {
        percent(loss.p_ten_casualties)
    });
    let over = format!(
        "chance of a site losing over {}",
        number(document.site_loss)
    );
    row(&over, &|loss| percent(loss.p_site_loss.mean));
    table.write(out);
    let proof = &document.proof;
    let line = format!(
        "Proof ({}), as if the plan stood from day 1, on the draws that chose it: {}, none less than {}; \
         gap {:.0e}, {}.",
        document.objective,
        number(proof.value),
        number(proof.bound),
        proof.gap,
        proof.status.replace('_', " ")
    );
    paragraph(out, &line);
    out.push('\n');
}

fn defended(out: &mut String, document: &Document) {
    let _ = writeln!(out, "DEFEND (lines of one rank cannot be told apart)");
    if document.defended_assets.is_empty() {
        let _ = writeln!(out, "  No system stands or is sent anywhere.\n");
        return;
    }
    let mut table = Table::new(&["", "site", "systems", "day", "averts", "survives", "why"]);
    for line in document.defended_assets.iter().take(DEFENDED_MAX) {
        table.row([
            line.rank.to_string(),
            line.site.clone(),
            units(&line.systems),
            line.from_day.to_string(),
            range(&line.loss_averted),
            percent(line.survives),
            line.reason.clone(),
        ]);
    }
    table.write(out);
    more(out, document.defended_assets.len(), DEFENDED_MAX);
}

fn moves(out: &mut String, document: &Document) {
    let moved: u64 = document
        .moves
        .iter()
        .map(|line| u64::from(line.people))
        .sum();
    if moved == 0 {
        let _ = writeln!(out, "MOVE nobody.");
    } else {
        let _ = writeln!(out, "MOVE {moved} people, the most exposed first");
        let mut table = Table::new(&["from", "to", "people", "days", "why"]);
        for line in document.moves.iter().take(LINES_MAX) {
            table.row([
                line.from.clone(),
                line.to.clone(),
                line.people.to_string(),
                format!("{}–{}", line.first_day, line.last_day),
                line.reason.clone(),
            ]);
        }
        table.write(out);
        more_lines(out, document.moves.len(), LINES_MAX);
    }
    let closed: Vec<String> = document
        .sites
        .iter()
        .filter(|site| !site.open && site.people_before > 0)
        .map(|site| site.id.clone())
        .collect();
    let failing: Vec<String> = document
        .missions
        .iter()
        .filter(|mission| !mission.met)
        .map(|mission| shown(&mission.id))
        .collect();
    let closing = if closed.is_empty() {
        "no site".into()
    } else {
        list(&closed)
    };
    let holding = if failing.is_empty() {
        format!("all {} missions hold", document.missions.len())
    } else {
        format!("missions not met: {}", list(&failing))
    };
    paragraph(out, &format!("It closes {closing}; {holding}."));
    out.push('\n');
}

fn critical(out: &mut String, document: &Document) {
    let _ = writeln!(out, "CRITICAL ASSETS, by expected loss today");
    let mut table = Table::new(&[
        "",
        "site",
        "criticality",
        "attacks expected",
        "loss of one attack",
    ]);
    for line in document.critical_assets.iter().take(LINES_MAX) {
        table.row([
            line.rank.to_string(),
            line.site.clone(),
            number(line.criticality),
            range(&line.threat),
            range(&line.vulnerability),
        ]);
    }
    table.write(out);
    more(out, document.critical_assets.len(), LINES_MAX);
}

fn residual(out: &mut String, brief: &Brief) {
    let _ = writeln!(out, "RESIDUAL RISK, with the plan");
    let mut table = Table::new(&[
        "site",
        "own killed",
        "own wounded",
        "partners killed",
        "any killed",
        "ten in a raid",
    ]);
    let mut sites: Vec<_> = brief.residual.iter().zip(&brief.document.sites).collect();
    sites.sort_by(|a, b| b.1.loss_after.mean.total_cmp(&a.1.loss_after.mean));
    for (risk, _) in sites.iter().take(LINES_MAX) {
        table.row([
            risk.site.clone(),
            range(&risk.killed),
            range(&risk.wounded),
            range(&risk.killed_partner),
            percent(risk.p_any_killed.mean),
            percent(risk.p_ten_casualties.mean),
        ]);
    }
    table.write(out);
    more(out, sites.len(), LINES_MAX);
}

fn accepted(out: &mut String, document: &Document) {
    let _ = writeln!(out, "ACCEPTED RISKS (critical, not defended)");
    if document.accepted_risks.is_empty() {
        let _ = writeln!(out, "  Every site that matters is defended or empty.");
    }
    let mut table = Table::new(&["site", "loss left", "why"]);
    for line in document.accepted_risks.iter().take(LINES_MAX) {
        table.row([line.site.clone(), range(&line.loss), line.why.clone()]);
    }
    table.write(out);
    let requests: Vec<String> = document
        .unmet_requests
        .iter()
        .map(|line| {
            let place = if line.site == UnmetRequest::NOWHERE {
                "nowhere useful".into()
            } else {
                format!("at {}", line.site)
            };
            if line.loss_averted_by_one_more.mean <= 0.0 {
                return format!("{}, nothing to be told from chance", line.system);
            }
            format!(
                "{} {place}, {}",
                line.system,
                range(&line.loss_averted_by_one_more)
            )
        })
        .collect();
    if !requests.is_empty() {
        paragraph(
            out,
            &format!(
                "UNMET REQUESTS, what one more would avert from day 1: {}.",
                requests.join("; ")
            ),
        );
    }
    out.push('\n');
}

fn courses(out: &mut String, document: &Document) {
    let _ = writeln!(out, "COURSES OF ACTION");
    let mut table = Table::new(&["", "course", "loss", "people moved", "systems"]);
    for line in &document.courses_of_action {
        table.row([
            if line.chosen {
                "*".into()
            } else {
                String::new()
            },
            line.name.clone(),
            range(&line.loss),
            line.people_moved.to_string(),
            units(&line.systems),
        ]);
    }
    table.write(out);
    out.push('\n');
}

fn limits(out: &mut String, document: &Document) {
    // What one more of a system is worth is among the unmet requests.
    let mut limits = reasons::limits(document);
    limits.retain(|line| !line.starts_with("stock."));
    let robustness = reasons::robustness(document);
    if limits.is_empty() && robustness.is_empty() {
        return;
    }
    let _ = writeln!(out, "WHAT HOLDS THE PLAN");
    for line in limits.iter().take(LIMITS_MAX) {
        item(out, &shown_whole(line));
    }
    more_lines(out, limits.len(), LIMITS_MAX);
    for line in &robustness {
        item(out, &shown_whole(line));
    }
    out.push('\n');
}

fn answers(out: &mut String, document: &Document) {
    let answers = reasons::answers(document);
    if answers.is_empty() {
        return;
    }
    let _ = writeln!(out, "ANSWERS TO WHAT WAS ASKED");
    for line in &answers {
        item(out, &shown_whole(line));
    }
    out.push('\n');
}

fn notes(out: &mut String, brief: &Brief) {
    let _ = writeln!(out, "BEFORE YOU BELIEVE IT");
    for line in &brief.caveats {
        item(out, line);
    }
    let _ = writeln!(out, "HOW THE NUMBERS WERE MADE");
    for line in &brief.method {
        item(out, line);
    }
}

fn more(out: &mut String, lines: usize, shown: usize) {
    more_lines(out, lines, shown);
    out.push('\n');
}

fn more_lines(out: &mut String, lines: usize, shown: usize) {
    if lines > shown {
        let _ = writeln!(out, "  and {} more in plan.json", lines - shown);
    }
}

fn item(out: &mut String, text: &str) {
    wrap(out, text, "- ", "  ");
}

fn paragraph(out: &mut String, text: &str) {
    wrap(out, text, "", "");
}

fn wrap(out: &mut String, text: &str, first: &str, rest: &str) {
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && columns(&line) + 1 + columns(word) > WIDTH {
            let _ = writeln!(out, "{line}");
            line = rest.to_owned();
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    let _ = writeln!(out, "{line}");
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

/// A table whose last column runs on, wrapped under itself.
struct Table<const N: usize> {
    head: [String; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    fn new(head: &[&str; N]) -> Self {
        Self {
            head: head.map(str::to_owned),
            rows: Vec::new(),
        }
    }

    fn row(&mut self, row: [String; N]) {
        self.rows.push(row);
    }

    fn write(&self, out: &mut String) {
        if self.rows.is_empty() {
            return;
        }
        let mut widths = [0; N];
        for row in std::iter::once(&self.head).chain(&self.rows) {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = columns(cell).max(*width);
            }
        }
        for row in std::iter::once(&self.head).chain(&self.rows) {
            let mut line = String::from(" ");
            for (cell, &width) in row.iter().zip(&widths).take(N.saturating_sub(1)) {
                let _ = write!(line, " {cell}{}", " ".repeat(width - columns(cell) + 1));
            }
            let indent = " ".repeat(columns(&line) + 1);
            let last = row.last().map_or("", String::as_str);
            wrap(out, last, &format!("{line} "), &indent);
        }
    }
}
