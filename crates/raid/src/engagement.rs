//! Interceptors against the rounds of a raid: who engages which, when, until they run dry.

use crate::salvo::Round;
use crate::unknowns::InterceptorDraw;

/// Rounds that a unit can engage at once, at most; more would never be short.
const CHANNELS_MAX: usize = 64;

/// A round that a unit may engage.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    /// From when, s from the first launch.
    pub(crate) opens_s: f64,
    /// Chance that one engagement stops it.
    pub(crate) chance: f64,
}

/// Units of one system take rounds in the order of impact: each unit those that the units before it left
/// and that `target` (round, unit) gives it. An engagement must end before the round falls, holds one
/// channel, and is one of the magazine; an empty unit is full again after its reload. Where an
/// engagement fails and time is left the unit looks and shoots again, as often as its doctrine allows.
///
/// `through` holds, by round, the chance to come through everything so far, and is brought up to date.
pub(crate) fn engage(
    interceptor: &InterceptorDraw,
    units: u32,
    rounds: &[Round],
    target: impl Fn(usize, u32) -> Option<Target>,
    through: &mut [f64],
) {
    let mut engaged = vec![false; if units > 0 { rounds.len() } else { 0 }];
    for unit in 0..units {
        let mut battery = Unit::new(interceptor);
        for (index, round) in rounds.iter().enumerate() {
            if engaged[index] || !round.effective {
                continue;
            }
            let Some(target) = target(index, unit) else {
                continue;
            };
            let mut opens_s = target.opens_s;
            let mut missed = 1.0;
            for _ in 0..interceptor.looks {
                let Some(end_s) = battery.engage(opens_s, round.impact_s) else {
                    break;
                };
                engaged[index] = true;
                missed *= 1.0 - target.chance.min(1.0);
                opens_s = end_s;
                if round.intercept_draw < 1.0 - missed {
                    break;
                }
            }
            through[index] *= missed;
        }
    }
}

/// One unit while it fights.
struct Unit<'a> {
    interceptor: &'a InterceptorDraw,
    free_s: [f64; CHANNELS_MAX],
    channels: usize,
    left: u32,
    /// When the magazine is full again, where it is empty.
    full_s: f64,
}

impl<'a> Unit<'a> {
    fn new(interceptor: &'a InterceptorDraw) -> Self {
        Self {
            interceptor,
            free_s: [f64::NEG_INFINITY; CHANNELS_MAX],
            channels: (interceptor.channels as usize).clamp(1, CHANNELS_MAX),
            left: interceptor.engagements,
            full_s: f64::NEG_INFINITY,
        }
    }

    /// Engages a round as soon as may be after `opens_s`; returns when the engagement ends, if that is
    /// before `impact_s`.
    fn engage(&mut self, opens_s: f64, impact_s: f64) -> Option<f64> {
        let channels = self.free_s.get_mut(..self.channels)?;
        let channel = channels.iter_mut().min_by(|a, b| a.total_cmp(b))?;
        let reload_s = if self.left == 0 {
            self.full_s
        } else {
            f64::NEG_INFINITY
        };
        let end_s = opens_s.max(*channel).max(reload_s) + self.interceptor.engagement_s;
        if end_s > impact_s || self.interceptor.engagements == 0 {
            return None;
        }
        if self.left == 0 {
            self.left = self.interceptor.engagements;
        }
        self.left -= 1;
        if self.left == 0 {
            self.full_s = end_s + self.interceptor.reload_s;
        }
        *channel = end_s;
        Some(end_s)
    }
}
