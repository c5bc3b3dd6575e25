//! `rampart raid`: one raid on one site, under every loadout.

#![allow(clippy::expect_used, reason = "a step that fails ends the test")]

mod support;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use rampart::raids::COLUMNS;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use support::schema::{float, list, tells_no_place_or_time, whole};
use support::{Place, Text, code, document, fresh, listing, rampart, run, stderr, stdout};

/// One base with people and partners, and a wide empty one.
fn bases() -> Text {
    let mut base = Place::new("base", 0.0, 800);
    base.partners = 200;
    base.radius_m = 500.0;
    let mut wide = Place::new("wide", 60.0, 150);
    wide.radius_m = 1500.0;
    Text::new(30, 7)
        .site(&base)
        .site(&wide)
        .incident("r-1", "2020-03-01", "base", "rocket-107", 12)
        .incident("r-2", "2020-03-05", "base", "rocket-107", 4)
        .incident("r-3", "2020-03-09", "wide", "rocket-107", 6)
        .state("[[stock]]\nsystem = \"c-ram\"\navailable = 2\narrives_day = 3")
        .state("[[deployed]]\nsystem = \"sense-and-warn\"\nsite = \"base\"\nquantity = 1\nmovable = true")
}

fn written(name: &str) -> (PathBuf, PathBuf) {
    let within = fresh(&format!("raid-{name}"));
    let dir = within.join("theatre");
    bases().write(&dir);
    (within, dir)
}

const ASKED: &str = "--site base --munition rocket-107";

fn asked(within: &Path, dir: &Path, words: &str) -> Value {
    let found = document(
        &run(within, "raid", dir, &format!("{ASKED} --json {words}")),
        0,
    );
    tells_no_place_or_time(&found);
    found
}

/// The document without its only figure that differs from run to run.
fn settled(mut found: Value) -> Value {
    found["replications_per_second"] = Value::Null;
    found
}

fn loadout<'a>(found: &'a Value, systems: &Value) -> &'a Value {
    let mut lines = list(&found["loadouts"], "loadouts").iter();
    lines
        .find(|line| line["systems"] == *systems)
        .expect("it is compared")
}

#[test]
fn the_document_is_as_it_is_described() {
    let (within, dir) = written("document");
    let found = asked(
        &within,
        &dir,
        "--rounds 8 --replications 2048 --tail 10 --threads 1",
    );
    assert_eq!(
        (&found["site"], &found["munition"]),
        (&"base".into(), &"rocket-107".into())
    );
    assert_eq!(
        (whole(&found["rounds"]), whole(&found["replications"])),
        (8, 2048)
    );
    assert_eq!(whole(&found["seed"]), 7);
    assert!(float(&found["replications_per_second"]) > 0.0);
    // Sense-and-warn 0–1, C-RAM 0–2, Patriot 0–1.
    assert_eq!(list(&found["loadouts"], "loadouts").len(), 12);
    for line in list(&found["loadouts"], "loadouts") {
        for key in [
            "leakage",
            "killed",
            "wounded",
            "casualties",
            "warned",
            "tail",
        ] {
            let of = |part: &str| float(&line[key][part]);
            assert!(
                of("low") <= of("mean") && of("mean") <= of("high"),
                "{key}: {line}"
            );
        }
        let both = float(&line["killed"]["mean"]) + float(&line["wounded"]["mean"]);
        assert!((both / float(&line["casualties"]["mean"]) - 1.0).abs() < 1e-9);
        let share = &line["unknown_share"];
        assert!(
            0.0 < float(&share["mean"]) && float(&share["mean"]) < 1.0,
            "{share}"
        );
    }
    let nothing = loadout(&found, &serde_json::json!({}));
    assert_eq!(nothing["leakage"]["low"], 1.0);
    assert_eq!(
        (&nothing["warning_s"], &nothing["difference"]),
        (&Value::Null, &Value::Null)
    );
    let warned = loadout(&found, &serde_json::json!({"sense-and-warn": 1}));
    assert_eq!(warned["leakage"]["mean"], 1.0);
    assert_eq!(
        (&warned["stands"], &nothing["stands"]),
        (&true.into(), &false.into())
    );
    assert!(float(&warned["warning_s"]["p10"]) <= float(&warned["warning_s"]["p90"]));
    assert!(float(&warned["casualties"]["mean"]) < float(&nothing["casualties"]["mean"]));
    let guns = loadout(&found, &serde_json::json!({"c-ram": 2}));
    assert!(float(&guns["leakage"]["mean"]) < 1.0);
    assert!(float(&guns["tail"]["mean"]) < float(&nothing["tail"]["mean"]));
    assert_eq!(
        settled(found),
        settled(asked(
            &within,
            &dir,
            "--rounds 8 --replications 2048 --tail 10 --threads 2"
        ))
    );
    assert_eq!(listing(&within), ["theatre"]);
}

