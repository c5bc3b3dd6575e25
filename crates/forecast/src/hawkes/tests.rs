use super::*;
use theatre::Stream;

const TRUTH: Parameters = Parameters {
    base_rate: 1.0,
    branching: 0.5,
    decay: 2.0,
};

fn drawn(parameters: &Parameters, length: f64, number: u32) -> Events {
    simulate(parameters, 0.0, length, &mut Stream::new(1, number, 0, 9)).unwrap()
}

/// The definition, pair by pair.
fn by_definition(events: &Events, parameters: &Parameters) -> f64 {
    let Parameters {
        base_rate: mu,
        branching: n,
        decay: beta,
    } = *parameters;
    let times = events.times();
    let mut value = -mu * (events.end() - events.start());
    for &time in times {
        let before = times.iter().filter(|&&before| before < time);
        let sum: f64 = before
            .map(|before| n * beta * (-beta * (time - before)).exp())
            .sum();
        value += (mu + sum).ln() - n * (1.0 - (-beta * (events.end() - time)).exp());
    }
    value
}

#[test]
fn the_likelihood_is_that_of_the_definition() {
    for number in 0..20 {
        let mut events = drawn(
            &TRUTH,
            [3.0, 30.0, 150.0, 600.0][number as usize % 4],
            number,
        );
        if number % 3 == 0 {
            // Many at one instant.
            events
                .times
                .iter_mut()
                .for_each(|time| *time = (*time * 4.0).floor() / 4.0);
        }
        for parameters in [
            TRUTH,
            Parameters {
                base_rate: 0.3,
                branching: 0.9,
                decay: 0.05,
            },
            Parameters {
                base_rate: 2.0,
                branching: 0.01,
                decay: 90.0,
            },
        ] {
            let (ours, sum) = (
                events.log_likelihood(&parameters),
                by_definition(&events, &parameters),
            );
            assert!(
                (ours - sum).abs() < 1e-9 * (1.0 + sum.abs()),
                "{ours} {sum}"
            );
        }
    }
}

#[test]
fn derivatives_are_those_of_differences() {
    let events = drawn(&TRUTH, 300.0, 3);
    let records = [events.record()];
    let at = |place: [f64; 3]| climb::evaluate_at(&records, place);
    let place = [0.2_f64, -0.5, 0.4];
    let here = at(place);
    let step = 1e-5;
    for axis in 0..3 {
        let (mut up, mut down) = (place, place);
        up[axis] += step;
        down[axis] -= step;
        let (up, down) = (at(up), at(down));
        let slope = (up.value - down.value) / (2.0 * step);
        assert!(
            (here.gradient[axis] - slope).abs() < 1e-4,
            "{axis} {here:?}"
        );
        for other in 0..3 {
            let slope = (up.gradient[other] - down.gradient[other]) / (2.0 * step);
            let ours = here.hessian[axis][other];
            assert!((ours - slope).abs() < 1e-3, "{axis} {other} {ours} {slope}");
        }
    }
}

#[test]
fn the_fit_is_the_top_and_its_intervals_end_at_the_threshold() {
    for number in 0..10 {
        let events = drawn(&TRUTH, 400.0, number);
        let fit = Hawkes::fit(&events);
        let best = fit.parameters();
        assert!((events.log_likelihood(&best) - fit.log_likelihood).abs() < 1e-6);
        let records = [events.record()];
        let top = [best.base_rate, best.branching, best.decay].map(f64::ln);
        let gradient = climb::evaluate_at(&records, top).gradient;
        assert!(
            gradient.iter().all(|part| part.abs() < 1e-3),
            "{gradient:?}"
        );
        // The best of a lattice around the end of each interval is as likely as the test allows.
        for end in [fit.decay.low, fit.decay.high] {
            let mut most = f64::NEG_INFINITY;
            for (row, column) in (0..61).flat_map(|row| (0..61).map(move |column| (row, column))) {
                let near = |step: i32| (0.01 * f64::from(step - 30)).exp();
                let base_rate = best.base_rate * near(row);
                let branching = best.branching * near(column);
                let parameters = Parameters {
                    base_rate,
                    branching,
                    decay: end,
                };
                most = most.max(events.log_likelihood(&parameters));
            }
            let lost = fit.log_likelihood - most;
            assert!((lost - 1.9207).abs() < 0.05, "{lost}");
        }
    }
}

