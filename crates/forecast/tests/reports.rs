//! How reports become attacks: what counts, how often, and what must not.

mod support;

use forecast::Forecast;
use support::*;
use theatre::{Confidence, Incident, Munition, Stream, Theatre};

fn with(exposures: &[f64], incidents: Vec<Incident>) -> Theatre {
    let mut theatre = theatre(exposures);
    theatre.incidents = incidents;
    theatre
}

/// Every figure of a forecast of a theatre, to compare.
fn figures(theatre: &Theatre) -> Vec<f64> {
    let forecast = Forecast::fit(theatre);
    let mut figures = Vec::new();
    let mut stream = Stream::new(4, 0, 0, 0);
    let draw = forecast.draw_rates(&mut stream);
    for site in 0..theatre.sites.len() {
        figures.extend(draw.rates.of_site(site));
        for class in 0..theatre.catalogue.munitions.len() {
            figures.push(forecast.mean_rate(site, class));
            figures.push(forecast.rate_estimate(site, class).high);
        }
    }
    for class in 0..theatre.catalogue.munitions.len() {
        figures.push(forecast.rounds_estimate(class).mean);
    }
    figures.extend(forecast.half_life_scores().map(|score| score.weight));
    figures
}

#[test]
fn a_site_never_hit_is_not_safe_and_not_as_bad_as_one_that_was() {
    let log = (0..12).map(|n| rocket(10 * n, 0)).collect();
    let forecast = Forecast::fit(&with(&[1.0, 1.0, 2.0, 0.0], log));
    let rate = |site| forecast.mean_rate(site, ROCKET);
    assert!(rate(1) > 0.0 && rate(1) < rate(0));
    assert!(rate(2) > rate(1), "exposure raises what is expected");
    assert_eq!(rate(3), 0.0);
    assert!(forecast.rate_estimate(1, ROCKET).low > 0.0);
    assert_eq!(forecast.rate_estimate(3, ROCKET).high, 0.0);
}

#[test]
fn a_site_out_of_reach_has_a_rate_once_its_own_record_says_so() {
    let forecast = Forecast::fit(&with(&[1.0, 0.0, 0.0], vec![rocket(9, 0), rocket(3, 1)]));
    assert!(forecast.mean_rate(1, ROCKET) > 0.0);
    assert_eq!(forecast.mean_rate(2, ROCKET), 0.0);
}

/// The column speaks of rockets and mortars; a missile reaches every site inside the theatre.
#[test]
fn missiles_heed_the_border_and_not_the_column() {
    let missile = report(9, 0, Munition::Class(MISSILE), 2, 2);
    let mut theatre = with(&[1.0, 0.0, 5.0, 1.0], vec![missile]);
    theatre.sites[3].outside = true;
    let forecast = Forecast::fit(&theatre);
    let rate = |site| forecast.mean_rate(site, MISSILE);
    assert_eq!(rate(1), rate(2));
    assert!(rate(1) > 0.0 && rate(1) < rate(0));
    assert_eq!(rate(3), 0.0);
}

#[test]
fn a_class_that_no_report_names_is_not_forecast() {
    let forecast = Forecast::fit(&with(&[1.0], vec![rocket(5, 0)]));
    assert_eq!(forecast.classes(), [ROCKET]);
    assert_eq!(forecast.mean_rate(0, MISSILE), 0.0);
    assert_eq!(forecast.rate_estimate(0, MISSILE).high, 0.0);
}

/// Not one of the known attacks, but a part of each class that it may have been.
#[test]
fn unknown_munitions_are_spread_over_rockets_and_mortars() {
    let known = vec![
        rocket(60, 0),
        rocket(70, 0),
        report(80, 0, Munition::Class(MORTAR), 3, 3),
        report(90, 0, Munition::Class(MISSILE), 3, 3),
    ];
    let mut log = known.clone();
    log.push(report(20, 0, Munition::Unknown, 3, 3));
    let without = Forecast::fit(&with(&[1.0, 1.0], known));
    let spread = Forecast::fit(&with(&[1.0, 1.0], log));
    let growth = |class| spread.mean_rate(0, class) / without.mean_rate(0, class);
    assert!(growth(ROCKET) > 1.1 && growth(MORTAR) > 1.1);
    assert!(growth(MISSILE) < 1.1);

    // None known: over rockets and mortars alike, and no missile.
    let alone = Forecast::fit(&with(&[1.0], vec![report(5, 0, Munition::Unknown, 1, 2)]));
    assert_eq!(alone.classes(), [ROCKET, MORTAR]);
    assert_eq!(alone.mean_rate(0, ROCKET), alone.mean_rate(0, MORTAR));
}

