//! What a planner takes to her commander, as data: the document that `--json` prints, and what the
//! terminal and the page show besides.

pub mod html;
pub mod reasons;
pub mod terminal;
pub mod words;

use reasons::{Frontier, LimitLine, RiskLine, Robustness, Since, WhatIf, WhyNot};
use serde::Serialize;
use std::collections::BTreeMap;
use theatre::{Estimate, Geodetic};

/// A mean with the bounds of 90 % of what it may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Range {
    /// Mean.
    pub mean: f64,
    /// 5 % quantile.
    pub low: f64,
    /// 95 % quantile.
    pub high: f64,
}

impl From<Estimate> for Range {
    fn from(estimate: Estimate) -> Self {
        Self {
            mean: estimate.mean,
            low: estimate.low,
            high: estimate.high,
        }
    }
}

/// Units by system id; systems of which there are none are left out.
pub type Units = BTreeMap<String, u32>;

/// The document of `--json` and `plan.json`: free of times, paths and anything that differs from run
/// to run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Document {
    /// Title of the theatre.
    pub theatre: String,
    /// Day up to which things are known.
    pub as_of: String,
    /// Days planned.
    pub horizon_days: u32,
    /// Seed.
    pub seed: u64,
    /// Inputs that may be changed by `--what-if`, and the people of each site, by key.
    pub inputs: BTreeMap<String, u32>,
    /// Lines that were decided already, as `--lock` has them.
    pub locks: Vec<String>,
    /// The inputs changed for this run, and what that changes; none where none was.
    pub what_if: Option<WhatIf>,
    /// What changed since the plan that this one is compared with; none where it is with none.
    pub since: Option<Since>,
    /// What the plan makes least: `expected`, `cvar=LEVEL` or `worst-case=ATTACKS`.
    pub objective: String,
    /// How it does by that objective where it is not the expected loss.
    pub risk: Option<RiskLine>,
    /// Loss of one site whose chance is told.
    pub site_loss: f64,
    /// What is lost with today's laydown and with the plan.
    pub loss: BeforeAfter,
    /// How good the plan is proven to be.
    pub proof: Proof,
    /// Critical asset list.
    pub critical_assets: Vec<CriticalAsset>,
    /// Defended asset list.
    pub defended_assets: Vec<DefendedAsset>,
    /// Who moves.
    pub moves: Vec<MoveLine>,
    /// Every site.
    pub sites: Vec<SiteLine>,
    /// Every mission.
    pub missions: Vec<MissionLine>,
    /// Critical, not defended, and why.
    pub accepted_risks: Vec<AcceptedRisk>,
    /// What one more of each system would buy.
    pub unmet_requests: Vec<UnmetRequest>,
    /// Limits of the plan: which bind, and what more or less of each is worth.
    pub limits: Vec<LimitLine>,
    /// Why the plan does no more for the sites that were asked about.
    pub why_not: Vec<WhyNot>,
    /// Other ways, compared.
    pub courses_of_action: Vec<CourseOfAction>,
    /// The least loss against systems, and against people moved.
    pub frontier: Frontier,
    /// What the plan owes to what is not known.
    pub robustness: Robustness,
    /// What is assumed, old, disputed or not modelled, and how the numbers were made.
    pub notes: Vec<String>,
}

/// Losses before and after.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct BeforeAfter {
    /// With today's laydown.
    pub before: Loss,
    /// With the plan, day by day.
    pub after: Loss,
}

/// Loss over the horizon. `mean`, `low` and `high` bound the expected loss; `realised` what may
/// happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Loss {
    /// Expected loss, movement and upkeep included.
    #[serde(flatten)]
    pub loss: Range,
    /// Own people killed, expected.
    pub killed: Range,
    /// Own people wounded, expected.
    pub wounded: Range,
    /// Host-nation people killed, expected.
    pub killed_partner: Range,
    /// Host-nation people wounded, expected.
    pub wounded_partner: Range,
    /// 5 % quantile of the loss that may happen.
    pub realised_low: f64,
    /// 95 % quantile of the loss that may happen.
    pub realised_high: f64,
    /// Chance that anybody is killed.
    pub p_any_killed: f64,
    /// Chance of at least ten casualties in one raid.
    pub p_ten_casualties: f64,
    /// Chance that any site loses more than [`Document::site_loss`]: mean, and the bounds of 90 % of
    /// its sampling error.
    pub p_site_loss: Range,
}

/// The proof of the plan: of the objective that it minimises, which counts the final laydown as if
/// it stood from the first day.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Proof {
    /// Loss of the plan.
    pub value: f64,
    /// No plan loses less.
    pub bound: f64,
    /// Relative difference.
    pub gap: f64,
    /// `optimal`, `gap_limit` or `time_limit`.
    pub status: String,
}

/// One line of the critical asset list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CriticalAsset {
    /// Place by threat × vulnerability, from 1.
    pub rank: u32,
    /// Site id.
    pub site: String,
    /// People, partners by weight, and what cannot be moved, in people-equivalents.
    pub criticality: f64,
    /// Expected attacks over the horizon.
    pub threat: Range,
    /// Expected loss of one attack, with today's laydown.
    pub vulnerability: Range,
}

