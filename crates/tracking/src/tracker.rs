//! The tracker: scans in, tracks out, whatever order scans come in.

use std::collections::VecDeque;

use crate::bank::Physics;
use crate::bias::Unknown;
use crate::error::{TrackingError, within};
use crate::impact::{Ground, ImpactPrediction};
use crate::motion::Motion;
use crate::picture::Picture;
use crate::stored::Stored;
use crate::{
    Association, Dismissed, DragPrior, Ended, Filter, Gaussian, Scan, SensorModel, Status,
    Surroundings, Track, TrackId,
};

/// How late a scan may be, ns.
pub const LATE_MAX_NS: i64 = 2_000_000_000;
/// How far ahead of its receipt a scan may be dated, ns: clocks kept by network time agree to far less.
pub const AHEAD_MAX_NS: i64 = 500_000_000;
/// Scans that are kept for late ones to be put among.
pub const SCANS_KEPT_MAX: usize = 512;
/// Plots in them, all together.
pub const PLOTS_KEPT_MAX: usize = 200_000;
/// Least time between the pictures that are kept to go back to, ns.
const PICTURE_SPACING_NS: i64 = 500_000_000;

/// How to track. [`Settings::default`] gives every field a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The filter.
    pub filter: Filter,
    /// How plots are shared out.
    pub association: Association,
    /// Air, ground and the turning of the Earth.
    pub surroundings: Surroundings,
    /// What is known of drag beforehand.
    pub drag: DragPrior,
    /// Score from which a track is confirmed; 0 to 100. It is ln((1 − β) / α) of the sequential test
    /// (Wald 1945): 5.0 lets one in 150 chance tracks pass. Whom to warn of them is weighed apart.
    pub confirmation_score: f64,
    /// Score that a rival must lag by; 0 to 100. 3 is odds of 20.
    pub ambiguity_margin: f64,
    /// Score lost since its best at which a track is ended; 1 to 1000. 11 is the fifth miss in a row at a
    /// detection probability of 0.9.
    pub deletion_drop: f64,
    /// New targets expected in a scan, over the whole field of view; 10⁻⁶ to 10³ (assumed).
    pub new_targets_per_scan: f64,
    /// Most confirmed tracks; 1 to 10⁵.
    pub tracks_max: usize,
    /// Most branches that are not yet tracks; 1 to 10⁵. They are what a burst of targets costs.
    pub branches_max: usize,
    /// Most plots kept to begin tracks with; 1 to 10⁵.
    pub seeds_max: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            filter: Filter::Extended,
            association: Association::NearestNeighbour,
            surroundings: Surroundings::default(),
            drag: DragPrior::default(),
            confirmation_score: 4.5,
            ambiguity_margin: 3.0,
            deletion_drop: 11.0,
            new_targets_per_scan: 1.0,
            tracks_max: 4_096,
            branches_max: 1_280,
            seeds_max: 8_192,
        }
    }
}

/// Settings and sensors, checked and made ready.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) settings: Settings,
    pub(crate) sensors: Vec<SensorModel>,
    pub(crate) physics: Physics,
    /// Age at which a plot no longer begins a track, s: it may be missed once.
    pub(crate) seed_age_s: f64,
}

/// What became of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Plots that could not be used: a figure that is no number or outside its range, or one too many.
    pub plots_refused: usize,
    /// Scans that were taken again because this one was late.
    pub scans_replayed: usize,
}

/// Follows targets through the scans of one or several radars.
///
/// A late scan is put in its place: the tracker goes back to a picture from before it and takes the
/// scans since again, so that the outcome is the same, bit for bit, as if it had come in order. What was
/// told meanwhile was told without it. Scans of one moment are ordered by sensor, then by arrival.
#[derive(Debug)]
pub struct Tracker {
    setup: Setup,
    /// The radars as they were given.
    sensors: Vec<SensorModel>,
    now: Picture,
    /// Pictures to go back to, each with the number of kept scans that it has already taken in.
    pictures: VecDeque<(usize, Picture)>,
    scans: VecDeque<Scan>,
    before: Picture,
}

impl Tracker {
    /// A tracker that has seen nothing.
    ///
    /// # Errors
    /// [`TrackingError::OutOfRange`] naming the first figure outside the range that its field states.
    pub fn new(settings: Settings, sensors: Vec<SensorModel>) -> Result<Self, TrackingError> {
        within("number of sensors", sensors.len() as f64, 1.0, 1e3)?;
        for sensor in &sensors {
            sensor.check()?;
        }
        settings.check()?;
        let slowest_s = sensors
            .iter()
            .map(|sensor| sensor.scan_period_s)
            .fold(0.0, f64::max);
        let physics = Physics {
            filter: settings.filter,
            falling: Motion::new(&settings.surroundings, &settings.drag),
            drag: settings.drag,
            ground_m: settings.surroundings.ground_m,
        };
        let several = sensors.len() > 1;
        let among = |sensor: &SensorModel| match several {
            true => sensor.among_others(),
            false => *sensor,
        };
        Ok(Self {
            setup: Setup {
                settings,
                sensors: sensors.iter().map(among).collect(),
                physics,
                seed_age_s: 2.2 * slowest_s,
            },
            sensors,
            now: Picture::default(),
            before: Picture::default(),
            pictures: VecDeque::new(),
            scans: VecDeque::new(),
        })
    }

