//! What people see of the watch: in place on a terminal, as lines elsewhere.

use super::mailbox::Standing;
use super::message::reality_word;
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use theatre::warning::Reality;

/// Latencies that are kept: the last.
const LATENCIES_MAX: usize = 4_096;
/// What happened last, in a terminal and in all.
const SHOWN_MAX: usize = 8;
const SAID_MAX: usize = 1_000;
/// Warnings that are shown in a terminal.
const WARNINGS_MAX: usize = 12;
/// How often a terminal is drawn.
const DRAWN_EVERY: Duration = Duration::from_millis(250);

/// Times from receipt of a datagram to the handing over of what was decided upon it.
#[derive(Clone, Debug, Default)]
pub struct Latencies {
    last: VecDeque<u32>,
}

impl Latencies {
    /// Adds one.
    pub fn add(&mut self, latency: Duration) {
        if self.last.len() >= LATENCIES_MAX {
            self.last.pop_front();
        }
        self.last
            .push_back(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
    }

    /// The median and the 99th percentile, ms; none before the first.
    #[must_use]
    pub fn p50_p99_ms(&self) -> Option<(f64, f64)> {
        let mut sorted: Vec<u32> = self.last.iter().copied().collect();
        sorted.sort_unstable();
        let at = |share: usize| sorted.get((sorted.len().checked_sub(1)?) * share / 100);
        Some((f64::from(*at(50)?) * 1e-3, f64::from(*at(99)?) * 1e-3))
    }
}

/// How a sensor stands.
#[derive(Clone, Debug, PartialEq)]
pub struct SensorLine {
    /// Its name.
    pub name: String,
    /// Why it is blind, where it is.
    pub blind: Option<&'static str>,
    /// Time since its last scan, s.
    pub age_s: Option<f64>,
}

/// A zone that is warned.
#[derive(Clone, Debug, PartialEq)]
pub struct WarningLine {
    /// Its name.
    pub zone: String,
    /// Where in its life the warning stands.
    pub stage: &'static str,
    /// Time to the first likely impact, s.
    pub first_s: f64,
    /// Time to the last likely impact, s.
    pub last_s: f64,
    /// Probability of a hit.
    pub probability: f64,
    /// Who has acknowledged it.
    pub acknowledged: Option<String>,
}

/// How a receiver stands.
#[derive(Clone, Debug, PartialEq)]
pub struct SinkLine {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub standing: Standing,
}

/// How the journal stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clearance {
    /// The next position.
    pub positions: u64,
    /// Records that loss of power would lose.
    pub unsynced: u64,
    /// Records that could not be kept.
    pub lost: u64,
    /// Whether the disk fails.
    pub failing: bool,
}

/// All that is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// The sensors.
    pub sensors: Vec<SensorLine>,
    /// Zones that are warned.
    pub warnings: Vec<WarningLine>,
    /// Receivers.
    pub sinks: Vec<SinkLine>,
    /// What was wrong with what was received: how often, and the last in words.
    pub troubles: Vec<(u64, String)>,
    /// Tracks.
    pub confirmed: usize,
    /// Tracks that may be chance.
    pub tentative: usize,
    /// Tracks that were dismissed.
    pub dismissed: u64,
    /// Median and 99th percentile.
    pub latency_ms: Option<(f64, f64)>,
    /// Datagrams that wait.
    pub waiting: usize,
    /// Datagrams that were thrown away.
    pub dropped: u64,
    /// The journal.
    pub journal: Clearance,
    /// What happened, the last of it.
    said: VecDeque<String>,
    /// How much happened in all.
    said_count: u64,
}

impl Status {
    /// Adds something that happened.
    pub fn say(&mut self, words: String) {
        if self.said.len() >= SAID_MAX {
            self.said.pop_front();
        }
        self.said.push_back(words);
        self.said_count += 1;
    }
}

/// Where and how the view is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether it may be drawn over itself.
    pub in_place: bool,
    /// Whether it may have colours.
    pub coloured: bool,
    /// Whether people are to act.
    pub reality: Reality,
}

/// Draws until told to stop, and once more then.
pub fn run(
    title: &str,
    style: Style,
    status: &Arc<Mutex<Status>>,
    stop: &AtomicBool,
    out: &mut impl Write,
) {
    let mut drawn = 0;
    let mut said = 0;
    let mut before = String::new();
    loop {
        let last = stop.load(Ordering::Acquire);
        let now = status
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let written = if style.in_place {
            let page = page(title, style, &now);
            let moved = if drawn > 0 {
                format!("\x1b[{drawn}A\x1b[J")
            } else {
                String::new()
            };
            drawn = page.lines().count();
            // What is too long for the terminal is cut off, or lines would be miscounted.
            write_all(out, &format!("{moved}\x1b[?7l{page}\x1b[?7h"))
        } else {
            write_all(out, &lines(&now, &mut said, &mut before))
        };
        if written.is_err() || last {
            // Nobody reads any more: people rely on receivers, not on this.
            return;
        }
        std::thread::sleep(DRAWN_EVERY);
    }
}

