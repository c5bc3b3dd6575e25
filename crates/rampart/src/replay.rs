//! Recorded plots through the same engine as live ones, as fast as it goes.

pub mod bias;
pub mod moment;
mod packets;
pub mod score;
mod source;
pub mod survey;
pub mod tell;

pub use packets::Packets;
pub use source::{Recorded, Source, Trouble};

use crate::load::{Peopled, SensorFile};
use crate::watch::engine::{Decision, Engine, EngineError, Event, EventKind, Live, Settings};
use ballistics::DragShape;
use tracking::{DragPrior, LATE_MAX_NS, Scan};

/// The site in identifiers of a replay.
const SITE: &str = "replay";

/// What a replay works with.
///
/// The tracking frame is the radar's own: x and y level, z up. Where azimuth is from north, x is east
/// and the Earth turns; where it is from the x axis, x is taken as east for zones, and the Earth does not
/// turn, since such a recording rarely says where its axis points.
#[must_use]
pub fn settings(sensor: &SensorFile, zones: &[Peopled], ground_height_m: Option<f64>) -> Settings {
    let mut tracking = tracking::Settings {
        drag: DragPrior::of_munitions(&crate::load::built_in_munitions(), DragShape::G1),
        ..tracking::Settings::default()
    };
    if sensor.model.azimuth_reference == tracking::AzimuthReference::North {
        let latitude = sensor.place.latitude_deg.to_radians();
        tracking.surroundings.coriolis_latitude_rad = Some(latitude);
    }
    Settings {
        site: SITE.to_owned(),
        origin: sensor.place,
        origin_height_m: sensor.height_m,
        ground_m: ground_height_m.unwrap_or(sensor.ground_height_m) - sensor.height_m,
        sensors: vec![sensor.model],
        zones: zones.iter().map(|one| one.zone.clone()).collect(),
        tracking,
        warning: tracking::warning::Settings::default(),
    }
}

/// One scan after it went through the engine.
pub struct Step<'a> {
    /// What was recorded.
    pub recorded: &'a Recorded,
    /// What was decided since the scan before, each with its moment, ns.
    pub decisions: Vec<(i64, Decision<Live>)>,
    /// The engine, after it.
    pub engine: &'a Engine<Live>,
}

/// Runs an engine over a recording. Late scans are received when the recording has them.
#[derive(Debug)]
pub struct Replay {
    engine: Engine<Live>,
    position: u64,
    newest_ns: Option<i64>,
}

impl Replay {
    /// A replay of nothing yet.
    ///
    /// # Errors
    /// [`EngineError`] where zones or sensor cannot be used.
    pub fn new(settings: Settings) -> Result<Self, EngineError> {
        Ok(Self {
            engine: Engine::new(settings)?,
            position: 0,
            newest_ns: None,
        })
    }

    /// Takes one recorded scan in, with all that was due before it.
    ///
    /// # Errors
    /// Where it is more than two seconds older than the newest.
    pub fn take<'a>(&'a mut self, recorded: &'a Recorded) -> Result<Step<'a>, Trouble> {
        let newest_ns = self.newest_ns.unwrap_or(recorded.time_ns);
        let late_ns = newest_ns.saturating_sub(recorded.time_ns);
        if late_ns > LATE_MAX_NS {
            return Err(Trouble {
                place: recorded.place.clone(),
                wrong: format!("the time goes back by {} s", late_ns as f64 * 1e-9),
                mend: "put the scans in the order of their times, or within 2 s of it".to_owned(),
            });
        }
        let now_ns = newest_ns.max(recorded.time_ns);
        self.newest_ns = Some(now_ns);
        let mut decisions = Vec::new();
        while let Some(due_ns) = self.engine.due_ns().filter(|due| *due <= now_ns) {
            let told = self.happen(due_ns, EventKind::Tick);
            if told.is_empty() {
                break;
            }
            decisions.extend(told.into_iter().map(|one| (due_ns, one)));
        }
        let scan = Scan {
            sensor: 0,
            time_ns: recorded.time_ns,
            plots: recorded.plots.clone(),
        };
        let told = self.happen(now_ns, EventKind::Scan(scan));
        decisions.extend(told.into_iter().map(|one| (now_ns, one)));
        Ok(Step {
            recorded,
            decisions,
            engine: &self.engine,
        })
    }

    /// The engine after the last scan.
    #[must_use]
    pub fn engine(&self) -> &Engine<Live> {
        &self.engine
    }

    fn happen(&mut self, now_ns: i64, kind: EventKind) -> Vec<Decision<Live>> {
        let position = self.position;
        self.position += 1;
        self.engine.take(Event {
            position,
            now_ns,
            kind,
        })
    }
}
