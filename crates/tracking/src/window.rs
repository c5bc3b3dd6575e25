//! Where in a scan the plots of a bank can lie: what a gate would refuse is passed over at a glance.

use libm::sqrt;

use crate::bank::Bank;
use crate::expected::Expected;
use crate::filter::{Filter, Gaussian};
use crate::sensor::{SensorModel, wrapped};

/// Bounds of range, azimuth and elevation within which every plot lies that passes a gate.
///
/// A squared distance is at least the square of each component over its own variance, so that outside
/// of these bounds no model is near enough.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    /// Least and greatest, m.
    pub(crate) range_m: [f64; 2],
    middle_rad: f64,
    /// Least and greatest azimuth from there on.
    azimuth_rad: [f64; 2],
    elevation_rad: [f64; 2],
}

/// Room for rounding.
const ROUNDING: f64 = 1.0 + 1e-9;
/// From which share of a half turn on azimuth is not looked at.
const WIDE_RAD: f64 = 3.0;

impl Window {
    /// The window of a bank whose models expect `scan`, for a gate and plots dated at most `offset_s` from
    /// the moment of the scan.
    pub(crate) fn new(
        gate: f64,
        (bank, filter): (&Bank, Filter),
        sensor: &SensorModel,
        scan: &[Expected],
        offset_s: f64,
    ) -> Self {
        let none = [f64::INFINITY, f64::NEG_INFINITY];
        let mut window = Self {
            range_m: none,
            middle_rad: scan.first().map_or(0.0, |first| first.measured[1]),
            azimuth_rad: none,
            elevation_rad: none,
        };
        let reach = sqrt(gate) * ROUNDING;
        let widen = |[least, most]: &mut [f64; 2], middle: f64, half: f64| {
            *least = least.min(middle - half);
            *most = most.max(middle + half);
        };
        let noise = bank.misfit.noise_scale();
        for (member, expected) in bank.members.iter().zip(scan) {
            let [range, azimuth, elevation, rate] = expected.measured;
            let half = sqrt(gate) * expected.range_sigma_m() + offset_s * rate.abs();
            widen(&mut window.range_m, range, half);
            let halves = if offset_s == 0.0 {
                [1, 2].map(|axis| reach * sqrt(expected.variance(axis)))
            } else if filter == Filter::Extended {
                angles_meanwhile(&member.state, sensor, noise, offset_s, reach)
            } else {
                [f64::INFINITY; 2]
            };
            let off = wrapped(azimuth - window.middle_rad);
            widen(&mut window.azimuth_rad, off, halves[0]);
            widen(&mut window.elevation_rad, elevation, halves[1]);
        }
        let [least, most] = window.azimuth_rad;
        if least < -WIDE_RAD || most > WIDE_RAD {
            window.azimuth_rad = [f64::NEG_INFINITY, f64::INFINITY];
        }
        window
    }

    /// Whether a plot at these angles may pass.
    #[inline]
    pub(crate) fn holds(&self, azimuth_rad: f64, elevation_rad: f64) -> bool {
        let inside = |[least, most]: [f64; 2], value: f64| value >= least && value <= most;
        inside(self.elevation_rad, elevation_rad)
            && inside(self.azimuth_rad, wrapped(azimuth_rad - self.middle_rad))
    }
}

