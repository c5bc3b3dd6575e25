//! The stand-in beside the closed loop, on the same raids.

use super::replicate::{Row, StandIn};
use crate::statistics::{Mean, ratio};
use serde::Serialize;

/// What the stand-in says less what the closed loop says, raid by raid.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StandInLine {
    /// How much earlier it warns, s, over the raids that would hit the populated area and that both warn of;
    /// none where there is none.
    pub earlier_s: Option<Mean>,
    /// Share of the raids that would hit that it warns of, less that of the closed loop; none where none
    /// would.
    pub warned_more: Option<Mean>,
    /// The same of the raids that would not: needless alarms. None where all would.
    pub needless_more: Option<Mean>,
    /// Casualties to be expected of a raid, less those under the closed loop.
    pub casualties: Mean,
}

/// Sums over each group.
pub(super) struct Beside {
    both: Vec<f64>,
    earlier_s: Vec<f64>,
    warned_more: Vec<f64>,
    needless_more: Vec<f64>,
    casualties: Vec<f64>,
}

impl Beside {
    /// Of rows in groups of `size`; none where the stand-in is not beside the closed loop.
    pub(super) fn of(rows: &[&Row], size: usize) -> Option<Self> {
        rows.first()?.stand_in?;
        let sum = |part: &dyn Fn(&Row, StandIn) -> f64| -> Vec<f64> {
            let of_row = |row: &&Row| part(row, row.stand_in.unwrap_or_default());
            let groups = rows.chunks(size.max(1));
            groups.map(|group| group.iter().map(of_row).sum()).collect()
        };
        let both = |row: &Row, beside: StandIn| Some(beside.warning_s? - row.warning_of_hits_s()?);
        let told = |time_s: Option<f64>| f64::from(u8::from(time_s.is_some()));
        let more = |row: &Row, beside: StandIn, hits: bool| {
            if (row.would_hit > 0) == hits {
                told(beside.warning_s) - told(row.warning_s)
            } else {
                0.0
            }
        };
        Some(Self {
            both: sum(&|row, beside| told(both(row, beside))),
            earlier_s: sum(&|row, beside| both(row, beside).unwrap_or_default()),
            warned_more: sum(&|row, beside| more(row, beside, true)),
            needless_more: sum(&|row, beside| more(row, beside, false)),
            casualties: sum(&|row, beside| {
                beside.casualties_expected - (row.killed_expected + row.wounded_expected)
            }),
        })
    }

    /// With the raids of each group, and those of them that would hit.
    pub(super) fn line(&self, count: &[f64], hitting: &[f64]) -> StandInLine {
        let others: Vec<f64> = count
            .iter()
            .zip(hitting)
            .map(|(all, hit)| all - hit)
            .collect();
        let share = |of: &[f64], all: &[f64]| Some(ratio(of, all)?.within(-1.0, 1.0));
        StandInLine {
            earlier_s: ratio(&self.earlier_s, &self.both),
            warned_more: share(&self.warned_more, hitting),
            needless_more: share(&self.needless_more, &others),
            casualties: ratio(&self.casualties, count).unwrap_or_default(),
        }
    }
}
