//! The watch without its threads: what was received goes in, what was decided comes out.
//!
//! A station keeps every input in its journal before it acts upon it, and every decision before it is told to
//! anybody. It has no clock and no sockets: production drives it with threads, a test with whatever may
//! happen. What it decides follows from the inputs in their order alone, so that a station opened on a
//! journal is as the one that wrote it was, and [`read_again`] finds the same decisions, byte for byte.

use super::engine::{Decision, Engine, EngineError, Event, EventKind, Message, Realm, Settings};
use super::intake::{Building, Intake, Source};
use super::journal::{
    Found, Journal, JournalError, Kind, Limits, PAYLOAD_BYTES_MAX, Record, Storage, read_all,
};
use super::message::{decision_json, json};
use super::sinks::Acknowledgement;
use std::collections::{BTreeMap, VecDeque};
use theatre::warning::{Stage, Warning};
use tracking::Stored;

/// Acknowledgements that are shown: the last of as many zones.
const ACKNOWLEDGED_MAX: usize = 1_000;

/// Decisions that are looked for in what the journal holds next.
const OPEN_MAX: usize = 10_000;

/// Why a station cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum StationError {
    /// Its engine cannot be made.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Its journal cannot be opened.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// What a station is told.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// A datagram came.
    Datagram(&'a [u8]),
    /// Time has passed; only what is due is looked at.
    Tick,
    /// A receiver has acknowledged a warning.
    Acknowledged(&'a Acknowledgement),
    /// So many datagrams were thrown away unread.
    Dropped(u64),
}

/// What a station found in its journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Restored<R: Realm> {
    /// What the journal holds.
    pub found: Found,
    /// Messages that receivers must be given again, as nobody knows which they were given: those that were decided
    /// on but not kept before the program ended, and the latest of each zone, an end too, until it expires.
    pub messages: Vec<Message<R>>,
    /// Whether the journal was written with other settings, so that nothing could be restored.
    pub settings_differ: bool,
    /// Decisions of the journal that were decided otherwise now, as after a change of the program.
    pub differences: u64,
}

/// The watch of one site.
#[derive(Debug)]
pub struct Station<R: Realm, S> {
    core: Core<R>,
    journal: Journal<S>,
    now_ns: i64,
    acknowledged: BTreeMap<String, Acknowledgement>,
}

/// What decides.
#[derive(Debug)]
struct Core<R: Realm> {
    settings: Settings,
    sources: Vec<Source>,
    engine: Engine<R>,
    intake: Intake,
    last_scans_ns: Vec<Option<i64>>,
}

impl<R: Realm> Core<R> {
    fn new(settings: Settings, sources: Vec<Source>) -> Result<Self, EngineError> {
        Ok(Self {
            engine: Engine::new(settings.clone())?,
            intake: Intake::new(sources.clone(), R::REALITY),
            last_scans_ns: vec![None; sources.len()],
            settings,
            sources,
        })
    }

    /// A number that is another for other settings.
    fn fingerprint(&self) -> [u8; 4] {
        let words = format!("{:?} {:?} {:?}", R::REALITY, self.settings, self.sources);
        crc32fast::hash(words.as_bytes()).to_le_bytes()
    }

    fn due_ns(&self) -> Option<i64> {
        let due = [self.engine.due_ns(), self.intake.due_ns()];
        due.into_iter().flatten().min()
    }

    /// Decides on a record of what was received.
    fn take(&mut self, record: &Record<'_>) -> Vec<Decision<R>> {
        let scans = match record.kind {
            Kind::Datagram => self.intake.take(record.time_ns, record.payload),
            Kind::Tick => self.intake.tick(record.time_ns),
            _ => Vec::new(),
        };
        let own = match record.kind {
            Kind::Tick => Some(EventKind::Tick),
            Kind::Started => Some(EventKind::Started),
            _ => None,
        };
        let mut decisions = Vec::new();
        for scan in &scans {
            if let Some(last) = self.last_scans_ns.get_mut(scan.sensor) {
                *last = Some(record.time_ns);
            }
        }
        for kind in scans.into_iter().map(EventKind::Scan).chain(own) {
            let event = Event {
                position: record.position,
                now_ns: record.time_ns,
                kind,
            };
            decisions.extend(self.engine.take(event));
        }
        decisions
    }

    /// Becomes what it was at a checkpoint; stays as it is where that is of other settings.
    fn go_to(&mut self, payload: &[u8]) -> Result<bool, EngineError> {
        let Some(mut rest) = payload.strip_prefix(&self.fingerprint()) else {
            return Ok(false);
        };
        let engine = Engine::restore(self.settings.clone(), &mut rest)?;
        let building = Vec::<Building>::restore(&mut rest);
        let (Some(engine), Some(building), true) = (engine, building, rest.is_empty()) else {
            return Ok(false);
        };
        self.engine = engine;
        self.intake.go_on_from(building);
        Ok(true)
    }

