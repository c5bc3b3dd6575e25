//! Reasons that a commander can repeat, as data: what was asked of the plan and what came of it.

use super::words::{list, number, percent, range};
use super::{Document, Proof, Range};
use crate::decide::ConflictLine;
use crate::diagnose::shown;
use serde::Serialize;

/// Inputs changed for one run, and what that changes. The rest of the document is about the plan
/// under the changed inputs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WhatIf {
    /// The changed inputs.
    pub applied: Vec<ChangedInput>,
    /// The proof of the best plan under the inputs as they were; none where there was no plan.
    pub proof_before: Option<Proof>,
    /// Loss that the change averts, day by day, on the draws that judge both plans: less than nothing
    /// where it costs; none where there was no plan before.
    pub loss_averted: Option<Range>,
    /// What the objective falls by, from the proofs of both plans: the truth lies between.
    pub objective_falls: Option<[f64; 2]>,
    /// What differs from the plan under the inputs as they were.
    pub changes: Vec<String>,
}

/// One changed input.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChangedInput {
    /// Its key.
    pub key: String,
    /// The value in the files.
    pub before: u32,
    /// The value in its place.
    pub value: u32,
}

/// One thing that the plan does not do for a site, and what it would cost to do it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WhyNot {
    /// Site id.
    pub site: String,
    /// What was forced.
    pub forced: String,
    /// The answer in a sentence.
    pub answer: String,
    /// Loss that it adds, day by day, on the draws that judge both plans; none where no plan does it.
    pub loss_added: Option<Range>,
    /// What the objective rises by, from the proofs of both plans: the truth lies between.
    pub objective_rises: Option<[f64; 2]>,
    /// What else changes: what would be taken from whom.
    pub changes: Vec<String>,
    /// Demands that stand in the way, where no plan does it.
    pub conflict: Vec<ConflictLine>,
}

/// What changed since an earlier plan, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Since {
    /// Title of the theatre of the earlier plan.
    pub theatre: String,
    /// The day up to which things were known to it.
    pub as_of: String,
    /// Its seed.
    pub seed: u64,
    /// Whether it records its inputs, so that what changed of them can be told.
    pub inputs_known: bool,
    /// Inputs that were other.
    pub inputs: Vec<InputChange>,
    /// What this plan does otherwise.
    pub changes: Vec<String>,
    /// Why the earlier plan cannot be kept as it was; empty where it can.
    pub breaks: Vec<String>,
    /// The objective of keeping the earlier plan, or its systems with people placed anew where it
    /// breaks a limit; none where even that cannot be.
    pub keeping_loses: Option<f64>,
    /// Loss that this plan averts against that, day by day, on the draws that judge both.
    pub loss_averted: Option<Range>,
    /// What the objective falls by, from the proof of this plan.
    pub objective_falls: Option<[f64; 2]>,
    /// Changed inputs put back one at a time.
    pub causes: Vec<Cause>,
    /// Sites that are not as before even with all those inputs put back: the log, the catalogue, the
    /// threats, the seed or the program changed what is known of them.
    pub unexplained: Vec<String>,
}

/// An input that was other in an earlier plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InputChange {
    /// Its key.
    pub key: String,
    /// The value then; none where there was no such input.
    pub before: Option<u32>,
    /// The value now; none where there is no such input.
    pub value: Option<u32>,
}

/// What one changed input explains.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cause {
    /// Its key.
    pub key: String,
    /// Bounds on what the objective falls by through its change; none where there was no plan before.
    pub objective_falls: Option<[f64; 2]>,
    /// Sites that are as in the earlier plan when this input alone is put back.
    pub explains: Vec<String>,
}

/// An objective other than the expected loss. Its value and bound for the plan are in the proof.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RiskLine {
    /// As it was asked for.
    pub objective: String,
    /// The objective of the plan of least expected loss.
    pub of_least_expected_plan: f64,
    /// The objective of today's laydown.
    pub of_today: f64,
    /// The objective of the plan on draws that never chose it. Of a tail: with the bounds of 90 % of its
    /// sampling error. Of shifted attacks: over the draws of what is not known, with 90 % of them.
    pub judged: Range,
}

/// One limit of the plan: how much of it is used, and what more or less of it is worth.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LimitLine {
    /// The input that sets it, by the key of `--what-if`; lift is in people over the whole horizon.
    pub limit: String,
    /// Used by the plan: units, or people.
    pub used: u64,
    /// What the limit allows, or asks for.
    pub available: u64,
    /// By how much it was eased and tightened.
    pub step: u64,
    /// What easing it by a step averts.
    pub eased: Option<Worth>,
    /// What tightening it by a step costs; none where that was not tried or leaves no plan.
    pub tightened: Option<Worth>,
    /// Whether easing it is proven to lose less.
    pub binds: bool,
}

