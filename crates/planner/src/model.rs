//! The problem with prices on what sites share: what each site then does, alone.
//!
//! Rows are the constraints in which several sites meet: the balance of people, lift, leave, pools,
//! missions, and cover (a site may count on no more of a level of cover than its hosts provide). At
//! given prices every site picks its cheapest option, cover and number of people by enumeration, as
//! its cost is convex and piecewise linear in people. People are counted in a unit, and losses in
//! a scale, that keep coefficients near one.

use crate::certificate::Prices;
use crate::reduce::Reduced;

/// A site and what it may do.
pub struct SiteModel {
    /// Fewest and most people while open, and people today.
    low: f64,
    most: f64,
    people: f64,
    guard: f64,
    fixed: f64,
    outside: bool,
    bare: f64,
    levels: Vec<LevelModel>,
    /// Its choices, in the order of the reduced problem.
    pub options: Vec<OptionModel>,
    /// Rows of the pools that serve it, by system.
    sources: Vec<Vec<usize>>,
    /// Rows of the missions that it may serve, with the people of each.
    missions: Vec<(usize, f64)>,
}

struct LevelModel {
    loss: f64,
    /// Its row, where another site can provide it.
    row: Option<usize>,
}

/// One choice of a site.
pub struct OptionModel {
    open: bool,
    direct: f64,
    constant: f64,
    /// (System, units).
    drawn: Vec<(usize, f64)>,
    /// Rows of the levels that it provides to other sites.
    provides: Vec<usize>,
    /// Place of the best level that it provides to its own site; the number of levels if none.
    own: usize,
}

/// What a site picks at some prices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pick {
    /// Its cost at the prices.
    pub cost: f64,
    /// Place of the option.
    pub option: usize,
    /// People there.
    pub people: f64,
    level: usize,
}

/// One column of the master program: what a pick costs without prices, and its part in each row.
pub struct Activity {
    /// Loss, scaled.
    pub loss: f64,
    /// (Row, amount).
    pub amounts: Vec<(usize, f64)>,
}

/// The problem of prices.
pub struct Model<'a> {
    /// The problem without needless choices.
    pub reduced: &'a Reduced<'a>,
    /// The sites.
    pub sites: Vec<SiteModel>,
    /// What each row may add up to, at most but for the balance, the first, which is exact.
    pub right: Vec<f64>,
    /// Rows of a unit of this many people.
    unit: f64,
    /// Scaled loss for one of the problem's.
    pub scale: f64,
    /// Place of the first option of each site in a list of all options.
    pub first_option: Vec<usize>,
    pool_rows: Vec<usize>,
}

const BALANCE: usize = 0;
const LIFT: usize = 1;
const LEAVE: usize = 2;
const FIRST_POOL: usize = 3;

/// What an oracle call needs at hand, kept to spare allocations.
#[derive(Default)]
pub struct Quote {
    /// (Free people, people, their cost at the prices).
    points: Vec<(f64, f64)>,
    /// Missions in the order in which they are served: (reward per unit of people, place).
    service: Vec<(f64, usize)>,
    /// Price and row of a unit of each system.
    units: Vec<(f64, usize)>,
}

impl<'a> Model<'a> {
    /// The model in which one unit of loss counts as `scale`.
    pub fn new(reduced: &'a Reduced<'a>, scale: f64) -> Self {
        let problem = reduced.problem;
        let largest = reduced.most.iter().copied().max().unwrap_or(1).max(1);
        let unit = f64::from(largest);
        let mut right = vec![
            problem.people() as f64 / unit,
            problem.lift.min(problem.people()) as f64 / unit,
            problem.may_leave.min(problem.people()) as f64 / unit,
        ];
        // Pools that serve the same sites alike share a row.
        let mut pool_rows: Vec<usize> = Vec::with_capacity(problem.pools.len());
        for (place, pool) in problem.pools.iter().enumerate() {
            let twin = problem.pools[..place]
                .iter()
                .position(|other| other.system == pool.system && other.sites == pool.sites);
            let row = twin.map_or(right.len(), |twin| pool_rows[twin]);
            if twin.is_none() {
                right.push(0.0);
            }
            right[row] += f64::from(pool.available);
            pool_rows.push(row);
        }
        let missions = problem.missions.iter();
        right.extend(missions.map(|mission| -f64::from(mission.people) / unit));
        let mut model = Self {
            reduced,
            sites: Vec::with_capacity(problem.sites.len()),
            right,
            unit,
            scale,
            first_option: Vec::with_capacity(problem.sites.len()),
            pool_rows,
        };
        model.add_sites();
        model
    }

