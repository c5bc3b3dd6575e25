//! The page of a study of one raid: loadouts side by side, where rounds fall, what they may do.

mod charts;

use super::table::{Column, Table};
use super::text::escape;
use super::{head_with, lines};
use crate::brief::words::{between, number, percent};
use crate::raids::{CountLine, Document, LoadoutLine, Rings, Row, Subject, WarningBy};
use crate::statistics::Mean;
use std::fmt::Write;

/// The page: a whole HTML document. It holds nothing that differs from run to run.
#[must_use]
pub fn page(subject: &Subject<'_>, document: &Document, rows: &[Row], rings: &Rings) -> String {
    let mut page = String::new();
    let site = &subject.theatre.sites[subject.site];
    let munition = &subject.theatre.catalogue.munitions[subject.class];
    head_with(
        &mut page,
        "A raid",
        &site.name,
        "light dark",
        include_str!("raids/style.css"),
    );
    let _ = writeln!(
        page,
        "<header>\n<h1>A raid on <bdi>{}</bdi></h1>\n<p class=\"whose\">{}</p>\n<p class=\"basis\">{}</p>\n</header>\n<main>",
        escape(&site.name),
        escape(&munition.name),
        escape(&basis(subject, document)),
    );
    headline(&mut page, subject, document);
    table(&mut page, subject, document);
    page.push_str("<div class=\"pair raid-pair\">\n");
    page.push_str(&charts::map(rings, subject, document));
    page.push_str(&charts::distances(rings, subject, document));
    page.push_str("</div>\n");
    page.push_str(&charts::casualties(subject, rows));
    page.push_str(&charts::warnings(subject, rows));
    differences(&mut page, subject, document);
    stand_ins(&mut page, subject, document);
    page.push_str(&charts::unknowns(document, subject));
    lines(&mut page, "How to read this", &notes(document), "");
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn basis(subject: &Subject<'_>, document: &Document) -> String {
    let [own, partner] = document.people;
    format!(
        "{} round{} in one raid{}{}; {own} own people and {partner} partners within {:.0} m; {} raids simulated under {} draws of \
         what is not known, seed {}. {}.",
        document.rounds,
        if document.rounds == 1 { "" } else { "s" },
        if document.rounds_given {
            ""
        } else {
            ", a typical salvo of the class by the log"
        },
        document.at_hour(),
        subject.theatre.sites[subject.site].populated_radius_m,
        document.replications,
        document
            .replications
            .div_ceil(document.replications_per_group.max(1)),
        document.seed,
        document.warning_by.sentence(),
    )
}

fn headline(page: &mut String, subject: &Subject<'_>, document: &Document) {
    let (Some(first), best) = (document.loadouts.first(), document.best()) else {
        return;
    };
    let of = |line: &LoadoutLine| {
        format!(
            "{} killed ({}–{}) and {} wounded ({}–{})",
            number(line.killed.mean),
            number(line.killed.low),
            number(line.killed.high),
            number(line.wounded.mean),
            number(line.wounded.low),
            number(line.wounded.high),
        )
    };
    let _ = write!(
        page,
        "<div class=\"headline\"><p class=\"sentence\">With {} a raid has on average {}.</p>",
        escape(&subject.loadouts[0].name),
        escape(&of(first)),
    );
    if let Some(line) = document.loadouts.get(best).filter(|_| best != 0) {
        let _ = write!(
            page,
            "<p class=\"doing\">Of the loadouts compared, {} leaves the fewest casualties: {}.</p>",
            escape(&subject.loadouts[best].name),
            escape(&of(line)),
        );
    }
    if let Some(share) = first.unknown_share {
        let _ = write!(
            page,
            "<p class=\"doing\">Of the spread from raid to raid, {} ({:.0}–{:.0} %) is what is not known; the rest is chance, \
             which no better knowledge takes away.</p>",
            escape(&percent(share.mean)),
            100.0 * share.low,
            100.0 * share.high,
        );
    }
    page.push_str("</div>\n");
}

fn bounds(mean: &Mean) -> String {
    format!(
        "{} <span class=\"i\">({})</span>",
        number(mean.mean),
        between(mean.low, mean.high)
    )
}

fn count(line: &CountLine) -> String {
    format!(
        "{} <span class=\"i\">({}–{})</span> <span class=\"i\">{:.0} / {:.0} / {:.0}</span>",
        number(line.mean),
        number(line.low),
        number(line.high),
        line.p50,
        line.p90,
        line.p99
    )
}

fn table(page: &mut String, subject: &Subject<'_>, document: &Document) {
    let mut columns = vec![
        Column::Header("Loadout"),
        Column::Number("Leakage"),
        Column::Number("Killed"),
        Column::Number("Wounded"),
        Column::Number("Warning, s"),
        Column::Number("Warned"),
        Column::Number("Not known"),
    ];
    let tail = format!("P(≥ {})", subject.tail.unwrap_or(0));
    if subject.tail.is_some() {
        columns.push(Column::Number("Many hurt"));
    }
    let mut caption = "Mean with its 95 % interval; below it what half, nine in ten and ninety-nine in a hundred raids do \
         not pass. Of the raids that would hit the populated area: the share that is warned of, and \
         the warning of those, below it what a tenth, half and nine tenths of them do not pass."
        .to_owned();
    if subject.tail.is_some() {
        let _ = write!(
            caption,
            " Many hurt: {tail}, the chance of so many casualties in one raid."
        );
    }
    let mut table = Table::new("Loadouts", &caption, &columns);
    table.dense();
    let best = document.best();
    for (index, (loadout, line)) in subject.loadouts.iter().zip(&document.loadouts).enumerate() {
        let mut cells = cells(&loadout.name, line);
        if let Some(tail) = &line.tail {
            cells.push(format!(
                "{:.2e} <span class=\"i\">({:.2e}–{:.2e})</span>",
                tail.mean, tail.low, tail.high
            ));
        }
        table.row_of_class(if index == best { "chosen" } else { "" }, cells);
    }
    table.write(page, "No loadout was compared.");
}

fn cells(name: &str, line: &LoadoutLine) -> Vec<String> {
    vec![
        format!(
            "{}{}",
            escape(name),
            if line.stands {
                " <span class=\"id\">stands today</span>"
            } else {
                ""
            }
        ),
        line.leakage.as_ref().map_or_else(|| "–".into(), bounds),
        count(&line.killed),
        count(&line.wounded),
        line.warning_s.map_or_else(
            || "none".into(),
            |warning| {
                format!(
                    "{:.1} <span class=\"i\">({:.1}–{:.1})</span> <span class=\"i\">{:.1} / {:.1} / {:.1}</span>",
                    warning.mean, warning.low, warning.high, warning.p10, warning.p50, warning.p90
                )
            },
        ),
        line.warned
            .map_or_else(|| "–".into(), |share| escape(&percent(share.mean))),
        line.unknown_share
            .as_ref()
            .map_or_else(|| "–".into(), |share| escape(&percent(share.mean))),
    ]
}

fn differences(page: &mut String, subject: &Subject<'_>, document: &Document) {
    let Some(first) = subject
        .loadouts
        .first()
        .filter(|_| document.loadouts.len() > 1)
    else {
        return;
    };
    let caption = format!(
        "Killed and wounded, less those with {}, on the same raids. Times sharper: by how much the variance of the \
         difference is less than if the two had met raids of their own, and the most that any pairing of raids could make it.",
        first.name
    );
    let mut table = Table::new(
        "What each loadout changes",
        &caption,
        &[
            Column::Header("Loadout"),
            Column::Number("Casualties a raid"),
            Column::Number("Times sharper"),
        ],
    );
    for (loadout, line) in subject.loadouts.iter().zip(&document.loadouts) {
        if let Some(difference) = &line.difference {
            table.row(vec![
                escape(&loadout.name),
                bounds(&difference.casualties),
                match (
                    difference.variance_reduction,
                    difference.variance_reduction_most,
                ) {
                    (None, _) => "never differ".into(),
                    (Some(times), None) => number(times),
                    (Some(times), Some(most)) => format!(
                        "{} <span class=\"i\">of {}</span>",
                        number(times),
                        number(most)
                    ),
                },
            ]);
        }
    }
    table.write(page, "Nothing is compared.");
}

/// How far the stand-in lies from the closed loop, where that warns.
fn stand_ins(page: &mut String, subject: &Subject<'_>, document: &Document) {
    if document.warning_by == WarningBy::StandIn {
        return;
    }
    let mut table = Table::new(
        "The stand-in beside the closed loop",
        "What the fast law of warning, which larger studies use, says of the same raids, less what the live tracker and \
         warner say. Earlier: over raids that would hit and that both warn of.",
        &[
            Column::Header("Loadout"),
            Column::Number("Warns earlier by, s"),
            Column::Number("Warns of more that would hit, %"),
            Column::Number("Of more that would not, %"),
            Column::Number("Casualties a raid"),
        ],
    );
    for (loadout, line) in subject.loadouts.iter().zip(&document.loadouts) {
        let Some(beside) = &line.stand_in else {
            continue;
        };
        let percents = |share: Option<Mean>| {
            share.map_or_else(|| "–".into(), |share| bounds(&in_hundred(share)))
        };
        table.row(vec![
            escape(&loadout.name),
            beside.earlier_s.as_ref().map_or_else(|| "–".into(), bounds),
            percents(beside.warned_more),
            percents(beside.needless_more),
            bounds(&beside.casualties),
        ]);
    }
    table.write(page, "Nothing is compared.");
}

fn in_hundred(share: Mean) -> Mean {
    Mean {
        mean: 100.0 * share.mean,
        low: 100.0 * share.low,
        high: 100.0 * share.high,
    }
}

fn notes(document: &Document) -> Vec<String> {
    let mut notes = vec![
        "Intervals of means hold 95 %, over what is not known and over chance together; they are taken over draws of what \
         is not known, and corrected for skewness. Quantiles are over single raids as they may happen."
            .to_owned(),
        "Every loadout meets the same raids. Leakage is the share of the rounds that would have burst on the populated \
         area that did."
            .into(),
        "The map keeps how far from the middle each round falls, and nothing else: every dot has a bearing of its own, drawn \
         evenly, so that it shows no direction of fire."
            .into(),
        "What the model leaves out is in the pages of the project; figures marked assumed in the catalogue are guesses with \
         wide intervals."
            .into(),
    ];
    if document.warning_by == WarningBy::ClosedLoop && document.unknowns.is_some() {
        notes.push("Which unknown matters most is told by the stand-in.".into());
    }
    if let Some(precision) = document.precision {
        notes.push(format!(
            "Precision of {} % asked for: {}.",
            number(100.0 * precision.wanted),
            if precision.reached {
                "reached by every loadout".to_owned()
            } else {
                format!(
                    "not reached within {} replications, the most of a study",
                    precision.replications_max
                )
            }
        ));
    }
    notes
}
