//! All that is known at one moment, and what one scan does to it.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use crate::associate::{Association, ByRange, Pair, Scene, decide};
use crate::bank::Bank;
use crate::expected::Expected;
use crate::initiate::{self, Branch, ByNumber, Leftover, PLOTS_PER_SCAN_MAX, PlotNumber, Seed};
use crate::rivals::Company;
use crate::sensor::Sighting;
use crate::tracker::{Settings, Setup};
use crate::{Dismissed, EndCause, Ended, Scan, Status, Track, TrackId};

/// Records of dismissals and ends that are kept; the oldest go first.
pub const RECORDS_MAX: usize = 4_096;
/// Longest time without a plot for which a confirmed track is kept, s.
const UNSEEN_MAX_S: f64 = 15.0;
/// Time in which misses hang together, s (assumed: a target fades as it turns, or behind an obstacle). Of
/// radars that look more often, each miss counts for less: at 0.95 detected a gap of 3.6 s is outlived.
const FADING_S: f64 = 1.0;
/// Probability of a class that does not fall from which a track is dismissed, and plots before it is.
const DISMISSAL_PROBABILITY: f64 = 0.999;
const DISMISSAL_PLOTS: u32 = 5;
/// How long a track must have been confirmed before, s (assumed: a radar that looks twenty times a second
/// knows no speed after five plots).
const DISMISSAL_AGE_S: f64 = 1.0;
/// Probability of falling from which a dismissal is taken back.
const REINSTATED_PROBABILITY: f64 = 0.5;
/// How much more of its score a dismissed track may lose than another before it is ended (assumed): what begins anew
/// where it was would have to be told from a round again.
const DISMISSED_PATIENCE: f64 = 2.0;
/// Scan periods between two looks up to which a sensor looks steadily.
const STEADY_PERIODS: f64 = 1.5;
/// Squared distance in six components below which two tracks are one target, and plots that both must
/// have: neighbours that fly in formation differ by more than their own errors.
const DUPLICATE_DISTANCE: f64 = 4.0;

/// A confirmed track.
#[derive(Clone, Debug)]
struct Kept {
    id: u64,
    bank: Bank,
    score: f64,
    best_score: f64,
    plots: u32,
    last_plot_ns: i64,
    confirmed_ns: i64,
    dismissed: bool,
}

/// All that is known at one moment. Cloned to be able to go back to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Picture {
    pub(crate) time_ns: Option<i64>,
    scan_number: u64,
    /// By sensor, since when it has looked without a break, and when it looked last, ns.
    watched: BTreeMap<usize, [i64; 2]>,
    next_id: u64,
    tracks: Vec<Kept>,
    branches: Vec<Branch>,
    seeds: Vec<Seed>,
    pub(crate) dismissed: VecDeque<Dismissed>,
    pub(crate) ended: VecDeque<Ended>,
}

crate::stored!(Kept {
    id,
    bank,
    score,
    best_score,
    plots,
    last_plot_ns,
    confirmed_ns,
    dismissed
});
crate::stored!(Picture {
    time_ns,
    scan_number,
    watched,
    next_id,
    tracks,
    branches,
    seeds,
    dismissed,
    ended
});

impl Picture {
    /// Takes a scan in that is not older than the picture; returns how many plots could not be used.
    pub(crate) fn take(&mut self, setup: &Setup, scan: &Scan) -> usize {
        let Some(sensor) = setup.sensors.get(scan.sensor) else {
            return scan.plots.len();
        };
        let elapsed_s = self.time_ns.map_or(0.0, |before| {
            scan.time_ns.saturating_sub(before) as f64 * 1e-9
        });
        self.time_ns = Some(scan.time_ns);
        self.scan_number += 1;
        let [since_ns, last_ns] = self.watched.entry(scan.sensor).or_insert([scan.time_ns; 2]);
        if seconds_since(*last_ns, scan.time_ns) > STEADY_PERIODS * sensor.scan_period_s {
            *since_ns = scan.time_ns;
        }
        *last_ns = scan.time_ns;
        let sightings: Vec<Sighting> = scan
            .plots
            .iter()
            .take(PLOTS_PER_SCAN_MAX)
            .filter_map(|plot| sensor.sighting(plot, scan.time_ns))
            .collect();
        let scene = Scene::new(&setup.physics, sensor, &sightings);
        let mut unclaimed = vec![true; sightings.len()];
        let far_off = self.follow(setup, &scene, elapsed_s, &mut unclaimed);
        self.start(setup, &scene, scan, elapsed_s, (&mut unclaimed, &far_off));
        self.judge(&setup.settings, scan.time_ns);
        scan.plots.len() - sightings.len()
    }