    fn add_sites(&mut self) {
        let problem = self.reduced.problem;
        let levels: Vec<Vec<LevelModel>> = (0..problem.sites.len())
            .map(|site| self.add_levels(site))
            .collect();
        // For each host, (loadout, covered site, level).
        let mut provided: Vec<Vec<(usize, usize, usize)>> = vec![Vec::new(); levels.len()];
        for (site, levels) in self.reduced.levels.iter().enumerate() {
            for (place, level) in levels.iter().enumerate() {
                for &(host, loadout) in &level.hosts {
                    provided[host].push((loadout, site, place));
                }
            }
        }
        let first_mission = self.right_of_missions();
        let mut missions: Vec<Vec<(usize, f64)>> = vec![Vec::new(); levels.len()];
        for (index, mission) in problem.missions.iter().enumerate() {
            for &site in &mission.sites {
                let row = first_mission + index;
                if mission.people > 0 && missions[site].last().is_none_or(|last| last.0 != row) {
                    missions[site].push((row, f64::from(mission.people)));
                }
            }
        }
        let mut sources = vec![vec![Vec::new(); problem.systems.len()]; levels.len()];
        for (pool, &row) in problem.pools.iter().zip(&self.pool_rows) {
            let everywhere: Vec<usize> = (0..levels.len()).collect();
            for &site in pool.sites.as_ref().unwrap_or(&everywhere) {
                let rows: &mut Vec<usize> = &mut sources[site][pool.system];
                if !rows.contains(&row) {
                    rows.push(row);
                }
            }
        }
        let mut first_option = 0;
        for (index, sources) in sources.into_iter().enumerate() {
            let options = self.options(index, &provided[index], &levels);
            self.first_option.push(first_option);
            first_option += options.len();
            let site = &problem.sites[index];
            let lift = u32::try_from(problem.lift).unwrap_or(u32::MAX);
            self.sites.push(SiteModel {
                low: f64::from(site.fewest().max(site.people.saturating_sub(lift))),
                most: f64::from(self.reduced.most[index]),
                people: f64::from(site.people),
                guard: f64::from(site.guard),
                fixed: site.fixed_people,
                outside: site.outside,
                bare: self.reduced.bare[index] * self.scale,
                levels: Vec::new(),
                options,
                sources,
                missions: std::mem::take(&mut missions[index]),
            });
        }
        for (site, levels) in self.sites.iter_mut().zip(levels) {
            site.levels = levels;
        }
    }

    fn right_of_missions(&self) -> usize {
        let pools = self.pool_rows.iter().copied().max();
        pools.map_or(FIRST_POOL, |last| last + 1)
    }

    fn add_levels(&mut self, site: usize) -> Vec<LevelModel> {
        let levels = self.reduced.levels[site].iter();
        levels
            .map(|level| LevelModel {
                loss: level.loss * self.scale,
                row: level.hosts.iter().any(|host| host.0 != site).then(|| {
                    self.right.push(0.0);
                    self.right.len() - 1
                }),
            })
            .collect()
    }

    fn options(
        &self,
        index: usize,
        provided: &[(usize, usize, usize)],
        levels: &[Vec<LevelModel>],
    ) -> Vec<OptionModel> {
        let problem = self.reduced.problem;
        let site = &problem.sites[index];
        let option = |choice: &crate::certificate::Choice| {
            let here = provided.iter().filter(|it| it.0 == choice.loadout);
            let own = here.clone().filter(|it| it.1 == index).map(|it| it.2);
            let others = here.filter(|it| it.1 != index);
            let drawn = (0..problem.systems.len())
                .map(|system| (system, problem.drawn(index, choice.loadout, system).into()));
            OptionModel {
                open: choice.open,
                direct: site.direct_loss[choice.loadout] * self.scale,
                constant: if choice.open {
                    site.upkeep_loss * self.scale
                } else {
                    0.0
                },
                drawn: drawn.filter(|&(_, units)| units > 0.0).collect(),
                provides: others
                    .filter_map(|it| levels[it.1].get(it.2)?.row)
                    .collect(),
                own: own.min().unwrap_or(levels[index].len()),
            }
        };
        self.reduced.choices[index].iter().map(option).collect()
    }

    /// Number of options of all sites.
    pub fn options_count(&self) -> usize {
        self.sites.iter().map(|site| site.options.len()).sum()
    }

    /// Makes prices what they may be: at least 0 but for the balance, and for better cover no less
    /// than for worse. The bound of the prices does not fall by the latter: no site would count on
    /// the worse cover for more, and its hosts are paid less.
    pub fn mend(&self, prices: &mut [f64]) {
        for price in &mut prices[1..] {
            *price = price.max(0.0);
        }
        for site in &self.sites {
            let mut least = f64::INFINITY;
            for row in site.levels.iter().filter_map(|level| level.row) {
                least = least.min(prices[row]);
                prices[row] = least;
            }
        }
    }

