//! Warnings as messages of the Common Alerting Protocol 1.2 (OASIS, 1 July 2010), and a check of such messages.
//!
//! The schema leaves to prose what a receiver relies on: that polygons are closed, that UTC is written `-00:00`, that
//! an identifier holds neither space nor comma since references are joined by both. [`message`] keeps to schema
//! and prose; [`check`] holds any message against both and names all that is wrong. How the life of a warning
//! maps: an alert is `Alert`, an update and the all clear are `Update` (the latter with the response
//! `AllClear`), a needless warning is `Cancel`; each but the first refers to all before it.

mod check;

use crate::markup::{Markup, readable};
use crate::{outline, wording};
use theatre::{Reality, Stage, Warning};

pub use crate::outline::OutlineFault;
pub use check::{Checked, Fault, check};

const NAMESPACE: &str = "urn:oasis:names:tc:emergency:cap:1.2";
/// A moment as section 3.3.2 writes it in UTC.
const MOMENT: &str = "%Y-%m-%dT%H:%M:%S-00:00";

/// Who sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// Unique name in the world, such as `rampart@base.example`: no spaces, commas, `<` or `&`.
    pub sender: String,
    /// Name for a reader.
    pub name: String,
    /// Name of the exercise, told in the note of its messages.
    pub exercise: String,
}

/// Why a warning cannot be sent.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// An identifier or sender that references could not hold.
    #[error("the {what} `{value}` is empty, or has a space, comma, `<`, `&` or control character")]
    Token {
        /// Which.
        what: &'static str,
        /// As given.
        value: String,
    },
    /// An outline that bounds nothing.
    #[error("the outline of the zone cannot be drawn: {0}")]
    Outline(#[from] OutlineFault),
    /// Moments out of order.
    #[error("the warning ends before it is sent, or its last impact comes before its first")]
    Moments,
    /// A probability that is none.
    #[error("{0} is no probability")]
    Probability(f64),
    /// References where there must be none, or the other way round.
    #[error("an alert refers to no earlier message, every other stage to one at least")]
    References,
}

/// The message, as an XML document. The moment of sending and of the first impact are the whole seconds before, that of
/// the end the whole second after.
///
/// # Errors
/// [`Refusal`], where a receiver could not rely on the message.
pub fn message(warning: &Warning, issuer: &Issuer) -> Result<String, Refusal> {
    refuse(warning, issuer)?;
    let polygon = polygon(warning)?;
    let mut markup = Markup::beginning("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    markup.marked_group("alert", &[("xmlns", NAMESPACE)], |alert| {
        alert.leaf("identifier", &warning.identifier);
        alert.leaf("sender", &issuer.sender);
        alert.leaf("sent", &wording::utc(warning.sent_ns, MOMENT));
        alert.leaf("status", status(warning.reality));
        alert.leaf("msgType", message_type(warning.stage));
        alert.leaf("scope", "Restricted");
        alert.leaf(
            "restriction",
            "For people in the zone and those who warn them",
        );
        if warning.reality == Reality::Exercise {
            let name = readable(&issuer.exercise, 100, "without a name");
            alert.leaf("note", &format!("Exercise: {name}. Nobody is in danger."));
        }
        if !warning.references.is_empty() {
            alert.leaf("references", &references(warning, issuer));
        }
        alert.group("info", |info| self::info(info, warning, issuer, &polygon));
    });
    Ok(markup.finish())
}

fn info(info: &mut Markup, warning: &Warning, issuer: &Issuer, polygon: &str) {
    let over = matches!(warning.stage, Stage::Cancel | Stage::AllClear);
    let sent = wording::utc(warning.sent_ns, MOMENT);
    info.leaf("language", "en-US");
    info.leaf("category", "Security");
    info.leaf("category", "Safety");
    info.leaf("event", &wording::event(warning));
    info.leaf("responseType", if over { "AllClear" } else { "Shelter" });
    info.leaf("urgency", if over { "Past" } else { "Immediate" });
    info.leaf("severity", if over { "Minor" } else { "Extreme" });
    info.leaf("certainty", certainty(warning));
    info.leaf("effective", &sent);
    if !over {
        info.leaf("onset", &wording::utc(warning.first_impact_ns, MOMENT));
    }
    let end_ns = wording::up_to_second(warning.expires_ns);
    info.leaf("expires", &wording::utc(end_ns, MOMENT));
    info.leaf("senderName", &readable(&issuer.name, 100, &issuer.sender));
    info.leaf("headline", &wording::headline(warning));
    info.leaf("description", &wording::description(warning));
    info.leaf("instruction", &wording::instruction(warning));
    info.group("parameter", |parameter| {
        parameter.leaf("valueName", "probability");
        parameter.leaf("value", &format!("{:.4}", warning.probability));
    });
    info.group("area", |area| {
        area.leaf("areaDesc", &wording::zone(warning));
        area.leaf("polygon", polygon);
    });
}

fn refuse(warning: &Warning, issuer: &Issuer) -> Result<(), Refusal> {
    let own = [
        ("sender", &issuer.sender),
        ("identifier", &warning.identifier),
    ];
    let earlier = warning
        .references
        .iter()
        .map(|earlier| ("identifier referred to", &earlier.identifier));
    for (what, value) in own.into_iter().chain(earlier) {
        if !check::is_token(value) {
            return Err(Refusal::Token {
                what,
                value: value.clone(),
            });
        }
    }
    if warning.expires_ns <= warning.sent_ns || warning.last_impact_ns < warning.first_impact_ns {
        return Err(Refusal::Moments);
    }
    if !(0.0..=1.0).contains(&warning.probability) {
        return Err(Refusal::Probability(warning.probability));
    }
    if (warning.stage == Stage::Alert) != warning.references.is_empty() {
        return Err(Refusal::References);
    }
    Ok(())
}

fn status(reality: Reality) -> &'static str {
    match reality {
        Reality::Actual => "Actual",
        Reality::Exercise => "Exercise",
    }
}

fn message_type(stage: Stage) -> &'static str {
    match stage {
        Stage::Alert => "Alert",
        Stage::Update | Stage::AllClear => "Update",
        Stage::Cancel => "Cancel",
    }
}

/// Section 3.2.2: likely is above 50 %, possible up to 50 %. `Unlikely` is kept for what is cancelled, so that no
/// receiver that leaves out the unlikely leaves out an alert.
fn certainty(warning: &Warning) -> &'static str {
    match warning.stage {
        Stage::Alert | Stage::Update if warning.probability > 0.5 => "Likely",
        Stage::Alert | Stage::Update => "Possible",
        Stage::Cancel => "Unlikely",
        Stage::AllClear => "Observed",
    }
}

fn references(warning: &Warning, issuer: &Issuer) -> String {
    let one = |earlier: &theatre::Reference| {
        let sent = wording::utc(earlier.sent_ns, MOMENT);
        format!("{},{},{sent}", issuer.sender, earlier.identifier)
    };
    warning
        .references
        .iter()
        .map(one)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Pairs of latitude and longitude, the first again at the end.
fn polygon(warning: &Warning) -> Result<String, OutlineFault> {
    let corners = outline::corners(&warning.zone.outline)?;
    let ring = corners.iter().chain(corners.first());
    let pairs: Vec<String> = ring
        .map(|(latitude, longitude)| format!("{latitude},{longitude}"))
        .collect();
    Ok(pairs.join(" "))
}
