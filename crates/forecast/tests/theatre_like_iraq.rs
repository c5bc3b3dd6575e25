//! A theatre like that of Iraq in March 2020: fourteen sites, two dozen reports, one missile strike.

mod support;

use forecast::Forecast;
use support::*;
use theatre::{Confidence, Munition, Theatre};

/// Days before the theatre's date, site, rounds: the public record in brief.
const ROCKETS: [(i64, usize, u32, u32); 25] = [
    (273, 2, 3, 3),
    (272, 8, 1, 1),
    (175, 3, 2, 2),
    (140, 2, 3, 3),
    (138, 3, 2, 2),
    (129, 7, 17, 17),
    (127, 3, 1, 2),
    (113, 3, 1, 2),
    (104, 0, 5, 5),
    (102, 5, 2, 2),
    (98, 4, 4, 4),
    (80, 6, 30, 36),
    (78, 2, 4, 4),
    (72, 5, 2, 3),
    (72, 3, 1, 2),
    (71, 3, 3, 3),
    (68, 3, 2, 2),
    (64, 5, 7, 8),
    (62, 2, 5, 5),
    (56, 3, 3, 3),
    (50, 3, 3, 5),
    (32, 6, 1, 1),
    (29, 3, 3, 4),
    (5, 2, 15, 18),
    (2, 2, 25, 33),
];

fn iraq() -> Theatre {
    let mut exposures = [1.0; 14];
    exposures[1] = 0.3;
    exposures[9] = 2.0;
    exposures[13] = 0.05;
    let mut theatre = theatre(&exposures);
    theatre.sites[13].outside = true;
    for (number, &(days, site, low, high)) in ROCKETS.iter().enumerate() {
        let munition = match number {
            14 | 17 => Munition::Unknown,
            _ => Munition::Class(ROCKET),
        };
        let mut incident = report(days, site, munition, low, high);
        if number % 6 == 5 {
            incident.confidence = Confidence::Reported;
        }
        theatre.incidents.push(incident);
    }
    for (site, low, high) in [(0, 10, 11), (1, 1, 2)] {
        let strike = report(68, site, Munition::Class(MISSILE), low, high);
        theatre.incidents.push(of_campaign("2020-01-08", strike));
    }
    theatre
}

#[test]
fn the_forecast_is_what_a_planner_would_expect() {
    let theatre = iraq();
    let forecast = Forecast::fit(&theatre);
    assert_eq!(forecast.classes(), [ROCKET, MISSILE]);
    assert_eq!(forecast.log_days(), 274);
    for score in forecast.half_life_scores() {
        println!("{score:?}");
    }
    let rate = |site| forecast.rate_estimate(site, ROCKET);
    for site in 0..14 {
        println!(
            "{site}: rockets {:.5?} missiles {:.5?}",
            rate(site),
            forecast.rate_estimate(site, MISSILE)
        );
    }
    println!("rounds {:?}", forecast.rounds_estimate(ROCKET));

    // The embassy and Taji stand out; all that were never hit have a rate, by their exposure.
    for site in [0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13] {
        assert!(rate(3).mean > rate(site).mean && rate(2).mean > rate(site).mean);
        assert!(rate(site).low > 0.0);
    }
    assert!(rate(9).mean > rate(10).mean && rate(10).mean > rate(13).mean);

    // About 25 attacks in 274 days: the theatre's rate is of that order.
    let all: f64 = (0..13).map(|site| rate(site).mean).sum();
    assert!((0.05..0.25).contains(&all), "{all}");

    // Salvos of 1 to 36, about six on the average.
    let rounds = forecast.rounds_estimate(ROCKET);
    assert!((4.0..9.0).contains(&rounds.mean) && rounds.low == 1.0);
    assert!((15.0..40.0).contains(&rounds.high));

    // Missiles: Al Asad before Erbil before none, and none beyond the border.
    let missile = |site| forecast.mean_rate(site, MISSILE);
    assert_eq!(missile(0), missile(1));
    assert!(missile(0) > missile(2) && missile(2) > 0.0);
    assert_eq!(missile(13), 0.0);
}