    /// What the bound at some prices holds beside the costs of the sites.
    pub fn constant(&self, prices: &[f64]) -> f64 {
        let rows = self.right.iter().zip(prices);
        -rows.map(|(right, price)| right * price).sum::<f64>()
    }

    /// Prepares for the picks of one site.
    pub fn quote(&self, index: usize, prices: &[f64], quote: &mut Quote) {
        let site = &self.sites[index];
        quote.units.clear();
        quote.units.extend(site.sources.iter().map(|rows| {
            let priced = rows.iter().map(|&row| (prices[row], row));
            priced.fold((f64::INFINITY, usize::MAX), |best, next| {
                if next.0 < best.0 { next } else { best }
            })
        }));
        quote.service.clear();
        let rewards = site.missions.iter().enumerate();
        quote.service.extend(
            rewards
                .map(|(place, mission)| (prices[mission.0], place))
                .filter(|reward| reward.0 > 0.0),
        );
        quote.service.sort_by(|a, b| b.0.total_cmp(&a.0));
        quote.points.clear();
        let mut add = |people: f64| {
            if people >= site.low && people <= site.most {
                let cost = self.people_cost(site, people, prices, &quote.service);
                quote.points.push((people, cost));
            }
        };
        add(site.low);
        if site.most > site.low {
            add(site.most);
            if site.people > site.low && site.people < site.most {
                add(site.people);
            }
            let mut people = site.guard;
            for &(_, place) in &quote.service {
                people += site.missions[place].1;
                if people > site.low && people < site.most && people != site.people {
                    add(people);
                }
            }
        }
    }

    /// What some people at a site cost in prices and moves.
    fn people_cost(
        &self,
        site: &SiteModel,
        people: f64,
        prices: &[f64],
        service: &[(f64, usize)],
    ) -> f64 {
        let move_loss = self.reduced.problem.loss_per_move * self.scale * self.unit;
        let mut cost = prices[BALANCE] * people;
        cost += (move_loss + prices[LIFT]) * (site.people - people).max(0.0);
        if site.outside {
            cost += prices[LEAVE] * (people - site.people).max(0.0);
        }
        let mut free = people - site.guard;
        for &(reward, place) in service {
            let serve = free.clamp(0.0, site.missions[place].1);
            cost -= reward * serve;
            free -= serve;
        }
        cost / self.unit
    }

    /// The cheapest way of one option at a quote.
    pub fn pick(&self, index: usize, option: usize, prices: &[f64], quote: &Quote) -> Pick {
        let site = &self.sites[index];
        let own = &site.options[option];
        let mut constant = own.constant;
        for &(system, units) in &own.drawn {
            constant += units * quote.units[system].0;
        }
        for &row in &own.provides {
            constant -= prices[row];
        }
        let mut best = Pick {
            cost: f64::INFINITY,
            option,
            people: 0.0,
            level: 0,
        };
        let nobody = [(
            0.0,
            match own.open {
                true => 0.0,
                false => self.people_cost_of_closing(site, prices),
            },
        )];
        let points = if own.open { &quote.points[..] } else { &nobody };
        let mut try_level = |level: usize, loss: f64, charge: f64| {
            let loss = own.direct + loss;
            for &(people, cost) in points {
                let cost = constant + charge + loss * (people + site.fixed) + cost;
                if cost < best.cost {
                    best = Pick {
                        cost,
                        option,
                        people,
                        level,
                    };
                }
            }
        };
        let last = own.own.min(site.levels.len());
        try_level(
            last,
            site.levels.get(last).map_or(site.bare, |level| level.loss),
            0.0,
        );
        for (place, level) in site.levels[..last].iter().enumerate() {
            if let Some(row) = level.row {
                try_level(place, level.loss, prices[row]);
            }
        }
        best
    }

    fn people_cost_of_closing(&self, site: &SiteModel, prices: &[f64]) -> f64 {
        let move_loss = self.reduced.problem.loss_per_move * self.scale;
        (move_loss + prices[LIFT] / self.unit) * site.people
    }

    /// The cheapest of the options allowed.
    pub fn best(
        &self,
        index: usize,
        allowed: &[bool],
        prices: &[f64],
        quote: &mut Quote,
    ) -> Option<Pick> {
        self.quote(index, prices, quote);
        let mut best: Option<Pick> = None;
        for (option, _) in allowed.iter().enumerate().filter(|(_, allowed)| **allowed) {
            let pick = self.pick(index, option, prices, quote);
            if best.is_none_or(|best| pick.cost < best.cost) {
                best = Some(pick);
            }
        }
        best
    }

