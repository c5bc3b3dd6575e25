//! The bias of a radar, from rounds that it followed and whose impacts were surveyed.
//!
//! What the last plots of a round leave open about its impact, drag and wind among it, is the tracker's own
//! covariance. How an impact moves with the bias is found by following the same plots with the bias a little
//! different, so that it goes through the same law of motion. The bias that fits best is that of Gauss
//! and Newton's method under errors of Student's distribution with four degrees of freedom, which an outlier
//! hardly moves (Lange, Little and Taylor, J. American Statistical Association 84, 1989); where impacts
//! contradict each other more than their covariances allow, its spread grows with them (Birge, Physical
//! Review 40, 1932).

// Loops over the axes of small matrices read like the equations that they come from.
#![allow(clippy::needless_range_loop)]

use super::survey::Survey;
use super::{Recorded, Trouble};
use crate::watch::engine::Settings;
use std::collections::BTreeMap;
use tracking::{Bias, LevelGround, Scan, SensorModel, Status, Track, TrackId, Tracker};

/// Spread of a bias before any impact is known, range (m), azimuth and elevation (rad): wider than that of any
/// radar in use (assumed), so that impacts alone decide.
pub const PRIOR_SIGMAS: [f64; 3] = [100.0, 20e-3, 20e-3];
/// Steps of the bias by which an impact's dependence on it is found.
const STEPS: [f64; 3] = [5.0, 1e-3, 1e-3];
/// Degrees of freedom of the errors.
const FREEDOM: f64 = 4.0;
/// Times that the bias is found anew with the rounds followed under it, and weights within each.
const ROUNDS: u32 = 3;
const REWEIGHTINGS: u32 = 30;
/// Squared distance, in two components, from which a round is called an outlier: 0.9999 lie within.
const OUTLIER: f64 = 18.4;
/// Difference of moments up to which a round may be the one surveyed, s.
const APART_MAX_S: f64 = 5.0;
/// Fewest plots of a round that counts.
const PLOTS_MIN: u32 = 5;

/// A recording, read whole.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Last part of its name.
    pub file: String,
    /// Its scans.
    pub scans: Vec<Recorded>,
}

/// What impacts say of a bias.
#[derive(Clone, Debug)]
pub struct Estimate {
    /// Range (m), azimuth and elevation (rad) in the radar's own sense: what it reports less what is.
    pub bias: [f64; 3],
    /// Its covariance.
    pub covariance: [[f64; 3]; 3],
    /// Rounds on which it rests.
    pub rounds: Vec<Judged>,
    /// Impacts that were not used, each with its place in the file and why.
    pub left_out: Vec<(String, String)>,
}

/// One round.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Where its impact was told.
    pub place: String,
    /// Recording.
    pub file: String,
    /// Impact foreseen less impact surveyed, with the bias as `SENSOR.toml` has it, m.
    pub before_m: [f64; 2],
    /// The same with the bias that all other rounds give; none where there is no other.
    pub after_m: Option<[f64; 2]>,
    /// Squared distance of the latter by its covariance; 2 on average where that is right.
    pub squared_distance: Option<f64>,
    /// Whether it contradicts the others and hardly counts.
    pub outlier: bool,
}

/// A round linear in the bias.
#[derive(Clone, Copy, Debug)]
struct Linear {
    /// Surveyed less foreseen, m.
    off_m: [f64; 2],
    slopes: [[f64; 3]; 2],
    /// Of foreseen and surveyed, m².
    covariance_m2: [[f64; 2]; 2],
}

/// A solution about the bias where rounds are linear.
#[derive(Clone, Copy, Debug)]
struct Solution {
    step: [f64; 3],
    covariance: [[f64; 3]; 3],
}

/// Place and covariance of an impact that is foreseen.
type Foreseen = ([f64; 2], [[f64; 2]; 2]);
/// How the place moves with the bias; none where the round is lost by a small step of it.
type Slopes = Option<[[f64; 3]; 2]>;

/// What an estimate rests on.
struct Case<'a> {
    settings: &'a Settings,
    sensor: &'a SensorModel,
    recordings: &'a [Recording],
    surveys: &'a [Survey],
}