#[test]
fn where_a_log_begins_and_its_unit_change_nothing() {
    let events = drawn(&TRUTH, 400.0, 2);
    // Powers of two, so that no time is rounded.
    let moved: Vec<f64> = events.times().iter().map(|time| 4.0 * time).collect();
    let moved = Events::new(&moved, 0.0, 1600.0).unwrap();
    let (fit, other) = (Hawkes::fit(&events), Hawkes::fit(&moved));
    for (ours, theirs) in [
        (fit.base_rate.best, 4.0 * other.base_rate.best),
        (fit.decay.low, 4.0 * other.decay.low),
        (fit.branching.high, other.branching.high),
    ] {
        assert!((ours / theirs - 1.0).abs() < 1e-4, "{ours} {theirs}");
    }
    let shifted: Vec<f64> = events
        .times()
        .iter()
        .rev()
        .map(|time| time + 1024.0)
        .collect();
    let shifted = Hawkes::fit(&Events::new(&shifted, 1024.0, 1424.0).unwrap());
    assert!((shifted.branching.best / fit.branching.best - 1.0).abs() < 1e-6);
}

#[test]
fn long_logs_are_fitted_from_a_sample_to_the_same_top() {
    let events = drawn(&TRUTH, 15_000.0, 4);
    assert!(events.times().len() > 20_000);
    let best = Hawkes::most_likely(&events);
    let top = [best.base_rate, best.branching, best.decay].map(f64::ln);
    let gradient = climb::evaluate_at(&[events.record()], top).gradient;
    assert!(
        gradient.iter().all(|part| part.abs() < 1e-2),
        "{gradient:?}"
    );
}

/// Logs that are hardly logs: no panic, and intervals that hold their best value.
#[test]
fn any_log_gives_an_answer() {
    let logs: [&[f64]; 9] = [
        &[],
        &[0.0],
        &[10.0],
        &[5.0],
        &[5.0; 1000],
        &[5.0, 5.0 + 1e-15],
        &[0.0, 5e-324, 10.0],
        &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0],
        &[9.0, 9.1, 9.2, 9.3, 9.4, 9.5, 9.6, 9.7, 9.8, 9.9],
    ];
    for times in logs {
        let fit = Hawkes::fit(&Events::new(times, 0.0, 10.0).unwrap());
        for likely in [fit.base_rate, fit.branching, fit.decay] {
            assert!(likely.best.is_finite(), "{times:?} {fit:?}");
            assert!(
                likely.low <= likely.best && likely.best <= likely.high,
                "{times:?} {fit:?}"
            );
        }
        assert!(
            fit.base_rate.high > 0.0 && fit.base_rate.high < 1e4,
            "{times:?} {fit:?}"
        );
        let state = HawkesState::after(fit.parameters(), &Events::new(times, 0.0, 10.0).unwrap());
        let moments = state.count_moments(1.0);
        assert!(
            moments.mean.is_finite() && moments.variance >= moments.mean,
            "{times:?}"
        );
    }
    // What is regular does not excite.
    let regular = Hawkes::fit(&Events::new(logs[7], 0.0, 10.0).unwrap());
    assert_eq!((regular.branching.best, regular.branching.low), (0.0, 0.0));
    assert_eq!(regular.decay.high, f64::INFINITY);
}

#[test]
fn faults_are_named() {
    let fault = |times: &[f64], end| Events::new(times, 0.0, end).unwrap_err();
    assert!(matches!(fault(&[], 0.0), HawkesError::EmptyWindow { .. }));
    assert!(matches!(
        fault(&[], f64::NAN),
        HawkesError::EmptyWindow { .. }
    ));
    for time in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        let found = fault(&[0.5, time], 1.0);
        assert!(matches!(found, HawkesError::OutsideWindow { index: 1, .. }));
    }
    assert!(Parameters::new(1.0, 1.0, 1.0).is_err());
    assert!(Parameters::new(1.0, 0.5, 0.0).is_err());
    assert!(Parameters::new(-1.0, 0.5, 1.0).is_err());
}

#[test]
fn moments_are_those_of_draws() {
    for (branching, horizon, past) in [(0.5, 0.2, 3), (0.8, 4.0, 5), (0.3, 10.0, 0)] {
        let parameters = Parameters { branching, ..TRUTH };
        let mut state = HawkesState::new(parameters, 0.0);
        (0..past).for_each(|number| state.observe(0.1 * f64::from(number)));
        let moments = state.count_moments(horizon);
        let draws = 200_000;
        let (mut sum, mut square) = (0.0, 0.0);
        for number in 0..draws {
            let mut stream = Stream::new(3, number, 1, 0);
            let count = f64::from(state.draw_count(horizon, &mut stream));
            sum += count;
            square += count * count;
        }
        let mean = sum / f64::from(draws);
        let variance = square / f64::from(draws) - mean * mean;
        assert!(
            (moments.mean / mean - 1.0).abs() < 0.01,
            "{moments:?} {mean}"
        );
        assert!(
            (moments.variance / variance - 1.0).abs() < 0.02,
            "{moments:?} {variance}"
        );
        let probabilities = state.count_probabilities(horizon, 20_000, 1);
        let near = f64::exp(state.count_log_probability(0, horizon));
        assert!(
            (probabilities[0] - near).abs() < 0.03,
            "{} {near}",
            probabilities[0]
        );
    }
}

