//! The lists of the brief, read off what was decided.

use super::Decided;
use super::courses::Courses;
use super::{limits, robust};
use crate::brief::reasons::LimitLine;
use crate::brief::words::{self, number, percent};
use crate::brief::{
    AcceptedRisk, CriticalAsset, DefendedAsset, MissionLine, MoveLine, PlaceLine, Range, SiteLine,
};
use crate::evaluate;
use theatre::{Estimate, Role};

/// Share of the loss that is left below which an undefended site is not listed as an accepted risk.
const ACCEPTED_SHARE: f64 = 0.01;

fn site_loss(tolls: &[crate::evaluate::Toll], site: usize) -> Vec<f64> {
    tolls.iter().map(|toll| toll.site_loss[site]).collect()
}

pub(super) fn critical_assets(decided: &Decided<'_>) -> Vec<CriticalAsset> {
    let theatre = decided.theatre;
    let mut assets: Vec<(f64, CriticalAsset)> = (0..theatre.sites.len())
        .filter_map(|index| {
            let site = &theatre.sites[index];
            let criticality = f64::from(site.people) + site.fixed_people(theatre.loss.partner);
            let attacks: Vec<f64> = decided
                .evaluator
                .draws
                .iter()
                .map(|draw| draw.attacks[index])
                .collect();
            let losses = site_loss(decided.before, index);
            let each: Vec<f64> = losses
                .iter()
                .zip(&attacks)
                .map(|(loss, attacks)| if *attacks > 0.0 { loss / attacks } else { 0.0 })
                .collect();
            let asset = CriticalAsset {
                rank: 0,
                site: site.id.clone(),
                criticality,
                threat: Estimate::of(&attacks).into(),
                vulnerability: Estimate::of(&each).into(),
            };
            (criticality > 0.0).then(|| (Estimate::of(&losses).mean, asset))
        })
        .collect();
    assets.sort_by(|a, b| b.0.total_cmp(&a.0));
    (1..)
        .zip(assets)
        .map(|(rank, (_, asset))| CriticalAsset { rank, ..asset })
        .collect()
}

pub(super) fn defended_assets(
    decided: &Decided<'_>,
    courses: &Courses,
    held_by: &[LimitLine],
) -> Vec<DefendedAsset> {
    let after = decided.losses_after();
    let mut lines: Vec<(Vec<f64>, DefendedAsset)> = Vec::new();
    for (index, plan) in decided.solved.plan.sites.iter().enumerate() {
        let systems = decided.units(plan.loadout);
        if systems.is_empty() {
            continue;
        }
        let bare = decided.schedule.with_loadout(index, 0);
        let without = decided.evaluator.tolls(&bare);
        let losses: Vec<f64> = without.iter().map(|toll| toll.loss).collect();
        let averted: Vec<f64> = losses.iter().zip(&after).map(|(l, a)| l - a).collect();
        let kept = courses.draws.iter();
        let kept = kept.filter(|draw| robust::survives(decided, draw, index));
        let survives = kept.count() as f64 / courses.draws.len().max(1) as f64;
        lines.push((
            averted.clone(),
            DefendedAsset {
                rank: 0,
                site: decided.theatre.sites[index].id.clone(),
                systems,
                from_day: decided.schedule.from_day[index],
                loss_averted: evaluate::difference(&losses, &after).into(),
                survives,
                reason: reason(decided, index, &without),
                limits: limits::of_units(decided, held_by, plan.loadout),
            },
        ));
    }
    lines.sort_by(|a, b| b.1.loss_averted.mean.total_cmp(&a.1.loss_averted.mean));
    rank(lines)
}

/// Lines share a rank with the first of those that they cannot be told apart from: the 90 % of the
/// draws of their difference hold zero.
fn rank(lines: Vec<(Vec<f64>, DefendedAsset)>) -> Vec<DefendedAsset> {
    let mut ranked: Vec<DefendedAsset> = Vec::with_capacity(lines.len());
    let mut leader: (u32, Vec<f64>) = (1, Vec::new());
    for (place, (averted, line)) in (1..).zip(lines) {
        let apart = evaluate::difference(&leader.1, &averted);
        if place == 1 || apart.low > 0.0 {
            leader = (place, averted);
        }
        ranked.push(DefendedAsset {
            rank: leader.0,
            ..line
        });
    }
    ranked
}

