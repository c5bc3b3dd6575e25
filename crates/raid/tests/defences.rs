//! Raids judged under defences: what each system does, and what none may ever do.

#![allow(clippy::unwrap_used)]

mod support;

use raid::{Defence, Flights, Hurt, Judged, Raid, RaidAtSite, Unknowns};
use support::{BATTERY, GUN, MISSILE, MORTAR, ROCKET, SIREN, fly, fly_again, unknowns};

const RADIUS_M: f64 = 900.0;

fn judge(
    unknowns: &Unknowns,
    raid: &Raid,
    munition: usize,
    local: [u32; 3],
    area: [u32; 3],
) -> (Judged, Hurt) {
    let placed = RaidAtSite::new(raid, unknowns, munition, RADIUS_M);
    let judged = placed.judge(Defence {
        local: &local,
        area: &area,
    });
    let hurt = placed.hurt(&judged);
    (judged, hurt)
}

fn mean_hurt(unknowns: &Unknowns, munition: usize, local: [u32; 3], area: [u32; 3]) -> f64 {
    let flights = Flights::new(&unknowns.munitions[munition]);
    let total: f64 = (0..500)
        .map(|replication| {
            let raid = fly_again(&flights, unknowns, munition, 8, replication);
            let hurt = judge(unknowns, &raid, munition, local, area).1;
            hurt.killed + hurt.wounded
        })
        .sum();
    total / 500.0
}

#[test]
fn a_raid_is_a_function_of_its_key() {
    let unknowns = unknowns();
    assert_eq!(fly(&unknowns, ROCKET, 12, 5), fly(&unknowns, ROCKET, 12, 5));
    assert_ne!(fly(&unknowns, ROCKET, 12, 5), fly(&unknowns, ROCKET, 12, 6));
}

#[test]
fn every_round_flies() {
    let unknowns = unknowns();
    for munition in [ROCKET, MORTAR, MISSILE] {
        for replication in 0..50 {
            let raid = fly(&unknowns, munition, 7, replication);
            assert_eq!(raid.rounds.len(), 7, "class {munition}");
            assert!(
                raid.rounds
                    .iter()
                    .all(|round| round.impact_s > round.launch_s)
            );
        }
    }
}

/// The scatter that comes out is the scatter that went in, along and across.
#[test]
fn scatter_is_what_the_catalogue_says() {
    let mut unknowns = unknowns();
    unknowns.munitions[ROCKET].fired_from_m = [5_000.0, 5_000.0];
    let (mut along, mut across, mut count) = (0.0, 0.0, 0.0);
    let flights = Flights::new(&unknowns.munitions[ROCKET]);
    for replication in 0..4_000 {
        for round in fly_again(&flights, &unknowns, ROCKET, 1, replication).rounds {
            along += round.along_m * round.along_m;
            across += round.across_m * round.across_m;
            count += 1.0;
        }
    }
    let (along_m, across_m) = (f64::sqrt(along / count), f64::sqrt(across / count));
    assert!((along_m / (0.03 * 5_000.0) - 1.0).abs() < 0.06, "{along_m}");
    assert!(
        (across_m / (0.02 * 5_000.0) - 1.0).abs() < 0.06,
        "{across_m}"
    );
}

#[test]
fn a_unit_more_never_lets_a_round_through_and_never_warns_later() {
    let unknowns = unknowns();
    for munition in [ROCKET, MORTAR] {
        let flights = Flights::new(&unknowns.munitions[munition]);
        for replication in 0..300 {
            let rounds = 1 + replication % 40;
            let raid = fly_again(&flights, &unknowns, munition, rounds, replication);
            let ladder = [[0, 0, 0], [0, 0, 1], [1, 0, 1], [2, 0, 1], [3, 0, 1]];
            let judged = ladder.map(|local| judge(&unknowns, &raid, munition, local, [0; 3]));
            for pair in judged.windows(2) {
                let ((worse, hurt_worse), (better, hurt_better)) = (&pair[0], &pair[1]);
                let mut rounds = better.bursts.iter().zip(&worse.bursts);
                assert!(rounds.all(|(better, worse)| !better || *worse));
                assert!(hurt_better.killed <= hurt_worse.killed + 1e-15);
                let hurt = |hurt: &Hurt| hurt.killed + hurt.wounded;
                assert!(hurt(hurt_better) <= hurt(hurt_worse) + 1e-15);
                assert!(
                    better.warning_s.unwrap_or(f64::MIN) >= worse.warning_s.unwrap_or(f64::MIN)
                );
            }
        }
    }
}

