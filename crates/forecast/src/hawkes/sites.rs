//! Attacks that call forth attacks on the same site and on others, more on nearer ones.

use super::climb::Place;
use super::fit::{Hawkes, LEAST_BRANCHING};
use super::intervals::{THRESHOLD, profile_end};
use super::simulate::{PURPOSE, poisson, wait};
use super::sites_likelihood::{Shared, SiteEvaluation, SiteSummit, Spread, ascend, evaluate_sites};
use super::{Events, HawkesError, Likely, MOST_BRANCHING, check_window};
use theatre::Stream;

/// A branching ratio below this is none.
const UNSEEN: f64 = 1e-5;

/// Attacks on several sites within a window of time, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteEvents {
    pub(super) times: Vec<f64>,
    pub(super) site_of: Vec<usize>,
    pub(super) sites: usize,
    pub(super) distances: Vec<f64>,
    pub(super) start: f64,
    pub(super) end: f64,
}

/// Parameters of the process over sites.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteParameters {
    /// By site, attacks per unit of time that no attack called forth, ≥ 0.
    pub base_rates: Vec<f64>,
    /// Attacks that one attack calls forth on the same site, ≥ 0.
    pub own: f64,
    /// Attacks that one attack calls forth on all other sites together, ≥ 0; own + cross < 1.
    pub cross: f64,
    /// β, per unit of time, > 0.
    pub decay: f64,
    /// Distance over which another site's share falls by a factor of e, > 0; in the unit of the
    /// distances.
    pub reach: f64,
}

/// The process over sites that is most likely to have made a log.
///
/// Followers elsewhere are spread over the other sites in proportion to exp(−distance / reach): near
/// repeats in space, after the kernels in time and space of Mohler and others, "Self-exciting point
/// process modeling of crime", JASA 106, 2011.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteHawkes {
    /// By site, μ; its interval takes the shared parameters as they are at their best.
    pub base_rates: Vec<Likely>,
    /// Attacks that one attack calls forth on the same site.
    pub own: Likely,
    /// Attacks that one attack calls forth on other sites; 0 where there are none.
    pub cross: Likely,
    /// β, per unit of time.
    pub decay: Likely,
    /// Distance over which another site's share falls by a factor of e. At infinity followers are
    /// spread evenly.
    pub reach: Likely,
    /// Log-likelihood at the best parameters.
    pub log_likelihood: f64,
}

impl SiteEvents {
    /// The attacks, each with its time and the index of its site, in any order, of a log that is
    /// complete from `start` to `end`; and the distances between sites (≥ 0, in any unit), as a list of
    /// rows.
    ///
    /// # Errors
    ///
    /// Where the window has no length, a time is not within it, a site is unknown, or a distance is
    /// missing or out of range.
    pub fn new(
        events: &[(f64, usize)],
        distances: &[Vec<f64>],
        start: f64,
        end: f64,
    ) -> Result<Self, HawkesError> {
        check_window(start, end)?;
        let sites = distances.len();
        let mut table = Vec::with_capacity(sites * sites);
        for (from, row) in distances.iter().enumerate() {
            for to in 0..sites {
                match row.get(to) {
                    Some(&distance) if distance.is_finite() && distance >= 0.0 => {
                        table.push(distance);
                    }
                    _ => return Err(HawkesError::BadDistance { from, to }),
                }
            }
        }
        for (index, &(time, site)) in events.iter().enumerate() {
            if !(start..=end).contains(&time) {
                return Err(HawkesError::OutsideWindow { index, time });
            }
            if site >= sites {
                return Err(HawkesError::UnknownSite { index, site, sites });
            }
        }
        let mut sorted = events.to_vec();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        Ok(Self {
            times: sorted.iter().map(|event| event.0).collect(),
            site_of: sorted.iter().map(|event| event.1).collect(),
            sites,
            distances: table,
            start,
            end,
        })
    }

    /// Each attack's time and site, in order.
    pub fn iter(&self) -> impl Iterator<Item = (f64, usize)> + '_ {
        self.times.iter().copied().zip(self.site_of.iter().copied())
    }

    /// Greatest and least distance between two sites that is above 0.
    fn span(&self) -> Option<(f64, f64)> {
        let apart = || {
            self.distances
                .iter()
                .copied()
                .filter(|&distance| distance > 0.0)
        };
        let most = apart().fold(0.0, f64::max);
        (most > 0.0).then(|| (apart().fold(most, f64::min), most))
    }
}

