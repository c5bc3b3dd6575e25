#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;

const SECOND: i64 = 1_000_000_000;

fn area(x: f64) -> Area {
    let half = 100.0;
    Area::new(vec![
        [x - half, -half],
        [x + half, -half],
        [x + half, half],
        [x - half, half],
    ])
    .unwrap()
}

fn warner() -> Warner {
    Warner::new(Settings::default(), vec![area(0.0), area(5_000.0)]).unwrap()
}

/// A track that comes down at x after some time, both with a spread.
fn falling(track: u64, x: f64, at_s: f64, probability: f64) -> Observed {
    let mut covariance = [[0.0; 3]; 3];
    (covariance[0][0], covariance[1][1], covariance[2][2]) = (400.0, 400.0, 0.25);
    Observed {
        track: TrackId(track),
        class: Class::FallingRound,
        probability,
        age_s: 10.0,
        rises_at_m: None,
        outlook: Outlook::Falls(ImpactPrediction {
            position_m: [x, 0.0],
            time_ns: nanoseconds(at_s),
            remaining_s: at_s,
            covariance,
        }),
    }
}

fn with(outlook: Outlook, one: Observed) -> Observed {
    Observed { outlook, ..one }
}

fn stages(notices: &[Notice]) -> Vec<Stage> {
    notices.iter().map(|notice| notice.stage).collect()
}

#[test]
fn the_threshold_is_that_of_least_expected_cost() {
    let settings = Settings {
        cost_missed: 3.0,
        cost_needless: 1.0,
        ..Settings::default()
    };
    assert_eq!(settings.threshold(), 0.25);
    let told = |probability: f64| {
        let mut warner = Warner::new(settings, vec![area(0.0)]).unwrap();
        warner.take(0, &[falling(1, 0.0, 20.0, probability)]).len()
    };
    assert_eq!((told(0.249), told(0.251)), (0, 1));
    // Several together: 1 − (1 − 0.14)².
    let mut warner = Warner::new(settings, vec![area(0.0)]).unwrap();
    let both = [falling(1, 0.0, 20.0, 0.14), falling(2, 0.0, 30.0, 0.14)];
    let notices = warner.take(0, &both);
    assert!((notices[0].probability - (1.0 - 0.86 * 0.86)).abs() < 1e-4);
    assert_eq!(notices[0].tracks.len(), 2);
    assert_eq!(notices[0].first_impact_ns, 19 * SECOND);
    assert_eq!(notices[0].last_impact_ns, 31 * SECOND);
}

#[test]
fn one_zone_is_alerted_and_cleared_and_the_other_left_alone() {
    let mut warner = warner();
    let alert = warner.take(0, &[falling(1, 0.0, 20.0, 1.0)]);
    assert_eq!((stages(&alert), alert[0].zone), (vec![Stage::Alert], 0));
    assert!(warner.is_open(0) && !warner.is_open(1));
    // The moment wanders a little: nothing to tell. Then it moves by more than people would ignore.
    assert!(
        warner
            .take(SECOND, &[falling(1, 0.0, 23.0, 1.0)])
            .is_empty()
    );
    let update = warner.take(2 * SECOND, &[falling(1, 0.0, 26.0, 1.0)]);
    assert_eq!(
        (stages(&update), update[0].number),
        (vec![Stage::Update], 1)
    );
    assert_eq!(update[0].last_impact_ns, 27 * SECOND);
    // It is lost near the ground and comes down as foretold.
    let lost = with(Outlook::Unseen, falling(1, 0.0, 26.0, 0.0));
    for second in 24..60 {
        assert!(warner.take(second * SECOND, &[lost]).is_empty());
    }
    assert_eq!(warner.due_ns(), Some(87 * SECOND));
    assert!(warner.tick(87 * SECOND - 1).is_empty());
    let clear = warner.tick(87 * SECOND);
    assert_eq!(
        (stages(&clear), clear[0].number),
        (vec![Stage::AllClear], 2)
    );
    assert_eq!(warner.due_ns(), None);
}

