//! The first page: what is proposed, and what it is worth.

use super::table::{Column, Table};
use super::text::{chance, count, escape, interval, systems};
use super::{Names, charts};
use crate::brief::{Document, Loss, Range, SiteLine, reasons, words};
use std::fmt::Write;

/// Title, whose decision it is, and what the numbers stand on.
pub fn title(page: &mut String, document: &Document) {
    let _ = writeln!(
        page,
        "<header>\n<h1><span class=\"proposed\">Proposed</span> defended asset list — <bdi>{}</bdi></h1>\n\
         <p class=\"whose\">The tool proposes; the commander approves.</p>\n\
         <p class=\"basis\">As of <b>{}</b> · horizon <b>{}</b> · seed <b>{}</b></p>",
        escape(&document.theatre),
        escape(&document.as_of),
        count(document.horizon_days.into(), "day", "days"),
        document.seed,
    );
    for line in reasons::conditions(document) {
        let _ = writeln!(page, "<p class=\"basis\"><b>{}</b></p>", escape(&line));
    }
    page.push_str("</header>\n");
}

/// What is lost today and with the plan, and how good the plan is proven to be.
pub fn headline(page: &mut String, document: &Document) {
    page.push_str("<div class=\"headline\">\n");
    let _ = writeln!(page, "<p class=\"sentence\">{}</p>", sentence(document));
    let _ = writeln!(page, "<p class=\"doing\">{}</p>", doing(document));
    page.push_str("<div class=\"pair\">\n");
    page.push_str(&charts::headline(&document.loss));
    people(page, document);
    page.push_str("</div>\n");
    let _ = writeln!(
        page,
        "<p class=\"proof\"><b>Proof.</b> {}</p>\n</div>",
        proof(document)
    );
}

fn sentence(document: &Document) -> String {
    let (before, after) = (&document.loss.before.loss, &document.loss.after.loss);
    let mut text = format!(
        "Expected loss over {}: <b>{}</b> {} with today’s laydown, <b>{}</b> {} with the plan",
        count(document.horizon_days.into(), "day", "days"),
        words::number(before.mean),
        bounds(before),
        words::number(after.mean),
        bounds(after),
    );
    let saved = (before.mean - after.mean) / before.mean;
    if before.mean > 0.0 && saved >= 0.005 {
        let _ = write!(text, " — <b>{}</b> less", chance(saved));
    } else if before.mean > 0.0 && saved <= -0.005 {
        let _ = write!(text, " — <b>{:.0} %</b> more", -100.0 * saved);
    }
    text.push('.');
    text
}

fn bounds(range: &Range) -> String {
    format!(
        "<span class=\"i\">({}–{})</span>",
        words::number(range.low),
        words::number(range.high)
    )
}

/// The plan in a line.
fn doing(document: &Document) -> String {
    let units: u64 = document
        .defended_assets
        .iter()
        .flat_map(|line| line.systems.values())
        .map(|&n| u64::from(n))
        .sum();
    let people: u64 = document
        .moves
        .iter()
        .map(|line| u64::from(line.people))
        .sum();
    let closing = document.sites.iter().filter(|site| closes(site)).count() as u64;
    let held = document
        .missions
        .iter()
        .filter(|mission| mission.met)
        .count();
    let moving = match people {
        0 => "nobody moves".into(),
        people => format!(
            "{} {}",
            count(people, "person", "people"),
            if people == 1 { "moves" } else { "move" }
        ),
    };
    let closing = match closing {
        0 => "no site closes".into(),
        1 => "1 site closes".into(),
        many => format!("{many} sites close"),
    };
    let mut text = format!(
        "{} at {}; {moving}; {closing}",
        count(units, "system stands", "systems stand"),
        count(document.defended_assets.len() as u64, "site", "sites"),
    );
    if !document.missions.is_empty() {
        let _ = write!(
            text,
            "; {held} of {} held",
            count(document.missions.len() as u64, "mission", "missions")
        );
    }
    text.push('.');
    text
}

fn closes(site: &SiteLine) -> bool {
    !site.open
}

fn people(page: &mut String, document: &Document) {
    let (before, after) = (&document.loss.before, &document.loss.after);
    let over = format!(
        "Chance that a site loses more than {}",
        words::number(document.site_loss)
    );
    let interval_of = |pick: fn(&Loss) -> Range| (interval(&pick(before)), interval(&pick(after)));
    let chance_of =
        |pick: fn(&Loss) -> f64| (escape(&chance(pick(before))), escape(&chance(pick(after))));
    let rows = [
        ("Own people killed", interval_of(|loss| loss.killed)),
        ("Own people wounded", interval_of(|loss| loss.wounded)),
        (
            "Host-nation people killed",
            interval_of(|loss| loss.killed_partner),
        ),
        (
            "Host-nation people wounded",
            interval_of(|loss| loss.wounded_partner),
        ),
        (
            "Chance that anybody is killed",
            chance_of(|loss| loss.p_any_killed),
        ),
        (
            "Chance of 10 or more casualties in a raid",
            chance_of(|loss| loss.p_ten_casualties),
        ),
        (over.as_str(), chance_of(|loss| loss.p_site_loss.mean)),
    ];
    page.push_str(
        "<table class=\"people\">\n<caption>Expected casualties, mean (90 % interval)</caption>\n\
         <thead><tr><th scope=\"col\"></th><th scope=\"col\" class=\"n\">Today</th>\
         <th scope=\"col\" class=\"n\">With the plan</th></tr></thead>\n<tbody>\n",
    );
    for (head, (today, planned)) in rows {
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\">{head}</th><td class=\"n\">{today}</td><td class=\"n\"><b>{planned}</b></td></tr>"
        );
    }
    page.push_str("</tbody></table>\n");
}

