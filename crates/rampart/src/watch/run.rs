//! The threads of the watch: one reads the socket, one decides, one shows, and each receiver has its own.
//!
//! Between them are queues with bounds. The thread that decides waits for none of the others, and for the
//! disk only as long as the operating system takes to copy a record.

use super::engine::{Decision, Message, Realm};
use super::journal::Storage;
use super::message::stage_word;
use super::sinks::{Acknowledgement, Outlet};
use super::station::{Input, Station, is_open};
use super::view::{Clearance, Latencies, SensorLine, SinkLine, Status, WarningLine};
use std::collections::BTreeMap;
use std::io;
use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use theatre::warning::Warning;
use tracking::Status as TrackStatus;

/// Datagrams and acknowledgements that wait to be looked at, and their bytes.
const WAITING_MAX: usize = 4_096;
const WAITING_BYTES_MAX: usize = 16 << 20;
/// Bytes of a datagram: the most that UDP can hold.
const DATAGRAM_BYTES_MAX: usize = 65_536;
/// How often records are brought to the disk: what loss of power costs at most.
pub const SYNC_EVERY: Duration = Duration::from_millis(200);
/// How often the status is told to the view.
const STATUS_EVERY: Duration = Duration::from_millis(250);
/// How long the socket is waited for before looking whether to stop.
const SOCKET_PATIENCE: Duration = Duration::from_millis(100);

/// Nanoseconds since 1970-01-01T00:00:00 UTC.
#[must_use]
pub fn now_ns() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

/// Something that was received.
#[derive(Debug)]
enum Received {
    Datagram {
        time_ns: i64,
        at: Instant,
        bytes: Vec<u8>,
    },
    Acknowledged(Acknowledgement),
}

/// What the threads that receive share with the one that decides.
#[derive(Debug, Default)]
struct Counts {
    waiting: AtomicUsize,
    waiting_bytes: AtomicUsize,
    dropped: AtomicU64,
}

/// The way into the watch, for threads that receive something.
#[derive(Clone, Debug)]
pub struct Inbox {
    sender: SyncSender<Received>,
    counts: Arc<Counts>,
}

/// Its other end.
#[derive(Debug)]
pub struct Outbox {
    receiver: Receiver<Received>,
    counts: Arc<Counts>,
}

/// A way into the watch.
#[must_use]
pub fn inbox() -> (Inbox, Outbox) {
    let (sender, receiver) = sync_channel(WAITING_MAX);
    let counts = Arc::new(Counts::default());
    let inbox = Inbox {
        sender,
        counts: Arc::clone(&counts),
    };
    (inbox, Outbox { receiver, counts })
}

impl Inbox {
    /// Hands an acknowledgement in; where nothing more fits it is lost, and the warning stays unacknowledged.
    pub fn acknowledge(&self, acknowledgement: Acknowledgement) {
        self.put(Received::Acknowledged(acknowledgement), 0);
    }

    fn datagram(&self, bytes: &[u8]) {
        let (time_ns, at) = (now_ns(), Instant::now());
        if self.counts.waiting_bytes.load(Ordering::Acquire) + bytes.len() > WAITING_BYTES_MAX {
            self.counts.dropped.fetch_add(1, Ordering::AcqRel);
            return;
        }
        let received = Received::Datagram {
            time_ns,
            at,
            bytes: bytes.to_vec(),
        };
        if !self.put(received, bytes.len()) {
            self.counts.dropped.fetch_add(1, Ordering::AcqRel);
        }
    }

    fn put(&self, received: Received, bytes: usize) -> bool {
        // Counted before the other end can take it out.
        self.counts.waiting.fetch_add(1, Ordering::AcqRel);
        self.counts.waiting_bytes.fetch_add(bytes, Ordering::AcqRel);
        match self.sender.try_send(received) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.counts.waiting.fetch_sub(1, Ordering::AcqRel);
                self.counts.waiting_bytes.fetch_sub(bytes, Ordering::AcqRel);
                false
            }
        }
    }

    /// Reads a socket until told to stop.
    ///
    /// # Errors
    /// When the socket cannot be set up. What goes wrong later does not end it.
    pub fn listen(self, socket: UdpSocket, stop: Arc<AtomicBool>) -> io::Result<()> {
        socket.set_read_timeout(Some(SOCKET_PATIENCE))?;
        std::thread::Builder::new()
            .name("socket".to_owned())
            .spawn(move || {
                let mut buffer = vec![0; DATAGRAM_BYTES_MAX];
                while !stop.load(Ordering::Acquire) {
                    // Time-outs, and reports that some other datagram found nobody.
                    let Ok(length) = socket.recv(&mut buffer) else {
                        continue;
                    };
                    self.datagram(buffer.get(..length).unwrap_or_default());
                }
            })?;
        Ok(())
    }
}

