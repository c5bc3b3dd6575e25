//! Whatever a sensor sends, nothing panics, nothing grows without bound, and every figure told is a number.
#![allow(clippy::unwrap_used)]

mod common;

use common::Radar;
use proptest::prelude::*;
use tracking::{Association, Filter, LevelGround, Plot, Scan, Settings, Tracker};

fn plots() -> impl Strategy<Value = Vec<Plot>> {
    let figure = prop_oneof![4 => -2.0..2.0_f64, 1 => any::<f64>()];
    let range_m = prop_oneof![8 => 1.0..13_000.0_f64, 1 => any::<f64>(), 1 => 0.0..1e-9_f64];
    let rate = prop_oneof![3 => Just(None), 1 => (-900.0..900.0_f64).prop_map(Some), 1 => any::<f64>().prop_map(Some)];
    let offset =
        prop_oneof![3 => Just(0_i64), 1 => -1_000_000_000..1_000_000_000_i64, 1 => any::<i64>()];
    let plot = (range_m, figure.clone(), figure, rate, offset).prop_map(
        |(range_m, azimuth_rad, elevation_rad, range_rate_mps, time_ns)| Plot {
            time_ns,
            range_m,
            azimuth_rad,
            elevation_rad,
            range_rate_mps,
            signal_to_noise_db: None,
        },
    );
    proptest::collection::vec(plot, 0..25)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_at_all_is_survived(
        scans in proptest::collection::vec((plots(), prop_oneof![8 => -1_000..2_000_i64, 1 => any::<i64>()]), 1..25),
        joint: bool,
        unscented: bool,
    ) {
        let mut radar = Radar::default();
        radar.model.range_rate_sigma_mps = Some(2.0);
        let settings = Settings {
            association: if joint { Association::JointProbabilistic } else { Association::NearestNeighbour },
            filter: if unscented { Filter::Unscented } else { Filter::Extended },
            confirmation_score: 1.0,
            branches_max: 50,
            tracks_max: 10,
            ..Settings::default()
        };
        let mut tracker = Tracker::new(settings, vec![radar.model]).unwrap();
        let mut now_ns = 0_i64;
        for (plots, step_ms) in scans {
            now_ns = now_ns.saturating_add(step_ms.saturating_mul(1_000_000));
            let plots = plots.into_iter().map(|plot| Plot { time_ns: plot.time_ns.saturating_add(now_ns), ..plot }).collect();
            let _ = tracker.take(Scan { sensor: 0, time_ns: now_ns, plots }, now_ns);
            prop_assert!(tracker.tracks().count() <= 60);
            for track in tracker.tracks() {
                prop_assert!(track.state.mean.iter().all(|value| value.is_finite()));
                prop_assert!((track.probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-6);
            }
            for (_, impact) in tracker.impacts(&LevelGround { height_m: 0.0 }) {
                prop_assert!(impact.position_m.iter().all(|value| value.is_finite()));
            }
        }
    }
}
