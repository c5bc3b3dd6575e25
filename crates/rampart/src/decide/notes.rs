//! What a reader must know before she believes the numbers.

use super::courses::Courses;
use super::{Decided, Settings};
use crate::brief::words::{self, number, percent};
use crate::diagnose::shown;
use crate::figures;
use crate::study::Size;
use theatre::incident::known_on;
use theatre::{Confidence, Munition, SiteConfidence};

/// Days without a report after which a log is called old.
const OLD_DAYS: i32 = 30;

/// What is assumed, old, disputed or not modelled.
pub(super) fn caveats(decided: &Decided<'_>, courses: &Courses) -> Vec<String> {
    let mut caveats = vec![assumed(decided)];
    caveats.extend(log(decided));
    caveats.extend(half_lives(courses));
    caveats.push(
        "Not modelled: drones, falling debris, resupply, medical evacuation, escalation; attackers \
         who answer the plan; cover of one site by two batteries at once."
            .into(),
    );
    caveats.push(
        "Missions and guards hold once all moves are made; on the way some may run short for days."
            .into(),
    );
    caveats.push("Losses by site leave out upkeep and movement, which the whole counts.".into());
    caveats.extend(better_course(courses));
    caveats.extend(idle(decided));
    caveats
}

/// Says where a course beats the proposed one day by day, or where there are few courses.
fn better_course(courses: &Courses) -> Option<String> {
    let proposed = courses.courses.iter().find(|course| course.chosen)?;
    let better = courses
        .courses
        .iter()
        .filter(|course| course.loss.mean < proposed.loss.mean);
    let names: Vec<String> = better
        .map(|course| format!("\"{}\"", course.name))
        .collect();
    if !names.is_empty() {
        return Some(format!(
            "Counted day by day, {} loses less than the plan, which is chosen for its final laydown: \
             systems come, or people go, too late within these days.",
            words::list(&names)
        ));
    }
    (courses.courses.len() < 3).then(|| {
        "There are fewer than three courses of action: no other differs in a system's site or a \
         tenth of the people moved."
            .into()
    })
}

/// Systems that stand today, may be moved, and are put nowhere, as they would save nothing.
fn idle(decided: &Decided<'_>) -> Option<String> {
    let problem = decided.problem;
    let total = |loadout_of: &dyn Fn(usize) -> usize, system: usize| -> u32 {
        (0..problem.sites.len())
            .map(|site| problem.loadouts[loadout_of(site)][system])
            .sum()
    };
    let idle: Vec<String> = (0..problem.systems.len())
        .filter_map(|system| {
            let today = total(&|site| problem.sites[site].today_loadout, system);
            let then = total(&|site| decided.solved.plan.sites[site].loadout, system);
            let fewer = today.saturating_sub(then);
            (fewer > 0).then(|| format!("{fewer} {}", problem.systems[system]))
        })
        .collect();
    (!idle.is_empty()).then(|| {
        format!(
            "Stands today and is put nowhere, as it would save nothing: {}.",
            words::list(&idle)
        )
    })
}

fn assumed(decided: &Decided<'_>) -> String {
    let theatre = decided.theatre;
    let sites: Vec<String> = theatre
        .sites
        .iter()
        .filter(|site| site.confidence == SiteConfidence::Assumed)
        .map(|site| site.id.clone())
        .collect();
    let figures = figures::all(theatre);
    let mut line = format!(
        "Assumed, with wide intervals: {} of {} figures of the catalogue and the threats",
        figures
            .iter()
            .filter(|figure| figure.interval.is_assumed())
            .count(),
        figures.len()
    );
    if sites.is_empty() {
        line.push('.');
    } else if sites.len() <= 12 {
        line.push_str(&format!("; the people at {}.", words::list(&sites)));
    } else {
        line.push_str(&format!("; the people at {} sites.", sites.len()));
    }
    line
}

