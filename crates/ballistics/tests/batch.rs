//! Flights side by side against the same flights one by one.

// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used, clippy::panic)]

use ballistics::{
    Batch, BodyDrag, ConstantCoefficientDrag, DragCurve, DragShape, FlightError, Impacts,
    Instructions, Launch, Motor, Projectile, Shots, Steps, Surroundings, ThrustDirection,
    WindProfile, fly_precisely,
};
use proptest::prelude::*;

const MORTAR: Projectile = Projectile {
    mass_kg: 13.0,
    calibre_m: 0.120,
    drag: DragCurve {
        shape: DragShape::G7,
        scale: 1.2,
    },
};
const ROCKET: Projectile = Projectile {
    mass_kg: 46.0,
    calibre_m: 0.122,
    drag: DragCurve {
        shape: DragShape::G7,
        scale: 1.3,
    },
};
const MOTOR: Motor = Motor {
    speed_gain_mps: 640.0,
    burn_s: 1.8,
    mass_ratio: 1.45,
    direction: ThrustDirection::Velocity,
};
const LAW: ConstantCoefficientDrag = ConstantCoefficientDrag {
    per_metre: 0.5 * 1.225 * 0.15 * 0.011 / 13.0,
};

fn sheared() -> Surroundings {
    let layers = [
        (0.0, [2.0, 1.0]),
        (500.0, [6.0, -2.0]),
        (2_000.0, [9.0, -5.0]),
    ];
    Surroundings {
        wind: WindProfile::new(&layers).unwrap(),
        coriolis_latitude_rad: Some(0.58),
        ground_height_m: 230.0,
        ..Surroundings::default()
    }
}

fn velocity(launch: &Launch) -> [f64; 3] {
    let level = launch.speed_mps * launch.elevation_rad.cos();
    [
        level * launch.azimuth_rad.cos(),
        level * launch.azimuth_rad.sin(),
        launch.speed_mps * launch.elevation_rad.sin(),
    ]
}

fn spread(count: u32, slowest_mps: f64, fastest_mps: f64) -> Vec<Launch> {
    let share =
        |index: u32, axis: i32| (f64::from(index) * 1.220_744_084_605_76_f64.powi(-axis)).fract();
    let launch = |index| Launch {
        speed_mps: slowest_mps + (fastest_mps - slowest_mps) * share(index, 1),
        elevation_rad: (20.0 + 60.0 * share(index, 2)).to_radians(),
        azimuth_rad: std::f64::consts::TAU * share(index, 3),
    };
    (1..=count).map(launch).collect()
}

fn shots(launches: &[Launch]) -> Shots {
    let mut shots = Shots::default();
    for launch in launches {
        shots.push(velocity(launch));
    }
    shots
}

fn flown(batch: &Batch, shots: &Shots, instructions: Instructions) -> Impacts {
    let mut impacts = Impacts::default();
    batch.fly(shots, instructions, &mut impacts).unwrap();
    impacts
}

/// The greatest distance from the same flights followed one by one, m.
fn worst_m(
    batch: &Batch,
    law: &impl ballistics::DragLaw,
    motor: Option<Motor>,
    surroundings: &Surroundings,
    launches: &[Launch],
) -> f64 {
    let mut shots = shots(launches);
    if motor.is_some() {
        shots.thrust_ratio = vec![1.0; launches.len()];
    }
    let impacts = flown(batch, &shots, Instructions::Widest);
    let mut worst = 0.0_f64;
    for (index, launch) in launches.iter().enumerate() {
        let one = fly_precisely(law, launch, motor, surroundings, Steps::Tolerance(1e-8)).unwrap();
        let apart =
            (impacts.place_m[0][index] - one.x_m).hypot(impacts.place_m[1][index] - one.y_m);
        worst = worst.max(apart);
        let late_s = impacts.time_s[index] - one.time_s;
        assert!(late_s.abs() < 1e-3, "{launch:?} {motor:?} {late_s} {apart}");
        let [vx, vy, vz] = [0, 1, 2].map(|axis| impacts.velocity_mps[axis][index]);
        let faster_mps = vx.hypot(vy).hypot(vz) - one.speed_mps;
        assert!(
            faster_mps.abs() < 1e-2 && vz < 0.0,
            "{launch:?} {motor:?} {faster_mps} {apart}"
        );
    }
    worst
}

