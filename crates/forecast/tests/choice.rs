//! Which model a theatre's log chooses, and that rates are drawn from all of its distribution.

mod support;

use forecast::{Forecast, Record, models};
use support::*;
use theatre::{Stream, Theatre};

const SITES: usize = 8;

/// Two years in which the level of all sites jumps from week to week and forgets it soon.
fn restless() -> Theatre {
    let mut theatre = theatre(&[1.0; SITES]);
    theatre.horizon_days = 21;
    let mut stream = Stream::new(41, 0, 0, 0);
    let mut level = 0.0;
    for week in (0..104_i64).rev() {
        level = 0.7 * level + stream.normal();
        for site in 0..SITES {
            for _ in 0..poisson(1.5 * f64::exp(level), &mut stream) {
                let day = (stream.uniform() * 7.0) as i64;
                theatre.incidents.push(rocket(week * 7 + day, site));
            }
        }
    }
    theatre
}

fn moments(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let square = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>();
    (mean, square / count)
}

#[test]
fn a_restless_log_chooses_another_model_and_draws_all_of_its_distribution() {
    let theatre = restless();
    let forecast = Forecast::fit(&theatre);
    let choice = forecast.choice();
    assert!(!forecast.is_default(), "{choice:?}");
    assert!(choice.gain.is_some_and(|gain| gain.low > 0.0), "{choice:?}");
    assert!(choice.why.contains("gains"), "{choice:?}");

    // The model itself, led over three weeks by its own counts.
    let record = Record::new(&theatre);
    let all = models::challengers();
    let named = all
        .iter()
        .map(|model| model.fit(&record.counts))
        .zip(&all)
        .find(|(fitted, model)| fitted.name().unwrap_or_else(|| model.name()) == choice.name);
    let fitted = named.map(|(fitted, _)| fitted).unwrap();
    let mut stream = Stream::new(42, 0, 0, 0);
    let paths: Vec<Vec<f64>> = (0..4000)
        .map(|_| {
            let mut fitted = fitted.copy();
            let mut totals = vec![0.0; SITES + 1];
            for _ in 0..3 {
                let bin: Vec<u32> = (0..SITES)
                    .map(|site| fitted.predict(site).table().quantile(stream.uniform()) as u32)
                    .collect();
                for (site, &count) in bin.iter().enumerate() {
                    totals[site] += f64::from(count);
                    totals[SITES] += f64::from(count);
                }
                fitted.observe(&bin);
            }
            totals
        })
        .collect();

    // What the plan draws: rates, and Poisson counts given them.
    let drawn: Vec<Vec<f64>> = (0..4000)
        .map(|_| {
            let rates = forecast.draw_rates(&mut stream).rates;
            let mut totals = vec![0.0; SITES + 1];
            for site in 0..SITES {
                let rate: f64 = rates.of_site(site).iter().sum();
                let count = f64::from(poisson(21.0 * rate, &mut stream));
                totals[site] = count;
                totals[SITES] += count;
            }
            totals
        })
        .collect();
    for column in [0, 3, 7, SITES] {
        let of = |rows: &[Vec<f64>]| rows.iter().map(|row| row[column]).collect::<Vec<_>>();
        let (mean, variance) = moments(&of(&paths));
        let (drawn_mean, drawn_variance) = moments(&of(&drawn));
        // 512 paths stand behind the draws.
        assert!(
            (drawn_mean / mean - 1.0).abs() < 0.15,
            "{column}: {drawn_mean} {mean}"
        );
        let ratio = (drawn_variance / variance).sqrt();
        assert!(
            (0.75..1.33).contains(&ratio),
            "{column}: {drawn_variance} {variance}"
        );
        assert!(variance > 2.0 * mean, "overdispersed: {variance} {mean}");
    }

    // The mean that plans are made of is that of the draws.
    let means = forecast.mean_rates();
    for site in 0..SITES {
        let mean: f64 = 21.0 * means.of_site(site).iter().sum::<f64>();
        let (drawn, variance) = moments(&drawn.iter().map(|row| row[site]).collect::<Vec<_>>());
        let error = 4.0 * (variance / 4000.0).sqrt();
        assert!((drawn - mean).abs() < error, "{site}: {drawn} {mean}");
        let estimate = forecast.rate_estimate(site, ROCKET);
        assert!((estimate.mean - forecast.mean_rate(site, ROCKET)).abs() < 1e-12);
        assert!(estimate.low <= estimate.mean && estimate.mean <= estimate.high);
    }
}

#[test]
fn a_steady_log_and_a_short_one_keep_the_default() {
    let mut steady = theatre(&[1.0; SITES]);
    let mut stream = Stream::new(43, 0, 0, 0);
    for day in 0..728 {
        for site in 0..SITES {
            // From once in three weeks to twice a week.
            if stream.uniform() < 0.04 * f64::powi(1.3, site as i32) {
                steady.incidents.push(rocket(day, site));
            }
        }
    }
    let forecast = Forecast::fit(&steady);
    assert!(forecast.is_default(), "{:?}", forecast.choice());
    assert!(forecast.choice().gain.is_some());

    steady.incidents.truncate(60);
    let forecast = Forecast::fit(&steady);
    assert!(forecast.is_default());
    assert_eq!(forecast.choice().gain, None);
    assert!(forecast.choice().why.contains("too few"));
}

#[test]
fn the_order_of_the_log_chooses_nothing() {
    let theatre = restless();
    let mut stream = Stream::new(44, 0, 0, 0);
    let other = permuted(&theatre, &shuffled(theatre.incidents.len(), &mut stream));
    assert_eq!(Forecast::fit(&theatre), Forecast::fit(&other));
}
