//! When a study that runs for a precision may stop.
//!
//! An interval looked at often and kept as soon as it is narrow is kept too readily where the spread
//! happens to look small, and covers less than it claims. So a study looks at itself seldom, at sizes
//! fixed beforehand that grow by half, never before its first look, and stops only where two looks in
//! a row find it precise. Such a rule covers as it should in the limit of small widths (Glynn and
//! Whitt, Annals of Applied Probability 2, 1992, 180–198); `tests/statistics.rs` measures it short of
//! that.

/// Sizes at which a study looks at itself: the first, then half as many again each time, up to `most`.
#[must_use]
pub fn looks(first: u32, most: u32) -> Vec<u32> {
    let mut looks = Vec::new();
    let mut look = first.clamp(1, most.max(1));
    while look < most {
        looks.push(look);
        look = look.saturating_add(look.div_ceil(2));
    }
    looks.push(most);
    looks
}

/// What the looks so far have found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stopping {
    precise_before: bool,
}

impl Stopping {
    /// Told what this look finds; whether the study may stop.
    pub fn may_stop(&mut self, precise: bool) -> bool {
        let both = precise && self.precise_before;
        self.precise_before = precise;
        both
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_grow_by_half_and_end_at_the_most() {
        assert_eq!(looks(4, 20), [4, 6, 9, 14, 20]);
        assert_eq!(looks(4, 3), [3]);
        let mut stopping = Stopping::default();
        let told: Vec<bool> = [true, false, true, true, true]
            .map(|precise| stopping.may_stop(precise))
            .to_vec();
        assert_eq!(told, [false, false, false, true, true]);
    }
}
