//! The watch: from plot to CAP, append rate of the journal, and how long a restart takes.
//!
//! 500 plots a second, in looks of 50 ten times a second, go to the real watch over UDP while another thread keeps a
//! core busy; for every CAP message the time is measured from the receipt of the datagram that caused it until its
//! file stands. A million records are appended to a journal, and a station is opened on a million records of one
//! plot each, with rounds in the air. It fails where a warning is missing or a restart does not bring back the same
//! one.

use raid::{Flights, FlownRaid, Radar, RaidKey, Unknowns};
use rampart::watch::engine::{Decision, Drill, Settings};
use rampart::watch::journal::{Files, Journal, Kind, Limits};
use rampart::watch::run::{Watch, inbox, now_ns};
use rampart::watch::simulated::{datagrams, datagrams_of, source};
use rampart::watch::sinks::{CapFolder, Outlet, Sink};
use rampart::watch::site;
use rampart::watch::station::{Input, Station, is_open};
use rampart::watch::view::Status;
use std::collections::BTreeSet;
use std::error::Error;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use theatre::warning::{Reality, Warning};
use theatre::{Plot, Site, Stream, Theatre, Zone};
use tracking::Scan;

/// Of a raid that falls on the site, so that all its zones are warned.
const SEED: u64 = 8;
const PERIOD_S: f64 = 0.1;
const PLOTS_PER_LOOK: usize = 50;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A site, its radar, and a raid on it.
pub struct Scene {
    /// Zones on a side of the square that the site is cut into.
    zones_a_side: u32,
    theatre: Theatre,
    radar: Radar,
    flown: FlownRaid,
    key: RaidKey,
}

impl Scene {
    /// A raid of some rounds on a site cut into squares.
    ///
    /// # Errors
    /// Where the theatre or the catalogue is not as expected.
    pub fn new(rounds: u32, zones_a_side: u32) -> Outcome<Self> {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../theatres/iraq-2020");
        let theatre = rampart::load::theatre(&dir).map_err(|_| "the theatre has faults")?;
        let mut radar = site::radar(&theatre.catalogue).ok_or("no radar")?;
        radar.model.scan_period_s = PERIOD_S;
        radar.model.clutter_per_scan = 10.0;
        let munitions = &theatre.catalogue.munitions;
        let munition = munitions
            .iter()
            .position(|one| one.id == "rocket-107")
            .ok_or("no rocket")?;
        let unknowns = Unknowns::draw(&theatre.catalogue, SEED, 0);
        let key = RaidKey {
            seed: SEED,
            replication: 0,
            entity: munition as u32,
        };
        let radius_m = theatre.sites.first().ok_or("no site")?.populated_radius_m;
        let flown = Flights::new(&unknowns.munitions[munition]).flown(
            rounds,
            &[],
            &unknowns.people,
            radius_m,
            key,
        );
        Ok(Self {
            zones_a_side,
            theatre,
            radar,
            flown,
            key,
        })
    }

    fn site(&self) -> &Site {
        &self.theatre.sites[0]
    }

    /// The site cut into squares, so that every raid gives many messages.
    fn zones(&self) -> Vec<Zone> {
        let whole = site::zone(&self.theatre, self.site());
        let bounds = |pick: fn(&theatre::Geodetic) -> f64| {
            let values = whole.outline.iter().map(pick);
            let low = values.clone().fold(f64::INFINITY, f64::min);
            (low, values.fold(f64::NEG_INFINITY, f64::max))
        };
        let (south, north) = bounds(|place| place.latitude_deg);
        let (west, east) = bounds(|place| place.longitude_deg);
        let at = |low: f64, high: f64, step: u32| {
            low + (high - low) * f64::from(step) / f64::from(self.zones_a_side)
        };
        let square = |row: u32, column: u32| Zone {
            id: format!("zone-{row}-{column}"),
            name: format!("Zone {row}-{column}"),
            outline: [(0, 0), (1, 0), (1, 1), (0, 1)]
                .map(|(up, right)| theatre::Geodetic {
                    latitude_deg: at(south, north, row + up),
                    longitude_deg: at(west, east, column + right),
                })
                .to_vec(),
            shelter_time_s: whole.shelter_time_s,
        };
        let all = 0..self.zones_a_side;
        all.clone()
            .flat_map(|row| all.clone().map(move |column| (row, column)))
            .map(|(row, column)| square(row, column))
            .collect()
    }

