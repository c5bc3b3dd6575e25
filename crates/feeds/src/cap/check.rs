//! Any message of CAP 1.2 against the schema and the prose beside it.

use super::NAMESPACE;
use roxmltree::{Document, Node, ParsingOptions};
use std::fmt;

/// Most octets of a message that is looked at.
const OCTETS_MAX: usize = 1 << 20;
/// Most elements of a message that is looked at.
const NODES_MAX: u32 = 100_000;
/// Most faults that are told of a message.
const FAULTS_MAX: usize = 100;

/// What a message that keeps to the standard says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Its identifier.
    pub identifier: String,
    /// Who sent it.
    pub sender: String,
    /// When, as it is written.
    pub sent: String,
    /// `Actual`, `Exercise` and so on.
    pub status: String,
    /// `Alert`, `Update` and so on.
    pub message_type: String,
    /// Identifiers of the messages it refers to.
    pub references: Vec<String>,
}

/// Something that breaks the standard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The element, by the names of those it stands in, such as `alert/info/area`.
    pub element: String,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.element, self.reason)
    }
}

impl std::error::Error for Fault {}

/// Holds a message against the standard: sections 3.2 and 3.3 and the schema of section 3.4.
///
/// # Errors
/// All that is wrong, the first hundred of it.
pub fn check(text: &str) -> Result<Checked, Vec<Fault>> {
    let refuse = |reason: String| {
        Err(vec![Fault {
            element: "document".to_owned(),
            reason,
        }])
    };
    if text.len() > OCTETS_MAX {
        return refuse(format!(
            "{} octets are more than the {OCTETS_MAX} that are looked at",
            text.len()
        ));
    }
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: NODES_MAX,
        ..ParsingOptions::default()
    };
    let document = match Document::parse_with_options(text, options) {
        Ok(document) => document,
        Err(reason) => return refuse(format!("this is no XML: {reason}")),
    };
    let alert = document.root_element();
    if !alert.has_tag_name((NAMESPACE, "alert")) {
        return refuse(format!(
            "the outermost element is not `alert` of {NAMESPACE}"
        ));
    }
    let mut faults = Faults(Vec::new());
    faults.children(alert, "alert", ALERT);
    faults.prose(alert);
    if !faults.0.is_empty() {
        return Err(faults.0);
    }
    let said = |name| text_of(alert, name).unwrap_or_default().to_owned();
    let references = said("references");
    Ok(Checked {
        identifier: said("identifier"),
        sender: said("sender"),
        sent: said("sent"),
        status: said("status"),
        message_type: said("msgType"),
        references: references
            .split_whitespace()
            .filter_map(|reference| Some(reference.split(',').nth(1)?.to_owned()))
            .collect(),
    })
}

/// What an element holds.
enum Kind {
    Text,
    /// Text that references can hold.
    Token,
    Moment,
    OneOf(&'static [&'static str]),
    Group(&'static [Rule]),
    Polygon,
    Circle,
    Number,
    Whole,
    References,
}

