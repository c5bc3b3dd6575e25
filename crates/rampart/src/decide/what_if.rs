//! The plan under changed inputs beside the plan under the inputs as they are.

use super::differences::differences;
use super::{DecideError, Decided, held, problem, proof};
use crate::assemble;
use crate::brief::reasons::{ChangedInput, WhatIf};
use crate::evaluate::{self, Evaluator};
use crate::schedule::Schedule;
use planner::{Options, Solved};
use theatre::Theatre;

/// What the changed inputs change; none where none is.
pub(super) fn what_if(
    decided: &Decided<'_>,
    stated: &Theatre,
) -> Result<Option<WhatIf>, DecideError> {
    let changes = &decided.request.changes;
    if changes.is_empty() {
        return Ok(None);
    }
    let applied = changes
        .iter()
        .map(|change| ChangedInput {
            key: change.key.clone(),
            before: change.before,
            value: change.value,
        })
        .collect();
    let free = problem(stated, decided.setup, decided.chosen_on);
    let before = held(&free, decided.request);
    let gap = decided.request.gap.unwrap_or(Options::default().gap);
    let Some(solved) = decided.solve(&before, gap)? else {
        return Ok(Some(WhatIf {
            applied,
            proof_before: None,
            loss_averted: None,
            objective_falls: None,
            changes: Vec::new(),
        }));
    };
    let pools = assemble::pools(stated);
    let exposure = evaluate::exposure(&before);
    let schedule = Schedule::new(stated, &before, &pools, &solved.plan, &exposure);
    let evaluator = Evaluator {
        theatre: stated,
        ..*decided.evaluator
    };
    let losses = evaluator.losses(&schedule);
    Ok(Some(WhatIf {
        applied,
        proof_before: Some(proof(&solved)),
        loss_averted: Some(evaluate::difference(&losses, &decided.losses_expected()).into()),
        objective_falls: Some(falls(&solved, decided.expected)),
        changes: differences(&before, &solved.plan, &decided.expected.plan),
    }))
}

/// Bounds on what the least loss falls by from one problem to another, from their proofs.
pub(super) fn falls(from: &Solved, to: &Solved) -> [f64; 2] {
    [from.bound - to.value, from.value - to.bound]
}
