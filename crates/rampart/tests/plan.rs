//! `rampart plan` from the outside: what it prints, writes and returns.

#![allow(clippy::expect_used, reason = "a step that fails ends the test")]

mod support;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::OnceLock;
use support::random::{Scale, folder};
use support::schema::{adds_up, float, list, tells_no_place_or_time, whole};
use support::{
    Place, Text, code, document, fresh, iraq, listing, rampart, read, run, stderr, stdout,
};
use theatre::Theatre;

const QUICK: &str = "--json --replications 32";

/// Two sites 40 km apart, one of them hit, with one gun for both.
fn two_sites() -> Text {
    Text::new(30, 4)
        .site(&Place::new("north", 0.0, 300))
        .site(&Place::new("south", 40.0, 200))
        .incident("r-1", "2020-03-01", "north", "rocket-107", 6)
        .state("[[stock]]\nsystem = \"c-ram\"\navailable = 1\narrives_day = 3")
        .state("[movement]\npeople_per_day = 10\nmay_leave = 0\nloss_per_person = 0.00001")
}

/// A folder with this theatre, in a new folder of its own.
fn written(name: &str, text: &Text) -> (PathBuf, PathBuf) {
    let within = fresh(name);
    let dir = within.join("theatre");
    text.write(&dir);
    (within, dir)
}

/// Plans a theatre and checks everything that its document must be.
fn planned(name: &str, text: &Text) -> Value {
    let (within, dir) = written(name, text);
    let plan = document(&run(&within, "plan", &dir, QUICK), 0);
    adds_up(&plan, &text.load());
    tells_no_place_or_time(&plan);
    assert_eq!(listing(&within), ["theatre"]);
    plan
}

fn iraq_theatre() -> Theatre {
    rampart::load::theatre(&iraq()).expect("it has no faults")
}

/// The theatre that comes with the program, planned once for all tests that look at the result.
struct Whole {
    output: Output,
    plan: String,
    page: String,
    problem: String,
}

fn planned_on_one_thread() -> &'static Whole {
    static ONCE: OnceLock<Whole> = OnceLock::new();
    ONCE.get_or_init(|| {
        let within = fresh("iraq");
        let words = "--replications 64 --threads 1 --out out --problem problem.json";
        let output = run(&within, "plan", &iraq(), words);
        assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
        assert_eq!(listing(&within), ["out", "problem.json"]);
        assert_eq!(listing(&within.join("out")), ["brief.html", "plan.json"]);
        Whole {
            output,
            plan: read(within.join("out/plan.json")),
            page: read(within.join("out/brief.html")),
            problem: read(within.join("problem.json")),
        }
    })
}

#[test]
fn the_document_is_whole_and_adds_up() {
    let text = &planned_on_one_thread().plan;
    assert!(text.starts_with("{\n") && text.ends_with("}\n"));
    let plan: Value = serde_json::from_str(text).expect("it is JSON");
    adds_up(&plan, &iraq_theatre());
    tells_no_place_or_time(&plan);
    for key in ["critical_assets", "defended_assets", "moves", "notes"] {
        assert!(!list(&plan[key], key).is_empty(), "{key}");
    }
    assert!(float(&plan["loss"]["after"]["mean"]) < float(&plan["loss"]["before"]["mean"]));
}

#[test]
fn the_same_input_gives_the_same_bytes_whatever_the_threads() {
    let one = planned_on_one_thread();
    let within = fresh("same");
    let words = "--json --replications 64 --threads 2 --out out --problem problem.json";
    let two = run(&within, "plan", &iraq(), words);
    assert_eq!(code(&two), 0, "{}", stderr(&two));
    assert_eq!(stdout(&two), one.plan);
    assert_eq!(read(within.join("out/plan.json")), one.plan);
    assert_eq!(read(within.join("out/brief.html")), one.page);
    assert_eq!(read(within.join("problem.json")), one.problem);
}

