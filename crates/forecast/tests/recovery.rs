//! What was planted in a simulated log is found again.

mod support;

use forecast::{Forecast, HalfLife};
use support::*;
use theatre::{Munition, Stream};

/// Steady rates, pooled as the model believes: nine truths of ten lie within their 90 %.
#[test]
fn planted_rates_lie_within_their_intervals() {
    let sites = 8;
    let (mut inside, mut all) = (0, 0);
    for simulation in 0..200 {
        let mut stream = Stream::new(5, simulation, 0, 0);
        let mut theatre = theatre(&vec![1.0; sites]);
        let truth: Vec<f64> = (0..sites).map(|_| 0.03 * gamma(2, &mut stream)).collect();
        for days in (0..240).rev() {
            for (site, &rate) in truth.iter().enumerate() {
                for _ in 0..poisson(rate, &mut stream) {
                    theatre.incidents.push(rocket(days, site));
                }
            }
        }
        let forecast = Forecast::fit(&theatre);
        for (site, &rate) in truth.iter().enumerate() {
            let estimate = forecast.rate_estimate(site, ROCKET);
            all += 1;
            inside += u32::from((estimate.low..=estimate.high).contains(&rate));
        }
    }
    let share = f64::from(inside) / f64::from(all);
    println!("planted rates inside their 90 %: {share:.3} of {all}");
    assert!((0.84..=0.97).contains(&share), "{share}");
}

/// The reported mean, in closed form over a sum of points, is that of the draws.
#[test]
fn the_mean_is_that_of_the_draws() {
    let mut theatre = theatre(&[1.0, 1.0, 0.3, 0.0]);
    for days in [3, 20, 21, 60, 100, 180, 181, 182, 200] {
        theatre.incidents.push(rocket(days, 0));
    }
    theatre
        .incidents
        .push(report(30, 1, Munition::Class(MISSILE), 5, 9));
    let forecast = Forecast::fit(&theatre);
    assert_eq!(forecast.classes(), [ROCKET, MISSILE]);
    let mut stream = Stream::new(3, 0, 0, 0);
    let draws = 40_000;
    let mut sums = [[0.0; 2]; 4];
    for _ in 0..draws {
        let draw = forecast.draw_rates(&mut stream);
        for (site, sum) in sums.iter_mut().enumerate() {
            for (position, sum) in sum.iter_mut().enumerate() {
                *sum += draw.rates.per_day(site, position) / f64::from(draws);
            }
        }
    }
    for (site, sum) in sums.iter().enumerate() {
        for (position, &drawn) in sum.iter().enumerate() {
            let mean = forecast.mean_rate(site, forecast.classes()[position]);
            assert!(
                (mean - drawn).abs() <= 0.04 * mean,
                "{site} {position}: {mean} {drawn}"
            );
        }
    }
}

/// A log whose pace changed is best forecast by forgetting, a steady one by not.
#[test]
fn half_lives_are_weighed_by_what_they_would_have_said() {
    let weight_of_short = |early: f64, late: f64| {
        let mut stream = Stream::new(8, 0, 0, 0);
        let mut theatre = theatre(&[1.0; 6]);
        for days in (0..400).rev() {
            let rate = if days > 150 { early } else { late };
            for site in 0..6 {
                for _ in 0..poisson(rate, &mut stream) {
                    theatre.incidents.push(rocket(days, site));
                }
            }
        }
        let scores = Forecast::fit(&theatre).half_life_scores();
        let sum: f64 = scores.iter().map(|score| score.weight).sum();
        assert!((sum - 1.0).abs() < 1e-12);
        scores[..3].iter().map(|score| score.weight).sum::<f64>()
    };
    let (changed, steady) = (weight_of_short(0.01, 0.2), weight_of_short(0.1, 0.1));
    assert!(changed > 0.9, "{changed}");
    assert!(steady < 0.4, "{steady}");
}