/// Why systems stand at a site: what they avert there and what they cover elsewhere.
fn reason(decided: &Decided<'_>, index: usize, without: &[crate::evaluate::Toll]) -> String {
    let theatre = decided.theatre;
    let mean = |values: Vec<f64>| Estimate::of(&values).mean;
    let (bare, left) = (
        mean(site_loss(without, index)),
        mean(site_loss(decided.after, index)),
    );
    let share = if bare > 0.0 { 1.0 - left / bare } else { 0.0 };
    let mut reason = format!("averts {} here", percent(share));
    let covered: Vec<String> = (0..theatre.sites.len())
        .filter(|&other| other != index)
        .filter(|&other| {
            let (bare, left) = (
                mean(site_loss(without, other)),
                mean(site_loss(decided.after, other)),
            );
            bare - left > 1e-3 * bare
        })
        .map(|other| theatre.sites[other].id.clone())
        .collect();
    if !covered.is_empty() {
        reason.push_str(&format!("; covers {} too", words::list(&covered)));
    }
    let loadout = &decided.problem.loadouts[decided.solved.plan.sites[index].loadout];
    let has = |role: Role| {
        let systems = theatre.catalogue.systems.iter().zip(loadout);
        systems
            .into_iter()
            .any(|(system, &count)| system.role == role && count > 0)
    };
    if has(Role::AreaDefence) && has(Role::PointDefence) {
        reason.push_str("; guns shield the battery");
    }
    reason
}

pub(super) fn moves(decided: &Decided<'_>, held_by: &[LimitLine]) -> Vec<MoveLine> {
    let theatre = decided.theatre;
    let plan = &decided.solved.plan;
    let then = safety_after(decided);
    decided
        .schedule
        .moves
        .iter()
        .map(|step| {
            let per_thousand = |loss: f64| number(1_000.0 * loss);
            let stays = plan.sites[step.from].people;
            let held = if stays == 0 {
                "site closes".to_owned()
            } else if stays == theatre.sites[step.from].guard {
                "guard stays".to_owned()
            } else {
                format!("{stays} stay")
            };
            MoveLine {
                from: theatre.sites[step.from].id.clone(),
                to: theatre.sites[step.to].id.clone(),
                people: step.people,
                first_day: step.first_day,
                last_day: step.last_day,
                reason: format!(
                    "{} lost per 1000 there, {} here in the end; {held}",
                    per_thousand(decided.exposure[step.from]),
                    per_thousand(then[step.to]),
                ),
                limits: limits::of_move(decided, held_by, step.from, step.to),
            }
        })
        .collect()
}

/// Loss per person at each site once the plan stands.
fn safety_after(decided: &Decided<'_>) -> Vec<f64> {
    let mut problem = decided.problem.clone();
    for (site, plan) in problem.sites.iter_mut().zip(&decided.solved.plan.sites) {
        site.today_loadout = plan.loadout;
    }
    evaluate::exposure(&problem)
}

pub(super) fn sites(decided: &Decided<'_>) -> Vec<SiteLine> {
    let sites = decided
        .theatre
        .sites
        .iter()
        .zip(&decided.solved.plan.sites)
        .enumerate();
    sites
        .map(|(index, (site, plan))| SiteLine {
            id: site.id.clone(),
            people_before: site.people,
            people_after: plan.people,
            open: plan.open,
            systems: decided.units(plan.loadout),
            loss_before: Estimate::of(&site_loss(decided.before, index)).into(),
            loss_after: Estimate::of(&site_loss(decided.after, index)).into(),
        })
        .collect()
}

