//! What is asked of `rampart plan` besides the theatre: limits, locks, what-ifs and why-nots.

#![allow(clippy::expect_used, reason = "a step that fails ends the test")]

mod support;

use serde_json::Value;
use std::path::{Path, PathBuf};
use support::schema::{adds_up, float, list, tells_no_place_or_time, whole};
use support::{Place, Text, code, document, fresh, listing, run, stderr, stdout};

/// Few raids, unless the words say otherwise.
fn quick(words: &str) -> String {
    let few = if words.contains("--replications") {
        ""
    } else {
        "--replications 64"
    };
    format!("--json {few} {words}")
}

/// Three sites, one gun, room to move, and a mission that holds some people.
fn three_sites() -> Text {
    let mut north = Place::new("north", 0.0, 300);
    north.guard = 50;
    Text::new(30, 4)
        .site(&north)
        .site(&Place::new("south", 40.0, 200))
        .site(&Place::new("west", 90.0, 200))
        .incident("r-1", "2020-03-01", "north", "rocket-107", 12)
        .incident("r-2", "2020-03-05", "north", "rocket-107", 12)
        .incident("r-3", "2020-03-09", "south", "rocket-107", 12)
        .state("[[stock]]\nsystem = \"c-ram\"\navailable = 1\narrives_day = 3")
        .state("[[mission]]\nid = \"hub\"\npeople = 100\nsites = [\"north\"]")
        .state("[movement]\npeople_per_day = 4\nmay_leave = 0\nloss_per_person = 0.00001")
}

fn written(name: &str) -> (PathBuf, PathBuf) {
    let within = fresh(&format!("asked-{name}"));
    let dir = within.join("theatre");
    three_sites().write(&dir);
    (within, dir)
}

fn asked(within: &Path, dir: &Path, words: &str) -> Value {
    let plan = document(&run(within, "plan", dir, &quick(words)), 0);
    tells_no_place_or_time(&plan);
    plan
}

fn site<'a>(plan: &'a Value, id: &str) -> &'a Value {
    let sites = list(&plan["sites"], "sites").iter();
    let mut found = sites.filter(|site| site["id"] == id);
    found.next().expect("the site is listed")
}

fn value(plan: &Value) -> f64 {
    float(&plan["proof"]["value"])
}

#[test]
fn a_limit_that_is_reached_gives_a_plan_and_its_gap() {
    let (within, dir) = written("limit");
    let best = asked(&within, &dir, "");
    let rushed = asked(&within, &dir, "--time-limit 0.000001");
    adds_up(&rushed, &three_sites().load());
    assert!(value(&rushed) >= float(&best["proof"]["bound"]));
    assert!(float(&rushed["proof"]["bound"]) <= value(&best));
    let loose = asked(&within, &dir, "--gap 1");
    adds_up(&loose, &three_sites().load());
    assert!(value(&loose) >= float(&best["proof"]["bound"]));
    assert!(float(&loose["proof"]["bound"]) <= value(&best));
    assert_eq!(asked(&within, &dir, "--time-limit 1000 --gap 0"), best);
}

#[test]
fn a_what_if_is_the_plan_of_the_changed_folder_and_says_what_it_changes() {
    let (within, dir) = written("what-if");
    let stated = asked(&within, &dir, "");
    let cases = [
        ("stock.c-ram=2", "available = 1", "available = 2"),
        ("lift=9", "people_per_day = 4", "people_per_day = 9"),
        ("mission.hub.people=180", "people = 100", "people = 180"),
    ];
    for (index, (word, from, to)) in cases.into_iter().enumerate() {
        let changed = asked(&within, &dir, &format!("--what-if {word}"));
        let mut text = three_sites();
        text.theatre = text.theatre.replace(from, to);
        let other = within.join(format!("changed-{index}"));
        text.write(&other);
        let mut plain = asked(&within, &other, "");
        assert!(plain["what_if"].is_null());
        adds_up(&changed, &text.load());
        let told = &changed["what_if"];
        let input = &told["applied"][0];
        assert!(word.ends_with(&format!("={}", input["value"])), "{input}");
        assert_ne!(input["before"], input["value"]);
        // The difference is that of the two proofs.
        let falls = value(&stated) - value(&plain);
        let bounds = list(&told["objective_falls"], "falls");
        assert!(float(&bounds[0]) <= falls + 1e-12 && falls <= float(&bounds[1]) + 1e-12);
        assert_eq!(told["proof_before"], stated["proof"]);
        plain["what_if"] = told.clone();
        assert_eq!(changed, plain, "{word}");
    }
    let both = asked(&within, &dir, "--what-if stock.c-ram=2 --what-if lift=9");
    assert_eq!(list(&both["what_if"]["applied"], "applied").len(), 2);
    assert_eq!(whole(&both["inputs"]["stock.c-ram"]), 2);
    assert_eq!(whole(&both["inputs"]["movement.people_per_day"]), 9);
}

