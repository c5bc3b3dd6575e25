//! A radar that looks at a raid: true flights in, plots out, with everything that a radar gets wrong.
//!
//! **Detection.** Echoes of a round at range R are S(R) = S₀ · (R₀/R)⁴ times the noise on average
//! (the radar equation; Skolnik, *Introduction to Radar Systems*, 3rd ed., section 1.2) and fluctuate
//! from look to look as Swerling's first case. A look then sees the round with probability
//! P_D = P_F^(1/(1+S)), where P_F is the probability that noise alone passes the threshold (Richards,
//! *Fundamentals of Radar Signal Processing*, section 6.3.5; Mahafza, equation 2.75). S₀ follows from the
//! catalogue's detection probability, which is taken to hold at [`ANCHOR_SHARE`] of the greatest range:
//! nearer it is better, farther worse.
//!
//! **Horizon.** The Earth falls away under the line of sight as if its radius were 4/3 of what it is,
//! because air bends radio waves (ITU-R P.310); hills and buildings hide what is below the mask.
//!
//! **False plots** come by a Poisson law, evenly over range, azimuth and elevation of the field of view.
//!
//! Every draw is keyed by what it is for and drawn whether it is used or not, so that the plots of a
//! raid are the same whatever else is decided.

use crate::flown::FlownRaid;
use crate::salvo::RaidKey;
use crate::unknowns::SensorDraw;
use ballistics::flight::EARTH_RADIUS_M;
use rand_distr::{Distribution, Poisson};
use std::f64::consts::{FRAC_PI_2, TAU};
use theatre::{Plot, Stream};
use tracking::{AzimuthReference, FieldOfView, Scan, SensorModel};

const PURPOSE_PHASE: u32 = 0x204;
const PURPOSE_PLOTS: u32 = 0x210;
const PURPOSE_CLUTTER: u32 = 0x220;
/// Radars with random streams of their own.
const RADARS: usize = 16;

/// Share of the greatest range at which the catalogue's detection probability holds: assumed, as no
/// page says at which range it was meant. At the greatest range 0.9 has become 0.78.
pub const ANCHOR_SHARE: f64 = 0.8;
/// Probability that noise alone passes the threshold in one cell: a usual choice (Skolnik, section 2.5).
const FALSE_ALARM_PROBABILITY: f64 = 1e-6;
/// Radius of the Earth over which radio waves go straight, m: 4/3 of the true one (ITU-R P.310).
const RADIO_EARTH_RADIUS_M: f64 = EARTH_RADIUS_M * 4.0 / 3.0;
/// Looks after the last round fell, so that trackers see the sky empty again.
const LOOKS_AFTER: u32 = 2;

/// Errors of a small counter-mortar radar, one sigma: assumed, such that places are known within about
/// 100 m after a few looks (StrategyPage 2004).
const RANGE_SIGMA_M: f64 = 20.0;
const AZIMUTH_SIGMA_RAD: f64 = 6e-3;
const ELEVATION_SIGMA_RAD: f64 = 8e-3;
/// Error of range rate, m/s, assumed: such radars tell rounds from clutter by their Doppler shift.
const RANGE_RATE_SIGMA_MPS: f64 = 3.0;
/// Nearest range and highest elevation at which it sees, and false plots in a look: assumed.
const RANGE_MIN_M: f64 = 300.0;
const ELEVATION_MAX_RAD: f64 = 1.4;
const CLUTTER_PER_SCAN: f64 = 2.0;

/// A radar as it is, and what a tracker is told of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Radar {
    /// What a tracker is told: place in the frame of the site, errors, field of view, rate of false
    /// plots, and the detection probability at `anchor_range_m`.
    pub model: SensorModel,
    /// Range at which the model's detection probability holds, m.
    pub anchor_range_m: f64,
    /// Tangent of the elevation below which hills and buildings hide everything.
    pub mask_tangent: f64,
    /// Number of the radar, from 0: that of its scans, and of its random streams.
    pub number: usize,
}

