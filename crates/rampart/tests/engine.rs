//! From events to decisions: what a live program, a replay and a simulation all do.

#![allow(clippy::unwrap_used)]

#[path = "support/radar.rs"]
mod radar;

use proptest::prelude::*;
use radar::{Flight, SECOND, events, model, scan, settings, zone};
use rampart::watch::engine::{
    BlindCause, Decision, Drill, Engine, EngineError, Event, EventKind, Live, Realm, Settings,
};
use theatre::{Reality, Stage, Warning, Zone};

/// Takes events in, with the ticks that are due between them; the decisions with their moments.
fn run<R: Realm>(engine: &mut Engine<R>, events: &[Event]) -> Vec<(i64, Decision<R>)> {
    let mut decisions = Vec::new();
    for event in events {
        while let Some(due_ns) = engine.due_ns().filter(|due| *due <= event.now_ns) {
            let tick = Event {
                position: event.position,
                now_ns: due_ns,
                kind: EventKind::Tick,
            };
            let told = engine.take(tick);
            assert!(!told.is_empty(), "a tick that is due decides something");
            decisions.extend(told.into_iter().map(|one| (due_ns, one)));
        }
        let told = engine.take(event.clone());
        decisions.extend(told.into_iter().map(|one| (event.now_ns, one)));
    }
    decisions
}

fn warnings<R: Realm>(decisions: &[(i64, Decision<R>)]) -> Vec<Warning> {
    let warning = |(_, decision): &(i64, Decision<R>)| match decision {
        Decision::Warning(message) => Some(message.warning().clone()),
        _ => None,
    };
    decisions.iter().filter_map(warning).collect()
}

fn engine(settings: Settings) -> Engine<Live> {
    Engine::new(settings).unwrap()
}

fn incoming() -> Flight {
    Flight::new([8_000.0, 600.0], [0.0, 0.0], 300.0, 0.0)
}

/// Zones where a flight comes down and a kilometre to its side.
fn settings_for(flight: &Flight) -> Settings {
    let [x, y] = flight.impact_m;
    settings(vec![
        zone("hit", x, y, 150.0),
        zone("beside", x, y + 1_500.0, 150.0),
    ])
}

#[test]
fn the_zone_that_is_hit_is_warned_in_time_and_cleared_and_the_other_is_not() {
    let flight = incoming();
    let mut engine = engine(settings_for(&flight));
    let told = warnings(&run(&mut engine, &events(&[&flight], false, 0..160)));
    let stages: Vec<_> = told
        .iter()
        .map(|one| (one.stage, one.zone.id.as_str()))
        .collect();
    assert_eq!(stages[0], (Stage::Alert, "hit"));
    assert_eq!(stages.last(), Some(&(Stage::AllClear, "hit")));
    assert!(stages.iter().filter(|(_, id)| *id == "hit").count() <= 8);
    let alert = &told[0];
    assert!(alert.time_available_s() > 15.0, "{alert:?}");
    assert!(alert.leaves_time_for_shelter());
    let last = told
        .iter()
        .rev()
        .find(|one| one.stage != Stage::AllClear)
        .unwrap();
    let impact_ns = (flight.impact_s * 1e9) as i64;
    assert!((last.first_impact_ns..=last.last_impact_ns).contains(&impact_ns));
    // One warning: everything refers to the alert, and is numbered on from it.
    assert!(alert.references.is_empty());
    for (number, one) in told.iter().enumerate().skip(1) {
        assert_eq!(one.references[0].identifier, alert.identifier);
        let begins = format!("{}-{number}-", alert.identifier);
        assert!(one.identifier.starts_with(&begins), "{one:?}");
        assert_eq!(one.references.len(), number);
    }
    assert!(
        engine.seen().iter().all(|seen| !seen.is_threat()),
        "nothing stale"
    );
}