#[test]
fn another_seed_gives_other_numbers() {
    let (within, dir) = written("seed", &two_sites());
    let plan = |words: &str| document(&run(&within, "plan", &dir, &format!("{QUICK} {words}")), 0);
    let (own, other) = (plan(""), plan("--seed 18446744073709551615"));
    assert_eq!(own, plan("--seed 4"));
    assert_eq!((whole(&own["seed"]), whole(&other["seed"])), (4, u64::MAX));
    assert_ne!(own["loss"], other["loss"]);
    assert_ne!(own["proof"], other["proof"]);
}

#[test]
fn results_go_to_a_folder_named_like_the_theatre() {
    let (within, dir) = written("default", &two_sites());
    let output = run(&within, "plan", &dir, "--replications 32");
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
    let folder = within.join("rampart-out/theatre");
    assert_eq!(listing(&folder), ["brief.html", "plan.json"]);
    let told = stdout(&output);
    for name in ["brief.html", "plan.json"] {
        assert!(
            told.contains(&format!("rampart-out/theatre/{name}")),
            "{told}"
        );
    }
    let plan: Value = serde_json::from_str(&read(folder.join("plan.json"))).expect("it is JSON");
    assert_eq!(document(&run(&within, "plan", &dir, QUICK), 0), plan);
    // From within the folder the name is the same.
    let output = rampart(&dir, &["plan", ".", "--replications", "32"]);
    assert_eq!(code(&output), 0);
    assert_eq!(listing(&dir.join("rampart-out/theatre")).len(), 2);
    // A second run takes the place of the first.
    std::fs::write(folder.join("plan.json"), "old").expect("it can be written");
    assert_eq!(code(&run(&within, "plan", &dir, "--replications 32")), 0);
    assert!(read(folder.join("plan.json")).len() > 1_000);
}

#[test]
fn the_problem_as_a_file_is_the_one_that_was_solved() {
    let (within, dir) = written("problem", &two_sites());
    let words = format!("{QUICK} --problem problem.json");
    let plan = document(&run(&within, "plan", &dir, &words), 0);
    let text = read(within.join("problem.json"));
    let problem: planner::Problem = serde_json::from_str(&text).expect("it is a problem");
    problem.validate().expect("it is sound");
    let solved = planner::solve(&problem, &planner::Options::default()).expect("it has a plan");
    assert_eq!(solved.value, float(&plan["proof"]["value"]));
    assert_eq!(solved.bound, float(&plan["proof"]["bound"]));
    let sites = list(&plan["sites"], "sites").iter();
    for (site, done) in sites.zip(&solved.plan.sites) {
        assert_eq!(whole(&site["people_after"]), u64::from(done.people));
    }
}

#[test]
fn the_brief_fits_two_screens() {
    let whole = planned_on_one_thread();
    let brief = stdout(&whole.output);
    assert!(brief.starts_with("PROPOSED DEFENDED ASSET LIST"), "{brief}");
    // Two of 55 lines, and a few more in so small a study, which has more alternatives to tell.
    assert!(
        brief.lines().count() <= 114,
        "{} lines",
        brief.lines().count()
    );
    is_narrow(&brief);
    assert!(!brief.contains('\u{1b}'), "no colour in a pipe");
    assert!(whole.page.starts_with("<!DOCTYPE html>"));
    assert!(whole.page.contains("The tool proposes"));
}

/// No line is over 100 columns, unless by a single word.
fn is_narrow(brief: &str) {
    for line in brief.lines() {
        let one_word = line.split_whitespace().count() <= 1;
        let written = line.starts_with("Written: ");
        assert!(line.chars().count() <= 100 || one_word || written, "{line}");
    }
}

// ---- No plan.

