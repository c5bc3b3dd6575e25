//! Warnings as events of Cursor on Target 2.0 (MITRE, Event-PUBLIC.xsd), for servers and maps of the TAK family.
//!
//! A warned zone is a closed drawing, type `u-d-f`, whose corners are `link` elements with a `point`; that is how maps
//! exchange an area. All messages of a warning carry the identifier of its first as `uid`, so that an update
//! redraws the zone, and the end of a warning turns it green and lets it go stale a minute later. An exercise is
//! marked wherever a server might look or drop something: `opex`, `how` (`m-s`, simulated), `uid`, name,
//! remarks and colour. The point of an event is the middle of the zone. There is no other position.
//!
//! Over TCP a server takes events one after another, without a declaration of XML and without framing; each ends
//! with `</event>` and is followed here by a line feed.

use crate::markup::Markup;
use crate::{outline, wording};
use theatre::{Reality, Stage, Warning};

pub use crate::outline::OutlineFault;

/// A moment as the schema writes it; fractions of a second may be left out.
const MOMENT: &str = "%Y-%m-%dT%H:%M:%S.000Z";
/// How long the end of a warning is shown, ns (assumed: long enough to be seen).
const END_SHOWN_NS: i64 = 60_000_000_000;
/// What stands for an unknown height or error, m.
const UNKNOWN: &str = "9999999.0";

/// Colours as the maps have them, alpha first: red for what is actual, blue for an exercise, green for what is over.
const ACTUAL: u32 = 0xffff_0000;
const EXERCISE: u32 = 0xff00_00ff;
const OVER: u32 = 0xff00_ff00;
/// Alpha of the inside of a zone.
const FILL: u32 = 0x40ff_ffff;

/// The event, with the line feed that follows it in a stream.
///
/// # Errors
/// [`OutlineFault`], where the zone cannot be drawn.
pub fn event(warning: &Warning) -> Result<String, OutlineFault> {
    let corners = outline::corners(&warning.zone.outline)?;
    let (middle, reach_m) =
        outline::middle(&warning.zone.outline).ok_or(OutlineFault::Corners(0))?;
    let over = matches!(warning.stage, Stage::Cancel | Stage::AllClear);
    let end_ns = if over {
        warning.sent_ns.saturating_add(END_SHOWN_NS)
    } else {
        wording::up_to_second(warning.expires_ns)
    };
    let (word, opex, how, hue) = match warning.reality {
        Reality::Actual => ("actual", "o", "m-f", ACTUAL),
        Reality::Exercise => ("exercise", "e", "m-s", EXERCISE),
    };
    let hue = if over { OVER } else { hue };
    let first = warning
        .references
        .first()
        .map_or(&warning.identifier, |earlier| &earlier.identifier);
    let sent = wording::utc(warning.sent_ns, MOMENT);
    let mut markup = Markup::default();
    let attributes = [
        ("version", "2.0"),
        (
            "uid",
            &format!(
                "rampart-{word}-{}",
                crate::markup::readable(first, 200, "unnamed")
            ),
        ),
        ("type", "u-d-f"),
        ("opex", opex),
        ("how", how),
        ("time", &sent),
        ("start", &sent),
        ("stale", &wording::utc(end_ns, MOMENT)),
    ];
    markup.marked_group("event", &attributes, |event| {
        let point = [
            ("lat", outline::degrees(middle.latitude_deg)),
            ("lon", outline::degrees(middle.longitude_deg)),
            ("hae", UNKNOWN.to_owned()),
            ("ce", format!("{reach_m:.1}")),
            ("le", UNKNOWN.to_owned()),
        ];
        event.mark(
            "point",
            &point
                .each_ref()
                .map(|(name, value)| (*name, value.as_str())),
        );
        event.group("detail", |detail| {
            for (latitude, longitude) in corners.iter().chain(corners.first()) {
                detail.mark("link", &[("point", &format!("{latitude},{longitude}"))]);
            }
            detail.mark("strokeColor", &[("value", &colour(hue))]);
            detail.mark("strokeWeight", &[("value", "4.0")]);
            detail.mark("fillColor", &[("value", &colour(hue & FILL))]);
            detail.mark("labels_on", &[("value", "true")]);
            detail.mark("contact", &[("callsign", &wording::headline(warning))]);
            detail.leaf("remarks", &remarks(warning));
        });
    });
    let mut text = markup.finish();
    text.push('\n');
    Ok(text)
}

fn remarks(warning: &Warning) -> String {
    let (event, description) = (wording::event(warning), wording::description(warning));
    let instruction = wording::instruction(warning);
    format!("{event}. {description} {instruction}")
}

/// Colours are written as signed numbers of 32 bits.
fn colour(value: u32) -> String {
    value.cast_signed().to_string()
}
