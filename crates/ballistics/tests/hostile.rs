//! Inputs that no one should send: each is an error or a finite impact, never a panic or a hang.

use ballistics::{
    Accuracy, DragCurve, DragLaw, DragShape, Environment, FlightError, Gravity, Impact, Launch,
    LinearDrag, Projectile, Vacuum, fly, fly_under,
};

const NASTY: [f64; 14] = [
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::MAX,
    f64::MIN,
    f64::MIN_POSITIVE,
    5e-324,
    -5e-324,
    0.0,
    -0.0,
    -1.0,
    1e-9,
    1e9,
    1e300,
];

#[derive(Clone, Copy)]
struct Shot {
    projectile: Projectile,
    launch: Launch,
    environment: Environment,
    accuracy: Accuracy,
}

fn good() -> Shot {
    Shot {
        projectile: Projectile {
            mass_kg: 15.0,
            calibre_m: 0.107,
            drag: DragCurve {
                shape: DragShape::G7,
                scale: 1.3,
            },
        },
        launch: Launch {
            speed_mps: 380.0,
            elevation_rad: 0.6,
            azimuth_rad: 0.2,
        },
        environment: Environment::default(),
        accuracy: Accuracy::PLANNING,
    }
}

fn flown(shot: &Shot) -> Result<Impact, FlightError> {
    fly(
        &shot.projectile,
        &shot.launch,
        &shot.environment,
        shot.accuracy,
    )
}

fn finite(impact: &Impact) -> bool {
    [
        impact.x_m,
        impact.y_m,
        impact.time_s,
        impact.speed_mps,
        impact.descent_angle_rad,
        impact.apex_m,
        impact.apex_time_s,
    ]
    .iter()
    .all(|value| value.is_finite())
}

type Setter = fn(&mut Shot, f64);

/// Every number that a shot holds, and whether zero is a fair value of it.
const FIELDS: [(Setter, bool); 15] = [
    (|shot, value| shot.projectile.mass_kg = value, false),
    (|shot, value| shot.projectile.calibre_m = value, false),
    (|shot, value| shot.projectile.drag.scale = value, true),
    (|shot, value| shot.launch.speed_mps = value, false),
    (|shot, value| shot.launch.elevation_rad = value, false),
    (|shot, value| shot.launch.azimuth_rad = value, true),
    (|shot, value| shot.environment.wind_mps[0] = value, true),
    (|shot, value| shot.environment.wind_mps[1] = value, true),
    (|shot, value| shot.environment.wind_mps[2] = value, true),
    (|shot, value| shot.environment.ground_height_m = value, true),
    (
        |shot, value| shot.environment.coriolis_latitude_rad = Some(value),
        true,
    ),
    (
        |shot, gravity_mps2| shot.environment.gravity = Gravity::Uniform { gravity_mps2 },
        false,
    ),
    (
        |shot, surface_mps2| {
            shot.environment.gravity = Gravity::RoundEarth {
                surface_mps2,
                radius_m: 6.4e6,
            };
        },
        false,
    ),
    (
        |shot, radius_m| {
            shot.environment.gravity = Gravity::RoundEarth {
                surface_mps2: 9.8,
                radius_m,
            };
        },
        false,
    ),
    (
        |shot, refinement| shot.accuracy = Accuracy::Graded { refinement },
        false,
    ),
];

#[test]
fn the_shot_that_the_others_are_bent_from_flies() {
    assert!(finite(&flown(&good()).unwrap()));
}

#[test]
fn each_field_in_turn_takes_every_nasty_value() {
    for (index, (set, zero_is_fair)) in FIELDS.iter().enumerate() {
        for value in NASTY {
            let mut shot = good();
            set(&mut shot, value);
            match flown(&shot) {
                Ok(impact) => assert!(finite(&impact), "field {index} at {value}"),
                Err(error) => assert!(!error.to_string().is_empty()),
            }
            let refused = matches!(flown(&shot), Err(FlightError::OutOfRange { .. }));
            if !value.is_finite() || value.abs() > 1e200 || (value == 0.0 && !zero_is_fair) {
                assert!(refused, "field {index} at {value}");
            }
        }
    }
}

