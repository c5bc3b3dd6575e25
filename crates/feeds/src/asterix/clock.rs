//! Time of day and numbers in steps.

/// Nanoseconds of a day.
const DAY_NS: i64 = 86_400_000_000_000;
/// Nanoseconds of a step of a time of day, 1/128 s.
const STEP_NS: i64 = 7_812_500;
/// Metres of a nautical mile (International Hydrographic Conference, Monaco 1929).
pub(super) const NAUTICAL_MILE_M: f64 = 1_852.0;

/// The moment with that time of day, in steps of 1/128 s since midnight UTC, that is nearest to `near_ns`; none
/// where the time of day is not below 24 h.
pub(super) fn moment_ns(steps: u64, near_ns: i64) -> Option<i64> {
    let of_day_ns = i64::try_from(steps).ok()?.checked_mul(STEP_NS)?;
    if of_day_ns >= DAY_NS {
        return None;
    }
    let ahead_ns = of_day_ns - near_ns.rem_euclid(DAY_NS);
    let nearest_ns = match ahead_ns {
        ahead if ahead > DAY_NS / 2 => ahead - DAY_NS,
        ahead if ahead < -DAY_NS / 2 => ahead + DAY_NS,
        ahead => ahead,
    };
    near_ns.checked_add(nearest_ns)
}

/// The time of day nearest to a moment, in steps of 1/128 s since midnight UTC.
pub(super) fn time_of_day(time_ns: i64) -> u64 {
    let steps = (time_ns.rem_euclid(DAY_NS) + STEP_NS / 2) / STEP_NS;
    (steps % (DAY_NS / STEP_NS)).unsigned_abs()
}

/// A number of steps as unsigned bits; none where they do not hold it.
pub(super) fn unsigned(value: f64, step: f64, bits: u8) -> Option<u64> {
    let steps = libm::round(value / step);
    (steps >= 0.0 && steps < libm::ldexp(1.0, i32::from(bits))).then_some(steps as u64)
}

/// A number of steps in two's complement; none where the bits do not hold it.
pub(super) fn signed(value: f64, step: f64, bits: u8) -> Option<u64> {
    let steps = libm::round(value / step);
    let limit = libm::ldexp(1.0, i32::from(bits) - 1);
    let fits = steps >= -limit && steps < limit;
    fits.then_some((steps as i64 as u64) & ((1 << bits) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_belongs_to_the_nearest_midnight() {
        let midnight_ns = 20_000 * DAY_NS;
        let last = (DAY_NS / STEP_NS - 1) as u64;
        assert_eq!(
            moment_ns(last, midnight_ns + 1_000_000),
            Some(midnight_ns - STEP_NS)
        );
        assert_eq!(moment_ns(0, midnight_ns - 1_000_000), Some(midnight_ns));
        assert_eq!(
            moment_ns(128, midnight_ns),
            Some(midnight_ns + 1_000_000_000)
        );
        assert_eq!(moment_ns(last + 1, midnight_ns), None);
        assert_eq!(moment_ns(u64::MAX, midnight_ns), None);
        assert_eq!(moment_ns(last, i64::MIN), None);
    }

    #[test]
    fn the_last_half_step_of_a_day_is_the_next_midnight() {
        assert_eq!(time_of_day(DAY_NS - 1), 0);
        assert_eq!(time_of_day(DAY_NS - STEP_NS), (DAY_NS / STEP_NS - 1) as u64);
        assert_eq!(time_of_day(-STEP_NS), (DAY_NS / STEP_NS - 1) as u64);
    }

    #[test]
    fn two_s_complement_holds_what_it_can() {
        assert_eq!(signed(-1.0, 1.0, 10), Some(1023));
        assert_eq!(signed(511.4, 1.0, 10), Some(511));
        assert_eq!(signed(511.5, 1.0, 10), None);
        assert_eq!(signed(-512.0, 1.0, 10), Some(512));
        assert_eq!(signed(f64::NAN, 1.0, 10), None);
        assert_eq!(unsigned(-0.6, 1.0, 8), None);
        assert_eq!(unsigned(255.4, 1.0, 8), Some(255));
        assert_eq!(unsigned(f64::INFINITY, 1.0, 8), None);
    }
}
