//! What a warning says in words, the same on every wire.

use crate::markup::readable;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use theatre::{Reality, Stage, Warning};

/// Nanoseconds of a second.
const SECOND_NS: i64 = 1_000_000_000;
/// Most characters of a zone's name in a message (assumed: a line of a screen).
const ZONE_LIMIT: usize = 60;
/// Most characters of the name of a class in a message (assumed).
const CLASS_LIMIT: usize = 40;

/// What stands before every text of an exercise.
const EXERCISE: &str = "EXERCISE: ";

fn marked(warning: &Warning, text: &str) -> String {
    match warning.reality {
        Reality::Actual => text.to_owned(),
        Reality::Exercise => format!("{EXERCISE}{text}"),
    }
}

/// The zone's name for a reader.
pub(crate) fn zone(warning: &Warning) -> String {
    marked(warning, &zone_name(warning))
}

fn zone_name(warning: &Warning) -> String {
    let id = readable(&warning.zone.id, ZONE_LIMIT, "unnamed zone");
    readable(&warning.zone.name, ZONE_LIMIT, &id)
}

/// What is happening.
pub(crate) fn event(warning: &Warning) -> String {
    let class = readable(&warning.class, CLASS_LIMIT, "round");
    marked(warning, &format!("Incoming {class}"))
}

/// One line, at most 160 characters.
pub(crate) fn headline(warning: &Warning) -> String {
    let zone = zone_name(warning);
    let what = match warning.stage {
        Stage::Alert | Stage::Update => format!("{zone}: incoming, take cover now"),
        Stage::Cancel => format!("{zone}: warning cancelled, nothing comes down here"),
        Stage::AllClear => format!("{zone}: all clear"),
    };
    marked(warning, &what)
}

/// What is known.
pub(crate) fn description(warning: &Warning) -> String {
    let zone = zone_name(warning);
    let (first, last) = (
        clock(warning.first_impact_ns),
        clock(warning.last_impact_ns),
    );
    let what = match warning.stage {
        Stage::Alert | Stage::Update => format!(
            "Impact in or near {zone} is expected between {first} and {last} UTC. Probability that the zone is hit: {}.",
            percent(warning.probability)
        ),
        Stage::Cancel => format!("What {zone} was warned of does not come down there."),
        Stage::AllClear => format!("What {zone} was warned of until {last} UTC is over."),
    };
    marked(warning, &what)
}

/// What people are to do.
pub(crate) fn instruction(warning: &Warning) -> String {
    let left_s = (warning.first_impact_ns.saturating_sub(warning.sent_ns)) as f64 / 1e9;
    let what = match warning.stage {
        Stage::Alert | Stage::Update if left_s < warning.zone.shelter_time_s => {
            "Lie down at once where you are, behind anything solid; there is no time to reach a bunker. Stay down until the all clear."
        }
        Stage::Alert | Stage::Update => {
            "Go into the nearest bunker at once. Stay there until the all clear."
        }
        Stage::Cancel | Stage::AllClear => {
            "Leave shelter. Keep away from anything that has come down, and report it."
        }
    };
    marked(warning, what)
}

/// A probability for a reader, never rounded to what is certain.
fn percent(probability: f64) -> String {
    match probability * 100.0 {
        share if share < 1.0 => "below 1 %".to_owned(),
        share if share > 99.0 => "above 99 %".to_owned(),
        share => format!("{share:.0} %"),
    }
}

/// The whole second before a moment, by a format of `strftime` in UTC.
pub(crate) fn utc(time_ns: i64, format: &str) -> String {
    // Every count of nanoseconds that 64 bits hold lies between 1677 and 2262.
    let moment = Timestamp::from_second(time_ns.div_euclid(SECOND_NS)).unwrap_or_default();
    moment.to_zoned(TimeZone::UTC).strftime(format).to_string()
}

/// The moment moved up to a whole second.
pub(crate) fn up_to_second(time_ns: i64) -> i64 {
    time_ns.saturating_add((-time_ns.rem_euclid(SECOND_NS)).rem_euclid(SECOND_NS))
}

fn clock(time_ns: i64) -> String {
    utc(time_ns, "%H:%M:%S")
}