#[test]
fn an_exercise_says_so_in_every_message() {
    let flight = incoming();
    let events = events(&[&flight], false, 0..60);
    let mut live = engine(settings_for(&flight));
    let mut drill = Engine::<Drill>::new(settings_for(&flight)).unwrap();
    let live = warnings(&run(&mut live, &events));
    let drill = warnings(&run(&mut drill, &events));
    assert!(!live.is_empty());
    assert_eq!(live.len(), drill.len());
    for (actual, practised) in live.iter().zip(&drill) {
        assert_eq!(actual.reality, Reality::Actual);
        assert_eq!(practised.reality, Reality::Exercise);
        assert_eq!(
            practised.identifier,
            format!("exercise-{}", actual.identifier)
        );
    }
}

#[test]
fn further_rounds_extend_one_warning() {
    let flights: Vec<_> = (0..4)
        .map(|round| Flight::new([8_000.0, 600.0], [0.0, 0.0], 300.0, 8.0 * f64::from(round)))
        .collect();
    let mut engine = engine(settings_for(&flights[0]));
    let flights: Vec<_> = flights.iter().collect();
    let told = warnings(&run(&mut engine, &events(&flights, false, 0..200)));
    let hit: Vec<_> = told.iter().filter(|one| one.zone.id == "hit").collect();
    let count = |stage| hit.iter().filter(|one| one.stage == stage).count();
    assert_eq!((count(Stage::Alert), count(Stage::AllClear)), (1, 1));
    assert!(count(Stage::Update) >= 3);
    let clear = hit.last().unwrap();
    assert!(clear.sent_ns as f64 * 1e-9 > flights[3].impact_s + 60.0);
}

#[test]
fn clutter_and_an_aircraft_warn_nobody_and_the_aircraft_is_named_once() {
    let mut engine = engine(settings(vec![
        zone("below", 6_000.0, 0.0, 3_000.0),
        zone("home", 500.0, 0.0, 400.0),
    ]));
    let decisions = run(&mut engine, &events(&[], true, 0..280));
    assert_eq!(warnings(&decisions), []);
    let dismissed = decisions
        .iter()
        .filter(|(_, one)| matches!(one, Decision::Dismissed(_)));
    assert_eq!(dismissed.count(), 1);
}

/// An attack that does not end: what is stored at any moment, a checkpoint's or not, goes on the same.
#[test]
fn a_restart_in_the_middle_of_a_lasting_attack_is_no_restart() {
    let flights: Vec<_> = (0..24)
        .map(|round| {
            let across_m = 90.0 * f64::from(round % 7) - 270.0;
            let from_s = 10.0 * f64::from(round);
            Flight::new([8_000.0, 600.0 + across_m], [0.0, across_m], 300.0, from_s)
        })
        .collect();
    let [x, y] = flights[11].impact_m;
    let settings = settings(vec![zone("hit", x, y, 400.0), zone("far", -x, -y, 400.0)]);
    let flights: Vec<_> = flights.iter().collect();
    let all = events(&flights, true, 0..260);
    let stored = |engine: &Engine<Live>| {
        let mut state = Vec::new();
        engine.store(&mut state);
        state
    };
    let latest = |engine: &Engine<Live>| {
        let all = engine.latest().map(|message| message.warning().clone());
        all.collect::<Vec<_>>()
    };
    // What receivers were told last of each zone, in the order of the zones.
    let newest = |decisions: &[(i64, Decision<Live>)]| {
        let told = warnings(decisions);
        let of = |zone: &Zone| told.iter().rfind(|one| one.zone.id == zone.id).cloned();
        settings.zones.iter().filter_map(of).collect::<Vec<_>>()
    };
    let mut whole = engine(settings.clone());
    let (mut decisions, mut states, mut checkpoints) = (Vec::new(), Vec::new(), 0);
    for (number, event) in all.iter().enumerate() {
        let told = run(&mut whole, std::slice::from_ref(event));
        let checkpoint = told.iter().any(|(_, one)| *one == Decision::Checkpoint);
        decisions.extend(told);
        if checkpoint || number % 19 == 0 {
            states.push((number + 1, decisions.len(), stored(&whole)));
            let warned = whole.seen().iter().any(|one| one.is_threat());
            checkpoints += u32::from(checkpoint && warned);
        }
    }
    assert!(checkpoints >= 3, "{checkpoints}");
    assert!(warnings(&decisions).len() > 3);
    for (from, told, state) in states {
        let restored = Engine::<Live>::restore(settings.clone(), &mut state.as_slice());
        let mut restored = restored.unwrap().unwrap();
        assert_eq!(stored(&restored), state);
        assert_eq!(latest(&restored), newest(&decisions[..told]));
        assert_eq!(run(&mut restored, &all[from..]), decisions[told..]);
        assert_eq!(whole.seen(), restored.seen());
        assert_eq!(whole.due_ns(), restored.due_ns());
        assert_eq!(stored(&restored), stored(&whole));
        let cut = &state[..state.len() / 2];
        let refused = Engine::<Live>::restore(settings.clone(), &mut &*cut);
        assert!(refused.unwrap().is_none());
    }
}

