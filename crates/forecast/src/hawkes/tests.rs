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
fn speed() {
    for length in [5e2, 5e3, 5e4, 5e5] {
        let events = drawn(&TRUTH, length, 1);
        let r = [events.record()];
        let t = std::time::Instant::now();
        let mut s = 0.0;
        for _ in 0..10 {
            s += kernel::evaluate(&r, &TRUTH).value;
        }
        let e = t.elapsed().as_secs_f64() / 10.0;
        let t = std::time::Instant::now();
        let p = Hawkes::most_likely(&events);
        let m = t.elapsed().as_secs_f64();
        let t = std::time::Instant::now();
        let f = Hawkes::fit(&events);
        println!(
            "{} eval {:.3} ms ({:.1} ns/event) mle {:.3} ms fit {:.3} ms {s} {p:?} {f:?}",
            events.times().len(),
            e * 1e3,
            e * 1e9 / events.times().len() as f64,
            m * 1e3,
            t.elapsed().as_secs_f64() * 1e3
        );
    }
}