fn log(decided: &Decided<'_>) -> Vec<String> {
    let theatre = decided.theatre;
    let known = known_on(&theatre.incidents, theatre.as_of);
    let Some(last) = known
        .iter()
        .map(|&index| theatre.incidents[index].date)
        .max()
    else {
        return vec![if theatre.threats.is_empty() {
            "The log shows no attack and no threat is judged: nothing is known of any risk, which is \
             not to say that there is none."
                .into()
        } else {
            "The log shows no attack: rates come from judged threats alone.".into()
        }];
    };
    let mut lines = Vec::new();
    let age = (theatre.as_of - last).get_days();
    if age > OLD_DAYS {
        lines.push(format!(
            "The log is old: its last attack was {age} days before {}.",
            theatre.as_of
        ));
    }
    let disputed: Vec<String> = known
        .iter()
        .map(|&index| &theatre.incidents[index])
        .filter(|incident| incident.confidence == Confidence::Disputed)
        .map(|incident| shown(&incident.id))
        .collect();
    let unknown = known
        .iter()
        .filter(|&&index| theatre.incidents[index].munition == Munition::Unknown)
        .count();
    let superseded = theatre.incidents.len() - known.len();
    let shown = if disputed.is_empty() {
        "none is disputed".to_owned()
    } else if disputed.len() <= 4 {
        format!("disputed: {}", words::list(&disputed))
    } else {
        format!("{} are disputed", disputed.len())
    };
    lines.push(format!(
        "{} reports count; {superseded} do not (superseded, corrections, or not made by {}); {shown}; \
         {unknown} of unknown munition are shared out over rockets and mortars.",
        known.len(),
        theatre.as_of
    ));
    lines
}

fn half_lives(courses: &Courses) -> Option<String> {
    let changing: Vec<String> = courses
        .half_lives
        .iter()
        .filter(|line| !line.changes.is_empty())
        .map(|line| {
            let days = line.days.map_or("no forgetting".into(), |days| {
                format!("{} days", number(days))
            });
            format!(
                "{days} ({}): {}",
                percent(line.weight),
                line.changes.join(", ")
            )
        })
        .collect();
    if courses.half_lives.is_empty() {
        None
    } else if changing.is_empty() {
        Some("The systems would stand at the same sites under every half-life of the log.".into())
    } else {
        let line = "The systems would stand elsewhere if one half-life of the log were right";
        Some(format!("{line} – {}.", changing.join("; ")))
    }
}

/// How the numbers were made.
pub(super) fn method(decided: &Decided<'_>, settings: Settings, courses: &Courses) -> Vec<String> {
    let size = Size::of(settings.replications);
    let forecast = &decided.setup.forecast;
    let weights = &decided.theatre.loss;
    let choice = forecast.choice();
    vec![
        format!(
            "Forecast: {}: {}. {} days of log{}; judged threats on top.",
            choice.name,
            choice.why,
            forecast.log_days(),
            if forecast.is_default() {
                ""
            } else {
                "; that splits each site's attacks over classes, how many come in all is drawn from the \
                 model chosen"
            }
        ),
        format!(
            "Raids: {} of each source in {} draws of rates and catalogue, each flown once and judged \
             under {} loadouts; as many others judge the plan.",
            size.groups * size.raids_per_group,
            size.groups,
            decided.setup.loadouts.units.len()
        ),
        "Casualties: Carleton damage function with posture by time since siren or first burst; people \
         live in groups spread over the populated area."
            .into(),
        format!(
            "Plan: loses least by {} a killed and {} a wounded person (partners × {}), with upkeep and \
             moves; proven by prices, and checked; \"survives\" re-solves it for {} of the draws.",
            number(weights.killed),
            number(weights.wounded),
            number(weights.partner),
            courses.draws.len()
        ),
        format!(
            "Intervals hold 90 % of the draws of the expected value (rates, catalogue, sampling); \
             \"may happen\" and chances come from {} futures of {} days.",
            decided.futures.len(),
            decided.theatre.horizon_days
        ),
    ]
}
