//! A warning as JSON, as MQTT and standard output carry it.

use super::engine::{Decision, Realm};
use serde_json::{Value, json};
use theatre::warning::{Reality, Stage, Warning};

/// The word for a reality: the key that a message is under, and a level of its topic.
#[must_use]
pub fn reality_word(reality: Reality) -> &'static str {
    match reality {
        Reality::Actual => "actual",
        Reality::Exercise => "exercise",
    }
}

/// The word for a stage.
#[must_use]
pub fn stage_word(stage: Stage) -> &'static str {
    match stage {
        Stage::Alert => "alert",
        Stage::Update => "update",
        Stage::Cancel => "cancel",
        Stage::AllClear => "all-clear",
    }
}

/// A moment as people and programs write it: RFC 3339 in UTC, with milliseconds.
#[must_use]
pub fn moment(time_ns: i64) -> String {
    match jiff::Timestamp::from_nanosecond(i128::from(time_ns)) {
        Ok(moment) => format!("{moment:.3}"),
        // Every i64 is within what a timestamp holds; its number is still better than nothing.
        Err(_) => format!("{time_ns} ns"),
    }
}

/// The message, under the key `actual` or `exercise`: who looks for the one does not find the other.
#[must_use]
pub fn json(site: &str, warning: &Warning) -> Value {
    let references: Vec<&str> = warning
        .references
        .iter()
        .map(|reference| reference.identifier.as_str())
        .collect();
    let message = json!({
        "identifier": warning.identifier,
        "stage": stage_word(warning.stage),
        "site": site,
        "zone": warning.zone.id,
        "zone_name": warning.zone.name,
        "class": warning.class,
        "probability": warning.probability,
        "shelter_time_s": warning.zone.shelter_time_s,
        "sent": moment(warning.sent_ns),
        "first_impact": moment(warning.first_impact_ns),
        "last_impact": moment(warning.last_impact_ns),
        "expires": moment(warning.expires_ns),
        "references": references,
    });
    json!({ reality_word(warning.reality): message })
}

/// A decision that is no warning; nothing for what only the journal needs.
#[must_use]
pub fn decision_json<R: Realm>(decision: &Decision<R>) -> Option<Value> {
    Some(match decision {
        Decision::Warning(_) | Decision::Checkpoint => return None,
        Decision::Dismissed(dismissed) => json!({
            "dismissed": {
                "track": dismissed.track.0,
                "time": moment(dismissed.time_ns),
                "class": dismissed.class.name(),
                "reason": dismissed.reason,
            }
        }),
        Decision::Blind { sensor, cause } => {
            json!({ "blind": { "sensor": sensor, "cause": cause.name() } })
        }
        Decision::Well { sensor } => json!({ "well": { "sensor": sensor } }),
    })
}