#[test]
fn a_what_if_can_make_a_plan_where_there_was_none() {
    let (within, dir) = written("rescued");
    let mut text = three_sites();
    text.theatre = text.theatre.replace("people = 100", "people = 400");
    text.write(&dir);
    let refused = document(&run(&within, "plan", &dir, &quick("")), 2);
    assert!(!list(&refused["conflict"], "conflict").is_empty());
    let rescued = asked(&within, &dir, "--what-if mission.hub.people=90");
    assert!(rescued["what_if"]["proof_before"].is_null());
    // A conflict in a changed input is the command line's, not the file's.
    let words = quick("--what-if mission.hub.people=500");
    let refused = document(&run(&within, "plan", &dir, &words), 2);
    let lines = list(&refused["conflict"], "conflict").iter();
    let told = lines.filter(|line| line["file"] == "command line");
    let told: Vec<&Value> = told.collect();
    assert_eq!(told.len(), 1, "{refused}");
    assert!(told[0]["line"].is_null());
    let demand = told[0]["demand"].as_str().expect("it is text");
    assert!(demand.contains("needs 500"), "{demand}");
    assert!(
        demand.ends_with("--what-if mission.hub.people=500"),
        "{demand}"
    );
}

#[test]
fn a_lock_is_kept_and_never_helps() {
    let (within, dir) = written("lock");
    let best = asked(&within, &dir, "");
    let cases = [
        ("south=c-ram", "south", Some(1), None),
        ("south=c-ram:1", "south", Some(1), None),
        ("north=none", "north", Some(0), None),
        ("north=c-ram:0", "north", Some(0), None),
        ("west=open", "west", None, Some(true)),
        ("west=closed", "west", None, Some(false)),
    ];
    for (word, id, guns, open) in cases {
        let more = if open == Some(false) {
            "--what-if lift=100"
        } else {
            ""
        };
        let locked = asked(&within, &dir, &format!("--lock {word} {more}"));
        let there = site(&locked, id);
        if let Some(guns) = guns {
            let stands = there["systems"]["c-ram"].as_u64().unwrap_or(0);
            assert_eq!(stands, guns, "{word}: {there}");
        }
        if let Some(open) = open {
            assert_eq!(there["open"], open, "{word}: {there}");
        }
        assert_eq!(locked["locks"], serde_json::json!([word]));
        if more.is_empty() {
            assert!(value(&locked) >= float(&best["proof"]["bound"]), "{word}");
        }
    }
}

#[test]
fn locks_that_cannot_be_met_are_named_with_what_they_break() {
    let (within, dir) = written("no-lock");
    let cases = [
        // (words, a word of each line of the conflict)
        (
            "--lock south=c-ram --lock north=c-ram --lock west=open",
            vec![
                "--lock south=c-ram",
                "--lock north=c-ram",
                "1 c-ram are in stock",
            ],
        ),
        (
            "--lock north=closed --lock south=none",
            vec!["--lock north=closed", "mission hub needs 100"],
        ),
        (
            "--lock west=closed",
            vec!["--lock west=closed", "120 in all"],
        ),
        (
            "--what-if lift=100 --lock west=closed --lock west=open",
            vec!["--lock west=closed", "--lock west=open"],
        ),
    ];
    for (words, demands) in cases {
        let refused = document(&run(&within, "plan", &dir, &quick(words)), 2);
        let lines = list(&refused["conflict"], "conflict");
        assert_eq!(lines.len(), demands.len(), "{refused}");
        for demand in demands {
            let says = |line: &Value| line["demand"].as_str().is_some_and(|d| d.contains(demand));
            assert!(lines.iter().any(says), "{demand} not in {refused}");
        }
    }
    let output = run(
        &within,
        "plan",
        &dir,
        "--replications 32 --lock west=closed",
    );
    assert_eq!(code(&output), 2);
    assert!(stdout(&output).contains("  command line: --lock west=closed\n"));
}