/// What the watch works with besides its station.
#[derive(Debug)]
pub struct Watch<R: Realm> {
    /// Receivers.
    pub outlets: Vec<Outlet<R>>,
    /// What the view shows.
    pub status: Arc<Mutex<Status>>,
    /// Whether to stop.
    pub stop: Arc<AtomicBool>,
    /// Names of the sensors.
    pub sensors: Vec<String>,
}

/// What is counted besides.
struct Tally {
    latencies: Latencies,
    open: BTreeMap<String, Warning>,
    told: u64,
    dismissed: u64,
    dropped: u64,
}

impl<R: Realm> Watch<R> {
    /// Watches until told to stop, and ends the station and the receivers.
    ///
    /// # Errors
    /// When the last records cannot be brought to the disk.
    pub fn run<S: Storage>(
        self,
        mut station: Station<R, S>,
        inbox: &Outbox,
        restored: &[Message<R>],
    ) -> Result<(), super::journal::JournalError> {
        let mut tally = Tally {
            latencies: Latencies::default(),
            open: BTreeMap::new(),
            told: 0,
            dismissed: 0,
            dropped: 0,
        };
        for message in restored {
            self.tell(message, &mut tally);
        }
        let (mut synced, mut shown) = (Instant::now(), Instant::now());
        self.show(&station, inbox, &tally);
        while !self.stop.load(Ordering::Acquire) {
            match inbox.receiver.recv_timeout(patience(&station)) {
                Ok(received) => self.take(&mut station, inbox, received, &mut tally),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            let dropped = inbox.counts.dropped.load(Ordering::Acquire);
            if station.due_ns().is_some_and(|due| due <= now_ns()) {
                let decisions = station.take(now_ns(), Input::Tick);
                self.act(&decisions, &mut tally);
            }
            if synced.elapsed() >= SYNC_EVERY {
                synced = Instant::now();
                if dropped > tally.dropped {
                    station.take(now_ns(), Input::Dropped(dropped - tally.dropped));
                    tally.dropped = dropped;
                }
                station.start_sync();
            }
            if shown.elapsed() >= STATUS_EVERY {
                shown = Instant::now();
                self.show(&station, inbox, &tally);
            }
        }
        let stopped = station.stop(now_ns());
        for outlet in self.outlets {
            outlet.stop();
        }
        stopped
    }

    fn take<S: Storage>(
        &self,
        station: &mut Station<R, S>,
        inbox: &Outbox,
        received: Received,
        tally: &mut Tally,
    ) {
        inbox.counts.waiting.fetch_sub(1, Ordering::AcqRel);
        match received {
            Received::Datagram { time_ns, at, bytes } => {
                inbox
                    .counts
                    .waiting_bytes
                    .fetch_sub(bytes.len(), Ordering::AcqRel);
                let decisions = station.take(time_ns, Input::Datagram(&bytes));
                self.act(&decisions, tally);
                tally.latencies.add(at.elapsed());
            }
            Received::Acknowledged(acknowledgement) => {
                let words = format!(
                    "{} acknowledged by {}",
                    printable(&acknowledgement.identifier),
                    printable(&acknowledgement.by)
                );
                station.take(now_ns(), Input::Acknowledged(&acknowledgement));
                self.say(words);
            }
        }
    }

    /// Tells receivers and the view what was decided.
    fn act(&self, decisions: &[Decision<R>], tally: &mut Tally) {
        for decision in decisions {
            match decision {
                Decision::Warning(message) => self.tell(message, tally),
                Decision::Dismissed(dismissed) => {
                    tally.dismissed += 1;
                    self.say(format!(
                        "track {} dismissed as {}: {}",
                        dismissed.track.0,
                        dismissed.class.name(),
                        dismissed.reason
                    ));
                }
                Decision::Blind { sensor, cause } => {
                    self.say(format!(
                        "{} is BLIND: {}",
                        self.sensor(*sensor),
                        cause.name()
                    ));
                }
                Decision::Well { sensor } => self.say(format!("{} is well", self.sensor(*sensor))),
                Decision::Checkpoint => {}
            }
        }
    }

    fn sensor(&self, sensor: usize) -> &str {
        self.sensors.get(sensor).map_or("a sensor", String::as_str)
    }

    fn tell(&self, message: &Message<R>, tally: &mut Tally) {
        for outlet in &self.outlets {
            outlet.post(message);
        }
        let warning = message.warning();
        tally.told += 1;
        match is_open(warning) {
            true => drop(tally.open.insert(warning.zone.id.clone(), warning.clone())),
            false => drop(tally.open.remove(&warning.zone.id)),
        }
        let when = |ns: i64| moment(ns.saturating_sub(warning.sent_ns));
        let until = match is_open(warning) {
            true => format!(
                ", first impact {}, last {}, probability {:.2}",
                when(warning.first_impact_ns),
                when(warning.last_impact_ns),
                warning.probability
            ),
            false => String::new(),
        };
        self.say(format!(
            "{} {}: {} ({}){until}",
            stage_word(warning.stage).to_uppercase(),
            warning.zone.name,
            warning.class,
            warning.identifier
        ));
    }

    fn say(&self, words: String) {
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        status.say(words);
    }

    fn show<S: Storage>(&self, station: &Station<R, S>, inbox: &Outbox, tally: &Tally) {
        let now = now_ns();
        let seen = station.engine().seen();
        let confirmed = seen
            .iter()
            .filter(|one| one.track.status == TrackStatus::Confirmed);
        let confirmed = confirmed.count();
        let sensors = self.sensors.iter().zip(station.engine().blind());
        let lines = sensors
            .zip(station.last_scans_ns())
            .map(|((name, blind), last)| SensorLine {
                name: name.clone(),
                blind: blind.map(|cause| cause.name()),
                age_s: last.map(|last| now.saturating_sub(last) as f64 * 1e-9),
            });
        let warnings = tally.open.values().map(|warning| WarningLine {
            zone: warning.zone.name.clone(),
            stage: stage_word(warning.stage),
            first_s: warning.first_impact_ns.saturating_sub(now) as f64 * 1e-9,
            last_s: warning.last_impact_ns.saturating_sub(now) as f64 * 1e-9,
            probability: warning.probability,
            acknowledged: station
                .acknowledged()
                .find(|one| one.zone == warning.zone.id && names(warning, &one.identifier))
                .map(|one| printable(&one.by)),
        });
        let sinks = self.outlets.iter().map(|outlet| SinkLine {
            name: outlet.name.clone(),
            standing: outlet.standing(),
        });
        let (sensors, warnings, sinks) = (lines.collect(), warnings.collect(), sinks.collect());
        let troubles = station.intake().troubles().iter();
        let troubles = troubles
            .map(|(_, count, last)| (count, printable(last)))
            .collect();
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        status.sensors = sensors;
        status.warnings = warnings;
        status.sinks = sinks;
        status.troubles = troubles;
        status.confirmed = confirmed;
        status.tentative = seen.len() - confirmed;
        status.dismissed = tally.dismissed;
        status.latency_ms = tally.latencies.p50_p99_ms();
        status.waiting = inbox.counts.waiting.load(Ordering::Acquire);
        status.dropped = inbox.counts.dropped.load(Ordering::Acquire);
        status.journal = Clearance {
            positions: station.journal().next_position(),
            unsynced: station.journal().unsynced(),
            lost: station.journal().lost(),
            failing: station.journal().is_failing() || station.journal().sync_failed(),
        };
    }
}

/// Whether a message of a warning has this identifier.
fn names(warning: &Warning, identifier: &str) -> bool {
    let mut references = warning.references.iter();
    warning.identifier == identifier || references.any(|one| one.identifier == identifier)
}

/// Somebody else's words without what a terminal would act upon, and not too many.
fn printable(words: &str) -> String {
    words
        .chars()
        .filter(|letter| !letter.is_control())
        .take(120)
        .collect()
}

/// How long nothing needs to be done.
fn patience<R: Realm, S: Storage>(station: &Station<R, S>) -> Duration {
    let due_ns = station
        .due_ns()
        .map_or(i64::MAX, |due| due.saturating_sub(now_ns()));
    Duration::from_nanos(u64::try_from(due_ns).unwrap_or(0)).min(SOCKET_PATIENCE)
}

/// A time from now on in words, which may be over.
fn moment(from_now_ns: i64) -> String {
    let whole_s = (from_now_ns as f64 * 1e-9).round();
    match whole_s < 0.0 {
        true => format!("{:.0} s ago", -whole_s),
        false => format!("in {:.0} s", whole_s.abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn what_is_over_is_told_as_over() {
        assert_eq!(moment(12_400_000_000), "in 12 s");
        assert_eq!(moment(-400_000_000), "in 0 s");
        assert_eq!(moment(-12_400_000_000), "12 s ago");
    }
}