fn causes(decisions: &[(i64, Decision<Live>)]) -> Vec<(i64, Option<BlindCause>)> {
    let change = |(now_ns, one): &(i64, Decision<Live>)| match one {
        Decision::Blind { cause, .. } => Some((*now_ns, Some(*cause))),
        Decision::Well { .. } => Some((*now_ns, None)),
        _ => None,
    };
    decisions.iter().filter_map(change).collect()
}

#[test]
fn a_sensor_that_falls_silent_is_blind_within_five_seconds_and_well_again_after() {
    let mut all = events(&[], false, 0..20);
    all.extend(events(&[], false, 40..50));
    let decisions = run(&mut engine(settings(Vec::new())), &all);
    let changes = causes(&decisions);
    assert_eq!(changes[0].1, Some(BlindCause::Silent));
    assert!(changes[0].0 > 22 * SECOND && changes[0].0 <= 24 * SECOND);
    assert_eq!(changes[1], (41 * SECOND, None));
    assert_eq!(changes.len(), 2);
    // One that was never heard is as blind.
    let mut engine = engine(settings(Vec::new()));
    let started = Event {
        position: 0,
        now_ns: 0,
        kind: EventKind::Started,
    };
    assert!(run(&mut engine, &[started]).is_empty());
    assert!(engine.due_ns().unwrap() <= 5 * SECOND);
}

#[test]
fn the_same_plots_again_and_a_clock_that_stands_still_are_no_sight() {
    let first = scan(0, &[[5_000.0, 0.0, 900.0]], 1);
    for moves in [false, true] {
        let event = |second: i64| {
            let mut scan = first.clone();
            if moves {
                scan.time_ns = second * SECOND;
                scan.plots
                    .iter_mut()
                    .for_each(|plot| plot.time_ns = scan.time_ns);
            } else {
                // Other plots, dated as the first.
                scan.plots[0].range_m += second as f64;
            }
            Event {
                position: second as u64,
                now_ns: second * SECOND,
                kind: EventKind::Scan(scan),
            }
        };
        let all: Vec<_> = (0..12).map(event).collect();
        let changes = causes(&run(&mut engine(settings(Vec::new())), &all));
        assert_eq!(changes.len(), 1, "{changes:?}");
        assert!(changes[0].0 <= 5 * SECOND);
        assert_eq!(changes[0].1, Some(BlindCause::Stuck));
    }
}

#[test]
fn a_quiet_sky_is_no_fault() {
    let quiet = |second: i64| Event {
        position: second as u64,
        now_ns: second * SECOND,
        kind: EventKind::Scan(tracking::Scan {
            sensor: 0,
            time_ns: second * SECOND,
            plots: Vec::new(),
        }),
    };
    let all: Vec<_> = (0..120).map(quiet).collect();
    assert_eq!(causes(&run(&mut engine(settings(Vec::new())), &all)), []);
}