/// An element of a sequence: its name, how often at least and at most, and what it holds.
struct Rule(&'static str, usize, usize, Kind);

const MANY: usize = usize::MAX;

const ALERT: &[Rule] = &[
    Rule("identifier", 1, 1, Kind::Token),
    Rule("sender", 1, 1, Kind::Token),
    Rule("sent", 1, 1, Kind::Moment),
    Rule(
        "status",
        1,
        1,
        Kind::OneOf(&["Actual", "Exercise", "System", "Test", "Draft"]),
    ),
    Rule(
        "msgType",
        1,
        1,
        Kind::OneOf(&["Alert", "Update", "Cancel", "Ack", "Error"]),
    ),
    Rule("source", 0, 1, Kind::Text),
    Rule(
        "scope",
        1,
        1,
        Kind::OneOf(&["Public", "Restricted", "Private"]),
    ),
    Rule("restriction", 0, 1, Kind::Text),
    Rule("addresses", 0, 1, Kind::Text),
    Rule("code", 0, MANY, Kind::Text),
    Rule("note", 0, 1, Kind::Text),
    Rule("references", 0, 1, Kind::References),
    Rule("incidents", 0, 1, Kind::Text),
    Rule("info", 0, MANY, Kind::Group(INFO)),
];

const INFO: &[Rule] = &[
    Rule("language", 0, 1, Kind::Text),
    Rule("category", 1, MANY, Kind::OneOf(CATEGORIES)),
    Rule("event", 1, 1, Kind::Text),
    Rule("responseType", 0, MANY, Kind::OneOf(RESPONSES)),
    Rule(
        "urgency",
        1,
        1,
        Kind::OneOf(&["Immediate", "Expected", "Future", "Past", "Unknown"]),
    ),
    Rule(
        "severity",
        1,
        1,
        Kind::OneOf(&["Extreme", "Severe", "Moderate", "Minor", "Unknown"]),
    ),
    Rule(
        "certainty",
        1,
        1,
        Kind::OneOf(&["Observed", "Likely", "Possible", "Unlikely", "Unknown"]),
    ),
    Rule("audience", 0, 1, Kind::Text),
    Rule("eventCode", 0, MANY, Kind::Group(VALUE)),
    Rule("effective", 0, 1, Kind::Moment),
    Rule("onset", 0, 1, Kind::Moment),
    Rule("expires", 0, 1, Kind::Moment),
    Rule("senderName", 0, 1, Kind::Text),
    Rule("headline", 0, 1, Kind::Text),
    Rule("description", 0, 1, Kind::Text),
    Rule("instruction", 0, 1, Kind::Text),
    Rule("web", 0, 1, Kind::Text),
    Rule("contact", 0, 1, Kind::Text),
    Rule("parameter", 0, MANY, Kind::Group(VALUE)),
    Rule("resource", 0, MANY, Kind::Group(RESOURCE)),
    Rule("area", 0, MANY, Kind::Group(AREA)),
];

const CATEGORIES: &[&str] = &[
    "Geo",
    "Met",
    "Safety",
    "Security",
    "Rescue",
    "Fire",
    "Health",
    "Env",
    "Transport",
    "Infra",
    "CBRNE",
    "Other",
];

const RESPONSES: &[&str] = &[
    "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None",
];

const VALUE: &[Rule] = &[
    Rule("valueName", 1, 1, Kind::Text),
    Rule("value", 1, 1, Kind::Text),
];

const RESOURCE: &[Rule] = &[
    Rule("resourceDesc", 1, 1, Kind::Text),
    Rule("mimeType", 1, 1, Kind::Text),
    Rule("size", 0, 1, Kind::Whole),
    Rule("uri", 0, 1, Kind::Text),
    Rule("derefUri", 0, 1, Kind::Text),
    Rule("digest", 0, 1, Kind::Text),
];

const AREA: &[Rule] = &[
    Rule("areaDesc", 1, 1, Kind::Text),
    Rule("polygon", 0, MANY, Kind::Polygon),
    Rule("circle", 0, MANY, Kind::Circle),
    Rule("geocode", 0, MANY, Kind::Group(VALUE)),
    Rule("altitude", 0, 1, Kind::Number),
    Rule("ceiling", 0, 1, Kind::Number),
];

struct Faults(Vec<Fault>);

impl Faults {
    fn push(&mut self, element: &str, reason: impl Into<String>) {
        if self.0.len() < FAULTS_MAX {
            self.0.push(Fault {
                element: element.to_owned(),
                reason: reason.into(),
            });
        }
    }

    /// The elements of a sequence, each as often as it may be and in its place.
    fn children(&mut self, parent: Node<'_, '_>, path: &str, rules: &[Rule]) {
        let mut counts = vec![0_usize; rules.len()];
        let mut reached = 0;
        if parent
            .children()
            .any(|child| child.is_text() && !is_blank(child.text().unwrap_or_default()))
        {
            self.push(path, "has text between its elements");
        }
        for child in parent.children().filter(Node::is_element) {
            let name = child.tag_name();
            if name.namespace() == Some("http://www.w3.org/2000/09/xmldsig#") && path == "alert" {
                reached = rules.len();
                continue;
            }
            let known = |rule: &Rule| rule.0 == name.name() && name.namespace() == Some(NAMESPACE);
            let Some(index) = rules.iter().position(known) else {
                self.push(
                    path,
                    format!("`{}` is not one of its elements", name.name()),
                );
                continue;
            };
            let below = format!("{path}/{}", name.name());
            if index < reached {
                self.push(&below, "stands behind an element that has to follow it");
            }
            reached = reached.max(index);
            if let (Some(count), Some(Rule(_, _, most, kind))) =
                (counts.get_mut(index), rules.get(index))
            {
                *count += 1;
                if *count == most.saturating_add(1) {
                    self.push(&below, format!("is there more than {most} times"));
                }
                self.value(child, &below, kind);
            }
        }
        for (Rule(name, least, ..), count) in rules.iter().zip(counts) {
            if count < *least {
                self.push(path, format!("`{name}` is missing"));
            }
        }
    }

    fn value(&mut self, node: Node<'_, '_>, path: &str, kind: &Kind) {
        if let Kind::Group(rules) = kind {
            return self.children(node, path, rules);
        }
        if node.children().any(|child| child.is_element()) {
            return self.push(path, "holds elements where it has to hold text");
        }
        // A comment splits a text in two.
        let text: String = node
            .children()
            .filter_map(|child| child.text().filter(|_| child.is_text()))
            .collect();
        let reason = match kind {
            Kind::Text | Kind::Group(_) => None,
            Kind::Token => {
                (!is_token(&text)).then(|| "is empty, or has a space, comma, `<` or `&`".to_owned())
            }
            Kind::Moment => moment(&text).err().map(str::to_owned),
            Kind::OneOf(words) => (!words.contains(&text.as_str()))
                .then(|| format!("`{}` is not one of its words", shortened(&text))),
            Kind::Polygon => polygon(&text).err().map(str::to_owned),
            Kind::Circle => circle(&text).err().map(str::to_owned),
            Kind::Number => decimal(&text).is_none().then(|| "is no number".to_owned()),
            Kind::Whole => text
                .trim()
                .parse::<i64>()
                .is_err()
                .then(|| "is no whole number".to_owned()),
            Kind::References => references(&text).err().map(str::to_owned),
        };
        if let Some(reason) = reason {
            self.push(path, reason);
        }
    }

    /// What the schema cannot say.
    fn prose(&mut self, alert: Node<'_, '_>) {
        let said = |name| text_of(alert, name).is_some_and(|text| !is_blank(text));
        let is = |name, word| text_of(alert, name) == Some(word);
        if is("scope", "Restricted") && !said("restriction") {
            self.push("alert/scope", "is `Restricted`, without a `restriction`");
        }
        if is("scope", "Private") && !said("addresses") {
            self.push("alert/scope", "is `Private`, without `addresses`");
        }
        if !is("msgType", "Alert") && !said("references") {
            self.push(
                "alert/msgType",
                "refers to an earlier message, without `references`",
            );
        }
        if is("status", "Exercise") && !said("note") {
            self.push(
                "alert/status",
                "is `Exercise`, without a `note` that says which",
            );
        }
        if is("msgType", "Error") && !said("note") {
            self.push(
                "alert/msgType",
                "is `Error`, without a `note` that says why",
            );
        }
        let sent = text_of(alert, "sent").and_then(|text| moment(text).ok());
        for info in alert
            .children()
            .filter(|child| child.has_tag_name((NAMESPACE, "info")))
        {
            let at = |name| text_of(info, name).and_then(|text| moment(text).ok());
            if let Some((end, begin)) = at("expires").zip(at("effective").or(sent))
                && end <= begin
            {
                self.push(
                    "alert/info/expires",
                    "is not after the message takes effect",
                );
            }
            for area in info
                .children()
                .filter(|child| child.has_tag_name((NAMESPACE, "area")))
            {
                if text_of(area, "ceiling").is_some() && text_of(area, "altitude").is_none() {
                    self.push("alert/info/area/ceiling", "is there without an `altitude`");
                }
            }
        }
    }
}

fn text_of<'a>(parent: Node<'a, '_>, name: &str) -> Option<&'a str> {
    let child = parent
        .children()
        .find(|child| child.has_tag_name((NAMESPACE, name)))?;
    Some(child.text().unwrap_or_default())
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

fn shortened(text: &str) -> String {
    text.chars()
        .take(40)
        .filter(|character| !character.is_control())
        .collect()
}

/// Whether a text can stand in references (sections 3.2.1, `identifier` and `sender`).
pub(super) fn is_token(text: &str) -> bool {
    let foreign = |character: char| {
        character.is_whitespace()
            || character.is_control()
            || matches!(character, ',' | '<' | '&' | '\u{fffe}' | '\u{ffff}')
    };
    !text.is_empty() && !text.contains(foreign)
}

/// The moment that a text tells (section 3.3.2).
fn moment(text: &str) -> Result<jiff::Timestamp, &'static str> {
    const FORM: &[u8] = b"dddd-dd-ddTdd:dd:dd?dd:dd";
    let fits = |(octet, form): (u8, &u8)| match form {
        b'd' => octet.is_ascii_digit(),
        b'?' => matches!(octet, b'+' | b'-'),
        _ => octet == *form,
    };
    if text.len() != FORM.len() || !text.bytes().zip(FORM).all(fits) {
        return Err(
            "is not written as 2002-05-24T16:49:00-07:00, in whole seconds and with a zone in digits",
        );
    }
    if text.ends_with("+00:00") {
        return Err("writes UTC as +00:00, it has to be -00:00");
    }
    text.replace("-00:00", "Z")
        .parse()
        .map_err(|_| "is no moment")
}

/// A number in digits, without an exponent.
fn decimal(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = |octet: u8| octet.is_ascii_digit() || matches!(octet, b'.' | b'-' | b'+');
    let number = text.bytes().all(plain).then(|| text.parse().ok())??;
    f64::is_finite(number).then_some(number)
}

/// A pair of latitude and longitude in degrees.
fn place(pair: &str) -> Option<(f64, f64)> {
    let (latitude, longitude) = pair.split_once(',')?;
    let (latitude, longitude) = (decimal(latitude)?, decimal(longitude)?);
    ((-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude))
        .then_some((latitude, longitude))
}

fn polygon(text: &str) -> Result<(), &'static str> {
    let places: Option<Vec<_>> = text.split_whitespace().map(place).collect();
    let Some(places) = places else {
        return Err("is not a list of pairs `latitude,longitude` in degrees, parted by spaces");
    };
    if places.len() < 4 {
        return Err("has fewer than four pairs");
    }
    if places.first() != places.last() {
        return Err("is not closed: its first and last pair differ");
    }
    Ok(())
}

fn circle(text: &str) -> Result<(), &'static str> {
    let mut words = text.split_whitespace();
    let (middle, radius) = (words.next().and_then(place), words.next().and_then(decimal));
    match (middle, radius, words.next()) {
        (Some(_), Some(radius), None) if radius >= 0.0 => Ok(()),
        _ => {
            Err("is not a pair `latitude,longitude` in degrees, a space and a radius in kilometres")
        }
    }
}

fn references(text: &str) -> Result<(), &'static str> {
    let whole = |reference: &str| {
        let parts: Vec<&str> = reference.split(',').collect();
        matches!(parts.as_slice(), [sender, identifier, sent]
            if is_token(sender) && is_token(identifier) && moment(sent).is_ok())
    };
    if is_blank(text) || !text.split_whitespace().all(whole) {
        return Err("is not a list of `sender,identifier,sent`, parted by spaces");
    }
    Ok(())
}
