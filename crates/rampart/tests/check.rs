//! What a person is told of a theatre folder that is not one.
//!
//! Each case makes a few edits to one sound folder, `tests/broken/base`, and its message is compared
//! with `tests/broken/<case>.txt`. `UPDATE_GOLDEN=1 cargo test` writes those files anew.

#![allow(clippy::unwrap_used)]

use rampart::diagnose::{Drawing, Faults};
use rampart::hygiene::suggestions;
use rampart::load::{File, Folder};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use theatre::{Stream, Theatre};

const THEATRE: &str = "theatre.toml";
const SITES: &str = "sites.csv";
const INCIDENTS: &str = "incidents.csv";
const SYSTEMS: &str = "systems.toml";
const MUNITIONS: &str = "munitions.toml";

/// One change to the folder.
enum Edit {
    /// Replaces the first occurrence of a text, which must be there.
    Swap(&'static str, &'static str, &'static str),
    /// Writes a whole file.
    Write(&'static str, &'static [u8]),
    /// Removes a file.
    Remove(&'static str),
    /// Puts a folder in a file's place.
    Folder(&'static str),
    /// Cuts a file after the first occurrence of a text.
    Cut(&'static str, &'static str),
}

use Edit::{Cut, Remove, Swap, Write};

/// Every broken folder: a name, and what was done to the sound one.
#[rustfmt::skip]
const CASES: &[(&str, &[Edit])] = &[
    // Folder and files.
    ("missing-file", &[Remove(SITES)]),
    ("missing-files", &[Remove(SITES), Remove(THEATRE), Remove(INCIDENTS)]),
    ("empty-file", &[Write(INCIDENTS, b"")]),
    ("blank-file", &[Write(THEATRE, b"\xEF\xBB\xBF\n\n")]),
    ("directory-in-place-of-a-file", &[Edit::Folder(SITES)]),
    ("latin-1-bytes", &[Write(MUNITIONS, b"# Gel\xE4nde\n")]),
    ("latin-1-in-a-row", &[Write(SITES, b"id,name\nnorth,Nord\nsouth,S\xFCd\n")]),
    ("nul-bytes", &[Swap(INCIDENTS, "17,17", "17,\0\0")]),
    ("latin-1-after-a-mark", &[Write(SYSTEMS, b"\xEF\xBB\xBF# caf\xE9\n")]),
    ("utf-16", &[Write(SITES, b"\xFF\xFEi\0d\0")]),
    // TOML.
    ("toml-syntax", &[Swap(THEATRE, "[loss]", "[loss")]),
    ("toml-truncated", &[Cut(THEATRE, "sites = [\"north\", \"so")]),
    ("toml-key-twice", &[Swap(THEATRE, "seed = 1", "seed = 1\nseed = 2")]),
    ("toml-wrong-type", &[Swap(THEATRE, "horizon_days = 60", "horizon_days = \"60\""), Swap(THEATRE, "movable = true", "movable = \"yes\"")]),
    ("toml-table-for-list", &[Swap(THEATRE, "[[mission]]", "[mission]")]),
    ("toml-value-for-table", &[Swap(THEATRE, "[loss]\nkilled = 1.0\nwounded = 0.1", "loss = 3")]),
    ("toml-number-for-interval", &[Swap(THEATRE, "{ low = 0.1, high = 0.5, source = \"assumed\" }", "0.3")]),
    ("unknown-key", &[Swap(THEATRE, "arrives_day", "arives_day"), Swap(THEATRE, "seed", "colour = 3\nseed")]),
    ("missing-key", &[Swap(THEATRE, "wounded = 0.1", ""), Swap(THEATRE, "seed = 1", "")]),
    ("missing-table", &[Swap(THEATRE, "[loss]\nkilled = 1.0\nwounded = 0.1", "")]),
    ("nan", &[Swap(THEATRE, "killed = 1.0", "killed = nan")]),
    ("infinity", &[Swap(THEATRE, "killed = 1.0", "killed = inf"), Swap(SITES, "33.5239", "inf")]),
    ("negative", &[Swap(THEATRE, "available = 3", "available = -3"), Swap(THEATRE, "wounded = 0.1", "wounded = -0.1"), Swap(SITES, "1500", "-1500")]),
    ("horizon-too-long", &[Swap(THEATRE, "horizon_days = 60", "horizon_days = 3651")]),
    ("seed-negative", &[Swap(THEATRE, "seed = 1", "seed = -1")]),
    ("seed-too-great", &[Swap(THEATRE, "seed = 1", "seed = 18446744073709551616")]),
    ("date-with-time", &[Swap(THEATRE, "2020-03-16", "2020-03-16T12:00:00Z")]),
    ("date-as-text", &[Swap(THEATRE, "2020-03-16", "\"2020-03-16\"")]),
    ("date-not-in-calendar", &[Swap(THEATRE, "2020-03-16", "2020-02-30")]),
    ("interval-reversed", &[Swap(THEATRE, "low = 1, high = 15", "low = 15, high = 1")]),
    ("probability-above-one", &[Swap(THEATRE, "high = 0.5", "high = 1.5")]),
    ("rounds-interval-below-one", &[Swap(THEATRE, "low = 1, high = 15", "low = 0, high = 15")]),
    ("stock-of-unknown-system", &[Swap(THEATRE, "\"c-ram\"", "\"cram\"")]),
    ("unknown-site", &[Swap(THEATRE, "site = \"north\"", "site = \"nroth\""), Swap(INCIDENTS, "r-1,2019-11-08,2019-11-08,north", "r-1,2019-11-08,2019-11-08,west")]),
    ("threat-of-unknown-munition", &[Swap(THEATRE, "ballistic-missile", "unknown")]),
    ("mission-without-sites", &[Swap(THEATRE, "people = 500\nsites = [\"north\", \"south\"]", "people = 500\nsites = []")]),
    ("site-twice-in-a-list", &[Swap(THEATRE, "sites = [\"north\", \"south\"]", "sites = [\"north\", \"north\"]")]),
    ("number-in-a-list-of-sites", &[Swap(THEATRE, "sites = [\"north\", \"south\"]", "sites = [\"north\", 2]")]),
    ("mission-twice", &[Swap(THEATRE, "[[threat]]", "[[mission]]\nid = \"hub\"\npeople = 1\nsites = [\"south\"]\n\n[[threat]]")]),
    ("outside-site-in-stock", &[Swap(THEATRE, "sites = [\"north\", \"south\"]", "sites = [\"north\", \"abroad\"]"), Swap(THEATRE, "site = \"north\"", "site = \"abroad\"")]),
    ("quantity-zero", &[Swap(THEATRE, "quantity = 1", "quantity = 0")]),
    // sites.csv.
    ("latitude-91", &[Swap(SITES, "36.2376", "91")]),
    ("longitude-181", &[Swap(SITES, "43.9632", "-180.5")]),
    ("count-of-1e99", &[Swap(SITES, "1500", "1e99")]),
    ("count-not-whole", &[Swap(SITES, "1500", "1e3"), Swap(SITES, ",200,", ",3.5,")]),
    ("people-too-many-in-all", &[Swap(SITES, "1000,500,1800", "600000000,500,600000000"), Swap(SITES, "1500,3000,2000", "600000000,3000,600000000")]),
    ("guard-above-capacity", &[Swap(SITES, ",250,", ",1801,")]),
    ("people-above-capacity", &[Swap(SITES, "1800", "999")]),
    ("radius-zero", &[Swap(SITES, "900", "0")]),
    ("site-id-in-capitals", &[Swap(SITES, "south,South", "South Base,South")]),
    ("site-twice", &[Swap(SITES, "south,South", "north,South")]),
    ("no-sites", &[Cut(SITES, "confidence\n")]),
    ("unknown-column", &[Swap(SITES, "guard", "gaurd")]),
    ("missing-column", &[Swap(SITES, "capacity", "notes")]),
    ("duplicate-column", &[Swap(SITES, "partner_people", "people")]),
    ("empty-field", &[Swap(SITES, "the press,reported", ",reported")]),
    ("too-few-fields", &[Swap(SITES, "33.5239,", "")]),
    ("too-many-fields", &[Swap(SITES, "the press,reported", "the press, and others,reported")]),
    ("quote-unterminated", &[Swap(SITES, "\"guessed, by all\"", "\"guessed, by all")]),
    ("quote-inside", &[Swap(SITES, "South Base", "South \"big\" Base")]),
    ("text-after-quote", &[Swap(SITES, "\"guessed, by all\"", "\"guessed, by\" all")]),
    ("lone-carriage-returns", &[Write(SITES, b"id,name\rnorth,North\r")]),
    ("wrong-word", &[Swap(SITES, "reported", "Reported"), Swap(SITES, ",no,", ",true,")]),
    // incidents.csv.
    ("truncated-in-a-quote", &[Cut(INCIDENTS, "\"about")]),
    ("truncated-in-a-row", &[Cut(INCIDENTS, "r-4,2020-01-03,2020")]),
    ("bad-date", &[Swap(INCIDENTS, "r-1,2019-11-08", "r-1,8.11.2019")]),
    ("thirtieth-of-february", &[Swap(INCIDENTS, "r-1,2019-11-08", "r-1,2019-02-30")]),
    ("reported-before-attack", &[Swap(INCIDENTS, "2019-12-27,2019-12-27", "2019-12-27,2019-12-26")]),
    ("unknown-munition", &[Swap(INCIDENTS, "rocket-107", "rocket-170")]),
    ("rounds-reversed", &[Swap(INCIDENTS, "30,36", "36,30")]),
    ("rounds-zero", &[Swap(INCIDENTS, "17,17", "0,0")]),
    ("none-with-rounds", &[Swap(INCIDENTS, "none,0,0,0", "none,1,1,2")]),
    ("supersedes-unknown", &[Swap(INCIDENTS, ",r-3,it", ",r-9,it")]),
    ("supersedes-itself", &[Swap(INCIDENTS, ",r-3,it", ",r-4,it")]),
    ("supersedes-in-a-circle", &[Swap(INCIDENTS, "disputed,,", "disputed,r-1,"), Swap(INCIDENTS, "confirmed,,\n", "confirmed,r-4,\n")]),
    ("report-twice", &[Swap(INCIDENTS, "r-2,", "r-1,")]),
    // Catalogues.
    ("interval-without-source", &[Write(MUNITIONS, b"[[munition]]\nid = \"rocket-107\"\nfired_from_m = { low = 2000, high = 4000 }\n")]),
    ("munition-of-unknown-kind", &[Write(MUNITIONS, b"[[munition]]\nid = \"rocket-107\"\nkind = \"roket\"\n")]),
    ("munition-called-none", &[Write(MUNITIONS, b"[[munition]]\nid = \"none\"\n")]),
    ("new-munition-with-gaps", &[Write(MUNITIONS, b"[[munition]]\nid = \"drone\"\nname = \"Drone\"\nkind = \"rocket\"\n")]),
    ("system-twice", &[Write(SYSTEMS, b"[[system]]\nid = \"c-ram\"\nmost_per_site = 1\n\n[[system]]\nid = \"c-ram\"\nmost_per_site = 3\n")]),
    ("key-of-another-role", &[Write(SYSTEMS, b"[[system]]\nid = \"sense-and-warn\"\nreach_m = { low = 1, high = 2, source = \"assumed\" }\n")]),
    ("engages-unknown-kind", &[Write(SYSTEMS, b"[[system]]\nid = \"c-ram\"\nengages = [\"rocket\", \"drone\"]\n")]),
    ("two-defences-for-one-kind", &[Write(SYSTEMS, b"[[system]]\nid = \"patriot\"\nengages = [\"ballistic-missile\", \"rocket\"]\n")]),
    // All at once.
    ("many-faults-in-many-files", &[
        Swap(THEATRE, "seed = 1", "seed = 1.5"),
        Swap(THEATRE, "\"patriot\"", "\"patriots\""),
        Swap(SITES, "36.2376", "north"),
        Swap(SITES, ",yes,", ",maybe,"),
        Swap(INCIDENTS, "17,17", "17,seventeen"),
        Swap(INCIDENTS, "before", "befor"),
        Write(SYSTEMS, b"[[system]]\nid = \"c-ram\"\nmost_per_site = 0\n"),
        Write(MUNITIONS, b"[[munition]\n"),
    ]),
    ("control-characters-are-shown-as-codes", &[Swap(THEATRE, "\"c-ram\"", "\"\\u001b[31mred\""), Swap(SITES, "reported", "\u{202e}reported")]),
];

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken")
}

/// A new folder under the build's own temporary one, removed first if it is there.
fn fresh(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

fn apply(dir: &Path, edit: &Edit) {
    let text = |file: &str| std::fs::read_to_string(dir.join(file)).unwrap();
    match *edit {
        Swap(file, from, to) => {
            let before = text(file);
            assert!(before.contains(from), "{file} does not hold {from:?}");
            std::fs::write(dir.join(file), before.replacen(from, to, 1)).unwrap();
        }
        Write(file, bytes) => std::fs::write(dir.join(file), bytes).unwrap(),
        Remove(file) => std::fs::remove_file(dir.join(file)).unwrap(),
        Edit::Folder(file) => {
            std::fs::remove_file(dir.join(file)).unwrap();
            std::fs::create_dir(dir.join(file)).unwrap();
        }
        Cut(file, after) => {
            let before = text(file);
            let end = before.find(after).unwrap() + after.len();
            std::fs::write(dir.join(file), &before[..end]).unwrap();
        }
    }
}

fn check(parent: &Path, dir: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rampart"))
        .args(["check", dir])
        .current_dir(parent)
        .output()
        .unwrap()
}

fn base_files() -> Vec<(File, Vec<u8>)> {
    folder_files(&tests().join("base"))
}

fn folder_files(dir: &Path) -> Vec<(File, Vec<u8>)> {
    [File::Theatre, File::Sites, File::Incidents]
        .map(|file| (file, std::fs::read(dir.join(file.name())).unwrap()))
        .to_vec()
}

fn iraq() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../theatres/iraq-2020")
}

fn load(files: Vec<(File, Vec<u8>)>) -> Result<Theatre, Faults> {
    Folder::of(files).theatre()
}

#[test]
fn every_broken_folder_is_told_what_would_be_right() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let parent = fresh("broken");
    let mut wrong = Vec::new();
    for (name, edits) in CASES {
        let dir = parent.join(name);
        std::fs::create_dir(&dir).unwrap();
        for (file, bytes) in base_files() {
            std::fs::write(dir.join(file.name()), bytes).unwrap();
        }
        for edit in *edits {
            apply(&dir, edit);
        }
        let output = check(&parent, name);
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(output.stdout.is_empty(), "{name}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(
            told.bytes()
                .all(|byte| byte == b'\n' || !byte.is_ascii_control()),
            "{name} writes control characters"
        );
        let golden = tests().join(format!("{name}.txt"));
        if update {
            std::fs::write(&golden, &told).unwrap();
        } else if std::fs::read_to_string(&golden).unwrap_or_default() != told {
            wrong.push(format!("{name} is told:\n{told}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_golden_file_has_its_case() {
    for entry in std::fs::read_dir(tests()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let known = name == "base" || CASES.iter().any(|(case, _)| *case == name);
        assert!(known, "{} belongs to no case", path.display());
    }
}

#[test]
fn sound_folders_are_summed_up() {
    let output = check(&iraq(), ".");
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
    let told = String::from_utf8(output.stdout).unwrap();
    for part in [
        "Iraq, March 2020",
        "2020-03-16",
        "14 sites",
        "8900",
        "28 attacks known",
    ] {
        assert!(told.contains(part), "{told}");
    }
    assert_eq!(check(&tests(), "base").status.code(), Some(0));
}

#[test]
fn a_missing_folder_is_bad_input_and_a_wrong_command_is_wrong_usage() {
    let output = check(&tests(), "no-such-folder");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no such folder"));
    let file = check(&tests(), "base/sites.csv");
    assert_eq!(file.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&file.stderr).contains("not a folder"));
    let code = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rampart"));
        command.args(arguments).output().unwrap().status.code()
    };
    assert_eq!(code(&["check"]), Some(64));
    assert_eq!(code(&["chekc", "."]), Some(64));
    assert_eq!(code(&["--version"]), Some(0));
}

#[test]
fn a_file_beyond_its_bound_is_not_read() {
    let dir = fresh("large").join("large");
    std::fs::create_dir(&dir).unwrap();
    for (file, bytes) in base_files() {
        std::fs::write(dir.join(file.name()), bytes).unwrap();
    }
    let large = std::fs::File::create(dir.join(SYSTEMS)).unwrap();
    large.set_len((64 << 20) + 1).unwrap();
    let faults = rampart::load::theatre(&dir).unwrap_err();
    assert_eq!(faults.count(), 1);
    assert_eq!(faults.list[0].wrong, "the file is larger than 64 MiB");
}

#[test]
fn line_endings_and_byte_order_marks_change_nothing() {
    let plain = load(folder_files(&iraq())).unwrap();
    let crlf = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).unwrap();
        text.replace('\n', "\r\n").into_bytes()
    };
    let marked = |bytes: &[u8]| [b"\xEF\xBB\xBF", bytes].concat();
    let both = |bytes: &[u8]| marked(&crlf(bytes));
    let changed = |change: &dyn Fn(&[u8]) -> Vec<u8>| {
        let files = folder_files(&iraq());
        let changed = files.iter().map(|(file, bytes)| (*file, change(bytes)));
        load(changed.collect()).unwrap()
    };
    assert_eq!(changed(&crlf), plain);
    assert_eq!(changed(&marked), plain);
    assert_eq!(changed(&both), plain);
}

#[test]
fn columns_may_stand_in_any_order_and_blank_lines_anywhere() {
    let plain = load(base_files()).unwrap();
    let mut files = base_files();
    let text = String::from_utf8(files[1].1.clone()).unwrap();
    // Cells without commas, so that they can be turned round by splitting.
    let text = text.replace("\"guessed, by all\"", "guessed by all");
    let turned: Vec<String> = text
        .lines()
        .map(|line| line.split(',').rev().collect::<Vec<_>>().join(","))
        .collect();
    files[1].1 = turned.join("\r\n\r\n").into_bytes();
    let mut theatre = load(files).unwrap();
    let lines: Vec<u32> = theatre.sites.iter().map(|site| site.line).collect();
    assert_eq!(lines, [3, 5, 7]);
    for (site, original) in theatre.sites.iter_mut().zip(&plain.sites) {
        site.line = original.line;
        site.source.clone_from(&original.source);
    }
    assert_eq!(theatre, plain);
}

#[test]
fn an_entry_with_a_built_in_id_replaces_only_what_it_gives() {
    let mut files = base_files();
    let text = "[[munition]]\nid = \"rocket-107\"\nfired_from_m = { low = 2000, high = 4000, source = \"a report\" }\n";
    files.push((File::Munitions, text.as_bytes().to_vec()));
    let (own, plain) = (load(files).unwrap(), load(base_files()).unwrap());
    let index = plain.catalogue.munition("rocket-107").unwrap();
    let (own, plain) = (&own.catalogue.munitions, &plain.catalogue.munitions);
    assert_eq!(own.len(), plain.len());
    assert_eq!(
        (own[index].fired_from_m.low, own[index].fired_from_m.high),
        (2000.0, 4000.0)
    );
    assert_eq!(own[index].speed_mps, plain[index].speed_mps);
}

#[test]
fn places_are_exact() {
    let mut files = base_files();
    let text = String::from_utf8(files[1].1.clone()).unwrap();
    files[1].1 = text
        .replace("North Base,36.2376", "Nörth \"\"Base,91")
        .replace("Nörth \"\"Base", "\"Nörth \"\"Base\"")
        .into_bytes();
    let text = String::from_utf8(files[1].1.clone()).unwrap();
    let faults = load(files).unwrap_err();
    assert_eq!(faults.count(), 1);
    let fault = &faults.list[0];
    assert_eq!(&text[fault.span.clone()], "91");
    assert_eq!((fault.line, fault.column), (2, 22));
}

#[test]
fn a_hundred_faults_are_shown_and_the_rest_counted() {
    let mut files = base_files();
    let mut text = String::from_utf8(files[2].1.clone()).unwrap();
    for index in 0..20_000 {
        text.push_str(&format!(
            "x-{index},2020-02-30,,nowhere,rocket-107,1,1,0,0,,the press,confirmed,,\n"
        ));
    }
    files[2].1 = text.into_bytes();
    let faults = load(files).unwrap_err();
    assert_eq!(faults.count(), 40_000);
    let told = faults.render(Drawing::Plain);
    assert_eq!(told.matches("  help: ").count(), 100);
    assert!(
        told.ends_with("40000 faults, of which 39900 more are not shown\n"),
        "{told}"
    );
}

#[test]
fn long_files_load_in_proportion_to_their_length() {
    let started = std::time::Instant::now();
    let mut files = base_files();
    let mut sites = String::from_utf8(files[1].1.clone()).unwrap();
    let mut log = String::from_utf8(files[2].1.clone()).unwrap();
    for index in 0..20_000 {
        sites.push_str(&format!(
            "site-{index},Site,33.5,44.2,900,10,0,20,1,no,the press,reported\n"
        ));
        // A chain of corrections as long as the log.
        let earlier = if index > 0 {
            format!("x-{}", index - 1)
        } else {
            String::new()
        };
        log.push_str(&format!(
            "x-{index},2020-01-03,,site-{index},unknown,1,2,0,0,,the press,confirmed,{earlier},\n"
        ));
    }
    files[1].1 = sites.into_bytes();
    files[2].1 = log.into_bytes();
    let theatre = load(files).unwrap();
    assert_eq!(
        (theatre.sites.len(), theatre.incidents.len()),
        (20_003, 20_004)
    );
    assert_eq!(theatre.incidents.last().unwrap().supersedes, Some(20_002));
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}

/// A few thousand folders, each with random damage: none may panic, and none may be refused
/// without a reason.
#[test]
fn damaged_files_give_a_theatre_or_a_fault() {
    let mut sound = base_files();
    let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue");
    for file in [File::Systems, File::Munitions] {
        sound.push((file, std::fs::read(built_in.join(file.name())).unwrap()));
    }
    for round in 0..4_000 {
        let mut stream = Stream::new(1, round, 0, 0);
        let mut below = |limit: usize| (stream.uniform() * limit as f64) as usize;
        let mut files = sound.clone();
        for _ in 0..=below(3) {
            let which = below(files.len());
            damage(&mut files[which].1, &mut below);
        }
        let folder = Folder::of(files);
        match folder.theatre() {
            Err(faults) => {
                assert!(faults.count() > 0, "round {round} fails without a fault");
                let told = faults.render(Drawing::Plain);
                assert!(told.contains("help: "), "round {round}: {told}");
            }
            Ok(theatre) => {
                let margins = folder.margins();
                assert_eq!(margins.len(), theatre.incidents.len());
                for found in suggestions(&theatre, &margins) {
                    assert!(found.line > 1, "round {round}: {}", found.what);
                }
            }
        }
    }
}

fn damage(bytes: &mut Vec<u8>, below: &mut impl FnMut(usize) -> usize) {
    const BITS: [&[u8]; 14] = [
        b"\"",
        b",",
        b"\n",
        b"\r",
        b"[",
        b"]",
        b"=",
        b"{",
        b"-",
        b"1e99",
        b"nan",
        b"\xC3",
        b"\0",
        b"\xE2\x80\xAE",
    ];
    let at = below(bytes.len() + 1);
    let until = (at + below(40)).min(bytes.len());
    match below(6) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..until)),
        2 => bytes
            .splice(at..at, BITS[below(BITS.len())].iter().copied())
            .for_each(drop),
        3 => {
            let copied = bytes[at..until].to_vec();
            let to = below(bytes.len() + 1);
            bytes.splice(to..to, copied).for_each(drop);
        }
        4 => bytes
            .iter_mut()
            .skip(at)
            .take(1)
            .for_each(|byte| *byte = below(256) as u8),
        _ => bytes
            .splice(at..until, BITS[below(BITS.len())].iter().copied())
            .for_each(drop),
    }
}
