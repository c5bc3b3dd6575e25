//! What a schedule costs, in expectation, under each draw of the unknowns.

use crate::assemble;
use crate::schedule::{Schedule, Stage};
use crate::study::{Coefficients, Setup};
use planner::Problem;
use raid::Hurt;
use theatre::{Estimate, Theatre};

/// Expected casualties at one site.
#[derive(Clone, Copy, Debug, Default)]
pub struct SiteToll {
    /// Own people killed.
    pub killed: f64,
    /// Own people wounded.
    pub wounded: f64,
    /// Host-nation people killed.
    pub killed_partner: f64,
    /// Host-nation people wounded.
    pub wounded_partner: f64,
}

/// Expected casualties and loss of one schedule under one draw, over the horizon.
#[derive(Clone, Debug, Default)]
pub struct Toll {
    /// Own people killed.
    pub killed: f64,
    /// Own people wounded.
    pub wounded: f64,
    /// Host-nation people killed.
    pub killed_partner: f64,
    /// Host-nation people wounded.
    pub wounded_partner: f64,
    /// Casualties by site.
    pub sites: Vec<SiteToll>,
    /// Loss from attacks, by site: people, partners by weight, and what cannot be moved.
    pub site_loss: Vec<f64>,
    /// All loss: attacks, upkeep and movement.
    pub loss: f64,
}

/// Judges schedules of one theatre under many draws.
#[derive(Debug)]
pub struct Evaluator<'a> {
    /// The theatre.
    pub theatre: &'a Theatre,
    /// What the draws share.
    pub setup: &'a Setup,
    /// The draws.
    pub draws: &'a [Coefficients],
}

impl Evaluator<'_> {
    /// The toll of a schedule under every draw.
    #[must_use]
    pub fn tolls(&self, schedule: &Schedule) -> Vec<Toll> {
        self.draws
            .iter()
            .map(|draw| self.toll(draw, schedule))
            .collect()
    }

    /// The loss of a schedule under every draw.
    #[must_use]
    pub fn losses(&self, schedule: &Schedule) -> Vec<f64> {
        self.draws
            .iter()
            .map(|draw| self.toll(draw, schedule).loss)
            .collect()
    }

    fn toll(&self, draw: &Coefficients, schedule: &Schedule) -> Toll {
        let theatre = self.theatre;
        let horizon = f64::from(theatre.horizon_days);
        let mut toll = Toll {
            site_loss: vec![0.0; theatre.sites.len()],
            sites: vec![SiteToll::default(); theatre.sites.len()],
            loss: theatre.movement.loss_per_person * schedule.moved as f64,
            ..Toll::default()
        };
        for stage in &schedule.stages {
            let share = f64::from(stage.last_day + 1 - stage.first_day) / horizon;
            for (index, site) in theatre.sites.iter().enumerate() {
                let hurt = self.hurt(draw, stage, index).scaled(share);
                let own = stage.people[index];
                let partner = f64::from(site.partner_people);
                let here = &mut toll.sites[index];
                here.killed += hurt.killed * own;
                here.wounded += hurt.wounded * own;
                here.killed_partner += hurt.killed * partner;
                here.wounded_partner += hurt.wounded * partner;
                let people = own + site.fixed_people(theatre.loss.partner);
                toll.site_loss[index] += people * assemble::loss(&theatre.loss, hurt);
                toll.loss += site.upkeep_loss_per_day * f64::from(stage.open_days[index]);
            }
        }
        toll.loss += toll.site_loss.iter().sum::<f64>();
        for site in &toll.sites {
            toll.killed += site.killed;
            toll.wounded += site.wounded;
            toll.killed_partner += site.killed_partner;
            toll.wounded_partner += site.wounded_partner;
        }
        toll
    }

    /// Each person's expectation at a site if a stage lasted for the whole horizon.
    #[must_use]
    pub fn hurt(&self, draw: &Coefficients, stage: &Stage, site: usize) -> Hurt {
        let local = self.setup.loadouts.local_of[stage.loadouts[site]];
        let mut hurt = draw.direct[site][local];
        let weights = &self.theatre.loss;
        let mut best = draw.bare[site];
        for cover in &draw.cover[site] {
            let stands = stage.loadouts[cover.host] == cover.loadout;
            if stands && assemble::loss(weights, cover.hurt) < assemble::loss(weights, best) {
                best = cover.hurt;
            }
        }
        hurt.add(best);
        hurt
    }
}

/// The estimate of a difference, draw by draw: `worse` less `better`.
#[must_use]
pub fn difference(worse: &[f64], better: &[f64]) -> Estimate {
    let draws: Vec<f64> = worse
        .iter()
        .zip(better)
        .map(|(worse, better)| worse - better)
        .collect();
    Estimate::of(&draws)
}

/// Loss per person at each site with today's laydown: who is most exposed.
#[must_use]
pub fn exposure(problem: &Problem) -> Vec<f64> {
    let today = problem.today().0;
    let sites = problem.sites.iter().zip(&today.sites);
    sites
        .map(|(site, plan)| {
            let covers = site.cover.iter();
            let covered = covers
                .filter(|cover| today.sites[cover.host].loadout == cover.loadout)
                .map(|cover| cover.loss)
                .fold(site.bare_loss, f64::min);
            site.direct_loss[plan.loadout] + covered
        })
        .collect()
}
