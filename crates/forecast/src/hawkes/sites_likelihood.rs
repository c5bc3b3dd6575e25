//! The likelihood of attacks that call forth attacks on other sites, and how to climb it.
//!
//! The intensity at site i is μᵢ + β Σⱼ (a [i = j] + c Kᵢⱼ(s)) Sⱼ, with Sⱼ the excitation of site j. Every
//! attack has a + c followers on average wherever it was, so that the compensator is that of one site.
//! For given (a, c, β, s) each μᵢ is the root of a function of its own, which leaves four parameters to
//! climb in; the gradient by those is the partial one, since μ is at its best.

use super::sites::SiteEvents;

/// (own, cross, decay, reach), or their logarithms.
pub(super) type Shared = [f64; 4];

/// The shared parameters, what they make each base rate, and how likely the log is then.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SiteEvaluation {
    pub value: f64,
    /// By the logarithms of the shared parameters.
    pub gradient: Shared,
    pub base_rates: Vec<f64>,
    /// By site, what excites each of its attacks: λ − μ.
    pub excited: Vec<Vec<f64>>,
}

/// By target and source, the share of the followers elsewhere that come to the target, and its
/// derivative by the reach: exp(−distance / reach), made to sum to 1 over targets.
pub(super) struct Spread {
    pub shares: Vec<f64>,
    slopes: Vec<f64>,
}

impl Spread {
    pub fn new(distances: &[f64], sites: usize, reach: f64) -> Self {
        let mut spread = Self {
            shares: vec![0.0; sites * sites],
            slopes: vec![0.0; sites * sites],
        };
        for source in 0..sites {
            let others = || (0..sites).filter(move |&target| target != source);
            let distance = |target: usize| distances[target * sites + source];
            let least = others().map(distance).fold(f64::INFINITY, f64::min);
            // Relative to the nearest, so that no reach is too short.
            let weight = |target| libm::exp(-(distance(target) - least) / reach);
            let total: f64 = others().map(weight).sum();
            let moment: f64 = others()
                .map(|target| weight(target) / total * distance(target))
                .sum();
            for target in others() {
                let share = weight(target) / total;
                spread.shares[target * sites + source] = share;
                spread.slopes[target * sites + source] =
                    share * (distance(target) - moment) / (reach * reach);
            }
        }
        spread
    }
}

/// One attack: what excites it, and its derivatives by the shared parameters.
struct Excited {
    site: usize,
    amount: f64,
    slopes: Shared,
}

/// The log-likelihood at its best base rates, with its gradient by the logarithms of the shared
/// parameters.
pub(super) fn evaluate_sites(events: &SiteEvents, shared: Shared) -> SiteEvaluation {
    let (attacks, spread) = follow(events, shared);
    let length = events.end - events.start;
    let mut excited = vec![Vec::new(); events.sites];
    for attack in &attacks {
        excited[attack.site].push(attack.amount);
    }
    let base_rates: Vec<f64> = excited
        .iter()
        .map(|amounts| best_base_rate(amounts, length))
        .collect();
    let [own, mut cross, _, _] = shared;
    let mut elsewhere = spread[0];
    if events.sites < 2 {
        (cross, elsewhere) = (0.0, 0.0);
    }
    let total = own + cross;
    let mut value = -length * base_rates.iter().sum::<f64>() - total * spread[0];
    let mut gradient = [-spread[0], -elsewhere, -total * spread[1], 0.0];
    for attack in &attacks {
        let intensity = base_rates[attack.site] + attack.amount;
        value += libm::log(intensity);
        for (sum, slope) in gradient.iter_mut().zip(attack.slopes) {
            *sum += slope / intensity;
        }
    }
    for (part, parameter) in gradient.iter_mut().zip(shared) {
        *part *= parameter;
    }
    SiteEvaluation {
        value,
        gradient,
        base_rates,
        excited,
    }
}

/// Every attack as the past excites it, and Σ (1 − exp(−β (end − t))) with its derivative by β.
fn follow(events: &SiteEvents, shared: Shared) -> (Vec<Excited>, [f64; 2]) {
    let [own, cross, beta, reach] = shared;
    let sites = events.sites;
    let Spread { shares, slopes } = Spread::new(&events.distances, sites, reach);
    let (mut zeroth, mut first) = (vec![0.0; sites], vec![0.0; sites]);
    let mut attacks: Vec<Excited> = Vec::with_capacity(events.times.len());
    let (mut spread, mut before, mut noted) = ([0.0; 2], events.start, 0);
    for (index, (&time, &site)) in events.times.iter().zip(&events.site_of).enumerate() {
        if time > before {
            // What came at one instant excites only what comes later.
            for &source in &events.site_of[noted..index] {
                zeroth[source] += 1.0;
            }
            noted = index;
            let gap = time - before;
            let decayed = libm::exp(-beta * gap);
            for (zeroth, first) in zeroth.iter_mut().zip(&mut first) {
                *first = decayed * (*first + gap * *zeroth);
                *zeroth *= decayed;
            }
            before = time;
        }
        let row = site * sites..(site + 1) * sites;
        let (mut around, mut around_first, mut around_slope) = (0.0, 0.0, 0.0);
        let sources = zeroth.iter().zip(&first);
        for ((&share, &slope), (&zeroth, &first)) in
            shares[row.clone()].iter().zip(&slopes[row]).zip(sources)
        {
            around += share * zeroth;
            around_first += share * first;
            around_slope += slope * zeroth;
        }
        let (here, here_first) = (zeroth[site], first[site]);
        attacks.push(Excited {
            site,
            amount: beta * (own * here + cross * around),
            slopes: [
                beta * here,
                beta * around,
                own * (here - beta * here_first) + cross * (around - beta * around_first),
                cross * beta * around_slope,
            ],
        });
        let left = events.end - time;
        spread[0] -= libm::expm1(-beta * left);
        spread[1] += left * libm::exp(-beta * left);
    }
    (attacks, spread)
}

