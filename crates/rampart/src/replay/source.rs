//! Recordings: JSON lines, one scan each, or packets with ASTERIX.
//!
//! A line is `{"t": seconds, "plots": [...]}`; other keys are not looked at. A plot is a list
//! `[elevation, azimuth, range]` in rad and m, behind which may stand the target's number, which is never
//! looked at, the range rate in m/s and the signal-to-noise ratio in dB, or `null` for what is not known;
//! or an object with `elevation_rad`, `azimuth_rad`, `range_m`, `range_rate_mps` and `snr_db`.

use super::moment;
use crate::diagnose::shown;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use theatre::Plot;
use tracking::PLOTS_PER_SCAN_MAX;

/// Most bytes of a line.
const LINE_BYTES_MAX: u64 = 16 << 20;

/// What is wrong with a recording, where, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// File and line.
    pub place: String,
    /// What is wrong.
    pub wrong: String,
    /// What would be right.
    pub mend: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, wrong, mend } = self;
        write!(f, "{place}: {wrong}; {mend}")
    }
}

impl std::error::Error for Trouble {}

/// One scan of a recording.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// File and line.
    pub place: String,
    /// The moment as the file writes it.
    pub time_text: String,
    /// The moment, ns on the file's own clock.
    pub time_ns: i64,
    /// What was seen.
    pub plots: Vec<Plot>,
    /// The line as it stands, for those who score.
    pub line: String,
}

/// A recording that is read scan by scan.
pub struct Source {
    name: String,
    lines: BufReader<Box<dyn Read>>,
    number: u64,
    bytes: Vec<u8>,
    found: bool,
}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    t: &'a RawValue,
    plots: Vec<Value>,
}

impl Source {
    /// Opens a recording.
    ///
    /// # Errors
    /// Where it cannot be read, or is of no known kind.
    pub fn open(path: &Path) -> Result<Self, Trouble> {
        let name = path.display().to_string();
        let trouble = |wrong: String, mend: &str| Trouble {
            place: name.clone(),
            wrong,
            mend: mend.to_owned(),
        };
        let whole = "name a file of recorded plots that can be read";
        let unreadable = |error: io::Error| trouble(format!("cannot be read: {error}"), whole);
        let file = File::open(path).map_err(unreadable)?;
        if file.metadata().map_err(unreadable)?.is_dir() {
            return Err(trouble("is a folder".to_owned(), whole));
        }
        Ok(Self::of(&name, Box::new(file)))
    }

    /// A recording of JSON lines in memory or elsewhere.
    #[must_use]
    pub fn of(name: &str, lines: Box<dyn Read>) -> Self {
        Self {
            name: shown(name),
            lines: BufReader::new(lines),
            number: 0,
            bytes: Vec::new(),
            found: false,
        }
    }

    /// The next scan; none at the end.
    ///
    /// # Errors
    /// The line that cannot be read, and why.
    pub fn next_scan(&mut self) -> Result<Option<Recorded>, Trouble> {
        loop {
            self.number += 1;
            self.bytes.clear();
            let read = (&mut self.lines)
                .take(LINE_BYTES_MAX + 1)
                .read_until(b'\n', &mut self.bytes);
            match read {
                Ok(0) if self.found => return Ok(None),
                Ok(0) => {
                    return Err(Trouble {
                        place: self.name.clone(),
                        wrong: "there is no scan in the file".to_owned(),
                        mend: "give one line of JSON for each scan".to_owned(),
                    });
                }
                Ok(count) if count as u64 > LINE_BYTES_MAX => {
                    return Err(self.trouble(
                        format!("the line is longer than {} MiB", LINE_BYTES_MAX >> 20),
                        "give one line for each scan",
                    ));
                }
                Ok(_) => {}
                Err(error) => {
                    return Err(self.trouble(format!("cannot be read: {error}"), "try again"));
                }
            }
            if self.number == 1 && self.bytes.starts_with(b"\xEF\xBB\xBF") {
                self.bytes.drain(..3);
            }
            if !self.bytes.iter().all(u8::is_ascii_whitespace) {
                self.found = true;
                return self.scan().map(Some);
            }
        }
    }

    fn scan(&self) -> Result<Recorded, Trouble> {
        let form = "write {\"t\": seconds, \"plots\": [[elevation_rad, azimuth_rad, range_m], ...]}";
        let text = std::str::from_utf8(&self.bytes)
            .map_err(|_| self.trouble("the line is not UTF-8".to_owned(), "save it as UTF-8"))?
            .trim();
        let line: Line = serde_json::from_str(text).map_err(|error| {
            let cut = error.is_eof() && !self.bytes.ends_with(b"\n");
            let mend = if cut {
                "the file ends within this line: leave it out, or record it whole"
            } else {
                form
            };
            self.trouble(format!("not a scan in JSON: {}", shown(&error.to_string())), mend)
        })?;
        let time_text = line.t.get();
        let time_ns = moment::nanoseconds(time_text).ok_or_else(|| {
            self.trouble(
                format!("`t` is {}, which is no moment", shown(time_text)),
                "write a number of seconds from -9e9 to 9e9",
            )
        })?;
        if line.plots.len() > PLOTS_PER_SCAN_MAX {
            return Err(self.trouble(
                format!("there are {} plots in one scan", line.plots.len()),
                &format!("keep to {PLOTS_PER_SCAN_MAX}"),
            ));
        }
        let plot = |(index, value): (usize, &Value)| {
            plot(value, time_ns).ok_or_else(|| {
                self.trouble(
                    format!("plot {} is no plot: {}", index + 1, shown(&value.to_string())),
                    form,
                )
            })
        };
        let plots = line.plots.iter().enumerate().map(plot);
        Ok(Recorded {
            place: self.place(),
            time_text: time_text.to_owned(),
            time_ns,
            plots: plots.collect::<Result<_, _>>()?,
            line: text.to_owned(),
        })
    }

    fn place(&self) -> String {
        format!("{}:{}", self.name, self.number)
    }

    fn trouble(&self, wrong: String, mend: &str) -> Trouble {
        Trouble {
            place: self.place(),
            wrong,
            mend: mend.to_owned(),
        }
    }
}

/// A plot as a list or an object.
fn plot(value: &Value, time_ns: i64) -> Option<Plot> {
    let (elevation, azimuth, range, rate, ratio) = match value {
        Value::Array(list) if (3..=6).contains(&list.len()) => {
            (list.first(), list.get(1), list.get(2), list.get(4), list.get(5))
        }
        Value::Object(keys) => (
            keys.get("elevation_rad"),
            keys.get("azimuth_rad"),
            keys.get("range_m"),
            keys.get("range_rate_mps"),
            keys.get("snr_db"),
        ),
        _ => return None,
    };
    let optional = |value: Option<&Value>| match value {
        None | Some(Value::Null) => Some(None),
        Some(value) => value.as_f64().map(Some),
    };
    Some(Plot {
        time_ns,
        range_m: range?.as_f64()?,
        azimuth_rad: azimuth?.as_f64()?,
        elevation_rad: elevation?.as_f64()?,
        range_rate_mps: optional(rate)?,
        signal_to_noise_db: optional(ratio)?,
    })
}
