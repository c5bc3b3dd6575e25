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
//! **What may be forgotten.** A journal grows without end, and reading all of it would take ever longer. Every
//! five minutes, once nothing threatens, an engine begins anew from the events of the last seconds alone,
//! and says with [`Decision::Forgotten`] from which position on a journal must be read to arrive at the
//! same state. In a lasting attack nothing is forgotten until it is over.

mod health;
mod realm;

pub use health::BlindCause;
pub use realm::{Drill, Live, Message, Realm};

use health::{Change, Health, Verdict};
use std::collections::{BTreeSet, VecDeque};
use theatre::{Geodetic, LocalFrame, Reference, Stage, Warning, Zone};
use thiserror::Error;
use tracking::warning::{self, Area, Notice, Observed, Warner};
use tracking::{
    Dismissed, ImpactPrediction, LevelGround, Scan, SensorModel, Status, Track, TrackId, Tracker,
    TrackingError,
};

/// Time after which an engine begins anew once nothing threatens, s, and at least in times of what it then
/// keeps.
const FORGET_AFTER_S: f64 = 300.0;
const FORGET_AFTER_TIMES: i64 = 4;
/// Time between attempts, s.
const FORGET_AGAIN_S: f64 = 60.0;
/// From how long before it begins anew, s, and at least in scan periods of the slowest sensor: enough to
/// find again and name again what flies by.
const KEPT_S: f64 = 15.0;
const KEPT_PERIODS: f64 = 8.0;
/// Most events and plots among them.
const KEPT_EVENTS_MAX: usize = 4_096;
const KEPT_PLOTS_MAX: usize = 200_000;
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
    /// Events before this position no longer matter.
    Forgotten {
        /// The first that still does.
        before: u64,
    },
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
    /// Messages of the open warning of each zone.
    sent: Vec<Vec<Reference>>,
    left_out: LeftOut,
    refusal: Option<TrackingError>,
    /// First event, and when to try to forget.
    began_ns: Option<i64>,
    forget_ns: i64,
    kept: VecDeque<Event>,
    kept_ns: i64,
    kept_plots: usize,
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
        let slowest_s = settings
            .sensors
            .iter()
            .map(|sensor| sensor.scan_period_s)
            .fold(0.0, f64::max);
        Ok(Self {
            ground: LevelGround {
                height_m: settings.ground_m,
            },
            tracker: Tracker::new(settings.tracking, settings.sensors.clone())?,
            warner: Warner::new(settings.warning, areas)?,
            health: Health::new(&settings.sensors),
            seen: Vec::new(),
            told: BTreeSet::new(),
            sent: vec![Vec::new(); settings.zones.len()],
            left_out: LeftOut::default(),
            refusal: None,
            began_ns: None,
            forget_ns: i64::MAX,
            kept: VecDeque::new(),
            kept_ns: nanoseconds(KEPT_S.max(KEPT_PERIODS * slowest_s)),
            kept_plots: 0,
            realm: std::marker::PhantomData,
            settings,
        })
    }

    /// Decides what follows from an event.
    pub fn take(&mut self, event: Event) -> Vec<Decision<R>> {
        let now_ns = event.now_ns;
        let mut decisions = self.step(event);
        if now_ns >= self.forget_ns {
            decisions.extend(self.forget(now_ns));
        }
        decisions
    }

    /// Decides, and forgets nothing.
    fn step(&mut self, event: Event) -> Vec<Decision<R>> {
        let (position, now_ns) = (event.position, event.now_ns);
        if self.began_ns.is_none() {
            self.began_ns = Some(now_ns);
            let after_ns = nanoseconds(FORGET_AFTER_S).max(FORGET_AFTER_TIMES * self.kept_ns);
            self.forget_ns = now_ns.saturating_add(after_ns);
        }
        let keep = !matches!(event.kind, EventKind::Tick) || self.is_due(now_ns);
        let kept = keep.then(|| event.clone());
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
        if let Some(event) = kept {
            self.keep(event);
        }
        decisions
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

    /// The events that a new engine must take to be as this one was when it last forgot; true until the
    /// next event alone.
    pub fn kept(&self) -> impl Iterator<Item = &Event> {
        self.kept.iter()
    }

    /// What it works with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    fn is_due(&self, now_ns: i64) -> bool {
        self.due_ns().is_some_and(|due| due <= now_ns)
    }

    fn take_scan(&mut self, position: u64, now_ns: i64, scan: Scan) -> Vec<Decision<R>> {
        self.refusal = None;
        let (sensor, time_ns) = (scan.sensor, scan.time_ns);
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
        let notices = self.look(now_ns);
        let mut decisions = self.messages(position, now_ns, notices);
        decisions.extend(self.dismissals());
        decisions.extend(self.health.recovered(now_ns, sensor).map(decision));
        decisions
    }

    /// What is to be seen after a scan, and what the warner makes of it.
    fn look(&mut self, now_ns: i64) -> Vec<Notice> {
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
        self.warner.take(now_ns, &observed)
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
            let Some(zone) = self.settings.zones.get(notice.zone) else {
                continue;
            };
            let Some(sent) = self.sent.get_mut(notice.zone) else {
                continue;
            };
            // All messages of a warning begin with the identifier of its alert. They have a position too: where
            // a journal has lost its end with the power, another update of the same number may follow.
            let identifier = match sent.first() {
                Some(alert) => format!("{}-{}-{position}", alert.identifier, notice.number),
                None => format!(
                    "{}{}-{position}-{}",
                    R::PREFIX,
                    self.settings.site,
                    notice.zone
                ),
            };
            let warning = Warning {
                identifier: identifier.clone(),
                reality: R::REALITY,
                stage: notice.stage,
                zone: zone.clone(),
                sent_ns: now_ns,
                first_impact_ns: notice.first_impact_ns,
                last_impact_ns: notice.last_impact_ns,
                expires_ns: notice.expires_ns,
                probability: notice.probability,
                class: notice.class.name().to_owned(),
                references: sent.clone(),
            };
            if matches!(notice.stage, Stage::Cancel | Stage::AllClear) {
                sent.clear();
            } else {
                if sent.len() >= REFERENCES_MAX {
                    sent.remove(1);
                }
                sent.push(Reference {
                    identifier,
                    sent_ns: now_ns,
                });
            }
            decisions.push(Decision::Warning(Message::new(warning)));
        }
        decisions
    }

    /// Keeps an event to begin anew from.
    fn keep(&mut self, event: Event) {
        let oldest_ns = event.now_ns.saturating_sub(self.kept_ns);
        self.kept_plots += plots(&event);
        self.kept.push_back(event);
        while self.kept.len() > KEPT_EVENTS_MAX
            || self.kept_plots > KEPT_PLOTS_MAX
            || self
                .kept
                .front()
                .is_some_and(|first| first.now_ns < oldest_ns)
        {
            let Some(first) = self.kept.pop_front() else {
                break;
            };
            self.kept_plots -= plots(&first);
        }
    }

    /// Begins anew from the events that are kept, where nothing threatens now nor does then.
    fn forget(&mut self, now_ns: i64) -> Option<Decision<R>> {
        self.forget_ns = now_ns.saturating_add(nanoseconds(FORGET_AGAIN_S));
        if !self.is_quiet() {
            return None;
        }
        // Its settings were good once, so that they are again.
        let mut fresh = Self::new(self.settings.clone()).ok()?;
        for event in &self.kept {
            fresh.step(event.clone());
        }
        let same_health = fresh.health.blind().eq(self.health.blind());
        if !(fresh.is_quiet() && same_health) {
            return None;
        }
        let before = fresh.kept.front()?.position;
        let left_out = self.left_out;
        *self = fresh;
        self.left_out = left_out;
        Some(Decision::Forgotten { before })
    }

    fn is_quiet(&self) -> bool {
        self.warner.is_quiet() && !self.seen.iter().any(Seen::is_threat)
    }
}

fn decision<R: Realm>(change: Change) -> Decision<R> {
    let sensor = change.sensor;
    match change.blind {
        Some(cause) => Decision::Blind { sensor, cause },
        None => Decision::Well { sensor },
    }
}

fn plots(event: &Event) -> usize {
    match &event.kind {
        EventKind::Scan(scan) => scan.plots.len(),
        EventKind::Started | EventKind::Tick => 0,
    }
}

fn nanoseconds(seconds: f64) -> i64 {
    (seconds * 1e9) as i64
}
