//! What a radar reports of one target at one moment.

/// One detection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plot {
    /// Moment of the detection, ns since the epoch of whoever dates it.
    pub time_ns: i64,
    /// Distance, m.
    pub range_m: f64,
    /// Azimuth in the sensor's sense, rad.
    pub azimuth_rad: f64,
    /// Angle above the horizontal, rad.
    pub elevation_rad: f64,
    /// Rate of change of the distance, m/s, positive going away.
    pub range_rate_mps: Option<f64>,
    /// Signal-to-noise ratio, dB; carried along, not used.
    pub signal_to_noise_db: Option<f64>,
}