fn write_all(out: &mut impl Write, text: &str) -> io::Result<()> {
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// What is new, a line each.
fn lines(now: &Status, said: &mut u64, before: &mut String) -> String {
    let mut text = String::new();
    let new = (now.said_count - *said) as usize;
    if new > now.said.len() {
        let _ = writeln!(text, "… {} lines left out", new - now.said.len());
    }
    let skipped = now.said.len().saturating_sub(new);
    for words in now.said.iter().skip(skipped) {
        let _ = writeln!(text, "{words}");
    }
    *said = now.said_count;
    let standing = standing(now);
    if standing != *before {
        text.push_str(&standing);
        *before = standing;
    }
    text
}

/// What is wrong, without figures that change all the time.
fn standing(now: &Status) -> String {
    let mut text = String::new();
    for sink in &now.sinks {
        if let Some(fault) = &sink.standing.fault {
            let _ = writeln!(text, "{}: {fault}", sink.name);
        }
    }
    for (_, trouble) in &now.troubles {
        let _ = writeln!(text, "refused: {trouble}");
    }
    if now.journal.failing {
        let _ = writeln!(
            text,
            "NOT RECORDED: the journal's disk takes nothing; warnings go on"
        );
    }
    if now.dropped > 0 {
        let _ = writeln!(
            text,
            "datagrams were thrown away: more came than can be looked at"
        );
    }
    text
}

/// The whole view.
fn page(title: &str, style: Style, now: &Status) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{} {title}", banner(style));
    for sensor in &now.sensors {
        let age = sensor.age_s.map_or("nothing yet".to_owned(), |age| {
            format!("last scan {age:.1} s ago")
        });
        let health = match sensor.blind {
            Some(cause) => alarm(style, &format!("BLIND, {cause}")),
            None => "well".to_owned(),
        };
        let _ = writeln!(text, "sensor    {}: {health}, {age}", sensor.name);
    }
    let _ = writeln!(
        text,
        "tracks    {} confirmed, {} tentative, {} dismissed",
        now.confirmed, now.tentative, now.dismissed
    );
    if now.warnings.is_empty() {
        text.push_str("warnings  none\n");
    }
    for warning in now.warnings.iter().take(WARNINGS_MAX) {
        let acknowledged = warning.acknowledged.as_ref();
        let acknowledged =
            acknowledged.map_or(String::new(), |by| format!(", acknowledged by {by}"));
        let words = format!(
            "{} {}: impacts in {:.0} to {:.0} s, probability {:.2}{acknowledged}",
            warning.stage.to_uppercase(),
            warning.zone,
            warning.first_s.max(0.0),
            warning.last_s.max(0.0),
            warning.probability
        );
        let _ = writeln!(text, "warning   {}", alarm(style, &words));
    }
    if let Some(more) = now
        .warnings
        .len()
        .checked_sub(WARNINGS_MAX)
        .filter(|more| *more > 0)
    {
        let _ = writeln!(text, "          and {more} more zones");
    }
    machinery(&mut text, style, now);
    for words in now
        .said
        .iter()
        .skip(now.said.len().saturating_sub(SHOWN_MAX))
    {
        let _ = writeln!(text, "· {words}");
    }
    text
}

/// Latency, journal and receivers, and what was refused.
fn machinery(text: &mut String, style: Style, now: &Status) {
    let latency = now
        .latency_ms
        .map_or("no plots yet".to_owned(), |(p50, p99)| {
            format!("half within {p50:.1} ms, 99 % within {p99:.1} ms")
        });
    let _ = writeln!(
        text,
        "latency   {latency}; {} datagrams wait, {} thrown away",
        now.waiting, now.dropped
    );
    let Clearance {
        unsynced,
        lost,
        failing,
        ..
    } = now.journal;
    let journal = match failing {
        true => alarm(
            style,
            &format!("NOT RECORDED, {lost} records lost; warnings go on"),
        ),
        false => format!("{unsynced} records that loss of power would lose, {lost} lost"),
    };
    let _ = writeln!(text, "journal   {journal}");
    for sink in &now.sinks {
        let fault = sink.standing.fault.as_ref();
        let fault = fault.map_or(String::new(), |fault| format!(", {}", alarm(style, fault)));
        let _ = writeln!(
            text,
            "{:<9} {} delivered, {} waiting, {} replaced by later ones{fault}",
            sink.name, sink.standing.delivered, sink.standing.waiting, sink.standing.replaced
        );
    }
    for (count, trouble) in &now.troubles {
        let _ = writeln!(
            text,
            "refused   {}",
            alarm(style, &format!("{count} times, last: {trouble}"))
        );
    }
}

/// The reality: white on red where people are to act, on blue where they practise.
fn banner(style: Style) -> String {
    let word = reality_word(style.reality).to_uppercase();
    let colour = match style.reality {
        Reality::Actual => 41,
        Reality::Exercise => 44,
    };
    match style.coloured {
        true => format!("\x1b[1;97;{colour}m {word} \x1b[0m"),
        false => format!("[{word}]"),
    }
}

/// What people must see, in the colour of the reality.
fn alarm(style: Style, words: &str) -> String {
    let colour = match style.reality {
        Reality::Actual => 91,
        Reality::Exercise => 94,
    };
    match style.coloured {
        true => format!("\x1b[1;{colour}m{words}\x1b[0m"),
        false => words.to_owned(),
    }
}
