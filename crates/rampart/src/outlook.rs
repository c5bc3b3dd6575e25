//! What the log says of attacks to come, as data: the document of `rampart forecast --json`.

use crate::brief::Range;
use crate::scoring::GainLine;
use forecast::models::{self, Model};
use forecast::time_of_day::TimeOfDay;
use forecast::{Forecast, HalfLifeScore, Record};
use rand_distr::{Distribution, Poisson};
use serde::Serialize;
use theatre::interval::quantile;
use theatre::{Estimate, Stream, Theatre};

/// Joint draws of all rates: so many, or fewer where sites are many, to this many figures in all.
const DRAWS_MAX: usize = 2000;
const DRAWS_MIN: usize = 200;
const FIGURES_MAX: usize = 4_000_000;
/// Key of the streams behind them.
const PURPOSE: u32 = 0x6f75_746c;
/// Weeks of log that parameters are fitted to, at least.
const WEEKS_MIN: usize = 8;

/// The whole of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outlook {
    /// Title of the theatre.
    pub theatre: String,
    /// Day up to which reports are known.
    pub as_of: String,
    /// Days ahead.
    pub horizon_days: u32,
    /// Which model is used, and why.
    pub model: ModelChoice,
    /// Every site, in the order of the theatre.
    pub sites: Vec<SiteOutlook>,
    /// All sites together.
    pub total: Attacks,
    /// Rounds of a salvo, by class of the log.
    pub salvos: Vec<SalvoLine>,
    /// When attacks come.
    pub hours: HoursOutlook,
    /// What the default makes of each half-life.
    pub half_lives: Vec<HalfLifeWeight>,
    /// What was fitted to the log by week.
    pub parameters: Vec<ParameterLine>,
}

/// The model that is used.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModelChoice {
    /// Name.
    pub name: String,
    /// Why.
    pub why: String,
    /// Gain in log score over the default, nats a site and week; none where the log is too short.
    pub gain: Option<GainLine>,
}

/// Attacks over the horizon.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Attacks {
    /// Attacks expected, with 90 % bounds of what is not known of the rate.
    pub expected: Range,
    /// 5 % quantile of the number that may come.
    pub number_low: f64,
    /// 95 % quantile of the number that may come.
    pub number_high: f64,
    /// Chance that any comes.
    pub p_any: f64,
}

/// One site.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SiteOutlook {
    /// Site id.
    pub site: String,
    /// Attacks of all classes.
    #[serde(flatten)]
    pub attacks: Attacks,
    /// Attacks by class.
    pub classes: Vec<ClassOutlook>,
}

/// One class at one site.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassOutlook {
    /// Munition id.
    pub munition: String,
    /// Attacks.
    #[serde(flatten)]
    pub attacks: Attacks,
}

/// Rounds of one salvo.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SalvoLine {
    /// Munition id.
    pub munition: String,
    /// Mean, and 90 % of what a salvo may be.
    pub rounds: Range,
}

/// Shares of the attacks by hour of the day, local time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HoursOutlook {
    /// Attacks whose time is known, from which the shares are.
    pub with_time: usize,
    /// Attacks of which only the day is known.
    pub without_time: usize,
    /// Share of each hour from midnight on, over the theatre, with 90 % bounds.
    pub shares: Vec<Range>,
}

/// One half-life of the default.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct HalfLifeWeight {
    /// Days; none where nothing is forgotten.
    pub days: Option<f64>,
    /// Its weight, the probability that it is the right one among these.
    pub weight: f64,
}

/// One fitted figure with 95 % bounds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ParameterLine {
    /// Model.
    pub model: String,
    /// What it is.
    pub name: String,
    /// Site that it was fitted to alone; none where sites share it.
    pub site: Option<String>,
    /// Estimate.
    pub estimate: f64,
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

/// Draws of one site and class, or of sums of such.
#[derive(Clone, Default)]
struct Draws {
    rates: Vec<f64>,
    numbers: Vec<f64>,
}

impl Draws {
    fn of(size: usize) -> Self {
        Self {
            rates: vec![0.0; size],
            numbers: vec![0.0; size],
        }
    }

    fn add(&mut self, other: &Self) {
        for (sum, value) in self.rates.iter_mut().zip(&other.rates) {
            *sum += value;
        }
        for (sum, value) in self.numbers.iter_mut().zip(&other.numbers) {
            *sum += value;
        }
    }

    /// With the mean of the rates known better than from the draws.
    fn attacks(&self, mean: f64) -> Attacks {
        let expected = Estimate {
            mean,
            ..Estimate::of(&self.rates)
        };
        let mut sorted = self.numbers.clone();
        sorted.sort_by(f64::total_cmp);
        let any = sorted.iter().filter(|number| **number > 0.0).count();
        Attacks {
            expected: expected.into(),
            number_low: libm::round(quantile(&sorted, 0.05)),
            number_high: libm::round(quantile(&sorted, 0.95)),
            p_any: any as f64 / sorted.len().max(1) as f64,
        }
    }
}

