//! Single flights of order 8, against closed forms and an integrator of another hand.

// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use ballistics::{
    Accuracy, BodyDrag, ConstantCoefficientDrag, DragCurve, DragLaw, DragShape, EarthLaunch,
    Environment, Gravity, Impact, LinearDrag, Motor, QuadraticDrag, Steps, Surroundings,
    ThrustDirection, Vacuum, WindProfile, fly_over_earth, fly_precisely, fly_under,
};
use support::{Exponentials, GRAVITY, PER_METRE, close, hodograph_mps, launch};

const TIGHT: Steps = Steps::Tolerance(1e-11);

fn in_wind(wind_mps: [f64; 2]) -> Surroundings {
    Surroundings {
        wind: WindProfile::uniform(wind_mps).unwrap(),
        ..Surroundings::default()
    }
}

#[test]
fn without_air_the_path_is_the_parabola() {
    for elevation_deg in [5.0, 48.0, 85.0] {
        let launch = launch(220.0, elevation_deg, 30.0);
        for steps in [TIGHT, Steps::Fixed(7.0)] {
            let still = Surroundings::default();
            let here = fly_precisely(&Vacuum, &launch, None, &still, steps).unwrap();
            let (sin, cos) = launch.elevation_rad.sin_cos();
            close(
                here.x_m.hypot(here.y_m),
                220.0 * 220.0 * 2.0 * sin * cos / GRAVITY,
                1e-12,
            );
            close(here.time_s, 2.0 * 220.0 * sin / GRAVITY, 1e-12);
            close(here.apex_m, (220.0 * sin).powi(2) / (2.0 * GRAVITY), 1e-12);
            close(here.apex_time_s, 220.0 * sin / GRAVITY, 1e-12);
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
    let law = LinearDrag {
        per_second: exact.rate_hz,
    };
    let wind = in_wind([exact.wind_mps, 0.0]);
    let here = fly_precisely(&law, &exact.launch, None, &wind, TIGHT).unwrap();
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
        let still = Surroundings::default();
        let here = fly_precisely(&law, &launch, None, &still, TIGHT).unwrap();
        let level = here.speed_mps * here.descent_angle_rad.cos();
        close(level, hodograph_mps(&launch, here.descent_angle_rad), 1e-12);
    }
}

/// The regression case of `data/ballistics.json`.
fn regression(steps: Steps) -> Impact {
    let law = ConstantCoefficientDrag {
        per_metre: PER_METRE,
    };
    fly_precisely(
        &law,
        &launch(220.0, 48.0, 30.0),
        None,
        &in_wind([3.0, -2.0]),
        steps,
    )
    .unwrap()
}

#[test]
fn the_regression_case_is_met_to_a_hundredth_of_a_micrometre() {
    let here = regression(TIGHT);
    assert!((here.time_s - 31.069_685_165).abs() < 1e-8);
    assert!((here.x_m - 3_354.550_547_694).abs() < 1e-8, "{}", here.x_m);
    assert!((here.y_m - 1_918.570_607_037).abs() < 1e-8, "{}", here.y_m);
}

#[test]
fn a_push_of_constant_acceleration_makes_two_parabolas() {
    let (push, burn) = (60.0, 2.5);
    let start = launch(30.0, 50.0, 0.0);
    let (sin, cos) = start.elevation_rad.sin_cos();
    let motor = Motor {
        speed_gain_mps: push * burn,
        burn_s: burn,
        mass_ratio: 1.0,
        direction: ThrustDirection::Fixed([cos, 0.0, sin]),
    };
    let still = Surroundings::default();
    for steps in [TIGHT, Steps::Fixed(0.7)] {
        let here = fly_precisely(&Vacuum, &start, Some(motor), &still, steps).unwrap();
        let climb = (30.0 + push * burn) * sin - GRAVITY * burn;
        let height = (30.0 * burn + 0.5 * push * burn * burn) * sin - 0.5 * GRAVITY * burn * burn;
        let falling = (climb + (climb * climb + 2.0 * GRAVITY * height).sqrt()) / GRAVITY;
        let level = (30.0 * burn + 0.5 * push * burn * burn) * cos;
        close(here.time_s, burn + falling, 1e-12);
        close(
            here.x_m,
            level + (30.0 + push * burn) * cos * falling,
            1e-12,
        );
        close(here.apex_m, height + climb * climb / (2.0 * GRAVITY), 1e-12);
    }
}

#[test]
fn a_burning_round_is_heavier_and_slower_to_slow() {
    let motor = |mass_ratio| Motor {
        speed_gain_mps: 600.0,
        burn_s: 1.8,
        mass_ratio,
        direction: ThrustDirection::Velocity,
    };
    let law = QuadraticDrag { per_metre: 1e-4 };
    let range = |mass_ratio: f64| {
        let start = launch(40.0, 45.0, 0.0);
        let still = Surroundings::default();
        fly_precisely(&law, &start, Some(motor(mass_ratio)), &still, TIGHT)
            .unwrap()
            .x_m
    };
    assert!(range(2.0) > range(1.0));
}

/// A missile over the turning ellipsoid against the kernel over a round Earth with the Coriolis
/// acceleration of one latitude: the same flight to a share that their difference in shape explains.
#[test]
fn over_the_earth_a_missile_comes_down_where_the_simpler_model_says_nearly() {
    let body = ballistics::Projectile {
        mass_kg: 1_000.0,
        calibre_m: 0.88,
        drag: DragCurve {
            shape: DragShape::G7,
            scale: 1.0,
        },
    };
    let law = BodyDrag::new(body.mass_kg, body.calibre_m, body.drag);
    let launch = launch(2_000.0, 45.0, 60.0);
    let start = EarthLaunch {
        latitude_rad: 0.58,
        longitude_rad: 0.77,
        ground_height_m: 0.0,
        launch,
    };
    let still = WindProfile::default();
    let here = fly_over_earth(&law, &start, None, &still, Steps::Tolerance(1e-8)).unwrap();
    let environment = Environment {
        gravity: Gravity::EARTH,
        coriolis_latitude_rad: Some(0.58),
        ..Environment::default()
    };
    let there = fly_under(&law, &launch, &environment, Accuracy::FINE, &mut |_| {}).unwrap();
    close(here.time_s, there.time_s, 3e-3);
    close(here.apex_m, there.apex_m, 5e-3);
    let north_m = (here.latitude_rad - 0.58) * 6_371_000.0;
    close(north_m, there.y_m, 2e-2);
    let finer = fly_over_earth(&law, &start, None, &still, Steps::Tolerance(1e-10)).unwrap();
    assert!((here.latitude_rad - finer.latitude_rad).abs() * 6.4e6 < 1e-3);
    assert!((here.longitude_rad - finer.longitude_rad).abs() * 6.4e6 < 1e-3);
}

/// The equations of motion written again, for a solver that shares nothing with the crate.
struct Again<'a> {
    law: &'a BodyDrag,
    wind: &'a WindProfile,
    latitude: f64,
}

