//! Event data on their way into a theatre's log. Every event here is invented.
//!
//! Each file of `tests/import` is imported into the theatre of `tests/broken/base`, and what the program
//! says is compared with the golden file beside it. `UPDATE_GOLDEN=1 cargo test` writes those anew.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::{Path, PathBuf};
use std::process::Output;
use support::{code, fresh, rampart, read, stderr, stdout};

const DATA_SETS: [&str; 3] = ["acled", "ged", "gtd"];

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// A folder with the theatre `base` and the files of events, as it is before an import.
fn desk(name: &str) -> PathBuf {
    let dir = fresh(name);
    std::fs::create_dir(dir.join("base")).unwrap();
    for file in ["theatre.toml", "sites.csv", "incidents.csv"] {
        let from = tests().join("broken/base").join(file);
        std::fs::copy(from, dir.join("base").join(file)).unwrap();
    }
    // The log of that theatre lacks columns that reports need.
    let log = read(dir.join("base/incidents.csv"));
    let wider: Vec<String> = log
        .lines()
        .enumerate()
        .map(|(at, line)| match at {
            0 => format!("killed_partner,wounded_partner,{line}"),
            _ => format!(",,{line}"),
        })
        .collect();
    std::fs::write(dir.join("base/incidents.csv"), wider.join("\r\n")).unwrap();
    for set in DATA_SETS {
        let file = format!("{set}.csv");
        std::fs::copy(tests().join("import").join(&file), dir.join(&file)).unwrap();
    }
    dir
}

fn import(desk: &Path, file: &str, words: &str) -> Output {
    let mut arguments = vec!["import", file, "--theatre", "base"];
    arguments.extend(words.split_whitespace());
    rampart(desk, &arguments)
}

/// Standard output of an import that goes well.
fn told(desk: &Path, file: &str, words: &str) -> String {
    let output = import(desk, file, words);
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""), "{file}");
    stdout(&output)
}

/// Standard error of one that does not.
fn refused(desk: &Path, file: &str, words: &str) -> String {
    let before = read(desk.join("base/incidents.csv"));
    let output = import(desk, file, words);
    assert_eq!((code(&output), stdout(&output).as_str()), (1, ""), "{file}");
    assert_eq!(read(desk.join("base/incidents.csv")), before);
    stderr(&output)
}

fn log(desk: &Path) -> String {
    read(desk.join("base/incidents.csv"))
}

#[test]
fn every_row_is_accounted_for() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let desk = desk("import-golden");
    for set in DATA_SETS {
        let file = format!("{set}.csv");
        let before = log(&desk);
        let told = told(&desk, &file, "--dry-run");
        assert_eq!(log(&desk), before);
        let golden = tests().join("import").join(format!("{set}.txt"));
        if update {
            std::fs::write(&golden, &told).unwrap();
        }
        assert_eq!(read(&golden), told);
        let rows: Vec<&str> = told
            .lines()
            .filter(|line| line.starts_with("  line ") && line.contains("): "))
            .collect();
        let first = told.lines().next().unwrap();
        assert!(
            first.ends_with(&format!("{} dropped.", rows.len())),
            "{first}"
        );
    }
}

#[test]
fn what_is_imported_is_a_sound_log_and_comes_once() {
    let desk = desk("import-twice");
    let before = log(&desk);
    for (set, new) in [("acled", 5), ("ged", 5), ("gtd", 3)] {
        let file = format!("{set}.csv");
        let first = told(&desk, &file, "");
        assert!(
            first.contains(&format!("{new} reports new, 0 known already.")),
            "{first}"
        );
        let after = log(&desk);
        let second = told(&desk, &file, "");
        assert!(
            second.contains(&format!("0 reports new, {new} known already.")),
            "{second}"
        );
        assert!(
            second.ends_with("Nothing is written: there is nothing new.\n"),
            "{second}"
        );
        assert_eq!(log(&desk), after);
    }
    let after = log(&desk);
    assert!(
        after.starts_with(&before),
        "rows that stood there have changed"
    );
    assert!(after.lines().all(|line| !line.contains('\r')) && after.matches("\r\n").count() == 18);
    let check = rampart(&desk, &["check", "base"]);
    assert_eq!((code(&check), stderr(&check).as_str()), (0, ""));
    // Reports of several sources of one event count once.
    let theatre = rampart::load::theatre(&desk.join("base")).unwrap();
    assert_eq!(theatre.incidents.len(), 4 + 13);
    let known = theatre::incident::known_on(&theatre.incidents, "2020-12-31".parse().unwrap());
    assert_eq!(known.len(), 2 + 4 + 3 + 3);
    let chained = |id: &str| {
        theatre
            .incidents
            .iter()
            .find(|report| report.id == id)
            .unwrap()
    };
    let last = chained("acled-XLD1-2");
    let before = last.supersedes.unwrap();
    assert_eq!(theatre.incidents[before].id, "acled-XLD1");
    assert_eq!(last.source, "ACLED XLD1: Second Agency");
    assert_eq!(last.confidence, theatre::Confidence::Confirmed);
    assert_eq!((last.rounds_low, last.rounds_high), (14, 14));
    assert_eq!(last.casualties(), 0);
}

