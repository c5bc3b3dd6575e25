//! How much of a spread is what is not known, and how much is chance.

use super::mean::{Mean, student_975};

/// Blocks of groups that are left out in turn.
const BLOCKS: usize = 32;

/// One group: replications that share one draw of what is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GroupSums {
    /// Sum over its replications.
    pub sum: f64,
    /// Sum of their squares.
    pub squares: f64,
}

#[derive(Clone, Copy, Default)]
struct Totals {
    groups: f64,
    sum: f64,
    square_of_sums: f64,
    squares: f64,
}

impl Totals {
    fn of(groups: &[GroupSums]) -> Self {
        let mut totals = Self::default();
        for group in groups {
            totals.groups += 1.0;
            totals.sum += group.sum;
            totals.square_of_sums += group.sum * group.sum;
            totals.squares += group.squares;
        }
        totals
    }

    fn without(self, block: Self) -> Self {
        Self {
            groups: self.groups - block.groups,
            sum: self.sum - block.sum,
            square_of_sums: self.square_of_sums - block.square_of_sums,
            squares: self.squares - block.squares,
        }
    }

    /// Between-group share of the variance; `None` where there is no variance.
    fn share(self, size: f64) -> Option<f64> {
        let within = (self.squares - self.square_of_sums / size) / (self.groups * (size - 1.0));
        let between = (self.square_of_sums / size - self.sum * self.sum / (self.groups * size))
            / (self.groups - 1.0);
        let unknown = (between - within) / size;
        (unknown + within > 0.0).then(|| unknown / (unknown + within))
    }
}

/// Share of the variance of single replications that is what is not known, from equal groups of
/// `size` replications: one-way analysis of variance (Searle, Casella and McCulloch, *Variance
/// Components*, 1992, section 3.6), with the interval of a jackknife over 32 blocks of groups.
///
/// `None` for groups of one, for fewer than two groups a block, and where nothing varies.
#[must_use]
pub fn unknown_share(groups: &[GroupSums], size: u32) -> Option<Mean> {
    let size = f64::from(size);
    if size < 2.0 || groups.len() < 2 * BLOCKS {
        return None;
    }
    let totals = Totals::of(groups);
    let whole = totals.share(size)?;
    let mut parts = Vec::with_capacity(BLOCKS);
    for block in 0..BLOCKS {
        let bounds = [block, block + 1].map(|edge| edge * groups.len() / BLOCKS);
        let left_out = Totals::of(groups.get(bounds[0]..bounds[1]).unwrap_or(&[]));
        parts.push(totals.without(left_out).share(size)?);
    }
    let count = BLOCKS as f64;
    let middle = parts.iter().sum::<f64>() / count;
    let squares: f64 = parts.iter().map(|part| (part - middle).powi(2)).sum();
    let half = student_975(count - 1.0) * libm::sqrt(squares * (count - 1.0) / count);
    let found = Mean {
        mean: whole.clamp(0.0, 1.0),
        low: whole - half,
        high: whole + half,
    };
    Some(found.within(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use theatre::Stream;

    #[test]
    fn the_share_of_a_known_split_is_found() {
        // Variance 1 between groups and 3 within: a quarter is what is not known.
        let (mut covered, mut sum) = (0, 0.0);
        for study in 0..200 {
            let groups: Vec<GroupSums> = (0..256)
                .map(|group| {
                    let mut stream = Stream::new(3, study, group, 1);
                    let level = stream.normal();
                    let mut sums = GroupSums::default();
                    for _ in 0..8 {
                        let value = level + 3.0_f64.sqrt() * stream.normal();
                        sums.sum += value;
                        sums.squares += value * value;
                    }
                    sums
                })
                .collect();
            let Some(found) = unknown_share(&groups, 8) else {
                unreachable!("groups vary");
            };
            sum += found.mean;
            covered += u32::from(found.low <= 0.25 && 0.25 <= found.high);
        }
        assert!((sum / 200.0 - 0.25).abs() < 0.01);
        assert!((180..=198).contains(&covered), "{covered}");
        assert_eq!(unknown_share(&[GroupSums::default(); 100], 8), None);
    }
}