    /// Brings confirmed tracks to the scan and gives them their plots. Returns the plots that may belong to
    /// a track without a plot, but lie too far off to be taken: nothing new begins with them.
    fn follow(
        &mut self,
        setup: &Setup,
        scene: &Scene<'_>,
        elapsed_s: f64,
        unclaimed: &mut [bool],
    ) -> Vec<usize> {
        let mut scans: Vec<Vec<Expected>> = Vec::with_capacity(self.tracks.len());
        for track in &mut self.tracks {
            track.bank.predict(scene.physics, elapsed_s);
            scans.push(track.bank.expect(scene.physics, scene.sensor));
        }
        let by_range = ByRange::new(scene.sightings, |_| true);
        let mut pairs: Vec<Pair> = Vec::with_capacity(2 * self.tracks.len());
        for (index, (track, scan)) in self.tracks.iter().zip(&scans).enumerate() {
            by_range.gated(index, &track.bank, scene, scan, &mut pairs);
        }
        decide(
            setup.settings.association,
            self.tracks.len(),
            scene.sightings.len(),
            &mut pairs,
        );
        let mut claimed = vec![0.0; scene.sightings.len()];
        let (mut far_off, mut doubted) = (Vec::new(), Vec::new());
        let mut rest = pairs.as_slice();
        for (index, (track, scan)) in self.tracks.iter_mut().zip(&scans).enumerate() {
            let count = rest.iter().take_while(|pair| pair.track == index).count();
            let (own, others) = rest.split_at(count);
            rest = others;
            for pair in own {
                claimed[pair.sighting] += pair.probability;
                if pair.probability >= 0.5 {
                    track.last_plot_ns = self.time_ns.unwrap_or(track.last_plot_ns);
                }
            }
            if own.is_empty() {
                let plots = by_range.far_off(&track.bank, scene, scan);
                // One alone is rather this target's, further off than the radar says, than chance.
                if let [plot] = plots.as_slice() {
                    doubted.push((index, *plot));
                }
                // Neighbours in a flock are as near; a second track of one bird does no harm.
                let members = track.bank.members.iter();
                let slow = members.filter(|member| member.class.is_slow());
                if slow.map(|member| member.weight).sum::<f64>() < 0.5 {
                    far_off.extend(plots);
                }
            }
            track.take(setup, scene, scan, own);
        }
        for (free, claimed) in unclaimed.iter_mut().zip(claimed) {
            *free = claimed < 0.5;
        }
        for (track, plot) in doubted {
            if let (true, Some(track), Some(scan)) = (
                unclaimed[plot],
                self.tracks.get_mut(track),
                scans.get(track),
            ) {
                track
                    .bank
                    .doubt(scene.physics, scene.sensor, &scene.sightings[plot], scan);
            }
        }
        far_off
    }

    /// Lets branches and seeds take what confirmed tracks have left.
    fn start(
        &mut self,
        setup: &Setup,
        scene: &Scene<'_>,
        scan: &Scan,
        elapsed_s: f64,
        (unclaimed, far_off): (&mut [bool], &[usize]),
    ) {
        let first_number = self.scan_number * PLOTS_PER_SCAN_MAX as u64;
        let leftover = Leftover {
            scene,
            time_ns: scan.time_ns,
            first_number,
            unclaimed,
        };
        let branches = std::mem::take(&mut self.branches);
        let times_s = (elapsed_s, setup.seed_age_s);
        let (mut branches, parents) =
            initiate::extend(branches, &leftover, times_s, &mut self.next_id);
        let mut confirmed = initiate::compete(&mut branches, &setup.settings);
        let both = &mut [&mut branches, &mut confirmed];
        initiate::grow(both, parents, (&[], &[]), &leftover);
        branches.extend(confirmed.extract_if(.., |branch| branch.waits_for_others()));
        let taken: HashSet<PlotNumber, ByNumber> = branches
            .iter()
            .filter(|branch| branch.holds_its_plots())
            .chain(&confirmed)
            .flat_map(|branch| branch.plots.iter().copied())
            .collect();
        for (index, free) in unclaimed.iter_mut().enumerate() {
            *free = *free && !taken.contains(&(first_number + index as u64));
        }
        for &index in far_off {
            unclaimed[index] = false;
        }
        let oldest_ns = scan.time_ns.saturating_sub((setup.seed_age_s * 1e9) as i64);
        self.seeds
            .retain(|seed| seed.time_ns >= oldest_ns && !taken.contains(&seed.number));
        let leftover = Leftover {
            scene,
            time_ns: scan.time_ns,
            first_number,
            unclaimed,
        };
        initiate::begin(
            &self.seeds,
            &setup.sensors,
            &leftover,
            &setup.settings,
            &mut self.next_id,
            &mut branches,
        );
        confirmed.extend(initiate::compete(&mut branches, &setup.settings));
        let both = &mut [&mut branches, &mut confirmed];
        let seeds = (self.seeds.as_slice(), setup.sensors.as_slice());
        initiate::grow(both, Vec::new(), seeds, &leftover);
        self.hold_up_mixed(&mut branches, &mut confirmed);
        self.branches = branches;
        self.plant(setup, scene, scan, unclaimed);
        self.keep_confirmed(setup, scan, confirmed);
    }

