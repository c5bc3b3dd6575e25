//! What the program does with one event, live, in replay and in simulation: the one place that decides.
//!
//! An engine holds the tracker, the warner and the health of the sensors. It has no clock and does no
//! input or output: every event carries its moment and its **position** in the journal, and what the
//! engine knows follows from the events in their order and from nothing else. So a journal that is read
//! again gives the same decisions, and the identifier of a warning, which is made of the site, the
//! position of the scan that caused it and the zone, is the same again.
//!
//! **Ticks.** Silence and the end of a warning are due at moments when nothing is received.
//! [`Engine::due_ns`] tells the next; the caller writes a tick into the journal then and hands it in. A
//! tick that decides nothing changes nothing, so that it need not be kept.
//!
//! **Checkpoints.** A journal grows without end, and reading all of it would take ever longer. Every minute, and
//! in an attack whenever a fraction of a second's work has gathered, an engine says with
//! [`Decision::Checkpoint`] that its state is worth keeping: [`Engine::store`] writes it exactly, and an engine
//! that reads it back goes on as this one, bit for bit. When that is follows from the events alone.

mod health;
mod realm;

pub use health::BlindCause;
pub use realm::{Drill, Live, Message, Realm};

use health::{Change, Health, Verdict};
use std::collections::BTreeSet;
use theatre::{Geodetic, LocalFrame, Reference, Stage, Warning, Zone};
use thiserror::Error;
use tracking::warning::{self, Area, Notice, Observed, Warner};
use tracking::{
    Dismissed, ImpactPrediction, LevelGround, Scan, SensorModel, Status, Stored, Track, TrackId,
    Tracker, TrackingError,
};

/// Time after which the state is worth keeping, s.
const CHECKPOINT_S: f64 = 60.0;
/// The same where reading the events again would take long: work since then, µs, and least time, s.
const CHECKPOINT_WORK_US: u64 = 300_000;
const CHECKPOINT_BUSY_S: f64 = 2.0;
/// Work of a scan, µs: for each plot, each track, and each track and zone (measured, in round figures).
const WORK_US: [u64; 3] = [5, 150, 15];
/// Earlier messages that one refers to: the first, and the last of them.
const REFERENCES_MAX: usize = 32;
/// Track numbers set aside for each second.
const NUMBERS_PER_S: u64 = 4_096;

/// What an engine works with.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Name of the site in identifiers: lower-case letters, digits and hyphens.
    pub site: String,
    /// Origin of the tracking frame, whose x is east, y north and z up.
    pub origin: Geodetic,
    /// Height of that origin above sea level, m.
    pub origin_height_m: f64,
    /// Height of the ground in the frame, m.
    pub ground_m: f64,
    /// The radars.
    pub sensors: Vec<SensorModel>,
    /// Who may be warned.
    pub zones: Vec<Zone>,
    /// How to track; its surroundings are overwritten by the above.
    pub tracking: tracking::Settings,
    /// When to warn.
    pub warning: warning::Settings,
}

/// Why an engine cannot be made.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum EngineError {
    /// The name of the site would make identifiers that no receiver takes.
    #[error("the site is called `{site}`; use lower-case letters, digits and hyphens")]
    Site {
        /// The name.
        site: String,
    },
    /// The outline of a zone is no area, or lies too far away.
    #[error("the outline of zone `{zone}`: {error}")]
    Zone {
        /// Its name.
        zone: String,
        /// What is wrong with it.
        error: TrackingError,
    },
    /// A sensor or a setting.
    #[error(transparent)]
    Tracking(#[from] TrackingError),
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its position in the journal.
    pub position: u64,
    /// When it was received, ns, by the clock that dates scans.
    pub now_ns: i64,
    /// What it is.
    pub kind: EventKind,
}

/// What may happen.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// The program began to listen; also after a restart, before anything else.
    Started,
    /// A sensor gave a scan.
    Scan(Scan),
    /// Time passed.
    Tick,
}

/// What was decided.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision<R: Realm> {
    /// A zone is to be told.
    Warning(Message<R>),
    /// A track was named something that does not fall.
    Dismissed(Dismissed),
    /// A sensor can no longer be relied on.
    Blind {
        /// Its number.
        sensor: usize,
        /// Why.
        cause: BlindCause,
    },
    /// A blind sensor can be relied on again.
    Well {
        /// Its number.
        sensor: usize,
    },
    /// The state is to be kept, so that no event up to here need be read again.
    Checkpoint,
}