#[test]
fn what_turns_away_is_cancelled_after_a_wait_and_not_before() {
    let mut warner = warner();
    warner.take(0, &[falling(1, 0.0, 40.0, 1.0)]);
    assert!(
        warner
            .take(SECOND, &[falling(1, 900.0, 40.0, 1.0)])
            .is_empty()
    );
    // Back within the wait: the warning stands, and the wait begins anew.
    assert!(
        warner
            .take(4 * SECOND, &[falling(1, 0.0, 40.0, 1.0)])
            .is_empty()
    );
    assert!(
        warner
            .take(5 * SECOND, &[falling(1, 900.0, 40.0, 1.0)])
            .is_empty()
    );
    assert!(
        warner
            .take(9 * SECOND, &[falling(1, 900.0, 40.0, 1.0)])
            .is_empty()
    );
    let end = warner.take(10 * SECOND, &[falling(1, 900.0, 40.0, 1.0)]);
    assert_eq!(stages(&end), [Stage::Cancel]);
    // A bird after all.
    warner.take(11 * SECOND, &[falling(2, 0.0, 40.0, 1.0)]);
    let bird = with(Outlook::Stays, falling(2, 0.0, 40.0, 1.0));
    assert!(warner.take(12 * SECOND, &[bird]).is_empty());
    assert_eq!(stages(&warner.tick(17 * SECOND)), [Stage::Cancel]);
}

#[test]
fn further_rounds_extend_the_open_warning() {
    let mut warner = warner();
    let first = falling(1, 0.0, 20.0, 1.0);
    let second = falling(2, 50.0, 50.0, 1.0);
    assert_eq!(stages(&warner.take(0, &[first])), [Stage::Alert]);
    let update = warner.take(15 * SECOND, &[first, second]);
    assert_eq!(stages(&update), [Stage::Update]);
    assert_eq!(update[0].last_impact_ns, 51 * SECOND);
    // The first comes down: what has begun is not told to begin later.
    let landed = with(Outlook::Unseen, first);
    for time in 16..52 {
        assert!(warner.take(time * SECOND, &[landed, second]).is_empty());
    }
    // A third within the wait for the all clear extends again; then all is over once.
    let third = falling(3, 0.0, 80.0, 1.0);
    assert_eq!(stages(&warner.take(60 * SECOND, &[third])), [Stage::Update]);
    assert!(warner.tick(120 * SECOND).is_empty());
    let end = warner.tick(141 * SECOND);
    assert_eq!((stages(&end), end[0].number), (vec![Stage::AllClear], 3));
}

#[test]
fn an_alert_is_never_too_late() {
    let mut warner = warner();
    let notices = warner.take(0, &[falling(1, 0.0, 0.3, 1.0)]);
    assert_eq!(stages(&notices), [Stage::Alert]);
    assert_eq!(notices[0].first_impact_ns, 0);
    // Nor is one right after a cancellation.
    let mut warner = self::warner();
    warner.take(0, &[falling(1, 0.0, 40.0, 1.0)]);
    warner.take(SECOND, &[]);
    assert_eq!(stages(&warner.take(7 * SECOND, &[])), [Stage::Cancel]);
    let again = warner.take(7 * SECOND + 1, &[falling(1, 0.0, 40.0, 1.0)]);
    assert_eq!((stages(&again), again[0].number), (vec![Stage::Alert], 0));
}

#[test]
fn a_probability_that_trembles_about_the_threshold_is_one_warning() {
    let mut warner = warner();
    let mut told = Vec::new();
    for scan in 0..100 {
        let probability = if scan % 2 == 0 { 0.02 } else { 0.005 };
        let one = falling(1, 0.0, 60.0 + f64::from(scan % 3), probability);
        told.extend(warner.take(i64::from(scan) * SECOND / 2, &[one]));
    }
    assert_eq!(stages(&told), [Stage::Alert]);
}

#[test]
fn targets_are_rarer_than_the_tracker_has_them_against_chance() {
    let track = |falling: f64, score: f64| {
        let mut probabilities = [0.0; Class::ALL.len()];
        probabilities[Class::FallingRound as usize] = falling;
        probabilities[Class::Aircraft as usize] = 1.0 - falling;
        let state = crate::Gaussian {
            mean: [0.0; crate::motion::STATES],
            covariance: [[0.0; crate::motion::STATES]; crate::motion::STATES],
        };
        Track {
            id: TrackId(1),
            status: crate::Status::Tentative,
            class: Class::FallingRound,
            probabilities,
            time_ns: 0,
            state,
            falling_state: Some(state),
            score,
            plots: 3,
            age_s: 2.0,
            dismissed: false,
        }
    };
    let believed = |falling: f64, score: f64| {
        let settings = Settings {
            rarity: libm::log(100.0),
            ..Settings::default()
        };
        Observed::of(&track(falling, score), None, &settings).probability
    };
    assert!(believed(1.0, 50.0) > 0.999_999);
    // What chance makes as easily is one in a hundred; among what flies, the tracker's odds stand.
    assert!((believed(0.5, 50.0) - 0.5).abs() < 1e-9);
    assert!((believed(1.0, 0.0) - 1.0 / 101.0).abs() < 1e-9);
    assert_eq!(believed(0.0, 50.0), 0.0);
}

