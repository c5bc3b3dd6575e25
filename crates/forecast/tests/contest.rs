//! The contest on logs whose law is known, and on logs that are hardly logs.

mod support;

use forecast::contest::{self, Contest, Trial};
use forecast::counts::Counts;
use forecast::models::{self, Model};
use jiff::civil::date;
use support::poisson;
use theatre::Stream;

const SITES: usize = 6;

fn quiet(hours: u32, sites: usize) -> Counts {
    Counts::new(date(2023, 1, 2).at(0, 0, 0, 0), hours, vec![1.0; sites])
}

fn trial(fit_bins: usize) -> Trial {
    Trial {
        fit_bins,
        first_scored: fit_bins,
        refit_bins: None,
    }
}

fn run(counts: &Counts, trial: Trial) -> Contest {
    let default = contest::score(models::default_model().as_ref(), counts, trial);
    let others = models::challengers();
    let others = others
        .iter()
        .map(|model| contest::score(model.as_ref(), counts, trial));
    contest::judge(default, others.collect(), contest::block_bins(counts))
}

/// Daily counts of six sites of different rates, each times what `law` gives for the day and site.
fn drawn(days: usize, key: u32, mut law: impl FnMut(usize, usize, &mut Stream) -> f64) -> Counts {
    let mut counts = quiet(24, SITES);
    let mut stream = Stream::new(31, key, 0, 0);
    for day in 0..days {
        let bin: Vec<u32> = (0..SITES)
            .map(|site| {
                let mean = (0.4 + site as f64 * 0.6) * law(day, site, &mut stream);
                poisson(mean, &mut stream)
            })
            .collect();
        counts.push(&bin);
    }
    counts
}

#[test]
fn a_steady_log_is_forecast_as_well_as_its_law_allows() {
    let counts = drawn(400, 0, |_, _, _| 1.0);
    let contest = run(&counts, trial(250));
    let best = contest.models.iter().map(|(scored, _)| scored.log_score);
    let best = best.fold(f64::INFINITY, f64::min);
    let (chosen, _) = contest.chosen();
    assert!(chosen.log_score < best + 0.01, "{}", chosen.name);
    assert!((0.85..0.97).contains(&chosen.cover90), "{}", chosen.cover90);
    let expected = chosen.expected_over_observed.unwrap();
    assert!((expected - 1.0).abs() < 0.1, "{expected}");
    let number = chosen.number_test;
    assert!(
        number.delta_1 > 0.001 && number.delta_2 > 0.001,
        "{number:?}"
    );
}

#[test]
fn bursts_are_followed_and_forgotten() {
    // Two quiet weeks and one with six times the attacks, over and over.
    let counts = drawn(500, 1, |day, _, _| if day % 21 < 7 { 6.0 } else { 1.0 });
    let contest = run(&counts, trial(300));
    let score = |name: &str| {
        let found = contest
            .models
            .iter()
            .find(|(s, _)| s.name.starts_with(name));
        found.unwrap().0.log_score
    };
    let (chosen, gain) = contest.chosen();
    assert!(chosen.log_score < score("gamma-Poisson") - 0.1);
    assert!(gain.low >= 0.0);
}

/// Weekly rhythm and counts that scatter less than Poisson: what the recalibrated pool is made for.
#[test]
fn a_rhythm_and_an_even_scatter_are_found_and_chosen() {
    let mut counts = quiet(24, SITES);
    let mut stream = Stream::new(32, 0, 0, 0);
    for day in 0..600 {
        let chance = if day % 7 < 2 { 0.6 } else { 0.4 };
        let bin: Vec<u32> = (0..SITES)
            .map(|_| (0..10).map(|_| u32::from(stream.uniform() < chance)).sum())
            .collect();
        counts.push(&bin);
    }
    let contest = run(&counts, trial(400));
    let (chosen, gain) = contest.chosen();
    assert!(chosen.name.contains("recalibrated"), "{}", chosen.name);
    assert!(gain.low > 0.05, "{gain:?}");
    assert!(contest.why.contains("gains"), "{}", contest.why);
}

/// Chosen means better on days that chose nothing, too.
#[test]
fn a_choice_holds_on_the_days_that_follow() {
    for key in 0..2 {
        // A rate that wanders: log-normal steps.
        let mut level = 0.0;
        let counts = drawn(700, 10 + key, |_, site, stream| {
            if site == 0 {
                level = 0.97 * level + 0.2 * stream.normal();
            }
            level.exp()
        });
        let first = run(&counts.before(500), trial(300));
        let (chosen, _) = first.chosen();
        let second = run(&counts, trial(500));
        let (_, gain) = second
            .models
            .iter()
            .find(|(scored, _)| scored.name.starts_with(&chosen.name[..12]))
            .unwrap();
        assert!(gain.mean > -0.01, "{key}: {} {gain:?}", chosen.name);
    }
}

