//! What sites lose at given prices, and the price of a person in a region that loses most.

use super::problem::RegionalProblem;
use rayon::prelude::*;
use std::ops::Range;

/// Sites that one task looks at: sums are taken in this order on any number of threads.
const CHUNK: usize = 8192;
/// Sites looked at side by side.
const LANES: usize = 8;

/// Prices of what regions share, as an option and a person pay them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Toll {
    /// Price of the units of each option.
    pub option: Vec<f64>,
    /// Loss and price of one person who leaves a site.
    pub out: f64,
}

impl Toll {
    /// From a price for each system and one for lift.
    pub fn new(problem: &RegionalProblem, systems: &[f64], lift: f64) -> Self {
        let option = problem.units.iter().map(|units| {
            let paid = units.iter().zip(systems);
            paid.map(|(&units, price)| f64::from(units) * price).sum()
        });
        Self {
            option: option.collect(),
            out: problem.loss_per_move + lift,
        }
    }
}

/// Some sites, side by side.
#[derive(Clone, Copy, Debug)]
pub struct Sites<'a> {
    pub people: &'a [u32],
    pub capacity: &'a [u32],
    pub fewest: &'a [u32],
    pub loss: &'a [f64],
    pub options: usize,
}

/// What one site does at given prices.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Choice {
    /// Its loss with all that it pays, people there today being free of the people's price.
    pub value: f64,
    /// Place of its option.
    pub option: usize,
    /// People who come, or leave where negative.
    pub net: i64,
}

/// A sum of choices: one point of the concave function of the people's price.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    pub price: f64,
    pub value: f64,
    pub net: i64,
}

/// The highest point found of that function, with the last points below and above it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Peak {
    pub best: Point,
    pub below: Point,
    pub above: Point,
}

impl<'a> Sites<'a> {
    pub fn new(problem: &'a RegionalProblem, range: Range<usize>) -> Self {
        let options = problem.options();
        Self {
            people: &problem.people[range.clone()],
            capacity: &problem.capacity[range.clone()],
            fewest: &problem.fewest[range.clone()],
            loss: &problem.loss[range.start * options..range.end * options],
            options,
        }
    }

    pub fn count(&self) -> usize {
        self.people.len()
    }

