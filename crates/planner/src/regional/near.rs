//! Plans near given prices: what is cheapest there, changed as little as the stocks ask for.

use super::climb::halves;
use super::dual::{Dual, Valued};
use super::people;
use super::price::{Sites, Toll, all};
use super::problem::RegionalProblem;
use super::round::{self, Way};

/// Regions up to which sites are changed one by one, and not a region at a time.
const FEW_REGIONS: usize = 4;

/// What is known at some prices.
pub struct Near<'a> {
    pub dual: &'a Dual<'a>,
    pub masks: Option<&'a [u64]>,
    pub best: &'a Valued,
    /// The best and others near it, for their columns.
    pub seen: &'a [Valued],
}

impl Near<'_> {
    /// Options that keep the stocks; none where none was found.
    pub fn options(&self) -> Option<Vec<u8>> {
        let problem = self.dual.problem;
        let toll = self.toll();
        let systems = &self.best.cut.at[..problem.stock.len()];
        let by_column = self
            .best
            .parts
            .iter()
            .all(|part| !part.column.options.is_empty())
            && self.dual.regions.len() > FEW_REGIONS;
        let (mut options, parts) = if by_column {
            self.columns(&toll)
        } else {
            self.single(&toll)
        };
        let over = problem.beyond_stock(&options);
        let ways: Vec<Vec<Way>> = parts
            .iter()
            .map(|part| part.ways.iter().map(|way| way.0.clone()).collect())
            .collect();
        let chosen = round::choose(&over, systems, &ways)?;
        for (part, way) in parts.iter().zip(chosen).filter(|(_, way)| *way > 0) {
            let given = &part.ways[way - 1].1;
            options[part.first..part.first + given.len()].copy_from_slice(given);
        }
        Some(options)
    }

    /// The best columns seen of each region, and their other ways.
    fn columns(&self, toll: &Toll) -> (Vec<u8>, Vec<Ways>) {
        let problem = self.dual.problem;
        let mut options = Vec::with_capacity(problem.sites());
        let mut all = Vec::new();
        for (region, range) in self.dual.regions.iter().enumerate() {
            let sites = Sites::new(problem, range.clone());
            let mut seen: Vec<&Vec<u8>> = Vec::new();
            for valued in self.seen {
                let column = &valued.parts[region].column.options;
                if !column.is_empty() && !seen.contains(&column) {
                    seen.push(column);
                }
            }
            let priced = seen.into_iter();
            let priced =
                priced.map(|column| (people::priced(&sites, toll, column).0, column.clone()));
            let mut priced: Vec<(f64, Vec<u8>)> = priced.collect();
            priced.sort_by(|a, b| a.0.total_cmp(&b.0));
            if let Some((_, column)) = priced.first() {
                options.extend(column);
                all.push(Ways::new(problem, range.start, &priced));
            }
        }
        (options, all)
    }

    /// The site whose second option is nearest to its first, and its options in two; none where no
    /// region is small enough for a tree.
    pub fn nearest(&self) -> Option<(u32, [u64; 2])> {
        if !self.dual.has_trees() {
            return None;
        }
        let toll = self.toll();
        let seconds = self.seconds(&toll).into_iter();
        let open = seconds.filter(|second| second.extra.is_finite());
        let near = open.min_by(|a, b| a.extra.total_cmp(&b.extra).then(a.site.cmp(&b.site)))?;
        let losses = self.dual.problem.losses(near.site);
        let parts = halves(losses, self.mask(near.site), near.first, near.second);
        Some((near.site as u32, parts))
    }

    fn toll(&self) -> Toll {
        let problem = self.dual.problem;
        let (systems, lift) = self.best.cut.at.split_at(problem.stock.len());
        Toll::new(problem, systems, lift.iter().sum())
    }

    fn mask(&self, site: usize) -> u64 {
        let every = || all(self.dual.problem.options());
        self.masks.map_or_else(every, |masks| masks[site])
    }

    /// The best and second option of every site.
    fn seconds(&self, toll: &Toll) -> Vec<Second> {
        let problem = self.dual.problem;
        let mut found = Vec::with_capacity(problem.sites());
        for (range, part) in self.dual.regions.iter().zip(&self.best.parts) {
            let sites = Sites::new(problem, range.clone());
            for site in 0..sites.count() {
                let mask = self.mask(range.start + site);
                let first = sites.choice(toll, part.price, site, mask);
                let second = sites.choice(toll, part.price, site, mask & !(1 << first.option));
                found.push(Second {
                    site: range.start + site,
                    first: first.option,
                    second: second.option,
                    extra: second.value - first.value,
                    price: part.price,
                });
            }
        }
        found
    }

    /// The best options of each site, and the other ways of those where they cost least.
    fn single(&self, toll: &Toll) -> (Vec<u8>, Vec<Ways>) {
        let problem = self.dual.problem;
        let mut seconds = self.seconds(toll);
        let options = seconds.iter().map(|second| second.first as u8).collect();
        if seconds.len() > NEAR {
            seconds.select_nth_unstable_by(NEAR, |a, b| {
                a.extra.total_cmp(&b.extra).then(a.site.cmp(&b.site))
            });
            seconds.truncate(NEAR);
        }
        seconds.sort_unstable_by_key(|second| second.site);
        let ways = seconds.into_iter().map(|Second { site, price, .. }| {
            let mask = self.mask(site);
            let sites = Sites::new(problem, site..site + 1);
            let ways = (0..problem.options()).filter(|option| mask >> option & 1 == 1);
            let ways =
                ways.map(|option| (sites.option(toll, price, 0, option), vec![option as u8]));
            let mut ways: Vec<(f64, Vec<u8>)> = ways.collect();
            ways.sort_by(|a, b| a.0.total_cmp(&b.0));
            Ways::new(problem, site, &ways)
        });
        (options, ways.collect())
    }
}

/// A site's best option at some prices, and what the next costs more.
struct Second {
    site: usize,
    first: usize,
    second: usize,
    /// Infinite where there is no other.
    extra: f64,
    price: f64,
}

/// Sites whose other ways are looked at where regions are few.
const NEAR: usize = 3000;

/// The ways of one part beside its cheapest.
struct Ways {
    /// Its first site.
    first: usize,
    ways: Vec<(Way, Vec<u8>)>,
}

impl Ways {
    /// From choices by loss, the cheapest first.
    fn new(problem: &RegionalProblem, first: usize, priced: &[(f64, Vec<u8>)]) -> Self {
        let mut ways: Vec<(Way, Vec<u8>)> = Vec::new();
        let Some(((least, cheapest), others)) = priced.split_first() else {
            return Self { first, ways };
        };
        let base = problem.units_of(cheapest);
        for (value, options) in others {
            let units = problem.units_of(options);
            let units: Vec<i64> = units.iter().zip(&base).map(|(a, b)| a - b).collect();
            let news = units.iter().any(|&units| units != 0)
                && ways.iter().all(|way| way.0.units != units);
            if news && value.is_finite() {
                let extra = value - least;
                ways.push((Way { extra, units }, options.clone()));
            }
        }
        Self { first, ways }
    }
}