#[test]
fn rows_changed_by_hand_stay_and_are_named() {
    let desk = desk("import-by-hand");
    told(&desk, "acled.csv", "");
    let edited = log(&desk).replacen(",unknown,2,2,", ",mortar-82,2,2,", 1);
    assert_ne!(edited, log(&desk));
    std::fs::write(desk.join("base/incidents.csv"), &edited).unwrap();
    let told = told(&desk, "acled.csv", "");
    assert!(
        told.contains("munition is mortar-82, and unknown by the file"),
        "{told}"
    );
    assert_eq!(log(&desk), edited);
}

#[test]
fn a_source_more_supersedes_the_last_unless_a_person_has() {
    let desk = desk("import-sources");
    told(&desk, "acled.csv", "");
    let events = read(desk.join("acled.csv"));
    let more = events.replacen(
        "First Paper; Second Agency",
        "First Paper; Second Agency; Third",
        1,
    );
    std::fs::write(desk.join("more.csv"), &more).unwrap();
    let kept = log(&desk);
    let added = told(&desk, "more.csv", "");
    assert!(added.contains("1 report new, 5 known already."), "{added}");
    let theatre = rampart::load::theatre(&desk.join("base")).unwrap();
    let last = theatre.incidents.last().unwrap();
    assert_eq!(last.id, "acled-XLD1-3");
    assert_eq!(
        theatre.incidents[last.supersedes.unwrap()].id,
        "acled-XLD1-2"
    );
    // A person has corrected the event: the log keeps what it has.
    let mine = ",,mine,2020-03-10,2020-03-17,north,rocket-107,12,12,0,0,unknown,seen,confirmed,acled-XLD1-2,\r\n";
    let corrected = format!("{kept}{mine}");
    std::fs::write(desk.join("base/incidents.csv"), &corrected).unwrap();
    let told = told(&desk, "more.csv", "");
    assert!(told.contains("acled-XLD1-3: see mine"), "{told}");
    assert_eq!(log(&desk), corrected);
}

#[test]
fn casualties_count_when_it_is_said_whose_they_are() {
    for (whose, own, partner) in [("own", 1 + 4, 0), ("partner", 0, 1 + 4), ("left", 0, 0)] {
        let desk = desk(&format!("import-casualties-{whose}"));
        told(&desk, "gtd.csv", &format!("--casualties {whose}"));
        let theatre = rampart::load::theatre(&desk.join("base")).unwrap();
        let report = theatre
            .incidents
            .iter()
            .find(|r| r.id == "gtd-202001050001")
            .unwrap();
        assert_eq!(report.killed + report.wounded, own);
        assert_eq!(report.killed_partner + report.wounded_partner, partner);
        assert_eq!(
            log(&desk).contains("1 killed and 4 wounded on all sides, not counted"),
            whose == "left"
        );
    }
}

#[test]
fn a_file_of_its_own_is_written_whole_and_never_by_accident() {
    let desk = desk("import-out");
    let before = log(&desk);
    told(&desk, "gtd.csv", "--out new.csv");
    let new = read(desk.join("new.csv"));
    assert_eq!(new.lines().count(), 1 + 3);
    assert_eq!(log(&desk), before);
    let told_no = refused(&desk, "ged.csv", "--out new.csv");
    assert!(
        told_no.contains("new.csv is there already: say --append"),
        "{told_no}"
    );
    assert_eq!(read(desk.join("new.csv")), new);
    told(&desk, "ged.csv", "--out new.csv --append");
    assert!(read(desk.join("new.csv")).starts_with(&new));
    assert_eq!(read(desk.join("new.csv")).lines().count(), 1 + 3 + 5);
    told(&desk, "gtd.csv", "--out new.csv --replace");
    assert_eq!(read(desk.join("new.csv")), new);
    // As a theatre's only log it is sound.
    std::fs::copy(desk.join("new.csv"), desk.join("base/incidents.csv")).unwrap();
    assert_eq!(code(&rampart(&desk, &["check", "base"])), 0);
}

#[test]
fn a_theatre_may_begin_with_an_import() {
    let desk = desk("import-first");
    std::fs::remove_file(desk.join("base/incidents.csv")).unwrap();
    told(&desk, "gtd.csv", "");
    assert_eq!(log(&desk).lines().count(), 1 + 3);
    assert_eq!(code(&rampart(&desk, &["check", "base"])), 0);
}

