//! Which sensors can be relied on.
//!
//! A sensor that is silent, repeats itself, floods or dates its scans wrongly sees nothing that could be
//! used: it is **blind**, and people must know, since no warning will come from it.

use std::hash::{DefaultHasher, Hash, Hasher};
use tracking::{Scan, SensorModel, Stored};

/// Least time without news after which a sensor is blind, s, and scan periods after which it is.
const SILENCE_S: f64 = 5.0;
const SILENCE_PERIODS: f64 = 1.5;
/// Share of that time which is waited, so that the word is out within it.
const WAITED_SHARE: f64 = 0.9;
/// Least rate of plots that counts as a flood, 1/s: a hundred rounds seen twenty times a second.
const FLOOD_PLOTS_PER_S: f64 = 2_000.0;
/// Least and greatest rate of scans that does, 1/s; the tracker takes 256 in all.
const FLOOD_SCANS_PER_S: (f64, f64) = (100.0, 200.0);
/// A flood is this many times what a sensor is expected to give.
const FLOOD_TIMES: f64 = 10.0;
/// Seconds of such a rate that are let through before it counts.
const FLOOD_BURST_S: f64 = 2.0;
/// Good scans in a row after which a sensor is well again, and least time since the last fault, s.
const WELL_SCANS: u32 = 2;
const WELL_AFTER_S: f64 = 1.0;

/// Why a sensor is blind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlindCause {
    /// Nothing comes from it.
    Silent,
    /// The same plots come again and again, or its clock stands still.
    Stuck,
    /// It gives far more than can be told apart from clutter.
    Flooding,
    /// Its scans are dated too far from when they are received.
    Clock,
}

impl BlindCause {
    /// In words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Stuck => "stuck",
            Self::Flooding => "flooding",
            Self::Clock => "its clock is wrong",
        }
    }
}

/// That a sensor became blind, or is well again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) sensor: usize,
    pub(super) blind: Option<BlindCause>,
}

/// What to do with a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is to be taken in; whether it is new.
    Use { news: bool },
    /// It came before, or is one too many.
    Drop,
}

/// The state of every sensor.
#[derive(Clone, Debug)]
pub(super) struct Health {
    sensors: Vec<Sensor>,
}

#[derive(Clone, Debug)]
struct Sensor {
    limit_ns: i64,
    well_after_ns: i64,
    plots: Bucket,
    scans: Bucket,
    /// When it last gave something new.
    heard_ns: Option<i64>,
    /// What may be wrong since then.
    fault: Option<BlindCause>,
    /// When something last was, beyond doubt.
    fault_ns: i64,
    good_scans: u32,
    newest_ns: i64,
    /// Moment and plots of the scan before, as a number.
    last: Option<(i64, u64)>,
    blind: Option<BlindCause>,
}

/// A bucket that leaks at the greatest rate that is expected, and overflows in a flood.
#[derive(Clone, Debug)]
struct Bucket {
    per_s: f64,
    level: f64,
    at_ns: i64,
}

tracking::stored_as!(BlindCause: [
    BlindCause::Silent,
    BlindCause::Stuck,
    BlindCause::Flooding,
    BlindCause::Clock,
]);
tracking::stored!(Bucket {
    per_s,
    level,
    at_ns
});
tracking::stored!(Sensor {
    limit_ns,
    well_after_ns,
    plots,
    scans,
    heard_ns,
    fault,
    fault_ns,
    good_scans,
    newest_ns,
    last,
    blind
});

impl Bucket {
    fn new(per_s: f64) -> Self {
        Self {
            per_s,
            level: 0.0,
            at_ns: i64::MIN,
        }
    }

    /// Whether so much more is still no flood; what does not fit is not put in.
    fn put(&mut self, now_ns: i64, amount: f64) -> bool {
        let elapsed_s = now_ns.saturating_sub(self.at_ns).max(0) as f64 * 1e-9;
        self.at_ns = self.at_ns.max(now_ns);
        self.level = (self.level - self.per_s * elapsed_s).max(0.0);
        let fits = self.level + amount <= FLOOD_BURST_S * self.per_s;
        if fits {
            self.level += amount;
        }
        fits
    }
}

impl Health {
    pub(super) fn new(models: &[SensorModel]) -> Self {
        let sensor = |model: &SensorModel| {
            let period_s = model.scan_period_s;
            let waited_s = WAITED_SHARE * SILENCE_S.max(SILENCE_PERIODS * period_s);
            let plots = FLOOD_TIMES * model.clutter_per_scan / period_s;
            let (least, most) = FLOOD_SCANS_PER_S;
            Sensor {
                limit_ns: (waited_s * 1e9) as i64,
                well_after_ns: (WELL_AFTER_S.max(period_s) * 1e9) as i64,
                plots: Bucket::new(plots.max(FLOOD_PLOTS_PER_S)),
                scans: Bucket::new((FLOOD_TIMES / period_s).clamp(least, most)),
                heard_ns: None,
                fault: None,
                fault_ns: i64::MIN,
                good_scans: 0,
                newest_ns: i64::MIN,
                last: None,
                blind: None,
            }
        };
        Self {
            sensors: models.iter().map(sensor).collect(),
        }
    }

    pub(super) fn store(&self, out: &mut Vec<u8>) {
        self.sensors.store(out);
    }