#[test]
fn why_not_is_answered_by_solving_again() {
    let (within, dir) = written("why-not");
    let best = asked(&within, &dir, "");
    let told = asked(
        &within,
        &dir,
        "--why-not south --why-not north --why-not west",
    );
    let answers = list(&told["why_not"], "why_not");
    let about = |id: &str| answers.iter().filter(|line| line["site"] == id).count();
    assert!(
        about("south") >= 2 && about("north") >= 2 && about("west") >= 2,
        "{answers:?}"
    );
    for line in answers {
        let answer = line["answer"].as_str().expect("it is text");
        if line["objective_rises"].is_null() {
            assert!(line["loss_added"].is_null());
            assert!(answer.starts_with("No plan does it") || answer.starts_with("It is not"));
            continue;
        }
        // The plan is best, so that forcing anything else cannot be shown to be better.
        let bounds = list(&line["objective_rises"], "rises");
        assert!(float(&bounds[1]) >= 0.0, "{line}");
        assert!(answer.contains("day by day"), "{answer}");
    }
    // To defend the south is to take the only gun from the north, as the lock of it shows.
    let forced = answers
        .iter()
        .find(|line| line["forced"] == "south has more systems than the plan gives it")
        .expect("it was asked");
    let locked = asked(&within, &dir, "--lock south=c-ram");
    let rises = value(&locked) - value(&best);
    let bounds = list(&forced["objective_rises"], "rises");
    assert!(float(&bounds[0]) <= rises + 1e-9 && rises <= float(&bounds[1]) + 1e-9);
    let changes = list(&forced["changes"], "changes").iter();
    let mut taken = changes.filter_map(Value::as_str);
    assert!(
        taken.any(|line| line == "north has nothing in place of c-ram"),
        "{forced}"
    );
    // The rest of the document is as it was.
    let mut plain = told.clone();
    plain["why_not"] = best["why_not"].clone();
    assert_eq!(plain, best);
}

#[test]
fn people_who_must_stay_are_told_by_what_holds_them() {
    let (within, dir) = written("held");
    let told = asked(&within, &dir, "--why-not north");
    let mut answers = list(&told["why_not"], "why_not").iter();
    let emptied = answers
        .rfind(|line| line["forced"] == "all but 50 of the people leave north")
        .expect("it was asked");
    let conflict = list(&emptied["conflict"], "conflict");
    assert!(!conflict.is_empty(), "{emptied}");
    for line in conflict {
        let demand = line["demand"].as_str().expect("it is text");
        assert!(
            !demand.contains("holds") && !demand.contains("--why-not"),
            "{demand}"
        );
        assert!(line["line"].is_u64());
    }
}

#[test]
fn words_that_mean_nothing_are_wrong_usage_and_leave_nothing() {
    let (within, dir) = written("usage");
    let cases = [
        ("--why-not nort", "did you mean `north`?"),
        ("--why-not zzzzzzzz", "Write one of: north, south, west."),
        ("--what-if stock.c-ram", "write KEY=NUMBER"),
        ("--what-if stock.cram=2", "did you mean `c-ram`?"),
        ("--what-if stock.c-ram=-1", "not a whole number"),
        ("--what-if stock.c-ram=1e3", "not a whole number"),
        ("--what-if stock.c-ram=99999999999", "not a whole number"),
        ("--what-if colour=3", "the keys are: stock.SYSTEM"),
        ("--what-if site.north.capacity=10", "at least 300"),
        ("--what-if site.north.guard=1000000", "not a whole number"),
        ("--what-if site..capacity=10", "no site ``"),
        ("--what-if mission.nothing.people=1", "Write one of: hub."),
        ("--what-if =", "no key ``"),
        ("--lock north", "write SITE=SYSTEM"),
        ("--lock north=", "no system ``"),
        ("--lock north=gun", "no system `gun`"),
        ("--lock north=c-ram:99", "more than the"),
        ("--lock north=c-ram:x", "not a whole number"),
        ("--lock nowhere=open", "no site `nowhere`"),
        ("--time-limit 0", "above 0"),
        ("--time-limit -1", ""),
        ("--time-limit nan", "above 0"),
        ("--time-limit inf", "above 0"),
        ("--gap -0.1", ""),
        ("--gap 1.5", "share from 0 to 1"),
        ("--gap NaN", "share from 0 to 1"),
    ];
    for (words, told) in cases {
        let output = run(&within, "plan", &dir, words);
        assert_eq!(code(&output), 64, "{words}: {}", stderr(&output));
        assert!(output.stdout.is_empty(), "{words}");
        assert!(
            stderr(&output).contains(told),
            "{words}: {}",
            stderr(&output)
        );
        assert_eq!(listing(&within), ["theatre"], "{words}");
    }
}

