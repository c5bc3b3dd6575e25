//! That what is simulated reaches the plan with the right sign: guns that shield a battery, fire from
//! nearby, and what each system is worth against what.

#![allow(clippy::expect_used, reason = "a step that fails ends the test")]

mod support;

use planner::Options;
use raid::{Defence, Flights, Hurt, RaidAtSite, RaidKey};
use rampart::decide::{self, Decision, Settings, Silent};
use rampart::evaluate::{self, Evaluator};
use rampart::hindcast::hindcast;
use rampart::schedule::Schedule;
use rampart::study::{self, Coefficients, Group, Setup, Size, Use};
use rampart::{assemble, futures};
use std::collections::BTreeMap;
use support::schema::{float, list, whole};
use support::{Place, Text, code, document, fresh, iraq, run, stderr, stdout};
use theatre::{MunitionKind, Theatre};

// ---- A gun shields a battery.

/// A missile threat on one base, rockets judged to come on another far away, one battery and one gun.
fn battery_and_gun(preceded: &str, systems: &str) -> Text {
    let text = Text::new(60, 3)
        .site(&Place::new("hub", 0.0, 2_000))
        .site(&Place::new("depot", 300.0, DEPOT_PEOPLE))
        .state("[[stock]]\nsystem = \"patriot\"\navailable = 1")
        .state("[[stock]]\nsystem = \"c-ram\"\navailable = 1")
        .state(&format!(
            "[[threat]]\nid = \"strike\"\nmunition = \"ballistic-missile\"\nsites = [\"hub\"]\n\
             rounds = {{ low = 4, high = 12 }}\n\
             probability = {{ low = 0.5, high = 0.9, source = \"assumed\" }}\n\
             preceded_by_rockets = {{ {preceded}, source = \"assumed\" }}"
        ))
        .state(
            "[[threat]]\nid = \"harassment\"\nmunition = \"rocket-107\"\nsites = [\"depot\"]\n\
             rounds = { low = 2, high = 4 }\n\
             probability = { low = 0.4, high = 0.6, source = \"assumed\" }",
        );
    Text {
        systems: systems.to_owned(),
        ..text
    }
}

/// So many that, by the casualties of rockets alone, the gun belongs here, though by less than what it
/// does for the battery.
const DEPOT_PEOPLE: u32 = 5_600;
const OFTEN: &str = "low = 0.8, high = 1.0";
const NEVER: &str = "low = 0.0, high = 0.0";
/// A battery that rockets hardly put out.
const HARDENED: &str = "[[system]]\nid = \"patriot\"\n\
    damage_radius_m = { low = 0.01, high = 0.01, source = \"a test\" }\n";

/// The site where each system of the best plan stands.
fn laydown(text: &Text, seed: u64) -> BTreeMap<String, Vec<String>> {
    let mut theatre = text.load();
    theatre.seed = seed;
    let groups = study(&theatre, Size::of(1_024));
    let problem = decide::problem(&theatre, &groups.0, &groups.1);
    let solved = planner::solve(&problem, &Options::default()).expect("there is a plan");
    let mut stand: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (site, done) in problem.sites.iter().zip(&solved.plan.sites) {
        for (system, &count) in problem.systems.iter().zip(&problem.loadouts[done.loadout]) {
            let sites = stand.entry(system.clone()).or_default();
            sites.extend((0..count).map(|_| site.id.clone()));
        }
    }
    stand
}

fn study(theatre: &Theatre, size: Size) -> (Setup, Vec<Group>) {
    let setup = Setup::new(theatre).expect("the loadouts are few");
    let groups = study::run(theatre, &setup, Use::Choose, size, &|| ());
    (setup, groups)
}

#[test]
fn a_gun_goes_beside_the_battery_where_rockets_open_the_strike() {
    let often = battery_and_gun(OFTEN, "");
    let never = battery_and_gun(NEVER, "");
    let hardened = battery_and_gun(OFTEN, HARDENED);
    for seed in 1..=4 {
        // The same rockets fall in the first and the last: only the battery's weakness differs.
        for (text, gun_at) in [(&often, "hub"), (&never, "depot"), (&hardened, "depot")] {
            let stand = laydown(text, seed);
            assert_eq!(stand["patriot"], ["hub"], "seed {seed}");
            assert_eq!(stand["c-ram"], [gun_at], "seed {seed}");
        }
    }
}