/// A theatre of 100 people that asks for 101: 20 guard each of two sites, and 61 serve missions. To
/// close a site is no way out, as too few can be moved.
fn impossible() -> Text {
    let mut north = Place::new("north", 0.0, 50);
    let mut south = Place::new("south", 100.0, 50);
    (north.guard, north.capacity) = (20, 120);
    (south.guard, south.capacity) = (20, 120);
    Text::new(20, 1)
        .site(&north)
        .site(&south)
        .state("[[mission]]\nid = \"hub\"\npeople = 60\nsites = [\"north\", \"south\"]")
        .state("[[mission]]\nid = \"idle\"\npeople = 1\nsites = [\"south\"]")
        .state("[movement]\npeople_per_day = 1\nmay_leave = 0\nloss_per_person = 0.0")
}

#[test]
fn that_no_plan_can_exist_is_an_outcome() {
    let text = impossible();
    let (within, dir) = written("infeasible", &text);
    let refused = document(&run(&within, "plan", &dir, QUICK), 2);
    let keys: Vec<&String> = refused.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["conflict", "status", "theatre"]);
    assert_eq!(refused["status"], "infeasible");
    assert_eq!(refused["theatre"], "Test 1");
    let lines = list(&refused["conflict"], "conflict");
    assert_eq!(lines.len(), 5, "{refused}");
    for line in lines {
        let (file, demand) = (as_text(&line["file"]), as_text(&line["demand"]));
        let number = whole(&line["line"]) as usize;
        let there = text.file(file).lines().nth(number - 1).expect("it exists");
        let first = demand.split(' ').next().expect("it has words");
        let header = match first {
            "mission" => "[[mission]]".to_owned(),
            id if file == "sites.csv" => format!("{id},"),
            _ => "[movement]".to_owned(),
        };
        assert!(there.starts_with(&header), "{line} at {there}");
    }
    // Without any one of them there is a plan: none is to spare.
    for (index, line) in lines.iter().enumerate() {
        let spared = without(&text, as_text(&line["file"]), as_text(&line["demand"]));
        let dir = within.join(format!("spared-{index}"));
        spared.write(&dir);
        let output = run(&within, "plan", &dir, QUICK);
        assert_eq!(code(&output), 0, "{line}: {}", stdout(&output));
    }
    // As text, and as files.
    let output = run(&within, "plan", &dir, "--replications 32 --out out");
    assert_eq!((code(&output), stderr(&output).as_str()), (2, ""));
    assert!(stdout(&output).starts_with("No plan can exist for Test 1."));
    assert_eq!(listing(&within.join("out")), ["plan.json"]);
    let kept: Value = serde_json::from_str(&read(within.join("out/plan.json"))).expect("JSON");
    assert_eq!(kept, refused);
}

fn as_text(value: &Value) -> &str {
    value.as_str().expect("it is text")
}

/// The folder with one demand taken out of its files.
fn without(text: &Text, file: &str, demand: &str) -> Text {
    let mut spared = text.clone();
    let swap = |text: &str, from: &str, to: &str| {
        assert!(text.contains(from), "{text} has no {from}");
        text.replacen(from, to, 1)
    };
    match (file, demand.split(' ').collect::<Vec<_>>().as_slice()) {
        (_, ["mission", "hub", ..]) => {
            spared.theatre = swap(&text.theatre, "people = 60", "people = 0");
        }
        (_, ["mission", "idle", ..]) => {
            spared.theatre = swap(&text.theatre, "people = 1\n", "people = 0\n");
        }
        ("theatre.toml", [_, "people", "a", "day", ..]) => {
            spared.theatre = swap(
                &text.theatre,
                "people_per_day = 1\n",
                "people_per_day = 100\n",
            );
        }
        ("sites.csv", [id, "needs", ..]) => {
            let row = text
                .sites
                .lines()
                .find(|row| row.starts_with(&format!("{id},")));
            let row = row.expect("the site is listed");
            spared.sites = swap(&text.sites, row, &row.replacen(",0,20,", ",0,0,", 1));
        }
        ("sites.csv", [id, "holds", ..]) => {
            let row = text
                .sites
                .lines()
                .find(|row| row.starts_with(&format!("{id},")));
            let row = row.expect("the site is listed");
            spared.sites = swap(&text.sites, row, &row.replacen(",120,", ",100000,", 1));
        }
        _ => unreachable!("{file}: {demand}"),
    }
    spared
}