#[test]
fn the_rules_can_be_taken_edited_and_used() {
    let desk = desk("import-rules");
    let printed = rampart(&desk, &["import", "--print-rules"]);
    assert_eq!(code(&printed), 0);
    let rules = stdout(&printed);
    std::fs::write(desk.join("same.toml"), &rules).unwrap();
    let plain = told(&desk, "acled.csv", "--dry-run");
    assert_eq!(
        told(&desk, "acled.csv", "--dry-run --rules same.toml"),
        plain
    );
    let own = format!(
        "{}\n[[rule]]\nid = \"mine\"\ntext = 'mortar'\nclass = \"mortar-82\"\n\n[[rule]]\nid = \"rest\"\ndrop = \"not mine\"\n",
        rules.split("[[rule]]").next().unwrap()
    );
    std::fs::write(desk.join("own.toml"), own).unwrap();
    let told = told(&desk, "acled.csv", "--dry-run --rules own.toml");
    assert!(told.contains("mortar-82                1"), "{told}");
    assert!(told.contains("not mine"), "{told}");
}

#[test]
fn faults_of_rules_name_their_place() {
    let desk = desk("import-bad-rules");
    let head = "rounds_unknown = { low = 1, high = 40, source = \"assumed\" }\napproximate_share = 0.2\nrounds_pattern = '{count} rockets'\n";
    for (rules, expected) in [
        ("", "missing"),
        (
            "[[rule]]\nid = \"a\"\ntext = '('\nclass = \"unknown\"\n",
            "`text` is no regular expression: unclosed group",
        ),
        (
            "[[rule]]\nid = \"a\"\nclass = \"rocket-170\"\n",
            "there is no munition `rocket-170`",
        ),
        ("[[rule]]\nid = \"a\"\n", "neither `class` nor `drop`"),
        (
            "[[rule]]\nid = \"a\"\nclass = \"unknown\"\ndrop = \"b\"\n",
            "both `class` and `drop`",
        ),
        (
            "[[rule]]\nid = \"a\"\ndata_sets = [\"acled\", \"gdelt\"]\ndrop = \"b\"\n",
            "`gdelt` is no data set",
        ),
        (
            "[[rule]]\nid = \"a\"\ncolour = 'x'\ndrop = \"b\"\n",
            "colour",
        ),
    ] {
        let text = match rules {
            "" => String::new(),
            rules => format!("{head}{rules}"),
        };
        std::fs::write(desk.join("bad.toml"), text).unwrap();
        let told = refused(&desk, "acled.csv", "--rules bad.toml");
        assert!(
            told.contains(expected) && told.contains("bad.toml"),
            "{told}"
        );
    }
    std::fs::write(desk.join("bad.toml"), head.replace("{count}", "")).unwrap();
    let told = refused(&desk, "acled.csv", "--rules bad.toml");
    assert!(told.contains("does not hold {count} once"), "{told}");
    assert!(refused(&desk, "acled.csv", "--rules none.toml").contains("there is no such file"));
}

#[test]
fn what_cannot_be_imported_is_told_with_its_mend() {
    let desk = desk("import-refused");
    std::fs::write(desk.join("other.csv"), "id,date\n1,2\n").unwrap();
    let told = refused(&desk, "other.csv", "");
    assert!(
        told.contains("none of the data sets") && told.contains("help: "),
        "{told}"
    );
    let slashes = read(desk.join("acled.csv")).replace("10 March 2020", "03/10/2020");
    std::fs::write(desk.join("slashes.csv"), slashes).unwrap();
    assert!(refused(&desk, "slashes.csv", "").contains("--dates dmy"));
    let dry = |order| self::told(&desk, "slashes.csv", &format!("--dry-run --dates {order}"));
    assert!(dry("mdy").contains("2020-03-10") && dry("dmy").contains("2020-10-03"));
    assert!(refused(&desk, "none.csv", "").contains("cannot read none.csv"));
    // A log without the columns that reports need.
    std::fs::copy(
        tests().join("broken/base/incidents.csv"),
        desk.join("base/incidents.csv"),
    )
    .unwrap();
    let told = refused(&desk, "acled.csv", "");
    assert!(
        told.contains("lacks the columns killed_partner, wounded_partner"),
        "{told}"
    );
    for words in [
        "--within-km 0",
        "--within-km nan",
        "--append",
        "--out a --append --replace",
    ] {
        assert_eq!(code(&import(&desk, "acled.csv", words)), 64, "{words}");
    }
    assert_eq!(code(&rampart(&desk, &["import", "acled.csv"])), 64);
}

#[test]
fn reach_and_precision_can_be_widened() {
    let desk = desk("import-wider");
    let attacks = |words: &str| {
        let told = told(&desk, "acled.csv", &format!("--dry-run {words}"));
        let first = told.lines().next().unwrap().to_owned();
        first
            .split(" → ")
            .nth(1)
            .unwrap()
            .split(' ')
            .next()
            .unwrap()
            .parse::<u32>()
            .unwrap()
    };
    let plain = attacks("");
    assert_eq!(attacks("--within-km 100"), plain + 1);
    assert_eq!(attacks("--days-max 31"), plain + 1);
    assert_eq!(attacks("--days-max 1"), plain - 1);
    assert_eq!(attacks("--within-km 1"), 1);
}