    fn settings(&self) -> Settings {
        Settings {
            site: self.site().id.clone(),
            origin: self.site().place,
            origin_height_m: 0.0,
            ground_m: 0.0,
            sensors: vec![self.radar.model],
            zones: self.zones(),
            tracking: site::tracking(&self.theatre, self.site().place),
            warning: tracking::warning::Settings::default(),
        }
    }

    /// What the radar reports, filled up with false plots to as many a look.
    fn looks(&self) -> Vec<Scan> {
        let mut stream = Stream::new(SEED, 0, 0, 0xbe7c);
        let mut scans = self.flown.scans(&self.radar, self.key);
        for scan in &mut scans {
            while scan.plots.len() < PLOTS_PER_LOOK {
                scan.plots.push(self.clutter(scan.time_ns, &mut stream));
            }
        }
        scans
    }

    fn clutter(&self, time_ns: i64, stream: &mut Stream) -> Plot {
        let view = self.radar.model.field_of_view;
        let mut within = |low: f64, high: f64| low + (high - low) * stream.uniform();
        Plot {
            time_ns,
            range_m: within(view.range_min_m, view.range_max_m),
            azimuth_rad: within(view.azimuth_min_rad, view.azimuth_max_rad),
            elevation_rad: within(view.elevation_min_rad, view.elevation_max_rad),
            range_rate_mps: None,
            signal_to_noise_db: None,
        }
    }
}

/// Writes CAP, and remembers how long that took from the receipt of what caused it.
struct Timed {
    cap: CapFolder,
    latencies_ms: Arc<Mutex<Vec<f64>>>,
}

impl Sink for Timed {
    fn deliver(&mut self, warning: &Warning) -> io::Result<()> {
        self.cap.deliver(warning)?;
        let latency_ms = (now_ns() - warning.sent_ns) as f64 * 1e-6;
        if let Ok(mut all) = self.latencies_ms.lock() {
            all.push(latency_ms);
        }
        Ok(())
    }
}

