//! A study of one raid on the terminal.

use crate::brief::words::{between, number, percent};
use crate::diagnose::{shown, wrapped};
use crate::raids::{CountLine, Document, LoadoutLine, Subject, UnknownLine, WarningBy};
use crate::statistics::Mean;
use std::fmt::Write;

/// Unknowns listed.
const UNKNOWNS_MAX: usize = 10;

/// The study, for a reader.
pub fn text(subject: &Subject<'_>, document: &Document) -> String {
    let mut out = title(subject, document);
    table(&mut out, subject, document);
    differences(&mut out, subject, document);
    stand_ins(&mut out, subject, document);
    tails(&mut out, subject, document);
    if let Some(unknowns) = &document.unknowns {
        unknown(&mut out, subject, document, unknowns);
    }
    out.push('\n');
    out.push_str(&wrapped(
        "Means with 95 % intervals, which hold what is not known and chance together; quantiles are over single raids as they \
         may happen. Leakage: share of the rounds that would have burst on the populated area that did. Warning: seconds from \
         the siren to the first fall, and the share that is warned, of raids that would hit. \"Not known\": share of the spread of casualties from raid \
         to raid that better knowledge could take away; the rest is chance.",
    ));
    out.push('\n');
    out
}

fn title(subject: &Subject<'_>, document: &Document) -> String {
    let site = &subject.theatre.sites[subject.site];
    let precision = document.precision.map_or_else(String::new, |precision| {
        let reached = match (precision.reached, document.stopped) {
            (true, _) => "reached",
            (false, true) => "not reached: stopped",
            (false, false) => "NOT reached: the most replications of a study",
        };
        format!(
            " Precision of {} {reached}.",
            percent_fine(precision.wanted)
        )
    });
    format!(
        "RAID – {} ({}): {} of {}{}, {} people, {} raids by {} draws of what is not known, seed {}, {} raids a second. {}.{}{}\n\n",
        shown(&site.name),
        shown(&site.id),
        rounds(document),
        shown(&document.munition),
        document.at_hour(),
        u64::from(document.people[0]) + u64::from(document.people[1]),
        document.replications,
        document
            .replications
            .div_ceil(document.replications_per_group.max(1)),
        document.seed,
        number(document.replications_per_second),
        document.warning_by.sentence(),
        precision,
        if document.stopped {
            " STOPPED before its end."
        } else {
            ""
        },
    )
}

fn rounds(document: &Document) -> String {
    let plural = if document.rounds == 1 { "" } else { "s" };
    let typical = if document.rounds_given {
        ""
    } else {
        " (a typical salvo of the class by the log)"
    };
    format!("{} round{plural}{typical}", document.rounds)
}

fn percent_fine(share: f64) -> String {
    format!("{} %", number(100.0 * share))
}

fn bounds(mean: &Mean) -> String {
    format!("{} ({})", number(mean.mean), between(mean.low, mean.high))
}

fn count(line: &CountLine) -> String {
    format!("{} ({})", number(line.mean), between(line.low, line.high))
}

fn quantiles(line: &CountLine) -> String {
    format!("{:.0}/{:.0}/{:.0}", line.p50, line.p90, line.p99)
}

fn warning(line: &LoadoutLine) -> String {
    line.warning_s.map_or_else(
        || "none".into(),
        |warning| {
            let mean = format!(
                "{:.1} ({:.1}–{:.1})",
                warning.mean, warning.low, warning.high
            );
            format!(
                "{mean} {:.1}/{:.1}/{:.1}",
                warning.p10, warning.p50, warning.p90
            )
        },
    )
}

fn table(out: &mut String, subject: &Subject<'_>, document: &Document) {
    let width = widest(subject);
    let _ = writeln!(
        out,
        "{:<width$} {:>18} {:>22} {:>10} {:>22} {:>10} {:>32} {:>7} {:>13}",
        "loadout",
        "leakage",
        "killed",
        "50/90/99 %",
        "wounded",
        "50/90/99 %",
        "warning, s 10/50/90 %",
        "warned",
        "not known",
    );
    for (loadout, line) in subject.loadouts.iter().zip(&document.loadouts) {
        let _ = writeln!(
            out,
            "{:<width$} {:>18} {:>22} {:>10} {:>22} {:>10} {:>32} {:>7} {:>13}{}",
            shown(&loadout.name),
            line.leakage.as_ref().map_or_else(|| "–".into(), bounds),
            count(&line.killed),
            quantiles(&line.killed),
            count(&line.wounded),
            quantiles(&line.wounded),
            warning(line),
            line.warned
                .map_or_else(|| "–".into(), |share| percent(share.mean)),
            line.unknown_share.as_ref().map_or_else(
                || "–".into(),
                |share| {
                    format!(
                        "{} ({:.0}–{:.0})",
                        percent(share.mean),
                        100.0 * share.low,
                        100.0 * share.high
                    )
                }
            ),
            if line.stands { "  stands today" } else { "" },
        );
    }
}