#[test]
fn the_brief_says_that_the_gun_shields_the_battery() {
    let settings = Settings { replications: 256 };
    let theatre = battery_and_gun(OFTEN, "").load();
    let decided = decide::decide(&theatre, settings, &Silent).expect("it is decided");
    let Decision::Plan(brief, _) = decided else {
        unreachable!("there is a plan");
    };
    let hub = &brief.document.defended_assets[0];
    assert_eq!((hub.site.as_str(), hub.systems.len()), ("hub", 2));
    assert!(hub.reason.contains("shield the battery"), "{}", hub.reason);
}

// ---- What may happen agrees with what is expected.

/// Many futures of one schedule lose on average what the expectations say: rockets of the log, a
/// missile strike that rockets open, a battery that they may put out, a gun that comes late, and people
/// who leave.
#[test]
fn futures_lose_on_average_what_is_expected() {
    let mut refuge = Place::new("refuge", -400.0, 0);
    (refuge.exposure, refuge.capacity) = (0.0, 3_000);
    let mut text = battery_and_gun(OFTEN, "")
        .site(&refuge)
        .state("[movement]\npeople_per_day = 40\nmay_leave = 0\nloss_per_person = 0.0");
    for day in [1, 4, 6, 9, 11, 14] {
        let (name, date) = (format!("r-{day}"), format!("2020-03-{day:02}"));
        text = text.incident(&name, &date, "hub", "rocket-107", 5);
    }
    let late = "system = \"c-ram\"\navailable = 1\narrives_day = 25";
    let from = "system = \"c-ram\"\navailable = 1";
    text.theatre = text.theatre.replace(from, late);
    let theatre = text.load();
    let size = Size {
        groups: 64,
        raids_per_group: 64,
    };
    let (setup, groups) = study(&theatre, size);
    let problem = decide::problem(&theatre, &setup, &groups);
    let solved = planner::solve(&problem, &Options::default()).expect("there is a plan");
    let pools = assemble::pools(&theatre);
    let exposure = evaluate::exposure(&problem);
    let planned = Schedule::new(&theatre, &problem, &pools, &solved.plan, &exposure);
    assert!(planned.stages.len() > 1 && !planned.moves.is_empty());
    let today = Schedule::today(&theatre, &problem);
    let draws: Vec<Coefficients> = groups
        .iter()
        .map(|group| Coefficients::new(&theatre, &setup, group, &group.rates))
        .collect();
    let evaluator = Evaluator {
        theatre: &theatre,
        setup: &setup,
        draws: &draws,
    };
    let schedules = [&today, &planned];
    let futures = futures::play(&theatre, &setup, &groups, 77, 3_200, &schedules);
    for (place, schedule) in schedules.into_iter().enumerate() {
        let tolls = evaluator.tolls(schedule);
        let expected = tolls.iter().map(|toll| toll.site_loss.iter().sum::<f64>());
        let expected = expected.sum::<f64>() / tolls.len() as f64;
        let count = futures.len() as f64;
        let lost = || futures.iter().map(|future| future[place].loss);
        let mean = lost().sum::<f64>() / count;
        let spread = lost().map(|loss| (loss - mean).powi(2)).sum::<f64>() / count;
        let error = (spread / count).sqrt();
        let off = (mean - expected).abs();
        assert!(
            off < 4.0 * error,
            "{place}: {mean} ± {error}, not {expected}"
        );
    }
}

// ---- Fire from nearby.

#[test]
fn rockets_from_half_as_far_leave_less_time() {
    let far = Text::new(60, 9)
        .site(&Place::new("base", 0.0, 1_000))
        .incident("r-1", "2020-03-01", "base", "rocket-107", 8);
    let near = Text {
        munitions: "[[munition]]\nid = \"rocket-107\"\n\
            fired_from_m = { low = 1500, high = 4000, source = \"a test\" }\n"
            .to_owned(),
        ..far.clone()
    };
    let [far, near] = [far, near].map(|text| fire(&text.load()));
    assert!(near.warning_s < 0.75 * far.warning_s, "{near:?} {far:?}");
    assert!(near.bare.killed != far.bare.killed, "{near:?} {far:?}");
    // A siren saves a smaller share of those who would be hurt.
    let left = |fire: &Fire| fire.warned.killed / fire.bare.killed;
    assert!(left(&near) > left(&far) + 0.05, "{near:?} {far:?}");
}

/// What a rocket salvo does, on average.
#[derive(Debug)]
struct Fire {
    bare: Hurt,
    warned: Hurt,
    /// Time from the siren to the first fall, s; nothing where there is no siren in time.
    warning_s: f64,
}

