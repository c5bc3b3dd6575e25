//! From the best of each part to a choice that keeps the stocks: a dynamic program over how far the
//! sum of units may stray.

/// One way for a part, beside its cheapest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Way {
    /// Loss beyond the cheapest way's, prices paid.
    pub extra: f64,
    /// Units of each system beyond the cheapest way's.
    pub units: Vec<i64>,
}

/// Most states of the program; beyond them the window shrinks.
const STATES: usize = 40_000;
/// Most steps of the program: parts times states times ways.
const STEPS: usize = 30_000_000;

/// The way of each part, its cheapest being 0 and `ways[part][way - 1]` the others, such that units
/// beyond the stocks (`over`, negative where some are left) vanish at least extra loss; `prices` are
/// those of units that are left over. None where the window holds no such choice.
pub fn choose(over: &[i64], prices: &[f64], ways: &[Vec<Way>]) -> Option<Vec<usize>> {
    let mut chosen = vec![0; ways.len()];
    let over = nearer(over, ways, &mut chosen);
    let left: Vec<usize> = (0..ways.len()).filter(|&part| chosen[part] == 0).collect();
    exactly(&over, prices, ways, left, chosen)
}

/// How far a sum may be off before single units are changed where that is cheapest.
const FAR: i64 = 6;

/// Brings sums that are far off near the stocks, unit by unit; what is then over.
fn nearer(over: &[i64], ways: &[Vec<Way>], chosen: &mut [usize]) -> Vec<i64> {
    let mut over = over.to_vec();
    for (system, over) in over.iter_mut().enumerate() {
        let change = -over.signum();
        let alone = |way: &Way| {
            let others = way
                .units
                .iter()
                .enumerate()
                .filter(|other| other.0 != system);
            way.units[system] == change && others.into_iter().all(|(_, &units)| units == 0)
        };
        let mut found: Vec<(f64, usize, usize)> = Vec::new();
        for (part, ways) in ways
            .iter()
            .enumerate()
            .filter(|(part, _)| chosen[*part] == 0)
        {
            let way = ways.iter().position(alone);
            found.extend(way.map(|way| (ways[way].extra, part, way + 1)));
        }
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let count = (over.abs() - FAR).max(0) as usize;
        for &(_, part, way) in found.iter().take(count) {
            chosen[part] = way;
            *over += change;
        }
    }
    over
}

/// The dynamic program over the parts that are left.
fn exactly(
    over: &[i64],
    prices: &[f64],
    ways: &[Vec<Way>],
    mut parts: Vec<usize>,
    mut chosen: Vec<usize>,
) -> Option<Vec<usize>> {
    let table = Table::new(windows(over));
    let states = table.states;
    // Parts whose cheapest other way is dearest are left as they are.
    parts.retain(|&part| !ways[part].is_empty());
    let dearness = |part: usize| {
        ways[part]
            .iter()
            .map(|way| way.extra)
            .fold(f64::INFINITY, f64::min)
    };
    parts.sort_by(|&a, &b| dearness(a).total_cmp(&dearness(b)).then(a.cmp(&b)));
    let mut steps = 0;
    let affordable = parts.iter().take_while(|&&part| {
        steps += states * ways[part].len();
        steps <= STEPS
    });
    let most = affordable.count();
    parts.truncate(most);
    let start = table.place(over)?;
    let mut best = vec![f64::INFINITY; states];
    best[start] = 0.0;
    let mut came: Vec<Vec<u16>> = Vec::with_capacity(parts.len());
    for &part in &parts {
        let mut next = best.clone();
        let mut by = vec![0u16; states];
        for (number, way) in ways[part].iter().enumerate() {
            table.shift(&best, way, |to, extra| {
                if extra < next[to] {
                    next[to] = extra;
                    by[to] = number as u16 + 1;
                }
            });
        }
        best = next;
        came.push(by);
    }
    let end = (0..states)
        .filter_map(|state| Some((best[state] + table.left_over(state, prices)?, state)))
        .filter(|end| end.0.is_finite())
        .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))?;
    let mut at = table.sums(end.1).to_vec();
    for (&part, by) in parts.iter().zip(&came).rev() {
        let number = usize::from(by[table.place(&at)?]);
        chosen[part] = number;
        if number > 0 {
            at.iter_mut()
                .zip(&ways[part][number - 1].units)
                .for_each(|(at, units)| *at -= units);
        }
    }
    Some(chosen)
}

/// How far each sum may stray: from what it is to none over, and some beyond on either side.
fn windows(over: &[i64]) -> Vec<(i64, i64)> {
    let mut beyond = 12;
    loop {
        let windows: Vec<(i64, i64)> = over
            .iter()
            .map(|&over| (over.min(0) - beyond, over.max(0) + beyond))
            .collect();
        let states = windows.iter().fold(1usize, |product, (low, high)| {
            product.saturating_mul((high - low + 1) as usize)
        });
        if states <= STATES || beyond == 0 {
            return windows;
        }
        beyond -= 1;
    }
}

struct Table {
    windows: Vec<(i64, i64)>,
    states: usize,
    /// The sums of every state, state by state.
    sums: Vec<i64>,
}

impl Table {
    fn new(windows: Vec<(i64, i64)>) -> Self {
        let width = |window: &(i64, i64)| (window.1 - window.0 + 1) as usize;
        let states = windows.iter().map(width).product();
        let mut sums = Vec::with_capacity(states * windows.len());
        for state in 0..states {
            let mut rest = states;
            for window in &windows {
                rest /= width(window);
                sums.push(window.0 + (state / rest % width(window)) as i64);
            }
        }
        Self {
            windows,
            states,
            sums,
        }
    }

    fn place(&self, sums: &[i64]) -> Option<usize> {
        let mut place = 0;
        for (&sum, &(low, high)) in sums.iter().zip(&self.windows) {
            if !(low..=high).contains(&sum) {
                return None;
            }
            place = place * (high - low + 1) as usize + (sum - low) as usize;
        }
        Some(place)
    }

    fn sums(&self, state: usize) -> &[i64] {
        &self.sums[state * self.windows.len()..][..self.windows.len()]
    }

    /// Every state that can be reached with the way taken.
    fn shift(&self, best: &[f64], way: &Way, mut each: impl FnMut(usize, f64)) {
        let offset = way
            .units
            .iter()
            .zip(&self.windows)
            .fold(0, |offset, (units, window)| {
                offset * (window.1 - window.0 + 1) + units
            });
        for (state, &extra) in best.iter().enumerate() {
            let within = || {
                let sums = self.sums(state).iter().zip(&way.units).zip(&self.windows);
                sums.into_iter()
                    .all(|((sum, units), (low, high))| (low..=high).contains(&&(sum + units)))
            };
            if extra.is_finite() && within() {
                each((state as i64 + offset) as usize, extra + way.extra);
            }
        }
    }

    /// Price of what is left over; none where a stock is overdrawn.
    fn left_over(&self, state: usize, prices: &[f64]) -> Option<f64> {
        let mut paid = 0.0;
        for (&amount, price) in self.sums(state).iter().zip(prices) {
            if amount > 0 {
                return None;
            }
            paid -= amount as f64 * price;
        }
        Some(paid)
    }
}