#[test]
fn every_kind_of_demand_can_be_what_is_in_the_way() {
    let (mut kept, mut wide) = (Place::new("kept", 0.0, 100), Place::new("wide", 100.0, 100));
    (kept.capacity, wide.capacity) = (100, 150);
    let mut far = Place::new("far", 900.0, 0);
    (far.outside, far.capacity) = (true, 1_000);
    let base = Text::new(10, 1).site(&kept).site(&wide).site(&far);
    let ask = |people: u32, site: &str| {
        format!("[[mission]]\nid = \"m\"\npeople = {people}\nsites = [\"{site}\"]")
    };
    let move_all = |day: u32, leave: u32| {
        format!("[movement]\npeople_per_day = {day}\nmay_leave = {leave}\nloss_per_person = 0.0")
    };
    let cases = [
        // (mission, movement, a word of each line of the conflict)
        (ask(201, "wide"), move_all(100, 0), vec!["needs 201"]),
        (
            ask(160, "wide"),
            move_all(100, 0),
            vec!["needs 160", "holds 150"],
        ),
        (
            ask(140, "wide"),
            move_all(3, 0),
            vec!["needs 140", "30 in all"],
        ),
        (
            ask(50, "far"),
            move_all(100, 20),
            vec!["needs 50", "may leave"],
        ),
        (
            ask(140, "wide"),
            String::new(),
            vec!["needs 140", "0 in all"],
        ),
    ];
    for (index, (mission, movement, words)) in cases.iter().enumerate() {
        let text = base.clone().state(mission).state(movement);
        let (within, dir) = written(&format!("demand-{index}"), &text);
        let refused = document(&run(&within, "plan", &dir, QUICK), 2);
        let lines = list(&refused["conflict"], "conflict");
        assert_eq!(lines.len(), words.len(), "{refused}");
        for word in words {
            let says = |line: &Value| as_text(&line["demand"]).contains(word);
            assert!(lines.iter().any(says), "{word} not in {refused}");
        }
    }
    // A site that must stay open, for a system that cannot leave it, when everyone is needed elsewhere.
    let text = base
        .state(&ask(200, "wide").replace("wide\"]", "wide\", \"kept\"]"))
        .state("[[deployed]]\nsystem = \"c-ram\"\nsite = \"kept\"\nquantity = 1\nmovable = false");
    assert_eq!(planned("stays", &text)["missions"][0]["people_after"], 200);
}

// ---- Faults and wrong usage.

#[test]
fn bad_input_is_told_and_leaves_nothing() {
    let mut text = two_sites();
    text.sites = text.sites.replace("south,", "South,");
    let (within, dir) = written("bad", &text);
    for words in ["", "--json", "--out out --problem problem.json"] {
        let output = run(&within, "plan", &dir, words);
        assert_eq!(code(&output), 1);
        assert!(output.stdout.is_empty());
        assert!(stderr(&output).contains("sites.csv"), "{}", stderr(&output));
        assert_eq!(listing(&within), ["theatre"]);
    }
    let output = run(&within, "plan", Path::new("no-such-folder"), "--json");
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("no such folder"));
    assert_eq!(code(&run(&within, "hindcast", &dir, "")), 1);
    assert_eq!(code(&run(&within, "check", &dir, "")), 1);
}

#[test]
fn wrong_usage_is_64_and_help_is_no_fault() {
    let (within, dir) = written("usage", &two_sites());
    for words in [
        "--unknown",
        "--replications 0",
        "--replications -1",
        "--replications 1.5",
        "--replications many",
        "--threads 0",
        "--threads 100000",
        "--seed -1",
        "--seed",
        "another",
    ] {
        for command in ["plan", "hindcast"] {
            let output = run(&within, command, &dir, words);
            assert_eq!(code(&output), 64, "{command} {words}");
            assert!(output.stdout.is_empty() && !output.stderr.is_empty());
        }
    }
    assert_eq!(code(&rampart(&within, &["plan"])), 64);
    assert_eq!(code(&rampart(&within, &[])), 64);
    for words in [
        &["--help"][..],
        &["plan", "--help"],
        &["hindcast", "--help"],
    ] {
        let output = rampart(&within, words);
        assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
        assert!(stdout(&output).contains("Usage: rampart"));
    }
    assert_eq!(listing(&within), ["theatre"]);
}