    /// Takes what may be made of plots of different bullets or birds back from what is confirmed.
    fn hold_up_mixed(&self, branches: &mut Vec<Branch>, confirmed: &mut Vec<Branch>) {
        let known = self.tracks.iter().map(|track| (&track.bank, true));
        let new = branches.iter().chain(confirmed.iter());
        let company = Company::among(known.chain(new.map(|branch| (&branch.bank, branch.leads))));
        let leading = branches.iter_mut().filter(|branch| branch.leads);
        for branch in leading.chain(confirmed.iter_mut()) {
            company.meet(branch);
        }
        branches.extend(confirmed.extract_if(.., |branch| branch.may_be_mixed()));
    }

    /// Makes tracks of branches that have become certain.
    fn keep_confirmed(&mut self, setup: &Setup, scan: &Scan, confirmed: Vec<Branch>) {
        let free = setup.settings.tracks_max.saturating_sub(self.tracks.len());
        let new = confirmed.into_iter().take(free);
        self.tracks.extend(new.map(|branch| Kept {
            id: branch.id,
            plots: branch.plots.len() as u32,
            bank: branch.bank,
            score: branch.score,
            best_score: branch.score,
            last_plot_ns: scan.time_ns,
            confirmed_ns: scan.time_ns,
            dismissed: false,
        }));
    }

    /// Keeps what nobody took as seeds, the oldest going first where they are too many.
    fn plant(&mut self, setup: &Setup, scene: &Scene<'_>, scan: &Scan, unclaimed: &[bool]) {
        let first_number = self.scan_number * PLOTS_PER_SCAN_MAX as u64;
        let sightings = scene.sightings.iter().zip(unclaimed).enumerate();
        let free = sightings.filter(|(_, (_, free))| **free);
        let watched = self.watched.get(&scan.sensor);
        let watched_s = watched.map_or(0.0, |[since_ns, _]| seconds_since(*since_ns, scan.time_ns));
        self.seeds.extend(free.map(|(index, (sighting, _))| {
            Seed {
                number: first_number + index as u64,
                sensor: scan.sensor,
                time_ns: scan
                    .time_ns
                    .saturating_add((sighting.offset_s * 1e9) as i64),
                sighting: *sighting,
                watched_s,
            }
        }));
        let excess = self.seeds.len().saturating_sub(setup.settings.seeds_max);
        self.seeds.drain(..excess);
    }

    /// Ends tracks, dismisses what does not fall, and takes dismissals back.
    fn judge(&mut self, settings: &Settings, time_ns: i64) {
        let duplicates = self.duplicates(settings);
        let ended = &mut self.ended;
        self.tracks.retain(|track| {
            let cause = if duplicates.contains(&track.id) {
                Some(EndCause::Duplicate)
            } else {
                track.end(settings, time_ns)
            };
            if let Some(cause) = cause {
                keep(
                    ended,
                    Ended {
                        track: TrackId(track.id),
                        time_ns,
                        cause,
                    },
                );
            }
            cause.is_none()
        });
        for track in &mut self.tracks {
            let falling = track.bank.probability_of_falling();
            if track.dismissed {
                track.dismissed = falling < REINSTATED_PROBABILITY;
            // Plots are to speak against a round here, not that there were none before them.
            } else if falling <= (1.0 - DISMISSAL_PROBABILITY) * track.bank.unseen
                && track.plots >= DISMISSAL_PLOTS
                && seconds_since(track.confirmed_ns, time_ns) >= DISMISSAL_AGE_S
            {
                track.dismissed = true;
                if let Some(dismissed) = track.dismissal(time_ns) {
                    keep(&mut self.dismissed, dismissed);
                }
            }
        }
    }

