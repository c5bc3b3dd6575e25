//! Rounds like those that are fired at bases: how exact planning is, and which way things go.

// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used, clippy::panic)]

use ballistics::{
    Accuracy, DragCurve, DragShape, Environment, Gravity, Impact, Launch, Projectile, fly, fly_with,
};

fn body(mass_kg: f64, calibre_m: f64, shape: DragShape, scale: f64) -> Projectile {
    Projectile {
        mass_kg,
        calibre_m,
        drag: DragCurve { shape, scale },
    }
}

fn launch(speed_mps: f64, elevation_deg: f64) -> Launch {
    Launch {
        speed_mps,
        elevation_rad: elevation_deg.to_radians(),
        azimuth_rad: 0.4,
    }
}

fn windy() -> Environment {
    Environment {
        wind_mps: [6.0, -3.0, 0.0],
        ..Environment::default()
    }
}

fn apart(one: &Impact, other: &Impact) -> f64 {
    (one.x_m - other.x_m).hypot(one.y_m - other.y_m)
}

/// The greatest distance between two accuracies over a sweep of elevations, m and as a share of the
/// range.
fn worst(
    body: &Projectile,
    speed_mps: f64,
    environment: &Environment,
    pair: [Accuracy; 2],
) -> (f64, f64) {
    let mut worst = (0.0_f64, 0.0_f64);
    for half_degrees in 20..=160 {
        let launch = launch(speed_mps, f64::from(half_degrees) * 0.5);
        let [one, other] = pair.map(|accuracy| fly(body, &launch, environment, accuracy).unwrap());
        let apart = apart(&one, &other);
        worst.0 = worst.0.max(apart);
        worst.1 = worst.1.max(apart / other.x_m.hypot(other.y_m));
    }
    worst
}

fn missiles() -> [(Projectile, f64); 3] {
    [
        (body(3_500.0, 0.88, DragShape::G7, 1.0), 2_200.0),
        (body(600.0, 0.61, DragShape::G7, 1.0), 1_750.0),
        (body(1_000.0, 0.88, DragShape::G7, 1.0), 3_000.0),
    ]
}

fn round_earth() -> Environment {
    Environment {
        gravity: Gravity::EARTH,
        coriolis_latitude_rad: Some(0.6),
        ..windy()
    }
}

const FINEST: Accuracy = Accuracy::Graded { refinement: 100.0 };

#[test]
fn planning_is_exact_to_a_metre_for_mortars_and_rockets() {
    for (body, speed_mps) in [
        (body(3.1, 0.082, DragShape::G1, 0.5), 211.0),
        (body(13.0, 0.120, DragShape::G7, 1.2), 320.0),
        (body(15.0, 0.107, DragShape::G7, 1.3), 385.0),
        (body(15.0, 0.107, DragShape::G1, 0.9), 385.0),
        (body(46.0, 0.122, DragShape::G7, 1.3), 690.0),
        (body(1.0, 0.100, DragShape::Sphere, 1.0), 690.0),
    ] {
        let (worst_m, _) = worst(&body, speed_mps, &windy(), [Accuracy::PLANNING, FINEST]);
        assert!(worst_m < 1.0, "{body:?} {worst_m}");
    }
}

#[test]
fn planning_is_exact_to_three_parts_in_ten_thousand_for_heavy_rockets_and_missiles() {
    let pair = [Accuracy::PLANNING, FINEST];
    let heavy = body(200.0, 0.240, DragShape::G7, 1.3);
    let (_, share) = worst(&heavy, 1_000.0, &windy(), pair);
    assert!(share < 3e-4, "{share}");
    for (body, speed_mps) in missiles() {
        let (_, share) = worst(&body, speed_mps, &round_earth(), pair);
        assert!(share < 3e-4, "{body:?} {share}");
    }
}