fn fire(theatre: &Theatre) -> Fire {
    let (setup, groups) = study(theatre, Size::of(1_024));
    let nothing = place(&setup.loadouts.local, theatre, &[]);
    let siren = place(&setup.loadouts.local, theatre, &[("sense-and-warn", 1)]);
    let mut fire = Fire {
        bare: Hurt::default(),
        warned: Hurt::default(),
        warning_s: 0.0,
    };
    let share = 1.0 / groups.len() as f64;
    for (number, group) in (0..).zip(&groups) {
        let hurt = &group.effects[0].hurt[0];
        fire.bare.add(hurt[nothing].scaled(share));
        fire.warned.add(hurt[siren].scaled(share));
        let source = &setup.sources[0];
        let flights = Flights::new(&group.unknowns.munitions[source.munition]);
        let key = RaidKey {
            seed: 1,
            replication: number,
            entity: 0,
        };
        let raid = group.raid(&flights, source, key);
        let at = RaidAtSite::new(&raid, &group.unknowns, source.munition, setup.radii_m[0]);
        let judged = at.judge(Defence {
            local: &setup.loadouts.local[siren],
            area: &[],
        });
        fire.warning_s += share * judged.warning_s.unwrap_or(0.0).max(0.0);
    }
    fire
}

/// The place of a loadout in a list of them.
fn place(list: &[Vec<u32>], theatre: &Theatre, units: &[(&str, u32)]) -> usize {
    let mut wanted = vec![0; theatre.catalogue.systems.len()];
    for (id, count) in units {
        wanted[theatre.catalogue.system(id).expect("it is built in")] = *count;
    }
    let found = list.iter().position(|units| *units == wanted);
    found.expect("the loadout is simulated")
}

// ---- What each system is worth.

const LADDER: [&[(&str, u32)]; 4] = [
    &[],
    &[("sense-and-warn", 1)],
    &[("c-ram", 1)],
    &[("c-ram", 2)],
];

#[test]
fn each_step_of_defence_hurts_fewer_at_every_site_in_every_draw() {
    let theatre = rampart::load::theatre(&iraq()).expect("it has no faults");
    let (setup, groups) = study(&theatre, Size::of(512));
    let steps = LADDER.map(|units| place(&setup.loadouts.local, &theatre, units));
    let mut better = [0; 4];
    for group in &groups {
        for (source, effects) in setup.sources.iter().zip(&group.effects) {
            if source.kind == MunitionKind::BallisticMissile {
                for hurt in &effects.hurt {
                    assert!(none_more(hurt[0], hurt[1]));
                    better[3] += usize::from(fewer(hurt[0], hurt[1]));
                }
                continue;
            }
            for hurt in &effects.hurt {
                for (step, pair) in steps.windows(2).enumerate() {
                    let (less, more) = (hurt[pair[0]], hurt[pair[1]]);
                    assert!(none_more(less, more), "{source:?} {less:?} {more:?}");
                    better[step] += usize::from(fewer(less, more));
                }
            }
        }
        let draw = Coefficients::new(&theatre, &setup, group, &group.rates);
        for site in 0..theatre.sites.len() {
            for pair in steps.windows(2) {
                let direct = &draw.direct[site];
                assert!(none_more(direct[pair[0]], direct[pair[1]]), "site {site}");
            }
            for cover in &draw.cover[site] {
                assert!(
                    none_more(draw.bare[site], cover.hurt),
                    "site {site}: {cover:?}"
                );
            }
        }
    }
    // Not only never worse: each step is often better.
    assert!(better.iter().all(|&count| count > 100), "{better:?}");
}

fn all(hurt: Hurt) -> f64 {
    hurt.killed + hurt.wounded
}

/// Whether nobody more is killed, nor hurt, but for the last bits.
fn none_more(less: Hurt, more: Hurt) -> bool {
    let slack = 1.0 + 1e-12;
    more.killed <= less.killed * slack && all(more) <= all(less) * slack
}

fn fewer(less: Hurt, more: Hurt) -> bool {
    more.killed < less.killed && all(more) < all(less)
}