impl Case<'_> {
    /// The impact that is foreseen for each survey under a bias, or why there is none.
    fn follow(&self, bias: [f64; 3]) -> Result<Vec<Result<Foreseen, String>>, Trouble> {
        foreseen_all(
            self.settings,
            self.sensor,
            self.recordings,
            self.surveys,
            bias,
        )
    }

    fn slopes(&self, about: [f64; 3]) -> Result<Vec<Slopes>, Trouble> {
        let mut slopes = vec![Some([[0.0; 3]; 2]); self.surveys.len()];
        for (axis, step) in STEPS.into_iter().enumerate() {
            let stepped = |by: f64| {
                let mut bias = about;
                bias[axis] += by;
                self.follow(bias)
            };
            let (up, down) = (stepped(step)?, stepped(-step)?);
            for (slope, (up, down)) in slopes.iter_mut().zip(up.iter().zip(&down)) {
                let (Ok(up), Ok(down)) = (up, down) else {
                    *slope = None;
                    continue;
                };
                for (row, (up, down)) in slope.iter_mut().flatten().zip(up.0.iter().zip(down.0)) {
                    row[axis] = (up - down) / (2.0 * step);
                }
            }
        }
        Ok(slopes)
    }
}

/// Estimates the bias of the radar of `settings` from impacts of recordings.
///
/// # Errors
/// Where no impact belongs to any round, or the settings cannot be used.
pub fn estimate(
    settings: &Settings,
    recordings: &[Recording],
    surveys: &[Survey],
) -> Result<Estimate, Trouble> {
    let none = |wrong: &str, mend: &str| Trouble {
        place: "impacts".to_owned(),
        wrong: wrong.to_owned(),
        mend: mend.to_owned(),
    };
    let sensor = settings.sensors.first();
    let sensor = sensor.ok_or_else(|| none("there is no radar", "describe one"))?;
    let start = [
        sensor.bias.range_m,
        sensor.bias.azimuth_rad,
        sensor.bias.elevation_rad,
    ];
    let case = Case {
        settings,
        sensor,
        recordings,
        surveys,
    };
    let first = case.follow(start)?;
    let slopes = case.slopes(start)?;
    let linear = |now: &[Result<Foreseen, String>]| -> Vec<Option<Linear>> {
        let rows = surveys.iter().zip(now).zip(&slopes);
        let of = |((survey, now), slopes): ((&Survey, &Result<Foreseen, String>), &Slopes)| {
            let now = now.as_ref().ok()?;
            Some(of_round(survey, now, (*slopes)?))
        };
        rows.map(of).collect()
    };
    let (mut bias, mut now) = (start, linear(&first));
    let mut best = None;
    for _ in 0..ROUNDS {
        let prior = [0, 1, 2].map(|axis| start[axis] - bias[axis]);
        let rounds: Vec<Linear> = now.iter().flatten().copied().collect();
        let solution = solve(&rounds, prior).ok_or_else(|| {
            none(
                "no impact belongs to a round that was followed",
                "name the recording and the place of each impact",
            )
        })?;
        bias = [0, 1, 2].map(|axis| bias[axis] + solution.step[axis]);
        for (value, (start, sigma)) in bias.iter_mut().zip(start.iter().zip(PRIOR_SIGMAS)) {
            *value = value.clamp(start - 3.0 * sigma, start + 3.0 * sigma);
        }
        now = linear(&case.follow(bias)?);
        best = Some(solution);
    }
    let covariance = best.map_or([[0.0; 3]; 3], |solution| solution.covariance);
    let prior = [0, 1, 2].map(|axis| start[axis] - bias[axis]);
    Ok(Estimate {
        bias,
        covariance,
        rounds: judged(surveys, &linear(&first), &now, prior),
        left_out: left_out(surveys, &first, &now),
    })
}

fn left_out(
    surveys: &[Survey],
    first: &[Result<Foreseen, String>],
    now: &[Option<Linear>],
) -> Vec<(String, String)> {
    let rows = surveys.iter().zip(first).zip(now);
    rows.filter(|(_, now)| now.is_none())
        .map(|((survey, first), _)| {
            let why = match first {
                Err(why) => why.clone(),
                Ok(_) => "its round is lost where the bias is a little different".to_owned(),
            };
            (survey.place.clone(), why)
        })
        .collect()
}

fn of_round(survey: &Survey, (place, covariance): &Foreseen, slopes: [[f64; 3]; 2]) -> Linear {
    let mut covariance_m2 = *covariance;
    for (axis, row) in covariance_m2.iter_mut().enumerate() {
        row[axis] += survey.sigma_m * survey.sigma_m;
    }
    Linear {
        off_m: [0, 1].map(|axis| survey.position_m[axis] - place[axis]),
        slopes,
        covariance_m2,
    }
}