#[test]
fn a_typical_salvo_is_taken_where_no_rounds_are_given() {
    let (within, dir) = written("typical");
    let found = asked(&within, &dir, "--replications 100 --loadout nothing");
    assert_eq!(
        (&found["rounds_given"], whole(&found["replications"])),
        (&false.into(), 100)
    );
    assert!(
        (2..=12).contains(&whole(&found["rounds"])),
        "{}",
        found["rounds"]
    );
    assert_eq!(list(&found["loadouts"], "loadouts").len(), 1);
    let words =
        format!("{ASKED} --replications 200 --loadout c-ram=2,sense-and-warn=1 --loadout nothing");
    let output = run(&within, "raid", &dir, &words);
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
    let told = stdout(&output);
    for part in [
        "RAID",
        "typical salvo",
        "sense-and-warn=1,c-ram=2",
        "nothing",
        "less those with",
    ] {
        assert!(told.contains(part), "no {part}:\n{told}");
    }
}

/// By night more are indoors, and those who are warned lose the time to wake; the rounds fall alike.
#[test]
fn a_raid_at_an_hour_meets_the_people_of_that_hour() {
    let (within, dir) = written("hour");
    let words = "--rounds 6 --replications 1024 --loadout nothing --loadout sense-and-warn=1";
    let [any, day, night] = ["", "--hour 13", "--hour 2.5"].map(|hour| {
        let found = asked(&within, &dir, &format!("{words} {hour}"));
        let hurt = |index: usize| float(&found["loadouts"][index]["casualties"]["mean"]);
        assert_eq!(found["hour"].is_null(), hour.is_empty());
        assert_eq!(found["loadouts"][0]["leakage"]["mean"], 1.0);
        [hurt(0), hurt(1)]
    });
    let words = format!("{ASKED} --hour 2.5 --replications 64 --loadout nothing");
    let told = stdout(&run(&within, "raid", &dir, &words));
    assert!(told.contains("rocket-107 at 02:30 local time"), "{told}");
    assert!(
        night[0] < any[0] && any[0] < day[0],
        "{night:?} {any:?} {day:?}"
    );
    assert!(day[1] / day[0] < night[1] / night[0], "{night:?} {day:?}");
}

#[test]
fn nobody_is_hurt_where_nobody_is_and_missiles_meet_batteries() {
    let (within, dir) = written("missile");
    let words = "--site base --munition ballistic-missile --rounds 3 --replications 512 --json \
                 --loadout nothing --loadout patriot=1 --loadout c-ram=1";
    let found = document(&run(&within, "raid", &dir, words), 0);
    let leak = |index: usize| float(&found["loadouts"][index]["leakage"]["mean"]);
    assert!(leak(0) == 1.0 && leak(1) < 1.0 && leak(2) == 1.0);
    // The theatre's own early warning, which is none of the loadouts.
    assert!(float(&found["loadouts"][0]["warned"]["mean"]) > 0.3);
}