#[test]
fn short_logs_leave_the_default() {
    let contest = run(&drawn(60, 3, |_, _, _| 1.0), trial(30));
    assert_eq!(contest.chosen, 0);
    assert!(!contest.has_bounds());
    assert!(contest.why.contains("too short"), "{}", contest.why);
}

/// What no sane log holds gives sane figures all the same.
#[test]
fn odd_logs_give_sane_figures() {
    let one_day = |sites: usize, day: usize, count: u32| {
        let mut counts = quiet(24, sites);
        for bin in 0..120 {
            let here = if bin == day { count } else { 0 };
            counts.push(&[here]);
        }
        counts
    };
    let mut one_bin = quiet(24, 2);
    one_bin.push(&[3, 0]);
    let cases = [
        (quiet(24, 0), 0),
        (quiet(24, 3), 0),
        (one_bin.clone(), 0),
        (one_bin, 1),
        (one_day(3, 0, 1), 60),
        (one_day(3, 90, 1), 60),
        (one_day(2, 20, 1_000_000), 60),
        (one_day(2, 90, 1_000_000), 60),
        (one_day(1, 119, u32::MAX), 60),
        (one_day(4, 500, 0), 0),
        (one_day(4, 500, 0), 120),
    ];
    for (number, (counts, fit)) in cases.into_iter().enumerate() {
        let contest = run(&counts, trial(fit));
        for (scored, gain) in &contest.models {
            let figures = [
                scored.log_score,
                scored.crps,
                scored.brier,
                scored.cover90,
                scored.expected_over_observed.unwrap_or(1.0),
                gain.mean,
                gain.low,
                gain.high,
                scored.number_test.delta_1,
                scored.number_test.delta_2,
            ];
            let is_sane = figures.iter().all(|figure| figure.is_finite());
            assert!(is_sane, "{number} {}: {figures:?}", scored.name);
            assert!(scored.log_score >= 0.0, "{number} {}", scored.name);
            assert!((0.0..=1.000_001).contains(&scored.cover90), "{number}");
        }
    }
}

/// A model sees nothing of what it forecasts: a changed future leaves every forecast before it as it was.
#[test]
fn the_future_changes_no_forecast() {
    let counts = drawn(200, 5, |_, _, _| 1.0);
    let mut other = counts.before(150);
    (150..200).for_each(|_| other.push(&[9; SITES]));
    let all = models::challengers();
    for model in all.iter().chain([&models::default_model()]) {
        let scores = |counts: &Counts| {
            let scored = contest::score(model.as_ref(), &counts.before(151), trial(120));
            (scored.expected_over_observed, scored.name)
        };
        let fitted = |counts: &Counts| {
            let mut fitted = model.fit(&counts.before(120));
            (120..150).for_each(|bin| fitted.observe(counts.bin(bin)));
            (0..SITES)
                .map(|site| fitted.predict(site))
                .collect::<Vec<_>>()
        };
        assert_eq!(fitted(&counts), fitted(&other), "{}", model.name());
        assert_eq!(scores(&counts).1, scores(&other).1);
    }
}

/// Bounds of fitted parameters hold what was planted. In full, in two minutes:
/// `RECOVERY_LOGS=300 cargo test --release -p forecast --test contest -- planted`.
#[test]
fn intervals_hold_what_was_planted() {
    let asked = std::env::var("RECOVERY_LOGS").ok();
    match asked.and_then(|logs| logs.parse::<u32>().ok()) {
        Some(logs) => recovery(logs, 1500, (logs as usize * 91).div_ceil(100)),
        None => recovery(12, 400, 9),
    }
}

/// Logs of a self-exciting law: baseline 0.3, persistence 0.8, of which 0.4 answers the last bin. Each
/// parameter is within its 95 % bounds in at least `least` of them.
fn recovery(logs: u32, days: usize, least: usize) {
    let planted = [0.3, 0.8, 0.4];
    let model = models::Ingarch {
        noise: models::Noise::Poisson,
    };
    let mut within = [0; 3];
    for key in 0..logs {
        let mut stream = Stream::new(33, key, 0, 0);
        let mut intensity = planted[0] / (1.0 - planted[1]);
        let mut counts = quiet(24, 1);
        for _ in 0..days {
            let count = poisson(intensity, &mut stream);
            counts.push(&[count]);
            let fresh = planted[2] * f64::from(count) + (1.0 - planted[2]) * intensity;
            intensity = planted[0] + planted[1] * fresh;
        }
        let found = model.parameters(&counts);
        for ((hit, parameter), planted) in within.iter_mut().zip(&found).zip(planted) {
            assert!(parameter.low <= parameter.estimate && parameter.estimate <= parameter.high);
            *hit += usize::from((parameter.low..=parameter.high).contains(&planted));
        }
    }
    assert!(
        within.iter().all(|&hit| hit >= least),
        "{within:?} of {logs}"
    );
}