/// Each round beside the bias that the others give.
fn judged(
    surveys: &[Survey],
    first: &[Option<Linear>],
    now: &[Option<Linear>],
    prior: [f64; 3],
) -> Vec<Judged> {
    let used: Vec<(&Survey, Linear, Linear)> = surveys
        .iter()
        .zip(first.iter().zip(now))
        .filter_map(|(survey, (first, now))| Some((survey, (*first)?, (*now)?)))
        .collect();
    let one = |(index, (survey, first, now)): (usize, &(&Survey, Linear, Linear))| {
        let others: Vec<Linear> = used
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != index)
            .map(|(_, round)| round.2)
            .collect();
        let solution = solve(&others, prior);
        let left = solution.map(|solution| now.left(solution.step));
        let squared = solution
            .zip(left)
            .and_then(|(solution, left)| squared_distance(left, now.spread(&solution.covariance)));
        Judged {
            place: survey.place.clone(),
            file: survey.file.clone(),
            before_m: first.off_m.map(|off| -off),
            after_m: left.map(|left| left.map(|off| -off)),
            squared_distance: squared,
            outlier: squared.is_some_and(|squared| squared > OUTLIER),
        }
    };
    used.iter().enumerate().map(one).collect()
}

impl Linear {
    /// What a step of the bias leaves unexplained, m.
    fn left(&self, step: [f64; 3]) -> [f64; 2] {
        [0, 1].map(|row| {
            let explained: f64 = self.slopes[row].iter().zip(step).map(|(a, b)| a * b).sum();
            self.off_m[row] - explained
        })
    }

    /// Its covariance, with that of the bias, m².
    fn spread(&self, bias: &[[f64; 3]; 3]) -> [[f64; 2]; 2] {
        let mut out = self.covariance_m2;
        for (row, cells) in out.iter_mut().enumerate() {
            for (column, cell) in cells.iter_mut().enumerate() {
                for (one, across) in bias.iter().enumerate() {
                    for (other, value) in across.iter().enumerate() {
                        *cell += self.slopes[row][one] * value * self.slopes[column][other];
                    }
                }
            }
        }
        out
    }
}

/// The step of the bias that fits rounds best, about a prior at `prior`; none where there is no round.
fn solve(rounds: &[Linear], prior: [f64; 3]) -> Option<Solution> {
    if rounds.is_empty() {
        return None;
    }
    let mut weights = vec![1.0; rounds.len()];
    let mut solution = Solution {
        step: [0.0; 3],
        covariance: [[0.0; 3]; 3],
    };
    for _ in 0..REWEIGHTINGS {
        let mut normal = [[0.0; 3]; 3];
        let mut right = [0.0; 3];
        for axis in 0..3 {
            let precision = 1.0 / (PRIOR_SIGMAS[axis] * PRIOR_SIGMAS[axis]);
            normal[axis][axis] = precision;
            right[axis] = precision * prior[axis];
        }
        for (round, weight) in rounds.iter().zip(&weights) {
            let precision = inverse2(round.covariance_m2)?;
            for one in 0..3 {
                for row in 0..2 {
                    for column in 0..2 {
                        let factor = weight * round.slopes[row][one] * precision[row][column];
                        right[one] += factor * round.off_m[column];
                        for other in 0..3 {
                            normal[one][other] += factor * round.slopes[column][other];
                        }
                    }
                }
            }
        }
        let covariance = inverse3(normal)?;
        let step = covariance.map(|row| row.iter().zip(right).map(|(a, b)| a * b).sum());
        let mut squares = 0.0;
        for (round, weight) in rounds.iter().zip(&mut weights) {
            let squared = squared_distance(round.left(step), round.covariance_m2)?;
            *weight = (FREEDOM + 2.0) / (FREEDOM + squared);
            squares += *weight * squared;
        }
        // Student's errors tell less than normal ones (Lange, Little and Taylor, section 3).
        let fewer = (FREEDOM + 4.0) / (FREEDOM + 2.0);
        let left = 2.0 * rounds.len() as f64 - 3.0;
        let birge = if left > 0.0 {
            (squares / left).max(1.0)
        } else {
            1.0
        };
        solution = Solution {
            step,
            covariance: covariance.map(|row| row.map(|value| value * fewer * birge)),
        };
    }
    // What is not learnt is no better known than it was.
    for axis in 0..3 {
        let most = PRIOR_SIGMAS[axis] * PRIOR_SIGMAS[axis];
        let excess = solution.covariance[axis][axis] / most;
        if excess > 1.0 {
            for other in 0..3 {
                solution.covariance[axis][other] /= excess.sqrt();
                solution.covariance[other][axis] /= excess.sqrt();
            }
        }
    }
    Some(solution)
}