/// What a step is worth. Both differences are of plans that stand from the first day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Worth {
    /// Difference in loss on the draws that judge both plans, with 90 % of those draws.
    pub loss: Range,
    /// Bounds on the difference of the objective, from the proofs of both plans: the truth is between.
    pub objective: [f64; 2],
}

/// The least loss that can be had for what is spent.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Frontier {
    /// Against the number of each system in stock.
    pub systems: Vec<SystemFrontier>,
    /// Against the people moved, up to those that the plan moves.
    pub people_moved: Vec<FrontierPoint>,
}

/// The frontier of one system.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SystemFrontier {
    /// System id.
    pub system: String,
    /// The number available in this theatre.
    pub available: u32,
    /// By number, rising.
    pub points: Vec<FrontierPoint>,
}

/// One point of a frontier, of a plan that stands from the first day.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FrontierPoint {
    /// Most units or people.
    pub most: u64,
    /// Loss on the draws that judge.
    pub loss: Range,
    /// How good its plan is proven to be.
    pub proof: Proof,
}

/// What the plan owes to what is not known, from the best plan of each of some draws.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Robustness {
    /// Draws for which the plan was solved again.
    pub draws: u32,
    /// Loss of the plan above that of the best plan found for each draw: mean, and 90 % of the draws.
    pub regret: Range,
    /// Mean of the same above the proven bound of each draw: the mean regret is no more.
    pub regret_at_most: f64,
    /// The regret as a share of the plan's loss in each draw.
    pub regret_share: Range,
    /// Unknowns that go with the regret.
    pub regret_with: Vec<Driver>,
    /// Every line of the defended asset list.
    pub lines: Vec<LineRobustness>,
}

/// How one line of the defended asset list stands up to what is not known.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LineRobustness {
    /// Site id.
    pub site: String,
    /// Share of the draws in which the best plan has these systems here.
    pub survives: f64,
    /// Unknowns that go with its falling: high where the correlation is above zero.
    pub falls_with: Vec<Driver>,
}

/// An unknown that goes with an outcome more than the strongest of all unknowns does by chance in 19
/// of 20 shuffles. It may stand for another that goes with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Driver {
    /// The figure, as `KEY of ID`, or attacks expected.
    pub unknown: String,
    /// Rank correlation with the outcome over the draws, −1 to 1.
    pub correlation: f64,
}

/// What was changed and decided before planning, in a sentence each; a reader must see these before
/// any number.
#[must_use]
pub fn conditions(document: &Document) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(what_if) = &document.what_if {
        let applied: Vec<String> = what_if
            .applied
            .iter()
            .map(|input| {
                format!(
                    "{} = {} in place of {}",
                    input.key, input.value, input.before
                )
            })
            .collect();
        lines.push(format!("What if: planned with {}.", list(&applied)));
    }
    if let Some(risk) = &document.risk {
        lines.push(format!(
            "Objective {}: {} with the plan, {} with the plan of least expected loss, {} today; {} on \
             draws that never chose it. Courses, limits and answers are about expected loss.",
            risk.objective,
            number(document.proof.value),
            number(risk.of_least_expected_plan),
            number(risk.of_today),
            range(&risk.judged)
        ));
    }
    if !document.locks.is_empty() {
        lines.push(format!("Decided already: {}.", list(&document.locks)));
    }
    lines
}

/// The answers to what was asked, in a sentence each.
#[must_use]
pub fn answers(document: &Document) -> Vec<String> {
    let what_if = document.what_if.iter().map(what_if_in_words);
    let why_not = document
        .why_not
        .iter()
        .map(|line| format!("Why not: {}? {}", line.forced, line.answer));
    let since = document.since.iter();
    let since = since.flat_map(|since| since_in_words(document, since));
    what_if.chain(why_not).chain(since).collect()
}

