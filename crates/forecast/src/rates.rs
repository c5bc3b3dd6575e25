//! The forecast: rates of attack for every site and class, and salvo sizes for every class.

use crate::attacks::{Attack, Log, shares_of_unknown};
use crate::backtest::{Backtest, Grid, backtest};
use crate::challenger::Challenger;
use crate::choice::Choice;
use crate::distributions::{Gamma, log_sum_exp, normalised, pick};
use crate::exposure::{Exposure, Family};
use crate::salvo::{SalvoDraw, Salvos};
use crate::tally::{ByHalfLife, HalfLife, POOLING, Tally, site_rate};
use theatre::{Estimate, MunitionClass, Stream, Theatre};

/// Key of the streams behind [`Forecast::rate_estimate`], apart from every other use of the seed.
const ESTIMATE_PURPOSE: u32 = 0x666F_7265;
const ESTIMATE_DRAWS: usize = 2000;

/// What the log says of attacks to come, as of the theatre's date.
///
/// Classes are named by their index in the catalogue, sites by their index in the theatre. An index
/// that is in neither has rate 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    seed: u64,
    sites: usize,
    classes: Vec<usize>,
    tally: Tally,
    exposures: [Exposure; 2],
    backtest: Backtest,
    /// Weight of each pair; sums to 1.
    weights: Grid,
    columns: Vec<Overall>,
    salvos: Salvos,
    choice: Choice,
    /// Where another model than the default was chosen.
    challenger: Option<Challenger>,
}

/// The theatre's overall rate of one class under each half-life, attacks a day for each unit of
/// exposure.
#[derive(Clone, Debug, PartialEq)]
struct Overall {
    family: Family,
    rate: [Gamma; HalfLife::ALL.len()],
    points: [Vec<(f64, f64)>; HalfLife::ALL.len()],
}

/// Attacks a day for every site and every forecast class.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rates {
    classes: usize,
    per_day: Vec<f64>,
}

/// Rates that may all be true at once: one joint draw.
#[derive(Clone, Debug, PartialEq)]
pub struct RateDraw {
    /// The half-life that was drawn or given.
    pub half_life: HalfLife,
    /// The strength of pooling that was drawn, one of [`POOLING`].
    pub pooling: f64,
    /// The rates themselves.
    pub rates: Rates,
}

/// How well one half-life would have forecast the weeks of the log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HalfLifeScore {
    /// The half-life.
    pub half_life: HalfLife,
    /// Natural logarithm of the probability that it gave to all that came in the weeks scored, the
    /// strengths of pooling averaged. Only differences mean anything. 0 where no week was scored.
    pub log_score: f64,
    /// Its weight in the forecast, 0 to 1; all sum to 1.
    pub weight: f64,
}

impl Rates {
    /// Attacks a day on a site by the class at this position of [`Forecast::classes`], ≥ 0; 0 outside
    /// the table.
    #[must_use]
    pub fn per_day(&self, site: usize, position: usize) -> f64 {
        self.of_site(site).get(position).copied().unwrap_or(0.0)
    }

    /// Brings a site's rates to this sum, where one is given and they are not all 0.
    fn scale(&mut self, all: impl Fn(usize) -> Option<f64>) {
        for (site, rates) in self.per_day.chunks_mut(self.classes.max(1)).enumerate() {
            let sum: f64 = rates.iter().sum();
            if let (Some(all), true) = (all(site), sum > 0.0) {
                rates.iter_mut().for_each(|rate| *rate *= all / sum);
            }
        }
    }

    /// Attacks a day on a site, one for each of [`Forecast::classes`]; empty outside the table.
    #[must_use]
    pub fn of_site(&self, site: usize) -> &[f64] {
        let start = site.saturating_mul(self.classes);
        let end = start.saturating_add(self.classes);
        self.per_day.get(start..end).unwrap_or(&[])
    }
}