#[test]
fn a_problem_that_could_not_be_written_ends_before_the_work() {
    let (within, dir) = written("early");
    // A hundred thousand times the work of the other tests: it would not end.
    let words = "--replications 10000000 --problem missing/problem.json --out out";
    let output = run(&within, "plan", &dir, words);
    assert_eq!(code(&output), 1);
    let told = stderr(&output);
    assert!(told.contains("missing"), "{told}");
    assert_eq!(listing(&within), ["theatre"]);
}

// ---- What holds the plan.

#[test]
fn what_a_step_is_worth_holds_the_truth_of_solving_again() {
    let (within, dir) = written("worth");
    let best = asked(&within, &dir, "");
    let lines = list(&best["limits"], "limits");
    let mut tried = 0;
    for line in lines {
        let key = line["limit"].as_str().expect("it is text");
        if key == "movement.people_per_day" {
            continue;
        }
        let asks = key.starts_with("mission") || key.ends_with("guard");
        let [available, step] = ["available", "step"].map(|name| whole(&line[name]));
        let (more, less) = (available + step, available.saturating_sub(step));
        let (eased, tightened) = if asks { (less, more) } else { (more, less) };
        for (side, number, sign) in [("eased", eased, 1.0), ("tightened", tightened, -1.0)] {
            if line[side].is_null() {
                continue;
            }
            let other = asked(&within, &dir, &format!("--what-if {key}={number}"));
            let truth = sign * (value(&best) - value(&other));
            let bounds = list(&line[side]["objective"], "objective");
            let [low, high] = [0, 1].map(|end| float(&bounds[end]));
            assert!(
                low - 1e-12 <= truth && truth <= high + 1e-12,
                "{side}: {truth} in {line}"
            );
            tried += 1;
        }
    }
    assert!(tried >= 3, "{lines:?}");
    // The only gun is at the north: another would help, and its line says so.
    let gun = lines.iter().find(|line| line["limit"] == "stock.c-ram");
    assert!(gun.is_some_and(|gun| gun["binds"] == true && gun["used"] == 1));
    let defended = &list(&best["defended_assets"], "defended")[0];
    assert_eq!(defended["limits"], serde_json::json!(["stock.c-ram"]));
    // Lift is what keeps more from leaving the north.
    let leaving = list(&best["moves"], "moves").iter();
    let held = leaving.filter(|line| line["from"] == "north");
    for line in held {
        let limits = list(&line["limits"], "limits");
        assert!(limits.contains(&"movement.people_per_day".into()), "{line}");
    }
}

#[test]
fn frontiers_end_in_the_plan() {
    let (within, dir) = written("frontier");
    let best = asked(&within, &dir, "");
    let frontier = &best["frontier"];
    let moved = list(&frontier["people_moved"], "moved");
    assert!(moved.len() >= 3, "{moved:?}");
    assert_eq!(whole(&moved[0]["most"]), 0);
    let last = moved.last().expect("it has points");
    assert_eq!(last["proof"], best["proof"]);
    let guns = &list(&frontier["systems"], "systems")[0];
    assert_eq!(guns["system"], "c-ram");
    let here = list(&guns["points"], "points").iter();
    let mut here = here.filter(|point| point["most"] == guns["available"]);
    assert_eq!(here.next().expect("it is a point")["proof"], best["proof"]);
}

// ---- What changed since an earlier plan.

fn compared(within: &Path, dir: &Path, old: &Value, words: &str) -> Value {
    std::fs::write(within.join("old.json"), old.to_string()).expect("it can be written");
    let plan = asked(within, dir, &format!("{words} --compare old.json"));
    support::schema::is_a_plan(&plan);
    plan["since"].clone()
}