/// The closed form and the rule meet where one hands over to the other.
#[test]
fn moments_are_smooth_in_the_horizon() {
    for branching in [0.0, 0.5, 0.99] {
        let mut state = HawkesState::new(Parameters { branching, ..TRUTH }, 0.0);
        state.observe(0.0);
        let edge = 1.0 / (2.0 * (1.0 - branching));
        let (below, above) = (
            state.count_moments(edge * (1.0 - 1e-12)),
            state.count_moments(edge * (1.0 + 1e-12)),
        );
        assert!((below.mean / above.mean - 1.0).abs() < 1e-9);
        assert!(
            (below.variance / above.variance - 1.0).abs() < 1e-9,
            "{below:?} {above:?}"
        );
    }
    let none = Parameters {
        branching: 0.0,
        ..TRUTH
    };
    let moments = HawkesState::new(none, 0.0).count_moments(7.0);
    assert!((moments.mean - 7.0).abs() < 1e-12 && (moments.variance - 7.0).abs() < 1e-12);
}

#[test]
fn a_state_follows_a_log_and_late_reports() {
    let events = drawn(&TRUTH, 20.0, 8);
    let state = HawkesState::after(TRUTH, &events);
    let sum: f64 = events
        .times()
        .iter()
        .map(|time| (-2.0 * (20.0 - time)).exp())
        .sum();
    assert!((state.intensity() - (1.0 + sum)).abs() < 1e-12);
    let mut late = HawkesState::new(TRUTH, 0.0);
    late.advance(20.0);
    events
        .times()
        .iter()
        .rev()
        .for_each(|&time| late.observe(time));
    late.observe(f64::NAN);
    assert!((late.intensity() - state.intensity()).abs() < 1e-12);
}

#[test]
fn residuals_tell_the_right_process_from_a_wrong_one() {
    let mut low = 0;
    for number in 0..200 {
        let events = drawn(&TRUTH, 300.0, number);
        let found = residuals(&events, &TRUTH).unwrap();
        low += u32::from(found.probability < 0.1);
        if number < 20 {
            let steady = Parameters {
                base_rate: 2.0,
                branching: 0.0,
                decay: 1.0,
            };
            assert!(residuals(&events, &steady).unwrap().probability < 0.01);
        }
    }
    // 20 expected; outside of these once in 10,000 times.
    assert!((5..=38).contains(&low), "{low}");
    assert_eq!(
        residuals(&Events::new(&[], 0.0, 1.0).unwrap(), &TRUTH),
        None
    );
}

mod sites {
    use super::super::sites_likelihood::evaluate_sites;
    use super::*;

    /// Sites in a row, 10 apart.
    fn distances(count: usize) -> Vec<Vec<f64>> {
        let between = |a: usize, b: usize| 10.0 * a.abs_diff(b) as f64;
        (0..count)
            .map(|a| (0..count).map(|b| between(a, b)).collect())
            .collect()
    }

    fn truth(sites: usize) -> SiteParameters {
        SiteParameters {
            base_rates: (0..sites).map(|site| 0.2 + 0.1 * site as f64).collect(),
            own: 0.3,
            cross: 0.3,
            decay: 2.0,
            reach: 10.0,
        }
    }

    #[test]
    fn one_site_is_the_process_without_sites() {
        let events = drawn(&TRUTH, 300.0, 5);
        let marked: Vec<(f64, usize)> = events.times().iter().map(|&time| (time, 0)).collect();
        let marked = SiteEvents::new(&marked, &distances(1), 0.0, 300.0).unwrap();
        let (fit, sites) = (Hawkes::fit(&events), SiteHawkes::fit(&marked));
        assert!((fit.log_likelihood - sites.log_likelihood).abs() < 1e-5);
        for (one, other) in [(fit.branching, sites.own), (fit.decay, sites.decay)] {
            assert!(
                (one.best / other.best - 1.0).abs() < 1e-3,
                "{one:?} {other:?}"
            );
            assert!(
                (one.low / other.low - 1.0).abs() < 1e-2,
                "{one:?} {other:?}"
            );
            assert!(
                (one.high / other.high - 1.0).abs() < 1e-2,
                "{one:?} {other:?}"
            );
        }
        assert_eq!(sites.cross.best, 0.0);
    }

