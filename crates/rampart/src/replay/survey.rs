//! Impacts that were surveyed: where rounds of recordings really came down.
//!
//! A line is `{"file": recording, "x_m": m, "y_m": m}` in the radar's own frame, or has `latitude` and
//! `longitude` in place of the last two. It may say `height_m`, of the ground there above the sea; `t`, the moment by the
//! recording's clock in s; and `sigma_m`, the error of the survey along each axis.

use super::Trouble;
use crate::diagnose::shown;
use serde::Deserialize;
use std::path::Path;
use theatre::{Geodetic, LocalFrame};

/// Most bytes of a file of impacts.
const BYTES_MAX: u64 = 16 << 20;
/// Error of a survey of which nothing is said, along each axis, m (assumed: a hand-held receiver).
const SURVEY_SIGMA_M: f64 = 3.0;
/// Farthest that an impact may lie from the radar along an axis, m.
const AWAY_MAX_M: f64 = 1e5;

/// A surveyed impact, in the radar's frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Survey {
    /// File and line that tell of it.
    pub place: String,
    /// Last part of the name of the recording.
    pub file: String,
    /// Where, m.
    pub position_m: [f64; 2],
    /// Level of the ground there above the radar, m; none where it is that of the radar's surroundings.
    pub ground_m: Option<f64>,
    /// When, s by the recording's clock.
    pub time_s: Option<f64>,
    /// Error of the place along each axis, one sigma, m.
    pub sigma_m: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    file: String,
    x_m: Option<f64>,
    y_m: Option<f64>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    height_m: Option<f64>,
    t: Option<f64>,
    sigma_m: Option<f64>,
}

/// Reads a file of impacts around a radar at a place and a height above the sea, m.
///
/// # Errors
/// The first line that cannot be used, or that there is none.
pub fn read(path: &Path, radar: Geodetic, radar_height_m: f64) -> Result<Vec<Survey>, Trouble> {
    let name = shown(&path.display().to_string());
    let trouble = |wrong: String, mend: &str| Trouble {
        place: name.clone(),
        wrong,
        mend: mend.to_owned(),
    };
    let mend = "name a file with a line of JSON for each impact";
    let unreadable = |error: std::io::Error| trouble(format!("cannot be read: {error}"), mend);
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > BYTES_MAX {
        return Err(trouble(format!("is {size} bytes long"), mend));
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    parse(&name, &text, radar, radar_height_m)
}

fn parse(
    name: &str,
    text: &str,
    radar: Geodetic,
    radar_height_m: f64,
) -> Result<Vec<Survey>, Trouble> {
    let frame = LocalFrame::new(radar, radar_height_m);
    let mut surveys = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let place = format!("{name}:{}", index + 1);
        let told = survey(line, &frame, radar_height_m);
        surveys.push(match told {
            Ok(survey) => Survey {
                place: place.clone(),
                ..survey
            },
            Err(wrong) => {
                return Err(Trouble {
                    place,
                    wrong,
                    mend: "write {\"file\": \"RECORDING\", \"x_m\": M, \"y_m\": M}, or latitude and longitude in degrees"
                        .to_owned(),
                });
            }
        });
    }
    if surveys.is_empty() {
        return Err(Trouble {
            place: name.to_owned(),
            wrong: "there is no impact in the file".to_owned(),
            mend: "give one line of JSON for each surveyed impact".to_owned(),
        });
    }
    Ok(surveys)
}

fn survey(text: &str, frame: &LocalFrame, radar_height_m: f64) -> Result<Survey, String> {
    let line: Line = serde_json::from_str(text)
        .map_err(|error| format!("not an impact in JSON: {}", shown(&error.to_string())))?;
    let within = |what: &str, value: f64, low: f64, high: f64| match (low..=high).contains(&value) {
        true => Ok(value),
        false => Err(format!("`{what}` is {value}, not from {low} to {high}")),
    };
    let height_m = line
        .height_m
        .map(|height_m| within("height_m", height_m, -500.0, 9_000.0))
        .transpose()?;
    let position_m = match (line.x_m, line.y_m, line.latitude, line.longitude) {
        (Some(x), Some(y), None, None) => [x, y],
        (None, None, Some(latitude), Some(longitude)) => {
            let place = Geodetic {
                latitude_deg: within("latitude", latitude, -90.0, 90.0)?,
                longitude_deg: within("longitude", longitude, -180.0, 180.0)?,
            };
            let local = frame.local(place, height_m.unwrap_or(radar_height_m));
            [local.east_m, local.north_m]
        }
        _ => return Err("it does not say where in one way".to_owned()),
    };
    for along in position_m {
        within(
            "distance from the radar in m",
            along,
            -AWAY_MAX_M,
            AWAY_MAX_M,
        )?;
    }
    let file = Path::new(&line.file).file_name();
    Ok(Survey {
        place: String::new(),
        file: file
            .ok_or_else(|| "`file` names no recording".to_owned())?
            .to_string_lossy()
            .into_owned(),
        position_m,
        ground_m: height_m.map(|height_m| height_m - radar_height_m),
        time_s: line
            .t
            .map(|time_s| within("t", time_s, -9e9, 9e9))
            .transpose()?,
        sigma_m: within(
            "sigma_m",
            line.sigma_m.unwrap_or(SURVEY_SIGMA_M),
            0.01,
            1_000.0,
        )?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RADAR: Geodetic = Geodetic {
        latitude_deg: 33.3,
        longitude_deg: 44.4,
    };

    #[test]
    fn impacts_are_read_in_either_frame_and_faults_have_their_line() {
        let text = "{\"file\":\"a/1.jsonl\",\"x_m\":10,\"y_m\":-20,\"t\":1.6e9}\n\n\
            {\"file\":\"2.jsonl\",\"latitude\":33.309,\"longitude\":44.4,\"height_m\":90,\"sigma_m\":1}\n";
        let read = parse("i.jsonl", text, RADAR, 40.0).unwrap();
        assert_eq!(read[0].file, "1.jsonl");
        assert_eq!(read[0].position_m, [10.0, -20.0]);
        assert_eq!((read[0].ground_m, read[0].sigma_m), (None, SURVEY_SIGMA_M));
        assert!((read[1].position_m[1] - 998.1).abs() < 1.0, "{read:?}");
        assert_eq!(
            (read[1].ground_m, read[1].place.as_str()),
            (Some(50.0), "i.jsonl:3")
        );
        for (text, says) in [
            ("", "no impact"),
            ("{\"file\":\"a\"}", "does not say where"),
            (
                "{\"file\":\"a\",\"x_m\":1,\"y_m\":2,\"latitude\":3}",
                "does not say where",
            ),
            ("{\"file\":\"a\",\"x_m\":1e9,\"y_m\":2}", "distance"),
            (
                "{\"file\":\"a\",\"x_m\":null,\"y_m\":2}",
                "does not say where",
            ),
            (
                "{\"file\":\"a\",\"x_m\":1,\"y_m\":2,\"sigma_m\":-1}",
                "sigma_m",
            ),
            (
                "{\"file\":\"..\",\"x_m\":1,\"y_m\":2}",
                "names no recording",
            ),
            ("{\"file\":\"a\",\"x\":1,\"y\":2}", "not an impact"),
            ("[]", "not an impact"),
        ] {
            let trouble = parse("i.jsonl", text, RADAR, 0.0).unwrap_err();
            assert!(trouble.wrong.contains(says), "{text}: {trouble}");
        }
    }
}