    pub fn losses(&self, site: usize) -> &'a [f64] {
        &self.loss[site * self.options..][..self.options]
    }

    /// Loss of one option with the people that suit it best at this price.
    #[inline]
    pub fn option(&self, toll: &Toll, price: f64, site: usize, option: usize) -> f64 {
        let people = f64::from(self.people[site]);
        let loss = self.loss[site * self.options + option];
        let come = (loss - price).min(0.0) * (f64::from(self.capacity[site]) - people);
        let leave = (loss - price - toll.out).max(0.0) * (people - f64::from(self.fewest[site]));
        toll.option[option] + loss * people + come - leave
    }

    /// The best of the options in the mask.
    #[inline]
    pub fn choice(&self, toll: &Toll, price: f64, site: usize, mask: u64) -> Choice {
        let mut best = (f64::INFINITY, 0);
        let mut left = mask;
        while left != 0 {
            let option = left.trailing_zeros() as usize;
            left &= left - 1;
            let value = self.option(toll, price, site, option);
            if value < best.0 {
                best = (value, option);
            }
        }
        Choice {
            value: best.0,
            option: best.1,
            net: self.net(toll, price, site, best.1),
        }
    }

    /// All sites of a range at one price, with all their options; the same numbers as from
    /// [`Sites::choice`], without looking for options one by one.
    fn sweep(&self, toll: &Toll, price: f64, range: Range<usize>) -> (f64, i64) {
        let (mut value, mut net) = (0.0, 0);
        let mut start = range.start;
        while start + LANES <= range.end {
            let (values, losses) = self.lanes(toll, price, start);
            for lane in 0..LANES {
                value += values[lane];
                net += self.people_who_come(toll, price, start + lane, losses[lane]);
            }
            start += LANES;
        }
        for site in start..range.end {
            let choice = self.choice(toll, price, site, all(self.options));
            value += choice.value;
            net += choice.net;
        }
        (value, net)
    }

    /// The best of all options of some sites side by side: their values, and what a person loses there.
    #[inline]
    fn lanes(&self, toll: &Toll, price: f64, start: usize) -> ([f64; LANES], [f64; LANES]) {
        let people: [f64; LANES] = std::array::from_fn(|lane| f64::from(self.people[start + lane]));
        let room: [f64; LANES] =
            std::array::from_fn(|lane| f64::from(self.capacity[start + lane]) - people[lane]);
        let ready: [f64; LANES] =
            std::array::from_fn(|lane| people[lane] - f64::from(self.fewest[start + lane]));
        let rows = &self.loss[start * self.options..(start + LANES) * self.options];
        let (mut best, mut losses) = ([f64::INFINITY; LANES], [0.0; LANES]);
        for (option, &units) in toll.option.iter().enumerate() {
            let loss: [f64; LANES] = std::array::from_fn(|lane| rows[lane * self.options + option]);
            for lane in 0..LANES {
                let come = (loss[lane] - price).min(0.0) * room[lane];
                let leave = (loss[lane] - price - toll.out).max(0.0) * ready[lane];
                let value = units + loss[lane] * people[lane] + come - leave;
                let better = value < best[lane];
                best[lane] = if better { value } else { best[lane] };
                losses[lane] = if better { loss[lane] } else { losses[lane] };
            }
        }
        (best, losses)
    }

    /// People who come at this price under an option.
    #[inline]
    pub fn net(&self, toll: &Toll, price: f64, site: usize, option: usize) -> i64 {
        let loss = self.loss[site * self.options + option];
        self.people_who_come(toll, price, site, loss)
    }

    #[inline]
    fn people_who_come(&self, toll: &Toll, price: f64, site: usize, loss: f64) -> i64 {
        let people = i64::from(self.people[site]);
        if loss < price {
            i64::from(self.capacity[site]) - people
        } else if loss - price > toll.out {
            i64::from(self.fewest[site]) - people
        } else {
            0
        }
    }

    /// All sites at one price, options restricted by masks where given.
    pub fn at(&self, toll: &Toll, price: f64, masks: Option<&[u64]>) -> Point {
        let sum = |range: Range<usize>| -> (f64, i64) {
            let Some(masks) = masks else {
                return self.sweep(toll, price, range);
            };
            let choices = range.map(|site| self.choice(toll, price, site, masks[site]));
            choices.fold((0.0, 0), |sum, choice| {
                (sum.0 + choice.value, sum.1 + choice.net)
            })
        };
        let sites = self.count();
        let (value, net) = if sites <= CHUNK {
            sum(0..sites)
        } else {
            let chunks: Vec<(f64, i64)> = (0..sites.div_ceil(CHUNK))
                .into_par_iter()
                .map(|chunk| sum(chunk * CHUNK..sites.min((chunk + 1) * CHUNK)))
                .collect();
            let sum = |sum: (f64, i64), part: (f64, i64)| (sum.0 + part.0, sum.1 + part.1);
            chunks.into_iter().fold((0.0, 0), sum)
        };
        Point { price, value, net }
    }

    /// Sites by option, and people who leave, when every site does what suits it best.
    pub fn used(&self, toll: &Toll, price: f64, masks: Option<&[u64]>) -> (Vec<u64>, u64) {
        let every = all(self.options);
        let sites = self.count();
        let parts: Vec<(Vec<u64>, u64)> = (0..sites.div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| {
                let (mut by_option, mut moved) = (vec![0; self.options], 0);
                for site in chunk * CHUNK..sites.min((chunk + 1) * CHUNK) {
                    let mask = masks.map_or(every, |masks| masks[site]);
                    let choice = self.choice(toll, price, site, mask);
                    by_option[choice.option] += 1;
                    moved += choice.net.min(0).unsigned_abs();
                }
                (by_option, moved)
            })
            .collect();
        let mut sum = (vec![0; self.options], 0);
        for (by_option, moved) in parts {
            sum.0
                .iter_mut()
                .zip(by_option)
                .for_each(|(sum, part)| *sum += part);
            sum.1 += moved;
        }
        sum
    }

    /// The price of a person at which the sites lose most, searched from a guess: lines below and
    /// above are intersected until they meet to a relative tolerance (Kelley's method on a line).
    pub fn peak(&self, toll: &Toll, guess: f64, tolerance: f64, masks: Option<&[u64]>) -> Peak {
        let step = 2e-3 * (guess.abs() + 1e-4);
        peak(guess, step, tolerance, |price| self.at(toll, price, masks))
    }
}

/// All options.
pub fn all(options: usize) -> u64 {
    u64::MAX >> (64 - options.clamp(1, 64))
}

fn peak(guess: f64, step: f64, tolerance: f64, at: impl Fn(f64) -> Point) -> Peak {
    /// Doublings and intersections until a peak is taken as found; any price is a valid one.
    const STEPS: usize = 100;
    let first = at(guess);
    let (mut below, mut above) = (first, first);
    let mut step = step.max(1e-9);
    for _ in 0..STEPS {
        if below.net <= 0 && above.net >= 0 {
            break;
        }
        if below.net > 0 {
            above = below;
            below = at(below.price - step);
        } else {
            below = above;
            above = at(above.price + step);
        }
        step *= 4.0;
    }
    for _ in 0..STEPS {
        if below.net >= 0 || above.net <= 0 {
            break;
        }
        let (up, down) = (below.net as f64, above.net as f64);
        // value(price) = value − net × (price − its price) on either side.
        let price =
            (above.value - below.value + down * above.price - up * below.price) / (down - up);
        let meets = below.value - up * (price - below.price);
        let point = at(price);
        let done = point.value >= meets - tolerance * meets.abs();
        if done {
            return Peak {
                best: point,
                below,
                above,
            };
        }
        if point.net <= 0 {
            below = point;
        }
        if point.net >= 0 {
            above = point;
        }
    }
    let best = if below.net == 0 || (above.net != 0 && below.value > above.value) {
        below
    } else {
        above
    };
    Peak { best, below, above }
}