/// The base rate at which Σ 1 / (μ + x) is the length of the window, or 0 where none is.
fn best_base_rate(amounts: &[f64], length: f64) -> f64 {
    let least = amounts.iter().copied().fold(f64::INFINITY, f64::min);
    if amounts.is_empty() {
        return 0.0;
    }
    // The sum is convex and falling: Newton's method from where it is too great never overshoots.
    let mut rate = (1.0 / length - least).max(0.0);
    for _ in 0..60 {
        let (mut sum, mut slope) = (0.0, 0.0);
        for amount in amounts {
            let inverse = 1.0 / (rate + amount);
            sum += inverse;
            slope += inverse * inverse;
        }
        let step = (sum - length) / slope;
        if step.is_nan() || step <= 1e-13 * rate {
            break;
        }
        rate += step;
    }
    rate
}

/// Where a climb in the logarithms of the shared parameters ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct SiteSummit {
    pub place: Shared,
    pub value: f64,
}

/// Climbs by the method of Broyden, Fletcher, Goldfarb and Shanno within a box, along the axes that are
/// free. `evaluate` gives the value, negative infinity where it may not go, and the gradient.
pub(super) fn ascend(
    evaluate: impl Fn(&Shared) -> (f64, Shared),
    start: Shared,
    free: [bool; 4],
    bounds: &[Shared; 2],
) -> SiteSummit {
    const MOST_STEPS: usize = 200;
    const ENOUGH: f64 = 1e-7;
    let clamp = |place: Shared| -> Shared {
        std::array::from_fn(|axis| place[axis].clamp(bounds[0][axis], bounds[1][axis]))
    };
    let mut place = clamp(start);
    let (mut value, mut gradient) = evaluate(&place);
    let mut inverse: Option<[Shared; 4]> = None;
    let mut moved_before = free;
    for _ in 0..MOST_STEPS {
        let moves: [bool; 4] = std::array::from_fn(|axis| {
            free[axis]
                && !(place[axis] <= bounds[0][axis] && gradient[axis] <= 0.0)
                && !(place[axis] >= bounds[1][axis] && gradient[axis] >= 0.0)
        });
        if moves != moved_before {
            inverse = None;
            moved_before = moves;
        }
        let slope: Shared =
            std::array::from_fn(|axis| if moves[axis] { gradient[axis] } else { 0.0 });
        let step = direction(inverse.as_ref(), &slope);
        let (mut shrink, mut next) = (1.0, None);
        for _ in 0..40 {
            let there = clamp(std::array::from_fn(|axis| {
                place[axis] + shrink * step[axis]
            }));
            let (there_value, there_gradient) = evaluate(&there);
            let gain = dot(&slope, &difference(&there, &place));
            if there_value >= value + 1e-4 * gain {
                next = Some((there, there_value, there_gradient));
                break;
            }
            shrink *= 0.3;
        }
        let Some((there, there_value, there_gradient)) = next else {
            if inverse.take().is_none() {
                break;
            }
            continue;
        };
        let step = difference(&there, &place);
        let turn: Shared = std::array::from_fn(|axis| {
            if moves[axis] {
                gradient[axis] - there_gradient[axis]
            } else {
                0.0
            }
        });
        let gain = there_value - value;
        let was_first = inverse.is_none();
        inverse = updated(inverse, &step, &turn);
        (place, value, gradient) = (there, there_value, there_gradient);
        if gain < ENOUGH {
            if was_first {
                break;
            }
            // Once more along the gradient alone, in case the curvature misled.
            inverse = None;
        }
    }
    SiteSummit { place, value }
}

fn dot(a: &Shared, b: &Shared) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn difference(a: &Shared, b: &Shared) -> Shared {
    std::array::from_fn(|axis| a[axis] - b[axis])
}

/// Uphill, by the inverse of the curvature where it is known; no parameter changes by more than a
/// factor of e.
fn direction(inverse: Option<&[Shared; 4]>, slope: &Shared) -> Shared {
    let step = match inverse {
        Some(inverse) => std::array::from_fn(|axis| dot(&inverse[axis], slope)),
        None => *slope,
    };
    let longest = step.iter().fold(0.0_f64, |most, part| most.max(part.abs()));
    let most = if inverse.is_some() { 1.0 } else { 0.3 };
    step.map(|part| part * (most / longest.max(f64::MIN_POSITIVE)).min(1.0))
}

/// The inverse curvature after a step that turned the gradient so (Nocedal and Wright, Numerical
/// Optimization, 2006, equations 6.17 and 6.20).
fn updated(inverse: Option<[Shared; 4]>, step: &Shared, turn: &Shared) -> Option<[Shared; 4]> {
    let along = dot(step, turn);
    if along <= 1e-12 * libm::sqrt(dot(step, step) * dot(turn, turn)) {
        return inverse;
    }
    let old = inverse.unwrap_or_else(|| {
        let scale = along / dot(turn, turn);
        std::array::from_fn(|row| {
            std::array::from_fn(|column| if row == column { scale } else { 0.0 })
        })
    });
    let turned: Shared = std::array::from_fn(|row| dot(&old[row], turn));
    let factor = (1.0 + dot(turn, &turned) / along) / along;
    Some(std::array::from_fn(|row| {
        std::array::from_fn(|column| {
            old[row][column] + factor * step[row] * step[column]
                - (turned[row] * step[column] + step[row] * turned[column]) / along
        })
    }))
}
