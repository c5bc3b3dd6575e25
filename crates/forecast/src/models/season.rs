//! What day of the week and what part of the day do to the rate of all sites together.

use crate::counts::Counts;

/// Attacks that each weekday, and each part of the day, is worth before the record speaks: the shape of
/// a gamma distribution around 1. Weekdays differ by a tenth at most by this, hours by a half (assumed).
const WEEKDAY_PRIOR: f64 = 100.0;
const HOUR_PRIOR: f64 = 4.0;
/// Attacks at many sites are not independent: counts are divided by how much more the total scatters
/// than Poisson, which starts as in these bins' worth and is remembered for about 200 bins.
const SCATTER_START: [f64; 2] = [50.0, 10.0];
const SCATTER_RETAIN: f64 = 0.995;
const WEEK: usize = 7;

/// Factors by weekday and part of the day; all 1 where bins are longer than a day or do not divide it.
#[derive(Clone, Debug)]
pub(super) struct Season {
    bins_a_day: usize,
    /// Bins of the week before the next one.
    position: usize,
    weekdays: Factors,
    hours: Factors,
    /// Squared errors of the total, and its expectation.
    scatter: [f64; 2],
}

/// For each phase, attacks that came and attacks that were expected.
#[derive(Clone, Debug)]
struct Factors(Vec<[f64; 2]>);

impl Factors {
    fn at(&self, phase: usize) -> f64 {
        let factor = |[came, expected]: &[f64; 2]| came / expected;
        let sum: f64 = self.0.iter().map(factor).sum();
        self.0.get(phase).map_or(1.0, factor) * self.0.len() as f64 / sum
    }

    fn add(&mut self, phase: usize, came: f64, expected: f64) {
        if let Some(sums) = self.0.get_mut(phase) {
            sums[0] += came;
            sums[1] += expected;
        }
    }
}

impl Season {
    /// Before the first bin of a table.
    pub fn new(counts: &Counts) -> Self {
        let hours = counts.bin_hours();
        let divides = hours <= 24 && 24_u32.is_multiple_of(hours);
        let bins_a_day = if divides { (24 / hours) as usize } else { 0 };
        Self {
            bins_a_day,
            position: 0,
            weekdays: Factors(vec![[WEEKDAY_PRIOR; 2]; WEEK]),
            hours: Factors(vec![[HOUR_PRIOR; 2]; bins_a_day.max(1)]),
            scatter: SCATTER_START,
        }
    }

    fn phases(&self) -> Option<(usize, usize)> {
        let day = self.position.checked_div(self.bins_a_day)?;
        Some((day % WEEK, self.position % self.bins_a_day))
    }

    /// What the next bin's rate is multiplied by.
    pub fn factor(&self) -> f64 {
        match self.phases() {
            Some((weekday, hour)) => self.weekdays.at(weekday) * self.hours.at(hour),
            None => 1.0,
        }
    }

    /// The next bin: attacks on all sites, and how many were expected with the factor.
    pub fn observe(&mut self, came: f64, expected: f64) {
        let Some((weekday, hour)) = self.phases() else {
            return;
        };
        let error = came - expected;
        self.scatter[0] = SCATTER_RETAIN * self.scatter[0] + error * error;
        self.scatter[1] = SCATTER_RETAIN * self.scatter[1] + expected;
        let worth = (self.scatter[0] / self.scatter[1].max(1e-9)).max(1.0);
        let by_weekday = expected / self.weekdays.at(weekday);
        let by_hour = expected / self.hours.at(hour);
        self.weekdays.add(weekday, came / worth, by_weekday / worth);
        if self.bins_a_day > 1 {
            self.hours.add(hour, came / worth, by_hour / worth);
        }
        self.position = (self.position + 1) % (WEEK * self.bins_a_day);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_rhythm_is_learned_and_none_is_not_invented() {
        for (hours, busy) in [(24, 1.0), (24, 3.0), (6, 1.0), (6, 3.0), (48, 3.0)] {
            let counts = Counts::new(date(2024, 1, 1).at(0, 0, 0, 0), hours, vec![1.0]);
            let mut season = Season::new(&counts);
            let period = if hours == 24 { 7 } else { 4 };
            for bin in 0..period * 200 {
                let rate = if bin % period == 2 { 10.0 * busy } else { 10.0 };
                let level = 10.0 * (busy + f64::from(period - 1)) / f64::from(period);
                season.observe(rate, level * season.factor());
            }
            let factors: Vec<f64> = (0..period)
                .map(|_| {
                    let factor = season.factor();
                    season.observe(10.0 * factor, 10.0 * factor);
                    factor
                })
                .collect();
            let ratio = factors[2] / factors[0];
            let expected = if hours == 48 { 1.0 } else { busy };
            assert!(
                (ratio / expected - 1.0).abs() < 0.12,
                "{hours} {busy}: {factors:?}"
            );
        }
    }
}