#[test]
fn each_system_does_its_own_work_and_no_other() {
    let unknowns = unknowns();
    let none = [0; 3];
    let unit = |system: usize| {
        let mut units = [0; 3];
        units[system] = 1;
        units
    };
    for munition in [ROCKET, MORTAR] {
        let bare = mean_hurt(&unknowns, munition, none, none);
        let warned = mean_hurt(&unknowns, munition, unit(SIREN), none);
        let gun = mean_hurt(&unknowns, munition, unit(GUN), none);
        assert!(warned < 0.97 * bare, "sirens: {warned} of {bare}");
        assert!(gun < 0.95 * warned, "a gun: {gun} of {warned}");
        assert_eq!(mean_hurt(&unknowns, munition, none, unit(BATTERY)), bare);
    }
    let bare = mean_hurt(&unknowns, MISSILE, none, none);
    assert_eq!(mean_hurt(&unknowns, MISSILE, unit(GUN), none), bare);
    assert!(mean_hurt(&unknowns, MISSILE, none, unit(BATTERY)) < 0.9 * bare);
}

#[test]
fn a_battery_runs_dry() {
    let mut unknowns = unknowns();
    let interceptor = unknowns.systems[BATTERY].interceptor.as_mut().unwrap();
    interceptor.intercept_probability = 1.0;
    interceptor.engagements = 2;
    unknowns.munitions[MISSILE].failure_probability = 0.0;
    let raid = fly(&unknowns, MISSILE, 30, 3);
    let stopped = |area: [u32; 3]| {
        let (judged, _) = judge(&unknowns, &raid, MISSILE, [0; 3], area);
        judged.bursts.iter().filter(|bursts| !**bursts).count()
    };
    assert_eq!(stopped([0, 1, 0]), 2);
    assert_eq!(stopped([0, 2, 0]), 4);
}

/// Missiles that come all at once, in the middle of the base, none of which fails.
fn at_once(unknowns: &mut Unknowns) -> Raid {
    unknowns.munitions[MISSILE].failure_probability = 0.0;
    unknowns.munitions[MISSILE].interval_s = 0.0;
    unknowns.munitions[MISSILE].centre_spread = 0.0;
    let mut raid = fly(unknowns, MISSILE, 12, 3);
    raid.early_warning = false;
    for round in &mut raid.rounds {
        (round.along_m, round.across_m) = (0.0, 0.0);
        (round.foresight_error_m, round.impact_s) = ([0.0; 2], 300.0);
    }
    raid
}

fn stopped(unknowns: &Unknowns, raid: &Raid, batteries: u32) -> usize {
    let (judged, _) = judge(unknowns, raid, MISSILE, [0; 3], [0, batteries, 0]);
    judged.bursts.iter().filter(|bursts| !**bursts).count()
}

fn battery(unknowns: &mut Unknowns) -> &mut raid::unknowns::InterceptorDraw {
    unknowns.systems[BATTERY].interceptor.as_mut().unwrap()
}