#[test]
fn an_output_that_cannot_be_written_is_told_and_leaves_no_half_file() {
    let (within, dir) = written("unwritable", &two_sites());
    std::fs::write(within.join("taken"), "a file").expect("it can be written");
    for out in [
        "--out taken",
        "--out taken/below",
        "--problem taken/problem.json",
    ] {
        let output = run(&within, "plan", &dir, &format!("{QUICK} {out}"));
        assert_eq!(code(&output), 1, "{out}");
        assert!(output.stdout.is_empty(), "{out}");
        let told = stderr(&output);
        assert!(told.starts_with("rampart: cannot "), "{told}");
        assert!(told.contains("taken"), "{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
        assert_eq!(listing(&within), ["taken", "theatre"]);
        assert_eq!(read(within.join("taken")), "a file");
    }
    // A folder where a file should be.
    std::fs::create_dir_all(within.join("out/plan.json")).expect("it can be made");
    let output = run(&within, "plan", &dir, &format!("{QUICK} --out out"));
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("plan.json"), "{}", stderr(&output));
    assert_eq!(listing(&within.join("out")), ["plan.json"]);
    let output = run(&within, "plan", &dir, &format!("{QUICK} --problem out"));
    assert_eq!(code(&output), 1);
    assert_eq!(listing(&within), ["out", "taken", "theatre"]);
}

// ---- Theatres at the edge.

#[test]
fn where_nothing_is_to_be_feared_nothing_is_done() {
    let text = Text::new(30, 1)
        .site(&Place::new("north", 0.0, 300))
        .site(&Place::new("south", 40.0, 200))
        .state("[[stock]]\nsystem = \"c-ram\"\navailable = 3")
        .state("[[stock]]\nsystem = \"patriot\"\navailable = 3")
        .state("[movement]\npeople_per_day = 100\nmay_leave = 0\nloss_per_person = 0.0");
    let plan = planned("peace", &text);
    for when in ["before", "after"] {
        let loss = &plan["loss"][when];
        for key in [
            "mean",
            "high",
            "realised_high",
            "p_any_killed",
            "p_ten_casualties",
        ] {
            assert_eq!(float(&loss[key]), 0.0, "{when} {key}");
        }
    }
    assert_eq!(float(&plan["proof"]["value"]), 0.0);
    for key in ["defended_assets", "moves", "accepted_risks"] {
        assert!(list(&plan[key], key).is_empty(), "{key}");
    }
    let (within, dir) = written("peace-brief", &text);
    let output = run(&within, "plan", &dir, "--replications 32");
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
    is_narrow(&stdout(&output));
}

#[test]
fn a_log_of_one_attack_and_one_of_one_day_are_enough() {
    let one = planned("one-attack", &two_sites());
    let north = &list(&one["critical_assets"], "critical")[0];
    assert_eq!(north["site"], "north");
    assert!(float(&north["threat"]["mean"]) > 0.0);
    let mut same_day = two_sites();
    for index in 0..12 {
        let site = ["north", "south"][index % 2];
        let munition = ["rocket-107", "mortar-120", "unknown"][index % 3];
        same_day = same_day.incident(&format!("x-{index}"), "2020-03-16", site, munition, 4);
    }
    planned("one-day", &same_day);
}

