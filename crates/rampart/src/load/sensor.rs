//! `SENSOR.toml`: one radar for `rampart replay` and `rampart score`.

use super::log::{File, Log};
use super::rules::{Number, OneOf, Rule};
use super::toml_table::{Document, Table};
use super::{Folder, read_file};
use crate::diagnose::{FaultKind, Faults};
use std::f64::consts::{FRAC_PI_2, TAU};
use std::path::Path;
use theatre::Geodetic;
use tracking::{
    AzimuthReference, BIAS_ANGLE_MAX_RAD, BIAS_RANGE_MAX_M, Bias, FieldOfView, RANGE_MAX_M,
    SensorModel, TrackingError,
};

/// A radar and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct SensorFile {
    /// Where it stands.
    pub place: Geodetic,
    /// How high above sea level, m.
    pub height_m: f64,
    /// Height of the level ground around it above sea level, m; its own where none is given.
    pub ground_height_m: f64,
    /// How well it measures, at the origin of its own frame.
    pub model: SensorModel,
}

const KEYS: [&str; 24] = [
    "latitude",
    "longitude",
    "height_m",
    "ground_height_m",
    "azimuth_reference",
    "range_sigma_m",
    "azimuth_sigma_rad",
    "elevation_sigma_rad",
    "range_rate_sigma_mps",
    "range_bias_m",
    "azimuth_bias_rad",
    "elevation_bias_rad",
    "range_bias_sigma_m",
    "azimuth_bias_sigma_rad",
    "elevation_bias_sigma_rad",
    "detection_probability",
    "clutter_per_scan",
    "scan_period_s",
    "range_min_m",
    "range_max_m",
    "azimuth_min_rad",
    "azimuth_max_rad",
    "elevation_min_rad",
    "elevation_max_rad",
];

const REFERENCE: OneOf<AzimuthReference> = OneOf(&[
    ("x-axis", AzimuthReference::XAxis),
    ("north", AzimuthReference::North),
]);

/// The radar that a file describes.
///
/// # Errors
/// Every fault of the file.
pub fn sensor(path: &Path) -> Result<SensorFile, Faults> {
    let log = Log::default();
    let mut folder = Folder::default();
    match read_file(path, File::Sensor) {
        Some(content) => {
            folder.files.insert(File::Sensor, content);
        }
        None => log.add(
            File::Sensor,
            0..0,
            FaultKind::File,
            "there is no such file".to_owned(),
            "name a file that describes the radar".to_owned(),
        ),
    }
    let text = log
        .is_empty()
        .then(|| folder.text(&log, File::Sensor))
        .flatten();
    let sensor = text.and_then(|text| read(&log, text));
    match sensor.filter(|_| log.is_empty()) {
        Some(sensor) => Ok(sensor),
        None => Err(log.finish(
            |_| path.display().to_string(),
            |_| folder.shown_text(File::Sensor),
        )),
    }
}

