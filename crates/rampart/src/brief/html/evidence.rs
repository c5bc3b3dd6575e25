//! The pages behind the first: what the plan was weighed against.

use super::Names;
use super::table::{Column, Table};
use super::text::{chance, escape, interval, systems};
use crate::brief::{Document, HalfLifeLine, Units, UnmetRequest, words};
use std::collections::BTreeMap;

/// The critical asset list.
pub fn critical_assets<'a>(page: &mut String, document: &'a Document, names: &Names<'a>) {
    let standing: BTreeMap<&str, &Units> = document
        .sites
        .iter()
        .map(|site| (site.id.as_str(), &site.systems))
        .collect();
    let mut table = Table::new(
        "Critical asset list",
        "Ranked by threat × vulnerability. Criticality is in people-equivalents: own people, partners by weight, and what \
         cannot be moved. Threat is attacks expected over the horizon; vulnerability is the loss expected from one \
         attack with today’s laydown.",
        &[
            Column::Number("#"),
            Column::Header("Site"),
            Column::Number("Criticality"),
            Column::Number("Threat"),
            Column::Number("Vulnerability"),
            Column::Words("Proposed there"),
        ],
    );
    for line in &document.critical_assets {
        let there = standing
            .get(line.site.as_str())
            .filter(|units| !units.is_empty());
        table.row(vec![
            line.rank.to_string(),
            names.both(&line.site),
            words::number(line.criticality),
            interval(&line.threat),
            interval(&line.vulnerability),
            there.map_or_else(|| "nothing".into(), |units| systems(units)),
        ]);
    }
    table.write(
        page,
        "No site is critical: nobody is stationed where an attack is expected.",
    );
}

/// Critical, not defended, and why.
pub fn accepted_risks<'a>(page: &mut String, document: &'a Document, names: &Names<'a>) {
    let mut table = Table::new(
        "Accepted risks",
        "Critical sites that the plan leaves undefended. Whoever approves the plan accepts these.",
        &[
            Column::Header("Site"),
            Column::Number("Loss left"),
            Column::Words("Why it is accepted"),
        ],
    );
    for line in &document.accepted_risks {
        table.row(vec![
            names.both(&line.site),
            interval(&line.loss),
            escape(&line.why),
        ]);
    }
    table.write(page, "No critical site is left undefended.");
}

/// What one more of each system would buy.
pub fn unmet_requests<'a>(page: &mut String, document: &'a Document, names: &Names<'a>) {
    let mut table = Table::new(
        "Unmet requests",
        "What one more of each system would buy, and where it would stand.",
        &[
            Column::Header("System"),
            Column::Words("Would stand at"),
            Column::Number("Loss averted by one more"),
        ],
    );
    for line in &document.unmet_requests {
        let site = if line.site == UnmetRequest::NOWHERE {
            "nowhere: it would change nothing".into()
        } else {
            names.name(&line.site)
        };
        table.row(vec![
            escape(&line.system),
            site,
            interval(&line.loss_averted_by_one_more),
        ]);
    }
    table.write(
        page,
        "No system would avert more if there were one more of it.",
    );
}

/// Other ways, compared.
pub fn courses_of_action(page: &mut String, document: &Document) {
    let mut table = Table::new(
        "Courses of action",
        "All on the same draws, so that differences are differences of plan and not of luck.",
        &[
            Column::Header("Course"),
            Column::Words("In a sentence"),
            Column::Number("Expected loss"),
            Column::Number("People moved"),
            Column::Words("Systems standing"),
        ],
    );
    for line in &document.courses_of_action {
        let (class, mark) = if line.chosen {
            ("chosen", " <span class=\"tag\">✓ proposed</span>")
        } else {
            ("", "")
        };
        table.row_of_class(
            class,
            vec![
                format!("{}{mark}", escape(&line.name)),
                escape(&line.summary),
                interval(&line.loss),
                line.people_moved.to_string(),
                systems(&line.systems),
            ],
        );
    }
    table.write(page, "No other course was weighed.");
}

/// How far the forecast remembers, and whether the plan would change with it.
pub fn half_lives(page: &mut String, lines: &[HalfLifeLine]) {
    let mut table = Table::new(
        "How fast the log is forgotten",
        "The forecast mixes several half-lives by how well each foretold the log. If one of them is right, this is what \
         would change.",
        &[
            Column::Header("Half-life"),
            Column::Number("Weight"),
            Column::Words("What would change in the plan"),
        ],
    );
    for line in lines {
        let days = match line.days {
            Some(days) if days.fract() == 0.0 => format!("{days:.0} days"),
            Some(days) => format!("{} days", words::number(days)),
            None => "nothing is forgotten".into(),
        };
        let changes = if line.changes.is_empty() {
            "nothing".into()
        } else {
            escape(&line.changes.join("; "))
        };
        table.row(vec![days, escape(&chance(line.weight)), changes]);
    }
    table.write(page, "No half-lives were compared.");
}