impl Forecast {
    /// Learns from all reports made by the theatre's date, and from nothing else. Time grows with
    /// reports, and with sites, classes and at most 52 weeks; a theatre without reports has no rates.
    #[must_use]
    pub fn fit(theatre: &Theatre) -> Self {
        let log = Log::new(theatre);
        let attacks = log.known_on(theatre.as_of);
        let shares = shares_of_unknown(&attacks, &theatre.catalogue);
        let classes = classes_seen(&attacks, &shares);
        let exposures = Family::ALL.map(|family| Exposure::new(&theatre.sites, family));
        let tally =
            Tally::new(&attacks, 0, &classes, &shares, &theatre.catalogue).unwrap_or_default();
        let columns = classes
            .iter()
            .enumerate()
            .map(|(position, &class)| {
                let munition = &theatre.catalogue.munitions[class];
                Overall::new(&tally, position, munition, &exposures)
            })
            .collect();
        let backtest = backtest(theatre, &log, &attacks, &classes, &exposures);
        let (choice, challenger) = Choice::make(theatre);
        Self {
            choice,
            challenger,
            seed: theatre.seed,
            sites: theatre.sites.len(),
            weights: weights(&backtest.log_scores),
            salvos: Salvos::fit(&attacks, &shares, &theatre.catalogue),
            classes,
            tally,
            exposures,
            backtest,
            columns,
        }
    }

    /// The classes that the log shows, by index in the catalogue, ascending. A class that no report
    /// names is left to judged threats.
    #[must_use]
    pub fn classes(&self) -> &[usize] {
        &self.classes
    }

    /// Days from the earliest known attack to the theatre's date, both included; 0 without any.
    #[must_use]
    pub fn log_days(&self) -> u32 {
        self.tally.days[HalfLife::Never.index()] as u32
    }

    /// Weeks of the log on which half-lives and strengths of pooling were scored. Where it is 0 all of
    /// them weigh the same.
    #[must_use]
    pub fn weeks_scored(&self) -> u32 {
        self.backtest.weeks
    }

    /// Which model is used, and why.
    #[must_use]
    pub fn choice(&self) -> &Choice {
        &self.choice
    }

