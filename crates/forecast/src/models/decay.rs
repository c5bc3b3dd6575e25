//! Counts that fade with age.

use crate::counts::Counts;

/// Decayed counts of every site and the decayed bins that they came in.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Decay {
    retain: f64,
    pub hits: Vec<f64>,
    pub bins: f64,
}

impl Decay {
    /// As if each of `sites` had seen `hits` in `bins` before the first bin; what is one bin old counts
    /// for `retain`.
    pub fn new(sites: usize, retain: f64, hits: f64, bins: f64) -> Self {
        Self {
            retain,
            hits: vec![hits; sites],
            bins,
        }
    }

    /// Half an attack in half a day at first, which is next to nothing.
    pub fn vague(past: &Counts, half_life_days: f64) -> Self {
        let retain = retain(past, half_life_days);
        Self::new(past.sites(), retain, 0.5, 0.5 / past.bin_days())
    }

    /// One bin, which counts for `length` of the usual.
    pub fn observe(&mut self, bin: impl IntoIterator<Item = f64>, length: f64) {
        for (hits, count) in self.hits.iter_mut().zip(bin) {
            *hits = *hits * self.retain + count;
        }
        self.bins = self.bins * self.retain + length;
    }

    pub fn mean(&self, site: usize) -> f64 {
        self.hits.get(site).map_or(0.0, |hits| hits / self.bins)
    }
}

/// What a count of one bin ago is worth.
pub(super) fn retain(past: &Counts, half_life_days: f64) -> f64 {
    libm::exp2(-past.bin_days() / half_life_days)
}

pub(super) fn floats(bin: &[u32]) -> impl Iterator<Item = f64> + '_ {
    bin.iter().map(|&count| f64::from(count))
}

/// The means that a decay of one site had before each bin.
pub(super) fn means(
    past: &Counts,
    series: impl IntoIterator<Item = f64>,
    half_life_days: f64,
) -> Vec<f64> {
    let mut decay = Decay::vague(past, half_life_days);
    decay.hits.truncate(1);
    series
        .into_iter()
        .map(|count| {
            let mean = decay.mean(0);
            decay.observe([count], 1.0);
            mean
        })
        .collect()
}
