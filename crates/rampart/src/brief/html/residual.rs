//! What the plan leaves: residual risk, site by site and in all.

use super::Names;
use super::table::{Column, Table};
use super::text::{chance, chances, escape, interval};
use crate::brief::{Brief, Loss, ResidualRisk, SiteLine};
use std::collections::BTreeMap;

const COLUMNS: [Column; 10] = [
    Column::Header("Site"),
    Column::Number("Own people"),
    Column::Number("today"),
    Column::Number("plan"),
    Column::Number("killed"),
    Column::Number("wounded"),
    Column::Number("killed"),
    Column::Number("wounded"),
    Column::Number("anybody killed"),
    Column::Number("ten or more casualties"),
];

const GROUPS: &str = "<tr class=\"groups\"><td colspan=\"2\"></td>\
    <th scope=\"colgroup\" colspan=\"2\">Loss from attacks</th>\
    <th scope=\"colgroup\" colspan=\"2\">Own, with the plan</th>\
    <th scope=\"colgroup\" colspan=\"2\">Host nation, with the plan</th>\
    <th scope=\"colgroup\" colspan=\"2\">Chance, with the plan</th></tr>\n";

/// The table, greatest residual loss first.
pub fn table<'a>(page: &mut String, brief: &'a Brief, names: &Names<'a>) {
    let mut table = Table::new(
        "Residual risk",
        "What the plan leaves over the horizon, as mean (90 % interval), greatest first. Ten or more casualties: in one raid.",
        &COLUMNS,
    );
    table.groups(GROUPS);
    table.dense();
    let residual: BTreeMap<&str, &ResidualRisk> = brief
        .residual
        .iter()
        .map(|line| (line.site.as_str(), line))
        .collect();
    for site in by_loss_after(&brief.document.sites) {
        table.row(row(site, residual.get(site.id.as_str()).copied(), names));
    }
    if !brief.document.sites.is_empty() {
        table.foot(total(brief));
    }
    table.write(page, "There are no sites.");
}

/// Sites, greatest residual loss first.
fn by_loss_after(sites: &[SiteLine]) -> Vec<&SiteLine> {
    let mut sorted: Vec<&SiteLine> = sites.iter().collect();
    sorted.sort_by(|one, other| {
        let greatest_first = other.loss_after.mean.total_cmp(&one.loss_after.mean);
        greatest_first.then_with(|| other.loss_before.mean.total_cmp(&one.loss_before.mean))
    });
    sorted
}

fn row<'a>(site: &'a SiteLine, risk: Option<&ResidualRisk>, names: &Names<'a>) -> Vec<String> {
    let mut cells = vec![
        names.both(&site.id),
        people(
            site.people_before.into(),
            site.people_after.into(),
            site.open,
        ),
        interval(&site.loss_before),
        interval(&site.loss_after),
    ];
    match risk {
        Some(risk) => cells.extend([
            interval(&risk.killed),
            interval(&risk.wounded),
            interval(&risk.killed_partner),
            interval(&risk.wounded_partner),
            chances(&risk.p_any_killed),
            chances(&risk.p_ten_casualties),
        ]),
        None => cells.extend(["–"; 6].map(String::from)),
    }
    cells
}

fn total(brief: &Brief) -> Vec<String> {
    let sum = |pick: fn(&SiteLine) -> u32| {
        brief
            .document
            .sites
            .iter()
            .map(|site| u64::from(pick(site)))
            .sum()
    };
    let (before, after): (&Loss, &Loss) = (&brief.document.loss.before, &brief.document.loss.after);
    vec![
        "In all, movement and upkeep included".into(),
        people(
            sum(|site| site.people_before),
            sum(|site| site.people_after),
            true,
        ),
        interval(&before.loss),
        interval(&after.loss),
        interval(&after.killed),
        interval(&after.wounded),
        interval(&after.killed_partner),
        interval(&after.wounded_partner),
        escape(&chance(after.p_any_killed)),
        escape(&chance(after.p_ten_casualties)),
    ]
}

fn people(before: u64, after: u64, open: bool) -> String {
    match (open, before == after) {
        (false, _) => format!("<span class=\"nowrap\">{before} → {after}</span> closes"),
        (true, true) => after.to_string(),
        (true, false) => format!("<span class=\"nowrap\">{before} → {after}</span>"),
    }
}