fn proof(document: &Document) -> String {
    let proof = &document.proof;
    let ending = match proof.status.as_str() {
        "optimal" => "It is proven best.".into(),
        "gap_limit" => "The search stopped within the gap that was asked for.".into(),
        "time_limit" => {
            "The search stopped when its time ran out; a better plan may exist within the gap."
                .into()
        }
        other => format!("The search ended with “{}”.", escape(other)),
    };
    let gap = if proof.gap.is_finite() {
        format!("{} %", words::number(100.0 * proof.gap))
    } else {
        "not known".into()
    };
    let objective = match document.objective.as_str() {
        "" | "expected" => String::new(),
        other => format!(" by {}", escape(other)),
    };
    format!(
        "Counting the final laydown from the first day, the plan loses {}{objective}; no plan loses less than {} (gap {gap}). {ending}",
        words::number(proof.value),
        words::number(proof.bound),
    )
}

/// The defended asset list.
pub fn defended_assets<'a>(page: &mut String, document: &'a Document, names: &Names<'a>) {
    let mut table = Table::new(
        "Proposed defended asset list",
        "Ranked by loss averted; lines that cannot be told apart share a rank. “Survives” is the share of draws of what \
         is not known in which the best plan still puts these systems here.",
        &[
            Column::Number("#"),
            Column::Header("Site"),
            Column::Words("Systems"),
            Column::Number("From day"),
            Column::Number("Loss averted"),
            Column::Number("Survives"),
            Column::Words("Why"),
        ],
    );
    for line in &document.defended_assets {
        table.row(vec![
            line.rank.to_string(),
            names.both(&line.site),
            systems(&line.systems),
            line.from_day.to_string(),
            interval(&line.loss_averted),
            escape(&chance(line.survives)),
            escape(&line.reason),
        ]);
    }
    table.write(
        page,
        "No site is defended: no system that may be sent averts any loss.",
    );
}

/// Who moves.
pub fn moves<'a>(page: &mut String, document: &'a Document, names: &Names<'a>) {
    let mut table = Table::new(
        "Moves",
        "Own people who change sites, and the days on which they travel.",
        &[
            Column::Header("From"),
            Column::Words("To"),
            Column::Number("People"),
            Column::Number("Days"),
            Column::Words("Why"),
        ],
    );
    for line in &document.moves {
        let days = if line.first_day == line.last_day {
            line.first_day.to_string()
        } else {
            format!("{}–{}", line.first_day, line.last_day)
        };
        table.row(vec![
            names.name(&line.from),
            names.name(&line.to),
            line.people.to_string(),
            days,
            escape(&line.reason),
        ]);
    }
    table.write(page, "Nobody moves.");
}

/// Whether each mission holds, and which sites close.
pub fn missions<'a>(page: &mut String, document: &'a Document, names: &Names<'a>) {
    let mut table = Table::new(
        "Missions and sites that close",
        "A mission holds while enough people serve it.",
        &[
            Column::Header("Mission"),
            Column::Number("People needed"),
            Column::Number("People after"),
            Column::Words("Held"),
        ],
    );
    for line in &document.missions {
        let short = line.required.saturating_sub(line.people_after);
        let (class, held) = match (line.met, short) {
            (true, _) => ("", "✓ held".into()),
            (false, 0) => ("bad", "✗ not held".into()),
            (false, short) => ("bad", format!("✗ not held: {short} short")),
        };
        table.row_of_class(
            class,
            vec![
                escape(&line.id),
                line.required.to_string(),
                line.people_after.to_string(),
                held,
            ],
        );
    }
    table.write(page, "No missions are stated.");
    let closing: Vec<String> = document
        .sites
        .iter()
        .filter(|site| closes(site))
        .take(super::table::ROWS_MAX)
        .map(|site| {
            format!(
                "{} ({})",
                names.name(&site.id),
                count(site.people_before.into(), "person", "people")
            )
        })
        .collect();
    let _ = if closing.is_empty() {
        writeln!(page, "<p class=\"empty\">No site closes.</p>")
    } else {
        let ones = if closing.len() == 1 {
            "This site closes"
        } else {
            "These sites close"
        };
        writeln!(
            page,
            "<p class=\"closing\"><b>{ones}:</b> {}.</p>",
            words::list(&closing)
        )
    };
}