#[test]
fn a_battery_is_saturated_by_its_channels_and_its_time() {
    let mut unknowns = unknowns();
    let raid = at_once(&mut unknowns);
    let interceptor = battery(&mut unknowns);
    interceptor.intercept_probability = 1.0;
    (interceptor.engagements, interceptor.engagement_s) = (100, 10.0);
    (interceptor.window_s, interceptor.reaction_s) = (35.0, 5.0);
    // 30 s are left once it is ready: three engagements on each channel.
    for (channels, expected) in [(1, 3), (2, 6), (3, 9), (4, 12)] {
        battery(&mut unknowns).channels = channels;
        assert_eq!(stopped(&unknowns, &raid, 1), expected);
        assert_eq!(stopped(&unknowns, &raid, 2), (2 * expected).min(12));
    }
    battery(&mut unknowns).channels = 1;
    battery(&mut unknowns).window_s = 14.0;
    assert_eq!(
        stopped(&unknowns, &raid, 1),
        0,
        "no time left after its reaction"
    );
    let mut told = raid.clone();
    told.early_warning = true;
    assert_eq!(
        stopped(&unknowns, &told, 1),
        1,
        "a battery that was told is ready"
    );
}

#[test]
fn an_empty_unit_fights_on_once_it_is_full_again() {
    let mut unknowns = unknowns();
    let mut raid = at_once(&mut unknowns);
    for (number, round) in (0..).zip(&mut raid.rounds) {
        round.impact_s = 300.0 + 20.0 * f64::from(number);
    }
    let interceptor = battery(&mut unknowns);
    interceptor.intercept_probability = 1.0;
    (interceptor.engagements, interceptor.channels) = (2, 1);
    (
        interceptor.window_s,
        interceptor.reaction_s,
        interceptor.engagement_s,
    ) = (12.0, 0.0, 10.0);
    interceptor.reload_s = 3_600.0;
    assert_eq!(stopped(&unknowns, &raid, 1), 2);
    // Two, then 45 s in which two pass, then two again.
    battery(&mut unknowns).reload_s = 45.0;
    assert_eq!(stopped(&unknowns, &raid, 1), 6);
    battery(&mut unknowns).reload_s = 0.0;
    assert_eq!(stopped(&unknowns, &raid, 1), 12);
}

/// Shooting again where the first engagement failed stops 1 − (1 − p)² of them.
#[test]
fn shoot_look_shoot_stops_more() {
    let mut unknowns = unknowns();
    let mut raid = at_once(&mut unknowns);
    let mut share = |looks: u32| {
        let mut stopped_all = 0;
        for replication in 0..400 {
            let mut draws = theatre::Stream::new(11, replication, 0, 7);
            for round in &mut raid.rounds {
                round.intercept_draw = draws.uniform();
            }
            let interceptor = battery(&mut unknowns);
            (interceptor.looks, interceptor.intercept_probability) = (looks, 0.4);
            (interceptor.engagements, interceptor.channels) = (100, 12);
            stopped_all += stopped(&unknowns, &raid, 1);
        }
        f64::from(stopped_all as u32) / (12.0 * 400.0)
    };
    assert!((share(1) - 0.4).abs() < 0.03);
    assert!((share(2) - 0.64).abs() < 0.03);
}

#[test]
fn nearer_fire_gives_shorter_warning() {
    let mean_warning_s = |from_m: f64| {
        let mut unknowns = unknowns();
        unknowns.munitions[ROCKET].fired_from_m = [from_m, from_m];
        let flights = Flights::new(&unknowns.munitions[ROCKET]);
        let warnings = (0..300).map(|replication| {
            let raid = fly_again(&flights, &unknowns, ROCKET, 4, replication);
            let (judged, _) = judge(&unknowns, &raid, ROCKET, [0, 0, 1], [0; 3]);
            judged.warning_s.unwrap_or(0.0).max(0.0)
        });
        warnings.sum::<f64>() / 300.0
    };
    let (far_s, near_s) = (mean_warning_s(6_000.0), mean_warning_s(3_000.0));
    assert!(near_s < 0.6 * far_s, "{near_s} of {far_s}");
}

#[test]
fn a_gun_beside_a_battery_keeps_it_alive() {
    let unknowns = unknowns();
    let vulnerability = unknowns.systems[BATTERY].vulnerability.unwrap();
    let flights = Flights::new(&unknowns.munitions[ROCKET]);
    let lost = |local: [u32; 3], aimed: bool| -> f64 {
        (0..400)
            .map(|replication| {
                let raid = fly_again(&flights, &unknowns, ROCKET, 10, replication);
                let placed =
                    RaidAtSite::new(&raid, &unknowns, ROCKET, RADIUS_M).with_battery(aimed);
                let judged = placed.judge(Defence {
                    local: &local,
                    area: &[],
                });
                placed.battery_lost(&judged, &vulnerability)
            })
            .sum::<f64>()
            / 400.0
    };
    assert!(lost([1, 0, 0], true) < 0.9 * lost([0; 3], true));
    assert!(lost([0; 3], false) < 0.7 * lost([0; 3], true));
}

