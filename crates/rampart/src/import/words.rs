//! What an import did, for a reader.

use super::log::Added;
use super::{Import, Settings};
use crate::diagnose::shown;
use std::collections::BTreeMap;
use std::fmt::Write;
use theatre::Theatre;

/// The whole account: counts, each attack, and each row that gives none with its reason.
#[must_use]
pub fn account(
    file: &str,
    import: &Import,
    added: &Added,
    theatre: &Theatre,
    settings: Settings,
) -> String {
    let mut out = format!(
        "IMPORT – {}, {}: {} → {}; {} dropped.\n",
        shown(file),
        import.data_set.name(),
        counted(import.rows, "row"),
        counted(import.attacks.len(), "attack"),
        import.dropped.len(),
    );
    let after = import
        .attacks
        .iter()
        .filter(|attack| attack.date > theatre.as_of)
        .count();
    let unstated = import.attacks.iter().filter(|a| !a.rounds_stated).count();
    let mut notes = import.notes.clone();
    if after > 0 {
        let as_of = theatre.as_of;
        notes.push(format!(
            "after {as_of}, so that the plan does not know of them: {after}"
        ));
    }
    if unstated > 0 {
        notes.push(format!(
            "without stated rounds, for which the range of the rules stands: {unstated}"
        ));
    }
    if settings.casualties == super::Casualties::Left {
        let hurt = |count: Option<u32>| count.is_some_and(|count| count > 0);
        let left = import
            .attacks
            .iter()
            .filter(|attack| hurt(attack.event.killed) || hurt(attack.event.wounded))
            .count();
        if left > 0 {
            notes.push(format!(
                "with casualties of all sides, which go into the notes alone unless --casualties says whose they are: {left}"
            ));
        }
    }
    for note in notes {
        let _ = writeln!(out, "note: {}", shown_long(&note));
    }
    attacks(&mut out, import, theatre);
    dropped(&mut out, import);
    standing(&mut out, added);
    let _ = writeln!(
        out,
        "\n{} new, {} known already.",
        counted(added.new, "report"),
        added.known + added.changed.len()
    );
    out
}

fn attacks(out: &mut String, import: &Import, theatre: &Theatre) {
    if import.attacks.is_empty() {
        return;
    }
    let site_of = |site: usize| theatre.sites.get(site).map_or("", |site| site.id.as_str());
    let mut cells: BTreeMap<(&str, &str), (usize, f64)> = BTreeMap::new();
    for attack in &import.attacks {
        let near = attack.near.0;
        let key = (site_of(near.site), attack.munition.as_str());
        let cell = cells.entry(key).or_default();
        *cell = (cell.0 + 1, cell.1.max(near.distance_m));
    }
    let _ = writeln!(
        out,
        "\n{:<20} {:<18} {:>7} {:>12}",
        "site", "munition", "attacks", "farthest km"
    );
    for ((site, munition), (count, farthest_m)) in cells {
        let km = farthest_m / 1_000.0;
        let (site, munition) = (shown(site), shown(munition));
        let _ = writeln!(out, "{site:<20} {munition:<18} {count:>7} {km:>12.1}");
    }
    let _ = writeln!(
        out,
        "\n{:>6} {:<14} {:<10} {:<20} {:>5} {:<18} {:>7} rule",
        "line", "event", "date", "site", "km", "munition", "rounds"
    );
    for attack in &import.attacks {
        let (near, next) = attack.near;
        let mut remark = String::new();
        if attack.event.days.count() > 1 {
            let _ = write!(remark, "; day within {}", attack.event.days.count());
        }
        if let Some(next) = next {
            let km = next.distance_m / 1_000.0;
            let _ = write!(remark, "; {} is {km:.1} km away", site_of(next.site));
        }
        let rounds = match (attack.rounds_stated, attack.rounds) {
            (false, _) => "?".to_owned(),
            (true, (low, high)) if low == high => low.to_string(),
            (true, (low, high)) => format!("{low}–{high}"),
        };
        let _ = writeln!(
            out,
            "{:>6} {:<14} {:<10} {:<20} {:>5.1} {:<18} {:>7} {}{remark}",
            attack.event.line,
            shown(&attack.event.id),
            attack.date,
            site_of(near.site),
            near.distance_m / 1_000.0,
            attack.munition,
            rounds,
            attack.rule,
        );
    }
}

fn dropped(out: &mut String, import: &Import) {
    if import.dropped.is_empty() {
        return;
    }
    let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &import.dropped {
        *groups.entry(&row.group).or_default() += 1;
    }
    let mut groups: Vec<(&str, usize)> = groups.into_iter().collect();
    groups.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    out.push_str("\nDropped, by reason:\n");
    for (group, count) in groups {
        let _ = writeln!(out, "{count:>6} {}", shown_long(group));
    }
    out.push_str("\nDropped, each:\n");
    for row in &import.dropped {
        let id = match row.id.as_str() {
            "" => "no id".to_owned(),
            id => shown(id),
        };
        let _ = writeln!(
            out,
            "  line {} ({id}): {}",
            row.line,
            shown_long(&row.reason)
        );
    }
}

/// Reports that stand in the log already and are not alike.
fn standing(out: &mut String, added: &Added) {
    if !added.changed.is_empty() {
        out.push_str("\nIn the log already, and left as they are:\n");
        for (id, changes) in &added.changed {
            let _ = writeln!(out, "  {}: {}", shown(id), shown_long(changes));
        }
    }
    if !added.corrected.is_empty() {
        out.push_str("\nNot added, as the log corrects their event already:\n");
        for (id, by) in &added.corrected {
            let _ = writeln!(out, "  {}: see {}", shown(id), shown(by));
        }
    }
}

fn shown_long(text: &str) -> String {
    crate::diagnose::plain(text)
}

fn counted(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}