pub(super) fn missions(decided: &Decided<'_>) -> Vec<MissionLine> {
    let missions = decided.theatre.missions.iter().zip(&decided.serving);
    missions
        .map(|(mission, &serving)| MissionLine {
            id: mission.id.clone(),
            required: mission.people,
            people_after: serving,
            met: serving >= mission.people,
        })
        .collect()
}

pub(super) fn accepted_risks(decided: &Decided<'_>) -> Vec<AcceptedRisk> {
    let total: f64 = decided
        .after
        .iter()
        .map(|toll| toll.site_loss.iter().sum::<f64>())
        .sum();
    let share = ACCEPTED_SHARE * total / decided.after.len().max(1) as f64;
    let mut risks: Vec<AcceptedRisk> = (0..decided.theatre.sites.len())
        .filter(|&site| {
            let loadout = &decided.problem.loadouts[decided.solved.plan.sites[site].loadout];
            loadout.iter().all(|&units| units == 0)
        })
        .map(|site| AcceptedRisk {
            site: decided.theatre.sites[site].id.clone(),
            loss: Range::from(Estimate::of(&site_loss(decided.after, site))),
            why: why_accepted(decided, site),
        })
        .filter(|risk| risk.loss.mean > 0.0 && risk.loss.mean >= share)
        .collect();
    risks.sort_by(|a, b| b.loss.mean.total_cmp(&a.loss.mean));
    risks
}

/// Why a site goes without: what the best single unit would avert there, set against the least that a
/// unit of it averts where one stands.
fn why_accepted(decided: &Decided<'_>, site: usize) -> String {
    let theatre = decided.theatre;
    if theatre.sites[site].outside {
        return "outside the theatre: systems are not sent there".into();
    }
    let people = match decided.solved.plan.sites[site].people {
        0 => return "no own people are left to run a system".into(),
        people if people == theatre.sites[site].guard => {
            format!("a guard of {people}")
        }
        people => format!("{people} people"),
    };
    let after = decided.losses_after();
    let mut best: Option<(f64, usize)> = None;
    for system in 0..theatre.catalogue.systems.len() {
        let single = decided.problem.loadouts.iter().position(|loadout| {
            loadout
                .iter()
                .enumerate()
                .all(|(other, &units)| units == u32::from(other == system))
        });
        let in_stock = theatre.stock.iter().any(|stock| stock.system == system);
        let Some(loadout) = single.filter(|_| in_stock) else {
            continue;
        };
        let losses = decided
            .evaluator
            .losses(&decided.schedule.with_loadout(site, loadout));
        let averted = evaluate::difference(&after, &losses).mean;
        if best.is_none_or(|(known, _)| averted > known) {
            best = Some((averted, system));
        }
    }
    let Some((averted, system)) = best.filter(|(averted, _)| *averted > 0.0) else {
        return format!("{people}; no system in stock would help");
    };
    let id = &theatre.catalogue.systems[system].id;
    let may_come = decided
        .pools
        .iter()
        .any(|(pool, _)| pool.system == system && pool.available > 0 && pool.serves(site));
    let held = if may_come {
        "none is left"
    } else {
        "none comes in time or may come"
    };
    format!("{people}; a {id} would avert {}, {held}", number(averted))
}

pub(super) fn places(decided: &Decided<'_>) -> Vec<PlaceLine> {
    let theatre = decided.theatre;
    let sites = theatre.sites.iter().zip(&decided.solved.plan.sites);
    sites
        .map(|(site, plan)| {
            let systems = theatre
                .catalogue
                .systems
                .iter()
                .zip(&decided.problem.loadouts[plan.loadout]);
            let reach = systems
                .filter(|(system, units)| system.role == Role::AreaDefence && **units > 0)
                .filter_map(|(system, _)| system.interceptor.as_ref())
                .map(|interceptor| [interceptor.reach_m.low, interceptor.reach_m.high])
                .reduce(|a, b| [a[0].max(b[0]), a[1].max(b[1])]);
            PlaceLine {
                id: site.id.clone(),
                name: site.name.clone(),
                place: site.place,
                outside: site.outside,
                partner_people: site.partner_people,
                reach_m: reach,
            }
        })
        .collect()
}