#[test]
fn the_regression_case_is_met_to_a_micrometre() {
    let surroundings = Surroundings {
        wind: WindProfile::uniform([3.0, -2.0]).unwrap(),
        ..Surroundings::default()
    };
    let launch = Launch {
        speed_mps: 220.0,
        elevation_rad: 48.0_f64.to_radians(),
        azimuth_rad: 30.0_f64.to_radians(),
    };
    for (refinement, error_m) in [(1.0, 1e-5), (1.4, 1e-6)] {
        let batch = Batch::of_constant_coefficient(LAW, &surroundings, refinement).unwrap();
        let here = flown(&batch, &shots(&[launch; 3]), Instructions::Widest);
        for index in 0..3 {
            assert!((here.place_m[0][index] - 3_354.550_547_694).abs() < error_m);
            assert!((here.place_m[1][index] - 1_918.570_607_037).abs() < error_m);
            assert!((here.time_s[index] - 31.069_685_165).abs() < 1e-6);
        }
    }
}

#[test]
fn a_constant_coefficient_is_within_a_tenth_of_a_millimetre_of_single_flights() {
    let surroundings = Surroundings {
        wind: WindProfile::uniform([3.0, -2.0]).unwrap(),
        coriolis_latitude_rad: Some(0.58),
        ..Surroundings::default()
    };
    let batch = Batch::of_constant_coefficient(LAW, &surroundings, 1.0).unwrap();
    let worst = worst_m(
        &batch,
        &LAW,
        None,
        &surroundings,
        &spread(200, 100.0, 320.0),
    );
    assert!(worst < 1e-4, "{worst}");
}

#[test]
fn bodies_come_closer_to_single_flights_as_steps_are_refined() {
    let surroundings = sheared();
    for (body, motor, fastest_mps) in [
        (MORTAR, None, 320.0),
        (ROCKET, None, 690.0),
        (ROCKET, Some(MOTOR), 60.0),
    ] {
        let law = BodyDrag::new(body.mass_kg, body.calibre_m, body.drag);
        let slowest_mps = if motor.is_some() { 30.0 } else { 100.0 };
        let launches = spread(60, slowest_mps, fastest_mps);
        let errors_m = [5e-2, 1e-3];
        for (refinement, error_m) in [1.0, 4.0].into_iter().zip(errors_m) {
            let batch = Batch::of_body(&body, motor, &surroundings, refinement).unwrap();
            let worst = worst_m(&batch, &law, motor, &surroundings, &launches);
            println!("{refinement} {worst:.1e} m");
            assert!(worst < error_m, "{body:?} {motor:?} {refinement} {worst}");
        }
    }
}

/// Mortars under tables of drag and wind: within a millimetre.
#[test]
fn mortars_under_tables_are_within_a_millimetre() {
    let surroundings = sheared();
    let law = BodyDrag::new(MORTAR.mass_kg, MORTAR.calibre_m, MORTAR.drag);
    let batch = Batch::of_body(&MORTAR, None, &surroundings, 1.0).unwrap();
    let launches = spread(200, 100.0, 320.0);
    let worst = worst_m(&batch, &law, None, &surroundings, &launches);
    assert!(worst < 1e-3, "{worst}");
}

