//! Target reports to and from plots.
//!
//! A record tells range and azimuth, and how high above mean sea level a target was measured (I048/110), not the
//! angle of elevation: that follows from the height of the radar, on a sphere of the Earth's mean radius, with
//! a straight ray. The height is the radar's own estimate, so that refraction is already in it. The
//! sphere stands for the ellipsoid within 0.34 % of its radius, 0.7 m of height at 50 km.

use super::clock::{self, NAUTICAL_MILE_M};
use super::write::{by_name, fields};
use super::{Category, Editions, Item, Record, Value};
use std::f64::consts::TAU;
use theatre::Plot;

/// Mean radius of the Earth, m (IUGG, GRS 80).
const EARTH_RADIUS_M: f64 = 6_371_008.8;
/// Step of the range, m (I048/040).
pub const RANGE_STEP_M: f64 = NAUTICAL_MILE_M / 256.0;
/// Step of the azimuth, rad (I048/040).
pub const AZIMUTH_STEP_RAD: f64 = TAU / 65_536.0;
/// Step of the height, m: 25 ft of 0.3048 m (I048/110).
pub const HEIGHT_STEP_M: f64 = 25.0 * 0.3048;
/// Step of the time, s (I048/140).
pub const TIME_STEP_S: f64 = 1.0 / 128.0;
/// Step of the range rate, m/s (I048/120).
pub const RANGE_RATE_STEP_MPS: f64 = 1.0;
/// A number rounded to steps is off by this part of a step, one sigma: 1/√12.
pub const SIGMA_PER_STEP: f64 = 0.288_675_134_594_812_9;

/// What rounding adds to the elevation of a plot from a record, one sigma, rad: the height's step, and the range's
/// step on a slant. Independent of the sensor's own error, so that the two add in quadrature.
#[must_use]
pub fn elevation_rounding_sigma_rad(range_m: f64, elevation_rad: f64) -> f64 {
    let cosine = libm::cos(elevation_rad).max(1e-3);
    let height_m = HEIGHT_STEP_M / cosine;
    let slant_m = RANGE_STEP_M * libm::sin(elevation_rad) / cosine;
    SIGMA_PER_STEP * libm::sqrt(height_m * height_m + slant_m * slant_m) / range_m.max(RANGE_STEP_M)
}

/// Which way a positive Doppler speed goes: the specification does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DopplerSense {
    /// Positive is going away, as in [`Plot`].
    Receding,
    /// Positive is coming nearer.
    Approaching,
}

/// What has to be known of a radar besides its records.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Station {
    /// Height of the antenna above mean sea level, m, −500 to 9,000.
    pub height_m: f64,
    /// Which way a positive Doppler speed goes.
    pub doppler: DopplerSense,
    /// What noise alone would have for amplitude in I048/130, dBm; without it no signal-to-noise ratio is given.
    pub noise_dbm: Option<f64>,
}

/// A plot and what its record says about it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
    /// The plot: azimuth from north, clockwise, 0 to 2π; time since 1970-01-01T00:00:00 UTC.
    pub plot: Plot,
    /// System area code and system identification code of the radar.
    pub source: (u8, u8),
    /// Whether the record says that the target is simulated.
    pub simulated: bool,
    /// Whether the record says that the target is a test.
    pub test: bool,
}

/// Why a record gives no plot.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum NoPlot {
    /// A record of another category.
    #[error("the record is not about a target")]
    OtherCategory,
    /// An item that a plot needs is not there.
    #[error("the record has no {0}")]
    Lacks(Lacking),
    /// An extrapolated position.
    #[error("the radar did not detect the target, the position is extrapolated (I048/020)")]
    NotDetected,
    /// The radar's own reference.
    #[error("the report is from a fixed transponder (I048/020)")]
    FixedTransponder,
    /// A time of day of 24 h or more, or a moment that cannot be told.
    #[error("the time of day is not below 24 h (I048/140)")]
    TimeOfDay,
    /// A range of zero.
    #[error("the range is zero (I048/040)")]
    RangeZero,
    /// A height that is not within the range of the radar.
    #[error("a target {range_m:.0} m away cannot be {above_m:.0} m above the radar")]
    HeightBeyondRange {
        /// Range, m.
        range_m: f64,
        /// Height above the radar, m.
        above_m: f64,
    },
}

/// What a record lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// I048/010.
    Source,
    /// I048/020.
    Descriptor,
    /// I048/040.
    Position,
    /// I048/140.
    Time,
    /// I048/110.
    Height,
    /// The range beyond 256 NM that I048/020 promises, in the expansion field.
    ExtendedRange,
}