    /// Becomes what was stored; none where the bytes are not of as many sensors.
    pub(super) fn restore(&mut self, bytes: &mut &[u8]) -> Option<()> {
        let sensors = Vec::<Sensor>::restore(bytes)?;
        (sensors.len() == self.sensors.len()).then(|| self.sensors = sensors)
    }

    /// Begins to wait for every sensor: until now nobody listened.
    pub(super) fn listen(&mut self, now_ns: i64) {
        for sensor in &mut self.sensors {
            sensor.heard_ns = Some(sensor.heard_ns.map_or(now_ns, |heard| heard.max(now_ns)));
        }
    }

    /// Whether a scan is worth taking in.
    pub(super) fn receive(&mut self, now_ns: i64, scan: &Scan) -> Verdict {
        if self.sensors.iter().any(|sensor| sensor.heard_ns.is_none()) {
            self.listen(now_ns);
        }
        let Some(sensor) = self.sensors.get_mut(scan.sensor) else {
            return Verdict::Drop;
        };
        let room = sensor.scans.put(now_ns, 1.0);
        if !room || !sensor.plots.put(now_ns, scan.plots.len() as f64) {
            sensor.wrong(now_ns, BlindCause::Flooding);
            return Verdict::Drop;
        }
        let print = print(scan);
        let before = sensor.last.replace((scan.time_ns, print));
        let same_plots = before.is_some_and(|before| before.1 == print);
        if before == Some((scan.time_ns, print)) {
            sensor.fault = Some(BlindCause::Stuck);
            return Verdict::Drop;
        }
        // A late scan is no news and no fault either, as long as newer ones come. A quiet sky is the same
        // from scan to scan.
        if scan.time_ns <= sensor.newest_ns || (same_plots && !scan.plots.is_empty()) {
            sensor.fault = Some(BlindCause::Stuck);
            return Verdict::Use { news: false };
        }
        Verdict::Use { news: true }
    }

    /// That a scan with news was taken in.
    pub(super) fn good(&mut self, now_ns: i64, scan_sensor: usize, time_ns: i64) {
        if let Some(sensor) = self.sensors.get_mut(scan_sensor) {
            sensor.heard_ns = Some(sensor.heard_ns.map_or(now_ns, |heard| heard.max(now_ns)));
            sensor.good_scans = sensor.good_scans.saturating_add(1);
            sensor.newest_ns = time_ns;
            sensor.fault = None;
        }
    }

    /// That a scan could not be taken in.
    pub(super) fn refused(&mut self, now_ns: i64, scan_sensor: usize, cause: BlindCause) {
        if let Some(sensor) = self.sensors.get_mut(scan_sensor) {
            sensor.wrong(now_ns, cause);
        }
    }

    /// Which sensors have become blind by now. Where none has, this changes nothing.
    pub(super) fn lost(&mut self, now_ns: i64) -> Vec<Change> {
        let mut changes = Vec::new();
        for (index, sensor) in self.sensors.iter_mut().enumerate() {
            let due = sensor.due_ns().is_some_and(|due| due <= now_ns);
            if due && sensor.blind.is_none() {
                sensor.blind = Some(sensor.fault.unwrap_or(BlindCause::Silent));
                sensor.good_scans = 0;
                changes.push(Change {
                    sensor: index,
                    blind: sensor.blind,
                });
            }
        }
        changes
    }

    /// Whether a sensor that just gave a scan is well again.
    pub(super) fn recovered(&mut self, now_ns: i64, scan_sensor: usize) -> Option<Change> {
        let sensor = self.sensors.get_mut(scan_sensor)?;
        let quiet_ns = now_ns.saturating_sub(sensor.fault_ns);
        let well = sensor.good_scans >= WELL_SCANS && quiet_ns >= sensor.well_after_ns;
        (sensor.blind.is_some() && well).then(|| {
            sensor.blind = None;
            Change {
                sensor: scan_sensor,
                blind: None,
            }
        })
    }

    /// The moment from which a sensor that stays silent is blind.
    pub(super) fn due_ns(&self) -> Option<i64> {
        let seeing = self.sensors.iter().filter(|sensor| sensor.blind.is_none());
        seeing.filter_map(Sensor::due_ns).min()
    }

    pub(super) fn blind(&self) -> impl Iterator<Item = Option<BlindCause>> + '_ {
        self.sensors.iter().map(|sensor| sensor.blind)
    }
}

impl Sensor {
    fn wrong(&mut self, now_ns: i64, cause: BlindCause) {
        self.fault = Some(cause);
        self.fault_ns = now_ns;
        self.good_scans = 0;
    }

    /// When it is blind if nothing good comes; a flood is known at once.
    fn due_ns(&self) -> Option<i64> {
        if self.fault == Some(BlindCause::Flooding) {
            return Some(self.fault_ns);
        }
        self.heard_ns
            .map(|heard| heard.saturating_add(self.limit_ns))
    }
}

/// All figures of a scan's plots but their moments, as one number.
fn print(scan: &Scan) -> u64 {
    let mut hasher = DefaultHasher::new();
    for plot in &scan.plots {
        let figures = [plot.range_m, plot.azimuth_rad, plot.elevation_rad];
        for figure in figures.into_iter().chain(plot.range_rate_mps) {
            figure.to_bits().hash(&mut hasher);
        }
    }
    hasher.finish()
}