#[test]
fn guns_do_nothing_against_missiles_and_batteries_nothing_against_rockets() {
    let theatre = rampart::load::theatre(&iraq()).expect("it has no faults");
    let (setup, groups) = study(&theatre, Size::of(64));
    let units = |wanted: &[(&str, u32)]| {
        let loadout = place(&setup.loadouts.units, &theatre, wanted);
        setup.loadouts.units[loadout].clone()
    };
    let (guns, battery) = (units(&[("c-ram", 2)]), units(&[("patriot", 1)]));
    let (mut stopped_missiles, mut stopped_others) = (0, 0);
    for (number, group) in (0..).zip(&groups) {
        for source in &setup.sources {
            let flights = Flights::new(&group.unknowns.munitions[source.munition]);
            for replication in 0..16 {
                let key = RaidKey {
                    seed: number,
                    replication,
                    entity: source.entity,
                };
                let raid = group.raid(&flights, source, key);
                let at = RaidAtSite::new(&raid, &group.unknowns, source.munition, 900.0);
                let bursts = |local: &[u32], area: &[u32]| {
                    let judged = at.judge(Defence { local, area });
                    judged.bursts.iter().filter(|bursts| **bursts).count()
                };
                let bare = bursts(&[], &[]);
                let (local, area) = (bursts(&guns, &[]), bursts(&[], &battery));
                let (idle, works) = if source.kind == MunitionKind::BallisticMissile {
                    stopped_missiles += bare - area;
                    (local, area)
                } else {
                    stopped_others += bare - local;
                    (area, local)
                };
                assert_eq!(idle, bare);
                assert!(works <= bare);
            }
        }
    }
    assert!(stopped_missiles > 20 && stopped_others > 20);
}

// ---- Past raids simulated again.

#[test]
fn the_hindcast_covers_its_log_and_does_not_depend_on_threads() {
    let within = fresh("hindcast");
    let cast = |words: &str| {
        let words = format!("--json --replications 512 {words}");
        let output = run(&within, "hindcast", &iraq(), &words);
        (document(&output, 0), stdout(&output))
    };
    let (scored, one) = cast("--threads 1");
    assert_eq!(one, cast("--threads 2").1);
    assert_eq!(one, cast("").1);
    assert_ne!(one, cast("--seed 2").1);
    let raids = list(&scored["raids"], "raids");
    assert_eq!(raids.len(), 28);
    for line in raids {
        let bounds = |key: &str| {
            let pair = list(&line[key], key);
            assert_eq!(pair.len(), 2);
            [float(&pair[0]), float(&pair[1])]
        };
        let (narrow, wide) = (bounds("interval_50"), bounds("interval_90"));
        let nested = [wide[0], narrow[0], narrow[1], wide[1]];
        assert!(nested.is_sorted() && wide[0] >= 0.0, "{line}");
        for key in ["simulated_mean", "crps", "crps_baseline"] {
            assert!(float(&line[key]) >= 0.0, "{line}");
        }
        assert!((0.0..=1.0).contains(&float(&line["pit"])), "{line}");
    }
    let missed = raids.iter().filter(|line| {
        let pair = list(&line["interval_90"], "bounds");
        let observed = float(&line["observed"]);
        observed < float(&pair[0]) || observed > float(&pair[1])
    });
    let covered = 1.0 - missed.count() as f64 / 28.0;
    assert!((covered - float(&scored["coverage_90"])).abs() < 1e-12);
    assert!(covered >= 0.8 && float(&scored["coverage_50"]) <= covered);
    assert!(float(&scored["crps"]) < float(&scored["crps_baseline"]));
    let histogram = list(&scored["pit_histogram"], "histogram").iter();
    assert_eq!(histogram.map(whole).sum::<u64>(), 28);
    // Sums of the log lie within the 90 %: of rockets and mortars, and of missiles, where people were
    // warned and sheltered (al-Asad: nobody killed, 109 brain injuries).
    for anchor in list(&scored["anchors"], "anchors") {
        for key in ["with_casualties", "killed", "wounded"] {
            let pair = list(&anchor[format!("{key}_90").as_str()], "bounds");
            let reported = float(&anchor[key]);
            assert!(
                reported >= float(&pair[0]) && reported <= float(&pair[1]),
                "{key}: {anchor}"
            );
        }
    }
}

#[test]
fn the_hindcast_as_text_says_what_was_covered() {
    let within = fresh("hindcast-text");
    let output = run(&within, "hindcast", &iraq(), "--replications 64");
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
    let told = stdout(&output);
    for words in ["Coverage of reported casualties", "CRPS", "2020-03-11-taji"] {
        assert!(told.contains(words), "{told}");
    }
    let quiet = within.join("quiet");
    Text::new(30, 1)
        .site(&Place::new("a", 0.0, 10))
        .write(&quiet);
    let output = run(&within, "hindcast", &quiet, "");
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("nothing to hindcast"));
}

#[test]
fn what_is_not_known_yet_is_not_hindcast() {
    let text = Text::new(30, 1)
        .site(&Place::new("a", 0.0, 10))
        .incident("early", "2020-03-01", "a", "unknown", 2)
        .incident("late", "2020-03-17", "a", "rocket-107", 2);
    let scored = hindcast(&text.load(), 10).expect("one attack is known");
    assert_eq!(scored.raids.len(), 1);
    assert_eq!(scored.raids[0].incident, "early");
}