fn read(log: &Log, text: &str) -> Option<SensorFile> {
    let document = Document::parse(log, File::Sensor, text)?;
    let root = document.root(&KEYS);
    let number = |key: &str, low: f64, high: f64| root.need(key, &Number::within(low, high));
    let latitude = number("latitude", -90.0, 90.0);
    let longitude = number("longitude", -180.0, 180.0);
    let height = number("height_m", -500.0, 9_000.0);
    let ground = optional(&root, "ground_height_m", Number::within(-500.0, 9_000.0));
    let reference = root.need("azimuth_reference", &REFERENCE);
    let range_sigma = number("range_sigma_m", 1e-3, 1e4);
    let azimuth_sigma = number("azimuth_sigma_rad", 1e-6, 0.5);
    let elevation_sigma = number("elevation_sigma_rad", 1e-6, 0.5);
    let rate_sigma = optional(&root, "range_rate_sigma_mps", Number::within(1e-3, 1e3));
    let bias = bias(&root);
    let detection = number("detection_probability", 0.01, 0.999);
    let clutter = number("clutter_per_scan", 0.0, 1e6);
    let period = number("scan_period_s", 1e-3, 60.0);
    let range = [
        number("range_min_m", 0.0, RANGE_MAX_M),
        number("range_max_m", 1.0, RANGE_MAX_M),
    ];
    let azimuth = [
        number("azimuth_min_rad", -TAU, TAU),
        number("azimuth_max_rad", -TAU, 2.0 * TAU),
    ];
    let elevation = [
        number("elevation_min_rad", -FRAC_PI_2, FRAC_PI_2),
        number("elevation_max_rad", -FRAC_PI_2, FRAC_PI_2),
    ];
    let model = SensorModel {
        position_m: [0.0; 3],
        azimuth_reference: reference?,
        range_sigma_m: range_sigma?,
        azimuth_sigma_rad: azimuth_sigma?,
        elevation_sigma_rad: elevation_sigma?,
        range_rate_sigma_mps: rate_sigma?,
        bias: bias?,
        detection_probability: detection?,
        clutter_per_scan: clutter?,
        scan_period_s: period?,
        field_of_view: FieldOfView {
            range_min_m: range[0]?,
            range_max_m: range[1]?,
            azimuth_min_rad: azimuth[0]?,
            azimuth_max_rad: azimuth[1]?,
            elevation_min_rad: elevation[0]?,
            elevation_max_rad: elevation[1]?,
        },
    };
    if let Err(error) = model.check() {
        contradiction(&root, &error);
        return None;
    }
    Some(SensorFile {
        place: Geodetic {
            latitude_deg: latitude?,
            longitude_deg: longitude?,
        },
        height_m: height?,
        ground_height_m: ground?.or(height)?,
        model,
    })
}

/// What is systematic in the radar's errors; every figure may be left out.
fn bias(root: &Table) -> Option<Bias> {
    let known = |key: &str, most: f64| optional(root, key, Number::within(-most, most));
    let unknown = |key: &str, most: f64| optional(root, key, Number::within(0.0, most));
    let range_m = known("range_bias_m", BIAS_RANGE_MAX_M);
    let azimuth_rad = known("azimuth_bias_rad", BIAS_ANGLE_MAX_RAD);
    let elevation_rad = known("elevation_bias_rad", BIAS_ANGLE_MAX_RAD);
    let range_sigma_m = unknown("range_bias_sigma_m", BIAS_RANGE_MAX_M);
    let azimuth_sigma_rad = unknown("azimuth_bias_sigma_rad", BIAS_ANGLE_MAX_RAD);
    let elevation_sigma_rad = unknown("elevation_bias_sigma_rad", BIAS_ANGLE_MAX_RAD);
    Some(Bias {
        range_m: range_m?.unwrap_or(0.0),
        azimuth_rad: azimuth_rad?.unwrap_or(0.0),
        elevation_rad: elevation_rad?.unwrap_or(0.0),
        range_sigma_m: range_sigma_m?,
        azimuth_sigma_rad: azimuth_sigma_rad?,
        elevation_sigma_rad: elevation_sigma_rad?,
    })
}

/// A number that may be left out. `None` once a fault has been added.
fn optional(root: &Table, key: &str, rule: Number) -> Option<Option<f64>> {
    match root.gives(key) {
        true => root.need(key, &rule).map(Some),
        false => Some(None),
    }
}

/// A figure that is wrong beside another: its key is the name that the error gives.
fn contradiction(root: &Table, error: &TrackingError) {
    let (key, mend) = match error {
        TrackingError::OutOfRange {
            what, least, most, ..
        } => (*what, Number::within(*least, *most).expected()),
        _ => ("", "look at the documentation".to_owned()),
    };
    root.fault(
        root.span_of(key),
        FaultKind::Contradiction,
        format!("`{key}` does not go with the other end of the field of view"),
        format!("write {mend}"),
    );
}
