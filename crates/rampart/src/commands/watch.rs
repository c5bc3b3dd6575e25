//! `rampart watch`: plots in, warnings out, live.

use super::output::Folder;
use super::{failed, print_faults, print_whole, theatre_of};
use crate::load;
use crate::request;
use crate::watch::address;
use crate::watch::engine::{Drill, Live, Realm, Settings};
use crate::watch::intake::Source;
use crate::watch::journal::{Files, Limits};
use crate::watch::run::{Watch, inbox, now_ns};
use crate::watch::sinks::{CapFolder, JsonLines, Mqtt, Outlet, Tak};
use crate::watch::site as defaults;
use crate::watch::station::{Restored, Station, read_again};
use crate::watch::view::{self, Status, Style};
use clap::Args;
use feeds::asterix::plot::{DopplerSense, Station as RadarStation};
use feeds::asterix::{self, Editions};
use std::io::{self, IsTerminal};
use std::marker::PhantomData;
use std::net::UdpSocket;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;
use theatre::{Geodetic, LocalFrame, Site, Theatre};
use tracking::{AzimuthReference, SensorModel};

/// Options of `rampart watch`.
#[derive(Clone, Debug, Args)]
pub struct WatchArguments {
    /// The theatre folder.
    dir: PathBuf,
    /// The site that is watched.
    #[arg(long, value_name = "ID")]
    site: String,
    /// Where radars send to: ASTERIX categories 048 and 034, or a scan a datagram as a line of JSON.
    #[arg(
        long,
        value_name = "udp://HOST:PORT",
        required_unless_present = "verify"
    )]
    listen: Option<String>,
    /// A broker for sirens, mqtt://[USER[:PASSWORD]@]HOST[:PORT]: retained state of every zone, at least once.
    ///
    /// Topics: rampart/actual/SITE/zones/ZONE/state, …/acknowledgement, rampart/actual/SITE/status; in an
    /// exercise rampart/exercise/….
    #[arg(long, value_name = "URL")]
    mqtt: Option<String>,
    /// A TAK server, tcp://HOST:PORT; for an exercise tcp://HOST:PORT/exercise.
    #[arg(long, value_name = "URL")]
    tak: Option<String>,
    /// A folder for CAP 1.2 messages, a file each, in its folder `actual` or `exercise`.
    #[arg(long, value_name = "DIR")]
    cap: Option<PathBuf>,
    /// The journal, a folder [default: rampart-out/THEATRE/journal-SITE, in an exercise journal-SITE-exercise].
    #[arg(long, value_name = "DIR")]
    journal: Option<PathBuf>,
    /// Greatest size of the journal, MB: the oldest part goes first.
    #[arg(long, value_name = "MB", default_value_t = 4_096, value_parser = clap::value_parser!(u64).range(64..=1_000_000_000))]
    journal_mb: u64,
    /// A radar, FILE[,SAC/SIC[,EDITION]]; may be given several times, then with SAC/SIC [default: middle figures
    /// of the catalogue, in the middle of the site].
    #[arg(long, value_name = "SENSOR.toml", value_parser = sensor_word)]
    sensor: Vec<SensorWord>,
    /// Zones that may be warned, as GeoJSON polygons with `id`, `name` and `shelter_time_s` [default: the
    /// populated area of the site as one].
    #[arg(long, value_name = "ZONES.geojson")]
    zones: Option<PathBuf>,
    /// Practise: takes simulated plots alone, and tells receivers of exercises alone.
    #[arg(long)]
    exercise: bool,
    /// Print warnings as JSON lines; the view goes to standard error.
    #[arg(long)]
    json: bool,
    /// Decide again on what the journal holds, compare byte for byte, and end.
    #[arg(long)]
    verify: bool,
}

/// A radar on the command line: its file, and who it is in ASTERIX.
#[derive(Clone, Debug)]
struct SensorWord {
    path: PathBuf,
    code: Option<(u8, u8)>,
    editions: Editions,
}