#[test]
fn pairs_of_nasty_values_are_no_worse() {
    for (first, _) in FIELDS {
        for (second, _) in FIELDS {
            for (one, other) in [(1e-9, 1e9), (0.0, -1.0), (f64::NAN, 0.0), (1e9, 1e9)] {
                let mut shot = good();
                first(&mut shot, one);
                second(&mut shot, other);
                assert!(flown(&shot).is_err() || finite(&flown(&shot).unwrap()));
            }
        }
    }
}

#[test]
fn the_ends_of_every_range_fly_or_say_why_not() {
    let mut outcomes = [0, 0];
    for mass_kg in [1e-3, 1e5] {
        for calibre_m in [1e-3, 5.0] {
            for speed_mps in [1e-3, 300.0, 12_000.0] {
                for elevation_rad in [1e-6, 0.7, std::f64::consts::FRAC_PI_2] {
                    for gravity in [Gravity::STANDARD, Gravity::EARTH] {
                        let mut shot = good();
                        shot.projectile.mass_kg = mass_kg;
                        shot.projectile.calibre_m = calibre_m;
                        shot.launch.speed_mps = speed_mps;
                        shot.launch.elevation_rad = elevation_rad;
                        shot.environment.gravity = gravity;
                        shot.environment.wind_mps = [500.0, -500.0, -500.0];
                        match flown(&shot) {
                            Ok(impact) => {
                                assert!(finite(&impact));
                                outcomes[0] += 1;
                            }
                            Err(_) => outcomes[1] += 1,
                        }
                    }
                }
            }
        }
    }
    assert!(outcomes[0] > 40, "{outcomes:?}");
}

#[test]
fn fixed_steps_are_checked_and_bounded() {
    let flown_at = |step_s: f64| {
        let mut shot = good();
        shot.accuracy = Accuracy::Fixed { step_s };
        flown(&shot)
    };
    for step_s in NASTY {
        assert!(matches!(
            flown_at(step_s),
            Err(FlightError::OutOfRange { .. }) | Ok(_)
        ));
    }
    assert!(matches!(
        flown_at(1e-6),
        Err(FlightError::TooManySteps { time_s }) if (time_s - 1.0).abs() < 1e-6
    ));
    let thick = LinearDrag { per_second: 10.0 };
    let shot = good();
    let step = Accuracy::Fixed { step_s: 0.5 };
    let refused = fly_under(&thick, &shot.launch, &shot.environment, step, &mut |_| {});
    assert!(matches!(refused, Err(FlightError::StepTooLong { .. })));
}

#[test]
fn a_body_faster_than_escape_is_given_up() {
    let mut shot = good();
    shot.launch.speed_mps = 12_000.0;
    shot.launch.elevation_rad = 1.5;
    shot.environment.gravity = Gravity::EARTH;
    let lost = fly_under(
        &Vacuum,
        &shot.launch,
        &shot.environment,
        shot.accuracy,
        &mut |_| {},
    );
    assert!(matches!(lost, Err(FlightError::LeftEarth { .. })));
}

#[test]
fn a_law_of_drag_that_gives_no_number_ends_the_flight() {
    struct Broken(f64);
    impl DragLaw for Broken {
        fn deceleration_per_speed(&self, _: f64, _: f64) -> f64 {
            self.0
        }
    }
    let shot = good();
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX] {
        for accuracy in [Accuracy::PLANNING, Accuracy::Fixed { step_s: 0.1 }] {
            let law = Broken(value);
            let ended = fly_under(&law, &shot.launch, &shot.environment, accuracy, &mut |_| {});
            assert!(ended.is_err(), "{value}");
        }
    }
}
