//! The numbers of `data/ballistics.json`: closed forms, published tables, and a path computed by
//! another method.

// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used, clippy::panic)]

use ballistics::atmosphere::geometric_m;
use ballistics::{
    Accuracy, ConstantCoefficientDrag, Environment, Launch, Vacuum, fly_under, standard_atmosphere,
};
use serde_json::Value;

fn published() -> Value {
    serde_json::from_str(include_str!("data/ballistics.json")).unwrap()
}

fn number(of: &Value, name: &str) -> f64 {
    of[name].as_f64().unwrap_or_else(|| panic!("no {name}"))
}

fn launch(of: &Value, azimuth_deg: f64) -> Launch {
    Launch {
        speed_mps: number(of, "speed"),
        elevation_rad: number(of, "elevation_deg").to_radians(),
        azimuth_rad: azimuth_deg.to_radians(),
    }
}

fn regression(accuracy: Accuracy) -> ballistics::Impact {
    let published = published();
    let case = &published["regression"];
    let wind_mps = [0, 1, 2].map(|axis| case["wind_mps"][axis].as_f64().unwrap());
    let environment = Environment {
        wind_mps,
        ..Environment::default()
    };
    let law = ConstantCoefficientDrag {
        per_metre: 0.5 * 1.225 * 0.15 * 0.011 / 13.0,
    };
    let launch = launch(case, number(case, "azimuth_deg_from_x_towards_y"));
    fly_under(&law, &launch, &environment, accuracy, &mut |_| {}).unwrap()
}

#[test]
fn the_vacuum_ranges_are_met() {
    let published = published();
    let cases = published["vacuum"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let launch = launch(case, 0.0);
        let still = Environment::default();
        let here = fly_under(&Vacuum, &launch, &still, Accuracy::PLANNING, &mut |_| {}).unwrap();
        assert!((here.x_m - number(case, "range_m")).abs() < 6e-7);
        assert!((here.time_s - number(case, "time_s")).abs() < 6e-6);
    }
}

#[test]
fn the_standard_atmosphere_meets_its_table_to_the_printed_digits() {
    let published = published();
    let rows = published["us_standard_atmosphere_1976"].as_array().unwrap();
    assert_eq!(rows.len(), 4);
    for row in rows {
        let air = standard_atmosphere(geometric_m(number(row, "geopotential_altitude_m")));
        assert!((air.density_kgpm3 - number(row, "density")).abs() < 5e-7);
        assert!((air.sound_speed_mps - number(row, "sound_speed")).abs() < 5e-4);
    }
}

#[test]
fn the_regression_case_is_met_to_a_micrometre() {
    let published = published();
    let case = &published["regression"];
    let here = regression(Accuracy::Fixed { step_s: 0.01 });
    for (here, name) in [
        (here.time_s, "time_s"),
        (here.x_m, "x_m"),
        (here.y_m, "y_m"),
    ] {
        assert!((here - number(case, name)).abs() < 1e-7, "{name} {here}");
    }
}

#[test]
fn the_regression_case_is_met_to_a_centimetre_at_the_accuracy_of_planning() {
    let published = published();
    let case = &published["regression"];
    let here = regression(Accuracy::PLANNING);
    assert!(
        (here.x_m - number(case, "x_m")).abs() < 1e-2,
        "{}",
        here.x_m
    );
    assert!(
        (here.y_m - number(case, "y_m")).abs() < 1e-2,
        "{}",
        here.y_m
    );
}

#[test]
fn the_error_falls_with_the_fourth_power_of_the_step() {
    let exact = regression(Accuracy::Fixed { step_s: 0.01 });
    let errors = [1.0, 0.5, 0.25, 0.125].map(|step_s| {
        let here = regression(Accuracy::Fixed { step_s });
        (here.x_m - exact.x_m).hypot(here.y_m - exact.y_m)
    });
    let graded = [4.0, 8.0, 16.0, 32.0].map(|refinement| {
        let here = regression(Accuracy::Graded { refinement });
        (here.x_m - exact.x_m).hypot(here.y_m - exact.y_m)
    });
    for errors in [errors, graded] {
        for pair in errors.windows(2) {
            let order = (pair[0] / pair[1]).log2();
            assert!((order - 4.0).abs() < 0.1, "{errors:?} {order}");
        }
    }
}

#[test]
fn the_turning_earth_moves_a_northward_shot_by_the_printed_drift() {
    let published = published();
    let case = &published["coriolis_vacuum"];
    let environment = Environment {
        coriolis_latitude_rad: Some(number(case, "latitude_deg").to_radians()),
        ..Environment::default()
    };
    let north = launch(case, 90.0);
    let here = fly_under(&Vacuum, &north, &environment, Accuracy::FINE, &mut |_| {}).unwrap();
    assert!(
        (here.x_m - number(case, "drift_m")).abs() < 0.05,
        "{}",
        here.x_m
    );
}
