//! Counts of attacks by site and equal stretch of time ("bin"): what the models of [`crate::models`]
//! learn from and are scored on.

use jiff::civil::DateTime;

/// Sites × bins of counts. Bins follow each other without a gap.
#[derive(Clone, Debug, PartialEq)]
pub struct Counts {
    start: DateTime,
    bin_hours: u32,
    exposure: Vec<f64>,
    /// Bin by bin, the sites in order within each.
    counts: Vec<u32>,
}

impl Counts {
    /// An empty table: `start` is when its first bin begins, `bin_hours` (at least 1) how long each is,
    /// `exposure` how exposed each site is before its own record speaks (1 is usual).
    #[must_use]
    pub fn new(start: DateTime, bin_hours: u32, exposure: Vec<f64>) -> Self {
        Self {
            start,
            bin_hours: bin_hours.max(1),
            exposure,
            counts: Vec::new(),
        }
    }

    /// A table of `bins` bins without any attack.
    #[must_use]
    pub fn quiet(start: DateTime, bin_hours: u32, exposure: Vec<f64>, bins: usize) -> Self {
        let mut table = Self::new(start, bin_hours, exposure);
        table.counts = vec![0; table.sites().saturating_mul(bins)];
        table
    }

    /// Adds the next bin, one count for each site; sites without a count had no attack.
    pub fn push(&mut self, bin: &[u32]) {
        let sites = self.sites();
        self.counts
            .extend((0..sites).map(|site| bin.get(site).copied().unwrap_or(0)));
    }

    /// One more attack on a site in a bin; nothing where the table has no such place.
    pub fn add(&mut self, site: usize, bin: usize) {
        let place = bin.saturating_mul(self.sites()).saturating_add(site);
        if site < self.sites()
            && let Some(count) = self.counts.get_mut(place)
        {
            *count = count.saturating_add(1);
        }
    }

    /// The first `bins` bins: all that a forecast made after them may see.
    #[must_use]
    pub fn before(&self, bins: usize) -> Self {
        let end = bins.saturating_mul(self.sites()).min(self.counts.len());
        Self {
            counts: self.counts[..end].to_vec(),
            exposure: self.exposure.clone(),
            ..*self
        }
    }

    /// Only the sites for which `keep` holds.
    #[must_use]
    pub fn only(&self, keep: impl Fn(usize) -> bool) -> Self {
        let kept: Vec<usize> = (0..self.sites()).filter(|&site| keep(site)).collect();
        let bins = (0..self.bins()).map(|bin| self.bin(bin));
        Self {
            exposure: kept.iter().map(|&site| self.exposure[site]).collect(),
            counts: bins
                .flat_map(|bin| kept.iter().map(|&site| bin[site]))
                .collect(),
            ..*self
        }
    }

    /// Sites.
    #[must_use]
    pub fn sites(&self) -> usize {
        self.exposure.len()
    }

    /// Bins.
    #[must_use]
    pub fn bins(&self) -> usize {
        self.counts.len().checked_div(self.sites()).unwrap_or(0)
    }

    /// Length of a bin, hours.
    #[must_use]
    pub fn bin_hours(&self) -> u32 {
        self.bin_hours
    }

    /// Length of a bin, days.
    #[must_use]
    pub fn bin_days(&self) -> f64 {
        f64::from(self.bin_hours) / 24.0
    }

    /// How many bins make this many days, at least 1, to the nearest.
    #[must_use]
    pub fn bins_of_days(&self, days: f64) -> usize {
        libm::round(days / self.bin_days()).max(1.0) as usize
    }

    /// How exposed each site is.
    #[must_use]
    pub fn exposure(&self) -> &[f64] {
        &self.exposure
    }

    /// When the first bin begins.
    #[must_use]
    pub fn start(&self) -> DateTime {
        self.start
    }

    /// The counts of one bin, by site; empty after the last.
    #[must_use]
    pub fn bin(&self, bin: usize) -> &[u32] {
        let start = bin.saturating_mul(self.sites());
        let end = start.saturating_add(self.sites());
        self.counts.get(start..end).unwrap_or(&[])
    }

    /// The counts of one site, by bin.
    #[must_use]
    pub fn of_site(&self, site: usize) -> Vec<u32> {
        (0..self.bins())
            .filter_map(|bin| self.bin(bin).get(site).copied())
            .collect()
    }

    /// Attacks on each site, over all bins.
    #[must_use]
    pub fn totals(&self) -> Vec<u64> {
        let mut totals = vec![0_u64; self.sites()];
        for bin in 0..self.bins() {
            for (total, &count) in totals.iter_mut().zip(self.bin(bin)) {
                *total += u64::from(count);
            }
        }
        totals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_gives_back_what_was_put_in() {
        let start = DateTime::constant(2024, 1, 1, 0, 0, 0, 0);
        let mut counts = Counts::new(start, 12, vec![1.0, 0.5]);
        counts.push(&[1, 2]);
        counts.push(&[3]);
        counts.add(1, 1);
        counts.add(2, 1);
        counts.add(0, 9);
        assert_eq!((counts.sites(), counts.bins()), (2, 2));
        assert_eq!(counts.of_site(1), [2, 1]);
        assert_eq!(counts.totals(), [4, 3]);
        assert_eq!(counts.before(1).totals(), [1, 2]);
        assert_eq!(counts.before(9), counts);
        assert_eq!(counts.only(|site| site == 1).bin(0), [2]);
        assert_eq!(counts.bins_of_days(7.0), 14);
        assert_eq!(Counts::new(start, 24, Vec::new()).bins(), 0);
    }
}
