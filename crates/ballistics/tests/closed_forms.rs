//! Flights whose end is known without stepping, flown by the method that flies everything else.

mod support;

use ballistics::flight::EARTH_RADIUS_M;
use ballistics::{
    Accuracy, Environment, Gravity, Impact, LinearDrag, QuadraticDrag, Vacuum, fly_under,
};
use support::{Exponentials, GRAVITY, PER_METRE, close, hodograph_mps, launch};

#[test]
fn without_air_the_path_is_the_parabola_whatever_the_step() {
    for accuracy in [
        Accuracy::PLANNING,
        Accuracy::Fixed { step_s: 0.37 },
        // One step holds launch, apex and impact.
        Accuracy::Fixed { step_s: 500.0 },
    ] {
        for elevation_deg in [0.01, 5.0, 48.0, 89.0] {
            let launch = launch(220.0, elevation_deg, 130.0);
            let still = Environment::default();
            let here = fly_under(&Vacuum, &launch, &still, accuracy, &mut |_| {}).unwrap();
            let (sin, cos) = launch.elevation_rad.sin_cos();
            let range = 220.0 * 220.0 * 2.0 * sin * cos / GRAVITY;
            close(here.x_m.hypot(here.y_m), range, 1e-11);
            close(here.time_s, 2.0 * 220.0 * sin / GRAVITY, 1e-11);
            close(here.apex_m, (220.0 * sin).powi(2) / (2.0 * GRAVITY), 1e-11);
            close(here.apex_time_s, 220.0 * sin / GRAVITY, 1e-11);
            close(here.speed_mps, 220.0, 1e-11);
            close(here.descent_angle_rad, launch.elevation_rad, 1e-11);
            close(here.y_m.atan2(here.x_m), launch.azimuth_rad, 1e-11);
        }
    }
}

#[test]
fn drag_in_proportion_to_speed_follows_its_exponentials() {
    let exact = Exponentials {
        rate_hz: 0.08,
        wind_mps: 7.0,
        launch: launch(400.0, 55.0, 0.0),
    };
    let environment = Environment {
        wind_mps: [exact.wind_mps, 0.0, 0.0],
        ..Environment::default()
    };
    let step = Accuracy::Fixed { step_s: 0.01 };
    let law = LinearDrag {
        per_second: exact.rate_hz,
    };
    let here = fly_under(&law, &exact.launch, &environment, step, &mut |_| {}).unwrap();
    close(here.time_s, exact.impact_time_s(), 1e-12);
    close(here.x_m, exact.x_m(exact.impact_time_s()), 1e-12);
    close(here.apex_time_s, exact.apex_time_s(), 1e-11);
    close(here.apex_m, exact.height_m(exact.apex_time_s()), 1e-12);
}

#[test]
fn drag_with_the_square_of_speed_keeps_to_its_hodograph() {
    let law = QuadraticDrag {
        per_metre: PER_METRE,
    };
    for elevation_deg in [15.0, 48.0, 75.0] {
        let launch = launch(220.0, elevation_deg, 0.0);
        let still = Environment::default();
        let step = Accuracy::Fixed { step_s: 0.01 };
        let mut seen = 0;
        fly_under(&law, &launch, &still, step, &mut |state| {
            let [level, _, climb] = state.velocity_mps;
            close(level, hodograph_mps(&launch, -climb.atan2(level)), 1e-11);
            seen += 1;
        })
        .unwrap();
        assert!(seen > 1_000);
    }
}

/// Over a round Earth without air the path is an ellipse, and the range angle is
/// 2 atan(λ sin e cos e / (1 − λ cos² e)) with λ = v² R / μ (Bate, Mueller and White,
/// *Fundamentals of Astrodynamics*, section 6.2).
#[test]
fn over_a_round_earth_the_path_is_keplers_ellipse() {
    let environment = Environment {
        gravity: Gravity::EARTH,
        ..Environment::default()
    };
    for (speed, elevation_deg) in [(1_700.0, 44.0), (2_600.0, 60.0), (5_000.0, 30.0)] {
        let launch = launch(speed, elevation_deg, 25.0);
        let step = Accuracy::Fixed { step_s: 0.5 };
        let here = fly_under(&Vacuum, &launch, &environment, step, &mut |_| {}).unwrap();
        let (sin, cos) = launch.elevation_rad.sin_cos();
        let ratio = speed * speed / (GRAVITY * EARTH_RADIUS_M);
        let angle = 2.0 * (ratio * sin * cos / (1.0 - ratio * cos * cos)).atan();
        close(here.x_m.hypot(here.y_m), EARTH_RADIUS_M * angle, 1e-10);
        close(here.speed_mps, speed, 1e-10);
        close(here.descent_angle_rad, launch.elevation_rad, 1e-10);
        close(here.time_s, 2.0 * here.apex_time_s, 1e-9);
    }
}

#[test]
fn a_round_earth_of_no_curvature_is_flat() {
    let round = Environment {
        gravity: Gravity::RoundEarth {
            surface_mps2: GRAVITY,
            radius_m: 1e8,
        },
        ..Environment::default()
    };
    let launch = launch(50.0, 45.0, 0.0);
    let flown = |environment: &Environment| -> Impact {
        fly_under(&Vacuum, &launch, environment, Accuracy::FINE, &mut |_| {}).unwrap()
    };
    let (over_round, over_flat) = (flown(&round), flown(&Environment::default()));
    assert!((over_round.x_m - over_flat.x_m).abs() < 1e-3);
    assert!(over_round.x_m != over_flat.x_m);
}

/// A body dropped from its apex lands east, one fired to the north lands east of its line in the
/// northern half of the world and west of it in the southern.
#[test]
fn the_turning_earth_pushes_the_way_it_should() {
    let drift = |latitude_deg: f64, azimuth_deg: f64, elevation_deg: f64| {
        let environment = Environment {
            coriolis_latitude_rad: Some(f64::to_radians(latitude_deg)),
            ..Environment::default()
        };
        let launch = launch(300.0, elevation_deg, azimuth_deg);
        fly_under(&Vacuum, &launch, &environment, Accuracy::FINE, &mut |_| {}).unwrap()
    };
    assert!(drift(45.0, 90.0, 30.0).x_m > 1.0);
    assert!(drift(-45.0, 90.0, 30.0).x_m < -1.0);
    assert!(drift(45.0, 0.0, 30.0).y_m < -1.0);
    // Thrown straight up at the equator it comes down to the west, by 4/3 ω v³ / g² to first order.
    let up = drift(0.0, 0.0, 90.0);
    let first_order = -4.0 / 3.0 * 7.292_115e-5 * 300.0_f64.powi(3) / (GRAVITY * GRAVITY);
    close(up.x_m, first_order, 1e-4);
}
