//! State as bytes, exactly: what is read back goes on bit for bit as what was written.
//!
//! All figures are little-endian, figures with a point by their bits; what repeats has its number before it, and
//! what may be absent a byte. Nothing says what is what: whoever reads must be the program that wrote.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use theatre::{Plot, Reference, Stage};

use crate::warning::Notice;
use crate::{Class, Dismissed, EndCause, Ended, Scan, TrackId};

/// What can be written as bytes and read again.
pub trait Stored: Sized {
    /// Appends it.
    fn store(&self, out: &mut Vec<u8>);

    /// Takes it from the front; none where the bytes are no such thing.
    fn restore(bytes: &mut &[u8]) -> Option<Self>;
}

/// Implements [`Stored`] for a structure, field by field; after a semicolon, one that begins anew.
#[macro_export]
macro_rules! stored {
    ($type:ty { $($field:ident),+ $(,)? $(; $left:ident = $value:expr)? }) => {
        impl $crate::Stored for $type {
            fn store(&self, out: &mut Vec<u8>) {
                let Self { $($field,)+ $($left: _)? } = self;
                $($crate::Stored::store($field, out);)+
            }

            fn restore(bytes: &mut &[u8]) -> Option<Self> {
                Some(Self {
                    $($field: $crate::Stored::restore(bytes)?,)+
                    $($left: $value)?
                })
            }
        }
    };
}

/// Implements [`Stored`] for one of several values, by its place among them.
#[macro_export]
macro_rules! stored_as {
    ($type:ty: $all:expr) => {
        impl $crate::Stored for $type {
            fn store(&self, out: &mut Vec<u8>) {
                let place = $all.iter().position(|one| one == self);
                out.push(
                    place
                        .and_then(|place| u8::try_from(place).ok())
                        .unwrap_or(u8::MAX),
                );
            }

            fn restore(bytes: &mut &[u8]) -> Option<Self> {
                let place = <u8 as $crate::Stored>::restore(bytes)?;
                $all.get(usize::from(place)).copied()
            }
        }
    };
}

macro_rules! stored_figures {
    ($($type:ty),+) => {
        $(impl Stored for $type {
            fn store(&self, out: &mut Vec<u8>) {
                out.extend(self.to_le_bytes());
            }

            fn restore(bytes: &mut &[u8]) -> Option<Self> {
                let (first, rest) = bytes.split_first_chunk()?;
                *bytes = rest;
                Some(Self::from_le_bytes(*first))
            }
        })+
    };
}

stored_figures!(u8, u32, u64, i64, f64);

impl Stored for usize {
    fn store(&self, out: &mut Vec<u8>) {
        (*self as u64).store(out);
    }

    fn restore(bytes: &mut &[u8]) -> Option<Self> {
        Self::try_from(u64::restore(bytes)?).ok()
    }
}