#[test]
fn dispersion_is_not_the_same_along_and_across_the_line_of_fire() {
    let motor = Motor {
        direction: ThrustDirection::Fixed([0.0, 0.0, 1.0]),
        ..MOTOR
    };
    let batch = Batch::of_body(&ROCKET, Some(motor), &Surroundings::default(), 1.0).unwrap();
    let (sin, cos) = 0.7_f64.sin_cos();
    let mut shots = Shots::default();
    for (up, aside) in [(0.0, 0.0), (1e-3, 0.0), (0.0, 1e-3)] {
        shots.push([40.0 * cos, 0.0, 40.0 * sin]);
        let tilt = [cos - up * sin, aside, sin + up * cos];
        let length = tilt.iter().map(|part| part * part).sum::<f64>().sqrt();
        for (column, part) in shots.thrust_direction.iter_mut().zip(tilt) {
            column.push(part / length);
        }
        shots.thrust_ratio.push(1.0);
    }
    let here = flown(&batch, &shots, Instructions::Widest);
    let [x, y] = &here.place_m;
    let (along, across) = ((x[1] - x[0]).abs(), y[2] - y[0]);
    assert!(
        across > 5.0 && (along / across - 1.0).abs() > 0.2,
        "{along} {across}"
    );
}

#[test]
fn faults_are_named() {
    let batch = Batch::of_body(&MORTAR, None, &sheared(), 1.0).unwrap();
    let fault = |change: fn(&mut Shots)| {
        let mut shots = shots(&spread(9, 100.0, 300.0));
        change(&mut shots);
        batch
            .fly(&shots, Instructions::Widest, &mut Impacts::default())
            .unwrap_err()
    };
    assert!(matches!(
        fault(|shots| shots.velocity_mps[2][3] = -1.0),
        FlightError::OutOfRange { .. }
    ));
    assert!(matches!(
        fault(|shots| shots.drag_ratio[8] = f64::NAN),
        FlightError::OutOfRange { .. }
    ));
    assert!(matches!(
        fault(|shots| {
            shots.velocity_mps[1].pop();
        }),
        FlightError::OutOfRange { .. }
    ));
    assert!(matches!(
        fault(|shots| {
            shots.drag_ratio[0] = 0.0;
            shots.velocity_mps[2][0] = 5_000.0;
        }),
        FlightError::LeftEarth { .. }
    ));
    assert!(Batch::of_constant_coefficient(LAW, &sheared(), 1.0).is_err());
    assert!(Batch::of_body(&MORTAR, None, &sheared(), f64::NAN).is_err());
    let none = flown(&batch, &Shots::default(), Instructions::Widest);
    assert_eq!(none, Impacts::default());
}

fn bits(impacts: &Impacts, index: usize) -> Vec<u64> {
    let columns = impacts
        .place_m
        .iter()
        .chain([&impacts.time_s])
        .chain(&impacts.velocity_mps);
    columns.map(|column| column[index].to_bits()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The same bits, not only nearly: at every width, and whatever flies beside.
    #[test]
    fn a_flight_is_the_same_bits_alone_and_in_any_company(
        launches in prop::collection::vec((50.0..600.0, 0.1..1.4, 0.0..6.0, 0.5..1.5, -8.0..8.0), 1..24),
        powered: bool,
    ) {
        let motor = powered.then_some(MOTOR);
        let batch = Batch::of_body(&ROCKET, motor, &sheared(), 1.0).unwrap();
        let mut shots = Shots::default();
        for &(speed_mps, elevation_rad, azimuth_rad, drag, wind) in &launches {
            shots.push(velocity(&Launch { speed_mps, elevation_rad, azimuth_rad }));
            *shots.drag_ratio.last_mut().unwrap() = drag;
            *shots.wind_added_mps[0].last_mut().unwrap() = wind;
            if powered {
                shots.thrust_ratio.push(drag);
            }
        }
        let wide = flown(&batch, &shots, Instructions::Widest);
        let scalar = flown(&batch, &shots, Instructions::Scalar);
        prop_assert_eq!(&wide, &scalar);
        let last = shots.len() - 1;
        let mut one = Shots::default();
        one.push([0, 1, 2].map(|axis| shots.velocity_mps[axis][last]));
        one.drag_ratio[0] = shots.drag_ratio[last];
        one.wind_added_mps[0][0] = shots.wind_added_mps[0][last];
        if powered {
            one.thrust_ratio.push(shots.thrust_ratio[last]);
        }
        let alone = flown(&batch, &one, Instructions::Widest);
        prop_assert_eq!(bits(&alone, 0), bits(&wide, last));
    }
}