fn folder(name: &str) -> Outcome<PathBuf> {
    let folder = std::env::temp_dir().join(format!("rampart-bench-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn percentile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted
        .get((last as f64 * share).round() as usize)
        .copied()
        .unwrap_or(f64::NAN)
}

/// Measures and prints the time from a plot to the CAP message that it causes; a few seconds of the raid where `tiny`.
///
/// # Errors
/// Where no warning came, or a thread or the disk failed.
pub fn plot_to_cap(scene: &Scene, tiny: bool) -> Outcome<()> {
    let folder = folder("latency")?;
    let latencies_ms = Arc::new(Mutex::new(Vec::new()));
    let timed = Timed {
        cap: CapFolder::new(&folder.join("cap"), Reality::Exercise, scene.site())?,
        latencies_ms: Arc::clone(&latencies_ms),
    };
    let storage = Files::open(&folder.join("journal"))?;
    let (station, _) = Station::<Drill, _>::open(
        scene.settings(),
        vec![source(PERIOD_S)],
        storage,
        Limits::default(),
        now_ns(),
    )?;
    let (inbox, outbox) = inbox();
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    let address = socket.local_addr()?;
    let stop = Arc::new(AtomicBool::new(false));
    inbox.listen(socket, Arc::clone(&stop))?;
    let busy = Arc::clone(&stop);
    let burning = std::thread::spawn(move || while !busy.load(Ordering::Relaxed) {});
    let status = Arc::new(Mutex::new(Status::default()));
    let watch = Watch {
        outlets: vec![Outlet::start("cap", timed)?],
        status: Arc::clone(&status),
        stop: Arc::clone(&stop),
        sensors: vec!["radar".to_owned()],
    };
    let watching = std::thread::spawn(move || watch.run(station, &outbox, &[]));
    let (plots, span_s) = send(scene, address, tiny)?;
    std::thread::sleep(Duration::from_millis(500));
    let latency = status.lock().map_err(|_| "the view failed")?.latency_ms;
    stop.store(true, Ordering::Release);
    watching.join().map_err(|_| "the watch failed")??;
    burning.join().map_err(|_| "the busy thread failed")?;
    std::fs::remove_dir_all(&folder)?;
    let mut sorted = latencies_ms
        .lock()
        .map_err(|_| "the receiver failed")?
        .clone();
    sorted.sort_by(f64::total_cmp);
    if sorted.is_empty() {
        return Err("no warning came".into());
    }
    let (p50, p99) = latency.ok_or("no datagram was looked at")?;
    println!(
        "plot in to CAP out, {:.0} plots/s for {span_s:.0} s, {} rounds, {} zones, another core busy",
        plots as f64 / span_s,
        scene.flown.impacts().len(),
        scene.zones_a_side * scene.zones_a_side
    );
    println!(
        "  {} messages: p50 {:.2} ms, p99 {:.2} ms, worst {:.2} ms",
        sorted.len(),
        percentile(&sorted, 0.5),
        percentile(&sorted, 0.99),
        percentile(&sorted, 1.0)
    );
    println!("  every datagram, receipt to decision: p50 {p50:.2} ms, p99 {p99:.2} ms");
    Ok(())
}

/// Sends the raid in real time; how many plots, and for how long, s.
fn send(scene: &Scene, address: SocketAddr, tiny: bool) -> Outcome<(usize, f64)> {
    let mut looks = scene.looks();
    if tiny {
        // The last seconds before the first fall are enough for a few messages.
        let falls = scene.flown.impacts();
        let first_s = falls
            .iter()
            .map(|fall| fall.time_s)
            .fold(f64::INFINITY, f64::min);
        let seconds = |scan: &Scan| scan.time_ns as f64 * 1e-9;
        looks.retain(|scan| (first_s - 6.0..first_s).contains(&seconds(scan)));
    }
    let sender = UdpSocket::bind("127.0.0.1:0")?;
    let first_ns = looks.first().map_or(0, |scan| scan.time_ns);
    let begin_ns = now_ns() - first_ns;
    let mut plots = 0;
    for scan in &looks {
        let moment_ns = begin_ns + scan.time_ns;
        let wait_ns = u64::try_from(moment_ns - now_ns()).unwrap_or(0);
        std::thread::sleep(Duration::from_nanos(wait_ns));
        plots += scan.plots.len();
        for datagram in datagrams(scan, PERIOD_S, moment_ns) {
            sender.send_to(&datagram, address)?;
        }
    }
    Ok((plots, looks.len() as f64 * PERIOD_S))
}

/// Measures and prints how fast a journal takes records.
///
/// # Errors
/// Where the disk fails.
pub fn append_rate(records: u32) -> Outcome<()> {
    let folder = folder("append")?;
    let storage = Files::open(&folder)?;
    let (mut journal, _) = Journal::open(storage, Limits::default(), |_| {})?;
    let payload = [7; 60];
    let began = Instant::now();
    let mut worst = Duration::ZERO;
    for number in 0..records {
        let one = Instant::now();
        journal.append(i64::from(number), Kind::Datagram, &payload);
        worst = worst.max(one.elapsed());
        if number % 10_000 == 0 {
            journal.start_sync();
        }
    }
    let took_s = began.elapsed().as_secs_f64();
    if journal.lost() > 0 {
        return Err("the disk took not all of it".into());
    }
    drop(journal);
    std::fs::remove_dir_all(&folder)?;
    println!(
        "journal: {records} records of 60 bytes in {took_s:.2} s, {:.2} µs each, worst {:.1} ms",
        took_s * 1e6 / f64::from(records),
        worst.as_secs_f64() * 1e3
    );
    Ok(())
}

/// What comes before the raid in which the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// A quiet sky.
    Quiet,
    /// The same raid, again and again.
    Attack,
}

/// Looks at what comes before, then at a raid until shortly before the first round falls: as many plots.
fn history(scene: &Scene, records: usize, before: Before) -> Vec<Scan> {
    let raid = scene.looks();
    // Up to the middle of the last second before the first fall, so that warnings are open.
    let falls = scene.flown.impacts();
    let first_s = falls
        .iter()
        .map(|fall| fall.time_s)
        .fold(f64::INFINITY, f64::min);
    let mut looks = raid.clone();
    looks.retain(|scan| (scan.time_ns as f64) * 1e-9 < first_s - 0.5);
    let mut stream = Stream::new(SEED, 1, 0, 0xbe7c);
    let earlier = (records / PLOTS_PER_LOOK).saturating_sub(looks.len());
    let period_ns = (PERIOD_S * 1e9) as i64;
    let earlier = (0..earlier).rev().map(|look| {
        let time_ns = -(look as i64 + 1) * period_ns;
        let plots = match before {
            Before::Quiet => (0..PLOTS_PER_LOOK)
                .map(|_| scene.clutter(time_ns, &mut stream))
                .collect(),
            Before::Attack => {
                let again = &raid[raid.len() - 1 - look % raid.len()];
                let dated = |plot: &Plot| Plot { time_ns, ..*plot };
                again.plots.iter().map(dated).collect()
            }
        };
        Scan {
            sensor: 0,
            time_ns,
            plots,
        }
    });
    earlier.chain(looks).collect()
}

/// Quiet or an attack, and a raid, a plot a record; then the program ends, and begins again: how long that takes is
/// printed.
///
/// # Errors
/// Where warnings are not restored as they were, or the disk fails.
pub fn restart(scene: &Scene, records: usize, before: Before) -> Outcome<()> {
    let folder = folder("restart")?;
    let open = |now_ns| {
        let storage = Files::open(&folder)?;
        let opened = Station::<Drill, _>::open(
            scene.settings(),
            vec![source(PERIOD_S)],
            storage,
            Limits::default(),
            now_ns,
        )?;
        Outcome::Ok(opened)
    };
    let raid_ns = 1_767_225_600_000_000_000;
    let history = history(scene, records, before);
    let first_ns = history.first().map_or(0, |scan| scan.time_ns);
    let (mut station, _) = open(raid_ns + first_ns - 1_000_000_000)?;
    let mut open_before = BTreeSet::new();
    let mut written = 0;
    let mut last_ns = raid_ns;
    for scan in &history {
        let moment_ns = raid_ns + scan.time_ns;
        // A plot a datagram, as some radars send.
        for datagram in datagrams_of(scan, PERIOD_S, moment_ns, 1) {
            for decision in station.take(moment_ns, Input::Datagram(&datagram)) {
                if let Decision::Warning(message) = decision {
                    let zone = message.warning().zone.id.clone();
                    if is_open(message.warning()) {
                        open_before.insert((zone, message.warning().identifier.clone()));
                    } else {
                        open_before.retain(|(other, _)| *other != zone);
                    }
                }
            }
            written += 1;
        }
        last_ns = moment_ns;
    }
    drop(station);
    let began = Instant::now();
    let (station, restored) = open(last_ns + 1_000_000_000)?;
    let took_s = began.elapsed().as_secs_f64();
    for message in &restored.messages {
        let warning = message.warning();
        let known = (warning.zone.id.clone(), warning.identifier.clone());
        if is_open(warning) && !open_before.contains(&known) {
            return Err(format!("{} was not sent before", warning.identifier).into());
        }
    }
    if restored.messages.is_empty() || restored.differences > 0 {
        return Err("the warnings were not restored".into());
    }
    drop(station);
    std::fs::remove_dir_all(&folder)?;
    println!(
        "restart after {before:?}, on {written} records: ready in {took_s:.2} s, {} of them read, {} warnings told again",
        restored.found.records,
        restored.messages.len()
    );
    Ok(())
}