impl Radar {
    /// A radar in the middle of a site with the figures of a draw; the rest as assumed above.
    ///
    /// Figures are held within what a tracker takes.
    #[must_use]
    pub fn of(sensor: &SensorDraw) -> Self {
        let range_max_m = sensor.range_m.clamp(2.0 * RANGE_MIN_M, 1e6);
        let mask_rad = libm::atan(sensor.mask_tangent).clamp(0.0, 1.0);
        let model = SensorModel {
            position_m: [0.0; 3],
            azimuth_reference: AzimuthReference::North,
            range_sigma_m: RANGE_SIGMA_M,
            azimuth_sigma_rad: AZIMUTH_SIGMA_RAD,
            elevation_sigma_rad: ELEVATION_SIGMA_RAD,
            range_rate_sigma_mps: Some(RANGE_RATE_SIGMA_MPS),
            bias: tracking::Bias::NONE,
            detection_probability: sensor.detection_probability.clamp(0.01, 0.999),
            clutter_per_scan: CLUTTER_PER_SCAN,
            scan_period_s: sensor.scan_period_s.clamp(1e-3, 60.0),
            field_of_view: FieldOfView {
                range_min_m: RANGE_MIN_M,
                range_max_m,
                azimuth_min_rad: 0.0,
                azimuth_max_rad: TAU,
                elevation_min_rad: mask_rad,
                elevation_max_rad: ELEVATION_MAX_RAD,
            },
        };
        Self {
            model,
            anchor_range_m: ANCHOR_SHARE * range_max_m,
            mask_tangent: libm::tan(mask_rad),
            number: 0,
        }
    }

    /// Mean signal over noise of a round at this range.
    #[must_use]
    pub fn signal_to_noise(&self, range_m: f64) -> f64 {
        let anchor =
            threshold() / -libm::log(self.model.detection_probability.clamp(1e-5, 0.999_999)) - 1.0;
        let ratio = self.anchor_range_m / range_m.max(1.0);
        anchor.max(0.0) * (ratio * ratio) * (ratio * ratio)
    }

    /// Probability that one look sees a round at this range, if nothing hides it.
    #[must_use]
    pub fn detection_probability(&self, range_m: f64) -> f64 {
        libm::exp(-threshold() / (1.0 + self.signal_to_noise(range_m)))
    }

    /// When the radar first looks, s from the first launch: somewhere in its first period.
    #[must_use]
    pub fn first_look_s(&self, key: RaidKey) -> f64 {
        self.model.scan_period_s * key.stream(PURPOSE_PHASE).uniform()
    }

    /// Range, azimuth in the sense of the model and elevation of a place in the frame of the site;
    /// none where the radar does not look or something hides it.
    fn sees(&self, position_m: [f64; 3]) -> Option<[f64; 3]> {
        let view = self.model.field_of_view;
        let [x_m, y_m, z_m] = [0, 1, 2].map(|axis| position_m[axis] - self.model.position_m[axis]);
        let level_m = libm::hypot(x_m, y_m);
        let range_m = libm::hypot(level_m, z_m);
        let elevation_rad = libm::atan2(z_m, level_m);
        let azimuth_rad = match self.model.azimuth_reference {
            AzimuthReference::XAxis => libm::atan2(y_m, x_m),
            AzimuthReference::North => FRAC_PI_2 - libm::atan2(y_m, x_m),
        };
        let into_view = view.azimuth_min_rad
            + libm::fmod(
                libm::fmod(azimuth_rad - view.azimuth_min_rad, TAU) + TAU,
                TAU,
            );
        let seen =
            into_view <= view.azimuth_max_rad && position_m[2] > 0.0 && self.sees_at(level_m, z_m);
        seen.then_some([range_m, into_view, elevation_rad])
    }

    /// Whether nothing hides a place so far along the ground and so high above the radar, and its range
    /// and elevation are looked at.
    pub(crate) fn sees_at(&self, level_m: f64, height_m: f64) -> bool {
        let view = self.model.field_of_view;
        let above_m = height_m - level_m * level_m / (2.0 * RADIO_EARTH_RADIUS_M);
        let range_m = libm::hypot(level_m, height_m);
        let elevation_rad = libm::atan2(height_m, level_m);
        (view.range_min_m..=view.range_max_m).contains(&range_m)
            && (view.elevation_min_rad..=view.elevation_max_rad).contains(&elevation_rad)
            && above_m >= level_m * self.mask_tangent
    }
}

/// Threshold over mean noise power: noise passes it with the probability of a false alarm.
fn threshold() -> f64 {
    -libm::log(FALSE_ALARM_PROBABILITY)
}

impl FlownRaid {
    /// What a radar sees of the raid, look by look, from the first launch until shortly after the last
    /// fall. Moments are ns since the first launch. Plots are in no telling order.
    ///
    /// The radar looks at all of its field of view at one moment of each period, as one that steers its
    /// beam electronically does; one that turns sees a salvo from one direction likewise, once a turn.
    #[must_use]
    pub fn scans(&self, radar: &Radar, key: RaidKey) -> Vec<Scan> {
        self.sightings(radar, key)
            .into_iter()
            .map(|(scan, _)| scan)
            .collect()
    }