#[test]
fn rows_of_one_campaign_on_one_site_are_one_attack() {
    let row = |low, high| of_campaign("night", report(20, 0, Munition::Class(ROCKET), low, high));
    let mut parts = vec![rocket(90, 1), row(2, 3), row(4, 4)];
    parts[1].confidence = Confidence::Disputed;
    let whole = vec![rocket(90, 1), report(20, 0, Munition::Class(ROCKET), 6, 7)];
    let sites = [1.0, 1.0, 1.0];
    assert_eq!(figures(&with(&sites, parts)), figures(&with(&sites, whole)));

    // A row that does not know its munition belongs to the attack that is known.
    let mut unknown = vec![rocket(90, 1), row(2, 3), row(4, 4)];
    unknown[2].munition = Munition::Unknown;
    let known = vec![rocket(90, 1), row(2, 3), row(4, 4)];
    assert_eq!(
        figures(&with(&sites, unknown)),
        figures(&with(&sites, known))
    );
}

/// One decision at two sites raises what is expected of a third as one decision does, not as two.
#[test]
fn a_campaign_is_one_decision_for_the_theatre() {
    let third = |incidents| Forecast::fit(&with(&[1.0; 3], incidents)).mean_rate(2, ROCKET);
    let pair = |first: Incident, second: Incident| vec![rocket(30, 0), first, second];
    let together = third(pair(
        of_campaign("night", rocket(9, 0)),
        of_campaign("night", rocket(9, 1)),
    ));
    let alone = third(vec![rocket(30, 0), rocket(9, 0)]);
    let apart = third(pair(rocket(9, 0), rocket(9, 1)));
    assert_eq!(together, alone);
    assert!(apart > together);
}

#[test]
fn what_is_corrected_counts_for_nothing() {
    let mut correction = report(4, 1, Munition::None, 0, 0);
    correction.supersedes = Some(1);
    let corrected = with(&[1.0, 1.0], vec![rocket(20, 0), rocket(5, 1), correction]);
    let never = with(&[1.0, 1.0], vec![rocket(20, 0)]);
    assert_eq!(figures(&corrected), figures(&never));
}

/// Late reports, of whatever kind, change no bit: not a rate, not a weight, not a draw.
#[test]
fn a_report_made_later_changes_nothing() {
    for number in 0..40 {
        let mut theatre = random_theatre(number);
        if theatre.sites.is_empty() {
            continue;
        }
        theatre
            .incidents
            .retain(|incident| incident.supersedes.is_none());
        let before = Forecast::fit(&theatre);
        let bits: Vec<u64> = figures(&theatre).iter().map(|f| f.to_bits()).collect();

        let mut late = rocket(30, 0);
        late.reported_on = days_ago(-1);
        late.supersedes = (!theatre.incidents.is_empty()).then_some(0);
        let mut again = report(700, 0, Munition::Class(MISSILE), 9, 9);
        again.reported_on = days_ago(-400);
        again.campaign = Some("campaign 2".into());
        let tomorrow = report(-1, 0, Munition::Unknown, 1, 1);
        theatre.incidents.extend([late, again, tomorrow]);
        assert_eq!(before, Forecast::fit(&theatre));
        let after: Vec<u64> = figures(&theatre).iter().map(|f| f.to_bits()).collect();
        assert_eq!(bits, after);
    }
}

#[test]
fn the_order_of_the_log_does_not_matter() {
    for number in 0..40 {
        let theatre = random_theatre(number);
        let mut stream = Stream::new(21, 0, number, 0);
        let order = shuffled(theatre.incidents.len(), &mut stream);
        let (one, other) = (figures(&theatre), figures(&permuted(&theatre, &order)));
        assert_eq!(one.len(), other.len());
        for (a, b) in one.iter().zip(other) {
            assert!((a - b).abs() <= 1e-12 * a.abs(), "{number}: {a} {b}");
        }
    }
}

#[test]
fn a_disputed_report_counts_for_less() {
    let rate = |confidence| {
        let mut incident = rocket(10, 0);
        incident.confidence = confidence;
        Forecast::fit(&with(&[1.0, 1.0], vec![incident])).mean_rate(0, ROCKET)
    };
    assert!(rate(Confidence::Confirmed) > rate(Confidence::Reported));
    assert!(rate(Confidence::Reported) > rate(Confidence::Disputed));
}

/// A backtest sees what was known then: a week that was reported only later is still one that came,
/// but no origin before the report has learned from it.
#[test]
fn the_backtest_learns_only_from_what_was_known() {
    let log = |late: bool| {
        let mut incidents: Vec<Incident> = (0..30).map(|n| rocket(300 - 10 * n, 0)).collect();
        if late {
            for incident in &mut incidents[..29] {
                incident.reported_on = days_ago(0);
            }
        }
        Forecast::fit(&with(&[1.0, 1.0], incidents))
    };
    let (prompt, late) = (log(false), log(true));
    assert!(prompt.weeks_scored() > 20);
    assert!(late.weeks_scored() <= 1);
}