    /// The part of a list over all options that is about one site.
    pub fn of<'b, T>(&self, site: usize, list: &'b [T]) -> &'b [T] {
        let first = self.first_option[site];
        &list[first..first + self.sites[site].options.len()]
    }

    /// The column of a pick at the prices of its quote.
    pub fn activity(&self, index: usize, pick: &Pick, quote: &Quote) -> Activity {
        let site = &self.sites[index];
        let option = &site.options[pick.option];
        let move_loss = self.reduced.problem.loss_per_move * self.scale;
        let level = site.levels.get(pick.level);
        let covered = level.map_or(site.bare, |level| level.loss);
        let leaving = (site.people - pick.people).max(0.0);
        let loss = option.constant
            + (option.direct + covered) * (pick.people + site.fixed)
            + move_loss * leaving;
        let mut amounts = vec![
            (BALANCE, pick.people / self.unit),
            (LIFT, leaving / self.unit),
        ];
        if site.outside {
            let coming = (pick.people - site.people).max(0.0);
            amounts.push((LEAVE, coming / self.unit));
        }
        for &(system, units) in &option.drawn {
            amounts.push((quote.units[system].1, units));
        }
        let mut free = if option.open {
            pick.people - site.guard
        } else {
            0.0
        };
        for &(_, place) in &quote.service {
            let (row, people) = site.missions[place];
            let serve = free.clamp(0.0, people);
            amounts.push((row, -serve / self.unit));
            free -= serve;
        }
        for &row in &option.provides {
            amounts.push((row, -1.0));
        }
        if pick.level < option.own
            && let Some(row) = level.and_then(|level| level.row)
        {
            amounts.push((row, 1.0));
        }
        amounts.retain(|&(_, amount)| amount != 0.0);
        Activity { loss, amounts }
    }

    /// The bound of some prices, which are mended, and what each option allowed costs at them.
    pub fn bound(
        &self,
        allowed: &[bool],
        prices: &mut [f64],
        quote: &mut Quote,
    ) -> (f64, Vec<f64>) {
        self.mend(prices);
        let mut costs = vec![f64::INFINITY; allowed.len()];
        let mut bound = self.constant(prices);
        for (index, &first) in self.first_option.iter().enumerate() {
            self.quote(index, prices, quote);
            let mut least = f64::INFINITY;
            for option in 0..self.sites[index].options.len() {
                if allowed[first + option] {
                    let cost = self.pick(index, option, prices, quote).cost;
                    costs[first + option] = cost;
                    least = least.min(cost);
                }
            }
            bound += least;
        }
        (bound, costs)
    }

    /// Prices of a certificate.
    pub fn unscaled(&self, prices: &[f64]) -> Prices {
        let problem = self.reduced.problem;
        let per_person = |row: usize| prices[row] / (self.unit * self.scale);
        let first_mission = self.right_of_missions();
        let missions = 0..problem.missions.len();
        let pools = self.pool_rows.iter();
        Prices {
            balance: per_person(BALANCE),
            lift: per_person(LIFT),
            may_leave: per_person(LEAVE),
            pools: pools.map(|&row| prices[row] / self.scale).collect(),
            missions: missions
                .map(|index| per_person(first_mission + index))
                .collect(),
            cover: (0..problem.sites.len())
                .map(|site| self.cover_prices(site, prices))
                .collect(),
        }
    }

    /// A price for each cover that the problem lists, so that those which the reduction left out
    /// change no site's cost: what cannot stand is too dear to count on, what every choice of some
    /// host exceeds is free, and the rest costs as much as the level next above it.
    fn cover_prices(&self, index: usize, prices: &[f64]) -> Vec<f64> {
        let site = &self.reduced.problem.sites[index];
        let levels = &self.reduced.levels[index];
        let dear = site.bare_loss * (f64::from(site.capacity) + site.fixed_people);
        let price_of = |place: usize| self.sites[index].levels[place].row.map(|row| prices[row]);
        let price = |cover: &crate::problem::Cover| {
            let pair = (cover.host, cover.loadout);
            if cover.loss >= self.reduced.bare[index] {
                return 0.0;
            }
            if !self.reduced.may_stand(cover.host, cover.loadout) {
                return dear;
            }
            let place = levels.iter().position(|level| level.hosts.contains(&pair));
            let above = || {
                let no_worse = |&place: &usize| levels[place].loss <= cover.loss;
                (0..levels.len()).rev().filter(no_worse).find_map(price_of)
            };
            let price = place.and_then(price_of).or_else(above);
            price.map_or(dear, |price| price / self.scale)
        };
        site.cover.iter().map(price).collect()
    }
}