fn sensor_word(text: &str) -> Result<SensorWord, String> {
    let form = || {
        "write FILE, FILE,SAC/SIC or FILE,SAC/SIC,EDITION, such as radar.toml,25/201,1.32"
            .to_owned()
    };
    let mut parts = text.split(',');
    let path = parts
        .next()
        .filter(|path| !path.is_empty())
        .ok_or_else(form)?;
    let code = parts.next().map(|code| {
        let (area, number) = code.split_once('/')?;
        Some((area.parse().ok()?, number.parse().ok()?))
    });
    let code = match code {
        Some(code) => Some(code.ok_or_else(form)?),
        None => None,
    };
    let editions = match parts.next() {
        Some(edition) => Editions {
            target: edition
                .parse()
                .map_err(|error: asterix::UnknownEdition| error.to_string())?,
            // Its layout differs between editions of the category that have the same number.
            expansion: None,
            ..Editions::LATEST
        },
        None => Editions::LATEST,
    };
    if parts.next().is_some() {
        return Err(form());
    }
    Ok(SensorWord {
        path: PathBuf::from(path),
        code,
        editions,
    })
}

/// Watches until it is interrupted.
#[must_use]
pub fn run(arguments: &WatchArguments) -> ExitCode {
    let theatre = match theatre_of(&arguments.dir, None) {
        Ok(theatre) => theatre,
        Err(code) => return code,
    };
    let outcome = match arguments.exercise {
        true => watch::<Drill>(&theatre, arguments),
        false => watch::<Live>(&theatre, arguments),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => failed(&error),
    }
}

/// What is watched, with what, for whom.
struct Plan {
    settings: Settings,
    sources: Vec<Source>,
    sensors: Vec<String>,
    journal: PathBuf,
    limits: Limits,
    /// What was assumed, in words.
    notes: Vec<String>,
}

fn watch<R: Realm>(theatre: &Theatre, arguments: &WatchArguments) -> Result<ExitCode, String> {
    let index = request::site(theatre, &arguments.site)?;
    let site = theatre.sites.get(index).ok_or("the site is gone")?;
    let plan = plan(theatre, site, arguments)?;
    if arguments.verify {
        return verify::<R>(plan);
    }
    let listen = arguments.listen.as_deref().unwrap_or_default();
    let listen = address::udp(listen).map_err(|error| error.to_string())?;
    let socket = UdpSocket::bind((listen.host.as_str(), listen.port))
        .map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    let (inbox, outbox) = inbox();
    let outlets = outlets::<R>(site, arguments, &inbox)?;
    let began = Instant::now();
    let storage = Files::open(&plan.journal).map_err(|error| error.to_string())?;
    let (station, restored) =
        Station::<R, _>::open(plan.settings, plan.sources, storage, plan.limits, now_ns())
            .map_err(|error| error.to_string())?;
    let mut status = Status::default();
    plan.notes.into_iter().for_each(|note| status.say(note));
    status.say(format!(
        "journal {}: {}",
        plan.journal.display(),
        found(&restored, began)
    ));
    let status = Arc::new(Mutex::new(status));
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    ctrlc::set_handler(move || asked.store(true, Ordering::Release))
        .map_err(|error| format!("cannot be interrupted: {error}"))?;
    let ended = Arc::new(AtomicBool::new(false));
    let title = format!("rampart watch · {} · {listen}", site.name);
    let shown = show::<R>(
        title,
        arguments.json,
        Arc::clone(&status),
        Arc::clone(&ended),
    )?;
    inbox
        .listen(socket, Arc::clone(&stop))
        .map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    let watch = Watch {
        outlets,
        status,
        stop,
        sensors: plan.sensors,
    };
    let stopped = watch.run(station, &outbox, &restored.messages);
    ended.store(true, Ordering::Release);
    // A view that has failed shows nothing more.
    let _ = shown.join();
    stopped.map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
}

/// Radars: the frame in which they stand, what they are called, and how they are assumed.
struct Radars {
    origin: Geodetic,
    height_m: f64,
    /// Height of the ground above the origin, m.
    ground_m: f64,
    models: Vec<SensorModel>,
    sources: Vec<Source>,
    names: Vec<String>,
    notes: Vec<String>,
}