impl std::fmt::Display for Lacking {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Source => "data source (I048/010)",
            Self::Descriptor => "target report descriptor (I048/020)",
            Self::Position => "position (I048/040)",
            Self::Time => "time of day (I048/140)",
            Self::Height => {
                "height measured by the radar (I048/110), which its elevation follows from"
            }
            Self::ExtendedRange => "extended range, which I048/020 promises in the expansion field",
        })
    }
}

/// Why a plot cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Unsendable {
    /// Outside what the item can hold, or not a number.
    #[error("{what} of {value} cannot be written")]
    OutOfRange {
        /// What.
        what: &'static str,
        /// Its value, SI.
        value: f64,
    },
}

/// The plot that a record tells of. The day is the one that brings the time of day nearest to `received_ns`.
///
/// # Errors
/// [`NoPlot`], where anything of it would have to be guessed.
pub fn from_record(record: &Record, station: &Station, received_ns: i64) -> Result<Report, NoPlot> {
    if record.category != Category::Target {
        return Err(NoPlot::OtherCategory);
    }
    let raw = |path, lacking| {
        let field = record.field(path).ok_or(NoPlot::Lacks(lacking))?;
        Ok(field.raw)
    };
    let flag = |path| record.field(path).is_some_and(|field| field.raw == 1);
    let source = (
        raw("010/SAC", Lacking::Source)? as u8,
        raw("010/SIC", Lacking::Source)? as u8,
    );
    if raw("020/TYP", Lacking::Descriptor)? == 0 {
        return Err(NoPlot::NotDetected);
    }
    if flag("020/RAB") {
        return Err(NoPlot::FixedTransponder);
    }
    let time_ns =
        clock::moment_ns(raw("140", Lacking::Time)?, received_ns).ok_or(NoPlot::TimeOfDay)?;
    let range_m = range_m(record)?;
    let azimuth_rad = raw("040/THETA", Lacking::Position)? as f64 * AZIMUTH_STEP_RAD;
    let height = record
        .field("110/3DH")
        .ok_or(NoPlot::Lacks(Lacking::Height))?;
    let plot = Plot {
        time_ns,
        range_m,
        azimuth_rad,
        elevation_rad: elevation_rad(range_m, height.number() * 0.3048, station.height_m)?,
        range_rate_mps: range_rate_mps(record, station.doppler),
        signal_to_noise_db: signal_to_noise_db(record, station.noise_dbm),
    };
    Ok(Report {
        plot,
        source,
        simulated: flag("020/SIM"),
        test: flag("020/TST"),
    })
}

/// The record that tells of a plot, in [`Editions::LATEST`] and, but for the expansion field, any before. The height
/// is that of the range as it is sent, so that rounding the range leaves the elevation alone. A range rate
/// beyond ±511 m/s is left out, since I048/120 cannot hold it; so is a signal-to-noise ratio where the
/// station's noise is not known. Amplitudes stop at −128 and 127 dBm.
///
/// # Errors
/// [`Unsendable`], where range or height cannot be held or something is not finite.
pub fn to_record(report: &Report, station: &Station) -> Result<Record, Unsendable> {
    let plot = &report.plot;
    let beyond = |what, value| Unsendable::OutOfRange { what, value };
    let range = clock::unsigned(plot.range_m, RANGE_STEP_M, 16)
        .filter(|steps| *steps > 0)
        .ok_or(beyond("a range in m", plot.range_m))?;
    let height_m = height_m(
        range as f64 * RANGE_STEP_M,
        plot.elevation_rad,
        station.height_m,
    );
    let height =
        clock::signed(height_m, HEIGHT_STEP_M, 14).ok_or(beyond("a height in m", height_m))?;
    let turns = plot.azimuth_rad / TAU;
    let azimuth = clock::unsigned(turns - libm::floor(turns), 1.0 / 65_536.0, 17)
        .ok_or(beyond("an azimuth in rad", plot.azimuth_rad))?;
    let (area, identification) = report.source;
    let mut items = vec![
        item(
            "010",
            &[("SAC", area.into()), ("SIC", identification.into())],
        ),
        item("140", &[("", clock::time_of_day(plot.time_ns))]),
        item("020", &descriptor(report)),
        item("040", &[("RHO", range), ("THETA", azimuth % 65_536)]),
    ];
    let amplitude_dbm = plot
        .signal_to_noise_db
        .zip(station.noise_dbm)
        .map(|(snr, noise)| snr + noise);
    if let Some(amplitude) =
        amplitude_dbm.and_then(|dbm| clock::signed(dbm.clamp(-128.0, 127.0), 1.0, 8))
    {
        items.push(part_of("130", "PAM", &[("", amplitude)]));
    }
    items.push(item("110", &[("3DH", height)]));
    let doppler_mps = plot
        .range_rate_mps
        .map(|rate| toward(rate, station.doppler));
    if let Some(steps) = doppler_mps.and_then(|rate| clock::signed(rate, RANGE_RATE_STEP_MPS, 10)) {
        items.push(part_of("120", "CAL", &[("D", 0), ("CAL", steps)]));
    }
    Ok(Record {
        category: Category::Target,
        items: items.into_iter().flatten().collect(),
    })
}