#[test]
fn what_cannot_be_is_told_and_leaves_nothing() {
    let (within, dir) = written("wrong");
    let cases = [
        (
            "--site bse --munition rocket-107",
            64,
            "did you mean `base`?",
        ),
        (
            "--site base --munition rocket-170",
            64,
            "did you mean `rocket-107`?",
        ),
        (
            "--site base --munition rocket-107 --rounds 0",
            64,
            "--rounds",
        ),
        (
            "--site base --munition rocket-107 --rounds -3",
            64,
            "--rounds",
        ),
        (
            "--site base --munition rocket-107 --rounds 99999999",
            64,
            "--rounds",
        ),
        (
            "--site base --munition rocket-107 --loadout cram=1",
            64,
            "did you mean `c-ram`?",
        ),
        (
            "--site base --munition rocket-107 --loadout c-ram=-1",
            64,
            "at most 2",
        ),
        (
            "--site base --munition rocket-107 --loadout c-ram=3",
            64,
            "at most 2",
        ),
        (
            "--site base --munition rocket-107 --loadout c-ram",
            64,
            "c-ram=1",
        ),
        (
            "--site base --munition rocket-107 --loadout c-ram=1,c-ram=1",
            64,
            "twice",
        ),
        (
            "--site base --munition rocket-107 --replications 0",
            64,
            "--replications",
        ),
        (
            "--site base --munition rocket-107 --replications -5",
            64,
            "--replications",
        ),
        (
            "--site base --munition rocket-107 --precision 0",
            64,
            "--precision",
        ),
        (
            "--site base --munition rocket-107 --precision -0.1",
            64,
            "--precision",
        ),
        (
            "--site base --munition rocket-107 --precision NaN",
            64,
            "--precision",
        ),
        (
            "--site base --munition rocket-107 --precision 0.1 --replications 9",
            64,
            "--replications",
        ),
        ("--site base --munition rocket-107 --resume", 64, "--out"),
        ("--site base --munition rocket-107 --tail 0", 64, "--tail"),
        (
            "--site base --munition rocket-107 --threads 0",
            64,
            "--threads",
        ),
        (
            "--site base --munition rocket-107 --out theatre/sites.csv/out",
            1,
            "cannot make the folder",
        ),
        ("--munition rocket-107", 64, "--site"),
        (
            "--site base --munition rocket-107 --hour 24",
            64,
            "not an hour",
        ),
        (
            "--site base --munition rocket-107 --hour -1",
            64,
            "not an hour",
        ),
        (
            "--site base --munition rocket-107 --warning sirens",
            64,
            "closed-loop",
        ),
        (
            "--site base --munition ballistic-missile --warning closed-loop",
            64,
            "early warning",
        ),
    ];
    for (words, status, part) in cases {
        let output = run(&within, "raid", &dir, words);
        let told = stderr(&output);
        assert_eq!(code(&output), status, "{words}: {told}");
        assert!(told.contains(part), "{words}: no {part} in {told}");
        assert_eq!(
            (stdout(&output).as_str(), listing(&within)),
            ("", vec!["theatre".to_owned()])
        );
    }
    for option in ["--aim", "--azimuth", "--elevation", "--launch", "--from"] {
        let output = run(&within, "raid", &dir, &format!("{ASKED} {option} 1"));
        assert_eq!(code(&output), 64, "there is an option {option}");
    }
}

/// One row of the file.
#[derive(Debug, PartialEq)]
struct Line {
    replication: u64,
    group: u64,
    loadout: String,
    would_hit: f64,
    hit: f64,
    hurt: f64,
    expected: f64,
    tail: Option<f64>,
}

fn lines(path: &Path) -> Vec<Line> {
    let reader =
        SerializedFileReader::new(fs::File::open(path).expect("it is there")).expect("Parquet");
    let schema = reader.metadata().file_metadata().schema();
    let names: Vec<&str> = schema
        .get_fields()
        .iter()
        .map(|field| field.name())
        .collect();
    assert_eq!(names, COLUMNS.map(|(name, _)| name));
    let rows = reader.get_row_iter(None).expect("rows");
    rows.map(|row| {
        let row = row.expect("a row");
        let count = |column: usize| f64::from(row.get_uint(column).expect("a count"));
        let float = |column: usize| row.get_double(column).expect("a number");
        Line {
            replication: u64::from(row.get_uint(0).expect("a count")),
            group: u64::from(row.get_uint(1).expect("a count")),
            loadout: row.get_string(2).expect("a name").clone(),
            would_hit: count(4),
            hit: count(5),
            hurt: count(7) + count(8),
            expected: float(9) + float(10),
            tail: row.get_double(11).ok(),
        }
    })
    .collect()
}

