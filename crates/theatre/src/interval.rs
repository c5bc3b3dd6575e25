//! Figures that are not known exactly, and answers computed from them.

/// A physical or statistical figure known to lie between two values, with where that comes from.
///
/// Invariant, checked by whoever reads it: both ends finite and `low <= high`.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    /// The least value that is credible, in the unit of the field that holds it.
    pub low: f64,
    /// The greatest value that is credible.
    pub high: f64,
    /// Where the two come from; `assumed` where no page is at hand.
    pub source: String,
}

impl Interval {
    /// The figure at `share` of the way from low to high (0 to 1): a uniform draw when `share` is one.
    #[must_use]
    pub fn at(&self, share: f64) -> f64 {
        self.low + (self.high - self.low) * share
    }

    /// Whether the source says that the figure was assumed rather than found.
    #[must_use]
    pub fn is_assumed(&self) -> bool {
        self.source
            .trim_start()
            .to_lowercase()
            .starts_with("assumed")
    }
}

/// An answer: its mean, and the bounds of 90 % of what it may be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    /// Mean over all draws.
    pub mean: f64,
    /// 5 % quantile of the draws.
    pub low: f64,
    /// 95 % quantile of the draws.
    pub high: f64,
}

impl Estimate {
    /// Mean and the 5 % and 95 % quantiles of the draws; all zero where there are none.
    #[must_use]
    pub fn of(draws: &[f64]) -> Self {
        if draws.is_empty() {
            return Self::default();
        }
        let mut sorted = draws.to_vec();
        sorted.sort_by(f64::total_cmp);
        Self {
            mean: draws.iter().sum::<f64>() / draws.len() as f64,
            low: quantile(&sorted, 0.05),
            high: quantile(&sorted, 0.95),
        }
    }
}

/// The quantile of a sorted, non-empty sample by linear interpolation between order statistics
/// (type 7 of Hyndman and Fan, 1996). Zero where the sample is empty.
#[must_use]
pub fn quantile(sorted: &[f64], probability: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let place = probability.clamp(0.0, 1.0) * last as f64;
    let below = (place as usize).min(last);
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate_between_order_statistics() {
        let sorted = [0.0, 1.0, 2.0, 3.0, 4.0];
        assert_eq!(quantile(&sorted, 0.5), 2.0);
        assert_eq!(quantile(&sorted, 0.05), 0.2);
        assert_eq!(quantile(&sorted, 1.0), 4.0);
        assert_eq!(quantile(&[], 0.5), 0.0);
    }

    #[test]
    fn an_estimate_of_nothing_is_zero() {
        assert_eq!(Estimate::of(&[]), Estimate::default());
    }

    #[test]
    fn an_assumed_figure_says_so() {
        let interval = Interval {
            low: 1.0,
            high: 3.0,
            source: "assumed".into(),
        };
        assert!(interval.is_assumed());
        assert_eq!(interval.at(0.5), 2.0);
    }
}