/// Whether a round is told of that comes down beside a zone and in it once in thirty times.
fn elsewhere(left_s: f64) -> bool {
    let mut warner = warner();
    let notices = warner.take(0, &[falling(1, 100.0 + 45.0 + 1.83 * 20.0, left_s, 1.0)]);
    assert!(
        notices
            .iter()
            .all(|one| (0.03..0.04).contains(&one.probability))
    );
    !notices.is_empty()
}

/// A second's look is worth its cost where a bird comes down in eight seconds, if at all, at odds of 5.6 %.
#[test]
fn a_likely_bird_is_looked_at_again_while_there_is_time() {
    let told = |class, at_s, probability, cleared_per_s| {
        let settings = Settings {
            birds_cleared_per_s: cleared_per_s,
            ..Settings::default()
        };
        let mut warner = Warner::new(settings, vec![area(0.0)]).unwrap();
        let one = Observed {
            class,
            ..falling(1, 0.0, at_s, probability)
        };
        !warner.take(0, &[one]).is_empty()
    };
    assert!(!told(Class::Bird, 8.0, 0.05, 0.7) && told(Class::Bird, 8.0, 0.06, 0.7));
    assert!(!told(Class::Drone, 8.0, 0.05, 0.7));
    // With no time to wait, of what the next plots do not tell apart, and where nobody wants to wait.
    assert!(told(Class::Bird, 1.4, 0.011, 0.7));
    assert!(told(Class::FallingRound, 8.0, 0.011, 0.7) && told(Class::Aircraft, 8.0, 0.011, 0.7));
    assert!(told(Class::Bird, 8.0, 0.011, 0.0));
    // What leaves less time than it takes to drop is told if it is the likelier.
    assert!(
        !told(Class::FallingRound, 0.15, 0.05, 0.0) && told(Class::FallingRound, 0.15, 0.1, 0.0)
    );
    // A round that comes down elsewhere but for one in thirty: its region narrows, and forty seconds are left.
    assert!(!elsewhere(40.0) && elsewhere(10.0));
    // What waits neither hides another nor closes a warning that is open; several together wait less.
    let mut warner = warner();
    let bird = Observed {
        class: Class::Bird,
        ..falling(1, 0.0, 8.0, 0.03)
    };
    assert!(warner.take(0, &[bird]).is_empty());
    let alert = warner.take(SECOND, &[bird, falling(2, 0.0, 20.0, 0.02)]);
    assert_eq!(alert[0].tracks.len(), 2);
    assert!((alert[0].probability - (1.0 - 0.97 * 0.98)).abs() < 1e-4);
    warner.take(2 * SECOND, &[bird]);
    assert!(warner.is_open(0));
    let flock = [1, 2].map(|number| Observed {
        track: TrackId(number),
        ..bird
    });
    assert_eq!(self::warner().take(0, &flock).len(), 1);
}

/// Own rounds rise over the zone that they leave.
#[test]
fn what_rises_over_a_zone_is_given_time_to_leave_it() {
    let told = |rises_at_m, x, probability| {
        let one = Observed {
            rises_at_m,
            probability,
            ..falling(1, x, 20.0, probability)
        };
        let mut warner = warner();
        let notices = warner.take(0, &[one]);
        // Where it goes on to is not where it rose.
        let later = Observed {
            rises_at_m: None,
            ..one
        };
        (
            !notices.is_empty(),
            !warner.take(SECOND, &[later]).is_empty(),
        )
    };
    // It hits once in thirty times, or in three.
    let [seldom, often] = [145.0 + 1.83 * 20.0, 145.0 + 0.43 * 20.0];
    let over = Some([50.0, 0.0]);
    assert_eq!(told(None, seldom, 1.0), (true, false));
    assert_eq!(told(Some([150.0, 0.0]), seldom, 1.0), (true, false));
    assert_eq!(told(over, seldom, 1.0), (false, false));
    assert_eq!(told(over, often, 1.0), (false, false));
    // What is likelier than not, and what comes down there or not at all, is told at once.
    assert_eq!(told(over, 120.0, 1.0), (true, false));
    assert_eq!(told(over, 0.0, 0.02), (true, false));
}