impl Stored for bool {
    fn store(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn restore(bytes: &mut &[u8]) -> Option<Self> {
        match u8::restore(bytes)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl<T: Stored> Stored for Option<T> {
    fn store(&self, out: &mut Vec<u8>) {
        self.is_some().store(out);
        if let Some(value) = self {
            value.store(out);
        }
    }

    fn restore(bytes: &mut &[u8]) -> Option<Self> {
        match bool::restore(bytes)? {
            true => Some(Some(T::restore(bytes)?)),
            false => Some(None),
        }
    }
}

impl<T: Stored + Copy + Default, const N: usize> Stored for [T; N] {
    fn store(&self, out: &mut Vec<u8>) {
        self.iter().for_each(|value| value.store(out));
    }

    fn restore(bytes: &mut &[u8]) -> Option<Self> {
        let mut all = [T::default(); N];
        for value in &mut all {
            *value = T::restore(bytes)?;
        }
        Some(all)
    }
}

impl<A: Stored, B: Stored> Stored for (A, B) {
    fn store(&self, out: &mut Vec<u8>) {
        self.0.store(out);
        self.1.store(out);
    }

    fn restore(bytes: &mut &[u8]) -> Option<Self> {
        Some((A::restore(bytes)?, B::restore(bytes)?))
    }
}

impl<T: Stored> Stored for Vec<T> {
    fn store(&self, out: &mut Vec<u8>) {
        self.len().store(out);
        self.iter().for_each(|value| value.store(out));
    }

    fn restore(bytes: &mut &[u8]) -> Option<Self> {
        let mut all = Self::new();
        for _ in 0..usize::restore(bytes)? {
            all.push(T::restore(bytes)?);
        }
        Some(all)
    }
}

impl<T: Stored> Stored for VecDeque<T> {
    fn store(&self, out: &mut Vec<u8>) {
        self.len().store(out);
        self.iter().for_each(|value| value.store(out));
    }

    fn restore(bytes: &mut &[u8]) -> Option<Self> {
        Some(Vec::restore(bytes)?.into())
    }
}

impl<K: Stored + Ord, V: Stored> Stored for BTreeMap<K, V> {
    fn store(&self, out: &mut Vec<u8>) {
        self.len().store(out);
        for (key, value) in self {
            key.store(out);
            value.store(out);
        }
    }

    fn restore(bytes: &mut &[u8]) -> Option<Self> {
        Some(Vec::restore(bytes)?.into_iter().collect())
    }
}

impl<T: Stored + Ord> Stored for BTreeSet<T> {
    fn store(&self, out: &mut Vec<u8>) {
        self.len().store(out);
        self.iter().for_each(|value| value.store(out));
    }

    fn restore(bytes: &mut &[u8]) -> Option<Self> {
        Some(Vec::restore(bytes)?.into_iter().collect())
    }
}

impl Stored for String {
    fn store(&self, out: &mut Vec<u8>) {
        self.len().store(out);
        out.extend(self.as_bytes());
    }

    fn restore(bytes: &mut &[u8]) -> Option<Self> {
        Self::from_utf8(Vec::restore(bytes)?).ok()
    }
}

impl Stored for TrackId {
    fn store(&self, out: &mut Vec<u8>) {
        self.0.store(out);
    }

    fn restore(bytes: &mut &[u8]) -> Option<Self> {
        u64::restore(bytes).map(Self)
    }
}

stored!(Plot {
    time_ns,
    range_m,
    azimuth_rad,
    elevation_rad,
    range_rate_mps,
    signal_to_noise_db
});
stored!(Notice {
    zone,
    stage,
    number,
    probability,
    first_impact_ns,
    last_impact_ns,
    expires_ns,
    class,
    tracks
});
stored!(Reference {
    identifier,
    sent_ns
});
stored!(Scan {
    sensor,
    time_ns,
    plots
});
stored!(Dismissed {
    track,
    time_ns,
    class,
    reason
});
stored!(Ended {
    track,
    time_ns,
    cause
});
stored_as!(Class: Class::ALL);
stored_as!(Stage: [Stage::Alert, Stage::Update, Stage::Cancel, Stage::AllClear]);
stored_as!(EndCause: [
    EndCause::Landed,
    EndCause::Lost,
    EndCause::OutOfSight,
    EndCause::Failed,
    EndCause::Duplicate,
]);

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::warning::{self, Area, Warner};
    use crate::{LevelGround, SensorModel, Settings, Tracker, TrackingError};
    use theatre::Stream;

    fn tracker() -> Result<Tracker, TrackingError> {
        let radar = SensorModel {
            scan_period_s: 0.5,
            ..SensorModel::sample()
        };
        Tracker::new(Settings::default(), vec![radar])
    }

    /// Rounds that fall towards the radar, one every two seconds, among clutter; every tenth look is late.
    fn scans() -> Vec<Scan> {
        let mut stream = Stream::new(11, 0, 0, 0x7374_6f72);
        let mut scans: Vec<Scan> = (0..120_u32)
            .map(|number| {
                let time_s = 0.5 * f64::from(number);
                let mut places = Vec::new();
                for round in 0..30_u32 {
                    let since_s = time_s - 2.0 * f64::from(round);
                    let place = [
                        9_000.0 - 250.0 * since_s,
                        40.0 * f64::from(round) - 600.0,
                        400.0 + 120.0 * since_s - 4.903 * since_s * since_s,
                    ];
                    if since_s >= 0.0 && place[2] > 0.0 && stream.uniform() < 0.9 {
                        let [x, y, z] = place;
                        let level = x.hypot(y);
                        places.push([level.hypot(z), y.atan2(x), z.atan2(level)]);
                    }
                }
                for _ in 0..10 {
                    let mut within = |low: f64, high: f64| low + (high - low) * stream.uniform();
                    places.push([within(500.0, 12e3), within(-1.0, 1.0), within(0.0, 1.0)]);
                }
                let time_ns = (time_s * 1e9) as i64;
                let plot = |[range_m, azimuth_rad, elevation_rad]: [f64; 3]| Plot {
                    time_ns,
                    range_m: range_m + 10.0 * stream.normal(),
                    azimuth_rad: azimuth_rad + 3e-3 * stream.normal(),
                    elevation_rad: elevation_rad + 4e-3 * stream.normal(),
                    range_rate_mps: None,
                    signal_to_noise_db: None,
                };
                Scan {
                    sensor: 0,
                    time_ns,
                    plots: places.into_iter().map(plot).collect(),
                }
            })
            .collect();
        for late in (5..scans.len()).step_by(10) {
            scans.swap(late, late - 1);
        }
        scans
    }

    #[test]
    fn what_is_read_back_goes_on_bit_for_bit() {
        let zone = Area::new(vec![
            [0.0, -900.0],
            [6e3, -900.0],
            [6e3, 900.0],
            [0.0, 900.0],
        ]);
        let new = Warner::new(warning::Settings::default(), vec![zone.unwrap()]).unwrap();
        let bytes = |tracker: &Tracker, warner: &Warner| {
            let mut out = Vec::new();
            tracker.store(&mut out);
            warner.store(&mut out);
            out
        };
        let (mut whole, mut warner, mut copies) = (tracker().unwrap(), new.clone(), Vec::new());
        let (mut told, mut most) = (0, 0);
        for (number, scan) in scans().into_iter().enumerate() {
            let ground = LevelGround { height_m: 0.0 };
            let look = |tracker: &mut Tracker, warner: &mut Warner| {
                tracker.take(scan.clone(), scan.time_ns).unwrap();
                let now_ns = tracker.time_ns().unwrap();
                let settings = warning::Settings::default();
                warner.take(now_ns, &warning::observe(tracker, &ground, &settings))
            };
            let notices = look(&mut whole, &mut warner);
            for (tracker, warner) in &mut copies {
                assert_eq!(look(tracker, warner), notices);
            }
            let state = bytes(&whole, &warner);
            for (tracker, warner) in &copies {
                assert_eq!(bytes(tracker, warner), state);
                assert!(tracker.tracks().eq(whole.tracks()));
            }
            if number % 9 == 0 {
                let (mut tracker, mut warner) = (tracker().unwrap(), new.clone());
                let mut rest = state.as_slice();
                tracker.restore(&mut rest).unwrap();
                warner.restore(&mut rest).unwrap();
                assert!(rest.is_empty());
                assert!(tracker.tracks().eq(whole.tracks()));
                copies.push((tracker, warner));
            }
            told += notices.len();
            most = most.max(whole.tracks().count());
        }
        assert!(told > 1 && most > 5, "{told} {most}");
    }

    #[test]
    fn bytes_that_are_cut_off_change_nothing() {
        let mut whole = tracker().unwrap();
        for scan in scans().into_iter().take(8) {
            let time_ns = scan.time_ns;
            whole.take(scan, time_ns).unwrap();
        }
        let mut state = Vec::new();
        whole.store(&mut state);
        let mut other = tracker().unwrap();
        for length in (0..state.len()).step_by(97) {
            let (cut, _) = state.split_at(length);
            assert!(other.restore(&mut &*cut).is_none());
            assert!(other.time_ns().is_none());
        }
    }
}