    /// The record of a decision; nothing for what only the journal itself needs.
    fn kept(&self, decision: &Decision<R>) -> Option<(Kind, Vec<u8>)> {
        let site = &self.settings.site;
        match decision {
            Decision::Warning(message) => {
                let text = json(site, message.warning()).to_string();
                Some((Kind::Warning, text.into_bytes()))
            }
            Decision::Checkpoint => {
                let mut payload = self.fingerprint().to_vec();
                self.engine.store(&mut payload);
                self.intake.building().to_vec().store(&mut payload);
                // A flood may make it too long to keep; there will be another.
                let fits = payload.len() <= PAYLOAD_BYTES_MAX;
                fits.then_some((Kind::Checkpoint, payload))
            }
            other => {
                let text = decision_json(other)?.to_string();
                Some((Kind::Decision, text.into_bytes()))
            }
        }
    }
}

/// Decides again on what a journal holds, and compares.
struct Again<R: Realm> {
    core: Core<R>,
    /// Decided, and not yet met in the journal.
    open: VecDeque<(Decision<R>, Kind, Vec<u8>)>,
    /// Whether the settings are those that the records were written with.
    follows: bool,
    compared: u64,
    differences: u64,
}

impl<R: Realm> Again<R> {
    fn new(settings: Settings, sources: Vec<Source>) -> Result<Self, EngineError> {
        Ok(Self {
            core: Core::new(settings, sources)?,
            open: VecDeque::new(),
            follows: false,
            compared: 0,
            differences: 0,
        })
    }

    fn take(&mut self, record: &Record<'_>) -> Result<(), EngineError> {
        match record.kind {
            Kind::Started => {
                self.follows = record.payload.starts_with(&self.core.fingerprint());
                if !self.follows {
                    self.begin_anew()?;
                }
            }
            Kind::Checkpoint if !self.follows => {
                // The first that is read, where what stood before it has been removed.
                self.follows = self.core.go_to(record.payload)?;
                return Ok(());
            }
            _ => {}
        }
        if !self.follows {
            return Ok(());
        }
        match record.kind {
            Kind::Decision | Kind::Warning | Kind::Checkpoint => {
                self.compared += 1;
                let same = |(_, kind, bytes): &(_, Kind, Vec<u8>)| {
                    *kind == record.kind && bytes == record.payload
                };
                match self.open.iter().position(same) {
                    Some(place) => {
                        let unmet = self.open.drain(..=place).take(place);
                        // A checkpoint that was not written before the program ended is not made up for.
                        let kept = unmet.filter(|(_, kind, _)| *kind != Kind::Checkpoint);
                        self.differences += kept.count() as u64;
                    }
                    None => self.differences += 1,
                }
            }
            _ => {
                for decision in self.core.take(record) {
                    if let Some((kind, bytes)) = self.core.kept(&decision) {
                        self.open.push_back((decision, kind, bytes));
                    }
                    if self.open.len() > OPEN_MAX {
                        self.open.pop_front();
                        self.differences += 1;
                    }
                }
            }
        }
        Ok(())
    }

    fn begin_anew(&mut self) -> Result<(), EngineError> {
        let Core {
            settings, sources, ..
        } = &self.core;
        self.core = Core::new(settings.clone(), sources.clone())?;
        self.open.clear();
        Ok(())
    }
}

/// How a journal compares with what is decided on it now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// What the journal holds.
    pub found: Found,
    /// Decisions and warnings that were compared, byte for byte.
    pub compared: u64,
    /// Those that are not the same, or are missing in one of both.
    pub differences: u64,
    /// Decided now, where the journal ends before it was kept.
    pub unkept: u64,
}

/// Decides again on all that a journal holds.
///
/// # Errors
/// [`StationError`], where the journal cannot be read or an engine cannot be made.
pub fn read_again<R: Realm, S: Storage>(
    settings: Settings,
    sources: Vec<Source>,
    storage: &mut S,
) -> Result<Comparison, StationError> {
    let mut again = Again::<R>::new(settings, sources)?;
    let mut failed = None;
    let found = read_all(storage, |record| {
        if let Err(error) = again.take(record) {
            failed = failed.take().or(Some(error));
        }
    })?;
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(Comparison {
            found,
            compared: again.compared,
            differences: again.differences,
            unkept: again
                .open
                .iter()
                .filter(|(_, kind, _)| *kind != Kind::Checkpoint)
                .count() as u64,
        }),
    }
}