fn inverse2([[a, b], [c, d]]: [[f64; 2]; 2]) -> Option<[[f64; 2]; 2]> {
    let determinant = a * d - b * c;
    (determinant > 0.0 && determinant.is_finite()).then(|| {
        [
            [d / determinant, -b / determinant],
            [-c / determinant, a / determinant],
        ]
    })
}

fn squared_distance(off: [f64; 2], covariance: [[f64; 2]; 2]) -> Option<f64> {
    let [[a, b], [c, d]] = inverse2(covariance)?;
    Some(off[0] * (a * off[0] + b * off[1]) + off[1] * (c * off[0] + d * off[1]))
}

/// By cofactors; none where the matrix is singular.
fn inverse3(m: [[f64; 3]; 3]) -> Option<[[f64; 3]; 3]> {
    let cofactor = |row: usize, column: usize| {
        let [r, s] = [(row + 1) % 3, (row + 2) % 3];
        let [c, d] = [(column + 1) % 3, (column + 2) % 3];
        m[r][c] * m[s][d] - m[r][d] * m[s][c]
    };
    let determinant: f64 = (0..3)
        .map(|column| m[0][column] * cofactor(0, column))
        .sum();
    (determinant > 0.0 && determinant.is_finite())
        .then(|| [0, 1, 2].map(|row| [0, 1, 2].map(|column| cofactor(column, row) / determinant)))
}

/// The impact that is foreseen for each survey under a bias, or why there is none.
fn foreseen_all(
    settings: &Settings,
    sensor: &SensorModel,
    recordings: &[Recording],
    surveys: &[Survey],
    [range_m, azimuth_rad, elevation_rad]: [f64; 3],
) -> Result<Vec<Result<Foreseen, String>>, Trouble> {
    let model = SensorModel {
        bias: Bias {
            range_m,
            azimuth_rad,
            elevation_rad,
            ..Bias::NONE
        },
        ..*sensor
    };
    let mut out: Vec<_> = surveys
        .iter()
        .map(|survey| Err(format!("there is no recording {}", survey.file)))
        .collect();
    for recording in recordings {
        let own: Vec<usize> = (0..surveys.len())
            .filter(|&index| surveys[index].file == recording.file)
            .collect();
        if own.is_empty() {
            continue;
        }
        let grounds = own
            .iter()
            .map(|&index| surveys[index].ground_m.unwrap_or(settings.ground_m));
        let ground_m = grounds.fold(f64::NEG_INFINITY, f64::max);
        let (tracker, rounds) = follow(settings, model, recording, ground_m)?;
        let mut pairs = Vec::new();
        for &index in &own {
            out[index] = Err("no round comes down near it".to_owned());
            for (id, track) in &rounds {
                let ground = LevelGround {
                    height_m: surveys[index].ground_m.unwrap_or(settings.ground_m),
                };
                let impact = tracker.impact(track, &ground);
                let near = impact.and_then(|impact| {
                    let far = distance(&surveys[index], &impact, sensor)?;
                    Some((far, index, *id, (impact.position_m, impact.covariance_m2())))
                });
                pairs.extend(near);
            }
        }
        // The nearest first, each round and each impact once.
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let mut taken: Vec<TrackId> = Vec::new();
        for (_, index, id, foreseen) in pairs {
            if out[index].is_err() && !taken.contains(&id) {
                taken.push(id);
                out[index] = Ok(foreseen);
            }
        }
    }
    Ok(out)
}

/// How far an impact lies from where it was surveyed, m; none where it is another's.
fn distance(
    survey: &Survey,
    impact: &tracking::ImpactPrediction,
    sensor: &SensorModel,
) -> Option<f64> {
    let [x, y] = [0, 1].map(|axis| survey.position_m[axis] - impact.position_m[axis]);
    let far = x.hypot(y);
    let time_s = super::moment::seconds(impact.time_ns);
    let at_once = survey
        .time_s
        .is_none_or(|told| (told - time_s).abs() <= APART_MAX_S);
    let [sx, sy, _] = sensor.position_m;
    let range_m = (survey.position_m[0] - sx).hypot(survey.position_m[1] - sy);
    let [[xx, _], [_, yy]] = impact.covariance_m2();
    let prior = PRIOR_SIGMAS[0].hypot(PRIOR_SIGMAS[1] * range_m);
    let reach = 3.0 * (prior * prior + xx + yy + survey.sigma_m * survey.sigma_m).sqrt();
    (at_once && far <= reach).then_some(far)
}