/// Bounds on how far azimuth and elevation of a plot may lie from those of a state, where the plot is dated up
/// to `offset_s` before or after it: the state has moved, and is less sure, by no more than its speed and the
/// spread of its velocity.
fn angles_meanwhile(
    state: &Gaussian,
    sensor: &SensorModel,
    noise: f64,
    offset_s: f64,
    reach: f64,
) -> [f64; 2] {
    let [x, y] = [0, 1].map(|axis| state.mean[axis] - sensor.position_m[axis]);
    let square = |first: usize| (first..first + 3).map(|axis| state.mean[axis] * state.mean[axis]);
    let trace = |first: usize| {
        let variances = (first..first + 3).map(|axis| state.covariance[axis][axis]);
        variances.sum::<f64>()
    };
    let moved_m = offset_s * sqrt(square(3).sum());
    let level_m = sqrt(x * x + y * y) - moved_m;
    if level_m <= 1.0 {
        return [f64::INFINITY; 2];
    }
    let sigma = (sqrt(trace(0)) + offset_s * sqrt(trace(3))) / level_m;
    let bend = trace(0) / (3.0 * level_m * level_m);
    [sensor.azimuth_sigma_rad, sensor.elevation_sigma_rad].map(|error| {
        let variance = noise * error * error + sigma * sigma + bend * bend;
        reach * sqrt(variance) + moved_m / level_m
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::{Member, Physics};
    use crate::model::Class;
    use crate::motion::{Motion, STATES};
    use crate::{DragPrior, FieldOfView, Surroundings};
    use theatre::{Plot, Stream};

    /// Every plot of random scans against every model of random banks, near and far, of one moment and not.
    #[test]
    fn no_plot_outside_the_window_passes_the_gate() {
        let drag = DragPrior::default();
        let (mut passed, mut refused) = (0, 0);
        for (case, filter) in [Filter::Extended, Filter::Unscented]
            .into_iter()
            .enumerate()
        {
            let mut stream = Stream::new(10, case as u32, 0, 0x7769_6e64);
            let physics = Physics {
                filter,
                falling: Motion::new(&Surroundings::default(), &drag),
                drag,
                ground_m: 0.0,
            };
            for _ in 0..300 {
                let sensor = sensor();
                let mut bank = bank(&mut stream);
                let scan = bank.expect(&physics, &sensor);
                let latest_s = [0.0, 0.1, 1.0][(3.0 * stream.uniform()) as usize];
                let window = Window::new(18.5, (&bank, filter), &sensor, &scan, latest_s);
                for _ in 0..100 {
                    let mut draw = |spread: f64| spread * stream.normal();
                    let near = scan[0].measured;
                    let plot = Plot {
                        time_ns: (1e9 * (draw(0.5) * latest_s).clamp(-latest_s, latest_s)) as i64,
                        range_m: near[0] + draw(100.0),
                        azimuth_rad: wrapped(near[1] + draw(0.1)),
                        elevation_rad: (near[2] + draw(0.1)).clamp(-1.5, 1.5),
                        range_rate_mps: None,
                        signal_to_noise_db: None,
                    };
                    let Some(sighting) = sensor.sighting(&plot, 0) else {
                        continue;
                    };
                    let found = bank.innovations(&physics, &sensor, &sighting, &scan);
                    let [_, azimuth, elevation, _] = sighting.measured;
                    let held = window.holds(azimuth, elevation);
                    assert!(held || found.squared_distance > 18.5, "{found:?}");
                    passed += u32::from(found.squared_distance <= 18.5);
                    refused += u32::from(!held);
                }
            }
        }
        assert!(passed > 1_000 && refused > 1_000, "{passed} {refused}");
    }

    fn bank(stream: &mut Stream) -> Bank {
        let members = [Class::FallingRound, Class::Bird].map(|class| {
            let mut mean = [0.0; STATES];
            let mut covariance = [[0.0; STATES]; STATES];
            for axis in 0..3 {
                mean[axis] = 3_000.0 * stream.normal();
                mean[axis + 3] = 100.0 * stream.normal();
                covariance[axis][axis] = 10.0 + 2_000.0 * stream.uniform();
                covariance[axis + 3][axis + 3] = 1.0 + 900.0 * stream.uniform();
            }
            for axis in 6..STATES {
                covariance[axis][axis] = 1.0;
            }
            Member {
                class,
                weight: 0.5,
                state: Gaussian { mean, covariance },
                limits: crate::limits::Limits::NONE,
                share: 1.0,
            }
        });
        Bank {
            members: members.to_vec(),
            ..Bank::default()
        }
    }

    fn sensor() -> SensorModel {
        SensorModel {
            position_m: [100.0, -50.0, 3.0],
            field_of_view: FieldOfView {
                range_min_m: 10.0,
                range_max_m: 12_000.0,
                azimuth_min_rad: -3.1,
                azimuth_max_rad: 3.1,
                elevation_min_rad: -1.5,
                elevation_max_rad: 1.5,
            },
            ..SensorModel::sample()
        }
    }
}