impl SiteHawkes {
    /// Fits by maximum likelihood, from several starts, with 95 % intervals by profile likelihood. Takes
    /// time in proportion to attacks × sites.
    #[must_use]
    pub fn fit(events: &SiteEvents) -> Self {
        let problem = Problem::new(events);
        let summit = problem.highest();
        let SiteEvaluation {
            base_rates,
            excited,
            ..
        } = evaluate_sites(events, summit.place.map(libm::exp));
        let length = events.end - events.start;
        let base_rates = base_rates
            .iter()
            .zip(&excited)
            .map(|(&best, amounts)| base_rate_interval(best, amounts, length))
            .collect();
        let [mut own, mut cross, decay, reach] =
            [0, 1, 2, 3].map(|axis| problem.interval(&summit, axis));
        for branching in [&mut own, &mut cross] {
            if branching.low == 0.0 && branching.best < UNSEEN {
                branching.best = 0.0;
            }
        }
        Self {
            base_rates,
            own,
            cross,
            decay,
            reach,
            log_likelihood: summit.value,
        }
    }

    /// The most likely parameters.
    #[must_use]
    pub fn parameters(&self) -> SiteParameters {
        SiteParameters {
            base_rates: self.base_rates.iter().map(|rate| rate.best).collect(),
            own: self.own.best,
            cross: self.cross.best,
            decay: self.decay.best,
            reach: self.reach.best,
        }
    }
}

/// What is climbed, and within which bounds.
struct Problem<'a> {
    events: &'a SiteEvents,
    free: [bool; 4],
    bounds: [Shared; 2],
    /// Branching ratio and decay of all attacks as if on one site.
    pooled: [f64; 2],
}

impl<'a> Problem<'a> {
    fn new(events: &'a SiteEvents) -> Self {
        let all = Events {
            times: events.times.clone(),
            start: events.start,
            end: events.end,
        };
        let pooled = Hawkes::most_likely(&all);
        let bounds = super::fit::bounds(&all.record());
        let [_, least, slowest]: Place = bounds.low;
        let [_, most, fastest]: Place = bounds.high;
        let (near, far) = events.span().unwrap_or((1.0, 1.0));
        let several = events.sites > 1;
        Self {
            events,
            free: [true, several, true, several && events.span().is_some()],
            bounds: [
                [least, least, slowest, libm::log(0.1 * near)],
                [most, most, fastest, libm::log(100.0 * far)],
            ],
            pooled: [pooled.branching.max(0.1), pooled.decay],
        }
    }

    fn climb(&self, start: Shared, free: [bool; 4]) -> SiteSummit {
        let evaluate = |place: &Shared| {
            let shared = place.map(libm::exp);
            // Room for an axis that is held at its bound.
            if shared[0] + shared[1] > MOST_BRANCHING + 2.0 * LEAST_BRANCHING {
                return (f64::NEG_INFINITY, [0.0; 4]);
            }
            let evaluation = evaluate_sites(self.events, shared);
            (evaluation.value, evaluation.gradient)
        };
        ascend(evaluate, start, free, &self.bounds)
    }

    fn highest(&self) -> SiteSummit {
        let [branching, decay] = self.pooled.map(libm::log);
        let (near, far) = self.events.span().unwrap_or((1.0, 1.0));
        let middle = 0.5 * (libm::log(near) + libm::log(far));
        let part = |share: f64| branching + libm::log(share);
        let none = if self.free[1] {
            part(0.1)
        } else {
            self.bounds[0][1]
        };
        let half = if self.free[1] {
            part(0.5)
        } else {
            self.bounds[0][1]
        };
        let starts = [
            [part(0.5), half, decay, libm::log(near)],
            [part(0.5), half, decay, middle],
            [part(0.1), half, decay, libm::log(far)],
            [part(0.5), none, decay + 1.5, middle],
            [part(0.5), none, decay - 1.5, middle],
        ];
        let mut best = self.climb(starts[0], self.free);
        for start in &starts[1..] {
            let summit = self.climb(*start, self.free);
            if summit.value > best.value {
                best = summit;
            }
        }
        best
    }

