//! What `rampart check` suggests of a log that has no faults.

#![allow(clippy::unwrap_used)]

mod support;

use rampart::hygiene::suggestions;
use rampart::load::{File, Folder};
use support::{Place, Text, code, fresh, iraq, run, stderr, stdout};

const COLUMNS: &str = "id,date,reported_on,local_time,site,munition,rounds_low,rounds_high,killed,wounded,killed_partner,wounded_partner,campaign,source,confidence,supersedes,notes";

/// What is suggested of a log of these rows on two sites, each as `line: text`.
fn told(rows: &[&str]) -> Vec<String> {
    told_of(&base(rows))
}

fn base(rows: &[&str]) -> Text {
    let mut text = Text::new(30, 1)
        .site(&Place::new("north", 0.0, 500))
        .site(&Place::new("south", 60.0, 500));
    text.incidents = format!("{COLUMNS}\n{}\n", rows.join("\n"));
    text
}

fn told_of(text: &Text) -> Vec<String> {
    let theatre = text.load();
    let folder = Folder::of([(File::Incidents, text.incidents.clone().into_bytes())]);
    suggestions(&theatre, &folder.margins())
        .into_iter()
        .map(|found| format!("{}: {}", found.line, found.what))
        .collect()
}

/// The one suggestion of a log, which holds all these parts.
fn one(rows: &[&str], parts: &[&str]) {
    let told = told(rows);
    assert_eq!(told.len(), 1, "{told:#?}");
    for part in parts {
        assert!(told[0].contains(part), "{}", told[0]);
    }
}

fn none(rows: &[&str]) {
    assert_eq!(told(rows), Vec::<String>::new());
}