/// A track and where it comes down, after the last scan.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// The track; its number is not used again by this engine or one that follows it.
    pub track: Track,
    /// Where and when it comes down; none for what does not, or is not confirmed.
    pub impact: Option<ImpactPrediction>,
}

impl Seen {
    /// Whether its impact is to be shown: it is confirmed, and falls more likely than not.
    #[must_use]
    pub fn is_threat(&self) -> bool {
        self.track.status == Status::Confirmed && self.track.probability_of_falling() >= 0.5
    }
}

/// What was left out so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Plots with a figure that is no number or out of range, or too many in a scan.
    pub plots: u64,
    /// Scans dated too late or too early, or of an unknown sensor.
    pub scans: u64,
    /// Scans that came twice, or in a flood.
    pub dropped: u64,
}

tracking::stored!(LeftOut {
    plots,
    scans,
    dropped
});

/// The latest message of a zone, which receivers are given again after a restart.
#[derive(Clone, Debug)]
struct Latest {
    identifier: String,
    sent_ns: i64,
    notice: Notice,
    /// Earlier messages of the same warning.
    references: Vec<Reference>,
}

tracking::stored!(Latest {
    identifier,
    sent_ns,
    notice,
    references
});

impl Latest {
    /// It as a message to its zone.
    fn message<R: Realm>(&self, zone: &Zone) -> Message<R> {
        let notice = &self.notice;
        Message::new(Warning {
            identifier: self.identifier.clone(),
            reality: R::REALITY,
            stage: notice.stage,
            zone: zone.clone(),
            sent_ns: self.sent_ns,
            first_impact_ns: notice.first_impact_ns,
            last_impact_ns: notice.last_impact_ns,
            expires_ns: notice.expires_ns,
            probability: notice.probability,
            class: notice.class.name().to_owned(),
            references: self.references.clone(),
        })
    }

    /// What the next message of the same warning refers to; nothing where the warning is over.
    fn references_with_it(&self) -> Vec<Reference> {
        if matches!(self.notice.stage, Stage::Cancel | Stage::AllClear) {
            return Vec::new();
        }
        let mut all = self.references.clone();
        if all.len() >= REFERENCES_MAX {
            all.remove(1);
        }
        all.push(Reference {
            identifier: self.identifier.clone(),
            sent_ns: self.sent_ns,
        });
        all
    }
}

/// From events to decisions.
#[derive(Debug)]
pub struct Engine<R: Realm> {
    settings: Settings,
    ground: LevelGround,
    tracker: Tracker,
    warner: Warner,
    health: Health,
    seen: Vec<Seen>,
    /// Dismissals of the last seconds that were told.
    told: BTreeSet<(i64, TrackId)>,
    /// The latest message of each zone.
    latest: Vec<Option<Latest>>,
    left_out: LeftOut,
    refusal: Option<TrackingError>,
    began_ns: Option<i64>,
    /// Last checkpoint, and work since then, µs.
    checkpoint_ns: i64,
    work_us: u64,
    realm: std::marker::PhantomData<R>,
}

