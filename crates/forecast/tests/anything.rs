//! Whatever a valid theatre holds, every figure is finite.

mod support;

use forecast::{Forecast, HalfLife, MOST_ROUNDS};
use support::*;
use theatre::{Estimate, Munition, Stream, Theatre};

fn is_sound(estimate: Estimate) -> bool {
    [estimate.mean, estimate.low, estimate.high]
        .iter()
        .all(|figure| figure.is_finite() && *figure >= 0.0)
        && estimate.low <= estimate.high
}

/// Checks every figure that the forecast can give.
fn check(theatre: &Theatre) -> Forecast {
    let forecast = Forecast::fit(theatre);
    let mut stream = Stream::new(6, 0, 0, 0);
    let scores = forecast.half_life_scores();
    let sum: f64 = scores.iter().map(|score| score.weight).sum();
    assert!((sum - 1.0).abs() < 1e-9, "{scores:?}");
    assert!(scores.iter().all(|score| score.log_score.is_finite()));
    let sites = theatre.sites.len();
    for site in (0..sites).step_by(1 + sites / 100) {
        for (position, &class) in forecast.classes().iter().enumerate() {
            let estimate = forecast.rate_estimate(site, class);
            assert!(is_sound(estimate), "{estimate:?}");
            let zero = estimate.mean == 0.0;
            for half_life in [HalfLife::Days14, HalfLife::Never] {
                let mean = forecast
                    .mean_rates_given_half_life(half_life)
                    .per_day(site, position);
                let draw = forecast.draw_rates_given(half_life, &mut stream);
                let drawn = draw.rates.per_day(site, position);
                assert!(mean.is_finite() && (mean > 0.0) != zero);
                assert!(drawn.is_finite() && (drawn > 0.0) != zero);
            }
        }
    }
    for class in 0..theatre.catalogue.munitions.len() + 1 {
        assert!(is_sound(forecast.rounds_estimate(class)));
        let rounds = forecast.salvo_draw(class, &mut stream).rounds(&mut stream);
        assert!((1..=MOST_ROUNDS).contains(&rounds));
    }
    forecast
}

#[test]
fn every_random_log_gives_finite_figures() {
    for number in 0..300 {
        check(&random_theatre(number));
    }
}

#[test]
fn nothing_gives_nothing() {
    for exposures in [&[][..], &[1.0], &[0.0, 0.0]] {
        let forecast = check(&theatre(exposures));
        assert!(forecast.classes().is_empty());
        assert_eq!(forecast.mean_rate(0, ROCKET), 0.0);
        assert_eq!((forecast.log_days(), forecast.weeks_scored()), (0, 0));
        let draw = forecast.draw_rates(&mut Stream::new(0, 0, 0, 0));
        assert!(draw.rates.of_site(0).is_empty());
        // Salvo sizes are known all the same, for judged threats.
        assert!(forecast.rounds_estimate(MISSILE).mean > 1.0);
    }
}

#[test]
fn one_report_on_the_very_day() {
    let mut theatre = theatre(&[1.0]);
    theatre.incidents.push(rocket(0, 0));
    let forecast = check(&theatre);
    assert_eq!(forecast.log_days(), 1);
    assert!(forecast.mean_rate(0, ROCKET) < 1.0);
    let weights = forecast.half_life_scores().map(|score| score.weight);
    assert!(weights.iter().all(|weight| (weight - 0.2).abs() < 1e-12));
}

#[test]
fn all_superseded_is_as_none() {
    let mut theatre = theatre(&[1.0]);
    theatre.incidents.push(rocket(9, 0));
    let mut correction = report(8, 0, Munition::None, 0, 0);
    correction.supersedes = Some(0);
    theatre.incidents.push(correction);
    assert!(check(&theatre).classes().is_empty());
}

#[test]
fn exposures_all_zero_leave_only_the_record() {
    let mut theatre = theatre(&[0.0; 3]);
    for days in [100, 50, 20, 3] {
        theatre.incidents.push(rocket(days, 1));
    }
    let forecast = check(&theatre);
    assert_eq!(forecast.mean_rate(0, ROCKET), 0.0);
    assert!(forecast.mean_rate(1, ROCKET) > 0.0);
}

#[test]
fn a_million_reports_of_one_day() {
    let mut theatre = theatre(&[1.0, 1.0]);
    theatre.incidents = vec![rocket(0, 0); 1_000_000];
    let forecast = check(&theatre);
    assert!(forecast.mean_rate(0, ROCKET) > 1e4);
}

#[test]
fn a_million_reports_of_ten_years() {
    let mut theatre = theatre(&[1.0; 50]);
    theatre.incidents = (0..1_000_000)
        .map(|n| report(n % 3650, (n / 3650) as usize % 50, Munition::Unknown, 1, 4))
        .collect();
    let forecast = check(&theatre);
    assert_eq!(forecast.weeks_scored(), 52);
    // Six reports a day on this site, over two classes.
    let rate = forecast.mean_rate(7, MORTAR);
    assert!((rate - 3.0).abs() < 0.1, "{rate}");
}

#[test]
fn twenty_thousand_sites_with_exposures_of_their_own() {
    let exposures: Vec<f64> = (0..20_000).map(|n| 0.5 + f64::from(n) / 20_000.0).collect();
    let mut theatre = theatre(&exposures);
    for n in 0..5000 {
        let munition = Munition::Class(n % 3);
        theatre
            .incidents
            .push(report(n as i64 % 400, n * 4, munition, 1, 5));
    }
    let forecast = Forecast::fit(&theatre);
    let mut stream = Stream::new(0, 0, 0, 0);
    let draw = forecast.draw_rates(&mut stream);
    assert_eq!(draw.rates.of_site(19_999).len(), 3);
    assert!(forecast.weeks_scored() > 30);
    let all = (0..20_000).flat_map(|site| draw.rates.of_site(site));
    assert!(all.copied().all(|rate| rate.is_finite() && rate > 0.0));
}

/// A log from the first year that the calendar knows.
#[test]
fn a_log_of_eleven_thousand_years() {
    let mut theatre = theatre(&[1.0]);
    let mut first = rocket(0, 0);
    first.date = jiff::civil::Date::MIN;
    first.reported_on = jiff::civil::Date::MIN;
    theatre.incidents = vec![first, rocket(3, 0)];
    check(&theatre);
}