#[test]
fn the_file_holds_every_raid_and_adds_up_to_the_document() {
    let (within, dir) = written("parquet");
    let found = asked(
        &within,
        &dir,
        "--rounds 6 --replications 3000 --tail 5 --out out",
    );
    assert_eq!(
        listing(&within.join("out")),
        ["raid.html", "raid.json", "raid.parquet"]
    );
    let all = lines(&within.join("out/raid.parquet"));
    let loadouts = list(&found["loadouts"], "loadouts");
    assert_eq!(all.len(), 3000 * loadouts.len());
    let per_group = whole(&found["replications_per_group"]);
    for (place, line) in all.iter().enumerate() {
        let place = place as u64;
        assert_eq!(line.replication, place / loadouts.len() as u64);
        assert_eq!(line.group, line.replication / per_group);
        assert!(line.hit <= line.would_hit && line.would_hit <= 6.0 && line.hurt <= 1000.0);
    }
    let of = |name: &str| {
        all.iter()
            .filter(|line| line.loadout == name)
            .collect::<Vec<_>>()
    };
    let mean = |lines: &[&Line], part: &dyn Fn(&Line) -> f64| {
        lines.iter().map(|line| part(line)).sum::<f64>() / lines.len() as f64
    };
    for (name, systems) in [
        ("nothing", serde_json::json!({})),
        ("c-ram=1", serde_json::json!({"c-ram": 1})),
        (
            "sense-and-warn=1,c-ram=2",
            serde_json::json!({"c-ram": 2, "sense-and-warn": 1}),
        ),
    ] {
        let (line, rows) = (loadout(&found, &systems), of(name));
        let near = |value: &Value, wanted: f64| (float(value) / wanted - 1.0).abs() < 1e-9;
        assert!(near(
            &line["casualties"]["mean"],
            mean(&rows, &|row| row.expected)
        ));
        let leak = mean(&rows, &|row| row.hit) / mean(&rows, &|row| row.would_hit);
        assert!(near(&line["leakage"]["mean"], leak));
        assert!(near(
            &line["tail"]["mean"],
            mean(&rows, &|row| row.tail.unwrap_or(-1.0))
        ));
        // What is expected and what happens agree on average, as do the chance of many and how often
        // they are: one raid is a draw of the other.
        let (mut apart, mut square, mut chance, mut room) = (0.0, 0.0, 0.0, 0.0);
        for row in &rows {
            let difference = row.hurt - row.expected;
            apart += difference;
            square += difference * difference;
            let tail = row.tail.unwrap_or(-1.0);
            chance += f64::from(u8::from(row.hurt >= 5.0)) - tail;
            room += tail * (1.0 - tail);
        }
        assert!(
            apart.abs() < 4.5 * square.sqrt(),
            "{name}: {apart} ± {}",
            square.sqrt()
        );
        assert!(
            chance.abs() < 4.5 * room.sqrt(),
            "{name}: {chance} ± {}",
            room.sqrt()
        );
    }
    let page = fs::read_to_string(within.join("out/raid.html")).expect("it is there");
    for foreign in [
        "http:", "https:", "src=", "<script", "<link", "url(", "@import",
    ] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    for part in [
        "prefers-color-scheme: dark",
        "@media print",
        "Where rounds fall",
        "no direction of fire",
    ] {
        assert!(page.contains(part), "no {part}");
    }
    let kept: Value =
        serde_json::from_str(&fs::read_to_string(within.join("out/raid.json")).expect("there"))
            .expect("JSON");
    assert_eq!(settled(kept), settled(found));
}

