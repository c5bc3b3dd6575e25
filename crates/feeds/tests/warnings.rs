//! Warnings as CAP and Cursor on Target.

#![allow(clippy::unwrap_used)]

mod common;

use common::{REALITIES, SENT_NS, STAGES, hostile_name, hostile_warning, issuer, warning};
use feeds::cap::{OutlineFault, Refusal, check, message};
use feeds::{cap, cot};
use proptest::prelude::*;
use theatre::{Geodetic, Reality, Stage, Warning};

fn sent(stage: Stage, reality: Reality) -> String {
    message(&warning(stage, reality), &issuer()).unwrap()
}

/// The text of an element, however deep; the first.
fn text(xml: &str, name: &str) -> Option<String> {
    let document = roxmltree::Document::parse(xml).unwrap();
    let node = document
        .descendants()
        .find(|node| node.tag_name().name() == name)?;
    Some(node.text().unwrap_or_default().to_owned())
}

fn texts(xml: &str, names: &[&str]) -> Vec<String> {
    names
        .iter()
        .map(|name| text(xml, name).unwrap_or_default())
        .collect()
}

#[test]
fn an_alert_is_written_as_the_standard_has_it() {
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">\
        <identifier>camp-north-000018</identifier>\
        <sender>rampart@camp.example</sender>\
        <sent>2026-11-22T20:00:00-00:00</sent>\
        <status>Actual</status>\
        <msgType>Alert</msgType>\
        <scope>Restricted</scope>\
        <restriction>For people in the zone and those who warn them</restriction>\
        <info>\
        <language>en-US</language>\
        <category>Security</category>\
        <category>Safety</category>\
        <event>Incoming 107 mm rocket</event>\
        <responseType>Shelter</responseType>\
        <urgency>Immediate</urgency>\
        <severity>Extreme</severity>\
        <certainty>Likely</certainty>\
        <effective>2026-11-22T20:00:00-00:00</effective>\
        <onset>2026-11-22T20:00:11-00:00</onset>\
        <expires>2026-11-22T20:01:01-00:00</expires>\
        <senderName>Rampart, Camp North</senderName>\
        <headline>North housing: incoming, take cover now</headline>\
        <description>Impact in or near North housing is expected between 20:00:11 and 20:00:14 UTC. \
        Probability that the zone is hit: 83 %.</description>\
        <instruction>Go into the nearest bunker at once. Stay there until the all clear.</instruction>\
        <parameter><valueName>probability</valueName><value>0.8300</value></parameter>\
        <area><areaDesc>North housing</areaDesc>\
        <polygon>36.250000,43.950000 36.250000,43.960000 36.240000,43.955000 36.250000,43.950000</polygon></area>\
        </info></alert>";
    assert_eq!(sent(Stage::Alert, Reality::Actual), expected);
    assert!(check(expected).is_ok());
}

#[test]
fn every_stage_of_a_warning_refers_to_those_before() {
    let reference = "rampart@camp.example,camp-north-000017,2026-11-22T19:59:58-00:00";
    let said = |stage| {
        let xml = sent(stage, Reality::Actual);
        texts(
            &xml,
            &[
                "msgType",
                "references",
                "responseType",
                "urgency",
                "certainty",
            ],
        )
    };
    assert_eq!(
        said(Stage::Alert),
        ["Alert", "", "Shelter", "Immediate", "Likely"]
    );
    assert_eq!(
        said(Stage::Update),
        ["Update", reference, "Shelter", "Immediate", "Likely"]
    );
    assert_eq!(
        said(Stage::Cancel),
        ["Cancel", reference, "AllClear", "Past", "Unlikely"]
    );
    assert_eq!(
        said(Stage::AllClear),
        ["Update", reference, "AllClear", "Past", "Observed"]
    );
    let checked = check(&sent(Stage::Update, Reality::Actual)).unwrap();
    assert_eq!(checked.references, ["camp-north-000017"]);
    assert_eq!(checked.message_type, "Update");
}