/// One line of the defended asset list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DefendedAsset {
    /// Place by loss averted, from 1; lines that cannot be told apart share it.
    pub rank: u32,
    /// Site id.
    pub site: String,
    /// Units that stand there, deployed ones included.
    pub systems: Units,
    /// Day from which all of them stand.
    pub from_day: u32,
    /// Loss averted by them, at this site and those they cover.
    pub loss_averted: Range,
    /// Share of the draws of what is not known in which the best plan has these systems here.
    pub survives: f64,
    /// Why.
    pub reason: String,
    /// The limits that keep more of them from coming, by their keys in `limits`.
    pub limits: Vec<String>,
}

/// One move.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MoveLine {
    /// Site id.
    pub from: String,
    /// Site id.
    pub to: String,
    /// How many.
    pub people: u32,
    /// First day.
    pub first_day: u32,
    /// Last day.
    pub last_day: u32,
    /// Why.
    pub reason: String,
    /// The limits that keep more people from going, by their keys in `limits`.
    pub limits: Vec<String>,
}

/// One site.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SiteLine {
    /// Site id.
    pub id: String,
    /// Own people today.
    pub people_before: u32,
    /// Own people at the end of the plan.
    pub people_after: u32,
    /// Whether it stays open.
    pub open: bool,
    /// Units that stand there, deployed ones included.
    pub systems: Units,
    /// Expected loss from attacks with today's laydown.
    pub loss_before: Range,
    /// Expected loss from attacks with the plan.
    pub loss_after: Range,
}

/// One mission.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MissionLine {
    /// Mission id.
    pub id: String,
    /// People who must serve it.
    pub required: u32,
    /// People who do.
    pub people_after: u32,
    /// Whether that is enough.
    pub met: bool,
}

/// A critical site that is not defended.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AcceptedRisk {
    /// Site id.
    pub site: String,
    /// Expected loss there with the plan.
    pub loss: Range,
    /// Why it is accepted.
    pub why: String,
}

/// What one more of a system would buy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnmetRequest {
    /// System id.
    pub system: String,
    /// Where it would stand; [`UnmetRequest::NOWHERE`] where it would change nothing.
    pub site: String,
    /// Loss averted by it.
    pub loss_averted_by_one_more: Range,
}

impl UnmetRequest {
    /// In place of a site: no site would get one more.
    pub const NOWHERE: &str = "none: one more would change nothing";
}

/// One course of action.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CourseOfAction {
    /// Name.
    pub name: String,
    /// In a sentence.
    pub summary: String,
    /// Expected loss, on the same draws as the plan's.
    pub loss: Range,
    /// People moved.
    pub people_moved: u64,
    /// Units that stand in all, deployed ones included.
    pub systems: Units,
    /// How good it is proven to be among plans of its kind.
    pub proof: Proof,
    /// Whether it is the one proposed.
    pub chosen: bool,
}

/// Residual risk of one site: what the plan leaves, over the horizon.
#[derive(Clone, Debug, PartialEq)]
pub struct ResidualRisk {
    /// Site id.
    pub site: String,
    /// Own people killed, expected.
    pub killed: Range,
    /// Own people wounded, expected.
    pub wounded: Range,
    /// Host-nation people killed, expected.
    pub killed_partner: Range,
    /// Host-nation people wounded, expected.
    pub wounded_partner: Range,
    /// Chance that anybody is killed there: mean, and the bounds of 90 % of its sampling error.
    pub p_any_killed: Range,
    /// Chance of at least ten casualties in one raid, likewise.
    pub p_ten_casualties: Range,
}

/// Where a site is and what it is called, for the map.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceLine {
    /// Site id.
    pub id: String,
    /// Name for a reader.
    pub name: String,
    /// Where it is.
    pub place: Geodetic,
    /// Whether it lies outside the theatre.
    pub outside: bool,
    /// Host-nation people.
    pub partner_people: u32,
    /// Reach of area defence that stands there after the plan, m: least and greatest credible.
    pub reach_m: Option<[f64; 2]>,
}

/// Loss against the number of one system, each re-solved.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// System id.
    pub system: String,
    /// Number available, and the loss of the best plan with it.
    pub points: Vec<(u32, Range)>,
    /// The number available in this theatre.
    pub available: u32,
}

/// How well one half-life forecast the log, and whether the plan would change with it.
#[derive(Clone, Debug, PartialEq)]
pub struct HalfLifeLine {
    /// Days; none where nothing is forgotten.
    pub days: Option<f64>,
    /// Its weight in the forecast.
    pub weight: f64,
    /// What differs from the plan if this half-life is right: site and system, in words; empty where
    /// nothing does.
    pub changes: Vec<String>,
}

/// Everything that the brief shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Brief {
    /// The document.
    pub document: Document,
    /// Residual risk by site, in the order of the sites.
    pub residual: Vec<ResidualRisk>,
    /// Places, in the order of the sites.
    pub places: Vec<PlaceLine>,
    /// Loss against numbers of each system in stock.
    pub curves: Vec<Curve>,
    /// Half-lives and what they would change.
    pub half_lives: Vec<HalfLifeLine>,
    /// How the numbers were made, in five lines.
    pub method: Vec<String>,
    /// What is assumed, old, disputed or not modelled.
    pub caveats: Vec<String>,
}
