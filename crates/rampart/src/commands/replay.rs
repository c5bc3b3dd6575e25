//! `rampart replay`: recorded plots through the code that watches live.

use super::{BAD_INPUT, failed, print_faults};
use crate::diagnose::Faults;
use crate::load::{self, SensorFile};
use crate::replay::{self, Packets, Replay, Source, tell};
use clap::Args;
use feeds::asterix::Edition048;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tracking::AzimuthReference;

/// The radar and the zones of `rampart replay` and `rampart score`.
#[derive(Clone, Debug, Args)]
pub struct Scene {
    #[command(flatten)]
    radar: Radar,
    /// Zones that may be warned, as GeoJSON polygons with `id`, `name` and `shelter_time_s`.
    #[arg(long, value_name = "ZONES.geojson")]
    zones: Option<PathBuf>,
}

/// The radar of recordings.
#[derive(Clone, Debug, Args)]
pub struct Radar {
    /// The radar: its place, errors, bias and field of view.
    #[arg(long, value_name = "SENSOR.toml")]
    sensor: PathBuf,
    /// Height of the level ground above the sea, m [default: that in SENSOR.toml, or the radar's own].
    #[arg(long, value_name = "M", value_parser = height)]
    ground_height_m: Option<f64>,
    /// Edition of ASTERIX category 048 that the radar speaks, for captures of packets.
    #[arg(long, value_name = "EDITION", default_value = "1.32")]
    edition: Edition048,
    /// System area and identification code of the radar, for captures of several.
    #[arg(long, value_name = "SAC/SIC", value_parser = codes)]
    radar: Option<(u8, u8)>,
}

/// Options of `rampart replay`.
#[derive(Clone, Debug, Args)]
pub struct ReplayArguments {
    /// The recording: JSON lines, one for each scan, or a capture of packets with ASTERIX category 048.
    file: PathBuf,
    #[command(flatten)]
    scene: Scene,
    /// Print a line of JSON for each scan.
    #[arg(long)]
    json: bool,
}

fn height(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(height_m) if (-500.0..=9_000.0).contains(&height_m) => Ok(height_m),
        _ => Err("write a number from -500 to 9000".to_owned()),
    }
}

fn codes(text: &str) -> Result<(u8, u8), String> {
    let codes = text
        .split_once('/')
        .and_then(|(area, own)| Some((area.parse().ok()?, own.parse().ok()?)));
    codes.ok_or_else(|| "write two numbers from 0 to 255, such as 25/201".to_owned())
}

/// Radar and zones, read.
pub(super) struct Ready {
    pub(super) settings: crate::watch::engine::Settings,
    pub(super) zones: Vec<load::Peopled>,
    packets: Packets,
}

impl Scene {
    /// Reads what is named; faults are printed.
    pub(super) fn read(&self) -> Result<Ready, ExitCode> {
        let sensor = self.radar.sensor();
        let zones = match &self.zones {
            Some(path) => load::zones(path).map_err(bad),
            None => Ok(Vec::new()),
        };
        let (sensor, zones) = (sensor?, zones?);
        Ok(self.radar.ready(&sensor, zones))
    }
}

impl Radar {
    /// Reads the radar; faults are printed.
    pub(super) fn sensor(&self) -> Result<SensorFile, ExitCode> {
        load::sensor(&self.sensor).map_err(bad)
    }

    /// What recordings of it are followed with.
    pub(super) fn ready(&self, sensor: &SensorFile, zones: Vec<load::Peopled>) -> Ready {
        Ready {
            packets: Packets {
                height_m: sensor.height_m,
                scan_period_s: sensor.model.scan_period_s,
                from_north: sensor.model.azimuth_reference == AzimuthReference::North,
                edition: self.edition,
                radar: self.radar,
            },
            settings: replay::settings(sensor, &zones, self.ground_height_m),
            zones,
        }
    }
}

fn bad(faults: Faults) -> ExitCode {
    print_faults(&faults);
    ExitCode::from(BAD_INPUT)
}

/// Opens a recording and an engine for it.
pub(super) fn open(path: &Path, ready: &Ready) -> Result<(Source, Replay), String> {
    let replay = Replay::new(ready.settings.clone()).map_err(|error| {
        format!("{error}; are the zones near the radar, as [longitude, latitude]?")
    })?;
    Ok((source(path, ready)?, replay))
}

/// Opens a recording.
pub(super) fn source(path: &Path, ready: &Ready) -> Result<Source, String> {
    Source::open(path, &ready.packets).map_err(|trouble| trouble.to_string())
}

/// Replays, or says why not.
#[must_use]
pub fn run(arguments: &ReplayArguments) -> ExitCode {
    let ready = match arguments.scene.read() {
        Ok(ready) => ready,
        Err(code) => return code,
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let played = play(arguments, &ready, &mut out);
    // What was found before a fault is worth keeping.
    match (played, out.flush()) {
        (Err(Stop::Reader), _) => ExitCode::SUCCESS,
        (Err(Stop::Fault(why)), _) => failed(&why),
        (Ok(()), Err(error)) if error.kind() != io::ErrorKind::BrokenPipe => {
            failed(&format!("cannot print: {error}"))
        }
        (Ok(()), _) => ExitCode::SUCCESS,
    }
}

/// Why a replay ends before the recording does.
enum Stop {
    Fault(String),
    /// Nobody reads on.
    Reader,
}

fn play(arguments: &ReplayArguments, ready: &Ready, out: &mut impl Write) -> Result<(), Stop> {
    let (mut source, mut replay) = open(&arguments.file, ready).map_err(Stop::Fault)?;
    let fault = |trouble: replay::Trouble| Stop::Fault(trouble.to_string());
    let unwritten = |error: io::Error| match error.kind() {
        io::ErrorKind::BrokenPipe => Stop::Reader,
        _ => Stop::Fault(format!("cannot print: {error}")),
    };
    let mut account = tell::Account::default();
    while let Some(recorded) = source.next_scan().map_err(fault)? {
        let step = replay.take(&recorded).map_err(fault)?;
        if arguments.json {
            let line = tell::json(&step).map_err(|error| unwritten(error.into()))?;
            writeln!(out, "{line}").map_err(unwritten)?;
        } else {
            out.write_all(account.tell(&step).as_bytes())
                .map_err(unwritten)?;
        }
    }
    if !arguments.json {
        out.write_all(account.end().as_bytes()).map_err(unwritten)?;
    }
    Ok(())
}