/// On 107 mm rockets at a base of 500 m the stand-in warns of the same raids as the live code within 8 in 100,
/// 2.5 s sooner or later on average, and casualties lie within 8 %; so whoever plans by it is not misled.
#[test]
fn the_stand_in_says_what_the_live_tracker_and_warner_say() {
    let (within, dir) = written("closed-loop");
    let words = "--rounds 6 --replications 512 --loadout nothing --loadout sense-and-warn=1 --loadout c-ram=1";
    let closed = format!("{words} --warning closed-loop --threads");
    let found = asked(&within, &dir, &format!("{closed} 1 --out one"));
    assert_eq!(found["warning_by"], "closed-loop");
    let of = |units: Value, part: &str| loadout(&found, &units)[part].clone();
    let nothing = of(serde_json::json!({}), "stand_in");
    assert_eq!(of(serde_json::json!({}), "warned")["mean"], 0.0);
    assert_eq!(
        (&nothing["earlier_s"], float(&nothing["casualties"]["mean"])),
        (&Value::Null, 0.0)
    );
    for system in ["sense-and-warn", "c-ram"] {
        let units = || serde_json::json!({ system: 1 });
        let beside = of(units(), "stand_in");
        let mean = |part: &str| float(&beside[part]["mean"]);
        println!("{system}: {beside}");
        assert!(float(&of(units(), "warned")["mean"]) > 0.5);
        assert!(mean("earlier_s").abs() <= 2.5, "{beside}");
        assert!(mean("warned_more").abs() <= 0.08, "{beside}");
        let all = float(&of(units(), "casualties")["mean"]);
        assert!(mean("casualties").abs() <= 0.08 * all, "{beside}");
    }
    // The same bytes on two threads, and the same raids under the stand-in alone, but for its derivatives.
    let again = asked(&within, &dir, &format!("{closed} 2 --out two"));
    assert_eq!(settled(found.clone()), settled(again));
    let bytes = |folder: &str, name: &str| fs::read(within.join(folder).join(name)).expect("there");
    for name in ["raid.parquet", "raid.html"] {
        assert!(bytes("one", name) == bytes("two", name), "{name} differs");
    }
    let alone = asked(&within, &dir, words);
    assert_eq!(
        (&alone["warning_by"], &alone["loadouts"][1]["stand_in"]),
        (&"stand-in".into(), &Value::Null)
    );
    let of_alone = float(&loadout(&alone, &serde_json::json!({}))["casualties"]["mean"]);
    let of_closed = float(&of(serde_json::json!({}), "casualties")["mean"]);
    assert!(
        (of_alone / of_closed - 1.0).abs() < 0.1,
        "{of_alone} {of_closed}"
    );
    let file = fs::File::open(within.join("one/raid.parquet")).expect("there");
    let reader = SerializedFileReader::new(file).expect("Parquet");
    let metadata = reader.metadata().file_metadata().key_value_metadata();
    let metadata = metadata.expect("metadata");
    let told = |key: &str| metadata.iter().find(|pair| pair.key == key)?.value.clone();
    assert_eq!(told("warning").as_deref(), Some("closed-loop"));
    let page = fs::read_to_string(within.join("one/raid.html")).expect("there");
    assert!(page.contains("The stand-in beside the closed loop"));
}

/// A disk that is full, by a limit on what a file may hold: no chunk, then chunks but not the result.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_no_half_file_and_the_study_goes_on() {
    let (within, dir) = written("full-disk");
    let words = format!("{ASKED} --rounds 6 --replications 4000 --threads 1 --out");
    let whole = run(&within, "raid", &dir, &format!("{words} whole"));
    assert_eq!(code(&whole), 0);
    // Blocks are of 512 bytes: the first holds no chunk, the second a chunk of 100 kB and not the file.
    let limited = |blocks: u32, rest: &str| {
        let line = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let mut command = Command::new("sh");
        command
            .args(["-c", &line, env!("CARGO_BIN_EXE_rampart"), "raid"])
            .arg(&dir);
        let words = format!("{words} out {rest}");
        let words: Vec<&str> = words.split_whitespace().collect();
        command
            .args(words)
            .current_dir(&within)
            .output()
            .expect("it runs")
    };
    for (blocks, file) in [(24, "chunk-0"), (330, "raid.parquet")] {
        let full = limited(blocks, "--resume");
        let told = stderr(&full);
        assert_eq!(code(&full), 1, "{told}");
        assert!(
            told.contains("cannot write") && told.contains(file),
            "{told}"
        );
        assert!(told.contains("--resume"), "{told}");
        assert_eq!(listing(&within.join("out")), ["raid-partial"]);
        let kept = listing(&within.join("out/raid-partial"));
        assert!(kept.iter().all(|name| !name.ends_with(".part")), "{kept:?}");
    }
    let on = run(&within, "raid", &dir, &format!("{words} out --resume"));
    assert_eq!((code(&on), stderr(&on).as_str()), (0, ""));
    for name in ["raid.parquet", "raid.html"] {
        let bytes = |folder: &str| fs::read(within.join(folder).join(name)).expect("there");
        assert!(bytes("whole") == bytes("out"), "{name} differs");
    }
}