/// Casualties as they may happen agree on average with the expectation that the planner is given.
#[test]
fn realised_casualties_average_to_the_expectation() {
    let unknowns = unknowns();
    let (own, partner) = (3_000, 1_000);
    let (mut expected, mut killed, mut all, mut own_hurt) = (Hurt::default(), 0.0, 0.0, 0.0);
    let flights = Flights::new(&unknowns.munitions[ROCKET]);
    for replication in 0..6_000 {
        let raid = fly_again(&flights, &unknowns, ROCKET, 6, replication);
        let placed = RaidAtSite::new(&raid, &unknowns, ROCKET, RADIUS_M);
        let judged = placed.judge(Defence {
            local: &[0, 0, 1],
            area: &[],
        });
        expected.add(placed.hurt(&judged));
        let mut stream = theatre::Stream::new(3, replication, 0, 9);
        let toll = placed.realise(&judged, own, partner, &mut stream);
        killed += f64::from(toll.killed + toll.killed_partner);
        all += f64::from(toll.all());
        own_hurt += f64::from(toll.killed + toll.wounded);
    }
    let people = f64::from(own + partner);
    let ratio = killed / (expected.killed * people);
    assert!((ratio - 1.0).abs() < 0.1, "killed: {ratio}");
    let ratio = all / ((expected.killed + expected.wounded) * people);
    assert!((ratio - 1.0).abs() < 0.05, "all: {ratio}");
    assert!((own_hurt / all - 0.75).abs() < 0.02);
}

/// So do those of missiles, whose bursts reach the same people again and again.
#[test]
fn nobody_is_hurt_twice_where_bursts_overlap() {
    let unknowns = unknowns();
    let (own, partner) = (3_000, 1_000);
    for (rounds, radius_m) in [(1, 800.0), (12, 800.0), (12, 300.0)] {
        let (mut expected, mut killed, mut all) = (Hurt::default(), 0.0, 0.0);
        let flights = Flights::new(&unknowns.munitions[MISSILE]);
        for replication in 0..2_000 {
            let raid = fly_again(&flights, &unknowns, MISSILE, rounds, replication);
            let placed = RaidAtSite::new(&raid, &unknowns, MISSILE, radius_m);
            let judged = placed.judge(Defence {
                local: &[],
                area: &[],
            });
            expected.add(placed.hurt(&judged));
            let mut stream = theatre::Stream::new(3, replication, 0, 9);
            let toll = placed.realise(&judged, own, partner, &mut stream);
            assert!(toll.killed + toll.wounded <= own);
            assert!(toll.killed_partner + toll.wounded_partner <= partner);
            killed += f64::from(toll.killed + toll.killed_partner);
            all += f64::from(toll.all());
        }
        let people = f64::from(own + partner);
        let ratio = killed / (expected.killed * people);
        assert!((ratio - 1.0).abs() < 0.06, "{rounds} killed: {ratio}");
        let ratio = all / ((expected.killed + expected.wounded) * people);
        assert!((ratio - 1.0).abs() < 0.06, "{rounds} all: {ratio}");
    }
}

/// Figures that no round can have give raids without rounds, not a panic.
#[test]
fn impossible_figures_give_no_rounds() {
    let mut unknowns = unknowns();
    for value in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300] {
        unknowns.munitions[ROCKET].speed_mps = value;
        let raid = fly(&unknowns, ROCKET, 5, 1);
        let (judged, hurt) = judge(&unknowns, &raid, ROCKET, [2, 0, 1], [0; 3]);
        assert!(judged.bursts.is_empty());
        assert_eq!(hurt, Hurt::default());
    }
}
