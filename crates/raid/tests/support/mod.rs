//! Unknowns made by hand, in the middle of what is credible.
#![allow(dead_code)]

use raid::unknowns::{
    InterceptorDraw, MunitionDraw, PeopleDraw, SensorDraw, SystemDraw, VulnerabilityDraw,
};
use raid::{Flights, FlownRaid, Raid, RaidKey, Unknowns};
use theatre::{Blast, MunitionKind, Role};

pub const ROCKET: usize = 0;
pub const MORTAR: usize = 1;
pub const MISSILE: usize = 2;
pub const GUN: usize = 0;
pub const BATTERY: usize = 1;
pub const SIREN: usize = 2;

pub fn unknowns() -> Unknowns {
    Unknowns {
        munitions: vec![rocket(), mortar(), missile()],
        systems: vec![
            SystemDraw {
                role: Role::PointDefence,
                sensor: Some(sensor()),
                interceptor: Some(InterceptorDraw {
                    engages: vec![MunitionKind::Rocket, MunitionKind::Mortar],
                    intercept_probability: 0.6,
                    reach_m: 700.0,
                    engagements: 4,
                    engagement_s: 2.5,
                    reaction_s: 2.0,
                    channels: 1,
                    looks: 1,
                    reload_s: 300.0,
                    window_s: 3_600.0,
                }),
                vulnerability: None,
            },
            SystemDraw {
                role: Role::AreaDefence,
                sensor: None,
                interceptor: Some(InterceptorDraw {
                    engages: vec![MunitionKind::BallisticMissile],
                    intercept_probability: 0.5,
                    reach_m: 20_000.0,
                    engagements: 6,
                    engagement_s: 2.0,
                    reaction_s: 2.0,
                    channels: 6,
                    looks: 1,
                    reload_s: 3_600.0,
                    window_s: 50.0,
                }),
                vulnerability: Some(VulnerabilityDraw {
                    damage_scale_m: 50.0,
                    spread_m: 80.0,
                    repair_days: 10.0,
                }),
            },
            SystemDraw {
                role: Role::Warning,
                sensor: Some(sensor()),
                interceptor: None,
                vulnerability: None,
            },
        ],
        people: people(),
    }
}

pub fn people() -> PeopleDraw {
    PeopleDraw {
        indoors: 0.6,
        indoors_night: 0.9,
        wake_s: 8.0,
        building: 0.35,
        prone: 0.45,
        shelter: 0.08,
        blast_shelter: 0.4,
        drop_s: 2.0,
        shelter_first_s: 5.0,
        shelter_last_s: 25.0,
        compliance: 0.8,
        group_size: 15.0,
        missile_early_warning: 0.8,
    }
}

fn sensor() -> SensorDraw {
    SensorDraw {
        range_m: 12_000.0,
        mask_tangent: 0.02,
        detection_probability: 0.9,
        scan_period_s: 2.0,
        plots_needed: 3,
        delay_s: 3.0,
    }
}

fn rocket() -> MunitionDraw {
    MunitionDraw {
        kind: MunitionKind::Rocket,
        effect: Blast::Fragments,
        speed_mps: 375.0,
        speed_range_mps: [350.0, 400.0],
        elevation_share: 0.5,
        mass_kg: 17.0,
        calibre_m: 0.107,
        drag_scale: 1.1,
        fired_from_m: [3_000.0, 7_500.0],
        scatter_along: 0.03,
        scatter_across: 0.02,
        failure_probability: 0.2,
        killed_scale_m: 13.0,
        hurt_scale_m: 38.0,
        interval_s: 1.0,
        centre_spread: 1.0,
    }
}

fn mortar() -> MunitionDraw {
    MunitionDraw {
        kind: MunitionKind::Mortar,
        speed_mps: 250.0,
        speed_range_mps: [100.0, 330.0],
        mass_kg: 14.0,
        calibre_m: 0.120,
        fired_from_m: [1_000.0, 6_000.0],
        interval_s: 4.0,
        ..rocket()
    }
}

fn missile() -> MunitionDraw {
    MunitionDraw {
        kind: MunitionKind::BallisticMissile,
        effect: Blast::Blast,
        speed_mps: 1_500.0,
        speed_range_mps: [1_200.0, 2_400.0],
        mass_kg: 2_000.0,
        calibre_m: 0.6,
        fired_from_m: [200_000.0, 500_000.0],
        scatter_along: 0.0007,
        scatter_across: 0.0007,
        killed_scale_m: 90.0,
        hurt_scale_m: 230.0,
        interval_s: 20.0,
        ..rocket()
    }
}

pub fn key(munition: usize, replication: u32) -> RaidKey {
    RaidKey {
        seed: 11,
        replication,
        entity: munition as u32,
    }
}

pub fn fly(unknowns: &Unknowns, munition: usize, rounds: u32, replication: u32) -> Raid {
    let flights = Flights::new(&unknowns.munitions[munition]);
    fly_again(&flights, unknowns, munition, rounds, replication)
}

/// The same with a table of shots made before.
pub fn fly_again(
    flights: &Flights<'_>,
    unknowns: &Unknowns,
    munition: usize,
    rounds: u32,
    replication: u32,
) -> Raid {
    let key = key(munition, replication);
    flights.raid(rounds, &unknowns.systems, &unknowns.people, key)
}

/// The same raid on a site of 900 m, with every flight.
pub fn flown(unknowns: &Unknowns, munition: usize, rounds: u32, replication: u32) -> FlownRaid {
    Flights::new(&unknowns.munitions[munition]).flown(
        rounds,
        &unknowns.systems,
        &unknowns.people,
        900.0,
        key(munition, replication),
    )
}