    /// Younger tracks that lie on older ones. Only joint association lets two tracks live on the same
    /// plots; the nearest neighbour gives each plot to one, and the other starves.
    fn duplicates(&self, settings: &Settings) -> BTreeSet<u64> {
        let mut out = BTreeSet::new();
        if settings.association == Association::NearestNeighbour {
            return out;
        }
        let states: Vec<_> = self
            .tracks
            .iter()
            .map(|track| (track.id, track.bank.state()))
            .collect();
        let mut order: Vec<_> = states
            .iter()
            .filter_map(|(id, state)| Some((state.as_ref()?, *id)))
            .collect();
        order.sort_by(|a, b| a.0.mean[0].total_cmp(&b.0.mean[0]).then(a.1.cmp(&b.1)));
        for (place, (state, id)) in order.iter().enumerate() {
            let reach_m = 2.0 * libm::sqrt(2.0 * state.covariance[0][0]);
            for (other, other_id) in &order[place + 1..] {
                if other.mean[0] - state.mean[0] > reach_m {
                    break;
                }
                let mut off = [0.0; 6];
                let mut covariance = [[0.0; 6]; 6];
                for row in 0..6 {
                    off[row] = other.mean[row] - state.mean[row];
                    for column in 0..6 {
                        covariance[row][column] =
                            0.5 * (state.covariance[row][column] + other.covariance[row][column]);
                    }
                }
                if crate::matrix::squared_distance(off, &covariance)
                    .is_some_and(|d| d < DUPLICATE_DISTANCE / 4.0)
                {
                    out.insert(*id.max(other_id));
                }
            }
        }
        out
    }

    /// Confirmed tracks and leading branches.
    pub(crate) fn tracks(&self) -> impl Iterator<Item = Track> + '_ {
        let time_ns = self.time_ns.unwrap_or(0);
        let tell = move |id, bank: &Bank, score, plots, status, dismissed| {
            let state = bank.state()?;
            Some(Track {
                id: TrackId(id),
                status,
                class: bank.likeliest_class(),
                probabilities: bank.probabilities(),
                time_ns,
                state,
                falling_state: bank.falling_state(),
                score: score + bank.log_unseen(),
                plots,
                age_s: bank.age_s,
                dismissed,
            })
        };
        let confirmed = self.tracks.iter().filter_map(move |track| {
            tell(
                track.id,
                &track.bank,
                track.score,
                track.plots,
                Status::Confirmed,
                track.dismissed,
            )
        });
        let leading = self
            .branches
            .iter()
            .filter(|branch| branch.leads && branch.plots.len() >= 3);
        let tentative = leading.filter_map(move |branch| {
            let plots = branch.plots.len() as u32;
            tell(
                branch.id,
                &branch.bank,
                branch.score,
                plots,
                Status::Tentative,
                false,
            )
        });
        confirmed.chain(tentative)
    }
}

impl Kept {
    /// Takes the plots of a scan, or that there are none.
    fn take(&mut self, setup: &Setup, scene: &Scene<'_>, scan: &[Expected], pairs: &[Pair]) {
        let chosen = || pairs.iter().filter(|pair| pair.probability > 0.0);
        let ratio = match setup.settings.association {
            Association::NearestNeighbour => chosen().next().map(|pair| pair.log_ratio),
            // The ratio of all that may have been seen to a miss, each shared as its plot is.
            Association::JointProbabilistic => {
                let hit: f64 = chosen().map(|pair| pair.probability).sum();
                (hit > 0.0).then(|| -libm::log((1.0 - hit).max(1e-9)))
            }
        };
        let seen = scan.first().is_some_and(|expected| {
            let [range, azimuth, elevation, _] = expected.measured;
            scene.sensor.sees([range, azimuth, elevation])
        });
        match ratio {
            Some(ratio) => self.score += scene.log_missed + ratio,
            None if seen => {
                let share = (scene.sensor.scan_period_s / FADING_S).min(1.0);
                self.score += share * scene.log_missed;
            }
            None => {}
        }
        self.best_score = self.best_score.max(self.score);
        match setup.settings.association {
            Association::NearestNeighbour => {
                if let Some(pair) = chosen().next() {
                    self.plots += 1;
                    let sighting = &scene.sightings[pair.sighting];
                    self.bank
                        .update(scene.physics, scene.sensor, sighting, scan, self.plots);
                }
            }
            Association::JointProbabilistic => {
                let sightings: Vec<_> = chosen()
                    .map(|pair| (pair.probability, &scene.sightings[pair.sighting]))
                    .collect();
                self.plots += u32::from(sightings.iter().map(|(p, _)| p).sum::<f64>() >= 0.5);
                if !sightings.is_empty() {
                    self.bank.update_joint(
                        scene.physics,
                        scene.sensor,
                        &sightings,
                        scan,
                        self.plots,
                    );
                }
            }
        }
    }