#[test]
fn fine_is_exact_to_a_millimetre_for_rockets_and_a_decimetre_for_missiles() {
    let pair = [Accuracy::FINE, FINEST];
    let rocket = body(46.0, 0.122, DragShape::G7, 1.3);
    let (worst_m, _) = worst(&rocket, 690.0, &windy(), pair);
    assert!(worst_m < 1e-3, "{worst_m}");
    for (body, speed_mps) in missiles() {
        let (worst_m, _) = worst(&body, speed_mps, &round_earth(), pair);
        assert!(worst_m < 0.1, "{body:?} {worst_m}");
    }
}

#[test]
fn more_drag_never_carries_further() {
    let mut last = f64::INFINITY;
    for step in 0..=60 {
        let rocket = body(46.0, 0.122, DragShape::G7, f64::from(step) * 0.05);
        let still = Environment::default();
        let here = fly(&rocket, &launch(690.0, 45.0), &still, Accuracy::PLANNING).unwrap();
        let range = here.x_m.hypot(here.y_m);
        assert!(range < last, "{step}");
        last = range;
    }
}

#[test]
fn thin_air_and_a_tail_wind_carry_further() {
    let rocket = body(15.0, 0.107, DragShape::G7, 1.3);
    let launch = Launch {
        azimuth_rad: 0.0,
        ..launch(385.0, 40.0)
    };
    let range = |wind_mps: f64, ground_height_m: f64| {
        let environment = Environment {
            wind_mps: [wind_mps, 0.0, 0.0],
            ground_height_m,
            ..Environment::default()
        };
        fly(&rocket, &launch, &environment, Accuracy::PLANNING)
            .unwrap()
            .x_m
    };
    assert!(range(10.0, 0.0) > range(0.0, 0.0) && range(0.0, 0.0) > range(-10.0, 0.0));
    // A seventh of the air is gone at 1500 m.
    let gain = range(0.0, 1_500.0) / range(0.0, 0.0);
    assert!(gain > 1.02, "{gain}");
}

#[test]
fn the_frame_may_be_turned() {
    let rocket = body(46.0, 0.122, DragShape::G7, 1.3);
    let flown = |turn: f64| {
        let (sin, cos) = turn.sin_cos();
        let environment = Environment {
            wind_mps: [6.0 * cos + 3.0 * sin, 6.0 * sin - 3.0 * cos, 0.0],
            ..Environment::default()
        };
        let launch = Launch {
            azimuth_rad: 0.4 + turn,
            ..launch(690.0, 50.0)
        };
        let here = fly(&rocket, &launch, &environment, Accuracy::PLANNING).unwrap();
        (here.x_m.hypot(here.y_m), here.y_m.atan2(here.x_m))
    };
    let ((range, angle), (turned_range, turned_angle)) = (flown(0.0), flown(1.1));
    assert!((range - turned_range).abs() < 1e-8);
    assert!((turned_angle - angle - 1.1).abs() < 1e-12);
}

#[test]
fn the_path_shown_runs_from_launch_through_the_apex_to_the_impact() {
    let rocket = body(46.0, 0.122, DragShape::G7, 1.3);
    let mut states = Vec::new();
    let impact = fly_with(
        &rocket,
        &launch(690.0, 50.0),
        &windy(),
        Accuracy::PLANNING,
        &mut |state| states.push(*state),
    )
    .unwrap();
    let (first, last) = (states[0], states[states.len() - 1]);
    assert_eq!((first.time_s, first.position_m), (0.0, [0.0; 3]));
    assert!((first.speed_mps() - 690.0).abs() < 1e-9);
    assert_eq!(
        (last.time_s, last.position_m[0]),
        (impact.time_s, impact.x_m)
    );
    assert!(last.position_m[2].abs() < 1e-9);
    assert!(
        states
            .windows(2)
            .all(|pair| pair[0].time_s < pair[1].time_s)
    );
    assert!(
        states
            .iter()
            .all(|state| state.position_m[2] <= impact.apex_m)
    );
    // Bound on the work of one flight: four evaluations a step.
    assert!(states.len() < 40, "{}", states.len());
}