#[test]
fn what_is_not_of_this_study_is_not_resumed() {
    let (within, dir) = written("foreign");
    let words = |seed: u32| {
        format!("{ASKED} --rounds 6 --replications 2000 --threads 1 --seed {seed} --out")
    };
    // What a study of another seed keeps when it cannot write its page.
    for (folder, seed) in [("other", 8), ("out", 7)] {
        fs::create_dir_all(within.join(folder).join("raid.html")).expect("made");
        let output = run(&within, "raid", &dir, &format!("{} {folder}", words(seed)));
        assert_eq!(code(&output), 1);
        assert!(stderr(&output).contains("raid.html"), "{}", stderr(&output));
    }
    let partial = within.join("out/raid-partial");
    let resumed = || run(&within, "raid", &dir, &format!("{} out --resume", words(7)));
    for text in ["", "half {", "[]"] {
        let manifest = partial.join("study.json");
        let own = fs::read(&manifest).expect("there");
        fs::write(&manifest, text).expect("written");
        let output = resumed();
        assert_eq!(code(&output), 1);
        assert!(
            stderr(&output).contains("begin anew"),
            "{}",
            stderr(&output)
        );
        assert!(partial.join("chunk-0").exists());
        fs::write(&manifest, own).expect("written");
    }
    // A chunk of the other study, and one in the place of another.
    let other = within.join("other/raid-partial/chunk-0");
    fs::copy(other, partial.join("chunk-0")).expect("copied");
    fs::copy(partial.join("chunk-1"), partial.join("chunk-2")).expect("copied");
    fs::remove_dir(within.join("out/raid.html")).expect("removed");
    assert_eq!(code(&resumed()), 0);
    let whole = run(&within, "raid", &dir, &format!("{} whole", words(7)));
    assert_eq!(code(&whole), 0);
    let bytes = |folder: &str| fs::read(within.join(folder).join("raid.parquet")).expect("there");
    assert!(bytes("whole") == bytes("out"), "rows of another study");
    // Chunks that nobody says of what they are.
    let _ = fs::create_dir_all(&partial);
    let stray = within.join("other/raid-partial/chunk-0");
    fs::copy(stray, partial.join("chunk-0")).expect("copied");
    fs::write(partial.join("result-raid.html"), "half").expect("written");
    assert_eq!(code(&resumed()), 0);
    assert_eq!(
        listing(&within.join("out")),
        ["raid.html", "raid.json", "raid.parquet"]
    );
    assert!(bytes("whole") == bytes("out"), "rows of another study");
}

/// Runs a study until it has kept something, and ends it by a signal.
fn broken_off(within: &Path, dir: &Path, words: &str, signal: &str) -> i32 {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rampart"))
        .arg("raid")
        .arg(dir)
        .args(words.split_whitespace())
        .current_dir(within)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let first = within.join("out/raid-partial/chunk-0");
    while !first.exists() && child.try_wait().expect("its state").is_none() {
        std::thread::yield_now();
    }
    let id = child.id().to_string();
    let sent = Command::new("kill").args([signal, &id]).status();
    assert!(sent.is_ok());
    child.wait().expect("it ends").code().unwrap_or(-1)
}