impl ode_solvers::System<f64, ode_solvers::Vector6<f64>> for Again<'_> {
    fn system(&self, _: f64, y: &ode_solvers::Vector6<f64>, dy: &mut ode_solvers::Vector6<f64>) {
        let height = 6_356_766.0 * y[2] / (6_356_766.0 + y[2]);
        let wind = self.wind.at(height);
        let relative = [y[3] - wind[0], y[4] - wind[1], y[5]];
        let speed = relative.iter().map(|part| part * part).sum::<f64>().sqrt();
        let drag = self.law.deceleration_per_speed(y[2], speed);
        let turning = 2.0 * 7.292_115e-5;
        let (sin, cos) = self.latitude.sin_cos();
        for axis in 0..3 {
            dy[axis] = y[axis + 3];
            dy[axis + 3] = -drag * relative[axis];
        }
        dy[3] += turning * (sin * y[4] - cos * y[5]);
        dy[4] -= turning * sin * y[3];
        dy[5] += turning * cos * y[3] - GRAVITY;
    }
}

/// The other solver, run to the time of impact, is at the place of impact.
#[test]
fn another_solver_puts_a_thousand_random_shots_within_a_millimetre() {
    let layers = [
        (0.0, [2.0, 1.0]),
        (500.0, [6.0, -2.0]),
        (2_000.0, [9.0, -5.0]),
        (5_000.0, [15.0, 1.0]),
    ];
    let surroundings = Surroundings {
        wind: WindProfile::new(&layers).unwrap(),
        coriolis_latitude_rad: Some(0.58),
        ..Surroundings::default()
    };
    let mut worst = 0.0_f64;
    for index in 1..=1_000_u32 {
        let spread =
            |axis: i32| (f64::from(index) * 1.220_744_084_605_759_5_f64.powi(-axis)).fract();
        let curve = DragCurve {
            shape: DragShape::ALL[(index % 3) as usize],
            scale: 0.7 + 0.6 * spread(1),
        };
        let law = BodyDrag::new(10.0 + 40.0 * spread(2), 0.12, curve);
        let launch = launch(
            100.0 + 600.0 * spread(3),
            15.0 + 70.0 * spread(4),
            360.0 * spread(1),
        );
        let here =
            fly_precisely(&law, &launch, None, &surroundings, Steps::Tolerance(1e-9)).unwrap();
        let (sin, cos) = launch.elevation_rad.sin_cos();
        let level = launch.speed_mps * cos;
        let start = [
            level * launch.azimuth_rad.cos(),
            level * launch.azimuth_rad.sin(),
            launch.speed_mps * sin,
        ];
        let state = ode_solvers::Vector6::new(0.0, 0.0, 0.0, start[0], start[1], start[2]);
        let again = Again {
            law: &law,
            wind: &surroundings.wind,
            latitude: 0.58,
        };
        // Steps short enough that no kink of a table passes unseen between two of its estimates; and
        // sparse output, whose last entry is the end of the last step and not an interpolation.
        let (end, sparse) = (here.time_s, ode_solvers::dop_shared::OutputType::Sparse);
        let mut solver = ode_solvers::Dop853::from_param(
            again, 0.0, end, end, state, 1e-10, 1e-10, 0.9, 0.0, 0.333, 6.0, 0.25, 0.0, 100_000,
            1_000, sparse,
        );
        solver.integrate().unwrap();
        let last = *solver.y_out().last().unwrap();
        let apart = (last[0] - here.x_m)
            .hypot(last[1] - here.y_m)
            .hypot(last[2]);
        worst = worst.max(apart);
    }
    assert!(worst < 1e-3, "{worst}");
    println!("{worst:.1e} m apart at most");
}