fn since_in_words(document: &Document, since: &Since) -> Vec<String> {
    let mut lines = Vec::new();
    let changes = if since.changes.is_empty() {
        "nothing changes".into()
    } else {
        since.changes.join("; ")
    };
    lines.push(format!(
        "Since the plan of {}: {changes}.",
        shown(&since.as_of)
    ));
    let kept = if since.breaks.is_empty() {
        "To keep it".to_owned()
    } else {
        lines.push(format!(
            "It cannot be kept as it was: {}.",
            list(&since.breaks)
        ));
        "To keep its systems where they may stand, with people placed anew,".to_owned()
    };
    lines.push(match &since.loss_averted {
        Some(averted) => format!("{kept} would lose {} more day by day.", range(averted)),
        None => format!("{kept} is not possible."),
    });
    for cause in since
        .causes
        .iter()
        .filter(|cause| !cause.explains.is_empty())
    {
        lines.push(format!(
            "With {} as it was, {} would be as before.",
            cause.key,
            list(&cause.explains)
        ));
    }
    if !since.unexplained.is_empty() {
        let why = if !since.inputs_known {
            "the earlier plan does not record its inputs"
        } else if document.risk.is_some() {
            "what is known has changed, or the objective, under which nothing is solved again"
        } else {
            "what is known of attacks, systems or threats has changed, or the seed or objective"
        };
        lines.push(format!(
            "No changed input of the plan explains {}: {why}.",
            list(&since.unexplained)
        ));
    }
    lines
}

fn what_if_in_words(what_if: &WhatIf) -> String {
    let (Some(averted), Some([least, most])) = (&what_if.loss_averted, &what_if.objective_falls)
    else {
        return "What if: with the inputs of the files there is no plan at all.".into();
    };
    let changes = if what_if.changes.is_empty() {
        "nothing else changes".into()
    } else {
        what_if.changes.join("; ")
    };
    format!(
        "What if: it averts {} day by day, and the objective falls by {} to {}: {changes}.",
        range(averted),
        number(*least),
        number(*most)
    )
}

/// What holds the plan: the limits whose easing is proven to help, those that avert most first, and the
/// rest in a line.
#[must_use]
pub fn limits(document: &Document) -> Vec<String> {
    let mut binding: Vec<&LimitLine> = document.limits.iter().filter(|line| line.binds).collect();
    let worth = |line: &LimitLine| line.eased.map_or(0.0, |worth| worth.loss.mean);
    binding.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
    let mut lines: Vec<String> = binding.into_iter().map(limit_in_words).collect();
    let slack: Vec<String> = document
        .limits
        .iter()
        .filter(|line| !line.binds)
        .map(|line| line.limit.clone())
        .collect();
    if !slack.is_empty() {
        lines.push(format!(
            "Easing {} a step is not shown to help.",
            list(&slack)
        ));
    }
    lines
}

/// `stock.c-ram: 3 of 3 used; 1 more averts 0.09 (0–0.3), 1 less costs 0.12 (0–0.4)`.
#[must_use]
pub fn limit_in_words(line: &LimitLine) -> String {
    let asks = line.limit.starts_with("mission.") || line.limit.ends_with(".guard");
    let (eased, tightened) = if asks {
        ("fewer", "more")
    } else {
        ("more", "fewer")
    };
    let mut words = if asks {
        format!("{}: {} must stay", line.limit, line.available)
    } else {
        format!("{}: {} of {} used", line.limit, line.used, line.available)
    };
    if let Some(worth) = &line.eased {
        words.push_str(&format!(
            "; {} {eased} avert {}",
            line.step,
            range(&worth.loss)
        ));
    }
    if let Some(worth) = &line.tightened {
        words.push_str(&format!(
            ", {} {tightened} cost {}",
            line.step,
            range(&worth.loss)
        ));
    }
    words
}

/// What the plan owes to what is not known, in a sentence or two.
#[must_use]
pub fn robustness(document: &Document) -> Vec<String> {
    let robustness = &document.robustness;
    if robustness.draws == 0 {
        return Vec::new();
    }
    let with = |drivers: &[Driver]| -> String {
        let each: Vec<String> = drivers
            .iter()
            .map(|driver| {
                let side = if driver.correlation > 0.0 {
                    "high"
                } else {
                    "low"
                };
                format!("{side} {} ({:+.2})", driver.unknown, driver.correlation)
            })
            .collect();
        list(&each)
    };
    let draws = robustness.draws;
    let mut lines = vec![format!(
        "Regret: over {draws} draws, the best plan of each would save {} ({} of the loss), the luck of its few \
         raids included{}.",
        range(&robustness.regret),
        percent(robustness.regret_share.mean),
        if robustness.regret_with.is_empty() {
            String::new()
        } else {
            format!(", most with {}", with(&robustness.regret_with))
        }
    )];
    let falling = robustness.lines.iter();
    let falling: Vec<String> = falling
        .filter(|line| !line.falls_with.is_empty())
        .map(|line| format!("{} falls with {}", line.site, with(&line.falls_with)))
        .collect();
    if !falling.is_empty() {
        lines.push(format!(
            "Lines that go with one unknown (rank correlation): {}.",
            falling.join("; ")
        ));
    }
    lines
}