/// A single detection by primary radar; the second octet, which holds the test flag, only where it is needed.
fn descriptor(report: &Report) -> Vec<(&'static str, u64)> {
    let simulated = u64::from(report.simulated);
    let mut named = vec![
        ("TYP", 1),
        ("SIM", simulated),
        ("RDP", 0),
        ("SPI", 0),
        ("RAB", 0),
    ];
    if report.test {
        let flags = [
            ("TST", 1),
            ("ERR", 0),
            ("XPP", 0),
            ("ME", 0),
            ("MI", 0),
            ("FOEFRI", 0),
        ];
        named.extend(flags);
    }
    named
}

fn item(name: &'static str, named: &[(&str, u64)]) -> Option<Item> {
    let definition = by_name(Category::Target, &Editions::LATEST, name)?;
    let value = fields(&definition, named)?;
    Some(Item { name, value })
}

fn part_of(name: &'static str, part: &'static str, named: &[(&str, u64)]) -> Option<Item> {
    let whole = by_name(Category::Target, &Editions::LATEST, name)?;
    let definition = whole.part(part)?;
    let value = fields(&definition, named)?;
    let parts = vec![Item { name: part, value }];
    Some(Item {
        name,
        value: Value::Items(parts),
    })
}

fn range_m(record: &Record) -> Result<f64, NoPlot> {
    let position = Lacking::Position;
    let near = record.field("040/RHO").ok_or(NoPlot::Lacks(position))?.raw;
    let steps = if record.field("020/ERR").is_some_and(|flag| flag.raw == 1) {
        let far = record
            .field("RE/ERR")
            .ok_or(NoPlot::Lacks(Lacking::ExtendedRange))?;
        far.raw
    } else {
        near
    };
    if steps == 0 {
        return Err(NoPlot::RangeZero);
    }
    Ok(steps as f64 * RANGE_STEP_M)
}

fn elevation_rad(range_m: f64, height_m: f64, radar_m: f64) -> Result<f64, NoPlot> {
    let above_m = height_m - radar_m;
    let radar_radius_m = EARTH_RADIUS_M + radar_m;
    // The law of cosines at the radar, with the difference of squares multiplied out.
    let sine = (above_m * (2.0 * radar_radius_m + above_m) - range_m * range_m)
        / (2.0 * range_m * radar_radius_m);
    // A step of the height more than the range can be rounding; nothing else can.
    let slack = HEIGHT_STEP_M / range_m;
    if sine.is_nan() || sine.abs() > 1.0 + slack {
        return Err(NoPlot::HeightBeyondRange { range_m, above_m });
    }
    Ok(libm::asin(sine.clamp(-1.0, 1.0)))
}

fn height_m(range_m: f64, elevation_rad: f64, radar_m: f64) -> f64 {
    let radar_radius_m = EARTH_RADIUS_M + radar_m;
    let squared = range_m * (range_m + 2.0 * radar_radius_m * libm::sin(elevation_rad));
    // The root less the radius without losing digits.
    let radius_m = libm::sqrt(radar_radius_m * radar_radius_m + squared);
    radar_m + squared / (radius_m + radar_radius_m)
}

fn range_rate_mps(record: &Record, sense: DopplerSense) -> Option<f64> {
    let doubtful = record.field("120/CAL/D")?.raw == 1;
    let speed_mps = record.field("120/CAL/CAL")?.number();
    (!doubtful).then_some(toward(speed_mps, sense))
}

fn toward(speed_mps: f64, sense: DopplerSense) -> f64 {
    match sense {
        DopplerSense::Receding => speed_mps,
        DopplerSense::Approaching => -speed_mps,
    }
}

fn signal_to_noise_db(record: &Record, noise_dbm: Option<f64>) -> Option<f64> {
    Some(record.field("130/PAM")?.number() - noise_dbm?)
}
