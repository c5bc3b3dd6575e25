//! Reasons that a commander can repeat, as data: what was asked of the plan and what came of it.

use super::words::{list, number, range};
use super::{Document, Proof, Range};
use crate::decide::ConflictLine;
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
    what_if.chain(why_not).collect()
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