    #[test]
    fn the_likelihood_is_that_of_the_definition_and_its_gradient_that_of_differences() {
        let mut events = simulate_sites(&truth(4), &distances(4), 0.0, 60.0, 1, 1).unwrap();
        // Some at one instant.
        events
            .times
            .iter_mut()
            .for_each(|time| *time = (8.0 * *time).floor() / 8.0);
        let shared = [0.25, 0.35, 1.7, 14.0];
        let here = evaluate_sites(&events, shared);
        let [own, cross, beta, reach] = shared;
        let weight = |to: usize, from: usize| (-10.0 * to.abs_diff(from) as f64 / reach).exp();
        let share = |to: usize, from: usize| {
            let others = (0..4).filter(|&other| other != from);
            weight(to, from) / others.map(|other| weight(other, from)).sum::<f64>()
        };
        let mut value = -60.0 * here.base_rates.iter().sum::<f64>();
        for (time, site) in events.iter() {
            let excited: f64 = events
                .iter()
                .filter(|&(before, _)| before < time)
                .map(|(before, from)| {
                    let part = if from == site {
                        own
                    } else {
                        cross * share(site, from)
                    };
                    part * beta * (-beta * (time - before)).exp()
                })
                .sum();
            value += (here.base_rates[site] + excited).ln();
            value -= (own + cross) * (1.0 - (-beta * (60.0 - time)).exp());
        }
        assert!(
            (here.value - value).abs() < 1e-9 * value.abs(),
            "{} {value}",
            here.value
        );
        for axis in 0..4 {
            let at = |step: f64| {
                let mut moved = shared;
                moved[axis] *= step.exp();
                evaluate_sites(&events, moved).value
            };
            let slope = (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!(
                (here.gradient[axis] - slope).abs() < 1e-4,
                "{axis} {here:?} {slope}"
            );
        }
    }

    #[test]
    fn near_repeats_are_found_again() {
        let truth = truth(6);
        let events = simulate_sites(&truth, &distances(6), 0.0, 1500.0, 2, 0).unwrap();
        let fit = SiteHawkes::fit(&events);
        println!("{} attacks {fit:?}", events.iter().count());
        for (likely, value) in [
            (fit.own, truth.own),
            (fit.cross, truth.cross),
            (fit.decay, truth.decay),
            (fit.reach, truth.reach),
        ] {
            // Wider than its 95 % by half, so that chance alone hardly fails it.
            assert!(
                likely.low < 1.1 * value && value < 1.1 * likely.high,
                "{fit:?}"
            );
            assert!(
                likely.low > 0.5 * value && likely.high < 2.0 * value,
                "{fit:?}"
            );
        }
        for (likely, rate) in fit.base_rates.iter().zip(&truth.base_rates) {
            assert!(
                likely.low < 1.2 * rate && *rate < 1.2 * likely.high,
                "{fit:?}"
            );
        }
    }

    #[test]
    fn sites_without_attacks_and_logs_without_any() {
        for times in [&[][..], &[(1.0, 0)], &[(1.0, 2), (1.0, 1), (1.0, 2)]] {
            let events = SiteEvents::new(times, &distances(3), 0.0, 10.0).unwrap();
            let fit = SiteHawkes::fit(&events);
            for likely in fit
                .base_rates
                .iter()
                .chain([&fit.own, &fit.cross, &fit.decay, &fit.reach])
            {
                assert!(
                    likely.low <= likely.best && likely.best <= likely.high,
                    "{fit:?}"
                );
            }
            // A site that was never hit is not safe.
            assert!(
                fit.base_rates
                    .iter()
                    .all(|rate| rate.high > 0.1 && rate.high < 10.0)
            );
        }
        let none = SiteEvents::new(&[], &[], 0.0, 1.0).unwrap();
        assert!(SiteHawkes::fit(&none).base_rates.is_empty());
        let fault = |events: &[(f64, usize)], distances: &[Vec<f64>]| {
            SiteEvents::new(events, distances, 0.0, 1.0).unwrap_err()
        };
        let unknown = fault(&[(0.5, 3)], &distances(3));
        assert!(matches!(unknown, HawkesError::UnknownSite { site: 3, .. }));
        let short = fault(&[], &[vec![0.0, 1.0], vec![1.0]]);
        assert!(matches!(short, HawkesError::BadDistance { from: 1, to: 1 }));
    }
}