#[test]
fn a_plan_compared_with_itself_is_unchanged() {
    let (within, dir) = written("same");
    let old = asked(&within, &dir, "");
    let since = compared(&within, &dir, &old, "");
    for key in ["inputs", "changes", "breaks", "causes", "unexplained"] {
        assert!(list(&since[key], key).is_empty(), "{key}: {since}");
    }
    assert_eq!(since["keeping_loses"], old["proof"]["value"]);
    assert_eq!(float(&since["loss_averted"]["mean"]), 0.0);
}

#[test]
fn what_changed_is_put_down_to_the_input_that_changed_it() {
    let (within, dir) = written("since");
    let old = asked(&within, &dir, "");
    let since = compared(&within, &dir, &old, "--what-if stock.c-ram=2");
    assert_eq!(since["inputs"][0]["key"], "stock.c-ram");
    assert_eq!(since["inputs"][0]["before"], 1);
    assert_eq!(since["causes"][0]["key"], "stock.c-ram");
    let explained = list(&since["causes"][0]["explains"], "explains");
    assert!(!explained.is_empty(), "{since}");
    assert!(list(&since["unexplained"], "unexplained").is_empty());
    // The old plan can be kept, and loses what the what-if says that the gun averts.
    assert!(list(&since["breaks"], "breaks").is_empty());
    assert_eq!(since["keeping_loses"], old["proof"]["value"]);
    assert!(float(&since["objective_falls"][0]) > 0.0);
    // With a gun less it cannot be kept.
    let since = compared(&within, &dir, &old, "--what-if stock.c-ram=0");
    let breaks = list(&since["breaks"], "breaks");
    assert!(
        breaks
            .iter()
            .any(|line| line == "c-ram: 1 units have no source"),
        "{since}"
    );
    assert!(since["loss_averted"].is_null(), "{since}");
    // Another objective is not put down to an input, nor what only the objective changes to none.
    let words = "--objective worst-case=3 --what-if mission.hub.people=99";
    let since = compared(&within, &dir, &old, words);
    let causes = list(&since["causes"], "causes");
    assert_eq!(causes[0]["key"], "--objective");
    assert!(
        list(&causes[1]["explains"], "explains").is_empty(),
        "{since}"
    );
    assert!(
        list(&since["unexplained"], "unexplained").is_empty(),
        "{since}"
    );
    // Without its inputs an old plan is still compared.
    let mut older = old.clone();
    older.as_object_mut().expect("an object").remove("inputs");
    let since = compared(&within, &dir, &older, "--what-if stock.c-ram=2");
    assert_eq!(since["inputs_known"], false);
    assert!(!list(&since["unexplained"], "unexplained").is_empty());
}

#[test]
fn plans_of_other_theatres_and_no_plans_at_all_are_told() {
    let (within, dir) = written("hostile");
    let mut old = asked(&within, &dir, "");
    // A site that is gone, one that is new, a system that nobody knows, people from nowhere.
    old["sites"][0]["id"] = "elsewhere\u{1b}[2J".into();
    old["sites"][1]["systems"] = serde_json::json!({"railgun": 4_000_000_000_u32});
    old["sites"][2]["people_after"] = 4_000_000_000_u32.into();
    let since = compared(&within, &dir, &old, "");
    assert!(list(&since["breaks"], "breaks").len() >= 4, "{since}");
    let output = run(
        &within,
        "plan",
        &dir,
        "--replications 32 --compare old.json --out out",
    );
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(!stdout(&output).contains('\u{1b}'));
    for (text, told) in [
        ("", "not JSON"),
        ("{}", "missing field"),
        ("[3]", "not a plan"),
    ] {
        std::fs::write(within.join("bad.json"), text).expect("it can be written");
        let output = run(&within, "plan", &dir, &quick("--compare bad.json"));
        assert_eq!(code(&output), 1);
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
        assert!(output.stdout.is_empty());
    }
    let output = run(&within, "plan", &dir, &quick("--compare none.json"));
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("none.json"));
}

// ---- Other objectives.