#[test]
fn settings_out_of_range_are_refused() {
    for settings in [
        Settings {
            cost_missed: 0.0,
            ..Settings::default()
        },
        Settings {
            update_s: f64::NAN,
            ..Settings::default()
        },
        Settings {
            expires_after_s: 0.0,
            ..Settings::default()
        },
    ] {
        assert!(matches!(
            Warner::new(settings, Vec::new()),
            Err(TrackingError::OutOfRange { .. })
        ));
    }
}

type Step = (i64, Vec<(u64, f64, f64, f64, u8)>);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let track = (
        0_u64..4,
        prop_oneof![Just(0.0), -400.0..400.0_f64, Just(5_000.0)],
        -5.0..60.0_f64,
        0.0..1.0_f64,
        0_u8..4,
    );
    let step = (0_i64..8_000_000_000, proptest::collection::vec(track, 0..4));
    proptest::collection::vec(step, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is seen: a zone is warned once its danger is above what is waited for; its messages are an
    /// alert, updates and one end, numbered; none is cancelled before its wait is over; ticks that tell
    /// nothing change nothing; and every warning ends.
    #[test]
    fn every_warning_lives_one_life(steps in steps()) {
        let settings = Settings::default();
        let mut warner = warner();
        let mut now_ns = 0;
        let mut lives: [Option<(u32, i64)>; 2] = [None; 2];
        let mut follow = |notices: Vec<Notice>, now_ns: i64| -> Result<(), TestCaseError> {
            for notice in notices {
                prop_assert!(notice.first_impact_ns <= notice.last_impact_ns);
                prop_assert!(notice.last_impact_ns < notice.expires_ns);
                let life = &mut lives[notice.zone];
                match (notice.stage, *life) {
                    (Stage::Alert, None) => {
                        prop_assert!(notice.probability > settings.threshold());
                        prop_assert_eq!(notice.number, 0);
                        *life = Some((0, now_ns));
                    }
                    (Stage::Update, Some((number, since))) => {
                        prop_assert_eq!(notice.number, number + 1);
                        *life = Some((number + 1, since));
                    }
                    (Stage::Cancel, Some((number, since))) => {
                        prop_assert_eq!(notice.number, number + 1);
                        prop_assert!(now_ns - since >= 5 * SECOND);
                        *life = None;
                    }
                    (Stage::AllClear, Some((number, _))) => {
                        prop_assert_eq!(notice.number, number + 1);
                        *life = None;
                    }
                    other => prop_assert!(false, "{:?}", other),
                }
            }
            Ok(())
        };
        for (wait_ns, tracks) in steps {
            let tick_ns = now_ns + wait_ns / 2;
            let before = format!("{warner:?}");
            let ended = warner.tick(tick_ns);
            if ended.is_empty() {
                prop_assert_eq!(before, format!("{warner:?}"));
            }
            follow(ended, tick_ns)?;
            now_ns += wait_ns;
            let observed: Vec<_> = tracks.iter().map(|&(id, x, after_s, probability, outlook)| {
                let one = falling(id, x, now_ns as f64 * 1e-9 + after_s, probability);
                match outlook {
                    0 => with(Outlook::Stays, one),
                    1 => with(Outlook::Unseen, one),
                    _ => one,
                }
            }).collect();
            let notices = warner.take(now_ns, &observed);
            follow(notices, now_ns)?;
            for zone in 0..2 {
                let danger = warner.danger(zone, now_ns);
                let [danger, patience] = danger.map_or([0.0; 2], |one| [one.probability, one.patience]);
                prop_assert!(danger <= patience || warner.is_open(zone));
                // Nobody waits above even odds, nor for less than the threshold.
                prop_assert!(patience <= 0.5 + 1e-12 && (danger == 0.0 || patience >= settings.threshold() - 1e-12));
            }
        }
        for _ in 0..4 {
            let Some(due_ns) = warner.due_ns() else { break };
            follow(warner.tick(due_ns), due_ns)?;
        }
        prop_assert!(warner.due_ns().is_none());
        prop_assert!(lives.iter().all(Option::is_none));
    }
}