#[test]
fn the_shortest_and_the_longest_horizon_are_planned() {
    let with = |days: u32| {
        let text = two_sites();
        let theatre = text
            .theatre
            .replace("horizon_days = 30", &format!("horizon_days = {days}"));
        Text { theatre, ..text }
    };
    let day = planned("one-day-horizon", &with(1));
    let years = planned("ten-years", &with(3_650));
    let loss = |plan: &Value| float(&plan["loss"]["before"]["mean"]);
    assert!(loss(&day) > 0.0 && loss(&years) > 1_000.0 * loss(&day));
    // What comes on the third day is no help within one.
    assert!(list(&day["defended_assets"], "defended").is_empty());
    assert!(!list(&years["defended_assets"], "defended").is_empty());
}

#[test]
fn one_site_alone_and_everyone_outside_are_planned() {
    let alone = Text::new(30, 1)
        .site(&Place::new("only", 0.0, 300))
        .incident("r-1", "2020-03-01", "only", "rocket-122", 6)
        .state("[[stock]]\nsystem = \"c-ram\"\navailable = 1");
    let plan = planned("alone", &alone);
    assert_eq!(plan["defended_assets"][0]["site"], "only");
    let mut camp = Place::new("camp", 0.0, 300);
    (camp.outside, camp.exposure) = (true, 0.5);
    let outside = Text::new(30, 1)
        .site(&camp)
        .incident("r-1", "2020-03-01", "camp", "rocket-122", 6)
        .state("[[stock]]\nsystem = \"c-ram\"\navailable = 1");
    let plan = planned("outside", &outside);
    assert!(list(&plan["defended_assets"], "defended").is_empty());
    assert!(float(&plan["loss"]["after"]["mean"]) > 0.0);
}

#[test]
fn a_thousand_million_people_are_counted_one_by_one() {
    let mut crowd = Place::new("crowd", 0.0, 999_999_000);
    (crowd.capacity, crowd.guard, crowd.radius_m) = (1_000_000_000, 7, 50_000.0);
    let mut empty = Place::new("empty", 50.0, 1_000);
    empty.capacity = 1_000_000_000;
    let text = Text::new(3_650, 1)
        .site(&crowd)
        .site(&empty)
        .incident("r-1", "2020-03-01", "crowd", "rocket-122", 6)
        .state("[[mission]]\nid = \"m\"\npeople = 400000001\nsites = [\"crowd\"]")
        .state("[movement]\npeople_per_day = 1000000000\nmay_leave = 0\nloss_per_person = 0.0");
    let plan = planned("crowd", &text);
    assert!(whole(&plan["missions"][0]["people_after"]) >= 400_000_001);
}

#[test]
fn a_stock_of_nothing_sends_nothing_and_empty_sites_lose_nobody() {
    let text = two_sites();
    let theatre = text.theatre.replace("available = 1", "available = 0");
    let plan = planned("none", &Text { theatre, ..text });
    assert!(list(&plan["defended_assets"], "defended").is_empty());
    let empty = Text::new(30, 1)
        .site(&Place::new("empty", 0.0, 0))
        .incident("r-1", "2020-03-01", "empty", "rocket-122", 6);
    let plan = planned("empty", &empty);
    assert_eq!(float(&plan["loss"]["before"]["mean"]), 0.0);
    assert!(list(&plan["critical_assets"], "critical").is_empty());
}

#[test]
fn random_theatres_are_planned_or_refused() {
    let scale = Scale {
        sites: (1, 6),
        people: 800,
        systems: 3,
        units: 3,
        incidents: 15,
        missions: 3,
    };
    let within = fresh("random");
    let mut seen = [0; 3];
    for seed in 0..12_u64 {
        let text = folder(7_000 + seed, &scale);
        let dir = within.join(format!("t-{seed}"));
        text.write(&dir);
        let output = run(&within, "plan", &dir, "--replications 16 --out out");
        assert_eq!(stderr(&output), "", "seed {seed}");
        is_narrow(&stdout(&output));
        seen[usize::try_from(code(&output)).expect("it ends by itself")] += 1;
        let plan: Value = serde_json::from_str(&read(within.join("out/plan.json"))).expect("JSON");
        if code(&output) == 0 {
            adds_up(&plan, &text.load());
        }
    }
    assert!(seen[0] >= 6 && seen[1] == 0, "{seen:?}");
}