impl<R: Realm> Engine<R> {
    /// An engine to which nothing has happened.
    ///
    /// # Errors
    /// [`EngineError`] naming the first setting that cannot be used.
    pub fn new(mut settings: Settings) -> Result<Self, EngineError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if settings.site.is_empty() || !settings.site.chars().all(plain) {
            return Err(EngineError::Site {
                site: settings.site,
            });
        }
        let frame = LocalFrame::new(settings.origin, settings.origin_height_m);
        let area = |zone: &Zone| {
            let corner = |place: &Geodetic| {
                let local = frame.local(*place, settings.origin_height_m);
                [local.east_m, local.north_m]
            };
            Area::new(zone.outline.iter().map(corner).collect()).map_err(|error| {
                EngineError::Zone {
                    zone: zone.id.clone(),
                    error,
                }
            })
        };
        let areas = settings.zones.iter().map(area).collect::<Result<_, _>>()?;
        settings.tracking.surroundings.origin_height_m = settings.origin_height_m;
        settings.tracking.surroundings.ground_m = settings.ground_m;
        Ok(Self {
            ground: LevelGround {
                height_m: settings.ground_m,
            },
            tracker: Tracker::new(settings.tracking, settings.sensors.clone())?,
            warner: Warner::new(settings.warning, areas)?,
            health: Health::new(&settings.sensors),
            seen: Vec::new(),
            told: BTreeSet::new(),
            latest: vec![None; settings.zones.len()],
            left_out: LeftOut::default(),
            refusal: None,
            began_ns: None,
            checkpoint_ns: 0,
            work_us: 0,
            realm: std::marker::PhantomData,
            settings,
        })
    }

    /// Decides what follows from an event.
    pub fn take(&mut self, event: Event) -> Vec<Decision<R>> {
        let (position, now_ns) = (event.position, event.now_ns);
        if self.began_ns.is_none() {
            (self.began_ns, self.checkpoint_ns) = (Some(now_ns), now_ns);
        }
        let mut decisions = match event.kind {
            EventKind::Started => {
                self.health.listen(now_ns);
                Vec::new()
            }
            EventKind::Scan(scan) => self.take_scan(position, now_ns, scan),
            EventKind::Tick => {
                let notices = self.warner.tick(now_ns);
                self.messages(position, now_ns, notices)
            }
        };
        decisions.extend(self.health.lost(now_ns).into_iter().map(decision));
        if self.is_worth_keeping(now_ns) {
            (self.checkpoint_ns, self.work_us) = (now_ns, 0);
            decisions.push(Decision::Checkpoint);
        }
        decisions
    }

    fn is_worth_keeping(&self, now_ns: i64) -> bool {
        let since_ns = now_ns.saturating_sub(self.checkpoint_ns);
        let busy = self.work_us >= CHECKPOINT_WORK_US;
        since_ns >= nanoseconds(CHECKPOINT_S) || busy && since_ns >= nanoseconds(CHECKPOINT_BUSY_S)
    }

    /// Appends all that an engine of the same settings needs to go on as this one.
    pub fn store(&self, out: &mut Vec<u8>) {
        self.tracker.store(out);
        self.warner.store(out);
        self.health.store(out);
        self.told.store(out);
        self.latest.store(out);
        self.left_out.store(out);
        self.began_ns.store(out);
        (self.checkpoint_ns, self.work_us).store(out);
    }

    /// The engine of these settings that was stored, taken from the front of `bytes`; none where they are no such
    /// thing.
    ///
    /// # Errors
    /// [`EngineError`] naming the first setting that cannot be used.
    pub fn restore(settings: Settings, bytes: &mut &[u8]) -> Result<Option<Self>, EngineError> {
        let mut engine = Self::new(settings)?;
        Ok(engine.go_to(bytes).map(|()| engine))
    }

    fn go_to(&mut self, bytes: &mut &[u8]) -> Option<()> {
        self.tracker.restore(bytes)?;
        self.warner.restore(bytes)?;
        self.health.restore(bytes)?;
        self.told = Stored::restore(bytes)?;
        let latest = Vec::<Option<Latest>>::restore(bytes)?;
        if latest.len() != self.latest.len() {
            return None;
        }
        self.latest = latest;
        self.left_out = Stored::restore(bytes)?;
        self.began_ns = Stored::restore(bytes)?;
        (self.checkpoint_ns, self.work_us) = Stored::restore(bytes)?;
        self.see();
        Some(())
    }

    /// The moment at which a tick will decide something; none where none is awaited.
    #[must_use]
    pub fn due_ns(&self) -> Option<i64> {
        let due = [self.warner.due_ns(), self.health.due_ns()];
        due.into_iter().flatten().min()
    }

    /// Tracks after the newest scan, with their impacts.
    #[must_use]
    pub fn seen(&self) -> &[Seen] {
        &self.seen
    }

    /// What is wrong with each sensor.
    pub fn blind(&self) -> impl Iterator<Item = Option<BlindCause>> + '_ {
        self.health.blind()
    }

    /// What was left out since the engine began.
    #[must_use]
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// Why the last scan was not taken in, where it was not.
    #[must_use]
    pub fn refusal(&self) -> Option<&TrackingError> {
        self.refusal.as_ref()
    }

    /// What it works with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    fn take_scan(&mut self, position: u64, now_ns: i64, scan: Scan) -> Vec<Decision<R>> {
        self.refusal = None;
        let (sensor, time_ns, plots) = (scan.sensor, scan.time_ns, scan.plots.len() as u64);
        let news = match self.health.receive(now_ns, &scan) {
            Verdict::Use { news } => news,
            Verdict::Drop => {
                self.left_out.dropped += 1;
                return Vec::new();
            }
        };
        match self.tracker.take(scan, now_ns) {
            Ok(taken) => {
                self.left_out.plots += taken.plots_refused as u64;
                if news {
                    self.health.good(now_ns, sensor, time_ns);
                }
            }
            Err(error) => {
                self.left_out.scans += 1;
                let cause = match error {
                    TrackingError::Flood { .. } => BlindCause::Flooding,
                    _ => BlindCause::Clock,
                };
                self.health.refused(now_ns, sensor, cause);
                self.refusal = Some(error);
                return Vec::new();
            }
        }
        let observed = self.see();
        let notices = self.warner.take(now_ns, &observed);
        let [each_plot, each_track, each_hit] = WORK_US;
        let (tracks, zones) = (self.seen.len() as u64, self.settings.zones.len() as u64);
        self.work_us += plots * each_plot + tracks * (each_track + zones * each_hit);
        let mut decisions = self.messages(position, now_ns, notices);
        decisions.extend(self.dismissals());
        decisions.extend(self.health.recovered(now_ns, sensor).map(decision));
        decisions
    }

    /// Sets what is to be seen after a scan; returns it as the warner takes it.
    fn see(&mut self) -> Vec<Observed> {
        let tracks = self.tracker.tracks().collect::<Vec<_>>();
        let settings = &self.settings.warning;
        let mut observed = Vec::with_capacity(tracks.len());
        let base = self.number_base();
        self.seen = tracks
            .into_iter()
            .map(|mut track| {
                let certain = track.status == Status::Confirmed && !track.dismissed;
                let impact = certain
                    .then(|| self.tracker.impact(&track, &self.ground))
                    .flatten();
                observed.push(Observed::of(&track, impact, settings));
                track.id = TrackId(track.id.0.saturating_add(base));
                Seen { track, impact }
            })
            .collect();
        observed.extend(warning::unseen(&self.tracker));
        observed
    }

    /// Dismissals that were not told yet.
    fn dismissals(&mut self) -> Vec<Decision<R>> {
        let newest_ns = self.tracker.time_ns().unwrap_or(0);
        // A late scan may dismiss a track a while ago.
        let oldest_ns = newest_ns.saturating_sub(2 * tracking::LATE_MAX_NS);
        self.told.retain(|(time_ns, _)| *time_ns >= oldest_ns);
        let base = self.number_base();
        let told = &mut self.told;
        self.tracker
            .dismissed()
            .filter(|one| one.time_ns >= oldest_ns && told.insert((one.time_ns, one.track)))
            .map(|one| {
                let track = TrackId(one.track.0.saturating_add(base));
                Decision::Dismissed(Dismissed {
                    track,
                    ..one.clone()
                })
            })
            .collect()
    }

    /// What is added to the tracker's own numbers, which begin at 0 in every engine.
    fn number_base(&self) -> u64 {
        let began_s = self.began_ns.unwrap_or(0).max(0) as u64 / 1_000_000_000;
        began_s.saturating_mul(NUMBERS_PER_S)
    }

    fn messages(&mut self, position: u64, now_ns: i64, notices: Vec<Notice>) -> Vec<Decision<R>> {
        let mut decisions = Vec::with_capacity(notices.len());
        for notice in notices {
            let (number, place) = (notice.number, notice.zone);
            let (Some(zone), Some(latest)) =
                (self.settings.zones.get(place), self.latest.get_mut(place))
            else {
                continue;
            };
            let before = latest.as_ref().map(Latest::references_with_it);
            let references = before.unwrap_or_default();
            // All messages of a warning begin with the identifier of its alert. They have a position too: where
            // a journal has lost its end with the power, another update of the same number may follow.
            let identifier = match references.first() {
                Some(alert) => format!("{}-{number}-{position}", alert.identifier),
                None => format!("{}{}-{position}-{place}", R::PREFIX, self.settings.site),
            };
            let told = latest.insert(Latest {
                identifier,
                sent_ns: now_ns,
                notice,
                references,
            });
            decisions.push(Decision::Warning(told.message(zone)));
        }
        decisions
    }

    /// The latest message of each zone that was ever warned, an end as well as an alert.
    pub fn latest(&self) -> impl Iterator<Item = Message<R>> + '_ {
        let both = self.settings.zones.iter().zip(&self.latest);
        both.filter_map(|(zone, latest)| Some(latest.as_ref()?.message(zone)))
    }
}

fn decision<R: Realm>(change: Change) -> Decision<R> {
    let sensor = change.sensor;
    match change.blind {
        Some(cause) => Decision::Blind { sensor, cause },
        None => Decision::Well { sensor },
    }
}

fn nanoseconds(seconds: f64) -> i64 {
    (seconds * 1e9) as i64
}