#[test]
fn a_flood_is_told_and_bounded_and_ends() {
    let mut engine = engine(settings(Vec::new()));
    let mut all = Vec::new();
    for tenth in 0..300_i64 {
        let now_ns = tenth * SECOND / 10;
        let flooded = (100..200).contains(&tenth);
        for copy in 0..if flooded { 40 } else { 1 } {
            let time_ns = now_ns + copy;
            all.push(Event {
                position: all.len() as u64,
                now_ns,
                kind: EventKind::Scan(scan(time_ns, &[[5_000.0, copy as f64, 900.0]], 1)),
            });
        }
    }
    let changes = causes(&run(&mut engine, &all));
    assert_eq!(changes[0].1, Some(BlindCause::Flooding));
    assert!(changes[0].0 >= 10 * SECOND && changes[0].0 <= 15 * SECOND);
    assert_eq!(changes[1].1, None);
    assert!(changes[1].0 >= 20 * SECOND && changes[1].0 <= 25 * SECOND);
    assert_eq!(changes.len(), 2, "{changes:?}");
    assert!(engine.left_out().dropped > 1_000);
}

#[test]
fn dates_far_off_make_blind_and_change_nothing() {
    let mut engine = engine(settings(Vec::new()));
    let mut all = events(&[], false, 0..30);
    for event in &mut all[10..20] {
        let EventKind::Scan(scan) = &mut event.kind else {
            unreachable!()
        };
        scan.time_ns += 3_600 * SECOND;
    }
    let changes = causes(&run(&mut engine, &all));
    assert_eq!(changes[0].1, Some(BlindCause::Clock));
    assert_eq!(changes[1].1, None);
    assert_eq!(engine.left_out().scans, 10);
}

#[test]
fn what_cannot_be_worked_with_is_refused_by_name() {
    let mut wrong = settings(vec![zone("a", 0.0, 0.0, 100.0)]);
    wrong.site = "North Gate".to_owned();
    assert!(matches!(
        Engine::<Live>::new(wrong),
        Err(EngineError::Site { .. })
    ));
    let mut wrong = settings(vec![zone("a", 0.0, 0.0, 100.0)]);
    wrong.zones[0].outline.swap(0, 1);
    assert!(matches!(
        Engine::<Live>::new(wrong),
        Err(EngineError::Zone { .. })
    ));
    let mut wrong = settings(Vec::new());
    wrong.sensors[0].range_sigma_m = f64::NAN;
    assert!(matches!(
        Engine::<Live>::new(wrong),
        Err(EngineError::Tracking(_))
    ));
    assert!(model().check().is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any events at all: no panic, positions that decide nothing change nothing, and the same events
    /// give the same decisions.
    #[test]
    fn anything_is_survived_and_repeatable(
        steps in proptest::collection::vec(
            (prop_oneof![8 => 0_i64..3_000, 1 => any::<i64>()], 0_usize..3, 0_u8..8, any::<u32>()),
            1..40,
        ),
    ) {
        let flight = incoming();
        let make = || engine(settings_for(&flight));
        let mut all = Vec::new();
        let mut now_ns = 0_i64;
        for (index, (wait_ms, sensor, kind, seed)) in steps.into_iter().enumerate() {
            now_ns = now_ns.saturating_add(wait_ms.saturating_mul(1_000_000));
            let kind = match kind {
                0 => EventKind::Started,
                1 => EventKind::Tick,
                _ => {
                    let mut scan = scan(now_ns, &[[4_000.0, 300.0, 800.0]], seed);
                    scan.sensor = sensor / 2;
                    EventKind::Scan(scan)
                }
            };
            all.push(Event { position: index as u64, now_ns, kind });
        }
        let mut first = make();
        let mut once = Vec::new();
        for event in &all {
            let before = format!("{first:?}");
            let told = first.take(event.clone());
            if told.is_empty() && event.kind == EventKind::Tick && event.position > 0 {
                prop_assert_eq!(before, format!("{first:?}"));
            }
            once.push(told);
        }
        let mut second = make();
        let twice: Vec<_> = all.iter().map(|event| second.take(event.clone())).collect();
        prop_assert_eq!(once, twice);
    }
}