/// Given a half-life, a burst of last week means more than one of last year; without, it does not.
#[test]
fn a_short_half_life_responds_to_what_is_recent() {
    let rate = |burst: i64, half_life| {
        let mut theatre = theatre(&[1.0; 4]);
        theatre.incidents.push(rocket(400, 1));
        for days in burst..burst + 6 {
            theatre.incidents.push(rocket(days, 0));
        }
        let rates = Forecast::fit(&theatre).mean_rates_given_half_life(half_life);
        rates.per_day(0, 0)
    };
    assert!(rate(1, HalfLife::Days14) > 5.0 * rate(300, HalfLife::Days14));
    assert!(rate(1, HalfLife::Days120) > 1.5 * rate(300, HalfLife::Days120));
    // The same counts in the same days; only the strength of pooling is judged anew.
    let ratio = rate(1, HalfLife::Never) / rate(300, HalfLife::Never);
    assert!((0.8..1.25).contains(&ratio), "{ratio}");
}

/// Salvos planted as 1 + negative binomial with mean 6 and dispersion 1.5, seen as ranges.
#[test]
fn planted_salvo_sizes_are_found() {
    let (mean, dispersion) = (6.0, 1.5);
    let planted = forecast::SalvoDraw {
        mean_rounds: 1.0 + mean,
        dispersion,
    };
    let mut stream = Stream::new(9, 0, 0, 0);
    let mut theatre = theatre(&[1.0]);
    for days in 0..300 {
        let rounds = planted.rounds(&mut stream);
        let low = rounds.saturating_sub(days as u32 % 2).max(1);
        let high = rounds + days as u32 % 3;
        theatre
            .incidents
            .push(report(days, 0, Munition::Class(MORTAR), low, high));
    }
    let forecast = Forecast::fit(&theatre);
    let (mut means, mut dispersions) = (0.0, 0.0);
    for _ in 0..2000 {
        let draw = forecast.salvo_draw(MORTAR, &mut stream);
        means += draw.mean_rounds / 2000.0;
        dispersions += draw.dispersion.ln() / 2000.0;
    }
    assert!((means - 7.0).abs() < 1.0, "{means}");
    assert!((dispersions.exp() / dispersion).ln().abs() < 0.35);
    let estimate = forecast.rounds_estimate(MORTAR);
    assert!((estimate.mean - 7.0).abs() < 1.0);
    assert!(estimate.low == 1.0 && (14.0..=24.0).contains(&estimate.high));
}

/// One report of a large salvo moves its class part of the way from its family, and a class without
/// any takes the family's word, at most.
#[test]
fn salvo_sizes_are_pooled_within_the_family() {
    let mean = |large: u32, class| {
        let mut theatre = theatre(&[1.0]);
        for days in 0..40 {
            theatre.incidents.push(rocket(days, 0));
        }
        if large > 0 {
            let one = report(50, 0, Munition::Class(MORTAR), large, large);
            theatre.incidents.push(one);
        }
        Forecast::fit(&theatre).rounds_estimate(class).mean
    };
    let (rocket, mortar, missile) = (mean(0, ROCKET), mean(0, MORTAR), mean(0, MISSILE));
    assert!((rocket - 3.0).abs() < 0.3, "{rocket}");
    assert!(mortar > rocket && mortar < missile, "{mortar} {missile}");
    assert!(mean(30, MORTAR) > mortar + 2.0 && mean(30, MORTAR) < 30.0);
    println!(
        "{rocket} {mortar} {missile} {} {}",
        mean(30, MORTAR),
        mean(30, ROCKET)
    );
    assert!((mean(30, ROCKET) - rocket).abs() < 1.5);
}

/// Rounds drawn agree with the estimate, and stay within their bounds.
#[test]
fn rounds_are_drawn_as_estimated() {
    let mut theatre = theatre(&[1.0]);
    theatre
        .incidents
        .push(report(1, 0, Munition::Class(ROCKET), 30, 36));
    let forecast = Forecast::fit(&theatre);
    let mut stream = Stream::new(2, 0, 0, 0);
    let mut sum = 0.0;
    for _ in 0..40_000 {
        let rounds = forecast.salvo_draw(ROCKET, &mut stream).rounds(&mut stream);
        assert!((1..=forecast::MOST_ROUNDS).contains(&rounds));
        sum += f64::from(rounds) / 40_000.0;
    }
    let mean = forecast.rounds_estimate(ROCKET).mean;
    assert!((sum / mean - 1.0).abs() < 0.05, "{sum} {mean}");
}