#[test]
fn a_study_broken_off_goes_on_to_the_same_bytes() {
    let (within, dir) = written("resume");
    let words = format!("{ASKED} --rounds 6 --replications 4000 --threads 1 --out");
    let whole = run(
        &within,
        "raid",
        &dir,
        &format!("{words} whole --threads 2").replacen("--threads 1 ", "", 1),
    );
    assert_eq!((code(&whole), stderr(&whole).as_str()), (0, ""));
    let bytes =
        |folder: &str, name: &str| fs::read(within.join(folder).join(name)).expect("it is there");
    for signal in ["-INT", "-KILL"] {
        let _ = fs::remove_dir_all(within.join("out"));
        let status = broken_off(&within, &dir, &format!("{words} out"), signal);
        assert!(
            [130, -1].contains(&status),
            "it ended before it was stopped: {status}"
        );
        let left = listing(&within.join("out"));
        assert_eq!(left, ["raid-partial"], "half a file");
        // Another study does not take up what this one left.
        let other = run(
            &within,
            "raid",
            &dir,
            &format!("{words} out --resume --seed 8"),
        );
        assert_eq!(code(&other), 1);
        assert!(
            stderr(&other).contains("another seed"),
            "{}",
            stderr(&other)
        );
        // A chunk that a crash spoilt is flown again.
        let spoilt = within.join("out/raid-partial/chunk-0");
        let mut half = fs::read(&spoilt).expect("a chunk");
        half.truncate(half.len() / 2);
        fs::write(&spoilt, half).expect("written");
        let on = run(&within, "raid", &dir, &format!("{words} out --resume"));
        assert_eq!((code(&on), stderr(&on).as_str()), (0, ""));
        assert_eq!(
            listing(&within.join("out")),
            ["raid.html", "raid.json", "raid.parquet"]
        );
        for name in ["raid.parquet", "raid.html"] {
            assert!(
                bytes("whole", name) == bytes("out", name),
                "{signal}: {name} differs"
            );
        }
    }
}

#[test]
fn a_precision_is_reached_and_said_so() {
    let (within, dir) = written("precision");
    let words = "--rounds 6 --precision 0.2 --loadout nothing --loadout c-ram=1";
    let found = asked(&within, &dir, &format!("{words} --threads 1"));
    assert_eq!(found["precision"]["reached"], true);
    assert!(whole(&found["replications"]) > 1024);
    for line in list(&found["loadouts"], "loadouts") {
        let of = |part: &str| float(&line["casualties"][part]);
        assert!(0.5 * (of("high") - of("low")) <= 0.2 * of("mean"));
    }
    assert_eq!(
        settled(found),
        settled(asked(&within, &dir, &format!("{words} --threads 2")))
    );
}

/// A gun more or less, on the same raids: ten times sharper than on raids of their own.
#[test]
fn loadouts_are_told_apart_on_the_same_raids() {
    let (within, dir) = written("paired");
    let found = asked(
        &within,
        &dir,
        "--rounds 12 --replications 4096 --loadout c-ram=1 --loadout c-ram=2",
    );
    let difference = &found["loadouts"][1]["difference"];
    assert!(
        float(&difference["variance_reduction"]) >= 10.0,
        "{difference}"
    );
    assert!(
        float(&difference["variance_reduction_most"]) >= float(&difference["variance_reduction"]),
        "{difference}"
    );
    assert!(
        float(&difference["casualties"]["high"]) <= 0.0,
        "{difference}"
    );
}

#[test]
fn unknowns_are_ranked_and_share_what_varies() {
    let (within, dir) = written("explain");
    let found = asked(
        &within,
        &dir,
        "--rounds 2 --replications 64 --loadout sense-and-warn=1 --explain",
    );
    let unknowns = list(&found["unknowns"], "unknowns");
    let total = |line: &Value| float(&line["total"]["mean"]);
    assert!(
        unknowns
            .windows(2)
            .all(|pair| total(&pair[0]) >= total(&pair[1]))
    );
    let named = |part: &str| {
        unknowns
            .iter()
            .filter(|line| {
                line["name"]
                    .as_str()
                    .is_some_and(|name| name.ends_with(part))
            })
            .count()
    };
    assert!(named(" of rocket-107") > 8 && named(" of people") > 8 && named(" of radars") > 3);
    assert_eq!(named(" of rocket-122") + named(" of c-ram"), 0);
    let first: f64 = unknowns
        .iter()
        .map(|line| float(&line["first"]["mean"]))
        .sum();
    let totals: f64 = unknowns.iter().map(total).sum();
    assert!(first < 1.2 && totals > 0.8, "{first} {totals}");
    assert!(total(&unknowns[0]) > 0.15);
}

#[test]
fn the_help_and_the_page_of_documents_name_every_column() {
    let output = rampart(&fresh("raid-help"), &["raid", "--help"]);
    let help = stdout(&output);
    let page = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/raid-command.md"),
    );
    let page = page.expect("the page is there");
    for (column, _) in COLUMNS {
        assert!(help.contains(column), "--help does not name {column}");
        assert!(
            page.contains(&format!("`{column}`")),
            "the page does not name {column}"
        );
    }
}