/// Reads the outlook off a theatre's forecast.
#[must_use]
pub fn outlook(theatre: &Theatre) -> Outlook {
    let forecast = Forecast::fit(theatre);
    let classes = forecast.classes();
    let id = |class: usize| theatre.catalogue.munitions[class].id.clone();
    let horizon = f64::from(theatre.horizon_days);
    let means = forecast.mean_rates();
    let cells = theatre.sites.len() * classes.len();
    let size = (FIGURES_MAX / cells.max(1)).clamp(DRAWS_MIN, DRAWS_MAX);
    let draws = draws(theatre, &forecast, size);
    let mut total = Draws::of(size);
    let mut total_mean = 0.0;
    let sites = theatre.sites.iter().enumerate().map(|(site, named)| {
        let mut all = Draws::of(size);
        let lines = classes.iter().enumerate().map(|(position, &class)| {
            let own = &draws[site * classes.len() + position];
            all.add(own);
            ClassOutlook {
                munition: id(class),
                attacks: own.attacks(horizon * means.per_day(site, position)),
            }
        });
        let lines = lines.collect();
        let mean = horizon * means.of_site(site).iter().sum::<f64>();
        total.add(&all);
        total_mean += mean;
        SiteOutlook {
            site: named.id.clone(),
            attacks: all.attacks(mean),
            classes: lines,
        }
    });
    let sites = sites.collect();
    let choice = forecast.choice();
    let rounds = |&class: &usize| SalvoLine {
        munition: id(class),
        rounds: forecast.rounds_estimate(class).into(),
    };
    let weight = |score: HalfLifeScore| HalfLifeWeight {
        days: score.half_life.days(),
        weight: score.weight,
    };
    Outlook {
        theatre: theatre.name.clone(),
        as_of: theatre.as_of.to_string(),
        horizon_days: theatre.horizon_days,
        model: ModelChoice {
            name: choice.name.clone(),
            why: choice.why.clone(),
            gain: choice.gain.map(GainLine::from),
        },
        sites,
        total: total.attacks(total_mean),
        salvos: classes.iter().map(rounds).collect(),
        hours: hours(theatre),
        half_lives: forecast.half_life_scores().map(weight).to_vec(),
        parameters: parameters(theatre, &choice.name),
    }
}

fn hours(theatre: &Theatre) -> HoursOutlook {
    let profile = TimeOfDay::fit(theatre);
    HoursOutlook {
        with_time: profile.with_time,
        without_time: profile.without_time,
        shares: profile.theatre().map(Range::from).to_vec(),
    }
}

/// Site by site and class by class, expected attacks and attacks over the horizon.
fn draws(theatre: &Theatre, forecast: &Forecast, size: usize) -> Vec<Draws> {
    let cells = theatre.sites.len() * forecast.classes().len();
    let mut draws = vec![Draws::default(); cells];
    for draw in 0..size as u32 {
        let mut stream = Stream::new(theatre.seed, draw, 0, PURPOSE);
        let rates = forecast.draw_rates(&mut stream).rates;
        let cells = (0..theatre.sites.len()).flat_map(|site| rates.of_site(site));
        for (draws, rate) in draws.iter_mut().zip(cells) {
            let mean = rate * f64::from(theatre.horizon_days);
            let law = Poisson::new(mean).ok();
            draws.rates.push(mean);
            draws
                .numbers
                .push(law.map_or(0.0, |law| law.sample(&mut stream)));
        }
    }
    draws
}

/// What plain models and the one chosen estimate from the log by week.
fn parameters(theatre: &Theatre, chosen: &str) -> Vec<ParameterLine> {
    let record = Record::new(theatre);
    if record.counts.bins() < WEEKS_MIN {
        return Vec::new();
    }
    let self_exciting = models::Ingarch {
        noise: models::Noise::NegativeBinomial,
    };
    let mut shown: Vec<Box<dyn Model>> = vec![Box::new(self_exciting)];
    let also = models::challengers().into_iter();
    let first = shown[0].name();
    shown.extend(also.filter(|model| model.name() == chosen && model.name() != first));
    let mut lines = Vec::new();
    for model in shown {
        lines.extend(model.parameters(&record.counts).into_iter().map(|found| {
            let site = found.site.and_then(|column| record.sites.get(column));
            ParameterLine {
                model: model.name(),
                name: found.name.into(),
                site: site.map(|&site| theatre.sites[site].id.clone()),
                estimate: found.estimate,
                low: found.low,
                high: found.high,
            }
        }));
    }
    lines
}