    /// Takes a scan in, received at `received_ns` by the clock that dates scans.
    ///
    /// # Errors
    /// [`TrackingError`] where the sensor is unknown, or the scan is dated more than [`AHEAD_MAX_NS`]
    /// after its receipt, or more than [`LATE_MAX_NS`] before the newest scan, or more than
    /// [`SCANS_KEPT_MAX`] scans or [`PLOTS_KEPT_MAX`] plots came within that time. The scan then changes nothing.
    pub fn take(&mut self, mut scan: Scan, received_ns: i64) -> Result<Taken, TrackingError> {
        let count = self.setup.sensors.len();
        if scan.sensor >= count {
            return Err(TrackingError::UnknownSensor {
                sensor: scan.sensor,
                count,
            });
        }
        let seconds = |ns: i64| ns as f64 * 1e-9;
        let ahead_ns = scan.time_ns.saturating_sub(received_ns);
        if ahead_ns > AHEAD_MAX_NS {
            return Err(TrackingError::FromTheFuture {
                ahead_s: seconds(ahead_ns),
            });
        }
        let newest_ns = self.now.time_ns.unwrap_or(scan.time_ns);
        let late_ns = newest_ns.saturating_sub(scan.time_ns);
        if late_ns > LATE_MAX_NS {
            return Err(TrackingError::TooLate {
                late_s: seconds(late_ns),
                most_s: seconds(LATE_MAX_NS),
            });
        }
        self.forget(newest_ns.max(scan.time_ns).saturating_sub(LATE_MAX_NS));
        let plots: usize = self.scans.iter().map(|scan| scan.plots.len()).sum();
        if self.scans.len() >= SCANS_KEPT_MAX || plots >= PLOTS_KEPT_MAX {
            return Err(TrackingError::Flood {
                scans: SCANS_KEPT_MAX,
                plots: PLOTS_KEPT_MAX,
            });
        }
        let too_many = scan.plots.len().saturating_sub(crate::PLOTS_PER_SCAN_MAX);
        scan.plots.truncate(crate::PLOTS_PER_SCAN_MAX);
        let key = (scan.time_ns, scan.sensor);
        let place = self
            .scans
            .partition_point(|other| (other.time_ns, other.sensor) <= key);
        let replayed = self.scans.len() - place;
        self.scans.insert(place, scan);
        if replayed > 0 {
            self.go_back(place);
        }
        let refused = self.catch_up(self.scans.len() - 1 - replayed);
        Ok(Taken {
            plots_refused: refused + too_many,
            scans_replayed: replayed,
        })
    }

    /// Forgets scans and pictures that no late scan can come before.
    fn forget(&mut self, oldest_ns: i64) {
        // The last picture from before that time must stay, with the scans since.
        let usable = self
            .pictures
            .iter()
            .rposition(|(_, picture)| picture.time_ns.is_some_and(|time| time < oldest_ns));
        let Some(usable) = usable else { return };
        self.pictures.drain(..usable);
        if let Some((first, _)) = self.pictures.front() {
            let first = *first;
            self.scans.drain(..first);
            for (index, _) in &mut self.pictures {
                *index -= first;
            }
        }
        if let Some((_, picture)) = self.pictures.pop_front() {
            self.before = picture;
        }
    }

    /// Goes back to the last picture that has taken in none of the scans from `place` on.
    fn go_back(&mut self, place: usize) {
        self.pictures.retain(|(taken, _)| *taken <= place);
    }

    /// Takes in the scans from the last picture on where it went back, or the newest alone; returns
    /// how many plots of the scan at `place` could not be used.
    fn catch_up(&mut self, place: usize) -> usize {
        let last = self.scans.len() - 1;
        let mut from = last;
        if place < last {
            (from, self.now) = match self.pictures.back() {
                Some((taken, picture)) => (*taken, picture.clone()),
                None => (0, self.before.clone()),
            };
        }
        let mut refused = 0;
        for index in from..=last {
            let Some(scan) = self.scans.get(index) else {
                break;
            };
            let unused = self.now.take(&self.setup, scan);
            if index == place {
                refused = unused;
            }
            let spaced = self.pictures.back().is_none_or(|(_, picture)| {
                picture
                    .time_ns
                    .is_none_or(|time| scan.time_ns.saturating_sub(time) >= PICTURE_SPACING_NS)
            });
            if spaced {
                self.pictures.push_back((index + 1, self.now.clone()));
            }
        }
        refused
    }