fn widest(subject: &Subject<'_>) -> usize {
    let names = subject.loadouts.iter();
    names
        .map(|loadout| loadout.name.chars().count())
        .max()
        .unwrap_or(0)
        .max(12)
}

fn differences(out: &mut String, subject: &Subject<'_>, document: &Document) {
    let Some(first) = subject
        .loadouts
        .first()
        .filter(|_| document.loadouts.len() > 1)
    else {
        return;
    };
    let width = widest(subject);
    let _ = writeln!(
        out,
        "\nCasualties a raid, less those with {}, on the same raids:",
        shown(&first.name)
    );
    for (loadout, line) in subject.loadouts.iter().zip(&document.loadouts) {
        let Some(difference) = &line.difference else {
            continue;
        };
        let fewer = difference.variance_reduction.map_or_else(
            || "never differ".to_owned(),
            |times| {
                let most = difference.variance_reduction_most;
                format!(
                    "variance {} times less than on raids of their own{}",
                    number(times),
                    most.map_or_else(String::new, |most| format!(", of {} at most", number(most)))
                )
            },
        );
        let _ = writeln!(
            out,
            "{:<width$} {:>26}  {fewer}",
            shown(&loadout.name),
            bounds(&difference.casualties),
        );
    }
}

/// How far the stand-in lies from the closed loop, for loadouts with a radar.
fn stand_ins(out: &mut String, subject: &Subject<'_>, document: &Document) {
    if document.warning_by == WarningBy::StandIn {
        return;
    }
    let width = widest(subject);
    let _ = writeln!(
        out,
        "\nThe stand-in less the closed loop, on the same raids:\n{:<width$} {:>26} {:>27} {:>27} {:>26}",
        "loadout",
        "warns earlier by, s",
        "of more that would hit, %",
        "of more that would not, %",
        "casualties a raid",
    );
    for (loadout, line) in subject.loadouts.iter().zip(&document.loadouts) {
        let Some(beside) = &line.stand_in else {
            continue;
        };
        let percents =
            |share: Option<Mean>| share.map_or_else(|| "–".into(), |share| signed(&share, 100.0));
        let _ = writeln!(
            out,
            "{:<width$} {:>26} {:>27} {:>27} {:>26}",
            shown(&loadout.name),
            beside
                .earlier_s
                .map_or_else(|| "–".into(), |mean| signed(&mean, 1.0)),
            percents(beside.warned_more),
            percents(beside.needless_more),
            bounds(&beside.casualties),
        );
    }
}

fn signed(mean: &Mean, times: f64) -> String {
    let [middle, low, high] = [mean.mean, mean.low, mean.high].map(|value| times * value);
    format!("{middle:+.2} ({low:+.2} to {high:+.2})")
}

fn tails(out: &mut String, subject: &Subject<'_>, document: &Document) {
    let Some(least) = subject.tail else { return };
    let width = widest(subject);
    let _ = writeln!(out, "\nChance of at least {least} casualties in one raid:");
    for (loadout, line) in subject.loadouts.iter().zip(&document.loadouts) {
        let Some(tail) = &line.tail else { continue };
        let fewer = tail.times_fewer.map_or_else(String::new, |times| {
            format!("  {} times fewer raids than counting needs", number(times))
        });
        let _ = writeln!(
            out,
            "{:<width$} {:>34}{fewer}",
            shown(&loadout.name),
            format!("{:.3e} ({:.3e}–{:.3e})", tail.mean, tail.low, tail.high),
        );
    }
}

fn unknown(out: &mut String, subject: &Subject<'_>, document: &Document, unknowns: &[UnknownLine]) {
    let first = subject
        .loadouts
        .first()
        .map_or("", |first| first.name.as_str());
    if unknowns.is_empty() {
        let _ = writeln!(
            out,
            "\nWhat is not known makes no difference that could be told."
        );
        return;
    }
    let _ = writeln!(
        out,
        "\nWhat the casualties expected of a raid depend on, with {}: share of their variance over what is not known{}",
        shown(first),
        match document.warning_by {
            WarningBy::StandIn => "",
            WarningBy::ClosedLoop => ", by the stand-in",
        },
    );
    let _ = writeln!(
        out,
        "{:<44} {:>20} {:>24}",
        "unknown", "by itself", "with all it acts on"
    );
    for line in unknowns.iter().take(UNKNOWNS_MAX) {
        let _ = writeln!(
            out,
            "{:<44} {:>20} {:>24}",
            shown(&line.name),
            bounds(&line.first),
            bounds(&line.total)
        );
    }
    let more = unknowns.len().saturating_sub(UNKNOWNS_MAX);
    if more > 0 {
        let _ = writeln!(out, "and {more} more that matter less");
    }
}
