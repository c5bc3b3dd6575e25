//! The interval of a share that was counted.

use serde::Serialize;

/// A share with its exact interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    /// How many of them.
    pub counted: usize,
    /// Of how many.
    pub of: usize,
    /// The share.
    pub mean: f64,
    /// Lower bound, 95 %.
    pub low: f64,
    /// Upper bound, 95 %.
    pub high: f64,
}

/// `counted` of `of` with the interval of Clopper and Pearson (Biometrika 26, 1934), which covers at
/// least 95 % whatever the true share; `None` of nothing.
#[must_use]
pub fn share(counted: usize, of: usize) -> Option<Share> {
    if of == 0 {
        return None;
    }
    let counted = counted.min(of);
    Some(Share {
        counted,
        of,
        mean: counted as f64 / of as f64,
        // At the lower end so many or more are 2.5 % likely, at the upper so many or fewer.
        low: 1.0 - highest(of - counted, of),
        high: highest(counted, of),
    })
}

/// The chance under which `counted` or fewer of `of` are 2.5 % likely, by bisection.
fn highest(counted: usize, of: usize) -> f64 {
    if counted == of {
        return 1.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if at_most(counted, of, middle) > 0.025 {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Chance of at most `counted` of `of` when each has this chance, above 0 and below 1.
fn at_most(counted: usize, of: usize, chance: f64) -> f64 {
    let (log_yes, log_no) = (libm::log(chance), libm::log1p(-chance));
    let all = of as f64;
    let terms = (0..=counted).map(|count| {
        let count = count as f64;
        let ways =
            libm::lgamma(all + 1.0) - libm::lgamma(count + 1.0) - libm::lgamma(all - count + 1.0);
        libm::exp(ways + count * log_yes + (all - count) * log_no)
    });
    terms.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values printed for 95 % in tables of the interval.
    #[test]
    fn intervals_are_those_of_the_tables() {
        for (counted, of, low, high) in [
            (0, 10, 0.0, 0.3085),
            (1, 10, 0.0025, 0.4450),
            (5, 10, 0.1871, 0.8129),
            (10, 10, 0.6915, 1.0),
            (23, 28, 0.6311, 0.9394),
        ] {
            let found = share(counted, of);
            assert!(
                found.is_some_and(
                    |found| (found.low - low).abs() < 1e-4 && (found.high - high).abs() < 1e-4
                ),
                "{counted} of {of}: {found:?}"
            );
        }
        assert_eq!(share(0, 0), None);
    }
}