#[test]
fn plans_for_a_tail_or_for_shifted_attacks_keep_their_bounds() {
    let (within, dir) = written("objective");
    let expected = asked(&within, &dir, "");
    assert_eq!(expected["objective"], "expected");
    assert!(expected["risk"].is_null());
    for words in [
        ["cvar=0.5", "cvar=0.95"],
        ["worst-case=0.5", "worst-case=3"],
    ] {
        let mild = asked(&within, &dir, &format!("--objective {}", words[0]));
        let harsh = asked(&within, &dir, &format!("--objective {}", words[1]));
        for (plan, word) in [(&mild, words[0]), (&harsh, words[1])] {
            adds_up(plan, &three_sites().load());
            assert_eq!(plan["objective"], word);
            let risk = &plan["risk"];
            let [bound, value] = ["bound", "value"].map(|key| float(&plan["proof"][key]));
            assert!(bound > 0.0 && bound <= value, "{word}");
            let other = float(&risk["of_least_expected_plan"]);
            assert!(
                value <= other + 1e-9 && bound <= float(&risk["of_today"]),
                "{word}: {risk}"
            );
            assert!(
                float(&plan["proof"]["gap"]) < 0.2,
                "{word}: {}",
                plan["proof"]
            );
        }
        // What is worse by definition cannot be shown to be better.
        let [mild, harsh] = [(&mild, "bound"), (&harsh, "value")];
        let of = |(plan, key): (&Value, &str)| float(&plan["proof"][key]);
        assert!(of(mild) <= of(harsh), "{words:?}");
        assert!(
            float(&expected["proof"]["bound"]) <= of(harsh) * 1.3,
            "{words:?}"
        );
    }
    let same = asked(&within, &dir, "--objective expected");
    assert_eq!(same, expected);
}

#[test]
fn the_chance_that_a_site_loses_much_falls_with_what_is_much() {
    let (within, dir) = written("site-loss");
    let chance = |words: &str| {
        let plan = asked(&within, &dir, words);
        let range = &plan["loss"]["after"]["p_site_loss"];
        let [low, mean, high] = ["low", "mean", "high"].map(|key| float(&range[key]));
        assert!(low <= mean && mean <= high, "{range}");
        (float(&plan["site_loss"]), mean)
    };
    let (default, at_default) = chance("");
    assert_eq!(default, 10.0);
    let (_, any) = chance("--site-loss 0");
    assert!(any > 0.0 && any >= at_default);
    assert_eq!(chance("--site-loss 1e9"), (1e9, 0.0));
}

#[test]
fn objectives_that_mean_nothing_are_wrong_usage() {
    let (within, dir) = written("objectives");
    for words in [
        "--objective worst",
        "--objective cvar",
        "--objective cvar=1",
        "--objective cvar=-0.1",
        "--objective cvar=nan",
        "--objective worst-case=-1",
        "--objective worst-case=inf",
        "--objective expected=1",
        "--objective =",
        "--site-loss -1",
        "--site-loss inf",
        "--site-loss much",
    ] {
        let output = run(&within, "plan", &dir, words);
        assert_eq!(code(&output), 64, "{words}");
        assert_eq!(listing(&within), ["theatre"], "{words}");
    }
}

#[test]
fn what_is_not_known_costs_something_and_more_draws_can_be_asked_for() {
    let (within, dir) = written("robust");
    let usual = asked(&within, &dir, "--replications 256 --draws 16");
    let robustness = &usual["robustness"];
    assert_eq!(whole(&robustness["draws"]), 16);
    assert!(float(&robustness["regret"]["mean"]) >= 0.0);
    let lines = list(&robustness["lines"], "lines");
    let defended = list(&usual["defended_assets"], "defended");
    assert_eq!(lines.len(), defended.len());
    for line in lines {
        let same = defended.iter().find(|other| other["site"] == line["site"]);
        assert_eq!(same.expect("it is listed")["survives"], line["survives"]);
    }
    // No draw regrets a plan that was locked line by line.
    let locks = "--lock north=c-ram:1 --lock south=none --lock west=none --what-if lift=0";
    let locked = asked(&within, &dir, locks);
    assert!(float(&locked["robustness"]["regret"]["high"]) < 1e-9);
    for words in ["--draws 0", "--draws 513", "--draws many"] {
        assert_eq!(code(&run(&within, "plan", &dir, words)), 64);
    }
}