fn assumed_radar(theatre: &Theatre, site: &Site) -> Result<Radars, String> {
    let radar = defaults::radar(&theatre.catalogue).ok_or(
        "no system of the catalogue has a radar: add one with `sensor_range_m` to systems.toml",
    )?;
    let note = format!(
        "radar: middle figures of the catalogue, in the middle of the site at sea level, {:.1} km, a look every {:.1} s",
        radar.model.field_of_view.range_max_m * 1e-3,
        radar.model.scan_period_s
    );
    Ok(Radars {
        origin: site.place,
        height_m: 0.0,
        ground_m: 0.0,
        sources: vec![source(&radar.model, 0.0, None, Editions::LATEST)],
        models: vec![radar.model],
        names: vec!["radar".to_owned()],
        notes: vec![note],
    })
}

/// The radars of files. The first is the origin of the frame.
fn radars(words: &[SensorWord]) -> Result<Option<Radars>, String> {
    let mut radars: Option<Radars> = None;
    for word in words {
        let name = word.path.display().to_string();
        let file = load::sensor(&word.path).map_err(|faults| {
            print_faults(&faults);
            format!("cannot use {name}")
        })?;
        if file.model.azimuth_reference != AzimuthReference::North {
            return Err(format!(
                "{name}: azimuths of live radars are from north: write azimuth_reference = \"north\""
            ));
        }
        if words.len() > 1 && word.code.is_none() {
            return Err(format!(
                "{name}: with several radars each needs its SAC/SIC: write {name},SAC/SIC"
            ));
        }
        let all = radars.get_or_insert_with(|| Radars {
            origin: file.place,
            height_m: file.height_m,
            ground_m: file.ground_height_m - file.height_m,
            models: Vec::new(),
            sources: Vec::new(),
            names: Vec::new(),
            notes: Vec::new(),
        });
        let frame = LocalFrame::new(all.origin, all.height_m);
        let place = frame.local(file.place, file.height_m);
        let mut model = file.model;
        model.position_m = [place.east_m, place.north_m, place.up_m];
        all.sources
            .push(source(&model, file.height_m, word.code, word.editions));
        all.models.push(model);
        all.names.push(name);
    }
    Ok(radars)
}

fn source(
    model: &SensorModel,
    height_m: f64,
    code: Option<(u8, u8)>,
    editions: Editions,
) -> Source {
    Source {
        code,
        station: RadarStation {
            height_m,
            doppler: DopplerSense::Receding,
            noise_dbm: None,
        },
        editions,
        scan_period_s: model.scan_period_s,
    }
}

/// Sensors, zones and journal.
fn plan(theatre: &Theatre, site: &Site, arguments: &WatchArguments) -> Result<Plan, String> {
    let radars = match radars(&arguments.sensor)? {
        Some(radars) => radars,
        None => assumed_radar(theatre, site)?,
    };
    let mut notes = radars.notes;
    let zones = match &arguments.zones {
        Some(path) => {
            let read = load::zones(path).map_err(|faults| {
                print_faults(&faults);
                format!("cannot use {}", path.display())
            })?;
            read.into_iter().map(|one| one.zone).collect()
        }
        None => {
            notes.push("zone: all of the populated area".to_owned());
            vec![defaults::zone(theatre, site)]
        }
    };
    let journal = match &arguments.journal {
        Some(path) => path.clone(),
        None => {
            let folder = Folder::of_theatre(&arguments.dir).map_err(|error| error.to_string())?;
            let ending = if arguments.exercise { "-exercise" } else { "" };
            folder.path().join(format!("journal-{}{ending}", site.id))
        }
    };
    Ok(Plan {
        settings: Settings {
            site: site.id.clone(),
            origin: radars.origin,
            origin_height_m: radars.height_m,
            ground_m: radars.ground_m,
            sensors: radars.models,
            zones,
            tracking: defaults::tracking(theatre, radars.origin),
            warning: tracking::warning::Settings::default(),
        },
        sources: radars.sources,
        sensors: radars.names,
        journal,
        limits: Limits {
            total_bytes: arguments.journal_mb << 20,
            ..Limits::default()
        },
        notes,
    })
}