    fn interval(&self, summit: &SiteSummit, axis: usize) -> Likely {
        let top = summit.place[axis];
        let none = if axis < 2 { 1.0 } else { f64::INFINITY };
        let mut likely = Likely {
            best: libm::exp(top),
            low: 0.0,
            high: none,
        };
        if !self.free[axis] {
            return likely;
        }
        let mut free = self.free;
        free[axis] = false;
        let end = |direction: f64| {
            let limit = self.bounds[if direction < 0.0 { 0 } else { 1 }][axis];
            let guess = |_: f64| summit.place;
            let profile = |position: f64, from: &Shared| {
                let mut start = *from;
                start[axis] = position;
                // The other branching ratio makes room.
                if axis < 2 {
                    let room = MOST_BRANCHING - libm::exp(position);
                    let most = libm::log(room.max(LEAST_BRANCHING));
                    start[1 - axis] = start[1 - axis].min(most);
                }
                let found = self.climb(start, free);
                (summit.value - found.value, found.place)
            };
            profile_end(top, Some(0.3), direction, limit, guess, profile)
        };
        likely.low = end(-1.0).map_or(likely.low, libm::exp);
        likely.high = end(1.0).map_or(likely.high, libm::exp);
        likely
    }
}

/// The 95 % interval of a base rate by its likelihood Σ log(μ + x) − μ T, all else as it is.
fn base_rate_interval(best: f64, amounts: &[f64], length: f64) -> Likely {
    let value = |rate: f64| {
        let logs: f64 = amounts.iter().map(|amount| libm::log(rate + amount)).sum();
        logs - rate * length
    };
    let floor = value(best) - THRESHOLD;
    // Halves an interval whose one end is likely and whose other is not.
    let edge = |mut inside: f64, mut outside: f64| {
        for _ in 0..60 {
            let middle = 0.5 * (inside + outside);
            if value(middle) >= floor {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        inside
    };
    let mut far = best + (THRESHOLD + 1.0) / length;
    while value(far) >= floor && far.is_finite() {
        far = best + 2.0 * (far - best);
    }
    Likely {
        best,
        low: if value(0.0) >= floor {
            0.0
        } else {
            edge(best, 0.0)
        },
        high: edge(best, far),
    }
}

/// A log drawn from the process over sites on a window without a past.
///
/// # Errors
///
/// Where the window has no length, a distance is bad, or a parameter is out of its range.
pub fn simulate_sites(
    parameters: &SiteParameters,
    distances: &[Vec<f64>],
    start: f64,
    end: f64,
    seed: u64,
    replication: u32,
) -> Result<SiteEvents, HawkesError> {
    const MOST_EVENTS: usize = 10_000_000;
    let SiteParameters {
        base_rates,
        own,
        cross,
        decay,
        reach,
    } = parameters;
    let bad = |name, value| Err(HawkesError::BadParameter { name, value });
    super::Parameters::new(base_rates.iter().sum(), own + cross, *decay)?;
    if let Some(&rate) = base_rates.iter().find(|&&rate| rate < 0.0) {
        return bad("base_rates", rate);
    }
    if own.min(*cross) < 0.0 {
        return bad("own or cross", own.min(*cross));
    }
    if !(reach.is_finite() && *reach > 0.0) {
        return bad("reach", *reach);
    }
    let mut events = SiteEvents::new(&[], distances, start, end)?;
    let sites = events.sites;
    let spread = Spread::new(&events.distances, sites, *reach);
    let mut stream = Stream::new(seed, replication, 0, PURPOSE);
    let mut waiting: Vec<(f64, usize)> = Vec::new();
    for (site, &rate) in base_rates.iter().enumerate().take(sites) {
        let mut time = start + wait(rate, &mut stream);
        while time <= end {
            waiting.push((time, site));
            time += wait(rate, &mut stream);
        }
    }
    let mut drawn = Vec::new();
    while let Some((time, site)) = waiting.pop().filter(|_| drawn.len() < MOST_EVENTS) {
        drawn.push((time, site));
        let here = poisson(*own, &mut stream);
        let elsewhere = if sites > 1 {
            poisson(*cross, &mut stream)
        } else {
            0
        };
        for number in 0..here + elsewhere {
            let later = time + wait(*decay, &mut stream);
            let target = if number < here {
                site
            } else {
                target(&spread.shares, sites, site, stream.uniform())
            };
            if later <= end {
                waiting.push((later, target));
            }
        }
    }
    drawn.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    (events.times, events.site_of) = drawn.into_iter().unzip();
    Ok(events)
}

/// The site that a follower elsewhere comes to.
fn target(shares: &[f64], sites: usize, source: usize, uniform: f64) -> usize {
    let mut left = uniform;
    let mut last = source;
    for target in (0..sites).filter(|&target| target != source) {
        last = target;
        left -= shares[target * sites + source];
        if left < 0.0 {
            break;
        }
    }
    last
}