#[test]
fn an_exercise_says_so_everywhere() {
    for stage in STAGES {
        let xml = sent(stage, Reality::Exercise);
        assert_eq!(text(&xml, "status").unwrap(), "Exercise");
        assert_eq!(
            text(&xml, "note").unwrap(),
            "Exercise: Winter 3. Nobody is in danger."
        );
        for name in [
            "event",
            "headline",
            "description",
            "instruction",
            "areaDesc",
        ] {
            assert!(
                text(&xml, name).unwrap().starts_with("EXERCISE: "),
                "{name}"
            );
        }
        let event = cot::event(&warning(stage, Reality::Exercise)).unwrap();
        assert!(event.contains(" uid=\"rampart-exercise-"));
        assert!(event.contains(" opex=\"e\" how=\"m-s\" "));
        assert!(text(&event, "remarks").unwrap().starts_with("EXERCISE: "));
        let live =
            sent(stage, Reality::Actual) + &cot::event(&warning(stage, Reality::Actual)).unwrap();
        assert!(!live.to_lowercase().contains("exercise"));
    }
}

#[test]
fn who_has_no_time_is_told_to_lie_down() {
    let mut near = warning(Stage::Alert, Reality::Actual);
    near.zone.shelter_time_s = 11.6;
    let xml = message(&near, &issuer()).unwrap();
    assert!(
        text(&xml, "instruction")
            .unwrap()
            .starts_with("Lie down at once where you are")
    );
}

#[test]
fn a_doubtful_impact_is_possible_and_never_certain() {
    let said = |probability| {
        let unlikely = Warning {
            probability,
            ..warning(Stage::Alert, Reality::Actual)
        };
        let xml = message(&unlikely, &issuer()).unwrap();
        let description = text(&xml, "description").unwrap();
        let (_, share) = description.rsplit_once(": ").unwrap();
        (text(&xml, "certainty").unwrap(), share.to_owned())
    };
    assert_eq!(said(0.0), ("Possible".to_owned(), "below 1 %.".to_owned()));
    assert_eq!(said(0.5), ("Possible".to_owned(), "50 %.".to_owned()));
    assert_eq!(said(1.0), ("Likely".to_owned(), "above 99 %.".to_owned()));
}

#[test]
fn what_a_receiver_could_not_rely_on_is_refused() {
    let refused = |change: fn(&mut Warning)| {
        let mut changed = warning(Stage::Update, Reality::Actual);
        change(&mut changed);
        message(&changed, &issuer()).unwrap_err()
    };
    let token = |what, value: &str| Refusal::Token {
        what,
        value: value.to_owned(),
    };
    assert_eq!(
        refused(|it| it.identifier = "a b".to_owned()),
        token("identifier", "a b")
    );
    assert_eq!(refused(|it| it.identifier.clear()), token("identifier", ""));
    assert_eq!(
        refused(|it| it.references[0].identifier = "a,b".to_owned()),
        token("identifier referred to", "a,b")
    );
    assert_eq!(refused(|it| it.references.clear()), Refusal::References);
    assert_eq!(refused(|it| it.stage = Stage::Alert), Refusal::References);
    assert_eq!(refused(|it| it.expires_ns = it.sent_ns), Refusal::Moments);
    assert_eq!(
        refused(|it| it.last_impact_ns = it.first_impact_ns - 1),
        Refusal::Moments
    );
    assert!(matches!(
        refused(|it| it.probability = f64::NAN),
        Refusal::Probability(_)
    ));
    assert_eq!(
        refused(|it| it.zone.outline.truncate(2)),
        Refusal::Outline(OutlineFault::Corners(2))
    );
    assert_eq!(
        refused(|it| it.zone.outline[1] = Geodetic {
            longitude_deg: 43.95 + 1e-8,
            ..it.zone.outline[0]
        }),
        Refusal::Outline(OutlineFault::Corners(2))
    );
    assert!(matches!(
        refused(|it| it.zone.outline[1].latitude_deg = f64::NAN),
        Refusal::Outline(OutlineFault::Place { .. })
    ));
    let foreign = cap::Issuer {
        sender: "a&b".to_owned(),
        ..issuer()
    };
    let alert = warning(Stage::Alert, Reality::Actual);
    assert_eq!(
        message(&alert, &foreign).unwrap_err(),
        token("sender", "a&b")
    );
}

