//! `rampart exercise`: a simulated raid, sent as a radar would report it.

use super::{failed, theatre_of};
use crate::request;
use crate::watch::run::now_ns;
use crate::watch::simulated::datagrams;
use crate::watch::{address, site as defaults};
use clap::Args;
use raid::{Flights, FlownRaid, Radar, RaidKey, Unknowns};
use std::io::Write;
use std::net::UdpSocket;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use theatre::{Site, Theatre};
use tracking::Scan;

/// Looks at an empty sky before the first launch.
const LOOKS_BEFORE: u32 = 3;

/// Options of `rampart exercise`.
#[derive(Clone, Debug, Args)]
pub struct ExerciseArguments {
    /// The theatre folder.
    dir: PathBuf,
    /// The site that is attacked.
    #[arg(long, value_name = "ID")]
    site: String,
    /// What it is attacked with, by its name in the catalogue.
    #[arg(long, value_name = "ID")]
    munition: String,
    /// How many rounds.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(raid::ROUNDS_MAX)))]
    rounds: u32,
    /// Where the radar's reports are sent: udp://HOST:PORT, on which `rampart watch --exercise` listens.
    #[arg(long, value_name = "udp://HOST:PORT")]
    send: String,
    /// Seed in place of the theatre's own: another seed, another raid.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// Simulates and sends.
#[must_use]
pub fn run(arguments: &ExerciseArguments) -> ExitCode {
    let theatre = match theatre_of(&arguments.dir, arguments.seed) {
        Ok(theatre) => theatre,
        Err(code) => return code,
    };
    match exercise(&theatre, arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn exercise(theatre: &Theatre, arguments: &ExerciseArguments) -> Result<(), String> {
    let site = request::site(theatre, &arguments.site)?;
    let munition = request::munition(theatre, &arguments.munition)?;
    let address = address::udp(&arguments.send).map_err(|error| error.to_string())?;
    let radar = defaults::radar(&theatre.catalogue).ok_or(
        "no system of the catalogue has a radar: add one with `sensor_range_m` to systems.toml",
    )?;
    let site = theatre.sites.get(site).ok_or("the site is gone")?;
    let key = RaidKey {
        seed: theatre.seed,
        replication: 0,
        entity: munition as u32,
    };
    let unknowns = Unknowns::draw(&theatre.catalogue, theatre.seed, 0);
    let drawn = unknowns
        .munitions
        .get(munition)
        .ok_or("the munition is gone")?;
    let flown = Flights::new(drawn).flown(
        arguments.rounds,
        &[],
        &unknowns.people,
        site.populated_radius_m,
        key,
    );
    let socket = UdpSocket::bind(if address.host.contains(':') {
        "[::]:0"
    } else {
        "0.0.0.0:0"
    })
    .and_then(|socket| {
        socket
            .connect((address.host.as_str(), address.port))
            .map(|()| socket)
    })
    .map_err(|error| format!("cannot send to {address}: {error}"))?;
    say(&what_will_happen(site, &arguments.munition, &flown));
    let sent = send(&socket, &radar, &flown, key);
    say(&sent);
    Ok(())
}

/// The raid in words. Where it comes from is not among them.
fn what_will_happen(site: &Site, munition: &str, flown: &FlownRaid) -> String {
    let falls = flown.impacts();
    if falls.is_empty() {
        return format!(
            "EXERCISE at {}: no {munition} leaves its launcher.",
            site.name
        );
    }
    let within =
        |[east_m, north_m]: [f64; 2]| libm::hypot(east_m, north_m) <= site.populated_radius_m;
    let among_people = falls.iter().filter(|fall| within(fall.position_m)).count();
    let times =
        |pick: fn(f64, f64) -> f64, from| falls.iter().map(|fall| fall.time_s).fold(from, pick);
    format!(
        "EXERCISE at {}: {} {munition} in the air. The first comes down {:.0} s after the first launch, the last after \
         {:.0} s; {among_people} come down where people live and work.",
        site.name,
        falls.len(),
        times(f64::min, f64::INFINITY),
        times(f64::max, 0.0),
    )
}

/// Sends every look at its moment; says what was sent.
fn send(socket: &UdpSocket, radar: &Radar, flown: &FlownRaid, key: RaidKey) -> String {
    let period_s = radar.model.scan_period_s;
    let lead_s = f64::from(LOOKS_BEFORE) * period_s;
    let begin_ns = now_ns().saturating_add(nanoseconds(lead_s));
    let empty = (0..LOOKS_BEFORE).map(|look| Scan {
        sensor: 0,
        time_ns: nanoseconds(radar.first_look_s(key) + f64::from(look) * period_s - lead_s),
        plots: Vec::new(),
    });
    let (mut looks, mut plots, mut sent, mut lost) = (0, 0, 0, 0);
    for scan in empty.chain(flown.scans(radar, key)) {
        let moment_ns = begin_ns.saturating_add(scan.time_ns);
        let wait_ns = moment_ns.saturating_sub(now_ns());
        std::thread::sleep(Duration::from_nanos(u64::try_from(wait_ns).unwrap_or(0)));
        looks += 1;
        plots += scan.plots.len();
        for datagram in datagrams(&scan, period_s, moment_ns) {
            sent += 1;
            // Nobody listens yet, or no more: a radar does not care either.
            lost += u32::from(socket.send(&datagram).is_err());
        }
    }
    let mut words = format!(
        "sent {looks} looks of the radar with {plots} plots, false ones among them, in {sent} datagrams of \
         ASTERIX categories 048 and 034, every plot marked as simulated"
    );
    if lost > 0 {
        words.push_str(&format!("; {lost} of them found nobody listening"));
    }
    words.push('.');
    words
}

fn nanoseconds(time_s: f64) -> i64 {
    libm::round(time_s * 1e9) as i64
}

/// Prints a line at once, so that whoever watches reads it before it happens.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // A reader who has gone away is no fault.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