fn outlets<R: Realm>(
    site: &Site,
    arguments: &WatchArguments,
    inbox: &crate::watch::run::Inbox,
) -> Result<Vec<Outlet<R>>, String> {
    let mut outlets = Vec::new();
    let text = |error: io::Error| error.to_string();
    if let Some(url) = &arguments.mqtt {
        let address = address::mqtt(url, R::REALITY).map_err(|error| error.to_string())?;
        let mqtt = Mqtt::<R> {
            host: address.host,
            port: address.port,
            credentials: address.credentials,
            site: site.id.clone(),
            realm: PhantomData,
        };
        let inbox = inbox.clone();
        outlets.push(
            mqtt.start(move |one| inbox.acknowledge(one))
                .map_err(text)?,
        );
    }
    if let Some(url) = &arguments.tak {
        let address = address::tak(url, R::REALITY).map_err(|error| error.to_string())?;
        outlets.push(Outlet::start("tak", Tak::new(&address.to_string())).map_err(text)?);
    }
    if let Some(folder) = &arguments.cap {
        let cap = CapFolder::new(folder, R::REALITY, site)
            .map_err(|error| format!("cannot make a folder in {}: {error}", folder.display()))?;
        outlets.push(Outlet::start("cap", cap).map_err(text)?);
    }
    if arguments.json {
        let lines = JsonLines::new(&site.id, io::stdout());
        outlets.push(Outlet::start("json", lines).map_err(text)?);
    }
    Ok(outlets)
}

/// Starts the view.
fn show<R: Realm>(
    title: String,
    json: bool,
    status: Arc<Mutex<Status>>,
    ended: Arc<AtomicBool>,
) -> Result<std::thread::JoinHandle<()>, String> {
    let terminal = match json {
        true => io::stderr().is_terminal(),
        false => io::stdout().is_terminal(),
    };
    let in_place = terminal && std::env::var("TERM").is_ok_and(|kind| kind != "dumb");
    let style = Style {
        in_place,
        coloured: in_place && std::env::var_os("NO_COLOR").is_none(),
        reality: R::REALITY,
    };
    let work = move || match json {
        true => view::run(&title, style, &status, &ended, &mut io::stderr()),
        false => view::run(&title, style, &status, &ended, &mut io::stdout()),
    };
    let thread = std::thread::Builder::new()
        .name("view".to_owned())
        .spawn(work);
    thread.map_err(|error| format!("cannot start a thread: {error}"))
}

/// What was found in the journal, in words.
fn found<R: Realm>(restored: &Restored<R>, began: Instant) -> String {
    let records = restored.found.records;
    if records == 0 {
        return "empty".to_owned();
    }
    let mut words = format!(
        "{records} records read in {:.2} s, {} warnings told again",
        began.elapsed().as_secs_f64(),
        restored.messages.len()
    );
    if !restored.found.stopped {
        words.push_str("; the last run did not stop by itself: had the power failed, its last 0.2 s may be missing");
    }
    if restored.found.torn_bytes > 0 {
        words.push_str(&format!(
            "; {} bytes were no whole record",
            restored.found.torn_bytes
        ));
    }
    if restored.settings_differ {
        words.push_str("; it is of other sensors or zones, whose warnings end by themselves");
    }
    if restored.differences > 0 {
        words.push_str(&format!(
            "; {} decisions are other now",
            restored.differences
        ));
    }
    words
}

/// Decides again on what the journal holds.
fn verify<R: Realm>(plan: Plan) -> Result<ExitCode, String> {
    let mut storage = Files::read_only(&plan.journal)
        .map_err(|error| format!("{}: {error}", plan.journal.display()))?;
    let compared = read_again::<R, _>(plan.settings, plan.sources, &mut storage)
        .map_err(|error| error.to_string())?;
    let text = format!(
        "{} records, {} decisions compared, {} differ, {} decided after the last that was kept\n",
        compared.found.records, compared.compared, compared.differences, compared.unkept
    );
    print_whole(&text).map_err(|error| error.to_string())?;
    Ok(match compared.differences {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(super::BAD_INPUT),
    })
}