    /// Appends all that a tracker of the same settings and sensors needs to go on as this one.
    pub fn store(&self, out: &mut Vec<u8>) {
        self.before.store(out);
        self.scans.store(out);
        let taken: Vec<usize> = self.pictures.iter().map(|(taken, _)| *taken).collect();
        taken.store(out);
    }

    /// Becomes what was stored, taken from the front of `bytes`; none, and it stays as it is, where they are no
    /// such thing.
    pub fn restore(&mut self, bytes: &mut &[u8]) -> Option<()> {
        let before = Picture::restore(bytes)?;
        let scans = VecDeque::<Scan>::restore(bytes)?;
        let taken = Vec::<usize>::restore(bytes)?;
        let sensors = self.setup.sensors.len();
        if scans.iter().any(|scan| scan.sensor >= sensors) {
            return None;
        }
        let (mut now, mut pictures) = (before.clone(), VecDeque::new());
        for (index, scan) in scans.iter().enumerate() {
            now.take(&self.setup, scan);
            if taken.contains(&(index + 1)) {
                pictures.push_back((index + 1, now.clone()));
            }
        }
        (self.before, self.now, self.scans, self.pictures) = (before, now, scans, pictures);
        Some(())
    }

    /// Moment of the newest scan, ns since the tracker's epoch; none before the first.
    #[must_use]
    pub fn time_ns(&self) -> Option<i64> {
        self.now.time_ns
    }

    /// Confirmed tracks, then tentative ones that share no plot, after the newest scan.
    pub fn tracks(&self) -> impl Iterator<Item = Track> + '_ {
        self.now.tracks().map(|mut track| {
            let states = [Some(&mut track.state), track.falling_state.as_mut()];
            for state in states.into_iter().flatten() {
                self.lean(state, Unknown::Stated);
            }
            track
        })
    }

    /// Adds what is not known of the radars' biases. A track of several is taken to be that radar's, of
    /// those that look where it is, which errs most.
    fn lean(&self, state: &mut Gaussian, unknown: Unknown) {
        let plain = *state;
        let mut most = 0.0;
        for sensor in &self.sensors {
            let sigmas = sensor.bias_sigmas(unknown);
            if sigmas == [0.0; 3] || self.sensors.len() > 1 && !sensor.sees_place(&plain.mean) {
                continue;
            }
            let mut leaning = plain;
            let added = leaning.lean(sensor, sigmas);
            if added > most {
                (most, *state) = (added, leaning);
            }
        }
    }

    /// Tracks that were named something that does not fall, oldest first, the last
    /// [`RECORDS_MAX`](crate::RECORDS_MAX). A late scan may change the newest of them.
    pub fn dismissed(&self) -> impl Iterator<Item = &Dismissed> {
        self.now.dismissed.iter()
    }

    /// Confirmed tracks that are no longer followed, oldest first, the last
    /// [`RECORDS_MAX`](crate::RECORDS_MAX).
    pub fn ended(&self) -> impl Iterator<Item = &Ended> {
        self.now.ended.iter()
    }

    /// Where and when each confirmed track that may fall comes down.
    pub fn impacts(&self, ground: &impl Ground) -> Vec<(TrackId, ImpactPrediction)> {
        self.tracks()
            .filter(|track| track.status == Status::Confirmed && !track.dismissed)
            .filter_map(|track| Some((track.id, self.impact(&track, ground)?)))
            .collect()
    }

    /// Where and when a track comes down if it falls; none where it does not come down within ten
    /// minutes.
    #[must_use]
    pub fn impact(&self, track: &Track, ground: &impl Ground) -> Option<ImpactPrediction> {
        let mut state = track.falling_state?;
        self.lean(&mut state, Unknown::Unstated);
        ImpactPrediction::of(&state, track.time_ns, &self.setup.physics.falling, ground)
    }
}

impl Settings {
    fn check(&self) -> Result<(), TrackingError> {
        self.surroundings.check()?;
        within("confirmation_score", self.confirmation_score, 0.0, 100.0)?;
        within("ambiguity_margin", self.ambiguity_margin, 0.0, 100.0)?;
        within("deletion_drop", self.deletion_drop, 1.0, 1_000.0)?;
        within("new_targets_per_scan", self.new_targets_per_scan, 1e-6, 1e3)?;
        within("tracks_max", self.tracks_max as f64, 1.0, 1e5)?;
        within("branches_max", self.branches_max as f64, 1.0, 1e5)?;
        within("seeds_max", self.seeds_max as f64, 1.0, 1e5)
    }
}