    /// Whether the default is used: gamma-Poisson with decay, half-lives averaged. Only then do
    /// half-lives say anything of the rates.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.challenger.is_none()
    }

    /// How well each half-life would have forecast the log, in the order of [`HalfLife::ALL`].
    #[must_use]
    pub fn half_life_scores(&self) -> [HalfLifeScore; HalfLife::ALL.len()] {
        HalfLife::ALL.map(|half_life| {
            let scores = &self.backtest.log_scores[half_life.index()];
            HalfLifeScore {
                half_life,
                log_score: log_sum_exp(scores) - libm::log(POOLING.len() as f64),
                weight: self.weights[half_life.index()].iter().sum(),
            }
        })
    }

    /// One joint draw of all rates: of the half-life and the strength of pooling, then of the overall
    /// rate of each class, then of each site's own.
    ///
    /// Where another model than the default was chosen, the draw is then one of its paths over the
    /// horizon: each site's rate in all is that path's, split over classes as in the default's draw.
    /// Counts that are Poisson given the rates have the mean and the variance that the model gives to
    /// each site's attacks over the horizon, and to all of them together. A site out of all reach, or one
    /// that took no part as there are too many, keeps the default's rates.
    #[must_use]
    pub fn draw_rates(&self, stream: &mut Stream) -> RateDraw {
        let (half_life, pooling) = self.draw_pair(stream);
        let mut draw = self.draw_with(half_life, pooling, stream);
        if let Some(challenger) = &self.challenger {
            let path = challenger.path(stream.uniform());
            draw.rates.scale(|site| challenger.per_day(site, path));
        }
        draw
    }

    /// As the default's [`Forecast::draw_rates`], with the half-life given.
    #[must_use]
    pub fn draw_rates_given(&self, half_life: HalfLife, stream: &mut Stream) -> RateDraw {
        let weights = self.pooling_given(half_life);
        let pooling = POOLING[pick(&weights, stream.uniform())];
        self.draw_with(half_life, pooling, stream)
    }

    /// Mean attacks a day on one site by one class, over all that is uncertain.
    #[must_use]
    pub fn mean_rate(&self, site: usize, class: usize) -> f64 {
        let Some(position) = self.position(class) else {
            return 0.0;
        };
        let by_default = self.mean_by_default(site, position);
        let chosen = self.challenger.as_ref();
        match chosen.and_then(|challenger| challenger.mean_per_day(site)) {
            Some(all) => all * self.share(site, by_default),
            None => by_default,
        }
    }

    fn mean_by_default(&self, site: usize, position: usize) -> f64 {
        let half_lives = HalfLife::ALL.iter();
        half_lives
            .map(|&half_life| self.mean_at(site, position, half_life, &self.weights))
            .sum()
    }

    /// Which part of a site's attacks the default expects of a class with this mean.
    fn share(&self, site: usize, mean: f64) -> f64 {
        let positions = 0..self.classes.len();
        let all: f64 = positions
            .map(|position| self.mean_by_default(site, position))
            .sum();
        if all > 0.0 { mean / all } else { 0.0 }
    }

    /// Mean attacks a day over all that is uncertain, for every site and forecast class.
    #[must_use]
    pub fn mean_rates(&self) -> Rates {
        let mut rates = self.table(|site, position| self.mean_by_default(site, position));
        if let Some(challenger) = &self.challenger {
            rates.scale(|site| challenger.mean_per_day(site));
        }
        rates
    }

    /// Mean attacks a day if the default were used with this half-life, for every site and forecast class.
    #[must_use]
    pub fn mean_rates_given_half_life(&self, half_life: HalfLife) -> Rates {
        let mut weights = Grid::default();
        for (weight, given) in weights[half_life.index()]
            .iter_mut()
            .zip(self.pooling_given(half_life))
        {
            *weight = given;
        }
        self.table(|site, position| self.mean_at(site, position, half_life, &weights))
    }

    /// Attacks a day on one site by one class: the mean as in [`Forecast::mean_rate`], and the bounds
    /// of 90 % from 2,000 draws of the theatre's seed. Costs about a millisecond.
    #[must_use]
    pub fn rate_estimate(&self, site: usize, class: usize) -> Estimate {
        let Some(position) = self.position(class) else {
            return Estimate::default();
        };
        let entity = u32::try_from(site).unwrap_or(u32::MAX);
        let replication = u32::try_from(class).unwrap_or(u32::MAX);
        let mut stream = Stream::new(self.seed, replication, entity, ESTIMATE_PURPOSE);
        if let Some(challenger) = &self.challenger
            && challenger.mean_per_day(site).is_some()
        {
            let share = self.share(site, self.mean_by_default(site, position));
            let paths = 0..challenger.paths();
            let draws: Vec<f64> = paths
                .filter_map(|path| challenger.per_day(site, path))
                .map(|all| all * share)
                .collect();
            return Estimate::of(&draws);
        }
        let draws: Vec<f64> = (0..ESTIMATE_DRAWS)
            .map(|_| {
                let (half_life, pooling) = self.draw_pair(&mut stream);
                let column = &self.columns[position];
                let overall = column.rate[half_life.index()].draw(&mut stream);
                let rate = self.site_rate(site, position, half_life, pooling, overall);
                rate.map_or(0.0, |rate| rate.draw(&mut stream))
            })
            .collect();
        Estimate {
            mean: self.mean_rate(site, class),
            ..Estimate::of(&draws)
        }
    }

    /// One draw of what is uncertain of a class's salvo size.
    #[must_use]
    pub fn salvo_draw(&self, class: usize, stream: &mut Stream) -> SalvoDraw {
        self.salvos.draw(class, stream)
    }

    /// Rounds of one salvo of a class to come: their mean and the bounds of 90 %.
    #[must_use]
    pub fn rounds_estimate(&self, class: usize) -> Estimate {
        self.salvos.rounds_estimate(class)
    }

    /// Rounds of a typical salvo of a class to come: half of them have no more.
    #[must_use]
    pub fn rounds_median(&self, class: usize) -> u32 {
        self.salvos.rounds_median(class)
    }

    fn position(&self, class: usize) -> Option<usize> {
        self.classes.binary_search(&class).ok()
    }

    fn draw_pair(&self, stream: &mut Stream) -> (HalfLife, f64) {
        let chosen = pick(self.weights.as_flattened(), stream.uniform());
        let (half_life, pooling) = (chosen / POOLING.len(), chosen % POOLING.len());
        (HalfLife::ALL[half_life], POOLING[pooling])
    }

    /// Weights of the strengths of pooling where the half-life is given. Taken from the scores, since
    /// the weight of an unlikely half-life may have vanished.
    fn pooling_given(&self, half_life: HalfLife) -> Vec<f64> {
        normalised(&self.backtest.log_scores[half_life.index()])
    }

    fn draw_with(&self, half_life: HalfLife, pooling: f64, stream: &mut Stream) -> RateDraw {
        let overall: Vec<f64> = self
            .columns
            .iter()
            .map(|column| column.rate[half_life.index()].draw(stream))
            .collect();
        let rates = self.table(|site, position| {
            let rate = self.site_rate(site, position, half_life, pooling, overall[position]);
            rate.map_or(0.0, |rate| rate.draw(stream))
        });
        RateDraw {
            half_life,
            pooling,
            rates,
        }
    }

    fn table(&self, mut rate: impl FnMut(usize, usize) -> f64) -> Rates {
        let classes = self.classes.len();
        let mut per_day = Vec::with_capacity(self.sites.saturating_mul(classes));
        for site in 0..self.sites {
            per_day.extend((0..classes).map(|position| rate(site, position)));
        }
        Rates { classes, per_day }
    }

    /// `None` where the site is out of reach.
    fn site_rate(
        &self,
        site: usize,
        position: usize,
        half_life: HalfLife,
        pooling: f64,
        overall: f64,
    ) -> Option<Gamma> {
        let expected = overall * self.exposure(site, position);
        let own = self.tally.own(position, site)[half_life.index()];
        let days = self.tally.days[half_life.index()];
        (expected > 0.0).then(|| site_rate(pooling, expected, own, days))
    }

    fn exposure(&self, site: usize, position: usize) -> f64 {
        let family = self.columns[position].family;
        self.exposures[family as usize].effective(site, self.tally.struck(family))
    }

    /// The part of the mean that comes from one half-life. Given the overall rate a site's mean is in
    /// closed form; over the overall rate it is a sum over points.
    fn mean_at(&self, site: usize, position: usize, half_life: HalfLife, weights: &Grid) -> f64 {
        let exposure = self.exposure(site, position);
        if exposure <= 0.0 {
            return 0.0;
        }
        let own: ByHalfLife = self.tally.own(position, site);
        let (own, days) = (own[half_life.index()], self.tally.days[half_life.index()]);
        let points = &self.columns[position].points[half_life.index()];
        let mean = |pooling: f64| -> f64 {
            points
                .iter()
                .map(|&(overall, weight)| {
                    let rate = site_rate(pooling, overall * exposure, own, days);
                    weight * rate.shape / rate.rate
                })
                .sum()
        };
        POOLING
            .iter()
            .zip(weights[half_life.index()])
            .filter(|&(_, weight)| weight > 0.0)
            .map(|(&pooling, weight)| weight * mean(pooling))
            .sum()
    }
}

impl Overall {
    fn new(
        tally: &Tally,
        position: usize,
        munition: &MunitionClass,
        exposures: &[Exposure; 2],
    ) -> Self {
        let family = Family::of(munition.kind);
        let exposure = &exposures[family as usize];
        let rate = HalfLife::ALL
            .map(|half_life| tally.overall(position, half_life.index(), family, exposure));
        Self {
            family,
            points: rate.map(Gamma::points),
            rate,
        }
    }
}

/// Classes with any weight in the log, ascending.
fn classes_seen(attacks: &[Attack], shares: &[f64]) -> Vec<usize> {
    let mut seen = vec![false; shares.len()];
    let mut unknown = false;
    for attack in attacks {
        match attack.class {
            Some(class) => seen[class] = true,
            None => unknown = true,
        }
    }
    (0..shares.len())
        .filter(|&class| seen[class] || (unknown && shares[class] > 0.0))
        .collect()
}

/// Every pair's weight: proportional to the probability that it gave to all that came.
fn weights(log_scores: &Grid) -> Grid {
    let flat = normalised(log_scores.as_flattened());
    let mut weights = Grid::default();
    for (weight, share) in weights.as_flattened_mut().iter_mut().zip(flat) {
        *weight = share;
    }
    weights
}