#[test]
fn the_theatre_that_comes_along_is_clean() {
    let output = run(&iraq(), "check", &iraq(), "");
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
    assert!(
        !stdout(&output).contains("uggestion"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn the_same_attack_twice_is_found_with_its_reasons() {
    let first = "a,2020-01-05,,,north,rocket-107,3,3,0,0,0,0,,Agency,reported,,";
    one(
        &[
            first,
            "b,2020-01-05,,,north,unknown,3,4,0,0,0,0,,Paper,reported,,",
        ],
        &[
            "3: it may be the attack of `a` (line 2)",
            "same day",
            "rounds agree",
        ],
    );
    // The next day, when the same people were hurt.
    one(
        &[
            "a,2020-01-05,,,north,rocket-107,3,3,0,4,0,0,,Agency,reported,,",
            "b,2020-01-06,,,north,rocket-107,5,5,0,4,0,0,,Paper,reported,,",
        ],
        &["a day apart", "casualties agree"],
    );
    // Across midnight.
    one(
        &[
            "a,2020-01-05,,23:50,north,rocket-107,3,3,0,0,0,0,,Agency,reported,,",
            "b,2020-01-06,,00:10,north,unknown,1,9,0,0,0,0,,Paper,reported,,",
        ],
        &["20 minutes apart"],
    );
    // The same words.
    one(
        &[
            "a,2020-01-05,,,north,unknown,1,9,0,0,0,0,,Agency,reported,,rockets fell beside the old runway at dusk",
            "b,2020-01-06,,,north,unknown,1,9,0,0,0,0,,Paper,reported,,Rockets fell beside the old runway; at dusk.",
        ],
        &["notes alike"],
    );
}

#[test]
fn what_is_told_apart_is_left_alone() {
    let first = "a,2020-01-05,,08:00,north,rocket-107,3,3,0,0,0,0,,Agency,reported,,";
    for second in [
        // Another site, another week, hours later.
        "b,2020-01-05,,08:00,south,rocket-107,3,3,0,0,0,0,,Paper,reported,,",
        "b,2020-01-12,,08:00,north,rocket-107,3,3,0,0,0,0,,Paper,reported,,",
        "b,2020-01-05,,17:00,north,rocket-107,3,3,0,0,0,0,,Paper,reported,,",
        // Nothing but the day in common.
        "b,2020-01-05,,,north,unknown,1,9,0,0,0,0,,Paper,reported,,",
        // A correction.
        "b,2020-01-05,,08:00,north,rocket-107,3,3,0,0,0,0,,Paper,reported,a,",
        "b,2020-01-05,,08:00,north,none,0,0,0,0,0,0,,Paper,reported,,",
    ] {
        none(&[first, second]);
    }
    let declared = first.replace("0,,Agency", "0,night,Agency");
    none(&[&declared, &declared.replacen('a', "b", 1)]);
    // The events of one data set are told apart by it.
    let imported = first.replacen("a,", "acled-X1,", 1);
    none(&[&imported, &imported.replacen("X1", "X2", 1)]);
    let other = imported.replacen("acled-X1", "ucdp-4", 1);
    assert_eq!(told(&[&imported, &other]).len(), 1);
}

#[test]
fn a_busy_site_needs_more_than_the_day() {
    let rows: Vec<String> = (0..300)
        .map(|at| {
            let day = 1 + at / 10 % 30;
            format!("r{at},2020-01-{day:02},,,north,rocket-107,3,3,0,0,0,0,,Agency,reported,,")
        })
        .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    none(&rows);
    // Nor is a wave of attacks on one day of a quiet site a heap of duplicates, even in the same words.
    let wave: Vec<String> = (0..40)
        .map(|at| {
            format!(
                "w{at},2020-01-05,,,north,rocket-107,3,3,0,0,0,0,,Agency,reported,,\
                 rockets fell beside the old runway {at}"
            )
        })
        .collect();
    let wave: Vec<&str> = wave.iter().map(String::as_str).collect();
    none(&wave);
    // Three reports on one attack are no wave.
    let three = ["a", "b", "c"]
        .map(|id| format!("{id},2020-01-05,,,north,rocket-107,3,3,0,0,0,0,,Agency,reported,,"));
    let three: Vec<&str> = three.iter().map(String::as_str).collect();
    assert_eq!(told(&three).len(), 2);
}

#[test]
fn reports_of_one_attack_that_contradict_each_other_are_found() {
    let first = "a,2020-01-05,,08:00,north,rocket-107,3,3,0,2,0,0,,Agency,reported,,";
    for (second, part) in [
        (
            "b,2020-01-05,,08:10,north,mortar-82,3,3,0,2,0,0,,Paper,reported,,",
            "against",
        ),
        (
            "b,2020-01-05,,08:10,north,rocket-107,14,14,0,2,0,0,,Paper,reported,,",
            "14 rounds at least against 3 at most",
        ),
        (
            "b,2020-01-05,,08:10,north,rocket-107,3,3,4,2,0,0,,Paper,reported,,",
            "0 killed against 4",
        ),
        (
            "b,2020-01-05,,08:10,north,rocket-107,3,3,0,30,0,0,,Paper,reported,,",
            "2 wounded against 30",
        ),
    ] {
        one(
            &[first, second],
            &[
                "3: it seems to report the attack of `a`",
                "contradicts it",
                part,
            ],
        );
    }
    // As much as reports usually differ by is no contradiction.
    one(
        &[
            first,
            "b,2020-01-05,,08:10,north,rocket-107,4,5,1,3,0,0,,Paper,reported,,",
        ],
        &["it may be the attack"],
    );
}

#[test]
fn dates_that_cannot_be_right_are_found() {
    let row = |id: &str, date: &str, reported: &str, time: &str, notes: &str| {
        format!(
            "{id},{date},{reported},{time},north,rocket-107,1,1,0,0,0,0,,Agency,reported,,{notes}"
        )
    };
    let sound: Vec<String> = (1..9)
        .map(|week| {
            row(
                &format!("s{week}"),
                &format!("2020-02-{:02}", week * 3),
                "",
                "",
                "",
            )
        })
        .collect();
    let with = |more: &str| -> Vec<String> {
        let mut rows: Vec<&str> = sound.iter().map(String::as_str).collect();
        rows.push(more);
        told(&rows)
    };
    for (more, part) in [
        (
            row("x", "2002-02-05", "", "", ""),
            "years before the next reports",
        ),
        (
            row("x", "2021-02-05", "", "", ""),
            "after `as_of`, 2020-03-16",
        ),
        (
            row("x", "2015-03-05", "2020-03-05", "", ""),
            "1827 days after the attack",
        ),
        (
            row("2020-03-05-north", "2020-03-06", "", "", ""),
            "says 2020-03-05",
        ),
        (
            row(
                "x",
                "2020-03-05",
                "",
                "08:00",
                "\"day assumed, one of two\"",
            ),
            "local_time",
        ),
    ] {
        let told = with(&more);
        assert!(
            told.len() == 1 && told[0].contains(part),
            "{more}: {told:#?}"
        );
        assert!(told[0].starts_with("10: "), "{told:#?}");
    }
    assert_eq!(
        with(&row(
            "2020-03-05-north",
            "2020-03-05",
            "2020-03-20",
            "08:00",
            "day known"
        )),
        [""; 0]
    );
    let later: Vec<String> = (1..4)
        .map(|day| {
            row(
                &format!("l{day}"),
                &format!("2020-05-{:02}", day * 9),
                "",
                "",
                "",
            )
        })
        .collect();
    let later: Vec<&str> = later.iter().map(String::as_str).collect();
    one(
        &later,
        &["2: dated 2020-05-09", "as are 2 reports below it"],
    );
}

#[test]
fn casualties_beyond_the_people_there_are_found() {
    let of = |counts: &str| {
        told(&[&format!(
            "a,2020-01-05,,,north,rocket-107,1,1,{counts},,Agency,reported,,"
        )])
    };
    assert!(
        of("200,801,0,0")[0].contains("1001 own people killed or wounded, where north holds 1000")
    );
    assert!(of("0,0,1,1000")[0].contains("1001 people killed or wounded"));
    assert_eq!(of("200,800,0,0"), [""; 0]);
}

#[test]
fn corrections_and_campaigns_that_do_not_fit_are_found() {
    let first = "a,2020-01-05,2020-01-09,,north,rocket-107,3,3,0,0,0,0,,Agency,reported,,";
    for (second, part) in [
        (
            "b,2020-01-05,2020-01-10,,south,rocket-107,3,3,0,0,0,0,,Paper,reported,a,",
            "on another site",
        ),
        (
            "b,2020-01-25,2020-01-30,,north,rocket-107,3,3,0,0,0,0,,Paper,reported,a,",
            "20 days away",
        ),
        (
            "b,2020-01-05,2020-01-06,,north,rocket-107,3,3,0,0,0,0,,Paper,reported,a,",
            "was made before it, on 2020-01-06",
        ),
    ] {
        one(&[first, second], &["3: it corrects `a` (line 2)", part]);
    }
    let attack = |id: &str, date: &str| {
        format!("{id},{date},,,north,rocket-107,3,3,0,0,0,0,wave,Agency,reported,,")
    };
    one(
        &[
            &attack("a", "2020-01-05"),
            &attack("b", "2020-01-07"),
            &attack("c", "2020-01-12"),
        ],
        &["4: the campaign `wave`", "7 days before, with `a`"],
    );
    none(&[&attack("a", "2020-01-05"), &attack("b", "2020-01-08")]);
}

#[test]
fn sites_where_none_can_be_are_found() {
    let mut twin = Place::new("twin", 0.0, 10);
    twin.longitude += 0.0001;
    assert_eq!(
        told_of(&base(&[]).site(&twin)),
        ["4: twin lies within 50 m of north (line 2)"]
    );
    let mut zero = Place::new("zero", 0.0, 10);
    (zero.latitude, zero.longitude) = (0.0, 0.0);
    assert_eq!(told_of(&base(&[]).site(&zero)).len(), 1);
    let mut turned = Place::new("turned", 0.0, 10);
    (turned.latitude, turned.longitude) = (44.1, 10.0);
    // Far away is no fault in itself.
    assert_eq!(told_of(&base(&[]).site(&turned)), [""; 0]);
    (turned.latitude, turned.longitude) = (64.0, 33.2);
    let theatre = base(&[]).sites.replace(",44,", ",64,");
    let mut text = base(&[]);
    text.sites = theatre;
    assert!(told_of(&text.site(&turned))[0].contains("exchanged"));
}

#[test]
fn suggestions_are_printed_and_change_nothing() {
    let text = base(&[
        "a,2020-01-05,,,north,rocket-107,3,3,0,0,0,0,,Agency,reported,,",
        "b,2020-01-05,,,north,rocket-107,3,3,0,0,0,0,,Paper,reported,,",
    ]);
    let dir = fresh("hygiene-printed");
    text.write(&dir.join("t"));
    let output = run(&dir, "check", "t".as_ref(), "");
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
    let told = stdout(&output);
    for part in [
        "no faults",
        "Suggestions, by which nothing is changed:",
        "incidents.csv:3: it may be",
        "  help: if so",
        "1 suggestion\n",
    ] {
        assert!(told.contains(part), "{told}");
    }
    assert_eq!(support::read(dir.join("t/incidents.csv")), text.incidents);
}