    /// Scans as [`Self::scans`], each plot with its round; none for a false one.
    #[must_use]
    pub fn sightings(&self, radar: &Radar, key: RaidKey) -> Vec<(Scan, Vec<Option<usize>>)> {
        let number = (radar.number % RADARS) as u32;
        let mut echoes = key.stream(PURPOSE_PLOTS + number);
        let mut clutter = key.stream(PURPOSE_CLUTTER + number);
        let period_s = radar.model.scan_period_s.max(1e-3);
        let first_s = radar.first_look_s(key);
        let looks = ((self.end_s() - first_s) / period_s).max(0.0) as u32 + 1 + LOOKS_AFTER;
        let mut scans = Vec::with_capacity(looks as usize);
        for look in 0..looks {
            let time_s = first_s + f64::from(look) * period_s;
            let mut seen = Vec::new();
            for round in 0..self.raid().rounds.len() {
                let draws = Draws::new(&mut echoes);
                let plot = self.at(round, time_s).and_then(|moment| {
                    let place = radar.sees(moment.position_m)?;
                    radar.echo(place, &moment, time_s, &draws)
                });
                seen.extend(plot.map(|plot| (plot, Some(round))));
            }
            let false_plots = radar.false_plots(time_s, &mut clutter);
            seen.extend(false_plots.into_iter().map(|plot| (plot, None)));
            // Sorted by range, so that true and false plots cannot be told by their place.
            seen.sort_by(|a, b| a.0.range_m.total_cmp(&b.0.range_m));
            let (plots, rounds) = seen.into_iter().unzip();
            let scan = Scan {
                sensor: radar.number,
                time_ns: nanoseconds(time_s),
                plots,
            };
            scans.push((scan, rounds));
        }
        scans
    }
}

/// What one look at one round draws, whether it is there or not.
struct Draws {
    power: f64,
    errors: [f64; 4],
}

impl Draws {
    fn new(stream: &mut Stream) -> Self {
        Self {
            power: stream.uniform(),
            errors: [
                stream.normal(),
                stream.normal(),
                stream.normal(),
                stream.normal(),
            ],
        }
    }
}

impl Radar {
    /// The plot of a round in view; none where its echo stays below the threshold.
    fn echo(
        &self,
        [range_m, azimuth_rad, elevation_rad]: [f64; 3],
        moment: &crate::flown::Moment,
        time_s: f64,
        draws: &Draws,
    ) -> Option<Plot> {
        // Power over noise of signal and noise together is exponential under Swerling's first case.
        let power = -libm::log(1.0 - draws.power) * (1.0 + self.signal_to_noise(range_m));
        if power < threshold() {
            return None;
        }
        let offset = [0, 1, 2].map(|axis| moment.position_m[axis] - self.model.position_m[axis]);
        let closing = (0..3).map(|axis| offset[axis] * moment.velocity_mps[axis]);
        let range_rate = closing.sum::<f64>() / range_m.max(1e-9);
        let [by_range, by_azimuth, by_elevation, by_rate] = draws.errors;
        Some(Plot {
            time_ns: nanoseconds(time_s),
            range_m: (range_m + self.model.range_sigma_m * by_range).max(1.0),
            azimuth_rad: azimuth_rad + self.model.azimuth_sigma_rad * by_azimuth,
            elevation_rad: (elevation_rad + self.model.elevation_sigma_rad * by_elevation)
                .clamp(-FRAC_PI_2, FRAC_PI_2),
            range_rate_mps: self
                .model
                .range_rate_sigma_mps
                .map(|sigma| range_rate + sigma * by_rate),
            signal_to_noise_db: Some(10.0 * libm::log10(power)),
        })
    }

    fn false_plots(&self, time_s: f64, stream: &mut Stream) -> Vec<Plot> {
        let law = Poisson::new(self.model.clutter_per_scan).ok();
        let count = law.map_or(0.0, |law: Poisson<f64>| law.sample(stream)) as u32;
        let view = self.model.field_of_view;
        let plot = |stream: &mut Stream| {
            let mut within = |low: f64, high: f64| low + (high - low) * stream.uniform();
            Plot {
                time_ns: nanoseconds(time_s),
                range_m: within(view.range_min_m, view.range_max_m),
                azimuth_rad: within(view.azimuth_min_rad, view.azimuth_max_rad),
                elevation_rad: within(view.elevation_min_rad, view.elevation_max_rad),
                // As tracker takes it: evenly over ±500 m/s, assumed.
                range_rate_mps: self
                    .model
                    .range_rate_sigma_mps
                    .map(|_| within(-500.0, 500.0)),
                // Noise above the threshold is exponential again.
                signal_to_noise_db: Some(
                    10.0 * libm::log10(threshold() - libm::log(1.0 - within(0.0, 1.0))),
                ),
            }
        };
        (0..count).map(|_| plot(stream)).collect()
    }
}

fn nanoseconds(time_s: f64) -> i64 {
    libm::round(time_s * 1e9) as i64
}