    /// Why it should no longer be followed, if so.
    fn end(&self, settings: &Settings, time_ns: i64) -> Option<EndCause> {
        let Some(state) = self.bank.state() else {
            return Some(EndCause::Failed);
        };
        let falling = self.bank.probability_of_falling() > 0.5;
        let unseen_s = seconds_since(self.last_plot_ns, time_ns);
        let patience = if self.dismissed {
            DISMISSED_PATIENCE
        } else {
            1.0
        };
        if falling && state.mean[2] < settings.surroundings.ground_m && state.mean[5] < 0.0 {
            Some(EndCause::Landed)
        } else if self.best_score - self.score > patience * settings.deletion_drop {
            Some(EndCause::Lost)
        } else if unseen_s > UNSEEN_MAX_S {
            Some(EndCause::OutOfSight)
        } else {
            None
        }
    }

    fn dismissal(&self, time_ns: i64) -> Option<Dismissed> {
        let state = self.bank.state()?;
        let class = self.bank.likeliest_class();
        let [vx, vy, vz] = [state.mean[3], state.mean[4], state.mean[5]];
        let reason = format!(
            "{} (probability {:.4}; falling {:.1e}): {:.0} m/s level, {:+.0} m/s upward, over {} plots",
            class.name(),
            self.bank.probabilities()[class as usize],
            self.bank.probability_of_falling(),
            libm::sqrt(vx * vx + vy * vy),
            vz,
            self.plots,
        );
        Some(Dismissed {
            track: TrackId(self.id),
            time_ns,
            class,
            reason,
        })
    }
}

fn seconds_since(before_ns: i64, time_ns: i64) -> f64 {
    time_ns.saturating_sub(before_ns) as f64 * 1e-9
}

fn keep<T>(records: &mut VecDeque<T>, record: T) {
    if records.len() >= RECORDS_MAX {
        records.pop_front();
    }
    records.push_back(record);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::Physics;
    use crate::motion::Motion;
    use crate::{Plot, SensorModel};

    fn setup() -> Setup {
        let settings = Settings::default();
        Setup {
            settings,
            sensors: vec![SensorModel::sample()],
            physics: Physics {
                filter: settings.filter,
                falling: Motion::new(&settings.surroundings, &settings.drag),
                drag: settings.drag,
                ground_m: 0.0,
            },
            seed_age_s: 2.2,
        }
    }

    /// Ten plots that nothing joins, and the two that begin a round of 300 m/s.
    fn scan(second: u32) -> Scan {
        let time_ns = i64::from(second) * 1_000_000_000;
        let plot = |range_m, azimuth_rad, elevation_rad| Plot {
            time_ns,
            range_m,
            azimuth_rad,
            elevation_rad,
            range_rate_mps: None,
            signal_to_noise_db: None,
        };
        let mut plots: Vec<Plot> = (0..10)
            .map(|number: u32| {
                let part = |step: u32| f64::from((step * (7 * number + second + 1)) % 101) / 101.0;
                plot(1_000.0 + 10_000.0 * part(37), part(53) - 0.5, part(71))
            })
            .collect();
        if second < 2 {
            plots.push(plot(5_000.0 - 300.0 * f64::from(second), 0.7, 0.5));
        }
        Scan {
            sensor: 0,
            time_ns,
            plots,
        }
    }

    /// A branch whose gate holds every plot once lived for ever, and had three children a scan.
    #[test]
    fn branches_that_any_plot_fits_neither_multiply_nor_last() {
        let setup = setup();
        let mut picture = Picture::default();
        for second in 0..2 {
            picture.take(&setup, &scan(second));
        }
        assert!(!picture.branches.is_empty());
        for branch in &mut picture.branches {
            for member in &mut branch.bank.members {
                member.state.widen(1e3);
            }
        }
        let wide = picture.next_id;
        for second in 2..60 {
            picture.take(&setup, &scan(second));
            assert!(picture.branches.len() < 100, "{}", picture.branches.len());
            assert!(
                picture
                    .branches
                    .iter()
                    .all(|branch| branch.plots.len() <= 12)
            );
        }
        assert!(picture.branches.iter().all(|branch| branch.id >= wide));
    }
}