impl<R: Realm, S: Storage> Station<R, S> {
    /// Opens a station on its journal, as it was when the last record was written, and begins to listen.
    ///
    /// # Errors
    /// [`StationError`], where the settings cannot be used or the journal cannot be opened.
    pub fn open(
        settings: Settings,
        sources: Vec<Source>,
        storage: S,
        limits: Limits,
        now_ns: i64,
    ) -> Result<(Self, Restored<R>), StationError> {
        let mut again = Again::new(settings, sources)?;
        let mut failed = None;
        let (journal, found) = Journal::open(storage, limits, |record| {
            if let Err(error) = again.take(record) {
                failed = failed.take().or(Some(error));
            }
        })?;
        if let Some(error) = failed {
            return Err(error.into());
        }
        let settings_differ = found.records > 0 && !again.follows;
        let mut station = Self {
            core: again.core,
            journal,
            now_ns: found.last_time_ns.unwrap_or(i64::MIN).max(now_ns),
            acknowledged: BTreeMap::new(),
        };
        let fingerprint = station.core.fingerprint();
        let begun = station.append(Kind::Started, &fingerprint);
        let mut messages: Vec<Message<R>> = Vec::new();
        let still = |message: &Message<R>| message.warning().expires_ns > now_ns;
        for (decision, kind, bytes) in again.open {
            if kind != Kind::Checkpoint {
                station.append(kind, &bytes);
            }
            if let Decision::Warning(message) = decision {
                messages.extend(Some(message).filter(still));
            }
        }
        for message in station.core.engine.latest().filter(still) {
            if !messages.contains(&message) {
                messages.push(message);
            }
        }
        let record = Record {
            position: begun,
            time_ns: station.now_ns,
            kind: Kind::Started,
            payload: &[],
        };
        let decisions = station.core.take(&record);
        messages.extend(station.keep(&decisions));
        station.journal.start_sync();
        let restored = Restored {
            found,
            messages,
            settings_differ,
            differences: again.differences,
        };
        Ok((station, restored))
    }

    /// Keeps an input and decides on it. The clock may go back; the station's does not.
    pub fn take(&mut self, now_ns: i64, input: Input<'_>) -> Vec<Decision<R>> {
        self.now_ns = self.now_ns.max(now_ns);
        let (kind, payload) = match input {
            Input::Datagram(bytes) => (Kind::Datagram, bytes),
            Input::Tick if self.due_ns().is_some_and(|due| due <= self.now_ns) => {
                (Kind::Tick, &[][..])
            }
            Input::Tick => return Vec::new(),
            Input::Acknowledged(acknowledgement) => {
                self.acknowledge(acknowledgement);
                return Vec::new();
            }
            Input::Dropped(count) => {
                self.append(Kind::Dropped, &count.to_le_bytes());
                return Vec::new();
            }
        };
        let position = self.append(kind, payload);
        let decisions = self.core.take(&Record {
            position,
            time_ns: self.now_ns,
            kind,
            payload,
        });
        self.keep(&decisions);
        decisions
    }

    /// The moment from which a tick has something to do.
    #[must_use]
    pub fn due_ns(&self) -> Option<i64> {
        self.core.due_ns()
    }

    /// Writes that the program stops, and waits for the disk.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn stop(mut self, now_ns: i64) -> Result<(), JournalError> {
        self.now_ns = self.now_ns.max(now_ns);
        self.append(Kind::Stopped, &[]);
        self.journal.sync_and_wait()
    }

    /// Starts to bring what was written to the disk, where there is anything.
    pub fn start_sync(&mut self) {
        if self.journal.unsynced() > 0 {
            self.journal.start_sync();
        }
    }

    /// The journal.
    #[must_use]
    pub fn journal(&self) -> &Journal<S> {
        &self.journal
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> &Engine<R> {
        &self.core.engine
    }

    /// The intake.
    #[must_use]
    pub fn intake(&self) -> &Intake {
        &self.core.intake
    }

    /// When each sensor's last scan was received, ns.
    #[must_use]
    pub fn last_scans_ns(&self) -> &[Option<i64>] {
        &self.core.last_scans_ns
    }

    /// The last acknowledgement of each zone.
    pub fn acknowledged(&self) -> impl Iterator<Item = &Acknowledgement> {
        self.acknowledged.values()
    }

    fn acknowledge(&mut self, acknowledgement: &Acknowledgement) {
        let zones = &self.core.settings.zones;
        if !zones.iter().any(|zone| zone.id == acknowledgement.zone) {
            return;
        }
        let text = acknowledgement.json().to_string();
        self.append(Kind::Acknowledged, text.as_bytes());
        if self.acknowledged.len() < ACKNOWLEDGED_MAX {
            let zone = acknowledgement.zone.clone();
            self.acknowledged.insert(zone, acknowledgement.clone());
        }
    }

    fn append(&mut self, kind: Kind, payload: &[u8]) -> u64 {
        self.journal.append(self.now_ns, kind, payload)
    }

    /// Keeps decisions; returns the messages among them.
    fn keep(&mut self, decisions: &[Decision<R>]) -> Vec<Message<R>> {
        let mut messages = Vec::new();
        for decision in decisions {
            if let Some((kind, bytes)) = self.core.kept(decision) {
                self.append(kind, &bytes);
            }
            if let Decision::Warning(message) = decision {
                messages.push(message.clone());
            }
        }
        if !messages.is_empty() {
            // Nobody waits for it, but a warning should outlive the power.
            self.journal.start_sync();
        }
        messages
    }
}

/// Whether a warning still holds after this message.
#[must_use]
pub fn is_open(warning: &Warning) -> bool {
    matches!(warning.stage, Stage::Alert | Stage::Update)
}