/// Follows a recording; gives each round as it was last known, before it reached the ground.
fn follow(
    settings: &Settings,
    model: SensorModel,
    recording: &Recording,
    ground_m: f64,
) -> Result<(Tracker, BTreeMap<TrackId, Track>), Trouble> {
    let trouble = |error: tracking::TrackingError| Trouble {
        place: recording.file.clone(),
        wrong: error.to_string(),
        mend: "look at the radar's description and at the times of the recording".to_owned(),
    };
    let mut tracking = settings.tracking;
    tracking.surroundings.origin_height_m = settings.origin_height_m;
    tracking.surroundings.ground_m = ground_m;
    let mut tracker = Tracker::new(tracking, vec![model]).map_err(trouble)?;
    let mut rounds = BTreeMap::new();
    let mut newest_ns = i64::MIN;
    for recorded in &recording.scans {
        newest_ns = newest_ns.max(recorded.time_ns);
        let scan = Scan {
            sensor: 0,
            time_ns: recorded.time_ns,
            plots: recorded.plots.clone(),
        };
        tracker.take(scan, newest_ns).map_err(trouble)?;
        let falling = tracker.tracks().filter(|track| {
            track.status == Status::Confirmed
                && !track.dismissed
                && track.plots >= PLOTS_MIN
                && track.probability_of_falling() > 0.5
                && track.state.mean[2] > ground_m
        });
        for track in falling {
            rounds.insert(track.id, track);
        }
    }
    Ok((tracker, rounds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(off_m: [f64; 2], slopes: [[f64; 3]; 2]) -> Linear {
        Linear {
            off_m,
            slopes,
            covariance_m2: [[25.0, 0.0], [0.0, 25.0]],
        }
    }

    /// Rounds all around a radar at different ranges, all off by one bias.
    fn rounds(bias: [f64; 3]) -> Vec<Linear> {
        (0..12)
            .map(|index| {
                let (sin, cos) = (0.5 * f64::from(index)).sin_cos();
                let range = 2_000.0 + 300.0 * f64::from(index);
                // A tilt moves an impact along the line of sight, by more where the round comes from higher up.
                let by_tilt = 0.5 * range;
                let slopes = [
                    [-cos, range * sin, by_tilt * cos],
                    [-sin, -range * cos, by_tilt * sin],
                ];
                let off = slopes.map(|row| row.iter().zip(bias).map(|(a, b)| a * b).sum());
                round(off, slopes)
            })
            .collect()
    }

    #[test]
    fn an_outlier_hardly_moves_the_bias_and_contradiction_widens_it() {
        let truth = [14.0, -3e-3, 4e-3];
        let mut all = rounds(truth);
        let clean = solve(&all, [0.0; 3]).unwrap();
        for axis in 0..3 {
            let sigma = clean.covariance[axis][axis].sqrt();
            assert!((clean.step[axis] - truth[axis]).abs() < 0.05 * sigma);
            assert!(sigma < 0.3 * PRIOR_SIGMAS[axis]);
        }
        all[3].off_m[0] += 300.0;
        let spoilt = solve(&all, [0.0; 3]).unwrap();
        for axis in 0..3 {
            let sigma = clean.covariance[axis][axis].sqrt();
            assert!((spoilt.step[axis] - truth[axis]).abs() < sigma);
        }
        for (index, round) in all.iter_mut().enumerate() {
            round.off_m[index % 2] += if index % 3 == 0 { 60.0 } else { -60.0 };
        }
        let torn = solve(&all, [0.0; 3]).unwrap();
        assert!(torn.covariance[1][1] > 2.0 * clean.covariance[1][1]);
    }

    #[test]
    fn what_impacts_do_not_show_stays_unknown() {
        assert!(solve(&[], [0.0; 3]).is_none());
        let one = round([20.0, 0.0], [[-1.0, 0.0, 0.0], [0.0, -3_000.0, 0.0]]);
        let solution = solve(&[one], [0.0; 3]).unwrap();
        assert!((solution.step[0] + 20.0).abs() < 0.5);
        assert!((solution.covariance[2][2].sqrt() - PRIOR_SIGMAS[2]).abs() < 1e-9);
        assert!(inverse3([[0.0; 3]; 3]).is_none());
    }
}