/// What the check says of an alert in which a piece of text was replaced.
fn faults(from: &str, to: &str) -> Vec<String> {
    let xml = sent(Stage::Update, Reality::Exercise);
    assert!(xml.contains(from), "{from}");
    let faults = check(&xml.replacen(from, to, 1)).unwrap_err();
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn the_check_tells_what_the_schema_does_not() {
    assert_eq!(
        faults("<identifier>camp-north-000018", "<identifier>camp north,18"),
        ["alert/identifier: is empty, or has a space, comma, `<` or `&`"]
    );
    assert_eq!(
        faults("<sender>rampart@camp", "<sender>rampart&amp;camp"),
        ["alert/sender: is empty, or has a space, comma, `<` or `&`"]
    );
    assert_eq!(
        faults(
            "<sent>2026-11-22T20:00:00-00:00",
            "<sent>2026-11-22T20:00:00Z"
        ),
        [
            "alert/sent: is not written as 2002-05-24T16:49:00-07:00, in whole seconds and with a zone in digits"
        ]
    );
    assert_eq!(
        faults(
            "<sent>2026-11-22T20:00:00-00:00",
            "<sent>2026-11-22T20:00:00.5-00:00"
        ),
        [
            "alert/sent: is not written as 2002-05-24T16:49:00-07:00, in whole seconds and with a zone in digits"
        ]
    );
    assert_eq!(
        faults(
            "<sent>2026-11-22T20:00:00-00:00",
            "<sent>2026-11-22T20:00:00+00:00"
        ),
        ["alert/sent: writes UTC as +00:00, it has to be -00:00"]
    );
    assert_eq!(
        faults("<sent>2026-11-22", "<sent>2026-02-30"),
        ["alert/sent: is no moment"]
    );
    assert_eq!(
        faults(" 36.250000,43.950000</polygon>", "</polygon>"),
        ["alert/info/area/polygon: has fewer than four pairs"]
    );
    assert_eq!(
        faults(" 36.250000,43.950000</polygon>", " 36.25,43.9</polygon>"),
        ["alert/info/area/polygon: is not closed: its first and last pair differ"]
    );
    for pair in [
        "43.95 36.25",
        "36.25, 43.95",
        "91,0",
        "0,181",
        "1e1,0",
        "NaN,0",
        "inf,0",
    ] {
        assert_eq!(
            faults("<polygon>36.250000,43.950000", &format!("<polygon>{pair}")),
            [
                "alert/info/area/polygon: is not a list of pairs `latitude,longitude` in degrees, parted by spaces"
            ]
        );
    }
    assert_eq!(
        faults("<references>rampart@camp.example,", "<references>"),
        ["alert/references: is not a list of `sender,identifier,sent`, parted by spaces"]
    );
    let xml = sent(Stage::Update, Reality::Exercise);
    let without = |name: &str| {
        let (begin, end) = (format!("<{name}>"), format!("</{name}>"));
        let (from, to) = (
            xml.find(&begin).unwrap(),
            xml.find(&end).unwrap() + end.len(),
        );
        let cut = [&xml[..from], &xml[to..]].concat();
        let faults = check(&cut).unwrap_err();
        faults.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        without("references"),
        ["alert/msgType: refers to an earlier message, without `references`"]
    );
    assert_eq!(
        without("note"),
        ["alert/status: is `Exercise`, without a `note` that says which"]
    );
    assert_eq!(
        without("restriction"),
        ["alert/scope: is `Restricted`, without a `restriction`"]
    );
    assert_eq!(without("urgency"), ["alert/info: `urgency` is missing"]);
    assert_eq!(
        faults(
            "<expires>2026-11-22T20:01:01",
            "<expires>2026-11-22T20:00:00"
        ),
        ["alert/info/expires: is not after the message takes effect"]
    );
    assert_eq!(
        faults("<urgency>Immediate", "<urgency>immediate"),
        ["alert/info/urgency: `immediate` is not one of its words"]
    );
    assert_eq!(
        faults(
            "<status>Exercise</status><msgType>Update</msgType>",
            "<msgType>Update</msgType><status>Exercise</status>"
        ),
        ["alert/status: stands behind an element that has to follow it"]
    );
    assert_eq!(
        faults("<status>", "<status>Test</status><status>"),
        ["alert/status: is there more than 1 times"]
    );
    assert_eq!(
        faults("<info>", "<info><siren/>"),
        ["alert/info: `siren` is not one of its elements"]
    );
    assert_eq!(
        faults("<info>", "<info>hello"),
        ["alert/info: has text between its elements"]
    );
    assert_eq!(
        faults("<event>", "<event><b/>"),
        ["alert/info/event: holds elements where it has to hold text"]
    );
    assert_eq!(
        faults("cap:1.2", "cap:1.1"),
        ["document: the outermost element is not `alert` of urn:oasis:names:tc:emergency:cap:1.2"]
    );
    let area = "<areaDesc>EXERCISE: North housing</areaDesc>";
    let polygon = xml.find("<polygon>").unwrap();
    let circle = |text: &str| {
        let changed = format!(
            "{}<circle>{text}</circle></area></info></alert>",
            &xml[..polygon]
        );
        check(&changed).is_ok()
    };
    assert!(xml.contains(area) && circle("36.25,43.95 0.5"));
    assert!(!circle("36.25,43.95") && !circle("36.25,43.95 -1") && !circle("36.25,43.95 1 2"));
}

#[test]
fn the_check_refuses_what_would_cost_it_dear() {
    let deep = format!("{}{}", "<a>".repeat(200_000), "</a>".repeat(200_000));
    let bomb = "<!DOCTYPE a [<!ENTITY b \"cccccccccc\"><!ENTITY d \"&b;&b;&b;&b;\">]><a>&d;</a>";
    for text in [
        deep.as_str(),
        bomb,
        &"x".repeat(2 << 20),
        &"<a/>".repeat(150_000),
        "",
    ] {
        assert_eq!(check(text).unwrap_err().len(), 1);
    }
    let many = format!(
        "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">{}</alert>",
        "<b/>".repeat(50_000)
    );
    assert_eq!(check(&many).unwrap_err().len(), 100);
}

#[test]
fn a_zone_on_a_map_is_a_closed_drawing() {
    let event = cot::event(&warning(Stage::Alert, Reality::Actual)).unwrap();
    assert_eq!(
        event,
        "<event version=\"2.0\" uid=\"rampart-actual-camp-north-000018\" type=\"u-d-f\" opex=\"o\" how=\"m-f\" \
         time=\"2026-11-22T20:00:00.000Z\" start=\"2026-11-22T20:00:00.000Z\" stale=\"2026-11-22T20:01:01.000Z\">\
         <point lat=\"36.246667\" lon=\"43.955000\" hae=\"9999999.0\" ce=\"739.8\" le=\"9999999.0\"/>\
         <detail>\
         <link point=\"36.250000,43.950000\"/><link point=\"36.250000,43.960000\"/>\
         <link point=\"36.240000,43.955000\"/><link point=\"36.250000,43.950000\"/>\
         <strokeColor value=\"-65536\"/><strokeWeight value=\"4.0\"/><fillColor value=\"1090453504\"/>\
         <labels_on value=\"true\"/><contact callsign=\"North housing: incoming, take cover now\"/>\
         <remarks>Incoming 107 mm rocket. Impact in or near North housing is expected between 20:00:11 and 20:00:14 UTC. \
         Probability that the zone is hit: 83 %. Go into the nearest bunker at once. Stay there until the all clear.</remarks>\
         </detail></event>\n"
    );
    // All messages of a warning redraw one zone; its end goes stale a minute later.
    let over = cot::event(&warning(Stage::AllClear, Reality::Actual)).unwrap();
    assert!(over.contains("uid=\"rampart-actual-camp-north-000017\""));
    assert!(over.contains("stale=\"2026-11-22T20:01:00.000Z\""));
    assert!(over.contains("<strokeColor value=\"-16711936\"/>"));
}

#[test]
fn no_message_holds_more_places_than_its_zone() {
    for (stage, reality) in STAGES.into_iter().zip(REALITIES.into_iter().cycle()) {
        let event = cot::event(&warning(stage, reality)).unwrap();
        let document = roxmltree::Document::parse(&event).unwrap();
        let with_place = |node: &roxmltree::Node<'_, '_>| {
            node.has_attribute("lat") || node.has_attribute("point")
        };
        assert_eq!(document.descendants().filter(with_place).count(), 1 + 4);
    }
}

proptest! {
    #[test]
    fn every_message_keeps_to_the_standard(warning in hostile_warning(), name in hostile_name(), exercise in hostile_name()) {
        let issuer = cap::Issuer { name, exercise, ..issuer() };
        let xml = message(&warning, &issuer)?;
        let checked = match check(&xml) {
            Ok(checked) => checked,
            Err(faults) => return Err(TestCaseError::fail(format!("{faults:?} in {xml}"))),
        };
        prop_assert_eq!(&checked.identifier, &warning.identifier);
        prop_assert_eq!(checked.references.len(), warning.references.len());
        prop_assert_eq!(checked.status == "Exercise", warning.reality == Reality::Exercise);
        prop_assert!(text(&xml, "headline").is_some_and(|line| line.chars().count() <= 160));
        prop_assert!(xml.len() < 5_000);
        let event = cot::event(&warning)?;
        prop_assert!(event.ends_with("</event>\n") && event.matches('\n').count() == 1);
        let document = roxmltree::Document::parse(&event)?;
        let root = document.root_element();
        prop_assert_eq!(root.attribute("type"), Some("u-d-f"));
        let marked = root.attribute("opex") == Some("e");
        prop_assert_eq!(marked, warning.reality == Reality::Exercise);
    }

    #[test]
    fn a_message_cut_or_changed_anywhere_is_no_surprise(
        stage in prop::sample::select(STAGES.to_vec()),
        at in any::<prop::sample::Index>(),
        octet in any::<u8>(),
    ) {
        let xml = sent(stage, Reality::Exercise);
        let at = at.index(xml.len());
        prop_assert!(check(&xml[..at]).is_err());
        let mut octets = xml.into_bytes();
        octets[at] = octet;
        // Whatever it says of it, it says something.
        if let Err(faults) = check(&String::from_utf8_lossy(&octets)) {
            prop_assert!(!faults.is_empty());
        }
    }

    #[test]
    fn any_text_is_checked_without_a_panic(text in any::<String>()) {
        prop_assert!(check(&text).is_err());
        let inside = format!("<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>{text}</identifier></alert>");
        prop_assert!(check(&inside).is_err());
    }
}

#[test]
fn moments_before_and_after_all_that_a_clock_tells_are_written() {
    for sent_ns in [i64::MIN, SENT_NS, i64::MAX - 1] {
        let early = Warning {
            sent_ns,
            first_impact_ns: i64::MIN,
            last_impact_ns: i64::MAX,
            expires_ns: i64::MAX,
            ..warning(Stage::Alert, Reality::Actual)
        };
        let written = message(&early, &issuer()).map(|xml| check(&xml).map(|_| ()));
        // The last moments of all fall into one second, so that only the check finds them equal.
        assert!(written.is_ok());
        assert!(cot::event(&early).is_ok());
    }
}
